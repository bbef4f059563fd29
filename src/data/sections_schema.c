/* sections_schema.c: the schema of a table, as Frictionless writes it: fields, their types and
 * constraints, marks of missing values, the primary key. */
#include "sections.h"

static const char *const types[] = {"any",       "string", "number",   "integer", "year",
                                    "yearmonth", "date",   "datetime", "time",    "boolean"};

/* Bounds are numbers; those of a date are dates. */
static enum pal_status bound(const struct pal_yaml *constraints, const char *key,
                             const struct data_field *field, bool *has, double *out,
                             struct pal_error *err)
{
    struct pal_date date;
    pal_str text = {NULL, 0};
    PAL_TRY(pal_yaml_text(constraints, key, &text, err));
    *has = text.ptr != NULL;
    if (!*has)
        return PAL_OK;
    if (field->type == DATA_DATE) {
        if (!data_date(text, field, &date))
            return pal_yaml_fail(pal_yaml_get(constraints, key), err, "'%.*s' is no date",
                                 PAL_ARG(text));
        *out = pal_date_days(date);
        return PAL_OK;
    }
    return pal_yaml_number(constraints, key, out, err);
}

static enum pal_status length(const struct pal_yaml *constraints, const char *key, bool *has,
                              size_t *out, struct pal_error *err)
{
    *has = pal_yaml_get(constraints, key) != NULL;
    return pal_yaml_size(constraints, key, out, err);
}

static enum pal_status read_constraints(const struct pal_yaml *node, struct pal_arena *arena,
                                        struct data_field *field, struct pal_error *err)
{
    static const char *const known[] = {"required",  "unique",    "minimum", "maximum",
                                        "minLength", "maxLength", "pattern", "enum"};
    PAL_TRY(pal_yaml_known(node, "constraints", known, PAL_COUNT(known), err));
    PAL_TRY(pal_yaml_bool(node, "required", &field->required, err));
    PAL_TRY(pal_yaml_bool(node, "unique", &field->unique, err));
    PAL_TRY(bound(node, "minimum", field, &field->has_minimum, &field->minimum, err));
    PAL_TRY(bound(node, "maximum", field, &field->has_maximum, &field->maximum, err));
    PAL_TRY(length(node, "minLength", &field->has_shortest, &field->shortest, err));
    PAL_TRY(length(node, "maxLength", &field->has_longest, &field->longest, err));
    PAL_TRY(pal_yaml_text(node, "pattern", &field->pattern, err));
    return pal_yaml_texts(node, "enum", arena, &field->listed, &field->listed_n, err);
}

static enum pal_status read_field(const struct pal_yaml *node, struct pal_arena *arena,
                                  struct data_field *field, struct pal_error *err)
{
    static const char *const known[] = {"name",
                                        "type",
                                        "format",
                                        "title",
                                        "description",
                                        "missingValues",
                                        "constraints",
                                        "decimalChar",
                                        "groupChar",
                                        "bareNumber",
                                        "trueValues",
                                        "falseValues",
                                        "rdfType",
                                        "example",
                                        "unit",
                                        "categories",
                                        "categoriesOrdered"};
    PAL_TRY(pal_yaml_known(node, "a field", known, PAL_COUNT(known), err));
    const struct pal_yaml *name, *constraints = pal_yaml_get(node, "constraints");
    PAL_TRY(pal_yaml_need(node, "name", PAL_YAML_SCALAR, &name, err));
    size_t type = DATA_ANY;
    PAL_TRY(data_choice(node, "type", types, PAL_COUNT(types), &type, err));
    field->name = name->text;
    field->at = name->at;
    field->type = (enum data_type)type;
    PAL_TRY(pal_yaml_text(node, "format", &field->format, err));
    PAL_TRY(pal_yaml_texts(node, "missingValues", arena, &field->missing, &field->missing_n, err));
    PAL_TRY(data_character(node, "decimalChar", &field->decimal, err));
    PAL_TRY(data_character(node, "groupChar", &field->group, err));
    bool bare = true;
    PAL_TRY(pal_yaml_bool(node, "bareNumber", &bare, err));
    field->loose = !bare;
    PAL_TRY(pal_yaml_texts(node, "trueValues", arena, &field->true_value, &field->true_n, err));
    PAL_TRY(pal_yaml_texts(node, "falseValues", arena, &field->false_value, &field->false_n, err));
    return constraints ? read_constraints(constraints, arena, field, err) : PAL_OK;
}

/* `schema: file.json` names a file beside the descriptor. */
static enum pal_status find_schema(const struct pal_yaml *root, struct pal_arena *arena,
                                   const struct pal_descriptor *d, const struct pal_yaml **out,
                                   struct pal_error *err)
{
    struct pal_yaml *file;
    *out = pal_yaml_get(root, "schema");
    if (!*out || (*out)->kind != PAL_YAML_SCALAR)
        return PAL_OK;
    if (!pal_path_is_inside((*out)->text))
        return pal_yaml_fail(*out, err, "the schema '%.*s' must lie in the descriptor's folder",
                             PAL_ARG((*out)->text));
    const char *path = pal_path_join(arena, d->folder, (*out)->text);
    if (!path)
        return pal_nomem(err, "the schema");
    PAL_TRY(pal_yaml_read(path, arena, &file, err));
    *out = file;
    return PAL_OK;
}

DATA_SECTION(schema)
{
    static const char *const known[] = {"fields",      "missingValues", "primaryKey", "foreignKeys",
                                        "fieldsMatch", "uniqueKeys",    "$schema",    "name",
                                        "title",       "description"};
    const struct pal_yaml *schema;
    PAL_TRY(find_schema(root, arena, d, &schema, err));
    if (!schema)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(schema, "schema", known, PAL_COUNT(known), err));
    PAL_TRY(pal_yaml_texts(schema, "primaryKey", arena, &d->primary_key, &d->primary_key_n, err));
    const struct pal_yaml *fields = pal_yaml_get(schema, "fields");
    if (!fields)
        return PAL_OK;
    if (fields->kind != PAL_YAML_LIST)
        return pal_yaml_fail(fields, err, "'fields' must be a list");
    const pal_str *missing = NULL;
    size_t missing_n = 0;
    PAL_TRY(pal_yaml_texts(schema, "missingValues", arena, &missing, &missing_n, err));
    d->field = pal_arena_alloc(arena, fields->n + 1, sizeof *d->field);
    if (!d->field)
        return pal_nomem(err, "the fields");
    for (size_t i = 0; i < fields->n; i++) {
        struct data_field *field = &d->field[d->fields_n++];
        field->missing = missing;
        field->missing_n = missing_n;
        PAL_TRY(read_field(fields->item[i], arena, field, err));
    }
    return PAL_OK;
}
