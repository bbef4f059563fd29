/* sections_weighting.c: the keys of `design` that adjust weights, under the names of the flags of
 * `palermo estimate`. */
#include "sections.h"

#include <math.h>

/* respondents: {resp: 1} or {resp: [1, 2]} */
static enum pal_status read_respondents(const struct pal_yaml *design, struct pal_arena *arena,
                                        struct pal_weighting *w, struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(design, "respondents");
    if (node) {
        if (node->kind != PAL_YAML_MAP || node->n != 1)
            return pal_yaml_fail(node, err,
                                 "'respondents' is written {column: value} or {column: [value, "
                                 "value]}: whose records are answers");
        w->respondents = node->key[0]->text;
        w->respondents_at = node->item[0]->at;
        PAL_TRY(pal_yaml_texts(node, node->key[0]->text.ptr, arena, &w->answers.name, &w->answers.n,
                               err));
    }
    return pal_yaml_texts(design, "nonresponse_classes", arena, &w->classes.name, &w->classes.n,
                          err);
}

/* [low, high], of which one may be `none` */
static enum pal_status read_pair(const struct pal_yaml *design, const char *key, bool *given,
                                 double *low, double *high, struct pal_arena *arena,
                                 struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(design, key);
    const pal_str *text = NULL;
    double *const to[] = {low, high};
    size_t n = 0;
    *low = -(double)INFINITY;
    *high = (double)INFINITY;
    if (!node)
        return PAL_OK;
    PAL_TRY(pal_yaml_texts(design, key, arena, &text, &n, err));
    bool fine = n == 2;
    for (size_t i = 0; fine && i < 2; i++)
        if (!pal_str_eq(text[i], PAL_STR("none")))
            fine = pal_num_parse(text[i], to[i]);
    fine = fine && *low < *high && (isfinite(*low) || isfinite(*high));
    if (!fine)
        return pal_yaml_fail(node, err,
                             "'%s' is written [low, high], as [0.5, 2] or [none, 2]; at least one "
                             "is a number",
                             key);
    *given = true;
    return PAL_OK;
}

/* rake: [sex, [agegrp, region]]: a margin of one column, and one of two */
static enum pal_status read_rake(const struct pal_yaml *design, struct pal_arena *arena,
                                 struct pal_weighting *w, struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(design, "rake");
    if (!node)
        return PAL_OK;
    if (node->kind != PAL_YAML_LIST || !node->n)
        return pal_yaml_fail(node, err,
                             "'rake' is a list of margins, each a column or a list of columns that "
                             "are crossed: [sex, [age, region]]");
    struct pal_names *margin = pal_arena_alloc(arena, node->n, sizeof *margin);
    if (!margin)
        return pal_nomem(err, "the design");
    for (size_t i = 0; i < node->n; i++) {
        const struct pal_yaml *item = node->item[i];
        const bool several = item->kind == PAL_YAML_LIST;
        pal_str *name = pal_arena_alloc(arena, several ? item->n + 1 : 1, sizeof *name);
        if (!name)
            return pal_nomem(err, "the design");
        margin[i] = (struct pal_names){several ? item->n : 1, name};
        for (size_t k = 0; k < margin[i].n; k++) {
            const struct pal_yaml *word = several ? item->item[k] : item;
            if (word->kind != PAL_YAML_SCALAR)
                return pal_yaml_fail(word, err,
                                     "a margin of 'rake' is a column, or a list of them");
            name[k] = word->text;
        }
        if (!margin[i].n)
            return pal_yaml_fail(item, err, "a margin of 'rake' names a column");
    }
    w->rake = margin;
    w->rakes = node->n;
    return PAL_OK;
}

/* terms: ["1", sex=M, age] */
static enum pal_status read_terms(const struct pal_yaml *design, struct pal_arena *arena,
                                  struct pal_weighting *w, struct pal_error *err)
{
    const pal_str *text = NULL;
    PAL_TRY(pal_yaml_texts(design, "terms", arena, &text, &w->terms, err));
    struct pal_weighting_term *term = pal_arena_alloc(arena, w->terms + 1, sizeof *term);
    if (!term)
        return pal_nomem(err, "the design");
    for (size_t i = 0; i < w->terms; i++) {
        pal_str rest = text[i], column;
        term[i] = (struct pal_weighting_term){.text = text[i]};
        if (pal_str_eq(text[i], PAL_STR("1")))
            continue;
        (void)pal_str_split(&rest, '=', &column);
        term[i].level = column.len < text[i].len;
        term[i].column = pal_str_trim(column);
        term[i].value = term[i].level ? pal_str_trim(rest) : PAL_STR("");
        if (!term[i].column.len || (term[i].level && !term[i].value.len))
            return pal_yaml_fail(
                pal_yaml_get(design, "terms"), err,
                "the term '%.*s' cannot be read; write \"1\", a column of numbers, "
                "or column=value",
                PAL_ARG(text[i]));
    }
    w->term = term;
    return PAL_OK;
}

enum pal_status data_read_weighting(const struct pal_yaml *design, struct pal_arena *arena,
                                    struct pal_weighting *w, struct pal_error *err)
{
    struct pal_error own = {0};
    const char *key = "design";
    bool trims = false;
    PAL_TRY(read_respondents(design, arena, w, err));
    PAL_TRY(read_pair(design, "trim", &trims, &w->trim_low, &w->trim_high, arena, err));
    w->trims = trims;
    PAL_TRY(pal_yaml_texts(design, "poststratify", arena, &w->poststratify.name, &w->poststratify.n,
                           err));
    PAL_TRY(read_rake(design, arena, w, err));
    PAL_TRY(pal_yaml_text(design, "calibrate", &w->calibrate, err));
    PAL_TRY(read_terms(design, arena, w, err));
    PAL_TRY(
        pal_yaml_texts(design, "population", arena, &w->population.name, &w->population.n, err));
    const struct pal_yaml *population = pal_yaml_get(design, "population");
    if (population)
        w->population_at = population->at;
    PAL_TRY(read_pair(design, "bounds", &w->bounded, &w->low, &w->high, arena, err));
    PAL_TRY(pal_yaml_text(design, "aggregate", &w->aggregate, err));
    PAL_TRY(pal_yaml_size(design, "max_iterations", &w->max_iterations, err));
    PAL_TRY(pal_yaml_number(design, "epsilon", &w->epsilon, err));
    const struct pal_yaml *most = pal_yaml_get(design, "max_iterations"),
                          *epsilon = pal_yaml_get(design, "epsilon");
    if (most && !w->max_iterations)
        return pal_yaml_fail(most, err, "'max_iterations' is a whole number from 1");
    if (epsilon && !(w->epsilon > 0))
        return pal_yaml_fail(epsilon, err, "'epsilon' is a number above 0");
    const enum pal_status status = pal_weighting_check(w, false, &key, &own);
    if (status == PAL_OK)
        return PAL_OK;
    const struct pal_yaml *node = pal_yaml_get(design, key);
    return pal_yaml_fail(node ? node : design, err, "%s", own.text);
}
