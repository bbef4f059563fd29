/* stream_rows.c: a table that is no text (a workbook) for the stream: its rows are read whole, and
 * handed out in batches. */
#include "stream.h"

struct rows_column {
    double *value;
    uint32_t *code;
    uint8_t *absent;
    pal_str last;
    uint32_t last_code;
    bool number;
};

struct stream_rows {
    struct pal_arena *arena;
    const char *name;
    const struct stream_column *column;
    struct rows_column *cells; /* [columns] */
    size_t columns, rows, cap, given;
    uint64_t *line;
    struct pal_column *view;
    struct pal_batch batch;
};

static bool grow(struct stream_rows *s)
{
    const size_t old = s->cap, cap = old ? old * 2 : 1024;
    uint64_t *line = pal_arena_grow(s->arena, s->line, old, cap, sizeof *line);
    if (!line)
        return false;
    s->line = line;
    for (size_t i = 0; i < s->columns; i++) {
        struct rows_column *c = &s->cells[i];
        double *value = pal_arena_grow(s->arena, c->value, old, cap, sizeof *value);
        uint32_t *code = pal_arena_grow(s->arena, c->code, old, cap, sizeof *code);
        uint8_t *absent = pal_arena_grow(s->arena, c->absent, old, cap, 1);
        if (!value || !code || !absent)
            return false;
        c->value = value;
        c->code = code;
        c->absent = absent;
    }
    s->cap = cap;
    return true;
}

static const enum pal_absent absent_of[] = {
    [PAL_MISSING_NONE] = PAL_PRESENT,
    [PAL_MISSING_BLANK] = PAL_BLANK,
    [PAL_MISSING_NOT_COLLECTED] = PAL_NOT_COLLECTED,
    [PAL_MISSING_NOT_APPLICABLE] = PAL_NOT_APPLICABLE,
    [PAL_MISSING_WITHHELD] = PAL_WITHHELD,
};

static enum pal_status put(struct stream_rows *s, size_t i, const struct pal_record *record,
                           struct pal_error *err)
{
    const size_t at = s->column[i].at;
    pal_str text = record->field[at];
    const uint64_t line = record->line;
    if (record->missing && record->missing[at]) {
        s->cells[i].absent[s->rows] = (uint8_t)absent_of[record->missing[at]];
        return PAL_OK;
    }
    const struct stream_column *column = &s->column[i];
    struct rows_column *c = &s->cells[i];
    const size_t row = s->rows;
    if (stream_is_absent(column->absent, text))
        text.len = 0;
    c->absent[row] = text.len ? PAL_PRESENT : PAL_BLANK;
    if (!text.len)
        return PAL_OK;
    if (c->number && !pal_num_parse(text, &c->value[row])) {
        if (column->must)
            return stream_no_number(column, s->name, line, text, err);
        c->number = false;
    }
    if (column->must)
        return PAL_OK;
    if (!c->last_code || !pal_str_eq(c->last, text)) {
        c->last_code = data_dict_add(column->dict, text);
        if (!c->last_code)
            return pal_nomem(err, s->name);
        c->last = pal_dict_text(column->dict, c->last_code);
    }
    c->code[row] = c->last_code;
    return PAL_OK;
}

enum pal_status stream_rows_read(struct pal_records *records, struct stream_column *column,
                                 size_t columns, struct pal_arena *arena, struct stream_rows **out,
                                 struct pal_error *err)
{
    struct stream_rows *s = pal_arena_alloc(arena, 1, sizeof *s);
    const char *name = pal_records_name(records);
    if (!s)
        return pal_nomem(err, name);
    *s = (struct stream_rows){.arena = arena, .name = name, .column = column, .columns = columns};
    s->cells = pal_arena_alloc(arena, columns + 1, sizeof *s->cells);
    s->view = pal_arena_alloc(arena, columns + 1, sizeof *s->view);
    if (!s->cells || !s->view)
        return pal_nomem(err, name);
    size_t header_n;
    const pal_str *header = pal_records_header(records, &header_n);
    PAL_TRY(stream_find(column, columns, name, header, header_n, err));
    for (size_t i = 0; i < columns; i++)
        s->cells[i].number = !column[i].text;
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        if (record.fields != header_n)
            return stream_ragged(name, record.line, record.fields, header_n, err);
        if (s->rows == s->cap && !grow(s))
            return pal_nomem(err, name);
        s->line[s->rows] = record.line;
        for (size_t i = 0; i < columns; i++)
            PAL_TRY(put(s, i, &record, err));
        s->rows++;
    }
    *out = s;
    return PAL_OK;
}

const struct pal_batch *stream_rows_next(struct stream_rows *s)
{
    if (s->given >= s->rows)
        return NULL;
    const size_t from = s->given;
    const size_t rows = s->rows - from < STREAM_BATCH ? s->rows - from : STREAM_BATCH;
    for (size_t i = 0; i < s->columns; i++) {
        const struct rows_column *c = &s->cells[i];
        s->view[i] = (struct pal_column){.name = s->column[i].name,
                                         .type = c->number ? PAL_COLUMN_NUMBER : PAL_COLUMN_CODE,
                                         .value = c->number ? c->value + from : NULL,
                                         .code = s->column[i].dict ? c->code + from : NULL,
                                         .dict = s->column[i].dict,
                                         .absent = c->absent + from};
    }
    s->batch = (struct pal_batch){rows, s->columns, s->view, s->line + from, NULL, s->name};
    s->given += rows;
    return &s->batch;
}
