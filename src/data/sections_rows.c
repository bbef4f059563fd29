/* sections_rows.c: what rows are: measures, rows set aside, repeated keys, checks. */
#include "sections.h"

static enum pal_status read_pairs(const struct pal_yaml *node, struct pal_arena *arena,
                                  const struct data_pair **out, size_t *n, struct pal_error *err)
{
    *n = 0;
    if (!node)
        return PAL_OK;
    if (node->kind != PAL_YAML_MAP)
        return pal_yaml_fail(node, err, "written {dimension: CODE, …}");
    struct data_pair *pair = pal_arena_alloc(arena, node->n + 1, sizeof *pair);
    if (!pair)
        return pal_nomem(err, "codes of a measure");
    for (size_t i = 0; i < node->n; i++) {
        if (node->item[i]->kind != PAL_YAML_SCALAR)
            return pal_yaml_fail(node->item[i], err, "a code must be one word");
        pair[i] = (struct data_pair){node->key[i]->text, node->item[i]->text};
    }
    *out = pair;
    *n = node->n;
    return PAL_OK;
}

static enum pal_status read_measure_columns(const struct pal_yaml *node, struct pal_arena *arena,
                                            struct data_measure *measure, struct pal_error *err)
{
    pal_str one = {NULL, 0};
    PAL_TRY(pal_yaml_text(node, "column", &one, err));
    const struct pal_yaml *many = pal_yaml_get(node, "columns");
    if (many && many->kind != PAL_YAML_MAP)
        return pal_yaml_fail(many, err, "'columns' is written {Header: {sex: M}, …}");
    const size_t n = (one.ptr ? 1 : 0) + (many ? many->n : 0);
    measure->column = pal_arena_alloc(arena, n + 1, sizeof *measure->column);
    if (!measure->column)
        return pal_nomem(err, "the measures");
    if (one.ptr)
        measure->column[measure->columns_n++].column = one;
    for (size_t i = 0; many && i < many->n; i++) {
        struct data_measure_column *column = &measure->column[measure->columns_n++];
        column->column = many->key[i]->text;
        PAL_TRY(read_pairs(many->item[i], arena, &column->set, &column->set_n, err));
    }
    return PAL_OK;
}

DATA_SECTION(measures)
{
    static const char *const known[] = {"where",   "column",      "columns",       "set",
                                        "is_rate", "is_estimate", "counting_unit", "counting_stage",
                                        "unit",    "title",       "kind"};
    static const char *const kinds[] = {"phenomenon", "implementation"};
    const struct pal_yaml *measures = pal_yaml_get(root, "measures");
    if (!measures)
        return PAL_OK;
    if (measures->kind != PAL_YAML_MAP)
        return pal_yaml_fail(measures, err, "'measures' must be a map of names");
    d->measure_of = pal_arena_alloc(arena, measures->n + 1, sizeof *d->measure_of);
    if (!d->measure_of)
        return pal_nomem(err, "the measures");
    for (size_t i = 0; i < measures->n; i++) {
        const struct pal_yaml *node = measures->item[i];
        struct data_measure *measure = &d->measure_of[d->measures_n++];
        PAL_TRY(pal_yaml_known(node, "a measure", known, PAL_COUNT(known), err));
        measure->facts.name = measures->key[i]->text;
        measure->at = measures->key[i]->at;
        PAL_TRY(data_conditions_read(pal_yaml_get(node, "where"), arena, &measure->where, err));
        PAL_TRY(read_pairs(pal_yaml_get(node, "set"), arena, &measure->set, &measure->set_n, err));
        PAL_TRY(read_measure_columns(node, arena, measure, err));
        PAL_TRY(pal_yaml_bool(node, "is_rate", &measure->facts.is_rate, err));
        PAL_TRY(pal_yaml_bool(node, "is_estimate", &measure->facts.is_estimate, err));
        PAL_TRY(pal_yaml_text(node, "counting_unit", &measure->facts.counting_unit, err));
        PAL_TRY(pal_yaml_text(node, "counting_stage", &measure->facts.counting_stage, err));
        size_t ignored;
        PAL_TRY(data_choice(node, "kind", kinds, PAL_COUNT(kinds), &ignored, err));
        PAL_TRY(pal_yaml_text(node, "kind", &measure->facts.kind, err));
    }
    return PAL_OK;
}

DATA_SECTION(asides)
{
    static const char *const known[] = {"where", "why"};
    const struct pal_yaml *node = pal_yaml_get(root, "set_aside");
    if (!node)
        return PAL_OK;
    if (node->kind != PAL_YAML_LIST)
        return pal_yaml_fail(node, err, "'set_aside' is a list of {where: {…}, why: …}");
    d->aside = pal_arena_alloc(arena, node->n + 1, sizeof *d->aside);
    if (!d->aside)
        return pal_nomem(err, "the rows set aside");
    for (size_t i = 0; i < node->n; i++) {
        struct data_aside *aside = &d->aside[d->asides_n++];
        PAL_TRY(pal_yaml_known(node->item[i], "a row set aside", known, PAL_COUNT(known), err));
        aside->at = node->item[i]->at;
        PAL_TRY(
            data_conditions_read(pal_yaml_get(node->item[i], "where"), arena, &aside->where, err));
        PAL_TRY(pal_yaml_text(node->item[i], "why", &aside->why, err));
        if (!aside->where.n || !aside->why.len)
            return pal_yaml_fail(node->item[i], err,
                                 "rows set aside need a condition and a reason");
    }
    return PAL_OK;
}

