/* base.h: what every room stands on. Errors with a place and a trail, findings about data,
 * arenas, text slices, maps, exact text <-> number, compensated sums, random streams,
 * parallel pieces of work, progress and hashes.
 *
 * Ownership : memory belongs to the arena of the job; nothing here is freed one by one.
 * Threads   : an object is used by one thread at a time, unless it is only read.
 * Failing   : a function returns how it went; the answer leaves through a pointer. Ignoring the
 *             status is a compile-time warning. Only cli prints errors and ends the process.
 */
#ifndef PALERMO_BASE_H
#define PALERMO_BASE_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PAL_CHECK_RESULT                __attribute__((warn_unused_result))
#define PAL_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#define PAL_COUNT(array)                (sizeof(array) / sizeof((array)[0]))

/* ---- text: a pointer and a length ------------------------------------------------------ */

typedef struct pal_str { /* borrowed, UTF-8, no NUL promised */
    const char *ptr;
    size_t len;
} pal_str;

#define PAL_STR(literal) ((pal_str){(literal), sizeof(literal) - 1})
#define PAL_STR_INIT(literal)                                                                      \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }                                    /* for static tables */
#define PAL_ARG(s) (int)(s).len, (s).ptr /* for "%.*s" */
/* For "%s%.*s%s" at the end of a message: "; did you mean 'near'?", or nothing. */
#define PAL_NEAR(near) (near).len ? "; did you mean '" : "", PAL_ARG(near), (near).len ? "'?" : ""

pal_str pal_str_of(const char *text); /* NULL gives the empty slice */
bool pal_str_eq(pal_str a, pal_str b);
bool pal_str_eq_nocase(pal_str a, pal_str b); /* ASCII letters only */
int pal_str_cmp(pal_str a, pal_str b);        /* by bytes: the order of sorted output */
bool pal_str_starts(pal_str s, pal_str prefix);
bool pal_str_ends(pal_str s, pal_str suffix);
pal_str pal_str_trim(pal_str s);                            /* ASCII white space off both ends */
bool pal_str_split(pal_str *rest, char at, pal_str *piece); /* false when nothing is left */
bool pal_utf8_valid(pal_str s);
size_t pal_utf8_next(pal_str s, size_t at, uint32_t *code_point); /* bytes taken; 0 at the end */
size_t pal_utf8_count(pal_str s);                                 /* code points */

/* The member of words[n] nearest to `word` by edit distance (letters, case ignored), or the empty
 * slice when none is near: for "did you mean". */
pal_str pal_nearest(pal_str word, const pal_str *words, size_t n);

/* ---- errors ---------------------------------------------------------------------------- */

enum pal_status {
    PAL_OK = 0,
    PAL_NOMEM,  /* memory, or a stated ceiling, ran out             */
    PAL_IO,     /* the system refused; errno text is in the message */
    PAL_SYNTAX, /* a definition or descriptor cannot be read        */
    PAL_DATA,   /* a record contradicts its descriptor              */
    PAL_DOMAIN, /* the method does not apply to these numbers       */
    PAL_NOCONV, /* an iteration did not settle                      */
    PAL_LATE,   /* the time that was given is over                  */
    PAL_USAGE,  /* the caller asked for something that is not there */
    PAL_REVIEW, /* a return disagrees with its draft                */
    PAL_BUG,    /* palermo broke its own promise                    */
};

struct pal_place { /* from 1; 0 = unknown. column: CSV field number, or character in YAML */
    const char *file;
    uint64_t line;
    uint32_t column;
};

struct pal_error { /* belongs to the caller; may be NULL; no allocation, so it works at PAL_NOMEM */
    enum pal_status status;
    char file[512];
    uint64_t line;
    uint32_t column;
    size_t used;
    char text[1536]; /* first line: the cause; following lines: "while ...", innermost first */
};

/* Writes the cause and returns `status`, so that `return pal_fail(...)` reads as one sentence.
 * Wording: what is wrong first, subject in quotes, no capital, no full stop. */
enum pal_status pal_fail(struct pal_error *err, enum pal_status status, const char *format, ...)
    PAL_PRINTF(3, 4);
enum pal_status pal_fail_at(struct pal_error *err, enum pal_status status,
                            const struct pal_place *at, const char *format, ...) PAL_PRINTF(4, 5);
