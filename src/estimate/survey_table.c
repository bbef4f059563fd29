/* survey_table.c: weighted sums by (group, unit), in one block of memory with an open index: cells
 * and the rows that feed them. */
#include "survey_table.h"

enum { BLOCK = 256 };

static uint64_t spread(uint64_t key)
{
    key *= UINT64_C(0x9E3779B97F4A7C15);
    key ^= key >> 32;
    key *= UINT64_C(0xD6E8FEB86659FD93);
    return key ^ key >> 32;
}

uint32_t survey_cell_unit(const struct survey_table *t, size_t cell) { return unit_of(t, cell); }

struct survey_part *survey_part_of(struct survey_table *t, double *cell, size_t term,
                                   struct pal_arena *arena)
{
    struct survey_part *part = part_find(t, cell, term);
    if (part)
        return part;
    if (t->parts == t->parts_room) {
        const size_t room = t->parts_room ? t->parts_room + t->parts_room / 2 : 64;
        struct survey_part *grown =
            room < UINT32_MAX ? pal_arena_grow(arena, t->part, t->parts_room, room, sizeof *grown)
                              : NULL;
        if (!grown)
            return NULL;
        t->part = grown;
        t->parts_room = room;
    }
    part = &t->part[t->parts++];
    *part = (struct survey_part){(uint32_t)term, parts_of(cell), cell[CELL_W]};
    word_set(cell, CELL_PARTS, t->parts);
    return part;
}

uint32_t survey_cell_parts(const struct survey_table *t, size_t cell)
{
    return parts_of(cell_at(t, cell));
}

/* ---- cells --------------------------------------------------------------------------------------
 */

enum pal_status survey_table_new(const struct pal_survey_frame *frame, struct pal_arena *arena,
                                 struct survey_table *out, struct pal_error *err)
{
    *out = (struct survey_table){.frame = frame, .terms = frame->terms};
    out->sum = pal_arena_alloc(arena, frame->terms + 1, sizeof *out->sum);
    out->slot = pal_arena_alloc(arena, frame->terms + 1, sizeof *out->slot);
    out->list = pal_arena_alloc(arena, frame->terms + 1, sizeof *out->list);
    out->centre = pal_arena_alloc(arena, frame->terms + 1, sizeof *out->centre);
    out->place = pal_arena_alloc(arena, frame->terms + 1, sizeof *out->place);
    if (!out->sum || !out->slot || !out->list || !out->centre || !out->place)
        return pal_nomem(err, "the sums of a survey");
    out->stride = CELL_W + 1;
    for (size_t t = 0; t < frame->terms; t++) {
        out->sum[t] = frame->term[t].kind == PAL_TERM_ONE ? 0 : ++out->sums;
        out->centre[t] = (double)NAN; /* not chosen yet */
    }
    return PAL_OK;
}

static uint32_t tag_of(uint64_t hash) { return (uint32_t)(hash >> 32); }

static bool index_grow(struct survey_table *t, struct pal_arena *arena)
{
    const size_t slots = t->slots ? 2 * t->slots : 1024;
    t->index = pal_arena_grow(arena, t->index, t->slots, slots, sizeof *t->index);
    if (!t->index)
        return false;
    memset(t->index, 0, slots * sizeof *t->index);
    t->slots = slots;
    for (size_t c = 0; c < t->cells; c++) {
        const uint64_t hash = spread(word_of(cell_at(t, c), CELL_KEY));
        size_t at = (size_t)hash & (slots - 1);
        while (t->index[at].cell)
            at = (at + 1) & (slots - 1);
        t->index[at] = (struct survey_slot){(uint32_t)c + 1, tag_of(hash)};
    }
    return true;
}

static bool cell_room(struct survey_table *t, struct pal_arena *arena)
{
    if (2 * t->cells >= t->slots && !index_grow(t, arena))
        return false;
    if (t->cells < t->room)
        return true;
    if (t->cells >= NO_CELL - 1)
        return false;
    const size_t room = t->room ? t->room + t->room / 2 : 256;
    double *grown =
        pal_arena_grow(arena, t->cell, t->room * t->stride, room * t->stride, sizeof *grown);
    if (!grown)
        return false;
    t->cell = grown;
    t->room = room;
    return true;
}

uint32_t survey_cell_of(struct survey_table *t, uint64_t key, struct pal_arena *arena)
{
    const uint64_t hash = spread(key);
    if (2 * t->cells >= t->slots && !index_grow(t, arena))
        return NO_CELL;
    size_t at = (size_t)hash & (t->slots - 1);
    for (; t->index[at].cell; at = (at + 1) & (t->slots - 1))
        if (t->index[at].tag == tag_of(hash) &&
            word_of(cell_at(t, t->index[at].cell - 1), CELL_KEY) == key)
            return t->index[at].cell - 1;
    const size_t slots = t->slots;
    if (!cell_room(t, arena))
        return NO_CELL;
    if (slots != t->slots) {
        at = (size_t)hash & (t->slots - 1);
        while (t->index[at].cell)
            at = (at + 1) & (t->slots - 1);
    }
    word_set(cell_at(t, t->cells), CELL_KEY, key);
    t->index[at] = (struct survey_slot){(uint32_t)++t->cells, tag_of(hash)};
    return (uint32_t)t->cells - 1;
}

