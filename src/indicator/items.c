/* items.c: figures before they are estimated: which numerator stands over which denominator. */
#include "inside.h"

#include <string.h>

uint32_t flags_of_marks(uint8_t marks)
{
    return (marks & PAL_MARK_REPEATED ? PAL_FLAG_DUPLICATES : 0) |
           (marks & PAL_MARK_PARTS_DISAGREE ? PAL_FLAG_PARTS_DISAGREE : 0) |
           (marks & PAL_MARK_STAGE_ORDER ? PAL_FLAG_STAGE_ORDER : 0) |
           (marks & PAL_MARK_RATE_DISAGREES ? PAL_FLAG_RATE_DISAGREES : 0) |
           (marks & PAL_MARK_CENSORED_MARGIN ? PAL_FLAG_CENSORED_MARGIN : 0);
}

enum pal_status job_items_reserve(struct job *j, size_t more, struct pal_error *err)
{
    if (j->items + more <= j->items_cap)
        return PAL_OK;
    struct item *grown =
        pal_arena_grow(j->scratch, j->item, j->items_cap, j->items + more, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "figures");
    j->item = grown;
    j->items_cap = j->items + more;
    return PAL_OK;
}

enum pal_status job_item_new(struct job *j, const uint32_t *key, struct item **out,
                             struct pal_error *err)
{
    PAL_TRY(job_items_reserve(j, 1, err));
    *out = &j->item[j->items++];
    (*out)->key = key;
    return PAL_OK;
}

/* ---- the whole of a share: the known cells of one dimension
 * -------------------------------------- */

bool job_is_known_code(const struct job *j, uint32_t code)
{
    return code != 0 && !pal_str_eq(codes_text(j->codes, code), PAL_STR("U"));
}

static enum pal_status sum_known(struct job *j, struct pal_error *err)
{
    const struct cells *y = j->entry->y.cells;
    const size_t n = pal_groups_count(y->groups);
    const size_t codes = pal_map_count(j->codes->map);
    bool *seen = pal_arena_alloc(j->scratch, codes + 1, sizeof *seen);
    if (!seen)
        return pal_nomem(err, "shares");
    PAL_TRY(cells_new(y->operand, y->dataset, y->by_n, y->by, j->scratch, &j->whole, err));
    for (size_t g = 0; g < n; g++) {
        uint32_t key[KEY_WIDTH];
        struct cell *sum = NULL;
        memcpy(key, pal_groups_key(y->groups, g), (KEY_BY + y->by_n) * sizeof *key);
        const uint32_t code = key[KEY_BY + j->of];
        if (!job_is_known_code(j, code))
            continue;
        j->classes += !seen[code];
        seen[code] = true;
        key[KEY_BY + j->of] = 0;
        PAL_TRY(cells_at(j->whole, key, &sum, err));
        PAL_TRY(cell_merge(j->whole, sum, y, &y->cell[g], err));
    }
    return PAL_OK;
}

/* ---- denominators
 * --------------------------------------------------------------------------------- */

/* The denominator of a cell: its own breakdown where the dataset has it. Only a population may
 * stand in for a part of itself, and then the figure says so. */
const struct cell *job_denominator(const struct job *j, const uint32_t *key, uint32_t *flags)
{
    const struct plan_operand *x = &j->entry->x;
    uint32_t own[KEY_WIDTH] = {key[KEY_AREA], key[KEY_PERIOD]};
    bool dropped = false, broken_down = false;
    for (size_t b = 0; b < j->d->by_n; b++) {
        if (x->column[b] == NO_COLUMN) {
            dropped |= key[KEY_BY + b] != 0;
        } else {
            own[KEY_BY + x->column[b]] = key[KEY_BY + b];
            broken_down |= key[KEY_BY + b] != 0;
        }
    }
    if (dropped && !j->is_rate)
        return NULL;
    const struct cell *cell = cells_find(x->cells, own);
    if (!cell && broken_down && j->is_rate) {
        memset(own + KEY_BY, 0, x->cells->by_n * sizeof *own);
        cell = cells_find(x->cells, own);
        dropped = true;
    }
    if (cell && dropped)
        *flags |= PAL_FLAG_DENOMINATOR_ALL;
    return cell;
}

void job_readings(const struct job *j, const struct item *item, struct reading *y,
                  struct reading *x)
{
    static const struct reading nothing = {0, 0, 0, PAL_NOT_COLLECTED};
    *y = cell_read(item->y);
    *x = nothing;
    if (j->d->of_un_members) { /* who is not on the depositary's list is no party: none is silent */
        const double states = item->total ? (double)area_states(j->order, item->key[KEY_AREA]) : 1;
        *x = (struct reading){states, states, states, PAL_PRESENT};
    } else if (item->x) {
        *x = cell_read(item->x);
    }
}

