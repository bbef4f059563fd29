/* draws.h: random numbers by the million: normal, gamma, binomial, as a Gibbs sampler needs them.
 */
#ifndef PALERMO_ESTIMATE_DRAWS_H
#define PALERMO_ESTIMATE_DRAWS_H

#include "palermo/base.h"

enum { DRAWS_LAYERS = 256 };

struct draws_normal { /* tables of the ziggurat; made once, then read by any number of threads */
    double x[DRAWS_LAYERS + 1], ratio[DRAWS_LAYERS];
};
void draws_normal_init(struct draws_normal *tables);
/* Standard normal. Source: Marsaglia & Tsang 2000, in Doornik's 2005 form. */
double draws_normal(const struct draws_normal *tables, struct pal_random *random);
/* Shape from 1, scale 1. Source: Marsaglia & Tsang 2000. */
double draws_gamma(const struct draws_normal *tables, struct pal_random *random, double shape);
/* Its logarithm, for any shape above 0, also where the value itself would underflow. */
double draws_log_gamma(const struct draws_normal *tables, struct pal_random *random, double shape);
/* As pal_random_binomial_of; inversion, where few successes are expected, is faster than its gaps.
 */
double draws_binomial(struct pal_random *random, double n, double p);

#endif
