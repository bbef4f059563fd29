/* root.c: the root of a monotone function of one variable. */
#include "inside.h"

#include <float.h>
#include <math.h>

/* Brent 1973, chapter 4: fa and fb differ in sign. */
static double brent(double (*f)(double, const void *), const void *context, double a, double fa,
                    double b, double fb)
{
    double c = a, fc = fa, step = b - a, before = step;
    for (int i = 0; i < 200; i++) {
        if ((fb > 0) == (fc > 0)) {
            c = a;
            fc = fa;
            step = before = b - a;
        }
        if (fabs(fc) < fabs(fb)) {
            a = b, b = c, c = a;
            fa = fb, fb = fc, fc = fa;
        }
        const double near = 2 * DBL_EPSILON * fabs(b) + DBL_MIN;
        const double half = 0.5 * (c - b);
        if (fabs(half) <= near || fb == 0)
            return b;
        if (fabs(before) >= near && fabs(fa) > fabs(fb)) {
            double p, q;
            const double s = fb / fa;
            if (a == c) {
                p = 2 * half * s;
                q = 1 - s;
            } else {
                const double r = fb / fc, t = fa / fc;
                p = s * (2 * half * t * (t - r) - (b - a) * (r - 1));
                q = (t - 1) * (r - 1) * (s - 1);
            }
            if (p > 0)
                q = -q;
            p = fabs(p);
            if (2 * p < fmin(3 * half * q - fabs(near * q), fabs(before * q))) {
                before = step;
                step = p / q;
            } else {
                step = before = half;
            }
        } else {
            step = before = half;
        }
        a = b;
        fa = fb;
        b += fabs(step) > near ? step : (half > 0 ? near : -near);
        fb = f(b, context);
        if (isnan(fb))
            return (double)NAN;
    }
    return (double)NAN;
}

double tail_root(double (*f)(double x, const void *context), const void *context, double guess,
                 double step)
{
    double a = guess, fa = f(a, context);
    if (isnan(fa))
        return (double)NAN;
    if (fa == 0)
        return a;
    /* f rises: walk down from a positive value, up from a negative one, in growing steps. */
    const double direction = fa > 0 ? -1 : 1;
    for (int i = 0; i < 200; i++) {
        const double b = a + direction * step;
        const double fb = f(b, context);
        if (isnan(fb))
            return (double)NAN;
        if ((fb > 0) != (fa > 0) || fb == 0)
            return brent(f, context, a, fa, b, fb);
        a = b;
        fa = fb;
        step *= 2;
    }
    return (double)NAN;
}
