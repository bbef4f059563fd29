/* figures.c: the law of the sources is enforced on figures before anything is written. Figures
 * become cells: each count once, whatever prints it. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIMENSIONS = 48 };

struct count { /* one count of a dataset that asks for protection */
    pal_str key;
    double value, low, high; /* low < high: masked by the source */
    double smallest;         /* of its dataset */
    uint32_t area;
    double then; /* what the last release printed; NaN: nothing */
    bool stay;   /* the last release hid it */
    size_t same; /* the count of the same rows under another key; itself */
    size_t cell; /* in the system of its piece */
    enum pal_entry_mark mark;
};

struct link { /* a figure tells a count */
    size_t figure, count;
};

struct part { /* of a total, in one dimension; 0 is areas */
    size_t total, dimension, part;
};

struct law {
    struct pal_arena *arena;
    struct pal_figures *figures;
    struct pal_dataset *const *dataset;
    size_t datasets;
    struct pal_map *keys, *rows;
    struct count *count;
    size_t counts, counts_room;
    size_t *of_rows; /* [rows] count */
    size_t of_rows_room;
    struct link *link;
    size_t links, links_room;
    struct pal_buf key;
    const struct pal_grid *last; /* figures.csv of the last release; NULL: none */
    struct pal_map *last_keys;
    size_t *last_row; /* [last_keys] */
};

static const struct pal_dataset_facts *facts_of(const struct law *law, pal_str name)
{
    for (size_t i = 0; i < law->datasets; i++)
        if (pal_str_eq(pal_descriptor_name(law->dataset[i]->descriptor), name))
            return pal_descriptor_facts(law->dataset[i]->descriptor);
    return NULL;
}

static bool is_total(pal_str code)
{
    return protect_is_total(code) || pal_str_eq(code, PAL_STR("_Z"));
}

/* ---- keys -------------------------------------------------------------------------------------
 */

struct place { /* where a count stands: dimensions with their codes, totals left out */
    size_t n;
    pal_str dimension[MOST_DIMENSIONS], code[MOST_DIMENSIONS];
};

static bool place_add(struct place *p, pal_str dimension, pal_str code)
{
    if (is_total(code))
        return true;
    if (p->n == MOST_DIMENSIONS)
        return false;
    p->dimension[p->n] = dimension;
    p->code[p->n++] = code;
    return true;
}

/* Breakdowns of the figure and conditions of the operand. Values of one condition are one code. */
static bool place_of(const struct law *law, const struct pal_figure *f,
                     const struct pal_operand *operand, bool whole_of_share, struct place *out)
{
    const struct pal_figures *all = law->figures;
    *out = (struct place){0};
    for (size_t k = 0; k < all->breakdowns; k++) {
        if (whole_of_share && pal_str_eq_nocase(all->breakdown[k], f->definition->of))
            continue;
        if (!place_add(out, all->breakdown[k], f->breakdown[k]))
            return false;
    }
    for (size_t i = 0; i < operand->conditions; i++) {
        const struct pal_condition *c = &operand->condition[i];
        pal_str code = c->n == 1 ? c->value[0] : PAL_STR("");
        for (size_t v = 0; c->n > 1 && v < c->n; v++)
            code = pal_arena_printf(law->arena, "%.*s+%.*s", PAL_ARG(code), PAL_ARG(c->value[v]));
        if (c->n > 1 && !code.ptr)
            return false;
        if (!place_add(out, c->column, code))
            return false;
    }
    return true;
}

/* dataset, values, area, period and place, without dimension `but`. */
static void key_of(struct law *law, const struct pal_operand *operand, uint32_t area,
                   int32_t period, const struct place *p, size_t but)
{
    struct pal_buf *key = &law->key;
    pal_buf_clear(key);
    pal_buf_add(key, operand->dataset);
    for (size_t i = 0; i < operand->values; i++)
        pal_buf_addf(key, "+%.*s", PAL_ARG(operand->value[i]));
    pal_buf_addf(key, "|%u|%d", (unsigned)area, (int)period);
    for (size_t i = 0; i < p->n; i++)
        if (i != but)
            pal_buf_addf(key, "|%.*s=%.*s", PAL_ARG(p->dimension[i]), PAL_ARG(p->code[i]));
}

