/* inside.h: a descriptor as the loader sees it. */
#ifndef PALERMO_DATA_INSIDE_H
#define PALERMO_DATA_INSIDE_H

#include "palermo/data.h"

struct data_conditions { /* all must hold; each takes any of its values */
    size_t n;
    struct data_condition {
        pal_str column;
        size_t n;
        const pal_str *value;
        struct pal_place at;
    } * item;
};

struct data_codes {       /* category -> code; `rest` is what "*" says */
    struct pal_map *from; /* category -> index in to */
    const pal_str *to;
    pal_str rest;
};

struct data_field { /* one field of the schema */
    pal_str name;
    enum data_type {
        DATA_ANY,
        DATA_STRING,
        DATA_NUMBER,
        DATA_INTEGER,
        DATA_YEAR,
        DATA_YEARMONTH,
        DATA_DATE,
        DATA_DATETIME,
        DATA_TIME,
        DATA_BOOLEAN
    } type;
    pal_str format;      /* of dates: "default", "any" or a pattern like "%d/%m/%Y" */
    char decimal, group; /* 0 = the descriptor's                                    */
    bool loose;          /* bareNumber: false, "95 %" is a number                   */
    bool required, unique;
    bool has_minimum, has_maximum, has_shortest, has_longest;
    double minimum, maximum;  /* numbers and years; dates as days since 1970             */
    size_t shortest, longest; /* letters                                                 */
    pal_str pattern;
    size_t listed_n, missing_n, true_n, false_n;
    const pal_str *listed, *missing, *true_value, *false_value;
    struct pal_place at;
};

struct data_absent {
    pal_str mark;
    enum pal_absent reason;
    double low, high; /* below-threshold: what the cell may be, for whole numbers */
};

struct data_dimension {
    pal_str name;   /* lower case */
    pal_str column; /* NULL text: set only by measures */
    struct data_conditions when;
    struct data_codes codes, spellings; /* spellings: text -> code of the area meant */
    bool has_codes, has_areas, role;    /* role: every category is a code unless listed */
    pal_str own, other;
    struct pal_place at;
};

struct data_pair { /* dimension = code */
    pal_str name, code;
};

struct data_measure {
    struct pal_measure_facts facts;
    struct pal_place at;
    struct data_conditions where;
    size_t set_n;
    const struct data_pair *set;
    size_t columns_n; /* wide-columns */
    struct data_measure_column {
        pal_str column;
        size_t set_n;
        const struct data_pair *set;
    } * column;
};

struct data_duplicates {
    enum pal_duplicates rule;
    struct pal_place at;
    struct data_conditions where;
    size_t key_n;
    const pal_str *key;
};

struct data_parts {
    pal_str dimension, total, unknown;
    size_t parts_n;
    const pal_str *parts;
};

struct data_aside {
    struct data_conditions where;
    pal_str why;
    struct pal_place at;
};

struct data_extra_area {
    pal_str code, of;
    enum pal_area_kind kind;
    struct pal_text name;
    struct pal_place at;
};

struct pal_descriptor {
    const char *path, *folder;
    pal_str name;
    struct pal_text title;
    size_t paths_n;
    const pal_str *paths;
    struct pal_dialect dialect;
    char decimal, thousands, comment; /* 0 = none */
    pal_str footer_from;
    bool strip_footnotes;
    pal_str null_sequence;
    enum pal_shape shape;
    int period; /* 0 = rows name it */
    size_t fields_n, primary_key_n;
    struct data_field *field;
    const pal_str *primary_key;
    struct pal_place roles_at;
    pal_str fixed_area; /* empty = rows name it */
    struct pal_place fixed_area_at;
    pal_str area, area_name, period_column, value, unit, source, measure, status;
    size_t lists_n;
    const pal_str *lists;
    enum pal_area_code area_by;
    size_t areas_n;
    struct data_extra_area *areas;
    size_t absent_n;
    struct data_absent *absent;
    size_t crosswalk_n;
    struct data_crosswalk {
        pal_str column;
        struct data_codes codes;
    } * crosswalk;
    size_t dimensions_n;
    struct data_dimension *dimension;
    size_t measures_n;
    struct data_measure *measure_of;
    size_t asides_n;
    struct data_aside *aside;
    size_t duplicates_n;
    struct data_duplicates *duplicates;
    size_t parts_n;
    struct data_parts *parts;
    size_t stages_n;
    const pal_str *stages;
    struct data_conditions rate_count, rate_rate;
    double rate_per;
    int year_from, year_to;
    size_t percent_n;
    const pal_str *percent;
    pal_str acts_letters[16], acts_codes[16];
    size_t acts_n;
    int status_as_of;
    pal_str status_date; /* pattern of the dates, empty = any */
    size_t sha256_n;     /* one a path */
    const pal_str *sha256;
    struct pal_sample_facts sample;
    bool synthetic;
    struct pal_dataset_facts facts;
};

struct pal_dict {
    struct pal_map *map; /* text -> code - 1 */
};
struct pal_dict *data_dict_new(struct pal_arena *arena);
/* 0 when memory is out. */
uint32_t data_dict_add(struct pal_dict *dict, pal_str text);

/* A number as this field writes them; field may be NULL. */
bool data_number(pal_str text, const struct data_field *field, const struct pal_descriptor *d,
                 double *out);
/* A date as this field writes them: "default" (ISO), "any", or a pattern of %Y %m %d %y %b %B %H %M
 * %S; the time of day is read and left out. */
bool data_date(pal_str text, const struct data_field *field, struct pal_date *out);

/* Looks a category up; an empty slice with ptr NULL when it is not listed. */
pal_str data_codes_find(const struct data_codes *codes, pal_str category);

/* Adds what a descriptor declares; an area known already keeps its number. */
PAL_CHECK_RESULT
enum pal_status data_areas_extend(struct pal_areas *areas, const struct pal_descriptor *descriptor,
                                  struct pal_error *err);
/* A State for a code of XAA to XZZ that nobody declared, unless it looks like a slip of a known
 * code. PAL_NO_AREA for any other text. */
PAL_CHECK_RESULT
enum pal_status data_areas_invent(struct pal_areas *areas, pal_str code, uint32_t *out,
                                  struct pal_error *err);

PAL_CHECK_RESULT
enum pal_status data_conditions_read(const struct pal_yaml *node, struct pal_arena *arena,
                                     struct data_conditions *out, struct pal_error *err);

#endif
