/* Cells and rows of small made-up files, judged each by itself. */
#include "written.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SET(w, yaml, csv)                                                                          \
    cr_assert_eq(written_set(&(w), (yaml), (csv)), PAL_OK, "%s", (w).error.text)
#define TEXT_IS(text, word)                                                                        \
    cr_expect(pal_str_eq((text), pal_str_of(word)), "'%.*s', not '%s'", PAL_ARG(text), (word))

/* The examples that the design note and the style note print are datasets. */
Test(data_load, the_example_of_the_style_note)
{
    struct written w;
    written_open(&w);
    written_file(
        &w, "dataset.yaml",
        "path: homicide.csv\n"
        "shape: wide-years                 # one column per year\n"
        "encoding: utf-8\n"
        "decimal: \".\"\n"
        "absent: {\"..\": not-collected, \"-\": not-applicable, \"<5\": {below-threshold: 5}}\n"
        "roles: {area: ISO3, value: Count}\n"
        "licence: open; retrieved 2026-11-02; sha256 9f2c\n");
    written_file(&w, "homicide.csv", "ISO3,2019,2020,2021\nXAA,12,..,<5\nXAB,-,7,8\n");
    cr_assert_eq(written_read(&w, "dataset.yaml"), PAL_OK, "%s", w.error.text);
    const struct pal_column *v = w.set->value;
    cr_assert_eq(w.set->batch.rows, 6);
    cr_expect_eq(v->value[0], 12);
    cr_expect_eq(w.set->period[0], 2019);
    cr_expect_eq(v->absent[1], PAL_NOT_COLLECTED);
    cr_expect_eq(v->absent[2], PAL_BELOW_THRESHOLD);
    cr_expect_eq(v->low[2], 0);
    cr_expect_eq(v->high[2], 4);
    cr_expect_eq(v->absent[3], PAL_NOT_APPLICABLE);
    cr_expect_eq(w.set->batch.line[3], 3);
    written_close(&w);
}

Test(data_load, roles_with_area_and_value_only)
{
    struct written w;
    SET(w,
        "path: data.csv\nroles: {area: A, value: V}\n"
        "absent: {\"..\": not-collected, \"<10\": {below-threshold: 10, from: 1}}\n",
        "A,V\nXAA,3\nXAB,..\nXAC,<10\n");
    cr_assert_eq(w.set->batch.rows, 3);
    cr_expect_eq(w.set->period[0], INT32_MIN);
    cr_expect_eq(w.set->value->low[2], 1);
    cr_expect_eq(w.set->value->high[2], 9);
    TEXT_IS(pal_areas_get(w.areas, w.set->area[1])->code, "XAB");
    written_close(&w);
}

Test(data_load, numbers_as_people_write_them)
{
    struct written w;
    SET(w,
        "path: data.csv\ndialect: {delimiter: \";\"}\ndecimal: \",\"\nthousands: \" \"\nroles: "
        "{area: A, value: V}\n",
        "A;V\nXAA;1\xC2\xA0"
        "282,5\nXAB;12\nXAC;1 0\n");
    cr_expect_eq(w.set->value->value[0], 1282.5);
    cr_expect_eq(w.set->value->value[1], 12);
    cr_expect_eq(w.set->value->absent[2], PAL_UNREADABLE, "thousands stand in threes");
    cr_expect_eq(written_found(&w, "unreadable-value"), 1);
    written_close(&w);
}

