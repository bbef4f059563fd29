/* page.h: what the files of the draft report share: a look at figures, pieces of markup, and the
 * sections, each of which writes its part of the page and nothing else. */
#ifndef PALERMO_REPORT_PAGE_H
#define PALERMO_REPORT_PAGE_H

#include "inside.h"

extern const char report_css[];

/* ---- looking at figures -----------------------------------------------------------------------
 */

struct page_slice { /* the figures of one definition: they stand together in the sorted relation */
    const struct pal_figure *figure;
    size_t n;
};
struct page_slice page_figures_of(const struct pal_figures *figures,
                                  const struct pal_definition *definition);
/* The text of a figure's breakdown `column` is "_T" or does not apply. */
bool page_is_total(const struct pal_figure *figure, size_t column);
/* That holds in every column, or in every column but `except` (SIZE_MAX: none). */
bool page_is_whole(const struct pal_figures *figures, const struct pal_figure *figure,
                   size_t except);
/* Column of a dimension, case ignored; SIZE_MAX when no figure is broken down by it. */
size_t page_breakdown_column(const struct pal_figures *figures, pal_str dimension);
bool page_has_value(const struct pal_figure *figure);
bool page_has_bounds(const struct pal_figure *figure); /* and no value */
bool page_has_interval(const struct pal_figure *figure);
/* A value or bounds: something to print or draw. */
bool page_shows(const struct pal_figure *figure);
/* The latest year in which at least half as many States stand behind the area's total as in its
 * best-covered year; INT32_MIN when there is none. `except`: a breakdown that need not be total. */
int32_t page_settled_period(const struct pal_figures *figures, struct page_slice slice,
                            uint32_t area, size_t except);
/* The same for several codes of one breakdown: the latest year in which it holds of each, so that
 * they may stand beside each other. */
int32_t page_common_period(const struct pal_figures *figures, struct page_slice slice,
                           uint32_t area, size_t column, const pal_str *code, size_t codes);
/* World, or the whole of a synthetic world: a total that lies in no other. */
bool page_is_world(const struct pal_areas *areas, uint32_t area);
bool page_is_region(const struct pal_areas *areas, uint32_t area); /* next below the world */
bool page_is_state(const struct pal_areas *areas, uint32_t area);  /* country or area */
bool page_is_count(const struct pal_definition *definition);       /* whole numbers of things */

/* ", " between the members of a list. */
pal_str page_list_comma(enum pal_language language);
/* ", " between a place and a year, and " " between sentences. */
pal_str page_place_comma(enum pal_language language);
pal_str page_space(enum pal_language language);
pal_str page_clause_comma(enum pal_language language); /* "; " */

/* ---- the page ---------------------------------------------------------------------------------
 */

struct page {
    const struct pal_report_input *input;
    enum pal_language language;
    struct pal_buf *out;
    struct pal_arena *arena;
    struct pal_error *err;
    const struct pal_table **table;   /* [tables] laid out; NULL where no figure exists */
    const struct pal_chart **chart;   /* [tables] NULL: none                            */
    const struct pal_table *disputed; /* NULL: no figure is */
};

/* Pieces of markup; texts are escaped. */
void page_text(struct page *p, pal_str text);
void page_word(struct page *p, enum pal_word word);
void page_fill(struct page *p, enum pal_word word, const pal_str *with, size_t n);
void page_isolated(struct page *p, pal_str text); /* <bdi>: codes, numbers, foreign names */
void page_english(struct page *p, pal_str text);  /* <span lang="en" dir="ltr">            */
void page_number(struct page *p, double value, int decimals); /* kept left to right      */
pal_str page_number_text(struct page *p, double value, int decimals);
void page_heading(struct page *p, int level, const char *id, enum pal_word word);
void page_paragraph(struct page *p, enum pal_word word);
/* A scrolling region with a plain table: caption and heads; closed by the second. */
void page_grid_open(struct page *p, pal_str caption, const enum pal_word *head, size_t n);
void page_grid_close(struct page *p);
/* "12.3 (10.1–14.5)", "10–14" of bounds, "..". */
pal_str page_figure_text(struct page *p, const struct pal_figure *figure);
pal_str page_area_name(const struct page *p, uint32_t area);

/* Which part a table belongs to. */
enum page_part { PAGE_PHENOMENON, PAGE_IMPLEMENTATION, PAGE_MIXED, PAGE_PARTS };
enum page_part page_part_of(const struct pal_table_definition *definition);
bool page_part_has_tables(const struct page *p, enum page_part part);
extern const struct page_part_words {
    const char *id;
    enum pal_word title, text;
} page_parts[PAGE_PARTS];

PAL_CHECK_RESULT
enum pal_status page_summary(struct page *p);
PAL_CHECK_RESULT
enum pal_status page_key(struct page *p); /* what the figures show */
PAL_CHECK_RESULT
enum pal_status page_tables(struct page *p, enum page_part part);
PAL_CHECK_RESULT
enum pal_status page_disputed(struct page *p);
void page_national(struct page *p, const struct pal_table_definition *definition);
/* Records that bear on an indicator of the table; NULL: on no table of this run. */
void page_evidence(struct page *p, const struct pal_table_definition *definition);
bool page_has_loose_evidence(const struct page *p);
void page_methods(struct page *p);
void page_findings(struct page *p);
void page_sources(struct page *p);
void page_cite(struct page *p);

/* A definition has figures in this run. */
bool page_is_used(const struct page *p, const struct pal_definition *definition);

#endif
