/* load_rows.c: one row more, judged by itself. */
#include "load.h"

static bool grow_rows(struct loader *l)
{
    /* Many at first: a column of numbers then has pages of its own, which cost nothing unused. */
    const size_t old = l->cap, cap = old ? old * 2 : 32 * 1024;
#define GROW(array)                                                                                \
    do {                                                                                           \
        void *grown_ = pal_arena_grow(l->arena, (array), old, cap, sizeof *(array));               \
        if (!grown_)                                                                               \
            return false;                                                                          \
        (array) = grown_;                                                                          \
    } while (0)
    GROW(l->area);
    GROW(l->measure_code);
    GROW(l->field);
    GROW(l->period);
    GROW(l->value);
    GROW(l->low);
    GROW(l->high);
    GROW(l->absent);
    GROW(l->state);
    GROW(l->line);
    if (l->d->paths_n > 1)
        GROW(l->file_of);
    for (size_t i = 0; i < l->columns; i++)
        if (l->column[i].kept)
            GROW(l->column[i].code);
    for (size_t i = 0; i < l->dimensions; i++)
        GROW(l->dimension[i].code);
#undef GROW
    l->cap = cap;
    return true;
}

enum pal_status load_emit(struct loader *l, const struct pal_record *record,
                          const struct load_cell *cell, struct pal_error *err)
{
    if (l->rows == l->cap && !grow_rows(l))
        return pal_nomem(err, l->file);
    const size_t row = l->rows;
    bool bad = record->fields != l->columns || l->record_bad;
    l->area[row] = load_area_of_record(l, record, &bad);
    l->period[row] =
        cell->period == INT32_MIN ? load_period_of_record(l, record, &bad) : cell->period;
    bad |=
        cell->period != INT32_MIN && !load_year_possible(l, cell->period); /* said of its column */
    for (size_t k = 0; k < l->dimensions; k++)
        l->dimension[k].code[row] =
            load_dimension_code(l, &l->dimension[k], record, l->area[row], &bad);
    size_t measure = cell->measure == SIZE_MAX ? load_measure_of_record(l) : cell->measure;
    if (measure != SIZE_MAX)
        load_set_pairs(l, row, l->measure[measure].from->set, l->measure[measure].from->set_n);
    load_set_pairs(l, row, cell->set, cell->set_n);
    const struct load_reading r =
        load_value(l, record, cell, measure == SIZE_MAX ? NULL : &l->measure[measure]);
    l->value[row] = r.value;
    l->low[row] = r.low;
    l->high[row] = r.high;
    l->absent[row] = (uint8_t)r.absent;
    l->any_bounds |= r.absent == PAL_BELOW_THRESHOLD;
    l->measure_code[row] = measure == SIZE_MAX ? 0 : l->measure[measure].code;
    l->field[row] = cell->field;
    l->line[row] = record->line;
    if (l->file_of)
        l->file_of[row] = l->file_at;
    for (size_t i = 0; i < l->columns; i++)
        if (l->column[i].kept)
            l->column[i].code[row] = l->here[i];
    l->state[row] = bad || r.bad ? PAL_ROW_ERROR : PAL_ROW_ENTERS;
    for (size_t i = 0; l->state[row] == PAL_ROW_ENTERS && i < l->d->asides_n; i++) {
        if (load_conditions_hold(l, &l->aside[i])) {
            l->state[row] = PAL_ROW_SET_ASIDE;
            l->aside_count[i]++;
        }
    }
    if (l->state[row] == PAL_ROW_ENTERS && l->d->measures_n && measure == SIZE_MAX) {
        l->state[row] = PAL_ROW_SET_ASIDE;
        load_say_no_measure(l, record);
    }
    l->rows++;
    l->record_told = true;
    return PAL_OK;
}
