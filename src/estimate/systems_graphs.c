/* systems_graphs.c: Bayesian averaging over decomposable graphs of dependence between lists. */
#include "palermo/systems_bayes.h"

#include <gsl/gsl_sf_gamma.h>
#include <stdlib.h>

enum { MOST_LISTS = PAL_GRAPHS_MOST, MOST_CLIQUES = MOST_LISTS, TOP = 10 };

/* Cliques and the separators between them, as sets of lists; an empty separator is left out. */
struct graph {
    uint8_t cliques, separators;
    uint8_t clique[MOST_CLIQUES], separator[MOST_CLIQUES];
};

/* ---- all decomposable graphs
 * ---------------------------------------------------------------------- */

/* Maximum cardinality search (Tarjan & Yannakakis 1984): the next vertex is the one with most
 * neighbours among those visited, the first of them in a list in which the chosen one changes
 * places with the first. A graph is decomposable when the visited neighbours of every vertex are
 * all neighbours of each other. */
static bool decompose(const uint8_t *neighbours, size_t t, struct graph *out)
{
    uint8_t order[MOST_LISTS], clique = 0;
    uint8_t visited = 0;
    *out = (struct graph){0};
    for (size_t i = 0; i < t; i++)
        order[i] = (uint8_t)i;
    for (size_t i = 0; i < t; i++) {
        size_t best = i;
        int most = -1;
        for (size_t k = i; k < t; k++) {
            const int known = __builtin_popcount(neighbours[order[k]] & visited);
            if (known > most) {
                most = known;
                best = k;
            }
        }
        const uint8_t vertex = order[best], known = neighbours[vertex] & visited;
        order[best] = order[i];
        order[i] = vertex;
        for (size_t u = 0; u < t; u++)
            if ((known >> u & 1) && (known & ~(neighbours[u] | (1u << u))))
                return false;
        if (i && known == clique) {
            clique |= (uint8_t)(1u << vertex);
        } else {
            if (i)
                out->clique[out->cliques++] = clique;
            if (known)
                out->separator[out->separators++] = known;
            clique = (uint8_t)(known | 1u << vertex);
        }
        visited |= (uint8_t)(1u << vertex);
    }
    out->clique[out->cliques++] = clique;
    return true;
}

static enum pal_status graphs_of(const struct pal_lists *lists, struct pal_arena *arena,
                                 struct graph **out, size_t *n, struct pal_error *err)
{
    const size_t t = lists->t;
    static const size_t counts[MOST_LISTS + 1] = {1, 1, 2, 8, 61, 822, 18154, 617675};
    uint32_t pair[MOST_LISTS * (MOST_LISTS - 1) / 2];
    const size_t pairs = pal_lists_pairs(t, pair);
    *out = pal_arena_alloc(arena, counts[t], sizeof **out);
    if (!*out)
        return pal_nomem(err, "the graphs");
    *n = 0;
    for (uint32_t edges = 0; edges < 1u << pairs; edges++) {
        uint8_t neighbours[MOST_LISTS] = {0};
        struct graph graph;
        if (edges % 65536 == 0)
            PAL_TRY(pal_in_time(lists->until, err, "in listing the graphs"));
        for (size_t e = 0; e < pairs; e++) {
            if (!(edges >> e & 1))
                continue;
            const int a = __builtin_ctz(pair[e]), b = 31 - __builtin_clz(pair[e]);
            neighbours[a] |= (uint8_t)(1u << b);
            neighbours[b] |= (uint8_t)(1u << a);
        }
        if (decompose(neighbours, t, &graph) && *n < counts[t])
            (*out)[(*n)++] = graph;
    }
    return *n == counts[t] ? PAL_OK
                           : pal_fail(err, PAL_BUG, "%zu decomposable graphs on %zu lists, not %zu",
                                      *n, t, counts[t]);
}

/* ---- weights
 * ------------------------------------------------------------------------------------------ */

enum { BLOCK = 256 }; /* numbers of unseen people that are worked on at a time */

