/* scan.c: 64 bytes of CSV become masks of 64 bits, one a kind of byte; carry-less multiplication
 * (or its steps) turns quotes into "inside quotes"; what is no plain CSV shows as a bit that should
 * not be there. Three ways to make the masks, one to read them.
 *
 * Langdale & Lemire 2019, Parsing gigabytes of JSON per second: section 3.1.
 */
#include "scan.h"

#include <string.h>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define SCAN_X86 1
#include <immintrin.h>
#endif

#define ALWAYS_INLINE static inline __attribute__((always_inline))

struct masks { /* of 64 bytes; the first is the lowest bit */
    uint64_t delimiter, quote, lf, cr, nul, high;
};

struct carry {           /* from one block to the next */
    uint64_t inside;     /* all ones inside quotes                           */
    uint64_t ends;       /* 1: the last byte ended a field, or closed quotes */
    uint64_t closed, cr; /* 1: the last byte closed quotes; was a CR         */
    uint64_t odd, high, any_cr, doubled;
    uint32_t records, lines;
};

/* ---- what masks mean --------------------------------------------------------------------------
 */

/* The ends of fields in a block; keeps what is odd in the carry. `inside` has the quotes' parity
 * within the block alone. Quotes open after the end of a field or, doubled, where quotes were
 * closed; they close before the end of a field, a doubled one, or a CR; a CR stands before an LF.
 */
ALWAYS_INLINE uint64_t judge(struct carry *carry, const struct masks *m, uint64_t inside)
{
    inside ^= carry->inside;
    const uint64_t opening = m->quote & inside, closing = m->quote & ~inside;
    const uint64_t ends = (m->delimiter | m->lf) & ~inside;
    const uint64_t after_end = (ends | closing) << 1 | carry->ends;
    const uint64_t after_close = closing << 1 | carry->closed;
    const uint64_t after_cr = m->cr << 1 | carry->cr;
    carry->odd |= (opening & ~after_end) | (after_close & ~(ends | opening | m->cr)) |
                  (after_cr & ~m->lf) | m->nul;
    carry->doubled |= opening & after_close;
    carry->high |= m->high;
    carry->any_cr |= m->cr;
    carry->ends = (ends | closing) >> 63;
    carry->closed = closing >> 63;
    carry->cr = m->cr >> 63;
    carry->inside = inside >> 63 ? ~UINT64_C(0) : 0;
    return ends;
}

ALWAYS_INLINE void count_lines(struct carry *carry, const struct masks *m, uint64_t ends)
{
    carry->records += (uint32_t)__builtin_popcountll(ends & m->lf);
    carry->lines += (uint32_t)__builtin_popcountll(m->lf);
}

ALWAYS_INLINE void cut_masks(struct masks *m, size_t left)
{
    if (left >= 64)
        return;
    const uint64_t keep = (UINT64_C(1) << left) - 1;
    m->delimiter &= keep;
    m->quote &= keep;
    m->lf &= keep;
    m->cr &= keep;
    m->nul &= keep;
    m->high &= keep;
}

ALWAYS_INLINE void finish(const struct carry *carry, struct io_scan *out)
{
    out->odd = carry->odd || carry->inside || carry->cr;
    out->high = carry->high != 0;
    out->cr = carry->any_cr != 0;
    out->doubled = carry->doubled != 0;
    out->rows = carry->records;
    out->lines = carry->lines;
}

/* Places of the bits; some more may be written behind them. Eight at a time: how many there are is
 * seldom above that, and a loop over single bits would be mispredicted at its end. */
ALWAYS_INLINE void put_ends(uint64_t ends, uint32_t base, struct io_scan *out)
{
    const size_t n = (size_t)__builtin_popcountll(ends);
    uint32_t *to = out->at + out->fields;
    out->fields += n;
    for (size_t done = 0; done < n; done += 8, to += 8) {
        for (size_t i = 0; i < 8; i++) {
            to[i] = base + (uint32_t)__builtin_ctzll(ends | UINT64_C(1) << 63);
            ends &= ends - (ends != 0);
        }
    }
}

/* ---- portable ----------------------------------------------------------------------------------
 */

#define ONES UINT64_C(0x0101010101010101)
#define LOW7 UINT64_C(0x7F7F7F7F7F7F7F7F)

/* 0x80 in every byte that is zero. */
ALWAYS_INLINE uint64_t zero_bytes(uint64_t word) { return ~(((word & LOW7) + LOW7) | word | LOW7); }

