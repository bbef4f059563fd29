/* Rubin's rules, against R's mitools and by their limits. */
#include "palermo/estimate.h"
#include "shared.h"
#include "sheet.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Five answers with this mean and this variance between them. */
static void spread(double value, double between, double *out)
{
    static const double step[] = {-2, -1, 0, 1, 2}; /* sum of squares 10, divisor 4 */
    for (size_t i = 0; i < 5; i++)
        out[i] = value + step[i] * sqrt(between / 2.5);
}

static double part(pal_str note, const char *name)
{
    const char *at = strstr(note.ptr, name);
    cr_assert(at, "'%s' has no %s", note.ptr, name);
    pal_str rest = pal_str_of(at + strlen(name)), piece;
    double value = (double)NAN;
    cr_assert(pal_str_split(&rest, ';', &piece) && pal_num_parse(piece, &value));
    return value;
}

static double number(const struct sheet *sheet, size_t row, const char *column)
{
    double value = (double)NAN;
    if (pal_str_eq(sheet_text(sheet, row, column), PAL_STR("Inf")))
        return (double)INFINITY;
    pal_num_parse(sheet_text(sheet, row, column), &value);
    return value;
}

static void near(double got, double want, const char *what, size_t row)
{
    if (isfinite(want))
        cr_expect_float_eq(got, want, 1e-7 * fabs(want), "%s of row %zu: %.17g, not %.17g", what,
                           row, got, want);
    else
        cr_expect(isnan(want) ? isnan(got) : isinf(got), "%s of row %zu: %g", what, row, got);
}

/* Each row of the section says the variance within and between; the row behind it the fraction of
 * missing information. The design of the complete data has 11 degrees of freedom. */
Test(estimate_imputed, agrees_with_mitools)
{
    const char *path = NEED_SHARED("reference/survey/expected.csv");
    struct sheet sheet;
    size_t seen = 0;
    sheet_open(&sheet, path);
    for (size_t r = 0; r < sheet.rows; r++) {
        if (!pal_str_eq(sheet_text(&sheet, r, "section"), PAL_STR("mi")) ||
            pal_str_eq(sheet_text(&sheet, r, "statistic"), PAL_STR("missing_information")))
            continue;
        const pal_str note = sheet_text(&sheet, r, "note");
        const bool mitools =
            !pal_str_eq(sheet_text(&sheet, r, "ci_method"), PAL_STR("mi-t (Rubin 1987)"));
        const double within = part(note, "within="), between = part(note, "between=");
        double value[5], variance[5] = {within, within, within, within, within};
        struct pal_imputed out;
        struct pal_error err = {0};
        spread(number(&sheet, r, "estimate"), between, value);
        cr_assert_eq(pal_imputed_combine(5, value, variance, 11,
                                         mitools ? PAL_IMPUTED_MITOOLS : PAL_IMPUTED_RUBIN, &out,
                                         &err),
                     PAL_OK);
        near(out.value, number(&sheet, r, "estimate"), "estimate", r);
        near(sqrt(out.variance), number(&sheet, r, "se"), "se", r);
        near(out.df, number(&sheet, r, "df"), "df", r);
        near(out.missing, number(&sheet, r + 1, "estimate"), "missing information", r);
        seen++;
    }
    cr_expect_eq(seen, 30);
    sheet_close(&sheet);
}

/* Barnard & Rubin 1999: never more than Rubin's, never more than the complete data allow; with
 * complete data without limit, Rubin's. */
Test(estimate_imputed, barnard_and_rubin_lie_below)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct pal_random random;
        struct pal_imputed rubin, small, mitools, large;
        struct pal_error err = {0};
        double value[6], variance[6];
        pal_random_start(&random, seed, "imputed", 0);
        for (size_t i = 0; i < 6; i++) {
            value[i] = 3 + pal_random_normal(&random);
            variance[i] = 0.1 + pal_random_unit(&random);
        }
        cr_assert_eq(pal_imputed_combine(6, value, variance, 20, PAL_IMPUTED_RUBIN, &rubin, &err),
                     PAL_OK);
        cr_assert_eq(
            pal_imputed_combine(6, value, variance, 20, PAL_IMPUTED_BARNARD_RUBIN, &small, &err),
            PAL_OK);
        cr_assert_eq(
            pal_imputed_combine(6, value, variance, 20, PAL_IMPUTED_MITOOLS, &mitools, &err),
            PAL_OK);
        cr_assert_eq(pal_imputed_combine(6, value, variance, (double)INFINITY,
                                         PAL_IMPUTED_BARNARD_RUBIN, &large, &err),
                     PAL_OK);
        cr_assert(small.df < rubin.df && small.df < 20 && small.df <= mitools.df);
        cr_assert_float_eq(large.df, rubin.df, 1e-9 * rubin.df);
        cr_assert_eq(small.variance, rubin.variance);
    }
}

Test(estimate_imputed, edges)
{
    struct pal_imputed out;
    struct pal_error err = {0};
    const double same[] = {2, 2, 2}, one[] = {1, 1, 1}, gap[] = {2, (double)NAN, 2};
    cr_expect_eq(pal_imputed_combine(1, same, one, 9, PAL_IMPUTED_RUBIN, &out, &err), PAL_DOMAIN);
    cr_assert_eq(pal_imputed_combine(3, same, one, 9, PAL_IMPUTED_RUBIN, &out, &err), PAL_OK);
    cr_expect(isinf(out.df) && out.variance == 1 && out.missing == 0);
    cr_assert_eq(pal_imputed_combine(3, same, one, 9, PAL_IMPUTED_BARNARD_RUBIN, &out, &err),
                 PAL_OK);
    cr_expect_float_eq(out.df, 10. / 12 * 9, 1e-12);
    cr_assert_eq(pal_imputed_combine(3, gap, one, 9, PAL_IMPUTED_RUBIN, &out, &err), PAL_OK);
    cr_expect(isnan(out.value) && isnan(out.variance));
}
