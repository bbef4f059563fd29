/* closed.c: closed-population models with unequal catchability: M0, Mt, Mh, Mth (Otis et al. 1978)
 * as log-linear models (Rivest & Baillargeon 2007), and their profile likelihood (Cormack 1992). */
#include "closed.h"

#include "loglinear.h"
#include "program.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include <string.h>

enum kind { KIND_NONE, KIND_CHAO, KIND_POISSON, KIND_DARROCH, KIND_GAMMA };

struct shape {     /* a model understood */
    bool of_time;  /* each list has its own effect */
    bool captures; /* one effect of the number of lists */
    enum kind kind;
    double theta;
    struct pal_model model; /* generators, otherwise */
    bool generators;
};

static enum pal_status shape_parse(const struct pal_lists *lists, pal_str text,
                                   struct pal_arena *arena, struct shape *out,
                                   struct pal_error *err)
{
    *out = (struct shape){0};
    text = pal_str_trim(text);
    if (text.len && text.ptr[0] == '[') {
        out->generators = true;
        return pal_model_parse(lists, text, arena, &out->model, err);
    }
    if (pal_str_eq(text, PAL_STR("M0"))) {
        out->captures = true;
        return PAL_OK;
    }
    if (pal_str_eq(text, PAL_STR("Mt"))) {
        out->of_time = true;
        return PAL_OK;
    }
    pal_str rest = text, first;
    if (pal_str_split(&rest, ' ', &first) &&
        (pal_str_eq(first, PAL_STR("Mh")) || pal_str_eq(first, PAL_STR("Mth")))) {
        out->of_time = pal_str_eq(first, PAL_STR("Mth"));
        out->captures = !out->of_time;
        rest = pal_str_trim(rest);
        if (pal_str_eq(rest, PAL_STR("Chao (LB)")) || pal_str_eq(rest, PAL_STR("Chao"))) {
            out->kind = KIND_CHAO;
            return PAL_OK;
        }
        if (pal_str_eq(rest, PAL_STR("Darroch"))) {
            out->kind = KIND_DARROCH;
            return PAL_OK;
        }
        static const struct {
            pal_str word;
            enum kind kind;
            double theta;
        } families[] = {{PAL_STR_INIT("Poisson"), KIND_POISSON, 2},
                        {PAL_STR_INIT("Gamma"), KIND_GAMMA, 3.5}};
        for (size_t i = 0; i < PAL_COUNT(families); i++) {
            if (!pal_str_starts(rest, families[i].word))
                continue;
            const pal_str number = {rest.ptr + families[i].word.len,
                                    rest.len - families[i].word.len};
            out->kind = families[i].kind;
            out->theta = families[i].theta;
            if (number.len && (!pal_num_parse(number, &out->theta) || !(out->theta > 0)))
                break;
            return PAL_OK;
        }
    }
    return pal_fail(err, PAL_USAGE,
                    "--closed '%.*s' is not M0, Mt, Mh or Mth with Chao (LB), Poisson2, Darroch or "
                    "Gamma3.5 behind it, or generators such as [12,13,4]",
                    PAL_ARG(text));
}

/* The column of heterogeneity of a history on `captures` lists. */
static double unequal(const struct shape *s, int captures)
{
    const double k = captures;
    switch (s->kind) {
    case KIND_POISSON:
        return pow(s->theta, k) - 1;
    case KIND_DARROCH:
        return k * k / 2;
    case KIND_GAMMA:
        return log(s->theta) - log(s->theta + k);
    case KIND_CHAO:
    case KIND_NONE:
        break;
    }
    return 0;
}

struct closed { /* a model on a table, with a row more for "on no list" (the profile) */
    const struct pal_lists *lists;
    struct shape shape;
    size_t rows;    /* cells that are counted */
    uint32_t *cell; /* [rows + 1]; the last is 0 */
    double *y;      /* [rows + 1] */
    double *x;      /* [(rows + 1) * most] */
    size_t base;    /* columns before those of Chao's lower bound */
    size_t most;
    size_t etas; /* Chao's columns in the design now */
    unsigned eta[PAL_LISTS_MOST + 1];
    struct dense fit;
};

static void fill(struct closed *c, size_t rows)
{
    const size_t k = c->base + c->etas;
    for (size_t i = 0; i < rows; i++) {
        const uint32_t cell = c->cell[i];
        const int captures = __builtin_popcount(cell);
        double *x = c->x + i * k;
        size_t at = 0;
        x[at++] = 1;
        if (c->shape.generators)
            for (size_t a = 0; a < c->shape.model.terms; a++)
                x[at++] = (cell & c->shape.model.term[a]) == c->shape.model.term[a];
        if (c->shape.captures)
            x[at++] = captures;
        if (c->shape.of_time)
            for (size_t j = 0; j < c->lists->t; j++)
                x[at++] = cell >> j & 1;
        if (c->shape.kind > KIND_CHAO)
            x[at++] = cell ? unequal(&c->shape, captures) : 0;
        for (size_t e = 0; e < c->etas; e++)
            x[at++] = captures >= (int)c->eta[e] ? captures - (int)c->eta[e] + 1 : 0;
    }
    c->fit.rows = rows;
    c->fit.k = k;
    c->fit.x = c->x;
    c->fit.y = c->y;
}

