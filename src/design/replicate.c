/* replicate.c: factors by which the weights of a unit's rows are multiplied in each replicate, and
 * the variance that replicate estimates give. Factors belong to first-stage units, so statistics
 * that are functions of unit totals need no rows. */
#include "inside.h"

#include <math.h>
#include <string.h>

/* ---- units by stratum
 * ------------------------------------------------------------------------------ */

static enum pal_status layout_of(const struct pal_design *design, struct pal_arena *arena,
                                 struct replicate_layout *out, struct pal_error *err)
{
    const struct design_stage *stage = &design->stage[0];
    uint32_t *order = pal_arena_alloc(arena, stage->units + 1, sizeof *order);
    uint32_t *place = pal_arena_alloc(arena, stage->units + 1, sizeof *place);
    size_t *start = pal_arena_alloc(arena, stage->strata + 1, sizeof *start);
    if (!order || !place || !start)
        return pal_nomem(err, "the replicates");
    for (size_t h = 0; h < stage->strata; h++)
        start[h + 1] = start[h] + stage->stratum[h].sampled;
    size_t *fill = pal_arena_alloc(arena, stage->strata + 1, sizeof *fill);
    if (!fill)
        return pal_nomem(err, "the replicates");
    memcpy(fill, start, (stage->strata + 1) * sizeof *fill);
    for (size_t u = 0; u < stage->units; u++) {
        const uint32_t h = stage->unit_stratum[u];
        place[u] = (uint32_t)fill[h];
        order[fill[h]++] = (uint32_t)u;
    }
    *out = (struct replicate_layout){stage->strata, stage->units, order, place, start};
    return PAL_OK;
}

size_t replicate_sampled(const struct replicate_layout *layout, size_t stratum)
{
    return layout->start[stratum + 1] - layout->start[stratum];
}

double replicate_fraction(const struct pal_design *design, size_t stratum)
{
    const struct design_stratum *s = &design->stage[0].stratum[stratum];
    return isfinite(s->population) ? (double)s->sampled / s->population : 0;
}

/* Strata of one unit that is no census: what the design's rule makes of them. `*ordinary` counts
 * the others. */
static enum pal_status check_lonely(const struct replicate_maker *m, struct pal_replicates *out,
                                    size_t *ordinary, struct pal_error *err)
{
    const enum pal_lonely rule = m->design->spec.lonely;
    for (size_t h = 0; h < m->layout.strata; h++)
        if (replicate_sampled(&m->layout, h) == 1 && replicate_fraction(m->design, h) < 1)
            out->lonely++;
    *ordinary = m->layout.strata - out->lonely;
    if (!out->lonely)
        return PAL_OK;
    if (rule == PAL_LONELY_FAIL)
        return pal_fail(
            err, PAL_DOMAIN,
            "%zu strata have one sampled unit; choose --lonely-psu certainty, remove or "
            "average",
            out->lonely);
    if (rule == PAL_LONELY_ADJUST)
        return pal_fail(err, PAL_DOMAIN,
                        "--lonely-psu adjust is a rule of linearization; with replicates choose "
                        "certainty, remove or average");
    if (!*ordinary)
        return pal_fail(err, PAL_DOMAIN, "every stratum has one sampled unit");
    return PAL_OK;
}

static enum pal_status need_rscale(struct pal_replicates *out, double **rscale,
                                   struct pal_arena *arena, struct pal_error *err)
{
    *rscale = pal_arena_alloc(arena, out->n, sizeof **rscale);
    out->rscale = *rscale;
    return *rscale ? PAL_OK : pal_nomem(err, "the replicates");
}

/* ---- jackknives
 * ------------------------------------------------------------------------------------ */

/* JK1: one unit left out in turn, the others scaled up. */
static void jk1_factors(const struct replicate_maker *m, uint32_t psu, double *out)
{
    const double up = (double)m->n / ((double)m->n - 1);
    for (size_t r = 0; r < m->n; r++)
        out[r] = up;
    out[psu] = 0;
}

/* JKn: the same inside each stratum. Replicates are numbered as the units are, by stratum. */
static void jkn_factors(const struct replicate_maker *m, uint32_t psu, double *out)
{
    const uint32_t h = m->design->stage[0].unit_stratum[psu];
    const double n = (double)replicate_sampled(&m->layout, h);
    for (size_t r = 0; r < m->n; r++)
        out[r] = 1;
    for (size_t r = m->layout.start[h]; n > 1 && r < m->layout.start[h + 1]; r++)
        out[r] = m->layout.order[r] == psu ? 0 : n / (n - 1);
}

