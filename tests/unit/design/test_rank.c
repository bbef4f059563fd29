/* The rank of a matrix, as R's qr() counts it. */
#include "palermo/design.h"

#include <criterion/criterion.h>

enum { MOST = 12 };

/* rank of a[rows][cols], given by rows */
static size_t rank_of(const double *a, size_t rows, size_t cols)
{
    struct pal_arena *scratch = pal_arena_new();
    struct pal_error err;
    struct pal_rank found;
    cr_assert_eq(pal_rank_of(a, rows, cols, scratch, &found, &err), PAL_OK);
    pal_arena_free(scratch);
    return found.rank;
}

Test(design_rank, small_matrices)
{
    cr_expect_eq(rank_of((double[]){1, 0, 0, 1}, 2, 2), 2);
    cr_expect_eq(rank_of((double[]){1, 2, 2, 4}, 2, 2), 1);
    cr_expect_eq(rank_of((double[]){0, 0, 0, 0}, 2, 2), 0);
    cr_expect_eq(rank_of((double[]){0, 1, 0, 2, 0, 3}, 3, 2), 1, "a column of zeros in front");
    cr_expect_eq(rank_of((double[]){1, 2, 3, 4, 5, 6}, 2, 3), 2, "more columns than rows");
    cr_expect_eq(rank_of((double[]){-3, 1, 4, -1, 5, 9}, 3, 2), 2);
}

/* A column within 1e-5 of the others, relative to itself, is no new one. */
Test(design_rank, the_tolerance_is_relative)
{
    cr_expect_eq(rank_of((double[]){1, 1, 0, 2e-5}, 2, 2), 2);
    cr_expect_eq(rank_of((double[]){1, 1, 0, 5e-6}, 2, 2), 1);
    cr_expect_eq(rank_of((double[]){1e-9, 1e-9, 0, 2e-14}, 2, 2), 2, "small numbers");
    cr_expect_eq(rank_of((double[]){1e9, 1e9, 0, 5e3}, 2, 2), 1, "large numbers");
}

/* A product of random matrices of inner size k has rank k. */
Test(design_rank, products_have_the_inner_rank)
{
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct pal_random random;
        pal_random_start(&random, seed, "rank", 0);
        const size_t inner = 1 + (size_t)pal_random_below(&random, 6);
        const size_t rows = inner + (size_t)pal_random_below(&random, MOST - inner + 1);
        const size_t cols = inner + (size_t)pal_random_below(&random, MOST - inner + 1);
        double left[MOST * MOST], right[MOST * MOST], product[MOST * MOST] = {0};
        for (size_t i = 0; i < MOST * MOST; i++) {
            left[i] = pal_random_normal(&random);
            right[i] = pal_random_normal(&random);
        }
        for (size_t r = 0; r < rows; r++)
            for (size_t c = 0; c < cols; c++)
                for (size_t k = 0; k < inner; k++)
                    product[r * cols + c] += left[r * MOST + k] * right[k * MOST + c];
        cr_assert_eq(rank_of(product, rows, cols), inner, "seed %d: %zu of %zu x %zu", (int)seed,
                     inner, rows, cols);
    }
}
