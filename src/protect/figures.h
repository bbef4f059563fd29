/* figures.h: what the files that enforce the law of the sources on figures share. Figures become
 * counts (figures_counts.c), counts and their totals become pieces that are protected apart
 * (figures_pieces.c), with what earlier releases told of them (figures_last.c, figures_earlier.c);
 * figures.c withholds. */
#ifndef PALERMO_PROTECT_FIGURES_H
#define PALERMO_PROTECT_FIGURES_H

#include "releases.h"

enum { FIGURES_DIMENSIONS = 48 };

struct count { /* one count of a dataset that asks for protection */
    pal_str key;
    double value, low, high; /* low < high: masked by the source */
    double smallest;         /* of its dataset */
    uint32_t area;
    bool embargo;             /* nothing of its dataset is printed yet */
    double then;              /* what the last release printed; NaN: nothing */
    bool stay;                /* the last release hid it */
    size_t same;              /* the count of the same rows under another key; itself */
    size_t cell;              /* in the system of its piece */
    enum pal_entry_mark mark; /* and, as its piece was protected: */
    char letter;
    double upper, lower;
};

struct link { /* a figure tells a count */
    size_t figure, count;
};

struct part { /* of a total, in one dimension; 0 is areas */
    size_t total, dimension, part;
};

struct totals { /* parts of totals, linked */
    size_t n, room;
    struct part *part;
    struct pal_map *dimensions; /* names of dimensions 1, 2, ... */
};

struct law {
    struct pal_arena *arena;
    struct pal_figures *figures;
    const struct pal_figures_ask *ask;
    struct pal_map *keys, *rows;
    struct count *count;
    size_t counts, counts_room;
    size_t *of_rows; /* [rows] count */
    size_t of_rows_room;
    struct link *link;
    size_t links, links_room;
    struct pal_buf key;
    struct pal_map *last_keys;
    size_t *last_row; /* [last_keys] */
    size_t told;      /* forbidden, and printed by an earlier release */
};

const struct pal_dataset_facts *figures_facts(const struct law *law, pal_str dataset);
bool figures_embargo(const struct pal_dataset_facts *facts, pal_str as_of);
bool figures_is_total(pal_str code); /* T, _T, Total, _Z */

/* Every count behind a figure, once, and its parts. */
PAL_CHECK_RESULT
enum pal_status figures_counts(struct law *law, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status figures_totals(struct law *law, struct totals *out, struct pal_error *err);
static inline size_t figures_same(const struct law *law, size_t i)
{
    while (law->count[i].same != i)
        i = law->count[i].same;
    return i;
}

/* ---- the last release: figures.csv alone ---- */

PAL_CHECK_RESULT
enum pal_status figures_last(struct law *law, struct pal_error *err);
/* What was hidden of the parts adds up to what the printed total left. */
PAL_CHECK_RESULT
enum pal_status figures_last_relation(struct law *law, struct pal_system *system,
                                      const struct part *part, size_t n, struct pal_error *err);
/* Hidden then, hidden now; printed then with the value of now, known for ever. */
void figures_last_settle(const struct law *law, const size_t *count, size_t n,
                         struct pal_system *system);

/* ---- pieces ---- */

/* Relation of one total with its parts in one dimension, by count.cell. */
PAL_CHECK_RESULT
enum pal_status figures_relation(struct law *law, const struct totals *totals,
                                 struct pal_system *system, const struct part *part, size_t n,
                                 struct pal_error *err);
/* How many of the parts from `part` on belong to the same total in the same dimension. */
size_t figures_parts_alike(const struct part *part, size_t n);
/* Decides which counts are hidden. */
PAL_CHECK_RESULT
enum pal_status figures_protect_counts(struct law *law, struct totals *totals,
                                       struct pal_error *err);

/* ---- earlier releases: the suppression ledger ---- */

size_t figures_root(size_t *parent, size_t i);

struct earlier {            /* what the ledger says, by the roots of pieces */
    size_t nodes;           /* counts, and cells of earlier releases that are no count of now */
    struct pal_map *others; /* those */
    struct release_item *cell, *relation;
    size_t *cell_start, *relation_start; /* [nodes + 1] */
};
PAL_CHECK_RESULT
enum pal_status figures_earlier_read(const struct law *law, struct earlier *out,
                                     struct pal_error *err);
/* What hangs together only through an earlier release does hang together: joins the trees. */
void figures_earlier_link(const struct law *law, const struct earlier *before, size_t *parent);
void figures_earlier_sort(const struct law *law, size_t *parent, struct earlier *before);
/* Adds the figures to the ledger as they are about to be printed. */
PAL_CHECK_RESULT
enum pal_status figures_earlier_add(struct law *law, const struct totals *totals,
                                    struct pal_error *err);

#endif
