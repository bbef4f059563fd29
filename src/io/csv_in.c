/* csv_in.c: records of strict RFC 4180 text. Plain lines are cut where they lie (csv_scan.c); every
 * line that needs judgement goes to libcsv, which takes it or refuses it. libcsv gives no
 * positions, so it is fed one physical line at a time: a record begins on the line after the one
 * that ended the last.
 */
#include "inside.h"

#include <csv.h>
#include <string.h>

enum { LONGEST_LINE = 16 << 20, NO_COPY = -1 };

struct csv_in {
    struct pal_source *source;
    struct pal_arena *arena;
    struct csv_parser parser;
    char delimiter, quote;
    enum io_encoding encoding;
    size_t max_field, max_columns;
    bool stopped; /* an unreadable record ends the reading: what follows cannot be trusted */

    /* Bytes not cut yet: chunk[at..end). No LF lies in [at..lf), and unless run <= at, the bytes
     * before `run` back to `at` hold a run of CRs that ends there. */
    char *chunk;
    size_t at, end, lf, run, cap;
    bool source_end;
    uint64_t line; /* physical lines cut so far */

    struct io_fields fields; /* of the record */
    struct pal_buf text;     /* fields that libcsv copied */
    struct pal_buf decoded;  /* fields of another encoding */
    size_t *from;            /* [fields.room] where a copied field begins in one of the two */

    bool row_done, too_wide;
    bool inside, at_start; /* following the quotes of a record that libcsv reads */
    size_t field_now, field_bytes;
};

static void csv_close(void *object) { csv_free(&((struct csv_in *)object)->parser); }

static bool widen(struct csv_in *csv)
{
    const size_t old = csv->fields.room;
    size_t room = old ? old * 2 : 64;
    if (room > csv->max_columns)
        room = csv->max_columns;
    if (room <= old)
        return false;
    pal_str *field = pal_arena_grow(csv->arena, csv->fields.field, old, room, sizeof *field);
    bool *quoted = pal_arena_grow(csv->arena, csv->fields.quoted, old, room, sizeof *quoted);
    size_t *from = pal_arena_grow(csv->arena, csv->from, old, room, sizeof *from);
    if (!field || !quoted || !from)
        return false;
    csv->fields.field = field;
    csv->fields.quoted = quoted;
    csv->fields.room = room;
    csv->from = from;
    return true;
}

/* ---- physical lines ---------------------------------------------------------------------- */

static enum pal_status fill(struct csv_in *csv, struct pal_error *err)
{
    if (csv->end - csv->at > LONGEST_LINE + csv->max_field) {
        const struct pal_place at = {pal_source_name(csv->source), csv->line + 1, 0};
        return pal_fail_at(err, PAL_DATA, &at, "a line is longer than %zu bytes",
                           csv->end - csv->at);
    }
    if (csv->at) {
        memmove(csv->chunk, csv->chunk + csv->at, csv->end - csv->at);
        csv->lf -= csv->at;
        csv->run = csv->run > csv->at ? csv->run - csv->at : 0;
        csv->end -= csv->at;
        csv->at = 0;
    }
    if (csv->cap - csv->end < csv->cap / 2) {
        char *grown = pal_arena_grow(csv->arena, csv->chunk, csv->cap, csv->cap * 2, 1);
        if (!grown)
            return pal_nomem(err, "a long line");
        csv->chunk = grown;
        csv->cap *= 2;
    }
    size_t got;
    PAL_TRY(pal_source_read(csv->source, csv->chunk + csv->end, csv->cap - csv->end, &got, err));
    csv->source_end = got == 0;
    csv->end += got;
    return PAL_OK;
}

/* The next physical line with its line end: LF, CR, CR LF, CR CR LF; a longer run of CRs before LF
 * is one line end too. Empty at the end of the source. */
static enum pal_status next_line(struct csv_in *csv, pal_str *line, struct pal_error *err)
{
    size_t searched = 0, size; /* no CR in the first `searched` bytes */
    for (;;) {
        if (csv->lf < csv->at)
            csv->lf = csv->at;
        if (csv->lf < csv->end && csv->chunk[csv->lf] != '\n') {
            const char *lf = memchr(csv->chunk + csv->lf, '\n', csv->end - csv->lf);
            csv->lf = lf ? (size_t)(lf - csv->chunk) : csv->end;
        }
        const char *start = csv->chunk + csv->at;
        const char *cr = memchr(start + searched, '\r', csv->lf - csv->at - searched);
        if (cr) {
            const size_t first = (size_t)(cr - csv->chunk);
            size_t after = csv->run > first ? csv->run : first;
            while (after < csv->end && csv->chunk[after] == '\r')
                after++;
            csv->run = after;
            if (after < csv->end || csv->source_end) {
                const bool ends_in_lf = after < csv->end && csv->chunk[after] == '\n';
                size = (ends_in_lf ? after : first) + 1 - csv->at;
                break;
            }
            searched = first - csv->at;
        } else if (csv->lf < csv->end) {
            size = csv->lf + 1 - csv->at;
            break;
        } else if (csv->source_end) {
            size = csv->end - csv->at;
            break;
        } else {
            searched = csv->end - csv->at;
        }
        PAL_TRY(fill(csv, err));
    }
    *line = (pal_str){csv->chunk + csv->at, size};
    csv->at += size;
    csv->line += size > 0;
    return PAL_OK;
}

