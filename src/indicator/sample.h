/* sample.h: figures from the records of a sample, as the files that make them share them.
 *
 *     sample.c            the columns asked for; the surveys
 *     sample_answer.c     what they answer: values, comparisons, sums of independent samples
 *     sample_design.c     how the records were drawn: rows of the design, words of the descriptor
 *     sample_frames.c     figures as groups of frames: areas, years, breakdowns, regions
 *     sample_weighting.c  weights that are adjusted after the design
 */
#ifndef PALERMO_INDICATOR_SAMPLE_H
#define PALERMO_INDICATOR_SAMPLE_H

#include "inside.h"

#include "palermo/weighting.h"

enum { SAMPLE_PIECE = 8192 };

struct numbers {                     /* a column as numbers, found once a category */
    const struct pal_column *column; /* NULL: 1 in every row */
    const double *value;
    const uint8_t *absent;
};

struct holds { /* a condition: by category 0 no, 1 yes, 2 there is no answer */
    const struct pal_column *column;
    uint8_t *answer;
};

/* A frame is a set of breakdowns; of regions, those that lie as deep below the world; of
 * comparisons, the records of both sides. */
struct sample_frame {
    uint64_t key;
    uint32_t groups;
    uint32_t *of_row; /* [dataset rows] */
};

struct sample_column { /* what adjusted weights read of a record */
    struct numbers numbers;
    bool number;
};

struct sample_set { /* a completed data set of multiple imputation; otherwise there is one */
    size_t rows;
    uint32_t *row; /* [rows] of the dataset, those that are in the design */
    struct pal_survey *survey;
    struct pal_survey_work *work;
    struct pal_weighting_rows *adjusted;
};

struct sample {
    const struct pal_sample_facts *facts;
    const struct pal_dataset *dataset;
    struct pal_arena *arena;
    struct pal_survey_ask ask;
    size_t sets;
    struct sample_set *set;
    enum pal_imputed_df mi_df;
    const char *refusal; /* of all figures; NULL: none */
    /* the design */
    uint32_t *stratum[PAL_MAX_STAGES], *unit[PAL_MAX_STAGES]; /* [dataset rows] codes from 1 */
    struct numbers weight, fpc[PAL_MAX_STAGES], *replicate;
    size_t replicates;
    /* weights adjusted after it */
    struct pal_weighting_plan *plan; /* NULL: none are */
    pal_str adjusted_text;           /* "; weights raked" */
    size_t columns;
    struct sample_column *column; /* [columns] */
    struct pal_batch batch;       /* of a piece */
    uint64_t *line;               /* its lines  */
    /* what is asked */
    struct numbers y, x;
    struct holds *condition; /* that a record counts in y; of the numerator */
    size_t conditions;
    /* figures: part i is group[i] of frame[i]; parts are the items, or those that items compare */
    size_t frames, frames_cap;
    struct sample_frame *frame_of; /* [frames] */
    size_t parts;
    const struct item *part;               /* [parts] */
    uint32_t *frame, *group;               /* [parts] */
    uint32_t *pooled_frame, *pooled_group; /* [items] of comparisons: records of both sides */
    uint32_t *left_out;                    /* [items] */
};

PAL_CHECK_RESULT
enum pal_status sample_numbers(const struct sample *s, pal_str name, const struct pal_place *at,
                               struct numbers *out, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sample_no_column(const struct sample *s, pal_str name, const struct pal_place *at,
                                 struct pal_error *err);
static inline double sample_number(const struct numbers *n, size_t row, uint8_t *absent)
{
    const uint32_t code = n->column ? n->column->code[row] : 0;
    *absent = n->column ? n->absent[code] : (uint8_t)PAL_PRESENT;
    return n->column ? n->value[code] : 1;
}

/* Why there is no figure, on one line. */
PAL_CHECK_RESULT
enum pal_status sample_refuse(const struct job *j, struct sample *s, const struct pal_error *why,
                              struct pal_error *err);

/* ---- the design --------------------------------------------------------------------------------
 */

PAL_CHECK_RESULT
enum pal_status sample_design_columns(struct sample *s, struct pal_error *err);
/* The words of the descriptor; what they get wrong is said there. */
PAL_CHECK_RESULT
enum pal_status sample_design_ask(const struct job *j, struct sample *s, struct pal_error *err);
/* Which rows are in the design, and their strata and units. */
PAL_CHECK_RESULT
enum pal_status sample_design_rows(struct sample *s, struct pal_error *err);
/* Rows from..from+rows-1 of the design go into the survey. */
struct sample_piece;
PAL_CHECK_RESULT
enum pal_status sample_design_piece(struct sample *s, struct sample_piece **out,
                                    struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sample_design_feed(struct sample *s, struct sample_set *set,
                                   struct sample_piece *piece, size_t from, size_t rows,
                                   struct pal_error *err);
/* Each area or year drew a sample of its own, and its replicates know nothing of the others'. */
bool sample_is_several(const struct sample *s);

/* ---- frames ------------------------------------------------------------------------------------
 */

PAL_CHECK_RESULT
enum pal_status sample_frames_place(const struct job *j, struct sample *s, struct pal_error *err);

/* ---- adjusted weights --------------------------------------------------------------------------
 */

PAL_CHECK_RESULT
enum pal_status sample_weighting_plan(struct sample *s, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status sample_weighting_feed(struct sample *s, struct sample_set *set, size_t from,
                                      size_t rows, struct pal_error *err);
/* All rows have been fed. */
PAL_CHECK_RESULT
enum pal_status sample_weighting_close(const struct job *j, struct sample *s,
                                       struct sample_set *set, struct pal_error *err);

#endif
