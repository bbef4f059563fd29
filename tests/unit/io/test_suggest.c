/* A guess at the dialect of a table that nobody described. */
#include "palermo/io.h"
#include "scratch.h"
#include "shared.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct pal_dialect guess(const char *path)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_dialect dialect;
    struct pal_error err;
    cr_assert_eq(pal_dialect_suggest(path, arena, &dialect, &err), PAL_OK, "%s", err.text);
    pal_arena_free(arena);
    return dialect;
}

static char delimiter_of(const char *text) { return guess(scratch_text("t.csv", text)).delimiter; }

Test(io_suggest, delimiters)
{
    cr_expect_eq(delimiter_of("a,b\n1,2\n"), ',');
    cr_expect_eq(delimiter_of("a;b\n1,5;2,5\n3,5;4,5\n"), ';');
    cr_expect_eq(delimiter_of("a\tb\r\n1, 5\t2\r\n"), '\t');
    cr_expect_eq(delimiter_of("a|b|c\r1|2|3\r"), '|');
    cr_expect_eq(delimiter_of("a;\"b,c,d,e\"\n1;\"x,y,z,w\"\n"), ';');
    cr_expect_eq(delimiter_of("a;\"b\nc;;;\"\n1;2\n3;4\n"), ';');
    cr_expect_eq(delimiter_of("name;value"), ';');
    cr_expect_eq(delimiter_of("one column\nof words\n"), ',');
    cr_expect_eq(delimiter_of(""), ',');
}

Test(io_suggest, encodings)
{
    cr_expect_null(guess(scratch_text("u.csv", "a,b\nC\xC3\xB4te,1\n")).encoding);
    cr_expect_str_eq(guess(scratch_text("l.csv", "a,b\nC\xF4te,1\n")).encoding, "windows-1252");
    char long_text[70000];
    memset(long_text, 'x', sizeof long_text);
    memcpy(long_text + 65535, "\xC3\xB4", 2); /* the look ends between the two bytes */
    cr_expect_null(guess(scratch_file("c.csv", long_text, sizeof long_text)).encoding);
}

Test(io_suggest, what_cannot_be_looked_at_twice_is_taken_as_usual)
{
    cr_expect_eq(guess("-").delimiter, ',');
    cr_expect_eq(guess(scratch_path("missing")).header_rows, 1);
}

Test(io_suggest, a_reader_may_guess_from_what_it_has_opened)
{
    const struct pal_dialect any = {.header_rows = 1, .guess = true};
    cr_expect_str_eq(scratch_records(scratch_text("s.csv", "a;b\nC\xF4te;1,5\n"), &any),
                     "H a|b\n2 C\xC3\xB4te|1,5\n");
    size_t size = 10;
    const void *packed = scratch_gzip("a\tb\n1\t2\n\n\n", &size);
    cr_assert_not_null(freopen(scratch_file("s.gz", packed, size), "rb", stdin));
    cr_expect_str_eq(scratch_records("-", &any), "H a|b\n2 1|2\n");
}

Test(io_suggest, published_files)
{
    const char *path = NEED_SHARED("data/trafficking_victims/ctdc_global_k_anon_excerpt.csv");
    cr_expect_eq(guess(path).delimiter, ';');
    path = NEED_SHARED("data/indices/cpi_1995_2017.csv");
    cr_expect_str_eq(guess(path).encoding, "windows-1252");
}
