/* The CSV reader: every dialect, the line of every record, and what is refused. */
#include "palermo/io.h"
#include "scratch.h"
#include "shared.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct pal_dialect bare = {0};

static const char *read_text(const char *text) { return scratch_csv(text, strlen(text), &bare); }

#define READS(text, expected) cr_expect_str_eq(read_text(text), expected)

Test(io_csv_in, line_ends_of_every_kind)
{
    READS("a,b\nc,d\n", "1 a|b\n2 c|d\n");
    READS("a,b\nc,d", "1 a|b\n2 c|d\n");
    READS("a,b\r\nc,d\r\n", "1 a|b\n2 c|d\n");
    READS("a,b\rc,d\r", "1 a|b\n2 c|d\n");
    READS("a,b\rc,d", "1 a|b\n2 c|d\n");
    READS("a,b\r\r\nc,d\r\r\n", "1 a|b\n2 c|d\n");
    READS("a\nb\r\nc\rd\r\r\ne", "1 a\n2 b\n3 c\n4 d\n5 e\n");
    READS("", "");
    READS("\n", "");
    READS("\r", "");
    READS("a\r", "1 a\n");
}

Test(io_csv_in, blank_lines_count_but_give_no_record)
{
    READS("a\n\n\nb\n", "1 a\n4 b\n");
    READS("a\r\r\rb\r", "1 a\n4 b\n");
    READS("\n\na\n  \n\t\nb", "3 a\n6 b\n");
    READS("a\r\n\r\nb\r\n", "1 a\n3 b\n");
}

Test(io_csv_in, quotes)
{
    READS("\"a\",b,\"\"\n", "1 \"a\"|b|\"\"\n");
    READS("\"a,b\",c\n", "1 \"a,b\"|c\n");
    READS("\"say \"\"yes\"\"\",2\n", "1 \"say \"yes\"\"|2\n");
    READS("\"\"\"\"\n", "1 \"\"\"\n");
    READS("a,\"\"\"\",\"\"\"b\"\"\"\n", "1 a|\"\"\"|\"\"b\"\"\n");
    READS("\"\"\n", "1 \"\"\n");
    READS("\"a\"", "1 \"a\"\n");
    READS("\"a\"\"\"", "1 \"a\"\"\n");
    READS("\"a\" ,b\n", "1 \"a\"|b\n");
    READS(" \"a\",\t\"b\"\n", "1 \"a\"|\"b\"\n");
    READS("\" a \"\n", "1 \" a \"\n");
}

Test(io_csv_in, fields_that_span_lines_keep_the_line_of_the_record)
{
    READS("h\n\"one\ntwo\",x\nlast,y\n", "1 h\n2 \"one\\ntwo\"|x\n4 last|y\n");
    READS("\"a\r\nb\r\rc\",1\r\nz\r\n", "1 \"a\\r\\nb\\r\\rc\"|1\n5 z\n");
    READS("\"\n\n\n\"\nz", "1 \"\\n\\n\\n\"\n5 z\n");
    READS("a,\"x\ny\",\"p\"\"\nq\"\nz", "1 a|\"x\\ny\"|\"p\"\\nq\"\n4 z\n");
}

Test(io_csv_in, empty_fields_and_blanks)
{
    READS(",,\n", "1 ||\n");
    READS("a,,\n,b,\n", "1 a||\n2 |b|\n");
    READS("a , b\t,c d\n", "1 a|b|c d\n");
    READS("a,b,\n", "1 a|b|\n");
    READS(" , \n", "1 |\n");
}

