/* SAS files, made here by ReadStat's writer: data with a catalogue of formats beside it, and the
 * transport format, which has no labels. Each holds sex 1, 2; age with a special missing value .A;
 * a date of 1 March 2020; a name. */
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

/* transport: version 5 or 8 of that format; 0: data */
static const char *write_table(const char *name, uint8_t transport)
{
    static const double sexes[] = {1, 2, 2, 1}, ages[] = {20, 35.5, 0, 0};
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    readstat_writer_t *w = readstat_writer_init();
    readstat_set_data_writer(w, to_file);
    readstat_variable_t *sex = readstat_add_variable(w, "sex", READSTAT_TYPE_DOUBLE, 8);
    readstat_variable_set_format(sex, "SEXES");
    readstat_variable_t *age = readstat_add_variable(w, "age", READSTAT_TYPE_DOUBLE, 8);
    readstat_variable_set_format(age, "AGES");
    readstat_variable_t *day = readstat_add_variable(w, "day", READSTAT_TYPE_DOUBLE, 8);
    readstat_variable_set_format(day, "DATE9");
    readstat_variable_t *place = readstat_add_variable(w, "place", READSTAT_TYPE_STRING, 16);
    if (transport) {
        readstat_writer_set_file_format_version(w, transport);
        cr_assert_eq(readstat_begin_writing_xport(w, file, 4), READSTAT_OK);
    } else {
        cr_assert_eq(readstat_begin_writing_sas7bdat(w, file, 4), READSTAT_OK);
    }
    for (int row = 0; row < 4; row++) {
        readstat_begin_row(w);
        readstat_insert_double_value(w, sex, sexes[row]);
        if (row == 3)
            readstat_insert_missing_value(w, age);
        else if (row == 2)
            readstat_insert_tagged_missing_value(w, age, 'A');
        else
            readstat_insert_double_value(w, age, ages[row]);
        readstat_insert_double_value(w, day, 18322 + 3653); /* days since 1970, and since 1960 */
        readstat_insert_string_value(w, place, row % 2 ? "Palermo, north" : "Corleone");
        cr_assert_eq(readstat_end_row(w), READSTAT_OK);
    }
    cr_assert_eq(readstat_end_writing(w), READSTAT_OK);
    readstat_writer_free(w);
    fclose(file);
    return path;
}

static void write_catalogue(const char *name)
{
    FILE *file = fopen(scratch_path(name), "wb");
    cr_assert_not_null(file);
    readstat_writer_t *w = readstat_writer_init();
    readstat_set_data_writer(w, to_file);
    readstat_label_set_t *sexes = readstat_add_label_set(w, READSTAT_TYPE_DOUBLE, "SEXES");
    readstat_label_double_value(sexes, 1, "female");
    readstat_label_double_value(sexes, 2, "male");
    cr_assert_eq(readstat_begin_writing_sas7bcat(w, file), READSTAT_OK);
    cr_assert_eq(readstat_end_writing(w), READSTAT_OK);
    readstat_writer_free(w);
    fclose(file);
}

static void expect_records(const char *path, const char *const *wanted)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_record record;
    struct pal_error err;
    bool end = false;
    cr_assert_eq(pal_records_open(path, NULL, NULL, arena, &records, &err), PAL_OK, "%s", err.text);
    for (size_t row = 0; row < 5; row++) {
        char line[200] = "";
        cr_assert_eq(pal_records_next(records, &record, &end, &err), PAL_OK);
        cr_assert_eq(end, row == 4);
        for (size_t i = 0; !end && i < record.fields; i++)
            snprintf(line + strlen(line), sizeof line - strlen(line), "%.*s|",
                     PAL_ARG(record.field[i]));
        if (end)
            break;
        cr_expect_str_eq(line, wanted[row]);
        cr_expect_eq(record.missing[1], row == 2   ? PAL_MISSING_NOT_COLLECTED
                                        : row == 3 ? PAL_MISSING_BLANK
                                                   : PAL_MISSING_NONE);
    }
    pal_arena_free(arena);
}

Test(io_statfile_sas, data_without_a_catalogue)
{
    static const char *const wanted[] = {
        "1|20|2020-03-01|Corleone|", "2|35.5|2020-03-01|Palermo, north|",
        "2|.A|2020-03-01|Corleone|", "1||2020-03-01|Palermo, north|"};
    expect_records(write_table("bare.sas7bdat", 0), wanted);
}

Test(io_statfile_sas, the_catalogue_beside_it_labels_the_values)
{
    static const char *const wanted[] = {
        "female|20|2020-03-01|Corleone|", "male|35.5|2020-03-01|Palermo, north|",
        "male|.A|2020-03-01|Corleone|", "female||2020-03-01|Palermo, north|"};
    write_catalogue("people.sas7bcat");
    expect_records(write_table("people.sas7bdat", 0), wanted);

    struct pal_arena *arena = pal_arena_new();
    struct pal_error err;
    const char *labels;
    cr_assert_eq(pal_sas_catalogue(write_table("people.sas7bdat", 0), arena, &labels, &err),
                 PAL_OK);
    cr_assert_not_null(labels);
    cr_expect_str_eq(strrchr(labels, '/') + 1, "people.sas7bcat");
    cr_assert_eq(pal_sas_catalogue("people.sav", arena, &labels, &err), PAL_OK);
    cr_expect_null(labels);
    pal_arena_free(arena);
}

Test(io_statfile_sas, transport)
{
    static const char *const wanted[] = {
        "1|20|2020-03-01|Corleone|", "2|35.5|2020-03-01|Palermo, north|",
        "2|.A|2020-03-01|Corleone|", "1||2020-03-01|Palermo, north|"};
    expect_records(write_table("people8.xpt", 8), wanted);
    expect_records(write_table("people5.xpt", 5), wanted);
}