enum pal_status survey_table_groups(struct survey_table *t, size_t groups, struct pal_arena *arena,
                                    struct pal_error *err)
{
    if (groups > t->groups_room) {
        const size_t room = groups > 2 * t->groups_room ? groups : 2 * t->groups_room;
        t->count = pal_arena_grow(arena, t->count, t->groups_room, room, sizeof *t->count);
        t->missing = pal_arena_grow(arena, t->missing, t->groups_room * t->terms,
                                    room * t->terms + 1, sizeof *t->missing);
        if (!t->count || !t->missing)
            return pal_nomem(err, "the groups of a survey");
        t->groups_room = room;
    }
    if (groups > t->groups)
        t->groups = groups;
    return PAL_OK;
}

/* ---- feeding ------------------------------------------------------------------------------------
 */

struct block {
    size_t from, rows;
    uint64_t key[BLOCK];
    uint32_t cell[BLOCK]; /* what the index names first, then the row's own */
    uint8_t any[BLOCK];   /* something is absent */
    bool some;            /* in the whole block  */
};

static const uint8_t *absent_of(const struct pal_survey_cells *cells, size_t term)
{
    return cells->absent ? cells->absent[term] : NULL;
}

/* Values that lie close together and far from zero are held against the first of them. */
static void choose_centres(struct survey_table *t, size_t rows, const double *weight,
                           const struct pal_survey_cells *cells)
{
    for (size_t k = 0; k < t->terms; k++) {
        if (t->frame->term[k].kind != PAL_TERM_VALUE || !isnan(t->centre[k]))
            continue;
        const uint8_t *absent = absent_of(cells, k);
        const double *value = cells->value[k];
        double low = HUGE_VAL, high = -HUGE_VAL, first = 0;
        for (size_t i = 0; i < rows; i++) {
            if ((cells->group && cells->group[i] == PAL_NO_GROUP) || (absent && absent[i]) ||
                weight[i] == 0)
                continue;
            if (low > high)
                first = value[i];
            low = value[i] < low ? value[i] : low;
            high = value[i] > high ? value[i] : high;
        }
        if (low > high)
            continue;
        const double size = fmax(fabs(low), fabs(high));
        t->centre[k] = high - low < 0.5 * size ? first : 0;
    }
    for (size_t k = 0; k < t->terms; k++)
        if (t->frame->term[k].kind == PAL_TERM_SQUARE)
            t->centre[k] = t->centre[t->frame->term[k].of];
}

static void look_for_absent(const struct survey_table *t, const struct pal_survey_cells *cells,
                            struct block *b)
{
    memset(b->any, 0, sizeof b->any);
    for (size_t k = 0; k < t->terms; k++) {
        if (t->frame->term[k].kind == PAL_TERM_SQUARE)
            continue; /* absent with its value; those of a design effect have no array of their own
                       */
        const uint8_t *absent = absent_of(cells, k);
        if (!absent)
            continue;
        for (size_t i = 0; i < b->rows; i++)
            b->any[i] |= absent[b->from + i];
    }
    uint8_t some = 0;
    for (size_t i = 0; i < b->rows; i++)
        some |= b->any[i];
    b->some = some != 0;
}

static bool gone(const struct survey_table *t, const struct pal_survey_cells *cells, size_t term,
                 size_t row)
{
    const struct pal_survey_term *what = &t->frame->term[term];
    const uint8_t *absent = absent_of(cells, what->kind == PAL_TERM_SQUARE ? what->of : term);
    return absent && absent[row];
}

/* A row with something absent, or into a cell that has seen such a row. `any`: the row has. */
static bool add_weight_apart(struct survey_table *t, double *cell, size_t row, uint32_t group,
                             bool any, double w, const struct pal_survey_cells *cells,
                             struct pal_arena *arena)
{
    for (uint32_t at = parts_of(cell); at; at = t->part[at - 1].next)
        if (!any || !gone(t, cells, t->part[at - 1].term, row))
            t->part[at - 1].w += w;
    for (size_t k = 0; any && k < t->terms; k++) {
        if (!gone(t, cells, k, row))
            continue;
        t->missing[group * t->terms + k].all++;
        t->missing[group * t->terms + k].weighted += w != 0;
        if (!survey_part_of(t, cell, k, arena))
            return false;
    }
    return true;
}

/* Cells lie all over the memory: index, cells and parts are called for before they are needed, each
 * for the whole block. b->cell: the cell of the key's tag, as a rule the row's. */
