/* dsr.c: directly standardized rates: the rate a standard population would have with these rates by
 * category. */
#include "inside.h"

#include <math.h>
#include <string.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    return tally_begin(&pal_estimator_dsr, ask, args, ask->standard ? ask->standard->n : 0,
                       TALLY_STRATA, arena, out, err);
}

static enum pal_status lacks(const char *what, pal_str category, struct pal_arena *arena,
                             const char **out, struct pal_error *err)
{
    const pal_str text = pal_arena_printf(arena, "no %s in '%.*s'", what, PAL_ARG(category));
    if (!text.ptr)
        return pal_nomem(err, "a note");
    *out = text.ptr;
    return PAL_OK;
}

enum pal_status dsr_side_of(const struct pal_state *state, size_t group, size_t side,
                            struct pal_arena *arena, struct dsr_side *out, struct pal_error *err)
{
    const struct pal_standard *standard = state->ask.standard;
    struct pal_sum total = {0};
    for (size_t i = 0; i < standard->n; i++)
        pal_sum_add(&total, standard->weight[i]);
    const double whole = pal_sum_value(&total);
    struct pal_sum y = {0}, v = {0}, low = {0}, high = {0}, count = {0}, a_sum = {0},
                   a_squares = {0};
    double max_a = 0;
    bool known = true;
    *out = (struct dsr_side){.rate = {(double)NAN, (double)NAN, (double)NAN, true}};
    for (size_t i = 0; i < standard->n; i++) {
        struct tally room;
        const struct tally *tally = tally_at(state, group, side * standard->n + i, &room);
        if (tally->n == 0)
            return lacks("row", standard->category[i], arena, &out->remark, err);
        const struct answer_range n = answer_x(tally, 2);
        if (n.known && !(n.value > 0))
            return lacks("population", standard->category[i], arena, &out->remark, err);
        const struct answer_range x = answer_y(tally);
        const struct answer_range rate = answer_quotient(x, n, 1);
        const double weight = standard->weight[i] / whole, a = weight / n.value;
        known = known && rate.known;
        if (weight > 0) {
            pal_sum_add(&low, weight * rate.low);
            pal_sum_add(&high, weight * rate.high);
        }
        pal_sum_add(&y, a * x.value);
        pal_sum_add(&v, a * a * x.value);
        pal_sum_add(&count, x.value);
        pal_sum_add(&a_sum, a);
        pal_sum_add(&a_squares, a * a);
        max_a = fmax(max_a, a);
    }
    const double n = (double)standard->n;
    out->sum = (struct pal_weighted_count){
        .y = pal_sum_value(&y),
        .v = pal_sum_value(&v),
        .count = pal_sum_value(&count),
        .max_a = max_a,
        .mean_a = pal_sum_value(&a_sum) / n,
        .mean_a2 = pal_sum_value(&a_squares) / n,
    };
    if (state->ask.overdispersed && state->ask.dispersion > 0)
        out->sum.v *= state->ask.dispersion;
    out->rate = (struct answer_range){out->sum.y, out->sum.y, out->sum.y, known};
    if (!known) {
        out->rate.low = pal_sum_value(&low);
        out->rate.high = pal_sum_value(&high);
    }
    return PAL_OK;
}

enum pal_status dsr_start(const struct pal_state *state, size_t group, size_t sides,
                          struct pal_arena *arena, struct pal_estimate *out, bool *any,
                          struct pal_error *err)
{
    const size_t n = sides * state->ask.standard->n;
    const struct pal_arena_mark mark = pal_arena_mark(arena);
    const struct tally **parts = pal_arena_alloc(arena, n, sizeof *parts);
    struct tally *room = pal_arena_alloc(arena, n, sizeof *room);
    if (!parts || !room)
        return pal_nomem(err, state->estimator->name);
    for (size_t i = 0; i < n; i++)
        parts[i] = tally_at(state, group, i, &room[i]);
    *any = answer_start(state, parts, n, out);
    pal_arena_reset(arena, mark);
    return PAL_OK;
}

static const char *method_of(const char *interval)
{
    static const struct {
        const char *word, *method;
    } methods[] = {
        {"dobson", "direct standardization (Dobson et al. 1991)"},
        {"dobson-byar", "direct standardization (Dobson et al. 1991, Byar)"},
        {"fayfeuer", "direct standardization, gamma (Fay-Feuer 1997)"},
        {"lognormal", "direct standardization, log scale"},
        {"normal", "direct standardization, normal"},
        {"tiwari", "direct standardization, gamma (Tiwari et al. 2006)"},
    };
    for (size_t i = 0; i < PAL_COUNT(methods); i++)
        if (strcmp(interval, methods[i].word) == 0)
            return methods[i].method;
    return "direct standardization";
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    bool any = false;
    struct dsr_side side;
    PAL_TRY(dsr_start(state, group, 1, arena, out, &any, err));
    out->method = method_of(state->ask.interval);
    if (!any)
        return answer_end(out, NULL, arena, err);
    PAL_TRY(dsr_side_of(state, group, 0, arena, &side, err));
    const double per = state->ask.per;
    if (!answer_range(out, side.rate.low * per, side.rate.high * per, side.rate.value * per) ||
        state->ask.no_variance)
        return answer_end(out, side.remark, arena, err);
    double low, high;
    PAL_TRY(
        pal_interval_weighted(state->ask.interval, &side.sum, state->ask.level, &low, &high, err));
    out->std_error = per * sqrt(side.sum.v);
    out->numerator = side.sum.count;
    answer_interval(out, low * per, high * per);
    return answer_end(out, side.remark, arena, err);
}

static const char *const intervals[] = {"fayfeuer", "dobson", "dobson-byar", "lognormal",
                                        "normal",   "tiwari", NULL};

const struct pal_estimator pal_estimator_dsr = {
    .name = "dsr",
    .summary = "directly standardized rate",
    .source = "Fay & Feuer 1997, Statistics in Medicine 16; Tiwari, Clegg & Zou 2006; Dobson et "
              "al. 1991",
    .takes = "two columns: counts, population",
    .args_min = 2,
    .args_max = 2,
    .needs_standard = true,
    .passes = 1,
    .intervals = intervals,
    .begin = begin,
    .feed = tally_feed,
    .merge = tally_merge,
    .finish = finish,
    .save = tally_save,
    .load = tally_load,
};
