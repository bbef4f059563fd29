/* Score limits of shares. */
#include "palermo/estimate.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

/* Newcombe 1998, Statistics in Medicine 17, table I, method 3 (score, no continuity correction). */
Test(estimate_interval_share, wilson_agrees_with_newcombe)
{
    static const struct {
        double x, n, low, high;
    } printed[] = {{81, 263, 0.2553, 0.3662},
                   {15, 148, 0.0624, 0.1605},
                   {0, 20, 0.0000, 0.1611},
                   {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < PAL_COUNT(printed); i++) {
        double low, high;
        pal_interval_wilson(printed[i].x, printed[i].n, 0.95, 1, 1, &low, &high);
        cr_expect_float_eq(low, printed[i].low, 0.00005, "%g of %g", printed[i].x, printed[i].n);
        cr_expect_float_eq(high, printed[i].high, 0.00005, "%g of %g", printed[i].x, printed[i].n);
    }
}

/* Goodman's limits are the roots of (x/n - p)^2 = chi2 p (1 - p)/n, chi2 of 1 df at
 * 1 - alpha/classes. */
Test(estimate_interval_share, goodman_solves_his_equation)
{
    static const double counts[] = {56, 72, 73, 59, 62, 87, 58};
    double n = 0;
    for (size_t i = 0; i < PAL_COUNT(counts); i++)
        n += counts[i];
    const double chi2 = gsl_cdf_chisq_Qinv(0.05 / (double)PAL_COUNT(counts), 1);
    for (size_t i = 0; i < PAL_COUNT(counts); i++) {
        double end[2];
        pal_interval_wilson(counts[i], n, 0.95, PAL_COUNT(counts), 1, &end[0], &end[1]);
        for (size_t k = 0; k < 2; k++) {
            const double gap = counts[i] / n - end[k];
            cr_expect_float_eq(gap * gap, chi2 * end[k] * (1 - end[k]) / n, 1e-12);
        }
    }
}

Test(estimate_interval_share, more_classes_are_wider)
{
    double low, high, wide_low, wide_high;
    pal_interval_wilson(30, 100, 0.95, 1, 1, &low, &high);
    pal_interval_wilson(30, 100, 0.95, 5, 1, &wide_low, &wide_high);
    cr_expect(wide_low < low && wide_high > high);
}

Test(estimate_interval_share, ends_are_exact)
{
    double low, high;
    pal_interval_wilson(0, 7, 0.95, 1, 1, &low, &high);
    cr_expect_eq(low, 0);
    pal_interval_wilson(7, 7, 0.95, 1, 1, &low, &high);
    cr_expect_eq(high, 1);
    pal_interval_wilson(8, 7, 0.95, 1, 1, &low, &high);
    cr_expect(isnan(low) && isnan(high), "a part above its whole");
    pal_interval_wilson(0, 0, 0.95, 1, 1, &low, &high);
    cr_expect(isnan(low) && isnan(high), "no whole");
}
