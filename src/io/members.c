/* members.c: ordinary members of gzip, inflated ahead from where one seems to begin. Whether it
 * does is known when the member before has ended there; its checksum and length are held against
 * its text like any other's. */
#include "members.h"

#include "inflate.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    CHUNK = IO_CHUNK,
    WINDOW = 2 << 20,  /* of the file: one guess each                            */
    BLOCK = 256 << 10, /* of text; of one in which damage shows nothing is given */
    MOST = 16 << 20,   /* text of a guess, more is inflated when it is needed    */
    LOOK = 16 << 20,
    HEAD = 10,
};

struct run { /* members from one place of the file on */
    struct io_inflate *inflate;
    unsigned char *chunk; /* [CHUNK] of the file, from a multiple of CHUNK on, whoever reads it */
    size_t from, have;    /* what is not used of it                                             */
    uint64_t at;          /* place in the file of the byte that comes next                      */
    bool between, ended;  /* no member is under way; the file is over                           */
    unsigned char *text;
    size_t size, given; /* of the text; of it handed out */
    enum pal_status status;
    struct pal_error err; /* behind the text */
};

struct window {
    uint64_t number, head; /* head: where a member seems to begin; UINT64_MAX: nowhere */
    struct run run;
};

struct io_members {
    struct pal_arena *arena;
    struct pal_source *source;
    int fd;
    bool by_source; /* the source's own member has not ended */
    unsigned helpers;
    struct run own, *now;
    struct window *window; /* [helpers + 2], while there are guesses */
    struct pal_ahead *ahead;
    struct window *held;
    uint64_t first, next; /* place and number that guessing begins with, goes on with */
};

/* ---- heads -------------------------------------------------------------------------------------
 */

/* As gzip, pigz, zlib and 7-Zip write them: RFC 1952, 2.3.1. Another is met when it is its turn. */
static bool is_head(const unsigned char *p)
{
    return p[0] == 0x1F && p[1] == 0x8B && p[2] == Z_DEFLATED && !(p[3] & 0xE0u) &&
           (p[8] == 0 || p[8] == 2 || p[8] == 4) && (p[9] <= 13 || p[9] == 255);
}

