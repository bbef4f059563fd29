/* Rows judged against each other: repeats by every rule, parts and totals, stages, rates, areas. */
#include "written.h"

#include <criterion/criterion.h>
#include <string.h>

#define SET(w, yaml, csv)                                                                          \
    cr_assert_eq(written_set(&(w), (yaml), (csv)), PAL_OK, "%s", (w).error.text)

static const char repeats[] = "A,Y,V,S\n"
                              "XAA,2019,5,police\n"  /* 0: the same value, another source */
                              "XAA,2019,5,courts\n"  /* 1 */
                              "XAB,2019,7,police\n"  /* 2: another value */
                              "XAB,2019,9,police\n"  /* 3 */
                              "XAC,2019,4,police\n"  /* 4: the same row again */
                              "XAC,2019,4,police\n"  /* 5 */
                              "XAD,2019,,police\n"   /* 6: absent, so no repeat */
                              "XAD,2019,1,police\n"; /* 7 */

enum { E = PAL_ROW_ENTERS, X = PAL_ROW_ERROR, D = PAL_ROW_DUPLICATE };

Test(data_settle, repeated_keys_by_every_rule)
{
    static const struct {
        const char *rule;
        uint8_t state[8];
    } rules[] = {
        {"error", {E, D, X, X, E, D, E, E}},     {"first", {E, D, E, D, E, D, E, E}},
        {"last", {D, E, D, E, D, E, E, E}},      {"sum", {E, E, E, E, E, E, E, E}},
        {"keep-both", {E, E, E, E, E, E, E, E}},
    };
    for (size_t r = 0; r < PAL_COUNT(rules); r++) {
        char yaml[256];
        struct written w;
        snprintf(
            yaml, sizeof yaml,
            "path: data.csv\nroles: {area: A, period: Y, value: V, source: S}\nduplicates: %s\n",
            rules[r].rule);
        SET(w, yaml, repeats);
        for (size_t i = 0; i < 8; i++)
            cr_expect_eq(w.set->batch.state[i], rules[r].state[i], "%s: row %zu is %u",
                         rules[r].rule, i, (unsigned)w.set->batch.state[i]);
        cr_expect_eq(written_found(&w, "exact-duplicate"), 1, "%s", rules[r].rule);
        cr_expect_eq(written_first(&w, "exact-duplicate")->at.line, 7);
        cr_expect_eq(written_found(&w, "repeated-key"), 2, "%s", rules[r].rule);
        cr_expect_eq(written_found(&w, "conflicting-values"), 1, "%s", rules[r].rule);
        const enum pal_severity severity = r == 0 ? PAL_ERROR : PAL_WARNING;
        cr_expect_eq(written_first(&w, "conflicting-values")->severity, severity);
        for (size_t i = 0; i < 6; i++)
            cr_expect(w.set->mark[i] & PAL_MARK_REPEATED, "%s: row %zu", rules[r].rule, i);
        cr_expect_eq(w.set->mark[7], 0);
        written_close(&w);
    }
}

Test(data_settle, the_first_rule_that_applies_holds)
{
    struct written w;
    SET(w,
        "path: data.csv\nroles: {area: A, value: V}\n"
        "duplicates: [{rule: sum, where: {K: other}}, {rule: error}]\n",
        "A,K,V\nXAA,other,1\nXAA,other,2\nXAB,one,1\nXAB,one,2\n");
    cr_expect_eq(w.set->batch.state[0], E);
    cr_expect_eq(w.set->batch.state[1], E);
    cr_expect_eq(w.set->batch.state[2], X);
    cr_expect_eq(w.set->batch.state[3], X);
    written_close(&w);
}

