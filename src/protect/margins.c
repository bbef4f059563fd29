/* margins.c: the relations that the codes of tables say: each total is the sum of its parts. */
#include "inside.h"

#include <math.h>

struct margins { /* of one dimension */
    struct pal_linked *tables;
    struct pal_arena *arena;
    size_t dimension;
    struct pal_buf key;
    struct pal_map *lines; /* codes of the other dimensions and the parent -> dense */
    size_t *total;         /* [lines] cell of the total, SIZE_MAX: none */
    struct pal_term *term; /* parts, linked by `next` */
    size_t *next, *first, *last;
    size_t parts, room, lines_room;
};

static pal_str parent_of(const struct pal_hierarchy *h, pal_str code)
{
    const size_t from = pal_grid_column(h->grid, PAL_STR("code"));
    const size_t to = pal_grid_column(h->grid, PAL_STR("parent"));
    for (size_t row = 0; row < h->grid->rows; row++)
        if (pal_str_eq(protect_code(h->grid, row, from), code))
            return protect_code(h->grid, row, to);
    return PAL_STR("T");
}

static enum pal_status line_of(struct margins *m, const struct pal_linked_table *t, size_t row,
                               pal_str parent, size_t *out, struct pal_error *err)
{
    bool is_new;
    pal_buf_clear(&m->key);
    for (size_t i = 0; i < m->tables->dimensions; i++) {
        pal_buf_add(&m->key, i == m->dimension ? parent : protect_code(t->grid, row, t->column[i]));
        pal_buf_addc(&m->key, '|');
    }
    PAL_TRY(pal_buf_status(&m->key, "the codes of a cell", err));
    *out = pal_map_add(m->lines, pal_buf_str(&m->key), &is_new);
    if (*out == SIZE_MAX)
        return pal_nomem(err, "the margins");
    if (*out >= m->lines_room) {
        const size_t larger = 2 * m->lines_room + 64;
        m->total = pal_arena_grow(m->arena, m->total, m->lines_room, larger, sizeof *m->total);
        m->first = pal_arena_grow(m->arena, m->first, m->lines_room, larger, sizeof *m->first);
        m->last = pal_arena_grow(m->arena, m->last, m->lines_room, larger, sizeof *m->last);
        if (!m->total || !m->first || !m->last)
            return pal_nomem(err, "the margins");
        m->lines_room = larger;
    }
    if (is_new)
        m->total[*out] = m->first[*out] = m->last[*out] = SIZE_MAX;
    return PAL_OK;
}

static enum pal_status add_part(struct margins *m, size_t line, size_t cell, struct pal_error *err)
{
    for (size_t p = m->first[line]; p != SIZE_MAX; p = m->next[p])
        if (m->term[p].cell == cell)
            return PAL_OK; /* the same cell in another table */
    if (m->parts == m->room) {
        const size_t larger = 2 * m->room + 64;
        m->term = pal_arena_grow(m->arena, m->term, m->room, larger, sizeof *m->term);
        m->next = pal_arena_grow(m->arena, m->next, m->room, larger, sizeof *m->next);
        if (!m->term || !m->next)
            return pal_nomem(err, "the margins");
        m->room = larger;
    }
    m->term[m->parts] = (struct pal_term){cell, 1};
    m->next[m->parts] = SIZE_MAX;
    if (m->first[line] == SIZE_MAX)
        m->first[line] = m->parts;
    else
        m->next[m->last[line]] = m->parts;
    m->last[line] = m->parts++;
    return PAL_OK;
}

