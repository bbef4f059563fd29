/* num.c: exact text <-> number, the same in every locale. Short decimals, which are nearly all that
 * statistics carry, take a fast exact path; longer ones the table of num_binary.c; the few cases
 * that it leaves go through the C library in the C locale of this thread alone. */
#include "inside.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double exact_power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Runs the C library's conversion under the C locale, whatever the host program has set. */
static double slow_parse(const char *text)
{
    const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t before = c ? uselocale(c) : (locale_t)0;
    const double value = strtod(text, NULL);
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

struct decimal {
    uint64_t mantissa; /* up to 19 digits from the first that is not 0 */
    int digits, dropped;
    bool more; /* one that was dropped is not 0 */
};

/* Eight digits as one word. */
static bool take_eight(const char *p, uint64_t *out)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, p, 8);
    word ^= ones * '0';
    if ((word | (word + ones * 6)) & ones * 0xF0)
        return false;
    word = word * 2561 >> 8;
    word = (word & UINT64_C(0x00FF00FF00FF00FF)) * 6553601 >> 16;
    *out = (word & UINT64_C(0x0000FFFF0000FFFF)) * UINT64_C(42949672960001) >> 32;
    return true;
#else
    (void)p;
    (void)out;
    return false;
#endif
}

/* Digits from p on; returns where they end. */
static const char *take_digits(const char *p, const char *end, struct decimal *d)
{
    while (!d->mantissa && p < end && *p == '0')
        p++;
    for (uint64_t eight; d->digits <= 19 - 8 && end - p >= 8 && take_eight(p, &eight); p += 8) {
        d->mantissa = d->mantissa * 100000000 + eight;
        d->digits += 8;
    }
    for (; p < end && is_digit(*p); p++) {
        if (d->digits < 19) {
            d->mantissa = d->mantissa * 10 + (uint64_t)(*p - '0');
            d->digits++;
        } else {
            d->dropped++;
            d->more = d->more || *p != '0';
        }
    }
    return p;
}

/* What stands behind an 'e'. */
static const char *take_exponent(const char *p, const char *end, int *exponent)
{
    const bool down = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end)
        return NULL;
    int power = 0;
    for (; p < end && is_digit(*p); p++)
        if (power < 100000)
            power = power * 10 + (*p - '0');
    *exponent += down ? -power : power;
    return p;
}

/* The mantissa times a power of ten, and a little more where digits were dropped. */
static bool nearest(const struct decimal *d, int exponent, double *out)
{
    /* Clinger 1990: a mantissa up to 2^53 and a power of ten up to 22 are both exact doubles, so
     * one multiplication or division rounds correctly. */
    if (!d->more && d->mantissa <= UINT64_C(1) << 53 && exponent >= -22 && exponent <= 22) {
        const double m = (double)d->mantissa;
        *out = exponent < 0 ? m / exact_power[-exponent] : m * exact_power[exponent];
        return true;
    }
    double above;
    return num_binary(d->mantissa, exponent, out) &&
           (!d->more || (num_binary(d->mantissa + 1, exponent, &above) && above == *out));
}

