/* Every wart of the homicide files: years as columns, Latin-1, regions among countries, commas. */
#include "opened.h"
#include "shared.h"

#include <criterion/criterion.h>

#define WIDE     "data/unodc/homicide_country_wide_1990_2017.csv.gz"
#define SERIES   "data/unodc/homicide_timeseries_1990_2017.csv.gz"
#define REGIONAL "data/unodc/homicide_regional_wide_1990_2017.csv"
#define ESTIMATE "data/unodc/homicide_regional_estimates.csv"
#define PRISONS  "data/unodc/homicide_in_prisons_2010_2016.csv"

Test(data_warts_homicide, years_are_columns)
{
    struct opened o;
    OPEN(o, "homicide", WIDE);
    cr_assert_eq(opened_absent(&o, PAL_PRESENT), 49294);
    const size_t row = opened_cell(&o, "AFG", 2012, "Indicator", "Homicide Total Count");
    cr_assert_eq(o.set->value->value[row], 1948);
    cr_assert_eq(o.set->batch.line[row], 2);
    opened_close(&o);
}

Test(data_warts_homicide, missing_is_empty)
{
    struct opened o;
    OPEN(o, "homicide", WIDE);
    const size_t row = opened_cell(&o, "AFG", 1990, "Indicator", "Homicide Total Count");
    cr_assert(row == SIZE_MAX || o.set->value->absent[row] == PAL_NOT_COLLECTED,
              "an empty cell is no zero");
    opened_close(&o);
}

Test(data_warts_homicide, series_names_hold_sex_age_and_mechanism)
{
    struct opened o;
    OPEN(o, "homicide", WIDE);
    const size_t row = opened_cell(&o, "MEX", 2017, "Indicator", "Female Homicide by Firearms");
    cr_assert_neq(row, SIZE_MAX);
    cr_assert(pal_str_eq(opened_text(&o, row, "sex"), PAL_STR("F")));
    cr_assert(pal_str_eq(opened_text(&o, row, "age"), PAL_STR("_T")));
    cr_assert(pal_str_eq(opened_text(&o, row, "mechanism"), PAL_STR("FIREARM")));
    opened_close(&o);
}

Test(data_warts_homicide, territories_by_name)
{
    struct opened o;
    OPEN(o, "homicide", WIDE);
    cr_assert_eq(opened_found(&o, "unknown-area"), 0, "240 territories, all known by name");
    cr_assert_gt(opened_rows_in(&o, "GBR_S"), 0);
    cr_assert_gt(opened_rows_in(&o, "IRQ_K"), 0);
    cr_assert_gt(opened_rows_in(&o, "830"), 0,
                 "the Channel Islands are Guernsey and Jersey in one row");
    opened_close(&o);
}

Test(data_warts_homicide, wholes_beside_their_parts)
{
    /* 1990: 713 in the United Kingdom, 537 + 76 + 100 in its parts; 2008: 4,596 in Iraq, 4,452 +
     * 144. */
    static const struct {
        const char *area;
        int year;
        double count;
        enum pal_area_kind kind;
    } cell[] = {{"GBR", 1990, 713, PAL_AREA_COUNTRY},  {"GBR_E_W", 1990, 537, PAL_AREA_PART},
                {"GBR_S", 1990, 76, PAL_AREA_PART},    {"GBR_NI", 1990, 100, PAL_AREA_PART},
                {"IRQ", 2008, 4596, PAL_AREA_COUNTRY}, {"IRQ_C", 2008, 4452, PAL_AREA_PART},
                {"IRQ_K", 2008, 144, PAL_AREA_PART}};
    struct opened o;
    OPEN(o, "homicide", WIDE);
    for (size_t i = 0; i < PAL_COUNT(cell); i++) {
        const size_t row =
            opened_cell(&o, cell[i].area, cell[i].year, "Indicator", "Homicide Total Count");
        cr_assert_neq(row, SIZE_MAX, "%s", cell[i].area);
        cr_expect_eq(o.set->value->value[row], cell[i].count, "%s", cell[i].area);
        cr_expect_eq(pal_areas_get(o.areas, o.set->area[row])->kind, cell[i].kind, "%s",
                     cell[i].area);
    }
    opened_close(&o);
}

