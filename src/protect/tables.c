/* tables.c: tables as they are read become one system of cells. */
#include "inside.h"

#include <math.h>

pal_str protect_field(const struct pal_grid *g, size_t row, size_t column)
{
    return g->field[row * g->columns + column];
}

bool protect_is_total(pal_str code)
{
    return code.len == 0 || pal_str_eq_nocase(code, PAL_STR("T")) ||
           pal_str_eq_nocase(code, PAL_STR("_T")) || pal_str_eq_nocase(code, PAL_STR("Total"));
}

pal_str protect_code(const struct pal_grid *g, size_t row, size_t column)
{
    const pal_str code = column == SIZE_MAX ? PAL_STR("T") : protect_field(g, row, column);
    return protect_is_total(code) ? PAL_STR("T") : code;
}

enum pal_status protect_missing_column(const struct pal_grid *g, pal_str name,
                                       struct pal_error *err)
{
    const pal_str near = pal_nearest(name, g->name, g->columns);
    return pal_fail(err, PAL_USAGE, "'%s' has no column '%.*s'%s%.*s%s", g->path, PAL_ARG(name),
                    PAL_NEAR(near));
}

enum pal_status protect_number(const struct pal_grid *g, size_t row, size_t column, double *out,
                               struct pal_error *err)
{
    const struct pal_place at = {g->path, g->line[row], (uint32_t)column + 1};
    if (!pal_num_parse(protect_field(g, row, column), out))
        return pal_fail_at(err, PAL_DATA, &at, "'%.*s' in column '%.*s' is no number",
                           PAL_ARG(protect_field(g, row, column)), PAL_ARG(g->name[column]));
    return PAL_OK;
}

static enum pal_status value_column(const struct pal_grid *g, pal_str wanted, size_t *out,
                                    struct pal_error *err)
{
    static const pal_str usual[] = {PAL_STR_INIT("value"), PAL_STR_INIT("OBS_VALUE"),
                                    PAL_STR_INIT("count"), PAL_STR_INIT("n")};
    *out = SIZE_MAX;
    if (wanted.len) {
        *out = pal_grid_column(g, wanted);
        return *out == SIZE_MAX ? protect_missing_column(g, wanted, err) : PAL_OK;
    }
    for (size_t i = 0; i < PAL_COUNT(usual) && *out == SIZE_MAX; i++)
        *out = pal_grid_column(g, usual[i]);
    if (*out == SIZE_MAX)
        return pal_fail(err, PAL_USAGE,
                        "'%s' has no column 'value', 'OBS_VALUE', 'count' or 'n'; say which column "
                        "holds the numbers with --value",
                        g->path);
    return PAL_OK;
}

/* The dimensions of all tables, in the order they are met. */
static enum pal_status gather(const struct pal_grid *grid, size_t n,
                              const struct pal_tables_options *o, struct pal_linked *out,
                              struct pal_arena *arena, struct pal_error *err)
{
    size_t most = o->dimensions;
    for (size_t t = 0; t < n; t++)
        most += grid[t].columns;
    pal_str *dimension = pal_arena_alloc(arena, most + 1, sizeof *dimension);
    out->table = pal_arena_alloc(arena, n + 1, sizeof *out->table);
    if (!dimension || !out->table)
        return pal_nomem(err, "the tables");
    for (size_t i = 0; i < o->dimensions; i++)
        dimension[out->dimensions++] = o->dimension[i];
    for (size_t t = 0; t < n; t++) {
        out->table[t].grid = &grid[t];
        PAL_TRY(value_column(&grid[t], o->value, &out->table[t].value, err));
        for (size_t c = 0; !o->dimensions && c < out->table[t].value; c++) {
            bool known = false;
            for (size_t i = 0; i < out->dimensions; i++)
                known = known || pal_str_eq_nocase(dimension[i], grid[t].name[c]);
            if (!known)
                dimension[out->dimensions++] = grid[t].name[c];
        }
    }
    out->dimension = dimension;
    out->tables = n;
    if (out->dimensions == 0)
        return pal_fail(err, PAL_USAGE,
                        "'%s' has no column left of its values; name the dimensions with --by",
                        grid[0].path);
    return PAL_OK;
}

