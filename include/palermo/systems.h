/* systems.h: the part of estimate.h for hidden populations: who was seen on which lists, and how
 * many were seen on none.
 *
 *     table of lists -> existence -> model -> dark figure -> population
 *
 * Every estimator here takes one pal_lists, a table of 2^t capture histories. A history is a set of
 * lists, written as bits: bit j of a cell's index says "on list j". Cell 0, on no list, is what all
 * of this is about; nobody is counted there.
 *
 * Words    : t lists; people, the number seen at least once; the dark figure, the expected number
 *            seen by no list; population = people + dark figure. Units: persons (or cases).
 * Existence: a model is fitted only after its estimate is known to exist (Fienberg & Rinaldo 2012)
 *            and to be the only one (rank). A model that fails gives PAL_DOMAIN and no number.
 * Time     : a table may carry a deadline. Whatever is asked of it, or of a table made from it,
 * ends by then with PAL_LATE and no answer. Threads  : tables are read-only once made; any number
 * of threads may share them.
 */
#ifndef PALERMO_SYSTEMS_H
#define PALERMO_SYSTEMS_H

#include "palermo/base.h"

#define PAL_LISTS_MOST 16 /* 2^16 histories; more lists are refused before memory is asked for */

enum pal_history {
    PAL_HISTORY_COUNTED = 0,
    PAL_HISTORY_IMPOSSIBLE, /* a structural zero: nobody can have this history; no part of the model
                             */
    PAL_HISTORY_UNKNOWN, /* its count was not given: fitted, and added to the population          */
};

struct pal_lists {       /* a table of capture histories */
    size_t t;            /* lists, 1..PAL_LISTS_MOST */
    size_t cells;        /* 2^t */
    const pal_str *name; /* [t] */
    double *count;       /* [cells] whole, not below zero; count[0] is 0 */
    uint8_t *state;      /* [cells] enum pal_history */
    struct pal_deadline until;
};

/* An empty table; its names are copied. PAL_DOMAIN for no list, for more than PAL_LISTS_MOST and
 * for two of one name. */
PAL_CHECK_RESULT
enum pal_status pal_lists_new(const pal_str *name, size_t t, struct pal_arena *arena,
                              struct pal_lists **out, struct pal_error *err);
double pal_lists_people(const struct pal_lists *lists);
/* People on every list of the set, whatever else they are on: on list j alone asked, its total. */
double pal_lists_on(const struct pal_lists *lists, uint32_t set);
/* out[s] = sum of in over all sets that hold s, for all 2^t sets at once; in may be out. */
void pal_lists_supersets(size_t t, const double *in, double *out);
/* The list of that name, or t. */
size_t pal_lists_find(const struct pal_lists *lists, pal_str name);
/* "A+B" or "A:B" or "A" into a set. PAL_USAGE with the nearest name for one that is no list. */
PAL_CHECK_RESULT
enum pal_status pal_lists_set_parse(const struct pal_lists *lists, pal_str text, uint32_t *out,
                                    struct pal_error *err);
/* "A:B" of a set, in the arena. */
pal_str pal_lists_set_name(const struct pal_lists *lists, uint32_t set, char between,
                           struct pal_arena *arena);
/* The lists of the set become one, which stands where its first one stood: people are on it who
 * were on any of them. An unknown cell makes the cell it falls into unknown; a cell is impossible
 * when all that fall into it are. */
PAL_CHECK_RESULT
enum pal_status pal_lists_merge(const struct pal_lists *lists, uint32_t set, pal_str name,
                                struct pal_arena *arena, struct pal_lists **out,
                                struct pal_error *err);
/* The table of the lists of the set alone; people on no other list leave it. */
PAL_CHECK_RESULT
enum pal_status pal_lists_keep(const struct pal_lists *lists, uint32_t set, struct pal_arena *arena,
                               struct pal_lists **out, struct pal_error *err);

/* The pairs of lists in the order 12, 13, .., 1t, 23, ..: t(t-1)/2 sets of two. */
size_t pal_lists_pairs(size_t t, uint32_t *out /* [t(t-1)/2] or NULL */);
/* Triples of lists in which all three pairs overlap. Without one, the model with all two-list
 * terms cannot tell its parameters apart (Chan, Silverman & Vincent 2021, section 3). */
