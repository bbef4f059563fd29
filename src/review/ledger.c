/* ledger.c: the append-only file of what was sent, answered and endorsed. Items of an entry go in
 * before it; the entry closes them, and hashes them, itself and the entry before. */
#include "ledger.h"

#include <string.h>

static const char schema[] =
    "CREATE TABLE entry(seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, date TEXT NOT NULL,"
    " area TEXT NOT NULL, stream TEXT NOT NULL, id TEXT NOT NULL, refers TEXT NOT NULL,"
    " signer TEXT NOT NULL, sha256 TEXT NOT NULL, round INTEGER NOT NULL, deadline TEXT NOT NULL,"
    " text TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL);"
    "CREATE TABLE item(seq INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL,"
    " figure TEXT NOT NULL, word TEXT NOT NULL, value TEXT NOT NULL, low TEXT NOT NULL,"
    " high TEXT NOT NULL, text TEXT NOT NULL, more TEXT NOT NULL, hash BLOB NOT NULL,"
    " PRIMARY KEY(seq, n)) WITHOUT ROWID;"
    "CREATE TRIGGER entry_keeps BEFORE UPDATE ON entry"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER entry_stays BEFORE DELETE ON entry"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER entry_follows BEFORE INSERT ON entry"
    " WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entry)"
    " BEGIN SELECT RAISE(ABORT, 'an entry follows the last one'); END;"
    "CREATE TRIGGER item_keeps BEFORE UPDATE ON item"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER item_stays BEFORE DELETE ON item"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER item_closed BEFORE INSERT ON item"
    " WHEN NEW.seq <= (SELECT coalesce(max(seq), 0) FROM entry)"
    " BEGIN SELECT RAISE(ABORT, 'that entry is closed'); END;";

static void ledger_close(void *object)
{
    struct pal_ledger *ledger = object;
    pal_ledger_undo(ledger);
    sqlite3_finalize(ledger->add_entry);
    sqlite3_finalize(ledger->add_item);
    sqlite3_close(ledger->db);
    ledger->db = NULL;
}

enum pal_status ledger_fail(const struct pal_ledger *ledger, int code, const char *what,
                            struct pal_error *err)
{
    const char *why = ledger->db ? sqlite3_errmsg(ledger->db) : sqlite3_errstr(code);
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return pal_nomem(err, ledger->path);
    case SQLITE_NOTADB:
        return pal_fail(err, PAL_DATA, "'%s' is no ledger", ledger->path);
    case SQLITE_CORRUPT:
        return pal_fail(err, PAL_DATA,
                        "the ledger '%s' is damaged: %s\n'palermo review verify' says where",
                        ledger->path, why);
    case SQLITE_BUSY:
        return pal_fail(err, PAL_IO,
                        "the ledger '%s' is in use by another program; try again when it is done",
                        ledger->path);
    default:
        return pal_fail(err, PAL_IO, "cannot %s the ledger '%s': %s", what, ledger->path, why);
    }
}

