/* Estimators whose behaviour is known are found to behave so; nothing depends on threads. */
#include "palermo/assess.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <math.h>

static struct pal_scenario *scenario_of(const char *text, struct pal_arena *arena)
{
    struct pal_scenario *s;
    struct pal_error err = {0};
    cr_assert_eq(pal_scenario_read(scratch_text("scenario.yaml", text), arena, &s, &err), PAL_OK,
                 "%s", err.text);
    return s;
}

static struct pal_assessed *assess(const struct pal_scenario *s, size_t replicates,
                                   unsigned threads, struct pal_arena *arena)
{
    const struct pal_assess_options options = {.replicates = replicates, .threads = threads};
    struct pal_assessed *a;
    struct pal_error err = {0};
    cr_assert_eq(pal_assess(s, &options, arena, &a, &err), PAL_OK, "%s", err.text);
    return a;
}

/* The chance that Garwood's limits hold a mean of 10, summed over the counts that can occur:
 * the counts 5 to 17 do (their limits as in Garwood 1936). */
Test(assess_run, coverage_of_a_count_is_what_it_must_be)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_scenario *s = scenario_of("kind: register\npopulation: {mean: 10}\n"
                                               "estimators: [garwood, wald]\n",
                                               arena);
    const struct pal_assessed *a = assess(s, 20000, 2, arena);
    double exact = 0;
    for (int k = 5; k <= 17; k++)
        exact += exp(k * log(10) - 10 - lgamma(k + 1.0));
    cr_expect_float_eq(exact, 0.956, 0.001);
    cr_expect(fabs(a[0].coverage - exact) < 4 * a[0].coverage_mc || a[0].coverage > exact);
    cr_expect(fabs(a[0].bias) < 4 * a[0].bias_mc);
    cr_expect_float_eq(a[0].rmse, sqrt(10), 4 * a[0].rmse_mc, "the mean's own variance");
    cr_expect_float_eq(a[0].sd, sqrt(10), 0.05);
    cr_expect(a[1].coverage < 0.94 && a[1].failures == 0, "the normal limits do not hold");
    pal_arena_free(arena);
}

/* mean square error = square of the bias + variance */
Test(assess_run, errors_add_up)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_scenario *s =
        scenario_of("kind: lists\npopulation: {size: 800, lists: {a: 0.3, b: 0.2, c: 0.2}, "
                    "dependence: {a:b: 0.8}}\nestimators: [main, model, chapman, graphs]\n",
                    arena);
    const struct pal_assessed *a = assess(s, 150, 2, arena);
    for (size_t e = 0; e < 4; e++) {
        const double n = (double)(a[e].replicates - a[e].failures);
        cr_expect_float_eq(a[e].rmse * a[e].rmse,
                           a[e].bias * a[e].bias + a[e].sd * a[e].sd * (n - 1) / n,
                           1e-9 * a[e].rmse * a[e].rmse);
        cr_expect_float_eq(a[e].coverage + a[e].above + a[e].below, 1, 1e-12);
    }
    cr_expect(a[0].bias < -4 * a[0].bias_mc, "lists that depend hide people from a model without");
    cr_expect(fabs(a[1].bias) < 5 * a[1].bias_mc + 0.02 * 800);
    pal_arena_free(arena);
}

/* A survey of all clusters and all their people knows the truth. */
Test(assess_run, a_census_is_right)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_scenario *s =
        scenario_of("kind: survey\npopulation: {units: 20, strata: ["
                    "{clusters: 10, sampled: 10, size: 20, share: 0.3, within: 0.1}, "
                    "{clusters: 5, sampled: 5, size: [5, 15], share: 0.6}]}\n"
                    "estimators: [taylor]\n",
                    arena);
    const struct pal_assessed *a = assess(s, 20, 1, arena);
    cr_expect_float_eq(a[0].rmse, 0, 1e-12);
    cr_expect_float_eq(a[0].mean_se, 0, 1e-12);
    pal_arena_free(arena);
}

Test(assess_run, threads_do_not_show)
{
    static const char *const scenarios[] = {
        "kind: lists\npopulation: {size: 400, lists: {a: 0.3, b: 0.2, c: 0.2}, "
        "linkage: {missed: 0.1, false: 0.05}}\nestimators: [main, \"stepwise-bca:20\", "
        "\"latent:100\"]\n",
        "kind: recruits\npopulation: {size: 300, share: 0.3, degree: [6, 8], homophily: 1.5}\n"
        "sample: {seeds: 3, respondents: 80}\nestimators: [\"RDS-II:tree:20\", \"SS:gile:20\"]\n"};
    for (size_t i = 0; i < PAL_COUNT(scenarios); i++) {
        struct pal_arena *arena = pal_arena_new();
        const struct pal_scenario *s = scenario_of(scenarios[i], arena);
        const struct pal_assessed *one = assess(s, 30, 1, arena), *four = assess(s, 30, 4, arena);
        for (size_t e = 0; e < pal_scenario_estimators(s); e++)
            for (size_t r = 0; r < 30; r++) {
                const struct pal_assessed_one *a = &one[e].one[r], *b = &four[e].one[r];
                cr_assert(a->failed == b->failed);
                cr_assert(a->failed ||
                          (a->estimate == b->estimate && a->low == b->low && a->high == b->high));
            }
        pal_arena_free(arena);
    }
}

/* RDS-II in a large network without homophily: Volz & Heckathorn's case. */
Test(assess_run, weighting_by_degree_takes_the_bias_away)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_scenario *s =
        scenario_of("kind: recruits\npopulation: {size: 8000, share: 0.3, degree: [6, 12], "
                    "homophily: 1}\nsample: {seeds: 5, respondents: 250}\n"
                    "estimators: [\"mean:tree:2\", \"RDS-II:tree:2\"]\n",
                    arena);
    const struct pal_assessed *a = assess(s, 120, 2, arena);
    cr_expect(a[0].bias > 0.08, "people with many ties are met more often: %g", a[0].bias);
    cr_expect(fabs(a[1].bias) < 4 * a[1].bias_mc + 0.01, "%g (%g)", a[1].bias, a[1].bias_mc);
    pal_arena_free(arena);
}

Test(assess_run, outside_programs_are_fed_and_bounded)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_scenario *s =
        scenario_of("kind: register\npopulation: {mean: 100}\nestimators:\n"
                    "  - {name: slow, program: [sleep, \"30\"], timeout: 0.05}\n"
                    "  - {name: deaf, program: [sh, -c, 'exec 0<&-; echo estimate; echo 5']}\n"
                    "  - {name: dies, program: [sh, -c, 'kill -9 $$']}\n"
                    "  - {name: family, program: [sh, -c, 'sleep 30 & sleep 30'], timeout: 0.05}\n",
                    arena);
    const struct pal_assessed *a = assess(s, 3, 2, arena);
    cr_expect(a[0].failures == 3 && strstr(a[0].reason, "in time"), "%s", a[0].reason);
    cr_expect(a[1].failures == 0 && a[1].mean == 5);
    cr_expect(a[2].failures == 3 && strstr(a[2].reason, "signal 9"), "%s", a[2].reason);
    cr_expect(a[3].failures == 3 && a[3].seconds < 5);
    pal_arena_free(arena);
}
