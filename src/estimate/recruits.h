/* recruits.h: what the files of respondent-driven sampling share. */
#ifndef PALERMO_ESTIMATE_RECRUITS_H
#define PALERMO_ESTIMATE_RECRUITS_H

#include "palermo/recruits.h"

#include "inside.h"

/* What a sample adds up to for any method: a replicate needs no more. */
struct rds_sums {
    size_t groups;
    double *count;  /* [g] respondents whose degree is known         */
    double *weight; /* [g] sum of 1/degree, or of 1/pi               */
    double *passed; /* [g * g] recruiter's group, then recruit's     */
    double *work;   /* [3 * g * g + 2 * g] for rds_shares            */
};
PAL_CHECK_RESULT
enum pal_status rds_sums_new(size_t groups, struct pal_arena *arena, struct rds_sums *out,
                             struct pal_error *err);
void rds_sums_clear(struct rds_sums *sums);
/* Shares from sums; `weight` must have been summed as the method weights. */
void rds_shares(struct rds_sums *sums, enum pal_rds method, double *out /* [g] */);

/* Rows of `count` become rates; a row without recruits is 0.1 in every cell before. */
void rds_rates(const double *count, size_t groups, double *rate);
/* The x with x = x * rate that adds to 1; all NaN when it is not unique. work[g * (g + 1)]. */
void rds_stationary(const double *rate, size_t groups, double *work, double *out);

static inline double rds_degree(double degree) { return degree < 1 ? 1 : degree; }

/* Distinct degrees of a sample, ascending, 0 as 1. */
struct rds_classes {
    size_t n; /* classes */
    size_t respondents;
    double *degree; /* [n] */
    double *count;  /* [n] respondents */
    uint32_t *of;   /* [rows] class, UINT32_MAX where the degree is absent */
};
PAL_CHECK_RESULT
enum pal_status rds_classes_of(const double *degree, size_t rows, struct pal_arena *arena,
                               struct rds_classes *out, struct pal_error *err);
/* Whole numbers near population * share[n] / sum that add up to population: rounded, at least
 * `least`, then single units are given or taken at random where the rounding left most. */
void rds_round(const double *share, size_t n, double population, double least,
               struct pal_random *random, double *work /* [n] */, double *out);

#endif
