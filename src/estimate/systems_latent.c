/* systems_latent.c: latent classes by Gibbs sampling (Manrique-Vallier 2016). */
#include "palermo/systems_bayes.h"

#include "draws.h"

#include <stdlib.h>

struct seen { /* a history somebody has */
    uint32_t lists;
    double count;
};

struct model {
    size_t t, classes, histories;
    const struct seen *seen; /* [histories] */
    double people;
    double shape, rate;
    const struct draws_normal *normal;
};

struct chain {
    const struct model *model;
    struct pal_random random;
    double alpha, log_last; /* concentration; log share of the last class   */
    double unseen;
    double share[PAL_LATENT_MOST];
    double members[PAL_LATENT_MOST];                   /* seen and unseen                 */
    double listed[PAL_LISTS_MOST][PAL_LATENT_MOST];    /* of a class, on a list           */
    double chance[2][PAL_LISTS_MOST][PAL_LATENT_MOST]; /* of being on it (1), off it (0)  */
};

/* ---- one sweep ----------------------------------------------------------------------------------
 */

/* How likely each class is to have this history, times its share; returns their sum. */
static double classes_of(const struct chain *c, uint32_t lists, double *out)
{
    const size_t k = c->model->classes;
    double sum = 0;
    memcpy(out, c->share, k * sizeof *out);
    for (size_t j = 0; j < c->model->t; j++) {
        const double *chance = c->chance[lists >> j & 1][j];
        for (size_t i = 0; i < k; i++)
            out[i] *= chance[i];
    }
    for (size_t i = 0; i < k; i++)
        sum += out[i];
    return sum;
}

/* Puts n people into classes at random: one after the other where they are few, class by class
 * where they are many. */
static void spread(struct chain *c, double n, const double *chance, double sum, double *into)
{
    enum { FEW = 6 };
    const size_t k = c->model->classes;
    memset(into, 0, k * sizeof *into);
    if (n <= FEW) {
        for (; n > 0; n--) {
            double at = pal_random_unit(&c->random) * sum;
            size_t i = 0;
            while (i + 1 < k && at >= chance[i])
                at -= chance[i++];
            into[i]++;
        }
        return;
    }
    for (size_t i = 0; i + 1 < k && n > 0; i++) {
        if (chance[i] < sum)
            into[i] = draws_binomial(&c->random, n, chance[i] / sum);
        else
            into[i] = n;
        n -= into[i];
        sum -= chance[i];
    }
    into[k - 1] += n;
}

static void place_seen(struct chain *c)
{
    const struct model *m = c->model;
    double chance[PAL_LATENT_MOST], into[PAL_LATENT_MOST];
    memset(c->members, 0, sizeof c->members);
    memset(c->listed, 0, m->t * sizeof *c->listed);
    for (size_t h = 0; h < m->histories; h++) {
        const double sum = classes_of(c, m->seen[h].lists, chance);
        spread(c, m->seen[h].count, chance, sum, into);
        for (size_t i = 0; i < m->classes; i++)
            c->members[i] += into[i];
        for (uint32_t left = m->seen[h].lists; left; left &= left - 1) {
            double *listed = c->listed[__builtin_ctz(left)];
            for (size_t i = 0; i < m->classes; i++)
                listed[i] += into[i];
        }
    }
}

/* The unseen are what a negative binomial leaves: people successes, each of chance 1 - on none. */
static void place_unseen(struct chain *c)
{
    const struct model *m = c->model;
    double chance[PAL_LATENT_MOST], into[PAL_LATENT_MOST];
    const double none = fmin(classes_of(c, 0, chance), 1 - 1e-12);
    const double mean = draws_gamma(m->normal, &c->random, m->people) * none / (1 - none);
    c->unseen = (double)pal_random_poisson(&c->random, mean);
    spread(c, c->unseen, chance, none, into);
    for (size_t i = 0; i < m->classes; i++)
        c->members[i] += into[i];
}

static double beta(struct chain *c, double a, double b)
{
    if (a == 1 && b == 1)
        return pal_random_unit(&c->random);
    const double x = draws_gamma(c->model->normal, &c->random, a);
    return x / (x + draws_gamma(c->model->normal, &c->random, b));
}

