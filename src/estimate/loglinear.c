/* loglinear.c: models of lists, checked, fitted and written out. */
#include "loglinear.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

static int bits(uint32_t set) { return __builtin_popcount(set); }

/* ---- models
 * ------------------------------------------------------------------------------------------- */

enum { TERMS_MOST = 1000 }; /* parameters cost their cube */

static enum pal_status add_term(uint32_t *term, size_t *n, uint32_t set, struct pal_error *err)
{
    for (size_t i = 0; i < *n; i++)
        if (term[i] == set)
            return PAL_OK;
    if (*n == TERMS_MOST)
        return pal_fail(err, PAL_DOMAIN, "a model of more than %d terms is too large", TERMS_MOST);
    term[(*n)++] = set;
    return PAL_OK;
}

enum pal_status pal_model_new(const struct pal_lists *lists, const uint32_t *set, size_t n,
                              struct pal_arena *arena, struct pal_model *out, struct pal_error *err)
{
    uint32_t *term = pal_arena_alloc(arena, TERMS_MOST, sizeof *term);
    if (!term)
        return pal_nomem(err, "a model");
    *out = (struct pal_model){.term = term};
    for (size_t j = 0; j < lists->t; j++)
        PAL_TRY(add_term(term, &out->terms, (uint32_t)1 << j, err));
    for (size_t i = 0; i < n; i++)
        PAL_TRY(add_term(term, &out->terms, set[i], err));
    return PAL_OK;
}

/* All subsets of at least one list: what a hierarchical generator stands for; small sets first. */
static enum pal_status add_subsets(uint32_t *term, size_t *n, uint32_t set, struct pal_error *err)
{
    for (int size = 1; size <= bits(set); size++)
        for (uint32_t sub = set; sub; sub = (sub - 1) & set)
            if (bits(sub) == size)
                PAL_TRY(add_term(term, n, sub, err));
    return PAL_OK;
}

/* "[12,13,4]": lists by number; above nine lists the numbers of a generator are parted by '.'. */
static enum pal_status parse_generators(const struct pal_lists *lists, pal_str text, uint32_t *term,
                                        size_t *n, struct pal_error *err)
{
    pal_str rest = {text.ptr + 1, text.len - 2}, piece;
    while (pal_str_split(&rest, ',', &piece)) {
        uint32_t set = 0;
        piece = pal_str_trim(piece);
        const bool dotted = memchr(piece.ptr, '.', piece.len) != NULL || lists->t > 9;
        pal_str part, of = piece;
        while (of.len) {
            if (dotted) {
                if (!pal_str_split(&of, '.', &part))
                    break;
            } else {
                part = (pal_str){of.ptr, 1};
                of = (pal_str){of.ptr + 1, of.len - 1};
            }
            int64_t number;
            if (!pal_int_parse(part, &number) || number < 1 || number > (int64_t)lists->t)
                return pal_fail(err, PAL_USAGE,
                                "'%.*s' of '%.*s' is no number of a list (1 to %zu)", PAL_ARG(part),
                                PAL_ARG(text), lists->t);
            set |= (uint32_t)1 << (number - 1);
        }
        if (!set)
            return pal_fail(err, PAL_USAGE, "'%.*s' has an empty generator", PAL_ARG(text));
        PAL_TRY(add_subsets(term, n, set, err));
    }
    return PAL_OK;
}

static enum pal_status parse_terms(const struct pal_lists *lists, pal_str text, uint32_t *term,
                                   size_t *n, struct pal_error *err)
{
    pal_str rest = text;
    while (rest.len) {
        size_t end = 0;
        while (end < rest.len && rest.ptr[end] != ',' && rest.ptr[end] != '+')
            end++;
        const pal_str piece = pal_str_trim((pal_str){rest.ptr, end});
        rest = end < rest.len ? (pal_str){rest.ptr + end + 1, rest.len - end - 1} : (pal_str){0};
        uint32_t set = 0;
        const bool star = memchr(piece.ptr, '*', piece.len) != NULL;
        pal_str of = piece, name;
        if (!piece.len)
            return pal_fail(err, PAL_USAGE, "a term of '%.*s' is empty", PAL_ARG(text));
        while (pal_str_split(&of, star ? '*' : ':', &name)) {
            uint32_t one;
            PAL_TRY(pal_lists_set_parse(lists, pal_str_trim(name), &one, err));
            if (set & one)
                return pal_fail(err, PAL_USAGE, "list '%.*s' stands twice in '%.*s'",
                                PAL_ARG(pal_str_trim(name)), PAL_ARG(piece));
            set |= one;
        }
        PAL_TRY(star ? add_subsets(term, n, set, err) : add_term(term, n, set, err));
    }
    return PAL_OK;
}

