/* recruits.h: what the files of `palermo recruits` share. */
#ifndef PALERMO_CLI_RECRUITS_H
#define PALERMO_CLI_RECRUITS_H

#include "grid.h"

#include "palermo/recruits.h"

struct recruits_options { /* as typed */
    const char *id, *recruiter, *seed_mark, *coupon, *coupons, *degree;
    struct cli_list variables, methods;
    double population, level, timeout;
    size_t samples, iterations, seed, threads;
    const char *bootstrap, *resampling, *group_degrees, *interval, *format;
};

struct recruits_data {
    struct grid grid;
    struct pal_recruits chains;
    uint32_t *recruiter;
    double *degree;
    struct pal_diag *diag; /* what was noticed; errors in it mean that nothing else was made */
};
/* Reads the table and links it into chains. PAL_DATA when the links have errors (they are in diag).
 */
PAL_CHECK_RESULT
enum pal_status recruits_read(const char *path, const struct recruits_options *options,
                              struct pal_arena *arena, struct recruits_data *out,
                              struct pal_error *err);

struct recruits_variable {
    const char *name;
    struct pal_trait trait;
    const char *const *group; /* [groups] sorted by bytes */
    size_t *n;                /* [groups] respondents     */
    size_t respondents;
};
/* PAL_DATA when all respondents are of one group or there are more than 200. */
PAL_CHECK_RESULT
enum pal_status recruits_variable_of(const struct recruits_data *data, const char *name,
                                     struct pal_arena *arena, struct recruits_variable *out,
                                     struct pal_error *err);

#endif
