/* Limits of directly standardized rates. */
#include "palermo/estimate.h"

#include <criterion/criterion.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

/* Infants with Down's syndrome by birth order and age of the mother, Michigan 1950-1964 (Fleiss
 * 1981, p. 249), the example of Fay & Feuer 1997, table 1. Standard: mean of the birth orders. */
enum { AGES = 6, ORDERS = 5 };
static const double births[ORDERS][AGES] = {{230061, 329449, 114920, 39487, 14208, 3052},
                                            {72202, 326701, 208667, 83228, 28466, 5375},
                                            {15050, 175702, 207081, 117300, 45026, 8660},
                                            {2293, 68800, 132424, 98301, 46075, 9834},
                                            {327, 30666, 123419, 149919, 104088, 34392}};
static const double infants[ORDERS][AGES] = {{107, 141, 60, 40, 39, 25},
                                             {25, 150, 110, 84, 82, 39},
                                             {3, 71, 114, 103, 108, 75},
                                             {1, 26, 64, 89, 137, 96},
                                             {0, 8, 63, 112, 262, 295}};

static struct pal_weighted_count birth_order(size_t order)
{
    double standard[AGES], whole = 0;
    struct pal_weighted_count sum = {0};
    for (size_t a = 0; a < AGES; a++) {
        standard[a] = 0;
        for (size_t o = 0; o < ORDERS; o++)
            standard[a] += births[o][a];
        whole += standard[a];
    }
    for (size_t a = 0; a < AGES; a++) {
        const double weight = standard[a] / whole / births[order][a];
        sum.y += weight * infants[order][a];
        sum.v += weight * weight * infants[order][a];
        sum.count += infants[order][a];
        sum.max_a = fmax(sum.max_a, weight);
        sum.mean_a += weight / AGES;
        sum.mean_a2 += weight * weight / AGES;
    }
    return sum;
}

static void limits(const char *word, const struct pal_weighted_count *sum, double *low,
                   double *high)
{
    struct pal_error err = {0};
    cr_assert_eq(pal_interval_weighted(word, sum, 0.95, low, high, &err), PAL_OK, "%s", err.text);
}

Test(estimate_interval_weighted, fay_and_feuer_table_1)
{
    /* First births, per 100,000: 92.3, from 80.4; the lower gamma limit is also Dobson's
     * neighbour. */
    const struct pal_weighted_count first = birth_order(0);
    double low, high;
    limits("fayfeuer", &first, &low, &high);
    cr_expect_float_eq(1e5 * first.y, 92.3, 0.05);
    cr_expect_float_eq(1e5 * low, 80.4, 0.05);
    cr_expect(high > first.y && 1e5 * high < 107);
}

/* The gamma limits, checked through the distribution function: mean y, variance v. */
Test(estimate_interval_weighted, gamma_limits_leave_their_tails)
{
    for (size_t o = 0; o < ORDERS; o++) {
        const struct pal_weighted_count s = birth_order(o);
        double low, high;
        limits("fayfeuer", &s, &low, &high);
        const double y = s.y + s.max_a, v = s.v + s.max_a * s.max_a;
        cr_expect_float_eq(gsl_sf_gamma_inc_P(s.y * s.y / s.v, low * s.y / s.v), 0.025, 1e-12);
        cr_expect_float_eq(gsl_sf_gamma_inc_Q(y * y / v, high * y / v), 0.025, 1e-12);
        limits("tiwari", &s, &low, &high);
        const double yt = s.y + s.mean_a, vt = s.v + s.mean_a2;
        cr_expect_float_eq(gsl_sf_gamma_inc_Q(yt * yt / vt, high * yt / vt), 0.025, 1e-12);
        double upper = high;
        limits("fayfeuer", &s, &low, &high);
        cr_expect(upper < high, "Tiwari's upper limit lies below Fay and Feuer's");
    }
}

Test(estimate_interval_weighted, one_category_is_the_plain_count)
{
    const double n = 1234;
    const struct pal_weighted_count s = {.y = 9 / n,
                                         .v = 9 / (n * n),
                                         .count = 9,
                                         .max_a = 1 / n,
                                         .mean_a = 1 / n,
                                         .mean_a2 = 1 / (n * n)};
    double low, high, plain_low, plain_high;
    cr_assert_eq(pal_interval_count("garwood", 9, 0.95, 0, 1, &plain_low, &plain_high, NULL),
                 PAL_OK);
    static const char *const words[] = {"fayfeuer", "tiwari", "dobson"};
    for (size_t i = 0; i < PAL_COUNT(words); i++) {
        limits(words[i], &s, &low, &high);
        cr_expect_float_eq(low * n, plain_low, 1e-12, "%s", words[i]);
        cr_expect_float_eq(high * n, plain_high, 1e-12, "%s", words[i]);
    }
}

Test(estimate_interval_weighted, no_events)
{
    const struct pal_weighted_count s = {.max_a = 2e-4, .mean_a = 1e-4, .mean_a2 = 2e-8};
    double low, high;
    limits("fayfeuer", &s, &low, &high);
    cr_expect_eq(low, 0);
    cr_expect_float_eq(high, -log(0.025) * 2e-4, 1e-15);
    limits("dobson", &s, &low, &high);
    cr_expect(isnan(low) && isnan(high));
    limits("lognormal", &s, &low, &high);
    cr_expect(isnan(low) && isnan(high));
    limits("normal", &s, &low, &high);
    cr_expect(low == 0 && high == 0);
}

Test(estimate_interval_weighted, an_unknown_word_gets_the_nearest)
{
    const struct pal_weighted_count s = birth_order(1);
    double low, high;
    struct pal_error err = {0};
    cr_expect_eq(pal_interval_weighted("fayfeur", &s, 0.95, &low, &high, &err), PAL_USAGE);
    cr_expect(strstr(err.text, "did you mean 'fayfeuer'?"), "%s", err.text);
}
