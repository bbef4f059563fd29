/* survey_table_close.c: the cells of a table weighed, and arranged by group and unit. */
#include "survey_table.h"

/* Sums are made whole before they are multiplied: a cell's entries of a term become one. */
static enum pal_status weigh(struct survey_table *t, const double *unit_weight,
                             struct pal_arena *scratch, struct pal_error *err)
{
    struct survey_by_cell by;
    PAL_TRY(survey_list_by_cell(t, scratch, &by, err));
    for (size_t k = 0; k < t->terms; k++)
        t->list[k].n = 0;
    for (size_t c = 0; c < t->cells; c++) {
        const double w = unit_weight[unit_of(t, c)];
        double *cell = cell_at(t, c);
        survey_list_sums(t, &by, c);
        for (size_t i = by.start[c]; i < by.start[c + 1]; i++) {
            struct survey_list *list = &t->list[by.list[i].term];
            double *sum = &by.sum[by.list[i].term];
            if (*sum == 0)
                continue;
            list->cell[list->n] = (uint32_t)c;
            list->more[list->n++] = *sum * w;
            *sum = 0;
        }
        for (size_t i = CELL_W; i < t->stride; i++)
            cell[i] *= w;
        for (uint32_t at = parts_of(cell); at; at = t->part[at - 1].next)
            t->part[at - 1].w *= w;
    }
    return PAL_OK;
}

/* Counting sort of order[cells] by number[cell], which lies below `most`; stable. start receives
 * where each number begins, [most + 1]. */
static enum pal_status sort_cells(const struct survey_table *t, const uint32_t *number, size_t most,
                                  size_t *start, struct pal_arena *scratch, struct pal_error *err)
{
    uint32_t *sorted = pal_arena_alloc(scratch, t->cells + 1, sizeof *sorted);
    size_t *fill = pal_arena_alloc(scratch, most + 1, sizeof *fill);
    if (!sorted || !fill)
        return pal_nomem(err, "the sums of a survey");
    for (size_t c = 0; c < t->cells; c++)
        fill[number[c] + 1]++;
    for (size_t i = 1; i <= most; i++)
        fill[i] += fill[i - 1];
    if (start)
        memcpy(start, fill, (most + 1) * sizeof *start);
    for (size_t i = 0; i < t->cells; i++)
        sorted[fill[number[t->order[i]]]++] = t->order[i];
    memcpy(t->order, sorted, t->cells * sizeof *sorted);
    return PAL_OK;
}

struct seat { /* of a cell */
    uint32_t group, at;
};

static enum pal_status arrange_list(struct survey_list *list, size_t groups,
                                    const struct seat *seat, struct pal_arena *arena,
                                    struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    uint32_t *cell = pal_arena_alloc(scratch, list->n + 1, sizeof *cell);
    double *more = pal_arena_alloc(scratch, list->n + 1, sizeof *more);
    size_t *fill = pal_arena_alloc(scratch, groups + 1, sizeof *fill);
    list->start = pal_arena_alloc(arena, groups + 2, sizeof *list->start);
    if (!cell || !more || !fill || !list->start)
        return pal_nomem(err, "the sums of a survey");
    for (size_t i = 0; i < list->n; i++)
        list->start[seat[list->cell[i]].group + 1]++;
    for (size_t g = 0; g < groups; g++) {
        fill[g] = list->start[g];
        list->start[g + 1] += fill[g];
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct seat s = seat[list->cell[i]];
        const size_t to = fill[s.group]++;
        cell[to] = s.at;
        more[to] = list->more[i];
    }
    memcpy(list->cell, cell, list->n * sizeof *cell);
    memcpy(list->more, more, list->n * sizeof *more);
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

static enum pal_status arrange_cells(struct survey_table *t, const uint32_t *place, size_t units,
                                     struct pal_arena *arena, struct pal_arena *scratch,
                                     struct pal_error *err)
{
    uint32_t *group = pal_arena_alloc(scratch, t->cells + 1, sizeof *group);
    uint32_t *at = pal_arena_alloc(scratch, t->cells + 1, sizeof *at);
    struct seat *seat = pal_arena_alloc(scratch, t->cells + 1, sizeof *seat);
    if (!group || !at || !seat)
        return pal_nomem(err, "the sums of a survey");
    for (size_t c = 0; c < t->cells; c++) {
        const uint64_t key = word_of(cell_at(t, c), CELL_KEY);
        t->order[c] = (uint32_t)c;
        group[c] = (uint32_t)(key >> 32);
        at[c] = place ? place[(uint32_t)key] : (uint32_t)key;
    }
    PAL_TRY(sort_cells(t, at, units, NULL, scratch, err));
    PAL_TRY(sort_cells(t, group, t->groups, t->start, scratch, err));
    for (size_t g = 0; g < t->groups; g++)
        for (size_t i = t->start[g]; i < t->start[g + 1]; i++)
            seat[t->order[i]] = (struct seat){(uint32_t)g, (uint32_t)(i - t->start[g])};
    for (size_t k = 0; k < t->terms; k++)
        if (t->list[k].n)
            PAL_TRY(arrange_list(&t->list[k], t->groups, seat, arena, scratch, err));
    return PAL_OK;
}

enum pal_status survey_table_close(struct survey_table *t, const double *unit_weight,
                                   const uint32_t *place, size_t units, struct pal_arena *arena,
                                   struct pal_error *err)
{
    for (size_t k = 0; k < t->terms; k++)
        t->centre[k] = centre_or_zero(t->centre[k]);
    t->start = pal_arena_alloc(arena, t->groups + 2, sizeof *t->start);
    t->order = pal_arena_alloc(arena, t->cells + 1, sizeof *t->order);
    struct pal_arena *scratch = pal_arena_new();
    if (!t->start || !t->order || !scratch)
        return pal_nomem(err, "the sums of a survey");
    enum pal_status status = unit_weight ? weigh(t, unit_weight, scratch, err) : PAL_OK;
    if (status == PAL_OK)
        status = arrange_cells(t, place, units, arena, scratch, err);
    pal_arena_free(scratch);
    return status;
}

size_t survey_group_size(const struct survey_table *t, size_t group)
{
    return group < t->groups ? t->start[group + 1] - t->start[group] : 0;
}

size_t survey_group_cell(const struct survey_table *t, size_t group, size_t i)
{
    return t->order[t->start[group] + i];
}
