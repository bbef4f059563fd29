/* loglinear.h: the engine under the log-linear models of lists; private to estimate.
 *
 * A design column of such a model is the indicator of "is on all lists of a set", so every inner
 * product of two columns, weighted by anything, is the sum of the weights over the cells that hold
 * both sets: one entry of the superset sums. Those take t 2^(t-1) additions for all sets at once.
 * An iteration of Newton's method on six lists and fifteen parameters is about a thousand
 * multiplications, and nothing here knows a design matrix. */
#ifndef PALERMO_ESTIMATE_LOGLINEAR_H
#define PALERMO_ESTIMATE_LOGLINEAR_H

#include "palermo/systems.h"

#define LL_NEAR                                                                                    \
    1e-9 /* a pivot below this share of its diagonal is zero: a matter of 0/1 columns              \
          */

struct ll_work {           /* scratch of one thread for one table */
    size_t t, cells, most; /* most: parameters there is room for */
    const uint8_t *state;  /* [cells] of the table */
    struct pal_deadline until;
    double *y;  /* [cells] counts */
    double *on; /* [cells] superset sums of y: people on all lists of a set */
    /* the model last fitted */
    size_t k;       /* parameters that are finite, the intercept first */
    uint32_t *term; /* [k] their sets; term[0] = 0 */
    size_t empty_n; /* terms at minus infinity: nobody is on all their lists */
    uint32_t *empty;
    size_t active_n; /* cells left after those were removed */
    double *active;  /* [cells] 1 or 0; 0 for cell 0 */
    double *beta;    /* [k] */
    double *mu;      /* [cells] fitted means, 0 where not active */
    double *fitted;  /* [cells] their superset sums */
    double *chol;    /* [k * k] lower triangle of the factor of the information, row by row */
    double loglik;   /* without the factorials */
    unsigned iterations;
    double *gradient, *step, *old; /* [most] */
    double *spare, *spare2;        /* [cells] */
};

PAL_CHECK_RESULT
enum pal_status ll_work_new(const struct pal_lists *lists, size_t most, struct pal_arena *arena,
                            struct ll_work **out, struct pal_error *err);
/* The table's counts become others (a resample): the same cells. */
void ll_counts(struct ll_work *work, const double *count);

/* Sets term, empty and active from a model's terms (sets of one list or more, no intercept). Terms
 * of two lists or more that nobody is on go to minus infinity and take their cells with them;
 * `singles` does the same for lists that nobody is on. */
void ll_model(struct ll_work *work, const uint32_t *term, size_t k, bool singles);

/* Maximum likelihood by Newton's method. `warm`: beta holds a start. False: the information is
 * singular, 100 steps did not settle, or the table's time is over. */
bool ll_fit(struct ll_work *work, bool warm);

/* Every term and every counted cell, whether or not anybody is there. */
void ll_model_whole(struct ll_work *work, const uint32_t *term, size_t k);
/* The walk of R's glm: reweighted least squares from means of y + 0.1, until the deviance changes
 * by less than epsilon of itself. Terms that nobody is on end far below zero, not at minus
 * infinity. chol is the factor of the last step's information. */
struct ll_walk {
    bool converged, singular, vanishing; /* vanishing: a mean is numerically 0 */
    double deviance;
};
void ll_walk_fit(struct ll_work *work, double epsilon, unsigned most, struct ll_walk *out);
/* First-order bias of the dark figure; inverse: [k * k] of the information. */
double ll_bias(struct ll_work *work, const double *inverse);

/* Lower Cholesky factor in place, k x k row by row. False at a pivot of less than LL_NEAR of its
 * diagonal. */
bool ll_cholesky(double *a, size_t k);
void ll_solve(const double *chol, size_t k, double *b);
/* The inverse from the factor, whole. */
void ll_inverse(const double *chol, size_t k, double *out, double *spare /* [k] */);

/* Twice the log-likelihood that a saturated model has over this one. */
double ll_deviance(const struct ll_work *work);
/* Sum of log(y!) over active cells. */
double ll_log_factorials(const struct ll_work *work);
double ll_pearson(const struct ll_work *work);

/* ---- existence -------------------------------------------------------------------------------
 */

/* Whether the model laid out by ll_model has an estimate, and only one. Cheap exact arguments
 * first; a linear program where they do not decide. */
struct ll_existence {
    bool exists, identifiable;
    size_t rank_deficiency;
};
PAL_CHECK_RESULT
enum pal_status ll_exists(const struct ll_work *work, struct pal_arena *scratch,
                          struct ll_existence *out, struct pal_error *err);
/* max min x subject to A x = t, x >= 0 (Fienberg & Rinaldo 2012): 0 when there is no estimate. */
PAL_CHECK_RESULT
enum pal_status ll_exists_program(const struct ll_work *work, double *out, struct pal_error *err);
/* A direction in which the likelihood rises for ever: c with x'c = 0 where people are, <= 0
 * elsewhere; [k]. All zero when there is none. */
PAL_CHECK_RESULT
enum pal_status ll_recession(const struct ll_work *work, struct pal_arena *scratch, double *out,
                             struct pal_error *err);

/* PAL_DOMAIN with what is responsible and what to do. */
enum pal_status loglinear_refuse(const struct pal_lists *lists, const struct pal_existence *e,
                                 struct pal_arena *arena, struct pal_error *err);

/* P(X <= n) and P(X >= n), the smaller, of a Poisson count. */
double ll_poisson_tail(double n, double mean);

#endif
