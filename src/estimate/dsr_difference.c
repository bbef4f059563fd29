/* dsr_difference.c: difference of two directly standardized rates, later minus earlier. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    return tally_begin(&pal_estimator_dsr_difference, ask, args,
                       ask->standard ? 2 * ask->standard->n : 0, TALLY_STRATA | TALLY_SIDES, arena,
                       out, err);
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    bool any = false;
    struct dsr_side side[2];
    PAL_TRY(dsr_start(state, group, 2, arena, out, &any, err));
    out->method = "direct standardization, normal";
    if (!any)
        return answer_end(out, NULL, arena, err);
    PAL_TRY(dsr_side_of(state, group, 0, arena, &side[0], err));
    PAL_TRY(dsr_side_of(state, group, 1, arena, &side[1], err));
    const char *remark = side[0].remark ? side[0].remark : side[1].remark;
    const struct answer_range a = side[0].rate, b = side[1].rate;
    const double per = state->ask.per, value = per * (b.value - a.value);
    const bool known = a.known && b.known;
    if (!answer_range(out, known ? value : per * (b.low - a.high),
                      known ? value : per * (b.high - a.low), value) ||
        state->ask.no_variance)
        return answer_end(out, remark, arena, err);
    out->std_error = per * sqrt(side[0].sum.v + side[1].sum.v);
    const double half = tail_normal_z(state->ask.level) * out->std_error;
    answer_interval(out, value - half, value + half);
    if (state->ask.test == PAL_TEST_NORMAL) {
        out->has_test = true;
        out->test_z = value / out->std_error;
        out->test_p = tail_normal_two_sided(out->test_z);
    }
    return answer_end(out, remark, arena, err);
}

static const char *const intervals[] = {"normal", NULL};

const struct pal_estimator pal_estimator_dsr_difference = {
    .name = "dsr-difference",
    .summary = "difference of two directly standardized rates, later minus earlier",
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
