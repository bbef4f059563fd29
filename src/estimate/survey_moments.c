/* survey_moments.c: totals and their covariance in the place of sums by unit. */
#include "survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool pal_survey_is_moments(const struct pal_survey *s) { return s->moments != NULL; }

bool survey_moments_replicated(const struct pal_survey *s)
{
    return s->ask.method == PAL_SURVEY_MADE || s->ask.method == PAL_SURVEY_GIVEN;
}

static size_t columns_of(const struct pal_survey *s, size_t statistic)
{
    const struct pal_survey_statistic *it = &s->ask.statistic[statistic];
    if (s->ask.method == PAL_SURVEY_VALUE)
        return 0;
    if (survey_moments_replicated(s))
        return it->levels == PAL_NO_FRAME;
    if (it->levels != PAL_NO_FRAME) /* z is each level's own */
        return 1;
    return it->x != PAL_NO_TERM ? 3 : it->y != PAL_NO_TERM ? 2 : 1;
}

/* ---- beginning ------------------------------------------------------------------------------- */

static enum pal_status set_new(struct pal_survey *s, const struct pal_survey_set *from,
                               struct moment_set *out, struct pal_error *err)
{
    *out = (struct moment_set){.n = from->n, .statistic = from->statistic};
    out->first = pal_arena_alloc(s->arena, from->n + 1, sizeof *out->first);
    if (!out->first)
        return pal_nomem(err, "a survey");
    for (size_t i = 0; i < from->n; i++)
        out->first[i + 1] = out->first[i] + columns_of(s, from->statistic[i]);
    return PAL_OK;
}

static enum pal_status sets_new(struct pal_survey *s, const struct pal_survey_set *set, size_t sets,
                                struct pal_error *err)
{
    struct survey_moments *m = s->moments;
    const size_t statistics = s->ask.statistics;
    size_t *alone = pal_arena_alloc(s->arena, statistics + 1, sizeof *alone);
    m->sets = statistics + sets;
    m->set = pal_arena_alloc(s->arena, m->sets + 1, sizeof *m->set);
    if (!alone || !m->set)
        return pal_nomem(err, "a survey");
    for (size_t i = 0; i < m->sets; i++) {
        if (i < statistics)
            alone[i] = i;
        const struct pal_survey_set single = {1, &alone[i < statistics ? i : 0]};
        PAL_TRY(set_new(s, i < statistics ? &single : &set[i - statistics], &m->set[i], err));
    }
    return PAL_OK;
}

enum pal_status pal_survey_moments_new(const struct pal_survey_ask *ask,
                                       const struct pal_survey_set *set, size_t sets,
                                       struct pal_arena *arena, struct pal_survey **out,
                                       struct pal_error *err)
{
    if (ask->hold)
        return pal_fail(err, PAL_USAGE,
                        "quantiles and adjusted weights need the rows, and a saved state holds "
                        "none: ask for them where the rows are");
    PAL_TRY(pal_survey_new(ask, arena, out, err));
    struct pal_survey *s = *out;
    const size_t statistics = ask->statistics;
    struct survey_moments *m = pal_arena_alloc(arena, 1, sizeof *m);
    if (!m)
        return pal_nomem(err, "a survey");
    s->moments = m;
    s->design = NULL;
    s->df_design = 0;
    m->levels = pal_arena_alloc(arena, statistics + 1, sizeof *m->levels);
    if (!m->levels)
        return pal_nomem(err, "a survey");
    PAL_TRY(sets_new(s, set, sets, err));
    return survey_name_method(s, err);
}

enum pal_status survey_moments_groups(struct pal_survey *s, size_t groups, struct pal_error *err)
{
    struct survey_moments *m = s->moments;
    const size_t old = m->room, statistics = s->ask.statistics, frames = s->ask.frames;
    for (size_t f = 0; f < frames; f++)
        PAL_TRY(survey_table_groups(&s->table[f], groups, s->arena, err));
    if (groups > old) {
        const size_t room = groups > 2 * old ? groups : 2 * old;
        m->moment = pal_arena_grow(s->arena, m->moment, old * statistics, room * statistics + 1,
                                   sizeof *m->moment);
        m->df = pal_arena_grow(s->arena, m->df, old * frames, room * frames + 1, sizeof *m->df);
        if (!m->moment || !m->df)
            return pal_nomem(err, "the groups of a survey");
        for (size_t i = 0; i < m->sets; i++) {
            struct moment_set *set = &m->set[i];
            const size_t cells = set->first[set->n] * set->first[set->n];
            set->v =
                pal_arena_grow(s->arena, set->v, old * cells, room * cells + 1, sizeof *set->v);
            set->lonely = pal_arena_grow(s->arena, set->lonely, old, room + 1, sizeof *set->lonely);
            if (!set->v || !set->lonely)
                return pal_nomem(err, "the groups of a survey");
        }
        m->room = room;
    }
    m->groups = groups > m->groups ? groups : m->groups;
    return PAL_OK;
}