Test(data_load, a_row_with_an_error_stays_and_enters_nothing)
{
    static const struct {
        const char *row, *rule;
        uint32_t field;
    } bad[] = {
        {"XAB,2019,M,-4", "negative-count", 4},
        {"XAB,2019,M,2.5", "not-whole", 4},
        {"XAB,2019,M,four", "unreadable-value", 4},
        {"XAB,1066,M,4", "impossible-year", 2},
        {"XAB,2025,M,4", "impossible-year", 2},
        {"XAB,soon,M,4", "impossible-year", 2},
        {"XBA,2019,M,4", "unknown-area", 1},
        {"XAB,2019,Mael,4", "unknown-category", 3},
        {"XAB,2019,M", "ragged-row", 0},
        {"XAB,2019,M,9007199254740993", "value-too-large", 4},
    };
    for (size_t i = 0; i < PAL_COUNT(bad); i++) {
        char csv[256];
        struct written w;
        snprintf(csv, sizeof csv, "Area,Year,Sex,V\nXAA,2019,M,1\n%s\nXAC,2019,F,3\n", bad[i].row);
        SET(w,
            "path: data.csv\nroles: {area: Area, period: Year, value: V, sex: Sex}\n"
            "schema: {fields: [{name: V, type: integer}]}\n"
            "crosswalk: {Sex: {M: M, F: F, Male: M}}\n",
            csv);
        cr_assert_eq(w.set->batch.rows, 3);
        cr_expect_eq(w.set->batch.state[0], PAL_ROW_ENTERS);
        cr_expect_eq(w.set->batch.state[1], PAL_ROW_ERROR, "%s", bad[i].row);
        cr_expect_eq(w.set->batch.state[2], PAL_ROW_ENTERS);
        cr_expect_eq(w.set->rows_error, 1);
        const struct pal_finding *f = written_first(&w, bad[i].rule);
        cr_assert_not_null(f, "%s: no '%s'", bad[i].row, bad[i].rule);
        cr_expect_eq(f->severity, PAL_ERROR);
        cr_expect_eq(f->at.line, 3, "%s", bad[i].row);
        cr_expect_eq(f->at.column, bad[i].field, "%s: field %u", bad[i].row,
                     (unsigned)f->at.column);
        cr_expect_str_eq(f->at.file, "data.csv");
        written_close(&w);
    }
}

Test(data_load, percentages_over_a_hundred)
{
    struct written w;
    SET(w,
        "path: data.csv\nshape: wide-columns\nroles: {area: A}\nperiod: 2020\n"
        "measures: {share: {column: S}, count: {column: C}}\nchecks: {percent: [share]}\n",
        "A,S,C\nXAA,99.5,250\nXAB,100.5,300\n");
    cr_expect_eq(written_found(&w, "percentage-over-100"), 1);
    cr_expect_eq(written_first(&w, "percentage-over-100")->at.line, 3);
    cr_expect_eq(w.set->batch.rows, 4);
    cr_expect_eq(w.set->rows_error, 1);
    written_close(&w);
}

Test(data_load, identifiers_stay_text)
{
    struct written w;
    SET(w, "path: data.csv\nshape: microdata\n",
        "id,code\n1710071392460695564534112,0101\n1710071392460695564534113,007\n");
    TEXT_IS(written_text(&w, "id", 0), "1710071392460695564534112");
    TEXT_IS(written_text(&w, "id", 1), "1710071392460695564534113");
    TEXT_IS(written_text(&w, "code", 0), "0101");
    TEXT_IS(written_text(&w, "code", 1), "007");
    written_close(&w);
}

Test(data_load, na_is_namibia_where_two_letters_are_codes)
{
    struct written w;
    SET(w,
        "path: data.csv\narea_by: alpha2\nabsent: {NA: not-collected}\nroles: {area: A, value: "
        "V}\n",
        "A,V\nNA,NA\nFR,7\n");
    TEXT_IS(pal_areas_get(w.areas, w.set->area[0])->code, "NAM");
    cr_expect_eq(w.set->value->absent[0], PAL_NOT_COLLECTED);
    cr_expect_eq(w.set->batch.state[0], PAL_ROW_ENTERS);
    written_close(&w);
}

Test(data_load, preamble_two_line_header_footer_and_footnotes)
{
    struct written w;
    SET(w,
        "path: data.csv\nskip_rows: 2\nheader_rows: 2\narea: XAA\nperiod: 2023\n"
        "footer: {from: \"^(Fuente|Nota)\", strip_footnotes: true}\nshape: wide-columns\n"
        "roles: {offence: Offence}\n"
        "measures: {offences: {column: Offences1 Absolute}, share: {column: Share}}\n",
        "A table\n\nOffence,Offences1,Share2\n,Absolute,\nFraud6,12,100.0*\nTheft,5,2\n"
        "Nota: as estimated,,\nanything,1,1\n");
    cr_assert_eq(w.set->batch.rows, 4);
    TEXT_IS(written_text(&w, "offence", 0), "Fraud");
    cr_expect_eq(w.set->value->value[1], 100);
    cr_expect_eq(written_first(&w, "footer")->at.line, 7);
    written_close(&w);
}

