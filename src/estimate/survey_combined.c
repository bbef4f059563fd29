/* survey_combined.c: answers made of answers: functions of several, comparisons of two, and the
 * same answer of completed data sets. */
#include "survey.h"

#include <math.h>
#include <string.h>

static void make_undefined(struct pal_estimate *e)
{
    e->value = e->std_error = e->low = e->high = (double)NAN;
    e->status = PAL_ANSWER_UNDEFINED;
    e->absent = PAL_NOT_APPLICABLE;
}

enum pal_status pal_survey_combine(struct pal_survey_work *work, const struct pal_survey_part *part,
                                   size_t n, size_t frame, size_t group, double value,
                                   struct pal_estimate *out, struct pal_error *err)
{
    const struct pal_survey_ask *ask = &work->survey->ask;
    struct pal_design_variance variance;
    *out = (struct pal_estimate){.value = value,
                                 .numerator = (double)NAN,
                                 .denominator = (double)NAN,
                                 .coverage_share = (double)NAN,
                                 .uncertainty = PAL_UNC_SAMPLING};
    if (ask->method == PAL_SURVEY_VALUE) {
        out->method = "value alone, no variance asked";
        out->uncertainty = PAL_UNC_NONE;
        if (!isfinite(value))
            make_undefined(out);
        return PAL_OK;
    }
    PAL_TRY(pal_survey_covariance(work, part, n, part, n, &variance, err));
    PAL_TRY(pal_survey_df_of(work, frame, group, &out->df, err));
    out->std_error = sqrt(variance.value);
    out->df_design = pal_survey_df_design(work->survey);
    out->has_std_error = out->has_interval = out->has_df = true;
    out->has_df_design = !isnan(out->df_design);
    out->level = ask->level > 0 ? ask->level : 0.95;
    const bool normal = ask->interval && strcmp(ask->interval, "normal") == 0;
    if (normal)
        out->df = (double)INFINITY;
    out->interval = normal ? "normal" : "t";
    out->method = ask->method == PAL_SURVEY_TAYLOR ? "delta method on linearized sums"
                                                   : "delta method on replicates";
    pal_interval_student(value, out->std_error, out->df, out->level, &out->low, &out->high);
    if (!isfinite(value)) /* over zero, or the logarithm of it */
        make_undefined(out);
    return PAL_OK;
}

/* A percent change back and forth. */
static void to_ratio(struct pal_estimate *e)
{
    e->value = e->value / 100 + 1;
    e->std_error /= 100;
}

static void to_percent(struct pal_estimate *e)
{
    e->value = 100 * (e->value - 1);
    e->std_error *= 100;
    e->low = 100 * (e->low - 1);
    e->high = 100 * (e->high - 1);
}

enum pal_status pal_survey_compare(struct pal_survey_work *work, enum pal_comparison as,
                                   const struct pal_survey_side *from,
                                   const struct pal_survey_side *to, size_t frame, size_t group,
                                   struct pal_estimate *out, struct pal_error *err)
{
    const struct pal_survey_ask *ask = &work->survey->ask;
    const double a = from->answer->value, b = to->answer->value;
    const bool ratio = as != PAL_COMPARE_DIFFERENCE;
    const struct pal_survey_part part[] = {
        {to->statistic, to->group, 0, ratio ? 1 / a : 1},
        {from->statistic, from->group, 0, ratio ? -b / (a * a) : -1},
    };
    PAL_TRY(pal_survey_combine(work, part, 2, frame, group, ratio ? b / a : b - a, out, err));
    out->n = from->answer->n + to->answer->n;
    out->has_n = true;
    if (ratio && ask->interval && strcmp(ask->interval, "log-t") == 0) {
        out->interval = "log-t";
        pal_interval_log_student(out->value, out->std_error, out->df, out->level, &out->low,
                                 &out->high);
    }
    if (as == PAL_COMPARE_PERCENT)
        to_percent(out);
    return PAL_OK;
}

/* Quantiles and whatever has no closed form take t. */
static enum pal_status limits_of_value(bool quantile, struct pal_estimate *e, struct pal_error *err)
{
    const struct pal_survey_interval *interval =
        e->interval && !quantile ? pal_survey_interval_find(pal_str_of(e->interval)) : NULL;
    if (interval && interval->infinite)
        e->df = (double)INFINITY;
    const struct pal_interval_case c = {
        .t = pal_student_quantile(e->level, e->df),
        .value = e->value,
        .std_error = e->std_error,
        .df = e->df,
        .level = e->level,
        .n = (double)e->n,
    };
    if (interval && !interval->quantiles)
        return interval->limits(interval, &c, &e->low, &e->high, err);
    e->interval = "t";
    pal_interval_student(e->value, e->std_error, e->df, e->level, &e->low, &e->high);
    return PAL_OK;
}

enum pal_status pal_survey_limits(enum pal_limits_of of, struct pal_estimate *e,
                                  struct pal_error *err)
{
    const bool percent = of == PAL_LIMITS_OF_PERCENT;
    if (percent)
        to_ratio(e);
    PAL_TRY(limits_of_value(of == PAL_LIMITS_OF_QUANTILE, e, err));
    if (percent)
        to_percent(e);
    return PAL_OK;
}

/* Completed sets may differ in the rows of a domain: the whole number nearest to their mean. */
static size_t mean_rows(const struct pal_estimate *const *of, size_t sets)
{
    double rows = 0;
    for (size_t s = 0; s < sets; s++)
        rows += of[s] ? (double)of[s]->n : 0;
    return (size_t)rint(rows / (double)sets);
}

enum pal_status pal_survey_imputed(const struct pal_estimate *const *of, size_t sets,
                                   enum pal_limits_of limits, enum pal_imputed_df rule,
                                   struct pal_arena *arena, struct pal_estimate *out,
                                   double *missing, struct pal_error *err)
{
    double *value = pal_arena_alloc(arena, sets + 1, sizeof *value);
    double *variance = pal_arena_alloc(arena, sets + 1, sizeof *variance);
    struct pal_imputed imputed;
    bool known = true;
    size_t first = 0;
    if (!value || !variance)
        return pal_nomem(err, "imputed answers");
    while (first + 1 < sets && !of[first])
        first++;
    *out = *of[first];
    out->n = mean_rows(of, sets);
    for (size_t s = 0; s < sets; s++) {
        const struct pal_estimate *e = of[s];
        known = known && e && e->status == PAL_ANSWER_OK;
        value[s] = e ? e->value : (double)NAN;
        variance[s] = e ? e->has_std_error ? e->std_error * e->std_error : 0 : (double)NAN;
    }
    const double complete = out->has_df_design ? out->df_design : (double)INFINITY;
    PAL_TRY(pal_imputed_combine(sets, value, variance, complete, rule, &imputed, err));
    *missing = imputed.missing;
    out->value = imputed.value;
    out->has_deff = false;
    out->method =
        pal_arena_printf(arena, "%s; Rubin's rules over %zu imputations", out->method, sets).ptr;
    if (!out->method)
        return pal_nomem(err, "imputed answers");
    if (!known) {
        make_undefined(out);
        out->df = *missing = (double)NAN;
        return PAL_OK;
    }
    if (!out->has_std_error)
        return PAL_OK;
    out->uncertainty = PAL_UNC_IMPUTATION;
    out->std_error = sqrt(imputed.variance);
    out->df = imputed.df;
    return pal_survey_limits(limits, out, err);
}
