/* published_infer.c: what printed cells tell of hidden ones: line by line first, then by linear
 * programs over what hangs together. */
#include "published.h"

#include <math.h>
#include <string.h>

enum { LARGEST_PIECE = 4000 };

bool pal_published_inferred(const struct pal_published_cell *c)
{
    const double width = c->told_high - c->told_low;
    if (!c->hidden || c->conflict)
        return false;
    if (width < 1e-9 * fmax(1, fabs(c->told_high)))
        return true;
    if (isfinite(c->high))
        return c->told_low > c->low + 1e-9 || c->told_high < c->high - 1e-9;
    return isfinite(c->told_high) && width <= 0.2 * c->told_high;
}

/* ---- which relations hold
 * ------------------------------------------------------------------------- */

static void count_line(const struct published *x, struct published_relation *r)
{
    struct pal_published_family *f = &x->family[r->family];
    double low = 0, high = 0;
    size_t hidden = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct pal_published_cell *c = &x->cell[r->term[i].cell];
        const double k = r->term[i].coef;
        hidden += c->hidden && k != 0;
        if (k == 0)
            continue;
        low += k > 0 ? k * c->told_low : k * c->told_high;
        high += k > 0 ? k * c->told_high : k * c->told_low;
    }
    const bool within =
        low <= r->high + 1e-9 * fmax(1, fabs(low)) && high >= r->low - 1e-9 * fmax(1, fabs(high));
    r->contradicted = !within;
    if (r->low != r->high) {
        f->beside++;
        return;
    }
    if (x->cell[r->term[0].cell].hidden)
        return;
    if (hidden == 0) {
        f->printed++;
        f->adds += within;
        return;
    }
    f->masked++;
    f->top_masked += r->top;
    if (hidden > 1)
        return;
    f->single++;
    f->top_single += r->top;
    if (r->repeated)
        return;
    f->tested++;
    f->within += within;
    f->top_tested += r->top;
    f->top_within += r->top && within;
}

void published_judge(struct published *x)
{
    for (size_t r = 0; r < x->relations; r++)
        count_line(x, &x->relation[r]);
    for (size_t f = 0; f < pal_map_count(x->families); f++)
        x->family[f].used = 2 * x->family[f].adds >= x->family[f].printed;
}

static bool in_use(const struct published *x, const struct published_relation *r)
{
    return !r->contradicted && !r->conflict && x->family[r->family].used;
}

/* ---- line by line
 * ---------------------------------------------------------------------------------- */

static enum pal_status credit(struct published *x, size_t cell, const struct published_relation *r,
                              struct pal_error *err)
{
    struct pal_published_cell *c = &x->cell[cell];
    size_t *from = pal_arena_alloc(x->arena, r->n + 1, sizeof *from);
    if (!from)
        return pal_nomem(err, "the attack");
    c->from_n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->term[i].cell != cell)
            from[c->from_n++] = r->term[i].cell;
    c->from = from;
    c->family = r->family;
    return PAL_OK;
}

/* The cell lies in low..high; *changed when that is news. False: it cannot. */
static bool narrow(struct pal_published_cell *c, double low, double high, bool *changed)
{
    const double slack = 1e-7 * fmax(1, fabs(c->told_high) < 1e300 ? fabs(c->told_high) : 1);
    if (c->whole) {
        low = ceil(low - 1e-6);
        high = floor(high + 1e-6);
    }
    if (low > c->told_high + slack || high < c->told_low - slack)
        return false;
    if (low > c->told_low + slack) {
        c->told_low = fmin(low, c->told_high);
        *changed = true;
    }
    if (high < c->told_high - slack) {
        c->told_high = fmax(high, c->told_low);
        *changed = true;
    }
    return true;
}

/* What one line tells, the other cells being what was known before any line spoke. */
static enum pal_status line(struct published *x, struct published_relation *r,
                            struct pal_error *err)
{
    for (size_t i = 0; i < r->n; i++) {
        const size_t cell = r->term[i].cell;
        const double k = r->term[i].coef;
        double low = r->low, high = r->high;
        bool news = false;
        if (k == 0 || !x->cell[cell].hidden)
            continue;
        for (size_t j = 0; j < r->n; j++) {
            const double f = r->term[j].coef;
            if (j == i || f == 0)
                continue;
            low -= f > 0 ? f * x->before[r->term[j].cell].high : f * x->before[r->term[j].cell].low;
            high -=
                f > 0 ? f * x->before[r->term[j].cell].low : f * x->before[r->term[j].cell].high;
        }
        if (!narrow(&x->cell[cell], k > 0 ? low / k : high / k, k > 0 ? high / k : low / k,
                    &news)) {
            continue; /* another line says otherwise */
        }
        if (news)
            PAL_TRY(credit(x, cell, r, err));
    }
    return PAL_OK;
}

/* ---- what hangs together
 * ------------------------------------------------------------------------- */

