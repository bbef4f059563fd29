/* dispersion.c: does a series vary more than Poisson counts would, and by how much? Pearson's
 * chi-square of the counts about their mean rate or about a log-linear trend; near one year, the
 * median of what neighbouring years say. */
#include "inside.h"

#include <math.h>

enum { MOST_STEPS = 50, NEAREST = 10 };
#define MEDIAN_OF_CHI_SQUARE_1 0.45493642311957283 /* of 1 degree of freedom */

struct trend { /* log rate = level + slope * (t - middle) */
    double level, slope, middle;
};

static double fitted(const struct trend *trend, double x, double t)
{
    return x * exp(trend->level + trend->slope * (t - trend->middle));
}

/* One step of Fisher scoring; gives the size of the step. */
static double score_step(struct trend *trend, const double *y, const double *x, const double *t,
                         size_t n)
{
    struct pal_sum w = {0}, wt = {0}, wtt = {0}, u = {0}, ut = {0};
    for (size_t i = 0; i < n; i++) {
        const double mean = fitted(trend, x ? x[i] : 1, t[i]), at = t[i] - trend->middle;
        pal_sum_add(&w, mean);
        pal_sum_add(&wt, mean * at);
        pal_sum_add(&wtt, mean * at * at);
        pal_sum_add(&u, y[i] - mean);
        pal_sum_add(&ut, (y[i] - mean) * at);
    }
    const double a = pal_sum_value(&w), b = pal_sum_value(&wt), c = pal_sum_value(&wtt);
    const double p = pal_sum_value(&u), q = pal_sum_value(&ut), determinant = a * c - b * b;
    const double level = (c * p - b * q) / determinant, slope = (a * q - b * p) / determinant;
    trend->level += level;
    trend->slope += slope;
    return fmax(fabs(level), fabs(slope));
}

static enum pal_status fit(const double *y, const double *x, const double *t, size_t n,
                           double total_y, double total_x, struct trend *out, struct pal_error *err)
{
    double first = t[0], last = t[0];
    for (size_t i = 1; i < n; i++) {
        first = fmin(first, t[i]);
        last = fmax(last, t[i]);
    }
    *out = (struct trend){.level = log(total_y / total_x), .middle = (first + last) / 2};
    for (int i = 0; i < MOST_STEPS; i++) {
        const double size = score_step(out, y, x, t, n);
        if (!(size < 1e3))
            break;
        if (size < 1e-12)
            return PAL_OK;
    }
    return pal_fail(err, PAL_NOCONV, "a log-linear trend of %zu counts did not settle", n);
}

enum pal_status pal_dispersion_of(const double *y, const double *x, const double *t, size_t n,
                                  struct pal_dispersion *out, struct pal_error *err)
{
    struct pal_sum sum_y = {0}, sum_x = {0}, chi_square = {0};
    bool moves = false;
    for (size_t i = 0; i < n; i++) {
        if (!(y[i] >= 0 && isfinite(y[i])) || (x && !(x[i] > 0 && isfinite(x[i]))))
            return pal_fail(err, PAL_DOMAIN, "member %zu of the series is no count of an exposure",
                            i + 1);
        pal_sum_add(&sum_y, y[i]);
        pal_sum_add(&sum_x, x ? x[i] : 1);
        moves = moves || (t && t[i] != t[0]);
    }
    *out = (struct pal_dispersion){.dispersion = 1, .p = 1};
    const double total_y = pal_sum_value(&sum_y), total_x = pal_sum_value(&sum_x);
    const size_t parameters = moves ? 2 : 1;
    if (n <= parameters || !(total_y > 0))
        return PAL_OK;
    struct trend trend = {.level = log(total_y / total_x)};
    if (moves)
        PAL_TRY(fit(y, x, t, n, total_y, total_x, &trend, err));
    for (size_t i = 0; i < n; i++) {
        const double mean = fitted(&trend, x ? x[i] : 1, moves ? t[i] : 0);
        pal_sum_add(&chi_square, (y[i] - mean) * (y[i] - mean) / mean);
    }
    out->chi_square = pal_sum_value(&chi_square);
    out->df = (double)(n - parameters);
    out->dispersion = fmax(1, out->chi_square / out->df);
    out->p = tail_gamma_above(out->df / 2, out->chi_square / 2);
    out->slope = trend.slope;
    return PAL_OK;
}

