/* Replicate factors made from a design, and the variances that follow. */
#include "palermo/design.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

enum { MOST = 64 };

struct sample { /* one row a unit */
    struct pal_arena *arena;
    struct pal_design *design;
    size_t units;
    uint32_t stratum[MOST], id[MOST], unit[MOST];
    double fpc[MOST], total[MOST];
    struct pal_error err;
};

/* A design of strata with so many units each; population 0: no finite correction. */
static void open_sample(struct sample *s, size_t strata, const size_t *sampled,
                        const double *population, enum pal_lonely lonely)
{
    *s = (struct sample){.arena = pal_arena_new()};
    struct pal_design_spec spec = {
        .stages = 1, .nest = true, .weights = true, .lonely = lonely, .fpc = {population != NULL}};
    spec.strata[0] = strata > 1;
    for (size_t h = 0; h < strata; h++)
        for (size_t i = 0; i < sampled[h]; i++, s->units++) {
            s->stratum[s->units] = (uint32_t)h + 1;
            s->id[s->units] = (uint32_t)i + 1;
            s->fpc[s->units] = population ? population[h] : 0;
            s->total[s->units] = 10 + 3.7 * (double)s->units + (s->units % 3 ? 0.25 : -4);
        }
    const struct pal_design_rows rows = {.rows = s->units,
                                         .stratum = {strata > 1 ? s->stratum : NULL},
                                         .unit = {s->id},
                                         .fpc = {population ? s->fpc : NULL}};
    cr_assert_eq(pal_design_new(&spec, s->arena, &s->design, &s->err), PAL_OK);
    cr_assert_eq(pal_design_add(s->design, &rows, s->unit, &s->err), PAL_OK);
    cr_assert_eq(pal_design_close(s->design, &s->err), PAL_OK, "%s", s->err.text);
}

static void close_sample(struct sample *s) { pal_arena_free(s->arena); }

static enum pal_status make(struct sample *s, enum pal_replicate_kind kind, size_t n, double rho,
                            struct pal_replicates *out)
{
    return pal_replicates_make(s->design, kind, n, rho, 20261124, s->arena, out, &s->err);
}

static double taylor(struct sample *s)
{
    const struct pal_influence z = {s->units, s->unit, s->total};
    struct pal_design_variance out;
    cr_assert_eq(pal_design_covariance(s->design, &z, &z, s->arena, &out, &s->err), PAL_OK, "%s",
                 s->err.text);
    return out.value;
}

/* Variance of the total: from totals of units, and from the factors one by one. */
static double replicated(struct sample *s, const struct pal_replicates *replicates)
{
    double *theta = pal_arena_alloc(s->arena, replicates->n, sizeof *theta);
    double *by_factor = pal_arena_alloc(s->arena, replicates->n, sizeof *by_factor);
    double *factor = pal_arena_alloc(s->arena, replicates->n, sizeof *factor);
    double full = 0;
    cr_assert_eq(
        pal_replicates_totals(replicates, s->units, s->unit, 1, s->total, s->arena, theta, &s->err),
        PAL_OK);
    for (size_t u = 0; u < s->units; u++) {
        full += s->total[u];
        pal_replicates_factors(replicates, s->unit[u], factor);
        for (size_t r = 0; r < replicates->n; r++)
            by_factor[r] += factor[r] * s->total[u];
    }
    for (size_t r = 0; r < replicates->n; r++)
        cr_expect_float_eq(theta[r], by_factor[r], 1e-9 * fabs(full), "replicate %zu", r);
    return pal_replicates_covariance(replicates, theta, theta, full, full);
}

static const size_t uneven[] = {3, 2, 5, 4}, pairs[] = {2, 2, 2, 2, 2}, one[] = {9};
static const double large[] = {30, 11, 20, 9};

