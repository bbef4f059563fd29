/* exact.c: suppression at least cost as an integer program, by cutting planes (Fischetti & Salazar
 * 2001, Management Science 47:1008). One binary variable a cell; a pattern that does not protect a
 * cell is cut off by the prices of the linear program that attacked it. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>

static const double NEAR = 1e-6;

struct exact {
    struct protect_pattern *best;
    const struct pal_system *system;
    struct pal_arena *arena;
    glp_prob *master;     /* columns: cells that may be hidden at a cost            */
    size_t n;             /* of them                                                */
    size_t *cell;         /* [n] */
    int *variable;        /* [cells] column of master, 0 = none                     */
    struct protect_lp lp; /* the attack; columns: those and the cells given         */
    size_t *attacked;     /* [lp.n] */
    double *y;            /* [n] */
    int *index;           /* [n + 1] a row being made */
    double *coef;         /* [n + 1] */
    double grain;         /* costs of two patterns differ by this at least          */
};

static void add_row(struct exact *x, int terms, double at_least)
{
    const int row = glp_add_rows(x->master, 1);
    glp_set_row_bnds(x->master, row, GLP_LO, at_least, 0);
    glp_set_mat_row(x->master, row, terms, x->index, x->coef);
}

/* Nobody moves alone: in each relation of a primary cell another is hidden too. `of` is a primary
 * cell (at least 1) or a variable (at least as much as it). */
static bool company_row(struct exact *x, size_t r, size_t of, bool only_if_violated)
{
    const struct pal_system *s = x->system;
    int terms = 0;
    double sum = 0;
    for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
        const size_t i = s->term[t].cell;
        if (i == of)
            continue;
        if (protect_given(&s->cell[i]))
            return false;
        if (!x->variable[i])
            continue;
        x->index[++terms] = x->variable[i];
        x->coef[terms] = 1;
        sum += x->y[x->variable[i] - 1];
    }
    const int own = x->variable[of];
    if (own) {
        sum -= x->y[own - 1];
        x->index[++terms] = own;
        x->coef[terms] = -1;
    }
    if (only_if_violated && sum >= (own ? 0 : 1) - NEAR)
        return false;
    add_row(x, terms, own ? 0 : 1);
    return true;
}

static size_t separate_company(struct exact *x)
{
    const struct pal_system *s = x->system;
    size_t added = 0;
    for (size_t j = 0; j < x->n; j++) {
        if (x->y[j] <= NEAR)
            continue;
        const size_t i = x->cell[j];
        for (size_t w = s->within_start[i]; w < s->within_start[i + 1]; w++)
            added += company_row(x, s->within[w], i, true);
    }
    return added;
}

/* Attacks need k while cell j may move by y_j of its way. Where that falls short, the prices g say
 * how far each cell could help at most: sum of g y >= distance, for every pattern that protects. */
static enum pal_status separate_need(struct exact *x, size_t k, bool *added, struct pal_error *err)
{
    const struct protect_need *need = &x->best->need[k];
    const struct pal_system *s = x->system;
    glp_prob *glp = x->lp.glp;
    int target = 0;
    for (size_t j = 0; j < x->lp.n; j++) {
        const struct pal_entry *c = &s->cell[x->attacked[j]];
        const int v = x->variable[x->attacked[j]];
        const double share = v ? x->y[v - 1] : 1;
        double up = share > 0 ? share * protect_up(c) : 0;
        double down = share > 0 ? share * protect_down(c) : 0;
        glp_set_obj_coef(glp, (int)j + 1, 0);
        if (x->attacked[j] == need->cell) {
            target = (int)j + 1;
            up = need->above ? need->distance : HUGE_VAL;
            down = need->above ? HUGE_VAL : need->distance;
        }
        protect_lp_bounds(glp, (int)j + 1, -down, up);
    }
    glp_set_obj_dir(glp, GLP_MAX);
    glp_set_obj_coef(glp, target, need->above ? 1 : -1);
    bool feasible;
    *added = false;
    PAL_TRY(protect_lp_solve(glp, &feasible, err));
    if (!feasible)
        return pal_fail(err, PAL_BUG, "the table itself does not agree with its relations");
    const double reached = fabs(glp_get_col_prim(glp, target));
    if (reached >= need->distance - protect_slack(&s->cell[need->cell]))
        return PAL_OK;
    double asked = need->distance, sum = 0;
    for (size_t j = 0; j < x->lp.n; j++) { /* what the cells given do of it */
        const struct pal_entry *c = &s->cell[x->attacked[j]];
        const double dual = glp_get_col_dual(glp, (int)j + 1);
        if ((int)j + 1 == target || x->variable[x->attacked[j]] || fabs(dual) < 1e-12)
            continue;
        asked -= dual > 0 ? dual * protect_up(c) : -dual * protect_down(c);
    }
    if (!(asked > 0))
        return PAL_OK;
    int terms = 0;
    for (size_t j = 0; j < x->lp.n; j++) {
        const struct pal_entry *c = &s->cell[x->attacked[j]];
        const int v = x->variable[x->attacked[j]];
        const double dual = glp_get_col_dual(glp, (int)j + 1);
        if (!v || fabs(dual) < 1e-12)
            continue;
        const double helps =
            fmin(1, (dual > 0 ? dual * protect_up(c) : -dual * protect_down(c)) / asked);
        x->index[++terms] = v;
        x->coef[terms] = helps;
        sum += helps * x->y[v - 1];
    }
    if (sum >= 1 - NEAR)
        return PAL_OK;
    add_row(x, terms, 1);
    *added = true;
    return PAL_OK;
}