Test(data_warts_homicide, latin_1)
{
    struct opened o;
    OPEN(o, "homicide-timeseries", SERIES);
    const size_t row = opened_cell(&o, "CUW", 2001, "sex", "_T");
    cr_assert_neq(row, SIZE_MAX);
    cr_assert(pal_str_eq(opened_text(&o, row, "Territory"), PAL_STR("Cura\xC3\xA7"
                                                                    "ao")));
    cr_assert_eq(opened_absent(&o, PAL_PRESENT), 23965);
    opened_close(&o);
}

/* 84 lines of the file hold a byte beyond ASCII (Python, latin-1); a name that was read as another
 * alphabet would be no known territory. */
Test(data_warts_homicide, names_beyond_ascii_are_known)
{
    struct opened o;
    OPEN(o, "homicide-timeseries", SERIES);
    cr_assert_eq(o.set->rows_read, 7504);
    uint64_t last = 0;
    size_t lines = 0;
    for (size_t i = 0; i < o.set->batch.rows; i++) {
        const pal_str name = opened_text(&o, i, "Territory");
        bool beyond = false;
        for (size_t k = 0; k < name.len; k++)
            beyond |= (unsigned char)name.ptr[k] >= 0x80;
        lines += beyond && o.set->batch.line[i] != last;
        last = o.set->batch.line[i];
    }
    cr_expect(lines > 0 && lines <= 84, "%zu lines; those without a rate give no row", lines);
    cr_expect_eq(opened_found(&o, "unknown-area"), 0);
    opened_close(&o);
}

Test(data_warts_homicide, world_and_regions_among_countries)
{
    struct opened o;
    OPEN(o, "homicide-timeseries", SERIES);
    const size_t row = opened_cell(&o, "001", 1990, "sex", "_T");
    cr_assert_float_eq(o.set->value->value[row], 6.7844, 1e-12);
    cr_assert_eq(pal_areas_get(o.areas, o.set->area[row])->kind, PAL_AREA_WORLD);
    cr_assert_gt(opened_rows_of_kind(&o, PAL_AREA_REGION), 0);
    cr_assert_eq(opened_found(&o, "unknown-area"), 0);
    opened_close(&o);
}

Test(data_warts_homicide, regional_targets)
{
    struct opened o;
    OPEN(o, "homicide-regional", REGIONAL);
    cr_assert_eq(opened_absent(&o, PAL_PRESENT), 9474);
    const size_t row = opened_cell(&o, "001", 2017, "Indicator", "Estimated Homicide Count");
    cr_assert_eq(o.set->value->value[row], 463821);
    opened_close(&o);
}

Test(data_warts_homicide, estimates_with_all_their_digits)
{
    struct opened o;
    OPEN(o, "homicide-regional-estimates", ESTIMATE);
    cr_assert_eq(opened_absent(&o, PAL_PRESENT), 725);
    const size_t row = opened_cell(&o, "002", 2005, "sex", "_T");
    cr_assert_eq(o.set->value->value[row], 119719.436399655);
    opened_close(&o);
}

Test(data_warts_homicide, quoted_thousands)
{
    struct opened o;
    OPEN(o, "homicide-prisons", PRISONS);
    cr_assert_eq(opened_absent(&o, PAL_PRESENT), 1023);
    cr_assert_eq(opened_absent(&o, PAL_UNREADABLE), 0);
    const size_t row = opened_cell(&o, "ALB", 2010, "Indicator", "Total Prison Population");
    cr_assert_eq(o.set->value->value[row], 4657);
    size_t large = 0; /* 418 numbers stand with commas: all of 1,000 and more */
    for (size_t i = 0; i < o.set->batch.rows; i++)
        large += o.set->value->absent[i] == PAL_PRESENT && o.set->value->value[i] >= 1000;
    cr_assert_eq(large, 418);
    opened_close(&o);
}

Test(data_warts_homicide, line_ends_of_two_bytes)
{
    struct opened o; /* a CR left on the last field would make it unreadable */
    OPEN(o, "homicide-prisons", PRISONS);
    const size_t row = opened_cell(&o, "USA", 2016, "Indicator", "Total Prison Population");
    cr_assert_eq(o.set->value->value[row], 2162400);
    opened_close(&o);
}
