/* survey_moments_take.c: the moments of a closed survey, taken group by group from its sums by unit
 * or its replicates. */
#include "survey.h"

#include <math.h>
#include <string.h>

struct taking {
    struct pal_survey *into;
    const struct pal_survey *from;
    struct pal_survey_work *work; /* of `from` */
    struct pal_arena *scratch;
};

struct columns { /* of one statistic, by unit of its group, in the order of the places */
    size_t n, width;
    const uint32_t *unit;
    double *column[MOMENT_COLUMNS];
    uint8_t *here; /* w > 0 */
    size_t at;
};

/* The centre was the value of a row; the mean of the group takes its place. */
static enum pal_status take_sums(struct taking *t, size_t k, size_t g, struct pal_error *err)
{
    const struct pal_survey_statistic *it = &t->from->ask.statistic[k];
    struct pal_survey *into = t->into;
    struct moment *to = &into->moments->moment[g * into->ask.statistics + k];
    struct survey_view view;
    PAL_TRY(survey_view_of(t->work, k, g, SIZE_MAX, &view, err));
    const struct pal_survey_sums *sums = &view.sums;
    const double cy = sums->centre_y, cx = sums->centre_x, w = sums->w;
    *to = (struct moment){.n = view.n,
                          .n_all = view.n_all,
                          .w = w,
                          .y = sums->y,
                          .x = sums->x,
                          .square = view.square,
                          .centre_y = cy,
                          .centre_x = cx,
                          .logit = (double)NAN};
    const double y = cy != 0 && w > 0 ? cy + sums->y / w : 0;
    const double x = cx != 0 && w > 0 ? cx + sums->x / w : 0;
    survey_moments_shift(it, y, it->kind->square ? y : x, to);
    if (g < view.table->groups)
        into->table[it->frame].count[g] = view.table->count[g];
    return PAL_OK;
}

static enum pal_status take_df(struct taking *t, size_t frame, size_t g, struct pal_error *err)
{
    double *df = &t->into->moments->df[g * t->into->ask.frames + frame];
    bool used = frame == 0; /* which contrasts look at */
    for (size_t k = 0; k < t->from->ask.statistics; k++)
        used = used || t->from->ask.statistic[k].frame == frame;
    const enum pal_survey_df rule = t->from->ask.df;
    if (!used || t->from->ask.method == PAL_SURVEY_VALUE || rule == PAL_DF_INF ||
        rule == PAL_DF_NUMBER || rule == PAL_DF_DESIGN || rule == PAL_DF_PSU_STRATA)
        return PAL_OK;
    const struct pal_arena_mark mark = pal_arena_mark(t->work->scratch);
    PAL_TRY(pal_survey_df_of(t->work, frame, g, df, err));
    pal_arena_reset(t->work->scratch, mark);
    return PAL_OK;
}

