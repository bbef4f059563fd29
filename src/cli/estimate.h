/* estimate.h: what `palermo estimate` and `palermo merge` share. A request is what somebody typed;
 * a plan is the request understood; a pass is what one file (or one saved state) adds up to; rows
 * are the answers.
 *
 *     request -> est_plan_new -> est_pass_new, est_pass_read (a file each) -> est_pass_fold
 *             -> est_rows_make -> est_rows_print
 *
 * Passes of several files run side by side and are folded in the order of the files, so the answer
 * has the same bytes on any number of threads.
 */
#ifndef PALERMO_CLI_ESTIMATE_H
#define PALERMO_CLI_ESTIMATE_H

#include "inside.h"

/* ---- the request ------------------------------------------------------------------------------
 */

struct est_extra { /* an option of samples; a flag has an empty text */
    pal_str name, text;
};

struct est_request { /* texts as typed, so that a saved state can carry and compare them */
    size_t stats, wheres;
    const pal_str *stat;  /* "rate(count,population,100000)" */
    const pal_str *where; /* "year >= 2015" */
    pal_str by;           /* "country,year(date)"; empty = none */
    pal_str change;       /* "year:2019,2020" */
    pal_str interval, variance, test;
    pal_str standard_by; /* "age"; empty: the standard's own first columns */
    double level, theta; /* 0 = not given */
    bool margins;
    size_t absents;        /* texts that stand for no value; as little a part of a state */
    const pal_str *absent; /* [absents]                                                  */
    const char *sheet;     /* of the workbooks among the files; NULL = the first         */
    unsigned threads;      /* of this machine: no part of a saved state; 0 = all it has */
    size_t extras;
    const struct est_extra *extra; /* in the order of the table of options */
    struct pal_standard standard;  /* n 0 = none; categories of several columns are joined by '|' */
};

/* ---- expressions over columns
 * -------------------------------------------------------------------- */

enum est_by_kind { EST_BY_PLAIN, EST_BY_YEAR, EST_BY_MONTH, EST_BY_PREFIX, EST_BY_BANDS };

struct est_by {     /* one column of groups */
    pal_str text;   /* as typed: the head of the output column */
    pal_str column; /* read from the file */
    enum est_by_kind kind;
    size_t prefix;
    size_t cuts;
    const double *cut; /* [cuts] rising */
};
/* "a,b,year(date),bands(age;0;18;65)" */
PAL_CHECK_RESULT
enum pal_status est_by_parse(pal_str text, struct pal_arena *arena, struct est_by **out, size_t *n,
                             struct pal_error *err);
/* The group of one cell's text; *sort is its place among numbers (NaN: sorted as text). False when
 * the text is no date, no number: the caller knows the line. */
bool est_by_value(const struct est_by *by, pal_str cell, struct pal_arena *arena, pal_str *out,
                  double *sort);

enum est_operator {
    EST_EQUAL,
    EST_NOT_EQUAL,
    EST_BELOW,
    EST_AT_MOST,
    EST_ABOVE,
    EST_AT_LEAST,
    EST_IN,
    EST_NOT_IN,
    EST_PREFIX,
};

struct est_where {
    pal_str text, column;
    enum est_operator operator;
    size_t n;
    const pal_str *value; /* [n] */
    const double *number; /* [n] NaN where the value is no number */
};
PAL_CHECK_RESULT
enum pal_status est_where_parse(pal_str text, struct pal_arena *arena, struct est_where *out,
                                struct pal_error *err);
/* How a cell is judged: a number in a column of numbers, otherwise text. */
bool est_where_number(const struct est_where *where, double value);
bool est_where_text(const struct est_where *where, pal_str value);
bool est_where_cell(const struct est_where *where, pal_str text); /* by what the text is */

