/* Findings as files: exact counts, one layout, a report that a JSON reader reads. */
#include "written.h"

#include <criterion/criterion.h>
#include <string.h>

static void fill(struct written *w, size_t n)
{
    const struct pal_place at = {"odd, \"name\".csv", 7, 3};
    for (size_t i = 0; i < n; i++)
        pal_diag_add(w->diag, &(struct pal_finding){.severity = PAL_ERROR,
                                                    .rule = "unknown-area",
                                                    .at = {at.file, 7 + i, 3},
                                                    .what = PAL_STR("'=X\t' is no known area"),
                                                    .todo = PAL_STR("did you mean 'XAA'?"),
                                                    .key = PAL_STR("small"),
                                                    .value = PAL_STR("=X")});
}

static size_t times(pal_str text, const char *word)
{
    size_t n = 0;
    for (const char *at = text.ptr; (at = strstr(at, word)) != NULL; at += strlen(word))
        n++;
    return n;
}

static pal_str csv_of(struct written *w)
{
    struct pal_buf out;
    pal_buf_init(&out, w->arena, 1u << 24);
    pal_findings_csv(w->diag, NULL, 0, &out);
    pal_buf_addc(&out, '\0');
    return pal_buf_str(&out);
}

Test(data_findings, csv_is_safe_and_says_how_many_there_were)
{
    struct written w;
    written_open(&w);
    w.diag = pal_diag_new(w.arena, 10);
    fill(&w, 25);
    const pal_str csv = csv_of(&w);
    cr_expect_eq(times(csv, "\n"), 1 + 10 + 1);
    cr_expect_eq(times(csv, "25 in all; the first 10 are listed"), 1);
    cr_expect_eq(times(csv, "\"odd, \"\"name\"\".csv\""), 11, "quoted everywhere");
    cr_expect_eq(times(csv, ",'=X,"), 10, "no spreadsheet runs a cell");
    written_close(&w);
}

Test(data_findings, files_are_named_from_the_folder_that_was_searched)
{
    static const char *const folders[] = {"/home/me/data/", "/srv/palermo/indicators", "x"};
    static const char *const named[][2] = {
        {"/srv/palermo/indicators/violence/HOM-01.yaml", "indicators/violence/HOM-01.yaml"},
        {"/home/me/data/national/dataset.yaml", "data/national/dataset.yaml"},
        {"/srv/palermo/indicators-old/HOM-01.yaml", "/srv/palermo/indicators-old/HOM-01.yaml"},
        {"x/HOM-01.yaml", "x/HOM-01.yaml"},
        {"table.csv", "table.csv"},
    };
    struct written w;
    written_open(&w);
    for (size_t i = 0; i < PAL_COUNT(named); i++) {
        const struct pal_place at = {named[i][0], 2, 1};
        struct pal_buf out;
        char row[128];
        w.diag = pal_diag_new(w.arena, 10);
        pal_diag_addf(w.diag, PAL_WARNING, "rule", &at, "what");
        pal_buf_init(&out, w.arena, 4096);
        pal_findings_csv(w.diag, folders, PAL_COUNT(folders), &out);
        pal_buf_addc(&out, '\0');
        snprintf(row, sizeof row, "\nwarning,rule,%s,2,1,", named[i][1]);
        cr_expect(strstr(pal_buf_str(&out).ptr, row), "%s", pal_buf_str(&out).ptr);
    }
    written_close(&w);
}

Test(data_findings, the_report_has_the_members_of_the_structure)
{
    static const char *const members[] = {"\"id\": \"1\"",
                                          "\"type\": \"validation\"",
                                          "\"event\": {\"time\": \"2026-01-31\", \"actor\": ",
                                          "\"agent\": \"palermo 1\"",
                                          "\"trigger\": \"check\"",
                                          "\"language\": \"palermo\"",
                                          "\"expression\": \"unknown-area\"",
                                          "\"severity\": \"error\"",
                                          "\"description\": \"every row names a known area\"",
                                          "\"source\": [\"odd, \\\"name\\\".csv\"]",
                                          "\"target\": [\"odd, \\\"name\\\".csv:7:3\"]",
                                          "\"value\": \"0\""};
    struct written w;
    struct pal_buf out;
    written_open(&w);
    fill(&w, 1);
    pal_buf_init(&out, w.arena, 1u << 20);
    pal_findings_json(w.diag, PAL_STR("2026-01-31"), "palermo 1", &out);
    pal_buf_addc(&out, '\0');
    for (size_t i = 0; i < PAL_COUNT(members); i++)
        cr_expect_not_null(strstr(out.ptr, members[i]), "%s", members[i]);
    pal_buf_clear(&out);
    pal_findings_json(w.diag, PAL_STR(""), "palermo 1", &out);
    pal_buf_addc(&out, '\0');
    cr_expect_null(strstr(out.ptr, "\"time\""), "no date is known");
    written_close(&w);
}

Test(data_findings, every_rule_says_what_holds)
{
    const struct pal_rule *rule;
    const size_t n = pal_rules(&rule);
    for (size_t i = 0; i < n; i++) {
        cr_expect_gt(strlen(rule[i].about), 10, "%s", rule[i].id);
        for (size_t k = 0; k < i; k++)
            cr_expect_str_neq(rule[i].id, rule[k].id);
    }
    cr_expect_str_eq(pal_rule_about("unheard-of"), "");
}