struct weigh {
    size_t t, sets;
    double people, total; /* seen people; 2^t delta                                       */
    double *unseen;       /* [sets] who is on none of the set's lists, and delta of a set */
    double *constant;     /* [sets] what does not depend on the unseen                    */
    double cells;         /* log of the multinomial's factorials                          */
    bool flat;
    size_t first, last; /* unseen people, the grid                                      */
    struct pal_deadline until;
    /* at one number of unseen people */
    double *of_set; /* [sets] */
    double divisor, common;
    /* ratios from each number in a block to the next */
    double *step, *back; /* [sets * BLOCK] */
    double step_common[BLOCK];
};

static double log_gamma(double x) { return gsl_sf_lngamma(x); }

/* Marginal tables of all sets: a set's cell is found by the lists that a history shares with it. */
static enum pal_status weigh_new(const struct pal_lists *lists, double delta,
                                 struct pal_arena *arena, struct weigh *out, struct pal_error *err)
{
    const size_t t = lists->t, sets = lists->cells;
    out->t = t;
    out->sets = sets;
    out->people = pal_lists_people(lists);
    out->total = (double)sets * delta;
    out->unseen = pal_arena_alloc(arena, sets, sizeof(double));
    out->constant = pal_arena_alloc(arena, sets, sizeof(double));
    out->of_set = pal_arena_alloc(arena, sets, sizeof(double));
    out->step = pal_arena_alloc(arena, sets, BLOCK * sizeof(double));
    out->back = pal_arena_alloc(arena, sets, BLOCK * sizeof(double));
    double *margin = pal_arena_alloc(arena, sets, sizeof(double));
    if (!out->unseen || !out->constant || !out->of_set || !out->step || !out->back || !margin)
        return pal_nomem(err, "the graphs");
    for (size_t s = 1; s < sets; s++) {
        const int size = __builtin_popcount((unsigned)s);
        const double of_cell = ldexp(delta, (int)t - size);
        memset(margin, 0, sets * sizeof *margin);
        for (size_t c = 1; c < sets; c++)
            margin[c & s] += lists->count[c];
        double sum = -ldexp(log_gamma(of_cell), size);
        for (size_t c = 1; c < sets; c++)
            if ((c & ~s) == 0)
                sum += log_gamma(margin[c] + of_cell);
        out->constant[s] = sum;
        out->unseen[s] = margin[0] + of_cell;
    }
    out->cells = 0;
    for (size_t c = 1; c < sets; c++)
        out->cells -= log_gamma(lists->count[c] + 1);
    return PAL_OK;
}

static void weigh_at(struct weigh *w, double unseen)
{
    for (size_t s = 1; s < w->sets; s++)
        w->of_set[s] = log_gamma(unseen + w->unseen[s]) + w->constant[s];
    w->divisor = log_gamma(w->total) - log_gamma(unseen + w->people + w->total);
    w->common = log_gamma(unseen + w->people + 1) + w->cells - log_gamma(unseen + 1) -
                (w->flat ? 0 : log(unseen + w->people));
}

static double log_weight(const struct weigh *w, const struct graph *g)
{
    double sum = w->common + (double)(g->cliques - g->separators) * w->divisor;
    for (size_t i = 0; i < g->cliques; i++)
        sum += w->of_set[g->clique[i]];
    for (size_t i = 0; i < g->separators; i++)
        sum -= w->of_set[g->separator[i]];
    return sum;
}

/* How many numbers from `unseen` on make a block: few where weights change fast, so that no product
 * of ratios overflows and no peak hides between the ends of a block. */
static size_t block_length(const struct weigh *w, double unseen, size_t left)
{
    const double change = 2 * (double)w->t * log((unseen + w->people + w->total) / unseen) + 1;
    const double most = fmin(fmin(500 / change, unseen / 8), BLOCK);
    const size_t length = most < 1 ? 1 : (size_t)most;
    return length < left ? length : left;
}

