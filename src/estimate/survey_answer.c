/* survey_answer.c: from the sums of a group to its estimate, variance, degrees of freedom, design
 * effect and interval. */
#include "survey.h"

#include <math.h>
#include <string.h>

/* ---- sums
 * --------------------------------------------------------------------------------------- */

static void count_rows(struct survey_view *view, size_t group)
{
    const struct survey_table *table = view->table;
    if (group >= table->groups)
        return;
    view->n = table->count[group].weighted;
    view->n_all = table->count[group].all;
    if (view->statistic->y == PAL_NO_TERM)
        return;
    const struct survey_count *missing = &table->missing[group * table->terms + view->statistic->y];
    view->n -= missing->weighted;
    view->n_all -= missing->all;
}

static enum pal_status add_sums(struct pal_survey_work *work, size_t group, size_t level,
                                struct survey_view *out, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const struct pal_survey_statistic *s = out->statistic;
    const struct survey_table *table = out->table;
    PAL_TRY(survey_group_open(work, s->frame, group, &out->group, err));
    if (s->levels != PAL_NO_FRAME)
        PAL_TRY(survey_group_open(work, s->levels, level, &out->levels, err));
    count_rows(out, group);
    const struct survey_group *g = out->group;
    out->sums.w = g->total_w;
    if (s->y != PAL_NO_TERM) {
        const size_t square = survey->square[s->frame][s->y];
        out->sums.w = g->total_present[s->y];
        out->sums.y = g->total[s->y];
        out->sums.centre_y = table->centre[s->y];
        if (square != PAL_NO_TERM)
            out->square = g->total[square];
    }
    if (s->x != PAL_NO_TERM) {
        out->sums.x = g->total[s->x];
        out->sums.centre_x = table->centre[s->x];
    }
    if (out->levels) {
        out->sums.y = out->square = out->levels->total_w;
        out->sums.centre_y = 0;
    }
    return PAL_OK;
}

enum pal_status survey_view_of(struct pal_survey_work *work, size_t statistic, size_t group,
                               size_t level, struct survey_view *out, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const struct pal_survey_statistic *s = &survey->ask.statistic[statistic];
    const struct survey_table *table = &survey->table[s->frame];
    *out = (struct survey_view){.statistic = s, .table = table, .square = (double)NAN};
    if (survey->moments)
        survey_moments_sums(survey, group, level, out);
    else
        PAL_TRY(add_sums(work, group, level, out, err));
    const bool empty = s->kind->adds && (group >= table->groups || !table->count[group].all);
    out->sums.n = (double)out->n;
    out->value = out->n || empty ? s->kind->value(&out->sums) : (double)NAN;
    s->kind->gradient(&out->sums, out->value, out->gradient);
    return PAL_OK;
}

/* Weights of a level's rows, unit by unit of the group. */
static enum pal_status level_column(struct pal_survey_work *work, const struct survey_view *view,
                                    const double **out, struct pal_error *err)
{
    const struct survey_group *g = view->group, *level = view->levels;
    double *column = pal_arena_alloc(work->scratch, g->n + 1, sizeof *column);
    if (!column)
        return pal_nomem(err, "the units of a group");
    size_t at = 0; /* the units of a level are among those of the group, in the same order */
    for (size_t i = 0; i < g->n && at < level->n; i++)
        if (g->unit[i] == level->unit[at])
            column[i] = level->w[at++];
    *out = column;
    return PAL_OK;
}

enum pal_status survey_view_columns(struct pal_survey_work *work, const struct survey_view *view,
                                    const double **w, const double **y, const double **x,
                                    struct pal_error *err)
{
    const struct pal_survey_statistic *s = view->statistic;
    const struct survey_group *g = view->group;
    *w = s->y == PAL_NO_TERM ? g->w : g->present[s->y];
    *y = s->y != PAL_NO_TERM ? g->sum[s->y] : NULL;
    *x = s->x != PAL_NO_TERM ? g->sum[s->x] : NULL;
    return view->levels ? level_column(work, view, y, err) : PAL_OK;
}

