/* Ratios of rates and tests that rates are equal. */
#include "palermo/estimate.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Chance of each outcome 0..n, by recurrence from the mode. */
static void binomial(double *chance /* [n + 1] */, size_t n, double p)
{
    double sum = 0;
    for (size_t k = 0; k <= n; k++) {
        chance[k] =
            exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) +
                (double)k * log(p) + (double)(n - k) * log1p(-p));
        sum += chance[k];
    }
    for (size_t k = 0; k <= n; k++)
        chance[k] /= sum;
}

/* Two rates of a textbook, as in the help page of R's poisson.test: 11 cases in 800 person-years,
 * 21 in 3,011; it prints p = 0.07967, ratio 1.971488 with 0.8584264 to 4.2772659. */
Test(estimate_interval_ratio, agrees_with_the_printed_example)
{
    const double y[] = {21, 11}, x[] = {3011, 800};
    double se, low, high, z, p;
    struct pal_error err = {0};
    cr_assert_eq(pal_interval_rate_ratio("rr-exact", y, x, 0.95, 0, 1, &se, &low, &high, &err),
                 PAL_OK, "%s", err.text);
    cr_expect_float_eq(low, 0.8584264, 5e-8);
    cr_expect_float_eq(high, 4.2772659, 5e-8);
    cr_expect(isnan(se), "an exact interval has no standard error");
    pal_test_rates(PAL_TEST_EXACT_MINLIKE, y, x, 1, &z, &p);
    cr_expect_float_eq(p, 0.07967, 5e-6);
    cr_expect(isnan(z));
}

Test(estimate_interval_ratio, exact_tests_agree_with_enumeration)
{
    static double chance[128];
    for (size_t n = 1; n <= 60; n += 1 + n / 5) {
        static const double shares[] = {0.5, 0.3, 0.07, 0.91};
        for (size_t s = 0; s < PAL_COUNT(shares); s++) {
            binomial(chance, n, shares[s]);
            const double x[] = {1 - shares[s], shares[s]};
            for (size_t k = 0; k <= n; k++) {
                double alike = 0, below = 0, above = 0, z, p;
                for (size_t i = 0; i <= n; i++) {
                    alike += chance[i] <= chance[k] * (1 + 1e-7) ? chance[i] : 0;
                    below += i <= k ? chance[i] : 0;
                    above += i >= k ? chance[i] : 0;
                }
                const double y[] = {(double)(n - k), (double)k};
                pal_test_rates(PAL_TEST_EXACT_MINLIKE, y, x, 1, &z, &p);
                cr_expect_float_eq(p, fmin(1, alike), 1e-11 * alike, "%zu of %zu at %g", k, n,
                                   shares[s]);
                pal_test_rates(PAL_TEST_EXACT_CENTRAL, y, x, 1, &z, &p);
                const double twice = fmin(1, 2 * fmin(below, above));
                cr_expect_float_eq(p, twice, 1e-11 * twice, "%zu of %zu at %g", k, n, shares[s]);
            }
        }
    }
}

Test(estimate_interval_ratio, exact_limits_are_where_the_central_test_says_half_alpha)
{
    const double y[] = {7, 19}, x[] = {1200, 900};
    double se, low, high, z, p;
    cr_assert_eq(pal_interval_rate_ratio("rr-exact", y, x, 0.9, 0, 1, &se, &low, &high, NULL),
                 PAL_OK);
    const double ends[] = {low, high};
    for (size_t i = 0; i < 2;
         i++) { /* a ratio of 1 after the exposure took the limit upon itself */
        const double moved[] = {x[0], x[1] * ends[i]};
        pal_test_rates(PAL_TEST_EXACT_CENTRAL, y, moved, 1, &z, &p);
        cr_expect_float_eq(p, 0.1, 1e-10);
    }
}

