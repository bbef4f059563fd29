/* suggest.h: what is seen in a table that nobody described, for a draft of its descriptor. */
#ifndef PALERMO_DATA_SUGGEST_H
#define PALERMO_DATA_SUGGEST_H

#include "inside.h"

enum { SUGGEST_WORDS = 1000, SUGGEST_ROWS = 20000 };

struct suggest_column {
    pal_str name;
    struct pal_map *words; /* distinct texts, the first SUGGEST_WORDS */
    uint64_t *times;       /* [words] */
    size_t times_cap;
    uint64_t filled, numbers, thousands, commas, years, binary;
    uint64_t dots; /* groups of three behind points: 1.234, which is a number of either kind */
    size_t codes, alpha2, names; /* distinct words that are areas so read */
    int year;                    /* the header is this year; 0 = no year */
};

struct suggestion {
    const char *path, *file; /* file: without its folders */
    struct pal_dialect dialect;
    size_t columns;
    struct suggest_column *column;
    uint64_t rows;
    size_t area, area_name, period, value, year_columns; /* SIZE_MAX: none */
    enum pal_area_code area_by;
    pal_str footer; /* how the notes under the table begin; empty: none seen */
    uint64_t footer_line;
    enum pal_shape shape;
    bool synthetic;
};

/* Reads the beginning of the table and decides what its columns seem to be. */
PAL_CHECK_RESULT
enum pal_status suggest_look(const char *path, const struct pal_areas *areas,
                             struct pal_arena *arena, struct suggestion *out,
                             struct pal_error *err);

/* A column of numbers beside the value's own, in a table of cells. */
bool suggest_holds_numbers(const struct suggestion *s, size_t column);

/* What words of a header or a cell usually mean, in the six languages; NULL: nobody knows. */
const char *suggest_dimension(pal_str column);
const char *suggest_code(const char *dimension, pal_str category);
const char *suggest_meaning(pal_str mark);

#endif
