/* survey.h: surveys as their own files see them.
 *
 * To add
 *   a statistic    a row in `kinds` of survey_statistic.c: its value and gradient as functions of
 *                  weighted sums. Everything else (variance by linearization and by replicates,
 *                  domains, covariances, states) follows from those two.
 *   an interval    a row in `intervals` of survey_interval.c.
 *   a step that changes weights after the design: survey_rows.c keeps the rows that it needs.
 */
#ifndef PALERMO_ESTIMATE_SURVEY_H
#define PALERMO_ESTIMATE_SURVEY_H

#include "palermo/estimate.h"

struct survey_view;

/* ---- tables of cells (survey_table.h) ---------------------------------------------------------
 */

/* Sums by (group, unit). A cell is a row of `stride` doubles: key, parts, w, then the sums of terms
 * that are seldom zero. What is seldom anything else (a flag that few answer with yes) is listed as
 * it comes, without a look at the cell, until the list would take more memory than sums in every
 * cell; then the term gets a place in the cells. The weight of the rows where a term is present
 * differs from w in the few cells where something is absent: those weights stand apart, in a list
 * from the cell. */
struct survey_table {
    const struct pal_survey_frame *frame;
    size_t terms, sums; /* sums: terms that have one                              */
    size_t *sum;        /* [terms] number of its sum, from 1; 0: has none         */
    size_t *slot;       /* [terms] place of its sum in a cell; 0: listed, or none */
    double *centre;     /* [terms] NaN until values have been seen                */
    size_t stride;
    size_t cells, room;
    double *cell; /* [room * stride] */
    size_t slots; /* of the index, a power of two */
    struct survey_slot *index;
    struct survey_list *list; /* [terms] */
    bool *place;              /* [terms] about to move from the list into the cells */
    size_t parts, parts_room;
    struct survey_part *part; /* weights of present rows, where some are absent */
    size_t groups, groups_room;
    struct survey_count *count;   /* [groups] rows                            */
    struct survey_count *missing; /* [groups * terms] rows with the term absent */
    /* once closed: cells by group, and within it by the place of their unit */
    size_t *start;   /* [groups + 1] */
    uint32_t *order; /* [cells]      */
};
/* What rows add to the sums of a term, in their order. Once closed: by group, in their order, the
 * cells numbered within their groups. */
struct survey_list {
    size_t n, room;
    uint32_t *cell; /* [room] */
    double *more;   /* [room] */
    size_t *start;  /* [groups + 1] once closed; NULL: nothing is listed */
};
struct survey_slot {
    uint32_t cell, tag; /* cell + 1, 0 = free; some bits of its key's hash */
};
struct survey_part {
    uint32_t term, next; /* of the same cell; 0: the last, otherwise + 1 */
    double w;
};
struct survey_count {
    uint64_t all, weighted; /* rows; rows with a weight above zero */
};

enum { CELL_KEY, CELL_PARTS, CELL_W }; /* places in a cell; the first two are no doubles */

uint32_t survey_cell_unit(const struct survey_table *table, size_t cell);
/* The weights of a cell's rows where a term is present, for terms that are absent in some: the
 * first of a list that goes on at table->part[next - 1]. 0: all are present. */
uint32_t survey_cell_parts(const struct survey_table *table, size_t cell);

