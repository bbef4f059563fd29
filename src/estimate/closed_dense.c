/* closed_dense.c: Poisson regression with a small dense design. */
#include "closed.h"

#include "loglinear.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

enum pal_status dense_new(size_t rows, size_t most, struct pal_arena *arena, struct dense *out,
                          struct pal_error *err)
{
    *out = (struct dense){
        .rows = rows,
        .beta = pal_arena_alloc(arena, most, sizeof(double)),
        .mu = pal_arena_alloc(arena, rows, sizeof(double)),
        .eta = pal_arena_alloc(arena, rows, sizeof(double)),
        .chol = pal_arena_alloc(arena, most * most, sizeof(double)),
    };
    return out->beta && out->mu && out->eta && out->chol ? PAL_OK : pal_nomem(err, "a model");
}

static double deviance_of(const struct dense *d)
{
    struct pal_sum sum = {0};
    for (size_t i = 0; i < d->rows; i++)
        pal_sum_add(&sum, d->y[i] > 0
                              ? 2 * (d->y[i] * (log(d->y[i]) - d->eta[i]) - (d->y[i] - d->mu[i]))
                              : 2 * d->mu[i]);
    return pal_sum_value(&sum);
}

/* beta = (X'WX)^-1 X'Wz, W the means. */
static bool least_squares(struct dense *d)
{
    const size_t k = d->k;
    memset(d->chol, 0, k * k * sizeof *d->chol);
    memset(d->beta, 0, k * sizeof *d->beta);
    for (size_t i = 0; i < d->rows; i++) {
        const double *x = d->x + i * k;
        const double w = d->mu[i], wz = w * d->eta[i] + (d->y[i] - w);
        for (size_t a = 0; a < k; a++) {
            if (x[a] == 0)
                continue;
            d->beta[a] += x[a] * wz;
            for (size_t b = 0; b <= a; b++)
                d->chol[a * k + b] += w * x[a] * x[b];
        }
    }
    if (!ll_cholesky(d->chol, k))
        return false;
    ll_solve(d->chol, k, d->beta);
    return true;
}

static void predict(struct dense *d)
{
    for (size_t i = 0; i < d->rows; i++) {
        double eta = 0;
        for (size_t a = 0; a < d->k; a++)
            eta += d->x[i * d->k + a] * d->beta[a];
        d->eta[i] = eta;
        d->mu[i] = fmax(exp(eta), 2.220446049250313e-16); /* as R's inverse of the log link */
    }
}

void dense_fit(struct dense *d, double epsilon, unsigned most)
{
    d->converged = d->singular = d->vanishing = false;
    d->late = d->late || pal_deadline_over(d->until);
    for (size_t i = 0; i < d->rows; i++) {
        d->mu[i] = d->y[i] + 0.1;
        d->eta[i] = log(d->mu[i]);
    }
    double before = deviance_of(d), moved = (double)INFINITY;
    for (unsigned step = 0; step < most && !d->converged && !d->late; step++) {
        if (!least_squares(d)) {
            d->singular = true;
            return;
        }
        predict(d);
        d->deviance = deviance_of(d);
        moved = fabs(d->deviance - before);
        d->converged = moved < epsilon * (fabs(d->deviance) + 0.1);
        before = d->deviance;
        d->late = pal_deadline_over(d->until);
    }
    /* Of counts by the billion the deviance is not known to epsilon: it has settled when only its
     * rounding moves. */
    double people = 0;
    for (size_t i = 0; i < d->rows; i++)
        people += d->y[i];
    d->converged = d->converged || (!d->late && moved <= 64 * 2.220446049250313e-16 * people);
    struct pal_sum sum = {0};
    for (size_t i = 0; i < d->rows; i++) {
        d->vanishing = d->vanishing || d->mu[i] < 10 * 2.220446049250313e-16;
        pal_sum_add(&sum, d->y[i] * d->eta[i] - d->mu[i] - gsl_sf_lngamma(d->y[i] + 1));
    }
    d->loglik = pal_sum_value(&sum);
}
