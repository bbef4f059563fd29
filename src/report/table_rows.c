/* table_rows.c: the rows of a table in one language: the world, its regions, the States of each in
 * the alphabetical order of the language, parts below their State. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>

/* Where an area stands: the ranks of its root, group, sub-group, country and part. 0 is the whole
 * itself, which stands before what it holds. */
enum { DEPTH = 5, ROOT = 0, GROUP, SUB, COUNTRY, PART, LAST = UINT32_MAX };
struct stand {
    uint32_t key[DEPTH];
    uint32_t area, root, group, sub; /* areas; PAL_NO_AREA where there is none */
};

struct sorting {
    const struct plan *plan;
    const struct pal_areas *areas;
    const uint32_t *rank;
    bool *wanted;      /* [areas] gets a row                             */
    bool *has_regions; /* [areas] a region that is divided into regions  */
    size_t n;
};

static bool any_figure(const struct plan *plan, uint32_t area)
{
    const struct pal_figure **slot = plan_slots(plan, area, 0);
    for (size_t i = 0; i < plan->keys * plan->columns; i++)
        if (slot[i])
            return true;
    return false;
}

static bool is_region(const struct pal_area *area)
{
    return area->kind == PAL_AREA_REGION || area->kind == PAL_AREA_WORLD;
}

static bool is_root(const struct pal_area *area)
{
    return is_region(area) && area->parent == PAL_NO_AREA;
}

static struct stand stand_of(const struct sorting *s, uint32_t area)
{
    struct stand out = {
        .area = area, .root = PAL_NO_AREA, .group = PAL_NO_AREA, .sub = PAL_NO_AREA};
    uint32_t base = area;
    if (pal_areas_get(s->areas, area)->kind == PAL_AREA_PART &&
        pal_areas_get(s->areas, area)->parent != PAL_NO_AREA) {
        base = pal_areas_get(s->areas, area)->parent;
        out.key[PART] = s->rank[area] + 1;
    }
    const struct pal_area *a = pal_areas_get(s->areas, base);
    uint32_t chain[16];
    size_t n = 0;
    for (uint32_t up = is_region(a) ? base : a->parent; up != PAL_NO_AREA && n < PAL_COUNT(chain);
         up = pal_areas_get(s->areas, up)->parent)
        chain[n++] = up;
    if (!is_region(a))
        out.key[COUNTRY] = s->rank[base] + 1;
    const bool alone = !n || !is_root(pal_areas_get(s->areas, chain[n - 1]));
    if (a->kind != PAL_AREA_COUNTRY && !is_region(a) && (alone || n < 2)) {
        out.key[ROOT] = LAST; /* lumps, other people's groupings, rows without a code */
        return out;
    }
    if (alone) {
        out.key[ROOT] = LAST - 1;
        return out;
    }
    out.root = chain[n - 1];
    out.key[ROOT] =
        pal_areas_get(s->areas, out.root)->kind == PAL_AREA_WORLD ? 1 : s->rank[out.root] + 2;
    if (n >= 2) {
        out.group = chain[n - 2];
        out.key[GROUP] = s->rank[out.group] + 1;
    }
    if (n >= 3 && s->plan->definition->by_sub_region) {
        out.sub = chain[0]; /* the smallest that is named */
        out.key[SUB] = s->rank[out.sub] + 1;
    }
    return out;
}

/* Totals stand for the world, its regions, and the smallest sub-regions where they are asked for.
 */
static bool has_a_place(const struct sorting *s, uint32_t area)
{
    const struct pal_area *a = pal_areas_get(s->areas, area);
    if (a->kind != PAL_AREA_REGION || is_root(a) || is_root(pal_areas_get(s->areas, a->parent)))
        return true;
    return s->plan->definition->by_sub_region && !s->has_regions[area];
}