Test(data_settle, a_key_of_more_than_sixty_four_columns)
{
    char csv[4096] = "A,V";
    struct written w;
    size_t n = strlen(csv);
    for (int c = 0; c < 80; c++)
        n += (size_t)snprintf(csv + n, sizeof csv - n, ",c%d", c);
    for (int row = 0; row < 2; row++) {
        n += (size_t)snprintf(csv + n, sizeof csv - n, "\nXAA,%d", row + 1);
        for (int c = 0; c < 80; c++) /* only the last column tells the rows apart */
            n += (size_t)snprintf(csv + n, sizeof csv - n, ",%d", c == 79 ? row : 0);
    }
    snprintf(csv + n, sizeof csv - n, "\n");
    SET(w, "path: data.csv\nroles: {area: A, value: V}\n", csv);
    cr_expect_eq(written_found(&w, "conflicting-values"), 0);
    written_close(&w);
}

Test(data_settle, a_key_that_names_nothing)
{
    struct written w;
    cr_assert_eq(written_set(&w,
                             "path: data.csv\nroles: {area: A, value: V}\n"
                             "duplicates: {rule: error, key: [area, yaer]}\n",
                             "A,V\nXAA,1\n"),
                 PAL_SYNTAX);
    cr_expect_not_null(strstr(w.error.text, "'yaer'"), "%s", w.error.text);
    cr_expect_eq(w.error.line, 3);
    written_close(&w);
}

static const char parts_yaml[] =
    "path: data.csv\nroles: {area: A, period: Y, sex: S, value: V}\n"
    "crosswalk: {S: {Total: _T, M: M, F: F, U: U}}\nabsent: {\"<5\": {below-threshold: 5}}\n"
    "checks: {parts: {dimension: sex, total: _T, parts: [M, F, U], unknown: U}}\n";

Test(data_settle, parts_and_their_total)
{
    static const struct {
        const char *rows, *rule;
    } cases[] = {
        {"XAA,2019,Total,10\nXAA,2019,M,6\nXAA,2019,F,3\nXAA,2019,U,1\n", NULL},
        {"XAA,2019,Total,10\nXAA,2019,M,8\nXAA,2019,F,3\nXAA,2019,U,1\n", "parts-exceed-total"},
        {"XAA,2019,Total,10\nXAA,2019,M,5\nXAA,2019,F,3\nXAA,2019,U,1\n", "parts-miss-total"},
        {"XAA,2019,Total,10\nXAA,2019,M,5\nXAA,2019,F,3\n", "parts-below-total"},
        {"XAA,2019,Total,10\nXAA,2019,M,6\n", NULL}, /* women were not reported */
        {"XAA,2019,Total,10\nXAA,2019,M,6\nXAA,2019,F,<5\nXAA,2019,U,0\n", "margin-discloses"},
        {"XAA,2019,Total,20\nXAA,2019,M,6\nXAA,2019,F,<5\nXAA,2019,U,0\n", "parts-miss-total"},
        {"XAA,2019,M,6\nXAA,2019,F,9\n", NULL},
    };
    static const char *const all[] = {"parts-exceed-total", "parts-miss-total", "parts-below-total",
                                      "margin-discloses"};
    for (size_t i = 0; i < PAL_COUNT(cases); i++) {
        char csv[512];
        struct written w;
        snprintf(csv, sizeof csv, "A,Y,S,V\n%s", cases[i].rows);
        SET(w, parts_yaml, csv);
        for (size_t k = 0; k < PAL_COUNT(all); k++)
            cr_expect_eq(written_found(&w, all[k]),
                         cases[i].rule && strcmp(all[k], cases[i].rule) == 0, "case %zu: %s", i,
                         all[k]);
        written_close(&w);
    }
}

