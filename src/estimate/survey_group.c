/* survey_group.c: the sums of one group laid out for its statistics: a column a term, units
 * arranged by stratum. Gathered once a group, read by every statistic of it. */
#include "survey.h"

#include <math.h>
#include <string.h>

static void free_arena(void *arena) { pal_arena_free(arena); }

enum pal_status pal_survey_work_new(const struct pal_survey *survey, struct pal_arena *arena,
                                    struct pal_survey_work **out, struct pal_error *err)
{
    struct pal_survey_work *work = pal_arena_alloc(arena, 1, sizeof *work);
    const size_t frames = survey->ask.frames;
    if (!work)
        return pal_nomem(err, "the answers of a survey");
    *work = (struct pal_survey_work){.survey = survey, .arena = arena, .t_df = (double)NAN};
    work->group = pal_arena_alloc(arena, frames + 1, sizeof *work->group);
    work->scratch = pal_arena_new();
    if (!work->group || !work->scratch)
        return pal_nomem(err, "the answers of a survey");
    PAL_TRY(pal_arena_defer(arena, free_arena, work->scratch, err));
    for (size_t f = 0; f < frames; f++) {
        struct survey_group *g = &work->group[f];
        g->arena = pal_arena_new();
        if (!g->arena)
            return pal_nomem(err, "the answers of a survey");
        PAL_TRY(pal_arena_defer(arena, free_arena, g->arena, err));
        g->empty = pal_arena_mark(g->arena);
        g->group = SIZE_MAX;
    }
    *out = work;
    return PAL_OK;
}

/* ---- columns ------------------------------------------------------------------------------------
 */

static double sum_of(const double *column, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += column[i];
    return sum;
}

/* Cells lie all over the memory: those a few places on are called for. */
enum { AHEAD = 12 };

/* Weights of present rows: the column w itself until a cell differs. */
static enum pal_status gather_present(const struct survey_table *table, struct survey_group *g,
                                      size_t cell, size_t i, struct pal_error *err)
{
    for (uint32_t at = survey_cell_parts(table, cell); at; at = table->part[at - 1].next) {
        const struct survey_part *part = &table->part[at - 1];
        const size_t k = part->term;
        if (part->w == g->w[i])
            continue;
        if (g->present[k] == g->w) {
            g->present[k] = pal_arena_alloc(g->arena, g->n, sizeof **g->present);
            if (!g->present[k])
                return pal_nomem(err, "the sums of a group");
            memcpy(g->present[k], g->w, g->n * sizeof **g->present);
        }
        g->present[k][i] = part->w;
    }
    return PAL_OK;
}

static enum pal_status gather_cells(const struct survey_table *table, struct survey_group *g,
                                    struct pal_arena *scratch, struct pal_error *err)
{
    uint32_t *parted = pal_arena_alloc(scratch, table->parts ? g->n + 1 : 1, sizeof *parted);
    size_t some = 0;
    if (!parted)
        return pal_nomem(err, "the sums of a group");
    const uint32_t *order = table->order + (g->n ? table->start[g->group] : 0);
    for (size_t i = 0; i < g->n; i++) {
        if (i + AHEAD < g->n) {
            const double *next = table->cell + order[i + AHEAD] * table->stride;
            for (size_t k = 0; k < table->stride; k += 8)
                __builtin_prefetch(next + k);
        }
        const double *row = table->cell + order[i] * table->stride;
        const uint32_t parts = survey_cell_parts(table, order[i]);
        g->unit[i] = survey_cell_unit(table, order[i]);
        g->w[i] = row[CELL_W];
        if (parts) {
            __builtin_prefetch(&table->part[parts - 1]);
            parted[some++] = (uint32_t)i;
        }
        for (size_t k = 0; k < table->terms; k++)
            if (table->slot[k])
                g->sum[k][i] = row[table->slot[k]];
    }
    for (size_t i = 0; i < some; i++)
        PAL_TRY(gather_present(table, g, order[parted[i]], parted[i], err));
    for (size_t k = 0; g->n && k < table->terms; k++) {
        const struct survey_list *list = &table->list[k];
        if (!list->start)
            continue;
        for (size_t i = list->start[g->group]; i < list->start[g->group + 1]; i++)
            g->sum[k][list->cell[i]] += list->more[i];
    }
    return PAL_OK;
}

