/* arena.c: memory is handed out from blocks and given back all at once, or down to a mark. What is
 * large has pages of its own, in which it grows without being copied. */
#include "inside.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *before;
    size_t size, used; /* bytes behind the header */
    alignas(max_align_t) unsigned char bytes[];
};

struct large { /* one thing, of LARGE bytes or more */
    struct large *before, *after;
    size_t size;                       /* of the pages, header and all */
    size_t given;                      /* bytes handed out             */
    uint64_t serial;                   /* how many came before it      */
    alignas(64) unsigned char bytes[]; /* of the size of a cache line */
};

struct deferred {
    struct deferred *before;
    void (*release)(void *);
    void *object;
};

struct pal_arena {
    struct block *top;
    struct large *large; /* the last of them */
    struct deferred *deferred;
    size_t small_bytes, large_bytes; /* handed out, rounded to alignment */
    size_t limit;
    uint64_t serial;
    struct block *spare_block; /* given back by a reset, to be used again */
    struct large *spare;       /* likewise, linked by `before`            */
    size_t spare_bytes;
};

enum {
    FIRST_BLOCK = 16 * 1024,
    LARGEST_STEP = 2 * 1024 * 1024,
    LARGE = 128 * 1024,
    PAGE = 4096,
    HUGE = 2 * 1024 * 1024
};
enum { LARGEST_SPARE = 2 * 1024 * 1024, SPARE_BYTES = 8 * 1024 * 1024 };

struct pal_arena *pal_arena_new(void) { return calloc(1, sizeof(struct pal_arena)); }

/* Blocks of the largest step come as pages, the first few small ones from the C library. */
static struct block *block_new(size_t size)
{
    const size_t whole = sizeof(struct block) + size;
    struct block *block = whole >= LARGEST_STEP ? pages_new(whole) : malloc(whole);
    if (block) {
        block->size = size;
        block->used = 0;
    }
    return block;
}

static void block_free(struct block *block)
{
    const size_t whole = sizeof *block + block->size;
    if (whole >= LARGEST_STEP)
        pages_free(block, whole);
    else
        free(block);
}

static void release_until(struct pal_arena *arena, const struct deferred *stop)
{
    while (arena->deferred != stop) {
        struct deferred *last = arena->deferred;
        arena->deferred = last->before;
        last->release(last->object);
    }
}

/* ---- what a reset gives back -------------------------------------------------------------------
 * Scratch is filled and reset again and again: pages that the system would have to make anew each
 * time cost more than zeros written over them. */

static void give_back_large(struct pal_arena *arena, struct large *large)
{
    if (!pages_may_be_kept() || large->size > LARGEST_SPARE ||
        arena->spare_bytes + large->size > SPARE_BYTES) {
        pages_free(large, large->size);
        return;
    }
    large->before = arena->spare;
    arena->spare = large;
    arena->spare_bytes += large->size;
}

/* One that has room and is not twice as large, all zeros; NULL when there is none. */
static struct large *spare_large(struct pal_arena *arena, size_t size)
{
    for (struct large **at = &arena->spare; *at; at = &(*at)->before) {
        struct large *found = *at;
        if (found->size < size || found->size / 2 > size)
            continue;
        *at = found->before;
        arena->spare_bytes -= found->size;
        memset(found->bytes, 0, found->size - sizeof *found);
        return found;
    }
    return NULL;
}

static void give_back_block(struct pal_arena *arena, struct block *block)
{
    struct block *other = block;
    if (pages_may_be_kept() && (!arena->spare_block || arena->spare_block->size < block->size)) {
        other = arena->spare_block;
        arena->spare_block = block;
    }
    if (other)
        block_free(other);
}

static struct block *spare_or_new_block(struct pal_arena *arena, size_t size)
{
    struct block *spare = arena->spare_block;
    if (!spare || spare->size < size)
        return block_new(size);
    arena->spare_block = NULL;
    spare->used = 0;
    return spare;
}

