/* grid.c: a whole table in memory. Published tables and small files beside them are read so. */
#include "inside.h"

enum { MOST_FIELDS = 20000000 };

enum pal_status pal_grid_read(const char *path, struct pal_arena *arena, struct pal_grid *out,
                              struct pal_error *err)
{
    const struct pal_dialect dialect = {.header_rows = 1, .guess = true};
    struct pal_records *records;
    struct pal_record record;
    pal_str *field = NULL;
    uint64_t *line = NULL;
    size_t room = 0;
    bool end = false;
    *out = (struct pal_grid){.path = path};
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &records, err));
    out->name = pal_records_header(records, &out->columns);
    if (out->columns == 0)
        return pal_fail(err, PAL_DATA, "'%s' has no header row", path);
    for (;;) {
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        if ((out->rows + 1) * out->columns > MOST_FIELDS)
            return pal_fail(err, PAL_NOMEM, "'%s' has more than %d fields", path, MOST_FIELDS);
        if (out->rows == room) {
            const size_t larger = 2 * room + 64;
            field = pal_arena_grow(arena, field, room * out->columns, larger * out->columns,
                                   sizeof *field);
            line = pal_arena_grow(arena, line, room, larger, sizeof *line);
            if (!field || !line)
                return pal_nomem(err, path);
            room = larger;
        }
        line[out->rows] = record.line;
        for (size_t c = 0; c < out->columns && c < record.fields; c++) {
            field[out->rows * out->columns + c] =
                pal_arena_str(arena, pal_str_trim(record.field[c]));
            if (!field[out->rows * out->columns + c].ptr)
                return pal_nomem(err, path);
        }
        out->rows++;
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
