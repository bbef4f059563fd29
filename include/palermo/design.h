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
#define PAL_NO_UNIT UINT32_MAX

/* What becomes of a stratum with one sampled unit that is no census (n_h = 1, f_h < 1). */
enum pal_lonely {
    PAL_LONELY_FAIL,      /* refuse                                                    */
    PAL_LONELY_CERTAINTY, /* a certainty unit: contributes 0                           */
    PAL_LONELY_REMOVE,    /* contributes 0, and the table says so                      */
    PAL_LONELY_AVERAGE,   /* the mean contribution of the other strata                 */
    PAL_LONELY_ADJUST,    /* centred at the mean of all units instead of its own       */
};
const char *pal_lonely_name(enum pal_lonely rule);
bool        pal_lonely_parse(pal_str word, enum pal_lonely *out);

struct pal_design_spec {
    size_t          stages;  /* columns of units; 0 = every row is a unit of its own          */
    bool            strata[PAL_MAX_STAGES]; /* a stratum column is given at this stage        */
    bool            fpc[PAL_MAX_STAGES];
    bool            weights; /* a weight column is given; otherwise from fpc, or 1            */
    bool            nest;    /* unit ids are unique only inside their stratum                 */
    enum pal_lonely lonely;
    bool            lonely_domain; /* average and adjust also where a domain leaves one unit  */
};

/* One batch of design columns. Codes are of dictionaries that the whole input shares; 0 = missing,
 * which is PAL_DATA with its place. */
struct pal_design_rows {
    size_t          rows;
    const uint32_t *stratum[PAL_MAX_STAGES]; /* [rows] or NULL                                */
    const uint32_t *unit[PAL_MAX_STAGES];    /* [rows] or NULL                                */
    const double   *fpc[PAL_MAX_STAGES];     /* [rows] population size >= 1, or fraction < 1  */
    const uint64_t *line;
    const char     *file;
};

struct pal_design;
PAL_CHECK_RESULT
enum pal_status pal_design_new(const struct pal_design_spec *spec, struct pal_arena *arena,
                               struct pal_design **out, struct pal_error *err);
/* unit[rows] receives each row's last sampling unit. */
PAL_CHECK_RESULT
enum pal_status pal_design_add(struct pal_design *design, const struct pal_design_rows *rows,
                               uint32_t *unit, struct pal_error *err);
/* Counts are final: sizes, fractions, weights from fpc. PAL_DATA for ids repeated over strata
 * without nest, for more sampled than there are, for one unit in the whole design. */
PAL_CHECK_RESULT
enum pal_status pal_design_close(struct pal_design *design, struct pal_error *err);

size_t   pal_design_units(const struct pal_design *design);   /* last-stage units                */
size_t   pal_design_psus(const struct pal_design *design);    /* first-stage units               */
size_t   pal_design_strata(const struct pal_design *design);  /* first-stage strata              */
uint32_t pal_design_psu_of(const struct pal_design *design, uint32_t unit);
uint32_t pal_design_stratum_of(const struct pal_design *design, uint32_t psu);
/* Of a first-stage stratum: units sampled, units there are (INFINITY without fpc). */
size_t   pal_design_sampled(const struct pal_design *design, uint32_t stratum);
double   pal_design_population(const struct pal_design *design, uint32_t stratum);
/* Product over stages of population over sample: the weight of a unit's rows when none are given. */
double   pal_design_unit_weight(const struct pal_design *design, uint32_t unit);
const struct pal_design_spec *pal_design_spec_of(const struct pal_design *design);

/* ---- linearization ------------------------------------------------------------------------------ */

/* A linearized variable summed per unit: z of the units that a domain touches; all others are 0.
 * Units ascending. Every unit with a row of non-zero weight in the domain is listed, so that the
 * strata and units of a domain can be counted, even where z is 0. */
struct pal_influence {
    size_t          n;
    const uint32_t *unit; /* [n] */
    const double   *z;    /* [n] in the unit of the estimate */
};

struct pal_design_variance {
    double value;         /* unit of a times unit of b                                          */
    double df;            /* units minus strata, both counted over the domain                   */
    size_t lonely;        /* strata that the lonely rule touched                                */
};

/* Covariance of two estimates by linearization (a == b: the variance).
 *
 * Errors : PAL_DOMAIN naming the stratum when a lonely one has rows in the domain and the rule
 *          is fail.
 * Cost   : one pass over both, scratch in proportion to strata.
 * Source : Sarndal, Swensson & Wretman 1992, results 4.3.1 and 5.5.1 by stage; the README of the
 *          reference values for the lonely rules.                                              */
PAL_CHECK_RESULT
enum pal_status pal_design_covariance(const struct pal_design *design, const struct pal_influence *a,
                                      const struct pal_influence *b, struct pal_arena *scratch,
                                      struct pal_design_variance *out, struct pal_error *err);

/* Degrees of freedom of the whole design: units minus strata. */
double pal_design_df(const struct pal_design *design);

/* ---- replicates ----------------------------------------------------------------------------------- */

enum pal_replicate_kind {
    PAL_REP_GIVEN, PAL_REP_JK1, PAL_REP_JKN, PAL_REP_JK2, PAL_REP_BRR, PAL_REP_FAY,
    PAL_REP_BOOTSTRAP /* Canty & Davison 1999 */, PAL_REP_RAO_WU /* Rao & Wu 1988 */,
    PAL_REP_SDR /* Fay & Train 1995 */,
};

/* How replicate estimates become a variance: scale * sum_r rscale[r] (theta_r - c)^2. */
struct pal_replicates {
    size_t        n;
    double        scale;
    const double *rscale; /* [n] or NULL = all 1                                                 */
    bool          mse;    /* c is the full-sample estimate, not the mean of the replicates       */
    const double *factor; /* [psus * n] row = psu: what its weights are multiplied by; NULL when
                             replicate weights are given                                        */
};

/* Makes replicate factors from a closed design. `replicates` and rho only where the kind asks.
 * Errors : PAL_DOMAIN when the design does not fit the kind (BRR: two units a stratum).
 * Source : Wolter 2007; Canty & Davison 1999; Rao & Wu 1988; Fay & Train 1995.                   */
PAL_CHECK_RESULT
enum pal_status pal_replicates_make(const struct pal_design *design, enum pal_replicate_kind kind,
                                    size_t replicates, double rho, uint64_t seed,
                                    struct pal_arena *arena, struct pal_replicates *out,
                                    struct pal_error *err);
/* Covariance of two estimates from their replicate values a[n], b[n] and full-sample values.
 * Undefined replicates (NaN in either) are left out without rescaling.                           */
double pal_replicates_covariance(const struct pal_replicates *replicates, const double *a,
                                 const double *b, double full_a, double full_b);

#endif
