/* inflate.h: one gzip member after the other, by ISA-L where it is installed, else by zlib. */
#ifndef PALERMO_IO_INFLATE_H
#define PALERMO_IO_INFLATE_H

#include "inside.h"

struct io_inflate;
/* zlib: by zlib in any case. */
PAL_CHECK_RESULT
enum pal_status io_inflate_new(bool zlib, struct pal_arena *arena, struct io_inflate **out,
                               struct pal_error *err);
void io_inflate_again(struct io_inflate *inflate); /* another member begins */

struct io_inflate_step {
    const unsigned char *in; /* moves on */
    size_t have;
    unsigned char *out; /* moves on */
    size_t room;
    bool member_end;  /* the member ended and its checksum holds */
    const char *what; /* of damage: what is wrong; NULL: memory ran out */
};
bool io_inflate_some(struct io_inflate *member, struct io_inflate_step *step);

#endif
