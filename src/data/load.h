/* load.h: a dataset while it is being read. A shape turns one record of the file into rows. */
#ifndef PALERMO_DATA_LOAD_H
#define PALERMO_DATA_LOAD_H

#include "inside.h"

struct load_memo { /* dictionary code -> answer + 1; 0 = not asked yet */
    uint32_t *answer;
    size_t cap;
};

struct load_column { /* one column of the file */
    pal_str name;
    const struct data_field *field; /* what the schema says of it, or NULL */
    bool judge;                     /* cells are held against the schema                  */
    struct load_memo judged;        /* code -> 1: it keeps to the schema                  */
    struct load_memo seen;          /* code -> line where it stood first                  */
    struct load_memo declared;      /* code -> enum pal_absent, where the sender says so  */
    enum load_sampling {            /* of the sampling design: what its cells must be     */
                         LOAD_SAMPLING_NONE,
                         LOAD_SAMPLING_CODE,
                         LOAD_SAMPLING_SIZE,
                         LOAD_SAMPLING_WEIGHT,
    } sampling;
    struct load_memo sampled;           /* code -> 1: it is that                              */
    void *pattern;                      /* regex_t, or NULL                                   */
    bool kept;                          /* as a code column; value columns are not */
    const struct data_codes *crosswalk; /* lists: what the cell is written as; NULL = as it is */
    int year;                           /* wide-years: the year it stands for, 0 = none */
    struct pal_dict *dict;
    pal_str last; /* text of the last cell, and its code: neighbours are often equal */
    uint32_t last_code;
    uint32_t *code; /* [rows] */
};

struct load_condition {
    size_t column;
    const struct data_condition *from;
    struct load_memo holds; /* 1 no, 2 yes */
};

struct load_conditions {
    size_t n;
    struct load_condition *item;
};

struct load_dimension {
    const struct data_dimension *from;
    size_t column; /* SIZE_MAX: only measures set it */
    struct load_conditions when;
    const struct data_codes *crosswalk;
    struct pal_dict *dict;
    struct load_memo memo; /* file code -> dimension code */
    uint32_t total, own, other;
    uint32_t *code; /* [rows] */
};

struct load_measure {
    const struct data_measure *from;
    size_t *column; /* [from->columns_n] wide-columns: where they are in the file */
    struct load_conditions where;
    uint32_t code;
    bool percent, whole; /* cannot pass 100; cannot be a fraction */
};

struct loader {
    const struct pal_descriptor *d;
    const struct pal_load_options *options;
    struct pal_diag *diag;
    struct pal_arena *arena;
    const char *file; /* as the descriptor names it: what findings print */
    uint32_t file_at; /* number of the file being read */
    void *footer;     /* regex_t of footer.from, or NULL */

    struct load_column *column; /* [columns] */
    size_t columns;
    struct load_dimension *dimension;
    size_t dimensions;
    struct load_measure *measure;
    struct load_conditions *aside; /* [asides] */
    uint64_t *aside_count;
    struct pal_dict *measures;
    uint32_t fixed_area; /* of a file of one country; PAL_NO_AREA: rows name theirs */
    size_t area_column, name_column, period_column, value_column, status_column;
    bool record_bad;  /* a cell of the record breaks the schema */
    bool record_told; /* the record has given a row: what is wrong with all of it was said */
    bool any_fields;  /* some column has a schema to be held against */
    bool percent_value, whole_value; /* of rows that no measure takes */
    struct load_memo area_memo, name_memo, period_memo;
    pal_str near_of, near; /* the last unknown area, and the known one that is nearest */

    uint32_t *here;     /* [columns] codes of the record being read */
    uint32_t *here_dim; /* [dimensions] */
    /* rows */
    size_t rows, cap;
    uint32_t *area, *measure_code, *field, *file_of;
    int32_t *period;
    double *value, *low, *high;
    uint8_t *absent, *state;
    uint64_t *line;
    uint64_t blanks, blank_rows, records;
    bool any_bounds;
};

struct load_cell { /* what a shape hands over: one value of the record */
    pal_str text;
    bool bad;       /* unreadable, and a finding has said so */
    uint32_t field; /* from 1; 0 = it stands in no field */
    int32_t period; /* INT32_MIN: the record's own */
    size_t measure; /* index; SIZE_MAX: by its conditions */
    size_t set_n;
    const struct data_pair *set;
};

struct load_reading { /* what a value cell says */
    double value, low, high;
    enum pal_absent absent;
    bool bad;
};

struct data_shape {
    const char *name;
    /* Marks columns that hold values, not categories. */
    enum pal_status (*prepare)(struct loader *l, struct pal_error *err);
    /* One record into rows by load_emit. */
    enum pal_status (*record)(struct loader *l, const struct pal_record *record,
                              struct pal_error *err);
};
const struct data_shape *data_shape_of(enum pal_shape shape);

