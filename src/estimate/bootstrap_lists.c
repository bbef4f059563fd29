/* bootstrap_lists.c: intervals that include the choosing: the whole stepwise choice is repeated in
 * every resample and with every person left out (Chan, Silverman & Vincent 2021; DiCiccio & Efron
 * 1996). */
#include "stepwise.h"

#include <gsl/gsl_cdf.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 16 }; /* replicates that share a thread's scratch */

struct boot {
    const struct pal_lists *lists;
    const struct pal_bootstrap_ask *ask;
    size_t cells_n; /* histories with people */
    uint32_t *cell; /* [cells_n] */
    double people;
    size_t first;      /* replicate of piece 0 of this round */
    size_t replicates; /* of all */
    double *estimate;  /* [replicates] infinite: none */
    double *leave_out; /* [cells_n] */
};

/* Conditional binomials: the people of a history are a binomial share of those not yet placed. */
static void resample(const struct boot *b, size_t replicate, double *count)
{
    struct pal_random random;
    double people = b->people, left = b->people;
    pal_random_start(&random, b->ask->seed, "bootstrap of lists", replicate);
    for (size_t i = 0; i < b->cells_n; i++) {
        const double here = b->lists->count[b->cell[i]];
        double drawn = left;
        if (here < people)
            drawn = pal_random_binomial_of(&random, left, here / people);
        count[b->cell[i]] = drawn;
        left -= drawn;
        people -= here;
    }
}

/* People, and the dark figure of the model that is chosen for them; infinite where there is none:
 * too few people are on several lists to bound it. */
static enum pal_status estimate_of(struct stepwise *s, double threshold, const double *count,
                                   struct pal_arena *scratch, double *out, struct pal_error *err)
{
    bool fitted;
    ll_counts(s->fit, count);
    PAL_TRY(stepwise_run(s, threshold, scratch, &fitted, err));
    *out = fitted ? s->fit->on[0] + exp(s->fit->beta[0]) : (double)INFINITY;
    return PAL_OK;
}

struct scratch {
    struct pal_arena *arena;
    struct stepwise *stepwise;
    double *count;
};

static enum pal_status choice_new(const struct boot *b, struct pal_arena *arena,
                                  struct stepwise **out, struct pal_error *err)
{
    PAL_TRY(stepwise_new(b->lists, arena, out, err));
    (*out)->criterion = b->ask->criterion;
    (*out)->direction = b->ask->direction;
    return PAL_OK;
}

static enum pal_status scratch_open(const struct boot *b, struct scratch *out,
                                    struct pal_error *err)
{
    *out = (struct scratch){.arena = pal_arena_new()};
    if (!out->arena)
        return pal_nomem(err, "a bootstrap");
    out->count = pal_arena_alloc(out->arena, b->lists->cells, sizeof *out->count);
    if (!out->count)
        return pal_nomem(err, "a bootstrap");
    return choice_new(b, out->arena, &out->stepwise, err);
}

static enum pal_status replicate_piece(void *context, size_t piece, struct pal_error *err)
{
    struct boot *b = context;
    struct scratch scratch;
    enum pal_status status = scratch_open(b, &scratch, err);
    const size_t from = b->first + piece * PIECE;
    const size_t to = from + PIECE < b->replicates ? from + PIECE : b->replicates;
    for (size_t r = from; r < to && status == PAL_OK; r++) {
        resample(b, r, scratch.count);
        status = estimate_of(scratch.stepwise, b->ask->threshold, scratch.count, scratch.arena,
                             &b->estimate[r], err);
        if (status == PAL_LATE)
            status =
                pal_in_time(b->lists->until, err, "after %zu of %zu replicates", r, b->replicates);
    }
    if (scratch.arena)
        pal_arena_free(scratch.arena);
    return status;
}