static enum pal_status key_of(const struct pal_linked *x, const struct pal_grid *g, size_t row,
                              const size_t *column, struct pal_buf *key, struct pal_error *err)
{
    pal_buf_clear(key);
    for (size_t i = 0; i < x->dimensions; i++) {
        if (i)
            pal_buf_addc(key, '|');
        pal_buf_add(key, protect_code(g, row, column[i]));
    }
    return pal_buf_status(key, "the codes of a cell", err);
}

static enum pal_status read_rows(struct pal_linked *x, struct pal_linked_table *t,
                                 struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_grid *g = t->grid;
    struct pal_buf key;
    bool any = false;
    pal_buf_init(&key, arena, PROTECT_KEY);
    t->column = pal_arena_alloc(arena, x->dimensions, sizeof *t->column);
    t->cell = pal_arena_alloc(arena, g->rows + 1, sizeof *t->cell);
    if (!t->column || !t->cell)
        return pal_nomem(err, "the tables");
    for (size_t i = 0; i < x->dimensions; i++) {
        t->column[i] = pal_grid_column(g, x->dimension[i]);
        any = any || t->column[i] != SIZE_MAX;
    }
    if (!any)
        return protect_missing_column(g, x->dimension[0], err);
    for (size_t row = 0; row < g->rows; row++) {
        double value;
        PAL_TRY(protect_number(g, row, t->value, &value, err));
        PAL_TRY(key_of(x, g, row, t->column, &key, err));
        const struct pal_place at = {g->path, g->line[row], (uint32_t)t->value + 1};
        if (value < 0)
            return pal_fail_at(err, PAL_DATA, &at, "a cell below 0 cannot be protected: '%.*s'",
                               PAL_ARG(pal_buf_str(&key)));
        if (pal_system_cell(x->system, pal_buf_str(&key), value, &t->cell[row], err) != PAL_OK)
            return pal_while(err, "reading '%s', line %llu", g->path,
                             (unsigned long long)g->line[row]);
    }
    return PAL_OK;
}

/* ---- rates and shares ------------------------------------------------------------------------ */

/* The cell with every dimension of this table at its total, of which a share is taken. */
static double whole_of(const struct pal_linked *x)
{
    double most = 0;
    for (size_t i = 0; i < x->system->cells; i++)
        most = fmax(most, x->system->cell[i].value);
    return most;
}

static enum pal_status derive(struct pal_linked *x, struct pal_linked_table *t, size_t d,
                              struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_derived *derived = &x->derived[d];
    const struct pal_grid *g = t->grid;
    const size_t column = pal_grid_column(g, derived->column);
    const size_t population =
        derived->population.len ? pal_grid_column(g, derived->population) : SIZE_MAX;
    if (column == SIZE_MAX)
        return PAL_OK; /* another table has it; cmd_protect asks that one has */
    if (derived->population.len && population == SIZE_MAX)
        return protect_missing_column(g, derived->population, err);
    const double whole = whole_of(x);
    for (size_t row = 0; row < g->rows; row++) {
        double base = whole;
        size_t at;
        if (protect_field(g, row, column).len == 0)
            continue;
        if (population != SIZE_MAX)
            PAL_TRY(protect_number(g, row, population, &base, err));
        const struct pal_entry count = x->system->cell[t->cell[row]];
        if (!(base > 0))
            continue;
        const pal_str key =
            pal_arena_printf(arena, "%.*s@%.*s", PAL_ARG(count.key), PAL_ARG(derived->column));
        if (!key.ptr)
            return pal_nomem(err, "the tables");
        const bool is_new = pal_system_find(x->system, key) == SIZE_MAX;
        PAL_TRY(pal_system_cell(x->system, key, count.value / base * derived->per, &at, err));
        x->system->cell[at].derived = true;
        t->derived[row * x->derivations + d] = at;
        const struct pal_term term[] = {{t->cell[row], 1}, {at, -base / derived->per}};
        if (is_new)
            PAL_TRY(pal_system_relation(x->system, term, 2, err));
    }
    return PAL_OK;
}

