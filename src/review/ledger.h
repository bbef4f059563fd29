/* ledger.h: what the files of the ledger share. */
#ifndef PALERMO_REVIEW_LEDGER_H
#define PALERMO_REVIEW_LEDGER_H

#include "palermo/review.h"

#include <sqlite3.h>

enum { LEDGER_APPLICATION = 0x50616C72, LEDGER_VERSION = 1, LEDGER_HASH = 32 };

struct pal_ledger {
    const char *path;
    sqlite3 *db;
    sqlite3_stmt *add_entry, *add_item;
    bool open; /* inside a transaction of ours */
};

enum pal_status ledger_fail(const struct pal_ledger *ledger, int code, const char *what,
                            struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status ledger_exec(struct pal_ledger *ledger, const char *sql, const char *what,
                            struct pal_error *err);

void ledger_hash_field(struct pal_sha256 *hash, pal_str field);
void ledger_hash_number(struct pal_sha256 *hash, int64_t number);
void ledger_hash_item(int64_t seq, int64_t n, const struct pal_ledger_item *item,
                      char *hex /* [65] */);
/* item_hash: [items][LEDGER_HASH] */
void ledger_hash_entry(const struct pal_ledger_entry *entry, pal_str previous, size_t items,
                       const uint8_t *item_hash, char *hex /* [65] */);
void ledger_unhex(const char *hex, uint8_t *out /* [LEDGER_HASH] */);

#endif
