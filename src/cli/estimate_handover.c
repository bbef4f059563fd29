/* estimate_handover.c: a state that may leave the house. Whoever reads a state reads every cell of
 * it, so no cell may hold a count between 0 and the threshold: groups that do are put together as
 * '_O', first over the last column of groups, then over the last two, and so on; what is still too
 * small when all columns are '_O' is left out. Nothing else is in a state, so that what is left out
 * does not follow from totals; the marginal groups are made from the cells that are there.
 *
 * Of a sample the cells are counts of respondents (estimate_small.c), and groups are put together
 * as sums by unit, before any variance is taken; then moments take the place of the units
 * (estimate_moments.c). Its state has its marginal groups in it, for their variance does not follow
 * from that of the cells; their totals do. */
#include "estimate_survey.h"

#include <math.h>
#include <string.h>

enum { DEFAULT_THRESHOLD = 10 };

static const pal_str other = PAL_STR_INIT("_O");
#define OTHER (EST_TOTAL - 1) /* the code of '_O' while groups are put together */
#define BLANK 0               /* the code of a row that lacks the column        */

struct regrouping {
    const struct est_pass *from;
    size_t groups;
    uint32_t *key;   /* [groups * bys] codes, or OTHER            */
    uint8_t *out;    /* [groups] left out                         */
    uint32_t *group; /* [groups] number in `to`, or PAL_NO_GROUP  */
    struct est_pass *to;
    struct pal_survey_work *work; /* of a sample: answers of `to` */
};

/* Codes of the values that are still there: names of small groups leave no trace. */
static enum pal_status code_of(const struct regrouping *r, size_t b, uint32_t from, uint32_t *out,
                               struct pal_error *err)
{
    const struct est_values *values = &r->from->value[b];
    *out = BLANK;
    if (from == BLANK)
        return PAL_OK;
    const bool merged = from == OTHER;
    const uint32_t code = est_values_add(&r->to->value[b], r->to->arena,
                                         merged ? other : pal_map_key(values->map, from - 1),
                                         merged ? (double)INFINITY : values->sort[from - 1]);
    if (code == UINT32_MAX)
        return pal_nomem(err, "groups");
    *out = code + 1;
    return PAL_OK;
}

static enum pal_status fold_sample(struct regrouping *r, struct pal_arena *arena,
                                   struct pal_error *err)
{
    PAL_TRY(est_survey_pass_fold(r->to, r->from, r->group, err));
    PAL_TRY(est_survey_close(r->to, arena, err));
    return pal_survey_work_new(r->to->survey->survey, arena, &r->work, err);
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
    if (plan->survey)
        return fold_sample(r, arena, err);
    for (size_t t = 0; t < plan->tasks; t++) {
        const struct pal_mapping map = {.group = r->group, .groups = r->groups};
        PAL_TRY(plan->task[t].estimator->merge(r->to->state[t], r->from->state[t], &map, err));
        r->to->unit[t] = r->from->unit[t];
    }
    return PAL_OK;
}

static enum pal_status is_small(const struct regrouping *r, size_t group, double threshold,
                                bool *out, struct pal_error *err)
{
    const struct est_pass *pass = r->to;
    if (pass->survey)
        return est_survey_small(pass, r->work, group, threshold, out, err);
    *out = false;
    for (size_t t = 0; t < pass->plan->tasks; t++)
        *out = *out || pal_state_holding(pass->state[t], group).least < threshold;
    return PAL_OK;
}

/* The groups of which some cell is too small move up: their last `columns` columns become '_O';
 * with more columns than there are they are left out. *any: there were some. */