static void call_for_cells(const struct survey_table *t, const uint32_t *unit,
                           const struct pal_survey_cells *cells, struct block *b)
{
    uint64_t hash[BLOCK];
    const size_t mask = t->slots - 1;
    for (size_t i = 0; i < b->rows; i++) {
        const uint32_t group = cells->group ? cells->group[b->from + i] : 0;
        b->key[i] = (uint64_t)group << 32 | unit[b->from + i];
        b->cell[i] = NO_CELL;
        hash[i] = spread(b->key[i]);
        if (t->slots)
            __builtin_prefetch(&t->index[hash[i] & mask]);
    }
    for (size_t i = 0; t->slots && i < b->rows; i++) {
        size_t at = (size_t)hash[i] & mask;
        while (t->index[at].cell && t->index[at].tag != tag_of(hash[i]))
            at = (at + 1) & mask;
        if (!t->index[at].cell)
            continue;
        b->cell[i] = t->index[at].cell - 1;
        __builtin_prefetch(cell_at(t, b->cell[i]), 1);
        for (size_t k = 8; k < t->stride; k += 8)
            __builtin_prefetch(cell_at(t, b->cell[i]) + k, 1);
    }
    for (size_t i = 0; t->parts && i < b->rows; i++) {
        const uint32_t part = b->cell[i] == NO_CELL ? 0 : parts_of(cell_at(t, b->cell[i]));
        if (part)
            __builtin_prefetch(&t->part[part - 1], 1);
    }
}

static enum pal_status add_weights(struct survey_table *t, const double *weight,
                                   const struct pal_survey_cells *cells, struct block *b,
                                   struct pal_arena *arena, struct pal_error *err)
{
    for (size_t i = 0; i < b->rows; i++) {
        const size_t row = b->from + i;
        const uint32_t group = cells->group ? cells->group[row] : 0;
        if (group == PAL_NO_GROUP) {
            b->cell[i] = NO_CELL;
            continue;
        }
        if (b->cell[i] == NO_CELL || word_of(cell_at(t, b->cell[i]), CELL_KEY) != b->key[i])
            b->cell[i] = survey_cell_of(t, b->key[i], arena);
        if (b->cell[i] == NO_CELL)
            return pal_nomem(err, "the sums of a survey");
        const double w = weight[row];
        t->count[group].all++;
        t->count[group].weighted += w != 0;
        double *cell = cell_at(t, b->cell[i]);
        if ((b->any[i] || parts_of(cell)) &&
            !add_weight_apart(t, cell, row, group, b->any[i], w, cells, arena))
            return pal_nomem(err, "the sums of a survey");
        cell[CELL_W] += w;
    }
    return PAL_OK;
}

static void add_values(struct survey_table *t, const double *weight,
                       const struct pal_survey_cells *cells, const struct block *b, size_t term)
{
    const struct pal_survey_term *what = &t->frame->term[term];
    const bool square = what->kind == PAL_TERM_SQUARE;
    const size_t source = square ? what->of : term;
    const uint8_t *absent = b->some ? absent_of(cells, source) : NULL;
    const double *value = cells->value[source] + b->from;
    const double centre = t->centre[term], *w = weight + b->from;
    const size_t slot = t->slot[term], stride = t->stride;
    double *sums = t->cell + slot;
    struct survey_list *list = &t->list[term];
    uint32_t *listed = list->cell + list->n;
    double *listed_more = list->more + list->n;
    uint16_t row[BLOCK];
    size_t n = 0, rows = 0;
    /* Those that add something, without a guess; what an absent cell holds is no matter. */
    for (size_t i = 0; i < b->rows; i++) {
        row[rows] = (uint16_t)i;
        rows += value[i] - centre != 0;
    }
    for (size_t r = 0; r < rows; r++) {
        const size_t i = row[r];
        const double y = value[i] - centre;
        if (b->cell[i] == NO_CELL || (absent && absent[b->from + i]) || w[i] == 0)
            continue;
        const double more = w[i] * (square ? y * y : y);
        if (slot) {
            sums[b->cell[i] * stride] += more;
            continue;
        }
        listed[n] = b->cell[i];
        listed_more[n++] = more;
    }
    list->n += n;
}

enum pal_status survey_table_feed(struct survey_table *t, size_t rows, const uint32_t *unit,
                                  const double *weight, const struct pal_survey_cells *cells,
                                  struct pal_arena *arena, struct pal_error *err)
{
    struct block block;
    PAL_TRY(survey_table_groups(t, cells->groups ? cells->groups : 1, arena, err));
    choose_centres(t, rows, weight, cells);
    for (block.from = 0; block.from < rows; block.from += BLOCK) {
        block.rows = rows - block.from < BLOCK ? rows - block.from : BLOCK;
        call_for_cells(t, unit, cells, &block);
        look_for_absent(t, cells, &block);
        PAL_TRY(add_weights(t, weight, cells, &block, arena, err));
        for (size_t k = 0; k < t->terms; k++) {
            if (!t->sum[k])
                continue;
            if (!t->slot[k] && !survey_list_room(&t->list[k], block.rows, arena))
                return pal_nomem(err, "the sums of a survey");
            add_values(t, weight, cells, &block, k);
        }
    }
    return survey_list_settle(t, arena) ? PAL_OK : pal_nomem(err, "the sums of a survey");
}
