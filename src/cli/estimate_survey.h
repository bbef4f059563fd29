/* estimate_survey.h: `palermo estimate` of a sample. The plan says which frames (domains), terms
 * (variables) and statistics a survey keeps; the pass turns batches of columns into its rows; the
 * answers of statistics, contrasts, covariances and changes become rows of output.
 *
 * A call speaks of a sample when it has an option of the heading "samples", a statistic that only
 * samples have, or a --variance of samples. */
#ifndef PALERMO_CLI_ESTIMATE_SURVEY_H
#define PALERMO_CLI_ESTIMATE_SURVEY_H

#include "estimate.h"
#include "palermo/weighting.h"

/* ---- the plan ----------------------------------------------------------------------------------
 */

enum est_term_kind {
    EST_TERM_VALUE,   /* a column; absent where `other` is absent too */
    EST_TERM_HOLDS,   /* 1 where a condition holds, 0 where not       */
    EST_TERM_PRESENT, /* the column is there                          */
    EST_TERM_SQUARE,  /* of the term `of`                             */
};
struct est_term {
    enum est_term_kind kind;
    size_t column, other; /* of the stream; other: EST_NO_COLUMN */
    const struct est_where *where;
    size_t of;
};

struct est_frame {
    size_t conditions;
    const struct est_where **condition;
    size_t *condition_column;
    size_t levels; /* column whose values are a further key of groups; EST_NO_COLUMN */
    size_t terms;
    struct est_term *term;
};

enum est_survey_show {
    EST_SURVEY_VALUE,
    EST_SURVEY_LEVELS,     /* a row a level                      */
    EST_SURVEY_DIFFERENCE, /* of two statistics: b - a           */
    EST_SURVEY_RATIO,      /* b / a                              */
    EST_SURVEY_PERCENT,
    EST_SURVEY_T,
    EST_SURVEY_P,
    EST_SURVEY_COVARIANCE,
    EST_SURVEY_CONTRAST,
    EST_SURVEY_WEIGHTS, /* a row each of the summary of final weights */
};
struct est_survey_line {
    enum est_survey_show show;
    const char *statistic;
    pal_str variable;
    size_t a, b; /* statistics of the survey */
    const struct est_formula *formula;
};

struct est_survey_plan {
    struct pal_survey_ask ask;
    size_t frames, statistics, lines;
    struct est_frame *frame; /* the first has no conditions */
    struct pal_survey_statistic *statistic;
    struct est_survey_line *line;
    size_t *of_stat; /* [stats] its statistic          */
    size_t weight;   /* columns, or EST_NO_COLUMN      */
    size_t stratum[PAL_MAX_STAGES], unit[PAL_MAX_STAGES], fpc[PAL_MAX_STAGES];
    size_t replicates, *replicate; /* columns of given replicate weights */
    pal_str factor_file;           /* --replicate-file; empty: none */
    pal_str joint_file;            /* --joint; empty: none */
    bool missing_undefined;        /* --missing undefined            */
    enum pal_quantile_rule rule;
    bool imputed;      /* completed data sets, told apart by a column, or each a file */
    size_t imputation; /* the column; EST_NO_COLUMN: each a file */
    enum pal_imputed_df mi_df;
    struct pal_weighting_plan *weighting; /* weights that change after the design; NULL: none */
};
bool est_survey_asked(const struct est_plan *plan);
PAL_CHECK_RESULT
enum pal_status est_survey_plan_new(struct est_plan *plan, struct pal_arena *arena,
                                    struct pal_error *err);

/* An option of samples as typed: the i-th time it was given; ptr NULL when it was not. */
pal_str est_extra(const struct est_request *request, const char *name, size_t i);

/* The options that adjust weights; *out NULL: none is given (estimate_weighting.c). */
PAL_CHECK_RESULT
enum pal_status est_weighting_plan(struct est_plan *plan, struct pal_arena *arena,
                                   struct pal_weighting_plan **out, struct pal_error *err);

/* ---- formulas over labels (estimate_formula.c)
 * ------------------------------------------------------ */

struct est_formula; /* + - * / ^ log exp sqrt over numbers and labels */
PAL_CHECK_RESULT
enum pal_status est_formula_parse(pal_str text, const pal_str *label, size_t labels,
                                  struct pal_arena *arena, struct est_formula **out,
                                  struct pal_error *err);
/* Its value at value[labels], and the derivative by each. */
double est_formula_value(const struct est_formula *formula, const double *value,
                         double *gradient /* [labels] */, size_t labels);
bool est_formula_uses(const struct est_formula *formula, size_t label);

/* ---- the pass
 * -------------------------------------------------------------------------------------- */

