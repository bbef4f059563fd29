/* reported_total.c: the sum over the areas that reported, and how much of the whole that is. Areas
 * that are silent are no zeros: the total stands for those that reported, and says so. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    struct pal_ask mine = *ask;
    if (mine.overdispersed && !mine.interval)
        mine.interval = "quasi";
    return tally_begin(&pal_estimator_reported_total, &mine, args, 1, TALLY_X_OF_MISSING, arena,
                       out, err);
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    struct tally room;
    const struct tally *tally = tally_at(state, group, 0, &room);
    const bool any = answer_start(state, &tally, 1, out);
    out->coverage_n = tally->n;
    out->coverage_of = tally->n + tally->missing + tally->left_out;
    if (!any)
        return answer_end(out, NULL, arena, err);
    const struct answer_range y = answer_y(tally), x = answer_x(tally, state->args);
    if (state->args > 1 && x.known && isfinite(tally->x_missing))
        out->coverage_share = x.value / (x.value + tally->x_missing);
    if (!answer_range(out, y.low, y.high, y.value))
        return answer_end(out, NULL, arena, err);
    out->numerator = y.value;
    if (!state->ask.no_variance) {
        double low, high;
        PAL_TRY(answer_count(state, y.value, answer_dispersion(state, &tally, 1), &out->std_error,
                             &low, &high, err));
        answer_interval(out, low, high);
    }
    return answer_end(out, NULL, arena, err);
}

static const char *const intervals[] = {"garwood", "byar",  "lognormal", "midp",
                                        "normal",  "quasi", "wald",      NULL};

const struct pal_estimator pal_estimator_reported_total = {
    .name = "reported-total",
    .summary = "sum over the areas that reported, with its coverage",
    .source = "Garwood 1936, Biometrika 28",
    .takes = "one or two columns: counts, population of the area",
    .args_min = 1,
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
