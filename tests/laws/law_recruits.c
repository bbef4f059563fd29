/* law_recruits.c: laws of respondent-driven sampling and of posteriors, on random chains and
 * tables: shares are shares, scales and orders do not show, nor do threads. */
#include "law.h"

#include "palermo/recruits.h"
#include "palermo/systems_bayes.h"

#include <math.h>
#include <string.h>

enum { MOST = 120, GROUPS = 4, SEEDS = 40, REPLICATES = 70 };

struct chains {
    size_t n, groups;
    uint32_t recruiter[MOST], group[MOST];
    double degree[MOST];
};

static void gather(struct chains *c, uint64_t seed)
{
    struct pal_random random;
    pal_random_start(&random, seed, "chains", 0);
    c->n = 8 + (size_t)pal_random_below(&random, MOST - 8);
    c->groups = 2 + (size_t)pal_random_below(&random, GROUPS - 1);
    for (size_t i = 0; i < c->n; i++) {
        c->recruiter[i] = i == 0 || pal_random_below(&random, 8) == 0
                              ? PAL_SEED
                              : (uint32_t)pal_random_below(&random, i);
        c->group[i] = (uint32_t)pal_random_below(&random, c->groups);
        c->degree[i] = (double)(1 + pal_random_poisson(&random, 6));
        if (pal_random_below(&random, 20) == 0)
            c->degree[i] = (double)NAN;
        if (pal_random_below(&random, 20) == 0)
            c->group[i] = PAL_NO_GROUP;
    }
}

static void shares(const struct chains *c, enum pal_rds method, struct pal_arena *arena,
                   double *out)
{
    const struct pal_trait trait = {c->groups, c->group};
    struct pal_recruits r;
    HOLDS(pal_recruits_new(c->recruiter, c->degree, c->n, arena, &r, NULL) == PAL_OK, "no chains");
    HOLDS(pal_recruits_shares(&r, &trait, method, NULL, arena, out, NULL) == PAL_OK, "no shares");
}

LAW(recruits, shares_add_to_one_and_scales_of_degrees_do_not_show)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct chains c;
        double one[GROUPS], other[GROUPS];
        gather(&c, seed);
        for (int method = PAL_RDS_MEAN; method <= PAL_RDS_II; method++) {
            double sum = 0;
            shares(&c, (enum pal_rds)method, arena, one);
            for (size_t i = 0; i < c.n; i++)
                c.degree[i] *= 3;
            shares(&c, (enum pal_rds)method, arena, other);
            for (size_t i = 0; i < c.n; i++)
                c.degree[i] /= 3;
            for (size_t g = 0; g < c.groups; g++) {
                HOLDS(fabs(one[g] - other[g]) < 1e-12 || (isnan(one[g]) && isnan(other[g])),
                      "method %d, seed %llu: %g, then %g", method, (unsigned long long)seed, one[g],
                      other[g]);
                sum += one[g];
            }
            HOLDS(isnan(sum) || fabs(sum - 1) < 1e-12, "method %d: shares add to %g", method, sum);
        }
        pal_arena_free(arena);
    }
}

LAW(recruits, every_respondent_descends_from_one_seed)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct chains c;
        struct pal_recruits r;
        gather(&c, seed);
        HOLDS(pal_recruits_new(c.recruiter, c.degree, c.n, arena, &r, NULL) == PAL_OK, "no chains");
        size_t children = 0;
        for (uint32_t i = 0; i < r.n; i++) {
            uint32_t at = i, steps = 0;
            for (; r.recruiter[at] != PAL_SEED; steps++)
                at = r.recruiter[at];
            HOLDS(steps == r.wave[i] && r.seed[r.tree[i]] == at, "row %u", (unsigned)i);
            for (uint32_t k = r.child_at[i]; k < r.child_at[i + 1]; k++, children++)
                HOLDS(r.recruiter[r.child[k]] == i, "child of %u", (unsigned)i);
        }
        HOLDS(children + r.seeds == r.n, "%zu children, %zu seeds", children, r.seeds);
        pal_arena_free(arena);
    }
}