enum pal_status survey_moments_levels(struct pal_survey *s, size_t statistic, size_t n,
                                      struct pal_error *err)
{
    struct moment_levels *levels = &s->moments->levels[statistic];
    if (n > levels->room) {
        const size_t room = n > 2 * levels->room ? n : 2 * levels->room;
        levels->level =
            pal_arena_grow(s->arena, levels->level, levels->room, room, sizeof *levels->level);
        if (!levels->level)
            return pal_nomem(err, "the groups of a survey");
        levels->room = room;
    }
    levels->n = n > levels->n ? n : levels->n;
    return PAL_OK;
}

double *survey_moments_matrix(const struct moment_set *set, size_t group)
{
    const size_t columns = set->first[set->n];
    return set->v + group * columns * columns;
}

/* ---- answers --------------------------------------------------------------------------------- */

static const struct moment_level *level_of(const struct pal_survey *s, size_t statistic,
                                           size_t level)
{
    const struct moment_levels *levels = &s->moments->levels[statistic];
    return level < levels->n ? &levels->level[level] : NULL;
}

struct pal_survey_sums survey_moments_sums_of(const struct moment *moment)
{
    return (struct pal_survey_sums){.w = moment->w,
                                    .y = moment->y,
                                    .x = moment->x,
                                    .centre_y = moment->centre_y,
                                    .centre_x = moment->centre_x,
                                    .n = (double)moment->n};
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

size_t survey_moments_pivot(const struct pal_survey_statistic *it)
{
    return it->kind->square ? 2 : 1;
}

void survey_moments_basis(const struct pal_survey_statistic *it, const struct pal_survey_sums *sums,
                          double *out)
{
    const size_t pivot = survey_moments_pivot(it);
    memset(out, 0, MOMENT_COLUMNS * sizeof *out); /* not every kind has all three */
    it->kind->gradient(sums, it->kind->value(sums), out);
    if (isfinite(out[0]) && isfinite(out[1]) && isfinite(out[2]) && out[pivot] != 0)
        return;
    memset(out, 0, MOMENT_COLUMNS * sizeof *out);
    out[pivot] = 1;
}

void survey_moments_columns(const struct pal_survey_statistic *it, const double *basis,
                            const double *raw, double *out)
{
    const size_t pivot = survey_moments_pivot(it), rest = 3 - pivot;
    out[MOMENT_Z] = raw[pivot] / basis[pivot];
    out[MOMENT_W] = raw[0] - basis[0] * out[MOMENT_Z];
    out[MOMENT_REST] = raw[rest] - basis[rest] * out[MOMENT_Z];
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

size_t pal_survey_moments_lonely(const struct pal_survey *s)
{
    uint64_t most = 0;
    for (size_t i = 0; i < s->moments->sets; i++)
        for (size_t g = 0; g < s->moments->groups; g++)
            most = s->moments->set[i].lonely[g] > most ? s->moments->set[i].lonely[g] : most;
    return (size_t)most;
}

/* ---- taking them from a closed survey ----------------------------------------------------------
 */

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

void survey_moments_shift(const struct pal_survey_statistic *it, double centre_y, double centre_x,
                          struct moment *moment)
{
    const double d = moment->centre_y - centre_y, e = moment->centre_x - centre_x, w = moment->w;
    const double squares = 2 * d * moment->y + d * d * w;
    moment->square += squares;
    moment->x += it->kind->square ? squares : e * w;
    moment->y += d * w;
    moment->centre_y = centre_y;
    moment->centre_x = centre_x;
}

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
    out->width = columns_of(t->from, k);
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

/* ---- what a group holds ------------------------------------------------------------------------
 */

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static enum pal_status count_units(struct pal_survey_work *work, const struct survey_group *g,
                                   const double *w, size_t *out, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(work->scratch);
    uint32_t *psu = pal_arena_alloc(work->scratch, g->n + 1, sizeof *psu);
    size_t units = 0;
    if (!psu)
        return pal_nomem(err, "the units of a group");
    for (size_t i = 0; i < g->n; i++)
        if (w[i] > 0)
            psu[units++] = pal_design_psu_of(work->survey->design, g->unit[i]);
    qsort(psu, units, sizeof *psu, by_number);
    *out = units > 0;
    for (size_t i = 1; i < units; i++)
        *out += psu[i] != psu[i - 1];
    pal_arena_reset(work->scratch, mark);
    return PAL_OK;
}

enum pal_status pal_survey_holding_of(struct pal_survey_work *work, size_t frame, size_t term,
                                      size_t group, struct pal_survey_holding *out,
                                      struct pal_error *err)
{
    const struct survey_table *table = &work->survey->table[frame];
    struct survey_group *g;
    *out = (struct pal_survey_holding){.units = SIZE_MAX};
    PAL_TRY(survey_group_open(work, frame, group, &g, err));
    const double *w = term == PAL_NO_TERM ? g->w : g->present[term];
    out->weight = term == PAL_NO_TERM ? g->total_w : g->total_present[term];
    if (group < table->groups) {
        out->rows = table->count[group].weighted;
        if (term != PAL_NO_TERM)
            out->rows -= table->missing[group * table->terms + term].weighted;
    }
    return work->survey->by_unit ? count_units(work, g, w, &out->units, err) : PAL_OK;
}

uint64_t pal_survey_moments_rows(const struct pal_survey *s, size_t statistic, size_t group)
{
    return group < s->moments->groups ? s->moments->moment[group * s->ask.statistics + statistic].n
                                      : 0;
}