Test(data_load, a_measure_nobody_declared_is_named_with_its_nearest)
{
    struct written w;
    SET(w,
        "path: data.csv\nroles: {area: A, value: V}\n"
        "measures: {laundering: {where: {I: Money laundering}}, fraud: {where: {I: Fraud}}}\n",
        "A,I,V\nXAA,Money laundring,4\nXAA,Fraud,5\n");
    cr_expect_eq(w.set->batch.state[0], PAL_ROW_SET_ASIDE);
    const struct pal_finding *f = written_first(&w, "no-measure");
    cr_assert_not_null(f);
    TEXT_IS(f->todo, "did you mean 'Money laundering'?");
    written_close(&w);
}

Test(data_load, remarks_above_and_between_the_rows)
{
    struct written w;
    SET(w,
        "path: data.csv\ndialect: {commentChar: \"#\"}\nskip_rows: 1\nroles: {area: A, value: V}\n",
        "a preamble\n# a remark\n# another, \"quoted\"\nA,V\n# more\nXAA,1\n\"#\",2\n");
    cr_assert_eq(w.set->batch.rows, 2);
    cr_expect_eq(w.set->batch.line[0], 6);
    cr_expect_eq(written_found(&w, "unknown-area"), 1, "a quoted # is text");
    written_close(&w);
}

Test(data_load, several_files_are_one_table)
{
    struct written w;
    written_open(&w);
    written_file(&w, "dataset.yaml", "path: [a.csv, b.csv]\nroles: {area: A, value: V}\n");
    written_file(&w, "a.csv", "A,V\nXAA,1\n");
    written_file(&w, "b.csv", "A,V\nXAB,2\nXJA,3\nXAA,4\n");
    cr_assert_eq(written_read(&w, "dataset.yaml"), PAL_OK, "%s", w.error.text);
    cr_assert_eq(w.set->batch.rows, 4);
    cr_assert_eq(w.set->files, 2);
    TEXT_IS(pal_dataset_file_of(w.set, 0)->name, "a.csv");
    TEXT_IS(pal_dataset_file_of(w.set, 3)->name, "b.csv");
    cr_expect_str_eq(written_first(&w, "unknown-area")->at.file, "b.csv");
    cr_expect_str_eq(written_first(&w, "conflicting-values")->at.file, "a.csv");
    cr_expect_str_neq(w.set->of_file[0].sha256, w.set->of_file[1].sha256);
    written_close(&w);
}

Test(data_load, files_of_one_dataset_have_one_header)
{
    struct written w;
    written_open(&w);
    written_file(&w, "dataset.yaml", "path: [a.csv, b.csv]\nroles: {area: A, value: V}\n");
    written_file(&w, "a.csv", "A,V\nXAA,1\n");
    written_file(&w, "b.csv", "V,A\n2,XAB\n");
    cr_assert_eq(written_read(&w, "dataset.yaml"), PAL_SYNTAX);
    cr_expect_not_null(strstr(w.error.text, "'b.csv' has the column 'V'"), "%s", w.error.text);
    written_close(&w);
}

Test(data_load, a_missing_column_names_the_nearest)
{
    struct written w;
    cr_assert_eq(
        written_set(&w, "path: data.csv\nroles: {area: A, value: Cuont}\n", "A,Count\nXAA,1\n"),
        PAL_SYNTAX);
    cr_expect_not_null(strstr(w.error.text, "did you mean 'Count'?"), "%s", w.error.text);
    written_close(&w);
}

Test(data_load, schema_types_and_constraints)
{
    struct written w;
    SET(w,
        "path: data.csv\nshape: microdata\nschema:\n  fields:\n"
        "    - {name: id, type: string, constraints: {required: true, unique: true, pattern: "
        "\"[A-Z][0-9]+\"}}\n"
        "    - {name: age, type: integer, constraints: {minimum: 0, maximum: 120}, missingValues: "
        "[\"\", \"?\"]}\n"
        "    - {name: day, type: date, format: \"%d/%m/%Y\", constraints: {minimum: 01/01/2020}}\n"
        "    - {name: sex, constraints: {enum: [M, F]}}\n"
        "    - {name: cost, type: number, decimalChar: \",\", groupChar: \".\", bareNumber: "
        "false}\n"
        "    - {name: fine, type: boolean}\n",
        "id,age,day,sex,cost,fine\n"
        "A1,30,02/03/2021,M,\"1.200,5 EUR\",true\n" /* 2: well */
        "A2,?,02/03/2021,F,\"3\",false\n"           /* 3: well */
        "A1,30,02/03/2021,M,1,1\n"                  /* 4: repeated */
        "a4,30,02/03/2021,M,1,0\n"                  /* 5: pattern */
        ",30,02/03/2021,M,1,0\n"                    /* 6: required */
        "A6,130,02/03/2021,M,1,0\n"                 /* 7: too old */
        "A7,30,31/02/2021,M,1,0\n"                  /* 8: no date */
        "A8,30,02/03/2019,M,1,0\n"                  /* 9: too early */
        "A9,30,02/03/2021,X,1,0\n"                  /* 10: not listed */
        "B1,30,02/03/2021,M,much,0\n"               /* 11: no number */
        "B2,30,02/03/2021,M,1,maybe\n");            /* 12: no answer */
    cr_expect_eq(written_found(&w, "field-repeated"), 1);
    cr_expect_eq(written_first(&w, "field-repeated")->at.line, 4);
    cr_expect_eq(written_found(&w, "field-constraint"), 5);
    cr_expect_eq(written_found(&w, "field-type"), 3);
    cr_expect_eq(w.set->rows_error, 9);
    cr_expect_eq(w.set->batch.state[0], PAL_ROW_ENTERS);
    cr_expect_eq(w.set->batch.state[1], PAL_ROW_ENTERS);
    written_close(&w);
}