bool pal_num_parse(pal_str text, double *out)
{
    if (text.len == 0 || text.len > 400) /* an empty text may have no place at all */
        return false;
    const char *p = text.ptr, *const end = text.ptr + text.len;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    struct decimal d = {0, 0, 0, false};
    const char *from = p;
    p = take_digits(p, end, &d);
    size_t seen = (size_t)(p - from);
    int exponent = 0;
    if (p < end && *p == '.') {
        from = ++p;
        p = take_digits(p, end, &d);
        seen += (size_t)(p - from);
        exponent = -(int)(p - from);
    }
    exponent += d.dropped;
    if (!seen)
        return false;
    if (p < end && (*p == 'e' || *p == 'E'))
        p = take_exponent(p + 1, end, &exponent);
    if (p != end)
        return false;
    if (!nearest(&d, exponent, out)) {
        char copy[408];
        memcpy(copy, text.ptr, text.len);
        copy[text.len] = '\0';
        *out = fabs(slow_parse(copy));
    }
    if (negative)
        *out = -*out;
    return isfinite(*out);
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
    if (!text.len || (decimal == '.' && !thousands))
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

/* Of the digits of numbers with so many bits there may be one less than of the largest of them. */
static size_t digits_of(uint64_t value)
{
    static const uint64_t ten_to[] = {0,
                                      10,
                                      100,
                                      1000,
                                      10000,
                                      100000,
                                      1000000,
                                      10000000,
                                      100000000,
                                      1000000000,
                                      10000000000,
                                      100000000000,
                                      1000000000000,
                                      10000000000000,
                                      100000000000000,
                                      1000000000000000,
                                      10000000000000000,
                                      100000000000000000,
                                      1000000000000000000,
                                      UINT64_C(10000000000000000000)};
    const unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
    const size_t least = bits * 1233 >> 12; /* log10(2) = 1233 / 4096, near enough for 64 bits */
    return least + (value >= ten_to[least]);
}

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233"
                            "34353637383940414243444546474849505152535455565758596061626364656667"
                            "6869707172737475767778798081828384858687888990919293949596979899";

/* Eight digits, zeros before them too: four divisions of which none waits for more than one other.
 */
static void put_eight(uint32_t value, char *out)
{
    const uint32_t high = value / 10000, low = value % 10000;
    memcpy(out, pairs + 2 * (high / 100), 2);
    memcpy(out + 2, pairs + 2 * (high % 100), 2);
    memcpy(out + 4, pairs + 2 * (low / 100), 2);
    memcpy(out + 6, pairs + 2 * (low % 100), 2);
}

/* The n digits of a number, and nothing behind them. */
static void put_digits(uint64_t value, size_t n, char *out)
{
    char *at = out + n;
    for (; value >= 100000000; value /= 100000000) {
        at -= 8;
        put_eight((uint32_t)(value % 100000000), at);
    }
    uint32_t rest = (uint32_t)value;
    for (; rest >= 100; rest /= 100) {
        at -= 2;
        memcpy(at, pairs + 2 * (rest % 100), 2);
    }
    if (rest >= 10)
        memcpy(out, pairs + 2 * rest, 2);
    else
        *out = (char)('0' + rest);
}

static size_t write_whole(uint64_t value, char *out)
{
    const size_t n = digits_of(value);
    put_digits(value, n, out);
    out[n] = '\0';
    return n;
}

/* "12.5", "0.00012", or from 1e-5 on down "1.25e-05", as printf's %g has it. Up to fifteen decimals
 * take no exponent at 1e-5 either. */
static size_t write_decimal(const struct num_decimal *decimal, char *out)
{
    const size_t n = digits_of(decimal->digits);
    const int point = (int)n + decimal->exponent; /* digits before it, or minus the zeros behind */
    if (point < -4 || (point == -4 && decimal->exponent < -15)) {
        size_t at = n;
        put_digits(decimal->digits, n, out + 1);
        out[0] = out[1];
        if (n > 1) {
            out[1] = '.';
            at++;
        }
        out[at++] = 'e';
        out[at++] = '-';
        if (point > -9)
            out[at++] = '0';
        return at + write_whole((uint64_t)(1 - point), out + at);
    }
    if (point <= 0) {
        memcpy(out, "0.0000", 6);
        return (size_t)(2 - point) + write_whole(decimal->digits, out + 2 - point);
    }
    const size_t whole = (size_t)point;
    write_whole(decimal->digits, out);
    if (n <= whole)
        return n;
    memmove(out + whole + 1, out + whole, n - whole + 1);
    out[whole] = '.';
    return n + 1;
}

char *pal_put_whole(char *to, uint64_t value)
{
    const size_t n = digits_of(value);
    put_digits(value, n, to);
    return to + n;
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
    struct num_decimal decimal;
    if (num_shortest(value, &decimal))
        return at + write_decimal(&decimal, out + at);
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
    struct num_decimal decimal;
    if (num_digits17(fabs(value), &decimal)) {
        const size_t minus = value < 0;
        out[0] = '-';
        return minus + write_decimal(&decimal, out + minus);
    }
    const int n = slow_write(out, PAL_NUM_SIZE, "%.*g", 17, value);
    return n < 0 ? 0 : (size_t)n;
}

/* scaled / 10^decimals, with all its decimals and a digit before the point. */
static size_t write_fixed(bool negative, uint64_t scaled, size_t decimals, char *out)
{
    enum { ZEROS = 16 };
    char digits[ZEROS + 24] = "0000000000000000";
    const char *from = digits + ZEROS;
    size_t n = write_whole(scaled, digits + ZEROS), at = 0;
    if (n <= decimals) {
        from -= decimals + 1 - n;
        n = decimals + 1;
    }
    if (negative)
        out[at++] = '-';
    memcpy(out + at, from, n - decimals);
    at += n - decimals;
    if (decimals) {
        out[at++] = '.';
        memcpy(out + at, from + n - decimals, decimals);
        at += decimals;
    }
    out[at] = '\0';
    return at;
}

size_t pal_num_write_fixed(double value, int decimals, char *out, size_t size)
{
    if (!isfinite(value) && size >= PAL_NUM_SIZE)
        return pal_num_write(value, out);
    uint64_t scaled;
    if (size >= PAL_NUM_SIZE && num_fixed(fabs(value), decimals, &scaled))
        return write_fixed(value < 0 && scaled, scaled, (size_t)decimals, out);
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