/* Linearized values by unit of the group; *here NULL: every unit has a row that counts. */
static enum pal_status influence(struct pal_survey_work *work, const struct survey_view *view,
                                 double factor, double **out, const uint8_t **here,
                                 struct pal_error *err)
{
    const struct survey_group *g = view->group;
    const double per = factor * (view->statistic->per > 0 ? view->statistic->per : 1);
    const double gw = per * view->gradient[0], gy = per * view->gradient[1],
                 gx = per * view->gradient[2];
    const double *w, *y, *x;
    double *z = pal_arena_alloc(work->scratch, g->n + 1, sizeof *z);
    uint8_t *seen = pal_arena_alloc(work->scratch, g->n + 1, 1);
    if (!z || !seen)
        return pal_nomem(err, "the units of a group");
    PAL_TRY(survey_view_columns(work, view, &w, &y, &x, err));
    uint8_t all = 1;
    for (size_t i = 0; i < g->n; i++) {
        seen[i] = w[i] != 0;
        all &= seen[i];
        z[i] = gw * w[i];
    }
    for (size_t i = 0; y && i < g->n; i++)
        z[i] += gy * y[i];
    for (size_t i = 0; x && i < g->n; i++)
        z[i] += gx * x[i];
    *out = z;
    *here = all ? NULL : seen;
    return PAL_OK;
}

/* ---- degrees of freedom
 * ---------------------------------------------------------------------------- */

/* The rank of the factors of replicates made from the design, over the units of a group. */
static enum pal_status rank_of_made(struct pal_survey_work *work, const struct survey_group *g,
                                    double *out, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const size_t n = survey->replicates.n;
    double *factor = pal_arena_alloc(work->scratch, g->n * n + 1, sizeof *factor);
    struct pal_rank found;
    if (!factor)
        return pal_nomem(err, "the rank of the replicate weights");
    for (size_t i = 0; i < g->n; i++)
        pal_replicates_factors(&survey->replicates, pal_design_psu_of(survey->design, g->unit[i]),
                               factor + i * n);
    PAL_TRY(pal_rank_of(factor, g->n, n, work->scratch, &found, err));
    *out = (double)found.rank;
    return PAL_OK;
}

/* Found once a group, for all of its statistics. */
static enum pal_status rank_of_group(struct pal_survey_work *work, size_t frame, size_t group,
                                     struct survey_group *g, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const uint32_t *row = NULL;
    if (g->ranked)
        return PAL_OK;
    if (survey->ask.method != PAL_SURVEY_GIVEN) {
        PAL_TRY(rank_of_made(work, g, &g->rank, err));
    } else if (survey->held) {
        const size_t rows = survey_held_group(survey, frame, group, &row);
        PAL_TRY(survey_held_rank(survey, row, rows, work->scratch, &g->rank, err));
    } else {
        PAL_TRY(survey_ranks_of(&survey->ranks[frame], group, work->scratch, &g->rank, err));
    }
    g->ranked = true;
    return PAL_OK;
}

enum pal_status pal_survey_df_of(struct pal_survey_work *work, size_t frame, size_t group,
                                 double *out, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const bool given = survey->ask.method == PAL_SURVEY_GIVEN;
    struct survey_group *g;
    *out = (double)INFINITY;
    switch (survey->ask.df) {
    case PAL_DF_INF:
        return PAL_OK;
    case PAL_DF_NUMBER:
        *out = survey->ask.df_number;
        return PAL_OK;
    case PAL_DF_DESIGN:
    case PAL_DF_PSU_STRATA:
        *out = pal_survey_df_design(survey);
        return PAL_OK;
    case PAL_DF_RANK_BEFORE:
        if (survey->held && group < survey->table[frame].groups &&
            survey->table[frame].count[group].all == survey_held_all(survey)) {
            *out = pal_survey_df_design(survey);
            return PAL_OK;
        }
        break;
    case PAL_DF_DOMAIN:
    case PAL_DF_RANK:
        break;
    }
    if (survey->moments) {
        *out = survey_moments_df(survey, frame, group);
        return PAL_OK;
    }
    PAL_TRY(survey_group_open(work, frame, group, &g, err));
    if (given || (survey->ask.df == PAL_DF_RANK && survey->ask.method == PAL_SURVEY_MADE)) {
        PAL_TRY(rank_of_group(work, frame, group, g, err));
        *out = g->rank - 1;
    } else {
        PAL_TRY(survey_group_touched(work, g, err));
        *out = g->df;
    }
    return PAL_OK;
}

