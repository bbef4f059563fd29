/* paths.c: cells are hidden along the cheapest change that moves a primary cell as far as it must
 * (Kelly, Golden & Assad 1990, Networks 22:397; Castro 2012, EJOR 216:171). */
#include "inside.h"

#include <math.h>
#include <stdlib.h>

enum {
    FEW_CELLS = 300, /* a system up to this size is searched as a whole                   */
    FIRST_REACH = 6, /* cheapest cells of each relation that are tried first, beyond that */
    FIRST_CELLS = 200
};

struct search {
    struct protect_pattern *pattern;
    const bool *banned;
    const double *price;
};

static bool usable(const struct search *x, size_t i)
{
    const struct pal_entry *c = &x->pattern->system->cell[i];
    return x->pattern->hidden[i] || (!c->fixed && !(x->banned && x->banned[i]) &&
                                     (protect_up(c) > 0 || protect_down(c) > 0));
}

static double price_of(const struct search *x, size_t i)
{
    return x->pattern->hidden[i] ? 0 : x->price ? x->price[i] : x->pattern->system->cell[i].cost;
}

struct offer {
    double price;
    size_t cell;
};

static int cheapest_first(const void *a, const void *b)
{
    const struct offer *x = a, *y = b;
    return x->price < y->price   ? -1
           : x->price > y->price ? 1
                                 : (x->cell > y->cell) - (x->cell < y->cell);
}

/* Adds the `reach` cheapest usable cells of a relation to the list. */
static enum pal_status widen(struct search *x, size_t r, size_t reach, size_t *n, bool *left_out,
                             struct pal_arena *scratch, struct pal_error *err)
{
    struct protect_pattern *p = x->pattern;
    const struct pal_system *s = p->system;
    const size_t terms = s->start[r + 1] - s->start[r];
    struct offer *offer = pal_arena_alloc(scratch, terms + 1, sizeof *offer);
    size_t offers = 0;
    if (!offer)
        return pal_nomem(err, "a path");
    for (size_t t = s->start[r]; t < s->start[r + 1]; t++)
        if (usable(x, s->term[t].cell))
            offer[offers++] = (struct offer){price_of(x, s->term[t].cell), s->term[t].cell};
    qsort(offer, offers, sizeof *offer, cheapest_first);
    *left_out = *left_out || offers > reach;
    for (size_t i = 0; i < offers && i < reach; i++)
        if (!p->seen[offer[i].cell]) {
            p->seen[offer[i].cell] = true;
            p->list[(*n)++] = offer[i].cell;
        }
    return PAL_OK;
}

/* The cells around `from`, relation by relation. *whole: nothing usable was left out. */
static enum pal_status around(struct search *x, size_t from, size_t reach, size_t most, size_t *n,
                              bool *whole, struct pal_arena *scratch, struct pal_error *err)
{
    struct protect_pattern *p = x->pattern;
    const struct pal_system *s = p->system;
    bool left_out = false;
    size_t at;
    *n = 0;
    p->list[(*n)++] = from;
    p->seen[from] = true;
    for (at = 0; at < *n && *n < most; at++)
        for (size_t w = s->within_start[p->list[at]]; w < s->within_start[p->list[at] + 1]; w++) {
            const size_t r = s->within[w];
            if (p->used[r])
                continue;
            p->used[r] = true;
            PAL_TRY(widen(x, r, reach, n, &left_out, scratch, err));
        }
    *whole = !left_out && at == *n;
    for (size_t i = 0; i < *n; i++) {
        p->seen[p->list[i]] = false;
        for (size_t w = s->within_start[p->list[i]]; w < s->within_start[p->list[i] + 1]; w++)
            p->used[s->within[w]] = false;
    }
    return PAL_OK;
}

