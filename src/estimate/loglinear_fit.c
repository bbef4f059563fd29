/* loglinear_fit.c: Newton's method on superset sums. */
#include "loglinear.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

enum pal_status ll_work_new(const struct pal_lists *lists, size_t most, struct pal_arena *arena,
                            struct ll_work **out, struct pal_error *err)
{
    struct ll_work *w = pal_arena_alloc(arena, 1, sizeof *w);
    if (!w)
        return pal_nomem(err, "a model of lists");
    *w = (struct ll_work){.t = lists->t,
                          .cells = lists->cells,
                          .most = most,
                          .state = lists->state,
                          .until = lists->until};
    double **of_cells[] = {&w->y, &w->on, &w->active, &w->mu, &w->fitted, &w->spare, &w->spare2};
    double **of_terms[] = {&w->beta, &w->gradient, &w->step, &w->old};
    for (size_t i = 0; i < PAL_COUNT(of_cells); i++)
        if (!(*of_cells[i] = pal_arena_alloc(arena, lists->cells, sizeof(double))))
            return pal_nomem(err, "a model of lists");
    for (size_t i = 0; i < PAL_COUNT(of_terms); i++)
        if (!(*of_terms[i] = pal_arena_alloc(arena, most, sizeof(double))))
            return pal_nomem(err, "a model of lists");
    w->term = pal_arena_alloc(arena, most, sizeof *w->term);
    w->empty = pal_arena_alloc(arena, most, sizeof *w->empty);
    w->chol = pal_arena_alloc(arena, most * most, sizeof *w->chol);
    if (!w->term || !w->empty || !w->chol)
        return pal_nomem(err, "a model of lists");
    ll_counts(w, lists->count);
    *out = w;
    return PAL_OK;
}

void ll_counts(struct ll_work *w, const double *count)
{
    for (size_t cell = 0; cell < w->cells; cell++)
        w->y[cell] = w->state[cell] == PAL_HISTORY_COUNTED ? count[cell] : 0;
    w->y[0] = 0;
    pal_lists_supersets(w->t, w->y, w->on);
}

void ll_model(struct ll_work *w, const uint32_t *term, size_t k, bool singles)
{
    w->k = 1;
    w->term[0] = 0;
    w->empty_n = 0;
    for (size_t cell = 0; cell < w->cells; cell++)
        w->active[cell] = w->state[cell] == PAL_HISTORY_COUNTED ? 1 : 0;
    w->active[0] = 0;
    for (size_t i = 0; i < k; i++) {
        const bool single = (term[i] & (term[i] - 1)) == 0;
        if (w->on[term[i]] > 0 || (single && !singles)) {
            w->term[w->k++] = term[i];
            continue;
        }
        w->empty[w->empty_n++] = term[i];
        for (size_t cell = term[i]; cell < w->cells; cell = (cell + 1) | term[i])
            w->active[cell] = 0;
    }
    w->active_n = 0;
    for (size_t cell = 1; cell < w->cells; cell++)
        w->active_n += w->active[cell] > 0;
}

bool ll_cholesky(double *a, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        double *row = a + i * k;
        for (size_t j = 0; j < i; j++) {
            const double *other = a + j * k;
            double sum = row[j];
            for (size_t m = 0; m < j; m++)
                sum -= row[m] * other[m];
            row[j] = sum / other[j];
        }
        double pivot = row[i];
        for (size_t m = 0; m < i; m++)
            pivot -= row[m] * row[m];
        if (!(pivot > 1e-14 * row[i]))
            return false;
        row[i] = sqrt(pivot);
    }
    return true;
}

void ll_solve(const double *chol, size_t k, double *b)
{
    for (size_t i = 0; i < k; i++) {
        const double *row = chol + i * k;
        double sum = b[i];
        for (size_t j = 0; j < i; j++)
            sum -= row[j] * b[j];
        b[i] = sum / row[i];
    }
    for (size_t i = k; i-- > 0;) {
        b[i] /= chol[i * k + i];
        for (size_t j = 0; j < i; j++)
            b[j] -= chol[i * k + j] * b[i];
    }
}

void ll_inverse(const double *chol, size_t k, double *out, double *spare)
{
    for (size_t j = 0; j < k; j++) {
        memset(spare, 0, k * sizeof *spare);
        spare[j] = 1;
        ll_solve(chol, k, spare);
        for (size_t i = 0; i < k; i++)
            out[i * k + j] = spare[i];
    }
}

