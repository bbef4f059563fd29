/* What a descriptor may say, and how wrong words are answered: with a place and the nearest word.
 */
#include "written.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct {
    const char *yaml, *says;
    uint64_t line;
    uint32_t column;
} wrong[] = {
    {"path: data.csv\nshpae: long\n", "did you mean 'shape'", 2, 1},
    {"path: data.csv\nshape: lnog\n", "did you mean 'long'", 2, 8},
    {"path: data.csv\nroles: {area: A, value: V}\nabsent: {x: not-colected}\n",
     "did you mean 'not-collected'", 3, 13},
    {"path: data.csv\nabsent: {\"<5\": below-threshold}\n", "needs its bound", 2, 16},
    {"path: data.csv\nabsent: {\"<5\": {below-threshold: 0}}\n", "needs a number above", 2, 16},
    {"roles: {area: A, value: V}\n", "'path' is missing", 1, 1},
    {"path: data.csv\nroles: {area: A, value: V}\nduplicates: keep-all\n", "keep-both", 3, 13},
    {"path: data.csv\nroles: {area: A, value: V}\nmeasures: {n: {where: {}}}\nchecks: {stages: "
     "[m]}\n",
     "is no measure", 4, 18},
    {"path: data.csv\nroles: {area: A, value: V}\nchecks: {parts: {dimension: sxe, parts: [M]}}\n",
     "is no dimension", 3, 17},
    {"path: data.csv\nroles: {area: A, value: V}\ncrosswalk:\n  Sex: {M: M}\n", "changes nothing",
     4, 3},
    {"path: data.csv\nschema: {fields: [{name: V, type: integre}]}\n", "did you mean 'integer'", 2,
     35},
    {"path: data.csv\nschema: {fields: [{name: V, constraints: {minimun: 0}}]}\n",
     "did you mean 'minimum'", 2, 43},
    {"path: data.csv\nroles: {area: A, value: V}\nareas: {XQQ: {kind: part, of: XQR}}\n",
     "no known area", 3, 9},
    {"path: data.csv\nroles: {area: A, value: V}\nareas: {XAA: {kind: lump}}\n",
     "is known as country", 3, 9},
    {"path: data.csv\ndecimal: \",\"\nthousands: \",\"\n", "the same sign", 3, 12},
    {"path: https://example.org/data.csv\n", "is an address", 1, 7},
    {"path: data.csv\ndialect: {escapeChar: \"\\\\\"}\n", "escape", 2, 10},
    {"path: data.csv\nfooter: {from: \"^(Nota\"}\nroles: {area: A, value: V}\n", "cannot be read",
     0, 0},
    {"path: data.csv\npath: other.csv\n", "twice", 2, 1},
    {"path: data.csv\nroles: {aera: A, value: V}\n", "did you mean 'area'", 2, 9},
    {"path: data.csv\nroles: {area: A, value: V, sex: A}\nchecks: {parts: {dimension: sxe, parts: "
     "[M]}}\n",
     "did you mean 'sex'", 3, 17},
    {"path: data.csv\nroles: {area: A, value: V, sex: Sex}\ncrosswalk: {Sxe: {M: M}}\n",
     "did you mean 'Sex'", 3, 12},
    {"path: data.csv\nroles: {area: A, value: V}\nduplicates: {rule: sum, key: [aera]}\n",
     "did you mean 'area'", 3, 13},
    {"path: data.csv\nroles: {area: A, value: V}\nchecks: {years: {from: 2030, to: 2003}}\n",
     "no year lies in", 3, 17},
    {"path: data.csv\nroles: {value: V}\narea: GBRR\n", "did you mean 'GBR'", 3, 7},
    {"path: data.csv\nroles: {area: A, value: V}\nareas: {XQQ: {kind: part, of: GBBR}}\n",
     "did you mean 'GBR'", 3, 9},
    {"path: data.csv\nroles: {area: A, value: V}\nconfidentiality: {embargo: tomorrow}\n",
     "'embargo' is a day", 3, 28},
    {"path: data.csv\nroles: {area: A, value: V}\nconfidentiality: {min_cell: -1}\n",
     "a number from 0", 3, 29},
};