LAW(recruits, replicates_are_the_same_on_any_number_of_threads)
{
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct chains c;
        struct pal_recruits r;
        static double one[REPLICATES * GROUPS], four[REPLICATES * GROUPS], pi[MOST], again[MOST];
        gather(&c, seed);
        const struct pal_trait trait = {c.groups, c.group};
        const struct pal_ss single = {.population = 2.0 * MOST, .samples = 200, .threads = 1};
        struct pal_ss many = single;
        many.threads = 4;
        HOLDS(pal_recruits_new(c.recruiter, c.degree, c.n, arena, &r, NULL) == PAL_OK, "no chains");
        HOLDS(pal_recruits_inclusion(&r, &single, arena, pi, NULL) == PAL_OK, "no chances");
        HOLDS(pal_recruits_inclusion(&r, &many, arena, again, NULL) == PAL_OK, "no chances");
        HOLDS(memcmp(pi, again, r.n * sizeof *pi) == 0, "chances differ by threads");
        for (int kind = PAL_RDS_SALGANIK; kind <= PAL_RDS_TREE; kind++) {
            struct pal_rds_replicates how = {.kind = (enum pal_rds_bootstrap)kind,
                                             .replicates = REPLICATES,
                                             .seed = seed,
                                             .threads = 1};
            const size_t size = REPLICATES * c.groups * sizeof *one;
            HOLDS(pal_recruits_bootstrap(&r, &trait, PAL_RDS_II, pi, 2.0 * MOST, &how, arena, one,
                                         NULL) == PAL_OK,
                  "no replicates");
            how.threads = 4;
            HOLDS(pal_recruits_bootstrap(&r, &trait, PAL_RDS_II, pi, 2.0 * MOST, &how, arena, four,
                                         NULL) == PAL_OK,
                  "no replicates");
            HOLDS(memcmp(one, four, size) == 0, "kind %d differs by threads", kind);
        }
        pal_arena_free(arena);
    }
}

/* Lists are told apart by their names only: another order, the same posterior. */
LAW(recruits, posteriors_do_not_know_the_order_of_lists)
{
    static const pal_str names[] = {PAL_STR_INIT("a"), PAL_STR_INIT("b"), PAL_STR_INIT("c"),
                                    PAL_STR_INIT("d")};
    for (uint64_t seed = 1; seed <= 15; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_lists *one, *turned;
        struct pal_random random;
        struct pal_graphs a, b;
        const struct pal_graphs_ask ask = {.first = 1, .last = 900};
        pal_random_start(&random, seed, "lists", 0);
        HOLDS(pal_lists_new(names, 4, arena, &one, NULL) == PAL_OK, "no lists");
        HOLDS(pal_lists_new(names, 4, arena, &turned, NULL) == PAL_OK, "no lists");
        for (uint32_t c = 1; c < 16; c++) {
            const uint32_t round = (c << 1 | c >> 3) & 15;
            one->count[c] = turned->count[round] =
                (double)pal_random_poisson(&random, 40.0 / (1 + 4 * __builtin_popcount(c)));
        }
        HOLDS(pal_systems_graphs(one, &ask, arena, &a, NULL) == PAL_OK, "no posterior");
        HOLDS(pal_systems_graphs(turned, &ask, arena, &b, NULL) == PAL_OK, "no posterior");
        HOLDS(fabs(a.mean - b.mean) < 1e-9 * a.mean && a.median == b.median, "%g, then %g", a.mean,
              b.mean);
        double sum = 0;
        for (size_t i = 0; i < a.n; i++)
            sum += a.p[i];
        HOLDS(fabs(sum - 1) < 1e-12 && a.low <= a.median && a.median <= a.high, "sum %g", sum);
        pal_arena_free(arena);
    }
}
