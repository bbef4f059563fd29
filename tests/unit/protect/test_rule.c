/* Primary rules: their words, and the distances they ask for, by the formulas of Hundepool et al.
 * 2012, sections 4.2-4.3, worked by hand. */
#include "palermo/protect.h"

#include <criterion/criterion.h>
#include <math.h>

static struct pal_primary_rule parsed(const char *text)
{
    struct pal_primary_rule rule = {0};
    cr_expect(pal_primary_parse(pal_str_of(text), &rule, NULL) == PAL_OK, "%s", text);
    return rule;
}

static void refused(const char *text)
{
    struct pal_primary_rule rule;
    cr_expect(pal_primary_parse(pal_str_of(text), &rule, NULL) == PAL_USAGE, "%s", text);
}

Test(protect_rule, words)
{
    cr_expect(parsed("threshold:5").kind == PAL_RULE_THRESHOLD);
    cr_expect(parsed("threshold:5").n == 5);
    cr_expect(parsed("p:10").k == 10);
    cr_expect(parsed("nk:2,90").n == 2 && parsed("nk:2,90").k == 90);
    cr_expect(parsed("zeros").kind == PAL_RULE_ZEROS);
    refused("threshold");
    refused("threshold:0");
    refused("threshold:5,6");
    refused("p:-1");
    refused("nk:2");
    refused("nk:9,90");
    refused("nk:1.5,90");
    refused("nk:1,101");
    refused("zeros:1");
    refused("dominance:1");
}

/* One cell of `value` with contributors x. */
static struct pal_entry ruled(const char *rule, double value, const double *x, size_t n)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_system *s = pal_system_new(arena);
    struct pal_contributors contributors = {.n = (double)n};
    struct pal_primary_rule of = parsed(rule);
    size_t at;
    for (size_t i = 0; i < n; i++)
        contributors.largest[i] = x[i];
    cr_assert(pal_system_cell(s, PAL_STR("a"), value, &at, NULL) == PAL_OK);
    cr_assert(pal_system_seal(s, NULL) == PAL_OK);
    cr_assert(pal_primary_apply(s, &of, 1, &contributors, NULL) == PAL_OK);
    const struct pal_entry out = s->cell[0];
    pal_arena_free(arena);
    return out;
}

static const double four[] = {50, 30, 15, 5};

Test(protect_rule, threshold)
{
    const struct pal_entry small = ruled("threshold:5", 4, NULL, 0);
    cr_expect(small.mark == PAL_CELL_PRIMARY && small.letter == 'A');
    cr_expect(small.upper == 1 && small.lower == 1);
    cr_expect(ruled("threshold:5", 5, NULL, 0).mark == PAL_CELL_OPEN);
    cr_expect(ruled("threshold:5", 0, NULL, 0).mark == PAL_CELL_OPEN);
}

Test(protect_rule, zeros)
{
    const struct pal_entry nil = ruled("zeros", 0, NULL, 0);
    cr_expect(nil.mark == PAL_CELL_PRIMARY && nil.upper == 1 && nil.lower == 0);
    cr_expect(ruled("zeros", 1, NULL, 0).mark == PAL_CELL_OPEN);
}

/* The second largest knows 50 to within 20, the rest: 10 % of 50 is less, 50 % is 5 more. */
Test(protect_rule, p_per_cent)
{
    cr_expect(ruled("p:10", 100, four, 4).mark == PAL_CELL_OPEN);
    const struct pal_entry open = ruled("p:50", 100, four, 4);
    cr_expect(open.mark == PAL_CELL_PRIMARY && open.letter == 'M');
    cr_expect_float_eq(open.upper, 5, 1e-12);
    cr_expect_float_eq(open.lower, 5, 1e-12);
}

/* The two largest hold 80 %: below 90, above 75; 80 of 75 % are 106.67. */
Test(protect_rule, dominance)
{
    cr_expect(ruled("nk:2,90", 100, four, 4).mark == PAL_CELL_OPEN);
    const struct pal_entry two = ruled("nk:2,75", 100, four, 4);
    cr_expect(two.mark == PAL_CELL_PRIMARY && two.letter == 'T');
    cr_expect_float_eq(two.upper, 80 / 0.75 - 100, 1e-9);
    cr_expect(ruled("nk:1,45", 100, four, 4).letter == 'O');
    const double one[] = {7};
    cr_expect_float_eq(ruled("nk:1,40", 7, one, 1).lower, 7, 1e-12, "no further than to nil");
}

Test(protect_rule, dominance_needs_contributors)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_system *s = pal_system_new(arena);
    const struct pal_primary_rule rule = parsed("p:10");
    cr_expect(pal_primary_apply(s, &rule, 1, NULL, NULL) == PAL_USAGE);
    pal_arena_free(arena);
}
