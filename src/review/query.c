/* query.c: what is asked about figures, by rule. Counts are judged; rates and shares follow from
 * them and are not queried twice. */
#include "inside.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>

enum { FEWEST_PAIRS = 30 };
static const double ALPHA = 0.01;

static const char *const rule_names[PAL_QUERIES] = {"change", "break", "zero",   "slip",
                                                    "copy",   "parts", "stages", "mirror"};
const char *pal_query_name(enum pal_query_rule rule) { return rule_names[rule]; }

struct asking {
    const struct pal_query_ask *ask;
    const struct pal_figures *all;
    double alpha;
    struct pal_arena *arena;
    size_t *prior; /* [n] the series' figure of the latest year before; SIZE_MAX */
    size_t *later; /* [n] the next; SIZE_MAX                                     */
    struct pal_limits pooled[2];
    struct pal_query *query;
    size_t queries, cap;
    bool nomem;
};

static const struct pal_figure *figure_at(const struct asking *q, size_t i)
{
    return &q->all->figure[i];
}
static double value_at(const struct asking *q, size_t i) { return figure_at(q, i)->estimate.value; }

static void add(struct asking *q, size_t figure, enum pal_query_rule rule, const double *with,
                size_t n)
{
    if (q->queries == q->cap) {
        const size_t more = q->cap ? q->cap * 2 : 256;
        void *grown = pal_arena_grow(q->arena, q->query, q->cap, more, sizeof *q->query);
        if (!grown) {
            q->nomem = true;
            return;
        }
        q->query = grown;
        q->cap = more;
    }
    struct pal_query *own = &q->query[q->queries++];
    *own = (struct pal_query){.figure = figure, .rule = rule, .other_area = PAL_NO_AREA};
    for (size_t i = 0; i < n; i++)
        own->with[i] = with[i];
}

static bool same_breakdown(const struct asking *q, const struct pal_figure *a,
                           const struct pal_figure *b)
{
    bool same = true;
    for (size_t k = 0; a->breakdown != b->breakdown && same && k < q->all->breakdowns; k++)
        same = pal_str_eq(a->breakdown[k], b->breakdown[k]);
    return same;
}

static bool is_of_a_state(const struct asking *q, const struct pal_figure *f)
{
    const enum pal_area_kind kind = pal_areas_get(q->all->areas, f->area)->kind;
    return kind == PAL_AREA_COUNTRY || kind == PAL_AREA_PART;
}

/* Counts of a definition and an area stand together, by year: the series' own last year is near. */
static void link_series(struct asking *q)
{
    for (size_t i = 0; i < q->all->n; i++) {
        const struct pal_figure *f = figure_at(q, i);
        q->prior[i] = q->later[i] = SIZE_MAX;
        if (!review_has_value(f) || !review_is_count(f) || !is_of_a_state(q, f))
            continue;
        for (size_t j = i; j-- > 0;) {
            const struct pal_figure *g = figure_at(q, j);
            if (g->definition != f->definition || g->area != f->area)
                break;
            if (g->period < f->period && review_has_value(g) && same_breakdown(q, f, g)) {
                q->prior[i] = j;
                q->later[j] = i;
                break;
            }
        }
    }
}

static bool follows(const struct asking *q, size_t i)
{
    return q->prior[i] != SIZE_MAX &&
           figure_at(q, q->prior[i])->period == figure_at(q, i)->period - 1;
}

/* Small counts say little about scatter, and a zero is judged by another rule. */
static bool teaches(const struct asking *q, size_t i)
{
    return follows(q, i) && value_at(q, i) > 0 && value_at(q, q->prior[i]) > 0;
}

struct pairs {
    double *before, *after;
    size_t n;
};

static enum pal_status pairs_of(struct asking *q, size_t from, size_t to, int measures,
                                struct pairs *out, struct pal_error *err)
{
    *out = (struct pairs){pal_arena_alloc(q->arena, to - from + 1, sizeof(double)),
                          pal_arena_alloc(q->arena, to - from + 1, sizeof(double)), 0};
    if (!out->before || !out->after)
        return pal_nomem(err, "the limits of queries");
    for (size_t i = from; i < to; i++) {
        if (!teaches(q, i) ||
            (measures >= 0 && (int)figure_at(q, i)->definition->measures != measures))
            continue;
        out->before[out->n] = value_at(q, q->prior[i]);
        out->after[out->n++] = value_at(q, i);
    }
    return PAL_OK;
}

