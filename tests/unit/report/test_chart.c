/* Charts of figures made by hand: what is drawn, where, and what is said for those who do not see
 * it. Places follow from the numbers and from nothing else. */
#include "../../../src/report/chart.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct pal_arena *arena;

static void setup(void) { arena = pal_arena_new(); }
static void teardown(void) { pal_arena_free(arena); }

static struct pal_chart_point at(double x, double y, double low, double high)
{
    return (struct pal_chart_point){
        .x = x, .y = y, .low = low, .high = high, .label = pal_arena_printf(arena, "%.0f", x)};
}

static struct pal_chart_point masked(double x, double low, double high)
{
    struct pal_chart_point point = at(x, (double)NAN, (double)NAN, (double)NAN);
    point.bound_low = low;
    point.bound_high = high;
    return point;
}

static const char *drawn(const struct pal_chart *chart)
{
    struct pal_buf out;
    struct pal_error err = {0};
    pal_buf_init(&out, arena, 1 << 24);
    cr_assert_eq(pal_chart_svg(chart, &out, &err), PAL_OK, "%s", err.text);
    return out.ptr;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at_ = text; (at_ = strstr(at_, part)); at_ += strlen(part))
        n++;
    return n;
}

static struct pal_chart chart_of(enum pal_chart_kind kind, enum pal_language language,
                                 const struct pal_chart_series *series, size_t n)
{
    return (struct pal_chart){.kind = kind,
                              .language = language,
                              .id = PAL_STR("c"),
                              .title = PAL_STR("Title"),
                              .description = PAL_STR("Description"),
                              .is_count = true,
                              .level = 0.95,
                              .series_n = n,
                              .series = series};
}

TestSuite(report_chart, .init = setup, .fini = teardown);

Test(report_chart, every_limit_is_drawn_and_a_missing_year_is_a_gap)
{
    const struct pal_chart_point point[] = {at(2018, 10, 8, 12), at(2019, 20, 17, 23),
                                            at(2021, 30, 26, 34),
                                            at(2022, 40, (double)NAN, (double)NAN)};
    const struct pal_chart_series series = {PAL_STR("A"), 4, point};
    const struct pal_chart chart = chart_of(PAL_CHART_LINES, PAL_EN, &series, 1);
    const char *svg = drawn(&chart);
    cr_expect_eq(count(svg, "class=\"whisker\""), 3);
    cr_expect_eq(count(svg, "<use "), 4);
    cr_expect_eq(count(svg, "<line x1="), 2, "2018-2019 and 2021-2022, nothing across 2020");
    cr_expect(strstr(svg, "<title>A, 2019: 20 (17–23)</title>"));
}

Test(report_chart, a_masked_value_is_an_open_bar_between_its_bounds)
{
    const struct pal_chart_point point[] = {at(2018, 10, 8, 12), masked(2019, 4, 20)};
    const struct pal_chart_series series = {PAL_STR("A"), 2, point};
    const struct pal_chart chart = chart_of(PAL_CHART_LINES, PAL_EN, &series, 1);
    const char *svg = drawn(&chart);
    cr_expect_eq(count(svg, "<rect class=\"bounds\""), 1);
    cr_expect_eq(count(svg, "<use "), 1, "no point where there is no value");
    cr_expect_eq(count(svg, "class=\"edge\""), 2, "what the line can be, both ways");
    cr_expect(strstr(svg, "<title>A, 2019: 4–20</title>"));
    /* 0 to 20 over 230 pixels: 16 of them are 184. */
    cr_expect(strstr(svg, "height=\"184\""));
}

Test(report_chart, it_speaks_to_those_who_do_not_see_it)
{
    const struct pal_chart_point point[] = {at(2018, 10, 8, 12)};
    const struct pal_chart_series series = {PAL_STR("A"), 1, point};
    struct pal_chart chart = chart_of(PAL_CHART_LINES, PAL_EN, &series, 1);
    chart.title = PAL_STR("<b>\"x\"&y");
    const char *svg = drawn(&chart);
    cr_expect(strstr(svg, "<svg role=\"img\""));
    cr_expect(strstr(svg, "aria-labelledby=\"c-t c-d\""));
    cr_expect(strstr(svg, "<title id=\"c-t\">&lt;b&gt;"));
    cr_expect(strstr(svg, "<desc id=\"c-d\">Description</desc>"));
    cr_expect_not(strstr(svg, "<b>"));
    cr_expect_not(strstr(svg, "<script"));
    cr_expect_not(strstr(svg, "http"));
}

/* The share of the width at which the first mark stands. */
static double first_mark(const char *svg)
{
    const char *use = strstr(svg, "<use ");
    cr_assert(use);
    const char *x = strstr(use, " x=\"") + 4;
    double value = (double)NAN;
    cr_assert(pal_num_parse((pal_str){x, strcspn(x, "%")}, &value));
    return value;
}

