/* protect_tables.c: files and flags become a system of cells with their rules. */
#include "protect.h"

#include <math.h>
#include <string.h>

enum pal_status protect_words(const struct cli_list *list, struct pal_arena *arena, pal_str **out,
                              size_t *n, struct pal_error *err)
{
    size_t most = 0;
    *n = 0;
    for (size_t i = 0; i < list->n; i++)
        most += strlen(list->item[i]) + 1;
    *out = pal_arena_alloc(arena, most + 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "the command line");
    for (size_t i = 0; i < list->n; i++) {
        pal_str rest = pal_str_of(list->item[i]), piece;
        while (pal_str_split(&rest, ',', &piece))
            (*out)[(*n)++] = pal_str_trim(piece);
    }
    return PAL_OK;
}

/* --rate RATE/POPULATION[/PER] and --share SHARE */
static enum pal_status derivations(const struct protect_options *o, struct pal_arena *arena,
                                   struct pal_derived **out, size_t *n, struct pal_error *err)
{
    *n = 0;
    *out = pal_arena_alloc(arena, o->rate.n + o->share.n + 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "the command line");
    for (size_t i = 0; i < o->rate.n; i++) {
        pal_str rest = pal_str_of(o->rate.item[i]), per;
        struct pal_derived *d = &(*out)[(*n)++];
        d->per = 100000;
        if (!pal_str_split(&rest, '/', &d->column) || !pal_str_split(&rest, '/', &d->population) ||
            (pal_str_split(&rest, '/', &per) && !pal_num_parse(per, &d->per)) || !(d->per > 0))
            return pal_fail(err, PAL_USAGE, "--rate takes RATE/POPULATION[/PER], not '%s'",
                            o->rate.item[i]);
    }
    for (size_t i = 0; i < o->share.n; i++)
        (*out)[(*n)++] = (struct pal_derived){pal_str_of(o->share.item[i]), {NULL, 0}, 100};
    for (size_t d = 0; d < *n; d++)
        if ((*out)[d].column.len == 0)
            return pal_fail(err, PAL_USAGE, "--rate and --share take the name of a column");
    return PAL_OK;
}

static enum pal_status known_columns(const struct protect_call *call, struct pal_error *err)
{
    for (size_t d = 0; d < call->tables.derivations; d++) {
        bool known = false;
        for (size_t i = 0; i < call->tables.tables; i++)
            known = known ||
                    pal_grid_column(&call->grid[i], call->tables.derived[d].column) != SIZE_MAX;
        if (!known)
            return pal_fail(err, PAL_USAGE, "no table has a column '%.*s'",
                            PAL_ARG(call->tables.derived[d].column));
    }
    return PAL_OK;
}

enum pal_status protect_tables(struct protect_call *call, struct pal_error *err)
{
    struct cli *cli = call->cli;
    const struct protect_options *o = call->options;
    struct pal_tables_options how = {.value = pal_str_of(o->value)};
    pal_str *by;
    struct pal_derived *derived;
    PAL_TRY(protect_words(&o->by, cli->arena, &by, &how.dimensions, err));
    PAL_TRY(derivations(o, cli->arena, &derived, &how.derivations, err));
    how.dimension = by;
    how.derived = derived;
    call->grid = pal_arena_alloc(cli->arena, cli->operands.n, sizeof *call->grid);
    if (!call->grid)
        return pal_nomem(err, "the tables");
    for (size_t i = 0; i < cli->operands.n; i++)
        PAL_TRY(pal_grid_read(cli->operands.item[i], cli->arena, &call->grid[i], err));
    PAL_TRY(pal_tables_read(call->grid, cli->operands.n, &how, cli->arena, &call->tables, err));
    PAL_TRY(known_columns(call, err));
    for (size_t i = 0; i < o->relations.n; i++) {
        struct pal_grid *g = pal_arena_alloc(cli->arena, 1, sizeof *g);
        if (!g)
            return pal_nomem(err, "the relations");
        PAL_TRY(pal_grid_read(o->relations.item[i], cli->arena, g, err));
        PAL_TRY(pal_tables_relations(&call->tables, g, err));
    }
    struct pal_hierarchy *h = pal_arena_alloc(cli->arena, o->hierarchy.n + 1, sizeof *h);
    struct pal_grid *tree = pal_arena_alloc(cli->arena, o->hierarchy.n + 1, sizeof *tree);
    if (!h || !tree)
        return pal_nomem(err, "the hierarchies");
    for (size_t i = 0; i < o->hierarchy.n; i++) {
        const char *text = o->hierarchy.item[i], *colon = strchr(text, ':');
        if (!colon)
            return pal_fail(err, PAL_USAGE, "--hierarchy takes DIMENSION:FILE, not '%s'", text);
        PAL_TRY(pal_grid_read(colon + 1, cli->arena, &tree[i], err));
        h[i] = (struct pal_hierarchy){{text, (size_t)(colon - text)}, &tree[i]};
    }
    if (o->relations.n == 0 || o->hierarchy.n)
        PAL_TRY(pal_tables_margins(&call->tables, h, o->hierarchy.n, err));
    if (o->ledger) {
        PAL_TRY(pal_releases_read(o->ledger, cli->arena, &call->releases, err));
        if (o->head && !pal_releases_holds(call->releases, pal_str_of(o->head)))
            return pal_fail(err, PAL_DATA,
                            "'%s' does not hold the head %s: it was cut, or is an old copy",
                            o->ledger, o->head);
        PAL_TRY(pal_releases_join(call->releases, call->tables.system, err));
    }
    return pal_system_seal(call->tables.system, err);
}

