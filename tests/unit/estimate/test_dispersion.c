/* Dispersion of series: about a trend, and near each year. */
#include "palermo/estimate.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(estimate_dispersion, about_a_mean_rate)
{
    const double y[] = {2, 4, 12};
    struct pal_dispersion d;
    cr_assert_eq(pal_dispersion_of(y, NULL, NULL, 3, &d, NULL), PAL_OK);
    cr_expect_float_eq(d.chi_square, 56 / 6.0, 1e-13);
    cr_expect(d.df == 2);
    cr_expect_float_eq(d.dispersion, 28 / 6.0, 1e-13);
    cr_expect_float_eq(d.p, exp(-28 / 6.0), 1e-13, "chi-square of 2 df is exponential");
    const double x[] = {1, 2, 6}; /* the rates are alike */
    cr_assert_eq(pal_dispersion_of(y, x, NULL, 3, &d, NULL), PAL_OK);
    cr_expect(d.chi_square < 1e-28 && d.dispersion == 1);
}

Test(estimate_dispersion, a_log_linear_trend_is_no_dispersion)
{
    double y[8], t[8];
    for (size_t i = 0; i < 8; i++) {
        t[i] = 2010 + (double)i;
        y[i] = 50 * exp(0.25 * (double)i);
    }
    struct pal_dispersion d;
    cr_assert_eq(pal_dispersion_of(y, NULL, t, 8, &d, NULL), PAL_OK);
    cr_expect_float_eq(d.slope, 0.25, 1e-10);
    cr_expect(d.chi_square < 1e-15 && d.df == 6 && d.dispersion == 1);
    cr_assert_eq(pal_dispersion_of(y, NULL, NULL, 8, &d, NULL), PAL_OK);
    cr_expect(d.dispersion > 10, "without the trend it is");
}

/* At the fit of a Poisson regression the residuals and t times the residuals add up to zero. */
Test(estimate_dispersion, the_trend_solves_the_score_equations)
{
    static const double y[] = {14, 9, 22, 17, 40, 31}, x[] = {10, 9, 11, 12, 13, 12};
    static const double t[] = {0, 1, 2, 3, 5, 6};
    struct pal_dispersion d;
    cr_assert_eq(pal_dispersion_of(y, x, t, 6, &d, NULL), PAL_OK);
    /* The level follows from the slope; then both equations and the chi-square are checked. */
    double level = 0, sum = 0, total = 0;
    for (size_t i = 0; i < 6; i++) {
        sum += x[i] * exp(d.slope * t[i]);
        total += y[i];
    }
    level = total / sum;
    double moment = 0, chi_square = 0;
    for (size_t i = 0; i < 6; i++) {
        const double mean = level * x[i] * exp(d.slope * t[i]);
        moment += t[i] * (y[i] - mean);
        chi_square += (y[i] - mean) * (y[i] - mean) / mean;
    }
    cr_expect_float_eq(moment, 0, 1e-9);
    cr_expect_float_eq(d.chi_square, chi_square, 1e-9);
}

Test(estimate_dispersion, too_short_and_refused)
{
    const double y[] = {3, 4}, t[] = {0, 1}, bad[] = {3, -1}, x[] = {1, 0};
    struct pal_dispersion d;
    cr_assert_eq(pal_dispersion_of(y, NULL, t, 2, &d, NULL), PAL_OK);
    cr_expect(d.dispersion == 1 && d.p == 1 && d.df == 0);
    cr_assert_eq(pal_dispersion_of(y, NULL, NULL, 0, &d, NULL), PAL_OK);
    cr_expect_eq(pal_dispersion_of(bad, NULL, NULL, 2, &d, NULL), PAL_DOMAIN);
    cr_expect_eq(pal_dispersion_of(y, x, NULL, 2, &d, NULL), PAL_DOMAIN);
}

/* ---- near each year ---------------------------------------------------------------------------
 */

enum { LONGEST = 64 };
#define MEDIAN_1 0.454936423119572 /* of a chi-square of 1 df: tables give 0.455 */

static void near_years(const double *y, const double *x, const double *t, size_t n, double *out)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err = {0};
    cr_assert_eq(pal_dispersion_near(y, x, t, n, arena, out, &err), PAL_OK, "%s", err.text);
    pal_arena_free(arena);
}

/* Three pairs by hand. Slopes log(30.5/10.5), log(10.5/30.5) and log(14.5/10.5) have the median
 * 0.3228, so of each sum a share of 1 / (1 + 14.5/10.5) = 0.42 is expected first. The chi-squares
 * are (10 - 16.8)^2 / 9.744, (30 - 16.8)^2 / 9.744 and (10 - 10.08)^2 / 5.8464. */