static int by_stand(const void *a, const void *b)
{
    const struct stand *x = a, *y = b;
    for (size_t k = 0; k < DEPTH; k++)
        if (x->key[k] != y->key[k])
            return x->key[k] > y->key[k] ? 1 : -1;
    return (x->area > y->area) - (x->area < y->area);
}

static enum pal_status sort_areas(struct sorting *s, struct pal_arena *arena, struct stand **out,
                                  size_t *n, struct pal_error *err)
{
    const uint32_t areas = (uint32_t)pal_areas_count(s->areas);
    s->wanted = pal_arena_alloc(arena, areas + 1, sizeof *s->wanted);
    s->has_regions = pal_arena_alloc(arena, areas + 1, sizeof *s->has_regions);
    struct stand *stand = pal_arena_alloc(arena, areas + 1, sizeof *stand);
    if (!s->wanted || !s->has_regions || !stand)
        return pal_nomem(err, "a table's rows");
    for (uint32_t a = 0; a < areas; a++) {
        const struct pal_area *area = pal_areas_get(s->areas, a);
        if (area->kind == PAL_AREA_REGION && area->parent != PAL_NO_AREA)
            s->has_regions[area->parent] = true;
    }
    for (uint32_t a = 0; a < areas; a++) {
        if (!any_figure(s->plan, a) || !has_a_place(s, a))
            continue;
        s->wanted[a] = true;
        const struct pal_area *area = pal_areas_get(s->areas, a);
        if (s->plan->definition->rows == REPORT_ROWS_AREAS && area->kind == PAL_AREA_PART &&
            area->parent != PAL_NO_AREA)
            s->wanted[area->parent] = true; /* a part never stands without its whole */
    }
    *n = 0;
    for (uint32_t a = 0; a < areas; a++)
        if (s->wanted[a])
            stand[(*n)++] = stand_of(s, a);
    if (*n)
        qsort(stand, *n, sizeof *stand, by_stand);
    *out = stand;
    return PAL_OK;
}

struct rows {
    struct plan_row *row;
    size_t n;
};

static void add(struct rows *rows, enum pal_row_kind kind, size_t level, uint32_t area, size_t key)
{
    rows->row[rows->n++] = (struct plan_row){{kind, (uint8_t)level, area}, key};
}

/* Heads where a group begins that has no total of its own. */
static void open_groups(const struct sorting *s, const struct stand *now,
                        const struct stand *before, bool many_roots, struct rows *rows)
{
    const bool region = is_region(pal_areas_get(s->areas, now->area));
    const bool new_root = !before || before->key[ROOT] != now->key[ROOT];
    const bool new_group = new_root || before->key[GROUP] != now->key[GROUP];
    const bool new_sub = new_group || before->key[SUB] != now->key[SUB];
    if (now->key[ROOT] == LAST && new_root)
        add(rows, PAL_ROW_HEAD, 0, PAL_NO_AREA, 0);
    if (now->root != PAL_NO_AREA && new_root && now->area != now->root && many_roots)
        add(rows, PAL_ROW_HEAD, 0, now->root, 0);
    if (now->group != PAL_NO_AREA && new_group && !(region && now->area == now->group))
        add(rows, PAL_ROW_HEAD, 0, now->group, 0);
    if (now->sub != PAL_NO_AREA && now->sub != now->group && new_sub &&
        !(region && now->area == now->sub))
        add(rows, PAL_ROW_HEAD, 1, now->sub, 0);
}

