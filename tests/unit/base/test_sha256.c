/* SHA-256 as FIPS 180-4 and NIST's examples give it, and both ways to compute it against each
 * other. */
#include "base/inside.h"

#include <criterion/criterion.h>

Test(base_sha256, both_ways_agree_block_by_block)
{
    if (!sha256_has_instructions()) {
        cr_log_info(
            "SKIP both_ways_agree_block_by_block: this processor has no instructions for it");
        return;
    }
    struct pal_random random;
    pal_random_start(&random, 1, "sha256", 0);
    for (int i = 0; i < 2000; i++) {
        uint64_t bytes[8 * 5];
        uint32_t a[8], b[8];
        const size_t blocks = 1 + pal_random_below(&random, 5);
        for (size_t w = 0; w < PAL_COUNT(bytes); w++)
            bytes[w] = pal_random_next(&random);
        for (size_t w = 0; w < 8; w++)
            a[w] = b[w] = (uint32_t)pal_random_next(&random);
        sha256_portable(a, (const uint8_t *)bytes, blocks);
        sha256_instructions(b, (const uint8_t *)bytes, blocks);
        cr_assert_arr_eq(a, b, sizeof a);
    }
}

Test(base_sha256, the_same_in_pieces_of_any_size)
{
    struct pal_random random;
    unsigned char text[1000];
    pal_random_start(&random, 2, "sha256", 0);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (unsigned char)pal_random_next(&random);
    for (size_t step = 1; step < 200; step++) {
        struct pal_sha256 whole, pieces;
        char a[65], b[65];
        pal_sha256_init(&whole);
        pal_sha256_init(&pieces);
        pal_sha256_add(&whole, text, sizeof text);
        for (size_t at = 0; at < sizeof text; at += step)
            pal_sha256_add(&pieces, text + at, at + step < sizeof text ? step : sizeof text - at);
        pal_sha256_hex(&whole, a);
        pal_sha256_hex(&pieces, b);
        cr_assert_str_eq(a, b, "pieces of %zu bytes", step);
    }
}