/* The columns of a statistic; a group's own last until the next of its frame is opened. */
static enum pal_status columns_take(struct taking *t, size_t k, size_t g, size_t level,
                                    struct columns *out, struct pal_error *err)
{
    const struct pal_survey_statistic *it = &t->from->ask.statistic[k];
    struct survey_view view, mine;
    double basis[MOMENT_COLUMNS] = {0}, from[MOMENT_COLUMNS];
    const double *w, *y, *x;
    PAL_TRY(survey_view_of(t->work, k, g, level, &view, err));
    PAL_TRY(survey_view_columns(t->work, &view, &w, &y, &x, err));
    const size_t n = view.group->n;
    uint32_t *unit = pal_arena_alloc(t->scratch, n + 1, sizeof *unit);
    *out = (struct columns){.n = n, .unit = unit};
    out->width = survey_moments_width(t->from, k);
    if (level != SIZE_MAX)
        out->width = 2;
    out->here = pal_arena_alloc(t->scratch, n + 1, 1);
    for (size_t i = 0; i < out->width; i++) {
        out->column[i] = pal_arena_alloc(t->scratch, n + 1, sizeof(double));
        if (!out->column[i])
            return pal_nomem(err, "the moments of a survey");
    }
    if (!unit || !out->here)
        return pal_nomem(err, "the moments of a survey");
    memcpy(unit, view.group->unit, n * sizeof *unit);
    mine = (struct survey_view){.statistic = &t->into->ask.statistic[k], .square = (double)NAN};
    survey_moments_sums(t->into, g, level, &mine);
    survey_moments_basis(it, &mine.sums, basis);
    survey_moments_basis(it, &view.sums, from);
    const size_t pivot = survey_moments_pivot(it);
    const bool raw = basis[pivot] == 1 && basis[0] == 0 && basis[3 - pivot] == 0;
    const struct pal_survey_sums *old = &view.sums, *now = &mine.sums;
    for (size_t i = 0; i < n; i++) {
        struct moment row = {.w = w[i],
                             .y = y ? y[i] : 0,
                             .x = x ? x[i] : 0,
                             .centre_y = old->centre_y,
                             .centre_x = old->centre_x};
        const double z = from[0] * row.w + from[1] * row.y + from[2] * row.x;
        survey_moments_shift(it, now->centre_y, now->centre_x, &row);
        out->here[i] = w[i] > 0;
        out->column[MOMENT_W][i] = w[i];
        if (out->width > MOMENT_Z)
            out->column[MOMENT_Z][i] = !raw ? z : pivot == 1 ? row.y : row.x;
        if (out->width > MOMENT_REST)
            out->column[MOMENT_REST][i] = pivot == 1 ? row.x : row.y;
    }
    return PAL_OK;
}

static enum pal_status covariances(const struct pal_touched *touched, double *const *column,
                                   size_t columns, const uint8_t *here, struct pal_arena *scratch,
                                   double *v, size_t *lonely, struct pal_error *err)
{
    for (size_t i = 0; i < columns; i++)
        for (size_t k = 0; k <= i; k++) {
            struct pal_design_variance variance;
            PAL_TRY(pal_touched_covariance(touched, column[i], column[k], here, scratch, &variance,
                                           err));
            v[i * columns + k] = v[k * columns + i] = variance.value;
            *lonely = variance.lonely;
        }
    return PAL_OK;
}

/* One statistic: the units of its group, of which some have no row that counts. */
static enum pal_status take_alone(struct taking *t, size_t k, size_t g, size_t level, double *v,
                                  uint64_t *lonely, struct pal_error *err)
{
    struct columns c;
    struct survey_group *group;
    size_t alone = 0;
    PAL_TRY(columns_take(t, k, g, level, &c, err));
    PAL_TRY(survey_group_open(t->work, t->from->ask.statistic[k].frame, g, &group, err));
    PAL_TRY(survey_group_touched(t->work, group, err));
    bool all = true;
    for (size_t i = 0; i < c.n; i++)
        all = all && c.here[i];
    PAL_TRY(covariances(group->touched, c.column, c.width, all ? NULL : c.here, t->scratch, v,
                        &alone, err));
    *lonely = alone;
    return PAL_OK;
}

static uint32_t next_unit(const struct pal_survey *survey, struct columns *list, size_t n)
{
    uint32_t next = PAL_NO_UNIT;
    for (size_t i = 0; i < n; i++) {
        struct columns *c = &list[i];
        while (c->at < c->n && !c->here[c->at])
            c->at++;
        if (c->at < c->n &&
            (next == PAL_NO_UNIT || survey->place[c->unit[c->at]] < survey->place[next]))
            next = c->unit[c->at];
    }
    return next;
}

