/* compute.c: definitions meet data. For each definition: cells of its operands, wholes from parts,
 * totals of regions, one feed of the estimator's state, one figure a cell. Read compute_one
 * downwards. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct item { /* a figure before it is estimated */
    uint32_t key[KEY_BY + PAL_MAX_BREAKDOWNS];
    const struct cell *y;
    struct reading y_is, x_is;
    const struct cell *x; /* NULL: none */
    uint32_t flags;
    uint32_t coverage_n, coverage_of;
    double coverage_population;
};

struct job {
    const struct pal_compute *compute;
    const struct pal_definition *d;
    struct pal_diag *diag;
    struct pal_arena *arena, *scratch;
    struct codes *codes;
    struct cells y, x, population;
    bool has_x, has_population;
    struct cells whole; /* share `of`: known cells summed */
    size_t of;          /* index in by, SIZE_MAX */
    size_t classes;
    struct item *item;
    size_t items, items_cap;
    struct pal_figure *figure;
};

static size_t width(const struct job *j) { return KEY_BY + j->d->by_n; }

static struct item *item_new(struct job *j, const uint32_t *key)
{
    if (j->items == j->items_cap) {
        const size_t cap = j->items_cap ? j->items_cap * 2 : 1024;
        struct item *grown = pal_arena_grow(j->scratch, j->item, j->items_cap, cap, sizeof *grown);
        if (!grown)
            return NULL;
        j->item = grown;
        j->items_cap = cap;
    }
    struct item *item = &j->item[j->items++];
    *item = (struct item){.coverage_population = (double)NAN};
    memcpy(item->key, key, width(j) * sizeof *key);
    return item;
}

static const struct pal_area *area_of(const struct job *j, const uint32_t *key)
{
    return pal_areas_get(j->compute->areas, key[KEY_AREA]);
}

/* ---- denominators
 * ----------------------------------------------------------------------------------- */

/* The denominator of a cell: its own breakdown where the dataset has it, otherwise the total, and
 * then the figure says so. */
static const struct cell *denominator_of(const struct job *j, const uint32_t *key, uint32_t *flags)
{
    uint32_t own[KEY_BY + PAL_MAX_BREAKDOWNS];
    bool dropped = false;
    memcpy(own, key, width(j) * sizeof *own);
    for (size_t b = 0; b < j->d->by_n; b++) {
        if (j->x.has_by[b] || !own[KEY_BY + b])
            continue;
        own[KEY_BY + b] = 0;
        dropped = true;
    }
    const struct cell *cell = cells_find(&j->x, own);
    if (!cell) {
        for (size_t b = 0; b < j->d->by_n; b++) {
            dropped |= own[KEY_BY + b] != 0;
            own[KEY_BY + b] = 0;
        }
        /* Only a population may stand in for a part of itself; a share of another whole may not. */
        cell = pal_str_eq(pal_str_of(j->d->estimator->name), PAL_STR("rate"))
                   ? cells_find(&j->x, own)
                   : NULL;
    }
    if (cell && dropped)
        *flags |= PAL_FLAG_DENOMINATOR_ALL;
    return cell;
}

/* ---- share of the known cells of a dimension
 * ------------------------------------------------------------ */

static bool is_known_code(const struct job *j, uint32_t code)
{
    return code != 0 && !pal_str_eq(codes_text(j->codes, code), PAL_STR("U"));
}

static enum pal_status sum_known(struct job *j, struct pal_error *err)
{
    j->of = SIZE_MAX;
    for (size_t b = 0; b < j->d->by_n; b++)
        if (pal_str_eq(j->d->by[b], j->d->of))
            j->of = b;
    if (j->of == SIZE_MAX) {
        const struct pal_place at = {j->d->path, 1, 1};
        return pal_fail_at(err, PAL_SYNTAX, &at, "'of' names '%.*s', which is not in 'by'",
                           PAL_ARG(j->d->of));
    }
    PAL_TRY(pal_groups_new(j->scratch, width(j), &j->whole.groups, err));
    uint32_t seen[256];
    const size_t n = pal_groups_count(j->y.groups);
    for (size_t g = 0; g < n; g++) {
        uint32_t key[KEY_BY + PAL_MAX_BREAKDOWNS];
        struct cell *sum = NULL;
        memcpy(key, pal_groups_key(j->y.groups, g), width(j) * sizeof *key);
        const uint32_t code = key[KEY_BY + j->of];
        if (!is_known_code(j, code))
            continue;
        bool known = false;
        for (size_t i = 0; i < j->classes && !known; i++)
            known = seen[i] == code;
        if (!known && j->classes < PAL_COUNT(seen))
            seen[j->classes++] = code;
        key[KEY_BY + j->of] = 0;
        PAL_TRY(cells_at(&j->whole, key, j->scratch, &sum, err));
        cell_merge(sum, &j->y.cell[g]);
    }
    return PAL_OK;
}

/* ---- items of single areas
 * ---------------------------------------------------------------------------------- */