static void draw_chances(struct chain *c)
{
    for (size_t j = 0; j < c->model->t; j++)
        for (size_t i = 0; i < c->model->classes; i++) {
            const double listed = c->listed[j][i];
            const double p = beta(c, 1 + listed, 1 + c->members[i] - listed);
            c->chance[1][j][i] = p;
            c->chance[0][j][i] = 1 - p;
        }
}

/* Sticks are broken in logarithms: the last ones may be shorter than the smallest double. */
static void draw_shares(struct chain *c)
{
    const size_t k = c->model->classes;
    double after = 0, log_left = 0;
    for (size_t i = 0; i < k; i++)
        after += c->members[i];
    for (size_t i = 0; i + 1 < k; i++) {
        after -= c->members[i];
        const double x = draws_log_gamma(c->model->normal, &c->random, 1 + c->members[i]);
        const double y = draws_log_gamma(c->model->normal, &c->random, c->alpha + after);
        const double sum = fmax(x, y) + log1p(exp(-fabs(x - y)));
        c->share[i] = exp(log_left + x - sum);
        log_left += y - sum;
    }
    c->share[k - 1] = exp(log_left);
    c->log_last = log_left;
}

static void draw_alpha(struct chain *c)
{
    const struct model *m = c->model;
    const double shape = m->shape + (double)m->classes - 1;
    c->alpha = exp(draws_log_gamma(m->normal, &c->random, shape)) / (m->rate - c->log_last);
}

static void sweep(struct chain *c)
{
    place_seen(c);
    place_unseen(c);
    draw_chances(c);
    draw_shares(c);
    draw_alpha(c);
}

/* All classes are alike at first and most people are in four of them, with few classes wanted for a
 * while; or, where chains are to begin apart, chances and shares are drawn at random. */
static void start(struct chain *c, const struct model *m, const struct pal_latent_ask *ask,
                  size_t number)
{
    enum { LARGE = 4 };
    *c = (struct chain){.model = m, .alpha = 0.3 / (double)m->classes};
    pal_random_start(&c->random, ask->seed, "latent classes", number);
    const double large = m->classes > LARGE ? 0.9 / LARGE : 1 / (double)m->classes;
    double sum = 0;
    for (size_t i = 0; i < m->classes; i++) {
        c->share[i] = i < LARGE ? large : 0.1 / (double)(m->classes - LARGE);
        if (ask->apart)
            c->share[i] = draws_gamma(m->normal, &c->random, 1);
        sum += c->share[i];
    }
    for (size_t i = 0; i < m->classes; i++)
        c->share[i] /= sum;
    for (size_t j = 0; j < m->t; j++) {
        double listed = 0;
        for (size_t h = 0; h < m->histories; h++)
            listed += m->seen[h].lists >> j & 1 ? m->seen[h].count : 0;
        for (size_t i = 0; i < m->classes; i++) {
            const double p =
                (listed + 1) / (m->people + 2) * (ask->apart ? pal_random_unit(&c->random) : 1);
            c->chance[1][j][i] = p;
            c->chance[0][j][i] = 1 - p;
        }
    }
}

/* ---- all chains
 * -------------------------------------------------------------------------------------- */

struct work {
    const struct model *model;
    const struct pal_latent_ask *ask;
    double *draw, *occupied; /* [chains * samples], [chains] */
    struct pal_deadline until;
};

/* Looks at the clock now and then: what comes out in time does not depend on it. */
static enum pal_status in_time(const struct work *w, size_t number, size_t sweeps,
                               struct pal_error *err)
{
    enum { BETWEEN_LOOKS = 256, BETWEEN_STEPS = 1024, LARGE = 1000 };
    if (number == 0 && w->ask->progress && sweeps % BETWEEN_STEPS == 0)
        pal_progress_step(w->ask->progress, sweeps);
    if (w->model->histories < LARGE && sweeps % BETWEEN_LOOKS)
        return PAL_OK;
    return pal_in_time(w->until, err, "after %zu of %zu sweeps", sweeps,
                       w->ask->burnin + w->ask->samples * w->ask->thin);
}