/* One linear program: the cheapest change of cells list[n] that serves need k. */
static enum pal_status path(struct search *x, size_t k, size_t n, struct pal_arena *scratch,
                            bool *found, struct pal_error *err)
{
    struct protect_pattern *p = x->pattern;
    const struct pal_system *s = p->system;
    struct protect_need *need = &p->need[k];
    struct protect_lp lp;
    PAL_TRY(protect_lp_new(s, p->list, n, true, p->column, scratch, &lp, err));
    double dear = 0;
    p->work += 2 * n;
    for (size_t j = 0; j < n; j++)
        dear = fmax(dear, price_of(x, p->list[j]));
    const double little = 1e-6 * (dear > 0 ? dear : 1) / need->distance;
    for (size_t j = 0; j < n; j++) {
        const struct pal_entry *c = &s->cell[p->list[j]];
        const double up = protect_up(c), down = protect_down(c), price = price_of(x, p->list[j]);
        const int more = (int)j + 1, less = (int)(n + j) + 1;
        protect_lp_bounds(lp.glp, more, 0, fmax(0, up));
        protect_lp_bounds(lp.glp, less, 0, fmax(0, down));
        /* The whole price is paid once the cell moves as far as it may or must. */
        glp_set_obj_coef(lp.glp, more, little + (up > 0 ? price / fmin(up, need->distance) : 0));
        glp_set_obj_coef(lp.glp, less,
                         little + (down > 0 ? price / fmin(down, need->distance) : 0));
    }
    /* The target is the first column. */
    const double way = fmin(need->distance, need->above ? protect_up(&s->cell[need->cell])
                                                        : protect_down(&s->cell[need->cell]));
    protect_lp_bounds(lp.glp, 1, need->above ? way : 0, need->above ? way : 0);
    protect_lp_bounds(lp.glp, (int)n + 1, need->above ? 0 : way, need->above ? 0 : way);
    bool feasible;
    *found = false;
    glp_set_obj_dir(lp.glp, GLP_MIN);
    PAL_TRY(protect_lp_solve(lp.glp, &feasible, err));
    if (!feasible || way < need->distance - protect_slack(&s->cell[need->cell]))
        return PAL_OK;
    PAL_TRY(protect_keep(p, k, &lp, err));
    for (size_t m = 0; m < need->n; m++) {
        if (!p->hidden[need->moved[m].cell])
            p->why[need->moved[m].cell] = k;
        p->hidden[need->moved[m].cell] = true;
    }
    *found = protect_witness_holds(p, k);
    return PAL_OK;
}

static enum pal_status serve(struct search *x, size_t k, bool *found, struct pal_error *err)
{
    struct protect_pattern *p = x->pattern;
    const size_t cells = p->system->cells;
    size_t reach = cells <= FEW_CELLS ? cells : FIRST_REACH;
    size_t most = cells <= FEW_CELLS ? cells : FIRST_CELLS;
    for (bool whole = false; !whole; reach *= 4, most *= 4) {
        struct pal_arena *scratch = pal_arena_new();
        size_t n;
        if (!scratch)
            return pal_nomem(err, "a path");
        enum pal_status status = around(x, p->need[k].cell, reach, most, &n, &whole, scratch, err);
        if (status == PAL_OK)
            status = path(x, k, n, scratch, found, err);
        pal_arena_free(scratch);
        PAL_TRY(status);
        if (*found)
            break;
    }
    return PAL_OK;
}

enum pal_status protect_paths(struct protect_pattern *p, const bool *banned, const double *price,
                              bool backwards, size_t *unsafe, struct pal_error *err)
{
    struct search x = {p, banned, price};
    *unsafe = SIZE_MAX;
    for (size_t j = 0; j < p->needs; j++) {
        const size_t k = backwards ? p->needs - 1 - j : j;
        bool found = protect_witness_holds(p, k);
        if (!found)
            PAL_TRY(serve(&x, k, &found, err));
        if (!found) {
            *unsafe = k;
            return PAL_OK;
        }
    }
    return PAL_OK;
}
