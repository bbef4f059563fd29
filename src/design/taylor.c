/* taylor.c: covariance of linearized estimates, stage by stage.
 *
 * At each stage the z of a unit is the sum over what it holds. A stage adds, for every stratum h,
 *     factor (1 - f_h) n_h / (n_h - 1) sum_i (a_hi - a_h)(b_hi - b_h)
 * where factor is the product of the sampling fractions above it. */
#include "inside.h"

#include <math.h>
#include <string.h>

struct sums { /* one stage's units, dense */
    double *a, *b;
    uint8_t *seen; /* the domain has a row here */
};

struct stratum_sums {
    double a, b; /* sums over units       */
    double aa;   /* then centred products */
    size_t seen;
    double factor; /* product of fractions above; set from the parent */
};

static enum pal_status sums_new(struct sums *sums, size_t n, struct pal_arena *scratch,
                                struct pal_error *err)
{
    sums->a = pal_arena_alloc(scratch, n, sizeof *sums->a);
    sums->b = pal_arena_alloc(scratch, n, sizeof *sums->b);
    sums->seen = pal_arena_alloc(scratch, n, sizeof *sums->seen);
    return sums->a && sums->b && sums->seen ? PAL_OK : pal_nomem(err, "the units of the design");
}

static enum pal_status lonely_refused(size_t stage, uint32_t stratum, struct pal_error *err)
{
    return pal_fail(
        err, PAL_DOMAIN,
        "stratum %u of stage %zu has one sampled unit; choose --lonely-psu certainty, remove, "
        "average or adjust",
        (unsigned)stratum + 1, stage + 1);
}

struct stage_work {
    const struct pal_design *design;
    const struct design_stage *stage;
    size_t number;
    const struct sums *sums;
    struct stratum_sums *stratum; /* [strata] */
    double centre_a, centre_b;    /* of all units: the adjust rule */
};

static bool census(const struct design_stratum *stratum)
{
    return (double)stratum->sampled >= stratum->population;
}

/* Under adjust and average a domain that leaves one unit of several may count as lonely too. */
static bool left_alone(const struct stage_work *work, size_t h)
{
    return work->design->spec.lonely_domain && work->stage->stratum[h].sampled > 1 &&
           work->stratum[h].seen == 1;
}

static void centre_of_all(struct stage_work *work)
{
    double a = 0, b = 0, n = 0;
    for (size_t h = 0; h < work->stage->strata; h++) {
        if (!work->stratum[h].seen)
            continue;
        a += work->stratum[h].a;
        b += work->stratum[h].b;
        n += (double)work->stage->stratum[h].sampled;
    }
    work->centre_a = n > 0 ? a / n : 0;
    work->centre_b = n > 0 ? b / n : 0;
}

static void centred_products(struct stage_work *work)
{
    const struct pal_design *design = work->design;
    const bool adjust = design->spec.lonely == PAL_LONELY_ADJUST;
    if (adjust)
        centre_of_all(work);
    /* Units without domain rows are zeros: their part is added in one step per stratum. */
    for (size_t u = 0; u < work->stage->units; u++) {
        const uint32_t h = work->stage->unit_stratum[u];
        struct stratum_sums *stratum = &work->stratum[h];
        if (!stratum->seen || !work->sums->seen[u])
            continue;
        const double n = (double)work->stage->stratum[h].sampled;
        const bool shifted = adjust && (n <= 1 || left_alone(work, h));
        const double ca = shifted ? work->centre_a : stratum->a / n;
        const double cb = shifted ? work->centre_b : stratum->b / n;
        stratum->aa += (work->sums->a[u] - ca) * (work->sums->b[u] - cb);
    }
    for (size_t h = 0; h < work->stage->strata; h++) {
        struct stratum_sums *stratum = &work->stratum[h];
        if (!stratum->seen)
            continue;
        const double n = (double)work->stage->stratum[h].sampled;
        const bool shifted = adjust && (n <= 1 || left_alone(work, h));
        const double ca = shifted ? work->centre_a : stratum->a / n;
        const double cb = shifted ? work->centre_b : stratum->b / n;
        stratum->aa += (n - (double)stratum->seen) * ca * cb;
    }
}

