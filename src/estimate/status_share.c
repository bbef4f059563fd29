/* status_share.c: the share of States that have done something, or of items that were answered. All
 * States are asked, so there is no sampling error; what the silent ones would have said is open. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    return tally_begin(&pal_estimator_status_share, ask, args, 1, TALLY_X_OF_MISSING, arena, out,
                       err);
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    struct tally room;
    const struct tally *tally = tally_at(state, group, 0, &room);
    const bool any = answer_start(state, &tally, 1, out);
    out->method = "all States asked: no sampling error";
    out->uncertainty = PAL_UNC_NONE;
    out->has_std_error = out->has_interval = false;
    if (!any)
        return answer_end(out, NULL, arena, err);
    const struct answer_range y = answer_y(tally);
    const double n = (double)tally->n, per = state->ask.per;
    const struct answer_range x =
        state->args > 1 ? answer_x(tally, 2) : (struct answer_range){n, n, n, true};
    const double silent = state->args > 1 ? tally->x_missing : (double)tally->missing;
    if (x.known && !(x.value > 0))
        return answer_end(out, "nothing was asked", arena, err);
    if (x.known && y.known && y.value > x.value)
        return answer_end(out, "more was answered than asked", arena, err);
    /* The silent ones have all done it, or none of them has. */
    const double low = y.low / (x.high + silent);
    const double high = isfinite(silent) ? fmin(1, (y.high + silent) / (x.low + silent)) : 1;
    if (low < high) {
        out->has_bounds = true;
        out->bound_low = isfinite(low) ? low * per : 0;
        out->bound_high = high * per;
    }
    if (x.known && y.known) {
        out->value = y.value / x.value * per;
        out->numerator = y.value;
        out->denominator = x.value;
    } else {
        out->absent = PAL_BELOW_THRESHOLD;
    }
    return answer_end(out, NULL, arena, err);
}

const struct pal_estimator pal_estimator_status_share = {
    .name = "status-share",
    .summary = "share of States that have done something, with bounds for the silent ones",
    .source = "Manski 1989, Journal of Human Resources 24 (bounds for non-response)",
    .takes = "one or two columns: done (1 or 0), or done and asked",
    .args_min = 1,
    .args_max = 2,
    .passes = 1,
    .begin = begin,
    .feed = tally_feed,
    .merge = tally_merge,
    .finish = finish,
    .save = tally_save,
    .load = tally_load,
};
