/* Columns of numbers are read alike by every way of reading them: as one cell after the other by
 * pal_num_parse, which strtod judges. */
#include "data/stream.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 21, ROWS = 43, TABLES = 400, ROOM = COLUMNS * ROWS * 48 + 64 };

struct table {
    char text[ROOM], unfold[ROOM];
    uint32_t at[COLUMNS * ROWS], first[ROWS];
    struct pal_piece piece;
    struct stream_field field;
};

static char digit(struct pal_random *random) { return (char)('0' + pal_random_below(random, 10)); }

/* A number of some digits with a point somewhere, or none. */
static size_t put_number(struct pal_random *random, size_t most, char *out)
{
    const size_t len = 1 + pal_random_below(random, most),
                 point = pal_random_below(random, 2 * len);
    size_t n = 0;
    if (pal_random_below(random, 6) == 0)
        out[n++] = '-';
    for (size_t i = 0; i < len; i++)
        out[n++] = i == point && len > 1 ? '.' : digit(random);
    return n;
}

/* What a cell may hold; `odd` in 1,000 are none of the plain numbers. */
static size_t put_cell(struct pal_random *random, unsigned odd, size_t most, char *out)
{
    static const char *const others[] = {"-",
                                         ".",
                                         "-.",
                                         "1.2.3",
                                         "..1",
                                         "1..",
                                         "+4",
                                         "1e3",
                                         "2E-2",
                                         " 5",
                                         "6 ",
                                         "\"7\"",
                                         "\"\"",
                                         " ",
                                         "x",
                                         "12a4",
                                         "1-2",
                                         "--1",
                                         "1.5.",
                                         "12345.6.8",
                                         ".12345678",
                                         "-0",
                                         "-0.0",
                                         "9007199254740993",
                                         "0x1p",
                                         "\"1,282\"",
                                         "1234567:",
                                         "/1234567",
                                         "NaN",
                                         "1e400",
                                         "9007199254740992",
                                         "-1.",
                                         "-.5",
                                         "5.",
                                         ".5",
                                         "\x80\x80",
                                         "1\xB2",
                                         "\"1\"\"2\"",
                                         "123456789012345678901234567890",
                                         "0000000000000000000000000000001",
                                         "0.1000000000000000055511151231257827",
                                         "900719925474099.3",
                                         "-900719925474099.3"};
    if (pal_random_below(random, 1000) < odd) {
        const char *text = others[pal_random_below(random, PAL_COUNT(others))];
        memcpy(out, text, strlen(text));
        return strlen(text);
    }
    return pal_random_below(random, 20) == 0 ? 0 : put_number(random, most, out);
}

static void make_table(struct table *t, struct pal_random *random, unsigned odd, size_t most)
{
    size_t len = 0, fields = 0;
    for (size_t row = 0; row < ROWS; row++) {
        t->first[row] = (uint32_t)fields;
        for (size_t k = 0; k < COLUMNS; k++) {
            len += put_cell(random, odd, most, t->text + len);
            t->at[fields++] = (uint32_t)len;
            t->text[len++] = k + 1 < COLUMNS ? ',' : '\n';
        }
    }
    t->piece = (struct pal_piece){
        .text = t->text, .len = len, .cap = ROOM, .fields = fields, .rows = ROWS, .at = t->at};
    t->field = (struct stream_field){
        .piece = &t->piece, .first = t->first, .fields = COLUMNS, .unfold = t->unfold};
}

struct read {
    double value[COLUMNS][ROWS];
    uint8_t absent[COLUMNS][ROWS];
    struct stream_cells cells[COLUMNS];
    struct stream_bad bad;
};

static void begin(struct read *read)
{
    memset(read, 0, sizeof *read);
    for (size_t k = 0; k < COLUMNS; k++)
        read->cells[k] = (struct stream_cells){.value = read->value[k], .absent = read->absent[k]};
    read->bad = (struct stream_bad){SIZE_MAX, 0};
}

/* By strtod in the C locale, where a cell has a number's letters alone. */
static void judge(pal_str text, double value)
{
    char copy[64], *end;
    cr_assert(text.len < sizeof copy);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    const double expected = strtod(copy, &end);
    cr_assert_eq(*end, '\0', "'%s' was read", copy);
    cr_assert_eq(memcmp(&expected, &value, sizeof value), 0, "'%s': %a, not %a", copy, value,
                 expected);
}

