/* run.c: samples are drawn, estimators are asked, answers are counted. */
#include "scenario.h"

#include <stdlib.h>
#include <time.h>

/* ---- one replicate
 * ----------------------------------------------------------------------------------- */

struct run {
    const struct pal_scenario *scenario;
    const struct pal_assess_options *options;
    uint64_t seed;
    size_t replicates;
    struct pal_assessed_one **one; /* [estimators][replicates] */
    char (*reason)[160];           /* [estimators * replicates] why one failed */
};

static double cpu_now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "estimate,std_error,conf_low,conf_high" and a line; all but the first may be left out or empty.
 */
static enum pal_status read_answer(pal_str text, const char *name, struct assess_answer *out,
                                   struct pal_error *err)
{
    static const char *const columns[] = {"estimate", "std_error", "conf_low", "conf_high"};
    double *to[] = {&out->estimate, &out->std_error, &out->low, &out->high};
    pal_str header, line, word, value;
    if (!pal_str_split(&text, '\n', &header) || !pal_str_split(&text, '\n', &line))
        return pal_fail(err, PAL_DOMAIN, "'%s' wrote no header and answer", name);
    while (pal_str_split(&header, ',', &word)) {
        const bool more = pal_str_split(&line, ',', &value);
        for (size_t i = 0; more && i < PAL_COUNT(columns); i++)
            if (pal_str_eq(pal_str_trim(word), pal_str_of(columns[i])) &&
                !pal_num_parse(pal_str_trim(value), to[i]))
                *to[i] = (double)NAN;
    }
    return PAL_OK;
}