/* Gamma(x + 1) = x Gamma(x): a weight follows from its neighbour by one product a clique. */
static void block_steps(struct weigh *w, double unseen, size_t length)
{
    for (size_t s = 1; s < w->sets; s++)
        for (size_t i = 0; i < length; i++) {
            const double n0 = unseen + (double)i;
            const double ratio = (n0 + w->unseen[s]) / (n0 + w->people + w->total);
            w->step[s * BLOCK + i] = ratio;
            w->back[s * BLOCK + i] = 1 / ratio;
        }
    for (size_t i = 0; i < length; i++) {
        const double n0 = unseen + (double)i, all = n0 + w->people;
        w->step_common[i] = (w->flat ? all + 1 : all) / (n0 + 1);
    }
}

/* ratio[length] of each weight to the one before it; two cliques at a time, so that the row is
 * written half as often. */
static void block_ratios(const struct weigh *w, const struct graph *g, size_t length, double *ratio)
{
    const double *row[2 * MOST_CLIQUES];
    size_t rows = 0;
    for (size_t c = 0; c < g->cliques; c++)
        row[rows++] = w->step + g->clique[c] * (size_t)BLOCK;
    for (size_t c = 0; c < g->separators; c++)
        row[rows++] = w->back + g->separator[c] * (size_t)BLOCK;
    const double *from = w->step_common;
    for (size_t r = 0; r < rows; r += 2) {
        const double *one = row[r], *two = r + 1 < rows ? row[r + 1] : NULL;
        if (two)
            for (size_t i = 0; i < length; i++)
                ratio[i] = from[i] * one[i] * two[i];
        else
            for (size_t i = 0; i < length; i++)
                ratio[i] = from[i] * one[i];
        from = ratio;
    }
}

/* ---- averaging
 * ------------------------------------------------------------------------------------------ */

struct sums { /* of one graph, relative to its largest weight at the start of a block */
    double largest, weight, moment; /* moment: of unseen people */
    double now, next;               /* log weights at the ends of the block */
};

/* e^-60 of the largest weight. Between the ends of a block a weight is at most e^20 above them. */
static const double NEGLIGIBLE = 60;

static enum pal_status grid_in_time(const struct weigh *w, size_t at, struct pal_error *err)
{
    return pal_in_time(w->until, err, "at %zu of %zu numbers of unseen people", at - w->first,
                       w->last - w->first + 1);
}

static enum pal_status find_largest(struct weigh *w, const struct graph *graph, size_t graphs,
                                    struct sums *sums, double *out, struct pal_error *err)
{
    double largest = -HUGE_VAL;
    for (size_t g = 0; g < graphs; g++)
        sums[g] = (struct sums){.largest = -HUGE_VAL};
    for (size_t at = w->first; at <= w->last;) {
        PAL_TRY(grid_in_time(w, at, err));
        weigh_at(w, (double)at);
        for (size_t g = 0; g < graphs; g++)
            sums[g].largest = fmax(sums[g].largest, log_weight(w, &graph[g]));
        at += block_length(w, (double)at, w->last + 1 - at);
    }
    for (size_t g = 0; g < graphs; g++)
        largest = fmax(largest, sums[g].largest);
    *out = largest;
    return PAL_OK;
}

static void add_block(struct weigh *w, const struct graph *graph, size_t graphs, double largest,
                      size_t at, size_t length, struct sums *sums, double *p)
{
    double ratio[BLOCK];
    block_steps(w, (double)at, length);
    for (size_t g = 0; g < graphs; g++) {
        struct sums *of = &sums[g];
        if (fmax(of->now, of->next) < of->largest - NEGLIGIBLE)
            continue;
        block_ratios(w, &graph[g], length, ratio);
        const double share = exp(of->now - largest);
        double weight = 1, sum = 0, moment = 0;
        for (size_t i = 0; i < length; i++) {
            sum += weight;
            moment += weight * (double)i;
            p[i] += share * weight;
            weight *= ratio[i];
        }
        const double scale = exp(of->now - of->largest);
        of->weight += scale * sum;
        of->moment += scale * (moment + sum * (double)at);
    }
}

