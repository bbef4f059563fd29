/* dsr_ratio.c: ratio of two directly standardized rates, later over earlier. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    return tally_begin(&pal_estimator_dsr_ratio, ask, args,
                       ask->standard ? 2 * ask->standard->n : 0, TALLY_STRATA | TALLY_SIDES, arena,
                       out, err);
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    bool any = false;
    struct dsr_side side[2];
    PAL_TRY(dsr_start(state, group, 2, arena, out, &any, err));
    out->method = "direct standardization, delta method on the log";
    if (!any)
        return answer_end(out, NULL, arena, err);
    PAL_TRY(dsr_side_of(state, group, 0, arena, &side[0], err));
    PAL_TRY(dsr_side_of(state, group, 1, arena, &side[1], err));
    const char *remark = side[0].remark ? side[0].remark : side[1].remark;
    const struct answer_range ratio = answer_quotient(side[1].rate, side[0].rate, 1);
    const bool some = answer_range(out, ratio.low, ratio.high, ratio.value);
    if ((!some && out->has_bounds) || state->ask.no_variance)
        return answer_end(out, remark, arena, err);
    const double y0 = side[0].sum.y, y1 = side[1].sum.y;
    double low = (double)NAN, high = (double)NAN;
    if (y0 > 0 && y1 > 0) {
        const double log_error = sqrt(side[0].sum.v / (y0 * y0) + side[1].sum.v / (y1 * y1));
        const double half = tail_normal_z(state->ask.level) * log_error;
        out->std_error = ratio.value * log_error;
        low = ratio.value * exp(-half);
        high = ratio.value * exp(half);
    }
    answer_interval(out, low, high);
    return answer_end(out, remark, arena, err);
}

static const char *const intervals[] = {"lognormal", NULL};

const struct pal_estimator pal_estimator_dsr_ratio = {
    .name = "dsr-ratio",
    .summary = "ratio of two directly standardized rates, later over earlier",
    .source = "Breslow & Day 1987, section 2.4",
    .takes = "two columns: counts, population",
    .args_min = 2,
    .args_max = 2,
    .needs_standard = true,
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
