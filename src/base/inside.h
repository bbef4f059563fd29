/* inside.h: what the files of this room share. */
#ifndef PALERMO_BASE_INSIDE_H
#define PALERMO_BASE_INSIDE_H

#include "palermo/base.h"

/* ---- memory (pages.c) ---- */

/* Zeroed memory for large things, in sizes of whole pages; NULL when there is none. Growing may
 * move it, keeps what is in it and zeroes the rest; when it fails the old pages stay as they were.
 */
void *pages_new(size_t size);
void *pages_grow(void *pages, size_t old_size, size_t size);
void pages_free(void *pages, size_t size);
/* Whether memory that was given back may be handed out again; false where every use of it after
 * that is watched for. */
bool pages_may_be_kept(void);

/* ---- hashing (sha256.c) ---- */

/* state[8] takes in blocks of 64 bytes; the two give the same. sha256_instructions may be called
 * only where the processor has them. */
void sha256_portable(uint32_t *state, const uint8_t *block, size_t blocks);
void sha256_instructions(uint32_t *state, const uint8_t *block, size_t blocks);
bool sha256_has_instructions(void);

/* ---- decimals as doubles (num_binary.c) ---- */

/* w * 10^q rounded to nearest, ties to even; infinite from half a step above the largest double on.
 * False where that is not decided: a few cases in 2^50, or a machine without integers of 128 bits.
 */
bool num_binary(uint64_t w, int q, double *out);

/* ---- doubles as decimals (num_decimal.c) ---- */

struct num_decimal { /* digits * 10^exponent */
    uint64_t digits;
    int exponent;
};
/* The decimal of fewest digits that reads back as the value, of those the nearest. The value is
 * above 0; false where it is out of the range for which this is done, or the machine has no
 * integers of 128 bits. */
bool num_shortest(double value, struct num_decimal *out);
/* The value, from 1e-4 to 2^52, as 17 significant digits, rounded half to even; zeros at the end
 * are left out. False as above. */
bool num_digits17(double value, struct num_decimal *out);
/* The value (0 or above) times 10^decimals, rounded half to even; false as above. */
bool num_fixed(double value, int decimals, uint64_t *out);

#endif
