/* numbers.c: numbers as each language writes them. */
#include "inside.h"

#include <math.h>
#include <string.h>

static const struct report_number_form forms[PAL_LANGUAGES] = {
    [PAL_AR] = {",", "."},      [PAL_ZH] = {",", "."},      [PAL_EN] = {",", "."},
    [PAL_FR] = {"\u202f", ","}, [PAL_RU] = {"\u00a0", ","}, [PAL_ES] = {".", ","},
};

const struct report_number_form *report_number_form(enum pal_language language)
{
    return &forms[language];
}

pal_str pal_number_text(enum pal_language language, double value, int decimals,
                        struct pal_arena *arena)
{
    if (isnan(value))
        return PAL_STR("..");
    char plain[400]; /* the largest double has 309 digits before the point */
    const size_t len = pal_num_write_fixed(fabs(value), decimals, plain, sizeof plain);
    if (!len)
        return PAL_STR("..");
    size_t whole = 0, nil = 0;
    while (whole < len && plain[whole] != '.')
        whole++;
    while (nil < len && (plain[nil] == '0' || plain[nil] == '.'))
        nil++;
    struct pal_buf out;
    pal_buf_init(&out, arena, 4096);
    if (value < 0 && nil < len) /* what rounds to zero has no sign */
        pal_buf_adds(&out, "\u2212");
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0)
            pal_buf_adds(&out, forms[language].thousands);
        pal_buf_addc(&out, plain[i]);
    }
    if (whole < len) {
        pal_buf_adds(&out, forms[language].decimal);
        pal_buf_add(&out, (pal_str){plain + whole + 1, len - whole - 1});
    }
    return pal_buf_str(&out);
}

int pal_number_decimals(double value, bool is_count)
{
    if (is_count)
        return 0;
    int decimals = 1;
    double small = 0.1;
    while (decimals < 4 && fabs(value) < small && value != 0) {
        decimals++;
        small /= 10;
    }
    return decimals;
}
