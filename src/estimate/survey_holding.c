/* survey_holding.c: what a group holds: its rows, weights and sampling units, for those who decide
 * whether it may be seen. */
#include "survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
        if (w[i] != 0)
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

/* Adds `factor` times the weights of a domain by first-stage unit. */
static enum pal_status add_by_unit(struct pal_survey_work *work, const struct pal_survey_domain *of,
                                   size_t group, double factor, double *left, struct pal_error *err)
{
    struct survey_group *g;
    PAL_TRY(survey_group_open(work, of->frame, group, &g, err));
    const double *w = of->term == PAL_NO_TERM ? g->w : g->present[of->term];
    for (size_t i = 0; i < g->n; i++)
        left[pal_design_psu_of(work->survey->design, g->unit[i])] += factor * w[i];
    return PAL_OK;
}

enum pal_status pal_survey_units_left(struct pal_survey_work *work,
                                      const struct pal_survey_domain *whole,
                                      const struct pal_survey_domain *taken, size_t n, size_t group,
                                      size_t *out, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(work->scratch);
    *out = SIZE_MAX;
    if (!work->survey->by_unit)
        return PAL_OK;
    const size_t psus = pal_design_psus(work->survey->design);
    double *all = pal_arena_alloc(work->scratch, psus + 1, sizeof *all);
    double *left = pal_arena_alloc(work->scratch, psus + 1, sizeof *left);
    if (!all || !left)
        return pal_nomem(err, "the units of a group");
    PAL_TRY(add_by_unit(work, whole, group, 1, all, err));
    memcpy(left, all, psus * sizeof *left);
    for (size_t i = 0; i < n; i++)
        PAL_TRY(add_by_unit(work, &taken[i], group, -1, left, err));
    *out = 0;
    for (size_t u = 0; u < psus; u++) /* beyond what rounding leaves */
        *out += fabs(left[u]) > 1e-9 * fabs(all[u]);
    pal_arena_reset(work->scratch, mark);
    return PAL_OK;
}
