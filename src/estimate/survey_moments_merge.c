/* survey_moments_merge.c: moments of samples that were drawn apart add up. The totals of the whole
 * have another gradient than those of a part, so the linearized variables of the part are written
 * anew: what stood as z = b (w, y, x) with the gradient b of the part becomes B (w, y, x). */
#include "survey.h"

#include <math.h>
#include <string.h>

/* The columns (w, z, x) of the whole, each a combination of those of a part. */
struct turn {
    double row[MOMENT_COLUMNS][MOMENT_COLUMNS];
};

struct merging {
    struct pal_survey *into;
    const struct pal_survey *from;
    const uint32_t *const *group; /* of `from` as `into` has them; NULL: the same */
    struct pal_arena *scratch;
    struct moment *before; /* [groups * statistics] of `into` */
    double *ww;            /* [groups * statistics] of `into`: variance of w, with levels */
    size_t groups;         /* that `into` had                 */
    uint32_t *back;        /* [groups of into] that of `from`, PAL_NO_GROUP */
};

static void turn_of(const struct pal_survey_statistic *it, const struct pal_survey_sums *part,
                    const struct pal_survey_sums *whole, struct turn *out)
{
    const double d = part->centre_y - whole->centre_y, e = part->centre_x - whole->centre_x;
    double b[MOMENT_COLUMNS] = {0}, all[MOMENT_COLUMNS] = {0};
    *out = (struct turn){{{1}}};
    if (it->y == PAL_NO_TERM)
        return;
    survey_moments_basis(it, part, b);
    survey_moments_basis(it, whole, all);
    /* y' = y + d w; x' = x + e w, or of squares x + 2 d y + d^2 w */
    const double xw = it->kind->square ? d * d : e, xy = it->kind->square ? 2 * d : 0;
    const double z[] = {all[0] + all[1] * d + all[2] * xw, all[1] + all[2] * xy, all[2]};
    const double rest[2][MOMENT_COLUMNS] = {{d, 1, 0}, {xw, xy, 1}};
    survey_moments_columns(it, b, z, out->row[MOMENT_Z]);
    survey_moments_columns(it, b, rest[survey_moments_pivot(it) == 1], out->row[MOMENT_REST]);
}

/* to[n * n] += T from T', T block by block. turn[statistics of the set] */
static void add_turned(const struct moment_set *set, const struct turn *turn, const double *from,
                       double *half, double *to)
{
    const size_t n = set->first[set->n];
    memset(half, 0, n * n * sizeof *half);
    for (size_t s = 0; s < set->n; s++)
        for (size_t i = set->first[s]; i < set->first[s + 1]; i++)
            for (size_t k = set->first[s]; k < set->first[s + 1]; k++)
                for (size_t c = 0; c < n; c++)
                    half[i * n + c] +=
                        turn[s].row[i - set->first[s]][k - set->first[s]] * from[k * n + c];
    for (size_t s = 0; s < set->n; s++)
        for (size_t i = set->first[s]; i < set->first[s + 1]; i++)
            for (size_t k = set->first[s]; k < set->first[s + 1]; k++)
                for (size_t r = 0; r < n; r++)
                    to[r * n + i] +=
                        half[r * n + k] * turn[s].row[i - set->first[s]][k - set->first[s]];
}

/* ---- groups ------------------------------------------------------------------------------------
 */

/* The mean of both, where either was held against one. */
static double centre_of(double w, double sum, double centre, double more_w, double more,
                        double other)
{
    if ((centre == 0 && other == 0) || !(w + more_w > 0))
        return 0;
    const double from = w > more_w ? centre : other; /* near most of the values */
    return from + (sum + (centre - from) * w + more + (other - from) * more_w) / (w + more_w);
}

static void merge_sums(const struct pal_survey_statistic *it, const struct moment *from,
                       struct moment *to)
{
    struct moment more = *from;
    const double y = centre_of(to->w, to->y, to->centre_y, more.w, more.y, more.centre_y);
    const double x =
        it->kind->square ? y : centre_of(to->w, to->x, to->centre_x, more.w, more.x, more.centre_x);
    survey_moments_shift(it, y, x, to);
    survey_moments_shift(it, y, x, &more);
    to->n += more.n;
    to->n_all += more.n_all;
    to->w += more.w;
    to->y += more.y;
    to->x += more.x;
    to->square += more.square;
}

