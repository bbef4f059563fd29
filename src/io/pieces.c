/* pieces.c: a CSV file of any size as pieces of whole records. A piece begins where the one before
 * ended; it ends behind the last LF that stands in no quotes, which the number of quotes since its
 * beginning decides. */
#include "inflated.h"
#include "members.h"
#include "scan.h"

#include <string.h>

enum { PIECE = 256 * 1024, LONGEST_RECORD = 32 << 20, BEHIND = 64 };

struct pal_pieces {
    struct pal_arena *arena;
    struct pal_source *source;
    struct pal_dialect dialect;
    enum io_encoding encoding;
    char delimiter, quote;
    enum io_scan_path path;
    size_t piece;
    const pal_str *header;
    size_t header_n;
    uint64_t lines;

    /* What was read and belongs to the next piece. Its memory is apart: cutting need not happen in
     * the thread that has the arena of the job. */
    struct pal_arena *own;
    char *carry;
    size_t carried, carry_cap;
    bool source_end;

    bool bgzf, ordinary; /* gzip of either kind, of a file; else the source inflates */
    unsigned inflaters;
    struct io_inflated *inflated;
    struct io_members *members;
};

static void free_arena(void *arena) { pal_arena_free(arena); }

static enum pal_status new_arena(struct pal_arena *arena, struct pal_arena **out,
                                 struct pal_error *err)
{
    *out = pal_arena_new();
    if (!*out)
        return pal_nomem(err, "a file");
    return pal_arena_defer(arena, free_arena, *out, err);
}

static enum pal_status read_some(void *context, char *to, size_t size, size_t *got,
                                 struct pal_error *err)
{
    struct pal_pieces *p = context;
    if (p->inflated)
        return io_inflated_read(p->inflated, to, size, got, err);
    return p->members ? io_members_read(p->members, to, size, got, err)
                      : pal_source_read(p->source, to, size, got, err);
}

static void stop_inflating(void *object)
{
    struct pal_pieces *p = object;
    io_inflated_free(p->inflated);
    io_members_free(p->members);
    p->inflated = NULL;
    p->members = NULL;
}

static enum pal_status begin_inflating(struct pal_pieces *p, struct pal_error *err)
{
    if (p->bgzf)
        return io_inflated_new(p->source, p->inflaters, &p->inflated, err);
    return p->ordinary ? io_members_new(p->source, p->inflaters, &p->members, err) : PAL_OK;
}

/* ---- opening -----------------------------------------------------------------------------------
 */

static enum pal_status keep(struct pal_pieces *p, pal_str text, struct pal_error *err)
{
    if (text.len > p->carry_cap) {
        const size_t cap = text.len > 2 * p->carry_cap ? text.len : 2 * p->carry_cap;
        char *grown = pal_arena_grow(p->own, p->carry, p->carry_cap, cap, 1);
        if (!grown)
            return pal_nomem(err, pal_source_name(p->source));
        p->carry = grown;
        p->carry_cap = cap;
    }
    if (text.len)
        memcpy(p->carry, text.ptr, text.len);
    p->carried = text.len;
    return PAL_OK;
}

/* Reads the header as libcsv does; what follows it and was read already is carried over. */
static enum pal_status read_header(struct pal_pieces *p, struct pal_records **records,
                                   struct pal_error *err)
{
    PAL_TRY(io_records_of(p->source, &p->dialect, NULL, p->arena, records, err));
    const void *csv = io_records_csv(*records);
    if (!csv)
        return PAL_OK;
    p->header = pal_records_header(*records, &p->header_n);
    p->lines = io_csv_line(csv);
    p->source_end = false;
    return keep(p, io_csv_unread(csv), err);
}

enum pal_status pal_pieces_open(const char *path, const struct pal_pieces_options *options,
                                struct pal_arena *arena, struct pal_pieces **out,
                                struct pal_records **records, struct pal_error *err)
{
    static const struct pal_source_options no_ceiling = {.max_inflated = UINT64_MAX};
    struct pal_source *source;
    PAL_TRY(pal_source_open(path, &no_ceiling, arena, &source, err));
    return io_pieces_of(source, options, arena, out, records, err);
}