static uint32_t flags_of_marks(uint8_t marks)
{
    return (marks & PAL_MARK_REPEATED ? PAL_FLAG_DUPLICATES : 0) |
           (marks & PAL_MARK_PARTS_DISAGREE ? PAL_FLAG_PARTS_DISAGREE : 0) |
           (marks & PAL_MARK_STAGE_ORDER ? PAL_FLAG_STAGE_ORDER : 0) |
           (marks & PAL_MARK_RATE_DISAGREES ? PAL_FLAG_RATE_DISAGREES : 0) |
           (marks & PAL_MARK_CENSORED_MARGIN ? PAL_FLAG_CENSORED_MARGIN : 0);
}

static const struct reading one = {1, 1, 1, PAL_PRESENT};
static const struct reading nothing = {0, 0, 0, PAL_NOT_COLLECTED};

static void find_denominator(struct job *j, struct item *item)
{
    item->x_is = nothing;
    if (j->of != SIZE_MAX) {
        uint32_t key[KEY_BY + PAL_MAX_BREAKDOWNS];
        memcpy(key, item->key, width(j) * sizeof *key);
        key[KEY_BY + j->of] = 0;
        item->x = cells_find(&j->whole, key);
    } else if (j->d->of_un_members) {
        item->x_is = one;
        return;
    } else if (j->has_x) {
        item->x = denominator_of(j, item->key, &item->flags);
    }
    if (item->x) {
        item->x_is = cell_read(item->x);
        item->flags |= flags_of_marks(item->x->marks) | item->x->flags;
    }
}

static bool national_elsewhere(const struct job *j, const struct pal_area *area)
{
    return j->d->national.len && !pal_str_eq(j->d->national, area->code);
}

static enum pal_status items_of_areas(struct job *j, struct pal_error *err)
{
    const size_t n = pal_groups_count(j->y.groups);
    for (size_t g = 0; g < n; g++) {
        const uint32_t *key = pal_groups_key(j->y.groups, g);
        const struct pal_area *area = area_of(j, key);
        /* Somebody's own groupings beside countries are no States, and no sum of ours. */
        if (area->kind == PAL_AREA_AGGREGATE || area->kind == PAL_AREA_REGION ||
            area->kind == PAL_AREA_WORLD || national_elsewhere(j, area))
            continue;
        if (j->of != SIZE_MAX && !is_known_code(j, key[KEY_BY + j->of]))
            continue;
        struct item *item = item_new(j, key);
        if (!item)
            return pal_nomem(err, "figures");
        item->y = &j->y.cell[g];
        item->y_is = cell_read(item->y);
        item->flags = flags_of_marks(item->y->marks) | item->y->flags;
        if (area->kind == PAL_AREA_PART)
            item->flags |= PAL_FLAG_PART;
        if (area->kind == PAL_AREA_LUMP || area->kind == PAL_AREA_NONE)
            item->flags |= PAL_FLAG_LUMP;
        find_denominator(j, item);
    }
    return PAL_OK;
}

/* ---- totals of regions and the world
 * ---------------------------------------------------------------------------- */

struct region_total {
    struct cell y, x;
    uint32_t members, states;
    double population;
    uint32_t flags;
};

static double population_of(const struct job *j, uint32_t area, uint32_t period)
{
    const uint32_t key[KEY_BY] = {area, period};
    const struct cell *cell = j->has_population ? cells_find(&j->population, key) : NULL;
    return cell && cell->present ? pal_sum_value(&cell->sum) : 0;
}

static bool has_un_members(const struct job *j, uint32_t region)
{
    for (uint32_t a = 0; a < pal_areas_count(j->compute->areas); a++)
        if (pal_areas_get(j->compute->areas, a)->un_member &&
            pal_areas_within(j->compute->areas, a, region))
            return true;
    return false;
}

/* States that a region has, and their people; States Members where there are any, all countries
 * else. */
static void region_size(const struct job *j, uint32_t region, uint32_t period, bool members,
                        uint32_t *states, double *population)
{
    *states = 0;
    *population = 0;
    for (uint32_t a = 0; a < pal_areas_count(j->compute->areas); a++) {
        const struct pal_area *area = pal_areas_get(j->compute->areas, a);
        if (area->kind != PAL_AREA_COUNTRY || !pal_areas_within(j->compute->areas, a, region))
            continue;
        *states += !members || area->un_member;
        *population += population_of(j, a, period);
    }
}

/* A part enters through its whole; where the whole is absent, alone. */
static bool enters_totals(const struct job *j, const struct item *item)
{
    const struct pal_area *area = area_of(j, item->key);
    if (item->y_is.absent != PAL_PRESENT && item->y_is.absent != PAL_BELOW_THRESHOLD)
        return false;
    if ((j->has_x || j->of != SIZE_MAX) && item->x_is.absent != PAL_PRESENT &&
        item->x_is.absent != PAL_BELOW_THRESHOLD)
        return false;
    if (j->d->of_un_members && !area->un_member && has_un_members(j, area->parent))
        return false;
    if (area->kind == PAL_AREA_PART) {
        uint32_t key[KEY_BY + PAL_MAX_BREAKDOWNS];
        memcpy(key, item->key, width(j) * sizeof *key);
        key[KEY_AREA] = area->parent;
        const struct cell *whole = cells_find(&j->y, key);
        return !whole || cell_read(whole).absent == PAL_NOT_COLLECTED;
    }
    return true;
}

