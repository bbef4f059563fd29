/* loglinear_exists.c: whether a log-linear model of lists has an estimate, and only one.
 *
 * The estimate exists when no direction c raises the likelihood for ever: x'c = 0 in every cell
 * with people, x'c <= 0 in the cells without, somewhere below 0 (Fienberg & Rinaldo 2012, theorem
 * 3.1, turned round). Where the columns of the cells with people have full rank there is no such c;
 * where they lack one, there is one candidate, whose signs decide; beyond that a linear program
 * does, in the space of candidates. */
#include "loglinear.h"
#include "program.h"

#include <math.h>
#include <string.h>

struct rank { /* a Gram matrix, factored with diagonal pivoting */
    size_t k, rank;
    double *a;     /* [k * k] lower factor of the pivoted matrix */
    size_t *pivot; /* [k] pivot[i]: which column stands at place i */
};

/* sums: superset sums of the cells' indicator, which hold the Gram matrix. */
static enum pal_status rank_find(const struct ll_work *w, const double *sums,
                                 struct pal_arena *scratch, struct rank *out, struct pal_error *err)
{
    const size_t k = w->k;
    double *a = pal_arena_alloc(scratch, k * k, sizeof *a);
    size_t *pivot = pal_arena_alloc(scratch, k, sizeof *pivot);
    if (!a || !pivot)
        return pal_nomem(err, "a rank");
    for (size_t i = 0; i < k; i++) {
        pivot[i] = i;
        for (size_t j = 0; j < k; j++)
            a[i * k + j] = sums[w->term[i] | w->term[j]];
    }
    size_t rank = 0;
    for (; rank < k; rank++) {
        size_t best = rank;
        for (size_t i = rank + 1; i < k; i++)
            if (a[i * k + i] > a[best * k + best])
                best = i;
        if (!(a[best * k + best] > LL_NEAR * (sums[0] + 1)))
            break;
        if (best != rank) {
            for (size_t j = 0; j < k; j++) {
                const double keep = a[rank * k + j];
                a[rank * k + j] = a[best * k + j];
                a[best * k + j] = keep;
            }
            for (size_t i = 0; i < k; i++) {
                const double keep = a[i * k + rank];
                a[i * k + rank] = a[i * k + best];
                a[i * k + best] = keep;
            }
            const size_t keep = pivot[rank];
            pivot[rank] = pivot[best];
            pivot[best] = keep;
        }
        const double root = sqrt(a[rank * k + rank]);
        for (size_t i = rank; i < k; i++)
            a[i * k + rank] /= root;
        for (size_t i = rank + 1; i < k; i++)
            for (size_t j = rank + 1; j <= i; j++) {
                a[i * k + j] -= a[i * k + rank] * a[j * k + rank];
                a[j * k + i] = a[i * k + j];
            }
    }
    *out = (struct rank){k, rank, a, pivot};
    return PAL_OK;
}

/* Null vector number n: column rank + n free, the pivots solved for. */
static void null_vector(const struct rank *r, size_t n, double *out /* [k] */,
                        double *spare /* [k] */)
{
    const size_t free = r->rank + n;
    for (size_t i = r->rank; i-- > 0;) {
        double sum = -r->a[free * r->k + i];
        for (size_t j = i + 1; j < r->rank; j++)
            sum -= r->a[j * r->k + i] * spare[j];
        spare[i] = sum / r->a[i * r->k + i];
    }
    memset(out, 0, r->k * sizeof *out);
    for (size_t i = 0; i < r->rank; i++)
        out[r->pivot[i]] = spare[i];
    out[r->pivot[free]] = 1;
}

/* x'c in every active cell. */
static void image(const struct ll_work *w, const double *c, double *out /* [cells] */)
{
    memset(out, 0, w->cells * sizeof *out);
    for (size_t a = 0; a < w->k; a++)
        out[w->term[a]] += c[a];
    for (size_t half = 1; half < w->cells; half *= 2)
        for (size_t block = 0; block < w->cells; block += 2 * half)
            for (size_t i = block; i < block + half; i++)
                out[i + half] += out[i];
    for (size_t cell = 0; cell < w->cells; cell++)
        if (!(w->active[cell] > 0))
            out[cell] = 0;
}

struct candidates { /* directions that leave the cells with people alone */
    size_t n;       /* null vectors of the cells with people */
    struct rank people;
    size_t rank_all;
    double *vector; /* [n * k] */
    double *image;  /* [n * cells] */
};

