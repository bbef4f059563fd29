/* tally.c: what register estimators keep: per group (and side, and category) the sums of a count
 * and its denominator, with censored cells apart. Sums are compensated, so that the order of
 * merging does not show. */
#include "inside.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* ---- beginning ---------------------------------------------------------------------------------
 */

static enum pal_status check_interval(const struct pal_estimator *estimator, const char **word,
                                      struct pal_error *err)
{
    const char *const *list = estimator->intervals;
    if (!list) {
        if (*word)
            return pal_fail(err, PAL_USAGE, "'%s' has no interval, so not '%s' either",
                            estimator->name, *word);
        return PAL_OK;
    }
    if (!*word) {
        *word = list[0];
        return PAL_OK;
    }
    pal_str words[32] = {{0}};
    size_t n = 0;
    for (; list[n] && n < PAL_COUNT(words); n++) {
        if (strcmp(list[n], *word) == 0) {
            *word = list[n];
            return PAL_OK;
        }
        words[n] = pal_str_of(list[n]);
    }
    const pal_str near = pal_nearest(pal_str_of(*word), words, n);
    return pal_fail(err, PAL_USAGE, "'%s' has no interval '%s'; %s '%.*s'", estimator->name, *word,
                    near.len ? "did you mean" : "its default is",
                    PAL_ARG(near.len ? near : words[0]));
}

static enum pal_status check_standard(const struct pal_standard *standard, const char *name,
                                      struct pal_error *err)
{
    if (!standard || standard->n == 0)
        return pal_fail(err, PAL_USAGE, "'%s' needs a standard population", name);
    double sum = 0;
    for (size_t i = 0; i < standard->n; i++) {
        if (!(standard->weight[i] >= 0 && isfinite(standard->weight[i])))
            return pal_fail(err, PAL_DATA, "standard weight of '%.*s' is not a number from 0",
                            PAL_ARG(standard->category[i]));
        sum += standard->weight[i];
    }
    if (!(sum > 0))
        return pal_fail(err, PAL_DATA, "the weights of the standard population add up to 0");
    return PAL_OK;
}

/* Without a column every row counts 1, so that y is n. */
static struct tally_layout layout_of(const struct pal_state *state)
{
    struct tally_layout layout = {.words = 1};
    if (state->args > 0) {
        layout.y = layout.words;
        layout.words += 2;
    }
    if (state->args > 1) {
        layout.x = layout.words;
        layout.words += 2;
    }
    if (state->rule & TALLY_SQUARES) {
        layout.squares = layout.words;
        layout.words += 2;
    }
    if (state->rule & TALLY_X_OF_MISSING)
        layout.x_missing = layout.words++;
    return layout;
}

enum pal_status tally_begin(const struct pal_estimator *estimator, const struct pal_ask *ask,
                            size_t args, size_t parts, unsigned rule, struct pal_arena *arena,
                            struct pal_state **out, struct pal_error *err)
{
    struct pal_state *state = pal_arena_alloc(arena, 1, sizeof *state);
    if (!state)
        return pal_nomem(err, estimator->name);
    *state = (struct pal_state){.estimator = estimator,
                                .arena = arena,
                                .ask = *ask,
                                .args = args,
                                .rule = rule,
                                .parts = parts,
                                .parts_room = parts};
    if (args < estimator->args_min || args > estimator->args_max)
        return pal_fail(err, PAL_USAGE, "'%s' takes %s", estimator->name, estimator->takes);
    if (state->ask.level == 0)
        state->ask.level = 0.95;
    if (!(state->ask.level > 0 && state->ask.level < 1))
        return pal_fail(err, PAL_USAGE, "level %g is not between 0 and 1", state->ask.level);
    if (state->ask.per == 0)
        state->ask.per = 1;
    if (!(state->ask.per > 0 && isfinite(state->ask.per)))
        return pal_fail(err, PAL_USAGE, "a rate is per a number above 0, not per %g",
                        state->ask.per);
    PAL_TRY(check_interval(estimator, &state->ask.interval, err));
    const char *word = state->ask.interval;
    const bool negative_binomial =
        word && (strncmp(word, "nb-", 3) == 0 || strcmp(word, "rr-nb-log") == 0);
    if (negative_binomial && !(state->ask.theta > 0))
        return pal_fail(err, PAL_USAGE, "interval '%s' needs a theta above 0", word);
    if (state->ask.overdispersed && state->ask.dispersion != 0 && !(state->ask.dispersion >= 1))
        return pal_fail(err, PAL_USAGE, "a dispersion of %g is below 1", state->ask.dispersion);
    if (!(state->ask.denominator_se >= 0))
        return pal_fail(err, PAL_USAGE, "the standard error of a denominator is not below 0");
    if (estimator->needs_standard)
        PAL_TRY(check_standard(state->ask.standard, estimator->name, err));
    if (state->ask.overdispersed && state->ask.dispersion == 0)
        state->rule |= TALLY_SQUARES;
    state->layout = layout_of(state);
    state->store = pal_arena_alloc(arena, 1, sizeof *state->store);
    if (!state->store)
        return pal_nomem(err, estimator->name);
    state->store->stride = parts * state->layout.words;
    *out = state;
    return PAL_OK;
}

