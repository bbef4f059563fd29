/* stream.c: any table without a descriptor, for `palermo estimate`. Pieces of the file are read in
 * order, parsed side by side and handed out in order. Each worker numbers the texts that it meets
 * in its own way; when a piece is handed out, its numbers become those of the file. */
#include "stream.h"

#include <stdatomic.h>
#include <string.h>

enum { SMALL_FILE = 2 << 20, MOST_THREADS = 256 };

struct worker {
    struct pal_arena *arena;
    struct words *words; /* [columns] */
    struct pal_buf decoded;
    /* The caller's: worker's code -> code of the file, by column. */
    uint32_t **code;
    size_t *known, *code_room;
};

struct slot {
    struct pal_arena *arena;
    struct pal_piece piece;
    struct stream_cells *cells; /* [columns] */
    size_t rows, room;
    uint32_t *first, *begins; /* [rows] first field; lines of the piece before the row */
    uint64_t *line;           /* [rows] of the file */
    char *unfold;
    size_t unfold_room;
    unsigned worker;
    bool *text; /* [columns] a look: not all of its cells are numbers */
};

struct pal_stream {
    struct pal_arena *arena;
    const char *name;
    struct stream_column *column;
    size_t columns, header_n;
    struct pal_pieces *pieces;
    struct stream_rows *in_memory; /* instead of pieces */
    unsigned workers;
    struct worker *worker;
    struct slot *slot;
    size_t slots;
    enum stream_path path; /* of numbers */
    struct pal_ahead *ahead;
    uint64_t lines;              /* before the piece that comes next    */
    struct pal_records *strict;  /* of the piece that libcsv reads      */
    struct pal_arena *strict_in; /* what that needs, until it is read   */
    struct slot judged;          /* rows that came from there           */
    atomic_size_t room;          /* that a piece and its texts may take; 0: no limit */
    struct pal_column *view;
    struct pal_batch batch;
};

/* ---- columns and refusals ----------------------------------------------------------------------
 */

enum pal_status stream_find(struct stream_column *column, size_t n, const char *file,
                            const pal_str *header, size_t fields, struct pal_error *err)
{
    if (!fields)
        return pal_fail(err, PAL_DATA, "'%s' is empty: it has no header and no rows", file);
    for (size_t i = 0; i < n; i++) {
        column[i].at = SIZE_MAX;
        for (size_t k = 0; k < fields; k++) {
            if (!pal_str_eq(header[k], column[i].name))
                continue;
            if (column[i].at != SIZE_MAX)
                return pal_fail(err, PAL_USAGE,
                                "'%s' has the column '%.*s' twice, as field %zu and %zu; which one "
                                "is meant? rename the other",
                                file, PAL_ARG(column[i].name), column[i].at + 1, k + 1);
            column[i].at = k;
        }
        if (column[i].at == SIZE_MAX) {
            const pal_str near = pal_nearest(column[i].name, header, fields);
            return pal_fail(err, PAL_USAGE, "'%s' has no column '%.*s'%s%.*s%s%s", file,
                            PAL_ARG(column[i].name), PAL_NEAR(near),
                            pal_str_ends(pal_str_of(file), PAL_STR(".xlsx"))
                                ? "; --sheet NAME reads another worksheet"
                                : "");
        }
    }
    return PAL_OK;
}

/* The way out for what stands where a number should. */
static const char *no_number_hint(pal_str text)
{
    bool digit = false, plain = true;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool is_digit = c >= '0' && c <= '9';
        digit |= is_digit;
        plain &= is_digit || (c != '\0' && strchr(",.'+- ", c)) || (c & 0x80);
    }
    if (digit && (text.ptr[0] == '<' || text.ptr[0] == '>'))
        return "; it is masked and has bounds, no value: leave the cell empty, or describe the "
               "dataset ('palermo check --suggest FILE' drafts that) and run a cycle, which "
               "carries its bounds";
    if (digit && plain)
        return "; write it as 1234.5, or describe the dataset ('palermo check --suggest FILE' "
               "drafts that), where 'decimal' and 'thousands' say how its numbers are written";
    return digit ? "" : "; where there is no value, leave the cell empty";
}

