/* taylor.c: covariance of linearized estimates, stage by stage, over the units that a domain
 * touches: what it costs grows with them and not with the design.
 *
 * At each stage the z of a unit is the sum over what it holds. A stage adds, for every stratum h,
 *     factor (1 - f_h) n_h / (n_h - 1) sum_i (a_hi - a_h)(b_hi - b_h)
 * where factor is the product of the sampling fractions above it. Units with inclusion
 * probabilities of their own take the place of 1 - f_h each with its 1 - p_i. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct touched_stage {
    size_t units, strata;
    bool in_order;     /* the last stage: the caller's list was arranged already */
    uint32_t *stratum; /* [strata] ascending, those of a stage that hold a touched unit */
    size_t *start;     /* [strata + 1] their units, in the order of the stage           */
    uint32_t *place;   /* [units] the last stage: where a unit stood in the caller's list */
    double *spread;    /* [units] 1 - p, where units have a p of their own; NULL             */
    uint32_t *unit;    /* [units] their numbers, where there are spreads                     */
    uint32_t *above;   /* [strata] stages below the first: the unit that holds the stratum */
};

struct pal_touched {
    const struct pal_design *design;
    size_t units;
    struct touched_stage stage[PAL_MAX_STAGES];
};

/* ---- arranging ------------------------------------------------------------------------------ */

static int key_order(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Sorts units by stratum; those of one stratum keep their order. key[n] = stratum << 32 | place.
 * True when they were sorted already. */
static bool sort_keys(uint64_t *key, size_t n)
{
    bool sorted = true;
    for (size_t i = 1; i < n; i++)
        sorted = sorted && key[i - 1] <= key[i];
    if (!sorted)
        qsort(key, n, sizeof *key, key_order);
    return sorted;
}

static enum pal_status arrange(const struct design_stage *stage, const uint32_t *unit, size_t n,
                               struct pal_arena *arena, struct touched_stage *out,
                               struct pal_error *err)
{
    uint64_t *key = pal_arena_alloc(arena, n + 1, sizeof *key);
    out->place = pal_arena_alloc(arena, n + 1, sizeof *out->place);
    if (!key || !out->place)
        return pal_nomem(err, "the units of a domain");
    for (size_t i = 0; i < n; i++)
        key[i] = (uint64_t)stage->unit_stratum[unit[i]] << 32 | i;
    out->in_order = sort_keys(key, n);
    size_t strata = 0;
    for (size_t i = 0; i < n; i++)
        strata += i == 0 || key[i] >> 32 != key[i - 1] >> 32;
    out->stratum = pal_arena_alloc(arena, strata + 1, sizeof *out->stratum);
    out->start = pal_arena_alloc(arena, strata + 1, sizeof *out->start);
    if (!out->stratum || !out->start)
        return pal_nomem(err, "the strata of a domain");
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || key[i] >> 32 != key[i - 1] >> 32) {
            out->start[out->strata] = i;
            out->stratum[out->strata++] = (uint32_t)(key[i] >> 32);
        }
        out->place[i] = (uint32_t)key[i];
    }
    out->start[out->strata] = n;
    out->units = n;
    if (stage->probability) {
        out->spread = pal_arena_alloc(arena, n + 1, sizeof *out->spread);
        out->unit = pal_arena_alloc(arena, n + 1, sizeof *out->unit);
        if (!out->spread || !out->unit)
            return pal_nomem(err, "the units of a domain");
        for (size_t i = 0; i < n; i++) {
            out->unit[i] = unit[out->place[i]];
            out->spread[i] = 1 - stage->probability[out->unit[i]];
        }
    }
    return PAL_OK;
}

/* The units of the stage above that hold the touched strata, and where each stratum's is. */
static enum pal_status climb(const struct design_stage *stage, struct touched_stage *below,
                             const struct design_stage *up, struct touched_stage *out,
                             struct pal_arena *arena, struct pal_error *err)
{
    uint64_t *key = pal_arena_alloc(arena, below->strata + 1, sizeof *key);
    uint32_t *unit = pal_arena_alloc(arena, below->strata + 1, sizeof *unit);
    uint32_t *number = pal_arena_alloc(arena, below->strata + 1, sizeof *number);
    below->above = pal_arena_alloc(arena, below->strata + 1, sizeof *below->above);
    if (!key || !unit || !number || !below->above)
        return pal_nomem(err, "the units of a domain");
    size_t n = 0;
    for (size_t h = 0; h < below->strata; h++)
        key[h] = (uint64_t)stage->stratum[below->stratum[h]].parent << 32 | h;
    (void)sort_keys(key, below->strata);
    for (size_t i = 0; i < below->strata; i++) {
        const uint32_t parent = (uint32_t)(key[i] >> 32);
        if (!n || unit[n - 1] != parent)
            unit[n++] = parent;
        number[(uint32_t)key[i]] = (uint32_t)(n - 1);
    }
    PAL_TRY(arrange(up, unit, n, arena, out, err));
    uint32_t *seat = pal_arena_alloc(arena, n + 1, sizeof *seat);
    if (!seat)
        return pal_nomem(err, "the units of a domain");
    for (size_t i = 0; i < n; i++)
        seat[out->place[i]] = (uint32_t)i;
    for (size_t h = 0; h < below->strata; h++)
        below->above[h] = seat[number[h]];
    return PAL_OK;
}

