/* dataset.c: a loaded dataset as the other rooms see it. */
#include "load.h"

static struct pal_column code_column(pal_str name, uint32_t *code, const struct pal_dict *dict)
{
    return (struct pal_column){.name = name, .type = PAL_COLUMN_CODE, .code = code, .dict = dict};
}

enum pal_status load_build(struct loader *l, struct pal_dataset *out, struct pal_error *err)
{
    const size_t cols = l->columns + l->dimensions + 2;
    struct pal_column *column = pal_arena_alloc(l->arena, cols, sizeof *column);
    uint8_t *mark = pal_arena_alloc(l->arena, l->rows + 1, 1);
    if (!column || !mark)
        return pal_nomem(err, l->file);
    size_t n = 0;
    for (size_t i = 0; i < l->columns; i++)
        if (l->column[i].kept)
            column[n++] = code_column(l->column[i].name, l->column[i].code, l->column[i].dict);
    out->columns_n = n;
    out->dimension = &column[n];
    out->dimensions = l->dimensions;
    for (size_t k = 0; k < l->dimensions; k++)
        column[n++] =
            code_column(l->dimension[k].from->name, l->dimension[k].code, l->dimension[k].dict);
    if (l->d->measures_n) {
        out->measure = &column[n];
        column[n++] = code_column(PAL_STR("measure"), l->measure_code, l->measures);
    }
    out->value = &column[n];
    column[n++] = (struct pal_column){.name = l->d->value.len ? l->d->value : PAL_STR("value"),
                                      .type = PAL_COLUMN_NUMBER,
                                      .value = l->value,
                                      .low = l->any_bounds ? l->low : NULL,
                                      .high = l->any_bounds ? l->high : NULL,
                                      .absent = l->absent};
    out->descriptor = l->d;
    out->area = l->area;
    out->period = l->period;
    out->mark = mark;
    out->field = l->field;
    out->file_of = l->file_of;
    out->batch = (struct pal_batch){l->rows, n, column, l->line, l->state, l->file};
    if (l->d->unit.len)
        out->unit = pal_dataset_filter_column(out, l->d->unit);
    out->rows_read = l->records;
    for (size_t i = 0; i < l->rows; i++)
        out->rows_error += l->state[i] == PAL_ROW_ERROR;
    return PAL_OK;
}

size_t pal_dataset_dimension(const struct pal_dataset *dataset, pal_str name)
{
    for (size_t k = 0; k < dataset->dimensions; k++)
        if (pal_str_eq_nocase(dataset->dimension[k].name, name))
            return k;
    return SIZE_MAX;
}

const struct pal_column *pal_dataset_filter_column(const struct pal_dataset *dataset, pal_str name)
{
    for (size_t i = 0; i < dataset->columns_n; i++)
        if (pal_str_eq(dataset->batch.col[i].name, name))
            return &dataset->batch.col[i];
    const size_t k = pal_dataset_dimension(dataset, name);
    if (k != SIZE_MAX)
        return &dataset->dimension[k];
    for (size_t i = 0; i < dataset->columns_n; i++)
        if (pal_str_eq_nocase(dataset->batch.col[i].name, name))
            return &dataset->batch.col[i];
    return NULL;
}

enum pal_status pal_batch_column(const struct pal_batch *batch, pal_str name,
                                 const struct pal_column **out, struct pal_error *err)
{
    for (size_t i = 0; i < batch->cols; i++) {
        if (pal_str_eq(batch->col[i].name, name)) {
            *out = &batch->col[i];
            return PAL_OK;
        }
    }
    return pal_fail(err, PAL_USAGE, "there is no column '%.*s'", PAL_ARG(name));
}

const struct pal_dataset_file *pal_dataset_file_of(const struct pal_dataset *dataset, size_t row)
{
    return &dataset->of_file[dataset->file_of ? dataset->file_of[row] : 0];
}
