/* lines.h: tables for people in 80 columns: what is long beside a row stands under the table, once.
 */
#ifndef PALERMO_CLI_LINES_H
#define PALERMO_CLI_LINES_H

#include "inside.h"

#define CLI_COLUMNS 80

size_t cli_letters(pal_str text); /* code points: near enough to columns */
void cli_pad(struct pal_buf *out, size_t n);
/* Words filled to CLI_COLUMNS, every line but the first indented; `at` columns of the first are
 * taken already. */
void cli_fill(struct pal_buf *out, pal_str text, size_t at, size_t indent);

struct cli_notes { /* zero-initialise but for the arena */
    struct pal_arena *arena;
    size_t n, room;
    pal_str *note;
};
/* What stands at the end of a line whose first `at` columns are taken: the note itself, or its
 * number where it would not fit. An empty slice for no note; ptr NULL when memory is out. */
pal_str cli_note(struct cli_notes *notes, const char *note, size_t at);
/* The notes that have a number, an empty line before them. */
void cli_notes_print(const struct cli_notes *notes, struct pal_buf *out);

#endif