static enum pal_status closed_new(const struct pal_lists *lists, pal_str text,
                                  struct pal_arena *arena, struct closed **out,
                                  struct pal_error *err)
{
    struct closed *c = pal_arena_alloc(arena, 1, sizeof *c);
    if (!c)
        return pal_nomem(err, "a model");
    c->lists = lists;
    PAL_TRY(shape_parse(lists, text, arena, &c->shape, err));
    c->base = 1 + (c->shape.generators ? c->shape.model.terms : 0) + (c->shape.captures ? 1 : 0) +
              (c->shape.of_time ? lists->t : 0) + (c->shape.kind > KIND_CHAO ? 1 : 0);
    c->most = c->base + (c->shape.kind == KIND_CHAO ? lists->t : 0);
    if (lists->cells * c->most > (size_t)1 << 25)
        return pal_fail(err, PAL_DOMAIN, "%zu lists with %zu parameters are too large a model here",
                        lists->t, c->most);
    c->cell = pal_arena_alloc(arena, lists->cells, sizeof *c->cell);
    c->y = pal_arena_alloc(arena, lists->cells, sizeof *c->y);
    c->x = pal_arena_alloc(arena, lists->cells * c->most, sizeof *c->x);
    if (!c->cell || !c->y || !c->x)
        return pal_nomem(err, "a model");
    for (uint32_t cell = 1; cell < lists->cells; cell++)
        if (lists->state[cell] == PAL_HISTORY_COUNTED) {
            c->cell[c->rows] = cell;
            c->y[c->rows++] = lists->count[cell];
        }
    PAL_TRY(dense_new(c->rows + 1, c->most, arena, &c->fit, err));
    c->fit.until = lists->until;
    *out = c;
    return PAL_OK;
}

static void all_etas(struct closed *c)
{
    c->etas = 0;
    for (unsigned j = 3; c->shape.kind == KIND_CHAO && j <= c->lists->t; j++)
        c->eta[c->etas++] = j;
}

/* Chao's lower bound: effects of three lists and more are not negative. Those that come out so go
 * one at a time, the first first. */
static void fit_all(struct closed *c, size_t rows, double epsilon, unsigned most,
                    struct pal_closed *out)
{
    all_etas(c);
    fill(c, rows);
    dense_fit(&c->fit, epsilon, most);
    for (;;) {
        size_t negative = 0;
        while (negative < c->etas && !(c->fit.beta[c->base + negative] < 0))
            negative++;
        if (c->fit.singular || c->fit.late || negative == c->etas)
            return;
        if (out)
            out->removed[out->removed_n++] = c->eta[negative];
        for (size_t e = negative; e + 1 < c->etas; e++)
            c->eta[e] = c->eta[e + 1];
        c->etas--;
        fill(c, rows);
        dense_fit(&c->fit, epsilon, most);
    }
}

/* The first-order bias of the dark figure (Rivest & Levesque 2001). */
static double bias(const struct dense *d, const double *inverse, double *psi, double *row)
{
    const size_t k = d->k;
    memset(psi, 0, k * sizeof *psi);
    for (size_t i = 0; i < d->rows; i++) {
        const double *x = d->x + i * k;
        double h = 0;
        for (size_t a = 0; a < k; a++) {
            row[a] = 0;
            for (size_t b = 0; b < k; b++)
                row[a] += inverse[a * k + b] * x[b];
            h += x[a] * row[a];
        }
        for (size_t a = 0; a < k; a++)
            psi[a] += x[a] * d->mu[i] * h;
    }
    psi[0] -= 1;
    double sum = 0;
    for (size_t a = 0; a < k; a++)
        sum -= inverse[a] * psi[a];
    return 0.5 * exp(d->beta[0]) * sum;
}

/* Whether the dark figure has a value: no direction c with x'c = 0 in rows with people and <= 0 in
 * the others moves the intercept (Fienberg & Rinaldo 2012); effects of pairs may still go to minus
 * infinity. Full rank of the rows with people decides for nearly every table, two linear programs
 * for the rest: how far the intercept can go up, and down. */
