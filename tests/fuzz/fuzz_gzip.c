/* Sources on any bytes, plain or gzip, handed out in pieces of any size. An input that is no gzip
 * gets its first bytes, so that the fuzzer need not find them. */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!size)
        return 0;
    const struct pal_source_options options = {
        .max_inflated = 1 << 20, .hash = bytes[0] & 1, .keep_bom = bytes[0] & 2};
    const size_t piece = (size_t)1 << (bytes[0] >> 4);
    uint8_t start[4096];
    const size_t n = size - 1 < sizeof start - 2 ? size - 1 : sizeof start - 2;
    memcpy(start, "\x1F\x8B", 2);
    memcpy(start + 2, bytes + 1, n);
    const char *path =
        bytes[0] & 4 ? bytes_as_file(start, n + 2) : bytes_as_file(bytes + 1, size - 1);
    struct pal_arena *arena = pal_arena_new();
    struct pal_source *source;
    struct pal_error err;
    char buffer[1 << 15], sha[65];
    size_t got = 1;
    uint64_t all = 0;
    if (pal_source_open(path, &options, arena, &source, &err) == PAL_OK) {
        while (got && pal_source_read(source, buffer, piece, &got, &err) == PAL_OK)
            all += got;
        if (got > piece || all > options.max_inflated)
            abort();
        pal_source_sha256(source, sha);
        if (strlen(sha) != 64)
            abort();
    }
    pal_arena_free(arena);
    return 0;
}
