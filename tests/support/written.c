#include "written.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void written_open(struct written *w)
{
    memset(w, 0, sizeof *w);
    snprintf(w->folder, sizeof w->folder, "/tmp/palermo-written-XXXXXX");
    w->arena = pal_arena_new();
    w->scratch = pal_arena_new();
    w->diag = pal_diag_new(w->arena, 0);
    if (!mkdtemp(w->folder))
        w->folder[0] = '\0';
}

void written_file(struct written *w, const char *name, const char *content)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    FILE *file = fopen(path, "wb");
    if (!file)
        return;
    fwrite(content, 1, strlen(content), file);
    fclose(file);
}

static enum pal_status read_it(struct written *w, const char *path)
{
    const struct pal_load_options options = {.areas = NULL};
    struct pal_load_options o = options;
    PAL_TRY(pal_areas_read("datasets/areas", w->arena, &w->areas, &w->error));
    o.areas = w->areas;
    o.as_of_year = 2024;
    PAL_TRY(pal_descriptor_read(path, w->arena, &w->descriptor, &w->error));
    PAL_TRY(pal_dataset_load(w->descriptor, &o, w->diag, w->arena, &w->set, &w->error));
    return pal_dataset_settle(w->set, &o, w->diag, w->scratch, &w->error);
}

enum pal_status written_read(struct written *w, const char *descriptor)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", w->folder, descriptor);
    w->status = read_it(w, path);
    return w->status;
}

enum pal_status written_set(struct written *w, const char *yaml, const char *csv)
{
    written_open(w);
    written_file(w, "dataset.yaml", yaml);
    written_file(w, "data.csv", csv);
    return written_read(w, "dataset.yaml");
}

void written_close(struct written *w)
{
    const pal_str *entry;
    size_t n;
    struct pal_error err = {0};
    if (pal_dir_list(w->folder, w->arena, &entry, &n, &err) == PAL_OK)
        for (size_t i = 0; i < n; i++) {
            const char *path = pal_path_join(w->arena, w->folder, entry[i]);
            if (path)
                unlink(path);
        }
    rmdir(w->folder);
    pal_arena_free(w->scratch);
    pal_arena_free(w->arena);
}

uint64_t written_found(const struct written *w, const char *rule)
{
    const struct pal_diag_tally *tally;
    uint64_t n = 0;
    const size_t tallies = pal_diag_tallies(w->diag, &tally);
    for (size_t i = 0; i < tallies; i++)
        n += strcmp(tally[i].rule, rule) == 0 ? tally[i].count : 0;
    return n;
}

const struct pal_finding *written_first(const struct written *w, const char *rule)
{
    for (size_t i = 0; i < pal_diag_listed(w->diag); i++)
        if (strcmp(pal_diag_get(w->diag, i)->rule, rule) == 0)
            return pal_diag_get(w->diag, i);
    return NULL;
}

pal_str written_text(const struct written *w, const char *column, size_t row)
{
    const struct pal_column *c = pal_dataset_filter_column(w->set, pal_str_of(column));
    return c && c->dict ? pal_dict_text(c->dict, c->code[row]) : (pal_str){"", 0};
}
