/* status.c: who was asked, who replied, what was queried, and what changed: from the ledger alone.
 */
#include "inside.h"

#include <stdlib.h>

enum reply { REPLY_NONE, REPLY_PARTIAL, REPLY_COMPLETE, REPLY_LATE };

struct asked { /* one State and instrument: its last packet */
    const struct pal_ledger_entry *packet;
    const struct pal_ledger_item *item;
    size_t items, sent, filled, queries, answered;
    const struct pal_standing *standing;
    size_t standings;
    pal_str replied_on;
    enum reply reply;
    uint32_t area;
};

struct work {
    const struct pal_status_ask *ask;
    struct pal_arena *arena;
    const struct pal_ledger_entry *entry;
    size_t entries;
    struct asked *asked;
    size_t n;
    pal_str *cell; /* of the grid being filled */
    size_t used, cap;
    bool nomem;
};

static pal_str word(const struct work *w, enum review_word id)
{
    return review_word(w->ask->language, id);
}
static pal_str whole(struct work *w, size_t n) { return pal_arena_printf(w->arena, "%zu", n); }

static void put(struct work *w, pal_str text)
{
    if (w->used == w->cap) {
        const size_t more = w->cap ? w->cap * 2 : 256;
        w->cell = pal_arena_grow(w->arena, w->cell, w->cap, more, sizeof *w->cell);
        w->cap = more;
    }
    if (!w->cell) {
        w->nomem = true;
        w->used = w->cap = 0;
        return;
    }
    w->cell[w->used++] = text;
}

static void finish(struct work *w, struct pal_status_grid *grid, const char *name, pal_str title,
                   const pal_str *head, const uint8_t *number, size_t cols, size_t bar)
{
    pal_str *heads = pal_arena_alloc(w->arena, cols, sizeof *heads);
    uint8_t *numbers = pal_arena_alloc(w->arena, cols, 1);
    if (!heads || !numbers) {
        w->nomem = true;
        return;
    }
    memcpy(heads, head, cols * sizeof *heads);
    memcpy(numbers, number, cols);
    *grid =
        (struct pal_status_grid){name, title, cols, w->used / cols, heads, w->cell, numbers, bar};
    w->cell = NULL;
    w->used = w->cap = 0;
}

/* ---- reading ------------------------------------------------------------------------------------
 */

static enum pal_status read_asked(struct work *w, struct pal_ledger *ledger, struct asked *a,
                                  struct pal_error *err)
{
    PAL_TRY(pal_ledger_items(ledger, a->packet->seq, w->arena, &a->item, &a->items, err));
    PAL_TRY(pal_ledger_standing(ledger, a->packet->id, w->arena, &a->standing, &a->standings, err));
    for (size_t i = 0; i < a->items; i++) {
        const bool sent = pal_str_eq(a->item[i].kind, PAL_STR("sent"));
        a->sent += sent;
        a->filled += sent && a->item[i].value.len;
        a->queries += !sent;
    }
    a->answered = a->standings;
    for (size_t i = 0; i < w->entries && !a->replied_on.len; i++)
        if (pal_str_eq(w->entry[i].refers, a->packet->id) &&
            (pal_str_eq(w->entry[i].kind, PAL_STR("return")) ||
             pal_str_eq(w->entry[i].kind, PAL_STR("endorsement"))))
            a->replied_on = w->entry[i].date;
    a->reply = !a->replied_on.len ? REPLY_NONE
               : a->packet->deadline.len && pal_str_cmp(a->replied_on, a->packet->deadline) > 0
                   ? REPLY_LATE
               : a->answered < a->sent ? REPLY_PARTIAL
                                       : REPLY_COMPLETE;
    a->area = w->ask->areas ? pal_areas_by_code(w->ask->areas, a->packet->area) : PAL_NO_AREA;
    return PAL_OK;
}

static enum pal_status read_all(struct work *w, struct pal_ledger *ledger, struct pal_error *err)
{
    PAL_TRY(pal_ledger_entries(ledger, w->arena, &w->entry, &w->entries, err));
    w->asked = pal_arena_alloc(w->arena, w->entries + 1, sizeof *w->asked);
    if (!w->asked)
        return pal_nomem(err, "the status");
    for (size_t i = 0; i < w->entries; i++) {
        bool last = pal_str_eq(w->entry[i].kind, PAL_STR("packet"));
        for (size_t k = i + 1; k < w->entries && last; k++)
            last = !pal_str_eq(w->entry[k].kind, PAL_STR("packet")) ||
                   !pal_str_eq(w->entry[k].area, w->entry[i].area) ||
                   !pal_str_eq(w->entry[k].stream, w->entry[i].stream);
        if (!last)
            continue;
        w->asked[w->n] = (struct asked){.packet = &w->entry[i]};
        PAL_TRY(read_asked(w, ledger, &w->asked[w->n++], err));
    }
    return PAL_OK;
}

