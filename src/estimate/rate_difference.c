/* rate_difference.c: difference of two rates (or counts), later minus earlier. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    return tally_begin(&pal_estimator_rate_difference, ask, args, 2, TALLY_SIDES, arena, out, err);
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    struct tally room[2];
    const struct tally *const tally[] = {tally_at(state, group, 0, &room[0]),
                                         tally_at(state, group, 1, &room[1])};
    const bool any = answer_start(state, tally, 2, out);
    if (!any)
        return answer_end(out, NULL, arena, err);
    if (tally[0]->n == 0 || tally[1]->n == 0)
        return answer_end(out,
                          tally[0]->n ? "no row of the later side" : "no row of the earlier side",
                          arena, err);
    struct answer_range rate[2];
    double counts[2], exposure[2], variance = 0;
    const double per = state->ask.per, dispersion = answer_dispersion(state, tally, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct answer_range y = answer_y(tally[i]), x = answer_x(tally[i], state->args);
        if (x.known && !(x.value > 0))
            return answer_end(out, "a denominator is 0", arena, err);
        rate[i] = answer_quotient(y, x, per);
        counts[i] = y.value;
        exposure[i] = x.value;
        variance += dispersion * y.value / (x.value * x.value);
    }
    const bool known = rate[0].known && rate[1].known;
    const double value = rate[1].value - rate[0].value;
    if (!answer_range(out, known ? value : rate[1].low - rate[0].high,
                      known ? value : rate[1].high - rate[0].low, value))
        return answer_end(out, NULL, arena, err);
    if (!state->ask.no_variance) {
        out->std_error = per * sqrt(variance);
        const double half = tail_normal_z(state->ask.level) * out->std_error;
        answer_interval(out, value - half, value + half);
    }
    if (state->ask.test != PAL_TEST_NONE) {
        out->has_test = true;
        pal_test_rates(state->ask.test, counts, exposure, dispersion, &out->test_z, &out->test_p);
    }
    return answer_end(out, NULL, arena, err);
}

static const char *const intervals[] = {"wald", "normal", NULL};

const struct pal_estimator pal_estimator_rate_difference = {
    .name = "rate-difference",
    .summary = "difference of two rates or counts, later minus earlier",
    .source = "Rothman, Greenland & Lash 2008, Modern Epidemiology, chapter 14",
    .takes = "one or two columns: counts, population",
    .args_min = 1,
    .args_max = 2,
    .needs_side = true,
    .passes = 1,
    .intervals = intervals,
    .begin = begin,
    .feed = tally_feed,
    .merge = tally_merge,
    .finish = finish,
    .save = tally_save,
    .load = tally_load,
};
