/* Units drawn with unequal probabilities, against the formulas written out over all units. */
#include "palermo/design.h"

#include <criterion/criterion.h>
#include <math.h>

enum { UNITS = 40 };

struct drawn {
    struct pal_arena *arena;
    struct pal_design *design;
    uint32_t stratum[UNITS], id[UNITS], unit[UNITS];
    double p[UNITS], z[UNITS], fpc[UNITS];
    struct pal_error err;
};

/* Three strata, one of them drawn whole; equal: the same probability throughout a stratum. */
static void draw(struct drawn *d, enum pal_unequal how, bool equal, uint64_t seed)
{
    static const double share[] = {0.25, 0.4, 1};
    struct pal_random random;
    pal_random_start(&random, seed, "unequal", 0);
    *d = (struct drawn){.arena = pal_arena_new()};
    for (uint32_t i = 0; i < UNITS; i++) {
        const uint32_t h = i % 3;
        d->stratum[i] = h + 1;
        d->id[i] = i + 1;
        d->p[i] = equal || h == 2 ? share[h] : 0.02 + 0.95 * pal_random_unit(&random);
        d->fpc[i] = how ? d->p[i] : (double)((UNITS + 2 - h) / 3) / share[h]; /* a population */
        d->z[i] = 100 * pal_random_unit(&random) / d->p[i];
    }
    const struct pal_design_spec spec = {
        .stages = 1, .strata = {true}, .fpc = {true}, .unequal = how};
    const struct pal_design_rows rows = {
        .rows = UNITS, .stratum = {d->stratum}, .unit = {d->id}, .fpc = {d->fpc}};
    cr_assert_eq(pal_design_new(&spec, d->arena, &d->design, &d->err), PAL_OK);
    cr_assert_eq(pal_design_add(d->design, &rows, d->unit, &d->err), PAL_OK, "%s", d->err.text);
    cr_assert_eq(pal_design_close(d->design, &d->err), PAL_OK, "%s", d->err.text);
}

/* Of the first `units` units; the others lie outside the domain. */
static double variance(struct drawn *d, size_t units)
{
    const struct pal_influence z = {units, d->unit, d->z};
    struct pal_design_variance out;
    cr_assert_eq(pal_design_covariance(d->design, &z, &z, d->arena, &out, &d->err), PAL_OK, "%s",
                 d->err.text);
    return out.value;
}

static double by_formula(const struct drawn *d, enum pal_unequal how, size_t units)
{
    double total = 0;
    for (uint32_t h = 1; h <= 3; h++) {
        double n = 0, z = 0, left = 0, left_z = 0, squares = 0;
        for (size_t i = 0; i < UNITS; i++) {
            const double at = i < units ? d->z[i] : 0;
            if (d->stratum[i] != h)
                continue;
            n++;
            z += at;
            left += 1 - d->p[i];
            left_z += (1 - d->p[i]) * at;
        }
        if (left <= 0)
            continue;
        const double centre = how == PAL_UNEQUAL_BREWER ? z / n : left_z / left;
        for (size_t i = 0; i < UNITS; i++)
            if (d->stratum[i] == h) {
                const double from = (i < units ? d->z[i] : 0) - centre;
                squares += (1 - d->p[i]) * from * from;
            }
        total += n / (n - 1) * squares;
    }
    return total;
}

static const enum pal_unequal ways[] = {PAL_UNEQUAL_BREWER, PAL_UNEQUAL_HAJEK};

Test(design_unequal, variances_are_the_formulas_over_all_units)
{
    static const size_t domains[] = {UNITS, 25, 4};
    for (size_t w = 0; w < PAL_COUNT(ways); w++)
        for (uint64_t seed = 1; seed <= 20; seed++) {
            struct drawn d;
            draw(&d, ways[w], false, seed);
            for (size_t k = 0; k < PAL_COUNT(domains); k++)
                cr_expect_float_eq(variance(&d, domains[k]) / by_formula(&d, ways[w], domains[k]),
                                   1, 1e-12, "way %zu seed %d domain %zu", w, (int)seed,
                                   domains[k]);
            for (uint32_t i = 0; i < UNITS; i++)
                cr_expect_float_eq(pal_design_unit_weight(d.design, d.unit[i]) * d.p[i], 1, 1e-15);
            pal_arena_free(d.arena);
        }
}

/* Equal probabilities are simple random sampling with its finite correction. */
Test(design_unequal, equal_probabilities_are_simple_random_sampling)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct drawn simple;
        draw(&simple, PAL_UNEQUAL_NONE, true, seed);
        for (size_t w = 0; w < PAL_COUNT(ways); w++) {
            struct drawn d;
            draw(&d, ways[w], true, seed);
            cr_expect_float_eq(variance(&d, UNITS) / variance(&simple, UNITS), 1, 1e-12);
            cr_expect_float_eq(variance(&d, 10) / variance(&simple, 10), 1, 1e-12);
            pal_arena_free(d.arena);
        }
        pal_arena_free(simple.arena);
    }
}

Test(design_unequal, what_is_no_probability_is_refused)
{
    static const double bad[] = {0, -0.5, 1.0001, (double)NAN};
    for (size_t k = 0; k < PAL_COUNT(bad); k++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        struct pal_design *design;
        const uint32_t id[] = {1, 2};
        const double p[] = {0.5, bad[k]};
        uint32_t unit[2];
        const struct pal_design_spec spec = {
            .stages = 1, .fpc = {true}, .unequal = PAL_UNEQUAL_BREWER};
        const struct pal_design_rows rows = {.rows = 2, .unit = {id}, .fpc = {p}};
        cr_assert_eq(pal_design_new(&spec, arena, &design, &err), PAL_OK);
        cr_expect_eq(pal_design_add(design, &rows, unit, &err), PAL_DATA, "case %zu", k);
        pal_arena_free(arena);
    }
}
