/* Network scale-up: small surveys worked out by hand. */
#include "palermo/scaleup.h"

#include <criterion/criterion.h>
#include <math.h>

/* Three people, two known groups of 100 and 300 in a population of 10,000. */
static const double ties[] = {1, 3, 0, 2, 2, 4}, size[] = {100, 300}, hidden[] = {1, 0, 2};
static const double weight[] = {1, 2, 1};
static const struct pal_scaleup survey = {3, 2, 10000, ties, size, hidden, NULL};

Test(estimate_scaleup, degrees_by_hand)
{
    double d[3];
    cr_expect_float_eq(pal_scaleup_degrees(&survey, 2, d), 100, 1e-12);
    cr_expect_float_eq(d[0], 100, 1e-12);
    cr_expect_float_eq(d[1], 50, 1e-12);
    cr_expect_float_eq(d[2], 150, 1e-12);
    cr_expect_float_eq(pal_scaleup_degrees(&survey, 0, d), 100, 1e-12, "9 known of 300, by three");
    /* group 0: 3 members known, degrees of 300 in all */
    cr_expect_float_eq(pal_scaleup_back(&survey, 0, d), 100, 1e-12);
}

Test(estimate_scaleup, sizes_by_hand)
{
    double d[3];
    struct pal_scaleup_size s;
    cr_assert_eq(pal_scaleup_estimate(&survey, PAL_SCALEUP_MLE, 1, 0.95, d, &s, NULL), PAL_OK);
    cr_expect_float_eq(s.value, 100, 1e-12);
    cr_expect_float_eq(s.std_error, sqrt(10000 * 100 / 300.0), 1e-12);
    cr_expect_float_eq(s.high - s.value, 1.959963984540054 * s.std_error, 1e-9);
    cr_assert_eq(pal_scaleup_estimate(&survey, PAL_SCALEUP_PIMLE, 1, 0.95, d, &s, NULL), PAL_OK);
    cr_expect_float_eq(s.value, 10000 * (1 / 100.0 + 0 + 2 / 150.0) / 3, 1e-11);
    cr_assert_eq(pal_scaleup_estimate(&survey, PAL_SCALEUP_MLE, 0.5, 0.95, d, &s, NULL), PAL_OK);
    cr_expect_float_eq(s.value, 200, 1e-12, "half of the ties know of it");
}

Test(estimate_scaleup, jackknife_and_linearization_see_the_same)
{
    enum { N = 400 };
    static double y[2 * N], m[N], w[N], d[N];
    struct pal_random random;
    struct pal_scaleup_size a, b;
    pal_random_start(&random, 4, "scale-up", 0);
    for (size_t i = 0; i < N; i++) {
        const double degree = 100 + 300 * pal_random_unit(&random);
        y[2 * i] = (double)pal_random_poisson(&random, degree * 0.01);
        y[2 * i + 1] = (double)pal_random_poisson(&random, degree * 0.03);
        m[i] = (double)pal_random_poisson(&random, degree * 0.005);
        w[i] = 0.5 + pal_random_unit(&random);
    }
    const struct pal_scaleup large = {N, 2, 10000, y, size, m, w};
    cr_assert_eq(pal_scaleup_estimate(&large, PAL_SCALEUP_RATIO, 1, 0.95, d, &a, NULL), PAL_OK);
    cr_assert_eq(pal_scaleup_estimate(&large, PAL_SCALEUP_JACKKNIFE, 1, 0.95, d, &b, NULL), PAL_OK);
    cr_expect_eq(a.value, b.value);
    cr_expect_float_eq(a.std_error, b.std_error, 0.02 * a.std_error);
    cr_expect(fabs(a.value - 50) < 4 * a.std_error, "the truth is 50");
}

Test(estimate_scaleup, generalized_by_hand)
{
    const struct pal_scaleup weighted = {3, 2, 10000, ties, size, hidden, weight};
    const double visible[] = {10, 20};
    struct pal_scaleup_size s;
    double visibility;
    cr_assert_eq(pal_scaleup_generalized(&weighted, visible, NULL, 2, 0.95, &visibility, &s, NULL),
                 PAL_OK);
    cr_expect_float_eq(visibility, 15, 1e-14);
    cr_expect_float_eq(s.value, 3 / 15.0, 1e-14);
    /* total 3 of (1, 0, 2): variance 3/2 * 2 = 3; mean 15 of (10, 20): 2/1 * 50 / 4 = 25 */
    cr_expect_float_eq(s.std_error, 0.2 * sqrt(3 / 9.0 + 25 / 225.0), 1e-14);
}

Test(estimate_scaleup, refuses_what_cannot_be)
{
    const double none[] = {0, 0, 0, 0, 0, 0}, huge[] = {100, 30000};
    struct pal_scaleup bad = survey;
    struct pal_scaleup_size s;
    double d[3];
    bad.ties = none;
    cr_expect_eq(pal_scaleup_estimate(&bad, PAL_SCALEUP_MLE, 1, 0.95, d, &s, NULL), PAL_DOMAIN);
    bad = survey;
    bad.size = huge;
    cr_expect_eq(pal_scaleup_estimate(&bad, PAL_SCALEUP_MLE, 1, 0.95, d, &s, NULL), PAL_DOMAIN);
    cr_expect_eq(pal_scaleup_estimate(&survey, PAL_SCALEUP_MLE, 0, 0.95, d, &s, NULL), PAL_DOMAIN);
}
