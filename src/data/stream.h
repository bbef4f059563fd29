/* stream.h: what the files of the stream share: its columns, and how a column's text becomes codes.
 */
#ifndef PALERMO_DATA_STREAM_H
#define PALERMO_DATA_STREAM_H

#include "inside.h"

/* ---- distinct texts of one column, as one worker met them (stream_words.c) ----------------------
 */

struct words_slot { /* a text of up to 16 bytes, or what stands for a longer one */
    uint64_t low, high;
    uint32_t code; /* 0 = free */
};

struct words {
    struct pal_arena *arena; /* the worker's */
    struct words_slot *slot; /* [slots], a power of two */
    size_t slots;
    pal_str *text; /* [room] of codes 1.. */
    size_t count, room;
};
bool words_new(struct words *words, struct pal_arena *arena);
/* The code of a text, from 1; 0 when memory is out. 16 bytes from text.ptr on can be read. */
uint32_t words_code(struct words *words, pal_str text);

/* ---- a column
 * ------------------------------------------------------------------------------------ */

enum stream_use {
    STREAM_NUMBER,           /* a cell that is no number is an error        */
    STREAM_CODES,            /* text, whatever it looks like                */
    STREAM_CODES_AND_NUMBER, /* every cell is a number; codes are kept too  */
};

struct stream_column {
    pal_str name;
    size_t at; /* field in the file */
    bool must, text;
    enum stream_use use;
    struct pal_dict *dict; /* of the whole file so far */
};

/* Finds the columns in a header. PAL_USAGE with the nearest name. */
PAL_CHECK_RESULT
enum pal_status stream_find(struct stream_column *column, size_t n, const char *file,
                            const pal_str *header, size_t fields, struct pal_error *err);

PAL_CHECK_RESULT
enum pal_status stream_no_number(const struct stream_column *column, const char *file,
                                 uint64_t line, pal_str text, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status stream_ragged(const char *file, uint64_t line, size_t fields, size_t header,
                              struct pal_error *err);

enum { STREAM_BATCH = 16384 };

/* ---- files that are no text: all rows in memory (stream_rows.c)
 * ---------------------------------- */

struct stream_rows;
PAL_CHECK_RESULT
enum pal_status stream_rows_read(struct pal_records *records, struct stream_column *column,
                                 size_t columns, struct pal_arena *arena, struct stream_rows **out,
                                 struct pal_error *err);
const struct pal_batch *stream_rows_next(struct stream_rows *rows);

#endif
