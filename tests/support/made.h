/* made.h: a dataset and definitions that a test makes up, computed. Texts are written to a folder
 * of their own, read as any other, and gone at the end. */
#ifndef PALERMO_TESTS_MADE_H
#define PALERMO_TESTS_MADE_H

#include "palermo/indicator.h"

struct made {
    struct pal_arena *arena;
    struct pal_diag *diag;
    struct pal_areas *areas;
    struct pal_datasets *registry;
    struct pal_catalogue *catalogue;
    struct pal_dataset *dataset[4];
    size_t datasets;
    struct pal_compute compute;
    struct pal_figures *figures;
    struct pal_error error;
    char folder[64];
};

/* A file of the folder: "victims/dataset.yaml", "indicators/T-01.yaml". */
void made_open(struct made *made);
void made_file(struct made *made, const char *name, const char *text);
/* Reads everything and computes on `threads`; the status of the first step that failed. */
enum pal_status made_compute(struct made *made, unsigned threads);
const struct pal_figure *made_figure(const struct made *made, const char *key); /* NULL: none */
/* Listed findings of a rule whose text holds `words`. */
size_t made_found(const struct made *made, const char *rule, const char *words);
void made_close(struct made *made);

#endif
