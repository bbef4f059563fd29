/* Graphs by brute force, and counts of them that are known; latent classes where the answer is. */
#include "palermo/systems_bayes.h"

#include <criterion/criterion.h>
#include <math.h>

static const pal_str names[] = {PAL_STR_INIT("A"), PAL_STR_INIT("B"), PAL_STR_INIT("C"),
                                PAL_STR_INIT("D"), PAL_STR_INIT("E"), PAL_STR_INIT("F")};

static struct pal_lists *table(size_t t, const double *count, struct pal_arena *arena)
{
    struct pal_lists *lists;
    cr_assert_eq(pal_lists_new(names, t, arena, &lists, NULL), PAL_OK);
    for (size_t c = 1; c < lists->cells; c++)
        lists->count[c] = count ? count[c] : 1;
    return lists;
}

/* ---- three lists, by the formula ----------------------------------------------------------------
 */

static const double three[] = {0, 60, 49, 4, 247, 112, 142, 12}; /* Madigan & York 1997 */

static const struct {
    const char *name;
    unsigned clique[3], separator[2]; /* sets; 0: none */
} all_graphs[] = {
    {"1,2,3", {1, 2, 4}, {0}}, {"12,3", {3, 4}, {0}},  {"13,2", {5, 2}, {0}},
    {"1,23", {1, 6}, {0}},     {"12,13", {3, 5}, {1}}, {"12,23", {3, 6}, {2}},
    {"13,23", {5, 6}, {4}},    {"123", {7}, {0}},
};

static double of_set(unsigned set, double n0, double delta)
{
    const double of_cell = delta * pow(2, 3 - __builtin_popcount(set));
    double margin[8] = {0}, sum = -pow(2, __builtin_popcount(set)) * lgamma(of_cell);
    margin[0] = n0;
    for (unsigned c = 1; c < 8; c++)
        margin[c & set] += three[c];
    for (unsigned c = 0; c < 8; c++)
        if ((c & ~set) == 0)
            sum += lgamma(margin[c] + of_cell);
    return sum;
}

static double log_weight(size_t g, double n0, double delta)
{
    double n = 0, sum = 0, parts = 0;
    for (unsigned c = 1; c < 8; c++) {
        n += three[c];
        sum -= lgamma(three[c] + 1);
    }
    for (size_t i = 0; i < 3; i++)
        if (all_graphs[g].clique[i]) {
            sum += of_set(all_graphs[g].clique[i], n0, delta);
            parts++;
        }
    if (all_graphs[g].separator[0]) {
        sum -= of_set(all_graphs[g].separator[0], n0, delta);
        parts--;
    }
    sum += parts * (lgamma(8 * delta) - lgamma(n0 + n + 8 * delta));
    return sum + lgamma(n0 + n + 1) - lgamma(n0 + 1) - log(n0 + n);
}

Test(estimate_systems_bayes, graphs_as_the_formula_has_them)
{
    enum { GRID = 400 };
    static const double deltas[] = {1, 0.125, 0.01};
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *lists = table(3, three, arena);
    for (size_t d = 0; d < PAL_COUNT(deltas); d++) {
        const struct pal_graphs_ask ask = {.delta = deltas[d], .first = 1, .last = GRID};
        struct pal_graphs a;
        static double p[GRID], of[8];
        double all = 0, mean = 0, most = -HUGE_VAL;
        cr_assert_eq(pal_systems_graphs(lists, &ask, arena, &a, NULL), PAL_OK);
        cr_assert(a.graphs == 8 && a.n == GRID && a.ranks == 8);
        for (size_t g = 0; g < 8; g++)
            for (size_t i = 0; i < GRID; i++)
                most = fmax(most, log_weight(g, (double)i + 1, deltas[d]));
        for (size_t i = 0; i < GRID; i++)
            p[i] = 0;
        for (size_t g = 0; g < 8; g++) {
            of[g] = 0;
            for (size_t i = 0; i < GRID; i++) {
                const double w = exp(log_weight(g, (double)i + 1, deltas[d]) - most);
                p[i] += w;
                of[g] += w;
                all += w;
                mean += w * ((double)i + 1);
            }
        }
        cr_expect_float_eq(a.mean, a.people + mean / all, 1e-8 * a.mean);
        for (size_t i = 0; i < GRID; i++)
            cr_expect_float_eq(a.p[i], p[i] / all, 1e-11, "unseen %zu", i + 1);
        for (size_t r = 0; r < a.ranks; r++)
            for (size_t g = 0; g < 8; g++)
                if (pal_str_eq(a.rank[r].name, pal_str_of(all_graphs[g].name)))
                    cr_expect_float_eq(a.rank[r].probability, of[g] / all, 1e-10, "%s",
                                       all_graphs[g].name);
    }
    pal_arena_free(arena);
}

