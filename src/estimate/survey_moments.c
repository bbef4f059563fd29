/* survey_moments.c: totals and their covariance in the place of sums by unit: room for them, and
 * the columns they are of. */
#include "survey.h"

#include <math.h>
#include <string.h>

bool pal_survey_is_moments(const struct pal_survey *s) { return s->moments != NULL; }

bool survey_moments_replicated(const struct pal_survey *s)
{
    return s->ask.method == PAL_SURVEY_MADE || s->ask.method == PAL_SURVEY_GIVEN;
}

static enum pal_status set_new(struct pal_survey *s, const struct pal_survey_set *from,
                               struct moment_set *out, struct pal_error *err)
{
    *out = (struct moment_set){.n = from->n, .statistic = from->statistic};
    out->first = pal_arena_alloc(s->arena, from->n + 1, sizeof *out->first);
    if (!out->first)
        return pal_nomem(err, "a survey");
    for (size_t i = 0; i < from->n; i++)
        out->first[i + 1] = out->first[i] + survey_moments_width(s, from->statistic[i]);
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

/* ---- columns --------------------------------------------------------------------------------- */

size_t survey_moments_width(const struct pal_survey *s, size_t statistic)
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

struct pal_survey_sums survey_moments_sums_of(const struct moment *moment)
{
    return (struct pal_survey_sums){.w = moment->w,
                                    .y = moment->y,
                                    .x = moment->x,
                                    .centre_y = moment->centre_y,
                                    .centre_x = moment->centre_x,
                                    .n = (double)moment->n};
}

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

/* ---- what is held ---------------------------------------------------------------------------- */

size_t pal_survey_moments_lonely(const struct pal_survey *s)
{
    uint64_t most = 0;
    for (size_t i = 0; i < s->moments->sets; i++)
        for (size_t g = 0; g < s->moments->groups; g++)
            most = s->moments->set[i].lonely[g] > most ? s->moments->set[i].lonely[g] : most;
    return (size_t)most;
}

uint64_t pal_survey_moments_rows(const struct pal_survey *s, size_t statistic, size_t group)
{
    return group < s->moments->groups ? s->moments->moment[group * s->ask.statistics + statistic].n
                                      : 0;
}
