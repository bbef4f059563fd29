/* survey_answer.c: from the sums of a group to its estimate, variance, degrees of freedom, design
 * effect and interval. */
#include "survey.h"

#include <math.h>
#include <string.h>

struct group_work { /* what the statistics of one group share */
    size_t frame, group;
    bool open;
    size_t n;
    uint32_t *unit; /* [n] ascending */
    struct pal_touched *touched;
    double df;
};

struct pal_survey_work {
    const struct pal_survey *survey;
    struct pal_arena *group_arena, *scratch;
    struct pal_arena_mark empty; /* of the arena of groups */
    struct group_work group;
};

static void free_arena(void *arena) { pal_arena_free(arena); }

enum pal_status pal_survey_work_new(const struct pal_survey *survey, struct pal_arena *arena,
                                    struct pal_survey_work **out, struct pal_error *err)
{
    struct pal_survey_work *work = pal_arena_alloc(arena, 1, sizeof *work);
    if (!work)
        return pal_nomem(err, "the answers of a survey");
    *work = (struct pal_survey_work){.survey = survey};
    struct pal_arena **arenas[] = {&work->group_arena, &work->scratch};
    for (size_t i = 0; i < PAL_COUNT(arenas); i++) {
        *arenas[i] = pal_arena_new();
        if (!*arenas[i])
            return pal_nomem(err, "the answers of a survey");
        PAL_TRY(pal_arena_defer(arena, free_arena, *arenas[i], err));
    }
    work->empty = pal_arena_mark(work->group_arena);
    *out = work;
    return PAL_OK;
}

/* ---- sums ---------------------------------------------------------------------------------------
 */

void survey_cell_sums(const struct survey_view *view, size_t cell, double *w, double *y, double *x)
{
    const struct pal_survey_statistic *s = view->statistic;
    const struct survey_table *table = view->table;
    const double *row = table->cell + cell * table->stride;
    *w = s->y == PAL_NO_TERM ? row[survey_w_at(table)] : survey_cell_weight(table, cell, s->y);
    *y = s->y != PAL_NO_TERM && table->slot[s->y] ? row[table->slot[s->y]] : 0;
    *x = s->x != PAL_NO_TERM ? row[table->slot[s->x]] : 0;
}

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

static void sum_levels(const struct pal_survey *survey, size_t frame, size_t level,
                       struct survey_view *view)
{
    const struct survey_table *table = &survey->table[frame];
    view->sums.y = view->sums.centre_y = 0;
    for (size_t i = 0; i < survey_group_size(table, level); i++)
        view->sums.y +=
            table->cell[survey_group_cell(table, level, i) * table->stride + survey_w_at(table)];
    view->square = view->sums.y;
}

void survey_view_of(const struct pal_survey *survey, size_t statistic, size_t group, size_t level,
                    struct survey_view *out)
{
    const struct pal_survey_statistic *s = &survey->ask.statistic[statistic];
    const struct survey_table *table = &survey->table[s->frame];
    const size_t square = s->y != PAL_NO_TERM ? survey->square[s->frame][s->y] : PAL_NO_TERM;
    *out = (struct survey_view){.statistic = s, .table = table, .square = (double)NAN};
    count_rows(out, group);
    if (s->y != PAL_NO_TERM)
        out->sums.centre_y = table->centre[s->y];
    if (s->x != PAL_NO_TERM)
        out->sums.centre_x = table->centre[s->x];
    if (square != PAL_NO_TERM)
        out->square = 0;
    for (size_t i = 0; i < survey_group_size(table, group); i++) {
        const size_t cell = survey_group_cell(table, group, i);
        double w, y, x;
        survey_cell_sums(out, cell, &w, &y, &x);
        out->sums.w += w;
        out->sums.y += y;
        out->sums.x += x;
        if (square != PAL_NO_TERM)
            out->square += table->cell[cell * table->stride + table->slot[square]];
    }
    if (s->levels != PAL_NO_FRAME)
        sum_levels(survey, s->levels, level, out);
    out->sums.n = (double)out->n;
    const bool empty = s->kind->adds && (group >= table->groups || !table->count[group].all);
    out->value = out->n || empty ? s->kind->value(&out->sums) : (double)NAN;
    s->kind->gradient(&out->sums, out->value, out->gradient);
}

/* ---- the units of a group
 * ------------------------------------------------------------------------ */

