/* law_base.c: laws of the ground floor, on random inputs. */
#include "law.h"

#include "palermo/base.h"

#include <math.h>
#include <string.h>

/* Any finite double, over the whole range of exponents. */
static double any_double(struct pal_random *random)
{
    for (;;) {
        const uint64_t bits = pal_random_next(random);
        double x;
        memcpy(&x, &bits, sizeof x);
        if (isfinite(x))
            return x;
    }
}

LAW(base, a_number_written_reads_back_as_itself)
{
    struct pal_random random;
    pal_random_start(&random, 1, "numbers", 0);
    for (int i = 0; i < 100000; i++) {
        const double x = i % 2 ? any_double(&random)
                               : floor(pal_random_unit(&random) * 1e9) / pow(10, (double)(i % 12));
        char text[PAL_NUM_SIZE];
        double back = NAN;
        size_t n = pal_num_write(x, text);
        HOLDS(n < PAL_NUM_SIZE && pal_num_parse((pal_str){text, n}, &back) && back == x,
              "%.17g written as %s", x, text);
        n = pal_num_write17(x, text);
        HOLDS(pal_num_parse((pal_str){text, n}, &back) && back == x, "%.17g written as %s", x,
              text);
    }
}

struct pieces {
    const double *x;
    struct pal_sum sum[64];
};

static enum pal_status sum_piece(void *context, size_t piece, struct pal_error *err)
{
    struct pieces *work = context;
    (void)err;
    for (size_t i = piece * 100; i < (piece + 1) * 100; i++)
        pal_sum_add(&work->sum[piece], work->x[i]);
    return PAL_OK;
}

LAW(base, a_sum_has_the_same_bits_on_any_number_of_threads)
{
    static double x[6400];
    struct pal_random random;
    pal_random_start(&random, 2, "sums", 0);
    for (size_t i = 0; i < PAL_COUNT(x); i++)
        x[i] = pal_random_normal(&random) * exp(20 * pal_random_normal(&random));
    double first = 0;
    for (unsigned threads = 1; threads <= 8; threads++) {
        struct pieces work = {.x = x};
        struct pal_sum total = {0};
        HOLDS(pal_parallel(64, threads, sum_piece, &work, NULL) == PAL_OK, "parallel sum failed");
        for (size_t i = 0; i < 64; i++)
            pal_sum_merge(&total, &work.sum[i]);
        const double value = pal_sum_value(&total);
        if (threads == 1)
            first = value;
        HOLDS(value == first, "%u threads: %.17g, one: %.17g", threads, value, first);
    }
}

LAW(base, a_map_gives_back_what_was_put_in_order)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_map *map = pal_map_new(arena, 0);
    char key[32];
    for (int i = 0; i < 20000; i++) {
        const int n = snprintf(key, sizeof key, "key %d", i * 7919 % 20000);
        HOLDS(pal_map_add(map, (pal_str){key, (size_t)n}, NULL) == (size_t)i, "index %d", i);
    }
    for (int i = 0; i < 20000; i++) {
        const int n = snprintf(key, sizeof key, "key %d", i * 7919 % 20000);
        HOLDS(pal_map_find(map, (pal_str){key, (size_t)n}) == (size_t)i, "lookup %d", i);
        HOLDS(pal_str_eq(pal_map_key(map, (size_t)i), (pal_str){key, (size_t)n}), "key %d", i);
    }
    HOLDS(pal_map_find(map, PAL_STR("key 20000")) == SIZE_MAX, "an absent key was found");
    pal_arena_free(arena);
}
