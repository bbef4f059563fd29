/* tails.c: tails and quantiles of the Poisson, gamma, binomial and beta distributions, also for
 * counts in the millions, where the library's series and continued fractions stop early. */
#include "inside.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>

#define PI 3.14159265358979323846

/* From this shape on, and this near to the mean, Temme's expansion is exact to the last bits. */
#define LARGE_SHAPE 1e5
#define NEAR_MEAN   0.05

static double log1p_less(double u) /* log(1 + u) - u without cancellation */
{
    return u > -1 ? gsl_sf_log_1plusx_mx(u) : -HUGE_VAL;
}

/* Gamma(a + 1) / (sqrt(2 pi a) (a/e)^a), 1 for large a. */
static double stirling_factor(double a) { return a < 1e15 ? gsl_sf_gammastar(a) : 1; }

double tail_poisson_pmf(double x, double mean)
{
    if (mean <= 0)
        return x <= 0 ? 1 : 0;
    if (x <= 0)
        return exp(-mean);
    return exp(x * log1p_less(mean / x - 1)) / (sqrt(2 * PI * x) * stirling_factor(x));
}

/* Temme 1979; NIST Digital Library of Mathematical Functions 8.12. sign +1: P(G > x). */
static double gamma_tail_large(double a, double x, double sign)
{
    static const double c0[] = {-1.0 / 3,   1.0 / 12,        -2.0 / 135, 1.0 / 864,
                                1.0 / 2835, -139.0 / 777600, 1.0 / 25515};
    static const double c1[] = {-1.0 / 540, -1.0 / 288, 1.0 / 378};
    static const double c2 = 25.0 / 6048;
    const double mu = (x - a) / a;
    const double half = -log1p_less(mu); /* eta^2 / 2 */
    const double eta = mu < 0 ? -sqrt(2 * half) : sqrt(2 * half);
    double s0 = 0, s1 = 0;
    for (size_t i = PAL_COUNT(c0); i-- > 0;)
        s0 = s0 * eta + c0[i];
    for (size_t i = PAL_COUNT(c1); i-- > 0;)
        s1 = s1 * eta + c1[i];
    const double rest = exp(-a * half) / sqrt(2 * PI * a) * (s0 + (s1 + c2 / a) / a);
    return 0.5 * erfc(sign * eta * sqrt(a / 2)) + sign * rest;
}

double tail_gamma_below(double shape, double x)
{
    if (x <= 0)
        return 0;
    if (shape >= LARGE_SHAPE && fabs(x - shape) < NEAR_MEAN * shape)
        return gamma_tail_large(shape, x, -1);
    return gsl_cdf_gamma_P(x, shape, 1);
}

double tail_gamma_above(double shape, double x)
{
    if (x <= 0)
        return 1;
    if (shape >= LARGE_SHAPE && fabs(x - shape) < NEAR_MEAN * shape)
        return gamma_tail_large(shape, x, +1);
    return gsl_cdf_gamma_Q(x, shape, 1);
}

/* x^a y^b / B(a, b) with x = odds/(1 + odds), by the saddle point: no difference of large
 * logarithms (Loader 2000). */
static double beta_kernel(double a, double b, double odds)
{
    const double n = a + b;
    const double u = (odds * b - a) / (a * (1 + odds)); /* x/x0 - 1 */
    const double v = (a - odds * b) / (b * (1 + odds)); /* y/y0 - 1 */
    return exp(a * log1p_less(u) + b * log1p_less(v)) * sqrt(a * b / (2 * PI * n)) *
           stirling_factor(n) / (stirling_factor(a) * stirling_factor(b));
}

double tail_binomial_pmf(double k, double n, double p)
{
    if (k < 0 || k > n)
        return 0;
    if (k <= 0)
        return exp(n * log1p(-p));
    if (k >= n)
        return exp(n * log(p));
    return beta_kernel(k, n - k, p / (1 - p)) * n / (k * (n - k));
}

/* The smaller side of the incomplete beta function by its continued fraction (modified Lentz;
 * Numerical Recipes 6.4), x at or below the mean. */
static double beta_fraction(double a, double b, double odds)
{
    const double x = odds / (1 + odds), tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (double m = 1; m < 1e7; m++) {
        double term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 + term * d;
        c = 1 + term / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 + term * d;
        c = 1 + term / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        const double step = d * c;
        h *= step;
        if (fabs(step - 1) < 4 * DBL_EPSILON)
            return beta_kernel(a, b, odds) * h / a;
    }
    return (double)NAN;
}

