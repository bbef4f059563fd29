/* interval_share.c: score limits of a share, alone or as one of a full breakdown. */
#include "inside.h"

#include <math.h>

void pal_interval_wilson(double x, double n, double level, size_t classes, double dispersion,
                         double *low, double *high)
{
    *low = *high = (double)NAN;
    if (!(n > 0) || !(x >= 0) || x > n)
        return;
    const double scale = dispersion > 1 ? dispersion : 1;
    const double each = classes > 1 ? 1 - (1 - level) / (double)classes : level;
    const double z = tail_normal_z(each), zz = z * z, m = n / scale, p = x / n;
    const double centre = (p + zz / (2 * m)) / (1 + zz / m);
    const double half = z / (1 + zz / m) * sqrt(p * (1 - p) / m + zz / (4 * m * m));
    *low = x > 0 ? fmax(centre - half, 0) : 0;
    *high = x < n ? fmin(centre + half, 1) : 1;
}
