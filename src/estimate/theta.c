/* theta.c: how much more a count varies than a Poisson count: theta of the negative binomial, whose
 * variance is mu + mu^2/theta, by the method of moments. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    PAL_TRY(tally_begin(&pal_estimator_theta, ask, args, ask->units ? 0 : 1,
                        ask->units ? TALLY_STRATA : TALLY_SQUARES, arena, out, err));
    return PAL_OK;
}

/* Sum of squares about the mean from the sums of y and y^2, without losing the digits of large
 * counts: the mean is rounded, but the expansion about the rounded mean is exact. */
static double spread_of_rows(const struct tally *tally, double mean)
{
    struct pal_sum spread = tally->squares;
    const double y = pal_sum_value(&tally->y), n = (double)tally->n;
    const double cross = -2 * mean * y, square = mean * mean;
    pal_sum_add(&spread, cross);
    pal_sum_add(&spread, fma(-2 * mean, y, -cross));
    pal_sum_add(&spread, n * square);
    pal_sum_add(&spread, fma(n, square, -(n * square)));
    pal_sum_add(&spread, n * fma(mean, mean, -square));
    return pal_sum_value(&spread);
}

static double spread_of_units(const struct pal_state *state, size_t group, double mean)
{
    struct pal_sum spread = {0};
    for (size_t p = 0; p < state->parts; p++) {
        struct tally unit_room;
        const struct tally *unit = tally_at(state, group, p, &unit_room);
        const double gap = pal_sum_value(&unit->y) - mean;
        if (unit->n)
            pal_sum_add(&spread, gap * gap);
    }
    return pal_sum_value(&spread);
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    struct pal_sum sum = {0};
    double units = 0;
    bool known = true;
    struct tally first_room;
    const struct tally *first = tally_at(state, group, 0, &first_room);
    answer_start(state, &first, 1, out);
    out->n = out->missing = out->censored = out->left_out = 0;
    for (size_t p = 0; p < state->parts; p++) {
        struct tally room;
        const struct tally *tally = tally_at(state, group, p, &room);
        out->n += tally->n;
        out->missing += tally->missing;
        out->censored += tally->censored;
        out->left_out += tally->left_out;
        known = known && answer_y(tally).known;
        pal_sum_merge(&sum, &tally->y);
        units += tally->n > 0;
    }
    if (!state->ask.units)
        units = (double)out->n;
    out->absent = out->n ? PAL_PRESENT : PAL_BLANK;
    out->has_std_error = out->has_interval = false;
    out->uncertainty = PAL_UNC_NONE;
    out->method = "method of moments, no variance";
    if (!known) {
        out->absent = PAL_BELOW_THRESHOLD;
        return answer_end(out, NULL, arena, err);
    }
    if (units < 2)
        return answer_end(out, out->n ? "fewer than two observations" : NULL, arena, err);
    const double mean = pal_sum_value(&sum) / units;
    const double spread =
        state->ask.units ? spread_of_units(state, group, mean) : spread_of_rows(first, mean);
    const double excess = spread / (units - 1) - mean;
    out->value = excess > 1e-12 * fmax(1, mean) ? mean * mean / excess : HUGE_VAL;
    return answer_end(out, isinf(out->value) ? "no more variation than Poisson" : NULL, arena, err);
}

const struct pal_estimator pal_estimator_theta = {
    .name = "theta",
    .summary = "negative-binomial theta by the method of moments",
    .source = "Anscombe 1949, Biometrics 5",
    .takes = "one column of counts",
    .args_min = 1,
    .args_max = 1,
    .passes = 1,
    .begin = begin,
    .feed = tally_feed,
    .merge = tally_merge,
    .finish = finish,
    .save = tally_save,
    .load = tally_load,
};
