/* random.c: numbers that worlds and estimators share. */
#include "inside.h"

#include <gsl/gsl_cdf.h>

/* NOLINTNEXTLINE(misc-no-recursion): once, at shape + 1 */
double assess_gamma(struct pal_random *random, double shape)
{
    if (shape < 1) /* G(a) = G(a + 1) U^(1/a) */
        return assess_gamma(random, shape + 1) * pow(1 - pal_random_unit(random), 1 / shape);
    const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        const double x = pal_random_normal(random), root = 1 + c * x;
        if (root <= 0)
            continue;
        const double v = root * root * root, u = 1 - pal_random_unit(random);
        if (log(u) < 0.5 * x * x + d * (1 - v + log(v)))
            return d * v;
    }
}

double assess_beta(struct pal_random *random, double a, double b)
{
    const double x = assess_gamma(random, a);
    return x / (x + assess_gamma(random, b));
}

double assess_z(double level) { return gsl_cdf_ugaussian_Qinv((1 - level) / 2); }

double assess_t(double level, double df)
{
    return df > 0 ? gsl_cdf_tdist_Qinv((1 - level) / 2, df) : (double)NAN;
}

size_t assess_numbers(pal_str text, double *out, size_t most)
{
    size_t n = 0;
    pal_str piece;
    while (pal_str_split(&text, ',', &piece))
        if (n == most || !pal_num_parse(pal_str_trim(piece), &out[n++]))
            return SIZE_MAX;
    return n;
}
