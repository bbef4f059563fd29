/* definition.h: a definition while it is read: what definition.c and the files beside it share. */
#ifndef PALERMO_INDICATOR_DEFINITION_H
#define PALERMO_INDICATOR_DEFINITION_H

#include "inside.h"

struct definition_reader {
    const struct pal_yaml *root;
    struct pal_definition *d;
    struct pal_arena *arena;
    struct pal_diag *diag;
    const char *path;
    bool good;
    struct pal_error own; /* of the last read */
};

void reader_problem(struct definition_reader *r, const struct pal_place *at, const char *format,
                    ...) PAL_PRINTF(3, 4);
PAL_CHECK_RESULT
enum pal_status reader_forgive(struct definition_reader *r, enum pal_status status,
                               struct pal_error *err);
#define READ(call) PAL_TRY(reader_forgive(r, (call), err))
void reader_keys(struct definition_reader *r, const struct pal_yaml *node, const char *what,
                 const char *const *known, size_t n);

void reader_missing(struct definition_reader *r, const struct pal_yaml *in, const char *key);

/* The key `by` and `sums`; then `of` and `of_areas`, which name one of them (definition_by.c). */
PAL_CHECK_RESULT
enum pal_status definition_read_by(struct definition_reader *r, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status definition_read_of(struct definition_reader *r, struct pal_error *err);
/* The keys `estimator`, `per` and `variance` (definition_estimator.c). */
PAL_CHECK_RESULT
enum pal_status definition_read_estimator(struct definition_reader *r, struct pal_error *err);
/* Whether breakdowns suit an estimator whose parts add up: once both are read. */
void definition_check_added(struct definition_reader *r);
/* The keys of a definition whose estimator is a statistic of a sample, and what it is made of: once
 * all others are read. */
PAL_CHECK_RESULT
enum pal_status definition_read_sample(struct definition_reader *r, struct pal_error *err);

#endif
