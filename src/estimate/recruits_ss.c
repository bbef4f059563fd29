/* recruits_ss.c: Gile's successive sampling: chances of inclusion when a large part of a population
 * is drawn without replacement in proportion to degree. */
#include "recruits.h"

#include <stdlib.h>

/* ---- degrees as classes
 * -------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum pal_status rds_classes_of(const double *degree, size_t rows, struct pal_arena *arena,
                               struct rds_classes *out, struct pal_error *err)
{
    *out = (struct rds_classes){0};
    out->degree = pal_arena_alloc(arena, rows, sizeof(double));
    out->count = pal_arena_alloc(arena, rows, sizeof(double));
    out->of = pal_arena_alloc(arena, rows, sizeof(uint32_t));
    if (!out->degree || !out->count || !out->of)
        return pal_nomem(err, "degrees");
    for (size_t i = 0; i < rows; i++)
        if (!isnan(degree[i]))
            out->degree[out->respondents++] = rds_degree(degree[i]);
    qsort(out->degree, out->respondents, sizeof(double), by_value);
    for (size_t i = 0; i < out->respondents; i++) {
        const double d = out->degree[i];
        if (!out->n || out->degree[out->n - 1] < d)
            out->degree[out->n++] = d;
        out->count[out->n - 1]++;
    }
    for (size_t i = 0; i < rows; i++) {
        out->of[i] = UINT32_MAX;
        if (isnan(degree[i]))
            continue;
        const double d = rds_degree(degree[i]);
        out->of[i] = (uint32_t)((double *)bsearch(&d, out->degree, out->n, sizeof d, by_value) -
                                out->degree);
    }
    return PAL_OK;
}

/* ---- whole numbers with a given sum
 * --------------------------------------------------------------- */

static size_t draw(const double *mass, size_t n, double total, struct pal_random *random)
{
    double at = total * pal_random_unit(random);
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(mass[i] > 0))
            continue;
        last = i;
        at -= mass[i];
        if (at < 0)
            break;
    }
    return last;
}

void rds_round(const double *share, size_t n, double population, double least,
               struct pal_random *random, double *work, double *out)
{
    double sum = 0, off = population;
    for (size_t i = 0; i < n; i++)
        sum += share[i];
    for (size_t i = 0; i < n; i++) {
        out[i] = fmax(nearbyint(population * share[i] / sum), least);
        off -= out[i];
    }
    while (off != 0) {
        const double sign = off > 0 ? 1 : -1;
        double total = 0;
        for (int any = 0; any < 2 && !(total > 0);
             any++) /* where the rounding left most, else any */
            for (size_t i = 0; i < n; i++) {
                const double left = sign * (share[i] / sum - out[i] / population);
                work[i] = sign < 0 && out[i] <= 1 ? 0 : any ? 1 : fmax(left, 0);
                total += work[i];
            }
        if (!(total > 0))
            return; /* all at one already: a population below the number of classes */
        out[draw(work, n, total, random)] += sign;
        off -= sign;
    }
}

/* ---- a race of clocks
 * ------------------------------------------------------------------------------ */

/* A unit of size d rings first at an exponential time of rate d; the first n to ring are a sample
 * in proportion to size without replacement. Up to a time `before` at which hardly ever n have
 * rung, the numbers that have rung are independent binomials; the rest are drawn one by one. */
struct race {
    size_t classes, n;
    const double *degree; /* [classes]                            */
    const double *people; /* [classes]                            */
    double before;        /* time                                 */
    double **cdf;         /* [classes] binomial, [people + 1]     */
    uint32_t **guide;     /* [classes] first k with cdf > i/size  */
};

static double rung(const struct race *race, double time, double *variance)
{
    double mean = 0;
    *variance = 0;
    for (size_t k = 0; k < race->classes; k++) {
        const double p = -expm1(-race->degree[k] * time);
        mean += race->people[k] * p;
        *variance += race->people[k] * p * (1 - p);
    }
    return mean;
}

