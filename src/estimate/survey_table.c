/* survey_table.c: weighted sums by (group, unit), in one block of memory with an open index. */
#include "survey.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256, NO_CELL = UINT32_MAX };

static uint64_t spread(uint64_t key)
{
    key *= UINT64_C(0x9E3779B97F4A7C15);
    key ^= key >> 32;
    key *= UINT64_C(0xD6E8FEB86659FD93);
    return key ^ key >> 32;
}

static uint64_t word_of(const double *cell, size_t at)
{
    uint64_t word;
    memcpy(&word, cell + at, sizeof word);
    return word;
}

static void word_set(double *cell, size_t at, uint64_t word)
{
    memcpy(cell + at, &word, sizeof word);
}

static double *cell_at(const struct survey_table *t, size_t cell)
{
    return t->cell + cell * t->stride;
}

static uint32_t group_of(const struct survey_table *t, size_t cell)
{
    return (uint32_t)(word_of(cell_at(t, cell), CELL_KEY) >> 32);
}

uint32_t survey_cell_unit(const struct survey_table *t, size_t cell)
{
    return (uint32_t)word_of(cell_at(t, cell), CELL_KEY);
}

/* ---- weights where something is absent
 * -------------------------------------------------------- */

/* The first part of a cell's list + 1; 0: every term is present in all its rows. */
static uint32_t parts_of(const double *cell) { return (uint32_t)word_of(cell, CELL_PARTS); }

static struct survey_part *part_find(const struct survey_table *t, const double *cell, size_t term)
{
    for (uint32_t at = parts_of(cell); at; at = t->part[at - 1].next)
        if (t->part[at - 1].term == term)
            return &t->part[at - 1];
    return NULL;
}