/* Means from coefficients: each cell is the product over its subsets. */
static void means(struct ll_work *w)
{
    double *mu = w->mu;
    for (size_t cell = 0; cell < w->cells; cell++)
        mu[cell] = 0;
    for (size_t a = 0; a < w->k; a++)
        mu[w->term[a]] = w->beta[a];
    for (size_t half = 1; half < w->cells; half *= 2) /* subset sums: linear predictors */
        for (size_t block = 0; block < w->cells; block += 2 * half)
            for (size_t i = block; i < block + half; i++)
                mu[i + half] += mu[i];
    for (size_t cell = 0; cell < w->cells; cell++)
        mu[cell] = w->active[cell] > 0 ? exp(mu[cell]) : 0;
    pal_lists_supersets(w->t, mu, w->fitted);
}

static double log_likelihood(const struct ll_work *w)
{
    double sum = -w->fitted[0];
    for (size_t a = 0; a < w->k; a++)
        sum += w->beta[a] * w->on[w->term[a]];
    return sum;
}

static bool information(struct ll_work *w, const double *sums)
{
    for (size_t a = 0; a < w->k; a++)
        for (size_t b = 0; b <= a; b++)
            w->chol[a * w->k + b] = sums[w->term[a] | w->term[b]];
    return ll_cholesky(w->chol, w->k);
}

/* The first step of iteratively reweighted least squares from means of y + 0.1. */
static bool cold_start(struct ll_work *w)
{
    for (size_t cell = 0; cell < w->cells; cell++) {
        const double m = w->active[cell] > 0 ? w->y[cell] + 0.1 : 0;
        w->spare[cell] = m;
        w->spare2[cell] = m > 0 ? m * log(m) - 0.1 : 0;
    }
    pal_lists_supersets(w->t, w->spare, w->spare);
    pal_lists_supersets(w->t, w->spare2, w->spare2);
    if (!information(w, w->spare))
        return false;
    for (size_t a = 0; a < w->k; a++)
        w->beta[a] = w->spare2[w->term[a]];
    ll_solve(w->chol, w->k, w->beta);
    return true;
}

/* A look at the clock costs as much as a step of a small table: of those, whoever asks for many
 * fits looks. */
static bool is_late(const struct ll_work *w)
{
    enum { SMALL = 1 << 12 };
    return w->cells > SMALL && pal_deadline_over(w->until);
}

bool ll_fit(struct ll_work *w, bool warm)
{
    const size_t k = w->k;
    if (!warm && !cold_start(w))
        return false;
    double best = -(double)INFINITY, decrement = (double)INFINITY;
    memcpy(w->old, w->beta, k * sizeof *w->old);
    memset(w->step, 0, k * sizeof *w->step);
    for (w->iterations = 1; w->iterations <= 100; w->iterations++) {
        if (is_late(w))
            return false;
        means(w);
        double loglik = log_likelihood(w);
        /* Newton's step may overshoot far from the maximum: it is halved until it climbs. Near the
         * maximum rounding decides, and every step is taken. */
        for (int half = 0; half < 40 && decrement > 1e-6 && !is_late(w) &&
                           !(isfinite(loglik) && loglik >= best - 1e-12 * fabs(best));
             half++) {
            for (size_t a = 0; a < k; a++) {
                w->step[a] /= 2;
                w->beta[a] = w->old[a] + w->step[a];
            }
            means(w);
            loglik = log_likelihood(w);
        }
        if (!isfinite(loglik))
            return false;
        best = loglik;
        if (!information(w, w->fitted))
            return false;
        if (decrement < 1e-14) {
            w->loglik = loglik;
            return true;
        }
        for (size_t a = 0; a < k; a++)
            w->step[a] = w->gradient[a] = w->on[w->term[a]] - w->fitted[w->term[a]];
        ll_solve(w->chol, k, w->step);
        decrement = 0;
        for (size_t a = 0; a < k; a++) {
            decrement += w->gradient[a] * w->step[a];
            w->old[a] = w->beta[a];
            w->beta[a] += w->step[a];
        }
        if (!(decrement >= 0)) /* rounding alone is left, or nothing is */
            decrement = isnan(decrement) ? (double)INFINITY : 0;
    }
    return false;
}

/* ---- the walk of R's glm
 * ------------------------------------------------------------------------------ */

void ll_model_whole(struct ll_work *w, const uint32_t *term, size_t k)
{
    w->k = 1 + k;
    w->term[0] = 0;
    if (k)
        memcpy(w->term + 1, term, k * sizeof *term);
    w->empty_n = 0;
    w->active_n = 0;
    for (size_t cell = 0; cell < w->cells; cell++) {
        w->active[cell] = cell && w->state[cell] == PAL_HISTORY_COUNTED ? 1 : 0;
        w->active_n += w->active[cell] > 0;
    }
}

/* Of means y + 0.1. */
static double deviance_at_start(const struct ll_work *w)
{
    double sum = 0;
    for (size_t cell = 1; cell < w->cells; cell++)
        if (w->active[cell] > 0) {
            const double y = w->y[cell];
            sum += 2 * ((y > 0 ? y * log(y / (y + 0.1)) : 0) + 0.1);
        }
    return sum;
}

