/* closed_search.c: every hierarchical log-linear model of a table, side by side. */
#include "loglinear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MODELS_MOST = 1 << 21, PIECE = 256, LOOKED_AT = 100 };

/* ---- enumeration
 * -------------------------------------------------------------------------------------- */

struct family {
    size_t t, n;
    uint32_t set[64];   /* candidates: large sets first, then by the lists' numbers */
    uint64_t needs[64]; /* candidates that are subsets of this one */
    size_t first[PAL_LISTS_MOST + 2], end[PAL_LISTS_MOST + 2]; /* candidates of a size */
    uint64_t *model;
    size_t models;
};

/* By the lists' numbers: 12, 13, 23 for sets of the same size. */
static bool comes_before(uint32_t a, uint32_t b)
{
    const uint32_t differ = a ^ b, lowest = differ & (~differ + 1);
    return (a & lowest) != 0;
}

static enum pal_status family_make(size_t t, int order, struct family *f, struct pal_error *err)
{
    *f = (struct family){.t = t};
    for (int size = order; size >= 2; size--) {
        f->first[size] = f->n;
        for (uint32_t set = 1; set < (uint32_t)1 << t; set++) {
            if (__builtin_popcount(set) != size)
                continue;
            if (f->n == 64)
                return pal_fail(err, PAL_DOMAIN,
                                "%zu lists have more than 2^21 hierarchical models of order %d; "
                                "lower the order, or keep fewer lists (--lists)",
                                t, order);
            size_t at = f->n++;
            for (; at > f->first[size] && comes_before(set, f->set[at - 1]); at--)
                f->set[at] = f->set[at - 1];
            f->set[at] = set;
        }
        f->end[size] = f->n;
    }
    for (size_t i = 0; i < f->n; i++)
        for (size_t j = 0; j < f->n; j++)
            if (i != j && (f->set[j] & f->set[i]) == f->set[j])
                f->needs[i] |= (uint64_t)1 << j;
    return PAL_OK;
}

/* All closed choices: sets of this size that are free to choose, then the next smaller size. */
/* NOLINTNEXTLINE(misc-no-recursion): sizes fall to 2 */
static bool family_walk(struct family *f, int size, uint64_t chosen)
{
    if (size < 2) {
        if (f->models == MODELS_MOST)
            return false;
        if (f->model)
            f->model[f->models] = chosen;
        f->models++;
        return true;
    }
    size_t free[64], n = 0;
    for (size_t i = f->first[size]; i < f->end[size]; i++)
        if (!(chosen >> i & 1))
            free[n++] = i;
    if (n > 21)
        return false;
    for (uint64_t pick = 0; pick < (uint64_t)1 << n; pick++) {
        uint64_t more = chosen;
        for (size_t i = 0; i < n; i++)
            if (pick >> i & 1)
                more |= (uint64_t)1 << free[i] | f->needs[free[i]];
        if (!family_walk(f, size - 1, more))
            return false;
    }
    return true;
}

/* ---- fits
 * --------------------------------------------------------------------------------------------- */

struct search {
    const struct pal_lists *lists;
    const struct family *family;
    double people;
    size_t first; /* piece of this round */
    struct pal_search_row *row;
};

static size_t terms_of(const struct family *f, uint64_t model, uint32_t *term)
{
    size_t n = 0;
    for (size_t j = 0; j < f->t; j++)
        term[n++] = (uint32_t)1 << j;
    for (size_t i = f->n; i-- > 0;) /* small sets first */
        if (model >> i & 1)
            term[n++] = f->set[i];
    return n;
}

static void fit_one(const struct search *s, struct ll_work *w, double *inverse, double factorials,
                    struct pal_search_row *row)
{
    uint32_t term[PAL_LISTS_MOST + 64];
    struct ll_walk walk;
    ll_model_whole(w, term, terms_of(s->family, row->model, term));
    ll_walk_fit(w, 1e-8, 25, &walk);
    const double k = (double)w->k, dark = exp(w->beta[0]), loglik = w->loglik - factorials;
    row->population = s->people + dark;
    row->deviance = walk.deviance;
    row->df = (double)w->active_n - k;
    row->aic = 2 * k - 2 * loglik;
    row->bic = log(s->people) * k - 2 * loglik;
    row->exists = true;
    if (walk.singular) {
        row->std_error = (double)NAN;
        row->bic = row->aic = (double)INFINITY;
        row->info = 2;
        return;
    }
    ll_inverse(w->chol, w->k, inverse, w->step);
    row->std_error = sqrt(dark + dark * dark * inverse[0]);
    const double bias = ll_bias(w, inverse);
    const bool one = !walk.converged || fabs(bias) > 0.1 * row->population;
    row->info = one && walk.vanishing ? 13 : one ? 1 : walk.vanishing ? 3 : 0;
}