static enum pal_status jackknife_piece(void *context, size_t piece, struct pal_error *err)
{
    struct boot *b = context;
    struct scratch scratch;
    enum pal_status status = scratch_open(b, &scratch, err);
    if (status == PAL_OK) {
        memcpy(scratch.count, b->lists->count, b->lists->cells * sizeof *scratch.count);
        scratch.count[b->cell[piece]] -= 1;
        status = estimate_of(scratch.stepwise, b->ask->threshold, scratch.count, scratch.arena,
                             &b->leave_out[piece], err);
    }
    if (scratch.arena)
        pal_arena_free(scratch.arena);
    return status;
}

/* sum c r^3 / (6 (sum c r^2)^1.5), r the weighted mean of the jackknife less its value. */
static double acceleration(const struct boot *b)
{
    double mean = 0, people = 0, square = 0, cube = 0;
    for (size_t i = 0; i < b->cells_n; i++)
        if (isfinite(b->leave_out[i])) {
            mean += b->lists->count[b->cell[i]] * b->leave_out[i];
            people += b->lists->count[b->cell[i]];
        }
    mean /= people;
    for (size_t i = 0; i < b->cells_n; i++)
        if (isfinite(b->leave_out[i])) {
            const double r = mean - b->leave_out[i], c = b->lists->count[b->cell[i]];
            square += c * r * r;
            cube += c * r * r * r;
        }
    return square > 0 ? cube / (6 * pow(square, 1.5)) : 0;
}

static enum pal_status run_replicates(struct boot *b, struct pal_error *err)
{
    const size_t pieces = (b->replicates + PIECE - 1) / PIECE;
    const size_t round = pieces > 40 ? (pieces + 19) / 20 : pieces; /* between steps of progress */
    for (size_t done = 0; done < pieces; done += round) {
        const size_t now = done + round < pieces ? round : pieces - done;
        b->first = done * PIECE;
        PAL_TRY(pal_parallel(now, b->ask->threads, replicate_piece, b, err));
        if (b->ask->progress)
            pal_progress_step(b->ask->progress, (done + now) * PIECE);
    }
    return PAL_OK;
}

enum pal_status pal_bootstrap_stepwise(const struct pal_lists *lists,
                                       const struct pal_bootstrap_ask *ask, struct pal_arena *arena,
                                       struct pal_bootstrap *out, struct pal_error *err)
{
    struct boot b = {.lists = lists, .ask = ask, .people = pal_lists_people(lists)};
    struct stepwise *s;
    PAL_TRY(stepwise_check(lists, ask->direction, arena, err));
    b.replicates = ask->replicates;
    b.cell = pal_arena_alloc(arena, lists->cells, sizeof *b.cell);
    b.estimate = pal_arena_alloc(arena, ask->replicates + 1, sizeof *b.estimate);
    if (!b.cell || !b.estimate)
        return pal_nomem(err, "a bootstrap");
    for (uint32_t cell = 1; cell < lists->cells; cell++)
        if (lists->count[cell] > 0)
            b.cell[b.cells_n++] = cell;
    b.leave_out = pal_arena_alloc(arena, b.cells_n, sizeof *b.leave_out);
    if (!b.leave_out)
        return pal_nomem(err, "a bootstrap");
    PAL_TRY(choice_new(&b, arena, &s, err));
    PAL_TRY(estimate_of(s, ask->threshold, lists->count, arena, &out->estimate, err));
    if (!isfinite(out->estimate))
        return pal_fail(err, PAL_NOCONV, "a fit of the stepwise choice did not settle");
    PAL_TRY(run_replicates(&b, err));
    PAL_TRY(pal_parallel(b.cells_n, ask->threads, jackknife_piece, &b, err));
    out->failed = 0;
    out->acceleration = acceleration(&b);
    out->n = ask->replicates;
    for (size_t r = 0; r < ask->replicates; r++)
        out->failed += isfinite(b.estimate[r]) ? 0 : 1;
    out->replicate = b.estimate;
    return PAL_OK;
}

/* ---- BCa
 * ---------------------------------------------------------------------------------------------- */

double pal_bca_z0(const double *replicate, size_t n, double estimate)
{
    size_t below = 0;
    for (size_t i = 0; i < n; i++)
        below += replicate[i] < estimate;
    return gsl_cdf_ugaussian_Pinv((double)below / (double)n);
}

