/* Answers made of answers: limits that follow a changed error, and completed data sets. Values are
 * R's: qt(0.975, 5) = 2.5705818356363155, and the mean and variance of Rubin's rules by hand. */
#include "palermo/estimate.h"

#include <criterion/criterion.h>
#include <math.h>

static struct pal_estimate answer(double value, double error)
{
    return (struct pal_estimate){.value = value,
                                 .std_error = error,
                                 .level = 0.95,
                                 .df = 5,
                                 .has_std_error = true,
                                 .has_interval = true,
                                 .has_df = true,
                                 .has_n = true,
                                 .n = 10,
                                 .method = "linearized",
                                 .interval = "t"};
}

Test(estimate_survey_combined, limits_follow_the_error)
{
    struct pal_estimate e = answer(100, 4);
    struct pal_error err = {0};
    cr_assert_eq(pal_survey_limits(PAL_LIMITS_OF_VALUE, &e, &err), PAL_OK, "%s", err.text);
    cr_expect_float_eq(e.low, 100 - 4 * 2.5705818356363155, 1e-9);
    cr_expect_float_eq(e.high, 100 + 4 * 2.5705818356363155, 1e-9);
}

/* 8, 10 and 12 with variances of 3: mean 10, within 3, between 4, total 3 + 4 (1 + 1/3) = 25/3;
 * Rubin's degrees of freedom 2 (1 + 3 / (16/3))^2 = 4.8828125. */
Test(estimate_survey_combined, completed_sets_become_one)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_estimate each[] = {answer(8, sqrt(3)), answer(10, sqrt(3)),
                                        answer(12, sqrt(3))};
    const struct pal_estimate *of[] = {&each[0], &each[1], &each[2]};
    struct pal_estimate e;
    struct pal_error err = {0};
    double missing = 0;
    cr_assert_eq(pal_survey_imputed(of, 3, PAL_LIMITS_OF_VALUE, PAL_IMPUTED_RUBIN, arena, &e,
                                    &missing, &err),
                 PAL_OK, "%s", err.text);
    cr_expect_float_eq(e.value, 10, 1e-12);
    cr_expect_float_eq(e.std_error, sqrt(25.0 / 3), 1e-12);
    cr_expect_float_eq(e.df, 4.8828125, 1e-9);
    cr_expect_eq(e.n, 10);
    cr_expect_eq(e.uncertainty, PAL_UNC_IMPUTATION);
    of[1] = NULL;
    cr_assert_eq(pal_survey_imputed(of, 3, PAL_LIMITS_OF_VALUE, PAL_IMPUTED_RUBIN, arena, &e,
                                    &missing, &err),
                 PAL_OK);
    cr_expect_eq(e.status, PAL_ANSWER_UNDEFINED);
    cr_expect_eq(pal_survey_imputed(of, 1, PAL_LIMITS_OF_VALUE, PAL_IMPUTED_RUBIN, arena, &e,
                                    &missing, &err),
                 PAL_DOMAIN);
    pal_arena_free(arena);
}