enum pal_status stream_no_number(const struct stream_column *column, const char *file,
                                 uint64_t line, pal_str text, struct pal_error *err)
{
    static const char *const marks[] = {"NA",  "N/A", "n/a", "na",  "NULL", "null", "NaN",
                                        "nan", ".",   "..",  "...", "-",    "*",    "x"};
    const struct pal_place at = {file, line, (uint32_t)column->at + 1};
    bool mark = false;
    for (size_t i = 0; i < PAL_COUNT(marks); i++)
        mark = mark || pal_str_eq(text, pal_str_of(marks[i]));
    return pal_fail_at(err, PAL_DATA, &at, "'%.*s' in column '%.*s' is no number%s%.*s",
                       PAL_ARG(text), PAL_ARG(column->name),
                       mark ? "; if it stands for no value: --absent " : no_number_hint(text),
                       mark ? (int)text.len : 0, text.ptr);
}

enum pal_status stream_ragged(const char *file, uint64_t line, size_t fields, size_t header,
                              struct pal_error *err)
{
    const struct pal_place at = {file, line, 0};
    return pal_fail_at(err, PAL_DATA, &at, "the row has %zu fields and the header %zu", fields,
                       header);
}

/* ---- one piece ---------------------------------------------------------------------------------
 */

static enum pal_status need_rows(const struct pal_stream *s, struct slot *slot, size_t rows,
                                 struct pal_error *err)
{
    const size_t old = slot->room, room = rows + rows / 4;
    if (rows <= old)
        return PAL_OK;
    slot->first = pal_arena_grow(slot->arena, slot->first, old, room, sizeof *slot->first);
    slot->begins = pal_arena_grow(slot->arena, slot->begins, old, room, sizeof *slot->begins);
    slot->line = pal_arena_grow(slot->arena, slot->line, old, room, sizeof *slot->line);
    bool ok = slot->first && slot->begins && slot->line;
    for (size_t i = 0; i < s->columns; i++) {
        struct stream_cells *c = &slot->cells[i];
        c->absent = pal_arena_grow(slot->arena, c->absent, old, room, 1);
        if (!s->column[i].text)
            c->value = pal_arena_grow(slot->arena, c->value, old, room, sizeof *c->value);
        if (!s->column[i].must)
            c->code = pal_arena_grow(slot->arena, c->code, old, room, sizeof *c->code);
        ok = ok && c->absent && (s->column[i].text || c->value) && (s->column[i].must || c->code);
    }
    slot->room = room;
    return ok ? PAL_OK : pal_nomem(err, s->name);
}

/* A line with nothing on it is no record; one with "" is. */
static bool is_blank_line(const struct pal_piece *piece, size_t field)
{
    const size_t from = field ? piece->at[field - 1] + 1 : 0;
    for (size_t i = from; i < piece->at[field]; i++)
        if (!strchr(" \t\r", piece->text[i]))
            return false;
    return true;
}

/* The rows of a piece up to the first that has not as many fields as the header: *ragged is that
 * row of the piece, or its number of rows. */
static void find_rows(const struct pal_stream *s, struct slot *slot, size_t *ragged)
{
    const struct pal_piece *piece = &slot->piece;
    uint32_t first = 0, lines = 0;
    size_t n = 0, r = 0;
    for (; r < piece->rows; r++) {
        const uint32_t next = piece->row[r];
        slot->first[n] = first;
        slot->begins[n] = lines;
        if (next - first == s->header_n && (s->header_n > 1 || !is_blank_line(piece, first)))
            n++;
        else if (next - first != 1 || !is_blank_line(piece, first))
            break;
        first = next;
        lines = piece->line[r];
    }
    slot->rows = n;
    *ragged = r;
}

static struct stream_field field_of(const struct pal_stream *s, const struct slot *slot,
                                    size_t column)
{
    const struct stream_column *c = &s->column[column];
    return (struct stream_field){.piece = &slot->piece,
                                 .first = slot->first,
                                 .at = c->at,
                                 .fields = s->header_n,
                                 .absent = c->absent,
                                 .unfold = slot->unfold};
}

/* Codes of texts that are not in UTF-8. */
static bool decode_codes(const struct pal_stream *s, const struct stream_field *field, size_t from,
                         size_t to, struct worker *worker, struct words *words,
                         struct stream_cells *cells)
{
    for (size_t row = from; row < to; row++) {
        const pal_str text = stream_text(field, row);
        cells->absent[row] = text.len ? PAL_PRESENT : PAL_BLANK;
        cells->code[row] =
            text.len ? words_code(words, pal_pieces_text(s->pieces, text, &worker->decoded)) : 0;
        if (text.len && !cells->code[row])
            return false;
    }
    return true;
}