Test(estimate_interval_ratio, zeros)
{
    double se, low, high, z, p;
    const double none[] = {0, 0}, later[] = {0, 4}, earlier[] = {4, 0}, x[] = {10, 10};
    cr_assert_eq(pal_interval_rate_ratio("rr-exact", none, x, 0.95, 0, 1, &se, &low, &high, NULL),
                 PAL_OK);
    cr_expect(isnan(low) && isnan(high));
    cr_assert_eq(pal_interval_rate_ratio("rr-exact", later, x, 0.95, 0, 1, &se, &low, &high, NULL),
                 PAL_OK);
    cr_expect(isinf(high) && low > 0);
    cr_assert_eq(
        pal_interval_rate_ratio("rr-exact", earlier, x, 0.95, 0, 1, &se, &low, &high, NULL),
        PAL_OK);
    cr_expect(low == 0 && isfinite(high));
    cr_assert_eq(
        pal_interval_rate_ratio("rr-lognormal", later, x, 0.95, 0, 1, &se, &low, &high, NULL),
        PAL_OK);
    cr_expect(isnan(se) && isnan(low) && isnan(high));
    pal_test_rates(PAL_TEST_SCORE, none, x, 1, &z, &p);
    cr_expect(isnan(z) && isnan(p));
    pal_test_rates(PAL_TEST_EXACT_CENTRAL, none, x, 1, &z, &p);
    cr_expect(isnan(p));
}

Test(estimate_interval_ratio, closed_forms)
{
    const double y[] = {12, 20}, x[] = {300, 400}, z95 = 1.9599639845400542355;
    double se, low, high, z, p;
    const double ratio = (20 / 400.0) / (12 / 300.0), s = sqrt(1 / 12.0 + 1 / 20.0);
    cr_assert_eq(pal_interval_rate_ratio("rr-lognormal", y, x, 0.95, 0, 1, &se, &low, &high, NULL),
                 PAL_OK);
    cr_expect_float_eq(se, ratio * s, 1e-14);
    cr_expect_float_eq(log(high / ratio), z95 * s, 1e-14);
    cr_assert_eq(pal_interval_rate_ratio("rr-nb-log", y, x, 0.95, 25, 1, &se, &low, &high, NULL),
                 PAL_OK);
    cr_expect_float_eq(log(ratio / low), z95 * sqrt(s * s + 2 / 25.0), 1e-14);
    pal_test_rates(PAL_TEST_LOG_WALD, y, x, 1, &z, &p);
    cr_expect_float_eq(z, log(ratio) / s, 1e-14);
    cr_expect_float_eq(p, erfc(fabs(z) / sqrt(2.0)), 1e-14);
    pal_test_rates(PAL_TEST_SCORE, y, x, 4, &z, &p);
    cr_expect_float_eq(2 * z, (0.05 - 0.04) / sqrt(32 / 700.0 * (1 / 300.0 + 1 / 400.0)), 1e-13,
                       "a dispersion of 4 halves z");
}

Test(estimate_interval_ratio, counts_in_the_millions)
{
    /* Exact limits, R 4.2: qbeta and binom.test. */
    const double y[] = {1000000, 1003000}, x[] = {1, 1};
    double se, low, high, z, p;
    cr_assert_eq(pal_interval_rate_ratio("rr-exact", y, x, 0.95, 0, 1, &se, &low, &high, NULL),
                 PAL_OK);
    cr_expect_float_eq(low, 1.0002248028254141, 1e-12);
    cr_expect_float_eq(high, 1.0057829000164729, 1e-12);
    pal_test_rates(PAL_TEST_EXACT_MINLIKE, y, x, 1, &z, &p);
    cr_expect_float_eq(p, 0.034088365079439388, 1e-12);
    pal_test_rates(PAL_TEST_EXACT_CENTRAL, y, x, 1, &z, &p);
    cr_expect_float_eq(p, 0.034088365079439388, 1e-12);
}

Test(estimate_interval_ratio, refusals)
{
    const double y[] = {1, 2}, x[] = {1, 1};
    double se, low, high, z, p;
    struct pal_error err = {0};
    cr_expect_eq(pal_interval_rate_ratio("rr-exakt", y, x, 0.95, 0, 1, &se, &low, &high, &err),
                 PAL_USAGE);
    cr_expect(strstr(err.text, "'rr-exact'"), "%s", err.text);
    cr_expect_eq(pal_interval_rate_ratio("rr-nb-log", y, x, 0.95, 0, 1, &se, &low, &high, NULL),
                 PAL_DOMAIN);
    const double half[] = {1.5, 2};
    pal_test_rates(PAL_TEST_EXACT_CENTRAL, half, x, 1, &z, &p);
    cr_expect(isnan(p), "an exact test needs whole counts");
}