/* The part of (cell, term), which starts from the whole weight of the cell so far. */
static struct survey_part *part_of(struct survey_table *t, double *cell, size_t term,
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

static double present_weight(const struct survey_table *t, const double *cell, size_t term)
{
    const struct survey_part *part = part_find(t, cell, term);
    return part ? part->w : cell[CELL_W];
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

/* The cell of a key, a new one when there was none; NO_CELL when memory is out. */
static uint32_t cell_of(struct survey_table *t, uint64_t key, struct pal_arena *arena)
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

/* ---- sums that are listed
 * ------------------------------------------------------------------------ */

static bool list_room(struct survey_list *list, size_t more, struct pal_arena *arena)
{
    const size_t old = list->room, room = list->n + more + list->n / 2;
    if (list->n + more <= old)
        return true;
    uint32_t *cell = pal_arena_grow(arena, list->cell, old, room, sizeof *cell);
    double *sums = pal_arena_grow(arena, list->more, old, room, sizeof *sums);
    if (!cell || !sums)
        return false;
    *list = (struct survey_list){.n = list->n, .room = room, .cell = cell, .more = sums};
    return true;
}

static bool sum_add(struct survey_table *t, size_t cell, size_t term, double more,
                    struct pal_arena *arena)
{
    struct survey_list *list = &t->list[term];
    if (t->slot[term]) {
        cell_at(t, cell)[t->slot[term]] += more;
        return true;
    }
    if (more == 0)
        return true;
    if (!list_room(list, 1, arena))
        return false;
    list->cell[list->n] = (uint32_t)cell;
    list->more[list->n++] = more;
    return true;
}

/* The terms marked in t->place move from the list into the cells; what they add is added in the
 * order in which it came, so that the sums are what they would have been there from the start. */
static bool into_cells(struct survey_table *t, struct pal_arena *arena)
{
    const bool *place = t->place;
    const size_t old = t->stride;
    size_t stride = old;
    for (size_t k = 0; k < t->terms; k++)
        stride += place[k];
    if (stride == old)
        return true;
    double *grown = pal_arena_grow(arena, t->cell, t->room * old, t->room * stride, sizeof *grown);
    if (!grown && t->room)
        return false;
    t->cell = grown;
    t->stride = stride;
    for (size_t c = t->room; c-- > 0;) {
        memmove(grown + c * stride, grown + c * old, old * sizeof *grown);
        memset(grown + c * stride + old, 0, (stride - old) * sizeof *grown);
    }
    for (size_t k = 0, next = old; k < t->terms; k++) {
        struct survey_list *list = &t->list[k];
        if (!place[k])
            continue;
        t->slot[k] = next++;
        for (size_t i = 0; i < list->n; i++)
            cell_at(t, list->cell[i])[t->slot[k]] += list->more[i];
        list->n = 0;
    }
    return true;
}

/* What is listed may take as many bytes as sums in every cell. */
static bool settle(struct survey_table *t, struct pal_arena *arena)
{
    enum { FEW = 1024 };
    bool any = false;
    for (size_t k = 0; k < t->terms; k++) {
        t->place[k] = t->list[k].n > t->cells / 3 * 2 + FEW;
        any = any || t->place[k];
    }
    return !any || into_cells(t, arena);
}

/* What is listed, by cell, in the order in which it came. */
struct listed {
    size_t term;
    double more;
};
struct by_cell {
    size_t *start; /* [cells + 1] */
    struct listed *list;
    double *sum; /* [terms] of the cell at hand */
};

static enum pal_status list_by_cell(const struct survey_table *t, struct pal_arena *scratch,
                                    struct by_cell *out, struct pal_error *err)
{
    size_t listed = 0;
    for (size_t k = 0; k < t->terms; k++)
        listed += t->list[k].n;
    out->start = pal_arena_alloc(scratch, t->cells + 2, sizeof *out->start);
    out->list = pal_arena_alloc(scratch, listed + 1, sizeof *out->list);
    out->sum = pal_arena_alloc(scratch, t->terms + 1, sizeof *out->sum);
    if (!out->start || !out->list || !out->sum)
        return pal_nomem(err, "the sums of a survey");
    size_t *fill = out->start + 1; /* of the next entry; at last where the cell's entries end */
    for (size_t k = 0; k < t->terms; k++)
        for (size_t i = 0; i < t->list[k].n; i++)
            if (t->list[k].cell[i] + 1 < t->cells)
                fill[t->list[k].cell[i] + 1]++;
    for (size_t c = 1; c < t->cells; c++)
        fill[c] += fill[c - 1];
    for (size_t k = 0; k < t->terms; k++)
        for (size_t i = 0; i < t->list[k].n; i++)
            out->list[fill[t->list[k].cell[i]]++] = (struct listed){k, t->list[k].more[i]};
    return PAL_OK;
}

static void sums_of_cell(const struct survey_table *t, const struct by_cell *by, size_t cell)
{
    const double *row = cell_at(t, cell);
    for (size_t k = 0; k < t->terms; k++)
        by->sum[k] = t->slot[k] ? row[t->slot[k]] : 0;
    for (size_t i = by->start[cell]; i < by->start[cell + 1]; i++)
        by->sum[by->list[i].term] += by->list[i].more;
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
        if (!part_of(t, cell, k, arena))
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
            b->cell[i] = cell_of(t, b->key[i], arena);
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
            if (!t->slot[k] && !list_room(&t->list[k], block.rows, arena))
                return pal_nomem(err, "the sums of a survey");
            add_values(t, weight, cells, &block, k);
        }
    }
    return settle(t, arena) ? PAL_OK : pal_nomem(err, "the sums of a survey");
}

/* ---- merging ------------------------------------------------------------------------------------
 */

static double centre_or_zero(double centre) { return isnan(centre) ? 0 : centre; }

/* sum: of their cell. */
static enum pal_status merge_cell(struct survey_table *into, size_t to,
                                  const struct survey_table *from, size_t cell, const double *sum,
                                  struct pal_arena *arena, struct pal_error *err)
{
    double *mine = cell_at(into, to);
    const double *theirs = cell_at(from, cell);
    const bool parted = parts_of(theirs) || parts_of(mine);
    for (size_t k = 0; k < into->terms; k++) {
        const double present = present_weight(from, theirs, k);
        if (into->sum[k]) {
            const struct pal_survey_term *what = &into->frame->term[k];
            const double d = centre_or_zero(from->centre[k]) - centre_or_zero(into->centre[k]);
            double more = sum[k];
            if (d != 0 && what->kind == PAL_TERM_VALUE)
                more += d * present;
            if (d != 0 && what->kind == PAL_TERM_SQUARE)
                more += 2 * d * sum[what->of] + d * d * present;
            if (!sum_add(into, to, k, more, arena))
                return pal_nomem(err, "the sums of a survey");
        }
        if (!parted || (!part_find(from, theirs, k) && !part_find(into, mine, k)))
            continue;
        struct survey_part *part = part_of(into, mine, k, arena);
        if (!part)
            return pal_nomem(err, "the sums of a survey");
        part->w += present;
    }
    mine[CELL_W] += theirs[CELL_W];
    return PAL_OK;
}

enum { SETTLE_EACH = 4096 }; /* cells */

