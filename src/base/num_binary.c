/* num_binary.c: decimals as doubles, w 10^q rounded to nearest, ties to even. The product of w and
 * the first 64 or 128 bits of 5^q tells its own first 55 bits, but for a few cases, which are said
 * not to be decided (Lemire 2021, Number parsing at a gigabyte per second, algorithm 1). */
#include "inside.h"

#include <string.h>

enum { LEAST = -342, MOST = 308 }; /* below w 10^q is 0, above it no double, for any w of 64 bits */

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 wide;

static const struct power {
    uint64_t high, low;
} powers[] = {
#include "num_powers.def"
};

/* The first 128 bits of the product; the lower 64 may lack a little. */
static wide product_of(uint64_t w, const struct power *power)
{
    static const uint64_t open = UINT64_MAX >> 55; /* bits below those that are rounded to */
    wide product = (wide)w * power->high;
    if (((uint64_t)(product >> 64) & open) == open)
        product += (wide)w * power->low >> 64;
    return product;
}

static double from_bits(uint64_t mantissa, uint64_t biased)
{
    const uint64_t bits = mantissa | biased << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The bit below the last rounds to nearest; a tie was settled before. */
static uint64_t rounded(uint64_t mantissa) { return (mantissa + (mantissa & 1)) >> 1; }

bool num_binary(uint64_t w, int q, double *out)
{
    *out = 0;
    if (!w || q < LEAST)
        return true;
    if (q > MOST) {
        *out = from_bits(0, 0x7FF);
        return true;
    }
    const int zeros = __builtin_clzll(w);
    const wide product = product_of(w << zeros, &powers[q - LEAST]);
    const uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    /* 5^q is exact up to q = 55, and 5^-q divides where it has 64 bits, up to -q = 27. */
    if (low == UINT64_MAX && (q < -27 || q > 55))
        return false;
    const int upper = (int)(high >> 63), shift = upper + 64 - 55;
    uint64_t mantissa = high >> shift;
    /* floor(log2(10^q)) = 217706 q / 2^16 */
    int biased = ((217706 * q) >> 16) + 63 + upper - zeros + 1023;
    if (biased <= 0) { /* subnormal: fewer bits, and no ties, which would need a small q */
        if (1 - biased >= 64)
            return true;
        mantissa = rounded(mantissa >> (1 - biased));
        *out = from_bits(mantissa, 0); /* 2^52 is the first normal number, as its bits are */
        return true;
    }
    /* Half way between two doubles, which happens for small q alone: down to the even one. */
    if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << shift == high)
        mantissa &= ~UINT64_C(1);
    mantissa = rounded(mantissa);
    if (mantissa >> 53) {
        mantissa >>= 1;
        biased++;
    }
    *out = biased < 0x7FF ? from_bits(mantissa & ~(UINT64_C(1) << 52), (uint64_t)biased)
                          : from_bits(0, 0x7FF);
    return true;
}

#else

bool num_binary(uint64_t w, int q, double *out)
{
    *out = 0;
    return !w || q < LEAST;
}

#endif
