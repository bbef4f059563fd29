/* design.h: how a sample was drawn, and what that does to a variance.
 *
 * Rows are added once, in any number of batches, and each gets the number of its last sampling
 * unit; estimators then keep sums per unit and never rows. After closing a design is read-only, so
 * any number of threads may share it.
 *
 * n_h always counts the units of the full design: a unit without rows in a domain is a zero, not an
 * absence. Weights are the inverse of the inclusion probability (no unit), finite, not negative.
 *
 * Source: Sarndal, Swensson & Wretman 1992, chapters 4-5; Wolter 2007; Lumley 2010.
 */
#ifndef PALERMO_DESIGN_H
#define PALERMO_DESIGN_H

#include "palermo/base.h"
#include "palermo/data.h"

#define PAL_MAX_STAGES 8
#define PAL_NO_UNIT    UINT32_MAX

/* What becomes of a stratum with one sampled unit that is no census (n_h = 1, f_h < 1). */
enum pal_lonely {
    PAL_LONELY_FAIL,      /* refuse                                                    */
    PAL_LONELY_CERTAINTY, /* a certainty unit: contributes 0                           */
    PAL_LONELY_REMOVE,    /* contributes 0, and the table says so                      */
    PAL_LONELY_AVERAGE,   /* the mean of the other strata of its parent; NaN: none     */
    PAL_LONELY_ADJUST,    /* centred at the mean of all units of its parent            */
};
const char *pal_lonely_name(enum pal_lonely rule);
bool pal_lonely_parse(pal_str word, enum pal_lonely *out);

/* Units drawn with unequal probabilities and without replacement: the fpc of the first stage is
 * then each unit's own inclusion probability, above 0 and at most 1, and a stratum adds n_h / (n_h
 * - 1) sum_i (1 - p_i) (z_i - c_h)^2 about one of two centres. With equal probabilities both are
 * the formula of simple random sampling. Source: Brewer 2002, Combined Survey Sampling Inference,
 * chapter 9; Hajek 1964, Annals of Mathematical Statistics 35. */
enum pal_unequal {
    PAL_UNEQUAL_NONE,
    PAL_UNEQUAL_BREWER, /* c_h is the mean of all z_i               */
    PAL_UNEQUAL_HAJEK,  /* c_h is their mean with weights (1 - p_i) */
    /* Those that know how units come together, pal_design_joint: with d_ij = (p_i p_j - p_ij) /
     * p_ij a stratum adds sum_i (1 - p_i) z_i^2 - sum_{i != j} d_ij z_i z_j, or 1/2 sum_{i != j}
     * d_ij (z_i - z_j)^2. Either may turn out negative. Source: Sarndal, Swensson & Wretman 1992,
     * formulas 2.8.6 and 2.8.8. */
    PAL_UNEQUAL_HORVITZ_THOMPSON,
    PAL_UNEQUAL_YATES_GRUNDY,
};

struct pal_design_spec {
    size_t stages;               /* columns of units; 0 = every row is a unit of its own          */
    bool strata[PAL_MAX_STAGES]; /* a stratum column is given at this stage        */
    bool fpc[PAL_MAX_STAGES];
    bool weights; /* a weight column is given; otherwise from fpc, or 1            */
    bool nest;    /* unit ids are unique only inside their stratum                 */
    enum pal_lonely lonely;
    enum pal_unequal unequal; /* how: one stage, with fpc                                     */
    bool lonely_domain;       /* average and adjust also where a domain leaves one unit  */
};

/* One batch of design columns. Codes are of dictionaries that the whole input shares; 0 = missing,
 * which is PAL_DATA with its place. */
struct pal_design_rows {
    size_t rows;
    const uint32_t *stratum[PAL_MAX_STAGES]; /* [rows] or NULL                                */
    const uint32_t *unit[PAL_MAX_STAGES];    /* [rows] or NULL                                */
    const double *fpc[PAL_MAX_STAGES];       /* [rows] population size >= 1, or fraction < 1;
                                                inclusion probabilities where they are unequal */
    const uint64_t *line;
    const char *file;
};

struct pal_design;
PAL_CHECK_RESULT
enum pal_status pal_design_new(const struct pal_design_spec *spec, struct pal_arena *arena,
                               struct pal_design **out, struct pal_error *err);
/* unit[rows] receives each row's last sampling unit. */
PAL_CHECK_RESULT
enum pal_status pal_design_add(struct pal_design *design, const struct pal_design_rows *rows,
                               uint32_t *unit, struct pal_error *err);
/* The last-stage units as rows that would make the same design, numbers included. */
PAL_CHECK_RESULT
enum pal_status pal_design_list(const struct pal_design *design, struct pal_arena *arena,
                                struct pal_design_rows *out, struct pal_error *err);
