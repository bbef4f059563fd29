/* The value axis: round ends, few ticks, zero where length means something, a logarithm where the
 * values demand it. */
#include "../../../src/report/chart.h"

#include <criterion/criterion.h>
#include <math.h>

static struct chart_scale scale_of(enum pal_chart_kind kind, const double *y, size_t n)
{
    struct pal_chart_point point[16];
    for (size_t i = 0; i < n; i++)
        point[i] = (struct pal_chart_point){
            .x = (double)i, .y = y[i], .low = (double)NAN, .high = (double)NAN};
    const struct pal_chart_series series = {PAL_STR("A"), n, point};
    const struct pal_chart chart = {
        .kind = kind, .language = PAL_EN, .series_n = 1, .series = &series};
    struct chart_scale scale;
    chart_scale_fit(&chart, &scale);
    return scale;
}

Test(report_chart_scale, linear_axes_begin_at_zero_and_end_round)
{
    static const struct {
        double y, high;
        int decimals;
    } cases[] = {{97, 100, 0}, {0.34, 0.4, 1}, {1, 1, 1}, {4101, 5000, 0}, {0.021, 0.025, 3}};
    for (size_t i = 0; i < PAL_COUNT(cases); i++) {
        const struct chart_scale scale = scale_of(PAL_CHART_LINES, &cases[i].y, 1);
        cr_expect_eq(scale.low, 0);
        cr_expect(scale.high >= cases[i].y, "%g", cases[i].y);
        cr_expect_float_eq(scale.high, cases[i].high, 1e-12, "%g ends at %g", cases[i].y,
                           scale.high);
        cr_expect(scale.ticks >= 4 && scale.ticks <= 8, "%zu ticks", scale.ticks);
        cr_expect_eq(scale.decimals, cases[i].decimals, "%g", cases[i].y);
        cr_expect_not(scale.logarithmic);
    }
}

Test(report_chart_scale, two_orders_of_magnitude_make_a_logarithm_but_never_of_bars)
{
    const double wide[] = {3, 40000}, narrow[] = {3, 290}, zero[] = {0, 40000};
    cr_expect(scale_of(PAL_CHART_LINES, wide, 2).logarithmic);
    cr_expect(scale_of(PAL_CHART_DOTS, wide, 2).logarithmic);
    cr_expect_not(scale_of(PAL_CHART_BARS, wide, 2).logarithmic);
    cr_expect_not(scale_of(PAL_CHART_LINES, narrow, 2).logarithmic);
    cr_expect_not(scale_of(PAL_CHART_LINES, zero, 2).logarithmic, "zero has no logarithm");
    const struct chart_scale scale = scale_of(PAL_CHART_LINES, wide, 2);
    cr_expect_eq(scale.low, 1);
    cr_expect_eq(scale.high, 100000);
    cr_expect_float_eq(chart_scale_at(&scale, 1000), 0.6, 1e-12);
}

Test(report_chart_scale, values_beyond_the_axis_stand_at_its_end)
{
    const double y[] = {10};
    const struct chart_scale scale = scale_of(PAL_CHART_LINES, y, 1);
    cr_expect_eq(chart_scale_at(&scale, -5), 0);
    cr_expect_eq(chart_scale_at(&scale, 1e9), 1);
}

Test(report_chart_scale, below_zero_the_axis_goes_down)
{
    const double y[] = {-12, 30};
    const struct chart_scale scale = scale_of(PAL_CHART_LINES, y, 2);
    cr_expect(scale.low <= -12);
    cr_expect(scale.high >= 30);
    bool zero = false;
    for (size_t i = 0; i < scale.ticks; i++)
        zero |= scale.tick[i] == 0;
    cr_expect(zero);
}

Test(report_chart_scale, nothing_to_draw_is_an_axis_from_zero_to_one)
{
    const double y[] = {(double)NAN};
    const struct chart_scale scale = scale_of(PAL_CHART_LINES, y, 1);
    cr_expect_eq(scale.low, 0);
    cr_expect_eq(scale.high, 1);
}
