/* stepwise.h: the choice of pairs as the bootstrap repeats it; private to estimate. */
#ifndef PALERMO_ESTIMATE_STEPWISE_H
#define PALERMO_ESTIMATE_STEPWISE_H

#include "loglinear.h"

#include <math.h>

#define STEPWISE_PAIRS (PAL_LISTS_MOST * (PAL_LISTS_MOST - 1) / 2)

struct stepwise { /* scratch of one thread; fit holds the last model */
    size_t t, pairs;
    uint32_t pair[STEPWISE_PAIRS];
    struct ll_work *fit, *check;
    size_t terms;
    uint32_t term[PAL_LISTS_MOST + STEPWISE_PAIRS + 1];
    bool inside[STEPWISE_PAIRS];
    double p[STEPWISE_PAIRS], first_p[STEPWISE_PAIRS];
    size_t steps;
    struct pal_step step[2 * STEPWISE_PAIRS + 1];
    enum pal_criterion criterion;
    enum pal_direction direction;
    /* looks at the candidates before the best is chosen; NULL: nobody does */
    enum pal_status (*look)(struct stepwise *s, struct pal_arena *scratch, struct pal_error *err);
};
PAL_CHECK_RESULT
enum pal_status stepwise_new(const struct pal_lists *lists, struct pal_arena *arena,
                             struct stepwise **out, struct pal_error *err);
/* Why the choice on this table cannot begin: nobody, or no estimate of the main effects. */
PAL_CHECK_RESULT
enum pal_status stepwise_check(const struct pal_lists *lists, enum pal_direction direction,
                               struct pal_arena *arena, struct pal_error *err);
/* On the counts of s->fit, by s->criterion. *fitted false: the model it begins with has no
 * estimate, or a fit did not settle. */
PAL_CHECK_RESULT
enum pal_status stepwise_run(struct stepwise *s, double threshold, struct pal_arena *scratch,
                             bool *fitted, struct pal_error *err);
/* The same where the criterion is AIC or BIC (stepwise_criterion.c). */
PAL_CHECK_RESULT
enum pal_status stepwise_criterion(struct stepwise *s, struct pal_arena *scratch, bool *fitted,
                                   struct pal_error *err);
/* AIC or BIC of the model last fitted, but for the factorials of the counts: they are those of any
 * model of the table. */
double stepwise_value(const struct stepwise *s);

#endif
