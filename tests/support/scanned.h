/* scanned.h: one text read by libcsv and by the scanner, on each of its paths and in pieces of any
 * size: the same fields of the same lines, or the same refusal. */
#ifndef PALERMO_TESTS_SCANNED_H
#define PALERMO_TESTS_SCANNED_H

#include "../../src/io/scan.h"

#include <string.h>

static void scanned_add(struct pal_buf *out, uint64_t line)
{
    pal_buf_addf(out, "\n%llu:", (unsigned long long)line);
}

static void scanned_field(struct pal_buf *out, pal_str field)
{
    pal_buf_addf(out, "[%zu ", field.len);
    pal_buf_add(out, field);
    pal_buf_addc(out, ']');
}

static enum pal_status scanned_records(struct pal_records *records, struct pal_buf *out,
                                       struct pal_error *err)
{
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        scanned_add(out, record.line);
        for (size_t i = 0; i < record.fields; i++)
            scanned_field(out, record.field[i]);
    }
}

static void scanned_header(const pal_str *header, size_t n, struct pal_buf *out)
{
    for (size_t i = 0; i < n; i++)
        scanned_field(out, header[i]);
}

/* A row of the scanner; a blank line is none. */
static void scanned_row(const struct pal_pieces *pieces, const struct pal_piece *piece, size_t row,
                        uint64_t before, char *unfold, struct pal_buf *decoded, struct pal_buf *out)
{
    const size_t from = row ? piece->row[row - 1] : 0, to = piece->row[row];
    const pal_str only = pal_piece_cell(piece, from, true, unfold);
    const char *start = piece->text + (from ? piece->at[from - 1] + 1 : 0);
    if (to - from == 1 && !only.len && *start != '"')
        return;
    scanned_add(out, before + (row ? piece->line[row - 1] : 0) + 1);
    for (size_t f = from; f < to; f++)
        scanned_field(
            out, pal_pieces_text(pieces, pal_piece_cell(piece, f, f + 1 == to, unfold), decoded));
}

static enum pal_status scanned_pieces(struct pal_pieces *pieces, struct pal_buf *out,
                                      struct pal_error *err)
{
    struct pal_piece piece = {.arena = out->arena};
    struct pal_buf decoded;
    uint64_t line = pal_pieces_lines(pieces);
    pal_buf_init(&decoded, out->arena, 1 << 24);
    for (;;) {
        bool end;
        PAL_TRY(pal_pieces_cut(pieces, &piece, &end, err));
        if (end)
            return PAL_OK;
        PAL_TRY(pal_pieces_index(pieces, &piece, err));
        if (piece.strict) {
            struct pal_records *records;
            PAL_TRY(pal_pieces_strict(pieces, &piece, line, out->arena, &records, err));
            PAL_TRY(scanned_records(records, out, err));
            line = pal_records_lines(records);
            continue;
        }
        char *unfold = pal_arena_alloc(out->arena, piece.len + 1, 1);
        for (size_t row = 0; row < piece.rows; row++)
            scanned_row(pieces, &piece, row, line, unfold, &decoded, out);
        line += piece.lines;
    }
}

static void scanned_end(enum pal_status status, const struct pal_error *err, struct pal_buf *out)
{
    if (status != PAL_OK)
        pal_buf_addf(out, "\n%d at %llu, %u: %s", (int)status, (unsigned long long)err->line,
                     err->column, err->text);
}

/* path 0: libcsv; otherwise as pal_pieces_options. */
static pal_str scanned_text(pal_str text, unsigned path, size_t piece_bytes,
                            struct pal_arena *arena)
{
    const struct pal_pieces_options options = {.path = path, .piece_bytes = piece_bytes};
    const struct pal_dialect guess = {.header_rows = 1, .guess = true};
    const struct io_more none = {0};
    struct pal_source *source;
    struct pal_records *records = NULL;
    struct pal_pieces *pieces = NULL;
    struct pal_error err = {0};
    struct pal_buf out;
    pal_buf_init(&out, arena, SIZE_MAX);
    enum pal_status status = io_source_memory("text", text, true, none, arena, &source, &err);
    if (status == PAL_OK)
        status = path ? io_pieces_of(source, &options, arena, &pieces, &records, &err)
                      : io_records_of(source, &guess, NULL, arena, &records, &err);
    size_t n = 0;
    const pal_str *header = status != PAL_OK || !records ? NULL : pal_records_header(records, &n);
    scanned_header(header, n, &out);
    if (status == PAL_OK)
        status = pieces ? scanned_pieces(pieces, &out, &err) : scanned_records(records, &out, &err);
    scanned_end(status, &err, &out);
    return pal_buf_str(&out);
}

#endif