enum pal_status survey_group_columns(const struct survey_table *table, struct survey_group *g,
                                     struct pal_error *err)
{
    const size_t terms = table->terms;
    g->unit = pal_arena_alloc(g->arena, g->n + 1, sizeof *g->unit);
    g->w = pal_arena_alloc(g->arena, g->n + 1, sizeof *g->w);
    g->present = pal_arena_alloc(g->arena, terms + 1, sizeof *g->present);
    g->sum = pal_arena_alloc(g->arena, terms + 1, sizeof *g->sum);
    g->total_present = pal_arena_alloc(g->arena, terms + 1, sizeof *g->total_present);
    g->total = pal_arena_alloc(g->arena, terms + 1, sizeof *g->total);
    if (!g->unit || !g->w || !g->present || !g->sum || !g->total_present || !g->total)
        return pal_nomem(err, "the sums of a group");
    for (size_t k = 0; k < terms; k++) {
        g->present[k] = g->w;
        if (!table->sum[k])
            continue;
        g->sum[k] = pal_arena_alloc(g->arena, g->n + 1, sizeof **g->sum);
        if (!g->sum[k])
            return pal_nomem(err, "the sums of a group");
    }
    return PAL_OK;
}

void survey_group_totals(const struct survey_table *table, struct survey_group *g)
{
    g->total_w = sum_of(g->w, g->n);
    for (size_t k = 0; k < table->terms; k++) {
        g->total_present[k] = g->present[k] == g->w ? g->total_w : sum_of(g->present[k], g->n);
        g->total[k] = g->sum[k] ? sum_of(g->sum[k], g->n) : 0;
    }
}

enum pal_status survey_group_gather(const struct survey_table *table, struct survey_group *g,
                                    struct pal_arena *scratch, struct pal_error *err)
{
    g->n = survey_group_size(table, g->group);
    PAL_TRY(survey_group_columns(table, g, err));
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    PAL_TRY(gather_cells(table, g, scratch, err));
    if (g->arena != scratch)
        pal_arena_reset(scratch, mark);
    survey_group_totals(table, g);
    return PAL_OK;
}

enum pal_status survey_group_open(struct pal_survey_work *work, size_t frame, size_t group,
                                  struct survey_group **out, struct pal_error *err)
{
    struct survey_group *g = &work->group[frame];
    *out = g;
    if (g->open && g->group == group)
        return PAL_OK;
    pal_arena_reset(g->arena, g->empty);
    *g = (struct survey_group){.arena = g->arena, .empty = g->empty, .group = group};
    if (survey_is_union(work->survey, frame, group))
        PAL_TRY(survey_union_gather(work, frame, g, err));
    else
        PAL_TRY(survey_group_gather(&work->survey->table[frame], g, work->scratch, err));
    g->open = true;
    return PAL_OK;
}

enum pal_status survey_group_touched(struct pal_survey_work *work, struct survey_group *g,
                                     struct pal_error *err)
{
    if (g->touched)
        return PAL_OK;
    g->here = pal_arena_alloc(g->arena, g->n + 1, 1);
    if (!g->here)
        return pal_nomem(err, "the units of a group");
    for (size_t i = 0; i < g->n; i++)
        g->here[i] = g->w[i] != 0;
    PAL_TRY(pal_touched_new(work->survey->design, g->unit, g->n, g->arena, &g->touched, err));
    return pal_touched_df(g->touched, g->here, work->scratch, &g->df, err);
}

/* ---- replicates
 * ------------------------------------------------------------------------------------- */

