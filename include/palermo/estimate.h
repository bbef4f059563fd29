/* estimate.h: columns become values with a variance. Every estimator is a mergeable state:
 *
 *     begin -> feed, feed, ... -> merge with other states -> finish
 *
 * One thread, N threads, N machines or N ministries differ only in who calls merge. A state holds
 * sums per group, never rows; what an estimator's memory grows with is said in `grows_with`.
 * States of one piece of work are merged in the order of the pieces, so that the answer has the
 * same bytes on any number of threads.
 *
 * Censored cells (absent PAL_BELOW_THRESHOLD, with a low and a high) are neither 0 nor the
 * threshold: a figure that contains one has no value (absent = PAL_BELOW_THRESHOLD), but bounds.
 * bound_low counts every censored cell at its low, bound_high at its high; ratios and shares
 * propagate both ends. Where the bounds coincide the value is known and given.
 *
 * Threads : a state belongs to one thread at a time; the estimator structs are const.
 */
#ifndef PALERMO_ESTIMATE_H
#define PALERMO_ESTIMATE_H

#include "palermo/base.h"
#include "palermo/data.h"
#include "palermo/design.h"

/* ---- the answer --------------------------------------------------------------------------- */

enum pal_uncertainty { /* the kind, printed beside every value */
                       PAL_UNC_NONE = 0,
                       PAL_UNC_SAMPLING,
                       PAL_UNC_RANDOM, /* random variation of a complete count */
                       PAL_UNC_MODEL,
                       PAL_UNC_IMPUTATION,
                       PAL_UNC_EXPERT,
};
const char *pal_uncertainty_name(enum pal_uncertainty kind);

enum pal_answer_status { PAL_ANSWER_OK = 0, PAL_ANSWER_UNDEFINED, PAL_ANSWER_SUPPRESSED };
const char *pal_answer_status_name(enum pal_answer_status status);

struct pal_estimate { /* NaN: undefined; `has_*` false: does not apply */
    double value;     /* in the statistic's unit                                        */
    double std_error; /* same unit; NaN when the method gives none                      */
    double low, high; /* interval at `level`                                            */
    double level;     /* 0.95; 0 when there is no interval                              */
    double df, df_design, deff;
    bool has_std_error, has_interval, has_df, has_df_design, has_deff, has_n;
    double bound_low,
        bound_high; /* what censored or missing cells leave open; no confidence limits */
    bool has_bounds;
    double test_z, test_p; /* of a comparison (ask.test): z is NaN for the exact tests        */
    bool has_test;
    uint64_t n;        /* rows used, unweighted                                           */
    uint64_t missing;  /* rows asked for whose value is absent, censored ones apart       */
    uint64_t censored; /* rows below a threshold                                          */
    uint64_t left_out; /* rows with an error that would have entered                      */
    double numerator;  /* of a rate, ratio or share, for checks and notes; NaN if none    */
    double denominator;
    uint64_t lonely;         /* strata with one sampled unit that its variance met          */
    const char *lonely_rule; /* what became of them ("average"); NULL where there are none  */
    uint64_t coverage_n, coverage_of; /* reported-total: areas that report, areas asked; else 0 */
    double coverage_share;         /* their share of the second column (population); NaN if none  */
    enum pal_absent absent;        /* value is unread when not PAL_PRESENT                        */
    enum pal_answer_status status; /* UNDEFINED whenever there is no value                        */
    enum pal_uncertainty uncertainty;
    const char *method;   /* "gamma (Fay-Feuer 1997)": short, printable, static              */
    const char *interval; /* the --interval word: "garwood"; NULL when there is none         */
    const char *note;     /* static or arena-owned; NULL when there is nothing to say        */
};

/* ---- what is asked ------------------------------------------------------------------------- */

struct pal_standard { /* a standard population: weights by category text; the order of the
                         categories is the order of pal_cells.stratum                  */
    size_t n;
    const pal_str *category; /* [n] */
    const double *weight;    /* [n] any scale, none below zero, above zero in sum */
    const uint64_t *line;    /* [n] in its file, where it is from one; else NULL  */
    uint32_t column;         /* of the weights in it                              */
};

enum pal_test {
    PAL_TEST_NONE = 0,
    PAL_TEST_SCORE,         /* pooled rate                                                */
    PAL_TEST_LOG_WALD,      /* Wald on the log ratio                                      */
    PAL_TEST_EXACT_MINLIKE, /* conditional binomial, outcomes no likelier than the seen   */
    PAL_TEST_EXACT_CENTRAL, /* conditional binomial, twice the smaller tail               */
    PAL_TEST_NORMAL,        /* difference over its standard error (dsr-difference)        */
};

/* What a statistic needs to know besides its columns. Zero-initialise, then fill what is meant. */
struct pal_ask {
    double level;         /* 0 = 0.95                                                        */
    double per;           /* of a rate, ratio, share or difference: 100000; 0 = 1            */
    const char *interval; /* word of --interval; NULL = the estimator's default              */
    double theta;         /* negative binomial, variance mu + mu^2/theta; 0 = none           */
    const struct pal_standard *standard; /* of dsr, dsr-ratio, dsr-difference; outlives the state */
    bool overdispersed;    /* quasi-Poisson: the variance is scaled by `dispersion`          */
    double dispersion;     /* >= 1; Pearson chi-square / df of the series (pal_dispersion). 0 with
                              overdispersed: estimated from the group's own rows             */
    double denominator_se; /* relative standard error of the denominator; 0 = exact          */
    enum pal_test test;    /* of comparisons                                                 */
    size_t classes;        /* share: > 1 gives Goodman's simultaneous limits for a full
                              breakdown into that many classes                               */
    bool units;            /* theta: the observations are the totals of cells.stratum (years),
                              not the rows                                                   */
    bool none_is_zero;     /* count: a group without rows is 0, because all rows there are were
                              looked at; otherwise it is undefined                           */
    bool no_variance;      /* the value alone: no standard error, no interval                */
};