/* ---- counts -------------------------------------------------------------------------------------
 */

/* The count behind a figure: its numerator, or the records it was estimated from. A masked one has
 * bounds. False: there is none. */
static bool count_behind(const struct pal_figure *f, bool denominator, double *value, double *low,
                         double *high)
{
    const struct pal_estimate *e = &f->estimate;
    *low = *high = 0;
    if (e->absent == PAL_PRESENT) {
        *value = denominator              ? e->denominator
                 : isfinite(e->numerator) ? e->numerator
                                          : (double)e->n;
        return isfinite(*value) && *value >= 0;
    }
    if (e->absent != PAL_BELOW_THRESHOLD || denominator || !e->has_bounds ||
        strcmp(f->definition->estimator->name, "count") != 0)
        return false;
    *low = e->bound_low;
    *high = e->bound_high;
    *value = floor((*low + *high) / 2);
    return isfinite(*low) && isfinite(*high) && *low >= 0;
}

/* The rows a figure was made of, when all are named: "glotip:1042+1043". */
static pal_str rows_of(const struct pal_figure *f, pal_str dataset)
{
    pal_str rest = f->provenance, piece;
    while (pal_str_split(&rest, ';', &piece))
        if (pal_str_starts(piece, dataset) && piece.len > dataset.len &&
            piece.ptr[dataset.len] == ':')
            return pal_str_ends(piece, PAL_STR(" more")) ? (pal_str){NULL, 0} : piece;
    return (pal_str){NULL, 0};
}

static enum pal_status add_count(struct law *law, const struct count *c, size_t *out,
                                 struct pal_error *err)
{
    bool is_new;
    const size_t at = pal_map_add(law->keys, pal_buf_str(&law->key), &is_new);
    if (at == SIZE_MAX || pal_buf_status(&law->key, "a count", NULL) != PAL_OK)
        return pal_nomem(err, "the counts");
    *out = at;
    if (!is_new) {
        if (law->count[at].low < law->count[at].high && c->low == c->high) {
            law->count[at].value = c->value; /* masked here, given there */
            law->count[at].low = law->count[at].high = 0;
        }
        return PAL_OK;
    }
    if (law->counts == law->counts_room) {
        const size_t larger = 2 * law->counts_room + 256;
        law->count =
            pal_arena_grow(law->arena, law->count, law->counts_room, larger, sizeof *law->count);
        if (!law->count)
            return pal_nomem(err, "the counts");
        law->counts_room = larger;
    }
    law->count[law->counts] = *c;
    law->count[law->counts].key = pal_map_key(law->keys, at);
    law->count[law->counts].same = law->counts;
    law->counts++;
    return PAL_OK;
}

/* Counts of the same rows are one count, whatever the definitions call it. */
static enum pal_status alias(struct law *law, size_t count, pal_str rows, struct pal_error *err)
{
    bool is_new;
    if (!rows.len)
        return PAL_OK;
    const size_t k = pal_map_add(law->rows, rows, &is_new);
    if (k == SIZE_MAX)
        return pal_nomem(err, "the counts");
    if (k >= law->of_rows_room) {
        const size_t larger = 2 * k + 256;
        law->of_rows = pal_arena_grow(law->arena, law->of_rows, law->of_rows_room, larger,
                                      sizeof *law->of_rows);
        if (!law->of_rows)
            return pal_nomem(err, "the counts");
        law->of_rows_room = larger;
    }
    if (is_new) {
        law->of_rows[k] = count;
        return PAL_OK;
    }
    const size_t first = law->of_rows[k];
    if (law->count[first].value == law->count[count].value && law->count[count].same == count)
        law->count[count].same = law->count[first].same;
    return PAL_OK;
}

