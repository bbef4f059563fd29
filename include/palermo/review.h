/* review.h: figures go out to governments and come back. A packet holds what one State is asked
 * about one instrument; a return holds its answers; the ledger holds all of both, for good.
 *
 * Streams  : figures on the phenomenon and on implementation are two instruments: two packets, two
 *            streams of rounds, never one form.
 * Silence  : a figure without an answer is never "endorsed"; after the deadline it is "no-reply".
 * Conflict : what disagrees with the packet or with an earlier answer is listed and kept, and
 *            overwrites nothing.
 * Secrets  : secret keys lie in files of their own (mode 0600) and enter no packet and no ledger.
 */
#ifndef PALERMO_REVIEW_H
#define PALERMO_REVIEW_H

#include "palermo/base.h"
#include "palermo/data.h"
#include "palermo/indicator.h"
#include "palermo/report.h"

/* ---- the ledger --------------------------------------------------------------------------------
 */

/* One SQLite file. Nothing in it is ever changed or removed: triggers refuse, and each entry holds
 * the SHA-256 of its own text, of its items and of the entry before, so that a change of one byte
 * of what it says is found (pal_ledger_verify) and cutting off its end shows against any earlier
 * head. A process that is killed leaves the entries that were committed, whole, and no other. */
struct pal_ledger;

struct pal_ledger_entry {
    int64_t seq;      /* from 1, without gaps                                                     */
    pal_str kind;     /* "key" "revocation" "packet" "return" "refusal" "endorsement"             */
    pal_str date;     /* ISO date on which it was recorded                                        */
    pal_str area;     /* whose; empty: the secretariat's                                          */
    pal_str stream;   /* "phenomenon" or "implementation"                                         */
    pal_str id;       /* of what it records: a key, a packet, a return                            */
    pal_str refers;   /* packet that a return answers; key that is revoked                        */
    pal_str signer;   /* id of the key that signed                                                */
    pal_str sha256;   /* packet: of figures.csv; return: of the file as received                  */
    int64_t round;    /* 1, 2, ... within area and stream                                         */
    pal_str deadline; /* ISO date                                                                 */
    pal_str text;     /* names, reasons, a public key                                             */
    char hash[65];    /* filled on reading and by pal_ledger_append                               */
};

struct pal_ledger_item { /* a figure of a packet, a query about it, an answer to it */
    pal_str kind;      /* "sent" "query" "answer" "conflict"                                     */
    pal_str figure;    /* its key                                                                */
    pal_str word;      /* sent: OBS_STATUS; query: rule; answer: "endorsed" "corrected" ...      */
    pal_str value;     /* as text that reads back the same; empty: none                          */
    pal_str low, high; /* sent: interval, or what masked counts leave open                       */
    pal_str text;      /* sent: flags; query: evidence; answer: source                           */
    pal_str more;      /* answer: reason; sent: names of the tables                              */
};

enum pal_ledger_mode { PAL_LEDGER_READ, PAL_LEDGER_WRITE };
/* PAL_LEDGER_READ: *out is NULL when there is no such file. PAL_LEDGER_WRITE makes it.
 * Errors: PAL_IO when the file cannot be used, PAL_DATA when it is no ledger. */
PAL_CHECK_RESULT
enum pal_status pal_ledger_open(const char *path, enum pal_ledger_mode mode,
                                struct pal_arena *arena, struct pal_ledger **out,
                                struct pal_error *err);
/* Everything between is kept whole or not at all; other writers wait up to ten seconds. What is
 * not committed is undone when the arena goes. */
PAL_CHECK_RESULT
enum pal_status pal_ledger_begin(struct pal_ledger *ledger, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_ledger_commit(struct pal_ledger *ledger, struct pal_error *err);
void pal_ledger_undo(struct pal_ledger *ledger);
/* Fills entry->seq and entry->hash. */
PAL_CHECK_RESULT
enum pal_status pal_ledger_append(struct pal_ledger *ledger, struct pal_ledger_entry *entry,
                                  const struct pal_ledger_item *item, size_t items,
                                  struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_ledger_entries(struct pal_ledger *ledger, struct pal_arena *arena,
                                   const struct pal_ledger_entry **out, size_t *n,
                                   struct pal_error *err);
/* The items of one entry, in the order appended. */
PAL_CHECK_RESULT
enum pal_status pal_ledger_items(struct pal_ledger *ledger, int64_t seq, struct pal_arena *arena,
                                 const struct pal_ledger_item **out, size_t *n,
                                 struct pal_error *err);
/* Hash of the last entry; 64 zeros when there is none. */
PAL_CHECK_RESULT
enum pal_status pal_ledger_head(struct pal_ledger *ledger, char *out /* [65] */,
                                struct pal_error *err);

struct pal_ledger_fault {
    int64_t seq, item; /* 0: of the whole; the item's number from 1, 0: the entry itself */
    pal_str what;
};
/* Recomputes every hash. `head` (may be empty) is one that was noted earlier: the ledger must still
 * contain it. Cost: one pass over the file. */
PAL_CHECK_RESULT
enum pal_status pal_ledger_verify(struct pal_ledger *ledger, pal_str head, struct pal_arena *arena,
                                  const struct pal_ledger_fault **out, size_t *n,
                                  struct pal_error *err);

/* ---- keys (Ed25519) -----------------------------------------------------------------------------
 */

struct pal_key {
    char id[17]; /* first 16 hexadecimal digits of the SHA-256 of the public key */
    pal_str name;
    uint8_t public_key[32];
    const uint8_t *secret; /* [64], wiped when the arena goes; NULL in a public key */
};
/* Makes <stem>.key (0600) and <stem>.pub; refuses to replace either. */
PAL_CHECK_RESULT
enum pal_status pal_key_make(const char *stem, pal_str name, struct pal_arena *arena,
                             struct pal_key *out, struct pal_error *err);
/* Reads either kind. A secret key that others may read is refused: PAL_DATA. */
PAL_CHECK_RESULT
enum pal_status pal_key_read(const char *path, struct pal_arena *arena, struct pal_key *out,
                             struct pal_error *err);
bool pal_key_of_hex(pal_str hex, struct pal_key *out); /* a public key out of 64 digits */
void pal_key_hex(const struct pal_key *key, char *out /* [65] */);
#define PAL_SIGNATURE_SIZE 129
/* Signs bytes with a secret key, as 128 hexadecimal digits. */
PAL_CHECK_RESULT
enum pal_status pal_key_sign(const struct pal_key *key, pal_str message,
                             char *out /* [PAL_SIGNATURE_SIZE] */, struct pal_error *err);
bool pal_key_verify(const struct pal_key *key, pal_str message, pal_str signature);

/* A text of "name: value" lines, as keys, signatures and manifests of packets are written. The
 * value of a name, or the empty slice. */
pal_str pal_fields_get(pal_str text, const char *name);

/* Who may sign what: keys in the ledger that were not revoked. `area` empty: the secretariat. */
PAL_CHECK_RESULT
enum pal_status pal_ledger_key(struct pal_ledger *ledger, pal_str id, pal_str area, pal_str stream,
                               struct pal_arena *arena, struct pal_key *out, bool *registered,
                               bool *revoked, struct pal_error *err);

#endif
