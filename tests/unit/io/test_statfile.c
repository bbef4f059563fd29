/* SPSS and Stata files, made here by ReadStat's writer, read as records and by the stream. */
#include "palermo/data.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <readstat.h>
#include <stdio.h>
#include <string.h>

static ssize_t to_file(const void *data, size_t len, void *file)
{
    return (ssize_t)fwrite(data, 1, len, file);
}

/* sex 1, 2 labelled; age with a declared missing value 99 "Refused" in SPSS, tagged in Stata; a
 * date; a name. */
static const char *write_table(const char *name, bool spss)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    readstat_writer_t *w = readstat_writer_init();
    readstat_set_data_writer(w, to_file);
    readstat_label_set_t *sexes = readstat_add_label_set(w, READSTAT_TYPE_DOUBLE, "sexes");
    readstat_label_double_value(sexes, 1, "female");
    readstat_label_double_value(sexes, 2, "male");
    readstat_label_set_t *ages = readstat_add_label_set(w, READSTAT_TYPE_DOUBLE, "ages");
    if (spss)
        readstat_label_double_value(ages, 99, "Refused");
    else
        readstat_label_tagged_value(ages, 'a', "Refused");
    readstat_variable_t *sex = readstat_add_variable(w, "sex", READSTAT_TYPE_DOUBLE, 8);
    readstat_variable_set_label_set(sex, sexes);
    readstat_variable_t *age = readstat_add_variable(w, "age", READSTAT_TYPE_DOUBLE, 8);
    readstat_variable_set_label_set(age, ages);
    if (spss)
        readstat_variable_add_missing_double_value(age, 99);
    readstat_variable_t *day = readstat_add_variable(w, "day", READSTAT_TYPE_DOUBLE, 8);
    readstat_variable_set_format(day, spss ? "DATE11" : "%td");
    readstat_variable_t *place = readstat_add_variable(w, "place", READSTAT_TYPE_STRING, 16);
    if (spss)
        readstat_begin_writing_sav(w, file, 4);
    else
        readstat_begin_writing_dta(w, file, 4);
    static const double of_sex[] = {1, 2, 2, 1}, of_age[] = {20, 35.5, 99, 0};
    for (int row = 0; row < 4; row++) {
        readstat_begin_row(w);
        readstat_insert_double_value(w, sex, of_sex[row]);
        if (row == 3)
            readstat_insert_missing_value(w, age);
        else if (row == 2 && !spss)
            readstat_insert_tagged_missing_value(w, age, 'a');
        else
            readstat_insert_double_value(w, age, of_age[row]);
        /* 2020-03-01 is day 22,3xx of 1960 and so many seconds of 1582 */
        readstat_insert_double_value(w, day, spss ? (18322.0 + 141428) * 86400 : 18322.0 + 3653);
        readstat_insert_string_value(w, place, row % 2 ? "Palermo, north" : "Corleone");
        readstat_end_row(w);
    }
    cr_assert_eq(readstat_end_writing(w), READSTAT_OK);
    readstat_writer_free(w);
    fclose(file);
    return path;
}

static void expect_records(const char *path)
{
    static const char *const wanted[] = {
        "female|20|2020-03-01|Corleone|", "male|35.5|2020-03-01|Palermo, north|",
        "male|Refused|2020-03-01|Corleone|", "female||2020-03-01|Palermo, north|"};
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_record record;
    struct pal_error err;
    bool end = false;
    size_t n;
    cr_assert_eq(pal_records_open(path, NULL, NULL, arena, &records, &err), PAL_OK, "%s", err.text);
    const pal_str *header = pal_records_header(records, &n);
    cr_assert_eq(n, 4);
    cr_expect(pal_str_eq(header[2], PAL_STR("day")));
    for (size_t row = 0; row < 5; row++) {
        char line[200] = "";
        cr_assert_eq(pal_records_next(records, &record, &end, &err), PAL_OK);
        cr_assert_eq(end, row == 4);
        for (size_t i = 0; !end && i < record.fields; i++)
            snprintf(line + strlen(line), sizeof line - strlen(line), "%.*s|",
                     PAL_ARG(record.field[i]));
        if (!end)
            cr_expect_str_eq(line, wanted[row]);
        if (row == 2)
            cr_expect_eq(record.missing[1], PAL_MISSING_WITHHELD);
        if (row == 3)
            cr_expect_eq(record.missing[1], PAL_MISSING_BLANK);
    }
    pal_arena_free(arena);
}

static void expect_stream(const char *path)
{
    static const struct pal_stream_column columns[] = {{PAL_STR_INIT("sex"), false, true},
                                                       {PAL_STR_INIT("age"), true, false}};
    struct pal_arena *arena = pal_arena_new();
    struct pal_stream *stream;
    const struct pal_batch *batch;
    struct pal_error err;
    cr_assert_eq(pal_stream_open(path, columns, 2, arena, &stream, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(pal_stream_next(stream, &batch, &err), PAL_OK);
    cr_assert_not_null(batch);
    cr_assert_eq(batch->rows, 4);
    cr_expect(
        pal_str_eq(pal_dict_text(batch->col[0].dict, batch->col[0].code[1]), PAL_STR("male")));
    cr_expect_eq(batch->col[1].value[1], 35.5);
    cr_expect_eq(batch->col[1].absent[2], PAL_WITHHELD);
    cr_expect_eq(batch->col[1].absent[3], PAL_BLANK);
    pal_arena_free(arena);
}

Test(io_statfile, spss)
{
    const char *path = write_table("people.sav", true);
    expect_records(path);
    expect_stream(path);
}

Test(io_statfile, stata)
{
    const char *path = write_table("people.dta", false);
    expect_records(path);
    expect_stream(path);
}

Test(io_statfile, damage_is_told_by_name)
{
    char bytes[400];
    const char *path = write_table("whole.sav", true);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    const size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    path = scratch_file("cut.sav", bytes, n);
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_error err;
    cr_expect_eq(pal_records_open(path, NULL, NULL, arena, &records, &err), PAL_DATA);
    cr_expect(strstr(err.text, "cut.sav' is a damaged SPSS file"), "%s", err.text);
    pal_arena_free(arena);
}
