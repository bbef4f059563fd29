/* figures_pieces.c: counts that hang together are protected together, apart from all others. */
#include "figures.h"

#include <math.h>
#include <stdlib.h>

size_t figures_root(size_t *parent, size_t i)
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

size_t figures_parts_alike(const struct part *part, size_t n)
{
    size_t k = 1;
    while (k < n && part[k].total == part[0].total && part[k].dimension == part[0].dimension)
        k++;
    return k;
}

enum pal_status figures_relation(struct law *law, const struct totals *totals, struct pal_system *s,
                                 const struct part *part, size_t n, struct pal_error *err)
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
        const pal_str by = part[0].dimension
                               ? pal_map_key(totals->dimensions, part[0].dimension - 1)
                               : PAL_STR("area");
        const pal_str key = pal_arena_printf(s->arena, "rest by %.*s of %.*s", PAL_ARG(by),
                                             PAL_ARG(law->count[part[0].total].key));
        if (!key.ptr)
            return pal_nomem(err, "the totals");
        PAL_TRY(pal_system_cell(s, key, rest, &at, err));
        s->cell[at].fixed = s->cell[at].derived = true;
        term[terms++] = (struct pal_term){at, 1};
    }
    return pal_system_relation(s, term, terms, err);
}

struct piece {
    const size_t *count;
    size_t n;
    const struct part *part;
    size_t parts;
    struct releases_some earlier;
};

static bool masked(const struct count *c) { return c->low < c->high; }
static bool small(const struct count *c) { return c->value > 0 && c->value < c->smallest; }