/* into += from, neither closed: units that both know become one. stratum and unit translate from's
 * codes, [stages][codes]; NULL members and NULL: the same codes. out[units of from] receives their
 * numbers in `into`. */
PAL_CHECK_RESULT
enum pal_status pal_design_merge(struct pal_design *into, const struct pal_design *from,
                                 const uint32_t *const *stratum, const uint32_t *const *unit,
                                 struct pal_arena *scratch, uint32_t *out, struct pal_error *err);
/* Joint inclusion probabilities of first-stage units, [units * units]; pairs of different strata
 * and the diagonal are not looked at. Before the design is closed, after all its rows. Errors :
 * PAL_DATA for a pair that is not above 0, or above the probability of either. Cost   : 8 bytes a
 * pair; at most PAL_MOST_JOINT units. */
#define PAL_MOST_JOINT 4096
PAL_CHECK_RESULT
enum pal_status pal_design_joint(struct pal_design *design, const double *joint,
                                 struct pal_error *err);
/* Counts are final: sizes, fractions, weights from fpc. PAL_DATA for ids repeated over strata
 * without nest, for more sampled than there are, for one unit in the whole design. */
PAL_CHECK_RESULT
enum pal_status pal_design_close(struct pal_design *design, struct pal_error *err);

size_t pal_design_units(const struct pal_design *design);  /* last-stage units                */
size_t pal_design_psus(const struct pal_design *design);   /* first-stage units               */
size_t pal_design_strata(const struct pal_design *design); /* first-stage strata              */
uint32_t pal_design_psu_of(const struct pal_design *design, uint32_t unit);
uint32_t pal_design_stratum_of(const struct pal_design *design, uint32_t psu);
/* place[units]: where each last-stage unit stands when they are arranged by their strata. Such an
 * order spares pal_touched_new a sort. */
PAL_CHECK_RESULT
enum pal_status pal_design_arrange(const struct pal_design *design, uint32_t *place,
                                   struct pal_error *err);
/* The codes that first-stage units and their strata came with, [psus] each; 0 where there are none.
 */
PAL_CHECK_RESULT
enum pal_status pal_design_codes(const struct pal_design *design, struct pal_arena *arena,
                                 uint32_t **stratum, uint32_t **unit, struct pal_error *err);
/* Of a first-stage stratum: units sampled, units there are (INFINITY without fpc). */
size_t pal_design_sampled(const struct pal_design *design, uint32_t stratum);
double pal_design_population(const struct pal_design *design, uint32_t stratum);
/* Product over stages of population over sample: the weight of a unit's rows when none are given.
 */
double pal_design_unit_weight(const struct pal_design *design, uint32_t unit);

/* ---- linearization ------------------------------------------------------------------------------
 */

/* A linearized variable summed per unit: z of the units that a domain touches; all others are 0.
 * Units ascending. Every unit with a row of non-zero weight in the domain is listed, so that the
 * strata and units of a domain can be counted, even where z is 0. */
struct pal_influence {
    size_t n;
    const uint32_t *unit; /* [n] */
    const double *z;      /* [n] in the unit of the estimate */
};

struct pal_design_variance {
    double value;  /* unit of a times unit of b                                          */
    double df;     /* units minus strata, both counted over the domain                   */
    size_t lonely; /* strata that the lonely rule touched                                */
};

/* Covariance of two estimates by linearization (a == b: the variance).
 *
 * Errors : PAL_DOMAIN naming the stratum when a lonely one has rows in the domain and the rule
 *          is fail.
 * Cost   : one pass over both, scratch in proportion to strata.
 * Source : Sarndal, Swensson & Wretman 1992, results 4.3.1 and 5.5.1 by stage; the README of the
 *          reference values for the lonely rules.                                              */
PAL_CHECK_RESULT
enum pal_status pal_design_covariance(const struct pal_design *design,
                                      const struct pal_influence *a, const struct pal_influence *b,
                                      struct pal_arena *scratch, struct pal_design_variance *out,
                                      struct pal_error *err);

/* The units that a domain touches, arranged by stratum, stage by stage: made once, used for every
 * estimate of the domain, by any number of threads. unit[n] distinct, of the last stage. */
struct pal_touched;
PAL_CHECK_RESULT
enum pal_status pal_touched_new(const struct pal_design *design, const uint32_t *unit, size_t n,
                                struct pal_arena *arena, struct pal_touched **out,
                                struct pal_error *err);
/* The same covariance of linearized sums a[n], b[n] in the order of the units given. here[n] (NULL:
 * all) tells the units that count as touched; the others are zeros, and so are their z. */
PAL_CHECK_RESULT
enum pal_status pal_touched_covariance(const struct pal_touched *touched, const double *a,
                                       const double *b, const uint8_t *here,
                                       struct pal_arena *scratch, struct pal_design_variance *out,
                                       struct pal_error *err);

