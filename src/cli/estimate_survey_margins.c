/* estimate_survey_margins.c: the marginal groups of a sample, made of its cells once all are there:
 * every row is added to one cell, not to a group of each margin. */
#include "estimate_survey.h"

#include <string.h>

bool est_survey_unites(const struct est_plan *plan)
{
    return plan->survey && plan->request->margins && !plan->survey->ask.hold &&
           !plan->survey->imputed;
}

struct uniting {
    const struct pal_groups *cells;
    size_t n, bys, width;   /* cells; columns of margins; columns of a key */
    struct pal_groups *all; /* the cells, and behind them what is made of them */
    uint32_t *into;         /* [n] of one margin: the group that a cell enters */
    size_t *start;          /* [groups + 2] */
    uint32_t *member;
};

/* The groups of one margin (a set of columns taken together) that the cells enter. */
static enum pal_status find_groups(struct uniting *u, unsigned margin, struct pal_error *err)
{
    uint32_t key[EST_MOST_BYS + 1];
    for (size_t g = 0; g < u->n; g++) {
        bool blank = false;
        memcpy(key, pal_groups_key(u->cells, g), u->width * sizeof *key);
        for (size_t b = 0; b < u->bys; b++) {
            key[b] = margin >> b & 1u ? EST_TOTAL : key[b];
            blank = blank || key[b] == 0;
        }
        u->into[g] = blank ? PAL_NO_GROUP : pal_groups_add(u->all, key);
        if (u->into[g] == PAL_NO_GROUP && !blank)
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

static enum pal_status unite(const struct pal_groups *cells, size_t bys, size_t width,
                             struct pal_arena *arena, struct pal_groups **all,
                             struct pal_survey_unions *out, struct pal_error *err)
{
    struct uniting u = {.cells = cells, .n = pal_groups_count(cells), .bys = bys, .width = width};
    PAL_TRY(pal_groups_new(arena, width, &u.all, err));
    u.into = pal_arena_alloc(arena, u.n + 1, sizeof *u.into);
    if (!u.into)
        return pal_nomem(err, "groups");
    for (size_t g = 0; g < u.n; g++)
        if (pal_groups_add(u.all, pal_groups_key(cells, g)) == PAL_NO_GROUP)
            return pal_nomem(err, "groups");
    /* Twice: groups have all their members counted before the members are listed. */
    size_t room = 0;
    for (unsigned margin = 1; margin < 1u << bys; margin++)
        PAL_TRY(find_groups(&u, margin, err));
    const size_t groups = pal_groups_count(u.all) - u.n;
    u.start = pal_arena_alloc(arena, groups + 2, sizeof *u.start);
    if (!u.start)
        return pal_nomem(err, "groups");
    for (unsigned margin = 1; margin < 1u << bys; margin++) {
        PAL_TRY(find_groups(&u, margin, err));
        for (size_t g = 0; g < u.n; g++) {
            if (u.into[g] == PAL_NO_GROUP)
                continue;
            u.start[u.into[g] - u.n + 2]++;
            room++;
        }
    }
    u.member = pal_arena_alloc(arena, room + 1, sizeof *u.member);
    if (!u.member)
        return pal_nomem(err, "groups");
    for (size_t i = 2; i < groups + 2; i++)
        u.start[i] += u.start[i - 1];
    for (unsigned margin = 1; margin < 1u << bys; margin++) {
        PAL_TRY(find_groups(&u, margin, err));
        for (size_t g = 0; g < u.n; g++)
            if (u.into[g] != PAL_NO_GROUP)
                u.member[u.start[u.into[g] - u.n + 1]++] = (uint32_t)g;
    }
    *all = u.all;
    *out = (struct pal_survey_unions){u.n, groups, u.start, u.member};
    return PAL_OK;
}

enum pal_status est_survey_margins(const struct est_pass *cells, struct pal_arena *arena,
                                   const struct est_pass **out, struct pal_error *err)
{
    const struct est_plan *plan = cells->plan;
    struct pal_survey_unions unions;
    *out = cells;
    if (!est_survey_unites(plan) || est_moments_are(cells))
        return PAL_OK;
    struct est_pass *all = pal_arena_alloc(arena, 1, sizeof *all);
    struct est_survey_pass *s = pal_arena_alloc(arena, 1, sizeof *s);
    if (!all || !s)
        return pal_nomem(err, "a pass");
    *all = *cells;
    *s = *cells->survey;
    all->survey = s;
    s->groups = pal_arena_alloc(arena, plan->survey->frames + 1, sizeof *s->groups);
    if (!s->groups)
        return pal_nomem(err, "a pass");
    PAL_TRY(unite(cells->groups, plan->bys, plan->bys, arena, &all->groups, &unions, err));
    for (size_t f = 0; f < plan->survey->frames; f++) {
        const struct pal_groups *levels = cells->survey->groups[f];
        struct pal_survey_unions of_levels = unions;
        if (levels)
            PAL_TRY(unite(levels, plan->bys, plan->bys + 1, arena, &s->groups[f], &of_levels, err));
        PAL_TRY(pal_survey_unite(s->survey, f, &of_levels, err));
    }
    *out = all;
    return PAL_OK;
}
