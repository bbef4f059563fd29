/* systems_bayes.h: the part of systems.h that has a prior: averaging over decomposable graphs, and
 * latent classes.
 *
 * Both take a table of lists in which every history is counted, and give the posterior of the whole
 * population, the unseen included. Threads: a table may be shared; an answer belongs to its arena.
 */
#ifndef PALERMO_SYSTEMS_BAYES_H
#define PALERMO_SYSTEMS_BAYES_H

#include "palermo/systems.h"

/* ---- Bayesian averaging over decomposable graphs -----------------------------------------------
 */

#define PAL_GRAPHS_MOST 7 /* lists: 822 graphs on five, 18,154 on six, 617,675 on seven */

struct pal_graphs_ask {
    double delta;       /* of the Dirichlet prior of each history; 0: 2^-t              */
    size_t first, last; /* numbers of unseen people that are weighed; from 1            */
    bool flat;          /* prior of the population: flat, not 1/N                       */
    double level;       /* of the interval; 0: 0.95                                     */
};
struct pal_graphs {
    size_t graphs;
    double people;
    double mean, sd, median, mode, low, high; /* of the population                      */
    double at_end;   /* probability of the last number: not next to 0, the grid is too short */
    size_t first, n; /* p[n] from `first` unseen people on                              */
    double *p;       /* [n] posterior                                                   */
    size_t ranks;    /* the most probable graphs, at most 10                            */
    struct pal_graph_rank {
        double probability, mean;
        pal_str name; /* cliques by the lists' numbers: "12,23" */
    } * rank;
};
/* Posterior of the population, averaged over all decomposable graphs of dependence between lists,
 * which are alike beforehand. Quantiles are the smallest N that reaches them.
 * Errors : PAL_DOMAIN for other than 2 to PAL_GRAPHS_MOST lists, for histories that are not
 *          counted, for a grid that does not start at 1 or later.
 * Cost   : graphs * grid products where the posterior is not next to nothing; memory grid.
 * Source : Madigan & York 1997. */
PAL_CHECK_RESULT
enum pal_status pal_systems_graphs(const struct pal_lists *lists, const struct pal_graphs_ask *ask,
                                   struct pal_arena *arena, struct pal_graphs *out,
                                   struct pal_error *err);

/* ---- latent classes ----------------------------------------------------------------------------
 */

#define PAL_LATENT_MOST 64 /* classes */

struct pal_latent_ask {
    size_t classes;               /* most classes; 0: 10                                  */
    size_t chains;                /* 0: 4                                                 */
    size_t burnin, samples, thin; /* a chain; 0: 10,000 sweeps, 2,000 samples, every 10th */
    double shape, rate;           /* gamma prior of the sticks' concentration; 0: 0.25    */
    bool apart; /* chains begin at random places, which shows peaks that never meet      */
    uint64_t seed;
    unsigned threads; /* chains side by side; the answer does not depend on it           */
    double level;     /* 0: 0.95                                                         */
    struct pal_progress *progress; /* sweeps of the first chain; may be NULL             */
};
struct pal_latent {
    double people;
    double mean, sd, median, low, high; /* of the population, over all chains            */
    double q025, q975;                  /* whatever the level                            */
    double rhat;     /* split R-hat of log N; above 1.05 the chains do not agree         */
    double ess;      /* draws that would say as much if they were independent            */
    double error;    /* Monte Carlo error of the mean: sd / sqrt(ess)                    */
    double occupied; /* classes with anybody in them, on average                         */
    size_t chains, samples;
    double *draw; /* [chains * samples] population                                       */
};
/* Everybody belongs to one of a few classes and is listed independently within it; how many
 * classes there are is found on the way (a Dirichlet process cut at `classes`, stick by stick).
 * Gibbs sampling; prior of the population 1/N.
 * Errors : PAL_DOMAIN for fewer than three lists, histories that are not counted, nobody.
 * Cost   : chains * (burnin + samples * thin) sweeps; a sweep takes histories * classes * lists
 *          products and some hundred random numbers, 3 to 8 microseconds for five lists.
 * Source : Manrique-Vallier 2016; R-hat and effective draws: Gelman et al. 2013, section 11.4-11.5.
 */
PAL_CHECK_RESULT
enum pal_status pal_systems_latent(const struct pal_lists *lists, const struct pal_latent_ask *ask,
                                   struct pal_arena *arena, struct pal_latent *out,
                                   struct pal_error *err);

#endif
