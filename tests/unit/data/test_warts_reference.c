/* Every wart of the code lists, populations and treaty lists. */
#include "opened.h"
#include "shared.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define POPULATION "data/reference/population_worldbank.csv"

Test(data_warts_population, aggregates_beside_countries)
{
    struct opened o;
    OPEN(o, "population", POPULATION);
    cr_assert_eq(o.set->batch.rows, 17195);
    const size_t world = opened_cell(&o, "WLD", 2020, NULL, NULL);
    cr_assert_eq(o.set->value->value[world], 7854748424.0);
    cr_assert_eq(pal_areas_get(o.areas, o.set->area[world])->kind, PAL_AREA_AGGREGATE);
    cr_assert_eq(pal_areas_get(o.areas, pal_areas_by_code(o.areas, PAL_STR("SSF")))->kind,
                 PAL_AREA_AGGREGATE);
    cr_assert_eq(pal_areas_get(o.areas, pal_areas_by_code(o.areas, PAL_STR("EUU")))->kind,
                 PAL_AREA_AGGREGATE);
    size_t codes = 0; /* 48 of the 265 codes are groups */
    for (uint32_t a = 0; a < pal_areas_count(o.areas); a++)
        if (pal_areas_get(o.areas, a)->kind == PAL_AREA_AGGREGATE) {
            const pal_str code = pal_areas_get(o.areas, a)->code;
            char text[16];
            snprintf(text, sizeof text, "%.*s", PAL_ARG(code));
            codes += opened_rows_in(&o, text) > 0;
        }
    cr_assert_eq(codes, 48);
    opened_close(&o);
}

Test(data_warts_population, names_that_are_not_the_united_nations)
{
    struct opened o;
    OPEN(o, "population", POPULATION);
    const size_t row = opened_cell(&o, "BHS", 2020, "Country Name", "Bahamas, The");
    cr_assert_eq(o.set->value->value[row], 395863);
    cr_assert_eq(opened_found(&o, "unknown-area"), 0);
    opened_close(&o);
}

static const struct {
    const char *set, *file;
} m49[] = {
    {"m49-en", "data/reference/unsd_m49_en.csv"}, {"m49-fr", "data/reference/unsd_m49_fr.csv"},
    {"m49-es", "data/reference/unsd_m49_es.csv"}, {"m49-ru", "data/reference/unsd_m49_ru.csv"},
    {"m49-ar", "data/reference/unsd_m49_ar.csv"}, {"m49-zh", "data/reference/unsd_m49_cn.csv"},
};

Test(data_warts_m49, byte_order_mark)
{
    struct opened o;
    OPEN(o, "m49-en", m49[0].file);
    cr_assert_eq(opened_rows_with(&o, "Global Code", "001"), 249,
                 "the first column's name has no mark glued to it");
    opened_close(&o);
}

Test(data_warts_m49, last_line_without_an_end)
{
    for (size_t i = 0; i < PAL_COUNT(m49); i++) {
        struct opened o;
        OPEN(o, m49[i].set, m49[i].file);
        cr_expect_eq(o.set->batch.rows, 249, "%s", m49[i].set);
        const pal_str last = opened_text(&o, 248, "ISO-alpha3 Code");
        cr_expect(pal_str_eq(last, PAL_STR("WLF")), "%s ends in '%.*s'", m49[i].set, PAL_ARG(last));
        opened_close(&o);
    }
}

Test(data_warts_m49, na_is_namibia)
{
    for (size_t i = 0; i < PAL_COUNT(m49); i++) {
        struct opened o;
        OPEN(o, m49[i].set, m49[i].file);
        const size_t row = opened_cell(&o, "NAM", o.set->period[0], "ISO-alpha2 Code", "NA");
        cr_expect_neq(row, SIZE_MAX, "%s", m49[i].set);
        opened_close(&o);
    }
}

Test(data_warts_m49, every_name_of_every_language_is_an_area)
{
    for (size_t i = 0; i < PAL_COUNT(m49); i++) {
        struct opened o;
        OPEN(o, m49[i].set, m49[i].file);
        for (size_t row = 0; row < o.set->batch.rows; row++) {
            const pal_str name = opened_text(&o, row, "Country or Area");
            cr_expect_eq(pal_areas_by_name(o.areas, name), o.set->area[row], "'%.*s'",
                         PAL_ARG(name));
        }
        opened_close(&o);
    }
}

Test(data_warts_codes, na_is_namibia_and_north_america)
{
    struct opened o;
    OPEN(o, "country-codes", "data/reference/country_codes.csv");
    cr_assert_eq(o.set->batch.rows, 249);
    cr_assert_neq(opened_cell(&o, "NAM", o.set->period[0], "ISO3166-1-Alpha-2", "NA"), SIZE_MAX);
    cr_assert_eq(opened_rows_with(&o, "Continent", "NA"), 41);
    opened_close(&o);
}

