/* Any descriptor over any table: what is read is judged, whatever it says. The input is the
 * descriptor, a NUL, and the table. */
#include "palermo/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void put(const char *path, const uint8_t *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return;
    fwrite(bytes, 1, n, file);
    fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static char folder[64];
    char yaml[96], csv[96];
    const uint8_t *cut = memchr(bytes, 0, n);
    if (!cut)
        return 0;
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "/dev/shm/palermo-fuzz-%ld-XXXXXX", (long)getpid());
        if (!mkdtemp(folder))
            return 0;
    }
    snprintf(yaml, sizeof yaml, "%s/dataset.yaml", folder);
    snprintf(csv, sizeof csv, "%s/d.csv", folder);
    put(yaml, bytes, (size_t)(cut - bytes));
    put(csv, cut + 1, n - (size_t)(cut - bytes) - 1);
    struct pal_arena *arena = pal_arena_new(), *scratch = pal_arena_new();
    struct pal_error err = {0};
    struct pal_areas *areas;
    struct pal_descriptor *descriptor;
    struct pal_dataset *dataset;
    if (pal_areas_read("datasets/areas", arena, &areas, &err) == PAL_OK &&
        pal_descriptor_read(yaml, arena, &descriptor, &err) == PAL_OK) {
        /* Whatever the descriptor names, only the table given here is read. */
        const struct pal_load_options options = {.areas = areas, .file = csv, .as_of_year = 2024};
        struct pal_diag *diag = pal_diag_new(arena, 10);
        if (pal_dataset_load(descriptor, &options, diag, arena, &dataset, &err) == PAL_OK)
            (void)!pal_dataset_settle(dataset, &options, diag, scratch, &err);
    }
    pal_arena_free(scratch);
    pal_arena_free(arena);
    return 0;
}