static enum pal_status keep_fresh(struct slot *slot, const struct words *words,
                                  struct stream_cells *to, struct pal_error *err)
{
    to->fresh_n = words->count - to->before;
    if (to->fresh_n > to->fresh_room) {
        to->fresh = pal_arena_grow(slot->arena, to->fresh, to->fresh_room, 2 * to->fresh_n,
                                   sizeof *to->fresh);
        if (!to->fresh)
            return pal_nomem(err, "categories");
        to->fresh_room = 2 * to->fresh_n;
    }
    if (to->fresh_n)
        memcpy(to->fresh, words->text + to->before, to->fresh_n * sizeof *to->fresh);
    return PAL_OK;
}

static enum pal_status refuse(struct pal_stream *s, struct slot *slot, size_t row, size_t column,
                              struct worker *worker, struct pal_error *err)
{
    const struct stream_field field = field_of(s, slot, column);
    const pal_str text = stream_text(&field, row);
    return stream_no_number(&s->column[column], s->name, slot->begins[row] + 1,
                            pal_pieces_text(s->pieces, text, &worker->decoded), err);
}

/* A piece that libcsv must read is left to whom it is handed out to. Lines in refusals are those of
 * the piece. */
static enum pal_status index_piece(struct pal_stream *s, struct slot *slot, size_t *ragged,
                                   struct pal_error *err)
{
    slot->rows = 0;
    PAL_TRY(pal_pieces_index(s->pieces, &slot->piece, err));
    if (slot->piece.strict)
        return PAL_OK;
    PAL_TRY(need_rows(s, slot, slot->piece.rows + 1, err));
    if (slot->piece.doubled && slot->unfold_room < slot->piece.cap) {
        slot->unfold =
            pal_arena_grow(slot->arena, slot->unfold, slot->unfold_room, slot->piece.cap, 1);
        if (!slot->unfold)
            return pal_nomem(err, s->name);
        slot->unfold_room = slot->piece.cap;
    }
    find_rows(s, slot, ragged);
    return PAL_OK;
}

/* How many columns of numbers lie side by side from column i on. */
static size_t side_by_side(const struct pal_stream *s, size_t i)
{
    size_t n = 0;
    while (i + n < s->columns && s->column[i + n].use != STREAM_CODES &&
           s->column[i + n].at == s->column[i].at + n)
        n++;
    return n;
}

/* Rows from..to-1 of all columns; the first cell that is no number, if there is one. */
static enum pal_status parse_rows(struct pal_stream *s, struct slot *slot, size_t from, size_t to,
                                  struct worker *worker, struct stream_bad *bad,
                                  struct pal_error *err)
{
    for (size_t i = 0, n; i < s->columns; i += n) {
        const struct stream_field field = field_of(s, slot, i);
        n = side_by_side(s, i);
        if (n)
            stream_numbers(s->path, &field, n, from, to, &slot->cells[i], i, bad);
        n += n == 0;
    }
    for (size_t i = 0; i < s->columns; i++) {
        if (s->column[i].use == STREAM_NUMBER)
            continue;
        const struct stream_field field = field_of(s, slot, i);
        struct stream_cells *cells = &slot->cells[i];
        struct words *words = &worker->words[i];
        if (!(slot->piece.high ? decode_codes(s, &field, from, to, worker, words, cells)
                               : stream_codes(&field, from, to, words, cells->code, cells->absent)))
            return pal_nomem(err, s->name);
    }
    return PAL_OK;
}

