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
 * Threads  : tables are read-only once made; any number of threads may share them.
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

#endif
