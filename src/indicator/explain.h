/* explain.h: an explanation as it grows: what explain.c and the files beside it share. */
#ifndef PALERMO_INDICATOR_EXPLAIN_H
#define PALERMO_INDICATOR_EXPLAIN_H

#include "inside.h"

struct explain_page {
    struct pal_buf out;
    struct pal_arena *arena;
};

/* Wrapped at 80 columns, continued `hang` letters behind the first word. */
void explain_text(struct explain_page *page, size_t indent, size_t hang, pal_str text);
void explain_say(struct explain_page *page, size_t indent, const char *format, ...)
    PAL_PRINTF(3, 4);
void explain_head(struct explain_page *page, const char *words);
struct explain_number {
    char text[PAL_NUM_SIZE];
};
struct explain_number explain_number(double value);

/* Of a sample: the statistic in words, and how the records were drawn and weighted. */
void explain_statistic(struct explain_page *page, const struct pal_definition *d);
void explain_design(struct explain_page *page, const struct pal_sample_facts *s,
                    const struct pal_figure *f);

#endif
