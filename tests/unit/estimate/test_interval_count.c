/* Limits of a Poisson or negative-binomial mean: printed tables, and the equations they solve. */
#include "estimate/inside.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void limits(const char *word, double x, double level, double theta, double *low,
                   double *high)
{
    struct pal_error err = {0};
    cr_assert_eq(pal_interval_count(word, x, level, theta, 1, low, high, &err), PAL_OK, "%s",
                 err.text);
}

/* Printed tables of exact Poisson limits (Garwood 1936; Ulm 1990, American Journal of
 * Epidemiology 131; Breslow & Day 1987, table 2.10). */
static const struct printed {
    double x, level, low, high, half_digit;
} printed[] = {
    {0, 0.95, 0, 3.689, 0.0005},        {1, 0.95, 0.0253, 5.572, 0.0005},
    {2, 0.95, 0.242, 7.225, 0.0005},    {5, 0.95, 1.623, 11.668, 0.0005},
    {10, 0.95, 4.795, 18.390, 0.0005},  {20, 0.95, 12.217, 30.888, 0.0005},
    {50, 0.95, 37.111, 65.919, 0.0005}, {100, 0.95, 81.364, 121.627, 0.0005},
    {3, 0.90, 0.818, 7.754, 0.0005},    {3, 0.99, 0.338, 10.977, 0.0005},
};

Test(estimate_interval_count, garwood_agrees_with_printed_tables)
{
    for (size_t i = 0; i < PAL_COUNT(printed); i++) {
        double low, high;
        limits("garwood", printed[i].x, printed[i].level, 0, &low, &high);
        cr_expect_float_eq(low, printed[i].low, printed[i].half_digit, "low of %g: %g",
                           printed[i].x, low);
        cr_expect_float_eq(high, printed[i].high, printed[i].half_digit, "high of %g: %g",
                           printed[i].x, high);
    }
}

/* P(X <= x) of a Poisson mean, term by term. */
static double poisson_below(double x, double mean)
{
    double term = exp(-mean), sum = term;
    for (double k = 1; k <= x; k++) {
        term *= mean / k;
        sum += term;
    }
    return sum;
}

Test(estimate_interval_count, garwood_solves_both_tails)
{
    for (double x = 0; x <= 300; x += x < 20 ? 1 : 17) {
        double low, high;
        limits("garwood", x, 0.95, 0, &low, &high);
        if (x > 0)
            cr_expect_float_eq(1 - poisson_below(x - 1, low), 0.025, 1e-13, "low of %g", x);
        cr_expect_float_eq(poisson_below(x, high), 0.025, 1e-14, "high of %g", x);
    }
}

Test(estimate_interval_count, midp_solves_its_equations)
{
    for (double x = 0; x <= 200; x += x < 20 ? 1 : 13) {
        double low, high;
        limits("midp", x, 0.9, 0, &low, &high);
        const double at = poisson_below(x, high) - poisson_below(x - 1, high);
        cr_expect_float_eq(poisson_below(x, high) - (x > 0 ? at : exp(-high)) / 2, 0.05, 1e-13,
                           "high of %g", x);
        if (x <= 0)
            continue;
        const double at_low = poisson_below(x, low) - poisson_below(x - 1, low);
        cr_expect_float_eq(1 - poisson_below(x, low) + at_low / 2, 0.05, 1e-13, "low of %g", x);
    }
}

/* P(X <= x), X negative binomial with this mean, term by term. */
static double negative_binomial_below(double x, double mean, double theta)
{
    const double p = theta / (theta + mean);
    double term = pow(p, theta), sum = term;
    for (double k = 1; k <= x; k++) {
        term *= (k - 1 + theta) / k * (1 - p);
        sum += term;
    }
    return sum;
}

Test(estimate_interval_count, nb_exact_solves_both_tails)
{
    static const double thetas[] = {0.4, 3, 25, 400};
    for (size_t t = 0; t < PAL_COUNT(thetas); t++) {
        for (double x = 0; x <= 120; x += x < 10 ? 1 : 11) {
            double low, high;
            limits("nb-exact", x, 0.95, thetas[t], &low, &high);
            cr_expect_float_eq(negative_binomial_below(x, high, thetas[t]), 0.025, 1e-12,
                               "high of %g, theta %g", x, thetas[t]);
            if (x > 0)
                cr_expect_float_eq(1 - negative_binomial_below(x - 1, low, thetas[t]), 0.025, 1e-12,
                                   "low of %g, theta %g", x, thetas[t]);
        }
    }
}

Test(estimate_interval_count, negative_binomial_tends_to_poisson)
{
    double low, high, nb_low, nb_high;
    limits("garwood", 17, 0.95, 0, &low, &high);
    limits("nb-exact", 17, 0.95, 1e9, &nb_low, &nb_high);
    cr_expect_float_eq(nb_low, low, 1e-6 * low);
    cr_expect_float_eq(nb_high, high, 1e-6 * high);
}

/* Large counts: the Cornish-Fisher expansion of the gamma quantile (Goldberg & Levine 1946). */
static double cornish_fisher(double shape, double z)
{
    const double z2 = z * z, root = sqrt(shape);
    return shape + root * z + (z2 - 1) / 3 + (z * z2 - 7 * z) / (36 * root) -
           (3 * z2 * z2 + 7 * z2 - 16) / (810 * shape) +
           (9 * z2 * z2 * z + 256 * z * z2 - 433 * z) / (38880 * shape * root);
}

