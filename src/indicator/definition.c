/* definition.c: an indicator as its YAML says it. */
#include "inside.h"

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
    "per",
    "by",
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

static enum pal_status choice(const struct pal_yaml *node, const char *key,
                              const char *const *words, size_t n, bool needed, size_t *out,
                              struct pal_error *err)
{
    pal_str text = {NULL, 0}, known[16];
    PAL_TRY(pal_yaml_text(node, key, &text, err));
    if (!text.ptr)
        return needed ? pal_yaml_fail(node, err, "the key '%s' is missing", key) : PAL_OK;
    for (size_t i = 0; i < n; i++) {
        known[i] = pal_str_of(words[i]);
        if (pal_str_eq(text, known[i])) {
            *out = i;
            return PAL_OK;
        }
    }
    const pal_str near = pal_nearest(text, known, n);
    return pal_yaml_fail(pal_yaml_get(node, key), err, "'%s' cannot be '%.*s'%s%.*s%s", key,
                         PAL_ARG(text), near.len ? "; did you mean '" : "", PAL_ARG(near),
                         near.len ? "'?" : "");
}

static enum pal_status read_where(const struct pal_yaml *node, struct pal_arena *arena,
                                  struct pal_operand *out, struct pal_error *err)
{
    if (!node)
        return PAL_OK;
    if (node->kind != PAL_YAML_MAP)
        return pal_yaml_fail(node, err,
                             "'where' is written {Column: value} or {Column: [value, value]}");
    struct pal_condition *condition = pal_arena_alloc(arena, node->n + 1, sizeof *condition);
    if (!condition)
        return pal_nomem(err, "conditions");
    for (size_t i = 0; i < node->n; i++) {
        condition[i].column = node->key[i]->text;
        condition[i].at = node->key[i]->at;
        PAL_TRY(pal_yaml_texts(node, node->key[i]->text.ptr, arena, &condition[i].value,
                               &condition[i].n, err));
    }
    out->condition = condition;
    out->conditions = node->n;
    return PAL_OK;
}

static enum pal_status read_operand(const struct pal_yaml *root, const char *key, bool needed,
                                    struct pal_arena *arena, struct pal_operand *out,
                                    struct pal_error *err)
{
    static const char *const known[] = {"dataset", "value", "where"};
    const struct pal_yaml *node = pal_yaml_get(root, key), *dataset;
    if (!node)
        return needed ? pal_yaml_fail(root, err, "the key '%s' is missing", key) : PAL_OK;
    PAL_TRY(pal_yaml_known(node, key, known, PAL_COUNT(known), err));
    PAL_TRY(pal_yaml_need(node, "dataset", PAL_YAML_SCALAR, &dataset, err));
    out->dataset = dataset->text;
    out->given = true;
    out->at = dataset->at;
    PAL_TRY(pal_yaml_texts(node, "value", arena, &out->value, &out->values, err));
    return read_where(pal_yaml_get(node, "where"), arena, out, err);
}

static enum pal_status read_variance(const struct pal_yaml *root, struct pal_definition *d,
                                     struct pal_error *err)
{
    static const char *const known[] = {"method", "level"};
    const struct pal_yaml *node = pal_yaml_get(root, "variance");
    pal_str method = {NULL, 0};
    if (!node)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(node, "variance", known, PAL_COUNT(known), err));
    PAL_TRY(pal_yaml_number(node, "level", &d->ask.level, err));
    PAL_TRY(pal_yaml_text(node, "method", &method, err));
    if (d->ask.level < 0 || d->ask.level >= 1)
        return pal_yaml_fail(pal_yaml_get(node, "level"), err,
                             "a level lies between 0 and 1, such as 0.95");
    if (!method.ptr)
        return PAL_OK;
    if (pal_str_eq(method, PAL_STR("none"))) {
        d->ask.no_variance = true;
        return PAL_OK;
    }
    d->goodman = pal_str_eq(method, PAL_STR("goodman"));
    /* The names that methods go by in the field, beside the estimator's own words. */
    static const struct {
        pal_str word;
        const char *interval;
    } common[] = {{PAL_STR_INIT("gamma"), "fayfeuer"}, {PAL_STR_INIT("log-delta"), "rr-lognormal"}};
    for (size_t i = 0; i < PAL_COUNT(common); i++)
        if (pal_str_eq(method, common[i].word))
            method = pal_str_of(common[i].interval);
    for (const char *const *word = d->estimator->intervals; word && *word; word++) {
        if (pal_str_eq(method, pal_str_of(*word))) {
            d->ask.interval = *word;
            return PAL_OK;
        }
    }
    return pal_yaml_fail(pal_yaml_get(node, "method"), err,
                         "the estimator '%s' has no variance method '%.*s'", d->estimator->name,
                         PAL_ARG(method));
}

