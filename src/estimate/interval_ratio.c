/* interval_ratio.c: limits of the ratio of two Poisson rates, and tests that they are equal. */
#include "inside.h"

#include <math.h>
#include <string.h>

enum pal_status pal_interval_rate_ratio(const char *word, const double *y, const double *x,
                                        double level, double theta, double dispersion,
                                        double *std_error, double *low, double *high,
                                        struct pal_error *err)
{
    static const pal_str words[] = {PAL_STR_INIT("rr-exact"), PAL_STR_INIT("rr-lognormal"),
                                    PAL_STR_INIT("rr-nb-log")};
    *std_error = *low = *high = (double)NAN;
    if (!(level > 0 && level < 1))
        return pal_fail(err, PAL_DOMAIN, "level %g is not between 0 and 1", level);
    const bool negative_binomial = strcmp(word, "rr-nb-log") == 0;
    if (negative_binomial || strcmp(word, "rr-lognormal") == 0) {
        if (negative_binomial && !(theta > 0))
            return pal_fail(err, PAL_DOMAIN, "interval '%s' needs a theta above 0", word);
        if (!(y[0] > 0 && y[1] > 0 && x[0] > 0 && x[1] > 0))
            return PAL_OK;
        const double scale = dispersion > 1 ? dispersion : 1;
        const double log_error =
            sqrt(scale * (1 / y[0] + 1 / y[1]) + (negative_binomial ? 2 / theta : 0));
        const double ratio = (y[1] / x[1]) / (y[0] / x[0]);
        const double half = tail_normal_z(level) * log_error;
        *std_error = ratio * log_error;
        *low = ratio * exp(-half);
        *high = ratio * exp(half);
        return PAL_OK;
    }
    if (strcmp(word, "rr-exact") == 0) {
        /* Given y0 + y1, y1 is binomial; its odds, freed of the exposures, are the ratio. */
        if (!(y[0] + y[1] > 0 && x[0] > 0 && x[1] > 0))
            return PAL_OK;
        const double tail = (1 - level) / 2, scale = x[0] / x[1];
        *low = y[1] > 0 ? scale * tail_beta_odds_below(y[1], y[0] + 1, tail) : 0;
        *high = y[0] > 0 ? scale * tail_beta_odds_above(y[1] + 1, y[0], tail) : HUGE_VAL;
        if (isnan(*low) || isnan(*high))
            return pal_fail(err, PAL_NOCONV, "the exact limits of a rate ratio did not settle");
        return PAL_OK;
    }
    const pal_str near = pal_nearest(pal_str_of(word), words, PAL_COUNT(words));
    return pal_fail(err, PAL_USAGE, "unknown interval '%s' of a rate ratio%s%.*s%s", word,
                    near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
}

static double binomial_below(double k, double n, double p) /* P(X <= k) */
{
    return k < 0 ? 0 : k >= n ? 1 : tail_beta_below(n - k, k + 1, (1 - p) / p);
}

static double binomial_above(double k, double n, double p) /* P(X > k) */
{
    return k < 0 ? 1 : k >= n ? 0 : tail_beta_below(k + 1, n - k, p / (1 - p));
}

/* Outcomes beyond the mean that are no likelier than `bound`. Probabilities fall monotonously from
 * `nearest` to `farthest` (outward: +1 or -1); gives the first that counts, one past `farthest`
 * when none does. */
static double first_unlikely(double nearest, double farthest, double outward, double n, double p,
                             double bound)
{
    double from = 0, to = fabs(farthest - nearest) + 1; /* the answer lies in [from, to] */
    while (from < to) {
        const double middle = floor((from + to) / 2);
        if (tail_binomial_pmf(nearest + outward * middle, n, p) <= bound)
            to = middle;
        else
            from = middle + 1;
    }
    return nearest + outward * from;
}

/* Sums every outcome whose probability is not above the observed one; the slack keeps outcomes
 * that are equal up to rounding (R's binom.test uses the same). */
static double minlike(double k, double n, double p)
{
    const double slack = 1 + 1e-7, mean = n * p;
    const double bound = tail_binomial_pmf(k, n, p) * slack;
    double sum;
    if (k < mean) {
        const double from = first_unlikely(ceil(mean), n, +1, n, p, bound);
        sum = binomial_below(k, n, p) + binomial_above(from - 1, n, p);
    } else if (k > mean) {
        const double to = first_unlikely(floor(mean), 0, -1, n, p, bound);
        sum = binomial_below(to, n, p) + binomial_above(k - 1, n, p);
    } else {
        sum = 1;
    }
    return fmin(sum, 1);
}

static double central(double k, double n, double p)
{
    return fmin(1, 2 * fmin(binomial_below(k, n, p), binomial_above(k - 1, n, p)));
}

void pal_test_rates(enum pal_test test, const double *y, const double *x, double dispersion,
                    double *z, double *p)
{
    const double scale = dispersion > 1 ? dispersion : 1;
    const double share = x[1] / (x[0] + x[1]);
    const bool whole = floor(y[0]) == y[0] && floor(y[1]) == y[1];
    const bool exact = whole && y[0] + y[1] > 0 && x[0] > 0 && x[1] > 0;
    *z = *p = (double)NAN;
    switch (test) {
    case PAL_TEST_SCORE: {
        const double pooled = (y[0] + y[1]) / (x[0] + x[1]);
        *z = (y[1] / x[1] - y[0] / x[0]) / sqrt(scale * pooled * (1 / x[0] + 1 / x[1]));
        *p = tail_normal_two_sided(*z);
        break;
    }
    case PAL_TEST_LOG_WALD:
        if (y[0] > 0 && y[1] > 0) {
            *z = log((y[1] / x[1]) / (y[0] / x[0])) / sqrt(scale * (1 / y[0] + 1 / y[1]));
            *p = tail_normal_two_sided(*z);
        }
        break;
    case PAL_TEST_EXACT_MINLIKE:
        *p = exact ? minlike(y[1], y[0] + y[1], share) : (double)NAN;
        break;
    case PAL_TEST_EXACT_CENTRAL:
        *p = exact ? central(y[1], y[0] + y[1], share) : (double)NAN;
        break;
    case PAL_TEST_NONE:
    case PAL_TEST_NORMAL:
        break;
    }
}
