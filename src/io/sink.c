/* sink.c: a large file of an output folder, written as it grows. */
#include "inside.h"

#include <stdio.h>

enum { HAND_ON = 64 * 1024, MOST_PENDING = 64 << 20 };

struct pal_sink {
    FILE *file; /* NULL once closed */
    const char *path;
    struct pal_buf buf;
};

static void sink_release(void *object)
{
    struct pal_sink *sink = object;
    if (sink->file)
        fclose(sink->file);
}

enum pal_status pal_sink_open(struct pal_outdir *outdir, pal_str name, struct pal_arena *arena,
                              struct pal_sink **out, struct pal_error *err)
{
    struct pal_sink *sink = pal_arena_alloc(arena, 1, sizeof *sink);
    if (!sink)
        return pal_nomem(err, "an output file");
    PAL_TRY(pal_outdir_path(outdir, arena, name, &sink->path, err));
    sink->file = fopen(sink->path, "wb");
    if (!sink->file)
        return pal_fail_errno(err, "cannot create '%.*s'", PAL_ARG(name));
    PAL_TRY(pal_arena_defer(arena, sink_release, sink, err));
    pal_buf_init(&sink->buf, arena, MOST_PENDING);
    *out = sink;
    return PAL_OK;
}

struct pal_buf *pal_sink_buf(struct pal_sink *sink) { return &sink->buf; }

static enum pal_status hand_on(struct pal_sink *sink, struct pal_error *err)
{
    PAL_TRY(pal_buf_status(&sink->buf, sink->path, err));
    if (sink->buf.len && fwrite(sink->buf.ptr, 1, sink->buf.len, sink->file) != sink->buf.len)
        return pal_fail_errno(err, "cannot write '%s'", sink->path);
    pal_buf_clear(&sink->buf);
    return PAL_OK;
}

enum pal_status pal_sink_more(struct pal_sink *sink, struct pal_error *err)
{
    return sink->buf.len < HAND_ON ? PAL_OK : hand_on(sink, err);
}

enum pal_status pal_sink_close(struct pal_sink *sink, struct pal_error *err)
{
    PAL_TRY(hand_on(sink, err));
    FILE *file = sink->file;
    sink->file = NULL;
    if (fclose(file) != 0)
        return pal_fail_errno(err, "cannot write '%s'", sink->path);
    return PAL_OK;
}
