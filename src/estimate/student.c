/* student.c: Student's t: its quantiles and tails, and the limits made with them. */
#include "inside.h"

#include <math.h>

/* From here on expansions around the normal distribution are exact to the last bits, where the
 * fraction of the beta distribution begins to lose some. */
#define NEARLY_NORMAL 1e6

/* Cornish & Fisher's expansion (Abramowitz & Stegun 1964, 26.7.5). */
static double expand_quantile(double z, double df)
{
    const double zz = z * z;
    const double g1 = z * (zz + 1) / 4, g2 = z * ((5 * zz + 16) * zz + 3) / 96;
    const double g3 = z * (((3 * zz + 19) * zz + 17) * zz - 15) / 384;
    return z + (g1 + (g2 + g3 / df) / df) / df;
}

/* Fisher 1925, Metron 5: the tail around the normal one. */
static double expand_tail(double t, double df)
{
    const double tt = t * t, density = exp(-tt / 2) / sqrt(2 * 3.14159265358979323846);
    const double g1 = t * (tt + 1) / 4, g2 = t * (((3 * tt - 7) * tt - 5) * tt - 3) / 96;
    return tail_normal_two_sided(t) + 2 * density * (g1 + g2 / df) / df;
}

/* t^2/df are the odds of a beta variable with parameters 1/2 and df/2 (Johnson, Kotz & Balakrishnan
 * 1995, section 28.2). */
double pal_student_quantile(double level, double df)
{
    if (!(df > 0) || !(level > 0 && level < 1))
        return (double)NAN;
    if (df > NEARLY_NORMAL)
        return expand_quantile(tail_normal_z(level), df);
    return sqrt(df * tail_beta_odds_above(0.5, df / 2, 1 - level));
}

double pal_student_two_sided(double t, double df)
{
    if (!(df > 0) || isnan(t))
        return (double)NAN;
    if (isinf(t))
        return 0;
    if (df > NEARLY_NORMAL)
        return expand_tail(fabs(t), df);
    return t == 0 ? 1 : tail_beta_above(0.5, df / 2, t * t / df);
}

void pal_interval_student(double value, double std_error, double df, double level, double *low,
                          double *high)
{
    const double half = pal_student_quantile(level, df) * std_error;
    *low = value - half;
    *high = value + half;
}

void pal_interval_log_student(double value, double std_error, double df, double level, double *low,
                              double *high)
{
    *low = *high = (double)NAN;
    if (!(value > 0))
        return;
    const double half = pal_student_quantile(level, df) * (std_error / value);
    *low = exp(log(value) - half);
    *high = exp(log(value) + half);
}
