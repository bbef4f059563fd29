/* source.c: a stream of bytes from a file, gzip or standard input. */
#include "palermo/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { STORED_CHUNK = 64 * 1024 };
#define MOST_INFLATED (UINT64_C(16) << 30)

struct pal_source {
    const char *name;
    int fd;
    bool gzip, hash, at_start, keep_bom, stored_end, member_done;
    uint64_t given, most;
    struct pal_sha256 sha;
    z_stream inflate;
    unsigned char stored[STORED_CHUNK];
    size_t at, have; /* what of `stored` is not used yet */
};

static void source_close(void *object)
{
    struct pal_source *source = object;
    if (source->gzip)
        inflateEnd(&source->inflate);
    if (source->fd > STDIN_FILENO)
        close(source->fd);
}

static enum pal_status fill(struct pal_source *source, struct pal_error *err)
{
    if (source->stored_end)
        return PAL_OK;
    memmove(source->stored, source->stored + source->at, source->have);
    source->at = 0;
    while (source->have < STORED_CHUNK) {
        const ssize_t got =
            read(source->fd, source->stored + source->have, STORED_CHUNK - source->have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return pal_fail_errno(err, "cannot read '%s'", source->name);
        if (got == 0) {
            source->stored_end = true;
            break;
        }
        if (source->hash)
            pal_sha256_add(&source->sha, source->stored + source->have, (size_t)got);
        source->have += (size_t)got;
    }
    return PAL_OK;
}

enum pal_status pal_source_open(const char *path, const struct pal_source_options *options,
                                struct pal_arena *arena, struct pal_source **out,
                                struct pal_error *err)
{
    struct pal_source *source = pal_arena_alloc(arena, 1, sizeof *source);
    if (!source)
        return pal_nomem(err, path);
    const bool standard = strcmp(path, "-") == 0;
    source->name = standard ? "standard input" : pal_arena_cstr(arena, pal_str_of(path));
    source->hash = options && options->hash;
    source->keep_bom = options && options->keep_bom;
    source->most = options && options->max_inflated ? options->max_inflated : MOST_INFLATED;
    source->at_start = true;
    source->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0)
        return pal_fail_errno(err, "cannot open '%s'", path);
    PAL_TRY(pal_arena_defer(arena, source_close, source, err));
    pal_sha256_init(&source->sha);
    PAL_TRY(fill(source, err));
    if (source->have >= 2 && source->stored[0] == 0x1F && source->stored[1] == 0x8B) {
        if (inflateInit2(&source->inflate, 15 + 16) != Z_OK)
            return pal_nomem(err, path);
        source->gzip = true;
    }
    *out = source;
    return PAL_OK;
}

static enum pal_status damaged(const struct pal_source *source, const char *what,
                               struct pal_error *err)
{
    return pal_fail(err, PAL_IO, "'%s' is a damaged gzip file: %s", source->name, what);
}

static enum pal_status read_gzip(struct pal_source *source, void *buffer, size_t size, size_t *got,
                                 struct pal_error *err)
{
    z_stream *z = &source->inflate;
    z->next_out = buffer;
    z->avail_out = size > UINT32_MAX ? UINT32_MAX : (uInt)size;
    const uInt asked = z->avail_out;
    while (z->avail_out == asked) {
        if (!source->have)
            PAL_TRY(fill(source, err));
        if (source->member_done) { /* another member, or the end */
            if (!source->have)
                break;
            if (source->stored[source->at] != 0x1F)
                return damaged(source, "bytes that are no gzip follow its last member", err);
            inflateReset(z);
            source->member_done = false;
        }
        if (!source->have)
            return damaged(source, "it ends in the middle", err);
        z->next_in = source->stored + source->at;
        z->avail_in = (uInt)source->have;
        const int code = inflate(z, Z_NO_FLUSH);
        const size_t used = source->have - z->avail_in;
        source->at += used;
        source->have -= used;
        if (code == Z_STREAM_END)
            source->member_done = true;
        else if (code != Z_OK && code != Z_BUF_ERROR)
            return damaged(source, z->msg ? z->msg : "bad data", err);
    }
    *got = asked - z->avail_out;
    return PAL_OK;
}

static enum pal_status read_plain(struct pal_source *source, void *buffer, size_t size, size_t *got,
                                  struct pal_error *err)
{
    if (!source->have)
        PAL_TRY(fill(source, err));
    *got = source->have < size ? source->have : size;
    memcpy(buffer, source->stored + source->at, *got);
    source->at += *got;
    source->have -= *got;
    return PAL_OK;
}

enum pal_status pal_source_read(struct pal_source *source, void *buffer, size_t size, size_t *got,
                                struct pal_error *err)
{
    PAL_TRY(source->gzip ? read_gzip(source, buffer, size, got, err)
                         : read_plain(source, buffer, size, got, err));
    source->given += *got;
    if (source->given > source->most)
        return pal_fail(err, PAL_NOMEM, "'%s' inflates to more than %llu bytes", source->name,
                        (unsigned long long)source->most);
    if (source->at_start && !source->keep_bom && *got >= 3 &&
        memcmp(buffer, "\xEF\xBB\xBF", 3) == 0) {
        memmove(buffer, (char *)buffer + 3, *got - 3);
        *got -= 3;
    }
    source->at_start = false;
    return PAL_OK;
}

const char *pal_source_name(const struct pal_source *source) { return source->name; }

void pal_source_sha256(struct pal_source *source, char *out)
{
    struct pal_sha256 copy = source->sha;
    pal_sha256_hex(&copy, out);
}
