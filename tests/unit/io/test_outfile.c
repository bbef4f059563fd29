/* Files that appear whole or not at all. */
#include "palermo/io.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct pal_arena *arena;
static struct pal_error err;
static void begin(void) { arena = pal_arena_new(); }
static void finish(void) { pal_arena_free(arena); }
TestSuite(io_outfile, .init = begin, .fini = finish);

static bool holds(const char *path, const char *text)
{
    pal_str out = {"", 0};
    return pal_file_read(path, 1 << 20, arena, &out, &err) == PAL_OK &&
           pal_str_eq(out, pal_str_of(text));
}

static size_t entries(void)
{
    const pal_str *name;
    size_t n = 0;
    cr_assert_eq(pal_dir_list(scratch_folder(), arena, &name, &n, &err), PAL_OK);
    return n;
}

Test(io_outfile, written_and_replaced)
{
    const char *path = scratch_path("out.csv");
    cr_assert_eq(pal_file_write(path, PAL_STR("one\n"), &err), PAL_OK, "%s", err.text);
    cr_expect(holds(path, "one\n"));
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(pal_file_write(path, PAL_STR("two\n"), &err), PAL_OK);
    cr_expect(holds(path, "two\n"));
    struct stat info;
    cr_assert_eq(stat(path, &info), 0);
    cr_expect_eq(info.st_mode & 0777, 0640, "it keeps the rights of the older one");
    cr_expect_eq(entries(), 1, "nothing is left beside it");
    cr_assert_eq(pal_file_write(path, PAL_STR(""), &err), PAL_OK);
    cr_expect(holds(path, ""));
}

Test(io_outfile, a_link_stays_a_link)
{
    const char *file = scratch_text("real", "old"), *link = scratch_path("link");
    cr_assert_eq(symlink(file, link), 0);
    cr_assert_eq(pal_file_write(link, PAL_STR("new"), &err), PAL_OK, "%s", err.text);
    struct stat info;
    cr_assert_eq(lstat(link, &info), 0);
    cr_expect(S_ISLNK(info.st_mode));
    cr_expect(holds(file, "new"));
}

Test(io_outfile, a_device_is_written_to_and_not_replaced)
{
    struct stat info;
    cr_assert_eq(pal_file_write("/dev/null", PAL_STR("x"), &err), PAL_OK, "%s", err.text);
    cr_assert_eq(stat("/dev/null", &info), 0);
    cr_expect(S_ISCHR(info.st_mode));
}

Test(io_outfile, failures_say_what_and_leave_nothing)
{
    cr_expect_eq(pal_file_write(scratch_path("none/out"), PAL_STR("x"), &err), PAL_IO);
    cr_expect(strstr(err.text, "none/out': No such file or directory"), "%s", err.text);
    cr_expect_eq(pal_file_write(scratch_folder(), PAL_STR("x"), &err), PAL_IO);
    cr_expect(strstr(err.text, "it is a folder"), "%s", err.text);
    cr_expect_eq(entries(), 0);
    struct stat info;
    if (stat("/dev/full", &info) == 0) {
        cr_expect_eq(pal_file_write("/dev/full", PAL_STR("x"), &err), PAL_IO);
        cr_expect(strstr(err.text, "No space left"), "%s", err.text);
    }
}

Test(io_outfile, standard_output_that_nobody_reads)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    const int kept = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    const enum pal_status status = pal_file_write("-", PAL_STR("x"), &err);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(ends[1]);
    cr_expect_eq(status, PAL_IO);
    cr_expect_str_eq(err.text, "cannot write 'standard output': Broken pipe");
}