/* The high bits of eight bytes as eight bits. */
ALWAYS_INLINE uint64_t gather(uint64_t highs)
{
    return (highs >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

ALWAYS_INLINE uint64_t parity(uint64_t x)
{
    for (unsigned shift = 1; shift < 64; shift *= 2)
        x ^= x << shift;
    return x;
}

static void masks_portable(const char *text, uint64_t delimiter, uint64_t quote, struct masks *m)
{
    *m = (struct masks){0};
    for (unsigned i = 0; i < 64; i += 8) {
        uint64_t word;
        memcpy(&word, text + i, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        m->delimiter |= gather(zero_bytes(word ^ delimiter)) << i;
        m->quote |= gather(zero_bytes(word ^ quote)) << i;
        m->lf |= gather(zero_bytes(word ^ ONES * '\n')) << i;
        m->cr |= gather(zero_bytes(word ^ ONES * '\r')) << i;
        m->nul |= gather(zero_bytes(word)) << i;
        m->high |= gather(word & ~LOW7) << i;
    }
}

static void scan_portable(const char *text, size_t len, char delimiter, char quote,
                          struct io_scan *out)
{
    struct carry carry = {.ends = 1};
    const uint64_t d = ONES * (unsigned char)delimiter, q = ONES * (unsigned char)quote;
    for (size_t i = 0; i < len; i += 64) {
        struct masks m;
        masks_portable(text + i, d, q, &m);
        cut_masks(&m, len - i);
        const uint64_t ends = judge(&carry, &m, parity(m.quote));
        count_lines(&carry, &m, ends);
        put_ends(ends, (uint32_t)i, out);
    }
    finish(&carry, out);
}

static size_t count_portable(const char *text, size_t len, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += text[i] == c;
    return n;
}

/* ---- x86 ---------------------------------------------------------------------------------------
 */

#ifdef SCAN_X86

#define AVX2   __attribute__((target("avx2,pclmul,bmi,popcnt")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,pclmul,bmi,popcnt")))

#define CARRYLESS_PARITY(x)                                                                        \
    (uint64_t) _mm_cvtsi128_si64(                                                                  \
        _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)(x)), _mm_set1_epi8(-1), 0))

AVX2 static inline uint64_t equal_avx2(__m256i low, __m256i high, __m256i c)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, c)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, c)) << 32;
}

AVX2 static void scan_avx2(const char *text, size_t len, char delimiter, char quote,
                           struct io_scan *out)
{
    struct carry carry = {.ends = 1};
    const __m256i d = _mm256_set1_epi8(delimiter), q = _mm256_set1_epi8(quote),
                  lf = _mm256_set1_epi8('\n'), cr = _mm256_set1_epi8('\r'),
                  nul = _mm256_setzero_si256();
    for (size_t i = 0; i < len; i += 64) {
        const __m256i low = _mm256_loadu_si256((const void *)(text + i));
        const __m256i high = _mm256_loadu_si256((const void *)(text + i + 32));
        struct masks m = {
            .delimiter = equal_avx2(low, high, d),
            .quote = equal_avx2(low, high, q),
            .lf = equal_avx2(low, high, lf),
            .cr = equal_avx2(low, high, cr),
            .nul = equal_avx2(low, high, nul),
            .high = (uint32_t)_mm256_movemask_epi8(low) |
                    (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32,
        };
        cut_masks(&m, len - i);
        const uint64_t ends = judge(&carry, &m, CARRYLESS_PARITY(m.quote));
        count_lines(&carry, &m, ends);
        put_ends(ends, (uint32_t)i, out);
    }
    finish(&carry, out);
}

AVX2 static size_t count_avx2(const char *text, size_t len, char c)
{
    size_t n = 0, i = 0;
    const __m256i wanted = _mm256_set1_epi8(c);
    for (; i + 64 <= len; i += 64)
        n += (size_t)__builtin_popcountll(
            equal_avx2(_mm256_loadu_si256((const void *)(text + i)),
                       _mm256_loadu_si256((const void *)(text + i + 32)), wanted));
    return n + count_portable(text + i, len - i, c);
}

/* The places of the bits within the block, 16 at a time as numbers of 32 bits. */
AVX512 static inline void put_ends_avx512(uint64_t ends, uint32_t base, __m512i places,
                                          struct io_scan *out)
{
    const size_t n = (size_t)__builtin_popcountll(ends);
    uint32_t *to = out->at + out->fields;
    __m512i at = _mm512_maskz_compress_epi8(ends, places);
    const __m512i from = _mm512_set1_epi32((int)base);
    out->fields += n;
    for (size_t done = 0;;) {
        _mm512_storeu_si512(
            to + done, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(at)), from));
        done += 16;
        if (done >= n)
            return;
        at = _mm512_alignr_epi64(_mm512_setzero_si512(), at, 2);
    }
}

