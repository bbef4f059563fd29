/* Student's t, against printed tables and the library's other method. */
#include "palermo/estimate.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

/* Fisher & Yates 1963, table III: two-sided 5 and 1 per cent points. */
Test(estimate_student, quantiles_of_the_tables)
{
    static const struct {
        double df, five, one;
    } printed[] = {{1, 12.706, 63.657}, {2, 4.303, 9.925},  {3, 3.182, 5.841},
                   {10, 2.228, 3.169},  {30, 2.042, 2.750}, {120, 1.980, 2.617}};
    for (size_t i = 0; i < PAL_COUNT(printed); i++) {
        cr_expect_float_eq(pal_student_quantile(0.95, printed[i].df), printed[i].five, 0.0005);
        cr_expect_float_eq(pal_student_quantile(0.99, printed[i].df), printed[i].one, 0.0005);
    }
}

/* df 1 is Cauchy's law, df 2 has a closed form, infinite df is the normal. */
Test(estimate_student, closed_forms)
{
    static const double levels[] = {0.5, 0.9, 0.95, 0.99, 0.999999};
    for (size_t i = 0; i < PAL_COUNT(levels); i++) {
        const double level = levels[i], t = level / sqrt((1 - level * level) / 2);
        const double cauchy = tan(3.14159265358979323846 / 2 * level);
        cr_expect_float_eq(pal_student_quantile(level, 1), cauchy, 1e-12 * cauchy / (1 - level));
        cr_expect_float_eq(pal_student_quantile(level, 2), t, 1e-12 * t / (1 - level));
        cr_expect_float_eq(pal_student_two_sided(t, 2), 1 - level, 1e-12);
    }
    cr_expect_float_eq(pal_student_quantile(0.95, (double)INFINITY), 1.959963984540054, 1e-15);
    cr_expect_float_eq(pal_student_quantile(0.95, 1e12), 1.959963984540054, 1e-9);
    cr_expect_float_eq(pal_student_two_sided(1.959963984540054, (double)INFINITY), 0.05, 1e-15);
}

/* The library is good to about 1e-8 in the far tail. */
Test(estimate_student, tails_agree_with_the_library)
{
    for (double df = 0.5; df < 3e8; df *= 1.7) {
        for (double t = 0.01; t < 8; t *= 1.9) {
            const double p = pal_student_two_sided(t, df), q = 2 * gsl_cdf_tdist_Q(t, df);
            cr_expect_float_eq(p, q, 3e-8 * q, "t %g, df %g: %.17g, library %.17g", t, df, p, q);
            if (p > 1e-12 && p < 0.99)
                cr_expect_float_eq(pal_student_quantile(1 - p, df), t, 1e-10 * t / p);
        }
    }
    cr_expect_eq(pal_student_two_sided(-2, 7), pal_student_two_sided(2, 7));
    cr_expect_eq(pal_student_two_sided(0, 7), 1);
    cr_expect_eq(pal_student_two_sided((double)INFINITY, 7), 0);
}

/* R 4.2: qt(.975, df) and 2 * pt(-1.96, df), on both sides of where the expansion begins. */
Test(estimate_student, large_degrees_of_freedom)
{
    static const struct {
        double df, quantile, tail;
    } r[] = {{1e3, 1.9623390808264076, 0.050273184955748722},
             {1e5, 1.9599877075346088, 0.049998563194301682},
             {1e6, 1.9599663568141066, 0.049996067585269796},
             {1e7, 1.9599642217672049, 0.049995818025314213},
             {1e9, 1.9599639869123249, 0.049995790573729715},
             {1e14, 1.9599639845400774, 0.049995790296443667}};
    for (size_t i = 0; i < PAL_COUNT(r); i++) {
        cr_expect_float_eq(pal_student_quantile(0.95, r[i].df), r[i].quantile, 3e-11);
        cr_expect_float_eq(pal_student_two_sided(1.96, r[i].df), r[i].tail, 3e-12);
    }
}

Test(estimate_student, no_degrees_of_freedom_give_no_limits)
{
    double low, high;
    cr_expect(isnan(pal_student_quantile(0.95, 0)) && isnan(pal_student_quantile(0.95, -1)));
    cr_expect(isnan(pal_student_quantile(0.95, (double)NAN)));
    cr_expect(isnan(pal_student_two_sided(1, 0)));
    pal_interval_student(3, 1, 0, 0.95, &low, &high);
    cr_expect(isnan(low) && isnan(high));
}

Test(estimate_student, limits)
{
    double low, high;
    pal_interval_student(10, 2, 5, 0.9, &low, &high); /* t 2.015048 */
    cr_expect_float_eq(low, 10 - 2 * 2.015048, 1e-5);
    cr_expect_float_eq(high, 10 + 2 * 2.015048, 1e-5);
    pal_interval_log_student(10, 2, 5, 0.9, &low, &high);
    cr_expect_float_eq(low * high, 100, 1e-12, "the ends are a factor away");
    cr_expect_float_eq(log(high / 10), 2.015048 * 0.2, 1e-6);
    pal_interval_log_student(0, 2, 5, 0.9, &low, &high);
    cr_expect(isnan(low) && isnan(high));
}
