/* shape_wide_columns.c: one column a measure, or several with the codes that each stands for. */
#include "load.h"

static enum pal_status prepare(struct loader *l, struct pal_error *err)
{
    for (size_t i = 0; i < l->d->measures_n; i++) {
        const struct data_measure *measure = l->measure[i].from;
        size_t *column = pal_arena_alloc(l->arena, measure->columns_n, sizeof *column);
        if (!column)
            return pal_nomem(err, "the measures");
        for (size_t k = 0; k < measure->columns_n; k++) {
            PAL_TRY(load_column_find(l, measure->column[k].column, &measure->at, &column[k], err));
            l->column[column[k]].kept = false;
        }
        l->measure[i].column = column;
    }
    return PAL_OK;
}

static enum pal_status record(struct loader *l, const struct pal_record *record,
                              struct pal_error *err)
{
    for (size_t i = 0; i < l->d->measures_n; i++) {
        const struct data_measure *measure = l->measure[i].from;
        if (!load_conditions_hold(l, &l->measure[i].where))
            continue;
        for (size_t k = 0; k < measure->columns_n; k++) {
            const size_t column = l->measure[i].column[k];
            const pal_str text = load_field(record, column);
            if (!text.len) {
                l->blanks++;
                continue;
            }
            const struct load_cell cell = {.text = text,
                                           .field = (uint32_t)column + 1,
                                           .period = INT32_MIN,
                                           .measure = i,
                                           .set_n = measure->column[k].set_n,
                                           .set = measure->column[k].set};
            PAL_TRY(load_emit(l, record, &cell, err));
        }
    }
    return PAL_OK;
}

const struct data_shape data_shape_wide_columns = {"wide-columns", prepare, record};
