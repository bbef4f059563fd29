/* stream_words.c: categories become codes. Nearly all are short: 16 bytes are compared as two
 * words, so a look-up is a multiplication and, as a rule, one cache line. */
#include "stream.h"

#include <string.h>

enum { FIRST_SLOTS = 64, INLINE = 16 };

bool words_new(struct words *words, struct pal_arena *arena)
{
    *words = (struct words){.arena = arena, .slots = FIRST_SLOTS};
    words->slot = pal_arena_alloc(arena, FIRST_SLOTS, sizeof *words->slot);
    return words->slot != NULL;
}

struct key {
    uint64_t low, high;
};

/* The bytes of a short text (which hold no NUL) with zeros behind; a longer one stands as its hash
 * and bytes that no UTF-8 has. */
static inline struct key key_of(pal_str text)
{
    struct key key = {0, 0};
    if (text.len > INLINE) {
        key.low = pal_hash(text.ptr, text.len, 0);
        key.high = UINT64_C(0xFFFFFFFF) << 32 | (uint32_t)text.len;
        return key;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&key.low, text.ptr, 8);
    if (text.len <= 8) {
        key.low = text.len ? key.low << (64 - 8 * text.len) >> (64 - 8 * text.len) : 0;
        return key;
    }
    memcpy(&key.high, text.ptr + text.len - 8, 8);
    key.high >>= 128 - 8 * text.len;
#else
    char bytes[INLINE] = {0};
    memcpy(bytes, text.ptr, text.len);
    memcpy(&key.low, bytes, 8);
    memcpy(&key.high, bytes + 8, 8);
#endif
    return key;
}

static inline size_t hash_of(struct key key)
{
    const unsigned __int128 product = (unsigned __int128)(key.low ^ UINT64_C(0x9E3779B97F4A7C15)) *
                                      (key.high ^ UINT64_C(0xD1B54A32D192ED03));
    return (size_t)((uint64_t)product ^ (uint64_t)(product >> 64));
}

static bool widen(struct words *words)
{
    const size_t slots = 4 * words->slots;
    struct words_slot *slot = pal_arena_alloc(words->arena, slots, sizeof *slot);
    if (!slot)
        return false;
    for (size_t i = 0; i < words->slots; i++) {
        const struct words_slot *old = &words->slot[i];
        if (!old->code)
            continue;
        size_t at = hash_of((struct key){old->low, old->high}) & (slots - 1);
        while (slot[at].code)
            at = (at + 1) & (slots - 1);
        slot[at] = *old;
    }
    words->slot = slot;
    words->slots = slots;
    return true;
}

static uint32_t add(struct words *words, pal_str text, struct key key, size_t at)
{
    if (words->count >= UINT32_MAX / 2)
        return 0;
    if (words->count == words->room) {
        const size_t room = words->room ? 2 * words->room : 16;
        pal_str *grown =
            pal_arena_grow(words->arena, words->text, words->room, room, sizeof *grown);
        if (!grown)
            return 0;
        words->text = grown;
        words->room = room;
    }
    const pal_str copy = pal_arena_str(words->arena, text);
    if (!copy.ptr)
        return 0;
    words->text[words->count++] = copy;
    const uint32_t code = (uint32_t)words->count;
    words->slot[at] = (struct words_slot){key.low, key.high, code};
    if (2 * words->count > words->slots && !widen(words))
        return 0;
    return code;
}

uint32_t words_code(struct words *words, pal_str text)
{
    const struct key key = key_of(text);
    const size_t mask = words->slots - 1;
    for (size_t at = hash_of(key) & mask;; at = (at + 1) & mask) {
        const struct words_slot *slot = &words->slot[at];
        if (!slot->code)
            return add(words, text, key, at);
        if (slot->low == key.low && slot->high == key.high &&
            (text.len <= INLINE || pal_str_eq(words->text[slot->code - 1], text)))
            return slot->code;
    }
}
