/* inside.h: what the files of this room share: tails of distributions, a root finder, and the
 * tallies that register estimators keep. */
#ifndef PALERMO_ESTIMATE_INSIDE_H
#define PALERMO_ESTIMATE_INSIDE_H

#include "palermo/estimate.h"

/* ---- tails and quantiles (tails.c) --------------------------------------------------------------
 * Good to about 1e-13 relative in the smaller tail, for parameters from 1e-6 to 1e12. */

double tail_poisson_pmf(double x, double mean);  /* x >= 0, need not be whole             */
double tail_gamma_below(double shape, double x); /* P(G <= x), scale 1                    */
double tail_gamma_above(double shape, double x); /* P(G > x)                              */
double tail_binomial_pmf(double k, double n, double p);
double tail_beta_below(double a, double b, double odds); /* P(B <= odds/(1+odds))                 */
double tail_beta_above(double a, double b, double odds);
/* The x with P(G <= x) = p (below) or P(G > x) = p (above); NaN when the search does not settle. */
double tail_gamma_quantile_below(double shape, double p);
double tail_gamma_quantile_above(double shape, double p);
/* The same for B, as odds B/(1-B). */
double tail_beta_odds_below(double a, double b, double p);
double tail_beta_odds_above(double a, double b, double p);
double tail_normal_two_sided(double z); /* 2 P(Z > |z|) */
/* z with P(|Z| <= z) = level */
double tail_normal_z(double level);

/* Root of a monotone function, from a guess: the bracket grows from guess -+ step, then Brent 1973
 * to the last bits. NaN when no change of sign is found. */
double tail_root(double (*f)(double x, const void *context), const void *context, double guess,
                 double step);

#define PAL_ESTIMATOR(name) extern const struct pal_estimator pal_estimator_##name;
#include "estimators.def"
#undef PAL_ESTIMATOR

/* ---- tallies (tally.c) ----------------------------------------------------------------------- */

enum tally_rule {
    TALLY_SQUARES = 1,      /* keep the sum of y^2/x: dispersion, theta                         */
    TALLY_SIDES = 2,        /* two parts: cells.side                                            */
    TALLY_STRATA = 4,       /* a part a stratum of the standard, or a unit that is met          */
    TALLY_X_OF_MISSING = 8, /* keep x of rows whose y is absent: coverage, bounds               */
};

struct tally { /* what one group (and part) adds up to */
    struct pal_sum y, x, squares;
    double y_low, y_high, x_low, x_high; /* censored cells, beyond y and x           */
    double x_missing;                    /* x of rows without y; infinite: not known */
    uint64_t n, missing, censored, left_out;
};

/* How tallies are kept: only the fields that the estimator's columns and rules can fill, side by
 * side, since with many groups every row costs a visit to memory. */
union tally_word {
    double d;
    uint32_t rows[2]; /* n and missing, modulo 2^32 */
};
struct tally_layout { /* places of words; 0 = not kept (word 0 has the rows) */
    uint8_t y, x, squares, x_missing, words;
};
enum tally_sum { TALLY_Y, TALLY_X, TALLY_Y2 };
struct tally_rare { /* of cells that are few: censored ones, rows with an error, 2^32 rows */
    double y_low, y_high, x_low, x_high;
    uint64_t censored, left_out;
    uint64_t more[2]; /* n and missing, in units of 2^32 */
    double lost[3];   /* by enum tally_sum: the third part of each pal_sum */
};

struct tally_store { /* words of one state, or of several side by side: a row visits one place */
    union tally_word *word; /* [room * stride] */
    size_t stride, room;    /* words a group; groups */
};

struct pal_state {
    const struct pal_estimator *estimator;
    struct pal_arena *arena;
    struct pal_ask ask; /* level, per and interval filled in */
    size_t args;
    unsigned rule;
    size_t parts; /* in use; grows only where units of observation are met */
    size_t parts_room;
    size_t groups, groups_room;
    struct tally_layout layout;
    struct tally_store *store;
    size_t offset; /* of the state's words in those of a group; of one part it is shared */
    struct tally_rare *rare; /* [groups_room * parts_room], or NULL: there are none yet */
};

