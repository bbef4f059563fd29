/* Two lists in figures, and one list on which people may be several times. */
#include "palermo/systems.h"

#include <criterion/criterion.h>
#include <math.h>

/* Chapman 1951 by hand: 121 * 96 / 31 - 1. */
Test(estimate_one_list, two_lists_by_hand)
{
    struct pal_recapture r;
    double low, high;
    cr_assert_eq(pal_chapman(120, 95, 30, &r, NULL), PAL_OK);
    cr_expect_float_eq(r.population, 121.0 * 96 / 31 - 1, 1e-12);
    cr_expect_eq(r.people, 185);
    cr_assert_eq(pal_lincoln_petersen(120, 95, 30, &r, NULL), PAL_OK);
    cr_expect_eq(r.population, 380);
    cr_expect_float_eq(r.variance, 120.0 * 95 * 90 * 65 / 27000, 1e-9);
    cr_expect(pal_lognormal_limits(r.people, r.population, r.variance, 0.95, &low, &high));
    /* log-normal limits: the unseen people are their geometric mean */
    cr_expect_float_eq((low - 185) * (high - 185), (380.0 - 185) * (380 - 185), 1e-6);
    cr_assert_eq(pal_chao_two_lists(8, 6, 5, &r, NULL), PAL_OK);
    cr_expect_float_eq(r.population, 9 + 16.0 / 20, 1e-12);
}

Test(estimate_one_list, two_lists_that_say_nothing)
{
    struct pal_recapture r;
    struct pal_error err = {0};
    cr_expect_eq(pal_lincoln_petersen(10, 10, 0, &r, &err), PAL_DOMAIN);
    cr_expect_eq(pal_chapman(10, 10, 0, &r, &err), PAL_OK);
    cr_expect_eq(pal_chapman(10, 10, 11, &r, &err), PAL_DOMAIN);
    cr_expect_eq(pal_chapman(0, 10, 0, &r, &err), PAL_DOMAIN);
    cr_expect_eq(pal_chapman(10.5, 10, 1, &r, &err), PAL_DOMAIN);
    cr_assert_eq(pal_chao_two_lists(10, 10, 0, &r, &err), PAL_OK);
    cr_expect(isinf(r.population));
}

/* Irregular immigrants in the Netherlands, seen by the police once, twice, ... (van der Heijden et
 * al. 2003, table 1 has 1,645, 183, 37, 13, 1, 1): Zelterman by its formula. */
static const double seen[] = {1, 2, 3, 4, 5, 6}, people[] = {1645, 183, 37, 13, 1, 1};
static const struct pal_counts immigrants = {6, seen, people};

Test(estimate_one_list, counts_of_immigrants)
{
    struct pal_counts_fit fit;
    cr_assert_eq(pal_counts_estimate(&immigrants, PAL_COUNTS_CHAO, &fit, NULL), PAL_OK);
    cr_expect_float_eq(fit.recapture.population, 1880 + 1645.0 * 1645 / (2 * 183), 1e-9);
    cr_assert_eq(pal_counts_estimate(&immigrants, PAL_COUNTS_ZELTERMAN, &fit, NULL), PAL_OK);
    cr_expect_float_eq(fit.recapture.population, 1880 / (1 - exp(-2 * 183.0 / 1645)), 1e-8);
    cr_assert_eq(pal_counts_estimate(&immigrants, PAL_COUNTS_POISSON, &fit, NULL), PAL_OK);
    const double mean = (1645 + 2 * 183 + 3 * 37 + 4 * 13 + 5 + 6) / 1880.0;
    cr_expect_float_eq(fit.lambda / -expm1(-fit.lambda), mean, 1e-12, "the likelihood equation");
}

