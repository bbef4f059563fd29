/* num_decimal.c: doubles as decimals, by arithmetic of 128 and 192 bits in which no step rounds: so
 * there is nothing to prove about tables that are cut off. The shortest decimal is Schubfach's
 * (Giulietti 2020), for the doubles whose powers of ten fit 128 bits: from about 1e-39 to 2^52, all
 * that statistics print. */
#include "inside.h"

#include <string.h>

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 wide;

/* 5^i for i = 0..55, shifted up until the first of 128 bits is set: exact. */
static const struct power {
    uint64_t high, low;
} powers[] = {
    // clang-format off
    {0x8000000000000000, 0x0000000000000000},
    {0xa000000000000000, 0x0000000000000000},
    {0xc800000000000000, 0x0000000000000000},
    {0xfa00000000000000, 0x0000000000000000},
    {0x9c40000000000000, 0x0000000000000000},
    {0xc350000000000000, 0x0000000000000000},
    {0xf424000000000000, 0x0000000000000000},
    {0x9896800000000000, 0x0000000000000000},
    {0xbebc200000000000, 0x0000000000000000},
    {0xee6b280000000000, 0x0000000000000000},
    {0x9502f90000000000, 0x0000000000000000},
    {0xba43b74000000000, 0x0000000000000000},
    {0xe8d4a51000000000, 0x0000000000000000},
    {0x9184e72a00000000, 0x0000000000000000},
    {0xb5e620f480000000, 0x0000000000000000},
    {0xe35fa931a0000000, 0x0000000000000000},
    {0x8e1bc9bf04000000, 0x0000000000000000},
    {0xb1a2bc2ec5000000, 0x0000000000000000},
    {0xde0b6b3a76400000, 0x0000000000000000},
    {0x8ac7230489e80000, 0x0000000000000000},
    {0xad78ebc5ac620000, 0x0000000000000000},
    {0xd8d726b7177a8000, 0x0000000000000000},
    {0x878678326eac9000, 0x0000000000000000},
    {0xa968163f0a57b400, 0x0000000000000000},
    {0xd3c21bcecceda100, 0x0000000000000000},
    {0x84595161401484a0, 0x0000000000000000},
    {0xa56fa5b99019a5c8, 0x0000000000000000},
    {0xcecb8f27f4200f3a, 0x0000000000000000},
    {0x813f3978f8940984, 0x4000000000000000},
    {0xa18f07d736b90be5, 0x5000000000000000},
    {0xc9f2c9cd04674ede, 0xa400000000000000},
    {0xfc6f7c4045812296, 0x4d00000000000000},
    {0x9dc5ada82b70b59d, 0xf020000000000000},
    {0xc5371912364ce305, 0x6c28000000000000},
    {0xf684df56c3e01bc6, 0xc732000000000000},
    {0x9a130b963a6c115c, 0x3c7f400000000000},
    {0xc097ce7bc90715b3, 0x4b9f100000000000},
    {0xf0bdc21abb48db20, 0x1e86d40000000000},
    {0x96769950b50d88f4, 0x1314448000000000},
    {0xbc143fa4e250eb31, 0x17d955a000000000},
    {0xeb194f8e1ae525fd, 0x5dcfab0800000000},
    {0x92efd1b8d0cf37be, 0x5aa1cae500000000},
    {0xb7abc627050305ad, 0xf14a3d9e40000000},
    {0xe596b7b0c643c719, 0x6d9ccd05d0000000},
    {0x8f7e32ce7bea5c6f, 0xe4820023a2000000},
    {0xb35dbf821ae4f38b, 0xdda2802c8a800000},
    {0xe0352f62a19e306e, 0xd50b2037ad200000},
    {0x8c213d9da502de45, 0x4526f422cc340000},
    {0xaf298d050e4395d6, 0x9670b12b7f410000},
    {0xdaf3f04651d47b4c, 0x3c0cdd765f114000},
    {0x88d8762bf324cd0f, 0xa5880a69fb6ac800},
    {0xab0e93b6efee0053, 0x8eea0d047a457a00},
    {0xd5d238a4abe98068, 0x72a4904598d6d880},
    {0x85a36366eb71f041, 0x47a6da2b7f864750},
    {0xa70c3c40a64e6c51, 0x999090b65f67d924},
    {0xd0cf4b50cfe20765, 0xfff4b4e3f741cf6d},
    // clang-format on
};

/* The first 64 bits of a product of 192, and a last bit that says whether any below is set. */
static uint64_t round_to_odd(const struct power *power, uint64_t factor)
{
    const wide low = (wide)power->low * factor;
    const wide high = (wide)power->high * factor + (uint64_t)(low >> 64);
    const bool inexact = (uint64_t)high != 0 || (uint64_t)low != 0;
    return (uint64_t)(high >> 64) | inexact;
}

