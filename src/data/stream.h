/* stream.h: what the files of the stream share: its columns, and how a column's text becomes codes.
 */
#ifndef PALERMO_DATA_STREAM_H
#define PALERMO_DATA_STREAM_H

#include "inside.h"

#include <string.h>

/* ---- distinct texts of one column, as one worker met them (stream_words.c) ----------------------
 */

struct words_key { /* a text of up to 16 bytes, or what stands for a longer one */
    uint64_t low, high;
};
struct words_slot {
    uint32_t tag;  /* of the text's hash */
    uint32_t code; /* 0 = free           */
};

struct words {
    struct pal_arena *arena; /* the worker's */
    struct words_slot *slot; /* [slots], a power of two */
    size_t slots;
    struct words_key *key; /* [room] of codes 1.. */
    pal_str *text;         /* [room]              */
    size_t count, room;
    uint32_t *number; /* [numbers] codes of whole numbers without zeros in front; 0: not known */
    size_t numbers;
    bool failed; /* memory ran out */
};
bool words_new(struct words *words, struct pal_arena *arena);
enum { WORDS_SHORT = 16 };

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

/* The same, when 16 bytes from text.ptr on can be read. */
static inline struct words_key words_key_near(pal_str text)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    static const uint8_t ones[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                   0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0,    0,    0,    0,    0,    0,
                                   0,    0,    0,    0,    0,    0,    0,    0,    0,    0};
    if (text.len <= WORDS_SHORT) {
        struct words_key key, keep;
        memcpy(&key, text.ptr, sizeof key);
        memcpy(&keep, ones + WORDS_SHORT - text.len, sizeof keep);
        return (struct words_key){key.low & keep.low, key.high & keep.high};
    }
#endif
    return words_key_of(text);
}

static inline uint64_t words_hash(struct words_key key)
{
    const unsigned __int128 product = (unsigned __int128)(key.low ^ UINT64_C(0x9E3779B97F4A7C15)) *
                                      (key.high ^ UINT64_C(0xD1B54A32D192ED03));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
static inline uint32_t words_tag(uint64_t hash) { return (uint32_t)(hash >> 32); }

/* A text of up to seven digits without zeros in front is as good as its number, which needs no
 * hash. False: it is another text. 8 bytes from text.ptr on can be read. */
static inline bool words_number(pal_str text, uint32_t *out)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t zeros = UINT64_C(0x3030303030303030), high = UINT64_C(0xF0F0F0F0F0F0F0F0);
    uint64_t word;
    if (text.len - 1 > 6 || (*text.ptr == '0' && text.len > 1))
        return false;
    memcpy(&word, text.ptr, sizeof word);
    word = word << (64 - 8 * text.len) | zeros >> 8 * text.len;
    if (((word & high) ^ zeros) | (((word + UINT64_C(0x0606060606060606)) & high) ^ zeros))
        return false;
    word = (word ^ zeros) * 2561 >> 8;
    word = (word & UINT64_C(0x00FF00FF00FF00FF)) * 6553601 >> 16;
    *out = (uint32_t)((word & UINT64_C(0x0000FFFF0000FFFF)) * UINT64_C(42949672960001) >> 32);
    return true;
#else
    (void)text;
    (void)out;
    return false;
#endif
}
/* Remembers the code of a number. Where memory is out, or the number is large, it is looked up. */
void words_know(struct words *words, uint32_t number, uint32_t code);

uint32_t words_add(struct words *words, pal_str text, struct words_key key, size_t at);

/* The code of a text with this key and hash, from 1; 0 when memory is out. */
static inline uint32_t words_find(struct words *words, pal_str text, struct words_key key,
                                  uint64_t hash)
{
    const size_t mask = words->slots - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        const struct words_slot slot = words->slot[at];
        if (!slot.code)
            return words_add(words, text, key, at);
        if (slot.tag != words_tag(hash))
            continue;
        const struct words_key *known = &words->key[slot.code - 1];
        if (known->low == key.low && known->high == key.high &&
            (text.len <= WORDS_SHORT || pal_str_eq(words->text[slot.code - 1], text)))
            return slot.code;
    }
}

/* The code of a text; 8 bytes from text.ptr on can be read. */
static inline uint32_t words_code(struct words *words, pal_str text)
{
    const struct words_key key = words_key_of(text);
    return words_find(words, text, key, words_hash(key));
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

/* ---- cells of a piece (stream_cells.c)
 * -----------------------------------------------------------------------------------------------
 */

enum { STREAM_BLOCK = 256 }; /* rows whose text stays near while their columns are parsed */

struct stream_field { /* one column of a piece */
    const struct pal_piece *piece;
    const uint32_t *first; /* [rows] first field */
    size_t at, fields;     /* of a row */
    struct stream_absent absent;
    char *unfold; /* as long as the piece, where it has doubled quotes */
};
struct stream_cells { /* of one column in one piece */
    double *value;
    uint32_t *code;
    uint8_t *absent;
    size_t before;  /* texts that the worker knew before the piece */
    pal_str *fresh; /* texts that the worker met here first, in order */
    size_t fresh_n, fresh_room;
};
/* Codes of up to STREAM_BLOCK rows of UTF-8; false when memory is out. */
bool stream_codes(const struct stream_field *field, size_t from, size_t to, struct words *words,
                  uint32_t *code, uint8_t *absent);
/* The cell of a row, quotes, blanks and words of absence taken off. */
pal_str stream_text(const struct stream_field *field, size_t row);

/* ---- numbers (stream_numbers.c; several at once: stream_lanes.c)
 * ------------------------------- */

enum stream_path { STREAM_PORTABLE, STREAM_AVX2, STREAM_AVX512 }; /* all with the same outcome */
enum stream_path stream_best(void);                               /* of this machine */

struct stream_bad { /* the first cell that is no number, by row and then by column */
    size_t row, column;
};
/* Numbers of rows from..to-1 in columns that lie side by side, from `field` on. cells[] are theirs;
 * `column` is what bad->column counts the first of them as. */
void stream_numbers(enum stream_path path, const struct stream_field *field, size_t columns,
                    size_t from, size_t to, struct stream_cells *cells, size_t column,
                    struct stream_bad *bad);
/* One cell, however it is written; false when it is no number. */
bool stream_number(const struct stream_field *field, size_t row, double *value, uint8_t *absent);

enum { STREAM_LANES = 8 }; /* rows and columns that stream_lanes.c takes at once */
/* Plain numbers (a sign, digits, a point among them, up to 16 bytes in all) of eight rows in one
 * column: a bit of the result for each that is no such number, and is left to stream_number. The
 * field is not the first of the piece. */
unsigned stream_lanes_column(enum stream_path path, const struct stream_field *field, size_t row,
                             double *value, uint8_t *absent);
/* The same in eight columns side by side; odd[r] has a bit a column. */
bool stream_lanes_square(enum stream_path path, const struct stream_field *field, size_t row,
                         const struct stream_cells *cells, uint8_t *odd);

/* ---- files that are no text: all rows in memory (stream_rows.c)
 * ---------------------------------- */

struct stream_rows;
PAL_CHECK_RESULT
enum pal_status stream_rows_read(struct pal_records *records, struct stream_column *column,
                                 size_t columns, struct pal_arena *arena, struct stream_rows **out,
                                 struct pal_error *err);
const struct pal_batch *stream_rows_next(struct stream_rows *rows);

#endif
