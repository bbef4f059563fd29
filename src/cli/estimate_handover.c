/* estimate_handover.c: a state that may leave the house. Whoever reads a state reads every cell of
 * it, so no cell may hold a count between 0 and the threshold: groups that do are put together as
 * '_O', first over the last column of groups, then over the last two, and so on; what is still too
 * small when all columns are '_O' is left out. Nothing else is in a state, so that what is left out
 * does not follow from totals; the marginal groups are made from the cells that are there. */
#include "estimate.h"

#include <math.h>
#include <string.h>

enum { DEFAULT_THRESHOLD = 10 };

static const pal_str other = PAL_STR_INIT("_O");
#define OTHER (EST_TOTAL - 1) /* the code of '_O' while groups are put together */

struct regrouping {
    const struct est_pass *from;
    size_t groups;
    uint32_t *key;   /* [groups * bys] codes, or OTHER            */
    uint8_t *out;    /* [groups] left out                         */
    uint32_t *group; /* [groups] number in `to`, or PAL_NO_GROUP  */
    struct est_pass *to;
};

/* Codes of the values that are still there: names of small groups leave no trace. */
static enum pal_status code_of(const struct regrouping *r, size_t b, uint32_t from, uint32_t *out,
                               struct pal_error *err)
{
    const struct est_values *values = &r->from->value[b];
    const bool merged = from == OTHER;
    const uint32_t code = est_values_add(&r->to->value[b], r->to->arena,
                                         merged ? other : pal_map_key(values->map, from - 1),
                                         merged ? (double)INFINITY : values->sort[from - 1]);
    if (code == UINT32_MAX)
        return pal_nomem(err, "groups");
    *out = code + 1;
    return PAL_OK;
}

static enum pal_status regroup(struct regrouping *r, struct pal_arena *arena, struct pal_error *err)
{
    const struct est_plan *plan = r->from->plan;
    uint32_t key[EST_MOST_BYS];
    PAL_TRY(est_pass_new(plan, arena, &r->to, err));
    for (size_t g = 0; g < r->groups; g++) {
        r->group[g] = PAL_NO_GROUP;
        if (r->out[g])
            continue;
        for (size_t b = 0; b < plan->bys; b++)
            PAL_TRY(code_of(r, b, r->key[g * plan->bys + b], &key[b], err));
        r->group[g] = pal_groups_add(r->to->groups, plan->bys ? key : NULL);
        if (r->group[g] == PAL_NO_GROUP)
            return pal_nomem(err, "groups");
    }
    for (size_t t = 0; t < plan->tasks; t++) {
        const struct pal_mapping map = {.group = r->group, .groups = r->groups};
        PAL_TRY(plan->task[t].estimator->merge(r->to->state[t], r->from->state[t], &map, err));
        r->to->unit[t] = r->from->unit[t];
    }
    return PAL_OK;
}

static bool is_small(const struct est_pass *pass, size_t group, double threshold)
{
    for (size_t t = 0; t < pass->plan->tasks; t++)
        if (pal_state_holding(pass->state[t], group).least < threshold)
            return true;
    return false;
}

/* The groups of which some cell is too small move up: their last `columns` columns become '_O';
 * with more columns than there are they are left out. True when there was any. */
static bool move_up(struct regrouping *r, size_t columns, double threshold)
{
    const size_t bys = r->from->plan->bys;
    bool any = false;
    for (size_t g = 0; g < r->groups; g++) {
        if (r->out[g] || !is_small(r->to, r->group[g], threshold))
            continue;
        any = true;
        r->out[g] = columns > bys;
        for (size_t b = columns > bys ? bys : bys - columns; b < bys; b++)
            r->key[g * bys + b] = OTHER;
    }
    return any;
}

/* What was left out goes into the state as the threshold at least, totals and all: the exact number
 * would say how large a group is that must not be seen. */
static void blur(struct est_mark *cost)
{
    const double counted = cost->counted_dropped, least = ceil(cost->threshold);
    const uint64_t rows = cost->rows_dropped;
    if (cost->dropped && counted < least)
        cost->counted_dropped = least;
    if (cost->dropped && rows < (uint64_t)least)
        cost->rows_dropped = (uint64_t)least;
    cost->counted += cost->counted_dropped - counted;
    cost->rows += cost->rows_dropped - rows;
}

