/* table_plan.c: which figure stands where, before any language. One pass over the figures of each
 * indicator fills the slots of its columns. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

bool report_has_value(const struct pal_figure *figure)
{
    const struct pal_figure_estimate *e = &figure->estimate;
    return (e->absent == PAL_PRESENT && e->status == PAL_ANSWER_OK) || e->has_bounds;
}

/* The figures of one definition stand together, sorted by code. */
static void range_of(const struct pal_figures *all, const struct pal_definition *definition,
                     size_t *from, size_t *to)
{
    size_t low = 0, high = all->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (pal_str_cmp(all->figure[middle].definition->code, definition->code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *from = low;
    high = all->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (pal_str_cmp(all->figure[middle].definition->code, definition->code) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    *to = low;
}

/* ---- columns -----------------------------------------------------------------------------------
 */

static int by_year(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* The years that the table prints, ascending; years without a figure are left out. */
static enum pal_status find_periods(const struct pal_report_input *input,
                                    const struct pal_table_definition *definition,
                                    struct pal_arena *arena, const int32_t **out, size_t *n,
                                    struct pal_error *err)
{
    enum { YEARS = 10000 };
    uint8_t *seen = pal_arena_alloc(arena, YEARS, 1);
    int32_t *period = NULL;
    size_t count = 0;
    if (!seen)
        return pal_nomem(err, "a table's years");
    for (size_t i = 0; i < definition->indicators; i++) {
        size_t from, to;
        range_of(input->figures, definition->indicator[i], &from, &to);
        for (size_t f = from; f < to; f++) {
            const int32_t year = input->figures->figure[f].period;
            if (year > 0 && year < YEARS && report_has_value(&input->figures->figure[f]))
                seen[year] = 1;
        }
    }
    for (size_t y = 0; y < YEARS; y++)
        count += seen[y];
    period = pal_arena_alloc(arena, count + 1, sizeof *period);
    if (!period)
        return pal_nomem(err, "a table's years");
    count = 0;
    for (int32_t y = 0; y < YEARS; y++) {
        if (seen[y] && (definition->periods != REPORT_LISTED ||
                        bsearch(&y, definition->period, definition->periods_n,
                                sizeof *definition->period, by_year)))
            period[count++] = y;
    }
    const size_t skip = definition->periods == REPORT_LATEST_N && count > definition->periods_n
                            ? count - definition->periods_n
                            : 0;
    *out = period + skip;
    *n = count - skip;
    return PAL_OK;
}

static size_t combinations(const struct pal_table_definition *t, const struct pal_definition *d)
{
    size_t n = 1;
    for (size_t b = 0; b < t->breakdowns; b++)
        if (report_is_by(d, t->breakdown[b].dimension))
            n *= t->breakdown[b].n;
    return n;
}

/* The c-th combination of an indicator's breakdown codes, the last dimension running fastest. */
static void combination(const struct pal_table_definition *t, const struct pal_definition *d,
                        size_t c, pal_str *code)
{
    for (size_t b = t->breakdowns; b-- > 0;) {
        if (!report_is_by(d, t->breakdown[b].dimension))
            continue;
        code[b] = t->breakdown[b].code[c % t->breakdown[b].n];
        c /= t->breakdown[b].n;
    }
}

static enum pal_status make_columns(struct plan *plan, struct pal_arena *arena,
                                    struct pal_error *err)
{
    const struct pal_table_definition *t = plan->definition;
    const int32_t *period = NULL;
    size_t periods = 1, n = 0;
    if (t->periods_across)
        PAL_TRY(find_periods(plan->input, t, arena, &period, &periods, err));
    for (size_t i = 0; i < t->indicators; i++)
        n += combinations(t, t->indicator[i]) * periods;
    if (n > 4096)
        return pal_fail(err, PAL_DATA, "table '%.*s' would have %zu columns", PAL_ARG(t->name), n);
    plan->column = pal_arena_alloc(arena, n + 1, sizeof *plan->column);
    if (!plan->column)
        return pal_nomem(err, "a table's columns");
    for (size_t i = 0; i < t->indicators; i++) {
        size_t from, to;
        range_of(plan->input->figures, t->indicator[i], &from, &to);
        if (from == to)
            continue; /* nothing of it was computed: it has no place in this cycle's table */
        for (size_t c = 0; c < combinations(t, t->indicator[i]); c++) {
            pal_str *code = pal_arena_alloc(arena, t->breakdowns + 1, sizeof *code);
            if (!code)
                return pal_nomem(err, "a table's columns");
            combination(t, t->indicator[i], c, code);
            for (size_t p = 0; p < periods; p++)
                plan->column[plan->columns++] =
                    (struct plan_column){i, code, period ? period[p] : 0, t->interval[i]};
        }
    }
    return PAL_OK;
}

static enum pal_status make_keys(struct plan *plan, struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_table_definition *t = plan->definition;
    plan->keys = 1;
    if (t->rows == REPORT_ROWS_PERIODS)
        return find_periods(plan->input, t, arena, &plan->period, &plan->keys, err);
    if (t->rows == REPORT_ROWS_BREAKDOWN) {
        const struct report_label_set *set = report_labels_find(t->labels, t->row_dimension);
        pal_str *code = pal_arena_alloc(arena, (set ? set->n : 0) + 1, sizeof *code);
        if (!code)
            return pal_nomem(err, "a table's rows");
        plan->keys = set ? set->n : 0;
        for (size_t i = 0; i < plan->keys; i++)
            code[i] = set->code[i].code;
        plan->code = code;
    }
    return PAL_OK;
}

/* ---- figures into slots
 * --------------------------------------------------------------------------
 */

/* Figures of one breakdown share its codes, so which columns they belong to is found out once. */
struct class
{
    const pal_str *codes;
    size_t key; /* row of a breakdown; SIZE_MAX: of none   */
    size_t n;
    uint32_t *column;
};
struct classes {
    struct class *item;
    size_t n, cap, last;
};

static bool is_total(pal_str code)
{
    return !code.len || pal_str_eq(code, PAL_STR("_T")) || pal_str_eq(code, PAL_STR("_Z"));
}

static pal_str wanted(const struct plan *plan, const struct plan_column *column, pal_str dimension)
{
    const struct pal_table_definition *t = plan->definition;
    for (size_t b = 0; b < t->breakdowns; b++)
        if (pal_str_eq_nocase(t->breakdown[b].dimension, dimension))
            return column->code[b];
    return (pal_str){NULL, 0};
}

static bool column_takes(const struct plan *plan, const struct plan_column *column,
                         const pal_str *codes)
{
    const struct pal_figures *all = plan->input->figures;
    for (size_t k = 0; k < all->breakdowns; k++) {
        if (plan->definition->row_dimension.len &&
            pal_str_eq_nocase(all->breakdown[k], plan->definition->row_dimension))
            continue;
        const pal_str want = wanted(plan, column, all->breakdown[k]);
        if (is_total(want) ? !is_total(codes[k]) : !pal_str_eq(want, codes[k]))
            return false;
    }
    return true;
}

static size_t key_of(const struct plan *plan, const pal_str *codes)
{
    const struct pal_figures *all = plan->input->figures;
    if (plan->definition->rows != REPORT_ROWS_BREAKDOWN)
        return 0;
    for (size_t k = 0; k < all->breakdowns; k++) {
        if (!pal_str_eq_nocase(all->breakdown[k], plan->definition->row_dimension))
            continue;
        for (size_t i = 0; i < plan->keys; i++)
            if (pal_str_eq(plan->code[i], codes[k]))
                return i;
    }
    return SIZE_MAX;
}

static const struct class *class_of(const struct plan *plan, struct classes *all, size_t indicator,
                                    const pal_str *codes, struct pal_arena *arena)
{
    for (size_t tried = 0; tried < all->n; tried++) { /* they come in turn, again and again */
        const size_t at = (all->last + tried) % all->n;
        if (all->item[at].codes == codes) {
            all->last = at + 1;
            return &all->item[at];
        }
    }
    if (all->n == all->cap) {
        const size_t cap = all->cap ? all->cap * 2 : 64;
        struct class *grown = pal_arena_grow(arena, all->item, all->cap, cap, sizeof *grown);
        if (!grown)
            return NULL;
        all->item = grown;
        all->cap = cap;
    }
    struct class *new = &all->item[all->n];
    *new = (struct class){.codes = codes, .key = key_of(plan, codes)};
    new->column = pal_arena_alloc(arena, plan->columns + 1, sizeof *new->column);
    if (!new->column)
        return NULL;
    for (size_t c = 0; c < plan->columns; c++)
        if (plan->column[c].indicator == indicator && column_takes(plan, &plan->column[c], codes))
            new->column[new->n++] = (uint32_t)c;
    all->last = ++all->n;
    return new;
}

/* A total counts as reported for a year only where at least half as many States stand behind it as
 * in its best year: otherwise the latest year, for which few have replied yet, would stand beside
 * the full ones of the States. */
static bool covered(const struct pal_figure *f, uint32_t most) { return f->coverage_n * 2 >= most; }

/* There is a value, or the Government took it back: an older year does not stand in for that. */
static bool says(const struct pal_figure *f)
{
    return report_has_value(f) || pal_str_eq(f->review_status, PAL_STR("withdrawn"));
}

static bool better(const struct pal_figure *new, const struct pal_figure *old, uint32_t most)
{
    if (!old)
        return true;
    const bool value = says(new), had = says(old);
    if (value != had)
        return value;
    if (covered(new, most) != covered(old, most))
        return covered(new, most);
    if (new->period != old->period)
        return new->period > old->period;
    return new->version > old->version;
}

static size_t key_of_period(const struct plan *plan, int32_t period)
{
    const int32_t *found =
        bsearch(&period, plan->period, plan->keys, sizeof *plan->period, by_year);
    return found ? (size_t)(found - plan->period) : SIZE_MAX;
}

struct filling {
    struct plan *plan;
    size_t indicator;
    struct classes classes;
    uint32_t *most; /* [slots] most States behind a total, of all its years */
    struct pal_arena *scratch;
};

static enum pal_status visit(struct filling *w, const struct pal_figure *f, bool counting,
                             struct pal_error *err)
{
    struct plan *plan = w->plan;
    const struct class *class = class_of(plan, &w->classes, w->indicator, f->breakdown, w->scratch);
    if (!class)
        return pal_nomem(err, "a table's figures");
    const size_t key =
        plan->definition->rows == REPORT_ROWS_PERIODS ? key_of_period(plan, f->period) : class->key;
    if (key == SIZE_MAX)
        return PAL_OK;
    for (size_t c = 0; c < class->n; c++) {
        const struct plan_column *column = &plan->column[class->column[c]];
        const size_t at = (f->area * plan->keys + key) * plan->columns + class->column[c];
        if (column->period && column->period != f->period)
            continue;
        if (counting) {
            if (report_has_value(f) && f->coverage_n > w->most[at])
                w->most[at] = f->coverage_n;
        } else if (better(f, plan->slot[at], w->most[at])) {
            plan->slot[at] = f;
            plan->any = true;
        }
    }
    return PAL_OK;
}

/* The figures of one area stand together; those of totals are looked at twice, first for the number
 * of States behind them. */
static enum pal_status fill(struct plan *plan, size_t indicator, uint32_t *most,
                            struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_figures *all = plan->input->figures;
    struct filling w = {.plan = plan, .indicator = indicator, .most = most, .scratch = scratch};
    size_t from, to;
    range_of(all, plan->definition->indicator[indicator], &from, &to);
    for (size_t i = from; i < to; i++) {
        const struct pal_figure *f = &all->figure[i];
        if (f->coverage_of && (i == from || f->area != f[-1].area))
            for (size_t k = i; k < to && all->figure[k].area == f->area; k++)
                PAL_TRY(visit(&w, &all->figure[k], true, err));
        PAL_TRY(visit(&w, f, false, err));
    }
    return PAL_OK;
}

enum pal_status report_plan(const struct pal_report_input *input,
                            const struct pal_table_definition *definition, struct pal_arena *arena,
                            struct plan *out, struct pal_error *err)
{
    *out = (struct plan){.input = input, .definition = definition};
    PAL_TRY(make_columns(out, arena, err));
    PAL_TRY(make_keys(out, arena, err));
    const size_t areas = pal_areas_count(input->areas), width = out->keys * out->columns;
    if (!width)
        return PAL_OK;
    out->slot = pal_arena_alloc(arena, areas + 1, width * sizeof *out->slot);
    uint32_t *most = pal_arena_alloc(arena, areas + 1, width * sizeof *most);
    if (!out->slot || !most)
        return pal_nomem(err, "a table's figures");
    for (size_t i = 0; i < definition->indicators; i++)
        PAL_TRY(fill(out, i, most, arena, err));
    return PAL_OK;
}