static enum pal_status parse_piece(void *context, size_t at, unsigned number, struct pal_error *err)
{
    struct pal_stream *s = context;
    struct slot *slot = &s->slot[at];
    struct worker *worker = &s->worker[number];
    struct stream_bad bad = {SIZE_MAX, 0};
    size_t ragged = 0;
    const size_t room = atomic_load(&s->room) / s->workers;
    if (room)
        pal_arena_limit(worker->arena, pal_arena_used(worker->arena) + room);
    slot->worker = number;
    PAL_TRY(index_piece(s, slot, &ragged, err));
    if (slot->piece.strict)
        return PAL_OK;
    for (size_t i = 0; i < s->columns; i++)
        slot->cells[i].before = worker->words[i].count;
    for (size_t from = 0; from < slot->rows && bad.row == SIZE_MAX; from += STREAM_BLOCK) {
        const size_t left = slot->rows - from,
                     to = from + (left < STREAM_BLOCK ? left : STREAM_BLOCK);
        PAL_TRY(parse_rows(s, slot, from, to, worker, &bad, err));
    }
    if (bad.row < slot->rows)
        return refuse(s, slot, bad.row, bad.column, worker, err);
    for (size_t i = 0; i < s->columns; i++)
        if (s->column[i].use != STREAM_NUMBER)
            PAL_TRY(keep_fresh(slot, &worker->words[i], &slot->cells[i], err));
    if (ragged < slot->piece.rows) {
        const struct pal_piece *piece = &slot->piece;
        const uint32_t first = ragged ? piece->row[ragged - 1] : 0;
        return stream_ragged(s->name, (ragged ? piece->line[ragged - 1] : 0) + 1,
                             piece->row[ragged] - first, s->header_n, err);
    }
    return PAL_OK;
}

static enum pal_status cut_piece(void *context, size_t at, bool *end, struct pal_error *err)
{
    struct pal_stream *s = context;
    return pal_pieces_cut(s->pieces, &s->slot[at].piece, end, err);
}

/* ---- which columns are numbers -----------------------------------------------------------------
 */

static bool undecided(const struct pal_stream *s, size_t column)
{
    return !s->column[column].must && !s->column[column].text &&
           s->column[column].use != STREAM_CODES;
}

static enum pal_status look_at_piece(void *context, size_t at, unsigned number,
                                     struct pal_error *err)
{
    struct pal_stream *s = context;
    struct slot *slot = &s->slot[at];
    size_t ragged = 0;
    (void)number;
    PAL_TRY(index_piece(s, slot, &ragged, err));
    for (size_t i = 0; i < s->columns && !slot->piece.strict; i++) {
        if (s->column[i].must || s->column[i].text || slot->text[i])
            continue;
        const struct stream_field field = field_of(s, slot, i);
        struct stream_bad bad = {SIZE_MAX, 0};
        stream_numbers(s->path, &field, 1, 0, slot->rows, &slot->cells[i], i, &bad);
        slot->text[i] = bad.row < slot->rows;
    }
    return PAL_OK;
}

static enum pal_status look_strictly(struct pal_stream *s, struct slot *slot, struct pal_error *err)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    bool end = false;
    if (!arena)
        return pal_nomem(err, s->name);
    enum pal_status status = pal_pieces_strict(s->pieces, &slot->piece, 0, arena, &records, err);
    while (status == PAL_OK && !end) {
        struct pal_record record;
        double value;
        status = pal_records_next(records, &record, &end, err);
        for (size_t i = 0; status == PAL_OK && !end && i < s->columns; i++)
            if (s->column[i].at < record.fields && record.field[s->column[i].at].len &&
                !stream_is_absent(s->column[i].absent, record.field[s->column[i].at]) &&
                !pal_num_parse(record.field[s->column[i].at], &value))
                slot->text[i] = true;
    }
    pal_arena_free(arena);
    return status;
}

/* Reads the file once for the columns that may be either. It ends early when all of them are known
 * to be text, and at an error, which the reading that follows will meet and tell. */
static enum pal_status look(struct pal_stream *s, unsigned helpers, struct pal_error *err)
{
    static const struct pal_ahead_steps steps = {cut_piece, look_at_piece, true};
    struct pal_arena *arena = pal_arena_new();
    struct pal_ahead *ahead;
    struct pal_error ignored;
    if (!arena)
        return pal_nomem(err, s->name);
    enum pal_status status = pal_ahead_new(&steps, s, s->slots, helpers, arena, &ahead, err);
    bool end = false, any = true;
    for (size_t at; status == PAL_OK && any;) {
        if (pal_ahead_next(ahead, &at, &end, &ignored) != PAL_OK || end)
            break;
        struct slot *slot = &s->slot[at];
        if (slot->piece.strict && look_strictly(s, slot, &ignored) != PAL_OK)
            break;
        any = false;
        for (size_t i = 0; i < s->columns; i++) {
            if (slot->text[i] && !s->column[i].must && !s->column[i].text)
                s->column[i].use = STREAM_CODES;
            any = any || undecided(s, i);
        }
    }
    pal_arena_free(arena);
    return status == PAL_OK ? pal_pieces_again(s->pieces, err) : status;
}

