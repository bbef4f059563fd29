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
    out->why = pal_arena_alloc(arena, s->cells + 1, sizeof *out->why);
    out->column = pal_arena_alloc(arena, s->cells + 1, sizeof *out->column);
    out->change = pal_arena_alloc(arena, s->cells + 1, sizeof *out->change);
    out->list = pal_arena_alloc(arena, s->cells + 1, sizeof *out->list);
    out->seen = pal_arena_alloc(arena, s->cells + 1, sizeof *out->seen);
    out->used = pal_arena_alloc(arena, s->relations + 1, sizeof *out->used);
    if (!out->hidden || !out->need || !out->why || !out->column || !out->change || !out->list ||
        !out->seen || !out->used)
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
    memcpy(to->why, from->why, from->system->cells * sizeof *to->why);
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

enum { NEAR_CELLS = 150 };

/* The hidden cells that hang together with `from`, through relations: the nearest `most`. */
static size_t piece_of(struct protect_pattern *p, size_t from, size_t most)
{
    const struct pal_system *s = p->system;
    size_t n = 0;
    p->list[n++] = from;
    p->seen[from] = true;
    for (size_t at = 0; at < n && n < most; at++) {
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

/* The change of a solved doubled program becomes the witness of need k. */
enum pal_status protect_keep(struct protect_pattern *p, size_t k, const struct protect_lp *lp,
                             struct pal_error *err)
{
    struct pal_term *moved = pal_arena_alloc(p->arena, lp->n + 1, sizeof *moved);
    size_t n = 0;
    if (!moved)
        return pal_nomem(err, "a witness");
    for (size_t j = 0; j < lp->n; j++) {
        const double d =
            glp_get_col_prim(lp->glp, (int)j + 1) - glp_get_col_prim(lp->glp, (int)(lp->n + j) + 1);
        if (fabs(d) > 1e-10)
            moved[n++] = (struct pal_term){lp->cell[j], d};
    }
    p->need[k].moved = moved;
    p->need[k].n = n;
    return PAL_OK;
}

/* As far as asked, with as little change elsewhere as it takes: short witnesses leave more cells
 * free to be printed. All columns begin at 0, the table itself, which agrees with everything. */
static enum pal_status seek(struct protect_pattern *p, size_t k, size_t n, bool *found,
                            struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_system *s = p->system;
    const struct protect_need *need = &p->need[k];
    const struct pal_entry *target = &s->cell[need->cell];
    struct protect_lp lp;
    bool feasible;
    p->work += n;
    PAL_TRY(protect_lp_new(s, p->list, n, true, p->column, scratch, &lp, err));
    for (size_t j = 0; j < n; j++) {
        const struct pal_entry *c = &s->cell[p->list[j]];
        protect_lp_bounds(lp.glp, (int)j + 1, 0, fmax(0, protect_up(c)));
        protect_lp_bounds(lp.glp, (int)(n + j) + 1, 0, fmax(0, protect_down(c)));
        glp_set_obj_coef(lp.glp, (int)j + 1, -1e-6);
        glp_set_obj_coef(lp.glp, (int)(n + j) + 1, -1e-6);
    }
    const int way = need->above ? 1 : (int)n + 1, back = need->above ? (int)n + 1 : 1;
    protect_lp_bounds(
        lp.glp, way, 0,
        fmin(need->distance, need->above ? protect_up(target) : protect_down(target)));
    protect_lp_bounds(lp.glp, back, 0, 0);
    glp_set_obj_dir(lp.glp, GLP_MAX);
    glp_set_obj_coef(lp.glp, way, 1);
    PAL_TRY(protect_lp_solve(lp.glp, &feasible, err));
    if (!feasible || glp_get_col_prim(lp.glp, way) < need->distance - protect_slack(target))
        return PAL_OK;
    PAL_TRY(protect_keep(p, k, &lp, err));
    *found = protect_witness_holds(p, k);
    return PAL_OK;
}

enum pal_status protect_witness_seek(struct protect_pattern *p, size_t k, bool *found,
                                     struct pal_error *err)
{
    enum pal_status status = PAL_OK;
    *found = false;
    for (size_t most = NEAR_CELLS, before = 0; status == PAL_OK && !*found; most = SIZE_MAX) {
        const size_t n = piece_of(p, p->need[k].cell, most);
        if (n == before)
            break; /* that was all */
        before = n;
        struct pal_arena *scratch = pal_arena_new();
        if (!scratch)
            return pal_nomem(err, "a witness");
        status = seek(p, k, n, found, scratch, err);
        pal_arena_free(scratch);
        if (most == SIZE_MAX)
            break;
    }
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
    /* The need that it was hidden for is the likeliest not to do without it. */
    const size_t first = p->why[cell];
    if (first < p->needs && uses(&p->need[first], cell))
        PAL_TRY(protect_witness_seek(p, first, &found, err));
    for (size_t k = 0; k < p->needs && found; k++)
        if (uses(&p->need[k], cell)) {
            PAL_TRY(protect_witness_seek(p, k, &found, err));
            p->why[cell] = k;
        }
    if (!found) {
        p->hidden[cell] = true;
        memcpy(p->need, before, p->needs * sizeof *before);
    }
    return PAL_OK;
}

static const uint64_t CLEAN_WORK = 150000; /* columns */

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

enum pal_status protect_clean(struct protect_pattern *p, const bool *but, struct pal_error *err)
{
    const struct pal_system *s = p->system;
    size_t n = 0;
    struct dear *dear = pal_arena_alloc(p->arena, s->cells + 1, sizeof *dear);
    struct protect_need *before = pal_arena_alloc(p->arena, p->needs + 1, sizeof *before);
    if (!dear || !before)
        return pal_nomem(err, "a pattern");
    for (size_t i = 0; i < s->cells; i++)
        if (p->hidden[i] && !protect_given(&s->cell[i]) && !(but && but[i]))
            dear[n++] = (struct dear){s->cell[i].cost, i};
    qsort(dear, n, sizeof *dear, dearest_first);
    const uint64_t until = p->work + CLEAN_WORK;
    for (size_t i = 0; i < n && p->work < until; i++)
        PAL_TRY(try_open(p, dear[i].cell, before, err));
    return PAL_OK;
}
