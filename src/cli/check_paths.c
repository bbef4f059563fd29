/* check_paths.c: what lies at a path, and who judges it. */
#include "check.h"

#include <string.h>

enum pal_status check_note_error(struct check *c, enum pal_status status, const char *rule,
                                 const char *path, pal_str key, const struct pal_error *from,
                                 struct pal_error *err)
{
    if (status == PAL_NOMEM || status == PAL_BUG) {
        if (err)
            *err = *from;
        return status;
    }
    if (status == PAL_IO) {
        if (c->worst == PAL_OK) {
            c->worst = status;
            c->refused = *from;
        }
        return PAL_OK;
    }
    cli_error_finding(c->diag, rule, path, key, from);
    return PAL_OK;
}

static void say_checked(struct check *c, const char *format, ...) PAL_PRINTF(2, 3);
static void say_checked(struct check *c, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0)
        pal_buf_adds(&c->said, text);
    c->checked++;
}

/* ---- datasets -----------------------------------------------------------------------------------
 */

static void say_dataset(struct check *c, const struct pal_dataset *d)
{
    const pal_str name = pal_descriptor_name(d->descriptor);
    uint64_t aside = 0;
    for (size_t i = 0; i < d->batch.rows; i++)
        aside += d->batch.state[i] == PAL_ROW_SET_ASIDE;
    const struct {
        uint64_t rows;
        const char *what;
    } part[] = {
        {d->rows_error, "with errors"}, {d->rows_duplicate, "superseded"}, {aside, "set aside"}};
    char rest[160] = "";
    for (size_t i = 0, used = 0; i < PAL_COUNT(part); i++) {
        if (!part[i].rows)
            continue;
        const int n = snprintf(rest + used, sizeof rest - used, ", %llu %s",
                               (unsigned long long)part[i].rows, part[i].what);
        used += n > 0 ? (size_t)n : 0;
    }
    say_checked(c, "dataset %.*s: %llu rows, %zu values%s\n", PAL_ARG(name),
                (unsigned long long)d->rows_read, d->batch.rows, rest);
}

/* `file` is read in place of what the descriptor names; NULL: what it names. That a file is missing
 * is said of `said_of`: of a folder with fifty descriptors once. */
static enum pal_status check_dataset(struct check *c, const char *path, const char *file,
                                     const char *said_of, struct pal_error *err)
{
    struct pal_descriptor *descriptor;
    struct pal_dataset *dataset;
    struct pal_error own = {0};
    enum pal_status status = pal_descriptor_read(path, c->cli->arena, &descriptor, &own);
    if (status != PAL_OK)
        return check_note_error(c, status, "descriptor", path, PAL_STR(""), &own, err);
    const pal_str name = pal_descriptor_name(descriptor);
    c->load.file = file;
    const pal_str missing = pal_descriptor_missing_file(descriptor, &c->load, c->cli->arena);
    if (missing.len) {
        const struct pal_place at = {said_of, 0, 0};
        char text[600];
        snprintf(text, sizeof text,
                 "%.*s: the file '%.*s' is not here; only the descriptor was checked",
                 PAL_ARG(name), PAL_ARG(missing));
        pal_diag_add(c->diag,
                     &(struct pal_finding){.severity = PAL_INFORMATION,
                                           .rule = "no-file",
                                           .at = at,
                                           .what = pal_str_of(text),
                                           .todo = PAL_STR("--data DIR says where it lies"),
                                           .key = name});
        say_checked(c, "dataset %.*s: descriptor only\n", PAL_ARG(name));
        return PAL_OK;
    }
    /* The rows go when they are judged: a folder may hold fifty datasets. */
    const struct pal_arena_mark mark = pal_arena_mark(c->scratch);
    struct pal_arena *rows = pal_arena_new();
    if (!rows)
        return pal_nomem(err, "a dataset");
    status = pal_dataset_load(descriptor, &c->load, c->diag, rows, &dataset, &own);
    if (status == PAL_OK)
        status = pal_dataset_settle(dataset, &c->load, c->diag, c->scratch, &own);
    if (status == PAL_OK)
        say_dataset(c, dataset);
    pal_arena_reset(c->scratch, mark);
    pal_arena_free(rows);
    if (status == PAL_OK)
        return PAL_OK;
    return check_note_error(c, status, status == PAL_DATA ? "unreadable-file" : "descriptor", path,
                            name, &own, err);
}

