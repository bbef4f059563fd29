/* Recruitment chains: links, shares by hand and by a second method, bootstraps where their answer
 * is known. */
#include "palermo/recruits.h"

#include <criterion/criterion.h>
#include <math.h>

#define S PAL_SEED

static struct pal_recruits chains_of(const uint32_t *recruiter, const double *degree, size_t n,
                                     struct pal_arena *arena)
{
    struct pal_recruits r;
    struct pal_error err = {0};
    cr_assert_eq(pal_recruits_new(recruiter, degree, n, arena, &r, &err), PAL_OK, "%s", err.text);
    return r;
}

Test(estimate_recruits, circles_are_found_and_numbered)
{
    /* 0 seed; 1 <- 2 <- 3 <- 1 is a circle, 4 hangs on it, 5 recruited itself */
    const uint32_t recruiter[] = {S, 3, 1, 2, 3, 5};
    uint32_t circle[6];
    cr_expect_eq(pal_recruits_circles(recruiter, 6, circle), 2);
    cr_expect(circle[0] == 0 && circle[4] == 0, "not on a circle");
    cr_expect(circle[1] == 1 && circle[2] == 1 && circle[3] == 1 && circle[5] == 2);
    struct pal_arena *arena = pal_arena_new();
    struct pal_recruits r;
    const double degree[] = {1, 1, 1, 1, 1, 1};
    cr_expect_eq(pal_recruits_new(recruiter, degree, 6, arena, &r, NULL), PAL_DATA);
    pal_arena_free(arena);
}

/*  0 seed A(4) - 1 B(2) - 3 A(1)
 *              \ 2 A(5)          ; 4 seed B(10) - 5 B(4) */
static const uint32_t small[] = {S, 0, 0, 1, S, 4};
static const double small_degree[] = {4, 2, 5, 1, 10, 4};
static const uint32_t small_group[] = {0, 1, 0, 0, 1, 1};

Test(estimate_recruits, waves_trees_and_children)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_recruits r = chains_of(small, small_degree, 6, arena);
    static const uint32_t wave[] = {0, 1, 1, 2, 0, 1}, tree[] = {0, 0, 0, 0, 1, 1};
    for (size_t i = 0; i < 6; i++)
        cr_expect(r.wave[i] == wave[i] && r.tree[i] == tree[i], "row %zu", i);
    cr_expect(r.seeds == 2 && r.waves == 2 && r.most_children == 2);
    cr_expect(r.child_at[1] - r.child_at[0] == 2 && r.child[r.child_at[1]] == 3);
    pal_arena_free(arena);
}

Test(estimate_recruits, shares_by_hand)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_recruits r = chains_of(small, small_degree, 6, arena);
    const struct pal_trait trait = {2, small_group};
    struct pal_transitions t;
    double share[2];
    cr_assert_eq(pal_recruits_transitions(&r, &trait, arena, &t, NULL), PAL_OK);
    /* A->B 1, A->A 1, B->A 1, B->B 1: half and half */
    cr_expect(t.count[0] == 1 && t.count[1] == 1 && t.count[2] == 1 && t.count[3] == 1);
    cr_expect_float_eq(t.stationary[0], 0.5, 1e-15);
    cr_expect_float_eq(t.homophily, 1, 1e-15, "2 alike of 4, as chance would have it");
    cr_expect_float_eq(t.second, 0, 1e-12);
    const double a = 1 / 4.0 + 1 / 5.0 + 1, b = 1 / 2.0 + 1 / 10.0 + 1 / 4.0;
    cr_expect_float_eq(t.harmonic_degree[0], 3 / a, 1e-14);
    cr_assert_eq(pal_recruits_shares(&r, &trait, PAL_RDS_II, NULL, arena, share, NULL), PAL_OK);
    cr_expect_float_eq(share[0], a / (a + b), 1e-15);
    cr_assert_eq(pal_recruits_shares(&r, &trait, PAL_RDS_I, NULL, arena, share, NULL), PAL_OK);
    cr_expect_float_eq(share[0], 0.5 * a / 3 / (0.5 * a / 3 + 0.5 * b / 3), 1e-14);
    cr_assert_eq(pal_recruits_shares(&r, &trait, PAL_RDS_MEAN, NULL, arena, share, NULL), PAL_OK);
    cr_expect_eq(share[0], 0.5);
    pal_arena_free(arena);
}

