/* figures_counts.c: figures become counts, each once, whatever prints it; and parts of totals. */
#include "figures.h"

#include <math.h>
#include <string.h>

const struct pal_dataset_facts *figures_facts(const struct law *law, pal_str name)
{
    for (size_t i = 0; i < law->ask->datasets; i++)
        if (pal_str_eq(pal_descriptor_name(law->ask->dataset[i]->descriptor), name))
            return pal_descriptor_facts(law->ask->dataset[i]->descriptor);
    return NULL;
}

bool figures_is_total(pal_str code)
{
    return protect_is_total(code) || pal_str_eq(code, PAL_STR("_Z"));
}

/* ---- keys -------------------------------------------------------------------------------------
 */

struct place { /* where a count stands: dimensions with their codes, totals left out */
    size_t n;
    pal_str dimension[FIGURES_DIMENSIONS], code[FIGURES_DIMENSIONS];
};

static bool place_add(struct place *p, pal_str dimension, pal_str code)
{
    if (figures_is_total(code))
        return true;
    if (p->n == FIGURES_DIMENSIONS)
        return false;
    p->dimension[p->n] = dimension;
    p->code[p->n++] = code;
    return true;
}

/* Breakdowns of the figure and conditions of the operand. Values of one condition are one code. */
static bool place_of(const struct law *law, const struct pal_figure *f,
                     const struct pal_operand *operand, bool whole_of_share, struct place *out)
{
    const struct pal_figures *all = law->figures;
    *out = (struct place){0};
    for (size_t k = 0; k < all->breakdowns; k++) {
        if (whole_of_share && pal_str_eq_nocase(all->breakdown[k], f->definition->of))
            continue;
        if (!place_add(out, all->breakdown[k], f->breakdown[k]))
            return false;
    }
    for (size_t i = 0; i < operand->conditions; i++) {
        const struct pal_condition *c = &operand->condition[i];
        pal_str code = c->n == 1 ? c->value[0] : PAL_STR("");
        for (size_t v = 0; c->n > 1 && v < c->n; v++)
            code = pal_arena_printf(law->arena, "%.*s+%.*s", PAL_ARG(code), PAL_ARG(c->value[v]));
        if (c->n > 1 && !code.ptr)
            return false;
        if (!place_add(out, c->column, code))
            return false;
    }
    return true;
}

/* dataset, values, area, period and place, without dimension `but`. */
static void key_of(struct law *law, const struct pal_operand *operand, uint32_t area,
                   int32_t period, const struct place *p, size_t but)
{
    struct pal_buf *key = &law->key;
    pal_buf_clear(key);
    pal_buf_add(key, operand->dataset);
    for (size_t i = 0; i < operand->values; i++)
        pal_buf_addf(key, "+%.*s", PAL_ARG(operand->value[i]));
    pal_buf_addf(key, "|%.*s|%d", PAL_ARG(pal_areas_get(law->figures->areas, area)->code),
                 (int)period);
    for (size_t i = 0; i < p->n; i++)
        if (i != but)
            pal_buf_addf(key, "|%.*s=%.*s", PAL_ARG(p->dimension[i]), PAL_ARG(p->code[i]));
}

/* ---- counts -------------------------------------------------------------------------------------
 */

/* The count behind a figure: its numerator, or the records it was estimated from. A masked one has
 * bounds. False: there is none. */
static bool count_behind(const struct pal_figure *f, bool denominator, double *value, double *low,
                         double *high)
{
    const struct pal_figure_estimate *e = &f->estimate;
    *low = *high = 0;
    if (e->absent == PAL_PRESENT) {
        *value = denominator              ? e->denominator
                 : isfinite(e->numerator) ? e->numerator
                                          : (double)e->n;
        return isfinite(*value) && *value >= 0;
    }
    if (e->absent != PAL_BELOW_THRESHOLD || denominator || !e->has_bounds ||
        strcmp(f->definition->estimator->name, "count") != 0)
        return false;
    *low = e->bound_low;
    *high = e->bound_high;
    *value = floor((*low + *high) / 2);
    return isfinite(*low) && isfinite(*high) && *low >= 0;
}