/* First-stage units minus strata, both counted over the units that count. */
PAL_CHECK_RESULT
enum pal_status pal_touched_df(const struct pal_touched *touched, const uint8_t *here,
                               struct pal_arena *scratch, double *out, struct pal_error *err);

/* Degrees of freedom of the whole design: units minus strata. */
double pal_design_df(const struct pal_design *design);

/* ---- replicates
 * ----------------------------------------------------------------------------------- */

enum pal_replicate_kind {
    PAL_REP_GIVEN,
    PAL_REP_JK1,
    PAL_REP_JKN,
    PAL_REP_JK2,
    PAL_REP_BRR,
    PAL_REP_FAY,
    PAL_REP_BOOTSTRAP /* Canty & Davison 1999 */,
    PAL_REP_RAO_WU /* Rao & Wu 1988 */,
    PAL_REP_SDR /* Fay & Train 1995 */,
};

/* How replicate estimates become a variance: scale * sum_r rscale[r] (theta_r - c)^2. */
struct pal_replicates {
    size_t n;
    double scale;
    const double *rscale; /* [n] or NULL = all 1                                                 */
    bool mse;             /* c is the full-sample estimate, not the mean of the replicates       */
    size_t lonely;        /* strata that the lonely rule touched                                 */
    const struct replicate_maker *maker; /* NULL: each row brings its own replicate weights      */
};

/* Replicates of a closed design. `replicates` only for bootstrap, rao-wu and sdr (0: the smallest
 * number that serves every unit), rho only for fay. Factors are made when they are asked for: what
 * is kept is one byte a unit and replicate for the bootstraps, and nothing for the others.
 * A stratum of one unit is refused, or contributes nothing, as the design's lonely rule says;
 * average scales the others up; adjust has no meaning here and is refused.
 * Errors : PAL_DOMAIN when the design does not fit the kind (brr: two units a stratum; jk1: no
 *          strata).
 * Source : Wolter 2007, chapters 3-5; Canty & Davison 1999; Rao, Wu & Yue 1992; Fay & Train 1995.
 */
PAL_CHECK_RESULT
enum pal_status pal_replicates_make(const struct pal_design *design, enum pal_replicate_kind kind,
                                    size_t replicates, double rho, uint64_t seed,
                                    struct pal_arena *arena, struct pal_replicates *out,
                                    struct pal_error *err);
/* Replicates whose factors are given by first-stage unit, factor[psus * n] with a row a unit.
 * Scale, rscale and mse are the caller's. */
PAL_CHECK_RESULT
enum pal_status pal_replicates_of(const struct pal_design *design, size_t n, const double *factor,
                                  struct pal_arena *arena, struct pal_replicates *out,
                                  struct pal_error *err);
/* What the weights of a first-stage unit are multiplied by: out[n]. */
void pal_replicates_factors(const struct pal_replicates *replicates, uint32_t psu, double *out);
/* Totals over units become totals in every replicate, without a look at rows.
 *   psu    [units] first-stage units, ascending; units that are not listed have totals of zero
 *   total  [units * width] weighted totals, a row a unit
 *   out    [width * n] the totals of each replicate, a row a variable */
PAL_CHECK_RESULT
enum pal_status pal_replicates_totals(const struct pal_replicates *replicates, size_t units,
                                      const uint32_t *psu, size_t width, const double *total,
                                      struct pal_arena *scratch, double *out,
                                      struct pal_error *err);
/* Covariance of two estimates from their replicate values a[n], b[n] and full-sample values.
 * Undefined replicates (NaN in either) are left out without rescaling; NaN when none is left. */
double pal_replicates_covariance(const struct pal_replicates *replicates, const double *a,
                                 const double *b, double full_a, double full_b);
/* The number of linearly independent columns, by Householder reflections in the order given; a
 * column whose norm falls below PAL_RANK_TOLERANCE of what it was is set aside, as LINPACK's dqrdc2
 * does. The rank of the replicate weights of a domain, minus 1, is its degrees of freedom.
 * Time grows with rows * cols * rank, or with rows^3 where there are fewer rows than columns.
 *   row  [rows][cols] */
#define PAL_RANK_TOLERANCE 1e-5
struct pal_rank {
    size_t rank;
    double least; /* of what lies outside the columns before it, relative to the whole column: the
                     smallest of those that count; infinite when none does */
    double left;  /* the same as it stands, not relative */
};
PAL_CHECK_RESULT
enum pal_status pal_rank_of(const double *row, size_t rows, size_t cols, struct pal_arena *scratch,
                            struct pal_rank *out, struct pal_error *err);
/* Folds rows until at most as many are left as columns, which keep their lengths and angles, and
 * with them their rank whatever rows follow. The first `cols` rows receive them. */