size_t pal_lists_triples(const struct pal_lists *lists);

/* ---- log-linear models ----------------------------------------------------------------------- */

/* log mean of a history = intercept + the effects of its lists + the effects of the model's sets of
 * lists that it holds. Counts are Poisson. The dark figure is the mean of the history "on no list",
 * exp(intercept). A model is a set of sets; the lists' own effects are always in it. */
struct pal_model {
    size_t terms;
    const uint32_t *term; /* sets of one list or more, each once; the lists first */
};
/* The lists' effects, and the given sets. */
PAL_CHECK_RESULT
enum pal_status pal_model_new(const struct pal_lists *lists, const uint32_t *set, size_t n,
                              struct pal_arena *arena, struct pal_model *out,
                              struct pal_error *err);
/* "main", "all-pairs", or terms "A:B,C:D" ('+' instead of ',' too), "A*B*C" (with all its subsets),
 * and "[12,13,4]": hierarchical generators by the lists' numbers. */
PAL_CHECK_RESULT
enum pal_status pal_model_parse(const struct pal_lists *lists, pal_str text,
                                struct pal_arena *arena, struct pal_model *out,
                                struct pal_error *err);

/* Whether a model has an estimate, and only one. */
struct pal_existence {
    bool exists;            /* the maximum likelihood estimate does                           */
    bool identifiable;      /* its parameters can be told apart                               */
    size_t rank_deficiency; /* parameters that cannot be                                      */
    size_t parameters;      /* left when terms that nobody is on have gone to minus infinity   */
    size_t cells;           /* histories left with them                                       */
    size_t empty_n;
    const uint32_t *empty; /* [empty_n] those terms                                          */
    size_t culprits;
    const uint32_t *culprit; /* [culprits] terms without a finite estimate: what is responsible */
    bool dark_too;           /* the dark figure is without one as well                         */
    double program;          /* max min mean under the observed sums, 0: none; NaN: not asked  */
};
/* Never fits anything. `program`: also solve Fienberg & Rinaldo's linear program (for its value;
 * the verdict needs it seldom). Cost: parameters^3, and a small program in rare cases. */
PAL_CHECK_RESULT
enum pal_status pal_model_exists(const struct pal_lists *lists, const struct pal_model *model,
                                 bool program, struct pal_arena *arena, struct pal_existence *out,
                                 struct pal_error *err);
/* Over all sets of pairs: how many models have no estimate, and in how many of those each pair is.
 * PAL_DOMAIN for more than 22 pairs (7 lists with one pair more): 2^pairs models are looked at. */
PAL_CHECK_RESULT
enum pal_status pal_models_without(const struct pal_lists *lists, unsigned threads,
                                   struct pal_arena *arena, double *without,
                                   double *with_pair /* [pairs] */, struct pal_error *err);

struct pal_loglinear {            /* a fitted model */
    double people, dark, unknown; /* unknown: fitted people in histories whose count is unknown */
    double population;            /* people + dark + unknown                                    */
    double log_se; /* standard error of the log of what was not seen (dark + unknown)          */
    double deviance, loglik, pearson;
    double aic, bic; /* 2 k - 2 loglik (k finite parameters); k log(people) - 2 loglik           */
    size_t parameters, cells, empty_n;
    const uint32_t *term; /* [parameters] term[0] = 0: the intercept */
    const double *coef, *coef_se;
    const uint32_t *empty; /* [empty_n] terms at minus infinity                              */
    const double *empty_p; /* chance of nobody on them, by the model without that term        */
};
/* Maximum likelihood. PAL_DOMAIN, with the pairs of lists responsible, when there is no estimate or
 * more than one. Source: Fienberg 1972; Cormack 1989; Chan, Silverman & Vincent 2021. */
PAL_CHECK_RESULT
enum pal_status pal_loglinear_fit(const struct pal_lists *lists, const struct pal_model *model,
                                  struct pal_arena *arena, struct pal_loglinear *out,
                                  struct pal_error *err);