static enum pal_status add_to_regions(struct job *j, const struct item *item,
                                      struct pal_groups *groups, struct region_total **total,
                                      size_t *cap, struct pal_error *err)
{
    const struct pal_areas *areas = j->compute->areas;
    const struct pal_area *area = area_of(j, item->key);
    uint32_t above = area->parent;
    for (int depth = 0; above != PAL_NO_AREA && depth < 16;
         above = pal_areas_get(areas, above)->parent, depth++) {
        const struct pal_area *region = pal_areas_get(areas, above);
        if (region->kind != PAL_AREA_REGION && region->kind != PAL_AREA_WORLD)
            continue;
        uint32_t key[KEY_BY + PAL_MAX_BREAKDOWNS];
        memcpy(key, item->key, width(j) * sizeof *key);
        key[KEY_AREA] = above;
        const uint32_t g = pal_groups_add(groups, key);
        if (g == PAL_NO_GROUP)
            return pal_nomem(err, "totals");
        if (g >= *cap) {
            const size_t more = *cap ? *cap * 2 : 256;
            struct region_total *grown =
                pal_arena_grow(j->scratch, *total, *cap, more, sizeof *grown);
            if (!grown)
                return pal_nomem(err, "totals");
            *total = grown;
            *cap = more;
        }
        struct region_total *t = &(*total)[g];
        cell_merge(&t->y, item->y);
        if (item->x)
            cell_merge(&t->x, item->x);
        t->members++;
        t->states += area->kind == PAL_AREA_COUNTRY && area->un_member;
        t->population += area->kind == PAL_AREA_COUNTRY
                             ? population_of(j, item->key[KEY_AREA], item->key[KEY_PERIOD])
                             : 0;
        t->flags |=
            item->flags & (PAL_FLAG_DUPLICATES | PAL_FLAG_DENOMINATOR_ALL | PAL_FLAG_PARTS_SUM);
    }
    return PAL_OK;
}

static enum pal_status items_of_regions(struct job *j, struct pal_error *err)
{
    struct pal_groups *groups;
    struct region_total *total = NULL;
    size_t cap = 0;
    const size_t single = j->items;
    PAL_TRY(pal_groups_new(j->scratch, width(j), &groups, err));
    for (size_t i = 0; i < single; i++)
        if (enters_totals(j, &j->item[i]))
            PAL_TRY(add_to_regions(j, &j->item[i], groups, &total, &cap, err));
    uint32_t last_region = PAL_NO_AREA;
    bool members = false;
    for (size_t g = 0; g < pal_groups_count(groups); g++) {
        const uint32_t *key = pal_groups_key(groups, g);
        struct item *item = item_new(j, key);
        if (!item)
            return pal_nomem(err, "totals");
        struct region_total *t = &total[g];
        double people;
        if (key[KEY_AREA] != last_region)
            members = has_un_members(j, last_region = key[KEY_AREA]);
        region_size(j, key[KEY_AREA], key[KEY_PERIOD], members, &item->coverage_of, &people);
        item->coverage_n = members ? t->states : t->members;
        if (item->coverage_n > item->coverage_of)
            item->coverage_of = item->coverage_n;
        item->coverage_population = people > 0 ? fmin(t->population / people, 1) : (double)NAN;
        item->y = &t->y;
        item->y_is = cell_read(&t->y);
        item->flags = t->flags | (item->coverage_n < item->coverage_of ? PAL_FLAG_INCOMPLETE : 0);
        item->x_is = nothing;
        if (j->d->of_un_members) { /* who is not on the depositary's list is no party: nobody is
                                      silent */
            const double states = (double)item->coverage_of;
            item->x_is = (struct reading){states, states, states, PAL_PRESENT};
            item->coverage_n = item->coverage_of;
            item->coverage_population = 1;
            item->flags &= ~(uint32_t)PAL_FLAG_INCOMPLETE;
        } else if (j->has_x || j->of != SIZE_MAX) {
            item->x = &t->x;
            item->x_is = cell_read(&t->x);
        }
    }
    return PAL_OK;
}

/* ---- estimating
 * ------------------------------------------------------------------------------------------------------
 */

struct columns {
    double *value, *low, *high;
    uint8_t *absent;
};

static enum pal_status columns_new(struct columns *c, size_t n, struct pal_arena *arena,
                                   struct pal_error *err)
{
    c->value = pal_arena_alloc(arena, n + 1, sizeof *c->value);
    c->low = pal_arena_alloc(arena, n + 1, sizeof *c->low);
    c->high = pal_arena_alloc(arena, n + 1, sizeof *c->high);
    c->absent = pal_arena_alloc(arena, n + 1, 1);
    return c->value && c->low && c->high && c->absent ? PAL_OK : pal_nomem(err, "figures");
}

static void columns_set(struct columns *c, size_t i, const struct reading *from)
{
    c->value[i] = from->value;
    c->low[i] = from->low;
    c->high[i] = from->high;
    c->absent[i] = (uint8_t)from->absent;
}