static enum pal_status merge_cells(struct survey_table *into, const struct survey_table *from,
                                   const uint32_t *group, const uint32_t *unit,
                                   const struct by_cell *by, struct pal_arena *arena,
                                   struct pal_error *err)
{
    for (size_t c = 0; c < from->cells; c++) {
        const uint32_t g = group_of(from, c), u = survey_cell_unit(from, c);
        if (group && group[g] == PAL_NO_GROUP)
            continue;
        const uint64_t key = (uint64_t)(group ? group[g] : g) << 32 | (unit ? unit[u] : u);
        if (c % SETTLE_EACH == 0 && !settle(into, arena))
            return pal_nomem(err, "the sums of a survey");
        const uint32_t to = cell_of(into, key, arena);
        if (to == NO_CELL)
            return pal_nomem(err, "the sums of a survey");
        sums_of_cell(from, by, c);
        PAL_TRY(merge_cell(into, to, from, c, by->sum, arena, err));
    }
    return settle(into, arena) ? PAL_OK : pal_nomem(err, "the sums of a survey");
}

static void add_count(struct survey_count *into, const struct survey_count *from)
{
    into->all += from->all;
    into->weighted += from->weighted;
}

enum pal_status survey_table_merge(struct survey_table *into, const struct survey_table *from,
                                   const uint32_t *group, const uint32_t *unit,
                                   struct pal_arena *arena, struct pal_error *err)
{
    for (size_t k = 0; k < into->terms; k++)
        if (isnan(into->centre[k]))
            into->centre[k] = from->centre[k];
    for (size_t g = 0; g < from->groups; g++) {
        const size_t to = group ? group[g] : g;
        if (to == PAL_NO_GROUP)
            continue;
        PAL_TRY(survey_table_groups(into, to + 1, arena, err));
        add_count(&into->count[to], &from->count[g]);
        for (size_t k = 0; k < into->terms; k++)
            add_count(&into->missing[to * into->terms + k], &from->missing[g * from->terms + k]);
    }
    struct pal_arena *scratch = pal_arena_new();
    struct by_cell by;
    if (!scratch)
        return pal_nomem(err, "the sums of a survey");
    enum pal_status status = list_by_cell(from, scratch, &by, err);
    if (status == PAL_OK)
        status = merge_cells(into, from, group, unit, &by, arena, err);
    pal_arena_free(scratch);
    return status;
}

/* ---- closing ------------------------------------------------------------------------------------
 */

/* Sums are made whole before they are multiplied: a cell's entries of a term become one. */
static enum pal_status weigh(struct survey_table *t, const double *unit_weight,
                             struct pal_arena *scratch, struct pal_error *err)
{
    struct by_cell by;
    PAL_TRY(list_by_cell(t, scratch, &by, err));
    for (size_t k = 0; k < t->terms; k++)
        t->list[k].n = 0;
    for (size_t c = 0; c < t->cells; c++) {
        const double w = unit_weight[survey_cell_unit(t, c)];
        double *cell = cell_at(t, c);
        sums_of_cell(t, &by, c);
        for (size_t i = by.start[c]; i < by.start[c + 1]; i++) {
            struct survey_list *list = &t->list[by.list[i].term];
            double *sum = &by.sum[by.list[i].term];
            if (*sum == 0)
                continue;
            list->cell[list->n] = (uint32_t)c;
            list->more[list->n++] = *sum * w;
            *sum = 0;
        }
        for (size_t i = CELL_W; i < t->stride; i++)
            cell[i] *= w;
        for (uint32_t at = parts_of(cell); at; at = t->part[at - 1].next)
            t->part[at - 1].w *= w;
    }
    return PAL_OK;
}

/* Counting sort of order[cells] by number[cell], which lies below `most`; stable. start receives
 * where each number begins, [most + 1]. */
static enum pal_status sort_cells(const struct survey_table *t, const uint32_t *number, size_t most,
                                  size_t *start, struct pal_arena *scratch, struct pal_error *err)
{
    uint32_t *sorted = pal_arena_alloc(scratch, t->cells + 1, sizeof *sorted);
    size_t *fill = pal_arena_alloc(scratch, most + 1, sizeof *fill);
    if (!sorted || !fill)
        return pal_nomem(err, "the sums of a survey");
    for (size_t c = 0; c < t->cells; c++)
        fill[number[c] + 1]++;
    for (size_t i = 1; i <= most; i++)
        fill[i] += fill[i - 1];
    if (start)
        memcpy(start, fill, (most + 1) * sizeof *start);
    for (size_t i = 0; i < t->cells; i++)
        sorted[fill[number[t->order[i]]]++] = t->order[i];
    memcpy(t->order, sorted, t->cells * sizeof *sorted);
    return PAL_OK;
}