/* ---- the columns of one piece of work ------------------------------------------------------- */

#define PAL_NO_GROUP UINT32_MAX
#define PAL_NO_SIDE  255

struct pal_cells {
    size_t rows;
    size_t args;                         /* columns given, args_min..args_max              */
    const struct pal_column *const *arg; /* [args] y, x, ... in the estimator's order      */
    const uint32_t *group;   /* [rows] 0..groups-1, or PAL_NO_GROUP: not asked; NULL: all 0   */
    size_t groups;           /* so far; may grow from feed to feed; 0 means 1                */
    const uint32_t *stratum; /* [rows] category of the standard (dsr), unit of observation
                                (theta); PAL_NO_GROUP: none; NULL when not needed             */
    size_t strata;
    const uint8_t *side;  /* [rows] comparisons: 0 earlier, 1 later, PAL_NO_SIDE neither;
                             share of one column: 0 numerator, 1 rest of the whole; NULL when
                             not needed                                                    */
    const uint8_t *state; /* [rows] enum pal_row_state; NULL = all enter                   */
    const uint64_t *line; /* [rows] for errors; may be NULL                                */
    const char *file;     /* may be NULL                                                   */
};

struct pal_state; /* opaque; the estimator's own */

/* How the groups and strata of one state are numbered in another; NULL members: the same. A group
 * whose number is PAL_NO_GROUP is left out. A state with more groups or strata than the mapping has
 * does not fit (PAL_DATA). */
struct pal_mapping {
    const uint32_t *group; /* [groups] */
    size_t groups;
    const uint32_t *stratum; /* [strata] */
    size_t strata;
};

enum pal_grows_with { PAL_GROWS_GROUPS, PAL_GROWS_DISTINCT_VALUES, PAL_GROWS_ROWS };

struct pal_estimator {
    const char *name;    /* "rate": the word in definitions and, where it exists, in STAT      */
    const char *summary; /* one line                                                           */
    const char *source;  /* the published formula                                              */
    const char *takes;   /* its columns in words: "y, x: counts and population"                */
    size_t args_min, args_max; /* columns it reads                                             */
    bool needs_standard, needs_side;
    unsigned passes;
    enum pal_grows_with grows_with;
    const char *const *intervals; /* NULL-ended words; the first is the default; may be NULL   */

    /* parameters -> empty state. Errors: PAL_USAGE for an interval word it has not (with the
     * nearest), a missing standard or theta, a level outside (0, 1). */
    enum pal_status (*begin)(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err);
    /* state += one batch. Errors: PAL_DATA with file and line for a count or denominator below
     * zero. */
    enum pal_status (*feed)(struct pal_state *state, const struct pal_cells *cells,
                            struct pal_error *err);
    /* into += from; both of the same ask. map may be NULL. */
    enum pal_status (*merge)(struct pal_state *into, const struct pal_state *from,
                             const struct pal_mapping *map, struct pal_error *err);
    /* the answer of one group; a group nobody fed is undefined, not zero */
    enum pal_status (*finish)(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err);
    /* state <-> bytes, little-endian; pal_frame_write adds version and checksum */
    enum pal_status (*save)(const struct pal_state *state, struct pal_buf *out,
                            struct pal_error *err);
    enum pal_status (*load)(struct pal_state *state, pal_str bytes, struct pal_error *err);
};

/* Empty states that the same rows will be fed to: sums of a group are put side by side where the
 * estimators allow, so that a row visits one place. What they answer is the same. */
void pal_states_together(struct pal_state *const *state, size_t n);
/* Each state takes its cells, as by its estimator's feed; all have the same rows. */
PAL_CHECK_RESULT
enum pal_status pal_states_feed(struct pal_state *const *state, const struct pal_cells *cells,
                                size_t n, struct pal_error *err);
/* The answer of this group is wanted soon: a hint to the processor. */
void pal_state_call_for(const struct pal_state *state, size_t group);

/* All estimators, alphabetical; NULL-ended. */
const struct pal_estimator *const *pal_estimators(void);
/* By name; NULL when unknown (pal_estimator_nearest for the message). */
const struct pal_estimator *pal_estimator_find(pal_str name);
pal_str pal_estimator_nearest(pal_str name);

/* ---- groups -------------------------------------------------------------------------------- */

/* Tuples of `width` codes -> dense group numbers 0, 1, ... in order of first sight. With width 0
 * the key is NULL and everything is group 0. */
struct pal_groups;
PAL_CHECK_RESULT
enum pal_status pal_groups_new(struct pal_arena *arena, size_t width, struct pal_groups **out,
                               struct pal_error *err);
/* The group of key[width], added when new; PAL_NO_GROUP when memory is out or the ceiling of 2^31
 * groups is passed. */
uint32_t pal_groups_add(struct pal_groups *groups, const uint32_t *key);
/* The groups of many rows at once: code column i of row r is part[code[r]] of its key, and where
 * that is 0 the row is in no group (PAL_NO_GROUP), nor where domain[r] is 0. Few enough possible
 * keys are looked up in an array, more of them several at a time. Groups are numbered as
 * pal_groups_add would, row by row. */
struct pal_group_column {
    const uint32_t *code; /* [rows] */
    const uint32_t *part; /* by code: from 1, 0 = none */
    uint32_t parts;       /* the highest */
};
PAL_CHECK_RESULT
enum pal_status pal_groups_add_rows(struct pal_groups *groups, size_t rows,
                                    const struct pal_group_column *column /* [width] */,
                                    const uint8_t *domain, uint32_t *out, struct pal_error *err);
