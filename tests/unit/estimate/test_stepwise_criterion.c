/* Pairs chosen by AIC and BIC, against R 4.2's step() on glm(..., poisson). */
#include "uk.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Western United States (Farrell et al.), and the Netherlands with two lists merged. */
static const struct pal_lists *west(struct pal_arena *arena)
{
    static const char *const pattern[] = {"10000", "01000", "00100", "00010", "00001",
                                          "10100", "10010", "10001", "01100", "01010",
                                          "00011", "10101", "01110"};
    const double count[] = {52, 90, 114, 45, 21, 4, 2, 5, 6, 1, 3, 1, 1};
    return lists_of(5, pattern, count, PAL_COUNT(count), arena);
}

static const struct pal_lists *netherlands(struct pal_arena *arena)
{
    static const char *const pattern[] = {"10000", "01000", "00100", "00010", "00001", "11000",
                                          "10100", "10010", "10001", "01100", "01001", "00110",
                                          "00101", "00011", "10110", "10101", "00111"};
    const double count[] = {756, 1299, 4466, 650, 632, 1, 81, 5, 73, 44, 4, 82, 125, 2, 2, 11, 1};
    return lists_of(5, pattern, count, PAL_COUNT(count), arena);
}

struct wanted {
    enum pal_criterion criterion;
    enum pal_direction direction;
    double value;      /* AIC() of the model R ends with, whatever it was chosen by */
    double population; /* people + exp(intercept)                                   */
    size_t pairs;
};

static void expect(const struct pal_lists *lists, const struct wanted *wanted, size_t n,
                   struct pal_arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        struct pal_stepwise chosen;
        struct pal_model model;
        struct pal_loglinear fit;
        cr_assert_eq(pal_criterion_choose(lists, wanted[i].criterion, wanted[i].direction, arena,
                                          &chosen, NULL),
                     PAL_OK);
        cr_expect_eq(chosen.chosen, wanted[i].pairs, "%zu: %zu pairs", i, chosen.chosen);
        cr_assert_eq(pal_model_new(lists, chosen.pair, chosen.chosen, arena, &model, NULL), PAL_OK);
        cr_assert_eq(pal_loglinear_fit(lists, &model, arena, &fit, NULL), PAL_OK);
        cr_expect_float_eq(fit.population, wanted[i].population, 1e-4, "%zu: %.6f", i,
                           fit.population);
        cr_expect_float_eq(fit.aic + 2 * (double)fit.empty_n, wanted[i].value, 1e-6, "%zu: %.7f", i,
                           fit.aic + 2 * (double)fit.empty_n);
    }
}

Test(estimate_stepwise_criterion, western_states_as_r_steps)
{
    struct pal_arena *arena = pal_arena_new();
    const struct wanted wanted[] = {
        {PAL_BY_AIC, PAL_BOTH_WAYS, 85.577382, 2308.2437, 4},
        {PAL_BY_AIC, PAL_FORWARD, 85.577382, 2308.2437, 4},
        {PAL_BY_AIC, PAL_BACKWARD, 85.739650, 4605.2986, 5},
        {PAL_BY_BIC, PAL_BOTH_WAYS, 91.839504, 2483.3839, 1},
        {PAL_BY_BIC, PAL_BACKWARD, 91.839504, 2483.3839, 1},
    };
    expect(west(arena), wanted, PAL_COUNT(wanted), arena);
    pal_arena_free(arena);
}

/* Here a pair that entered leaves again, so the ways differ. */
Test(estimate_stepwise_criterion, the_netherlands_as_r_steps)
{
    struct pal_arena *arena = pal_arena_new();
    const struct wanted wanted[] = {
        {PAL_BY_AIC, PAL_BOTH_WAYS, 128.247342, 46330.8755, 8},
        {PAL_BY_AIC, PAL_FORWARD, 130.777382, 45135.4383, 10},
        {PAL_BY_AIC, PAL_BACKWARD, 128.247342, 46330.8755, 8},
        {PAL_BY_BIC, PAL_FORWARD, 143.786994, 121521.6137, 6},
        {PAL_BY_BIC, PAL_BACKWARD, 130.845557, 48012.7263, 7},
    };
    expect(netherlands(arena), wanted, PAL_COUNT(wanted), arena);
    pal_arena_free(arena);
}

