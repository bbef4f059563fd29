/* published.h: published tables as the attack sees them, between its files. */
#ifndef PALERMO_PROTECT_PUBLISHED_H
#define PALERMO_PROTECT_PUBLISHED_H

#include "inside.h"

struct published_relation { /* sum of coef * cell lies in low..high */
    size_t family, n;
    struct pal_term *term;
    double low, high;
    bool repeated;     /* a cell of it is printed twice in one file              */
    bool conflict;     /* with different numbers                                 */
    bool top;          /* all other dimensions that have totals are at theirs    */
    bool contradicted; /* the printed numbers cannot hold together               */
};

struct published {
    struct pal_arena *arena;
    struct pal_map *keys, *families;
    size_t cells, cells_room, relations, relations_room, families_room;
    struct pal_published_cell *cell;
    struct pal_published_family *family;
    struct published_relation *relation;
    struct pal_interval *before; /* [cells] known before any line spoke */
};

/* "AREA=", "SEX=" ...: the name of a dimension that means the same in every table. */
pal_str published_dimension(pal_str column);
/* The rows of a table become cells; rates are cells whose key ends in "@rate/PER". */
PAL_CHECK_RESULT
enum pal_status published_read(struct published *x, const struct pal_grid *grid, pal_str value,
                               struct pal_error *err);
/* "<5", "c", "..", "": what a field that is no number leaves open. False: no mark, no number. */
bool published_number(pal_str text, double *low, double *high, bool *hidden, bool *whole);

PAL_CHECK_RESULT
enum pal_status published_family(struct published *x, pal_str name, size_t *out,
                                 struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status published_relation(struct published *x, size_t family, const struct pal_term *term,
                                   size_t n, double low, double high, struct pal_error *err);
/* Totals and parts; parts of areas; rates. */
PAL_CHECK_RESULT
enum pal_status published_totals(struct published *x, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status published_rates(struct published *x, const struct pal_grid *population, size_t n,
                                struct pal_error *err);
/* Which kinds of relation hold; the intervals. */
void published_judge(struct published *x);
PAL_CHECK_RESULT
enum pal_status published_infer(struct published *x, struct pal_error *err);

#endif
