#include "../../support/made.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Every expected number here is worked out by hand from the rows above it. */

static const char victims[] = "name: victims\n"
                              "path: victims.csv\n"
                              "shape: long\n"
                              "roles: {area: area, period: year, value: value, sex: sex}\n"
                              "crosswalk: {sex: {Total: _T, Male: M, Female: F}}\n"
                              "areas: {XZL: {kind: lump}, XZG: {kind: aggregate}}\n"
                              "absent: {\"<5\": {below-threshold: 5}, \"..\": not-collected}\n"
                              "measures: {victims: {where: {}, counting_unit: person}}\n"
                              "counting_unit: person\n"
                              "scope: not-separable\n"
                              "duplicates: error\n"
                              "synthetic: true\n";

static const char people[] = "name: population\n"
                             "path: population.csv\n"
                             "shape: long\n"
                             "roles: {area: area, period: year, value: people}\n"
                             "measures: {population: {where: {}, counting_unit: person}}\n"
                             "counting_unit: person\n"
                             "scope: any\n"
                             "synthetic: true\n";

#define HEAD                                                                                       \
    "version: 1\nmeasures: phenomenon\nbasis: detected\nscope: any\ntitle: {en: Victims}\n"        \
    "counting_unit: person\n"
static const char count[] = "code: T-01N\n" HEAD "unit: persons\nestimator: count\n"
                            "numerator: {dataset: victims}\nby: [sex]\ntotals: true\n";
static const char rate[] = "code: T-01\n" HEAD "unit: persons per 1000\nestimator: rate\n"
                           "numerator: {dataset: victims}\ndenominator: {dataset: population}\n"
                           "per: 1000\nby: [sex]\ntotals: true\n";
static const char share[] = "code: T-02\n" HEAD "unit: per cent\nestimator: share\nper: 100\n"
                            "numerator: {dataset: victims}\nof: {sex: known}\nby: [sex]\n"
                            "variance: {method: goodman, level: 0.95}\n";

static void compute(struct made *made, const char *rows)
{
    made_open(made);
    made_file(made, "victims/dataset.yaml", victims);
    made_file(made, "victims/victims.csv", rows);
    made_file(made, "population/dataset.yaml", people);
    made_file(made, "population/population.csv",
              "area,year,people\nXAA,2020,1000\nXAB,2020,3000\nXAL,2020,500\nXAC,2020,6000\n");
    made_file(made, "indicators/family/T-01N.yaml", count);
    made_file(made, "indicators/family/T-01.yaml", rate);
    made_file(made, "indicators/family/T-02.yaml", share);
    cr_assert_eq(made_compute(made, 1), PAL_OK, "%s", made->error.text);
}

#define VALUE(key) (made_figure(&made, key) ? made_figure(&made, key)->estimate.value : (double)NAN)
#define FLAGS(key) (made_figure(&made, key) ? made_figure(&made, key)->flags : 0)

Test(indicator_compute, totals_are_the_sources_own)
{
    struct made made;
    compute(&made, "area,year,sex,value\nXAA,2020,Total,41\nXAA,2020,Male,10\nXAA,2020,Female,30\n"
                   "XAB,2020,Male,7\n");
    cr_expect_eq(VALUE("T-01N/XAA/2020"), 41, "not 10 + 30");
    cr_expect_eq(VALUE("T-01N/XAA/2020/SEX=F"), 30);
    cr_expect_null(made_figure(&made, "T-01N/XAB/2020"), "no total is made up for XAB");
    cr_expect_eq(VALUE("T-01/XAA/2020"), 41, "41 of 1000 per 1000");
    const struct pal_figure *female = made_figure(&made, "T-01/XAA/2020/SEX=F");
    cr_assert_not_null(female);
    cr_expect_eq(female->estimate.value, 30);
    cr_expect(female->flags & PAL_FLAG_DENOMINATOR_ALL, "the population has no sex");
    cr_expect_eq(female->scope, PAL_SCOPE_NOT_SEPARABLE);
    cr_expect(female->flags & PAL_FLAG_SYNTHETIC);
    cr_expect(pal_str_eq(female->provenance, PAL_STR("victims:4;population:2")));
    made_close(&made);
}

