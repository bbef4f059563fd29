/* one_list_units.c: one list on which people may be several times, with covariates of each. The
 * mean l of a person's count depends on the covariates by log l = x'b; the fit is Newton's, the
 * population is the sum of one over the chance to be seen. */
#include "loglinear.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

struct point {                    /* one person at a linear predictor */
    double loglik, first, second; /* and its derivatives by the predictor */
    double weight, slope;         /* people this one stands for, and its derivative */
    double binomial;              /* share of the variance from who happens to be seen */
};

struct units {
    const struct pal_units *data;
    enum pal_units_method method;
    size_t p;     /* covariates + intercept */
    double alpha; /* negative binomial: variance l + alpha l^2 */
    double *beta, *gradient, *step, *factor, *spare;
};

static bool is_fitted(enum pal_units_method method, double k)
{
    switch (method) {
    case PAL_UNITS_ONE_POISSON:
        return k >= 2;
    case PAL_UNITS_CHAO:
    case PAL_UNITS_ZELTERMAN:
        return k <= 2;
    case PAL_UNITS_POISSON:
    case PAL_UNITS_GEOMETRIC:
    case PAL_UNITS_NEGATIVE_BINOMIAL:
        break;
    }
    return true;
}

/* Whom the sum of the population runs over. */
static bool is_summed(enum pal_units_method method, double k)
{
    return method == PAL_UNITS_ZELTERMAN || is_fitted(method, k);
}

static struct point truncated_poisson(double k, double eta)
{
    const double l = exp(eta), p0 = exp(-l), q = -expm1(-l);
    return (struct point){
        .loglik = k * eta - l - log(q) - gsl_sf_lngamma(k + 1),
        .first = k - l / q,
        .second = -(l / q - l * l * p0 / (q * q)),
        .weight = 1 / q,
        .slope = -l * p0 / (q * q),
        .binomial = p0 / (q * q),
    };
}

static struct point truncated_geometric(double k, double eta)
{
    const double l = exp(eta);
    return (struct point){
        .loglik = (k - 1) * eta - k * log1p(l),
        .first = (k - 1) - k * l / (1 + l),
        .second = -k * l / ((1 + l) * (1 + l)),
        .weight = (1 + l) / l,
        .slope = -1 / l,
        .binomial = (1 + l) / (l * l),
    };
}

static struct point one_truncated_poisson(double k, double eta)
{
    const double l = exp(eta), p0 = exp(-l), p1 = l * p0, q = 1 - p0 - p1;
    const double a = l * p1; /* l^2 e^-l */
    const double weight = (1 - p1) / q;
    return (struct point){
        .loglik = k * eta - l - log(q) - gsl_sf_lngamma(k + 1),
        .first = k - l - a / q,
        .second = -l - a * (2 - l) / q + a * a / (q * q),
        .weight = weight,
        .slope = l * (-(1 - l) * p0 * q - (1 - p1) * p1) / (q * q),
        .binomial = weight * weight * (1 - q),
    };
}

static struct point binary(double k, double eta, bool chao)
{
    const double l = 2 * exp(eta), p = 1 / (1 + exp(-eta)), p0 = exp(-l), q = -expm1(-l);
    struct point out = {
        .loglik = (k == 2 ? eta : 0) - (eta > 0 ? eta + log1p(exp(-eta)) : log1p(exp(eta))),
        .first = (k == 2 ? 1 : 0) - p,
        .second = -p * (1 - p),
    };
    if (chao) {
        const double v = 1 / (l + l * l / 2), seen = (l + l * l / 2) * p0;
        out.weight = 1 + v;
        out.slope = -(l + l * l) * v * v;
        out.binomial = (1 - seen) * (1 + v) * (1 + v);
    } else {
        out.weight = 1 / q;
        out.slope = -l * p0 / (q * q);
        out.binomial = p0 / (q * q);
    }
    return out;
}

static struct point truncated_negative_binomial(double k, double eta, double alpha)
{
    const double r = 1 / alpha, u = alpha * exp(eta), s = u / (1 + u);
    const double p0 = exp(-r * log1p(u)), q = -expm1(-r * log1p(u));
    return (struct point){
        .loglik = gsl_sf_lngamma(k + r) - gsl_sf_lngamma(r) - gsl_sf_lngamma(k + 1) + k * log(u) -
                  (k + r) * log1p(u) - log(q),
        .first = k - s * (k + r + r * p0 / q),
        .second = -s * (1 - s) * (k + r + r * p0 / q) + s * s * r * r * p0 / (q * q),
        .weight = 1 / q,
        .slope = -r * s * p0 / (q * q),
        .binomial = p0 / (q * q),
    };
}