/* Standard error of the population: of the expectation, and of the missing count around it. */
double pal_loglinear_se(const struct pal_loglinear *fit);
/* The limits of a log-normal interval for what was not seen, people added. */
void pal_loglinear_interval(const struct pal_loglinear *fit, double level, double *low,
                            double *high);

/* ---- choosing pairs
 * ------------------------------------------------------------------------------ */

/* By what pairs are chosen: the chance of their overlap under the model without them, or a
 * criterion of the model with them. Parameters at minus infinity count as parameters, as R's glm
 * and SparseMSE count them; BIC takes the logarithm of the people. */
enum pal_criterion { PAL_BY_CHANCE = 0, PAL_BY_AIC, PAL_BY_BIC };
/* Of the criteria. Both and forward begin with no pair, backward with all of them. */
enum pal_direction { PAL_BOTH_WAYS = 0, PAL_FORWARD, PAL_BACKWARD };

struct pal_step { /* the best candidate of a step */
    uint32_t pair;
    double p;    /* its chance, or the criterion of the model it leads to */
    bool taken;  /* false: the choice ends                                */
    bool leaves; /* it was in the model                                   */
};
struct pal_stepwise {
    size_t chosen;
    const uint32_t *pair;  /* [chosen] in order of entry                        */
    const double *first_p; /* [t(t-1)/2] p of every pair in the main-effects fit */
    double criterion;      /* of the chosen model; NaN by chance                 */
    size_t steps;
    const struct pal_step *step; /* the best candidate of each step; the last may be refused */
};
/* Forward selection: of the pairs outside the model, the one whose overlap is least likely under
 * the fit enters while p < threshold; a pair whose model would fail either check never does.
 * Source: Chan, Silverman & Vincent 2021, section 4. */
PAL_CHECK_RESULT
enum pal_status pal_stepwise_choose(const struct pal_lists *lists, double threshold,
                                    struct pal_arena *arena, struct pal_stepwise *out,
                                    struct pal_error *err);

/* One pair at a time enters or leaves, the one that lowers the criterion most, until none does.
 * Models that would fail either check are passed over. PAL_DOMAIN where the model that the choice
 * begins with fails one: all pairs often do. As R's step(). */
PAL_CHECK_RESULT
enum pal_status pal_criterion_choose(const struct pal_lists *lists, enum pal_criterion criterion,
                                     enum pal_direction direction, struct pal_arena *arena,
                                     struct pal_stepwise *out, struct pal_error *err);

struct pal_bootstrap {
    double estimate;         /* of the table itself, chosen the same way */
    size_t n, failed;        /* replicates; those of them without an estimate                     */
    const double *replicate; /* [n] in their order; infinite where there is no estimate           */
    double acceleration;     /* of the weighted jackknife */
};
struct pal_bootstrap_ask {
    enum pal_criterion criterion;
    enum pal_direction direction; /* of AIC and BIC      */
    double threshold;             /* of pal_stepwise_choose */
    size_t replicates;
    uint64_t seed;
    unsigned threads;
    struct pal_progress *progress; /* may be NULL */
};
/* Multinomial resampling of the people over the observed histories, the choice of pairs redone in
 * every replicate; the acceleration by leaving out one person of each history. Replicate r depends
 * on (seed, r) alone. */
PAL_CHECK_RESULT
enum pal_status pal_bootstrap_stepwise(const struct pal_lists *lists,
                                       const struct pal_bootstrap_ask *ask, struct pal_arena *arena,
                                       struct pal_bootstrap *out, struct pal_error *err);
/* Share of replicates strictly below the estimate, as a normal quantile. */
double pal_bca_z0(const double *replicate, size_t n, double estimate);
/* BCa quantile at `level` of sorted replicates (quantile type 8). DiCiccio & Efron 1996. */
double pal_bca_quantile(const double *sorted, size_t n, double z0, double acceleration,
                        double level);
/* The limits of an interval at `level` from all replicates, those without an estimate at infinity.
 */
struct pal_bca {
    double z0;            /* infinite, or NaN without replicates: there are no limits */
    double low, high;     /* NaN where there are none                                 */
    const double *sorted; /* [n] the replicates in rising order                       */
};
PAL_CHECK_RESULT
enum pal_status pal_bca_limits(const struct pal_bootstrap *bootstrap, double level,
                               struct pal_arena *arena, struct pal_bca *out, struct pal_error *err);
