/* csv_scan.c: a physical line of plain CSV cut where it lies, without a copy. It takes only lines
 * that need no judgement: fields without quotes, and quoted fields that begin and end on the line
 * with nothing around the quotes and no quote inside. Everything else is left to libcsv, which is
 * also what the tests hold it against.
 */
#include "inside.h"

#include <string.h>

#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)

/* 0x80 in every byte of `word` that is zero (exact: no borrow runs from byte to byte). */
static uint64_t zeros(uint64_t word) { return ~(((word & ~HIGH) + ~HIGH) | word | ~HIGH); }

unsigned io_text_look(pal_str text)
{
    uint64_t nul = 0, high = 0, word;
    size_t i = 0;
    for (; i + 8 <= text.len; i += 8) {
        memcpy(&word, text.ptr + i, 8);
        nul |= zeros(word);
        high |= word & HIGH;
    }
    for (; i < text.len; i++) {
        nul |= text.ptr[i] == '\0';
        high |= (unsigned char)text.ptr[i] & 0x80u;
    }
    return (nul ? IO_HAS_NUL : 0) | (high ? IO_HAS_HIGH : 0);
}

/* One bit in the highest of each byte that is `a` or `b`, the first byte lowest. */
static uint64_t marks_in(const char *p, size_t left, uint64_t a, uint64_t b)
{
    uint64_t word = 0;
    if (left >= 8)
        memcpy(&word, p, 8);
    else
        memcpy(&word, p, left); /* a zero is no mark: lines with zeros are refused */
    const uint64_t marks = zeros(word ^ a) | zeros(word ^ b);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return marks;
#else
    return __builtin_bswap64(marks);
#endif
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bool add(struct io_fields *out, const char *start, const char *stop, bool quoted)
{
    if (out->n == out->room)
        return false;
    if (!quoted) {
        while (start < stop && is_blank(*start))
            start++;
        while (stop > start && is_blank(stop[-1]))
            stop--;
    }
    out->field[out->n] = (pal_str){start, (size_t)(stop - start)};
    out->quoted[out->n++] = quoted;
    return true;
}

bool io_csv_scan(pal_str line, char delimiter, char quote, struct io_fields *out)
{
    const uint64_t a = ONES * (unsigned char)delimiter, b = ONES * (unsigned char)quote;
    const char *start = line.ptr, *closed = NULL; /* the field, and the quote that ended it */
    bool inside = false;
    out->n = 0;
    for (size_t i = 0; i < line.len; i += 8) {
        for (uint64_t marks = marks_in(line.ptr + i, line.len - i, a, b); marks;
             marks &= marks - 1) {
            const char *p = line.ptr + i + (unsigned)__builtin_ctzll(marks) / 8;
            if (*p == quote) {
                if (inside) {
                    closed = p;
                } else {
                    while (start < p && is_blank(*start))
                        start++;
                    if (closed || start++ != p)
                        return false;
                }
                inside = !inside;
            } else if (!inside) {
                if (closed ? closed + 1 != p || !add(out, start, closed, true)
                           : !add(out, start, p, false))
                    return false;
                start = p + 1;
                closed = NULL;
            }
        }
    }
    const char *end = line.ptr + line.len;
    if (inside || (closed && closed + 1 != end))
        return false;
    if (!(closed ? add(out, start, closed, true) : add(out, start, end, false)))
        return false;
    if (out->n == 1 && !closed && !out->field[0].len)
        out->n = 0;
    return true;
}