/* A cell after the other. */
static void read_singly(const struct table *t, size_t from, size_t columns, struct read *read)
{
    begin(read);
    struct stream_field field = t->field;
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t k = 0; k < columns; k++) {
            field.at = from + k;
            const pal_str text = stream_text(&field, row);
            double value = 0;
            read->absent[k][row] = text.len ? PAL_PRESENT : PAL_BLANK;
            if (!text.len)
                continue;
            if (pal_num_parse(text, &value)) {
                judge(text, value);
                read->value[k][row] = value;
            } else if (read->bad.row == SIZE_MAX) {
                read->bad = (struct stream_bad){row, k};
            }
        }
    }
}

static void compare(const struct table *t, enum stream_path path, size_t from, size_t columns)
{
    static struct read expected, got;
    struct stream_field field = t->field;
    field.at = from;
    read_singly(t, from, columns, &expected);
    begin(&got);
    stream_numbers(path, &field, columns, 0, ROWS, got.cells, 100, &got.bad);
    const size_t rows = expected.bad.row < ROWS ? expected.bad.row : ROWS; /* that are read */
    cr_assert_eq(got.bad.row, expected.bad.row);
    cr_assert(rows == ROWS || got.bad.column == expected.bad.column + 100);
    for (size_t k = 0; k < columns; k++) {
        for (size_t row = 0; row < rows; row++) {
            cr_assert_eq(got.absent[k][row], expected.absent[k][row]);
            if (got.absent[k][row] == PAL_PRESENT)
                cr_assert_eq(memcmp(&got.value[k][row], &expected.value[k][row], sizeof(double)), 0,
                             "path %d: %a, not %a", (int)path, got.value[k][row],
                             expected.value[k][row]);
        }
    }
}

Test(data_stream_numbers, are_the_same_by_every_path)
{
    static struct table t;
    struct pal_random random;
    size_t paths = 0;
    pal_random_start(&random, 1, "numbers in columns", 0);
    for (int i = 0; i < TABLES; i++) {
        const size_t from = pal_random_below(&random, 3),
                     columns = 1 + pal_random_below(&random, COLUMNS - from);
        make_table(&t, &random, i % 4 == 0 ? 0 : i % 4 == 1 ? 300 : 3, i % 3 ? 8 : 18);
        for (enum stream_path path = STREAM_PORTABLE; path <= stream_best(); path++, paths++)
            compare(&t, path, from, columns);
    }
    cr_assert_geq(paths, TABLES);
}

/* Whether each of the cells alone is taken or refused does not depend on where it stands. */
Test(data_stream_numbers, words_of_absence_are_no_numbers)
{
    static struct table t;
    static struct read read;
    static const pal_str absent[] = {PAL_STR_INIT("99"), PAL_STR_INIT("NA")};
    struct pal_random random;
    pal_random_start(&random, 1, "absence", 0);
    make_table(&t, &random, 0, 8);
    const size_t cell = 9 * COLUMNS + 4, begin_at = t.at[cell - 1] + 1;
    memmove(t.text + begin_at + 2, t.text + t.at[cell], t.piece.len - t.at[cell]);
    const size_t moved = begin_at + 2 - t.at[cell];
    for (size_t i = cell; i < t.piece.fields; i++)
        t.at[i] += (uint32_t)moved;
    memcpy(t.text + begin_at, "99", 2);
    for (size_t words = 1; words <= PAL_COUNT(absent); words++) {
        for (enum stream_path path = STREAM_PORTABLE; path <= stream_best(); path++) {
            begin(&read);
            t.field.absent = (struct stream_absent){1, absent + words - 1};
            stream_numbers(path, &t.field, COLUMNS, 0, ROWS, read.cells, 0, &read.bad);
            cr_assert_eq(read.bad.row, SIZE_MAX);
            cr_assert_eq(read.absent[4][9], words == 1 ? PAL_BLANK : PAL_PRESENT);
            cr_assert(words == 1 || read.value[4][9] == 99);
        }
    }
}