static void free_spares(struct pal_arena *arena)
{
    if (arena->spare_block)
        block_free(arena->spare_block);
    while (arena->spare) {
        struct large *last = arena->spare;
        arena->spare = last->before;
        pages_free(last, last->size);
    }
}

static void free_large_from(struct pal_arena *arena, uint64_t serial)
{
    while (arena->large && arena->large->serial >= serial) {
        struct large *last = arena->large;
        arena->large = last->before;
        arena->large_bytes -= last->given;
        give_back_large(arena, last);
    }
    if (arena->large)
        arena->large->after = NULL;
}

void pal_arena_free(struct pal_arena *arena)
{
    if (!arena)
        return;
    release_until(arena, NULL);
    free_large_from(arena, 0);
    while (arena->top) {
        struct block *before = arena->top->before;
        block_free(arena->top);
        arena->top = before;
    }
    free_spares(arena);
    free(arena);
}

void pal_arena_limit(struct pal_arena *arena, size_t limit_bytes) { arena->limit = limit_bytes; }

size_t pal_arena_used(const struct pal_arena *arena)
{
    return arena->small_bytes + arena->large_bytes;
}

static bool rounded(size_t count, size_t size, size_t *bytes)
{
    const size_t align = alignof(max_align_t);
    size_t product;
    if (__builtin_mul_overflow(count, size, &product) || product > SIZE_MAX / 2)
        return false;
    *bytes = (product + align - 1) / align * align;
    return true;
}

static bool within_limit(const struct pal_arena *arena, size_t more)
{
    return !arena->limit || (more <= arena->limit && pal_arena_used(arena) <= arena->limit - more);
}

static void *take_small(struct pal_arena *arena, size_t bytes)
{
    if (!within_limit(arena, bytes))
        return NULL;
    if (!arena->top || arena->top->size - arena->top->used < bytes) {
        size_t size = arena->top ? arena->top->size * 2 : FIRST_BLOCK;
        if (size > LARGEST_STEP - sizeof *arena->top)
            size = LARGEST_STEP - sizeof *arena->top;
        if (size < bytes)
            size = bytes;
        struct block *fresh = spare_or_new_block(arena, size);
        if (!fresh)
            return NULL;
        fresh->before = arena->top;
        arena->top = fresh;
    }
    void *at = arena->top->bytes + arena->top->used;
    arena->top->used += bytes;
    arena->small_bytes += bytes;
    return at;
}

/* Of 8 MiB or more the end lies on a huge page, too: one that was begun in small pages stays so
 * when it grows. */
static size_t pages_for(size_t bytes)
{
    const size_t all = sizeof(struct large) + bytes, unit = all < 4 * HUGE ? PAGE : HUGE;
    return (all + unit - 1) / unit * unit;
}

static void *take_large(struct pal_arena *arena, size_t bytes) /* zeroed */
{
    size_t size = pages_for(bytes);
    if (!within_limit(arena, bytes))
        return NULL;
    struct large *fresh = spare_large(arena, size);
    if (fresh)
        size = fresh->size;
    else if (!(fresh = pages_new(size)))
        return NULL;
    *fresh = (struct large){
        .before = arena->large, .size = size, .given = bytes, .serial = arena->serial++};
    if (arena->large)
        arena->large->after = fresh;
    arena->large = fresh;
    arena->large_bytes += bytes;
    return fresh->bytes;
}

static void *take(struct pal_arena *arena, size_t bytes) /* contents as they come */
{
    return bytes >= LARGE ? take_large(arena, bytes) : take_small(arena, bytes);
}

void *pal_arena_alloc(struct pal_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!rounded(count, size, &bytes))
        return NULL;
    if (bytes >= LARGE)
        return take_large(arena, bytes);
    void *at = take_small(arena, bytes);
    return at ? memset(at, 0, bytes) : NULL;
}

