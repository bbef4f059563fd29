/* source.c: a stream of bytes from a file, gzip or standard input. */
#include "inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define MOST_INFLATED (UINT64_C(16) << 30)

struct pal_source {
    const char *name;
    int fd;
    bool regular, gzip, bgzf, zlib, hash, keep_bom, stored_end, member_done;
    _Atomic uint64_t given; /* bytes handed out */
    uint64_t most;
    struct pal_sha256 sha;
    struct io_inflate *inflate;
    unsigned char *stored; /* [cap] bytes of the file; those from `at` on, `have`, are not used */
    size_t cap, at, have;
    char front[3]; /* what may be a byte-order mark */
    size_t front_at, front_have;
    bool started;
    size_t first;        /* bytes that the opening read                */
    bool refilled;       /* they are no longer in `stored`             */
    uint64_t size;       /* of the file; UINT64_MAX: not known         */
    off_t began;         /* place of the file where the source begins  */
    struct io_more more; /* of a text in memory: what follows it       */
};

static void source_close(void *object)
{
    struct pal_source *source = object;
    if (source->fd > STDIN_FILENO)
        close(source->fd);
}

static enum pal_status read_stored(struct pal_source *source, void *buffer, size_t size,
                                   size_t *got, struct pal_error *err)
{
    for (*got = 0; *got < size && !source->stored_end;) {
        const ssize_t n = read(source->fd, (char *)buffer + *got, size - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return pal_fail_errno(err, "cannot read '%s'", source->name);
        source->stored_end = n == 0;
        *got += (size_t)n;
    }
    if (source->hash)
        pal_sha256_add(&source->sha, buffer, *got);
    return PAL_OK;
}

static enum pal_status fill(struct pal_source *source, struct pal_error *err)
{
    if (source->stored_end)
        return PAL_OK;
    source->refilled = source->refilled || source->first > 0;
    source->at = 0;
    return read_stored(source, source->stored, source->cap, &source->have, err);
}

enum { HEADER = 12, FIELD = 4, HAS_FIELDS = 4 }; /* RFC 1952 */

static unsigned two_bytes(const unsigned char *at) { return at[0] | (unsigned)at[1] << 8; }

/* The size that a member tells in the field "BC" of its header (SAM specification 4.1); 0 when it
 * has none, or less than the header is there. */
static size_t told_size(const unsigned char *member, size_t have)
{
    if (have < HEADER || member[0] != 0x1F || member[1] != 0x8B || member[2] != Z_DEFLATED ||
        !(member[3] & HAS_FIELDS))
        return 0;
    const size_t end = HEADER + two_bytes(member + 10);
    for (size_t at = HEADER; at + FIELD <= end && at + FIELD <= have;
         at += FIELD + two_bytes(member + at + 2))
        if (member[at] == 'B' && member[at + 1] == 'C' && two_bytes(member + at + 2) == 2 &&
            at + FIELD + 2 <= have)
            return (size_t)two_bytes(member + at + FIELD) + 1;
    return 0;
}

enum pal_status pal_source_open(const char *path, const struct pal_source_options *options,
                                struct pal_arena *arena, struct pal_source **out,
                                struct pal_error *err)
{
    struct pal_source *source = pal_arena_alloc(arena, 1, sizeof *source);
    struct stat info;
    if (!source)
        return pal_nomem(err, path);
    const bool standard = strcmp(path, "-") == 0;
    source->name = standard ? "standard input" : pal_arena_cstr(arena, pal_str_of(path));
    if (!source->name)
        return pal_nomem(err, path);
    source->hash = options && options->hash;
    source->keep_bom = options && options->keep_bom;
    source->zlib = options && options->zlib;
    source->most = options && options->max_inflated ? options->max_inflated : MOST_INFLATED;
    source->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0)
        return pal_fail_errno(err, "cannot open '%s'", path);
    PAL_TRY(pal_arena_defer(arena, source_close, source, err));
    if (fstat(source->fd, &info) != 0)
        return pal_fail_errno(err, "cannot open '%s'", path);
    if (S_ISDIR(info.st_mode))
        return pal_fail(err, PAL_IO, "'%s' is a folder, not a file", path);
    source->regular = S_ISREG(info.st_mode) && !standard;
    source->size = S_ISREG(info.st_mode) ? (uint64_t)info.st_size : UINT64_MAX;
    source->cap = IO_CHUNK;
    if (source->regular && info.st_size < IO_CHUNK)
        source->cap = (size_t)info.st_size + 1; /* the one more shows the end of the file */
    source->stored = pal_arena_alloc(arena, source->cap, 1);
    if (!source->stored)
        return pal_nomem(err, path);
    pal_sha256_init(&source->sha);
    source->began = lseek(source->fd, 0, SEEK_CUR); /* -1: a pipe */
    PAL_TRY(fill(source, err));
    source->first = source->have;
    if (source->have >= 2 && source->stored[0] == 0x1F && source->stored[1] == 0x8B) {
        PAL_TRY(io_inflate_new(source->zlib, arena, &source->inflate, err));
        source->gzip = source->member_done = true; /* a member is to begin */
        source->bgzf = told_size(source->stored, source->have) > 0;
    }
    *out = source;
    return PAL_OK;
}