Test(data_descriptor, wrong_words_are_answered_with_their_place)
{
    for (size_t i = 0; i < PAL_COUNT(wrong); i++) {
        struct written w;
        const enum pal_status status = written_set(&w, wrong[i].yaml, "A,V\nXAA,1\n");
        cr_expect_eq(status, PAL_SYNTAX, "%s: %s", wrong[i].yaml, pal_status_name(status));
        cr_expect_not_null(strstr(w.error.text, wrong[i].says), "%s: %s", wrong[i].yaml,
                           w.error.text);
        cr_expect_eq(w.error.line, wrong[i].line, "%s: line %lu", wrong[i].yaml,
                     (unsigned long)w.error.line);
        cr_expect_eq(w.error.column, wrong[i].column, "%s: column %u", wrong[i].yaml,
                     (unsigned)w.error.column);
        cr_expect_not_null(strstr(w.error.file, "dataset.yaml"), "%s", w.error.file);
        written_close(&w);
    }
}

Test(data_descriptor, facts)
{
    struct written w;
    cr_assert_eq(
        written_set(&w,
                    "path: data.csv\nroles: {area: A, value: V}\npublisher: Somebody\n"
                    "licence: open\ncounting_unit: person\ncounting_stage: output\n"
                    "principal_offence_rule: \"yes\"\nscope: transnational\n"
                    "confidentiality: {legal_basis: Act 12, embargo: 2026-01-01, min_cell: 5}\n"
                    "title: {en: A title, fr: Un titre}\nsynthetic: true\n",
                    "A,V\nXAA,1\n"),
        PAL_OK, "%s", w.error.text);
    const struct pal_dataset_facts *f = pal_descriptor_facts(w.descriptor);
    cr_expect(pal_str_eq(f->publisher, PAL_STR("Somebody")));
    cr_expect(pal_str_eq(f->conf_legal_basis.in[PAL_EN], PAL_STR("Act 12")));
    cr_expect(pal_str_eq(f->conf_embargo, PAL_STR("2026-01-01")));
    cr_expect_eq(f->conf_min_cell, 5);
    cr_expect(pal_str_eq(f->scope, PAL_STR("transnational")));
    cr_expect(pal_descriptor_synthetic(w.descriptor));
    const struct pal_text title = pal_descriptor_title(w.descriptor);
    cr_expect(pal_str_eq(pal_text_in(&title, PAL_FR), PAL_STR("Un titre")));
    cr_expect(pal_str_eq(pal_text_in(&title, PAL_RU), PAL_STR("A title")), "English stands in");
    written_close(&w);
}

Test(data_descriptor, scope_may_be_a_column)
{
    struct written w;
    cr_assert_eq(
        written_set(&w,
                    "path: data.csv\nroles: {area: A, value: V}\n"
                    "scope: {column: Border, codes: {crossed: transnational, inside: domestic}}\n",
                    "A,Border,V\nXAA,crossed,1\nXAA,inside,2\n"),
        PAL_OK, "%s", w.error.text);
    cr_expect(pal_str_eq(written_text(&w, "scope", 0), PAL_STR("transnational")));
    cr_expect(pal_str_eq(written_text(&w, "scope", 1), PAL_STR("domestic")));
    written_close(&w);
}

/* ---- data packages -----------------------------------------------------------------------------
 */

