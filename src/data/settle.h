/* settle.h: rows grouped by equal keys, for everything that judges rows against each other. */
#ifndef PALERMO_DATA_SETTLE_H
#define PALERMO_DATA_SETTLE_H

#include "inside.h"

#define SETTLE_NONE UINT32_MAX

struct settle_key { /* what makes rows belong together */
    const uint32_t **column;
    size_t n, cap;
};

struct settle_groups { /* rows of one group are chained in their order */
    uint32_t groups;
    uint32_t *first, *last, *count; /* [groups] */
    uint32_t *next;                 /* [rows] SETTLE_NONE at the end */
    uint32_t *group;                /* [rows] SETTLE_NONE for rows that were not asked */
};

enum settle_place { SETTLE_ROWS, SETTLE_BESIDE, SETTLE_PLACES };

struct settle {
    struct pal_dataset *dataset;
    uint8_t *state, *mark; /* the dataset's own, writable */
    struct pal_diag *diag;
    struct pal_arena *scratch;
    struct settle_groups groups[SETTLE_PLACES];
    uint32_t *slot; /* [slots] of the grouping under way */
    size_t slots;
    bool of_row; /* findings speak of whole rows, not of their value */
};

/* Room for every column, dimension and derived code that a row has. */
PAL_CHECK_RESULT
enum pal_status settle_key_new(const struct settle *s, struct settle_key *out,
                               struct pal_error *err);
void settle_key_add(struct settle_key *key, const uint32_t *column); /* NULL adds nothing */
/* wanted[rows]: 0 leaves a row out; NULL = all that enter. *out stands in `place` until the next
 * grouping there: one check after the other uses the same memory. */
PAL_CHECK_RESULT
enum pal_status settle_group(struct settle *s, const struct settle_key *key, const uint8_t *wanted,
                             enum settle_place place, const struct settle_groups **out,
                             struct pal_error *err);
/* holds[rows] becomes 1 where all conditions hold. A column that the dataset does not have holds
 * nowhere. */
PAL_CHECK_RESULT
enum pal_status settle_holds(const struct settle *s, const struct data_conditions *conditions,
                             uint8_t *holds, struct pal_error *err);
void settle_finding(const struct settle *s, enum pal_severity severity, const char *rule,
                    size_t row, const char *todo, const char *format, ...) PAL_PRINTF(6, 7);
/* "ALB 2019 detected victims, sex F" for messages, in a buffer of the caller: what is not a total.
 */
const char *settle_cell_name(const struct settle *s, const struct pal_areas *areas, size_t row,
                             char *out, size_t size);

PAL_CHECK_RESULT
enum pal_status settle_areas(struct settle *s, const struct pal_areas *areas,
                             struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status settle_duplicates(struct settle *s, const struct pal_areas *areas,
                                  struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status settle_parts(struct settle *s, const struct pal_areas *areas,
                             struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status settle_stages(struct settle *s, const struct pal_areas *areas,
                              struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status settle_rates(struct settle *s, const struct pal_areas *areas,
                             struct pal_error *err);

#endif