static enum pal_status estimate_items(struct job *j, struct pal_estimate *out,
                                      struct pal_error *err)
{
    const struct pal_estimator *e = j->d->estimator;
    const bool two = j->has_x || j->of != SIZE_MAX || j->d->of_un_members;
    struct columns y, x;
    struct pal_state *state;
    struct pal_ask ask = j->d->ask;
    PAL_TRY(columns_new(&y, j->items, j->scratch, err));
    PAL_TRY(columns_new(&x, j->items, j->scratch, err));
    uint32_t *group = pal_arena_alloc(j->scratch, j->items + 1, sizeof *group);
    if (!group)
        return pal_nomem(err, "figures");
    for (size_t i = 0; i < j->items; i++) {
        columns_set(&y, i, &j->item[i].y_is);
        columns_set(&x, i, &j->item[i].x_is);
        group[i] = (uint32_t)i;
    }
    const struct pal_column column[2] = {
        {.name = PAL_STR("y"),
         .type = PAL_COLUMN_NUMBER,
         .value = y.value,
         .low = y.low,
         .high = y.high,
         .absent = y.absent},
        {.name = PAL_STR("x"),
         .type = PAL_COLUMN_NUMBER,
         .value = x.value,
         .low = x.low,
         .high = x.high,
         .absent = x.absent},
    };
    const struct pal_column *const arg[2] = {&column[0], &column[1]};
    const struct pal_cells cells = {
        .rows = j->items, .args = two ? 2 : 1, .arg = arg, .group = group, .groups = j->items};
    if (j->d->goodman)
        ask.classes = j->classes;
    PAL_TRY(e->begin(&ask, cells.args, j->scratch, &state, err));
    PAL_TRY(e->feed(state, &cells, err));
    for (size_t i = 0; i < j->items; i++)
        PAL_TRY(e->finish(state, i, j->arena, &out[i], err));
    return PAL_OK;
}

/* ---- overdispersion
 * -----------------------------------------------------------------------------------------------------
 */

enum { SERIES_LEAST = 5, SERIES_MOST = 256 };

static int by_period(const void *a, const void *b)
{
    const struct item *const *x = a, *const *y = b;
    const int32_t p = (int32_t)(*x)->key[KEY_PERIOD], q = (int32_t)(*y)->key[KEY_PERIOD];
    return (p > q) - (p < q);
}

/* Counts of an area's own series scatter more than chance: its random variation is that of the
 * series, not that of a Poisson count. Tested against a log-linear trend at 5 per cent over at
 * least five years. */
static enum pal_status disperse_series(struct job *j, struct item **series, size_t n,
                                       struct pal_estimate *estimates, struct pal_error *err)
{
    double y[SERIES_MOST], x[SERIES_MOST], t[SERIES_MOST];
    size_t used = 0;
    qsort(series, n, sizeof *series, by_period);
    for (size_t i = 0; i < n && used < SERIES_MOST; i++) {
        if (series[i]->y_is.absent != PAL_PRESENT || (j->has_x && !(series[i]->x_is.value > 0)))
            continue;
        y[used] = series[i]->y_is.value;
        x[used] = j->has_x ? series[i]->x_is.value : 1;
        t[used++] = (int32_t)series[i]->key[KEY_PERIOD];
    }
    struct pal_dispersion found;
    struct pal_error ignored = {0};
    if (used < SERIES_LEAST || pal_dispersion_of(y, x, t, used, &found, &ignored) != PAL_OK ||
        found.df < 1 || found.p >= 0.05)
        return PAL_OK;
    for (size_t i = 0; i < n; i++) {
        struct pal_estimate *e = &estimates[series[i] - j->item];
        if (!e->has_interval || series[i]->y_is.absent != PAL_PRESENT)
            continue;
        double low, high;
        PAL_TRY(pal_interval_count("quasi", series[i]->y_is.value, e->level, 0, found.dispersion,
                                   &low, &high, err));
        const double scale =
            j->has_x ? (j->d->ask.per > 0 ? j->d->ask.per : 1) / series[i]->x_is.value : 1;
        e->low = low * scale;
        e->high = high * scale;
        e->std_error *= sqrt(found.dispersion);
        e->method = "quasi-Poisson, dispersion of the series (McCullagh & Nelder 1989)";
        e->interval = "quasi";
        series[i]->flags |= PAL_FLAG_OVERDISPERSED;
    }
    return PAL_OK;
}

