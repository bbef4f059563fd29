/* replicate.c: factors by which the weights of a unit's rows are multiplied in each replicate, and
 * the variance that replicate estimates give. Factors belong to first-stage units, so statistics
 * that are functions of unit totals need no rows. */
#include "inside.h"

#include <math.h>
#include <string.h>

struct layout { /* first-stage units listed by stratum */
    size_t          strata, units;
    const uint32_t *order; /* [units] units of stratum 0, then 1, ... in order of appearance */
    const size_t   *start; /* [strata + 1] */
};

static enum pal_status layout_of(const struct pal_design *design, struct pal_arena *arena,
                                 struct layout *out, struct pal_error *err)
{
    const struct design_stage *stage = &design->stage[0];
    uint32_t                  *order = pal_arena_alloc(arena, stage->units + 1, sizeof *order);
    size_t                    *start = pal_arena_alloc(arena, stage->strata + 1, sizeof *start);
    size_t                    *fill = pal_arena_alloc(arena, stage->strata + 1, sizeof *fill);
    if (!order || !start || !fill)
        return pal_nomem(err, "the replicates");
    for (size_t h = 0; h < stage->strata; h++)
        start[h + 1] = start[h] + stage->stratum[h].sampled;
    memcpy(fill, start, (stage->strata + 1) * sizeof *fill);
    for (size_t u = 0; u < stage->units; u++)
        order[fill[stage->unit_stratum[u]]++] = (uint32_t)u;
    *out = (struct layout){ stage->strata, stage->units, order, start };
    return PAL_OK;
}

static double fraction(const struct pal_design *design, size_t h)
{
    const struct design_stratum *stratum = &design->stage[0].stratum[h];
    return isfinite(stratum->population) ? (double)stratum->sampled / stratum->population : 0;
}

struct making {
    const struct pal_design *design;
    struct layout            layout;
    struct pal_arena        *arena;
    struct pal_replicates   *out;
    double                  *factor, *rscale;
    struct pal_error        *err;
};

static enum pal_status room(struct making *m, size_t n)
{
    m->out->n = n;
    m->factor = pal_arena_alloc(m->arena, m->layout.units * n, sizeof *m->factor);
    m->rscale = pal_arena_alloc(m->arena, n, sizeof *m->rscale);
    if (!m->factor || !m->rscale)
        return pal_nomem(m->err, "the replicates");
    for (size_t i = 0; i < m->layout.units * n; i++)
        m->factor[i] = 1;
    for (size_t r = 0; r < n; r++)
        m->rscale[r] = 1;
    m->out->factor = m->factor;
    m->out->rscale = m->rscale;
    return PAL_OK;
}

/* One unit left out in turn, the others scaled up; strata ignored (JK1) or kept (JKn). */
static enum pal_status jackknife(struct making *m, bool strata)
{
    const struct layout *l = &m->layout;
    PAL_TRY(room(m, l->units));
    if (!strata) {
        const double n = (double)l->units;
        m->out->scale = (n - 1) / n * (l->strata == 1 ? 1 - fraction(m->design, 0) : 1);
        for (size_t r = 0; r < l->units; r++)
            for (size_t u = 0; u < l->units; u++)
                m->factor[u * l->units + r] = u == r ? 0 : n / (n - 1);
        return PAL_OK;
    }
    m->out->scale = 1;
    size_t r = 0;
    for (size_t h = 0; h < l->strata; h++) {
        const double n = (double)(l->start[h + 1] - l->start[h]);
        for (size_t i = l->start[h]; i < l->start[h + 1]; i++, r++) {
            m->rscale[r] = (n - 1) / n * (1 - fraction(m->design, h));
            for (size_t j = l->start[h]; j < l->start[h + 1] && n > 1; j++)
                m->factor[l->order[j] * l->units + r] = i == j ? 0 : n / (n - 1);
        }
    }
    return PAL_OK;
}

static enum pal_status need_pairs(const struct making *m, const char *kind)
{
    for (size_t h = 0; h < m->layout.strata; h++)
        if (m->layout.start[h + 1] - m->layout.start[h] != 2)
            return pal_fail(m->err, PAL_DOMAIN, "%s needs two sampling units in every stratum; stratum %zu has %zu",
                            kind, h + 1, m->layout.start[h + 1] - m->layout.start[h]);
    return PAL_OK;
}

/* The first unit of each stratum dropped in turn, the second doubled. */
static enum pal_status jackknife_pairs(struct making *m)
{
    const struct layout *l = &m->layout;
    PAL_TRY(need_pairs(m, "jk2"));
    PAL_TRY(room(m, l->strata));
    m->out->scale = 1;
    for (size_t h = 0; h < l->strata; h++) {
        m->factor[l->order[l->start[h]] * l->strata + h] = 0;
        m->factor[l->order[l->start[h] + 1] * l->strata + h] = 2;
    }
    return PAL_OK;
}

/* Entry (row, column) of a Hadamard matrix whose size is a power of two (Sylvester). */
static int hadamard(size_t row, size_t column)
{
    return __builtin_parityll(row & column) ? -1 : 1;
}

