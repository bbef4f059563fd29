/* survey_list.c: the sums of terms that are seldom anything but zero: what rows add, as it comes.
 */
#include "survey_table.h"

bool survey_list_room(struct survey_list *list, size_t more, struct pal_arena *arena)
{
    const size_t old = list->room, room = list->n + more + list->n / 2;
    if (list->n + more <= old)
        return true;
    uint32_t *cell = pal_arena_grow(arena, list->cell, old, room, sizeof *cell);
    double *sums = pal_arena_grow(arena, list->more, old, room, sizeof *sums);
    if (!cell || !sums)
        return false;
    *list = (struct survey_list){.n = list->n, .room = room, .cell = cell, .more = sums};
    return true;
}

bool survey_list_add(struct survey_table *t, size_t cell, size_t term, double more,
                     struct pal_arena *arena)
{
    struct survey_list *list = &t->list[term];
    if (t->slot[term]) {
        cell_at(t, cell)[t->slot[term]] += more;
        return true;
    }
    if (more == 0)
        return true;
    if (!survey_list_room(list, 1, arena))
        return false;
    list->cell[list->n] = (uint32_t)cell;
    list->more[list->n++] = more;
    return true;
}

/* The terms marked in t->place move from the list into the cells; what they add is added in the
 * order in which it came, so that the sums are what they would have been there from the start. */
static bool into_cells(struct survey_table *t, struct pal_arena *arena)
{
    const bool *place = t->place;
    const size_t old = t->stride;
    size_t stride = old;
    for (size_t k = 0; k < t->terms; k++)
        stride += place[k];
    if (stride == old)
        return true;
    double *grown = pal_arena_grow(arena, t->cell, t->room * old, t->room * stride, sizeof *grown);
    if (!grown && t->room)
        return false;
    t->cell = grown;
    t->stride = stride;
    for (size_t c = t->room; c-- > 0;) {
        memmove(grown + c * stride, grown + c * old, old * sizeof *grown);
        memset(grown + c * stride + old, 0, (stride - old) * sizeof *grown);
    }
    for (size_t k = 0, next = old; k < t->terms; k++) {
        struct survey_list *list = &t->list[k];
        if (!place[k])
            continue;
        t->slot[k] = next++;
        for (size_t i = 0; i < list->n; i++)
            cell_at(t, list->cell[i])[t->slot[k]] += list->more[i];
        list->n = 0;
    }
    return true;
}

/* What is listed may take as many bytes as sums in every cell. */
bool survey_list_settle(struct survey_table *t, struct pal_arena *arena)
{
    enum { FEW = 1024 };
    bool any = false;
    for (size_t k = 0; k < t->terms; k++) {
        t->place[k] = t->list[k].n > t->cells / 3 * 2 + FEW;
        any = any || t->place[k];
    }
    return !any || into_cells(t, arena);
}

enum pal_status survey_list_by_cell(const struct survey_table *t, struct pal_arena *scratch,
                                    struct survey_by_cell *out, struct pal_error *err)
{
    size_t listed = 0;
    for (size_t k = 0; k < t->terms; k++)
        listed += t->list[k].n;
    out->start = pal_arena_alloc(scratch, t->cells + 2, sizeof *out->start);
    out->list = pal_arena_alloc(scratch, listed + 1, sizeof *out->list);
    out->sum = pal_arena_alloc(scratch, t->terms + 1, sizeof *out->sum);
    if (!out->start || !out->list || !out->sum)
        return pal_nomem(err, "the sums of a survey");
    size_t *fill = out->start + 1; /* of the next entry; at last where the cell's entries end */
    for (size_t k = 0; k < t->terms; k++)
        for (size_t i = 0; i < t->list[k].n; i++)
            if (t->list[k].cell[i] + 1 < t->cells)
                fill[t->list[k].cell[i] + 1]++;
    for (size_t c = 1; c < t->cells; c++)
        fill[c] += fill[c - 1];
    for (size_t k = 0; k < t->terms; k++)
        for (size_t i = 0; i < t->list[k].n; i++)
            out->list[fill[t->list[k].cell[i]]++] = (struct survey_listed){k, t->list[k].more[i]};
    return PAL_OK;
}

void survey_list_sums(const struct survey_table *t, const struct survey_by_cell *by, size_t cell)
{
    const double *row = cell_at(t, cell);
    for (size_t k = 0; k < t->terms; k++)
        by->sum[k] = t->slot[k] ? row[t->slot[k]] : 0;
    for (size_t i = by->start[cell]; i < by->start[cell + 1]; i++)
        by->sum[by->list[i].term] += by->list[i].more;
}
