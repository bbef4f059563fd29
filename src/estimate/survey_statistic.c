/* survey_statistic.c: statistics of samples as functions of weighted sums. y and x are held against
 * centres c and d:  Y = sum w (y - c),  X = sum w (x - d). */
#include "survey.h"

#include <math.h>

/* sum of w */
static double count_value(const struct pal_survey_sums *s) { return s->w; }

static void count_gradient(const struct pal_survey_sums *s, double value, double *g)
{
    (void)s;
    (void)value;
    g[0] = 1;
}

static double total_value(const struct pal_survey_sums *s) { return s->y + s->centre_y * s->w; }

static void total_gradient(const struct pal_survey_sums *s, double value, double *g)
{
    (void)value;
    g[0] = s->centre_y;
    g[1] = 1;
}

static double mean_value(const struct pal_survey_sums *s) { return s->centre_y + s->y / s->w; }

static void mean_gradient(const struct pal_survey_sums *s, double value, double *g)
{
    (void)value;
    g[0] = -(s->y / s->w) / s->w;
    g[1] = 1 / s->w;
}

static double denominator(const struct pal_survey_sums *s) { return s->x + s->centre_x * s->w; }

static double ratio_value(const struct pal_survey_sums *s)
{
    return total_value(s) / denominator(s);
}

static void ratio_gradient(const struct pal_survey_sums *s, double value, double *g)
{
    const double x = denominator(s);
    g[0] = (s->centre_y - value * s->centre_x) / x;
    g[1] = 1 / x;
    g[2] = -value / x;
}

/* n/(n - 1) sum w (y - mean)^2 / sum w; x is sum w (y - c)^2. */
static double variance_value(const struct pal_survey_sums *s)
{
    const double d = s->y / s->w;
    if (s->n < 2)
        return (double)NAN;
    return s->n / (s->n - 1) * (s->x / s->w - d * d);
}

static void variance_gradient(const struct pal_survey_sums *s, double value, double *g)
{
    const double d = s->y / s->w, k = s->n / (s->n - 1);
    g[0] = (k * d * d - value) / s->w;
    g[1] = -2 * d * k / s->w;
    g[2] = k / s->w;
}

/* Quantiles look at rows: survey_quantile.c. */
static double no_value(const struct pal_survey_sums *s)
{
    (void)s;
    return (double)NAN;
}

static void no_gradient(const struct pal_survey_sums *s, double value, double *g)
{
    (void)s;
    g[0] = value;
}

#define ESTIMATION "Sarndal, Swensson & Wretman 1992, section "

static const struct pal_survey_kind kinds[] = {
    {.word = "count",
     .summary = "sum of weights",
     .source = ESTIMATION "5.3",
     .adds = true,
     .weighs = true,
     .value = count_value,
     .gradient = count_gradient},
    {.word = "mean",
     .summary = "weighted mean",
     .source = ESTIMATION "5.7",
     .terms = 1,
     .deff = true,
     .weighs = true,
     .value = mean_value,
     .gradient = mean_gradient},
    {.word = "proportion",
     .summary = "weighted share of the rows that a condition holds for",
     .source = ESTIMATION "5.7",
     .terms = 1,
     .share = true,
     .deff = true,
     .weighs = true,
     .value = mean_value,
     .gradient = mean_gradient},
    {.word = "quantile",
     .summary = "value that a share of the population does not exceed",
     .source = "Woodruff 1952",
     .terms = 1,
     .rows = true,
     .value = no_value,
     .gradient = no_gradient},
    {.word = "ratio",
     .summary = "ratio of two weighted totals",
     .source = ESTIMATION "5.6",
     .terms = 2,
     .value = ratio_value,
     .gradient = ratio_gradient},
    {.word = "total",
     .summary = "weighted total",
     .source = ESTIMATION "5.3",
     .terms = 1,
     .deff = true,
     .adds = true,
     .value = total_value,
     .gradient = total_gradient},
    {.word = "variance",
     .summary = "variance of a variable in the population",
     .source = ESTIMATION "5.9",
     .terms = 1,
     .square = true,
     .weighs = true,
     .value = variance_value,
     .gradient = variance_gradient},
};

const struct pal_survey_kind *pal_survey_kind_find(pal_str word)
{
    for (size_t i = 0; i < PAL_COUNT(kinds); i++)
        if (pal_str_eq(word, pal_str_of(kinds[i].word)))
            return &kinds[i];
    return NULL;
}
