/* floor.c: what any program pays, without columns to look up, checks, quotes in keys or messages.
 *     floor read FILE       reads and counts three kinds of bytes
 *     floor inflate FILE    inflates by ISA-L and drops it
 *     floor incidents FILE  adds up inc.csv by country, code and year in a dense array
 *     floor taylor FILE     adds up svy.csv by unit, sex and age, 12 flags and the weight
 * The last two index the text once, take the fields they need by their places, parse them as words
 * of 8 bytes, and add a block of rows whose sums were called for before. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__AVX512VBMI2__) && defined(__PCLMUL__)
#include <immintrin.h>
#define WIDE 1
#endif

#include <isa-l/igzip_lib.h>

enum { CHUNK = 256 * 1024, BEHIND = 64, BLOCK = 256 };
static uint8_t in[CHUNK], out[CHUNK];

static size_t count(const uint8_t *bytes, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += (size_t)(bytes[i] == ',') + (size_t)(bytes[i] == '\n') + (size_t)(bytes[i] == '"');
    return found;
}

/* ---- fields ------------------------------------------------------------------------------------
 */

static char text[2 * CHUNK + BEHIND];
static uint32_t at[2 * CHUNK + BEHIND]; /* where fields end */

/* Ends of the fields of whole lines; commas within quotes end none. */
static size_t ends_of(size_t len)
{
    size_t n = 0;
#ifdef WIDE
    uint64_t inside = 0;
    uint8_t place[64];
    for (unsigned i = 0; i < 64; i++)
        place[i] = (uint8_t)i;
    const __m512i places = _mm512_loadu_si512(place);
    for (size_t i = 0; i < len; i += 64) {
        const __m512i block = _mm512_loadu_si512(text + i);
        const uint64_t quote = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('"'));
        uint64_t ends = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(',')) |
                        _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\n'));
        const __m128i product =
            _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)quote), _mm_set1_epi8(-1), 0);
        inside ^= (uint64_t)_mm_cvtsi128_si64(product);
        ends &= ~inside;
        inside = inside >> 63 ? ~UINT64_C(0) : 0;
        if (len - i < 64)
            ends &= (UINT64_C(1) << (len - i)) - 1;
        __m512i found = _mm512_maskz_compress_epi8(ends, places);
        const size_t many = (size_t)__builtin_popcountll(ends);
        for (size_t done = 0; done < many; done += 16) {
            const __m512i wide = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found));
            _mm512_storeu_si512(at + n + done, _mm512_add_epi32(wide, _mm512_set1_epi32((int)i)));
            found = _mm512_alignr_epi64(_mm512_setzero_si512(), found, 2);
        }
        n += many;
    }
#else
    int inside = 0;
    for (size_t i = 0; i < len; i++) {
        inside ^= text[i] == '"';
        at[n] = (uint32_t)i;
        n += !inside && (text[i] == ',' || text[i] == '\n');
    }
#endif
    return n;
}

static uint64_t word_at(const char *from, size_t len)
{
    uint64_t word;
    memcpy(&word, from, 8);
    return len >= 8 ? word : word & ((UINT64_C(1) << 8 * len) - 1);
}

/* Up to 8 digits with a point among them, or nothing. */
static double number_at(const char *from, size_t len)
{
    static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    if (len == 0)
        return 0;
    if (len == 1)
        return *from - '0';
    uint64_t word, zeros = UINT64_C(0x3030303030303030);
    size_t decimals = 0;
    memcpy(&word, from, 8);
    word = word << (64 - 8 * len) | zeros >> 8 >> (8 * len - 8);
    const uint64_t other = word ^ UINT64_C(0x2E2E2E2E2E2E2E2E), low = UINT64_C(0x7F7F7F7F7F7F7F7F);
    const uint64_t point = ~(((other & low) + low) | other | low);
    if (point) {
        const unsigned place = (unsigned)__builtin_ctzll(point) & ~7u;
        const uint64_t before = (UINT64_C(1) << place) - 1;
        decimals = 7 - place / 8;
        word = (word & ~(before << 8 | 0xFF)) | (word & before) << 8 | '0';
    }
    uint64_t value = (word ^ zeros) * 2561 >> 8;
    value = (value & UINT64_C(0x00FF00FF00FF00FF)) * 6553601 >> 16;
    value = (value & UINT64_C(0x0000FFFF0000FFFF)) * UINT64_C(42949672960001) >> 32;
    return decimals ? (double)value / power[decimals] : (double)value;
}

