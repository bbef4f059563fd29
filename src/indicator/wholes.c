/* wholes.c: a State that reports in parts. Its whole is the sum of the parts only where all of them
 * report the same cell; otherwise the parts stand alone and the whole is absent, and says so. */
#include "inside.h"

#include <string.h>

struct reading cell_read(const struct cell *cell)
{
    struct reading r = {.absent = PAL_PRESENT};
    r.low = pal_sum_value(&cell->low);
    r.high = pal_sum_value(&cell->high);
    if (cell->censored && r.low < r.high) {
        r.absent = PAL_BELOW_THRESHOLD;
    } else if (cell->present || cell->censored) {
        r.value = cell->censored ? r.low : pal_sum_value(&cell->sum);
    } else {
        r.absent = cell->missing    ? cell->absent
                   : cell->left_out ? PAL_UNREADABLE
                                    : PAL_NOT_COLLECTED;
        if (r.absent == PAL_PRESENT)
            r.absent = PAL_NOT_COLLECTED;
    }
    return r;
}

static bool reports(const struct cell *cell)
{
    return cell && (cell->present || cell->censored) && !cell->missing;
}

static enum pal_status add_whole(struct cells *cells, const struct pal_areas *areas,
                                 const uint32_t *part_key, size_t width, struct pal_arena *arena,
                                 struct pal_error *err)
{
    uint32_t key[KEY_BY + PAL_MAX_BREAKDOWNS];
    const uint32_t whole = pal_areas_get(areas, part_key[KEY_AREA])->parent;
    struct cell sum = {0}, *at = NULL;
    bool all = pal_areas_get(areas, whole)->complete_parts;
    memcpy(key, part_key, width * sizeof *key);
    for (uint32_t area = 0; area < pal_areas_count(areas) && all; area++) {
        const struct pal_area *part = pal_areas_get(areas, area);
        if (part->kind != PAL_AREA_PART || part->parent != whole)
            continue;
        key[KEY_AREA] = area;
        const struct cell *cell = cells_find(cells, key);
        all = reports(cell);
        if (all)
            cell_merge(&sum, cell);
    }
    key[KEY_AREA] = whole;
    PAL_TRY(cells_at(cells, key, arena, &at, err));
    if (at->lines || at->missing || at->left_out || at->flags)
        return PAL_OK; /* the source gives the whole itself, or it was made already */
    if (all) {
        *at = sum;
        at->flags = PAL_FLAG_PARTS_SUM;
    } else {
        at->missing = 1;
        at->absent = PAL_NOT_COLLECTED;
        at->flags = PAL_FLAG_INCOMPLETE;
    }
    return PAL_OK;
}

enum pal_status cells_add_wholes(struct cells *cells, const struct pal_areas *areas, size_t by_n,
                                 struct pal_arena *arena, struct pal_error *err)
{
    const size_t n = pal_groups_count(cells->groups), width = KEY_BY + by_n;
    for (size_t g = 0; g < n; g++) {
        uint32_t key[KEY_BY + PAL_MAX_BREAKDOWNS];
        memcpy(key, pal_groups_key(cells->groups, g), width * sizeof *key);
        const struct pal_area *area = pal_areas_get(areas, key[KEY_AREA]);
        if (area->kind == PAL_AREA_PART && area->parent != PAL_NO_AREA)
            PAL_TRY(add_whole(cells, areas, key, width, arena, err));
    }
    return PAL_OK;
}
