/* protect_round.c: the alternatives to hiding: rounding and cell keys. */
#include "protect.h"

#include <math.h>
#include <string.h>

static enum pal_status uniforms(struct protect_call *call, double **out, struct pal_error *err)
{
    const struct pal_system *s = call->tables.system;
    struct pal_grid g;
    PAL_TRY(pal_grid_read(call->options->uniforms, call->cli->arena, &g, err));
    const size_t u = pal_grid_column(&g, PAL_STR("u"));
    double *number = pal_arena_alloc(call->cli->arena, s->cells + 1, sizeof *number);
    if (!number)
        return pal_nomem(err, "the random numbers");
    if (u == SIZE_MAX)
        return pal_fail(err, PAL_USAGE, "'%s' has no column 'u'", g.path);
    for (size_t i = 0; i < s->cells; i++)
        number[i] = (double)NAN;
    for (size_t row = 0; row < g.rows; row++) {
        const struct pal_place at = {g.path, g.line[row], (uint32_t)u + 1};
        size_t cell;
        PAL_TRY(pal_tables_cell(&call->tables, &g, row, &cell, err));
        if (!pal_num_parse(g.field[row * g.columns + u], &number[cell]) || number[cell] < 0 ||
            number[cell] >= 1)
            return pal_fail_at(err, PAL_DATA, &at, "u is a number from 0 to below 1");
    }
    for (size_t i = 0; i < s->cells; i++)
        if (isnan(number[i]) && s->cell[i].letter)
            return pal_fail(err, PAL_DATA, "'%s' has no u for cell '%.*s'", g.path,
                            PAL_ARG(s->cell[i].key));
    *out = number;
    return PAL_OK;
}

static void print_rounded(struct protect_call *call, const struct pal_rounded *rounded)
{
    const struct pal_linked *x = &call->tables;
    for (size_t k = 0; k < x->tables; k++) {
        const struct pal_linked_table *t = &x->table[k];
        const struct pal_grid *g = t->grid;
        if (k)
            pal_buf_addc(&call->out, '\n');
        bool first = true;
        for (size_t i = 0; i < x->dimensions; i++)
            if (t->column[i] != SIZE_MAX) {
                pal_csv_field(&call->out, g->name[t->column[i]], first);
                first = false;
            }
        pal_csv_field(&call->out, g->name[t->value], false);
        pal_csv_end(&call->out);
        for (size_t row = 0; row < g->rows; row++) {
            char text[PAL_NUM_SIZE];
            first = true;
            for (size_t i = 0; i < x->dimensions; i++)
                if (t->column[i] != SIZE_MAX) {
                    pal_csv_field_safe(&call->out, g->field[row * g->columns + t->column[i]],
                                       first);
                    first = false;
                }
            pal_csv_field(&call->out,
                          (pal_str){text, pal_num_write(rounded->value[t->cell[row]], text)},
                          false);
            pal_csv_end(&call->out);
        }
    }
}

enum pal_status protect_round(struct protect_call *call, struct pal_error *err)
{
    static const char *const word[] = {"controlled", "random", "conventional"};
    const struct protect_options *o = call->options;
    const struct pal_system *s = call->tables.system;
    const pal_str nothing = {NULL, 0};
    enum pal_round_kind kind;
    double base, *u = NULL;
    struct pal_rounded rounded;
    PAL_TRY(pal_round_parse(pal_str_of(o->round), &kind, &base, err));
    if (o->uniforms)
        PAL_TRY(uniforms(call, &u, err));
    PAL_TRY(pal_round(s, kind, base, u, o->seed, &rounded, err));
    if (strcmp(call->format, "reference") == 0) {
        protect_head(call);
        if (kind == PAL_ROUND_CONTROLLED) {
            protect_fact(call, "feasible", nothing, rounded.feasible);
            if (rounded.feasible)
                protect_fact(call, "min_sum_abs_deviation", nothing, rounded.deviation);
        }
        if (kind == PAL_ROUND_CONVENTIONAL)
            protect_fact(call, "sum_abs_deviation", nothing, rounded.deviation);
        if (kind == PAL_ROUND_RANDOM)
            protect_fact(call, "sum_variance", nothing, rounded.variance);
        for (size_t i = 0; i < s->cells && rounded.feasible; i++)
            if (s->cell[i].letter)
                protect_fact(call, "rounded", s->cell[i].key, rounded.value[i]);
        return PAL_OK;
    }
    if (!rounded.feasible)
        return pal_fail(
            err, PAL_DOMAIN,
            "no rounding to multiples beside each cell keeps these tables additive; use "
            "--round random:%g, or fewer dimensions",
            base);
    print_rounded(call, &rounded);
    fprintf(call->cli->err, "%s rounding to %g: sum of changes %g\n", word[kind], base,
            rounded.deviation);
    return PAL_OK;
}

enum pal_status protect_cell_keys(struct protect_call *call, struct pal_error *err)
{
    const struct protect_options *o = call->options;
    struct pal_arena *arena = call->cli->arena;
    const bool reference = strcmp(call->format, "reference") == 0;
    struct pal_grid records, rows;
    struct pal_ptable ptable;
    struct pal_keyed *cell;
    pal_str *by;
    size_t n, dimensions;
    if (!o->ptable)
        return pal_fail(err, PAL_USAGE, "--cell-key needs --ptable FILE: columns n, v and ub");
    if (call->cli->operands.n != 1)
        return pal_fail(err, PAL_USAGE, "--cell-key takes one file of records");
    PAL_TRY(protect_words(&o->by, arena, &by, &dimensions, err));
    PAL_TRY(pal_grid_read(call->cli->operands.item[0], arena, &records, err));
    PAL_TRY(pal_grid_read(o->ptable, arena, &rows, err));
    PAL_TRY(pal_ptable_read(&rows, arena, &ptable, err));
    PAL_TRY(pal_cell_keys(&records, by, dimensions, &ptable, arena, &cell, &n, err));
    if (reference)
        protect_head(call);
    else
        pal_buf_adds(&call->out, "cell,count\n");
    for (size_t i = 0; i < n; i++) {
        char text[PAL_NUM_SIZE];
        if (reference) {
            protect_fact(call, "cellkey", cell[i].key, cell[i].cell_key);
            protect_fact(call, "count", cell[i].key, cell[i].count);
            protect_fact(call, "perturbed", cell[i].key, cell[i].perturbed);
            continue;
        }
        pal_csv_field_safe(&call->out, cell[i].key, true);
        pal_csv_field(&call->out, (pal_str){text, pal_num_write(cell[i].perturbed, text)}, false);
        pal_csv_end(&call->out);
    }
    return PAL_OK;
}
