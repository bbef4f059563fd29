/* Which figures the page takes, of figures made by hand. */
#include "../../../src/report/page.h"

#include <criterion/criterion.h>

static const pal_str total[] = {PAL_STR_INIT("_T")}, women[] = {PAL_STR_INIT("F")};
static const pal_str columns[] = {PAL_STR_INIT("SEX")};
static const struct pal_definition one = {.code = PAL_STR_INIT("A-1")},
                                   two = {.code = PAL_STR_INIT("B-1")},
                                   none = {.code = PAL_STR_INIT("A-2")};

static struct pal_figure figure(const struct pal_definition *definition, int period,
                                const pal_str *sex, uint32_t states)
{
    return (struct pal_figure){.definition = definition,
                               .area = 7,
                               .period = period,
                               .breakdown = sex,
                               .estimate = {.value = 10},
                               .coverage_n = states,
                               .coverage_of = 100};
}

Test(report_page_figures, the_latest_year_is_one_that_enough_states_reported)
{
    struct pal_figure all[] = {figure(&one, 2019, total, 80), figure(&one, 2020, total, 90),
                               figure(&one, 2021, total, 45), figure(&one, 2022, total, 44),
                               figure(&one, 2022, women, 90), figure(&two, 2023, total, 99)};
    const struct pal_figures figures = {
        .n = PAL_COUNT(all), .figure = all, .breakdowns = 1, .breakdown = columns};
    const struct page_slice slice = page_figures_of(&figures, &one);
    cr_assert_eq(slice.n, 5);
    cr_expect_eq(page_settled_period(&figures, slice, 7, SIZE_MAX), 2021, "half of 90 is 45");
    cr_expect_eq(page_settled_period(&figures, slice, 7, 0), 2022, "women count when asked for");
    cr_expect_eq(page_settled_period(&figures, slice, 8, SIZE_MAX), INT32_MIN);
    all[2].estimate.absent = PAL_WITHHELD;
    cr_expect_eq(page_settled_period(&figures, slice, 7, SIZE_MAX), 2020);
}

Test(report_page_figures, a_definition_without_figures_has_none)
{
    struct pal_figure all[] = {figure(&one, 2019, total, 80), figure(&two, 2023, total, 99)};
    const struct pal_figures figures = {
        .n = PAL_COUNT(all), .figure = all, .breakdowns = 1, .breakdown = columns};
    cr_expect_eq(page_figures_of(&figures, &none).n, 0);
    cr_expect_eq(page_figures_of(&figures, &two).n, 1);
    cr_expect_eq(page_figures_of(&figures, &two).figure->period, 2023);
}

Test(report_page_figures, bounds_stand_only_where_there_is_no_value)
{
    struct pal_figure f = figure(&one, 2019, total, 80);
    f.estimate.has_bounds = true;
    f.estimate.bound_low = 1;
    f.estimate.bound_high = 4;
    cr_expect_not(page_has_bounds(&f));
    f.estimate.absent = PAL_BELOW_THRESHOLD;
    cr_expect(page_has_bounds(&f));
    cr_expect_not(page_has_value(&f));
    cr_expect(page_shows(&f));
}

Test(report_page_figures, a_column_of_another_code_is_no_whole)
{
    struct pal_figure f = figure(&one, 2019, women, 80);
    const struct pal_figures figures = {
        .n = 1, .figure = &f, .breakdowns = 1, .breakdown = columns};
    cr_expect_not(page_is_whole(&figures, &f, SIZE_MAX));
    cr_expect(page_is_whole(&figures, &f, 0));
    cr_expect_eq(page_breakdown_column(&figures, PAL_STR("sex")), 0);
    cr_expect_eq(page_breakdown_column(&figures, PAL_STR("age")), SIZE_MAX);
}
