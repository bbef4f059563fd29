/* survey_quantile.c: quantiles of samples: Woodruff's limits from the share at or below the
 * estimate, score limits by inversion, or the quantile of each replicate. */
#include "survey.h"

#include <math.h>
#include <string.h>

struct quantile { /* the rows of a group that have the value */
    const struct pal_survey *survey;
    const struct pal_survey_statistic *statistic;
    struct pal_arena *scratch;
    size_t n;
    uint32_t *row;
    double *x, *w;
    struct pal_ordered values;
    double total; /* sum of w */
    uint64_t weighted;
};

static enum pal_status collect(struct quantile *q, size_t group, struct pal_error *err)
{
    const struct pal_survey *s = q->survey;
    const uint32_t *row = NULL;
    const size_t n = survey_held_group(s, q->statistic->frame, group, &row);
    size_t rows;
    const double *weight = pal_survey_weights(s, &rows);
    q->row = pal_arena_alloc(q->scratch, n + 1, sizeof *q->row);
    q->x = pal_arena_alloc(q->scratch, n + 1, sizeof *q->x);
    q->w = pal_arena_alloc(q->scratch, n + 1, sizeof *q->w);
    if (!q->row || !q->x || !q->w)
        return pal_nomem(err, "the values of a quantile");
    struct pal_sum total = {0};
    for (size_t i = 0; i < n; i++) {
        const double x = survey_held_value(s, q->statistic->frame, q->statistic->y, row[i]);
        if (isnan(x))
            continue;
        q->row[q->n] = row[i];
        q->x[q->n] = x;
        q->w[q->n++] = weight[row[i]];
        q->weighted += weight[row[i]] != 0;
        pal_sum_add(&total, weight[row[i]]);
    }
    q->total = pal_sum_value(&total);
    return pal_ordered_new(q->n, q->x, q->w, q->scratch, &q->values, err);
}

/* ---- degrees of freedom of the rows that have the value
 * ------------------------------------------ */

/* Sums of e over the units that have a row of the group with the value and a weight. */
static enum pal_status sum_units(const struct quantile *q, const double *e,
                                 struct pal_influence *out, struct pal_error *err)
{
    const struct pal_survey *s = q->survey;
    const uint32_t *unit_of = survey_held_units(s);
    const size_t units = pal_design_units(s->design);
    double *sum = pal_arena_alloc(q->scratch, units + 1, sizeof *sum);
    uint8_t *here = pal_arena_alloc(q->scratch, units + 1, 1);
    uint32_t *unit = pal_arena_alloc(q->scratch, units + 1, sizeof *unit);
    if (!sum || !here || !unit)
        return pal_nomem(err, "the units of a quantile");
    for (size_t i = 0; i < q->n; i++) {
        if (q->w[i] == 0)
            continue;
        sum[unit_of[q->row[i]]] += e ? q->w[i] * e[i] : 0;
        here[unit_of[q->row[i]]] = 1;
    }
    *out = (struct pal_influence){0, unit, sum};
    for (size_t u = 0; u < units; u++) {
        if (!here[u])
            continue;
        sum[out->n] = sum[u];
        unit[out->n++] = (uint32_t)u;
    }
    return PAL_OK;
}

static double units_minus_strata(const struct pal_survey *s, const struct pal_influence *units,
                                 uint8_t *psu, uint8_t *stratum)
{
    double df = 0;
    for (size_t i = 0; i < units->n; i++) {
        const uint32_t at = pal_design_psu_of(s->design, units->unit[i]);
        const uint32_t h = pal_design_stratum_of(s->design, at);
        df += !psu[at];
        df -= !stratum[h];
        psu[at] = stratum[h] = 1;
    }
    return df;
}

/* The t quantile uses the rows with a value; the `df` of the answer is that of the group. */
static enum pal_status own_df(const struct quantile *q, double group_df, double *out,
                              struct pal_error *err)
{
    const struct pal_survey *s = q->survey;
    const enum pal_survey_df rule = s->ask.df;
    struct pal_influence units;
    *out = group_df;
    if (rule == PAL_DF_RANK || rule == PAL_DF_RANK_BEFORE ||
        (rule == PAL_DF_DOMAIN && s->ask.method == PAL_SURVEY_GIVEN)) {
        if (!s->sums_given)
            return PAL_OK;
        PAL_TRY(survey_held_rank(s, q->row, q->n, q->scratch, out, err));
        *out -= 1;
        return PAL_OK;
    }
    if (rule != PAL_DF_DOMAIN || !s->has_design)
        return PAL_OK;
    uint8_t *psu = pal_arena_alloc(q->scratch, pal_design_psus(s->design) + 1, 1);
    uint8_t *stratum = pal_arena_alloc(q->scratch, pal_design_strata(s->design) + 1, 1);
    if (!psu || !stratum)
        return pal_nomem(err, "the units of a quantile");
    PAL_TRY(sum_units(q, NULL, &units, err));
    *out = units_minus_strata(s, &units, psu, stratum);
    return PAL_OK;
}