/* ---- rules -------------------------------------------------------------------------------------
 */

/* Columns n_contributors, largest1 ... beside the values. */
static bool contributors_beside(const struct protect_call *call, bool *known,
                                struct pal_contributors *contributors)
{
    bool any = false;
    for (size_t k = 0; k < call->tables.tables; k++) {
        const struct pal_linked_table *t = &call->tables.table[k];
        size_t column[PAL_LARGEST];
        for (size_t j = 0; j < PAL_LARGEST; j++) {
            char name[] = "largest1";
            name[7] = (char)('1' + (int)j);
            column[j] = pal_grid_column(t->grid, pal_str_of(name));
        }
        if (column[0] == SIZE_MAX)
            continue;
        any = true;
        for (size_t row = 0; row < t->grid->rows; row++) {
            struct pal_contributors *c = &contributors[t->cell[row]];
            *c = (struct pal_contributors){.n = (double)NAN};
            for (size_t j = 0; j < PAL_LARGEST && column[j] != SIZE_MAX; j++)
                if (!pal_num_parse(t->grid->field[row * t->grid->columns + column[j]],
                                   &c->largest[j]))
                    c->largest[j] = 0;
            known[t->cell[row]] = true;
        }
    }
    return any;
}

static void insert(struct pal_contributors *c, double x)
{
    c->n++;
    for (size_t i = 0; i < PAL_LARGEST; i++)
        if (x > c->largest[i]) {
            const double smaller = c->largest[i];
            c->largest[i] = x;
            x = smaller;
        }
}

static enum pal_status column_of(const struct pal_grid *g, const char *name, size_t *out,
                                 struct pal_error *err)
{
    *out = pal_grid_column(g, pal_str_of(name));
    return *out == SIZE_MAX ? pal_fail(err, PAL_USAGE, "'%s' has no column '%s'", g->path, name)
                            : PAL_OK;
}

/* --micro (cell, x) one row a contributor, --cellmap (cell, dimensions) which cell that is. */
static enum pal_status contributors_micro(struct protect_call *call, bool *known,
                                          struct pal_contributors *contributors,
                                          struct pal_error *err)
{
    struct pal_arena *arena = call->cli->arena;
    struct pal_grid micro, map;
    size_t cell, x, name;
    struct pal_map *names = pal_map_new(arena, 64);
    PAL_TRY(pal_grid_read(call->options->micro, arena, &micro, err));
    PAL_TRY(pal_grid_read(call->options->cellmap, arena, &map, err));
    PAL_TRY(column_of(&micro, "cell", &cell, err));
    PAL_TRY(column_of(&micro, "x", &x, err));
    PAL_TRY(column_of(&map, "cell", &name, err));
    size_t *at = pal_arena_alloc(arena, map.rows + 1, sizeof *at);
    if (!names || !at)
        return pal_nomem(err, "the contributors");
    for (size_t row = 0; row < map.rows; row++) {
        const size_t k = pal_map_add(names, map.field[row * map.columns + name], NULL);
        if (k == SIZE_MAX)
            return pal_nomem(err, "the contributors");
        PAL_TRY(pal_tables_cell(&call->tables, &map, row, &at[k], err));
        known[at[k]] = true;
    }
    for (size_t row = 0; row < micro.rows; row++) {
        const struct pal_place place = {micro.path, micro.line[row], 1};
        const pal_str id = micro.field[row * micro.columns + cell];
        const size_t k = pal_map_find(names, id);
        double value;
        if (k == SIZE_MAX)
            return pal_fail_at(err, PAL_DATA, &place, "'%s' has no cell '%.*s'", map.path,
                               PAL_ARG(id));
        if (!pal_num_parse(micro.field[row * micro.columns + x], &value) || value < 0)
            return pal_fail_at(err, PAL_DATA, &place, "a contributor is a number from 0");
        insert(&contributors[at[k]], value);
    }
    return PAL_OK;
}

