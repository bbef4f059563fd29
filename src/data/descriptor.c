/* descriptor.c: dataset.yaml, or one resource of a Frictionless datapackage.json, as plain facts.
 */
#include "sections.h"

#include <string.h>
#include <unistd.h>

static const char *const keys[] = {
    /* where the file is and how it is written */
    "name", "title", "path", "dialect", "encoding", "skip_rows", "header_rows", "footer", "decimal",
    "thousands", "shape", "period", "schema", "status", "sha256",
    /* what its columns and rows are */
    "roles", "design", "area", "area_by", "areas", "absent", "crosswalk", "dimensions", "measures",
    "set_aside", "duplicates", "checks",
    /* what it counts, and whose it is */
    "counting_unit", "counting_stage", "principal_offence_rule", "scope", "confidentiality",
    "publisher", "licence", "citation", "retrieved", "release", "source", "synthetic",
    /* Frictionless words without an effect here, or read as their namesakes above */
    "$schema", "bytes", "contributors", "created", "description", "format", "hash", "homepage",
    "id", "image", "keywords", "licenses", "mediatype", "missingValues", "profile", "resources",
    "scheme", "sources", "type", "version", "compression"};

/* The folder's name is the dataset's when it gives none, also where the folder is "." */
static pal_str name_from_path(const char *folder, struct pal_arena *arena)
{
    char whole[4096];
    const bool here = strcmp(folder, ".") == 0 && getcwd(whole, sizeof whole);
    const char *known = here ? whole : folder;
    const char *slash = strrchr(known, '/');
    return pal_arena_str(arena, pal_str_of(slash && slash[1] ? slash + 1 : known));
}

/* A data package is anybody's: what it says beyond our words is its own affair, unless it looks
 * like a slip of one of them. A dataset.yaml is ours: any unknown key is an error. */
static enum pal_status check_keys(const struct pal_yaml *node, bool foreign, const char *what,
                                  struct pal_error *err)
{
    if (!foreign)
        return pal_yaml_known(node, what, keys, PAL_COUNT(keys), err);
    pal_str known[PAL_COUNT(keys)];
    for (size_t i = 0; i < PAL_COUNT(keys); i++)
        known[i] = pal_str_of(keys[i]);
    for (size_t i = 0; node->kind == PAL_YAML_MAP && i < node->n; i++) {
        const pal_str near = pal_nearest(node->key[i]->text, known, PAL_COUNT(known));
        if (near.len && !pal_str_eq(near, node->key[i]->text))
            return pal_yaml_known(node, what, keys, PAL_COUNT(keys), err);
    }
    return PAL_OK;
}

static enum pal_status read_name_and_paths(const struct pal_yaml *root, struct pal_arena *arena,
                                           bool foreign, struct pal_descriptor *d,
                                           struct pal_error *err)
{
    PAL_TRY(pal_yaml_text(root, "name", &d->name, err));
    const struct pal_yaml *title = pal_yaml_get(root, "title");
    d->title.in[PAL_EN] = d->name;
    if (title)
        PAL_TRY(pal_text_read(title, &d->title, err));
    PAL_TRY(pal_yaml_texts(root, "path", arena, &d->paths, &d->paths_n, err));
    if (!d->paths_n)
        return pal_yaml_fail(root, err, "the key 'path' is missing: which file holds the data?");
    for (size_t i = 0; i < d->paths_n; i++) {
        if (pal_str_starts(d->paths[i], PAL_STR("http://")) ||
            pal_str_starts(d->paths[i], PAL_STR("https://")))
            return pal_yaml_fail(pal_yaml_get(root, "path"), err,
                                 "'%.*s' is an address; palermo reads files: fetch it and name the "
                                 "file",
                                 PAL_ARG(d->paths[i]));
        if (foreign && !pal_path_is_inside(d->paths[i]))
            return pal_yaml_fail(pal_yaml_get(root, "path"), err,
                                 "'%.*s' lies outside the folder of its package",
                                 PAL_ARG(d->paths[i]));
    }
    return PAL_OK;
}

static enum pal_status read_sections(const struct pal_yaml *root, struct pal_arena *arena,
                                     struct pal_descriptor *d, struct pal_error *err)
{
    PAL_TRY(data_read_writing(root, arena, d, err));
    PAL_TRY(data_read_shape(root, arena, d, err));
    PAL_TRY(data_read_schema(root, arena, d, err));
    PAL_TRY(data_read_roles(root, arena, d, err));
    PAL_TRY(data_read_sample(root, arena, d, err));
    PAL_TRY(data_read_areas(root, arena, d, err));
    PAL_TRY(data_read_absent(root, arena, d, err));
    PAL_TRY(data_read_crosswalk(root, arena, d, err));
    PAL_TRY(data_read_dimensions(root, arena, d, err));
    PAL_TRY(data_read_measures(root, arena, d, err));
    PAL_TRY(data_read_asides(root, arena, d, err));
    PAL_TRY(data_read_duplicates(root, arena, d, err));
    PAL_TRY(data_read_checks(root, arena, d, err));
    return data_read_status(root, arena, d, err);
}

enum pal_status pal_descriptor_read(const char *path, struct pal_arena *arena,
                                    struct pal_descriptor **out, struct pal_error *err)
{
    struct pal_yaml *file;
    const struct pal_yaml *root;
    pal_str resource;
    struct pal_descriptor *d = pal_arena_alloc(arena, 1, sizeof *d);
    const char *of = data_package_path(path, arena, &resource);
    if (!d || !of)
        return pal_nomem(err, path);
    PAL_TRY(pal_yaml_read(of, arena, &file, err));
    d->path = pal_arena_cstr(arena, pal_str_of(of));
    d->folder = pal_path_dir(arena, of);
    if (!d->path || !d->folder)
        return pal_nomem(err, path);
    d->name = name_from_path(d->folder, arena);
    const bool foreign = pal_yaml_get(file, "resources") != NULL;
    PAL_TRY(check_keys(file, foreign, "a dataset descriptor", err));
    PAL_TRY(data_package_resource(file, resource, &root, err));
    if (foreign)
        PAL_TRY(check_keys(root, true, "a resource", err));
    PAL_TRY(read_name_and_paths(root, arena, foreign, d, err));
    PAL_TRY(read_sections(root, arena, d, err));
    /* What belongs to the whole package holds for the resource unless it says otherwise. */
    PAL_TRY(data_read_facts(file, arena, d, err));
    if (root != file)
        PAL_TRY(data_read_facts(root, arena, d, err));
    PAL_TRY(data_check_words(root, arena, d, err));
    *out = d;
    return PAL_OK;
}

pal_str pal_descriptor_name(const struct pal_descriptor *descriptor) { return descriptor->name; }

void pal_descriptor_rename(struct pal_descriptor *descriptor, pal_str name)
{
    descriptor->name = name;
}

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

const struct pal_sample_facts *pal_descriptor_sample(const struct pal_descriptor *descriptor)
{
    return descriptor->sample.given ? &descriptor->sample : NULL;
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
