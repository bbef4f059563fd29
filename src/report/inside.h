/* inside.h: what the files of this room share. */
#ifndef PALERMO_REPORT_INSIDE_H
#define PALERMO_REPORT_INSIDE_H

#include "palermo/report.h"

extern const char *const report_text_ar[PAL_WORDS];
extern const char *const report_text_zh[PAL_WORDS];
extern const char *const report_text_en[PAL_WORDS];
extern const char *const report_text_fr[PAL_WORDS];
extern const char *const report_text_ru[PAL_WORDS];
extern const char *const report_text_es[PAL_WORDS];

/* How a language writes numbers; also read by the workbook's number formats. */
struct report_number_form {
    const char *thousands, *decimal;
};
const struct report_number_form *report_number_form(enum pal_language language);

/* ---- labels of breakdown codes: indicators/labels/<dimension>.yaml ----------------------------
 */

struct report_label_code {
    pal_str code;
    struct pal_text name;
};
struct report_label_set {
    pal_str dimension; /* lower case */
    struct pal_text name;
    size_t n;
    const struct report_label_code *code;
};
struct report_labels {
    size_t n;
    struct report_label_set *set;
};
PAL_CHECK_RESULT
enum pal_status report_labels_read(const char *const *folders, size_t n, struct pal_diag *diag,
                                   struct pal_arena *arena, const struct report_labels **out,
                                   struct pal_error *err);
const struct report_label_set *report_labels_find(const struct report_labels *labels,
                                                  pal_str dimension);
/* The code itself where nobody named it. Dimension names are compared without case. */
pal_str report_label(const struct report_labels *labels, pal_str dimension, pal_str code,
                     enum pal_language language);

/* ---- table definitions ------------------------------------------------------------------------
 */

enum report_rows { REPORT_ROWS_AREAS, REPORT_ROWS_PERIODS, REPORT_ROWS_BREAKDOWN };
enum report_periods {
    REPORT_LATEST,   /* each row's own latest year                  */
    REPORT_LATEST_N, /* the last years that any figure has          */
    REPORT_ALL,
    REPORT_LISTED,
};

struct report_breakdown {
    pal_str dimension; /* lower case */
    size_t n;
    const pal_str *code; /* [n] in the order they are printed */
};

struct pal_table_definition {
    const char *path;
    pal_str name;
    unsigned number;
    struct pal_text title, headnote;
    size_t indicators;
    const struct pal_definition *const *indicator;
    const bool *interval; /* [indicators] limits in columns of their own */
    enum report_rows rows;
    pal_str row_dimension; /* of REPORT_ROWS_BREAKDOWN, lower case            */
    bool by_sub_region;    /* groups: sub-regions                             */
    bool by_value;         /* order: value, of REPORT_ROWS_BREAKDOWN          */
    enum report_periods periods;
    bool periods_across;   /* columns: periods                                */
    size_t periods_n;      /* of LATEST_N: how many; of LISTED: length        */
    const int32_t *period; /* [periods_n] of LISTED, ascending                */
    size_t breakdowns;
    const struct report_breakdown *breakdown;
    bool has_chart;
    enum pal_chart_kind chart_kind;
    const struct pal_definition *chart_indicator;
    pal_str chart_over; /* "periods", "areas" or a dimension in lower case */
    size_t notes;
    const struct pal_text *note;
    const struct report_labels *labels;
};
/* True when the definition is broken down by that dimension. */
bool report_is_by(const struct pal_definition *definition, pal_str dimension);

/* The chart that a table's definition asks for; *out NULL when it asks for none or no figure is
 * there. */
PAL_CHECK_RESULT
enum pal_status report_chart_of(const struct pal_report_input *input,
                                const struct pal_table_definition *definition,
                                enum pal_language language, struct pal_arena *arena,
                                const struct pal_chart **out, struct pal_error *err);

/* ---- layout ------------------------------------------------------------------------------------
 */

/* Notes are collected while the cells are laid out, row by row. */
struct report_notes {
    struct pal_map *map; /* text -> letter */
    struct pal_arena *arena;
    const struct pal_report_input *input;
    enum pal_language language;
    uint32_t everywhere; /* flags that all figures of the table carry: a line says them */
    uint32_t symbols;    /* enum report_symbol bits that were printed                    */
};
enum report_symbol {
    REPORT_SYMBOL_DOTS = 1,
    REPORT_SYMBOL_DASH = 2,
    REPORT_SYMBOL_HYPHEN = 4,
    REPORT_SYMBOL_ZERO = 8,
    REPORT_SYMBOL_MASKED = 16,
    REPORT_SYMBOL_WITHHELD = 32,
};
/* What is written beside a value: year, flags, the State's own figure, review marks. */
PAL_CHECK_RESULT
enum pal_status report_notes_of(struct report_notes *notes, const struct pal_figure *figure,
                                int32_t row_period, struct pal_cell *cell, struct pal_error *err);
/* The lines under the table: general notes, source, method, coverage, scope, symbols, disclaimer.
 */
PAL_CHECK_RESULT
enum pal_status report_lines(const struct report_notes *notes, const struct pal_table *table,
                             const pal_str **out, size_t *n, struct pal_error *err);

/* ---- formats -----------------------------------------------------------------------------------
 */

/* Heads merged as they print: number of columns that head[level] of column `col` spans (0: it is
 * covered by one before it) and of levels it reaches down. */
struct report_span {
    size_t cols, levels;
};
struct report_span report_head_span(const struct pal_table *table, size_t level, size_t col);
/* Note letters of a cell, "a,b". */
pal_str report_cell_letters(const struct pal_table *table, const struct pal_cell *cell,
                            struct pal_arena *arena);
/* A table's text with left-to-right marks where its language runs right to left. */
pal_str report_isolated(const struct pal_table *table, const struct pal_cell *cell,
                        struct pal_arena *arena);

#endif
