/* survey_table_merge.c: one table of sums into another, whose groups and units go by other numbers.
 */
#include "survey_table.h"

static double present_weight(const struct survey_table *t, const double *cell, size_t term)
{
    const struct survey_part *part = part_find(t, cell, term);
    return part ? part->w : cell[CELL_W];
}

/* sum: of their cell. */
static enum pal_status merge_cell(struct survey_table *into, size_t to,
                                  const struct survey_table *from, size_t cell, const double *sum,
                                  struct pal_arena *arena, struct pal_error *err)
{
    double *mine = cell_at(into, to);
    const double *theirs = cell_at(from, cell);
    const bool parted = parts_of(theirs) || parts_of(mine);
    for (size_t k = 0; k < into->terms; k++) {
        const double present = present_weight(from, theirs, k);
        if (into->sum[k]) {
            const struct pal_survey_term *what = &into->frame->term[k];
            const double d = centre_or_zero(from->centre[k]) - centre_or_zero(into->centre[k]);
            double more = sum[k];
            if (d != 0 && what->kind == PAL_TERM_VALUE)
                more += d * present;
            if (d != 0 && what->kind == PAL_TERM_SQUARE)
                more += 2 * d * sum[what->of] + d * d * present;
            if (!survey_list_add(into, to, k, more, arena))
                return pal_nomem(err, "the sums of a survey");
        }
        if (!parted || (!part_find(from, theirs, k) && !part_find(into, mine, k)))
            continue;
        struct survey_part *part = survey_part_of(into, mine, k, arena);
        if (!part)
            return pal_nomem(err, "the sums of a survey");
        part->w += present;
    }
    mine[CELL_W] += theirs[CELL_W];
    return PAL_OK;
}

static enum pal_status merge_cells(struct survey_table *into, const struct survey_table *from,
                                   const uint32_t *group, const uint32_t *unit,
                                   const struct survey_by_cell *by, struct pal_arena *arena,
                                   struct pal_error *err)
{
    for (size_t c = 0; c < from->cells; c++) {
        const uint32_t g = group_of(from, c), u = unit_of(from, c);
        if (group && group[g] == PAL_NO_GROUP)
            continue;
        const uint64_t key = (uint64_t)(group ? group[g] : g) << 32 | (unit ? unit[u] : u);
        if (c % SETTLE_EACH == 0 && !survey_list_settle(into, arena))
            return pal_nomem(err, "the sums of a survey");
        const uint32_t to = survey_cell_of(into, key, arena);
        if (to == NO_CELL)
            return pal_nomem(err, "the sums of a survey");
        survey_list_sums(from, by, c);
        PAL_TRY(merge_cell(into, to, from, c, by->sum, arena, err));
    }
    return survey_list_settle(into, arena) ? PAL_OK : pal_nomem(err, "the sums of a survey");
}

static void add_count(struct survey_count *into, const struct survey_count *from)
{
    into->all += from->all;
    into->weighted += from->weighted;
}

enum pal_status survey_table_merge(struct survey_table *into, const struct survey_table *from,
                                   const uint32_t *group, const uint32_t *unit,
                                   struct pal_arena *arena, struct pal_error *err)
{
    for (size_t k = 0; k < into->terms; k++)
        if (isnan(into->centre[k]))
            into->centre[k] = from->centre[k];
    for (size_t g = 0; g < from->groups; g++) {
        const size_t to = group ? group[g] : g;
        if (to == PAL_NO_GROUP)
            continue;
        PAL_TRY(survey_table_groups(into, to + 1, arena, err));
        add_count(&into->count[to], &from->count[g]);
        for (size_t k = 0; k < into->terms; k++)
            add_count(&into->missing[to * into->terms + k], &from->missing[g * from->terms + k]);
    }
    struct pal_arena *scratch = pal_arena_new();
    struct survey_by_cell by;
    if (!scratch)
        return pal_nomem(err, "the sums of a survey");
    enum pal_status status = survey_list_by_cell(from, scratch, &by, err);
    if (status == PAL_OK)
        status = merge_cells(into, from, group, unit, &by, arena, err);
    pal_arena_free(scratch);
    return status;
}
