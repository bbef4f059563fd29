#include "scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

static char folder[256];
static pid_t owner;

void scratch_remove(const char *path)
{
    const pid_t child = fork();
    if (child == 0) {
        execlp("rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(1);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static void remove_folder(void)
{
    if (owner == getpid())
        scratch_remove(folder);
}

static void must(int holds, const char *what)
{
    if (holds)
        return;
    perror(what);
    abort();
}

const char *scratch_folder(void)
{
    if (owner != getpid()) {
        const char *tmp = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/palermo-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
        must(mkdtemp(folder) != NULL, "mkdtemp");
        owner = getpid();
        atexit(remove_folder);
    }
    return folder;
}

/* Everything handed out stays reachable, so that the leak check has nothing to say. */
static struct pal_arena *keep(void)
{
    static struct pal_arena *arena;
    if (!arena)
        arena = pal_arena_new();
    must(arena != NULL, "memory");
    return arena;
}

const char *scratch_path(const char *name)
{
    return pal_arena_printf(keep(), "%s/%s", scratch_folder(), name).ptr;
}

const char *scratch_file(const char *name, const void *bytes, size_t size)
{
    const char *path = scratch_path(name);
    (void)unlink(path); /* a truncated file would be written through to the disk */
    FILE *file = fopen(path, "wb");
    must(file != NULL, path);
    must(!size || fwrite(bytes, 1, size, file) == size, path);
    must(fclose(file) == 0, path);
    return path;
}

const char *scratch_text(const char *name, const char *text)
{
    return scratch_file(name, text, strlen(text));
}

void *scratch_gzip(const void *bytes, size_t *size)
{
    z_stream z = {0};
    const size_t room = *size + *size / 100 + 100;
    void *out = pal_arena_alloc(keep(), room, 1), *in = pal_arena_alloc(keep(), *size + 1, 1);
    must(out && in && deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK,
         "deflateInit2");
    if (*size)
        memcpy(in, bytes, *size);
    z.next_in = in;
    z.avail_in = (uInt)*size;
    z.next_out = out;
    z.avail_out = (uInt)room;
    must(deflate(&z, Z_FINISH) == Z_STREAM_END, "deflate");
    *size = room - z.avail_out;
    deflateEnd(&z);
    return out;
}

static void add_field(struct pal_buf *out, pal_str field, bool quoted)
{
    if (quoted)
        pal_buf_addc(out, '"');
    for (size_t i = 0; i < field.len; i++) {
        const char c = field.ptr[i];
        if (c == '\n' || c == '\r' || c == '\t')
            pal_buf_adds(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
        else
            pal_buf_addc(out, c);
    }
    if (quoted)
        pal_buf_addc(out, '"');
}

static enum pal_status read_all(const char *path, const struct pal_dialect *dialect, bool marks,
                                struct pal_arena *arena, struct pal_buf *out, struct pal_error *err)
{
    struct pal_records *records;
    size_t n;
    PAL_TRY(pal_records_open(path, dialect, NULL, arena, &records, err));
    const pal_str *header = pal_records_header(records, &n);
    for (size_t i = 0; i < n; i++) {
        pal_buf_adds(out, i ? "|" : "H ");
        add_field(out, header[i], false);
    }
    if (n)
        pal_buf_addc(out, '\n');
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        pal_buf_addf(out, "%llu ", (unsigned long long)record.line);
        for (size_t i = 0; i < record.fields; i++) {
            if (i)
                pal_buf_addc(out, '|');
            add_field(out, record.field[i], marks && record.quoted[i]);
        }
        pal_buf_addc(out, '\n');
    }
}

static const char *records_as_text(const char *path, const struct pal_dialect *dialect, bool marks)
{
    struct pal_error err = {0};
    struct pal_buf out;
    struct pal_arena *arena = pal_arena_new();
    must(arena != NULL, "memory");
    pal_buf_init(&out, keep(), 64u << 20);
    pal_buf_adds(&out, "");
    if (read_all(path, dialect, marks, arena, &out, &err) != PAL_OK)
        pal_buf_addf(&out, "! %llu: %s", (unsigned long long)err.line, err.text);
    pal_arena_free(arena);
    must(!out.failed, "memory");
    return out.ptr;
}

const char *scratch_records(const char *path, const struct pal_dialect *dialect)
{
    return records_as_text(path, dialect, true);
}

const char *scratch_csv_unmarked(const char *bytes, size_t size, const struct pal_dialect *dialect)
{
    return records_as_text(scratch_file("bytes.csv", bytes, size), dialect, false);
}

const char *scratch_csv(const char *bytes, size_t size, const struct pal_dialect *dialect)
{
    return scratch_records(scratch_file("bytes.csv", bytes, size), dialect);
}
