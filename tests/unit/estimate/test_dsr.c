/* Standardized rates, comparisons of two periods, theta. */
#include "register.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const pal_str ages[] = {PAL_STR_INIT("young"), PAL_STR_INIT("middle"), PAL_STR_INIT("old")};
static const double weights[] = {300, 500, 200};
static const struct pal_standard standard = {
    .n = PAL_COUNT(ages), .category = ages, .weight = weights};

/* Rates 0.01, 0.02, 0.05: 0.3 x 0.01 + 0.5 x 0.02 + 0.2 x 0.05 = 0.023. */
static void fill(struct register_rows *rows, uint8_t side, double scale)
{
    static const double y[] = {10, 30, 20}, x[] = {1000, 1500, 400};
    for (uint32_t i = 0; i < 3; i++) {
        const size_t row = register_add(rows, y[i] * scale, x[i]);
        rows->stratum[row] = i;
        rows->side[row] = side;
    }
    rows->strata = 3;
}

Test(estimate_dsr, weighs_the_rates)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    const struct pal_ask ask = {.standard = &standard, .per = 1000};
    fill(&rows, 0, 1);
    const struct pal_estimate e = register_answer("dsr", &ask, 2, &rows, 0, arena);
    cr_expect_float_eq(e.value, 23, 1e-13);
    const double v = 0.09 * 10 / 1e6 + 0.25 * 30 / 2.25e6 + 0.04 * 20 / 1.6e5;
    cr_expect_float_eq(e.std_error, 1000 * sqrt(v), 1e-13);
    cr_expect_eq(e.numerator, 60);
    pal_arena_free(arena);
}

Test(estimate_dsr, says_which_category_is_missing)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    const struct pal_ask ask = {.standard = &standard};
    fill(&rows, 0, 1);
    rows.rows = 2;
    struct pal_estimate e = register_answer("dsr", &ask, 2, &rows, 0, arena);
    cr_expect(isnan(e.value) && e.status == PAL_ANSWER_UNDEFINED);
    cr_expect_str_eq(e.note, "no row in 'old'");
    rows.rows = 3;
    rows.x[1] = 0;
    e = register_answer("dsr", &ask, 2, &rows, 0, arena);
    cr_expect(isnan(e.value));
    cr_expect_str_eq(e.note, "no population in 'middle'");
    pal_arena_free(arena);
}

Test(estimate_dsr, bounds_of_censored_cells)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    const struct pal_ask ask = {.standard = &standard};
    fill(&rows, 0, 1);
    rows.y_absent[2] = PAL_BELOW_THRESHOLD;
    rows.y_low[2] = 1;
    rows.y_high[2] = 4;
    const struct pal_estimate e = register_answer("dsr", &ask, 2, &rows, 0, arena);
    cr_expect(isnan(e.value) && e.has_bounds);
    cr_expect_float_eq(e.bound_low, 0.013 + 0.2 * 1 / 400, 1e-16);
    cr_expect_float_eq(e.bound_high, 0.013 + 0.2 * 4 / 400, 1e-16);
    pal_arena_free(arena);
}

Test(estimate_dsr, needs_a_standard)
{
    struct pal_arena *arena = pal_arena_new();
    static const double zero[] = {0, 0, 0}, below[] = {1, -1, 1};
    const struct pal_standard empty = {.n = 3, .category = ages, .weight = zero},
                              negative = {.n = 3, .category = ages, .weight = below};
    const struct pal_estimator *dsr = pal_estimator_find(PAL_STR("dsr"));
    struct pal_state *state;
    cr_expect_eq(dsr->begin(&(struct pal_ask){0}, 2, arena, &state, NULL), PAL_USAGE);
    cr_expect_eq(dsr->begin(&(struct pal_ask){.standard = &empty}, 2, arena, &state, NULL),
                 PAL_DATA);
    cr_expect_eq(dsr->begin(&(struct pal_ask){.standard = &negative}, 2, arena, &state, NULL),
                 PAL_DATA);
    pal_arena_free(arena);
}

