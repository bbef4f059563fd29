/* survey_moments_save.c: the bytes of moments, and back. */
#include "survey.h"

static void save_group(const struct pal_survey *s, size_t g, struct pal_buf *out)
{
    const struct survey_moments *m = s->moments;
    const size_t statistics = s->ask.statistics;
    for (size_t f = 0; f < s->ask.frames; f++) {
        pal_pack_u64(out, s->table[f].count[g].all);
        pal_pack_u64(out, s->table[f].count[g].weighted);
        pal_pack_f64(out, m->df[g * s->ask.frames + f]);
    }
    for (size_t k = 0; k < statistics; k++) {
        const struct moment *moment = &m->moment[g * statistics + k];
        pal_pack_u64(out, moment->n);
        pal_pack_u64(out, moment->n_all);
        const double sums[] = {moment->w,        moment->y,        moment->x,    moment->square,
                               moment->centre_y, moment->centre_x, moment->logit};
        for (size_t i = 0; i < PAL_COUNT(sums); i++)
            pal_pack_f64(out, sums[i]);
    }
    for (size_t i = 0; i < m->sets; i++) {
        const struct moment_set *set = &m->set[i];
        const size_t n = set->first[set->n];
        pal_pack_u64(out, set->lonely[g]);
        for (size_t r = 0; r < n; r++)
            for (size_t c = 0; c <= r; c++)
                pal_pack_f64(out, survey_moments_matrix(set, g)[r * n + c]);
    }
}

enum pal_status survey_moments_save(const struct pal_survey *s, struct pal_buf *out,
                                    struct pal_error *err)
{
    const struct survey_moments *m = s->moments;
    pal_pack_u64(out, s->replicates.n);
    pal_pack_f64(out, s->df_design);
    pal_pack_u64(out, m->groups);
    for (size_t g = 0; g < m->groups; g++)
        save_group(s, g, out);
    for (size_t k = 0; k < s->ask.statistics; k++) {
        pal_pack_u64(out, m->levels[k].n);
        for (size_t l = 0; l < m->levels[k].n; l++) {
            const struct moment_level *level = &m->levels[k].level[l];
            const double number[] = {level->w, level->logit, level->wz, level->zz};
            pal_pack_u32(out, level->group);
            for (size_t i = 0; i < PAL_COUNT(number); i++)
                pal_pack_f64(out, number[i]);
        }
    }
    return pal_buf_status(out, "a saved state", err);
}

static void load_group(struct pal_survey *s, size_t g, struct pal_unpack *in)
{
    struct survey_moments *m = s->moments;
    const size_t statistics = s->ask.statistics;
    for (size_t f = 0; f < s->ask.frames; f++) {
        s->table[f].count[g].all = pal_unpack_u64(in);
        s->table[f].count[g].weighted = pal_unpack_u64(in);
        m->df[g * s->ask.frames + f] = pal_unpack_f64(in);
    }
    for (size_t k = 0; k < statistics; k++) {
        struct moment *moment = &m->moment[g * statistics + k];
        moment->n = pal_unpack_u64(in);
        moment->n_all = pal_unpack_u64(in);
        double *const sums[] = {&moment->w,      &moment->y,        &moment->x,
                                &moment->square, &moment->centre_y, &moment->centre_x,
                                &moment->logit};
        for (size_t i = 0; i < PAL_COUNT(sums); i++)
            *sums[i] = pal_unpack_f64(in);
        const struct survey_count *of = &s->table[s->ask.statistic[k].frame].count[g];
        if (moment->n > of->weighted || moment->n > moment->n_all || moment->n_all > of->all)
            in->failed = true;
    }
    for (size_t i = 0; i < m->sets; i++) {
        const struct moment_set *set = &m->set[i];
        const size_t n = set->first[set->n];
        double *v = survey_moments_matrix(set, g);
        set->lonely[g] = pal_unpack_u64(in);
        for (size_t r = 0; r < n; r++)
            for (size_t c = 0; c <= r; c++)
                v[r * n + c] = v[c * n + r] = pal_unpack_f64(in);
    }
}

static enum pal_status load_levels(struct pal_survey *s, size_t k, struct pal_unpack *in,
                                   struct pal_error *err)
{
    const uint64_t n = pal_unpack_u64(in);
    const bool has = s->ask.statistic[k].levels != PAL_NO_FRAME;
    if (in->failed || n > in->rest.len / 36 || (n && !has)) {
        in->failed = true;
        return PAL_OK;
    }
    PAL_TRY(survey_moments_levels(s, k, (size_t)n, err));
    for (size_t l = 0; l < n; l++) {
        struct moment_level *level = &s->moments->levels[k].level[l];
        double *const number[] = {&level->w, &level->logit, &level->wz, &level->zz};
        level->group = pal_unpack_u32(in);
        for (size_t i = 0; i < PAL_COUNT(number); i++)
            *number[i] = pal_unpack_f64(in);
        if (level->group >= s->moments->groups) {
            in->failed = true;
            level->group = 0;
        }
    }
    return PAL_OK;
}

enum pal_status survey_moments_load(struct pal_survey *s, struct pal_unpack *in,
                                    struct pal_error *err)
{
    struct survey_moments *m = s->moments;
    s->replicates.n = (size_t)pal_unpack_u64(in);
    s->df_design = pal_unpack_f64(in);
    const uint64_t groups = pal_unpack_u64(in);
    size_t each = 24 * s->ask.frames + 72 * s->ask.statistics;
    for (size_t i = 0; i < m->sets; i++) {
        const size_t n = m->set[i].first[m->set[i].n];
        each += 8 + 4 * n * (n + 1);
    }
    if (in->failed || m->groups || groups > in->rest.len / (each ? each : 1)) {
        in->failed = true;
        return PAL_OK;
    }
    PAL_TRY(survey_moments_groups(s, (size_t)groups, err));
    for (size_t g = 0; g < groups && !in->failed; g++)
        load_group(s, g, in);
    for (size_t k = 0; k < s->ask.statistics && !in->failed; k++)
        PAL_TRY(load_levels(s, k, in, err));
    return survey_name_method(s, err);
}
