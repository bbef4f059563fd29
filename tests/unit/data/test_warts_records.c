/* Every wart of the capture lists, victim records, police records and survey records. */
#include "opened.h"
#include "shared.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *set, *file;
    size_t patterns;
    double persons;
} lists[] = {
    {"mse-uk-2013", "data/mse/uk_2013.csv", 25, 2744},
    {"mse-uk-2013-5list", "data/mse/uk_2013_5list.csv", 18, 2744},
    {"mse-netherlands", "data/mse/netherlands.csv", 24, 8234},
    {"mse-netherlands-5list", "data/mse/netherlands_5list.csv", 17, 8234},
    {"mse-western-us", "data/mse/western_us.csv", 13, 345},
    {"mse-rome-hiv", "data/mse/rome_hiv.csv", 15, 1896},
    {"mse-scotland-pwid", "data/mse/scotland_pwid_2006.csv", 128, 5670},
};

Test(data_warts_lists, check_sums)
{
    for (size_t i = 0; i < PAL_COUNT(lists); i++) {
        struct opened o;
        OPEN(o, lists[i].set, lists[i].file);
        cr_expect_eq(o.set->batch.rows, lists[i].patterns, "%s: %zu patterns", lists[i].set,
                     o.set->batch.rows);
        cr_expect_eq(opened_sum(&o), lists[i].persons, "%s: %g persons", lists[i].set,
                     opened_sum(&o));
        opened_close(&o);
    }
}

Test(data_warts_lists, an_observed_zero)
{
    struct opened o;
    OPEN(o, "mse-rome-hiv", "data/mse/rome_hiv.csv");
    cr_assert_eq(o.set->value->absent[0], PAL_PRESENT); /* 1,1,1,1,0 */
    cr_assert_eq(o.set->value->value[0], 0);
    opened_close(&o);
}

Test(data_warts_lists, nobody_is_seen_on_no_list)
{
    struct opened o;
    OPEN(o, "mse-scotland-pwid", "data/mse/scotland_pwid_2006.csv");
    cr_assert_eq(opened_absent(&o, PAL_NOT_APPLICABLE), 8, "eight cells say NA, not zero");
    cr_assert_eq(opened_rows_with(&o, "sex", "F"), 64);
    opened_close(&o);
}

Test(data_warts_lists, a_category_that_looks_censored)
{
    struct opened o;
    OPEN(o, "mse-netherlands-migrants", "data/mse/netherlands_irregular_migrants_individual.csv");
    cr_assert_eq(o.set->batch.rows, 1880);
    cr_assert_gt(opened_rows_with(&o, "age", "<40yrs"), 0);
    opened_close(&o);
}

Test(data_warts_ctdc, semicolons_inside_and_between_fields)
{
    struct opened o;
    OPEN(o, "ctdc", "data/trafficking_victims/ctdc_global_k_anon_excerpt.csv");
    cr_assert_eq(o.set->batch.rows, 30);
    size_t lists_of_several = 0;
    for (size_t i = 0; i < o.set->batch.rows; i++) {
        const pal_str means = opened_text(&o, i, "meansOfControlConcatenated");
        lists_of_several += means.len && memchr(means.ptr, ';', means.len) != NULL;
    }
    cr_assert_gt(lists_of_several, 0);
    opened_close(&o);
}

Test(data_warts_ctdc, lists_equal_their_flags)
{
    static const struct {
        const char *flag, *word;
    } means[] = {
        {"meansOfControlTakesEarnings", "Takes earnings"},
        {"meansOfControlRestrictsFinancialAccess", "Restricts financial access"},
        {"meansOfControlThreats", "Threats"},
        {"meansOfControlPsychologicalAbuse", "Psychological abuse"},
        {"meansOfControlSexualAbuse", "Sexual abuse"},
        {"meansOfControlPsychoactiveSubstances", "Psychoactive substances"},
    };
    struct opened o;
    OPEN(o, "ctdc", "data/trafficking_victims/ctdc_global_k_anon_excerpt.csv");
    for (size_t i = 0; i < o.set->batch.rows; i++) {
        char text[1024];
        const pal_str list = opened_text(&o, i, "meansOfControlConcatenated");
        snprintf(text, sizeof text, ";%.*s;", PAL_ARG(list));
        for (size_t k = 0; k < PAL_COUNT(means); k++) {
            char word[64];
            snprintf(word, sizeof word, ";%s;", means[k].word);
            const bool flagged = pal_str_eq(opened_text(&o, i, means[k].flag), PAL_STR("1"));
            cr_expect_eq(flagged, strstr(text, word) != NULL, "record %zu: %s", i, means[k].word);
        }
    }
    opened_close(&o);
}