static void count_cost(const struct regrouping *r, double threshold, struct est_mark *mark)
{
    const size_t bys = r->from->plan->bys;
    struct est_mark cost = {.hand_over = true, .threshold = threshold, .groups = r->groups};
    for (size_t g = 0; g < r->groups; g++) {
        const struct pal_holding holding = pal_state_holding(r->from->state[0], g);
        cost.rows += holding.rows;
        cost.counted += holding.counted;
        if (r->out[g]) {
            cost.dropped++;
            cost.rows_dropped += holding.rows;
            cost.counted_dropped += holding.counted;
        } else if (bys && r->key[g * bys + bys - 1] == OTHER) {
            cost.merged++;
            cost.rows_merged += holding.rows;
            cost.counted_merged += holding.counted;
        }
    }
    blur(&cost);
    const struct est_mark *before = &r->from->mark; /* what was lost before stays lost */
    cost.groups += before->merged + before->dropped;
    cost.rows += before->rows_dropped;
    cost.counted += before->counted_dropped;
    cost.merged += before->merged;
    cost.rows_merged += before->rows_merged;
    cost.counted_merged += before->counted_merged;
    cost.dropped += before->dropped;
    cost.rows_dropped += before->rows_dropped;
    cost.counted_dropped += before->counted_dropped;
    *mark = cost;
}

enum pal_status est_hand_over(const struct est_pass *pass, double threshold,
                              struct pal_arena *arena, const struct est_pass **out,
                              struct pal_error *err)
{
    const struct est_plan *plan = pass->plan;
    if (plan->survey)
        return pal_fail(err, PAL_USAGE,
                        "the state of a sample holds sums by sampling unit, which may be one "
                        "person: hand over the figures, or pass the state on as confidential, "
                        "without --hand-over");
    if (threshold == 0)
        threshold = DEFAULT_THRESHOLD;
    struct regrouping r = {.from = pass, .groups = pal_groups_count(pass->groups)};
    r.key = pal_arena_alloc(arena, r.groups * plan->bys + 1, sizeof *r.key);
    r.out = pal_arena_alloc(arena, r.groups + 1, 1);
    r.group = pal_arena_alloc(arena, r.groups + 1, sizeof *r.group);
    if (!r.key || !r.out || !r.group)
        return pal_nomem(err, "groups");
    for (size_t g = 0; plan->bys && g < r.groups; g++)
        memcpy(&r.key[g * plan->bys], pal_groups_key(pass->groups, g), plan->bys * sizeof *r.key);
    PAL_TRY(regroup(&r, arena, err));
    for (size_t columns = 1; columns <= plan->bys + 1 && move_up(&r, columns, threshold); columns++)
        PAL_TRY(regroup(&r, arena, err));
    size_t left = 0;
    for (size_t g = 0; g < r.groups; g++)
        left += !r.out[g];
    if (!left)
        return pal_fail(err, PAL_DOMAIN,
                        "no group reaches the threshold of %g, not even all together: there is "
                        "nothing to hand over",
                        threshold);
    count_cost(&r, threshold, &r.to->mark);
    r.to->rows = r.to->mark.rows;
    *out = r.to;
    return PAL_OK;
}

/* ---- what a state says of itself
 * ------------------------------------------------------------------------------- */

void est_mark_add(struct est_mark *into, const struct est_mark *from)
{
    into->hand_over = into->hand_over && from->hand_over;
    into->threshold =
        from->threshold > 0 && !(into->threshold > 0 && into->threshold < from->threshold)
            ? from->threshold
            : into->threshold;
    into->groups += from->groups;
    into->merged += from->merged;
    into->dropped += from->dropped;
    into->rows += from->rows;
    into->rows_merged += from->rows_merged;
    into->rows_dropped += from->rows_dropped;
    into->counted += from->counted;
    into->counted_merged += from->counted_merged;
    into->counted_dropped += from->counted_dropped;
}

static double percent(double part, double whole) { return whole > 0 ? 100 * part / whole : 0; }

void est_mark_say(const struct est_mark *mark, const char *what, FILE *to)
{
    if (what)
        fprintf(to, "palermo: '%s' is made for hand-over, threshold %g: ", what, mark->threshold);
    else
        fprintf(to, "palermo: states made for hand-over, threshold %g: ", mark->threshold);
    if (!mark->merged && !mark->dropped) {
        fprintf(to, "all %llu groups stand as they were\n", (unsigned long long)mark->groups);
        return;
    }
    fprintf(to,
            "of %llu groups %llu are merged into _O (rows %llu, counted %.15g, %.3g %%) and %llu "
            "left out (rows at most %llu, counted at most %.15g, %.3g %%)\n",
            (unsigned long long)mark->groups, (unsigned long long)mark->merged,
            (unsigned long long)mark->rows_merged, mark->counted_merged,
            percent(mark->counted_merged, mark->counted), (unsigned long long)mark->dropped,
            (unsigned long long)mark->rows_dropped, mark->counted_dropped,
            percent(mark->counted_dropped, mark->counted));
}
