/* zip.c: libzip, opened when the first workbook is.
 *
 * It brings libcrypto along, and loading that is most of what a small table costs. The functions
 * of <zip.h> that the house calls are therefore defined here, hidden from other libraries, and hand
 * over to those of the library. Whoever opens an archive asks pal_zip_ready first. */
#define ZIP_EXTERN __attribute__((visibility("hidden")))

#include "inside.h"

#include <pthread.h>
#include <zip.h>

#ifndef ZIP_SO /* the Makefile tells the one that headers and library of this build agree on */
#define ZIP_SO "libzip.so"
#endif

#define FUNCTIONS(ENTRY)                                                                           \
    ENTRY(zip_close)                                                                               \
    ENTRY(zip_discard)                                                                             \
    ENTRY(zip_error_code_system)                                                                   \
    ENTRY(zip_error_fini)                                                                          \
    ENTRY(zip_error_init)                                                                          \
    ENTRY(zip_error_strerror)                                                                      \
    ENTRY(zip_error_system_type)                                                                   \
    ENTRY(zip_fclose)                                                                              \
    ENTRY(zip_fdopen)                                                                              \
    ENTRY(zip_file_add)                                                                            \
    ENTRY(zip_file_set_dostime)                                                                    \
    ENTRY(zip_fopen_index)                                                                         \
    ENTRY(zip_fread)                                                                               \
    ENTRY(zip_get_error)                                                                           \
    ENTRY(zip_get_num_entries)                                                                     \
    ENTRY(zip_name_locate)                                                                         \
    ENTRY(zip_open)                                                                                \
    ENTRY(zip_open_from_source)                                                                    \
    ENTRY(zip_source_buffer)                                                                       \
    ENTRY(zip_source_buffer_create)                                                                \
    ENTRY(zip_source_free)                                                                         \
    ENTRY(zip_stat)                                                                                \
    ENTRY(zip_stat_index)                                                                          \
    ENTRY(zip_strerror)

#define MEMBER(name) __typeof__(name) *(name);
static struct {
    FUNCTIONS(MEMBER)
} of;
#undef MEMBER

static pthread_once_t opening = PTHREAD_ONCE_INIT;
static enum pal_status opened;
static struct pal_error problem;

static void open_library(void)
{
#define FIND(name) {#name, &of.name},
    static const struct pal_library_entry entry[] = {FUNCTIONS(FIND)};
#undef FIND
    opened = pal_library_open(ZIP_SO, entry, PAL_COUNT(entry), &problem);
}

enum pal_status pal_zip_ready(struct pal_error *err)
{
    pthread_once(&opening, open_library);
    if (opened != PAL_OK && err)
        *err = problem;
    return opened;
}

int zip_close(zip_t *zip) { return of.zip_close(zip); }
void zip_discard(zip_t *zip) { of.zip_discard(zip); }
int zip_error_code_system(const zip_error_t *error) { return of.zip_error_code_system(error); }
void zip_error_fini(zip_error_t *error) { of.zip_error_fini(error); }
void zip_error_init(zip_error_t *error) { of.zip_error_init(error); }
const char *zip_error_strerror(zip_error_t *error) { return of.zip_error_strerror(error); }
int zip_error_system_type(const zip_error_t *error) { return of.zip_error_system_type(error); }
int zip_fclose(zip_file_t *file) { return of.zip_fclose(file); }

zip_t *zip_fdopen(int file, int flags, int *code) { return of.zip_fdopen(file, flags, code); }

zip_int64_t zip_file_add(zip_t *zip, const char *name, zip_source_t *source, zip_flags_t flags)
{
    return of.zip_file_add(zip, name, source, flags);
}

int zip_file_set_dostime(zip_t *zip, zip_uint64_t at, zip_uint16_t time, zip_uint16_t date,
                         zip_flags_t flags)
{
    return of.zip_file_set_dostime(zip, at, time, date, flags);
}

zip_file_t *zip_fopen_index(zip_t *zip, zip_uint64_t at, zip_flags_t flags)
{
    return of.zip_fopen_index(zip, at, flags);
}

zip_int64_t zip_fread(zip_file_t *file, void *bytes, zip_uint64_t size)
{
    return of.zip_fread(file, bytes, size);
}

zip_error_t *zip_get_error(zip_t *zip) { return of.zip_get_error(zip); }

zip_int64_t zip_get_num_entries(zip_t *zip, zip_flags_t flags)
{
    return of.zip_get_num_entries(zip, flags);
}

zip_int64_t zip_name_locate(zip_t *zip, const char *name, zip_flags_t flags)
{
    return of.zip_name_locate(zip, name, flags);
}

zip_t *zip_open(const char *path, int flags, int *code) { return of.zip_open(path, flags, code); }

zip_t *zip_open_from_source(zip_source_t *source, int flags, zip_error_t *error)
{
    return of.zip_open_from_source(source, flags, error);
}

zip_source_t *zip_source_buffer(zip_t *zip, const void *bytes, zip_uint64_t size, int owned)
{
    return of.zip_source_buffer(zip, bytes, size, owned);
}

zip_source_t *zip_source_buffer_create(const void *bytes, zip_uint64_t size, int owned,
                                       zip_error_t *error)
{
    return of.zip_source_buffer_create(bytes, size, owned, error);
}

void zip_source_free(zip_source_t *source) { of.zip_source_free(source); }

int zip_stat(zip_t *zip, const char *name, zip_flags_t flags, zip_stat_t *out)
{
    return of.zip_stat(zip, name, flags, out);
}

int zip_stat_index(zip_t *zip, zip_uint64_t at, zip_flags_t flags, zip_stat_t *out)
{
    return of.zip_stat_index(zip, at, flags, out);
}

const char *zip_strerror(zip_t *zip) { return of.zip_strerror(zip); }
