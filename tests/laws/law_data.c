/* Laws of loading: the order of rows changes line numbers and nothing else; a table that is written
 * as CSV is the table that is read. */
#include "palermo/data.h"

#include "../support/written.h"
#include "law.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 60 };

static const char yaml[] = "path: data.csv\nroles: {area: A, period: Y, sex: S, value: V}\n"
                           "crosswalk: {S: {T: _T, M: M, F: F}}\nabsent: {\"<5\": "
                           "{below-threshold: 5}, \"..\": withheld}\n"
                           "duplicates: error\nchecks: {parts: {dimension: sex, parts: [M, F]}}\n";

static void row_at_random(struct pal_random *random, char *out, size_t size)
{
    static const char *const sex[] = {"T", "M", "F", "X"};
    static const char *const odd[] = {"<5", "..", "-3", "seven", ""};
    const unsigned area = (unsigned)pal_random_below(random, 7);
    const unsigned year = 2018 + (unsigned)pal_random_below(random, 4);
    const unsigned s = (unsigned)pal_random_below(random, 20);
    const unsigned v = (unsigned)pal_random_below(random, 30);
    char value[16];
    snprintf(value, sizeof value, "%u", v);
    snprintf(out, size, "XA%c,%u,%s,%s\n", area == 6 ? '9' : (char)('A' + (int)area), year,
             sex[s < 3    ? s
                 : s == 3 ? 3
                          : s % 3],
             v < PAL_COUNT(odd) ? odd[v] : value);
}

struct told { /* what must not depend on the order */
    uint64_t findings[PAL_ERROR + 1], error, enters;
    double sum;
};

static struct told tell(char row[][64], const size_t *order, struct written *w)
{
    char csv[ROWS * 64 + 16] = "A,Y,S,V\n";
    struct told told = {{0}, 0, 0, 0};
    for (size_t i = 0; i < ROWS; i++)
        strcat(csv, row[order[i]]);
    if (written_set(w, yaml, csv) != PAL_OK)
        return told;
    for (int s = 0; s <= PAL_ERROR; s++)
        told.findings[s] = pal_diag_count(w->diag, (enum pal_severity)s);
    for (size_t i = 0; i < w->set->batch.rows; i++) {
        told.error += w->set->batch.state[i] == PAL_ROW_ERROR;
        if (w->set->batch.state[i] != PAL_ROW_ENTERS)
            continue;
        told.enters++;
        if (w->set->value->absent[i] == PAL_PRESENT)
            told.sum += w->set->value->value[i];
    }
    return told;
}

LAW(data, the_order_of_rows_changes_lines_only)
{
    for (uint64_t seed = 1; seed <= 25; seed++) {
        struct pal_random random;
        char row[ROWS][64];
        size_t order[ROWS];
        struct written a, b;
        pal_random_start(&random, seed, "law of rows", 0);
        for (size_t i = 0; i < ROWS; i++) {
            row_at_random(&random, row[i], sizeof row[i]);
            order[i] = i;
        }
        const struct told before = tell(row, order, &a);
        for (size_t i = ROWS - 1; i > 0; i--) {
            const size_t k = (size_t)pal_random_below(&random, i + 1), swap = order[i];
            order[i] = order[k];
            order[k] = swap;
        }
        const struct told after = tell(row, order, &b);
        HOLDS(a.status == PAL_OK && b.status == PAL_OK, "seed %lu: %s%s", (unsigned long)seed,
              a.error.text, b.error.text);
        HOLDS(memcmp(before.findings, after.findings, sizeof before.findings) == 0,
              "seed %lu: findings differ", (unsigned long)seed);
        HOLDS(before.error == after.error && before.enters == after.enters,
              "seed %lu: %lu and %lu rows with errors", (unsigned long)seed,
              (unsigned long)before.error, (unsigned long)after.error);
        HOLDS(before.sum == after.sum, "seed %lu: sums differ", (unsigned long)seed);
        HOLDS(before.enters > 0 && before.error > 0, "seed %lu: an empty case",
              (unsigned long)seed);
        written_close(&a);
        written_close(&b);
    }
}

static pal_str text_at_random(struct pal_random *random, char *out, size_t most)
{
    static const char *const pieces[] = {"a", "Z", "\"", ",", "\n", "é", "中", "7", ";", "=", "'"};
    size_t n = 0;
    out[0] = '\0';
    const size_t wanted = 1 + (size_t)pal_random_below(random, most);
    for (size_t i = 0; i < wanted; i++)
        n += (size_t)snprintf(out + n, 64 - n, "%s",
                              pieces[pal_random_below(random, PAL_COUNT(pieces))]);
    out[n++] = '.'; /* no white space at the end: readers of CSV differ about it */
    return (pal_str){out, n};
}

LAW(data, a_table_written_and_read_is_the_same)
{
    for (uint64_t seed = 1; seed <= 25; seed++) {
        enum { N = 20, COLS = 3 };
        struct pal_random random;
        char text[N][COLS][64];
        pal_str cell[N][COLS];
        struct pal_buf csv;
        struct written w;
        pal_random_start(&random, seed, "law of tables", 0);
        struct pal_arena *arena = pal_arena_new();
        pal_buf_init(&csv, arena, 1u << 20);
        pal_buf_adds(&csv, "one,two,three\n");
        for (size_t i = 0; i < N; i++) {
            for (size_t c = 0; c < COLS; c++) {
                cell[i][c] = text_at_random(&random, text[i][c], 12);
                pal_csv_field(&csv, cell[i][c], c == 0);
            }
            pal_csv_end(&csv);
        }
        pal_buf_addc(&csv, '\0');
        HOLDS(written_set(&w, "path: data.csv\nshape: microdata\n", csv.ptr) == PAL_OK,
              "seed %lu: %s", (unsigned long)seed, w.error.text);
        static const char *const names[COLS] = {"one", "two", "three"};
        HOLDS(w.set && w.set->batch.rows == N, "seed %lu: rows", (unsigned long)seed);
        for (size_t i = 0; w.set && i < N && i < w.set->batch.rows; i++)
            for (size_t c = 0; c < COLS; c++)
                HOLDS(pal_str_eq(written_text(&w, names[c], i), cell[i][c]),
                      "seed %lu: row %zu: '%.*s' became '%.*s'", (unsigned long)seed, i,
                      PAL_ARG(cell[i][c]), PAL_ARG(written_text(&w, names[c], i)));
        written_close(&w);
        pal_arena_free(arena);
    }
}
