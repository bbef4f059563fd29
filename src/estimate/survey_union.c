/* survey_union.c: groups that are made of others, as marginal groups are of cells. What is known by
 * group (rows, sums of given replicates, ranks of their weights) is added up when the survey is
 * closed; what is known by unit is added up group by group when answers ask for it, so that it
 * takes no memory. Everything is added in the order of the members' numbers. */
#include "survey.h"

#include <stdlib.h>
#include <string.h>

static enum pal_status no_memory(struct pal_error *err)
{
    return pal_nomem(err, "the marginal groups of a survey");
}

enum pal_status pal_survey_unite(struct pal_survey *s, size_t frame,
                                 const struct pal_survey_unions *unions, struct pal_error *err)
{
    if (!s->unions)
        s->unions = pal_arena_alloc(s->arena, s->ask.frames + 1, sizeof *s->unions);
    if (!s->unions)
        return no_memory(err);
    s->unions[frame] = *unions;
    return PAL_OK;
}

bool survey_is_union(const struct pal_survey *s, size_t frame, size_t group)
{
    const struct pal_survey_unions *u = s->unions ? &s->unions[frame] : NULL;
    return u && group >= u->first && group - u->first < u->n;
}

/* ---- what is known by group
 * ---------------------------------------------------------------------- */

static enum pal_status unite_frame(struct pal_survey *s, size_t f, struct pal_error *err)
{
    const struct pal_survey_unions *u = &s->unions[f];
    struct survey_table *t = &s->table[f];
    const size_t fed = t->groups;
    PAL_TRY(survey_table_groups(t, u->first + u->n, s->arena, err));
    for (size_t i = 0; i < u->n; i++) {
        const size_t to = u->first + i;
        for (size_t m = u->start[i]; m < u->start[i + 1]; m++) {
            const size_t g = u->member[m];
            if (g >= fed) /* no row of it is in this frame */
                continue;
            t->count[to].all += t->count[g].all;
            t->count[to].weighted += t->count[g].weighted;
            for (size_t k = 0; k < t->terms; k++) {
                t->missing[to * t->terms + k].all += t->missing[g * t->terms + k].all;
                t->missing[to * t->terms + k].weighted += t->missing[g * t->terms + k].weighted;
            }
        }
    }
    if (s->ask.method == PAL_SURVEY_GIVEN)
        PAL_TRY(survey_given_unite(&s->given[f], u, s->arena, err));
    return s->weights ? survey_ranks_unite(&s->ranks[f], u, err) : PAL_OK;
}

enum pal_status survey_unite_all(struct pal_survey *s, struct pal_error *err)
{
    for (size_t f = 0; s->unions && f < s->ask.frames; f++)
        if (s->unions[f].n)
            PAL_TRY(unite_frame(s, f, err));
    return PAL_OK;
}

/* ---- what is known by unit
 * ----------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Units are met in the order of their places; `met` are those places, sorted. */
static void sort_places(const uint32_t *number, uint32_t *met, size_t n)
{
    enum { DENSE = 64 };
    uint32_t low = UINT32_MAX, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = met[i] < low ? met[i] : low;
        high = met[i] > high ? met[i] : high;
    }
    if (!n)
        return;
    if (high - low > DENSE * n) {
        qsort(met, n, sizeof *met, by_number);
        return;
    }
    for (uint32_t place = low, i = 0; place <= high && i < n; place++)
        if (number[place])
            met[i++] = place;
}

static uint32_t place_of(const struct pal_survey *s, uint32_t unit)
{
    return s->place ? s->place[unit] : unit;
}

/* The places of the units that members have, and in work->number what each is among them, + 1. */
static enum pal_status meet_units(struct pal_survey_work *work, const struct survey_table *table,
                                  const uint32_t *member, size_t members, uint32_t **out, size_t *n,
                                  struct pal_error *err)
{
    const struct pal_survey *s = work->survey;
    size_t cells = 0;
    for (size_t m = 0; m < members; m++)
        cells += survey_group_size(table, member[m]);
    if (!work->number) {
        const size_t units = s->by_unit ? pal_design_units(s->design) : 1;
        work->number = pal_arena_alloc(work->arena, units + 1, sizeof *work->number);
    }
    uint32_t *met = pal_arena_alloc(work->scratch, cells + 1, sizeof *met);
    if (!work->number || !met)
        return no_memory(err);
    *n = 0;
    for (size_t m = 0; m < members; m++)
        for (size_t i = 0; i < survey_group_size(table, member[m]); i++) {
            const size_t cell = survey_group_cell(table, member[m], i);
            const uint32_t place = place_of(s, survey_cell_unit(table, cell));
            if (!work->number[place])
                met[(*n)++] = place;
            work->number[place] = 1;
        }
    sort_places(work->number, met, *n);
    for (size_t i = 0; i < *n; i++)
        work->number[met[i]] = (uint32_t)i + 1;
    *out = met;
    return PAL_OK;
}

static enum pal_status add_member(struct pal_survey_work *work, const struct survey_table *table,
                                  const struct survey_group *from, struct survey_group *g,
                                  struct pal_error *err)
{
    for (size_t k = 0; k < table->terms; k++) {
        if (from->present[k] == from->w || g->present[k] != g->w)
            continue;
        g->present[k] = pal_arena_alloc(g->arena, g->n + 1, sizeof **g->present);
        if (!g->present[k])
            return no_memory(err);
        memcpy(g->present[k], g->w, g->n * sizeof **g->present); /* present in all so far */
    }
    for (size_t i = 0; i < from->n; i++) {
        const size_t at = work->number[place_of(work->survey, from->unit[i])] - 1;
        g->unit[at] = from->unit[i];
        g->w[at] += from->w[i];
        for (size_t k = 0; k < table->terms; k++) {
            if (g->sum[k])
                g->sum[k][at] += from->sum[k][i];
            if (g->present[k] != g->w)
                g->present[k][at] += from->present[k][i];
        }
    }
    return PAL_OK;
}

enum pal_status survey_union_gather(struct pal_survey_work *work, size_t frame,
                                    struct survey_group *g, struct pal_error *err)
{
    const struct pal_survey_unions *u = &work->survey->unions[frame];
    const struct survey_table *table = &work->survey->table[frame];
    const size_t i = g->group - u->first, members = u->start[i + 1] - u->start[i];
    const uint32_t *member = u->member + u->start[i];
    const struct pal_arena_mark mark = pal_arena_mark(work->scratch);
    uint32_t *met = NULL;
    PAL_TRY(meet_units(work, table, member, members, &met, &g->n, err));
    PAL_TRY(survey_group_columns(table, g, err));
    for (size_t m = 0; m < members; m++) {
        const struct pal_arena_mark before = pal_arena_mark(work->scratch);
        struct survey_group from = {.arena = work->scratch, .group = member[m]};
        PAL_TRY(survey_group_gather(table, &from, work->scratch, err));
        PAL_TRY(add_member(work, table, &from, g, err));
        pal_arena_reset(work->scratch, before);
    }
    for (size_t k = 0; k < g->n; k++)
        work->number[met[k]] = 0;
    pal_arena_reset(work->scratch, mark);
    survey_group_totals(table, g);
    return PAL_OK;
}
