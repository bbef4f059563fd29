/* stream_lanes.c: plain numbers of eight cells at once. A cell becomes a word of 8 bytes, or two,
 * with zeros in front; its point is closed up; all bytes are tested for digits and weighted
 * together. Digits up to 2^53 and powers of ten up to 10^15 are exact doubles, so that one division
 * rounds correctly (Clinger 1990); more digits are left to others. */
#include "stream.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define LANES_X86 1
#include <immintrin.h>
#endif

enum stream_path stream_best(void)
{
#ifdef LANES_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))
        return STREAM_AVX512;
    if (__builtin_cpu_supports("avx2"))
        return STREAM_AVX2;
#endif
    return STREAM_PORTABLE;
}

#ifdef LANES_X86

#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd")))
#define INLINE static inline __attribute__((always_inline))

/* Which of eight rows are blank in eight columns: a byte a row, a bit a column. */
INLINE void put_absent(const struct stream_cells *cells, size_t row, uint64_t blanks)
{
    for (unsigned k = 0; k < STREAM_LANES; k++) {
        const uint64_t absent = (blanks >> k & UINT64_C(0x0101010101010101)) * PAL_BLANK;
        memcpy(cells[k].absent + row, &absent, sizeof absent);
    }
}

struct eight {
    __m512d value;
    __mmask8 blank, odd;
};

struct places { /* of eight cells */
    __m512i from, len;
};

/* ---- 512 bits ----------------------------------------------------------------------------------
 */

/* The last len (up to 8) bytes of a word are its first, with '0' in front. */
AVX512 INLINE __m512i padded_512(__m512i word, __m512i len)
{
    const __m512i bits = _mm512_slli_epi64(len, 3);
    return _mm512_or_si512(_mm512_sllv_epi64(word, _mm512_sub_epi64(_mm512_set1_epi64(64), bits)),
                           _mm512_srlv_epi64(_mm512_set1_epi64(0x3030303030303030), bits));
}

/* 8 times the bytes behind the last point; 64: there is none. */
AVX512 INLINE __m512i behind_point_512(__m512i word)
{
    const __mmask64 points = _mm512_cmpeq_epi8_mask(word, _mm512_set1_epi8('.'));
    return _mm512_lzcnt_epi64(_mm512_movm_epi8(points));
}

/* Up to the point all bytes are `shifted`. */
AVX512 INLINE __m512i close_up_512(__m512i word, __m512i shifted, __m512i behind)
{
    const __m512i before = _mm512_srlv_epi64(_mm512_set1_epi64(-1), behind);
    return _mm512_ternarylogic_epi64(before, shifted, word, 0xCA);
}

AVX512 INLINE __m512i shift_in_512(__m512i word, __m512i byte)
{
    return _mm512_or_si512(_mm512_slli_epi64(word, 8), byte);
}

AVX512 INLINE __m512i weigh_512(__m512i digit)
{
    const __m512i two = _mm512_maddubs_epi16(digit, _mm512_set1_epi16(0x010A));
    const __m512i four = _mm512_madd_epi16(two, _mm512_set1_epi32(0x00010064));
    return _mm512_add_epi64(_mm512_mul_epu32(four, _mm512_set1_epi64(10000)),
                            _mm512_srli_epi64(four, 32));
}

AVX512 INLINE __mmask8 no_digits_512(__m512i digit)
{
    const __mmask64 bytes = _mm512_cmpgt_epu8_mask(digit, _mm512_set1_epi8(9));
    return bytes ? _mm512_test_epi64_mask(_mm512_movm_epi8(bytes), _mm512_set1_epi64(-1)) : 0;
}

