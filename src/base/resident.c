/* resident.c: how much memory the process takes now, as the system counts it. */
#include "palermo/base.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
size_t pal_memory_resident(void) { return 0; } /* what they keep beside it is not ours */
#else
size_t pal_memory_resident(void)
{
    char text[128]; /* "size resident shared ..." in pages */
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    const ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    size_t at = 0, pages = 0;
    while (got > 0 && at < (size_t)got && text[at] != ' ')
        at++;
    for (at++; got > 0 && at < (size_t)got && text[at] >= '0' && text[at] <= '9'; at++)
        pages = pages * 10 + (size_t)(text[at] - '0');
    const long page = sysconf(_SC_PAGESIZE);
    return page > 0 ? pages * (size_t)page : 0;
}
#endif
