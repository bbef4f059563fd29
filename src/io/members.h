/* members.h: the text of a gzip file of several ordinary members, which do not tell their size,
 * inflated side by side. */
#ifndef PALERMO_IO_MEMBERS_H
#define PALERMO_IO_MEMBERS_H

#include "inside.h"

/* Reads on from where the source is, to the end of its member through the source, from there on
 * past it: helpers inflate ahead from places that look like the head of a member, and what they
 * have is taken when the member before it ended in just that place, else thrown away. Bytes, and
 * where damage shows, are the same with any number of helpers. The source is this reader's until
 * io_members_free. Cost: 16 MiB at most for each of helpers + 2 windows of 2 MiB of the file, from
 * the first end of a member on. */
struct io_members;
/* Can it be read so: gzip in a file? */
bool io_members_may(const struct pal_source *source);
/* Does another member seem to begin in the first 16 MiB? */
bool io_members_likely(const struct pal_source *source);
PAL_CHECK_RESULT
enum pal_status io_members_new(struct pal_source *source, unsigned helpers, struct io_members **out,
                               struct pal_error *err);
void io_members_free(struct io_members *members);
/* By one thread at a time. *got = 0 at the end. */
PAL_CHECK_RESULT
enum pal_status io_members_read(struct io_members *members, char *to, size_t size, size_t *got,
                                struct pal_error *err);

#endif