/* Numbers of up to 8 bytes, in words that begin with them. */
AVX512 INLINE struct eight short_512(__m512i word, __m512i len)
{
    const __m512d powers = _mm512_setr_pd(1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7);
    const __m512i zeros = _mm512_set1_epi8('0');
    word = padded_512(word, len);
    const __m512i behind = behind_point_512(word);
    word = close_up_512(word, shift_in_512(word, _mm512_set1_epi64('0')), behind);
    const __m512i digit = _mm512_xor_si512(word, zeros);
    const __mmask8 point = _mm512_cmpneq_epi64_mask(behind, _mm512_set1_epi64(64));
    struct eight out;
    out.odd = no_digits_512(digit) | _mm512_mask_cmpeq_epi64_mask(point, len, _mm512_set1_epi64(1));
    /* Of no point 8 bytes are behind it: the table is of 8, so that this is power 0. */
    out.value = _mm512_div_pd(_mm512_cvtepi64_pd(weigh_512(digit)),
                              _mm512_permutexvar_pd(_mm512_srli_epi64(behind, 3), powers));
    return out;
}

/* Numbers of up to 16 bytes. */
AVX512 INLINE struct eight long_512(const char *text, struct places at)
{
    const __m512d low_powers = _mm512_setr_pd(1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7),
                  high_powers = _mm512_setr_pd(1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15);
    const __m512i zeros = _mm512_set1_epi8('0'), all = _mm512_set1_epi64(64);
    /* What is read lies within 16 bytes of the cell's beginning, also when it is longer. */
    const __m512i len = _mm512_min_epi64(at.len, _mm512_set1_epi64(16)),
                  more = _mm512_max_epi64(_mm512_sub_epi64(len, _mm512_set1_epi64(8)),
                                          _mm512_setzero_si512());
    const __m512i a =
        padded_512(_mm512_i64gather_epi64(at.from, text, 1), more); /* bytes but the last 8 */
    const __m512i b = padded_512(_mm512_i64gather_epi64(_mm512_add_epi64(at.from, more), text, 1),
                                 _mm512_sub_epi64(len, more));
    const __m512i behind_a = behind_point_512(a), behind_b = behind_point_512(b);
    const __mmask8 point_b = _mm512_cmpneq_epi64_mask(behind_b, all),
                   point = point_b | _mm512_cmpneq_epi64_mask(behind_a, all);
    const __m512i digit_b = _mm512_xor_si512(
        close_up_512(b, shift_in_512(b, _mm512_srli_epi64(a, 56)), behind_b), zeros);
    const __m512i digit_a = _mm512_xor_si512(
        close_up_512(a, shift_in_512(a, _mm512_set1_epi64('0')),
                     _mm512_mask_mov_epi64(behind_a, point_b, _mm512_setzero_si512())),
        zeros);
    const __m512i digits = _mm512_add_epi64(
        _mm512_mul_epu32(weigh_512(digit_a), _mm512_set1_epi64(100000000)), weigh_512(digit_b));
    /* Of no point 16 bytes are behind it: the table is of 16, so that this is power 0. */
    const __m512i decimals = _mm512_mask_mov_epi64(
        _mm512_add_epi64(_mm512_srli_epi64(behind_a, 3), _mm512_set1_epi64(8)), point_b,
        _mm512_srli_epi64(behind_b, 3));
    struct eight out;
    out.odd = no_digits_512(digit_a) | no_digits_512(digit_b) |
              _mm512_mask_cmpeq_epi64_mask(point, len, _mm512_set1_epi64(1)) |
              _mm512_cmpgt_epi64_mask(digits, _mm512_set1_epi64(INT64_C(1) << 53));
    out.value = _mm512_div_pd(_mm512_cvtepi64_pd(digits),
                              _mm512_permutex2var_pd(low_powers, decimals, high_powers));
    return out;
}

AVX512 INLINE struct eight eight_512(const char *text, struct places at)
{
    const __m512i one = _mm512_set1_epi64(1), whole = at.len;
    const __mmask8 blank = _mm512_testn_epi64_mask(whole, whole);
    __m512i word = _mm512_i64gather_epi64(at.from, text, 1);
    const __mmask8 minus = _mm512_mask_cmpeq_epi64_mask(
        (__mmask8)~blank, _mm512_and_si512(word, _mm512_set1_epi64(0xFF)), _mm512_set1_epi64('-'));
    at.len = _mm512_mask_sub_epi64(at.len, minus, at.len, one);
    struct eight out;
    if (_mm512_cmpgt_epi64_mask(whole, _mm512_set1_epi64(8))) {
        at.from = _mm512_mask_add_epi64(at.from, minus, at.from, one);
        out = long_512(text, at);
        out.odd |= _mm512_cmpgt_epi64_mask(at.len, _mm512_set1_epi64(16));
    } else {
        out = short_512(_mm512_mask_srli_epi64(word, minus, word, 8), at.len);
    }
    out.value = _mm512_mask_xor_pd(out.value, minus, out.value, _mm512_set1_pd(-0.0));
    out.odd |= _mm512_testn_epi64_mask(at.len, at.len); /* a sign alone */
    out.odd &= (__mmask8)~blank;
    out.blank = blank;
    return out;
}

