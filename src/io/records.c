/* records.c: one stream of records, whatever the file is; its header, its preamble. */
#include "inside.h"

#include <string.h>

struct pal_records {
    const struct io_reader *reader;
    void *self;
    const char *name;
    pal_str *header, *preamble;
    size_t header_n, preamble_n;
    struct pal_record first; /* read already while looking for a header */
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

enum pal_status pal_records_open(const char *path, const struct pal_dialect *dialect,
                                 const struct pal_source_options *source_options,
                                 struct pal_arena *arena, struct pal_records **out,
                                 struct pal_error *err)
{
    static const struct pal_dialect plain = {.header_rows = 1};
    if (!dialect)
        dialect = &plain;
    struct pal_records *records = pal_arena_alloc(arena, 1, sizeof *records);
    if (!records)
        return pal_nomem(err, path);
    bool is_zip = false;
    if (strcmp(path, "-") != 0)
        PAL_TRY(io_is_zip(path, &is_zip, err));
    if (is_zip) {
        records->name = pal_arena_cstr(arena, pal_str_of(path));
        PAL_TRY(io_xlsx_open(path, dialect, arena, &records->reader, &records->self, err));
    } else {
        struct pal_source *source;
        PAL_TRY(pal_source_open(path, source_options, arena, &source, err));
        records->name = pal_source_name(source);
        PAL_TRY(io_csv_open(source, dialect, arena, &records->reader, &records->self, err));
    }
    records->preamble_n = dialect->skip_rows;
    records->preamble = pal_arena_alloc(arena, dialect->skip_rows + 1, sizeof *records->preamble);
    if (!records->preamble)
        return pal_nomem(err, path);
    PAL_TRY(records->reader->preamble(records->self, dialect->skip_rows, arena, records->preamble,
                                      err));
    PAL_TRY(join_header(records, dialect->header_rows, arena, err));
    *out = records;
    return PAL_OK;
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

const char *pal_records_name(const struct pal_records *records) { return records->name; }

void pal_records_sha256(struct pal_records *records, char *out)
{
    records->reader->sha256(records->self, out);
}

/* The delimiter that cuts the most lines of the beginning into the same number (above one) of
 * fields; UTF-8 unless the bytes are none. */
enum pal_status pal_dialect_suggest(const char *path, struct pal_arena *arena,
                                    struct pal_dialect *out, struct pal_error *err)
{
    enum { LOOK = 64 * 1024 };
    static const char delimiters[] = {',', ';', '\t', '|'};
    struct pal_source *source;
    *out = (struct pal_dialect){.delimiter = ',', .header_rows = 1};
    PAL_TRY(pal_source_open(path, NULL, arena, &source, err));
    char *text = pal_arena_alloc(arena, LOOK, 1);
    size_t have = 0, got = 1;
    if (!text)
        return pal_nomem(err, path);
    while (have < LOOK && got) {
        PAL_TRY(pal_source_read(source, text + have, LOOK - have, &got, err));
        have += got;
    }
    size_t best = 0;
    for (size_t d = 0; d < sizeof delimiters; d++) {
        size_t counts = 0, first = 0, same = 0, lines = 0;
        bool quoted = false;
        for (size_t i = 0; i < have; i++) {
            quoted ^= text[i] == '"';
            if (!quoted && text[i] == delimiters[d])
                counts++;
            if (!quoted && text[i] == '\n') {
                if (lines++ == 0)
                    first = counts;
                same += counts == first && counts > 0;
                counts = 0;
            }
        }
        const size_t score = same * (first + 1);
        if (score > best) {
            best = score;
            out->delimiter = delimiters[d];
        }
    }
    size_t whole = have; /* do not judge a code point that the look cut off */
    while (whole > 0 && have == LOOK && ((unsigned char)text[whole - 1] & 0x80))
        whole--;
    if (!pal_utf8_valid((pal_str){text, whole}))
        out->encoding = "windows-1252";
    return PAL_OK;
}