static const char *package_table(struct check *c, const char *package, pal_str table)
{
    const pal_str path = pal_arena_printf(c->cli->arena, "%s#%.*s", package, PAL_ARG(table));
    return path.ptr ? pal_arena_cstr(c->cli->arena, path) : NULL;
}

static const char *inner(struct check *c, const char *folder, const char *name)
{
    const char *path = pal_path_join(c->cli->arena, folder, pal_str_of(name));
    return path && pal_file_exists(path) ? path : NULL;
}

static bool same_file_name(const char *path, const char *file)
{
    const char *a = strrchr(path, '/'), *b = strrchr(file, '/');
    return strcmp(a ? a + 1 : path, b ? b + 1 : file) == 0;
}

static bool speaks_of(struct check *c, const char *descriptor, const char *file)
{
    struct pal_descriptor *d;
    struct pal_error ignored = {0};
    if (pal_descriptor_read(descriptor, c->cli->arena, &d, &ignored) != PAL_OK)
        return false;
    for (size_t i = 0; i < pal_descriptor_files(d); i++)
        if (same_file_name(pal_arena_cstr(c->cli->arena, pal_descriptor_file(d, i)), file))
            return true;
    return false;
}

/* A package speaks of a file through one of its tables: datapackage.json#table, or NULL. */
static const char *table_of(struct check *c, const char *package, const char *file)
{
    const pal_str *name;
    size_t n;
    struct pal_error ignored = {0};
    if (pal_package_tables(package, c->cli->arena, &name, &n, &ignored) != PAL_OK)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const char *table = package_table(c, package, name[i]);
        if (table && speaks_of(c, table, file))
            return table;
    }
    return NULL;
}

/* homicide.csv.gz: homicide.csv.gz.dataset.yaml, homicide.csv.dataset.yaml, homicide.dataset.yaml
 */
static const char *beside(struct check *c, const char *file)
{
    const char *base = strrchr(file, '/');
    pal_str stem = pal_str_of(file);
    for (;;) {
        const pal_str name = pal_arena_printf(c->cli->arena, "%.*s.dataset.yaml", PAL_ARG(stem));
        if (name.ptr && pal_file_exists(name.ptr))
            return name.ptr;
        size_t dot = stem.len;
        while (dot > 0 && stem.ptr[dot - 1] != '.' && stem.ptr[dot - 1] != '/')
            dot--;
        if (dot <= 1 || stem.ptr[dot - 1] == '/' || (base && stem.ptr + dot - 1 <= base + 1))
            break;
        stem.len = dot - 1;
    }
    const char *folder = pal_path_dir(c->cli->arena, file);
    const char *own = folder ? inner(c, folder, "dataset.yaml") : NULL;
    if (own && speaks_of(c, own, file))
        return own;
    const char *package = folder ? inner(c, folder, "datapackage.json") : NULL;
    return package ? table_of(c, package, file) : NULL;
}

enum pal_status check_descriptor_of(struct check *c, const char *file, const char **out,
                                    struct pal_error *err)
{
    if (c->dataset) {
        struct pal_error own = {0};
        if (pal_datasets_find(c->registry, pal_str_of(c->dataset), out, &own) == PAL_OK)
            return PAL_OK;
        return pal_fail(err, PAL_USAGE, "%s", own.text);
    }
    *out = beside(c, file);
    for (size_t i = 0; !*out && i < pal_datasets_count(c->registry); i++)
        if (speaks_of(c, pal_datasets_file(c->registry, i), file))
            *out = pal_datasets_file(c->registry, i);
    if (*out)
        return PAL_OK;
    return pal_fail(err, PAL_USAGE,
                    "no descriptor speaks of '%s'; --dataset NAME says which one does, and "
                    "'palermo check --suggest %s' drafts one",
                    file, file);
}