pal_str io_source_start(const struct pal_source *source)
{
    return (pal_str){(const char *)source->stored, source->have};
}

enum pal_status io_source_look(const struct pal_source *source, struct pal_arena *arena,
                               pal_str *out, bool *cut, struct pal_error *err)
{
    *out = io_source_start(source);
    *cut = out->len == IO_CHUNK;
    if (!source->gzip)
        return PAL_OK;
    z_stream z = {0};
    char *text = pal_arena_alloc(arena, IO_CHUNK, 1);
    if (!text || inflateInit2(&z, 15 + 16) != Z_OK)
        return pal_nomem(err, source->name);
    z.next_in = source->stored;
    z.avail_in = (uInt)source->have;
    z.next_out = (unsigned char *)text;
    z.avail_out = IO_CHUNK;
    (void)inflate(&z, Z_SYNC_FLUSH); /* damage is told by the reading */
    inflateEnd(&z);
    *out = (pal_str){text, IO_CHUNK - z.avail_out};
    *cut = true;
    return PAL_OK;
}

int io_source_file(const struct pal_source *source) { return source->regular ? source->fd : -1; }

enum pal_status io_source_damaged(const struct pal_source *source, const char *what,
                                  struct pal_error *err)
{
    return pal_fail(err, PAL_IO, "'%s' is a damaged gzip file: %s", source->name, what);
}

/* Zeros up to the end of the file are no data: tapes, and tools that write whole blocks, fill up
 * with them. */
static enum pal_status skip_padding(struct pal_source *source, struct pal_error *err)
{
    if (source->stored[source->at] != 0)
        return PAL_OK;
    while (source->have) {
        while (source->have && source->stored[source->at] == 0) {
            source->at++;
            source->have--;
        }
        if (source->have)
            return io_source_damaged(source, "bytes that are no gzip follow its last member", err);
        PAL_TRY(fill(source, err));
    }
    return PAL_OK;
}

static enum pal_status read_gzip(struct pal_source *source, void *buffer, size_t size, size_t *got,
                                 struct pal_error *err)
{
    struct io_inflate_step step = {.out = buffer, .room = size};
    while (step.room == size) {
        if (!source->have)
            PAL_TRY(fill(source, err));
        if (source->member_done) { /* another member, or the end */
            if (source->have)
                PAL_TRY(skip_padding(source, err));
            if (!source->have)
                break;
            if (source->stored[source->at] != 0x1F)
                return io_source_damaged(source, "bytes that are no gzip follow its last member",
                                         err);
            if (source->have > 2 && source->stored[source->at + 2] != Z_DEFLATED)
                return io_source_damaged(source, "unknown compression method", err);
            io_inflate_again(source->inflate);
            source->member_done = false;
        }
        /* What is inflated already may wait for room although nothing is left to read. */
        const bool dry = !source->have;
        step.in = source->stored + source->at;
        step.have = source->have;
        const bool ok = io_inflate_some(source->inflate, &step);
        source->at += source->have - step.have;
        source->have = step.have;
        if (!ok && !step.what)
            return pal_nomem(err, source->name);
        if (!ok)
            return io_source_damaged(source, step.what, err);
        source->member_done = step.member_end;
        if (dry && !step.member_end && step.room == size)
            return io_source_damaged(source, "it ends in the middle", err);
    }
    *got = size - step.room;
    return PAL_OK;
}

