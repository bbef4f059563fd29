/* attack.c: what is left to an attacker: the interval of every hidden cell. */
#include "inside.h"

#include <math.h>

bool pal_interval_protects(const struct pal_entry *c, struct pal_interval interval)
{
    const double slack = protect_slack(c);
    const bool above = interval.high >= c->value + c->upper - slack;
    const bool below = interval.low <= c->value - c->lower + slack;
    if (c->sliding)
        return (above && c->upper > 0) || (below && c->lower > 0);
    return above && below;
}

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

/* Hidden cells that stand together in a relation belong to one piece. */
static void join(const struct pal_system *s, size_t *parent)
{
    for (size_t r = 0; r < s->relations; r++) {
        size_t first = SIZE_MAX;
        for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
            const size_t i = s->term[t].cell;
            if (s->cell[i].mark == PAL_CELL_OPEN)
                continue;
            if (first == SIZE_MAX)
                first = root_of(parent, i);
            else
                parent[root_of(parent, i)] = first = root_of(parent, first);
        }
    }
}

static enum pal_status reach(glp_prob *glp, int column, double sign, double *out,
                             struct pal_error *err)
{
    bool feasible;
    glp_set_obj_coef(glp, column, sign);
    PAL_TRY(protect_lp_solve(glp, &feasible, err));
    if (!feasible)
        return pal_fail(err, PAL_DOMAIN, "no table agrees with what is printed");
    *out = glp_get_status(glp) == GLP_UNBND ? sign * HUGE_VAL : glp_get_col_prim(glp, column);
    glp_set_obj_coef(glp, column, 0);
    return PAL_OK;
}

struct whole { /* counts are whole numbers; NULL where that is not used */
    size_t largest, nodes, left;
};

static void count_nodes(glp_tree *tree, void *left)
{
    size_t *nodes = left;
    if (glp_ios_reason(tree) != GLP_ISELECT)
        return;
    if (*nodes == 0)
        glp_ios_terminate(tree);
    else
        --*nodes;
}

static bool is_whole(double x) { return x == floor(x); }

/* The same in whole numbers, from the linear program's answer. When the nodes run out it is the
 * farthest table found, which may be too near and is never too far. */
static enum pal_status reach_whole(glp_prob *glp, int column, double sign, size_t nodes,
                                   double *out, struct pal_error *err)
{
    glp_iocp how;
    bool feasible;
    if (isinf(*out) || *out == 0)
        return PAL_OK;
    glp_set_obj_coef(glp, column, sign);
    PAL_TRY(protect_lp_solve(glp, &feasible, err));
    if (feasible && glp_get_status(glp) == GLP_OPT) {
        glp_init_iocp(&how);
        how.msg_lev = GLP_MSG_OFF;
        how.cb_func = count_nodes;
        how.cb_info = &nodes;
        const int code = glp_intopt(glp, &how);
        const int status = glp_mip_status(glp);
        if (code && code != GLP_ESTOP)
            return pal_fail(err, PAL_NOCONV, "an integer program did not end (GLPK code %d)", code);
        *out = status == GLP_OPT || status == GLP_FEAS ? glp_mip_col_val(glp, column) : 0;
    }
    glp_set_obj_coef(glp, column, 0);
    return PAL_OK;
}

static enum pal_status attack_piece(const struct pal_system *s, const size_t *cell, size_t n,
                                    int *column, struct whole *whole, struct pal_arena *scratch,
                                    struct pal_interval *out, struct pal_error *err)
{
    const bool too_large = whole && n > whole->largest;
    if (too_large) {
        whole->left += n;
        whole = NULL;
    }
    struct protect_lp lp;
    PAL_TRY(protect_lp_new(s, cell, n, false, column, scratch, &lp, err));
    for (size_t j = 0; j < n; j++)
        protect_lp_bounds(lp.glp, (int)j + 1, -protect_down(&s->cell[cell[j]]),
                          protect_up(&s->cell[cell[j]]));
    glp_set_obj_dir(lp.glp, GLP_MAX);
    for (size_t j = 0; j < n && whole; j++)
        if (is_whole(s->cell[cell[j]].value) && !s->cell[cell[j]].derived)
            glp_set_col_kind(lp.glp, (int)j + 1, GLP_IV);
    for (size_t j = 0; j < n; j++) {
        const double value = s->cell[cell[j]].value;
        double up = 0, down = 0;
        PAL_TRY(reach(lp.glp, (int)j + 1, 1, &up, err));
        PAL_TRY(reach(lp.glp, (int)j + 1, -1, &down, err));
        if (whole && is_whole(value)) {
            PAL_TRY(reach_whole(lp.glp, (int)j + 1, 1, whole->nodes, &up, err));
            PAL_TRY(reach_whole(lp.glp, (int)j + 1, -1, whole->nodes, &down, err));
        }
        out[cell[j]] = (struct pal_interval){value + down, value + up};
    }
    return PAL_OK;
}

static enum pal_status attack(const struct pal_system *s, struct whole *whole,
                              struct pal_interval *out, struct pal_error *err)
{
    struct pal_arena *arena = s->arena;
    size_t *parent = pal_arena_alloc(arena, s->cells + 1, sizeof *parent);
    size_t *next = pal_arena_alloc(arena, s->cells + 1, sizeof *next); /* within a piece */
    size_t *last = pal_arena_alloc(arena, s->cells + 1, sizeof *last);
    size_t *piece = pal_arena_alloc(arena, s->cells + 1, sizeof *piece);
    int *column = pal_arena_alloc(arena, s->cells + 1, sizeof *column);
    if (!parent || !next || !last || !piece || !column)
        return pal_nomem(err, "the attack");
    for (size_t i = 0; i < s->cells; i++) {
        parent[i] = last[i] = i;
        next[i] = SIZE_MAX;
        out[i] = (struct pal_interval){s->cell[i].value, s->cell[i].value};
    }
    join(s, parent);
    for (size_t i = 0; i < s->cells; i++) {
        const size_t root = root_of(parent, i);
        if (root == i)
            continue;
        next[last[root]] = i;
        last[root] = i;
    }
    for (size_t i = 0; i < s->cells; i++) {
        if (s->cell[i].mark == PAL_CELL_OPEN || root_of(parent, i) != i)
            continue;
        size_t n = 0;
        for (size_t at = i; at != SIZE_MAX; at = next[at])
            piece[n++] = at;
        const struct pal_arena_mark mark = pal_arena_mark(arena);
        const enum pal_status status = attack_piece(s, piece, n, column, whole, arena, out, err);
        pal_arena_reset(arena, mark);
        PAL_TRY(status);
    }
    return PAL_OK;
}

enum pal_status pal_attack(const struct pal_system *s, struct pal_interval *out,
                           struct pal_error *err)
{
    return attack(s, NULL, out, err);
}

enum pal_status pal_attack_whole(const struct pal_system *s, struct pal_interval *out, size_t *left,
                                 struct pal_error *err)
{
    struct whole whole = {.largest = PAL_WHOLE_CELLS, .nodes = PAL_WHOLE_NODES};
    PAL_TRY(attack(s, &whole, out, err));
    *left = whole.left;
    return PAL_OK;
}