enum pal_status io_pieces_of(struct pal_source *source, const struct pal_pieces_options *options,
                             struct pal_arena *arena, struct pal_pieces **out,
                             struct pal_records **records, struct pal_error *err)
{
    struct pal_pieces *p = pal_arena_alloc(arena, 1, sizeof *p);
    if (!p)
        return pal_nomem(err, pal_source_name(source));
    *out = NULL;
    p->arena = arena;
    p->source = source;
    PAL_TRY(new_arena(arena, &p->own, err));
    if (options->again)
        PAL_TRY(io_source_keep(p->source, err));
    p->dialect = (struct pal_dialect){.header_rows = 1, .sheet = options->sheet};
    pal_str look;
    bool cut;
    PAL_TRY(io_source_look(p->source, arena, &look, &cut, err));
    io_dialect_guess(look, cut, &p->dialect);
    p->dialect.encoding = "mixed"; /* as where records are read with a guess */
    PAL_TRY(io_encoding_parse(p->dialect.encoding, &p->encoding, err));
    p->delimiter = p->dialect.delimiter;
    p->quote = '"';
    p->piece = options->piece_bytes ? options->piece_bytes : PIECE;
    const enum io_scan_path best = io_scan_best();
    const unsigned wanted = options->path ? options->path - 1 : (unsigned)best;
    p->path = wanted < (unsigned)best ? (enum io_scan_path)wanted : best;
    PAL_TRY(read_header(p, records, err));
    if (!p->header)
        return PAL_OK;
    PAL_TRY(pal_arena_defer(arena, stop_inflating, p, err));
    p->bgzf = io_source_is_bgzf(p->source);
    p->ordinary = io_members_may(p->source);
    const unsigned most = options->threads > 2 ? (options->threads - 1) / 2 : 0;
    if (most && (p->bgzf || (p->ordinary && io_members_likely(p->source))))
        p->inflaters = most;
    *out = p;
    return begin_inflating(p, err);
}

enum pal_status pal_pieces_again(struct pal_pieces *p, struct pal_error *err)
{
    struct pal_records *records;
    stop_inflating(p);
    PAL_TRY(io_source_again(p->source, err));
    PAL_TRY(read_header(p, &records, err));
    return begin_inflating(p, err);
}

const pal_str *pal_pieces_header(const struct pal_pieces *p, size_t *n)
{
    *n = p->header_n;
    return p->header;
}

const char *pal_pieces_name(const struct pal_pieces *p) { return pal_source_name(p->source); }

uint64_t pal_pieces_lines(const struct pal_pieces *p) { return p->lines; }

uint64_t pal_pieces_stored(const struct pal_pieces *p) { return io_source_size(p->source); }

enum pal_status pal_pieces_whole(const struct pal_pieces *p, struct pal_error *err)
{
    static const struct pal_source_options no_ceiling = {.max_inflated = UINT64_MAX};
    enum { AT_ONCE = 1 << 18 };
    if (!io_source_is_gzip(p->source) || io_source_size(p->source) == UINT64_MAX)
        return PAL_OK;
    struct pal_arena *arena = pal_arena_new();
    char *text = arena ? pal_arena_alloc(arena, AT_ONCE, 1) : NULL;
    struct pal_source *source;
    size_t got = text != NULL;
    enum pal_status status =
        text ? pal_source_open(pal_source_name(p->source), &no_ceiling, arena, &source, err)
             : PAL_OK;
    while (status == PAL_OK && got)
        status = pal_source_read(source, text, AT_ONCE, &got, err);
    pal_arena_free(arena);
    return status;
}

unsigned pal_pieces_helpers(const struct pal_pieces *p) { return p->inflaters; }

bool pal_pieces_utf8(const struct pal_pieces *p) { return p->encoding == IO_UTF8; }

/* ---- cutting -----------------------------------------------------------------------------------
 */

static enum pal_status make_room(struct pal_piece *piece, size_t bytes, struct pal_error *err)
{
    if (bytes + BEHIND + 1 <= piece->cap)
        return PAL_OK;
    const size_t cap = bytes + BEHIND + 1;
    char *grown = pal_arena_grow(piece->arena, piece->text, piece->cap, cap, 1);
    if (!grown)
        return pal_nomem(err, "a piece of a file");
    piece->text = grown;
    piece->cap = cap;
    return PAL_OK;
}

/* Where the last record of the text ends that ends in it; 0 when none does. */
static size_t last_end(const char *text, size_t len, char quote, bool inside)
{
    for (size_t i = len; i > 0; i--) {
        if (text[i - 1] == quote)
            inside = !inside;
        else if (text[i - 1] == '\n' && !inside)
            return i;
    }
    return 0;
}

enum pal_status pal_pieces_cut(struct pal_pieces *p, struct pal_piece *piece, bool *end,
                               struct pal_error *err)
{
    size_t want = p->piece > p->carried ? p->piece : p->carried, have = p->carried, counted = 0;
    size_t quotes = 0, kept = 0;
    *end = false;
    piece->strict = piece->rest = piece->last_line_open = false;
    PAL_TRY(make_room(piece, want, err));
    if (have)
        memcpy(piece->text, p->carry, have);
    p->carried = 0;
    for (;;) {
        while (have < want && !p->source_end) {
            size_t got;
            PAL_TRY(read_some(p, piece->text + have, want - have, &got, err));
            p->source_end = got == 0;
            have += got;
        }
        if (p->source_end)
            break;
        quotes += io_scan_count(p->path, piece->text + counted, have - counted, p->quote);
        counted = have;
        kept = last_end(piece->text, have, p->quote, quotes % 2 != 0);
        if (kept || have > LONGEST_RECORD)
            break;
        want = 2 * have > p->piece ? 2 * have : p->piece;
        PAL_TRY(make_room(piece, want, err));
    }
    if (p->source_end) {
        *end = have == 0;
        if (have && piece->text[have - 1] != '\n') {
            piece->text[have++] = '\n';
            piece->last_line_open = true;
        }
        piece->len = have;
        return PAL_OK;
    }
    if (!kept) { /* no LF that ends a record: libcsv goes on from here */
        piece->strict = piece->rest = true;
        p->source_end = true;
        piece->len = have;
        return PAL_OK;
    }
    piece->len = kept;
    return keep(p, (pal_str){piece->text + kept, have - kept}, err);
}