static enum pal_status move_up(struct regrouping *r, size_t columns, double threshold, bool *any,
                               struct pal_error *err)
{
    const size_t bys = r->from->plan->bys;
    *any = false;
    for (size_t g = 0; g < r->groups; g++) {
        bool small;
        if (r->out[g])
            continue;
        PAL_TRY(is_small(r, r->group[g], threshold, &small, err));
        if (!small)
            continue;
        *any = true;
        r->out[g] = columns > bys;
        for (size_t b = columns > bys ? bys : bys - columns; b < bys; b++)
            r->key[g * bys + b] = OTHER;
    }
    return PAL_OK;
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

/* The same of a sample, whose counts are sums of weights: as if the threshold of rows had weighed
 * what a row weighs on average, and rounded up to two digits. */
static void blur_weight(struct est_mark *cost)
{
    const double least = ceil(cost->threshold), weight = cost->counted_dropped;
    const uint64_t rows = cost->rows - cost->rows_dropped;
    if (!cost->dropped)
        return;
    const double mean = rows ? (cost->counted - weight) / (double)rows : 0;
    double most = fmax(weight, least * mean);
    const double unit = pow(10, floor(log10(most)) - 1);
    if (most > 0 && isfinite(unit) && unit > 0)
        most = ceil(most / unit) * unit;
    cost->counted += most - weight;
    cost->counted_dropped = most;
    if (cost->rows_dropped < (uint64_t)least) {
        cost->rows += (uint64_t)least - cost->rows_dropped;
        cost->rows_dropped = (uint64_t)least;
    }
}

/* What a group holds before anything was done: of a sample, by `work`. */
static enum pal_status holding_of(const struct regrouping *r, struct pal_survey_work *work,
                                  size_t group, struct pal_holding *out, struct pal_error *err)
{
    struct pal_survey_holding sample;
    if (!work) {
        *out = pal_state_holding(r->from->state[0], group);
        return PAL_OK;
    }
    PAL_TRY(pal_survey_holding_of(work, 0, PAL_NO_TERM, group, &sample, err));
    *out = (struct pal_holding){.counted = sample.weight, .rows = sample.rows};
    return PAL_OK;
}

/* whole: of a sample, the cells as they were; number[g] is group g in it. */
static enum pal_status count_cost(const struct regrouping *r, struct pal_survey_work *whole,
                                  const uint32_t *number, double threshold, struct est_mark *mark,
                                  struct pal_error *err)
{
    const size_t bys = r->from->plan->bys;
    struct est_mark cost = {.hand_over = true, .threshold = threshold};
    for (size_t g = 0; g < r->groups; g++) {
        struct pal_holding holding;
        if (number[g] == PAL_NO_GROUP)
            continue;
        PAL_TRY(holding_of(r, whole, number[g], &holding, err));
        cost.groups++;
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
    if (whole)
        blur_weight(&cost);
    else
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
    return PAL_OK;
}

/* ---- samples ---------------------------------------------------------------------------------
 */

static bool has_code(const struct est_pass *pass, size_t group, uint32_t code)
{
    for (size_t b = 0; b < pass->plan->bys; b++)
        if (pal_groups_key(pass->groups, group)[b] == code)
            return true;
    return false;
}

/* The cells that are there, and their marginal groups: sums by unit once more, for the variance. */
static enum pal_status add_margins(struct regrouping *r, struct pal_arena *arena,
                                   struct pal_error *err)
{
    const struct est_plan *plan = r->from->plan;
    const struct est_pass *cells = r->to;
    struct est_pass *all;
    uint32_t key[EST_MOST_BYS];
    uint32_t *group = pal_arena_alloc(arena, r->groups + 1, sizeof *group);
    if (!group)
        return pal_nomem(err, "groups");
    PAL_TRY(est_pass_new(plan, arena, &all, err));
    for (size_t b = 0; b < plan->bys; b++)
        all->value[b] = cells->value[b];
    for (unsigned margin = 0; margin < 1u << plan->bys; margin++) {
        for (size_t g = 0; g < r->groups; g++) {
            group[g] = PAL_NO_GROUP;
            if (r->out[g])
                continue;
            const uint32_t *cell = pal_groups_key(cells->groups, r->group[g]);
            for (size_t b = 0; b < plan->bys; b++)
                key[b] = margin >> b & 1u ? EST_TOTAL : cell[b];
            group[g] = pal_groups_add(all->groups, plan->bys ? key : NULL);
            if (group[g] == PAL_NO_GROUP)
                return pal_nomem(err, "groups");
        }
        PAL_TRY(est_survey_pass_fold(all, r->from, group, err));
    }
    r->to = all;
    return est_survey_close(all, arena, err);
}

/* Moments have no units to put together: what is there must reach the threshold. */
static enum pal_status moments_again(const struct est_pass *pass, double threshold,
                                     struct pal_arena *arena, const struct est_pass **out,
                                     struct pal_error *err)
{
    struct est_pass *copy = pal_arena_alloc(arena, 1, sizeof *copy);
    if (!copy)
        return pal_nomem(err, "a pass");
    if (!pass->mark.hand_over)
        return pal_fail(err, PAL_USAGE,
                        "a confidential state was added to states made for hand-over, and what "
                        "became of it holds no sampling units: make each state of a sample for "
                        "hand-over before they are added");
    /* Not even where each group reaches it: what they leave of one another may not. */
    if (threshold > pass->mark.threshold)
        return pal_fail(err, PAL_USAGE,
                        "the states were made for hand-over with a threshold of %g; whether what "
                        "their groups leave of one another reaches %g cannot be told without "
                        "sampling units: make them again from the confidential ones",
                        pass->mark.threshold, threshold);
    *copy = *pass;
    *out = copy;
    return PAL_OK;
}

/* Cost, margins, moments. */
static enum pal_status finish_sample(struct regrouping *r, struct pal_arena *arena,
                                     const struct est_pass **out, struct pal_error *err)
{
    const struct est_mark mark = r->to->mark;
    struct est_pass *moments;
    if (r->from->plan->request->margins)
        PAL_TRY(add_margins(r, arena, err));
    PAL_TRY(est_moments_take(r->to, arena, &moments, err));
    moments->mark = mark;
    moments->rows = mark.rows;
    *out = moments;
    return PAL_OK;
}

enum pal_status est_hand_over(const struct est_pass *pass, double threshold,
                              struct pal_arena *arena, const struct est_pass **out,
                              struct pal_error *err)
{
    const struct est_plan *plan = pass->plan;
    if (pass->imputed)
        return pal_fail(err, PAL_USAGE,
                        "completed data sets are combined where they are: a saved state holds one");
    if (plan->survey && plan->survey->ask.hold)
        return pal_fail(err, PAL_USAGE,
                        "quantiles and adjusted weights need the rows, and a saved state holds "
                        "none: ask for them where the rows are");
    if (plan->survey)
        PAL_TRY(est_survey_told_apart(plan->survey, err));
    if (threshold == 0)
        threshold = DEFAULT_THRESHOLD;
    if (est_moments_are(pass))
        return moments_again(pass, threshold, arena, out, err);
    struct regrouping r = {.from = pass, .groups = pal_groups_count(pass->groups)};
    r.key = pal_arena_alloc(arena, r.groups * plan->bys + 1, sizeof *r.key);
    r.out = pal_arena_alloc(arena, r.groups + 1, 1);
    r.group = pal_arena_alloc(arena, r.groups + 1, sizeof *r.group);
    uint32_t *number = pal_arena_alloc(arena, r.groups + 1, sizeof *number);
    if (!r.key || !r.out || !r.group || !number)
        return pal_nomem(err, "groups");
    for (size_t g = 0; plan->bys && g < r.groups; g++) {
        memcpy(&r.key[g * plan->bys], pal_groups_key(pass->groups, g), plan->bys * sizeof *r.key);
        r.out[g] = has_code(pass, g, EST_TOTAL); /* of samples: they are made again */
    }
    PAL_TRY(regroup(&r, arena, err));
    struct pal_survey_work *whole = r.work;
    for (size_t g = 0; g < r.groups; g++)
        number[g] = plan->survey ? r.group[g] : (uint32_t)g;
    bool any = false;
    for (size_t g = 0; g < r.groups; g++) /* cells of rows that lack a column: of margins only */
        if (!r.out[g] && has_code(pass, g, BLANK)) {
            r.out[g] = true;
            any = true;
        }
    if (any)
        PAL_TRY(regroup(&r, arena, err));
    any = true;
    for (size_t columns = 1; any && columns <= plan->bys + 1; columns++) {
        PAL_TRY(move_up(&r, columns, threshold, &any, err));
        if (any)
            PAL_TRY(regroup(&r, arena, err));
    }
    size_t left = 0;
    for (size_t g = 0; g < r.groups; g++)
        left += !r.out[g];
    if (!left)
        return pal_fail(err, PAL_DOMAIN,
                        "no group reaches the threshold of %g%s, not even all together: there is "
                        "nothing to hand over",
                        threshold, plan->survey ? " respondents in three sampling units" : "");
    PAL_TRY(count_cost(&r, whole, number, threshold, &r.to->mark, err));
    r.to->rows = r.to->mark.rows;
    *out = r.to;
    return plan->survey ? finish_sample(&r, arena, out, err) : PAL_OK;
}

/* ---- what a state says of itself
 * ------------------------------------------------------------------------------- */

enum pal_status est_mark_note(const struct est_mark *mark, struct pal_arena *arena,
                              struct pal_estimate *e, struct pal_error *err)
{
    static const char hidden[] = "hand-over: small groups are in _O or left out";
    if (!mark->merged && !mark->dropped)
        return PAL_OK;
    e->note = e->note ? pal_arena_printf(arena, "%s; %s", e->note, hidden).ptr : hidden;
    return e->note ? PAL_OK : pal_nomem(err, "a note");
}

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

void est_mark_say(const struct est_mark *mark, bool sample, const char *what, FILE *to)
{
    const char *counted = sample ? "weight" : "counted";
    if (what)
        fprintf(to, "palermo: '%s' is made for hand-over, threshold %g: ", what, mark->threshold);
    else
        fprintf(to, "palermo: states made for hand-over, threshold %g: ", mark->threshold);
    if (!mark->merged && !mark->dropped) {
        fprintf(to, "all %llu groups stand as they were\n", (unsigned long long)mark->groups);
        return;
    }
    fprintf(to,
            "of %llu groups %llu are merged into _O (rows %llu, %s %.15g, %.3g %%) and %llu "
            "left out (rows at most %llu, %s at most %.15g, %.3g %%)\n",
            (unsigned long long)mark->groups, (unsigned long long)mark->merged,
            (unsigned long long)mark->rows_merged, counted, mark->counted_merged,
            percent(mark->counted_merged, mark->counted), (unsigned long long)mark->dropped,
            (unsigned long long)mark->rows_dropped, counted, mark->counted_dropped,
            percent(mark->counted_dropped, mark->counted));
}
