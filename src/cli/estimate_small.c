/* estimate_small.c: may a group of a sample be seen? Every domain that an estimate of it is made of
 * has no respondent or as many as the threshold, and so has what is left of one when others are
 * taken out of it; and three sampling units at least, since of two a total and its variance tell
 * each one's sum. Domains of which it cannot be told whether they overlap are refused. */
#include "estimate_survey.h"

#include <math.h>

enum { FEWEST_UNITS = 3, MOST_TAKEN = 64, MOST_TRIES = 1 << 20 };

/* Rows that are told of: those of a frame, or those of a statistic, where its columns are present.
 */
struct domain {
    struct pal_survey_domain is;
    size_t column[2], columns;
    double rows, of_frame; /* of_frame: with those where a column is absent */
};

struct looking {
    const struct est_survey_plan *plan;
    struct pal_survey_work *work;
    size_t group;
    double threshold;
    struct domain *domain;
    size_t domains;
    /* what is taken out of one of them */
    const struct domain *whole, *taken[MOST_TAKEN];
    size_t n, tries;
    struct pal_error *err;
};

static bool few(const struct looking *l, double rows) { return rows > 0 && rows < l->threshold; }

/* ---- conditions -------------------------------------------------------------------------------
 */

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

static const struct est_frame *frame_of(const struct looking *l, const struct domain *d)
{
    return &l->plan->frame[d->is.frame];
}

/* The sums of two can be subtracted: they are of one column, or both of weights. */
static bool comparable(const struct domain *a, const struct domain *b)
{
    for (size_t i = 0; i < a->columns; i++)
        for (size_t k = 0; k < b->columns; k++)
            if (a->column[i] == b->column[k])
                return true;
    return !a->columns && !b->columns;
}

/* `inner` asks for every column that `outer` asks for. */
static bool asks_at_least(const struct domain *inner, const struct domain *outer)
{
    for (size_t i = 0; i < outer->columns; i++) {
        bool found = false;
        for (size_t k = 0; k < inner->columns; k++)
            found = found || inner->column[k] == outer->column[i];
        if (!found)
            return false;
    }
    return true;
}

static bool fits(const struct looking *l, const struct domain *d)
{
    if (d == l->whole || !within(frame_of(l, d), frame_of(l, l->whole)) || !comparable(d, l->whole))
        return false;
    for (size_t i = 0; i < l->n; i++)
        if (!apart(frame_of(l, d), frame_of(l, l->taken[i])))
            return false;
    return true;
}

/* That as many rows are left out here as there does not tell that they are the same ones. */
static bool may_be_others(const struct looking *l, const struct domain *d)
{
    if (asks_at_least(d, l->whole)) /* its rows are among those of the whole */
        return false;
    if (!l->n && d->is.frame == l->whole->is.frame && asks_at_least(l->whole, d))
        return false;
    return d->rows < d->of_frame || l->whole->rows < l->whole->of_frame;
}

/* `rest` rows are left when what is taken is taken out. */
static enum pal_status rest_is_small(const struct looking *l, double rest, bool others, bool *out)
{
    struct pal_survey_domain taken[MOST_TAKEN];
    size_t units;
    *out = few(l, fabs(rest)) || (others && !(fabs(rest) > 0));
    if (*out || !(fabs(rest) > 0))
        return PAL_OK;
    for (size_t i = 0; i < l->n; i++)
        taken[i] = l->taken[i]->is;
    PAL_TRY(pal_survey_units_left(l->work, &l->whole->is, taken, l->n, l->group, &units, l->err));
    *out = units < FEWEST_UNITS;
    return PAL_OK;
}

/* Takes domains out one after the other, from number `from` on. */
// NOLINTNEXTLINE(misc-no-recursion): MOST_TAKEN ends it
static enum pal_status take_out(struct looking *l, size_t from, double left, bool others, bool *out)
{
    for (size_t i = from; i < l->domains && !*out; i++) {
        const struct domain *d = &l->domain[i];
        if (!fits(l, d))
            continue;
        if (l->n == MOST_TAKEN || ++l->tries > MOST_TRIES) {
            *out = true; /* more than can be looked at */
            return PAL_OK;
        }
        const bool gaps = others || may_be_others(l, d);
        l->taken[l->n++] = d;
        PAL_TRY(rest_is_small(l, left - d->rows, gaps, out));
        if (!*out)
            PAL_TRY(take_out(l, i + 1, left - d->rows, gaps, out));
        l->n--;
    }
    return PAL_OK;
}

/* ---- the domains ------------------------------------------------------------------------------
 */

static enum pal_status rows_of(const struct looking *l, struct pal_survey_domain is, double *out,
                               bool *small)
{
    struct pal_survey_holding holding;
    PAL_TRY(pal_survey_holding_of(l->work, is.frame, is.term, l->group, &holding, l->err));
    *out = (double)holding.rows;
    *small = *small || few(l, *out) || (holding.rows && holding.units < FEWEST_UNITS);
    return PAL_OK;
}

static enum pal_status add_domain(struct looking *l, struct pal_survey_domain is, bool *small)
{
    for (size_t i = 0; i < l->domains; i++)
        if (l->domain[i].is.frame == is.frame && l->domain[i].is.term == is.term)
            return PAL_OK;
    struct domain *d = &l->domain[l->domains++];
    *d = (struct domain){.is = is};
    PAL_TRY(rows_of(l, is, &d->rows, small));
    PAL_TRY(rows_of(l, (struct pal_survey_domain){is.frame, PAL_NO_TERM}, &d->of_frame, small));
    if (is.term == PAL_NO_TERM)
        return PAL_OK;
    const struct est_term *term = &l->plan->frame[is.frame].term[is.term];
    d->column[d->columns++] = term->column;
    if (term->kind == EST_TERM_VALUE && term->other != EST_NO_COLUMN)
        d->column[d->columns++] = term->other;
    return PAL_OK;
}

static enum pal_status look(struct looking *l, bool *out)
{
    const struct est_survey_plan *plan = l->plan;
    /* The first frame is the group without conditions, of which nothing may be told. */
    double rows;
    PAL_TRY(rows_of(l, (struct pal_survey_domain){0, PAL_NO_TERM}, &rows, out));
    *out = *out || rows < l->threshold;
    for (size_t k = 0; k < plan->statistics && !*out; k++) {
        const struct pal_survey_statistic *s = &plan->statistic[k];
        PAL_TRY(add_domain(l, (struct pal_survey_domain){s->frame, PAL_NO_TERM}, out));
        PAL_TRY(add_domain(l, (struct pal_survey_domain){s->frame, s->y}, out));
    }
    for (size_t i = 0; i < l->domains && !*out; i++) {
        l->whole = &l->domain[i];
        PAL_TRY(take_out(l, 0, l->whole->rows, false, out));
    }
    return PAL_OK;
}

enum pal_status est_survey_small(const struct est_pass *pass, struct pal_survey_work *work,
                                 size_t group, double threshold, bool *out, struct pal_error *err)
{
    const struct est_survey_plan *plan = pass->plan->survey;
    struct looking l = {
        .plan = plan, .work = work, .group = group, .threshold = threshold, .err = err};
    struct pal_arena *scratch = pal_arena_new();
    *out = false;
    if (scratch)
        l.domain = pal_arena_alloc(scratch, 2 * plan->statistics + 1, sizeof *l.domain);
    const enum pal_status status = l.domain ? look(&l, out) : pal_nomem(err, "groups");
    pal_arena_free(scratch);
    return status;
}