/* Adds a line to the trail and returns the status already in err (PAL_BUG when err is NULL). */
enum pal_status pal_while(struct pal_error *err, const char *format, ...) PAL_PRINTF(2, 3);
/* As pal_fail, with the text of errno behind the message; status PAL_IO (PAL_NOMEM for ENOMEM). */
enum pal_status pal_fail_errno(struct pal_error *err, const char *format, ...) PAL_PRINTF(2, 3);
void pal_error_print(const struct pal_error *err, FILE *to);
const char *pal_status_name(enum pal_status status);

#define PAL_TRY(call)                                                                              \
    do {                                                                                           \
        const enum pal_status pal_try_ = (call);                                                   \
        if (pal_try_ != PAL_OK)                                                                    \
            return pal_try_;                                                                       \
    } while (0)

/* A GSL code becomes ours; `what` says what was being done. */
PAL_CHECK_RESULT
enum pal_status pal_gsl(int code, const char *what, struct pal_error *err);

/* ---- memory ---------------------------------------------------------------------------- */

/* An arena owns everything allocated for one job, and foreign objects through a deferred release.
 * `limit_bytes` (0 = none) makes it fail with PAL_NOMEM before the limit is passed. */
struct pal_arena;
struct pal_arena *pal_arena_new(void); /* NULL when memory is out */
void pal_arena_free(struct pal_arena *arena);
void pal_arena_limit(struct pal_arena *arena, size_t limit_bytes);
size_t pal_arena_used(const struct pal_arena *arena);

/* count * size zeroed bytes aligned for any type, the product checked; NULL when memory is out. */
void *pal_arena_alloc(struct pal_arena *arena, size_t count, size_t size);
/* Grows the array `old` of old_count elements to new_count: the old contents are kept, the rest is
 * zeroed. It may move, and a large one leaves nothing where it was. */
void *pal_arena_grow(struct pal_arena *arena, void *old, size_t old_count, size_t new_count,
                     size_t size);
pal_str pal_arena_str(struct pal_arena *arena,
                      pal_str text); /* a copy, NUL behind it; ptr NULL at NOMEM */
const char *pal_arena_cstr(struct pal_arena *arena, pal_str text); /* the same as a C string  */
pal_str pal_arena_printf(struct pal_arena *arena, const char *format, ...) PAL_PRINTF(2, 3);
PAL_CHECK_RESULT
enum pal_status pal_arena_defer(struct pal_arena *arena, void (*release)(void *), void *object,
                                struct pal_error *err); /* on failure it releases object itself */
/* A mark; resetting to it gives back everything allocated since (deferred releases run). */
struct pal_arena_mark {
    void *block;
    size_t used;
    void *deferred;
    size_t total;
    uint64_t large;
};
struct pal_arena_mark pal_arena_mark(const struct pal_arena *arena);
void pal_arena_reset(struct pal_arena *arena, struct pal_arena_mark mark);

enum pal_status pal_nomem(struct pal_error *err, const char *what); /* "out of memory for 'what'" */

/* A growing text, born with a ceiling; after the ceiling or NOMEM it keeps `failed` and takes no
 * more, so callers may write many pieces and ask once. */
struct pal_buf {
    char *ptr;
    size_t len, cap, ceiling;
    struct pal_arena *arena;
    bool failed;
};
void pal_buf_init(struct pal_buf *buf, struct pal_arena *arena, size_t ceiling);
void pal_buf_add(struct pal_buf *buf, pal_str text);
void pal_buf_addc(struct pal_buf *buf, char c);
void pal_buf_adds(struct pal_buf *buf, const char *text);
void pal_buf_addf(struct pal_buf *buf, const char *format, ...) PAL_PRINTF(2, 3);
void pal_buf_addnum(struct pal_buf *buf, double value); /* as pal_num_write */
void pal_buf_clear(struct pal_buf *buf);
static inline pal_str pal_buf_str(const struct pal_buf *buf)
{
    return (pal_str){buf->ptr, buf->len};
}
PAL_CHECK_RESULT
enum pal_status pal_buf_status(const struct pal_buf *buf, const char *what, struct pal_error *err);

/* Long runs of short pieces are put together in place: room is asked for once, each pal_put_...
 * copies to `to` and returns its end, and pal_buf_end tells the buffer. NULL from pal_buf_room: the
 * buffer has failed. */
