/* survey_table.h: tables of cells as the files of tables see them: cells and feeding in
 * survey_table.c, sums that are listed in survey_list.c, merging, closing and saving in a file
 * each. What is done once a cell or a row is inline here. */
#ifndef PALERMO_ESTIMATE_SURVEY_TABLE_H
#define PALERMO_ESTIMATE_SURVEY_TABLE_H

#include "survey.h"

#include <math.h>
#include <string.h>

/* ---- cells (survey_table.c) ------------------------------------------------------------------ */

enum { NO_CELL = UINT32_MAX };

static inline uint64_t word_of(const double *cell, size_t at)
{
    uint64_t word;
    memcpy(&word, cell + at, sizeof word);
    return word;
}

static inline void word_set(double *cell, size_t at, uint64_t word)
{
    memcpy(cell + at, &word, sizeof word);
}

static inline double *cell_at(const struct survey_table *t, size_t cell)
{
    return t->cell + cell * t->stride;
}

static inline uint32_t group_of(const struct survey_table *t, size_t cell)
{
    return (uint32_t)(word_of(cell_at(t, cell), CELL_KEY) >> 32);
}

static inline uint32_t unit_of(const struct survey_table *t, size_t cell)
{
    return (uint32_t)word_of(cell_at(t, cell), CELL_KEY);
}

/* The cell of a key (group << 32 | unit), a new one when there was none; NO_CELL when memory is
 * out. */
uint32_t survey_cell_of(struct survey_table *table, uint64_t key, struct pal_arena *arena);

static inline double centre_or_zero(double centre) { return isnan(centre) ? 0 : centre; }

/* ---- weights where something is absent (survey_table.c) -------------------------------------- */

/* The first part of a cell's list + 1; 0: every term is present in all its rows. */
static inline uint32_t parts_of(const double *cell) { return (uint32_t)word_of(cell, CELL_PARTS); }

static inline struct survey_part *part_find(const struct survey_table *t, const double *cell,
                                            size_t term)
{
    for (uint32_t at = parts_of(cell); at; at = t->part[at - 1].next)
        if (t->part[at - 1].term == term)
            return &t->part[at - 1];
    return NULL;
}

/* The part of (cell, term), which starts from the whole weight of the cell so far; NULL when memory
 * is out. */
struct survey_part *survey_part_of(struct survey_table *table, double *cell, size_t term,
                                   struct pal_arena *arena);

/* ---- sums that are listed (survey_list.c)
 * ------------------------------------------------------------------------ */

/* Of the functions that return bool, false: memory is out. */
bool survey_list_room(struct survey_list *list, size_t more, struct pal_arena *arena);
/* To a term's sum of a cell, be it in the cell or listed. */
bool survey_list_add(struct survey_table *table, size_t cell, size_t term, double more,
                     struct pal_arena *arena);
/* Terms whose lists have become longer than sums in every cell move into the cells. */
enum { SETTLE_EACH = 4096 }; /* cells that are added */
bool survey_list_settle(struct survey_table *table, struct pal_arena *arena);

/* What is listed, by cell, in the order in which it came. */
struct survey_listed {
    size_t term;
    double more;
};
struct survey_by_cell {
    size_t *start; /* [cells + 1] */
    struct survey_listed *list;
    double *sum; /* [terms] of the cell at hand */
};
PAL_CHECK_RESULT
enum pal_status survey_list_by_cell(const struct survey_table *table, struct pal_arena *scratch,
                                    struct survey_by_cell *out, struct pal_error *err);
/* The sums of a cell into by->sum. */
void survey_list_sums(const struct survey_table *table, const struct survey_by_cell *by,
                      size_t cell);

#endif