/* JK2: the first unit of each stratum left out in turn, the second doubled. */
static void jk2_factors(const struct replicate_maker *m, uint32_t psu, double *out)
{
    const uint32_t h = m->design->stage[0].unit_stratum[psu];
    for (size_t r = 0; r < m->n; r++)
        out[r] = 1;
    out[h] = m->layout.place[psu] == m->layout.start[h] ? 0 : 2;
}

static const struct replicate_kind jk1 = {"jk1", jk1_factors, true};
static const struct replicate_kind jkn = {"jkn", jkn_factors, true};
static const struct replicate_kind jk2 = {"jk2", jk2_factors, false};

static enum pal_status make_jk1(struct replicate_maker *m, struct pal_replicates *out,
                                struct pal_error *err)
{
    if (m->design->spec.strata[0])
        return pal_fail(err, PAL_DOMAIN, "jk1 is for designs without strata; choose jkn");
    const double n = (double)m->layout.units;
    m->kind = &jk1;
    out->n = m->layout.units;
    out->scale = (n - 1) / n * (1 - replicate_fraction(m->design, 0));
    return n < 2 ? pal_fail(err, PAL_DOMAIN, "jk1 needs two sampling units") : PAL_OK;
}

static enum pal_status make_jkn(struct replicate_maker *m, struct pal_replicates *out,
                                struct pal_arena *arena, struct pal_error *err)
{
    double *rscale;
    m->kind = &jkn;
    out->n = m->layout.units;
    out->scale = 1;
    PAL_TRY(need_rscale(out, &rscale, arena, err));
    for (size_t h = 0; h < m->layout.strata; h++) {
        const double n = (double)replicate_sampled(&m->layout, h);
        for (size_t r = m->layout.start[h]; r < m->layout.start[h + 1]; r++)
            rscale[r] = (n - 1) / n * (1 - replicate_fraction(m->design, h));
    }
    return PAL_OK;
}

static enum pal_status need_pairs(const struct replicate_maker *m, const char *kind,
                                  struct pal_error *err)
{
    for (size_t h = 0; h < m->layout.strata; h++)
        if (replicate_sampled(&m->layout, h) != 2)
            return pal_fail(err, PAL_DOMAIN,
                            "%s needs two sampling units in every stratum, and stratum %zu (in "
                            "order of appearance) has %zu; choose jkn or rao-wu",
                            kind, h + 1, replicate_sampled(&m->layout, h));
    return PAL_OK;
}

static enum pal_status make_jk2(struct replicate_maker *m, struct pal_replicates *out,
                                struct pal_error *err)
{
    PAL_TRY(need_pairs(m, "jk2", err));
    m->kind = &jk2;
    out->n = m->layout.strata;
    out->scale = 1;
    return PAL_OK;
}

/* ---- Hadamard matrices
 * ------------------------------------------------------------------------------ */

/* Entry (row, column) of a Hadamard matrix whose size is a power of two (Sylvester). */
static int hadamard(size_t row, size_t column) { return __builtin_parityll(row & column) ? -1 : 1; }

/* Column 0 is all ones and balances nothing: stratum h uses column h + 1. */
static void balanced_factors(const struct replicate_maker *m, uint32_t psu, double *out)
{
    const uint32_t h = m->design->stage[0].unit_stratum[psu];
    const int side = m->layout.place[psu] == m->layout.start[h] ? 1 : -1;
    for (size_t r = 0; r < m->n; r++)
        out[r] = hadamard(r, h + 1) == side ? 2 - m->rho : m->rho;
}

/* Each unit against the next in the order of the file, by two columns. */
static void successive_factors(const struct replicate_maker *m, uint32_t psu, double *out)
{
    const size_t first = 1 + psu % (m->n - 1), second = 1 + (psu + 1) % (m->n - 1);
    const double step = 0.35355339059327373; /* 2^-1.5 */
    for (size_t r = 0; r < m->n; r++)
        out[r] = 1 + step * (hadamard(r, first) - hadamard(r, second));
}