/* A name at the front of *rest, perhaps in quotes, up to one of `ends`; white space is trimmed. */
bool est_name(pal_str *rest, const char *ends, struct pal_arena *arena, pal_str *out);
/* "sex,'age group'": a list of them; false for one that cannot be read, and without memory. */
bool est_names(pal_str text, struct pal_arena *arena, struct pal_names *out);

/* ---- statistics
 * ------------------------------------------------------------------------------------ */

struct est_stat { /* one STAT as typed, understood */
    pal_str text, label;
    const struct est_word *word;
    size_t args;
    pal_str arg[2];
    struct est_where holds; /* proportion(x OP VALUE) */
    pal_str unit;           /* theta(y,year): the column of observations; empty = rows */
    double per;             /* 0 = the word's own */
    size_t conditions;
    struct est_where *condition; /* @col=value */
    pal_str variable;            /* as printed: "count/population" */
};

enum est_kind {                 /* what a word of STAT asks for */
                EST_SAMPLE,     /* only samples have it */
                EST_VALUE,      /* a value a group; with --change the words of change */
                EST_COMPARISON, /* needs --change */
                EST_THETA,
};

struct est_word {
    const char *word, *form;
    enum est_kind kind;
    size_t args_min, args_max;
    double per;                     /* default of the last argument; 0 = takes none */
    const char *estimator;          /* of its value */
    const char *difference, *ratio; /* estimators of its change, or NULL */
    const char *survey;             /* its statistic of a sample, or NULL */
};

/* Looks like a STAT: NAME:=word(...)[@col=value]. */
bool est_stat_is(pal_str operand);
PAL_CHECK_RESULT
enum pal_status est_stat_parse(pal_str text, struct pal_arena *arena, struct est_stat *out,
                               struct pal_error *err);

/* ---- the plan
 * -------------------------------------------------------------------------------------- */

#define EST_NO_COLUMN SIZE_MAX

struct est_task { /* one state: an estimator over some columns */
    const struct pal_estimator *estimator;
    struct pal_ask ask;
    size_t args;
    size_t arg[2]; /* indices of stream columns */
    size_t unit;   /* EST_NO_COLUMN: none */
    size_t stat;   /* whose conditions hold */
    bool sides, strata;
};

enum est_show { EST_SHOW_VALUE, EST_SHOW_PERCENT, EST_SHOW_Z, EST_SHOW_P };

struct est_line { /* one row of output a group */
    size_t stat, task;
    enum est_show show;
    const char *statistic;
    const char *method; /* of a test; NULL: the estimator's */
};

struct est_plan {
    const struct est_request *request;
    size_t columns;
    struct pal_stream_column *column; /* what is read of each file */
    size_t stats, tasks, lines, bys, wheres;
    struct est_stat *stat;
    struct est_task *task;
    struct est_line *line;
    struct est_by *by;
    struct est_where *where;
    size_t *by_column, *where_column; /* [bys], [wheres] */
    size_t **condition_column;        /* [stats][conditions] */
    size_t change_column;             /* EST_NO_COLUMN: no change */
    pal_str change_name, change_value[2];
    double change_number[2];
    size_t standard_columns;
    size_t *standard_column;
    struct est_survey_plan *survey; /* NULL: registers; then tasks and lines are used */
};
/* A column that the plan reads, as a number or as codes. */
PAL_CHECK_RESULT
enum pal_status est_plan_column(struct est_plan *plan, pal_str name, bool number,
                                struct pal_arena *arena, size_t *out, struct pal_error *err);
