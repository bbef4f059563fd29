/* rate_ratio.c: ratio of two rates (or counts), later over earlier. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    return tally_begin(&pal_estimator_rate_ratio, ask, args, 2, TALLY_SIDES, arena, out, err);
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
    struct answer_range y[2], x[2], rate[2];
    for (size_t i = 0; i < 2; i++) {
        y[i] = answer_y(tally[i]);
        x[i] = answer_x(tally[i], state->args);
        if (x[i].known && !(x[i].value > 0))
            return answer_end(out, "a denominator is 0", arena, err);
        rate[i] = answer_quotient(y[i], x[i], 1);
    }
    const struct answer_range ratio = answer_quotient(rate[1], rate[0], 1);
    const bool some = answer_range(out, ratio.low, ratio.high, ratio.value);
    if (!some && out->has_bounds)
        return answer_end(out, NULL, arena, err);
    out->numerator = rate[1].value;
    out->denominator = rate[0].value;
    const double counts[] = {y[0].value, y[1].value}, exposure[] = {x[0].value, x[1].value};
    const double dispersion = answer_dispersion(state, tally, 2);
    if (!state->ask.no_variance) {
        double low, high;
        PAL_TRY(answer_settled(pal_interval_rate_ratio(
                                   state->ask.interval, counts, exposure, state->ask.level,
                                   state->ask.theta, dispersion, &out->std_error, &low, &high, err),
                               &low, &high));
        out->has_std_error = !tally_is(state, "rr-exact");
        answer_interval(out, low, high);
    }
    if (state->ask.test != PAL_TEST_NONE) {
        out->has_test = true;
        pal_test_rates(state->ask.test, counts, exposure, dispersion, &out->test_z, &out->test_p);
    }
    return answer_end(out, NULL, arena, err);
}

static const char *const intervals[] = {"rr-lognormal", "rr-exact", "rr-nb-log", NULL};

const struct pal_estimator pal_estimator_rate_ratio = {
    .name = "rate-ratio",
    .summary = "ratio of two rates or counts, later over earlier",
    .source = "Rothman, Greenland & Lash 2008, Modern Epidemiology, chapter 14; Clopper & Pearson "
              "1934",
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
