/* survey_interval.c: the words of --interval for estimates from samples. */
#include "survey.h"

#include <math.h>

static enum pal_status t_limits(const struct pal_survey_interval *interval,
                                const struct pal_interval_case *c, double *low, double *high,
                                struct pal_error *err)
{
    (void)interval;
    (void)err;
    *low = c->value - c->t * c->std_error;
    *high = c->value + c->t * c->std_error;
    return PAL_OK;
}

/* On the scale of the logarithm, for values above zero. */
static enum pal_status log_limits(const struct pal_survey_interval *interval,
                                  const struct pal_interval_case *c, double *low, double *high,
                                  struct pal_error *err)
{
    (void)interval;
    (void)err;
    const double reach = c->t * c->std_error / c->value;
    *low = c->value > 0 ? c->value * exp(-reach) : (double)NAN;
    *high = c->value > 0 ? c->value * exp(reach) : (double)NAN;
    return PAL_OK;
}

static enum pal_status share_limits(const struct pal_survey_interval *interval,
                                    const struct pal_interval_case *c, double *low, double *high,
                                    struct pal_error *err)
{
    /* What rounding leaves of an error of zero, as that of a stratum's own share, is none. */
    const bool rounding = c->std_error <= 1e-13 * c->value;
    const struct pal_sampled_share share = {.p = c->value,
                                            .std_error = rounding ? 0 : c->std_error,
                                            .logit_error = c->logit_error,
                                            .df = c->df,
                                            .n = c->n,
                                            .level = c->level};
    *low = *high = (double)NAN;
    if (isnan(c->value) || isnan(c->std_error))
        return PAL_OK;
    return pal_interval_share(interval->word, &share, low, high, err);
}

static const struct pal_survey_interval intervals[] = {
    {"t", false, false, false, t_limits},        {"normal", false, false, true, t_limits},
    {"log-t", false, false, false, log_limits},  {"mean", true, false, false, share_limits},
    {"logit", true, false, false, share_limits}, {"xlogit", true, false, false, share_limits},
    {"asin", true, false, false, share_limits},  {"likelihood", true, false, false, share_limits},
    {"beta", true, false, false, share_limits},  {"wilson", true, false, false, share_limits},
    {"quantile", false, true, false, t_limits},  {"score", false, true, false, t_limits},
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
