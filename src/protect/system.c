/* system.c: tables as cells and the linear relations between them. */
#include "inside.h"

#include <math.h>

struct pal_system *pal_system_new(struct pal_arena *arena)
{
    struct pal_system *s = pal_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return NULL;
    s->arena = arena;
    s->keys = pal_map_new(arena, 64);
    s->start = pal_arena_alloc(arena, 1, sizeof *s->start);
    return s->keys && s->start ? s : NULL;
}

static void *room(struct pal_arena *arena, void *old, size_t used, size_t *has, size_t wanted,
                  size_t size)
{
    if (wanted <= *has)
        return old;
    const size_t larger = wanted + wanted / 2 + 16;
    void *grown = pal_arena_grow(arena, old, used, larger, size);
    if (grown)
        *has = larger;
    return grown;
}

enum pal_status pal_system_cell(struct pal_system *s, pal_str key, double value, size_t *out,
                                struct pal_error *err)
{
    bool is_new;
    const size_t at = pal_map_add(s->keys, key, &is_new);
    if (at == SIZE_MAX)
        return pal_nomem(err, "the cells");
    *out = at;
    if (!is_new) {
        const double before = s->cell[at].value;
        if (fabs(before - value) <= 1e-9 * fmax(1, fabs(before)))
            return PAL_OK;
        char a[PAL_NUM_SIZE], b[PAL_NUM_SIZE];
        pal_num_write(before, a);
        pal_num_write(value, b);
        return pal_fail(err, PAL_DATA,
                        "cell '%.*s' is %s in one place and %s in another; correct "
                        "one, or protect the tables apart",
                        PAL_ARG(key), a, b);
    }
    if (!isfinite(value))
        return pal_fail(err, PAL_DATA, "cell '%.*s' holds no number", PAL_ARG(key));
    s->cell = room(s->arena, s->cell, s->cells, &s->cells_room, s->cells + 1, sizeof *s->cell);
    if (!s->cell)
        return pal_nomem(err, "the cells");
    s->cell[s->cells++] = (struct pal_entry){
        .key = pal_map_key(s->keys, at),
        .value = value,
        .floor = fmin(0, value),
        .ceiling = HUGE_VAL,
        .cost = 1,
        .letter = 'F',
    };
    return PAL_OK;
}

size_t pal_system_find(const struct pal_system *s, pal_str key)
{
    return pal_map_find(s->keys, key);
}

enum pal_status pal_system_relation(struct pal_system *s, const struct pal_term *term, size_t n,
                                    struct pal_error *err)
{
    if (s->relations + 1 >= s->relations_room) {
        const size_t larger = s->relations + s->relations / 2 + 16;
        size_t *grown =
            pal_arena_grow(s->arena, s->start, s->relations + 1, larger + 1, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the relations");
        s->start = grown;
        s->relations_room = larger;
    }
    s->term = room(s->arena, s->term, s->terms, &s->terms_room, s->terms + n, sizeof *s->term);
    if (!s->term && n)
        return pal_nomem(err, "the relations");
    for (size_t i = 0; i < n; i++)
        s->term[s->terms++] = term[i];
    s->start[++s->relations] = s->terms;
    return PAL_OK;
}

static enum pal_status relation_holds(const struct pal_system *s, size_t r, struct pal_error *err)
{
    struct pal_sum sum = {0};
    double largest = 1;
    for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
        const double x = s->term[t].coef * s->cell[s->term[t].cell].value;
        pal_sum_add(&sum, x);
        largest = fmax(largest, fabs(x));
    }
    const double gap = pal_sum_value(&sum);
    if (fabs(gap) <= 1e-9 * largest)
        return PAL_OK;
    const size_t total = pal_relation_total(s, r);
    const pal_str key = s->cell[total == SIZE_MAX ? s->term[s->start[r]].cell : total].key;
    char number[PAL_NUM_SIZE];
    pal_num_write(gap, number);
    return pal_fail(err, PAL_DATA,
                    "relation %zu, of cell '%.*s', does not hold: its terms add up to %s instead "
                    "of 0; a table is protected only when its parts are its totals",
                    r + 1, PAL_ARG(key), number);
}