PAL_CHECK_RESULT
enum pal_status pal_rank_fold(double *row, size_t rows, size_t cols, struct pal_arena *scratch,
                              struct pal_error *err);

/* ---- adjusted weights -------------------------------------------------------------------------
 */

/* Weights are adjusted in steps: respondents stand in for those who did not answer, samples are
 * brought to known populations, large weights are cut. The whole chain is worked through for the
 * full sample and again for every replicate; for linearization it turns each z into what the
 * adjusted estimate really varies by.
 *
 * Rows are held: the memory of an adjustment grows with rows. */
enum pal_adjust_kind {
    PAL_ADJUST_RESPONDENTS,  /* the others get weight 0, or within classes the respondents carry
                                the weight of the whole class                                     */
    PAL_ADJUST_POSTSTRATIFY, /* one margin of cells                                               */
    PAL_ADJUST_RAKE,         /* several margins in turn                                           */
    PAL_ADJUST_CALIBRATE,    /* totals of terms                                                   */
    PAL_ADJUST_TRIM,         /* weights outside bounds are cut, the rest spread over the others   */
};

#define PAL_NO_CELL UINT32_MAX
struct pal_margin { /* rows put into cells */
    size_t cells;
    const uint32_t *cell;     /* [rows] or PAL_NO_CELL                                           */
    const double *population; /* [cells] NULL for classes of non-response                        */
    const pal_str *name;      /* [cells] for messages                                            */
};

enum pal_distance { PAL_DISTANCE_LINEAR, PAL_DISTANCE_RAKING, PAL_DISTANCE_LOGIT };
bool pal_distance_parse(pal_str word, enum pal_distance *out); /* linear, raking, logit */

struct pal_adjust {
    enum pal_adjust_kind kind;
    const uint8_t *respondent; /* [rows] respondents                                     */
    size_t margins;            /* respondents: 0 or 1; poststratify: 1; rake: any        */
    const struct pal_margin *margin;
    enum pal_distance distance; /* calibrate ...                                          */
    size_t terms;
    const double *x;      /* [rows * terms]                                         */
    const double *total;  /* [terms]                                                */
    const pal_str *term;  /* [terms] for messages                                   */
    const uint32_t *unit; /* [rows] one factor a unit (by its means); NULL: a row   */
    size_t units;
    double low, high;      /* calibrate: bounds of the factor; trim: of the weight;
                              -INFINITY, INFINITY for none                           */
    size_t max_iterations; /* rake, calibrate; 0 = 200                           */
    double epsilon;        /* rake: change of a cell over the sum of weights;
                              calibrate: miss of a total over 1 + |total|; 0 = 1e-10 */
};

struct pal_adjustment;
/* steps[n] in the order they are taken. */
PAL_CHECK_RESULT
enum pal_status pal_adjustment_new(const struct pal_adjust *steps, size_t n, size_t rows,
                                   struct pal_arena *arena, struct pal_adjustment **out,
                                   struct pal_error *err);
/* Adjusts the weights of the full sample, base[rows], which must outlive the adjustment.
 * Errors : PAL_DOMAIN for a cell or class that has a population and no row, for rows in no cell,
 * for margins of different totals, for bounds that no factor can keep; PAL_NOCONV when raking or
 * calibration does not settle. The message names the step, cell or term. Source : Deming & Stephan
 * 1940; Deville & Sarndal 1992; Sarndal 2007; Lohr 2010, section 8.6.   */
PAL_CHECK_RESULT
enum pal_status pal_adjustment_fit(struct pal_adjustment *adjustment, const double *base,
                                   struct pal_error *err);
const double *pal_adjustment_weights(const struct pal_adjustment *adjustment); /* [rows] */
/* Adjusts one replicate, in[rows] to out[rows]; a replicate that cannot be adjusted is all NaN, or
 * NaN in the cells that it left empty. Any number of threads may do this at once. */
PAL_CHECK_RESULT
enum pal_status pal_adjustment_replicate(const struct pal_adjustment *adjustment, const double *in,
                                         struct pal_arena *scratch, double *out,
                                         struct pal_error *err);
/* What a row adds to the variation of an estimate with influences z[rows] (0 outside the domain):
 * out[rows], of which the sums over units go into pal_design_covariance. Without steps it would be
 * weight times z. Trimmed weights count as fixed. Source: Sarndal, Swensson & Wretman 1992, results
 * 6.6.1 and 9.3.1; Deville & Sarndal 1992; raking as R's survey package does it (ten rounds of
 * unweighted cell means). */
PAL_CHECK_RESULT
enum pal_status pal_adjustment_linearize(const struct pal_adjustment *adjustment, const double *z,
                                         struct pal_arena *scratch, double *out,
                                         struct pal_error *err);

#endif