static enum pal_status bounds_of(const char *text, double *times, double *plus,
                                 struct pal_error *err)
{
    pal_str rest = pal_str_of(text ? text : "3"), a, b = {NULL, 0};
    *plus = (double)NAN;
    (void)pal_str_split(&rest, ',', &a);
    if (!pal_num_parse(a, times) || *times < 1 ||
        (pal_str_split(&rest, ',', &b) && (!pal_num_parse(b, plus) || *plus < 0)) || rest.len)
        return pal_fail(err, PAL_USAGE,
                        "--bounds takes TIMES[,PLUS]: an attacker knows that a cell is at most "
                        "max(TIMES value, value + PLUS), not '%s'",
                        text);
    return PAL_OK;
}

static enum pal_status cost_of(const char *text, enum pal_cost *out, struct pal_error *err)
{
    static const char *const word[] = {"value", "unit", "log"};
    for (size_t i = 0; i < PAL_COUNT(word); i++)
        if (!text || strcmp(text, word[i]) == 0) {
            *out = (enum pal_cost)i;
            return PAL_OK;
        }
    return pal_fail(err, PAL_USAGE, "--cost is value, unit or log, not '%s'", text);
}

enum pal_status protect_rules(struct protect_call *call, struct pal_error *err)
{
    const struct protect_options *o = call->options;
    struct pal_arena *arena = call->cli->arena;
    struct pal_system *s = call->tables.system;
    bool *known = pal_arena_alloc(arena, s->cells + 1, sizeof *known), given;
    struct pal_contributors *c = pal_arena_alloc(arena, s->cells + 1, sizeof *c);
    double times, plus;
    enum pal_cost cost = PAL_COST_VALUE;
    if (!known || !c)
        return pal_nomem(err, "the rules");
    PAL_TRY(bounds_of(o->bounds, &times, &plus, err));
    PAL_TRY(cost_of(o->cost, &cost, err));
    call->rule = pal_arena_alloc(arena, o->rule.n + 1, sizeof *call->rule);
    if (!call->rule)
        return pal_nomem(err, "the rules");
    for (size_t i = 0; i < o->rule.n; i++)
        PAL_TRY(pal_primary_parse(pal_str_of(o->rule.item[i]), &call->rule[call->rules++], err));
    if ((o->micro != NULL) != (o->cellmap != NULL))
        return pal_fail(err, PAL_USAGE, "--micro and --cellmap go together");
    given = o->micro != NULL;
    if (given)
        PAL_TRY(contributors_micro(call, known, c, err));
    else
        given = contributors_beside(call, known, c);
    if (given)
        PAL_TRY(pal_contributors_add(s, known, c, err));
    PAL_TRY(pal_primary_apply(s, call->rule, call->rules, given ? c : NULL, err));
    if (call->releases) {
        size_t told;
        PAL_TRY(pal_releases_settle(call->releases, s, &told, err));
        if (told)
            fprintf(call->cli->err,
                    "%zu cells that a rule forbids were printed by an earlier release: they stay "
                    "printed\n",
                    told);
    }
    pal_system_costs(s, cost);
    pal_system_bounds(s, times, plus);
    if (call->letters)
        pal_system_known(s, call->rule, call->rules);
    pal_system_fix(s);
    for (size_t i = 0; i < s->cells; i++)
        if (s->cell[i].derived)
            s->cell[i].cost = 0; /* goes with its count */
    return PAL_OK;
}
