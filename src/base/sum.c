/* sum.c: Klein's second-order compensated sum (Klein 2006, "A generalized Kahan-Babuska summation
 * algorithm", Computing 76): two levels of what rounding lost. */
#include "palermo/base.h"

#include <math.h>

void pal_sum_add(struct pal_sum *sum, double x)
{
    const double t = sum->sum + x;
    const double lost = fabs(sum->sum) >= fabs(x) ? (sum->sum - t) + x : (x - t) + sum->sum;
    sum->sum = t;
    const double u = sum->c + lost;
    sum->cc += fabs(sum->c) >= fabs(lost) ? (sum->c - u) + lost : (lost - u) + sum->c;
    sum->c = u;
}

void pal_sum_merge(struct pal_sum *sum, const struct pal_sum *other)
{
    pal_sum_add(sum, other->sum);
    pal_sum_add(sum, other->c);
    pal_sum_add(sum, other->cc);
}

double pal_sum_value(const struct pal_sum *sum)
{
    return isfinite(sum->sum) ? sum->sum + (sum->c + sum->cc) : sum->sum;
}