static enum pal_status tells(struct law *law, size_t figure, size_t count, struct pal_error *err)
{
    if (law->links == law->links_room) {
        const size_t larger = 2 * law->links_room + 256;
        law->link =
            pal_arena_grow(law->arena, law->link, law->links_room, larger, sizeof *law->link);
        if (!law->link)
            return pal_nomem(err, "the counts");
        law->links_room = larger;
    }
    law->link[law->links++] = (struct link){figure, count};
    return PAL_OK;
}

static enum pal_status read_operand(struct law *law, size_t i, const struct pal_operand *operand,
                                    bool denominator, struct pal_error *err)
{
    const struct pal_figure *f = &law->figures->figure[i];
    const struct pal_dataset_facts *facts = facts_of(law, operand->dataset);
    struct count c = {.area = f->area, .then = (double)NAN};
    struct place place;
    size_t at = 0;
    if (!facts || !(facts->conf_min_cell > 1) ||
        !count_behind(f, denominator, &c.value, &c.low, &c.high))
        return PAL_OK;
    c.smallest = facts->conf_min_cell;
    if (!place_of(law, f, operand, denominator && f->definition->of.len > 0, &place))
        return pal_fail(err, PAL_NOMEM, "a figure has more than %d dimensions", MOST_DIMENSIONS);
    key_of(law, operand, f->area, f->period, &place, SIZE_MAX);
    PAL_TRY(add_count(law, &c, &at, err));
    if (!denominator)
        PAL_TRY(alias(law, at, rows_of(f, operand->dataset), err));
    return tells(law, i, at, err);
}

static enum pal_status read_figures(struct law *law, struct pal_error *err)
{
    for (size_t i = 0; i < law->figures->n; i++) {
        const struct pal_definition *d = law->figures->figure[i].definition;
        PAL_TRY(read_operand(law, i, &d->numerator, false, err));
        if (d->denominator.given)
            PAL_TRY(read_operand(law, i, &d->denominator, true, err));
        else if (d->of.len)
            PAL_TRY(read_operand(law, i, &d->numerator, true, err));
    }
    return PAL_OK;
}

static size_t same_of(const struct law *law, size_t i)
{
    while (law->count[i].same != i)
        i = law->count[i].same;
    return i;
}

/* ---- the last release
 * ----------------------------------------------------------------------------- */

static pal_str of_last(const struct law *law, size_t row, size_t column)
{
    return column == SIZE_MAX ? PAL_STR("") : protect_field(law->last, row, column);
}

/* "TIP-01/ALB/2019/SEX=F", as pal_figure_key writes it, for every row of the last release. */
static enum pal_status read_last(struct law *law, struct pal_error *err)
{
    const struct pal_grid *g = law->last;
    const size_t time = pal_grid_column(g, PAL_STR("TIME_PERIOD"));
    const size_t value = pal_grid_column(g, PAL_STR("OBS_VALUE"));
    if (time != 2 || value == SIZE_MAX || pal_grid_column(g, PAL_STR("CONF_STATUS")) == SIZE_MAX)
        return pal_fail(err, PAL_DATA, "'%s' is no figures.csv of an earlier run", g->path);
    law->last_keys = pal_map_new(law->arena, g->rows);
    law->last_row = pal_arena_alloc(law->arena, g->rows + 1, sizeof *law->last_row);
    if (!law->last_keys || !law->last_row)
        return pal_nomem(err, "the last release");
    for (size_t row = 0; row < g->rows; row++) {
        pal_buf_clear(&law->key);
        for (size_t c = 0; c < value; c++) {
            const pal_str code = protect_field(g, row, c);
            if (c > time && is_total(code))
                continue;
            if (c)
                pal_buf_addc(&law->key, '/');
            if (c > time)
                pal_buf_addf(&law->key, "%.*s=", PAL_ARG(g->name[c]));
            pal_buf_add(&law->key, code);
        }
        const size_t k = pal_map_add(law->last_keys, pal_buf_str(&law->key), NULL);
        if (k == SIZE_MAX)
            return pal_nomem(err, "the last release");
        law->last_row[k] = row;
    }
    return PAL_OK;
}