/* Where the quantile lies: h of quantile type 8, from 1. */
static double bca_place(size_t n, double z0, double a, double level)
{
    const double z = z0 + gsl_cdf_ugaussian_Pinv(level);
    const double p = gsl_cdf_ugaussian_P(z0 + z / (1 - a * z));
    return ((double)n + 1.0 / 3) * p + 1.0 / 3;
}

double pal_bca_quantile(const double *sorted, size_t n, double z0, double acceleration_,
                        double level)
{
    const double h = bca_place(n, z0, acceleration_, level);
    if (!(h > 1))
        return isnan(h) ? h : sorted[0];
    if (h >= (double)n)
        return sorted[n - 1];
    const size_t at = (size_t)h;
    const double share = h - (double)at;
    if (isinf(sorted[at]))
        return share > 0 || isinf(sorted[at - 1]) ? sorted[at] : sorted[at - 1];
    return sorted[at - 1] + share * (sorted[at] - sorted[at - 1]);
}

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum pal_status pal_bca_limits(const struct pal_bootstrap *bootstrap, double level,
                               struct pal_arena *arena, struct pal_bca *out, struct pal_error *err)
{
    const size_t n = bootstrap->n;
    double *sorted = pal_arena_alloc(arena, n + 1, sizeof *sorted);
    *out = (struct pal_bca){.z0 = (double)NAN, .low = (double)NAN, .high = (double)NAN};
    if (!sorted)
        return pal_nomem(err, "the limits");
    out->sorted = sorted;
    if (!n)
        return PAL_OK;
    memcpy(sorted, bootstrap->replicate, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, rising);
    out->z0 = pal_bca_z0(sorted, n, bootstrap->estimate);
    if (!isfinite(out->z0))
        return PAL_OK;
    const double a = bootstrap->acceleration;
    out->low = pal_bca_quantile(sorted, n, out->z0, a, (1 - level) / 2);
    out->high = pal_bca_quantile(sorted, n, out->z0, a, (1 + level) / 2);
    return PAL_OK;
}

enum pal_status pal_bca_error(const double *sorted, size_t n, double estimate, double acceleration_,
                              const double *level, size_t levels, uint64_t seed,
                              struct pal_deadline until, struct pal_arena *arena, double *out,
                              struct pal_error *err)
{
    enum { RESAMPLES = 200 };
    double *value = pal_arena_alloc(arena, n, sizeof *value);
    uint32_t *times = pal_arena_alloc(arena, n, sizeof *times);
    double *sum = pal_arena_alloc(arena, 2 * levels, sizeof *sum);
    if (!value || !times || !sum)
        return pal_nomem(err, "a Monte Carlo error");
    for (uint64_t r = 0; r < RESAMPLES; r++) {
        struct pal_random random;
        PAL_TRY(pal_in_time(until, err, "in the Monte Carlo error of the limits"));
        pal_random_start(&random, seed, "error of the bootstrap", r);
        memset(times, 0, n * sizeof *times);
        for (size_t i = 0; i < n; i++)
            times[pal_random_below(&random, n)]++;
        size_t at = 0; /* in order already: no sorting */
        for (size_t i = 0; i < n; i++)
            for (uint32_t m = 0; m < times[i]; m++)
                value[at++] = sorted[i];
        const double z0 = pal_bca_z0(value, n, estimate);
        for (size_t l = 0; l < levels; l++) {
            const double q = pal_bca_quantile(value, n, z0, acceleration_, level[l]);
            if (isinf(q)) {
                sum[2 * l + 1] = (double)INFINITY;
                continue;
            }
            sum[2 * l] += q - sorted[n / 2];
            sum[2 * l + 1] += (q - sorted[n / 2]) * (q - sorted[n / 2]);
        }
    }
    for (size_t l = 0; l < levels; l++) {
        const double mean = sum[2 * l] / RESAMPLES;
        out[l] = isinf(sum[2 * l + 1])
                     ? (double)INFINITY
                     : sqrt(fmax(0, (sum[2 * l + 1] - RESAMPLES * mean * mean) / (RESAMPLES - 1)));
    }
    return PAL_OK;
}
