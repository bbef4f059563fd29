/* totals.c: what States reported, added up over M49 regions and the world, with how many of the
 * States and how much of the population stand behind the sum. Nothing is estimated for those who
 * are silent.
 *
 * An area enters a total with its numerator and its denominator together or not at all. Lumps of
 * unnamed countries and rows without a code enter the world alone; somebody's own groupings (WLD)
 * enter nothing; a part of a State enters through its whole, or alone where the whole is absent. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- areas ------------------------------------------------------------------------------------
 */

struct ranked {
    pal_str code;
    uint32_t area;
};

static int by_code(const void *a, const void *b)
{
    return pal_str_cmp(((const struct ranked *)a)->code, ((const struct ranked *)b)->code);
}

static void find_above(const struct pal_areas *areas, uint32_t area, uint32_t world,
                       struct above *out)
{
    const struct pal_area *own = pal_areas_get(areas, area);
    uint32_t up = own->parent;
    for (int depth = 0; up != PAL_NO_AREA && depth < 16; depth++) {
        const enum pal_area_kind kind = pal_areas_get(areas, up)->kind;
        if ((kind == PAL_AREA_REGION || kind == PAL_AREA_WORLD) && out->n < MOST_ABOVE)
            out->region[out->n++] = up;
        up = pal_areas_get(areas, up)->parent;
    }
    if (!out->n && (own->kind == PAL_AREA_LUMP || own->kind == PAL_AREA_NONE) &&
        world != PAL_NO_AREA)
        out->region[out->n++] = world;
}

enum pal_status area_order_make(const struct pal_areas *areas, struct pal_arena *arena,
                                struct area_order *out, struct pal_error *err)
{
    const size_t n = pal_areas_count(areas);
    struct ranked *ranked = pal_arena_alloc(arena, n + 1, sizeof *ranked);
    *out = (struct area_order){.areas = n, .world = pal_areas_by_code(areas, PAL_STR("001"))};
    out->rank = pal_arena_alloc(arena, n + 1, sizeof *out->rank);
    out->above = pal_arena_alloc(arena, n + 1, sizeof *out->above);
    out->members = pal_arena_alloc(arena, n + 1, sizeof *out->members);
    out->countries = pal_arena_alloc(arena, n + 1, sizeof *out->countries);
    if (!ranked || !out->rank || !out->above || !out->members || !out->countries)
        return pal_nomem(err, "the areas");
    for (uint32_t a = 0; a < n; a++) {
        const struct pal_area *area = pal_areas_get(areas, a);
        ranked[a] = (struct ranked){area->code, a};
        find_above(areas, a, out->world, &out->above[a]);
        for (uint32_t k = 0; k < out->above[a].n && area->kind == PAL_AREA_COUNTRY; k++) {
            out->countries[out->above[a].region[k]]++;
            out->members[out->above[a].region[k]] += area->un_member;
        }
    }
    if (n)
        qsort(ranked, n, sizeof *ranked, by_code);
    for (uint32_t i = 0; i < n; i++)
        out->rank[ranked[i].area] = i;
    return PAL_OK;
}

uint32_t area_states(const struct area_order *order, uint32_t region)
{
    return order->members[region] ? order->members[region] : order->countries[region];
}

/* ---- populations of regions -------------------------------------------------------------------
 */

double job_people(const struct job *j, uint32_t area, uint32_t period)
{
    const uint32_t key[KEY_BY] = {area, period};
    const struct cell *cell =
        j->entry->population.cells ? cells_find(j->entry->population.cells, key) : NULL;
    return cell && cell->present ? pal_sum_value(&cell->sum) : 0;
}

