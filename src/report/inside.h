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

/* What stands between the members of a list, and between its longer members. */
pal_str report_comma(enum pal_language language);
pal_str report_semicolon(enum pal_language language);
/* "5–7", or "5" when both ends print alike; its ends stay left to right inside Arabic too. */
pal_str report_range(enum pal_language language, struct pal_arena *arena, pal_str low,
                     pal_str high);

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

/* Which figure stands where, before any language: values by area, row key and value column. */
struct plan_column {
    size_t indicator;    /* of the definition                                        */
    const pal_str *code; /* [definition->breakdowns] chosen codes, empty where the indicator is
                            not by that dimension                                    */
    int32_t period;      /* periods across: its year; 0 otherwise                    */
    bool interval;
};
struct plan {
    const struct pal_report_input *input;
    const struct pal_table_definition *definition;
    size_t columns;
    struct plan_column *column;
    size_t keys;                    /* rows of one block: 1 for areas, years or codes otherwise */
    const int32_t *period;          /* [keys] of rows of periods                                */
    const pal_str *code;            /* [keys] of rows of a breakdown                            */
    const struct pal_figure **slot; /* [areas][keys][columns]                            */
    bool any;
};
PAL_CHECK_RESULT
enum pal_status report_plan(const struct pal_report_input *input,
                            const struct pal_table_definition *definition, struct pal_arena *arena,
                            struct plan *out, struct pal_error *err);
static inline const struct pal_figure **plan_slots(const struct plan *plan, uint32_t area,
                                                   size_t key)
{
    return &plan->slot[(area * plan->keys + key) * plan->columns];
}
/* "Female, 0-17 years": the codes of a column as the language names them; empty without any. */
pal_str report_breakdown_label(const struct plan *plan, const struct plan_column *column,
                               enum pal_language language, struct pal_arena *arena);
/* A number stands there, or the range that masked counts leave open. */
bool report_has_value(const struct pal_figure *figure);

/* The rows in the order of one language. */
struct plan_row {
    struct pal_table_row row;
    size_t key;
};
PAL_CHECK_RESULT
enum pal_status report_plan_rows(const struct plan *plan, const struct pal_area_order *order,
                                 struct pal_arena *arena, struct plan_row **out, size_t *n,
                                 struct pal_error *err);

/* Notes are collected while the cells are laid out, row by row. */
enum report_symbol {
    REPORT_SYMBOL_DOTS = 1,
    REPORT_SYMBOL_DASH = 2,
    REPORT_SYMBOL_HYPHEN = 4,
    REPORT_SYMBOL_ZERO = 8,
    REPORT_SYMBOL_MASKED = 16,
    REPORT_SYMBOL_WITHHELD = 32,
    REPORT_SYMBOL_PROTECTED = 64,
};
struct report_notes {
    const struct pal_report_input *input;
    const struct pal_table_definition *definition;
    enum pal_language language;
    struct pal_arena *arena;
    struct pal_map *map;          /* text of a note -> its letter                         */
    uint32_t everywhere;          /* flags that all figures of the table carry            */
    const uint32_t *column_flags; /* [plan columns] flags that all figures of a column carry,
                                     and not all of the table                             */
    const struct pal_mark *mark_everywhere; /* that all figures of States carry; NULL: none */
    unsigned symbols; /* enum report_symbol bits that were printed            */
    const struct pal_definition *const *national; /* [national_n] definitions beside the standard */
    size_t national_n;
};
PAL_CHECK_RESULT
enum pal_status report_notes_begin(const struct pal_report_input *input,
                                   const struct pal_table_definition *definition,
                                   enum pal_language language, struct pal_arena *arena,
                                   struct report_notes *out, struct pal_error *err);
/* What the review says of a figure; NULL where it says nothing. */
const struct pal_mark *report_mark_of(const struct pal_report_input *input,
                                      const struct pal_figure *figure);
/* What is written beside a value: its year where it is not the row's (row_period; 0: do not say),
 * its flags without those of `said`, the State's own figure, what the review says. */
PAL_CHECK_RESULT
enum pal_status report_notes_of(struct report_notes *notes, const struct pal_figure *figure,
                                int32_t row_period, uint32_t said, struct pal_cell *cell,
                                struct pal_error *err);
/* The lines under the table: general notes, source, method, coverage, scope, symbols, disclaimer.
 */
PAL_CHECK_RESULT
enum pal_status report_lines(const struct report_notes *notes, const struct plan *plan,
                             const struct plan_row *row, size_t rows, bool synthetic,
                             const pal_str **out, size_t *n, struct pal_error *err);

/* The citations of datasets that sources of figures ("glotip+population") name, each once, in that
 * order; empty where none of them is at hand. */
PAL_CHECK_RESULT
enum pal_status report_citations(const struct pal_report_input *input, const pal_str *source,
                                 size_t n, enum pal_language language, struct pal_arena *arena,
                                 pal_str *out, struct pal_error *err);

/* An estimate's method in the language; the estimator's own words where the house has none. */
pal_str report_method_name(enum pal_language language, const char *method, struct pal_arena *arena);

/* ---- formats -----------------------------------------------------------------------------------
 */

/* The head that begins at `level` of column `col` as it prints: its text, the columns and levels it
 * spans; cols 0 where the place is covered by a head that began before. */
struct report_span {
    pal_str text;
    size_t cols, levels;
};
struct report_span report_head_span(const struct pal_table *table, size_t level, size_t col);
/* Note letters of a cell, "a,b". */
pal_str report_cell_letters(const struct pal_table *table, const struct pal_cell *cell,
                            struct pal_arena *arena);
/* A cell's text between left-to-right marks where its language runs right to left: for formats that
 * have no isolates of their own. Stubs stay as they are. */
pal_str report_isolated(const struct pal_table *table, const struct pal_cell *cell,
                        struct pal_arena *arena);

/* The style of tables, for pages that hold some. */
extern const char report_table_css[];

#endif