static enum pal_status read_plain(struct pal_source *source, void *buffer, size_t size, size_t *got,
                                  struct pal_error *err)
{
    if (!source->have && source->more.read)
        return source->more.read(source->more.context, buffer, size, got, err);
    if (!source->have) { /* past what the opening read, bytes go straight to the caller */
        source->refilled = source->refilled || !source->stored_end;
        return read_stored(source, buffer, size, got, err);
    }
    *got = source->have < size ? source->have : size;
    memcpy(buffer, source->stored + source->at, *got);
    source->at += *got;
    source->have -= *got;
    return PAL_OK;
}

enum pal_status io_source_count(struct pal_source *source, size_t bytes, struct pal_error *err)
{
    /* Members that tell their size are counted by who reads their text, the others by who inflates.
     */
    if (atomic_fetch_add(&source->given, bytes) + bytes > source->most)
        return pal_fail(err, PAL_NOMEM, "'%s' %s more than %llu bytes", source->name,
                        source->gzip ? "inflates to" : "holds", (unsigned long long)source->most);
    return PAL_OK;
}

static enum pal_status read_some(struct pal_source *source, void *buffer, size_t size, size_t *got,
                                 struct pal_error *err)
{
    PAL_TRY(source->gzip ? read_gzip(source, buffer, size, got, err)
                         : read_plain(source, buffer, size, got, err));
    return io_source_count(source, *got, err);
}

/* ---- members that tell their size --------------------------------------------------------------
 */

bool io_source_is_bgzf(const struct pal_source *source) { return source->bgzf; }

bool io_source_is_gzip(const struct pal_source *source) { return source->gzip; }

bool io_source_by_zlib(const struct pal_source *source) { return source->zlib; }

enum pal_status io_source_between(const struct pal_source *source, uint64_t *at, bool *between,
                                  struct pal_error *err)
{
    *between = source->started && source->member_done && source->front_at == source->front_have;
    if (!*between)
        return PAL_OK;
    const off_t place = lseek(source->fd, 0, SEEK_CUR);
    if (place < 0)
        return pal_fail_errno(err, "cannot read '%s'", source->name);
    *at = (uint64_t)place - source->have;
    return PAL_OK;
}

/* Moves what is not used to the front and fills up behind it. */
static enum pal_status top_up(struct pal_source *source, struct pal_error *err)
{
    size_t got;
    if (source->stored_end)
        return PAL_OK;
    source->refilled = source->refilled || source->first > 0;
    memmove(source->stored, source->stored + source->at, source->have);
    source->at = 0;
    PAL_TRY(
        read_stored(source, source->stored + source->have, source->cap - source->have, &got, err));
    source->have += got;
    return PAL_OK;
}

enum pal_status io_source_member(struct pal_source *source, size_t *size, size_t *text,
                                 struct pal_error *err)
{
    *size = *text = 0;
    if (!source->member_done || source->front_at < source->front_have)
        return PAL_OK;
    if (source->have < HEADER + FIELD + 2)
        PAL_TRY(top_up(source, err));
    size_t told = told_size(source->stored + source->at, source->have);
    if (told > source->have) {
        PAL_TRY(top_up(source, err));
        told = told_size(source->stored + source->at, source->have);
    }
    if (told < HEADER + FIELD + 2 + 8 || told > source->have)
        return PAL_OK;
    const unsigned char *length = source->stored + source->at + told - 4;
    const uint32_t holds = two_bytes(length) | (uint32_t)two_bytes(length + 2) << 16;
    if (holds > IO_MEMBER)
        return PAL_OK;
    *size = told;
    *text = holds;
    return PAL_OK;
}

void io_source_take(struct pal_source *source, unsigned char *to, size_t size)
{
    memcpy(to, source->stored + source->at, size);
    source->at += size;
    source->have -= size;
}

/* ---- again, and from memory --------------------------------------------------------------------
 */

uint64_t io_source_size(const struct pal_source *source) { return source->size; }