/* The column of a condition: numbers are compared where it is one. */
PAL_CHECK_RESULT
enum pal_status est_plan_condition_column(struct est_plan *plan, const struct est_where *where,
                                          struct pal_arena *arena, size_t *out,
                                          struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status est_plan_new(const struct est_request *request, struct pal_arena *arena,
                             struct est_plan **out, struct pal_error *err);
/* ---- passes
 * ------------------------------------------------------------------------------------------ */

#define EST_TOTAL UINT32_MAX /* the code of a margin */
enum { EST_MOST_BYS = 16 };

struct est_values { /* the distinct values of one column of groups or units, in order of sight */
    struct pal_map *map;
    double *sort; /* [room] place among numbers; NaN: text */
    size_t room;
};

struct est_mark {   /* what a saved state says of itself, before anything else in it */
    bool hand_over; /* no cell lies below the threshold; otherwise it is confidential */
    double threshold;
    uint64_t groups, merged, dropped; /* as they were; those put into _O; those left out */
    uint64_t rows, rows_merged, rows_dropped;
    double counted, counted_merged, counted_dropped;
};

struct est_pass {
    struct est_mark mark;
    const struct est_plan *plan;
    struct pal_arena *arena;
    struct est_values *value;  /* [bys] */
    struct pal_groups *groups; /* keys: codes of the values + 1, or EST_TOTAL */
    struct est_values *unit;   /* [tasks] of theta */
    struct pal_state **state;  /* [tasks] */
    uint64_t rows;
    struct est_survey_pass *survey; /* of a sample; then states are not used */
    struct est_imputed *imputed;    /* completed data sets, each a pass; then only `rows` is used */
    const struct est_memory *memory; /* NULL: no limit */
};

/* ---- keeping to --memory (estimate_memory.c) --------------------------------------------- */

struct est_memory {
    size_t most;    /* bytes of the whole process; 0: no limit   */
    unsigned files; /* read side by side, which share what is left */
};
PAL_CHECK_RESULT
enum pal_status est_memory_parse(const char *text, size_t *out, struct pal_error *err);
unsigned est_memory_threads(size_t most, unsigned threads); /* as many as have room to read */
/* Before a batch is read: `arena` may grow by what is left. PAL_NOMEM when the next piece of a file
 * might not fit. */
PAL_CHECK_RESULT
enum pal_status est_memory_keep(const struct est_memory *memory, struct pal_arena *arena,
                                struct pal_stream *stream, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status est_pass_new(const struct est_plan *plan, struct pal_arena *arena,
                             struct est_pass **out, struct pal_error *err);
/* One that is a completed data set, where the plan speaks of several. */
PAL_CHECK_RESULT
enum pal_status est_pass_new_single(const struct est_plan *plan, struct pal_arena *arena,
                                    struct est_pass **out, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status est_pass_read(struct est_pass *pass, const char *path, unsigned threads,
                              struct pal_progress *progress, struct pal_error *err);
/* into += from */
PAL_CHECK_RESULT
enum pal_status est_pass_fold(struct est_pass *into, const struct est_pass *from,
                              struct pal_error *err);
/* The same with all marginal groups, when the request asks for them: they are put together from the
 * groups that were read. Saved states hold none. */
PAL_CHECK_RESULT
enum pal_status est_pass_margins(const struct est_pass *cells, struct pal_arena *arena,
                                 const struct est_pass **out, struct pal_error *err);
/* The code of a value, added when new; UINT32_MAX when memory is out. */
uint32_t est_values_add(struct est_values *values, struct pal_arena *arena, pal_str text,
                        double sort);

/* The whole of a pass with its request, as a frame (pal_frame_write). */
PAL_CHECK_RESULT
enum pal_status est_state_pack(const struct est_pass *pass, struct pal_buf *out,
                               struct pal_error *err);
/* Reads a saved state. *request NULL: makes request and plan; otherwise the request must be the
 * same. `name` is for messages. */
PAL_CHECK_RESULT
enum pal_status est_state_unpack(pal_str bytes, const char *name, const struct est_plan **plan,
                                 struct pal_arena *arena, struct est_pass **out,
                                 struct pal_error *err);

/* ---- answers
 * ---------------------------------------------------------------------------------------- */

struct est_row {
    const char *statistic;
    pal_str variable;
    const pal_str *group; /* [bys] */
    struct pal_estimate estimate;
};
struct est_groups { /* sorted by value, margins last */
    size_t n;
    size_t *group;        /* [n] number in the pass */
    const pal_str **text; /* [n][bys] */
};
/* Ranks of values: numbers by size when all are, otherwise as text. */
PAL_CHECK_RESULT
enum pal_status est_values_ranked(const struct est_values *values, struct pal_arena *arena,
                                  uint32_t **out, struct pal_error *err);
/* STATs in the order given, groups sorted by value, margins last. */
PAL_CHECK_RESULT
enum pal_status est_rows_make(const struct est_pass *pass, struct pal_arena *arena,
                              struct est_row **out, size_t *n, struct pal_error *err);
/* The same a few at a time, not of samples: rows first..first+n-1 of the count into row[], what
 * they need into `arena`. Several threads may ask at once. */
struct est_listing;
PAL_CHECK_RESULT
enum pal_status est_listing_new(const struct est_pass *pass, struct pal_arena *arena,
                                struct est_listing **out, struct pal_error *err);
size_t est_listing_count(const struct est_listing *listing);
PAL_CHECK_RESULT
enum pal_status est_listing_rows(const struct est_listing *listing, size_t first, size_t n,
                                 struct pal_arena *arena, struct est_row *row,
                                 struct pal_error *err);
/* format: csv, json, table. */
PAL_CHECK_RESULT
enum pal_status est_rows_print(const struct est_plan *plan, const struct est_row *row, size_t n,
                               const char *format, struct pal_buf *out, struct pal_error *err);

#define EST_LARGEST_STATE (1u << 30) /* bytes */

/* ---- states for others (estimate_handover.c)
 * -------------------------------------------------------------------------------------- */

struct est_saving {
    const char *path; /* NULL: no state is saved */
    bool hand_over;
    double threshold; /* 0: not given */
};
#define EST_SAVING_OPTIONS                                                                         \
    {CLI_FLAG,                                                                                     \
     "hand-over",                                                                                  \
     0,                                                                                            \
     NULL,                                                                                         \
     "of the state: groups with a count below --threshold (of a sample: with fewer respondents, "  \
     "or fewer than three sampling units) are put together as '_O', the last column of --by "      \
     "first, or left out when that is not enough; the cost is said. Of a sample it holds totals "  \
     "and their covariance, and no sum by unit. Without it a state is confidential, and says so",  \
     CLI_AT(struct options, hand_over)},                                                           \
    {                                                                                              \
        CLI_NUMBER, "threshold", 0, "N",                                                           \
            "smallest count that --hand-over keeps, of a sample the rows that were asked and not " \
            "those of which a condition holds; default 10",                                        \
            CLI_AT(struct options, threshold)                                                      \
    }
/* A pass with no count between 0 and the threshold in any cell, of groups, sides, categories and
 * units of observation; what that took is in its mark. Of a sample: no count of respondents, and
 * moments instead of sums by sampling unit. PAL_DOMAIN when nothing would be left. */
PAL_CHECK_RESULT
enum pal_status est_hand_over(const struct est_pass *pass, double threshold,
                              struct pal_arena *arena, const struct est_pass **out,
                              struct pal_error *err);
/* Beside each answer: a group may lack, and a total lacks, what was too small to be seen. */
PAL_CHECK_RESULT
enum pal_status est_mark_note(const struct est_mark *mark, struct pal_arena *arena,
                              struct pal_estimate *e, struct pal_error *err);
void est_mark_add(struct est_mark *into, const struct est_mark *from);
/* "hand-over state 'FILE': ..." in one line. */
void est_mark_say(const struct est_mark *mark, bool sample, const char *what, FILE *to);

/* Answers, saves the state and writes to `path` (NULL: standard output). */
PAL_CHECK_RESULT
enum pal_status est_finish(struct cli *cli, const struct est_pass *pass, const char *format,
                           const char *path, const struct est_saving *saving,
                           struct pal_error *err);

#endif
