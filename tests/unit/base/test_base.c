/* The ground floor: errors with a trail, arenas, findings, dates, hashes. */
#include "palermo/base.h"

#include <criterion/criterion.h>
#include <string.h>

static enum pal_status inner(struct pal_error *err)
{
    const struct pal_place at = {"cts-2024.csv", 1042, 7};
    return pal_fail_at(err, PAL_DATA, &at, "'%s' is not a count", "1.204");
}

Test(base_error, grows_a_trail_on_the_way_up)
{
    struct pal_error err = {0};
    if (inner(&err) != PAL_OK)
        cr_assert_eq(pal_while(&err, "computing indicator '%s'", "OCG-06"), PAL_DATA);
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    pal_error_print(&err, to);
    fclose(to);
    cr_assert_str_eq(text, "palermo: cts-2024.csv:1042:7: '1.204' is not a count\n"
                           "  while computing indicator 'OCG-06'\n");
    free(text);
}

Test(base_error, never_writes_past_its_text)
{
    struct pal_error err = {0};
    cr_assert_eq(pal_fail(&err, PAL_IO, "%*s", 5000, "x"), PAL_IO);
    for (int i = 0; i < 200; i++)
        cr_assert_eq(pal_while(&err, "%*s", 100, "deep"), PAL_IO);
    cr_assert_lt(strlen(err.text), sizeof err.text);
}

static int released;
static void release(void *object) { released += *(int *)object; }

Test(base_arena, gives_back_to_a_mark_and_runs_deferred_releases)
{
    struct pal_arena *arena = pal_arena_new();
    int one = 1, ten = 10;
    cr_assert_eq(pal_arena_defer(arena, release, &one, NULL), PAL_OK);
    const struct pal_arena_mark mark = pal_arena_mark(arena);
    cr_assert_eq(pal_arena_defer(arena, release, &ten, NULL), PAL_OK);
    cr_assert_not_null(pal_arena_alloc(arena, 1000000, 8));
    pal_arena_reset(arena, mark);
    cr_assert_eq(released, 10, "only what came after the mark");
    pal_arena_free(arena);
    cr_assert_eq(released, 11);
}

Test(base_arena, refuses_products_that_overflow_and_what_passes_its_limit)
{
    struct pal_arena *arena = pal_arena_new();
    cr_expect_null(pal_arena_alloc(arena, SIZE_MAX / 2, 3));
    pal_arena_limit(arena, 1 << 20);
    cr_expect_null(pal_arena_alloc(arena, 1 << 20, 2));
    cr_expect_not_null(pal_arena_alloc(arena, 1 << 19, 1));
    cr_expect_null(pal_arena_alloc(arena, 1 << 19, 2));
    pal_arena_free(arena);
}

Test(base_diag, counts_exactly_when_the_listing_is_capped)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_diag *diag = pal_diag_new(arena, 3);
    const struct pal_place a = {"a.csv", 2, 1}, b = {"b.csv", 9, 1};
    for (int i = 0; i < 50; i++)
        pal_diag_addf(diag, PAL_WARNING, "duplicate-key", &a, "row %d", i);
    pal_diag_addf(diag, PAL_ERROR, "duplicate-key", &b, "row");
    const struct pal_diag_tally *tally;
    cr_assert_eq(pal_diag_tallies(diag, &tally), 2);
    cr_expect_eq(tally[0].count, 50);
    cr_expect_eq(tally[1].count, 1);
    cr_expect_eq(pal_diag_listed(diag), 4);
    cr_expect_eq(pal_diag_count(diag, PAL_WARNING), 50);
    cr_expect_eq(pal_diag_count(diag, PAL_ERROR), 1);
    pal_arena_free(arena);
}

