/* inflated.h: the text of a BGZF file, whose members tell their size, inflated side by side. */
#ifndef PALERMO_IO_INFLATED_H
#define PALERMO_IO_INFLATED_H

#include "inside.h"

/* Reads on from where the source is. Blocks of text are fixed by the file alone, so that bytes, and
 * where damage shows, are the same with any number of helpers. What is no BGZF (ordinary members
 * behind it, a member that is cut) is inflated in order. The source is this reader's until
 * io_inflated_free. Cost: 1 MiB of text and of members a helper. */
struct io_inflated;
PAL_CHECK_RESULT
enum pal_status io_inflated_new(struct pal_source *source, unsigned helpers,
                                struct io_inflated **out, struct pal_error *err);
void io_inflated_free(struct io_inflated *inflated);
/* By one thread at a time. *got = 0 at the end. */
PAL_CHECK_RESULT
enum pal_status io_inflated_read(struct io_inflated *inflated, char *to, size_t size, size_t *got,
                                 struct pal_error *err);

#endif
