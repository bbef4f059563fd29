/* num.c: exact text <-> number, the same in every locale. Short decimals, which are nearly all that
 * statistics carry, take a fast exact path; the rest goes through the C library in the C locale of
 * this thread alone. */
#include "palermo/base.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double exact_power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Runs the C library's conversion under the C locale, whatever the host program has set. */
static double slow_parse(const char *text, char **end)
{
    const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = c ? uselocale(c) : (locale_t)0;
    const double value = strtod(text, end);
    if (c) {
        uselocale(before);
        freelocale(c);
    }
    return value;
}

static int slow_write(char *out, size_t size, const char *format, int precision, double value)
    PAL_PRINTF(3, 0);

static int slow_write(char *out, size_t size, const char *format, int precision, double value)
{
    const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = c ? uselocale(c) : (locale_t)0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    const int n = snprintf(out, size, format, precision, value);
#pragma GCC diagnostic pop
    if (c) {
        uselocale(before);
        freelocale(c);
    }
    return n;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool pal_num_parse(pal_str text, double *out)
{
    const char *p = text.ptr, *const end = text.ptr + text.len;
    if (text.len == 0 || text.len > 400)
        return false;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    uint64_t mantissa = 0;
    int digits = 0, exponent = 0, seen = 0;
    bool exact = true;
    for (; p < end && is_digit(*p); p++, seen++) {
        if (digits < 19) {
            mantissa = mantissa * 10 + (uint64_t)(*p - '0');
            digits += mantissa != 0;
        } else {
            exact = false;
        }
    }
    if (p < end && *p == '.') {
        p++;
        for (; p < end && is_digit(*p); p++, seen++) {
            if (digits < 19) {
                mantissa = mantissa * 10 + (uint64_t)(*p - '0');
                digits += mantissa != 0;
                exponent--;
            } else {
                exact = false;
            }
        }
    }
    if (!seen)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        const bool down = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+'))
            p++;
        if (p == end)
            return false;
        int power = 0;
        for (; p < end && is_digit(*p); p++)
            if (power < 100000)
                power = power * 10 + (*p - '0');
        exponent += down ? -power : power;
    }
    if (p != end)
        return false;
    /* Clinger 1990: a mantissa below 2^53 and a power of ten up to 22 are both exact doubles, so
     * one multiplication or division rounds correctly. */
    if (exact && mantissa < (UINT64_C(1) << 53) && exponent >= -22 && exponent <= 22) {
        const double m = (double)mantissa;
        const double v = exponent < 0 ? m / exact_power[-exponent] : m * exact_power[exponent];
        *out = negative ? -v : v;
        return true;
    }
    char copy[408];
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    char *stop;
    *out = slow_parse(copy, &stop);
    return *stop == '\0' && isfinite(*out);
}

/* Bytes of a thousands separator at p, 0 when there is none. A space also takes U+00A0 and U+202F.
 */
static size_t separator(const char *p, const char *end, char thousands)
{
    if (!thousands || p >= end)
        return 0;
    if (*p == thousands)
        return 1;
    if (thousands == ' ') {
        if (end - p >= 2 && memcmp(p, "\xC2\xA0", 2) == 0)
            return 2;
        if (end - p >= 3 && memcmp(p, "\xE2\x80\xAF", 3) == 0)
            return 3;
    }
    return 0;
}

bool pal_num_parse_as(pal_str text, char decimal, char thousands, double *out)
{
    if (decimal == '.' && (!thousands || !text.len))
        return pal_num_parse(text, out);
    char plain[128];
    size_t n = 0;
    const char *p = text.ptr, *const end = text.ptr + text.len;
    if (text.len >= sizeof plain)
        return false;
    if (p < end && (*p == '-' || *p == '+'))
        plain[n++] = *p++;
    int group = 0; /* digits since the last separator */
    bool grouped = false;
    for (; p < end; p++) {
        const size_t skip = separator(p, end, thousands);
        if (is_digit(*p)) {
            plain[n++] = *p;
            group++;
        } else if (skip) {
            if (group == 0 || group > 3 || (grouped && group != 3))
                return false;
            grouped = true;
            group = 0;
            p += skip - 1;
        } else {
            break;
        }
    }
    if (grouped && group != 3)
        return false;
    if (p < end && *p == decimal) {
        plain[n++] = '.';
        p++;
    } else if (p < end && *p == '.') {
        return false;
    }
    for (; p < end; p++) {
        if (*p == decimal || *p == '.')
            return false;
        plain[n++] = *p;
    }
    return pal_num_parse((pal_str){plain, n}, out);
}