/* Of fields whose ends, and the ends before them, are known. */
AVX512 INLINE struct places between_512(__m512i before, __m512i end)
{
    const __m512i from = _mm512_add_epi64(before, _mm512_set1_epi64(1));
    return (struct places){from, _mm512_sub_epi64(end, from)};
}

AVX512 static unsigned column_512(const struct stream_field *field, size_t row, double *value,
                                  uint8_t *absent)
{
    const __m256i first = _mm256_loadu_si256((const void *)(field->first + row));
    const __m256i at = _mm256_add_epi32(first, _mm256_set1_epi32((int)field->at - 1));
    const __m512i ends = _mm512_i32gather_epi64(at, field->piece->at, 4); /* two of them */
    const struct eight eight = eight_512(
        field->piece->text, between_512(_mm512_and_si512(ends, _mm512_set1_epi64(UINT32_MAX)),
                                        _mm512_srli_epi64(ends, 32)));
    _mm512_storeu_pd(value, eight.value);
    _mm_storel_epi64((void *)absent, _mm_maskz_set1_epi8(eight.blank, PAL_BLANK));
    return eight.odd;
}

/* Rows become columns. */
AVX512 INLINE void turn_512(__m512d *v)
{
    __m512d t[8], u[8];
    for (unsigned i = 0; i < 8; i += 2) {
        t[i] = _mm512_unpacklo_pd(v[i], v[i + 1]);
        t[i + 1] = _mm512_unpackhi_pd(v[i], v[i + 1]);
    }
    for (unsigned i = 0; i < 8; i += 4) {
        for (unsigned k = 0; k < 2; k++) {
            u[i + k] = _mm512_shuffle_f64x2(t[i + k], t[i + k + 2], 0x88);
            u[i + k + 2] = _mm512_shuffle_f64x2(t[i + k], t[i + k + 2], 0xDD);
        }
    }
    for (unsigned k = 0; k < 4; k++) {
        v[k] = _mm512_shuffle_f64x2(u[k], u[k + 4], 0x88);
        v[k + 4] = _mm512_shuffle_f64x2(u[k], u[k + 4], 0xDD);
    }
}

AVX512 static bool square_512(const struct stream_field *field, size_t row,
                              const struct stream_cells *cells, uint8_t *odd)
{
    __m512d value[STREAM_LANES];
    uint64_t blanks = 0; /* a byte a row, a bit a column */
    unsigned any = 0;
    for (unsigned r = 0; r < STREAM_LANES; r++) {
        const uint32_t *end = field->piece->at + field->first[row + r] + field->at;
        const struct eight eight = eight_512(
            field->piece->text,
            between_512(_mm512_cvtepu32_epi64(_mm256_loadu_si256((const void *)(end - 1))),
                        _mm512_cvtepu32_epi64(_mm256_loadu_si256((const void *)end))));
        value[r] = eight.value;
        blanks |= (uint64_t)eight.blank << 8 * r;
        odd[r] = eight.odd;
        any |= eight.odd;
    }
    turn_512(value);
    for (unsigned k = 0; k < STREAM_LANES; k++)
        _mm512_storeu_pd(cells[k].value + row, value[k]);
    put_absent(cells, row, blanks);
    return any;
}

/* ---- 256 bits: four cells, twice ---------------------------------------------------------------
 */

struct four {
    __m256d value;
    unsigned blank, odd;
};

struct four_places {
    __m256i from, len;
};

