/* survey_replicate.c: sums under given replicate weights, added up as the rows come: what a row
 * adds to one sum, it adds in all replicates, which lie side by side. Those of made replicates
 * follow from the sums of units (survey_group.c). */
#include "survey.h"

#include <math.h>
#include <string.h>

/* ---- given weights ------------------------------------------------------------------------------
 */

void survey_given_new(struct survey_given *given, const struct survey_table *table,
                      size_t replicates, bool spare)
{
    *given = (struct survey_given){.replicates = replicates, .terms = table->terms, .spare = spare};
    given->width = 1 + table->sums; /* w, then the terms that have sums */
}

/* Before the first row enters: are all centres known to be 0? */
static void begin(struct survey_given *given, const struct survey_table *table)
{
    if (given->begun)
        return;
    given->begun = true;
    given->lean = given->spare && table->sums;
    for (size_t k = 0; k < given->terms; k++)
        given->lean = given->lean && (!table->sum[k] || table->centre[k] == 0);
    given->width -= given->lean;
}

static enum pal_status given_groups(struct survey_given *given, size_t groups,
                                    struct pal_arena *arena, struct pal_error *err)
{
    if (groups > given->room) {
        const size_t room = groups > 2 * given->room ? groups : 2 * given->room;
        const size_t n = given->replicates;
        const bool missing = given->missing != NULL;
        given->sum = pal_arena_grow(arena, given->sum, given->room * given->width * n,
                                    room * given->width * n + 1, sizeof *given->sum);
        if (missing)
            given->missing = pal_arena_grow(arena, given->missing, given->room * given->terms * n,
                                            room * given->terms * n + 1, sizeof *given->missing);
        if (!given->sum || (missing && !given->missing))
            return pal_nomem(err, "the replicates");
        given->room = room;
    }
    given->groups = groups > given->groups ? groups : given->groups;
    return PAL_OK;
}

static enum pal_status keep_missing(struct survey_given *given, struct pal_arena *arena,
                                    struct pal_error *err)
{
    if (!given->missing)
        given->missing = pal_arena_alloc(arena, given->room * given->terms * given->replicates + 1,
                                         sizeof *given->missing);
    return given->missing ? PAL_OK : pal_nomem(err, "the replicates");
}

enum { AT_ONCE = 8 }; /* rows: as many weights of one replicate as come from memory together */

/* Weights of some rows, a row after the other. */
static void weights_by_row(const struct pal_survey *survey, size_t from, size_t rows, size_t n,
                           double *out)
{
    for (size_t r = 0; r < n; r++) {
        const double *w = survey->replicate[r] + from;
        for (size_t i = 0; i < rows; i++)
            out[i * n + r] = w[i];
    }
}

static void add_weights(double *restrict sum, const double *restrict w, size_t n)
{
    for (size_t r = 0; r < n; r++)
        sum[r] += w[r];
}

static void add_products(double *restrict sum, const double *restrict w, double y, size_t n)
{
    for (size_t r = 0; r < n; r++)
        sum[r] += w[r] * y;
}

/* Sums of a group lie far from those of the next row's: they are called for a row ahead. */
static void call_for(const double *sum, size_t n)
{
    for (size_t r = 0; r < n; r += 8)
        __builtin_prefetch(sum + r, 1);
}

static void call_for_row(const struct survey_given *given, const struct survey_table *table,
                         const struct pal_survey_cells *cells, size_t row)
{
    const size_t n = given->replicates, group = cells->group ? cells->group[row] : 0;
    if (group == PAL_NO_GROUP)
        return;
    const double *sum = given->sum + group * given->width * n;
    if (!given->lean)
        call_for(sum, n);
    for (size_t k = 0; k < given->terms; k++)
        if (table->frame->term[k].kind == PAL_TERM_VALUE &&
            cells->value[k][row] != table->centre[k])
            call_for(sum + survey_given_at(given, table, k), n);
}

static void add_row(struct survey_given *given, const struct survey_table *table,
                    const struct pal_survey_cells *cells, size_t row, const double *w)
{
    const size_t n = given->replicates, group = cells->group ? cells->group[row] : 0;
    double *sum = given->sum + group * given->width * n;
    if (!given->lean)
        add_weights(sum, w, n);
    for (size_t k = 0; k < given->terms; k++) {
        const struct pal_survey_term *what = &table->frame->term[k];
        const size_t source = what->kind == PAL_TERM_SQUARE ? what->of : k;
        if (cells->absent && cells->absent[source] && cells->absent[source][row]) {
            if (!given->lean)
                add_weights(given->missing + (group * given->terms + k) * n, w, n);
            continue;
        }
        if (!table->sum[k])
            continue;
        double y = cells->value[source][row] - table->centre[k];
        y = what->kind == PAL_TERM_SQUARE ? y * y : y;
        double *to = sum + survey_given_at(given, table, k);
        if (y == 1)
            add_weights(to, w, n);
        else if (y != 0)
            add_products(to, w, y, n);
    }
}

static bool any_absent(const struct survey_given *given, const struct survey_table *table,
                       const struct pal_survey *survey, const struct pal_survey_cells *cells)
{
    for (size_t k = 0; cells->absent && k < given->terms; k++) {
        const struct pal_survey_term *what = &table->frame->term[k];
        const uint8_t *absent = cells->absent[what->kind == PAL_TERM_SQUARE ? what->of : k];
        for (size_t i = 0; absent && i < survey->rows; i++)
            if (absent[i] && (!cells->group || cells->group[i] != PAL_NO_GROUP))
                return true;
    }
    return false;
}