/* Sum of y log y - y: the log-likelihood that nothing can beat. */
static double saturated(const struct ll_work *w)
{
    struct pal_sum sum = {0};
    for (size_t cell = 1; cell < w->cells; cell++)
        if (w->active[cell] > 0 && w->y[cell] > 0)
            pal_sum_add(&sum, w->y[cell] * log(w->y[cell]) - w->y[cell]);
    return pal_sum_value(&sum);
}

void ll_walk_fit(struct ll_work *w, double epsilon, unsigned most, struct ll_walk *out)
{
    const double best = saturated(w);
    double before = deviance_at_start(w);
    *out = (struct ll_walk){.deviance = before};
    for (unsigned step = 0; step < most && !out->converged && !is_late(w); step++) {
        if (step == 0) {
            out->singular = !cold_start(w);
        } else {
            out->singular = !information(w, w->fitted);
            for (size_t a = 0; a < w->k; a++)
                w->step[a] = w->on[w->term[a]] - w->fitted[w->term[a]];
            if (!out->singular) {
                ll_solve(w->chol, w->k, w->step);
                for (size_t a = 0; a < w->k; a++)
                    w->beta[a] += w->step[a];
            }
        }
        if (out->singular)
            return;
        means(w);
        w->loglik = log_likelihood(w);
        out->deviance = 2 * (best - w->loglik);
        out->converged = fabs(out->deviance - before) < epsilon * (fabs(out->deviance) + 0.1);
        before = out->deviance;
    }
    for (size_t cell = 1; cell < w->cells; cell++)
        out->vanishing =
            out->vanishing || (w->active[cell] > 0 && w->mu[cell] < 10 * 2.220446049250313e-16);
}

/* psi = X'(mu h) - e0 with h = diag(X V X'), the bias d/2 times the first of -V psi: both are sums
 * over subsets and supersets (Rivest & Levesque 2001). */
double ll_bias(struct ll_work *w, const double *inverse)
{
    const size_t k = w->k;
    double *h = w->spare;
    memset(h, 0, w->cells * sizeof *h);
    for (size_t a = 0; a < k; a++) {
        h[w->term[a]] += inverse[a * k + a];
        for (size_t b = 0; b < a; b++)
            h[w->term[a] | w->term[b]] += 2 * inverse[a * k + b];
    }
    for (size_t half = 1; half < w->cells; half *= 2)
        for (size_t block = 0; block < w->cells; block += 2 * half)
            for (size_t i = block; i < block + half; i++)
                h[i + half] += h[i];
    for (size_t cell = 0; cell < w->cells; cell++)
        h[cell] *= w->mu[cell];
    pal_lists_supersets(w->t, h, h);
    double sum = 0;
    for (size_t a = 0; a < k; a++)
        sum -= inverse[a] * (h[w->term[a]] - (a == 0));
    return 0.5 * exp(w->beta[0]) * sum;
}

double ll_deviance(const struct ll_work *w)
{
    struct pal_sum sum = {0};
    for (size_t cell = 1; cell < w->cells; cell++) {
        if (!(w->active[cell] > 0))
            continue;
        const double y = w->y[cell], mu = w->mu[cell];
        pal_sum_add(&sum, y > 0 ? 2 * (y * log(y / mu) - (y - mu)) : 2 * mu);
    }
    return pal_sum_value(&sum);
}

double ll_log_factorials(const struct ll_work *w)
{
    struct pal_sum sum = {0};
    for (size_t cell = 1; cell < w->cells; cell++)
        if (w->active[cell] > 0 && w->y[cell] > 1)
            pal_sum_add(&sum, gsl_sf_lngamma(w->y[cell] + 1));
    return pal_sum_value(&sum);
}

double ll_pearson(const struct ll_work *w)
{
    struct pal_sum sum = {0};
    for (size_t cell = 1; cell < w->cells; cell++)
        if (w->active[cell] > 0) {
            const double rest = w->y[cell] - w->mu[cell];
            pal_sum_add(&sum, rest * rest / w->mu[cell]);
        }
    return pal_sum_value(&sum);
}

double ll_poisson_tail(double n, double mean)
{
    if (!(mean > 0))
        return n > 0 ? 0 : 1;
    const double at = exp(n * log(mean) - mean - gsl_sf_lngamma(n + 1));
    double sum = 1, piece = 1;
    if (n >= mean) { /* the upper tail by its series, which falls from the first term */
        for (double i = n + 1; piece > 1e-17 * sum; i++)
            sum += piece *= mean / i;
    } else {
        for (double i = n; i > 0 && piece > 1e-17 * sum; i--)
            sum += piece *= i / mean;
    }
    const double one = at * sum, other = 1 - one + at;
    return fmin(fmin(one, other), 1);
}
