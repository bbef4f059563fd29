/* packet.c: which figures a State is asked about, in which round, under which id. */
#include "inside.h"

#include <stdlib.h>

/* ---- finding figures: sorted by code, area, period ----------------------------------------------
 */

static int place_cmp(const struct pal_figures *all, const struct pal_figure *f, pal_str code,
                     pal_str area, int32_t period)
{
    int order = pal_str_cmp(f->definition->code, code);
    if (!order)
        order = pal_str_cmp(pal_areas_get(all->areas, f->area)->code, area);
    return order ? order : (f->period > period) - (f->period < period);
}

static const struct pal_figure *find(const struct pal_figures *all, const struct pal_figure *like,
                                     uint32_t area)
{
    const pal_str code = like->definition->code, where = pal_areas_get(all->areas, area)->code;
    size_t low = 0, high = all->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (place_cmp(all, &all->figure[middle], code, where, like->period) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < all->n && !place_cmp(all, &all->figure[low], code, where, like->period); low++) {
        bool same = true;
        for (size_t k = 0; same && k < all->breakdowns; k++)
            same = pal_str_eq(all->figure[low].breakdown[k], like->breakdown[k]);
        if (same)
            return &all->figure[low];
    }
    return NULL;
}

static const struct pal_figure *find_region(const struct pal_figures *all,
                                            const struct pal_figure *f)
{
    uint32_t area = pal_areas_get(all->areas, f->area)->parent;
    for (int up = 0; area != PAL_NO_AREA && up < 8; up++) {
        const struct pal_area *a = pal_areas_get(all->areas, area);
        const struct pal_figure *total =
            a->kind == PAL_AREA_REGION || a->kind == PAL_AREA_WORLD ? find(all, f, area) : NULL;
        if (total && review_has_value(total))
            return total;
        area = a->parent;
    }
    return NULL;
}

static const struct pal_figure *find_before(const struct pal_figures *all, size_t at)
{
    const struct pal_figure *f = &all->figure[at];
    for (size_t i = at; i-- > 0;) {
        const struct pal_figure *g = &all->figure[i];
        if (g->definition != f->definition || g->area != f->area)
            return NULL;
        bool same = g->period < f->period && review_has_value(g);
        for (size_t k = 0; same && g->breakdown != f->breakdown && k < all->breakdowns; k++)
            same = pal_str_eq(g->breakdown[k], f->breakdown[k]);
        if (same)
            return g;
    }
    return NULL;
}

/* ---- the rows -----------------------------------------------------------------------------------
 */

static bool belongs(const struct pal_figures *all, const struct pal_figure *f, uint32_t area,
                    bool implementation)
{
    const struct pal_area *own = pal_areas_get(all->areas, f->area);
    return (f->definition->measures == PAL_IMPLEMENTATION) == implementation &&
           (f->area == area || (own->kind == PAL_AREA_PART && own->parent == area));
}

static int query_cmp(const void *key, const void *query)
{
    const size_t figure = *(const size_t *)key, own = ((const struct pal_query *)query)->figure;
    return (figure > own) - (figure < own);
}

static void find_queries(const struct pal_packet_ask *ask, struct pal_packet_row *row)
{
    const struct pal_query *at =
        ask->queries ? bsearch(&row->figure, ask->query, ask->queries, sizeof *at, query_cmp)
                     : NULL;
    if (!at)
        return;
    while (at > ask->query && at[-1].figure == row->figure)
        at--;
    row->query = at;
    while (at < ask->query + ask->queries && at->figure == row->figure) {
        row->queries++;
        at++;
    }
}

static int released_cmp(const void *key, const void *released)
{
    return pal_str_cmp(*(const pal_str *)key, ((const struct pal_released *)released)->figure);
}

