/* catalogue.c: all definitions, and what they must not contradict. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

struct pal_catalogue {
    struct pal_arena *arena;
    struct pal_definition *definition;
    size_t n, cap;
};

static int by_code(const void *a, const void *b)
{
    return pal_str_cmp(((const struct pal_definition *)a)->code,
                       ((const struct pal_definition *)b)->code);
}

struct catalogue_work {
    struct pal_catalogue *catalogue;
    const struct pal_datasets *datasets;
    struct pal_diag *diag;
    size_t before; /* definitions of earlier folders */
    bool bad;
};

static bool dataset_known(const struct catalogue_work *r, pal_str name, const struct pal_place *at,
                          pal_str code)
{
    const char *path;
    struct pal_error err = {0};
    if (!r->datasets || pal_datasets_find(r->datasets, name, &path, &err) == PAL_OK)
        return true;
    definition_problem(r->diag, at, code, "%s", err.text);
    return false;
}

static bool datasets_known(const struct catalogue_work *r, const struct pal_definition *d)
{
    bool fine = dataset_known(r, d->numerator.dataset, &d->numerator.at, d->code);
    if (d->denominator.given)
        fine &= dataset_known(r, d->denominator.dataset, &d->denominator.at, d->code);
    return fine;
}

static enum pal_status add_file(struct catalogue_work *r, const char *path, pal_str family,
                                pal_str national, struct pal_error *err)
{
    struct pal_catalogue *c = r->catalogue;
    if (c->n == c->cap) {
        const size_t cap = c->cap ? c->cap * 2 : 64;
        struct pal_definition *grown =
            pal_arena_grow(c->arena, c->definition, c->cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the catalogue");
        c->definition = grown;
        c->cap = cap;
    }
    struct pal_definition *d = &c->definition[c->n];
    bool good;
    PAL_TRY(indicator_definition_read(path, family, national, r->diag, c->arena, d, &good, err));
    if (good && !d->code.len)
        return PAL_OK; /* another kind of file */
    if (good)
        good = datasets_known(r, d);
    r->bad |= !good;
    if (!d->code.len)
        return PAL_OK;
    for (size_t i = 0; i < c->n; i++) {
        if (!pal_str_eq(c->definition[i].code, d->code))
            continue;
        if (i < r->before)
            return PAL_OK; /* earlier folders win */
        definition_problem(r->diag, &d->code_at, d->code, "the code '%.*s' is taken by '%s'",
                           PAL_ARG(d->code), c->definition[i].path);
        r->bad = true;
        return PAL_OK;
    }
    c->n++;
    return PAL_OK;
}

static bool is_yaml(pal_str name)
{
    return pal_str_ends(name, PAL_STR(".yaml")) || pal_str_ends(name, PAL_STR(".yml")) ||
           pal_str_ends(name, PAL_STR(".json"));
}

static enum pal_status add_folder(struct catalogue_work *r, const char *folder, pal_str family,
                                  bool national, struct pal_error *err)
{
    const pal_str *entry;
    size_t n;
    PAL_TRY(pal_dir_list(folder, r->catalogue->arena, &entry, &n, err));
    for (size_t i = 0; i < n; i++) {
        const char *path = pal_path_join(r->catalogue->arena, folder, entry[i]);
        if (!path)
            return pal_nomem(err, "the catalogue");
        if (is_yaml(entry[i]) && pal_file_exists(path))
            PAL_TRY(add_file(r, path, family, national ? family : PAL_STR(""), err));
    }
    return PAL_OK;
}

/* Folders of indicators/ that hold something else. */
static bool is_family(pal_str name)
{
    static const pal_str others[] = {PAL_STR_INIT("tables"), PAL_STR_INIT("labels"),
                                     PAL_STR_INIT("evidence"), PAL_STR_INIT("national")};
    for (size_t i = 0; i < PAL_COUNT(others); i++)
        if (pal_str_eq(name, others[i]))
            return false;
    return true;
}

static enum pal_status add_root(struct catalogue_work *r, const char *root, struct pal_error *err)
{
    const pal_str *entry;
    size_t n;
    PAL_TRY(add_folder(r, root, PAL_STR(""), false, err));
    PAL_TRY(pal_dir_list(root, r->catalogue->arena, &entry, &n, err));
    for (size_t i = 0; i < n; i++) {
        const char *path = pal_path_join(r->catalogue->arena, root, entry[i]);
        if (!path)
            return pal_nomem(err, "the catalogue");
        if (pal_dir_exists(path) && is_family(entry[i]))
            PAL_TRY(add_folder(r, path, entry[i], false, err));
    }
    const char *national = pal_path_join(r->catalogue->arena, root, PAL_STR("national"));
    if (!national || !pal_dir_exists(national))
        return PAL_OK;
    PAL_TRY(pal_dir_list(national, r->catalogue->arena, &entry, &n, err));
    for (size_t i = 0; i < n; i++) {
        const char *path = pal_path_join(r->catalogue->arena, national, entry[i]);
        if (path && pal_dir_exists(path))
            PAL_TRY(add_folder(r, path, entry[i], true, err));
    }
    return PAL_OK;
}

static void unknown_code(struct catalogue_work *r, const struct pal_definition *d,
                         const struct pal_place *at, const char *what, pal_str code)
{
    const pal_str near = pal_catalogue_nearest(r->catalogue, code);
    definition_problem(r->diag, at, d->code, "%s '%.*s' is unknown%s%.*s%s", what, PAL_ARG(code),
                       PAL_NEAR(near));
    r->bad = true;
}

static void check_see(struct catalogue_work *r)
{
    const struct pal_catalogue *c = r->catalogue;
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->definition[i].see_n; k++)
            if (!pal_catalogue_find(c, c->definition[i].see[k]))
                unknown_code(r, &c->definition[i], &c->definition[i].see_at, "'see': the indicator",
                             c->definition[i].see[k]);
}

