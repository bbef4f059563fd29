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

/* ---- words ------------------------------------------------------------------------------------- */

/* Every string of the house's own that is printed: one line in words.def, six text_*.c tables. */
enum pal_word {
#define PAL_WORD(id, english) PAL_WORD_##id,
#include "palermo/words.def"
#undef PAL_WORD
    PAL_WORDS
};
pal_str pal_word(enum pal_language language, enum pal_word word);
bool    pal_language_rtl(enum pal_language language);

/* A number as the language writes it (thousands, decimal sign, minus), `decimals` places. Arabic
 * keeps Latin digits and is isolated by the format where bidi matters. */
pal_str pal_number_text(enum pal_language language, double value, int decimals,
                        struct pal_arena *arena);
/* Decimals that suit a value of this unit: counts 0, rates 1-3 significant and so on. */
int     pal_number_decimals(double value, bool is_count);
/* An order of areas: the alphabetical order of their names in the language (ICU collation).
 * order[n] receives a permutation of area[n]. */
PAL_CHECK_RESULT
enum pal_status pal_areas_sort(const struct pal_areas *areas, const uint32_t *area, size_t n,
                               enum pal_language language, size_t *order, struct pal_arena *scratch,
                               struct pal_error *err);

/* ---- marks ------------------------------------------------------------------------------------- */

/* What a later room (review) says about a figure, printed if given. */
struct pal_mark {
    pal_str key, state, note;
};

/* ---- tables ------------------------------------------------------------------------------------ */

struct pal_table_definition; /* indicators/tables/<name>.yaml */

PAL_CHECK_RESULT
enum pal_status pal_table_definitions_read(const char *const *folders, size_t n,
                                           const struct pal_catalogue *catalogue,
                                           struct pal_diag *diag, struct pal_arena *arena,
                                           const struct pal_table_definition *const **out,
                                           size_t *out_n, struct pal_error *err);
pal_str pal_table_definition_name(const struct pal_table_definition *definition);

enum pal_cell_kind { PAL_CELL_EMPTY, PAL_CELL_TEXT, PAL_CELL_NUMBER, PAL_CELL_SYMBOL };

struct pal_cell {
    enum pal_cell_kind kind;
    double   value;     /* number: unrounded, for workbooks                                     */
    int      decimals;
    pal_str  text;      /* as printed in the table's language: "1 234", "..", "Albania"         */
    uint32_t notes;     /* bit i: lettered note i applies                                       */
    const struct pal_figure *figure; /* what it prints, or NULL                                 */
};

struct pal_table_column {
    pal_str spanner; /* head above several columns, may be empty; equal neighbours are merged   */
    pal_str head;
    bool    numeric;
};

/* A table laid out in one language: what every format prints. Column order is logical; a
 * right-to-left format mirrors it. */
struct pal_table {
    pal_str  name;            /* "tip-detected-victims": file name                              */
    unsigned number;
    enum pal_language language;
    pal_str  title, headnote; /* headnote: unit and general note                                */
    size_t   cols, rows;
    const struct pal_table_column *col;  /* [cols] first: stub                                  */
    const struct pal_cell *cell;         /* [rows * cols]                                       */
    const uint8_t *level;                /* [rows] 0 total or group head, 1 area, 2 part        */
    size_t   notes;
    const pal_str *note;                 /* [notes] lettered a, b, c...                         */
    size_t   lines;
    const pal_str *line;                 /* source, coverage, method, symbols, disclaimer       */
    const struct pal_table_definition *definition;
};

struct pal_report; /* everything a run prints from: figures, definitions, facts, evidence, marks */

struct pal_report_input {
    const struct pal_figures   *figures;
    const struct pal_catalogue *catalogue;
    const struct pal_areas     *areas;
    struct pal_dataset *const  *dataset; /* [datasets] for source lines and facts               */
    size_t                      datasets;
    const struct pal_table_definition *const *table; /* [tables]                                */
    size_t                      tables;
    const struct pal_diag      *diag;
    const struct pal_evidence  *evidence;
    size_t                      evidence_n;
    const struct pal_mark      *mark;
    size_t                      marks;
    struct pal_text             title, subtitle; /* of the cycle                                */
    pal_str                     as_of;           /* "2026-01-31", the only date; may be empty   */
    bool                        synthetic;       /* any synthetic input: said on every page     */
};

PAL_CHECK_RESULT
enum pal_status pal_table_layout(const struct pal_report_input *input,
                                 const struct pal_table_definition *definition,
                                 enum pal_language language, struct pal_arena *arena,
                                 const struct pal_table **out, struct pal_error *err);

/* ---- formats ------------------------------------------------------------------------------------- */

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
const struct pal_format        *pal_format_find(pal_str name);

/* The <table> element with caption and notes, for pages; classes as in page.css. */
PAL_CHECK_RESULT
enum pal_status pal_table_html(const struct pal_table *table, struct pal_buf *out,
                               struct pal_error *err);
/* SDMX-CSV of the figures and the mapping's code lists, into sdmx/. */
PAL_CHECK_RESULT
enum pal_status pal_sdmx_write(const struct pal_figures *figures, struct pal_outdir *outdir,
                               struct pal_arena *scratch, struct pal_error *err);

/* ---- charts ---------------------------------------------------------------------------------------- */

enum pal_chart_kind { PAL_CHART_LINES, PAL_CHART_BARS, PAL_CHART_DOTS };

struct pal_chart_point {
    double x, y, low, high; /* NaN: none */
    pal_str label;          /* category or year */
};
struct pal_chart_series {
    pal_str name;
    size_t  n;
    const struct pal_chart_point *point;
};
struct pal_chart {
    enum pal_chart_kind kind;
    enum pal_language   language;
    pal_str id, title, description, unit; /* title and description are the text alternative */
    size_t  series_n;
    const struct pal_chart_series *series;
};
/* An <svg> element: intervals drawn, role="img" with title and desc, no script, no outside font;
 * mirrored for right-to-left. */
PAL_CHECK_RESULT
enum pal_status pal_chart_svg(const struct pal_chart *chart, struct pal_buf *out,
                              struct pal_error *err);

/* ---- the draft report -------------------------------------------------------------------------------- */

/* report/<lang>/index.html: one page a person would want to read; works offline from a file, on a
 * phone, in print and with a screen reader. `languages` are the siblings to link to. */
PAL_CHECK_RESULT
enum pal_status pal_page_write(const struct pal_report_input *input, enum pal_language language,
                               const enum pal_language *languages, size_t languages_n,
                               struct pal_outdir *outdir, struct pal_arena *scratch,
                               struct pal_error *err);

#endif
