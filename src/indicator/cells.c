/* cells.c: the rows of a dataset that an operand takes, summed by area, period and breakdown.
 *
 * A row belongs to the operand when its measure and conditions fit and every dimension that is
 * neither asked for nor conditioned stands at its total, or does not apply. A dimension for which
 * the source never gives a total, among the rows that otherwise fit, is summed over. */
#include "inside.h"

#include <string.h>

uint32_t codes_add(struct codes *codes, pal_str text)
{
    const size_t at = pal_map_add(codes->map, text, NULL);
    return at == SIZE_MAX ? UINT32_MAX : (uint32_t)at;
}

pal_str codes_text(const struct codes *codes, uint32_t code)
{
    return pal_map_key(codes->map, code);
}

enum pal_status cells_new(const struct pal_operand *operand, const struct pal_dataset *dataset,
                          size_t by_n, const pal_str *by, struct pal_arena *arena,
                          struct cells **out, struct pal_error *err)
{
    struct cells *cells = pal_arena_alloc(arena, 1, sizeof *cells);
    if (!cells)
        return pal_nomem(err, "cells");
    *cells = (struct cells){.operand = operand, .dataset = dataset, .by_n = by_n, .arena = arena};
    for (size_t b = 0; b < by_n; b++)
        cells->by[b] = by[b];
    *out = cells;
    return pal_groups_new(arena, KEY_BY + by_n, &cells->groups, err);
}

/* ---- which rows --------------------------------------------------------------------------- */

static enum pal_status add_test(struct cells *c, const struct pal_column *column,
                                struct pal_arena *arena, uint8_t **pass, struct pal_error *err)
{
    *pass = pal_arena_alloc(arena, pal_dict_count(column->dict) + 1, 1);
    if (!*pass)
        return pal_nomem(err, "conditions");
    if (c->tests == CELLS_TESTS)
        return pal_fail_at(err, PAL_SYNTAX, &c->operand->at, "more than %d conditions",
                           CELLS_TESTS);
    c->test[c->tests++] = (struct row_test){column->code, *pass};
    return PAL_OK;
}

static enum pal_status unknown_column(const struct pal_dataset *dataset,
                                      const struct pal_condition *condition,
                                      struct pal_arena *arena, struct pal_error *err)
{
    const size_t columns = dataset->columns_n, n = columns + dataset->dimensions;
    pal_str *known = pal_arena_alloc(arena, n + 1, sizeof *known);
    if (!known)
        return pal_nomem(err, "conditions");
    for (size_t i = 0; i < n; i++)
        known[i] = i < columns ? dataset->batch.col[i].name : dataset->dimension[i - columns].name;
    const pal_str near = pal_nearest(condition->column, known, n);
    return pal_fail_at(err, PAL_SYNTAX, &condition->at,
                       "the dataset '%.*s' has no column or dimension '%.*s'%s%.*s%s",
                       PAL_ARG(pal_descriptor_name(dataset->descriptor)),
                       PAL_ARG(condition->column), PAL_NEAR(near));
}

/* What an operand may name was checked against the descriptor; the file at hand can still lack a
 * column, or never use a code. */
static enum pal_status test_condition(struct cells *c, const struct pal_condition *condition,
                                      struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_column *column = pal_dataset_filter_column(c->dataset, condition->column);
    uint8_t *pass;
    if (!column || column->type != PAL_COLUMN_CODE)
        return unknown_column(c->dataset, condition, arena, err);
    PAL_TRY(add_test(c, column, arena, &pass, err));
    for (size_t k = 0; k < condition->n; k++)
        pass[pal_dict_find(column->dict, condition->value[k])] = 1;
    pass[0] = 0;
    return PAL_OK;
}

static enum pal_status test_measure(struct cells *c, struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_dataset *dataset = c->dataset;
    const struct pal_operand *operand = c->operand;
    uint8_t *pass;
    if (!dataset->measure)
        return PAL_OK;
    PAL_TRY(add_test(c, dataset->measure, arena, &pass, err));
    for (size_t k = 0; k < operand->values; k++)
        pass[pal_dict_find(dataset->measure->dict, operand->value[k])] = 1;
    if (!operand->values && pal_descriptor_measures(dataset->descriptor))
        pass[pal_dict_find(dataset->measure->dict,
                           pal_descriptor_measure(dataset->descriptor, 0)->name)] = 1;
    pass[0] = 0;
    return PAL_OK;
}