/* ---- finding fields ----------------------------------------------------------------------------
 */

/* libcsv says what is too long or too wide. */
static bool passes_ceiling(const struct pal_piece *piece)
{
    if (piece->len > IO_MAX_FIELD)
        return true;
    if (piece->fields > IO_MAX_COLUMNS)
        for (size_t r = 0; r < piece->rows; r++)
            if (piece->row[r] - (r ? piece->row[r - 1] : 0) > IO_MAX_COLUMNS)
                return true;
    return false;
}

enum pal_status pal_pieces_index(const struct pal_pieces *p, struct pal_piece *piece,
                                 struct pal_error *err)
{
    if (piece->strict)
        return PAL_OK;
    if (piece->len > piece->room) {
        const size_t room = piece->len, more = room + BEHIND;
        piece->at = pal_arena_grow(piece->arena, piece->at, piece->room ? piece->room + BEHIND : 0,
                                   more, sizeof *piece->at);
        piece->row =
            pal_arena_grow(piece->arena, piece->row, piece->room, room, sizeof *piece->row);
        piece->line =
            pal_arena_grow(piece->arena, piece->line, piece->room, room, sizeof *piece->line);
        if (!piece->at || !piece->row || !piece->line)
            return pal_nomem(err, "a piece of a file");
        piece->room = room;
    }
    struct io_scan scan = {.at = piece->at, .row = piece->row, .line = piece->line};
    io_scan(p->path, piece->text, piece->len, p->delimiter, p->quote, &scan);
    io_scan_rows(p->path, piece->text, p->header_n, &scan);
    piece->fields = scan.fields;
    piece->rows = scan.rows;
    piece->high = scan.high;
    piece->cr = scan.cr;
    piece->doubled = scan.doubled;
    piece->lines = scan.rows ? scan.line[scan.rows - 1] : 0;
    piece->strict = scan.odd || passes_ceiling(piece) ||
                    (scan.high && p->encoding == IO_UTF8 &&
                     !pal_utf8_valid((pal_str){piece->text, piece->len}));
    return PAL_OK;
}

enum pal_status pal_pieces_strict(struct pal_pieces *p, const struct pal_piece *piece,
                                  uint64_t line, struct pal_arena *arena, struct pal_records **out,
                                  struct pal_error *err)
{
    struct pal_dialect dialect = p->dialect;
    struct pal_source *source;
    dialect.header_rows = 0;
    const pal_str text = {piece->text, piece->len - piece->last_line_open};
    const struct io_more more = {piece->rest ? read_some : NULL, p};
    PAL_TRY(io_source_memory(pal_source_name(p->source), text, false, more, arena, &source, err));
    PAL_TRY(io_records_text(source, &dialect, arena, out, err));
    io_csv_begin_at(io_records_csv(*out), line);
    return PAL_OK;
}

pal_str pal_pieces_text(const struct pal_pieces *p, pal_str field, struct pal_buf *room)
{
    if (p->encoding == IO_UTF8 || !(io_text_look(field) & IO_HAS_HIGH))
        return field;
    room->len = 0;
    if (!io_decode(p->encoding, field, room) || room->failed)
        return field;
    return pal_buf_str(room);
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

pal_str pal_piece_field(const struct pal_piece *piece, size_t field, bool last, char *unfold)
{
    const char *start = piece->text + (field ? piece->at[field - 1] + 1 : 0);
    const char *stop = piece->text + piece->at[field];
    if (last && piece->cr && stop > start && stop[-1] == '\r')
        stop--;
    if (start < stop && *start == '"') { /* what opens quotes closes them at the end */
        start++;
        stop--;
        if (!piece->doubled || !memchr(start, '"', (size_t)(stop - start)))
            return (pal_str){start, (size_t)(stop - start)};
        char *to = unfold;
        for (; start < stop; start++) {
            *to++ = *start;
            start += *start == '"';
        }
        return (pal_str){unfold, (size_t)(to - unfold)};
    }
    while (start < stop && is_blank(*start))
        start++;
    while (stop > start && is_blank(stop[-1]))
        stop--;
    return (pal_str){start, (size_t)(stop - start)};
}
