/* Counts, rates, reported totals: values, uncertainty, cells below a threshold. */
#include "register.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const struct pal_ask plain = {0};

Test(estimate_count, sums_rows_with_a_value)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 4, 0);
    register_add(&rows, 6, 0);
    rows.y_absent[register_add(&rows, 99, 0)] = PAL_NOT_COLLECTED;
    const struct pal_estimate e = register_answer("count", &plain, 1, &rows, 0, arena);
    cr_expect_eq(e.value, 10);
    cr_expect_float_eq(e.low, 4.795, 0.0005, "Garwood 1936");
    cr_expect_float_eq(e.high, 18.390, 0.0005);
    cr_expect_float_eq(e.std_error, sqrt(10), 1e-15);
    cr_expect(e.n == 2 && e.missing == 1 && e.status == PAL_ANSWER_OK);
    cr_expect_eq(e.uncertainty, PAL_UNC_RANDOM);
    cr_expect_str_eq(e.interval, "garwood");
    cr_expect(strstr(e.note, "1 row without a value"), "%s", e.note);
    pal_arena_free(arena);
}

Test(estimate_count, rows_are_counted_without_a_column)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    for (int i = 0; i < 3; i++)
        register_add(&rows, -1, 0); /* not looked at */
    cr_expect_eq(register_answer("count", &plain, 0, &rows, 0, arena).value, 3);
    pal_arena_free(arena);
}

Test(estimate_count, a_group_nobody_fed_is_undefined_and_no_zero)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 4, 0);
    const struct pal_estimate e = register_answer("count", &plain, 1, &rows, 1, arena);
    cr_expect(isnan(e.value) && e.status == PAL_ANSWER_UNDEFINED && e.absent == PAL_BLANK);
    cr_expect_str_eq(e.method, "exact Poisson (Garwood 1936)");
    const struct pal_ask all = {.none_is_zero = true};
    const struct pal_estimate none = register_answer("count", &all, 0, &rows, 1, arena);
    cr_expect(none.value == 0 && none.status == PAL_ANSWER_OK && none.absent == PAL_PRESENT);
    cr_expect_float_eq(none.high, 3.689, 0.0005, "Garwood 1936");
    pal_arena_free(arena);
}

Test(estimate_count, a_censored_cell_is_neither_zero_nor_its_threshold)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 12, 0);
    register_add_censored(&rows, 1, 4, 0); /* "<5" */
    register_add_censored(&rows, 0, 4, 0);
    const struct pal_estimate e = register_answer("count", &plain, 1, &rows, 0, arena);
    cr_expect(isnan(e.value) && e.absent == PAL_BELOW_THRESHOLD);
    cr_expect_eq(e.status, PAL_ANSWER_UNDEFINED);
    cr_expect(e.has_bounds && e.bound_low == 13 && e.bound_high == 20, "%g %g", e.bound_low,
              e.bound_high);
    cr_expect(!e.has_interval && !e.has_std_error, "no interval without a value");
    cr_expect_eq(e.censored, 2);
    cr_expect(strstr(e.note, "between 13 and 20"), "%s", e.note);
    pal_arena_free(arena);
}

Test(estimate_count, bounds_that_coincide_are_a_value)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 12, 0);
    register_add_censored(&rows, 1, 1, 0); /* "<2", and not zero */
    const struct pal_estimate e = register_answer("count", &plain, 1, &rows, 0, arena);
    cr_expect(e.value == 13 && e.has_interval && !e.has_bounds && e.censored == 1);
    pal_arena_free(arena);
}

Test(estimate_count, rows_with_errors_and_repeats_do_not_enter)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 5, 0);
    rows.state[register_add(&rows, 7, 0)] = PAL_ROW_ERROR;
    rows.state[register_add(&rows, 5, 0)] = PAL_ROW_DUPLICATE;
    const struct pal_estimate e = register_answer("count", &plain, 1, &rows, 0, arena);
    cr_expect(e.value == 5 && e.left_out == 1 && e.n == 1);
    cr_expect(strstr(e.note, "1 row with an error"), "%s", e.note);
    pal_arena_free(arena);
}