static enum pal_status replicate_room(struct survey_group *g, size_t terms, size_t n,
                                      struct pal_error *err)
{
    g->rep_w = pal_arena_alloc(g->arena, n + 1, sizeof *g->rep_w);
    g->rep_present = pal_arena_alloc(g->arena, terms + 1, sizeof *g->rep_present);
    g->rep_sum = pal_arena_alloc(g->arena, terms + 1, sizeof *g->rep_sum);
    if (!g->rep_w || !g->rep_present || !g->rep_sum)
        return pal_nomem(err, "the replicates");
    for (size_t k = 0; k < terms; k++) {
        g->rep_present[k] = pal_arena_alloc(g->arena, n + 1, sizeof **g->rep_present);
        g->rep_sum[k] = pal_arena_alloc(g->arena, n + 1, sizeof **g->rep_sum);
        if (!g->rep_present[k] || !g->rep_sum[k])
            return pal_nomem(err, "the replicates");
    }
    return PAL_OK;
}

static void given_sums(const struct survey_given *given, const struct survey_table *table,
                       struct survey_group *g)
{
    if (g->group >= given->groups)
        return;
    const size_t n = given->replicates;
    const double *sum = given->sum + g->group * given->width * n;
    if (!given->lean)
        memcpy(g->rep_w, sum, n * sizeof *sum);
    for (size_t k = 0; k < table->terms; k++) {
        if (table->sum[k])
            memcpy(g->rep_sum[k], sum + survey_given_at(given, table, k), n * sizeof *sum);
        if (given->lean)
            continue;
        const double *gone =
            given->missing ? given->missing + (g->group * given->terms + k) * n : NULL;
        for (size_t r = 0; r < n; r++)
            g->rep_present[k][r] = sum[r] - (gone ? gone[r] : 0);
    }
}

/* Sums of units become sums of replicates: w, the sums of terms, and w less the weights of present
 * rows, which is 0 in most units. */
static enum pal_status made_sums(struct pal_survey_work *work, const struct survey_table *table,
                                 struct survey_group *g, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const struct pal_arena_mark mark = pal_arena_mark(work->scratch);
    const size_t replicates = survey->replicates.n, terms = table->terms;
    size_t width = 1;
    for (size_t k = 0; k < terms; k++)
        width += (g->sum[k] != NULL) + (size_t)(g->present[k] != g->w);
    uint32_t *psu = pal_arena_alloc(work->scratch, g->n + 1, sizeof *psu);
    double *total = pal_arena_alloc(work->scratch, g->n * width + 1, sizeof *total);
    double *sums = pal_arena_alloc(work->scratch, width * replicates + 1, sizeof *sums);
    if (!psu || !total || !sums)
        return pal_nomem(err, "the replicates");
    for (size_t i = 0; i < g->n; i++) {
        double *to = total + i * width;
        psu[i] = pal_design_psu_of(survey->design, g->unit[i]);
        *to++ = g->w[i];
        for (size_t k = 0; k < terms; k++) {
            if (g->sum[k])
                *to++ = g->sum[k][i];
            if (g->present[k] != g->w)
                *to++ = g->w[i] - g->present[k][i];
        }
    }
    PAL_TRY(pal_replicates_totals(&survey->replicates, g->n, psu, width, total, work->scratch, sums,
                                  err));
    const double *from = sums;
    memcpy(g->rep_w, from, replicates * sizeof *from);
    from += replicates;
    for (size_t k = 0; k < terms; k++) {
        if (g->sum[k]) {
            memcpy(g->rep_sum[k], from, replicates * sizeof *from);
            from += replicates;
        }
        memcpy(g->rep_present[k], g->rep_w, replicates * sizeof *from);
        if (g->present[k] == g->w)
            continue;
        for (size_t r = 0; r < replicates; r++)
            g->rep_present[k][r] -= from[r];
        from += replicates;
    }
    pal_arena_reset(work->scratch, mark);
    return PAL_OK;
}

enum pal_status survey_group_replicates(struct pal_survey_work *work, size_t frame,
                                        struct survey_group *g, struct pal_error *err)
{
    const struct survey_table *table = &work->survey->table[frame];
    if (g->rep_w)
        return PAL_OK;
    PAL_TRY(replicate_room(g, table->terms, work->survey->replicates.n, err));
    if (!work->survey->sums_given)
        return made_sums(work, table, g, err);
    given_sums(&work->survey->given[frame], table, g);
    return PAL_OK;
}