/* PAL_NO_GROUP when it was never added. */
uint32_t pal_groups_find(const struct pal_groups *groups, const uint32_t *key);
size_t pal_groups_count(const struct pal_groups *groups);
const uint32_t *pal_groups_key(const struct pal_groups *groups, size_t group); /* [width] */

/* ---- intervals of register counts ------------------------------------------------------------ */

/* Limits of a Poisson or negative-binomial mean given a count x >= 0 (need not be whole), at
 * `level`. word: byar garwood lognormal midp nb-exact nb-log nb-wald quasi wald. theta is read by
 * nb-*, dispersion (>= 1) by quasi: exact limits of x/dispersion, times dispersion. NaN where the
 * method gives none (lognormal and nb-log at x = 0).
 * Errors : PAL_USAGE for an unknown word (with the nearest); PAL_DOMAIN for x < 0, theta <= 0 or a
 *          dispersion below 1; PAL_NOCONV when an inverted tail does not settle.
 * Source : Garwood 1936; Breslow & Day 1987, section 2.3 (Byar); Lancaster 1961 (mid-p); Johnson,
 *          Kotz & Kemp 1992 (negative binomial). */
PAL_CHECK_RESULT
enum pal_status pal_interval_count(const char *word, double x, double level, double theta,
                                   double dispersion, double *low, double *high,
                                   struct pal_error *err);
/* Wilson score interval of a share x of n (Wilson 1927); with classes > 1 the simultaneous limits
 * of that many shares of one whole (Goodman 1965: chi-square of 1 df at 1 - (1 - level)/classes).
 * n <= 0 gives NaN. dispersion >= 1 divides x and n (1: none). */
void pal_interval_wilson(double x, double n, double level, size_t classes, double dispersion,
                         double *low, double *high);

/* A weighted sum of Poisson counts: y = sum a_i x_i, v = sum a_i^2 x_i. */
struct pal_weighted_count {
    double y, v;
    double count;           /* sum of x_i                       */
    double max_a;           /* greatest a_i                     */
    double mean_a, mean_a2; /* means of a_i and of a_i^2    */
};
/* word: fayfeuer tiwari dobson dobson-byar normal lognormal.
 * Source: Fay & Feuer 1997; Tiwari, Clegg & Zou 2006; Dobson et al. 1991. */
PAL_CHECK_RESULT
enum pal_status pal_interval_weighted(const char *word, const struct pal_weighted_count *sum,
                                      double level, double *low, double *high,
                                      struct pal_error *err);

/* Ratio of two rates (y1/x1)/(y0/x0), later over earlier. word: rr-lognormal rr-exact rr-nb-log.
 * std_error is that of the ratio (delta method), NaN for rr-exact and where a count is 0.
 * dispersion >= 1 scales the variance of the log (1: none).
 * Source: Rothman, Greenland & Lash 2008, chapter 14; Clopper & Pearson 1934 on y1 of y0 + y1. */
PAL_CHECK_RESULT
enum pal_status pal_interval_rate_ratio(const char *word, const double *y /* [2] */,
                                        const double *x /* [2] */, double level, double theta,
                                        double dispersion, double *std_error, double *low,
                                        double *high, struct pal_error *err);
/* Two-sided test that two Poisson rates are equal. z is NaN for the exact tests; both are NaN where
 * the test does not apply (no events; counts that are not whole in an exact test). exact-minlike
 * sums outcomes whose probability is at most (1 + 1e-7) times the observed one, as R does. */
void pal_test_rates(enum pal_test test, const double *y /* [2] */, const double *x /* [2] */,
                    double dispersion, double *z, double *p);

/* ---- intervals of estimates from samples ------------------------------------------------------
 */

/* t with P(|T| <= t) = level; the normal quantile for infinite df, NaN unless df > 0. */
double pal_student_quantile(double level, double df);
/* P(|T| > |t|) */
double pal_student_two_sided(double t, double df);
/* value -+ t std_error; NaN unless df > 0. */
void pal_interval_student(double value, double std_error, double df, double level, double *low,
                          double *high);
/* The same on the scale of the logarithm: exp(log value -+ t std_error/value). NaN unless the value
 * is above 0. */
void pal_interval_log_student(double value, double std_error, double df, double level, double *low,
                              double *high);

/* A share estimated from a sample, with what its limits depend on. */
struct pal_sampled_share {
    double p; /* 0..1                                                               */
    double std_error;
    double logit_error; /* standard error of log(p/(1-p)) from replicates; 0: by linearization */
    double df;          /* degrees of freedom of the domain; INFINITY: normal                  */
    double n;           /* rows of the domain, unweighted: read by beta                        */
    double level;
};
/* word: asin beta (Korn-Graubard) likelihood logit mean wilson xlogit. NaN where p is 0 or 1 (mean
 * apart, which is then p) and where there are no degrees of freedom. A share that does not vary has
 * no width. Limits of `mean` may lie outside 0..1.
 * Errors : PAL_USAGE for an unknown word, with the nearest; PAL_DOMAIN for p outside 0..1;
 *          PAL_NOCONV when beta or likelihood do not settle.
 * Source : Korn & Graubard 1998 (beta); Wilson 1927 with p(1-p)/V for n; Rao & Scott 1984
 *          (likelihood, scaled by the design effect); Lumley 2010, section 2.3.              */
PAL_CHECK_RESULT
enum pal_status pal_interval_share(const char *word, const struct pal_sampled_share *share,
                                   double *low, double *high, struct pal_error *err);

/* ---- quantiles --------------------------------------------------------------------------------
 */

/* Which value is the p-quantile: Hyndman & Fan 1996, with weights as R's survey package has them.
 * hf1 is `math`, hf2 `school`. */
