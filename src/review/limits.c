/* limits.c: how much series of one kind change by chance, learned from the series themselves. */
#include "inside.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

enum { DF_LARGEST = 200, STEPS = 60 };
#define DF_SMALLEST   1.5
#define CHI2_1_MEDIAN 0.45493642311957283 /* median of a chi-square with one degree of freedom */

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Quantile of sorted values by linear interpolation (type 7 of Hyndman and Fan 1996). */
static double quantile(const double *sorted, size_t n, double p)
{
    const double at = p * (double)(n - 1);
    const size_t below = (size_t)at;
    const double share = at - (double)below;
    return below + 1 < n ? sorted[below] + share * (sorted[below + 1] - sorted[below])
                         : sorted[n - 1];
}

static double noise(double before, double after) { return 1 / (before + 0.5) + 1 / (after + 0.5); }

static double change(double before, double after) { return log((after + 0.5) / (before + 0.5)); }

double pal_limits_score(const struct pal_limits *limits, double before, double after)
{
    return (change(before, after) - limits->median) / sqrt(noise(before, after) + limits->tau2);
}

struct learning {
    const double *before, *after;
    size_t n;
    double median;
    double *room; /* [n] */
};

/* Median of r^2 at tau^2, which falls as tau^2 grows. */
static double median_square(const struct learning *l, double tau2)
{
    for (size_t i = 0; i < l->n; i++) {
        const double d = change(l->before[i], l->after[i]) - l->median;
        l->room[i] = d * d / (noise(l->before[i], l->after[i]) + tau2);
    }
    qsort(l->room, l->n, sizeof *l->room, by_number);
    return quantile(l->room, l->n, 0.5);
}

static double learn_tau2(const struct learning *l)
{
    double low = 0, high = 1;
    if (median_square(l, 0) <= CHI2_1_MEDIAN)
        return 0; /* no more scatter than Poisson */
    while (median_square(l, high) > CHI2_1_MEDIAN && high < 1e6)
        high *= 4;
    for (int i = 0; i < STEPS; i++) {
        const double middle = (low + high) / 2;
        if (median_square(l, middle) > CHI2_1_MEDIAN)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* Degrees of freedom of the Student distribution whose 90th percentile of |t| is `ratio` medians
 * of |t|; the ratio falls as they grow. */
static double learn_df(double ratio)
{
    double low = DF_SMALLEST, high = DF_LARGEST;
    for (int i = 0; i < STEPS; i++) {
        const double middle = (low + high) / 2;
        if (gsl_cdf_tdist_Pinv(0.95, middle) / gsl_cdf_tdist_Pinv(0.75, middle) > ratio)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

enum pal_status pal_limits_learn(const double *before, const double *after, size_t n, double alpha,
                                 struct pal_arena *scratch, struct pal_limits *out,
                                 struct pal_error *err)
{
    if (!n)
        return pal_fail(err, PAL_DOMAIN, "no pairs of years to learn limits from");
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct learning l = {before, after, n, 0, pal_arena_alloc(scratch, n, sizeof(double))};
    if (!l.room)
        return pal_nomem(err, "the limits of queries");
    for (size_t i = 0; i < n; i++)
        l.room[i] = change(before[i], after[i]);
    qsort(l.room, n, sizeof *l.room, by_number);
    l.median = quantile(l.room, n, 0.5);
    *out = (struct pal_limits){.median = l.median, .pairs = n};
    out->tau2 = learn_tau2(&l);
    for (size_t i = 0; i < n; i++)
        l.room[i] = fabs(pal_limits_score(out, before[i], after[i]));
    qsort(l.room, n, sizeof *l.room, by_number);
    /* Series calmer than Poisson are judged as Poisson: limits are not tightened by luck, nor are
     * their few ordinary changes taken for heavy tails. */
    const double middle = fmax(quantile(l.room, n, 0.5), sqrt(CHI2_1_MEDIAN)),
                 ninety = quantile(l.room, n, 0.9);
    out->df = learn_df(ninety / middle);
    out->scale = middle / gsl_cdf_tdist_Pinv(0.75, out->df);
    out->limit = out->scale * gsl_cdf_tdist_Pinv(1 - alpha / 2, out->df);
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

/* ---- mistyped digits --------------------------------------------------------------------------
 */

static bool one_edit(const char *a, size_t n, const char *b, size_t m)
{
    size_t from = 0, to = 0;
    while (from < n && from < m && a[from] == b[from])
        from++;
    while (to < n - from && to < m - from && a[n - 1 - to] == b[m - 1 - to])
        to++;
    const size_t left = n - from - to, right = m - from - to;
    if (left == 2 && right == 2) /* two neighbours exchanged */
        return a[from] == b[from + 1] && a[from + 1] == b[from];
    return left <= 1 && right <= 1 && left + right > 0;
}

bool pal_is_slip(double now, double then)
{
    char a[PAL_NUM_SIZE], b[PAL_NUM_SIZE];
    if (!(now > 0) || !(then > 0) || now == then || now != floor(now) || then != floor(then) ||
        now >= 1e15 || then >= 1e15)
        return false;
    const size_t n = pal_num_write(now, a), m = pal_num_write(then, b);
    for (double factor = 10; factor <= 1000; factor *= 10)
        if (now == then * factor || then == now * factor)
            return true;
    return n >= 3 && m >= 3 && one_edit(a, n, b, m);
}
