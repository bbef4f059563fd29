/* ledger_read.c: what the ledger holds, and whether it still says what was written. */
#include "ledger.h"

#include <string.h>

static pal_str text_of(sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);
    return (pal_str){text ? (const char *)text : "", (size_t)sqlite3_column_bytes(row, column)};
}

static void entry_of(sqlite3_stmt *row, struct pal_ledger_entry *out)
{
    *out = (struct pal_ledger_entry){
        .seq = sqlite3_column_int64(row, 0),
        .kind = text_of(row, 1),
        .date = text_of(row, 2),
        .area = text_of(row, 3),
        .stream = text_of(row, 4),
        .id = text_of(row, 5),
        .refers = text_of(row, 6),
        .signer = text_of(row, 7),
        .sha256 = text_of(row, 8),
        .round = sqlite3_column_int64(row, 9),
        .deadline = text_of(row, 10),
        .text = text_of(row, 11),
    };
    const pal_str hash = text_of(row, 13);
    snprintf(out->hash, sizeof out->hash, "%.*s", (int)(hash.len < 64 ? hash.len : 64), hash.ptr);
}

static void item_of(sqlite3_stmt *row, struct pal_ledger_item *out)
{
    pal_str *const fields[] = {&out->kind, &out->figure, &out->word, &out->value,
                               &out->low,  &out->high,   &out->text, &out->more};
    for (size_t i = 0; i < PAL_COUNT(fields); i++)
        *fields[i] = text_of(row, 2 + (int)i);
}

static bool keep(struct pal_arena *arena, pal_str *const *fields, size_t n)
{
    bool good = true;
    for (size_t i = 0; i < n; i++) {
        *fields[i] = pal_arena_str(arena, *fields[i]);
        good &= fields[i]->ptr != NULL;
    }
    return good;
}

enum pal_status pal_ledger_entries(struct pal_ledger *ledger, struct pal_arena *arena,
                                   const struct pal_ledger_entry **out, size_t *n,
                                   struct pal_error *err)
{
    sqlite3_stmt *ask = NULL;
    struct pal_ledger_entry *entry = NULL;
    size_t cap = 0;
    enum pal_status status = PAL_OK;
    int code = sqlite3_prepare_v2(ledger->db, "SELECT * FROM entry ORDER BY seq", -1, &ask, NULL);
    *n = 0;
    while (code == SQLITE_OK && status == PAL_OK) {
        const int got = sqlite3_step(ask);
        if (got != SQLITE_ROW) {
            code = got == SQLITE_DONE ? SQLITE_DONE : got;
            break;
        }
        if (*n == cap) {
            entry = pal_arena_grow(arena, entry, cap, cap ? cap * 2 : 64, sizeof *entry);
            cap = cap ? cap * 2 : 64;
        }
        struct pal_ledger_entry *e = entry ? &entry[*n] : NULL;
        if (e) {
            entry_of(ask, e);
            pal_str *const fields[] = {&e->kind,   &e->date,   &e->area,   &e->stream,   &e->id,
                                       &e->refers, &e->signer, &e->sha256, &e->deadline, &e->text};
            status = keep(arena, fields, PAL_COUNT(fields)) ? PAL_OK : pal_nomem(err, "the ledger");
            ++*n;
        } else {
            status = pal_nomem(err, "the ledger");
        }
    }
    sqlite3_finalize(ask);
    if (status == PAL_OK && code != SQLITE_DONE)
        status = ledger_fail(ledger, code, "read", err);
    *out = entry;
    return status;
}