static enum pal_status open_group(struct pal_survey_work *work, size_t frame, size_t group,
                                  struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const struct survey_table *table = &survey->table[frame];
    struct group_work *g = &work->group;
    if (g->open && g->frame == frame && g->group == group)
        return PAL_OK;
    pal_arena_reset(work->group_arena, work->empty);
    *g = (struct group_work){.frame = frame, .group = group};
    g->n = survey_group_size(table, group);
    if (!survey->by_unit) {
        g->open = true;
        return PAL_OK;
    }
    g->unit = pal_arena_alloc(work->group_arena, g->n + 1, sizeof *g->unit);
    double *w = pal_arena_alloc(work->group_arena, g->n + 1, sizeof *w);
    uint8_t *here = pal_arena_alloc(work->group_arena, g->n + 1, 1);
    if (!g->unit || !w || !here)
        return pal_nomem(err, "the units of a group");
    for (size_t i = 0; i < g->n; i++) {
        const size_t cell = survey_group_cell(table, group, i);
        g->unit[i] = survey_cell_unit(table, cell);
        here[i] = table->cell[cell * table->stride + survey_w_at(table)] > 0;
    }
    PAL_TRY(pal_touched_new(survey->design, g->unit, g->n, work->group_arena, &g->touched, err));
    PAL_TRY(pal_touched_df(g->touched, here, work->scratch, &g->df, err));
    g->open = true;
    return PAL_OK;
}

/* Linearized values by unit of the group, and which units have a row that counts. *all: every one
 * has. */
static enum pal_status influence(struct pal_survey_work *work, const struct survey_view *view,
                                 size_t group, size_t level, double factor, double **z,
                                 uint8_t **here, bool *all, struct pal_error *err)
{
    const struct survey_table *table = view->table;
    const struct pal_survey_statistic *s = view->statistic;
    const struct survey_table *levels =
        s->levels == PAL_NO_FRAME ? NULL : &work->survey->table[s->levels];
    const size_t n = survey_group_size(table, group);
    const size_t of_level = levels ? survey_group_size(levels, level) : 0;
    const double *g = view->gradient, per = factor * (s->per > 0 ? s->per : 1);
    size_t at = 0;
    *z = pal_arena_alloc(work->scratch, n + 1, sizeof **z);
    *here = pal_arena_alloc(work->scratch, n + 1, 1);
    if (!*z || !*here)
        return pal_nomem(err, "the units of a group");
    *all = true;
    for (size_t i = 0; i < n; i++) {
        const size_t cell = survey_group_cell(table, group, i);
        double w, y, x;
        survey_cell_sums(view, cell, &w, &y, &x);
        if (levels) {
            y = 0;
            const uint32_t unit = survey_cell_unit(table, cell);
            for (; at < of_level; at++) {
                const size_t other = survey_group_cell(levels, level, at);
                if (survey_cell_unit(levels, other) > unit)
                    break;
                if (survey_cell_unit(levels, other) == unit)
                    y += levels->cell[other * levels->stride + survey_w_at(levels)];
            }
        }
        (*here)[i] = w > 0;
        *all = *all && w > 0;
        (*z)[i] = per * (g[0] * w + g[1] * y + g[2] * x);
    }
    return PAL_OK;
}

/* ---- degrees of freedom
 * ---------------------------------------------------------------------------- */

/* The rank of the factors of replicates made from the design, over the units of a group. */
static enum pal_status rank_of_made(struct pal_survey_work *work, double *out,
                                    struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const struct group_work *g = &work->group;
    const size_t n = survey->replicates.n;
    double *factor = pal_arena_alloc(work->scratch, n + 1, sizeof *factor);
    double *matrix = pal_arena_alloc(work->scratch, g->n * n + 1, sizeof *matrix);
    double **column = pal_arena_alloc(work->scratch, n + 1, sizeof *column);
    if (!factor || !matrix || !column)
        return pal_nomem(err, "the rank of the replicate weights");
    for (size_t i = 0; i < g->n; i++) {
        pal_replicates_factors(&survey->replicates, pal_design_psu_of(survey->design, g->unit[i]),
                               factor);
        for (size_t r = 0; r < n; r++)
            matrix[r * g->n + i] = factor[r];
    }
    for (size_t r = 0; r < n; r++)
        column[r] = matrix + r * g->n;
    *out = (double)pal_rank(column, g->n, n) - 1;
    return PAL_OK;
}

