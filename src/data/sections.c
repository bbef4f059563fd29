/* sections.c: what columns are and what their marks and categories mean. */
#include "sections.h"

#include <math.h>
#include <string.h>

enum pal_status data_choice(const struct pal_yaml *node, const char *key, const char *const *words,
                            size_t n, size_t *out, struct pal_error *err)
{
    pal_str text = {NULL, 0}, known[32];
    PAL_TRY(pal_yaml_text(node, key, &text, err));
    if (!text.ptr)
        return PAL_OK;
    for (size_t i = 0; i < n && i < PAL_COUNT(known); i++) {
        known[i] = pal_str_of(words[i]);
        if (pal_str_eq(text, known[i])) {
            *out = i;
            return PAL_OK;
        }
    }
    const pal_str near = pal_nearest(text, known, n);
    char all[256];
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof all; i++) {
        const int wrote = snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", words[i]);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
    if (near.len)
        return pal_yaml_fail(pal_yaml_get(node, key), err,
                             "'%s' cannot be '%.*s'; did you mean '%.*s'? (%s)", key, PAL_ARG(text),
                             PAL_ARG(near), all);
    return pal_yaml_fail(pal_yaml_get(node, key), err, "'%s' cannot be '%.*s'; it is one of %s",
                         key, PAL_ARG(text), all);
}

enum pal_status data_conditions_read(const struct pal_yaml *node, struct pal_arena *arena,
                                     struct data_conditions *out, struct pal_error *err)
{
    *out = (struct data_conditions){0};
    if (!node)
        return PAL_OK;
    if (node->kind != PAL_YAML_MAP)
        return pal_yaml_fail(node, err,
                             "conditions are written {Column: value} or {Column: [value, value]}");
    out->n = node->n;
    out->item = pal_arena_alloc(arena, node->n + 1, sizeof *out->item);
    if (!out->item)
        return pal_nomem(err, "conditions");
    for (size_t i = 0; i < node->n; i++) {
        const pal_str *value = NULL;
        size_t n = 0;
        PAL_TRY(pal_yaml_texts(node, node->key[i]->text.ptr, arena, &value, &n, err));
        out->item[i] = (struct data_condition){node->key[i]->text, n, value, node->key[i]->at};
    }
    return PAL_OK;
}

pal_str data_codes_find(const struct data_codes *codes, pal_str category)
{
    const size_t at = codes->from ? pal_map_find(codes->from, category) : SIZE_MAX;
    return at == SIZE_MAX ? (pal_str){NULL, 0} : codes->to[at];
}

static enum pal_status read_codes(const struct pal_yaml *node, struct pal_arena *arena,
                                  struct data_codes *out, struct pal_error *err)
{
    if (node->kind != PAL_YAML_MAP)
        return pal_yaml_fail(node, err, "codes are written {category: CODE, …}");
    pal_str *to = pal_arena_alloc(arena, node->n + 1, sizeof *to);
    *out = (struct data_codes){.from = pal_map_new(arena, node->n)};
    if (!to || !out->from)
        return pal_nomem(err, "codes");
    for (size_t i = 0; i < node->n; i++) {
        if (node->item[i]->kind != PAL_YAML_SCALAR)
            return pal_yaml_fail(node->item[i], err, "a code must be one word");
        if (pal_str_eq(node->key[i]->text, PAL_STR("*"))) {
            out->rest = node->item[i]->text;
            continue;
        }
        const size_t at = pal_map_add(out->from, node->key[i]->text, NULL);
        if (at == SIZE_MAX)
            return pal_nomem(err, "codes");
        to[at] = node->item[i]->text;
    }
    out->to = to;
    return PAL_OK;
}

