/* estimate_weighting.c: options that adjust weights, put into the words that descriptors share. */
#include "estimate_survey.h"

#include <math.h>

static enum pal_status wrong(const char *option, pal_str text, const char *form,
                             struct pal_error *err)
{
    return pal_fail(err, PAL_USAGE, "--%s '%.*s' cannot be read; write %s", option, PAL_ARG(text),
                    form);
}

static enum pal_status columns(const struct est_request *request, const char *option,
                               struct pal_arena *arena, struct pal_names *out,
                               struct pal_error *err)
{
    const pal_str text = est_extra(request, option, 0);
    return est_names(text, arena, out) ? PAL_OK
                                       : wrong(option, text, "columns, as sex,agegrp", err);
}

/* "0.5,1.8"; either may be left out: ",1.8" */
static enum pal_status bounds(const struct est_request *request, const char *option, bool *given,
                              double *low, double *high, struct pal_error *err)
{
    const pal_str text = est_extra(request, option, 0);
    pal_str rest = text, from, to;
    *low = -(double)INFINITY;
    *high = (double)INFINITY;
    *given = text.len > 0;
    if (!text.len)
        return PAL_OK;
    const bool two = pal_str_split(&rest, ',', &from) && pal_str_split(&rest, ',', &to) &&
                     !pal_str_split(&rest, ',', &rest);
    if (!two || (from.len && !pal_num_parse(pal_str_trim(from), low)) ||
        (to.len && !pal_num_parse(pal_str_trim(to), high)) || !(*low < *high) ||
        (isinf(*low) && isinf(*high)))
        return wrong(option, text, "LOW,HIGH, as 0.5,2", err);
    return PAL_OK;
}

/* "A|B,C": margins of columns */
static enum pal_status margins(const struct est_request *request, struct pal_arena *arena,
                               struct pal_weighting *out, struct pal_error *err)
{
    const pal_str text = est_extra(request, "rake", 0);
    struct pal_names *margin = pal_arena_alloc(arena, text.len + 1, sizeof *margin);
    pal_str rest = text, piece;
    if (!margin)
        return pal_nomem(err, "a plan");
    while (pal_str_split(&rest, '|', &piece) && text.len) {
        if (!est_names(piece, arena, &margin[out->rakes]) || !margin[out->rakes].n)
            return wrong("rake", piece, "columns, as sex,agegrp", err);
        out->rakes++;
    }
    out->rake = margin;
    return PAL_OK;
}

/* "1", "age", "sex=M" */
static enum pal_status term_of(pal_str text, struct pal_arena *arena,
                               struct pal_weighting_term *out, struct pal_error *err)
{
    *out = (struct pal_weighting_term){.text = pal_str_trim(text)};
    pal_str rest = out->text;
    if (pal_str_eq(out->text, PAL_STR("1")))
        return PAL_OK;
    if (!est_name(&rest, "=", arena, &out->column))
        return wrong("terms", text, "1, a column of numbers, or col=value", err);
    out->level = rest.len > 0;
    if (!out->level)
        return PAL_OK;
    rest.ptr++;
    rest.len--;
    if (!est_name(&rest, "", arena, &out->value) || rest.len)
        return wrong("terms", text, "1, a column of numbers, or col=value", err);
    return PAL_OK;
}

static enum pal_status terms(const struct est_request *request, struct pal_arena *arena,
                             struct pal_weighting *out, struct pal_error *err)
{
    pal_str rest = est_extra(request, "terms", 0), piece;
    struct pal_weighting_term *term = pal_arena_alloc(arena, rest.len + 1, sizeof *term);
    if (!term)
        return pal_nomem(err, "a plan");
    out->term = term;
    while (rest.len && pal_str_split(&rest, ',', &piece))
        PAL_TRY(term_of(piece, arena, &term[out->terms++], err));
    return PAL_OK;
}

static enum pal_status numbers(const struct est_request *request, struct pal_weighting *out,
                               struct pal_error *err)
{
    const pal_str rounds = est_extra(request, "max-iterations", 0);
    const pal_str epsilon = est_extra(request, "epsilon", 0);
    int64_t most = 0;
    if (rounds.ptr && (!pal_int_parse(rounds, &most) || most < 1))
        return pal_fail(err, PAL_USAGE, "--max-iterations takes a whole number from 1, not '%.*s'",
                        PAL_ARG(rounds));
    if (epsilon.ptr && (!pal_num_parse(epsilon, &out->epsilon) || !(out->epsilon > 0)))
        return pal_fail(err, PAL_USAGE, "--epsilon takes a number above 0, not '%.*s'",
                        PAL_ARG(epsilon));
    out->max_iterations = (size_t)most;
    return PAL_OK;
}

struct finding {
    struct est_plan *plan;
    struct pal_arena *arena;
};

static enum pal_status find_column(void *context, pal_str name, bool number, size_t *out,
                                   struct pal_error *err)
{
    const struct finding *f = context;
    return est_plan_column(f->plan, name, number, f->arena, out, err);
}

static bool responds(const void *condition, pal_str answer)
{
    return est_where_cell(condition, answer);
}

enum pal_status est_weighting_plan(struct est_plan *plan, struct pal_arena *arena,
                                   struct pal_weighting_plan **out, struct pal_error *err)
{
    const struct est_request *request = plan->request;
    const pal_str condition = est_extra(request, "respondents", 0);
    struct pal_weighting *words = pal_arena_alloc(arena, 1, sizeof *words);
    struct est_where *where = pal_arena_alloc(arena, 1, sizeof *where);
    struct finding finding = {plan, arena};
    if (!words || !where)
        return pal_nomem(err, "a plan");
    words->calibrate = est_extra(request, "calibrate", 0);
    words->aggregate = est_extra(request, "aggregate", 0);
    if (condition.len) {
        PAL_TRY(est_where_parse(condition, arena, where, err));
        words->respondents = where->column;
    }
    PAL_TRY(columns(request, "nonresponse-classes", arena, &words->classes, err));
    PAL_TRY(columns(request, "poststratify", arena, &words->poststratify, err));
    PAL_TRY(columns(request, "population", arena, &words->population, err));
    PAL_TRY(bounds(request, "trim", &words->trims, &words->trim_low, &words->trim_high, err));
    PAL_TRY(bounds(request, "bounds", &words->bounded, &words->low, &words->high, err));
    PAL_TRY(margins(request, arena, words, err));
    PAL_TRY(terms(request, arena, words, err));
    PAL_TRY(numbers(request, words, err));
    const char **path = pal_arena_alloc(arena, words->population.n + 1, sizeof *path);
    if (!path)
        return pal_nomem(err, "a plan");
    for (size_t i = 0; i < words->population.n; i++)
        if (!(path[i] = pal_arena_cstr(arena, words->population.name[i])))
            return pal_nomem(err, "a plan");
    return pal_weighting_plan_new(words,
                                  &(struct pal_weighting_source){.column = find_column,
                                                                 .context = &finding,
                                                                 .responds = responds,
                                                                 .condition = where,
                                                                 .population = path,
                                                                 .typed = true},
                                  arena, out, err);
}