/* One system. `patience`: 0 totals and zeros stay printed; 1 zeros do; 2 anything may go. */
static enum pal_status build(struct law *law, const struct totals *totals, const struct piece *p,
                             int patience, struct pal_system *s, size_t *told,
                             struct pal_error *err)
{
    struct pal_primary_rule rule = {PAL_RULE_THRESHOLD, 0, 0};
    for (size_t k = 0; k < p->n; k++) {
        struct count *c = &law->count[p->count[k]];
        PAL_TRY(pal_system_cell(s, c->key, c->value, &c->cell, err));
        rule.n = c->smallest; /* one dataset, one law */
    }
    for (size_t i = 0; i < p->parts;) {
        const size_t n = figures_parts_alike(&p->part[i], p->parts - i);
        PAL_TRY(figures_relation(law, totals, s, &p->part[i], n, err));
        PAL_TRY(figures_last_relation(law, s, &p->part[i], n, err));
        i += n;
    }
    if (law->ask->releases)
        PAL_TRY(releases_join_some(law->ask->releases, &p->earlier, s, err));
    PAL_TRY(pal_system_seal(s, err));
    PAL_TRY(pal_primary_apply(s, &rule, 1, NULL, err));
    if (law->ask->releases)
        PAL_TRY(releases_settle_some(law->ask->releases, &p->earlier, s, told, err));
    pal_system_costs(s, PAL_COST_VALUE);
    pal_system_bounds(s, 3, (double)NAN);
    pal_system_known(s, &rule, 1);
    for (size_t k = 0; k < p->n; k++) {
        const struct count *c = &law->count[p->count[k]];
        struct pal_entry *e = &s->cell[c->cell];
        if (!masked(c))
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
    figures_last_settle(law, p->count, p->n, s);
    return PAL_OK;
}

static void take_over(struct law *law, const struct piece *p, const struct pal_system *s)
{
    for (size_t k = 0; k < p->n; k++) {
        struct count *c = &law->count[p->count[k]];
        const struct pal_entry *e = &s->cell[c->cell];
        c->mark = e->mark;
        c->letter = e->mark == PAL_CELL_OPEN ? 'F' : e->mark == PAL_CELL_PRIMARY ? 'A' : 'S';
        c->upper = e->upper;
        c->lower = e->lower;
    }
}

/* Nothing protects them with any total printed: none is printed. */
static void withhold_piece(struct law *law, const struct piece *p)
{
    for (size_t k = 0; k < p->n; k++) {
        struct count *c = &law->count[p->count[k]];
        c->mark = small(c) || masked(c) ? PAL_CELL_PRIMARY : PAL_CELL_SECONDARY;
        c->letter = c->mark == PAL_CELL_PRIMARY ? 'A' : 'S';
        c->upper = c->lower = 0;
    }
}

static enum pal_status protect_piece(struct law *law, const struct totals *totals,
                                     const struct piece *p, struct pal_error *err)
{
    static const struct pal_suppress_options how = {.exact_cells = 200, .nodes = 2000};
    enum pal_status status = PAL_DOMAIN;
    for (int patience = 0; patience < 3 && status == PAL_DOMAIN; patience++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_system *s = arena ? pal_system_new(arena) : NULL;
        struct pal_suppression answer;
        struct pal_error tried = {0};
        size_t told = 0;
        if (!s) {
            pal_arena_free(arena);
            return pal_nomem(err, "protection");
        }
        status = build(law, totals, p, patience, s, &told, &tried);
        if (status == PAL_OK)
            status = pal_suppress(s, &how, &answer, &tried);
        if (status == PAL_OK) {
            take_over(law, p, s);
            law->told += told;
        }
        pal_arena_free(arena);
        if (status != PAL_OK && status != PAL_DOMAIN)
            return pal_fail(err, status, "%s", tried.text);
    }
    if (status != PAL_OK)
        withhold_piece(law, p);
    return PAL_OK;
}

static bool asks(const struct law *law, const struct piece *p)
{
    for (size_t k = 0; k < p->n; k++) {
        const struct count *c = &law->count[p->count[k]];
        if (small(c) || masked(c) || c->stay)
            return true;
    }
    for (size_t i = 0; i < p->earlier.cells; i++) {
        const struct release_item item = p->earlier.cell[i];
        const char letter = law->ask->releases->release[item.release].cell[item.at].letter;
        if (letter != 'F' && letter != '-')
            return true;
    }
    return false;
}

/* Counts and parts by piece, in the order they came: start[root] .. start[root + 1]. */
struct sorted {
    size_t *count, *count_start, *part_start;
    struct part *part;
};

static enum pal_status sort_pieces(struct law *law, const struct totals *t, size_t *parent,
                                   size_t nodes, struct sorted *out, struct pal_error *err)
{
    out->count = pal_arena_alloc(law->arena, law->counts + 1, sizeof *out->count);
    out->count_start = pal_arena_alloc(law->arena, nodes + 2, sizeof *out->count_start);
    out->part_start = pal_arena_alloc(law->arena, nodes + 2, sizeof *out->part_start);
    out->part = pal_arena_alloc(law->arena, t->n + 1, sizeof *out->part);
    if (!out->count || !out->count_start || !out->part_start || !out->part)
        return pal_nomem(err, "protection");
    for (size_t i = 0; i < law->counts; i++)
        if (figures_same(law, i) == i)
            out->count_start[figures_root(parent, i) + 2]++;
    for (size_t k = 0; k < t->n; k++)
        out->part_start[figures_root(parent, t->part[k].total) + 2]++;
    for (size_t i = 2; i <= nodes + 1; i++) {
        out->count_start[i] += out->count_start[i - 1];
        out->part_start[i] += out->part_start[i - 1];
    }
    for (size_t i = 0; i < law->counts; i++)
        if (figures_same(law, i) == i)
            out->count[out->count_start[figures_root(parent, i) + 1]++] = i;
    for (size_t k = 0; k < t->n; k++)
        out->part[out->part_start[figures_root(parent, t->part[k].total) + 1]++] = t->part[k];
    return PAL_OK;
}

enum pal_status figures_protect_counts(struct law *law, struct totals *t, struct pal_error *err)
{
    struct earlier before;
    struct sorted by;
    PAL_TRY(figures_earlier_read(law, &before, err));
    size_t *parent = pal_arena_alloc(law->arena, before.nodes + 1, sizeof *parent);
    if (!parent)
        return pal_nomem(err, "protection");
    for (size_t i = 0; i < before.nodes; i++)
        parent[i] = i;
    for (size_t k = 0; k < t->n; k++)
        parent[figures_root(parent, t->part[k].part)] = figures_root(parent, t->part[k].total);
    figures_earlier_link(law, &before, parent);
    PAL_TRY(sort_pieces(law, t, parent, before.nodes, &by, err));
    figures_earlier_sort(law, parent, &before);
    for (size_t i = 0; i < before.nodes; i++) {
        const struct piece p = {
            .count = by.count + by.count_start[i],
            .n = by.count_start[i + 1] - by.count_start[i],
            .part = by.part + by.part_start[i],
            .parts = by.part_start[i + 1] - by.part_start[i],
            .earlier = {.cell = before.cell + before.cell_start[i],
                        .cells = before.cell_start[i + 1] - before.cell_start[i],
                        .relation = before.relation + before.relation_start[i],
                        .relations = before.relation_start[i + 1] - before.relation_start[i]},
        };
        qsort(by.part + by.part_start[i], p.parts, sizeof *by.part, by_total);
        if (p.n && asks(law, &p))
            PAL_TRY(protect_piece(law, t, &p, err));
    }
    t->part = by.part; /* by piece and by total */
    return PAL_OK;
}
