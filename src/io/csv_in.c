/* csv_in.c: records of strict RFC 4180 text, read by libcsv. libcsv gives no positions, so it is
 * fed one physical line at a time: a record begins on the line after the one that ended the last.
 */
#include "inside.h"

#include <csv.h>
#include <string.h>

struct csv_in {
    struct pal_source *source;
    struct csv_parser parser;
    char delimiter, quote;
    enum io_encoding encoding;
    size_t max_field, max_columns;

    char *chunk; /* [IO_CHUNK + growth] raw bytes not parsed yet: from `at`, `have` of them */
    size_t at, have, cap;
    bool source_end, finished;
    uint64_t line; /* physical lines fed so far */

    struct pal_arena *arena;
    struct pal_buf text; /* the fields of the record, one behind the other */
    size_t *from, *len;
    pal_str *field;
    bool *quoted, *null;
    size_t fields, fields_cap;
    bool row_done, too_wide, too_long, any_high;
    struct pal_buf raw; /* the record's bytes, kept only when a quote stands in them */
    bool raw_quotes;
    struct pal_buf *spare; /* [fields_cap] decoded forms */
};

static void csv_close(void *object) { csv_free(&((struct csv_in *)object)->parser); }

static bool widen(struct csv_in *csv)
{
    const size_t cap = csv->fields_cap ? csv->fields_cap * 2 : 64, old = csv->fields_cap;
    size_t *from = pal_arena_grow(csv->arena, csv->from, old, cap, sizeof *from);
    size_t *len = pal_arena_grow(csv->arena, csv->len, old, cap, sizeof *len);
    pal_str *field = pal_arena_grow(csv->arena, csv->field, old, cap, sizeof *field);
    bool *quoted = pal_arena_grow(csv->arena, csv->quoted, old, cap, sizeof *quoted);
    bool *null = pal_arena_grow(csv->arena, csv->null, old, cap, sizeof *null);
    struct pal_buf *spare = pal_arena_grow(csv->arena, csv->spare, old, cap, sizeof *spare);
    if (!from || !len || !field || !quoted || !null || !spare)
        return false;
    for (size_t i = old; i < cap; i++)
        pal_buf_init(&spare[i], csv->arena, csv->max_field * 3);
    csv->from = from;
    csv->len = len;
    csv->field = field;
    csv->quoted = quoted;
    csv->null = null;
    csv->spare = spare;
    csv->fields_cap = cap;
    return true;
}

static void on_field(void *bytes, size_t size, void *context)
{
    struct csv_in *csv = context;
    if (csv->fields >= csv->max_columns || (csv->fields == csv->fields_cap && !widen(csv))) {
        csv->too_wide = true;
        return;
    }
    if (size > csv->max_field)
        csv->too_long = true;
    csv->from[csv->fields] = csv->text.len;
    csv->len[csv->fields] = size;
    csv->null[csv->fields] = !bytes;
    csv->fields++;
    pal_buf_add(&csv->text, (pal_str){bytes, bytes ? size : 0});
}

static void on_row(int terminator, void *context)
{
    (void)terminator;
    ((struct csv_in *)context)->row_done = true;
}

/* The next physical line with its line end (LF, CR, CR LF, CR CR LF), in *line; empty at the end.
 */