static enum pal_status stage_variance(struct stage_work *work, struct pal_design_variance *out,
                                      struct pal_error *err)
{
    const enum pal_lonely rule = work->design->spec.lonely;
    double total = 0;
    size_t strata = 0, ordinary = 0;
    centred_products(work);
    for (size_t h = 0; h < work->stage->strata; h++) {
        const struct stratum_sums *sums = &work->stratum[h];
        const struct design_stratum *stratum = &work->stage->stratum[h];
        if (!sums->seen)
            continue;
        strata++;
        const double n = (double)stratum->sampled;
        const double f = isfinite(stratum->population) ? n / stratum->population : 0;
        if (census(stratum)) {
            ordinary++;
            continue;
        }
        const bool alone = stratum->sampled == 1;
        if (alone && rule == PAL_LONELY_FAIL)
            return lonely_refused(work->number, (uint32_t)h, err);
        const bool dropped =
            alone ? rule != PAL_LONELY_ADJUST : rule == PAL_LONELY_AVERAGE && left_alone(work, h);
        out->lonely += alone || (left_alone(work, h) && rule >= PAL_LONELY_AVERAGE);
        if (dropped)
            continue;
        ordinary++;
        total += sums->factor * (1 - f) * (alone ? 1 : n / (n - 1)) * sums->aa;
    }
    if (rule == PAL_LONELY_AVERAGE && ordinary && ordinary < strata)
        total *= (double)strata / (double)ordinary;
    out->value += total;
    return PAL_OK;
}

/* Sums of a stage's units per stratum, and the factor that a stratum inherits from above. */
static enum pal_status stratum_sums(const struct design_stage *stage, const struct sums *sums,
                                    struct pal_arena *scratch, struct stratum_sums **out,
                                    struct pal_error *err)
{
    struct stratum_sums *stratum = pal_arena_alloc(scratch, stage->strata, sizeof *stratum);
    if (!stratum)
        return pal_nomem(err, "the strata of the design");
    for (size_t u = 0; u < stage->units; u++) {
        if (!sums->seen[u])
            continue;
        struct stratum_sums *h = &stratum[stage->unit_stratum[u]];
        h->a += sums->a[u];
        h->b += sums->b[u];
        h->seen++;
    }
    for (size_t h = 0; h < stage->strata; h++)
        stratum[h].factor = 1;
    *out = stratum;
    return PAL_OK;
}

static void add_influence(const struct pal_influence *from, double *to, uint8_t *seen)
{
    for (size_t i = 0; i < from->n; i++) {
        to[from->unit[i]] += from->z[i];
        seen[from->unit[i]] = 1;
    }
}

enum pal_status pal_design_covariance(const struct pal_design *design,
                                      const struct pal_influence *a, const struct pal_influence *b,
                                      struct pal_arena *scratch, struct pal_design_variance *out,
                                      struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    const size_t levels = design->levels;
    struct sums sums[PAL_MAX_STAGES];
    struct stratum_sums *strata[PAL_MAX_STAGES];
    *out = (struct pal_design_variance){0};
    for (size_t s = 0; s < levels; s++)
        PAL_TRY(sums_new(&sums[s], design->stage[s].units, scratch, err));
    add_influence(a, sums[levels - 1].a, sums[levels - 1].seen);
    add_influence(b, sums[levels - 1].b, sums[levels - 1].seen);
    for (size_t s = levels - 1; s > 0; s--) {
        const struct design_stage *stage = &design->stage[s];
        for (size_t u = 0; u < stage->units; u++) {
            const uint32_t above = stage->stratum[stage->unit_stratum[u]].parent;
            sums[s - 1].a[above] += sums[s].a[u];
            sums[s - 1].b[above] += sums[s].b[u];
            sums[s - 1].seen[above] |= sums[s].seen[u];
        }
    }
    for (size_t s = 0; s < levels; s++) {
        const struct design_stage *stage = &design->stage[s];
        PAL_TRY(stratum_sums(stage, &sums[s], scratch, &strata[s], err));
        for (size_t h = 0; s > 0 && h < stage->strata; h++) {
            const struct design_stage *up = &design->stage[s - 1];
            const uint32_t over = up->unit_stratum[stage->stratum[h].parent];
            const struct design_stratum *parent = &up->stratum[over];
            strata[s][h].factor =
                strata[s - 1][over].factor *
                (isfinite(parent->population) ? (double)parent->sampled / parent->population : 0);
        }
        struct stage_work work = {design, stage, s, &sums[s], strata[s], 0, 0};
        PAL_TRY(stage_variance(&work, out, err));
    }
    size_t units = 0, domain_strata = 0;
    for (size_t h = 0; h < design->stage[0].strata; h++) {
        units += strata[0][h].seen;
        domain_strata += strata[0][h].seen > 0;
    }
    out->df = (double)units - (double)domain_strata;
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