static enum pal_status separate(struct exact *x, size_t *added, struct pal_error *err)
{
    for (size_t k = 0; k < x->best->needs; k++) {
        bool one;
        PAL_TRY(separate_need(x, k, &one, err));
        *added += one;
    }
    return PAL_OK;
}

static void set_up_costs(struct exact *x)
{
    bool whole = true;
    double dearest = 0;
    for (size_t j = 0; j < x->n; j++) {
        const double cost = x->system->cell[x->cell[j]].cost;
        whole = whole && cost == floor(cost);
        dearest = fmax(dearest, cost);
        glp_set_obj_coef(x->master, (int)j + 1, cost);
        glp_set_col_kind(x->master, (int)j + 1, GLP_BV);
    }
    x->grain = whole ? 1 - 1e-6 : 1e-9 * fmax(1, dearest);
}

static void delete_lp(void *glp) { glp_delete_prob(glp); }

static enum pal_status begin(struct exact *x, struct pal_error *err)
{
    const struct pal_system *s = x->system;
    size_t given = 0;
    x->cell = pal_arena_alloc(x->arena, s->cells + 1, sizeof *x->cell);
    x->attacked = pal_arena_alloc(x->arena, s->cells + 1, sizeof *x->attacked);
    x->variable = pal_arena_alloc(x->arena, s->cells + 1, sizeof *x->variable);
    x->y = pal_arena_alloc(x->arena, s->cells + 1, sizeof *x->y);
    x->index = pal_arena_alloc(x->arena, s->cells + 2, sizeof *x->index);
    x->coef = pal_arena_alloc(x->arena, s->cells + 2, sizeof *x->coef);
    if (!x->cell || !x->attacked || !x->variable || !x->y || !x->index || !x->coef)
        return pal_nomem(err, "the integer program");
    for (size_t i = 0; i < s->cells; i++) {
        const struct pal_entry *c = &s->cell[i];
        if (protect_given(c)) {
            x->attacked[x->n + given++] = i;
        } else if (!c->fixed && (protect_up(c) > 0 || protect_down(c) > 0)) {
            x->attacked[x->n + given] = i;
            x->cell[x->n] = i;
            x->variable[i] = (int)++x->n;
        }
    }
    PAL_TRY(protect_lp_new(s, x->attacked, x->n + given, false, x->best->column, x->arena, &x->lp,
                           err));
    x->master = glp_create_prob();
    PAL_TRY(pal_arena_defer(x->arena, delete_lp, x->master, err));
    glp_set_obj_dir(x->master, GLP_MIN);
    if (x->n)
        glp_add_cols(x->master, (int)x->n);
    set_up_costs(x);
    for (size_t i = 0; i < s->cells; i++)
        for (size_t w = s->within_start[i]; w < s->within_start[i + 1]; w++)
            if (s->cell[i].mark == PAL_CELL_PRIMARY)
                (void)company_row(x, s->within[w], i, false);
    return PAL_OK;
}

/* Cuts while all variables are shares between 0 and 1; the bound of that is the first lower bound.
 */
