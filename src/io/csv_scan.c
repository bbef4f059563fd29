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

bool io_csv_scan(pal_str line, char delimiter, char quote, struct io_fields *out)
{
    const char *p = line.ptr, *const end = line.ptr + line.len;
    size_t n = 0;
    for (;;) {
        while (p < end && (*p == ' ' || *p == '\t') && *p != delimiter)
            p++;
        const char *start = p, *stop;
        if (n == out->room)
            return false;
        if (p < end && *p == quote) {
            start++;
            stop = memchr(start, quote, (size_t)(end - start));
            if (!stop)
                return false;
            p = stop + 1;
            if (p < end && *p != delimiter)
                return false;
            out->quoted[n] = true;
        } else {
            while (p < end && *p != delimiter && *p != quote)
                p++;
            if (p < end && *p == quote)
                return false;
            for (stop = p; stop > start && (stop[-1] == ' ' || stop[-1] == '\t');)
                stop--;
            out->quoted[n] = false;
        }
        out->field[n++] = (pal_str){start, (size_t)(stop - start)};
        if (p == end)
            break;
        p++; /* the delimiter */
    }
    out->n = n == 1 && !out->field[0].len && !out->quoted[0] ? 0 : n;
    return true;
}