static struct point point_of(const struct units *u, double k, double eta)
{
    switch (u->method) {
    case PAL_UNITS_POISSON:
        return truncated_poisson(k, eta);
    case PAL_UNITS_GEOMETRIC:
        return truncated_geometric(k, eta);
    case PAL_UNITS_ONE_POISSON:
        return one_truncated_poisson(k, eta);
    case PAL_UNITS_NEGATIVE_BINOMIAL:
        return truncated_negative_binomial(k, eta, u->alpha);
    case PAL_UNITS_CHAO:
    case PAL_UNITS_ZELTERMAN:
        break;
    }
    return binary(k, eta, u->method == PAL_UNITS_CHAO);
}

static double predictor(const struct units *u, const double *beta, size_t i)
{
    double eta = beta[0];
    for (size_t a = 1; a < u->p; a++)
        eta += beta[a] * u->data->x[i * u->data->covariates + a - 1];
    return eta;
}

static double column(const struct units *u, size_t i, size_t a)
{
    return a ? u->data->x[i * u->data->covariates + a - 1] : 1;
}

/* The log-likelihood at beta, its gradient and the observed information. */
static double evaluate(struct units *u)
{
    const size_t p = u->p;
    struct pal_sum loglik = {0};
    memset(u->gradient, 0, p * sizeof *u->gradient);
    memset(u->factor, 0, p * p * sizeof *u->factor);
    for (size_t i = 0; i < u->data->n; i++) {
        if (!is_fitted(u->method, u->data->k[i]))
            continue;
        const struct point at = point_of(u, u->data->k[i], predictor(u, u->beta, i));
        pal_sum_add(&loglik, at.loglik);
        for (size_t a = 0; a < p; a++) {
            const double x = column(u, i, a);
            if (x == 0)
                continue;
            u->gradient[a] += at.first * x;
            for (size_t b = 0; b <= a; b++)
                u->factor[a * p + b] -= at.second * x * column(u, i, b);
        }
    }
    return pal_sum_value(&loglik);
}

enum outcome { SETTLED, SINGULAR, WANDERS };

static enum outcome newton(struct units *u, double *loglik)
{
    const size_t p = u->p;
    double decrement = (double)INFINITY, best = -(double)INFINITY;
    memset(u->step, 0, p * sizeof *u->step);
    for (int i = 0; i < 200 && !pal_deadline_over(u->data->until); i++) {
        double value = evaluate(u);
        for (int half = 0; half < 50 && decrement > 1e-8 && !(value >= best - 1e-12 * fabs(best));
             half++) {
            for (size_t a = 0; a < p; a++) {
                u->step[a] /= 2;
                u->beta[a] -= u->step[a];
            }
            value = evaluate(u);
        }
        if (!isfinite(value))
            return WANDERS;
        best = value;
        if (!ll_cholesky(u->factor, p))
            return SINGULAR;
        if (decrement < 1e-15) {
            *loglik = value;
            return SETTLED;
        }
        memcpy(u->step, u->gradient, p * sizeof *u->step);
        ll_solve(u->factor, p, u->step);
        decrement = 0;
        for (size_t a = 0; a < p; a++) {
            decrement += u->gradient[a] * u->step[a];
            u->beta[a] += u->step[a];
            if (fabs(u->beta[a]) > 50)
                return WANDERS;
        }
        decrement = fmax(decrement, 0);
    }
    return WANDERS;
}

/* The population, and its variance: from the coefficients, and from who happens to be seen. */
static enum pal_status population(struct units *u, struct pal_arena *arena,
                                  struct pal_units_fit *out, struct pal_error *err)
{
    const size_t p = u->p;
    double *se = pal_arena_alloc(arena, p, sizeof *se);
    double *coef = pal_arena_alloc(arena, p, sizeof *coef);
    double *inverse = pal_arena_alloc(arena, p * p, sizeof *inverse);
    if (!se || !coef || !inverse)
        return pal_nomem(err, "a model");
    struct pal_sum all = {0}, binomial = {0};
    memset(u->gradient, 0, p * sizeof *u->gradient);
    for (size_t i = 0; i < u->data->n; i++) {
        const double k = u->data->k[i];
        if (!is_summed(u->method, k)) {
            pal_sum_add(&all, 1);
            continue;
        }
        const struct point at = point_of(u, k, predictor(u, u->beta, i));
        pal_sum_add(&all, at.weight);
        pal_sum_add(&binomial, at.binomial);
        for (size_t a = 0; a < p; a++)
            u->gradient[a] += at.slope * column(u, i, a);
    }
    ll_inverse(u->factor, p, inverse, u->spare);
    double variance = pal_sum_value(&binomial);
    for (size_t a = 0; a < p; a++) {
        coef[a] = u->beta[a];
        se[a] = sqrt(inverse[a * p + a]);
        for (size_t b = 0; b < p; b++)
            variance += u->gradient[a] * u->gradient[b] * inverse[a * p + b];
    }
    out->recapture = (struct pal_recapture){(double)u->data->n, pal_sum_value(&all), variance};
    out->parameters = p;
    out->coef = coef;
    out->coef_se = se;
    return PAL_OK;
}