bool pal_int_parse(pal_str text, int64_t *out)
{
    if (text.len == 0)
        return false;
    const bool negative = text.ptr[0] == '-';
    size_t i = negative || text.ptr[0] == '+';
    if (i == text.len)
        return false;
    int64_t value = 0;
    for (; i < text.len; i++) {
        if (!is_digit(text.ptr[i]))
            return false;
        const int digit = text.ptr[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *out = value;
    return true;
}

static size_t write_word(const char *word, char *out)
{
    const size_t n = strlen(word);
    memcpy(out, word, n + 1);
    return n;
}

static size_t write_whole(uint64_t value, char *out)
{
    char reversed[24];
    size_t n = 0;
    do {
        reversed[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    out[n] = '\0';
    return n;
}

/* Decimals that are m / 10^k with m below 2^53 and k up to 15: the division rounds correctly, so
 * finding v again proves that the text reads back as v. */
static size_t write_short(double value, char *out)
{
    for (int k = 1; k <= 15; k++) {
        const double scaled = value * exact_power[k];
        if (scaled >= 1e15)
            return 0;
        const double m = (double)(int64_t)(scaled + 0.5);
        /* A product that is no whole number to the last bits is none at all: spare the division. */
        if (fabs(scaled - m) > scaled * 1e-15 || m / exact_power[k] != value)
            continue;
        char digits[24];
        const size_t n = write_whole((uint64_t)m, digits);
        size_t at = 0;
        const size_t whole = n > (size_t)k ? n - (size_t)k : 0;
        if (!whole)
            out[at++] = '0';
        memcpy(out + at, digits, whole);
        at += whole;
        out[at++] = '.';
        for (size_t zeros = (size_t)k; zeros > n; zeros--)
            out[at++] = '0';
        memcpy(out + at, digits + whole, n - whole);
        at += n - whole;
        out[at] = '\0';
        return at;
    }
    return 0;
}

/* Doubles that need 15 to 17 digits, by arithmetic of 64-bit precision where the machine has it.
 * Every step that could round the wrong way is recognized (a product near half, a quotient near the
 * middle between two doubles) and left to the slow path, so the text is the same everywhere. */
static size_t write_long(double value, char *out)
{
#if LDBL_MANT_DIG == 64
    static const long double power[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,
                                        1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L,
                                        1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L};
    int whole = value < 1 ? 0 : 1; /* digits before the point, or minus the zeros behind it */
    while (whole > 0 && whole < 16 && (long double)value >= power[whole])
        whole++;
    while (whole <= 0 && value < (double)(1 / power[1 - whole]))
        whole--;
    /* The neighbours of the double: a text within half of that distance reads back as it. */
    const long double above = (long double)nextafter(value, HUGE_VAL) - (long double)value,
                      below = (long double)value - (long double)nextafter(value, 0);
    for (int digits = 15; digits <= 17; digits++) {
        const int k = digits - whole;
        if (k < 1 || k > 21)
            return 0;
        const long double scaled = (long double)value * power[k];
        const uint64_t m = (uint64_t)scaled;
        const long double rest = scaled - (long double)m;
        if (rest > 0.48L && rest < 0.52L)
            return 0;
        const uint64_t rounded = m + (rest >= 0.5L);
        long double gap = (long double)rounded / power[k] - (long double)value;
        gap = gap < 0 ? -gap : gap;
        if (gap > 0.51L * above)
            continue;
        if (gap > 0.49L * below)
            return 0;
        char text[24];
        size_t n = write_whole(rounded, text), decimals = (size_t)k, at = 0;
        while (n > 1 && decimals > 1 && text[n - 1] == '0') {
            n--;
            decimals--;
        }
        if (n > decimals) {
            memcpy(out, text, n - decimals);
            at = n - decimals;
        } else {
            out[at++] = '0';
        }
        out[at++] = '.';
        for (size_t zeros = decimals; zeros > n; zeros--)
            out[at++] = '0';
        const size_t from = n > decimals ? n - decimals : 0;
        memcpy(out + at, text + from, n - from);
        at += n - from;
        out[at] = '\0';
        return at;
    }
#else
    (void)value;
    (void)out;
#endif
    return 0;
}

size_t pal_num_write(double value, char *out)
{
    if (isnan(value))
        return write_word("NaN", out);
    if (isinf(value))
        return write_word(value < 0 ? "-Inf" : "Inf", out);
    if (value == 0) /* minus zero prints as 0: a table reader knows only one */
        return write_word("0", out);
    size_t at = 0;
    if (value < 0) {
        out[at++] = '-';
        value = -value;
    }
    if (value < 1e17 && value == floor(value) && value < 9007199254740992.0)
        return at + write_whole((uint64_t)value, out + at);
    if (value >= 1e-5 && value < 1e15) {
        size_t n = write_short(value, out + at);
        if (!n && value >= 1e-4)
            n = write_long(value, out + at);
        if (n)
            return at + n;
    }
    for (int digits = 15; digits <= 17; digits++) {
        const int n = slow_write(out + at, PAL_NUM_SIZE - at, "%.*g", digits, value);
        double back;
        if (digits == 17 || (pal_num_parse((pal_str){out + at, (size_t)n}, &back) && back == value))
            return at + (size_t)n;
    }
    return at;
}

size_t pal_num_write17(double value, char *out)
{
    if (isnan(value))
        return write_word("NaN", out);
    if (isinf(value))
        return write_word(value < 0 ? "-Inf" : "Inf", out);
    if (fabs(value) < 9007199254740992.0 && value == floor(value)) {
        const size_t minus = value < 0;
        out[0] = '-';
        return minus + write_whole((uint64_t)fabs(value), out + minus);
    }
    const int n = slow_write(out, PAL_NUM_SIZE, "%.*g", 17, value);
    return n < 0 ? 0 : (size_t)n;
}

size_t pal_num_write_fixed(double value, int decimals, char *out, size_t size)
{
    if (!isfinite(value) && size >= PAL_NUM_SIZE)
        return pal_num_write(value, out);
    const int n = slow_write(out, size, "%.*f", decimals, value);
    if (n < 0 || (size_t)n >= size)
        return 0;
    /* "-0.00" is "0.00" */
    if (out[0] == '-' && strspn(out + 1, "0.") == (size_t)n - 1) {
        memmove(out, out + 1, (size_t)n);
        return (size_t)n - 1;
    }
    return (size_t)n;
}