/* The rows a figure was made of, when all are named: "glotip:1042+1043". */
static pal_str rows_of(const struct pal_figure *f, pal_str dataset)
{
    pal_str rest = f->provenance, piece;
    while (pal_str_split(&rest, ';', &piece))
        if (pal_str_starts(piece, dataset) && piece.len > dataset.len &&
            piece.ptr[dataset.len] == ':')
            return pal_str_ends(piece, PAL_STR(" more")) ? (pal_str){NULL, 0} : piece;
    return (pal_str){NULL, 0};
}

static enum pal_status add_count(struct law *law, const struct count *c, size_t *out,
                                 struct pal_error *err)
{
    bool is_new;
    const size_t at = pal_map_add(law->keys, pal_buf_str(&law->key), &is_new);
    if (at == SIZE_MAX || pal_buf_status(&law->key, "a count", NULL) != PAL_OK)
        return pal_nomem(err, "the counts");
    *out = at;
    if (!is_new) {
        if (law->count[at].low < law->count[at].high && c->low == c->high) {
            law->count[at].value = c->value; /* masked here, given there */
            law->count[at].low = law->count[at].high = 0;
        }
        return PAL_OK;
    }
    if (law->counts == law->counts_room) {
        const size_t larger = 2 * law->counts_room + 256;
        law->count =
            pal_arena_grow(law->arena, law->count, law->counts_room, larger, sizeof *law->count);
        if (!law->count)
            return pal_nomem(err, "the counts");
        law->counts_room = larger;
    }
    law->count[law->counts] = *c;
    law->count[law->counts].key = pal_map_key(law->keys, at);
    law->count[law->counts].same = law->counts;
    law->counts++;
    return PAL_OK;
}

/* Counts of the same rows are one count, whatever the definitions call it. */
static enum pal_status alias(struct law *law, size_t count, pal_str rows, struct pal_error *err)
{
    bool is_new;
    if (!rows.len)
        return PAL_OK;
    const size_t k = pal_map_add(law->rows, rows, &is_new);
    if (k == SIZE_MAX)
        return pal_nomem(err, "the counts");
    if (k >= law->of_rows_room) {
        const size_t larger = 2 * k + 256;
        law->of_rows = pal_arena_grow(law->arena, law->of_rows, law->of_rows_room, larger,
                                      sizeof *law->of_rows);
        if (!law->of_rows)
            return pal_nomem(err, "the counts");
        law->of_rows_room = larger;
    }
    if (is_new) {
        law->of_rows[k] = count;
        return PAL_OK;
    }
    const size_t first = law->of_rows[k];
    if (law->count[first].value == law->count[count].value && law->count[count].same == count)
        law->count[count].same = law->count[first].same;
    return PAL_OK;
}

static enum pal_status tells(struct law *law, size_t figure, size_t count, struct pal_error *err)
{
    if (law->links == law->links_room) {
        const size_t larger = 2 * law->links_room + 256;
        law->link =
            pal_arena_grow(law->arena, law->link, law->links_room, larger, sizeof *law->link);
        if (!law->link)
            return pal_nomem(err, "the counts");
        law->links_room = larger;
    }
    law->link[law->links++] = (struct link){figure, count};
    return PAL_OK;
}

