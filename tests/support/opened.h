/* opened.h: a shipped dataset, loaded and settled, with what was found on the way. Tests of the
 * published files ask it for counts that were taken from the files by other means. */
#ifndef PALERMO_TESTS_OPENED_H
#define PALERMO_TESTS_OPENED_H

#include "palermo/data.h"

struct opened {
    struct pal_arena *arena, *scratch;
    struct pal_areas *areas;
    struct pal_diag *diag;
    struct pal_descriptor *descriptor;
    struct pal_dataset *set;
    struct pal_error error; /* text says why opened_load was false */
};

/* Reads datasets/<name>/dataset.yaml with the files under `data`. The caller closes in any case. */
bool opened_load(struct opened *o, const char *name, const char *data);
void opened_close(struct opened *o);

size_t opened_absent(const struct opened *o, enum pal_absent reason); /* values absent for it  */
double opened_sum(const struct opened *o);                            /* of the present values */
uint64_t opened_found(const struct opened *o, const char *rule);      /* findings of this rule */
/* Rows whose column holds this text or code, by the source's name or a dimension's, or "measure".
 */
size_t opened_rows_with(const struct opened *o, const char *column, const char *text);
pal_str opened_text(const struct opened *o, size_t row,
                    const char *column);                  /* empty: no such column */
size_t opened_row(const struct opened *o, uint64_t line); /* first row of a line; SIZE_MAX: none */
/* Row of an area's printed code and period, and a column's text when `column` is given. */
size_t opened_cell(const struct opened *o, const char *area, int period, const char *column,
                   const char *text);
size_t opened_rows_in(const struct opened *o, const char *area); /* rows of this very area */
size_t opened_rows_of_kind(const struct opened *o, enum pal_area_kind kind);
bool opened_found_at(const struct opened *o, const char *rule,
                     uint64_t line); /* among the listed */

/* struct opened o; OPEN(o, "glotip", "data/unodc/data_glotip.csv.gz"); ... opened_close(&o); */
#define OPEN(o, name, file)                                                                        \
    {                                                                                              \
        const char *open_needed = NEED_SHARED(file);                                               \
        (void)open_needed;                                                                         \
        cr_assert(opened_load(&(o), name, shared_path("data")), "%s", (o).error.text);             \
    }

#endif
