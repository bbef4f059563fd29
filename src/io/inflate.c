/* inflate.c: ISA-L inflates three times as fast as zlib; both check the sums at the end. */
#include "inflate.h"

#include <zlib.h>

#if defined(__has_include)
#if __has_include(<isa-l/igzip_lib.h>)
#include <isa-l/igzip_lib.h>
#define HAS_ISAL 1
#endif
#endif

struct io_inflate {
    bool zlib;
    z_stream z;
#ifdef HAS_ISAL
    struct inflate_state *isal;
#endif
};

static void inflate_close(void *object)
{
    struct io_inflate *inflate = object;
    if (inflate->zlib)
        inflateEnd(&inflate->z);
}

enum pal_status io_inflate_new(bool zlib, struct pal_arena *arena, struct io_inflate **out,
                               struct pal_error *err)
{
    struct io_inflate *inflate = pal_arena_alloc(arena, 1, sizeof *inflate);
    if (!inflate)
        return pal_nomem(err, "inflating");
    *out = inflate;
#ifdef HAS_ISAL
    inflate->zlib = zlib;
    if (!zlib) {
        inflate->isal = pal_arena_alloc(arena, 1, sizeof *inflate->isal);
        if (!inflate->isal)
            return pal_nomem(err, "inflating");
        isal_inflate_init(inflate->isal);
        inflate->isal->crc_flag = ISAL_GZIP;
        return PAL_OK;
    }
#else
    (void)zlib;
    inflate->zlib = true;
#endif
    if (inflateInit2(&inflate->z, 15 + 16) != Z_OK)
        return pal_nomem(err, "inflating");
    return pal_arena_defer(arena, inflate_close, inflate, err);
}

void io_inflate_again(struct io_inflate *inflate)
{
#ifdef HAS_ISAL
    if (!inflate->zlib) {
        isal_inflate_reset(inflate->isal);
        inflate->isal->crc_flag = ISAL_GZIP;
        return;
    }
#endif
    inflateReset(&inflate->z);
}

static unsigned at_most(size_t size)
{
    return size > UINT32_MAX / 2 ? UINT32_MAX / 2 : (unsigned)size;
}

#ifdef HAS_ISAL
static bool some_by_isal(struct inflate_state *z, struct io_inflate_step *step)
{
    const unsigned have = at_most(step->have), room = at_most(step->room);
    z->next_in = (uint8_t *)(uintptr_t)step->in;
    z->avail_in = have;
    z->next_out = step->out;
    z->avail_out = room;
    const int code = isal_inflate(z);
    step->in += have - z->avail_in;
    step->have -= have - z->avail_in;
    step->out += room - z->avail_out;
    step->room -= room - z->avail_out;
    step->member_end = z->block_state == ISAL_BLOCK_FINISH;
    step->what = code == ISAL_INCORRECT_CHECKSUM ? "its checksum does not hold" : "bad data";
    return code >= 0 && code != ISAL_NEED_DICT;
}
#endif

bool io_inflate_some(struct io_inflate *member, struct io_inflate_step *step)
{
#ifdef HAS_ISAL
    if (!member->zlib)
        return some_by_isal(member->isal, step);
#endif
    z_stream *z = &member->z;
    const unsigned have = at_most(step->have), room = at_most(step->room);
    z->next_in = (unsigned char *)(uintptr_t)step->in;
    z->avail_in = have;
    z->next_out = step->out;
    z->avail_out = room;
    const int code = inflate(z, Z_NO_FLUSH);
    step->in += have - z->avail_in;
    step->have -= have - z->avail_in;
    step->out += room - z->avail_out;
    step->room -= room - z->avail_out;
    step->member_end = code == Z_STREAM_END;
    step->what = code == Z_MEM_ERROR ? NULL : z->msg ? z->msg : "bad data";
    return code == Z_OK || code == Z_BUF_ERROR || code == Z_STREAM_END;
}
