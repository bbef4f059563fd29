/* Saved states: what was written is read back; what was cut, altered or foreign is refused. */
#include "register.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static pal_str frame(struct pal_arena *arena, const char *kind, const char *content)
{
    struct pal_buf out;
    pal_buf_init(&out, arena, 1 << 20);
    pal_frame_write(&out, kind, pal_str_of(content));
    return pal_buf_str(&out);
}

Test(estimate_state, numbers_travel_as_little_endian)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_buf out;
    pal_buf_init(&out, arena, 1000);
    pal_pack_u32(&out, 0x01020304u);
    pal_pack_f64(&out, 1);
    static const unsigned char bytes[] = {4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f};
    cr_assert_eq(out.len, sizeof bytes);
    cr_expect_arr_eq(out.ptr, bytes, sizeof bytes);
    struct pal_unpack in = {.rest = pal_buf_str(&out)};
    cr_expect_eq(pal_unpack_u32(&in), 0x01020304u);
    cr_expect_eq(pal_unpack_f64(&in), 1);
    cr_expect(!in.failed && !in.rest.len);
    cr_expect_eq(pal_unpack_u64(&in), 0);
    cr_expect(in.failed, "reading past the end sticks");
    pal_arena_free(arena);
}

Test(estimate_state, a_frame_is_read_back)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err = {0};
    pal_str content;
    cr_assert_eq(
        pal_frame_read(frame(arena, "estimate", "sums"), "estimate", "a.st", &content, &err),
        PAL_OK, "%s", err.text);
    cr_expect(pal_str_eq(content, PAL_STR("sums")));
    pal_arena_free(arena);
}

Test(estimate_state, every_cut_and_every_flipped_bit_is_refused_by_name)
{
    struct pal_arena *arena = pal_arena_new();
    const pal_str whole = frame(arena, "estimate", "the sums of a ministry");
    pal_str content;
    for (size_t n = 0; n < whole.len; n++) {
        struct pal_error err = {0};
        cr_expect_eq(pal_frame_read((pal_str){whole.ptr, n}, "estimate", "a.st", &content, &err),
                     PAL_DATA, "cut at %zu", n);
        cr_expect(strstr(err.text, "'a.st'"), "%s", err.text);
    }
    char *copy = pal_arena_alloc(arena, whole.len + 1, 1);
    memcpy(copy, whole.ptr, whole.len);
    for (size_t i = 0; i < whole.len; i++) {
        copy[i] = (char)(copy[i] ^ 4);
        cr_expect_eq(pal_frame_read((pal_str){copy, whole.len}, "estimate", "a.st", &content, NULL),
                     PAL_DATA, "byte %zu altered", i);
        copy[i] = whole.ptr[i];
    }
    cr_expect_eq(pal_frame_read((pal_str){copy, whole.len + 1}, "estimate", "a.st", &content, NULL),
                 PAL_DATA, "a byte too many");
    pal_arena_free(arena);
}

Test(estimate_state, foreign_files_are_called_so)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err = {0};
    pal_str content;
    cr_expect_eq(pal_frame_read(PAL_STR("area,year,count\n"), "estimate", "a.csv", &content, &err),
                 PAL_DATA);
    cr_expect(strstr(err.text, "'a.csv' is no saved state"), "%s", err.text);
    struct pal_error other = {0};
    cr_expect_eq(pal_frame_read(frame(arena, "run", "x"), "estimate", "a.st", &content, &other),
                 PAL_DATA);
    cr_expect(strstr(other.text, "of 'run', not of 'estimate'"), "%s", other.text);
    pal_arena_free(arena);
}

