#include "palermo/base.h"

#include <criterion/criterion.h>

Test(base_deadline, none_is_never_over)
{
    struct pal_error err = {0};
    const struct pal_deadline none = {0};
    cr_expect_not(pal_deadline_over(none));
    cr_expect_not(pal_deadline_over(pal_deadline_in(0)));
    cr_expect_not(pal_deadline_over(pal_deadline_in(-1)));
    cr_expect(isinf(pal_deadline_left(none)) && pal_deadline_left(none) > 0);
    cr_expect_eq(pal_in_time(none, &err, "after %d", 1), PAL_OK);
}

Test(base_deadline, it_comes)
{
    struct pal_error err = {0};
    const struct pal_deadline far = pal_deadline_in(3600), soon = pal_deadline_in(1e-9);
    while (!pal_deadline_over(soon))
        ;
    cr_expect(pal_deadline_left(soon) <= 0);
    cr_expect(pal_deadline_left(far) > 3000 && pal_deadline_left(far) <= 3600);
    cr_expect_eq(pal_in_time(far, &err, "never"), PAL_OK);
    cr_expect_eq(pal_in_time(soon, &err, "after %d of %d steps", 3, 7), PAL_LATE);
    cr_expect_str_eq(err.text, "the time is over (--timeout) after 3 of 7 steps; ask for less, or "
                               "give more time");
    cr_expect_eq(pal_in_time(soon, NULL, "without anybody to tell"), PAL_LATE);
}
