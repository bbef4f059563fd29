/* sha256.c: FIPS 180-4. Inputs and definitions are named by it in manifests. Where the processor
 * has instructions for it, they are used. */
#include "inside.h"

#include <string.h>

#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<sys/platform/x86.h>)
#define SHA_INSTRUCTIONS 1
#include <immintrin.h>
#include <sys/platform/x86.h>
#endif
#endif

static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotr(uint32_t x, int n) { return (x >> n) | (x << (32 - n)); }

static void compress(uint32_t *state, const uint8_t *block)
{
    uint32_t w[64];
    for (size_t i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (size_t i = 16; i < 64; i++) {
        const uint32_t s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
        const uint32_t s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (size_t i = 0; i < 64; i++) {
        const uint32_t s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
        const uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i];
        const uint32_t s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
        const uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    const uint32_t v[8] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; i++)
        state[i] += v[i];
}

void sha256_portable(uint32_t *state, const uint8_t *block, size_t blocks)
{
    for (size_t i = 0; i < blocks; i++)
        compress(state, block + 64 * i);
}

#ifdef SHA_INSTRUCTIONS

bool sha256_has_instructions(void)
{
    return x86_cpu_active(x86_cpu_SHA) && x86_cpu_active(x86_cpu_SSE4_1) &&
           x86_cpu_active(x86_cpu_SSSE3);
}

/* Two vectors hold the state as (a b e f) and (c d g h); each step below is four rounds. Four
 * vectors hold the last sixteen words of the schedule. Intel, "SHA Extensions", 2013. */
__attribute__((target("sha,sse4.1,ssse3"))) void
sha256_instructions(uint32_t *state, const uint8_t *block, size_t blocks)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i abcd = _mm_loadu_si128((const void *)state);
    const __m128i efgh = _mm_loadu_si128((const void *)(state + 4));
    const __m128i badc = _mm_shuffle_epi32(abcd, 0xB1), hgfe = _mm_shuffle_epi32(efgh, 0x1B);
    __m128i abef = _mm_alignr_epi8(badc, hgfe, 8), cdgh = _mm_blend_epi16(hgfe, badc, 0xF0);
    for (; blocks; blocks--, block += 64) {
        const __m128i before_abef = abef, before_cdgh = cdgh;
        __m128i w[4];
        for (size_t i = 0; i < 4; i++)
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const void *)(block + 16 * i)), swap);
        for (size_t i = 0; i < 16; i++) {
            __m128i *own = &w[i % 4];
            if (i >= 4) {
                const __m128i last = w[(i + 3) % 4];
                *own = _mm_sha256msg1_epu32(*own, w[(i + 1) % 4]);
                *own = _mm_add_epi32(*own, _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
                *own = _mm_sha256msg2_epu32(*own, last);
            }
            const __m128i words = _mm_add_epi32(*own, _mm_loadu_si128((const void *)(k + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, words);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(words, 0x0E));
        }
        abef = _mm_add_epi32(abef, before_abef);
        cdgh = _mm_add_epi32(cdgh, before_cdgh);
    }
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((void *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

#else

bool sha256_has_instructions(void) { return false; }

void sha256_instructions(uint32_t *state, const uint8_t *block, size_t blocks)
{
    sha256_portable(state, block, blocks);
}

#endif

static void add_blocks(struct pal_sha256 *hash, const uint8_t *block, size_t blocks)
{
    (sha256_has_instructions() ? sha256_instructions : sha256_portable)(hash->state, block, blocks);
}

void pal_sha256_init(struct pal_sha256 *hash)
{
    *hash = (struct pal_sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void pal_sha256_add(struct pal_sha256 *hash, const void *bytes, size_t size)
{
    if (size == 0) /* and bytes may be NULL */
        return;
    const uint8_t *p = bytes;
    size_t held = (size_t)(hash->size % 64);
    hash->size += size;
    if (held) {
        const size_t take = size < 64 - held ? size : 64 - held;
        memcpy(hash->block + held, p, take);
        p += take;
        size -= take;
        if (held + take < 64)
            return;
        add_blocks(hash, hash->block, 1);
    }
    if (size >= 64)
        add_blocks(hash, p, size / 64);
    if (size % 64)
        memcpy(hash->block, p + size / 64 * 64, size % 64);
}

void pal_sha256_hex(struct pal_sha256 *hash, char *out)
{
    const uint64_t bits = hash->size * 8;
    const uint8_t one = 0x80, zero = 0;
    pal_sha256_add(hash, &one, 1);
    while (hash->size % 64 != 56)
        pal_sha256_add(hash, &zero, 1);
    uint8_t length[8];
    for (size_t i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    pal_sha256_add(hash, length, 8);
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 32; i++) {
        const uint8_t byte = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 15];
    }
    out[64] = '\0';
}
