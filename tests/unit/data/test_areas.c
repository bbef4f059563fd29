/* Codes, names and what lies within what, from the shipped table of areas. */
#include "written.h"

#include <criterion/criterion.h>

static struct written w;

static void open_areas(void)
{
    written_open(&w);
    cr_assert_eq(pal_areas_read("datasets/areas", w.arena, &w.areas, &w.error), PAL_OK, "%s",
                 w.error.text);
}

static void close_areas(void) { written_close(&w); }

static pal_str code_of(uint32_t area)
{
    return area == PAL_NO_AREA ? PAL_STR("none") : pal_areas_get(w.areas, area)->code;
}

#define IS(area, text)                                                                             \
    cr_expect(pal_str_eq(code_of(area), PAL_STR(text)), "'%.*s', not '%s'",                        \
              PAL_ARG(code_of(area)), text)

TestSuite(data_areas, .init = open_areas, .fini = close_areas);

Test(data_areas, by_each_kind_of_code)
{
    IS(pal_areas_by_code(w.areas, PAL_STR("FRA")), "FRA");
    IS(pal_areas_by_alpha2(w.areas, PAL_STR("NA")), "NAM");
    IS(pal_areas_by_m49(w.areas, PAL_STR("8")), "ALB"); /* 008 without its zeros */
    IS(pal_areas_by_m49(w.areas, PAL_STR("001")), "001");
    IS(pal_areas_by_code(w.areas, PAL_STR("NA")), "none");
    IS(pal_areas_by_code(w.areas, PAL_STR("fra")), "none");
}

Test(data_areas, by_name_in_six_languages_and_by_alias)
{
    IS(pal_areas_by_name(w.areas, PAL_STR("Côte d'Ivoire")), "CIV");
    IS(pal_areas_by_name(w.areas, PAL_STR("Côte d’Ivoire")), "CIV");
    IS(pal_areas_by_name(w.areas, PAL_STR("CÔTE D'IVOIRE")), "CIV");
    IS(pal_areas_by_name(w.areas, PAL_STR("PERU")), "PER");
    IS(pal_areas_by_name(w.areas, PAL_STR("ESPAÑA")), "ESP");
    IS(pal_areas_by_name(w.areas, PAL_STR("ФРАНЦИЯ")), "FRA");
    IS(pal_areas_by_name(w.areas, PAL_STR("\xC3")), "none"); /* half a letter */
    IS(pal_areas_by_name(w.areas, PAL_STR("bahamas, the")), "BHS");
    IS(pal_areas_by_name(w.areas, PAL_STR("Франция")), "FRA");
    IS(pal_areas_by_name(w.areas, PAL_STR("法国")), "FRA");
    IS(pal_areas_by_name(w.areas, PAL_STR("فرنسا")), "FRA");
    IS(pal_areas_by_name(w.areas, PAL_STR("Alemania")), "DEU");
}

/* Without case and accents no two areas fall together. */
Test(data_areas, every_printed_name_names_its_area)
{
    size_t names = 0;
    for (uint32_t i = 0; i < pal_areas_count(w.areas); i++) {
        const struct pal_area *area = pal_areas_get(w.areas, i);
        for (int l = 0; l < PAL_LANGUAGES; l++) {
            const pal_str name = area->name.in[l];
            if (!name.len || area->kind != PAL_AREA_COUNTRY)
                continue;
            const uint32_t found = pal_areas_by_name(w.areas, name);
            cr_expect(found == i, "'%.*s'", PAL_ARG(name));
            names++;
        }
    }
    cr_expect_gt(names, 6 * 240);
}

Test(data_areas, nearest)
{
    cr_expect(pal_str_eq(pal_areas_nearest(w.areas, PAL_STR("XJA")), PAL_STR("XAJ")), "swapped");
    cr_expect(pal_str_eq(pal_areas_nearest(w.areas, PAL_STR("alb")), PAL_STR("ALB")));
    cr_expect(pal_str_eq(pal_areas_nearest(w.areas, PAL_STR("Albnia")), PAL_STR("Albania")));
    cr_expect_eq(pal_areas_nearest(w.areas, PAL_STR("qqqqqqqqqqq")).len, 0);
}

Test(data_areas, within)
{
    const uint32_t world = pal_areas_by_code(w.areas, PAL_STR("001"));
    const uint32_t europe = pal_areas_by_m49(w.areas, PAL_STR("150"));
    const uint32_t scotland = pal_areas_by_code(w.areas, PAL_STR("GBR_S"));
    cr_expect(pal_areas_within(w.areas, scotland, europe), "a part lies in its whole's region");
    cr_expect(pal_areas_within(w.areas, europe, world));
    cr_expect_not(pal_areas_within(w.areas, world, europe));
    cr_expect_not(pal_areas_within(w.areas, pal_areas_by_code(w.areas, PAL_STR("XAA")), world),
                  "an invented State is not in the world");
}