/* Checks the ask against the estimator's intervals and makes an empty state. */
PAL_CHECK_RESULT
enum pal_status tally_begin(const struct pal_estimator *estimator, const struct pal_ask *ask,
                            size_t args, size_t parts, unsigned rule, struct pal_arena *arena,
                            struct pal_state **out, struct pal_error *err);
enum pal_status tally_feed(struct pal_state *state, const struct pal_cells *cells,
                           struct pal_error *err);
enum pal_status tally_merge(struct pal_state *into, const struct pal_state *from,
                            const struct pal_mapping *map, struct pal_error *err);
enum pal_status tally_save(const struct pal_state *state, struct pal_buf *out,
                           struct pal_error *err);
enum pal_status tally_load(struct pal_state *state, pal_str bytes, struct pal_error *err);

/* The tally of a group and part, put into `room`; an empty one where nothing was fed. */
const struct tally *tally_at(const struct pal_state *state, size_t group, size_t part,
                             struct tally *room);
bool tally_is(const struct pal_state *state, const char *interval);

/* ---- answers (answer.c) ------------------------------------------------------------------------
 */

struct answer_range { /* a total of known and censored cells */
    double value, low, high;
    bool known; /* low and high coincide */
};
struct answer_range answer_y(const struct tally *tally);
struct answer_range answer_x(const struct tally *tally, size_t args); /* 1 when there is no x */

/* All NaN, the tally's counts, the estimator's level; true when rows entered. */
bool answer_start(const struct pal_state *state, const struct tally *const *tally, size_t tallies,
                  struct pal_estimate *out);
/* Sets value, or bounds when the range is open; true when there is a value to go on with. */
bool answer_range(struct pal_estimate *out, double low, double high, double value);
void answer_interval(struct pal_estimate *out, double low, double high);
/* The last step: status from the value, the note about what did not enter. */
PAL_CHECK_RESULT
enum pal_status answer_end(struct pal_estimate *out, const char *remark, struct pal_arena *arena,
                           struct pal_error *err);
/* Dispersion to use: as asked, or from the rows of these tallies around the rate of each (Pearson).
 * 1 when not overdispersed. */
double answer_dispersion(const struct pal_state *state, const struct tally *const *tally,
                         size_t tallies);
/* Standard error and limits of a count by the interval asked for. */
PAL_CHECK_RESULT
enum pal_status answer_count(const struct pal_state *state, double y, double dispersion,
                             double *std_error, double *low, double *high, struct pal_error *err);
/* Limits that did not settle are not known (NaN); they are no reason to stop a run. */
enum pal_status answer_settled(enum pal_status status, double *low, double *high);
/* "exact Poisson (Garwood 1936)": what an interval word means, for `method`. */
const char *answer_method(const char *interval, bool overdispersed);
/* low/high of y over x, both ranges of numbers from 0. */
struct answer_range answer_quotient(struct answer_range y, struct answer_range x, double per);

/* ---- direct standardization (dsr.c)
 * -------------------------------------------------------------- */

struct dsr_side {
    struct pal_weighted_count sum; /* where the range is known         */
    struct answer_range rate;      /* NaN where a category lacks       */
    const char *remark;            /* which one; NULL when none does   */
};
/* One side's standardized rate, per 1. */
PAL_CHECK_RESULT
enum pal_status dsr_side_of(const struct pal_state *state, size_t group, size_t side,
                            struct pal_arena *arena, struct dsr_side *out, struct pal_error *err);
/* Starts an answer from all categories of `sides` sides; true when rows entered. */
PAL_CHECK_RESULT
enum pal_status dsr_start(const struct pal_state *state, size_t group, size_t sides,
                          struct pal_arena *arena, struct pal_estimate *out, bool *any,
                          struct pal_error *err);

#endif