/* Without the zeros at its end. */
static struct num_decimal stripped(uint64_t digits, int exponent)
{
    static const struct {
        uint64_t by;
        int zeros;
    } step[] = {{100000000, 8}, {10000, 4}, {100, 2}, {10, 1}};
    for (size_t i = 0; i < PAL_COUNT(step); i++) {
        if (digits % step[i].by != 0)
            continue;
        digits /= step[i].by;
        exponent += step[i].zeros;
    }
    return (struct num_decimal){digits, exponent};
}

/* value = c 2^q with 53 bits in c and q below 0. False for subnormal numbers, and from 2^52 on,
 * where there are whole numbers only. */
static bool take_apart(double value, uint64_t *c, int *q)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    const int biased = (int)(bits >> 52);
    *c = fraction | UINT64_C(1) << 52;
    *q = biased - 1075;
    return biased > 0 && biased < 1075;
}

bool num_shortest(double value, struct num_decimal *out)
{
    uint64_t c;
    int q;
    if (!take_apart(value, &c, &q))
        return false;
    /* Below a power of two the next double is half as far away. */
    const bool narrow = c == UINT64_C(1) << 52;
    /* 10^-k with k = floor(log10(2^q)), or of 3/4 2^q: q is below 0, so -k is above it. */
    const int up = (-q * 1262611 + (narrow ? 524031 : 0) + (1 << 22) - 1) >> 22;
    if (up >= (int)PAL_COUNT(powers))
        return false;
    const int shift = q + ((up * 1741647) >> 19) + 1;
    /* Four times the ends of what reads back as the value, and the value, in units of 10^k. An end
     * belongs to it when c is even: ties go there. */
    const uint64_t open = c & 1;
    const uint64_t low = round_to_odd(&powers[up], (4 * c - 2 + narrow) << shift) + open;
    const uint64_t high = round_to_odd(&powers[up], (4 * c + 2) << shift) - open;
    const uint64_t here = round_to_odd(&powers[up], (4 * c) << shift);
    const uint64_t whole = here / 4, tens = whole / 10;
    if (tens) { /* at most one multiple of ten lies between the ends */
        const bool down_fits = low <= 40 * tens, up_fits = 40 * tens + 40 <= high;
        if (down_fits != up_fits) {
            *out = stripped(tens + up_fits, 1 - up);
            return true;
        }
    }
    const bool down_fits = low <= 4 * whole, up_fits = 4 * whole + 4 <= high;
    const uint64_t middle = 4 * whole + 2;
    const bool nearer_up = here > middle || (here == middle && (whole & 1));
    *out = stripped(whole + (down_fits != up_fits ? up_fits : nearer_up), -up);
    return true;
}

bool num_digits17(double value, struct num_decimal *out)
{
    static const uint64_t least = UINT64_C(10000000000000000); /* of 17 digits */
    uint64_t c;
    int q;
    if (!(value >= 1e-4) || !take_apart(value, &c, &q))
        return false;
    /* At most 22 decimals, so that c 10^decimals stays below 2^127. */
    int decimals = 16;
    for (double power = 10; decimals > 0 && value >= power; power *= 10)
        decimals--;
    for (double power = 1; value < power; power /= 10)
        decimals++;
    for (;;) {
        wide scaled = c;
        for (int i = 0; i < decimals; i++)
            scaled *= 10;
        const int shift = -q;
        const wide whole = scaled >> shift, rest = scaled - (whole << shift);
        const wide half = (wide)1 << (shift - 1);
        const uint64_t digits =
            (uint64_t)whole + (rest > half || (rest == half && ((uint64_t)whole & 1)));
        if (digits >= least && digits <= 10 * least) {
            *out = stripped(digits, -decimals);
            *out = stripped(out->digits, out->exponent); /* of up to 17 zeros, 15 at a time */
            return true;
        }
        decimals += digits < least ? 1 : -1; /* powers of ten below 1 are not exact */
    }
}

bool num_fixed(double value, int decimals, uint64_t *out)
{
    static const uint64_t scale[] = {1,         10,         100,         1000,
                                     10000,     100000,     1000000,     10000000,
                                     100000000, 1000000000, 10000000000, 100000000000};
    uint64_t c;
    int q;
    *out = 0;
    if (decimals < 0 || decimals >= (int)PAL_COUNT(scale))
        return false;
    if (value == 0)
        return true;
    if (!take_apart(value, &c, &q))
        return false;
    const wide scaled = (wide)c * scale[decimals]; /* below 2^90 */
    const int shift = -q;
    const wide whole = shift < 100 ? scaled >> shift : 0;
    if (whole >> 63)
        return false;
    const wide rest = shift < 100 ? scaled - (whole << shift) : 0; /* of a tiny value: not half */
    const wide half = shift < 100 ? (wide)1 << (shift - 1) : 1;
    *out = (uint64_t)whole + (rest > half || (rest == half && (whole & 1)));
    return true;
}

#else

bool num_fixed(double value, int decimals, uint64_t *out)
{
    (void)value;
    (void)decimals;
    (void)out;
    return false;
}

bool num_digits17(double value, struct num_decimal *out)
{
    (void)value;
    (void)out;
    return false;
}

bool num_shortest(double value, struct num_decimal *out)
{
    (void)value;
    (void)out;
    return false;
}

#endif