static enum pal_status disperse(struct job *j, struct pal_estimate *estimates,
                                struct pal_error *err)
{
    const pal_str name = pal_str_of(j->d->estimator->name);
    if (j->d->ask.no_variance ||
        (!pal_str_eq(name, PAL_STR("count")) && !pal_str_eq(name, PAL_STR("rate"))))
        return PAL_OK;
    struct pal_groups *groups;
    PAL_TRY(pal_groups_new(j->scratch, width(j) - 1, &groups, err));
    uint32_t *of = pal_arena_alloc(j->scratch, j->items + 1, sizeof *of);
    if (!of)
        return pal_nomem(err, "series");
    for (size_t i = 0; i < j->items; i++) {
        uint32_t key[KEY_BY + PAL_MAX_BREAKDOWNS];
        key[0] = j->item[i].key[KEY_AREA];
        memcpy(key + 1, j->item[i].key + KEY_BY, j->d->by_n * sizeof *key);
        of[i] = pal_groups_add(groups, key);
        if (of[i] == PAL_NO_GROUP)
            return pal_nomem(err, "series");
    }
    const size_t n = pal_groups_count(groups);
    size_t *start = pal_arena_alloc(j->scratch, n + 2, sizeof *start);
    struct item **member = pal_arena_alloc(j->scratch, j->items + 1, sizeof *member);
    if (!start || !member)
        return pal_nomem(err, "series");
    for (size_t i = 0; i < j->items; i++)
        start[of[i] + 2]++;
    for (size_t g = 1; g < n + 2; g++)
        start[g] += start[g - 1];
    for (size_t i = 0; i < j->items; i++)
        member[start[of[i] + 1]++] = &j->item[i];
    for (size_t g = 0; g < n; g++) {
        const size_t length = start[g + 1] - start[g];
        if (length >= SERIES_LEAST && !j->item[member[start[g]] - j->item].coverage_of)
            PAL_TRY(disperse_series(j, member + start[g], length, estimates, err));
    }
    return PAL_OK;
}

/* ---- figures
 * -----------------------------------------------------------------------------------------------------------------
 */

static pal_str status_letter(const struct pal_figure *f)
{
    const struct pal_estimate *e = &f->estimate;
    if (e->absent == PAL_BELOW_THRESHOLD || e->absent == PAL_WITHHELD)
        return PAL_STR("Q");
    if (e->absent == PAL_NOT_APPLICABLE)
        return PAL_STR("M");
    if (e->absent == PAL_NOT_COLLECTED &&
        !(f->flags & (PAL_FLAG_ROWS_LEFT_OUT | PAL_FLAG_NO_DENOMINATOR)))
        return PAL_STR("L");
    if (e->absent != PAL_PRESENT || e->status == PAL_ANSWER_UNDEFINED)
        return PAL_STR("O");
    if (f->flags & PAL_FLAG_BREAK)
        return PAL_STR("B");
    if (f->flags & PAL_FLAG_DEFINITION)
        return PAL_STR("D");
    if (f->flags & PAL_FLAG_UNRELIABLE)
        return PAL_STR("U");
    if (f->flags & PAL_FLAG_PROVISIONAL)
        return PAL_STR("P");
    return PAL_STR("A");
}

static pal_str provenance(const struct job *j, const struct item *item)
{
    struct pal_buf out;
    pal_buf_init(&out, j->arena, 4096);
    const struct {
        const struct cell *cell;
        const struct cells *from;
    } part[] = {{item->y, &j->y}, {item->x, j->of != SIZE_MAX ? NULL : &j->x}};
    for (size_t p = 0; p < PAL_COUNT(part); p++) {
        const struct cell *cell = part[p].cell;
        if (!cell || !part[p].from || !part[p].from->dataset || !cell->lines)
            continue;
        if (out.len)
            pal_buf_addc(&out, ';');
        pal_buf_add(&out, pal_descriptor_name(part[p].from->dataset->descriptor));
        for (uint32_t i = 0; i < cell->lines && i < CELL_LINES; i++)
            pal_buf_addf(&out, "%c%llu", i ? '+' : ':', (unsigned long long)cell->line[i]);
        if (cell->lines > CELL_LINES)
            pal_buf_addf(&out, "+%u more", (unsigned)(cell->lines - CELL_LINES));
    }
    return out.len ? pal_buf_str(&out) : PAL_STR("");
}

static enum pal_scope scope_of(const struct job *j)
{
    const pal_str says = pal_descriptor_facts(j->y.dataset->descriptor)->scope;
    if (j->d->scope == PAL_SCOPE_ANY && pal_str_eq(says, PAL_STR("not-separable")))
        return PAL_SCOPE_NOT_SEPARABLE;
    return j->d->scope;
}

static bool breaks_here(const struct job *j, const struct item *item)
{
    for (size_t i = 0; i < j->d->breaks_n; i++)
        if (j->d->breaks[i].period == (int32_t)item->key[KEY_PERIOD] &&
            (!j->d->breaks[i].area.len ||
             pal_str_eq(j->d->breaks[i].area, area_of(j, item->key)->code)))
            return true;
    return false;
}

