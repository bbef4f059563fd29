/* estimate_small.c: may a group of a sample be seen? Every domain that an estimate of it is made of
 * has no respondent or as many as the threshold, and so has every domain that follows from two of
 * them by subtraction; and three sampling units at least, since of two a total and its variance
 * tell each one's sum. */
#include "estimate_survey.h"

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

/* `inner` asks for every column that `outer` asks for, and they have one in common. */
static bool asks_for_more(const struct looking *l, size_t inner, size_t outer)
{
    size_t mine[2] = {0, 0}, theirs[2] = {0, 0}; /* gcc -O3 does not see that they are set */
    const size_t m = needs(l, inner, mine), t = needs(l, outer, theirs);
    size_t found = 0;
    for (size_t i = 0; i < t; i++)
        found += theirs[i] == mine[0] || (m > 1 && theirs[i] == mine[1]);
    return m && t && found == t;
}

/* Two domains, one inside the other: the rest must not be small either. */
static bool rest_is_small(const struct looking *l, const double *of_frame, const double *of)
{
    const struct est_survey_plan *plan = l->plan;
    for (size_t a = 0; a < plan->statistics; a++)
        for (size_t b = 0; b < plan->statistics; b++) {
            const size_t inner = plan->statistic[a].frame, outer = plan->statistic[b].frame;
            if (a == b || !within(&plan->frame[inner], &plan->frame[outer]))
                continue;
            if (few(l, of_frame[outer] - of_frame[inner]))
                return true;
            if (asks_for_more(l, a, b) && few(l, of[b] - of[a]))
                return true;
        }
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
