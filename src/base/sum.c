/* sum.c: Klein's second-order compensated sum (Klein 2006, "A generalized Kahan-Babuska summation
 * algorithm", Computing 76): two levels of what rounding lost. Adding stands in base.h. */
#include "palermo/base.h"

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
