/* Thousands of small random tables, read by palermo and by python3's csv module. */
#include "palermo/io.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES = 4000 };

static void add_table(struct pal_random *random, struct pal_buf *out)
{
    static const char *const ends[] = {"\n", "\r\n", "\r", "\r\r\n"};
    static const char *const pieces[] = {"a",  "7",    "é",  ",",    "\"\"",
                                         "\n", "\r\n", " x", "12.5", ";"};
    const size_t rows = pal_random_below(random, 6), style = pal_random_below(random, 5);
    for (size_t row = 0; row < rows; row++) {
        const size_t fields = 1 + pal_random_below(random, 5);
        for (size_t i = 0; i < fields; i++) {
            const bool quoted = pal_random_below(random, 2);
            const size_t n = pal_random_below(random, 4);
            pal_buf_adds(out, i ? "," : "");
            pal_buf_adds(out, quoted ? "\"" : "");
            for (size_t k = 0; k < n || (!i && !k && !quoted); k++) {
                const char *piece = pieces[pal_random_below(random, quoted ? 10 : 3)];
                pal_buf_adds(out, piece);
            }
            pal_buf_adds(out, quoted ? "\"" : "");
        }
        if (row + 1 == rows && pal_random_below(random, 3) == 0)
            return; /* no line end behind the last record */
        for (uint64_t blank = pal_random_below(random, 8) == 0 ? 2 : 1; blank; blank--)
            pal_buf_adds(out, ends[style < 4 ? style : pal_random_below(random, 3)]);
    }
}

Test(io_csv_oracle, python_reads_the_same_records_from_the_same_lines)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_random random;
    struct pal_buf ours;
    struct pal_error err;
    char command[1024];
    pal_str theirs;
    if (system("python3 -c 'import csv' 2>/dev/null") != 0)
        cr_skip_test("python3 is not installed");
    pal_buf_init(&ours, arena, 64u << 20);
    pal_random_start(&random, 1, "csv-oracle", 0);
    FILE *all = fopen(scratch_path("tables"), "wb");
    cr_assert_not_null(all);
    for (size_t i = 0; i < TABLES; i++) {
        const struct pal_dialect bare = {0};
        struct pal_buf table;
        pal_buf_init(&table, arena, 4096);
        pal_buf_adds(&table, "");
        add_table(&random, &table);
        fprintf(all, "%zu\n", table.len);
        fwrite(table.ptr, 1, table.len, all);
        pal_buf_addf(&ours, "%zu\n%s", i, scratch_csv_unmarked(table.ptr, table.len, &bare));
    }
    fclose(all);
    snprintf(command, sizeof command, "python3 tests/support/csv_oracle.py '%s' >'%s'",
             scratch_path("tables"), scratch_path("theirs"));
    cr_assert_eq(system(command), 0, "%s", command);
    cr_assert_eq(pal_file_read(scratch_path("theirs"), 64u << 20, arena, &theirs, &err), PAL_OK);
    size_t a = 0, b = 0, line = 1;
    for (; b < theirs.len && a < ours.len && ours.ptr[a] == theirs.ptr[b]; a++, b++)
        line += theirs.ptr[b] == '\n';
    cr_expect(a == ours.len && b == theirs.len,
              "they part in line %zu: ours <%.60s>, theirs <%.60s>", line, ours.ptr + a,
              theirs.ptr + b);
    pal_arena_free(arena);
}
