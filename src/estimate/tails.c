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

#define USUAL_TAIL ((1 - 0.95) / 2) /* on each side, as the callers reckon it from the level */

/* Far more than any series or fraction here takes. */
enum { MOST_TERMS = 10000000 };

/* log(r) - (r - 1), given r and r - 1: without cancellation near 1. */
static double deviance(double r, double less_one)
{
    if (r <= 0)
        return -HUGE_VAL;
    return r > 0.5 ? gsl_sf_log_1plusx_mx(less_one) : log(r) - less_one;
}

/* Gamma(a + 1) / (sqrt(2 pi a) (a/e)^a), 1 for large a. */
static double stirling_factor(double a) { return a < 1e15 ? gsl_sf_gammastar(a) : 1; }

/* What Gamma(x + 1) is to (x/e)^x. */
static double gamma_factor(double x) { return sqrt(2 * PI * x) * stirling_factor(x); }

static double pmf_with(double x, double mean, double factor)
{
    if (mean <= 0)
        return x <= 0 ? 1 : 0;
    if (x <= 0)
        return exp(-mean);
    return exp(x * deviance(mean / x, (mean - x) / x)) / factor;
}

double tail_poisson_pmf(double x, double mean)
{
    return pmf_with(x, mean, mean > 0 && x > 0 ? gamma_factor(x) : 1);
}

/* Temme 1979; NIST Digital Library of Mathematical Functions 8.12. sign +1: P(G > x). */
static double gamma_tail_large(double a, double x, double sign)
{
    static const double c0[] = {-1.0 / 3,   1.0 / 12,        -2.0 / 135, 1.0 / 864,
                                1.0 / 2835, -139.0 / 777600, 1.0 / 25515};
    static const double c1[] = {-1.0 / 540, -1.0 / 288, 1.0 / 378};
    static const double c2 = 25.0 / 6048;
    const double mu = (x - a) / a;
    const double half = -deviance(1 + mu, mu); /* eta^2 / 2 */
    const double eta = mu < 0 ? -sqrt(2 * half) : sqrt(2 * half);
    double s0 = 0, s1 = 0;
    for (size_t i = PAL_COUNT(c0); i-- > 0;)
        s0 = s0 * eta + c0[i];
    for (size_t i = PAL_COUNT(c1); i-- > 0;)
        s1 = s1 * eta + c1[i];
    const double rest = exp(-a * half) / sqrt(2 * PI * a) * (s0 + (s1 + c2 / a) / a);
    return 0.5 * erfc(sign * eta * sqrt(a / 2)) + sign * rest;
}

/* P(G <= x) and P(G > x) share their first factor, the density at x; the smaller of the two is
 * summed, the other is its complement (Numerical Recipes 6.2). */
static double gamma_series(double a, double x) /* P/density, x up to about the mean */
{
    double term = 1, sum = 1;
    for (int n = 1; n < MOST_TERMS; n++) {
        term *= x / (a + n);
        sum += term;
        if (term < sum * (DBL_EPSILON / 4))
            break;
    }
    return sum;
}