AVX2 INLINE unsigned lanes_256(__m256i mask)
{
    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(mask));
}

AVX2 INLINE __m256i select_256(__m256i mask, __m256i yes, __m256i no)
{
    return _mm256_blendv_epi8(no, yes, mask);
}

AVX2 INLINE __m256i padded_256(__m256i word, __m256i len)
{
    const __m256i bits = _mm256_slli_epi64(len, 3);
    return _mm256_or_si256(_mm256_sllv_epi64(word, _mm256_sub_epi64(_mm256_set1_epi64x(64), bits)),
                           _mm256_srlv_epi64(_mm256_set1_epi64x(0x3030303030303030), bits));
}

/* All bytes up to the first point; nothing when there is none. */
AVX2 INLINE __m256i up_to_point_256(__m256i word)
{
    const __m256i points = _mm256_cmpeq_epi8(word, _mm256_set1_epi8('.'));
    const __m256i bits = _mm256_xor_si256(points, _mm256_sub_epi64(points, _mm256_set1_epi64x(1)));
    return _mm256_andnot_si256(_mm256_cmpeq_epi64(points, _mm256_setzero_si256()),
                               _mm256_or_si256(bits, _mm256_slli_epi64(bits, 7)));
}

/* How many bytes of a mask are zero. */
AVX2 INLINE __m256i bytes_left_256(__m256i mask)
{
    return _mm256_sad_epu8(_mm256_andnot_si256(mask, _mm256_set1_epi8(1)), _mm256_setzero_si256());
}

AVX2 INLINE __m256i shift_in_256(__m256i word, __m256i byte)
{
    return _mm256_or_si256(_mm256_slli_epi64(word, 8), byte);
}

AVX2 INLINE __m256i weigh_256(__m256i digit)
{
    const __m256i two = _mm256_maddubs_epi16(digit, _mm256_set1_epi16(0x010A));
    const __m256i four = _mm256_madd_epi16(two, _mm256_set1_epi32(0x00010064));
    return _mm256_add_epi64(_mm256_mul_epu32(four, _mm256_set1_epi64x(10000)),
                            _mm256_srli_epi64(four, 32));
}

/* Of whole numbers below 2^52. */
AVX2 INLINE __m256d double_256(__m256i whole)
{
    const __m256d base = _mm256_set1_pd(0x1p52);
    return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(whole, _mm256_castpd_si256(base))),
                         base);
}

AVX2 INLINE unsigned no_digits_256(__m256i digit)
{
    const __m256i over = _mm256_subs_epu8(digit, _mm256_set1_epi8(9));
    return ~lanes_256(_mm256_cmpeq_epi64(over, _mm256_setzero_si256())) & 0xF;
}