/* Plain rows alone: one part, one column or none, no rules. */
static bool is_simple(const struct pal_state *state)
{
    return state->estimator->feed == tally_feed && state->rule == 0 && state->parts == 1 &&
           state->args < 2;
}

void pal_states_together(struct pal_state *const *state, size_t n)
{
    enum { LINE = 8 }; /* words of a cache line */
    struct pal_state *first = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!is_simple(state[i]) || state[i]->store->room)
            continue;
        if (!first) {
            first = state[i];
            continue;
        }
        state[i]->offset = first->store->stride;
        first->store->stride += state[i]->layout.words;
        state[i]->store = first->store;
    }
    if (first && first->store->stride % LINE == LINE - 1) /* a word more, and a row visits one */
        first->store->stride++;
}

void pal_state_call_for(const struct pal_state *state, size_t group)
{
    if (group >= state->groups)
        return;
    const union tally_word *word =
        &state->store->word[group * state->store->stride + state->offset];
    __builtin_prefetch(word);
    __builtin_prefetch(word + state->layout.words - 1);
}

bool tally_is(const struct pal_state *state, const char *interval)
{
    return state->ask.interval && strcmp(state->ask.interval, interval) == 0;
}

static inline union tally_word *word_at(const struct pal_state *state, size_t group, size_t part)
{
    const struct tally_store *store = state->store;
    return &store->word[group * store->stride + state->offset + part * state->layout.words];
}

/* What the second level of a sum has lost is nothing, as a rule: it lies with what is rare. */
static inline struct pal_sum sum_at(const union tally_word *word)
{
    return (struct pal_sum){word[0].d, word[1].d, 0};
}

static inline void put_sum(union tally_word *word, const struct pal_sum *sum)
{
    word[0].d = sum->sum;
    word[1].d = sum->c;
}

const struct tally *tally_at(const struct pal_state *state, size_t group, size_t part,
                             struct tally *room)
{
    *room = (struct tally){0};
    if (group >= state->groups || part >= state->parts)
        return room;
    const struct tally_layout at = state->layout;
    const union tally_word *word = word_at(state, group, part);
    room->n = word->rows[0];
    room->missing = word->rows[1];
    if (state->rare) {
        const struct tally_rare *rare = &state->rare[group * state->parts_room + part];
        room->n += rare->more[0] << 32;
        room->missing += rare->more[1] << 32;
    }
    room->y = at.y ? sum_at(word + at.y) : (struct pal_sum){(double)room->n, 0, 0};
    if (at.x)
        room->x = sum_at(word + at.x);
    if (at.squares)
        room->squares = sum_at(word + at.squares);
    if (at.x_missing)
        room->x_missing = word[at.x_missing].d;
    if (state->rare) {
        const struct tally_rare *rare = &state->rare[group * state->parts_room + part];
        room->y.cc = rare->lost[TALLY_Y];
        room->x.cc = rare->lost[TALLY_X];
        room->squares.cc = rare->lost[TALLY_Y2];
        room->y_low = rare->y_low;
        room->y_high = rare->y_high;
        room->x_low = rare->x_low;
        room->x_high = rare->x_high;
        room->censored = rare->censored;
        room->left_out = rare->left_out;
    }
    return room;
}

