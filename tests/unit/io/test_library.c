/* test_library.c: libraries that are opened late. */
#include <criterion/criterion.h>
#include <palermo/io.h>
#include <string.h>

Test(io_library, a_function_is_found_and_works)
{
    double (*root)(double) = NULL;
    const struct pal_library_entry entry[] = {{"sqrt", &root}};
    struct pal_error err;
    cr_assert_eq(pal_library_open("libm.so.6", entry, 1, &err), PAL_OK);
    cr_assert_not_null(root);
    cr_expect_eq(root(9), 3);
}

Test(io_library, what_is_missing_is_named)
{
    double (*root)(double) = NULL;
    const struct pal_library_entry entry[] = {{"no_such_root", &root}};
    struct pal_error err;
    cr_assert_eq(pal_library_open("libnosuch.so.1", entry, 1, &err), PAL_IO);
    cr_expect_not_null(strstr(err.text, "libnosuch.so.1"));
    cr_assert_eq(pal_library_open("libm.so.6", entry, 1, &err), PAL_IO);
    cr_expect_not_null(strstr(err.text, "no_such_root"));
    cr_expect_null(root);
}
