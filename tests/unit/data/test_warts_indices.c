/* Every wart of the index files and of the presentation tables. */
#include "opened.h"
#include "shared.h"

#include <criterion/criterion.h>

#define CPI "data/indices/cpi_1995_2017.csv"

Test(data_warts_oc_index, column_names_with_commas)
{
    struct opened o;
    OPEN(o, "oc-index", "data/indices/global_oc_index_2023.csv");
    cr_assert_eq(o.set->batch.rows, 193 * 36, "193 States, 36 scores");
    const size_t row = opened_cell(&o, "AFG", 2023, "measure", "criminality");
    cr_assert_eq(o.set->value->value[row], 7.1);
    opened_close(&o);
}

Test(data_warts_oc_index, names_of_its_own)
{
    struct opened o;
    OPEN(o, "oc-index", "data/indices/global_oc_index_2023.csv");
    cr_assert_eq(opened_found(&o, "unknown-area"), 0);
    cr_assert_eq(opened_rows_in(&o, "COD"), 36, "'Congo, Dem, Rep,'");
    cr_assert_eq(opened_rows_in(&o, "LCA"), 36, "'St, Lucia'");
    opened_close(&o);
}

Test(data_warts_cpi, line_ends_of_three_bytes)
{
    struct opened o;
    OPEN(o, "cpi", CPI);
    cr_assert_eq(o.set->batch.rows, 252 * 23, "252 rows, 23 years, no empty lines between them");
    const size_t row = opened_cell(&o, "AFG", 2017, NULL, NULL);
    cr_assert_eq(o.set->value->value[row], 1.5, "the last field carries no CR");
    cr_assert_eq(o.set->batch.line[row], 2);
    opened_close(&o);
}

Test(data_warts_cpi, zero_is_not_covered)
{
    struct opened o;
    OPEN(o, "cpi", CPI);
    cr_assert_eq(opened_absent(&o, PAL_NOT_COVERED), 2630);
    cr_assert_eq(opened_absent(&o, PAL_PRESENT), 3166);
    for (size_t i = 0; i < o.set->batch.rows; i++)
        cr_assert(o.set->value->absent[i] != PAL_PRESENT || o.set->value->value[i] > 0);
    opened_close(&o);
}

Test(data_warts_cpi, bytes_that_are_not_utf_8)
{
    struct opened o;
    OPEN(o, "cpi", CPI);
    cr_assert_eq(opened_rows_with(&o, "country", "C\xC3\xB4te d\xE2\x80\x99Ivoire"), 23,
                 "0xF4 and 0x92");
    cr_assert_eq(opened_rows_with(&o, "country", "Cote d\xC2\xB4Ivoire"), 23, "0xB4");
    opened_close(&o);
}

Test(data_warts_cpi, one_country_in_seven_spellings)
{
    struct opened o;
    OPEN(o, "cpi", CPI);
    const uint32_t ivory = pal_areas_by_code(o.areas, PAL_STR("CIV"));
    size_t scores = 0, seen[2018 - 1995] = {0};
    for (size_t i = 0; i < o.set->batch.rows; i++) {
        if (o.set->area[i] != ivory || o.set->value->absent[i] != PAL_PRESENT)
            continue;
        scores++;
        cr_assert_eq(o.set->batch.state[i], PAL_ROW_ENTERS);
        cr_assert_eq(seen[o.set->period[i] - 1995]++, 0, "%d stands twice", (int)o.set->period[i]);
    }
    cr_assert_eq(opened_rows_in(&o, "CIV"), 7 * 23);
    cr_assert_eq(scores, 20);
    cr_assert_eq(opened_found(&o, "conflicting-values"), 0);
    opened_close(&o);
}

Test(data_warts_cpi, rows_that_are_no_country)
{
    struct opened o;
    OPEN(o, "cpi", CPI);
    cr_assert_eq(opened_rows_of_kind(&o, PAL_AREA_NONE), 5 * 23);
    cr_assert_eq(opened_found(&o, "unknown-area"), 0);
    opened_close(&o);
}

Test(data_warts_cpi, a_header_of_two_lines)
{
    struct opened o;
    OPEN(o, "cpi-2012", "data/indices/cpi2012_with_se.csv");
    cr_assert_eq(o.set->batch.rows, 176 * 7);
    const struct {
        const char *measure;
        double value;
    } denmark[] = {{"corruption perceptions score", 90},
                   {"standard error", 2},
                   {"interval lower end", 87},
                   {"interval upper end", 93}};
    for (size_t i = 0; i < PAL_COUNT(denmark); i++) {
        const size_t row = opened_cell(&o, "DNK", 2012, "measure", denmark[i].measure);
        cr_assert_neq(row, SIZE_MAX, "%s", denmark[i].measure);
        cr_assert_eq(o.set->value->value[row], denmark[i].value, "%s", denmark[i].measure);
    }
    opened_close(&o);
}

Test(data_warts_envipe, titles_header_and_notes_around_the_body)
{
    struct opened o;
    OPEN(o, "envipe-3-2", "data/survey/envipe_2024_3_2.csv");
    cr_assert_eq(o.set->batch.rows, 11 * 3, "eleven rows, three columns of numbers");
    cr_assert_eq(opened_absent(&o, PAL_PRESENT), 33);
    cr_assert_gt(opened_found(&o, "footer"), 0, "the notes are left out aloud");
    opened_close(&o);
}

Test(data_warts_envipe, footnote_digits_glued_to_labels)
{
    struct opened o;
    OPEN(o, "envipe-3-2", "data/survey/envipe_2024_3_2.csv");
    const size_t row =
        opened_cell(&o, "MEX", 2023, "offence", "FRAUD"); /* "Fraude6", "Delitos ocurridos1" */
    cr_assert_neq(row, SIZE_MAX);
    cr_assert_eq(opened_rows_with(&o, "offence", "_T"), 3);
    cr_assert_eq(o.set->value->value[row], 6547223);
    opened_close(&o);
}

Test(data_warts_envipe, a_line_break_inside_a_header_cell)
{
    struct opened o;
    OPEN(o, "envipe-3-4", "data/survey/envipe_2024_3_4.csv");
    const size_t row = opened_cell(&o, "MEX", 2023, "state", "MX-AGU");
    cr_assert_neq(row, SIZE_MAX);
    cr_assert_eq(o.set->value->value[row], 214028);
    cr_assert(pal_str_eq(opened_text(&o, row, "sex"), PAL_STR("M")));
    opened_close(&o);
}

Test(data_warts_envipe, states_named_apart_from_the_country)
{
    struct opened o;
    OPEN(o, "envipe-3-3", "data/survey/envipe_2024_3_3.csv");
    cr_assert_eq(o.set->batch.rows, 33 * 3);
    cr_assert_eq(opened_found(&o, "unknown-category"), 0);
    opened_close(&o);
}

Test(data_warts_envipe, table_numbers_that_look_like_decimals)
{
    struct opened o;
    OPEN(o, "envipe-cv", "data/survey/envipe_2024_resumen_cv.csv");
    cr_assert_eq(opened_rows_with(&o, "Tabulado", "3.1"), 2, "3.1 and 3.10");
    cr_assert_eq(opened_rows_with(&o, "Tabulado", "3.2"), 2, "3.2 and 3.20");
    opened_close(&o);
}