enum pal_status pal_ledger_items(struct pal_ledger *ledger, int64_t seq, struct pal_arena *arena,
                                 const struct pal_ledger_item **out, size_t *n,
                                 struct pal_error *err)
{
    sqlite3_stmt *ask = NULL;
    struct pal_ledger_item *item = NULL;
    size_t cap = 0;
    enum pal_status status = PAL_OK;
    int code = sqlite3_prepare_v2(ledger->db, "SELECT * FROM item WHERE seq = ? ORDER BY n", -1,
                                  &ask, NULL);
    *n = 0;
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(ask, 1, seq);
    while (code == SQLITE_OK && status == PAL_OK) {
        const int got = sqlite3_step(ask);
        if (got != SQLITE_ROW) {
            code = got;
            break;
        }
        if (*n == cap) {
            item = pal_arena_grow(arena, item, cap, cap ? cap * 2 : 256, sizeof *item);
            cap = cap ? cap * 2 : 256;
        }
        struct pal_ledger_item *i = item ? &item[*n] : NULL;
        if (!i) {
            status = pal_nomem(err, "the ledger");
            break;
        }
        item_of(ask, i);
        pal_str *const fields[] = {&i->kind, &i->figure, &i->word, &i->value,
                                   &i->low,  &i->high,   &i->text, &i->more};
        status = keep(arena, fields, PAL_COUNT(fields)) ? PAL_OK : pal_nomem(err, "the ledger");
        ++*n;
    }
    sqlite3_finalize(ask);
    if (status == PAL_OK && code != SQLITE_DONE)
        status = ledger_fail(ledger, code, "read", err);
    *out = item;
    return status;
}