/* For a total, these replicates and linearization give the same variance. */
Test(design_replicate, a_total_varies_as_by_linearization)
{
    static const struct {
        enum pal_replicate_kind kind;
        size_t strata;
        const size_t *sampled;
        const double *population;
        double rho;
        bool mse;
    } cases[] = {
        {PAL_REP_JK1, 1, one, NULL, 0, false},   {PAL_REP_JK1, 1, one, large, 0, true},
        {PAL_REP_JKN, 4, uneven, NULL, 0, true}, {PAL_REP_JKN, 4, uneven, large, 0, true},
        {PAL_REP_JK2, 5, pairs, NULL, 0, true},  {PAL_REP_BRR, 5, pairs, NULL, 0, false},
        {PAL_REP_BRR, 5, pairs, NULL, 0, true},  {PAL_REP_FAY, 5, pairs, NULL, 0.3, true},
    };
    for (size_t i = 0; i < PAL_COUNT(cases); i++) {
        struct sample s;
        struct pal_replicates replicates;
        open_sample(&s, cases[i].strata, cases[i].sampled, cases[i].population, PAL_LONELY_FAIL);
        cr_assert_eq(make(&s, cases[i].kind, 0, cases[i].rho, &replicates), PAL_OK, "%s",
                     s.err.text);
        replicates.mse = cases[i].mse;
        cr_expect_float_eq(replicated(&s, &replicates) / taylor(&s), 1, 1e-12, "case %zu", i);
        close_sample(&s);
    }
}

/* Bootstraps come near it, and the same seed gives the same factors whatever their number. */
Test(design_replicate, bootstraps_come_near_and_repeat)
{
    static const enum pal_replicate_kind kinds[] = {PAL_REP_BOOTSTRAP, PAL_REP_RAO_WU};
    for (size_t k = 0; k < PAL_COUNT(kinds); k++)
        for (size_t finite = 0; finite < 2; finite++) {
            static const size_t equal[] = {4, 4, 4, 4};
            static const double ten[] = {40, 40, 40, 40};
            struct sample s;
            struct pal_replicates few, many;
            double a[8], b[4000];
            open_sample(&s, 4, equal, finite ? ten : NULL, PAL_LONELY_FAIL);
            cr_assert_eq(make(&s, kinds[k], 8, 0, &few), PAL_OK);
            cr_assert_eq(make(&s, kinds[k], 4000, 0, &many), PAL_OK);
            for (uint32_t u = 0; u < s.units; u++) {
                double sum = 0;
                pal_replicates_factors(&few, u, a);
                pal_replicates_factors(&many, u, b);
                for (size_t r = 0; r < 8; r++)
                    cr_expect_eq(a[r], b[r], "unit %u, replicate %zu", u, r);
                for (size_t r = 0; r < many.n; r++) {
                    cr_expect_geq(b[r], 0);
                    sum += b[r];
                }
                cr_expect_float_eq(sum / 4000, 1, 0.06, "unit %u", u);
            }
            cr_expect_float_eq(replicated(&s, &many) / taylor(&s), 1, 0.08, "kind %zu, finite %zu",
                               k, finite);
            close_sample(&s);
        }
}

/* Successive differences of a unit's neighbours, by hand: the sum over the cycle of (y_i - y_j)^2,
 * halved (Fay & Train 1995). */
Test(design_replicate, successive_differences_of_a_total)
{
    struct sample s;
    struct pal_replicates replicates;
    open_sample(&s, 1, one, NULL, PAL_LONELY_FAIL);
    cr_assert_eq(make(&s, PAL_REP_SDR, 0, 0, &replicates), PAL_OK);
    cr_assert_eq(replicates.n, 16);
    cr_expect(replicates.mse);
    double sum = s.total[0] * s.total[0] + s.total[8] * s.total[8];
    for (size_t i = 1; i < s.units; i++)
        sum += (s.total[i] - s.total[i - 1]) * (s.total[i] - s.total[i - 1]);
    cr_expect_float_eq(replicated(&s, &replicates) / (sum / 2), 1, 1e-12);
    cr_expect_eq(make(&s, PAL_REP_SDR, 80, 0, &replicates), PAL_USAGE);
    close_sample(&s);
}

