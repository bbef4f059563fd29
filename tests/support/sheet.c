#include "sheet.h"

#include "palermo/io.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

void sheet_open(struct sheet *sheet, const char *path)
{
    struct pal_error err = {0};
    struct pal_records *records;
    struct pal_record record;
    const struct pal_dialect dialect = {.header_rows = 1};
    *sheet = (struct sheet){.arena = pal_arena_new()};
    cr_assert(path &&
                  pal_records_open(path, &dialect, NULL, sheet->arena, &records, &err) == PAL_OK,
              "%s", err.text);
    sheet->name = pal_records_header(records, &sheet->cols);
    size_t room = 0;
    for (bool end = false;;) {
        cr_assert(pal_records_next(records, &record, &end, &err) == PAL_OK, "%s", err.text);
        if (end)
            break;
        if (sheet->rows == room) {
            room = room ? 2 * room : 64;
            sheet->cell = pal_arena_grow(sheet->arena, sheet->cell, sheet->rows * sheet->cols,
                                         room * sheet->cols, sizeof *sheet->cell);
            cr_assert(sheet->cell);
        }
        for (size_t c = 0; c < sheet->cols; c++)
            sheet->cell[sheet->rows * sheet->cols + c] =
                pal_arena_str(sheet->arena, record.field[c]);
        sheet->rows++;
    }
}

void sheet_close(struct sheet *sheet) { pal_arena_free(sheet->arena); }

size_t sheet_column(const struct sheet *sheet, const char *name)
{
    for (size_t c = 0; c < sheet->cols; c++)
        if (pal_str_eq(sheet->name[c], pal_str_of(name)))
            return c;
    cr_assert(false, "no column '%s'", name);
    return 0;
}

pal_str sheet_text(const struct sheet *sheet, size_t row, const char *name)
{
    return sheet->cell[row * sheet->cols + sheet_column(sheet, name)];
}

double *sheet_numbers(const struct sheet *sheet, const char *name)
{
    const size_t column = sheet_column(sheet, name);
    double *out = pal_arena_alloc(sheet->arena, sheet->rows, sizeof *out);
    for (size_t r = 0; r < sheet->rows; r++)
        if (!pal_num_parse(sheet->cell[r * sheet->cols + column], &out[r]))
            out[r] = (double)NAN;
    return out;
}

static pal_str joined(const struct sheet *sheet, size_t row, const char *a, const char *b)
{
    const pal_str first = sheet_text(sheet, row, a);
    return b ? pal_arena_printf(sheet->arena, "%.*s|%.*s", PAL_ARG(first),
                                PAL_ARG(sheet_text(sheet, row, b)))
             : first;
}

uint32_t *sheet_codes(const struct sheet *sheet, const char *a, const char *b, size_t n,
                      const pal_str *words)
{
    uint32_t *out = pal_arena_alloc(sheet->arena, sheet->rows, sizeof *out);
    for (size_t r = 0; r < sheet->rows; r++) {
        const pal_str text = joined(sheet, r, a, b);
        out[r] = UINT32_MAX;
        for (size_t i = 0; i < n; i++)
            if (pal_str_eq(text, words[i]))
                out[r] = (uint32_t)i;
        cr_assert_neq(out[r], UINT32_MAX, "'%.*s' is no code", PAL_ARG(text));
    }
    return out;
}

uint32_t *sheet_ids(const struct sheet *sheet, const char *a, const char *b, size_t *n)
{
    struct pal_map *map = pal_map_new(sheet->arena, 0);
    uint32_t *out = pal_arena_alloc(sheet->arena, sheet->rows, sizeof *out);
    for (size_t r = 0; r < sheet->rows; r++)
        out[r] = (uint32_t)pal_map_add(map, joined(sheet, r, a, b), NULL);
    *n = pal_map_count(map);
    return out;
}

static bool has(pal_str text, const char *part)
{
    const pal_str piece = pal_str_of(part);
    for (size_t i = 0; i + piece.len <= text.len; i++)
        if (memcmp(text.ptr + i, piece.ptr, piece.len) == 0)
            return true;
    return false;
}

double sheet_expected(const struct sheet *expected, const struct sheet_key *key, const char *want)
{
    size_t found = SIZE_MAX;
    for (size_t r = 0; r < expected->rows; r++) {
        if (pal_str_eq(sheet_text(expected, r, "data_file"), pal_str_of(key->data_file)) &&
            pal_str_eq(sheet_text(expected, r, "statistic"), pal_str_of(key->statistic)) &&
            pal_str_eq(sheet_text(expected, r, "domain"), pal_str_of(key->domain)) &&
            !sheet_text(expected, r, "by").len && !sheet_text(expected, r, "deff").len &&
            (!key->variables ||
             pal_str_eq(sheet_text(expected, r, "variables"), pal_str_of(key->variables))) &&
            has(sheet_text(expected, r, "design"), key->design_has)) {
            cr_assert_eq(found, SIZE_MAX, "two rows for '%s' of '%s'", key->statistic,
                         key->design_has);
            found = r;
        }
    }
    cr_assert_neq(found, SIZE_MAX, "no row for '%s' of '%s'", key->statistic, key->design_has);
    double value = (double)NAN;
    cr_assert(pal_num_parse(sheet_text(expected, found, want), &value));
    return value;
}