/* Words of up to 8 bytes become small numbers. */
struct codes {
    uint64_t word[4096];
    uint16_t code[4096], n;
};
static unsigned code_of(struct codes *codes, uint64_t word)
{
    size_t slot = (word * UINT64_C(0x9E3779B97F4A7C15)) >> 52;
    while (codes->code[slot] && codes->word[slot] != word)
        slot = (slot + 1) % 4096;
    if (!codes->code[slot]) {
        codes->word[slot] = word;
        codes->code[slot] = ++codes->n;
    }
    return codes->code[slot] - 1u;
}

struct field {
    const char *from;
    size_t len;
};
static struct field field_of(size_t i)
{
    const uint32_t from = i ? at[i - 1] + 1 : 0;
    return (struct field){text + from, at[i] - from};
}

static void *huge(size_t size)
{
    void *memory = aligned_alloc(1 << 21, (size + (1 << 21) - 1) >> 21 << 21);
    if (!memory)
        exit(3);
    madvise(memory, size, MADV_HUGEPAGE);
    memset(memory, 0, size);
    return memory;
}

/* ---- jobs --------------------------------------------------------------------------------------
 */

/* country, iccs, year: rows, sum of victims, sum of value */
struct incident_sums {
    double n, victims, value;
};
static struct incident_sums *incident;
static void incidents(size_t first, size_t rows)
{
    enum { COLUMNS = 12, DATE = 1, COUNTRY = 2, ICCS = 4, VICTIMS = 6, VALUE = 10 };
    static struct codes countries, iccs;
    size_t cell[BLOCK];
    for (size_t r = 0; r < rows; r++) {
        const size_t row = (first + r) * COLUMNS;
        const struct field c = field_of(row + COUNTRY), i = field_of(row + ICCS);
        const char *date = field_of(row + DATE).from;
        const unsigned year = (unsigned)(10 * (date[2] - '0') + date[3] - '0') % 16;
        cell[r] = (code_of(&countries, word_at(c.from, c.len)) % 256 * 128 +
                   code_of(&iccs, word_at(i.from, i.len)) % 128) *
                      16 +
                  year;
        __builtin_prefetch(&incident[cell[r]], 1);
    }
    for (size_t r = 0; r < rows; r++) {
        const size_t row = (first + r) * COLUMNS;
        const struct field v = field_of(row + VICTIMS), s = field_of(row + VALUE);
        incident[cell[r]].n++;
        incident[cell[r]].victims += number_at(v.from, v.len);
        incident[cell[r]].value += number_at(s.from, s.len);
    }
}

/* unit, sex and age: sums of weights, all and of each flag that is 1 */
struct sample_sums {
    double w[16];
};
enum { UNITS = 65536 };
static struct sample_sums *sample;
static void taylor(size_t first, size_t rows)
{
    enum { COLUMNS = 21, PSU = 2, WEIGHT = 3, SEX = 4, AGE = 5, FLAG = 6, FLAGS = 12 };
    static struct codes ages;
    size_t cell[BLOCK];
    for (size_t r = 0; r < rows; r++) {
        const size_t row = (first + r) * COLUMNS;
        const struct field u = field_of(row + PSU), a = field_of(row + AGE);
        const unsigned sex = *field_of(row + SEX).from == 'F';
        const size_t unit = (size_t)number_at(u.from, u.len) % UNITS;
        cell[r] = unit * 16 + sex * 8 + code_of(&ages, word_at(a.from, a.len)) % 8;
        __builtin_prefetch(&sample[cell[r]], 1);
    }
    for (size_t r = 0; r < rows; r++) {
        const size_t row = (first + r) * COLUMNS;
        const struct field weight = field_of(row + WEIGHT);
        const double w = number_at(weight.from, weight.len);
        double *to = sample[cell[r]].w;
        to[FLAGS] += w;
        for (size_t k = 0; k < FLAGS; k++)
            if (text[at[row + FLAG + k] - 1] == '1')
                to[k] += w;
    }
}

