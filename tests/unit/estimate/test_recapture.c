/* Reported cases from two searches, against hand computation. */
#include "register.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

static void add_cases(struct register_rows *rows, uint32_t history, size_t n, double value)
{
    for (size_t i = 0; i < n; i++)
        rows->stratum[register_add(rows, value, 1)] = history;
    rows->strata = 4;
}

/* 6 in the first search only, 5 in the second only, 4 in both: n1 = 10, n2 = 9, m = 4. Chapman:
 * 11 x 10 / 5 - 1 = 21, V = 11 x 10 x 6 x 5 / (25 x 6) = 22. Values 2 (nine cases) and 7 (six):
 * mean 60 / 15 = 4, s^2 = (9 x 4 + 6 x 9) / 14 = 90 / 14. */
static void fill(struct register_rows *rows)
{
    add_cases(rows, 1, 6, 2);
    add_cases(rows, 2, 3, 2);
    add_cases(rows, 2, 2, 7);
    add_cases(rows, 3, 4, 7);
}

Test(estimate_recapture, cases_in_neither_search_times_what_a_case_counts_for)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    fill(&rows);
    const struct pal_ask ask = {.per = 0.1};
    const struct pal_estimate e = register_answer("recapture", &ask, 1, &rows, 0, arena);
    const double variance = 0.01 * (16 * 22.0 + 21 * (21 - 15) * (90.0 / 14) / 15);
    const double f = 8.4 - 6,
                 c = exp(gsl_cdf_ugaussian_Pinv(0.975) * sqrt(log1p(variance / (f * f))));
    cr_expect_float_eq(e.value, 8.4, 1e-13);
    cr_expect_float_eq(e.numerator, 6, 1e-13);
    cr_expect_float_eq(e.std_error, sqrt(variance), 1e-13);
    cr_expect_float_eq(e.low, 6 + f / c, 1e-12);
    cr_expect_float_eq(e.high, 6 + f * c, 1e-12);
    cr_expect(e.n == 15 && e.missing == 0 && !e.note);
    cr_expect_eq(e.uncertainty, PAL_UNC_MODEL);
    cr_expect_str_eq(e.interval, "lognormal");
    pal_arena_free(arena);
}

/* Two cases of the second search alone lose their 7: the cases stay, the mean is 46 / 13. */
Test(estimate_recapture, cases_of_unknown_size_are_cases)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    fill(&rows);
    rows.y_absent[9] = rows.y_absent[10] = PAL_BLANK;
    const struct pal_estimate e =
        register_answer("recapture", &(struct pal_ask){0}, 1, &rows, 0, arena);
    const double mean = 46.0 / 13, s2 = (9 * 4 + 4 * 49 - 46 * mean) / 12;
    cr_expect_float_eq(e.value, 21 * mean, 1e-12);
    cr_expect_float_eq(e.std_error, sqrt(mean * mean * 22 + 21 * (21 - 13) * s2 / 13), 1e-12);
    cr_expect_float_eq(e.numerator, 46, 1e-12);
    cr_assert_not_null(e.note);
    cr_expect(strstr(e.note, "2 cases of unknown size"), "%s", e.note);
    pal_arena_free(arena);
}

Test(estimate_recapture, says_what_two_searches_cannot_tell)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows one = {0}, apart = {0}, same = {0};
    add_cases(&one, 1, 5, 2);
    struct pal_estimate e = register_answer("recapture", &(struct pal_ask){0}, 1, &one, 0, arena);
    cr_expect(isnan(e.value) && e.status == PAL_ANSWER_UNDEFINED && !e.has_interval);
    cr_assert_not_null(e.note);
    cr_expect(strstr(e.note, "one of the two lists is empty"), "%s", e.note);
    add_cases(&apart, 1, 3, 1); /* 4 x 3 / 1 - 1 = 11 cases */
    add_cases(&apart, 2, 2, 1);
    e = register_answer("recapture", &(struct pal_ask){0}, 1, &apart, 0, arena);
    cr_expect_float_eq(e.value, 11, 1e-13);
    cr_assert_not_null(e.note);
    cr_expect(strstr(e.note, "no case is in both searches"), "%s", e.note);
    add_cases(&same, 3, 4, 3); /* both found the same four: nothing is left */
    e = register_answer("recapture", &(struct pal_ask){0}, 1, &same, 0, arena);
    cr_expect(e.value == 12 && e.std_error == 0 && e.low == 12 && e.high == 12 && e.has_interval);
    pal_arena_free(arena);
}

Test(estimate_recapture, parts_merge_to_the_whole)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    struct pal_error err = {0};
    const struct pal_ask ask = {.per = 1};
    fill(&rows);
    struct pal_state *a = register_begin("recapture", &ask, 1, arena);
    struct pal_state *b = register_begin("recapture", &ask, 1, arena);
    cr_assert_eq(register_feed(a, "recapture", 1, &rows, 0, 7, &err), PAL_OK);
    cr_assert_eq(register_feed(b, "recapture", 1, &rows, 7, rows.rows, &err), PAL_OK);
    cr_assert_eq(pal_estimator_find(PAL_STR("recapture"))->merge(a, b, NULL, &err), PAL_OK);
    const struct pal_estimate whole = register_answer("recapture", &ask, 1, &rows, 0, arena);
    const struct pal_estimate parts = register_finish("recapture", a, 0, arena);
    cr_expect(parts.value == whole.value && parts.std_error == whole.std_error);
    cr_expect(parts.low == whole.low && parts.high == whole.high && parts.n == whole.n);
    pal_arena_free(arena);
}
