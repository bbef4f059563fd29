/* report.h: figures become tables, charts and pages in six languages.
 *
 * A table is declared once (indicators/tables/<name>.yaml) and laid out once per language; every
 * format prints the same cells. Text that people read comes from three places only: definitions
 * (titles), areas (names) and text_<language>.c (everything else). The formats of FIELD.md 4.2 are
 * house rules, not options: two dots for not available, no vertical rules, intervals in their own
 * columns, notes by letter, source, coverage and method lines under the body.
 */
#ifndef PALERMO_REPORT_H
#define PALERMO_REPORT_H

#include "palermo/base.h"
#include "palermo/data.h"
#include "palermo/indicator.h"

/* ---- words -------------------------------------------------------------------------------------
 */

/* Every string of the house's own that is printed: one line in words.def, six text_*.c tables. */
enum pal_word {
#define PAL_WORD(id, english) PAL_WORD_##id,
#include "palermo/words.def"
#undef PAL_WORD
    PAL_WORDS
};
pal_str pal_word(enum pal_language language, enum pal_word word);
bool pal_language_rtl(enum pal_language language);

/* A word with {1}, {2}, ... filled in; ptr NULL when memory is out. */
pal_str pal_word_fill(enum pal_language language, enum pal_word word, const pal_str *with, size_t n,
                      struct pal_arena *arena);
/* "2026-01-31" as the language writes dates; the text itself when it is no date. */
pal_str pal_date_text(enum pal_language language, pal_str iso, struct pal_arena *arena);

/* A number as the language writes it, `decimals` places, rounded half to even. Thousands are always
 * grouped (a column of a table must align), the minus is U+2212 since the hyphen means "not
 * applicable". Separators: ar, zh, en 1,234.5; es 1.234,5; fr 1 234,5 with U+202F; ru 1 234,5 with
 * U+00A0: the forms of CLDR as ICU has them, Arabic in Latin digits as UN documents print them. A
 * test holds this table against ICU. Formats isolate numbers where the text runs right to left.
 * NaN gives "..". */
pal_str pal_number_text(enum pal_language language, double value, int decimals,
                        struct pal_arena *arena);
/* Decimals that suit one value by itself: counts 0; otherwise 1, and more below 0.1 so that a
 * significant digit shows, 4 at most. Columns of tables decide together. */
int pal_number_decimals(double value, bool is_count);

/* The alphabetical order of area names in a language (ICU collation; equal names by code): a rank
 * for every area, computed once. ICU is loaded here and nowhere else, so a command that prints no
 * table never pays for it. */
struct pal_area_order {
    enum pal_language language;
    size_t n;
    const uint32_t *rank; /* [n] by area */
};
PAL_CHECK_RESULT
enum pal_status pal_area_order_new(const struct pal_areas *areas, enum pal_language language,
                                   struct pal_arena *arena, const struct pal_area_order **out,
                                   struct pal_error *err);
/* order[n] receives a permutation of area[n] in that order; for one-off use. */
PAL_CHECK_RESULT
enum pal_status pal_areas_sort(const struct pal_areas *areas, const uint32_t *area, size_t n,
                               enum pal_language language, size_t *order, struct pal_arena *scratch,
                               struct pal_error *err);

/* ---- marks -------------------------------------------------------------------------------------
 */

/* What a later room (review) says about figures, in the language of the page: `state` in a word for
 * the legend, `note` as it stands beside the figure. Equal marks are one. */
struct pal_mark {
    pal_str state, note;
};

/* A figure on which its Government differs: what it says instead, and why. */
struct pal_dispute {
    size_t figure; /* index of the value proposed */
    bool given;    /* the Government gave a value, and it may be told */
    double value;
    pal_str reason, origin;
};

/* ---- tables ------------------------------------------------------------------------------------
 */

struct pal_table_definition; /* indicators/tables/<name>.yaml */

/* Reads tables/ and labels/ of each folder (earlier folders win on the same name); sorted by
 * number, then name. All problems are findings with file, line, column and the nearest known word;
 * PAL_SYNTAX at the end if any. */
PAL_CHECK_RESULT
enum pal_status pal_table_definitions_read(const char *const *folders, size_t n,
                                           const struct pal_catalogue *catalogue,
                                           struct pal_diag *diag, struct pal_arena *arena,
                                           const struct pal_table_definition *const **out,
                                           size_t *out_n, struct pal_error *err);
const char *pal_table_definition_path(const struct pal_table_definition *definition);
pal_str pal_table_definition_name(const struct pal_table_definition *definition);

enum pal_cell_kind {
    PAL_CELL_EMPTY,  /* nothing is asked here: heads, totals that the sources do not allow      */
    PAL_CELL_TEXT,   /* stub                                                                    */
    PAL_CELL_NUMBER, /* `value` holds it; a nil value prints as an em dash                      */
    PAL_CELL_YEAR,   /* `value` holds it; never grouped                                         */
    PAL_CELL_SYMBOL, /* ".." "-" "c" "<5" "112–120"                                             */
};