Test(report_chart, right_to_left_is_the_same_from_the_other_side)
{
    const struct pal_chart_point point[] = {at(2018, 10, 8, 12), at(2019, 20, 17, 23)};
    const struct pal_chart_series series = {PAL_STR("A"), 2, point};
    const struct pal_chart english = chart_of(PAL_CHART_DOTS, PAL_EN, &series, 1);
    struct pal_chart arabic = english;
    arabic.language = PAL_AR;
    cr_expect_float_eq(first_mark(drawn(&english)) + first_mark(drawn(&arabic)), 100, 0.011);
    cr_expect(strstr(drawn(&arabic), "\u206610\u2069"), "numbers are isolated");
}

Test(report_chart, bars_are_as_long_as_their_values)
{
    const struct pal_chart_point a[] = {
        {.y = 50, .low = 40, .high = 60, .label = PAL_STR("x")},
        {.y = 100, .low = (double)NAN, .high = (double)NAN, .label = PAL_STR("y")}};
    const struct pal_chart_point b[] = {
        {.y = 25, .low = (double)NAN, .high = (double)NAN, .label = PAL_STR("y")}};
    const struct pal_chart_series series[] = {{PAL_STR("A"), 2, a}, {PAL_STR("B"), 1, b}};
    const struct pal_chart chart = chart_of(PAL_CHART_BARS, PAL_EN, series, 2);
    const char *svg = drawn(&chart);
    /* The axis from 0 to 100 takes 86 hundredths of the width. */
    cr_expect(strstr(svg, "width=\"43.00%\""), "half");
    cr_expect(strstr(svg, "width=\"86.00%\""), "all");
    cr_expect(strstr(svg, "width=\"21.50%\""), "a quarter, of the second series");
    cr_expect_eq(count(svg, "class=\"limit\""), 3, "a line and two ends");
    cr_expect(strstr(svg, "url(#c-h2)"), "the second series is hatched too");
    cr_expect_eq(count(svg, "class=\"name\""), 2, "one name a category");
}

Test(report_chart, a_long_dot_chart_is_cut_where_a_page_ends)
{
    struct pal_chart_point point[60];
    for (size_t i = 0; i < PAL_COUNT(point); i++)
        point[i] = at((double)i, 1 + (double)i, (double)i, 2 + (double)i);
    const struct pal_chart_series series[] = {{PAL_STR("A"), 25, point},
                                              {PAL_STR("B"), 35, point + 25}};
    const struct pal_chart chart = chart_of(PAL_CHART_DOTS, PAL_EN, series, 2);
    const char *svg = drawn(&chart);
    cr_expect_eq(count(svg, "<svg role"), 3);
    cr_expect_eq(count(svg, "</svg>"), 3);
    cr_expect_eq(count(svg, "<use "), 60, "no State is left out");
    cr_expect_eq(count(svg, "class=\"group\""), 4, "a group that goes on says its name again");
    cr_expect(strstr(svg, "id=\"c-t3\">Title (3/3)"));
}

Test(report_chart, the_same_chart_is_the_same_bytes)
{
    const struct pal_chart_point point[] = {at(2018, 0.1, 0.05, 0.3), at(2019, 70.7, 60, 80)};
    const struct pal_chart_series series = {PAL_STR("A"), 2, point};
    const struct pal_chart chart = chart_of(PAL_CHART_LINES, PAL_FR, &series, 1);
    cr_expect_str_eq(drawn(&chart), drawn(&chart));
}

Test(report_chart, the_figure_carries_its_data_and_how_to_read_it)
{
    const struct pal_chart_point a[] = {at(2018, 10, 8, 12), at(2020, 1200, 1100, 1300)};
    const struct pal_chart_point b[] = {at(2019, 5, 4, 6)};
    const struct pal_chart_series series[] = {{PAL_STR("A"), 2, a}, {PAL_STR("B"), 1, b}};
    const struct pal_chart chart = chart_of(PAL_CHART_LINES, PAL_EN, series, 2);
    struct pal_buf out;
    struct pal_error err = {0};
    pal_buf_init(&out, arena, 1 << 24);
    cr_assert_eq(pal_chart_figure(&chart, &out, &err), PAL_OK);
    const char *html = out.ptr;
    cr_expect(strstr(html, "Logarithmic scale."));
    cr_expect(strstr(html, "Thin lines: 95 per cent intervals."));
    cr_expect(strstr(html, "A gap in a line"));
    cr_expect_not(strstr(html, "masks"), "nothing is masked here");
    const char *first = strstr(html, "<th scope=\"row\">2018"),
               *second = strstr(html, "<th scope=\"row\">2019"),
               *third = strstr(html, "<th scope=\"row\">2020");
    cr_expect(first && second && third && first < second && second < third, "years in order");
    cr_expect(strstr(
        html,
        "<td><span class=\"word\">1,200</span> <span class=\"limits\">1,100–1,300</span></td>"));
    cr_expect_eq(count(html, "<td><span class=\"word\">..</span></td>"), 3,
                 "what a series does not have");
}