/* ---- changes, breaks, zeros -------------------------------------------------------------------
 */

/* The ratio at which the score reaches the limit, from where the figure was before. */
static void range_of(const struct pal_limits *limits, double before, double *low, double *high)
{
    for (int side = -1; side <= 1; side += 2) {
        double after = before; /* fixed point: the noise depends on the ratio only weakly */
        for (int i = 0; i < 40; i++)
            after = (before + 0.5) *
                        exp(limits->median + side * limits->limit *
                                                 sqrt(1 / (before + 0.5) +
                                                      1 / (fmax(after, 0) + 0.5) + limits->tau2)) -
                    0.5;
        *(side < 0 ? low : high) = fmax(after, 0) / before;
    }
}

/* Chance of a zero after `before`, with the family's overdispersion: the negative binomial of mean
 * `before` and variance before + tau^2 before^2. */
static double chance_of_zero(double before, double tau2)
{
    return tau2 > 1e-9 ? pow(1 + tau2 * before, -1 / tau2) : exp(-before);
}

static void query_change(struct asking *q, const struct pal_limits *limits, size_t i)
{
    if (!follows(q, i))
        return;
    const size_t j = q->prior[i];
    const double before = value_at(q, j), now = value_at(q, i);
    const double year = figure_at(q, i)->period, last = figure_at(q, j)->period;
    if (now == 0 && before > 0) {
        if (chance_of_zero(before, limits->tau2 / 2) < q->alpha)
            add(q, i, PAL_QUERY_ZERO, (const double[]){year, before, last}, 3);
        return;
    }
    if (!(before > 0) || fabs(pal_limits_score(limits, before, now)) <= limits->limit)
        return;
    double low = 0, high = 0;
    range_of(limits, before, &low, &high);
    add(q, i, PAL_QUERY_CHANGE, (const double[]){before, last, now, year, now / before, low, high},
        7);
}

/* Two years and two years before them, each near one another and the two levels apart: both steps
 * from a year before to a year since must lie beyond the limit, in the same direction. */
static bool query_break(struct asking *q, const struct pal_limits *limits, size_t i)
{
    const size_t b = q->prior[i], c = q->later[i];
    const size_t a = b == SIZE_MAX ? SIZE_MAX : q->prior[b];
    if (!follows(q, i) || !follows(q, b) || c == SIZE_MAX || !follows(q, c))
        return false;
    const double x[] = {value_at(q, a), value_at(q, b), value_at(q, i), value_at(q, c)};
    if (!(x[0] > 0 && x[1] > 0 && x[2] > 0 && x[3] > 0))
        return false;
    const double step = pal_limits_score(limits, x[1], x[2]);
    const double across[] = {step, pal_limits_score(limits, x[0], x[2]),
                             pal_limits_score(limits, x[1], x[3])};
    for (size_t k = 0; k < PAL_COUNT(across); k++)
        if (fabs(across[k]) <= limits->limit || (across[k] > 0) != (step > 0))
            return false;
    if (fabs(pal_limits_score(limits, x[0], x[1])) > limits->limit / 2 ||
        fabs(pal_limits_score(limits, x[2], x[3])) > limits->limit / 2)
        return false;
    add(q, i, PAL_QUERY_BREAK,
        (const double[]){figure_at(q, i)->period, (x[0] + x[1]) / 2, (x[2] + x[3]) / 2}, 3);
    return true;
}

/* ---- copies -----------------------------------------------------------------------------------
 */

/* Chance that two years of a series agree to the unit: the largest density of a normal of the
 * variance of their difference. */
static double chance_of_tie(double value, double tau2)
{
    const double variance = 2 * value + tau2 * value * value;
    return variance > 0 ? fmin(1, 1 / sqrt(2 * M_PI * variance)) : 1;
}

/* A whole column that repeats the year before: parts count by their Poisson scatter alone, since
 * they rise and fall together; the largest by the scatter of its family. */
