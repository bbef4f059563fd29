/* one_list.c: one list on which people may be several times, without covariates. */
#include "palermo/systems.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>

struct sums {
    double people, events, once, twice;
};

static enum pal_status add_up(const struct pal_counts *c, struct sums *out, struct pal_error *err)
{
    *out = (struct sums){0};
    for (size_t i = 0; i < c->n; i++) {
        if (!(c->k[i] >= 1) || c->k[i] != floor(c->k[i]) || !(c->f[i] >= 0) ||
            c->f[i] != floor(c->f[i]))
            return pal_fail(err, PAL_DOMAIN,
                            "times seen are whole numbers from 1, people whole numbers from 0");
        out->people += c->f[i];
        out->events += c->k[i] * c->f[i];
        out->once += c->k[i] == 1 ? c->f[i] : 0;
        out->twice += c->k[i] == 2 ? c->f[i] : 0;
    }
    if (!(out->people > 0))
        return pal_fail(err, PAL_DOMAIN, "nobody was seen");
    return PAL_OK;
}

static enum pal_status chao(const struct sums *s, struct pal_recapture *out, struct pal_error *err)
{
    if (s->twice == 0)
        return pal_fail(err, PAL_DOMAIN,
                        "nobody was seen twice: Chao's bound has no value; the "
                        "bias-corrected form has one");
    const double r = s->once / s->twice;
    out->population = s->people + s->once * s->once / (2 * s->twice);
    out->variance = s->twice * (r * r * r * r / 4 + r * r * r + r * r / 2);
    return PAL_OK;
}

static void chao_corrected(const struct sums *s, struct pal_recapture *out)
{
    const double f1 = s->once, f2 = s->twice;
    const double unseen = f1 * (f1 - 1) / (2 * (f2 + 1));
    out->population = s->people + unseen;
    out->variance = unseen + f1 * (2 * f1 - 1) * (2 * f1 - 1) / (4 * (f2 + 1) * (f2 + 1)) +
                    f1 * f1 * f2 * (f1 - 1) * (f1 - 1) / (4 * pow(f2 + 1, 4));
}

static enum pal_status zelterman(const struct sums *s, struct pal_recapture *out,
                                 struct pal_error *err)
{
    if (s->once == 0 || s->twice == 0)
        return pal_fail(err, PAL_DOMAIN,
                        "Zelterman's estimate needs people seen once and people seen twice");
    const double l = 2 * s->twice / s->once, p0 = exp(-l);
    const double g = p0 / ((1 - p0) * (1 - p0));
    out->population = s->people / (1 - p0);
    out->variance = s->people * g * (1 + s->people * g * l * l * (1 / s->once + 1 / s->twice));
    return PAL_OK;
}

/* The root of l / (1 - e^-l) = mean, mean above 1: Newton from above, where it falls steadily. */
static double truncated_mean(double mean)
{
    double l = mean;
    for (int i = 0; i < 200; i++) {
        const double q = -expm1(-l);
        const double f = l / q - mean;
        const double slope = (q - l * exp(-l)) / (q * q);
        const double next = l - f / slope;
        if (!(next > 0) || fabs(next - l) <= 1e-16 * l)
            break;
        l = next;
    }
    return l;
}

static enum pal_status poisson(const struct pal_counts *c, const struct sums *s,
                               struct pal_counts_fit *out, struct pal_error *err)
{
    const double n = s->people;
    if (s->events == n)
        return pal_fail(err, PAL_DOMAIN,
                        "nobody was seen more than once: the zero-truncated "
                        "Poisson has no finite estimate");
    const double l = truncated_mean(s->events / n), p0 = exp(-l), q = -expm1(-l);
    const double variance = l * q * q / (n * (q - l * p0));
    const double slope = n * p0 / (q * q);
    out->lambda = l;
    out->lambda_se = sqrt(variance);
    out->recapture.population = n / q;
    out->recapture.variance = variance * slope * slope + n * p0 / (q * q);
    struct pal_sum loglik = {0};
    for (size_t i = 0; i < c->n; i++)
        pal_sum_add(&loglik,
                    c->f[i] * (c->k[i] * log(l) - l - gsl_sf_lngamma(c->k[i] + 1) - log(q)));
    out->loglik = pal_sum_value(&loglik);
    return PAL_OK;
}

static enum pal_status geometric(const struct sums *s, struct pal_recapture *out,
                                 struct pal_error *err)
{
    const double n = s->people, p = n / s->events;
    if (s->events == n)
        return pal_fail(err, PAL_DOMAIN,
                        "nobody was seen more than once: the zero-truncated "
                        "geometric has no finite estimate");
    const double slope = n / ((1 - p) * (1 - p));
    out->population = n / (1 - p);
    out->variance = slope * slope * p * p * (1 - p) / n + n * p / ((1 - p) * (1 - p));
    return PAL_OK;
}

enum pal_status pal_counts_estimate(const struct pal_counts *counts, enum pal_counts_method method,
                                    struct pal_counts_fit *out, struct pal_error *err)
{
    struct sums s;
    PAL_TRY(add_up(counts, &s, err));
    *out = (struct pal_counts_fit){.recapture = {.people = s.people},
                                   .lambda = (double)NAN,
                                   .lambda_se = (double)NAN,
                                   .loglik = (double)NAN};
    switch (method) {
    case PAL_COUNTS_CHAO:
        return chao(&s, &out->recapture, err);
    case PAL_COUNTS_CHAO_CORRECTED:
        chao_corrected(&s, &out->recapture);
        return PAL_OK;
    case PAL_COUNTS_ZELTERMAN:
        return zelterman(&s, &out->recapture, err);
    case PAL_COUNTS_POISSON:
        return poisson(counts, &s, out, err);
    case PAL_COUNTS_GEOMETRIC:
        return geometric(&s, &out->recapture, err);
    }
    return pal_fail(err, PAL_BUG, "an unknown method of counts");
}
