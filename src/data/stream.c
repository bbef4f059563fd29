/* stream.c: any table without a descriptor, for `palermo estimate`. A column whose present cells
 * are all numbers is a number column, any other a code column; which it is shows only at the end of
 * the file, so the table is read first and handed out in batches then. */
#include "inside.h"

#include <string.h>

enum { STREAM_BATCH = 16384 };

struct stream_column {
    pal_str name;
    size_t at; /* field in the file */
    bool must, number;
    struct pal_dict *dict;
    double *value;
    uint32_t *code;
    uint8_t *absent;
    pal_str last;
    uint32_t last_code;
};

struct pal_stream {
    struct pal_arena *arena;
    const char *name;
    struct stream_column *column;
    size_t columns, rows, cap, given;
    uint64_t *line;
    struct pal_column *view;
    struct pal_batch batch;
};

static enum pal_status find_columns(struct pal_stream *s, const struct pal_records *records,
                                    const struct pal_stream_column *wanted, struct pal_error *err)
{
    size_t n;
    const pal_str *header = pal_records_header(records, &n);
    for (size_t i = 0; i < s->columns; i++) {
        struct stream_column *column = &s->column[i];
        column->name = wanted[i].name;
        column->must = wanted[i].number;
        column->at = SIZE_MAX;
        for (size_t k = 0; k < n && column->at == SIZE_MAX; k++)
            if (pal_str_eq(header[k], wanted[i].name))
                column->at = k;
        if (column->at == SIZE_MAX) {
            const pal_str near = pal_nearest(wanted[i].name, header, n);
            return pal_fail(err, PAL_USAGE, "'%s' has no column '%.*s'%s%.*s%s", s->name,
                            PAL_ARG(wanted[i].name), near.len ? "; did you mean '" : "",
                            PAL_ARG(near), near.len ? "'?" : "");
        }
    }
    return PAL_OK;
}

static bool grow(struct pal_stream *s)
{
    const size_t old = s->cap, cap = old ? old * 2 : 1024;
    uint64_t *line = pal_arena_grow(s->arena, s->line, old, cap, sizeof *line);
    if (!line)
        return false;
    s->line = line;
    for (size_t i = 0; i < s->columns; i++) {
        struct stream_column *c = &s->column[i];
        double *value = pal_arena_grow(s->arena, c->value, old, cap, sizeof *value);
        uint8_t *absent = pal_arena_grow(s->arena, c->absent, old, cap, 1);
        if (!value || !absent)
            return false;
        c->value = value;
        c->absent = absent;
        if (c->dict) {
            uint32_t *code = pal_arena_grow(s->arena, c->code, old, cap, sizeof *code);
            if (!code)
                return false;
            c->code = code;
        }
    }
    s->cap = cap;
    return true;
}

static enum pal_status put(struct pal_stream *s, struct stream_column *c, pal_str text,
                           uint64_t line, struct pal_error *err)
{
    const size_t row = s->rows;
    c->absent[row] = text.len ? PAL_PRESENT : PAL_BLANK;
    if (c->number && text.len && !pal_num_parse(text, &c->value[row])) {
        if (c->must) {
            const struct pal_place at = {s->name, line, (uint32_t)c->at + 1};
            return pal_fail_at(err, PAL_DATA, &at, "'%.*s' in column '%.*s' is no number",
                               PAL_ARG(text), PAL_ARG(c->name));
        }
        c->number = false;
    }
    if (c->dict && text.len) {
        if (!c->last_code || !pal_str_eq(c->last, text)) {
            c->last_code = data_dict_add(c->dict, text);
            if (!c->last_code)
                return pal_nomem(err, s->name);
            c->last = pal_dict_text(c->dict, c->last_code);
        }
        c->code[row] = c->last_code;
    }
    return PAL_OK;
}

/* With `codes` every column that may be text gets codes; without, only numbers are tried, and a
 * column that turns out to be text asks for another pass. */
static enum pal_status read_all(struct pal_stream *s, const char *path,
                                const struct pal_dialect *dialect, bool codes,
                                const struct pal_stream_column *wanted, struct pal_error *err)
{
    struct pal_records *records;
    PAL_TRY(pal_records_open(path, dialect, NULL, s->arena, &records, err));
    s->name = pal_records_name(records);
    PAL_TRY(find_columns(s, records, wanted, err));
    size_t header_n;
    (void)pal_records_header(records, &header_n);
    s->rows = 0;
    for (size_t i = 0; i < s->columns; i++) {
        struct stream_column *c = &s->column[i];
        const bool text = codes && !c->must;
        if (text && !c->dict) {
            c->dict = data_dict_new(s->arena);
            c->code = s->cap ? pal_arena_alloc(s->arena, s->cap, sizeof *c->code) : NULL;
            if (!c->dict || (s->cap && !c->code))
                return pal_nomem(err, s->name);
        }
        c->number = true;
    }
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        if (record.fields != header_n) {
            const struct pal_place at = {s->name, record.line, 0};
            return pal_fail_at(err, PAL_DATA, &at, "the row has %zu fields and the header %zu",
                               record.fields, header_n);
        }
        if (s->rows == s->cap && !grow(s))
            return pal_nomem(err, s->name);
        s->line[s->rows] = record.line;
        for (size_t i = 0; i < s->columns; i++)
            PAL_TRY(put(s, &s->column[i], record.field[s->column[i].at], record.line, err));
        s->rows++;
    }
}

enum pal_status pal_stream_open(const char *path, const struct pal_stream_column *columns, size_t n,
                                struct pal_arena *arena, struct pal_stream **out,
                                struct pal_error *err)
{
    struct pal_stream *s = pal_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return pal_nomem(err, path);
    s->arena = arena;
    s->columns = n;
    s->column = pal_arena_alloc(arena, n + 1, sizeof *s->column);
    s->view = pal_arena_alloc(arena, n + 1, sizeof *s->view);
    if (!s->column || !s->view)
        return pal_nomem(err, path);
    const struct pal_dialect dialect = {.header_rows = 1, .guess = true};
    const bool standard = strcmp(path, "-") == 0;
    /* Standard input is read once, so codes are kept from the start; a file only when it must be.
     */
    bool text = standard;
    for (size_t i = 0; i < n; i++)
        text |= !columns[i].number;
    PAL_TRY(read_all(s, path, &dialect, text, columns, err));
    *out = s;
    return PAL_OK;
}

enum pal_status pal_stream_next(struct pal_stream *stream, const struct pal_batch **batch,
                                struct pal_error *err)
{
    (void)err;
    *batch = NULL;
    if (stream->given >= stream->rows)
        return PAL_OK;
    const size_t from = stream->given;
    const size_t rows = stream->rows - from < STREAM_BATCH ? stream->rows - from : STREAM_BATCH;
    for (size_t i = 0; i < stream->columns; i++) {
        const struct stream_column *c = &stream->column[i];
        stream->view[i] =
            (struct pal_column){.name = c->name,
                                .type = c->number ? PAL_COLUMN_NUMBER : PAL_COLUMN_CODE,
                                .value = c->number ? c->value + from : NULL,
                                .code = c->code ? c->code + from : NULL,
                                .dict = c->dict,
                                .absent = c->absent + from};
    }
    stream->batch = (struct pal_batch){rows, stream->columns, stream->view, stream->line + from,
                                       NULL, stream->name};
    stream->given += rows;
    *batch = &stream->batch;
    return PAL_OK;
}
