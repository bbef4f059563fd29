/* written.h: a small dataset that a test writes itself, in a folder of its own, then reads. */
#ifndef PALERMO_TESTS_WRITTEN_H
#define PALERMO_TESTS_WRITTEN_H

#include "palermo/data.h"

struct written {
    struct pal_arena *arena, *scratch;
    struct pal_areas *areas;
    struct pal_diag *diag;
    struct pal_descriptor *descriptor;
    struct pal_dataset *set; /* NULL when it could not be read: `error` says why */
    struct pal_error error;
    enum pal_status status;
    char folder[128];
};

/* Opens a new folder; files are added, then read. */
void written_open(struct written *w);
void written_file(struct written *w, const char *name, const char *content);
/* Reads dataset.yaml (or `descriptor`) and settles what it describes. */
enum pal_status written_read(struct written *w, const char *descriptor);
/* The usual case: a descriptor and one file data.csv. */
enum pal_status written_set(struct written *w, const char *yaml, const char *csv);
void written_close(struct written *w);

uint64_t written_found(const struct written *w, const char *rule);
/* The first finding of a rule; NULL when there is none. */
const struct pal_finding *written_first(const struct written *w, const char *rule);
/* Text of a column or dimension in a row; empty when there is none. */
pal_str written_text(const struct written *w, const char *column, size_t row);

#endif