static void start(struct units *u)
{
    double n = 0, events = 0, twice = 0;
    for (size_t i = 0; i < u->data->n; i++) {
        if (!is_fitted(u->method, u->data->k[i]))
            continue;
        n++;
        events += u->data->k[i];
        twice += u->data->k[i] == 2;
    }
    memset(u->beta, 0, u->p * sizeof *u->beta);
    const bool pair = u->method == PAL_UNITS_CHAO || u->method == PAL_UNITS_ZELTERMAN;
    u->beta[0] =
        pair ? log((twice + 0.5) / (n - twice + 0.5)) : log(fmax(events / fmax(n, 1) - 1, 0.05));
}

/* The likelihood rises on and on with the dispersion: there is no estimate inside. */
static enum pal_status inside(struct units *u, double *loglik, struct pal_error *err)
{
    double best = -(double)INFINITY, best_alpha = 0, last = -(double)INFINITY;
    for (double log_alpha = -6; log_alpha <= 9; log_alpha += 0.5) {
        double value;
        u->alpha = exp(log_alpha);
        start(u);
        u->beta[0] -= fmax(log_alpha, 0) / 2;
        if (newton(u, &value) != SETTLED)
            continue;
        last = value;
        if (value > best) {
            best = value;
            best_alpha = log_alpha;
        }
    }
    PAL_TRY(pal_in_time(u->data->until, err, "in the search for the dispersion"));
    /* Towards the edge the truncated distribution becomes the logarithmic one: where that fits as
     * well as any other, the share not seen can be anything. */
    if (!isfinite(best) || best_alpha <= -6 || best - last < 1e-2)
        return pal_fail(err, PAL_DOMAIN,
                        "the zero-truncated negative binomial has no finite estimate here: its "
                        "likelihood is highest at the edge");
    double a = best_alpha - 0.5, b = best_alpha + 0.5;
    for (int i = 0; i < 60; i++) { /* thirds: the profile has one top between them */
        double left = -(double)INFINITY, right = -(double)INFINITY;
        u->alpha = exp(a + (b - a) / 3);
        if (newton(u, &left) != SETTLED)
            left = -(double)INFINITY;
        u->alpha = exp(b - (b - a) / 3);
        if (newton(u, &right) != SETTLED)
            right = -(double)INFINITY;
        if (left > right)
            b -= (b - a) / 3;
        else
            a += (b - a) / 3;
    }
    u->alpha = exp((a + b) / 2);
    PAL_TRY(pal_in_time(u->data->until, err, "in the search for the dispersion"));
    return newton(u, loglik) == SETTLED
               ? PAL_OK
               : pal_fail(err, PAL_NOCONV, "the fit of the negative binomial did not settle");
}

enum pal_status pal_units_estimate(const struct pal_units *units, enum pal_units_method method,
                                   struct pal_arena *arena, struct pal_units_fit *out,
                                   struct pal_error *err)
{
    struct units u = {.data = units, .method = method, .p = units->covariates + 1};
    size_t fitted = 0;
    for (size_t i = 0; i < units->n; i++) {
        if (!(units->k[i] >= 1) || units->k[i] != floor(units->k[i]))
            return pal_fail(err, PAL_DOMAIN, "times seen are whole numbers from 1");
        fitted += is_fitted(method, units->k[i]);
    }
    if (fitted < u.p)
        return pal_fail(err, PAL_DOMAIN, "%zu people are too few for a model of %zu parameters",
                        fitted, u.p);
    double **arrays[] = {&u.beta, &u.gradient, &u.step, &u.spare};
    for (size_t i = 0; i < PAL_COUNT(arrays); i++)
        if (!(*arrays[i] = pal_arena_alloc(arena, u.p, sizeof(double))))
            return pal_nomem(err, "a model");
    u.factor = pal_arena_alloc(arena, u.p * u.p, sizeof *u.factor);
    if (!u.factor)
        return pal_nomem(err, "a model");
    if (method == PAL_UNITS_NEGATIVE_BINOMIAL) {
        PAL_TRY(inside(&u, &out->loglik, err));
    } else {
        start(&u);
        const enum outcome outcome = newton(&u, &out->loglik);
        PAL_TRY(pal_in_time(units->until, err, "in the fit"));
        if (outcome == SINGULAR)
            return pal_fail(err, PAL_DOMAIN,
                            "the covariates cannot be told apart, or one of them "
                            "never varies; take it out");
        if (outcome == WANDERS)
            return pal_fail(err, PAL_DOMAIN,
                            "there is no finite estimate: nobody, or everybody, of some group was "
                            "seen once only");
    }
    out->aic = 2 * (double)(u.p + (method == PAL_UNITS_NEGATIVE_BINOMIAL)) - 2 * out->loglik;
    return population(&u, arena, out, err);
}