static enum pal_status next_line(struct csv_in *csv, pal_str *line, struct pal_error *err)
{
    size_t searched = 0;
    for (;;) {
        const char *start = csv->chunk + csv->at;
        const char *lf =
            csv->have > searched ? memchr(start + searched, '\n', csv->have - searched) : NULL;
        const size_t until = lf ? (size_t)(lf - start) : csv->have;
        const char *cr = until > searched ? memchr(start + searched, '\r', until - searched) : NULL;
        if (cr) { /* a run of CRs that ends in LF is one line end; otherwise each CR is one */
            size_t after = (size_t)(cr - start);
            while (after < csv->have && start[after] == '\r')
                after++;
            if (after < csv->have && start[after] == '\n') {
                *line = (pal_str){start, after + 1};
                break;
            }
            if (after < csv->have || csv->source_end) {
                *line = (pal_str){start, (size_t)(cr - start) + 1};
                break;
            }
            searched = (size_t)(cr - start);
        } else if (lf) {
            *line = (pal_str){start, until + 1};
            break;
        } else if (csv->source_end) {
            *line = (pal_str){start, csv->have};
            break;
        } else {
            searched = csv->have;
        }
        if (csv->have > csv->max_field * 16 + IO_CHUNK) {
            const struct pal_place at = {pal_source_name(csv->source), csv->line + 1, 0};
            return pal_fail_at(err, PAL_DATA, &at, "a line is longer than %zu bytes", csv->have);
        }
        if (csv->at) {
            memmove(csv->chunk, csv->chunk + csv->at, csv->have);
            csv->at = 0;
        }
        if (csv->cap - csv->have < IO_CHUNK / 2) {
            char *grown = pal_arena_grow(csv->arena, csv->chunk, csv->cap, csv->cap * 2, 1);
            if (!grown)
                return pal_nomem(err, "a long line");
            csv->chunk = grown;
            csv->cap *= 2;
        }
        size_t got;
        PAL_TRY(
            pal_source_read(csv->source, csv->chunk + csv->have, csv->cap - csv->have, &got, err));
        csv->source_end = got == 0;
        csv->have += got;
    }
    csv->at += line->len;
    csv->have -= line->len;
    return PAL_OK;
}

static enum pal_status bad(const struct csv_in *csv, uint64_t began, const char *what,
                           struct pal_error *err)
{
    const struct pal_place at = {pal_source_name(csv->source), began, 0};
    if (began && began != csv->line)
        return pal_fail_at(err, PAL_DATA, &at, "%s (noticed on line %llu)", what,
                           (unsigned long long)csv->line);
    return pal_fail_at(err, PAL_DATA, &at, "%s", what);
}

/* Which fields stood in quotes. The text was already accepted by the strict reader. */
static void mark_quotes(struct csv_in *csv)
{
    memset(csv->quoted, 0, csv->fields * sizeof *csv->quoted);
    if (!csv->raw_quotes)
        return;
    bool inside = false, start = true;
    size_t field = 0;
    for (size_t i = 0; i < csv->raw.len; i++) {
        const char c = csv->raw.ptr[i];
        if (start && c == ' ')
            continue;
        if (c == csv->quote) {
            if (start && field < csv->fields)
                csv->quoted[field] = true;
            inside = !inside;
        } else if (!inside && c == csv->delimiter) {
            field++;
            start = true;
            continue;
        }
        start = false;
    }
}

