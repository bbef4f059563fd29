/* Closed-population models and all hierarchical ones. */
#include "uk.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct pal_closed closed(const struct pal_lists *lists, const char *model,
                                struct pal_arena *arena)
{
    struct pal_closed fit;
    struct pal_error err = {0};
    cr_assert_eq(pal_closed_fit(lists, pal_str_of(model), arena, &fit, &err), PAL_OK, "%s",
                 err.text);
    return fit;
}

/* Rcapture 1.4-4 on the same table (closedp.t): 12,214.0 with a standard error of 676.5 for Mt,
 * 13,597.5 with 766.6 for M0, 12,298.5 for the lower bound with three effects taken out. */
Test(estimate_closed, the_united_kingdom_in_2013)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    const struct pal_closed mt = closed(uk, "Mt", arena), m0 = closed(uk, "M0", arena);
    const struct pal_closed chao = closed(uk, "Mth Chao (LB)", arena);
    cr_expect_float_eq(mt.population, 12213.9951, 0.001);
    cr_expect_float_eq(mt.std_error, 676.451, 0.01);
    cr_expect_float_eq(m0.population, 13597.5170, 0.001);
    cr_expect_float_eq(chao.population, 12298.508, 0.01);
    cr_expect(chao.removed_n == 3 && chao.removed[0] == 3 && chao.removed[1] == 5 &&
              chao.removed[2] == 6);
    cr_expect(mt.finite && mt.info == 0 && mt.df == 56);
    pal_arena_free(arena);
}

/* Mt is the log-linear model of the lists' own effects, fitted by another engine. */
Test(estimate_closed, mt_is_the_main_effects_model)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    struct pal_model main;
    struct pal_loglinear fit;
    cr_assert_eq(pal_model_new(uk, NULL, 0, arena, &main, NULL), PAL_OK);
    cr_assert_eq(pal_loglinear_fit(uk, &main, arena, &fit, NULL), PAL_OK);
    const struct pal_closed mt = closed(uk, "Mt", arena), name = closed(uk, "[1,2,3,4,5,6]", arena);
    cr_expect_float_eq(mt.population, fit.population, 1e-6);
    cr_expect_float_eq(name.population, fit.population, 1e-6);
    cr_expect_float_eq(mt.std_error, pal_loglinear_se(&fit), 1e-3);
    cr_expect_float_eq(mt.bic, fit.bic, 1e-8);
    pal_arena_free(arena);
}

Test(estimate_closed, a_profile_holds_its_peak_and_falls_by_half_the_quantile)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    double peak, low, high, narrow_low, narrow_high;
    cr_assert_eq(pal_closed_profile(uk, PAL_STR("Mt"), 0.95, true, arena, &peak, &low, &high, NULL),
                 PAL_OK);
    cr_assert_eq(pal_closed_profile(uk, PAL_STR("Mt"), 0.8, true, arena, &peak, &narrow_low,
                                    &narrow_high, NULL),
                 PAL_OK);
    cr_expect(2744 < low && low < narrow_low && narrow_low < peak && peak < narrow_high &&
              narrow_high < high);
    /* The multinomial maximum lies below the Poisson one. */
    cr_expect(peak < closed(uk, "Mt", arena).population);
    pal_arena_free(arena);
}

Test(estimate_closed, no_finite_estimate_is_said)
{
    struct pal_arena *arena = pal_arena_new();
    static const char *const pattern[] = {"100", "010", "001", "110"};
    const double count[] = {40, 30, 20, 6};
    const struct pal_lists *lists = lists_of(3, pattern, count, 4, arena);
    cr_expect(!closed(lists, "Mth Darroch", arena).finite);
    cr_expect(!closed(lists, "Mh Gamma3.5", arena).finite);
    cr_expect(closed(lists, "Mt", arena).finite);
    struct pal_closed fit;
    struct pal_error err = {0};
    cr_expect_eq(pal_closed_fit(lists, PAL_STR("Mx"), arena, &fit, &err), PAL_USAGE);
    pal_arena_free(arena);
}

/* 2^15 models of pairs on six lists; 113 hierarchical models of order 3 on four (Rivest &
 * Baillargeon 2007 list them); 8 on three. */
Test(estimate_closed, hierarchical_models_are_all_there_once)
{
    struct pal_arena *arena = pal_arena_new();
    static const char *const pattern[] = {"1000", "0100", "0010", "0001", "1100", "1010",
                                          "0101", "0011", "1001", "0110", "1111"};
    const double count[] = {31, 22, 17, 19, 13, 11, 12, 14, 8, 9, 3};
    const struct pal_lists *lists = lists_of(4, pattern, count, 11, arena);
    struct pal_search two, three;
    cr_assert_eq(pal_search_all(lists, 2, 1, NULL, arena, &two, NULL), PAL_OK);
    cr_assert_eq(pal_search_all(lists, 3, 2, NULL, arena, &three, NULL), PAL_OK);
    cr_expect_eq(two.n, 64);
    cr_expect_eq(three.n, 113);
    for (size_t i = 1; i < three.n; i++)
        cr_expect(three.row[i].bic >= three.row[i - 1].bic);
    const pal_str name = pal_search_name(lists, &three, three.row[0].model, arena);
    const struct pal_closed fit = closed(lists, pal_arena_cstr(arena, name), arena);
    cr_expect_float_eq(fit.bic, three.row[0].bic, 1e-5, "%s", pal_arena_cstr(arena, name));
    cr_expect_float_eq(fit.population, three.row[0].population, 1e-3 * fit.population);
    pal_arena_free(arena);
}

Test(estimate_closed, too_many_models_are_refused_at_once)
{
    struct pal_arena *arena = pal_arena_new();
    static const pal_str names[] = {PAL_STR_INIT("A"), PAL_STR_INIT("B"), PAL_STR_INIT("C"),
                                    PAL_STR_INIT("D"), PAL_STR_INIT("E"), PAL_STR_INIT("F"),
                                    PAL_STR_INIT("G"), PAL_STR_INIT("H")};
    struct pal_lists *lists;
    struct pal_search search;
    struct pal_error err = {0};
    cr_assert_eq(pal_lists_new(names, 8, arena, &lists, NULL), PAL_OK);
    lists->count[1] = 5;
    cr_expect_eq(pal_search_all(lists, 2, 1, NULL, arena, &search, &err), PAL_DOMAIN);
    cr_expect(strstr(err.text, "2^21"), "%s", err.text);
    pal_arena_free(arena);
}
