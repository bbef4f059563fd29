/* What the files of indicators/ promise their readers: every text in six languages, each in its own
 * words; every figure has a table, every code a label, every ICCS code a place in the
 * classification.
 */
#include "shared.h"

#include "palermo/indicator.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOP "indicators"

static struct pal_arena *arena;

static void open_arena(void)
{
    arena = pal_arena_new();
    cr_assert_not_null(arena);
}

static void close_arena(void) { pal_arena_free(arena); }

static struct pal_yaml *read_yaml(const char *path)
{
    struct pal_yaml *root = NULL;
    struct pal_error err = {0};
    cr_assert_eq(pal_yaml_read(path, arena, &root, &err), PAL_OK, "%s", err.text);
    return root;
}

static bool ends_in(pal_str name, const char *end)
{
    const size_t n = strlen(end);
    return name.len >= n && memcmp(name.ptr + name.len - n, end, n) == 0;
}

/* Calls `visit` with every YAML file below a folder; definitions only when asked. */
typedef void visit_file(const char *path, struct pal_yaml *root);

static bool holds_definitions(pal_str folder)
{
    static const char *const others[] = {"labels", "tables", "evidence"};
    for (size_t i = 0; i < PAL_COUNT(others); i++)
        if (pal_str_eq(folder, pal_str_of(others[i])))
            return false;
    return true;
}

static void each_file(const char *folder, bool definitions, visit_file *visit)
{
    const pal_str *name;
    size_t n;
    cr_assert_eq(pal_dir_list(folder, arena, &name, &n, NULL), PAL_OK);
    for (size_t i = 0; i < n; i++) {
        const char *path = pal_path_join(arena, folder, name[i]);
        if (ends_in(name[i], ".yaml"))
            visit(path, read_yaml(path));
        else if (pal_dir_exists(path) && (!definitions || holds_definitions(name[i])))
            each_file(path, definitions, visit);
    }
}

/* ---- languages
 * ----------------------------------------------------------------------------------- */

static uint32_t next_rune(const char **at, const char *end)
{
    const unsigned char first = (unsigned char)*(*at)++;
    uint32_t rune = first < 0x80   ? first
                    : first < 0xE0 ? first & 0x1Fu
                    : first < 0xF0 ? first & 0x0Fu
                                   : first & 0x07u;
    for (size_t more = first < 0xC0   ? 0
                       : first < 0xE0 ? 1
                       : first < 0xF0 ? 2
                                      : 3;
         more > 0 && *at < end; more--)
        rune = rune << 6 | ((unsigned char)*(*at)++ & 0x3Fu);
    return rune;
}

static size_t runes_between(pal_str text, uint32_t low, uint32_t high)
{
    size_t n = 0;
    for (const char *at = text.ptr, *end = text.ptr + text.len; at < end;) {
        const uint32_t rune = next_rune(&at, end);
        n += rune >= low && rune <= high;
    }
    return n;
}

/* Letters of the language's script outnumber Latin ones. */
static bool in_its_script(pal_str text, enum pal_language language)
{
    const size_t latin = runes_between(text, 'A', 'Z') + runes_between(text, 'a', 'z') +
                         runes_between(text, 0xC0, 0x24F);
    switch (language) {
    case PAL_AR:
        return runes_between(text, 0x600, 0x6FF) > latin;
    case PAL_ZH:
        return runes_between(text, 0x3400, 0x9FFF) > latin;
    case PAL_RU:
        return runes_between(text, 0x400, 0x4FF) > latin;
    default:
        return latin > 0;
    }
}

static bool one_word(pal_str text) { return !memchr(text.ptr, ' ', text.len); }

static size_t texts;