static enum pal_status read_operand(struct law *law, size_t i, const struct pal_operand *operand,
                                    bool denominator, struct pal_error *err)
{
    const struct pal_figure *f = &law->figures->figure[i];
    const struct pal_dataset_facts *facts = figures_facts(law, operand->dataset);
    struct count c = {.area = f->area, .then = (double)NAN, .letter = 'F'};
    struct place place;
    size_t at = 0;
    if (!facts || !(facts->conf_min_cell > 1) ||
        !count_behind(f, denominator, &c.value, &c.low, &c.high))
        return PAL_OK;
    c.smallest = facts->conf_min_cell;
    c.embargo = figures_embargo(facts, law->ask->as_of);
    if (!place_of(law, f, operand, denominator && f->definition->of.len > 0, &place))
        return pal_fail(err, PAL_NOMEM, "a figure has more than %d dimensions", FIGURES_DIMENSIONS);
    key_of(law, operand, f->area, f->period, &place, SIZE_MAX);
    PAL_TRY(add_count(law, &c, &at, err));
    if (!denominator)
        PAL_TRY(alias(law, at, rows_of(f, operand->dataset), err));
    return tells(law, i, at, err);
}

enum pal_status figures_counts(struct law *law, struct pal_error *err)
{
    for (size_t i = 0; i < law->figures->n; i++) {
        const struct pal_definition *d = law->figures->figure[i].definition;
        PAL_TRY(read_operand(law, i, &d->numerator, false, err));
        if (d->denominator.given)
            PAL_TRY(read_operand(law, i, &d->denominator, true, err));
        else if (d->of.len)
            PAL_TRY(read_operand(law, i, &d->numerator, true, err));
    }
    return PAL_OK;
}

/* ---- relations ----------------------------------------------------------------------------------
 */

static enum pal_status add_part(struct law *law, struct totals *t, size_t total, size_t dimension,
                                size_t part, struct pal_error *err)
{
    if (figures_same(law, total) == figures_same(law, part))
        return PAL_OK;
    if (t->n == t->room) {
        const size_t larger = 2 * t->room + 256;
        t->part = pal_arena_grow(law->arena, t->part, t->room, larger, sizeof *t->part);
        if (!t->part)
            return pal_nomem(err, "the totals");
        t->room = larger;
    }
    t->part[t->n++] = (struct part){figures_same(law, total), dimension, figures_same(law, part)};
    return PAL_OK;
}

/* Each dimension of a count leads to its total; its area to the nearest larger one. */
enum pal_status figures_totals(struct law *law, struct totals *t, struct pal_error *err)
{
    bool *done = pal_arena_alloc(law->arena, law->counts + 1, sizeof *done);
    t->dimensions = pal_map_new(law->arena, 16);
    if (!t->dimensions || !done)
        return pal_nomem(err, "the totals");
    for (size_t l = 0; l < law->links; l++) {
        const struct pal_figure *f = &law->figures->figure[law->link[l].figure];
        const size_t count = law->link[l].count;
        const struct pal_operand *operand = &f->definition->numerator;
        struct place place;
        if (done[count] || !place_of(law, f, operand, false, &place))
            continue;
        key_of(law, operand, f->area, f->period, &place, SIZE_MAX);
        if (pal_map_find(law->keys, pal_buf_str(&law->key)) != count)
            continue; /* this figure's denominator */
        done[count] = true;
        for (size_t k = 0; k < place.n; k++) {
            key_of(law, operand, f->area, f->period, &place, k);
            const size_t total = pal_map_find(law->keys, pal_buf_str(&law->key));
            const size_t d = pal_map_add(t->dimensions, place.dimension[k], NULL);
            if (d == SIZE_MAX)
                return pal_nomem(err, "the totals");
            if (total != SIZE_MAX)
                PAL_TRY(add_part(law, t, total, d + 1, count, err));
        }
        const struct pal_areas *areas = law->figures->areas;
        for (uint32_t up = pal_areas_get(areas, f->area)->parent; up != PAL_NO_AREA;
             up = pal_areas_get(areas, up)->parent) {
            key_of(law, operand, up, f->period, &place, SIZE_MAX);
            const size_t total = pal_map_find(law->keys, pal_buf_str(&law->key));
            if (total == SIZE_MAX)
                continue;
            PAL_TRY(add_part(law, t, total, 0, count, err));
            break;
        }
    }
    return PAL_OK;
}