struct piece {
    struct published *x;
    size_t *parent; /* [cells] */
    size_t *next_cell, *last_cell;
    size_t *first_row, *next_row; /* relations of a piece: [cells], [relations] */
    int *column;                  /* [cells] */
};

static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

static enum pal_status gather(struct piece *p, struct pal_error *err)
{
    struct published *x = p->x;
    p->parent = pal_arena_alloc(x->arena, x->cells + 1, sizeof *p->parent);
    p->next_cell = pal_arena_alloc(x->arena, x->cells + 1, sizeof *p->next_cell);
    p->last_cell = pal_arena_alloc(x->arena, x->cells + 1, sizeof *p->last_cell);
    p->first_row = pal_arena_alloc(x->arena, x->cells + 1, sizeof *p->first_row);
    p->next_row = pal_arena_alloc(x->arena, x->relations + 1, sizeof *p->next_row);
    p->column = pal_arena_alloc(x->arena, x->cells + 1, sizeof *p->column);
    if (!p->parent || !p->next_cell || !p->last_cell || !p->first_row || !p->next_row || !p->column)
        return pal_nomem(err, "the attack");
    for (size_t i = 0; i < x->cells; i++) {
        p->parent[i] = p->last_cell[i] = i;
        p->next_cell[i] = p->first_row[i] = SIZE_MAX;
    }
    for (size_t r = 0; r < x->relations; r++) {
        const struct published_relation *rel = &x->relation[r];
        size_t first = SIZE_MAX;
        for (size_t i = 0; i < rel->n && in_use(x, rel); i++) {
            const size_t cell = rel->term[i].cell;
            if (rel->term[i].coef == 0 || !x->cell[cell].hidden)
                continue;
            if (first == SIZE_MAX)
                first = root_of(p->parent, cell);
            else
                p->parent[root_of(p->parent, cell)] = first = root_of(p->parent, first);
        }
    }
    for (size_t i = 0; i < x->cells; i++) {
        const size_t root = root_of(p->parent, i);
        if (root != i) {
            p->next_cell[p->last_cell[root]] = i;
            p->last_cell[root] = i;
        }
    }
    for (size_t r = x->relations; r-- > 0;) {
        const struct published_relation *rel = &x->relation[r];
        for (size_t i = 0; i < rel->n && in_use(x, rel); i++)
            if (rel->term[i].coef != 0 && x->cell[rel->term[i].cell].hidden) {
                const size_t root = root_of(p->parent, rel->term[i].cell);
                p->next_row[r] = p->first_row[root];
                p->first_row[root] = r;
                break;
            }
    }
    return PAL_OK;
}

static void delete_lp(void *glp) { glp_delete_prob(glp); }

static enum pal_status program(struct piece *p, size_t root, glp_prob *glp,
                               struct pal_arena *scratch, struct pal_error *err)
{
    struct published *x = p->x;
    int n = 0;
    for (size_t i = root; i != SIZE_MAX; i = p->next_cell[i]) {
        p->column[i] = ++n;
        glp_add_cols(glp, 1);
        protect_lp_bounds(glp, n, x->cell[i].told_low, x->cell[i].told_high);
    }
    for (size_t r = p->first_row[root]; r != SIZE_MAX; r = p->next_row[r]) {
        const struct published_relation *rel = &x->relation[r];
        int *index = pal_arena_alloc(scratch, rel->n + 1, sizeof *index);
        double *coef = pal_arena_alloc(scratch, rel->n + 1, sizeof *coef);
        double low = rel->low, high = rel->high;
        int terms = 0;
        if (!index || !coef)
            return pal_nomem(err, "the attack");
        for (size_t i = 0; i < rel->n; i++) {
            const struct pal_published_cell *c = &x->cell[rel->term[i].cell];
            const double k = rel->term[i].coef;
            if (k == 0)
                continue;
            if (c->hidden) {
                index[++terms] = p->column[rel->term[i].cell];
                coef[terms] = k;
            } else {
                low -= k > 0 ? k * c->told_high : k * c->told_low;
                high -= k > 0 ? k * c->told_low : k * c->told_high;
            }
        }
        const int row = glp_add_rows(glp, 1);
        glp_set_row_bnds(glp, row, low < high ? GLP_DB : GLP_FX, low, high);
        glp_set_mat_row(glp, row, terms, index, coef);
    }
    return PAL_OK;
}

/* The relations whose prices are not zero are those that the interval follows from. */
static enum pal_status credit_prices(struct piece *p, size_t root, size_t cell, glp_prob *glp,
                                     struct pal_error *err)
{
    struct published *x = p->x;
    struct published_relation all = {.family = SIZE_MAX};
    size_t n = 0;
    int row = 0;
    for (size_t r = p->first_row[root]; r != SIZE_MAX; r = p->next_row[r])
        n += fabs(glp_get_row_dual(glp, ++row)) > 1e-9 ? x->relation[r].n : 0;
    all.term = pal_arena_alloc(x->arena, n + 1, sizeof *all.term);
    if (!all.term)
        return pal_nomem(err, "the attack");
    row = 0;
    for (size_t r = p->first_row[root]; r != SIZE_MAX; r = p->next_row[r]) {
        if (fabs(glp_get_row_dual(glp, ++row)) <= 1e-9)
            continue;
        all.family = x->relation[r].family;
        for (size_t i = 0; i < x->relation[r].n; i++) {
            bool known = false;
            for (size_t k = 0; k < all.n; k++)
                known = known || all.term[k].cell == x->relation[r].term[i].cell;
            if (!known)
                all.term[all.n++] = x->relation[r].term[i];
        }
    }
    return all.family == SIZE_MAX ? PAL_OK : credit(x, cell, &all, err);
}