static struct data_dimension *dimension_new(struct pal_descriptor *d, pal_str name,
                                            struct pal_arena *arena)
{
    struct data_dimension *grown =
        pal_arena_grow(arena, d->dimension, d->dimensions_n, d->dimensions_n + 1, sizeof *grown);
    char *lower = pal_arena_alloc(arena, name.len + 1, 1);
    if (!grown || !lower)
        return NULL;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] - 'A' + 'a')
                                                            : name.ptr[i];
    d->dimension = grown;
    grown[d->dimensions_n].name = (pal_str){lower, name.len};
    return &grown[d->dimensions_n++];
}

/* Any word may name a dimension, so a slip of the pen in a role would pass for one. */
static enum pal_status refuse_slip(const struct pal_yaml *roles, pal_str role,
                                   const struct pal_yaml *key, struct pal_error *err)
{
    static const pal_str words[] = {PAL_STR_INIT("area"),   PAL_STR_INIT("area_name"),
                                    PAL_STR_INIT("period"), PAL_STR_INIT("value"),
                                    PAL_STR_INIT("source"), PAL_STR_INIT("measure"),
                                    PAL_STR_INIT("weight"), PAL_STR_INIT("status")};
    const pal_str near = pal_nearest(role, words, PAL_COUNT(words));
    if (!near.len || pal_yaml_get(roles, near.ptr))
        return PAL_OK;
    return pal_yaml_fail(key, err,
                         "unknown role '%.*s'; did you mean '%.*s'? a dimension of that name can "
                         "be declared under 'dimensions'",
                         PAL_ARG(role), PAL_ARG(near));
}

DATA_SECTION(roles)
{
    const struct pal_yaml *roles = pal_yaml_get(root, "roles");
    if (!roles)
        return PAL_OK;
    if (roles->kind != PAL_YAML_MAP)
        return pal_yaml_fail(roles, err,
                             "'roles' must be a map: {area: Iso3_code, value: VALUE, …}");
    d->roles_at = roles->at;
    struct {
        const char *name;
        pal_str *to;
    } const single[] = {
        {"area", &d->area},       {"area_name", &d->area_name}, {"period", &d->period_column},
        {"value", &d->value},     {"unit", &d->unit},           {"source", &d->source},
        {"measure", &d->measure}, {"status", &d->status}};
    /* Read by the sampling design or by nobody; they are no dimensions. */
    static const char *const others[] = {"weight",     "strata",    "psu",  "fpc",
                                         "replicates", "signature", "count"};
    for (size_t i = 0; i < roles->n; i++) {
        const pal_str role = roles->key[i]->text;
        const struct pal_yaml *to = roles->item[i];
        bool done = false;
        for (size_t k = 0; k < PAL_COUNT(single) && !done; k++) {
            done = pal_str_eq(role, pal_str_of(single[k].name));
            if (done)
                PAL_TRY(pal_yaml_text(roles, single[k].name, single[k].to, err));
        }
        for (size_t k = 0; k < PAL_COUNT(others) && !done; k++)
            done = pal_str_eq(role, pal_str_of(others[k]));
        if (!done && pal_str_eq(role, PAL_STR("list"))) {
            PAL_TRY(pal_yaml_texts(roles, "list", arena, &d->lists, &d->lists_n, err));
            d->facts.list = d->lists;
            d->facts.lists = d->lists_n;
            done = true;
        }
        if (done)
            continue;
        PAL_TRY(refuse_slip(roles, role, roles->key[i], err));
        if (to->kind != PAL_YAML_SCALAR)
            return pal_yaml_fail(to, err, "the role '%.*s' must name one column", PAL_ARG(role));
        struct data_dimension *dimension = dimension_new(d, role, arena);
        if (!dimension)
            return pal_nomem(err, "the roles");
        dimension->column = to->text;
        dimension->role = true;
        dimension->at = roles->key[i]->at;
    }
    return PAL_OK;
}

/* The code of an area that has figures is part of their keys, CODE/AREA/PERIOD, and of files. */
static bool is_area_code(pal_str code)
{
    for (size_t i = 0; i < code.len; i++) {
        const unsigned char c = (unsigned char)code.ptr[i];
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
        const bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && (i == 0 || !strchr("_-. ", c) || !c))
            return false;
    }
    return code.len > 0;
}