static void area_rows(const struct sorting *s, const struct stand *stand, size_t n,
                      struct rows *rows)
{
    bool many_roots = false;
    for (size_t i = 1; i < n; i++)
        many_roots |= stand[i].root != PAL_NO_AREA && stand[0].root != PAL_NO_AREA &&
                      stand[i].root != stand[0].root;
    for (size_t i = 0; i < n; i++) {
        const struct stand *now = &stand[i];
        open_groups(s, now, i ? &stand[i - 1] : NULL, many_roots, rows);
        const bool sub = now->sub != PAL_NO_AREA && now->sub != now->group;
        const size_t inner = (now->group != PAL_NO_AREA || now->key[ROOT] == LAST) + (size_t)sub;
        if (is_region(pal_areas_get(s->areas, now->area)))
            add(rows, PAL_ROW_TOTAL, sub && now->area == now->sub, now->area, 0);
        else if (now->key[PART])
            add(rows, PAL_ROW_PART, inner + 1, now->area, 0);
        else
            add(rows, PAL_ROW_AREA, inner, now->area, 0);
    }
}

/* ---- blocks: one a total area, its rows years or codes ------------------------------------------
 */

static bool any_value(const struct plan *plan, uint32_t area, size_t key)
{
    const struct pal_figure **slot = plan_slots(plan, area, key);
    for (size_t c = 0; c < plan->columns; c++)
        if (slot[c])
            return true;
    return false;
}

struct keyed {
    double value;
    size_t key;
};

static int by_value(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? 1 : -1;
    return (x->key > y->key) - (x->key < y->key);
}

static enum pal_status block(const struct plan *plan, uint32_t area, struct pal_arena *arena,
                             struct rows *rows, struct pal_error *err)
{
    struct keyed *keyed = pal_arena_alloc(arena, plan->keys + 1, sizeof *keyed);
    if (!keyed)
        return pal_nomem(err, "a table's rows");
    size_t n = 0;
    for (size_t k = 0; k < plan->keys; k++) {
        if (!any_value(plan, area, k))
            continue;
        const struct pal_figure *f = plan_slots(plan, area, k)[0];
        const bool total = plan->code && pal_str_eq(plan->code[k], PAL_STR("_T"));
        keyed[n++] = (struct keyed){total ? HUGE_VAL
                                    : f && f->estimate.absent == PAL_PRESENT &&
                                            f->estimate.status == PAL_ANSWER_OK
                                        ? f->estimate.value
                                        : -HUGE_VAL,
                                    k};
    }
    if (n && plan->definition->by_value)
        qsort(keyed, n, sizeof *keyed, by_value);
    add(rows, PAL_ROW_HEAD, 0, area, 0);
    for (size_t i = 0; i < n; i++) {
        const bool total = plan->code && pal_str_eq(plan->code[keyed[i].key], PAL_STR("_T"));
        add(rows, total ? PAL_ROW_TOTAL : PAL_ROW_AREA, 1, area, keyed[i].key);
    }
    return PAL_OK;
}

enum pal_status report_plan_rows(const struct plan *plan, const struct pal_area_order *order,
                                 struct pal_arena *arena, struct plan_row **out, size_t *n,
                                 struct pal_error *err)
{
    struct sorting s = {.plan = plan, .areas = plan->input->areas, .rank = order->rank};
    struct stand *stand = NULL;
    PAL_TRY(sort_areas(&s, arena, &stand, &s.n, err));
    const bool areas = plan->definition->rows == REPORT_ROWS_AREAS;
    struct rows rows = {0};
    /* Each area brings at most three heads of groups, or a head and its keys. */
    rows.row = pal_arena_alloc(arena, s.n * (4 + plan->keys) + 1, sizeof *rows.row);
    if (!rows.row)
        return pal_nomem(err, "a table's rows");
    if (areas)
        area_rows(&s, stand, s.n, &rows);
    bool totals = false; /* blocks are of totals where there are any, else of every area */
    for (size_t i = 0; i < s.n; i++)
        totals |= is_region(pal_areas_get(s.areas, stand[i].area));
    for (size_t i = 0; !areas && i < s.n; i++)
        if (!totals || is_region(pal_areas_get(s.areas, stand[i].area)))
            PAL_TRY(block(plan, stand[i].area, arena, &rows, err));
    *out = rows.row;
    *n = rows.n;
    return PAL_OK;
}
