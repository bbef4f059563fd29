/* ZIP archives: the same bytes each time, readable by others. */
#include "palermo/io.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct pal_zip_member members[] = {
    {"[Content_Types].xml", PAL_STR_INIT("<Types/>")},
    {"word/document.xml", PAL_STR_INIT("<w:document>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</w:document>")},
    {"empty", PAL_STR_INIT("")},
};

Test(io_zip_out, the_same_bytes_each_time)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_error err;
    pal_str first, second;
    const char *path = scratch_path("a.docx"), *again = scratch_path("b.docx");
    cr_assert_eq(pal_zip_write(path, members, PAL_COUNT(members), &err), PAL_OK, "%s", err.text);
    cr_assert_eq(system("sleep 2.1"), 0); /* a ZIP's clock ticks every two seconds */
    cr_assert_eq(pal_zip_write(again, members, PAL_COUNT(members), &err), PAL_OK);
    cr_assert_eq(pal_zip_write(again, members, PAL_COUNT(members), &err), PAL_OK, "replaced");
    cr_assert_eq(pal_file_read(path, 1 << 20, arena, &first, &err), PAL_OK);
    cr_assert_eq(pal_file_read(again, 1 << 20, arena, &second, &err), PAL_OK);
    cr_expect(pal_str_eq(first, second));
    cr_expect_gt(first.len, 100);
    pal_arena_free(arena);
}

Test(io_zip_out, python_reads_it)
{
    struct pal_error err;
    char command[1024];
    const char *path = scratch_path("a.docx");
    if (system("python3 -c 'import zipfile' 2>/dev/null") != 0)
        cr_skip_test("python3 is not installed");
    cr_assert_eq(pal_zip_write(path, members, PAL_COUNT(members), &err), PAL_OK);
    snprintf(command, sizeof command,
             "python3 -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
             "assert z.testzip() is None; "
             "assert z.namelist() == [\"[Content_Types].xml\", \"word/document.xml\", \"empty\"]; "
             "assert all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in z.infolist()); "
             "assert z.read(\"word/document.xml\").endswith(b\"</w:document>\")' '%s'",
             path);
    cr_expect_eq(system(command), 0);
}

Test(io_zip_out, failures_are_told)
{
    struct pal_error err;
    cr_expect_eq(pal_zip_write(scratch_path("none/a.docx"), members, 1, &err), PAL_IO);
    cr_expect(strstr(err.text, "none/a.docx': No such file or directory"), "%s", err.text);
}