static enum pal_status remember(struct law *law, struct pal_error *err)
{
    const struct pal_grid *g = law->last;
    const size_t value = pal_grid_column(g, PAL_STR("OBS_VALUE"));
    const size_t letter = pal_grid_column(g, PAL_STR("CONF_STATUS"));
    for (size_t l = 0; l < law->links; l++) {
        const struct pal_figure *f = &law->figures->figure[law->link[l].figure];
        struct count *c = &law->count[same_of(law, law->link[l].count)];
        const pal_str key = pal_figure_key(law->figures, f, law->arena);
        if (!key.ptr)
            return pal_nomem(err, "the last release");
        const size_t k = pal_map_find(law->last_keys, key);
        double number;
        if (k == SIZE_MAX)
            continue;
        const pal_str status = of_last(law, law->last_row[k], letter);
        c->stay = c->stay || pal_str_eq(status, PAL_STR("A")) || pal_str_eq(status, PAL_STR("S"));
        if (pal_num_parse(of_last(law, law->last_row[k], value), &number) &&
            strcmp(f->definition->estimator->name, "count") == 0)
            c->then = number;
    }
    return PAL_OK;
}

/* The last release printed the total: what was hidden of its parts adds up to what it left. */
static enum pal_status add_then(struct law *law, struct pal_system *s, const struct part *part,
                                size_t n, struct pal_error *err)
{
    struct pal_term *term = pal_arena_alloc(s->arena, n + 2, sizeof *term);
    struct pal_sum sum = {0};
    size_t terms = 0, at;
    if (!term)
        return pal_nomem(err, "the last release");
    if (isnan(law->count[part[0].total].then))
        return PAL_OK;
    for (size_t i = 0; i < n; i++) {
        const struct count *c = &law->count[part[i].part];
        if (!c->stay || (i && part[i].part == part[i - 1].part))
            continue;
        term[terms++] = (struct pal_term){c->cell, 1};
        pal_sum_add(&sum, c->value);
    }
    const pal_str key = pal_arena_printf(s->arena, "then %zu", s->cells);
    if (!terms)
        return PAL_OK;
    if (!key.ptr)
        return pal_nomem(err, "the last release");
    PAL_TRY(pal_system_cell(s, key, -pal_sum_value(&sum), &at, err));
    s->cell[at].fixed = s->cell[at].derived = true;
    term[terms++] = (struct pal_term){at, 1};
    return pal_system_relation(s, term, terms, err);
}

/* Hidden then, hidden now; printed then with the value of now, known for ever. */
static void settle(const struct law *law, const size_t *count, size_t n, struct pal_system *s)
{
    for (size_t k = 0; k < n; k++) {
        const struct count *c = &law->count[count[k]];
        struct pal_entry *e = &s->cell[c->cell];
        if (c->stay && !e->mark) {
            e->mark = PAL_CELL_SECONDARY;
            e->letter = 'S';
        }
        if (fabs(c->then - c->value) < 1e-9) {
            e->mark = PAL_CELL_OPEN;
            e->letter = 'F';
            e->fixed = true;
        }
    }
}

/* ---- relations ----------------------------------------------------------------------------------
 */

struct totals { /* parts of totals, linked */
    size_t n, room;
    struct part *part;
};

static enum pal_status add_part(struct law *law, struct totals *t, size_t total, size_t dimension,
                                size_t part, struct pal_error *err)
{
    if (same_of(law, total) == same_of(law, part))
        return PAL_OK;
    if (t->n == t->room) {
        const size_t larger = 2 * t->room + 256;
        t->part = pal_arena_grow(law->arena, t->part, t->room, larger, sizeof *t->part);
        if (!t->part)
            return pal_nomem(err, "the totals");
        t->room = larger;
    }
    t->part[t->n++] = (struct part){same_of(law, total), dimension, same_of(law, part)};
    return PAL_OK;
}