/* Moves [groups][parts_room] things of `size` bytes to [groups_room][room]. */
static void *rearranged(struct pal_state *state, const void *old, size_t size, size_t room)
{
    unsigned char *wide = pal_arena_alloc(state->arena, state->groups_room, room * size);
    for (size_t g = 0; wide && old && g < state->groups; g++)
        memcpy(wide + g * room * size, (const unsigned char *)old + g * state->parts_room * size,
               state->parts * size);
    return wide;
}

static enum pal_status need_parts(struct pal_state *state, size_t parts, struct pal_error *err)
{
    if (parts <= state->parts)
        return PAL_OK;
    if (parts > state->parts_room) {
        size_t room = state->parts_room ? state->parts_room : 8;
        while (room < parts)
            room *= 2;
        if (state->groups_room) {
            void *word = rearranged(state, state->store->word,
                                    state->layout.words * sizeof(union tally_word), room);
            void *rare =
                state->rare ? rearranged(state, state->rare, sizeof *state->rare, room) : NULL;
            if (!word || (state->rare && !rare))
                return pal_nomem(err, state->estimator->name);
            state->store->word = word;
            state->store->room = state->groups_room;
            state->rare = rare;
        }
        state->parts_room = room;
        state->store->stride = room * state->layout.words;
    }
    state->parts = parts;
    return PAL_OK;
}

static enum pal_status need_groups(struct pal_state *state, size_t groups, struct pal_error *err)
{
    if (groups <= state->groups)
        return PAL_OK;
    if (groups > state->groups_room) {
        size_t room = state->groups_room ? state->groups_room : 1;
        while (room < groups)
            room *= 2;
        struct tally_store *store = state->store;
        if (room > store->room && store->stride) {
            store->word = pal_arena_grow(state->arena, store->word, store->room, room,
                                         store->stride * sizeof(union tally_word));
            if (!store->word)
                return pal_nomem(err, state->estimator->name);
            store->room = room;
        }
        if (state->parts_room && state->rare) {
            state->rare = pal_arena_grow(state->arena, state->rare, state->groups_room, room,
                                         state->parts_room * sizeof *state->rare);
            if (!state->rare)
                return pal_nomem(err, state->estimator->name);
        }
        state->groups_room = room;
    }
    state->groups = groups;
    return PAL_OK;
}

static enum pal_status need_rare(struct pal_state *state, struct pal_error *err)
{
    if (state->rare)
        return PAL_OK;
    state->rare =
        pal_arena_alloc(state->arena, state->groups_room, state->parts_room * sizeof *state->rare);
    return state->rare ? PAL_OK : pal_nomem(err, state->estimator->name);
}

/* Puts a whole tally where tally_at finds it. */
static enum pal_status put_tally(struct pal_state *state, size_t group, size_t part,
                                 const struct tally *from, struct pal_error *err)
{
    const struct tally_layout at = state->layout;
    union tally_word *word = word_at(state, group, part);
    word->rows[0] = (uint32_t)from->n;
    word->rows[1] = (uint32_t)from->missing;
    if (at.y)
        put_sum(word + at.y, &from->y);
    if (at.x)
        put_sum(word + at.x, &from->x);
    if (at.squares)
        put_sum(word + at.squares, &from->squares);
    if (at.x_missing)
        word[at.x_missing].d = from->x_missing;
    const struct tally_rare rare = {.y_low = from->y_low,
                                    .y_high = from->y_high,
                                    .x_low = from->x_low,
                                    .x_high = from->x_high,
                                    .censored = from->censored,
                                    .left_out = from->left_out,
                                    .more = {from->n >> 32, from->missing >> 32},
                                    .lost = {at.y ? from->y.cc : 0, from->x.cc, from->squares.cc}};
    bool none = true;
    for (size_t i = 0; i < PAL_COUNT(rare.lost); i++)
        none = none && rare.lost[i] == 0;
    none = none && !rare.censored && !rare.left_out && !(rare.y_high > 0) && !(rare.x_high > 0) &&
           !rare.more[0] && !rare.more[1];
    if (!state->rare && none)
        return PAL_OK;
    PAL_TRY(need_rare(state, err));
    state->rare[group * state->parts_room + part] = rare;
    return PAL_OK;
}