static enum pal_status ask(const struct run *run, size_t e, size_t replicate, const void *sample,
                           pal_str csv, struct pal_arena *arena, struct assess_answer *out,
                           struct pal_error *err)
{
    const struct pal_scenario *s = run->scenario;
    const struct assess_estimator *estimator = &s->estimator[e];
    *out = (struct assess_answer){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    if (!estimator->method) {
        pal_str written;
        const struct pal_deadline until = run->options->until;
        const double seconds = fmin(estimator->timeout, pal_deadline_left(until));
        const enum pal_status status =
            assess_program(estimator->argv, csv, seconds, arena, &written, err);
        PAL_TRY(pal_in_time(until, err, "in replicate %zu", replicate + 1));
        PAL_TRY(status);
        return read_answer(written, estimator->argv[0], out, err);
    }
    struct pal_random random;
    pal_random_start(&random, run->seed, "assess estimator", replicate);
    const struct assess_call call = {.argument = estimator->argument,
                                     .level = s->level,
                                     .seed = pal_random_next(&random),
                                     .until = run->options->until,
                                     .arena = arena};
    PAL_TRY(pal_in_time(call.until, err, "in replicate %zu", replicate + 1));
    return estimator->method->run(s->world, sample, &call, out, err);
}

/* What a sample does not let an estimator do is counted; anything else ends the work. */
static bool is_failure(enum pal_status status)
{
    return status == PAL_DOMAIN || status == PAL_NOCONV || status == PAL_DATA;
}

static enum pal_status replicate_with(const struct run *run, size_t replicate,
                                      struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_scenario *s = run->scenario;
    struct pal_random random;
    struct pal_buf csv;
    void *sample;
    bool outside = false;
    pal_random_start(&random, run->seed, "assess sample", replicate);
    PAL_TRY(s->kind->draw(s->world, &random, run->options->until, arena, &sample, err));
    pal_buf_init(&csv, arena, SIZE_MAX);
    for (size_t e = 0; e < s->estimators; e++)
        outside = outside || !s->estimator[e].method;
    if (outside) {
        s->kind->write(s->world, sample, &csv);
        PAL_TRY(pal_buf_status(&csv, "a sample", err));
    }
    for (size_t e = 0; e < s->estimators; e++) {
        const struct pal_arena_mark mark = pal_arena_mark(arena);
        const clockid_t clock = s->estimator[e].method ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
        struct pal_assessed_one *one = &run->one[e][replicate];
        struct assess_answer answer;
        struct pal_error why = {0};
        const double start = cpu_now(clock);
        const enum pal_status status =
            ask(run, e, replicate, sample, pal_buf_str(&csv), arena, &answer, &why);
        *one = (struct pal_assessed_one){.estimate = answer.estimate,
                                         .std_error = answer.std_error,
                                         .low = answer.low,
                                         .high = answer.high,
                                         .seconds = cpu_now(clock) - start};
        if (status != PAL_OK && !is_failure(status)) {
            if (err)
                *err = why;
            return pal_while(err, "asking '%.*s' in replicate %zu", PAL_ARG(s->estimator[e].name),
                             replicate + 1);
        }
        one->failed = status != PAL_OK || !isfinite(answer.estimate);
        if (one->failed) {
            const char *reason = status == PAL_OK ? "the estimate is not finite" : why.text;
            snprintf(run->reason[e * run->replicates + replicate], sizeof *run->reason, "%.*s",
                     (int)strcspn(reason, "\n"), reason);
        }
        pal_arena_reset(arena, mark);
    }
    return PAL_OK;
}

static enum pal_status run_replicate(void *context, size_t replicate, struct pal_error *err)
{
    const struct run *run = context;
    struct pal_arena *arena = pal_arena_new();
    if (!arena)
        return pal_nomem(err, "a replicate");
    const enum pal_status status = replicate_with(run, replicate, arena, err);
    pal_arena_free(arena);
    return status;
}

enum pal_status pal_scenario_sample(const struct pal_scenario *scenario, size_t replicate,
                                    struct pal_buf *out, struct pal_error *err)
{
    struct pal_random random;
    void *sample;
    pal_random_start(&random, scenario->seed, "assess sample", replicate);
    PAL_TRY(scenario->kind->draw(scenario->world, &random, (struct pal_deadline){0}, out->arena,
                                 &sample, err));
    scenario->kind->write(scenario->world, sample, out);
    return pal_buf_status(out, "a sample", err);
}

/* ---- counting
 * ---------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct moments {
    double mean, sd;
    size_t n;
};

static struct moments moments_of(const double *x, size_t n)
{
    struct pal_sum sum = {0}, squares = {0};
    for (size_t i = 0; i < n; i++)
        pal_sum_add(&sum, x[i]);
    const double mean = pal_sum_value(&sum) / (double)n;
    for (size_t i = 0; i < n; i++)
        pal_sum_add(&squares, (x[i] - mean) * (x[i] - mean));
    return (struct moments){
        mean, n > 1 ? sqrt(pal_sum_value(&squares) / ((double)n - 1)) : (double)NAN, n};
}

/* Median, and its error from the order statistics half a standard deviation of ranks away. */
static void median_of(double *x, size_t n, double *median, double *error)
{
    *median = *error = (double)NAN;
    if (!n)
        return;
    qsort(x, n, sizeof *x, by_value);
    *median = n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
    const double off = sqrt((double)n) / 2;
    const double low = fmax((double)n / 2 - off, 0),
                 high = fmin((double)n / 2 + off, (double)n - 1);
    *error = (x[(size_t)high] - x[(size_t)low]) / 2;
}

static void count(const struct pal_assessed_one *one, size_t replicates, double truth, double *x,
                  struct pal_assessed *out)
{
    size_t n = 0, covered = 0, above = 0, below = 0;
    for (size_t r = 0; r < replicates; r++)
        if (!one[r].failed)
            x[n++] = one[r].estimate;
    out->failures = replicates - n;
    const double root = sqrt((double)n);
    struct moments m = moments_of(x, n);
    out->mean = m.mean;
    out->sd = m.sd;
    out->bias = m.mean - truth;
    out->bias_mc = m.sd / root;
    for (size_t i = 0; i < n; i++)
        x[i] = (x[i] - truth) * (x[i] - truth);
    m = moments_of(x, n);
    out->rmse = sqrt(m.mean);
    out->rmse_mc = m.sd / root / (2 * out->rmse); /* delta method */
    n = 0;
    for (size_t r = 0; r < replicates; r++)
        if (!one[r].failed && isfinite(one[r].std_error))
            x[n++] = one[r].std_error;
    out->mean_se = n ? moments_of(x, n).mean : (double)NAN;
    n = 0;
    for (size_t r = 0; r < replicates; r++) {
        if (one[r].failed || isnan(one[r].low) || isnan(one[r].high))
            continue;
        x[n++] = one[r].high - one[r].low;
        above += one[r].low > truth;
        below += one[r].high < truth;
        covered += one[r].low <= truth && truth <= one[r].high;
    }
    const double intervals = (double)n;
    out->intervals = n;
    out->coverage = (double)covered / intervals;
    out->coverage_mc = sqrt(out->coverage * (1 - out->coverage) / intervals);
    out->above = (double)above / intervals;
    out->below = (double)below / intervals;
    median_of(x, n, &out->width, &out->width_mc);
    for (size_t r = 0; r < replicates; r++)
        x[r] = one[r].seconds;
    m = moments_of(x, replicates);
    out->seconds = m.mean;
    out->seconds_mc = m.sd / sqrt((double)replicates);
}

enum { AT_ONCE = 64 }; /* replicates between two steps of progress */

struct part {
    struct run *run;
    size_t first;
};

static enum pal_status run_part(void *context, size_t piece, struct pal_error *err)
{
    const struct part *part = context;
    return run_replicate(part->run, part->first + piece, err);
}

enum pal_status pal_assess(const struct pal_scenario *scenario,
                           const struct pal_assess_options *options, struct pal_arena *arena,
                           struct pal_assessed **out, struct pal_error *err)
{
    const size_t n = options->replicates ? options->replicates : scenario->replicates;
    const size_t estimators = scenario->estimators;
    struct run run = {.scenario = scenario,
                      .options = options,
                      .seed = options->seed ? options->seed : scenario->seed,
                      .replicates = n};
    *out = pal_arena_alloc(arena, estimators, sizeof **out);
    run.one = pal_arena_alloc(arena, estimators, sizeof *run.one);
    run.reason = pal_arena_alloc(arena, estimators * n, sizeof *run.reason);
    double *x = pal_arena_alloc(arena, n, sizeof *x);
    if (!*out || !run.one || !run.reason || !x)
        return pal_nomem(err, "the answers");
    for (size_t e = 0; e < estimators; e++) {
        run.one[e] = pal_arena_alloc(arena, n, sizeof **run.one);
        if (!run.one[e])
            return pal_nomem(err, "the answers");
    }
    for (size_t first = 0; first < n; first += AT_ONCE) {
        struct part part = {.run = &run, .first = first};
        const size_t pieces = n - first < AT_ONCE ? n - first : AT_ONCE;
        PAL_TRY(pal_parallel(pieces, options->threads, run_part, &part, err));
        if (options->progress)
            pal_progress_step(options->progress, first + pieces);
    }
    for (size_t e = 0; e < estimators; e++) {
        struct pal_assessed *a = &(*out)[e];
        *a = (struct pal_assessed){
            .name = scenario->estimator[e].name, .replicates = n, .one = run.one[e]};
        count(run.one[e], n, scenario->truth, x, a);
        for (size_t r = 0; r < n && !a->reason; r++)
            if (run.one[e][r].failed)
                a->reason = run.reason[e * n + r];
    }
    return PAL_OK;
}