/* ---- opening -----------------------------------------------------------------------------------
 */

static void free_arena(void *arena) { pal_arena_free(arena); }

static enum pal_status new_arena(const struct pal_stream *s, struct pal_arena **out,
                                 struct pal_error *err)
{
    *out = pal_arena_new();
    if (!*out)
        return pal_nomem(err, s->name);
    return pal_arena_defer(s->arena, free_arena, *out, err);
}

static enum pal_status make_slots(struct pal_stream *s, struct pal_error *err)
{
    s->slot = pal_arena_alloc(s->arena, s->slots, sizeof *s->slot);
    s->worker = pal_arena_alloc(s->arena, s->workers, sizeof *s->worker);
    if (!s->slot || !s->worker)
        return pal_nomem(err, s->name);
    for (size_t i = 0; i <= s->slots; i++) {
        struct slot *slot = i < s->slots ? &s->slot[i] : &s->judged;
        PAL_TRY(new_arena(s, &slot->arena, err));
        slot->piece.arena = slot->arena;
        slot->cells = pal_arena_alloc(s->arena, s->columns + 1, sizeof *slot->cells);
        slot->text = pal_arena_alloc(s->arena, s->columns + 1, sizeof *slot->text);
        if (!slot->cells || !slot->text)
            return pal_nomem(err, s->name);
    }
    for (unsigned w = 0; w < s->workers; w++) {
        struct worker *worker = &s->worker[w];
        PAL_TRY(new_arena(s, &worker->arena, err));
        worker->words = pal_arena_alloc(s->arena, s->columns + 1, sizeof *worker->words);
        worker->code = pal_arena_alloc(s->arena, s->columns + 1, sizeof *worker->code);
        worker->known = pal_arena_alloc(s->arena, s->columns + 1, sizeof *worker->known);
        worker->code_room = pal_arena_alloc(s->arena, s->columns + 1, sizeof *worker->code_room);
        if (!worker->words || !worker->code || !worker->known || !worker->code_room)
            return pal_nomem(err, s->name);
        pal_buf_init(&worker->decoded, worker->arena, 64 << 20);
        if (!pal_buf_room(&worker->decoded, 1 << 12)) /* what is behind a text may be read */
            return pal_nomem(err, s->name);
        for (size_t i = 0; i < s->columns; i++)
            if (!s->column[i].must && !words_new(&worker->words[i], worker->arena))
                return pal_nomem(err, s->name);
    }
    return PAL_OK;
}

static enum pal_status open_pieces(struct pal_stream *s, unsigned threads, bool either,
                                   struct pal_error *err)
{
    static const struct pal_ahead_steps steps = {cut_piece, parse_piece, true};
    size_t header_n;
    const pal_str *header = pal_pieces_header(s->pieces, &header_n);
    s->header_n = header_n;
    PAL_TRY(stream_find(s->column, s->columns, s->name, header, header_n, err));
    /* A small file is read before another thread wakes. */
    unsigned helpers = threads - 1 - pal_pieces_helpers(s->pieces);
    if (pal_pieces_stored(s->pieces) < SMALL_FILE)
        helpers = 0;
    s->workers = helpers + 1;
    s->path = stream_best();
    s->slots = helpers ? 2 * (size_t)helpers + 2 : 1;
    PAL_TRY(make_slots(s, err));
    if (either)
        PAL_TRY(look(s, helpers, err));
    s->lines = pal_pieces_lines(s->pieces);
    return pal_ahead_new(&steps, s, s->slots, helpers, s->arena, &s->ahead, err);
}

/* A damaged file may first show as a row that is none. */
static enum pal_status explained(const struct pal_stream *s, enum pal_status status,
                                 struct pal_error *err)
{
    struct pal_error damage = {0};
    if (status != PAL_DATA || pal_pieces_whole(s->pieces, &damage) == PAL_OK)
        return status;
    if (err)
        *err = damage;
    return damage.status;
}