/* ---- feeding
 * ------------------------------------------------------------------------------------- */

enum seen { SEEN_VALUE, SEEN_CENSORED, SEEN_NOTHING };

struct cell {
    double value, low, high;
};

static enum seen look(const struct pal_column *column, size_t row, struct cell *out)
{
    const enum pal_absent absent =
        column->absent ? (enum pal_absent)column->absent[row] : PAL_PRESENT;
    if (absent == PAL_PRESENT) {
        out->value = column->value[row];
        out->low = out->high = 0;
        return SEEN_VALUE;
    }
    if (absent != PAL_BELOW_THRESHOLD)
        return SEEN_NOTHING;
    out->value = 0;
    out->low = column->low ? column->low[row] : 0;
    out->high = column->high ? column->high[row] : HUGE_VAL;
    return SEEN_CENSORED;
}

static enum pal_status refuse_cell(const struct pal_cells *cells, size_t arg, size_t row,
                                   double value, struct pal_error *err)
{
    const struct pal_place at = {.file = cells->file, .line = cells->line ? cells->line[row] : 0};
    char text[PAL_NUM_SIZE];
    pal_num_write(value, text);
    return pal_fail_at(err, PAL_DATA, &at, "'%.*s' is %s, which no %s can be",
                       PAL_ARG(cells->arg[arg]->name), text, arg ? "denominator" : "count");
}

static enum pal_status refuse_text(const struct pal_cells *cells, size_t arg, struct pal_error *err)
{
    return pal_fail(err, PAL_USAGE, "column '%.*s' holds text, not numbers",
                    PAL_ARG(cells->arg[arg]->name));
}

/* pal_sum_add, of which the last step is taken only where it changes something. */
static inline enum pal_status add_to(struct pal_state *state, union tally_word *word, size_t cell,
                                     enum tally_sum which, double x, struct pal_error *err)
{
    const double sum = word[0].d, c = word[1].d, t = sum + x, lost = pal_sum_lost(sum, x, t),
                 u = c + lost, more = pal_sum_lost(c, lost, u);
    word[0].d = t;
    word[1].d = u;
    if (more == 0)
        return PAL_OK;
    PAL_TRY(need_rare(state, err));
    state->rare[cell].lost[which] += more;
    return PAL_OK;
}

/* y^2/x in two parts: what rounding took from y^2 is added too, so that the spread of large counts
 * keeps its digits. */
static enum pal_status add_square(struct pal_state *state, union tally_word *squares, size_t cell,
                                  double y, double x, struct pal_error *err)
{
    const double square = y * y;
    PAL_TRY(add_to(state, squares, cell, TALLY_Y2, square / x, err));
    return add_to(state, squares, cell, TALLY_Y2, fma(y, y, -square) / x, err);
}

static enum pal_status feed_rare(struct pal_state *state, size_t cell, const struct cell *y,
                                 const struct cell *x, bool censored, struct pal_error *err)
{
    PAL_TRY(need_rare(state, err));
    struct tally_rare *rare = &state->rare[cell];
    rare->censored += censored;
    rare->y_low += y->low;
    rare->y_high += y->high;
    rare->x_low += x->low;
    rare->x_high += x->high;
    return PAL_OK;
}

/* One row more of those that entered (0), or of those without a value (1). */
static inline enum pal_status count_row(struct pal_state *state, union tally_word *word,
                                        size_t cell, size_t which, struct pal_error *err)
{
    if (++word->rows[which])
        return PAL_OK;
    PAL_TRY(need_rare(state, err));
    state->rare[cell].more[which]++;
    return PAL_OK;
}

