/* estimate_small.c: may a group of a sample be seen? Every domain that an estimate of it is made of
 * has no respondent or as many as the threshold, and so has what is left of one when others are
 * subtracted from it; and three sampling units at least, since of two a total and its variance tell
 * each one's sum. Domains of which it cannot be told whether they overlap are refused. */
#include "estimate_survey.h"

#include <math.h>

enum { FEWEST_UNITS = 3 };

struct looking {
    const struct est_survey_plan *plan;
    struct pal_survey_work *work;
    size_t group;
    double threshold;
    struct pal_error *err;
};

static bool few(const struct looking *l, double rows) { return rows > 0 && rows < l->threshold; }

static enum pal_status rows_of(const struct looking *l, size_t frame, size_t term, double *out,
                               bool *small)
{
    struct pal_survey_holding holding;
    PAL_TRY(pal_survey_holding_of(l->work, frame, term, l->group, &holding, l->err));
    *out = (double)holding.rows;
    *small = *small || few(l, *out) || (holding.rows && holding.units < FEWEST_UNITS);
    return PAL_OK;
}

static bool has_condition(const struct est_frame *frame, const struct est_where *where)
{
    for (size_t i = 0; i < frame->conditions; i++)
        if (pal_str_eq(frame->condition[i]->text, where->text))
            return true;
    return false;
}

/* Every row of `inner` is one of `outer`, as far as their conditions say. */
static bool within(const struct est_frame *inner, const struct est_frame *outer)
{
    for (size_t i = 0; i < outer->conditions; i++)
        if (!has_condition(inner, outer->condition[i]))
            return false;
    return true;
}

/* Columns that the rows of a statistic must have. */
static size_t needs(const struct looking *l, size_t statistic, size_t out[2])
{
    const struct pal_survey_statistic *it = &l->plan->statistic[statistic];
    if (it->y == PAL_NO_TERM)
        return 0;
    const struct est_term *term = &l->plan->frame[it->frame].term[it->y];
    out[0] = term->column;
    out[1] = term->other;
    return term->kind == EST_TERM_VALUE && term->other != EST_NO_COLUMN ? 2 : 1;
}

static bool other_value(const struct est_where *a, const struct est_where *b)
{
    if (a->operator!= EST_EQUAL || b->operator!= EST_EQUAL || a->n != 1 ||
        b->n != 1 || !pal_str_eq(a->column, b->column) ||
        isnan(a->number[0]) != isnan(b->number[0]))
        return false;
    return isnan(a->number[0]) ? !pal_str_eq(a->value[0], b->value[0])
                               : a->number[0] != b->number[0];
}

/* They ask for different values of one column, so that no row is in both. */
static bool apart(const struct est_frame *a, const struct est_frame *b)
{
    for (size_t i = 0; i < a->conditions; i++)
        for (size_t k = 0; k < b->conditions; k++)
            if (other_value(a->condition[i], b->condition[k]))
                return true;
    return false;
}

enum pal_status est_survey_told_apart(const struct est_survey_plan *plan, struct pal_error *err)
{
    for (size_t a = 0; a < plan->statistics; a++)
        for (size_t b = 0; b < a; b++) {
            const struct est_frame *one = &plan->frame[plan->statistic[a].frame],
                                   *two = &plan->frame[plan->statistic[b].frame];
            if (!within(one, two) && !within(two, one) && !apart(one, two))
                return pal_fail(
                    err, PAL_USAGE,
                    "whether the parts @%.*s and @%.*s overlap cannot be told, and what "
                    "one has and the other has not may be few: for --hand-over each "
                    "part takes one value of a column, as @sex=F, or lies inside the "
                    "other",
                    PAL_ARG(one->condition[one->conditions - 1]->text),
                    PAL_ARG(two->condition[two->conditions - 1]->text));
        }
    return PAL_OK;
}

/* ---- what is left of one domain without others ------------------------------------------------
 */

enum { MOST_TRIES = 1 << 20 };

struct leaving {
    const struct looking *look;
    const double *of, *of_frame; /* rows of statistics and of frames        */
    size_t whole;                /* statistic that others are taken out of  */
    size_t taken[64], n, tries;
};

/* The sums of two statistics can be subtracted: they are of one column. */
static bool comparable(const struct looking *l, size_t a, size_t b)
{
    size_t mine[2] = {0, 0}, theirs[2] = {0, 0}; /* gcc -O3 does not see that they are set */
    const size_t m = needs(l, a, mine), t = needs(l, b, theirs);
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < t; k++)
            if (mine[i] == theirs[k])
                return true;
    return !m && !t;
}

/* `inner` asks for every column that `outer` asks for. */
static bool asks_at_least(const struct looking *l, size_t inner, size_t outer)
{
    size_t mine[2] = {0, 0}, theirs[2] = {0, 0};
    const size_t m = needs(l, inner, mine), t = needs(l, outer, theirs);
    size_t found = 0;
    for (size_t k = 0; k < t; k++)
        found += (m > 0 && theirs[k] == mine[0]) || (m > 1 && theirs[k] == mine[1]);
    return found == t;
}

static bool has_gaps(const struct leaving *v, size_t statistic)
{
    return v->of[statistic] < v->of_frame[v->look->plan->statistic[statistic].frame];
}

