/* inside.h: what the files of this room share. */
#ifndef PALERMO_REVIEW_INSIDE_H
#define PALERMO_REVIEW_INSIDE_H

#include "palermo/review.h"

#include <math.h>

/* ---- words --------------------------------------------------------------------------------------
 */

enum review_word {
#define WORD(id, en, ar, zh, fr, ru, es) REVIEW_##id,
#include "words.def"
#undef WORD
    REVIEW_WORDS
};
pal_str review_word(enum pal_language language, enum review_word word);
/* {1}, {2}, ... filled in; ptr NULL when memory is out. */
pal_str review_fill(enum pal_language language, enum review_word word, const pal_str *with,
                    size_t n, struct pal_arena *arena);
/* The theme of a definition: its family, or other figures. */
enum review_word review_theme(const struct pal_definition *definition);

/* ---- values as text
 * ------------------------------------------------------------------------------ */

bool review_is_count(const struct pal_figure *figure);
bool review_has_value(const struct pal_figure *figure);
/* As it prints in the language: "1 234", "<5", "1-4", "..". */
pal_str review_value_text(const struct pal_figure *figure, enum pal_language language,
                          struct pal_arena *arena);
/* As it is kept: shortest text that reads back the same; empty where there is none. */
pal_str review_value_kept(const struct pal_figure *figure, struct pal_arena *arena);
pal_str review_number_kept(double value, struct pal_arena *arena);

/* ---- answers
 * ------------------------------------------------------------------------------------- */

extern const enum review_word review_answer_word[PAL_ANSWERS];
/* The answer that a cell names, in any of the six languages or as the ledger writes it. */
bool review_answer_parse(pal_str text, enum pal_answer *out);

/* ---- columns of a review sheet
 * ------------------------------------------------------------------- */

enum review_column {
    COLUMN_KEY,
    COLUMN_INDICATOR,
    COLUMN_BREAKDOWN,
    COLUMN_AREA,
    COLUMN_YEAR,
    COLUMN_UNIT,
    COLUMN_SENT,
    COLUMN_PROPOSED,
    COLUMN_LOWER,
    COLUMN_UPPER,
    COLUMN_PREVIOUS,
    COLUMN_CHANGE,
    COLUMN_QUERY,
    COLUMN_ANSWER,
    COLUMN_VALUE,
    COLUMN_ORIGIN,
    COLUMN_REASON,
    COLUMN_SERIES,
    COLUMN_UNCERTAINTY,
    COLUMN_FLAGS,
    COLUMN_SOURCE,
    COLUMN_METADATA,
    COLUMN_NOTES,
    COLUMN_ADJUSTMENT,
    COLUMN_APPEARS,
    COLUMN_EFFECT,
    COLUMN_STATE,
    COLUMN_CHECK,
    REVIEW_COLUMNS
};
struct review_column_kind {
    const char *id; /* in the line that programs read: "KEY", "ANSWER", ... */
    double width;
    bool answer; /* the focal point's: not locked */
    bool number;
};
extern const struct review_column_kind review_column_kind[REVIEW_COLUMNS];
pal_str review_column_head(enum pal_language language, enum review_column column);

struct review_cell {
    pal_str text;
    double number; /* where is_number */
    int decimals;
    bool is_number;
};
/* All cells of one row in one language, [REVIEW_COLUMNS]. */
PAL_CHECK_RESULT
enum pal_status review_row_cells(const struct pal_packet *packet, size_t row,
                                 enum pal_language language, struct pal_arena *arena,
                                 struct review_cell *out, struct pal_error *err);
/* Four hexadecimal digits for each locked column of text: tells which of them was changed. */
void review_check(pal_str packet, const pal_str *column_text, char *out /* [REVIEW_CHECK_SIZE] */);
enum { REVIEW_CHECK_DIGITS = 4, REVIEW_CHECK_SIZE = REVIEW_COLUMNS * REVIEW_CHECK_DIGITS + 1 };
bool review_is_checked(enum review_column column);
/* "TIP-01N/XAA/2020, ..." lines of the cover: label and text. */
struct review_line {
    pal_str label, text;
};
PAL_CHECK_RESULT
enum pal_status review_cover(const struct pal_packet *packet, enum pal_language language,
                             struct pal_arena *arena, const struct review_line **out, size_t *n,
                             struct pal_error *err);
pal_str review_query_text(const struct pal_packet *packet, const struct pal_query *query,
                          enum pal_language language, struct pal_arena *arena);
pal_str review_title(const struct pal_packet *packet, enum pal_language language,
                     struct pal_arena *arena);

PAL_CHECK_RESULT
enum pal_status review_write_xlsx(const struct pal_packet *packet, enum pal_language language,
                                  const char *path, struct pal_arena *scratch,
                                  struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status review_write_html(const struct pal_packet *packet, enum pal_language language,
                                  struct pal_buf *out, struct pal_arena *scratch,
                                  struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status review_write_csv(const struct pal_packet *packet, enum pal_language language,
                                 struct pal_buf *out, struct pal_arena *scratch,
                                 struct pal_error *err);

#endif