PAL_CHECK_RESULT
enum pal_status survey_table_new(const struct pal_survey_frame *frame, struct pal_arena *arena,
                                 struct survey_table *out, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_table_feed(struct survey_table *table, size_t rows, const uint32_t *unit,
                                  const double *weight, const struct pal_survey_cells *cells,
                                  struct pal_arena *arena, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_table_merge(struct survey_table *into, const struct survey_table *from,
                                   const uint32_t *group, const uint32_t *unit,
                                   struct pal_arena *arena, struct pal_error *err);
/* Bytes of a table and back: cells in their order, so that the sums stay the same to the last bit.
 */
PAL_CHECK_RESULT
enum pal_status survey_table_save(const struct survey_table *table, struct pal_buf *out,
                                  struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_table_load(struct survey_table *table, size_t units, struct pal_unpack *in,
                                  struct pal_arena *arena, struct pal_error *err);
/* Arranges cells by group and, within it, by the place of their unit; multiplies them by the
 * weights of their units (NULL: as they are). */
PAL_CHECK_RESULT
enum pal_status survey_table_close(struct survey_table *table, const double *unit_weight,
                                   const uint32_t *place, size_t units, struct pal_arena *arena,
                                   struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_table_groups(struct survey_table *table, size_t groups,
                                    struct pal_arena *arena, struct pal_error *err);

size_t survey_group_size(const struct survey_table *table, size_t group); /* cells, once closed */
size_t survey_group_cell(const struct survey_table *table, size_t group, size_t i);

/* ---- given replicate weights (survey_replicate.c)
 * ------------------------------------------------ */

/* Sums by group: w, the sums of terms, and the weights of absent rows, each in all replicates.
 * Totals held against 0 need no weights: where nothing else is asked, these are left out. */
struct survey_given {
    size_t replicates, width, terms;
    bool begun, spare, lean; /* fed; weights may be left out; they are */
    size_t groups, room;
    double *sum;     /* [room * width][replicates] */
    double *missing; /* [room * terms][replicates] NULL until something is absent */
    double *weights; /* of the rows at hand, by row */
};
void survey_given_new(struct survey_given *given, const struct survey_table *table,
                      size_t replicates, bool spare);
/* Where the sums of a term begin among those of its group. */
static inline size_t survey_given_at(const struct survey_given *given,
                                     const struct survey_table *table, size_t term)
{
    return (table->sum[term] - given->lean) * given->replicates;
}
PAL_CHECK_RESULT
enum pal_status survey_given_feed(struct survey_given *given, const struct survey_table *table,
                                  const struct pal_survey *survey,
                                  const struct pal_survey_cells *cells, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_given_merge(struct survey_given *into, const struct survey_table *to,
                                   const struct survey_given *from,
                                   const struct survey_table *table, const uint32_t *group,
                                   struct pal_arena *arena, struct pal_error *err);

PAL_CHECK_RESULT
enum pal_status survey_given_unite(struct survey_given *given,
                                   const struct pal_survey_unions *unions, struct pal_arena *arena,
                                   struct pal_error *err);

/* ---- rows of given replicate weights (survey_weights.c)
 * ------------------------------------------------ */

struct survey_weights;
struct survey_weight { /* a row that is kept, and how many times longer it came */
    uint32_t row;
    float scale;
};
PAL_CHECK_RESULT
enum pal_status survey_weights_new(size_t replicates, struct pal_arena *arena,
                                   struct survey_weights **out, struct pal_error *err);
/* The rows at hand, [replicates][rows]; NaN counts as 0. Those of the batch before are forgotten.
 */
PAL_CHECK_RESULT
enum pal_status survey_weights_batch(struct survey_weights *weights, const double *const *replicate,
                                     size_t rows, struct pal_error *err);
double survey_weights_longest(const struct survey_weights *weights, size_t row); /* max w^2 */
/* A row of the batch, kept until it is forgotten as often as it was used and the batch is over. */
PAL_CHECK_RESULT
enum pal_status survey_weights_at(struct survey_weights *weights, size_t row,
                                  struct survey_weight *out, struct pal_error *err);
/* Any row; used once by this. A row of zeros is none. */
PAL_CHECK_RESULT
enum pal_status survey_weights_add(struct survey_weights *weights, const double *row,
                                   struct survey_weight *out, struct pal_error *err);
void survey_weights_use(struct survey_weights *weights, struct survey_weight at);
void survey_weights_forget(struct survey_weights *weights, struct survey_weight at);
void survey_weights_read(const struct survey_weights *weights, struct survey_weight at,
                         double *out /* [replicates] */);
bool survey_weights_none(struct survey_weight at);
/* Whether any row, or most of them, was in proportion to one before. */
bool survey_weights_repeat(const struct survey_weights *weights, bool most);
/* Rows are numbered below this; some are not used. */
size_t survey_weights_rows(const struct survey_weights *weights);
bool survey_weights_used(const struct survey_weights *weights, size_t row);

/* ---- ranks of given replicate weights (survey_rank.c)
 * --------------------------------------------- */

/* The rows of one group, but for those that were forgotten since they showed its columns to be
 * independent: `left`, the square of what is left of the shortest column beside the others, then
 * stands against `length`, the squares of the largest weights of all rows. */
struct survey_rank {
    double left, length;
    size_t rows, room, most; /* most: rows until something is done about them */
    struct survey_weight *row;
    double *triangle; /* [replicates * (replicates + 1) / 2] rows that were folded, or NULL */
};
struct survey_ranks {
    size_t replicates, groups, room;
    struct survey_weights *weights; /* shared */
    struct pal_arena *arena;
    struct survey_rank *group; /* [room] */
};
void survey_ranks_new(struct survey_ranks *ranks, struct survey_weights *weights, size_t replicates,
                      struct pal_arena *arena);
PAL_CHECK_RESULT
enum pal_status survey_ranks_groups(struct survey_ranks *ranks, size_t groups,
                                    struct pal_error *err);
/* The batch of the weights, in groups; group NULL: all 0. */
PAL_CHECK_RESULT
enum pal_status survey_ranks_feed(struct survey_ranks *ranks, size_t rows, const uint32_t *group,
                                  size_t groups, struct pal_error *err);
/* weight: the rows of `from` as the weights of `into` have them. */
PAL_CHECK_RESULT
enum pal_status survey_ranks_merge(struct survey_ranks *into, const struct survey_ranks *from,
                                   const struct survey_weight *weight, const uint32_t *group,
                                   struct pal_arena *scratch, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_ranks_of(const struct survey_ranks *ranks, size_t group,
                                struct pal_arena *scratch, double *out, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_ranks_unite(struct survey_ranks *ranks,
                                   const struct pal_survey_unions *unions, struct pal_error *err);
/* The rank of some rows of [replicates][] weights; row NULL: of all. */
PAL_CHECK_RESULT
enum pal_status survey_rank_rows(const double *const *replicate, size_t replicates,
                                 const uint32_t *row, size_t rows, struct pal_arena *scratch,
                                 double *out, struct pal_error *err);

/* ---- rows that are kept (survey_held.c)
 * ---------------------------------------------------------------------------------------- */

PAL_CHECK_RESULT
enum pal_status survey_held_new(struct pal_survey *survey, struct pal_error *err);
/* The batch at hand, and one feed of it, are put aside. */
PAL_CHECK_RESULT
enum pal_status survey_held_rows(struct pal_survey *survey, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_held_feed(struct pal_survey *survey, const struct pal_survey_cells *cells,
                                 struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_held_merge(struct pal_survey *into, const struct pal_survey *from,
                                  const uint32_t *unit, const uint32_t *const *group,
                                  struct pal_error *err);
/* Makes weights final and feeds the tables. The design is closed and replicates are made. */
PAL_CHECK_RESULT
enum pal_status survey_held_close(struct pal_survey *survey, const double *unit_weight,
                                  struct pal_error *err);
bool survey_is_adjusted(const struct pal_survey *survey);
size_t survey_held_all(const struct pal_survey *survey);
size_t survey_held_kept(const struct pal_survey *survey); /* those that adjustment leaves in it */
/* The rows of a group, in the order they came; returns how many. */
size_t survey_held_group(const struct pal_survey *survey, size_t frame, size_t group,
                         const uint32_t **row);
double survey_held_value(const struct pal_survey *survey, size_t frame, size_t term,
                         uint32_t row);                                         /* NaN: absent */
const double *survey_held_replicate(const struct pal_survey *survey, size_t r); /* [rows] */
/* The rank of the replicate weights of some rows. */
PAL_CHECK_RESULT
enum pal_status survey_held_rank(const struct pal_survey *survey, const uint32_t *row, size_t rows,
                                 struct pal_arena *scratch, double *out, struct pal_error *err);
const uint32_t *survey_held_units(const struct pal_survey *survey); /* [rows] */
/* Influences on adjusted estimates by unit: of z[rows], and of a combination of answers. */
PAL_CHECK_RESULT
enum pal_status survey_held_linearize(const struct pal_survey *survey, const double *z,
                                      struct pal_arena *scratch, struct pal_influence *out,
                                      struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_held_influence(struct pal_survey_work *work,
                                      const struct pal_survey_part *part, size_t n,
                                      struct pal_arena *scratch, struct pal_influence *out,
                                      struct pal_error *err);

/* ---- quantiles (survey_quantile.c)
 * -------------------------------------------------------------------------------------------- */

/* Value, standard error, interval and degrees of freedom. */
PAL_CHECK_RESULT
enum pal_status survey_quantile_answer(struct pal_survey_work *work,
                                       const struct pal_survey *survey, size_t statistic,
                                       size_t group, struct pal_arena *scratch,
                                       struct pal_estimate *out, struct pal_error *err);

/* ---- moments (survey_moments*.c)
 * ------------------------------------------------------------------------------------------- */

/* Columns of a statistic: the weight w of the rows it takes, its linearized variable z, which
 * stands for one of y and x, and the other of them where there is one; of replicates the estimate
 * alone. */
enum { MOMENT_W, MOMENT_Z, MOMENT_REST, MOMENT_COLUMNS };
struct moment { /* of a statistic in a group */
    uint64_t n, n_all;
    double w, y, x, square;    /* as in survey_view */
    double centre_y, centre_x; /* the group's own means, or 0 */
    double logit;              /* standard error of the logit over replicates */
};
struct moment_level { /* of a statistic at a level */
    uint32_t group;   /* that the level lies in */
    double w, logit;  /* w of the level's rows  */
    double wz, zz;    /* covariances of the columns w and z; of replicates zz is the variance */
};
struct moment_set { /* statistics that are asked together; at first each alone */
    size_t n;
    const size_t *statistic; /* [n] rising */
    size_t *first;           /* [n + 1] the first column of each */
    double *v;               /* [room * columns * columns], both triangles */
    uint64_t *lonely;        /* [room] */
};
struct moment_levels {
    size_t n, room;
    struct moment_level *level;
};
struct survey_moments {
    size_t groups, room, sets;
    struct moment_set *set;
    struct moment *moment;        /* [room * statistics] */
    double *df;                   /* [room * frames]     */
    struct moment_levels *levels; /* [statistics]        */
};
bool survey_moments_replicated(const struct pal_survey *survey);
PAL_CHECK_RESULT
enum pal_status survey_moments_groups(struct pal_survey *survey, size_t groups,
                                      struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_moments_levels(struct pal_survey *survey, size_t statistic, size_t n,
                                      struct pal_error *err);
/* The columns of a statistic. */
size_t survey_moments_width(const struct pal_survey *survey, size_t statistic);
double *survey_moments_matrix(const struct moment_set *set, size_t group);
/* Which of the raw sums (w, y, x) z stands for: x of squares, whose y does not matter about the
 * mean, and y of all others. */
size_t survey_moments_pivot(const struct pal_survey_statistic *statistic);
/* What z was made of, as raw sums: its gradient, or the pivot where that does not exist. */
void survey_moments_basis(const struct pal_survey_statistic *statistic,
                          const struct pal_survey_sums *sums, double *out);
/* A combination of raw sums as one of the columns. */
void survey_moments_columns(const struct pal_survey_statistic *statistic, const double *basis,
                            const double *raw, double *out);
struct pal_survey_sums survey_moments_sums_of(const struct moment *moment);
/* Sums about other centres. */
void survey_moments_shift(const struct pal_survey_statistic *statistic, double centre_y,
                          double centre_x, struct moment *moment);
void survey_moments_sums(const struct pal_survey *survey, size_t group, size_t level,
                         struct survey_view *view);
void survey_moments_variance(const struct pal_survey *survey, const struct survey_view *view,
                             size_t group, size_t level, struct pal_design_variance *out);
double survey_moments_logit(const struct pal_survey *survey, const struct survey_view *view,
                            size_t group, size_t level);
double survey_moments_df(const struct pal_survey *survey, size_t frame, size_t group);
PAL_CHECK_RESULT
enum pal_status survey_moments_covariance(struct pal_survey_work *work,
                                          const struct pal_survey_part *a, size_t na,
                                          const struct pal_survey_part *b, size_t nb,
                                          struct pal_design_variance *out, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_moments_merge(struct pal_survey *into, const struct pal_survey *from,
                                     const uint32_t *const *group, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_moments_save(const struct pal_survey *survey, struct pal_buf *out,
                                    struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_moments_load(struct pal_survey *survey, struct pal_unpack *in,
                                    struct pal_error *err);

/* ---- a survey
 * -------------------------------------------------------------------------------------- */

struct pal_survey {
    struct pal_survey_ask ask;
    struct pal_arena *arena;
    const struct pal_survey_interval *interval;
    const char *method;
    struct survey_held *held;       /* rows that are kept; NULL: none              */
    struct survey_moments *moments; /* in the place of all sums; NULL: sums  */
    bool sums_given;                /* sums of replicates come from rows, not from units   */
    bool has_design;                /* units and strata are known                      */
    bool by_unit;                   /* cells are kept by unit                          */
    bool fpc_weights;               /* weights follow from the sizes of populations    */
    struct pal_design *design;
    struct pal_survey_frame *frame;   /* [frames] as asked for, and squares for design effects */
    size_t **square;                  /* [frames][terms] the square of a value term            */
    struct survey_table *table;       /* [frames] */
    struct survey_given *given;       /* [frames] given replicate weights */
    struct pal_survey_unions *unions; /* [frames] groups made of others; NULL: none */
    struct survey_weights *weights;   /* rows that ranks ask for; NULL: no rank does */
    struct survey_ranks *ranks;       /* [frames] where a rank is the degrees of freedom */
    struct survey_ranks whole;        /* of all rows */
    struct pal_replicates replicates;
    const double *unit_factor; /* [psus * replicates] factors by unit; NULL: others */
    uint32_t *place;           /* [units] once closed: arranged by stratum */
    uint8_t *heavy;            /* [units] has a row with a weight above zero */
    size_t heavy_room;
    double df_design;
    double rank; /* of the replicate weights of all rows */
    /* the batch at hand */
    size_t rows, room;
    uint32_t *unit;           /* [room] last sampling unit; 0 when cells are not kept by unit */
    uint32_t *nowhere;        /* [room] zeros                                                 */
    const double *weight;     /* [rows] */
    double *ones;             /* [room] */
    const double **replicate; /* [replicates][rows] final replicate weights */
    double **product;         /* [replicates][room] where factors are multiplied */
};

/* ---- groups at work (survey_group.c)
 * -------------------------------------------------------------------------------------- */

/* The sums of one group, a column a term, units arranged by stratum. */
struct survey_group {
    struct pal_arena *arena;
    struct pal_arena_mark empty;
    bool open;
    size_t group, n;
    uint32_t *unit;   /* [n] */
    double *w;        /* [n] */
    double **present; /* [terms][n] weights of rows where the term is present; w itself when all */
    double **sum;     /* [terms][n] NULL: has none */
    double total_w, *total_present, *total; /* of the columns */
    struct pal_touched *touched;            /* once asked for */
    uint8_t *here;                          /* [n] a row has a weight above zero */
    double df;                              /* units minus strata                */
    bool ranked;
    double rank;                             /* of the replicate weights, once asked for */
    double *rep_w, **rep_present, **rep_sum; /* [replicates] once asked for */
};

struct pal_survey_work {
    const struct pal_survey *survey;
    struct pal_arena *arena, *scratch;
    struct survey_group *group; /* [frames] the one at hand of each */
    uint32_t *number;           /* [units] by place, zeros between one united group and the next */
    double t_df, t;             /* quantile of Student's t at the last degrees of freedom */
};
PAL_CHECK_RESULT
enum pal_status survey_group_open(struct pal_survey_work *work, size_t frame, size_t group,
                                  struct survey_group **out, struct pal_error *err);
/* What opening a group takes: room for g->n units; its own columns; their totals. */
PAL_CHECK_RESULT
enum pal_status survey_group_columns(const struct survey_table *table, struct survey_group *group,
                                     struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_group_gather(const struct survey_table *table, struct survey_group *group,
                                    struct pal_arena *scratch, struct pal_error *err);
void survey_group_totals(const struct survey_table *table, struct survey_group *group);
PAL_CHECK_RESULT
enum pal_status survey_group_touched(struct pal_survey_work *work, struct survey_group *group,
                                     struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status survey_group_replicates(struct pal_survey_work *work, size_t frame,
                                        struct survey_group *group, struct pal_error *err);

/* Full-sample sums of one statistic in a group. */
struct survey_view {
    const struct pal_survey_statistic *statistic;
    const struct survey_table *table;
    struct survey_group *group, *levels; /* levels: NULL unless it has them */
    struct pal_survey_sums sums;
    double square; /* sum of w (y - centre)^2; NaN when it is not kept */
    double value, gradient[3];
    uint64_t n, n_all; /* rows with nothing absent: with a weight above zero, and all */
};
PAL_CHECK_RESULT
enum pal_status survey_view_of(struct pal_survey_work *work, size_t statistic, size_t group,
                               size_t level, struct survey_view *out, struct pal_error *err);
/* Values of a statistic in each replicate, [replicates]. */
PAL_CHECK_RESULT
enum pal_status survey_replicate_values(struct pal_survey_work *work,
                                        const struct survey_view *view, double *out,
                                        struct pal_error *err);

/* Sums by unit of the group: w of the rows a statistic takes, y and x (NULL: none). */
PAL_CHECK_RESULT
enum pal_status survey_view_columns(struct pal_survey_work *work, const struct survey_view *view,
                                    const double **w, const double **y, const double **x,
                                    struct pal_error *err);
/* Standard error of log(p/(1-p)) from replicates. */
PAL_CHECK_RESULT
enum pal_status survey_logit_error(struct pal_survey_work *work, const struct survey_view *view,
                                   double p, double *out, struct pal_error *err);
/* The method in words, once the number of replicates is known. */
PAL_CHECK_RESULT
enum pal_status survey_name_method(struct pal_survey *survey, struct pal_error *err);

/* ---- groups made of others (survey_union.c)
 * ---------------------------------------------------------------------------------- */

bool survey_is_union(const struct pal_survey *survey, size_t frame, size_t group);
/* What is known by group, before tables are closed. */
PAL_CHECK_RESULT
enum pal_status survey_unite_all(struct pal_survey *survey, struct pal_error *err);
/* The columns of a group (whose number is set) from those of its members. */
PAL_CHECK_RESULT
enum pal_status survey_union_gather(struct pal_survey_work *work, size_t frame,
                                    struct survey_group *group, struct pal_error *err);

/* The batch at hand into tables. */
PAL_CHECK_RESULT
enum pal_status survey_feed_now(struct pal_survey *survey, const struct pal_survey_cells *cells,
                                struct pal_error *err);
bool survey_ranks_wanted(const struct pal_survey *survey); /* of all rows */
bool survey_ranks_by_group(const struct pal_survey *survey);

#endif
