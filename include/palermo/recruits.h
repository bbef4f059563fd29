/* recruits.h: the part of estimate.h for respondent-driven sampling: hidden people who recruit each
 * other, and what their chains say of the groups among them.
 *
 *     who recruited whom -> forest -> transitions, weights -> shares -> replicates -> uncertainty
 *
 * A recruitment forest: seeds were chosen, everybody else was recruited by another respondent. A
 * row is a respondent. Groups are the categories of one variable, numbered from 0 by the caller;
 * PAL_NO_GROUP where it is absent.
 *
 * Threads : what is made here is read-only afterwards, so threads may share it.
 * Random  : the same seed gives the same numbers on any number of threads.
 */
#ifndef PALERMO_RECRUITS_H
#define PALERMO_RECRUITS_H

#include "palermo/estimate.h"

#define PAL_SEED UINT32_MAX /* recruiter of a seed */

struct pal_recruits {
    size_t n;
    const uint32_t *recruiter; /* [n] a row, or PAL_SEED */
    const double *degree; /* [n] people they know in the population; NaN: absent, below 1: 1  */
    const uint32_t *wave; /* [n] steps from the seed                                          */
    const uint32_t *tree; /* [n] 0..seeds-1, seeds in the order of rows                       */
    const uint32_t
        *child_at; /* [n + 1] recruits of row i are child[child_at[i]..child_at[i+1]-1] */
    const uint32_t *child;
    const uint32_t *seed; /* [seeds] rows                                                     */
    size_t seeds, waves, most_children; /* waves: the largest wave                            */
};
/* Rows that recruit each other in a circle: circle[n] gets the circle's number from 1, 0 for rows
 * on none; returns how many circles there are. Who recruited themselves is a circle of one. */
size_t pal_recruits_circles(const uint32_t *recruiter, size_t n, uint32_t *circle);
/* Errors : PAL_DATA for a circle, and for no rows or no seed; PAL_NOMEM.
 * Cost   : linear in n. Keeps recruiter and degree, which must outlive it. */
PAL_CHECK_RESULT
enum pal_status pal_recruits_new(const uint32_t *recruiter, const double *degree, size_t n,
                                 struct pal_arena *arena, struct pal_recruits *out,
                                 struct pal_error *err);

struct pal_trait { /* the variable that is estimated */
    size_t groups;
    const uint32_t *group; /* [n] or PAL_NO_GROUP */
};

enum pal_rds {
    PAL_RDS_MEAN,     /* shares of respondents, whatever their degree                    */
    PAL_RDS_I,        /* from transitions and harmonic degrees (Salganik & Heckathorn)   */
    PAL_RDS_I_SMOOTH, /* the same with the transitions made reciprocal (data smoothing)  */
    PAL_RDS_II,       /* weights 1/degree (Volz & Heckathorn)                            */
    PAL_RDS_SS,       /* weights from successive sampling (Gile)                         */
};
const char *pal_rds_name(enum pal_rds method); /* "RDS-II" */

/* Gile's successive sampling: a population of size `population` is drawn from without replacement,
 * with chances in proportion to degree; how often each degree is drawn is found by simulation. */
struct pal_ss {
    double population;
    size_t samples, iterations; /* 0: 10,000 and 5 */
    uint64_t seed;
    unsigned threads; /* the answer does not depend on it */
    struct pal_deadline until;
};
/* Inclusion probabilities pi[n] (NaN where the degree is absent). A sample below 4 per cent of the
 * population is taken as RDS-II: pi in proportion to degree.
 * Errors : PAL_DOMAIN when the population is smaller than the sample or not whole; PAL_NOMEM;
 *          PAL_LATE.
 * Cost   : (iterations + 1) * samples * (distinct degrees + a few sqrt(n)); memory population.
 * Source : Gile 2011. Sampling in proportion to size without replacement is a race of exponential
 *          clocks (Hajek 1964): the counts at a time before the finish are binomial, and only the
 *          last draws are made one by one. */
PAL_CHECK_RESULT
enum pal_status pal_recruits_inclusion(const struct pal_recruits *recruits, const struct pal_ss *ss,
                                       struct pal_arena *scratch, double *pi,
                                       struct pal_error *err);