/* Graphs that are next to nothing beside the most probable ones do not enter; those that can be
 * named among the TOP do, however improbable. Moves the others to the front. */
static size_t drop_improbable(struct graph *graph, struct sums *sums, size_t graphs)
{
    double top[TOP];
    size_t n = 0, kept = 0;
    for (size_t g = 0; g < graphs; g++) { /* the TOP largest, descending */
        if (n == TOP && sums[g].largest <= top[TOP - 1])
            continue;
        size_t at = n < TOP ? n++ : TOP - 1;
        for (; at > 0 && top[at - 1] < sums[g].largest; at--)
            top[at] = top[at - 1];
        top[at] = sums[g].largest;
    }
    for (size_t g = 0; g < graphs; g++)
        if (sums[g].largest >= top[n - 1] - NEGLIGIBLE) {
            graph[kept] = graph[g];
            sums[kept++] = sums[g];
        }
    return kept;
}

/* *left: how many graphs are left at the front of `graph`. */
static enum pal_status average(struct weigh *w, struct graph *graph, size_t graphs,
                               struct sums *sums, double *p, size_t *left, struct pal_error *err)
{
    double largest;
    PAL_TRY(find_largest(w, graph, graphs, sums, &largest, err));
    graphs = drop_improbable(graph, sums, graphs);
    weigh_at(w, (double)w->first);
    for (size_t g = 0; g < graphs; g++)
        sums[g].now = log_weight(w, &graph[g]);
    for (size_t at = w->first; at <= w->last;) {
        const size_t length = block_length(w, (double)at, w->last + 1 - at);
        PAL_TRY(grid_in_time(w, at, err));
        weigh_at(w, (double)(at + length));
        for (size_t g = 0; g < graphs; g++)
            sums[g].next = log_weight(w, &graph[g]);
        add_block(w, graph, graphs, largest, at, length, sums, p + (at - w->first));
        for (size_t g = 0; g < graphs; g++)
            sums[g].now = sums[g].next;
        at += length;
    }
    for (size_t g = 0; g < graphs; g++) {
        sums[g].moment /= sums[g].weight;
        sums[g].weight *= exp(sums[g].largest - largest);
    }
    *left = graphs;
    return PAL_OK;
}

/* ---- answers
 * ---------------------------------------------------------------------------------------------- */

static double quantile(const struct pal_graphs *a, double q)
{
    double below = 0;
    size_t i = 0;
    for (; i < a->n; i++) {
        below += a->p[i];
        if (below >= q)
            break;
    }
    return a->people + (double)(a->first + (i < a->n ? i : a->n - 1));
}

static void summarize(double level, struct pal_graphs *a)
{
    struct pal_sum sum = {0}, mean = {0}, squares = {0};
    size_t mode = 0;
    for (size_t i = 0; i < a->n; i++)
        pal_sum_add(&sum, a->p[i]);
    for (size_t i = 0; i < a->n; i++) {
        a->p[i] /= pal_sum_value(&sum);
        pal_sum_add(&mean, a->p[i] * (double)(a->first + i));
        if (a->p[i] > a->p[mode])
            mode = i;
    }
    for (size_t i = 0; i < a->n; i++) {
        const double off = (double)(a->first + i) - pal_sum_value(&mean);
        pal_sum_add(&squares, a->p[i] * off * off);
    }
    a->mean = a->people + pal_sum_value(&mean);
    a->sd = sqrt(pal_sum_value(&squares));
    a->mode = a->people + (double)(a->first + mode);
    a->median = quantile(a, 0.5);
    a->low = quantile(a, (1 - level) / 2);
    a->high = quantile(a, (1 + level) / 2);
    a->at_end = a->p[a->n - 1];
}