Test(data_warts_codes, right_to_left_text_and_quoted_commas)
{
    struct opened o;
    OPEN(o, "country-codes", "data/reference/country_codes.csv");
    const size_t egypt = opened_cell(&o, "EGY", o.set->period[0], NULL, NULL);
    cr_assert(pal_str_eq(opened_text(&o, egypt, "UNTERM Arabic Short"), PAL_STR("مصر")));
    const size_t afghanistan = opened_cell(&o, "AFG", o.set->period[0], NULL, NULL);
    cr_assert(pal_str_eq(opened_text(&o, afghanistan, "Languages"), PAL_STR("fa-AF,ps,uz-AF,tk")));
    opened_close(&o);
}

Test(data_warts_codes, places_without_a_region)
{
    struct opened o;
    OPEN(o, "iso3166-regions", "data/reference/iso3166_regional_codes.csv");
    size_t none = 0;
    for (size_t i = 0; i < o.set->batch.rows; i++)
        none += opened_text(&o, i, "region").len == 0;
    cr_assert_eq(o.set->batch.rows, 249);
    cr_assert_eq(none, 2);
    cr_assert_eq(opened_rows_with(&o, "name", "Taiwan, Province of China"), 1);
    opened_close(&o);
}

Test(data_warts_codes, leading_zeros)
{
    struct opened o;
    OPEN(o, "iccs", "data/reference/iccs_es.csv");
    cr_assert_eq(o.set->batch.rows, 320);
    cr_assert_eq(opened_rows_with(&o, "id", "0101"), 1);
    cr_assert_eq(opened_rows_with(&o, "id", "101"), 0);
    size_t zero = 0;
    for (size_t i = 0; i < o.set->batch.rows; i++)
        zero += pal_str_starts(opened_text(&o, i, "id"), PAL_STR("0"));
    cr_assert_eq(zero, 278);
    opened_close(&o);
}

Test(data_warts_treaties, acts_behind_dates)
{
    static const struct {
        const char *set, *file;
        size_t rows, rat, acc, accept, appr, suc;
    } treaty[] = {
        {"treaty-untoc", "data/reference/treaty_18_12_untoc.csv", 185, 140, 37, 0, 1, 1},
        {"treaty-tip", "data/reference/treaty_18_12_a_trafficking_protocol.csv", 167, 107, 48, 2, 1,
         1},
        {"treaty-som", "data/reference/treaty_18_12_b_smuggling_protocol.csv", 152, 95, 39, 2, 1,
         1},
    };
    for (size_t i = 0; i < PAL_COUNT(treaty); i++) {
        struct opened o;
        OPEN(o, treaty[i].set, treaty[i].file);
        cr_expect_eq(o.set->batch.rows, treaty[i].rows, "%s", treaty[i].set);
        cr_expect_eq(opened_rows_with(&o, "act", "RAT"), treaty[i].rat, "%s", treaty[i].set);
        cr_expect_eq(opened_rows_with(&o, "act", "ACC"), treaty[i].acc, "%s", treaty[i].set);
        cr_expect_eq(opened_rows_with(&o, "act", "ACCEPT"), treaty[i].accept, "%s", treaty[i].set);
        cr_expect_eq(opened_rows_with(&o, "act", "APPR"), treaty[i].appr, "%s", treaty[i].set);
        cr_expect_eq(opened_rows_with(&o, "act", "SUC"), treaty[i].suc, "%s", treaty[i].set);
        const size_t parties =
            treaty[i].rat + treaty[i].acc + treaty[i].accept + treaty[i].appr + treaty[i].suc;
        cr_expect_eq(opened_sum(&o), (double)parties, "%s: %g parties", treaty[i].set,
                     opened_sum(&o));
        opened_close(&o);
    }
}

Test(data_warts_treaties, a_header_with_commas_and_names_of_the_time)
{
    struct opened o;
    OPEN(o, "treaty-untoc", "data/reference/treaty_18_12_untoc.csv");
    cr_assert_eq(opened_rows_in(&o, "SWZ"), 1, "Swaziland");
    cr_assert_eq(opened_rows_in(&o, "MKD"), 1, "The former Yugoslav Republic of Macedonia");
    const size_t montenegro = opened_row(&o, 114); /* 23 Oct 2006 d */
    cr_assert_eq(o.set->period[montenegro], 2013, "the list tells the status of its own year");
    cr_assert_eq(o.set->value->value[montenegro], 1);
    opened_close(&o);
}

Test(data_warts_treaties, empty_is_no_party)
{
    struct opened o;
    OPEN(o, "treaty-untoc", "data/reference/treaty_18_12_untoc.csv");
    const size_t iran = opened_row(&o, 79); /* signed on 12 December 2000, no act */
    cr_assert_eq(o.set->value->absent[iran], PAL_PRESENT);
    cr_assert_eq(o.set->value->value[iran], 0);
    opened_close(&o);
}

Test(data_warts_treaties, a_party_that_is_no_state)
{
    struct opened o;
    OPEN(o, "treaty-untoc", "data/reference/treaty_18_12_untoc.csv");
    const size_t union_ = opened_row(&o, 58);
    cr_assert_eq(pal_areas_get(o.areas, o.set->area[union_])->kind, PAL_AREA_AGGREGATE);
    cr_assert_not(pal_areas_get(o.areas, o.set->area[union_])->un_member);
    opened_close(&o);
}
