/* Rates, shares and ratios of counts. */
#include "register.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(estimate_rate, the_gamma_interval_of_a_crude_rate_is_garwood)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 4, 12000);
    register_add(&rows, 6, 8000);
    const struct pal_ask per = {.per = 1e5}, garwood = {.per = 1e5, .interval = "garwood"};
    const struct pal_estimate gamma = register_answer("rate", &per, 2, &rows, 0, arena);
    const struct pal_estimate exact = register_answer("rate", &garwood, 2, &rows, 0, arena);
    cr_expect_float_eq(gamma.value, 50, 1e-13);
    cr_expect_float_eq(gamma.low, 5 * 4.795389, 1e-5);
    cr_expect_float_eq(gamma.low, exact.low, 1e-12);
    cr_expect_float_eq(gamma.high, exact.high, 1e-12);
    cr_expect_str_eq(gamma.method, "gamma (Fay-Feuer 1997)");
    cr_expect(gamma.numerator == 10 && gamma.denominator == 20000);
    pal_arena_free(arena);
}

/* Delta method: the relative variance of a quotient is the sum of the relative variances. */
Test(estimate_rate, an_uncertain_denominator_adds_its_share)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 100, 5000);
    const struct pal_ask exact = {.per = 1}, uncertain = {.per = 1, .denominator_se = 0.1};
    const struct pal_estimate a = register_answer("rate", &exact, 2, &rows, 0, arena);
    const struct pal_estimate b = register_answer("rate", &uncertain, 2, &rows, 0, arena);
    cr_expect_float_eq(b.std_error / b.value, sqrt(0.01 + 0.01), 1e-14);
    cr_expect(b.low < a.low && b.high > a.high);
    struct pal_state *state;
    const struct pal_ask wrong = {.denominator_se = 0.1, .interval = "midp"};
    struct pal_error err = {0};
    cr_expect_eq(pal_estimator_find(PAL_STR("rate"))->begin(&wrong, 2, arena, &state, &err),
                 PAL_USAGE);
    cr_expect(strstr(err.text, "'fayfeuer' does"), "%s", err.text);
    pal_arena_free(arena);
}

Test(estimate_rate, a_row_needs_both_its_count_and_its_population)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 5, 100);
    rows.x_absent[register_add(&rows, 50, 0)] = PAL_BLANK;
    rows.y_absent[register_add(&rows, 0, 900)] = PAL_BLANK;
    const struct pal_estimate e = register_answer("rate", &(struct pal_ask){0}, 2, &rows, 0, arena);
    cr_expect_float_eq(e.value, 0.05, 1e-16);
    cr_expect(e.n == 1 && e.missing == 2);
    pal_arena_free(arena);
}

Test(estimate_rate, bounds_of_a_censored_count)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 7, 1000);
    register_add_censored(&rows, 1, 4, 1000);
    const struct pal_ask per = {.per = 1000};
    const struct pal_estimate e = register_answer("rate", &per, 2, &rows, 0, arena);
    cr_expect(isnan(e.value) && e.has_bounds);
    cr_expect_float_eq(e.bound_low, 4, 1e-15);
    cr_expect_float_eq(e.bound_high, 5.5, 1e-15);
    cr_expect_eq(e.denominator, 2000);
    pal_arena_free(arena);
}

Test(estimate_rate, no_population_no_rate)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 3, 0);
    const struct pal_estimate e = register_answer("rate", &(struct pal_ask){0}, 2, &rows, 0, arena);
    cr_expect(isnan(e.value) && e.status == PAL_ANSWER_UNDEFINED);
    cr_expect_str_eq(e.note, "the denominator is 0");
    pal_arena_free(arena);
}

/* ---- shares --------------------------------------------------------------------------------- */

Test(estimate_share, part_of_a_whole)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 81, 263);
    const struct pal_estimate e =
        register_answer("share", &(struct pal_ask){0}, 2, &rows, 0, arena);
    cr_expect_float_eq(e.low, 0.2553, 0.00005, "Newcombe 1998");
    cr_expect_float_eq(e.high, 0.3662, 0.00005);
    cr_expect_str_eq(e.interval, "wilson");
    const struct pal_ask percent = {.per = 100, .classes = 4};
    const struct pal_estimate wide = register_answer("share", &percent, 2, &rows, 0, arena);
    cr_expect_float_eq(wide.value, 100 * e.value, 1e-12);
    cr_expect(wide.low < 100 * e.low && wide.high > 100 * e.high);
    cr_expect_str_eq(wide.interval, "goodman");
    pal_arena_free(arena);
}