static void fill_figure(const struct job *j, const struct item *item,
                        const struct pal_estimate *estimate, pal_str source,
                        const pal_str *breakdown, struct pal_figure *f)
{
    const bool rate = pal_str_eq(pal_str_of(j->d->estimator->name), PAL_STR("rate"));
    *f = (struct pal_figure){.definition = j->d,
                             .area = item->key[KEY_AREA],
                             .period = (int32_t)item->key[KEY_PERIOD],
                             .estimate = *estimate,
                             .flags = item->flags,
                             .version = 1,
                             .source = source,
                             .breakdown = breakdown};
    struct pal_estimate *e = &f->estimate;
    e->n = item->y->present + item->y->censored;
    e->has_n = true;
    e->censored = item->y->censored;
    e->left_out = item->y->left_out + (item->x ? item->x->left_out : 0);
    f->left_out = (uint32_t)e->left_out;
    if (item->y_is.absent != PAL_PRESENT && item->y_is.absent != PAL_BELOW_THRESHOLD)
        e->absent = item->y_is.absent;
    else if ((j->has_x || j->of != SIZE_MAX) && item->x_is.absent != PAL_PRESENT &&
             item->x_is.absent != PAL_BELOW_THRESHOLD)
        e->absent = PAL_NOT_COLLECTED;
    if (j->has_x && rate && item->x_is.absent == PAL_NOT_COLLECTED &&
        item->y_is.absent != PAL_NOT_COLLECTED)
        f->flags |= PAL_FLAG_NO_DENOMINATOR;
    if (e->left_out)
        f->flags |= PAL_FLAG_ROWS_LEFT_OUT;
    if (item->y->censored || (item->x && item->x->censored))
        f->flags |= PAL_FLAG_CENSORED;
    if (pal_str_eq(pal_str_of(j->d->estimator->name), PAL_STR("ratio")))
        f->flags |= PAL_FLAG_COHORT;
    if (pal_descriptor_synthetic(j->y.dataset->descriptor))
        f->flags |= PAL_FLAG_SYNTHETIC;
    if (j->d->national.len)
        f->flags |= PAL_FLAG_DEFINITION;
    if (breaks_here(j, item))
        f->flags |= PAL_FLAG_BREAK;
    f->scope = scope_of(j);
    f->coverage_n = item->coverage_n;
    f->coverage_of = item->coverage_of;
    f->coverage_population = item->coverage_population;
    f->obs_status = status_letter(f);
    f->conf_status = e->absent == PAL_BELOW_THRESHOLD ? PAL_STR("A")
                     : e->absent == PAL_WITHHELD      ? PAL_STR("C")
                                                      : PAL_STR("F");
    /* C: as the country gave it. CA: computed here from what countries gave. G: a total of areas.
     */
    f->nature = item->coverage_of ? PAL_STR("G")
                : j->has_x || j->of != SIZE_MAX || (item->flags & PAL_FLAG_PARTS_SUM)
                    ? PAL_STR("CA")
                    : PAL_STR("C");
    f->review_status = PAL_STR("draft");
    f->provenance = provenance(j, item);
}

/* Figures of one breakdown share its codes: there are few breakdowns and many areas and years. */
struct breakdowns {
    struct pal_groups *groups;
    const pal_str **codes;
    size_t cap;
    size_t column[PAL_MAX_BREAKDOWNS]; /* of each `by` in the figures' columns */
    size_t width;
};

static enum pal_status breakdown_of(const struct job *j, struct breakdowns *all,
                                    const struct item *item, const pal_str **out,
                                    struct pal_error *err)
{
    const uint32_t g = pal_groups_add(all->groups, j->d->by_n ? item->key + KEY_BY : NULL);
    if (g == PAL_NO_GROUP)
        return pal_nomem(err, "breakdowns");
    if (g >= all->cap) {
        const size_t cap = all->cap ? all->cap * 2 : 64;
        const pal_str **grown =
            pal_arena_grow(j->scratch, all->codes, all->cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "breakdowns");
        all->codes = grown;
        all->cap = cap;
    }
    if (!all->codes[g]) {
        pal_str *codes = pal_arena_alloc(j->arena, all->width + 1, sizeof *codes);
        if (!codes)
            return pal_nomem(err, "breakdowns");
        for (size_t b = 0; b < j->d->by_n; b++)
            codes[all->column[b]] = codes_text(j->codes, item->key[KEY_BY + b]);
        all->codes[g] = codes;
    }
    *out = all->codes[g];
    return PAL_OK;
}

/* ---- one definition
 * -------------------------------------------------------------------------------------------------------------
 */

static const struct pal_measure_facts *measure_facts(const struct pal_dataset *dataset,
                                                     const struct pal_operand *operand)
{
    if (!operand->values)
        return NULL;
    for (size_t i = 0; i < pal_descriptor_measures(dataset->descriptor); i++)
        if (pal_str_eq(pal_descriptor_measure(dataset->descriptor, i)->name, operand->value[0]))
            return pal_descriptor_measure(dataset->descriptor, i);
    return NULL;
}