/* Labelled chordal graphs: sequence A058862 of the Encyclopedia of Integer Sequences. */
Test(estimate_systems_bayes, decomposable_graphs_are_counted)
{
    static const size_t known[] = {0, 0, 2, 8, 61, 822, 18154};
    for (size_t t = 2; t <= 6; t++) {
        struct pal_arena *arena = pal_arena_new();
        const struct pal_graphs_ask ask = {.first = 1, .last = 3};
        struct pal_graphs a;
        struct pal_error err = {0};
        cr_assert_eq(pal_systems_graphs(table(t, NULL, arena), &ask, arena, &a, &err), PAL_OK, "%s",
                     err.text);
        cr_expect_eq(a.graphs, known[t]);
        pal_arena_free(arena);
    }
}

Test(estimate_systems_bayes, what_is_no_table_of_counts_is_refused)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_lists *lists = table(3, three, arena);
    struct pal_graphs a;
    struct pal_latent l;
    const struct pal_graphs_ask from_zero = {.first = 0, .last = 10},
                                good = {.first = 1, .last = 10};
    const struct pal_latent_ask ask = {0};
    cr_expect_eq(pal_systems_graphs(lists, &from_zero, arena, &a, NULL), PAL_DOMAIN);
    lists->state[3] = PAL_HISTORY_UNKNOWN;
    cr_expect_eq(pal_systems_graphs(lists, &good, arena, &a, NULL), PAL_DOMAIN);
    cr_expect_eq(pal_systems_latent(lists, &ask, arena, &l, NULL), PAL_DOMAIN);
    for (size_t c = 1; c < lists->cells; c++) {
        lists->state[c] = PAL_HISTORY_COUNTED;
        lists->count[c] = 0;
    }
    cr_expect_eq(pal_systems_graphs(lists, &good, arena, &a, NULL), PAL_DOMAIN, "nobody");
    cr_expect_eq(pal_systems_latent(lists, &ask, arena, &l, NULL), PAL_DOMAIN, "nobody");
    pal_arena_free(arena);
}

/* ---- latent classes
 * ------------------------------------------------------------------------------ */

/* Four lists of chance 0.4, independent: 10,000 people, 1,296 of them unseen. */
static struct pal_lists *independent(struct pal_arena *arena)
{
    double count[16];
    for (unsigned c = 0; c < 16; c++) {
        const int on = __builtin_popcount(c);
        count[c] = nearbyint(10000 * pow(0.4, on) * pow(0.6, 4 - on));
    }
    return table(4, count, arena);
}

Test(estimate_systems_bayes, latent_classes_of_one_class)
{
    struct pal_arena *arena = pal_arena_new();
    const struct pal_lists *lists = independent(arena);
    const struct pal_latent_ask one = {
        .chains = 3, .burnin = 500, .samples = 500, .thin = 4, .seed = 7, .threads = 1};
    struct pal_latent_ask three_threads = one;
    struct pal_latent a, b;
    three_threads.threads = 3;
    cr_assert_eq(pal_systems_latent(lists, &one, arena, &a, NULL), PAL_OK);
    cr_assert_eq(pal_systems_latent(lists, &three_threads, arena, &b, NULL), PAL_OK);
    cr_expect(a.low < 10000 && a.high > 10000, "%g to %g", a.low, a.high);
    cr_expect_float_eq(a.median, 10000, 150);
    cr_expect(a.rhat < 1.1 && a.ess > 20 && a.error < a.sd);
    for (size_t i = 0; i < a.chains * a.samples; i++)
        cr_assert_eq(a.draw[i], b.draw[i], "threads do not show");
    pal_arena_free(arena);
}
