/* bootstrap.c: units drawn with replacement within strata. How often a unit is drawn fits a byte;
 * the factor is low + step * draws, one pair a stratum.
 *
 * Canty & Davison (1999) draw n_h of n_h; with a finite population they draw n_h without
 * replacement from the sample repeated up to the population, which gives (1 - f) N/(N - 1). The
 * factor is the number of draws; the lost (n - 1)/n comes back in the scale, by the harmonic mean
 * of n_h. Rao, Wu & Yue (1992) draw n_h - 1 and rescale: 1 + sqrt(1 - f_h) (draws n_h / (n_h - 1) -
 * 1), which needs no scale and is never below zero. */
#include "inside.h"

#include <math.h>

static void bootstrap_factors(const struct replicate_maker *m, uint32_t psu, double *out)
{
    replicate_draws(m, psu, out);
}

static const struct replicate_kind bootstrap = {"bootstrap", bootstrap_factors, false};

struct drawing {
    struct replicate_maker *maker;
    uint8_t *draws;
    bool rao_wu;
    uint64_t seed;
};

/* Sequential draws without replacement: unit i stands population/n times in what is drawn from, the
 * remainder falls on units in a random order. */
static void draw_finite(struct pal_random *random, uint32_t *left, size_t n, uint64_t population,
                        size_t r, size_t replicates, uint8_t *draws)
{
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        left[i] = (uint32_t)(population / n);
    uint64_t rest = population % n;
    for (size_t i = 0; i < n && rest; i++)
        if (pal_random_below(random, n - i) < rest) {
            left[i]++;
            rest--;
        }
    for (size_t d = 0; d < n; d++) {
        uint64_t at = pal_random_below(random, population - d);
        size_t i = 0;
        while (at >= left[i])
            at -= left[i++];
        left[i]--;
        draws[i * replicates + r]++;
    }
}

static enum pal_status draw_stratum(void *context, size_t h, struct pal_error *err)
{
    const struct drawing *d = context;
    const struct replicate_maker *m = d->maker;
    const size_t n = replicate_sampled(&m->layout, h);
    uint8_t *draws = d->draws + m->layout.start[h] * m->n; /* of the stratum's first unit */
    const double population = m->design->stage[0].stratum[h].population;
    const bool finite = !d->rao_wu && isfinite(population) && population < UINT32_MAX;
    if (n < 2)
        return PAL_OK; /* kept whole in every replicate */
    struct pal_arena *arena = pal_arena_new();
    uint32_t *left = arena ? pal_arena_alloc(arena, n, sizeof *left) : NULL;
    for (size_t r = 0; left && r < m->n; r++) {
        struct pal_random random;
        /* A stream a stratum and replicate: neither depends on how many there are of the other. */
        pal_random_start(&random, d->seed, d->rao_wu ? "rao-wu" : "bootstrap",
                         (uint64_t)h << 32 | r);
        if (finite) {
            draw_finite(&random, left, n, (uint64_t)llround(population), r, m->n, draws);
            continue;
        }
        for (size_t i = 0; i < (d->rao_wu ? n - 1 : n); i++)
            draws[pal_random_below(&random, n) * m->n + r]++;
    }
    const enum pal_status status = left ? PAL_OK : pal_nomem(err, "the replicates");
    if (arena)
        pal_arena_free(arena);
    return status;
}

enum pal_status replicate_bootstrap(struct replicate_maker *m, size_t replicates, bool rao_wu,
                                    uint64_t seed, struct pal_arena *arena,
                                    struct pal_replicates *out, struct pal_error *err)
{
    const struct replicate_layout *l = &m->layout;
    if (replicates < 2)
        return pal_fail(err, PAL_USAGE, "a bootstrap needs at least 2 replicates");
    double *low = pal_arena_alloc(arena, l->strata, sizeof *low);
    double *step = pal_arena_alloc(arena, l->strata, sizeof *step);
    uint8_t *draws = pal_arena_alloc(arena, l->units, replicates);
    if (!low || !step || !draws)
        return pal_nomem(err, "the replicates");
    double inverse = 0, counted = 0;
    for (size_t h = 0; h < l->strata; h++) {
        const double n = (double)replicate_sampled(l, h);
        low[h] = n > 1 ? 0 : 1;
        step[h] = n > 1 ? 1 : 0;
        if (n < 2)
            continue;
        inverse += 1 / n;
        counted++;
        if (rao_wu) {
            const double stretch = sqrt(1 - replicate_fraction(m->design, h));
            low[h] = 1 - stretch;
            step[h] = stretch * n / (n - 1);
        }
    }
    *out = (struct pal_replicates){
        .n = replicates, .scale = 1 / ((double)replicates - 1), .lonely = out->lonely, .maker = m};
    if (!rao_wu && counted > 0)
        out->scale /= 1 - inverse / counted;
    m->kind = &bootstrap;
    m->n = replicates;
    m->low = low;
    m->step = step;
    m->draws = draws;
    struct drawing drawing = {m, draws, rao_wu, seed};
    return pal_parallel(l->strata, 0, draw_stratum, &drawing, err);
}
