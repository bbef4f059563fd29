/* released.c: what was said of each figure before: by the last packets, or by an earlier run. */
#include "ledger.h"

#include <stdlib.h>

static int by_figure(const void *a, const void *b)
{
    return pal_str_cmp(((const struct pal_released *)a)->figure,
                       ((const struct pal_released *)b)->figure);
}

struct list {
    struct pal_released *item;
    size_t n, cap;
};

static enum pal_status add(struct list *list, struct pal_released item, struct pal_arena *arena,
                           struct pal_error *err)
{
    if (list->n == list->cap) {
        const size_t more = list->cap ? list->cap * 2 : 1024;
        list->item = pal_arena_grow(arena, list->item, list->cap, more, sizeof *list->item);
        list->cap = more;
    }
    item.figure = pal_arena_str(arena, item.figure);
    item.value = pal_arena_str(arena, item.value);
    if (!list->item || !item.figure.ptr || !item.value.ptr)
        return pal_nomem(err, "the last release");
    list->item[list->n++] = item;
    return PAL_OK;
}

enum pal_status pal_ledger_released(struct pal_ledger *ledger, struct pal_arena *arena,
                                    const struct pal_released **out, size_t *n,
                                    struct pal_error *err)
{
    const struct pal_ledger_entry *entry;
    size_t entries;
    struct list list = {0};
    PAL_TRY(pal_ledger_entries(ledger, arena, &entry, &entries, err));
    struct pal_arena *scratch = pal_arena_new();
    enum pal_status status = scratch ? PAL_OK : pal_nomem(err, "the last release");
    for (size_t i = 0; i < entries && status == PAL_OK; i++) {
        bool latest = pal_str_eq(entry[i].kind, PAL_STR("packet"));
        for (size_t k = i + 1; k < entries && latest; k++)
            latest = !pal_str_eq(entry[k].kind, PAL_STR("packet")) ||
                     !pal_str_eq(entry[k].area, entry[i].area) ||
                     !pal_str_eq(entry[k].stream, entry[i].stream);
        if (!latest)
            continue;
        const struct pal_arena_mark mark = pal_arena_mark(scratch);
        const struct pal_ledger_item *item;
        size_t items;
        status = pal_ledger_items(ledger, entry[i].seq, scratch, &item, &items, err);
        for (size_t k = 0; k < items && status == PAL_OK; k++)
            if (pal_str_eq(item[k].kind, PAL_STR("sent")))
                status = add(&list,
                             (struct pal_released){item[k].figure, item[k].value, entry[i].id,
                                                   entry[i].date},
                             arena, err);
        pal_arena_reset(scratch, mark);
    }
    if (scratch)
        pal_arena_free(scratch);
    PAL_TRY(status);
    if (list.n)
        qsort(list.item, list.n, sizeof *list.item, by_figure);
    *out = list.item;
    *n = list.n;
    return PAL_OK;
}

/* ---- figures.csv --------------------------------------------------------------------------------
 */

struct columns {
    size_t code, area, period, value, version, first_breakdown, breakdowns;
    const pal_str *name;
};

static size_t column_of(const pal_str *name, size_t n, const char *wanted)
{
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq(name[i], pal_str_of(wanted)))
            return i;
    return SIZE_MAX;
}

static void key_of(const struct columns *c, const struct pal_record *record, struct pal_buf *out)
{
    pal_buf_clear(out);
    pal_buf_add(out, record->field[c->code]);
    pal_buf_addc(out, '/');
    pal_buf_add(out, record->field[c->area]);
    pal_buf_addc(out, '/');
    pal_buf_add(out, record->field[c->period]);
    for (size_t k = c->first_breakdown; k < c->first_breakdown + c->breakdowns; k++) {
        const pal_str code = record->field[k];
        if (!code.len || pal_str_eq(code, PAL_STR("_T")) || pal_str_eq(code, PAL_STR("_Z")))
            continue;
        pal_buf_addc(out, '/');
        pal_buf_add(out, c->name[k]);
        pal_buf_addc(out, '=');
        pal_buf_add(out, code);
    }
}

enum pal_status pal_released_read(const char *path, struct pal_arena *arena,
                                  const struct pal_released **out, size_t *n, struct pal_error *err)
{
    const struct pal_dialect dialect = {.header_rows = 1};
    struct pal_records *records;
    struct pal_record record;
    struct list list = {0};
    struct pal_buf key;
    size_t names;
    bool end = false;
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &records, err));
    struct columns c = {.name = pal_records_header(records, &names)};
    c.code = column_of(c.name, names, "INDICATOR");
    c.area = column_of(c.name, names, "REF_AREA");
    c.period = column_of(c.name, names, "TIME_PERIOD");
    c.value = column_of(c.name, names, "OBS_VALUE");
    if (c.code != 0 || c.area != 1 || c.period != 2 || c.value == SIZE_MAX)
        return pal_fail(err, PAL_DATA, "'%s' is no figures.csv of palermo", path);
    c.first_breakdown = 3;
    c.breakdowns = c.value - 3;
    pal_buf_init(&key, arena, 1u << 20);
    for (;;) {
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        if (record.fields <= c.value)
            continue;
        key_of(&c, &record, &key);
        PAL_TRY(add(&list,
                    (struct pal_released){pal_buf_str(&key), record.field[c.value],
                                          PAL_STR("figures.csv"), PAL_STR("")},
                    arena, err));
    }
    if (list.n)
        qsort(list.item, list.n, sizeof *list.item, by_figure);
    *out = list.item;
    *n = list.n;
    return PAL_OK;
}