AVX512 static void scan_avx512(const char *text, size_t len, char delimiter, char quote,
                               struct io_scan *out)
{
    struct carry carry = {.ends = 1};
    uint8_t place[64];
    for (unsigned i = 0; i < 64; i++)
        place[i] = (uint8_t)i;
    const __m512i places = _mm512_loadu_si512(place), d = _mm512_set1_epi8(delimiter),
                  q = _mm512_set1_epi8(quote), lf = _mm512_set1_epi8('\n'),
                  cr = _mm512_set1_epi8('\r');
    for (size_t i = 0; i < len; i += 64) {
        const __m512i block = _mm512_loadu_si512(text + i);
        struct masks m = {
            .delimiter = _mm512_cmpeq_epi8_mask(block, d),
            .quote = _mm512_cmpeq_epi8_mask(block, q),
            .lf = _mm512_cmpeq_epi8_mask(block, lf),
            .cr = _mm512_cmpeq_epi8_mask(block, cr),
            .nul = _mm512_testn_epi8_mask(block, block),
            .high = _mm512_movepi8_mask(block),
        };
        cut_masks(&m, len - i);
        const uint64_t ends = judge(&carry, &m, CARRYLESS_PARITY(m.quote));
        count_lines(&carry, &m, ends);
        put_ends_avx512(ends, (uint32_t)i, places, out);
    }
    finish(&carry, out);
}

AVX512 static size_t count_avx512(const char *text, size_t len, char c)
{
    size_t n = 0, i = 0;
    const __m512i wanted = _mm512_set1_epi8(c);
    for (; i + 64 <= len; i += 64)
        n += (size_t)__builtin_popcountll(
            _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(text + i), wanted));
    return n + count_portable(text + i, len - i, c);
}

#endif

/* ---- which -------------------------------------------------------------------------------------
 */

enum io_scan_path io_scan_best(void)
{
#ifdef SCAN_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
        __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi"))
        return IO_SCAN_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
        __builtin_cpu_supports("bmi"))
        return IO_SCAN_AVX2;
#endif
    return IO_SCAN_PORTABLE;
}

void io_scan(enum io_scan_path path, const char *text, size_t len, char delimiter, char quote,
             struct io_scan *out)
{
    out->fields = 0;
#ifdef SCAN_X86
    if (path == IO_SCAN_AVX512) {
        scan_avx512(text, len, delimiter, quote, out);
        return;
    }
    if (path == IO_SCAN_AVX2) {
        scan_avx2(text, len, delimiter, quote, out);
        return;
    }
#endif
    (void)path;
    scan_portable(text, len, delimiter, quote, out);
}

size_t io_scan_count(enum io_scan_path path, const char *text, size_t len, char c)
{
#ifdef SCAN_X86
    if (path == IO_SCAN_AVX512)
        return count_avx512(text, len, c);
    if (path == IO_SCAN_AVX2)
        return count_avx2(text, len, c);
#endif
    (void)path;
    return count_portable(text, len, c);
}

/* ---- records -----------------------------------------------------------------------------------
 */

/* Does the last field of every record of `columns` fields end with an LF, and no other? */
static bool is_regular(const char *text, size_t columns, const struct io_scan *scan)
{
    bool all = scan->rows && scan->lines == scan->rows && scan->fields == scan->rows * columns;
    for (size_t end = columns; all && end <= scan->fields; end += columns)
        all = text[scan->at[end - 1]] == '\n';
    return all;
}

void io_scan_rows(enum io_scan_path path, const char *text, size_t columns, struct io_scan *scan)
{
    if (is_regular(text, columns, scan)) {
        for (size_t r = 0; r < scan->rows; r++) {
            scan->row[r] = (uint32_t)((r + 1) * columns);
            scan->line[r] = (uint32_t)r + 1;
        }
        return;
    }
    size_t rows = 0, begin = 0, lines = 0;
    for (size_t i = 0; i < scan->fields; i++) {
        if (text[scan->at[i]] != '\n')
            continue;
        const size_t end = scan->at[i] + 1;
        lines +=
            scan->lines == scan->rows ? 1 : io_scan_count(path, text + begin, end - begin, '\n');
        scan->row[rows] = (uint32_t)i + 1;
        scan->line[rows++] = (uint32_t)lines;
        begin = end;
    }
}