enum pal_status pal_survey_df_of(struct pal_survey_work *work, size_t frame, size_t group,
                                 double *out, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const bool given = survey->ask.method == PAL_SURVEY_GIVEN;
    PAL_TRY(open_group(work, frame, group, err));
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
    if (given) {
        PAL_TRY(survey_ranks_of(&survey->ranks[frame], group, work->scratch, out, err));
        *out -= 1;
    } else if (survey->ask.df == PAL_DF_RANK && survey->ask.method == PAL_SURVEY_MADE) {
        return rank_of_made(work, out, err);
    } else {
        *out = work->group.df;
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
    uint8_t *here;
    bool all;
    if (survey_is_adjusted(work->survey)) {
        const size_t statistic = (size_t)(view->statistic - work->survey->ask.statistic);
        const struct pal_survey_part part = {statistic, group, level, 1};
        struct pal_influence sums;
        PAL_TRY(survey_held_influence(work->survey, &part, 1, work->scratch, &sums, err));
        return pal_design_covariance(work->survey->design, &sums, &sums, work->scratch, out, err);
    }
    PAL_TRY(open_group(work, view->statistic->frame, group, err));
    PAL_TRY(influence(work, view, group, level, 1, &z, &here, &all, err));
    return pal_touched_covariance(work->group.touched, z, z, all ? NULL : here, work->scratch, out,
                                  err);
}

static enum pal_status replicated_variance(struct pal_survey_work *work, size_t statistic,
                                           size_t group, size_t level, double value,
                                           struct pal_design_variance *out, struct pal_error *err)
{
    const struct pal_replicates *replicates = &work->survey->replicates;
    double *theta = pal_arena_alloc(work->scratch, replicates->n + 1, sizeof *theta);
    if (!theta)
        return pal_nomem(err, "the replicates");
    PAL_TRY(
        survey_replicate_values(work->survey, statistic, group, level, work->scratch, theta, err));
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
        survey_view_of(work->survey, part[i].statistic, part[i].group, part[i].level, &view);
        const double per = view.statistic->per > 0 ? view.statistic->per : 1;
        *full += part[i].factor * view.value * per;
        PAL_TRY(survey_replicate_values(work->survey, part[i].statistic, part[i].group,
                                        part[i].level, work->scratch, theta, err));
        for (size_t r = 0; r < replicates; r++)
            (*out)[r] += part[i].factor * theta[r];
    }
    return PAL_OK;
}

struct influence_of { /* of one part, units ascending */
    size_t n, at;
    const struct survey_table *table;
    size_t group;
    double *z;
    uint8_t *here;
};