struct seat { /* of a cell */
    uint32_t group, at;
};

static enum pal_status arrange_list(struct survey_list *list, size_t groups,
                                    const struct seat *seat, struct pal_arena *arena,
                                    struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    uint32_t *cell = pal_arena_alloc(scratch, list->n + 1, sizeof *cell);
    double *more = pal_arena_alloc(scratch, list->n + 1, sizeof *more);
    size_t *fill = pal_arena_alloc(scratch, groups + 1, sizeof *fill);
    list->start = pal_arena_alloc(arena, groups + 2, sizeof *list->start);
    if (!cell || !more || !fill || !list->start)
        return pal_nomem(err, "the sums of a survey");
    for (size_t i = 0; i < list->n; i++)
        list->start[seat[list->cell[i]].group + 1]++;
    for (size_t g = 0; g < groups; g++) {
        fill[g] = list->start[g];
        list->start[g + 1] += fill[g];
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct seat s = seat[list->cell[i]];
        const size_t to = fill[s.group]++;
        cell[to] = s.at;
        more[to] = list->more[i];
    }
    memcpy(list->cell, cell, list->n * sizeof *cell);
    memcpy(list->more, more, list->n * sizeof *more);
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

static enum pal_status arrange_cells(struct survey_table *t, const uint32_t *place, size_t units,
                                     struct pal_arena *arena, struct pal_arena *scratch,
                                     struct pal_error *err)
{
    uint32_t *group = pal_arena_alloc(scratch, t->cells + 1, sizeof *group);
    uint32_t *at = pal_arena_alloc(scratch, t->cells + 1, sizeof *at);
    struct seat *seat = pal_arena_alloc(scratch, t->cells + 1, sizeof *seat);
    if (!group || !at || !seat)
        return pal_nomem(err, "the sums of a survey");
    for (size_t c = 0; c < t->cells; c++) {
        const uint64_t key = word_of(cell_at(t, c), CELL_KEY);
        t->order[c] = (uint32_t)c;
        group[c] = (uint32_t)(key >> 32);
        at[c] = place ? place[(uint32_t)key] : (uint32_t)key;
    }
    PAL_TRY(sort_cells(t, at, units, NULL, scratch, err));
    PAL_TRY(sort_cells(t, group, t->groups, t->start, scratch, err));
    for (size_t g = 0; g < t->groups; g++)
        for (size_t i = t->start[g]; i < t->start[g + 1]; i++)
            seat[t->order[i]] = (struct seat){(uint32_t)g, (uint32_t)(i - t->start[g])};
    for (size_t k = 0; k < t->terms; k++)
        if (t->list[k].n)
            PAL_TRY(arrange_list(&t->list[k], t->groups, seat, arena, scratch, err));
    return PAL_OK;
}

enum pal_status survey_table_close(struct survey_table *t, const double *unit_weight,
                                   const uint32_t *place, size_t units, struct pal_arena *arena,
                                   struct pal_error *err)
{
    for (size_t k = 0; k < t->terms; k++)
        t->centre[k] = centre_or_zero(t->centre[k]);
    t->start = pal_arena_alloc(arena, t->groups + 2, sizeof *t->start);
    t->order = pal_arena_alloc(arena, t->cells + 1, sizeof *t->order);
    struct pal_arena *scratch = pal_arena_new();
    if (!t->start || !t->order || !scratch)
        return pal_nomem(err, "the sums of a survey");
    enum pal_status status = unit_weight ? weigh(t, unit_weight, scratch, err) : PAL_OK;
    if (status == PAL_OK)
        status = arrange_cells(t, place, units, arena, scratch, err);
    pal_arena_free(scratch);
    return status;
}

size_t survey_group_size(const struct survey_table *t, size_t group)
{
    return group < t->groups ? t->start[group + 1] - t->start[group] : 0;
}

size_t survey_group_cell(const struct survey_table *t, size_t group, size_t i)
{
    return t->order[t->start[group] + i];
}

/* ---- saving
 * ------------------------------------------------------------------------------------ */

static void save_cells(const struct survey_table *t, const struct by_cell *by, struct pal_buf *out)
{
    pal_pack_u64(out, t->cells);
    for (size_t c = 0; c < t->cells; c++) {
        const double *cell = cell_at(t, c);
        pal_pack_u64(out, word_of(cell, CELL_KEY));
        pal_pack_f64(out, cell[CELL_W]);
        sums_of_cell(t, by, c);
        for (size_t k = 0; k < t->terms; k++)
            if (t->sum[k])
                pal_pack_f64(out, by->sum[k]);
        uint32_t parts = 0;
        for (uint32_t at = parts_of(cell); at; at = t->part[at - 1].next)
            parts++;
        pal_pack_u32(out, parts);
        for (uint32_t at = parts_of(cell); at; at = t->part[at - 1].next) {
            pal_pack_u32(out, t->part[at - 1].term);
            pal_pack_f64(out, t->part[at - 1].w);
        }
    }
}

enum pal_status survey_table_save(const struct survey_table *t, struct pal_buf *out,
                                  struct pal_error *err)
{
    struct pal_arena *scratch = pal_arena_new();
    struct by_cell by;
    for (size_t k = 0; k < t->terms; k++)
        pal_pack_f64(out, t->centre[k]);
    pal_pack_u64(out, t->groups);
    for (size_t g = 0; g < t->groups; g++) {
        pal_pack_u64(out, t->count[g].all);
        pal_pack_u64(out, t->count[g].weighted);
    }
    for (size_t i = 0; i < t->groups * t->terms; i++) {
        pal_pack_u64(out, t->missing[i].all);
        pal_pack_u64(out, t->missing[i].weighted);
    }
    const enum pal_status status =
        scratch ? list_by_cell(t, scratch, &by, err) : pal_nomem(err, "a saved state");
    if (status == PAL_OK)
        save_cells(t, &by, out);
    if (scratch)
        pal_arena_free(scratch);
    return status;
}

static enum pal_status load_cell(struct survey_table *t, size_t units, struct pal_unpack *in,
                                 struct pal_arena *arena, struct pal_error *err)
{
    const uint64_t key = pal_unpack_u64(in);
    const size_t cells = t->cells;
    if ((uint32_t)(key >> 32) >= t->groups || (uint32_t)key >= units)
        in->failed = true;
    const uint32_t at = in->failed ? 0 : cell_of(t, key, arena);
    if (at == NO_CELL)
        return pal_nomem(err, "a saved state");
    if (in->failed || t->cells != cells + 1) {
        in->failed = true;
        return PAL_OK;
    }
    double *cell = cell_at(t, at);
    cell[CELL_W] = pal_unpack_f64(in);
    for (size_t k = 0; k < t->terms; k++)
        if (t->sum[k] && !sum_add(t, at, k, pal_unpack_f64(in), arena))
            return pal_nomem(err, "a saved state");
    const uint32_t parts = pal_unpack_u32(in);
    for (uint32_t p = 0; p < parts && !in->failed; p++) {
        const uint32_t term = pal_unpack_u32(in);
        const double w = pal_unpack_f64(in);
        if (term >= t->terms || part_find(t, cell, term)) {
            in->failed = true;
            return PAL_OK;
        }
        struct survey_part *part = part_of(t, cell, term, arena);
        if (!part)
            return pal_nomem(err, "a saved state");
        part->w = w;
    }
    return PAL_OK;
}

enum pal_status survey_table_load(struct survey_table *t, size_t units, struct pal_unpack *in,
                                  struct pal_arena *arena, struct pal_error *err)
{
    for (size_t k = 0; k < t->terms; k++)
        t->centre[k] = pal_unpack_f64(in);
    const uint64_t groups = pal_unpack_u64(in);
    if (in->failed || groups > in->rest.len / sizeof(struct survey_count)) {
        in->failed = true;
        return PAL_OK;
    }
    PAL_TRY(survey_table_groups(t, (size_t)groups, arena, err));
    for (size_t g = 0; g < groups; g++) {
        t->count[g].all = pal_unpack_u64(in);
        t->count[g].weighted = pal_unpack_u64(in);
    }
    for (size_t i = 0; i < groups * t->terms; i++) {
        t->missing[i].all = pal_unpack_u64(in);
        t->missing[i].weighted = pal_unpack_u64(in);
    }
    const uint64_t cells = pal_unpack_u64(in);
    for (uint64_t c = 0; c < cells && !in->failed; c++) {
        if (c % SETTLE_EACH == 0 && !settle(t, arena))
            return pal_nomem(err, "a saved state");
        PAL_TRY(load_cell(t, units, in, arena, err));
    }
    return PAL_OK;
}