static enum pal_status next(void *self, struct pal_record *out, bool *end, struct pal_error *err)
{
    struct csv_in *csv = self;
    uint64_t began = 0;
    *end = false;
    csv->fields = 0;
    csv->row_done = csv->too_wide = csv->too_long = csv->raw_quotes = false;
    csv->text.len = csv->raw.len = 0;
    while (!csv->row_done) {
        pal_str line;
        PAL_TRY(next_line(csv, &line, err));
        if (!line.len) {
            if (csv->finished || csv_fini(&csv->parser, on_field, on_row, csv) != 0)
                if (!csv->finished)
                    return bad(csv, began, "a quoted field is never closed", err);
            csv->finished = true;
            if (!csv->row_done) {
                *end = true;
                return PAL_OK;
            }
            break;
        }
        csv->line++;
        if (!began)
            began = csv->line;
        if (memchr(line.ptr, '\0', line.len))
            return bad(csv, began, "a NUL byte: this is no text file, or it is UTF-16", err);
        if (csv->raw_quotes || memchr(line.ptr, csv->quote, line.len)) {
            csv->raw_quotes = true;
            pal_buf_add(&csv->raw, line);
        }
        if (csv_parse(&csv->parser, line.ptr, line.len, on_field, on_row, csv) != line.len)
            return bad(csv, began,
                       csv_error(&csv->parser) == CSV_EPARSE
                           ? "a quote stands inside a field that is not quoted, or text follows a "
                             "closing quote"
                           : csv_strerror(csv_error(&csv->parser)),
                       err);
        if (!csv->row_done && csv->fields == 0 && !csv->raw_quotes)
            began = 0; /* a blank line gives no record */
    }
    if (csv->too_wide)
        return bad(csv, began, "more columns than the ceiling allows", err);
    if (csv->too_long)
        return bad(csv, began,
                   "a field is longer than the ceiling allows; is a quote never closed?", err);
    if (csv->text.failed || csv->raw.failed)
        return bad(csv, began, "a record is larger than the ceiling allows", err);
    mark_quotes(csv);
    for (size_t i = 0; i < csv->fields; i++) {
        csv->field[i] = (pal_str){csv->text.ptr ? csv->text.ptr + csv->from[i] : "", csv->len[i]};
        if (!io_decode(csv->encoding, &csv->field[i], &csv->spare[i])) {
            const struct pal_place at = {pal_source_name(csv->source), began, (uint32_t)i + 1};
            return pal_fail_at(err, PAL_DATA, &at,
                               "this is not UTF-8; the descriptor may say 'encoding: latin-1', "
                               "'windows-1252' or 'mixed'");
        }
    }
    *out = (struct pal_record){csv->field, csv->fields, began, csv->quoted};
    return PAL_OK;
}

static enum pal_status preamble(void *self, size_t rows, struct pal_arena *arena, pal_str *line,
                                struct pal_error *err)
{
    struct csv_in *csv = self;
    for (size_t i = 0; i < rows; i++) {
        pal_str text;
        PAL_TRY(next_line(csv, &text, err));
        if (text.len)
            csv->line++;
        while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
            text.len--;
        line[i] = pal_arena_str(arena, text);
        if (!line[i].ptr)
            return pal_nomem(err, "the preamble");
    }
    return PAL_OK;
}

static void sha256(void *self, char *out)
{
    pal_source_sha256(((struct csv_in *)self)->source, out);
}

static const struct io_reader reader_csv = {"csv", next, preamble, sha256};

enum pal_status io_csv_open(struct pal_source *source, const struct pal_dialect *dialect,
                            struct pal_arena *arena, const struct io_reader **reader, void **self,
                            struct pal_error *err)
{
    struct csv_in *csv = pal_arena_alloc(arena, 1, sizeof *csv);
    if (!csv)
        return pal_nomem(err, pal_source_name(source));
    csv->source = source;
    csv->arena = arena;
    csv->delimiter = dialect->delimiter ? dialect->delimiter : ',';
    csv->quote = dialect->quote ? dialect->quote : '"';
    csv->max_field = dialect->max_field ? dialect->max_field : IO_MAX_FIELD;
    csv->max_columns = dialect->max_columns ? dialect->max_columns : IO_MAX_COLUMNS;
    PAL_TRY(io_encoding_parse(dialect->encoding, &csv->encoding, err));
    csv->cap = 2 * IO_CHUNK;
    csv->chunk = pal_arena_alloc(arena, csv->cap, 1);
    if (!csv->chunk || !widen(csv))
        return pal_nomem(err, pal_source_name(source));
    pal_buf_init(&csv->text, arena, csv->max_field * 64);
    pal_buf_init(&csv->raw, arena, csv->max_field * 64);
    if (csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0)
        return pal_nomem(err, pal_source_name(source));
    PAL_TRY(pal_arena_defer(arena, csv_close, csv, err));
    csv_set_delim(&csv->parser, (unsigned char)csv->delimiter);
    csv_set_quote(&csv->parser, (unsigned char)csv->quote);
    *reader = &reader_csv;
    *self = csv;
    return PAL_OK;
}
