/* The scanner on any bytes: on every path and in pieces of a size that the first byte chooses, it
 * reads what libcsv reads, or refuses it in the same words. */
#include "../support/scanned.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!size)
        return 0;
    struct pal_arena *arena = pal_arena_new();
    const pal_str text = {(const char *)bytes + 1, size - 1};
    const size_t piece = bytes[0];
    const pal_str wanted = scanned_text(text, 0, 0, arena);
    for (unsigned path = 1; path <= 3; path++)
        if (!pal_str_eq(scanned_text(text, path, piece, arena), wanted))
            abort();
    pal_arena_free(arena);
    return 0;
}
