/* folders.c: where datasets and definitions lie. Order: the command line, the cycle, PALERMO_DATA,
 * what ships with the program. Earlier folders win. */
#include "inside.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum pal_status add(struct cli_list *list, const char *folder, struct pal_arena *arena,
                           struct pal_error *err)
{
    const char **grown = pal_arena_grow(arena, list->item, list->n, list->n + 1, sizeof *grown);
    if (!grown || !folder)
        return pal_nomem(err, "the search folders");
    grown[list->n++] = folder;
    list->item = grown;
    return PAL_OK;
}

/* Installed: PREFIX/bin/palermo with PREFIX/share/palermo. In a checkout: build/<name>/palermo with
 * the folders two levels up. NULL when neither is there. */
static const char *shipped(struct pal_arena *arena)
{
    char self[4096];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return NULL;
    self[n] = '\0';
    const char *folder = pal_path_dir(arena, self);
    const char *up = folder ? pal_path_dir(arena, folder) : NULL;
    const char *const places[] = {up ? pal_path_join(arena, up, PAL_STR("share/palermo")) : NULL,
                                  up ? pal_path_dir(arena, up) : NULL};
    for (size_t i = 0; i < PAL_COUNT(places); i++) {
        const char *areas =
            places[i] ? pal_path_join(arena, places[i], PAL_STR("datasets/areas")) : NULL;
        if (areas && pal_dir_exists(areas))
            return places[i];
    }
    return NULL;
}

static enum pal_status add_environment(struct cli_list *list, struct pal_arena *arena,
                                       struct pal_error *err)
{
    pal_str rest = pal_str_of(getenv("PALERMO_DATA")), folder;
    while (pal_str_split(&rest, ':', &folder))
        if (folder.len)
            PAL_TRY(add(list, pal_arena_cstr(arena, folder), arena, err));
    return PAL_OK;
}

enum pal_status cli_folders_find(struct cli *cli, const struct cli_list *data,
                                 const struct cli_list *indicators, const struct cli_list *extra,
                                 struct cli_folders *out, struct pal_error *err)
{
    struct pal_arena *arena = cli->arena;
    struct cli_list datasets = {0}, definitions = {0};
    for (size_t i = 0; data && i < data->n; i++) {
        if (!pal_dir_exists(data->item[i]))
            return pal_fail(err, PAL_IO, "there is no folder '%s' (given with --data)",
                            data->item[i]);
        PAL_TRY(add(&datasets, data->item[i], arena, err));
    }
    for (size_t i = 0; indicators && i < indicators->n; i++) {
        if (!pal_dir_exists(indicators->item[i]))
            return pal_fail(err, PAL_IO, "there is no folder '%s' (given with --indicators)",
                            indicators->item[i]);
        PAL_TRY(add(&definitions, indicators->item[i], arena, err));
    }
    for (size_t i = 0; extra && i < extra->n; i++)
        PAL_TRY(add(&datasets, extra->item[i], arena, err));
    PAL_TRY(add_environment(&datasets, arena, err));
    const char *own = shipped(arena);
    if (own) {
        PAL_TRY(add(&datasets, pal_path_join(arena, own, PAL_STR("datasets")), arena, err));
        /* Last: datasets that only the example has, so that definitions which name them are known.
         */
        PAL_TRY(add(&datasets, pal_path_join(arena, own, PAL_STR("datasets/example")), arena, err));
        PAL_TRY(add(&definitions, pal_path_join(arena, own, PAL_STR("indicators")), arena, err));
    }
    out->areas = NULL;
    for (size_t i = 0; i < datasets.n && !out->areas; i++) {
        const char *areas = pal_path_join(arena, datasets.item[i], PAL_STR("areas"));
        const char *file = areas ? pal_path_join(arena, areas, PAL_STR("areas.csv")) : NULL;
        if (file && pal_file_exists(file))
            out->areas = areas;
    }
    if (!out->areas)
        return pal_fail(err, PAL_IO,
                        "no table of areas (areas/areas.csv) in any dataset folder; "
                        "is palermo installed whole? --data DIR adds a folder");
    out->datasets = datasets.item;
    out->datasets_n = datasets.n;
    out->indicators = definitions.item;
    out->indicators_n = definitions.n;
    return PAL_OK;
}
