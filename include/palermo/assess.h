/* assess.h: estimators held against known truth. A scenario describes a population, how samples are
 * drawn from it, and which estimators are asked; every replicate draws a sample and asks all of
 * them; bias, RMSE, coverage, width and failures are counted, each with its Monte Carlo error.
 *
 *     scenario.yaml -> world (with its truth) -> sample, sample, ... -> estimates -> summary
 *
 * Kinds of worlds: `lists` (overlapping lists: dependence, heterogeneity, small lists, wrong
 * links), `survey` (strata, clusters, weights), `recruits` (chains through a network), `register`
 * (counts). An outside program takes part as an estimator: it reads a sample as CSV and writes a
 * line.
 *
 * Random  : replicate r depends on (seed, r) alone: same numbers on any number of threads.
 * Threads : a scenario is read-only while it runs.
 */
#ifndef PALERMO_ASSESS_H
#define PALERMO_ASSESS_H

#include "palermo/base.h"
#include "palermo/io.h"

struct pal_scenario;
/* PAL_SYNTAX with file, line and column for what is not understood, PAL_DOMAIN for worlds that
 * cannot be. */
PAL_CHECK_RESULT
enum pal_status pal_scenario_read(const char *path, struct pal_arena *arena,
                                  struct pal_scenario **out, struct pal_error *err);
pal_str pal_scenario_title(const struct pal_scenario *scenario);
const char *pal_scenario_kind(const struct pal_scenario *scenario);
const char *pal_scenario_target(const struct pal_scenario *scenario); /* "population size" */
double pal_scenario_truth(const struct pal_scenario *scenario);
double pal_scenario_level(const struct pal_scenario *scenario);
size_t pal_scenario_replicates(const struct pal_scenario *scenario);
size_t pal_scenario_estimators(const struct pal_scenario *scenario);
pal_str pal_scenario_estimator(const struct pal_scenario *scenario, size_t i);
/* One sample as CSV, as outside programs are given it. */
PAL_CHECK_RESULT
enum pal_status pal_scenario_sample(const struct pal_scenario *scenario, size_t replicate,
                                    struct pal_buf *out, struct pal_error *err);

struct pal_assessed_one { /* one estimator in one replicate; NaN: not given */
    bool failed;          /* no finite estimate */
    double estimate, std_error, low, high;
    double seconds; /* CPU; of an outside program what it took by the clock */
};

struct pal_assessed { /* one estimator; *_mc: Monte Carlo standard error of the number before it */
    pal_str name;
    size_t replicates, failures; /* failures enter nothing below              */
    const char *reason;          /* why the first failure failed; NULL        */
    double mean, bias, bias_mc;
    double rmse, rmse_mc;
    double sd, mean_se; /* spread of estimates; what they claim (NaN: nothing)    */
    size_t intervals;   /* replicates with an interval                         */
    double coverage, coverage_mc;
    double above, below;    /* share of intervals that lie above, below the truth  */
    double width, width_mc; /* median; its error from order statistics          */
    double seconds, seconds_mc;
    const struct pal_assessed_one *one; /* [replicates] */
};
struct pal_assess_options {
    size_t replicates; /* 0: the scenario's */
    uint64_t seed;     /* 0: the scenario's */
    unsigned threads;
    struct pal_progress *progress; /* may be NULL */
    struct pal_deadline until;
};
/* out[estimators]. A failing estimator is counted, not an error.
 * Errors : PAL_NOMEM; PAL_IO when an outside program cannot be started at all; PAL_LATE. */
PAL_CHECK_RESULT
enum pal_status pal_assess(const struct pal_scenario *scenario,
                           const struct pal_assess_options *options, struct pal_arena *arena,
                           struct pal_assessed **out, struct pal_error *err);
/* A line an estimator: kind, name, what it does, tabs between. */
void pal_assess_list(struct pal_buf *out);

#endif