static bool conditioned(const struct cells *c, pal_str dimension)
{
    for (size_t i = 0; i < c->operand->conditions; i++) {
        const size_t k = pal_dataset_dimension(c->dataset, c->operand->condition[i].column);
        if (k != SIZE_MAX && pal_str_eq(c->dataset->dimension[k].name, dimension))
            return true;
    }
    return false;
}

/* The code numbers of a breakdown. What does not apply to this measure is no breakdown of it: it
 * stands at the total. */
static enum pal_status number_codes(struct cells_dimension *dimension,
                                    const struct pal_column *column, struct codes *codes,
                                    struct pal_arena *arena, struct pal_error *err)
{
    const size_t n = pal_dict_count(column->dict);
    uint32_t *to = pal_arena_alloc(arena, n + 1, sizeof *to);
    if (!to)
        return pal_nomem(err, "breakdowns");
    to[0] = UINT32_MAX;
    for (uint32_t code = 1; code < n; code++)
        if ((to[code] = codes_add(codes, pal_dict_text(column->dict, code))) == UINT32_MAX)
            return pal_nomem(err, "breakdowns");
    if (dimension->none)
        to[dimension->none] = 0;
    dimension->to = to;
    return PAL_OK;
}

enum pal_status cells_prepare(struct cells *c, struct codes *codes, struct pal_arena *arena,
                              struct pal_error *err)
{
    const struct pal_dataset *dataset = c->dataset;
    c->test = pal_arena_alloc(arena, CELLS_TESTS, sizeof *c->test);
    c->dimension = pal_arena_alloc(arena, dataset->dimensions + 1, sizeof *c->dimension);
    if (!c->test || !c->dimension)
        return pal_nomem(err, "conditions");
    PAL_TRY(test_measure(c, arena, err));
    for (size_t i = 0; i < c->operand->conditions; i++)
        PAL_TRY(test_condition(c, &c->operand->condition[i], arena, err));
    c->plain = c->tests;
    for (size_t k = 0; k < dataset->dimensions; k++) {
        const struct pal_column *column = &dataset->dimension[k];
        struct cells_dimension *d = &c->dimension[k];
        d->code = column->code;
        d->total = pal_dict_find(column->dict, PAL_STR("_T"));
        d->none = pal_dict_find(column->dict, PAL_STR("_Z"));
        d->conditioned = conditioned(c, column->name);
        d->by = 0;
        while (d->by < c->by_n && !pal_str_eq_nocase(c->by[d->by], column->name))
            d->by++;
        if (d->by < c->by_n)
            PAL_TRY(number_codes(d, column, codes, arena, err));
        else
            d->by = SIZE_MAX;
        c->undecided += d->total || d->none;
    }
    return PAL_OK;
}

static bool passes(const struct cells *c, size_t tests, size_t row)
{
    for (size_t k = 0; k < tests; k++)
        if (!c->test[k].pass[c->test[k].code[row]])
            return false;
    return true;
}

static void see_totals(struct cells *c, size_t row)
{
    for (size_t k = 0; k < c->dataset->dimensions; k++) {
        struct cells_dimension *d = &c->dimension[k];
        const uint32_t code = d->code[row];
        if (code && !d->gives_total && (code == d->total || code == d->none)) {
            d->gives_total = true;
            c->undecided--;
        }
    }
}

/* Dimensions that nobody asked for are held at the totals that the source gives. */
static enum pal_status hold_dimensions(struct cells *c, struct pal_arena *arena,
                                       struct pal_error *err)
{
    for (size_t k = 0; k < c->dataset->dimensions; k++) {
        const struct cells_dimension *d = &c->dimension[k];
        uint8_t *pass;
        if (d->by != SIZE_MAX || d->conditioned || !d->gives_total)
            continue;
        PAL_TRY(add_test(c, &c->dataset->dimension[k], arena, &pass, err));
        pass[d->total] = 1;
        pass[d->none] = 1;
        pass[0] = 0;
    }
    return PAL_OK;
}

/* ---- adding --------------------------------------------------------------------------------- */

