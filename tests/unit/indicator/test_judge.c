#include "../../support/made.h"

#include <criterion/criterion.h>

static const char offences[] = "name: offences\npath: offences.csv\nshape: long\n"
                               "roles: {area: area, period: year, value: value, sex: sex}\n"
                               "crosswalk: {sex: {Total: _T, Male: M, Female: F}}\n"
                               "measures:\n"
                               "  offences: {where: {what: offences}, counting_unit: offence}\n"
                               "  persons: {where: {what: persons}, counting_unit: person}\n"
                               "scope: not-separable\nsynthetic: true\n";

static void judge(struct made *made, const char *definition)
{
    made_open(made);
    made_file(made, "offences/dataset.yaml", offences);
    made_file(made, "offences/offences.csv",
              "area,year,sex,what,value\nXAA,2020,Total,persons,3\n");
    made_file(made, "indicators/family/J-01.yaml", definition);
    cr_expect_eq(made_compute(made, 1), PAL_SYNTAX);
}

static const struct pal_finding *first(const struct made *made)
{
    for (size_t i = 0; i < pal_diag_listed(made->diag); i++)
        if (pal_diag_get(made->diag, i)->severity == PAL_ERROR)
            return pal_diag_get(made->diag, i);
    return NULL;
}

#define HEAD                                                                                       \
    "code: J-01\nversion: 1\nmeasures: phenomenon\nbasis: detected\ntitle: {en: Offences}\n"       \
    "unit: offences\n"

Test(indicator_judge, everything_wrong_is_told_with_its_place)
{
    struct made made;
    judge(&made, "code: J-01\nversion: one\nmesures: phenomenon\nmeasures: phenomenom\n"
                 "basis: detected\ntitle: {en: Offences}\nunit: offences\nestimator: rates\n"
                 "numerator: {dataset: offences, valu: persons}\nper: -1\n");
    cr_expect_eq(made_found(&made, "definition", "unknown key 'mesures'"), 1);
    cr_expect_eq(made_found(&made, "definition", "did you mean 'measures'?"), 1);
    cr_expect_eq(made_found(&made, "definition", "did you mean 'phenomenon'?"), 1);
    cr_expect_eq(made_found(&made, "definition", "did you mean 'rate'?"), 1);
    cr_expect_eq(made_found(&made, "definition", "did you mean 'value'?"), 1);
    cr_expect_eq(made_found(&made, "definition", "'per' must be above zero"), 1);
    cr_expect_eq(made_found(&made, "definition", "one"), 1, "a version is a number");
    cr_expect_eq(first(&made)->at.line, 3, "the first key that is unknown");
    cr_expect_eq(first(&made)->at.column, 1);
    made_close(&made);
}

Test(indicator_judge, an_unknown_dataset_measure_dimension_and_code_are_told)
{
    struct made made;
    judge(&made, HEAD "estimator: count\nnumerator: {dataset: offence, value: offences}\n");
    cr_expect_eq(made_found(&made, "definition", "did you mean 'offences'?"), 1);
    made_close(&made);
    judge(&made, HEAD "estimator: count\nby: [sexe]\n"
                      "numerator: {dataset: offences, value: offense, where: {sex: [F, X]}}\n");
    cr_expect_eq(made_found(&made, "definition", "no measure 'offense'; did you mean 'offences'?"),
                 1);
    cr_expect_eq(made_found(&made, "definition", "no dimension 'sexe'; did you mean 'sex'?"), 1);
    cr_expect_eq(made_found(&made, "definition", "no code 'X'"), 1);
    made_close(&made);
}

Test(indicator_judge, breakdowns_are_words_or_lists_of_words_each_once)
{
    struct made made;
    judge(&made, HEAD "estimator: count\nby: [[sex, sex], {age: x}]\n"
                      "numerator: {dataset: offences, value: offences}\n");
    cr_expect_eq(made_found(&made, "definition", "'by' names 'sex' twice"), 1);
    cr_expect_eq(made_found(&made, "definition", "a list of dimensions to be crossed"), 1);
    made_close(&made);
}

Test(indicator_judge, unlike_units_must_be_declared)
{
    static const char mixed[] =
        HEAD "estimator: ratio\nnumerator: {dataset: offences, value: persons}\n"
             "denominator: {dataset: offences, value: offences}\n";
    struct made made;
    char declared[1024];
    judge(&made, mixed);
    cr_expect_eq(made_found(&made, "definition", "must be declared: 'mixes_units: true'"), 1);
    cr_expect_eq(first(&made)->at.line, 9, "the place of the denominator");
    made_close(&made);
    snprintf(declared, sizeof declared, "%smixes_units: true\n", mixed);
    made_open(&made);
    made_file(&made, "offences/dataset.yaml", offences);
    made_file(&made, "offences/offences.csv",
              "area,year,sex,what,value\nXAA,2020,Total,persons,3\nXAA,2020,Total,offences,4\n");
    made_file(&made, "indicators/family/J-01.yaml", declared);
    cr_assert_eq(made_compute(&made, 1), PAL_OK, "%s", made.error.text);
    cr_expect_eq(made_figure(&made, "J-01/XAA/2020")->estimate.value, 0.75);
    cr_expect(made_figure(&made, "J-01/XAA/2020")->flags & PAL_FLAG_COHORT);
    made_close(&made);
}

Test(indicator_judge, a_ring_of_standards_is_told)
{
    struct made made;
    made_open(&made);
    made_file(&made, "offences/dataset.yaml", offences);
    made_file(&made, "offences/offences.csv", "area,year,sex,what,value\n");
    made_file(&made, "indicators/family/J-01.yaml",
              HEAD "standard: J-02\nestimator: count\n"
                   "numerator: {dataset: offences, value: offences}\n");
    made_file(&made, "indicators/national/XAA/J-02.yaml",
              "code: J-02\nversion: 1\nmeasures: phenomenon\nbasis: detected\ntitle: {en: Own}\n"
              "unit: offences\nstandard: J-01\nestimator: count\n"
              "numerator: {dataset: offences, value: offences}\n");
    cr_expect_eq(made_compute(&made, 1), PAL_SYNTAX);
    cr_expect_geq(made_found(&made, "definition", "circle"), 1);
    made_close(&made);
}

Test(indicator_judge, a_national_definition_is_computed_for_its_State_alone)
{
    struct made made;
    made_open(&made);
    made_file(&made, "offences/dataset.yaml", offences);
    made_file(&made, "offences/offences.csv",
              "area,year,sex,what,value\nXAA,2020,Total,offences,3\nXAB,2020,Total,offences,4\n");
    made_file(&made, "indicators/family/J-01.yaml",
              HEAD "estimator: count\nnumerator: {dataset: offences, value: offences}\n");
    made_file(&made, "indicators/national/XAA/XAA-J-01.yaml",
              "code: XAA-J-01\nversion: 1\nmeasures: phenomenon\nbasis: detected\n"
              "title: {en: Own}\nunit: offences\nstandard: J-01\nestimator: count\n"
              "numerator: {dataset: offences, value: offences}\n");
    cr_assert_eq(made_compute(&made, 1), PAL_OK, "%s", made.error.text);
    cr_expect_not_null(made_figure(&made, "J-01/XAB/2020"));
    cr_expect_null(made_figure(&made, "XAA-J-01/XAB/2020"));
    const struct pal_figure *own = made_figure(&made, "XAA-J-01/XAA/2020");
    cr_assert_not_null(own);
    cr_expect(own->flags & PAL_FLAG_DEFINITION);
    cr_expect(own->obs_status == 'D');
    made_close(&made);
}
