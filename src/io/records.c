/* records.c: one stream of records, whatever the file is; its header, its preamble. */
#include "inside.h"

struct pal_records {
    const struct io_reader *reader;
    void *self;
    const char *name;
    pal_str *header, *preamble;
    size_t header_n, preamble_n;
    bool text;
};

static enum pal_status join_header(struct pal_records *records, size_t rows,
                                   struct pal_arena *arena, struct pal_error *err)
{
    for (size_t r = 0; r < rows; r++) {
        struct pal_record record;
        bool end;
        PAL_TRY(records->reader->next(records->self, &record, &end, err));
        if (end)
            break;
        if (record.fields > records->header_n) {
            records->header = pal_arena_grow(arena, records->header, records->header_n,
                                             record.fields, sizeof *records->header);
            if (!records->header)
                return pal_nomem(err, "the header");
            for (size_t i = records->header_n; i < record.fields; i++)
                records->header[i] = (pal_str){"", 0};
            records->header_n = record.fields;
        }
        for (size_t i = 0; i < record.fields; i++) {
            const pal_str above = records->header[i], here = pal_str_trim(record.field[i]);
            records->header[i] =
                !above.len  ? pal_arena_str(arena, here)
                : !here.len ? above
                            : pal_arena_printf(arena, "%.*s %.*s", PAL_ARG(above), PAL_ARG(here));
            if (!records->header[i].ptr)
                return pal_nomem(err, "the header");
        }
    }
    return PAL_OK;
}

static enum pal_status open_text(struct pal_source *source, const struct pal_dialect *dialect,
                                 struct pal_arena *arena, struct pal_records *records,
                                 struct pal_error *err)
{
    struct pal_dialect guessed = *dialect;
    if (dialect->guess) {
        pal_str look;
        bool cut;
        PAL_TRY(io_source_look(source, arena, &look, &cut, err));
        io_dialect_guess(look, cut, &guessed);
        guessed.encoding = "mixed"; /* where the look was UTF-8, what comes later may not be */
    }
    return io_csv_open(source, &guessed, arena, &records->reader, &records->self, err);
}

enum pal_status pal_records_open(const char *path, const struct pal_dialect *dialect,
                                 const struct pal_source_options *source_options,
                                 struct pal_arena *arena, struct pal_records **out,
                                 struct pal_error *err)
{
    static const struct pal_dialect plain = {.header_rows = 1};
    if (!dialect)
        dialect = &plain;
    struct pal_source *source;
    PAL_TRY(pal_source_open(path, source_options, arena, &source, err));
    return io_records_of(source, dialect, source_options, arena, out, err);
}

enum pal_status io_records_text(struct pal_source *source, const struct pal_dialect *dialect,
                                struct pal_arena *arena, struct pal_records **out,
                                struct pal_error *err)
{
    struct pal_records *records = pal_arena_alloc(arena, 1, sizeof *records);
    if (!records)
        return pal_nomem(err, pal_source_name(source));
    records->name = pal_source_name(source);
    records->text = true;
    PAL_TRY(open_text(source, dialect, arena, records, err));
    PAL_TRY(join_header(records, dialect->header_rows, arena, err));
    *out = records;
    return PAL_OK;
}

enum pal_status io_records_of(struct pal_source *source, const struct pal_dialect *dialect,
                              const struct pal_source_options *source_options,
                              struct pal_arena *arena, struct pal_records **out,
                              struct pal_error *err)
{
    enum io_format format;
    const char *path = pal_source_name(source);
    struct pal_records *records = pal_arena_alloc(arena, 1, sizeof *records);
    if (!records)
        return pal_nomem(err, path);
    records->name = pal_source_name(source);
    PAL_TRY(io_format_of(source, &format, err));
    if (format == IO_FORMAT_ZIP)
        PAL_TRY(io_xlsx_open(source, dialect, source_options ? source_options->max_inflated : 0,
                             arena, &records->reader, &records->self, err));
    else if (format == IO_FORMAT_STATFILE)
        PAL_TRY(io_statfile_open(source, arena, &records->reader, &records->self, err));
    else
        PAL_TRY(open_text(source, dialect, arena, records, err));
    records->text = format == IO_FORMAT_TEXT;
    if (dialect->skip_rows) {
        records->preamble = pal_arena_alloc(arena, dialect->skip_rows, sizeof *records->preamble);
        if (!records->preamble)
            return pal_nomem(err, path);
        PAL_TRY(records->reader->preamble(records->self, dialect->skip_rows, arena,
                                          records->preamble, &records->preamble_n, err));
    }
    PAL_TRY(join_header(records, dialect->header_rows, arena, err));
    if (format == IO_FORMAT_ZIP) { /* a worksheet stores no cells where nothing stands */
        while (records->header_n && !records->header[records->header_n - 1].len)
            records->header_n--;
        io_xlsx_width(records->self, records->header_n);
    }
    *out = records;
    return PAL_OK;
}

void *io_records_csv(const struct pal_records *records)
{
    return records->text ? records->self : NULL;
}

const pal_str *pal_records_header(const struct pal_records *records, size_t *n)
{
    *n = records->header_n;
    return records->header;
}

const pal_str *pal_records_preamble(const struct pal_records *records, size_t *n)
{
    *n = records->preamble_n;
    return records->preamble;
}

enum pal_status pal_records_next(struct pal_records *records, struct pal_record *out, bool *end,
                                 struct pal_error *err)
{
    return records->reader->next(records->self, out, end, err);
}

uint64_t pal_records_lines(const struct pal_records *records)
{
    return records->text ? io_csv_line(records->self) : 0;
}

const char *pal_records_name(const struct pal_records *records) { return records->name; }

void pal_records_sha256(struct pal_records *records, char *out)
{
    records->reader->sha256(records->self, out);
}
