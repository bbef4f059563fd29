/* estimate_adjust.h: weights adjusted after the design: options become steps; each batch of rows
 * gives its cells and terms; when all rows are read, the steps are ready for the survey.
 *
 *     est_adjust_plan -> est_adjusted_new -> est_adjusted_rows (a batch each) -> est_adjusted_fold
 *                     -> est_adjusted_steps
 *
 * The order of the steps is fixed: respondents, trimming, then the population; so that the totals
 * hold at the end.
 */
#ifndef PALERMO_CLI_ESTIMATE_ADJUST_H
#define PALERMO_CLI_ESTIMATE_ADJUST_H

#include "estimate.h"
#include "palermo/design.h"

struct est_adjust_ask {   /* as typed; empty: not given */
    pal_str respondents;  /* "resp = 1"               */
    pal_str classes;      /* "sex,agegrp"             */
    pal_str trim;         /* "10,250"                 */
    pal_str poststratify; /* "sex,agegrp"             */
    pal_str rake;         /* "sex|agegrp,region"      */
    pal_str calibrate;    /* linear, raking, logit    */
    pal_str terms;        /* "1,sex=M,age"            */
    pal_str population;   /* "F1,F2": a file a margin */
    pal_str bounds;       /* "0.5,1.8"                */
    pal_str aggregate;    /* "psu"                    */
    size_t max_iterations;
    double epsilon;
};

struct est_margin { /* rows in cells by some columns */
    pal_str text;
    size_t columns;
    size_t *column; /* [columns] of the stream */
    size_t cells;   /* with a population: those of the file */
    const pal_str *name;
    const double *population; /* NULL: classes, which are met */
};

enum est_model_kind { EST_MODEL_ONE, EST_MODEL_NUMBER, EST_MODEL_LEVEL };
struct est_model_term {
    pal_str text; /* "sex=M" */
    enum est_model_kind kind;
    pal_str value;
    size_t column;
};

struct est_adjust {
    size_t steps;
    struct pal_adjust step[3]; /* what does not depend on rows */
    bool by_psu;               /* calibrate: one factor a first-stage unit */
    bool respondents;
    struct est_where respondent;
    size_t respondent_column;
    size_t margins; /* of all steps, in their order */
    struct est_margin *margin;
    size_t terms;
    struct est_model_term *term;
    double *total; /* [terms] */
};
/* Errors: PAL_USAGE for options that do not go together, PAL_DATA for a population that lacks a
 * term or cannot be read. */
PAL_CHECK_RESULT
enum pal_status est_adjust_plan(const struct est_adjust_ask *ask, struct est_plan *plan,
                                struct pal_arena *arena, struct est_adjust *out,
                                struct pal_error *err);

struct est_adjusted; /* what the rows of one file gave */
PAL_CHECK_RESULT
enum pal_status est_adjusted_new(const struct est_adjust *adjust, struct pal_arena *arena,
                                 struct est_adjusted **out, struct pal_error *err);
/* Errors: PAL_DATA for a term that a row does not have, with its place. */
PAL_CHECK_RESULT
enum pal_status est_adjusted_rows(struct est_adjusted *adjusted, const struct pal_batch *batch,
                                  struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status est_adjusted_fold(struct est_adjusted *into, const struct est_adjusted *from,
                                  struct pal_error *err);
/* Steps over all rows, as pal_adjustment_new takes them. */
PAL_CHECK_RESULT
enum pal_status est_adjusted_steps(const struct est_adjusted *adjusted, struct pal_arena *arena,
                                   const struct pal_adjust **out, size_t *n, struct pal_error *err);

#endif
