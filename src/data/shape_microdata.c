/* shape_microdata.c: one row a record; it counts as one unless a value column says otherwise. */
#include "load.h"

static enum pal_status prepare(struct loader *l, struct pal_error *err)
{
    (void)l;
    (void)err;
    return PAL_OK;
}

static enum pal_status record(struct loader *l, const struct pal_record *record,
                              struct pal_error *err)
{
    const bool valued = l->value_column != SIZE_MAX;
    const struct load_cell cell = {.text =
                                       valued ? load_field(record, l->value_column) : PAL_STR("1"),
                                   .field = valued ? (uint32_t)l->value_column + 1 : 0,
                                   .period = INT32_MIN,
                                   .measure = SIZE_MAX};
    return load_emit(l, record, &cell, err);
}

const struct data_shape data_shape_microdata = {"microdata", prepare, record};
