/* descriptor.c: dataset.yaml, and a Frictionless datapackage.json, as plain facts. */
#include "sections.h"

#include <string.h>

static const char *const keys[] = {
    "name",
    "title",
    "path",
    "dialect",
    "encoding",
    "skip_rows",
    "header_rows",
    "footer",
    "decimal",
    "thousands",
    "shape",
    "period",
    "schema",
    "roles",
    "area",
    "area_by",
    "areas",
    "absent",
    "crosswalk",
    "dimensions",
    "measures",
    "set_aside",
    "counting_unit",
    "counting_stage",
    "principal_offence_rule",
    "scope",
    "confidentiality",
    "duplicates",
    "checks",
    "publisher",
    "licence",
    "citation",
    "retrieved",
    "release",
    "source",
    "sha256",
    "synthetic",
    "status",
    "description",
    "profile",
    "format",
    "mediatype",
    "licenses",
    "sources",
    "missingValues",
    "resources",
    "version",
    "homepage",
    "contributors",
    "bytes",
    "hash",
    "id",
    "created",
    "keywords",
};

static enum pal_status read_dialect(const struct pal_yaml *root, struct pal_descriptor *d,
                                    struct pal_error *err)
{
    static const char *const known[] = {
        "delimiter",      "quote",       "quoteChar",        "header",        "sheet",
        "lineTerminator", "doubleQuote", "skipInitialSpace", "csvddfVersion", "caseSensitiveHeader",
        "headerRows",     "headerJoin"};
    const struct pal_yaml *dialect = pal_yaml_get(root, "dialect");
    pal_str text = {NULL, 0};
    d->dialect.header_rows = 1;
    if (dialect) {
        PAL_TRY(pal_yaml_known(dialect, "dialect", known, PAL_COUNT(known), err));
        PAL_TRY(pal_yaml_text(dialect, "delimiter", &text, err));
        if (text.ptr && text.len != 1)
            return pal_yaml_fail(pal_yaml_get(dialect, "delimiter"), err,
                                 "the delimiter must be one character");
        if (text.ptr)
            d->dialect.delimiter = text.ptr[0];
        const char *quote_key = pal_yaml_get(dialect, "quote") ? "quote" : "quoteChar";
        text = (pal_str){NULL, 0};
        PAL_TRY(pal_yaml_text(dialect, quote_key, &text, err));
        if (text.ptr && text.len != 1)
            return pal_yaml_fail(pal_yaml_get(dialect, quote_key), err,
                                 "the quote must be one character");
        if (text.ptr)
            d->dialect.quote = text.ptr[0];
        bool header = true;
        PAL_TRY(pal_yaml_bool(dialect, "header", &header, err));
        if (!header)
            d->dialect.header_rows = 0;
        text = (pal_str){NULL, 0};
        PAL_TRY(pal_yaml_text(dialect, "sheet", &text, err));
        d->dialect.sheet = text.ptr;
    }
    text = (pal_str){NULL, 0};
    PAL_TRY(pal_yaml_text(root, "encoding", &text, err));
    d->dialect.encoding = text.ptr;
    PAL_TRY(pal_yaml_size(root, "skip_rows", &d->dialect.skip_rows, err));
    PAL_TRY(pal_yaml_size(root, "header_rows", &d->dialect.header_rows, err));
    if (d->dialect.skip_rows > 1000 || d->dialect.header_rows > 4)
        return pal_yaml_fail(root, err, "skip_rows can be at most 1000 and header_rows at most 4");
    return PAL_OK;
}

static enum pal_status one_character(const struct pal_yaml *root, const char *key, char *out,
                                     struct pal_error *err)
{
    pal_str text = {NULL, 0};
    PAL_TRY(pal_yaml_text(root, key, &text, err));
    if (!text.ptr)
        return PAL_OK;
    if (pal_str_eq(text, PAL_STR("\xC2\xA0")) || pal_str_eq(text, PAL_STR("\xE2\x80\xAF")))
        text = PAL_STR(" ");
    if (text.len != 1)
        return pal_yaml_fail(pal_yaml_get(root, key), err, "'%s' must be one character", key);
    *out = text.ptr[0];
    return PAL_OK;
}

static enum pal_status read_shape(const struct pal_yaml *root, struct pal_descriptor *d,
                                  struct pal_error *err)
{
    static const char *const shapes[] = {"long",   "wide-years", "wide-columns",
                                         "status", "lists",      "microdata"};
    static const char *const by[] = {"code", "alpha2", "m49", "name"};
    size_t choice = PAL_SHAPE_LONG;
    PAL_TRY(data_choice(root, "shape", shapes, PAL_COUNT(shapes), &choice, err));
    d->shape = (enum pal_shape)choice;
    choice = PAL_AREA_BY_CODE;
    PAL_TRY(data_choice(root, "area_by", by, PAL_COUNT(by), &choice, err));
    d->area_by = (enum pal_area_code)choice;
    PAL_TRY(pal_yaml_text(root, "area", &d->fixed_area, err));
    size_t period = 0;
    PAL_TRY(pal_yaml_size(root, "period", &period, err));
    if (period > 9999)
        return pal_yaml_fail(pal_yaml_get(root, "period"), err, "'period' is no year");
    d->period = (int)period;
    return PAL_OK;
}

