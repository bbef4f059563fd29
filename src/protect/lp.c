/* lp.c: linear programs over changes of cells, solved by GLPK. */
#include "inside.h"

#include <limits.h>
#include <math.h>

static void delete_lp(void *glp) { glp_delete_prob(glp); }

void protect_lp_bounds(glp_prob *glp, int column, double low, double high)
{
    const int kind = isinf(low) && isinf(high) ? GLP_FR
                     : isinf(high)             ? GLP_LO
                     : isinf(low)              ? GLP_UP
                     : low < high              ? GLP_DB
                                               : GLP_FX;
    glp_set_col_bnds(glp, column, kind, isinf(low) ? 0 : low, isinf(high) ? 0 : high);
}

enum pal_status protect_lp_new(const struct pal_system *s, const size_t *cell, size_t n,
                               bool doubled, int *column, struct pal_arena *arena,
                               struct protect_lp *out, struct pal_error *err)
{
    size_t rows = 0, most = 0;
    *out = (struct protect_lp){.n = n, .cell = cell};
    if (n > INT_MAX / 4)
        return pal_fail(err, PAL_NOMEM, "%zu cells are too many for one linear program", n);
    glp_term_out(GLP_OFF);
    glp_prob *glp = out->glp = glp_create_prob();
    PAL_TRY(pal_arena_defer(arena, delete_lp, glp, err));
    for (size_t j = 0; j < n; j++) {
        column[cell[j]] = (int)j + 1;
        for (size_t w = s->within_start[cell[j]]; w < s->within_start[cell[j] + 1]; w++)
            most = s->within[w] > most ? s->within[w] : most;
    }
    if (n)
        glp_add_cols(glp, (int)(doubled ? 2 * n : n));
    /* A relation is a row once, at the first of its cells that takes part. */
    for (size_t j = 0; j < n; j++) {
        for (size_t w = s->within_start[cell[j]]; w < s->within_start[cell[j] + 1]; w++) {
            const size_t r = s->within[w];
            size_t terms = 0;
            bool first = true;
            for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
                const int c = column[s->term[t].cell];
                first = first && !(c && c < (int)j + 1);
                terms += c > 0;
            }
            if (!first)
                continue;
            int *index = pal_arena_alloc(arena, 2 * terms + 1, sizeof *index);
            double *coef = pal_arena_alloc(arena, 2 * terms + 1, sizeof *coef);
            if (!index || !coef)
                return pal_nomem(err, "a linear program");
            int k = 0;
            for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
                const int c = column[s->term[t].cell];
                if (!c)
                    continue;
                index[++k] = c;
                coef[k] = s->term[t].coef;
                if (doubled) {
                    index[++k] = c + (int)n;
                    coef[k] = -s->term[t].coef;
                }
            }
            glp_add_rows(glp, 1);
            rows++;
            glp_set_row_bnds(glp, (int)rows, GLP_FX, 0, 0);
            glp_set_mat_row(glp, (int)rows, k, index, coef);
        }
    }
    for (size_t j = 0; j < n; j++)
        column[cell[j]] = 0;
    return PAL_OK;
}

enum pal_status protect_lp_solve(glp_prob *glp, bool *feasible, struct pal_error *err)
{
    glp_smcp how;
    glp_init_smcp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.meth = GLP_PRIMAL;
    *feasible = false;
    if (glp_get_num_rows(glp) == 0) { /* nothing holds the cells: each goes to its own bound */
        glp_std_basis(glp);
    }
    int code = glp_simplex(glp, &how);
    int status = code ? GLP_UNDEF : glp_get_status(glp);
    if (status != GLP_OPT && status != GLP_NOFEAS && status != GLP_UNBND) {
        glp_std_basis(glp); /* once more, from the beginning */
        how.meth = GLP_DUALP;
        code = glp_simplex(glp, &how);
        status = code ? GLP_UNDEF : glp_get_status(glp);
    }
    if (status == GLP_NOFEAS || code == GLP_ENOPFS)
        return PAL_OK;
    if (status == GLP_OPT || status == GLP_UNBND) {
        *feasible = true;
        return PAL_OK;
    }
    return pal_fail(err, PAL_NOCONV, "a linear program did not end (GLPK code %d, status %d)", code,
                    status);
}