DATA_SECTION(areas)
{
    static const char *const known[] = {"kind", "of", "name"};
    static const char *const kinds[] = {"country", "part",      "lump", "region",
                                        "world",   "aggregate", "none"};
    const struct pal_yaml *areas = pal_yaml_get(root, "areas");
    if (!areas)
        return PAL_OK;
    if (areas->kind != PAL_YAML_MAP)
        return pal_yaml_fail(areas, err, "'areas' must be a map of codes");
    d->areas = pal_arena_alloc(arena, areas->n + 1, sizeof *d->areas);
    if (!d->areas)
        return pal_nomem(err, "the areas");
    for (size_t i = 0; i < areas->n; i++) {
        struct data_extra_area *area = &d->areas[d->areas_n++];
        const struct pal_yaml *node = areas->item[i];
        size_t kind = PAL_AREA_NONE;
        PAL_TRY(pal_yaml_known(node, "an area", known, PAL_COUNT(known), err));
        PAL_TRY(data_choice(node, "kind", kinds, PAL_COUNT(kinds), &kind, err));
        area->code = areas->key[i]->text;
        area->kind = (enum pal_area_kind)kind;
        area->at = areas->key[i]->at;
        if (area->kind != PAL_AREA_NONE && !is_area_code(area->code))
            return pal_yaml_fail(areas->key[i], err,
                                 "'%.*s' cannot be the code of an area: letters and digits, and "
                                 "behind the first also _ - . and blanks; its 'name' may be any",
                                 PAL_ARG(area->code));
        PAL_TRY(pal_yaml_text(node, "of", &area->of, err));
        if (pal_yaml_get(node, "name"))
            PAL_TRY(pal_text_read(pal_yaml_get(node, "name"), &area->name, err));
    }
    return PAL_OK;
}

DATA_SECTION(absent)
{
    static const char *const known[] = {"below-threshold", "from", "reason"};
    const struct pal_yaml *absent = pal_yaml_get(root, "absent");
    const pal_str *missing = NULL;
    size_t missing_n = 0;
    PAL_TRY(pal_yaml_texts(root, "missingValues", arena, &missing, &missing_n, err));
    const size_t n = (absent ? absent->n : 0) + missing_n + 1;
    d->absent = pal_arena_alloc(arena, n + 1, sizeof *d->absent);
    if (!d->absent)
        return pal_nomem(err, "the marks of absence");
    for (size_t i = 0; i < missing_n; i++)
        d->absent[d->absent_n++] = (struct data_absent){missing[i], PAL_NOT_COLLECTED, 0, 0};
    if (d->null_sequence.len)
        d->absent[d->absent_n++] = (struct data_absent){d->null_sequence, PAL_NOT_COLLECTED, 0, 0};
    if (!absent)
        return PAL_OK;
    if (absent->kind != PAL_YAML_MAP)
        return pal_yaml_fail(
            absent, err,
            "'absent' must be a map: {\"..\": not-collected, \"<5\": {below-threshold: 5}}");
    for (size_t i = 0; i < absent->n; i++) {
        const struct pal_yaml *node = absent->item[i];
        struct data_absent *mark = &d->absent[d->absent_n++];
        mark->mark = absent->key[i]->text;
        if (node->kind == PAL_YAML_SCALAR) {
            if (!pal_absent_parse(node->text, &mark->reason) ||
                mark->reason == PAL_BELOW_THRESHOLD) {
                static const pal_str reasons[] = {
                    PAL_STR_INIT("not-collected"), PAL_STR_INIT("not-applicable"),
                    PAL_STR_INIT("withheld"), PAL_STR_INIT("not-covered"), PAL_STR_INIT("blank")};
                const pal_str near = pal_nearest(node->text, reasons, PAL_COUNT(reasons));
                return pal_yaml_fail(
                    node, err,
                    "'%.*s' is no reason for absence%s%.*s%s; below-threshold needs its bound: "
                    "{below-threshold: 5}",
                    PAL_ARG(node->text), PAL_NEAR(near));
            }
            continue;
        }
        PAL_TRY(pal_yaml_known(node, "a mark of absence", known, PAL_COUNT(known), err));
        double threshold = (double)NAN;
        PAL_TRY(pal_yaml_number(node, "below-threshold", &threshold, err));
        PAL_TRY(pal_yaml_number(node, "from", &mark->low, err));
        if (!(threshold > mark->low))
            return pal_yaml_fail(node, err, "{below-threshold: N} needs a number above %g",
                                 mark->low);
        mark->reason = PAL_BELOW_THRESHOLD;
        /* Counts are whole: below 5 is at most 4. */
        mark->high = threshold == floor(threshold) ? threshold - 1 : threshold;
    }
    return PAL_OK;
}