static enum pal_status feed_row(struct pal_state *state, const struct pal_cells *cells, size_t row,
                                size_t group, size_t part, struct pal_error *err)
{
    const struct tally_layout at = state->layout;
    union tally_word *to = word_at(state, group, part);
    const size_t cell = group * state->parts_room + part;
    if (cells->state && cells->state[row] != PAL_ROW_ENTERS) {
        if (cells->state[row] != PAL_ROW_ERROR)
            return PAL_OK;
        PAL_TRY(need_rare(state, err));
        state->rare[cell].left_out++;
        return PAL_OK;
    }
    struct cell y = {1, 0, 0}, x = {1, 0, 0};
    enum seen seen_y = SEEN_VALUE, seen_x = SEEN_VALUE;
    if (cells->args > 0)
        seen_y = look(cells->arg[0], row, &y);
    if (cells->args > 1)
        seen_x = look(cells->arg[1], row, &x);
    if (seen_y != SEEN_NOTHING && !(y.value >= 0 && isfinite(y.value)))
        return refuse_cell(cells, 0, row, y.value, err);
    if (seen_x != SEEN_NOTHING && !(x.value >= 0 && isfinite(x.value)))
        return refuse_cell(cells, 1, row, x.value, err);
    const bool censored = seen_y == SEEN_CENSORED || seen_x == SEEN_CENSORED;
    if (seen_x == SEEN_NOTHING && at.x_missing && seen_y != SEEN_NOTHING) {
        seen_x = SEEN_VALUE; /* y counts all the same; x is anything from 0 */
        x = (struct cell){0, 0, HUGE_VAL};
    }
    if (seen_y == SEEN_NOTHING || seen_x == SEEN_NOTHING) {
        if (at.x_missing)
            to[at.x_missing].d += seen_x == SEEN_VALUE ? x.value : HUGE_VAL;
        return count_row(state, to, cell, 1, err);
    }
    PAL_TRY(count_row(state, to, cell, 0, err));
    if (censored || x.high > 0)
        PAL_TRY(feed_rare(state, cell, &y, &x, censored, err));
    if (at.y)
        PAL_TRY(add_to(state, to + at.y, cell, TALLY_Y, y.value, err));
    if (at.x)
        PAL_TRY(add_to(state, to + at.x, cell, TALLY_X, x.value, err));
    if (at.squares && x.value > 0)
        return add_square(state, to + at.squares, cell, y.value, x.value, err);
    return PAL_OK;
}

/* The commonest case apart: plain rows in groups, with no column or one. */
static bool is_plain(const struct pal_state *state, const struct pal_cells *cells)
{
    return is_simple(state) && cells->group && !cells->state &&
           (!cells->args || cells->arg[0]->absent);
}

static enum pal_status count_plain(struct pal_state *state, const struct pal_cells *cells,
                                   size_t from, size_t to, struct pal_error *err)
{
    const struct tally_store store = *state->store;
    union tally_word *word = store.word + state->offset;
    const size_t groups = state->groups;
    for (size_t row = from; row < to; row++) {
        const uint32_t group = cells->group[row];
        if (group < groups)
            PAL_TRY(count_row(state, word + group * store.stride, group, 0, err));
    }
    return PAL_OK;
}

static enum pal_status add_plain(struct pal_state *state, const struct pal_cells *cells,
                                 size_t from, size_t to, struct pal_error *err)
{
    const struct tally_store store = *state->store;
    const struct pal_column y = *cells->arg[0];
    union tally_word *word = store.word + state->offset;
    const size_t groups = state->groups;
    for (size_t row = from; row < to; row++) {
        const uint32_t group = cells->group[row];
        if (group >= groups)
            continue;
        union tally_word *mine = word + group * store.stride;
        if (y.absent[row] == PAL_PRESENT) {
            const double value = y.value[row];
            if (!(value >= 0 && value <= DBL_MAX))
                return refuse_cell(cells, 0, row, value, err);
            PAL_TRY(add_to(state, mine + 1, group, TALLY_Y, value, err));
            PAL_TRY(count_row(state, mine, group, 0, err));
        } else if (y.absent[row] == PAL_BELOW_THRESHOLD) {
            PAL_TRY(feed_row(state, cells, row, group, 0, err));
        } else {
            PAL_TRY(count_row(state, mine, group, 1, err));
        }
    }
    return PAL_OK;
}

