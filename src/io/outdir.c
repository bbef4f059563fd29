/* outdir.c: a folder that appears whole or not at all. Files are written into a hidden folder
 * beside it, which changes places with it at the end. The hidden folder is locked while it is
 * written, so that what a killed run left behind is known and removed by the next one.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#ifdef __linux__
#define _GNU_SOURCE /* renameat2: two folders change places in one step */
#endif
#include "inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 64, MANIFEST_LOOK = 4096 };

struct pal_outdir {
    const char *path;   /* as it will be called, links resolved          */
    const char *folder; /* that holds it                                 */
    const char *name;   /* its last part                                 */
    const char *hidden; /* where it is written                           */
    int lock;           /* the hidden folder, open and locked; -1 = none */
    struct pal_arena *arena;
    struct pal_map *made; /* folders made already */
    bool open;
};

/* ---- removing ----------------------------------------------------------------------------- */

/* Removes what lies in the folder `fd` (and closes it), links as links. */
/* NOLINTNEXTLINE(misc-no-recursion): depth ends it */
static void empty_folder(int fd, unsigned depth)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, entry->d_name, 0) == 0 || depth == 0)
            continue;
        const int inner =
            openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner >= 0)
            empty_folder(inner, depth - 1);
        (void)unlinkat(fd, entry->d_name, AT_REMOVEDIR);
    }
    closedir(dir);
}

static void remove_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        empty_folder(fd, DEEPEST);
    (void)rmdir(path);
}

void pal_outdir_abandon(struct pal_outdir *outdir)
{
    if (outdir->open)
        remove_folder(outdir->hidden);
    outdir->open = false;
    if (outdir->lock >= 0)
        close(outdir->lock);
    outdir->lock = -1;
}

static void abandon(void *object) { pal_outdir_abandon(object); }

/* ---- what may be replaced ----------------------------------------------------------------- */

static bool is_empty(const char *path)
{
    DIR *dir = opendir(path);
    bool empty = dir != NULL;
    for (const struct dirent *entry; empty && (entry = readdir(dir));)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (dir)
        closedir(dir);
    return empty;
}

/* Web projects have a manifest.json too: palermo's own names it at the start. */
static bool is_ours(const char *path, struct pal_arena *arena)
{
    const char *manifest = pal_path_join(arena, path, PAL_STR("manifest.json"));
    char start[MANIFEST_LOOK];
    const int fd = manifest ? open(manifest, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    const ssize_t got = read(fd, start, sizeof start);
    close(fd);
    for (ssize_t i = 0; i + 8 <= got; i++)
        if (memcmp(start + i, "\"palermo", 8) == 0)
            return true;
    return false;
}

/* Only what palermo made, or what is empty, may be replaced. */
static enum pal_status may_replace(const char *path, struct pal_arena *arena, struct pal_error *err)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return errno == ENOENT ? PAL_OK : pal_fail_errno(err, "cannot write '%s'", path);
    if (!S_ISDIR(info.st_mode))
        return pal_fail(err, PAL_IO, "'%s' is there already and is no folder", path);
    if (is_empty(path) || is_ours(path, arena))
        return PAL_OK;
    return pal_fail(err, PAL_IO,
                    "the folder '%s' holds files that palermo did not make; choose another "
                    "folder, or empty it",
                    path);
}

/* ---- opening ------------------------------------------------------------------------------ */

/* Folders on the way to the output are made, as `git clone` does. */
static enum pal_status make_parents(const char *folder, struct pal_arena *arena,
                                    struct pal_error *err)
{
    if (pal_dir_exists(folder))
        return PAL_OK;
    for (size_t i = 1; folder[i - 1]; i++) {
        if (folder[i] != '/' && folder[i] != '\0')
            continue;
        const char *part = pal_arena_cstr(arena, (pal_str){folder, i});
        if (!part)
            return pal_nomem(err, folder);
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return pal_fail_errno(err, "cannot create the folder '%s'", part);
    }
    return PAL_OK;
}

/* A link to a folder is followed once, so that the folder is replaced and the link stays. */
static enum pal_status name_parts(struct pal_outdir *outdir, const char *path,
                                  struct pal_error *err)
{
    struct stat info;
    pal_str name = pal_str_of(path);
    while (name.len > 1 && name.ptr[name.len - 1] == '/')
        name.len--;
    outdir->path = pal_arena_cstr(outdir->arena, name);
    if (!outdir->path)
        return pal_nomem(err, path);
    if (lstat(outdir->path, &info) == 0 && S_ISLNK(info.st_mode)) {
        char *real = realpath(outdir->path, NULL);
        if (!real)
            return pal_fail_errno(err, "cannot follow the link '%s'", path);
        outdir->path = pal_arena_cstr(outdir->arena, pal_str_of(real));
        free(real);
        if (!outdir->path)
            return pal_nomem(err, path);
    }
    const char *slash = strrchr(outdir->path, '/');
    outdir->folder = pal_path_dir(outdir->arena, outdir->path);
    outdir->name = slash ? slash + 1 : outdir->path;
    if (!outdir->folder)
        return pal_nomem(err, path);
    if (!*outdir->name || strcmp(outdir->name, ".") == 0 || strcmp(outdir->name, "..") == 0)
        return pal_fail(err, PAL_USAGE, "'%s' cannot be replaced as a whole; name a folder in it",
                        path);
    return PAL_OK;
}

