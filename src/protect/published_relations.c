/* published_relations.c: how published cells hang together: totals and parts, parts of areas, rates
 * with their population. */
#include "published.h"

#include <math.h>
#include <string.h>

enum { MOST_PIECES = 32 };

enum pal_status published_family(struct published *x, pal_str name, size_t *out,
                                 struct pal_error *err)
{
    bool is_new;
    *out = pal_map_add(x->families, name, &is_new);
    if (*out == SIZE_MAX)
        return pal_nomem(err, "the relations");
    if (is_new && *out >= x->families_room) {
        const size_t larger = 2 * x->families_room + 16;
        x->family =
            pal_arena_grow(x->arena, x->family, x->families_room, larger, sizeof *x->family);
        if (!x->family)
            return pal_nomem(err, "the relations");
        x->families_room = larger;
    }
    if (is_new)
        x->family[*out].name = pal_map_key(x->families, *out);
    return PAL_OK;
}

enum pal_status published_relation(struct published *x, size_t family, const struct pal_term *term,
                                   size_t n, double low, double high, struct pal_error *err)
{
    if (x->relations == x->relations_room) {
        const size_t larger = 2 * x->relations_room + 256;
        x->relation =
            pal_arena_grow(x->arena, x->relation, x->relations_room, larger, sizeof *x->relation);
        if (!x->relation)
            return pal_nomem(err, "the relations");
        x->relations_room = larger;
    }
    struct published_relation *r = &x->relation[x->relations++];
    *r = (struct published_relation){.family = family, .n = n, .low = low, .high = high};
    r->term = pal_arena_alloc(x->arena, n + 1, sizeof *r->term);
    if (!r->term)
        return pal_nomem(err, "the relations");
    memcpy(r->term, term, n * sizeof *term);
    for (size_t i = 0; i < n; i++) {
        r->repeated = r->repeated || x->cell[term[i].cell].again;
        r->conflict = r->conflict || x->cell[term[i].cell].conflict;
    }
    return PAL_OK;
}

/* ---- keys in pieces
 * ------------------------------------------------------------------------------ */

struct pieces {
    size_t n;
    pal_str piece[MOST_PIECES]; /* "SEX=F" */
    pal_str tail;               /* "@rate/100000", a measure, or nothing */
};

static bool cut(pal_str key, struct pieces *out)
{
    const char *tail = key.len ? memchr(key.ptr, '@', key.len) : NULL;
    *out = (struct pieces){0};
    if (tail) {
        out->tail = (pal_str){tail, (size_t)(key.ptr + key.len - tail)};
        key.len = (size_t)(tail - key.ptr);
    }
    pal_str piece;
    while (key.len && pal_str_split(&key, '|', &piece)) {
        if (out->n == MOST_PIECES)
            return false;
        out->piece[out->n++] = piece;
    }
    return true;
}

static pal_str name_of(pal_str piece)
{
    const char *equals = memchr(piece.ptr, '=', piece.len);
    return (pal_str){piece.ptr, equals ? (size_t)(equals - piece.ptr) : piece.len};
}

/* The key with piece `without` left out (or put instead). */
static void join_but(const struct pieces *p, size_t without, pal_str instead, struct pal_buf *out)
{
    pal_buf_clear(out);
    for (size_t i = 0; i < p->n; i++) {
        if (i == without && !instead.len)
            continue;
        if (out->len)
            pal_buf_addc(out, '|');
        pal_buf_add(out, i == without ? instead : p->piece[i]);
    }
    pal_buf_add(out, p->tail);
}

/* ---- totals
 * -------------------------------------------------------------------------------------- */

struct lines {
    struct published *x;
    struct pal_map *line; /* family and key of the total */
    size_t *total, *family, *first, *last, *parts, room;
    size_t *part, *next, n, part_room;
    struct pal_buf key, name;
};

