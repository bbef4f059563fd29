/* survey_weights.c: rows of replicate weights that a rank may still ask for. A row is kept once for
 * all the groups it is in, and rows in proportion to one another (those of a unit, as a rule) are
 * kept as one: for a rank they differ in nothing but length. Weights that were written with at most
 * nine digits are kept as whole numbers, which are the same weights in half the room. */
#include "survey.h"

#include <math.h>
#include <string.h>

enum { NONE = UINT32_MAX, AT_ONCE = 8, MOST_DECIMALS = 9, TRIAL = 4096 };

struct kept { /* one row; free ones are chained by `next` */
    uint32_t uses, next, hash;
};

struct at_hand { /* a row of the batch */
    struct survey_weight at;
    bool known;
};

struct survey_weights {
    struct pal_arena *arena;
    size_t n; /* replicates */
    size_t rows, room;
    struct kept *kept; /* [room] */
    uint32_t unused;   /* the first free row */
    bool wide;         /* numbers are doubles: some have too many digits */
    unsigned decimals; /* otherwise whole numbers in units of 10^-decimals */
    double most;       /* the largest of them */
    void *number;      /* [room][n] */
    /* rows by direction, as long as looking for them finds any */
    bool looks;
    uint64_t looked, found;
    uint32_t slots, *slot; /* the first row with a hash, those after it by `next` */
    uint32_t *mix;         /* [n] what a place in a row is hashed with */
    double *row, *one;     /* [n] each */
    /* the batch */
    const double *const *replicate;
    size_t batch, batch_room;
    struct at_hand *hand; /* [batch]                                    */
    double *longest;      /* [batch] squares of the largest weights     */
    size_t block;         /* which rows `block_row` holds, or SIZE_MAX  */
    double *block_row;    /* [AT_ONCE][n] */
};

static enum pal_status no_memory(struct pal_error *err)
{
    return pal_nomem(err, "the rank of the replicate weights");
}

enum pal_status survey_weights_new(size_t replicates, struct pal_arena *arena,
                                   struct survey_weights **out, struct pal_error *err)
{
    struct survey_weights *w = pal_arena_alloc(arena, 1, sizeof *w);
    if (!w)
        return no_memory(err);
    *w = (struct survey_weights){
        .arena = arena, .n = replicates, .unused = NONE, .looks = true, .block = SIZE_MAX};
    w->mix = pal_arena_alloc(arena, replicates + 1, sizeof *w->mix);
    w->row = pal_arena_alloc(arena, replicates + 1, sizeof *w->row);
    w->one = pal_arena_alloc(arena, replicates + 1, sizeof *w->one);
    w->block_row = pal_arena_alloc(arena, AT_ONCE * replicates + 1, sizeof *w->block_row);
    if (!w->mix || !w->row || !w->one || !w->block_row)
        return no_memory(err);
    uint64_t x = UINT64_C(0x9E3779B97F4A7C15);
    for (size_t r = 0; r < replicates; r++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        w->mix[r] = (uint32_t)(x >> 32) | 1;
    }
    *out = w;
    return PAL_OK;
}

/* ---- numbers
 * ------------------------------------------------------------------------------------- */

