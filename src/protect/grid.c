/* grid.c: a whole table in memory. Published tables and small files beside them are read so. */
#include "inside.h"

enum { MOST_FIELDS = 20000000, LOOK_ROWS = 30 };

struct row {
    pal_str *field;
    size_t n, full;
    uint64_t line;
};

static enum pal_status keep_row(const struct pal_record *record, struct pal_arena *arena,
                                struct row *out, const char *path, struct pal_error *err)
{
    *out = (struct row){.n = record->fields, .line = record->line};
    out->field = pal_arena_alloc(arena, record->fields + 1, sizeof *out->field);
    if (!out->field)
        return pal_nomem(err, path);
    for (size_t c = 0; c < record->fields; c++) {
        out->field[c] = pal_arena_str(arena, pal_str_trim(record->field[c]));
        if (!out->field[c].ptr)
            return pal_nomem(err, path);
        out->full += out->field[c].len > 0;
    }
    return PAL_OK;
}

/* The first row that is as full as the fullest near the beginning, but for one field (a column of
 * row numbers has no name). What stands above is a preamble. */
static size_t header_of(const struct row *row, size_t rows)
{
    size_t most = 0;
    for (size_t r = 0; r < rows && r < LOOK_ROWS; r++)
        most = row[r].full > most ? row[r].full : most;
    for (size_t r = 0; r < rows && r < LOOK_ROWS; r++)
        if (row[r].full == most || (most > 2 && row[r].full + 1 == most))
            return r;
    return 0;
}

enum pal_status pal_grid_read(const char *path, struct pal_arena *arena, struct pal_grid *out,
                              struct pal_error *err)
{
    const struct pal_dialect dialect = {.header_rows = 0, .guess = true};
    struct pal_records *records;
    struct pal_record record;
    struct row *row = NULL;
    size_t rows = 0, room = 0, fields = 0;
    bool end = false;
    *out = (struct pal_grid){.path = path};
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &records, err));
    out->path = pal_records_name(records);
    for (;;) {
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        fields += record.fields;
        if (fields > MOST_FIELDS)
            return pal_fail(err, PAL_NOMEM, "'%s' has more than %d fields", path, MOST_FIELDS);
        if (rows == room) {
            const size_t larger = 2 * room + 64;
            row = pal_arena_grow(arena, row, room, larger, sizeof *row);
            if (!row)
                return pal_nomem(err, path);
            room = larger;
        }
        PAL_TRY(keep_row(&record, arena, &row[rows++], path, err));
    }
    if (rows == 0)
        return pal_fail(err, PAL_DATA, "'%s' has no header row", path);
    const size_t header = header_of(row, rows);
    out->columns = row[header].n;
    out->name = row[header].field;
    out->rows = rows - header - 1;
    if (out->rows * out->columns > MOST_FIELDS)
        return pal_fail(err, PAL_NOMEM, "'%s' has more than %d fields", path, MOST_FIELDS);
    pal_str *field = pal_arena_alloc(arena, out->rows * out->columns + 1, sizeof *field);
    uint64_t *line = pal_arena_alloc(arena, out->rows + 1, sizeof *line);
    if (!field || !line)
        return pal_nomem(err, path);
    for (size_t r = 0; r < out->rows; r++) {
        const struct row *from = &row[header + 1 + r];
        line[r] = from->line;
        for (size_t c = 0; c < out->columns && c < from->n; c++)
            field[r * out->columns + c] = from->field[c];
    }
    out->field = field;
    out->line = line;
    return PAL_OK;
}

size_t pal_grid_column(const struct pal_grid *grid, pal_str name)
{
    for (size_t c = 0; c < grid->columns; c++)
        if (pal_str_eq_nocase(grid->name[c], name))
            return c;
    return SIZE_MAX;
}
