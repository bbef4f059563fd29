/* chart_scale.c: the value axis of a chart: where it ends and where it is ticked. */
#include "chart.h"

#include <math.h>

/* Two orders of magnitude: below, the smallest value is still to be seen on a linear axis. */
static const double span_for_logarithm = 100;

struct extent {
    double low, high; /* of everything drawn; low > high while nothing was seen */
    double smallest;  /* point estimate or bound above zero                    */
    bool has_zero, has_negative;
};

static void take(struct extent *extent, double value, bool estimate)
{
    if (!isfinite(value))
        return;
    if (value < extent->low)
        extent->low = value;
    if (value > extent->high)
        extent->high = value;
    extent->has_negative |= value < 0;
    if (!estimate)
        return;
    extent->has_zero |= value == 0;
    if (value > 0 && value < extent->smallest)
        extent->smallest = value;
}

static struct extent extent_of(const struct pal_chart *chart)
{
    struct extent extent = {
        .low = (double)INFINITY, .high = -(double)INFINITY, .smallest = (double)INFINITY};
    for (size_t s = 0; s < chart->series_n; s++) {
        for (size_t i = 0; i < chart->series[s].n; i++) {
            const struct pal_chart_point *point = &chart->series[s].point[i];
            take(&extent, point->y, true);
            take(&extent, point->low, false);
            take(&extent, point->high, false);
            if (chart_point_has_bounds(point)) {
                take(&extent, point->bound_low, false);
                take(&extent, point->bound_high, true);
            }
        }
    }
    return extent;
}

/* 10 to a whole power, by multiplication: exact up to 1e22, which no figure passes. */
static double power_of_ten(int exponent)
{
    double power = 1;
    for (int i = 0; i < exponent; i++)
        power *= 10;
    for (int i = 0; i > exponent; i--)
        power /= 10;
    return power;
}

static int exponent_of(double value) /* of the greatest power of ten that is not above it */
{
    int exponent = (int)floor(log10(value));
    while (power_of_ten(exponent) > value)
        exponent--;
    while (power_of_ten(exponent + 1) <= value)
        exponent++;
    return exponent;
}

/* Steps of 1, 2 or 5 times a power of ten, between four and eight of them. */
static void fit_linear(const struct extent *extent, struct chart_scale *out)
{
    const double low = fmin(extent->low, 0), high = fmax(extent->high, 0);
    const double span = high > low ? high - low : 1;
    const int exponent = exponent_of(span / 5);
    const double unit = power_of_ten(exponent), raw = span / 5 / unit;
    const double factor = raw > 5 ? 10 : raw > 2 ? 5 : raw > 1 ? 2 : 1;
    const double step = factor * unit;
    const int first = (int)floor(low / step), last = (int)ceil((high > low ? high : 1) / step);
    out->ticks = 0;
    for (int i = first; i <= last && out->ticks < CHART_TICKS; i++)
        out->tick[out->ticks++] = (double)i * step;
    out->low = out->tick[0];
    out->high = out->tick[out->ticks - 1];
    const int step_exponent = factor == 10 ? exponent + 1 : exponent;
    out->decimals = step_exponent < 0 ? -step_exponent : 0;
}

/* Whole powers of ten; with 2 and 5 between them while the axis has room. */
static void fit_logarithmic(const struct extent *extent, struct chart_scale *out)
{
    static const double between[] = {1, 2, 5};
    const int first = exponent_of(extent->smallest);
    int last = exponent_of(extent->high);
    if (power_of_ten(last) < extent->high)
        last++;
    const bool fine = last - first <= 3;
    const int every = last - first > 10 ? 2 : 1;
    out->ticks = 0;
    for (int e = first; e <= last; e += every)
        for (size_t b = 0; b < (fine && e < last ? 3u : 1u) && out->ticks < CHART_TICKS; b++)
            out->tick[out->ticks++] = between[b] * power_of_ten(e);
    out->low = power_of_ten(first);
    out->high = power_of_ten(last);
    out->decimals = first < 0 ? -first : 0;
    out->logarithmic = true;
}

void chart_scale_fit(const struct pal_chart *chart, struct chart_scale *out)
{
    struct extent extent = extent_of(chart);
    *out = (struct chart_scale){0};
    if (extent.low > extent.high)
        extent.low = extent.high = 0; /* nothing to draw: an empty axis from 0 to 1 */
    const bool may = chart->kind != PAL_CHART_BARS && !extent.has_zero && !extent.has_negative &&
                     isfinite(extent.smallest);
    if (may && extent.high / extent.smallest > span_for_logarithm)
        fit_logarithmic(&extent, out);
    else
        fit_linear(&extent, out);
}

double chart_scale_at(const struct chart_scale *scale, double value)
{
    double at;
    if (scale->logarithmic)
        at = value <= scale->low ? 0 : log(value / scale->low) / log(scale->high / scale->low);
    else
        at = (value - scale->low) / (scale->high - scale->low);
    return at < 0 ? 0 : at > 1 ? 1 : at;
}
