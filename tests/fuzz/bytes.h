/* bytes.h: the input of a fuzz target as a file, in memory where the system can. */
#ifndef PALERMO_TESTS_BYTES_H
#define PALERMO_TESTS_BYTES_H

#include "palermo/io.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Always the same file, removed when the fuzzer ends. */
static char bytes_path[64];

static inline void bytes_remove(void) { unlink(bytes_path); }

static inline const char *bytes_as_file(const void *bytes, size_t size)
{
    if (!bytes_path[0]) {
        snprintf(bytes_path, sizeof bytes_path, "%s/palermo-fuzz-%ld",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
        atexit(bytes_remove);
    }
    FILE *file = fopen(bytes_path, "wb");
    if (!file || (size && fwrite(bytes, 1, size, file) != size) || fclose(file) != 0)
        abort();
    return bytes_path;
}

#endif