Test(base_date, knows_the_calendar)
{
    struct pal_date date;
    cr_assert(pal_date_parse(PAL_STR("14 Dec 2000"), &date));
    cr_expect(date.year == 2000 && date.month == 12 && date.day == 14);
    cr_assert(pal_date_parse(PAL_STR("30/05/2023"), &date), "day first");
    cr_expect(date.year == 2023 && date.month == 5 && date.day == 30);
    cr_assert(pal_date_parse(PAL_STR("1970-01-01"), &date));
    cr_expect_eq(pal_date_days(date), 0);
    cr_assert(pal_date_parse(PAL_STR("2000-03-01"), &date));
    cr_expect_eq(pal_date_days(date), 11017);
    cr_expect_not(pal_date_parse(PAL_STR("2023-02-29"), &date));
    cr_expect(pal_date_parse(PAL_STR("2024-02-29"), &date));
    cr_expect_not(pal_date_parse(PAL_STR("2023"), &date));
    cr_expect_not(pal_date_parse(PAL_STR("12/2023"), &date));
}

/* FIPS 180-4 examples: one block, two blocks, and a million times 'a'. */
Test(base_sha256, agrees_with_the_standard)
{
    static const struct {
        const char *text, *hex;
    } known[] = {
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    struct pal_sha256 hash;
    char hex[65];
    for (size_t i = 0; i < PAL_COUNT(known); i++) {
        pal_sha256_init(&hash);
        pal_sha256_add(&hash, known[i].text, strlen(known[i].text));
        pal_sha256_hex(&hash, hex);
        cr_expect_str_eq(hex, known[i].hex);
    }
    pal_sha256_init(&hash);
    for (int i = 0; i < 1000000; i++)
        pal_sha256_add(&hash, "a", 1);
    pal_sha256_hex(&hash, hex);
    cr_expect_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

Test(base_str, nearest_word_is_near)
{
    const pal_str words[] = {PAL_STR_INIT("phenomenon"), PAL_STR_INIT("implementation"),
                             PAL_STR_INIT("detected")};
    cr_expect(pal_str_eq(pal_nearest(PAL_STR("phenomonen"), words, 3), words[0]));
    cr_expect(pal_str_eq(pal_nearest(PAL_STR("Implementtaion"), words, 3), words[1]));
    cr_expect_eq(pal_nearest(PAL_STR("zebra"), words, 3).len, 0);
}

Test(base_str, knows_well_formed_utf8)
{
    cr_expect(pal_utf8_valid(PAL_STR("Côte d'Ivoire, 中国, الجزائر")));
    cr_expect_not(pal_utf8_valid(PAL_STR("C\xF4te d'Ivoire")), "Latin-1");
    cr_expect_not(pal_utf8_valid(PAL_STR("\xC0\x80")), "overlong");
    cr_expect_not(pal_utf8_valid(PAL_STR("\xED\xA0\x80")), "a surrogate");
    cr_expect_not(pal_utf8_valid(PAL_STR("abc\xE4\xB8")), "cut short");
}

/* Means and variances of long streams against the distributions' own. */
Test(base_random, streams_have_the_moments_they_should)
{
    struct pal_random random, again;
    pal_random_start(&random, 7, "moments", 3);
    pal_random_start(&again, 7, "moments", 3);
    cr_expect_eq(pal_random_next(&random), pal_random_next(&again), "same name, same stream");
    pal_random_start(&again, 7, "moments", 4);
    cr_expect_neq(pal_random_next(&random), pal_random_next(&again));
    const int n = 200000;
    double sum = 0, square = 0;
    for (int i = 0; i < n; i++) {
        const double x = (double)pal_random_poisson(&random, 50);
        sum += x;
        square += x * x;
    }
    cr_expect_float_eq(sum / n, 50, 5 * 0.016, "five standard errors");
    cr_expect_float_eq(square / n - sum / n * (sum / n), 50, 5 * 0.16);
    sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)pal_random_binomial(&random, 40, 0.7);
    cr_expect_float_eq(sum / n, 28, 5 * 0.0065);
    sum = square = 0;
    for (int i = 0; i < n; i++) {
        const double x = pal_random_normal(&random);
        sum += x;
        square += x * x;
    }
    cr_expect_float_eq(sum / n, 0, 5 * 0.0022);
    cr_expect_float_eq(square / n, 1, 5 * 0.0032);
}