struct est_survey_pass {
    struct pal_survey *survey;
    struct pal_weighting_rows *adjusted; /* NULL: weights stay as they are */
    struct est_values stratum[PAL_MAX_STAGES], unit[PAL_MAX_STAGES];
    struct pal_groups **groups; /* [frames] of levels; NULL: the pass's own */
    struct est_values *level;   /* [frames] of levels                       */
    struct pal_map *strata; /* of moments: hashes of the names of first-stage strata; else NULL */
};
PAL_CHECK_RESULT
enum pal_status est_survey_pass_new(struct est_pass *pass, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status est_survey_pass_read(struct est_pass *pass, const char *path, unsigned threads,
                                     struct pal_progress *progress, struct pal_error *err);
/* The same by batches that somebody else reads. */
struct est_survey_reader;
PAL_CHECK_RESULT
enum pal_status est_survey_reader_new(struct est_pass *pass, struct est_survey_reader **out,
                                      struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status est_survey_feed(struct est_survey_reader *reader, const struct pal_batch *batch,
                                struct pal_error *err);
/* Whether marginal groups are made of cells once all are there. Then a row in which some of the
 * columns of groups are blank is in a cell too, which has 0 for them and is not printed. */
bool est_survey_unites(const struct est_plan *plan);
/* The cells and the marginal groups that are made of them. */
PAL_CHECK_RESULT
enum pal_status est_survey_margins(const struct est_pass *cells, struct pal_arena *arena,
                                   const struct est_pass **out, struct pal_error *err);
/* group translates from's groups. */
PAL_CHECK_RESULT
enum pal_status est_survey_pass_fold(struct est_pass *into, const struct est_pass *from,
                                     const uint32_t *group, struct pal_error *err);

/* Reads --replicate-file: factors by first-stage unit (estimate_factors.c). */
PAL_CHECK_RESULT
enum pal_status est_survey_factors(const struct est_pass *pass, struct pal_arena *arena,
                                   struct pal_error *err);

/* Reads --joint: joint inclusion probabilities of first-stage units (estimate_joint.c). */
PAL_CHECK_RESULT
enum pal_status est_survey_joint(const struct est_pass *pass, struct pal_arena *arena,
                                 struct pal_error *err);

/* What files and other options say of units, and the end of the survey. */
PAL_CHECK_RESULT
enum pal_status est_survey_close(const struct est_pass *pass, struct pal_arena *arena,
                                 struct pal_error *err);

/* ---- moments: a sample without its units (estimate_moments.c)
 * ------------------------------------------------------------------ */

/* The pass holds moments from now on, none yet. */
PAL_CHECK_RESULT
enum pal_status est_moments_begin(struct est_pass *pass, struct pal_error *err);
/* Those of a pass whose survey is closed; both have the same groups. */
PAL_CHECK_RESULT
enum pal_status est_moments_take(const struct est_pass *closed, struct pal_arena *arena,
                                 struct est_pass **out, struct pal_error *err);
/* Before moments are folded: PAL_USAGE when the samples are not known to be drawn apart. */
PAL_CHECK_RESULT
enum pal_status est_moments_apart(struct est_pass *into, const struct est_pass *from,
                                  struct pal_error *err);
void est_moments_pack(const struct est_pass *pass, struct pal_buf *out);
PAL_CHECK_RESULT
enum pal_status est_moments_unpack(struct est_pass *pass, struct pal_unpack *in, const char *name,
                                   struct pal_error *err);
bool est_moments_are(const struct est_pass *pass);
/* No domain of any group has between 1 and `threshold` respondents. */
bool est_moments_reach(const struct est_pass *pass, double threshold);

/* Refuses parts of which it cannot be told whether they overlap: for hand-over. */
PAL_CHECK_RESULT
enum pal_status est_survey_told_apart(const struct est_survey_plan *plan, struct pal_error *err);
/* May a group of a closed survey be seen (estimate_small.c)? */
PAL_CHECK_RESULT
enum pal_status est_survey_small(const struct est_pass *pass, struct pal_survey_work *work,
                                 size_t group, double threshold, bool *out, struct pal_error *err);

/* ---- answers
 * ------------------------------------------------------------------------------------------ */

PAL_CHECK_RESULT
enum pal_status est_survey_rows(const struct est_pass *pass, const struct est_groups *groups,
                                struct pal_arena *arena, struct est_row **out, size_t *n,
                                struct pal_error *err);

/* ---- multiple imputation (estimate_imputed.c)
 * ------------------------------------------------------------------------------------ */

PAL_CHECK_RESULT
enum pal_status est_imputed_new(struct est_pass *pass, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status est_imputed_read(struct est_pass *pass, const char *path, unsigned threads,
                                 struct pal_progress *progress, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status est_imputed_fold(struct est_pass *into, const struct est_pass *from,
                                 struct pal_error *err);
/* Each row that has a standard error is followed by its fraction of missing information. */
PAL_CHECK_RESULT
enum pal_status est_imputed_rows(const struct est_pass *pass, struct pal_arena *arena,
                                 struct est_row **out, size_t *n, struct pal_error *err);

#endif