/* Several statistics: the units that have a row for any of them. */
static enum pal_status take_together(struct taking *t, const struct moment_set *set, size_t g,
                                     struct pal_error *err)
{
    const size_t columns = set->first[set->n];
    struct columns *list = pal_arena_alloc(t->scratch, set->n + 1, sizeof *list);
    double **column = pal_arena_alloc(t->scratch, columns + 1, sizeof *column);
    size_t room = 1, units = 0, lonely = 0;
    if (!list || !column)
        return pal_nomem(err, "the moments of a survey");
    for (size_t i = 0; i < set->n; i++) {
        PAL_TRY(columns_take(t, set->statistic[i], g, SIZE_MAX, &list[i], err));
        room += list[i].n;
    }
    uint32_t *unit = pal_arena_alloc(t->scratch, room, sizeof *unit);
    bool ok = unit != NULL;
    for (size_t i = 0; i < columns; i++) {
        column[i] = pal_arena_alloc(t->scratch, room, sizeof **column);
        ok = ok && column[i];
    }
    if (!ok)
        return pal_nomem(err, "the moments of a survey");
    for (uint32_t at; (at = next_unit(t->from, list, set->n)) != PAL_NO_UNIT; units++) {
        unit[units] = at;
        for (size_t i = 0; i < set->n; i++) {
            struct columns *c = &list[i];
            if (c->at == c->n || c->unit[c->at] != at)
                continue;
            for (size_t k = 0; k < c->width; k++)
                column[set->first[i] + k][units] = c->column[k][c->at];
            c->at++;
        }
    }
    struct pal_touched *touched;
    PAL_TRY(pal_touched_new(t->from->design, unit, units, t->scratch, &touched, err));
    PAL_TRY(covariances(touched, column, columns, NULL, t->scratch, survey_moments_matrix(set, g),
                        &lonely, err));
    set->lonely[g] = lonely;
    return PAL_OK;
}