static enum pal_status solve(struct piece *p, size_t root, struct pal_arena *scratch,
                             bool *feasible_at_all, struct pal_error *err)
{
    struct published *x = p->x;
    bool feasible;
    *feasible_at_all = false;
    glp_term_out(GLP_OFF);
    glp_prob *glp = glp_create_prob();
    PAL_TRY(pal_arena_defer(scratch, delete_lp, glp, err));
    PAL_TRY(program(p, root, glp, scratch, err));
    glp_set_obj_dir(glp, GLP_MAX);
    PAL_TRY(protect_lp_solve(glp, feasible_at_all, err));
    if (!*feasible_at_all)
        return PAL_OK; /* these lines contradict each other: each speaks for itself */
    for (size_t i = root; i != SIZE_MAX; i = p->next_cell[i])
        for (int sign = -1; sign <= 1; sign += 2) {
            struct pal_published_cell *c = &x->cell[i];
            bool news = false;
            if (c->told_high - c->told_low < 1e-9)
                continue;
            glp_set_obj_coef(glp, p->column[i], sign);
            PAL_TRY(protect_lp_solve(glp, &feasible, err));
            glp_set_obj_coef(glp, p->column[i], 0);
            if (!feasible)
                return PAL_OK;
            if (glp_get_status(glp) == GLP_UNBND)
                continue;
            const double reached = glp_get_col_prim(glp, p->column[i]);
            if (narrow(c, sign < 0 ? reached : c->told_low, sign > 0 ? reached : c->told_high,
                       &news) &&
                news)
                PAL_TRY(credit_prices(p, root, i, glp, err));
        }
    return PAL_OK;
}

enum pal_status published_infer(struct published *x, struct pal_error *err)
{
    struct piece p = {.x = x};
    x->before = pal_arena_alloc(x->arena, x->cells + 1, sizeof *x->before);
    if (!x->before)
        return pal_nomem(err, "the attack");
    for (size_t i = 0; i < x->cells; i++)
        x->before[i] = (struct pal_interval){x->cell[i].told_low, x->cell[i].told_high};
    PAL_TRY(gather(&p, err));
    for (size_t i = 0; i < x->cells; i++) {
        size_t n = 0, rows = 0;
        bool together = false;
        if (!x->cell[i].hidden || p.parent[i] != i)
            continue;
        for (size_t k = i; k != SIZE_MAX; k = p.next_cell[k])
            n++;
        for (size_t r = p.first_row[i]; r != SIZE_MAX; r = p.next_row[r])
            rows++;
        if (rows > 1 && n > 1 && n <= LARGEST_PIECE) {
            struct pal_arena *scratch = pal_arena_new();
            if (!scratch)
                return pal_nomem(err, "the attack");
            const enum pal_status status = solve(&p, i, scratch, &together, err);
            pal_arena_free(scratch);
            PAL_TRY(status);
        }
        for (size_t r = p.first_row[i]; r != SIZE_MAX && !together; r = p.next_row[r])
            PAL_TRY(line(x, &x->relation[r], err));
    }
    return PAL_OK;
}

enum pal_status pal_published_attack(const struct pal_grid *grid, size_t n,
                                     const struct pal_published_options *options,
                                     struct pal_arena *arena, struct pal_published *out,
                                     struct pal_error *err)
{
    struct published x = {.arena = arena};
    x.keys = pal_map_new(arena, 1024);
    x.families = pal_map_new(arena, 16);
    if (!x.keys || !x.families)
        return pal_nomem(err, "the published tables");
    for (size_t i = 0; i < n; i++)
        PAL_TRY(published_read(&x, &grid[i], options->value, err));
    PAL_TRY(published_totals(&x, err));
    PAL_TRY(published_rates(&x, options->populations, options->population, err));
    published_judge(&x);
    PAL_TRY(published_infer(&x, err));
    *out = (struct pal_published){.cells = x.cells,
                                  .families = pal_map_count(x.families),
                                  .relations = x.relations,
                                  .files = n,
                                  .cell = x.cell,
                                  .family = x.family};
    for (size_t i = 0; i < x.cells; i++) {
        const struct pal_published_cell *c = &x.cell[i];
        if (!pal_published_inferred(c))
            continue;
        if (c->told_high - c->told_low < 1e-9 * fmax(1, fabs(c->told_high)))
            out->told++;
        else
            out->narrowed++;
    }
    return PAL_OK;
}
