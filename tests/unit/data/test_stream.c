/* Any table, without a descriptor. */
#include "written.h"

#include <criterion/criterion.h>
#include <string.h>

static enum pal_status open_stream(struct written *w, const char *csv,
                                   const struct pal_stream_column *columns, size_t n,
                                   struct pal_stream **out)
{
    char path[256];
    written_open(w);
    written_file(w, "data.csv", csv);
    snprintf(path, sizeof path, "%s/data.csv", w->folder);
    return pal_stream_open(path, columns, n, w->arena, out, &w->error);
}

Test(data_stream, numbers_where_all_are_and_codes_otherwise)
{
    static const struct pal_stream_column columns[] = {{PAL_STR_INIT("x"), true, false},
                                                       {PAL_STR_INIT("age"), false, false},
                                                       {PAL_STR_INIT("year"), false, false}};
    struct written w;
    struct pal_stream *stream;
    const struct pal_batch *batch;
    cr_assert_eq(
        open_stream(&w, "age;year;x\n0-4;2019;1.5\n5-9;;\n0-4;2020;-2e3\n", columns, 3, &stream),
        PAL_OK, "%s", w.error.text);
    cr_assert_eq(pal_stream_next(stream, &batch, &w.error), PAL_OK);
    cr_assert_not_null(batch);
    cr_assert_eq(batch->rows, 3);
    cr_expect_eq(batch->col[0].value[2], -2000);
    cr_expect_eq(batch->col[0].absent[1], PAL_BLANK);
    cr_expect_eq(batch->col[1].type, PAL_COLUMN_CODE);
    cr_expect_eq(batch->col[1].code[0], batch->col[1].code[2]);
    cr_expect_eq(batch->col[2].type, PAL_COLUMN_NUMBER, "2019 and 2020 are numbers");
    cr_expect_eq(batch->line[2], 4);
    cr_assert_eq(pal_stream_next(stream, &batch, &w.error), PAL_OK);
    cr_expect_null(batch);
    written_close(&w);
}

/* Ids that are numbers are looked up by the number; what only looks like one stays itself. */
Test(data_stream, ids_that_are_numbers_keep_their_texts)
{
    static const struct pal_stream_column columns[] = {{PAL_STR_INIT("id"), false, true},
                                                       {PAL_STR_INIT("x"), true, false}};
    static const char *const ids[] = {
        "7",  "07", "007", "0",   "00", "1234567", "7654321", "1234568", "2097151", "2097152",
        "99", "9:", "9/",  "1.0", "-1", "1e3",     "+7",      "70",      "7a",      "12345678"};
    struct written w;
    struct pal_stream *stream;
    const struct pal_batch *batch;
    char csv[1024] = "id,x\n";
    enum { TIMES = 2 }; /* met first, and known */
    for (size_t i = 0; i < TIMES * PAL_COUNT(ids); i++) {
        strcat(csv, ids[i % PAL_COUNT(ids)]);
        strcat(csv, ",1\n");
    }
    strcat(csv, "\"7\",1\n,1\n");
    cr_assert_eq(open_stream(&w, csv, columns, 2, &stream), PAL_OK, "%s", w.error.text);
    cr_assert_eq(pal_stream_next(stream, &batch, &w.error), PAL_OK, "%s", w.error.text);
    cr_assert_eq(batch->rows, TIMES * PAL_COUNT(ids) + 2);
    const struct pal_column *id = &batch->col[0];
    for (size_t i = 0; i < TIMES * PAL_COUNT(ids); i++) {
        const pal_str text = pal_dict_text(id->dict, id->code[i]);
        cr_expect(pal_str_eq(text, pal_str_of(ids[i % PAL_COUNT(ids)])), "'%.*s' for '%s'",
                  PAL_ARG(text), ids[i % PAL_COUNT(ids)]);
    }
    cr_expect_eq(pal_dict_count(id->dict), PAL_COUNT(ids) + 1, "each id is one");
    cr_expect_eq(id->code[TIMES * PAL_COUNT(ids)], id->code[0], "quotes are no part of it");
    cr_expect_eq(id->code[TIMES * PAL_COUNT(ids) + 1], 0);
    written_close(&w);
}

Test(data_stream, texts_that_stand_for_no_value)
{
    static const struct pal_stream_column columns[] = {{PAL_STR_INIT("n"), true, false},
                                                       {PAL_STR_INIT("sex"), false, false},
                                                       {PAL_STR_INIT("age"), false, false}};
    static const pal_str absent[] = {PAL_STR_INIT("NA"), PAL_STR_INIT("-9")};
    const struct pal_stream_options options = {.absents = 2, .absent = absent};
    /* the second file holds a quote that only the strict reader settles */
    static const char *const files[] = {"n,sex,age\n1,F,30\nNA,NA,-9\n-9,M,NA\n-90,NAB,7\n",
                                        "n,sex,age\n1,F,30\nNA,\"NA\",-9\n-9,M,NA\n-90,NAB,7\n"};
    for (size_t f = 0; f < PAL_COUNT(files); f++) {
        struct written w;
        struct pal_stream *stream;
        const struct pal_batch *batch;
        char path[256];
        written_open(&w);
        written_file(&w, "data.csv", files[f]);
        snprintf(path, sizeof path, "%s/data.csv", w.folder);
        cr_assert_eq(pal_stream_open_with(path, columns, 3, &options, w.arena, &stream, &w.error),
                     PAL_OK, "%s", w.error.text);
        cr_assert_eq(pal_stream_next(stream, &batch, &w.error), PAL_OK, "%s", w.error.text);
        cr_assert_eq(batch->rows, 4);
        static const uint8_t n[] = {PAL_PRESENT, PAL_BLANK, PAL_BLANK, PAL_PRESENT};
        static const uint8_t sex[] = {PAL_PRESENT, PAL_BLANK, PAL_PRESENT, PAL_PRESENT};
        for (size_t i = 0; i < 4; i++) {
            cr_expect_eq(batch->col[0].absent[i], n[i], "n of row %zu", i);
            cr_expect_eq(batch->col[1].absent[i], sex[i], "sex of row %zu", i);
        }
        cr_expect_eq(batch->col[1].code[1], 0);
        cr_expect_eq(batch->col[0].value[3], -90, "a part of a text is not the text");
        cr_expect_eq(batch->col[2].type, PAL_COLUMN_NUMBER, "what is absent is no text");
        written_close(&w);
    }
}

Test(data_stream, what_is_wrong_has_its_place)
{
    static const struct pal_stream_column number[] = {{PAL_STR_INIT("n"), true, false}};
    static const struct pal_stream_column typo[] = {{PAL_STR_INIT("cuont"), true, false}};
    struct written w;
    struct pal_stream *stream;
    const struct pal_batch *batch;
    cr_assert_eq(open_stream(&w, "a,n\nx,1\ny,two\n", number, 1, &stream), PAL_OK);
    cr_assert_eq(pal_stream_next(stream, &batch, &w.error), PAL_DATA);
    cr_expect_eq(w.error.line, 3);
    cr_expect_eq(w.error.column, 2);
    written_close(&w);
    cr_assert_eq(open_stream(&w, "a,n\nx,1\ny\n", number, 1, &stream), PAL_OK);
    cr_assert_eq(pal_stream_next(stream, &batch, &w.error), PAL_DATA);
    cr_expect_eq(w.error.line, 3);
    written_close(&w);
    cr_assert_eq(open_stream(&w, "a,count\nx,1\n", typo, 1, &stream), PAL_USAGE);
    cr_expect_not_null(strstr(w.error.text, "did you mean 'count'?"), "%s", w.error.text);
    written_close(&w);
}
