/* weighting.h: plans of adjusted weights as their own files see them. */
#ifndef PALERMO_ESTIMATE_WEIGHTING_H
#define PALERMO_ESTIMATE_WEIGHTING_H

#include "palermo/weighting.h"

struct weighting_margin { /* rows in cells by some columns */
    const struct pal_names *by;
    size_t *column; /* [by->n] of the batches */
    size_t cells;   /* with a population: those of the file */
    const pal_str *name;
    const double *population; /* NULL: classes, which are met */
    const char *file;         /* of the population, and the lines of its categories in it */
    const uint64_t *line;
    uint32_t at_column;
};

struct pal_weighting_plan {
    const struct pal_weighting *words;
    struct pal_weighting_source source;
    size_t steps;
    struct pal_adjust step[3]; /* what does not depend on rows */
    size_t respondent;         /* column, where respondents are asked for */
    size_t margins;            /* of all steps, in their order */
    struct weighting_margin *margin;
    size_t *term;  /* [words->terms] column */
    double *total; /* [words->terms] */
};

#endif