static enum pal_status search_piece(void *context, size_t piece, struct pal_error *err)
{
    struct search *s = context;
    const size_t most = 1 + s->family->t + s->family->n;
    struct pal_arena *arena = pal_arena_new();
    struct ll_work *w = NULL;
    if (!arena)
        return pal_nomem(err, "a search");
    enum pal_status status = ll_work_new(s->lists, most, arena, &w, err);
    double *inverse = pal_arena_alloc(arena, most * most, sizeof *inverse);
    if (status == PAL_OK && !inverse)
        status = pal_nomem(err, "a search");
    if (status == PAL_OK) {
        uint32_t none[1];
        ll_model_whole(w, none, 0);
        const double factorials = ll_log_factorials(w);
        const size_t from = (s->first + piece) * PIECE;
        const size_t to = from + PIECE < s->family->models ? from + PIECE : s->family->models;
        for (size_t m = from; m < to && status == PAL_OK; m++) {
            fit_one(s, w, inverse, factorials, &s->row[m]);
            status =
                pal_in_time(s->lists->until, err, "after %zu of %zu models", m, s->family->models);
        }
    }
    pal_arena_free(arena);
    return status;
}

/* ---- order
 * -------------------------------------------------------------------------------------------- */

static int by_bic(const void *a, const void *b)
{
    const struct pal_search_row *x = a, *y = b;
    if (x->bic != y->bic)
        return x->bic < y->bic ? -1 : 1;
    return (x->model > y->model) - (x->model < y->model);
}