/* ---- variance
 * ---------------------------------------------------------------------------------------- */

static enum pal_status linearized_variance(struct pal_survey_work *work,
                                           const struct survey_view *view, size_t group,
                                           size_t level, struct pal_design_variance *out,
                                           struct pal_error *err)
{
    double *z;
    const uint8_t *here;
    if (survey_is_adjusted(work->survey)) {
        const size_t statistic = (size_t)(view->statistic - work->survey->ask.statistic);
        const struct pal_survey_part part = {statistic, group, level, 1};
        struct pal_influence sums;
        PAL_TRY(survey_held_influence(work, &part, 1, work->scratch, &sums, err));
        return pal_design_covariance(work->survey->design, &sums, &sums, work->scratch, out, err);
    }
    PAL_TRY(survey_group_touched(work, view->group, err));
    PAL_TRY(influence(work, view, 1, &z, &here, err));
    return pal_touched_covariance(view->group->touched, z, z, here, work->scratch, out, err);
}

static enum pal_status replicated_variance(struct pal_survey_work *work,
                                           const struct survey_view *view, double value,
                                           struct pal_design_variance *out, struct pal_error *err)
{
    const struct pal_replicates *replicates = &work->survey->replicates;
    double *theta = pal_arena_alloc(work->scratch, replicates->n + 1, sizeof *theta);
    if (!theta)
        return pal_nomem(err, "the replicates");
    PAL_TRY(survey_replicate_values(work, view, theta, err));
    *out = (struct pal_design_variance){
        .value = pal_replicates_covariance(replicates, theta, theta, value, value),
        .lonely = replicates->lonely,
    };
    return PAL_OK;
}

/* ---- combinations of answers
 * ---------------------------------------------------------------------- */

static enum pal_status combined_replicates(struct pal_survey_work *work,
                                           const struct pal_survey_part *part, size_t n,
                                           double **out, double *full, struct pal_error *err)
{
    const size_t replicates = work->survey->replicates.n;
    double *theta = pal_arena_alloc(work->scratch, replicates + 1, sizeof *theta);
    *out = pal_arena_alloc(work->scratch, replicates + 1, sizeof **out);
    if (!theta || !*out)
        return pal_nomem(err, "the replicates");
    *full = 0;
    for (size_t i = 0; i < n; i++) {
        struct survey_view view;
        PAL_TRY(survey_view_of(work, part[i].statistic, part[i].group, part[i].level, &view, err));
        const double per = view.statistic->per > 0 ? view.statistic->per : 1;
        *full += part[i].factor * view.value * per;
        PAL_TRY(survey_replicate_values(work, &view, theta, err));
        for (size_t r = 0; r < replicates; r++)
            (*out)[r] += part[i].factor * theta[r];
    }
    return PAL_OK;
}

struct influence_of { /* one part, its units arranged by stratum */
    size_t n, at;
    const uint32_t *unit;
    const double *z;
    const uint8_t *here;
};

/* A group's columns last until the next group of the frame is opened, so they are copied. */
static enum pal_status part_influence(struct pal_survey_work *work,
                                      const struct pal_survey_part *part, struct influence_of *out,
                                      struct pal_error *err)
{
    struct survey_view view;
    double *z;
    PAL_TRY(survey_view_of(work, part->statistic, part->group, part->level, &view, err));
    PAL_TRY(influence(work, &view, part->factor, &z, &out->here, err));
    uint32_t *unit = pal_arena_alloc(work->scratch, view.group->n + 1, sizeof *unit);
    if (!unit)
        return pal_nomem(err, "the units of a group");
    memcpy(unit, view.group->unit, view.group->n * sizeof *unit);
    out->n = view.group->n;
    out->unit = unit;
    out->z = z;
    return PAL_OK;
}