/* ---- near one year ---------------------------------------------------------------------------
 */

struct neighbours {            /* two counts that follow each other */
    double middle, gap, slope; /* slope of the log rate a unit of t */
    double y[2], x[2];
};

/* Of a handful: sorted by insertion. */
static double median(double *value, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const double own = value[i];
        size_t at = i;
        for (; at > 0 && value[at - 1] > own; at--)
            value[at] = value[at - 1];
        value[at] = own;
    }
    return n % 2 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2;
}

/* A half is added to counts for the slope alone, so that a year without any has a logarithm. */
static struct neighbours pair_of(const double *y, const double *x, const double *t, size_t i)
{
    struct neighbours pair = {.middle = (t[i] + t[i + 1]) / 2,
                              .gap = t[i + 1] - t[i],
                              .y = {y[i], y[i + 1]},
                              .x = {x ? x[i] : 1, x ? x[i + 1] : 1}};
    pair.slope =
        (log((pair.y[1] + 0.5) / pair.x[1]) - log((pair.y[0] + 0.5) / pair.x[0])) / pair.gap;
    return pair;
}

/* growth: of the rate from the first to the second */
static double chi_square_of(const struct neighbours *pair, double growth)
{
    const double sum = pair->y[0] + pair->y[1];
    const double share = pair->x[0] / (pair->x[0] + pair->x[1] * growth);
    const double residual = pair->y[0] - sum * share;
    return residual * residual / (sum * share * (1 - share));
}

/* The first of the n pairs that lie nearest to t, from one of an earlier t on. */
static size_t nearest_from(const struct neighbours *pair, size_t pairs, size_t n, double t,
                           size_t from)
{
    while (from + n < pairs && fabs(pair[from + n].middle - t) < fabs(pair[from].middle - t))
        from++;
    return from;
}

static double dispersion_of_pairs(const struct neighbours *pair, size_t n)
{
    double value[NEAREST], growth = 1, gap = 0;
    for (size_t i = 0; i < n; i++)
        value[i] = pair[i].slope;
    const double slope = median(value, n);
    for (size_t i = 0; i < n; i++) {
        if (!i || pair[i].gap < gap || pair[i].gap > gap) { /* mostly a year, again and again */
            gap = pair[i].gap;
            growth = exp(slope * gap);
        }
        value[i] = chi_square_of(&pair[i], growth);
    }
    return fmax(1, median(value, n) / MEDIAN_OF_CHI_SQUARE_1);
}

enum pal_status pal_dispersion_near(const double *y, const double *x, const double *t, size_t n,
                                    struct pal_arena *scratch, double *out, struct pal_error *err)
{
    struct neighbours *pair = pal_arena_alloc(scratch, n + 1, sizeof *pair);
    size_t pairs = 0;
    if (!pair)
        return pal_nomem(err, "a series");
    for (size_t i = 0; i < n; i++)
        if (!(y[i] >= 0 && isfinite(y[i])) || (x && !(x[i] > 0 && isfinite(x[i]))) ||
            (i && !(t[i] > t[i - 1])))
            return pal_fail(err, PAL_DOMAIN,
                            "member %zu of the series is no count of an exposure "
                            "after the one before",
                            i + 1);
    for (size_t i = 0; i + 1 < n; i++)
        if (y[i] + y[i + 1] > 0)
            pair[pairs++] = pair_of(y, x, t, i);
    const size_t nearest = pairs < NEAREST ? pairs : NEAREST;
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t before = from;
        from = nearest_from(pair, pairs, nearest, t[i], from);
        if (i && from == before) /* the same pairs are nearest to both */
            out[i] = out[i - 1];
        else
            out[i] = pairs ? dispersion_of_pairs(pair + from, nearest) : 1;
    }
    return PAL_OK;
}
