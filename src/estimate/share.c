/* share.c: a part of a whole: one class of a count, alone or as one of a full breakdown. */
#include "inside.h"

#include <math.h>

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    const bool rest = args == 1;
    struct pal_ask mine = *ask;
    if (!mine.interval)
        mine.interval = ask->classes > 1 ? "goodman" : "wilson";
    PAL_TRY(tally_begin(&pal_estimator_share, &mine, args, rest ? 2 : 1, rest ? TALLY_SIDES : 0,
                        arena, out, err));
    if (tally_is(*out, "goodman") && ask->classes < 2)
        return pal_fail(err, PAL_USAGE, "interval 'goodman' needs the number of classes");
    return PAL_OK;
}

/* Of a part and the rest of its whole, each with its range. */
static struct answer_range of_whole(struct answer_range part, struct answer_range rest)
{
    struct answer_range out = {.value = part.value / (part.value + rest.value),
                               .known = part.known && rest.known};
    out.low = out.high = out.value;
    if (!out.known) {
        out.low = part.low > 0 ? part.low / (part.low + rest.high) : 0;
        out.high = part.high + rest.low > 0 ? part.high / (part.high + rest.low) : 1;
        if (isinf(part.high))
            out.high = 1;
    }
    return out;
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    const bool rest = state->args == 1;
    struct tally room[2];
    const struct tally *const tally[] = {tally_at(state, group, 0, &room[0]),
                                         tally_at(state, group, 1, &room[1])};
    if (!answer_start(state, tally, rest ? 2 : 1, out))
        return answer_end(out, NULL, arena, err);
    const struct answer_range y = answer_y(tally[0]);
    const struct answer_range x = rest ? answer_y(tally[1]) : answer_x(tally[0], 2);
    const double whole = rest ? y.value + x.value : x.value, per = state->ask.per;
    const bool goodman = tally_is(state, "goodman");
    if (y.known)
        out->numerator = y.value;
    if (x.known && (!rest || y.known))
        out->denominator = whole;
    struct answer_range share = rest ? of_whole(y, x) : answer_quotient(y, x, 1);
    if (!share.known && share.high > 1)
        share.high = 1;
    if (share.known && !(whole > 0))
        return answer_end(out, "the whole is 0", arena, err);
    if (share.known && y.value > whole)
        return answer_end(out, "the part is above the whole", arena, err);
    if (!answer_range(out, share.low * per, share.high * per, share.value * per) ||
        state->ask.no_variance)
        return answer_end(out, NULL, arena, err);
    const double dispersion = answer_dispersion(state, tally, rest ? 2 : 1);
    double low, high;
    pal_interval_wilson(y.value, whole, state->ask.level, goodman ? state->ask.classes : 1,
                        dispersion, &low, &high);
    out->std_error = per * sqrt(dispersion * share.value * (1 - share.value) / whole);
    answer_interval(out, low * per, high * per);
    return answer_end(out, NULL, arena, err);
}

static const char *const intervals[] = {"wilson", "goodman", NULL};

const struct pal_estimator pal_estimator_share = {
    .name = "share",
    .summary = "a part of a whole, alone or as one of a full breakdown",
    .source = "Wilson 1927, JASA 22; Goodman 1965, Technometrics 7",
    .takes = "two columns (part, whole), or one with sides (part, rest)",
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