Test(estimate_interval_count, large_counts_keep_their_digits)
{
    const double z = 1.9599639845400542355;
    static const double counts[] = {2e4, 99999, 100000, 123456, 1e6, 3.5e7, 1e9};
    for (size_t i = 0; i < PAL_COUNT(counts); i++) {
        double low, high;
        limits("garwood", counts[i], 0.95, 0, &low, &high);
        cr_expect_float_eq(low, cornish_fisher(counts[i], -z), 1e-12 * low, "%g", counts[i]);
        cr_expect_float_eq(high, cornish_fisher(counts[i] + 1, z), 1e-12 * high, "%g", counts[i]);
        limits("midp", counts[i], 0.95, 0, &low, &high);
        cr_expect(low > counts[i] - 2 * sqrt(counts[i]) && high < counts[i] + 2 * sqrt(counts[i]));
    }
}

Test(estimate_interval_count, closed_forms)
{
    double low, high;
    const double z = 1.9599639845400542355;
    limits("byar", 7, 0.95, 0, &low, &high);
    cr_expect_float_eq(low, 7 * pow(1 - 1 / 63.0 - z / (3 * sqrt(7)), 3), 1e-14);
    cr_expect_float_eq(high, 8 * pow(1 - 1 / 72.0 + z / (3 * sqrt(8)), 3), 1e-14);
    limits("lognormal", 7, 0.95, 0, &low, &high);
    cr_expect_float_eq(low * high, 49, 1e-13, "limits lie evenly about the count on the log scale");
    cr_expect_float_eq(log(high / 7), z / sqrt(7), 1e-14);
    limits("wald", 7, 0.95, 0, &low, &high);
    cr_expect_float_eq(high - 7, z * sqrt(7), 1e-14);
    limits("nb-wald", 7, 0.95, 3, &low, &high);
    cr_expect_float_eq(7 - low, z * sqrt(7 + 49 / 3.0), 1e-14);
    limits("nb-log", 7, 0.95, 3, &low, &high);
    cr_expect_float_eq(log(7 / low), z * sqrt(1 / 7.0 + 1 / 3.0), 1e-14);
}

Test(estimate_interval_count, zero_has_no_log_scale)
{
    double low, high;
    limits("lognormal", 0, 0.95, 0, &low, &high);
    cr_expect(isnan(low) && isnan(high));
    limits("nb-log", 0, 0.95, 3, &low, &high);
    cr_expect(isnan(low) && isnan(high));
    limits("midp", 0, 0.95, 0, &low, &high);
    cr_expect_float_eq(high, -log(0.05), 1e-14, "P(X = 0)/2 = 0.025");
    cr_expect_eq(low, 0);
}

Test(estimate_interval_count, quasi_poisson_widens)
{
    double low, high, wide_low, wide_high;
    struct pal_error err = {0};
    limits("garwood", 10, 0.95, 0, &low, &high);
    cr_assert_eq(pal_interval_count("quasi", 40, 0.95, 0, 4, &wide_low, &wide_high, &err), PAL_OK);
    cr_expect_float_eq(wide_low, 4 * low, 1e-12);
    cr_expect_float_eq(wide_high, 4 * high, 1e-12);
}

Test(estimate_interval_count, refuses_what_has_no_limits)
{
    double low, high;
    struct pal_error err = {0};
    cr_expect_eq(pal_interval_count("garwod", 1, 0.95, 0, 1, &low, &high, &err), PAL_USAGE);
    cr_expect(strstr(err.text, "did you mean 'garwood'?"), "%s", err.text);
    cr_expect_eq(pal_interval_count("garwood", -1, 0.95, 0, 1, &low, &high, NULL), PAL_DOMAIN);
    cr_expect_eq(pal_interval_count("garwood", (double)NAN, 0.95, 0, 1, &low, &high, NULL),
                 PAL_DOMAIN);
    cr_expect_eq(pal_interval_count("garwood", 1, 1, 0, 1, &low, &high, NULL), PAL_DOMAIN);
    cr_expect_eq(pal_interval_count("nb-exact", 1, 0.95, 0, 1, &low, &high, NULL), PAL_DOMAIN);
    cr_expect_eq(pal_interval_count("quasi", 1, 0.95, 0, 0.5, &low, &high, NULL), PAL_DOMAIN);
}

/* A dispersion far above the count leaves an equivalent count far below 1. */
Test(estimate_interval_count, settles_for_any_count_and_dispersion)
{
    for (double x = 0; x < 1e7; x = x * 1.7 + 1) {
        for (double dispersion = 1; dispersion < 1e13; dispersion *= 7.3) {
            double low, high;
            struct pal_error err = {0};
            cr_assert_eq(pal_interval_count("quasi", x, 0.95, 0, dispersion, &low, &high, &err),
                         PAL_OK, "%s", err.text);
            cr_assert(low >= 0 && low <= x && high >= x, "%g with %g: %g to %g", x, dispersion, low,
                      high);
        }
    }
}

/* P(G <= x) for a shape far below 1 is x^a/Gamma(a + 1) where x is small. */
Test(estimate_interval_count, tiny_shapes)
{
    for (double shape = 1e-3; shape < 0.2; shape *= 1.7) {
        const double x = tail_gamma_quantile_below(shape, 0.025);
        const double expected = exp((log(0.025) + lgamma(shape + 1)) / shape);
        cr_expect_float_eq(x, expected, 1e-9 * expected, "%g: %g, %g", shape, x, expected);
    }
}
