/* package.c: Frictionless data packages: one file that describes several tables. Each table is a
 * dataset of its own, named "file.json#resource" where there are several. */
#include "sections.h"

#include <string.h>

const char *data_package_path(const char *path, struct pal_arena *arena, pal_str *resource)
{
    const char *hash = strrchr(path, '#');
    *resource = PAL_STR("");
    if (!hash || pal_file_exists(path))
        return path;
    *resource = pal_str_of(hash + 1);
    return pal_arena_cstr(arena, (pal_str){path, (size_t)(hash - path)});
}

static pal_str name_of(const struct pal_yaml *resource)
{
    const struct pal_yaml *name = pal_yaml_get(resource, "name");
    return name && name->kind == PAL_YAML_SCALAR ? name->text : PAL_STR("");
}

static enum pal_status name_one(const struct pal_yaml *list, pal_str wanted, struct pal_error *err)
{
    pal_str known[64];
    char all[512] = "";
    const size_t n = list->n < PAL_COUNT(known) ? list->n : PAL_COUNT(known);
    for (size_t i = 0, used = 0; i < n; i++) {
        known[i] = name_of(list->item[i]);
        const int wrote =
            snprintf(all + used, sizeof all - used, "%s%.*s", i ? ", " : "", PAL_ARG(known[i]));
        used += wrote > 0 && (size_t)wrote < sizeof all - used ? (size_t)wrote : 0;
    }
    if (!wanted.len)
        return pal_yaml_fail(list, err,
                             "the package has %zu tables; say which one, as in "
                             "'datapackage.json#%.*s' (%s)",
                             list->n, PAL_ARG(known[0]), all);
    const pal_str near = pal_nearest(wanted, known, n);
    return pal_yaml_fail(list, err, "the package has no table '%.*s'%s%.*s%s (%s)", PAL_ARG(wanted),
                         near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "",
                         all);
}

enum pal_status data_package_resource(const struct pal_yaml *file, pal_str wanted,
                                      const struct pal_yaml **out, struct pal_error *err)
{
    const struct pal_yaml *list = pal_yaml_get(file, "resources");
    *out = file;
    if (!list) {
        if (wanted.len)
            return pal_yaml_fail(file, err, "'resources' is missing: this is no data package");
        return PAL_OK;
    }
    if (list->kind != PAL_YAML_LIST || list->n == 0)
        return pal_yaml_fail(list, err, "'resources' must be a list with at least one table");
    *out = NULL;
    for (size_t i = 0; i < list->n; i++) {
        if (list->item[i]->kind != PAL_YAML_MAP)
            return pal_yaml_fail(list->item[i], err, "a resource must be a map of keys");
        if (wanted.len ? pal_str_eq(name_of(list->item[i]), wanted) : list->n == 1)
            *out = list->item[i];
    }
    if (!*out)
        return name_one(list, wanted, err);
    if (pal_yaml_get(*out, "data"))
        return pal_yaml_fail(pal_yaml_get(*out, "data"), err,
                             "the table stands inside its package; palermo reads it from a file of "
                             "its own: name it by 'path'");
    return PAL_OK;
}

enum pal_status pal_package_tables(const char *path, struct pal_arena *arena, const pal_str **out,
                                   size_t *n, struct pal_error *err)
{
    struct pal_yaml *file;
    *n = 0;
    PAL_TRY(pal_yaml_read(path, arena, &file, err));
    const struct pal_yaml *list = pal_yaml_get(file, "resources");
    if (!list || list->kind != PAL_YAML_LIST)
        return PAL_OK;
    pal_str *name = pal_arena_alloc(arena, list->n + 1, sizeof *name);
    if (!name)
        return pal_nomem(err, path);
    for (size_t i = 0; i < list->n; i++)
        name[i] = name_of(list->item[i]);
    *out = name;
    *n = list->n;
    return PAL_OK;
}