static size_t columns_of(const char *line)
{
    size_t n = 1;
    for (; *line != '\n'; line++)
        n += *line == ',';
    return n;
}

/* Whole lines of a chunk, a block of rows at a time; what is left begins the next chunk. */
static size_t rows_of(int fd, void (*job)(size_t first, size_t rows))
{
    size_t have = 0, columns = 0, all = 0;
    for (ssize_t n; (n = read(fd, text + have, CHUNK)) > 0;) {
        have += (size_t)n;
        size_t len = have, skip = 0;
        while (len && text[len - 1] != '\n')
            len--;
        if (!columns) {
            columns = columns_of(text);
            skip = 1;
        }
        const size_t rows = ends_of(len) / columns;
        for (size_t r = skip; r < rows; r += BLOCK)
            job(r, rows - r < BLOCK ? rows - r : BLOCK);
        all += rows - skip;
        memmove(text, text + len, have - len);
        have -= len;
    }
    return all;
}

static int inflate_all(int fd, size_t *found)
{
    struct inflate_state *z = calloc(1, sizeof *z);
    if (!z)
        return 3;
    isal_inflate_init(z);
    z->crc_flag = ISAL_GZIP;
    for (ssize_t n; (n = read(fd, in, CHUNK)) > 0;) {
        z->next_in = in;
        z->avail_in = (uint32_t)n;
        do {
            z->next_out = out;
            z->avail_out = CHUNK;
            if (isal_inflate(z) != ISAL_DECOMP_OK)
                return 3;
            *found += CHUNK - z->avail_out;
        } while (!z->avail_out);
    }
    free(z);
    return 0;
}

int main(int argc, char **argv)
{
    const int fd = argc == 3 ? open(argv[2], O_RDONLY) : -1;
    size_t found = 0;
    int code = 0;
    if (fd < 0)
        return fprintf(stderr, "usage: floor read|inflate|incidents|taylor FILE\n"), 2;
    if (strcmp(argv[1], "incidents") == 0) {
        incident = huge(256 * 128 * 16 * sizeof *incident);
        found = rows_of(fd, incidents);
        double sum[3] = {0, 0, 0};
        for (size_t i = 0; i < 256 * 128 * 16; i++) {
            sum[0] += incident[i].n;
            sum[1] += incident[i].victims;
            sum[2] += incident[i].value;
        }
        printf("%.0f rows, %.0f victims, %.2f in value\n", sum[0], sum[1], sum[2]);
    } else if (strcmp(argv[1], "taylor") == 0) {
        sample = huge((size_t)UNITS * 16 * sizeof *sample);
        found = rows_of(fd, taylor);
        double sum[2] = {0, 0};
        for (size_t i = 0; i < (size_t)UNITS * 16; i++) {
            sum[0] += sample[i].w[12];
            sum[1] += sample[i].w[0];
        }
        printf("weights %.3f, of the first flag %.3f\n", sum[0], sum[1]);
    } else if (strcmp(argv[1], "inflate") == 0) {
        code = inflate_all(fd, &found);
    } else {
        for (ssize_t n; (n = read(fd, in, CHUNK)) > 0;)
            found += count(in, (size_t)n);
    }
    printf("%zu\n", found);
    return code ? code : close(fd);
}
