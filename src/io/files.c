/* files.c: whole small files, folders, paths. */
#include "inside.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum pal_status pal_file_read(const char *path, size_t ceiling, struct pal_arena *arena,
                              pal_str *out, struct pal_error *err)
{
    struct pal_source *source;
    const struct pal_source_options options = {.max_inflated = ceiling};
    PAL_TRY(pal_source_open(path, &options, arena, &source, err));
    struct pal_buf buf;
    pal_buf_init(&buf, arena, ceiling);
    char chunk[16384];
    size_t got;
    do {
        PAL_TRY(pal_source_read(source, chunk, sizeof chunk, &got, err));
        pal_buf_add(&buf, (pal_str){chunk, got});
    } while (got);
    PAL_TRY(pal_buf_status(&buf, path, err));
    *out = buf.ptr ? pal_buf_str(&buf) : (pal_str){"", 0};
    return PAL_OK;
}

enum pal_status pal_file_sha256(const char *path, char *out, struct pal_error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return pal_fail_errno(err, "cannot open '%s'", path);
    struct pal_sha256 sha;
    char chunk[16384];
    size_t got;
    pal_sha256_init(&sha);
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
        pal_sha256_add(&sha, chunk, got);
    const bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed)
        return pal_fail_errno(err, "cannot read '%s'", path);
    pal_sha256_hex(&sha, out);
    return PAL_OK;
}

bool pal_file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

bool pal_dir_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int by_bytes(const void *a, const void *b)
{
    return pal_str_cmp(*(const pal_str *)a, *(const pal_str *)b);
}

enum pal_status pal_dir_list(const char *path, struct pal_arena *arena, const pal_str **out,
                             size_t *n, struct pal_error *err)
{
    DIR *dir = opendir(path);
    if (!dir)
        return pal_fail_errno(err, "cannot read folder '%s'", path);
    pal_str *name = NULL;
    size_t cap = 0;
    bool full = false;
    *n = 0;
    for (const struct dirent *entry; !full && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        if (*n == cap) {
            const size_t more = cap ? cap * 2 : 32;
            pal_str *grown = pal_arena_grow(arena, name, cap, more, sizeof *grown);
            full = !grown;
            if (full)
                break;
            name = grown;
            cap = more;
        }
        name[*n] = pal_arena_str(arena, pal_str_of(entry->d_name));
        full = !name[(*n)++].ptr;
    }
    closedir(dir);
    if (full)
        return pal_nomem(err, path);
    if (*n)
        qsort(name, *n, sizeof *name, by_bytes);
    *out = name;
    return PAL_OK;
}

const char *pal_path_join(struct pal_arena *arena, const char *dir, pal_str name)
{
    if (!dir || !*dir || (name.len && name.ptr[0] == '/'))
        return pal_arena_cstr(arena, name);
    const size_t n = strlen(dir);
    return pal_arena_printf(arena, "%s%s%.*s", dir, dir[n - 1] == '/' ? "" : "/", PAL_ARG(name))
        .ptr;
}

const char *pal_path_dir(struct pal_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    return pal_arena_cstr(arena, (pal_str){path, slash == path ? 1 : (size_t)(slash - path)});
}

bool pal_path_is_inside(pal_str name)
{
    if (!name.len || name.ptr[0] == '/' || memchr(name.ptr, '\0', name.len) ||
        memchr(name.ptr, '\\', name.len))
        return false;
    pal_str piece;
    while (pal_str_split(&name, '/', &piece))
        if (!piece.len || pal_str_eq(piece, PAL_STR("..")) || pal_str_eq(piece, PAL_STR(".")))
            return false;
    return true;
}