struct joined { /* units of all parts, and what those of a and of b add up to */
    size_t n;
    uint32_t *unit;
    double *a, *b;
};

static uint32_t next_unit(const struct pal_survey *survey, struct influence_of *list, size_t n)
{
    uint32_t next = PAL_NO_UNIT;
    for (size_t i = 0; i < n; i++) {
        struct influence_of *l = &list[i];
        while (l->at < l->n && l->here && !l->here[l->at])
            l->at++;
        if (l->at < l->n &&
            (next == PAL_NO_UNIT || survey->place[l->unit[l->at]] < survey->place[next]))
            next = l->unit[l->at];
    }
    return next;
}

static enum pal_status join(struct pal_survey_work *work, const struct pal_survey_part *a,
                            size_t na, const struct pal_survey_part *b, size_t nb,
                            struct joined *out, struct pal_error *err)
{
    struct influence_of *list = pal_arena_alloc(work->scratch, na + nb + 1, sizeof *list);
    size_t room = 1;
    if (!list)
        return pal_nomem(err, "the units of a group");
    for (size_t i = 0; i < na + nb; i++) {
        PAL_TRY(part_influence(work, i < na ? &a[i] : &b[i - na], &list[i], err));
        room += list[i].n;
    }
    *out = (struct joined){0, pal_arena_alloc(work->scratch, room, sizeof *out->unit),
                           pal_arena_alloc(work->scratch, room, sizeof *out->a),
                           pal_arena_alloc(work->scratch, room, sizeof *out->b)};
    if (!out->unit || !out->a || !out->b)
        return pal_nomem(err, "the units of a group");
    for (;; out->n++) {
        const uint32_t unit = next_unit(work->survey, list, na + nb);
        if (unit == PAL_NO_UNIT)
            return PAL_OK;
        out->unit[out->n] = unit;
        for (size_t i = 0; i < na + nb; i++) {
            struct influence_of *l = &list[i];
            if (l->at < l->n && l->unit[l->at] == unit)
                (i < na ? out->a : out->b)[out->n] += l->z[l->at++];
        }
    }
}

static enum pal_status linearized_covariance(struct pal_survey_work *work,
                                             const struct pal_survey_part *a, size_t na,
                                             const struct pal_survey_part *b, size_t nb,
                                             struct pal_design_variance *out, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const bool same = a == b && na == nb;
    if (survey_is_adjusted(survey)) {
        struct pal_influence za, zb;
        PAL_TRY(survey_held_influence(work, a, na, work->scratch, &za, err));
        PAL_TRY(survey_held_influence(work, b, nb, work->scratch, &zb, err));
        return pal_design_covariance(survey->design, &za, same ? &za : &zb, work->scratch, out,
                                     err);
    }
    struct joined all = {0};
    struct pal_touched *touched;
    PAL_TRY(join(work, a, na, b, same ? 0 : nb, &all, err));
    PAL_TRY(pal_touched_new(survey->design, all.unit, all.n, work->scratch, &touched, err));
    return pal_touched_covariance(touched, all.a, same ? all.a : all.b, NULL, work->scratch, out,
                                  err);
}

