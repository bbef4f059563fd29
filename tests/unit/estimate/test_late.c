/* Whatever is asked of a table whose time is over ends without an answer. */
#include "palermo/recruits.h"
#include "palermo/systems_bayes.h"

#include <criterion/criterion.h>

static const struct pal_deadline over = {1e-9};

/* Every history of t lists has been seen, one of them often. */
static struct pal_lists *lists_of(size_t t, struct pal_arena *arena)
{
    static const pal_str name[] = {
        PAL_STR_INIT("A"), PAL_STR_INIT("B"), PAL_STR_INIT("C"), PAL_STR_INIT("D"),
        PAL_STR_INIT("E"), PAL_STR_INIT("F"), PAL_STR_INIT("G"), PAL_STR_INIT("H"),
        PAL_STR_INIT("I"), PAL_STR_INIT("J"), PAL_STR_INIT("K"), PAL_STR_INIT("L"),
        PAL_STR_INIT("M"), PAL_STR_INIT("N"), PAL_STR_INIT("O"), PAL_STR_INIT("P"),
    };
    struct pal_lists *lists;
    cr_assert_eq(pal_lists_new(name, t, arena, &lists, NULL), PAL_OK);
    for (size_t cell = 1; cell < lists->cells; cell++)
        lists->count[cell] = 1 + (double)(cell == 1) * 100;
    lists->until = over;
    return lists;
}

Test(estimate_late, log_linear)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *lists = lists_of(16, arena);
    struct pal_model model;
    struct pal_existence existence;
    struct pal_loglinear fit;
    struct pal_stepwise steps;
    struct pal_bootstrap boot;
    struct pal_error err = {0};
    const struct pal_bootstrap_ask ask = {.threshold = 0.02, .replicates = 1000, .threads = 2};
    cr_assert_eq(pal_model_parse(lists, PAL_STR("all-pairs"), arena, &model, NULL), PAL_OK);
    cr_expect_eq(pal_model_exists(lists, &model, true, arena, &existence, &err), PAL_LATE);
    cr_expect(strstr(err.text, "--timeout"), "%s", err.text);
    cr_expect_eq(pal_loglinear_fit(lists, &model, arena, &fit, NULL), PAL_LATE);
    cr_expect_eq(pal_stepwise_choose(lists, 0.02, arena, &steps, NULL), PAL_LATE);
    cr_expect_eq(pal_bootstrap_stepwise(lists, &ask, arena, &boot, NULL), PAL_LATE);
    pal_arena_free(arena);
}

Test(estimate_late, replicates_say_how_many_were_drawn)
{
    enum { MANY = 100000000 };
    struct pal_arena *arena = pal_arena_new();
    struct pal_lists *lists = lists_of(6, arena);
    struct pal_bootstrap boot;
    struct pal_error err = {0};
    const struct pal_bootstrap_ask ask = {.threshold = 0.02, .replicates = MANY, .threads = 2};
    lists->until = pal_deadline_in(0.2);
    cr_expect_eq(pal_bootstrap_stepwise(lists, &ask, arena, &boot, &err), PAL_LATE);
    cr_expect(strstr(err.text, " of 100000000 replicates"), "%s", err.text);
    pal_arena_free(arena);
}

Test(estimate_late, closed_populations)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *large = lists_of(16, arena), *small = lists_of(6, arena);
    struct pal_closed fit;
    struct pal_search search;
    double peak, low, high, without, with[21];
    cr_expect_eq(pal_closed_fit(large, PAL_STR("Mth Darroch"), arena, &fit, NULL), PAL_LATE);
    cr_expect_eq(pal_closed_profile(large, PAL_STR("Mth Darroch"), 0.95, false, arena, &peak, &low,
                                    &high, NULL),
                 PAL_LATE);
    cr_expect_eq(pal_search_all(small, 2, 2, NULL, arena, &search, NULL), PAL_LATE);
    cr_expect_eq(pal_models_without(small, 2, arena, &without, with, NULL), PAL_LATE);
    pal_arena_free(arena);
}

Test(estimate_late, posteriors)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_graphs graphs;
    struct pal_latent latent;
    const struct pal_graphs_ask grid = {.first = 1, .last = 10000000};
    const struct pal_latent_ask chains = {.burnin = 100000000, .threads = 2};
    cr_expect_eq(pal_systems_graphs(lists_of(7, arena), &grid, arena, &graphs, NULL), PAL_LATE);
    cr_expect_eq(pal_systems_latent(lists_of(10, arena), &chains, arena, &latent, NULL), PAL_LATE);
    pal_arena_free(arena);
}

Test(estimate_late, tables_made_from_a_table_end_with_it)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *lists = lists_of(4, arena);
    struct pal_lists *other;
    cr_assert_eq(pal_lists_merge(lists, 3, PAL_STR("AB"), arena, &other, NULL), PAL_OK);
    cr_expect_eq(other->until.at, over.at);
    cr_assert_eq(pal_lists_keep(lists, 7, arena, &other, NULL), PAL_OK);
    cr_expect_eq(other->until.at, over.at);
    cr_assert_eq(pal_lists_relink(lists, 0.1, true, arena, &other, NULL), PAL_OK);
    cr_expect_eq(other->until.at, over.at);
    pal_arena_free(arena);
}

Test(estimate_late, limits_and_counts)
{
    struct pal_arena *arena = pal_arena_new();
    const double sorted[] = {1, 2, 3, 4}, level = 0.5, k[] = {1, 1, 2, 3};
    double error;
    struct pal_units_fit fit;
    const struct pal_units units = {4, 0, k, NULL, over};
    cr_expect_eq(pal_bca_error(sorted, 4, 2.5, 0, &level, 1, 0, over, arena, &error, NULL),
                 PAL_LATE);
    cr_expect_eq(pal_units_estimate(&units, PAL_UNITS_POISSON, arena, &fit, NULL), PAL_LATE);
    cr_expect_eq(pal_units_estimate(&units, PAL_UNITS_NEGATIVE_BINOMIAL, arena, &fit, NULL),
                 PAL_LATE);
    pal_arena_free(arena);
}

Test(estimate_late, chains_of_recruitment)
{
    enum { N = 40 };
    struct pal_arena *arena = pal_arena_new();
    uint32_t recruiter[N], group[N];
    double degree[N], pi[N], out[20];
    struct pal_recruits chains;
    const struct pal_trait trait = {.groups = 2, .group = group};
    const struct pal_ss ss = {.population = 200, .until = over};
    const struct pal_rds_replicates how = {.kind = PAL_RDS_TREE, .replicates = 10, .until = over};
    for (uint32_t i = 0; i < N; i++) {
        recruiter[i] = i ? (i - 1) / 2 : PAL_SEED;
        group[i] = i % 3 == 0;
        degree[i] = 1 + i % 5;
    }
    cr_assert_eq(pal_recruits_new(recruiter, degree, N, arena, &chains, NULL), PAL_OK);
    cr_expect_eq(pal_recruits_inclusion(&chains, &ss, arena, pi, NULL), PAL_LATE);
    cr_expect_eq(
        pal_recruits_bootstrap(&chains, &trait, PAL_RDS_II, NULL, 200, &how, arena, out, NULL),
        PAL_LATE);
    pal_arena_free(arena);
}