/* Each dimension of a count leads to its total; its area to the nearest larger one. */
static enum pal_status find_totals(struct law *law, struct totals *t, struct pal_error *err)
{
    struct pal_map *dimensions = pal_map_new(law->arena, 16);
    bool *done = pal_arena_alloc(law->arena, law->counts + 1, sizeof *done);
    if (!dimensions || !done)
        return pal_nomem(err, "the totals");
    for (size_t l = 0; l < law->links; l++) {
        const struct pal_figure *f = &law->figures->figure[law->link[l].figure];
        const size_t count = law->link[l].count;
        const struct pal_operand *operand = &f->definition->numerator;
        struct place place;
        if (done[count] || !place_of(law, f, operand, false, &place))
            continue;
        key_of(law, operand, f->area, f->period, &place, SIZE_MAX);
        if (pal_map_find(law->keys, pal_buf_str(&law->key)) != count)
            continue; /* this figure's denominator */
        done[count] = true;
        for (size_t k = 0; k < place.n; k++) {
            key_of(law, operand, f->area, f->period, &place, k);
            const size_t total = pal_map_find(law->keys, pal_buf_str(&law->key));
            const size_t d = pal_map_add(dimensions, place.dimension[k], NULL);
            if (d == SIZE_MAX)
                return pal_nomem(err, "the totals");
            if (total != SIZE_MAX)
                PAL_TRY(add_part(law, t, total, d + 1, count, err));
        }
        const struct pal_areas *areas = law->figures->areas;
        for (uint32_t up = pal_areas_get(areas, f->area)->parent; up != PAL_NO_AREA;
             up = pal_areas_get(areas, up)->parent) {
            key_of(law, operand, up, f->period, &place, SIZE_MAX);
            const size_t total = pal_map_find(law->keys, pal_buf_str(&law->key));
            if (total == SIZE_MAX)
                continue;
            PAL_TRY(add_part(law, t, total, 0, count, err));
            break;
        }
    }
    return PAL_OK;
}

/* ---- pieces
 * --------------------------------------------------------------------------------------- */

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

static int by_total(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    if (x->total != y->total)
        return x->total > y->total ? 1 : -1;
    if (x->dimension != y->dimension)
        return x->dimension > y->dimension ? 1 : -1;
    return (x->part > y->part) - (x->part < y->part);
}

static enum pal_status add_relation(struct law *law, struct pal_system *s, const struct part *part,
                                    size_t n, struct pal_error *err)
{
    struct pal_term *term = pal_arena_alloc(s->arena, n + 2, sizeof *term);
    struct pal_sum sum = {0};
    size_t terms = 0;
    double largest = 1;
    if (!term)
        return pal_nomem(err, "the totals");
    term[terms++] = (struct pal_term){law->count[part[0].total].cell, -1};
    for (size_t i = 0; i < n; i++) {
        if (i && part[i].part == part[i - 1].part)
            continue;
        term[terms++] = (struct pal_term){law->count[part[i].part].cell, 1};
        pal_sum_add(&sum, law->count[part[i].part].value);
        largest = fmax(largest, law->count[part[i].part].value);
    }
    /* What the parts leave of the total is taken to be known. */
    const double rest = law->count[part[0].total].value - pal_sum_value(&sum);
    if (fabs(rest) > 1e-9 * largest) {
        size_t at = 0;
        const pal_str key = pal_arena_printf(s->arena, "rest %zu", s->cells);
        if (!key.ptr)
            return pal_nomem(err, "the totals");
        PAL_TRY(pal_system_cell(s, key, rest, &at, err));
        s->cell[at].fixed = s->cell[at].derived = true;
        term[terms++] = (struct pal_term){at, 1};
    }
    return pal_system_relation(s, term, terms, err);
}

struct piece { /* counts that hang together */
    const size_t *count;
    size_t n;
    const struct part *part;
    size_t parts;
};