static enum pal_status candidates_find(const struct ll_work *w, struct pal_arena *scratch,
                                       struct candidates *out, struct pal_error *err)
{
    const size_t k = w->k;
    double *sums = pal_arena_alloc(scratch, w->cells, sizeof *sums);
    if (!sums)
        return pal_nomem(err, "a rank");
    for (size_t cell = 0; cell < w->cells; cell++)
        sums[cell] = w->active[cell] > 0 && w->y[cell] > 0;
    pal_lists_supersets(w->t, sums, sums);
    *out = (struct candidates){0};
    PAL_TRY(rank_find(w, sums, scratch, &out->people, err));
    out->rank_all = out->people.rank;
    if (out->people.rank == k)
        return PAL_OK;
    struct rank all;
    for (size_t cell = 0; cell < w->cells; cell++)
        sums[cell] = w->active[cell] > 0;
    pal_lists_supersets(w->t, sums, sums);
    PAL_TRY(rank_find(w, sums, scratch, &all, err));
    out->rank_all = all.rank;
    out->n = k - out->people.rank;
    out->vector = pal_arena_alloc(scratch, out->n * k, sizeof *out->vector);
    out->image = pal_arena_alloc(scratch, out->n * w->cells, sizeof *out->image);
    double *spare = pal_arena_alloc(scratch, k, sizeof *spare);
    if (!out->vector || !out->image || !spare)
        return pal_nomem(err, "a rank");
    for (size_t n = 0; n < out->n; n++) {
        null_vector(&out->people, n, out->vector + n * k, spare);
        image(w, out->vector + n * k, out->image + n * w->cells);
    }
    return PAL_OK;
}

/* The one direction there may be, both ways. */
static bool one_direction(const struct ll_work *w, const struct candidates *c, double *out)
{
    size_t best = 0;
    double largest = 0;
    for (size_t n = 0; n < c->n; n++)
        for (size_t cell = 1; cell < w->cells; cell++)
            if (fabs(c->image[n * w->cells + cell]) > largest) {
                largest = fabs(c->image[n * w->cells + cell]);
                best = n;
            }
    bool up = false, down = false;
    for (size_t cell = 1; cell < w->cells; cell++) {
        const double at = c->image[best * w->cells + cell];
        up = up || at > LL_NEAR * largest;
        down = down || at < -LL_NEAR * largest;
    }
    if (up == down)
        return false;
    for (size_t a = 0; a < w->k && out; a++)
        out[a] = (up ? -1 : 1) * c->vector[best * w->k + a];
    return true;
}

/* max sum over cells of -x'c with 0 <= -x'c <= 1, c among the candidates. */
static enum pal_status program(const struct ll_work *w, const struct candidates *c, bool *found,
                               double *out, struct pal_arena *scratch, struct pal_error *err)
{
    int *row = pal_arena_alloc(scratch, c->n + 1, sizeof *row);
    double *value = pal_arena_alloc(scratch, c->n + 1, sizeof *value);
    double *sum = pal_arena_alloc(scratch, c->n, sizeof *sum);
    if (!row || !value || !sum)
        return pal_nomem(err, "a linear program");
    glp_prob *lp = program_begin();
    glp_add_cols(lp, (int)c->n);
    for (size_t n = 0; n < c->n; n++)
        glp_set_col_bnds(lp, (int)n + 1, GLP_FR, 0, 0);
    for (size_t cell = 1; cell < w->cells; cell++) {
        int size = 0;
        for (size_t n = 0; n < c->n; n++) {
            const double at = -c->image[n * w->cells + cell];
            if (fabs(at) <= LL_NEAR || w->y[cell] > 0)
                continue;
            row[++size] = (int)n + 1;
            value[size] = at;
            sum[n] += at;
        }
        if (!size)
            continue;
        const int line = glp_add_rows(lp, 1);
        glp_set_row_bnds(lp, line, GLP_DB, 0, 1);
        glp_set_mat_row(lp, line, size, row, value);
    }
    for (size_t n = 0; n < c->n; n++)
        glp_set_obj_coef(lp, (int)n + 1, sum[n]);
    enum program_outcome outcome = PROGRAM_FAILED;
    const enum pal_status status = program_solve(lp, w->until, &outcome, err);
    *found = outcome == PROGRAM_OPTIMAL && glp_get_obj_val(lp) > 1e-7;
    for (size_t a = 0; a < w->k && out && *found; a++) {
        out[a] = 0;
        for (size_t n = 0; n < c->n; n++)
            out[a] += glp_get_col_prim(lp, (int)n + 1) * c->vector[n * w->k + a];
    }
    program_end(lp);
    PAL_TRY(status);
    return outcome == PROGRAM_OPTIMAL
               ? PAL_OK
               : pal_fail(err, PAL_NOCONV, "the linear program of the existence check failed");
}

