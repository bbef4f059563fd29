/* outfile.c: one file that appears whole or not at all. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_PATH = 4096 };

enum pal_status io_write_all(int fd, pal_str content, const char *path, struct pal_error *err)
{
    while (content.len) {
        const ssize_t wrote = write(fd, content.ptr, content.len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return pal_fail_errno(err, "cannot write '%s'", path);
        content.ptr += wrote;
        content.len -= (size_t)wrote;
    }
    return PAL_OK;
}

/* Closes fd in any case; some file systems report a full disk only there. */
static enum pal_status finish(int fd, enum pal_status status, bool sync, const char *path,
                              struct pal_error *err)
{
    if (status == PAL_OK && sync && fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        status = pal_fail_errno(err, "cannot write '%s'", path);
    if (close(fd) != 0 && status == PAL_OK)
        status = pal_fail_errno(err, "cannot write '%s'", path);
    return status;
}

/* What stands at `path` and is no file (a terminal, a pipe, /dev/null) is written to, never
 * replaced. */
static enum pal_status write_into(const char *path, pal_str content, struct pal_error *err)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return pal_fail_errno(err, "cannot open '%s'", path);
    return finish(fd, io_write_all(fd, content, path, err), false, path, err);
}

static void sync_folder_of(const char *path)
{
    char folder[LONGEST_PATH];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
                   slash ? path : ".");
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd); /* the file is there already; this is about a power cut */
        close(fd);
    }
}

/* A file takes over the rights of the one that it replaces. */
static enum pal_status write_beside(const char *path, const struct stat *old, pal_str content,
                                    struct pal_error *err)
{
    char beside[LONGEST_PATH];
    if (snprintf(beside, sizeof beside, "%s.part-%ld", path, (long)getpid()) >= (int)sizeof beside)
        return pal_fail(err, PAL_IO, "the path '%.200s...' is too long", path);
    const int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return pal_fail_errno(err, "cannot create '%s'", path);
    if (old)
        (void)fchmod(fd, old->st_mode & 0777);
    enum pal_status status = finish(fd, io_write_all(fd, content, path, err), true, path, err);
    if (status == PAL_OK && rename(beside, path) != 0)
        status = pal_fail_errno(err, "cannot put '%s' in place", path);
    if (status == PAL_OK)
        sync_folder_of(path);
    else
        unlink(beside);
    return status;
}

enum pal_status pal_file_write(const char *path, pal_str content, struct pal_error *err)
{
    struct stat info;
    if (strcmp(path, "-") == 0)
        return io_write_all(STDOUT_FILENO, content, "standard output", err);
    if (stat(path, &info) != 0)
        return write_beside(path, NULL, content, err);
    if (S_ISDIR(info.st_mode))
        return pal_fail(err, PAL_IO, "cannot write '%s': it is a folder", path);
    if (!S_ISREG(info.st_mode))
        return write_into(path, content, err);
    char *real = realpath(path, NULL); /* a link stays a link to the new file */
    if (!real)
        return pal_fail_errno(err, "cannot write '%s'", path);
    const enum pal_status status = write_beside(real, &info, content, err);
    free(real);
    return status;
}