static pal_str name_of(const struct graph *g, struct pal_arena *arena)
{
    struct pal_buf name;
    pal_buf_init(&name, arena, 256);
    for (size_t c = 0; c < g->cliques; c++) {
        pal_buf_adds(&name, c ? "," : "");
        for (unsigned j = 0; j < MOST_LISTS; j++)
            if (g->clique[c] >> j & 1)
                pal_buf_addc(&name, (char)('1' + j));
    }
    return pal_buf_str(&name);
}

static enum pal_status rank(const struct graph *graph, const struct sums *sums, size_t graphs,
                            struct pal_arena *arena, struct pal_graphs *a, struct pal_error *err)
{
    struct pal_sum all = {0};
    a->ranks = graphs < TOP ? graphs : TOP;
    a->rank = pal_arena_alloc(arena, a->ranks, sizeof *a->rank);
    bool *taken = pal_arena_alloc(arena, graphs, sizeof *taken);
    if (!a->rank || !taken)
        return pal_nomem(err, "the graphs");
    for (size_t g = 0; g < graphs; g++)
        pal_sum_add(&all, sums[g].weight);
    for (size_t r = 0; r < a->ranks; r++) {
        size_t best = graphs;
        for (size_t g = 0; g < graphs; g++)
            if (!taken[g] && (best == graphs || sums[g].weight > sums[best].weight))
                best = g;
        taken[best] = true;
        a->rank[r].probability = sums[best].weight / pal_sum_value(&all);
        a->rank[r].mean = a->people + sums[best].moment;
        a->rank[r].name = name_of(&graph[best], arena);
    }
    return PAL_OK;
}

static enum pal_status check(const struct pal_lists *lists, const struct pal_graphs_ask *ask,
                             struct pal_error *err)
{
    if (lists->t < 2 || lists->t > MOST_LISTS)
        return pal_fail(err, PAL_DOMAIN,
                        "averaging over graphs takes 2 to %d lists, not %zu: merge some, or take "
                        "latent classes",
                        MOST_LISTS, lists->t);
    for (size_t c = 1; c < lists->cells; c++)
        if (lists->state[c] != PAL_HISTORY_COUNTED)
            return pal_fail(err, PAL_DOMAIN,
                            "averaging over graphs needs every history to be counted: none unknown "
                            "or impossible");
    if (!(pal_lists_people(lists) > 0))
        return pal_fail(err, PAL_DOMAIN, "nobody is on any list");
    if (ask->last < ask->first || ask->first < 1 || ask->last - ask->first >= 100000000)
        return pal_fail(err, PAL_DOMAIN,
                        "the numbers of unseen people run from 1 or more, upwards, to at most 1e8");
    if (!(ask->delta >= 0) || isinf(ask->delta))
        return pal_fail(err, PAL_DOMAIN, "delta is above 0, not %g", ask->delta);
    return PAL_OK;
}

enum pal_status pal_systems_graphs(const struct pal_lists *lists, const struct pal_graphs_ask *ask,
                                   struct pal_arena *arena, struct pal_graphs *out,
                                   struct pal_error *err)
{
    struct weigh w = {
        .first = ask->first, .last = ask->last, .flat = ask->flat, .until = lists->until};
    struct graph *graph;
    PAL_TRY(check(lists, ask, err));
    *out = (struct pal_graphs){.first = ask->first, .n = ask->last - ask->first + 1};
    out->p = pal_arena_alloc(arena, out->n, sizeof(double));
    if (!out->p)
        return pal_nomem(err, "the graphs");
    PAL_TRY(
        weigh_new(lists, ask->delta > 0 ? ask->delta : 1 / (double)lists->cells, arena, &w, err));
    PAL_TRY(graphs_of(lists, arena, &graph, &out->graphs, err));
    struct sums *sums = pal_arena_alloc(arena, out->graphs, sizeof *sums);
    if (!sums)
        return pal_nomem(err, "the graphs");
    out->people = w.people;
    size_t left;
    PAL_TRY(average(&w, graph, out->graphs, sums, out->p, &left, err));
    summarize(ask->level > 0 ? ask->level : 0.95, out);
    return rank(graph, sums, left, arena, out, err);
}