/* One system. `patience`: 0 totals and zeros stay printed; 1 zeros do; 2 anything may go. */
static enum pal_status build(struct law *law, const struct piece *p, int patience,
                             struct pal_system *s, struct pal_error *err)
{
    struct pal_primary_rule rule = {PAL_RULE_THRESHOLD, 0, 0};
    for (size_t k = 0; k < p->n; k++) {
        struct count *c = &law->count[p->count[k]];
        PAL_TRY(pal_system_cell(s, c->key, c->value, &c->cell, err));
        rule.n = c->smallest; /* one dataset, one law */
    }
    for (size_t i = 0; i < p->parts;) {
        size_t n = 1;
        while (i + n < p->parts && p->part[i + n].total == p->part[i].total &&
               p->part[i + n].dimension == p->part[i].dimension)
            n++;
        PAL_TRY(add_relation(law, s, &p->part[i], n, err));
        PAL_TRY(add_then(law, s, &p->part[i], n, err));
        i += n;
    }
    PAL_TRY(pal_system_seal(s, err));
    PAL_TRY(pal_primary_apply(s, &rule, 1, NULL, err));
    pal_system_costs(s, PAL_COST_VALUE);
    pal_system_bounds(s, 3, (double)NAN);
    pal_system_known(s, &rule, 1);
    for (size_t k = 0; k < p->n; k++) {
        const struct count *c = &law->count[p->count[k]];
        struct pal_entry *e = &s->cell[c->cell];
        if (!(c->low < c->high))
            continue;
        e->mark = PAL_CELL_PRIMARY; /* its mark is printed: it stays as open as that */
        e->letter = 'A';
        e->floor = c->low;
        e->ceiling = c->high;
        e->upper = fmin(1, c->high - c->value);
        e->lower = fmin(1, c->value - c->low);
    }
    if (patience == 0)
        pal_system_fix(s);
    for (size_t i = 0; i < s->cells && patience == 1; i++)
        s->cell[i].fixed = s->cell[i].fixed || s->cell[i].value == 0;
    settle(law, p->count, p->n, s);
    return PAL_OK;
}

static enum pal_status protect_piece(struct law *law, const struct piece *p, struct pal_error *err)
{
    static const struct pal_suppress_options how = {.exact_cells = 200, .nodes = 2000};
    enum pal_status status = PAL_DOMAIN;
    for (int patience = 0; patience < 3 && status == PAL_DOMAIN; patience++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_system *s = arena ? pal_system_new(arena) : NULL;
        struct pal_suppression answer;
        struct pal_error tried = {0};
        if (!s) {
            pal_arena_free(arena);
            return pal_nomem(err, "protection");
        }
        status = build(law, p, patience, s, &tried);
        if (status == PAL_OK)
            status = pal_suppress(s, &how, &answer, &tried);
        for (size_t k = 0; k < p->n && status == PAL_OK; k++)
            law->count[p->count[k]].mark = s->cell[law->count[p->count[k]].cell].mark;
        pal_arena_free(arena);
        if (status != PAL_OK && status != PAL_DOMAIN)
            return pal_fail(err, status, "%s", tried.text);
    }
    if (status == PAL_OK)
        return PAL_OK;
    for (size_t k = 0; k < p->n; k++) { /* nothing protects them: none is printed */
        struct count *c = &law->count[p->count[k]];
        const bool small = (c->value > 0 && c->value < c->smallest) || c->low < c->high;
        c->mark = small ? PAL_CELL_PRIMARY : PAL_CELL_SECONDARY;
    }
    return PAL_OK;
}

static bool asks(const struct law *law, const struct piece *p)
{
    for (size_t k = 0; k < p->n; k++) {
        const struct count *c = &law->count[p->count[k]];
        if ((c->value > 0 && c->value < c->smallest) || c->low < c->high || c->stay)
            return true;
    }
    return false;
}