static enum pal_status line_room(struct lines *l, size_t wanted, struct pal_error *err)
{
    if (wanted < l->room)
        return PAL_OK;
    const size_t larger = 2 * wanted + 256;
    size_t **const array[] = {&l->total, &l->family, &l->first, &l->last, &l->parts};
    for (size_t i = 0; i < PAL_COUNT(array); i++) {
        *array[i] = pal_arena_grow(l->x->arena, *array[i], l->room, larger, sizeof **array[i]);
        if (!*array[i])
            return pal_nomem(err, "the relations");
    }
    l->room = larger;
    return PAL_OK;
}

static enum pal_status add_to_line(struct lines *l, size_t family, size_t total, size_t cell,
                                   struct pal_error *err)
{
    char name[64];
    bool is_new;
    const int length = snprintf(name, sizeof name, "%zu %zu", family, total);
    const size_t k = pal_map_add(l->line, (pal_str){name, (size_t)length}, &is_new);
    if (k == SIZE_MAX)
        return pal_nomem(err, "the relations");
    PAL_TRY(line_room(l, k + 1, err));
    if (l->n == l->part_room) {
        const size_t larger = 2 * l->part_room + 256;
        l->part = pal_arena_grow(l->x->arena, l->part, l->part_room, larger, sizeof *l->part);
        l->next = pal_arena_grow(l->x->arena, l->next, l->part_room, larger, sizeof *l->next);
        if (!l->part || !l->next)
            return pal_nomem(err, "the relations");
        l->part_room = larger;
    }
    l->part[l->n] = cell;
    l->next[l->n] = SIZE_MAX;
    if (is_new) {
        l->total[k] = total;
        l->family[k] = family;
        l->first[k] = l->n;
        l->parts[k] = 0;
    } else {
        l->next[l->last[k]] = l->n;
    }
    l->last[k] = l->n++;
    l->parts[k]++;
    return PAL_OK;
}

/* "AREA=GBR_E_W" is a part of "AREA=GBR". */
static pal_str state_of(pal_str piece)
{
    const char *bar = memchr(piece.ptr, '_', piece.len);
    return (pal_str){piece.ptr, bar ? (size_t)(bar - piece.ptr) : 0};
}

static enum pal_status lines_of(struct lines *l, size_t cell, struct pal_error *err)
{
    struct published *x = l->x;
    struct pieces p;
    if (!cut(x->cell[cell].key, &p))
        return PAL_OK;
    for (size_t i = 0; i < p.n; i++) {
        const pal_str name = name_of(p.piece[i]);
        pal_str instead = {NULL, 0};
        size_t family;
        if (pal_str_eq(name, PAL_STR("TIME")) || pal_str_eq_nocase(name, PAL_STR("INDICATOR")) ||
            (p.tail.len && pal_str_starts(p.tail, PAL_STR("@rate/"))))
            continue;
        pal_buf_clear(&l->name);
        pal_buf_add(&l->name, name);
        if (pal_str_eq(name, PAL_STR("AREA")) && state_of(p.piece[i]).len) {
            instead = state_of(p.piece[i]);
            pal_buf_adds(&l->name, ", parts of a State");
        } else {
            const char *slash = memchr(p.piece[i].ptr, '/', p.piece[i].len);
            if (slash) /* categories of one dimension are one kind of parts */
                pal_buf_addf(&l->name, " (%.*s)",
                             (int)(slash - p.piece[i].ptr - (ptrdiff_t)name.len - 1),
                             p.piece[i].ptr + name.len + 1);
        }
        join_but(&p, i, instead, &l->key);
        PAL_TRY(pal_buf_status(&l->key, "the codes of a cell", err));
        PAL_TRY(pal_buf_status(&l->name, "a relation", err));
        const size_t total = pal_map_find(x->keys, pal_buf_str(&l->key));
        if (total == SIZE_MAX)
            continue;
        PAL_TRY(published_family(x, pal_buf_str(&l->name), &family, err));
        PAL_TRY(add_to_line(l, family, total, cell, err));
    }
    return PAL_OK;
}