/* Sums of many groups lie all over the memory: those of the next rows are called for. */
static void call_for_groups(const struct pal_state *state, const struct pal_cells *cells,
                            size_t from, size_t to)
{
    const struct tally_store store = *state->store;
    const bool one_line = store.stride == 8 || store.stride == 1;
    for (size_t row = from; row < to; row++) {
        if (cells->group[row] >= state->groups)
            continue;
        const union tally_word *word = store.word + cells->group[row] * store.stride;
        __builtin_prefetch(word, 1);
        if (!one_line)
            __builtin_prefetch(word + store.stride - 1, 1);
    }
}

enum { BLOCK = 32 }; /* rows whose sums are near at a time */

static enum pal_status feed_plain(struct pal_state *const *state, const struct pal_cells *cells,
                                  size_t n, struct pal_error *err)
{
    const size_t rows = cells->rows;
    for (size_t from = 0; from < rows; from += BLOCK) {
        const size_t to = rows - from < BLOCK ? rows : from + BLOCK;
        const size_t then = rows - to < BLOCK ? rows : to + BLOCK;
        for (size_t i = 0; i < n; i++) {
            const bool shared = i && state[i]->store == state[i - 1]->store;
            if (!shared && !from)
                call_for_groups(state[i], &cells[i], from, to);
            if (!shared)
                call_for_groups(state[i], &cells[i], to, then);
            PAL_TRY(cells[i].args ? add_plain(state[i], &cells[i], from, to, err)
                                  : count_plain(state[i], &cells[i], from, to, err));
        }
    }
    return PAL_OK;
}

/* The part a row belongs to; SIZE_MAX when it belongs to none. */
static size_t part_of(const struct pal_state *state, const struct pal_cells *cells, size_t row)
{
    size_t side = 0, stratum = 0;
    if (state->rule & TALLY_SIDES) {
        side = cells->side[row];
        if (side > 1)
            return SIZE_MAX;
    }
    if (state->rule & TALLY_STRATA) {
        stratum = cells->stratum[row];
        if (stratum >= cells->strata)
            return SIZE_MAX;
    }
    const size_t strata = state->rule & TALLY_SIDES ? state->parts / 2 : state->parts;
    return side * (state->rule & TALLY_STRATA ? strata : 1) + stratum;
}

static enum pal_status check_cells(struct pal_state *state, const struct pal_cells *cells,
                                   struct pal_error *err)
{
    const struct pal_estimator *estimator = state->estimator;
    if (cells->args != state->args)
        return pal_fail(err, PAL_BUG, "'%s' began with %zu columns and was fed %zu",
                        estimator->name, state->args, cells->args);
    for (size_t i = 0; i < cells->args; i++)
        if (cells->arg[i]->type != PAL_COLUMN_NUMBER)
            return refuse_text(cells, i, err);
    if (state->rule & TALLY_SIDES && !cells->side)
        return pal_fail(err, PAL_BUG, "'%s' was fed without sides", estimator->name);
    if (state->rule & TALLY_STRATA && !cells->stratum)
        return pal_fail(err, PAL_BUG, "'%s' was fed without strata", estimator->name);
    if (estimator->needs_standard && cells->strata != state->ask.standard->n)
        return pal_fail(err, PAL_BUG, "'%s' was fed %zu strata for a standard of %zu",
                        estimator->name, cells->strata, state->ask.standard->n);
    return PAL_OK;
}

static enum pal_status get_ready(struct pal_state *state, const struct pal_cells *cells,
                                 struct pal_error *err)
{
    PAL_TRY(check_cells(state, cells, err));
    if (state->rule & TALLY_STRATA && !state->estimator->needs_standard)
        PAL_TRY(need_parts(state, cells->strata, err));
    return need_groups(state, cells->groups ? cells->groups : 1, err);
}