Test(design_replicate, designs_that_do_not_fit_are_refused)
{
    struct sample s;
    struct pal_replicates replicates;
    open_sample(&s, 4, uneven, NULL, PAL_LONELY_FAIL);
    cr_expect_eq(make(&s, PAL_REP_BRR, 0, 0, &replicates), PAL_DOMAIN);
    cr_expect_eq(make(&s, PAL_REP_FAY, 0, 0.3, &replicates), PAL_DOMAIN);
    cr_expect_eq(make(&s, PAL_REP_JK2, 0, 0, &replicates), PAL_DOMAIN);
    cr_expect_eq(make(&s, PAL_REP_JK1, 0, 0, &replicates), PAL_DOMAIN);
    cr_expect_eq(make(&s, PAL_REP_RAO_WU, 1, 0, &replicates), PAL_USAGE);
    close_sample(&s);
    open_sample(&s, 5, pairs, NULL, PAL_LONELY_FAIL);
    cr_expect_eq(make(&s, PAL_REP_FAY, 0, 1, &replicates), PAL_USAGE);
    close_sample(&s);
}

/* A stratum of one unit: refused, left out, or made up for by the others. */
Test(design_replicate, lonely_units_follow_the_rule)
{
    static const size_t lonely[] = {3, 1, 3};
    static const enum pal_lonely rules[] = {PAL_LONELY_CERTAINTY, PAL_LONELY_REMOVE,
                                            PAL_LONELY_AVERAGE};
    struct sample s;
    struct pal_replicates replicates;
    for (size_t i = 0; i < PAL_COUNT(rules); i++) {
        open_sample(&s, 3, lonely, NULL, rules[i]);
        cr_assert_eq(make(&s, PAL_REP_JKN, 0, 0, &replicates), PAL_OK);
        cr_expect_eq(replicates.lonely, 1);
        replicates.mse = true;
        cr_expect_float_eq(replicated(&s, &replicates) / taylor(&s), 1, 1e-12, "rule %zu", i);
        close_sample(&s);
    }
    open_sample(&s, 3, lonely, NULL, PAL_LONELY_FAIL);
    cr_expect_eq(make(&s, PAL_REP_JKN, 0, 0, &replicates), PAL_DOMAIN);
    close_sample(&s);
    open_sample(&s, 3, lonely, NULL, PAL_LONELY_ADJUST);
    cr_expect_eq(make(&s, PAL_REP_JKN, 0, 0, &replicates), PAL_DOMAIN);
    close_sample(&s);
}

/* By hand: theta 1, 2, 6 about their mean 3 and about 2; a NaN is left out; rscale 0 is no part of
 * the mean. */
Test(design_replicate, variance_about_the_mean_and_about_the_estimate)
{
    static const double rscale[] = {1, 1, 1, 0};
    const double theta[] = {1, 2, 6, 50}, other[] = {1, (double)NAN, 6, 50};
    struct pal_replicates r = {.n = 3, .scale = 0.5};
    cr_expect_float_eq(pal_replicates_covariance(&r, theta, theta, 2, 2), 0.5 * (4 + 1 + 9), 1e-15);
    r.mse = true;
    cr_expect_float_eq(pal_replicates_covariance(&r, theta, theta, 2, 2), 0.5 * (1 + 0 + 16),
                       1e-15);
    cr_expect_float_eq(pal_replicates_covariance(&r, other, theta, 2, 2), 0.5 * (1 + 16), 1e-15);
    r = (struct pal_replicates){.n = 4, .scale = 1, .rscale = rscale};
    cr_expect_float_eq(pal_replicates_covariance(&r, theta, theta, 2, 2), 4 + 1 + 9, 1e-15);
    const double none[] = {(double)NAN, (double)NAN, (double)NAN, 1};
    cr_expect(isnan(pal_replicates_covariance(&r, none, none, 2, 2)));
}