/* For two groups the equilibrium is the ratio of the chances to change sides (Heckathorn 1997). */
Test(estimate_recruits, equilibrium_of_two_groups)
{
    struct pal_arena *arena = pal_arena_new();
    const uint32_t recruiter[] = {S, 0, 0, 0, 1, 1, 2, 2, 3};
    const uint32_t group[] = {0, 0, 0, 1, 0, 1, 0, 0, 0};
    const double degree[] = {3, 3, 3, 3, 3, 3, 3, 3, 3};
    const struct pal_recruits r = chains_of(recruiter, degree, 9, arena);
    const struct pal_trait trait = {2, group};
    struct pal_transitions t;
    cr_assert_eq(pal_recruits_transitions(&r, &trait, arena, &t, NULL), PAL_OK);
    const double leave0 = 2 / 7.0,
                 leave1 = 1; /* 0 recruits 5 of its own and 2 others; 1 one other */
    cr_expect_float_eq(t.stationary[0], leave1 / (leave0 + leave1), 1e-14);
    cr_expect_float_eq(t.second, fabs(1 - leave0 - leave1), 1e-12);
    pal_arena_free(arena);
}

Test(estimate_recruits, groups_that_never_meet_have_no_equilibrium)
{
    struct pal_arena *arena = pal_arena_new();
    const uint32_t recruiter[] = {S, 0, S, 2}, group[] = {0, 0, 1, 1};
    const double degree[] = {2, 3, 4, 5};
    const struct pal_recruits r = chains_of(recruiter, degree, 4, arena);
    const struct pal_trait trait = {2, group};
    double share[2];
    cr_assert_eq(pal_recruits_shares(&r, &trait, PAL_RDS_I, NULL, arena, share, NULL), PAL_OK);
    cr_expect(isnan(share[0]) && isnan(share[1]));
    pal_arena_free(arena);
}

/* ---- successive sampling ------------------------------------------------------------------------
 */

enum { PEOPLE = 60 };

struct crowd {
    uint32_t recruiter[PEOPLE], group[PEOPLE];
    double degree[PEOPLE];
};

static void gather(struct crowd *c)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        c->recruiter[i] = i ? (uint32_t)(i - 1) / 2 : S;
        c->degree[i] = (double)(2 + (7 * i) % 11);
        c->group[i] = c->degree[i] > 7;
    }
}

/* The same method in its plainest form: every sample drawn person by person. */
static double plain_share(const struct crowd *c, double population, size_t samples)
{
    double size[16], n[16] = {0}, chance[16], people[16];
    size_t classes = 0;
    for (size_t i = 0; i < PEOPLE; i++) {
        size_t k = 0;
        while (k < classes && size[k] != c->degree[i])
            k++;
        if (k == classes)
            size[classes++] = c->degree[i];
        n[k]++;
    }
    for (size_t k = 0; k < classes; k++)
        chance[k] = size[k];
    struct pal_random random;
    pal_random_start(&random, 99, "plain successive sampling", 0);
    for (int round = 0; round < 6; round++) {
        double sum = 0, left = population, drawn[16] = {0};
        for (size_t k = 0; k < classes; k++)
            sum += n[k] / chance[k];
        for (size_t k = 0; k < classes; k++) {
            people[k] = fmax(nearbyint(population * n[k] / chance[k] / sum), 1);
            left -= people[k];
        }
        for (size_t k = 0; left != 0; k = (k + 1) % classes) { /* spread what rounding left */
            people[k] += left > 0 ? 1 : -1;
            left += left > 0 ? -1 : 1;
        }
        for (size_t s = 0; s < samples; s++) {
            double still[16];
            for (size_t k = 0; k < classes; k++)
                still[k] = people[k];
            for (size_t i = 0; i < PEOPLE; i++) {
                double mass = 0;
                for (size_t k = 0; k < classes; k++)
                    mass += still[k] * size[k];
                double at = pal_random_unit(&random) * mass;
                size_t k = 0;
                while (k + 1 < classes && at >= still[k] * size[k])
                    at -= still[k] * size[k], k++;
                still[k]--;
                drawn[k]++;
            }
        }
        for (size_t k = 0; k < classes; k++)
            chance[k] = (drawn[k] + n[k]) / ((double)samples + 1) / people[k];
    }
    double share = 0, all = 0;
    for (size_t i = 0; i < PEOPLE; i++) {
        size_t k = 0;
        while (size[k] != c->degree[i])
            k++;
        all += 1 / chance[k];
        share += c->group[i] / chance[k];
    }
    return share / all;
}