static const struct replicate_kind balanced = {"brr", balanced_factors, false};
static const struct replicate_kind successive = {"sdr", successive_factors, false};

static enum pal_status make_balanced(struct replicate_maker *m, struct pal_replicates *out,
                                     const char *name, struct pal_error *err)
{
    PAL_TRY(need_pairs(m, name, err));
    m->kind = &balanced;
    out->n = 2;
    while (out->n < m->layout.strata + 1)
        out->n *= 2;
    out->scale = 1 / ((double)out->n * (1 - m->rho) * (1 - m->rho));
    return PAL_OK;
}

static enum pal_status make_successive(struct replicate_maker *m, size_t replicates,
                                       struct pal_replicates *out, struct pal_error *err)
{
    m->kind = &successive;
    out->n = 4;
    while (out->n < (replicates ? replicates : m->layout.units + 2))
        out->n *= 2;
    if (replicates && out->n != replicates)
        return pal_fail(
            err, PAL_USAGE,
            "sdr:%zu has no Hadamard matrix here; the number must be a power of two from "
            "4, as sdr:%zu",
            replicates, out->n);
    out->scale = 4 / (double)out->n;
    out->mse = true;
    return PAL_OK;
}

/* ---- factors given by unit
 * ------------------------------------------------------------------------- */

static void given_factors(const struct replicate_maker *m, uint32_t psu, double *out)
{
    memcpy(out, m->given + psu * m->n, m->n * sizeof *out);
}

static const struct replicate_kind given = {"replicates", given_factors, false};

enum pal_status pal_replicates_of(const struct pal_design *design, size_t n, const double *factor,
                                  struct pal_arena *arena, struct pal_replicates *out,
                                  struct pal_error *err)
{
    struct replicate_maker *m = pal_arena_alloc(arena, 1, sizeof *m);
    if (!m)
        return pal_nomem(err, "the replicates");
    *m = (struct replicate_maker){.kind = &given, .design = design, .n = n, .given = factor};
    *out = (struct pal_replicates){.n = n, .scale = 1, .maker = m};
    return layout_of(design, arena, &m->layout, err);
}

/* ---- the doors
 * ------------------------------------------------------------------------------------- */

static enum pal_status make_kind(struct replicate_maker *m, enum pal_replicate_kind kind,
                                 size_t replicates, uint64_t seed, struct pal_arena *arena,
                                 struct pal_replicates *out, struct pal_error *err)
{
    switch (kind) {
    case PAL_REP_JK1:
        return make_jk1(m, out, err);
    case PAL_REP_JKN:
        return make_jkn(m, out, arena, err);
    case PAL_REP_JK2:
        return make_jk2(m, out, err);
    case PAL_REP_BRR:
        m->rho = 0;
        return make_balanced(m, out, "brr", err);
    case PAL_REP_FAY:
        if (!(m->rho > 0 && m->rho < 1))
            return pal_fail(err, PAL_USAGE, "fay:RHO needs a number between 0 and 1, not %g",
                            m->rho);
        return make_balanced(m, out, "fay", err);
    case PAL_REP_BOOTSTRAP:
        return replicate_bootstrap(m, replicates, false, seed, arena, out, err);
    case PAL_REP_RAO_WU:
        return replicate_bootstrap(m, replicates, true, seed, arena, out, err);
    case PAL_REP_SDR:
        return make_successive(m, replicates, out, err);
    case PAL_REP_GIVEN:
        break;
    }
    return pal_fail(err, PAL_BUG, "given replicates are not made");
}

enum pal_status pal_replicates_make(const struct pal_design *design, enum pal_replicate_kind kind,
                                    size_t replicates, double rho, uint64_t seed,
                                    struct pal_arena *arena, struct pal_replicates *out,
                                    struct pal_error *err)
{
    struct replicate_maker *m = pal_arena_alloc(arena, 1, sizeof *m);
    if (!m)
        return pal_nomem(err, "the replicates");
    *m = (struct replicate_maker){.design = design, .rho = rho};
    *out = (struct pal_replicates){.maker = m};
    size_t ordinary;
    PAL_TRY(layout_of(design, arena, &m->layout, err));
    PAL_TRY(check_lonely(m, out, &ordinary, err));
    PAL_TRY(make_kind(m, kind, replicates, seed, arena, out, err));
    m->n = out->n;
    if (design->spec.lonely == PAL_LONELY_AVERAGE)
        out->scale *= (double)m->layout.strata / (double)ordinary;
    return PAL_OK;
}

