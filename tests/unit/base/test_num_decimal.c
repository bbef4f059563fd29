/* Doubles as decimals, against printf and strtod as the second method. */
#include "palermo/base.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The fewest digits of printf that read back. */
static int least_digits(double value)
{
    char text[64];
    for (int digits = 1; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value)
            return digits;
    }
    return 17;
}

static int digits_in(const char *text)
{
    const char *end = strchr(text, 'e');
    int n = 0, zeros = 0;
    for (const char *p = text; *p && p != end; p++) {
        if (*p < '0' || *p > '9' || (*p == '0' && !n))
            continue;
        zeros = *p == '0' ? zeros + 1 : 0;
        n++;
    }
    return n - zeros;
}

static void expect_shortest(double value)
{
    char text[PAL_NUM_SIZE], printed[64];
    const size_t n = pal_num_write(value, text);
    cr_assert_eq(n, strlen(text));
    cr_assert_eq(strtod(text, NULL), value, "'%s' does not read back as %a", text, value);
    const int least = least_digits(value);
    int exponent;
    if (frexp(value, &exponent) ==
        0.5) { /* a neighbour at half the distance: not always printf's */
        cr_assert(digits_in(text) <= least, "'%s' has more than %d digits", text, least);
        return;
    }
    cr_assert_eq(digits_in(text), least, "'%s' for %a", text, value);
    snprintf(printed, sizeof printed, "%.*e", least - 1, value);
    char again[64];
    snprintf(again, sizeof again, "%.*e", least - 1, strtod(text, NULL));
    cr_assert_str_eq(printed, again, "'%s' is not the nearest", text);
}

Test(base_num_decimal, of_random_doubles_the_shortest_that_reads_back)
{
    struct pal_random random;
    pal_random_start(&random, 1, "shortest", 0);
    for (int i = 0; i < 60000; i++) {
        uint64_t bits = pal_random_next(&random);
        double value;
        /* Half over the whole range that has a fast way, and beyond it on both sides. */
        bits = (bits & ((UINT64_C(1) << 52) - 1)) | (870 + pal_random_below(&random, 220)) << 52;
        memcpy(&value, &bits, sizeof value);
        expect_shortest(value);
        /* Quotients of whole numbers, as rates are. */
        expect_shortest((double)pal_random_below(&random, 100000) * 100000 /
                            (double)(1 + pal_random_below(&random, 1000000000)) +
                        0x1p-60);
    }
}

Test(base_num_decimal, of_decimals_and_their_neighbours)
{
    struct pal_random random;
    pal_random_start(&random, 2, "shortest", 0);
    for (int i = 0; i < 20000; i++) {
        char text[64];
        snprintf(text, sizeof text, "%llue-%d",
                 (unsigned long long)pal_random_below(&random, 1000000),
                 (int)pal_random_below(&random, 20));
        const double value = strtod(text, NULL);
        if (value == 0)
            continue;
        expect_shortest(value);
        expect_shortest(nextafter(value, 0));
        expect_shortest(nextafter(value, INFINITY));
    }
    for (int power = -160; power < 60; power++) {
        expect_shortest(ldexp(1, power));
        expect_shortest(nextafter(ldexp(1, power), 0));
        expect_shortest(nextafter(ldexp(1, power), INFINITY));
    }
}

Test(base_num_decimal, exponents_from_1e_minus_5_down)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0001, "0.0001"},
        {0.00005, "0.00005"},
        {1.0 / 30000, "3.3333333333333335e-05"},
        {1e-05, "0.00001"},
        {1.25e-07, "1.25e-07"},
        {3e-12, "3e-12"},
        {4503599627370495.5, "4503599627370495.5"},
        {-0.1, "-0.1"},
    };
    for (size_t i = 0; i < PAL_COUNT(cases); i++) {
        char text[PAL_NUM_SIZE];
        pal_num_write(cases[i].value, text);
        cr_expect_str_eq(text, cases[i].text);
    }
}

Test(base_num_decimal, fixed_decimals_are_those_of_printf)
{
    struct pal_random random;
    pal_random_start(&random, 3, "fixed", 0);
    for (int i = 0; i < 100000; i++) {
        const int decimals = (int)pal_random_below(&random, 14);
        double value = (double)pal_random_below(&random, 100000000) /
                       (double)(1 + pal_random_below(&random, i % 2 ? 64 : 100000));
        if (i % 3 == 0)
            value = (double)pal_random_below(&random, 1000000) / 1024; /* ties */
        if (i % 5 == 0)
            value = ldexp(value, -(int)pal_random_below(&random, 140));
        char text[PAL_NUM_SIZE], printed[64];
        const size_t n = pal_num_write_fixed(i % 7 ? value : -value, decimals, text, sizeof text);
        snprintf(printed, sizeof printed, "%.*f", decimals, i % 7 ? value : -value);
        const char *expected = printed;
        if (strspn(printed, "-0.") == strlen(printed) && printed[0] == '-')
            expected++; /* no minus zero */
        cr_assert_str_eq(text, expected, "%a to %d decimals", value, decimals);
        cr_assert_eq(n, strlen(text));
    }
}

static void expect_17(double value)
{
    char ours[PAL_NUM_SIZE], theirs[64];
    pal_num_write17(value, ours);
    snprintf(theirs, sizeof theirs, "%.17g", value);
    cr_expect_str_eq(ours, theirs);
}

Test(base_num_decimal, seventeen_digits_are_those_of_printf)
{
    struct pal_random random;
    pal_random_start(&random, 1, "seventeen", 0);
    for (int i = 0; i < 200000; i++) {
        const double unit = pal_random_unit(&random);
        expect_17((unit - 0.5) * pow(10, (double)pal_random_below(&random, 24) - 6));
        expect_17((double)pal_random_below(&random, 100000) / 100);
    }
    for (int e = -6; e < 18; e++) {
        const double power = pow(10, e);
        for (int k = -3; k <= 3; k++)
            expect_17(power + k * power * 0x1p-52);
        expect_17(1.5 * power);
    }
    expect_17(0x1p-13);
    expect_17(4503599627370495.5);
    expect_17(1125899906842623.75);
}

Test(base_num_decimal, short_numbers_are_read_as_strtod_reads_them)
{
    static const char letters[] = "0123456789.-+e ";
    struct pal_random random;
    pal_random_start(&random, 2, "short", 0);
    for (int i = 0; i < 400000; i++) {
        char text[32] = {0};
        const size_t n = 1 + pal_random_below(&random, 10);
        const uint64_t kinds = pal_random_below(&random, 4) ? 11 : sizeof letters - 1;
        for (size_t k = 0; k < n; k++)
            text[k] = letters[pal_random_below(&random, kinds)];
        double fast = 0, slow = 0;
        const pal_str word = {text, n};
        const bool ok = pal_num_parse(word, &slow);
        cr_assert_eq(pal_num_parse_fast(word, &fast), ok, "<%s>", text);
        char *end;
        if (ok) {
            cr_assert_eq(memcmp(&fast, &slow, sizeof fast), 0, "<%s>", text);
            cr_assert_eq(fast, strtod(text, &end), "<%s>", text);
        }
    }
}
