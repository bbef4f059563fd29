/* pages.c: large pieces of memory straight from the system. They come as zeros, cost nothing before
 * they are used, and grow by moving their pages, not their bytes. */
#if defined(__linux__)
#define _GNU_SOURCE /* mremap */ // NOLINT(bugprone-reserved-identifier)
#endif

#include "inside.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHED 1 /* so that what is read behind an end, or after a move, is seen */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WATCHED 1
#endif
#endif

bool pages_may_be_kept(void)
{
#ifdef WATCHED
    return false;
#else
    return true;
#endif
}

#if defined(__linux__) && !defined(WATCHED)

#include <sys/mman.h>

enum { HUGE = 2 * 1024 * 1024 }; /* of most processors; where not, nothing is lost */

static unsigned char *map(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

/* Memory that is met 4 KiB at a time costs four times what it costs 2 MiB at a time. The system may
 * decline: then it is as it would have been. */
static void *ask_for_huge_pages(void *pages, size_t size)
{
#ifdef MADV_HUGEPAGE
    if (size >= HUGE)
        (void)madvise(pages, size, MADV_HUGEPAGE);
#endif
    return pages;
}

/* From a multiple of their size on; what was mapped too much goes back. */
static unsigned char *map_aligned(size_t size)
{
    unsigned char *pages = map(size + HUGE);
    if (!pages)
        return NULL;
    const size_t before = (HUGE - (uintptr_t)pages % HUGE) % HUGE;
    if (before)
        munmap(pages, before);
    if (before < HUGE)
        munmap(pages + before + size, HUGE - before);
    return pages + before;
}

void *pages_new(size_t size)
{
    if (size < HUGE)
        return map(size);
    unsigned char *pages = map_aligned(size);
    return pages ? ask_for_huge_pages(pages, size) : NULL;
}

void *pages_grow(void *pages, size_t old_size, size_t size)
{
    if (size < HUGE) {
        void *moved = mremap(pages, old_size, size, MREMAP_MAYMOVE);
        return moved == MAP_FAILED ? NULL : moved;
    }
    unsigned char *to = map_aligned(size);
    if (!to)
        return NULL;
    void *moved = mremap(pages, old_size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    if (moved == MAP_FAILED) {
        munmap(to, size);
        return NULL;
    }
    return ask_for_huge_pages(moved, size);
}

void pages_free(void *pages, size_t size) { munmap(pages, size); }

#else

void *pages_new(size_t size) { return calloc(1, size); }

void *pages_grow(void *pages, size_t old_size, size_t size)
{
    unsigned char *moved = realloc(pages, size);
    if (moved)
        memset(moved + old_size, 0, size - old_size);
    return moved;
}

void pages_free(void *pages, size_t size)
{
    (void)size;
    free(pages);
}

#endif