static pal_str without_end(pal_str line)
{
    if (line.len && line.ptr[line.len - 1] == '\n')
        line.len--;
    while (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* ---- records that libcsv judges ---------------------------------------------------------- */

static enum pal_status bad(struct csv_in *csv, uint64_t began, size_t field, const char *what,
                           struct pal_error *err)
{
    const struct pal_place at = {pal_source_name(csv->source), began, (uint32_t)field};
    csv->stopped = true;
    if (began != csv->line)
        return pal_fail_at(err, PAL_DATA, &at, "%s (noticed on line %llu)", what,
                           (unsigned long long)csv->line);
    return pal_fail_at(err, PAL_DATA, &at, "%s", what);
}

static void on_field(void *bytes, size_t size, void *context)
{
    struct csv_in *csv = context;
    if (csv->fields.n == csv->fields.room && !widen(csv)) {
        csv->too_wide = true;
        return;
    }
    csv->from[csv->fields.n] = csv->text.len;
    csv->fields.field[csv->fields.n++].len = size;
    pal_buf_add(&csv->text, (pal_str){bytes, size});
}

static void on_row(int terminator, void *context)
{
    (void)terminator;
    ((struct csv_in *)context)->row_done = true;
}

/* Which fields stand in quotes, and how long the field is that is still open. The line was taken
 * by the strict reader, so every quote opens, closes or is one half of a pair. */
static void follow_quotes(struct csv_in *csv, pal_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        const char c = line.ptr[i];
        csv->field_bytes++;
        if (c == csv->quote) {
            if (csv->at_start && csv->field_now < csv->fields.room)
                csv->fields.quoted[csv->field_now] = true;
            csv->at_start = false;
            csv->inside = !csv->inside;
        } else if (!csv->inside && c == csv->delimiter) {
            if (++csv->field_now < csv->fields.room)
                csv->fields.quoted[csv->field_now] = false;
            csv->at_start = true;
            csv->field_bytes = 0;
        } else if (csv->at_start && c != ' ' && c != '\t') {
            csv->at_start = false;
        }
    }
}

static enum pal_status judge(struct csv_in *csv, pal_str line, unsigned *look,
                             struct pal_error *err)
{
    const uint64_t began = csv->line;
    csv->row_done = csv->too_wide = csv->inside = false;
    csv->at_start = true;
    csv->field_now = csv->field_bytes = 0;
    csv->fields.n = 0;
    csv->fields.quoted[0] = false;
    for (;;) {
        if (csv_parse(&csv->parser, line.ptr, line.len, on_field, on_row, csv) != line.len)
            return bad(csv, began, csv->fields.n + 1,
                       csv_error(&csv->parser) == CSV_EPARSE
                           ? "a quote stands inside a field that is not quoted, or text follows a "
                             "closing quote"
                           : csv_strerror(csv_error(&csv->parser)),
                       err);
        if (csv->too_wide)
            return bad(csv, began, 0, "more columns than the ceiling allows", err);
        follow_quotes(csv, line);
        if (csv->row_done)
            break;
        if (csv->field_bytes > csv->max_field * 2)
            return bad(csv, began, csv->field_now + 1,
                       "a field is longer than the ceiling allows; is a quote never closed?", err);
        PAL_TRY(next_line(csv, &line, err));
        if (!line.len) {
            if (csv_fini(&csv->parser, on_field, on_row, csv) != 0)
                return bad(csv, began, csv->field_now + 1, "a quoted field is never closed", err);
            break;
        }
        *look |= io_text_look(line);
    }
    if (csv->text.failed)
        return bad(csv, began, 0, "a record is larger than the ceiling allows", err);
    for (size_t i = 0; i < csv->fields.n; i++)
        csv->fields.field[i].ptr = csv->text.ptr ? csv->text.ptr + csv->from[i] : "";
    return PAL_OK;
}

/* ---- the reader -------------------------------------------------------------------------- */

static enum pal_status decode(struct csv_in *csv, uint64_t began, struct pal_error *err)
{
    csv->decoded.len = 0;
    for (size_t i = 0; i < csv->fields.n; i++) {
        pal_str *field = &csv->fields.field[i];
        csv->from[i] = SIZE_MAX;
        if (!(io_text_look(*field) & IO_HAS_HIGH))
            continue;
        csv->from[i] = csv->decoded.len;
        if (!io_decode(csv->encoding, *field, &csv->decoded))
            return bad(csv, began, i + 1,
                       "this is not UTF-8; the descriptor may say 'encoding: latin-1', "
                       "'windows-1252' or 'mixed'",
                       err);
        field->len = csv->decoded.len - csv->from[i];
    }
    if (csv->decoded.failed)
        return bad(csv, began, 0, "a record is larger than the ceiling allows", err);
    for (size_t i = 0; i < csv->fields.n; i++)
        if (csv->from[i] != SIZE_MAX)
            csv->fields.field[i].ptr = csv->decoded.ptr + csv->from[i];
    return PAL_OK;
}

static enum pal_status next(void *self, struct pal_record *out, bool *end, struct pal_error *err)
{
    struct csv_in *csv = self;
    uint64_t began;
    unsigned look;
    *end = false;
    if (csv->stopped)
        return pal_fail(err, PAL_DATA, "'%s' cannot be read beyond its first broken record",
                        pal_source_name(csv->source));
    do { /* a blank line gives no record */
        pal_str line;
        PAL_TRY(next_line(csv, &line, err));
        if (!line.len) {
            *end = true;
            return PAL_OK;
        }
        began = csv->line;
        csv->text.len = 0;
        const pal_str body = without_end(line);
        if (!io_csv_scan(body, csv->delimiter, csv->quote, &csv->fields, &look))
            PAL_TRY(judge(csv, line, &look, err));
    } while (!csv->fields.n);
    if (look & IO_HAS_NUL)
        return bad(csv, began, 0, "a NUL byte: this is no text file, or it is UTF-16", err);
    for (size_t i = 0; i < csv->fields.n; i++)
        if (csv->fields.field[i].len > csv->max_field)
            return bad(csv, began, i + 1, "a field is longer than the ceiling allows", err);
    if (look & IO_HAS_HIGH)
        PAL_TRY(decode(csv, began, err));
    *out = (struct pal_record){csv->fields.field, csv->fields.n, began, csv->fields.quoted, NULL};
    return PAL_OK;
}

static enum pal_status preamble(void *self, size_t rows, struct pal_arena *arena, pal_str *line,
                                size_t *n, struct pal_error *err)
{
    struct csv_in *csv = self;
    for (*n = 0; *n < rows; ++*n) {
        pal_str raw;
        PAL_TRY(next_line(csv, &raw, err));
        if (!raw.len)
            return PAL_OK;
        csv->decoded.len = 0;
        if (!io_decode(csv->encoding, without_end(raw), &csv->decoded))
            return bad(csv, csv->line, 0,
                       "the preamble is not UTF-8; the descriptor may say "
                       "'encoding: latin-1', 'windows-1252' or 'mixed'",
                       err);
        line[*n] = pal_arena_str(arena, pal_buf_str(&csv->decoded));
        if (!line[*n].ptr || csv->decoded.failed)
            return pal_nomem(err, "the preamble");
    }
    return PAL_OK;
}

static void sha256(void *self, char *out)
{
    pal_source_sha256(((struct csv_in *)self)->source, out);
}

static const struct io_reader reader_csv = {"csv", next, preamble, sha256};

pal_str io_csv_unread(const void *self)
{
    const struct csv_in *csv = self;
    return (pal_str){csv->chunk + csv->at, csv->end - csv->at};
}

uint64_t io_csv_line(const void *self) { return ((const struct csv_in *)self)->line; }

void io_csv_begin_at(void *self, uint64_t lines) { ((struct csv_in *)self)->line = lines; }

enum pal_status io_csv_open(struct pal_source *source, const struct pal_dialect *dialect,
                            struct pal_arena *arena, const struct io_reader **reader, void **self,
                            struct pal_error *err)
{
    struct csv_in *csv = pal_arena_alloc(arena, 1, sizeof *csv);
    if (!csv)
        return pal_nomem(err, pal_source_name(source));
    csv->source = source;
    csv->arena = arena;
    csv->delimiter = (char)(dialect->delimiter ? dialect->delimiter : ',');
    csv->quote = (char)(dialect->quote ? dialect->quote : '"');
    csv->max_field = dialect->max_field ? dialect->max_field : IO_MAX_FIELD;
    csv->max_columns = dialect->max_columns ? dialect->max_columns : IO_MAX_COLUMNS;
    if (csv->delimiter == csv->quote || strchr("\r\n", csv->delimiter) ||
        strchr("\r\n \t", csv->quote))
        return pal_fail(err, PAL_SYNTAX,
                        "the delimiter and the quote must be two different characters, and no "
                        "line end");
    PAL_TRY(io_encoding_parse(dialect->encoding, &csv->encoding, err));
    csv->cap = IO_CHUNK;
    csv->chunk = pal_arena_alloc(arena, csv->cap, 1);
    if (!csv->chunk || !widen(csv))
        return pal_nomem(err, pal_source_name(source));
    pal_buf_init(&csv->text, arena, LONGEST_LINE + csv->max_field);
    pal_buf_init(&csv->decoded, arena, (LONGEST_LINE + csv->max_field) * 3);
    if (csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return pal_nomem(err, pal_source_name(source));
    PAL_TRY(pal_arena_defer(arena, csv_close, csv, err));
    csv_set_delim(&csv->parser, (unsigned char)csv->delimiter);
    csv_set_quote(&csv->parser, (unsigned char)csv->quote);
    *reader = &reader_csv;
    *self = csv;
    return PAL_OK;
}