/* ---- from totals of units to totals of replicates
 * -------------------------------------------------- */

struct unit_adds {
    const struct pal_replicates *replicates;
    const uint32_t *psu;
    const double *total; /* [units * width] */
    size_t units, width;
    double *factor; /* [n] of the unit at hand */
    double *out;    /* [width * n] */
};

#if defined(__GNUC__)
#define ALWAYS inline __attribute__((always_inline))
#else
#define ALWAYS inline
#endif

static ALWAYS void add_part(double *restrict out, const double *restrict factor, double part,
                            size_t n)
{
    for (size_t r = 0; r < n; r++)
        out[r] += factor[r] * part;
}

static ALWAYS void add_units(const struct unit_adds *a)
{
    const struct replicate_maker *m = a->replicates->maker;
    const size_t n = a->replicates->n;
    for (size_t u = 0; u < a->units; u++) {
        if (m->draws)
            replicate_draws(m, a->psu[u], a->factor);
        else
            m->kind->factors(m, a->psu[u], a->factor);
        for (size_t k = 0; k < a->width; k++)
            if (a->total[u * a->width + k] != 0)
                add_part(a->out + k * n, a->factor, a->total[u * a->width + k], n);
    }
}

/* The same operations in the same order, eight, four or two replicates at once. */
static void add_any(const struct unit_adds *a) { add_units(a); }
#if defined(__x86_64__)
__attribute__((target("avx2"))) static void add_avx2(const struct unit_adds *a) { add_units(a); }
#if defined(__clang__) /* which knows no such word, and takes the wide ones as it likes */
#define WIDE "avx512f,avx512bw,avx512vl"
#else
#define WIDE "avx512f,avx512bw,avx512vl,prefer-vector-width=512"
#endif
__attribute__((target(WIDE))) static void add_avx512(const struct unit_adds *a) { add_units(a); }
#endif

static void add_on_machine(const struct unit_adds *a)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return add_avx512(a);
    if (__builtin_cpu_supports("avx2"))
        return add_avx2(a);
#endif
    add_any(a);
}

void pal_replicates_factors(const struct pal_replicates *replicates, uint32_t psu, double *out)
{
    replicates->maker->kind->factors(replicates->maker, psu, out);
}

enum pal_status pal_replicates_totals(const struct pal_replicates *replicates, size_t units,
                                      const uint32_t *psu, size_t width, const double *total,
                                      struct pal_arena *scratch, double *out, struct pal_error *err)
{
    const struct replicate_maker *m = replicates->maker;
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    const size_t n = replicates->n;
    if (m->kind->leaves_one_out) {
        PAL_TRY(replicate_leave_out(m, units, psu, width, total, scratch, out, err));
        pal_arena_reset(scratch, mark);
        return PAL_OK;
    }
    double *factor = pal_arena_alloc(scratch, n, sizeof *factor);
    if (!factor)
        return pal_nomem(err, "the replicates");
    memset(out, 0, width * n * sizeof *out);
    const struct unit_adds adds = {replicates, psu, total, units, width, factor, out};
    add_on_machine(&adds);
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

double pal_replicates_covariance(const struct pal_replicates *replicates, const double *a,
                                 const double *b, double full_a, double full_b)
{
    const double *rscale = replicates->rscale;
    double centre_a = full_a, centre_b = full_b, sum = 0;
    size_t used = 0;
    if (!replicates->mse)
        centre_a = centre_b = 0;
    for (size_t r = 0; r < replicates->n; r++) {
        if (isnan(a[r]) || isnan(b[r]) || (rscale && !(rscale[r] > 0)))
            continue;
        used++;
        if (!replicates->mse) {
            centre_a += a[r];
            centre_b += b[r];
        }
    }
    if (!used)
        return (double)NAN;
    if (!replicates->mse) {
        centre_a /= (double)used;
        centre_b /= (double)used;
    }
    for (size_t r = 0; r < replicates->n; r++)
        if (!isnan(a[r]) && !isnan(b[r]))
            sum += (rscale ? rscale[r] : 1) * (a[r] - centre_a) * (b[r] - centre_b);
    return replicates->scale * sum;
}
