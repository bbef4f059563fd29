/* survey_replicate.c: sums under given replicate weights, added up as the rows come, by (replicate,
 * group): one column of weights at a time, so that the sums of one replicate stay near. Those of
 * made replicates follow from the sums of units (survey_group.c). */
#include "survey.h"

#include <math.h>
#include <string.h>

/* ---- given weights ------------------------------------------------------------------------------
 */

enum pal_status survey_given_new(struct survey_given *given, const struct survey_table *table,
                                 size_t replicates, struct pal_arena *arena, struct pal_error *err)
{
    *given = (struct survey_given){.replicates = replicates, .terms = table->terms};
    given->width = table->stride - CELL_W; /* w, then the terms that have sums */
    given->sum = pal_arena_alloc(arena, replicates + 1, sizeof *given->sum);
    return given->sum ? PAL_OK : pal_nomem(err, "the replicates");
}

static enum pal_status given_groups(struct survey_given *given, size_t groups,
                                    struct pal_arena *arena, struct pal_error *err)
{
    if (groups > given->room) {
        const size_t room = groups > 2 * given->room ? groups : 2 * given->room;
        for (size_t r = 0; r < given->replicates; r++) {
            given->sum[r] = pal_arena_grow(arena, given->sum[r], given->room * given->width,
                                           room * given->width, sizeof(double));
            if (!given->sum[r])
                return pal_nomem(err, "the replicates");
            if (!given->missing)
                continue;
            given->missing[r] = pal_arena_grow(arena, given->missing[r], given->room * given->terms,
                                               room * given->terms + 1, sizeof(double));
            if (!given->missing[r])
                return pal_nomem(err, "the replicates");
        }
        given->room = room;
    }
    given->groups = groups > given->groups ? groups : given->groups;
    return PAL_OK;
}

static enum pal_status keep_missing(struct survey_given *given, struct pal_arena *arena,
                                    struct pal_error *err)
{
    if (given->missing)
        return PAL_OK;
    given->missing = pal_arena_alloc(arena, given->replicates + 1, sizeof *given->missing);
    for (size_t r = 0; given->missing && r < given->replicates; r++) {
        given->missing[r] = pal_arena_alloc(arena, given->room * given->terms + 1, sizeof(double));
        if (!given->missing[r])
            return pal_nomem(err, "the replicates");
    }
    return given->missing ? PAL_OK : pal_nomem(err, "the replicates");
}

/* What a batch adds, told once for all replicates, group by group: sums of a replicate are then
 * gone through in the order they lie in memory. */
struct addition {
    uint32_t row, at;
};

struct additions {
    size_t ones, values, missing;
    struct addition *one;   /* weights, and values that are 1 */
    struct addition *value; /* values that are neither 0 nor 1 */
    double *factor;         /* [values] */
    struct addition *gone;  /* absent values */
};

/* Rows of the batch in the order of their groups; *n of them are in one. */
static enum pal_status rows_by_group(const struct pal_survey *survey,
                                     const struct pal_survey_cells *cells,
                                     struct pal_arena *scratch, uint32_t **out, size_t *n,
                                     struct pal_error *err)
{
    const size_t rows = survey->rows;
    const bool sorts = cells->group && cells->groups <= 4 * rows;
    uint32_t *fill = pal_arena_alloc(scratch, (sorts ? cells->groups : 0) + 2, sizeof *fill);
    *out = pal_arena_alloc(scratch, rows + 1, sizeof **out);
    *n = 0;
    if (!fill || !*out)
        return pal_nomem(err, "the replicates");
    for (size_t i = 0; sorts && i < rows; i++)
        if (cells->group[i] != PAL_NO_GROUP)
            fill[cells->group[i] + 1]++;
    for (size_t g = 1; sorts && g <= cells->groups; g++)
        fill[g] += fill[g - 1];
    for (size_t i = 0; i < rows; i++) {
        const uint32_t group = cells->group ? cells->group[i] : 0;
        if (group == PAL_NO_GROUP)
            continue;
        (*out)[sorts ? fill[group]++ : *n] = (uint32_t)i;
        ++*n;
    }
    return PAL_OK;
}

static void list_row(const struct survey_given *given, const struct survey_table *table,
                     const struct pal_survey_cells *cells, uint32_t row, struct additions *out)
{
    const uint32_t group = cells->group ? cells->group[row] : 0;
    const uint32_t at = (uint32_t)(group * given->width);
    out->one[out->ones++] = (struct addition){row, at};
    for (size_t k = 0; k < given->terms; k++) {
        const struct pal_survey_term *what = &table->frame->term[k];
        const size_t source = what->kind == PAL_TERM_SQUARE ? what->of : k;
        if (cells->absent && cells->absent[source] && cells->absent[source][row]) {
            out->gone[out->missing++] =
                (struct addition){row, (uint32_t)(group * given->terms + k)};
            continue;
        }
        if (!table->slot[k])
            continue;
        double y = cells->value[source][row] - table->centre[k];
        y = what->kind == PAL_TERM_SQUARE ? y * y : y;
        const struct addition add = {row, at + (uint32_t)(table->slot[k] - CELL_W)};
        if (y == 1) {
            out->one[out->ones++] = add;
        } else if (y != 0) {
            out->factor[out->values] = y;
            out->value[out->values++] = add;
        }
    }
}

