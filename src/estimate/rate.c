/* rate.c: counts over a denominator, as offences per 100,000 of population. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    struct pal_ask mine = *ask;
    if (mine.interval && pal_str_eq(pal_str_of(mine.interval), PAL_STR("quasi")))
        mine.overdispersed = true;
    PAL_TRY(tally_begin(&pal_estimator_rate, &mine, args, 1, 0, arena, out, err));
    if (ask->denominator_se > 0 && !tally_is(*out, "fayfeuer"))
        return pal_fail(err, PAL_USAGE,
                        "interval '%s' takes no uncertainty of the denominator; 'fayfeuer' does",
                        (*out)->ask.interval);
    return PAL_OK;
}

/* A crude rate is a standardized one with a single category, so Fay and Feuer's limits are
 * Garwood's; an uncertain denominator adds its relative variance (delta method). */
static enum pal_status gamma_limits(const struct pal_state *state, double y, double x,
                                    double dispersion, double *std_error, double *low, double *high,
                                    struct pal_error *err)
{
    const double rate = y / x, step = dispersion / x, relative = state->ask.denominator_se;
    const double variance = dispersion * y / (x * x) + rate * rate * relative * relative;
    const struct pal_weighted_count sum = {.y = rate,
                                           .v = variance,
                                           .count = y,
                                           .max_a = step,
                                           .mean_a = step,
                                           .mean_a2 = step * step};
    *std_error = sqrt(variance);
    return answer_settled(pal_interval_weighted("fayfeuer", &sum, state->ask.level, low, high, err),
                          low, high);
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    struct tally room;
    const struct tally *tally = tally_at(state, group, 0, &room);
    if (!answer_start(state, &tally, 1, out))
        return answer_end(out, NULL, arena, err);
    const struct answer_range y = answer_y(tally), x = answer_x(tally, state->args);
    const double per = state->ask.per;
    if (y.known)
        out->numerator = y.value;
    if (x.known)
        out->denominator = x.value;
    if (x.known && !(x.value > 0))
        return answer_end(out, "the denominator is 0", arena, err);
    const struct answer_range rate = answer_quotient(y, x, per);
    if (!answer_range(out, rate.low, rate.high, rate.value) || state->ask.no_variance)
        return answer_end(out, NULL, arena, err);
    const double dispersion = answer_dispersion(state, &tally, 1);
    double std_error, low, high, scale = per;
    if (tally_is(state, "fayfeuer")) {
        PAL_TRY(gamma_limits(state, y.value, x.value, dispersion, &std_error, &low, &high, err));
    } else {
        PAL_TRY(answer_count(state, y.value, dispersion, &std_error, &low, &high, err));
        scale = per / x.value;
    }
    out->std_error = std_error * scale;
    answer_interval(out, low * scale, high * scale);
    return answer_end(out, NULL, arena, err);
}

static const char *const intervals[] = {"fayfeuer", "byar",     "garwood", "lognormal",
                                        "midp",     "nb-exact", "nb-log",  "nb-wald",
                                        "normal",   "quasi",    "wald",    NULL};

const struct pal_estimator pal_estimator_rate = {
    .name = "rate",
    .summary = "counts over a denominator, as per 100,000 of population",
    .source = "Fay & Feuer 1997, Statistics in Medicine 16; Garwood 1936, Biometrika 28",
    .takes = "two columns: counts, population",
    .args_min = 2,
    .args_max = 2,
    .passes = 1,
    .intervals = intervals,
    .begin = begin,
    .feed = tally_feed,
    .merge = tally_merge,
    .finish = finish,
    .save = tally_save,
    .load = tally_load,
};