/* The time at which n lies `MARGIN` standard deviations above what is expected to have rung. */
static double time_before(const struct race *race)
{
    static const double MARGIN = 3;
    double low = 0, high = 1, variance;
    while (rung(race, high, &variance) + MARGIN * sqrt(variance) < (double)race->n && high < 1e6)
        high *= 2;
    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2;
        if (rung(race, middle, &variance) + MARGIN * sqrt(variance) < (double)race->n)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void binomial_table(double people, double p, double *cdf, uint32_t *guide)
{
    const size_t n = (size_t)people;
    double sum = 0;
    const size_t mode = (size_t)fmin(floor((people + 1) * p), people);
    cdf[mode] = 1;
    for (size_t k = mode; k < n; k++)
        cdf[k + 1] = cdf[k] * ((people - (double)k) / ((double)k + 1)) * (p / (1 - p));
    for (size_t k = mode; k > 0; k--)
        cdf[k - 1] = cdf[k] * ((double)k / (people - (double)k + 1)) * ((1 - p) / p);
    for (size_t k = 0; k <= n; k++)
        sum += cdf[k];
    double below = 0;
    for (size_t k = 0; k <= n; k++) {
        below += cdf[k] / sum;
        cdf[k] = below;
    }
    cdf[n] = 1;
    size_t k = 0;
    for (size_t i = 0; i <= n; i++) {
        while (cdf[k] <= (double)i / (people + 1))
            k++;
        guide[i] = (uint32_t)k;
    }
}

static enum pal_status race_start(struct race *race, struct pal_arena *arena, struct pal_error *err)
{
    race->before = time_before(race);
    race->cdf = pal_arena_alloc(arena, race->classes, sizeof *race->cdf);
    race->guide = pal_arena_alloc(arena, race->classes, sizeof *race->guide);
    if (!race->cdf || !race->guide)
        return pal_nomem(err, "successive sampling");
    for (size_t k = 0; k < race->classes; k++) {
        const size_t size = (size_t)race->people[k] + 1;
        race->cdf[k] = pal_arena_alloc(arena, size, sizeof(double));
        race->guide[k] = pal_arena_alloc(arena, size, sizeof(uint32_t));
        if (!race->cdf[k] || !race->guide[k])
            return pal_nomem(err, "successive sampling");
        if (race->before > 0)
            binomial_table(race->people[k], -expm1(-race->degree[k] * race->before), race->cdf[k],
                           race->guide[k]);
    }
    return PAL_OK;
}

static double binomial(const struct race *race, size_t k, struct pal_random *random)
{
    const double u = pal_random_unit(random);
    size_t at = race->guide[k][(size_t)(u * (race->people[k] + 1))];
    while (race->cdf[k][at] <= u)
        at++;
    return (double)at;
}

struct ring {
    double time;
    uint32_t class;
};

static int by_time(const void *a, const void *b)
{
    const double x = ((const struct ring *)a)->time, y = ((const struct ring *)b)->time;
    return (x > y) - (x < y);
}

/* More than n have rung: their times, given that they are before `before`, say which were first. */
static void first_of(const struct race *race, struct pal_random *random, struct ring *ring,
                     double *count)
{
    size_t rings = 0;
    for (size_t k = 0; k < race->classes; k++) {
        const double p = -expm1(-race->degree[k] * race->before);
        for (double c = count[k]; c > 0; c--)
            ring[rings++] =
                (struct ring){-log1p(-p * pal_random_unit(random)) / race->degree[k], (uint32_t)k};
    }
    qsort(ring, rings, sizeof *ring, by_time);
    for (size_t i = race->n; i < rings; i++)
        count[ring[i].class]--;
}

struct runner { /* one thread's scratch */
    double *count, *mass;
    struct ring *ring;
};

/* Draws one sample and adds its counts to `drawn`. */
static void race_once(const struct race *race, struct pal_random *random, struct runner *runner,
                      uint64_t *drawn)
{
    double total = 0, mass = 0;
    for (size_t k = 0; k < race->classes; k++) {
        runner->count[k] = race->before > 0 ? binomial(race, k, random) : 0;
        total += runner->count[k];
        runner->mass[k] = (race->people[k] - runner->count[k]) * race->degree[k];
        mass += runner->mass[k];
    }
    if (total > (double)race->n)
        first_of(race, random, runner->ring, runner->count);
    for (; total < (double)race->n; total++) {
        const size_t k = draw(runner->mass, race->classes, mass, random);
        runner->mass[k] -= race->degree[k];
        mass -= race->degree[k];
        runner->count[k]++;
    }
    for (size_t k = 0; k < race->classes; k++)
        drawn[k] += (uint64_t)runner->count[k];
}

/* ---- many samples
 * ----------------------------------------------------------------------------------- */

enum { PIECES = 16 };

struct many {
    const struct race *race;
    size_t samples;
    struct pal_deadline until;
    uint64_t seed, round;
    struct runner runner[PIECES];
    uint64_t *drawn[PIECES];
};

static enum pal_status run_piece(void *context, size_t piece, struct pal_error *err)
{
    struct many *many = context;
    struct pal_random random;
    pal_random_start(&random, many->seed, "successive sampling", many->round * PIECES + piece);
    const size_t from = many->samples * piece / PIECES, to = many->samples * (piece + 1) / PIECES;
    memset(many->drawn[piece], 0, many->race->classes * sizeof(uint64_t));
    for (size_t i = from; i < to; i++) {
        PAL_TRY(pal_in_time(many->until, err, "after %zu of %zu samples of successive sampling", i,
                            many->samples));
        race_once(many->race, &random, &many->runner[piece], many->drawn[piece]);
    }
    return PAL_OK;
}

static enum pal_status many_new(struct many *many, size_t classes, size_t population,
                                struct pal_arena *arena, struct pal_error *err)
{
    for (size_t p = 0; p < PIECES; p++) {
        many->drawn[p] = pal_arena_alloc(arena, classes, sizeof(uint64_t));
        many->runner[p].count = pal_arena_alloc(arena, classes, sizeof(double));
        many->runner[p].mass = pal_arena_alloc(arena, classes, sizeof(double));
        many->runner[p].ring = pal_arena_alloc(arena, population, sizeof(struct ring));
        if (!many->drawn[p] || !many->runner[p].count || !many->runner[p].mass ||
            !many->runner[p].ring)
            return pal_nomem(err, "successive sampling");
    }
    return PAL_OK;
}

/* Chances of inclusion of each class, from a population of these shares. */
static enum pal_status chances(const struct rds_classes *classes, const struct pal_ss *ss,
                               struct many *many, uint64_t round, const double *share,
                               double *people, double *work, struct pal_arena *scratch, double *out,
                               struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    const double n = (double)classes->respondents;
    struct pal_random random;
    pal_random_start(&random, ss->seed, "successive sampling population", round);
    rds_round(share, classes->n, ss->population, 1, &random, work, people);
    struct race race = {.classes = classes->n,
                        .n = classes->respondents,
                        .degree = classes->degree,
                        .people = people};
    PAL_TRY(race_start(&race, scratch, err));
    many->race = &race;
    many->round = round;
    PAL_TRY(pal_parallel(PIECES, ss->threads, run_piece, many, err));
    for (size_t k = 0; k < classes->n; k++) {
        uint64_t drawn = 0;
        for (size_t p = 0; p < PIECES; p++)
            drawn += many->drawn[p][k];
        out[k] =
            ((double)drawn + classes->count[k]) / ((double)many->samples * n + n) * n / people[k];
    }
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

enum { SAMPLES = 10000, ITERATIONS = 5 };
static const double SMALL_SHARE = 0.04; /* below it nobody notices the lack of replacement */

enum pal_status pal_recruits_inclusion(const struct pal_recruits *recruits, const struct pal_ss *ss,
                                       struct pal_arena *scratch, double *pi, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct rds_classes classes;
    PAL_TRY(rds_classes_of(recruits->degree, recruits->n, scratch, &classes, err));
    const double n = (double)classes.respondents, population = ss->population;
    if (!(population >= n) || population != floor(population) || population > 1e8)
        return pal_fail(err, PAL_DOMAIN,
                        "a population of %g does not fit %zu respondents with a degree: it must be "
                        "a whole number, at least as large, and at most 1e8",
                        population, classes.respondents);
    double *chance = pal_arena_alloc(scratch, classes.n, sizeof(double));
    double *share = pal_arena_alloc(scratch, classes.n, sizeof(double));
    double *people = pal_arena_alloc(scratch, classes.n, sizeof(double));
    double *work = pal_arena_alloc(scratch, classes.n, sizeof(double));
    if (!chance || !share || !people || !work)
        return pal_nomem(err, "successive sampling");
    double inverse = 0;
    for (size_t k = 0; k < classes.n; k++)
        inverse += classes.count[k] / classes.degree[k];
    for (size_t k = 0; k < classes.n; k++) /* RDS-II: a population's mean degree is n/inverse */
        chance[k] = n == population ? 1 : classes.degree[k] * inverse / population;
    if (population * SMALL_SHARE < n && n < population) {
        struct many many = {
            .samples = ss->samples ? ss->samples : SAMPLES, .until = ss->until, .seed = ss->seed};
        const size_t rounds = (ss->iterations ? ss->iterations : ITERATIONS) + 1;
        PAL_TRY(many_new(&many, classes.n, (size_t)population, scratch, err));
        for (size_t round = 0; round < rounds; round++) {
            for (size_t k = 0; k < classes.n; k++)
                share[k] = classes.count[k] / chance[k];
            PAL_TRY(chances(&classes, ss, &many, round, share, people, work, scratch, chance, err));
        }
    }
    for (size_t i = 0; i < recruits->n; i++)
        pi[i] = classes.of[i] == UINT32_MAX ? (double)NAN : chance[classes.of[i]];
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
