/* calibrate.c: weights multiplied by g = F(x'lambda) so that the sample gives known totals of x
 * (Deville & Sarndal 1992). F is 1 + u (linear), exp u (raking), or a logistic curve between two
 * bounds (logit); linear and raking may be cut at bounds. lambda is found by Newton's method. */
#include "inside.h"

#include <gsl/gsl_eigen.h>
#include <math.h>
#include <string.h>

/* ---- distances
 * ------------------------------------------------------------------------------------- */

bool pal_distance_parse(pal_str word, enum pal_distance *out)
{
    static const char *const words[] = {"linear", "raking", "logit"};
    for (size_t i = 0; i < PAL_COUNT(words); i++)
        if (pal_str_eq(word, pal_str_of(words[i]))) {
            *out = (enum pal_distance)i;
            return true;
        }
    return false;
}

struct distance {
    enum pal_distance kind;
    double low, high;
};

/* g and its derivative */
static double factor_of(const struct distance *d, double u, double *slope)
{
    if (d->kind == PAL_DISTANCE_LOGIT) {
        const double l = 1 - d->low, h = d->high - 1, a = (d->high - d->low) / (l * h);
        const double t = exp(-fabs(a * u)); /* both ends without overflow */
        const double up = u > 0 ? 1 : t, down = u > 0 ? t : 1;
        const double whole = h * down + l * up;
        *slope = (d->high - d->low) * (d->high - d->low) * up * down / (whole * whole);
        return (d->low * h * down + d->high * l * up) / whole;
    }
    const double g = d->kind == PAL_DISTANCE_LINEAR ? 1 + u : exp(u);
    *slope = d->kind == PAL_DISTANCE_LINEAR ? 1 : g;
    if (g >= d->low && g <= d->high)
        return g;
    *slope = 0;
    return g < d->low ? d->low : d->high;
}

static enum pal_status check_bounds(const struct pal_adjust *ask, struct pal_error *err)
{
    if (!(ask->low < 1 && ask->high > 1))
        return pal_fail(err, PAL_DOMAIN,
                        "bounds of the factor must lie on both sides of 1, not %g and %g", ask->low,
                        ask->high);
    if (ask->distance == PAL_DISTANCE_LOGIT && !(isfinite(ask->low) && isfinite(ask->high)))
        return pal_fail(err, PAL_DOMAIN, "logit calibration needs --bounds LOW,HIGH");
    return PAL_OK;
}

/* ---- small symmetric systems
 * ----------------------------------------------------------------------- */

static void free_workspace(void *workspace) { gsl_eigen_symmv_free(workspace); }
static void free_matrix(void *matrix) { gsl_matrix_free(matrix); }
static void free_vector(void *vector) { gsl_vector_free(vector); }

struct inverse { /* workspace of the generalized inverse of a symmetric matrix */
    size_t n;
    gsl_eigen_symmv_workspace *workspace;
    gsl_matrix *matrix, *vectors;
    gsl_vector *values;
    double *scale; /* [n] */
};

static enum pal_status inverse_new(size_t n, struct pal_arena *arena, struct inverse *out,
                                   struct pal_error *err)
{
    *out = (struct inverse){.n = n};
    out->scale = pal_arena_alloc(arena, n, sizeof *out->scale);
    out->workspace = gsl_eigen_symmv_alloc(n);
    if (!out->scale || !out->workspace)
        return pal_nomem(err, "calibration");
    PAL_TRY(pal_arena_defer(arena, free_workspace, out->workspace, err));
    out->matrix = gsl_matrix_alloc(n, n);
    if (!out->matrix)
        return pal_nomem(err, "calibration");
    PAL_TRY(pal_arena_defer(arena, free_matrix, out->matrix, err));
    out->vectors = gsl_matrix_alloc(n, n);
    if (!out->vectors)
        return pal_nomem(err, "calibration");
    PAL_TRY(pal_arena_defer(arena, free_matrix, out->vectors, err));
    out->values = gsl_vector_alloc(n);
    if (!out->values)
        return pal_nomem(err, "calibration");
    return pal_arena_defer(arena, free_vector, out->values, err);
}

/* a[n * n] becomes its inverse; directions in which it is flat (terms that follow from others) are
 * left out. Scaling to a unit diagonal first lets a count and a sum of money stand together. */