Test(estimate_state, an_estimator_gets_only_its_own)
{
    struct pal_arena *arena = pal_arena_new();
    struct register_rows rows = {0};
    struct pal_error err = {0};
    struct pal_buf out;
    register_add(&rows, 3, 100);
    const struct pal_ask ask = {0};
    const struct pal_estimator *rate = pal_estimator_find(PAL_STR("rate"));
    const struct pal_estimator *share = pal_estimator_find(PAL_STR("share"));
    struct pal_state *fed = register_begin("rate", &ask, 2, arena);
    cr_assert_eq(register_feed(fed, "rate", 2, &rows, 0, 1, &err), PAL_OK);
    pal_buf_init(&out, arena, 1 << 20);
    cr_assert_eq(pal_state_pack(rate, fed, &out, &err), PAL_OK);
    struct pal_unpack in = {.rest = pal_buf_str(&out)};
    struct pal_state *other = register_begin("share", &ask, 2, arena);
    cr_expect_eq(pal_state_unpack(share, other, &in, &err), PAL_DATA);
    cr_expect(strstr(err.text, "a saved state of 'rate' stands where 'share' is expected"), "%s",
              err.text);
    struct pal_unpack again = {.rest = pal_buf_str(&out)};
    struct pal_state *back = register_begin("rate", &ask, 2, arena);
    cr_assert_eq(pal_state_unpack(rate, back, &again, &err), PAL_OK);
    cr_expect_eq(register_finish("rate", back, 0, arena).value, 0.03);
    cr_expect_eq(rate->load(back, PAL_STR("12345678901234567"), &err), PAL_DATA, "odd size");
    pal_arena_free(arena);
}

/* Four thousand million groups fit into sixteen bytes when none of them has a part. */
Test(estimate_state, groups_without_parts_are_not_walked_through)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err = {0};
    struct pal_buf out;
    const struct pal_ask ask = {.units = true};
    const struct pal_estimator *theta = pal_estimator_find(PAL_STR("theta"));
    struct pal_state *read = register_begin("theta", &ask, 1, arena);
    struct pal_state *into = register_begin("theta", &ask, 1, arena);
    pal_buf_init(&out, arena, 100);
    pal_pack_u64(&out, 0xfffffffeu);
    pal_pack_u64(&out, 0);
    cr_assert_eq(theta->load(read, pal_buf_str(&out), &err), PAL_OK, "%s", err.text);
    cr_assert_eq(theta->merge(into, read, NULL, &err), PAL_OK, "%s", err.text);
    pal_buf_init(&out, arena, 100);
    cr_assert_eq(theta->save(into, &out, &err), PAL_OK, "%s", err.text);
    struct pal_unpack in = {.rest = pal_buf_str(&out)};
    cr_expect_eq(pal_unpack_u64(&in), 0, "no group came of it");
    pal_arena_free(arena);
}

Test(estimate_group, numbers_tuples_in_order_of_sight)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_groups *groups;
    cr_assert_eq(pal_groups_new(arena, 2, &groups, NULL), PAL_OK);
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 5000; i++) {
            const uint32_t key[] = {i * 2654435761u, i % 7};
            cr_assert_eq(pal_groups_add(groups, key), i);
        }
    cr_expect_eq(pal_groups_count(groups), 5000);
    cr_expect_eq(pal_groups_key(groups, 4999)[1], 4999 % 7);
    struct pal_groups *whole;
    cr_assert_eq(pal_groups_new(arena, 0, &whole, NULL), PAL_OK);
    cr_expect_eq(pal_groups_add(whole, NULL), 0);
    cr_expect_eq(pal_groups_add(whole, NULL), 0);
    cr_expect_eq(pal_groups_count(whole), 1);
    pal_arena_free(arena);
}

Test(estimate_registry, is_alphabetical_and_complete)
{
    const struct pal_estimator *const *all = pal_estimators();
    for (size_t i = 0; all[i]; i++) {
        cr_expect(all[i]->summary && all[i]->source && all[i]->takes, "%s", all[i]->name);
        cr_expect(all[i]->begin && all[i]->feed && all[i]->merge && all[i]->finish &&
                      all[i]->save && all[i]->load && all[i]->passes == 1,
                  "%s", all[i]->name);
        cr_expect(!i || strcmp(all[i - 1]->name, all[i]->name) < 0, "%s", all[i]->name);
        cr_expect_eq(pal_estimator_find(pal_str_of(all[i]->name)), all[i]);
    }
    cr_expect_null(pal_estimator_find(PAL_STR("rte")));
    cr_expect(pal_str_eq(pal_estimator_nearest(PAL_STR("rte")), PAL_STR("rate")));
}