static enum pal_status close_line(struct margins *m, size_t line, struct pal_error *err)
{
    struct pal_system *s = m->tables->system;
    struct pal_sum sum = {0};
    size_t n = 0;
    double largest = 1;
    if (m->total[line] == SIZE_MAX || m->first[line] == SIZE_MAX)
        return PAL_OK;
    for (size_t p = m->first[line]; p != SIZE_MAX; p = m->next[p])
        n++;
    struct pal_term *term = pal_arena_alloc(m->arena, n + 2, sizeof *term);
    if (!term)
        return pal_nomem(err, "the margins");
    n = 0;
    term[n++] = (struct pal_term){m->total[line], -1};
    for (size_t p = m->first[line]; p != SIZE_MAX; p = m->next[p]) {
        term[n++] = m->term[p];
        pal_sum_add(&sum, s->cell[m->term[p].cell].value);
        largest = fmax(largest, s->cell[m->term[p].cell].value);
    }
    const double rest = s->cell[m->total[line]].value - pal_sum_value(&sum);
    if (fabs(rest) > 1e-9 * largest) {
        size_t at;
        const pal_str key = pal_arena_printf(m->arena, "%.*s@rest%zu",
                                             PAL_ARG(s->cell[m->total[line]].key), m->dimension);
        if (!key.ptr)
            return pal_nomem(err, "the margins");
        PAL_TRY(pal_system_cell(s, key, rest, &at, err));
        s->cell[at].fixed = s->cell[at].derived = true;
        s->cell[at].letter = '\0'; /* printed nowhere */
        term[n++] = (struct pal_term){at, 1};
    }
    return pal_system_relation(s, term, n, err);
}

static enum pal_status margins_of(struct pal_linked *x, size_t dimension,
                                  const struct pal_hierarchy *h, struct pal_arena *arena,
                                  struct pal_error *err)
{
    struct margins m = {.tables = x, .arena = arena, .dimension = dimension};
    m.lines = pal_map_new(arena, 64);
    pal_buf_init(&m.key, arena, PROTECT_KEY);
    if (!m.lines)
        return pal_nomem(err, "the margins");
    for (size_t k = 0; k < x->tables; k++) {
        const struct pal_linked_table *t = &x->table[k];
        for (size_t row = 0; row < t->grid->rows; row++) {
            const pal_str code = protect_code(t->grid, row, t->column[dimension]);
            size_t line;
            PAL_TRY(line_of(&m, t, row, code, &line, err)); /* as a total of what is below */
            m.total[line] = t->cell[row];
            if (pal_str_eq(code, PAL_STR("T")))
                continue;
            PAL_TRY(line_of(&m, t, row, h ? parent_of(h, code) : PAL_STR("T"), &line, err));
            PAL_TRY(add_part(&m, line, t->cell[row], err));
        }
    }
    for (size_t line = 0; line < pal_map_count(m.lines); line++)
        PAL_TRY(close_line(&m, line, err));
    return PAL_OK;
}

enum pal_status pal_tables_margins(struct pal_linked *x, const struct pal_hierarchy *hierarchy,
                                   size_t hierarchies, struct pal_error *err)
{
    for (size_t k = 0; k < hierarchies; k++) {
        const struct pal_grid *g = hierarchy[k].grid;
        bool known = false;
        for (size_t i = 0; i < x->dimensions; i++)
            known = known || pal_str_eq_nocase(x->dimension[i], hierarchy[k].dimension);
        if (!known)
            return pal_fail(err, PAL_USAGE, "there is no dimension '%.*s' for the hierarchy '%s'",
                            PAL_ARG(hierarchy[k].dimension), g->path);
        if (pal_grid_column(g, PAL_STR("code")) == SIZE_MAX)
            return protect_missing_column(g, PAL_STR("code"), err);
        if (pal_grid_column(g, PAL_STR("parent")) == SIZE_MAX)
            return protect_missing_column(g, PAL_STR("parent"), err);
    }
    for (size_t i = 0; i < x->dimensions; i++) {
        const struct pal_hierarchy *h = NULL;
        for (size_t k = 0; k < hierarchies; k++)
            if (pal_str_eq_nocase(x->dimension[i], hierarchy[k].dimension))
                h = &hierarchy[k];
        PAL_TRY(margins_of(x, i, h, x->system->arena, err));
    }
    return PAL_OK;
}
