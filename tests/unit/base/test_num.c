/* Numbers as people write them, and as they must never be read. */
#include "palermo/base.h"

#include <criterion/criterion.h>
#include <math.h>

static double read_as(const char *text, char decimal, char thousands)
{
    double value;
    return pal_num_parse_as(pal_str_of(text), decimal, thousands, &value) ? value : (double)NAN;
}

Test(base_num, reads_the_forms_that_publishers_use)
{
    cr_assert_eq(read_as("1,282", '.', ','), 1282);
    cr_assert_eq(read_as("1.234.567,5", ',', '.'), 1234567.5);
    cr_assert_eq(read_as("3,5", ',', 0), 3.5);
    cr_assert_eq(read_as("12 345", '.', ' '), 12345);
    cr_assert_eq(read_as("12\xC2\xA0"
                         "345",
                         '.', ' '),
                 12345, "no-break space");
    cr_assert_eq(read_as("0.0005420000000000001", '.', 0), 0.0005420000000000001);
    cr_assert_eq(read_as("-17", '.', 0), -17);
}

Test(base_num, refuses_what_only_looks_like_a_number)
{
    const char *const bad[] = {"",    " ",   "-",     ".",   "1e",  "1e+", "0x10",
                               "nan", "inf", "1,282", "12a", "--1", "1 2"};
    for (size_t i = 0; i < PAL_COUNT(bad); i++)
        cr_expect(isnan(read_as(bad[i], '.', 0)), "'%s' was read as a number", bad[i]);
    cr_expect(isnan(read_as("1,28", '.', ',')), "a group of two digits");
    cr_expect(isnan(read_as("1,2345", '.', ',')), "a group of four digits");
    cr_expect(isnan(read_as(",123", '.', ',')), "a separator before any digit");
    cr_expect(isnan(read_as("1.5", ',', 0)), "a point where the decimal sign is a comma");
}

Test(base_num, rounds_to_nearest_as_the_exact_decimal_demands)
{
    char text[PAL_NUM_SIZE];
    double value;
    /* Known hard cases of decimal conversion: halfway and just beside it (Paxson 1991). */
    cr_assert(pal_num_parse(PAL_STR("9007199254740993"), &value));
    cr_assert_eq(value, 9007199254740992.0, "a tie goes to even");
    cr_assert(pal_num_parse(PAL_STR("9007199254740993.00000000000000000001"), &value));
    cr_assert_eq(value, 9007199254740994.0, "just above the tie goes up");
    cr_assert(pal_num_parse(PAL_STR("2.2250738585072011e-308"), &value));
    cr_assert_eq(value, 0x0.fffffffffffffp-1022);
    pal_num_write_fixed(0.125, 2, text, sizeof text);
    cr_assert_str_eq(text, "0.12", "half to even");
    pal_num_write_fixed(-0.001, 2, text, sizeof text);
    cr_assert_str_eq(text, "0.00", "no minus zero");
}

Test(base_num, writes_the_shortest_text)
{
    static const struct {
        double value;
        const char *text;
    } known[] = {{0.1, "0.1"},        {1.0 / 3, "0.3333333333333333"},
                 {123456, "123456"},  {1e300, "1e+300"},
                 {-0.25, "-0.25"},    {NAN, "NaN"},
                 {-INFINITY, "-Inf"}, {-0.0, "0"},
                 {6.7844, "6.7844"}};
    char text[PAL_NUM_SIZE];
    for (size_t i = 0; i < PAL_COUNT(known); i++) {
        pal_num_write(known[i].value, text);
        cr_expect_str_eq(text, known[i].text);
    }
}

Test(base_num, whole_numbers_of_every_length)
{
    uint64_t power = 1;
    for (int digits = 1; digits <= 20; digits++) {
        const uint64_t each[] = {power - 1, power, power + 1, power / 7 * 9};
        for (size_t i = 0; i < PAL_COUNT(each); i++) {
            char text[PAL_WHOLE_SIZE + 1] = {0}, expected[PAL_WHOLE_SIZE + 1];
            text[PAL_WHOLE_SIZE] = '#';
            const char *end = pal_put_whole(text, each[i]);
            snprintf(expected, sizeof expected, "%llu", (unsigned long long)each[i]);
            cr_expect_eq(memcmp(text, expected, strlen(expected)), 0, "%s", expected);
            cr_expect_eq((size_t)(end - text), strlen(expected), "%s", expected);
            cr_expect_eq(text[PAL_WHOLE_SIZE], '#', "%s", expected);
        }
        power *= digits < 20 ? 10 : 1;
    }
}
