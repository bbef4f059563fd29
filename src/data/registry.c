/* registry.c: which datasets there are, and where. */
#include "sections.h"

struct pal_datasets {
    size_t n, cap;
    pal_str *name;
    const char **file;
};

static enum pal_status add(struct pal_datasets *datasets, pal_str name, const char *file,
                           struct pal_arena *arena, struct pal_error *err)
{
    for (size_t i = 0; i < datasets->n; i++)
        if (pal_str_eq(datasets->name[i], name))
            return PAL_OK; /* earlier folders win */
    if (datasets->n == datasets->cap) {
        const size_t cap = datasets->cap ? datasets->cap * 2 : 64;
        datasets->name =
            pal_arena_grow(arena, datasets->name, datasets->cap, cap, sizeof *datasets->name);
        datasets->file =
            pal_arena_grow(arena, datasets->file, datasets->cap, cap, sizeof *datasets->file);
        if (!datasets->name || !datasets->file)
            return pal_nomem(err, "the datasets");
        datasets->cap = cap;
    }
    datasets->name[datasets->n] = name;
    datasets->file[datasets->n++] = file;
    return PAL_OK;
}

/* A package of one table is the dataset of its folder; of several, "folder/table" each. One that
 * cannot be read stays listed under its folder: reading it says what is wrong. */
static enum pal_status add_package(struct pal_datasets *datasets, pal_str folder, const char *file,
                                   struct pal_arena *arena, struct pal_error *err)
{
    const pal_str *table;
    size_t n;
    struct pal_error ignored = {0};
    if (pal_package_tables(file, arena, &table, &n, &ignored) != PAL_OK || n < 2)
        return add(datasets, folder, file, arena, err);
    for (size_t i = 0; i < n; i++) {
        const pal_str name =
            pal_arena_printf(arena, "%.*s/%.*s", PAL_ARG(folder), PAL_ARG(table[i]));
        const pal_str path = pal_arena_printf(arena, "%s#%.*s", file, PAL_ARG(table[i]));
        if (!name.ptr || !path.ptr)
            return pal_nomem(err, "the datasets");
        PAL_TRY(add(datasets, name, path.ptr, arena, err));
    }
    return PAL_OK;
}

enum pal_status pal_datasets_scan(const char *const *folders, size_t n, struct pal_arena *arena,
                                  struct pal_datasets **out, struct pal_error *err)
{
    struct pal_datasets *datasets = pal_arena_alloc(arena, 1, sizeof *datasets);
    if (!datasets)
        return pal_nomem(err, "the datasets");
    for (size_t f = 0; f < n; f++) {
        const pal_str *entry;
        size_t entries;
        if (!pal_dir_exists(folders[f]))
            continue;
        PAL_TRY(pal_dir_list(folders[f], arena, &entry, &entries, err));
        for (size_t i = 0; i < entries; i++) {
            const char *path = pal_path_join(arena, folders[f], entry[i]);
            if (!path)
                return pal_nomem(err, "the datasets");
            const char *own = pal_path_join(arena, path, PAL_STR("dataset.yaml"));
            const char *package = pal_path_join(arena, path, PAL_STR("datapackage.json"));
            if (own && pal_file_exists(own))
                PAL_TRY(add(datasets, entry[i], own, arena, err));
            else if (package && pal_file_exists(package))
                PAL_TRY(add_package(datasets, entry[i], package, arena, err));
            const pal_str suffix = PAL_STR(".dataset.yaml");
            if (pal_str_ends(entry[i], suffix) && pal_file_exists(path))
                PAL_TRY(add(datasets, (pal_str){entry[i].ptr, entry[i].len - suffix.len}, path,
                            arena, err));
        }
    }
    *out = datasets;
    return PAL_OK;
}

size_t pal_datasets_count(const struct pal_datasets *datasets) { return datasets->n; }

pal_str pal_datasets_name(const struct pal_datasets *datasets, size_t i)
{
    return datasets->name[i];
}

const char *pal_datasets_file(const struct pal_datasets *datasets, size_t i)
{
    return datasets->file[i];
}

enum pal_status pal_datasets_find(const struct pal_datasets *datasets, pal_str name,
                                  const char **path, struct pal_error *err)
{
    for (size_t i = 0; i < datasets->n; i++) {
        if (pal_str_eq(datasets->name[i], name)) {
            *path = datasets->file[i];
            return PAL_OK;
        }
    }
    const pal_str near = pal_nearest(name, datasets->name, datasets->n);
    if (near.len)
        return pal_fail(err, PAL_SYNTAX, "unknown dataset '%.*s'; did you mean '%.*s'?",
                        PAL_ARG(name), PAL_ARG(near));
    return pal_fail(
        err, PAL_SYNTAX,
        "unknown dataset '%.*s'; 'palermo list datasets' names them, --data DIR adds a folder",
        PAL_ARG(name));
}
