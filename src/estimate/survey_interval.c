/* survey_interval.c: intervals of estimates from samples. */
#include "survey.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

double pal_t_quantile(double level, double df)
{
    const double upper = (1 - level) / 2;
    if (!(df > 0))
        return (double)NAN;
    return isinf(df) ? gsl_cdf_ugaussian_Qinv(upper) : gsl_cdf_tdist_Qinv(upper, df);
}

static void t_limits(const struct pal_interval_case *c, double *low, double *high)
{
    const double reach = pal_t_quantile(c->level, c->df) * c->std_error;
    *low = c->value - reach;
    *high = c->value + reach;
}

static void normal_limits(const struct pal_interval_case *c, double *low, double *high)
{
    struct pal_interval_case normal = *c;
    normal.df = (double)INFINITY;
    t_limits(&normal, low, high);
}

/* exp(log value -+ t se / value), for values above zero. */
static void log_limits(const struct pal_interval_case *c, double *low, double *high)
{
    const double reach = pal_t_quantile(c->level, c->df) * c->std_error / c->value;
    *low = c->value > 0 ? c->value * exp(-reach) : (double)NAN;
    *high = c->value > 0 ? c->value * exp(reach) : (double)NAN;
}

static const struct pal_survey_interval intervals[] = {
    {"t", "Student 1908", false, t_limits},
    {"normal", "", false, normal_limits},
    {"log-t", "Lumley 2010, section 2.4: t on the logarithm", false, log_limits},
    {"mean", "Student 1908: t on the proportion itself", true, t_limits},
};

const struct pal_survey_interval *pal_survey_interval_find(pal_str word)
{
    for (size_t i = 0; i < PAL_COUNT(intervals); i++)
        if (pal_str_eq(word, pal_str_of(intervals[i].word)))
            return &intervals[i];
    return NULL;
}

pal_str pal_survey_interval_nearest(pal_str word)
{
    pal_str known[PAL_COUNT(intervals)];
    for (size_t i = 0; i < PAL_COUNT(intervals); i++)
        known[i] = pal_str_of(intervals[i].word);
    return pal_nearest(word, known, PAL_COUNT(known));
}