/* Does the total's key hold dimensions that have totals themselves? */
static bool at_the_top(const struct published *x, pal_str key)
{
    struct pieces p;
    if (!cut(key, &p))
        return false;
    for (size_t i = 0; i < p.n; i++) {
        const pal_str name = name_of(p.piece[i]);
        for (size_t f = 0; f < pal_map_count(x->families); f++) {
            const pal_str family = x->family[f].name;
            if (!pal_str_eq(name, PAL_STR("AREA")) && pal_str_starts(family, name) &&
                (family.len == name.len || family.ptr[name.len] == ' '))
                return false;
        }
    }
    return true;
}

enum pal_status published_totals(struct published *x, struct pal_error *err)
{
    struct lines l = {.x = x, .line = pal_map_new(x->arena, 1024)};
    if (!l.line)
        return pal_nomem(err, "the relations");
    pal_buf_init(&l.key, x->arena, PROTECT_KEY);
    pal_buf_init(&l.name, x->arena, PROTECT_KEY);
    for (size_t i = 0; i < x->cells; i++)
        PAL_TRY(lines_of(&l, i, err));
    for (size_t k = 0; k < pal_map_count(l.line); k++) {
        size_t n = 0;
        if (l.parts[k] < 2)
            continue; /* one part beside its total is no breakdown */
        struct pal_term *term = pal_arena_alloc(x->arena, l.parts[k] + 1, sizeof *term);
        if (!term)
            return pal_nomem(err, "the relations");
        term[n++] = (struct pal_term){l.total[k], -1};
        for (size_t i = l.first[k]; i != SIZE_MAX; i = l.next[i])
            term[n++] = (struct pal_term){l.part[i], 1};
        PAL_TRY(published_relation(x, l.family[k], term, n, 0, 0, err));
        x->relation[x->relations - 1].top = at_the_top(x, x->cell[l.total[k]].key);
    }
    return PAL_OK;
}

/* ---- rates
 * ---------------------------------------------------------------------------------------- */

struct people { /* a population, as narrow as it is known, and the cells it follows from */
    double low, high;
    size_t count, rate;
};

/* Area, time, sex and age of a key: those whom a population may count. */
static void group_of(const struct pieces *p, struct pal_buf *out)
{
    static const pal_str of_people[] = {PAL_STR_INIT("AREA"), PAL_STR_INIT("TIME"),
                                        PAL_STR_INIT("SEX"), PAL_STR_INIT("AGE")};
    pal_buf_clear(out);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < PAL_COUNT(of_people); k++)
            if (pal_str_eq(name_of(p->piece[i]), of_people[k])) {
                pal_buf_addc(out, '|');
                pal_buf_add(out, p->piece[i]);
            }
}

/* The count of a rate: the same key without the rate; or the indicator of the same code and "N". */
static size_t count_of(const struct published *x, const struct pieces *rate, struct pal_buf *key)
{
    struct pieces p = *rate;
    p.tail = (pal_str){NULL, 0};
    join_but(&p, SIZE_MAX, p.tail, key);
    size_t at = pal_map_find(x->keys, pal_buf_str(key));
    for (size_t i = 0; i < p.n && at == SIZE_MAX; i++) {
        if (!pal_str_eq_nocase(name_of(p.piece[i]), PAL_STR("INDICATOR")))
            continue;
        const pal_str n = pal_arena_printf(x->arena, "%.*sN", PAL_ARG(p.piece[i]));
        join_but(&p, i, n, key);
        at = pal_map_find(x->keys, pal_buf_str(key));
    }
    return at;
}