enum pal_status pal_stream_open_with(const char *path, const struct pal_stream_column *columns,
                                     size_t n, const struct pal_stream_options *options,
                                     struct pal_arena *arena, struct pal_stream **out,
                                     struct pal_error *err)
{
    struct pal_stream *s = pal_arena_alloc(arena, 1, sizeof *s);
    struct pal_records *records;
    if (!s)
        return pal_nomem(err, path);
    s->arena = arena;
    s->columns = n;
    s->column = pal_arena_alloc(arena, n + 1, sizeof *s->column);
    s->view = pal_arena_alloc(arena, n + 1, sizeof *s->view);
    if (!s->column || !s->view)
        return pal_nomem(err, path);
    bool either = false;
    for (size_t i = 0; i < n; i++) {
        struct stream_column *column = &s->column[i];
        column->name = columns[i].name;
        column->absent = (struct stream_absent){options->absents, options->absent};
        column->must = columns[i].number;
        column->text = columns[i].codes && !column->must;
        column->use = column->must   ? STREAM_NUMBER
                      : column->text ? STREAM_CODES
                                     : STREAM_CODES_AND_NUMBER;
        column->dict = column->must ? NULL : data_dict_new(arena);
        if (!column->must && !column->dict)
            return pal_nomem(err, path);
        either = either || column->use == STREAM_CODES_AND_NUMBER;
    }
    unsigned threads = options->threads ? options->threads : 1;
    if (threads > MOST_THREADS)
        threads = MOST_THREADS;
    const struct pal_pieces_options how = {.threads = threads,
                                           .piece_bytes = options->piece_bytes,
                                           .path = options->path,
                                           .again = either,
                                           .sheet = options->sheet};
    PAL_TRY(pal_pieces_open(path, &how, arena, &s->pieces, &records, err));
    *out = s;
    if (!s->pieces) {
        s->name = pal_records_name(records);
        return stream_rows_read(records, s->column, n, arena, &s->in_memory, err);
    }
    s->name = pal_pieces_name(s->pieces);
    return explained(s, open_pieces(s, threads, either, err), err);
}

enum pal_status pal_stream_open(const char *path, const struct pal_stream_column *columns, size_t n,
                                struct pal_arena *arena, struct pal_stream **out,
                                struct pal_error *err)
{
    static const struct pal_stream_options plain = {0};
    return pal_stream_open_with(path, columns, n, &plain, arena, out, err);
}

/* ---- handing out -------------------------------------------------------------------------------
 */

/* The codes of the file for what the worker met first in this piece; then for all of the piece's
 * rows, unless both number alike, as they do where one worker is the only one. */
static enum pal_status name_codes(struct pal_stream *s, struct slot *slot, size_t i,
                                  struct pal_error *err)
{
    struct worker *worker = &s->worker[slot->worker];
    const struct stream_cells *cells = &slot->cells[i];
    const size_t known = worker->known[i], all = known + cells->fresh_n + 1;
    if (all > worker->code_room[i]) {
        const size_t room = 2 * all;
        worker->code[i] =
            pal_arena_grow(s->arena, worker->code[i], worker->code_room[i], room, sizeof(uint32_t));
        if (!worker->code[i])
            return pal_nomem(err, s->name);
        worker->code_room[i] = room;
    }
    uint32_t *code = worker->code[i];
    for (size_t k = 0; k < cells->fresh_n; k++) {
        code[known + 1 + k] = data_dict_add(s->column[i].dict, cells->fresh[k]);
        if (!code[known + 1 + k])
            return pal_nomem(err, s->name);
    }
    worker->known[i] += cells->fresh_n;
    if (s->workers == 1 && !s->judged.room)
        return PAL_OK;
    for (size_t row = 0; row < slot->rows; row++)
        cells->code[row] = code[cells->code[row]];
    return PAL_OK;
}

static void show(struct pal_stream *s, const struct slot *slot)
{
    for (size_t i = 0; i < s->columns; i++) {
        const struct stream_column *column = &s->column[i];
        const bool number = column->use != STREAM_CODES;
        s->view[i] = (struct pal_column){.name = column->name,
                                         .type = number ? PAL_COLUMN_NUMBER : PAL_COLUMN_CODE,
                                         .value = number ? slot->cells[i].value : NULL,
                                         .code = slot->cells[i].code,
                                         .dict = column->dict,
                                         .absent = slot->cells[i].absent};
    }
    s->batch = (struct pal_batch){slot->rows, s->columns, s->view, slot->line, NULL, s->name};
}