/* That as many rows are left out here as there does not tell that they are the same ones. */
static bool may_be_others(const struct leaving *v, size_t s)
{
    const struct est_survey_plan *plan = v->look->plan;
    if (asks_at_least(v->look, s, v->whole)) /* its rows are among those of the whole */
        return false;
    if (!v->n && plan->statistic[s].frame == plan->statistic[v->whole].frame &&
        asks_at_least(v->look, v->whole, s))
        return false;
    return has_gaps(v, s) || has_gaps(v, v->whole);
}

static bool fits(const struct leaving *v, size_t s)
{
    const struct est_survey_plan *plan = v->look->plan;
    const struct est_frame *frame = &plan->frame[plan->statistic[s].frame];
    if (s == v->whole || !within(frame, &plan->frame[plan->statistic[v->whole].frame]) ||
        !comparable(v->look, s, v->whole))
        return false;
    for (size_t i = 0; i < v->n; i++)
        if (!apart(frame, &plan->frame[plan->statistic[v->taken[i]].frame]))
            return false;
    return true;
}

/* Takes out one after the other. */ // NOLINTNEXTLINE(misc-no-recursion): PAL_COUNT(v->taken)
static bool leaves_few(struct leaving *v, size_t from, double left, bool others)
{
    for (size_t s = from; s < v->look->plan->statistics; s++) {
        if (!fits(v, s))
            continue;
        if (v->n == PAL_COUNT(v->taken) || ++v->tries > MOST_TRIES)
            return true; /* more than can be looked at */
        const double rest = left - v->of[s];
        const bool gaps = others || may_be_others(v, s);
        if (few(v->look, fabs(rest)) || (gaps && !(fabs(rest) > 0)))
            return true;
        v->taken[v->n++] = s;
        const bool found = leaves_few(v, s + 1, rest, gaps);
        v->n--;
        if (found)
            return true;
    }
    return false;
}

static bool rest_is_small(const struct looking *l, const double *of_frame, const double *of)
{
    const struct est_survey_plan *plan = l->plan;
    for (size_t a = 0; a < plan->statistics; a++)
        for (size_t b = 0; b < plan->statistics; b++) {
            const size_t inner = plan->statistic[a].frame, outer = plan->statistic[b].frame;
            if (a != b && within(&plan->frame[inner], &plan->frame[outer]) &&
                few(l, of_frame[outer] - of_frame[inner]))
                return true;
        }
    struct leaving v = {.look = l, .of = of, .of_frame = of_frame};
    for (v.whole = 0; v.whole < plan->statistics; v.whole++)
        if (leaves_few(&v, 0, of[v.whole], false))
            return true;
    return false;
}

/* The one condition more that `part` has, if it is `column = VALUE`. */
static const struct est_where *part_by(const struct est_frame *part, const struct est_frame *whole)
{
    const struct est_where *more = NULL;
    if (part->conditions != whole->conditions + 1 || !within(part, whole))
        return NULL;
    for (size_t i = 0; i < part->conditions; i++)
        if (!has_condition(whole, part->condition[i]))
            more = part->condition[i];
    return more && more->operator== EST_EQUAL && more->n == 1 ? more : NULL;
}

/* @sex=F and @sex=M beside the whole: those of neither must not be few. */
static bool parts_leave_few(const struct looking *l, const bool *used, const double *of_frame)
{
    const struct est_survey_plan *plan = l->plan;
    for (size_t whole = 0; whole < plan->frames; whole++)
        for (size_t first = 0; used[whole] && first < plan->frames; first++) {
            const struct est_where *by =
                used[first] ? part_by(&plan->frame[first], &plan->frame[whole]) : NULL;
            double rest = of_frame[whole];
            for (size_t f = 0; by && f < plan->frames; f++) {
                const struct est_where *where =
                    used[f] ? part_by(&plan->frame[f], &plan->frame[whole]) : NULL;
                if (where && pal_str_eq(where->column, by->column))
                    rest -= of_frame[f];
            }
            if (by && few(l, rest))
                return true;
        }
    return false;
}

enum pal_status est_survey_small(const struct est_pass *pass, struct pal_survey_work *work,
                                 size_t group, double threshold, bool *out, struct pal_error *err)
{
    const struct est_survey_plan *plan = pass->plan->survey;
    const struct looking l = {plan, work, group, threshold, err};
    struct pal_arena *scratch = pal_arena_new();
    double *of_frame =
        scratch ? pal_arena_alloc(scratch, plan->frames + 1, sizeof *of_frame) : NULL;
    double *of = scratch ? pal_arena_alloc(scratch, plan->statistics + 1, sizeof *of) : NULL;
    bool *used = scratch ? pal_arena_alloc(scratch, plan->frames + 1, sizeof *used) : NULL;
    enum pal_status status = of_frame && of && used ? PAL_OK : pal_nomem(err, "groups");
    *out = false;
    for (size_t k = 0; status == PAL_OK && k < plan->statistics; k++)
        used[plan->statistic[k].frame] = true;
    for (size_t f = 0; status == PAL_OK && f < plan->frames; f++)
        if (f == 0 || used[f]) /* the first is the group without conditions */
            status = rows_of(&l, f, PAL_NO_TERM, &of_frame[f], out);
    for (size_t k = 0; status == PAL_OK && k < plan->statistics; k++)
        status = rows_of(&l, plan->statistic[k].frame, plan->statistic[k].y, &of[k], out);
    if (status == PAL_OK)
        *out = *out || of_frame[0] < threshold || rest_is_small(&l, of_frame, of) ||
               parts_leave_few(&l, used, of_frame);
    if (scratch)
        pal_arena_free(scratch);
    return status;
}