Test(data_warts_ctdc, a_sentence_for_a_header_cell)
{
    struct opened o;
    OPEN(o, "ctdc", "data/trafficking_victims/ctdc_global_k_anon_excerpt.csv");
    for (size_t i = 0; i < o.set->batch.rows; i++)
        cr_assert_eq(opened_text(&o, i,
                                 "By using this data you agree to the Terms of Use: "
                                 "https://www.ctdatacollaborative.org/terms-use")
                         .len,
                     0);
    opened_close(&o);
}

Test(data_warts_ctdc, age_bands_and_citizenships_are_text)
{
    struct opened o;
    OPEN(o, "ctdc", "data/trafficking_victims/ctdc_global_k_anon_excerpt.csv");
    cr_expect_eq(opened_rows_with(&o, "ageBroad", "30--38"), 27);
    cr_expect_eq(opened_rows_with(&o, "age", "30--38"), 27, "by its role, too");
    cr_expect_eq(opened_rows_with(&o, "citizenship", "MD"), 2);
    cr_expect_eq(opened_rows_with(&o, "citizenship", ""), 27, "empty is missing");
    opened_close(&o);
}

Test(data_warts_ctdc, a_sample_of_minus_99)
{
    struct opened o;
    OPEN(o, "ctdc-sample", "data/trafficking_victims/ctdc_sample_recoded.csv");
    cr_assert_eq(o.set->batch.rows, 104);
    cr_expect_eq(opened_found(&o, "unknown-area"), 0);
    cr_expect_eq(opened_found(&o, "unknown-category"), 0);
    cr_expect_eq(o.set->rows_error, 0);
    opened_close(&o);
}

Test(data_warts_ctdc, minus_99_and_zero_are_missing)
{
    struct opened o;
    OPEN(o, "ctdc-extract", "data/trafficking_victims/ctdc_extract_clean.csv.gz");
    cr_assert_eq(o.set->batch.rows, 14299);
    size_t unknown = 0;
    for (size_t i = 0; i < o.set->batch.rows; i++)
        unknown += o.set->area[i] == PAL_NO_AREA;
    cr_assert_eq(unknown, 8353, "citizenship 0 is no country");
    cr_assert_eq(opened_found(&o, "unknown-area"), 0);
    opened_close(&o);
}

Test(data_warts_police, repeated_and_empty_identifiers)
{
    struct opened o;
    OPEN(o, "police-uk-bedfordshire", "data/incidents/2018-10-bedfordshire-street.csv.gz");
    size_t none = 0;
    for (size_t i = 0; i < o.set->batch.rows; i++)
        none += opened_text(&o, i, "Crime ID").len == 0;
    cr_assert_eq(o.set->batch.rows, 6344);
    cr_assert_eq(none, 1208, "anti-social behaviour has no identifier");
    cr_assert_eq(opened_found(&o, "repeated-key"), 0, "and no identifier is no repeated one");
    for (size_t i = 0; i < o.set->batch.rows; i++)
        cr_assert_eq(o.set->period[i], 2018, "Month is 2018-10");
    opened_close(&o);
}

Test(data_warts_chicago, commas_booleans_and_tiny_classes)
{
    struct opened o;
    OPEN(o, "chicago", "data/incidents/chicago_2022_slim.csv.gz");
    static const char *const columns[] = {"Block", "Description", "Location Description",
                                          "Primary Type"};
    size_t commas = 0, nowhere = 0;
    for (size_t i = 0; i < o.set->batch.rows; i++) {
        for (size_t k = 0; k < PAL_COUNT(columns); k++) {
            const pal_str text = opened_text(&o, i, columns[k]);
            commas += text.len && memchr(text.ptr, ',', text.len) != NULL;
        }
        nowhere += opened_text(&o, i, "Location Description").len == 0;
        cr_assert_eq(o.set->period[i], 2022, "2022-09-16 21:30:00 is a year here, no time");
    }
    cr_expect_eq(commas, 3046);
    cr_expect_eq(nowhere, 611);
    cr_expect_eq(opened_rows_with(&o, "Arrest", "true"), 24133);
    cr_expect_eq(opened_rows_with(&o, "Arrest", "false"), 191418);
    cr_expect_eq(opened_rows_with(&o, "Primary Type", "NON-CRIMINAL"), 4);
    opened_close(&o);
}

Test(data_warts_chicago, rows_alike_are_no_duplicates)
{
    struct opened o;
    OPEN(o, "chicago", "data/incidents/chicago_2022_slim.csv.gz");
    cr_assert_eq(o.set->batch.rows, 215551);
    cr_assert_eq(opened_found(&o, "exact-duplicate"), 443);
    for (size_t i = 0; i < o.set->batch.rows; i++)
        cr_assert_eq(o.set->batch.state[i], PAL_ROW_ENTERS);
    opened_close(&o);
}