static pal_str area_name(const struct work *w, uint32_t area, pal_str code)
{
    return area == PAL_NO_AREA
               ? code
               : pal_text_in(&pal_areas_get(w->ask->areas, area)->name, w->ask->language);
}

static pal_str instrument(const struct work *w, pal_str stream)
{
    return word(w, pal_str_eq(stream, PAL_STR("implementation")) ? REVIEW_IMPLEMENTATION
                                                                 : REVIEW_PHENOMENON);
}

static pal_str per_cent(struct work *w, size_t part, size_t of)
{
    return of ? pal_number_text(w->ask->language, 100.0 * (double)part / (double)of, 1, w->arena)
              : PAL_STR("");
}

/* ---- the tables ---------------------------------------------------------------------------------
 */

static const pal_str reply_share = PAL_STR_INIT("%");

static void by_state(struct work *w, struct pal_status_grid *grid)
{
    static const enum review_word replies[] = {REVIEW_REPLY_NONE, REVIEW_REPLY_PARTIAL,
                                               REVIEW_REPLY_COMPLETE, REVIEW_REPLY_LATE};
    const pal_str head[] = {
        pal_word(w->ask->language, PAL_WORD_AREA),
        word(w, REVIEW_INSTRUMENT),
        word(w, REVIEW_PACKET),
        word(w, REVIEW_SENT_ON),
        word(w, REVIEW_DEADLINE),
        word(w, REVIEW_REPLY),
        word(w, REVIEW_REPLIED_ON),
        word(w, REVIEW_ITEMS_ASKED),
        word(w, REVIEW_ITEMS_FILLED),
        word(w, REVIEW_ITEMS_ANSWERED),
        word(w, REVIEW_QUERIES),
        reply_share,
    };
    static const uint8_t number[] = {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
    for (size_t i = 0; i < w->n; i++) {
        const struct asked *a = &w->asked[i];
        put(w, area_name(w, a->area, a->packet->area));
        put(w, instrument(w, a->packet->stream));
        put(w, a->packet->id);
        put(w, a->packet->date);
        put(w, a->packet->deadline);
        put(w, word(w, replies[a->reply]));
        put(w, a->replied_on);
        put(w, whole(w, a->sent));
        put(w, whole(w, a->filled));
        put(w, whole(w, a->answered));
        put(w, whole(w, a->queries));
        put(w, per_cent(w, a->answered, a->sent));
    }
    finish(w, grid, "by-state", word(w, REVIEW_STATUS_BY_STATE), head, number, PAL_COUNT(head), 11);
}

struct group {
    pal_str stream, name;
    size_t states, replied, asked, answered;
};

static void put_group(struct work *w, const struct group *g)
{
    put(w, g->name);
    put(w, instrument(w, g->stream));
    put(w, whole(w, g->states));
    put(w, whole(w, g->replied));
    put(w, per_cent(w, g->replied, g->states));
    put(w, whole(w, g->asked));
    put(w, whole(w, g->answered));
}

static void finish_groups(struct work *w, struct pal_status_grid *grid, const char *name,
                          enum review_word title, enum review_word first)
{
    const pal_str head[] = {word(w, first),
                            word(w, REVIEW_INSTRUMENT),
                            word(w, REVIEW_STATES_ASKED),
                            word(w, REVIEW_STATES_REPLIED),
                            reply_share,
                            word(w, REVIEW_ITEMS_ASKED),
                            word(w, REVIEW_ITEMS_ANSWERED)};
    static const uint8_t number[] = {0, 0, 1, 1, 1, 1, 1};
    finish(w, grid, name, word(w, title), head, number, PAL_COUNT(head), 4);
}

/* The region of the first level below the world. */
static uint32_t region_of(const struct work *w, uint32_t area)
{
    uint32_t region = PAL_NO_AREA;
    while (area != PAL_NO_AREA) {
        const struct pal_area *a = pal_areas_get(w->ask->areas, area);
        if (a->kind == PAL_AREA_REGION)
            region = area;
        area = a->parent;
    }
    return region;
}

static void by_region(struct work *w, struct pal_status_grid *grid)
{
    const size_t areas = w->ask->areas ? pal_areas_count(w->ask->areas) : 0;
    struct group *group = pal_arena_alloc(w->arena, 2 * (areas + 1), sizeof *group);
    if (!group) {
        w->nomem = true;
        return;
    }
    for (size_t i = 0; i < w->n; i++) {
        const struct asked *a = &w->asked[i];
        const uint32_t region = region_of(w, a->area);
        const size_t at = 2 * (region == PAL_NO_AREA ? areas : region) +
                          pal_str_eq(a->packet->stream, PAL_STR("implementation"));
        struct group *g = &group[at];
        g->stream = a->packet->stream;
        g->name =
            region == PAL_NO_AREA ? word(w, REVIEW_THEME_other) : area_name(w, region, PAL_STR(""));
        g->states++;
        g->replied += a->reply != REPLY_NONE;
        g->asked += a->sent;
        g->answered += a->answered;
    }
    for (size_t i = 0; i < 2 * (areas + 1); i++)
        if (group[i].states)
            put_group(w, &group[i]);
    finish_groups(w, grid, "by-region", REVIEW_STATUS_BY_REGION, REVIEW_REGION);
}

static enum review_word part_of(const struct work *w, pal_str figure)
{
    pal_str rest = figure, code;
    const bool split = pal_str_split(&rest, '/', &code);
    const struct pal_definition *d =
        split && w->ask->catalogue ? pal_catalogue_find(w->ask->catalogue, code) : NULL;
    return d ? review_theme(d) : REVIEW_THEME_other;
}

static void by_part(struct work *w, struct pal_status_grid *grid)
{
    enum { THEMES = REVIEW_THEME_other - REVIEW_THEME_groups + 1 };
    struct group group[2][THEMES] = {0};
    for (size_t i = 0; i < w->n; i++) {
        const struct asked *a = &w->asked[i];
        const bool implementation = pal_str_eq(a->packet->stream, PAL_STR("implementation"));
        size_t asked[THEMES] = {0}, answered[THEMES] = {0};
        for (size_t k = 0; k < a->items; k++)
            if (pal_str_eq(a->item[k].kind, PAL_STR("sent")))
                asked[part_of(w, a->item[k].figure) - REVIEW_THEME_groups]++;
        for (size_t k = 0; k < a->standings; k++)
            answered[part_of(w, a->standing[k].figure) - REVIEW_THEME_groups]++;
        for (size_t t = 0; t < THEMES; t++) {
            struct group *g = &group[implementation][t];
            g->stream = a->packet->stream;
            g->states += asked[t] > 0;
            g->replied += answered[t] > 0;
            g->asked += asked[t];
            g->answered += answered[t];
        }
    }
    for (size_t s = 0; s < 2; s++) {
        for (size_t t = 0; t < THEMES; t++) {
            group[s][t].name = word(w, (enum review_word)(REVIEW_THEME_groups + (int)t));
            if (group[s][t].states)
                put_group(w, &group[s][t]);
        }
    }
    finish_groups(w, grid, "by-part", REVIEW_STATUS_BY_PART, REVIEW_PART);
}

static const struct pal_standing *answer_to(const struct asked *a, pal_str figure)
{
    for (size_t i = 0; i < a->standings; i++)
        if (pal_str_eq(a->standing[i].figure, figure))
            return &a->standing[i];
    return NULL;
}

static pal_str answer_word(const struct work *w, const struct pal_standing *standing)
{
    enum pal_answer answer;
    return standing && review_answer_parse(standing->answer, &answer)
               ? word(w, review_answer_word[answer])
               : PAL_STR("");
}

static void query_log(struct work *w, struct pal_status_grid *grid)
{
    const pal_str head[] = {pal_word(w->ask->language, PAL_WORD_AREA),
                            word(w, REVIEW_PACKET),
                            word(w, REVIEW_KEY),
                            pal_word(w->ask->language, PAL_WORD_RULE),
                            word(w, REVIEW_QUERY),
                            word(w, REVIEW_ANSWER),
                            word(w, REVIEW_REASON)};
    static const uint8_t number[] = {0, 0, 0, 0, 0, 0, 0};
    for (size_t i = 0; i < w->n; i++) {
        const struct asked *a = &w->asked[i];
        for (size_t k = 0; k < a->items; k++) {
            if (!pal_str_eq(a->item[k].kind, PAL_STR("query")))
                continue;
            const struct pal_standing *standing = answer_to(a, a->item[k].figure);
            put(w, area_name(w, a->area, a->packet->area));
            put(w, a->packet->id);
            put(w, a->item[k].figure);
            put(w, a->item[k].word);
            put(w, a->item[k].text);
            put(w, answer_word(w, standing));
            put(w, standing ? standing->reason : PAL_STR(""));
        }
    }
    finish(w, grid, "queries", word(w, REVIEW_QUERY_LOG), head, number, PAL_COUNT(head), SIZE_MAX);
}

/* ---- what changed -------------------------------------------------------------------------------
 */

static void put_revision(struct work *w, const struct pal_ledger_entry *packet, uint32_t area,
                         pal_str figure, pal_str before, pal_str after, pal_str why)
{
    put(w, area_name(w, area, packet->area));
    put(w, figure);
    put(w, before.len ? before : PAL_STR(".."));
    put(w, after.len ? after : PAL_STR(".."));
    put(w, why);
}

/* Between the packets of one State and instrument, and by what it answered. */
static enum pal_status revisions(struct work *w, struct pal_ledger *ledger,
                                 struct pal_status_grid *grid, struct pal_error *err)
{
    const pal_str head[] = {pal_word(w->ask->language, PAL_WORD_AREA), word(w, REVIEW_KEY),
                            word(w, REVIEW_BEFORE), word(w, REVIEW_AFTER), word(w, REVIEW_WHY)};
    static const uint8_t number[] = {0, 0, 1, 1, 0};
    for (size_t i = 0; i < w->n; i++) {
        const struct asked *a = &w->asked[i];
        const struct pal_ledger_entry *before = NULL;
        for (const struct pal_ledger_entry *e = w->entry; e < a->packet; e++)
            if (pal_str_eq(e->kind, PAL_STR("packet")) && pal_str_eq(e->area, a->packet->area) &&
                pal_str_eq(e->stream, a->packet->stream))
                before = e;
        if (before) {
            const struct pal_ledger_item *old;
            size_t olds;
            PAL_TRY(pal_ledger_items(ledger, before->seq, w->arena, &old, &olds, err));
            struct pal_map *map = pal_map_new(w->arena, olds);
            if (!map)
                return pal_nomem(err, "the revisions");
            size_t *at = pal_arena_alloc(w->arena, olds + 1, sizeof *at);
            if (!at)
                return pal_nomem(err, "the revisions");
            for (size_t k = 0; k < olds; k++) {
                const size_t index = pal_str_eq(old[k].kind, PAL_STR("sent"))
                                         ? pal_map_add(map, old[k].figure, NULL)
                                         : SIZE_MAX;
                if (index != SIZE_MAX)
                    at[index] = k;
            }
            for (size_t k = 0; k < a->items; k++) {
                const struct pal_ledger_item *item = &a->item[k];
                const size_t was = pal_str_eq(item->kind, PAL_STR("sent"))
                                       ? pal_map_find(map, item->figure)
                                       : SIZE_MAX;
                if (was != SIZE_MAX && !pal_str_eq(old[at[was]].value, item->value))
                    put_revision(w, a->packet, a->area, item->figure, old[at[was]].value,
                                 item->value, a->packet->id);
            }
        }
        for (size_t k = 0; k < a->items; k++) {
            const struct pal_standing *standing = pal_str_eq(a->item[k].kind, PAL_STR("sent"))
                                                      ? answer_to(a, a->item[k].figure)
                                                      : NULL;
            enum pal_answer answer;
            if (!standing || !review_answer_parse(standing->answer, &answer) ||
                (answer != PAL_CORRECTED && answer != PAL_OBJECTED &&
                 answer != PAL_WITHDRAWN_ANSWER))
                continue;
            const pal_str said = answer_word(w, standing);
            put_revision(w, a->packet, a->area, a->item[k].figure, a->item[k].value,
                         standing->value,
                         pal_arena_printf(w->arena, "%.*s: %.*s (%.*s)", PAL_ARG(said),
                                          PAL_ARG(standing->reason), PAL_ARG(standing->by)));
        }
    }
    finish(w, grid, "revisions", word(w, REVIEW_REVISIONS), head, number, PAL_COUNT(head),
           SIZE_MAX);
    return PAL_OK;
}

enum pal_status pal_review_status(struct pal_ledger *ledger, const struct pal_status_ask *ask,
                                  struct pal_arena *arena, struct pal_status_grid *out,
                                  struct pal_error *err)
{
    struct work w = {.ask = ask, .arena = arena};
    PAL_TRY(read_all(&w, ledger, err));
    by_region(&w, &out[0]);
    by_part(&w, &out[1]);
    by_state(&w, &out[2]);
    query_log(&w, &out[3]);
    PAL_TRY(revisions(&w, ledger, &out[4], err));
    return w.nomem ? pal_nomem(err, "the status") : PAL_OK;
}
