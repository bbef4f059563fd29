/* Limits of shares estimated from samples. */
#include "palermo/estimate.h"
#include "shared.h"
#include "sheet.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const char *const words[] = {"asin", "beta",   "likelihood", "logit",
                                    "mean", "wilson", "xlogit"};

static void limits(const char *word, const struct pal_sampled_share *share, double *low,
                   double *high)
{
    struct pal_error err = {0};
    cr_assert_eq(pal_interval_share(word, share, low, high, &err), PAL_OK, "%s: %s", word,
                 err.text);
}

/* A reference row as text; its word without "prop-". NULL: no interval of a share. */
static const char *word_of(pal_str method)
{
    if (pal_str_eq(method, PAL_STR("prop-logit(xlogit)")))
        return "xlogit";
    for (size_t i = 0; i < PAL_COUNT(words); i++)
        if (method.len == 5 + strlen(words[i]) && memcmp(method.ptr, "prop-", 5) == 0 &&
            memcmp(method.ptr + 5, words[i], method.len - 5) == 0)
            return words[i];
    return NULL;
}

static bool has(pal_str text, const char *part)
{
    for (size_t i = 0; i + strlen(part) <= text.len; i++)
        if (memcmp(text.ptr + i, part, strlen(part)) == 0)
            return true;
    return false;
}

static double number(const struct sheet *sheet, size_t row, const char *column)
{
    const pal_str text = sheet_text(sheet, row, column);
    double value = (double)NAN;
    if (pal_str_eq(text, PAL_STR("Inf")))
        return (double)INFINITY;
    pal_num_parse(text, &value);
    return value;
}

static void near(double got, double want, double tolerance, pal_str id)
{
    if (isnan(want))
        cr_expect(isnan(got), "%.*s: %.17g, expected none", PAL_ARG(id), got);
    else
        cr_expect_float_eq(got, want, tolerance, "%.*s: %.17g, expected %.17g", PAL_ARG(id), got,
                           want);
}

/* From estimate, standard error and degrees of freedom of each row to its limits. Rows whose share
 * does not vary, or that the folder calls optional, are degenerate there. The logit of replicates
 * is another number than se/(p(1-p)), which is all that a row says. R reads likelihood limits off a
 * spline through the profile, and those of logit where its iteration stops. */
Test(estimate_interval_sample, agrees_with_r_survey)
{
    const char *path = NEED_SHARED("reference/survey/expected.csv");
    struct sheet sheet;
    size_t seen = 0;
    sheet_open(&sheet, path);
    for (size_t r = 0; r < sheet.rows; r++) {
        const char *word = word_of(sheet_text(&sheet, r, "ci_method"));
        const pal_str design = sheet_text(&sheet, r, "design");
        const struct pal_sampled_share share = {
            .p = number(&sheet, r, "estimate"),
            .std_error = number(&sheet, r, "se"),
            .df = number(&sheet, r, "df"),
            .n = number(&sheet, r, "n_obs"),
            .level = 0.95,
        };
        if (!word || has(sheet_text(&sheet, r, "note"), "optional") ||
            (strcmp(word, "logit") == 0 && has(design, "replicate")) ||
            (share.std_error <= 1e-15 && share.p > 0 && share.p < 1))
            continue;
        /* Rows of weight 0 count among beta's rows. */
        if (strcmp(word, "beta") == 0 && (has(design, "weights=w0") || has(design, "weights=w0p")))
            continue;
        double low, high;
        const double tolerance = strcmp(word, "likelihood") == 0 ? 1e-4
                                 : strcmp(word, "logit") == 0    ? 1e-7
                                                                 : 1e-11;
        limits(word, &share, &low, &high);
        near(low, number(&sheet, r, "ci_low"), tolerance, sheet_text(&sheet, r, "case_id"));
        near(high, number(&sheet, r, "ci_high"), tolerance, sheet_text(&sheet, r, "case_id"));
        seen++;
    }
    cr_expect_gt(seen, 700);
    sheet_close(&sheet);
}

/* Korn & Graubard's limits of a simple random sample with many degrees of freedom are Clopper and
 * Pearson's: 7 of 20, R's binom.test(7, 20). */
Test(estimate_interval_sample, beta_is_clopper_pearson_for_simple_samples)
{
    const double p = 7.0 / 20;
    double low, high;
    limits("beta",
           &(struct pal_sampled_share){
               .p = p, .std_error = sqrt(p * (1 - p) / 20), .df = 19, .n = 20, .level = 0.95},
           &low, &high);
    cr_expect_float_eq(low, 0.1539, 0.00005);
    cr_expect_float_eq(high, 0.5922, 0.00005);
}

