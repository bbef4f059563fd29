/* cellkey.c: counts perturbed by keys of the records behind them: the same people, the same
 * perturbation, wherever they are counted. */
#include "inside.h"

#include <math.h>

enum { MOST_CELLS = 5000000 };
static const uint64_t ONE = 100000000; /* keys have eight decimals */

enum pal_status pal_ptable_read(const struct pal_grid *g, struct pal_arena *arena,
                                struct pal_ptable *out, struct pal_error *err)
{
    static const pal_str name[] = {PAL_STR_INIT("n"), PAL_STR_INIT("v"), PAL_STR_INIT("ub")};
    double *column[3];
    *out = (struct pal_ptable){.rows = g->rows};
    for (size_t i = 0; i < 3; i++) {
        const size_t c = pal_grid_column(g, name[i]);
        if (c == SIZE_MAX)
            return protect_missing_column(g, name[i], err);
        column[i] = pal_arena_alloc(arena, g->rows + 1, sizeof *column[i]);
        if (!column[i])
            return pal_nomem(err, "the table of perturbations");
        for (size_t row = 0; row < g->rows; row++)
            PAL_TRY(protect_number(g, row, c, &column[i][row], err));
    }
    out->n = column[0];
    out->v = column[1];
    out->ub = column[2];
    for (size_t row = 0; row < g->rows; row++)
        out->largest = fmax(out->largest, out->n[row]);
    return PAL_OK;
}

static bool perturb(const struct pal_ptable *ptable, double count, double key, double *out)
{
    const double n = fmin(count, ptable->largest);
    for (size_t row = 0; row < ptable->rows; row++)
        if (ptable->n[row] == n && key < ptable->ub[row]) {
            *out = count + ptable->v[row];
            return true;
        }
    return false;
}

struct axis { /* a dimension; code 0 is the total */
    size_t column;
    struct pal_map *codes;
    size_t stride;
};

static enum pal_status axes(const struct pal_grid *g, const pal_str *dimension, size_t dimensions,
                            size_t rkey, struct pal_arena *arena, struct axis **out, size_t *n,
                            size_t *cells, struct pal_error *err)
{
    struct axis *axis = pal_arena_alloc(arena, g->columns + dimensions + 1, sizeof *axis);
    *n = 0;
    *cells = 1;
    if (!axis)
        return pal_nomem(err, "the cells");
    for (size_t i = 0; i < (dimensions ? dimensions : g->columns); i++) {
        const size_t c = dimensions ? pal_grid_column(g, dimension[i]) : i;
        if (c == SIZE_MAX)
            return protect_missing_column(g, dimension[i], err);
        if (c == rkey)
            continue;
        struct pal_map *codes = pal_map_new(arena, 16);
        if (!codes || pal_map_add(codes, PAL_STR("T"), NULL) == SIZE_MAX)
            return pal_nomem(err, "the cells");
        for (size_t row = 0; row < g->rows; row++)
            if (pal_map_add(codes, protect_field(g, row, c), NULL) == SIZE_MAX)
                return pal_nomem(err, "the cells");
        axis[(*n)++] = (struct axis){c, codes, *cells};
        *cells *= pal_map_count(codes);
        if (*cells > MOST_CELLS)
            return pal_fail(err, PAL_NOMEM, "more than %d cells; name fewer dimensions with --by",
                            MOST_CELLS);
    }
    *out = axis;
    return PAL_OK;
}

static enum pal_status label(const struct axis *axis, size_t n, size_t cell,
                             struct pal_arena *arena, pal_str *out, struct pal_error *err)
{
    struct pal_buf key;
    pal_buf_init(&key, arena, PROTECT_KEY);
    for (size_t i = 0; i < n; i++) {
        if (i)
            pal_buf_addc(&key, '|');
        pal_buf_add(
            &key, pal_map_key(axis[i].codes, cell / axis[i].stride % pal_map_count(axis[i].codes)));
    }
    *out = pal_buf_str(&key);
    return pal_buf_status(&key, "the codes of a cell", err);
}

enum pal_status pal_cell_keys(const struct pal_grid *g, const pal_str *dimension, size_t dimensions,
                              const struct pal_ptable *ptable, struct pal_arena *arena,
                              struct pal_keyed **out, size_t *cells, struct pal_error *err)
{
    const size_t rkey = pal_grid_column(g, PAL_STR("rkey"));
    struct axis *axis = NULL;
    size_t n = 0;
    if (rkey == SIZE_MAX)
        return protect_missing_column(g, PAL_STR("rkey"), err);
    PAL_TRY(axes(g, dimension, dimensions, rkey, arena, &axis, &n, cells, err));
    if (n > 24)
        return pal_fail(err, PAL_NOMEM, "%zu dimensions are too many for all their margins", n);
    uint64_t *key = pal_arena_alloc(arena, *cells, sizeof *key);
    *out = pal_arena_alloc(arena, *cells, sizeof **out);
    if (!key || !*out)
        return pal_nomem(err, "the cells");
    for (size_t row = 0; row < g->rows; row++) {
        double own;
        PAL_TRY(protect_number(g, row, rkey, &own, err));
        const struct pal_place at = {g->path, g->line[row], (uint32_t)rkey + 1};
        if (!(own >= 0 && own < 1))
            return pal_fail_at(err, PAL_DATA, &at, "a record key lies between 0 and 1");
        for (size_t subset = 0; subset < (size_t)1 << n; subset++) {
            size_t cell = 0;
            for (size_t i = 0; i < n; i++)
                if (subset >> i & 1)
                    cell += axis[i].stride *
                            pal_map_find(axis[i].codes, protect_field(g, row, axis[i].column));
            (*out)[cell].count++;
            key[cell] = (key[cell] + (uint64_t)llround(own * (double)ONE)) % ONE;
        }
    }
    for (size_t cell = 0; cell < *cells; cell++) {
        struct pal_keyed *k = &(*out)[cell];
        k->cell_key = (double)key[cell] / (double)ONE;
        PAL_TRY(label(axis, n, cell, arena, &k->key, err));
        if (!perturb(ptable, k->count, k->cell_key, &k->perturbed))
            return pal_fail(err, PAL_DATA,
                            "the table of perturbations has no row for a count of %g and a key of "
                            "%g; its last ub of each n must be 1",
                            fmin(k->count, ptable->largest), k->cell_key);
    }
    return PAL_OK;
}
