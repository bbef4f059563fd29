/* The invented data of the example are spoilt in the places that warts.csv lists. Each is found,
 * and nothing else is: what was drawn without a wart raises no warning. */
#include "opened.h"

#include <criterion/criterion.h>
#include <string.h>

#define OPEN_EXAMPLE(o, name)                                                                      \
    cr_assert(opened_load(&(o), "example/" name, "."), "%s", (o).error.text)

struct found {
    const char *rule;
    uint64_t count;
};

/* All warnings and errors are those listed. */
static void expect_findings(const struct opened *o, const struct found *found, size_t n)
{
    uint64_t listed = 0;
    for (size_t i = 0; i < n; i++) {
        cr_expect_eq(opened_found(o, found[i].rule), found[i].count, "%s: %lu", found[i].rule,
                     (unsigned long)opened_found(o, found[i].rule));
        listed += found[i].count;
    }
    cr_expect_eq(pal_diag_count(o->diag, PAL_ERROR) + pal_diag_count(o->diag, PAL_WARNING), listed,
                 "warnings beside the planted ones");
}

Test(data_warts_example, trafficking)
{
    static const struct found found[] = {
        {"impossible-year", 1},    /* 2032 */
        {"unknown-area", 1},       /* XJA for XAJ */
        {"exact-duplicate", 1},    /* Cendria 2020, the row twice */
        {"repeated-key", 1},       /* the same, as a key */
        {"conflicting-values", 1}, /* Fendalia 2021 */
        {"parts-miss-total", 3},   /* Gavronia 2019: neither sexes, ages nor forms come to 1,999 */
        {"stage-order", 1},        /* Dovaria 2022 */
    };
    struct opened o;
    OPEN_EXAMPLE(o, "glotip");
    expect_findings(&o, found, PAL_COUNT(found));
    cr_expect_eq(opened_rows_in(&o, "XAI") > 0, true);
    cr_expect_eq(opened_cell(&o, "XAI", 2020, NULL, NULL), SIZE_MAX, "Ivaland was silent in 2020");
    cr_expect_eq(opened_cell(&o, "XAK", 2019, NULL, NULL), SIZE_MAX);
    opened_close(&o);
}

Test(data_warts_example, a_typo_in_a_code_names_the_nearest)
{
    struct opened o;
    OPEN_EXAMPLE(o, "glotip");
    bool named = false;
    for (size_t i = 0; i < pal_diag_listed(o.diag); i++) {
        const struct pal_finding *finding = pal_diag_get(o.diag, i);
        if (strcmp(finding->rule, "unknown-area") != 0)
            continue;
        cr_expect(pal_str_eq(finding->value, PAL_STR("XJA")));
        named = finding->todo.len > 0;
        cr_expect_eq(o.set->batch.state[opened_row(&o, finding->at.line)], PAL_ROW_ERROR);
    }
    cr_assert(named);
    opened_close(&o);
}

Test(data_warts_example, a_category_misspelt_names_the_nearest)
{
    static const struct found found[] = {{"no-measure", 1}};
    struct opened o;
    OPEN_EXAMPLE(o, "cts-economic");
    expect_findings(&o, found, PAL_COUNT(found));
    cr_expect_eq(opened_found(&o, "rate-without-count"), 1, "its rate stands alone");
    for (size_t i = 0; i < pal_diag_listed(o.diag); i++) {
        const struct pal_finding *finding = pal_diag_get(o.diag, i);
        if (strcmp(finding->rule, "no-measure") != 0)
            continue;
        cr_expect(pal_str_eq(finding->value, PAL_STR("Money laundring")));
        cr_expect(pal_str_eq(finding->todo, PAL_STR("did you mean 'Money laundering'?")));
        cr_expect_eq(finding->at.column, 5, "Category");
    }
    opened_close(&o);
}

Test(data_warts_example, counts_and_rates)
{
    static const struct found found[] = {{"rate-contradicts-count", 1}};
    struct opened o;
    OPEN_EXAMPLE(o, "cts-violent");
    expect_findings(&o, found, PAL_COUNT(found));
    cr_expect_eq(opened_found(&o, "count-without-rate"), 1, "Elmoria 2019");
    opened_close(&o);
}

Test(data_warts_example, a_whole_that_only_its_parts_report)
{
    struct opened o;
    OPEN_EXAMPLE(o, "cts-violent");
    cr_expect_eq(opened_rows_in(&o, "XAL"), 0);
    cr_expect_eq(opened_rows_in(&o, "XAL_N"), 60, "5 offences, 6 years, counts and rates");
    cr_expect_eq(opened_rows_in(&o, "XAL_S"), 58, "kidnapping in 2021 is missing");
    cr_expect(pal_areas_get(o.areas, pal_areas_by_code(o.areas, PAL_STR("XAL")))->complete_parts);
    opened_close(&o);
}

Test(data_warts_example, a_mark_for_no_figure)
{
    struct opened o;
    OPEN_EXAMPLE(o, "iafq");
    cr_expect_eq(opened_absent(&o, PAL_NOT_COLLECTED), 1, "two dots");
    expect_findings(&o, NULL, 0);
    opened_close(&o);
}

Test(data_warts_example, a_negative_amount)
{
    static const struct found found[] = {{"negative-count", 1}};
    struct opened o;
    OPEN_EXAMPLE(o, "drug-seizures");
    expect_findings(&o, found, PAL_COUNT(found));
    cr_expect_eq(o.set->rows_error, 1);
    opened_close(&o);
}

Test(data_warts_example, facts_and_clean_files_raise_nothing)
{
    static const char *const names[] = {
        "example/homicide",        "example/population",   "example/returns",
        "example/treaty-firearms", "example/treaty-untoc", "example/treaty-tip",
        "example/treaty-som",      "example/replies",      "example/mse-uk-2013"};
    for (size_t i = 0; i < PAL_COUNT(names); i++) {
        struct opened o;
        cr_assert(opened_load(&o, names[i], "."), "%s", o.error.text);
        cr_expect_eq(pal_diag_count(o.diag, PAL_ERROR) + pal_diag_count(o.diag, PAL_WARNING), 0,
                     "%s", names[i]);
        cr_expect_gt(o.set->batch.rows, 0, "%s", names[i]);
        opened_close(&o);
    }
}

Test(data_warts_example, synthetic_is_said_by_the_descriptor)
{
    struct opened invented, fact;
    OPEN_EXAMPLE(invented, "glotip");
    OPEN_EXAMPLE(fact, "treaty-untoc");
    cr_expect(pal_descriptor_synthetic(invented.descriptor));
    cr_expect_not(pal_descriptor_synthetic(fact.descriptor));
    opened_close(&invented);
    opened_close(&fact);
}