enum pal_status pal_touched_new(const struct pal_design *design, const uint32_t *unit, size_t n,
                                struct pal_arena *arena, struct pal_touched **out,
                                struct pal_error *err)
{
    struct pal_touched *touched = pal_arena_alloc(arena, 1, sizeof *touched);
    if (!touched)
        return pal_nomem(err, "the units of a domain");
    *touched = (struct pal_touched){.design = design, .units = n};
    const size_t last = design->levels - 1;
    PAL_TRY(arrange(&design->stage[last], unit, n, arena, &touched->stage[last], err));
    for (size_t s = last; s > 0; s--)
        PAL_TRY(climb(&design->stage[s], &touched->stage[s], &design->stage[s - 1],
                      &touched->stage[s - 1], arena, err));
    *out = touched;
    return PAL_OK;
}

/* ---- one stage ------------------------------------------------------------------------------ */

struct sums { /* one stage's touched units, in the order of the stage */
    const double *a, *b;
    const uint8_t *seen; /* the domain has a row here; NULL: all have */
    double *to_a, *to_b; /* where they are put together; NULL: the caller's own */
    uint8_t *to_seen;
};

struct stratum_sums {
    double a, b; /* sums over units */
    size_t seen;
    double factor; /* product of fractions above */
};

struct stage_work {
    const struct pal_design *design;
    const struct design_stage *stage;
    const struct touched_stage *touched;
    size_t number;
    const struct sums *sums;
    struct stratum_sums *stratum; /* [touched strata] */
    size_t parents;               /* touched units of the stage above; 1 at the first */
    struct parent_sums *parent;   /* [parents] for the rules adjust and average       */
};

static enum pal_status lonely_refused(size_t stage, uint32_t stratum, struct pal_error *err)
{
    return pal_fail(
        err, PAL_DOMAIN,
        "stratum %u of stage %zu has one sampled unit; choose --lonely-psu certainty, remove, "
        "average or adjust",
        (unsigned)stratum + 1, stage + 1);
}

static const struct design_stratum *stratum_at(const struct stage_work *work, size_t h)
{
    return &work->stage->stratum[work->touched->stratum[h]];
}

static bool census(const struct design_stratum *stratum)
{
    return (double)stratum->sampled >= stratum->population;
}

/* Under adjust and average a domain that leaves one unit of several may count as lonely too. */
static bool left_alone(const struct stage_work *work, size_t h)
{
    return work->design->spec.lonely_domain && stratum_at(work, h)->sampled > 1 &&
           work->stratum[h].seen == 1;
}

/* Lonely rules look at the other strata of the same parent: all of them at the first stage. */
struct parent_sums {
    double a, b, sampled;    /* over all units, of whatever stratum     */
    double total;            /* of the strata that have a variance      */
    size_t strata, ordinary; /* with domain rows; those with a variance */
};

static struct parent_sums *parent_of(const struct stage_work *work, size_t h)
{
    return &work->parent[work->number ? work->touched->above[h] : 0];
}

static enum pal_status sum_parents(struct stage_work *work, struct pal_arena *scratch,
                                   struct pal_error *err)
{
    work->parent = pal_arena_alloc(scratch, work->parents + 1, sizeof *work->parent);
    if (!work->parent)
        return pal_nomem(err, "the strata of the design");
    for (size_t h = 0; h < work->touched->strata; h++) {
        struct parent_sums *of = parent_of(work, h);
        if (!work->stratum[h].seen)
            continue;
        of->a += work->stratum[h].a;
        of->b += work->stratum[h].b;
        of->sampled += (double)stratum_at(work, h)->sampled;
        of->strata++;
    }
    return PAL_OK;
}