Test(estimate_count, a_negative_count_is_refused_with_its_column)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    struct pal_error err = {0};
    register_add(&rows, -2, 1);
    struct pal_state *state = register_begin("count", &plain, 1, arena);
    cr_expect_eq(register_feed(state, "count", 1, &rows, 0, 1, &err), PAL_DATA);
    cr_expect(strstr(err.text, "'y' is -2"), "%s", err.text);
    cr_expect_str_eq(err.file, "register.csv");
    pal_arena_free(arena);
}

/* Pearson's chi-square of 2, 4, 12 about their mean 6: (16 + 4 + 36)/6, over 2 degrees. */
Test(estimate_count, dispersion_of_its_own_rows)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    const struct pal_ask quasi = {.overdispersed = true};
    register_add(&rows, 2, 0);
    register_add(&rows, 4, 0);
    register_add(&rows, 12, 0);
    const struct pal_estimate e = register_answer("count", &quasi, 1, &rows, 0, arena);
    cr_expect_float_eq(e.std_error, sqrt(18 * 56.0 / 6 / 2), 1e-13);
    cr_expect_str_eq(e.interval, "quasi");
    const struct pal_ask given = {.overdispersed = true, .dispersion = 4};
    cr_expect_float_eq(register_answer("count", &given, 1, &rows, 0, arena).std_error,
                       sqrt(18 * 4.0), 1e-13);
    pal_arena_free(arena);
}

Test(estimate_count, the_value_alone_when_no_variance_is_asked)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    const struct pal_ask alone = {.no_variance = true};
    register_add(&rows, 2, 0);
    const struct pal_estimate e = register_answer("count", &alone, 1, &rows, 0, arena);
    cr_expect(e.value == 2 && !e.has_std_error && !e.has_interval);
    pal_arena_free(arena);
}

Test(estimate_count, asks_that_make_no_sense_are_refused)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_estimator *count = pal_estimator_find(PAL_STR("count"));
    struct pal_state *state;
    const struct pal_ask asks[] = {{.level = 1.5},
                                   {.interval = "garwod"},
                                   {.interval = "nb-exact"},
                                   {.per = -1},
                                   {.overdispersed = true, .dispersion = 0.5}};
    for (size_t i = 0; i < PAL_COUNT(asks); i++) {
        struct pal_error err = {0};
        cr_expect_eq(count->begin(&asks[i], 1, arena, &state, &err), PAL_USAGE, "ask %zu", i);
        cr_expect(err.used > 0);
    }
    cr_expect_eq(count->begin(&plain, 2, arena, &state, NULL), PAL_USAGE, "too many columns");
    pal_arena_free(arena);
}

Test(estimate_reported_total, says_how_much_it_covers)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    register_add(&rows, 30, 1000);
    register_add(&rows, 50, 3000);
    rows.y_absent[register_add(&rows, 0, 4000)] = PAL_NOT_COLLECTED;
    const struct pal_estimate e = register_answer("reported-total", &plain, 2, &rows, 0, arena);
    cr_expect_eq(e.value, 80, "silent areas are no zeros, and no reason to be silent");
    cr_expect(e.coverage_n == 2 && e.coverage_of == 3);
    cr_expect_float_eq(e.coverage_share, 0.5, 1e-15);
    rows.x_absent[2] = PAL_NOT_COLLECTED;
    cr_expect(isnan(register_answer("reported-total", &plain, 2, &rows, 0, arena).coverage_share),
              "an unknown population leaves the share unknown");
    rows.x_absent[1] = PAL_NOT_COLLECTED;
    cr_expect_eq(register_answer("reported-total", &plain, 2, &rows, 0, arena).value, 80,
                 "a count without a population counts");
    pal_arena_free(arena);
}
