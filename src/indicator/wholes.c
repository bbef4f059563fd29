/* wholes.c: a State that reports in parts. Its whole is the sum of the parts only where all of them
 * report the same cell; otherwise the parts stand alone and the whole is absent, and says so. */
#include "inside.h"

#include <string.h>

struct reading cell_read(const struct cell *cell)
{
    struct reading r = {.absent = PAL_PRESENT};
    const double known = pal_sum_value(&cell->sum);
    r.low = known + cell->low;
    r.high = known + cell->high;
    if (cell->censored && r.low < r.high)
        r.absent = PAL_BELOW_THRESHOLD;
    else if (cell->present || cell->censored)
        r.value = r.low;
    else if (cell->missing && cell->absent != PAL_PRESENT)
        r.absent = (enum pal_absent)cell->absent;
    else
        r.absent = cell->left_out ? PAL_UNREADABLE : PAL_NOT_COLLECTED;
    return r;
}

bool reading_given(const struct reading *reading)
{
    return reading->absent == PAL_PRESENT || reading->absent == PAL_BELOW_THRESHOLD;
}

static bool reports(const struct cell *cell)
{
    return cell && (cell->present || cell->censored) && !cell->missing && !cell->left_out;
}

/* May a sum of parts stand in for what the source says of the whole? Not where it gives a value,
 * withholds one, or gives one that is in error. */
static bool open_to_sum(const struct cell *whole)
{
    const struct reading r = cell_read(whole);
    return !whole->left_out && (r.absent == PAL_NOT_COLLECTED || r.absent == PAL_BLANK);
}

static enum pal_status add_whole(struct cells *cells, const struct pal_areas *areas,
                                 const uint32_t *part_key, struct pal_error *err)
{
    uint32_t key[KEY_WIDTH];
    const uint32_t whole = pal_areas_get(areas, part_key[KEY_AREA])->parent;
    struct cell sum = {0}, *at = NULL;
    memcpy(key, part_key, (KEY_BY + cells->by_n) * sizeof *key);
    key[KEY_AREA] = whole;
    PAL_TRY(cells_at(cells, key, &at, err));
    if (at->flags & (PAL_FLAG_PARTS_SUM | PAL_FLAG_INCOMPLETE) || !open_to_sum(at))
        return PAL_OK; /* made already, or given by the source */
    bool all = pal_areas_get(areas, whole)->complete_parts;
    for (uint32_t area = 0; area < pal_areas_count(areas) && all; area++) {
        const struct pal_area *part = pal_areas_get(areas, area);
        if (part->kind != PAL_AREA_PART || part->parent != whole)
            continue;
        key[KEY_AREA] = area;
        const struct cell *cell = cells_find(cells, key);
        all = reports(cell);
        if (all)
            PAL_TRY(cell_merge(cells, &sum, cells, cell, err));
    }
    if (all) {
        *at = sum;
        at->flags = PAL_FLAG_PARTS_SUM;
        return PAL_OK;
    }
    /* What a part lost to errors, its whole lost too. */
    key[KEY_AREA] = part_key[KEY_AREA];
    at->missing++;
    at->absent = PAL_NOT_COLLECTED;
    at->flags = PAL_FLAG_INCOMPLETE;
    for (uint32_t area = 0; area < pal_areas_count(areas); area++) {
        const struct pal_area *part = pal_areas_get(areas, area);
        key[KEY_AREA] = area;
        const struct cell *cell =
            part->kind == PAL_AREA_PART && part->parent == whole ? cells_find(cells, key) : NULL;
        at->left_out += cell ? cell->left_out : 0;
    }
    return PAL_OK;
}

enum pal_status cells_add_wholes(struct cells *cells, const struct pal_areas *areas,
                                 struct pal_error *err)
{
    const size_t n = pal_groups_count(cells->groups);
    for (size_t g = 0; g < n; g++) {
        uint32_t key[KEY_WIDTH];
        memcpy(key, pal_groups_key(cells->groups, g), (KEY_BY + cells->by_n) * sizeof *key);
        const struct pal_area *area = pal_areas_get(areas, key[KEY_AREA]);
        if (area->kind == PAL_AREA_PART && area->parent != PAL_NO_AREA)
            PAL_TRY(add_whole(cells, areas, key, err));
    }
    return PAL_OK;
}