/* ---- definitions and cycles
 * ------------------------------------------------------------------------ */

static bool inside(const char *file, const char *path)
{
    const size_t n = strlen(path);
    return strncmp(file, path, n) == 0 && (file[n] == '\0' || file[n] == '/' || path[n - 1] == '/');
}

/* The definitions under `folders`, then the tables that name them. PAL_SYNTAX with findings. */
static enum pal_status read_definitions(struct check *c, const char *const *folders, size_t n,
                                        struct pal_diag *found, struct pal_error *err)
{
    struct pal_catalogue *catalogue;
    const struct pal_table_definition *const *table;
    size_t tables;
    PAL_TRY(pal_catalogue_read(folders, n, c->registry, found, c->cli->arena, &catalogue, err));
    return pal_table_definitions_read(folders, n, catalogue, found, c->cli->arena, &table, &tables,
                                      err);
}

/* All definitions under `root` and those that ship are read, for they refer to each other; what is
 * found in `only` is said. */
static enum pal_status check_indicators(struct check *c, const char *root, const char *only,
                                        struct pal_error *err)
{
    const struct cli_folders *known = &c->folders;
    struct pal_diag *found = pal_diag_new(c->cli->arena, PAL_DIAG_KEEP);
    const char **folders = pal_arena_alloc(c->cli->arena, known->indicators_n + 1, sizeof *folders);
    struct pal_error own = {0};
    if (!found || !folders)
        return pal_nomem(err, "the findings");
    folders[0] = root;
    for (size_t i = 0; i < known->indicators_n; i++)
        folders[i + 1] = known->indicators[i];
    const enum pal_status status =
        read_definitions(c, folders, known->indicators_n + 1, found, &own);
    size_t bad = 0;
    for (size_t i = 0; i < pal_diag_listed(found); i++) {
        const struct pal_finding *f = pal_diag_get(found, i);
        if (!inside(f->at.file, only))
            continue;
        pal_diag_add(c->diag, f);
        bad += f->severity != PAL_INFORMATION;
    }
    if (status != PAL_OK && (status != PAL_SYNTAX || !pal_diag_listed(found)))
        return check_note_error(c, status, "definition", root, PAL_STR(""), &own, err);
    say_checked(c, "definitions in %s: %zu problem%s\n", only, bad, bad == 1 ? "" : "s");
    return PAL_OK;
}

/* Definitions, tables and datasets that cannot be read are findings already; errors in the data are
 * none of that. */
static bool is_told(const struct pal_diag *diag, const struct pal_error *error)
{
    for (size_t i = 0; i < pal_diag_listed(diag); i++) {
        const struct pal_finding *f = pal_diag_get(diag, i);
        const bool unread =
            strcmp(f->rule, "descriptor") == 0 || strcmp(f->rule, "unreadable-file") == 0;
        if (f->severity != PAL_ERROR)
            continue;
        if (error->line ? f->at.line == error->line && strcmp(f->at.file, error->file) == 0
                        : unread)
            return true;
    }
    return false;
}

static enum pal_status check_cycle(struct check *c, const char *path, struct pal_error *err)
{
    struct cli_work work;
    struct pal_error own = {0};
    const struct cli_work_options options = {.cycle = path,
                                             .data = c->data,
                                             .indicators = c->indicators,
                                             .as_of = c->as_of,
                                             .threads = c->threads,
                                             .diag = c->diag};
    enum pal_status status = cli_work_do(c->cli, &options, &work, &own);
    for (size_t i = 0; i < work.datasets; i++)
        if (work.dataset[i])
            say_dataset(c, work.dataset[i]);
    const struct pal_table_definition *const *table;
    size_t tables;
    if (status == PAL_OK)
        status = pal_table_definitions_read(work.folders.indicators, work.folders.indicators_n,
                                            work.catalogue, c->diag, c->cli->arena, &table, &tables,
                                            &own);
    if (status == PAL_OK)
        status = cli_choose_tables(&work.cycle, &table, &tables, c->cli->arena, &own);
    if (status == PAL_OK) {
        say_checked(c, "cycle %s: %zu datasets, %zu figures\n", path, work.datasets,
                    work.figures ? work.figures->n : 0);
        return PAL_OK;
    }
    if (status == PAL_SYNTAX && is_told(c->diag, &own))
        return PAL_OK;
    const bool elsewhere = own.file[0] && strcmp(own.file, path) != 0;
    return check_note_error(c, status,
                            status == PAL_DATA ? "unreadable-file"
                            : elsewhere        ? "definition"
                                               : "cycle",
                            path, PAL_STR(""), &own, err);
}