/* sum_i (a_i - ca)(b_i - cb) over all sampled units; those without domain rows are zeros. */
static double centred_products(const struct stage_work *work, size_t h, double ca, double cb)
{
    const struct sums *sums = work->sums;
    const size_t end = work->touched->start[h + 1];
    double total = 0;
    if (!sums->seen) {
        for (size_t i = work->touched->start[h]; i < end; i++)
            total += (sums->a[i] - ca) * (sums->b[i] - cb);
    } else {
        for (size_t i = work->touched->start[h]; i < end; i++)
            if (sums->seen[i])
                total += (sums->a[i] - ca) * (sums->b[i] - cb);
    }
    const size_t rest = stratum_at(work, h)->sampled - work->stratum[h].seen;
    return total + (double)rest * ca * cb;
}

/* Hajek's centre: z of a stratum weighed by 1 - p; units without domain rows have z = 0. */
static double spread_mean(const struct stage_work *work, size_t h, const double *z)
{
    const struct touched_stage *touched = work->touched;
    double sum = 0;
    for (size_t i = touched->start[h]; i < touched->start[h + 1]; i++)
        if (!work->sums->seen || work->sums->seen[i])
            sum += touched->spread[i] * z[i];
    return sum / stratum_at(work, h)->spread;
}

/* sum_i (1 - p_i)(a_i - ca)(b_i - cb) over all sampled units. */
static double spread_products(const struct stage_work *work, size_t h, double ca, double cb)
{
    const struct sums *sums = work->sums;
    const struct touched_stage *touched = work->touched;
    double total = 0, rest = stratum_at(work, h)->spread;
    for (size_t i = touched->start[h]; i < touched->start[h + 1]; i++) {
        if (sums->seen && !sums->seen[i])
            continue;
        total += touched->spread[i] * (sums->a[i] - ca) * (sums->b[i] - cb);
        rest -= touched->spread[i];
    }
    const bool zeros = work->stratum[h].seen < stratum_at(work, h)->sampled;
    return zeros && rest > 0 ? total + rest * ca * cb : total;
}

/* By joint probabilities: units without domain rows are zeros, which only the diagonal knows of. */
static double joint_products(const struct stage_work *work, size_t h)
{
    const struct sums *sums = work->sums;
    const struct touched_stage *touched = work->touched;
    const size_t n = work->stage->units, end = touched->start[h + 1];
    double total = 0;
    for (size_t i = touched->start[h]; i < end; i++) {
        const double *together = &work->design->together[touched->unit[i] * n];
        double others = 0;
        if (sums->seen && !sums->seen[i])
            continue;
        for (size_t k = touched->start[h]; k < end; k++)
            if (k != i && (!sums->seen || sums->seen[k]))
                others += together[touched->unit[k]] * sums->b[k];
        total += sums->a[i] * (together[touched->unit[i]] * sums->b[i] - others);
    }
    return total;
}

/* The products of a stratum about a centre that the lonely rule gave (shifted) or its own. */
static double stratum_products(const struct stage_work *work, size_t h, bool shifted)
{
    const struct stratum_sums *sums = &work->stratum[h];
    const double n = (double)stratum_at(work, h)->sampled;
    const struct parent_sums *all = shifted ? parent_of(work, h) : NULL;
    double a = all ? all->a / all->sampled : sums->a / n;
    double b = all ? all->b / all->sampled : sums->b / n;
    if (!work->touched->spread)
        return centred_products(work, h, a, b);
    if (work->design->together && !shifted)
        return joint_products(work, h);
    if (work->design->spec.unequal == PAL_UNEQUAL_HAJEK && !shifted) {
        a = spread_mean(work, h, work->sums->a);
        b = spread_mean(work, h, work->sums->b);
    }
    return spread_products(work, h, a, b);
}

/* What a stratum adds to the variance; false where the lonely rule leaves it without one. */
static enum pal_status stratum_variance(const struct stage_work *work, size_t h,
                                        struct pal_design_variance *out, double *add, bool *has,
                                        struct pal_error *err)
{
    const enum pal_lonely rule = work->design->spec.lonely;
    const struct design_stratum *stratum = stratum_at(work, h);
    *add = 0;
    *has = true;
    if (census(stratum))
        return PAL_OK;
    const double n = (double)stratum->sampled;
    const double f = isfinite(stratum->population) ? n / stratum->population : 0;
    const bool alone = stratum->sampled == 1, left = left_alone(work, h);
    if (alone && rule == PAL_LONELY_FAIL)
        return lonely_refused(work->number, work->touched->stratum[h], err);
    out->lonely += alone || (left && rule >= PAL_LONELY_AVERAGE);
    *has = !(alone ? rule != PAL_LONELY_ADJUST : rule == PAL_LONELY_AVERAGE && left);
    if (!*has)
        return PAL_OK;
    const bool shifted = rule == PAL_LONELY_ADJUST && (alone || left);
    const bool joint = work->design->together && !shifted;
    *add = work->stratum[h].factor * (1 - f) * (alone || joint ? 1 : n / (n - 1)) *
           stratum_products(work, h, shifted);
    return PAL_OK;
}

