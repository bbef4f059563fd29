/* two_lists.c: two lists and how many are on both. */
#include "palermo/systems.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

bool pal_lognormal_limits(double people, double population, double variance, double level,
                          double *low, double *high)
{
    const double f = population - people;
    *low = *high = (double)NAN;
    if (!(f > 0) || !isfinite(f) || !isfinite(variance))
        return false;
    const double z = gsl_cdf_ugaussian_Pinv(0.5 + level / 2);
    const double c = exp(z * sqrt(log1p(variance / (f * f))));
    *low = people + f / c;
    *high = people + f * c;
    return true;
}

static enum pal_status check(double n1, double n2, double m, struct pal_error *err)
{
    const double n[] = {n1, n2, m};
    for (size_t i = 0; i < PAL_COUNT(n); i++)
        if (!(n[i] >= 0) || n[i] != floor(n[i]))
            return pal_fail(err, PAL_DOMAIN, "n1, n2 and m are whole numbers from 0");
    if (m > n1 || m > n2)
        return pal_fail(err, PAL_DOMAIN,
                        "%.0f people on both lists are more than are on one of "
                        "them (%.0f and %.0f)",
                        m, n1, n2);
    if (n1 == 0 || n2 == 0)
        return pal_fail(err, PAL_DOMAIN,
                        "one of the two lists is empty: they say nothing about "
                        "those on neither");
    return PAL_OK;
}

enum pal_status pal_lincoln_petersen(double n1, double n2, double m, struct pal_recapture *out,
                                     struct pal_error *err)
{
    PAL_TRY(check(n1, n2, m, err));
    if (m == 0)
        return pal_fail(err, PAL_DOMAIN,
                        "nobody is on both lists: Lincoln-Petersen has no "
                        "estimate; Chapman's formula has one");
    *out = (struct pal_recapture){n1 + n2 - m, n1 * n2 / m,
                                  n1 * n2 * (n1 - m) * (n2 - m) / (m * m * m)};
    return PAL_OK;
}

enum pal_status pal_chapman(double n1, double n2, double m, struct pal_recapture *out,
                            struct pal_error *err)
{
    PAL_TRY(check(n1, n2, m, err));
    *out = (struct pal_recapture){n1 + n2 - m, (n1 + 1) * (n2 + 1) / (m + 1) - 1,
                                  (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) /
                                      ((m + 1) * (m + 1) * (m + 2))};
    return PAL_OK;
}

enum pal_status pal_chao_two_lists(double n1, double n2, double m, struct pal_recapture *out,
                                   struct pal_error *err)
{
    PAL_TRY(check(n1, n2, m, err));
    const double once = n1 + n2 - 2 * m;
    *out = (struct pal_recapture){n1 + n2 - m, n1 + n2 - m + once * once / (4 * m), (double)NAN};
    return PAL_OK;
}