enum pal_quantile_rule {
    PAL_QUANTILE_HF1,
    PAL_QUANTILE_HF2,
    PAL_QUANTILE_HF3,
    PAL_QUANTILE_HF4,
    PAL_QUANTILE_HF5,
    PAL_QUANTILE_HF6,
    PAL_QUANTILE_HF7,
    PAL_QUANTILE_HF8,
    PAL_QUANTILE_HF9,
    PAL_QUANTILE_SHAHVAISH, /* Shah & Vaish 2006; depends on the scale of the weights */
};
bool pal_quantile_rule_parse(pal_str word, enum pal_quantile_rule *out);
const char *pal_quantile_rule_name(enum pal_quantile_rule rule);

/* Weighted values in order. */
struct pal_ordered {
    size_t n;
    const double *x;       /* [n] ascending; equal values in the order they came in  */
    const double *weight;  /* [n] not 0                                              */
    const double *through; /* [n] weight of this value and of all before it          */
    bool falls;            /* some weights are below 0, as calibration can make them */
};
/* Orders x[n] with weight[n]; rows of weight 0 and values that are NaN are left out. Memory and
 * time are those of a sort.
 * Errors : PAL_NOMEM. */
PAL_CHECK_RESULT
enum pal_status pal_ordered_new(size_t n, const double *x, const double *weight,
                                struct pal_arena *arena, struct pal_ordered *out,
                                struct pal_error *err);
/* The p-quantile; NaN without values or for p outside 0..1. scratch is used by hf3 and shahvaish.
 * Where weights fall, hf1 to hf3 take the last value through which the weight is at most p of all.
 * Errors : PAL_DOMAIN for weights below 0 and another rule; PAL_NOMEM. */
PAL_CHECK_RESULT
enum pal_status pal_quantile(const struct pal_ordered *values, enum pal_quantile_rule rule,
                             double p, struct pal_arena *scratch, double *out,
                             struct pal_error *err);
/* Limits of a quantile from those of the share of values at or below it (Woodruff 1952): the
 * estimated share, not p, is the centre, and each limit is put through the rule; a limit outside
 * 0..1 gives NaN. std_error is the width over twice the t quantile. word: asin beta mean xlogit.
 * Errors : as pal_interval_share. */
PAL_CHECK_RESULT
enum pal_status pal_interval_quantile(const struct pal_ordered *values, enum pal_quantile_rule rule,
                                      const char *word, const struct pal_sampled_share *at_or_below,
                                      struct pal_arena *scratch, double *low, double *high,
                                      double *std_error, struct pal_error *err);

/* ---- overdispersion -------------------------------------------------------------------------- */

struct pal_dispersion {
    double dispersion; /* Pearson chi-square / df, not below 1        */
    double chi_square;
    double df;    /* 0: too short to say; dispersion 1, p 1      */
    double p;     /* of the chi-square under Poisson variation   */
    double slope; /* of the log-linear trend a unit of t; 0 without */
};
/* Dispersion of an area's own series of counts y[n] with exposure x[n] (NULL: equal) around its
 * mean rate, or, when t[n] is given, around a log-linear trend in t (Poisson regression, at most 50
 * steps of Fisher scoring; df = n - 2). Absent years are left out by the caller.
 * Errors : PAL_DOMAIN for y < 0 or x <= 0; PAL_NOCONV when the trend does not settle.
 * Source : McCullagh & Nelder 1989, section 6.2. */
PAL_CHECK_RESULT
enum pal_status pal_dispersion_of(const double *y, const double *x, const double *t, size_t n,
                                  struct pal_dispersion *out, struct pal_error *err);
/* Dispersion near each member of such a series: out[n], not below 1. Neighbours y[i], y[i+1] are
 * held against what a log-linear trend lets expect of their sum (one binomial chi-square of 1 df a
 * pair), and out[i] is the median of the ten pairs nearest to t[i] over the median of that law; the
 * trend is the median of their own slopes. A single odd year, a jump to another level and a steep
 * trend leave such medians alone, where one chi-square over all years takes them for scatter in
 * every year. Pairs without a count say nothing; 1 where all are so.
 * Errors : PAL_DOMAIN for y < 0, x <= 0 or t not ascending; PAL_NOMEM.
 * Source : McCullagh & Nelder 1989, section 6.4 (two counts given their sum); Devlin & Roeder 1999
 *          (median of chi-squares of 1 df as a measure of dispersion); Sen 1968 (median slope). */
PAL_CHECK_RESULT
enum pal_status pal_dispersion_near(const double *y, const double *x, const double *t, size_t n,
                                    struct pal_arena *scratch, double *out, struct pal_error *err);

/* ---- multiple imputation ----------------------------------------------------------------------
 */

enum pal_imputed_df {
    PAL_IMPUTED_RUBIN,         /* (m - 1)(1 + 1/r)^2                                      */
    PAL_IMPUTED_BARNARD_RUBIN, /* with the degrees of freedom of the complete data        */
    PAL_IMPUTED_MITOOLS,       /* the same as R's mitools has it: (1 + 1/m) is left out   */
};
/* rubin, barnard-rubin, barnard-rubin-mitools */
bool pal_imputed_df_parse(pal_str word, enum pal_imputed_df *out);

struct pal_imputed {
    double value, variance; /* variance = within + (1 + 1/m) between                   */
    double within, between;
    double df;
    double missing; /* fraction of missing information                                 */
};
/* m >= 2 answers of completed data sets and their variances; df_complete is read by the last two
 * rules. No difference between the answers gives df infinite (or that of the complete data); an
 * undefined answer makes everything NaN.
 * Errors : PAL_DOMAIN for fewer than two.
 * Source : Rubin 1987, sections 3.3; Barnard & Rubin 1999.                             */
PAL_CHECK_RESULT
enum pal_status pal_imputed_combine(size_t m, const double *value, const double *variance,
                                    double df_complete, enum pal_imputed_df rule,
                                    struct pal_imputed *out, struct pal_error *err);