static enum pal_status attained(const struct dense *d, struct pal_arena *arena, bool *out,
                                struct pal_error *err)
{
    const size_t k = d->k;
    double *gram = pal_arena_alloc(arena, k * k, sizeof *gram);
    double *value = pal_arena_alloc(arena, k + 1, sizeof *value);
    int *column = pal_arena_alloc(arena, k + 1, sizeof *column);
    if (!gram || !value || !column)
        return pal_nomem(err, "an existence check");
    for (size_t i = 0; i < d->rows; i++)
        for (size_t a = 0; a < k && d->y[i] > 0; a++)
            for (size_t b = 0; b <= a; b++)
                gram[a * k + b] += d->x[i * k + a] * d->x[i * k + b];
    double smallest = (double)INFINITY;
    for (size_t a = 0; a < k; a++)
        value[a] = gram[a * k + a];
    *out = ll_cholesky(gram, k);
    for (size_t a = 0; a < k && *out; a++)
        smallest = fmin(smallest, gram[a * k + a] * gram[a * k + a] / value[a]);
    if (*out && smallest > LL_NEAR)
        return PAL_OK;
    glp_prob *lp = program_begin();
    glp_add_cols(lp, (int)k);
    for (size_t a = 0; a < k; a++) {
        glp_set_col_bnds(lp, (int)a + 1, GLP_FR, 0, 0);
        column[a + 1] = (int)a + 1;
    }
    glp_add_rows(lp, (int)d->rows);
    for (size_t i = 0; i < d->rows; i++) {
        memcpy(value + 1, d->x + i * k, k * sizeof *value);
        glp_set_mat_row(lp, (int)i + 1, (int)k, column, value);
        if (d->y[i] > 0)
            glp_set_row_bnds(lp, (int)i + 1, GLP_FX, 0, 0);
        else
            glp_set_row_bnds(lp, (int)i + 1, GLP_DB, -1, 0);
    }
    *out = true;
    enum pal_status status = PAL_OK;
    for (int way = 1; way >= -1 && *out && status == PAL_OK; way -= 2) {
        enum program_outcome outcome = PROGRAM_FAILED;
        glp_set_obj_coef(lp, 1, way);
        status = program_solve(lp, d->until, &outcome, err);
        *out = outcome == PROGRAM_OPTIMAL && glp_get_obj_val(lp) < 1e-7;
    }
    program_end(lp);
    return status;
}

enum pal_status pal_closed_fit(const struct pal_lists *lists, pal_str model,
                               struct pal_arena *arena, struct pal_closed *out,
                               struct pal_error *err)
{
    struct closed *c;
    *out = (struct pal_closed){.people = pal_lists_people(lists)};
    if (!(out->people > 0))
        return pal_fail(err, PAL_DOMAIN, "nobody is on any list");
    PAL_TRY(closed_new(lists, model, arena, &c, err));
    fit_all(c, c->rows, 1e-13, 300, out);
    PAL_TRY(pal_in_time(lists->until, err, "in the fit of '%.*s'", PAL_ARG(model)));
    const struct dense *d = &c->fit;
    if (d->singular) {
        out->info = 2;
        return PAL_OK;
    }
    const size_t k = d->k;
    double *inverse = pal_arena_alloc(arena, k * k, sizeof *inverse);
    double *psi = pal_arena_alloc(arena, 2 * k, sizeof *psi);
    if (!inverse || !psi)
        return pal_nomem(err, "a model");
    ll_inverse(d->chol, k, inverse, psi);
    out->dark = exp(d->beta[0]);
    out->population = out->people + out->dark;
    out->std_error = sqrt(out->dark + out->dark * out->dark * inverse[0]);
    out->deviance = d->deviance;
    out->df = (double)d->rows - (double)k;
    out->aic = 2 * (double)k - 2 * d->loglik;
    out->bic = log(out->people) * (double)k - 2 * d->loglik;
    out->bias = bias(d, inverse, psi, psi + k);
    PAL_TRY(attained(d, arena, &out->finite, err));
    out->finite = out->finite && isfinite(out->std_error);
    const bool one = !d->converged || fabs(out->bias) > 0.1 * out->population;
    out->info = one && d->vanishing ? 13 : one ? 1 : d->vanishing ? 3 : 0;
    return PAL_OK;
}

/* ---- profile likelihood
 * ---------------------------------------------------------------------------------- */

struct profile {
    struct closed *c;
    double people;
    bool exact;
};

/* Everything but the population at its best. In the exact form Chao's columns stay those of the
 * model's own fit; otherwise negative ones are looked for anew, as Rcapture does. */
static void profile_fit(const struct profile *p, double population)
{
    struct closed *c = p->c;
    if (c->fit.late) /* what comes out is thrown away */
        return;
    c->cell[c->rows] = 0;
    c->y[c->rows] = fmax(population - p->people, 0);
    if (p->exact) {
        fill(c, c->rows + 1);
        dense_fit(&c->fit, 1e-13, 100);
    } else {
        fit_all(c, c->rows + 1, 1e-13, 100, NULL);
    }
}