Test(io_csv_in, other_delimiters_and_quotes)
{
    const struct pal_dialect semicolon = {.delimiter = ';'}, tab = {.delimiter = '\t'},
                             pipe = {.delimiter = '|', .quote = '\''}, blank = {.delimiter = ' '};
#define READS_AS(dialect, text, expected)                                                          \
    cr_expect_str_eq(scratch_csv(text, strlen(text), &(dialect)), expected)
    READS_AS(semicolon, "a;\"b;c\";1,5\n", "1 a|\"b;c\"|1,5\n");
    READS_AS(tab, "a\t\tb c\n\t\t\n", "1 a||b c\n2 ||\n");
    READS_AS(tab, "\"a\tb\"\t c \n", "1 \"a\\tb\"|c\n");
    READS_AS(pipe, "a|'b|c'|\"d\"\n", "1 a|\"b|c\"|\"d\"\n");
    READS_AS(pipe, "'it''s'|x\n", "1 \"it's\"|x\n");
    READS_AS(blank, "a  b\n", "1 a||b\n");
}

Test(io_csv_in, what_is_no_csv_is_refused_with_its_line)
{
    READS("a\nb\"c\n", "1 a\n! 2: a quote stands inside a field that is not quoted, or text "
                       "follows a closing quote");
    READS("a\n\"b\"c\n", "1 a\n! 2: a quote stands inside a field that is not quoted, or text "
                         "follows a closing quote");
    READS("a\n\n\"b\nc\nd\n", "1 a\n! 3: a quoted field is never closed (noticed on line 5)");
    READS("\"", "! 1: a quoted field is never closed");
    READS("a,\"b\"x\"\n", "! 1: a quote stands inside a field that is not quoted, or text follows "
                          "a closing quote");
    READS("x\n\"a\nb\"c\n", "1 x\n! 2: a quote stands inside a field that is not quoted, or text "
                            "follows a closing quote (noticed on line 3)");
    cr_expect_str_eq(scratch_csv("a\nb\0c\n", 6, &bare),
                     "1 a\n! 2: a NUL byte: this is no text file, or it is UTF-16");
    cr_expect_str_eq(scratch_csv("\"a\nb\0c\"\n", 9, &bare),
                     "! 1: a NUL byte: this is no text file, or it is UTF-16 (noticed on line 2)");
}

Test(io_csv_in, nothing_is_read_beyond_an_error)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_record record;
    struct pal_error err;
    bool end;
    cr_assert_eq(pal_records_open(scratch_text("b.csv", "h\nb\"c\nfine\n"), NULL, NULL, arena,
                                  &records, &err),
                 PAL_OK);
    cr_expect_eq(pal_records_next(records, &record, &end, &err), PAL_DATA);
    cr_expect_eq(err.line, 2);
    cr_expect_eq(err.column, 1);
    cr_expect_eq(pal_records_next(records, &record, &end, &err), PAL_DATA);
    pal_arena_free(arena);
}

Test(io_csv_in, ceilings)
{
    struct pal_dialect small = {.max_field = 4, .max_columns = 3};
#define READS_SMALL(text, expected) READS_AS(small, text, expected)
    READS_SMALL("1234,5\n", "1 1234|5\n");
    READS_SMALL("a\n1,12345\n", "1 a\n! 2: a field is longer than the ceiling allows");
    READS_SMALL("\"12345\"\n", "! 1: a field is longer than the ceiling allows");
    READS_SMALL("\"1\n3\n56\"\n",
                "! 1: a field is longer than the ceiling allows (noticed on line 3)");
    READS_SMALL("a,b,c\n", "1 a|b|c\n");
    READS_SMALL("a,b,c,d\n", "! 1: more columns than the ceiling allows");
    READS_SMALL("a,b,\"c\",\"d\"\n", "! 1: more columns than the ceiling allows");
    /* A quote that is never closed stops soon, not at the end of the file: a field may hold 1000
     * bytes, 2000 as stored (each a doubled quote), and line 40 ends at byte 2001. */
    struct pal_arena *arena = pal_arena_new();
    enum { SIZE = 3000000 };
    char *text = pal_arena_alloc(arena, SIZE + 1, 1);
    memset(text, 'x', SIZE);
    for (size_t i = 50; i < SIZE; i += 50)
        text[i] = '\n';
    text[0] = '"';
    small.max_field = 1000;
    const char *said = scratch_csv(text, SIZE, &small);
    cr_expect_str_eq(said, "! 1: a field is longer than the ceiling allows; is a quote never "
                           "closed? (noticed on line 40)");
    pal_arena_free(arena);
}