static const char package[] =
    "{\n  \"name\": \"small\", \"title\": \"A small package\", \"views\": [],\n"
    "  \"licenses\": [{\"name\": \"CC-BY-4.0\", \"title\": \"Attribution\"}],\n"
    "  \"contributors\": [{\"title\": \"An office\", \"role\": \"publisher\"}], \"version\": "
    "\"2.1\",\n"
    "  \"resources\": [\n"
    "    {\"name\": \"people\", \"path\": \"people.csv\", \"profile\": \"tabular-data-resource\",\n"
    "     \"dialect\": {\"delimiter\": \"|\", \"header\": false, \"commentChar\": \"#\"},\n"
    "     \"schema\": {\"missingValues\": [\"\", \"-\"], \"primaryKey\": \"id\", \"fields\": [\n"
    "       {\"name\": \"id\", \"type\": \"string\"},\n"
    "       {\"name\": \"born\", \"type\": \"year\", \"constraints\": {\"minimum\": 1900}}]}},\n"
    "    {\"name\": \"counts\", \"path\": \"counts.tsv\",\n"
    "     \"roles\": {\"area\": \"A\", \"value\": \"V\"}}\n  ]\n}\n";

Test(data_descriptor, a_data_package_is_read_as_it_is)
{
    struct written w;
    written_open(&w);
    written_file(&w, "datapackage.json", package);
    written_file(&w, "people.csv", "007|1970\n# a remark\n008|-\n009|1850\n008|1980\n");
    written_file(&w, "counts.tsv", "A\tV\nXAA\t4\n");
    cr_assert_eq(written_read(&w, "datapackage.json#people"), PAL_OK, "%s", w.error.text);
    cr_assert_eq(w.set->batch.rows, 4);
    cr_expect(pal_str_eq(written_text(&w, "id", 0), PAL_STR("007")));
    cr_expect_eq(written_found(&w, "field-constraint"), 1);
    cr_expect_eq(written_first(&w, "field-constraint")->at.line, 4);
    cr_expect_eq(written_found(&w, "conflicting-values"), 1, "008 was born twice");
    const struct pal_dataset_facts *f = pal_descriptor_facts(w.descriptor);
    cr_expect(pal_str_eq(f->licence, PAL_STR("Attribution")));
    cr_expect(pal_str_eq(f->publisher, PAL_STR("An office")));
    cr_expect(pal_str_eq(f->release, PAL_STR("2.1")));
    cr_assert_eq(written_read(&w, "datapackage.json#counts"), PAL_OK, "%s", w.error.text);
    cr_expect_eq(w.set->value->value[0], 4);
    cr_assert_eq(written_read(&w, "datapackage.json"), PAL_SYNTAX);
    cr_expect_not_null(strstr(w.error.text, "'datapackage.json#people'"), "%s", w.error.text);
    written_close(&w);
}

Test(data_descriptor, a_package_does_not_reach_outside)
{
    struct written w;
    written_open(&w);
    written_file(&w, "datapackage.json",
                 "{\"resources\": [{\"name\": \"x\", \"path\": \"../../etc/passwd\"}]}");
    cr_assert_eq(written_read(&w, "datapackage.json"), PAL_SYNTAX);
    cr_expect_not_null(strstr(w.error.text, "outside"), "%s", w.error.text);
    written_file(&w, "datapackage.json", "{\"resuorces\": [], \"path\": \"x.csv\"}");
    cr_assert_eq(written_read(&w, "datapackage.json"), PAL_SYNTAX);
    cr_expect_not_null(strstr(w.error.text, "did you mean 'resources'"), "%s", w.error.text);
    written_close(&w);
}

Test(data_descriptor, tables_of_a_package_are_datasets)
{
    struct written w;
    struct pal_datasets *datasets;
    const char *path;
    char folder[160];
    written_open(&w);
    written_file(&w, "datapackage.json", package);
    snprintf(folder, sizeof folder, "%s", w.folder);
    char *slash = strrchr(folder, '/');
    *slash = '\0';
    const char *const folders[] = {folder};
    cr_assert_eq(pal_datasets_scan(folders, 1, w.arena, &datasets, &w.error), PAL_OK);
    const pal_str name = pal_arena_printf(w.arena, "%s/counts", slash + 1);
    cr_assert_eq(pal_datasets_find(datasets, name, &path, &w.error), PAL_OK, "%s", w.error.text);
    cr_expect_not_null(strstr(path, "datapackage.json#counts"));
    written_close(&w);
}