static enum pal_status protect_all(struct law *law, struct totals *t, struct pal_error *err)
{
    size_t *parent = pal_arena_alloc(law->arena, law->counts + 1, sizeof *parent);
    size_t *order = pal_arena_alloc(law->arena, law->counts + 1, sizeof *order);
    size_t *start = pal_arena_alloc(law->arena, law->counts + 2, sizeof *start);
    size_t *part_start = pal_arena_alloc(law->arena, law->counts + 2, sizeof *part_start);
    struct part *part = pal_arena_alloc(law->arena, t->n + 1, sizeof *part);
    if (!parent || !order || !start || !part_start || !part)
        return pal_nomem(err, "protection");
    for (size_t i = 0; i < law->counts; i++)
        parent[i] = i;
    for (size_t k = 0; k < t->n; k++)
        parent[root_of(parent, t->part[k].part)] = root_of(parent, t->part[k].total);
    /* Counts and parts by piece, in the order they came. */
    for (size_t i = 0; i < law->counts; i++)
        if (same_of(law, i) == i)
            start[root_of(parent, i) + 2]++;
    for (size_t k = 0; k < t->n; k++)
        part_start[root_of(parent, t->part[k].total) + 2]++;
    for (size_t i = 2; i <= law->counts + 1; i++) {
        start[i] += start[i - 1];
        part_start[i] += part_start[i - 1];
    }
    for (size_t i = 0; i < law->counts; i++)
        if (same_of(law, i) == i)
            order[start[root_of(parent, i) + 1]++] = i;
    for (size_t k = 0; k < t->n; k++)
        part[part_start[root_of(parent, t->part[k].total) + 1]++] = t->part[k];
    for (size_t i = 0; i < law->counts; i++) {
        const struct piece p = {order + start[i], start[i + 1] - start[i], part + part_start[i],
                                part_start[i + 1] - part_start[i]};
        if (!p.n || !asks(law, &p))
            continue;
        qsort(part + part_start[i], p.parts, sizeof *part, by_total);
        PAL_TRY(protect_piece(law, &p, err));
    }
    return PAL_OK;
}

/* ---- withholding
 * ------------------------------------------------------------------------------------ */

/* The names of the datasets stay, the lines go: their number is a count. */
static enum pal_status shorten(pal_str *provenance, struct pal_arena *arena, struct pal_error *err)
{
    struct pal_buf out;
    pal_str rest = *provenance, piece, name;
    pal_buf_init(&out, arena, PROTECT_KEY);
    while (pal_str_split(&rest, ';', &piece)) {
        (void)pal_str_split(&piece, ':', &name);
        if (out.len)
            pal_buf_addc(&out, ';');
        pal_buf_add(&out, name);
    }
    *provenance = pal_buf_str(&out);
    return pal_buf_status(&out, "provenance", err);
}

static enum pal_status withhold(struct law *law, struct pal_figure *f, uint32_t flag, char letter,
                                struct pal_error *err)
{
    struct pal_estimate *e = &f->estimate;
    const double nothing = (double)NAN;
    /* One masked cell of the source says no more than its mark; sums over masked cells, and marks
     * that a margin narrowed, tell of the cells around them. */
    const bool mark = e->absent == PAL_BELOW_THRESHOLD && e->n == 1 && e->censored == 1 &&
                      !(f->flags & PAL_FLAG_CENSORED_MARGIN);
    f->conf_status = letter == 'A' ? PAL_STR("A") : letter == 'S' ? PAL_STR("S") : PAL_STR("E");
    f->obs_status = PAL_STR("Q");
    if (mark && letter == 'A')
        return PAL_OK;
    f->flags |= flag;
    e->absent = PAL_WITHHELD;
    e->status = PAL_ANSWER_SUPPRESSED;
    e->value = e->std_error = e->low = e->high = e->df = e->df_design = e->deff = nothing;
    e->bound_low = e->bound_high = e->test_z = e->test_p = nothing;
    e->numerator = e->denominator = nothing;
    e->has_std_error = e->has_interval = e->has_df = e->has_df_design = e->has_deff = false;
    e->has_n = e->has_bounds = e->has_test = false;
    e->n = e->missing = e->censored = 0;
    e->note = NULL;
    f->flags &= ~(uint32_t)(PAL_FLAG_CENSORED | PAL_FLAG_CENSORED_MARGIN | PAL_FLAG_OVERDISPERSED);
    return shorten(&f->provenance, law->arena, err);
}