static enum pal_status read_estimator(const struct pal_yaml *root, struct pal_definition *d,
                                      struct pal_error *err)
{
    const struct pal_yaml *name;
    PAL_TRY(pal_yaml_need(root, "estimator", PAL_YAML_SCALAR, &name, err));
    d->estimator = pal_estimator_find(name->text);
    if (!d->estimator) {
        const pal_str near = pal_estimator_nearest(name->text);
        return pal_yaml_fail(name, err, "unknown estimator '%.*s'%s%.*s%s", PAL_ARG(name->text),
                             near.len ? "; did you mean '" : "", PAL_ARG(near),
                             near.len ? "'?" : "");
    }
    PAL_TRY(pal_yaml_number(root, "per", &d->ask.per, err));
    if (pal_yaml_get(root, "per") && !(d->ask.per > 0))
        return pal_yaml_fail(pal_yaml_get(root, "per"), err, "'per' must be above zero");
    return read_variance(root, d, err);
}

static enum pal_status read_of(const struct pal_yaml *root, struct pal_definition *d,
                               struct pal_error *err)
{
    const struct pal_yaml *of = pal_yaml_get(root, "of");
    pal_str areas = {NULL, 0};
    PAL_TRY(pal_yaml_text(root, "of_areas", &areas, err));
    if (areas.ptr && !pal_str_eq(areas, PAL_STR("un-members")))
        return pal_yaml_fail(pal_yaml_get(root, "of_areas"), err,
                             "'of_areas' can be un-members, not '%.*s'", PAL_ARG(areas));
    d->of_un_members = areas.ptr != NULL;
    if (!of)
        return PAL_OK;
    if (of->kind != PAL_YAML_MAP || of->n != 1 || of->item[0]->kind != PAL_YAML_SCALAR ||
        !pal_str_eq(of->item[0]->text, PAL_STR("known")))
        return pal_yaml_fail(of, err, "'of' is written {dimension: known}");
    d->of = of->key[0]->text;
    return PAL_OK;
}

static enum pal_status read_quality(const struct pal_yaml *root, struct pal_arena *arena,
                                    struct pal_definition *d, struct pal_error *err)
{
    static const char *const known[] = {"breaks", "note"};
    static const char *const break_keys[] = {"area", "period", "note"};
    const struct pal_yaml *quality = pal_yaml_get(root, "quality");
    if (!quality)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(quality, "quality", known, PAL_COUNT(known), err));
    const struct pal_yaml *list = pal_yaml_get(quality, "breaks");
    if (!list)
        return PAL_OK;
    if (list->kind != PAL_YAML_LIST)
        return pal_yaml_fail(list, err, "'breaks' is a list of {area: …, period: …, note: …}");
    struct pal_break *breaks = pal_arena_alloc(arena, list->n + 1, sizeof *breaks);
    if (!breaks)
        return pal_nomem(err, "series breaks");
    for (size_t i = 0; i < list->n; i++) {
        double period = 0;
        PAL_TRY(pal_yaml_known(list->item[i], "a break", break_keys, PAL_COUNT(break_keys), err));
        PAL_TRY(pal_yaml_text(list->item[i], "area", &breaks[i].area, err));
        PAL_TRY(pal_yaml_number(list->item[i], "period", &period, err));
        breaks[i].period = (int32_t)period;
        const struct pal_yaml *note = pal_yaml_get(list->item[i], "note");
        if (note && note->kind == PAL_YAML_SCALAR)
            breaks[i].note = note->text;
    }
    d->breaks = breaks;
    d->breaks_n = list->n;
    return PAL_OK;
}

static enum pal_status text_at(const struct pal_yaml *root, const char *key, struct pal_text *out,
                               struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(root, key);
    return node ? pal_text_read(node, out, err) : PAL_OK;
}

static enum pal_status lower_words(const pal_str *from, size_t n, struct pal_arena *arena,
                                   const pal_str **out, struct pal_error *err)
{
    pal_str *word = pal_arena_alloc(arena, n + 1, sizeof *word);
    if (!word)
        return pal_nomem(err, "breakdowns");
    for (size_t i = 0; i < n; i++) {
        char *lower = pal_arena_alloc(arena, from[i].len + 1, 1);
        if (!lower)
            return pal_nomem(err, "breakdowns");
        for (size_t k = 0; k < from[i].len; k++)
            lower[k] = from[i].ptr[k] >= 'A' && from[i].ptr[k] <= 'Z' ? (char)(from[i].ptr[k] + 32)
                                                                      : from[i].ptr[k];
        word[i] = (pal_str){lower, from[i].len};
    }
    *out = word;
    return PAL_OK;
}

