/* law_systems.c: laws of lists that hold for random tables. */
#include "law.h"

#include "palermo/systems.h"

#include <math.h>

static const pal_str names[] = {PAL_STR_INIT("A"), PAL_STR_INIT("B"), PAL_STR_INIT("C"),
                                PAL_STR_INIT("D"), PAL_STR_INIT("E")};

/* Lists that depend on each other a little, over a population of 2,000. */
static struct pal_lists *random_lists(struct pal_random *random, size_t t, struct pal_arena *arena)
{
    struct pal_lists *lists = NULL;
    double p[5];
    if (pal_lists_new(names, t, arena, &lists, NULL) != PAL_OK)
        return NULL;
    for (size_t j = 0; j < t; j++)
        p[j] = 0.05 + 0.25 * pal_random_unit(random);
    for (int i = 0; i < 2000; i++) {
        size_t cell = 0;
        for (size_t j = 0; j < t; j++)
            cell |= (size_t)(pal_random_unit(random) < p[j] * (j && cell & 1 ? 1.5 : 1)) << j;
        lists->count[cell] += cell > 0;
    }
    return lists;
}

static double stepwise(const struct pal_lists *lists, struct pal_arena *arena)
{
    struct pal_stepwise chosen;
    struct pal_model model;
    struct pal_loglinear fit;
    if (pal_stepwise_choose(lists, 0.02, arena, &chosen, NULL) != PAL_OK ||
        pal_model_new(lists, chosen.pair, chosen.chosen, arena, &model, NULL) != PAL_OK ||
        pal_loglinear_fit(lists, &model, arena, &fit, NULL) != PAL_OK)
        return (double)NAN;
    return fit.population;
}

LAW(systems, names_and_order_of_lists_change_nothing)
{
    struct pal_random random;
    pal_random_start(&random, 11, "lists", 0);
    for (int round = 0; round < 40; round++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_lists *lists = random_lists(&random, 4, arena), *turned = NULL;
        HOLDS(pal_lists_new(names, 4, arena, &turned, NULL) == PAL_OK, "no table");
        const size_t to[] = {2, 0, 3, 1};
        for (size_t cell = 1; cell < 16; cell++) {
            size_t moved = 0;
            for (size_t j = 0; j < 4; j++)
                moved |= (cell >> j & 1) << to[j];
            turned->count[moved] = lists->count[cell];
        }
        const double a = stepwise(lists, arena), b = stepwise(turned, arena);
        HOLDS((isnan(a) && isnan(b)) || fabs(a - b) < 1e-7 * a, "round %d: %.12g and %.12g", round,
              a, b);
        pal_arena_free(arena);
    }
}

/* Ten times the people: ten times the estimate of one and the same model. */
LAW(systems, an_estimate_grows_with_its_table)
{
    struct pal_random random;
    pal_random_start(&random, 12, "lists", 0);
    for (int round = 0; round < 40; round++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_lists *lists = random_lists(&random, 5, arena);
        struct pal_model model;
        struct pal_loglinear one, ten;
        HOLDS(pal_model_parse(lists, PAL_STR("A:B,A:C"), arena, &model, NULL) == PAL_OK, "model");
        HOLDS(pal_loglinear_fit(lists, &model, arena, &one, NULL) == PAL_OK, "round %d", round);
        for (size_t cell = 0; cell < lists->cells; cell++)
            lists->count[cell] *= 10;
        HOLDS(pal_loglinear_fit(lists, &model, arena, &ten, NULL) == PAL_OK, "round %d", round);
        HOLDS(fabs(ten.population - 10 * one.population) < 1e-8 * ten.population,
              "round %d: %.12g and %.12g", round, one.population, ten.population);
        HOLDS(fabs(ten.log_se - one.log_se / sqrt(10)) < 1e-8 * one.log_se, "round %d", round);
        pal_arena_free(arena);
    }
}

/* The fitted model reproduces the totals of its terms (the likelihood equations). */
LAW(systems, fitted_totals_are_the_observed_ones)
{
    struct pal_random random;
    pal_random_start(&random, 13, "lists", 0);
    for (int round = 0; round < 20; round++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_lists *lists = random_lists(&random, 5, arena);
        struct pal_model model;
        struct pal_loglinear fit;
        HOLDS(pal_model_parse(lists, PAL_STR("A*B*C,D:E"), arena, &model, NULL) == PAL_OK, "model");
        HOLDS(pal_loglinear_fit(lists, &model, arena, &fit, NULL) == PAL_OK, "round %d", round);
        for (size_t a = 0; a < fit.parameters; a++) {
            double total = 0;
            for (size_t cell = 1; cell < lists->cells; cell++) {
                double eta = 0;
                for (size_t b = 0; b < fit.parameters; b++)
                    if ((cell & fit.term[b]) == fit.term[b])
                        eta += fit.coef[b];
                if ((cell & fit.term[a]) == fit.term[a])
                    total += exp(eta);
            }
            HOLDS(fabs(total - pal_lists_on(lists, fit.term[a])) < 1e-7 * (total + 1),
                  "round %d, term %u: %.12g", round, fit.term[a], total);
        }
        pal_arena_free(arena);
    }
}

/* Two lists merged and then merged with a third are all three merged; people never change. */
LAW(systems, merging_does_not_mind_the_order)
{
    struct pal_random random;
    pal_random_start(&random, 14, "lists", 0);
    for (int round = 0; round < 40; round++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_lists *lists = random_lists(&random, 5, arena), *two, *twice, *once;
        HOLDS(pal_lists_merge(lists, 3, PAL_STR("X"), arena, &two, NULL) == PAL_OK &&
                  pal_lists_merge(two, 3, PAL_STR("Y"), arena, &twice, NULL) == PAL_OK &&
                  pal_lists_merge(lists, 7, PAL_STR("Y"), arena, &once, NULL) == PAL_OK,
              "merging failed");
        for (size_t cell = 0; cell < once->cells; cell++)
            HOLDS(once->count[cell] == twice->count[cell], "cell %zu", cell);
        HOLDS(pal_lists_people(once) == pal_lists_people(lists), "people were lost");
        pal_arena_free(arena);
    }
}

/* Links lost at a rate and found at the same rate give back the table. */
LAW(systems, links_lost_are_links_found)
{
    struct pal_random random;
    pal_random_start(&random, 15, "lists", 0);
    for (int round = 0; round < 20; round++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_lists *lists = random_lists(&random, 4, arena), *worse, *back;
        HOLDS(pal_lists_relink(lists, 0.1, false, arena, &worse, NULL) == PAL_OK &&
                  pal_lists_relink(worse, 0.1, true, arena, &back, NULL) == PAL_OK,
              "linkage failed");
        for (size_t cell = 1; cell < 16; cell++)
            HOLDS(fabs(back->count[cell] - lists->count[cell]) < 1e-7, "cell %zu: %g, %g", cell,
                  back->count[cell], lists->count[cell]);
        pal_arena_free(arena);
    }
}
