/* The suppression ledger: what is changed in it is found and named. */
#include "palermo/protect.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <string.h>

static struct pal_system *one_cell(struct pal_arena *arena, double value)
{
    struct pal_system *s = pal_system_new(arena);
    size_t at;
    cr_assert(pal_system_cell(s, PAL_STR("XAA|F"), value, &at, NULL) == PAL_OK);
    cr_assert(pal_system_seal(s, NULL) == PAL_OK);
    return s;
}

Test(protect_releases, blocks_follow_each_other)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_releases *ledger;
    const char *path = scratch_path("ledger");
    cr_assert(pal_releases_read(path, arena, &ledger, NULL) == PAL_OK);
    cr_expect(pal_releases_count(ledger) == 0 && pal_releases_head(ledger).len == 0);
    cr_assert(pal_releases_append(path, ledger, PAL_STR("2024"), one_cell(arena, 3), NULL) ==
              PAL_OK);
    cr_assert(pal_releases_read(path, arena, &ledger, NULL) == PAL_OK);
    cr_expect(pal_releases_append(path, ledger, PAL_STR("2024"), one_cell(arena, 3), NULL) ==
              PAL_USAGE);
    cr_assert(pal_releases_append(path, ledger, PAL_STR("2025"), one_cell(arena, 4), NULL) ==
              PAL_OK);
    cr_assert(pal_releases_read(path, arena, &ledger, NULL) == PAL_OK);
    cr_expect(pal_releases_count(ledger) == 2);
    cr_expect(pal_str_eq(pal_releases_name(ledger, 1), PAL_STR("2025")));
    cr_expect(pal_releases_head(ledger).len == 64);

    /* A head noted earlier tells a ledger that was cut at the end of a block. */
    const pal_str head = pal_arena_printf(arena, "%.*s", PAL_ARG(pal_releases_head(ledger)));
    cr_expect(pal_releases_holds(ledger, head));
    cr_expect(!pal_releases_holds(ledger, PAL_STR("")));
    pal_releases_before(ledger, PAL_STR("2025"));
    cr_expect(pal_releases_count(ledger) == 1 && !pal_releases_holds(ledger, head));
    /* What was set aside is made again, the same or not at all. */
    cr_assert(pal_releases_add(ledger, PAL_STR("2025"), one_cell(arena, 4), NULL) == PAL_OK);
    cr_expect(pal_releases_holds(ledger, head));
    cr_expect(pal_releases_write(ledger, path, 1, NULL) == PAL_OK);
    cr_assert(pal_releases_read(path, arena, &ledger, NULL) == PAL_OK);
    pal_releases_before(ledger, PAL_STR("2025"));
    cr_assert(pal_releases_add(ledger, PAL_STR("2025"), one_cell(arena, 5), NULL) == PAL_OK);
    cr_expect(pal_releases_write(ledger, path, 1, NULL) == PAL_DATA);

    /* Any byte of it that changes is found. */
    pal_str text;
    cr_assert(pal_file_read(path, 1 << 20, arena, &text, NULL) == PAL_OK);
    for (size_t i = 0; i < text.len; i++) {
        char *changed = pal_arena_alloc(arena, text.len + 1, 1);
        struct pal_error err = {0};
        memcpy(changed, text.ptr, text.len);
        changed[i] = changed[i] == '7' ? '8' : '7';
        const char *bad = scratch_file("changed", changed, text.len);
        cr_expect(pal_releases_read(bad, arena, &ledger, &err) == PAL_DATA, "byte %zu", i);
    }
    /* And so is a ledger that was cut short, but at the end of a block. */
    const char *second = strstr(text.ptr + 1, "release\t");
    for (size_t n = 1; n < text.len; n++) {
        const char *cut = scratch_file("cut", text.ptr, n);
        struct pal_error err = {0};
        const enum pal_status status = pal_releases_read(cut, arena, &ledger, &err);
        const size_t block = (size_t)(second - text.ptr);
        cr_expect((status == PAL_OK) == (n == block || n + 1 == block || n + 1 == text.len), "%zu",
                  n);
    }
    pal_arena_free(arena);
}

Test(protect_releases, what_was_printed_cannot_be_hidden_any_more)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_releases *ledger;
    static const struct pal_primary_rule five = {PAL_RULE_THRESHOLD, 5, 0};
    const char *path = scratch_path("printed");
    size_t told = 0, at;
    cr_assert(pal_releases_read(path, arena, &ledger, NULL) == PAL_OK);
    cr_assert(pal_releases_append(path, ledger, PAL_STR("1"), one_cell(arena, 3), NULL) == PAL_OK);
    cr_assert(pal_releases_read(path, arena, &ledger, NULL) == PAL_OK);
    struct pal_system *s = pal_system_new(arena);
    cr_assert(pal_system_cell(s, PAL_STR("XAA|F"), 3, &at, NULL) == PAL_OK);
    cr_assert(pal_releases_join(ledger, s, NULL) == PAL_OK);
    cr_assert(pal_system_seal(s, NULL) == PAL_OK);
    cr_assert(pal_primary_apply(s, &five, 1, NULL, NULL) == PAL_OK);
    cr_assert(pal_releases_settle(ledger, s, &told, NULL) == PAL_OK);
    cr_expect(told == 1 && s->cells == 1 && s->cell[0].mark == PAL_CELL_OPEN && s->cell[0].fixed);
    pal_arena_free(arena);
}