static enum pal_status add_people(struct people *all, uint32_t region, uint32_t period,
                                  double people, size_t *cap, struct pal_arena *arena,
                                  struct pal_error *err)
{
    const uint32_t key[KEY_BY] = {region, period};
    const uint32_t g = pal_groups_add(all->groups, key);
    if (g == PAL_NO_GROUP)
        return pal_nomem(err, "populations");
    if (g >= *cap) {
        const size_t more = *cap ? *cap * 2 : 1024;
        double *grown = pal_arena_grow(arena, all->n, *cap, more, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "populations");
        all->n = grown;
        *cap = more;
    }
    all->n[g] += people;
    return PAL_OK;
}

/* Of all countries of a region, whether they report or not. */
enum pal_status people_sum(const struct plan *plan, const struct pal_compute *compute,
                           const struct area_order *order, struct pal_arena *arena,
                           struct people *out, struct pal_error *err)
{
    const struct cells *population = NULL; /* the same for every definition */
    size_t cap = 0;
    for (size_t i = 0; i < plan->entries && !population; i++)
        population = plan->entry[i].population.cells;
    *out = (struct people){0};
    PAL_TRY(pal_groups_new(arena, KEY_BY, &out->groups, err));
    for (size_t g = 0; population && g < pal_groups_count(population->groups); g++) {
        const uint32_t *key = pal_groups_key(population->groups, g);
        const struct above *above = &order->above[key[KEY_AREA]];
        if (pal_areas_get(compute->areas, key[KEY_AREA])->kind != PAL_AREA_COUNTRY ||
            !population->cell[g].present)
            continue;
        for (uint32_t k = 0; k < above->n; k++)
            PAL_TRY(add_people(out, above->region[k], key[KEY_PERIOD],
                               pal_sum_value(&population->cell[g].sum), &cap, arena, err));
    }
    return PAL_OK;
}

static double people_of_region(const struct job *j, uint32_t region, uint32_t period)
{
    const uint32_t key[KEY_BY] = {region, period};
    const uint32_t g = pal_groups_find(j->people->groups, key);
    return g == PAL_NO_GROUP ? 0 : j->people->n[g];
}

/* ---- adding up --------------------------------------------------------------------------------
 */

static struct region_total *total_of(const struct job *j, size_t g)
{
    return &j->total[g / TOTALS][g % TOTALS];
}

static enum pal_status total_at(struct job *j, const uint32_t *key, struct region_total **out,
                                struct pal_error *err)
{
    const uint32_t g = pal_groups_add(j->regions, key);
    if (g == PAL_NO_GROUP)
        return pal_nomem(err, "totals");
    if (g / TOTALS >= j->chunks) {
        if (j->chunks == j->chunks_cap) {
            const size_t cap = j->chunks_cap ? j->chunks_cap * 2 : 32;
            struct region_total **grown =
                pal_arena_grow(j->scratch, j->total, j->chunks_cap, cap, sizeof *grown);
            if (!grown)
                return pal_nomem(err, "totals");
            j->total = grown;
            j->chunks_cap = cap;
        }
        j->total[j->chunks] = pal_arena_alloc(j->scratch, TOTALS, sizeof **j->total);
        if (!j->total[j->chunks])
            return pal_nomem(err, "totals");
        j->chunks++;
    }
    *out = total_of(j, g);
    return PAL_OK;
}

static void keep_rows(const struct cells *cells, const struct cell *cell, uint32_t *row,
                      uint32_t *rows)
{
    for (uint32_t at = cell->first; at; at = cells->link[at - 1].next) {
        const uint32_t r = cells->link[at - 1].row;
        if (cells->dataset->batch.state[r] != PAL_ROW_ENTERS)
            continue;
        if (*rows < 8)
            row[*rows] = r;
        ++*rows;
    }
}

/* A part enters through its whole; where the whole is absent, alone. */
static bool whole_is_given(const struct job *j, const struct cells *cells, size_t width,
                           const uint32_t *item_key)
{
    uint32_t key[KEY_WIDTH];
    memcpy(key, item_key, width * sizeof *key);
    key[KEY_AREA] = pal_areas_get(j->compute->areas, item_key[KEY_AREA])->parent;
    const struct cell *whole = key[KEY_AREA] != PAL_NO_AREA ? cells_find(cells, key) : NULL;
    if (!whole)
        return false;
    const struct reading r = cell_read(whole);
    return reading_given(&r);
}