/* Hidden folders of runs that were killed: nobody holds their lock any more. */
static void remove_left_behind(const struct pal_outdir *outdir)
{
    DIR *dir = opendir(outdir->folder);
    const pal_str start = pal_arena_printf(outdir->arena, ".%s.part-", outdir->name);
    if (!dir)
        return;
    for (const struct dirent *entry; start.ptr && (entry = readdir(dir));) {
        if (!pal_str_starts(pal_str_of(entry->d_name), start))
            continue;
        const char *path = pal_path_join(outdir->arena, outdir->folder, pal_str_of(entry->d_name));
        const int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (fd < 0)
            continue;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            remove_folder(path);
        close(fd);
    }
    closedir(dir);
}

static enum pal_status make_hidden(struct pal_outdir *outdir, struct pal_error *err)
{
    for (unsigned again = 0; again < 100; again++) { /* two runs in one process, or a reused pid */
        outdir->hidden = pal_arena_printf(outdir->arena, "%s/.%s.part-%ld-%u", outdir->folder,
                                          outdir->name, (long)getpid(), again)
                             .ptr;
        if (!outdir->hidden)
            return pal_nomem(err, outdir->path);
        if (mkdir(outdir->hidden, 0777) == 0) {
            outdir->lock = open(outdir->hidden, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (outdir->lock >= 0)
                (void)flock(outdir->lock, LOCK_EX | LOCK_NB); /* not every file system can */
            return PAL_OK;
        }
        if (errno != EEXIST)
            return pal_fail_errno(err, "cannot create a folder beside '%s'", outdir->path);
    }
    return pal_fail(err, PAL_IO, "too many unfinished folders lie beside '%s'", outdir->path);
}

enum pal_status pal_outdir_open(const char *path, struct pal_arena *arena, struct pal_outdir **out,
                                struct pal_error *err)
{
    struct pal_outdir *outdir = pal_arena_alloc(arena, 1, sizeof *outdir);
    if (!outdir)
        return pal_nomem(err, path);
    outdir->arena = arena;
    outdir->lock = -1;
    outdir->made = pal_map_new(arena, 16);
    if (!outdir->made)
        return pal_nomem(err, path);
    PAL_TRY(name_parts(outdir, path, err));
    PAL_TRY(may_replace(outdir->path, arena, err));
    PAL_TRY(make_parents(outdir->folder, arena, err));
    remove_left_behind(outdir);
    PAL_TRY(make_hidden(outdir, err));
    outdir->open = true;
    PAL_TRY(pal_arena_defer(arena, abandon, outdir, err));
    *out = outdir;
    return PAL_OK;
}

/* ---- writing ------------------------------------------------------------------------------ */

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
        if (!is_new)
            continue;
        const char *folder = pal_path_join(arena, outdir->hidden, (pal_str){name.ptr, i});
        if (!folder)
            return pal_nomem(err, outdir->path);
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            return pal_fail_errno(err, "cannot create the folder '%.*s' in '%s'", (int)i, name.ptr,
                                  outdir->path);
    }
    *out = pal_path_join(arena, outdir->hidden, name);
    return *out ? PAL_OK : pal_nomem(err, outdir->path);
}

enum pal_status pal_outdir_write(struct pal_outdir *outdir, pal_str name, pal_str content,
                                 struct pal_error *err)
{
    const char *path = NULL;
    PAL_TRY(pal_outdir_path(outdir, outdir->arena, name, &path, err));
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return pal_fail_errno(err, "cannot create '%s'", path);
    enum pal_status status = io_write_all(fd, content, path, err);
    if (close(fd) != 0 && status == PAL_OK)
        status = pal_fail_errno(err, "cannot write '%s'", path);
    return status;
}

/* True when the two folders have changed places. */
static bool exchange(const char *a, const char *b)
{
#ifdef RENAME_EXCHANGE
    return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0;
#else
    (void)a, (void)b;
    return false;
#endif
}

/* Where two folders cannot change places, the older one steps aside first. */
static enum pal_status step_aside(struct pal_outdir *outdir, struct pal_error *err)
{
    const char *old = pal_arena_printf(outdir->arena, "%s-old", outdir->hidden).ptr;
    if (!old)
        return pal_nomem(err, outdir->path);
    if (rename(outdir->path, old) != 0)
        return pal_fail_errno(err, "cannot replace '%s'", outdir->path);
    if (rename(outdir->hidden, outdir->path) == 0) {
        remove_folder(old);
        return PAL_OK;
    }
    const enum pal_status status = pal_fail_errno(err, "cannot put '%s' in place", outdir->path);
    if (rename(old, outdir->path) != 0)
        return pal_while(err, "putting the older '%s' back; it lies in '%s'", outdir->path, old);
    return status;
}

enum pal_status pal_outdir_commit(struct pal_outdir *outdir, struct pal_error *err)
{
    struct stat info;
    if (!outdir->open)
        return pal_fail(err, PAL_BUG, "the output folder '%s' is closed", outdir->path);
    /* The folder may have changed since it was judged. */
    PAL_TRY(may_replace(outdir->path, outdir->arena, err));
    if (lstat(outdir->path, &info) != 0) {
        if (rename(outdir->hidden, outdir->path) != 0)
            return pal_fail_errno(err, "cannot put '%s' in place", outdir->path);
    } else if (exchange(outdir->hidden, outdir->path)) {
        remove_folder(outdir->hidden); /* the older one, under the hidden name */
    } else {
        PAL_TRY(step_aside(outdir, err));
    }
    outdir->open = false;
    pal_outdir_abandon(outdir); /* only the lock is left to give back */
    return PAL_OK;
}
