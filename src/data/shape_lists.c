/* shape_lists.c: one row a pattern or person of overlapping lists; the value is a count, or 1. What
 * a list's column says is written as its crosswalk says ("obs" 1, "un" 0). */
#include "load.h"

static enum pal_status prepare(struct loader *l, struct pal_error *err)
{
    for (size_t i = 0; i < l->d->lists_n; i++) {
        size_t column;
        PAL_TRY(load_column_find(l, l->d->lists[i], NULL, &column, err));
        for (size_t k = 0; k < l->d->crosswalk_n; k++)
            if (pal_str_eq(l->d->crosswalk[k].column, l->d->lists[i]))
                l->column[column].crosswalk = &l->d->crosswalk[k].codes;
    }
    return PAL_OK;
}

static enum pal_status record(struct loader *l, const struct pal_record *record,
                              struct pal_error *err)
{
    const bool counted = l->value_column != SIZE_MAX;
    const struct load_cell cell = {.text =
                                       counted ? load_field(record, l->value_column) : PAL_STR("1"),
                                   .field = counted ? (uint32_t)l->value_column + 1 : 0,
                                   .period = INT32_MIN,
                                   .measure = SIZE_MAX};
    return load_emit(l, record, &cell, err);
}

const struct data_shape data_shape_lists = {"lists", prepare, record};