static size_t read_at(int fd, uint64_t at, unsigned char *to, size_t size)
{
    size_t got = 0;
    while (got < size) {
        const ssize_t n = pread(fd, to + got, size - got, (off_t)(at + got));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

/* The first that begins in from..to-1; UINT64_MAX when none does. */
static uint64_t find_head(int fd, uint64_t from, uint64_t to)
{
    unsigned char bytes[CHUNK / 4];
    while (from < to) {
        const size_t got = read_at(fd, from, bytes, sizeof bytes);
        if (got < HEAD)
            return UINT64_MAX;
        const size_t starts = got - HEAD + 1;
        for (size_t i = 0; i < starts; i++) {
            const unsigned char *found = memchr(bytes + i, 0x1F, starts - i);
            if (!found)
                break;
            i = (size_t)(found - bytes);
            if (is_head(found))
                return from + i < to ? from + i : UINT64_MAX;
        }
        from += starts;
    }
    return UINT64_MAX;
}

bool io_members_may(const struct pal_source *source)
{
    return io_source_is_gzip(source) && !io_source_is_bgzf(source) && io_source_file(source) >= 0;
}

bool io_members_likely(const struct pal_source *source)
{
    return find_head(io_source_file(source), HEAD, LOOK) != UINT64_MAX;
}

/* ---- a run -------------------------------------------------------------------------------------
 */

static enum pal_status run_new(struct run *run, const struct pal_source *source, size_t room,
                               struct pal_arena *arena, struct pal_error *err)
{
    run->chunk = pal_arena_alloc(arena, CHUNK, 1);
    run->text = pal_arena_alloc(arena, room, 1);
    if (!run->chunk || !run->text)
        return pal_nomem(err, pal_source_name(source));
    return io_inflate_new(io_source_by_zlib(source), arena, &run->inflate, err);
}

static void run_begin(struct run *run, uint64_t at)
{
    run->at = at;
    run->between = true;
    run->ended = false;
    run->from = run->have = run->size = run->given = 0;
    run->status = PAL_OK;
}

static void refill(struct run *run, int fd)
{
    const uint64_t base = run->at - run->at % CHUNK;
    const size_t got = read_at(fd, base, run->chunk, CHUNK);
    run->from = (size_t)(run->at - base);
    run->have = got > run->from ? got - run->from : 0;
}

static void use(struct run *run, size_t n)
{
    run->from += n;
    run->at += n;
    run->have -= n;
}

/* Behind a member: another one, or the end, before which zeros may stand. */
static enum pal_status go_on(const struct io_members *m, struct run *run, struct pal_error *err)
{
    const unsigned char *p = run->chunk + run->from;
    const bool zeros = run->have && *p == 0;
    while (run->have && run->chunk[run->from] == 0) {
        use(run, 1);
        if (!run->have)
            refill(run, m->fd);
    }
    run->ended = !run->have;
    if (run->ended)
        return PAL_OK;
    if (zeros || *p != 0x1F)
        return io_source_damaged(m->source, "bytes that are no gzip follow its last member", err);
    if (run->have > 2 && p[2] != Z_DEFLATED)
        return io_source_damaged(m->source, "unknown compression method", err);
    io_inflate_again(run->inflate);
    run->between = false;
    return PAL_OK;
}

/* At most `room` bytes of text, all of one member. */
static enum pal_status inflate_some(const struct io_members *m, struct run *run, unsigned char *to,
                                    size_t room, size_t *got, struct pal_error *err)
{
    struct io_inflate_step step = {.out = to, .room = room};
    *got = 0;
    do {
        if (!run->have)
            refill(run, m->fd);
        if (run->between) {
            PAL_TRY(go_on(m, run, err));
            if (run->ended)
                return PAL_OK;
        }
        const size_t before = step.room, have = run->have;
        step.in = run->chunk + run->from;
        step.have = have;
        const bool ok = io_inflate_some(run->inflate, &step);
        use(run, have - step.have);
        if (!ok && !step.what)
            return pal_nomem(err, pal_source_name(m->source));
        if (!ok)
            return io_source_damaged(m->source, step.what, err);
        run->between = step.member_end;
        if (!have && !step.member_end && step.room == before)
            return io_source_damaged(m->source, "it ends in the middle", err);
    } while (step.room && !run->between);
    *got = room - step.room;
    return PAL_OK;
}

/* ---- guesses -----------------------------------------------------------------------------------
 */

static enum pal_status begin_window(void *context, size_t slot, bool *end, struct pal_error *err)
{
    struct io_members *m = context;
    struct window *w = &m->window[slot];
    (void)err;
    w->number = m->next++;
    const uint64_t start = w->number * WINDOW;
    *end = start >= io_source_size(m->source);
    if (!*end)
        w->head = find_head(m->fd, start > m->first ? start : m->first, start + WINDOW);
    return PAL_OK;
}

static enum pal_status inflate_window(void *context, size_t slot, unsigned worker,
                                      struct pal_error *err)
{
    const struct io_members *m = context;
    struct window *w = &m->window[slot];
    struct run *run = &w->run;
    (void)worker;
    (void)err;
    if (w->head == UINT64_MAX)
        return PAL_OK;
    const uint64_t stop = (w->number + 1) * WINDOW;
    run_begin(run, w->head);
    while (run->status == PAL_OK && !run->ended && run->size + BLOCK <= MOST &&
           !(run->between && run->at >= stop)) {
        size_t got = 0;
        run->err = (struct pal_error){0};
        run->status = inflate_some(m, run, run->text + run->size, BLOCK, &got, &run->err);
        run->size += got;
    }
    return PAL_OK;
}

static enum pal_status begin_guessing(struct io_members *m, uint64_t at, struct pal_error *err)
{
    static const struct pal_ahead_steps steps = {begin_window, inflate_window, true};
    const size_t windows = (size_t)m->helpers + 2;
    m->window = pal_arena_alloc(m->arena, windows, sizeof *m->window);
    if (!m->window)
        return pal_nomem(err, pal_source_name(m->source));
    for (size_t i = 0; i < windows; i++)
        PAL_TRY(run_new(&m->window[i].run, m->source, MOST, m->arena, err));
    m->first = at;
    m->next = at / WINDOW;
    return pal_ahead_new(&steps, m, windows, m->helpers, m->arena, &m->ahead, err);
}

/* Who goes on where a member has ended: whoever guessed that one begins there, or the reader. */
static enum pal_status choose_run(struct io_members *m, struct pal_error *err)
{
    const uint64_t at = m->now->at;
    if (!m->helpers)
        return PAL_OK;
    if (!m->ahead)
        PAL_TRY(begin_guessing(m, at, err));
    bool end = false;
    while (!end && (!m->held || m->held->number < at / WINDOW)) {
        size_t slot;
        if (m->now != &m->own) { /* its window is given back */
            run_begin(&m->own, at);
            m->now = &m->own;
        }
        PAL_TRY(pal_ahead_next(m->ahead, &slot, &end, err));
        m->held = end ? NULL : &m->window[slot];
    }
    if (m->held && m->held->head == at && m->now == &m->own)
        m->now = &m->held->run;
    return PAL_OK;
}

/* ---- reading -----------------------------------------------------------------------------------
 */

enum pal_status io_members_new(struct pal_source *source, unsigned helpers, struct io_members **out,
                               struct pal_error *err)
{
    struct pal_arena *arena = pal_arena_new();
    struct io_members *m = arena ? pal_arena_alloc(arena, 1, sizeof *m) : NULL;
    *out = m;
    if (!m) {
        pal_arena_free(arena);
        return pal_nomem(err, pal_source_name(source));
    }
    *m = (struct io_members){.arena = arena,
                             .source = source,
                             .fd = io_source_file(source),
                             .by_source = true,
                             .helpers = helpers};
    return PAL_OK;
}

void io_members_free(struct io_members *members)
{
    if (members)
        pal_arena_free(members->arena);
}

static enum pal_status read_by_source(struct io_members *m, char *to, size_t size, size_t *got,
                                      struct pal_error *err)
{
    uint64_t at;
    PAL_TRY(io_source_between(m->source, &at, &m->by_source, err));
    m->by_source = !m->by_source;
    if (m->by_source)
        return pal_source_read(m->source, to, size, got, err);
    PAL_TRY(run_new(&m->own, m->source, BLOCK, m->arena, err));
    run_begin(&m->own, at);
    m->now = &m->own;
    return PAL_OK;
}

enum pal_status io_members_read(struct io_members *m, char *to, size_t size, size_t *got,
                                struct pal_error *err)
{
    *got = 0;
    if (m->by_source)
        PAL_TRY(read_by_source(m, to, size, got, err));
    while (!*got && !m->by_source) {
        struct run *run = m->now;
        if (run->given < run->size) {
            *got = run->size - run->given < size ? run->size - run->given : size;
            memcpy(to, run->text + run->given, *got);
            run->given += *got;
            return io_source_count(m->source, *got, err);
        }
        if (run->status != PAL_OK) {
            *err = run->err;
            return run->status;
        }
        if (run->ended)
            return PAL_OK;
        if (run->between) {
            PAL_TRY(choose_run(m, err));
            if (m->now != run)
                continue;
        }
        run->given = run->size = 0;
        run->err = (struct pal_error){0};
        run->status = inflate_some(m, run, run->text, BLOCK, &run->size, &run->err);
    }
    return PAL_OK;
}