static void check_text(const struct pal_yaml *node)
{
    pal_str in[PAL_LANGUAGES];
    cr_expect_eq(node->n, PAL_LANGUAGES, "%s:%llu: not six languages", node->at.file,
                 (unsigned long long)node->at.line);
    for (enum pal_language l = 0; l < PAL_LANGUAGES; l++) {
        const struct pal_yaml *text = pal_yaml_get(node, pal_language_code(l));
        in[l] = text ? text->text : PAL_STR("");
        cr_expect(in[l].len > 0, "%s:%llu: no text in '%s'", node->at.file,
                  (unsigned long long)node->at.line, pal_language_code(l));
    }
    for (enum pal_language l = 0; l < PAL_LANGUAGES; l++) {
        cr_expect(in_its_script(in[l], l), "%s:%llu: '%s' is not written in its script",
                  node->at.file, (unsigned long long)node->at.line, pal_language_code(l));
        /* French and Spanish share single words with English, such as "Ratification". */
        if (l != PAL_EN && !((l == PAL_FR || l == PAL_ES) && one_word(in[PAL_EN])))
            cr_expect(!pal_str_eq(in[l], in[PAL_EN]), "%s:%llu: '%s' is a copy of the English",
                      node->at.file, (unsigned long long)node->at.line, pal_language_code(l));
    }
    texts++;
}

static void check_texts(const struct pal_yaml *node)
{
    if (node->kind == PAL_YAML_MAP && pal_yaml_get(node, "en")) {
        check_text(node);
        return;
    }
    for (size_t i = 0; i < node->n; i++)
        check_texts(node->item[i]);
}

static void check_file_texts(const char *path, struct pal_yaml *root)
{
    (void)path;
    check_texts(root);
}

Test(indicator_definitions, six_languages_and_no_copy_of_the_english, .init = open_arena,
     .fini = close_arena)
{
    texts = 0;
    each_file(TOP, false, check_file_texts);
    cr_assert_gt(texts, 500, "only %zu texts were read", texts);
}

static void check_definition_texts(const char *path, struct pal_yaml *root)
{
    static const char *const needed[] = {"title", "definition", "unit_name", "comparability",
                                         "guideline"};
    /* A State's own definition leaves collecting to the State. */
    const size_t n = pal_yaml_get(root, "standard") ? PAL_COUNT(needed) - 1 : PAL_COUNT(needed);
    for (size_t i = 0; i < n; i++)
        cr_expect(pal_yaml_get(root, needed[i]), "%s has no '%s'", path, needed[i]);
    cr_expect(pal_yaml_get(root, "references"), "%s has no references", path);
    static const char *const typed[] = {
        "measures", "basis", "scope", "counting_unit", "counting_stage", "principal_offence_rule"};
    for (size_t i = 0; i < PAL_COUNT(typed); i++)
        cr_expect(pal_yaml_get(root, typed[i]), "%s does not say its '%s'", path, typed[i]);
}

Test(indicator_definitions, each_says_what_it_is, .init = open_arena, .fini = close_arena)
{
    each_file(TOP, true, check_definition_texts);
}

/* ---- what refers to what
 * ------------------------------------------------------------------------- */

static pal_str code[256];
static size_t codes;
static bool shown[256];

static void keep_code(const char *path, struct pal_yaml *root)
{
    const struct pal_yaml *own = pal_yaml_get(root, "code");
    cr_assert(own && codes < PAL_COUNT(code), "%s", path);
    char file[64];
    snprintf(file, sizeof file, "/%.*s.yaml", PAL_ARG(own->text));
    cr_expect(ends_in(pal_str_of(path), file), "%s holds %.*s", path, PAL_ARG(own->text));
    if (!pal_yaml_get(root, "standard"))
        code[codes++] = own->text;
}

static size_t find_code(pal_str wanted)
{
    size_t i = 0;
    while (i < codes && !pal_str_eq(code[i], wanted))
        i++;
    return i;
}

static void check_table(const char *path, struct pal_yaml *root)
{
    const struct pal_yaml *columns = pal_yaml_get(root, "indicators");
    const struct pal_yaml *breakdown = pal_yaml_get(root, "breakdown");
    cr_assert(columns, "%s", path);
    for (size_t i = 0; i < columns->n; i++) {
        const size_t found = find_code(columns->item[i]->text);
        cr_expect(found < codes, "%s: there is no %.*s", path, PAL_ARG(columns->item[i]->text));
        if (found < codes)
            shown[found] = true;
    }
    for (size_t i = 0; breakdown && i < breakdown->n; i++) {
        char file[64];
        snprintf(file, sizeof file, TOP "/labels/%.*s.yaml", PAL_ARG(breakdown->key[i]->text));
        const struct pal_yaml *labels = pal_yaml_get(read_yaml(file), "codes");
        for (size_t k = 0; k < breakdown->item[i]->n; k++)
            cr_expect(pal_yaml_get(labels, breakdown->item[i]->item[k]->text.ptr),
                      "%s: no label for %.*s", path, PAL_ARG(breakdown->item[i]->item[k]->text));
    }
}

