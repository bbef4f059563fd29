/* recruits_groups.c: who recruits whom: transitions between groups, their equilibrium, homophily,
 * degrees. */
#include "recruits.h"

#include <gsl/gsl_eigen.h>

static void free_vector(void *v) { gsl_vector_complex_free(v); }
static void free_matrix(void *m) { gsl_matrix_free(m); }
static void free_workspace(void *w) { gsl_eigen_nonsymm_free(w); }

/* How slowly a chain forgets: the second largest modulus of the eigenvalues (the largest is 1). */
static enum pal_status second_eigenvalue(const double *rate, size_t g, struct pal_arena *arena,
                                         double *out, struct pal_error *err)
{
    gsl_matrix *matrix = gsl_matrix_alloc(g, g);
    if (!matrix)
        return pal_nomem(err, "transitions");
    PAL_TRY(pal_arena_defer(arena, free_matrix, matrix, err));
    gsl_vector_complex *value = gsl_vector_complex_alloc(g);
    if (!value)
        return pal_nomem(err, "transitions");
    PAL_TRY(pal_arena_defer(arena, free_vector, value, err));
    gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(g);
    if (!work)
        return pal_nomem(err, "transitions");
    PAL_TRY(pal_arena_defer(arena, free_workspace, work, err));
    for (size_t i = 0; i < g; i++)
        for (size_t j = 0; j < g; j++)
            gsl_matrix_set(matrix, i, j, rate[i * g + j]);
    PAL_TRY(pal_gsl(gsl_eigen_nonsymm(matrix, value, work), "eigenvalues of transitions", err));
    double first = 0, second = 0;
    for (size_t i = 0; i < g; i++) {
        const gsl_complex z = gsl_vector_complex_get(value, i);
        const double modulus = hypot(GSL_REAL(z), GSL_IMAG(z));
        if (modulus > first) {
            second = first;
            first = modulus;
        } else if (modulus > second) {
            second = modulus;
        }
    }
    *out = second < 1e-12 ? 0 : second; /* a row repeated: 0 up to rounding */
    return PAL_OK;
}

/* Steps until the seeds' mix of groups is as good as stationary (Heckathorn 1997: within 2 per
 * cent). */
static size_t steps_to_rest(const struct pal_recruits *r, const struct pal_trait *trait,
                            const double *rate, const double *rest, double *mix, double *next)
{
    enum { MOST = 1000 };
    const size_t g = trait->groups;
    double seeds = 0;
    memset(mix, 0, g * sizeof *mix);
    for (size_t s = 0; s < r->seeds; s++)
        if (trait->group[r->seed[s]] != PAL_NO_GROUP) {
            mix[trait->group[r->seed[s]]]++;
            seeds++;
        }
    if (!(seeds > 0))
        return SIZE_MAX;
    for (size_t i = 0; i < g; i++)
        mix[i] /= seeds;
    for (size_t step = 0; step < MOST; step++) {
        bool near = true;
        for (size_t i = 0; i < g; i++)
            near = near && fabs(mix[i] - rest[i]) < 0.02;
        if (near)
            return step;
        for (size_t j = 0; j < g; j++) {
            next[j] = 0;
            for (size_t i = 0; i < g; i++)
                next[j] += mix[i] * rate[i * g + j];
        }
        memcpy(mix, next, g * sizeof *mix);
    }
    return SIZE_MAX;
}

static double recruitment_homophily(const double *count, size_t g)
{
    double all = 0, alike = 0, chance = 0;
    for (size_t i = 0; i < g; i++) {
        double row = 0, col = 0;
        for (size_t j = 0; j < g; j++) {
            row += count[i * g + j];
            col += count[j * g + i];
        }
        all += row;
        alike += count[i * g + i];
        chance += row * col;
    }
    return alike / (chance / all);
}

