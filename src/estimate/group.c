/* group.c: tuples of codes become dense group numbers. Open addressing over a table that holds
 * group numbers only; the keys lie side by side in order of first sight. */
#include "inside.h"

#include <string.h>

enum { MAX_PACKED = 16, ROWS = 64, AHEAD = 16 };

struct pal_groups {
    struct pal_arena *arena;
    size_t width, count, room;
    uint32_t *key;  /* [room * width] */
    uint32_t *slot; /* [slots] group + 1; 0 = free */
    size_t slots;   /* a power of two, at least twice count */
    /* What pal_groups_add_rows found so far, by its key packed into few bits; group + 1. */
    uint32_t *packed;
    unsigned bits[MAX_PACKED];
    size_t packed_room;
    uint32_t *rows_key; /* [ROWS][width] */
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

/* ---- many rows ---------------------------------------------------------------------------------
 */

/* Makes the array of packed keys; false when it would be large for what is in it, or memory is out:
 * then keys are looked up as tuples. */
static bool pack(struct pal_groups *groups, const struct pal_group_column *column)
{
    enum { ALWAYS = 20, MOST = 26, KEYS_A_GROUP = 16 };
    unsigned bits[MAX_PACKED], all = 0;
    bool same = groups->packed != NULL;
    if (groups->width > MAX_PACKED)
        return false;
    for (size_t i = 0; i < groups->width; i++) {
        bits[i] = 1;
        while (column[i].parts >> bits[i])
            bits[i]++;
        same = same && bits[i] <= groups->bits[i];
        all += bits[i];
    }
    if (same)
        return true;
    if (all > MOST ||
        (all > ALWAYS && (size_t)1 << all > KEYS_A_GROUP * (groups->count + (1 << 12))))
        return false;
    const size_t room = (size_t)1 << all;
    if (room > groups->packed_room) {
        groups->packed = pal_arena_alloc(groups->arena, room, sizeof *groups->packed);
        groups->packed_room = groups->packed ? room : 0;
        if (!groups->packed)
            return false;
    } else {
        memset(groups->packed, 0, groups->packed_room * sizeof *groups->packed);
    }
    memcpy(groups->bits, bits, sizeof bits);
    return true;
}

static enum pal_status add_packed(struct pal_groups *groups, size_t rows,
                                  const struct pal_group_column *column, const uint8_t *domain,
                                  uint32_t *out, struct pal_error *err)
{
    static const uint32_t nowhere = UINT32_C(1) << 31;
    const size_t width = groups->width;
    memset(out, 0, rows * sizeof *out);
    for (size_t i = 0, shift = 0; i < width; shift += groups->bits[i++]) {
        const uint32_t *code = column[i].code, *part = column[i].part;
        for (size_t row = 0; row < rows; row++) {
            const uint32_t p = part[code[row]];
            out[row] |= p ? p << shift : nowhere;
        }
    }
    for (size_t row = 0; row < rows; row++) {
        if (row + AHEAD < rows)
            __builtin_prefetch(&groups->packed[out[row + AHEAD] & ~nowhere]);
        if (out[row] & nowhere || !domain[row]) {
            out[row] = PAL_NO_GROUP;
            continue;
        }
        uint32_t *known = &groups->packed[out[row]];
        if (!*known) {
            uint32_t key[MAX_PACKED];
            for (size_t i = 0; i < width; i++)
                key[i] = column[i].part[column[i].code[row]];
            *known = pal_groups_add(groups, key) + 1;
            if (!*known)
                return pal_nomem(err, "groups");
        }
        out[row] = *known - 1;
    }
    return PAL_OK;
}

/* Tuples of up to ROWS rows: their slots are on their way from memory while the keys of the others
 * are put together, then the keys that the slots name. */
static enum pal_status add_tuples(struct pal_groups *groups, size_t rows, size_t from,
                                  const struct pal_group_column *column, const uint8_t *domain,
                                  uint32_t *key, uint32_t *out, struct pal_error *err)
{
    const size_t width = groups->width;
    bool in[ROWS];
    for (size_t r = 0; r < rows; r++) {
        in[r] = domain[from + r];
        for (size_t i = 0; i < width; i++) {
            key[r * width + i] = column[i].part[column[i].code[from + r]];
            in[r] = in[r] && key[r * width + i];
        }
        __builtin_prefetch(&groups->slot[hash_of(key + r * width, width) & (groups->slots - 1)]);
    }
    for (size_t r = 0; r < rows; r++) {
        const uint32_t g = groups->slot[hash_of(key + r * width, width) & (groups->slots - 1)];
        if (g)
            __builtin_prefetch(&groups->key[(g - 1) * width]);
    }
    for (size_t r = 0; r < rows; r++) {
        out[from + r] = in[r] ? pal_groups_add(groups, key + r * width) : PAL_NO_GROUP;
        if (in[r] && out[from + r] == PAL_NO_GROUP)
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

enum pal_status pal_groups_add_rows(struct pal_groups *groups, size_t rows,
                                    const struct pal_group_column *column, const uint8_t *domain,
                                    uint32_t *out, struct pal_error *err)
{
    if (pack(groups, column))
        return add_packed(groups, rows, column, domain, out, err);
    if (!groups->rows_key)
        groups->rows_key =
            pal_arena_alloc(groups->arena, ROWS * groups->width, sizeof *groups->rows_key);
    if (!groups->rows_key)
        return pal_nomem(err, "groups");
    for (size_t from = 0; from < rows; from += ROWS)
        PAL_TRY(add_tuples(groups, rows - from < ROWS ? rows - from : ROWS, from, column, domain,
                           groups->rows_key, out, err));
    return PAL_OK;
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