char *pal_buf_room(struct pal_buf *buf, size_t more);
void pal_buf_end(struct pal_buf *buf, const char *end);
static inline char *pal_put(char *to, pal_str text)
{
    if (text.len)
        memcpy(to, text.ptr, text.len);
    return to + text.len;
}
#define PAL_WHOLE_SIZE 20 /* digits of the largest */
char *pal_put_whole(char *to, uint64_t value);

/* ---- maps ------------------------------------------------------------------------------ */

/* Text -> dense index 0..count-1 in order of first insertion, which is also its iteration order.
 * Keys are copied into the arena. SIZE_MAX means absent, or no memory when adding. */
struct pal_map;
struct pal_map *pal_map_new(struct pal_arena *arena, size_t expected);
size_t pal_map_add(struct pal_map *map, pal_str key, bool *is_new /* may be NULL */);
size_t pal_map_find(const struct pal_map *map, pal_str key);
size_t pal_map_count(const struct pal_map *map);
pal_str pal_map_key(const struct pal_map *map, size_t index);
uint64_t pal_hash(const void *bytes, size_t size, uint64_t seed); /* not cryptographic */

/* ---- numbers --------------------------------------------------------------------------- */

/* The whole of `text` as a number, rounded to nearest, the same in every locale. False when it is
 * not one ("", "1,282", "0x1p3", "nan" and "inf" are not). */
bool pal_num_parse(pal_str text, double *out);
/* A number of one to eight digits and points alone, when 8 bytes from text.ptr on can be read;
 * false of every other text. It is taken as one word: the point is closed up, all bytes are tested
 * for digits and weighted together. The digits are below 10^8 and the power of ten below 10^8, both
 * exact, so the quotient is the number rounded to nearest. */
static inline bool pal_num_parse_short(pal_str text, double *out)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    const uint64_t ones = UINT64_C(0x0101010101010101), low7 = ones * 0x7F, zeros = ones * '0';
    if (text.len - 1 < 8) {
        const unsigned bits = 8 * (unsigned)text.len;
        uint64_t word;
        size_t decimals = 0;
        memcpy(&word, text.ptr, 8);
        word = word << (64 - bits) | zeros >> 8 >> (bits - 8); /* zeros in front */
        const uint64_t other = word ^ ones * '.';
        const uint64_t point = ~(((other & low7) + low7) | other | low7);
        if (point) {
            const unsigned at = (unsigned)__builtin_ctzll(point) & ~7u;
            const uint64_t before = (UINT64_C(1) << at) - 1;
            decimals = 7 - at / 8;
            word = (word & ~(before << 8 | 0xFF)) | (word & before) << 8 | '0';
        }
        const uint64_t digits = word ^ zeros;
        if (!((digits | (digits + ones * 6)) & ones * 0xF0) && (text.len > 1 || !point)) {
            uint64_t value = digits * 2561 >> 8;
            value = (value & UINT64_C(0x00FF00FF00FF00FF)) * 6553601 >> 16;
            value = (value & UINT64_C(0x0000FFFF0000FFFF)) * UINT64_C(42949672960001) >> 32;
            *out = (double)(int64_t)value;
            if (decimals)
                *out /= power[decimals];
            return true;
        }
    }
#endif
    (void)text;
    (void)out;
    return false;
}
/* The whole of `text` as pal_num_parse reads it, when 8 bytes from text.ptr on can be read. */
static inline bool pal_num_parse_fast(pal_str text, double *out)
{
    return pal_num_parse_short(text, out) || pal_num_parse(text, out);
}
/* The same for numbers as people write them: `decimal` is '.' or ','; `thousands` a separator
 * (0 = none; ' ' also takes U+00A0 and U+202F) that must stand between groups of three. */
bool pal_num_parse_as(pal_str text, char decimal, char thousands, double *out);
bool pal_int_parse(pal_str text, int64_t *out);
#define PAL_NUM_SIZE 32
/* Shortest text that reads back as the same double ("0.1", "1e+300", "NaN", "Inf", "-Inf", whole
 * numbers below 1e17 without exponent). Returns its length; a NUL stands behind it. */