Test(data_load, a_list_is_written_as_its_crosswalk_says)
{
    struct written w;
    SET(w,
        "path: data.csv\nshape: lists\nroles: {list: [S1, S2], value: y}\n"
        "crosswalk: {S1: {obs: 1, un: 0}, S2: {obs: 1, un: 0}}\nabsent: {NA: not-applicable}\n",
        "y,S1,S2\nNA,un,un\n5,obs,un\n7,seen,obs\n");
    cr_assert_eq(w.set->batch.rows, 3);
    cr_expect_eq(w.set->value->absent[0], PAL_NOT_APPLICABLE);
    TEXT_IS(written_text(&w, "S1", 1), "1");
    TEXT_IS(written_text(&w, "S2", 1), "0");
    cr_expect_eq(w.set->batch.state[2], PAL_ROW_ERROR);
    cr_expect_eq(written_first(&w, "unknown-category")->at.line, 4);
    written_close(&w);
}

Test(data_load, a_status_that_cannot_be_read)
{
    struct written w;
    SET(w,
        "path: data.csv\nshape: status\nroles: {area: P, status: R}\n"
        "status: {date: \"%d %b %Y\", acts: {\"\": RAT, a: ACC}, as_of: 2013}\n",
        "P,R\nXAA,14 Dec 2000\nXAB,1 Feb 2001 a\nXAC,\nXAD,14 Dec 2000 z\nXAE,31 Feb 2001\n");
    cr_assert_eq(w.set->batch.rows, 5);
    TEXT_IS(written_text(&w, "act", 0), "RAT");
    TEXT_IS(written_text(&w, "act", 1), "ACC");
    TEXT_IS(written_text(&w, "act", 2), "NONE");
    cr_expect_eq(w.set->value->value[0], 1);
    cr_expect_eq(w.set->value->value[2], 0);
    cr_expect_eq(written_found(&w, "unreadable-value"), 2);
    cr_expect_eq(w.set->rows_error, 2);
    written_close(&w);
}

Test(data_load, the_line_of_a_row_can_be_read_again)
{
    struct written w;
    pal_str line;
    SET(w, "path: data.csv\nroles: {area: A, value: V}\n", "A,V\nXAA,1\nXAB,\"1\n\"\nXAC,3\n");
    const struct pal_load_options options = {.areas = w.areas};
    cr_assert_eq(pal_dataset_source_line(w.descriptor, &options, 0, w.set->batch.line[2], w.arena,
                                         &line, &w.error),
                 PAL_OK);
    cr_expect_eq(w.set->batch.line[2], 5);
    TEXT_IS(line, "XAC,3");
    written_close(&w);
}

Test(data_load, the_line_of_a_row_is_looked_up_in_its_own_file)
{
    struct written w;
    pal_str line;
    written_open(&w);
    written_file(
        &w, "dataset.yaml",
        "path: [a.csv, b.csv]\ndialect: {commentChar: \"#\"}\nroles: {area: A, value: V}\n");
    written_file(&w, "a.csv", "# he said \"no\n# end\nA,V\nXAA,1\n");
    written_file(&w, "b.csv", "A,V\nXAB,2\nXAC,3\n");
    cr_assert_eq(written_read(&w, "dataset.yaml"), PAL_OK, "%s", w.error.text);
    const struct pal_load_options options = {.areas = w.areas};
    static const char *const lines[] = {"XAA,1", "XAB,2", "XAC,3"};
    cr_assert_eq(w.set->batch.rows, 3);
    for (size_t row = 0; row < 3; row++) {
        cr_assert_eq(pal_dataset_source_line(w.descriptor, &options, w.set->file_of[row],
                                             w.set->batch.line[row], w.arena, &line, &w.error),
                     PAL_OK, "%s", w.error.text);
        TEXT_IS(line, lines[row]);
    }
    written_close(&w);
}