/* Multinomial log-likelihood with this many people. */
static double profile_at(const struct profile *p, double population)
{
    const double n0 = fmax(population - p->people, 0);
    profile_fit(p, population);
    double correction;
    if (!p->exact && population > 100)
        correction = n0 == 0 || n0 == 1
                         ? -population + 0.5 * log(2 * 3.141592653589793 * population)
                         : n0 - population - 0.5 * log(n0 / population);
    else
        correction = (n0 > 0 ? n0 * log(n0) : 0) + gsl_sf_lngamma(population + 1) -
                     population * log(population) - gsl_sf_lngamma(n0 + 1);
    return -p->c->fit.deviance / 2 + correction;
}

/* Its slope: the other parameters are at their best, so only what holds the population moves. */
static double profile_slope(const struct profile *p, double population)
{
    const double n0 = population - p->people;
    profile_fit(p, population);
    const double log_mean = p->c->fit.eta[p->c->rows];
    if (!p->exact && population > 100)
        return log_mean - log(n0) - 0.5 / n0 + 0.5 / population;
    return log_mean - log(population) + gsl_sf_psi(population + 1) - gsl_sf_psi(n0 + 1);
}

/* The maximum: golden sections come near it, where the curve is flat the sign of the slope decides.
 */
static double profile_peak(const struct profile *p, double low, double high)
{
    const double golden = (sqrt(5) - 1) / 2;
    double a = low, b = high, x = b - golden * (b - a), y = a + golden * (b - a);
    double fx = profile_at(p, x), fy = profile_at(p, y);
    for (int i = 0; i < 60 && b - a > 1e-4 * (b - low); i++) {
        if (fx > fy) {
            b = y;
            y = x;
            fy = fx;
            fx = profile_at(p, x = b - golden * (b - a));
        } else {
            a = x;
            x = y;
            fx = fy;
            fy = profile_at(p, y = a + golden * (b - a));
        }
    }
    const double width = b - a;
    a = fmax(a - width, low + (b - low) * 1e-9);
    b += width;
    if (!(profile_slope(p, a) > 0 && profile_slope(p, b) < 0))
        return (x + y) / 2;
    for (int i = 0; i < 100 && b - a > 1e-13 * b; i++) {
        const double middle = (a + b) / 2;
        if (profile_slope(p, middle) > 0)
            a = middle;
        else
            b = middle;
    }
    return (a + b) / 2;
}

/* Where the profile crosses `cut` between a point above it and one below. */
static double profile_cross(const struct profile *p, double above, double below, double cut)
{
    for (int i = 0; i < 200 && fabs(above - below) > 1e-11 * (fabs(above) + fabs(below)); i++) {
        const double middle = (above + below) / 2;
        if (profile_at(p, middle) > cut)
            above = middle;
        else
            below = middle;
    }
    return (above + below) / 2;
}

enum pal_status pal_closed_profile(const struct pal_lists *lists, pal_str model, double level,
                                   bool exact, struct pal_arena *arena, double *peak, double *low,
                                   double *high, struct pal_error *err)
{
    struct pal_closed fit;
    struct profile p = {.exact = exact};
    PAL_TRY(pal_closed_fit(lists, model, arena, &fit, err));
    if (!fit.finite)
        return pal_fail(err, PAL_DOMAIN, "the model '%.*s' has no finite estimate", PAL_ARG(model));
    PAL_TRY(closed_new(lists, model, arena, &p.c, err));
    p.people = fit.people;
    fit_all(p.c, p.c->rows, 1e-13, 300, NULL);
    *peak = profile_peak(&p, fit.people, fit.people + 1.5 * fit.dark + 5);
    const double best = profile_at(&p, *peak);
    const double cut = best - gsl_cdf_chisq_Pinv(level, 1) / 2;
    /* From the peak down: near "nobody missed" Stirling's form turns up again. */
    *low = fit.people;
    if (profile_at(&p, fit.people) < cut || !exact) {
        double above = *peak, below = *peak;
        for (int i = 0; i < 60; i++) {
            below = fit.people + (*peak - fit.people) * pow(0.7, i + 1);
            if (profile_at(&p, below) < cut)
                break;
            above = below;
            below = fit.people;
        }
        if (below > fit.people || profile_at(&p, fit.people) < cut)
            *low = profile_cross(&p, above, below, cut);
    }
    double above = *peak, step = fmax(1, *peak - fit.people);
    *high = (double)NAN;
    while (step < 1e9 * (fit.people + 1)) {
        if (profile_at(&p, *peak + step) < cut) {
            *high = profile_cross(&p, above, *peak + step, cut);
            break;
        }
        above = *peak + step;
        step *= 2;
    }
    return pal_in_time(lists->until, err, "in the profile of '%.*s'", PAL_ARG(model));
}
