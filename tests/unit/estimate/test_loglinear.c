/* Log-linear models of lists: existence, fits, choice, bootstrap, against published values and a
 * second way. */
#include "uk.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct pal_loglinear fit_of(const struct pal_lists *lists, const char *model,
                                   struct pal_arena *arena)
{
    struct pal_model parsed;
    struct pal_loglinear fit;
    struct pal_error err = {0};
    cr_assert_eq(pal_model_parse(lists, pal_str_of(model), arena, &parsed, &err), PAL_OK, "%s",
                 err.text);
    cr_assert_eq(pal_loglinear_fit(lists, &parsed, arena, &fit, &err), PAL_OK, "%s", err.text);
    return fit;
}

/* Two independent lists: Lincoln and Petersen. */
Test(estimate_loglinear, two_lists_give_the_formula)
{
    struct pal_arena *arena = pal_arena_new();
    static const char *const pattern[] = {"10", "01", "11"};
    const double count[] = {90, 65, 30};
    const struct pal_lists *lists = lists_of(2, pattern, count, 3, arena);
    const struct pal_loglinear fit = fit_of(lists, "main", arena);
    cr_expect_float_eq(fit.population, 120.0 * 95 / 30, 1e-9);
    cr_expect_float_eq(fit.deviance, 0, 1e-9);
    pal_arena_free(arena);
}

/* Three lists, A and B dependent: given C, a table of one missing cell a stratum, which is the
 * odds: n(A or B, not C) n(C alone) / n(C and another). */
Test(estimate_loglinear, a_pair_of_three_lists_gives_the_formula)
{
    struct pal_arena *arena = pal_arena_new();
    static const char *const pattern[] = {"100", "010", "001", "110", "101", "011", "111"};
    const double count[] = {60, 49, 247, 4, 112, 142, 12};
    const struct pal_lists *lists = lists_of(3, pattern, count, 7, arena);
    const struct pal_loglinear fit = fit_of(lists, "A:B", arena);
    cr_expect_float_eq(fit.dark, (60.0 + 49 + 4) * 247 / (112 + 142 + 12), 1e-8);
    pal_arena_free(arena);
}

/* Silverman 2014: 2,744 seen, 10,000 to 13,000 with those not seen. */
Test(estimate_loglinear, the_united_kingdom_in_2013)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_lists *five;
    struct pal_stepwise chosen;
    struct pal_model model;
    struct pal_loglinear fit;
    double low, high;
    cr_assert_eq(pal_lists_merge(uk_2013(arena), 4 | 32, PAL_STR("POL"), arena, &five, NULL),
                 PAL_OK);
    cr_assert_eq(pal_stepwise_choose(five, 0.02, arena, &chosen, NULL), PAL_OK);
    cr_assert_eq(pal_model_new(five, chosen.pair, chosen.chosen, arena, &model, NULL), PAL_OK);
    cr_assert_eq(pal_loglinear_fit(five, &model, arena, &fit, NULL), PAL_OK);
    pal_loglinear_interval(&fit, 0.95, &low, &high);
    cr_expect(low > 9500 && low < 10500, "%f", low);
    cr_expect(high > 12500 && high < 13500, "%f", high);
    cr_expect(fit.population > 11000 && fit.population < 11700, "%f", fit.population);
    pal_arena_free(arena);
}

/* Fienberg & Rinaldo's condition on the three-list example of Chan, Silverman & Vincent 2021,
 * section 3: A and B overlap, C overlaps with neither. */
Test(estimate_loglinear, a_model_without_an_estimate_names_the_pair)
{
    struct pal_arena *arena = pal_arena_new();
    static const char *const pattern[] = {"100", "010", "001", "110"};
    const double count[] = {40, 30, 20, 6};
    const struct pal_lists *lists = lists_of(3, pattern, count, 4, arena);
    struct pal_model model;
    struct pal_existence e;
    struct pal_loglinear fit;
    struct pal_error err = {0};
    cr_assert_eq(pal_model_parse(lists, PAL_STR("A:B"), arena, &model, NULL), PAL_OK);
    cr_assert_eq(pal_model_exists(lists, &model, true, arena, &e, NULL), PAL_OK);
    cr_expect(!e.exists && e.identifiable && e.dark_too);
    cr_expect_eq(e.program, 0);
    cr_expect(e.culprits == 1 && e.culprit[0] == 3);
    cr_expect_eq(pal_loglinear_fit(lists, &model, arena, &fit, &err), PAL_DOMAIN);
    cr_expect(strstr(err.text, "A:B"), "%s", err.text);
    cr_assert_eq(pal_model_parse(lists, PAL_STR("all-pairs"), arena, &model, NULL), PAL_OK);
    cr_assert_eq(pal_model_exists(lists, &model, true, arena, &e, NULL), PAL_OK);
    cr_expect(e.exists && !e.identifiable && e.rank_deficiency == 1 && e.cells == 4);
    pal_arena_free(arena);
}