enum pal_status pal_recruits_transitions(const struct pal_recruits *recruits,
                                         const struct pal_trait *trait, struct pal_arena *arena,
                                         struct pal_transitions *out, struct pal_error *err)
{
    const size_t g = trait->groups;
    *out = (struct pal_transitions){.groups = g};
    out->count = pal_arena_alloc(arena, g * g, sizeof(double));
    out->rate = pal_arena_alloc(arena, g * g, sizeof(double));
    out->stationary = pal_arena_alloc(arena, g, sizeof(double));
    out->harmonic_degree = pal_arena_alloc(arena, g, sizeof(double));
    double *work = pal_arena_alloc(arena, g + 2, (g + 1) * sizeof(double));
    if (!out->count || !out->rate || !out->stationary || !out->harmonic_degree || !work)
        return pal_nomem(err, "transitions");
    for (size_t i = 0; i < recruits->n; i++) {
        const uint32_t group = trait->group[i], from = recruits->recruiter[i];
        if (group == PAL_NO_GROUP)
            continue;
        if (from != PAL_SEED && trait->group[from] != PAL_NO_GROUP)
            out->count[trait->group[from] * g + group]++;
        if (!isnan(recruits->degree[i])) {
            out->harmonic_degree[group] += 1 / rds_degree(recruits->degree[i]);
            work[group]++;
        }
    }
    for (size_t i = 0; i < g; i++)
        out->harmonic_degree[i] = work[i] / out->harmonic_degree[i];
    out->homophily = recruitment_homophily(out->count, g);
    rds_rates(out->count, g, out->rate);
    rds_stationary(out->rate, g, work, out->stationary);
    for (size_t i = 0; i < g; i++) { /* counts as they enter the rates */
        double row = 0;
        for (size_t j = 0; j < g; j++)
            row += out->count[i * g + j];
        for (size_t j = 0; j < g && !(row > 0); j++)
            out->count[i * g + j] = 0.1;
    }
    out->steps = isnan(out->stationary[0])
                     ? SIZE_MAX
                     : steps_to_rest(recruits, trait, out->rate, out->stationary, work, work + g);
    const struct pal_arena_mark mark = pal_arena_mark(arena);
    const enum pal_status status = second_eigenvalue(out->rate, g, arena, &out->second, err);
    pal_arena_reset(arena, mark);
    return status;
}

void pal_recruits_mean_degree(const struct pal_recruits *recruits, const struct pal_trait *trait,
                              double *out)
{
    for (size_t group = 0; group < trait->groups; group++) {
        double ties = 0, people = 0;
        for (size_t i = 0; i < recruits->n; i++) {
            if (trait->group[i] != group || isnan(recruits->degree[i]))
                continue;
            ties += 1; /* a respondent of weight 1/d brings d */
            people += 1 / rds_degree(recruits->degree[i]);
        }
        out[group] = ties / people;
    }
}

/* Ties of a respondent to members of `group` and to the others; false when they are not known. */
static bool ties_of(const struct pal_recruits *r, const struct pal_trait *trait, const double *to,
                    size_t row, size_t group, double *inside, double *outside)
{
    if (to) {
        *inside = to[group * r->n + row];
        *outside = to[(1 - group) * r->n + row];
        return !isnan(*inside) && !isnan(*outside);
    }
    double members = 0, all = 0;
    for (uint32_t c = r->child_at[row]; c < r->child_at[row + 1]; c++) {
        const uint32_t of = trait->group[r->child[c]];
        if (of == PAL_NO_GROUP)
            return false;
        members += of == group;
        all++;
    }
    *inside = members * rds_degree(r->degree[row]) / all;
    *outside = (all - members) * rds_degree(r->degree[row]) / all;
    return all > 0;
}

void pal_recruits_homophily(const struct pal_recruits *recruits, const struct pal_trait *trait,
                            const double *weight, const double *to, double *out)
{
    for (size_t group = 0; group < trait->groups; group++) {
        double sum[2] = {0}, degrees[2] = {0}, across = 0;
        for (size_t i = 0; i < recruits->n; i++) {
            double inside, outside;
            if (trait->group[i] == PAL_NO_GROUP || isnan(recruits->degree[i]) ||
                !ties_of(recruits, trait, to, i, group, &inside, &outside))
                continue;
            const bool member = trait->group[i] == group;
            sum[member] += weight[i];
            degrees[member] += weight[i] * rds_degree(recruits->degree[i]);
            across += weight[i] * (member ? outside : inside);
        }
        const double all = sum[0] + sum[1], p = sum[1] / all;
        const double d0 = degrees[0] / sum[0], d1 = degrees[1] / sum[1];
        const double d = (degrees[0] + degrees[1]) / all;
        out[group] = 2 * p * d0 * (1 - p) * d1 / (across / all * d);
    }
}