static enum pal_status read_facts(const struct pal_yaml *root, struct pal_arena *arena,
                                  struct pal_descriptor *d, struct pal_error *err)
{
    static const char *const known[] = {"legal_basis", "embargo", "min_cell"};
    static const char *const stages[] = {"input", "intermediate", "output"};
    static const char *const scopes[] = {"any", "transnational", "domestic", "not-separable"};
    struct pal_dataset_facts *f = &d->facts;
    size_t ignored;
    PAL_TRY(data_choice(root, "counting_stage", stages, PAL_COUNT(stages), &ignored, err));
    PAL_TRY(data_choice(root, "scope", scopes, PAL_COUNT(scopes), &ignored, err));
    PAL_TRY(pal_yaml_text(root, "publisher", &f->publisher, err));
    PAL_TRY(pal_yaml_text(root, "licence", &f->licence, err));
    PAL_TRY(pal_yaml_text(root, "citation", &f->citation, err));
    PAL_TRY(pal_yaml_text(root, "source", &f->source, err));
    PAL_TRY(pal_yaml_text(root, "retrieved", &f->retrieved, err));
    PAL_TRY(pal_yaml_text(root, "release", &f->release, err));
    PAL_TRY(pal_yaml_text(root, "counting_unit", &f->counting_unit, err));
    PAL_TRY(pal_yaml_text(root, "counting_stage", &f->counting_stage, err));
    PAL_TRY(pal_yaml_text(root, "principal_offence_rule", &f->principal_offence_rule, err));
    PAL_TRY(pal_yaml_text(root, "scope", &f->scope, err));
    PAL_TRY(pal_yaml_bool(root, "synthetic", &d->synthetic, err));
    PAL_TRY(pal_yaml_texts(root, "sha256", arena, &d->sha256, &d->sha256_n, err));
    const struct pal_yaml *node = pal_yaml_get(root, "confidentiality");
    if (!node)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(node, "confidentiality", known, PAL_COUNT(known), err));
    PAL_TRY(pal_yaml_text(node, "legal_basis", &f->conf_legal_basis, err));
    PAL_TRY(pal_yaml_text(node, "embargo", &f->conf_embargo, err));
    return pal_yaml_number(node, "min_cell", &f->conf_min_cell, err);
}

static enum pal_status read_status(const struct pal_yaml *root, struct pal_descriptor *d,
                                   struct pal_error *err)
{
    static const char *const known[] = {"date", "acts", "as_of"};
    const struct pal_yaml *node = pal_yaml_get(root, "status");
    if (!node)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(node, "status", known, PAL_COUNT(known), err));
    size_t as_of = 0;
    PAL_TRY(pal_yaml_size(node, "as_of", &as_of, err));
    d->status_as_of = (int)as_of;
    const struct pal_yaml *acts;
    PAL_TRY(pal_yaml_need(node, "acts", PAL_YAML_MAP, &acts, err));
    for (size_t i = 0; i < acts->n && i < PAL_COUNT(d->acts_codes); i++) {
        d->acts_letters[d->acts_n] = acts->key[i]->text;
        d->acts_codes[d->acts_n++] = acts->item[i]->text;
    }
    return PAL_OK;
}

static enum pal_status read_footer(const struct pal_yaml *root, struct pal_descriptor *d,
                                   struct pal_error *err)
{
    static const char *const known[] = {"from", "strip_footnotes"};
    const struct pal_yaml *node = pal_yaml_get(root, "footer");
    if (!node)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(node, "footer", known, PAL_COUNT(known), err));
    PAL_TRY(pal_yaml_text(node, "from", &d->footer_from, err));
    return pal_yaml_bool(node, "strip_footnotes", &d->strip_footnotes, err);
}

/* The last folder of the descriptor's path is the dataset's name when it gives none. */
static pal_str name_from_path(const char *folder)
{
    const char *slash = strrchr(folder, '/');
    return pal_str_of(slash ? slash + 1 : folder);
}

static enum pal_status check_columns_make_sense(const struct pal_yaml *root,
                                                const struct pal_descriptor *d,
                                                struct pal_error *err)
{
    if (!d->paths_n)
        return pal_yaml_fail(root, err, "the key 'path' is missing: which file holds the data?");
    if (d->shape == PAL_SHAPE_WIDE_COLUMNS)
        for (size_t i = 0; i < d->measures_n; i++)
            if (!d->measure_of[i].columns_n)
                return pal_yaml_fail(pal_yaml_get(root, "measures"), err,
                                     "shape wide-columns: the measure '%.*s' names no column",
                                     PAL_ARG(d->measure_of[i].facts.name));
    return PAL_OK;
}

