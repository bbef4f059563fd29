/* interval_weighted.c: limits of a weighted sum of Poisson counts: directly standardized rates. */
#include "inside.h"

#include <math.h>
#include <string.h>

struct question {
    const struct pal_weighted_count *sum;
    double level;
};

typedef enum pal_status (*limits)(const struct question *q, double *low, double *high,
                                  struct pal_error *err);

/* Limits of the gamma distribution with mean y and variance v. */
static double gamma_low(double y, double v, double tail)
{
    return y > 0 ? v / y * tail_gamma_quantile_below(y * y / v, tail) : 0;
}

static double gamma_high(double y, double v, double tail)
{
    return v / y * tail_gamma_quantile_above(y * y / v, tail);
}

static enum pal_status fayfeuer(const struct question *q, double *low, double *high,
                                struct pal_error *err)
{
    (void)err;
    const struct pal_weighted_count *s = q->sum;
    const double tail = (1 - q->level) / 2;
    *low = gamma_low(s->y, s->v, tail);
    *high = gamma_high(s->y + s->max_a, s->v + s->max_a * s->max_a, tail);
    return PAL_OK;
}

static enum pal_status tiwari(const struct question *q, double *low, double *high,
                              struct pal_error *err)
{
    (void)err;
    const struct pal_weighted_count *s = q->sum;
    const double tail = (1 - q->level) / 2;
    *low = gamma_low(s->y, s->v, tail);
    *high = gamma_high(s->y + s->mean_a, s->v + s->mean_a2, tail);
    return PAL_OK;
}

/* The limits of the plain count, moved to the scale of the standardized rate. */
static enum pal_status scaled(const char *word, const struct question *q, double *low, double *high,
                              struct pal_error *err)
{
    const struct pal_weighted_count *s = q->sum;
    if (!(s->count > 0))
        return PAL_OK;
    PAL_TRY(pal_interval_count(word, s->count, q->level, 0, 1, low, high, err));
    const double scale = sqrt(s->v / s->count);
    *low = s->y + scale * (*low - s->count);
    *high = s->y + scale * (*high - s->count);
    return PAL_OK;
}

static enum pal_status dobson(const struct question *q, double *low, double *high,
                              struct pal_error *err)
{
    return scaled("garwood", q, low, high, err);
}

static enum pal_status dobson_byar(const struct question *q, double *low, double *high,
                                   struct pal_error *err)
{
    return scaled("byar", q, low, high, err);
}

static enum pal_status normal(const struct question *q, double *low, double *high,
                              struct pal_error *err)
{
    (void)err;
    const double half = tail_normal_z(q->level) * sqrt(q->sum->v);
    *low = q->sum->y - half;
    *high = q->sum->y + half;
    return PAL_OK;
}

static enum pal_status lognormal(const struct question *q, double *low, double *high,
                                 struct pal_error *err)
{
    (void)err;
    if (q->sum->y > 0) {
        const double half = tail_normal_z(q->level) * sqrt(q->sum->v) / q->sum->y;
        *low = q->sum->y * exp(-half);
        *high = q->sum->y * exp(half);
    }
    return PAL_OK;
}

static const struct {
    const char *word;
    limits find;
} methods[] = {
    {"dobson", dobson},       {"dobson-byar", dobson_byar}, {"fayfeuer", fayfeuer},
    {"lognormal", lognormal}, {"normal", normal},           {"tiwari", tiwari},
};

enum pal_status pal_interval_weighted(const char *word, const struct pal_weighted_count *sum,
                                      double level, double *low, double *high,
                                      struct pal_error *err)
{
    const struct question q = {sum, level};
    *low = *high = (double)NAN;
    if (!(level > 0 && level < 1))
        return pal_fail(err, PAL_DOMAIN, "level %g is not between 0 and 1", level);
    pal_str words[PAL_COUNT(methods)];
    for (size_t i = 0; i < PAL_COUNT(methods); i++) {
        if (strcmp(word, methods[i].word) == 0) {
            PAL_TRY(methods[i].find(&q, low, high, err));
            const bool none = sum->y <= 0 || !(sum->count > 0) || isnan(sum->y) || isnan(sum->v);
            if (!none && (isnan(*low) || isnan(*high)))
                return pal_fail(err, PAL_NOCONV, "the limits '%s' of a rate did not settle", word);
            return PAL_OK;
        }
        words[i] = pal_str_of(methods[i].word);
    }
    const pal_str near = pal_nearest(pal_str_of(word), words, PAL_COUNT(words));
    return pal_fail(err, PAL_USAGE, "unknown interval '%s' of a standardized rate%s%.*s%s", word,
                    near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
}