enum pal_status tally_feed(struct pal_state *state, const struct pal_cells *cells,
                           struct pal_error *err)
{
    PAL_TRY(get_ready(state, cells, err));
    if (is_plain(state, cells))
        return feed_plain(&state, cells, 1, err);
    for (size_t row = 0; row < cells->rows; row++) {
        const uint32_t group = cells->group ? cells->group[row] : 0;
        if (group >= state->groups)
            continue;
        const size_t part = part_of(state, cells, row);
        if (part == SIZE_MAX)
            continue;
        PAL_TRY(feed_row(state, cells, row, group, part, err));
    }
    return PAL_OK;
}

enum pal_status pal_states_feed(struct pal_state *const *state, const struct pal_cells *cells,
                                size_t n, struct pal_error *err)
{
    bool plain = true;
    for (size_t i = 0; i < n; i++)
        plain = plain && is_plain(state[i], &cells[i]);
    if (!plain) {
        for (size_t i = 0; i < n; i++)
            PAL_TRY(state[i]->estimator->feed(state[i], &cells[i], err));
        return PAL_OK;
    }
    for (size_t i = 0; i < n; i++)
        PAL_TRY(get_ready(state[i], &cells[i], err));
    return n ? feed_plain(state, cells, n, err) : PAL_OK;
}

/* ---- merging -----------------------------------------------------------------------------------
 */

static void merge_one(struct tally *into, const struct tally *from)
{
    pal_sum_merge(&into->y, &from->y);
    pal_sum_merge(&into->x, &from->x);
    pal_sum_merge(&into->squares, &from->squares);
    into->x_missing += from->x_missing;
    into->y_low += from->y_low;
    into->y_high += from->y_high;
    into->x_low += from->x_low;
    into->x_high += from->x_high;
    into->n += from->n;
    into->missing += from->missing;
    into->censored += from->censored;
    into->left_out += from->left_out;
}

enum pal_status tally_merge(struct pal_state *into, const struct pal_state *from,
                            const struct pal_mapping *map, struct pal_error *err)
{
    if (into->estimator != from->estimator || into->rule != from->rule || into->args != from->args)
        return pal_fail(err, PAL_USAGE, "a state of '%s' cannot be merged into one of '%s'",
                        from->estimator->name, into->estimator->name);
    /* Only units of observation are numbered by each state for itself. */
    const bool units = from->rule & TALLY_STRATA && !from->estimator->needs_standard;
    const uint32_t *const stratum = map && units ? map->stratum : NULL;
    if (map &&
        ((map->group && from->groups > map->groups) || (stratum && from->parts > map->strata)))
        return pal_fail(err, PAL_DATA, "a state of '%s' has more groups than were named",
                        from->estimator->name);
    size_t groups = 0, parts = 0;
    for (size_t g = 0; g < from->groups; g++) {
        const size_t to = map && map->group ? map->group[g] : g;
        if (to == PAL_NO_GROUP)
            continue;
        groups = to + 1 > groups ? to + 1 : groups;
    }
    for (size_t p = 0; p < from->parts; p++) {
        const size_t to = stratum ? stratum[p] : p;
        parts = to + 1 > parts ? to + 1 : parts;
    }
    PAL_TRY(need_parts(into, parts, err));
    PAL_TRY(need_groups(into, groups, err));
    for (size_t g = 0; g < from->groups; g++) {
        const size_t to = map && map->group ? map->group[g] : g;
        if (to == PAL_NO_GROUP)
            continue;
        for (size_t p = 0; p < from->parts; p++) {
            const size_t part = stratum ? stratum[p] : p;
            struct tally sum, more;
            (void)tally_at(into, to, part, &sum);
            merge_one(&sum, tally_at(from, g, p, &more));
            PAL_TRY(put_tally(into, to, part, &sum, err));
        }
    }
    return PAL_OK;
}