static void by_sex_age_and_form(struct made *made, const char *by)
{
    char definition[1024];
    snprintf(definition, sizeof definition,
             "code: T-03N\n" HEAD "unit: persons\nestimator: count\ntotals: true\n"
             "numerator: {dataset: forms}\nby: %s\n",
             by);
    made_open(made);
    made_file(made, "forms/dataset.yaml",
              "name: forms\npath: forms.csv\nshape: long\n"
              "roles: {area: area, period: year, value: value, sex: sex, age: age, form: form}\n"
              "crosswalk: {age: {Total: _T, child: Y0T17}, form: {Total: _T, labour: FL}}\n"
              "measures: {victims: {where: {}, counting_unit: person}}\n"
              "counting_unit: person\nscope: any\nsynthetic: true\n");
    made_file(made, "forms/forms.csv",
              "area,year,sex,age,form,value\nXAA,2020,Total,Total,Total,50\n"
              "XAA,2020,Female,Total,Total,30\nXAA,2020,Female,child,Total,12\n"
              "XAA,2020,Total,Total,labour,20\nXAA,2020,Female,Total,labour,9\n"
              "XAA,2020,Total,child,labour,4\nXAA,2020,Female,child,labour,3\n");
    made_file(made, "indicators/family/T-03N.yaml", definition);
    cr_assert_eq(made_compute(made, 1), PAL_OK, "%s", made->error.text);
}

Test(indicator_compute, dimensions_of_one_list_are_crossed_and_no_others)
{
    static const struct {
        const char *by;
        double crossed, apart;
    } cases[] = {
        {"[[sex, age], form]", 12, NAN},
        {"[sex, age, form]", 12, 9},
        {"[[sex, age, form]]", 12, 9},
        {"[[sex], [age], form]", NAN, NAN},
    };
    for (size_t i = 0; i < PAL_COUNT(cases); i++) {
        struct made made;
        by_sex_age_and_form(&made, cases[i].by);
        cr_expect_eq(VALUE("T-03N/XAA/2020"), 50);
        cr_expect_eq(VALUE("T-03N/XAA/2020/SEX=F"), 30);
        cr_expect_eq(VALUE("T-03N/XAA/2020/FORM=FL"), 20);
        const double crossed = VALUE("T-03N/XAA/2020/AGE=Y0T17/SEX=F");
        const double apart = VALUE("T-03N/XAA/2020/FORM=FL/SEX=F");
        cr_expect(isnan(cases[i].crossed) ? isnan(crossed) : crossed == cases[i].crossed);
        cr_expect(isnan(cases[i].apart) ? isnan(apart) : apart == cases[i].apart);
        made_close(&made);
    }
}

Test(indicator_compute, without_population_the_rate_is_absent_and_the_count_stands)
{
    struct made made;
    compute(&made, "area,year,sex,value\nXAD,2020,Total,9\n");
    cr_expect_eq(VALUE("T-01N/XAD/2020"), 9);
    const struct pal_figure *f = made_figure(&made, "T-01/XAD/2020");
    cr_assert_not_null(f);
    cr_expect_neq(f->estimate.absent, PAL_PRESENT);
    cr_expect(f->flags & PAL_FLAG_NO_DENOMINATOR);
    cr_expect(f->obs_status == 'O');
    cr_expect_eq(made_found(&made, "no-denominator", "XAD"), 1);
    made_close(&made);
}

Test(indicator_compute, censored_cells_give_bounds_and_no_value)
{
    struct made made;
    compute(&made, "area,year,sex,value\nXAA,2020,Total,<5\nXAB,2020,Total,20\nXAB,2020,Male,<5\n"
                   "XAB,2020,Female,16\n");
    const struct pal_figure *f = made_figure(&made, "T-01N/XAA/2020");
    cr_assert_not_null(f);
    cr_expect_eq(f->estimate.absent, PAL_BELOW_THRESHOLD);
    cr_expect_eq(f->estimate.bound_low, 0);
    cr_expect_eq(f->estimate.bound_high, 4);
    cr_expect(f->obs_status == 'Q' && f->conf_status == 'A');
    const struct pal_figure *r = made_figure(&made, "T-01/XAA/2020");
    cr_assert_not_null(r);
    cr_expect_float_eq(r->estimate.bound_high, 4, 1e-12, "4 of 1000 per 1000");
    const struct pal_figure *total = made_figure(&made, "T-01N/XYZ/2020");
    cr_assert_not_null(total);
    cr_expect_eq(total->estimate.bound_low, 20);
    cr_expect_eq(total->estimate.bound_high, 24);
    /* 16 of 16 to 20: exact bounds, for the rest alone is open. */
    const struct pal_figure *s = made_figure(&made, "T-02/XAB/2020/SEX=F");
    cr_assert_not_null(s);
    cr_expect_float_eq(s->estimate.bound_low, 80, 1e-12);
    cr_expect_float_eq(s->estimate.bound_high, 100, 1e-12);
    made_close(&made);
}

