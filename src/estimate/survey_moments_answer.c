/* survey_moments_answer.c: sums, variances and covariances from moments. */
#include "survey.h"

#include <math.h>

static const struct moment_level *level_of(const struct pal_survey *s, size_t statistic,
                                           size_t level)
{
    const struct moment_levels *levels = &s->moments->levels[statistic];
    return level < levels->n ? &levels->level[level] : NULL;
}

void survey_moments_sums(const struct pal_survey *s, size_t group, size_t level,
                         struct survey_view *view)
{
    const struct survey_moments *m = s->moments;
    const size_t statistic = (size_t)(view->statistic - s->ask.statistic);
    if (group >= m->groups)
        return;
    const struct moment *moment = &m->moment[group * s->ask.statistics + statistic];
    view->n = moment->n;
    view->n_all = moment->n_all;
    view->square = moment->square;
    view->sums = survey_moments_sums_of(moment);
    if (view->statistic->levels != PAL_NO_FRAME) {
        const struct moment_level *at = level_of(s, statistic, level);
        view->sums.y = view->square = at ? at->w : 0;
        view->sums.centre_y = 0;
    }
}

/* d value / d columns, times `factor`. */
static void coefficients(const struct pal_survey *s, const struct survey_view *view, double factor,
                         double *out)
{
    const struct pal_survey_statistic *it = view->statistic;
    double basis[MOMENT_COLUMNS] = {0};
    if (survey_moments_replicated(s)) {
        out[0] = factor;
        return;
    }
    factor *= it->per > 0 ? it->per : 1;
    if (it->y == PAL_NO_TERM) {
        out[MOMENT_W] = factor * view->gradient[0];
        return;
    }
    survey_moments_basis(it, &view->sums, basis);
    survey_moments_columns(it, basis, view->gradient, out);
    for (size_t i = 0; i < MOMENT_COLUMNS; i++)
        out[i] *= factor;
}

static double product(const double *v, size_t columns, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < columns; i++)
        for (size_t k = 0; k < columns; k++)
            if (a[i] != 0 && b[k] != 0)
                sum += a[i] * b[k] * v[i * columns + k];
    return sum;
}

void survey_moments_variance(const struct pal_survey *s, const struct survey_view *view,
                             size_t group, size_t level, struct pal_design_variance *out)
{
    const size_t statistic = (size_t)(view->statistic - s->ask.statistic);
    const struct moment_set *set = &s->moments->set[statistic];
    double c[MOMENT_COLUMNS] = {0};
    *out = (struct pal_design_variance){0};
    if (group >= s->moments->groups)
        return;
    out->lonely = (size_t)set->lonely[group];
    coefficients(s, view, 1, c);
    if (view->statistic->levels == PAL_NO_FRAME) {
        out->value = product(survey_moments_matrix(set, group), set->first[1], c, c);
        return;
    }
    const struct moment_level *at = level_of(s, statistic, level);
    if (at && survey_moments_replicated(s))
        out->value = at->zz;
    else if (at) {
        const double v[] = {survey_moments_matrix(set, group)[0], at->wz, at->wz, at->zz};
        out->value = product(v, 2, c, c);
    }
}

double survey_moments_logit(const struct pal_survey *s, const struct survey_view *view,
                            size_t group, size_t level)
{
    const size_t statistic = (size_t)(view->statistic - s->ask.statistic);
    if (!survey_moments_replicated(s) || group >= s->moments->groups)
        return 0;
    if (view->statistic->levels == PAL_NO_FRAME)
        return s->moments->moment[group * s->ask.statistics + statistic].logit;
    const struct moment_level *at = level_of(s, statistic, level);
    return at ? at->logit : (double)NAN;
}

double survey_moments_df(const struct pal_survey *s, size_t frame, size_t group)
{
    return group < s->moments->groups ? s->moments->df[group * s->ask.frames + frame] : 0;
}

static bool among(const struct pal_survey_part *part, size_t n, size_t statistic)
{
    for (size_t i = 0; i < n; i++)
        if (part[i].statistic == statistic)
            return true;
    return false;
}

/* The set of just these statistics; NULL: nobody said that they stand together. */
static const struct moment_set *set_of(const struct pal_survey *s, const struct pal_survey_part *a,
                                       size_t na, const struct pal_survey_part *b, size_t nb)
{
    size_t distinct = 0;
    for (size_t k = 0; k < s->ask.statistics; k++)
        distinct += among(a, na, k) || among(b, nb, k);
    for (size_t i = 0; i < s->moments->sets; i++) {
        const struct moment_set *set = &s->moments->set[i];
        size_t shared = 0;
        for (size_t k = 0; k < set->n; k++)
            shared += among(a, na, set->statistic[k]) || among(b, nb, set->statistic[k]);
        if (shared == distinct && set->n == distinct)
            return set;
    }
    return NULL;
}

static enum pal_status combined(struct pal_survey_work *work, const struct moment_set *set,
                                const struct pal_survey_part *part, size_t n, double **out,
                                struct pal_error *err)
{
    *out = pal_arena_alloc(work->scratch, set->first[set->n] + MOMENT_COLUMNS, sizeof **out);
    if (!*out)
        return pal_nomem(err, "the moments of a survey");
    for (size_t i = 0; i < n; i++) {
        struct survey_view view;
        double c[MOMENT_COLUMNS] = {0};
        size_t at = 0;
        while (set->statistic[at] != part[i].statistic)
            at++;
        PAL_TRY(survey_view_of(work, part[i].statistic, part[i].group, part[i].level, &view, err));
        coefficients(work->survey, &view, part[i].factor, c);
        for (size_t k = set->first[at]; k < set->first[at + 1]; k++)
            (*out)[k] += c[k - set->first[at]];
    }
    return PAL_OK;
}

enum pal_status survey_moments_covariance(struct pal_survey_work *work,
                                          const struct pal_survey_part *a, size_t na,
                                          const struct pal_survey_part *b, size_t nb,
                                          struct pal_design_variance *out, struct pal_error *err)
{
    const struct pal_survey *s = work->survey;
    const struct moment_set *set = set_of(s, a, na, b, nb);
    double *ca, *cb;
    bool one_group = na > 0;
    for (size_t i = 0; i < na + nb; i++) {
        const struct pal_survey_part *part = i < na ? &a[i] : &b[i - na];
        one_group = one_group && part->group == a->group &&
                    s->ask.statistic[part->statistic].levels == PAL_NO_FRAME;
    }
    if (!set || !one_group)
        return pal_fail(err, PAL_USAGE,
                        "a state made for hand-over holds the covariances that it was asked for, "
                        "and no others");
    if (a->group >= s->moments->groups)
        return PAL_OK;
    PAL_TRY(combined(work, set, a, na, &ca, err));
    PAL_TRY(combined(work, set, b, nb, &cb, err));
    out->value = product(survey_moments_matrix(set, a->group), set->first[set->n], ca, cb);
    out->lonely = (size_t)set->lonely[a->group];
    return PAL_OK;
}
