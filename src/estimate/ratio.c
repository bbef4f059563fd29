/* ratio.c: one count over another, as persons convicted over persons prosecuted. The two may be of
 * different cohorts: who is convicted this year was often prosecuted in an earlier one. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    return tally_begin(&pal_estimator_ratio, ask, args, 1, 0, arena, out, err);
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    static const char cohort[] = "numerator and denominator may be of different cohorts";
    struct tally room;
    const struct tally *tally = tally_at(state, group, 0, &room);
    if (!answer_start(state, &tally, 1, out))
        return answer_end(out, NULL, arena, err);
    const struct answer_range y = answer_y(tally), x = answer_x(tally, 2);
    const double per = state->ask.per;
    if (y.known)
        out->numerator = y.value;
    if (x.known)
        out->denominator = x.value;
    if (x.known && !(x.value > 0))
        return answer_end(out, "the denominator is 0", arena, err);
    const struct answer_range ratio = answer_quotient(y, x, per);
    if (!answer_range(out, ratio.low, ratio.high, ratio.value) || state->ask.no_variance)
        return answer_end(out, cohort, arena, err);
    const double counts[] = {x.value, y.value}, one[] = {1, 1};
    double low, high;
    PAL_TRY(answer_settled(pal_interval_rate_ratio(state->ask.interval, counts, one,
                                                   state->ask.level, state->ask.theta,
                                                   answer_dispersion(state, &tally, 1),
                                                   &out->std_error, &low, &high, err),
                           &low, &high));
    out->std_error *= per;
    if (tally_is(state, "rr-exact"))
        out->has_std_error = false;
    answer_interval(out, low * per, high * per);
    return answer_end(out, cohort, arena, err);
}

static const char *const intervals[] = {"rr-lognormal", "rr-exact", "rr-nb-log", NULL};

const struct pal_estimator pal_estimator_ratio = {
    .name = "ratio",
    .summary = "one count over another, limits on the log scale",
    .source = "Rothman, Greenland & Lash 2008, Modern Epidemiology, chapter 14",
    .takes = "two columns of counts: numerator, denominator",
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
