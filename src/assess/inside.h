/* inside.h: what the files of this room share. */
#ifndef PALERMO_ASSESS_INSIDE_H
#define PALERMO_ASSESS_INSIDE_H

#include "palermo/assess.h"

struct assess_answer { /* NaN: not given */
    double estimate, std_error, low, high;
};

struct assess_call {  /* what an estimator is told besides the sample */
    pal_str argument; /* what stands behind the colon of its name; may be empty */
    double level;
    uint64_t seed; /* of its own random numbers */
    struct pal_deadline until;
    struct pal_arena *arena;
};

struct assess_method {
    const char *name, *summary;
    /* PAL_DOMAIN and PAL_NOCONV: no estimate from this sample. */
    enum pal_status (*run)(const void *world, const void *sample, const struct assess_call *call,
                           struct assess_answer *out, struct pal_error *err);
};

struct assess_kind {
    const char *name, *target;
    size_t methods;
    const struct assess_method *method;
    /* The world from the scenario's node; folder: of the scenario, for files it names. */
    enum pal_status (*read)(const struct pal_yaml *node, const char *folder, uint64_t seed,
                            struct pal_arena *arena, void **world, double *truth,
                            struct pal_error *err);
    /* until: of whatever is asked of the sample. */
    enum pal_status (*draw)(const void *world, struct pal_random *random, struct pal_deadline until,
                            struct pal_arena *arena, void **sample, struct pal_error *err);
    void (*write)(const void *world, const void *sample, struct pal_buf *out);
};
extern const struct assess_kind assess_lists, assess_survey, assess_recruits, assess_register;

/* "3,5" -> numbers; how many were read, SIZE_MAX when one is none. */
size_t assess_numbers(pal_str text, double *out, size_t most);
/* Gamma variate, shape above 0, scale 1 (Marsaglia & Tsang 2000). */
double assess_gamma(struct pal_random *random, double shape);
double assess_beta(struct pal_random *random, double a, double b);
/* Two-sided: z of the normal, t of Student's with df. */
double assess_z(double level);
double assess_t(double level, double df);

/* Runs argv without a shell, gives it `input`, reads at most 64 KiB of what it writes. PAL_DOMAIN
 * when it fails, takes longer than `seconds` or writes too much; PAL_IO when it cannot start. */
PAL_CHECK_RESULT
enum pal_status assess_program(const char *const *argv, pal_str input, double seconds,
                               struct pal_arena *arena, pal_str *out, struct pal_error *err);

#endif
