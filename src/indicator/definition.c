/* definition.c: an indicator as its YAML says it. */
#include "definition.h"

#include <string.h>

static const char *const keys[] = {
    "code",
    "version",
    "measures",
    "basis",
    "scope",
    "title",
    "definition",
    "iccs",
    "sdg",
    "articles",
    "unit",
    "unit_name",
    "numerator",
    "denominator",
    "estimator",
    "at",
    "quantile_rule",
    "missing",
    "change",
    "contrast",
    "per",
    "by",
    "sums",
    "of",
    "of_areas",
    "totals",
    "counting_unit",
    "counting_stage",
    "principal_offence_rule",
    "mixes_units",
    "mixes_kinds",
    "variance",
    "comparability",
    "quality",
    "guideline",
    "references",
    "standard",
    "see",
    "area",
    "synthetic",
};

const char *pal_measures_name(enum pal_measures measures)
{
    static const char *const names[] = {"phenomenon", "implementation"};
    return names[measures];
}

const char *pal_basis_name(enum pal_basis basis)
{
    static const char *const names[] = {"detected", "estimated", "activity", "law"};
    return names[basis];
}

const char *pal_scope_name(enum pal_scope scope)
{
    static const char *const names[] = {"transnational", "domestic", "any", "not-separable"};
    return names[scope];
}

bool pal_definition_counts(const struct pal_definition *definition)
{
    static const char *const words[] = {"count", "recapture", "systems", "total"};
    for (size_t i = 0; i < PAL_COUNT(words); i++)
        if (strcmp(definition->estimator->name, words[i]) == 0)
            return !definition->denominator.given && definition->as == PAL_COMPARE_DIFFERENCE;
    return false;
}

/* ---- problems: each becomes a finding, and reading goes on --------------------------------------
 */

void definition_problem(struct pal_diag *diag, const struct pal_place *at, pal_str code,
                        const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pal_diag_add(diag,
                 &(struct pal_finding){.severity = PAL_ERROR,
                                       .rule = "definition",
                                       .at = *at,
                                       .what = {text, n < 0                     ? 0
                                                      : (size_t)n < sizeof text ? (size_t)n
                                                                                : sizeof text - 1},
                                       .todo = PAL_STR("indicators/README.md lists the keys"),
                                       .key = code});
}

void reader_problem(struct definition_reader *r, const struct pal_place *at, const char *format,
                    ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    r->good = false;
    definition_problem(r->diag, at, r->d->code, "%s", text);
}

/* What a read gave: PAL_SYNTAX is told as a finding and forgiven, anything else ends the reading.
 */
enum pal_status reader_forgive(struct definition_reader *r, enum pal_status status,
                               struct pal_error *err)
{
    if (status == PAL_SYNTAX) {
        const struct pal_place at = {r->own.file[0] ? r->own.file : r->path, r->own.line,
                                     r->own.column};
        reader_problem(r, &at, "%s", r->own.text);
        status = PAL_OK;
    } else if (status != PAL_OK && err) {
        *err = r->own;
    }
    r->own = (struct pal_error){0};
    return status;
}

void reader_missing(struct definition_reader *r, const struct pal_yaml *in, const char *key)
{
    reader_problem(r, &in->at, "the key '%s' is missing", key);
}

