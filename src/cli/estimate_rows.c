/* estimate_rows.c: the answers: STATs in the order given, groups sorted by value. */
#include "estimate_survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rank { /* of one value among its column's values; EST_TOTAL comes last */
    uint32_t code;
    pal_str text;
    double sort;
    bool numeric; /* the whole column is */
};

static int rank_order(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    if (x->numeric && x->sort != y->sort)
        return (x->sort > y->sort) - (x->sort < y->sort);
    const int order = pal_str_cmp(x->text, y->text);
    return order ? order : (x->code > y->code) - (x->code < y->code);
}

/* The place of every value of one column when sorted. */
enum pal_status est_values_ranked(const struct est_values *values, struct pal_arena *arena,
                                  uint32_t **out, struct pal_error *err)
{
    const size_t n = pal_map_count(values->map);
    struct rank *rank = pal_arena_alloc(arena, n + 1, sizeof *rank);
    *out = pal_arena_alloc(arena, n + 1, sizeof **out);
    if (!rank || !*out)
        return pal_nomem(err, "groups");
    bool numeric = true;
    for (size_t i = 0; i < n; i++)
        numeric = numeric && !isnan(values->sort[i]);
    for (size_t i = 0; i < n; i++)
        rank[i] = (struct rank){(uint32_t)i, pal_map_key(values->map, i), values->sort[i], numeric};
    qsort(rank, n, sizeof *rank, rank_order);
    for (size_t i = 0; i < n; i++)
        (*out)[rank[i].code] = (uint32_t)i;
    return PAL_OK;
}

struct place { /* of one group: its ranks, packed into one number where they fit */
    uint64_t packed;
    const uint32_t *rank; /* [bys], where they do not */
    uint32_t group, bys;
};

static int place_order(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->packed != y->packed)
        return x->packed < y->packed ? -1 : 1;
    for (size_t i = 0; x->rank && i < x->bys; i++)
        if (x->rank[i] != y->rank[i])
            return x->rank[i] < y->rank[i] ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

/* Ranks from 0; a total comes behind all of them. */
static uint32_t rank_of(const struct est_pass *pass, size_t b, uint32_t code, uint32_t *const *rank)
{
    return code == EST_TOTAL ? (uint32_t)pal_map_count(pass->value[b].map) : rank[b][code - 1];
}

static unsigned bits_of_ranks(const struct est_pass *pass, unsigned *bits)
{
    unsigned all = 0;
    for (size_t b = 0; b < pass->plan->bys; b++) {
        bits[b] = 1;
        while (pal_map_count(pass->value[b].map) >> bits[b])
            bits[b]++;
        all += bits[b];
    }
    return all;
}

/* The groups in the order of their values. */
struct order {
    size_t groups;
    struct place *place; /* [groups] */
    /* Where ranks are packed: how, and the text of each, so that a group's texts need no look-up.
     */
    bool packed;
    unsigned bits[EST_MOST_BYS];
    pal_str *text[EST_MOST_BYS]; /* [values + 1] by rank */
};

static enum pal_status name_ranks(const struct est_pass *pass, uint32_t *const *rank,
                                  struct pal_arena *arena, struct order *out, struct pal_error *err)
{
    for (size_t b = 0; b < pass->plan->bys; b++) {
        const struct pal_map *values = pass->value[b].map;
        const size_t n = pal_map_count(values);
        out->text[b] = pal_arena_alloc(arena, n + 1, sizeof **out->text);
        if (!out->text[b])
            return pal_nomem(err, "groups");
        for (size_t i = 0; i < n; i++)
            out->text[b][rank[b][i]] = pal_map_key(values, i);
        out->text[b][n] = PAL_STR("_T");
    }
    return PAL_OK;
}

/* Packed ranks of few bits are sorted digit by digit; what is equal stays in the order of groups,
 * in which they come. */
enum { DIGIT = 11, DIGITS = 1 << DIGIT, MOST_SORTED = 3 * DIGIT };

