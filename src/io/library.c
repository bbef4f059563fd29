/* library.c: shared libraries that only some commands need are opened by those that do. */
#include <palermo/io.h>

#include <dlfcn.h>
#include <string.h>

enum pal_status pal_library_open(const char *name, const struct pal_library_entry *entry, size_t n,
                                 struct pal_error *err)
{
    void *const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return pal_fail(err, PAL_IO, "a library that palermo was built with is missing: %s",
                        dlerror());
    for (size_t i = 0; i < n; i++) {
        void *const found = dlsym(library, entry[i].name);
        if (!found)
            return pal_fail(err, PAL_IO, "%s is not the one palermo was built for: no '%s' in it",
                            name, entry[i].name);
        /* ISO C has no cast from void * to a function; POSIX promises that the bits are the same.
         */
        memcpy(entry[i].at, &found, sizeof found);
    }
    return PAL_OK;
}
