/* uk.h: published tables of lists, as tests need them. */
#ifndef PALERMO_TESTS_UK_H
#define PALERMO_TESTS_UK_H

#include "palermo/systems.h"

/* Potential victims of trafficking in the United Kingdom 2013 on six lists: local authorities, non-
 * governmental organizations, police, government organizations, general public, National Crime
 * Agency (Silverman 2014, Home Office; 2,744 people). */
struct pal_lists *uk_2013(struct pal_arena *arena);
/* From rows of patterns ("110", first list first) and counts. */
struct pal_lists *lists_of(size_t t, const char *const *pattern, const double *count, size_t n,
                           struct pal_arena *arena);

#endif
