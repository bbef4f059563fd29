/* zip_out.c: small ZIP archives with the same bytes each time. */
#include "inside.h"

#include <errno.h>
#include <zip.h>

static enum pal_status fail_zip(struct zip *zip, const char *path, struct pal_error *err)
{
    zip_error_t *why = zip_get_error(zip);
    enum pal_status status;
    if (zip_error_system_type(why) == ZIP_ET_SYS) {
        errno = zip_error_code_system(why);
        status = pal_fail_errno(err, "cannot write '%s'", path);
    } else {
        status = pal_fail(err, PAL_IO, "cannot write '%s': %s", path, zip_error_strerror(why));
    }
    zip_discard(zip);
    return status;
}

enum pal_status pal_zip_write(const char *path, const struct pal_zip_member *members, size_t n,
                              struct pal_error *err)
{
    int code;
    PAL_TRY(pal_zip_ready(err));
    struct zip *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip)
        return pal_fail_errno(err, "cannot create '%s'", path);
    for (size_t i = 0; i < n; i++) {
        struct zip_source *content =
            zip_source_buffer(zip, members[i].content.ptr, members[i].content.len, 0);
        if (!content)
            return fail_zip(zip, path, err);
        const zip_int64_t at = zip_file_add(zip, members[i].name, content, ZIP_FL_ENC_UTF_8);
        if (at < 0) {
            zip_source_free(content);
            return fail_zip(zip, path, err);
        }
        /* 1 January 1980, the first date a ZIP can hold: no clock in any output. */
        if (zip_file_set_dostime(zip, (zip_uint64_t)at, 0, (1 << 5) | 1, 0) != 0)
            return fail_zip(zip, path, err);
    }
    if (zip_close(zip) != 0)
        return fail_zip(zip, path, err);
    return PAL_OK;
}
