/* inflated.c: members of BGZF are gathered in order into blocks; each block is inflated by whoever
 * is free and read in order. Damage is told where the text before it has been read. */
#include "inflated.h"

#include "inflate.h"

#include <string.h>

/* A block holds whole members: four of the usual size, one at least. */
enum { TEXT = 256 * 1024, PACKED = TEXT + IO_MEMBER };

struct block {
    unsigned char *text, *packed;
    size_t have, at;        /* text that there is, and that was read                 */
    size_t members;         /* bytes of packed members, not inflated yet             */
    bool counted;           /* the source has counted its text against the ceiling   */
    enum pal_status status; /* after `have`: damage, or that reading failed   */
    struct pal_error err;
};

struct io_inflated {
    struct pal_arena *arena;
    struct pal_source *source;
    struct pal_ahead *ahead;
    struct io_inflate **inflate; /* by worker */
    struct block *block;
    size_t now;
    bool has_block, broken; /* broken: nothing is read after what failed */
};

/* Ordinary text up to the next member that tells its size. */
static enum pal_status read_in_order(struct io_inflated *p, struct block *b, struct pal_error *err)
{
    size_t size = 0, text, got;
    while (b->have < TEXT && !size) {
        PAL_TRY(pal_source_read(p->source, b->text + b->have, TEXT - b->have, &got, err));
        if (!got)
            return PAL_OK;
        b->have += got;
        PAL_TRY(io_source_member(p->source, &size, &text, err));
    }
    return PAL_OK;
}

static enum pal_status gather(struct io_inflated *p, struct block *b, struct pal_error *err)
{
    size_t size, text, all = 0;
    for (;;) {
        PAL_TRY(io_source_member(p->source, &size, &text, err));
        if (!size || all + text > TEXT || b->members + size > PACKED)
            break;
        io_source_take(p->source, b->packed + b->members, size);
        b->members += size;
        all += text;
    }
    b->counted = !b->members;
    return b->members ? PAL_OK : read_in_order(p, b, err);
}

static enum pal_status begin_block(void *context, size_t slot, bool *end, struct pal_error *err)
{
    struct io_inflated *p = context;
    struct block *b = &p->block[slot];
    (void)err;
    b->have = b->at = b->members = 0;
    b->status = PAL_OK;
    *end = p->broken;
    if (*end)
        return PAL_OK;
    b->status = gather(p, b, &b->err);
    p->broken = b->status != PAL_OK;
    *end = !p->broken && !b->have && !b->members;
    return PAL_OK;
}

static enum pal_status inflate_members(const struct io_inflated *p, struct io_inflate *inflate,
                                       struct block *b, struct pal_error *err)
{
    struct io_inflate_step step = {
        .in = b->packed, .have = b->members, .out = b->text, .room = TEXT, .member_end = true};
    while (step.have || !step.member_end) {
        const size_t have = step.have, room = step.room;
        if (step.member_end) {
            if (step.have < 2 || step.in[0] != 0x1F || step.in[1] != 0x8B)
                return io_source_damaged(p->source, "a member is shorter than it says", err);
            io_inflate_again(inflate);
        }
        const bool ok = io_inflate_some(inflate, &step);
        b->have = TEXT - step.room;
        if (!ok && !step.what)
            return pal_nomem(err, pal_source_name(p->source));
        if (!ok)
            return io_source_damaged(p->source, step.what, err);
        if (!step.member_end && step.have == have && step.room == room)
            return io_source_damaged(p->source, "a member is longer than it says", err);
    }
    return PAL_OK;
}

static enum pal_status inflate_block(void *context, size_t slot, unsigned worker,
                                     struct pal_error *err)
{
    struct io_inflated *p = context;
    struct block *b = &p->block[slot];
    (void)err;
    if (!b->members)
        return PAL_OK;
    struct pal_error why = {0};
    const enum pal_status status = inflate_members(p, p->inflate[worker], b, &why);
    if (status != PAL_OK) { /* comes before what gathering may have met */
        b->status = status;
        b->err = why;
    }
    return PAL_OK;
}

enum pal_status io_inflated_new(struct pal_source *source, unsigned helpers,
                                struct io_inflated **out, struct pal_error *err)
{
    static const struct pal_ahead_steps steps = {begin_block, inflate_block, true};
    const size_t slots = helpers ? 2 * (size_t)helpers + 2 : 1;
    struct pal_arena *arena = pal_arena_new();
    struct io_inflated *p = arena ? pal_arena_alloc(arena, 1, sizeof *p) : NULL;
    *out = p;
    if (!p) {
        pal_arena_free(arena);
        return pal_nomem(err, pal_source_name(source));
    }
    p->arena = arena;
    p->source = source;
    p->block = pal_arena_alloc(arena, slots, sizeof *p->block);
    p->inflate = pal_arena_alloc(arena, helpers + 1, sizeof(struct io_inflate *));
    enum pal_status status =
        p->block && p->inflate ? PAL_OK : pal_nomem(err, pal_source_name(source));
    for (size_t i = 0; status == PAL_OK && i < slots; i++) {
        p->block[i].text = pal_arena_alloc(arena, TEXT, 1);
        p->block[i].packed = pal_arena_alloc(arena, PACKED, 1);
        if (!p->block[i].text || !p->block[i].packed)
            status = pal_nomem(err, pal_source_name(source));
    }
    for (unsigned i = 0; status == PAL_OK && i <= helpers; i++)
        status = io_inflate_new(io_source_by_zlib(source), arena, &p->inflate[i], err);
    if (status == PAL_OK)
        status = pal_ahead_new(&steps, p, slots, helpers, arena, &p->ahead, err);
    if (status != PAL_OK) {
        io_inflated_free(p);
        *out = NULL;
    }
    return status;
}

void io_inflated_free(struct io_inflated *inflated)
{
    if (inflated)
        pal_arena_free(inflated->arena);
}

enum pal_status io_inflated_read(struct io_inflated *p, char *to, size_t size, size_t *got,
                                 struct pal_error *err)
{
    *got = 0;
    while (!*got) {
        if (!p->has_block) {
            bool end;
            PAL_TRY(pal_ahead_next(p->ahead, &p->now, &end, err));
            if (end)
                return PAL_OK;
            p->has_block = true;
        }
        struct block *b = &p->block[p->now];
        if (b->at == b->have) {
            if (b->status != PAL_OK) {
                *err = b->err;
                return b->status;
            }
            p->has_block = false;
            continue;
        }
        if (!b->counted)
            PAL_TRY(io_source_count(p->source, b->have, err));
        b->counted = true;
        *got = b->have - b->at < size ? b->have - b->at : size;
        memcpy(to, b->text + b->at, *got);
        b->at += *got;
    }
    return PAL_OK;
}
