/* weighting.h: weights adjusted after the design. What is asked in words (struct pal_weighting)
 * becomes steps; each batch of rows gives its cells, terms and answers; when all rows are read, the
 * steps are ready for pal_survey_adjust.
 *
 *     pal_weighting_plan -> pal_weighting_rows_new -> pal_weighting_rows_add (a batch each)
 *                        -> pal_weighting_rows_fold -> pal_weighting_steps
 *
 * The order of the steps is fixed: respondents, trimming, then the population; so that the totals
 * hold at the end.
 *
 * Rows are held: memory grows with rows times terms and margins.
 * Threads: the rows of one file belong to one thread; the plan is read-only.
 * Source : those of pal_adjustment_fit. */
#ifndef PALERMO_WEIGHTING_H
#define PALERMO_WEIGHTING_H

#include "palermo/data.h"
#include "palermo/design.h"
#include "palermo/estimate.h"

/* ---- populations from files --------------------------------------------------------------------
 */

/* Columns `by` are the categories (none: all but the last, and *by receives them), the one that is
 * left, or `weight`, what each weighs. A category of several columns is "F|15-29".
 * Errors : PAL_USAGE for a column that is not there (with the nearest); PAL_DATA with file, line
 * and column for a cell that is no number from 0, for a category that stands twice. */
PAL_CHECK_RESULT
enum pal_status pal_standard_read(const char *path, struct pal_names *by, struct pal_arena *arena,
                                  struct pal_standard *out, struct pal_error *err);
/* The same; the column of numbers is the one that is left, or `population`. */
PAL_CHECK_RESULT
enum pal_status pal_population_read(const char *path, const struct pal_names *by,
                                    struct pal_arena *arena, struct pal_standard *out,
                                    struct pal_error *err);

/* ---- the plan ----------------------------------------------------------------------------------
 */

struct pal_weighting_source { /* of what the words mean, and of rows */
    /* The column of batches that bears a name, asked for as a number or as codes. */
    enum pal_status (*column)(void *context, pal_str name, bool number, size_t *out,
                              struct pal_error *err);
    void *context;
    /* Does this answer make a respondent? NULL: where it is one of the `answers`. Asked once a
     * distinct text. */
    bool (*responds)(const void *condition, pal_str answer);
    const void *condition;
    const char *const *population; /* the files, as many as the words name */
    bool typed;                    /* messages speak of --flags, not of keys */
};

struct pal_weighting_plan;
/* *out NULL: nothing is asked. The words must outlive the plan.
 * Errors : those of pal_weighting_check; PAL_DATA for a population that lacks a term or cannot be
 *          read. */
PAL_CHECK_RESULT
enum pal_status pal_weighting_plan_new(const struct pal_weighting *words,
                                       const struct pal_weighting_source *source,
                                       struct pal_arena *arena, struct pal_weighting_plan **out,
                                       struct pal_error *err);
bool pal_weighting_by_psu(
    const struct pal_weighting_plan *plan); /* as pal_survey_adjust takes it */

/* ---- rows --------------------------------------------------------------------------------------
 */

struct pal_weighting_rows; /* what the rows of one file gave */
PAL_CHECK_RESULT
enum pal_status pal_weighting_rows_new(const struct pal_weighting_plan *plan,
                                       struct pal_arena *arena, struct pal_weighting_rows **out,
                                       struct pal_error *err);
/* Columns are those that `column` of the source gave. Batches of one file share dictionaries.
 * Errors: PAL_DATA with its place for a category that is not in the population (with the nearest),
 * or whose population is 0, for its rows would weigh nothing; for a term that a row does not have.
 */
PAL_CHECK_RESULT
enum pal_status pal_weighting_rows_add(struct pal_weighting_rows *rows,
                                       const struct pal_batch *batch, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_weighting_rows_fold(struct pal_weighting_rows *into,
                                        const struct pal_weighting_rows *from,
                                        struct pal_error *err);
/* Steps over all rows, as pal_survey_adjust and pal_adjustment_new take them.
 * Errors: PAL_DOMAIN when there are respondents to be told and no row is one. */
PAL_CHECK_RESULT
enum pal_status pal_weighting_steps(const struct pal_weighting_rows *rows, struct pal_arena *arena,
                                    const struct pal_adjust **out, size_t *n,
                                    struct pal_error *err);

#endif
