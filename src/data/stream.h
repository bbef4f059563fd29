/* stream.h: what the files of the stream share: its columns, and how a column's text becomes codes.
 */
#ifndef PALERMO_DATA_STREAM_H
#define PALERMO_DATA_STREAM_H

#include "inside.h"

#include <string.h>

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
enum { WORDS_SHORT = 16 };

struct words_key {
    uint64_t low, high;
};

/* The bytes of a short text (which hold no NUL) with zeros behind; a longer one stands as its hash
 * and bytes that no UTF-8 has. */
static inline struct words_key words_key_of(pal_str text)
{
    struct words_key key = {0, 0};
    if (text.len > WORDS_SHORT) {
        key.low = pal_hash(text.ptr, text.len, 0);
        key.high = UINT64_C(0xFFFFFFFF) << 32 | (uint32_t)text.len;
        return key;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&key.low, text.ptr, 8);
    if (text.len <= 8) {
        key.low = text.len ? key.low << (64 - 8 * text.len) >> (64 - 8 * text.len) : 0;
        return key;
    }
    memcpy(&key.high, text.ptr + text.len - 8, 8);
    key.high >>= 128 - 8 * text.len;
#else
    char bytes[WORDS_SHORT] = {0};
    memcpy(bytes, text.ptr, text.len);
    memcpy(&key.low, bytes, 8);
    memcpy(&key.high, bytes + 8, 8);
#endif
    return key;
}

static inline size_t words_hash(struct words_key key)
{
    const unsigned __int128 product = (unsigned __int128)(key.low ^ UINT64_C(0x9E3779B97F4A7C15)) *
                                      (key.high ^ UINT64_C(0xD1B54A32D192ED03));
    return (size_t)((uint64_t)product ^ (uint64_t)(product >> 64));
}

uint32_t words_add(struct words *words, pal_str text, struct words_key key, size_t at);

/* The code of a text, from 1; 0 when memory is out. 8 bytes from text.ptr on can be read. */
static inline uint32_t words_code(struct words *words, pal_str text)
{
    const struct words_key key = words_key_of(text);
    const size_t mask = words->slots - 1;
    for (size_t at = words_hash(key) & mask;; at = (at + 1) & mask) {
        const struct words_slot *slot = &words->slot[at];
        if (slot->low == key.low && slot->high == key.high && slot->code &&
            (text.len <= WORDS_SHORT || pal_str_eq(words->text[slot->code - 1], text)))
            return slot->code;
        if (!slot->code)
            return words_add(words, text, key, at);
    }
}

/* ---- a column
 * ------------------------------------------------------------------------------------ */

enum stream_use {
    STREAM_NUMBER,           /* a cell that is no number is an error        */
    STREAM_CODES,            /* text, whatever it looks like                */
    STREAM_CODES_AND_NUMBER, /* every cell is a number; codes are kept too  */
};

struct stream_absent { /* texts that stand for no value */
    size_t n;
    const pal_str *text;
};
/* Is a text that is not empty one of them? */
static inline bool stream_is_absent(struct stream_absent absent, pal_str text)
{
    for (size_t i = 0; i < absent.n; i++)
        if (pal_str_eq(text, absent.text[i]))
            return true;
    return false;
}

struct stream_column {
    pal_str name;
    size_t at; /* field in the file */
    bool must, text;
    enum stream_use use;
    struct pal_dict *dict; /* of the whole file so far */
    struct stream_absent absent;
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