static bool sort_by_digits(struct order *order, unsigned bits)
{
    struct pal_arena *const scratch = pal_arena_new();
    struct place *from = order->place,
                 *to = scratch ? pal_arena_alloc(scratch, order->groups, sizeof *to) : NULL;
    size_t *begin = scratch ? pal_arena_alloc(scratch, DIGITS, sizeof *begin) : NULL;
    const bool room = to && begin;
    for (unsigned shift = 0; room && shift < bits; shift += DIGIT) {
        memset(begin, 0, DIGITS * sizeof *begin);
        for (size_t i = 0; i < order->groups; i++)
            begin[from[i].packed >> shift & (DIGITS - 1)]++;
        for (size_t d = 0, before = 0; d < DIGITS; d++) {
            const size_t n = begin[d];
            begin[d] = before;
            before += n;
        }
        for (size_t i = 0; i < order->groups; i++)
            to[begin[from[i].packed >> shift & (DIGITS - 1)]++] = from[i];
        struct place *const sorted = to;
        to = from;
        from = sorted;
    }
    if (room && from != order->place)
        memcpy(order->place, from, order->groups * sizeof *from);
    pal_arena_free(scratch);
    return room;
}

static enum pal_status sort_groups(const struct est_pass *pass, struct pal_arena *arena,
                                   struct order *out, struct pal_error *err)
{
    const size_t bys = pass->plan->bys, n = pal_groups_count(pass->groups);
    *out = (struct order){.groups = n};
    const unsigned bits = bits_of_ranks(pass, out->bits);
    out->packed = bits <= 64;
    uint32_t **rank = pal_arena_alloc(arena, bys + 1, sizeof *rank);
    uint32_t *row = out->packed ? NULL : pal_arena_alloc(arena, n * bys + 1, sizeof *row);
    out->place = pal_arena_alloc(arena, n + 1, sizeof *out->place);
    if (!rank || (!out->packed && !row) || !out->place)
        return pal_nomem(err, "groups");
    for (size_t b = 0; b < bys; b++)
        PAL_TRY(est_values_ranked(&pass->value[b], arena, &rank[b], err));
    out->groups = 0;
    for (size_t g = 0; g < n; g++) {
        const uint32_t *key = pal_groups_key(pass->groups, g);
        bool blank = false; /* it is there for marginal groups alone */
        for (size_t b = 0; b < bys; b++)
            blank = blank || key[b] == 0;
        if (blank)
            continue;
        struct place *place = &out->place[out->groups++];
        *place = (struct place){.group = (uint32_t)g, .bys = (uint32_t)bys};
        for (size_t b = 0; b < bys; b++) {
            const uint32_t r = rank_of(pass, b, key[b], rank);
            if (out->packed)
                place->packed = place->packed << out->bits[b] | r;
            else
                row[g * bys + b] = r;
        }
        if (!out->packed)
            place->rank = &row[g * bys];
    }
    if (bits > MOST_SORTED || out->groups < DIGITS)
        qsort(out->place, out->groups, sizeof *out->place, place_order);
    else if (!sort_by_digits(out, bits))
        return pal_nomem(err, "groups");
    return name_ranks(pass, rank, arena, out, err);
}

static enum pal_status group_texts(const struct order *order, size_t at, struct pal_arena *arena,
                                   const pal_str **out, struct pal_error *err)
{
    const struct place *place = &order->place[at];
    pal_str *text = pal_arena_alloc(arena, place->bys + 1, sizeof *text);
    if (!text)
        return pal_nomem(err, "groups");
    uint64_t ranks = place->packed;
    for (size_t b = place->bys; b-- > 0;) {
        const uint64_t mask = (UINT64_C(1) << order->bits[b]) - 1;
        text[b] = order->text[b][order->packed ? ranks & mask : place->rank[b]];
        ranks = order->packed ? ranks >> order->bits[b] : 0;
    }
    *out = text;
    return PAL_OK;
}

/* 100 (ratio - 1) */
static void percent_of(struct pal_estimate *e)
{
    e->value = 100 * (e->value - 1);
    e->std_error *= 100;
    e->low = 100 * (e->low - 1);
    e->high = 100 * (e->high - 1);
    e->bound_low = 100 * (e->bound_low - 1);
    e->bound_high = 100 * (e->bound_high - 1);
}

static void number_of_test(struct pal_estimate *e, const struct est_line *line)
{
    e->value = line->show == EST_SHOW_Z ? e->test_z : e->test_p;
    e->has_std_error = e->has_interval = e->has_bounds = false;
    e->method = line->method;
    e->uncertainty = PAL_UNC_NONE;
    e->status = isnan(e->value) ? PAL_ANSWER_UNDEFINED : PAL_ANSWER_OK;
}

/* What a comparison compares stands in front of its note. */
static enum pal_status note_change(const struct est_plan *plan, struct pal_estimate *e,
                                   struct pal_arena *arena, struct pal_error *err)
{
    const pal_str text =
        pal_arena_printf(arena, "%.*s %.*s against %.*s%s%s", PAL_ARG(plan->change_name),
                         PAL_ARG(plan->change_value[1]), PAL_ARG(plan->change_value[0]),
                         e->note ? "; " : "", e->note ? e->note : "");
    if (!text.ptr)
        return pal_nomem(err, "a note");
    e->note = text.ptr;
    return PAL_OK;
}

