/* Quantile rules and the limits made with them. */
#include "palermo/estimate.h"
#include "shared.h"
#include "sheet.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static double quantile(const struct pal_ordered *values, const char *rule, double p,
                       struct pal_arena *arena)
{
    enum pal_quantile_rule which;
    double out;
    cr_assert(pal_quantile_rule_parse(pal_str_of(rule), &which), "%s", rule);
    cr_assert_eq(pal_quantile(values, which, p, arena, &out, NULL), PAL_OK);
    return out;
}

static struct pal_ordered ordered(size_t n, const double *x, const double *w,
                                  struct pal_arena *arena)
{
    struct pal_ordered out;
    cr_assert_eq(pal_ordered_new(n, x, w, arena, &out, NULL), PAL_OK);
    return out;
}

/* Hyndman & Fan 1996, table 1: with equal weights p falls between order statistics k and k + 1 at
 * p = (k - a)/(n + 1 - a - b); on the values 1..n the quantile is that k. */
Test(estimate_quantile, equal_weights_are_hyndman_and_fan)
{
    static const struct {
        const char *rule;
        double a, b;
    } lines[] = {{"hf5", 0.5, 0.5},
                 {"hf6", 0, 0},
                 {"hf7", 1, 1},
                 {"hf8", 1.0 / 3, 1.0 / 3},
                 {"hf9", 0.375, 0.375}};
    enum { N = 13 };
    struct pal_arena *arena = pal_arena_new();
    double x[N], w[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)((i * 5) % N) + 1; /* out of order */
        w[i] = 2.5;
    }
    const struct pal_ordered values = ordered(N, x, w, arena);
    for (double p = 0; p <= 1; p += 0.0123) {
        for (size_t i = 0; i < PAL_COUNT(lines); i++) {
            const double k = p * (N + 1 - lines[i].a - lines[i].b) + lines[i].a;
            cr_expect_float_eq(quantile(&values, lines[i].rule, p, arena), fmin(fmax(k, 1), N),
                               1e-12, "%s at %g", lines[i].rule, p);
        }
        const double steps = p * N;
        cr_expect_eq(quantile(&values, "hf1", p, arena), fmax(ceil(steps - 1e-12), 1));
        if (steps >= 1)
            cr_expect_float_eq(quantile(&values, "hf4", p, arena), steps, 1e-12);
    }
    pal_arena_free(arena);
}

/* At a whole number of observations hf1 takes it, hf2 the mean of it and the next, hf3 the even
 * one; 8 values of weight 1, so the shares are exact. */
Test(estimate_quantile, ties_of_the_step)
{
    static const double x[] = {10, 20, 30, 40, 50, 60, 70, 80}, w[] = {1, 1, 1, 1, 1, 1, 1, 1};
    struct pal_arena *arena = pal_arena_new();
    const struct pal_ordered values = ordered(8, x, w, arena);
    for (size_t k = 1; k < 8; k++) {
        const double p = (double)k / 8, at = (double)k * 10;
        cr_expect_eq(quantile(&values, "math", p, arena), at);
        cr_expect_eq(quantile(&values, "school", p, arena), at + 5);
        cr_expect_eq(quantile(&values, "hf3", p, arena), k % 2 ? at + 10 : at);
    }
    cr_expect_eq(quantile(&values, "math", 0.3, arena), 30);
    cr_expect_eq(quantile(&values, "math", 0, arena), 10);
    cr_expect_eq(quantile(&values, "math", 1, arena), 80);
    pal_arena_free(arena);
}