/* ---- the share at or below a value
 * ----------------------------------------------------------------- */

static enum pal_status linearized_share(const struct quantile *q, double at, double p,
                                        double *variance, size_t *lonely, struct pal_error *err)
{
    const struct pal_survey *s = q->survey;
    struct pal_influence influence;
    struct pal_design_variance out;
    size_t rows;
    (void)pal_survey_weights(s, &rows);
    if (survey_is_adjusted(s)) {
        double *z = pal_arena_alloc(q->scratch, rows + 1, sizeof *z);
        if (!z)
            return pal_nomem(err, "the rows of a quantile");
        for (size_t i = 0; i < q->n; i++)
            z[q->row[i]] = ((q->x[i] <= at) - p) / q->total;
        PAL_TRY(survey_held_linearize(s, z, q->scratch, &influence, err));
    } else {
        double *e = pal_arena_alloc(q->scratch, q->n + 1, sizeof *e);
        if (!e)
            return pal_nomem(err, "the rows of a quantile");
        for (size_t i = 0; i < q->n; i++)
            e[i] = ((q->x[i] <= at) - p) / q->total;
        PAL_TRY(sum_units(q, e, &influence, err));
    }
    PAL_TRY(pal_design_covariance(s->design, &influence, &influence, q->scratch, &out, err));
    *variance = out.value;
    *lonely = out.lonely;
    return PAL_OK;
}

static enum pal_status replicated_share(const struct quantile *q, double at, double p,
                                        double *variance, struct pal_error *err)
{
    const struct pal_replicates *replicates = &q->survey->replicates;
    double *theta = pal_arena_alloc(q->scratch, replicates->n + 1, sizeof *theta);
    if (!theta)
        return pal_nomem(err, "the replicates");
    for (size_t r = 0; r < replicates->n; r++) {
        const double *w = survey_held_replicate(q->survey, r);
        double below = 0, all = 0;
        for (size_t i = 0; i < q->n; i++) {
            all += w[q->row[i]];
            below += q->x[i] <= at ? w[q->row[i]] : 0;
        }
        theta[r] = below / all;
    }
    *variance = pal_replicates_covariance(replicates, theta, theta, p, p);
    return PAL_OK;
}

/* Estimated share of values at or below `at`, and its variance. */
static enum pal_status share_below(const struct quantile *q, double at, double *p, double *variance,
                                   size_t *lonely, struct pal_error *err)
{
    struct pal_sum below = {0};
    for (size_t i = 0; i < q->n; i++)
        if (q->x[i] <= at)
            pal_sum_add(&below, q->w[i]);
    *p = pal_sum_value(&below) / q->total;
    *lonely = 0;
    if (q->survey->sums_given)
        return replicated_share(q, at, *p, variance, err);
    return linearized_share(q, at, *p, variance, lonely, err);
}

/* ---- limits
 * --------------------------------------------------------------------------------------------- */

/* The quantile in each replicate. */
static enum pal_status by_replicates(const struct quantile *q, double df, struct pal_estimate *out,
                                     struct pal_error *err)
{
    const struct pal_replicates *replicates = &q->survey->replicates;
    const struct pal_survey_statistic *s = q->statistic;
    double *theta = pal_arena_alloc(q->scratch, replicates->n + 1, sizeof *theta);
    double *w = pal_arena_alloc(q->scratch, q->n + 1, sizeof *w);
    if (!theta || !w)
        return pal_nomem(err, "the replicates");
    for (size_t r = 0; r < replicates->n; r++) {
        const double *mine = survey_held_replicate(q->survey, r);
        const struct pal_arena_mark mark = pal_arena_mark(q->scratch);
        struct pal_ordered values;
        theta[r] = (double)NAN;
        bool known = true; /* a replicate may have no weights: an empty cell of its adjustment */
        for (size_t i = 0; i < q->n; i++) {
            w[i] = mine[q->row[i]];
            known = known && !isnan(w[i]);
        }
        if (known) {
            PAL_TRY(pal_ordered_new(q->n, q->x, w, q->scratch, &values, err));
            PAL_TRY(pal_quantile(&values, s->rule, s->p, q->scratch, &theta[r], err));
        }
        pal_arena_reset(q->scratch, mark);
    }
    out->std_error =
        sqrt(pal_replicates_covariance(replicates, theta, theta, out->value, out->value));
    pal_interval_student(out->value, out->std_error, df, out->level, &out->low, &out->high);
    return PAL_OK;
}