/* The average rule: strata without a variance get the mean of the others of the same parent. Where
 * there are no others it is unknown, not zero. */
static double averaged(const struct stage_work *work)
{
    double total = 0;
    for (size_t p = 0; p < work->parents; p++) {
        const struct parent_sums *of = &work->parent[p];
        if (of->strata && !of->ordinary)
            return (double)NAN;
        if (of->strata > of->ordinary)
            total += of->total * ((double)of->strata / (double)of->ordinary);
        else
            total += of->total;
    }
    return total;
}

static enum pal_status stage_variance(struct stage_work *work, struct pal_arena *scratch,
                                      struct pal_design_variance *out, struct pal_error *err)
{
    const enum pal_lonely rule = work->design->spec.lonely;
    double total = 0, add;
    bool has;
    if (rule >= PAL_LONELY_AVERAGE)
        PAL_TRY(sum_parents(work, scratch, err));
    for (size_t h = 0; h < work->touched->strata; h++) {
        if (!work->stratum[h].seen)
            continue;
        PAL_TRY(stratum_variance(work, h, out, &add, &has, err));
        total += add;
        if (rule == PAL_LONELY_AVERAGE) {
            parent_of(work, h)->total += add;
            parent_of(work, h)->ordinary += has;
        }
    }
    out->value += rule == PAL_LONELY_AVERAGE ? averaged(work) : total;
    return PAL_OK;
}

/* Sums per stratum, and up into the units of the stage above. */
static void sum_up(const struct touched_stage *stage, const struct sums *sums,
                   struct stratum_sums *stratum, struct sums *up)
{
    for (size_t h = 0; h < stage->strata; h++) {
        struct stratum_sums *to = &stratum[h];
        to->factor = 1;
        for (size_t i = stage->start[h]; i < stage->start[h + 1]; i++)
            to->a += sums->a[i];
        to->b = to->a;
        if (sums->b != sums->a) {
            to->b = 0;
            for (size_t i = stage->start[h]; i < stage->start[h + 1]; i++)
                to->b += sums->b[i];
        }
        to->seen = stage->start[h + 1] - stage->start[h];
        if (sums->seen) {
            to->seen = 0;
            for (size_t i = stage->start[h]; i < stage->start[h + 1]; i++)
                to->seen += sums->seen[i];
        }
        if (!up)
            continue;
        up->to_a[stage->above[h]] += to->a;
        if (up->to_b != up->to_a)
            up->to_b[stage->above[h]] += to->b;
        if (up->to_seen)
            up->to_seen[stage->above[h]] |= to->seen > 0;
    }
}

/* ---- the doors ------------------------------------------------------------------------------- */

static enum pal_status sums_new(const struct touched_stage *stage, bool same, bool seen,
                                struct pal_arena *scratch, struct sums *out, struct pal_error *err)
{
    out->a = out->to_a = pal_arena_alloc(scratch, stage->units + 1, sizeof *out->to_a);
    out->b = out->to_b =
        same ? out->to_a : pal_arena_alloc(scratch, stage->units + 1, sizeof *out->to_b);
    out->seen = out->to_seen = seen ? pal_arena_alloc(scratch, stage->units + 1, 1) : NULL;
    return out->a && out->b && (!seen || out->seen) ? PAL_OK : pal_nomem(err, "the units");
}

/* The sampling fractions above a stage: each stratum takes its parent's. */
static void inherit_factors(const struct pal_touched *touched, size_t s,
                            struct stratum_sums *const *strata)
{
    const struct touched_stage *stage = &touched->stage[s], *above = &touched->stage[s - 1];
    const struct design_stage *up = &touched->design->stage[s - 1];
    for (size_t h = 0; h < stage->strata; h++) {
        size_t over = 0, end = above->strata; /* the stratum whose units hold `above` */
        while (end - over > 1) {
            const size_t middle = over + (end - over) / 2;
            if (above->start[middle] <= stage->above[h])
                over = middle;
            else
                end = middle;
        }
        const struct design_stratum *parent = &up->stratum[above->stratum[over]];
        strata[s][h].factor =
            strata[s - 1][over].factor *
            (isfinite(parent->population) ? (double)parent->sampled / parent->population : 0);
    }
}

