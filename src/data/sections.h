/* sections.h: the sections of a descriptor, one reader each. */
#ifndef PALERMO_DATA_SECTIONS_H
#define PALERMO_DATA_SECTIONS_H

#include "inside.h"

#define DATA_SECTION(name)                                                                         \
    PAL_CHECK_RESULT                                                                               \
    enum pal_status data_read_##name(const struct pal_yaml *root, struct pal_arena *arena,         \
                                     struct pal_descriptor *d, struct pal_error *err)
#define DATA_CHECK(name)                                                                           \
    PAL_CHECK_RESULT                                                                               \
    enum pal_status data_check_##name(const struct pal_yaml *root, struct pal_arena *arena,        \
                                      const struct pal_descriptor *d, struct pal_error *err)
DATA_SECTION(writing);
DATA_SECTION(shape);
DATA_SECTION(schema);
DATA_SECTION(roles);
DATA_SECTION(sample);
DATA_SECTION(areas);
DATA_SECTION(absent);
DATA_SECTION(crosswalk);
DATA_SECTION(dimensions);
DATA_SECTION(measures);
DATA_SECTION(asides);
DATA_SECTION(duplicates);
DATA_SECTION(checks);
DATA_SECTION(status);
DATA_SECTION(facts);
DATA_CHECK(words); /* names that sections use of each other are known */

/* One word of a list; PAL_SYNTAX with the nearest for another. A missing key leaves *out alone. */
PAL_CHECK_RESULT
enum pal_status data_choice(const struct pal_yaml *node, const char *key, const char *const *words,
                            size_t n, size_t *out, struct pal_error *err);
/* One character; the spaces that do not break a line are read as a space. */
PAL_CHECK_RESULT
enum pal_status data_character(const struct pal_yaml *node, const char *key, char *out,
                               struct pal_error *err);
/* The keys of `design` that adjust weights. */
PAL_CHECK_RESULT
enum pal_status data_read_weighting(const struct pal_yaml *design, struct pal_arena *arena,
                                    struct pal_weighting *out, struct pal_error *err);
/* One entry of `dimensions`. */
PAL_CHECK_RESULT
enum pal_status data_dimension_add(struct pal_descriptor *d, pal_str name,
                                   const struct pal_yaml *item, struct pal_arena *arena,
                                   struct pal_error *err);

/* "file.json#table": the file, and the table's name or the empty slice. NULL without memory. */
const char *data_package_path(const char *path, struct pal_arena *arena, pal_str *resource);
/* The resource meant: the only one, or the named; `file` itself when it is no package. */
PAL_CHECK_RESULT
enum pal_status data_package_resource(const struct pal_yaml *file, pal_str wanted,
                                      const struct pal_yaml **out, struct pal_error *err);

#endif