bool reading_rest(const struct reading *part, const struct reading *whole, struct reading *rest)
{
    /* The whole holds the part, so both ends of the rest are differences. */
    const double low = whole->low - part->low, high = whole->high - part->high;
    *rest = (struct reading){.low = low, .high = high, .absent = PAL_PRESENT};
    if (part->absent == PAL_BELOW_THRESHOLD || whole->absent == PAL_BELOW_THRESHOLD)
        rest->absent = low < high ? PAL_BELOW_THRESHOLD : PAL_PRESENT;
    rest->value = low;
    return low >= 0 && high >= low;
}

static bool is_total(const struct job *j, const uint32_t *key)
{
    for (size_t b = 0; b < j->d->by_n; b++)
        if (key[KEY_BY + b])
            return false;
    return true;
}

/* ---- areas
 * ------------------------------------------------------------------------------------------ */

static uint32_t outermost(const struct job *j, uint32_t area)
{
    const struct above *above = &j->order->above[area];
    return above->n ? above->region[above->n - 1] : PAL_NO_AREA;
}

/* A list of participants is complete by nature: a Member of the United Nations that stands in no
 * row of it is no party. Only in the world that the list speaks of: invented lists name no real
 * State. */
enum pal_status job_absent_members(struct job *j, struct pal_error *err)
{
    struct cells *y = j->entry->y.cells;
    if (!j->d->of_un_members || y->by_n)
        return PAL_OK;
    const size_t n = pal_groups_count(y->groups);
    struct pal_groups *asked; /* (outermost region, period) */
    PAL_TRY(pal_groups_new(j->scratch, KEY_BY, &asked, err));
    for (size_t g = 0; g < n; g++) {
        const uint32_t *key = pal_groups_key(y->groups, g);
        const uint32_t world[KEY_BY] = {outermost(j, key[KEY_AREA]), key[KEY_PERIOD]};
        if (world[KEY_AREA] != PAL_NO_AREA && pal_groups_add(asked, world) == PAL_NO_GROUP)
            return pal_nomem(err, "figures");
    }
    for (uint32_t area = 0; area < j->order->areas; area++) {
        for (size_t g = 0; g < pal_groups_count(asked); g++) {
            uint32_t key[KEY_WIDTH] = {area, pal_groups_key(asked, g)[KEY_PERIOD]};
            struct cell *cell;
            if (!pal_areas_get(j->compute->areas, area)->un_member ||
                outermost(j, area) != pal_groups_key(asked, g)[KEY_AREA] || cells_find(y, key))
                continue;
            PAL_TRY(cells_at(y, key, &cell, err));
            cell->present = 1; /* 0: no party */
        }
    }
    return PAL_OK;
}

enum pal_status job_items(struct job *j, struct pal_error *err)
{
    const struct cells *y = j->entry->y.cells;
    const size_t n = pal_groups_count(y->groups);
    if (j->of != SIZE_MAX)
        PAL_TRY(sum_known(j, err));
    PAL_TRY(job_items_reserve(j, n, err));
    for (size_t g = 0; g < n; g++) {
        const uint32_t *key = pal_groups_key(y->groups, g);
        const struct pal_area *area = pal_areas_get(j->compute->areas, key[KEY_AREA]);
        struct item *item;
        /* Somebody's own groupings beside countries are no States, and no sum of ours. */
        if (area->kind == PAL_AREA_AGGREGATE || area->kind == PAL_AREA_REGION ||
            area->kind == PAL_AREA_WORLD)
            continue;
        if (j->d->national.len && !pal_str_eq(j->d->national, area->code))
            continue;
        if (j->of != SIZE_MAX && !job_is_known_code(j, key[KEY_BY + j->of]))
            continue;
        if (j->is_share && j->x_cells == y && !j->whole && is_total(j, key))
            continue; /* the whole of itself */
        PAL_TRY(job_item_new(j, key, &item, err));
        item->y = &y->cell[g];
        item->flags = flags_of_marks(item->y->marks) | item->y->flags;
        if (item->y->missing && (item->y->present || item->y->censored))
            item->flags |= PAL_FLAG_INCOMPLETE;
        if (area->kind == PAL_AREA_PART)
            item->flags |= PAL_FLAG_PART;
        if (area->kind == PAL_AREA_LUMP || area->kind == PAL_AREA_NONE)
            item->flags |= PAL_FLAG_LUMP;
        if (j->whole) {
            uint32_t whole[KEY_WIDTH];
            memcpy(whole, key, (KEY_BY + j->d->by_n) * sizeof *key);
            whole[KEY_BY + j->of] = 0;
            item->x = cells_find(j->whole, whole);
        } else if (j->entry->x.cells) {
            item->x = job_denominator(j, key, &item->flags);
        } else if (j->is_share) {
            const uint32_t all[KEY_WIDTH] = {key[KEY_AREA], key[KEY_PERIOD]};
            item->x = cells_find(y, all);
        }
        if (item->x)
            item->flags |= flags_of_marks(item->x->marks) | item->x->flags;
    }
    return PAL_OK;
}