/* A ratio across counting units or across kinds must say so. */
static enum pal_status check_mixing(const struct job *j, const struct pal_dataset *y,
                                    const struct pal_dataset *x, struct pal_error *err)
{
    const struct pal_measure_facts *a = measure_facts(y, &j->d->numerator),
                                   *b = measure_facts(x, &j->d->denominator);
    const pal_str estimator = pal_str_of(j->d->estimator->name);
    if (pal_str_eq(estimator, PAL_STR("rate")) || !a || !b)
        return PAL_OK;
    const pal_str unit_a = a->counting_unit.len
                               ? a->counting_unit
                               : pal_descriptor_facts(y->descriptor)->counting_unit;
    const pal_str unit_b = b->counting_unit.len
                               ? b->counting_unit
                               : pal_descriptor_facts(x->descriptor)->counting_unit;
    if (unit_a.len && unit_b.len && !pal_str_eq(unit_a, unit_b) && !j->d->mixes_units)
        return pal_fail_at(err, PAL_SYNTAX, &j->d->denominator.at,
                           "'%.*s' counts %.*s over %.*s; a ratio across counting units must say "
                           "'mixes_units: true'",
                           PAL_ARG(j->d->code), PAL_ARG(unit_a), PAL_ARG(unit_b));
    if (a->kind.len && b->kind.len && !pal_str_eq(a->kind, b->kind) && !j->d->mixes_kinds)
        return pal_fail_at(
            err, PAL_SYNTAX, &j->d->denominator.at,
            "'%.*s' sets %.*s against %.*s; that must be declared: 'mixes_kinds: true'",
            PAL_ARG(j->d->code), PAL_ARG(a->kind), PAL_ARG(b->kind));
    return PAL_OK;
}

static enum pal_status collect_population(struct job *j, struct pal_error *err)
{
    static const struct pal_definition plain = {.code = PAL_STR_INIT("population")};
    const struct pal_dataset *dataset = compute_dataset(j->compute, PAL_STR("population"));
    struct pal_operand operand = {.dataset = PAL_STR("population"), .given = true};
    if (!dataset)
        return PAL_OK;
    j->has_population = true;
    return cells_collect(dataset, &operand, &plain, j->compute, j->codes, j->scratch,
                         &j->population, err);
}

static enum pal_status compute_one(struct job *j, const struct pal_figures *all,
                                   struct pal_figure **out, size_t *n, struct pal_error *err)
{
    const struct pal_definition *d = j->d;
    const struct pal_dataset *y = compute_dataset(j->compute, d->numerator.dataset), *x = NULL;
    *n = 0;
    if (!y)
        return PAL_OK;
    if (d->denominator.given) {
        x = compute_dataset(j->compute, d->denominator.dataset);
        if (!x) {
            pal_diag_addf(
                j->diag, PAL_WARNING, "no-denominator-dataset", &d->denominator.at,
                "'%.*s' needs the dataset '%.*s', which the cycle does not name; it has no figures",
                PAL_ARG(d->code), PAL_ARG(d->denominator.dataset));
            return PAL_OK;
        }
        PAL_TRY(check_mixing(j, y, x, err));
    }
    j->of = SIZE_MAX;
    PAL_TRY(cells_collect(y, &d->numerator, d, j->compute, j->codes, j->scratch, &j->y, err));
    PAL_TRY(cells_add_wholes(&j->y, j->compute->areas, d->by_n, j->scratch, err));
    if (x) {
        j->has_x = true;
        PAL_TRY(cells_collect(x, &d->denominator, d, j->compute, j->codes, j->scratch, &j->x, err));
        PAL_TRY(cells_add_wholes(&j->x, j->compute->areas, d->by_n, j->scratch, err));
    }
    if (d->of.len)
        PAL_TRY(sum_known(j, err));
    PAL_TRY(items_of_areas(j, err));
    if (d->totals) {
        PAL_TRY(collect_population(j, err));
        PAL_TRY(items_of_regions(j, err));
    }
    struct pal_estimate *estimates = pal_arena_alloc(j->scratch, j->items + 1, sizeof *estimates);
    *out = pal_arena_alloc(j->scratch, j->items + 1, sizeof **out);
    if (!estimates || !*out)
        return pal_nomem(err, "figures");
    PAL_TRY(estimate_items(j, estimates, err));
    PAL_TRY(disperse(j, estimates, err));
    struct breakdowns breakdowns = {.width = all->breakdowns};
    PAL_TRY(pal_groups_new(j->scratch, d->by_n, &breakdowns.groups, err));
    for (size_t b = 0; b < d->by_n; b++)
        for (size_t k = 0; k < all->breakdowns; k++)
            if (pal_str_eq_nocase(all->breakdown[k], d->by[b]))
                breakdowns.column[b] = k;
    const pal_str source =
        x ? pal_arena_printf(j->arena, "%.*s+%.*s", PAL_ARG(d->numerator.dataset),
                             PAL_ARG(d->denominator.dataset))
          : d->numerator.dataset;
    size_t no_denominator = 0;
    for (size_t i = 0; i < j->items; i++) {
        const pal_str *codes = NULL;
        PAL_TRY(breakdown_of(j, &breakdowns, &j->item[i], &codes, err));
        fill_figure(j, &j->item[i], &estimates[i], source, codes, &(*out)[i]);
        no_denominator += ((*out)[i].flags & PAL_FLAG_NO_DENOMINATOR) != 0;
    }
    if (no_denominator)
        pal_diag_addf(j->diag, PAL_INFORMATION, "no-denominator", &d->denominator.at,
                      "%zu figures of '%.*s' have no denominator for their area and year; they are "
                      "left absent",
                      no_denominator, PAL_ARG(d->code));
    *n = j->items;
    return PAL_OK;
}

/* ---- all
 * -------------------------------------------------------------------------------------------------------------------------------
 */