static enum pal_status relax(struct exact *x, double *bound, struct pal_error *err)
{
    double before = -1;
    for (size_t round = 0, still = 0; round < 200 && still < 8; round++) {
        bool feasible;
        size_t added = 0;
        glp_smcp how;
        glp_init_smcp(&how);
        how.msg_lev = GLP_MSG_OFF;
        how.meth = round ? GLP_DUALP : GLP_PRIMAL;
        if (glp_simplex(x->master, &how) != 0 || glp_get_status(x->master) != GLP_OPT) {
            glp_std_basis(x->master);
            PAL_TRY(protect_lp_solve(x->master, &feasible, err));
            if (!feasible)
                return pal_fail(err, PAL_BUG, "the integer program lost its safe patterns");
        }
        *bound = glp_get_obj_val(x->master);
        still = *bound > before + 1e-4 * fmax(1, fabs(before)) ? 0 : still + 1;
        before = *bound;
        for (size_t j = 0; j < x->n; j++)
            x->y[j] = fmin(1, fmax(0, glp_get_col_prim(x->master, (int)j + 1)));
        added += separate_company(x);
        PAL_TRY(separate(x, &added, err));
        if (!added)
            break;
    }
    return PAL_OK;
}

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

/* The cheapest pattern under the cuts so far; *ended false when the nodes ran out. */
static enum pal_status solve(struct exact *x, size_t *nodes, bool *ended, double *bound,
                             struct pal_error *err)
{
    glp_iocp how;
    bool feasible;
    PAL_TRY(protect_lp_solve(x->master, &feasible, err));
    *ended = true;
    if (!feasible)
        return pal_fail(err, PAL_BUG, "the integer program lost its safe patterns");
    glp_init_iocp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.cb_func = count_nodes;
    how.cb_info = nodes;
    how.br_tech = GLP_BR_DTH;
    how.bt_tech = GLP_BT_BLB;
    how.mir_cuts = GLP_ON;
    how.cov_cuts = GLP_ON;
    const int code = glp_intopt(x->master, &how);
    if (code == GLP_ESTOP || code == GLP_EITLIM) {
        *ended = false;
        return PAL_OK;
    }
    if (code)
        return pal_fail(err, PAL_NOCONV, "the integer program did not end (GLPK code %d)", code);
    const int status = glp_mip_status(x->master);
    if (status != GLP_OPT) {
        *ended = false;
        return PAL_OK;
    }
    *bound = glp_mip_obj_val(x->master);
    for (size_t j = 0; j < x->n; j++)
        x->y[j] = glp_mip_col_val(x->master, (int)j + 1) > 0.5 ? 1 : 0;
    return PAL_OK;
}

/* The program's pattern, completed to a safe one, when that is cheaper than the best. */
static enum pal_status round_up(struct exact *x, struct protect_pattern *trial,
                                struct pal_error *err)
{
    const struct pal_system *s = x->system;
    size_t unsafe;
    protect_pattern_copy(trial, x->best);
    for (size_t i = 0; i < s->cells; i++)
        trial->hidden[i] =
            protect_given(&s->cell[i]) || (x->variable[i] && x->y[x->variable[i] - 1] > 0.5);
    PAL_TRY(protect_paths(trial, NULL, NULL, false, &unsafe, err));
    if (unsafe != SIZE_MAX)
        return PAL_OK;
    PAL_TRY(protect_clean(trial, NULL, err));
    if (protect_pattern_cost(trial) < protect_pattern_cost(x->best) - 1e-9)
        protect_pattern_copy(x->best, trial);
    return PAL_OK;
}

enum pal_status protect_exact(struct protect_pattern *best, size_t nodes, double *lower_bound,
                              bool *optimal, struct pal_error *err)
{
    struct exact x = {.best = best, .system = best->system, .arena = best->arena};
    struct protect_pattern trial;
    double bound = 0;
    *lower_bound = 0;
    *optimal = protect_pattern_cost(best) <= 0;
    if (*optimal)
        return PAL_OK;
    PAL_TRY(protect_pattern_new(best->system, best->arena, &trial, err));
    PAL_TRY(begin(&x, err));
    PAL_TRY(relax(&x, &bound, err));
    for (bool ended = true; ended;) {
        const double cost = protect_pattern_cost(best);
        *lower_bound = fmax(*lower_bound, fmin(bound, cost));
        if (bound > cost - x.grain) {
            *lower_bound = cost;
            *optimal = true;
            break;
        }
        size_t added = 0;
        PAL_TRY(solve(&x, &nodes, &ended, &bound, err));
        if (!ended)
            break;
        PAL_TRY(separate(&x, &added, err));
        PAL_TRY(round_up(&x, &trial, err));
        if (!added) { /* safe as it is, and round_up has taken it */
            *lower_bound = protect_pattern_cost(best);
            *optimal = true;
            break;
        }
    }
    return PAL_OK;
}