enum pal_status pal_touched_covariance(const struct pal_touched *touched, const double *a,
                                       const double *b, const uint8_t *here,
                                       struct pal_arena *scratch, struct pal_design_variance *out,
                                       struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    const struct pal_design *design = touched->design;
    const size_t last = design->levels - 1;
    struct sums sums[PAL_MAX_STAGES];
    struct stratum_sums *strata[PAL_MAX_STAGES];
    *out = (struct pal_design_variance){0};
    for (size_t s = 0; s <= last; s++) {
        if (s == last && touched->stage[s].in_order)
            sums[s] = (struct sums){.a = a, .b = b, .seen = here};
        else
            PAL_TRY(sums_new(&touched->stage[s], a == b, here != NULL, scratch, &sums[s], err));
        strata[s] = pal_arena_alloc(scratch, touched->stage[s].strata + 1, sizeof *strata[s]);
        if (!strata[s])
            return pal_nomem(err, "the strata of the design");
    }
    for (size_t i = 0; sums[last].to_a && i < touched->units; i++) {
        const uint32_t from = touched->stage[last].place[i];
        sums[last].to_a[i] = a[from];
        if (a != b)
            sums[last].to_b[i] = b[from];
        if (here)
            sums[last].to_seen[i] = here[from];
    }
    for (size_t s = last + 1; s-- > 0;)
        sum_up(&touched->stage[s], &sums[s], strata[s], s ? &sums[s - 1] : NULL);
    for (size_t s = 0; s <= last; s++) {
        if (s)
            inherit_factors(touched, s, strata);
        struct stage_work work = {design,
                                  &design->stage[s],
                                  &touched->stage[s],
                                  s,
                                  &sums[s],
                                  strata[s],
                                  s ? touched->stage[s - 1].units : 1,
                                  NULL};
        PAL_TRY(stage_variance(&work, scratch, out, err));
    }
    size_t units = 0, domain_strata = 0;
    for (size_t h = 0; h < touched->stage[0].strata; h++) {
        units += strata[0][h].seen;
        domain_strata += strata[0][h].seen > 0;
    }
    out->df = (double)units - (double)domain_strata;
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

enum pal_status pal_touched_df(const struct pal_touched *touched, const uint8_t *here,
                               struct pal_arena *scratch, double *out, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    const size_t last = touched->design->levels - 1;
    uint8_t *seen = pal_arena_alloc(scratch, touched->units + 1, 1);
    if (!seen)
        return pal_nomem(err, "the units of a domain");
    for (size_t i = 0; i < touched->units; i++)
        seen[i] = here[touched->stage[last].place[i]];
    for (size_t s = last; s > 0; s--) {
        const struct touched_stage *stage = &touched->stage[s];
        uint8_t *up = pal_arena_alloc(scratch, touched->stage[s - 1].units + 1, 1);
        if (!up)
            return pal_nomem(err, "the units of a domain");
        for (size_t h = 0; h < stage->strata; h++)
            for (size_t i = stage->start[h]; i < stage->start[h + 1]; i++)
                up[stage->above[h]] |= seen[i];
        seen = up;
    }
    *out = 0;
    for (size_t h = 0; h < touched->stage[0].strata; h++) {
        size_t units = 0;
        for (size_t i = touched->stage[0].start[h]; i < touched->stage[0].start[h + 1]; i++)
            units += seen[i];
        *out += units ? (double)units - 1 : 0;
    }
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

enum pal_status pal_design_covariance(const struct pal_design *design,
                                      const struct pal_influence *a, const struct pal_influence *b,
                                      struct pal_arena *scratch, struct pal_design_variance *out,
                                      struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    const size_t room = a->n + b->n + 1;
    uint32_t *unit = pal_arena_alloc(scratch, room, sizeof *unit);
    double *za = pal_arena_alloc(scratch, room, sizeof *za);
    double *zb = pal_arena_alloc(scratch, room, sizeof *zb);
    if (!unit || !za || !zb)
        return pal_nomem(err, "the units of a domain");
    size_t n = 0;
    for (size_t i = 0, k = 0; i < a->n || k < b->n; n++) {
        unit[n] = k >= b->n || (i < a->n && a->unit[i] <= b->unit[k]) ? a->unit[i] : b->unit[k];
        for (; i < a->n && a->unit[i] == unit[n]; i++)
            za[n] += a->z[i];
        for (; k < b->n && b->unit[k] == unit[n]; k++)
            zb[n] += b->z[k];
    }
    struct pal_touched *touched;
    PAL_TRY(pal_touched_new(design, unit, n, scratch, &touched, err));
    PAL_TRY(pal_touched_covariance(touched, za, a == b ? za : zb, NULL, scratch, out, err));
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