Test(indicator_compute, a_whole_is_summed_where_all_its_parts_report)
{
    struct made made;
    compute(&made, "area,year,sex,value\nXAL_N,2020,Total,8\nXAL_S,2020,Total,3\n"
                   "XAL_N,2021,Total,6\n");
    cr_expect_eq(VALUE("T-01N/XAL/2020"), 11);
    cr_expect(FLAGS("T-01N/XAL/2020") & PAL_FLAG_PARTS_SUM);
    cr_expect(pal_str_eq(pal_figure_nature(made_figure(&made, "T-01N/XAL/2020")), PAL_STR("CA")));
    cr_expect(FLAGS("T-01N/XAL_N/2020") & PAL_FLAG_PART);
    const struct pal_figure *half = made_figure(&made, "T-01N/XAL/2021");
    cr_assert_not_null(half, "its absence is told, not swallowed");
    cr_expect_neq(half->estimate.absent, PAL_PRESENT);
    cr_expect(half->flags & PAL_FLAG_INCOMPLETE);
    cr_expect(half->obs_status == 'O');
    cr_expect_eq(VALUE("T-01N/XYZ/2020"), 11, "the parts enter through their whole, once");
    cr_expect_eq(VALUE("T-01N/XYZ/2021"), 6, "the part alone enters where the whole is absent");
    cr_expect_eq(VALUE("T-01/XAL/2020"), 22, "11 of 500 per 1000");
    made_close(&made);
}

Test(indicator_compute, regions_add_up_who_reports_and_say_who_does)
{
    struct made made;
    compute(&made, "area,year,sex,value\nXAA,2020,Total,10\nXAB,2020,Total,20\nXZG,2020,Total,999\n"
                   "XZL,2020,Total,5\nXAD,2020,Total,7\n");
    const struct pal_figure *t = made_figure(&made, "T-01N/XYZ/2020");
    cr_assert_not_null(t);
    cr_expect_eq(t->estimate.value, 37, "XAA, XAB and XAD; no aggregate, no lump");
    cr_expect_eq(t->coverage_n, 3);
    cr_expect_eq(t->coverage_of, 12, "the twelve invented States");
    cr_expect(t->flags & PAL_FLAG_INCOMPLETE);
    cr_expect_float_eq(t->coverage_population, 4000.0 / 10500, 1e-12);
    cr_expect(pal_str_eq(pal_figure_nature(t), PAL_STR("G")));
    const struct pal_figure *r = made_figure(&made, "T-01/XYZ/2020");
    cr_assert_not_null(r);
    cr_expect_float_eq(r->estimate.value, 30.0 / 4000 * 1000, 1e-12, "XAD has no population");
    cr_expect_eq(r->coverage_n, 2);
    cr_expect_eq(VALUE("T-01N/001/2020"), 5, "the lump stands in the world alone");
    cr_expect_eq(VALUE("T-01N/XZL/2020"), 5);
    cr_expect(FLAGS("T-01N/XZL/2020") & PAL_FLAG_LUMP);
    cr_expect_null(made_figure(&made, "T-01N/XZG/2020"));
    made_close(&made);
}

Test(indicator_compute, rows_with_errors_enter_nothing_and_are_counted)
{
    struct made made;
    compute(&made,
            "area,year,sex,value\nXAA,2020,Total,10\nXAA,2020,Total,12\nXAB,2020,Total,20\n");
    const struct pal_figure *f = made_figure(&made, "T-01N/XAA/2020");
    cr_assert_not_null(f, "a figure without a value says what was left out");
    cr_expect_neq(f->estimate.absent, PAL_PRESENT);
    cr_expect(f->flags & PAL_FLAG_ROWS_LEFT_OUT);
    cr_expect_eq(f->left_out, 2);
    const struct pal_figure *t = made_figure(&made, "T-01N/XYZ/2020");
    cr_assert_not_null(t);
    cr_expect_eq(t->estimate.value, 20);
    cr_expect(t->flags & PAL_FLAG_ROWS_LEFT_OUT, "the total lost them too");
    cr_expect_eq(t->left_out, 2);
    made_close(&made);
}