enum pal_status pal_model_parse(const struct pal_lists *lists, pal_str text,
                                struct pal_arena *arena, struct pal_model *out,
                                struct pal_error *err)
{
    uint32_t *set = pal_arena_alloc(arena, TERMS_MOST, sizeof *set);
    size_t n = 0;
    text = pal_str_trim(text);
    if (!set)
        return pal_nomem(err, "a model");
    if (pal_str_eq(text, PAL_STR("all-pairs")))
        n = pal_lists_pairs(lists->t, set);
    else if (text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
        PAL_TRY(parse_generators(lists, text, set, &n, err));
    else if (text.len && !pal_str_eq(text, PAL_STR("main")))
        PAL_TRY(parse_terms(lists, text, set, &n, err));
    for (size_t i = 0; i < n; i++) /* lists->t <= 16: the sets are sets of its lists */
        if (set[i] >> lists->t)
            return pal_fail(err, PAL_BUG, "a term names a list that is not there");
    return pal_model_new(lists, set, n, arena, out, err);
}

/* ---- existence
 * ---------------------------------------------------------------------------------------- */

/* The terms that a direction moves; the pairs and higher ones where there are any. */
static enum pal_status culprits_find(const struct ll_work *w, const double *direction,
                                     struct pal_arena *arena, struct pal_existence *out,
                                     struct pal_error *err)
{
    uint32_t *culprit = pal_arena_alloc(arena, w->k + 1, sizeof *culprit);
    if (!culprit)
        return pal_nomem(err, "an existence check");
    double largest = 0;
    for (size_t a = 0; a < w->k; a++)
        largest = fmax(largest, fabs(direction[a]));
    for (int several = 1; several >= 0 && !out->culprits; several--)
        for (size_t a = 1; a < w->k; a++)
            if (fabs(direction[a]) > 1e-7 * largest && (bits(w->term[a]) > 1) == (several == 1))
                culprit[out->culprits++] = w->term[a];
    out->culprit = culprit;
    out->dark_too = fabs(direction[0]) > 1e-7 * largest;
    return PAL_OK;
}

static enum pal_status exists_of(const struct ll_work *w, bool program, struct pal_arena *arena,
                                 struct pal_existence *out, struct pal_error *err)
{
    struct ll_existence verdict;
    PAL_TRY(ll_exists(w, arena, &verdict, err));
    uint32_t *empty = pal_arena_alloc(arena, w->empty_n + 1, sizeof *empty);
    double *direction = pal_arena_alloc(arena, w->k, sizeof *direction);
    if (!empty || !direction)
        return pal_nomem(err, "an existence check");
    if (w->empty_n)
        memcpy(empty, w->empty, w->empty_n * sizeof *empty);
    *out = (struct pal_existence){
        .exists = verdict.exists,
        .identifiable = verdict.identifiable,
        .rank_deficiency = verdict.rank_deficiency,
        .parameters = w->k,
        .cells = w->active_n,
        .empty_n = w->empty_n,
        .empty = empty,
        .program = (double)NAN,
    };
    if (program)
        PAL_TRY(ll_exists_program(w, &out->program, err));
    if (out->exists && out->identifiable)
        return PAL_OK;
    PAL_TRY(ll_recession(w, arena, direction, err));
    return culprits_find(w, direction, arena, out, err);
}

enum pal_status pal_model_exists(const struct pal_lists *lists, const struct pal_model *model,
                                 bool program, struct pal_arena *arena, struct pal_existence *out,
                                 struct pal_error *err)
{
    struct ll_work *w;
    PAL_TRY(ll_work_new(lists, model->terms + 1, arena, &w, err));
    ll_model(w, model->term, model->terms, false);
    return exists_of(w, program, arena, out, err);
}

struct every { /* all models of two-list terms, in pieces of neighbouring numbers */
    const struct pal_lists *lists;
    size_t pairs;
    const uint32_t *pair;
    uint64_t models, each;
    double *without; /* [pieces] */
    double *with;    /* [pieces * pairs] */
};

static enum pal_status every_piece(void *context, size_t piece, struct pal_error *err)
{
    struct every *e = context;
    struct pal_arena *arena = pal_arena_new();
    struct ll_work *w;
    uint32_t term[PAL_LISTS_MOST + 32];
    if (!arena)
        return pal_nomem(err, "an existence check");
    enum pal_status status = ll_work_new(e->lists, e->lists->t + e->pairs + 1, arena, &w, err);
    for (size_t j = 0; j < e->lists->t; j++)
        term[j] = (uint32_t)1 << j;
    const uint64_t from = piece * e->each;
    const uint64_t to = from + e->each < e->models ? from + e->each : e->models;
    for (uint64_t m = from; m < to && status == PAL_OK; m++) {
        size_t n = e->lists->t;
        struct ll_existence verdict;
        for (size_t p = 0; p < e->pairs; p++)
            if (m >> p & 1)
                term[n++] = e->pair[p];
        ll_model(w, term, n, false);
        status = ll_exists(w, arena, &verdict, err);
        if (status != PAL_OK || verdict.exists)
            continue;
        e->without[piece]++;
        for (size_t p = 0; p < e->pairs; p++)
            e->with[piece * e->pairs + p] += (double)(m >> p & 1);
    }
    pal_arena_free(arena);
    return status;
}

enum pal_status pal_models_without(const struct pal_lists *lists, unsigned threads,
                                   struct pal_arena *arena, double *without, double *with_pair,
                                   struct pal_error *err)
{
    uint32_t pair[PAL_LISTS_MOST * PAL_LISTS_MOST];
    struct every e = {.lists = lists, .pair = pair};
    e.pairs = pal_lists_pairs(lists->t, pair);
    if (e.pairs > 22)
        return pal_fail(
            err, PAL_DOMAIN,
            "%zu lists have 2^%zu models of pairs, too many to check each; keep 7 lists "
            "(--lists) or ask about one model",
            lists->t, e.pairs);
    e.models = (uint64_t)1 << e.pairs;
    e.each = e.models < 256 ? e.models : 256;
    const size_t pieces = (size_t)(e.models / e.each);
    e.without = pal_arena_alloc(arena, pieces, sizeof *e.without);
    e.with = pal_arena_alloc(arena, pieces * e.pairs + 1, sizeof *e.with);
    if (!e.without || !e.with)
        return pal_nomem(err, "an existence check");
    PAL_TRY(pal_parallel(pieces, threads, every_piece, &e, err));
    *without = 0;
    for (size_t p = 0; p < e.pairs; p++)
        with_pair[p] = 0;
    for (size_t i = 0; i < pieces; i++) {
        *without += e.without[i];
        for (size_t p = 0; p < e.pairs; p++)
            with_pair[p] += e.with[i * e.pairs + p];
    }
    return PAL_OK;
}

/* ---- fits
 * --------------------------------------------------------------------------------------------- */

enum pal_status loglinear_refuse(const struct pal_lists *lists, const struct pal_existence *e,
                                 struct pal_arena *arena, struct pal_error *err)
{
    struct pal_buf names;
    pal_buf_init(&names, arena, 1200);
    for (size_t i = 0; i < e->culprits; i++) {
        if (i)
            pal_buf_adds(&names, ", ");
        pal_buf_add(&names, pal_lists_set_name(lists, e->culprit[i], ':', arena));
    }
    if (!e->exists && e->culprits && bits(e->culprit[0]) == 1)
        return pal_fail(err, PAL_DOMAIN,
                        "the estimate does not exist: too few people are on more than one of the "
                        "lists %.*s; merge lists (--merge), or leave out those that nobody is on "
                        "(--lists)",
                        PAL_ARG(pal_buf_str(&names)));
    if (!e->exists)
        return pal_fail(
            err, PAL_DOMAIN,
            "the estimate does not exist: the data leave %.*s%s without a finite value; "
            "take %s out of the model",
            PAL_ARG(pal_buf_str(&names)), e->dark_too ? ", and the dark figure," : "",
            e->culprits == 1 ? "it" : "one of them");
    return pal_fail(err, PAL_DOMAIN,
                    "the estimate is not the only one: the data cannot tell %.*s%s apart; take one "
                    "of them out of the model",
                    PAL_ARG(pal_buf_str(&names)), e->dark_too ? " and the dark figure" : "");
}

/* Fitted people in histories of unknown count, and the variance of what was not seen. */
static void unseen(const struct ll_work *w, const double *inverse, struct pal_loglinear *out)
{
    double *gradient = w->gradient; /* of dark + unknown by the coefficients */
    for (size_t a = 0; a < w->k; a++)
        gradient[a] = a == 0 ? out->dark : 0;
    for (uint32_t cell = 1; cell < w->cells; cell++) {
        if (w->state[cell] != PAL_HISTORY_UNKNOWN)
            continue;
        double eta = 0;
        for (size_t a = 0; a < w->k; a++)
            if ((cell & w->term[a]) == w->term[a])
                eta += w->beta[a];
        for (size_t i = 0; i < w->empty_n; i++)
            if ((cell & w->empty[i]) == w->empty[i])
                eta = -(double)INFINITY;
        const double mean = exp(eta);
        out->unknown += mean;
        for (size_t a = 0; a < w->k && mean > 0; a++)
            if ((cell & w->term[a]) == w->term[a])
                gradient[a] += mean;
    }
    double variance = 0;
    for (size_t a = 0; a < w->k; a++)
        for (size_t b = 0; b < w->k; b++)
            variance += gradient[a] * gradient[b] * inverse[a * w->k + b];
    const double all = out->dark + out->unknown;
    out->log_se = sqrt(variance) / all;
}

/* exp(-lambda), lambda the fitted people on an empty term in the model without it. */
static enum pal_status empty_chances(const struct pal_lists *lists, const struct pal_model *model,
                                     const struct ll_work *fitted, double *out,
                                     struct pal_arena *arena, struct pal_error *err)
{
    struct ll_work *w;
    uint32_t *term = pal_arena_alloc(arena, model->terms + 1, sizeof *term);
    PAL_TRY(ll_work_new(lists, model->terms + 1, arena, &w, err));
    if (!term)
        return pal_nomem(err, "a model");
    for (size_t i = 0; i < fitted->empty_n; i++) {
        size_t n = 0;
        for (size_t j = 0; j < model->terms; j++)
            if (model->term[j] != fitted->empty[i])
                term[n++] = model->term[j];
        ll_model(w, term, n, true);
        out[i] = ll_fit(w, false) ? exp(-w->fitted[fitted->empty[i]]) : (double)NAN;
    }
    return PAL_OK;
}

enum pal_status pal_loglinear_fit(const struct pal_lists *lists, const struct pal_model *model,
                                  struct pal_arena *arena, struct pal_loglinear *out,
                                  struct pal_error *err)
{
    struct ll_work *w;
    struct pal_existence existence;
    *out = (struct pal_loglinear){.people = pal_lists_people(lists)};
    if (!(out->people > 0))
        return pal_fail(err, PAL_DOMAIN, "nobody is on any list");
    PAL_TRY(ll_work_new(lists, model->terms + 1, arena, &w, err));
    ll_model(w, model->term, model->terms, false);
    PAL_TRY(exists_of(w, false, arena, &existence, err));
    if (!existence.exists || !existence.identifiable)
        return loglinear_refuse(lists, &existence, arena, err);
    const bool settled = ll_fit(w, false);
    PAL_TRY(pal_in_time(w->until, err, "in the fit of a model"));
    if (!settled)
        return pal_fail(err, PAL_NOCONV, "the fit of the model did not settle");
    const size_t k = w->k;
    double *inverse = pal_arena_alloc(arena, k * k, sizeof *inverse);
    double *coef = pal_arena_alloc(arena, k, sizeof *coef);
    double *coef_se = pal_arena_alloc(arena, k, sizeof *coef_se);
    double *empty_p = pal_arena_alloc(arena, w->empty_n + 1, sizeof *empty_p);
    if (!inverse || !coef || !coef_se || !empty_p)
        return pal_nomem(err, "a model");
    ll_inverse(w->chol, k, inverse, w->step);
    for (size_t a = 0; a < k; a++) {
        coef[a] = w->beta[a];
        coef_se[a] = sqrt(inverse[a * k + a]);
    }
    PAL_TRY(empty_chances(lists, model, w, empty_p, arena, err));
    out->dark = exp(w->beta[0]);
    unseen(w, inverse, out);
    out->population = out->people + out->dark + out->unknown;
    out->deviance = ll_deviance(w);
    out->loglik = w->loglik - ll_log_factorials(w);
    out->pearson = ll_pearson(w);
    out->aic = 2 * (double)k - 2 * out->loglik;
    out->bic = log(out->people) * (double)k - 2 * out->loglik;
    out->parameters = k;
    out->cells = w->active_n;
    out->empty_n = w->empty_n;
    out->term = w->term;
    out->empty = w->empty;
    out->coef = coef;
    out->coef_se = coef_se;
    out->empty_p = empty_p;
    return PAL_OK;
}

double pal_loglinear_se(const struct pal_loglinear *fit)
{
    const double unseen_mean = fit->dark + fit->unknown;
    return sqrt(unseen_mean + unseen_mean * unseen_mean * fit->log_se * fit->log_se);
}

void pal_loglinear_interval(const struct pal_loglinear *fit, double level, double *low,
                            double *high)
{
    const double z = gsl_cdf_ugaussian_Pinv(0.5 + level / 2);
    const double log_mean = log(fit->dark + fit->unknown);
    *low = fit->people + exp(log_mean - z * fit->log_se);
    *high = fit->people + exp(log_mean + z * fit->log_se);
}
