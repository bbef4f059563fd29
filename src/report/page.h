/* page.h: the sections of the draft report. Each writes its part of the page and nothing else. */
#ifndef PALERMO_REPORT_PAGE_H
#define PALERMO_REPORT_PAGE_H

#include "inside.h"

extern const char report_css[];

struct page {
    const struct pal_report_input *input;
    enum pal_language              language;
    struct pal_buf                *out;
    struct pal_arena              *arena;   /* for the page */
    struct pal_arena              *scratch; /* given back after each table */
    struct pal_error              *err;
};

/* Pieces of markup. */
void page_text(struct page *p, pal_str text);                     /* escaped                     */
void page_word(struct page *p, enum pal_word word);
void page_isolated(struct page *p, pal_str text);                 /* <bdi>: codes, numbers, names */
void page_heading(struct page *p, int level, const char *id, enum pal_word word);
void page_paragraph(struct page *p, enum pal_word word);

PAL_CHECK_RESULT
enum pal_status page_summary(struct page *p);
PAL_CHECK_RESULT
enum pal_status page_tables(struct page *p, enum pal_measures measures);
PAL_CHECK_RESULT
enum pal_status page_national(struct page *p);
void page_evidence(struct page *p);
void page_methods(struct page *p);
void page_findings(struct page *p);
void page_sources(struct page *p);
void page_cite(struct page *p);

/* A definition has figures in this run. */
bool page_is_used(const struct page *p, const struct pal_definition *definition);
bool page_has_national(const struct page *p);

#endif