Test(io_csv_in, more_columns_than_fit_at_first)
{
    char text[4000] = "", expected[4000] = "1 ";
    for (int i = 0; i < 300; i++) {
        snprintf(text + strlen(text), 12, "%s%d", i ? "," : "", i);
        snprintf(expected + strlen(expected), 12, "%s%d", i ? "|" : "", i);
    }
    strcat(expected, "\n");
    READS(text, expected);
}

Test(io_csv_in, encodings)
{
    const struct pal_dialect latin = {.encoding = "latin-1"},
                             windows = {.encoding = "windows-1252"}, mixed = {.encoding = "mixed"},
                             wrong = {.encoding = "klingon"};
    READS("C\xC3\xB4te,x\n", "1 C\xC3\xB4te|x\n");
    READS("x\na,C\xF4te\n", "1 x\n! 2: this is not UTF-8; the descriptor may say 'encoding: "
                            "latin-1', 'windows-1252' or 'mixed'");
    READS_AS(latin, "C\xF4te,\"d\xB4Ivoire\"\n", "1 C\xC3\xB4te|\"d\xC2\xB4Ivoire\"\n");
    READS_AS(windows, "d\x92Ivoire,\x80\n", "1 d\xE2\x80\x99Ivoire|\xE2\x82\xAC\n");
    READS_AS(mixed, "C\xC3\xB4te,C\xF4te,\"a\"\"\x92\"\n",
             "1 C\xC3\xB4te|C\xC3\xB4te|\"a\"\xE2\x80\x99\"\n");
    cr_expect(strstr(scratch_csv("a", 1, &wrong), "unknown encoding 'klingon'"));
    READS("\xEF\xBB\xBF\"a\",b\n", "1 \"a\"|b\n");
}

Test(io_csv_in, preamble_and_headers)
{
    const struct pal_dialect two = {.skip_rows = 2, .header_rows = 1}, joined = {.header_rows = 2},
                             many = {.skip_rows = 9};
    READS_AS(two, "UNODC,<mail>\n30/05/2023\n a ,\"b\nc\"\n1,2\n", "H a|b\\nc\n5 1|2\n");
    READS_AS(two, "one\n\n\nh\n1\n", "H h\n5 1\n");
    READS_AS(joined, "Rate,,Count\nF,M,\n1,2,3\n", "H Rate F|M|Count\n3 1|2|3\n");
    READS_AS(joined, "a\nb,c\n1,2\n", "H a b|c\n3 1|2\n");
    READS_AS(many, "a\nb\n", "");
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_error err;
    size_t n;
    cr_assert_eq(pal_records_open(scratch_text("p.csv", "\"as, it\" stands\r\n\nh\n"), &two, NULL,
                                  arena, &records, &err),
                 PAL_OK);
    const pal_str *preamble = pal_records_preamble(records, &n);
    cr_assert_eq(n, 2);
    cr_expect(pal_str_eq(preamble[0], PAL_STR("\"as, it\" stands")));
    cr_expect_eq(preamble[1].len, 0);
    cr_assert_eq(
        pal_records_open(scratch_text("q.csv", "one\n"), &two, NULL, arena, &records, &err),
        PAL_OK);
    pal_records_preamble(records, &n);
    cr_expect_eq(n, 1);
    pal_arena_free(arena);
}

