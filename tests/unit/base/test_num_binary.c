/* Decimals as doubles, bit for bit those of strtod in the C locale: texts of all lengths, points
 * half way between two doubles and beside them, the smallest and the largest. */
#include "base/inside.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1400, LONGEST = 400 };

/* PALERMO_NUMBERS=N asks for N texts of each kind. */
static size_t wanted(size_t n)
{
    const char *text = getenv("PALERMO_NUMBERS");
    return text ? strtoul(text, NULL, 10) : n;
}

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static void judge(const char *text)
{
    char *end;
    double value;
    const double expected = strtod(text, &end);
    cr_assert_eq(*end, '\0', "'%s'", text);
    const bool read = pal_num_parse(pal_str_of(text), &value);
    cr_assert_eq(read, isfinite(expected), "'%s'", text);
    cr_assert(!read || same(value, expected), "'%s' is %a, not %a", text, expected, value);
}

static char *put_digits(struct pal_random *random, size_t n, char *to)
{
    for (size_t i = 0; i < n; i++)
        *to++ = (char)('0' + pal_random_below(random, 10));
    return to;
}

static char *put_sign(struct pal_random *random, char *to)
{
    const uint64_t sign = pal_random_below(random, 8);
    if (sign < 2)
        *to++ = "-+"[sign];
    return to;
}

Test(base_num_binary, of_digits_a_point_and_an_exponent)
{
    struct pal_random random;
    const size_t n = wanted(300000);
    pal_random_start(&random, 1, "digits", 0);
    for (size_t i = 0; i < n; i++) {
        char text[ROOM], *to = put_sign(&random, text);
        const size_t before = pal_random_below(&random, 22), after = pal_random_below(&random, 24);
        memset(to, '0', 30);
        to += pal_random_below(&random, 4) ? 0 : pal_random_below(&random, 30);
        to = put_digits(&random, before + (before + after == 0), to);
        if (after || pal_random_below(&random, 2))
            *to++ = '.';
        memset(to, '0', 30);
        to += pal_random_below(&random, 4) ? 0 : pal_random_below(&random, 30);
        to = put_digits(&random, after, to);
        memset(to, '0', 30);
        to += after && !pal_random_below(&random, 4) ? pal_random_below(&random, 30) : 0;
        *to = '\0';
        if (pal_random_below(&random, 2))
            sprintf(to, "%c%d", "eE"[pal_random_below(&random, 2)],
                    (int)pal_random_below(&random, 700) - 350);
        judge(text);
    }
}

static double random_double(struct pal_random *random)
{
    for (;;) {
        const uint64_t bits = pal_random_next(random) >> 1;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            return value;
    }
}

Test(base_num_binary, of_any_double_what_is_written_reads_back)
{
    struct pal_random random;
    const size_t n = wanted(100000);
    pal_random_start(&random, 1, "doubles", 0);
    for (size_t i = 0; i < n; i++) {
        double value = random_double(&random), back;
        if (i % 2) /* of the sizes that statistics have */
            value = ldexp(1 + fmod(value, 1), (int)pal_random_below(&random, 80) - 40);
        char text[64];
        snprintf(text, sizeof text, "%.*e", (int)pal_random_below(&random, 22), value);
        judge(text);
        snprintf(text, sizeof text, "%.17g", value);
        judge(text);
        size_t len = pal_num_write(value, text);
        cr_assert(pal_num_parse((pal_str){text, len}, &back) && same(back, value), "%s", text);
        len = pal_num_write17(value, text);
        cr_assert(pal_num_parse((pal_str){text, len}, &back) && same(back, value), "%s", text);
    }
}

/* All digits of a number of 54 bits, without an exponent or with one; false: more than are read. */
static bool put_exactly(long double value, char *text)
{
    if (value >= 1e-6L && value < 1e200L)
        snprintf(text, ROOM, "%.*Lf", 400, value);
    else
        snprintf(text, ROOM, "%.*Le", 1200, value);
    char *exponent = strchr(text, 'e'), *end = exponent ? exponent : text + strlen(text);
    while (end > text && end[-1] == '0')
        end--;
    memmove(end, exponent ? exponent : "", exponent ? strlen(exponent) + 1 : 1);
    return strlen(text) < LONGEST - 8 && strtold(text, NULL) == value;
}

/* One more digit behind those that are there, or the last one lower. */
static void beside(char *text, bool above)
{
    char *exponent = strchr(text, 'e'), copy[16];
    strcpy(copy, exponent ? exponent : "");
    char *end = exponent ? exponent : text + strlen(text);
    if (above) {
        sprintf(end, "%s%s", end[-1] == '.' ? "0001" : "1", copy);
        return;
    }
    if (end[-1] == '.')
        return; /* whole: its last digit may be 0 */
    end[-1]--;
    sprintf(end, "9%s", copy);
}

Test(base_num_binary, half_way_between_two_doubles_and_beside_it)
{
    struct pal_random random;
    const size_t n = wanted(30000);
    size_t ties = 0;
    pal_random_start(&random, 1, "ties", 0);
    cr_assert_geq(LDBL_MANT_DIG, 54);
    for (size_t i = 0; i < n; i++) {
        const double low = i % 4 == 0   ? random_double(&random)
                           : i % 4 == 1 ? ldexp((double)(pal_random_next(&random) >> 11),
                                                (int)pal_random_below(&random, 90) - 60)
                           : i % 4 == 2
                               ? (double)(pal_random_next(&random) >> pal_random_below(&random, 40))
                               : ldexp(1, (int)pal_random_below(&random, 400) - 200);
        const double high = nextafter(low, HUGE_VAL);
        char text[ROOM], near[ROOM];
        if (!isfinite(high) || !put_exactly(((long double)low + high) / 2, text))
            continue;
        ties++;
        judge(text);
        strcpy(near, text);
        beside(near, true);
        judge(near);
        strcpy(near, text);
        beside(near, false);
        judge(near);
    }
    cr_assert_gt(ties, n / 3);
}