enum pal_status pal_ledger_head(struct pal_ledger *ledger, char *out /* [65] */,
                                struct pal_error *err)
{
    sqlite3_stmt *ask = NULL;
    memset(out, '0', 64);
    out[64] = '\0';
    int code = sqlite3_prepare_v2(ledger->db, "SELECT hash FROM entry ORDER BY seq DESC LIMIT 1",
                                  -1, &ask, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(ask);
    if (code == SQLITE_ROW) {
        const pal_str hash = text_of(ask, 0);
        snprintf(out, 65, "%.*s", (int)(hash.len < 64 ? hash.len : 64), hash.ptr);
        code = SQLITE_DONE;
    }
    sqlite3_finalize(ask);
    return code == SQLITE_DONE ? PAL_OK : ledger_fail(ledger, code, "read", err);
}

/* ---- verifying --------------------------------------------------------------------------------
 */

struct verifying {
    struct pal_ledger *ledger;
    struct pal_arena *arena;
    struct pal_ledger_fault *fault;
    size_t faults, cap;
    uint8_t *hash; /* of the items of one entry */
    size_t hash_cap;
    bool nomem, head_seen;
    pal_str head;
};

static void fault(struct verifying *v, int64_t seq, int64_t item, pal_str what)
{
    if (v->faults == v->cap) {
        const size_t more = v->cap ? v->cap * 2 : 16;
        void *grown = pal_arena_grow(v->arena, v->fault, v->cap, more, sizeof *v->fault);
        if (!grown) {
            v->nomem = true;
            return;
        }
        v->fault = grown;
        v->cap = more;
    }
    v->nomem |= !what.ptr;
    v->fault[v->faults++] = (struct pal_ledger_fault){seq, item, what};
}

static bool add_hash(struct verifying *v, size_t at, const char *hex)
{
    if (at >= v->hash_cap) {
        const size_t more = v->hash_cap ? v->hash_cap * 2 : 1024;
        void *grown = pal_arena_grow(v->arena, v->hash, v->hash_cap, more, LEDGER_HASH);
        if (!grown)
            return false;
        v->hash = grown;
        v->hash_cap = more;
    }
    ledger_unhex(hex, v->hash + at * LEDGER_HASH);
    return true;
}

/* The items of one entry: each against its own hash; what they hash to now goes to v->hash. */
static int verify_items(struct verifying *v, int64_t seq, sqlite3_stmt *ask, size_t *items)
{
    int code;
    *items = 0;
    (void)sqlite3_reset(ask);
    (void)sqlite3_bind_int64(ask, 1, seq);
    while ((code = sqlite3_step(ask)) == SQLITE_ROW) {
        struct pal_ledger_item item;
        char hex[65];
        uint8_t now[LEDGER_HASH];
        const int64_t n = sqlite3_column_int64(ask, 1);
        item_of(ask, &item);
        ledger_hash_item(seq, n, &item, hex);
        ledger_unhex(hex, now);
        if (n != (int64_t)*items + 1)
            fault(v, seq, n,
                  pal_arena_printf(v->arena, "entry %lld: item %lld stands where %zu should",
                                   (long long)seq, (long long)n, *items + 1));
        const void *stored = sqlite3_column_blob(ask, 10);
        if (sqlite3_column_bytes(ask, 10) != LEDGER_HASH || !stored ||
            memcmp(stored, now, LEDGER_HASH) != 0)
            fault(v, seq, n,
                  pal_arena_printf(v->arena,
                                   "entry %lld, item %lld (%.*s of '%.*s'): its text is not what "
                                   "was hashed when it was written",
                                   (long long)seq, (long long)n, PAL_ARG(item.kind),
                                   PAL_ARG(item.figure)));
        if (!add_hash(v, (*items)++, hex))
            v->nomem = true;
        if (v->nomem)
            return SQLITE_NOMEM;
    }
    return code;
}

static int verify_entries(struct verifying *v)
{
    sqlite3_stmt *ask = NULL, *items_of = NULL;
    char previous[65];
    int64_t expected = 1;
    memset(previous, '0', 64);
    previous[64] = '\0';
    v->head_seen = !v->head.len || pal_str_eq(v->head, pal_str_of(previous));
    int code =
        sqlite3_prepare_v2(v->ledger->db, "SELECT * FROM entry ORDER BY seq", -1, &ask, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(v->ledger->db, "SELECT * FROM item WHERE seq = ? ORDER BY n", -1,
                                  &items_of, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(ask)) == SQLITE_ROW) {
        struct pal_ledger_entry entry;
        char hex[65];
        size_t items;
        entry_of(ask, &entry);
        if (entry.seq != expected)
            fault(v, entry.seq, 0,
                  pal_arena_printf(v->arena, "entry %lld stands where %lld should",
                                   (long long)entry.seq, (long long)expected));
        if (!pal_str_eq(text_of(ask, 12), pal_str_of(previous)))
            fault(v, entry.seq, 0,
                  pal_arena_printf(v->arena,
                                   "entry %lld (%.*s) does not follow the entry before it: the "
                                   "chain is broken",
                                   (long long)entry.seq, PAL_ARG(entry.kind)));
        code = verify_items(v, entry.seq, items_of, &items);
        if (code != SQLITE_DONE)
            break;
        ledger_hash_entry(&entry, text_of(ask, 12), items, v->hash, hex);
        if (strcmp(hex, entry.hash) != 0)
            fault(v, entry.seq, 0,
                  pal_arena_printf(v->arena,
                                   "entry %lld (%.*s %.*s of %.*s): it or its items are not what "
                                   "was hashed when it was written",
                                   (long long)entry.seq, PAL_ARG(entry.kind), PAL_ARG(entry.id),
                                   PAL_ARG(entry.date)));
        v->head_seen |= pal_str_eq(v->head, pal_str_of(entry.hash));
        memcpy(previous, entry.hash, sizeof previous);
        expected = entry.seq + 1;
        code = SQLITE_OK;
    }
    sqlite3_finalize(ask);
    sqlite3_finalize(items_of);
    return code;
}

/* What SQLite itself finds: damaged pages, rows that no index knows. */
static int verify_pages(struct verifying *v)
{
    sqlite3_stmt *ask = NULL;
    int code = sqlite3_prepare_v2(v->ledger->db, "PRAGMA integrity_check", -1, &ask, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(ask)) == SQLITE_ROW) {
        const pal_str said = text_of(ask, 0);
        if (!pal_str_eq(said, PAL_STR("ok")))
            fault(v, 0, 0, pal_arena_printf(v->arena, "the file is damaged: %.*s", PAL_ARG(said)));
        code = SQLITE_OK;
    }
    sqlite3_finalize(ask);
    return code;
}

