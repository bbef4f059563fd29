/* Random numbers by the million: moments and frequencies against the exact laws. */
#include "estimate/draws.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

enum { DRAWS = 200000 };

static void expect_near(double mean, double expected, double sd, const char *what)
{
    cr_expect_float_eq(mean, expected, 5 * sd / sqrt(DRAWS), "%s: %g, not %g", what, mean,
                       expected);
}

Test(estimate_draws, normal_numbers)
{
    struct draws_normal tables;
    struct pal_random random;
    double moment[5] = {0}, above = 0;
    draws_normal_init(&tables);
    pal_random_start(&random, 1, "test normal", 0);
    for (size_t i = 0; i < DRAWS; i++) {
        const double x = draws_normal(&tables, &random);
        for (int k = 1; k < 5; k++)
            moment[k] += pow(x, k) / DRAWS;
        above += (x > 3.8) / (double)DRAWS; /* in the tail of the ziggurat */
    }
    expect_near(moment[1], 0, 1, "mean");
    expect_near(moment[2], 1, sqrt(2), "second moment");
    expect_near(moment[3], 0, sqrt(15), "third moment");
    expect_near(moment[4], 3, sqrt(96), "fourth moment");
    const double p = gsl_cdf_ugaussian_Q(3.8);
    expect_near(above, p, sqrt(p), "tail");
}

Test(estimate_draws, gamma_numbers)
{
    static const double shapes[] = {1, 1.7, 40, 2744};
    struct draws_normal tables;
    draws_normal_init(&tables);
    for (size_t s = 0; s < PAL_COUNT(shapes); s++) {
        const double a = shapes[s];
        struct pal_random random;
        double mean = 0, square = 0;
        pal_random_start(&random, 1, "test gamma", s);
        for (size_t i = 0; i < DRAWS; i++) {
            const double x = draws_gamma(&tables, &random, a);
            mean += x / DRAWS;
            square += (x - a) * (x - a) / DRAWS;
        }
        expect_near(mean, a, sqrt(a), "mean");
        expect_near(square, a, sqrt(2 * a * a + 6 * a), "variance");
    }
}

/* E log G = digamma(a): -0.5772156649 - 2 log 2 for a = 1/2 (Abramowitz & Stegun 6.3.3). */
Test(estimate_draws, logarithms_of_small_gammas)
{
    struct draws_normal tables;
    struct pal_random random;
    double mean = 0, least = 0;
    draws_normal_init(&tables);
    pal_random_start(&random, 1, "test log gamma", 0);
    for (size_t i = 0; i < DRAWS; i++)
        mean += draws_log_gamma(&tables, &random, 0.5) / DRAWS;
    expect_near(mean, -0.5772156649015329 - 2 * log(2), sqrt(4.934802200544679), "digamma");
    for (size_t i = 0; i < 1000; i++)
        least = fmin(least, draws_log_gamma(&tables, &random, 1e-4));
    cr_expect(least < -1000 && isfinite(least), "far below the smallest double");
}

Test(estimate_draws, binomial_numbers_have_their_chances)
{
    static const struct {
        double n, p;
    } laws[] = {{20, 0.1}, {9, 0.7}, {40, 0.3}, {1000, 0.2}, {1000, 0.99}, {30000, 0.004}};
    for (size_t l = 0; l < PAL_COUNT(laws); l++) {
        const double n = laws[l].n, p = laws[l].p, sd = sqrt(n * p * (1 - p));
        double observed[8] = {0}, expected[8] = {0}, chi = 0, cells = 0;
        struct pal_random random;
        pal_random_start(&random, 1, "test binomial", l);
        for (size_t i = 0; i < DRAWS; i++) {
            const double k = draws_binomial(&random, n, p);
            cr_assert(k >= 0 && k <= n && k == floor(k));
            observed[(size_t)fmin(fmax(floor((k - n * p) / sd * 1.5) + 4, 0), 7)]++;
        }
        for (double k = 0; k <= n; k++)
            expected[(size_t)fmin(fmax(floor((k - n * p) / sd * 1.5) + 4, 0), 7)] +=
                DRAWS * gsl_ran_binomial_pdf((unsigned)k, p, (unsigned)n);
        for (size_t c = 0; c < 8; c++)
            if (expected[c] > 5) {
                chi += (observed[c] - expected[c]) * (observed[c] - expected[c]) / expected[c];
                cells++;
            }
        cr_expect(gsl_cdf_chisq_Q(chi, cells - 1) > 1e-4, "n %g, p %g: chi-square %g of %g cells",
                  n, p, chi, cells);
    }
    struct pal_random random;
    pal_random_start(&random, 1, "test binomial edge", 0);
    cr_expect(draws_binomial(&random, 0, 0.5) == 0 && draws_binomial(&random, 7, 0) == 0 &&
              draws_binomial(&random, 7, 1) == 7);
}