Test(indicator_definitions, every_indicator_is_in_a_table_and_on_the_page, .init = open_arena,
     .fini = close_arena)
{
    pal_str page;
    codes = 0;
    memset(shown, 0, sizeof shown);
    each_file(TOP, true, keep_code);
    each_file(TOP "/tables", false, check_table);
    cr_assert_eq(pal_file_read(TOP "/README.md", 1 << 20, arena, &page, NULL), PAL_OK);
    for (size_t i = 0; i < codes; i++) {
        char row[32], second[32];
        snprintf(row, sizeof row, "| %.*s", PAL_ARG(code[i]));
        snprintf(second, sizeof second, ", %.*s |", PAL_ARG(code[i]));
        cr_expect(shown[i], "no table prints %.*s", PAL_ARG(code[i]));
        cr_expect(strstr(page.ptr, row) || strstr(page.ptr, second),
                  "indicators/README.md does not list %.*s", PAL_ARG(code[i]));
    }
}

/* ---- evidence
 * ------------------------------------------------------------------------------------ */

static struct pal_areas *areas;

static void check_evidence(const char *path, struct pal_yaml *root)
{
    const struct pal_evidence *record;
    size_t n;
    struct pal_error err = {0};
    (void)root;
    cr_assert_eq(pal_evidence_read(path, arena, &record, &n, &err), PAL_OK, "%s", err.text);
    cr_assert_gt(n, 0, "%s holds no record", path);
    for (size_t i = 0; i < n; i++) {
        cr_expect(find_code(record[i].indicator) < codes, "%.*s bears on no indicator",
                  PAL_ARG(record[i].id));
        cr_expect(pal_areas_by_code(areas, record[i].area) != PAL_NO_AREA, "%.*s has no area",
                  PAL_ARG(record[i].id));
        cr_expect(record[i].source.len > 0, "%.*s cites nothing", PAL_ARG(record[i].id));
        cr_expect(pal_str_eq(record[i].confidence, PAL_STR("high")) ||
                      pal_str_eq(record[i].confidence, PAL_STR("medium")) ||
                      pal_str_eq(record[i].confidence, PAL_STR("low")),
                  "%.*s has no confidence", PAL_ARG(record[i].id));
        /* What is said of a real area cites a published document; the rest is marked. */
        cr_expect(record[i].synthetic == pal_str_starts(record[i].area, PAL_STR("XA")) &&
                      record[i].synthetic != pal_str_starts(record[i].source, PAL_STR("CTOC/")),
                  "%.*s does not say whether it is invented", PAL_ARG(record[i].id));
    }
}

Test(indicator_definitions, evidence_bears_on_figures_and_cites_its_source, .init = open_arena,
     .fini = close_arena)
{
    codes = 0;
    each_file(TOP, true, keep_code);
    cr_assert_eq(pal_areas_read("datasets/areas", arena, &areas, NULL), PAL_OK);
    each_file(TOP "/evidence", false, check_evidence);
}

/* The official classification, in Spanish, has every code that a definition names. */
static pal_str classification;

static void check_iccs(const char *path, struct pal_yaml *root)
{
    const struct pal_yaml *list = pal_yaml_get(root, "iccs");
    for (size_t i = 0; list && i < list->n; i++) {
        char row[32];
        snprintf(row, sizeof row, "\n%.*s,", PAL_ARG(list->item[i]->text));
        cr_expect(strstr(classification.ptr, row), "%s: ICCS has no %.*s", path,
                  PAL_ARG(list->item[i]->text));
    }
}

Test(indicator_definitions, iccs_codes_are_in_the_classification, .init = open_arena,
     .fini = close_arena)
{
    const char *path = NEED_SHARED("data/reference/iccs_es.csv");
    cr_assert_eq(pal_file_read(path, 1 << 22, arena, &classification, NULL), PAL_OK);
    each_file(TOP, true, check_iccs);
}