static enum pal_status balanced(struct making *m, double rho)
{
    const struct layout *l = &m->layout;
    PAL_TRY(need_pairs(m, rho > 0 ? "fay" : "brr"));
    size_t n = 2;
    while (n < l->strata + 1) /* column 0 is all ones and balances nothing */
        n *= 2;
    PAL_TRY(room(m, n));
    m->out->scale = 1 / ((double)n * (1 - rho) * (1 - rho));
    for (size_t h = 0; h < l->strata; h++)
        for (size_t r = 0; r < n; r++) {
            const double up = hadamard(r, h + 1) > 0 ? 2 - rho : rho;
            m->factor[l->order[l->start[h]] * n + r] = up;
            m->factor[l->order[l->start[h] + 1] * n + r] = 2 - up;
        }
    return PAL_OK;
}

/* Units drawn with replacement within strata. Canty & Davison draw n_h, Rao & Wu n_h - 1 and rescale. */
static enum pal_status bootstrap(struct making *m, size_t replicates, bool rao_wu, uint64_t seed)
{
    const struct layout *l = &m->layout;
    if (replicates < 2)
        return pal_fail(m->err, PAL_USAGE, "a bootstrap needs at least 2 replicates");
    PAL_TRY(room(m, replicates));
    m->out->scale = 1 / ((double)replicates - 1);
    for (size_t r = 0; r < replicates; r++) {
        struct pal_random random;
        pal_random_start(&random, seed, rao_wu ? "rao-wu" : "bootstrap", r);
        for (size_t h = 0; h < l->strata; h++) {
            const size_t n = l->start[h + 1] - l->start[h];
            if (n < 2)
                continue; /* a lonely unit is kept whole: it shows no variance, as under certainty */
            const double f = fraction(m->design, h);
            const size_t draws = rao_wu ? n - 1 : n;
            for (size_t i = l->start[h]; i < l->start[h + 1]; i++)
                m->factor[l->order[i] * replicates + r] = 0;
            for (size_t d = 0; d < draws; d++)
                m->factor[l->order[l->start[h] + pal_random_below(&random, n)] * replicates + r] += 1;
            const double stretch = rao_wu ? sqrt((1 - f) * (double)draws / ((double)n - 1)) : sqrt(1 - f);
            for (size_t i = l->start[h]; i < l->start[h + 1]; i++) {
                double      *factor = &m->factor[l->order[i] * replicates + r];
                const double drawn = *factor * (double)n / (double)draws;
                const double unbiased = rao_wu ? 1 : sqrt((double)n / ((double)n - 1));
                *factor = 1 + stretch * unbiased * (drawn - 1);
            }
        }
    }
    return PAL_OK;
}

/* Successive differences: each unit against the next in the order of the file, by two columns of a
 * Hadamard matrix (Fay & Train 1995). */
static enum pal_status successive(struct making *m, size_t replicates)
{
    const struct layout *l = &m->layout;
    size_t               n = 4;
    while (n < (replicates ? replicates : l->units + 2))
        n *= 2;
    PAL_TRY(room(m, n));
    m->out->scale = 4 / (double)n;
    m->out->mse = true;
    const double step = pow(2, -1.5);
    for (size_t u = 0; u < l->units; u++) {
        const size_t first = 1 + u % (n - 1), second = 1 + (u + 1) % (n - 1);
        for (size_t r = 0; r < n; r++)
            m->factor[u * n + r] = 1 + step * hadamard(r, first) - step * hadamard(r, second);
    }
    return PAL_OK;
}

enum pal_status pal_replicates_make(const struct pal_design *design, enum pal_replicate_kind kind,
                                    size_t replicates, double rho, uint64_t seed,
                                    struct pal_arena *arena, struct pal_replicates *out,
                                    struct pal_error *err)
{
    struct making m = { .design = design, .arena = arena, .out = out, .err = err };
    *out = (struct pal_replicates){ 0 };
    PAL_TRY(layout_of(design, arena, &m.layout, err));
    switch (kind) {
    case PAL_REP_JK1:
        return jackknife(&m, false);
    case PAL_REP_JKN:
        return jackknife(&m, true);
    case PAL_REP_JK2:
        return jackknife_pairs(&m);
    case PAL_REP_BRR:
        return balanced(&m, 0);
    case PAL_REP_FAY:
        if (!(rho > 0 && rho < 1))
            return pal_fail(err, PAL_USAGE, "fay:RHO needs a number between 0 and 1, not %g", rho);
        return balanced(&m, rho);
    case PAL_REP_BOOTSTRAP:
        return bootstrap(&m, replicates, false, seed);
    case PAL_REP_RAO_WU:
        return bootstrap(&m, replicates, true, seed);
    case PAL_REP_SDR:
        return successive(&m, replicates);
    case PAL_REP_GIVEN:
        break;
    }
    return pal_fail(err, PAL_BUG, "given replicates are not made");
}

double pal_replicates_covariance(const struct pal_replicates *replicates, const double *a,
                                 const double *b, double full_a, double full_b)
{
    double centre_a = full_a, centre_b = full_b, used = 0;
    if (!replicates->mse) {
        centre_a = centre_b = 0;
        for (size_t r = 0; r < replicates->n; r++) {
            if (isnan(a[r]) || isnan(b[r]) || (replicates->rscale && !(replicates->rscale[r] > 0)))
                continue;
            centre_a += a[r];
            centre_b += b[r];
            used++;
        }
        centre_a /= used;
        centre_b /= used;
    }
    double sum = 0;
    for (size_t r = 0; r < replicates->n; r++)
        if (!isnan(a[r]) && !isnan(b[r]))
            sum += (replicates->rscale ? replicates->rscale[r] : 1) * (a[r] - centre_a) * (b[r] - centre_b);
    return replicates->scale * sum;
}