/* One list of units, ascending, with the sums of all parts. */
static enum pal_status combined_influence(struct pal_survey_work *work,
                                          const struct pal_survey_part *part, size_t n,
                                          struct pal_influence *out, struct pal_error *err)
{
    if (survey_is_adjusted(work->survey))
        return survey_held_influence(work->survey, part, n, work->scratch, out, err);
    struct influence_of *list = pal_arena_alloc(work->scratch, n + 1, sizeof *list);
    size_t room = 0;
    if (!list)
        return pal_nomem(err, "the units of a group");
    for (size_t i = 0; i < n; i++) {
        struct survey_view view;
        bool all;
        survey_view_of(work->survey, part[i].statistic, part[i].group, part[i].level, &view);
        list[i] = (struct influence_of){.table = view.table, .group = part[i].group};
        list[i].n = survey_group_size(view.table, part[i].group);
        PAL_TRY(influence(work, &view, part[i].group, part[i].level, part[i].factor, &list[i].z,
                          &list[i].here, &all, err));
        room += list[i].n;
    }
    uint32_t *unit = pal_arena_alloc(work->scratch, room + 1, sizeof *unit);
    double *z = pal_arena_alloc(work->scratch, room + 1, sizeof *z);
    if (!unit || !z)
        return pal_nomem(err, "the units of a group");
    *out = (struct pal_influence){0, unit, z};
    for (;;) {
        uint32_t next = UINT32_MAX;
        for (size_t i = 0; i < n; i++) {
            struct influence_of *l = &list[i];
            while (l->at < l->n && !l->here[l->at])
                l->at++;
            if (l->at < l->n) {
                const uint32_t u =
                    survey_cell_unit(l->table, survey_group_cell(l->table, l->group, l->at));
                next = u < next ? u : next;
            }
        }
        if (next == UINT32_MAX)
            return PAL_OK;
        unit[out->n] = next;
        for (size_t i = 0; i < n; i++) {
            struct influence_of *l = &list[i];
            if (l->at < l->n &&
                survey_cell_unit(l->table, survey_group_cell(l->table, l->group, l->at)) == next)
                z[out->n] += l->z[l->at++];
        }
        out->n++;
    }
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
    if (survey->ask.method == PAL_SURVEY_MADE || survey->ask.method == PAL_SURVEY_GIVEN) {
        double *ra, *rb, full_a, full_b;
        PAL_TRY(combined_replicates(work, a, na, &ra, &full_a, err));
        PAL_TRY(combined_replicates(work, b, nb, &rb, &full_b, err));
        out->value = pal_replicates_covariance(&survey->replicates, ra, rb, full_a, full_b);
        out->lonely = survey->replicates.lonely;
    } else if (survey->ask.method == PAL_SURVEY_TAYLOR) {
        struct pal_influence za, zb;
        PAL_TRY(combined_influence(work, a, na, &za, err));
        PAL_TRY(combined_influence(work, b, nb, &zb, err));
        PAL_TRY(pal_design_covariance(survey->design, &za, a == b && na == nb ? &za : &zb,
                                      work->scratch, out, err));
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
    out->note = pal_arena_printf(arena, "%zu %s with one sampled unit: --lonely-psu %s", lonely,
                                 lonely == 1 ? "stratum" : "strata",
                                 pal_lonely_name(survey->ask.design.lonely))
                    .ptr;
    return out->note ? PAL_OK : pal_nomem(err, "a note");
}

/* Standard error of log(p/(1-p)) from replicates. */
static enum pal_status logit_error(struct pal_survey_work *work, size_t statistic, size_t group,
                                   size_t level, double p, double *out, struct pal_error *err)
{
    const struct pal_replicates *replicates = &work->survey->replicates;
    double *theta = pal_arena_alloc(work->scratch, replicates->n + 1, sizeof *theta);
    if (!theta)
        return pal_nomem(err, "the replicates");
    PAL_TRY(
        survey_replicate_values(work->survey, statistic, group, level, work->scratch, theta, err));
    for (size_t r = 0; r < replicates->n; r++)
        theta[r] = log(theta[r] / (1 - theta[r]));
    const double full = log(p / (1 - p));
    *out = sqrt(pal_replicates_covariance(replicates, theta, theta, full, full));
    return PAL_OK;
}

static enum pal_status add_interval(struct pal_survey_work *work, const struct survey_view *view,
                                    size_t statistic, size_t group, size_t level,
                                    struct pal_estimate *out, struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const struct pal_survey_interval *interval = survey->interval;
    const bool share = view->statistic->kind->share;
    if ((interval->shares && !share) || interval->quantiles)
        interval = pal_survey_interval_find(PAL_STR("t"));
    struct pal_interval_case c = {
        .value = out->value,
        .std_error = out->std_error,
        .df = out->df,
        .level = out->level,
        .n = group < view->table->groups ? (double)view->table->count[group].all : 0,
    };
    if (interval->shares && survey->ask.method != PAL_SURVEY_TAYLOR)
        PAL_TRY(logit_error(work, statistic, group, level, out->value, &c.logit_error, err));
    if (interval->infinite)
        out->df = (double)INFINITY;
    out->interval = interval->word;
    return interval->limits(interval, &c, &out->low, &out->high, err);
}

static enum pal_status add_variance(struct pal_survey_work *work, const struct survey_view *view,
                                    size_t statistic, size_t group, size_t level,
                                    struct pal_arena *arena, struct pal_estimate *out,
                                    struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    struct pal_design_variance variance;
    if (survey->ask.method == PAL_SURVEY_TAYLOR)
        PAL_TRY(linearized_variance(work, view, group, level, &variance, err));
    else
        PAL_TRY(replicated_variance(work, statistic, group, level, out->value, &variance, err));
    PAL_TRY(pal_survey_df_of(work, view->statistic->frame, group, &out->df, err));
    const bool known = out->status == PAL_ANSWER_OK;
    out->std_error = known ? sqrt(variance.value) : (double)NAN;
    out->has_std_error = out->has_df = out->has_interval = true;
    out->level = survey->ask.level;
    if (view->statistic->kind->deff && survey->ask.deff != PAL_DEFF_NONE) {
        out->has_deff = true;
        out->deff = deff_of(survey, view, variance.value);
    }
    PAL_TRY(add_interval(work, view, statistic, group, level, out, err));
    return note_lonely(survey, variance.lonely, arena, out, err);
}

enum pal_status pal_survey_answer(struct pal_survey_work *work, size_t statistic, size_t group,
                                  size_t level, struct pal_arena *arena, struct pal_estimate *out,
                                  struct pal_error *err)
{
    const struct pal_survey *survey = work->survey;
    const struct pal_arena_mark mark = pal_arena_mark(work->scratch);
    struct survey_view view;
    survey_view_of(survey, statistic, group, level, &view);
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
    if (isnan(out->value)) {
        out->status = PAL_ANSWER_UNDEFINED;
        out->absent = PAL_NOT_APPLICABLE;
    }
    if (survey->ask.method != PAL_SURVEY_VALUE)
        PAL_TRY(add_variance(work, &view, statistic, group, level, arena, out, err));
    pal_arena_reset(work->scratch, mark);
    return PAL_OK;
}