enum pal_status pal_system_seal(struct pal_system *s, struct pal_error *err)
{
    s->within_start = pal_arena_alloc(s->arena, s->cells + 2, sizeof *s->within_start);
    s->within = pal_arena_alloc(s->arena, s->terms + 1, sizeof *s->within);
    if (!s->within_start || !s->within)
        return pal_nomem(err, "the relations");
    for (size_t t = 0; t < s->terms; t++)
        s->within_start[s->term[t].cell + 2]++;
    for (size_t i = 2; i <= s->cells + 1; i++)
        s->within_start[i] += s->within_start[i - 1];
    for (size_t r = 0; r < s->relations; r++) {
        for (size_t t = s->start[r]; t < s->start[r + 1]; t++)
            s->within[s->within_start[s->term[t].cell + 1]++] = r;
        PAL_TRY(relation_holds(s, r, err));
    }
    return PAL_OK;
}

size_t pal_relation_total(const struct pal_system *s, size_t r)
{
    size_t negative = 0, positive = 0, last_negative = SIZE_MAX, last_positive = SIZE_MAX;
    for (size_t t = s->start[r]; t < s->start[r + 1]; t++) {
        if (s->term[t].coef < 0) {
            negative++;
            last_negative = s->term[t].cell;
        } else {
            positive++;
            last_positive = s->term[t].cell;
        }
    }
    return negative == 1 ? last_negative : positive == 1 ? last_positive : SIZE_MAX;
}

void pal_system_costs(struct pal_system *s, enum pal_cost cost)
{
    for (size_t i = 0; i < s->cells; i++) {
        struct pal_entry *c = &s->cell[i];
        c->cost = cost == PAL_COST_UNIT  ? 1
                  : cost == PAL_COST_LOG ? log1p(fabs(c->value))
                                         : fabs(c->value);
    }
}

void pal_system_bounds(struct pal_system *s, double times, double plus)
{
    double widest = 1;
    for (size_t i = 0; i < s->cells; i++)
        if (s->cell[i].mark == PAL_CELL_PRIMARY)
            widest = fmax(widest, s->cell[i].upper);
    if (isnan(plus))
        plus = 2 * widest + 10;
    for (size_t i = 0; i < s->cells; i++) {
        struct pal_entry *c = &s->cell[i];
        c->floor = fmin(0, c->value);
        if (c->derived) {
            c->ceiling = HUGE_VAL; /* it goes as far as its count */
            continue;
        }
        c->ceiling = fmax(times * c->value, c->value + plus);
    }
}

void pal_system_known(struct pal_system *s, const struct pal_primary_rule *rule, size_t rules)
{
    for (size_t k = 0; k < rules; k++)
        for (size_t i = 0; i < s->cells && rule[k].kind == PAL_RULE_THRESHOLD; i++) {
            struct pal_entry *c = &s->cell[i];
            const double most = ceil(rule[k].n) - 1;
            if (c->letter != 'A' || !(c->value > 0) || c->value > most)
                continue;
            c->floor = fmin(1, c->value);
            c->ceiling = fmin(c->ceiling, most);
            c->upper = fmin(c->upper, c->ceiling - c->value);
            c->lower = fmin(c->lower, c->value - c->floor);
            c->sliding = true;
        }
}

/* Is the cell a part of a total that somebody counts? A rate is no such total. */
static bool is_part(const struct pal_system *s, size_t i, size_t r)
{
    const size_t total = pal_relation_total(s, r);
    return total != i && (total == SIZE_MAX || !s->cell[total].derived);
}

void pal_system_fix(struct pal_system *s)
{
    for (size_t i = 0; i < s->cells; i++) {
        struct pal_entry *c = &s->cell[i];
        bool part = s->within_start[i] == s->within_start[i + 1];
        for (size_t w = s->within_start[i]; w < s->within_start[i + 1] && !part; w++)
            part = is_part(s, i, s->within[w]);
        if (c->value == 0 || (!part && !c->derived))
            c->fixed = true;
    }
}
