/* library.c: shared libraries that only some commands need are opened by those that do. */
#include "inside.h"

#include <dlfcn.h>
#include <string.h>

void *io_library_open(const char *const *names, size_t n)
{
    void *library = NULL;
    for (size_t i = 0; !library && i < n; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

/* ISO C has no cast from void * to a function; POSIX promises that the bits are the same. */
bool io_library_entry(void *library, const char *name, void *out, size_t size)
{
    void *const found = dlsym(library, name);
    memcpy(out, &found, size);
    return found != NULL;
}
