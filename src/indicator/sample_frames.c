/* sample_frames.c: figures of a sample are groups of frames. Areas, years, breakdowns and
 * conditions are domains of the design, which leave the number of units in each stratum as it was
 * drawn. Figures of one set of breakdowns are the groups of one frame. A region is the domain of
 * all its areas' records: the sum of their estimates, with the sum of their variances where each
 * area drew its own sample, and with the covariance where they share one. */
#include "sample.h"

#include <string.h>

enum { MOST_FRAMES = 1024 };

static uint32_t mask_of(const struct job *j, const struct item *item)
{
    uint32_t mask = 0;
    for (size_t b = 0; b < j->d->by_n; b++)
        mask |= (uint32_t)(item->key[KEY_BY + b] != 0) << b;
    return mask;
}

/* Regions that lie in one another differ in it, so that a record is in one group of a frame. */
static uint32_t depth_of(const struct job *j, uint32_t region)
{
    uint32_t depth = 1;
    for (uint32_t up = pal_areas_get(j->compute->areas, region)->parent;
         up != PAL_NO_AREA && depth < MOST_ABOVE + 1;
         up = pal_areas_get(j->compute->areas, up)->parent)
        depth++;
    return depth;
}

static enum pal_status frame_at(struct sample *s, uint32_t key, uint32_t *out,
                                struct pal_error *err)
{
    size_t f = 0;
    while (f < s->frames && s->frame_of[f].key != key)
        f++;
    *out = (uint32_t)f;
    if (f < s->frames)
        return PAL_OK;
    if (f == MOST_FRAMES)
        return pal_fail(err, PAL_SYNTAX, "more than %d sets of breakdowns of a sample",
                        MOST_FRAMES);
    if (f == s->frames_cap) {
        const size_t cap = 2 * s->frames_cap + 8;
        struct sample_frame *grown =
            pal_arena_grow(s->arena, s->frame_of, s->frames_cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "a sample");
        s->frame_of = grown;
        s->frames_cap = cap;
    }
    const size_t rows = s->dataset->batch.rows;
    struct sample_frame *frame = &s->frame_of[f];
    *frame = (struct sample_frame){
        .key = key, .of_row = pal_arena_alloc(s->arena, rows + 1, sizeof *frame->of_row)};
    if (!frame->of_row)
        return pal_nomem(err, "a sample");
    for (size_t row = 0; row < rows; row++)
        frame->of_row[row] = PAL_NO_GROUP;
    s->frames++;
    return PAL_OK;
}

/* The records of an item are in the group of `to`, the item itself or a region that it lies in. */
static void take_rows(const struct job *j, struct sample *s, const struct item *item, size_t to)
{
    const struct cells *cells = j->entry->y.cells;
    for (uint32_t at = item->y->first; at; at = cells->link[at - 1].next) {
        const uint32_t row = cells->link[at - 1].row;
        if (s->dataset->batch.state[row] == PAL_ROW_ENTERS)
            s->frame_of[s->frame[to]].of_row[row] = s->group[to];
    }
}

struct regions { /* items that are totals, by their keys */
    struct pal_groups *groups;
    uint32_t *item;
};

static enum pal_status find_regions(const struct job *j, struct sample *s, struct regions *out,
                                    struct pal_error *err)
{
    PAL_TRY(pal_groups_new(s->arena, KEY_BY + j->d->by_n, &out->groups, err));
    out->item = pal_arena_alloc(s->arena, j->items + 1, sizeof *out->item);
    if (!out->item)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < j->items; i++) {
        if (!j->item[i].total)
            continue;
        const uint32_t g = pal_groups_add(out->groups, j->item[i].key);
        if (g == PAL_NO_GROUP)
            return pal_nomem(err, "a sample");
        out->item[g] = (uint32_t)i;
    }
    return PAL_OK;
}

enum pal_status sample_frames_place(const struct job *j, struct sample *s, struct pal_error *err)
{
    struct regions regions;
    s->frame = pal_arena_alloc(s->arena, j->items + 1, sizeof *s->frame);
    s->group = pal_arena_alloc(s->arena, j->items + 1, sizeof *s->group);
    s->left_out = pal_arena_alloc(s->arena, j->items + 1, sizeof *s->left_out);
    if (!s->frame || !s->group || !s->left_out)
        return pal_nomem(err, "a sample");
    PAL_TRY(find_regions(j, s, &regions, err));
    for (size_t i = 0; i < j->items; i++) {
        const struct item *item = &j->item[i];
        const uint32_t depth = item->total ? depth_of(j, item->key[KEY_AREA]) : 0;
        PAL_TRY(frame_at(s, mask_of(j, item) | depth << PAL_MAX_BREAKDOWNS, &s->frame[i], err));
        s->group[i] = s->frame_of[s->frame[i]].groups++;
    }
    for (size_t i = 0; i < j->items; i++) {
        const struct item *item = &j->item[i];
        const struct above *above = &j->order->above[item->key[KEY_AREA]];
        uint32_t key[KEY_WIDTH];
        if (item->total)
            continue;
        take_rows(j, s, item, i);
        memcpy(key, item->key, (KEY_BY + j->d->by_n) * sizeof *key);
        for (uint32_t k = 0; j->d->totals && k < above->n; k++) {
            key[KEY_AREA] = above->region[k];
            const uint32_t g = pal_groups_find(regions.groups, key);
            if (g != PAL_NO_GROUP && job_enters(j, item, above->region[k]))
                take_rows(j, s, item, regions.item[g]);
        }
    }
    return PAL_OK;
}