static enum pal_status run_chain(void *context, size_t number, struct pal_error *err)
{
    const struct work *w = context;
    struct pal_arena *arena = pal_arena_new();
    struct chain *c = arena ? pal_arena_alloc(arena, 1, sizeof *c) : NULL;
    if (!c) {
        pal_arena_free(arena);
        return pal_nomem(err, "a chain");
    }
    enum { WARM_UP = 500 }; /* sweeps with the first concentration */
    double occupied = 0;
    enum pal_status status = PAL_OK;
    start(c, w->model, w->ask, number);
    for (size_t i = 0; i < WARM_UP && status == PAL_OK; i++) {
        const double alpha = c->alpha;
        sweep(c);
        c->alpha = alpha;
        status = in_time(w, number, 0, err);
    }
    for (size_t i = 0; i < w->ask->burnin && status == PAL_OK; i++) {
        sweep(c);
        status = in_time(w, number, i, err);
    }
    for (size_t s = 0; s < w->ask->samples && status == PAL_OK; s++) {
        for (size_t i = 0; i < w->ask->thin && status == PAL_OK; i++) {
            sweep(c);
            status = in_time(w, number, w->ask->burnin + s * w->ask->thin + i, err);
        }
        w->draw[number * w->ask->samples + s] = w->model->people + c->unseen;
        for (size_t i = 0; i < w->model->classes; i++)
            occupied += c->members[i] > 0;
    }
    w->occupied[number] = occupied / (double)w->ask->samples;
    pal_arena_free(arena);
    return status;
}

/* ---- do the chains agree?
 * ------------------------------------------------------------------------------ */

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

static double covariance_at(const double *x, size_t n, double mean, size_t lag)
{
    double sum = 0;
    for (size_t i = 0; i + lag < n; i++)
        sum += (x[i] - mean) * (x[i + lag] - mean);
    return sum / (double)n;
}

/* Every chain is cut in half, so that one that drifts disagrees with itself (Gelman et al. 2013,
 * 11.4); autocorrelations are summed by pairs until a pair is not above 0 (Geyer 1992). x holds
 * logarithms: populations have long tails. */
static enum pal_status judge(const double *x, size_t chains, size_t samples,
                             struct pal_deadline until, double *rhat, double *ess,
                             struct pal_error *err)
{
    const size_t half = samples / 2, halves = 2 * chains;
    double grand = 0, between = 0, within = 0;
    for (size_t h = 0; h < halves; h++)
        grand += mean_of(x + h / 2 * samples + h % 2 * half, half) / (double)halves;
    for (size_t h = 0; h < halves; h++) {
        const double *part = x + h / 2 * samples + h % 2 * half, mean = mean_of(part, half);
        between += (mean - grand) * (mean - grand) * (double)half / ((double)halves - 1);
        within +=
            covariance_at(part, half, mean, 0) * (double)half / ((double)half - 1) / (double)halves;
    }
    const double n = (double)half, all = n * (double)halves;
    const double total = (n - 1) / n * within + between / n;
    *rhat = sqrt(total / within);
    double sum = 0; /* of autocorrelations */
    for (size_t lag = 0; lag + 1 < half; lag += 2) {
        double pair = 0;
        PAL_TRY(pal_in_time(until, err, "in judging whether the chains agree"));
        for (size_t l = lag; l < lag + 2; l++) {
            double covariance = 0;
            for (size_t h = 0; h < halves; h++) {
                const double *part = x + h / 2 * samples + h % 2 * half;
                covariance += covariance_at(part, half, mean_of(part, half), l) / (double)halves;
            }
            pair += 1 - (within - covariance) / total;
        }
        if (!(pair > 0))
            break;
        sum += pair;
    }
    *ess = fmin(all, all / fmax(2 * sum - 1, 1e-9));
    return PAL_OK;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double p)
{
    const double at = p * (double)(n - 1);
    const size_t low = (size_t)floor(at);
    return low + 1 < n ? sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low])
                       : sorted[n - 1];
}

