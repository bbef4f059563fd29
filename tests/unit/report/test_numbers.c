/* Number forms are a table in the house; ICU's CLDR data say whether it is right. */
#include "palermo/report.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

static const char *const locales[PAL_LANGUAGES] = {
    [PAL_AR] = "ar@numbers=latn",
    [PAL_ZH] = "zh",
    [PAL_EN] = "en",
    [PAL_FR] = "fr",
    [PAL_RU] = "ru",
    [PAL_ES] = "es",
};

/* ICU's form with grouping always on and the minus as U+2212 (ICU: hyphen, in Arabic after a mark).
 */
static void icu_form(UNumberFormat *format, double value, int decimals, char *out, size_t size)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar wide[128];
    unum_setAttribute(format, UNUM_MIN_FRACTION_DIGITS, decimals);
    unum_setAttribute(format, UNUM_MAX_FRACTION_DIGITS, decimals);
    unum_setAttribute(format, UNUM_GROUPING_USED, 1);
    unum_setAttribute(format, UNUM_MINIMUM_GROUPING_DIGITS, 1);
    unum_setAttribute(format, UNUM_ROUNDING_MODE, UNUM_ROUND_HALFEVEN);
    unum_formatDouble(format, fabs(value), wide, 128, NULL, &code);
    char plain[200];
    u_strToUTF8(plain, sizeof plain, NULL, wide, -1, &code);
    cr_assert(U_SUCCESS(code));
    snprintf(out, size, "%s%s", value < 0 ? "\u2212" : "", plain);
}

/* No ties of decimal digits: the house rounds the exact value of a double, ICU its shortest text.
 */
Test(report_numbers, agree_with_icu_in_six_languages)
{
    static const double values[] = {
        0,      1,     12,        999,         1000, 1234.5, -17.25,  0.125,
        0.375,  0.06,  99999.997, 1234567.891, 1e6,  -1e9,   2.0 / 3, 123456789012345.0,
        0.0004, 5.7e-3};
    struct pal_arena *arena = pal_arena_new();
    for (int l = 0; l < PAL_LANGUAGES; l++) {
        UErrorCode code = U_ZERO_ERROR;
        UNumberFormat *format = unum_open(UNUM_DECIMAL, NULL, 0, locales[l], NULL, &code);
        cr_assert(U_SUCCESS(code));
        for (size_t i = 0; i < PAL_COUNT(values); i++) {
            for (int d = 0; d <= 4; d++) {
                char icu[256];
                icu_form(format, values[i], d, icu, sizeof icu);
                const pal_str own = pal_number_text((enum pal_language)l, values[i], d, arena);
                cr_expect(pal_str_eq(own, pal_str_of(icu)), "%s: '%.*s', ICU '%s'", locales[l],
                          PAL_ARG(own), icu);
            }
        }
        unum_close(format);
    }
    pal_arena_free(arena);
}

Test(report_numbers, what_rounds_to_nil_has_no_sign_and_no_number_is_two_dots)
{
    struct pal_arena *arena = pal_arena_new();
    cr_expect(pal_str_eq(pal_number_text(PAL_EN, -0.04, 1, arena), PAL_STR("0.0")));
    cr_expect(pal_str_eq(pal_number_text(PAL_EN, (double)NAN, 1, arena), PAL_STR("..")));
    pal_arena_free(arena);
}

Test(report_numbers, single_values_show_a_significant_digit)
{
    cr_expect_eq(pal_number_decimals(1234, true), 0);
    cr_expect_eq(pal_number_decimals(12.3, false), 1);
    cr_expect_eq(pal_number_decimals(0.07, false), 2);
    cr_expect_eq(pal_number_decimals(0.0000001, false), 4);
    cr_expect_eq(pal_number_decimals(0, false), 1);
}