static enum pal_status link_row(struct cells *c, struct cell *cell, uint32_t row,
                                struct pal_error *err)
{
    if (c->links == c->links_cap) {
        const uint32_t cap = c->links_cap ? c->links_cap * 2 : 1024;
        struct row_link *grown =
            pal_arena_grow(c->arena, c->link, c->links_cap, cap, sizeof *grown);
        if (!grown || cap < c->links_cap)
            return pal_nomem(err, "cells");
        c->link = grown;
        c->links_cap = cap;
    }
    c->link[c->links++] = (struct row_link){row, 0};
    if (cell->last)
        c->link[cell->last - 1].next = c->links;
    else
        cell->first = c->links;
    cell->last = c->links;
    return PAL_OK;
}

static enum pal_status add_row_to(struct cells *c, struct cell *cell, size_t row,
                                  struct pal_error *err)
{
    const struct pal_dataset *dataset = c->dataset;
    const struct pal_column *v = dataset->value;
    PAL_TRY(link_row(c, cell, (uint32_t)row, err));
    if (dataset->batch.state[row] == PAL_ROW_ERROR) {
        cell->left_out++;
        return PAL_OK;
    }
    cell->marks |= dataset->mark[row];
    if (v->absent[row] == PAL_PRESENT) {
        cell->present++;
        pal_sum_add(&cell->sum, v->value[row]);
    } else if (v->absent[row] == PAL_BELOW_THRESHOLD) {
        cell->censored++;
        cell->low += v->low[row];
        cell->high += v->high[row];
    } else if (!cell->missing++) {
        cell->absent = v->absent[row];
    }
    return PAL_OK;
}

void cell_add(struct cell *into, const struct cell *from)
{
    pal_sum_merge(&into->sum, &from->sum);
    into->low += from->low;
    into->high += from->high;
    into->present += from->present;
    into->censored += from->censored;
    if (from->missing && !into->missing)
        into->absent = from->absent;
    into->missing += from->missing;
    into->left_out += from->left_out;
    into->marks |= from->marks;
}

enum pal_status cell_merge(struct cells *into_cells, struct cell *into,
                           const struct cells *from_cells, const struct cell *from,
                           struct pal_error *err)
{
    cell_add(into, from);
    for (uint32_t at = from->first; at; at = from_cells->link[at - 1].next)
        PAL_TRY(link_row(into_cells, into, from_cells->link[at - 1].row, err));
    return PAL_OK;
}

enum pal_status cells_at(struct cells *cells, const uint32_t *key, struct cell **out,
                         struct pal_error *err)
{
    const uint32_t g = pal_groups_add(cells->groups, key);
    if (g == PAL_NO_GROUP)
        return pal_nomem(err, "cells");
    if (g >= cells->cap) {
        const size_t cap = cells->cap ? cells->cap * 2 : 1024;
        struct cell *grown =
            pal_arena_grow(cells->arena, cells->cell, cells->cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "cells");
        cells->cell = grown;
        cells->cap = cap;
    }
    *out = &cells->cell[g];
    return PAL_OK;
}

const struct cell *cells_find(const struct cells *cells, const uint32_t *key)
{
    const uint32_t g = pal_groups_find(cells->groups, key);
    return g == PAL_NO_GROUP ? NULL : &cells->cell[g];
}

/* Is a cell broken down by dimensions that the definition crosses? */
static bool is_asked(const struct cells *c, const uint32_t *key)
{
    size_t first = 0;
    while (first < c->by_n && !key[KEY_BY + first])
        first++;
    for (size_t b = first + 1; b < c->by_n; b++)
        if (key[KEY_BY + b] && c->by_group[b] != c->by_group[first])
            return false;
    return true;
}

/* The row into its own cell, and into the totals of those breakdowns that the definition says add
 * up and the source gives no total for: 2^m cells for m such breakdowns. */