static enum pal_status summarize(double level, struct pal_deadline until, struct pal_latent *a,
                                 struct pal_arena *arena, struct pal_error *err)
{
    const size_t n = a->chains * a->samples;
    double *sorted = pal_arena_alloc(arena, n, sizeof *sorted), squares = 0;
    if (!sorted)
        return pal_nomem(err, "the draws");
    for (size_t i = 0; i < n; i++)
        sorted[i] = log(a->draw[i]);
    PAL_TRY(judge(sorted, a->chains, a->samples, until, &a->rhat, &a->ess, err));
    memcpy(sorted, a->draw, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    a->mean = mean_of(sorted, n);
    for (size_t i = 0; i < n; i++)
        squares += (sorted[i] - a->mean) * (sorted[i] - a->mean);
    a->sd = sqrt(squares / ((double)n - 1));
    a->median = quantile(sorted, n, 0.5);
    a->q025 = quantile(sorted, n, 0.025);
    a->q975 = quantile(sorted, n, 0.975);
    a->low = quantile(sorted, n, (1 - level) / 2);
    a->high = quantile(sorted, n, (1 + level) / 2);
    a->error = a->sd / sqrt(a->ess);
    return PAL_OK;
}

static enum pal_status model_of(const struct pal_lists *lists, struct pal_arena *arena,
                                struct model *out, struct pal_error *err)
{
    struct seen *seen = pal_arena_alloc(arena, lists->cells, sizeof *seen);
    if (!seen)
        return pal_nomem(err, "the histories");
    if (lists->t < 3)
        return pal_fail(err, PAL_DOMAIN, "latent classes need three lists or more, not %zu",
                        lists->t);
    for (size_t c = 1; c < lists->cells; c++) {
        if (lists->state[c] != PAL_HISTORY_COUNTED)
            return pal_fail(err, PAL_DOMAIN,
                            "latent classes need every history to be counted: none unknown or "
                            "impossible");
        if (lists->count[c] > 0)
            seen[out->histories++] = (struct seen){(uint32_t)c, lists->count[c]};
    }
    out->t = lists->t;
    out->seen = seen;
    out->people = pal_lists_people(lists);
    return out->people > 0 ? PAL_OK : pal_fail(err, PAL_DOMAIN, "nobody is on any list");
}

static enum pal_status complete(const struct pal_latent_ask *given, struct pal_latent_ask *out,
                                struct pal_error *err)
{
    *out = *given;
    out->classes = out->classes ? out->classes : 10;
    out->chains = out->chains ? out->chains : 4;
    out->burnin = out->burnin ? out->burnin : 10000;
    out->samples = out->samples ? out->samples : 2000;
    out->thin = out->thin ? out->thin : 10;
    out->shape = out->shape > 0 ? out->shape : 0.25;
    out->rate = out->rate > 0 ? out->rate : 0.25;
    out->level = out->level > 0 ? out->level : 0.95;
    if (out->classes < 2 || out->classes > PAL_LATENT_MOST)
        return pal_fail(err, PAL_DOMAIN, "there are 2 to %d classes, not %zu", PAL_LATENT_MOST,
                        out->classes);
    if (out->samples < 10 || out->chains > 1000 || out->samples > 10000000 / out->chains)
        return pal_fail(err, PAL_DOMAIN,
                        "a chain has 10 samples or more, and all chains together ten million at "
                        "most");
    return PAL_OK;
}

enum pal_status pal_systems_latent(const struct pal_lists *lists, const struct pal_latent_ask *ask,
                                   struct pal_arena *arena, struct pal_latent *out,
                                   struct pal_error *err)
{
    struct pal_latent_ask whole;
    struct model model = {0};
    PAL_TRY(complete(ask, &whole, err));
    PAL_TRY(model_of(lists, arena, &model, err));
    struct draws_normal *normal = pal_arena_alloc(arena, 1, sizeof *normal);
    *out = (struct pal_latent){
        .people = model.people, .chains = whole.chains, .samples = whole.samples};
    out->draw = pal_arena_alloc(arena, whole.chains, whole.samples * sizeof(double));
    double *occupied = pal_arena_alloc(arena, whole.chains, sizeof *occupied);
    if (!normal || !out->draw || !occupied)
        return pal_nomem(err, "the draws");
    draws_normal_init(normal);
    model.normal = normal;
    model.classes = whole.classes;
    model.shape = whole.shape;
    model.rate = whole.rate;
    struct work work = {.model = &model,
                        .ask = &whole,
                        .draw = out->draw,
                        .occupied = occupied,
                        .until = lists->until};
    PAL_TRY(pal_parallel(whole.chains, whole.threads, run_chain, &work, err));
    out->occupied = mean_of(occupied, whole.chains);
    return summarize(whole.level, lists->until, out, arena, err);
}
