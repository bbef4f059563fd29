/* outfile.c: files and folders that appear whole or not at all. */
#include "inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum pal_status write_all(int fd, pal_str content, const char *path, struct pal_error *err)
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

static enum pal_status write_new(const char *path, pal_str content, bool sync,
                                 struct pal_error *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return pal_fail_errno(err, "cannot create '%s'", path);
    enum pal_status status = write_all(fd, content, path, err);
    if (status == PAL_OK && sync && fsync(fd) != 0)
        status = pal_fail_errno(err, "cannot write '%s'", path);
    if (close(fd) != 0 && status == PAL_OK)
        status = pal_fail_errno(err, "cannot write '%s'", path);
    return status;
}

enum pal_status pal_file_write(const char *path, pal_str content, struct pal_error *err)
{
    if (strcmp(path, "-") == 0)
        return write_all(STDOUT_FILENO, content, "standard output", err);
    char beside[4096];
    if (snprintf(beside, sizeof beside, "%s.part-%ld", path, (long)getpid()) >= (int)sizeof beside)
        return pal_fail(err, PAL_IO, "the path '%.200s...' is too long", path);
    enum pal_status status = write_new(beside, content, true, err);
    if (status == PAL_OK && rename(beside, path) != 0)
        status = pal_fail_errno(err, "cannot rename '%s' to '%s'", beside, path);
    if (status != PAL_OK)
        unlink(beside);
    return status;
}

/* ---- folders ------------------------------------------------------------------------------------
 */

struct pal_outdir {
    const char *path, *hidden;
    struct pal_arena *arena;
    struct pal_map *made; /* folders made already */
    bool open;
};

static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    if (dir) {
        for (const struct dirent *entry; (entry = readdir(dir));) {
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                continue;
            char inner[4096];
            if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner)
                continue;
            struct stat info;
            if (lstat(inner, &info) == 0 && S_ISDIR(info.st_mode))
                remove_tree(inner);
            else
                unlink(inner);
        }
        closedir(dir);
    }
    rmdir(path);
}

void pal_outdir_abandon(struct pal_outdir *outdir)
{
    if (outdir->open)
        remove_tree(outdir->hidden);
    outdir->open = false;
}

static void abandon(void *object) { pal_outdir_abandon(object); }

/* Only what palermo made, or what is empty, may be replaced. */
static enum pal_status may_replace(const char *path, struct pal_arena *arena, struct pal_error *err)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return PAL_OK;
    if (!S_ISDIR(info.st_mode))
        return pal_fail(err, PAL_IO, "'%s' is there already and is no folder", path);
    const char *manifest = pal_path_join(arena, path, PAL_STR("manifest.json"));
    if (manifest && pal_file_exists(manifest))
        return PAL_OK;
    const pal_str *names;
    size_t n;
    PAL_TRY(pal_dir_list(path, arena, &names, &n, err));
    if (n)
        return pal_fail(err, PAL_IO,
                        "the folder '%s' holds files that palermo did not make; choose another "
                        "--out, or empty it",
                        path);
    return PAL_OK;
}

enum pal_status pal_outdir_open(const char *path, struct pal_arena *arena, struct pal_outdir **out,
                                struct pal_error *err)
{
    pal_str name = pal_str_of(path);
    while (name.len > 1 && name.ptr[name.len - 1] == '/')
        name.len--;
    struct pal_outdir *outdir = pal_arena_alloc(arena, 1, sizeof *outdir);
    if (!outdir)
        return pal_nomem(err, path);
    outdir->arena = arena;
    outdir->path = pal_arena_cstr(arena, name);
    outdir->made = pal_map_new(arena, 16);
    if (!outdir->path || !outdir->made)
        return pal_nomem(err, path);
    PAL_TRY(may_replace(outdir->path, arena, err));
    const char *folder = pal_path_dir(arena, outdir->path);
    const char *slash = strrchr(outdir->path, '/');
    outdir->hidden = pal_arena_printf(arena, "%s/.%s.part-%ld", folder,
                                      slash ? slash + 1 : outdir->path, (long)getpid())
                         .ptr;
    if (!outdir->hidden)
        return pal_nomem(err, path);
    remove_tree(outdir->hidden);
    if (mkdir(outdir->hidden, 0777) != 0)
        return pal_fail_errno(err, "cannot create a folder beside '%s'", outdir->path);
    outdir->open = true;
    PAL_TRY(pal_arena_defer(arena, abandon, outdir, err));
    *out = outdir;
    return PAL_OK;
}

enum pal_status pal_outdir_path(struct pal_outdir *outdir, struct pal_arena *arena, pal_str name,
                                const char **out, struct pal_error *err)
{
    if (!pal_path_is_inside(name))
        return pal_fail(err, PAL_BUG, "'%.*s' would lie outside the output folder", PAL_ARG(name));
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] != '/')
            continue;
        bool is_new;
        if (pal_map_add(outdir->made, (pal_str){name.ptr, i}, &is_new) == SIZE_MAX)
            return pal_nomem(err, outdir->path);
        const char *folder =
            is_new ? pal_path_join(arena, outdir->hidden, (pal_str){name.ptr, i}) : NULL;
        if (is_new && (!folder || (mkdir(folder, 0777) != 0 && errno != EEXIST)))
            return pal_fail_errno(err, "cannot create the folder '%.*s' in '%s'", (int)i, name.ptr,
                                  outdir->path);
    }
    *out = pal_path_join(arena, outdir->hidden, name);
    return *out ? PAL_OK : pal_nomem(err, outdir->path);
}

enum pal_status pal_outdir_write(struct pal_outdir *outdir, pal_str name, pal_str content,
                                 struct pal_error *err)
{
    const char *path;
    PAL_TRY(pal_outdir_path(outdir, outdir->arena, name, &path, err));
    return write_new(path, content, false, err);
}

enum pal_status pal_outdir_commit(struct pal_outdir *outdir, struct pal_error *err)
{
    struct stat info;
    const char *old = NULL;
    if (lstat(outdir->path, &info) == 0) {
        old = pal_arena_printf(outdir->arena, "%s.old", outdir->hidden).ptr;
        if (!old)
            return pal_nomem(err, outdir->path);
        if (rename(outdir->path, old) != 0)
            return pal_fail_errno(err, "cannot replace '%s'", outdir->path);
    }
    if (rename(outdir->hidden, outdir->path) != 0) {
        const enum pal_status status =
            pal_fail_errno(err, "cannot put '%s' in place", outdir->path);
        if (old && rename(old, outdir->path) != 0)
            return pal_while(err, "putting the older '%s' back; it lies in '%s'", outdir->path,
                             old);
        return status;
    }
    outdir->open = false;
    if (old)
        remove_tree(old);
    return PAL_OK;
}