size_t pal_num_write(double value, char *out /* [PAL_NUM_SIZE] */);
/* 17 significant digits, as `palermo estimate` prints; "NaN", "Inf", "-Inf". */
size_t pal_num_write17(double value, char *out /* [PAL_NUM_SIZE] */);
/* Fixed number of decimals, round half to even on the exact decimal value; '.' as the point. */
size_t pal_num_write_fixed(double value, int decimals, char *out, size_t size);

/* Compensated sum (Neumaier 1974; Klein 2006, second order): exact enough that the order of
 * merging fixed pieces does not show in the printed digits. Zero-initialise to begin. */
struct pal_sum {
    double sum, c, cc;
};
/* What rounding takes from a + b, exactly and without asking which is the larger (Knuth). */
static inline double pal_sum_lost(double a, double b, double sum)
{
    const double from_b = sum - a;
    return (a - (sum - from_b)) + (b - from_b);
}
static inline void pal_sum_add(struct pal_sum *sum, double x)
{
    const double t = sum->sum + x, lost = pal_sum_lost(sum->sum, x, t), u = sum->c + lost;
    sum->cc += pal_sum_lost(sum->c, lost, u);
    sum->sum = t;
    sum->c = u;
}
void pal_sum_merge(struct pal_sum *sum, const struct pal_sum *other);
double pal_sum_value(const struct pal_sum *sum);

/* Dates without clock or time zone: proleptic Gregorian calendar. Reads "2013-09-04",
 * "04/09/2013" and "30/05/2023" (day first), "14 Dec 2000". False when it is no date. */
struct pal_date {
    int year, month, day;
};
bool pal_date_parse(pal_str text, struct pal_date *out);
int32_t pal_date_days(struct pal_date date); /* days since 1970-01-01 */

/* ---- findings about data --------------------------------------------------------------- */

/* Something noticed about data is not a failure of the program: forty odd rows give forty findings
 * and one verdict. Counts stay exact when the listing is capped. */
enum pal_severity { PAL_INFORMATION = 0, PAL_WARNING, PAL_ERROR };

struct pal_finding {
    enum pal_severity severity;
    const char *rule; /* stable id, e.g. "duplicate-key"; static or arena-owned by the diag */
    struct pal_place at;
    pal_str what;  /* one sentence: what was seen                      */
    pal_str todo;  /* what to do, may be empty                         */
    pal_str key;   /* the cell or dataset it speaks of, may be empty   */
    pal_str value; /* the text as it stood in the file, may be empty   */
};

struct pal_diag;
#define PAL_DIAG_KEEP 1000 /* listed findings per rule and file, unless told otherwise */
struct pal_diag *pal_diag_new(struct pal_arena *arena, size_t keep_per_rule_and_file);
/* Copies what it is given. The first places are kept; all are counted. */
void pal_diag_add(struct pal_diag *diag, const struct pal_finding *finding);
void pal_diag_addf(struct pal_diag *diag, enum pal_severity severity, const char *rule,
                   const struct pal_place *at, const char *format, ...) PAL_PRINTF(5, 6);
uint64_t pal_diag_count(const struct pal_diag *diag, enum pal_severity severity);
size_t pal_diag_listed(const struct pal_diag *diag);
const struct pal_finding *pal_diag_get(const struct pal_diag *diag, size_t i); /* in order added */
/* PAL_SYNTAX with the place and the words of the rule's first finding, and how many more there are.
 */
PAL_CHECK_RESULT
enum pal_status pal_diag_fail(const struct pal_diag *diag, const char *rule, struct pal_error *err);

/* What findings of a file quote of its rows is hidden: digits of `what` and `value` become #. */
PAL_CHECK_RESULT
enum pal_status pal_diag_hide_numbers(struct pal_diag *diag, pal_str file, struct pal_error *err);

struct pal_diag_tally { /* one line a (rule, file) */
    const char *rule;
    enum pal_severity severity;
    const char *file;
    uint64_t count;
    size_t first; /* index of the first listed finding */
};
size_t pal_diag_tallies(const struct pal_diag *diag, const struct pal_diag_tally **out);

/* ---- random streams -------------------------------------------------------------------- */

/* A stream is named by (seed, purpose, replicate), so replicate 17 is the same on 1 thread or 64.
 * xoshiro256++ (Blackman & Vigna 2021) seeded by splitmix64 of the name. */