static const double powers_256[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

AVX2 INLINE struct four short_256(__m256i word, __m256i len)
{
    word = padded_256(word, len);
    const __m256i before = up_to_point_256(word);
    word = select_256(before, shift_in_256(word, _mm256_set1_epi64x('0')), word);
    const __m256i digit = _mm256_xor_si256(word, _mm256_set1_epi8('0'));
    /* Of no point 8 bytes are behind it, which is 0 here. */
    const __m256i decimals = _mm256_and_si256(bytes_left_256(before), _mm256_set1_epi64x(7));
    struct four out;
    out.odd = no_digits_256(digit) |
              lanes_256(_mm256_and_si256(before, _mm256_cmpeq_epi64(len, _mm256_set1_epi64x(1))));
    out.value =
        _mm256_div_pd(double_256(weigh_256(digit)), _mm256_i64gather_pd(powers_256, decimals, 8));
    return out;
}

AVX2 INLINE struct four long_256(const char *text, struct four_places at)
{
    const __m256i eight = _mm256_set1_epi64x(8), most = _mm256_set1_epi64x(16),
                  none = _mm256_setzero_si256(), zeros = _mm256_set1_epi8('0');
    const __m256i len = select_256(_mm256_cmpgt_epi64(at.len, most), most, at.len),
                  more = _mm256_and_si256(_mm256_cmpgt_epi64(len, eight),
                                          _mm256_sub_epi64(len, eight));
    const __m256i a = padded_256(_mm256_i64gather_epi64((const void *)text, at.from, 1), more);
    const __m256i b =
        padded_256(_mm256_i64gather_epi64((const void *)text, _mm256_add_epi64(at.from, more), 1),
                   _mm256_sub_epi64(len, more));
    const __m256i before_b = up_to_point_256(b),
                  point_b = _mm256_cmpgt_epi64(none, _mm256_slli_epi64(before_b, 63)),
                  before_a = up_to_point_256(a), shift_a = _mm256_or_si256(before_a, point_b);
    const __m256i digit_b =
        _mm256_xor_si256(select_256(before_b, shift_in_256(b, _mm256_srli_epi64(a, 56)), b), zeros);
    const __m256i digit_a =
        _mm256_xor_si256(select_256(shift_a, shift_in_256(a, _mm256_set1_epi64x('0')), a), zeros);
    const __m256i high = weigh_256(digit_a), low = weigh_256(digit_b);
    const __m256i digits =
        _mm256_add_epi64(_mm256_mul_epu32(high, _mm256_set1_epi64x(100000000)), low);
    /* Of no point 16 bytes are behind it, which is 0 here. */
    const __m256i decimals =
        _mm256_and_si256(select_256(point_b, bytes_left_256(before_b),
                                    _mm256_add_epi64(bytes_left_256(before_a), eight)),
                         _mm256_set1_epi64x(15));
    struct four out;
    out.odd =
        no_digits_256(digit_a) | no_digits_256(digit_b) |
        lanes_256(_mm256_and_si256(_mm256_cmpeq_epi64(len, _mm256_set1_epi64x(1)),
                                   _mm256_slli_epi64(_mm256_or_si256(before_a, before_b), 63))) |
        lanes_256(_mm256_cmpgt_epi64(digits, _mm256_set1_epi64x(INT64_C(1) << 53)));
    /* Up to 2^53 neither step rounds. */
    const __m256d whole =
        _mm256_add_pd(_mm256_mul_pd(double_256(high), _mm256_set1_pd(1e8)), double_256(low));
    out.value = _mm256_div_pd(whole, _mm256_i64gather_pd(powers_256, decimals, 8));
    return out;
}

AVX2 INLINE struct four four_256(const char *text, struct four_places at)
{
    const __m256i none = _mm256_setzero_si256(), ones = _mm256_set1_epi64x(-1), whole = at.len;
    const __m256i blank = _mm256_cmpeq_epi64(whole, none);
    const __m256i word = _mm256_i64gather_epi64((const void *)text, at.from, 1);
    const __m256i minus = _mm256_andnot_si256(
        blank, _mm256_cmpeq_epi64(_mm256_and_si256(word, _mm256_set1_epi64x(0xFF)),
                                  _mm256_set1_epi64x('-')));
    at.len = _mm256_add_epi64(at.len, minus);
    struct four out;
    if (lanes_256(_mm256_cmpgt_epi64(whole, _mm256_set1_epi64x(8)))) {
        at.from = _mm256_sub_epi64(at.from, minus);
        out = long_256(text, at);
        out.odd |= lanes_256(_mm256_cmpgt_epi64(at.len, _mm256_set1_epi64x(16)));
    } else {
        out = short_256(_mm256_srlv_epi64(word, _mm256_and_si256(minus, _mm256_set1_epi64x(8))),
                        at.len);
    }
    const __m256d sign = _mm256_castsi256_pd(_mm256_and_si256(minus, _mm256_slli_epi64(ones, 63)));
    out.value = _mm256_xor_pd(out.value, sign);
    out.odd |= lanes_256(_mm256_cmpeq_epi64(at.len, none)); /* a sign alone */
    out.blank = lanes_256(blank);
    out.odd &= ~out.blank;
    return out;
}

AVX2 INLINE struct four_places between_256(__m256i before, __m256i end)
{
    const __m256i from = _mm256_add_epi64(before, _mm256_set1_epi64x(1));
    return (struct four_places){from, _mm256_sub_epi64(end, from)};
}

AVX2 static unsigned column_256(const struct stream_field *field, size_t row, double *value,
                                uint8_t *absent)
{
    unsigned odd = 0;
    for (unsigned i = 0; i < STREAM_LANES; i += 4) {
        const __m128i first = _mm_loadu_si128((const void *)(field->first + row + i));
        const __m128i at = _mm_add_epi32(first, _mm_set1_epi32((int)field->at - 1));
        const __m256i ends =
            _mm256_i32gather_epi64((const void *)field->piece->at, at, 4); /* two of them */
        const struct four four = four_256(
            field->piece->text, between_256(_mm256_and_si256(ends, _mm256_set1_epi64x(UINT32_MAX)),
                                            _mm256_srli_epi64(ends, 32)));
        _mm256_storeu_pd(value + i, four.value);
        for (unsigned k = 0; k < 4; k++)
            absent[i + k] = four.blank >> k & 1 ? PAL_BLANK : PAL_PRESENT;
        odd |= four.odd << i;
    }
    return odd;
}

/* Four rows become columns. */
AVX2 INLINE void turn_256(const __m256d *v, size_t row, const struct stream_cells *cells)
{
    const __m256d a = _mm256_unpacklo_pd(v[0], v[1]), b = _mm256_unpackhi_pd(v[0], v[1]),
                  c = _mm256_unpacklo_pd(v[2], v[3]), d = _mm256_unpackhi_pd(v[2], v[3]);
    _mm256_storeu_pd(cells[0].value + row, _mm256_permute2f128_pd(a, c, 0x20));
    _mm256_storeu_pd(cells[1].value + row, _mm256_permute2f128_pd(b, d, 0x20));
    _mm256_storeu_pd(cells[2].value + row, _mm256_permute2f128_pd(a, c, 0x31));
    _mm256_storeu_pd(cells[3].value + row, _mm256_permute2f128_pd(b, d, 0x31));
}

AVX2 static bool square_256(const struct stream_field *field, size_t row,
                            const struct stream_cells *cells, uint8_t *odd)
{
    uint64_t blanks = 0; /* a byte a row, a bit a column */
    unsigned any = 0;
    memset(odd, 0, STREAM_LANES);
    for (unsigned k = 0; k < STREAM_LANES; k += 4) {
        __m256d value[STREAM_LANES];
        for (unsigned r = 0; r < STREAM_LANES; r++) {
            const uint32_t *end = field->piece->at + field->first[row + r] + field->at + k;
            const struct four four = four_256(
                field->piece->text,
                between_256(_mm256_cvtepu32_epi64(_mm_loadu_si128((const void *)(end - 1))),
                            _mm256_cvtepu32_epi64(_mm_loadu_si128((const void *)end))));
            value[r] = four.value;
            blanks |= (uint64_t)four.blank << (8 * r + k);
            odd[r] |= (uint8_t)(four.odd << k);
            any |= four.odd;
        }
        turn_256(value, row, cells + k);
        turn_256(value + 4, row + 4, cells + k);
    }
    put_absent(cells, row, blanks);
    return any;
}

#endif

/* ---- which -------------------------------------------------------------------------------------
 */

unsigned stream_lanes_column(enum stream_path path, const struct stream_field *field, size_t row,
                             double *value, uint8_t *absent)
{
#ifdef LANES_X86
    if (path == STREAM_AVX512)
        return column_512(field, row, value, absent);
    if (path == STREAM_AVX2)
        return column_256(field, row, value, absent);
#endif
    (void)path, (void)field, (void)row, (void)value, (void)absent;
    return (1u << STREAM_LANES) - 1;
}

bool stream_lanes_square(enum stream_path path, const struct stream_field *field, size_t row,
                         const struct stream_cells *cells, uint8_t *odd)
{
#ifdef LANES_X86
    if (path == STREAM_AVX512)
        return square_512(field, row, cells, odd);
    if (path == STREAM_AVX2)
        return square_256(field, row, cells, odd);
#endif
    (void)path, (void)field, (void)row, (void)cells;
    memset(odd, 0xFF, STREAM_LANES);
    return true;
}