static enum pal_status check_evidence(struct check *c, const char *path, struct pal_error *err)
{
    const struct pal_evidence *evidence;
    struct pal_error own = {0};
    size_t n;
    const enum pal_status status = pal_evidence_read(path, c->cli->arena, &evidence, &n, &own);
    if (status != PAL_OK)
        return check_note_error(c, status, "definition", path, PAL_STR(""), &own, err);
    say_checked(c, "evidence in %s: %zu records\n", path, n);
    return PAL_OK;
}

/* ---- what it is
 * ----------------------------------------------------------------------------------- */

static bool is_yaml(pal_str name)
{
    return pal_str_ends(name, PAL_STR(".yaml")) || pal_str_ends(name, PAL_STR(".yml")) ||
           pal_str_ends(name, PAL_STR(".json"));
}

enum written { IS_DATASET, IS_CYCLE, IS_INDICATOR, IS_EVIDENCE, IS_TABLE };

/* By the keys that only one kind of file has; a file of none is read as a descriptor, which says
 * what is wrong with it. */
static enum written what_is(const struct pal_yaml *root)
{
    if (pal_yaml_get(root, "path") || pal_yaml_get(root, "resources"))
        return IS_DATASET;
    if (pal_yaml_get(root, "datasets"))
        return IS_CYCLE;
    if (pal_yaml_get(root, "code") || pal_yaml_get(root, "numerator"))
        return IS_INDICATOR;
    if (pal_yaml_get(root, "evidence"))
        return IS_EVIDENCE;
    if (pal_yaml_get(root, "table") || pal_yaml_get(root, "dimension"))
        return IS_TABLE; /* or names of codes; both lie beside the definitions' families */
    return IS_DATASET;
}

/* indicators/<family>/X.yaml, indicators/national/<AREA>/X.yaml: the folder `indicators`. */
static const char *root_of(struct check *c, const char *folder)
{
    const char *up = pal_path_dir(c->cli->arena, folder);
    return up && same_file_name(up, "national") ? pal_path_dir(c->cli->arena, up) : up;
}

/* Each table of a data package is a dataset. */
static enum pal_status check_package(struct check *c, const char *path, struct pal_error *err)
{
    const pal_str *name;
    size_t n;
    struct pal_error own = {0};
    const enum pal_status status = pal_package_tables(path, c->cli->arena, &name, &n, &own);
    if (status != PAL_OK)
        return check_note_error(c, status, "descriptor", path, PAL_STR(""), &own, err);
    if (n < 2)
        return check_dataset(c, path, NULL, path, err);
    for (size_t i = 0; i < n; i++) {
        const char *table = package_table(c, path, name[i]);
        if (!table)
            return pal_nomem(err, path);
        PAL_TRY(check_dataset(c, table, NULL, path, err));
    }
    return PAL_OK;
}