/* ---- surveys -----------------------------------------------------------------------------------
 */

/* Estimates from a sample are smooth functions of weighted sums, and their variance follows from
 * the sums of each sampling unit. A survey keeps those sums by (group, unit) and never rows, so its
 * memory grows with groups times clusters.
 *
 *     pal_survey_new -> pal_survey_rows, pal_survey_feed, ... -> pal_survey_merge ->
 * pal_survey_close
 *                    -> pal_survey_answer
 *
 * A frame is a domain: the rows that some conditions let through, put into groups. All rows enter
 * the design, so that a domain never changes how many units a stratum has. A term is a variable of
 * a frame: a value a row, present or absent; a row whose value is absent lies outside the domain
 * for statistics of that term, and only for those.
 *
 * Threads : a survey belongs to one thread until it is closed; then answers may be taken by any
 *           number of threads, each with its own arena. */
enum pal_survey_term_kind {
    PAL_TERM_VALUE,  /* sum of w y                                                         */
    PAL_TERM_SQUARE, /* sum of w y^2 of the value term `of`                                */
    PAL_TERM_ONE,    /* sum of w where present                                             */
};
struct pal_survey_term {
    enum pal_survey_term_kind kind;
    size_t of;
};
struct pal_survey_frame {
    size_t terms;
    const struct pal_survey_term *term; /* [terms] */
};

/* Weighted sums over a group, a unit or a replicate. Values are held against a centre near them, so
 * that large ones with little scatter lose nothing. */
struct pal_survey_sums {
    double w, y, x; /* sums of w, w (y - centre_y), w (x - centre_x) */
    double centre_y, centre_x;
    double n; /* rows with a weight other than zero and nothing absent */
};
struct pal_survey_kind { /* a statistic: src/estimate/survey_statistic.c lists them */
    const char *word, *summary, *source;
    unsigned terms; /* columns it takes                         */
    bool square;    /* its x is the square of its y             */
    bool share;     /* between 0 and 1: intervals of proportions */
    bool deff;      /* has a design effect                      */
    bool adds;      /* a sum: 0 where there are no rows at all  */
    bool rows;      /* looks at rows in their order: needs `hold` */
    bool weighs;    /* its value takes w, for more than to undo the centres */
    double (*value)(const struct pal_survey_sums *sums);
    /* d value / d (w, y, x): the linearized variable of a row is gradient times its sums. */
    void (*gradient)(const struct pal_survey_sums *sums, double value, double *gradient /* [3] */);
};
const struct pal_survey_kind *pal_survey_kind_find(pal_str word); /* NULL when unknown */

#define PAL_NO_FRAME SIZE_MAX
#define PAL_NO_TERM  SIZE_MAX
struct pal_survey_statistic {
    const struct pal_survey_kind *kind;
    size_t frame, y, x; /* terms or PAL_NO_TERM; x: of kinds of two terms, and squares */
    size_t levels;      /* the frame whose groups are levels of y's column; PAL_NO_FRAME */
    double per;         /* the value is multiplied by it; 0 = 1 */
    double p;           /* of a quantile */
    enum pal_quantile_rule rule;
};

enum pal_survey_method {
    PAL_SURVEY_TAYLOR,
    PAL_SURVEY_MADE,  /* replicates made from the design           */
    PAL_SURVEY_GIVEN, /* each row brings its replicate weights     */
    PAL_SURVEY_VALUE, /* the value alone                           */
};
/* The rank of given replicate weights is that of R's qr(): LINPACK's dqrdc2, which sets a column
 * aside when less than 1e-5 of it lies outside those before it (pal_rank_of). It is found over the
 * rows of a domain when the survey is closed, once for all statistics of it:
 *   time    rows^3 of a domain with fewer rows than replicates, otherwise replicates^3; with more
 *           than twice as many rows that leave the columns dependent, rows * replicates^2
 *   memory  4 bytes a weight (8 where one has more than nine digits), for rows in no proportion to
 *           one another: of a domain at most as many as replicates and 8, once they show that its
 *           columns are independent, otherwise at most twice as many, or 4 * replicates^2 bytes.
 *           A row that several domains have, in margins say, is kept once.
 * A domain that is independent beyond doubt in its first rows stays so whatever follows, unless
 * what follows is heavier by a factor of thousands: then as many rows again are looked at.
 * PAL_DF_DESIGN needs one such domain, the whole file. */
enum pal_survey_df {
    PAL_DF_DOMAIN, /* units minus strata, counted over the domain; given replicates: rank - 1 */
    PAL_DF_DESIGN, /* the same over the whole file                                            */
    PAL_DF_INF,
    PAL_DF_RANK,       /* of the replicate weights of the domain, minus 1                         */
    PAL_DF_PSU_STRATA, /* units minus strata of the whole file, with given replicates too         */
    PAL_DF_RANK_BEFORE, /* rank, but that of all rows is of the weights before they were adjusted */
    PAL_DF_NUMBER,
};
enum pal_survey_deff { PAL_DEFF_NONE, PAL_DEFF_WOR, PAL_DEFF_WR };

struct pal_survey_ask {
    struct pal_design_spec design;
    unsigned threads; /* that adjust replicates side by side; 0 = all of the machine        */
    bool hold; /* rows are kept: for weights that are adjusted, and statistics of `rows`    */
    bool once; /* neither saved nor merged: what no statistic needs may be left out         */
    size_t frames, statistics;
    const struct pal_survey_frame *frame;         /* [frames]     */
    const struct pal_survey_statistic *statistic; /* [statistics] */
    enum pal_survey_method method;
    enum pal_replicate_kind replicate; /* made: which                                       */
    size_t replicates;                 /* made: asked for (0: as many as it takes); given   */
    double rho;
    uint64_t seed;
    double scale;         /* 0: the kind's own                                              */
    const double *rscale; /* [replicates] or NULL                                           */
    bool mse;
    bool factors; /* given replicate weights multiply the weight                            */
    enum pal_survey_df df;
    double df_number;
    enum pal_survey_deff deff;
    double level;         /* 0 = 0.95 */
    const char *interval; /* word; NULL = t */
};