static enum pal_status read_rule(const struct pal_yaml *node, const char *key,
                                 struct pal_arena *arena, struct data_duplicates *out,
                                 struct pal_error *err)
{
    static const char *const rules[] = {"error", "first", "last", "sum", "keep-both"};
    size_t rule = PAL_DUP_ERROR;
    PAL_TRY(data_choice(node, key, rules, PAL_COUNT(rules), &rule, err));
    out->rule = (enum pal_duplicates)rule;
    out->at = node->at;
    if (pal_str_eq(pal_str_of(key), PAL_STR("rule"))) {
        static const char *const known[] = {"rule", "key", "where"};
        PAL_TRY(pal_yaml_known(node, "duplicates", known, PAL_COUNT(known), err));
        PAL_TRY(pal_yaml_texts(node, "key", arena, &out->key, &out->key_n, err));
        PAL_TRY(data_conditions_read(pal_yaml_get(node, "where"), arena, &out->where, err));
    }
    return PAL_OK;
}

DATA_SECTION(duplicates)
{
    const struct pal_yaml *node = pal_yaml_get(root, "duplicates");
    const size_t n = node && node->kind == PAL_YAML_LIST ? node->n : 1;
    d->duplicates = pal_arena_alloc(arena, n + 1, sizeof *d->duplicates);
    if (!d->duplicates)
        return pal_nomem(err, "the rule for repeated keys");
    if (!node) { /* silence is the strictest rule; rows of microdata have no key but a declared one
                  */
        const bool plain = d->shape == PAL_SHAPE_MICRODATA || d->shape == PAL_SHAPE_LISTS;
        d->duplicates[d->duplicates_n++] = (struct data_duplicates){
            .rule = plain && !d->primary_key_n ? PAL_DUP_KEEP_BOTH : PAL_DUP_ERROR,
            .at = root->at,
            .key_n = d->primary_key_n,
            .key = d->primary_key};
        return PAL_OK;
    }
    if (node->kind == PAL_YAML_SCALAR)
        return read_rule(root, "duplicates", arena, &d->duplicates[d->duplicates_n++], err);
    for (size_t i = 0; i < n; i++)
        PAL_TRY(read_rule(node->kind == PAL_YAML_LIST ? node->item[i] : node, "rule", arena,
                          &d->duplicates[d->duplicates_n++], err));
    return PAL_OK;
}

static enum pal_status read_parts(const struct pal_yaml *node, struct pal_arena *arena,
                                  struct data_parts *out, struct pal_error *err)
{
    static const char *const known[] = {"dimension", "total", "parts", "unknown"};
    PAL_TRY(pal_yaml_known(node, "parts", known, PAL_COUNT(known), err));
    out->total = PAL_STR("_T");
    PAL_TRY(pal_yaml_text(node, "dimension", &out->dimension, err));
    PAL_TRY(pal_yaml_text(node, "total", &out->total, err));
    PAL_TRY(pal_yaml_text(node, "unknown", &out->unknown, err));
    PAL_TRY(pal_yaml_texts(node, "parts", arena, &out->parts, &out->parts_n, err));
    if (!out->dimension.len || !out->parts_n)
        return pal_yaml_fail(node, err, "a check of parts needs a dimension and its parts");
    return PAL_OK;
}

DATA_SECTION(checks)
{
    static const char *const known[] = {"parts", "stages", "rate", "years", "percent"};
    static const char *const rate_keys[] = {"count", "rate", "per"};
    static const char *const year_keys[] = {"from", "to"};
    const struct pal_yaml *checks = pal_yaml_get(root, "checks");
    if (!checks)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(checks, "checks", known, PAL_COUNT(known), err));
    const struct pal_yaml *parts = pal_yaml_get(checks, "parts");
    if (parts) {
        const size_t n = parts->kind == PAL_YAML_LIST ? parts->n : 1;
        d->parts = pal_arena_alloc(arena, n, sizeof *d->parts);
        if (!d->parts)
            return pal_nomem(err, "the checks");
        for (size_t i = 0; i < n; i++)
            PAL_TRY(read_parts(parts->kind == PAL_YAML_LIST ? parts->item[i] : parts, arena,
                               &d->parts[d->parts_n++], err));
    }
    PAL_TRY(pal_yaml_texts(checks, "stages", arena, &d->stages, &d->stages_n, err));
    PAL_TRY(pal_yaml_texts(checks, "percent", arena, &d->percent, &d->percent_n, err));
    const struct pal_yaml *rate = pal_yaml_get(checks, "rate");
    if (rate) {
        PAL_TRY(pal_yaml_known(rate, "rate", rate_keys, PAL_COUNT(rate_keys), err));
        PAL_TRY(data_conditions_read(pal_yaml_get(rate, "count"), arena, &d->rate_count, err));
        PAL_TRY(data_conditions_read(pal_yaml_get(rate, "rate"), arena, &d->rate_rate, err));
        d->rate_per = 100000;
        PAL_TRY(pal_yaml_number(rate, "per", &d->rate_per, err));
    }
    const struct pal_yaml *years = pal_yaml_get(checks, "years");
    if (years) {
        size_t from = 0, to = 0;
        PAL_TRY(pal_yaml_known(years, "years", year_keys, PAL_COUNT(year_keys), err));
        PAL_TRY(pal_yaml_size(years, "from", &from, err));
        PAL_TRY(pal_yaml_size(years, "to", &to, err));
        if (from > 9999 || to > 9999 || (to && from > to))
            return pal_yaml_fail(years, err, "no year lies in 'years' from %zu to %zu", from, to);
        d->year_from = (int)from;
        d->year_to = (int)to;
    }
    return PAL_OK;
}