static void query_copies(struct asking *q, const struct pal_limits *limits, size_t from, size_t to)
{
    double chance = 1, largest = 0;
    size_t at = SIZE_MAX;
    for (size_t i = from; i < to; i++) {
        const struct pal_figure *f = figure_at(q, i);
        if (!review_has_value(f) || q->prior[i] == SIZE_MAX || value_at(q, i) == 0)
            continue;
        if (!follows(q, i) || value_at(q, i) != value_at(q, q->prior[i]))
            return;
        if (value_at(q, i) > largest) {
            largest = value_at(q, i);
            at = i;
        }
        chance *= chance_of_tie(value_at(q, i), 0);
    }
    if (at == SIZE_MAX)
        return;
    chance *= chance_of_tie(largest, limits->tau2) / chance_of_tie(largest, 0);
    if (chance < q->alpha)
        add(q, at, PAL_QUERY_COPY,
            (const double[]){largest, figure_at(q, at)->period, figure_at(q, q->prior[at])->period},
            3);
}

/* ---- parts, stages, slips, mirrors ------------------------------------------------------------
 */

static bool is_total(pal_str code)
{
    return !code.len || pal_str_eq(code, PAL_STR("_T")) || pal_str_eq(code, PAL_STR("_Z"));
}

/* Figures of one definition, area and year, [from, to): the sum over dimension `k` of those that
 * agree with f in all others. False when a part has no value, or there are fewer than two. */
static bool sum_of_parts(const struct asking *q, const struct pal_figure *f, size_t k, size_t from,
                         size_t to, double *sum)
{
    size_t parts = 0;
    *sum = 0;
    for (size_t i = from; i < to; i++) {
        const struct pal_figure *g = figure_at(q, i);
        bool part = !is_total(g->breakdown[k]);
        for (size_t d = 0; part && d < q->all->breakdowns; d++)
            part = d == k || pal_str_eq(g->breakdown[d], f->breakdown[d]) ||
                   (is_total(g->breakdown[d]) && is_total(f->breakdown[d]));
        if (!part)
            continue;
        if (!review_has_value(g))
            return false;
        *sum += g->estimate.value;
        parts++;
    }
    return parts > 1;
}

static void query_parts(struct asking *q, size_t i, size_t from, size_t to)
{
    const struct pal_figure *f = figure_at(q, i);
    if (!(f->flags & PAL_FLAG_PARTS_DISAGREE) || !review_has_value(f))
        return;
    for (size_t k = 0; k < q->all->breakdowns; k++) {
        double sum;
        if (pal_str_eq(f->breakdown[k], PAL_STR("_T")) && sum_of_parts(q, f, k, from, to, &sum) &&
            sum != f->estimate.value) {
            add(q, i, PAL_QUERY_PARTS, (const double[]){sum, f->estimate.value}, 2);
            return;
        }
    }
}

static int stage_of(const struct pal_definition *d)
{
    return pal_str_eq(d->counting_stage, PAL_STR("input"))          ? 1
           : pal_str_eq(d->counting_stage, PAL_STR("intermediate")) ? 2
           : pal_str_eq(d->counting_stage, PAL_STR("output"))       ? 3
                                                                    : 0;
}

/* The later stage is asked about, with the nearest earlier one that is smaller as evidence. */
static void query_stages(struct asking *q, size_t i, const size_t *counts, size_t n)
{
    const struct pal_figure *f = figure_at(q, i);
    const int stage = stage_of(f->definition);
    size_t best = SIZE_MAX;
    if (!(f->flags & PAL_FLAG_STAGE_ORDER) || stage < 2)
        return;
    for (size_t c = 0; c < n; c++) {
        const struct pal_figure *g = figure_at(q, counts[c]);
        const int before = stage_of(g->definition);
        if (before && before < stage && g->area == f->area && g->period == f->period &&
            (g->flags & PAL_FLAG_STAGE_ORDER) &&
            pal_str_eq(g->definition->numerator.dataset, f->definition->numerator.dataset) &&
            pal_str_eq(g->definition->counting_unit, f->definition->counting_unit) &&
            same_breakdown(q, f, g) && g->estimate.value < f->estimate.value &&
            (best == SIZE_MAX || before > stage_of(figure_at(q, best)->definition)))
            best = counts[c];
    }
    if (best != SIZE_MAX)
        add(q, i, PAL_QUERY_STAGES,
            (const double[]){value_at(q, best), f->estimate.value, f->period}, 3);
}

