/* map.c: text -> dense index, open addressing, iteration in order of insertion. */
#include "palermo/base.h"

#include <string.h>

struct pal_map {
    struct pal_arena *arena;
    pal_str *key; /* [count] */
    uint64_t *hash;
    uint32_t *slot; /* [slots] index + 1, 0 = free */
    size_t count, cap, slots;
};

/* wyhash-like mixing of 8-byte words: fast, well spread, seedable. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    const unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t pal_hash(const void *bytes, size_t size, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t h = seed ^ UINT64_C(0x9E3779B97F4A7C15) ^ size;
    while (size >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        h = mix(h ^ word, UINT64_C(0xE7037ED1A0B428DB));
        p += 8;
        size -= 8;
    }
    uint64_t tail = 0;
    if (size)
        memcpy(&tail, p, size);
    h = mix(h ^ tail ^ UINT64_C(0x8EBC6AF09C88C6E3), UINT64_C(0x589965CC75374CC3));
    return mix(h, UINT64_C(0xA0761D6478BD642F));
}

struct pal_map *pal_map_new(struct pal_arena *arena, size_t expected)
{
    struct pal_map *map = pal_arena_alloc(arena, 1, sizeof *map);
    if (!map)
        return NULL;
    map->arena = arena;
    map->slots = 16;
    while (map->slots < expected * 2)
        map->slots *= 2;
    map->cap = map->slots / 2;
    map->slot = pal_arena_alloc(arena, map->slots, sizeof *map->slot);
    map->key = pal_arena_alloc(arena, map->cap, sizeof *map->key);
    map->hash = pal_arena_alloc(arena, map->cap, sizeof *map->hash);
    return map->slot && map->key && map->hash ? map : NULL;
}

static size_t probe(const struct pal_map *map, pal_str key, uint64_t hash)
{
    size_t at = (size_t)hash & (map->slots - 1);
    for (;;) {
        const uint32_t found = map->slot[at];
        if (!found || (map->hash[found - 1] == hash && pal_str_eq(map->key[found - 1], key)))
            return at;
        at = (at + 1) & (map->slots - 1);
    }
}

static bool widen(struct pal_map *map)
{
    const size_t slots = map->slots * 2, cap = slots / 2;
    pal_str *keys = pal_arena_grow(map->arena, map->key, map->cap, cap, sizeof *keys);
    uint64_t *hashes =
        keys ? pal_arena_grow(map->arena, map->hash, map->cap, cap, sizeof *hashes) : NULL;
    uint32_t *slot = hashes ? pal_arena_alloc(map->arena, slots, sizeof *slot) : NULL;
    if (!slot)
        return false;
    map->key = keys;
    map->hash = hashes;
    map->slot = slot;
    map->slots = slots;
    map->cap = cap;
    for (size_t i = 0; i < map->count; i++) {
        size_t at = (size_t)map->hash[i] & (slots - 1);
        while (slot[at])
            at = (at + 1) & (slots - 1);
        slot[at] = (uint32_t)i + 1;
    }
    return true;
}

size_t pal_map_add(struct pal_map *map, pal_str key, bool *is_new)
{
    const uint64_t hash = pal_hash(key.ptr, key.len, 0);
    size_t at = probe(map, key, hash);
    if (is_new)
        *is_new = !map->slot[at];
    if (map->slot[at])
        return map->slot[at] - 1;
    if (map->count == map->cap) {
        if (map->count >= UINT32_MAX / 2 || !widen(map))
            return SIZE_MAX;
        at = probe(map, key, hash);
    }
    const pal_str copy = pal_arena_str(map->arena, key);
    if (!copy.ptr)
        return SIZE_MAX;
    map->key[map->count] = copy;
    map->hash[map->count] = hash;
    map->slot[at] = (uint32_t)++map->count;
    return map->count - 1;
}

size_t pal_map_find(const struct pal_map *map, pal_str key)
{
    const size_t at = probe(map, key, pal_hash(key.ptr, key.len, 0));
    return map->slot[at] ? map->slot[at] - 1 : SIZE_MAX;
}

size_t pal_map_count(const struct pal_map *map) { return map->count; }

pal_str pal_map_key(const struct pal_map *map, size_t index) { return map->key[index]; }