static enum pal_status invert(struct inverse *v, double *a, struct pal_error *err)
{
    const size_t n = v->n;
    for (size_t i = 0; i < n; i++)
        v->scale[i] = a[i * n + i] > 0 ? 1 / sqrt(a[i * n + i]) : 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            gsl_matrix_set(v->matrix, i, j, a[i * n + j] * v->scale[i] * v->scale[j]);
    PAL_TRY(pal_gsl(gsl_eigen_symmv(v->matrix, v->values, v->vectors, v->workspace), "calibrating",
                    err));
    double largest = 0;
    for (size_t k = 0; k < n; k++)
        largest = fmax(largest, gsl_vector_get(v->values, k));
    memset(a, 0, n * n * sizeof *a);
    for (size_t k = 0; k < n; k++) {
        const double value = gsl_vector_get(v->values, k);
        for (size_t i = 0; value > 1e-13 * largest && i < n; i++)
            for (size_t j = 0; j < n; j++)
                a[i * n + j] += gsl_matrix_get(v->vectors, i, k) *
                                gsl_matrix_get(v->vectors, j, k) / value * v->scale[i] *
                                v->scale[j];
    }
    return PAL_OK;
}

static void multiply(const double *a, const double *b, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = 0;
        for (size_t j = 0; j < n; j++)
            out[i] += a[i * n + j] * b[j];
    }
}

static double product(const double *x, const double *lambda, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * lambda[i];
    return sum;
}

/* sum += weight x x' */
static void add_square(double *sum, const double *x, double weight, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            sum[i * n + j] += weight * x[i] * x[j];
}

/* ---- the same factor for a whole unit
 * -------------------------------------------------------------- */

/* Means over the rows of each unit: terms once, weights for each set. */
static enum pal_status unit_means(const struct adjust_step *step, const double *value, size_t width,
                                  struct pal_arena *arena, double **out, struct pal_error *err)
{
    const struct pal_adjust *ask = step->ask;
    double *mean = pal_arena_alloc(arena, ask->units * width + 1, sizeof *mean);
    double *count = pal_arena_alloc(arena, ask->units + 1, sizeof *count);
    *out = pal_arena_alloc(arena, step->rows * width + 1, sizeof **out);
    if (!mean || !count || !*out)
        return pal_nomem(err, "calibration");
    for (size_t i = 0; i < step->rows; i++) {
        count[ask->unit[i]]++;
        for (size_t k = 0; k < width; k++)
            mean[ask->unit[i] * width + k] += value[i * width + k];
    }
    for (size_t i = 0; i < step->rows; i++)
        for (size_t k = 0; k < width; k++)
            (*out)[i * width + k] = mean[ask->unit[i] * width + k] / count[ask->unit[i]];
    return PAL_OK;
}

static enum pal_status calibrate_prepare(struct adjust_step *step, struct pal_arena *arena,
                                         struct pal_error *err)
{
    PAL_TRY(check_bounds(step->ask, err));
    step->x = step->ask->x;
    if (!step->ask->unit)
        return PAL_OK;
    double *mean;
    PAL_TRY(unit_means(step, step->ask->x, step->ask->terms, arena, &mean, err));
    step->x = mean;
    return PAL_OK;
}

/* ---- calibrating
 * ----------------------------------------------------------------------------------- */

struct solving {
    const struct adjust_step *step;
    struct distance distance;
    const double *d; /* [rows] */
    double *lambda, *miss, *move, *square;
};

/* What the totals still miss at lambda, and the slope of the totals. False where g overflows. */
static bool look(struct solving *s)
{
    const size_t p = s->step->ask->terms;
    memcpy(s->miss, s->step->ask->total, p * sizeof *s->miss);
    memset(s->square, 0, p * p * sizeof *s->square);
    for (size_t i = 0; i < s->step->rows; i++) {
        if (s->d[i] == 0)
            continue;
        const double *x = s->step->x + i * p;
        double slope;
        const double g = factor_of(&s->distance, product(x, s->lambda, p), &slope);
        if (!isfinite(g) || !isfinite(slope))
            return false;
        for (size_t k = 0; k < p; k++)
            s->miss[k] -= s->d[i] * g * x[k];
        add_square(s->square, x, s->d[i] * slope, p);
    }
    return true;
}

static double worst(const struct solving *s, size_t *term)
{
    const struct pal_adjust *ask = s->step->ask;
    double most = -1;
    for (size_t k = 0; k < ask->terms; k++) {
        const double part = fabs(s->miss[k]) / (1 + fabs(ask->total[k]));
        if (part > most || isnan(part)) {
            most = part;
            *term = k;
        }
    }
    return most;
}