struct pal_cell {
    enum pal_cell_kind kind;
    double value; /* number: unrounded, for workbooks                                     */
    int decimals;
    pal_str text;  /* as printed in the table's language: "1 234", "..", "Albania"         */
    pal_str plain; /* a masked range with decimal points and no grouping, for CSV; or empty */
    size_t notes;  /* lettered notes that apply                                            */
    const uint16_t *note;
    const struct pal_figure *figure; /* what it prints, or NULL                            */
};

enum pal_column_role {
    PAL_ROLE_STUB,
    PAL_ROLE_YEAR,
    PAL_ROLE_VALUE,
    PAL_ROLE_LOWER,
    PAL_ROLE_UPPER,
    PAL_ROLE_TEXT, /* sentences, set from the start of their lines */
};

/* Heads stand in levels, outermost first: indicator, breakdown, period, value or limit; a table has
 * as many levels as it needs. Equal neighbours under the same outer heads are one head. An empty
 * level belongs to the head below it. */
#define PAL_TABLE_HEADS 5
struct pal_table_column {
    enum pal_column_role role;
    pal_str head[PAL_TABLE_HEADS];
};

enum pal_row_kind { PAL_ROW_HEAD /* stub only */, PAL_ROW_TOTAL, PAL_ROW_AREA, PAL_ROW_PART };
struct pal_table_row {
    enum pal_row_kind kind;
    uint8_t level; /* indentation: 0, 1, ...                                            */
    uint32_t area; /* PAL_NO_AREA for heads that are no area                            */
};

/* A table laid out in one language: what every format prints. Column order is logical; a
 * right-to-left format mirrors it. */
struct pal_table {
    pal_str name; /* "trafficking-victims": file name                            */
    unsigned number;
    enum pal_language language;
    pal_str title, headnote; /* headnote: unit and general note                                */
    size_t cols, rows, heads;
    const struct pal_table_column *col; /* [cols] first: stub                                  */
    const struct pal_table_row *row;    /* [rows]                                              */
    const struct pal_cell *cell;        /* [rows * cols]                                       */
    size_t notes;
    const pal_str *note; /* [notes] lettered a, b, c... in the order of the rows               */
    size_t lines;
    const pal_str *line; /* general notes, source, method, coverage, scope, symbols, disclaimer */
    bool synthetic;      /* prints figures of invented inputs; a line says so                  */
    const struct pal_table_definition *definition;
};
static inline const struct pal_cell *pal_table_cell(const struct pal_table *table, size_t row,
                                                    size_t col)
{
    return &table->cell[row * table->cols + col];
}
/* Letter of note i: a, b, ..., z, aa, bb, ...; in Arabic the letters of the abjad in brackets. */
pal_str pal_note_letter(enum pal_language language, size_t i, struct pal_arena *arena);
/* "Table 3. Title" in the table's language. */
pal_str pal_table_caption(const struct pal_table *table, struct pal_arena *arena);

/* Everything a run prints from: figures, definitions, facts, evidence, marks. */
struct pal_report_input {
    const struct pal_figures *figures;
    const struct pal_catalogue *catalogue;
    const struct pal_areas *areas;
    struct pal_dataset *const *dataset; /* [datasets] for source lines and facts               */
    size_t datasets;
    const struct pal_table_definition *const *table; /* [tables]                                */
    size_t tables;
    const struct pal_diag *diag;
    const char *const
        *folder; /* [folders] that were searched: files of findings are named from there */
    size_t folders;
    const struct pal_evidence *evidence;
    size_t evidence_n;
    const struct pal_mark *mark; /* [marks] */
    size_t marks;
    const uint32_t *mark_of; /* [figures->n] 1 + index in mark, 0: none; NULL: no review yet    */
    const struct pal_dispute *dispute; /* [disputes] */
    size_t disputes;
    pal_str mark_legend; /* with {1} for "endorsed: 12; disputed: 1", under every table     */
    pal_str mark_behind; /* the same where totals stand alone: of the States\' figures behind */
    pal_str mark_none;   /* where neither was sent */
    struct pal_text title, subtitle; /* of the cycle                                */
    pal_str as_of;                   /* "2026-01-31", the only date; may be empty   */
    bool synthetic;                  /* any synthetic input: said on every page     */
    /* Orders of area names made once for the run; where NULL a table makes its own. */
    const struct pal_area_order *order[PAL_LANGUAGES];
};

/* *out NULL when no figure of the table exists in this cycle.
 * Errors: PAL_NOMEM; PAL_IO when ICU cannot be loaded. */
PAL_CHECK_RESULT
enum pal_status pal_table_layout(const struct pal_report_input *input,
                                 const struct pal_table_definition *definition,
                                 enum pal_language language, struct pal_arena *arena,
                                 const struct pal_table **out, struct pal_error *err);

/* All disputed figures, both values side by side with both explanations; *out NULL without any. */
PAL_CHECK_RESULT
enum pal_status pal_table_disputed(const struct pal_report_input *input, enum pal_language language,
                                   struct pal_arena *arena, const struct pal_table **out,
                                   struct pal_error *err);