enum pal_status indicator_definition_read(const char *path, pal_str family, pal_str national,
                                          struct pal_arena *arena, struct pal_definition *d,
                                          struct pal_error *err)
{
    static const char *const kinds[] = {"phenomenon", "implementation"};
    static const char *const bases[] = {"detected", "estimated", "activity", "law"};
    static const char *const scopes[] = {"transnational", "domestic", "any", "not-separable"};
    struct pal_yaml *root;
    const struct pal_yaml *node;
    size_t pick = 0, version = 1;
    *d = (struct pal_definition){.family = family, .national = national};
    PAL_TRY(pal_yaml_read(path, arena, &root, err));
    PAL_TRY(pal_file_sha256(path, d->sha256, err));
    PAL_TRY(pal_yaml_known(root, "an indicator", keys, PAL_COUNT(keys), err));
    d->path = pal_arena_cstr(arena, pal_str_of(path));
    d->at = root->at;
    PAL_TRY(pal_yaml_need(root, "code", PAL_YAML_SCALAR, &node, err));
    d->code = node->text;
    for (size_t i = 0; i < d->code.len; i++)
        if (d->code.ptr[i] == '/' || d->code.ptr[i] == ',' || (unsigned char)d->code.ptr[i] <= ' ')
            return pal_yaml_fail(node, err,
                                 "a code is letters, digits and hyphens, such as TIP-01");
    PAL_TRY(pal_yaml_size(root, "version", &version, err));
    d->version = (unsigned)version;
    PAL_TRY(choice(root, "measures", kinds, PAL_COUNT(kinds), true, &pick, err));
    d->measures = (enum pal_measures)pick;
    PAL_TRY(choice(root, "basis", bases, PAL_COUNT(bases), true, &pick, err));
    d->basis = (enum pal_basis)pick;
    pick = PAL_SCOPE_ANY;
    PAL_TRY(choice(root, "scope", scopes, PAL_COUNT(scopes), false, &pick, err));
    d->scope = (enum pal_scope)pick;
    PAL_TRY(pal_yaml_text(root, "unit", &d->unit, err));
    PAL_TRY(text_at(root, "title", &d->title, err));
    if (!pal_text_in(&d->title, PAL_EN).len)
        return pal_yaml_fail(root, err, "the key 'title' is missing, or has no English");
    PAL_TRY(text_at(root, "definition", &d->definition, err));
    d->unit_name.in[PAL_EN] = d->unit;
    PAL_TRY(text_at(root, "unit_name", &d->unit_name, err));
    PAL_TRY(text_at(root, "comparability", &d->comparability, err));
    PAL_TRY(text_at(root, "guideline", &d->guideline, err));
    PAL_TRY(pal_yaml_texts(root, "iccs", arena, &d->iccs, &d->iccs_n, err));
    PAL_TRY(pal_yaml_text(root, "sdg", &d->sdg, err));
    PAL_TRY(pal_yaml_text(root, "articles", &d->articles, err));
    PAL_TRY(pal_yaml_text(root, "standard", &d->standard, err));
    PAL_TRY(pal_yaml_text(root, "counting_unit", &d->counting_unit, err));
    PAL_TRY(pal_yaml_text(root, "counting_stage", &d->counting_stage, err));
    PAL_TRY(pal_yaml_text(root, "principal_offence_rule", &d->principal_offence_rule, err));
    PAL_TRY(pal_yaml_bool(root, "totals", &d->totals, err));
    PAL_TRY(pal_yaml_bool(root, "mixes_units", &d->mixes_units, err));
    PAL_TRY(pal_yaml_bool(root, "mixes_kinds", &d->mixes_kinds, err));
    PAL_TRY(pal_yaml_texts(root, "references", arena, &d->references, &d->references_n, err));
    const pal_str *by = NULL;
    PAL_TRY(pal_yaml_texts(root, "by", arena, &by, &d->by_n, err));
    if (d->by_n > PAL_MAX_BREAKDOWNS)
        return pal_yaml_fail(pal_yaml_get(root, "by"), err, "at most %d breakdowns",
                             PAL_MAX_BREAKDOWNS);
    PAL_TRY(lower_words(by, d->by_n, arena, &d->by, err));
    PAL_TRY(read_estimator(root, d, err));
    PAL_TRY(read_of(root, d, err));
    PAL_TRY(read_operand(root, "numerator", true, arena, &d->numerator, err));
    const bool two = d->estimator->args_min > 1 && !d->of.len;
    PAL_TRY(read_operand(root, "denominator", two, arena, &d->denominator, err));
    return read_quality(root, arena, d, err);
}