Test(estimate_stepwise_criterion, the_criterion_is_that_of_the_fit_and_steps_lead_to_it)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *lists = netherlands(arena);
    struct pal_stepwise chosen;
    struct pal_model model;
    struct pal_loglinear fit;
    size_t left = 0, in = 0;
    cr_assert_eq(pal_criterion_choose(lists, PAL_BY_AIC, PAL_BOTH_WAYS, arena, &chosen, NULL),
                 PAL_OK);
    cr_assert_eq(pal_model_new(lists, chosen.pair, chosen.chosen, arena, &model, NULL), PAL_OK);
    cr_assert_eq(pal_loglinear_fit(lists, &model, arena, &fit, NULL), PAL_OK);
    double before = (double)INFINITY, last = (double)NAN;
    for (size_t i = 0; i < chosen.steps; i++) {
        if (!chosen.step[i].taken)
            continue;
        cr_expect(chosen.step[i].p < before, "each step lowers it");
        before = last = chosen.step[i].p;
        left += chosen.step[i].leaves;
        in += !chosen.step[i].leaves;
    }
    cr_expect_eq(in - left, chosen.chosen);
    cr_expect(left > 0, "a pair leaves again");
    cr_expect_float_eq(last, chosen.criterion, 1e-6);
    cr_expect_float_eq(chosen.criterion, fit.aic + 2 * (double)fit.empty_n, 1e-6);
    cr_assert_eq(pal_criterion_choose(lists, PAL_BY_BIC, PAL_FORWARD, arena, &chosen, NULL),
                 PAL_OK);
    cr_assert_eq(pal_model_new(lists, chosen.pair, chosen.chosen, arena, &model, NULL), PAL_OK);
    cr_assert_eq(pal_loglinear_fit(lists, &model, arena, &fit, NULL), PAL_OK);
    cr_expect_float_eq(chosen.criterion, fit.bic + log(fit.people) * (double)fit.empty_n, 1e-6);
    pal_arena_free(arena);
}

Test(estimate_stepwise_criterion, all_pairs_without_an_estimate_are_no_beginning)
{
    struct pal_arena *arena = pal_arena_new();
    static const char *const pattern[] = {"100", "010", "001", "110"};
    const double count[] = {20, 30, 25, 5};
    const struct pal_lists *lists = lists_of(3, pattern, count, 4, arena);
    struct pal_stepwise chosen;
    struct pal_error err = {0};
    cr_expect_eq(pal_criterion_choose(lists, PAL_BY_AIC, PAL_BACKWARD, arena, &chosen, &err),
                 PAL_DOMAIN);
    cr_expect(strstr(err.text, "take "), "%s", err.text);
    pal_arena_free(arena);
}

Test(estimate_stepwise_criterion, the_bootstrap_chooses_anew)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_bootstrap one, two;
    struct pal_bootstrap_ask ask = {
        .criterion = PAL_BY_BIC, .replicates = 100, .seed = 3, .threads = 1};
    cr_assert_eq(pal_bootstrap_stepwise(west(arena), &ask, arena, &one, NULL), PAL_OK);
    ask.threads = 3;
    cr_assert_eq(pal_bootstrap_stepwise(west(arena), &ask, arena, &two, NULL), PAL_OK);
    cr_expect_float_eq(one.estimate, 2483.3839, 1e-4);
    size_t below = 0;
    for (size_t i = 0; i < one.n; i++) {
        cr_expect_eq(one.replicate[i], two.replicate[i], "threads do not show");
        below += one.replicate[i] < one.estimate;
    }
    cr_expect(below > 20 && below < 80, "%zu of 100", below);
    pal_arena_free(arena);
}