/* The last year that a definition has for an area. */
static int32_t last_period(const struct pal_figures *all, size_t at)
{
    const struct pal_figure *f = &all->figure[at];
    while (at + 1 < all->n && all->figure[at + 1].definition == f->definition &&
           all->figure[at + 1].area == f->area)
        at++;
    return all->figure[at].period;
}

static enum pal_status collect(const struct pal_packet_ask *ask, struct pal_packet *packet,
                               bool implementation, struct pal_arena *arena, struct pal_error *err)
{
    const struct pal_figures *all = ask->input->figures;
    struct pal_packet_row *row = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < all->n; i++) {
        const struct pal_figure *f = &all->figure[i];
        if (!belongs(all, f, packet->of_area, implementation))
            continue;
        struct pal_packet_row own = {.figure = i, .state = f->review_status};
        find_queries(ask, &own);
        if (ask->years && !own.queries && f->period <= last_period(all, i) - (int32_t)ask->years)
            continue;
        own.key = pal_figure_key(all, f, arena);
        if (!own.key.ptr)
            return pal_nomem(err, "a packet");
        own.before = find_before(all, i);
        own.region = find_region(all, f);
        if (ask->released_n)
            own.released = bsearch(&own.key, ask->released, ask->released_n, sizeof *own.released,
                                   released_cmp);
        if (n == cap) {
            row = pal_arena_grow(arena, row, cap, cap ? cap * 2 : 256, sizeof *row);
            cap = cap ? cap * 2 : 256;
        }
        if (!row)
            return pal_nomem(err, "a packet");
        packet->queried += own.queries > 0;
        row[n++] = own;
    }
    packet->row = row;
    packet->rows = n;
    return PAL_OK;
}

enum pal_status pal_packet_figures(const struct pal_packet *packet, struct pal_buf *out,
                                   struct pal_error *err)
{
    const struct pal_figures *all = packet->input->figures;
    char flags[PAL_FLAGS_SIZE];
    pal_buf_adds(out, "KEY,VALUE,LOW,HIGH,OBS_STATUS,FLAGS,QUERIES\n");
    for (size_t i = 0; i < packet->rows; i++) {
        const struct pal_packet_row *row = &packet->row[i];
        const struct pal_figure *f = &all->figure[row->figure];
        const struct pal_figure_estimate *e = &f->estimate;
        const bool value = review_has_value(f), limits = value && e->has_interval;
        pal_csv_field_safe(out, row->key, true);
        pal_buf_addc(out, ',');
        if (value)
            pal_buf_addnum(out, e->value);
        pal_buf_addc(out, ',');
        if (limits || e->has_bounds)
            pal_buf_addnum(out, limits ? e->low : e->bound_low);
        pal_buf_addc(out, ',');
        if (limits || e->has_bounds)
            pal_buf_addnum(out, limits ? e->high : e->bound_high);
        pal_csv_field(out, pal_figure_letter(&f->obs_status), false);
        pal_csv_field(out, (pal_str){flags, (size_t)(pal_flags_put(flags, f->flags) - flags)},
                      false);
        pal_buf_addc(out, ',');
        for (size_t q = 0; q < row->queries; q++)
            pal_buf_addf(out, "%s%s", q ? ";" : "", pal_query_name(row->query[q].rule));
        pal_csv_end(out);
    }
    return pal_buf_status(out, "figures.csv of a packet", err);
}