/* A replicate that is undefined for one is left out for all. */
static enum pal_status take_replicates(struct taking *t, const struct moment_set *set, size_t g,
                                       struct pal_error *err)
{
    const struct pal_replicates *replicates = &t->from->replicates;
    const size_t n = set->first[set->n];
    double **theta = pal_arena_alloc(t->scratch, set->n + 1, sizeof *theta);
    double *full = pal_arena_alloc(t->scratch, set->n + 1, sizeof *full);
    if (!theta || !full)
        return pal_nomem(err, "the replicates");
    set->lonely[g] = replicates->lonely;
    for (size_t i = 0; i < n; i++) {
        struct survey_view view;
        theta[i] = pal_arena_alloc(t->scratch, replicates->n + 1, sizeof **theta);
        if (!theta[i])
            return pal_nomem(err, "the replicates");
        PAL_TRY(survey_view_of(t->work, set->statistic[i], g, SIZE_MAX, &view, err));
        PAL_TRY(survey_replicate_values(t->work, &view, theta[i], err));
        full[i] = view.value * (view.statistic->per > 0 ? view.statistic->per : 1);
        if (set->n == 1 && view.statistic->kind->share && t->from->interval->shares)
            PAL_TRY(survey_logit_error(
                t->work, &view, full[i],
                &t->into->moments->moment[g * t->into->ask.statistics + set->statistic[i]].logit,
                err));
    }
    for (size_t r = 0; r < replicates->n; r++) {
        bool defined = true;
        for (size_t i = 0; i < n; i++)
            defined = defined && !isnan(theta[i][r]);
        for (size_t i = 0; i < n && !defined; i++)
            theta[i][r] = (double)NAN;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            survey_moments_matrix(set, g)[i * n + k] =
                pal_replicates_covariance(replicates, theta[i], theta[k], full[i], full[k]);
    return PAL_OK;
}

static enum pal_status take_group(struct taking *t, size_t g, struct pal_error *err)
{
    const struct survey_moments *m = t->into->moments;
    for (size_t k = 0; k < t->into->ask.statistics; k++)
        PAL_TRY(take_sums(t, k, g, err));
    for (size_t f = 0; f < t->into->ask.frames; f++)
        PAL_TRY(take_df(t, f, g, err));
    for (size_t i = 0; i < m->sets && t->from->ask.method != PAL_SURVEY_VALUE; i++) {
        const struct moment_set *set = &m->set[i];
        const struct pal_arena_mark mark = pal_arena_mark(t->scratch);
        const struct pal_arena_mark used = pal_arena_mark(t->work->scratch);
        if (survey_moments_replicated(t->from))
            PAL_TRY(take_replicates(t, set, g, err));
        else if (i < t->into->ask.statistics)
            PAL_TRY(
                take_alone(t, i, g, SIZE_MAX, survey_moments_matrix(set, g), &set->lonely[g], err));
        else
            PAL_TRY(take_together(t, set, g, err));
        pal_arena_reset(t->scratch, mark);
        pal_arena_reset(t->work->scratch, used);
    }
    return PAL_OK;
}

static enum pal_status take_level(struct taking *t, size_t k, size_t level, uint32_t group,
                                  struct pal_error *err)
{
    struct moment_level *to = &t->into->moments->levels[k].level[level];
    const struct pal_arena_mark mark = pal_arena_mark(t->scratch);
    const struct pal_arena_mark used = pal_arena_mark(t->work->scratch);
    struct survey_view view;
    PAL_TRY(survey_view_of(t->work, k, group, level, &view, err));
    *to = (struct moment_level){.group = group, .w = view.levels->total_w, .logit = (double)NAN};
    if (t->from->ask.method == PAL_SURVEY_TAYLOR) {
        double v[4] = {0};
        uint64_t lonely;
        PAL_TRY(take_alone(t, k, group, level, v, &lonely, err));
        to->wz = v[1];
        to->zz = v[3];
    } else if (survey_moments_replicated(t->from)) {
        const struct pal_replicates *replicates = &t->from->replicates;
        double *theta = pal_arena_alloc(t->scratch, replicates->n + 1, sizeof *theta);
        const double full = view.value * (view.statistic->per > 0 ? view.statistic->per : 1);
        if (!theta)
            return pal_nomem(err, "the replicates");
        PAL_TRY(survey_replicate_values(t->work, &view, theta, err));
        to->zz = pal_replicates_covariance(replicates, theta, theta, full, full);
        if (t->from->interval->shares)
            PAL_TRY(survey_logit_error(t->work, &view, full, &to->logit, err));
    }
    pal_arena_reset(t->scratch, mark);
    pal_arena_reset(t->work->scratch, used);
    return PAL_OK;
}

static enum pal_status take_all(struct taking *t, size_t groups, const uint32_t *const *parent,
                                struct pal_error *err)
{
    struct pal_survey *into = t->into;
    for (size_t g = 0; g < groups; g++)
        PAL_TRY(take_group(t, g, err));
    for (size_t k = 0; k < into->ask.statistics; k++) {
        const size_t frame = into->ask.statistic[k].levels;
        if (frame == PAL_NO_FRAME)
            continue;
        PAL_TRY(survey_moments_levels(into, k, t->from->table[frame].groups, err));
        for (size_t l = 0; l < into->moments->levels[k].n; l++)
            PAL_TRY(take_level(t, k, l, parent[frame][l], err));
    }
    return PAL_OK;
}

enum pal_status pal_survey_moments_take(struct pal_survey *into, const struct pal_survey *closed,
                                        size_t groups, const uint32_t *const *parent,
                                        struct pal_error *err)
{
    struct taking t = {.into = into, .from = closed, .scratch = pal_arena_new()};
    enum pal_status status = t.scratch ? PAL_OK : pal_nomem(err, "the moments of a survey");
    if (status == PAL_OK)
        status = survey_moments_groups(into, groups, err);
    if (status == PAL_OK)
        status = pal_survey_work_new(closed, t.scratch, &t.work, err);
    if (status == PAL_OK)
        status = take_all(&t, groups, parent, err);
    if (t.scratch)
        pal_arena_free(t.scratch);
    into->df_design = closed->df_design;
    into->replicates.n = closed->replicates.n;
    return status == PAL_OK ? survey_name_method(into, err) : status;
}
