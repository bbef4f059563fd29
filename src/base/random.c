/* random.c: named random streams. */
#include "palermo/base.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void pal_random_start(struct pal_random *random, uint64_t seed, const char *purpose,
                      uint64_t replicate)
{
    uint64_t state = pal_hash(purpose, strlen(purpose), seed);
    state ^= splitmix64(&replicate);
    for (size_t i = 0; i < 4; i++)
        random->s[i] = splitmix64(&state);
}

static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t pal_random_next(struct pal_random *random)
{
    uint64_t *s = random->s;
    const uint64_t result = rotl(s[0] + s[3], 23) + s[0];
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

double pal_random_unit(struct pal_random *random)
{
    return (double)(pal_random_next(random) >> 11) * 0x1.0p-53;
}

/* Lemire 2019: multiply, and reject the few products that would bias. */
uint64_t pal_random_below(struct pal_random *random, uint64_t n)
{
    if (n <= 1)
        return 0;
    unsigned __int128 product = (unsigned __int128)pal_random_next(random) * n;
    if ((uint64_t)product < n) {
        const uint64_t floor = (0 - n) % n;
        while ((uint64_t)product < floor)
            product = (unsigned __int128)pal_random_next(random) * n;
    }
    return (uint64_t)(product >> 64);
}

/* Marsaglia's polar method; the second variate is thrown away so that a stream has no hidden state.
 */
double pal_random_normal(struct pal_random *random)
{
    for (;;) {
        const double u = 2 * pal_random_unit(random) - 1, v = 2 * pal_random_unit(random) - 1;
        const double q = u * u + v * v;
        if (q > 0 && q < 1)
            return u * sqrt(-2 * log(q) / q);
    }
}

/* Small means by multiplication (Knuth 1969, 3.4.1), larger ones by Hoermann's transformed
 * rejection PTRS (1993). */
uint64_t pal_random_poisson(struct pal_random *random, double mean)
{
    if (!(mean > 0))
        return 0;
    if (mean < 10) {
        const double limit = exp(-mean);
        double product = pal_random_unit(random);
        uint64_t k = 0;
        while (product > limit) {
            product *= pal_random_unit(random);
            k++;
        }
        return k;
    }
    const double log_mean = log(mean), b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
    const double inv_alpha = 1.1239 + 1.1328 / (b - 3.4), vr = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        const double u = pal_random_unit(random) - 0.5, v = pal_random_unit(random);
        const double us = 0.5 - fabs(u);
        const double k = floor((2 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= vr)
            return (uint64_t)k;
        if (k < 0 || (us < 0.013 && v > us))
            continue;
        if (log(v) + log(inv_alpha) - log(a / (us * us) + b) <=
            -mean + k * log_mean - gsl_sf_lngamma(k + 1))
            return (uint64_t)k;
    }
}

/* By the geometric gaps between successes (Devroye 1986, X.4): as many draws as successes. */
static double binomial_by_gaps(struct pal_random *random, double n, double p)
{
    const double log_q = log1p(-p);
    double at = 0, k = 0;
    for (;;) {
        at += floor(log(1 - pal_random_unit(random)) / log_q) + 1;
        if (at > n)
            return k;
        k++;
    }
}

/* log(k!) less Stirling's approximation of it. */
static double stirling_rest(double k)
{
    static const double known[] = {0.08106146679532726, 0.04134069595540929, 0.02767792568499834,
                                   0.02079067210376509, 0.01664469118982119, 0.01387612882307075,
                                   0.01189670994589177, 0.01041126526197209, 0.009255462182712733,
                                   0.008330563433362871};
    if (k < 10)
        return known[(size_t)k];
    const double x = k + 1, xx = x * x;
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / xx) / xx) / x;
}

/* Transformed rejection, Hoermann's BTRS (1993), for p up to one half: some two draws however large
 * n is. */
static double binomial_by_rejection(struct pal_random *random, double n, double p)
{
    const double odds = p / (1 - p), spread = sqrt(n * p * (1 - p));
    const double b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p;
    const double c = n * p + 0.5, quick = 0.92 - 4.2 / b;
    const double alpha = (2.83 + 5.1 / b) * spread, mode = floor((n + 1) * p);
    for (;;) {
        const double u = pal_random_unit(random) - 0.5, v = pal_random_unit(random);
        const double us = 0.5 - fabs(u), k = floor((2 * a / us + b) * u + c);
        if (!(k >= 0 && k <= n))
            continue;
        if (us >= 0.07 && v <= quick)
            return k;
        const double bound = (mode + 0.5) * log((mode + 1) / (odds * (n - mode + 1))) +
                             (n + 1) * log((n - mode + 1) / (n - k + 1)) +
                             (k + 0.5) * log(odds * (n - k + 1) / (k + 1)) + stirling_rest(mode) +
                             stirling_rest(n - mode) - stirling_rest(k) - stirling_rest(n - k);
        if (log(v * alpha / (a / (us * us) + b)) <= bound)
            return k;
    }
}

double pal_random_binomial_of(struct pal_random *random, double n, double p)
{
    static const double FEW = 10; /* successes */
    if (!(p > 0) || !(n > 0))
        return 0;
    if (p >= 1)
        return n;
    const double less = p <= 0.5 ? p : 1 - p;
    const double k =
        n * less < FEW ? binomial_by_gaps(random, n, less) : binomial_by_rejection(random, n, less);
    return p <= 0.5 ? k : n - k;
}

uint64_t pal_random_binomial(struct pal_random *random, uint64_t n, double p)
{
    return (uint64_t)pal_random_binomial_of(random, (double)n, p);
}
