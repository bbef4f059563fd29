/* Small files, folders and paths. */
#include "palermo/io.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

static struct pal_arena *arena;
static struct pal_error err;
static void begin(void) { arena = pal_arena_new(); }
static void finish(void) { pal_arena_free(arena); }
TestSuite(io_files, .init = begin, .fini = finish);

Test(io_files, whole_files)
{
    pal_str text;
    cr_assert_eq(pal_file_read(scratch_text("a", "\xEF\xBB\xBFtext"), 100, arena, &text, &err),
                 PAL_OK);
    cr_expect(pal_str_eq(text, PAL_STR("text")));
    cr_expect_eq(text.ptr[4], '\0');
    cr_assert_eq(pal_file_read(scratch_text("b", ""), 100, arena, &text, &err), PAL_OK);
    cr_expect(text.ptr && text.len == 0);
    cr_expect_eq(pal_file_read(scratch_text("c", "12345"), 4, arena, &text, &err), PAL_NOMEM);
    cr_expect_eq(pal_file_read(scratch_path("d"), 4, arena, &text, &err), PAL_IO);
    size_t size = 5;
    const void *packed = scratch_gzip("12345", &size);
    cr_assert_eq(pal_file_read(scratch_file("e", packed, size), 100, arena, &text, &err), PAL_OK);
    cr_expect(pal_str_eq(text, PAL_STR("12345")));
}

Test(io_files, folders_are_listed_by_bytes)
{
    const pal_str *name;
    size_t n;
    scratch_text("b", "");
    scratch_text("a", "");
    scratch_text("B", "");
    scratch_text(".hidden", "");
    cr_assert_eq(mkdir(scratch_path("folder"), 0777), 0);
    cr_assert_eq(pal_dir_list(scratch_folder(), arena, &name, &n, &err), PAL_OK);
    cr_assert_eq(n, 4);
    cr_expect(pal_str_eq(name[0], PAL_STR("B")) && pal_str_eq(name[3], PAL_STR("folder")));
    cr_expect(pal_file_exists(scratch_path("a")));
    cr_expect_not(pal_file_exists(scratch_path("folder")));
    cr_expect(pal_dir_exists(scratch_path("folder")));
    cr_expect_not(pal_dir_exists(scratch_path("a")));
    cr_expect_eq(pal_dir_list(scratch_path("none"), arena, &name, &n, &err), PAL_IO);
}

Test(io_files, paths)
{
    cr_expect_str_eq(pal_path_join(arena, "a", PAL_STR("b")), "a/b");
    cr_expect_str_eq(pal_path_join(arena, "a/", PAL_STR("b")), "a/b");
    cr_expect_str_eq(pal_path_join(arena, "", PAL_STR("b")), "b");
    cr_expect_str_eq(pal_path_join(arena, NULL, PAL_STR("b")), "b");
    cr_expect_str_eq(pal_path_join(arena, "a", PAL_STR("/b")), "/b");
    cr_expect_str_eq(pal_path_dir(arena, "a/b/c"), "a/b");
    cr_expect_str_eq(pal_path_dir(arena, "/a"), "/");
    cr_expect_str_eq(pal_path_dir(arena, "a"), ".");
    cr_expect(pal_path_is_inside(PAL_STR("tables/en/one.csv")));
    cr_expect(pal_path_is_inside(PAL_STR("..x")));
    static const char *const outside[] = {"",     "/a",    "..",   "a/..",
                                          "../a", "a/./b", "a//b", "a\\..\\b"};
    for (size_t i = 0; i < PAL_COUNT(outside); i++)
        cr_expect_not(pal_path_is_inside(pal_str_of(outside[i])), "%s", outside[i]);
    cr_expect_not(pal_path_is_inside((pal_str){"a\0b", 3}));
}
