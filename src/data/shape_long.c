/* shape_long.c: one row, one value. */
#include "load.h"

static enum pal_status prepare(struct loader *l, struct pal_error *err)
{
    if (l->value_column != SIZE_MAX)
        return PAL_OK;
    const struct pal_place at = {l->d->path, 0, 0};
    return pal_fail_at(err, PAL_SYNTAX, &at,
                       "shape long needs the role 'value': which column holds the values?");
}

static enum pal_status record(struct loader *l, const struct pal_record *record,
                              struct pal_error *err)
{
    const struct load_cell cell = {.text = load_field(record, l->value_column),
                                   .field = (uint32_t)l->value_column + 1,
                                   .period = INT32_MIN,
                                   .measure = SIZE_MAX};
    return load_emit(l, record, &cell, err);
}

const struct data_shape data_shape_long = {"long", prepare, record};
