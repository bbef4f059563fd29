/* scaleup.h: the part of estimate.h for network scale-up: the size of a hidden group from what
 * people say about how many of its members they know, held against groups of known size.
 *
 * Units  : sizes and degrees in persons; population is that of the whole frame.
 * Source : Killworth et al. 1998; Bernard et al. 2010; Feehan & Salganik 2016.
 */
#ifndef PALERMO_SCALEUP_H
#define PALERMO_SCALEUP_H

#include "palermo/estimate.h"

struct pal_scaleup {
    size_t n, groups;
    double population;
    const double
        *ties; /* [n * groups] members of known group k that person i knows: i * groups + k */
    const double *size;   /* [groups] of the known groups   */
    const double *hidden; /* [n] members of the hidden group that person i knows */
    const double *weight; /* [n] of the survey; NULL: all 1 */
};
struct pal_scaleup_size {
    double value, std_error, low, high; /* normal interval; low may lie below 0 */
    size_t n;                           /* people it rests on                   */
};

/* People everybody knows: out[n] = population * (members known) / (size of all known groups),
 * leaving out group `without` (groups: none). Returns their mean. */
double pal_scaleup_degrees(const struct pal_scaleup *data, size_t without, double *out);

enum pal_scaleup_method {
    PAL_SCALEUP_MLE,   /* ratio of sums; binomial variance                                     */
    PAL_SCALEUP_PIMLE, /* mean of ratios, over people who know anybody                         */
    PAL_SCALEUP_RATIO, /* weighted ratio of sums; linearized variance, clusters are persons    */
    PAL_SCALEUP_JACKKNIFE, /* the same value; one person left out at a time */
};
/* `transmission` is the share of a hidden person's ties that know of it, 1 for all: the size is
 * divided by it. scratch[n].
 * Errors : PAL_DOMAIN when nobody knows a member of a known group, for a transmission outside
 *          (0, 1], for sizes that are not above 0. */
PAL_CHECK_RESULT
enum pal_status pal_scaleup_estimate(const struct pal_scaleup *data, enum pal_scaleup_method method,
                                     double transmission, double level, double *scratch,
                                     struct pal_scaleup_size *out, struct pal_error *err);
/* Generalized: reports of the frame, sum of weight * hidden, over how often a hidden person is
 * visible to the frame on average (a sample of hidden people: visible[m], weight[m] or NULL).
 * The variance takes both samples as drawn with replacement, and apart (delta method). */
PAL_CHECK_RESULT
enum pal_status pal_scaleup_generalized(const struct pal_scaleup *data, const double *visible,
                                        const double *weight, size_t m, double level,
                                        double *visibility, struct pal_scaleup_size *out,
                                        struct pal_error *err);
/* A known group as if it were hidden: its size by the others. scratch[n]. */
double pal_scaleup_back(const struct pal_scaleup *data, size_t group, double *scratch);

#endif
