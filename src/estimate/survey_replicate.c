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

/* What a batch adds, told once for all replicates: row, place of the sum, factor. */
struct addition {
    uint32_t row, at;
    double value;
};

struct additions {
    size_t rows, values, missing;
    struct addition *row;   /* weights: at = group * width */
    struct addition *value; /* values that are not 0       */
    struct addition *missing_of;
};

static enum pal_status
list_additions(const struct survey_given *given, const struct survey_table *table,
               const struct pal_survey *survey, const struct pal_survey_cells *cells,
               struct pal_arena *scratch, struct additions *out, struct pal_error *err)
{
    const size_t rows = survey->rows;
    *out = (struct additions){0};
    out->row = pal_arena_alloc(scratch, rows + 1, sizeof *out->row);
    out->value = pal_arena_alloc(scratch, rows * given->width + 1, sizeof *out->value);
    out->missing_of = pal_arena_alloc(scratch, rows * given->terms + 1, sizeof *out->missing_of);
    if (!out->row || !out->value || !out->missing_of)
        return pal_nomem(err, "the replicates");
    for (size_t i = 0; i < rows; i++) {
        const uint32_t group = cells->group ? cells->group[i] : 0;
        if (group == PAL_NO_GROUP)
            continue;
        out->row[out->rows++] = (struct addition){(uint32_t)i, (uint32_t)(group * given->width), 1};
        for (size_t k = 0; k < given->terms; k++) {
            const struct pal_survey_term *what = &table->frame->term[k];
            const size_t source = what->kind == PAL_TERM_SQUARE ? what->of : k;
            if (cells->absent && cells->absent[source] && cells->absent[source][i]) {
                out->missing_of[out->missing++] =
                    (struct addition){(uint32_t)i, (uint32_t)(group * given->terms + k), 1};
                continue;
            }
            if (!table->slot[k])
                continue;
            const double y = cells->value[source][i] - table->centre[k];
            if (y != 0)
                out->value[out->values++] = (struct addition){
                    (uint32_t)i, (uint32_t)(group * given->width + table->slot[k] - CELL_W),
                    what->kind == PAL_TERM_SQUARE ? y * y : y};
        }
    }
    return PAL_OK;
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
        double *sum = given->sum[r];
        for (size_t i = 0; i < add.rows; i++)
            sum[add.row[i].at] += w[add.row[i].row];
        for (size_t i = 0; i < add.values; i++)
            sum[add.value[i].at] += w[add.value[i].row] * add.value[i].value;
        for (size_t i = 0; i < add.missing; i++)
            given->missing[r][add.missing_of[i].at] += w[add.missing_of[i].row];
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