static enum pal_status add_row(struct cells *c, uint32_t area, size_t row, struct pal_error *err)
{
    uint32_t key[KEY_WIDTH];
    size_t summed[PAL_MAX_BREAKDOWNS], n = 0;
    memset(key, 0, (KEY_BY + c->by_n) * sizeof *key);
    key[KEY_AREA] = area;
    key[KEY_PERIOD] = (uint32_t)c->dataset->period[row];
    for (size_t k = 0; k < c->dataset->dimensions; k++) {
        const struct cells_dimension *d = &c->dimension[k];
        if (d->by == SIZE_MAX)
            continue;
        key[KEY_BY + d->by] = d->to[d->code[row]];
        if (key[KEY_BY + d->by] == UINT32_MAX)
            return PAL_OK; /* its category has no code: a finding, and no cell */
        if (!d->gives_total && c->sums[d->by])
            summed[n++] = d->by;
    }
    for (uint32_t subset = 0; subset < (1u << n); subset++) {
        uint32_t cell_key[KEY_WIDTH];
        struct cell *cell = NULL;
        bool twice = false;
        memcpy(cell_key, key, (KEY_BY + c->by_n) * sizeof *key);
        for (size_t i = 0; i < n; i++) {
            if (!(subset >> i & 1))
                continue;
            twice |= cell_key[KEY_BY + summed[i]] == 0;
            cell_key[KEY_BY + summed[i]] = 0;
        }
        if (twice || !is_asked(c, cell_key))
            continue;
        PAL_TRY(cells_at(c, cell_key, &cell, err));
        PAL_TRY(add_row_to(c, cell, row, err));
    }
    return PAL_OK;
}

/* Cells by the measure that they take, so that a row looks at few of them. */
struct by_measure {
    size_t measures;
    uint32_t *start; /* [measures + 1] */
    struct cells **of;
};

static bool takes(const struct cells *c, uint32_t measure)
{
    return !c->dataset->measure || c->test[0].pass[measure];
}

static enum pal_status sort_by_measure(struct cells *const *cells, size_t n,
                                       struct pal_arena *arena, struct by_measure *out,
                                       struct pal_error *err)
{
    const struct pal_dataset *dataset = cells[0]->dataset;
    out->measures = dataset->measure ? pal_dict_count(dataset->measure->dict) : 1;
    out->start = pal_arena_alloc(arena, out->measures + 1, sizeof *out->start);
    out->of = pal_arena_alloc(arena, out->measures * n + 1, sizeof *out->of);
    if (!out->start || !out->of)
        return pal_nomem(err, "cells");
    for (uint32_t m = 0; m < out->measures; m++) {
        out->start[m + 1] = out->start[m];
        for (size_t i = 0; i < n; i++)
            if (takes(cells[i], m))
                out->of[out->start[m + 1]++] = cells[i];
    }
    return PAL_OK;
}

static bool wanted_period(const struct pal_compute *compute, int32_t period)
{
    return period != INT32_MIN && !(compute->period_from && period < compute->period_from) &&
           !(compute->period_to && period > compute->period_to);
}

enum pal_status cells_collect(struct cells *const *cells, size_t n,
                              const struct pal_compute *compute, struct pal_arena *arena,
                              struct pal_error *err)
{
    if (!n)
        return PAL_OK;
    const struct pal_dataset *dataset = cells[0]->dataset;
    const struct pal_batch *batch = &dataset->batch;
    const uint32_t world = pal_areas_by_code(compute->areas, PAL_STR("001"));
    struct by_measure by = {0};
    PAL_TRY(sort_by_measure(cells, n, arena, &by, err));
    for (size_t row = 0; row < batch->rows; row++) {
        if (batch->state[row] != PAL_ROW_ENTERS)
            continue;
        const uint32_t m = dataset->measure ? dataset->measure->code[row] : 0;
        for (uint32_t i = by.start[m]; i < by.start[m + 1]; i++)
            if (by.of[i]->undecided && passes(by.of[i], by.of[i]->plain, row))
                see_totals(by.of[i], row);
    }
    for (size_t i = 0; i < n; i++)
        PAL_TRY(hold_dimensions(cells[i], arena, err));
    for (size_t row = 0; row < batch->rows; row++) {
        const uint8_t state = batch->state[row];
        if (state > PAL_ROW_ERROR || !wanted_period(compute, dataset->period[row]))
            continue;
        /* A row of no known place would at least have entered the world. */
        const uint32_t area = dataset->area[row] != PAL_NO_AREA ? dataset->area[row]
                              : state == PAL_ROW_ERROR          ? world
                                                                : PAL_NO_AREA;
        if (area == PAL_NO_AREA)
            continue;
        const uint32_t m = dataset->measure ? dataset->measure->code[row] : 0;
        for (uint32_t i = by.start[m]; i < by.start[m + 1]; i++)
            if (passes(by.of[i], by.of[i]->tests, row))
                PAL_TRY(add_row(by.of[i], area, row, err));
    }
    return PAL_OK;
}
