/* Tables of lists: sums over sets, merging, leaving out, linkage. */
#include "uk.h"

#include <criterion/criterion.h>
#include <math.h>

Test(estimate_lists, the_uk_table_of_2013_adds_up_to_what_was_published)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    cr_expect_eq(pal_lists_people(uk), 2744, "Silverman 2014");
    cr_expect_eq(pal_lists_on(uk, 4), 1102, "police");
    cr_expect_eq(pal_lists_on(uk, 4 | 8), 75, "police and government");
    /* Two of fifteen pairs do not overlap; of twenty triples four hold the one, four the other,
     * one both. */
    cr_expect_eq(pal_lists_triples(uk), 20 - 4 - 4 + 1);
    pal_arena_free(arena);
}

Test(estimate_lists, superset_sums_are_the_people_on_all_lists_of_a_set)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    double on[64];
    pal_lists_supersets(6, uk->count, on);
    for (uint32_t set = 0; set < 64; set++)
        cr_expect_eq(on[set], pal_lists_on(uk, set), "set %u", set);
    pal_arena_free(arena);
}

Test(estimate_lists, merging_joins_people_and_keeps_their_number)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    struct pal_lists *five;
    cr_assert_eq(pal_lists_merge(uk, 4 | 32, PAL_STR("POL"), arena, &five, NULL), PAL_OK);
    cr_expect_eq(five->t, 5);
    cr_expect_eq(pal_lists_find(five, PAL_STR("POL")), 2, "where the first of them stood");
    cr_expect_eq(pal_lists_people(five), 2744);
    cr_expect_eq(pal_lists_on(five, 4), 1169, "on the police's list, the agency's, or both");
    pal_arena_free(arena);
}

Test(estimate_lists, leaving_out_a_list_loses_those_on_it_alone)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    struct pal_lists *rest;
    cr_assert_eq(pal_lists_keep(uk, 63 ^ 4, arena, &rest, NULL), PAL_OK);
    cr_expect_eq(pal_lists_people(rest), 2744 - 907);
    cr_expect_eq(pal_lists_on(rest, 1), 94);
    pal_arena_free(arena);
}

Test(estimate_lists, names_that_are_none_are_refused_with_the_nearest)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *uk = uk_2013(arena);
    struct pal_error err = {0};
    uint32_t set;
    cr_expect_eq(pal_lists_set_parse(uk, PAL_STR("A+C"), &set, &err), PAL_OK);
    cr_expect_eq(set, 5);
    cr_expect_eq(pal_lists_set_parse(uk, PAL_STR("A:a"), &set, &err), PAL_USAGE);
    cr_expect_eq(pal_lists_set_parse(uk, PAL_STR("A:A"), &set, &err), PAL_USAGE);
    pal_arena_free(arena);
}

/* 100 people on both of two lists, one record in ten not linked: 81 stay together; of the others
 * both records stand alone. */
Test(estimate_lists, missed_links_are_found_again)
{
    struct pal_arena *arena = pal_arena_new();
    static const char *const pattern[] = {"10", "01", "11"};
    const double seen[] = {69, 59, 81};
    struct pal_lists *lists = lists_of(2, pattern, seen, 3, arena), *linked;
    cr_assert_eq(pal_lists_relink(lists, 0.1, true, arena, &linked, NULL), PAL_OK);
    cr_expect_float_eq(linked->count[3], 100, 1e-9);
    cr_expect_float_eq(linked->count[1], 50, 1e-9);
    cr_expect_float_eq(linked->count[2], 40, 1e-9);
    pal_arena_free(arena);
}