/* A weight of two is a row twice, for the rules that look at weights through a value only. */
Test(estimate_quantile, whole_weights_are_repetitions)
{
    static const double x[] = {3, 1, 2, 5, 4}, w[] = {2, 1, 3, 1, 2};
    static const double all[] = {1, 2, 2, 2, 3, 3, 4, 4, 5}, one[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    struct pal_arena *arena = pal_arena_new();
    const struct pal_ordered few = ordered(5, x, w, arena), many = ordered(9, all, one, arena);
    for (double p = 0.005; p < 1; p += 0.01) {
        cr_expect_eq(quantile(&few, "hf1", p, arena), quantile(&many, "hf1", p, arena));
        cr_expect_eq(quantile(&few, "hf2", p, arena), quantile(&many, "hf2", p, arena));
        cr_expect_eq(quantile(&few, "hf3", p, arena), quantile(&many, "hf3", p, arena));
    }
    pal_arena_free(arena);
}

Test(estimate_quantile, order_zero_weights_and_absence)
{
    static const double x[] = {5, (double)NAN, 1, 9, 3}, w[] = {1, 1, 2, 0, 1};
    struct pal_arena *arena = pal_arena_new();
    const struct pal_ordered values = ordered(5, x, w, arena);
    cr_assert_eq(values.n, 3);
    cr_expect(values.x[0] == 1 && values.x[1] == 3 && values.x[2] == 5);
    cr_expect(values.through[0] == 2 && values.through[1] == 3 && values.through[2] == 4);
    const struct pal_ordered none = ordered(0, x, w, arena), one = ordered(1, x, w, arena);
    static const char *const rules[] = {"hf1", "hf2", "hf3", "hf4", "hf5",
                                        "hf6", "hf7", "hf8", "hf9", "shahvaish"};
    for (size_t i = 0; i < PAL_COUNT(rules); i++) {
        cr_expect(isnan(quantile(&none, rules[i], 0.5, arena)), "%s of nothing", rules[i]);
        cr_expect_eq(quantile(&one, rules[i], 0.9, arena), 5, "%s of one", rules[i]);
        cr_expect(isnan(quantile(&values, rules[i], 1.1, arena)), "%s beyond 1", rules[i]);
        cr_expect(isnan(quantile(&values, rules[i], -0.1, arena)), "%s before 0", rules[i]);
        enum pal_quantile_rule rule;
        cr_expect(pal_quantile_rule_parse(pal_str_of(rules[i]), &rule));
        cr_expect_str_eq(pal_quantile_rule_name(rule), rules[i]);
    }
    static const double minus[] = {1, -1, 1, 1, 1}, five[] = {1, 2, 3, 4, 5};
    struct pal_ordered out;
    double q;
    cr_assert_eq(pal_ordered_new(5, five, minus, arena, &out, NULL), PAL_OK);
    cr_assert_eq(pal_quantile(&out, PAL_QUANTILE_HF1, 0.5, arena, &q, NULL), PAL_OK);
    cr_expect_eq(q, 4); /* survey:::qrule_math(1:5, c(1, -1, 1, 1, 1), 0.5) */
    cr_expect_eq(pal_quantile(&out, PAL_QUANTILE_HF7, 0.5, arena, &q, NULL), PAL_DOMAIN);
    pal_arena_free(arena);
}

/* All rules rise with p; each but shahvaish stays within the values. */
Test(estimate_quantile, rules_rise)
{
    enum { N = 40 };
    static const char *const rules[] = {"hf1", "hf2", "hf3", "hf5", "hf6", "hf7", "hf8", "hf9"};
    struct pal_arena *arena = pal_arena_new();
    double x[N], w[N];
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct pal_random random;
        pal_random_start(&random, seed, "quantile", 0);
        for (size_t i = 0; i < N; i++) {
            x[i] = floor(10 * pal_random_normal(&random)); /* with ties */
            w[i] = 0.1 + pal_random_unit(&random);
        }
        const struct pal_ordered values = ordered(N, x, w, arena);
        for (size_t k = 0; k < PAL_COUNT(rules); k++) {
            double before = values.x[0];
            for (double p = 0; p <= 1; p += 0.01) {
                const double q = quantile(&values, rules[k], p, arena);
                cr_expect(q >= before && q <= values.x[N - 1], "%s at %g", rules[k], p);
                before = q;
            }
        }
    }
    pal_arena_free(arena);
}

/* ---- reference values --------------------------------------------------------------------------
 */

/* "api00@0.5" and "quantile-mean/hf7" */
static bool split_row(const struct sheet *sheet, size_t r, pal_str *variable, double *p,
                      pal_str *rule)
{
    pal_str rest = sheet_text(sheet, r, "variables"), method = sheet_text(sheet, r, "ci_method");
    pal_str number, front;
    return pal_str_split(&rest, '@', variable) && pal_str_split(&rest, '@', &number) &&
           pal_num_parse(number, p) && pal_str_split(&method, '/', &front) &&
           pal_str_split(&method, '/', rule);
}