/* What a design says that the rows as a whole do not bear out: an answer that nobody gave, weights
 * of separate samples adjusted together, completed data sets that are not of the same records. */
PAL_CHECK_RESULT
enum pal_status load_judge_sample(const struct loader *l, const struct pal_dataset *dataset,
                                  struct pal_error *err);
/* The number of a column; PAL_SYNTAX with the nearest header when it is missing. */
PAL_CHECK_RESULT
enum pal_status load_column_find(const struct loader *l, pal_str name, const struct pal_place *at,
                                 size_t *out, struct pal_error *err);
/* Adds one row. */
PAL_CHECK_RESULT
enum pal_status load_emit(struct loader *l, const struct pal_record *record,
                          const struct load_cell *cell, struct pal_error *err);
/* Dimensions that are set by measures or shapes and have no column of their own. */
PAL_CHECK_RESULT
enum pal_status load_dimensions_add(struct loader *l, const struct data_pair *set, size_t n,
                                    struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status load_conditions_prepare(struct loader *l, const struct data_conditions *from,
                                        struct load_conditions *out, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status load_measures_prepare(struct loader *l, struct pal_error *err);
/* The first measure whose conditions the record meets; SIZE_MAX: none. */
size_t load_measure_of_record(struct loader *l);
void load_say_no_measure(struct loader *l, const struct pal_record *record);
void load_set_pairs(struct loader *l, size_t row, const struct data_pair *set, size_t n);
PAL_CHECK_RESULT
enum pal_status load_regex(const char *pattern, struct pal_arena *arena, void **out,
                           const struct pal_place *at, struct pal_error *err);
bool load_conditions_hold(struct loader *l, struct load_conditions *conditions);
void load_finding(struct loader *l, enum pal_severity severity, const char *rule, uint64_t line,
                  uint32_t field, pal_str value, pal_str todo, const char *format, ...)
    PAL_PRINTF(8, 9);
/* What holds for the record as a whole, of which a wide file makes many rows: said once. */
#define LOAD_RECORD_FINDING(l, ...)                                                                \
    do {                                                                                           \
        if (!(l)->record_told)                                                                     \
            load_finding((l), __VA_ARGS__);                                                        \
    } while (0)
/* Why the record's cell holds no value, as the sender of a survey file declares; PAL_PRESENT: he
 * does not. */
enum pal_absent load_declared(const struct pal_record *record, size_t column);
/* A field of the record, empty where the record is short. */
pal_str load_field(const struct pal_record *record, size_t column);
/* The memo's answer for a code; NULL when memory is out. */
uint32_t *load_memo_at(struct load_memo *memo, uint32_t code, struct pal_arena *arena);
const struct data_absent *load_absent_mark(const struct loader *l, pal_str text);
/* *bad: the row has an error finding now. */
uint32_t load_area_of_record(struct loader *l, const struct pal_record *record, bool *bad);
int32_t load_period_of_record(struct loader *l, const struct pal_record *record, bool *bad);
bool load_year_possible(const struct loader *l, int32_t year);
uint32_t load_dimension_code(struct loader *l, struct load_dimension *dimension,
                             const struct pal_record *record, uint32_t area, bool *bad);
PAL_CHECK_RESULT
enum pal_status load_dimensions_prepare(struct loader *l, struct pal_error *err);
struct load_reading load_value(struct loader *l, const struct pal_record *record,
                               const struct load_cell *cell, const struct load_measure *measure);
/* Holds the record's cells against the schema's types and constraints; false when one is wrong. */
bool load_fields_judge(struct loader *l, const struct pal_record *record);
PAL_CHECK_RESULT
enum pal_status load_fields_prepare(struct loader *l, struct pal_error *err);
/* NULL when the file lies nowhere. */
const char *load_find_file(const struct pal_descriptor *d, pal_str name,
                           const struct pal_load_options *options, struct pal_arena *arena);
/* A file that stays the same when another is read in place of the data. */
const char *load_find_beside(const struct pal_descriptor *d, pal_str name,
                             const struct pal_load_options *options, struct pal_arena *arena);
/* Remarks above the header (lines that begin with `comment`; 0 = none) are passed over as a
 * preamble is: they are added to dialect->skip_rows. */
PAL_CHECK_RESULT
enum pal_status load_remarks_above(const char *path, char comment, struct pal_arena *reading,
                                   struct pal_dialect *dialect, struct pal_error *err);
enum pal_status load_missing_file(const struct pal_descriptor *d, pal_str name,
                                  struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status load_build(struct loader *l, struct pal_dataset *out, struct pal_error *err);

#endif