enum pal_status ledger_exec(struct pal_ledger *ledger, const char *sql, const char *what,
                            struct pal_error *err)
{
    const int code = sqlite3_exec(ledger->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? PAL_OK : ledger_fail(ledger, code, what, err);
}

static enum pal_status pragma_number(struct pal_ledger *ledger, const char *sql, int64_t *out,
                                     struct pal_error *err)
{
    sqlite3_stmt *ask = NULL;
    int code = sqlite3_prepare_v2(ledger->db, sql, -1, &ask, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(ask)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(ask, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(ask);
    return code == SQLITE_OK ? PAL_OK : ledger_fail(ledger, code, "read", err);
}

/* A new file receives its tables; an old one must be a ledger of a version known here. */
static enum pal_status settle(struct pal_ledger *ledger, enum pal_ledger_mode mode,
                              struct pal_error *err)
{
    int64_t application = 0, version = 0, tables = 0;
    char sql[128];
    PAL_TRY(ledger_exec(ledger, "PRAGMA trusted_schema=OFF", "open", err));
    if (mode == PAL_LEDGER_WRITE)
        PAL_TRY(ledger_exec(ledger, "BEGIN IMMEDIATE", "open", err));
    ledger->open = mode == PAL_LEDGER_WRITE;
    PAL_TRY(pragma_number(ledger, "PRAGMA application_id", &application, err));
    PAL_TRY(pragma_number(ledger, "PRAGMA user_version", &version, err));
    PAL_TRY(pragma_number(ledger, "SELECT count(*) FROM sqlite_master", &tables, err));
    if (mode == PAL_LEDGER_WRITE && !tables && !application) {
        PAL_TRY(ledger_exec(ledger, schema, "make", err));
        snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d",
                 LEDGER_APPLICATION, LEDGER_VERSION);
        PAL_TRY(ledger_exec(ledger, sql, "make", err));
        application = LEDGER_APPLICATION;
        version = LEDGER_VERSION;
    }
    if (ledger->open)
        PAL_TRY(pal_ledger_commit(ledger, err));
    if (application != LEDGER_APPLICATION)
        return pal_fail(err, PAL_DATA, "'%s' is no ledger of palermo", ledger->path);
    if (version != LEDGER_VERSION)
        return pal_fail(err, PAL_DATA, "the ledger '%s' is of version %lld; this palermo knows %d",
                        ledger->path, (long long)version, LEDGER_VERSION);
    return PAL_OK;
}

enum pal_status pal_ledger_open(const char *path, enum pal_ledger_mode mode,
                                struct pal_arena *arena, struct pal_ledger **out,
                                struct pal_error *err)
{
    *out = NULL;
    if (mode == PAL_LEDGER_READ && !pal_file_exists(path))
        return PAL_OK;
    struct pal_ledger *ledger = pal_arena_alloc(arena, 1, sizeof *ledger);
    if (!ledger)
        return pal_nomem(err, "the ledger");
    ledger->path = pal_arena_cstr(arena, pal_str_of(path));
    /* Reading opens for writing too: what a killed writer left half done is undone first. */
    const int how = SQLITE_OPEN_READWRITE | (mode == PAL_LEDGER_WRITE ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(path, &ledger->db, how, NULL);
    if (code != SQLITE_OK && mode == PAL_LEDGER_READ) {
        sqlite3_close(ledger->db);
        code = sqlite3_open_v2(path, &ledger->db, SQLITE_OPEN_READONLY, NULL);
    }
    PAL_TRY(pal_arena_defer(arena, ledger_close, ledger, err));
    if (code != SQLITE_OK)
        return ledger_fail(ledger, code, "open", err);
    sqlite3_busy_timeout(ledger->db, 10000);
    PAL_TRY(settle(ledger, mode, err));
    *out = ledger;
    return PAL_OK;
}

enum pal_status pal_ledger_begin(struct pal_ledger *ledger, struct pal_error *err)
{
    PAL_TRY(ledger_exec(ledger, "BEGIN IMMEDIATE", "write", err));
    ledger->open = true;
    return PAL_OK;
}

enum pal_status pal_ledger_commit(struct pal_ledger *ledger, struct pal_error *err)
{
    PAL_TRY(ledger_exec(ledger, "COMMIT", "write", err));
    ledger->open = false;
    return PAL_OK;
}

void pal_ledger_undo(struct pal_ledger *ledger)
{
    if (ledger->open)
        (void)sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
    ledger->open = false;
}

/* ---- canonical bytes --------------------------------------------------------------------------
 * Each field as its length, a colon, its bytes and a comma, in the order of the columns: no two
 * different rows give the same bytes. */

void ledger_hash_field(struct pal_sha256 *hash, pal_str field)
{
    char length[32];
    const int n = snprintf(length, sizeof length, "%zu:", field.len);
    pal_sha256_add(hash, length, (size_t)n);
    pal_sha256_add(hash, field.ptr ? field.ptr : "", field.len);
    pal_sha256_add(hash, ",", 1);
}

void ledger_hash_number(struct pal_sha256 *hash, int64_t number)
{
    char text[32];
    const int n = snprintf(text, sizeof text, "%lld", (long long)number);
    ledger_hash_field(hash, (pal_str){text, (size_t)n});
}

void ledger_hash_item(int64_t seq, int64_t n, const struct pal_ledger_item *item,
                      char *hex /* [65] */)
{
    struct pal_sha256 hash;
    pal_sha256_init(&hash);
    ledger_hash_field(&hash, PAL_STR("palermo ledger item 1"));
    ledger_hash_number(&hash, seq);
    ledger_hash_number(&hash, n);
    const pal_str *const fields[] = {&item->kind, &item->figure, &item->word, &item->value,
                                     &item->low,  &item->high,   &item->text, &item->more};
    for (size_t i = 0; i < PAL_COUNT(fields); i++)
        ledger_hash_field(&hash, *fields[i]);
    pal_sha256_hex(&hash, hex);
}

void ledger_hash_entry(const struct pal_ledger_entry *entry, pal_str previous, size_t items,
                       const uint8_t *item_hash, char *hex /* [65] */)
{
    struct pal_sha256 hash;
    pal_sha256_init(&hash);
    ledger_hash_field(&hash, PAL_STR("palermo ledger entry 1"));
    ledger_hash_number(&hash, entry->seq);
    const pal_str *const fields[] = {
        &entry->kind,   &entry->date,   &entry->area,   &entry->stream,   &entry->id,
        &entry->refers, &entry->signer, &entry->sha256, &entry->deadline, &entry->text};
    for (size_t i = 0; i < PAL_COUNT(fields); i++)
        ledger_hash_field(&hash, *fields[i]);
    ledger_hash_number(&hash, entry->round);
    ledger_hash_field(&hash, previous);
    ledger_hash_number(&hash, (int64_t)items);
    pal_sha256_add(&hash, item_hash, items * LEDGER_HASH);
    pal_sha256_hex(&hash, hex);
}

void ledger_unhex(const char *hex, uint8_t *out /* [LEDGER_HASH] */)
{
    for (size_t i = 0; i < LEDGER_HASH; i++) {
        const char high = hex[2 * i], low = hex[2 * i + 1];
        out[i] = (uint8_t)((high <= '9' ? high - '0' : high - 'a' + 10) << 4 |
                           (low <= '9' ? low - '0' : low - 'a' + 10));
    }
}

/* ---- appending --------------------------------------------------------------------------------
 */

static void bind(sqlite3_stmt *to, int at, pal_str text)
{
    (void)sqlite3_bind_text64(to, at, text.ptr ? text.ptr : "", text.len, SQLITE_STATIC,
                              SQLITE_UTF8);
}

static enum pal_status step(struct pal_ledger *ledger, sqlite3_stmt *statement,
                            struct pal_error *err)
{
    const int code = sqlite3_step(statement);
    (void)sqlite3_reset(statement);
    return code == SQLITE_DONE ? PAL_OK : ledger_fail(ledger, code, "write", err);
}

static enum pal_status prepare(struct pal_ledger *ledger, struct pal_error *err)
{
    int code = SQLITE_OK;
    if (!ledger->add_entry)
        code =
            sqlite3_prepare_v2(ledger->db, "INSERT INTO entry VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                               -1, &ledger->add_entry, NULL);
    if (code == SQLITE_OK && !ledger->add_item)
        code = sqlite3_prepare_v2(ledger->db, "INSERT INTO item VALUES(?,?,?,?,?,?,?,?,?,?,?)", -1,
                                  &ledger->add_item, NULL);
    return code == SQLITE_OK ? PAL_OK : ledger_fail(ledger, code, "write", err);
}

static enum pal_status add_item(struct pal_ledger *ledger, int64_t seq, int64_t n,
                                const struct pal_ledger_item *item, uint8_t *hash,
                                struct pal_error *err)
{
    char hex[65];
    sqlite3_stmt *add = ledger->add_item;
    ledger_hash_item(seq, n, item, hex);
    ledger_unhex(hex, hash);
    (void)sqlite3_bind_int64(add, 1, seq);
    (void)sqlite3_bind_int64(add, 2, n);
    const pal_str *const fields[] = {&item->kind, &item->figure, &item->word, &item->value,
                                     &item->low,  &item->high,   &item->text, &item->more};
    for (size_t i = 0; i < PAL_COUNT(fields); i++)
        bind(add, 3 + (int)i, *fields[i]);
    (void)sqlite3_bind_blob(add, 11, hash, LEDGER_HASH, SQLITE_STATIC);
    return step(ledger, add, err);
}

enum pal_status pal_ledger_append(struct pal_ledger *ledger, struct pal_ledger_entry *entry,
                                  const struct pal_ledger_item *item, size_t items,
                                  struct pal_error *err)
{
    char previous[65];
    int64_t last = 0;
    if (!ledger->open)
        return pal_fail(err, PAL_BUG, "an entry outside a transaction of the ledger");
    PAL_TRY(prepare(ledger, err));
    PAL_TRY(pal_ledger_head(ledger, previous, err));
    PAL_TRY(pragma_number(ledger, "SELECT coalesce(max(seq), 0) FROM entry", &last, err));
    entry->seq = last + 1;
    struct pal_arena *scratch = pal_arena_new();
    uint8_t *hash = scratch ? pal_arena_alloc(scratch, items + 1, LEDGER_HASH) : NULL;
    enum pal_status status = hash ? PAL_OK : pal_nomem(err, "the ledger");
    for (size_t i = 0; i < items && status == PAL_OK; i++)
        status =
            add_item(ledger, entry->seq, (int64_t)i + 1, &item[i], hash + i * LEDGER_HASH, err);
    if (status == PAL_OK) {
        ledger_hash_entry(entry, pal_str_of(previous), items, hash, entry->hash);
        sqlite3_stmt *add = ledger->add_entry;
        (void)sqlite3_bind_int64(add, 1, entry->seq);
        const pal_str before[] = {entry->kind, entry->date,   entry->area,   entry->stream,
                                  entry->id,   entry->refers, entry->signer, entry->sha256};
        for (size_t i = 0; i < PAL_COUNT(before); i++)
            bind(add, 2 + (int)i, before[i]);
        (void)sqlite3_bind_int64(add, 10, entry->round);
        bind(add, 11, entry->deadline);
        bind(add, 12, entry->text);
        bind(add, 13, pal_str_of(previous));
        bind(add, 14, pal_str_of(entry->hash));
        status = step(ledger, add, err);
    }
    if (scratch)
        pal_arena_free(scratch);
    return status;
}