enum pal_status pal_packet_make(const struct pal_packet_ask *ask, uint32_t area, pal_str stream,
                                int64_t round, struct pal_arena *arena,
                                const struct pal_packet **out, struct pal_error *err)
{
    const bool implementation = pal_str_eq(stream, PAL_STR("implementation"));
    struct pal_packet *packet = pal_arena_alloc(arena, 1, sizeof *packet);
    if (!packet)
        return pal_nomem(err, "a packet");
    *out = NULL;
    *packet = (struct pal_packet){.area = pal_areas_get(ask->input->areas, area)->code,
                                  .stream = stream,
                                  .date = ask->date,
                                  .deadline = ask->deadline,
                                  .silence = ask->silence,
                                  .of_area = area,
                                  .round = round,
                                  .input = ask->input,
                                  .working = PAL_EN};
    PAL_TRY(collect(ask, packet, implementation, arena, err));
    if (!packet->rows)
        return PAL_OK;
    struct pal_buf figures;
    struct pal_sha256 hash;
    pal_buf_init(&figures, arena, 256u << 20);
    PAL_TRY(pal_packet_figures(packet, &figures, err));
    pal_sha256_init(&hash);
    pal_sha256_add(&hash, figures.ptr, figures.len);
    pal_sha256_hex(&hash, packet->sha256);
    packet->id = pal_arena_printf(arena, "%.*s-%c%lld-%.8s", PAL_ARG(packet->area),
                                  implementation ? 'I' : 'P', (long long)round, packet->sha256);
    if (!packet->id.ptr)
        return pal_nomem(err, "a packet");
    *out = packet;
    return PAL_OK;
}

/* ---- what the ledger keeps ----------------------------------------------------------------------
 */

static enum pal_status sent_item(const struct pal_packet *packet, const struct pal_packet_row *row,
                                 struct pal_arena *scratch, struct pal_ledger_item *out,
                                 struct pal_error *err)
{
    const struct pal_figure *f = &packet->input->figures->figure[row->figure];
    const struct pal_figure_estimate *e = &f->estimate;
    const bool value = review_has_value(f), limits = value && e->has_interval;
    char flags[PAL_FLAGS_SIZE];
    *out = (struct pal_ledger_item){
        .kind = PAL_STR("sent"),
        .figure = row->key,
        .word = pal_figure_letter(&f->obs_status),
        .value = review_value_kept(f, scratch),
        .low = limits || e->has_bounds ? review_number_kept(limits ? e->low : e->bound_low, scratch)
                                       : (pal_str){"", 0},
        .high = limits || e->has_bounds
                    ? review_number_kept(limits ? e->high : e->bound_high, scratch)
                    : (pal_str){"", 0},
        .text = pal_arena_str(scratch,
                              (pal_str){flags, (size_t)(pal_flags_put(flags, f->flags) - flags)}),
        .more = PAL_STR(""),
    };
    return out->value.ptr && out->text.ptr ? PAL_OK : pal_nomem(err, "the ledger");
}

enum pal_status pal_packet_record(const struct pal_packet *packet, pal_str signer,
                                  struct pal_ledger *ledger, struct pal_arena *scratch,
                                  struct pal_error *err)
{
    size_t queries = 0, n = 0;
    for (size_t i = 0; i < packet->rows; i++)
        queries += packet->row[i].queries;
    struct pal_ledger_item *item =
        pal_arena_alloc(scratch, packet->rows + queries + 1, sizeof *item);
    if (!item)
        return pal_nomem(err, "the ledger");
    for (size_t i = 0; i < packet->rows; i++) {
        const struct pal_packet_row *row = &packet->row[i];
        PAL_TRY(sent_item(packet, row, scratch, &item[n++], err));
        for (size_t q = 0; q < row->queries; q++)
            item[n++] = (struct pal_ledger_item){
                .kind = PAL_STR("query"),
                .figure = row->key,
                .word = pal_str_of(pal_query_name(row->query[q].rule)),
                .text = review_query_text(packet, &row->query[q], PAL_EN, scratch)};
    }
    struct pal_ledger_entry entry = {.kind = PAL_STR("packet"),
                                     .date = packet->date,
                                     .area = packet->area,
                                     .stream = packet->stream,
                                     .id = packet->id,
                                     .signer = signer,
                                     .sha256 = pal_str_of(packet->sha256),
                                     .round = packet->round,
                                     .deadline = packet->deadline,
                                     .text = packet->silence};
    return pal_ledger_append(ledger, &entry, item, n, err);
}
