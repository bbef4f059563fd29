/* stream_cells.c: the cells of one column of a piece become numbers or codes. Most are plain: a
 * short number, a text without quotes and blanks; what is not goes the long way, with the same
 * outcome. */
#include "stream.h"

#include <string.h>

/* A cell as it stands in the piece, quotes and blanks and all. */
static inline pal_str raw_cell(const struct stream_field *field, size_t row)
{
    const struct pal_piece *piece = field->piece;
    const size_t at = field->first[row] + field->at;
    const uint32_t from = at ? piece->at[at - 1] + 1 : 0;
    return (pal_str){piece->text + from, piece->at[at] - from};
}

/* Cells with doubled quotes are unfolded each in a place of its own: that of the cell. */
pal_str stream_text(const struct stream_field *field, size_t row)
{
    const size_t at = field->first[row] + field->at, from = at ? field->piece->at[at - 1] + 1 : 0;
    char *unfold = field->unfold ? field->unfold + from : NULL;
    pal_str text = pal_piece_cell(field->piece, at, field->last, unfold);
    if (stream_is_absent(field->absent, text))
        text.len = 0;
    return text;
}

/* ---- numbers -----------------------------------------------------------------------------------
 */

static bool long_way(const struct stream_field *field, size_t row, double *value, uint8_t *absent)
{
    const pal_str text = stream_text(field, row);
    *absent = text.len ? PAL_PRESENT : PAL_BLANK;
    return !text.len || pal_num_parse_fast(text, value);
}

size_t stream_numbers(const struct stream_field *field, size_t from, size_t to, double *value,
                      uint8_t *absent)
{
    const bool plain = !field->absent.n;
    for (size_t row = from; row < to; row++) {
        const pal_str cell = raw_cell(field, row);
        if (plain && cell.len == 1 && (unsigned char)(*cell.ptr - '0') < 10) {
            value[row] = *cell.ptr - '0';
            absent[row] = PAL_PRESENT;
        } else if (plain && pal_num_parse_short(cell, &value[row])) {
            absent[row] = PAL_PRESENT;
        } else if (!long_way(field, row, &value[row], &absent[row])) {
            return row;
        }
    }
    return to;
}

/* ---- codes -------------------------------------------------------------------------------------
 */

bool stream_codes(const struct stream_field *field, size_t from, size_t to, struct words *words,
                  uint32_t *code, uint8_t *absent)
{
    pal_str text[STREAM_BLOCK];
    struct words_key key[STREAM_BLOCK];
    uint64_t hash[STREAM_BLOCK];
    const size_t rows = to - from;
    const bool plain = !field->absent.n;
    /* Slots are called for before they are needed: a large dictionary does not stay near. */
    for (size_t i = 0; i < rows; i++) {
        text[i] = raw_cell(field, from + i);
        if (text[i].len && (!plain || (unsigned char)*text[i].ptr <= '"' ||
                            (unsigned char)text[i].ptr[text[i].len - 1] <= ' '))
            text[i] = stream_text(field, from + i);
        key[i] = words_key_near(text[i]);
        hash[i] = words_hash(key[i]);
        __builtin_prefetch(&words->slot[hash[i] & (words->slots - 1)]);
    }
    for (size_t i = 0; i < rows; i++) {
        absent[from + i] = text[i].len ? PAL_PRESENT : PAL_BLANK;
        code[from + i] = text[i].len ? words_find(words, text[i], key[i], hash[i]) : 0;
        if (text[i].len && !code[from + i])
            return false;
    }
    return true;
}