struct pal_transitions {
    size_t groups;
    double *count;           /* [g * g] recruiter's group, then recruit's                        */
    double *rate;            /* [g * g] rows add to 1; without recruits all the same             */
    double *stationary;      /* [g] left eigenvector; NaN when it is not unique                  */
    double *harmonic_degree; /* [g] respondents over the sum of 1/degree; NaN for none           */
    double second;           /* largest modulus of the other eigenvalues: near 1, a bottleneck   */
    double homophily;        /* recruits of their recruiter's group over what chance would give  */
    size_t steps;            /* until the seeds' mix is within 0.02 of stationary; SIZE_MAX: not
                                within 1,000                                                     */
};
/* Source : Heckathorn 1997, 2002. */
PAL_CHECK_RESULT
enum pal_status pal_recruits_transitions(const struct pal_recruits *recruits,
                                         const struct pal_trait *trait, struct pal_arena *arena,
                                         struct pal_transitions *out, struct pal_error *err);

/* Shares of the groups, out[groups]; all NaN where the method has no answer (a group without a
 * respondent under RDS-I). pi is read by PAL_RDS_SS only. */
PAL_CHECK_RESULT
enum pal_status pal_recruits_shares(const struct pal_recruits *recruits,
                                    const struct pal_trait *trait, enum pal_rds method,
                                    const double *pi, struct pal_arena *scratch, double *out,
                                    struct pal_error *err);
/* Shares by RDS-II of the rows up to each wave, out[(waves + 1) * groups], and of each tree,
 * out[seeds * groups], with the respondents they rest on; NaN where there is none. Linear in n. */
void pal_recruits_by_wave(const struct pal_recruits *recruits, const struct pal_trait *trait,
                          double *out, size_t *n);
void pal_recruits_by_tree(const struct pal_recruits *recruits, const struct pal_trait *trait,
                          double *out, size_t *n);
/* Mean degree of each group, weighted by 1/degree: out[groups]. */
void pal_recruits_mean_degree(const struct pal_recruits *recruits, const struct pal_trait *trait,
                              double *out);
/* Ties between a group and the others that chance would give, over those that there are:
 * out[groups], equal to each other for two groups. 1: none; larger: people know their like. weight
 * [n] of respondents (1/degree, or 1/pi) to      [2 * n] ties to group 0, then to group 1 (two
 * groups only); NULL: degree times the share among own recruits, and people without recruits do not
 * count Source : Gile & Handcock 2010. */
void pal_recruits_homophily(const struct pal_recruits *recruits, const struct pal_trait *trait,
                            const double *weight, const double *to, double *out);

enum pal_rds_bootstrap {
    PAL_RDS_SALGANIK, /* one chain through the groups (Salganik 2006)                          */
    PAL_RDS_GILE,     /* successive sampling from a population made after the data (Gile 2011) */
    PAL_RDS_TREE,     /* seeds, then recruits, with replacement (Baraff et al. 2016)           */
};
struct pal_rds_replicates {
    enum pal_rds_bootstrap kind;
    size_t replicates;
    bool proportional; /* Salganik: members of a group drawn in proportion to degree, not alike */
    uint64_t seed;
    unsigned threads;
    struct pal_deadline until;
};
/* out[replicates * groups]: the method's shares in each replicate, NaN where a replicate has no
 * answer. pi and population are read by PAL_RDS_SS and PAL_RDS_GILE.
 * Errors : PAL_DOMAIN where the bootstrap does not go with the method; PAL_LATE.
 * Cost   : replicates * n. */
PAL_CHECK_RESULT
enum pal_status pal_recruits_bootstrap(const struct pal_recruits *recruits,
                                       const struct pal_trait *trait, enum pal_rds method,
                                       const double *pi, double population,
                                       const struct pal_rds_replicates *how,
                                       struct pal_arena *scratch, double *out,
                                       struct pal_error *err);
/* Standard error and interval from the replicates of one group: value[i * stride], NaN left out.
 * Normal: estimate -+ z standard errors; percentile: quantiles (type 8, Hyndman & Fan 1996). Both
 * NaN with fewer than two replicates. room[n] is overwritten; `used` counts those that had an
 * answer. */
void pal_recruits_interval(const double *value, size_t stride, size_t n, double estimate,
                           double level, bool percentile, double *room, double *std_error,
                           double *low, double *high, size_t *used);

#endif