static enum pal_status put_judged(struct pal_stream *s, const struct pal_record *record,
                                  struct pal_error *err)
{
    struct slot *slot = &s->judged;
    const size_t row = slot->rows;
    if (record->fields != s->header_n)
        return stream_ragged(s->name, record->line, record->fields, s->header_n, err);
    slot->line[row] = record->line;
    for (size_t i = 0; i < s->columns; i++) {
        const struct stream_column *column = &s->column[i];
        const struct stream_cells *cells = &slot->cells[i];
        pal_str text = record->field[column->at];
        if (stream_is_absent(column->absent, text))
            text.len = 0;
        cells->absent[row] = text.len ? PAL_PRESENT : PAL_BLANK;
        if (column->use != STREAM_CODES && text.len && !pal_num_parse(text, &cells->value[row]))
            return stream_no_number(column, s->name, record->line, text, err);
        if (column->use == STREAM_NUMBER)
            continue;
        cells->code[row] = text.len ? data_dict_add(column->dict, text) : 0;
        if (text.len && !cells->code[row])
            return pal_nomem(err, s->name);
    }
    slot->rows++;
    return PAL_OK;
}

/* Rows of the piece that libcsv reads; rows 0 and strict NULL when it has no more. */
static enum pal_status judge_some(struct pal_stream *s, struct pal_error *err)
{
    PAL_TRY(need_rows(s, &s->judged, STREAM_BATCH, err));
    s->judged.rows = 0;
    while (s->judged.rows < STREAM_BATCH) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(s->strict, &record, &end, err));
        if (end) {
            s->lines = pal_records_lines(s->strict);
            s->strict = NULL;
            pal_arena_free(s->strict_in);
            s->strict_in = NULL;
            return PAL_OK;
        }
        PAL_TRY(put_judged(s, &record, err));
    }
    return PAL_OK;
}

static void free_strict(void *object)
{
    struct pal_stream *s = object;
    pal_arena_free(s->strict_in);
    s->strict_in = NULL;
}

static enum pal_status begin_judging(struct pal_stream *s, const struct slot *slot,
                                     struct pal_error *err)
{
    if (!s->judged.room)
        PAL_TRY(pal_arena_defer(s->arena, free_strict, s, err));
    s->strict_in = pal_arena_new();
    if (!s->strict_in)
        return pal_nomem(err, s->name);
    return pal_pieces_strict(s->pieces, &slot->piece, s->lines, s->strict_in, &s->strict, err);
}

static enum pal_status next_piece(struct pal_stream *s, bool *end, struct pal_error *err)
{
    size_t at;
    const enum pal_status status = pal_ahead_next(s->ahead, &at, end, err);
    if (status != PAL_OK) {
        if (status == PAL_DATA && err && err->line)
            err->line += s->lines;
        return status;
    }
    if (*end)
        return PAL_OK;
    struct slot *slot = &s->slot[at];
    if (slot->piece.strict)
        return begin_judging(s, slot, err);
    for (size_t i = 0; i < s->columns; i++)
        if (s->column[i].use != STREAM_NUMBER)
            PAL_TRY(name_codes(s, slot, i, err));
    for (size_t row = 0; row < slot->rows; row++)
        slot->line[row] = s->lines + slot->begins[row] + 1;
    s->lines += slot->piece.lines;
    show(s, slot);
    return PAL_OK;
}

static enum pal_status next_batch(struct pal_stream *s, const struct pal_batch **batch,
                                  struct pal_error *err)
{
    s->batch.rows = 0;
    while (!s->batch.rows) {
        if (s->strict) {
            PAL_TRY(judge_some(s, err));
            show(s, &s->judged);
            continue;
        }
        bool end;
        PAL_TRY(next_piece(s, &end, err));
        if (end)
            return PAL_OK;
    }
    *batch = &s->batch;
    return PAL_OK;
}

enum pal_status pal_stream_next(struct pal_stream *s, const struct pal_batch **batch,
                                struct pal_error *err)
{
    *batch = NULL;
    if (!s->in_memory)
        return explained(s, next_batch(s, batch, err), err);
    *batch = stream_rows_next(s->in_memory);
    return PAL_OK;
}

void pal_stream_room(struct pal_stream *s, size_t bytes) { atomic_store(&s->room, bytes); }