struct pal_random {
    uint64_t s[4];
};
void pal_random_start(struct pal_random *random, uint64_t seed, const char *purpose,
                      uint64_t replicate);
uint64_t pal_random_next(struct pal_random *random);
double pal_random_unit(struct pal_random *random);                /* in [0, 1), 53 bits    */
uint64_t pal_random_below(struct pal_random *random, uint64_t n); /* 0..n-1, unbiased      */
double pal_random_normal(struct pal_random *random);              /* standard normal       */
uint64_t pal_random_poisson(struct pal_random *random, double mean);
/* Some draws at most, however large n is: up to 2^53. */
uint64_t pal_random_binomial(struct pal_random *random, uint64_t n, double p);
double pal_random_binomial_of(struct pal_random *random, double n, double p); /* n whole */

/* ---- parallel pieces of work ----------------------------------------------------------- */

/* Calls work(context, piece) for piece 0..pieces-1 on at most `threads` threads (0 = as many as
 * the machine has). The pieces and their order of folding never depend on the thread count. The
 * first failing piece (lowest number) decides the status and fills err. */
typedef enum pal_status (*pal_work)(void *context, size_t piece, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_parallel(size_t pieces, unsigned threads, pal_work work, void *context,
                             struct pal_error *err);

/* Bytes of this process that lie in memory now; 0 where the system does not tell. */
size_t pal_memory_resident(void);
unsigned pal_processors(void); /* that the machine has online; at least 1 */

/* A file that is read in pieces while the pieces before are used. begin(slot) is called for one
 * piece after the other, in order and never twice at once: it reads. work(slot) is called for
 * several at once: it parses. pal_ahead_next hands the slots out in order; one stays the caller's
 * until the next call. Without helpers everything happens within that call, so the order of what is
 * seen, and the piece whose failure is told, are the same on any number of threads. What the steps
 * allocate belongs to their slot or worker: the arena of the job is the caller's alone. */
struct pal_ahead;
struct pal_ahead_steps {
    enum pal_status (*begin)(void *context, size_t slot, bool *end, struct pal_error *err);
    enum pal_status (*work)(void *context, size_t slot, unsigned worker, struct pal_error *err);
    bool share; /* the caller takes part when it would wait; otherwise only where no helper is */
};
/* Workers are numbered 0 (the caller) to `helpers`. The helpers end with the arena. */
PAL_CHECK_RESULT
enum pal_status pal_ahead_new(const struct pal_ahead_steps *steps, void *context, size_t slots,
                              unsigned helpers, struct pal_arena *arena, struct pal_ahead **out,
                              struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_ahead_next(struct pal_ahead *ahead, size_t *slot, bool *end,
                               struct pal_error *err);

/* ---- a bound on time -------------------------------------------------------------------- */

/* The moment by which work is done or given up. The clock decides whether there is an answer, never
 * what it is. Any number of threads may ask. Zero: there is no bound. */
struct pal_deadline {
    double at; /* seconds of the monotonic clock */
};
struct pal_deadline pal_deadline_in(double seconds); /* from now; 0 or less: no bound */
double pal_deadline_left(struct pal_deadline until); /* seconds; infinite without a bound */
bool pal_deadline_over(struct pal_deadline until);
/* PAL_LATE with how far the work has come ("after 20 of 100 replicates") once the time is over. */
PAL_CHECK_RESULT
enum pal_status pal_in_time(struct pal_deadline until, struct pal_error *err, const char *format,
                            ...) PAL_PRINTF(3, 4);

/* ---- progress --------------------------------------------------------------------------- */

/* A line on a terminal, nothing in a pipe; at most ten updates a second. */
struct pal_progress;
struct pal_progress *pal_progress_new(struct pal_arena *arena, FILE *to, const char *what,
                                      uint64_t total /* 0 = unknown */);
void pal_progress_step(struct pal_progress *progress, uint64_t done);
void pal_progress_done(struct pal_progress *progress);

/* ---- hashes ----------------------------------------------------------------------------- */

struct pal_sha256 {
    uint32_t state[8];
    uint64_t size;
    uint8_t block[64];
};
void pal_sha256_init(struct pal_sha256 *hash);
void pal_sha256_add(struct pal_sha256 *hash, const void *bytes, size_t size);
void pal_sha256_hex(struct pal_sha256 *hash, char *out /* [65] */);

#endif
