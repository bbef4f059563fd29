/* cells.c: the rows of a dataset that an operand means, summed by area, period and breakdown.
 *
 * A row belongs to the operand when its measure and conditions fit and every dimension that is
 * neither asked for nor conditioned stands at its total. A dimension for which the source never
 * gives a total is summed over. */
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

const struct pal_dataset *compute_dataset(const struct pal_compute *compute, pal_str name)
{
    for (size_t i = 0; i < compute->datasets; i++)
        if (pal_str_eq(pal_descriptor_name(compute->dataset[i]->descriptor), name))
            return compute->dataset[i];
    return NULL;
}

struct test { /* does a row's code pass? */
    const uint32_t *code;
    const uint8_t *pass; /* [dict count] */
};

struct collect {
    const struct pal_dataset *dataset;
    struct test test[64];
    size_t tests;
    struct {
        const uint32_t *code;
        const uint32_t *to; /* [dict count] code number of all datasets; UINT32_MAX = no cell */
        bool total;         /* the source gives totals of its own */
    } by[PAL_MAX_BREAKDOWNS];
};

static enum pal_status add_test(struct collect *c, const struct pal_column *column,
                                struct pal_arena *arena, uint8_t **pass, struct pal_error *err)
{
    *pass = pal_arena_alloc(arena, pal_dict_count(column->dict) + 1, 1);
    if (!*pass || c->tests == PAL_COUNT(c->test))
        return pal_nomem(err, "conditions");
    c->test[c->tests++] = (struct test){column->code, *pass};
    return PAL_OK;
}

static enum pal_status test_condition(struct collect *c, const struct pal_condition *condition,
                                      struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_column *column = pal_dataset_filter_column(c->dataset, condition->column);
    uint8_t *pass;
    if (!column || column->type != PAL_COLUMN_CODE)
        return pal_fail_at(
            err, PAL_SYNTAX, &condition->at, "the dataset '%.*s' has no column or dimension '%.*s'",
            PAL_ARG(pal_descriptor_name(c->dataset->descriptor)), PAL_ARG(condition->column));
    PAL_TRY(add_test(c, column, arena, &pass, err));
    for (size_t k = 0; k < condition->n; k++)
        pass[pal_dict_find(column->dict, condition->value[k])] = 1;
    pass[0] = 0;
    return PAL_OK;
}

