/* csv_scan.c: a physical line of plain CSV cut where it lies, without a copy. It takes only lines
 * that need no judgement: fields without quotes, and quoted fields that begin and end on the line
 * with nothing around the quotes and no quote inside. Everything else is left to libcsv, which is
 * also what the tests hold it against.
 */
#include "inside.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

/* STEP bytes of a line as bits, BITS a byte, the first byte lowest. A line's last bytes come with
 * zeros behind them; `given` are its own. */
#if defined(__SSE2__)
enum { STEP = 16, BITS = 1 };
#else
enum { STEP = 8, BITS = 8 };
#endif

struct marks {
    uint64_t cut; /* delimiters and quotes */
    uint64_t nul, high;
};

static struct marks marks_at(const char *p, char delimiter, char quote)
{
#if defined(__SSE2__)
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    const __m128i cut = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(delimiter)),
                                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8(quote)));
    return (struct marks){
        .cut = (unsigned)_mm_movemask_epi8(cut),
        .nul = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128())),
        .high = (unsigned)_mm_movemask_epi8(bytes)};
#else
    uint64_t word;
    memcpy(&word, p, 8);
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return (struct marks){.cut = zeros(word ^ ONES * (unsigned char)delimiter) |
                                 zeros(word ^ ONES * (unsigned char)quote),
                          .nul = zeros(word),
                          .high = word & HIGH};
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

struct cut {                    /* the field under way */
    const char *start, *closed; /* its first byte, and the quote that ended it */
    bool inside;
};

/* The fields that end in the STEP bytes at `base`; false where the line needs judgement. */
static bool cut_fields(struct cut *c, const char *base, uint64_t marks, char quote,
                       struct io_fields *out)
{
    for (; marks; marks &= marks - 1) {
        const char *p = base + (unsigned)__builtin_ctzll(marks) / BITS;
        if (*p == quote) {
            if (c->inside) {
                c->closed = p;
            } else {
                while (c->start < p && is_blank(*c->start))
                    c->start++;
                if (c->closed || c->start++ != p)
                    return false;
            }
            c->inside = !c->inside;
        } else if (!c->inside) {
            if (c->closed ? c->closed + 1 != p || !add(out, c->start, c->closed, true)
                          : !add(out, c->start, p, false))
                return false;
            c->start = p + 1;
            c->closed = NULL;
        }
    }
    return true;
}

bool io_csv_scan(pal_str line, char delimiter, char quote, struct io_fields *out, unsigned *look)
{
    const char *const end = line.ptr + line.len;
    struct cut cut = {.start = line.ptr};
    uint64_t nul = 0, high = 0;
    size_t i = 0;
    bool plain = true;
    out->n = 0;
    for (; plain && i + STEP <= line.len; i += STEP) {
        const struct marks m = marks_at(line.ptr + i, delimiter, quote);
        nul |= m.nul;
        high |= m.high;
        plain = cut_fields(&cut, line.ptr + i, m.cut, quote, out);
    }
    if (plain && i < line.len) {
        char last[STEP] = {0};
        memcpy(last, line.ptr + i, line.len - i);
        const uint64_t given = (UINT64_C(1) << (line.len - i) * BITS) - 1;
        const struct marks m = marks_at(last, delimiter, quote);
        nul |= m.nul & given;
        high |= m.high;
        plain = cut_fields(&cut, line.ptr + i, m.cut & given, quote, out);
    }
    *look = plain ? (nul ? IO_HAS_NUL : 0) | (high ? IO_HAS_HIGH : 0) : io_text_look(line);
    if (!plain || cut.inside || (cut.closed && cut.closed + 1 != end))
        return false;
    if (!(cut.closed ? add(out, cut.start, cut.closed, true) : add(out, cut.start, end, false)))
        return false;
    if (out->n == 1 && !cut.closed && !out->field[0].len)
        out->n = 0;
    return true;
}