/* What is asked of a sample, in words: those of --variance, --df, --deff and of `design` in a
 * descriptor. `option` names the place in messages ("--df"). given: the rows bring replicate
 * weights. Errors: PAL_USAGE with the nearest word. */
PAL_CHECK_RESULT
enum pal_status pal_survey_variance_parse(pal_str text, bool given, const char *option,
                                          struct pal_survey_ask *ask, bool *simple,
                                          struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_survey_df_parse(pal_str text, const char *option, struct pal_survey_ask *ask,
                                    struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_survey_deff_parse(pal_str text, const char *option, struct pal_survey_ask *ask,
                                      struct pal_error *err);
/* The scale of given replicates whose kind is known; false: somebody must give it. */
bool pal_survey_scale_known(struct pal_survey_ask *ask);
/* True when `text` is a word of --variance. */
bool pal_survey_variance_is(pal_str text, enum pal_survey_method *method);
/* The statistics of samples as definitions name them (mean, total, ratio-of-totals...): what is to
 * be said of each, and the words of its intervals. They have no states of their own: `begin` and
 * the others are NULL, a pal_survey answers them. */
size_t pal_survey_estimators(const struct pal_estimator **out);

struct pal_survey;
struct pal_survey_work;
struct pal_unpack;
/* Errors: PAL_USAGE for an unknown interval word (with the nearest), a level outside (0, 1). */
PAL_CHECK_RESULT
enum pal_status pal_survey_new(const struct pal_survey_ask *ask, struct pal_arena *arena,
                               struct pal_survey **out, struct pal_error *err);

struct pal_survey_rows {            /* one batch: design and weights */
    struct pal_design_rows design;  /* codes of dictionaries that the survey's whole input shares */
    const double *weight;           /* [rows] NULL: from fpc, or 1                                */
    const uint8_t *weight_absent;   /* [rows] or NULL                                             */
    const double *const *replicate; /* [replicates][rows] or NULL                                */
};
/* Errors: PAL_DATA with file and line for a missing or negative weight, stratum or unit. */
PAL_CHECK_RESULT
enum pal_status pal_survey_rows(struct pal_survey *survey, const struct pal_survey_rows *rows,
                                struct pal_error *err);
struct pal_survey_cells { /* the same rows in the groups of one frame; may be fed again for others
                           */
    size_t frame;
    const uint32_t *group;        /* [rows] or PAL_NO_GROUP: outside; NULL: all 0 */
    size_t groups;                /* so far                                       */
    const double *const *value;   /* [terms][rows]; not read for other kinds than VALUE */
    const uint8_t *const *absent; /* [terms][rows] or NULL: all present                 */
};
PAL_CHECK_RESULT
enum pal_status pal_survey_feed(struct pal_survey *survey, const struct pal_survey_cells *cells,
                                struct pal_error *err);

/* into += from. Codes of the design and numbers of groups are translated; NULL: the same. */
struct pal_survey_mapping {
    const uint32_t *const *stratum; /* [stages][codes] */
    const uint32_t *const *unit;    /* [stages][codes] */
    const uint32_t *const *group;   /* [frames][groups] PAL_NO_GROUP: left out, its units are not */
};
PAL_CHECK_RESULT
enum pal_status pal_survey_merge(struct pal_survey *into, const struct pal_survey *from,
                                 const struct pal_survey_mapping *map, struct pal_error *err);
/* An open survey as bytes and back: sums by group and unit, no rows; pal_frame_write adds version
 * and checksum. Loading goes into a survey that pal_survey_new made of the same ask and nobody fed.
 * Those of moments are saved closed and loaded into what pal_survey_moments_new made.
 * Errors: PAL_USAGE for a survey that keeps rows; PAL_DATA for bytes that do not fit. */
PAL_CHECK_RESULT
enum pal_status pal_survey_save(const struct pal_survey *survey, struct pal_buf *out,
                                struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_survey_load(struct pal_survey *survey, struct pal_unpack *in,
                                struct pal_error *err);
/* ---- moments: what the answers of a survey need, without its units
 * ---------------------------------
 *
 * A survey that leaves the house holds no sum by unit. Every estimate theta = f(t) here is a smooth
 * function of a few totals t of its group, and its linearized variance is g' V g, with g = df/dt
 * and V = the design's covariance of t: nothing of the sample but t and V enters it. So of each
 * statistic and group a survey of moments holds
 *     the totals, rows, degrees of freedom, strata that the lonely rule touched;
 *     the covariance matrix of those totals, one of them already turned into the linearized
 *     variable z = g' t (then V of z is the variance as it was, to the last bit);
 *     the same matrix over several statistics for each set of them that is asked together;
 *     with replicates the covariance of the estimates themselves over the replicates.
 * Values are held against the mean of their group, not against the value of a row.
 *
 * Two samples drawn independently of each other add up: totals, V, degrees of freedom, counts. That
 * is so for samples that share no stratum of the first stage; the caller has to know. A rule that
 * looks at all strata (lonely units averaged or adjusted) does not add up where it touched one, nor
 * do replicates, whose variance is no sum over strata.
 *
 * A survey of moments is closed: it is answered, saved, loaded and merged like any other.
 * Source : Sarndal, Swensson & Wretman 1992, sections 5.5 to 5.7; Wolter 2007, chapter 6. */
struct pal_survey_set { /* statistics that stand in one contrast or covariance */
    size_t n;
    const size_t *statistic; /* [n] rising; none with levels */
};
/* One that is empty, to be loaded or made. ask and set outlive it.
 * Errors : PAL_USAGE for surveys that keep rows. */
PAL_CHECK_RESULT
enum pal_status pal_survey_moments_new(const struct pal_survey_ask *ask,
                                       const struct pal_survey_set *set, size_t sets,
                                       struct pal_arena *arena, struct pal_survey **out,
                                       struct pal_error *err);
/* into = those of a closed survey. groups: of frames without levels; parent[frames][groups]: of
 * frames of levels, the group that each lies in (others: not read). Errors: as of answers. */
PAL_CHECK_RESULT
enum pal_status pal_survey_moments_take(struct pal_survey *into, const struct pal_survey *closed,
                                        size_t groups, const uint32_t *const *parent,
                                        struct pal_error *err);
bool pal_survey_is_moments(const struct pal_survey *survey);
/* Strata of one unit that the lonely rule touched, the most over all answers. */
size_t pal_survey_moments_lonely(const struct pal_survey *moments);
/* The rows of a group that enter a statistic: those with a weight above zero and nothing absent. */
uint64_t pal_survey_moments_rows(const struct pal_survey *moments, size_t statistic, size_t group);
/* The rows with a weight above zero of a group of a closed survey of sums, where a term is present
 * (PAL_NO_TERM: all); the sum of their weights; the first-stage units that have one (SIZE_MAX:
 * sums are not by unit). */
struct pal_survey_holding {
    uint64_t rows;
    double weight;
    size_t units;
};
PAL_CHECK_RESULT
enum pal_status pal_survey_holding_of(struct pal_survey_work *work, size_t frame, size_t term,
                                      size_t group, struct pal_survey_holding *out,
                                      struct pal_error *err);

/* First-stage units of a group in which the rows of `whole` are not all in `taken`[n], which lie
 * apart; SIZE_MAX: sums are not by unit. Time and scratch: the units of the design. */
struct pal_survey_domain {
    size_t frame, term; /* rows where the term is present; PAL_NO_TERM: all */
};
PAL_CHECK_RESULT
enum pal_status pal_survey_units_left(struct pal_survey_work *work,
                                      const struct pal_survey_domain *whole,
                                      const struct pal_survey_domain *taken, size_t n, size_t group,
                                      size_t *out, struct pal_error *err);

/* Before it is closed: the replicates of a survey asked for with PAL_SURVEY_MADE and PAL_REP_GIVEN
 * are these factors, [psus * n], a row a first-stage unit in the order of the design. */
void pal_survey_factors(struct pal_survey *survey, size_t n, const double *factor);
/* Before it is closed: groups of a frame that are made of others, as marginal groups of cells. They
 * are answered like groups that were fed; nothing of them is saved or merged. A survey that holds
 * its rows takes none. The arrays outlive the survey. */
struct pal_survey_unions {
    size_t first, n;        /* they are numbered from `first`, behind all that were fed */
    const size_t *start;    /* [n + 1] where the members of each begin                  */
    const uint32_t *member; /* groups below `first`, ascending within each              */
};
PAL_CHECK_RESULT
enum pal_status pal_survey_unite(struct pal_survey *survey, size_t frame,
                                 const struct pal_survey_unions *unions, struct pal_error *err);
/* Before it is closed: joint inclusion probabilities, as pal_design_joint takes them. */
PAL_CHECK_RESULT
enum pal_status pal_survey_joint(struct pal_survey *survey, const double *joint,
                                 struct pal_error *err);
/* Weights are adjusted when the survey is closed: of the full sample, and again in every replicate;
 * linearized values become what the adjusted estimate varies by. Needs `hold`. The arrays of the
 * steps are by row in the order the rows came (those of merged surveys behind), and outlive the
 * survey. by_psu: calibration gives one factor a first-stage unit; `unit` need not be filled. */
void pal_survey_adjust(struct pal_survey *survey, const struct pal_adjust *steps, size_t n,
                       bool by_psu);
/* Counts are final. Errors: those of pal_design_close, pal_replicates_make, pal_adjustment_fit. */
PAL_CHECK_RESULT
enum pal_status pal_survey_close(struct pal_survey *survey, struct pal_error *err);

const struct pal_design *pal_survey_design(const struct pal_survey *survey); /* NULL: none */
/* Final weights of a closed survey that held its rows, [*rows]; NULL of others. */
const double *pal_survey_weights(const struct pal_survey *survey, size_t *rows);

/* What the answers of one group share is kept from one to the next: one a thread. */
struct pal_survey_work;
PAL_CHECK_RESULT
enum pal_status pal_survey_work_new(const struct pal_survey *survey, struct pal_arena *arena,
                                    struct pal_survey_work **out, struct pal_error *err);
/* One statistic of one group; `level` is the group of the frame of levels.
 * Absent  : no row with a weight and nothing absent: PAL_ANSWER_UNDEFINED.
 * Errors  : PAL_DOMAIN when the lonely rule is fail and a stratum of the domain has one unit. */
PAL_CHECK_RESULT
enum pal_status pal_survey_answer(struct pal_survey_work *work, size_t statistic, size_t group,
                                  size_t level, struct pal_arena *arena, struct pal_estimate *out,
                                  struct pal_error *err);
/* A linear combination of answers, as the delta method makes of every smooth function: its
 * variance, and the covariance of two of them. */
struct pal_survey_part {
    size_t statistic, group, level;
    double factor;
};
PAL_CHECK_RESULT
enum pal_status pal_survey_covariance(struct pal_survey_work *work, const struct pal_survey_part *a,
                                      size_t na, const struct pal_survey_part *b, size_t nb,
                                      struct pal_design_variance *out, struct pal_error *err);
/* Degrees of freedom of a group of a frame, by the rule asked for; and of the whole design. */
PAL_CHECK_RESULT
enum pal_status pal_survey_df_of(struct pal_survey_work *work, size_t frame, size_t group,
                                 double *out, struct pal_error *err);
double pal_survey_df_design(const struct pal_survey *survey);

/* A smooth function of answers, by the delta method: its value is the caller's, its parts are
 * weighted by its derivatives. The limits are of t, with the degrees of freedom of `group` of
 * `frame`, the rows that all parts are taken from. Absent: a value of NaN is undefined. */
PAL_CHECK_RESULT
enum pal_status pal_survey_combine(struct pal_survey_work *work, const struct pal_survey_part *part,
                                   size_t n, size_t frame, size_t group, double value,
                                   struct pal_estimate *out, struct pal_error *err);
/* Two answers compared, with their covariance: samples that share units, or are independent. */
enum pal_comparison {
    PAL_COMPARE_DIFFERENCE, /* to - from                */
    PAL_COMPARE_RATIO,      /* to / from                */
    PAL_COMPARE_PERCENT,    /* 100 (to / from - 1)      */
};
struct pal_survey_side {
    size_t statistic, group;
    const struct pal_estimate *answer;
};
PAL_CHECK_RESULT
enum pal_status pal_survey_compare(struct pal_survey_work *work, enum pal_comparison as,
                                   const struct pal_survey_side *from,
                                   const struct pal_survey_side *to, size_t frame, size_t group,
                                   struct pal_estimate *out, struct pal_error *err);
/* New limits of an answer whose value, error or degrees of freedom were changed, by the word that
 * it has; those of quantiles, and words of replicates and quantiles, become t. Those of a percent
 * change are those of its ratio. */
enum pal_limits_of { PAL_LIMITS_OF_VALUE, PAL_LIMITS_OF_QUANTILE, PAL_LIMITS_OF_PERCENT };
PAL_CHECK_RESULT
enum pal_status pal_survey_limits(enum pal_limits_of of, struct pal_estimate *e,
                                  struct pal_error *err);
/* The answers of completed data sets become one, as pal_imputed_combine has it; n is the mean of
 * theirs. of[sets] NULL: the set has none, and then there is no answer. *missing is the fraction of
 * information that is missing.
 * Errors : PAL_DOMAIN for fewer than two sets. */
PAL_CHECK_RESULT
enum pal_status pal_survey_imputed(const struct pal_estimate *const *of, size_t sets,
                                   enum pal_limits_of limits, enum pal_imputed_df rule,
                                   struct pal_arena *arena, struct pal_estimate *out,
                                   double *missing, struct pal_error *err);

/* ---- words of --interval for samples -----------------------------------------------------------
 */

struct pal_interval_case {
    double t; /* quantile of Student's t at level and df, which many answers share */
    double value, std_error, df, level; /* value and error of a proportion as shares */
    double n;           /* rows of the domain, those of no weight and of absent values among them */
    double logit_error; /* of a proportion with replicates: that of log(p/(1-p)); otherwise 0 */
};
struct pal_survey_interval { /* src/estimate/survey_interval.c lists them */
    const char *word;
    bool shares;    /* for proportions (and quantiles) alone: other statistics keep t */
    bool quantiles; /* for quantiles alone */
    bool infinite;  /* takes no notice of degrees of freedom           */
    enum pal_status (*limits)(const struct pal_survey_interval *interval,
                              const struct pal_interval_case *c, double *low, double *high,
                              struct pal_error *err);
};
const struct pal_survey_interval *pal_survey_interval_find(pal_str word); /* NULL when unknown */
pal_str pal_survey_interval_nearest(pal_str word);

/* ---- saved states ------------------------------------------------------------------------------
 */

/* Bytes that travel between machines: little-endian whatever the machine, doubles as IEEE 754. */
void pal_pack_u32(struct pal_buf *out, uint32_t value);
void pal_pack_u64(struct pal_buf *out, uint64_t value);
void pal_pack_f64(struct pal_buf *out, double value);
void pal_pack_text(struct pal_buf *out, pal_str text); /* length and bytes */

struct pal_unpack { /* reads what was packed; `failed` sticks, values after it are 0 */
    pal_str rest;
    bool failed;
};
uint32_t pal_unpack_u32(struct pal_unpack *in);
uint64_t pal_unpack_u64(struct pal_unpack *in);
double pal_unpack_f64(struct pal_unpack *in);
pal_str pal_unpack_text(struct pal_unpack *in); /* points into the bytes read */

/* A frame: magic, version, kind ("estimate"), length, content, SHA-256 of all before it. Reading
 * refuses by name what is truncated, altered, foreign or of a newer version (PAL_DATA, `name` in
 * the message). */
void pal_frame_write(struct pal_buf *out, const char *kind, pal_str content);
PAL_CHECK_RESULT
enum pal_status pal_frame_read(pal_str bytes, const char *kind, const char *name, pal_str *content,
                               struct pal_error *err);

/* One estimator's state inside a frame: its name, then its bytes. */
PAL_CHECK_RESULT
enum pal_status pal_state_pack(const struct pal_estimator *estimator, const struct pal_state *state,
                               struct pal_buf *out, struct pal_error *err);
/* Into a state that `begin` of the same ask made. PAL_DATA when another estimator's state stands
 * there or the bytes do not fit. */
PAL_CHECK_RESULT
enum pal_status pal_state_unpack(const struct pal_estimator *estimator, struct pal_state *state,
                                 struct pal_unpack *in, struct pal_error *err);

/* What a group's cells (sides, categories, units of observation) hold in the state of a register.
 */
struct pal_holding {
    double least;   /* the smallest count above 0, denominators too; INFINITY: there is none      */
    double counted; /* sum of the counts                                                          */
    uint64_t rows;  /* that entered                                                               */
};
struct pal_holding pal_state_holding(const struct pal_state *state, size_t group);

#endif