static enum pal_status
list_additions(const struct survey_given *given, const struct survey_table *table,
               const struct pal_survey *survey, const struct pal_survey_cells *cells,
               struct pal_arena *scratch, struct additions *out, struct pal_error *err)
{
    const size_t most = survey->rows * given->width + 1;
    uint32_t *row;
    size_t n;
    *out = (struct additions){
        .one = pal_arena_alloc(scratch, most, sizeof *out->one),
        .value = pal_arena_alloc(scratch, most, sizeof *out->value),
        .factor = pal_arena_alloc(scratch, most, sizeof *out->factor),
        .gone = pal_arena_alloc(scratch, survey->rows * given->terms + 1, sizeof *out->gone),
    };
    if (!out->one || !out->value || !out->factor || !out->gone)
        return pal_nomem(err, "the replicates");
    PAL_TRY(rows_by_group(survey, cells, scratch, &row, &n, err));
    for (size_t i = 0; i < n; i++)
        list_row(given, table, cells, row[i], out);
    return PAL_OK;
}

enum { AT_ONCE = 4 }; /* replicates that go through the lists together */

static void add_ones(const struct additions *add, const double *const *w, double *const *sum,
                     size_t n)
{
    if (n == AT_ONCE) {
        for (size_t i = 0; i < add->ones; i++) {
            const struct addition one = add->one[i];
            sum[0][one.at] += w[0][one.row];
            sum[1][one.at] += w[1][one.row];
            sum[2][one.at] += w[2][one.row];
            sum[3][one.at] += w[3][one.row];
        }
        return;
    }
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < add->ones; i++)
            sum[r][add->one[i].at] += w[r][add->one[i].row];
}

enum pal_status survey_given_feed(struct survey_given *given, const struct survey_table *table,
                                  const struct pal_survey *survey,
                                  const struct pal_survey_cells *cells, struct pal_error *err)
{
    struct additions add;
    struct pal_arena *scratch = pal_arena_new();
    if (!scratch)
        return pal_nomem(err, "the replicates");
    enum pal_status status =
        given_groups(given, cells->groups ? cells->groups : 1, survey->arena, err);
    if (status == PAL_OK)
        status = list_additions(given, table, survey, cells, scratch, &add, err);
    if (status == PAL_OK && add.missing)
        status = keep_missing(given, survey->arena, err);
    for (size_t r = 0; status == PAL_OK && r < given->replicates; r++) {
        const double *w = survey->replicate[r];
        if (r % AT_ONCE == 0) {
            const size_t rest = given->replicates - r;
            add_ones(&add, &survey->replicate[r], &given->sum[r], rest < AT_ONCE ? rest : AT_ONCE);
        }
        for (size_t i = 0; i < add.values; i++)
            given->sum[r][add.value[i].at] += w[add.value[i].row] * add.factor[i];
        for (size_t i = 0; i < add.missing; i++)
            given->missing[r][add.gone[i].at] += w[add.gone[i].row];
    }
    pal_arena_free(scratch);
    return status;
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
        PAL_TRY(given_groups(into, mine + 1, arena, err));
        for (size_t r = 0; r < into->replicates; r++) {
            double *sum = into->sum[r] + mine * into->width;
            const double *more = from->sum[r] + g * from->width;
            const double *gone = from->missing ? from->missing[r] + g * from->terms : NULL;
            sum[0] += more[0];
            for (size_t k = 0; k < into->terms; k++) {
                const size_t at = to->slot[k] - CELL_W;
                const struct pal_survey_term *what = &to->frame->term[k];
                if (gone)
                    into->missing[r][mine * into->terms + k] += gone[k];
                if (!to->slot[k])
                    continue;
                /* Sums against another centre: see merge_cell. */
                const double d = isnan(table->centre[k]) ? 0 : table->centre[k] - to->centre[k];
                const double present = more[0] - (gone ? gone[k] : 0);
                sum[at] += more[at];
                if (d != 0 && what->kind == PAL_TERM_VALUE)
                    sum[at] += d * present;
                if (d != 0 && what->kind == PAL_TERM_SQUARE)
                    sum[at] += 2 * d * more[to->slot[what->of] - CELL_W] + d * d * present;
            }
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
