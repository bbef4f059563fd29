/* estimate.h: columns become values with a variance. Every estimator is a mergeable state:
 *
 *     begin -> feed, feed, ... -> merge with other states -> finish
 *
 * One thread, N threads, N machines or N ministries differ only in who calls merge. A state holds
 * sums per group, never rows; what an estimator's memory grows with is said in `grows_with`.
 * States of one piece of work are merged in the order of the pieces, so that the answer has the
 * same bytes on any number of threads.
 *
 * Threads : a state belongs to one thread at a time; the estimator structs are const.
 */
#ifndef PALERMO_ESTIMATE_H
#define PALERMO_ESTIMATE_H

#include "palermo/base.h"
#include "palermo/data.h"

/* ---- the answer --------------------------------------------------------------------------- */

enum pal_uncertainty { /* the kind, printed beside every value */
    PAL_UNC_NONE = 0,
    PAL_UNC_SAMPLING,
    PAL_UNC_RANDOM,     /* random variation of a complete count */
    PAL_UNC_MODEL,
    PAL_UNC_IMPUTATION,
    PAL_UNC_EXPERT,
};
const char *pal_uncertainty_name(enum pal_uncertainty kind);

enum pal_answer_status { PAL_ANSWER_OK = 0, PAL_ANSWER_UNDEFINED, PAL_ANSWER_SUPPRESSED };

struct pal_estimate { /* NaN: undefined; `has_*` false: does not apply */
    double   value;      /* in the statistic's unit                                        */
    double   std_error;  /* same unit; NaN when the method gives none                      */
    double   low, high;  /* interval at `level`                                            */
    double   level;      /* 0.95; 0 when there is no interval                              */
    double   df, df_design, deff;
    bool     has_std_error, has_interval, has_df, has_df_design, has_deff, has_n;
    double   bound_low, bound_high; /* what censored cells leave open; no confidence limits */
    bool     has_bounds;
    uint64_t n;          /* rows used, unweighted                                          */
    uint64_t censored;   /* of them below a threshold                                      */
    uint64_t left_out;   /* rows with an error that would have entered                     */
    double   denominator;/* of a rate, ratio or share, for checks and notes; NaN if none   */
    double   numerator;
    enum pal_absent         absent; /* value is unread when not PAL_PRESENT                */
    enum pal_answer_status  status;
    enum pal_uncertainty    uncertainty;
    const char *method;   /* "gamma (Fay-Feuer 1997)": short, printable, static             */
    const char *interval; /* the --interval word: "garwood"; NULL when there is none        */
    const char *note;     /* static or arena-owned; NULL when there is nothing to say       */
};

/* ---- what is asked ------------------------------------------------------------------------- */

struct pal_standard { /* a standard population: weights by category text */
    size_t         n;
    const pal_str *category; /* [n] */
    const double  *weight;   /* [n] any scale, above zero in sum */
};

enum pal_test { PAL_TEST_SCORE = 0, PAL_TEST_LOG_WALD, PAL_TEST_EXACT_MINLIKE, PAL_TEST_EXACT_CENTRAL };

/* What a statistic needs to know besides its columns. Zero-initialise, then fill what is meant. */
struct pal_ask {
    double      level;    /* 0 = 0.95                                                       */
    double      per;      /* of a rate or ratio: 100000; 0 = 1                              */
    const char *interval; /* word of --interval; NULL = the estimator's default             */
    double      theta;    /* negative binomial; 0 = none                                    */
    const struct pal_standard *standard; /* of dsr, dsr-ratio                               */
    bool        overdispersed; /* quasi-Poisson: scale the variance by `dispersion`         */
    double      dispersion;    /* >= 1; Pearson chi-square / df of the series               */
    double      denominator_se; /* standard error of one unit of denominator, relative; 0 = exact */
    enum pal_test test;
    bool        simultaneous; /* share: Goodman intervals for a full breakdown              */
};

/* ---- the columns of one piece of work ------------------------------------------------------- */

#define PAL_NO_GROUP UINT32_MAX

struct pal_cells {
    size_t                          rows;
    size_t                          args;  /* as many as the estimator's `args`             */
    const struct pal_column *const *arg;   /* [args] y, x, ... in the estimator's order     */
    const uint32_t                 *group; /* [rows] 0..groups-1, or PAL_NO_GROUP: not asked */
    size_t                          groups;
    const uint32_t                 *stratum; /* [rows] category of the standard, or class of a
                                                full breakdown; NULL when not needed          */
    size_t                          strata;
    const uint8_t                  *side;    /* [rows] 0 first, 1 second, 255 neither (change,
                                                ratio of two periods); NULL when not needed   */
    const uint8_t                  *state;   /* [rows] enum pal_row_state; NULL = all enter   */
};

struct pal_state; /* opaque; the estimator's own */

enum pal_grows_with { PAL_GROWS_GROUPS, PAL_GROWS_DISTINCT_VALUES, PAL_GROWS_ROWS };

struct pal_estimator {
    const char *name;    /* "rate": the word in definitions and, where it exists, in STAT    */
    const char *summary; /* one line                                                         */
    const char *source;  /* the published formula                                            */
    size_t      args_min, args_max;      /* columns it reads                                 */
    bool        needs_standard, needs_side;
    unsigned    passes;
    enum pal_grows_with grows_with;
    const char *const  *intervals;       /* NULL-ended words; the first is the default; may be NULL */

    /* parameters + number of groups -> empty state; groups may grow in later feeds */
    enum pal_status (*begin)(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err);
    /* state += one batch */
    enum pal_status (*feed)(struct pal_state *state, const struct pal_cells *cells,
                            struct pal_error *err);
    /* into += from; both of the same begin */
    enum pal_status (*merge)(struct pal_state *into, const struct pal_state *from,
                             struct pal_error *err);
    /* the answer of one group */
    enum pal_status (*finish)(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err);
    /* state <-> bytes, little-endian, versioned by the caller's frame */
    enum pal_status (*save)(const struct pal_state *state, struct pal_buf *out,
                            struct pal_error *err);
    enum pal_status (*load)(struct pal_state *state, pal_str bytes, struct pal_error *err);
};

/* All estimators, alphabetical; NULL-ended. */
const struct pal_estimator *const *pal_estimators(void);
/* By name; NULL when unknown (pal_estimator_nearest for the message). */
const struct pal_estimator *pal_estimator_find(pal_str name);
pal_str                     pal_estimator_nearest(pal_str name);

/* ---- intervals of register counts (interval.c) ----------------------------------------------- */

/* Limits of a Poisson or negative-binomial mean given a count x >= 0 (need not be whole), at
 * `level`. word: garwood byar midp lognormal wald nb-wald nb-log nb-exact quasi. NaN where the
 * method gives none (lognormal at x = 0).
 * Errors : PAL_USAGE for an unknown word (with the nearest); PAL_DOMAIN for x < 0, theta <= 0.
 * Source : Garwood 1936; Breslow & Day 1987 (Byar); Fay & Feuer 1997; ../tests/README.md. */
PAL_CHECK_RESULT
enum pal_status pal_interval_count(const char *word, double x, double level, double theta,
                                   double dispersion, double *low, double *high,
                                   struct pal_error *err);
/* Wilson score interval of a share x of n (Wilson 1927); z at `level`, divided over `classes`
 * simultaneous shares when classes > 1 (Goodman 1965). */
void pal_interval_wilson(double x, double n, double level, size_t classes, double *low,
                         double *high);

#endif