/* Francisco & Fuller 1991: the limits are the outermost values whose share at or below them is not
 * further from p than t of its standard errors. */
static enum pal_status by_score(const struct quantile *q, double df, bool upper, double *out,
                                struct pal_error *err)
{
    const struct pal_ordered *v = &q->values;
    const double t = pal_student_quantile(q->survey->ask.level, df), p = q->statistic->p;
    size_t low = 0, high = v->n; /* the first value that is too high lies in low..high */
    *out = (double)NAN;
    if (!(t > 0) || !v->n)
        return PAL_OK;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct pal_arena_mark mark = pal_arena_mark(q->scratch);
        double share, variance;
        size_t lonely;
        PAL_TRY(share_below(q, v->x[middle], &share, &variance, &lonely, err));
        pal_arena_reset(q->scratch, mark);
        const double gap = share - p, reach = t * sqrt(variance);
        if (upper ? gap > reach : gap >= -reach)
            high = middle;
        else
            low = middle + 1;
    }
    if (low < v->n)
        *out = v->x[low];
    return PAL_OK;
}

static enum pal_status limits(const struct quantile *q, const char *word, double df,
                              struct pal_estimate *out, struct pal_error *err)
{
    const struct pal_survey_statistic *s = q->statistic;
    size_t lonely;
    if (strcmp(word, "quantile") == 0)
        return by_replicates(q, df, out, err);
    if (strcmp(word, "score") == 0) {
        PAL_TRY(by_score(q, df, false, &out->low, err));
        PAL_TRY(by_score(q, df, true, &out->high, err));
        out->std_error = (out->high - out->low) / (2 * pal_student_quantile(out->level, df));
        return PAL_OK;
    }
    struct pal_sampled_share share = {.df = df, .n = (double)q->n, .level = out->level};
    double variance;
    PAL_TRY(share_below(q, out->value, &share.p, &variance, &lonely, err));
    share.std_error = sqrt(variance);
    return pal_interval_quantile(&q->values, s->rule, word, &share, q->scratch, &out->low,
                                 &out->high, &out->std_error, err);
}

/* A word that means nothing for quantiles leaves them their own. */
static const char *word_of(const struct pal_survey *s)
{
    static const char *const words[] = {"mean", "asin", "beta", "quantile", "score", "xlogit"};
    for (size_t i = 0; s->ask.interval && i < PAL_COUNT(words); i++)
        if (strcmp(s->ask.interval, words[i]) == 0)
            return words[i];
    return words[0];
}

enum pal_status survey_quantile_answer(struct pal_survey_work *work,
                                       const struct pal_survey *survey, size_t statistic,
                                       size_t group, struct pal_arena *scratch,
                                       struct pal_estimate *out, struct pal_error *err)
{
    struct quantile q = {
        .survey = survey, .statistic = &survey->ask.statistic[statistic], .scratch = scratch};
    const char *word = word_of(survey);
    double df;
    PAL_TRY(collect(&q, group, err));
    PAL_TRY(pal_quantile(&q.values, q.statistic->rule, q.statistic->p, scratch, &out->value, err));
    out->n = q.weighted;
    if (isnan(out->value)) {
        out->status = PAL_ANSWER_UNDEFINED;
        out->absent = PAL_NOT_APPLICABLE;
    }
    if (survey->ask.method == PAL_SURVEY_VALUE)
        return PAL_OK;
    if (strcmp(word, "quantile") == 0 && !survey->sums_given)
        return pal_fail(err, PAL_USAGE,
                        "--interval quantile takes the quantile of each replicate; choose a "
                        "--variance with replicates, or --interval mean");
    PAL_TRY(pal_survey_df_of(work, q.statistic->frame, group, &out->df, err));
    PAL_TRY(own_df(&q, out->df, &df, err));
    out->has_std_error = out->has_df = out->has_interval = true;
    out->level = survey->ask.level;
    out->interval = word;
    return isnan(out->value) ? PAL_OK : limits(&q, word, df, out, err);
}
