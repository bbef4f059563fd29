/* sections.h: the sections of a descriptor, one reader each. */
#ifndef PALERMO_DATA_SECTIONS_H
#define PALERMO_DATA_SECTIONS_H

#include "inside.h"

#define DATA_SECTION(name)                                                                         \
    PAL_CHECK_RESULT                                                                               \
    enum pal_status data_read_##name(const struct pal_yaml *root, struct pal_arena *arena,         \
                                     struct pal_descriptor *d, struct pal_error *err)
DATA_SECTION(schema);
DATA_SECTION(roles);
DATA_SECTION(areas);
DATA_SECTION(absent);
DATA_SECTION(crosswalk);
DATA_SECTION(dimensions);
DATA_SECTION(measures);
DATA_SECTION(asides);
DATA_SECTION(duplicates);
DATA_SECTION(checks);

/* One word of a list; PAL_SYNTAX with the nearest for another. A missing key leaves *out alone. */
PAL_CHECK_RESULT
enum pal_status data_choice(const struct pal_yaml *node, const char *key, const char *const *words,
                            size_t n, size_t *out, struct pal_error *err);

#endif