Test(estimate_dispersion, near_a_year_by_hand)
{
    static const double y[] = {10, 30, 10, 14}, t[] = {2001, 2002, 2003, 2004};
    double near[4];
    near_years(y, NULL, t, 4, near);
    for (size_t i = 0; i < 4; i++)
        cr_expect_float_eq(near[i], 6.8 * 6.8 / 9.744 / MEDIAN_1, 1e-10, "%g", near[i]);
}

Test(estimate_dispersion, near_a_year_a_trend_and_a_jump_are_no_scatter)
{
    double y[LONGEST], x[LONGEST], t[LONGEST], near[LONGEST];
    for (size_t i = 0; i < 20; i++) {
        t[i] = 2000 + (double)i;
        x[i] = 1e6 * (1 + 0.02 * (double)i);
        y[i] = x[i] * 1e-2 * exp(0.3 * (double)i) * (i < 8 ? 1 : 0.2);
    }
    near_years(y, x, t, 20, near);
    for (size_t i = 0; i < 20; i++)
        cr_expect_float_eq(near[i], 1, 1e-12, "year %zu: %g", i, near[i]);
    struct pal_dispersion about;
    cr_assert_eq(pal_dispersion_of(y, x, t, 20, &about, NULL), PAL_OK);
    cr_expect(about.dispersion > 1000, "one trend over all years takes the jump for scatter");
}

Test(estimate_dispersion, one_odd_year_does_not_widen_the_others)
{
    /* Victims of intentional homicide in Albania, 2000 to 2017, with the count of 1997 in 2006. */
    static const double calm[] = {131, 220, 216, 166, 131, 154, 95, 105, 93,
                                  85,  127, 142, 157, 124, 117, 82, 99,  68};
    double odd[18], t[18], without[18], with[18];
    for (size_t i = 0; i < 18; i++)
        t[i] = 2000 + (double)i;
    memcpy(odd, calm, sizeof odd);
    odd[6] = 1334;
    near_years(calm, NULL, t, 18, without);
    near_years(odd, NULL, t, 18, with);
    struct pal_dispersion about;
    cr_assert_eq(pal_dispersion_of(odd, NULL, t, 18, &about, NULL), PAL_OK);
    cr_expect(about.dispersion > 300);
    for (size_t i = 0; i < 18; i++)
        cr_expect(with[i] < 20, "year %zu: %g, and %g without", i, with[i], without[i]);
    cr_expect_eq(with[17], without[17], "eleven years away it is not seen");
}

/* Counts that come in lots of five have five times the variance of single ones: known truth. */
Test(estimate_dispersion, near_a_year_finds_a_known_dispersion)
{
    static const double lots[] = {1, 5, 25};
    for (size_t k = 0; k < 3; k++) {
        double sum = 0;
        size_t n = 0;
        for (uint64_t seed = 1; seed <= 400; seed++) {
            double y[30], t[30], near[30];
            struct pal_random random;
            pal_random_start(&random, seed, "dispersion", k);
            for (size_t i = 0; i < 30; i++) {
                t[i] = (double)i;
                y[i] = lots[k] * (double)pal_random_poisson(&random, 80 * exp(0.05 * t[i]));
            }
            near_years(y, NULL, t, 30, near);
            for (size_t i = 0; i < 30; i += 10, n++)
                sum += near[i];
        }
        /* The median of ten lies somewhat high, and the floor of 1 lifts single counts. */
        const double mean = sum / (double)n;
        cr_expect(mean > 0.9 * lots[k] && mean < (k ? 1.4 : 1.7) * lots[k], "lots of %g: %g",
                  lots[k], mean);
    }
}

Test(estimate_dispersion, near_a_year_without_counts_and_refused)
{
    static const double none[] = {0, 0, 0}, t[] = {1, 2, 3}, back[] = {1, 3, 2};
    static const double bad[] = {3, -1, 2}, y[] = {3, 4, 5}, x[] = {1, 0, 1};
    double near[3];
    struct pal_arena *arena = pal_arena_new();
    near_years(none, NULL, t, 3, near);
    cr_expect(near[0] == 1 && near[2] == 1);
    near_years(y, NULL, t, 1, near);
    cr_expect(near[0] == 1, "a single year has no neighbour");
    cr_expect_eq(pal_dispersion_near(bad, NULL, t, 3, arena, near, NULL), PAL_DOMAIN);
    cr_expect_eq(pal_dispersion_near(y, x, t, 3, arena, near, NULL), PAL_DOMAIN);
    cr_expect_eq(pal_dispersion_near(y, NULL, back, 3, arena, near, NULL), PAL_DOMAIN);
    pal_arena_free(arena);
}