Test(estimate_share, part_and_rest_with_censored_cells)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 10, 0);                           /* the part   */
    rows.side[register_add(&rows, 26, 0)] = 1;            /* the rest   */
    rows.side[register_add_censored(&rows, 1, 4, 0)] = 1; /* some of it */
    const struct pal_estimate e =
        register_answer("share", &(struct pal_ask){0}, 1, &rows, 0, arena);
    cr_expect(isnan(e.value) && e.has_bounds);
    cr_expect_float_eq(e.bound_low, 10 / 40.0, 1e-15);
    cr_expect_float_eq(e.bound_high, 10 / 37.0, 1e-15);
    pal_arena_free(arena);
}

Test(estimate_share, a_censored_part_moves_both_ends)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add_censored(&rows, 1, 4, 0);
    rows.side[register_add(&rows, 6, 0)] = 1;
    const struct pal_estimate e =
        register_answer("share", &(struct pal_ask){0}, 1, &rows, 0, arena);
    cr_expect_float_eq(e.bound_low, 1 / 7.0, 1e-15);
    cr_expect_float_eq(e.bound_high, 4 / 10.0, 1e-15);
    pal_arena_free(arena);
}

Test(estimate_share, a_part_above_its_whole_is_no_estimate)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 12, 10);
    const struct pal_estimate e =
        register_answer("share", &(struct pal_ask){0}, 2, &rows, 0, arena);
    cr_expect(isnan(e.value));
    cr_expect_str_eq(e.note, "the part is above the whole");
    pal_arena_free(arena);
}

Test(estimate_status_share, the_silent_leave_bounds)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    for (int i = 0; i < 20; i++)
        register_add(&rows, i < 8, 0);
    for (int i = 0; i < 5; i++)
        rows.y_absent[register_add(&rows, 0, 0)] = PAL_NOT_COLLECTED;
    const struct pal_estimate e =
        register_answer("status-share", &(struct pal_ask){0}, 1, &rows, 0, arena);
    cr_expect_float_eq(e.value, 0.4, 1e-16);
    cr_expect(!e.has_std_error && !e.has_interval && e.uncertainty == PAL_UNC_NONE);
    cr_expect(e.has_bounds);
    cr_expect_float_eq(e.bound_low, 8 / 25.0, 1e-16);
    cr_expect_float_eq(e.bound_high, 13 / 25.0, 1e-16);
    pal_arena_free(arena);
}

Test(estimate_status_share, items_of_a_questionnaire)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 40, 50);
    register_add(&rows, 10, 50);
    const struct pal_estimate e =
        register_answer("status-share", &(struct pal_ask){.per = 100}, 2, &rows, 0, arena);
    cr_expect_float_eq(e.value, 50, 1e-14);
    cr_expect(!e.has_bounds, "nobody was silent");
    pal_arena_free(arena);
}

/* ---- ratios of counts --------------------------------------------------------------------------
 */

Test(estimate_ratio, log_delta_with_its_warning)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 20, 50);
    const struct pal_estimate e =
        register_answer("ratio", &(struct pal_ask){0}, 2, &rows, 0, arena);
    const double s = sqrt(1 / 20.0 + 1 / 50.0);
    cr_expect_float_eq(e.value, 0.4, 1e-16);
    cr_expect_float_eq(e.std_error, 0.4 * s, 1e-15);
    cr_expect_float_eq(log(e.high / 0.4), 1.9599639845400542355 * s, 1e-13);
    cr_expect(strstr(e.note, "different cohorts"), "%s", e.note);
    const struct pal_ask exact = {.interval = "rr-exact"};
    rows.y[0] = 0;
    const struct pal_estimate zero = register_answer("ratio", &exact, 2, &rows, 0, arena);
    cr_expect(zero.value == 0 && zero.low == 0 && zero.high > 0 && !zero.has_std_error);
    pal_arena_free(arena);
}