static int by_text(const void *a, const void *b)
{
    return pal_str_cmp(*(const pal_str *)a, *(const pal_str *)b);
}

static enum pal_status name_breakdowns(const struct pal_definition *const *wanted, size_t n,
                                       struct pal_figures *out, struct pal_arena *arena,
                                       struct pal_error *err)
{
    pal_str *name = pal_arena_alloc(arena, PAL_MAX_BREAKDOWNS, sizeof *name);
    if (!name)
        return pal_nomem(err, "breakdowns");
    for (size_t i = 0; i < n; i++) {
        for (size_t b = 0; b < wanted[i]->by_n; b++) {
            bool known = false;
            for (size_t k = 0; k < out->breakdowns && !known; k++)
                known = pal_str_eq_nocase(name[k], wanted[i]->by[b]);
            if (known)
                continue;
            if (out->breakdowns == PAL_MAX_BREAKDOWNS)
                return pal_fail(err, PAL_SYNTAX,
                                "the indicators have more than %d breakdowns together",
                                PAL_MAX_BREAKDOWNS);
            char *upper = pal_arena_alloc(arena, wanted[i]->by[b].len + 1, 1);
            if (!upper)
                return pal_nomem(err, "breakdowns");
            for (size_t c = 0; c < wanted[i]->by[b].len; c++) {
                const char letter = wanted[i]->by[b].ptr[c];
                upper[c] = letter >= 'a' && letter <= 'z' ? (char)(letter - 32) : letter;
            }
            name[out->breakdowns++] = (pal_str){upper, wanted[i]->by[b].len};
        }
    }
    qsort(name, out->breakdowns, sizeof *name, by_text);
    out->breakdown = name;
    return PAL_OK;
}

enum pal_status pal_compute_figures(const struct pal_compute *compute, struct pal_diag *diag,
                                    struct pal_arena *arena, struct pal_figures **out,
                                    struct pal_error *err)
{
    struct pal_figures *all = pal_arena_alloc(arena, 1, sizeof *all);
    struct pal_arena *scratch = pal_arena_new();
    const struct pal_definition *const *wanted = compute->wanted;
    size_t n = compute->wanted_n;
    if (!all || !scratch) {
        pal_arena_free(scratch);
        return pal_nomem(err, "figures");
    }
    PAL_TRY(pal_arena_defer(arena, (void (*)(void *))pal_arena_free, scratch, err));
    if (!wanted) {
        n = pal_catalogue_count(compute->catalogue);
        const struct pal_definition **every = pal_arena_alloc(arena, n + 1, sizeof *every);
        if (!every)
            return pal_nomem(err, "figures");
        for (size_t i = 0; i < n; i++)
            every[i] = pal_catalogue_get(compute->catalogue, i);
        wanted = every;
    }
    struct piece {
        size_t n;
        struct pal_figure *figure;
    } *pieces = pal_arena_alloc(arena, n + 1, sizeof *pieces);
    size_t pieces_n = 0;
    struct pal_arena *held = pal_arena_new(); /* until all are known and can lie side by side */
    if (!pieces || !held) {
        pal_arena_free(held);
        return pal_nomem(err, "figures");
    }
    PAL_TRY(pal_arena_defer(arena, (void (*)(void *))pal_arena_free, held, err));
    const struct pal_arena_mark whole = pal_arena_mark(held);
    struct codes codes = {pal_map_new(arena, 64)};
    if (!codes.map || codes_add(&codes, PAL_STR("_T")) != 0)
        return pal_nomem(err, "figures");
    all->areas = compute->areas;
    PAL_TRY(name_breakdowns(wanted, n, all, arena, err));
    for (size_t i = 0; i < n; i++) {
        const struct pal_arena_mark mark = pal_arena_mark(scratch);
        struct job job = {.compute = compute,
                          .d = wanted[i],
                          .diag = diag,
                          .arena = arena,
                          .scratch = scratch,
                          .codes = &codes};
        struct pal_figure *some;
        size_t some_n;
        if (compute_one(&job, all, &some, &some_n, err) != PAL_OK)
            return pal_while(err, "computing indicator '%.*s'", PAL_ARG(wanted[i]->code));
        if (some_n) {
            struct piece *piece = &pieces[pieces_n++];
            piece->n = some_n;
            piece->figure = pal_arena_alloc(held, some_n, sizeof *some);
            if (!piece->figure)
                return pal_nomem(err, "figures");
            PAL_TRY(figures_sort(all, some, some_n, piece->figure, scratch, err));
            all->n += some_n;
        }
        pal_arena_reset(scratch, mark);
    }
    /* Definitions come in the order of their codes, so sorted pieces side by side are sorted. */
    all->figure = pal_arena_alloc(arena, all->n + 1, sizeof *all->figure);
    if (!all->figure)
        return pal_nomem(err, "figures");
    size_t at = 0;
    for (size_t i = 0; i < pieces_n; i++) {
        memcpy(all->figure + at, pieces[i].figure, pieces[i].n * sizeof *all->figure);
        at += pieces[i].n;
    }
    pal_arena_reset(held, whole);
    *out = all;
    return PAL_OK;
}