Test(data_warts_ncvs, identifiers_of_25_digits)
{
    struct opened o;
    OPEN(o, "ncvs-incident", "data/survey/ncvs_2021_incident.csv.gz");
    cr_assert_eq(o.set->batch.rows, 8982);
    const pal_str id = opened_text(&o, 0, "IDHH");
    cr_assert(pal_str_eq(id, PAL_STR("1710071392460695564534112")), "'%.*s'", PAL_ARG(id));
    cr_assert(pal_str_eq(opened_text(&o, 0, "YEARQ"), PAL_STR("2021.1")),
              "a quarter, not a number");
    cr_assert_eq(opened_found(&o, "exact-duplicate"), 18);
    opened_close(&o);
}

Test(data_warts_police, a_million_records_with_their_repeats)
{
    struct opened o;
    OPEN(o, "police-uk", "data/incidents/police_uk_street_2018Q4.csv.gz");
    cr_assert_eq(o.set->batch.rows, 1070154);
    /* 16,295 rows repeat an earlier Crime ID, of 8,837 crimes; 59 of them in every column. */
    cr_assert_eq(opened_found(&o, "exact-duplicate"), 59);
    cr_assert_eq(opened_found(&o, "conflicting-values") + opened_found(&o, "repeated-key"), 8837);
    size_t no_id = 0, no_outcome = 0, context = 0, repeated = 0, no_place = 0, no_lsoa = 0;
    for (size_t i = 0; i < o.set->batch.rows; i++) {
        repeated += (o.set->mark[i] & PAL_MARK_REPEATED) != 0;
        no_id += opened_text(&o, i, "Crime ID").len == 0;
        no_outcome += opened_text(&o, i, "Last outcome category").len == 0;
        context += opened_text(&o, i, "Context").len != 0;
        no_place += opened_text(&o, i, "Longitude").len == 0;
        no_lsoa += opened_text(&o, i, "LSOA code").len == 0;
        cr_assert_eq(o.set->area[i], PAL_NO_AREA,
                     "the largest forces are absent: no national total");
    }
    cr_assert_eq(repeated, 16295 + 8837, "one crime on several rows");
    cr_assert_eq(no_id, 234464);
    cr_assert_eq(no_outcome, 258396);
    cr_assert_eq(no_place, 25058);
    cr_assert_eq(no_lsoa, 62514);
    cr_assert_eq(context, 0, "every line ends in a comma");
    opened_close(&o);
}

Test(data_warts_ncvs, households_told_apart_by_25_digits)
{
    /* As numbers, 256,460 identifiers would fall together by the thousand and the rule 'error'
     * would fire. */
    struct opened o;
    OPEN(o, "ncvs-household", "data/survey/ncvs_2021_household.csv.gz");
    cr_assert_eq(o.set->batch.rows, 256460);
    cr_assert_eq(opened_found(&o, "repeated-key") + opened_found(&o, "conflicting-values"), 0);
    double weight = 0, one;
    for (size_t i = 0; i < o.set->batch.rows; i++)
        if (pal_num_parse(opened_text(&o, i, "WGTHHCY"), &one))
            weight += one;
    cr_assert_float_eq(weight, 129319231.5, 0.01);
    opened_close(&o);
}

Test(data_warts_nhanes, labels_with_brackets_and_commas)
{
    const char *path = NEED_SHARED("data/survey/nhanes.csv.gz");
    static const struct pal_stream_column wanted[] = {{PAL_STR_INIT("agecat"), false, false},
                                                      {PAL_STR_INIT("WTMEC2YR"), true, false}};
    struct pal_arena *arena = pal_arena_new();
    struct pal_stream *stream;
    struct pal_error err = {0};
    cr_assert_eq(pal_stream_open(path, wanted, PAL_COUNT(wanted), arena, &stream, &err), PAL_OK,
                 "%s", err.text);
    size_t rows = 0, young = 0;
    for (;;) {
        const struct pal_batch *batch;
        cr_assert_eq(pal_stream_next(stream, &batch, &err), PAL_OK, "%s", err.text);
        if (!batch)
            break;
        for (size_t i = 0; i < batch->rows; i++)
            young += pal_str_eq(pal_dict_text(batch->col[0].dict, batch->col[0].code[i]),
                                PAL_STR("(19,39]"));
        rows += batch->rows;
    }
    cr_assert_eq(rows, 8591);
    cr_assert_eq(young, 2033);
    pal_arena_free(arena);
}