static enum pal_status decide(const struct ll_work *w, const struct candidates *c, bool *found,
                              double *out, struct pal_arena *scratch, struct pal_error *err)
{
    *found = false;
    if (c->people.rank == c->rank_all)
        return PAL_OK;
    if (c->rank_all - c->people.rank == 1) {
        *found = one_direction(w, c, out);
        return PAL_OK;
    }
    return program(w, c, found, out, scratch, err);
}

enum pal_status ll_exists(const struct ll_work *w, struct pal_arena *scratch,
                          struct ll_existence *out, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct candidates c;
    bool found;
    PAL_TRY(pal_in_time(w->until, err, "in the check whether an estimate exists"));
    enum pal_status status = candidates_find(w, scratch, &c, err);
    if (status == PAL_OK)
        status = decide(w, &c, &found, NULL, scratch, err);
    if (status == PAL_OK)
        *out = (struct ll_existence){!found, c.rank_all == w->k, w->k - c.rank_all};
    pal_arena_reset(scratch, mark);
    return status;
}

enum pal_status ll_recession(const struct ll_work *w, struct pal_arena *scratch, double *out,
                             struct pal_error *err)
{
    struct candidates c;
    bool found;
    memset(out, 0, w->k * sizeof *out);
    PAL_TRY(candidates_find(w, scratch, &c, err));
    PAL_TRY(decide(w, &c, &found, out, scratch, err));
    if (!found && c.rank_all < w->k) /* not identifiable: a combination that changes nothing */
        for (size_t n = 0; n < c.n; n++) {
            double largest = 0;
            for (size_t cell = 1; cell < w->cells; cell++)
                largest = fmax(largest, fabs(c.image[n * w->cells + cell]));
            if (largest <= LL_NEAR) {
                memcpy(out, c.vector + n * w->k, w->k * sizeof *out);
                break;
            }
        }
    return PAL_OK;
}

enum pal_status ll_exists_program(const struct ll_work *w, double *out, struct pal_error *err)
{
    glp_prob *lp = program_begin();
    glp_add_rows(lp, (int)w->k);
    glp_add_cols(lp, (int)w->active_n + 1); /* x = s + u: s first, then u >= 0 a cell */
    int row[1025];
    double value[1025];
    if (w->k > 1024) {
        program_end(lp);
        return pal_fail(err, PAL_DOMAIN, "a model of %zu parameters is too large to check", w->k);
    }
    for (size_t a = 0; a < w->k; a++) {
        double cells = 0;
        for (size_t cell = 1; cell < w->cells; cell++)
            cells += (cell & w->term[a]) == w->term[a] && w->active[cell] > 0;
        glp_set_row_bnds(lp, (int)a + 1, GLP_FX, w->on[w->term[a]], w->on[w->term[a]]);
        row[a + 1] = (int)a + 1;
        value[a + 1] = cells;
    }
    glp_set_mat_col(lp, 1, (int)w->k, row, value);
    glp_set_obj_coef(lp, 1, 1);
    glp_set_col_bnds(lp, 1, GLP_LO, 0, 0);
    int column = 1;
    for (size_t cell = 1; cell < w->cells; cell++) {
        if (!(w->active[cell] > 0))
            continue;
        int size = 0;
        for (size_t a = 0; a < w->k; a++)
            if ((cell & w->term[a]) == w->term[a]) {
                row[++size] = (int)a + 1;
                value[size] = 1;
            }
        glp_set_mat_col(lp, ++column, size, row, value);
        glp_set_col_bnds(lp, column, GLP_LO, 0, 0);
    }
    enum program_outcome outcome = PROGRAM_FAILED;
    const enum pal_status status = program_solve(lp, w->until, &outcome, err);
    *out = outcome == PROGRAM_OPTIMAL ? glp_get_obj_val(lp) : 0;
    if (fabs(*out) < 1e-9)
        *out = 0;
    program_end(lp);
    PAL_TRY(status);
    return outcome != PROGRAM_FAILED
               ? PAL_OK
               : pal_fail(err, PAL_NOCONV, "the linear program of the existence check failed");
}