/* ---- rows of registers -------------------------------------------------------------------------
 */

struct est_listing {
    const struct est_pass *pass;
    struct order order;
};

enum pal_status est_listing_new(const struct est_pass *pass, struct pal_arena *arena,
                                struct est_listing **out, struct pal_error *err)
{
    struct est_listing *listing = pal_arena_alloc(arena, 1, sizeof *listing);
    if (!listing)
        return pal_nomem(err, "rows of output");
    *listing = (struct est_listing){.pass = pass};
    *out = listing;
    return sort_groups(pass, arena, &listing->order, err);
}

size_t est_listing_count(const struct est_listing *listing)
{
    return listing->order.groups * listing->pass->plan->lines;
}

static enum pal_status make_row(const struct est_pass *pass, const struct est_line *line,
                                size_t group, const pal_str *text, struct pal_arena *arena,
                                struct est_row *to, struct pal_error *err)
{
    const struct est_plan *plan = pass->plan;
    const struct est_task *task = &plan->task[line->task];
    *to = (struct est_row){
        .statistic = line->statistic, .variable = plan->stat[line->stat].variable, .group = text};
    PAL_TRY(task->estimator->finish(pass->state[line->task], group, arena, &to->estimate, err));
    if (task->ask.no_variance)
        to->estimate.method = "value alone, no variance asked";
    if (line->show == EST_SHOW_PERCENT)
        percent_of(&to->estimate);
    else if (line->show != EST_SHOW_VALUE)
        number_of_test(&to->estimate, line);
    PAL_TRY(est_mark_note(&pass->mark, arena, &to->estimate, err));
    return task->sides ? note_change(plan, &to->estimate, arena, err) : PAL_OK;
}

enum pal_status est_listing_rows(const struct est_listing *listing, size_t first, size_t n,
                                 struct pal_arena *arena, struct est_row *row,
                                 struct pal_error *err)
{
    enum { AHEAD = 16 };
    const struct est_pass *pass = listing->pass;
    const struct order *order = &listing->order;
    if (!n)
        return PAL_OK;
    const struct est_line *line = &pass->plan->line[first / order->groups];
    size_t at = first % order->groups;
    for (size_t i = 0; i < n; i++, at++) {
        if (at == order->groups) {
            at = 0;
            line++;
        }
        if (at + AHEAD < order->groups)
            pal_state_call_for(pass->state[line->task], order->place[at + AHEAD].group);
        const pal_str *text;
        PAL_TRY(group_texts(order, at, arena, &text, err));
        PAL_TRY(make_row(pass, line, order->place[at].group, text, arena, &row[i], err));
    }
    return PAL_OK;
}

static enum pal_status survey_rows(const struct est_pass *pass, struct pal_arena *arena,
                                   struct est_row **out, size_t *n, struct pal_error *err)
{
    struct order order;
    PAL_TRY(sort_groups(pass, arena, &order, err));
    const size_t groups = order.groups;
    const pal_str **text = pal_arena_alloc(arena, groups + 1, sizeof *text);
    size_t *number = pal_arena_alloc(arena, groups + 1, sizeof *number);
    if (!text || !number)
        return pal_nomem(err, "rows of output");
    for (size_t g = 0; g < groups; g++) {
        number[g] = order.place[g].group;
        PAL_TRY(group_texts(&order, g, arena, &text[g], err));
    }
    const struct est_groups sorted = {groups, number, text};
    PAL_TRY(est_survey_rows(pass, &sorted, arena, out, n, err));
    for (size_t i = 0; i < *n; i++)
        PAL_TRY(est_mark_note(&pass->mark, arena, &(*out)[i].estimate, err));
    return PAL_OK;
}

enum pal_status est_rows_make(const struct est_pass *pass, struct pal_arena *arena,
                              struct est_row **out, size_t *n, struct pal_error *err)
{
    if (pass->imputed)
        return est_imputed_rows(pass, arena, out, n, err);
    if (pass->plan->survey)
        return survey_rows(pass, arena, out, n, err);
    struct est_listing *listing = NULL;
    PAL_TRY(est_listing_new(pass, arena, &listing, err));
    *n = est_listing_count(listing);
    *out = pal_arena_alloc(arena, *n + 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "rows of output");
    return est_listing_rows(listing, 0, *n, arena, *out, err);
}