static double power(unsigned decimals)
{
    static const double ten[] = {1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    return ten[decimals];
}

/* Whether every weight of a row is a whole number of units, and which at most. */
static bool is_whole(const double *row, size_t n, double unit, double *most)
{
    const double round = 0x1.8p52; /* adding it leaves no digits behind the point */
    double largest = 0;
    bool whole = true;
    for (size_t r = 0; r < n; r++) {
        const double units = row[r] * unit + round - round;
        whole &= units / unit == row[r];
        largest = fabs(units) > largest ? fabs(units) : largest;
    }
    *most = largest;
    return whole && largest <= INT32_MAX;
}

static bool widen(struct survey_weights *w)
{
    double *number = pal_arena_alloc(w->arena, w->room * w->n + 1, sizeof *number);
    const int32_t *units = w->number;
    if (!number)
        return false;
    for (size_t i = 0; i < w->rows * w->n; i++)
        number[i] = units[i] / power(w->decimals);
    w->number = number;
    w->wide = true;
    return true;
}

/* Makes the numbers such that this row can stand among them. */
static bool fit(struct survey_weights *w, const double *row)
{
    double most = 0;
    for (unsigned d = w->decimals; !w->wide && d <= MOST_DECIMALS; d++) {
        if (!is_whole(row, w->n, power(d), &most))
            continue;
        const double more = power(d - w->decimals);
        if (w->most * more > INT32_MAX)
            break;
        int32_t *units = w->number;
        for (size_t i = 0; d > w->decimals && i < w->rows * w->n; i++)
            units[i] *= (int32_t)more;
        w->most = fmax(w->most * more, most);
        w->decimals = d;
        return true;
    }
    return w->wide || widen(w);
}

static void write_row(struct survey_weights *w, size_t at, const double *row)
{
    if (w->wide) {
        memcpy((double *)w->number + at * w->n, row, w->n * sizeof *row);
        return;
    }
    int32_t *units = (int32_t *)w->number + at * w->n;
    const double unit = power(w->decimals);
    for (size_t r = 0; r < w->n; r++)
        units[r] = (int32_t)(row[r] * unit + (row[r] < 0 ? -0.5 : 0.5));
}

void survey_weights_read(const struct survey_weights *w, struct survey_weight at, double *out)
{
    const double scale = (double)at.scale;
    if (w->wide) {
        const double *row = (const double *)w->number + at.row * w->n;
        for (size_t r = 0; r < w->n; r++)
            out[r] = row[r] * scale;
        return;
    }
    const int32_t *units = (const int32_t *)w->number + at.row * w->n;
    const double unit = power(w->decimals);
    for (size_t r = 0; r < w->n; r++)
        out[r] = units[r] / unit * scale;
}

/* ---- directions
 * ---------------------------------------------------------------------------------- */

static double first_of(const double *row, size_t n)
{
    for (size_t r = 0; r < n; r++)
        if (row[r] != 0)
            return row[r];
    return 0;
}

/* Of the weights in proportion to the first, with fewer digits than rounding can change. */
static uint32_t hash_of(const struct survey_weights *w, const double *row, double first)
{
    const double scale = 1 / first;
    uint64_t hash = 0;
    for (size_t r = 0; r < w->n; r++) {
        const float share = (float)(row[r] * scale) + 0.0F; /* no -0 */
        uint32_t bits;
        memcpy(&bits, &share, sizeof bits);
        hash += (uint64_t)bits * w->mix[r];
    }
    hash ^= hash >> 32;
    return (uint32_t)(hash * UINT64_C(0xD6E8FEB86659FD93) >> 32);
}

/* Whether row = scale * one, but for the last digits. */
static bool in_proportion(const double *one, const double *row, size_t n, double scale)
{
    bool same = true;
    for (size_t r = 0; r < n; r++)
        same &= fabs(one[r] * scale - row[r]) <= 1e-15 * fabs(row[r]);
    return same;
}

static bool slots_room(struct survey_weights *w)
{
    if (w->rows < w->slots)
        return true;
    const uint32_t slots = w->slots ? 2 * w->slots : 1024;
    uint32_t *slot = pal_arena_grow(w->arena, w->slot, w->slots, slots, sizeof *slot);
    if (!slot)
        return false;
    for (uint32_t s = 0; s < slots; s++)
        slot[s] = NONE;
    for (uint32_t i = 0; i < w->rows; i++) {
        struct kept *k = &w->kept[i];
        if (!k->uses)
            continue; /* its `next` is that of the free ones */
        k->next = slot[k->hash & (slots - 1)];
        slot[k->hash & (slots - 1)] = i;
    }
    w->slot = slot;
    w->slots = slots;
    return true;
}

static struct survey_weight find(struct survey_weights *w, const double *row, double first,
                                 uint32_t hash)
{
    w->looked++;
    for (uint32_t at = w->slots ? w->slot[hash & (w->slots - 1)] : NONE; at != NONE;
         at = w->kept[at].next) {
        if (w->kept[at].hash != hash)
            continue;
        survey_weights_read(w, (struct survey_weight){at, 1}, w->one);
        const double scale = first / first_of(w->one, w->n);
        if (!in_proportion(w->one, row, w->n, scale))
            continue;
        w->found++;
        return (struct survey_weight){at, (float)fabs(scale)};
    }
    return (struct survey_weight){NONE, 0};
}

bool survey_weights_repeat(const struct survey_weights *w, bool most)
{
    return most ? 2 * w->found > w->looked : w->found > 0;
}

/* ---- rows ---------------------------------------------------------------------------------------
 */

static bool rows_room(struct survey_weights *w)
{
    if (w->rows < w->room)
        return true;
    const size_t room = w->room ? w->room + w->room / 2 : 256;
    if (room >= NONE)
        return false;
    struct kept *kept = pal_arena_grow(w->arena, w->kept, w->room, room, sizeof *kept);
    void *number = pal_arena_grow(w->arena, w->number, w->room * w->n, room * w->n,
                                  w->wide ? sizeof(double) : sizeof(int32_t));
    if (!kept || !number)
        return false;
    w->kept = kept;
    w->number = number;
    w->room = room;
    return true;
}

enum pal_status survey_weights_add(struct survey_weights *w, const double *row,
                                   struct survey_weight *out, struct pal_error *err)
{
    const double first = first_of(row, w->n);
    *out = (struct survey_weight){NONE, 0};
    if (first == 0)
        return PAL_OK;
    uint32_t hash = 0;
    if (w->looks) {
        hash = hash_of(w, row, first);
        *out = find(w, row, first, hash);
        if (out->row != NONE) {
            w->kept[out->row].uses++;
            return PAL_OK;
        }
        w->looks = w->looked < TRIAL || w->found >= w->looked / 16;
    }
    uint32_t at = w->unused;
    if (at == NONE) {
        if (!rows_room(w) || (w->looks && !slots_room(w)))
            return no_memory(err);
        at = (uint32_t)w->rows++;
    } else {
        w->unused = w->kept[at].next;
    }
    if (!fit(w, row))
        return no_memory(err);
    write_row(w, at, row);
    w->kept[at] = (struct kept){.uses = 1, .next = NONE, .hash = hash};
    if (w->looks) {
        uint32_t *slot = &w->slot[hash & (w->slots - 1)];
        w->kept[at].next = *slot;
        *slot = at;
    }
    *out = (struct survey_weight){at, 1};
    return PAL_OK;
}

void survey_weights_use(struct survey_weights *w, struct survey_weight at)
{
    if (at.row != NONE)
        w->kept[at.row].uses++;
}

void survey_weights_forget(struct survey_weights *w, struct survey_weight at)
{
    if (at.row == NONE || --w->kept[at.row].uses > 0)
        return;
    if (w->looks && w->slots) {
        uint32_t *link = &w->slot[w->kept[at.row].hash & (w->slots - 1)];
        while (*link != at.row)
            link = &w->kept[*link].next;
        *link = w->kept[at.row].next;
    }
    w->kept[at.row].next = w->unused;
    w->unused = at.row;
}

bool survey_weights_none(struct survey_weight at) { return at.row == NONE; }

size_t survey_weights_rows(const struct survey_weights *w) { return w->rows; }

bool survey_weights_used(const struct survey_weights *w, size_t row)
{
    return w->kept[row].uses > 0;
}

/* ---- batches
 * ------------------------------------------------------------------------------------- */

enum pal_status survey_weights_batch(struct survey_weights *w, const double *const *replicate,
                                     size_t rows, struct pal_error *err)
{
    for (size_t i = 0; i < w->batch; i++)
        if (w->hand[i].known)
            survey_weights_forget(w, w->hand[i].at);
    if (rows > w->batch_room) {
        w->hand = pal_arena_grow(w->arena, w->hand, w->batch_room, rows, sizeof *w->hand);
        w->longest = pal_arena_grow(w->arena, w->longest, w->batch_room, rows, sizeof *w->longest);
        if (!w->hand || !w->longest)
            return no_memory(err);
        w->batch_room = rows;
    }
    w->replicate = replicate;
    w->batch = rows;
    w->block = SIZE_MAX;
    memset(w->hand, 0, rows * sizeof *w->hand);
    memset(w->longest, 0, rows * sizeof *w->longest);
    for (size_t r = 0; r < w->n; r++) {
        const double *column = replicate[r];
        for (size_t i = 0; i < rows; i++) {
            const double square = column[i] * column[i];
            w->longest[i] = square > w->longest[i] ? square : w->longest[i];
        }
    }
    return PAL_OK;
}

double survey_weights_longest(const struct survey_weights *w, size_t row)
{
    return w->longest[row];
}

/* Some rows at a time, for weights of a replicate come from memory together. */
static const double *row_of(struct survey_weights *w, size_t row)
{
    const size_t block = row / AT_ONCE, from = block * AT_ONCE;
    const size_t rows = w->batch - from < AT_ONCE ? w->batch - from : AT_ONCE;
    for (size_t r = 0; block != w->block && r < w->n; r++)
        for (size_t i = 0; i < rows; i++) {
            const double weight = w->replicate[r][from + i];
            w->block_row[i * w->n + r] = isnan(weight) ? 0 : weight;
        }
    w->block = block;
    return w->block_row + (row - from) * w->n;
}

enum pal_status survey_weights_at(struct survey_weights *w, size_t row, struct survey_weight *out,
                                  struct pal_error *err)
{
    struct at_hand *hand = &w->hand[row];
    if (!hand->known) {
        PAL_TRY(survey_weights_add(w, row_of(w, row), &hand->at, err));
        hand->known = true;
    }
    *out = hand->at;
    return PAL_OK;
}