enum pal_status survey_given_feed(struct survey_given *given, const struct survey_table *table,
                                  const struct pal_survey *survey,
                                  const struct pal_survey_cells *cells, struct pal_error *err)
{
    const size_t n = given->replicates;
    begin(given, table);
    PAL_TRY(given_groups(given, cells->groups ? cells->groups : 1, survey->arena, err));
    if (!given->lean && any_absent(given, table, survey, cells))
        PAL_TRY(keep_missing(given, survey->arena, err));
    if (!given->weights)
        given->weights = pal_arena_alloc(survey->arena, AT_ONCE * n + 1, sizeof(double));
    if (!given->weights)
        return pal_nomem(err, "the replicates");
    for (size_t from = 0; from < survey->rows; from += AT_ONCE) {
        const size_t rows = survey->rows - from < AT_ONCE ? survey->rows - from : AT_ONCE;
        weights_by_row(survey, from, rows, n, given->weights);
        for (size_t i = 0; i < rows; i++) {
            if (from + i + 1 < survey->rows)
                call_for_row(given, table, cells, from + i + 1);
            if (!cells->group || cells->group[from + i] != PAL_NO_GROUP)
                add_row(given, table, cells, from + i, given->weights + i * n);
        }
    }
    return PAL_OK;
}

/* Sums of group g into those of group `mine`; against another centre, see merge_cell. */
static void merge_group(struct survey_given *into, const struct survey_table *to, size_t mine,
                        const struct survey_given *from, const struct survey_table *table, size_t g)
{
    const size_t n = into->replicates;
    double *sum = into->sum + mine * into->width * n;
    const double *more = from->sum + g * from->width * n;
    add_weights(sum, more, n);
    for (size_t k = 0; k < into->terms; k++) {
        const struct pal_survey_term *what = &to->frame->term[k];
        const double *gone = from->missing ? from->missing + (g * from->terms + k) * n : NULL;
        if (gone)
            add_weights(into->missing + (mine * into->terms + k) * n, gone, n);
        if (!to->sum[k])
            continue;
        const double d = isnan(table->centre[k]) ? 0 : table->centre[k] - to->centre[k];
        const size_t at = survey_given_at(into, to, k);
        add_weights(sum + at, more + at, n);
        if (d == 0)
            continue;
        const double *value =
            what->kind == PAL_TERM_SQUARE ? more + survey_given_at(into, to, what->of) : NULL;
        for (size_t r = 0; r < n; r++) {
            const double present = more[r] - (gone ? gone[r] : 0);
            sum[at + r] += value ? 2 * d * value[r] + d * d * present : d * present;
        }
    }
}

enum pal_status survey_given_merge(struct survey_given *into, const struct survey_table *to,
                                   const struct survey_given *from,
                                   const struct survey_table *table, const uint32_t *group,
                                   struct pal_arena *arena, struct pal_error *err)
{
    if (from->missing)
        PAL_TRY(keep_missing(into, arena, err));
    for (size_t g = 0; g < from->groups; g++) {
        const size_t mine = group ? group[g] : g;
        if (mine == PAL_NO_GROUP)
            continue;
        PAL_TRY(given_groups(into, mine + 1, arena, err));
        merge_group(into, to, mine, from, table, g);
    }
    return PAL_OK;
}

enum pal_status survey_given_unite(struct survey_given *given, const struct pal_survey_unions *u,
                                   struct pal_arena *arena, struct pal_error *err)
{
    const size_t n = given->replicates, fed = given->groups;
    PAL_TRY(given_groups(given, u->first + u->n, arena, err));
    for (size_t i = 0; i < u->n; i++) {
        const size_t to = u->first + i;
        for (size_t m = u->start[i]; m < u->start[i + 1]; m++) {
            const size_t g = u->member[m];
            if (g >= fed)
                continue;
            add_weights(given->sum + to * given->width * n, given->sum + g * given->width * n,
                        given->width * n);
            if (given->missing)
                add_weights(given->missing + to * given->terms * n,
                            given->missing + g * given->terms * n, given->terms * n);
        }
    }
    return PAL_OK;
}

/* ---- values of one statistic in every replicate
 * ---------------------------------------------------------------------------------- */

enum pal_status survey_replicate_values(struct pal_survey_work *work,
                                        const struct survey_view *view, double *out,
                                        struct pal_error *err)
{
    const struct pal_survey_statistic *s = view->statistic;
    const struct survey_group *g = view->group;
    PAL_TRY(survey_group_replicates(work, s->frame, view->group, err));
    if (view->levels)
        PAL_TRY(survey_group_replicates(work, s->levels, view->levels, err));
    const double *w = s->y == PAL_NO_TERM ? g->rep_w : g->rep_present[s->y];
    const double *y = view->levels          ? view->levels->rep_w
                      : s->y != PAL_NO_TERM ? g->rep_sum[s->y]
                                            : NULL;
    const double *x = s->x != PAL_NO_TERM ? g->rep_sum[s->x] : NULL;
    const double per = s->per > 0 ? s->per : 1;
    struct pal_survey_sums sums = view->sums;
    for (size_t r = 0; r < work->survey->replicates.n; r++) {
        sums.w = w[r];
        sums.y = y ? y[r] : 0;
        sums.x = x ? x[r] : 0;
        out[r] = s->kind->value(&sums) * per;
    }
    return PAL_OK;
}
