/* closed.h: Poisson regression with a small dense design, the way R's glm walks; private. */
#ifndef PALERMO_ESTIMATE_CLOSED_H
#define PALERMO_ESTIMATE_CLOSED_H

#include "palermo/systems.h"

struct dense { /* counts y with means exp(X beta) */
    size_t rows, k;
    const double *x; /* [rows * k] row by row; the first column is 1 */
    const double *y; /* [rows] */
    double *beta;    /* [k] */
    double *mu;      /* [rows] */
    double *eta;     /* [rows] */
    double *chol;    /* [k * k] factor of the information of the last step */
    double deviance, loglik;
    bool converged, singular, vanishing; /* vanishing: a mean is numerically 0 */
    struct pal_deadline until;
    bool late; /* the time is over: the fit stopped where it was */
};
PAL_CHECK_RESULT
enum pal_status dense_new(size_t rows, size_t most, struct pal_arena *arena, struct dense *out,
                          struct pal_error *err);
/* Iteratively reweighted least squares from means of y + 0.1, until the deviance changes by less
 * than epsilon of itself. */
void dense_fit(struct dense *d, double epsilon, unsigned most);

#endif