Test(indicator_compute, shares_take_the_known_categories)
{
    struct made made;
    compute(&made,
            "area,year,sex,value\nXAA,2020,Total,50\nXAA,2020,Male,10\nXAA,2020,Female,30\n");
    cr_expect_float_eq(VALUE("T-02/XAA/2020/SEX=F"), 75, 1e-12, "30 of 40, not of 50");
    cr_expect_float_eq(VALUE("T-02/XAA/2020/SEX=M"), 25, 1e-12);
    cr_expect_null(made_figure(&made, "T-02/XAA/2020"));
    made_close(&made);
}

Test(indicator_compute, a_scattered_series_says_so)
{
    struct made made;
    compute(&made,
            "area,year,sex,value\nXAA,2015,Total,100\nXAA,2016,Total,300\nXAA,2017,Total,90\n"
            "XAA,2018,Total,310\nXAA,2019,Total,95\nXAB,2015,Total,100\nXAB,2016,Total,104\n"
            "XAB,2017,Total,97\nXAB,2018,Total,101\nXAB,2019,Total,99\n");
    cr_expect(FLAGS("T-01N/XAA/2017") & PAL_FLAG_OVERDISPERSED);
    cr_expect_not(FLAGS("T-01N/XAB/2017") & PAL_FLAG_OVERDISPERSED);
    const struct pal_figure *wide = made_figure(&made, "T-01N/XAA/2015"),
                            *plain = made_figure(&made, "T-01N/XAB/2015");
    cr_assert(wide && plain);
    cr_expect_lt(wide->estimate.low, plain->estimate.low);
    cr_expect_gt(wide->estimate.high, plain->estimate.high);
    cr_expect_float_eq(plain->estimate.low, 81.3637, 1e-3, "Garwood's limits of a count of 100");
    cr_expect_float_eq(plain->estimate.high, 121.6273, 1e-3);
    made_close(&made);
}

Test(indicator_compute, figures_are_sorted_and_the_same_on_any_threads)
{
    static const char rows[] = "area,year,sex,value\nXAB,2020,Total,20\nXAA,2021,Total,3\n"
                               "XAA,2020,Total,41\nXAA,2020,Male,10\nXAA,2020,Female,<5\n";
    struct made made[2];
    pal_str text[2];
    for (unsigned i = 0; i < 2; i++) {
        struct pal_buf out;
        compute(&made[i], rows);
        made[i].compute.threads = i ? 7 : 1;
        cr_assert_eq(pal_compute_figures(&made[i].compute, made[i].diag, made[i].arena,
                                         &made[i].figures, &made[i].error),
                     PAL_OK);
        pal_buf_init(&out, made[i].arena, 1u << 20);
        cr_assert_eq(pal_figures_csv(made[i].figures, &out, &made[i].error), PAL_OK);
        text[i] = pal_buf_str(&out);
    }
    cr_expect(pal_str_eq(text[0], text[1]));
    cr_expect(pal_str_starts(text[0], PAL_STR("INDICATOR,REF_AREA,TIME_PERIOD,SEX,OBS_VALUE,")));
    pal_str before = {NULL, 0};
    for (size_t i = 0; i < made[0].figures->n; i++) {
        const pal_str key =
            pal_figure_key(made[0].figures, &made[0].figures->figure[i], made[0].arena);
        cr_expect(!before.ptr || !pal_str_eq(before, key), "no key stands twice");
        before = key;
    }
    made_close(&made[0]);
    made_close(&made[1]);
}

Test(indicator_compute, an_explanation_puts_the_numbers_in)
{
    struct made made;
    pal_str text;
    compute(&made, "area,year,sex,value\nXAA,2020,Total,41\n");
    cr_assert_eq(pal_explain(made.figures, made_figure(&made, "T-01/XAA/2020"), &made.compute,
                             made.diag, NULL, made.arena, &text, &made.error),
                 PAL_OK, "%s", made.error.text);
    char *all = strndup(text.ptr, text.len);
    cr_expect(strstr(all, "= 41 / 1000 x 1000 = 41"));
    cr_expect(strstr(all, "file victims.csv"));
    cr_expect(strstr(all, "line 2"));
    free(all);
    made_close(&made);
}