enum pal_status pal_survey_covariance(struct pal_survey_work *work, const struct pal_survey_part *a,
                                      size_t na, const struct pal_survey_part *b, size_t nb,
                                      struct pal_design_variance *out, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(work->scratch);
    const struct pal_survey *survey = work->survey;
    *out = (struct pal_design_variance){.value = (double)NAN, .df = (double)NAN};
    for (size_t i = 0; i < na + nb; i++) {
        const struct pal_survey_part *part = i < na ? &a[i] : &b[i - na];
        if (survey->ask.statistic[part->statistic].kind->rows)
            return pal_fail(err, PAL_USAGE,
                            "a quantile has no linearized variance, so it enters no contrast, "
                            "covariance or change");
    }
    if (survey->moments) {
        if (survey->ask.method != PAL_SURVEY_VALUE)
            PAL_TRY(survey_moments_covariance(work, a, na, b, nb, out, err));
    } else if (survey->ask.method == PAL_SURVEY_MADE || survey->ask.method == PAL_SURVEY_GIVEN) {
        double *ra, *rb, full_a, full_b;
        PAL_TRY(combined_replicates(work, a, na, &ra, &full_a, err));
        PAL_TRY(combined_replicates(work, b, nb, &rb, &full_b, err));
        out->value = pal_replicates_covariance(&survey->replicates, ra, rb, full_a, full_b);
        out->lonely = survey->replicates.lonely;
    } else if (survey->ask.method == PAL_SURVEY_TAYLOR) {
        PAL_TRY(linearized_covariance(work, a, na, b, nb, out, err));
    }
    pal_arena_reset(work->scratch, mark);
    return PAL_OK;
}

/* ---- design effect
 * ----------------------------------------------------------------------------------- */

static double deff_of(const struct pal_survey *survey, const struct survey_view *view,
                      double variance)
{
    const bool total =
        view->statistic->kind->value == pal_survey_kind_find(PAL_STR("total"))->value;
    const double n =
        survey->ask.method == PAL_SURVEY_TAYLOR ? (double)view->n : (double)view->n_all;
    const double w = view->sums.w, d = view->sums.y / w;
    const double s2 = n / (n - 1) * (view->square / w - d * d);
    double simple = s2 / n * (total ? w * w : 1);
    if (survey->ask.deff == PAL_DEFF_WOR)
        simple *= !total && n > w ? (double)NAN : 1 - n / w;
    const double per = view->statistic->per > 0 ? view->statistic->per : 1;
    return variance / (simple * per * per);
}

/* ---- the answer
 * ------------------------------------------------------------------------------------- */

static enum pal_status note_lonely(const struct pal_survey *survey, size_t lonely,
                                   struct pal_arena *arena, struct pal_estimate *out,
                                   struct pal_error *err)
{
    if (!lonely)
        return PAL_OK;
    out->lonely = lonely;
    out->lonely_rule = pal_lonely_name(survey->ask.design.lonely);
    out->note = pal_arena_printf(arena, "%zu %s with one sampled unit: --lonely-psu %s", lonely,
                                 lonely == 1 ? "stratum" : "strata",
                                 pal_lonely_name(survey->ask.design.lonely))
                    .ptr;
    return out->note ? PAL_OK : pal_nomem(err, "a note");
}

enum pal_status survey_logit_error(struct pal_survey_work *work, const struct survey_view *view,
                                   double p, double *out, struct pal_error *err)
{
    const struct pal_replicates *replicates = &work->survey->replicates;
    double *theta = pal_arena_alloc(work->scratch, replicates->n + 1, sizeof *theta);
    if (!theta)
        return pal_nomem(err, "the replicates");
    PAL_TRY(survey_replicate_values(work, view, theta, err));
    for (size_t r = 0; r < replicates->n; r++)
        theta[r] = log(theta[r] / (1 - theta[r]));
    const double full = log(p / (1 - p));
    *out = sqrt(pal_replicates_covariance(replicates, theta, theta, full, full));
    return PAL_OK;
}

