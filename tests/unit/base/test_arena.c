/* Large things: they grow where they are or move whole, and outlive a mark that came after them. */
#include "palermo/base.h"

#include <criterion/criterion.h>

enum { BIG = 200000 };

static unsigned char *filled(struct pal_arena *arena, unsigned char with)
{
    unsigned char *bytes = pal_arena_alloc(arena, BIG, 1);
    cr_assert_not_null(bytes);
    for (size_t i = 0; i < BIG; i++) {
        cr_assert_eq(bytes[i], 0, "not zeroed at %zu", i);
        bytes[i] = with;
    }
    return bytes;
}

static void expect_grown(const unsigned char *bytes, unsigned char with, size_t size)
{
    for (size_t i = 0; i < size; i++)
        cr_assert_eq(bytes[i], i < BIG ? with : 0, "byte %zu of %zu", i, size);
}

Test(base_arena, large_things_grow_side_by_side)
{
    struct pal_arena *arena = pal_arena_new();
    unsigned char *a = filled(arena, 1), *b = filled(arena, 2), *c = filled(arena, 3);
    for (size_t size = BIG; size < 40 * (size_t)BIG; size *= 2) {
        cr_assert_not_null(a = pal_arena_grow(arena, a, size, 2 * size, 1));
        cr_assert_not_null(b = pal_arena_grow(arena, b, size, 2 * size, 1));
        cr_assert_not_null(c = pal_arena_grow(arena, c, size, 2 * size, 1));
        expect_grown(a, 1, 2 * size);
        expect_grown(b, 2, 2 * size);
        expect_grown(c, 3, 2 * size);
    }
    pal_arena_free(arena);
}

Test(base_arena, a_small_thing_becomes_large)
{
    struct pal_arena *arena = pal_arena_new();
    size_t n = 1;
    uint32_t *number = pal_arena_alloc(arena, n, sizeof *number);
    for (uint32_t i = 0; i < 300000; i++) {
        if (i == n) {
            cr_assert_not_null(number = pal_arena_grow(arena, number, n, 3 * n, sizeof *number));
            n *= 3;
            cr_assert_eq(number[i], 0);
        }
        number[i] = i;
    }
    for (uint32_t i = 0; i < 300000; i++)
        cr_assert_eq(number[i], i);
    cr_assert_geq(pal_arena_used(arena), n * sizeof *number);
    pal_arena_free(arena);
}

Test(base_arena, what_came_before_a_mark_may_grow_behind_it)
{
    struct pal_arena *arena = pal_arena_new();
    unsigned char *before = filled(arena, 7);
    const size_t used = pal_arena_used(arena);
    const struct pal_arena_mark mark = pal_arena_mark(arena);
    filled(arena, 8);
    cr_assert_not_null(before = pal_arena_grow(arena, before, BIG, 3 * BIG, 1));
    filled(arena, 9);
    pal_arena_reset(arena, mark);
    cr_assert_eq(pal_arena_used(arena), used + 2 * BIG);
    expect_grown(before, 7, 3 * BIG);
    filled(arena, 10);
    pal_arena_free(arena);
}

Test(base_arena, the_limit_holds_for_large_things_too)
{
    struct pal_arena *arena = pal_arena_new();
    pal_arena_limit(arena, 2 * BIG);
    unsigned char *bytes = filled(arena, 1);
    cr_expect_null(pal_arena_grow(arena, bytes, BIG, 3 * BIG, 1));
    expect_grown(bytes, 1, BIG);
    cr_expect_not_null(bytes = pal_arena_grow(arena, bytes, BIG, BIG + BIG / 2, 1));
    cr_expect_null(pal_arena_alloc(arena, BIG, 1));
    pal_arena_free(arena);
}

Test(base_arena, scratch_that_is_used_again_comes_as_zeros)
{
    enum { ROUNDS = 6, LEAST = 1000 };
    struct pal_arena *arena = pal_arena_new();
    for (size_t round = 0; round < ROUNDS; round++) {
        const struct pal_arena_mark mark = pal_arena_mark(arena);
        for (size_t size = LEAST; size <= 4 * BIG; size *= 2) {
            /* As much as was asked for, and what growing adds to it. */
            unsigned char *bytes = pal_arena_alloc(arena, size, 1);
            cr_assert_not_null(bytes);
            for (size_t i = 0; i < size; i++)
                cr_assert_eq(bytes[i], 0, "round %zu: byte %zu of %zu", round, i, size);
            memset(bytes, 0xA5, size);
            const size_t grown = size + size / 2 + round * 512;
            cr_assert_not_null(bytes = pal_arena_grow(arena, bytes, size, grown, 1));
            for (size_t i = 0; i < grown; i++)
                cr_assert_eq(bytes[i], i < size ? 0xA5 : 0, "round %zu: byte %zu of %zu grown",
                             round, i, grown);
            memset(bytes, 0x5A, grown);
        }
        pal_arena_reset(arena, mark);
        cr_expect_eq(pal_arena_used(arena), 0);
    }
    pal_arena_free(arena);
}