static enum pal_status withhold_all(struct law *law, struct pal_protection *out,
                                    struct pal_error *err)
{
    /* A figure that tells a small count is A, also where it tells a secondary one. */
    for (int primary = 1; primary >= 0; primary--)
        for (size_t l = 0; l < law->links; l++) {
            struct pal_figure *f = &law->figures->figure[law->link[l].figure];
            const struct count *c = &law->count[same_of(law, law->link[l].count)];
            if (c->mark != (primary ? PAL_CELL_PRIMARY : PAL_CELL_SECONDARY) ||
                (f->flags & (PAL_FLAG_PROTECTED | PAL_FLAG_PROTECTING)))
                continue;
            PAL_TRY(withhold(law, f, primary ? PAL_FLAG_PROTECTED : PAL_FLAG_PROTECTING,
                             primary ? 'A' : 'S', err));
            *(primary ? &out->small : &out->secondary) += 1;
        }
    return PAL_OK;
}

static bool under_embargo(const struct pal_dataset_facts *facts, pal_str as_of)
{
    struct pal_date end, today;
    if (!facts || !facts->conf_embargo.len || !pal_date_parse(facts->conf_embargo, &end))
        return false;
    return !as_of.len || !pal_date_parse(as_of, &today) ||
           pal_date_days(today) < pal_date_days(end);
}

static enum pal_status embargoes(struct law *law, pal_str as_of, struct pal_protection *out,
                                 struct pal_error *err)
{
    for (size_t i = 0; i < law->figures->n; i++) {
        struct pal_figure *f = &law->figures->figure[i];
        const struct pal_definition *d = f->definition;
        const struct pal_dataset_facts *y = facts_of(law, d->numerator.dataset);
        const struct pal_dataset_facts *x =
            d->denominator.given ? facts_of(law, d->denominator.dataset) : NULL;
        out->asked += (y && (y->conf_min_cell > 1 || y->conf_embargo.len)) ||
                      (x && (x->conf_min_cell > 1 || x->conf_embargo.len));
        if (!under_embargo(y, as_of) && !under_embargo(x, as_of))
            continue;
        f->estimate.absent = PAL_WITHHELD;
        PAL_TRY(withhold(law, f, PAL_FLAG_EMBARGO, 'E', err));
        out->embargoed++;
    }
    return PAL_OK;
}

enum pal_status pal_figures_protect(struct pal_figures *figures, struct pal_dataset *const *dataset,
                                    size_t datasets, pal_str as_of, const struct pal_grid *last,
                                    struct pal_arena *arena, struct pal_protection *out,
                                    struct pal_error *err)
{
    struct law law = {
        .arena = arena, .figures = figures, .dataset = dataset, .datasets = datasets, .last = last};
    struct totals totals = {0};
    bool any = false;
    *out = (struct pal_protection){0};
    for (size_t i = 0; i < datasets; i++) {
        const struct pal_dataset_facts *facts = pal_descriptor_facts(dataset[i]->descriptor);
        any = any || facts->conf_min_cell > 1 || facts->conf_embargo.len;
    }
    if (!any)
        return PAL_OK;
    law.keys = pal_map_new(arena, 1024);
    law.rows = pal_map_new(arena, 1024);
    if (!law.keys || !law.rows)
        return pal_nomem(err, "protection");
    pal_buf_init(&law.key, arena, PROTECT_KEY);
    PAL_TRY(read_figures(&law, err));
    if (last) {
        PAL_TRY(read_last(&law, err));
        PAL_TRY(remember(&law, err));
    }
    PAL_TRY(find_totals(&law, &totals, err));
    PAL_TRY(protect_all(&law, &totals, err));
    PAL_TRY(withhold_all(&law, out, err));
    return embargoes(&law, as_of, out, err);
}
