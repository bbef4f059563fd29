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

static enum pal_status frame_at(struct sample *s, uint64_t key, uint32_t *out,
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

/* The records of an item are in the group of a frame: its own, that of a region that it lies in,
 * that of both sides of a comparison. */
static void take_rows(const struct job *j, struct sample *s, const struct item *item,
                      uint32_t frame, uint32_t group)
{
    const struct cells *cells = j->entry->y.cells;
    for (uint32_t at = item->y->first; at; at = cells->link[at - 1].next) {
        const uint32_t row = cells->link[at - 1].row;
        if (s->dataset->batch.state[row] == PAL_ROW_ENTERS)
            s->frame_of[frame].of_row[row] = group;
    }
}

struct regions { /* parts that are totals, by their keys */
    struct pal_groups *groups;
    uint32_t *part;
};

static enum pal_status find_regions(const struct job *j, struct sample *s, struct regions *out,
                                    struct pal_error *err)
{
    PAL_TRY(pal_groups_new(s->arena, KEY_BY + j->d->by_n, &out->groups, err));
    out->part = pal_arena_alloc(s->arena, s->parts + 1, sizeof *out->part);
    if (!out->part)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < s->parts; i++) {
        if (!s->part[i].total)
            continue;
        const uint32_t g = pal_groups_add(out->groups, s->part[i].key);
        if (g == PAL_NO_GROUP)
            return pal_nomem(err, "a sample");
        out->part[g] = (uint32_t)i;
    }
    return PAL_OK;
}

/* The records of a comparison's two sides: where both are regions, those of a region's areas. */
static void take_sides(const struct job *j, struct sample *s, size_t item)
{
    const struct item *const side[] = {j->item[item].from, j->item[item].to};
    for (size_t k = 0; k < PAL_COUNT(side); k++) {
        const size_t part = (size_t)(side[k] - s->part);
        const struct sample_frame *of = &s->frame_of[s->frame[part]];
        struct sample_frame *both = &s->frame_of[s->pooled_frame[item]];
        for (size_t row = 0; row < s->dataset->batch.rows; row++)
            if (of->of_row[row] == s->group[part])
                both->of_row[row] = s->pooled_group[item];
    }
}

/* Frames of comparisons: years that are compared with one year would be in many groups, so each
 * year has frames of its own. */
static enum pal_status place_sides(const struct job *j, struct sample *s, struct pal_error *err)
{
    s->pooled_frame = pal_arena_alloc(s->arena, j->items + 1, sizeof *s->pooled_frame);
    s->pooled_group = pal_arena_alloc(s->arena, j->items + 1, sizeof *s->pooled_group);
    if (!s->pooled_frame || !s->pooled_group)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < j->items; i++) {
        const struct item *item = &j->item[i];
        if (!item->from || !item->to)
            continue;
        const uint32_t depth = item->total ? depth_of(j, item->key[KEY_AREA]) : 0;
        const uint64_t key = mask_of(j, item) | (uint64_t)depth << PAL_MAX_BREAKDOWNS |
                             (uint64_t)(item->key[KEY_PERIOD] + 1u) << 32;
        PAL_TRY(frame_at(s, key, &s->pooled_frame[i], err));
        s->pooled_group[i] = s->frame_of[s->pooled_frame[i]].groups++;
        take_sides(j, s, i);
    }
    return PAL_OK;
}

enum pal_status sample_frames_place(const struct job *j, struct sample *s, struct pal_error *err)
{
    struct regions regions;
    s->part = j->parts ? j->part : j->item;
    s->parts = j->parts ? j->parts : j->items;
    s->frame = pal_arena_alloc(s->arena, s->parts + 1, sizeof *s->frame);
    s->group = pal_arena_alloc(s->arena, s->parts + 1, sizeof *s->group);
    s->left_out = pal_arena_alloc(s->arena, j->items + 1, sizeof *s->left_out);
    if (!s->frame || !s->group || !s->left_out)
        return pal_nomem(err, "a sample");
    PAL_TRY(find_regions(j, s, &regions, err));
    for (size_t i = 0; i < s->parts; i++) {
        const struct item *part = &s->part[i];
        const uint32_t depth = part->total ? depth_of(j, part->key[KEY_AREA]) : 0;
        PAL_TRY(frame_at(s, mask_of(j, part) | (uint64_t)depth << PAL_MAX_BREAKDOWNS, &s->frame[i],
                         err));
        s->group[i] = s->frame_of[s->frame[i]].groups++;
    }
    for (size_t i = 0; i < s->parts; i++) {
        const struct item *part = &s->part[i];
        const struct above *above = &j->order->above[part->key[KEY_AREA]];
        uint32_t key[KEY_WIDTH];
        if (part->total)
            continue;
        take_rows(j, s, part, s->frame[i], s->group[i]);
        memcpy(key, part->key, (KEY_BY + j->d->by_n) * sizeof *key);
        for (uint32_t k = 0; j->d->totals && k < above->n; k++) {
            key[KEY_AREA] = above->region[k];
            const uint32_t g = pal_groups_find(regions.groups, key);
            if (g == PAL_NO_GROUP || !job_enters(j, part, above->region[k]))
                continue;
            const uint32_t to = regions.part[g];
            take_rows(j, s, part, s->frame[to], s->group[to]);
        }
    }
    return j->parts ? place_sides(j, s, err) : PAL_OK;
}
