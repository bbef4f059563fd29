/* test_ledger.c: the ledger keeps what it was given, refuses to change, and a changed byte is found
 * and named. Hashes are checked against a canonical form put together here by hand. */
#include "palermo/review.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdlib.h>

static struct pal_arena *arena;
static struct pal_error err;
static void begin(void) { arena = pal_arena_new(); }
static void end(void) { pal_arena_free(arena); }
TestSuite(review_ledger, .init = begin, .fini = end);

static const char *made(const char *name)
{
    struct pal_ledger *ledger;
    const char *path = scratch_path(name);
    const struct pal_ledger_item items[] = {
        {.kind = PAL_STR("sent"), .figure = PAL_STR("TIP-01N/XAA/2020"), .value = PAL_STR("120")},
        {.kind = PAL_STR("sent"), .figure = PAL_STR("TIP-01N/XAA/2021"), .value = PAL_STR("135")},
        {.kind = PAL_STR("query"),
         .figure = PAL_STR("TIP-01N/XAA/2021"),
         .word = PAL_STR("change")},
    };
    struct pal_ledger_entry packet = {.kind = PAL_STR("packet"),
                                      .date = PAL_STR("2024-06-01"),
                                      .area = PAL_STR("XAA"),
                                      .stream = PAL_STR("phenomenon"),
                                      .id = PAL_STR("XAA-P-1"),
                                      .round = 1},
                            answer = {.kind = PAL_STR("return"),
                                      .date = PAL_STR("2024-07-01"),
                                      .area = PAL_STR("XAA"),
                                      .refers = PAL_STR("XAA-P-1"),
                                      .id = PAL_STR("R-1")};
    cr_assert_eq(pal_ledger_open(path, PAL_LEDGER_WRITE, arena, &ledger, &err), PAL_OK, "%s",
                 err.text);
    cr_assert_eq(pal_ledger_begin(ledger, &err), PAL_OK);
    cr_assert_eq(pal_ledger_append(ledger, &packet, items, 3, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(pal_ledger_append(ledger, &answer, items, 1, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(pal_ledger_commit(ledger, &err), PAL_OK);
    cr_assert_eq(packet.seq, 1);
    cr_assert_eq(answer.seq, 2);
    return path;
}

static size_t faults_of(const char *path, const char *head, const struct pal_ledger_fault **fault)
{
    struct pal_ledger *ledger = NULL;
    size_t n = 0;
    struct pal_arena *own = pal_arena_new();
    const enum pal_status opened = pal_ledger_open(path, PAL_LEDGER_READ, own, &ledger, &err);
    if (opened != PAL_OK) { /* so damaged that it cannot be opened: that is found too */
        pal_arena_free(own);
        return SIZE_MAX;
    }
    const enum pal_status status =
        pal_ledger_verify(ledger, pal_str_of(head), arena, fault, &n, &err);
    pal_arena_free(own);
    return status == PAL_OK ? n : SIZE_MAX;
}

Test(review_ledger, holds_what_was_written)
{
    struct pal_ledger *ledger;
    const struct pal_ledger_entry *entry;
    const struct pal_ledger_item *item;
    const struct pal_ledger_fault *fault;
    size_t n;
    const char *path = made("holds");
    cr_assert_eq(faults_of(path, "", &fault), 0);
    cr_assert_eq(pal_ledger_open(path, PAL_LEDGER_READ, arena, &ledger, &err), PAL_OK);
    cr_assert_eq(pal_ledger_entries(ledger, arena, &entry, &n, &err), PAL_OK);
    cr_assert_eq(n, 2);
    cr_assert(pal_str_eq(entry[0].id, PAL_STR("XAA-P-1")));
    cr_assert(pal_str_eq(entry[1].refers, PAL_STR("XAA-P-1")));
    cr_assert_eq(pal_ledger_items(ledger, 1, arena, &item, &n, &err), PAL_OK);
    cr_assert_eq(n, 3);
    cr_assert(pal_str_eq(item[1].value, PAL_STR("135")));
    cr_assert(pal_str_eq(item[2].word, PAL_STR("change")));
    cr_assert_eq(faults_of(path, entry[0].hash, &fault), 0); /* an earlier head is still there */
    cr_assert_eq(faults_of(path, "00ff", &fault), 1);
}

/* The hash of an item is SHA-256 of its fields as "length:bytes,". */
Test(review_ledger, hashes_can_be_recomputed_by_anyone)
{
    sqlite3 *db;
    sqlite3_stmt *ask;
    struct pal_sha256 hash;
    char hex[65], stored[65];
    static const char canonical[] =
        "21:palermo ledger item 1,1:1,1:2,4:sent,16:TIP-01N/XAA/2021,0:,"
        "3:135,0:,0:,0:,0:,";
    pal_sha256_init(&hash);
    pal_sha256_add(&hash, canonical, sizeof canonical - 1);
    pal_sha256_hex(&hash, hex);
    cr_assert_eq(sqlite3_open(made("canonical"), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, "SELECT lower(hex(hash)) FROM item WHERE seq=1 AND n=2", -1,
                                    &ask, NULL),
                 SQLITE_OK);
    cr_assert_eq(sqlite3_step(ask), SQLITE_ROW);
    snprintf(stored, sizeof stored, "%s", (const char *)sqlite3_column_text(ask, 0));
    sqlite3_finalize(ask);
    sqlite3_close(db);
    cr_assert_str_eq(stored, hex);
}

Test(review_ledger, refuses_to_change)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(made("refuses"), &db), SQLITE_OK);
    const char *const attempts[] = {
        "UPDATE entry SET date = '2020-01-01'",
        "DELETE FROM entry WHERE seq = 2",
        "UPDATE item SET value = '1'",
        "DELETE FROM item",
        "INSERT OR REPLACE INTO item SELECT seq, n, kind, figure, word, '7', low, high, text, more,"
        " hash FROM item WHERE seq = 1 AND n = 1",
        "INSERT INTO entry SELECT 9, kind, date, area, stream, id, refers, signer, sha256, round,"
        " deadline, text, previous, hash FROM entry WHERE seq = 1",
        "INSERT OR REPLACE INTO entry SELECT 1, 'return', date, area, stream, id, refers, signer,"
        " sha256, round, deadline, text, previous, hash FROM entry WHERE seq = 1",
    };
    for (size_t i = 0; i < PAL_COUNT(attempts); i++)
        cr_expect_neq(sqlite3_exec(db, attempts[i], NULL, NULL, NULL), SQLITE_OK, "%s",
                      attempts[i]);
    sqlite3_close(db);
}

/* Somebody with an editor for SQLite takes the triggers away first. */
Test(review_ledger, names_the_row_that_was_changed)
{
    static const struct {
        const char *sql, *names;
    } cases[] = {
        {"UPDATE item SET value = '136' WHERE seq = 1 AND n = 2", "entry 1, item 2"},
        {"UPDATE item SET figure = 'TIP-01N/XAB/2021' WHERE seq = 1 AND n = 3", "entry 1, item 3"},
        {"UPDATE item SET hash = zeroblob(32) WHERE seq = 2", "entry 2, item 1"},
        {"UPDATE entry SET date = '2024-06-02' WHERE seq = 1", "entry 1 (packet XAA-P-1"},
        {"UPDATE entry SET previous = hash WHERE seq = 2", "entry 2"},
        {"DELETE FROM item WHERE seq = 1 AND n = 3", "entry 1 (packet XAA-P-1"},
        {"DELETE FROM entry WHERE seq = 1", "entry 2 stands where 1 should"},
        {"INSERT INTO item SELECT 7, n, kind, figure, word, value, low, high, text, more, hash FROM"
         " item WHERE seq = 2",
         "entry 7, which is not there"},
        {"CREATE TABLE more(x)", "not the ledger's"},
    };
    for (size_t i = 0; i < PAL_COUNT(cases); i++) {
        sqlite3 *db;
        char name[32];
        snprintf(name, sizeof name, "changed%zu", i);
        const char *path = made(name);
        cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
        /* the triggers are put back afterwards, so that only the rows tell */
        char **sql;
        int rows, columns;
        cr_assert_eq(sqlite3_get_table(db,
                                       "SELECT name, sql FROM sqlite_master WHERE"
                                       " type='trigger'",
                                       &sql, &rows, &columns, NULL),
                     SQLITE_OK);
        for (int r = 1; r <= rows; r++) {
            char drop[128];
            snprintf(drop, sizeof drop, "DROP TRIGGER %s", sql[r * 2]);
            cr_assert_eq(sqlite3_exec(db, drop, NULL, NULL, NULL), SQLITE_OK);
        }
        cr_assert_eq(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
        for (int r = 1; r <= rows; r++)
            cr_assert_eq(sqlite3_exec(db, sql[r * 2 + 1], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_free_table(sql);
        sqlite3_close(db);
        const struct pal_ledger_fault *fault;
        const size_t n = faults_of(path, "", &fault);
        bool named = false;
        cr_assert(n > 0 && n != SIZE_MAX, "%s", cases[i].sql);
        for (size_t f = 0; f < n; f++)
            named |= strstr(fault[f].what.ptr, cases[i].names) != NULL;
        cr_expect(named, "%s: %s", cases[i].sql, fault[0].what.ptr);
    }
}

/* Every byte of the file, one after the other: found, or nothing that was written reads otherwise.
 */
Test(review_ledger, any_changed_byte_is_found_or_says_nothing)
{
    const char *path = made("bytes");
    pal_str file;
    cr_assert_eq(pal_file_read(path, 1u << 20, arena, &file, &err), PAL_OK);
    size_t found = 0, tried = 0;
    for (size_t at = 0; at < file.len; at += 37) {
        char *copy = malloc(file.len);
        memcpy(copy, file.ptr, file.len);
        copy[at] = (char)(copy[at] ^ 0x15);
        const char *other = scratch_file("flipped", copy, file.len);
        free(copy);
        const struct pal_ledger_fault *fault;
        tried++;
        if (faults_of(other, "", &fault)) {
            found++;
            continue;
        }
        struct pal_arena *own = pal_arena_new(); /* then it must say the same */
        struct pal_ledger *ledger;
        const struct pal_ledger_entry *entry;
        const struct pal_ledger_item *item;
        size_t n;
        cr_assert_eq(pal_ledger_open(other, PAL_LEDGER_READ, own, &ledger, &err), PAL_OK);
        cr_assert_eq(pal_ledger_entries(ledger, own, &entry, &n, &err), PAL_OK);
        cr_assert_eq(n, 2);
        cr_assert(pal_str_eq(entry[0].date, PAL_STR("2024-06-01")));
        cr_assert_eq(pal_ledger_items(ledger, 1, own, &item, &n, &err), PAL_OK);
        cr_assert_eq(n, 3);
        cr_assert(pal_str_eq(item[1].value, PAL_STR("135")), "byte %zu", at);
        pal_arena_free(own);
    }
    cr_assert_gt(found, tried / 50);
}

Test(review_ledger, what_is_not_committed_is_not_there)
{
    const char *path = made("undone");
    struct pal_ledger *ledger;
    struct pal_ledger_entry entry = {.kind = PAL_STR("return")};
    struct pal_arena *own = pal_arena_new();
    cr_assert_eq(pal_ledger_open(path, PAL_LEDGER_WRITE, own, &ledger, &err), PAL_OK);
    cr_assert_eq(pal_ledger_append(ledger, &entry, NULL, 0, &err), PAL_BUG); /* no transaction */
    cr_assert_eq(pal_ledger_begin(ledger, &err), PAL_OK);
    cr_assert_eq(pal_ledger_append(ledger, &entry, NULL, 0, &err), PAL_OK);
    pal_arena_free(own);
    const struct pal_ledger_entry *all;
    size_t n;
    cr_assert_eq(pal_ledger_open(path, PAL_LEDGER_READ, arena, &ledger, &err), PAL_OK);
    cr_assert_eq(pal_ledger_entries(ledger, arena, &all, &n, &err), PAL_OK);
    cr_assert_eq(n, 2);
}

Test(review_ledger, another_file_is_no_ledger)
{
    struct pal_ledger *ledger;
    const char *path =
        scratch_text("not", "this is a text, and longer than one hundred bytes, so "
                            "that it could be the head of a database but is not one");
    cr_assert_eq(pal_ledger_open(path, PAL_LEDGER_READ, arena, &ledger, &err), PAL_DATA);
    cr_assert_eq(pal_ledger_open(scratch_path("absent"), PAL_LEDGER_READ, arena, &ledger, &err),
                 PAL_OK);
    cr_assert_null(ledger);
}