DATA_SECTION(crosswalk)
{
    const struct pal_yaml *node = pal_yaml_get(root, "crosswalk");
    if (!node)
        return PAL_OK;
    if (node->kind != PAL_YAML_MAP)
        return pal_yaml_fail(node, err, "'crosswalk' must be a map of columns");
    d->crosswalk = pal_arena_alloc(arena, node->n + 1, sizeof *d->crosswalk);
    if (!d->crosswalk)
        return pal_nomem(err, "the crosswalk");
    for (size_t i = 0; i < node->n; i++) {
        d->crosswalk[i].column = node->key[i]->text;
        PAL_TRY(read_codes(node->item[i], arena, &d->crosswalk[i].codes, err));
        d->crosswalk_n++;
    }
    return PAL_OK;
}

enum pal_status data_dimension_add(struct pal_descriptor *d, pal_str name,
                                   const struct pal_yaml *item, struct pal_arena *arena,
                                   struct pal_error *err)
{
    static const char *const known[] = {"column", "when", "codes", "areas"};
    static const char *const area_keys[] = {"own", "other", "spellings"};
    struct data_dimension *dimension = dimension_new(d, name, arena);
    if (!dimension)
        return pal_nomem(err, "the dimensions");
    dimension->at = item->at;
    PAL_TRY(pal_yaml_known(item, "a dimension", known, PAL_COUNT(known), err));
    const struct pal_yaml *column;
    PAL_TRY(pal_yaml_need(item, "column", PAL_YAML_SCALAR, &column, err));
    dimension->column = column->text;
    PAL_TRY(data_conditions_read(pal_yaml_get(item, "when"), arena, &dimension->when, err));
    if (pal_yaml_get(item, "codes")) {
        PAL_TRY(read_codes(pal_yaml_get(item, "codes"), arena, &dimension->codes, err));
        dimension->has_codes = true;
    }
    const struct pal_yaml *areas = pal_yaml_get(item, "areas");
    if (!areas)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(areas, "areas of a dimension", area_keys, PAL_COUNT(area_keys), err));
    PAL_TRY(pal_yaml_text(areas, "own", &dimension->own, err));
    PAL_TRY(pal_yaml_text(areas, "other", &dimension->other, err));
    if (pal_yaml_get(areas, "spellings"))
        PAL_TRY(read_codes(pal_yaml_get(areas, "spellings"), arena, &dimension->spellings, err));
    dimension->has_areas = true;
    return PAL_OK;
}

DATA_SECTION(dimensions)
{
    const struct pal_yaml *node = pal_yaml_get(root, "dimensions");
    if (!node)
        return PAL_OK;
    if (node->kind != PAL_YAML_MAP)
        return pal_yaml_fail(node, err, "'dimensions' must be a map of names");
    for (size_t i = 0; i < node->n; i++)
        PAL_TRY(data_dimension_add(d, node->key[i]->text, node->item[i], arena, err));
    return PAL_OK;
}