/* The cheap arguments and the linear program say the same of every model of pairs. */
Test(estimate_loglinear, rank_and_program_agree)
{
    struct pal_arena *arena = pal_arena_new();
    static const char *const pattern[] = {"1000", "0100", "0010", "0001", "1100", "1010", "0101"};
    const double count[] = {31, 22, 17, 9, 3, 1, 2};
    const struct pal_lists *lists = lists_of(4, pattern, count, 7, arena);
    uint32_t pair[6];
    pal_lists_pairs(4, pair);
    double without = 0;
    for (unsigned bits = 0; bits < 64; bits++) {
        uint32_t chosen[6];
        size_t n = 0;
        struct pal_model model;
        struct pal_existence e;
        for (int p = 0; p < 6; p++)
            if (bits >> p & 1)
                chosen[n++] = pair[p];
        cr_assert_eq(pal_model_new(lists, chosen, n, arena, &model, NULL), PAL_OK);
        cr_assert_eq(pal_model_exists(lists, &model, true, arena, &e, NULL), PAL_OK);
        cr_expect_eq(e.exists, e.program > 0, "model %u: %g", bits, e.program);
        without += !e.exists;
    }
    double all, with[6];
    cr_assert_eq(pal_models_without(lists, 1, arena, &all, with, NULL), PAL_OK);
    cr_expect_eq(all, without);
    pal_arena_free(arena);
}

/* A pair that nobody is on goes to minus infinity: its cells leave the table, the rest is what the
 * others say. */
Test(estimate_loglinear, an_empty_pair_leaves_with_its_cells)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    const struct pal_loglinear fit = fit_of(uk, "A:E", arena);
    cr_expect(fit.empty_n == 1 && fit.empty[0] == 17);
    cr_expect_eq(fit.cells, 63 - 16);
    cr_expect(fit.empty_p[0] > 0 && fit.empty_p[0] < 1);
    pal_arena_free(arena);
}

/* A history without a count is fitted and added; one that cannot be is no part of the model. */
Test(estimate_loglinear, unknown_and_impossible_histories)
{
    struct pal_arena *arena = pal_arena_new();
    static const char *const pattern[] = {"100", "010", "001", "110", "101", "011", "111"};
    const double count[] = {60, 49, 247, 14, 112, 142, 12};
    struct pal_lists *lists = lists_of(3, pattern, count, 7, arena);
    const double with = lists->count[7];
    lists->count[7] = 0;
    lists->state[7] = PAL_HISTORY_UNKNOWN;
    const struct pal_loglinear unknown = fit_of(lists, "main", arena);
    lists->state[7] = PAL_HISTORY_IMPOSSIBLE;
    const struct pal_loglinear impossible = fit_of(lists, "main", arena);
    cr_expect_eq(unknown.cells, 6);
    cr_expect(unknown.unknown > 0);
    cr_expect_float_eq(unknown.dark, impossible.dark, 1e-9);
    cr_expect_float_eq(unknown.population, impossible.population + unknown.unknown, 1e-9);
    (void)with;
    pal_arena_free(arena);
}

Test(estimate_loglinear, models_are_read_in_every_spelling)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    struct pal_model a, b;
    struct pal_error err = {0};
    cr_assert_eq(pal_model_parse(uk, PAL_STR("A*B*C"), arena, &a, NULL), PAL_OK);
    cr_assert_eq(pal_model_parse(uk, PAL_STR("[123,4]"), arena, &b, NULL), PAL_OK);
    cr_expect_eq(a.terms, 6 + 4);
    cr_assert_eq(a.terms, b.terms);
    for (size_t i = 0; i < a.terms; i++)
        cr_expect_eq(a.term[i], b.term[i]);
    cr_expect_eq(pal_model_parse(uk, PAL_STR("A:Z"), arena, &a, &err), PAL_USAGE);
    cr_expect_eq(pal_model_parse(uk, PAL_STR("[17]"), arena, &a, &err), PAL_USAGE);
    cr_expect_eq(pal_model_parse(uk, PAL_STR("A:A"), arena, &a, &err), PAL_USAGE);
    pal_arena_free(arena);
}

Test(estimate_loglinear, the_bootstrap_is_the_same_on_any_number_of_threads)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    struct pal_bootstrap one, four;
    struct pal_bootstrap_ask ask = {.threshold = 0.02, .replicates = 50, .seed = 7, .threads = 1};
    cr_assert_eq(pal_bootstrap_stepwise(uk, &ask, arena, &one, NULL), PAL_OK);
    ask.threads = 4;
    cr_assert_eq(pal_bootstrap_stepwise(uk, &ask, arena, &four, NULL), PAL_OK);
    for (size_t i = 0; i < 50; i++)
        cr_expect_eq(one.replicate[i], four.replicate[i]);
    cr_expect_eq(one.acceleration, four.acceleration);
    pal_arena_free(arena);
}

/* Without skew and bias BCa is the percentile interval; quantile type 8 at the median of 1..n. */
Test(estimate_loglinear, bca_without_correction_is_the_percentile)
{
    double sorted[101];
    for (int i = 0; i < 101; i++)
        sorted[i] = i + 1;
    cr_expect_float_eq(pal_bca_quantile(sorted, 101, 0, 0, 0.5), 51, 1e-12);
    cr_expect_float_eq(pal_bca_quantile(sorted, 101, 0, 0, 0.025),
                       (101 + 1.0 / 3) * 0.025 + 1.0 / 3, 1e-9, "Hyndman & Fan 1996, type 8");
    cr_expect_eq(pal_bca_quantile(sorted, 101, 0, 0, 1e-9), 1);
    cr_expect(pal_bca_quantile(sorted, 101, 0.3, 0, 0.5) > 51);
}
