/* estimate_memory.c: keeping to --memory. What the process takes is looked at between batches: sums
 * may grow by what is left then, less a reserve for the next piece of the file and what is made
 * from it. Where the system does not tell, the sums alone are held to the limit. */
#include "estimate.h"

#include <string.h>

enum { MEBI = 1 << 20, A_THREAD = 16 * MEBI };

/* "500M" as bytes; K, M and G are powers of 1024. */
enum pal_status est_memory_parse(const char *text, size_t *out, struct pal_error *err)
{
    static const char units[] = "KMG";
    *out = 0;
    if (!text)
        return PAL_OK;
    pal_str number = pal_str_of(text);
    const char *unit = number.len ? strchr(units, number.ptr[number.len - 1]) : NULL;
    double size, factor = 1;
    if (unit && *unit) {
        number.len--;
        for (const char *u = units; u <= unit; u++)
            factor *= 1024;
    }
    if (!pal_num_parse(number, &size) || !(size * factor >= MEBI) || size * factor > 1e15)
        return pal_fail(err, PAL_USAGE, "--memory takes a size from 1M, as 500M or 2G, not '%s'",
                        text);
    *out = (size_t)(size * factor);
    return PAL_OK;
}

/* Each thread holds two pieces of text, their fields and cells: a quarter of the limit at most. */
unsigned est_memory_threads(size_t most, unsigned threads)
{
    const size_t fit = 1 + most / 4 / A_THREAD;
    return most && fit < threads ? (unsigned)fit : threads;
}

static size_t reserve_of(size_t most)
{
    const size_t share = most / 8;
    return 3 * MEBI + (share < 16 * MEBI ? share : 16 * MEBI);
}

enum pal_status est_memory_keep(const struct est_memory *memory, struct pal_arena *arena,
                                struct pal_stream *stream, struct pal_error *err)
{
    if (!memory || !memory->most)
        return PAL_OK;
    const size_t taken = pal_memory_resident(), reserve = reserve_of(memory->most);
    if (taken + reserve > memory->most)
        return pal_fail(err, PAL_NOMEM,
                        "what is in memory and the next piece of the file do not fit");
    const size_t files = memory->files ? memory->files : 1;
    const size_t left = (memory->most - taken - reserve) / files;
    pal_arena_limit(arena, pal_arena_used(arena) + (stream ? left / 2 : left));
    if (stream) /* texts that were not met before are kept by who reads them, too */
        pal_stream_room(stream, left / 2);
    return PAL_OK;
}