static enum pal_status given_people(const struct published *x, const struct pal_grid *grid,
                                    struct pal_map *groups, struct people **people, size_t *room,
                                    struct pal_buf *key, struct pal_error *err)
{
    struct published y = {.arena = x->arena};
    y.keys = pal_map_new(x->arena, 256);
    y.families = pal_map_new(x->arena, 4);
    if (!y.keys || !y.families)
        return pal_nomem(err, "the populations");
    PAL_TRY(published_read(&y, grid, (pal_str){NULL, 0}, err));
    for (size_t i = 0; i < y.cells; i++) {
        struct pieces p;
        if (y.cell[i].hidden || !cut(y.cell[i].key, &p))
            continue;
        group_of(&p, key);
        const size_t k = pal_map_add(groups, pal_buf_str(key), NULL);
        if (k == SIZE_MAX)
            return pal_nomem(err, "the populations");
        if (k >= *room) {
            *people = pal_arena_grow(x->arena, *people, *room, 2 * k + 64, sizeof **people);
            if (!*people)
                return pal_nomem(err, "the populations");
            *room = 2 * k + 64;
        }
        (*people)[k] = (struct people){y.cell[i].low, y.cell[i].high, SIZE_MAX, SIZE_MAX};
    }
    return PAL_OK;
}

static double per_of(pal_str tail)
{
    double per = 0;
    const size_t front = sizeof "@rate/" - 1;
    return pal_str_starts(tail, PAL_STR("@rate/")) &&
                   pal_num_parse((pal_str){tail.ptr + front, tail.len - front}, &per)
               ? per
               : 0;
}

/* What a count and its rate, both printed, tell of the population. */
static void learn(struct people *known, const struct published *x, size_t count, size_t rate,
                  double per)
{
    const struct pal_published_cell *c = &x->cell[count], *r = &x->cell[rate];
    if (c->hidden || r->hidden || c->conflict || r->conflict || !(r->low > 0) || !(c->low > 0))
        return;
    const double low = c->low * per / r->high, high = c->high * per / r->low;
    if (known->high > 0 && (low > known->high || high < known->low))
        return; /* another population: what stood first stays */
    if (!(known->high > 0) || high - low < known->high - known->low)
        *known = (struct people){low, high, count, rate};
}

enum pal_status published_rates(struct published *x, const struct pal_grid *population, size_t n,
                                struct pal_error *err)
{
    struct pal_map *groups = pal_map_new(x->arena, 256);
    struct people *people = NULL;
    struct pal_buf key;
    size_t room = 0, family = SIZE_MAX;
    if (!groups)
        return pal_nomem(err, "the populations");
    pal_buf_init(&key, x->arena, PROTECT_KEY);
    for (size_t i = 0; i < n; i++)
        PAL_TRY(given_people(x, &population[i], groups, &people, &room, &key, err));
    for (int learning = 1; learning >= 0; learning--)
        for (size_t i = 0; i < x->cells; i++) {
            struct pieces p;
            if (!cut(x->cell[i].key, &p) || !(per_of(p.tail) > 0))
                continue;
            const double per = per_of(p.tail);
            const size_t count = count_of(x, &p, &key);
            if (count == SIZE_MAX)
                continue;
            group_of(&p, &key);
            const size_t k = pal_map_add(groups, pal_buf_str(&key), NULL);
            if (k == SIZE_MAX)
                return pal_nomem(err, "the populations");
            if (k >= room) {
                people = pal_arena_grow(x->arena, people, room, 2 * k + 64, sizeof *people);
                if (!people)
                    return pal_nomem(err, "the populations");
                room = 2 * k + 64;
            }
            if (learning) {
                learn(&people[k], x, count, i, per);
                continue;
            }
            const struct people *of = &people[k];
            if (!x->cell[count].hidden || x->cell[i].hidden || !(of->high > 0))
                continue;
            /* What it follows from stands in the relation with coefficient 0. */
            struct pal_term term[4] = {{count, 1}, {i, 0}};
            size_t terms = 2;
            if (of->count != SIZE_MAX) {
                term[terms++] = (struct pal_term){of->count, 0};
                term[terms++] = (struct pal_term){of->rate, 0};
            }
            if (family == SIZE_MAX)
                PAL_TRY(published_family(x, PAL_STR("rate and population"), &family, err));
            PAL_TRY(published_relation(x, family, term, terms, x->cell[i].low * of->low / per,
                                       x->cell[i].high * of->high / per, err));
        }
    return PAL_OK;
}