/* Wilson's with infinite degrees of freedom is that of counts. */
Test(estimate_interval_sample, wilson_is_that_of_counts_for_simple_samples)
{
    for (double x = 1; x < 20; x++) {
        const double p = x / 20;
        double low, high, of_low, of_high;
        limits("wilson",
               &(struct pal_sampled_share){.p = p,
                                           .std_error = sqrt(p * (1 - p) / 20),
                                           .df = (double)INFINITY,
                                           .n = 20,
                                           .level = 0.9},
               &low, &high);
        pal_interval_wilson(x, 20, 0.9, 1, 1, &of_low, &of_high);
        cr_expect_float_eq(low, of_low, 1e-14);
        cr_expect_float_eq(high, of_high, 1e-14);
    }
}

/* Turning a share over turns its limits over; more level is wider; 0 < low < p < high < 1. */
Test(estimate_interval_sample, laws)
{
    for (size_t w = 0; w < PAL_COUNT(words); w++) {
        for (double p = 0.01; p < 1; p += 0.049) {
            struct pal_sampled_share share = {
                .p = p, .std_error = 0.4 * p * (1 - p), .df = 11, .n = 90, .level = 0.95};
            double low, high, turned_low, turned_high, wide_low, wide_high;
            limits(words[w], &share, &low, &high);
            share.p = 1 - p;
            limits(words[w], &share, &turned_low, &turned_high);
            cr_expect_float_eq(turned_low, 1 - high, 1e-11, "%s at %g", words[w], p);
            cr_expect_float_eq(turned_high, 1 - low, 1e-11, "%s at %g", words[w], p);
            cr_expect(low < p && p < high, "%s at %g: %g, %g", words[w], p, low, high);
            if (strcmp(words[w], "mean") != 0)
                cr_expect(low > 0 && high < 1, "%s at %g: %g, %g", words[w], p, low, high);
            share.p = p;
            share.level = 0.99;
            limits(words[w], &share, &wide_low, &wide_high);
            cr_expect(wide_low < low && wide_high > high, "%s at %g", words[w], p);
        }
    }
}

/* The likelihood's limits are where twice the fall of n* rows, over the dispersion, is t squared.
 */
Test(estimate_interval_sample, likelihood_solves_its_equation)
{
    const struct pal_sampled_share share = {
        .p = 0.03, .std_error = 0.012, .df = 25, .n = 400, .level = 0.95};
    const double n = 0.03 * 0.97 / (0.012 * 0.012), t = pal_student_quantile(0.95, 25);
    double end[2];
    limits("likelihood", &share, &end[0], &end[1]);
    for (size_t i = 0; i < 2; i++) {
        const double fall = 0.03 * log(0.03 / end[i]) + 0.97 * log(0.97 / (1 - end[i]));
        cr_expect_float_eq(2 * n * fall * 399 / 400, t * t, 1e-11);
    }
}

Test(estimate_interval_sample, ends_and_absence)
{
    double low, high;
    for (size_t w = 0; w < PAL_COUNT(words); w++) {
        const bool plain = strcmp(words[w], "mean") == 0;
        struct pal_sampled_share share = {.p = 0, .std_error = 0, .df = 5, .n = 30, .level = 0.95};
        limits(words[w], &share, &low, &high);
        cr_expect(plain ? low == 0 && high == 0 : isnan(low) && isnan(high), "%s", words[w]);
        share.p = 0.3;
        limits(words[w], &share, &low, &high);
        cr_expect(low == 0.3 && high == 0.3, "%s: what does not vary has no width", words[w]);
        share.std_error = 0.1;
        share.df = 0;
        limits(words[w], &share, &low, &high);
        cr_expect(isnan(low) && isnan(high), "%s without degrees of freedom", words[w]);
        share.df = 5;
        share.p = (double)NAN;
        limits(words[w], &share, &low, &high);
        cr_expect(isnan(low) && isnan(high), "%s of nothing", words[w]);
    }
}

Test(estimate_interval_sample, refuses_by_name)
{
    struct pal_error err = {0};
    double low, high;
    struct pal_sampled_share share = {.p = 0.4, .std_error = 0.1, .df = 5, .n = 30, .level = 0.95};
    cr_expect_eq(pal_interval_share("wilsn", &share, &low, &high, &err), PAL_USAGE);
    cr_expect(strstr(err.text, "did you mean 'wilson'?"), "%s", err.text);
    share.p = 1.5; /* as weights below zero can make it */
    cr_expect_eq(pal_interval_share("wilson", &share, &low, &high, &err), PAL_OK);
    cr_expect(isnan(low) && isnan(high));
}
