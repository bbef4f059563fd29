/* figures_earlier.c: what the suppression ledger says of the counts of a run, and what the run adds
 * to it. */
#include "figures.h"

/* Where a cell of an earlier release belongs: a count of now, or a node of its own. */
static size_t node_of(const struct law *law, const struct earlier *before, pal_str key)
{
    const size_t count = pal_map_find(law->keys, key);
    return count != SIZE_MAX ? figures_same(law, count)
                             : law->counts + pal_map_find(before->others, key);
}

enum pal_status figures_earlier_read(const struct law *law, struct earlier *out,
                                     struct pal_error *err)
{
    const struct pal_releases *r = law->ask->releases;
    size_t cells = 0, relations = 0, others = 0;
    *out = (struct earlier){.others = pal_map_new(law->arena, 64)};
    if (!out->others)
        return pal_nomem(err, "earlier releases");
    for (size_t k = 0; r && k < r->n; k++) {
        cells += r->release[k].cells;
        relations += r->release[k].relations;
        for (size_t i = 0; i < r->release[k].cells; i++) {
            bool is_new = false;
            const pal_str key = r->release[k].cell[i].key;
            if (pal_map_find(law->keys, key) == SIZE_MAX &&
                pal_map_add(out->others, key, &is_new) == SIZE_MAX)
                return pal_nomem(err, "earlier releases");
            others += is_new;
        }
    }
    out->nodes = law->counts + others;
    out->cell = pal_arena_alloc(law->arena, cells + 1, sizeof *out->cell);
    out->relation = pal_arena_alloc(law->arena, relations + 1, sizeof *out->relation);
    out->cell_start = pal_arena_alloc(law->arena, out->nodes + 2, sizeof *out->cell_start);
    out->relation_start = pal_arena_alloc(law->arena, out->nodes + 2, sizeof *out->relation_start);
    return out->cell && out->relation && out->cell_start && out->relation_start
               ? PAL_OK
               : pal_nomem(err, "earlier releases");
}

/* The node of a relation's first cell; all its cells are in one piece. */
static size_t of_relation(const struct law *law, const struct earlier *before,
                          const struct release *release, size_t relation)
{
    return node_of(law, before, release->cell[release->relation[relation].term[0].cell].key);
}

void figures_earlier_link(const struct law *law, const struct earlier *before, size_t *parent)
{
    const struct pal_releases *r = law->ask->releases;
    for (size_t k = 0; r && k < r->n; k++)
        for (size_t i = 0; i < r->release[k].relations; i++) {
            const struct release_relation *relation = &r->release[k].relation[i];
            for (size_t t = 1; t < relation->n; t++) {
                const pal_str key = r->release[k].cell[relation->term[t].cell].key;
                const size_t first = of_relation(law, before, &r->release[k], i);
                parent[figures_root(parent, node_of(law, before, key))] =
                    figures_root(parent, first);
            }
        }
}

void figures_earlier_sort(const struct law *law, size_t *parent, struct earlier *before)
{
    const struct pal_releases *r = law->ask->releases;
    size_t *const start[] = {before->cell_start, before->relation_start};
    for (int fill = 0; fill < 2; fill++) {
        for (size_t k = 0; r && k < r->n; k++) {
            const struct release *release = &r->release[k];
            for (size_t i = 0; i < release->cells; i++) {
                const size_t root =
                    figures_root(parent, node_of(law, before, release->cell[i].key));
                if (fill)
                    before->cell[start[0][root + 1]++] = (struct release_item){k, i};
                else
                    start[0][root + 2]++;
            }
            for (size_t i = 0; i < release->relations; i++) {
                const size_t root = figures_root(parent, of_relation(law, before, release, i));
                if (fill)
                    before->relation[start[1][root + 1]++] = (struct release_item){k, i};
                else
                    start[1][root + 2]++;
            }
        }
        for (size_t i = 2; i <= before->nodes + 1 && !fill; i++) {
            start[0][i] += start[0][i - 1];
            start[1][i] += start[1][i - 1];
        }
    }
}

/* Two names of one count. */
static enum pal_status add_same(struct pal_system *s, const struct count *name,
                                const struct count *count, struct pal_error *err)
{
    struct pal_term term[2] = {{count->cell, 1}, {0, -1}};
    PAL_TRY(pal_system_cell(s, name->key, count->value, &term[1].cell, err));
    s->cell[term[1].cell] = s->cell[count->cell];
    s->cell[term[1].cell].key = name->key;
    return pal_system_relation(s, term, 2, err);
}

enum pal_status figures_earlier_add(struct law *law, const struct totals *totals,
                                    struct pal_error *err)
{
    struct pal_system *s = pal_system_new(law->arena);
    bool any = false;
    if (!s)
        return pal_nomem(err, "the suppression ledger");
    for (size_t i = 0; i < law->counts; i++) {
        struct count *c = &law->count[i];
        if (figures_same(law, i) != i || c->embargo)
            continue;
        PAL_TRY(pal_system_cell(s, c->key, c->value, &c->cell, err));
        s->cell[c->cell].letter = c->letter;
        s->cell[c->cell].upper = c->upper;
        s->cell[c->cell].lower = c->lower;
        any = true;
    }
    for (size_t i = 0; i < law->counts; i++) {
        const size_t same = figures_same(law, i);
        if (same != i && !law->count[same].embargo)
            PAL_TRY(add_same(s, &law->count[i], &law->count[same], err));
    }
    for (size_t i = 0; i < totals->n;) {
        const size_t n = figures_parts_alike(&totals->part[i], totals->n - i);
        if (!law->count[totals->part[i].total].embargo)
            PAL_TRY(figures_relation(law, totals, s, &totals->part[i], n, err));
        i += n;
    }
    PAL_TRY(pal_system_seal(s, err));
    return any ? pal_releases_add(law->ask->releases, law->ask->release, s, err) : PAL_OK;
}
