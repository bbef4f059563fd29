/* shared.h: tests that read the shared data skip by name where they are missing. */
#ifndef PALERMO_TESTS_SHARED_H
#define PALERMO_TESTS_SHARED_H

/* Path of a file in the shared folder, in a static buffer; NULL where it is missing. */
const char *shared_path(const char *name);

/* const char *path = NEED_SHARED("data/unodc/data_glotip.csv.gz"); */
#define NEED_SHARED(name)                                                                          \
    shared_path(name);                                                                             \
    if (!shared_path(name)) {                                                                      \
        fprintf(stderr, "SKIP %s: %s is not beside the checkout\n", __func__, name);               \
        cr_skip_test("%s is not beside the checkout", name);                                       \
    }

#endif