struct pal_holding pal_state_holding(const struct pal_state *state, size_t group)
{
    struct pal_holding holding = {.least = (double)INFINITY};
    struct tally room;
    for (size_t p = 0; p < state->parts; p++) {
        const struct tally *tally = tally_at(state, group, p, &room);
        const double y = pal_sum_value(&tally->y), x = pal_sum_value(&tally->x);
        holding.least = y > 0 && y < holding.least ? y : holding.least;
        holding.least = x > 0 && x < holding.least ? x : holding.least;
        holding.counted += y;
        holding.rows += tally->n;
    }
    return holding;
}

/* ---- saving ------------------------------------------------------------------------------------
 */

static void pack_sum(struct pal_buf *out, const struct pal_sum *sum)
{
    pal_pack_f64(out, sum->sum);
    pal_pack_f64(out, sum->c);
    pal_pack_f64(out, sum->cc);
}

static struct pal_sum unpack_sum(struct pal_unpack *in)
{
    struct pal_sum sum;
    sum.sum = pal_unpack_f64(in);
    sum.c = pal_unpack_f64(in);
    sum.cc = pal_unpack_f64(in);
    return sum;
}

enum { TALLY_BYTES = 3 * 3 * 8 + 5 * 8 + 4 * 8 };

enum pal_status tally_save(const struct pal_state *state, struct pal_buf *out,
                           struct pal_error *err)
{
    pal_pack_u64(out, state->groups);
    pal_pack_u64(out, state->parts);
    for (size_t g = 0; g < state->groups; g++) {
        for (size_t p = 0; p < state->parts; p++) {
            struct tally room;
            const struct tally *t = tally_at(state, g, p, &room);
            pack_sum(out, &t->y);
            pack_sum(out, &t->x);
            pack_sum(out, &t->squares);
            pal_pack_f64(out, t->x_missing);
            pal_pack_f64(out, t->y_low);
            pal_pack_f64(out, t->y_high);
            pal_pack_f64(out, t->x_low);
            pal_pack_f64(out, t->x_high);
            pal_pack_u64(out, t->n);
            pal_pack_u64(out, t->missing);
            pal_pack_u64(out, t->censored);
            pal_pack_u64(out, t->left_out);
        }
    }
    return pal_buf_status(out, "a saved state", err);
}

enum pal_status tally_load(struct pal_state *state, pal_str bytes, struct pal_error *err)
{
    struct pal_unpack in = {.rest = bytes};
    const uint64_t groups = pal_unpack_u64(&in), parts = pal_unpack_u64(&in);
    const uint64_t cells = in.rest.len / TALLY_BYTES;
    const bool fits = !in.failed && in.rest.len % TALLY_BYTES == 0 &&
                      (parts == 0 ? cells == 0 : groups == cells / parts && cells % parts == 0);
    const bool units = state->rule & TALLY_STRATA && !state->estimator->needs_standard;
    if (!fits || groups > PAL_NO_GROUP || (!units && parts != state->parts))
        return pal_fail(err, PAL_DATA, "the saved state of '%s' does not fit together",
                        state->estimator->name);
    if (cells == 0) /* nothing is held, whatever number of groups or of parts is said */
        return PAL_OK;
    PAL_TRY(need_parts(state, (size_t)parts, err));
    PAL_TRY(need_groups(state, (size_t)groups, err));
    for (size_t g = 0; g < state->groups; g++) {
        for (size_t p = 0; p < (size_t)parts; p++) {
            struct tally room, *t = &room;
            t->y = unpack_sum(&in);
            t->x = unpack_sum(&in);
            t->squares = unpack_sum(&in);
            t->x_missing = pal_unpack_f64(&in);
            t->y_low = pal_unpack_f64(&in);
            t->y_high = pal_unpack_f64(&in);
            t->x_low = pal_unpack_f64(&in);
            t->x_high = pal_unpack_f64(&in);
            t->n = pal_unpack_u64(&in);
            t->missing = pal_unpack_u64(&in);
            t->censored = pal_unpack_u64(&in);
            t->left_out = pal_unpack_u64(&in);
            PAL_TRY(put_tally(state, g, p, t, err));
        }
    }
    return PAL_OK;
}