/* The matrices of group `at`: what was there, and those of group g of `from`. */
static enum pal_status merge_set(const struct merging *m, size_t number, size_t at, size_t g,
                                 struct pal_error *err)
{
    const struct moment_set *into = &m->into->moments->set[number];
    const struct moment_set *from = &m->from->moments->set[number];
    const size_t n = into->first[into->n], statistics = m->into->ask.statistics;
    const struct pal_arena_mark mark = pal_arena_mark(m->scratch);
    struct turn *mine = pal_arena_alloc(m->scratch, into->n + 1, sizeof *mine);
    struct turn *theirs = pal_arena_alloc(m->scratch, into->n + 1, sizeof *theirs);
    double *old = pal_arena_alloc(m->scratch, n * n + 1, sizeof *old);
    double *half = pal_arena_alloc(m->scratch, n * n + 1, sizeof *half);
    if (!mine || !theirs || !old || !half)
        return pal_nomem(err, "the moments of a survey");
    for (size_t i = 0; i < into->n; i++) {
        const size_t k = into->statistic[i];
        const struct pal_survey_statistic *it = &m->into->ask.statistic[k];
        const struct moment nothing = {0};
        const struct pal_survey_sums whole =
            survey_moments_sums_of(&m->into->moments->moment[at * statistics + k]);
        const struct pal_survey_sums before =
            survey_moments_sums_of(at < m->groups ? &m->before[at * statistics + k] : &nothing);
        const struct pal_survey_sums part =
            survey_moments_sums_of(&m->from->moments->moment[g * statistics + k]);
        turn_of(it, &before, &whole, &mine[i]);
        turn_of(it, &part, &whole, &theirs[i]);
    }
    double *v = survey_moments_matrix(into, at);
    memcpy(old, v, n * n * sizeof *v);
    memset(v, 0, n * n * sizeof *v);
    if (at < m->groups)
        add_turned(into, mine, old, half, v);
    add_turned(into, theirs, survey_moments_matrix(from, g), half, v);
    into->lonely[at] += from->lonely[g];
    pal_arena_reset(m->scratch, mark);
    return PAL_OK;
}

static enum pal_status merge_group(const struct merging *m, size_t at, size_t g,
                                   struct pal_error *err)
{
    struct survey_moments *into = m->into->moments;
    const struct survey_moments *from = m->from->moments;
    const size_t statistics = m->into->ask.statistics, frames = m->into->ask.frames;
    for (size_t k = 0; k < statistics; k++)
        merge_sums(&m->into->ask.statistic[k], &from->moment[g * statistics + k],
                   &into->moment[at * statistics + k]);
    for (size_t f = 0; f < frames; f++) {
        into->df[at * frames + f] += from->df[g * frames + f];
        m->into->table[f].count[at].all += m->from->table[f].count[g].all;
        m->into->table[f].count[at].weighted += m->from->table[f].count[g].weighted;
    }
    for (size_t i = 0; i < into->sets; i++)
        PAL_TRY(merge_set(m, i, at, g, err));
    return PAL_OK;
}

/* ---- levels ------------------------------------------------------------------------------------
 */

/* One part of a level: its own columns w and z; where it lacks the level z is 0. */
static void add_level(const struct pal_survey *part, size_t k, const struct moment *group,
                      double ww, const struct moment_level *level,
                      const struct pal_survey_sums *whole, struct moment_level *to)
{
    const struct pal_survey_statistic *it = &part->ask.statistic[k];
    struct pal_survey_sums sums = survey_moments_sums_of(group);
    struct turn turn;
    sums.y = level ? level->w : 0;
    sums.centre_y = 0;
    turn_of(it, &sums, whole, &turn);
    const double a = turn.row[MOMENT_Z][MOMENT_W], b = turn.row[MOMENT_Z][MOMENT_Z];
    const double wz = level ? level->wz : 0, zz = level ? level->zz : 0;
    to->wz += a * ww + b * wz;
    to->zz += a * a * ww + 2 * a * b * wz + b * b * zz;
}