Test(estimate_one_list, nobody_seen_twice)
{
    const double once[] = {1}, alone[] = {40};
    const struct pal_counts counts = {1, once, alone};
    struct pal_counts_fit fit;
    struct pal_error err = {0};
    cr_expect_eq(pal_counts_estimate(&counts, PAL_COUNTS_CHAO, &fit, &err), PAL_DOMAIN);
    cr_expect_eq(pal_counts_estimate(&counts, PAL_COUNTS_ZELTERMAN, &fit, &err), PAL_DOMAIN);
    cr_expect_eq(pal_counts_estimate(&counts, PAL_COUNTS_POISSON, &fit, &err), PAL_DOMAIN);
    cr_expect_eq(pal_counts_estimate(&counts, PAL_COUNTS_GEOMETRIC, &fit, &err), PAL_DOMAIN);
    cr_assert_eq(pal_counts_estimate(&counts, PAL_COUNTS_CHAO_CORRECTED, &fit, &err), PAL_OK);
    cr_expect_float_eq(fit.recapture.population, 40 + 40 * 39 / 2.0, 1e-9);
}

/* Without covariates a row a person says what counts say; a covariate that never varies cannot be
 * told from the intercept. */
Test(estimate_one_list, people_one_by_one)
{
    enum { N = 1880 };
    static double k[N], x[N];
    size_t n = 0;
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < (size_t)people[i]; j++)
            k[n++] = seen[i];
    struct pal_arena *arena = pal_arena_new();
    const struct pal_units plain = {.n = N, .k = k, .x = x};
    struct pal_units_fit fit;
    struct pal_counts_fit counts;
    cr_assert_eq(pal_units_estimate(&plain, PAL_UNITS_POISSON, arena, &fit, NULL), PAL_OK);
    cr_assert_eq(pal_counts_estimate(&immigrants, PAL_COUNTS_POISSON, &counts, NULL), PAL_OK);
    cr_expect_float_eq(fit.recapture.population, counts.recapture.population, 1e-6);
    cr_expect_float_eq(fit.recapture.variance, counts.recapture.variance, 1e-3);
    cr_expect_float_eq(exp(fit.coef[0]), counts.lambda, 1e-10);
    cr_expect_float_eq(fit.loglik, counts.loglik, 1e-8);
    for (size_t i = 0; i < N; i++)
        x[i] = 1;
    const struct pal_units constant = {.n = N, .covariates = 1, .k = k, .x = x};
    struct pal_error err = {0};
    cr_expect_eq(pal_units_estimate(&constant, PAL_UNITS_POISSON, arena, &fit, &err), PAL_DOMAIN);
    for (size_t i = 0; i < N; i++)
        x[i] = k[i] == 1; /* nobody with it was seen twice */
    cr_expect_eq(pal_units_estimate(&constant, PAL_UNITS_ZELTERMAN, arena, &fit, &err), PAL_DOMAIN);
    pal_arena_free(arena);
}

/* A sample from a negative binomial with mean 1.5 and dispersion 1 as it should come out, times
 * 10,000: 4,000 people unseen. */
Test(estimate_one_list, a_negative_binomial_finds_its_own)
{
    enum { MOST = 40 };
    struct pal_arena *arena = pal_arena_new();
    double *k = pal_arena_alloc(arena, 20000, sizeof *k);
    size_t n = 0;
    for (int i = 1; i < MOST; i++) { /* geometric: dispersion 1 */
        const double expected = 10000 * 0.4 * pow(0.6, i);
        for (int j = 0; j < (int)(expected + 0.5); j++)
            k[n++] = i;
    }
    const struct pal_units units = {.n = n, .k = k};
    struct pal_units_fit fit;
    struct pal_error err = {0};
    cr_assert_eq(pal_units_estimate(&units, PAL_UNITS_NEGATIVE_BINOMIAL, arena, &fit, &err), PAL_OK,
                 "%s", err.text);
    cr_expect(fabs(fit.recapture.population - 10000) < 150, "%f", fit.recapture.population);
    pal_arena_free(arena);
}