static double gamma_fraction(double a, double x) /* Q/(a density), x from about the mean */
{
    double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (int n = 1; n < MOST_TERMS; n++) {
        const double an = -n * (n - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        h *= c * d;
        if (fabs(c * d - 1) < DBL_EPSILON)
            break;
    }
    return h;
}

/* density: x^a e^-x / Gamma(a + 1) */
static double gamma_tail(double a, double x, double density, bool above)
{
    if (a >= LARGE_SHAPE && fabs(x - a) < NEAR_MEAN * a)
        return gamma_tail_large(a, x, above ? +1 : -1);
    if (x < a + 1) {
        const double below = density * gamma_series(a, x);
        return above ? 1 - below : below;
    }
    const double over = a * density * gamma_fraction(a, x);
    return above ? over : 1 - over;
}

double tail_gamma_below(double shape, double x)
{
    return x > 0 ? gamma_tail(shape, x, tail_poisson_pmf(shape, x), false) : 0;
}

double tail_gamma_above(double shape, double x)
{
    return x > 0 ? gamma_tail(shape, x, tail_poisson_pmf(shape, x), true) : 1;
}

/* x^a y^b / B(a, b) with x = odds/(1 + odds), by the saddle point: no difference of large
 * logarithms (Loader 2000). */
static double beta_kernel(double a, double b, double odds)
{
    const double n = a + b;
    const double u = (odds * b - a) / (a * (1 + odds)); /* x/x0 - 1 */
    const double v = (a - odds * b) / (b * (1 + odds)); /* y/y0 - 1 */
    const double x = odds / (1 + odds) * (n / a), y = 1 / (1 + odds) * (n / b);
    return exp(a * deviance(x, u) + b * deviance(y, v)) * sqrt(a * b / (2 * PI * n)) *
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
    for (int i = 1; i < MOST_TERMS; i++) {
        const double m = i;
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

/* z with P(Z > z) = p. Nearly every interval is asked at 95 per cent. */
static double normal_above(double p)
{
    return p == USUAL_TAIL ? 1.9599639845400536 : gsl_cdf_ugaussian_Qinv(p);
}

double tail_normal_z(double level) { return normal_above((1 - level) / 2); }

/* ---- quantiles: roots on the log scale, so that small and large ones keep their digits --------
 */

struct quantile {
    double a, b, p;
    bool above;
    double factor; /* of a, for the density */
};

struct look {      /* at one point on the log scale */
    double gap;    /* the tail there less the one wanted (or the reverse): rises */
    double slope;  /* of the gap                                                 */
    double growth; /* of the slope, over the slope                               */
};

static struct look gamma_look(double log_x, const struct quantile *q)
{
    const double x = exp(log_x), density = pmf_with(q->a, x, q->factor);
    const double tail = x > 0 ? gamma_tail(q->a, x, density, q->above) : q->above ? 1 : 0;
    return (struct look){q->above ? q->p - tail : tail - q->p, q->a * density, q->a - x};
}

static struct look beta_look(double log_odds, const struct quantile *q)
{
    const double odds = exp(log_odds);
    const double tail =
        q->above ? tail_beta_above(q->a, q->b, odds) : tail_beta_below(q->a, q->b, odds);
    return (struct look){q->above ? q->p - tail : tail - q->p, beta_kernel(q->a, q->b, odds),
                         (q->a - q->b * odds) / (1 + odds)};
}

static double gamma_gap(double t, const void *context) { return gamma_look(t, context).gap; }
static double beta_gap(double t, const void *context) { return beta_look(t, context).gap; }

/* Halley's steps from a good guess. In units of the distribution's width a step leaves about the
 * cube of the error, so a step below 1e-4 is the last. Where steps do not settle the guess was
 * poor, and the bracketed search takes over. */
static double solve(struct look (*look_at)(double, const struct quantile *),
                    double (*gap)(double, const void *), const struct quantile *q, double guess,
                    double width)
{
    double t = guess;
    for (int i = 0; i < 12; i++) {
        const struct look look = look_at(t, q);
        const double newton = look.gap / look.slope;
        const double halley = newton / fmax(0.5, 1 - newton * look.growth / 2);
        if (!(fabs(halley) < 1))
            break;
        t -= halley;
        if (fabs(halley) < 1e-4 * fmin(width, 1))
            return exp(t);
    }
    return exp(tail_root(gap, q, guess, 0.05 * width));
}

/* Cornish and Fisher's expansion of the gamma quantile (Goldberg & Levine 1946). */
static double gamma_expansion(double shape, double z)
{
    const double z2 = z * z, root = sqrt(shape);
    return shape + z * root + (z2 - 1) / 3 + z * (z2 - 7) / (36 * root) -
           ((3 * z2 + 7) * z2 - 16) / (810 * shape) +
           z * ((9 * z2 + 256) * z2 - 433) / (38880 * shape * root) +
           (((12 * z2 - 243) * z2 - 923) * z2 + 1472) / (204120 * shape * shape);
}

static double gamma_solved(double shape, double p, bool above)
{
    const double z = above ? normal_above(p) : -normal_above(p);
    const double cube = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape)); /* Wilson & Hilferty 1931 */
    double guess;
    if (shape > 20 && fabs(z) < 4) {
        const double x = gamma_expansion(shape, z);
        if (shape > 2000)
            return x; /* the next term is below the last bits */
        guess = log(x);
    } else if (cube > 0.2) {
        guess = log(shape) + 3 * log(cube);
    } else {
        guess = (log(above ? 1 - p : p) + lgamma(shape + 1)) / shape;
        if (guess < -40) /* the series has one term; an x below the smallest number is 0 */
            return exp(guess);
    }
    const struct quantile q = {
        .a = shape, .p = p, .above = above, .factor = shape > 0 ? gamma_factor(shape) : 1};
    return solve(gamma_look, gamma_gap, &q, guess, 1 / sqrt(shape + 1));
}

/* Most counts that are published are small and whole, and nearly every interval is asked at 95 per
 * cent: what was solved for them is kept, by each thread for itself. */
enum { KEPT = 512 };

static double gamma_quantile(double shape, double p, bool above)
{
    static _Thread_local double kept[2][KEPT]; /* 0: not asked yet */
    if (p != USUAL_TAIL || !(shape >= 0 && shape < KEPT) || shape != floor(shape))
        return gamma_solved(shape, p, above);
    double *own = &kept[above][(size_t)shape];
    if (*own == 0)
        *own = gamma_solved(shape, p, above);
    return *own;
}

double tail_gamma_quantile_below(double shape, double p) { return gamma_quantile(shape, p, false); }
double tail_gamma_quantile_above(double shape, double p) { return gamma_quantile(shape, p, true); }

static double beta_odds(double a, double b, double p, bool above)
{
    const struct quantile q = {.a = a, .b = b, .p = p, .above = above};
    const double z = above ? normal_above(p) : -normal_above(p);
    const double spread = sqrt(1 / a + 1 / b);
    return solve(beta_look, beta_gap, &q, log(a / b) + z * fmin(spread, 2), spread);
}

double tail_beta_odds_below(double a, double b, double p) { return beta_odds(a, b, p, false); }
double tail_beta_odds_above(double a, double b, double p) { return beta_odds(a, b, p, true); }