Test(io_csv_in, files_that_are_no_table_are_named)
{
    const struct {
        const char *bytes, *said;
    } cases[] = {
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old .xls workbook, or one locked"},
        {"\xFF\xFEi\0d", "UTF-16"},
        {"\xFD"
         "7zXZ",
         "xz"},
        {"BZh91AY&SY", "bzip2"},
        {"\x28\xB5\x2F\xFD", "zstd"},
        {"%PDF-1.7", "PDF"},
        {"\n<!DOCTYPE HTML>\n<html>", "a web page"},
        {"PK\5\6", "an empty ZIP"},
    };
    for (size_t i = 0; i < PAL_COUNT(cases); i++)
        cr_expect(strstr(read_text(cases[i].bytes), cases[i].said), "%s",
                  read_text(cases[i].bytes));
    READS("BZh,x\n", "1 BZh|x\n");
}

Test(io_csv_in, text_of_wide_letters_is_named_by_its_width)
{
    const struct {
        pal_str bytes;
        const char *said;
    } cases[] = {
        {PAL_STR_INIT("\xFF\xFE\0\0i\0\0\0d\0\0\0"), "UTF-32"},
        {PAL_STR_INIT("\0\0\xFE\xFF\0\0\0i\0\0\0d"), "UTF-32"},
        {PAL_STR_INIT("\xFF\xFEi\0d\0"), "UTF-16"},
        {PAL_STR_INIT("\xFE\xFF\0i\0d"), "UTF-16"},
    };
    for (size_t i = 0; i < PAL_COUNT(cases); i++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_records *records;
        struct pal_error err = {0};
        const char *path = scratch_file("wide", cases[i].bytes.ptr, cases[i].bytes.len);
        cr_expect_eq(pal_records_open(path, NULL, NULL, arena, &records, &err), PAL_DATA);
        cr_expect(strstr(err.text, cases[i].said) && strstr(err.text, "save it as UTF-8"),
                  "%zu: %s", i, err.text);
        pal_arena_free(arena);
    }
}

Test(io_csv_in, records_larger_than_any_buffer)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_buf text;
    struct pal_error err;
    struct pal_records *records;
    struct pal_record record;
    bool end;
    pal_buf_init(&text, arena, 64u << 20);
    for (int i = 0; i < 40; i++) {
        pal_buf_addf(&text, "%d,\"", i);
        for (int k = 0; k < 30000; k++)
            pal_buf_adds(&text, i % 2 ? "ab cd\n" : "ab cd ");
        pal_buf_adds(&text, "\",z\n");
    }
    cr_assert_eq(pal_records_open(scratch_file("l.csv", text.ptr, text.len), &bare, NULL, arena,
                                  &records, &err),
                 PAL_OK);
    uint64_t line = 1;
    for (int i = 0; i < 40; i++) {
        cr_assert_eq(pal_records_next(records, &record, &end, &err), PAL_OK, "%s", err.text);
        cr_assert_eq(record.fields, 3);
        cr_assert_eq(record.field[1].len, 180000);
        cr_assert_eq(record.line, line);
        line += i % 2 ? 30001 : 1;
    }
    cr_assert_eq(pal_records_next(records, &record, &end, &err), PAL_OK);
    cr_expect(end);
    pal_arena_free(arena);
}

/* ---- published files: records, fields and line of the last, as python3's csv module has them ----
 */

static const struct published {
    const char *file, *encoding;
    char delimiter;
    size_t skip, header, records, fields;
    uint64_t last_line;
} published[] = {
    {"data/unodc/data_glotip.csv.gz", NULL, ',', 2, 1, 46556, 13, 46559},
    {"data/unodc/data_cts_violent_and_sexual_crime.csv.gz", NULL, ',', 2, 1, 26114, 13, 26117},
    {"data/unodc/homicide_country_wide_1990_2017.csv.gz", NULL, ',', 0, 1, 12000, 32, 12001},
    {"data/unodc/homicide_timeseries_1990_2017.csv.gz", "latin-1", ',', 0, 1, 7504, 22, 7505},
    {"data/indices/cpi_1995_2017.csv", "mixed", ',', 0, 1, 252, 24, 253},
    {"data/reference/unsd_m49_en.csv", NULL, ',', 0, 1, 249, 15, 250},
    {"data/reference/unsd_m49_ar.csv", NULL, ',', 0, 1, 249, 15, 250},
    {"data/trafficking_victims/ctdc_global_k_anon_excerpt.csv", NULL, ';', 0, 1, 30, 64, 31},
    {"data/survey/ncvs_2021_incident.csv.gz", NULL, ',', 0, 1, 8982, 60, 8983},
};

