/* marks.c: where each figure stands: the packets in their order, and the answers to each. */
#include "inside.h"

#include <stdlib.h>

struct standing {
    struct pal_ledger *ledger;
    struct pal_arena *arena;
    struct pal_map *map;
    struct pal_review_mark *mark;
    size_t n, cap;
};

static enum pal_status mark_at(struct standing *s, pal_str figure, struct pal_review_mark **out,
                               bool *is_new, struct pal_error *err)
{
    const size_t at = pal_map_add(s->map, figure, is_new);
    if (at == SIZE_MAX)
        return pal_nomem(err, "the state of review");
    if (at >= s->cap) {
        const size_t more = s->cap ? s->cap * 2 : 1024;
        s->mark = pal_arena_grow(s->arena, s->mark, s->cap, more, sizeof *s->mark);
        s->cap = more;
        if (!s->mark)
            return pal_nomem(err, "the state of review");
    }
    s->n = at + 1 > s->n ? at + 1 : s->n;
    *out = &s->mark[at];
    return PAL_OK;
}

static bool is_answered(const struct pal_review_mark *mark)
{
    return mark->state != PAL_STATE_DRAFT && mark->state != PAL_STATE_SENT &&
           mark->state != PAL_STATE_QUERIED;
}

/* An answer stays when the new packet gives the value that was answered, or the corrected one. */
static enum pal_status take_packet(struct standing *s, const struct pal_ledger_entry *entry,
                                   struct pal_error *err)
{
    const struct pal_ledger_item *item;
    size_t items;
    PAL_TRY(pal_ledger_items(s->ledger, entry->seq, s->arena, &item, &items, err));
    for (size_t i = 0; i < items; i++) {
        struct pal_review_mark *mark;
        bool is_new;
        PAL_TRY(mark_at(s, item[i].figure, &mark, &is_new, err));
        if (pal_str_eq(item[i].kind, PAL_STR("query"))) {
            if (!is_answered(mark))
                mark->state = PAL_STATE_QUERIED;
            continue;
        }
        const bool same =
            !is_new &&
            (pal_str_eq(mark->sent, item[i].value) ||
             (mark->state == PAL_STATE_CORRECTED && pal_str_eq(mark->value, item[i].value)));
        if (!same || !is_answered(mark))
            *mark = (struct pal_review_mark){.figure = item[i].figure, .state = PAL_STATE_SENT};
        mark->sent = same && is_answered(mark) ? mark->sent : item[i].value;
        mark->packet = entry->id;
        mark->deadline = entry->deadline;
    }
    return PAL_OK;
}

static enum pal_review_state state_of(pal_str answer)
{
    static const enum pal_review_state states[PAL_ANSWERS] = {
        PAL_STATE_ENDORSED, PAL_STATE_CORRECTED, PAL_STATE_EXPLAINED,
        PAL_STATE_DISPUTED, PAL_STATE_WITHDRAWN, PAL_STATE_NOT_OURS};
    enum pal_answer which;
    return review_answer_parse(answer, &which) ? states[which] : PAL_STATE_SENT;
}

static enum pal_status take_answers(struct standing *s, const struct pal_ledger_entry *entry,
                                    struct pal_error *err)
{
    const struct pal_ledger_item *item;
    size_t items;
    PAL_TRY(pal_ledger_items(s->ledger, entry->seq, s->arena, &item, &items, err));
    for (size_t i = 0; i < items; i++) {
        struct pal_review_mark *mark;
        if (!pal_str_eq(item[i].kind, PAL_STR("answer")) ||
            pal_map_find(s->map, item[i].figure) == SIZE_MAX)
            continue;
        PAL_TRY(mark_at(s, item[i].figure, &mark, NULL, err));
        if (!pal_str_eq(mark->packet, entry->refers))
            continue;
        mark->state = state_of(item[i].word);
        mark->value = item[i].value;
        mark->origin = item[i].text;
        mark->reason = item[i].more;
        mark->by = entry->id;
    }
    return PAL_OK;
}

static int by_figure(const void *a, const void *b)
{
    return pal_str_cmp(((const struct pal_review_mark *)a)->figure,
                       ((const struct pal_review_mark *)b)->figure);
}

enum pal_status pal_review_marks(struct pal_ledger *ledger, pal_str as_of, struct pal_arena *arena,
                                 const struct pal_review_mark **out, size_t *n,
                                 struct pal_error *err)
{
    struct standing s = {.ledger = ledger, .arena = arena, .map = pal_map_new(arena, 1024)};
    const struct pal_ledger_entry *entry;
    size_t entries;
    if (!s.map)
        return pal_nomem(err, "the state of review");
    PAL_TRY(pal_ledger_entries(ledger, arena, &entry, &entries, err));
    for (size_t i = 0; i < entries; i++) {
        if (pal_str_eq(entry[i].kind, PAL_STR("packet")))
            PAL_TRY(take_packet(&s, &entry[i], err));
        else if (pal_str_eq(entry[i].kind, PAL_STR("return")) ||
                 pal_str_eq(entry[i].kind, PAL_STR("endorsement")))
            PAL_TRY(take_answers(&s, &entry[i], err));
    }
    for (size_t i = 0; i < s.n; i++)
        if (!is_answered(&s.mark[i]) && as_of.len && s.mark[i].deadline.len &&
            pal_str_cmp(as_of, s.mark[i].deadline) > 0)
            s.mark[i].state = PAL_STATE_NO_REPLY;
    if (s.n)
        qsort(s.mark, s.n, sizeof *s.mark, by_figure);
    *out = s.mark;
    *n = s.n;
    return PAL_OK;
}