Test(data_settle, stages_of_justice)
{
    struct written w;
    SET(w,
        "path: data.csv\nroles: {area: A, period: Y, value: V}\n"
        "measures: {suspected: {where: {K: s}}, prosecuted: {where: {K: p}}, convicted: {where: "
        "{K: c}}}\n"
        "checks: {stages: [suspected, prosecuted, convicted]}\n",
        "A,Y,K,V\nXAA,2019,s,10\nXAA,2019,p,8\nXAA,2019,c,9\nXAB,2019,s,10\nXAB,2019,c,4\n");
    cr_expect_eq(written_found(&w, "stage-order"), 1);
    cr_expect_eq(written_first(&w, "stage-order")->at.line, 4);
    cr_expect_eq(written_first(&w, "stage-order")->severity, PAL_WARNING, "cohorts differ");
    cr_expect_eq(w.set->batch.state[2], E);
    written_close(&w);
}

Test(data_settle, counts_and_rates_side_by_side)
{
    struct written w;
    SET(w,
        "path: data.csv\nroles: {area: A, period: Y, value: V}\n"
        "measures: {n: {where: {U: Counts}}, r: {where: {U: Rate}, is_rate: true}}\n"
        "checks: {rate: {count: {U: Counts}, rate: {U: Rate}, per: 100000}}\n",
        "A,Y,K,U,V\n" /* a million people */
        "XAA,2019,theft,Counts,500\nXAA,2019,theft,Rate,50\n"
        "XAA,2019,fraud,Counts,300\nXAA,2019,fraud,Rate,30\n"
        "XAA,2019,arson,Counts,200\nXAA,2019,arson,Rate,20\n"
        "XAA,2019,rape,Counts,100\nXAA,2019,rape,Rate,100\n"
        "XAB,2019,theft,Counts,500\nXAC,2019,theft,Rate,5\n");
    cr_expect_eq(written_found(&w, "rate-contradicts-count"), 1);
    cr_expect_eq(written_first(&w, "rate-contradicts-count")->at.line, 9);
    cr_expect_eq(written_found(&w, "count-without-rate"), 1);
    cr_expect_eq(written_found(&w, "rate-without-count"), 1);
    written_close(&w);
}

Test(data_settle, areas_that_are_no_state)
{
    struct written w;
    SET(w,
        "path: data.csv\nroles: {area: A, value: V}\n"
        "areas:\n  XPN: {kind: part, of: XAB}\n  XLM: {kind: lump}\n  XGR: {kind: aggregate}\n"
        "  Somewhere: {kind: none}\n",
        "A,V\nXAA,1\nXPN,2\nXLM,3\nXGR,4\nSomewhere,5\nXAB,6\n");
    static const struct {
        const char *rule;
        uint64_t line;
    } notes[] = {{"area-part", 3},
                 {"area-lump", 4},
                 {"area-aggregate", 5},
                 {"area-none", 6},
                 {"whole-beside-parts", 7}};
    for (size_t i = 0; i < PAL_COUNT(notes); i++) {
        const struct pal_finding *f = written_first(&w, notes[i].rule);
        cr_assert_not_null(f, "%s", notes[i].rule);
        cr_expect_eq(written_found(&w, notes[i].rule), 1);
        cr_expect_eq(f->severity, PAL_INFORMATION);
        cr_expect_eq(f->at.line, notes[i].line, "%s", notes[i].rule);
    }
    const uint32_t world = pal_areas_by_code(w.areas, PAL_STR("001"));
    cr_expect(pal_areas_within(w.areas, w.set->area[2], world), "a lump counts in the world");
    cr_expect_not(pal_areas_within(w.areas, w.set->area[3], world));
    written_close(&w);
}

Test(data_settle, a_cell_is_named_by_what_is_no_total)
{
    struct written w;
    SET(w,
        "path: data.csv\nroles: {area: A, period: Y, value: V, sex: S, age: G}\n"
        "measures: {victims: {}}\n",
        "A,Y,V,S,G\nXAA,2020,1,Female,Total\nXAA,2020,2,Female,Total\n");
    const struct pal_finding *f = written_first(&w, "conflicting-values");
    cr_assert_not_null(f);
    cr_expect_not_null(strstr(f->what.ptr, "(XAA 2020 victims, sex F)"), "%.*s", PAL_ARG(f->what));
    written_close(&w);
}