static enum pal_status add_interval(struct pal_survey_work *work, const struct survey_view *view,
                                    size_t group, size_t level, struct pal_estimate *out,
                                    struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const struct pal_survey_interval *interval = survey->interval;
    const bool share = view->statistic->kind->share;
    if ((interval->shares && !share) || interval->quantiles)
        interval = pal_survey_interval_find(PAL_STR("t"));
    if (interval->infinite)
        out->df = (double)INFINITY;
    if (work->t_df != out->df) {
        work->t_df = out->df;
        work->t = pal_student_quantile(survey->ask.level, out->df);
    }
    struct pal_interval_case c = {
        .t = work->t,
        .value = out->value,
        .std_error = out->std_error,
        .df = out->df,
        .level = out->level,
        .n = group < view->table->groups ? (double)view->table->count[group].all : 0,
    };
    /* Residuals of all rows carry the variance of a calibrated domain, and so does their number. */
    if (survey_is_adjusted(survey) && survey->ask.method == PAL_SURVEY_TAYLOR)
        c.n = (double)survey_held_kept(survey);
    if (survey->moments)
        c.logit_error = survey_moments_logit(survey, view, group, level);
    else if (interval->shares && survey->ask.method != PAL_SURVEY_TAYLOR)
        PAL_TRY(survey_logit_error(work, view, out->value, &c.logit_error, err));
    out->interval = interval->word;
    return interval->limits(interval, &c, &out->low, &out->high, err);
}

static enum pal_status add_variance(struct pal_survey_work *work, const struct survey_view *view,
                                    size_t group, size_t level, struct pal_arena *arena,
                                    struct pal_estimate *out, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    struct pal_design_variance variance;
    if (survey->moments)
        survey_moments_variance(survey, view, group, level, &variance);
    else if (survey->ask.method == PAL_SURVEY_TAYLOR)
        PAL_TRY(linearized_variance(work, view, group, level, &variance, err));
    else
        PAL_TRY(replicated_variance(work, view, out->value, &variance, err));
    PAL_TRY(pal_survey_df_of(work, view->statistic->frame, group, &out->df, err));
    const bool known = out->status == PAL_ANSWER_OK;
    out->std_error = known ? sqrt(variance.value) : (double)NAN;
    out->has_std_error = out->has_df = out->has_interval = true;
    out->level = survey->ask.level;
    if (view->statistic->kind->deff && survey->ask.deff != PAL_DEFF_NONE) {
        out->has_deff = true;
        out->deff = deff_of(survey, view, variance.value);
    }
    PAL_TRY(add_interval(work, view, group, level, out, err));
    return note_lonely(survey, variance.lonely, arena, out, err);
}

enum pal_status pal_survey_answer(struct pal_survey_work *work, size_t statistic, size_t group,
                                  size_t level, struct pal_arena *arena, struct pal_estimate *out,
                                  struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const struct pal_arena_mark mark = pal_arena_mark(work->scratch);
    struct survey_view view;
    PAL_TRY(survey_view_of(work, statistic, group, level, &view, err));
    const double per = view.statistic->per > 0 ? view.statistic->per : 1;
    *out = (struct pal_estimate){
        .value = view.value * per,
        .std_error = (double)NAN,
        .low = (double)NAN,
        .high = (double)NAN,
        .n = view.n,
        .has_n = true,
        .missing = group < view.table->groups ? view.table->count[group].weighted - view.n : 0,
        .numerator = (double)NAN,
        .denominator = (double)NAN,
        .coverage_share = (double)NAN,
        .uncertainty = survey->ask.method == PAL_SURVEY_VALUE ? PAL_UNC_NONE : PAL_UNC_SAMPLING,
        .method = survey->method,
        .df_design = pal_survey_df_design(survey),
    };
    out->has_df_design = !isnan(out->df_design);
    if (view.statistic->kind->rows) {
        PAL_TRY(survey_quantile_answer(work, survey, statistic, group, work->scratch, out, err));
        pal_arena_reset(work->scratch, mark);
        return PAL_OK;
    }
    if (!isfinite(out->value)) { /* no value, or one beyond the largest number */
        out->value = (double)NAN;
        out->status = PAL_ANSWER_UNDEFINED;
        out->absent = PAL_NOT_APPLICABLE;
    }
    if (survey->ask.method != PAL_SURVEY_VALUE)
        PAL_TRY(add_variance(work, &view, group, level, arena, out, err));
    pal_arena_reset(work->scratch, mark);
    return PAL_OK;
}