/* Its Monte Carlo error: the spread over resamples of the replicates, z0 found anew. */
PAL_CHECK_RESULT
enum pal_status pal_bca_error(const double *sorted, size_t n, double estimate, double acceleration,
                              const double *level, size_t levels, uint64_t seed,
                              struct pal_deadline until, struct pal_arena *arena, double *out,
                              struct pal_error *err);

/* ---- closed-population models
 * --------------------------------------------------------------------- */

/* "M0" (all lists alike), "Mt" (each its own), "Mh X" and "Mth X" with people of unequal
 * catchability, X one of "Chao (LB)" (a lower bound), "Poisson2", "Darroch", "Gamma3.5"; or
 * hierarchical generators "[12,13,4]". */
struct pal_closed {
    double people, dark, population, std_error;
    double deviance, df, aic, bic;
    double bias; /* first-order bias of the population */
    int info; /* 0; 1: not settled, or the bias above a tenth of the population; 2: singular; 3: a
                 mean is numerically 0; 13: both 1 and 3 */
    bool finite; /* false: no finite estimate; the numbers are where the iteration stopped */
    size_t removed_n;
    unsigned removed[PAL_LISTS_MOST]; /* Chao: effects of j lists that came out negative */
};
/* Source: Rivest & Baillargeon 2007; Chao 1987; Darroch et al. 1993. PAL_USAGE for other words. */
PAL_CHECK_RESULT
enum pal_status pal_closed_fit(const struct pal_lists *lists, pal_str model,
                               struct pal_arena *arena, struct pal_closed *out,
                               struct pal_error *err);
/* The maximum of the multinomial profile likelihood and where it has fallen by half the chi-square
 * quantile; low is the people seen when it never does, high NaN. `exact`: log-gamma functions in
 * place of Stirling's formula, and Chao's columns those of the model's own fit. Source: Cormack
 * 1992. */
PAL_CHECK_RESULT
enum pal_status pal_closed_profile(const struct pal_lists *lists, pal_str model, double level,
                                   bool exact, struct pal_arena *arena, double *peak, double *low,
                                   double *high, struct pal_error *err);

/* All hierarchical models up to an order of interaction, the lists' own effects in each. */
struct pal_search_row {
    uint64_t model; /* bits: which candidate sets are in it */
    double population, std_error, deviance, df, aic, bic;
    uint8_t info; /* as pal_closed.info                                                    */
    bool exists;  /* of the first hundred by BIC and AIC, and all that carry weight: the
                     estimate exists and is the only one; true for the rest                 */
};
struct pal_search {
    double people;
    size_t candidates;
    const uint32_t *candidate; /* [candidates] sets of 2 to `order` lists, large ones first */
    size_t n;
    const struct pal_search_row *row; /* [n] in rising BIC */
    const size_t *by_aic;             /* [n] indices of row in rising AIC */
};
/* PAL_DOMAIN when there are more than 2^21 models (7 lists with two-list terms). Cost: about 20
 * microseconds a model of six lists. Source: Rivest & Baillargeon 2007 (closedpMS). */
PAL_CHECK_RESULT
enum pal_status pal_search_all(const struct pal_lists *lists, int order, unsigned threads,
                               struct pal_progress *progress, struct pal_arena *arena,
                               struct pal_search *out, struct pal_error *err);
/* "[123,14,4]": the generators of a model by the lists' numbers. */
pal_str pal_search_name(const struct pal_lists *lists, const struct pal_search *search,
                        uint64_t model, struct pal_arena *arena);
/* Averages over models weighted by exp(-BIC/2) or exp(-AIC/2), the standard error with the spread
 * between models (Buckland, Burnham & Augustin 1997). Models without an estimate weigh nothing. */
void pal_search_average(const struct pal_search *search, bool by_aic, double *population,
                        double *std_error);

/* ---- two lists, and one list of counts
 * ----------------------------------------------------------------- */

/* Limits of a log-normal interval for the people not seen: n + f / C to n + f C, f = N - n,
 * C = exp(z sqrt(log(1 + var / f^2))) (Chao 1987). False, and NaN, where f is not above 0. */
