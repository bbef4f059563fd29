/* count.c: how many: rows, or the sum of a register's column. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    struct pal_ask mine = *ask;
    if (mine.overdispersed && !mine.interval)
        mine.interval = "quasi";
    if (mine.interval && pal_str_eq(pal_str_of(mine.interval), PAL_STR("quasi")))
        mine.overdispersed = true;
    return tally_begin(&pal_estimator_count, &mine, args, 1, 0, arena, out, err);
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    struct tally room;
    const struct tally *tally = tally_at(state, group, 0, &room);
    if (!answer_start(state, &tally, 1, out) && !state->ask.none_is_zero)
        return answer_end(out, NULL, arena, err);
    out->absent = PAL_PRESENT;
    const struct answer_range y = answer_y(tally);
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

static const char *const intervals[] = {"garwood",  "byar",   "lognormal", "midp",
                                        "nb-exact", "nb-log", "nb-wald",   "normal",
                                        "quasi",    "wald",   NULL};

const struct pal_estimator pal_estimator_count = {
    .name = "count",
    .summary = "number of rows, or sum of a column of counts",
    .source = "Garwood 1936, Biometrika 28; Breslow & Day 1987, section 2.3",
    .takes = "no column, or one of counts",
    .args_max = 1,
    .passes = 1,
    .intervals = intervals,
    .begin = begin,
    .feed = tally_feed,
    .merge = tally_merge,
    .finish = finish,
    .save = tally_save,
    .load = tally_load,
};