static enum pal_status merge_levels(const struct merging *m, size_t k, struct pal_error *err)
{
    const struct moment_levels *theirs = &m->from->moments->levels[k];
    struct moment_levels *mine = &m->into->moments->levels[k];
    const size_t frame = m->into->ask.statistic[k].levels, statistics = m->into->ask.statistics;
    const uint32_t *map = m->group ? m->group[frame] : NULL;
    const size_t had = mine->n;
    size_t most = 0;
    for (size_t l = 0; l < theirs->n; l++)
        most = (map ? map[l] : l) + 1 > most ? (map ? map[l] : l) + 1 : most;
    PAL_TRY(survey_moments_levels(m->into, k, most, err));
    const struct moment_level **other =
        pal_arena_alloc(m->scratch, mine->n + 1, sizeof(struct moment_level *));
    if (!other)
        return pal_nomem(err, "the moments of a survey");
    for (size_t l = 0; l < theirs->n; l++) {
        const size_t at = map ? map[l] : l, group = theirs->level[l].group;
        other[at] = &theirs->level[l];
        mine->level[at].group =
            m->group ? m->group[m->into->ask.statistic[k].frame][group] : (uint32_t)group;
    }
    for (size_t l = 0; l < mine->n; l++) {
        const struct moment_level before = mine->level[l];
        const size_t group = before.group, g = m->back[group];
        struct moment_level *to = &mine->level[l];
        *to = (struct moment_level){.group = before.group,
                                    .w = before.w + (other[l] ? other[l]->w : 0),
                                    .logit = (double)NAN};
        if (m->into->ask.method == PAL_SURVEY_VALUE)
            continue;
        const struct moment nothing = {0};
        const struct moment *old =
            group < m->groups ? &m->before[group * statistics + k] : &nothing;
        struct pal_survey_sums whole =
            survey_moments_sums_of(&m->into->moments->moment[group * statistics + k]);
        whole.y = to->w;
        whole.centre_y = 0;
        const double ww = group < m->groups ? m->ww[group * statistics + k] : 0;
        add_level(m->into, k, old, ww, l < had ? &before : NULL, &whole, to);
        if (g != PAL_NO_GROUP)
            add_level(m->from, k, &m->from->moments->moment[g * statistics + k],
                      survey_moments_matrix(&m->from->moments->set[k], g)[0], other[l], &whole, to);
    }
    return PAL_OK;
}

/* ---- the door ----------------------------------------------------------------------------------
 */

static enum pal_status may_merge(const struct pal_survey *into, const struct pal_survey *from,
                                 struct pal_error *err)
{
    const enum pal_lonely rule = into->ask.design.lonely;
    if (!into->moments || !from->moments)
        return pal_fail(err, PAL_BUG, "moments are added to sums by unit");
    if (survey_moments_replicated(into))
        return pal_fail(err, PAL_USAGE,
                        "the replicates of two samples belong together, and a state made for "
                        "hand-over holds their covariance alone: merge the confidential states "
                        "first, or make both with --variance taylor");
    if ((rule == PAL_LONELY_AVERAGE || rule == PAL_LONELY_ADJUST) &&
        (pal_survey_moments_lonely(into) || pal_survey_moments_lonely(from)))
        return pal_fail(err, PAL_USAGE,
                        "--lonely-psu %s looks at all strata and touched one here; a state made "
                        "for hand-over cannot do it again: merge the confidential states first, or "
                        "make both with --lonely-psu certainty or remove",
                        pal_lonely_name(rule));
    return PAL_OK;
}

static enum pal_status merge_all(struct merging *m, struct pal_error *err)
{
    struct survey_moments *into = m->into->moments;
    const struct survey_moments *from = m->from->moments;
    const size_t statistics = m->into->ask.statistics;
    const uint32_t *map = m->group ? m->group[0] : NULL;
    size_t most = into->groups;
    for (size_t g = 0; g < from->groups; g++)
        most = (map ? map[g] : g) + 1 > most ? (map ? map[g] : g) + 1 : most;
    m->groups = into->groups;
    m->before = pal_arena_alloc(m->scratch, m->groups * statistics + 1, sizeof *m->before);
    m->back = pal_arena_alloc(m->scratch, most + 1, sizeof *m->back);
    m->ww = pal_arena_alloc(m->scratch, m->groups * statistics + 1, sizeof *m->ww);
    if (!m->before || !m->ww || !m->back)
        return pal_nomem(err, "the moments of a survey");
    if (m->groups)
        memcpy(m->before, into->moment, m->groups * statistics * sizeof *m->before);
    for (size_t k = 0; k < statistics; k++) {
        const struct moment_set *set = &into->set[k];
        for (size_t g = 0; g < m->groups && set->first[1]; g++)
            m->ww[g * statistics + k] = survey_moments_matrix(set, g)[0];
    }
    PAL_TRY(survey_moments_groups(m->into, most, err));
    for (size_t g = 0; g < most; g++)
        m->back[g] = PAL_NO_GROUP;
    for (size_t g = 0; g < from->groups; g++) {
        const size_t at = map ? map[g] : g;
        m->back[at] = (uint32_t)g;
        PAL_TRY(merge_group(m, at, g, err));
    }
    for (size_t k = 0; k < statistics; k++)
        if (m->into->ask.statistic[k].levels != PAL_NO_FRAME)
            PAL_TRY(merge_levels(m, k, err));
    m->into->df_design += m->from->df_design;
    return PAL_OK;
}

enum pal_status survey_moments_merge(struct pal_survey *into, const struct pal_survey *from,
                                     const uint32_t *const *group, struct pal_error *err)
{
    PAL_TRY(may_merge(into, from, err));
    struct merging m = {.into = into, .from = from, .group = group, .scratch = pal_arena_new()};
    if (!m.scratch)
        return pal_nomem(err, "the moments of a survey");
    const enum pal_status status = merge_all(&m, err);
    pal_arena_free(m.scratch);
    return status;
}
