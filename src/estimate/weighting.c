/* weighting.c: words that adjust weights, understood as steps. */
#include "weighting.h"

#include <string.h>

static enum pal_status add_margin(struct pal_weighting_plan *plan, const struct pal_names *by,
                                  struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_weighting_source *source = &plan->source;
    struct weighting_margin *margin = &plan->margin[plan->margins++];
    *margin = (struct weighting_margin){
        .by = by, .column = pal_arena_alloc(arena, by->n + 1, sizeof *margin->column)};
    if (!margin->column)
        return pal_nomem(err, "a plan");
    for (size_t i = 0; i < by->n; i++)
        PAL_TRY(source->column(source->context, by->name[i], false, &margin->column[i], err));
    return PAL_OK;
}

static enum pal_status plan_margins(struct pal_weighting_plan *plan, struct pal_arena *arena,
                                    struct pal_error *err)
{
    const struct pal_weighting *w = plan->words;
    const size_t n = w->rakes ? w->rakes : 1;
    plan->step[plan->steps++] =
        (struct pal_adjust){.kind = w->rakes ? PAL_ADJUST_RAKE : PAL_ADJUST_POSTSTRATIFY,
                            .margins = n,
                            .max_iterations = w->max_iterations,
                            .epsilon = w->epsilon};
    for (size_t i = 0; i < n; i++) {
        struct weighting_margin *margin = &plan->margin[plan->margins];
        struct pal_standard population;
        PAL_TRY(add_margin(plan, w->rakes ? &w->rake[i] : &w->poststratify, arena, err));
        PAL_TRY(
            pal_population_read(plan->source.population[i], margin->by, arena, &population, err));
        margin->cells = population.n;
        margin->name = population.category;
        margin->population = population.weight;
        margin->file = plan->source.population[i];
        margin->line = population.line;
        margin->at_column = population.column;
    }
    return PAL_OK;
}

/* A total may be called as the term is, or as R's model matrix would call its column: (Intercept),
 * sexM. */
static bool is_total_of(const struct pal_weighting_term *term, pal_str name)
{
    if (pal_str_eq(name, term->text))
        return true;
    if (!term->column.len)
        return pal_str_eq(name, PAL_STR("(Intercept)"));
    return term->level && name.len == term->column.len + term->value.len &&
           pal_str_starts(name, term->column) &&
           pal_str_eq((pal_str){name.ptr + term->column.len, name.len - term->column.len},
                      term->value);
}

static enum pal_status read_totals(struct pal_weighting_plan *plan, const char *path,
                                   struct pal_arena *arena, struct pal_error *err)
{
    static const pal_str by[] = {PAL_STR_INIT("term")};
    const struct pal_weighting *w = plan->words;
    struct pal_standard totals;
    plan->total = pal_arena_alloc(arena, w->terms, sizeof *plan->total);
    if (!plan->total)
        return pal_nomem(err, "a plan");
    PAL_TRY(pal_population_read(path, &(struct pal_names){1, by}, arena, &totals, err));
    for (size_t t = 0; t < w->terms; t++) {
        size_t at = 0;
        while (at < totals.n && !is_total_of(&w->term[t], totals.category[at]))
            at++;
        if (at == totals.n)
            return pal_fail(err, PAL_DATA, "'%s' has no total of the term '%.*s'", path,
                            PAL_ARG(w->term[t].text));
        plan->total[t] = totals.weight[at];
    }
    if (totals.n != w->terms)
        return pal_fail(err, PAL_DATA, "'%s' has totals of %zu terms and %sterms names %zu", path,
                        totals.n, plan->source.typed ? "--" : "", w->terms);
    return PAL_OK;
}

static enum pal_status plan_calibration(struct pal_weighting_plan *plan, struct pal_arena *arena,
                                        struct pal_error *err)
{
    const struct pal_weighting *w = plan->words;
    const struct pal_weighting_source *source = &plan->source;
    struct pal_adjust *step = &plan->step[plan->steps++];
    *step = (struct pal_adjust){.kind = PAL_ADJUST_CALIBRATE,
                                .terms = w->terms,
                                .low = w->low,
                                .high = w->high,
                                .max_iterations = w->max_iterations,
                                .epsilon = w->epsilon};
    if (!pal_distance_parse(w->calibrate, &step->distance))
        return pal_fail(err, PAL_BUG, "the distance '%.*s'", PAL_ARG(w->calibrate));
    plan->term = pal_arena_alloc(arena, w->terms + 1, sizeof *plan->term);
    if (!plan->term)
        return pal_nomem(err, "a plan");
    for (size_t t = 0; t < w->terms; t++)
        if (w->term[t].column.len)
            PAL_TRY(source->column(source->context, w->term[t].column, !w->term[t].level,
                                   &plan->term[t], err));
    return read_totals(plan, source->population[0], arena, err);
}

enum pal_status pal_weighting_plan_new(const struct pal_weighting *words,
                                       const struct pal_weighting_source *source,
                                       struct pal_arena *arena, struct pal_weighting_plan **out,
                                       struct pal_error *err)
{
    const char *key;
    *out = NULL;
    PAL_TRY(pal_weighting_check(words, source->typed, &key, err));
    if (!pal_weighting_asked(words))
        return PAL_OK;
    struct pal_weighting_plan *plan = pal_arena_alloc(arena, 1, sizeof *plan);
    if (!plan)
        return pal_nomem(err, "a plan");
    *plan = (struct pal_weighting_plan){.words = words, .source = *source};
    plan->margin = pal_arena_alloc(arena, words->rakes + 2, sizeof *plan->margin);
    if (!plan->margin)
        return pal_nomem(err, "a plan");
    if (words->respondents.len) {
        PAL_TRY(source->column(source->context, words->respondents, false, &plan->respondent, err));
        if (words->classes.n)
            PAL_TRY(add_margin(plan, &words->classes, arena, err));
        plan->step[plan->steps++] =
            (struct pal_adjust){.kind = PAL_ADJUST_RESPONDENTS, .margins = plan->margins};
    }
    if (words->trims)
        plan->step[plan->steps++] = (struct pal_adjust){
            .kind = PAL_ADJUST_TRIM, .low = words->trim_low, .high = words->trim_high};
    if (words->poststratify.n || words->rakes)
        PAL_TRY(plan_margins(plan, arena, err));
    if (words->calibrate.len)
        PAL_TRY(plan_calibration(plan, arena, err));
    plan->source.column = NULL; /* theirs may go now */
    plan->source.context = NULL;
    *out = plan;
    return PAL_OK;
}

bool pal_weighting_by_psu(const struct pal_weighting_plan *plan)
{
    return plan && plan->words->aggregate.len > 0;
}
