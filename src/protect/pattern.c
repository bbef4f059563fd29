/* pattern.c: a pattern of hidden cells and the witnesses that it hides enough: for each primary
 * cell and direction another table that agrees with everything printed. A witness is true by sums,
 * so nobody has to trust the program that found it. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>

enum pal_status protect_pattern_new(const struct pal_system *s, struct pal_arena *arena,
                                    struct protect_pattern *out, struct pal_error *err)
{
    size_t needs = 0;
    *out = (struct protect_pattern){.system = s, .arena = arena};
    for (size_t i = 0; i < s->cells; i++)
        needs += s->cell[i].mark == PAL_CELL_PRIMARY ? 2 : 0;
    out->hidden = pal_arena_alloc(arena, s->cells + 1, sizeof *out->hidden);
    out->need = pal_arena_alloc(arena, needs + 1, sizeof *out->need);
    out->column = pal_arena_alloc(arena, s->cells + 1, sizeof *out->column);
    out->change = pal_arena_alloc(arena, s->cells + 1, sizeof *out->change);
    out->list = pal_arena_alloc(arena, s->cells + 1, sizeof *out->list);
    out->seen = pal_arena_alloc(arena, s->cells + 1, sizeof *out->seen);
    out->used = pal_arena_alloc(arena, s->relations + 1, sizeof *out->used);
    if (!out->hidden || !out->need || !out->column || !out->change || !out->list || !out->seen ||
        !out->used)
        return pal_nomem(err, "a pattern");
    for (size_t i = 0; i < s->cells; i++) {
        const struct pal_entry *c = &s->cell[i];
        out->hidden[i] = protect_given(c);
        if (c->mark != PAL_CELL_PRIMARY)
            continue;
        if (c->upper > 0)
            out->need[out->needs++] = (struct protect_need){i, true, c->upper, 0, NULL};
        if (c->lower > 0)
            out->need[out->needs++] = (struct protect_need){i, false, c->lower, 0, NULL};
    }
    return PAL_OK;
}

void protect_pattern_copy(struct protect_pattern *to, const struct protect_pattern *from)
{
    memcpy(to->hidden, from->hidden, from->system->cells * sizeof *to->hidden);
    memcpy(to->need, from->need, from->needs * sizeof *to->need);
}

double protect_pattern_cost(const struct protect_pattern *p)
{
    struct pal_sum sum = {0};
    for (size_t i = 0; i < p->system->cells; i++)
        if (p->hidden[i] && !protect_given(&p->system->cell[i]))
            pal_sum_add(&sum, p->system->cell[i].cost);
    return pal_sum_value(&sum);
}

static bool balanced(const struct protect_pattern *p, size_t cell)
{
    const struct pal_system *s = p->system;
    for (size_t w = s->within_start[cell]; w < s->within_start[cell + 1]; w++) {
        const size_t r = s->within[w];
        double sum = 0, largest = 1;
        for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
            const double x = s->term[t].coef * p->change[s->term[t].cell];
            sum += x;
            largest = fmax(largest, fabs(x));
        }
        if (fabs(sum) > 1e-7 * largest)
            return false;
    }
    return true;
}

bool protect_witness_holds(const struct protect_pattern *p, size_t k)
{
    const struct protect_need *need = &p->need[k];
    const struct pal_entry *target = &p->system->cell[need->cell];
    bool holds = need->moved != NULL;
    double reached = 0;
    for (size_t m = 0; holds && m < need->n; m++) {
        const struct pal_entry *c = &p->system->cell[need->moved[m].cell];
        const double d = need->moved[m].coef, slack = protect_slack(c);
        holds = p->hidden[need->moved[m].cell] && d <= protect_up(c) + slack &&
                -d <= protect_down(c) + slack;
        if (need->moved[m].cell == need->cell)
            reached = need->above ? d : -d;
        p->change[need->moved[m].cell] = d;
    }
    holds = holds && reached >= need->distance - protect_slack(target);
    for (size_t m = 0; holds && m < need->n; m++)
        holds = balanced(p, need->moved[m].cell);
    for (size_t m = 0; need->moved && m < need->n; m++)
        p->change[need->moved[m].cell] = 0;
    return holds;
}

/* The hidden cells that hang together with `from`, through relations. */
static size_t piece_of(struct protect_pattern *p, size_t from)
{
    const struct pal_system *s = p->system;
    size_t n = 0;
    p->list[n++] = from;
    p->seen[from] = true;
    for (size_t at = 0; at < n; at++) {
        const size_t i = p->list[at];
        for (size_t w = s->within_start[i]; w < s->within_start[i + 1]; w++) {
            const size_t r = s->within[w];
            if (p->used[r])
                continue;
            p->used[r] = true;
            for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
                const size_t j = s->term[t].cell;
                if (p->hidden[j] && !p->seen[j]) {
                    p->seen[j] = true;
                    p->list[n++] = j;
                }
            }
        }
    }
    for (size_t at = 0; at < n; at++) {
        const size_t i = p->list[at];
        p->seen[i] = false;
        for (size_t w = s->within_start[i]; w < s->within_start[i + 1]; w++)
            p->used[s->within[w]] = false;
    }
    return n;
}

