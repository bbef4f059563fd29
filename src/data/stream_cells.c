/* stream_cells.c: the cells of one column of a piece become codes. Most are plain texts without
 * quotes and blanks; what is not goes the long way, with the same outcome. */
#include "stream.h"

#include <string.h>

/* Where the cells of a column stand, apart from the piece: what is written to bytes might change
 * anything else, as far as the compiler knows. */
struct cells_at {
    const char *text;
    const uint32_t *end, *first;
    size_t column;
};
static struct cells_at cells_at(const struct stream_field *field)
{
    return (struct cells_at){field->piece->text, field->piece->at, field->first, field->at};
}

/* A cell as it stands in the piece, quotes and blanks and all. */
static inline pal_str raw_cell(struct cells_at cells, size_t row)
{
    const size_t at = cells.first[row] + cells.column;
    const uint32_t from = at ? cells.end[at - 1] + 1 : 0;
    return (pal_str){cells.text + from, cells.end[at] - from};
}

/* Cells with doubled quotes are unfolded each in a place of its own: that of the cell. */
pal_str stream_text(const struct stream_field *field, size_t row)
{
    const size_t at = field->first[row] + field->at, from = at ? field->piece->at[at - 1] + 1 : 0;
    char *unfold = field->unfold ? field->unfold + from : NULL;
    pal_str text = pal_piece_cell(field->piece, at, field->at + 1 == field->fields, unfold);
    if (stream_is_absent(field->absent, text))
        text.len = 0;
    return text;
}

/* ---- codes -------------------------------------------------------------------------------------
 */

/* Is the text one that stands in the first slot of its hash? As a rule it is. */
static inline uint32_t first_guess(const struct words_slot *slot, const struct words_key *known,
                                   size_t mask, struct words_key key, uint64_t hash)
{
    const struct words_slot guess = slot[hash & mask];
    if (!guess.code || guess.tag != words_tag(hash))
        return 0;
    const struct words_key *same = &known[guess.code - 1];
    return same->low == key.low && same->high == key.high ? guess.code : 0;
}

static bool plain_text(pal_str text)
{
    return !text.len ||
           ((unsigned char)*text.ptr > '"' && (unsigned char)text.ptr[text.len - 1] > ' ');
}

/* Units and strata are often numbers. */
static bool codes_of_numbers(const struct stream_field *field, size_t from, size_t to,
                             struct words *words, uint32_t *code, uint8_t *absent)
{
    const struct cells_at cells = cells_at(field);
    for (size_t row = from; row < to; row++) {
        pal_str text = raw_cell(cells, row);
        uint32_t number = 0;
        if (field->absent.n || !plain_text(text))
            text = stream_text(field, row);
        absent[row] = text.len ? PAL_PRESENT : PAL_BLANK;
        code[row] = 0;
        if (!text.len)
            continue;
        const bool is_number = words_number(text, &number);
        if (is_number && number < words->numbers && words->number[number]) {
            code[row] = words->number[number];
            continue;
        }
        code[row] = words_code(words, text);
        if (!code[row])
            return false;
        if (is_number)
            words_know(words, number, code[row]);
    }
    return true;
}

bool stream_codes(const struct stream_field *field, size_t from, size_t to, struct words *words,
                  uint32_t *code, uint8_t *absent)
{
    pal_str text[STREAM_BLOCK];
    struct words_key key[STREAM_BLOCK];
    uint64_t hash[STREAM_BLOCK];
    const struct cells_at cells = cells_at(field);
    uint32_t number;
    if (from < to && words_number(raw_cell(cells, from), &number))
        return codes_of_numbers(field, from, to, words, code, absent);
    const struct words_slot *slot = words->slot;
    const struct words_key *known = words->key;
    size_t mask = words->slots - 1;
    const size_t rows = to - from;
    const bool plain = !field->absent.n;
    /* Slots are called for before they are needed: a large dictionary does not stay near. */
    for (size_t i = 0; i < rows; i++) {
        text[i] = raw_cell(cells, from + i);
        if (text[i].len && (!plain || !plain_text(text[i])))
            text[i] = stream_text(field, from + i);
        key[i] = words_key_near(text[i]);
        hash[i] = words_hash(key[i]);
        __builtin_prefetch(&slot[hash[i] & mask]);
    }
    for (size_t i = 0; i < rows; i++)
        absent[from + i] = text[i].len ? PAL_PRESENT : PAL_BLANK;
    for (size_t i = 0; i < rows; i++) {
        code[from + i] = 0;
        if (!text[i].len)
            continue;
        if (text[i].len <= WORDS_SHORT)
            code[from + i] = first_guess(slot, known, mask, key[i], hash[i]);
        if (code[from + i])
            continue;
        code[from + i] = words_find(words, text[i], key[i], hash[i]);
        if (!code[from + i])
            return false;
        slot = words->slot; /* the dictionary may have grown */
        known = words->key;
        mask = words->slots - 1;
    }
    return true;
}