struct entering {
    const uint32_t *key;
    const struct cell *y, *x; /* x NULL: none, or the whole of a share, added apart */
    const struct cells *x_cells;
    uint32_t flags;
    bool counts; /* false: only its rows left out are told */
    bool whole;
};

static enum pal_status add_to_regions(struct job *j, const struct entering *e,
                                      struct pal_error *err)
{
    const struct pal_area *area = pal_areas_get(j->compute->areas, e->key[KEY_AREA]);
    const struct above *above = &j->order->above[e->key[KEY_AREA]];
    const bool country = area->kind == PAL_AREA_COUNTRY;
    const double people =
        country && e->counts ? job_people(j, e->key[KEY_AREA], e->key[KEY_PERIOD]) : 0;
    uint32_t key[KEY_WIDTH];
    memcpy(key, e->key, (KEY_BY + j->d->by_n) * sizeof *key);
    for (uint32_t k = 0; k < above->n; k++) {
        struct region_total *t;
        key[KEY_AREA] = above->region[k];
        PAL_TRY(total_at(j, key, &t, err));
        t->whole = e->whole;
        if (!e->counts) {
            t->y.left_out += e->y ? e->y->left_out : 0;
            t->x.left_out += e->x ? e->x->left_out : 0;
            continue;
        }
        if (e->y) {
            cell_add(&t->y, e->y);
            keep_rows(j->entry->y.cells, e->y, t->y_row, &t->y_rows);
        }
        if (e->x) {
            cell_add(&t->x, e->x);
            keep_rows(e->x_cells, e->x, t->x_row, &t->x_rows);
        }
        t->areas++;
        t->states += country && area->un_member;
        t->population += people;
        t->flags |= e->flags;
    }
    return PAL_OK;
}

/* Flags that a total takes over from the areas in it: it then contains such a figure. */
enum {
    INHERITED = PAL_FLAG_DUPLICATES | PAL_FLAG_DENOMINATOR_ALL | PAL_FLAG_PARTS_SUM |
                PAL_FLAG_PART | PAL_FLAG_LUMP | PAL_FLAG_PARTS_DISAGREE | PAL_FLAG_STAGE_ORDER |
                PAL_FLAG_RATE_DISAGREES | PAL_FLAG_BREAK | PAL_FLAG_PROVISIONAL,
};

/* Not a part whose whole is given, and no stranger in a share of the Members. */
static bool may_enter(const struct job *j, const struct item *item)
{
    const struct pal_area *area = pal_areas_get(j->compute->areas, item->key[KEY_AREA]);
    const struct above *above = &j->order->above[item->key[KEY_AREA]];
    if (area->kind == PAL_AREA_PART &&
        whole_is_given(j, j->entry->y.cells, KEY_BY + j->d->by_n, item->key))
        return false;
    return !(j->is_status && j->d->of_un_members && !area->un_member && above->n &&
             j->order->members[above->region[0]]);
}

static bool is_counted(const struct job *j, const struct item *item)
{
    struct reading y, x;
    job_readings(j, item, &y, &x);
    return reading_given(&y) && (!j->two || reading_given(&x));
}

bool job_enters(const struct job *j, const struct item *item, uint32_t region)
{
    const struct above *above = &j->order->above[item->key[KEY_AREA]];
    for (uint32_t k = 0; k < above->n; k++)
        if (above->region[k] == region)
            return may_enter(j, item) && is_counted(j, item);
    return false;
}

static enum pal_status enter_item(struct job *j, const struct item *item, struct pal_error *err)
{
    const struct entering e = {.key = item->key,
                               .y = item->y,
                               .x = j->whole ? NULL : item->x,
                               .x_cells = j->x_cells,
                               .flags = item->flags & INHERITED,
                               .counts = is_counted(j, item)};
    if (!may_enter(j, item) || (!e.counts && !item->y->left_out && !(e.x && e.x->left_out)))
        return PAL_OK;
    return add_to_regions(j, &e, err);
}

