/* compare.c: figures of a sample that compare: a year with another, a group with another. The items
 * that a definition would have become its parts; what is left are the comparisons of them. */
#include "inside.h"

#include <math.h>
#include <string.h>

struct comparing {
    struct job *j;
    struct pal_groups *groups; /* of the parts, by their keys */
    uint32_t *part;
    size_t by; /* of a contrast: the dimension, and the codes that are compared */
    uint32_t code[2];
    int32_t first; /* year */
};

static const struct item *find_part(const struct comparing *c, const uint32_t *key)
{
    const uint32_t g = pal_groups_find(c->groups, key);
    return g == PAL_NO_GROUP ? NULL : &c->j->part[c->part[g]];
}

/* A region is compared with itself where the same areas drew samples in both years. */
static bool has_same_areas(const struct job *j, const struct item *from, const struct item *to)
{
    if (!from->total || !j->covered)
        return true;
    for (size_t g = 0; g < pal_groups_count(j->covered); g++) {
        const uint32_t *key = pal_groups_key(j->covered, g);
        const struct above *above = &j->order->above[key[KEY_AREA]];
        const bool early = key[KEY_PERIOD] == from->key[KEY_PERIOD];
        bool inside = false;
        if (!early && key[KEY_PERIOD] != to->key[KEY_PERIOD])
            continue;
        for (uint32_t k = 0; k < above->n; k++)
            inside |= above->region[k] == from->key[KEY_AREA];
        const uint32_t other[KEY_BY] = {key[KEY_AREA], (early ? to : from)->key[KEY_PERIOD]};
        if (inside && pal_groups_find(j->covered, other) == PAL_NO_GROUP)
            return false;
    }
    return true;
}

/* False: no figure, for it is the year that others are compared with. */
static bool change_of(const struct comparing *c, struct item *item, uint32_t *key)
{
    const struct pal_definition *d = c->j->d;
    const int32_t period = (int32_t)item->key[KEY_PERIOD];
    item->to = find_part(c, item->key);
    if (d->since) {
        if (period <= d->since)
            return false;
        key[KEY_PERIOD] = (uint32_t)d->since;
        item->from = find_part(c, key);
    }
    for (int32_t year = period - 1; !d->since && !item->from && year >= c->first; year--) {
        key[KEY_PERIOD] = (uint32_t)year;
        item->from = find_part(c, key);
    }
    if (item->from && !has_same_areas(c->j, item->from, item->to)) {
        item->from = NULL;
        item->other_areas = true;
    }
    return d->since || item->from || item->other_areas;
}

static bool contrast_of(const struct comparing *c, struct item *item, uint32_t *key)
{
    if (key[KEY_BY + c->by])
        return false;
    key[KEY_BY + c->by] = c->code[0];
    item->to = c->code[0] ? find_part(c, key) : NULL;
    key[KEY_BY + c->by] = c->code[1];
    item->from = c->code[1] ? find_part(c, key) : NULL;
    return true;
}

static enum pal_status index_parts(struct comparing *c, struct pal_error *err)
{
    struct job *j = c->j;
    PAL_TRY(pal_groups_new(j->scratch, KEY_BY + j->d->by_n, &c->groups, err));
    c->part = pal_arena_alloc(j->scratch, j->parts + 1, sizeof *c->part);
    if (!c->part)
        return pal_nomem(err, "figures");
    c->first = INT32_MAX;
    for (size_t i = 0; i < j->parts; i++) {
        const uint32_t g = pal_groups_add(c->groups, j->part[i].key);
        const int32_t period = (int32_t)j->part[i].key[KEY_PERIOD];
        if (g == PAL_NO_GROUP)
            return pal_nomem(err, "figures");
        c->part[g] = (uint32_t)i;
        c->first = period < c->first ? period : c->first;
    }
    for (size_t b = 0; b < j->d->by_n; b++)
        if (pal_str_eq(j->d->by[b], j->d->contrast_of))
            c->by = b;
    for (size_t k = 0; k < PAL_COUNT(c->code) && j->d->contrast_of.len; k++) {
        const size_t at = pal_map_find(j->codes->map, j->d->contrast[k]);
        c->code[k] = at == SIZE_MAX ? 0 : (uint32_t)at;
    }
    return PAL_OK;
}