/* The law by which a figure was withheld: of each of its datasets the title, legal basis and what
 * it asks for. Empty for a figure that is not. */
pal_str pal_law_text(const struct pal_report_input *input, const struct pal_figure *figure,
                     enum pal_language language, struct pal_arena *arena);
/* What other rooms say of a table and of a breakdown. */
unsigned pal_table_definition_number(const struct pal_table_definition *definition);
struct pal_text pal_table_definition_title(const struct pal_table_definition *definition);
bool pal_table_definition_prints(const struct pal_table_definition *definition,
                                 const struct pal_definition *indicator);
/* "Female, 0-17 years", totals left out; codes themselves where no label is known. */
pal_str pal_breakdown_text(const struct pal_report_input *input, const struct pal_figure *figure,
                           enum pal_language language, struct pal_arena *arena);
/* The label of one code; the code itself where there is none. */
pal_str pal_label_text(const struct pal_report_input *input, pal_str dimension, pal_str code,
                       enum pal_language language);

/* ---- formats
 * ------------------------------------------------------------------------------------- */

struct pal_format {
    const char *name;      /* "xlsx" */
    const char *extension; /* "xlsx" */
    const char *summary;
    /* Writes one table into the run's folder under `name` (with extension). */
    enum pal_status (*write)(const struct pal_table *table, const struct pal_report_input *input,
                             struct pal_outdir *outdir, pal_str name, struct pal_arena *scratch,
                             struct pal_error *err);
};
const struct pal_format *const *pal_formats(void); /* NULL-ended, in the order of formats.def */
const struct pal_format *pal_format_find(pal_str name);

/* The <table> element with caption, and its notes and lines after it; for pages. All ids begin with
 * the table's name. Classes: table-scroll, pal-table, head, total, part, num, symbol, level-N,
 * table-notes, table-lines, headnote. */
PAL_CHECK_RESULT
enum pal_status pal_table_html(const struct pal_table *table, struct pal_buf *out,
                               struct pal_error *err);
/* sdmx/: figures.csv (SDMX-CSV 2.0), structure.csv (each column's role and list), CL_*.csv. */
PAL_CHECK_RESULT
enum pal_status pal_sdmx_write(const struct pal_report_input *input, struct pal_outdir *outdir,
                               struct pal_arena *scratch, struct pal_error *err);

/* ---- charts
 * ---------------------------------------------------------------------------------------- */

enum pal_chart_kind { PAL_CHART_LINES, PAL_CHART_BARS, PAL_CHART_DOTS };

struct pal_chart_point {
    double x;                     /* lines: the year                                             */
    double y, low, high;          /* NaN: none                                                   */
    double bound_low, bound_high; /* what masked counts leave open where y is NaN; equal: none   */
    pal_str label;                /* category, area or year                                      */
};
struct pal_chart_series {
    pal_str name;
    size_t n;
    const struct pal_chart_point *point;
};
struct pal_chart {
    enum pal_chart_kind kind;
    enum pal_language language;
    pal_str id, title, description, unit; /* title and description are the text alternative */
    pal_str when;                         /* the year of all points, where they have one    */
    bool is_count;                        /* whole numbers of things                        */
    bool of_totals;                       /* totals of the States that reported: said below */
    double level;                         /* of the limits, 0.95; 0: there are none         */
    size_t series_n;
    const struct pal_chart_series *series;
};
/* <svg> with role="img", title and desc; no script, no outside font; mirrored for right-to-left;
 * coloured by the classes of the page's style sheet. Limits are drawn where they exist, a missing
 * value is a gap, a masked one an open bar between its bounds. The scale is logarithmic where
 * values span more than two orders of magnitude. A long dot chart is several elements.
 *
 * lines  one line a series over years        bars  grouped by label, one bar a series
 * dots   one row a point, series are groups under their name */
PAL_CHECK_RESULT
enum pal_status pal_chart_svg(const struct pal_chart *chart, struct pal_buf *out,
                              struct pal_error *err);
/* <figure>: the title, a key of the series, the drawing, how to read it, and its figures as a
 * table. */
PAL_CHECK_RESULT
enum pal_status pal_chart_figure(const struct pal_chart *chart, struct pal_buf *out,
                                 struct pal_error *err);

/* ---- the draft report
 * -------------------------------------------------------------------------------- */

/* report/<lang>/index.html: one page a person would want to read; works offline from a file, on a
 * phone, in print and with a screen reader. `languages` are the siblings to link to; `laid`
 * [input->tables + 1] what pal_table_layout gave for each table in this language, and last what
 * pal_table_disputed gave. */
PAL_CHECK_RESULT
enum pal_status pal_page_write(const struct pal_report_input *input,
                               const struct pal_table *const *laid, enum pal_language language,
                               const enum pal_language *languages, size_t languages_n,
                               struct pal_outdir *outdir, struct pal_arena *scratch,
                               struct pal_error *err);

#endif