bool pal_lognormal_limits(double people, double population, double variance, double level,
                          double *low, double *high);

struct pal_recapture { /* an estimate with its variance; NaN: the method gives none */
    double people, population, variance;
};
/* n1 and n2 people on two lists, m on both. Lincoln-Petersen is infinite for m = 0, Chapman (1951)
 * never; Chao's bound (1987) gives no variance. Recapture from two samples of reported cases (ILO
 * 2005) is Chapman's on the cases of both searches. PAL_DOMAIN for m above n1 or n2. */
PAL_CHECK_RESULT
enum pal_status pal_lincoln_petersen(double n1, double n2, double m, struct pal_recapture *out,
                                     struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_chapman(double n1, double n2, double m, struct pal_recapture *out,
                            struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_chao_two_lists(double n1, double n2, double m, struct pal_recapture *out,
                                   struct pal_error *err);

/* One list on which people may be several times: frequency f[i] of people seen k[i] times. */
struct pal_counts {
    size_t n;
    const double *k, *f; /* [n] whole, k from 1, each once */
};
enum pal_counts_method {
    PAL_COUNTS_CHAO,           /* lower bound: n + f1^2 / (2 f2)            */
    PAL_COUNTS_CHAO_CORRECTED, /* f1 (f1 - 1) / (2 (f2 + 1))                */
    PAL_COUNTS_ZELTERMAN,
    PAL_COUNTS_POISSON,   /* zero-truncated, maximum likelihood        */
    PAL_COUNTS_GEOMETRIC, /* zero-truncated                            */
};
struct pal_counts_fit {
    struct pal_recapture recapture;
    double lambda, lambda_se, loglik; /* of the zero-truncated Poisson; NaN otherwise */
};
/* Sources: Chao 1987, 1989; Zelterman 1988; van der Heijden et al. 2003. PAL_DOMAIN where a method
 * has no estimate (nobody seen twice). */
PAL_CHECK_RESULT
enum pal_status pal_counts_estimate(const struct pal_counts *counts, enum pal_counts_method method,
                                    struct pal_counts_fit *out, struct pal_error *err);

/* The same with covariates of each person. */
enum pal_units_method {
    PAL_UNITS_POISSON,     /* zero-truncated */
    PAL_UNITS_GEOMETRIC,   /* zero-truncated */
    PAL_UNITS_ONE_POISSON, /* zero and one truncated: fitted on those seen twice or more */
    PAL_UNITS_CHAO,
    PAL_UNITS_ZELTERMAN,
    PAL_UNITS_NEGATIVE_BINOMIAL, /* zero-truncated: refused where its likelihood rises to the edge
                                  */
};
struct pal_units {
    size_t n, covariates;
    const double *k; /* [n] times seen, whole, from 1 */
    const double *x; /* [n * covariates] row by row, without the intercept */
    struct pal_deadline until;
};
struct pal_units_fit {
    struct pal_recapture recapture;
    double loglik, aic;
    size_t parameters;            /* covariates + 1 */
    const double *coef, *coef_se; /* the intercept first */
};
/* Sources: van der Heijden et al. 2003; Boehning 2008; Chao 1987. PAL_DOMAIN where there is no
 * finite estimate or covariates cannot be told apart. */
PAL_CHECK_RESULT
enum pal_status pal_units_estimate(const struct pal_units *units, enum pal_units_method method,
                                   struct pal_arena *arena, struct pal_units_fit *out,
                                   struct pal_error *err);

/* ---- linkage error
 * ------------------------------------------------------------------------------------- */

/* The table that perfect linkage would have given. `missed`: every record of a person on several
 * lists failed to be linked with chance `rate` and stands alone; otherwise: every record in a
 * history of several lists was linked wrongly with chance `rate`, and belongs to somebody else.
 * Counts are no longer whole; none is below zero. PAL_DOMAIN above 12 lists (4^t steps). */
PAL_CHECK_RESULT
enum pal_status pal_lists_relink(const struct pal_lists *lists, double rate, bool missed,
                                 struct pal_arena *arena, struct pal_lists **out,
                                 struct pal_error *err);

#endif
