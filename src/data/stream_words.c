/* stream_words.c: categories become codes. Nearly all are short: 16 bytes are compared as two
 * words, so a look-up is a multiplication and, as a rule, one cache line. */
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
    const size_t slots = (words->count < FEW ? 4 : 2) * words->slots;
    struct words_slot *slot = pal_arena_alloc(words->arena, slots, sizeof *slot);
    if (!slot)
        return false;
    for (size_t i = 0; i < words->slots; i++) {
        const struct words_slot *old = &words->slot[i];
        if (!old->code)
            continue;
        size_t at = words_hash((struct words_key){old->low, old->high}) & (slots - 1);
        while (slot[at].code)
            at = (at + 1) & (slots - 1);
        slot[at] = *old;
    }
    words->slot = slot;
    words->slots = slots;
    return true;
}

uint32_t words_add(struct words *words, pal_str text, struct words_key key, size_t at)
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
    const size_t fill = words->count < FEW ? 4 : 2;
    if (fill * words->count > words->slots && !widen(words))
        return 0;
    return code;
}