/* Every quantile of these two files: values and weights are all that a rule sees. */
static size_t agree(const struct sheet *expected, const char *file, const char *weight,
                    const char *domain, const char *column, const char *value)
{
    char path[256];
    struct sheet data;
    size_t seen = 0;
    snprintf(path, sizeof path, "reference/survey/data/%s", file);
    sheet_open(&data, shared_path(path));
    const double *given = sheet_numbers(&data, weight);
    double *w = pal_arena_alloc(data.arena, data.rows, sizeof *w);
    for (size_t i = 0; i < data.rows; i++)
        w[i] =
            !column || pal_str_eq(sheet_text(&data, i, column), pal_str_of(value)) ? given[i] : 0;
    for (size_t r = 0; r < expected->rows; r++) {
        pal_str variable, rule;
        double p, want, got;
        enum pal_quantile_rule which;
        if (!pal_str_eq(sheet_text(expected, r, "section"), PAL_STR("quantile")) ||
            !pal_str_eq(sheet_text(expected, r, "data_file"), pal_str_of(file)) ||
            !pal_str_eq(sheet_text(expected, r, "domain"), pal_str_of(domain)))
            continue;
        cr_assert(split_row(expected, r, &variable, &p, &rule));
        cr_assert(pal_quantile_rule_parse(rule, &which), "%.*s", PAL_ARG(rule));
        const char *name = pal_arena_printf(data.arena, "%.*s", PAL_ARG(variable)).ptr;
        const struct pal_ordered values =
            ordered(data.rows, sheet_numbers(&data, name), w, data.arena);
        cr_assert_eq(pal_quantile(&values, which, p, data.arena, &got, NULL), PAL_OK);
        cr_assert(pal_num_parse(sheet_text(expected, r, "estimate"), &want));
        cr_expect_float_eq(got, want, 1e-12 * fabs(want), "%.*s: %.17g, expected %.17g",
                           PAL_ARG(sheet_text(expected, r, "case_id")), got, want);
        seen++;
    }
    sheet_close(&data);
    return seen;
}

Test(estimate_quantile, agrees_with_r_survey)
{
    const char *path = NEED_SHARED("reference/survey/expected.csv");
    struct sheet expected;
    sheet_open(&expected, path);
    const size_t seen = agree(&expected, "apistrat.csv", "pw", "", NULL, NULL) +
                        agree(&expected, "simA.csv", "w", "", NULL, NULL) +
                        agree(&expected, "simA.csv", "w", "sex==\"F\"", "sex", "F") +
                        agree(&expected, "apiclus1.csv", "pw", "", NULL, NULL);
    cr_expect_gt(seen, 150);
    sheet_close(&expected);
}

/* ---- limits -------------------------------------------------------------------------------------
 */

Test(estimate_quantile, limits_are_quantiles_of_limits)
{
    static const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, w[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err = {0};
    const struct pal_ordered values = ordered(10, x, w, arena);
    struct pal_sampled_share share = {.p = 0.5, .std_error = 0.1, .df = 9, .n = 10, .level = 0.95};
    double low, high, std_error, from, to;
    static const char *const words[] = {"mean", "xlogit", "beta", "asin"};
    for (size_t i = 0; i < PAL_COUNT(words); i++) {
        cr_assert_eq(pal_interval_quantile(&values, PAL_QUANTILE_HF7, words[i], &share, arena, &low,
                                           &high, &std_error, &err),
                     PAL_OK, "%s", err.text);
        cr_assert_eq(pal_interval_share(words[i], &share, &from, &to, &err), PAL_OK);
        cr_expect_float_eq(low, 1 + 9 * from, 1e-12);
        cr_expect_float_eq(high, 1 + 9 * to, 1e-12);
        cr_expect_float_eq(std_error, (high - low) / (2 * 2.262157162798205), 1e-12);
    }
    share.p = 0.1;
    cr_assert_eq(pal_interval_quantile(&values, PAL_QUANTILE_HF1, "mean", &share, arena, &low,
                                       &high, &std_error, &err),
                 PAL_OK);
    cr_expect(isnan(low) && high == 4 && isnan(std_error), "a limit below 0 gives no value");
    cr_expect_eq(pal_interval_quantile(&values, PAL_QUANTILE_HF1, "meen", &share, arena, &low,
                                       &high, &std_error, &err),
                 PAL_USAGE);
    pal_arena_free(arena);
}