/* Triggers that refuse changes must still be there, and nothing beside them. */
static int verify_schema(struct verifying *v)
{
    sqlite3_stmt *ask = NULL;
    int code = sqlite3_prepare_v2(
        v->ledger->db,
        "SELECT count(*), sum(type = 'table'), sum(type = 'trigger') FROM sqlite_master WHERE name"
        " IN ('entry', 'item', 'entry_keeps', 'entry_stays', 'entry_follows', 'item_keeps',"
        " 'item_stays', 'item_closed') AND (type = 'table' OR sql LIKE '%RAISE(ABORT,%')"
        " UNION ALL SELECT count(*), 0, 0 FROM sqlite_master",
        -1, &ask, NULL);
    for (int row = 0; code == SQLITE_OK && (code = sqlite3_step(ask)) == SQLITE_ROW; row++) {
        if (row == 0 && (sqlite3_column_int(ask, 1) != 2 || sqlite3_column_int(ask, 2) != 6))
            fault(v, 0, 0, PAL_STR("the triggers that refuse changes are not all there"));
        if (row == 1 && sqlite3_column_int(ask, 0) != 8)
            fault(v, 0, 0, PAL_STR("the file holds tables or triggers that are not the ledger's"));
        code = SQLITE_OK;
    }
    sqlite3_finalize(ask);
    return code;
}

static int verify_orphans(struct verifying *v)
{
    sqlite3_stmt *ask = NULL;
    int code = sqlite3_prepare_v2(
        v->ledger->db,
        "SELECT seq, count(*) FROM item WHERE seq NOT IN (SELECT seq FROM entry) GROUP BY seq", -1,
        &ask, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(ask)) == SQLITE_ROW) {
        fault(v, sqlite3_column_int64(ask, 0), 0,
              pal_arena_printf(v->arena, "%lld items belong to entry %lld, which is not there",
                               (long long)sqlite3_column_int64(ask, 1),
                               (long long)sqlite3_column_int64(ask, 0)));
        code = SQLITE_OK;
    }
    sqlite3_finalize(ask);
    return code;
}

enum pal_status pal_ledger_verify(struct pal_ledger *ledger, pal_str head, struct pal_arena *arena,
                                  const struct pal_ledger_fault **out, size_t *n,
                                  struct pal_error *err)
{
    struct verifying v = {.ledger = ledger, .arena = arena, .head = head};
    int (*const steps[])(struct verifying *) = {verify_pages, verify_schema, verify_entries,
                                                verify_orphans};
    for (size_t i = 0; i < PAL_COUNT(steps); i++) {
        const int code = steps[i](&v);
        if (v.nomem)
            return pal_nomem(err, "verifying the ledger");
        if (code == SQLITE_CORRUPT || code == SQLITE_ERROR)
            fault(&v, 0, 0,
                  pal_arena_printf(arena, "the file is damaged: %s", sqlite3_errmsg(ledger->db)));
        else if (code != SQLITE_DONE)
            return ledger_fail(ledger, code, "read", err);
    }
    if (!v.head_seen)
        fault(&v, 0, 0,
              pal_arena_printf(arena,
                               "no entry has the hash %.*s: entries were removed, or this is "
                               "another ledger",
                               PAL_ARG(head)));
    *out = v.fault;
    *n = v.faults;
    return v.nomem ? pal_nomem(err, "verifying the ledger") : PAL_OK;
}

/* ---- registered keys --------------------------------------------------------------------------
 */

enum pal_status pal_ledger_key(struct pal_ledger *ledger, pal_str id, pal_str area, pal_str stream,
                               struct pal_arena *arena, struct pal_key *out, bool *registered,
                               bool *revoked, struct pal_error *err)
{
    const struct pal_ledger_entry *entry;
    size_t n;
    *registered = *revoked = false;
    PAL_TRY(pal_ledger_entries(ledger, arena, &entry, &n, err));
    for (size_t i = 0; i < n; i++) {
        const bool of_key = pal_str_eq(entry[i].id, id);
        if (of_key && pal_str_eq(entry[i].kind, PAL_STR("revocation")))
            *revoked = true;
        if (!of_key || !pal_str_eq(entry[i].kind, PAL_STR("key")) ||
            !pal_str_eq(entry[i].area, area) || !pal_str_eq(entry[i].stream, stream))
            continue;
        if (!pal_key_of_hex(entry[i].sha256, out))
            return pal_fail(err, PAL_DATA, "entry %lld of the ledger holds no public key",
                            (long long)entry[i].seq);
        out->name = entry[i].text;
        *registered = true;
    }
    return PAL_OK;
}
