/* grid.c: a small table held whole. */
#include "grid.h"

#include <math.h>
#include <string.h>

enum { MOST_CELLS = 10000000 };

static enum pal_status keep_row(struct grid *out, const struct pal_record *record, size_t *room,
                                struct pal_arena *arena, struct pal_error *err)
{
    if (record->fields > out->cols) {
        const struct pal_place at = {out->file, record->line, (uint32_t)out->cols + 1};
        return pal_fail_at(err, PAL_DATA, &at, "the row has %zu fields, the header %zu",
                           record->fields, out->cols);
    }
    if (out->rows == *room) {
        const size_t more = *room ? 2 * *room : 256;
        if (more * out->cols > 2 * (size_t)MOST_CELLS)
            return pal_fail(err, PAL_NOMEM, "'%s' has more than %d cells", out->file, MOST_CELLS);
        out->cell =
            pal_arena_grow(arena, out->cell, *room * out->cols, more * out->cols, sizeof(pal_str));
        out->line = pal_arena_grow(arena, out->line, *room, more, sizeof(uint64_t));
        if (!out->cell || !out->line)
            return pal_nomem(err, out->file);
        *room = more;
    }
    out->line[out->rows] = record->line;
    for (size_t i = 0; i < record->fields; i++) {
        pal_str *cell = &out->cell[out->rows * out->cols + i];
        *cell = pal_arena_str(arena, pal_str_trim(record->field[i]));
        if (!cell->ptr)
            return pal_nomem(err, out->file);
    }
    out->rows++;
    return PAL_OK;
}

enum pal_status grid_read(const char *path, struct pal_arena *arena, struct grid *out,
                          struct pal_error *err)
{
    const struct pal_dialect dialect = {.guess = true, .header_rows = 1};
    struct pal_records *records;
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &records, err));
    *out = (struct grid){.file = pal_records_name(records)};
    out->header = pal_records_header(records, &out->cols);
    if (!out->cols)
        return pal_fail(err, PAL_DATA, "'%s' has no header", out->file);
    size_t room = 0;
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        PAL_TRY(keep_row(out, &record, &room, arena, err));
    }
}

enum pal_status grid_column(const struct grid *grid, pal_str name, size_t *out,
                            struct pal_error *err)
{
    for (size_t i = 0; i < grid->cols; i++)
        if (pal_str_eq(grid->header[i], name)) {
            *out = i;
            return PAL_OK;
        }
    const pal_str near = pal_nearest(name, grid->header, grid->cols);
    return pal_fail(err, PAL_USAGE, "'%s' has no column '%.*s'%s%.*s%s", grid->file, PAL_ARG(name),
                    PAL_NEAR(near));
}

struct pal_place grid_place(const struct grid *grid, size_t row, size_t col)
{
    return (struct pal_place){grid->file, grid->line[row],
                              col == GRID_NO_COLUMN ? 0 : (uint32_t)col + 1};
}

bool grid_absent(pal_str cell)
{
    static const pal_str marks[] = {PAL_STR_INIT("NA"), PAL_STR_INIT("N/A"), PAL_STR_INIT("."),
                                    PAL_STR_INIT(".."), PAL_STR_INIT("null")};
    bool absent = !cell.len;
    for (size_t i = 0; i < PAL_COUNT(marks); i++)
        absent = absent || pal_str_eq_nocase(cell, marks[i]);
    return absent;
}

enum pal_status grid_numbers(const struct grid *grid, size_t col, double least,
                             struct pal_arena *arena, double **out, struct pal_error *err)
{
    *out = pal_arena_alloc(arena, grid->rows + 1, sizeof(double));
    if (!*out)
        return pal_nomem(err, grid->file);
    for (size_t i = 0; i < grid->rows; i++) {
        const pal_str cell = grid_cell(grid, i, col);
        (*out)[i] = (double)NAN;
        if (grid_absent(cell))
            continue;
        const struct pal_place at = grid_place(grid, i, col);
        if (!pal_num_parse(cell, &(*out)[i]))
            return pal_fail_at(err, PAL_DATA, &at, "'%.*s' is not a number", PAL_ARG(cell));
        if ((*out)[i] < least)
            return pal_fail_at(err, PAL_DATA, &at, "'%.*s' is below %g", PAL_ARG(cell), least);
    }
    return PAL_OK;
}

enum pal_status grid_word(const char *option, pal_str word, const pal_str *words, size_t n,
                          size_t *out, struct pal_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq_nocase(word, words[i])) {
            *out = i;
            return PAL_OK;
        }
    const pal_str near = pal_nearest(word, words, n);
    return pal_fail(err, PAL_USAGE, "--%s does not know '%.*s'%s%.*s%s", option, PAL_ARG(word),
                    PAL_NEAR(near));
}