enum pal_status pal_tables_read(const struct pal_grid *grid, size_t n,
                                const struct pal_tables_options *options, struct pal_arena *arena,
                                struct pal_linked *out, struct pal_error *err)
{
    *out = (struct pal_linked){.system = pal_system_new(arena)};
    if (!out->system)
        return pal_nomem(err, "the tables");
    PAL_TRY(gather(grid, n, options, out, arena, err));
    for (size_t t = 0; t < n; t++)
        PAL_TRY(read_rows(out, &out->table[t], arena, err));
    out->derivations = options->derivations;
    out->derived = options->derived;
    for (size_t t = 0; t < n; t++) {
        struct pal_linked_table *table = &out->table[t];
        const size_t fields = table->grid->rows * out->derivations;
        table->derived = pal_arena_alloc(arena, fields + 1, sizeof *table->derived);
        if (!table->derived)
            return pal_nomem(err, "the tables");
        for (size_t i = 0; i < fields; i++)
            table->derived[i] = SIZE_MAX;
        for (size_t d = 0; d < out->derivations; d++)
            PAL_TRY(derive(out, table, d, arena, err));
    }
    return PAL_OK;
}

enum pal_status pal_tables_cell(const struct pal_linked *x, const struct pal_grid *g, size_t row,
                                size_t *out, struct pal_error *err)
{
    struct pal_arena *arena = x->system->arena;
    struct pal_buf key;
    size_t *column = pal_arena_alloc(arena, x->dimensions, sizeof *column);
    if (!column)
        return pal_nomem(err, "a cell");
    pal_buf_init(&key, arena, PROTECT_KEY);
    for (size_t i = 0; i < x->dimensions; i++)
        column[i] = pal_grid_column(g, x->dimension[i]);
    PAL_TRY(key_of(x, g, row, column, &key, err));
    *out = pal_system_find(x->system, pal_buf_str(&key));
    if (*out == SIZE_MAX) {
        const struct pal_place at = {g->path, g->line[row], 1};
        return pal_fail_at(err, PAL_DATA, &at, "no table has the cell '%.*s'",
                           PAL_ARG(pal_buf_str(&key)));
    }
    return PAL_OK;
}

/* ---- relations --------------------------------------------------------------------------------
 */

enum pal_status pal_tables_relations(struct pal_linked *x, const struct pal_grid *g,
                                     struct pal_error *err)
{
    const size_t relation = pal_grid_column(g, PAL_STR("relation"));
    const size_t coef = pal_grid_column(g, PAL_STR("coef"));
    struct pal_term *term = pal_arena_alloc(x->system->arena, g->rows + 1, sizeof *term);
    size_t n = 0;
    if (!term)
        return pal_nomem(err, "the relations");
    if (relation == SIZE_MAX)
        return protect_missing_column(g, PAL_STR("relation"), err);
    if (coef == SIZE_MAX)
        return protect_missing_column(g, PAL_STR("coef"), err);
    for (size_t row = 0; row < g->rows; row++) {
        PAL_TRY(pal_tables_cell(x, g, row, &term[n].cell, err));
        PAL_TRY(protect_number(g, row, coef, &term[n].coef, err));
        n++;
        if (row + 1 < g->rows &&
            pal_str_eq(protect_field(g, row, relation), protect_field(g, row + 1, relation)))
            continue;
        PAL_TRY(pal_system_relation(x->system, term, n, err));
        n = 0;
    }
    return PAL_OK;
}