enum pal_status io_source_keep(struct pal_source *source, struct pal_error *err)
{
    if (source->began >= 0 || (source->stored_end && !source->refilled))
        return PAL_OK;
    FILE *copy = tmpfile();
    const int fd = copy ? dup(fileno(copy)) : -1;
    if (copy)
        fclose(copy);
    if (fd < 0)
        return pal_fail_errno(err, "cannot make a temporary file for '%s'", source->name);
    enum pal_status status = PAL_OK;
    size_t got = source->have;
    char *chunk = malloc(IO_CHUNK);
    if (!chunk)
        status = pal_nomem(err, source->name);
    if (status == PAL_OK)
        status = io_write_all(fd, (pal_str){(const char *)source->stored + source->at, got},
                              "a temporary file", err);
    const bool hash = source->hash;
    source->hash = false;
    while (status == PAL_OK && got) {
        status = read_stored(source, chunk, IO_CHUNK, &got, err);
        if (status == PAL_OK)
            status = io_write_all(fd, (pal_str){chunk, got}, "a temporary file", err);
    }
    source->hash = hash;
    free(chunk);
    if (status == PAL_OK && lseek(fd, (off_t)source->have, SEEK_SET) < 0)
        status = pal_fail_errno(err, "cannot read a temporary file");
    if (status != PAL_OK) {
        close(fd);
        return status;
    }
    if (source->fd > STDIN_FILENO)
        close(source->fd);
    source->fd = fd;
    source->began = 0;
    source->stored_end = false;
    return PAL_OK;
}

enum pal_status io_source_again(struct pal_source *source, struct pal_error *err)
{
    source->at = 0;
    if (source->refilled) {
        if (lseek(source->fd, source->began, SEEK_SET) < 0)
            return pal_fail_errno(err, "cannot read '%s' again", source->name);
        source->stored_end = false;
        source->first = 0;
        pal_sha256_init(&source->sha);
        PAL_TRY(fill(source, err));
        source->first = source->have;
        source->refilled = false;
    }
    source->have = source->first;
    if (source->gzip)
        io_inflate_again(source->inflate);
    source->member_done = source->gzip;
    source->started = false;
    source->front_at = source->front_have = 0;
    atomic_store(&source->given, 0);
    return PAL_OK;
}

enum pal_status io_source_memory(const char *name, pal_str text, bool whole, struct io_more more,
                                 struct pal_arena *arena, struct pal_source **out,
                                 struct pal_error *err)
{
    struct pal_source *source = pal_arena_alloc(arena, 1, sizeof *source);
    unsigned char *copy = pal_arena_alloc(arena, text.len + 1, 1);
    if (!source || !copy)
        return pal_nomem(err, name);
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    *source = (struct pal_source){.name = name,
                                  .fd = -1,
                                  .stored_end = true,
                                  .started = !whole,
                                  .began = -1,
                                  .size = whole ? text.len : UINT64_MAX,
                                  .first = text.len,
                                  .most = UINT64_MAX,
                                  .stored = copy,
                                  .cap = text.len,
                                  .have = text.len,
                                  .more = more};
    *out = source;
    return PAL_OK;
}

/* Reads the first three bytes, however small the pieces are that they come in. */
static enum pal_status start(struct pal_source *source, struct pal_error *err)
{
    size_t got = 0;
    source->started = true;
    do {
        PAL_TRY(read_some(source, source->front + source->front_have,
                          sizeof source->front - source->front_have, &got, err));
        source->front_have += got;
    } while (got && source->front_have < sizeof source->front);
    if (!source->keep_bom && source->front_have == 3 &&
        memcmp(source->front, "\xEF\xBB\xBF", 3) == 0)
        source->front_at = 3;
    return PAL_OK;
}

enum pal_status pal_source_read(struct pal_source *source, void *buffer, size_t size, size_t *got,
                                struct pal_error *err)
{
    *got = 0;
    if (!size)
        return PAL_OK;
    if (!source->started)
        PAL_TRY(start(source, err));
    while (source->front_at < source->front_have && *got < size)
        ((char *)buffer)[(*got)++] = source->front[source->front_at++];
    if (*got == size)
        return PAL_OK;
    size_t more = 0;
    PAL_TRY(read_some(source, (char *)buffer + *got, size - *got, &more, err));
    *got += more;
    return PAL_OK;
}

const char *pal_source_name(const struct pal_source *source) { return source->name; }

void pal_source_sha256(struct pal_source *source, char *out)
{
    struct pal_sha256 copy = source->sha;
    pal_sha256_hex(&copy, out);
}