/* A wide file makes many rows of one record; its wrong country is one mistake. */
Test(data_load, what_is_wrong_with_a_record_is_said_once)
{
    struct written w;
    SET(w,
        "path: data.csv\nshape: wide-years\nroles: {area: A, sex: S}\ncrosswalk: {S: {Men: M}}\n",
        "A,S,2019,2020,2021\nXAA,Men,1,2,3\nNowhere,Men,4,5,6\nXAB,Mem,7,8,9\n");
    cr_assert_eq(w.set->batch.rows, 9);
    cr_expect_eq(w.set->rows_error, 6, "every value of both records is left out");
    cr_expect_eq(written_found(&w, "unknown-area"), 1);
    cr_expect_eq(written_found(&w, "unknown-category"), 1);
    TEXT_IS(written_first(&w, "unknown-category")->todo, "did you mean 'Men'?");
    written_close(&w);
}

/* Half an offence is a wrong decimal sign, or no count of offences; a rate, an estimate and a
 * weight may be what they are. */
Test(data_load, a_fraction_of_what_is_counted_is_found)
{
    struct written w;
    SET(w,
        "path: data.csv\nshape: wide-columns\nroles: {area: A}\ndialect: {delimiter: "
        "\";\"}\ndecimal: \",\"\ncounting_unit: offence\n"
        "measures:\n  offences: {column: N}\n  rate: {column: R, is_rate: true}\n"
        "  victims by survey: {column: E, is_estimate: true}\n"
        "  seized: {column: K, counting_unit: kilogram}\n",
        "A;N;R;E;K\nXAA;10;1,5;2,5;3,5\nXAB;1111,5;1,5;2,5;3,5\n");
    cr_assert_eq(written_found(&w, "not-whole"), 1);
    cr_expect_eq(written_first(&w, "not-whole")->severity, PAL_WARNING);
    cr_expect_eq(written_first(&w, "not-whole")->at.line, 3);
    cr_expect_eq(w.set->rows_error, 0);
    written_close(&w);
}

Test(data_load, a_folder_in_place_of_the_file_is_said_to_be_one)
{
    struct written w;
    written_open(&w);
    written_file(&w, "dataset.yaml", "path: data.csv\nroles: {area: A, value: V}\n");
    char folder[256];
    snprintf(folder, sizeof folder, "%s/data.csv", w.folder);
    cr_assert_eq(mkdir(folder, 0700), 0);
    cr_expect_eq(written_read(&w, "dataset.yaml"), PAL_IO);
    cr_expect(strstr(w.error.text, "is a folder, not a file"), "%s", w.error.text);
    rmdir(folder);
    written_close(&w);
}

Test(data_load, an_empty_file_is_said_to_be_empty)
{
    struct written w;
    cr_expect_eq(written_set(&w, "path: data.csv\nroles: {area: A, value: V}\n", ""), PAL_DATA);
    cr_expect_not_null(strstr(w.error.text, "has no header"), "%s", w.error.text);
    written_close(&w);
    cr_expect_eq(written_set(&w, "path: data.csv\nskip_rows: 9\nroles: {area: A, value: V}\n",
                             "A,V\nXAA,1\n"),
                 PAL_DATA);
    written_close(&w);
}

/* The year stands in the header, so its mistake does too. */
Test(data_load, a_column_of_an_impossible_year)
{
    struct written w;
    SET(w,
        "path: data.csv\nshape: wide-years\nroles: {area: A}\nchecks: {years: {from: 2000, to: "
        "2020}}\n",
        "A,2019,2200\nXAA,1,2\nXAB,3,4\n");
    cr_assert_eq(written_found(&w, "impossible-year"), 1);
    cr_expect_eq(written_first(&w, "impossible-year")->at.column, 3);
    cr_expect_eq(w.set->rows_error, 2);
    written_close(&w);
}