static int by_figure(const void *key, const void *released)
{
    return pal_str_cmp(*(const pal_str *)key, ((const struct pal_released *)released)->figure);
}

static void query_slip(struct asking *q, size_t i)
{
    double then;
    if (!q->ask->released_n)
        return;
    const struct pal_arena_mark mark = pal_arena_mark(q->arena);
    const pal_str key = pal_figure_key(q->all, figure_at(q, i), q->arena);
    const struct pal_released *old =
        bsearch(&key, q->ask->released, q->ask->released_n, sizeof *old, by_figure);
    const bool slip = old && pal_num_parse(old->value, &then) && pal_is_slip(value_at(q, i), then);
    pal_arena_reset(q->arena, mark);
    if (slip)
        add(q, i, PAL_QUERY_SLIP, (const double[]){value_at(q, i), then}, 2);
}

static size_t dimension_of(const struct pal_figures *all, const char *name)
{
    for (size_t k = 0; k < all->breakdowns; k++)
        if (pal_str_eq_nocase(all->breakdown[k], pal_str_of(name)))
            return k;
    return SIZE_MAX;
}

/* Bilateral figures have a dimension COUNTERPART (an area) and one DIRECTION (sent, received): what
 * one State sent, the other should have received. */
static size_t mirror_of(const struct asking *q, size_t i, size_t counterpart, size_t direction)
{
    const struct pal_figure *f = figure_at(q, i);
    const uint32_t other = pal_areas_by_code(q->all->areas, f->breakdown[counterpart]);
    const bool sent = pal_str_eq_nocase(f->breakdown[direction], PAL_STR("sent"));
    if (other == PAL_NO_AREA ||
        (!sent && !pal_str_eq_nocase(f->breakdown[direction], PAL_STR("received"))))
        return SIZE_MAX;
    for (size_t j = 0; j < q->all->n; j++) {
        const struct pal_figure *g = figure_at(q, j);
        if (g->definition != f->definition || g->area != other || g->period != f->period ||
            !review_has_value(g) ||
            pal_areas_by_code(q->all->areas, g->breakdown[counterpart]) != f->area ||
            !pal_str_eq_nocase(g->breakdown[direction],
                               sent ? PAL_STR("received") : PAL_STR("sent")))
            continue;
        bool same = true;
        for (size_t k = 0; same && k < q->all->breakdowns; k++)
            same =
                k == counterpart || k == direction || pal_str_eq(f->breakdown[k], g->breakdown[k]);
        if (same)
            return j;
    }
    return SIZE_MAX;
}

static enum pal_status query_mirrors(struct asking *q, struct pal_error *err)
{
    const size_t counterpart = dimension_of(q->all, "counterpart"),
                 direction = dimension_of(q->all, "direction");
    if (counterpart == SIZE_MAX || direction == SIZE_MAX)
        return PAL_OK;
    struct pairs pairs = {pal_arena_alloc(q->arena, q->all->n + 1, sizeof(double)),
                          pal_arena_alloc(q->arena, q->all->n + 1, sizeof(double)), 0};
    size_t *mirror = pal_arena_alloc(q->arena, q->all->n + 1, sizeof *mirror);
    if (!pairs.before || !pairs.after || !mirror)
        return pal_nomem(err, "mirrored figures");
    for (size_t i = 0; i < q->all->n; i++) {
        const bool counts = review_has_value(figure_at(q, i)) && review_is_count(figure_at(q, i));
        mirror[i] = counts ? mirror_of(q, i, counterpart, direction) : SIZE_MAX;
        if (mirror[i] == SIZE_MAX)
            continue;
        pairs.before[pairs.n] = value_at(q, mirror[i]);
        pairs.after[pairs.n++] = value_at(q, i);
    }
    struct pal_limits limits;
    if (!pairs.n)
        return PAL_OK;
    PAL_TRY(pal_limits_learn(pairs.before, pairs.after, pairs.n, q->alpha, q->arena, &limits, err));
    for (size_t i = 0; i < q->all->n; i++) {
        if (mirror[i] == SIZE_MAX ||
            fabs(pal_limits_score(&limits, value_at(q, mirror[i]), value_at(q, i))) <= limits.limit)
            continue;
        add(q, i, PAL_QUERY_MIRROR,
            (const double[]){value_at(q, i), 0, value_at(q, mirror[i]), figure_at(q, i)->period},
            4);
        if (!q->nomem)
            q->query[q->queries - 1].other_area = figure_at(q, mirror[i])->area;
    }
    return PAL_OK;
}