/* A national definition stands beside a standardized one, and never beside itself or in a ring. */
static void check_standards(struct catalogue_work *r)
{
    const struct pal_catalogue *c = r->catalogue;
    for (size_t i = 0; i < c->n; i++) {
        const struct pal_definition *d = &c->definition[i];
        if (!d->standard.len)
            continue;
        const struct pal_definition *to = pal_catalogue_find(c, d->standard);
        if (!to) {
            unknown_code(r, d, &d->standard_at, "the standard indicator", d->standard);
            continue;
        }
        for (size_t steps = 0; to && steps <= c->n; steps++) {
            if (to == d) {
                definition_problem(r->diag, &d->standard_at, d->code,
                                   "'%.*s' stands beside itself: 'standard' goes in a circle",
                                   PAL_ARG(d->code));
                r->bad = true;
                break;
            }
            to = to->standard.len ? pal_catalogue_find(c, to->standard) : NULL;
        }
    }
}

enum pal_status pal_catalogue_read(const char *const *folders, size_t n,
                                   const struct pal_datasets *datasets, struct pal_diag *diag,
                                   struct pal_arena *arena, struct pal_catalogue **out,
                                   struct pal_error *err)
{
    struct pal_catalogue *c = pal_arena_alloc(arena, 1, sizeof *c);
    if (!c)
        return pal_nomem(err, "the catalogue");
    c->arena = arena;
    struct catalogue_work r = {.catalogue = c, .datasets = datasets, .diag = diag};
    for (size_t i = 0; i < n; i++) {
        if (!pal_dir_exists(folders[i]))
            continue;
        r.before = c->n;
        PAL_TRY(add_root(&r, folders[i], err));
    }
    if (c->n)
        qsort(c->definition, c->n, sizeof *c->definition, by_code);
    check_standards(&r);
    check_see(&r);
    *out = c;
    return r.bad ? pal_diag_fail(diag, "definition", err) : PAL_OK;
}

size_t pal_catalogue_count(const struct pal_catalogue *catalogue) { return catalogue->n; }

const struct pal_definition *pal_catalogue_get(const struct pal_catalogue *catalogue, size_t i)
{
    return &catalogue->definition[i];
}

const struct pal_definition *pal_catalogue_find(const struct pal_catalogue *catalogue, pal_str code)
{
    for (size_t i = 0; i < catalogue->n; i++)
        if (pal_str_eq(catalogue->definition[i].code, code))
            return &catalogue->definition[i];
    return NULL;
}

pal_str pal_catalogue_nearest(const struct pal_catalogue *catalogue, pal_str code)
{
    pal_str *words = pal_arena_alloc(catalogue->arena, catalogue->n + 1, sizeof *words);
    if (!words)
        return (pal_str){NULL, 0};
    for (size_t i = 0; i < catalogue->n; i++)
        words[i] = catalogue->definition[i].code;
    return pal_nearest(code, words, catalogue->n);
}

enum pal_status catalogue_all(const struct pal_catalogue *catalogue, struct pal_arena *arena,
                              const struct pal_definition *const **out, size_t *n,
                              struct pal_error *err)
{
    const struct pal_definition **every = pal_arena_alloc(arena, catalogue->n + 1, sizeof *every);
    if (!every)
        return pal_nomem(err, "the catalogue");
    for (size_t i = 0; i < catalogue->n; i++)
        every[i] = &catalogue->definition[i];
    *out = every;
    *n = catalogue->n;
    return PAL_OK;
}