/* The wholes of a share: every area that tells its known cells, also where it has none of a code.
 */
static enum pal_status enter_wholes(struct job *j, struct pal_error *err)
{
    for (size_t g = 0; g < pal_groups_count(j->whole->groups); g++) {
        const uint32_t *key = pal_groups_key(j->whole->groups, g);
        const struct pal_area *area = pal_areas_get(j->compute->areas, key[KEY_AREA]);
        const struct cell *cell = &j->whole->cell[g];
        const struct reading r = cell_read(cell);
        if (area->kind == PAL_AREA_PART && whole_is_given(j, j->whole, KEY_BY + j->d->by_n, key))
            continue;
        const struct entering e = {.key = key,
                                   .x = cell,
                                   .x_cells = j->whole,
                                   .flags = flags_of_marks(cell->marks) & INHERITED,
                                   .counts = reading_given(&r),
                                   .whole = true};
        if (area->kind != PAL_AREA_AGGREGATE && area->kind != PAL_AREA_REGION &&
            area->kind != PAL_AREA_WORLD)
            PAL_TRY(add_to_regions(j, &e, err));
    }
    return PAL_OK;
}

/* Rows in error whose place is not known would have entered the world at least. */
static enum pal_status enter_lost(struct job *j, struct pal_error *err)
{
    const struct cells *cells = j->entry->y.cells;
    if (j->order->world == PAL_NO_AREA)
        return PAL_OK;
    for (size_t g = 0; g < pal_groups_count(cells->groups); g++) {
        const uint32_t *key = pal_groups_key(cells->groups, g);
        struct region_total *t;
        if (key[KEY_AREA] != j->order->world || !cells->cell[g].left_out ||
            (j->of != SIZE_MAX && !job_is_known_code(j, key[KEY_BY + j->of])))
            continue;
        PAL_TRY(total_at(j, key, &t, err));
        t->y.left_out += cells->cell[g].left_out;
    }
    return PAL_OK;
}

enum pal_status job_totals(struct job *j, struct pal_error *err)
{
    const size_t single = j->items, width = KEY_BY + j->d->by_n;
    PAL_TRY(pal_groups_new(j->scratch, width, &j->regions, err));
    for (size_t i = 0; i < single; i++)
        PAL_TRY(enter_item(j, &j->item[i], err));
    if (j->whole)
        PAL_TRY(enter_wholes(j, err));
    PAL_TRY(enter_lost(j, err));
    PAL_TRY(job_items_reserve(j, pal_groups_count(j->regions), err));
    for (size_t g = 0; g < pal_groups_count(j->regions); g++) {
        const uint32_t *key = pal_groups_key(j->regions, g);
        struct region_total *t = total_of(j, g);
        struct item *item;
        if (t->whole)
            continue;
        if (j->whole) {
            uint32_t whole_key[KEY_WIDTH];
            memcpy(whole_key, key, width * sizeof *key);
            whole_key[KEY_BY + j->of] = 0;
            const uint32_t w = pal_groups_find(j->regions, whole_key);
            if (w != PAL_NO_GROUP) {
                const struct region_total *of = total_of(j, w);
                t->x = of->x;
                t->areas = of->areas;
                t->states = of->states;
                t->population = of->population;
                t->flags |= of->flags;
            }
        }
        t->people = people_of_region(j, key[KEY_AREA], key[KEY_PERIOD]);
        PAL_TRY(job_item_new(j, key, &item, err));
        item->total = t;
        item->y = &t->y;
        item->x = j->x_cells ? &t->x : NULL;
        item->flags = t->flags;
    }
    return j->d->sampled ? job_covered(j, err) : PAL_OK;
}