/* What the parts lack, so that nothing is compared. */
static void say_lack(const struct job *j, char *out, size_t size)
{
    const struct pal_definition *d = j->d;
    int32_t first = INT32_MAX, last = INT32_MIN;
    bool since = false, code[2] = {false, false};
    for (size_t i = 0; i < j->parts; i++) {
        const int32_t year = (int32_t)j->part[i].key[KEY_PERIOD];
        first = year < first ? year : first;
        last = year > last ? year : last;
        since |= year == d->since;
        for (size_t b = 0; b < d->by_n; b++)
            for (size_t k = 0; k < 2 && pal_str_eq(d->by[b], d->contrast_of); k++)
                code[k] |=
                    pal_str_eq(codes_text(j->codes, j->part[i].key[KEY_BY + b]), d->contrast[k]);
    }
    if (d->contrast_of.len && !(code[0] && code[1]))
        snprintf(out, size, "there are no records of %.*s; 'contrast' names codes of the dataset",
                 PAL_ARG(d->contrast[code[0]]));
    else if (d->since && !since && first == last)
        snprintf(out, size, "there are no records of %d, only of %d; 'since' names a year of them",
                 (int)d->since, (int)first);
    else if (d->since && !since)
        snprintf(out, size,
                 "there are no records of %d, only of %d to %d; 'since' names a year "
                 "of them",
                 (int)d->since, (int)first, (int)last);
    else if (!d->contrast_of.len && (first == last || last == d->since))
        snprintf(out, size, "there are no records %s %d; a change needs two years",
                 first == last ? "but of" : "after", (int)last);
    else
        snprintf(out, size, "no area has records of both");
}

enum pal_status job_compare(struct job *j, struct pal_error *err)
{
    struct comparing c = {.j = j};
    if (!j->d->compares || !j->items)
        return PAL_OK;
    j->part = j->item;
    j->parts = j->items;
    PAL_TRY(index_parts(&c, err));
    j->item = pal_arena_alloc(j->scratch, j->parts + 1, sizeof *j->item);
    j->items = 0;
    j->items_cap = j->parts;
    if (!j->item)
        return pal_nomem(err, "figures");
    for (size_t i = 0; i < j->parts; i++) {
        struct item item = j->part[i];
        uint32_t key[KEY_WIDTH];
        memcpy(key, item.key, (KEY_BY + j->d->by_n) * sizeof *key);
        if (j->d->contrast_of.len ? contrast_of(&c, &item, key) : change_of(&c, &item, key))
            j->item[j->items++] = item;
    }
    for (size_t i = 0; i < j->items; i++)
        if (j->item[i].from && j->item[i].to)
            return PAL_OK;
    char text[256];
    say_lack(j, text, sizeof text);
    j->lack = pal_arena_cstr(j->arena, pal_str_of(text));
    return j->lack ? PAL_OK : pal_nomem(err, "figures");
}

void job_tell_one_sided(const struct job *j, struct pal_diag *diag)
{
    if (j->lack)
        pal_diag_addf(
            diag, PAL_WARNING, "no-other-side", &j->d->compares_at,
            "no figure of '%.*s' has the other side that it is compared with: in '%.*s' %s",
            PAL_ARG(j->d->code), PAL_ARG(j->d->numerator.dataset), j->lack);
}

enum pal_status job_unanswered(const char *note, struct pal_estimate *out, struct pal_error *err)
{
    *out = (struct pal_estimate){.value = (double)NAN,
                                 .std_error = (double)NAN,
                                 .low = (double)NAN,
                                 .high = (double)NAN,
                                 .numerator = (double)NAN,
                                 .denominator = (double)NAN,
                                 .coverage_share = (double)NAN,
                                 .status = PAL_ANSWER_UNDEFINED,
                                 .uncertainty = PAL_UNC_SAMPLING,
                                 .note = note};
    return note ? PAL_OK : pal_nomem(err, "figures");
}

enum pal_status job_without_side(struct job *j, const struct item *item, struct pal_estimate *out,
                                 struct pal_error *err)
{
    const struct pal_definition *d = j->d;
    pal_str note;
    if (item->other_areas)
        note = pal_arena_printf(j->arena, "not the same areas drew samples in the years compared");
    else if (d->contrast_of.len)
        note = pal_arena_printf(j->arena, "no records of %.*s to compare",
                                PAL_ARG(d->contrast[item->to ? 1 : 0]));
    else
        note = pal_arena_printf(j->arena, "no records of %d to compare with", (int)d->since);
    return job_unanswered(note.ptr, out, err);
}
