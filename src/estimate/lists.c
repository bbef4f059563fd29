/* lists.c: tables of capture histories: sums over sets of lists, merging, leaving out. */
#include "palermo/systems.h"

#include <string.h>

enum pal_status pal_lists_new(const pal_str *name, size_t t, struct pal_arena *arena,
                              struct pal_lists **out, struct pal_error *err)
{
    if (t == 0)
        return pal_fail(err, PAL_DOMAIN, "there is no list");
    if (t > PAL_LISTS_MOST)
        return pal_fail(err, PAL_DOMAIN, "%zu lists are more than %d; merge some (--merge A+B=C)",
                        t, PAL_LISTS_MOST);
    for (size_t i = 0; i < t; i++)
        for (size_t j = 0; j < i; j++)
            if (pal_str_eq(name[i], name[j]))
                return pal_fail(err, PAL_DOMAIN, "two lists are called '%.*s'", PAL_ARG(name[i]));
    struct pal_lists *lists = pal_arena_alloc(arena, 1, sizeof *lists);
    pal_str *names = pal_arena_alloc(arena, t, sizeof *names);
    const size_t cells = (size_t)1 << t;
    double *count = pal_arena_alloc(arena, cells, sizeof *count);
    uint8_t *state = pal_arena_alloc(arena, cells, sizeof *state);
    if (!lists || !names || !count || !state)
        return pal_nomem(err, "a table of lists");
    for (size_t j = 0; j < t; j++) {
        names[j] = pal_arena_str(arena, name[j]);
        if (!names[j].ptr)
            return pal_nomem(err, "a table of lists");
    }
    *lists =
        (struct pal_lists){.t = t, .cells = cells, .name = names, .count = count, .state = state};
    *out = lists;
    return PAL_OK;
}

double pal_lists_people(const struct pal_lists *lists) { return pal_lists_on(lists, 0); }

double pal_lists_on(const struct pal_lists *lists, uint32_t set)
{
    double sum = 0; /* whole numbers below 2^53: exact */
    for (size_t cell = 1; cell < lists->cells; cell++)
        if ((cell & set) == set)
            sum += lists->count[cell];
    return sum;
}

void pal_lists_supersets(size_t t, const double *in, double *out)
{
    const size_t cells = (size_t)1 << t;
    if (in != out)
        memcpy(out, in, cells * sizeof *out);
    for (size_t half = 1; half < cells; half *= 2)
        for (size_t block = 0; block < cells; block += 2 * half)
            for (size_t i = block; i < block + half; i++)
                out[i] += out[i + half];
}

size_t pal_lists_find(const struct pal_lists *lists, pal_str name)
{
    for (size_t j = 0; j < lists->t; j++)
        if (pal_str_eq(lists->name[j], name))
            return j;
    return lists->t;
}

enum pal_status pal_lists_set_parse(const struct pal_lists *lists, pal_str text, uint32_t *out,
                                    struct pal_error *err)
{
    uint32_t set = 0;
    pal_str rest = text;
    /* A list may have '+' or ':' in its name: the whole text is tried first. */
    size_t whole = pal_lists_find(lists, pal_str_trim(text));
    if (whole < lists->t) {
        *out = (uint32_t)1 << whole;
        return PAL_OK;
    }
    while (rest.len) {
        size_t n = 0;
        while (n < rest.len && rest.ptr[n] != '+' && rest.ptr[n] != ':')
            n++;
        const pal_str name = pal_str_trim((pal_str){rest.ptr, n});
        const size_t list = pal_lists_find(lists, name);
        if (list == lists->t) {
            const pal_str near = pal_nearest(name, lists->name, lists->t);
            return pal_fail(err, PAL_USAGE, "'%.*s' is no list%s%.*s%s", PAL_ARG(name),
                            PAL_NEAR(near));
        }
        if (set & (uint32_t)1 << list)
            return pal_fail(err, PAL_USAGE, "list '%.*s' stands twice in '%.*s'", PAL_ARG(name),
                            PAL_ARG(text));
        set |= (uint32_t)1 << list;
        rest = n < rest.len ? (pal_str){rest.ptr + n + 1, rest.len - n - 1} : (pal_str){0};
    }
    if (!set)
        return pal_fail(err, PAL_USAGE, "a set of lists is empty");
    *out = set;
    return PAL_OK;
}

