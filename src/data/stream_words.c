/* stream_words.c: categories become codes. Nearly all are short: 16 bytes are compared as two
 * words, so a look-up is a multiplication and, as a rule, two cache lines. */
#include "stream.h"

#include <string.h>

/* A few texts lie far apart, since a slot in vain costs a guess of the processor's; many lie close.
 */
enum { FIRST_SLOTS = 64, FEW = 1 << 16 };

bool words_new(struct words *words, struct pal_arena *arena)
{
    *words = (struct words){.arena = arena, .slots = FIRST_SLOTS};
    words->slot = pal_arena_alloc(arena, FIRST_SLOTS, sizeof *words->slot);
    return words->slot != NULL;
}

static bool widen(struct words *words)
{
    const size_t slots = 2 * words->slots;
    struct words_slot *slot = pal_arena_alloc(words->arena, slots, sizeof *slot);
    if (!slot)
        return false;
    for (size_t i = 0; i < words->count; i++) {
        const uint64_t hash = words_hash(words->key[i]);
        size_t at = hash & (slots - 1);
        while (slot[at].code)
            at = (at + 1) & (slots - 1);
        slot[at] = (struct words_slot){words_tag(hash), (uint32_t)i + 1};
    }
    words->slot = slot;
    words->slots = slots;
    return true;
}

uint32_t words_add(struct words *words, pal_str text, struct words_key key, size_t at)
{
    if (words->failed || words->count >= UINT32_MAX / 2)
        return 0;
    words->failed = true; /* until all went well: what is half done is not gone on with */
    if (words->count == words->room) {
        const size_t old = words->room, room = old ? 2 * old : 16;
        pal_str *texts = pal_arena_grow(words->arena, words->text, old, room, sizeof *texts);
        struct words_key *keys = pal_arena_grow(words->arena, words->key, old, room, sizeof *keys);
        if (!texts || !keys)
            return 0;
        words->text = texts;
        words->key = keys;
        words->room = room;
    }
    const pal_str copy = pal_arena_str(words->arena, text);
    if (!copy.ptr)
        return 0;
    words->text[words->count] = copy;
    words->key[words->count++] = key;
    const uint32_t code = (uint32_t)words->count;
    words->slot[at] = (struct words_slot){words_tag(words_hash(key)), code};
    const size_t fill = words->count < FEW ? 4 : 2;
    if (fill * words->count > words->slots && !widen(words))
        return 0;
    words->failed = false;
    return code;
}

void words_know(struct words *words, uint32_t number, uint32_t code)
{
    enum { MOST = 1 << 21 };
    if (number >= MOST)
        return;
    if (number >= words->numbers) {
        const size_t old = words->numbers, room = 2 * (size_t)number + 64;
        uint32_t *grown = pal_arena_grow(words->arena, words->number, old, room, sizeof *grown);
        if (!grown)
            return;
        words->number = grown;
        words->numbers = room;
    }
    words->number[number] = code;
}