static enum pal_status keep(struct protect_pattern *p, size_t k, const struct protect_lp *lp,
                            struct pal_error *err)
{
    size_t n = 0;
    for (size_t j = 0; j < lp->n; j++)
        n += fabs(glp_get_col_prim(lp->glp, (int)j + 1)) > 1e-10;
    struct pal_term *moved = pal_arena_alloc(p->arena, n + 1, sizeof *moved);
    if (!moved)
        return pal_nomem(err, "a witness");
    p->need[k].moved = moved;
    p->need[k].n = 0;
    for (size_t j = 0; j < lp->n; j++) {
        const double x = glp_get_col_prim(lp->glp, (int)j + 1);
        if (fabs(x) > 1e-10)
            moved[p->need[k].n++] = (struct pal_term){lp->cell[j], x};
    }
    return PAL_OK;
}

enum pal_status protect_witness_seek(struct protect_pattern *p, size_t k, bool *found,
                                     struct pal_error *err)
{
    const struct pal_system *s = p->system;
    struct protect_need *need = &p->need[k];
    struct pal_arena *scratch = pal_arena_new();
    if (!scratch)
        return pal_nomem(err, "a witness");
    *found = false;
    const size_t n = piece_of(p, need->cell);
    struct protect_lp lp;
    enum pal_status status = protect_lp_new(s, p->list, n, false, p->column, scratch, &lp, err);
    if (status == PAL_OK) {
        const struct pal_entry *target = &s->cell[need->cell];
        for (size_t j = 0; j < n; j++)
            protect_lp_bounds(lp.glp, (int)j + 1, -protect_down(&s->cell[p->list[j]]),
                              protect_up(&s->cell[p->list[j]]));
        /* The target is the first column; it need go no further than asked. */
        if (need->above)
            protect_lp_bounds(lp.glp, 1, 0, fmin(need->distance, protect_up(target)));
        else
            protect_lp_bounds(lp.glp, 1, -fmin(need->distance, protect_down(target)), 0);
        glp_set_obj_dir(lp.glp, GLP_MAX);
        glp_set_obj_coef(lp.glp, 1, need->above ? 1 : -1);
        bool feasible;
        status = protect_lp_solve(lp.glp, &feasible, err);
        if (status == PAL_OK && feasible &&
            fabs(glp_get_col_prim(lp.glp, 1)) >= need->distance - protect_slack(target)) {
            status = keep(p, k, &lp, err);
            *found = status == PAL_OK && protect_witness_holds(p, k);
        }
    }
    pal_arena_free(scratch);
    return status;
}

/* ---- printing again what no witness needs ---------------------------------------------------- */

static bool uses(const struct protect_need *need, size_t cell)
{
    for (size_t m = 0; m < need->n; m++)
        if (need->moved[m].cell == cell)
            return true;
    return false;
}

static enum pal_status try_open(struct protect_pattern *p, size_t cell, struct protect_need *before,
                                struct pal_error *err)
{
    bool found = true;
    p->hidden[cell] = false;
    memcpy(before, p->need, p->needs * sizeof *before);
    for (size_t k = 0; k < p->needs && found; k++)
        if (uses(&p->need[k], cell))
            PAL_TRY(protect_witness_seek(p, k, &found, err));
    if (!found) {
        p->hidden[cell] = true;
        memcpy(p->need, before, p->needs * sizeof *before);
    }
    return PAL_OK;
}

struct dear {
    double cost;
    size_t cell;
};

static int dearest_first(const void *a, const void *b)
{
    const struct dear *x = a, *y = b;
    return x->cost > y->cost   ? -1
           : x->cost < y->cost ? 1
                               : (x->cell > y->cell) - (x->cell < y->cell);
}

enum pal_status protect_clean(struct protect_pattern *p, struct pal_error *err)
{
    const struct pal_system *s = p->system;
    size_t n = 0;
    struct dear *dear = pal_arena_alloc(p->arena, s->cells + 1, sizeof *dear);
    struct protect_need *before = pal_arena_alloc(p->arena, p->needs + 1, sizeof *before);
    if (!dear || !before)
        return pal_nomem(err, "a pattern");
    for (size_t i = 0; i < s->cells; i++)
        if (p->hidden[i] && !protect_given(&s->cell[i]))
            dear[n++] = (struct dear){s->cell[i].cost, i};
    qsort(dear, n, sizeof *dear, dearest_first);
    for (size_t i = 0; i < n; i++)
        PAL_TRY(try_open(p, dear[i].cell, before, err));
    return PAL_OK;
}