static enum pal_status solve(struct solving *s, struct inverse *inverse, struct pal_error *err)
{
    const struct pal_adjust *ask = s->step->ask;
    const size_t p = ask->terms, limit = ask->max_iterations ? ask->max_iterations : 200;
    const double epsilon = ask->epsilon > 0 ? ask->epsilon : 1e-10;
    size_t term = 0;
    look(s);
    for (size_t round = 0; round < limit; round++) {
        PAL_TRY(invert(inverse, s->square, err));
        multiply(s->square, s->miss, p, s->move);
        for (size_t k = 0; k < p; k++)
            s->lambda[k] += s->move[k];
        for (size_t half = 0; !look(s) && half < 60; half++)
            for (size_t k = 0; k < p; k++)
                s->lambda[k] -= s->move[k] /= 2;
        if (worst(s, &term) < epsilon)
            return PAL_OK;
    }
    const bool bounded = isfinite(ask->low) || isfinite(ask->high);
    return pal_fail(err, PAL_NOCONV,
                    "the weights still miss the total %.10g of '%.*s' by %.3g after %zu rounds; %s",
                    ask->total[term], PAL_ARG(ask->term[term]), s->miss[term], limit,
                    bounded ? "widen --bounds, or calibrate on fewer terms"
                            : "calibrate on fewer terms, or ask for less with --epsilon");
}

/* kept: [terms * terms] inverse of sum d x x' */
static size_t calibrate_keeps(const struct adjust_step *step)
{
    return step->ask->terms * step->ask->terms;
}

static enum pal_status calibrate_weigh(const struct adjust_step *step, const double *in,
                                       double *out, struct adjust_work *work, struct pal_error *err)
{
    const struct pal_adjust *ask = step->ask;
    const size_t p = ask->terms;
    struct solving s = {.step = step, .distance = {ask->distance, ask->low, ask->high}, .d = in};
    struct inverse inverse;
    s.lambda = pal_arena_alloc(work->arena, p, sizeof *s.lambda);
    s.miss = pal_arena_alloc(work->arena, p, sizeof *s.miss);
    s.move = pal_arena_alloc(work->arena, p, sizeof *s.move);
    s.square = pal_arena_alloc(work->arena, p * p, sizeof *s.square);
    if (!s.lambda || !s.miss || !s.move || !s.square)
        return pal_nomem(err, "calibration");
    PAL_TRY(inverse_new(p, work->arena, &inverse, err));
    double *mean = NULL;
    if (ask->unit) {
        PAL_TRY(unit_means(step, in, 1, work->arena, &mean, err));
        s.d = mean;
    }
    PAL_TRY(solve(&s, &inverse, err));
    for (size_t i = 0; i < step->rows; i++) {
        double slope;
        out[i] = in[i] == 0 ? 0
                            : in[i] * factor_of(&s.distance, product(step->x + i * p, s.lambda, p),
                                                &slope);
    }
    memset(work->kept, 0, p * p * sizeof *work->kept);
    for (size_t i = 0; i < step->rows; i++)
        if (s.d[i] != 0)
            add_square(work->kept, step->x + i * p, s.d[i], p);
    return invert(&inverse, work->kept, err);
}

/* e' = g times the residual of e from its regression on x with the weights before the step. With
 * one factor a unit the regression is of e d/dbar on the means of x with weights dbar. */
static enum pal_status calibrate_linearize(const struct adjust_step *step, double *e,
                                           struct pal_arena *scratch, struct pal_error *err)
{
    const size_t p = step->ask->terms;
    double *sum = pal_arena_alloc(scratch, p, sizeof *sum);
    double *slope = pal_arena_alloc(scratch, p, sizeof *slope);
    double *mean = NULL;
    if (!sum || !slope)
        return pal_nomem(err, "calibration");
    if (step->ask->unit)
        PAL_TRY(unit_means(step, step->in, 1, scratch, &mean, err));
    for (size_t i = 0; i < step->rows; i++)
        for (size_t k = 0; k < p && e[i] != 0; k++)
            sum[k] += step->in[i] * e[i] * step->x[i * p + k];
    multiply(step->kept, sum, p, slope);
    for (size_t i = 0; i < step->rows; i++) {
        const double d = step->in[i], own = mean ? mean[i] / d : 1;
        e[i] = d == 0 ? 0 : step->out[i] / d * (e[i] - own * product(step->x + i * p, slope, p));
    }
    return PAL_OK;
}

const struct adjust_kind adjust_calibrate = {
    .name = "calibration",
    .prepare = calibrate_prepare,
    .keeps = calibrate_keeps,
    .weigh = calibrate_weigh,
    .linearize = calibrate_linearize,
};