struct aic_place {
    double aic;
    size_t at;
};
static int by_aic(const void *a, const void *b)
{
    const struct aic_place *x = a, *y = b;
    if (x->aic != y->aic)
        return x->aic < y->aic ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* The existence check, where it matters: the best models, and those that carry weight. */
static enum pal_status check_best(const struct search *s, const struct aic_place *aic,
                                  struct pal_arena *arena, struct pal_error *err)
{
    struct ll_work *w;
    uint32_t term[PAL_LISTS_MOST + 64];
    const size_t n = s->family->models;
    bool *done = pal_arena_alloc(arena, n, sizeof *done);
    if (!done)
        return pal_nomem(err, "a search");
    PAL_TRY(ll_work_new(s->lists, 1 + s->family->t + s->family->n, arena, &w, err));
    for (size_t i = 0; i < n; i++) {
        const size_t both[] = {i, aic[i].at};
        const bool heavy[] = {i < LOOKED_AT || s->row[i].bic < s->row[0].bic + 25,
                              i < LOOKED_AT || aic[i].aic < aic[0].aic + 25};
        if (!heavy[0] && !heavy[1])
            break;
        for (int side = 0; side < 2; side++) {
            struct ll_existence verdict;
            if (!heavy[side] || done[both[side]])
                continue;
            struct pal_search_row *row = &s->row[both[side]];
            ll_model(w, term, terms_of(s->family, row->model, term), false);
            PAL_TRY(ll_exists(w, arena, &verdict, err));
            row->exists = verdict.exists && verdict.identifiable;
            done[both[side]] = true;
        }
    }
    return PAL_OK;
}

static enum pal_status search_fit(struct search *s, unsigned threads, struct pal_progress *progress,
                                  struct pal_error *err)
{
    const size_t pieces = (s->family->models + PIECE - 1) / PIECE;
    const size_t round = pieces > 40 ? (pieces + 19) / 20 : pieces;
    for (s->first = 0; s->first < pieces; s->first += round) {
        const size_t now = s->first + round < pieces ? round : pieces - s->first;
        PAL_TRY(pal_parallel(now, threads, search_piece, s, err));
        if (progress)
            pal_progress_step(progress, (s->first + now) * PIECE);
    }
    return PAL_OK;
}

enum pal_status pal_search_all(const struct pal_lists *lists, int order, unsigned threads,
                               struct pal_progress *progress, struct pal_arena *arena,
                               struct pal_search *out, struct pal_error *err)
{
    struct family *f = pal_arena_alloc(arena, 1, sizeof *f);
    struct search s = {.lists = lists, .family = f, .people = pal_lists_people(lists)};
    if (!f)
        return pal_nomem(err, "a search");
    if (!(s.people > 0))
        return pal_fail(err, PAL_DOMAIN, "nobody is on any list");
    if (order < 1 || order > (int)lists->t)
        return pal_fail(err, PAL_USAGE,
                        "the order of interactions is from 1 to the number of lists");
    PAL_TRY(family_make(lists->t, order, f, err));
    if (!family_walk(f, order, 0))
        return pal_fail(err, PAL_DOMAIN,
                        "%zu lists have more than 2^21 hierarchical models of order %d; lower the "
                        "order, or keep fewer lists (--lists)",
                        lists->t, order);
    f->model = pal_arena_alloc(arena, f->models, sizeof *f->model);
    s.row = pal_arena_alloc(arena, f->models, sizeof *s.row);
    struct aic_place *aic = pal_arena_alloc(arena, f->models, sizeof *aic);
    size_t *place = pal_arena_alloc(arena, f->models, sizeof *place);
    if (!f->model || !s.row || !aic || !place)
        return pal_nomem(err, "a search");
    f->models = 0;
    if (!family_walk(f, order, 0))
        return pal_fail(err, PAL_BUG, "models were counted wrongly");
    for (size_t m = 0; m < f->models; m++)
        s.row[m].model = f->model[m];
    PAL_TRY(search_fit(&s, threads, progress, err));
    qsort(s.row, f->models, sizeof *s.row, by_bic);
    for (size_t m = 0; m < f->models; m++)
        aic[m] = (struct aic_place){s.row[m].aic, m};
    qsort(aic, f->models, sizeof *aic, by_aic);
    for (size_t m = 0; m < f->models; m++)
        place[m] = aic[m].at;
    PAL_TRY(check_best(&s, aic, arena, err));
    *out = (struct pal_search){.people = s.people,
                               .candidates = f->n,
                               .candidate = f->set,
                               .n = f->models,
                               .row = s.row,
                               .by_aic = place};
    return PAL_OK;
}

/* ---- names and averages
 * ------------------------------------------------------------------------------- */

pal_str pal_search_name(const struct pal_lists *lists, const struct pal_search *search,
                        uint64_t model, struct pal_arena *arena)
{
    struct pal_buf buf;
    uint32_t covered = 0; /* lists in some generator */
    bool first = true;
    pal_buf_init(&buf, arena, 65536);
    pal_buf_addc(&buf, '[');
    for (size_t i = 0; i < search->candidates + lists->t; i++) {
        const bool single = i >= search->candidates;
        const uint32_t set =
            single ? (uint32_t)1 << (i - search->candidates) : search->candidate[i];
        bool inside = single ? !(covered & set) : (model >> i & 1) != 0;
        for (size_t j = 0; j < i && !single && inside; j++)
            inside = !((model >> j & 1) && (search->candidate[j] & set) == set);
        if (!inside)
            continue;
        covered |= set;
        pal_buf_adds(&buf, first ? "" : ",");
        first = false;
        bool dot = false;
        for (size_t j = 0; j < lists->t; j++)
            if (set >> j & 1) {
                pal_buf_addf(&buf, "%s%zu", dot && lists->t > 9 ? "." : "", j + 1);
                dot = true;
            }
    }
    pal_buf_addc(&buf, ']');
    return pal_buf_str(&buf);
}

void pal_search_average(const struct pal_search *search, bool aic, double *population,
                        double *std_error)
{
    struct pal_sum weight = {0}, mean = {0}, spread = {0};
    double best = (double)INFINITY;
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < search->n; i++) {
            const struct pal_search_row *row = &search->row[i];
            const double score = aic ? row->aic : row->bic;
            if (!row->exists || !isfinite(row->std_error) ||
                row->population > 1000 * search->people)
                continue;
            if (pass == 0) {
                best = fmin(best, score);
                continue;
            }
            if (score > best + 25)
                continue;
            const double w = exp(-(score - best) / 2);
            if (pass == 1) {
                pal_sum_add(&weight, w);
                pal_sum_add(&mean, w * row->population);
            } else {
                const double off = row->population - pal_sum_value(&mean) / pal_sum_value(&weight);
                pal_sum_add(&spread, w * sqrt(row->std_error * row->std_error + off * off));
            }
        }
    const double all = pal_sum_value(&weight);
    *population = all > 0 ? pal_sum_value(&mean) / all : (double)NAN;
    *std_error = all > 0 ? pal_sum_value(&spread) / all : (double)NAN;
}