/* ---- all of them ------------------------------------------------------------------------------
 */

/* The figures of one definition, [from, to). */
static enum pal_status query_definition(struct asking *q, size_t from, size_t to,
                                        struct pal_error *err)
{
    struct pairs pairs;
    struct pal_limits limits;
    PAL_TRY(pairs_of(q, from, to, -1, &pairs, err));
    if (pairs.n >= FEWEST_PAIRS)
        PAL_TRY(
            pal_limits_learn(pairs.before, pairs.after, pairs.n, q->alpha, q->arena, &limits, err));
    else
        limits = q->pooled[figure_at(q, from)->definition->measures == PAL_IMPLEMENTATION];
    for (size_t i = from; i < to;) {
        const struct pal_figure *f = figure_at(q, i);
        size_t end = i;
        while (end < to && figure_at(q, end)->area == f->area &&
               figure_at(q, end)->period == f->period)
            end++;
        if (is_of_a_state(q, f)) {
            if (limits.pairs)
                query_copies(q, &limits, i, end);
            for (size_t k = i; k < end; k++) {
                if (!review_has_value(figure_at(q, k)))
                    continue;
                if (limits.pairs && !query_break(q, &limits, k))
                    query_change(q, &limits, k);
                query_parts(q, k, i, end);
                query_slip(q, k);
            }
        }
        i = end;
    }
    return PAL_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct pal_query *x = a, *y = b;
    if (x->figure != y->figure)
        return x->figure < y->figure ? -1 : 1;
    return (int)x->rule - (int)y->rule;
}

static enum pal_status query_all_stages(struct asking *q, struct pal_error *err)
{
    size_t *counts = pal_arena_alloc(q->arena, q->all->n + 1, sizeof *counts), n = 0;
    if (!counts)
        return pal_nomem(err, "queries");
    for (size_t i = 0; i < q->all->n; i++)
        if ((figure_at(q, i)->flags & PAL_FLAG_STAGE_ORDER) && review_is_count(figure_at(q, i)) &&
            review_has_value(figure_at(q, i)))
            counts[n++] = i;
    for (size_t c = 0; c < n; c++)
        query_stages(q, counts[c], counts, n);
    return PAL_OK;
}

enum pal_status pal_queries_make(const struct pal_query_ask *ask, struct pal_arena *arena,
                                 const struct pal_query **out, size_t *n, struct pal_error *err)
{
    const size_t all = ask->figures->n;
    struct asking q = {.ask = ask,
                       .all = ask->figures,
                       .alpha = ask->alpha > 0 ? ask->alpha : ALPHA,
                       .arena = arena,
                       .prior = pal_arena_alloc(arena, all + 1, sizeof *q.prior),
                       .later = pal_arena_alloc(arena, all + 1, sizeof *q.later)};
    if (!q.prior || !q.later)
        return pal_nomem(err, "queries");
    link_series(&q);
    for (int m = 0; m < 2; m++) {
        struct pairs pairs;
        PAL_TRY(pairs_of(&q, 0, all, m ? PAL_IMPLEMENTATION : PAL_PHENOMENON, &pairs, err));
        if (pairs.n)
            PAL_TRY(pal_limits_learn(pairs.before, pairs.after, pairs.n, q.alpha, arena,
                                     &q.pooled[m], err));
    }
    for (size_t from = 0; from < all;) {
        size_t to = from;
        while (to < all && figure_at(&q, to)->definition == figure_at(&q, from)->definition)
            to++;
        if (review_is_count(figure_at(&q, from)))
            PAL_TRY(query_definition(&q, from, to, err));
        from = to;
    }
    PAL_TRY(query_all_stages(&q, err));
    PAL_TRY(query_mirrors(&q, err));
    if (q.nomem)
        return pal_nomem(err, "queries");
    if (q.queries)
        qsort(q.query, q.queries, sizeof *q.query, by_place);
    *out = q.query;
    *n = q.queries;
    return PAL_OK;
}