Test(base_num_binary, at_both_ends)
{
    static const char *const text[] = {
        "0",
        "-0",
        "0e400",
        "0e-400",
        "1e-400",
        "-1e-400",
        "1e400",
        "1e99999999",
        "1e-99999",
        "1e308",
        "1e309",
        "1e-342",
        "1e-343",
        "9e-324",
        "4.9e-324",
        "2.5e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.4703282292062327208e-324",
        "2.4703282292062327209e-324",
        "18446744073709551615e-343",
        "9999999999999999999e-343",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "179769313486231580793e288",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "2.225073858507201136e-308",
        "4.4501477170144023e-308",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0",
        "9007199254740993.00000001",
        "9007199254740992.99999999",
        "9007199254740995",
        "18014398509481986",
        "18014398509481990",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999",
        "10000000000000000000000000000000000000000",
        "8.5e22",
        "1e23",
        "1e22",
        "6.631236871469758276785396630275967e-4",
        "3.518437208883201171875e13",
        "62.5364939768271845828",
        "8.10109172351e-10",
        "1.50000000000000011102230246251565",
        "1.4999999999999999999999999999",
    };
    for (size_t i = 0; i < PAL_COUNT(text); i++)
        judge(text[i]);
}

Test(base_num_binary, with_marks_between_thousands)
{
    struct pal_random random;
    const size_t n = wanted(30000);
    pal_random_start(&random, 1, "thousands", 0);
    for (size_t i = 0; i < n; i++) {
        char plain[64], marked[96], *to = marked;
        char *end = put_digits(&random, 1 + pal_random_below(&random, 24), plain);
        const size_t whole = (size_t)(end - plain);
        *end++ = '.';
        end = put_digits(&random, pal_random_below(&random, 12), end);
        *end = '\0';
        for (const char *p = plain; *p; p++) {
            const size_t at = (size_t)(p - plain);
            if (at && at < whole && (whole - at) % 3 == 0)
                *to++ = '.';
            *to++ = *p == '.' ? ',' : *p;
        }
        double value;
        cr_assert(pal_num_parse_as((pal_str){marked, (size_t)(to - marked)}, ',', '.', &value));
        cr_assert(same(value, strtod(plain, NULL)), "%s", plain);
    }
}

/* ---- the table of powers -------------------------------------------------------------------- */

enum { WORDS = 80 }; /* of 32 bits, the lowest first */
struct big {
    uint32_t word[WORDS];
};

static void times_five(struct big *x)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < WORDS; i++) {
        carry += (uint64_t)x->word[i] * 5;
        x->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    cr_assert_eq(carry, 0);
}

static size_t bits_of(const struct big *x)
{
    for (size_t i = WORDS; i-- > 0;)
        if (x->word[i])
            return 32 * i + 32 - (size_t)__builtin_clz(x->word[i]);
    return 0;
}

static bool bit(const struct big *x, size_t at) { return x->word[at / 32] >> at % 32 & 1; }

static int order(const struct big *a, const struct big *b)
{
    for (size_t i = WORDS; i-- > 0;)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

static void twice(struct big *x)
{
    for (size_t i = WORDS; i-- > 0;)
        x->word[i] = x->word[i] << 1 | (i ? x->word[i - 1] >> 31 : 0);
}

static void take(struct big *from, const struct big *x)
{
    uint64_t borrow = 0;
    for (size_t i = 0; i < WORDS; i++) {
        const uint64_t rest = (uint64_t)from->word[i] - x->word[i] - borrow;
        from->word[i] = (uint32_t)rest;
        borrow = rest >> 63;
    }
}

static void expect_power(int q, const uint64_t *bits)
{
    static const uint64_t powers[][2] = {
#include "base/num_powers.def"
    };
    cr_assert_eq(PAL_COUNT(powers), 651);
    cr_assert_eq(powers[q + 342][0], bits[0], "5^%d", q);
    cr_assert_eq(powers[q + 342][1], bits[1], "5^%d", q);
}

static void push(uint64_t *bits, bool lowest)
{
    bits[0] = bits[0] << 1 | bits[1] >> 63;
    bits[1] = bits[1] << 1 | lowest;
}

Test(base_num_binary, powers_of_five_are_what_they_should_be)
{
    struct big five = {{1}};
    for (int q = 0; q <= 342; q++) {
        const size_t n = bits_of(&five);
        uint64_t bits[2] = {0, 0};
        for (size_t i = 0; i < 128; i++)
            push(bits, i < n && bit(&five, n - 1 - i));
        if (q <= 308)
            expect_power(q, bits);
        if (q > 0) {
            /* 2^n / 5^q lies between 1 and 2: its first 128 bits by long division. */
            struct big rest = {{0}};
            rest.word[n / 32] = 1u << n % 32;
            bits[0] = bits[1] = 0;
            for (size_t i = 0; i < 128; i++) {
                const bool one = order(&rest, &five) >= 0;
                if (one)
                    take(&rest, &five);
                push(bits, one);
                twice(&rest);
            }
            if (q <=
                27) /* where 5^q has 64 bits, the next above, so that a quotient can be exact */
                bits[0] += ++bits[1] == 0;
            expect_power(-q, bits);
        }
        times_five(&five);
    }
}
