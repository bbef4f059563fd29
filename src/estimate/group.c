/* group.c: tuples of codes become dense group numbers. Open addressing over a table that holds
 * group numbers only; the keys lie side by side in order of first sight. */
#include "inside.h"

#include <string.h>

struct pal_groups {
    struct pal_arena *arena;
    size_t width, count, room;
    uint32_t *key;  /* [room * width] */
    uint32_t *slot; /* [slots] group + 1; 0 = free */
    size_t slots;   /* a power of two, at least twice count */
};

enum { FIRST_SLOTS = 64, MAX_GROUPS = 0x7fffffff };

enum pal_status pal_groups_new(struct pal_arena *arena, size_t width, struct pal_groups **out,
                               struct pal_error *err)
{
    struct pal_groups *groups = pal_arena_alloc(arena, 1, sizeof *groups);
    uint32_t *slot = pal_arena_alloc(arena, FIRST_SLOTS, sizeof *slot);
    if (!groups || !slot)
        return pal_nomem(err, "groups");
    *groups = (struct pal_groups){
        .arena = arena, .width = width ? width : 1, .slot = slot, .slots = FIRST_SLOTS};
    *out = groups;
    return PAL_OK;
}

/* Keys are a few small numbers: a step for each, and their high bits brought down at the end. */
static size_t hash_of(const uint32_t *key, size_t width)
{
    uint64_t h = width;
    for (size_t i = 0; i < width; i++)
        h = (h ^ key[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(h ^ h >> 32);
}

static bool same_key(const uint32_t *a, const uint32_t *b, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static size_t place(const struct pal_groups *groups, const uint32_t *key)
{
    const size_t width = groups->width;
    size_t at = hash_of(key, width) & (groups->slots - 1);
    while (groups->slot[at] && !same_key(&groups->key[(groups->slot[at] - 1) * width], key, width))
        at = (at + 1) & (groups->slots - 1);
    return at;
}

static bool make_room(struct pal_groups *groups)
{
    if (groups->count == groups->room) {
        const size_t room = groups->room ? 2 * groups->room : 16;
        uint32_t *key = pal_arena_grow(groups->arena, groups->key, groups->room * groups->width,
                                       room * groups->width, sizeof *key);
        if (!key)
            return false;
        groups->key = key;
        groups->room = room;
    }
    if (2 * (groups->count + 1) <= groups->slots)
        return true;
    uint32_t *slot = pal_arena_alloc(groups->arena, 2 * groups->slots, sizeof *slot);
    if (!slot)
        return false;
    groups->slot = slot;
    groups->slots *= 2;
    for (size_t g = 0; g < groups->count; g++)
        groups->slot[place(groups, &groups->key[g * groups->width])] = (uint32_t)g + 1;
    return true;
}

uint32_t pal_groups_add(struct pal_groups *groups, const uint32_t *key)
{
    static const uint32_t whole = 0; /* no column: everything is one group */
    if (!key)
        key = &whole;
    size_t at = place(groups, key);
    if (groups->slot[at])
        return groups->slot[at] - 1;
    if (groups->count >= MAX_GROUPS || !make_room(groups))
        return PAL_NO_GROUP;
    at = place(groups, key);
    memcpy(&groups->key[groups->count * groups->width], key, groups->width * sizeof *key);
    groups->slot[at] = (uint32_t)++groups->count;
    return (uint32_t)groups->count - 1;
}

uint32_t pal_groups_find(const struct pal_groups *groups, const uint32_t *key)
{
    const size_t at = place(groups, key);
    return groups->slot[at] ? groups->slot[at] - 1 : PAL_NO_GROUP;
}

size_t pal_groups_count(const struct pal_groups *groups) { return groups->count; }

const uint32_t *pal_groups_key(const struct pal_groups *groups, size_t group)
{
    return &groups->key[group * groups->width];
}