static double ss_share(const struct crowd *c, double population, unsigned threads,
                       struct pal_arena *arena)
{
    const struct pal_recruits r = chains_of(c->recruiter, c->degree, PEOPLE, arena);
    const struct pal_trait trait = {2, c->group};
    const struct pal_ss ss = {
        .population = population, .samples = 4000, .seed = 3, .threads = threads};
    double pi[PEOPLE], share[2];
    struct pal_error err = {0};
    cr_assert_eq(pal_recruits_inclusion(&r, &ss, arena, pi, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(pal_recruits_shares(&r, &trait, PAL_RDS_SS, pi, arena, share, &err), PAL_OK);
    return share[1];
}

Test(estimate_recruits, successive_sampling_as_drawn_one_by_one)
{
    struct pal_arena *arena = pal_arena_new();
    struct crowd c;
    gather(&c);
    for (double population = 90; population < 400; population *= 2)
        cr_expect_float_eq(ss_share(&c, population, 1, arena), plain_share(&c, population, 4000),
                           0.004, "population %g", population);
    pal_arena_free(arena);
}

Test(estimate_recruits, successive_sampling_lies_between_its_limits)
{
    struct pal_arena *arena = pal_arena_new();
    struct crowd c;
    gather(&c);
    const struct pal_recruits r = chains_of(c.recruiter, c.degree, PEOPLE, arena);
    const struct pal_trait trait = {2, c.group};
    double mean[2], ii[2];
    cr_assert_eq(pal_recruits_shares(&r, &trait, PAL_RDS_MEAN, NULL, arena, mean, NULL), PAL_OK);
    cr_assert_eq(pal_recruits_shares(&r, &trait, PAL_RDS_II, NULL, arena, ii, NULL), PAL_OK);
    cr_expect_float_eq(ss_share(&c, PEOPLE, 1, arena), mean[1], 1e-12, "a census");
    cr_expect_float_eq(ss_share(&c, 1e6, 1, arena), ii[1], 1e-12, "a drop in the sea");
    const double half = ss_share(&c, 2 * PEOPLE, 1, arena);
    cr_expect(half < mean[1] && half > ii[1]);
    cr_expect_eq(half, ss_share(&c, 2 * PEOPLE, 3, arena), "threads do not show");
    pal_arena_free(arena);
}

Test(estimate_recruits, populations_below_the_sample_are_refused)
{
    struct pal_arena *arena = pal_arena_new();
    struct crowd c;
    double pi[PEOPLE];
    gather(&c);
    const struct pal_recruits r = chains_of(c.recruiter, c.degree, PEOPLE, arena);
    const struct pal_ss ss = {.population = PEOPLE - 1};
    cr_expect_eq(pal_recruits_inclusion(&r, &ss, arena, pi, NULL), PAL_DOMAIN);
    pal_arena_free(arena);
}

/* ---- bootstraps
 * ---------------------------------------------------------------------------------- */

enum { REPLICATES = 4000 };

static double spread_of(const struct pal_recruits *r, const struct pal_trait *trait,
                        enum pal_rds method, enum pal_rds_bootstrap kind, const double *pi,
                        double population, unsigned threads, struct pal_arena *arena)
{
    static double out[2 * REPLICATES], room[REPLICATES];
    const struct pal_rds_replicates how = {
        .kind = kind, .replicates = REPLICATES, .seed = 11, .threads = threads};
    struct pal_error err = {0};
    double se, low, high;
    size_t used;
    cr_assert_eq(pal_recruits_bootstrap(r, trait, method, pi, population, &how, arena, out, &err),
                 PAL_OK, "%s", err.text);
    pal_recruits_interval(out + 1, 2, REPLICATES, 0.5, 0.95, true, room, &se, &low, &high, &used);
    cr_expect(low < high && used > REPLICATES / 2);
    return se;
}

/* Seeds without recruits are drawn as an ordinary bootstrap draws: variance p (1 - p) / n. */
Test(estimate_recruits, a_tree_of_seeds_is_an_ordinary_bootstrap)
{
    struct pal_arena *arena = pal_arena_new();
    struct crowd c;
    gather(&c);
    double p = 0;
    for (size_t i = 0; i < PEOPLE; i++) {
        c.recruiter[i] = S;
        p += c.group[i] / (double)PEOPLE;
    }
    const struct pal_recruits r = chains_of(c.recruiter, c.degree, PEOPLE, arena);
    const struct pal_trait trait = {2, c.group};
    const double se = spread_of(&r, &trait, PAL_RDS_MEAN, PAL_RDS_TREE, NULL, 0, 1, arena);
    cr_expect_float_eq(se, sqrt(p * (1 - p) / PEOPLE), 0.05 * se, "four errors of %d", REPLICATES);
    cr_expect_eq(se, spread_of(&r, &trait, PAL_RDS_MEAN, PAL_RDS_TREE, NULL, 0, 3, arena));
    pal_arena_free(arena);
}

/* Recruiters of both groups recruit one and one: a chain of coins. */
Test(estimate_recruits, a_chain_without_memory_is_a_row_of_coins)
{
    struct pal_arena *arena = pal_arena_new();
    uint32_t recruiter[PEOPLE], group[PEOPLE];
    double degree[PEOPLE];
    for (size_t i = 0; i < PEOPLE; i++) {
        recruiter[i] = i < 2 ? S : (uint32_t)(i - 2) / 2;
        group[i] = i % 2;
        degree[i] = 5;
    }
    const struct pal_recruits r = chains_of(recruiter, degree, PEOPLE, arena);
    const struct pal_trait trait = {2, group};
    struct pal_transitions t;
    cr_assert_eq(pal_recruits_transitions(&r, &trait, arena, &t, NULL), PAL_OK);
    cr_assert_float_eq(t.rate[0], 0.5, 1e-15);
    cr_assert_float_eq(t.rate[2], 0.5, 1e-15);
    const double expected = 0.5 / sqrt(PEOPLE - 1.0); /* 58 steps, and the start */
    const double se = spread_of(&r, &trait, PAL_RDS_II, PAL_RDS_SALGANIK, NULL, 0, 2, arena);
    cr_expect_float_eq(se, expected, 0.05 * se);
    /* Gile's draws without replacement from 120: the finite population makes it smaller. */
    double pi[PEOPLE];
    for (size_t i = 0; i < PEOPLE; i++)
        pi[i] = 0.5;
    const double of_half = spread_of(&r, &trait, PAL_RDS_SS, PAL_RDS_GILE, pi, 120, 1, arena);
    cr_expect(of_half < 0.9 * expected && of_half > 0.4 * expected, "%g of %g", of_half, expected);
    pal_arena_free(arena);
}
