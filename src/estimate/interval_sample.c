/* interval_sample.c: limits of shares estimated from samples. */
#include "inside.h"

#include <math.h>
#include <string.h>

struct question { /* 0 < p < 1, std_error > 0, t finite */
    const struct pal_sampled_share *share;
    double t;
    double n_effective; /* rows of a simple random sample that would vary as much */
};

typedef void (*limits)(const struct question *q, double *low, double *high);

static void mean(const struct question *q, double *low, double *high)
{
    *low = q->share->p - q->t * q->share->std_error;
    *high = q->share->p + q->t * q->share->std_error;
}

static double logistic(double x) { return 1 / (1 + exp(-x)); }

static void on_logit(const struct question *q, double error, double *low, double *high)
{
    const double p = q->share->p, at = log(p / (1 - p));
    *low = logistic(at - q->t * error);
    *high = logistic(at + q->t * error);
}

static void xlogit(const struct question *q, double *low, double *high)
{
    const double p = q->share->p;
    on_logit(q, q->share->std_error / (p * (1 - p)), low, high);
}

static void logit(const struct question *q, double *low, double *high)
{
    if (q->share->logit_error > 0)
        on_logit(q, q->share->logit_error, low, high);
    else
        xlogit(q, low, high);
}

static void asin_root(const struct question *q, double *low, double *high)
{
    const double p = q->share->p, at = asin(sqrt(p));
    const double half = q->t * q->share->std_error / (2 * sqrt(p * (1 - p)));
    *low = sin(at - half) * sin(at - half);
    *high = sin(at + half) * sin(at + half);
}

/* Clopper and Pearson's limits of n* rows; n* is cut down for the degrees of freedom that a design
 * has fewer than rows. */
static void beta(const struct question *q, double *low, double *high)
{
    const struct pal_sampled_share *s = q->share;
    const double tail = (1 - s->level) / 2;
    const double cut = pal_student_quantile(s->level, s->n - 1) / q->t;
    const double n = q->n_effective * cut * cut;
    const double below = tail_beta_odds_below(n * s->p, n * (1 - s->p) + 1, tail);
    const double above = tail_beta_odds_above(n * s->p + 1, n * (1 - s->p), tail);
    *low = below / (1 + below);
    *high = isinf(above) ? 1 : above / (1 + above);
}

static void wilson(const struct question *q, double *low, double *high)
{
    const double p = q->share->p, n = q->n_effective, tt = q->t * q->t;
    const double half = q->t / (2 * n) * sqrt(4 * n * p * (1 - p) + tt);
    *low = (p + tt / (2 * n) - half) / (1 + tt / n);
    *high = (p + tt / (2 * n) + half) / (1 + tt / n);
}

/* The root of twice the fall of the log-likelihood of n* rows from its top, signed, less t. The
 * argument is the log of the odds. */
struct fall {
    const struct question *question;
    double t;
};

static double fall_at(double x, const void *context)
{
    const struct fall *fall = context;
    const double p = fall->question->share->p;
    /* log of 1 - P and of P, without a difference of nearly equal numbers */
    const double log_q = x > 0 ? -x - log1p(exp(-x)) : -log1p(exp(x));
    const double log_p = x > 0 ? -log1p(exp(-x)) : x - log1p(exp(x));
    const double gap = p * (log(p) - log_p) + (1 - p) * (log1p(-p) - log_q);
    /* The dispersion of the quasi-likelihood is n/(n - 1). */
    const double n = fall->question->share->n;
    const double root = sqrt(2 * fall->question->n_effective * (n - 1) / n * fmax(gap, 0));
    return (x < log(p / (1 - p)) ? -root : root) - fall->t;
}

static void likelihood(const struct question *q, double *low, double *high)
{
    const double p = q->share->p, at = log(p / (1 - p));
    const double step = 0.5 * q->t * q->share->std_error / (p * (1 - p));
    struct fall fall = {.question = q, .t = -q->t};
    *low = logistic(tail_root(fall_at, &fall, at - 2 * step, step));
    fall.t = q->t;
    *high = logistic(tail_root(fall_at, &fall, at + 2 * step, step));
}

static const struct {
    const char *word;
    limits limits;
    bool searched;
} words[] = {
    {"asin", asin_root, false}, {"beta", beta, true},  {"likelihood", likelihood, true},
    {"logit", logit, false},    {"mean", mean, false}, {"wilson", wilson, false},
    {"xlogit", xlogit, false},
};

static enum pal_status unknown(const char *word, struct pal_error *err)
{
    pal_str known[PAL_COUNT(words)];
    for (size_t i = 0; i < PAL_COUNT(words); i++)
        known[i] = pal_str_of(words[i].word);
    const pal_str near = pal_nearest(pal_str_of(word), known, PAL_COUNT(known));
    if (near.len)
        return pal_fail(err, PAL_USAGE,
                        "no interval of a share is called '%s'; did you mean '%.*s'?", word,
                        PAL_ARG(near));
    return pal_fail(err, PAL_USAGE,
                    "no interval of a share is called '%s'; there are asin, beta, likelihood, "
                    "logit, mean, wilson, xlogit",
                    word);
}

enum pal_status pal_interval_share(const char *word, const struct pal_sampled_share *share,
                                   double *low, double *high, struct pal_error *err)
{
    size_t at = 0;
    *low = *high = (double)NAN;
    while (at < PAL_COUNT(words) && strcmp(word, words[at].word) != 0)
        at++;
    if (at == PAL_COUNT(words))
        return unknown(word, err);
    const double p = share->p;
    struct question q = {.share = share, .t = pal_student_quantile(share->level, share->df)};
    if (isnan(p) || isnan(share->std_error) || isnan(q.t))
        return PAL_OK;
    const bool plain = words[at].limits == mean;
    if (!plain && (p <= 0 || p >= 1)) /* beyond them by weights below zero */
        return PAL_OK;
    if (share->std_error <= 0) {
        *low = *high = p;
        return PAL_OK;
    }
    q.n_effective = p * (1 - p) / (share->std_error * share->std_error);
    words[at].limits(&q, low, high);
    if (words[at].searched && (isnan(*low) || isnan(*high)) &&
        (words[at].limits != beta || share->n > 1))
        return pal_fail(err, PAL_NOCONV,
                        "the %s limits of a share of %g with standard error %g did not settle; "
                        "another --interval, such as xlogit, has a closed form",
                        word, p, share->std_error);
    return PAL_OK;
}