double tail_beta_below(double a, double b, double odds)
{
    if (odds <= 0)
        return 0;
    if (odds * (b + 1) > a + 1)
        return 1 - beta_fraction(b, a, 1 / odds);
    return beta_fraction(a, b, odds);
}

double tail_beta_above(double a, double b, double odds) { return tail_beta_below(b, a, 1 / odds); }

double tail_normal_two_sided(double z) { return erfc(fabs(z) / sqrt(2.0)); }

double tail_normal_z(double level) { return gsl_cdf_ugaussian_Qinv((1 - level) / 2); }

/* ---- quantiles: roots on the log scale, so that small and large ones keep their digits --------
 */

struct quantile {
    double a, b, p;
    bool above;
};

/* How far the tail at exp(t) is from the one wanted; rises with t. */
typedef double (*quantile_gap)(double t, const void *context);
/* Its slope, and the slope's own growth. */
typedef void (*quantile_slope)(double t, const struct quantile *q, double *slope, double *growth);

static double gamma_gap(double log_x, const void *context)
{
    const struct quantile *q = context;
    const double x = exp(log_x);
    return q->above ? q->p - tail_gamma_above(q->a, x) : tail_gamma_below(q->a, x) - q->p;
}

static void gamma_slope(double log_x, const struct quantile *q, double *slope, double *growth)
{
    const double x = exp(log_x);
    *slope = q->a * tail_poisson_pmf(q->a, x);
    *growth = q->a - x;
}

static double beta_gap(double log_odds, const void *context)
{
    const struct quantile *q = context;
    const double odds = exp(log_odds);
    return q->above ? q->p - tail_beta_above(q->a, q->b, odds)
                    : tail_beta_below(q->a, q->b, odds) - q->p;
}

static void beta_slope(double log_odds, const struct quantile *q, double *slope, double *growth)
{
    const double odds = exp(log_odds);
    *slope = beta_kernel(q->a, q->b, odds);
    *growth = (q->a - q->b * odds) / (1 + odds);
}

/* Halley's steps from a good guess: each leaves about the cube of the error. Where they do not
 * settle, the guess was poor, and the bracketed search takes over. */
static double solve(quantile_gap gap, quantile_slope slope_of, const struct quantile *q,
                    double guess, double step)
{
    double t = guess;
    for (int i = 0; i < 12; i++) {
        double slope, growth;
        slope_of(t, q, &slope, &growth);
        const double newton = gap(t, q) / slope;
        const double halley = newton / fmax(0.5, 1 - newton * growth / 2);
        if (!(fabs(halley) < 1))
            break;
        t -= halley;
        if (fabs(halley) < 1e-6)
            return exp(t);
    }
    return exp(tail_root(gap, q, guess, step));
}

static double gamma_quantile(double shape, double p, bool above)
{
    const struct quantile q = {.a = shape, .p = p, .above = above};
    const double z = above ? gsl_cdf_ugaussian_Qinv(p) : gsl_cdf_ugaussian_Pinv(p);
    const double cube = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape)); /* Wilson & Hilferty 1931 */
    const double guess = cube > 0.2 ? log(shape) + 3 * log(cube)
                                    : (log(above ? 1 - p : p) + lgamma(shape + 1)) / shape;
    return solve(gamma_gap, gamma_slope, &q, guess, 0.05 / sqrt(shape + 1));
}

double tail_gamma_quantile_below(double shape, double p) { return gamma_quantile(shape, p, false); }
double tail_gamma_quantile_above(double shape, double p) { return gamma_quantile(shape, p, true); }

static double beta_odds(double a, double b, double p, bool above)
{
    const struct quantile q = {.a = a, .b = b, .p = p, .above = above};
    const double z = above ? gsl_cdf_ugaussian_Qinv(p) : gsl_cdf_ugaussian_Pinv(p);
    const double spread = sqrt(1 / a + 1 / b);
    return solve(beta_gap, beta_slope, &q, log(a / b) + z * fmin(spread, 2), 0.25 * spread);
}

double tail_beta_odds_below(double a, double b, double p) { return beta_odds(a, b, p, false); }
double tail_beta_odds_above(double a, double b, double p) { return beta_odds(a, b, p, true); }
