/* recapture.c: reported cases, from two independent searches for them (ILO 2005): how many cases
 * are in no search is Chapman's; each stands for the mean of those found. Rows are cases, whatever
 * reports them, so that what cases count for may differ and its spread is known.
 *
 *     T = per N w,   V(T) = per^2 (w^2 V(N) + N (N - k) s^2 / k)
 *
 * with N cases in all, k of those found of known size, w and s^2 the mean and variance of these.
 * The second term is that of a mean expanded to a finite population (Cochran 1977, 2.5 and 2.9). */
#include "inside.h"

#include "palermo/systems.h"

#include <math.h>
#include <stdio.h>

enum { FIRST = 1, SECOND = 2, BOTH = 3 }; /* histories: bit k is search k */

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    return tally_begin(&pal_estimator_recapture, ask, args, 0, TALLY_STRATA | TALLY_SQUARES, arena,
                       out, err);
}

struct cases {                  /* found in either search */
    double n1, n2, both, known; /* cases; `known`: how many of them have a value */
    double mean, variance;      /* of the values of one case; variance NaN for one case */
};

static struct cases cases_of(const struct pal_state *state, size_t group,
                             const struct tally **tally, struct tally *room)
{
    struct pal_sum y = {0}, squares = {0};
    double n[BOTH + 1] = {0};
    struct cases c = {0};
    for (size_t h = FIRST; h <= BOTH; h++) {
        tally[h - FIRST] = tally_at(state, group, h, &room[h - FIRST]);
        pal_sum_merge(&y, &room[h - FIRST].y);
        pal_sum_merge(&squares, &room[h - FIRST].squares);
        n[h] = (double)(room[h - FIRST].n + room[h - FIRST].missing);
        c.known += (double)room[h - FIRST].n;
    }
    c.n1 = n[FIRST] + n[BOTH];
    c.n2 = n[SECOND] + n[BOTH];
    c.both = n[BOTH];
    const double sum = pal_sum_value(&y);
    c.mean = sum / c.known;
    c.variance = fmax(0, pal_sum_value(&squares) - sum * c.mean) / (c.known - 1);
    return c;
}

static void answer(const struct pal_state *state, const struct cases *c,
                   const struct pal_recapture *found, struct pal_estimate *out)
{
    const double per = state->ask.per, people = c->known * c->mean * per;
    const double unseen = found->population - c->known;
    out->value = found->population * c->mean * per;
    out->numerator = people;
    if (state->ask.no_variance)
        return;
    const double spread = unseen > 0 ? found->population * unseen * c->variance / c->known : 0;
    const double variance = per * per * (c->mean * c->mean * found->variance + spread);
    out->std_error = sqrt(variance);
    out->has_std_error = isfinite(variance);
    out->level = state->ask.level;
    out->interval = "lognormal";
    out->has_interval =
        pal_lognormal_limits(people, out->value, variance, out->level, &out->low, &out->high);
    if (!out->has_interval && !(variance > 0)) { /* nothing was left to be found */
        out->low = out->high = out->value;
        out->has_interval = true;
    }
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    struct tally room[BOTH];
    const struct tally *tally[BOTH];
    struct pal_recapture found;
    struct pal_error why = {0};
    const struct cases c = cases_of(state, group, tally, room);
    answer_start(state, tally, BOTH, out);
    out->has_std_error = out->has_interval = false;
    out->uncertainty = PAL_UNC_MODEL;
    out->method = "recapture of reported cases (Chapman 1951; ILO 2005)";
    out->absent = c.n1 + c.n2 > 0 ? PAL_PRESENT : PAL_BLANK;
    if (state->parts > BOTH + 1)
        return pal_fail(err, PAL_SYNTAX,
                        "'recapture' compares two searches; of more lists 'systems' estimates");
    const enum pal_status status = pal_chapman(c.n1, c.n2, c.both, &found, &why);
    if (status == PAL_DOMAIN)
        return answer_end(out, pal_arena_cstr(arena, pal_str_of(why.text)), arena, err);
    if (status != PAL_OK) {
        if (err)
            *err = why;
        return status;
    }
    if (!(c.known > 0))
        return answer_end(out, "no case says how much it counts for", arena, err);
    answer(state, &c, &found, out);
    char remark[128] = "";
    if (out->missing)
        snprintf(remark, sizeof remark,
                 "%llu cases of unknown size stand for the mean of the others",
                 (unsigned long long)out->missing);
    else if (!(c.both > 0))
        snprintf(remark, sizeof remark, "no case is in both searches");
    out->missing = 0; /* they did enter, as cases */
    return answer_end(out, remark[0] ? remark : NULL, arena, err);
}

static const char *const intervals[] = {"lognormal", NULL};

const struct pal_estimator pal_estimator_recapture = {
    .name = "recapture",
    .summary = "cases reported in two searches, and in neither, times what a case counts for",
    .source = "Chapman 1951; Belser, de Cock & Mehran 2005, ILO",
    .takes = "one column, what each case counts for; a row is a case, its history its stratum",
    .args_min = 1,
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