/* Every unknown key, not only the first. */
void reader_keys(struct definition_reader *r, const struct pal_yaml *node, const char *what,
                 const char *const *known, size_t n)
{
    pal_str words[64];
    if (node->kind != PAL_YAML_MAP) {
        reader_problem(r, &node->at, "%s is a map of keys", what);
        return;
    }
    for (size_t i = 0; i < n && i < PAL_COUNT(words); i++)
        words[i] = pal_str_of(known[i]);
    for (size_t k = 0; k < node->n; k++) {
        const pal_str key = node->key[k]->text;
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = pal_str_eq(key, words[i]);
        if (found)
            continue;
        const pal_str near = pal_nearest(key, words, n);
        reader_problem(r, &node->key[k]->at, "unknown key '%.*s' of %s%s%.*s%s", PAL_ARG(key), what,
                       near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
    }
}

/* ---- parts
 * ---------------------------------------------------------------------------------------- */

static enum pal_status read_choice(struct definition_reader *r, const char *key,
                                   const char *const *words, size_t n, bool needed, size_t *out,
                                   struct pal_error *err)
{
    pal_str text = {NULL, 0}, known[16];
    READ(pal_yaml_text(r->root, key, &text, &r->own));
    const struct pal_yaml *node = pal_yaml_get(r->root, key);
    if (!node && needed)
        reader_missing(r, r->root, key);
    if (!text.ptr)
        return PAL_OK;
    for (size_t i = 0; i < n; i++) {
        known[i] = pal_str_of(words[i]);
        if (pal_str_eq(text, known[i])) {
            *out = i;
            return PAL_OK;
        }
    }
    const pal_str near = pal_nearest(text, known, n);
    reader_problem(r, &node->at, "'%s' cannot be '%.*s'%s%.*s%s", key, PAL_ARG(text),
                   near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
    return PAL_OK;
}

static enum pal_status read_where(struct definition_reader *r, const struct pal_yaml *node,
                                  struct pal_operand *out, struct pal_error *err)
{
    if (!node)
        return PAL_OK;
    if (node->kind != PAL_YAML_MAP) {
        reader_problem(r, &node->at,
                       "'where' is written {Column: value} or {Column: [value, value]}");
        return PAL_OK;
    }
    struct pal_condition *condition = pal_arena_alloc(r->arena, node->n + 1, sizeof *condition);
    if (!condition)
        return pal_nomem(err, "conditions");
    for (size_t i = 0; i < node->n; i++) {
        condition[i].column = node->key[i]->text;
        condition[i].at = node->key[i]->at;
        READ(pal_yaml_texts(node, node->key[i]->text.ptr, r->arena, &condition[i].value,
                            &condition[i].n, &r->own));
    }
    out->condition = condition;
    out->conditions = node->n;
    return PAL_OK;
}

static enum pal_status read_operand(struct definition_reader *r, const char *key, bool needed,
                                    struct pal_operand *out, struct pal_error *err)
{
    static const char *const known[] = {"dataset", "value", "where"};
    const struct pal_yaml *node = pal_yaml_get(r->root, key);
    if (!node) {
        if (needed)
            reader_missing(r, r->root, key);
        return PAL_OK;
    }
    reader_keys(r, node, key, known, PAL_COUNT(known));
    if (node->kind != PAL_YAML_MAP)
        return PAL_OK;
    READ(pal_yaml_text(node, "dataset", &out->dataset, &r->own));
    const struct pal_yaml *dataset = pal_yaml_get(node, "dataset"),
                          *value = pal_yaml_get(node, "value");
    if (!dataset)
        reader_missing(r, node, "dataset");
    out->given = true;
    out->at = dataset ? dataset->at : node->at;
    out->value_at = value ? value->at : out->at;
    READ(pal_yaml_texts(node, "value", r->arena, &out->value, &out->values, &r->own));
    return read_where(r, pal_yaml_get(node, "where"), out, err);
}

static enum pal_status read_quality(struct definition_reader *r, struct pal_error *err)
{
    static const char *const known[] = {"breaks", "note"};
    static const char *const break_keys[] = {"area", "period", "note"};
    const struct pal_yaml *quality = pal_yaml_get(r->root, "quality");
    if (!quality)
        return PAL_OK;
    reader_keys(r, quality, "quality", known, PAL_COUNT(known));
    const struct pal_yaml *list = pal_yaml_get(quality, "breaks");
    if (!list)
        return PAL_OK;
    if (list->kind != PAL_YAML_LIST) {
        reader_problem(r, &list->at,
                       "'breaks' is a list of {area: CODE, period: YEAR, note: text}");
        return PAL_OK;
    }
    struct pal_break *breaks = pal_arena_alloc(r->arena, list->n + 1, sizeof *breaks);
    if (!breaks)
        return pal_nomem(err, "series breaks");
    for (size_t i = 0; i < list->n; i++) {
        double period = 0;
        reader_keys(r, list->item[i], "a break", break_keys, PAL_COUNT(break_keys));
        READ(pal_yaml_text(list->item[i], "area", &breaks[i].area, &r->own));
        READ(pal_yaml_number(list->item[i], "period", &period, &r->own));
        READ(pal_yaml_text(list->item[i], "note", &breaks[i].note, &r->own));
        if (!(period >= 1 && period <= 9999))
            reader_problem(r, &list->item[i]->at,
                           "a break names the year in which the new series begins");
        else
            breaks[i].period = (int32_t)period;
    }
    r->d->breaks = breaks;
    r->d->breaks_n = list->n;
    return PAL_OK;
}

static enum pal_status read_text(struct definition_reader *r, const char *key, struct pal_text *out,
                                 struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(r->root, key);
    if (node)
        READ(pal_text_read(node, out, &r->own));
    return PAL_OK;
}

pal_str definition_lower(pal_str text, struct pal_arena *arena)
{
    char *lower = pal_arena_alloc(arena, text.len + 1, 1);
    for (size_t k = 0; lower && k < text.len; k++)
        lower[k] =
            text.ptr[k] >= 'A' && text.ptr[k] <= 'Z' ? (char)(text.ptr[k] + 32) : text.ptr[k];
    return (pal_str){lower, lower ? text.len : 0};
}

static enum pal_status read_facts(struct definition_reader *r, struct pal_error *err)
{
    static const char *const kinds[] = {"phenomenon", "implementation"};
    static const char *const bases[] = {"detected", "estimated", "activity", "law"};
    static const char *const scopes[] = {"transnational", "domestic", "any", "not-separable"};
    static const char *const stages[] = {"input", "intermediate", "output"};
    static const char *const rules[] = {"yes", "no", "unknown"};
    struct pal_definition *d = r->d;
    size_t kind = 0, basis = 0, scope = PAL_SCOPE_ANY, stage = SIZE_MAX, rule = SIZE_MAX;
    PAL_TRY(read_choice(r, "measures", kinds, PAL_COUNT(kinds), true, &kind, err));
    PAL_TRY(read_choice(r, "basis", bases, PAL_COUNT(bases), true, &basis, err));
    PAL_TRY(read_choice(r, "scope", scopes, PAL_COUNT(scopes), false, &scope, err));
    PAL_TRY(read_choice(r, "counting_stage", stages, PAL_COUNT(stages), false, &stage, err));
    PAL_TRY(read_choice(r, "principal_offence_rule", rules, PAL_COUNT(rules), false, &rule, err));
    d->measures = (enum pal_measures)kind;
    d->basis = (enum pal_basis)basis;
    d->scope = (enum pal_scope)scope;
    d->counting_stage = stage < PAL_COUNT(stages) ? pal_str_of(stages[stage]) : PAL_STR("");
    d->principal_offence_rule = rule < PAL_COUNT(rules) ? pal_str_of(rules[rule]) : PAL_STR("");
    if (r->good && d->measures == PAL_PHENOMENON &&
        (d->basis == PAL_LAW || d->basis == PAL_ACTIVITY))
        reader_problem(r, &pal_yaml_get(r->root, "basis")->at,
                       "a phenomenon is detected or estimated; '%s' measures implementation",
                       pal_basis_name(d->basis));
    if (r->good && d->measures == PAL_IMPLEMENTATION && d->basis == PAL_DETECTED)
        reader_problem(r, &pal_yaml_get(r->root, "basis")->at,
                       "implementation is activity or law; what is detected is the phenomenon");
    return PAL_OK;
}

/* Sections are 01 to 11; below them come two, then one or two digits a level: 0204, 02041, 020411.
 */
static void check_iccs(struct definition_reader *r)
{
    const struct pal_yaml *node = pal_yaml_get(r->root, "iccs");
    for (size_t i = 0; i < r->d->iccs_n; i++) {
        const pal_str code = r->d->iccs[i];
        int64_t section = 0;
        bool digits = code.len >= 2 && code.len <= 7 && code.len != 3;
        for (size_t k = 0; k < code.len; k++)
            digits &= code.ptr[k] >= '0' && code.ptr[k] <= '9';
        if (digits && pal_int_parse((pal_str){code.ptr, 2}, &section) && section >= 1 &&
            section <= 11)
            continue;
        reader_problem(
            r, node->kind == PAL_YAML_LIST ? &node->item[i]->at : &node->at,
            "'%.*s' is no ICCS code: the digits of a section from 01 to 11 and of its levels, "
            "in quotes, such as \"0204\"",
            PAL_ARG(code));
    }
}

static struct pal_place place_of(const struct definition_reader *r, const char *key)
{
    const struct pal_yaml *node = pal_yaml_get(r->root, key);
    return node ? node->at : r->root->at;
}

/* The State of a national definition is said by the folder it lies in; the key may repeat it. */
static enum pal_status check_area(struct definition_reader *r, struct pal_error *err)
{
    pal_str area = {NULL, 0};
    const struct pal_place at = place_of(r, "area");
    READ(pal_yaml_text(r->root, "area", &area, &r->own));
    if (!area.ptr || pal_str_eq(area, r->d->national))
        return PAL_OK;
    if (r->d->national.len)
        reader_problem(r, &at, "'area' is '%.*s', but the definition lies in national/%.*s",
                       PAL_ARG(area), PAL_ARG(r->d->national));
    else
        reader_problem(r, &at, "'area' goes with a national definition, national/%.*s/%.*s.yaml",
                       PAL_ARG(area), PAL_ARG(r->d->code));
    return PAL_OK;
}

static enum pal_status read_words(struct definition_reader *r, struct pal_error *err)
{
    struct pal_definition *d = r->d;
    size_t version = 1;
    READ(pal_yaml_text(r->root, "code", &d->code, &r->own));
    const struct pal_yaml *code = pal_yaml_get(r->root, "code");
    if (!code)
        reader_missing(r, r->root, "code");
    for (size_t i = 0; i < d->code.len; i++) {
        const unsigned char c = (unsigned char)d->code.ptr[i];
        if (c > ' ' && c != '/' && c != ',' && c != '=' && c < 127)
            continue;
        reader_problem(r, &code->at, "a code is letters, digits and hyphens, such as TIP-01");
        break;
    }
    READ(pal_yaml_size(r->root, "version", &version, &r->own));
    d->version = (unsigned)version;
    PAL_TRY(read_text(r, "title", &d->title, err));
    if (!d->title.in[PAL_EN].len)
        reader_problem(r, &r->root->at, "the key 'title' is missing, or has no English");
    PAL_TRY(read_text(r, "definition", &d->definition, err));
    READ(pal_yaml_text(r->root, "unit", &d->unit, &r->own));
    if (!pal_yaml_get(r->root, "unit"))
        reader_missing(r, r->root, "unit");
    d->unit_name.in[PAL_EN] = d->unit;
    PAL_TRY(read_text(r, "unit_name", &d->unit_name, err));
    PAL_TRY(read_text(r, "comparability", &d->comparability, err));
    PAL_TRY(read_text(r, "guideline", &d->guideline, err));
    READ(pal_yaml_texts(r->root, "iccs", r->arena, &d->iccs, &d->iccs_n, &r->own));
    check_iccs(r);
    READ(pal_yaml_text(r->root, "sdg", &d->sdg, &r->own));
    READ(pal_yaml_text(r->root, "articles", &d->articles, &r->own));
    READ(pal_yaml_text(r->root, "standard", &d->standard, &r->own));
    READ(pal_yaml_texts(r->root, "see", r->arena, &d->see, &d->see_n, &r->own));
    d->code_at = place_of(r, "code");
    d->standard_at = place_of(r, "standard");
    d->see_at = place_of(r, "see");
    PAL_TRY(check_area(r, err));
    READ(pal_yaml_text(r->root, "counting_unit", &d->counting_unit, &r->own));
    d->unit_at = pal_yaml_get(r->root, "counting_unit") ? pal_yaml_get(r->root, "counting_unit")->at
                                                        : r->root->at;
    READ(pal_yaml_bool(r->root, "totals", &d->totals, &r->own));
    READ(pal_yaml_bool(r->root, "mixes_units", &d->mixes_units, &r->own));
    READ(pal_yaml_bool(r->root, "mixes_kinds", &d->mixes_kinds, &r->own));
    READ(
        pal_yaml_texts(r->root, "references", r->arena, &d->references, &d->references_n, &r->own));
    return PAL_OK;
}

/* Beside definitions may lie cycles, descriptors, tables and records of evidence: keys that no
 * definition has tell them. */
static bool is_another_kind(const struct pal_yaml *root)
{
    static const char *const others[] = {"datasets", "path",      "resources",
                                         "table",    "dimension", "evidence"};
    if (pal_yaml_get(root, "code") || pal_yaml_get(root, "numerator"))
        return false;
    for (size_t i = 0; i < PAL_COUNT(others); i++)
        if (pal_yaml_get(root, others[i]))
            return true;
    return false;
}

enum pal_status indicator_definition_read(const char *path, pal_str family, pal_str national,
                                          struct pal_diag *diag, struct pal_arena *arena,
                                          struct pal_definition *d, bool *good,
                                          struct pal_error *err)
{
    struct definition_reader reader = {
        .d = d, .arena = arena, .diag = diag, .path = path, .good = true};
    struct definition_reader *r = &reader;
    struct pal_yaml *root = NULL;
    *d = (struct pal_definition){.family = family, .national = national, .at = {path, 0, 0}};
    d->path = pal_arena_cstr(arena, pal_str_of(path));
    READ(pal_yaml_read(path, arena, &root, &r->own));
    *good = r->good && root;
    if (!root || is_another_kind(root))
        return PAL_OK;
    PAL_TRY(pal_file_sha256(path, d->sha256, err));
    r->root = root;
    d->at = root->at;
    reader_keys(r, root, "an indicator", keys, PAL_COUNT(keys));
    if (root->kind == PAL_YAML_MAP) {
        PAL_TRY(read_words(r, err));
        PAL_TRY(read_facts(r, err));
        PAL_TRY(definition_read_by(r, err));
        PAL_TRY(definition_read_estimator(r, err));
        PAL_TRY(definition_read_of(r, err));
        PAL_TRY(read_operand(r, "numerator", true, &d->numerator, err));
        const bool two = d->estimator && d->estimator->args_min > 1 && !d->of.len;
        PAL_TRY(read_operand(r, "denominator", two, &d->denominator, err));
        PAL_TRY(definition_read_sample(r, err));
        definition_check_added(r);
        PAL_TRY(read_quality(r, err));
    }
    *good = r->good;
    return PAL_OK;
}
