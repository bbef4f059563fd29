/* inside.h: what the files of this room share. */
#ifndef PALERMO_INDICATOR_INSIDE_H
#define PALERMO_INDICATOR_INSIDE_H

#include "palermo/indicator.h"

PAL_CHECK_RESULT
enum pal_status indicator_definition_read(const char *path, pal_str family, pal_str national,
                                          struct pal_arena *arena, struct pal_definition *d,
                                          struct pal_error *err);

/* ---- cells: what a dataset says for one area, period and breakdown
 * ------------------------------- */

enum { CELL_LINES = 8 };

struct cell { /* sums over the rows of one cell */
    struct pal_sum sum, low, high;
    uint32_t present, censored, missing, left_out;
    enum pal_absent absent; /* of the first missing row */
    uint8_t marks;          /* enum pal_row_mark */
    uint32_t flags;         /* enum pal_flag that the making of the cell gave it */
    uint32_t lines;         /* rows behind it; the first few are kept */
    uint64_t line[CELL_LINES];
};

struct cells { /* of one operand, by (area, period, by codes) */
    struct pal_groups *groups;
    struct cell *cell;
    size_t cap;
    const struct pal_dataset *dataset;
    bool has_by[PAL_MAX_BREAKDOWNS]; /* the dataset has that dimension */
};

struct codes { /* breakdown codes as small numbers, the same in all datasets; 0 = "_T" */
    struct pal_map *map;
};
uint32_t codes_add(struct codes *codes, pal_str text);
pal_str codes_text(const struct codes *codes, uint32_t code);

/* Width of a key: area, period, then one code for each `by`. */
#define KEY_AREA   0
#define KEY_PERIOD 1
#define KEY_BY     2

/* The rows of an operand, summed by cell. `by` are the definition's breakdowns. Rows with errors
 * only count in left_out. */
PAL_CHECK_RESULT
enum pal_status cells_collect(const struct pal_dataset *dataset, const struct pal_operand *operand,
                              const struct pal_definition *definition,
                              const struct pal_compute *compute, struct codes *codes,
                              struct pal_arena *arena, struct cells *out, struct pal_error *err);
/* NULL when there is none. */
const struct cell *cells_find(const struct cells *cells, const uint32_t *key);
PAL_CHECK_RESULT
enum pal_status cells_at(struct cells *cells, const uint32_t *key, struct pal_arena *arena,
                         struct cell **out, struct pal_error *err); /* a new one is empty */
void cell_merge(struct cell *into, const struct cell *from);

const struct pal_dataset *compute_dataset(const struct pal_compute *compute, pal_str name);

/* Wholes from their parts, where all report; otherwise an absent cell that says so. */
PAL_CHECK_RESULT
enum pal_status cells_add_wholes(struct cells *cells, const struct pal_areas *areas, size_t by_n,
                                 struct pal_arena *arena, struct pal_error *err);

/* What a cell says in one number. */
struct reading {
    double value, low, high;
    enum pal_absent absent;
};
struct reading cell_read(const struct cell *cell);
PAL_CHECK_RESULT
enum pal_status figures_sort(const struct pal_figures *all, const struct pal_figure *from, size_t n,
                             struct pal_figure *to, struct pal_arena *scratch,
                             struct pal_error *err);

#endif