/* One resource of a data package stands for the whole descriptor; keys of the package fill gaps. */
static enum pal_status resource_of(const struct pal_yaml *root, const struct pal_yaml **out,
                                   struct pal_error *err)
{
    const struct pal_yaml *resources = pal_yaml_get(root, "resources");
    *out = root;
    if (!resources)
        return PAL_OK;
    if (resources->kind != PAL_YAML_LIST || resources->n == 0 ||
        resources->item[0]->kind != PAL_YAML_MAP)
        return pal_yaml_fail(resources, err,
                             "'resources' must be a list with at least one resource");
    if (resources->n > 1)
        return pal_yaml_fail(resources, err,
                             "the package has %zu resources; give each its own descriptor, for one "
                             "dataset has one key",
                             resources->n);
    *out = resources->item[0];
    return PAL_OK;
}

enum pal_status pal_descriptor_read(const char *path, struct pal_arena *arena,
                                    struct pal_descriptor **out, struct pal_error *err)
{
    struct pal_yaml *file;
    const struct pal_yaml *root;
    struct pal_descriptor *d = pal_arena_alloc(arena, 1, sizeof *d);
    if (!d)
        return pal_nomem(err, path);
    PAL_TRY(pal_yaml_read(path, arena, &file, err));
    PAL_TRY(pal_yaml_known(file, "a dataset descriptor", keys, PAL_COUNT(keys), err));
    PAL_TRY(resource_of(file, &root, err));
    if (root != file)
        PAL_TRY(pal_yaml_known(root, "a resource", keys, PAL_COUNT(keys), err));
    d->path = pal_arena_cstr(arena, pal_str_of(path));
    d->folder = pal_path_dir(arena, path);
    if (!d->path || !d->folder)
        return pal_nomem(err, path);
    d->name = name_from_path(d->folder);
    PAL_TRY(pal_yaml_text(file, "name", &d->name, err));
    const struct pal_yaml *title = pal_yaml_get(file, "title");
    if (title)
        PAL_TRY(pal_text_read(title, &d->title, err));
    else
        d->title.in[PAL_EN] = d->name;
    PAL_TRY(pal_yaml_texts(root, "path", arena, &d->paths, &d->paths_n, err));
    d->decimal = '.';
    PAL_TRY(one_character(root, "decimal", &d->decimal, err));
    PAL_TRY(one_character(root, "thousands", &d->thousands, err));
    PAL_TRY(read_dialect(root, d, err));
    PAL_TRY(read_shape(root, d, err));
    PAL_TRY(read_footer(root, d, err));
    PAL_TRY(data_read_schema(root, arena, d, err));
    PAL_TRY(data_read_roles(root, arena, d, err));
    PAL_TRY(data_read_areas(root, arena, d, err));
    PAL_TRY(data_read_absent(root, arena, d, err));
    PAL_TRY(data_read_crosswalk(root, arena, d, err));
    PAL_TRY(data_read_dimensions(root, arena, d, err));
    PAL_TRY(data_read_measures(root, arena, d, err));
    PAL_TRY(data_read_asides(root, arena, d, err));
    PAL_TRY(data_read_duplicates(root, arena, d, err));
    PAL_TRY(data_read_checks(root, arena, d, err));
    PAL_TRY(read_status(root, d, err));
    PAL_TRY(read_facts(file, arena, d, err));
    if (root != file)
        PAL_TRY(read_facts(root, arena, d, err));
    PAL_TRY(check_columns_make_sense(root, d, err));
    *out = d;
    return PAL_OK;
}

pal_str pal_descriptor_name(const struct pal_descriptor *descriptor) { return descriptor->name; }

struct pal_text pal_descriptor_title(const struct pal_descriptor *descriptor)
{
    return descriptor->title;
}

const char *pal_descriptor_path(const struct pal_descriptor *descriptor)
{
    return descriptor->path;
}

size_t pal_descriptor_files(const struct pal_descriptor *descriptor) { return descriptor->paths_n; }

pal_str pal_descriptor_file(const struct pal_descriptor *descriptor, size_t i)
{
    return descriptor->paths[i];
}

bool pal_descriptor_synthetic(const struct pal_descriptor *descriptor)
{
    return descriptor->synthetic;
}

enum pal_shape pal_descriptor_shape(const struct pal_descriptor *descriptor)
{
    return descriptor->shape;
}

const struct pal_dataset_facts *pal_descriptor_facts(const struct pal_descriptor *descriptor)
{
    return &descriptor->facts;
}

size_t pal_descriptor_measures(const struct pal_descriptor *descriptor)
{
    return descriptor->measures_n;
}

const struct pal_measure_facts *pal_descriptor_measure(const struct pal_descriptor *descriptor,
                                                       size_t i)
{
    return &descriptor->measure_of[i].facts;
}
