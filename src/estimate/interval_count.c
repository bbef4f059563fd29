/* interval_count.c: limits of a Poisson or negative-binomial mean from one count. */
#include "inside.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

struct question {
    double x, level, theta, dispersion;
};

typedef enum pal_status (*limits)(const struct question *q, double *low, double *high);

static enum pal_status garwood(const struct question *q, double *low, double *high)
{
    const double tail = (1 - q->level) / 2;
    /* A count far below one (a small count over a large dispersion) has its lower limit where
     * P(G < m) is m^x / Gamma(x + 1) to the last bit; it may underflow to 0. */
    const double log_low =
        q->x > 0 ? (log(tail) + gsl_sf_lngamma(q->x + 1)) / q->x : -(double)INFINITY;
    if (log_low < -36)
        *low = exp(log_low);
    else
        *low = tail_gamma_quantile_below(q->x, tail);
    *high = tail_gamma_quantile_above(q->x + 1, tail);
    return PAL_OK;
}

static enum pal_status byar(const struct question *q, double *low, double *high)
{
    const double z = tail_normal_z(q->level), u = q->x + 1;
    *low = q->x > 0 ? q->x * pow(1 - 1 / (9 * q->x) - z / (3 * sqrt(q->x)), 3) : 0;
    *high = u * pow(1 - 1 / (9 * u) + z / (3 * sqrt(u)), 3);
    return PAL_OK;
}

static enum pal_status lognormal(const struct question *q, double *low, double *high)
{
    if (q->x > 0) {
        const double half = tail_normal_z(q->level) / sqrt(q->x);
        *low = q->x * exp(-half);
        *high = q->x * exp(half);
    }
    return PAL_OK;
}

static enum pal_status wald(const struct question *q, double *low, double *high)
{
    const double half = tail_normal_z(q->level) * sqrt(q->x);
    *low = q->x - half;
    *high = q->x + half;
    return PAL_OK;
}

static double midp_low_gap(double log_mean, const void *context)
{
    const struct question *q = context;
    const double mean = exp(log_mean);
    return tail_gamma_below(q->x + 1, mean) + tail_poisson_pmf(q->x, mean) / 2 - (1 - q->level) / 2;
}

static double midp_high_gap(double log_mean, const void *context)
{
    const struct question *q = context;
    const double mean = exp(log_mean);
    return (1 - q->level) / 2 - tail_gamma_above(q->x + 1, mean) + tail_poisson_pmf(q->x, mean) / 2;
}

static enum pal_status midp(const struct question *q, double *low, double *high)
{
    double start_low, start_high;
    PAL_TRY(byar(q, &start_low, &start_high));
    const double step = 0.1 / sqrt(q->x + 1);
    *low = q->x > 0 ? exp(tail_root(midp_low_gap, q, log(fmax(start_low, q->x * 1e-3)), step)) : 0;
    *high = exp(tail_root(midp_high_gap, q, log(start_high), step));
    return PAL_OK;
}

static enum pal_status nb_wald(const struct question *q, double *low, double *high)
{
    const double half = tail_normal_z(q->level) * sqrt(q->x + q->x * q->x / q->theta);
    *low = q->x - half;
    *high = q->x + half;
    return PAL_OK;
}

static enum pal_status nb_log(const struct question *q, double *low, double *high)
{
    if (q->x > 0) {
        const double half = tail_normal_z(q->level) * sqrt(1 / q->x + 1 / q->theta);
        *low = q->x * exp(-half);
        *high = q->x * exp(half);
    }
    return PAL_OK;
}

/* P(X <= x) with X negative binomial is a tail of a beta distribution in theta/(theta + mean), so
 * its odds times theta is the mean. */
static enum pal_status nb_exact(const struct question *q, double *low, double *high)
{
    const double tail = (1 - q->level) / 2;
    *low = q->x > 0 ? q->theta * tail_beta_odds_below(q->x, q->theta, tail) : 0;
    *high = q->theta * tail_beta_odds_above(q->x + 1, q->theta, tail);
    return PAL_OK;
}

/* The exact limits of the equivalent Poisson count x/dispersion, in the unit of x. */
static enum pal_status quasi(const struct question *q, double *low, double *high)
{
    struct question poisson = *q;
    poisson.x /= q->dispersion;
    PAL_TRY(garwood(&poisson, low, high));
    *low *= q->dispersion;
    *high *= q->dispersion;
    return PAL_OK;
}

static const struct {
    const char *word;
    limits find;
    bool needs_theta;
} methods[] = {
    {"byar", byar, false},      {"garwood", garwood, false},  {"lognormal", lognormal, false},
    {"midp", midp, false},      {"nb-exact", nb_exact, true}, {"nb-log", nb_log, true},
    {"nb-wald", nb_wald, true}, {"normal", wald, false},      {"quasi", quasi, false},
    {"wald", wald, false},
};

static enum pal_status unknown_word(const char *word, struct pal_error *err)
{
    pal_str words[PAL_COUNT(methods)];
    for (size_t i = 0; i < PAL_COUNT(methods); i++)
        words[i] = pal_str_of(methods[i].word);
    const pal_str near = pal_nearest(pal_str_of(word), words, PAL_COUNT(words));
    if (near.len)
        return pal_fail(err, PAL_USAGE, "unknown interval '%s' of a count; did you mean '%.*s'?",
                        word, PAL_ARG(near));
    return pal_fail(err, PAL_USAGE, "unknown interval '%s' of a count", word);
}

enum pal_status pal_interval_count(const char *word, double x, double level, double theta,
                                   double dispersion, double *low, double *high,
                                   struct pal_error *err)
{
    const struct question q = {x, level, theta, dispersion};
    *low = *high = (double)NAN;
    for (size_t i = 0; i < PAL_COUNT(methods); i++) {
        if (strcmp(word, methods[i].word) != 0)
            continue;
        if (!(x >= 0 && isfinite(x)))
            return pal_fail(err, PAL_DOMAIN, "a count of %g has no Poisson limits", x);
        if (!(level > 0 && level < 1))
            return pal_fail(err, PAL_DOMAIN, "level %g is not between 0 and 1", level);
        if (methods[i].needs_theta && !(theta > 0))
            return pal_fail(err, PAL_DOMAIN, "interval '%s' needs a theta above 0", word);
        if (methods[i].find == quasi && !(dispersion >= 1))
            return pal_fail(err, PAL_DOMAIN, "a dispersion of %g is below 1", dispersion);
        PAL_TRY(methods[i].find(&q, low, high));
        const bool none = x <= 0 && (methods[i].find == lognormal || methods[i].find == nb_log);
        if (!none && (isnan(*low) || isnan(*high)))
            return pal_fail(err, PAL_NOCONV, "the limits '%s' of a count of %g did not settle",
                            word, x);
        return PAL_OK;
    }
    return unknown_word(word, err);
}