pal_str pal_lists_set_name(const struct pal_lists *lists, uint32_t set, char between,
                           struct pal_arena *arena)
{
    struct pal_buf buf;
    pal_buf_init(&buf, arena, (size_t)1 << 20);
    for (size_t j = 0; j < lists->t; j++) {
        if (!(set & (uint32_t)1 << j))
            continue;
        if (buf.len)
            pal_buf_addc(&buf, between);
        pal_buf_add(&buf, lists->name[j]);
    }
    return pal_buf_str(&buf);
}

/* Every cell of `from` is added to cell place[cell] of `to`. */
static void pour(const struct pal_lists *from, const uint32_t *place, struct pal_lists *to,
                 bool *possible)
{
    for (size_t cell = 1; cell < from->cells; cell++) {
        const uint32_t at = place[cell];
        to->count[at] += from->count[cell];
        if (from->state[cell] == PAL_HISTORY_UNKNOWN)
            to->state[at] = PAL_HISTORY_UNKNOWN;
        if (from->state[cell] != PAL_HISTORY_IMPOSSIBLE)
            possible[at] = true;
    }
    for (size_t at = 1; at < to->cells; at++)
        if (!possible[at])
            to->state[at] = PAL_HISTORY_IMPOSSIBLE;
    to->count[0] = 0;
    to->state[0] = PAL_HISTORY_COUNTED;
}

/* The table of other lists: bit[j] is the new list (none: 0) that people of list j are on. */
static enum pal_status lists_become(const struct pal_lists *lists, const uint32_t *bit,
                                    const pal_str *name, size_t t, struct pal_arena *arena,
                                    struct pal_lists **out, struct pal_error *err)
{
    PAL_TRY(pal_lists_new(name, t, arena, out, err));
    (*out)->until = lists->until;
    uint32_t *place = pal_arena_alloc(arena, lists->cells, sizeof *place);
    bool *possible = pal_arena_alloc(arena, (*out)->cells, sizeof *possible);
    if (!place || !possible)
        return pal_nomem(err, "a table of lists");
    for (uint32_t cell = 1; cell < lists->cells; cell++)
        for (size_t j = 0; j < lists->t; j++)
            if (cell >> j & 1)
                place[cell] |= bit[j];
    pour(lists, place, *out, possible);
    return PAL_OK;
}

enum pal_status pal_lists_merge(const struct pal_lists *lists, uint32_t set, pal_str name,
                                struct pal_arena *arena, struct pal_lists **out,
                                struct pal_error *err)
{
    pal_str names[PAL_LISTS_MOST];
    uint32_t bit[PAL_LISTS_MOST]; /* of the new table, by old list */
    size_t t = 0, merged = PAL_LISTS_MOST;
    for (size_t j = 0; j < lists->t; j++) {
        const bool inside = (set >> j & 1) != 0;
        if (inside && merged < PAL_LISTS_MOST) {
            bit[j] = (uint32_t)1 << merged;
            continue;
        }
        if (inside)
            merged = t;
        names[t] = inside ? name : lists->name[j];
        bit[j] = (uint32_t)1 << t++;
    }
    return lists_become(lists, bit, names, t, arena, out, err);
}

enum pal_status pal_lists_keep(const struct pal_lists *lists, uint32_t set, struct pal_arena *arena,
                               struct pal_lists **out, struct pal_error *err)
{
    pal_str names[PAL_LISTS_MOST];
    uint32_t bit[PAL_LISTS_MOST] = {0};
    size_t t = 0;
    for (size_t j = 0; j < lists->t; j++)
        if (set >> j & 1) {
            names[t] = lists->name[j];
            bit[j] = (uint32_t)1 << t++;
        }
    return lists_become(lists, bit, names, t, arena, out, err);
}

size_t pal_lists_pairs(size_t t, uint32_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < t; i++)
        for (size_t j = i + 1; j < t; j++, n++)
            if (out)
                out[n] = (uint32_t)1 << i | (uint32_t)1 << j;
    return n;
}

size_t pal_lists_triples(const struct pal_lists *lists)
{
    size_t n = 0;
    for (size_t i = 0; i < lists->t; i++)
        for (size_t j = i + 1; j < lists->t; j++) {
            const uint32_t ij = (uint32_t)1 << i | (uint32_t)1 << j;
            if (pal_lists_on(lists, ij) == 0)
                continue;
            for (size_t k = j + 1; k < lists->t; k++) {
                const uint32_t ik = (uint32_t)1 << i | (uint32_t)1 << k;
                const uint32_t jk = (uint32_t)1 << j | (uint32_t)1 << k;
                n += pal_lists_on(lists, ik) > 0 && pal_lists_on(lists, jk) > 0;
            }
        }
    return n;
}