Test(estimate_dsr, comparisons_are_made_of_both_sides)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    const struct pal_ask ask = {.standard = &standard, .test = PAL_TEST_NORMAL};
    fill(&rows, 0, 1);
    fill(&rows, 1, 2);
    const struct pal_estimate ratio = register_answer("dsr-ratio", &ask, 2, &rows, 0, arena);
    const struct pal_estimate gap = register_answer("dsr-difference", &ask, 2, &rows, 0, arena);
    const double v = 0.09 * 10 / 1e6 + 0.25 * 30 / 2.25e6 + 0.04 * 20 / 1.6e5, y = 0.023;
    cr_expect_float_eq(ratio.value, 2, 1e-14);
    cr_expect_float_eq(ratio.std_error, 2 * sqrt(v / (y * y) + 2 * v / (4 * y * y)), 1e-14);
    cr_expect_float_eq(gap.value, y, 1e-16);
    cr_expect_float_eq(gap.std_error, sqrt(3 * v), 1e-16);
    cr_expect(gap.has_test);
    cr_expect_float_eq(gap.test_z, y / sqrt(3 * v), 1e-12);
    pal_arena_free(arena);
}

Test(estimate_rate_ratio, sides_and_bounds)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 12, 300);
    rows.side[register_add(&rows, 20, 400)] = 1;
    rows.side[register_add(&rows, 99, 1)] = PAL_NO_SIDE;
    const struct pal_ask ask = {.test = PAL_TEST_SCORE};
    const struct pal_estimate e = register_answer("rate-ratio", &ask, 2, &rows, 0, arena);
    cr_expect_float_eq(e.value, 1.25, 1e-15);
    cr_expect(e.has_test && e.n == 2);
    const struct pal_ask per = {.per = 100};
    const struct pal_estimate d = register_answer("rate-difference", &per, 2, &rows, 0, arena);
    cr_expect_float_eq(d.value, 1, 1e-14);
    cr_expect_float_eq(d.std_error, 100 * sqrt(12 / 9e4 + 20 / 16e4), 1e-14);
    rows.y_absent[1] = PAL_BELOW_THRESHOLD;
    rows.y_low[1] = 0;
    rows.y_high[1] = 4;
    const struct pal_estimate open = register_answer("rate-ratio", &ask, 2, &rows, 0, arena);
    cr_expect(isnan(open.value) && open.has_bounds && open.bound_low == 0);
    cr_expect_float_eq(open.bound_high, 0.01 / 0.04, 1e-15);
    rows.rows = 1;
    const struct pal_estimate half = register_answer("rate-ratio", &ask, 2, &rows, 0, arena);
    cr_expect_str_eq(half.note, "no row of the later side");
    pal_arena_free(arena);
}

/* ---- theta --------------------------------------------------------------------------------------
 */

/* Totals 3, 9, 6: mean 6, variance 9, theta 36/3. */
Test(estimate_theta, of_rows_and_of_units)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 3, 0);
    register_add(&rows, 9, 0);
    register_add(&rows, 6, 0);
    const struct pal_estimate e =
        register_answer("theta", &(struct pal_ask){0}, 1, &rows, 0, arena);
    cr_expect_float_eq(e.value, 12, 1e-13);
    cr_expect(!e.has_std_error && e.uncertainty == PAL_UNC_NONE);
    struct register_rows split = {.strata = 3};
    static const double parts[] = {1, 4, 6, 2, 5, 0};
    for (uint32_t i = 0; i < 6; i++)
        split.stratum[register_add(&split, parts[i], 0)] = i % 3;
    const struct pal_ask units = {.units = true};
    cr_expect_float_eq(register_answer("theta", &units, 1, &split, 0, arena).value, 12, 1e-13,
                       "totals 3, 9, 6 again");
    pal_arena_free(arena);
}

Test(estimate_theta, no_more_than_poisson_is_infinite)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 1, 0); /* 1, 0, 0: mean and variance are both a third */
    register_add(&rows, 0, 0);
    register_add(&rows, 0, 0);
    cr_expect(isinf(register_answer("theta", &(struct pal_ask){0}, 1, &rows, 0, arena).value));
    rows.rows = 1;
    cr_expect(isnan(register_answer("theta", &(struct pal_ask){0}, 1, &rows, 0, arena).value),
              "one observation does not vary");
    pal_arena_free(arena);
}

Test(estimate_theta, large_counts_keep_their_spread)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    /* 1e9 plus -40000, 0, 40000: variance 1.6e9 exactly, theta 1e18/6e8. */
    register_add(&rows, 1e9 - 40000, 0);
    register_add(&rows, 1e9, 0);
    register_add(&rows, 1e9 + 40000, 0);
    const double theta = register_answer("theta", &(struct pal_ask){0}, 1, &rows, 0, arena).value;
    cr_expect_float_eq(theta, 1e18 / 6e8, 1e-12 * theta);
    pal_arena_free(arena);
}