static enum pal_status test_measure(struct collect *c, const struct pal_operand *operand,
                                    struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_dataset *dataset = c->dataset;
    uint8_t *pass;
    if (!dataset->measure) {
        for (size_t k = 0; k < operand->values; k++)
            if (!pal_str_eq(operand->value[k], dataset->value->name))
                return pal_fail_at(err, PAL_SYNTAX, &operand->at,
                                   "the dataset '%.*s' has no measure '%.*s'",
                                   PAL_ARG(operand->dataset), PAL_ARG(operand->value[k]));
        return PAL_OK;
    }
    const size_t n = pal_descriptor_measures(dataset->descriptor);
    PAL_TRY(add_test(c, dataset->measure, arena, &pass, err));
    if (!operand->values) {
        if (n > 1)
            return pal_fail_at(err, PAL_SYNTAX, &operand->at,
                               "the dataset '%.*s' has %zu measures; 'value' names one",
                               PAL_ARG(operand->dataset), n);
        pass[pal_dict_find(dataset->measure->dict,
                           pal_descriptor_measure(dataset->descriptor, 0)->name)] = 1;
        return PAL_OK;
    }
    for (size_t k = 0; k < operand->values; k++) {
        const uint32_t code = pal_dict_find(dataset->measure->dict, operand->value[k]);
        if (!code) {
            pal_str names[64];
            for (size_t i = 0; i < n && i < PAL_COUNT(names); i++)
                names[i] = pal_descriptor_measure(dataset->descriptor, i)->name;
            const pal_str near =
                pal_nearest(operand->value[k], names, n < PAL_COUNT(names) ? n : PAL_COUNT(names));
            return pal_fail_at(
                err, PAL_SYNTAX, &operand->at, "the dataset '%.*s' has no measure '%.*s'%s%.*s%s",
                PAL_ARG(operand->dataset), PAL_ARG(operand->value[k]),
                near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
        }
        pass[code] = 1;
    }
    return PAL_OK;
}

/* Codes that rows passing the other tests really use: does the source give totals? */
static bool gives_total(const struct collect *c, const struct pal_column *column)
{
    const uint32_t total = pal_dict_find(column->dict, PAL_STR("_T"));
    const uint32_t none = pal_dict_find(column->dict, PAL_STR("_Z"));
    const struct pal_batch *batch = &c->dataset->batch;
    for (size_t row = 0; row < batch->rows; row++) {
        const uint32_t code = column->code[row];
        if (!code || (code != total && code != none))
            continue;
        bool pass = batch->state[row] == PAL_ROW_ENTERS;
        for (size_t k = 0; k < c->tests && pass; k++)
            pass = c->test[k].pass[c->test[k].code[row]];
        if (pass)
            return true;
    }
    return false;
}

static bool conditioned(const struct pal_operand *operand, const struct pal_dataset *dataset,
                        pal_str dimension)
{
    for (size_t i = 0; i < operand->conditions; i++) {
        const size_t k = pal_dataset_dimension(dataset, operand->condition[i].column);
        if (k != SIZE_MAX && pal_str_eq(dataset->dimension[k].name, dimension))
            return true;
    }
    return false;
}

static enum pal_status prepare_dimensions(struct collect *c, const struct pal_operand *operand,
                                          const struct pal_definition *d, struct codes *codes,
                                          struct pal_arena *arena, struct cells *out,
                                          struct pal_error *err)
{
    const struct pal_dataset *dataset = c->dataset;
    const size_t plain = c->tests; /* measure and conditions */
    for (size_t k = 0; k < dataset->dimensions; k++) {
        const struct pal_column *column = &dataset->dimension[k];
        size_t b = 0;
        while (b < d->by_n && !pal_str_eq_nocase(d->by[b], column->name))
            b++;
        const size_t now = c->tests;
        c->tests = plain;
        const bool total = gives_total(c, column);
        c->tests = now;
        const size_t n = pal_dict_count(column->dict);
        if (b < d->by_n) {
            uint32_t *to = pal_arena_alloc(arena, n + 1, sizeof *to);
            if (!to)
                return pal_nomem(err, "breakdowns");
            to[0] = UINT32_MAX;
            for (uint32_t code = 1; code < n; code++)
                to[code] = codes_add(codes, pal_dict_text(column->dict, code));
            /* What does not apply to this measure is no breakdown of it: it stands at the total. */
            const uint32_t none = pal_dict_find(column->dict, PAL_STR("_Z"));
            if (none)
                to[none] = 0;
            c->by[b].code = column->code;
            c->by[b].to = to;
            c->by[b].total = total;
            out->has_by[b] = true;
        } else if (total && !conditioned(operand, dataset, column->name)) {
            uint8_t *pass;
            PAL_TRY(add_test(c, column, arena, &pass, err));
            pass[pal_dict_find(column->dict, PAL_STR("_T"))] = 1;
            pass[pal_dict_find(column->dict, PAL_STR("_Z"))] = 1;
            pass[0] = 0;
        }
    }
    return PAL_OK;
}

static void cell_add(struct cell *cell, const struct pal_dataset *dataset, size_t row)
{
    const struct pal_column *v = dataset->value;
    if (dataset->batch.state[row] == PAL_ROW_ERROR) {
        cell->left_out++;
        return;
    }
    if (cell->lines < CELL_LINES)
        cell->line[cell->lines] = dataset->batch.line[row];
    cell->lines++;
    cell->marks |= dataset->mark[row];
    if (v->absent[row] == PAL_PRESENT) {
        cell->present++;
        pal_sum_add(&cell->sum, v->value[row]);
        pal_sum_add(&cell->low, v->value[row]);
        pal_sum_add(&cell->high, v->value[row]);
    } else if (v->absent[row] == PAL_BELOW_THRESHOLD) {
        cell->censored++;
        pal_sum_add(&cell->low, v->low[row]);
        pal_sum_add(&cell->high, v->high[row]);
    } else {
        if (!cell->missing++)
            cell->absent = (enum pal_absent)v->absent[row];
    }
}

void cell_merge(struct cell *into, const struct cell *from)
{
    pal_sum_merge(&into->sum, &from->sum);
    pal_sum_merge(&into->low, &from->low);
    pal_sum_merge(&into->high, &from->high);
    into->present += from->present;
    into->censored += from->censored;
    if (from->missing && !into->missing)
        into->absent = from->absent;
    into->missing += from->missing;
    into->left_out += from->left_out;
    into->marks |= from->marks;
    for (uint32_t i = 0; i < from->lines && i < CELL_LINES && into->lines + i < CELL_LINES; i++)
        into->line[into->lines + i] = from->line[i];
    into->lines += from->lines;
}

enum pal_status cells_at(struct cells *cells, const uint32_t *key, struct pal_arena *arena,
                         struct cell **out, struct pal_error *err)
{
    const uint32_t g = pal_groups_add(cells->groups, key);
    if (g == PAL_NO_GROUP)
        return pal_nomem(err, "cells");
    if (g >= cells->cap) {
        const size_t cap = cells->cap ? cells->cap * 2 : 1024;
        struct cell *grown = pal_arena_grow(arena, cells->cell, cells->cap, cap, sizeof *grown);
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

/* The row into its own cell, and into the totals of those breakdowns that the source gives no total
 * for: 2^m cells for m such breakdowns. */
static enum pal_status add_row(struct collect *c, const struct pal_definition *d, size_t row,
                               struct cells *out, struct pal_arena *arena, struct pal_error *err)
{
    uint32_t key[KEY_BY + PAL_MAX_BREAKDOWNS] = {0};
    size_t summed[PAL_MAX_BREAKDOWNS], n = 0;
    key[KEY_AREA] = c->dataset->area[row];
    key[KEY_PERIOD] = (uint32_t)c->dataset->period[row];
    for (size_t b = 0; b < d->by_n; b++) {
        if (!c->by[b].code)
            continue;
        key[KEY_BY + b] = c->by[b].to[c->by[b].code[row]];
        if (key[KEY_BY + b] == UINT32_MAX)
            return PAL_OK;
        if (!c->by[b].total)
            summed[n++] = b;
    }
    for (uint32_t subset = 0; subset < (1u << n); subset++) {
        uint32_t cell_key[KEY_BY + PAL_MAX_BREAKDOWNS];
        struct cell *cell = NULL;
        memcpy(cell_key, key, sizeof cell_key);
        for (size_t i = 0; i < n; i++)
            if (subset >> i & 1)
                cell_key[KEY_BY + summed[i]] = 0;
        PAL_TRY(cells_at(out, cell_key, arena, &cell, err));
        cell_add(cell, c->dataset, row);
    }
    return PAL_OK;
}

enum pal_status cells_collect(const struct pal_dataset *dataset, const struct pal_operand *operand,
                              const struct pal_definition *definition,
                              const struct pal_compute *compute, struct codes *codes,
                              struct pal_arena *arena, struct cells *out, struct pal_error *err)
{
    struct collect c = {.dataset = dataset};
    *out = (struct cells){.dataset = dataset};
    PAL_TRY(pal_groups_new(arena, KEY_BY + definition->by_n, &out->groups, err));
    PAL_TRY(test_measure(&c, operand, arena, err));
    for (size_t i = 0; i < operand->conditions; i++)
        PAL_TRY(test_condition(&c, &operand->condition[i], arena, err));
    PAL_TRY(prepare_dimensions(&c, operand, definition, codes, arena, out, err));
    const struct pal_batch *batch = &dataset->batch;
    for (size_t row = 0; row < batch->rows; row++) {
        if (batch->state[row] > PAL_ROW_ERROR || dataset->area[row] == PAL_NO_AREA)
            continue;
        const int32_t period = dataset->period[row];
        if (period == INT32_MIN || (compute->period_from && period < compute->period_from) ||
            (compute->period_to && period > compute->period_to))
            continue;
        bool pass = true;
        for (size_t k = 0; k < c.tests && pass; k++)
            pass = c.test[k].pass[c.test[k].code[row]];
        if (pass)
            PAL_TRY(add_row(&c, definition, row, out, arena, err));
    }
    return PAL_OK;
}
