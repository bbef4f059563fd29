/* figures_last.c: what figures.csv of the last release tells, where no ledger was kept of it. */
#include "figures.h"

#include <math.h>
#include <string.h>

static pal_str of_last(const struct law *law, size_t row, size_t column)
{
    return column == SIZE_MAX ? PAL_STR("") : protect_field(law->ask->last, row, column);
}

/* "TIP-01/ALB/2019/SEX=F", as pal_figure_key writes it, for every row of the last release. */
static enum pal_status read_last(struct law *law, struct pal_error *err)
{
    const struct pal_grid *g = law->ask->last;
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
            if (c > time && figures_is_total(code))
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
    const struct pal_grid *g = law->ask->last;
    const size_t value = pal_grid_column(g, PAL_STR("OBS_VALUE"));
    const size_t letter = pal_grid_column(g, PAL_STR("CONF_STATUS"));
    for (size_t l = 0; l < law->links; l++) {
        const struct pal_figure *f = &law->figures->figure[law->link[l].figure];
        struct count *c = &law->count[figures_same(law, law->link[l].count)];
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

enum pal_status figures_last(struct law *law, struct pal_error *err)
{
    if (!law->ask->last)
        return PAL_OK;
    PAL_TRY(read_last(law, err));
    return remember(law, err);
}

/* The last release printed the total: what was hidden of its parts adds up to what it left. */
enum pal_status figures_last_relation(struct law *law, struct pal_system *s,
                                      const struct part *part, size_t n, struct pal_error *err)
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
void figures_last_settle(const struct law *law, const size_t *count, size_t n, struct pal_system *s)
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
