/* estimate_reading.h: a file on its way into a pass: its batches, which rows --where leaves, and
 * what the texts of its columns mean. A text is looked at when a dictionary first has it, and not
 * once a row. What rows then become differs: estimate_pass.c and estimate_survey_pass.c. */
#ifndef PALERMO_CLI_ESTIMATE_READING_H
#define PALERMO_CLI_ESTIMATE_READING_H

#include "estimate_survey.h"

/* What the texts of one column mean, by dictionary code; grows as the dictionary does. */
struct est_meaning {
    size_t known, room;
    uint32_t *code; /* [room] */
};
/* Makes room for the codes of a dictionary; gives the first whose meaning is not known yet. */
PAL_CHECK_RESULT
enum pal_status est_meaning_room(struct est_meaning *meaning, size_t codes, struct pal_arena *arena,
                                 size_t *first, struct pal_error *err);
/* 1 where a condition holds. */
PAL_CHECK_RESULT
enum pal_status est_meaning_where(struct est_meaning *meaning, const struct est_where *where,
                                  const struct pal_dict *dict, struct pal_arena *arena,
                                  struct pal_error *err);
/* Is the column read as numbers here? Otherwise the condition is one on its texts. */
bool est_where_by_number(const struct est_where *where, const struct pal_column *column);
/* domain &= condition. A row whose cell is absent lies outside. */
PAL_CHECK_RESULT
enum pal_status est_where_restrict(const struct est_where *where, struct est_meaning *meaning,
                                   const struct pal_column *column, size_t rows, uint8_t *domain,
                                   struct pal_arena *arena, struct pal_error *err);

enum { EST_BAD_TEXT = UINT32_MAX - 1 }; /* no date, no number: an error where a row has it */

struct est_reading { /* one file being read */
    struct est_pass *pass;
    bool bad_texts;            /* some of `by` are EST_BAD_TEXT                 */
    struct est_meaning *by;    /* [bys] code of the value + 1; 0 = in no group  */
    struct est_meaning *where; /* [wheres] 1 = holds                            */
};
PAL_CHECK_RESULT
enum pal_status est_reading_new(struct est_pass *pass, struct est_reading *out,
                                struct pal_error *err);
/* The rows of a batch that --where leaves, domain[rows]; learns its values of --by. */
PAL_CHECK_RESULT
enum pal_status est_reading_batch(struct est_reading *reading, const struct pal_batch *batch,
                                  uint8_t *domain, struct pal_error *err);
/* The columns of --by as groups take them, column[bys]. */
void est_reading_columns(const struct est_reading *reading, const struct pal_batch *batch,
                         struct pal_group_column *column);
/* PAL_DATA: the row's value of the by-th column is no date or no number. */
PAL_CHECK_RESULT
enum pal_status est_reading_bad(const struct est_reading *reading, const struct pal_batch *batch,
                                size_t by, size_t row, struct pal_error *err);

/* Hands the batches of a file to `feed`, within --memory. */
PAL_CHECK_RESULT
enum pal_status est_reading_file(
    struct est_pass *pass, const char *path, unsigned threads, struct pal_progress *progress,
    enum pal_status (*feed)(void *context, const struct pal_batch *batch, struct pal_error *err),
    void *context, struct pal_error *err);

PAL_CHECK_RESULT
enum pal_status est_values_new(struct est_values *values, struct pal_arena *arena,
                               struct pal_error *err);

#endif
