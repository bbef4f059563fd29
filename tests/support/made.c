#include "made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void made_open(struct made *made)
{
    memset(made, 0, sizeof *made);
    snprintf(made->folder, sizeof made->folder, "/tmp/palermo-made-XXXXXX");
    if (!mkdtemp(made->folder))
        abort();
    made->arena = pal_arena_new();
    made->diag = pal_diag_new(made->arena, 1000);
}

void made_file(struct made *made, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", made->folder, name);
    for (char *at = path + strlen(made->folder) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        mkdir(path, 0777);
        *at = '/';
    }
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

enum pal_status made_compute(struct made *made, unsigned threads)
{
    struct pal_error *err = &made->error;
    const char *folders[] = {made->folder};
    const char *indicators[] = {pal_path_join(made->arena, made->folder, PAL_STR("indicators"))};
    PAL_TRY(pal_areas_read("datasets/areas", made->arena, &made->areas, err));
    PAL_TRY(pal_datasets_scan(folders, 1, made->arena, &made->registry, err));
    PAL_TRY(pal_catalogue_read(indicators, 1, made->registry, made->diag, made->arena,
                               &made->catalogue, err));
    const struct pal_load_options load = {
        .areas = made->areas, .folders = folders, .folders_n = 1, .threads = 1};
    struct pal_arena *scratch = pal_arena_new();
    for (size_t i = 0; i < pal_datasets_count(made->registry) && i < 4; i++) {
        struct pal_descriptor *descriptor;
        struct pal_dataset **dataset = &made->dataset[made->datasets++];
        enum pal_status status = pal_descriptor_read(pal_datasets_file(made->registry, i),
                                                     made->arena, &descriptor, err);
        if (status == PAL_OK)
            status = pal_dataset_load(descriptor, &load, made->diag, made->arena, dataset, err);
        if (status == PAL_OK)
            status = pal_dataset_settle(*dataset, &load, made->diag, scratch, err);
        if (status != PAL_OK) {
            pal_arena_free(scratch);
            return status;
        }
    }
    pal_arena_free(scratch);
    made->compute = (struct pal_compute){.catalogue = made->catalogue,
                                         .dataset = made->dataset,
                                         .datasets = made->datasets,
                                         .areas = made->areas,
                                         .threads = threads};
    return pal_compute_figures(&made->compute, made->diag, made->arena, &made->figures, err);
}

const struct pal_figure *made_figure(const struct made *made, const char *key)
{
    return pal_figures_find(made->figures, pal_str_of(key), made->arena, NULL);
}

size_t made_found(const struct made *made, const char *rule, const char *words)
{
    size_t n = 0;
    for (size_t i = 0; i < pal_diag_listed(made->diag); i++) {
        const struct pal_finding *finding = pal_diag_get(made->diag, i);
        char text[2048];
        snprintf(text, sizeof text, "%.*s", PAL_ARG(finding->what));
        n += strcmp(finding->rule, rule) == 0 && strstr(text, words);
    }
    return n;
}

void made_close(struct made *made)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", made->folder);
    if (system(command) != 0)
        abort();
    pal_arena_free(made->arena);
}
