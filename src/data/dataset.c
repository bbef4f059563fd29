/* dataset.c: a loaded dataset as the other rooms see it. */
#include "load.h"

static struct pal_column code_column(pal_str name, uint32_t *code, const struct pal_dict *dict)
{
    return (struct pal_column){.name = name, .type = PAL_COLUMN_CODE, .code = code, .dict = dict};
}

/* Of records: which categories hold no value, and why. Marks and declared answers are judged once a
 * category, not once a row. */
static enum pal_status find_reasons(const struct loader *l, const struct load_column *from,
                                    struct pal_column *column, struct pal_error *err)
{
    const size_t n = pal_dict_count(from->dict);
    uint8_t *why = pal_arena_alloc(l->arena, n + 1, 1);
    if (!why)
        return pal_nomem(err, l->file);
    why[0] = PAL_BLANK;
    for (uint32_t code = 1; code < n; code++) {
        const pal_str text = pal_str_trim(pal_dict_text(from->dict, code));
        const struct data_absent *mark = load_absent_mark(l, text);
        why[code] = code < from->declared.cap ? (uint8_t)from->declared.answer[code] : PAL_PRESENT;
        if (mark)
            why[code] = (uint8_t)mark->reason;
        else if (!text.len && why[code] == PAL_PRESENT)
            why[code] = PAL_BLANK;
        for (size_t i = 0; from->field && i < from->field->missing_n; i++)
            if (pal_str_eq(text, from->field->missing[i]) && why[code] == PAL_PRESENT)
                why[code] = PAL_NOT_COLLECTED;
    }
    column->why = why;
    return PAL_OK;
}

enum pal_status load_build(struct loader *l, struct pal_dataset *out, struct pal_error *err)
{
    const size_t cols = l->columns + l->dimensions + 2;
    struct pal_column *column = pal_arena_alloc(l->arena, cols, sizeof *column);
    uint8_t *mark = pal_arena_alloc(l->arena, l->rows + 1, 1);
    if (!column || !mark)
        return pal_nomem(err, l->file);
    size_t n = 0;
    for (size_t i = 0; i < l->columns; i++) {
        if (!l->column[i].kept)
            continue;
        column[n] = code_column(l->column[i].name, l->column[i].code, l->column[i].dict);
        if (l->d->shape == PAL_SHAPE_MICRODATA)
            PAL_TRY(find_reasons(l, &l->column[i], &column[n], err));
        n++;
    }
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

enum pal_status pal_dataset_numbers(const struct pal_dataset *dataset,
                                    const struct pal_column *column, struct pal_arena *arena,
                                    const double **value, const uint8_t **absent,
                                    struct pal_error *err)
{
    const struct pal_descriptor *d = dataset->descriptor;
    const struct data_field *field = NULL;
    const size_t n = pal_dict_count(column->dict);
    double *number = pal_arena_alloc(arena, n + 1, sizeof *number);
    uint8_t *why = pal_arena_alloc(arena, n + 1, 1);
    if (!number || !why)
        return pal_nomem(err, dataset->batch.file);
    for (size_t i = 0; i < d->fields_n && !field; i++)
        if (pal_str_eq(d->field[i].name, column->name))
            field = &d->field[i];
    why[0] = PAL_BLANK;
    for (uint32_t code = 1; code < n; code++) {
        const pal_str text = pal_str_trim(pal_dict_text(column->dict, code));
        why[code] = column->why ? column->why[code] : text.len ? PAL_PRESENT : PAL_BLANK;
        if (why[code] == PAL_PRESENT && !data_number(text, field, d, &number[code]))
            why[code] = PAL_UNREADABLE;
    }
    *value = number;
    *absent = why;
    return PAL_OK;
}

const struct pal_dataset_file *pal_dataset_file_of(const struct pal_dataset *dataset, size_t row)
{
    return &dataset->of_file[dataset->file_of ? dataset->file_of[row] : 0];
}
