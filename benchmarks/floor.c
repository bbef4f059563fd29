/* floor.c: what any program pays. `floor read FILE` reads a file and counts three kinds of bytes;
 * `floor inflate FILE` inflates one by ISA-L and drops it. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <isa-l/igzip_lib.h>

enum { CHUNK = 256 * 1024 };
static uint8_t in[CHUNK], out[CHUNK];

static size_t count(const uint8_t *bytes, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += (size_t)(bytes[i] == ',') + (size_t)(bytes[i] == '\n') + (size_t)(bytes[i] == '"');
    return found;
}

int main(int argc, char **argv)
{
    const int fd = argc == 3 ? open(argv[2], O_RDONLY) : -1;
    if (fd < 0)
        return fprintf(stderr, "usage: floor read|inflate FILE\n"), 2;
    size_t found = 0;
    if (strcmp(argv[1], "read") == 0) {
        for (ssize_t n; (n = read(fd, in, CHUNK)) > 0;)
            found += count(in, (size_t)n);
    } else {
        struct inflate_state *z = calloc(1, sizeof *z);
        if (!z)
            return 3;
        isal_inflate_init(z);
        z->crc_flag = ISAL_GZIP;
        for (ssize_t n; (n = read(fd, in, CHUNK)) > 0;) {
            z->next_in = in;
            z->avail_in = (uint32_t)n;
            do {
                z->next_out = out;
                z->avail_out = CHUNK;
                if (isal_inflate(z) != ISAL_DECOMP_OK)
                    return 3;
                found += CHUNK - z->avail_out;
            } while (!z->avail_out);
        }
        free(z);
    }
    printf("%zu\n", found);
    return close(fd);
}