static void *grow_large(struct pal_arena *arena, void *old, size_t bytes)
{
    struct large *own =
        (struct large *)(void *)((unsigned char *)old - offsetof(struct large, bytes));
    const size_t more = bytes - own->given, size = pages_for(bytes);
    if (!within_limit(arena, more))
        return NULL;
    if (size > own->size) {
        own = pages_grow(own, own->size, size);
        if (!own)
            return NULL;
        own->size = size;
        if (own->before)
            own->before->after = own;
        if (own->after)
            own->after->before = own;
        else
            arena->large = own;
    }
    own->given = bytes;
    arena->large_bytes += more;
    return own->bytes;
}

void *pal_arena_grow(struct pal_arena *arena, void *old, size_t old_count, size_t new_count,
                     size_t size)
{
    size_t old_bytes, new_bytes;
    if (!rounded(old_count, size, &old_bytes) || !rounded(new_count, size, &new_bytes))
        return NULL;
    if (new_bytes <= old_bytes)
        return old;
    if (old && old_bytes >= LARGE)
        return grow_large(arena, old, new_bytes);
    struct block *top = arena->top;
    /* The last thing handed out grows in place while its block has room. */
    if (old && new_bytes < LARGE && top &&
        (unsigned char *)old + old_bytes == top->bytes + top->used &&
        top->size - top->used >= new_bytes - old_bytes &&
        within_limit(arena, new_bytes - old_bytes)) {
        memset(top->bytes + top->used, 0, new_bytes - old_bytes);
        top->used += new_bytes - old_bytes;
        arena->small_bytes += new_bytes - old_bytes;
        return old;
    }
    unsigned char *fresh = take(arena, new_bytes);
    if (!fresh)
        return NULL;
    const size_t kept = old_count * size;
    if (kept)
        memcpy(fresh, old, kept);
    if (new_bytes < LARGE)
        memset(fresh + kept, 0, new_bytes - kept);
    return fresh;
}

pal_str pal_arena_str(struct pal_arena *arena, pal_str text)
{
    size_t bytes;
    char *copy = rounded(text.len + 1, 1, &bytes) ? take(arena, bytes) : NULL;
    if (!copy)
        return (pal_str){NULL, 0};
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return (pal_str){copy, text.len};
}

const char *pal_arena_cstr(struct pal_arena *arena, pal_str text)
{
    return pal_arena_str(arena, text).ptr;
}

pal_str pal_arena_printf(struct pal_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = need < 0 ? NULL : pal_arena_alloc(arena, (size_t)need + 1, 1);
    if (text)
        vsnprintf(text, (size_t)need + 1, format, again);
    va_end(again);
    return (pal_str){text, text ? (size_t)need : 0};
}

enum pal_status pal_arena_defer(struct pal_arena *arena, void (*release)(void *), void *object,
                                struct pal_error *err)
{
    struct deferred *d = pal_arena_alloc(arena, 1, sizeof *d);
    if (!d) {
        release(object);
        return pal_nomem(err, "a deferred release");
    }
    *d = (struct deferred){arena->deferred, release, object};
    arena->deferred = d;
    return PAL_OK;
}

struct pal_arena_mark pal_arena_mark(const struct pal_arena *arena)
{
    return (struct pal_arena_mark){arena->top, arena->top ? arena->top->used : 0, arena->deferred,
                                   arena->small_bytes, arena->serial};
}

void pal_arena_reset(struct pal_arena *arena, struct pal_arena_mark mark)
{
    release_until(arena, mark.deferred);
    free_large_from(arena, mark.large);
    while (arena->top != mark.block) {
        struct block *before = arena->top->before;
        give_back_block(arena, arena->top);
        arena->top = before;
    }
    if (arena->top)
        arena->top->used = mark.used;
    arena->small_bytes = mark.total;
}

enum pal_status pal_nomem(struct pal_error *err, const char *what)
{
    return pal_fail(err, PAL_NOMEM, "out of memory for %s", what);
}