Test(io_csv_in, published_files)
{
    for (size_t i = 0; i < PAL_COUNT(published); i++) {
        const struct published *p = &published[i];
        const char *path = NEED_SHARED(p->file);
        const struct pal_dialect dialect = {.delimiter = p->delimiter,
                                            .skip_rows = p->skip,
                                            .header_rows = p->header,
                                            .encoding = p->encoding};
        struct pal_arena *arena = pal_arena_new();
        struct pal_records *records;
        struct pal_record record;
        struct pal_error err;
        size_t n = 0;
        uint64_t line = 0;
        cr_assert_eq(pal_records_open(path, &dialect, NULL, arena, &records, &err), PAL_OK, "%s",
                     err.text);
        for (bool end = false;;) {
            cr_assert_eq(pal_records_next(records, &record, &end, &err), PAL_OK, "%s: %s", p->file,
                         err.text);
            if (end)
                break;
            n++;
            line = record.line;
            cr_assert_eq(record.fields, p->fields, "%s:%llu", p->file, (unsigned long long)line);
        }
        cr_expect_eq(n, p->records, "%s: %zu records", p->file, n);
        cr_expect_eq(line, p->last_line, "%s: last line %llu", p->file, (unsigned long long)line);
        pal_arena_free(arena);
    }
}

Test(io_csv_in, warts_of_published_files)
{
    const char *path = NEED_SHARED("data/reference/unsd_m49_en.csv");
    const struct pal_dialect usual = {.header_rows = 1},
                             mixed = {.header_rows = 1, .encoding = "mixed"},
                             ctdc = {.header_rows = 1, .delimiter = ';'}, rows = {0};
    cr_expect(strncmp(scratch_records(path, &usual), "H Global Code|", 14) == 0, "BOM");
    path = NEED_SHARED("data/indices/cpi_1995_2017.csv");
    const char *cpi = scratch_records(path, &mixed);
    cr_expect(strstr(cpi, "C\xC3\xB4te"), "o with circumflex out of 0xF4");
    cr_expect(strstr(cpi, "\xE2\x80\x99"), "the curly apostrophe out of 0x92");
    path = NEED_SHARED("data/survey/envipe_2024_3_4.csv");
    cr_expect(strstr(scratch_records(path, &rows), "\\n"), "a field with a line end in it");
    path = NEED_SHARED("data/trafficking_victims/ctdc_global_k_anon_excerpt.csv");
    cr_expect(strstr(scratch_records(path, &ctdc), ";"), "quoted lists keep their semicolons");
}

Test(io_csv_in, identifiers_of_25_digits_stay_text)
{
    const char *path = NEED_SHARED("data/survey/ncvs_2021_household.csv.gz");
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_record record;
    struct pal_error err;
    bool end;
    size_t n;
    cr_assert_eq(pal_records_open(path, NULL, NULL, arena, &records, &err), PAL_OK);
    const pal_str *header = pal_records_header(records, &n);
    size_t at = 0;
    while (at < n && !pal_str_eq(header[at], PAL_STR("IDHH")))
        at++;
    cr_assert_lt(at, n);
    cr_assert_eq(pal_records_next(records, &record, &end, &err), PAL_OK);
    cr_expect_eq(record.field[at].len, 25, "%.*s", PAL_ARG(record.field[at]));
    cr_expect(record.quoted[at]);
    pal_arena_free(arena);
}