static enum pal_status check_written(struct check *c, const char *path, struct pal_error *err)
{
    struct pal_yaml *root;
    struct pal_error own = {0};
    const enum pal_status status = pal_yaml_read(path, c->cli->arena, &root, &own);
    if (status != PAL_OK)
        return check_note_error(c, status, "descriptor", path, PAL_STR(""), &own, err);
    switch (what_is(root)) {
    case IS_CYCLE:
        return check_cycle(c, path, err);
    case IS_INDICATOR:
    case IS_TABLE:
        return check_indicators(c, root_of(c, pal_path_dir(c->cli->arena, path)), path, err);
    case IS_EVIDENCE:
        return check_evidence(c, path, err);
    case IS_DATASET:
        break;
    }
    return pal_yaml_get(root, "resources") ? check_package(c, path, err)
                                           : check_dataset(c, path, NULL, path, err);
}

static bool holds_indicators(struct check *c, const char *folder)
{
    const pal_str *entry;
    struct pal_error ignored = {0};
    size_t n;
    if (pal_dir_list(folder, c->cli->arena, &entry, &n, &ignored) != PAL_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct pal_yaml *root;
        const char *path = pal_path_join(c->cli->arena, folder, entry[i]);
        if (path && is_yaml(entry[i]) && pal_file_exists(path) &&
            pal_yaml_read(path, c->cli->arena, &root, &ignored) == PAL_OK &&
            what_is(root) == IS_INDICATOR)
            return true;
    }
    return false;
}

static enum pal_status check_folder(struct check *c, const char *folder, struct pal_error *err)
{
    static const char *const names[] = {"dataset.yaml", "datapackage.json", "cycle.yaml"};
    for (size_t i = 0; i < PAL_COUNT(names); i++) {
        const char *path = inner(c, folder, names[i]);
        if (path)
            return check_written(c, path, err);
    }
    if (inner(c, folder, "areas.csv")) {
        struct pal_areas *areas;
        struct pal_error own = {0};
        const enum pal_status status = pal_areas_read(folder, c->cli->arena, &areas, &own);
        if (status != PAL_OK)
            return check_note_error(c, status, "unreadable-file", folder, PAL_STR(""), &own, err);
        say_checked(c, "areas in %s: %zu\n", folder, pal_areas_count(areas));
        return PAL_OK;
    }
    if (holds_indicators(c, folder))
        return check_indicators(c, root_of(c, folder), folder, err);
    struct pal_datasets *here;
    PAL_TRY(pal_datasets_scan(&folder, 1, c->cli->arena, &here, err));
    for (size_t i = 0; i < pal_datasets_count(here); i++)
        PAL_TRY(check_dataset(c, pal_datasets_file(here, i), NULL, folder, err));
    if (pal_datasets_count(here))
        return PAL_OK;
    const pal_str *entry;
    size_t n;
    PAL_TRY(pal_dir_list(folder, c->cli->arena, &entry, &n, err));
    for (size_t i = 0; i < n; i++) {
        const char *path = pal_path_join(c->cli->arena, folder, entry[i]);
        if (path && pal_dir_exists(path) && holds_indicators(c, path))
            return check_indicators(c, folder, folder, err);
    }
    return pal_fail(err, PAL_USAGE,
                    "nothing in the folder '%s' can be checked: no dataset.yaml, datapackage.json, "
                    "cycle.yaml, areas.csv or definitions",
                    folder);
}

enum pal_status check_path(struct check *c, const char *path, struct pal_error *err)
{
    const char *descriptor;
    if (strcmp(path, "-") == 0) {
        if (!c->dataset)
            return pal_fail(err, PAL_USAGE,
                            "which dataset is standard input? --dataset NAME says it");
        PAL_TRY(check_descriptor_of(c, path, &descriptor, err));
        return check_dataset(c, descriptor, path, path, err);
    }
    if (pal_dir_exists(path))
        return check_folder(c, path, err);
    if (!pal_file_exists(path) && strstr(path, ".json#")) /* one table of a data package */
        return check_dataset(c, path, NULL, path, err);
    if (!pal_file_exists(path))
        return pal_fail(err, PAL_IO, "there is no file or folder '%s'", path);
    if (is_yaml(pal_str_of(path)))
        return check_written(c, path, err);
    PAL_TRY(check_descriptor_of(c, path, &descriptor, err));
    return check_dataset(c, descriptor, path, path, err);
}
