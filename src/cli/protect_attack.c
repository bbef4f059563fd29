/* protect_attack.c: palermo protect --audit FILES... without a rule: what others printed tells of
 * what they hid. */
#include "protect.h"

#include <math.h>

static void number(struct pal_buf *out, double value)
{
    char text[PAL_NUM_SIZE];
    pal_csv_field(out, isfinite(value) ? (pal_str){text, pal_num_write(value, text)} : PAL_STR(""),
                  false);
}

static enum pal_status list(struct protect_call *call, const struct pal_published *found,
                            struct pal_error *err)
{
    struct pal_buf from;
    pal_buf_init(&from, call->cli->arena, 1 << 24);
    pal_buf_adds(&call->out, "file,line,cell,printed,low,high,exact,by,from\n");
    for (size_t i = 0; i < found->cells; i++) {
        const struct pal_published_cell *c = &found->cell[i];
        if (!pal_published_inferred(c))
            continue;
        pal_buf_clear(&from);
        for (size_t k = 0; k < c->from_n; k++) {
            const struct pal_published_cell *f = &found->cell[c->from[k]];
            pal_buf_addf(&from, "%s%.*s = %.*s", k ? "; " : "", PAL_ARG(f->key),
                         PAL_ARG(f->printed));
        }
        PAL_TRY(pal_buf_status(&from, "the cells it follows from", err));
        pal_csv_field_safe(&call->out, pal_str_of(c->file), true);
        number(&call->out, (double)c->line);
        pal_csv_field_safe(&call->out, c->key, false);
        pal_csv_field_safe(&call->out, c->printed, false);
        number(&call->out, c->told_low);
        number(&call->out, c->told_high);
        pal_csv_field(&call->out,
                      c->told_high - c->told_low < 1e-9 * fmax(1, fabs(c->told_high))
                          ? PAL_STR("yes")
                          : PAL_STR("no"),
                      false);
        pal_csv_field_safe(&call->out,
                           c->family == SIZE_MAX ? PAL_STR("printed elsewhere")
                                                 : found->family[c->family].name,
                           false);
        pal_csv_field_safe(&call->out, pal_buf_str(&from), false);
        pal_csv_end(&call->out);
    }
    return PAL_OK;
}

static void tell(FILE *to, const struct pal_published_family *f)
{
    fprintf(to, "%.*s: ", PAL_ARG(f->name));
    if (f->printed)
        fprintf(to, "%zu of %zu printed totals are the sum of their parts", f->adds, f->printed);
    if (f->masked)
        fprintf(to,
                "%s%zu totals have hidden parts, %zu of them just one; where no key is repeated, "
                "%zu of %zu differences fit its mark",
                f->printed ? "; " : "", f->masked, f->single, f->within, f->tested);
    if (f->beside)
        fprintf(to, "%zu hidden counts stand beside their rates", f->beside);
    fprintf(to, "%s\n", f->used ? "" : "; not used");
    if (f->top_masked)
        fprintf(to,
                "  with all else at its total: %zu totals with hidden parts, %zu of them just one; "
                "%zu of %zu differences fit\n",
                f->top_masked, f->top_single, f->top_within, f->top_tested);
}

enum pal_status protect_attack(struct protect_call *call, struct pal_error *err)
{
    struct cli *cli = call->cli;
    const struct protect_options *o = call->options;
    struct pal_published_options how = {.value = pal_str_of(o->value),
                                        .population = o->population.n};
    struct pal_grid *grid = pal_arena_alloc(cli->arena, cli->operands.n, sizeof *grid);
    struct pal_grid *people = pal_arena_alloc(cli->arena, o->population.n + 1, sizeof *people);
    struct pal_published found;
    if (!grid || !people)
        return pal_nomem(err, "the published tables");
    for (size_t i = 0; i < cli->operands.n; i++)
        PAL_TRY(pal_grid_read(cli->operands.item[i], cli->arena, &grid[i], err));
    for (size_t i = 0; i < o->population.n; i++)
        PAL_TRY(pal_grid_read(o->population.item[i], cli->arena, &people[i], err));
    how.populations = people;
    PAL_TRY(pal_published_attack(grid, cli->operands.n, &how, cli->arena, &found, err));
    PAL_TRY(list(call, &found, err));
    size_t hidden = 0;
    for (size_t i = 0; i < found.cells; i++)
        hidden += found.cell[i].hidden;
    for (size_t f = 0; f < found.families; f++)
        tell(cli->err, &found.family[f]);
    fprintf(cli->err,
            "hidden cells: %zu of %zu; known exactly: %zu; known better than their mark "
            "says: %zu\n",
            hidden, found.cells, found.told, found.narrowed);
    if (found.told + found.narrowed)
        cli->verdict = CLI_EXIT_DATA;
    return PAL_OK;
}
