/* releases.h: what the suppression ledger holds of each release, for the files of the room. */
#ifndef PALERMO_PROTECT_RELEASES_H
#define PALERMO_PROTECT_RELEASES_H

#include "inside.h"

struct release_cell {
    pal_str key;
    double value, upper, lower;
    char letter; /* F: printed */
    bool derived;
};

struct release_relation {
    size_t n;
    struct pal_term *term; /* cell: index in its release */
};

struct release {
    pal_str name;
    size_t cells, relations;
    struct release_cell *cell;
    struct release_relation *relation;
};

struct pal_releases {
    struct pal_arena *arena;
    size_t n;
    struct release *release;
    pal_str text;  /* the file up to here                                      */
    pal_str aside; /* what stood behind, set aside by pal_releases_before      */
    char head[65];
};

struct release_item { /* a cell or a relation of a release */
    size_t release, at;
};

/* Some cells and relations of earlier releases, as pal_releases_join and pal_releases_settle take
 * all of them. */
struct releases_some {
    size_t cells, relations;
    const struct release_item *cell, *relation;
};
PAL_CHECK_RESULT
enum pal_status releases_join_some(const struct pal_releases *releases,
                                   const struct releases_some *some, struct pal_system *system,
                                   struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status releases_settle_some(const struct pal_releases *releases,
                                     const struct releases_some *some, struct pal_system *system,
                                     size_t *told, struct pal_error *err);

#endif
