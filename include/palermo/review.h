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

/* ---- queries
 * ------------------------------------------------------------------------------------- */

enum pal_query_rule {
    PAL_QUERY_CHANGE, /* from the year before, beyond what series of this kind do by chance     */
    PAL_QUERY_BREAK,  /* another level for two years or more                                    */
    PAL_QUERY_ZERO,   /* none, where chance alone would hardly give none                        */
    PAL_QUERY_SLIP,   /* differs from the last release as mistyped figures do                   */
    PAL_QUERY_COPY,   /* the year before, unchanged                                             */
    PAL_QUERY_PARTS,  /* parts and total                                                        */
    PAL_QUERY_STAGES, /* more at a later stage than at an earlier one                           */
    PAL_QUERY_MIRROR, /* the other State reports otherwise of the same                          */
    PAL_QUERIES
};
const char *pal_query_name(enum pal_query_rule rule); /* "change", ... */

struct pal_query {
    size_t figure; /* index */
    enum pal_query_rule rule;
    double with[7];      /* its numbers, in the order in which they are said                     */
    uint32_t other_area; /* of a mirror; PAL_NO_AREA otherwise                                   */
};

/* Limits are learned, not fixed. The change of a count from one year to the next is scored as
 *     r = (log((b + 1/2) / (a + 1/2)) - m) / sqrt(1/(a + 1/2) + 1/(b + 1/2) + tau^2),
 * with m the median change of the family (the definition) and tau^2, the overdispersion beyond
 * Poisson, such that the median of r^2 is that of a chi-square with one degree of freedom. Tails
 * heavier than normal are met by Student's t with the degrees of freedom at which the 90th
 * percentile of |r| lies as far from its median as it does; both are quantiles, so that up to a
 * tenth of wrong figures do not move them. A change is queried beyond the two-sided quantile at
 * `alpha`: of right figures, that share is queried. Families with fewer than 30 pairs take the
 * limits of all families of their instrument together. */
struct pal_limits {
    double median, tau2, df, scale, limit; /* |r| > limit is queried */
    size_t pairs;
};
/* From the scores of pairs (before[i], after[i]); PAL_DOMAIN when there are none. */
PAL_CHECK_RESULT
enum pal_status pal_limits_learn(const double *before, const double *after, size_t n, double alpha,
                                 struct pal_arena *scratch, struct pal_limits *out,
                                 struct pal_error *err);
double pal_limits_score(const struct pal_limits *limits, double before, double after);
/* True when the digits differ as in a mistyped number: two neighbours exchanged, one digit wrong,
 * left out or added, or a factor of ten, a hundred or a thousand. */
bool pal_is_slip(double now, double then);

struct pal_released { /* what the last packet of a figure said */
    pal_str figure, value, packet, date;
};
struct pal_query_ask {
    const struct pal_figures *figures;
    double alpha;                        /* 0 = 0.01 */
    const struct pal_released *released; /* [released_n] sorted by figure */
    size_t released_n;
};
/* What the latest packet of each State and instrument said, sorted by figure. */
PAL_CHECK_RESULT
enum pal_status pal_ledger_released(struct pal_ledger *ledger, struct pal_arena *arena,
                                    const struct pal_released **out, size_t *n,
                                    struct pal_error *err);
/* The same from the figures.csv of an earlier run. */
PAL_CHECK_RESULT
enum pal_status pal_released_read(const char *path, struct pal_arena *arena,
                                  const struct pal_released **out, size_t *n,
                                  struct pal_error *err);
/* All queries, by figure and then by rule. Cost: one pass over the figures, and sorting the pairs
 * of each definition. */
PAL_CHECK_RESULT
enum pal_status pal_queries_make(const struct pal_query_ask *ask, struct pal_arena *arena,
                                 const struct pal_query **out, size_t *n, struct pal_error *err);

/* ---- states of review ---- */

enum pal_review_state {
    PAL_STATE_DRAFT,
    PAL_STATE_SENT,
    PAL_STATE_QUERIED,
    PAL_STATE_CORRECTED,
    PAL_STATE_ENDORSED,
    PAL_STATE_EXPLAINED,
    PAL_STATE_DISPUTED,
    PAL_STATE_NO_REPLY,
    PAL_STATE_WITHDRAWN,
    PAL_STATE_NOT_OURS,
    PAL_REVIEW_STATES
};
/* The word of REVIEW_STATUS: "draft", ... "no-reply", "not-ours". */
const char *pal_review_state_name(enum pal_review_state state);
bool pal_review_state_parse(pal_str word, enum pal_review_state *out);
pal_str pal_review_state_text(enum pal_review_state state, enum pal_language language);

/* ---- packets
 * ------------------------------------------------------------------------------------- */

enum pal_answer {
    PAL_ENDORSED,
    PAL_CORRECTED,
    PAL_EXPLAINED,
    PAL_OBJECTED,
    PAL_WITHDRAWN_ANSWER,
    PAL_NOT_OURS,
    PAL_ANSWERS
};
const char *pal_answer_name(enum pal_answer answer); /* "endorsed", ... "not-ours" */

struct pal_packet_row {
    size_t figure; /* index in input->figures */
    pal_str key;
    const struct pal_query *query; /* [queries] */
    size_t queries;
    const struct pal_released *released; /* NULL: not released before */
    const struct pal_figure *before;     /* the series' last value before; NULL: none */
    const struct pal_figure *region;     /* total that it enters; NULL: none */
    pal_str state;                       /* "draft", "endorsed", ... so far */
};
struct pal_packet {
    pal_str id, area, stream, date, deadline, silence;
    uint32_t of_area;
    int64_t round;
    const struct pal_report_input *input;
    size_t rows, queried;
    const struct pal_packet_row *row;
    enum pal_language working; /* the language the State writes in */
    char sha256[65];           /* of figures.csv */
};

struct pal_packet_ask {
    const struct pal_report_input *input;
    const struct pal_query *query; /* [queries] by figure */
    size_t queries;
    const struct pal_released *released;
    size_t released_n;
    pal_str date, deadline, silence;
    size_t years; /* the latest years of each series only, and what is queried; 0 = all */
};
/* *out NULL when no figure of the State belongs to the stream. The id is made of area, stream,
 * round and a hash of what is sent: the same draft gives the same packet. */
PAL_CHECK_RESULT
enum pal_status pal_packet_make(const struct pal_packet_ask *ask, uint32_t area, pal_str stream,
                                int64_t round, struct pal_arena *arena,
                                const struct pal_packet **out, struct pal_error *err);
/* figures.csv of a packet: KEY,VALUE,LOW,HIGH,OBS_STATUS,FLAGS,QUERIES, the same in all languages.
 */
PAL_CHECK_RESULT
enum pal_status pal_packet_figures(const struct pal_packet *packet, struct pal_buf *out,
                                   struct pal_error *err);
/* Writes packet-<lang>.{xlsx,html,csv} for each language, figures.csv, manifest.json and its
 * signature manifest.sig into the folder. */
PAL_CHECK_RESULT
enum pal_status pal_packet_write(const struct pal_packet *packet, const enum pal_language *language,
                                 size_t languages, const struct pal_key *key,
                                 struct pal_outdir *outdir, struct pal_arena *scratch,
                                 struct pal_error *err);
/* The entry and the items that the ledger keeps of a packet. */
PAL_CHECK_RESULT
enum pal_status pal_packet_record(const struct pal_packet *packet, pal_str signer,
                                  struct pal_ledger *ledger, struct pal_arena *scratch,
                                  struct pal_error *err);
/* The UN language that a State writes in, as far as datasets/areas/languages.csv says; English
 * otherwise. */
struct pal_working_languages;
PAL_CHECK_RESULT
enum pal_status pal_working_languages_read(const char *areas_folder, struct pal_arena *arena,
                                           struct pal_working_languages **out,
                                           struct pal_error *err);
enum pal_language pal_working_language(const struct pal_working_languages *languages, pal_str area);

/* A detached signature of a file: "name: value" lines; what is signed is all of them but the last.
 * `what` is "packet" or "return". */
PAL_CHECK_RESULT
enum pal_status pal_signature_text(const char *what, pal_str packet, pal_str sha256,
                                   const struct pal_key *key, struct pal_arena *arena, pal_str *out,
                                   struct pal_error *err);

/* ---- returns ---- */

struct pal_return_row {
    pal_str key, answer, value, origin, reason; /* as they stood                              */
    pal_str proposed;                           /* the value proposed, as it came back        */
    bool has_proposed;                          /* the column was there                       */
    pal_str changed; /* heads of the locked columns that were changed; empty: none            */
    uint64_t line;   /* of the sheet, from 1                                                  */
};
struct pal_return {
    const char *path;
    char sha256[65];
    pal_str packet; /* that it says it answers; empty: it does not say */
    enum pal_language language;
    size_t rows;
    const struct pal_return_row *row;
};
/* Reads a workbook, all its sheets, or CSV with any of the usual separators. Hostile workbooks
 * (macros, references to other files, embedded objects, names that lead out of the archive, more
 * than 64 MiB unpacked) and damaged files are refused: PAL_DATA, the reason in words of `language`
 * that is used as long as the file does not name its own. */
PAL_CHECK_RESULT
enum pal_status pal_return_read(const char *path, enum pal_language language,
                                struct pal_arena *arena, struct pal_return *out,
                                struct pal_error *err);

struct pal_return_finding {
    enum pal_severity severity;
    const char *rule;
    pal_str text; /* in the reader's language */
    uint64_t line;
};
enum pal_return_verdict {
    PAL_RETURN_ENDORSES,  /* taken over, and nothing in it disagrees       */
    PAL_RETURN_DISAGREES, /* taken over, with corrections, objections or answers set aside */
    PAL_RETURN_SAME,      /* received before; nothing changed              */
    PAL_RETURN_REFUSED,   /* nothing was taken over                        */
};
struct pal_received {
    enum pal_return_verdict verdict;
    enum pal_language language;
    pal_str id, area, stream, packet;
    size_t answers, conflicts, findings;
    const struct pal_return_finding *finding;
};
struct pal_receive_ask {
    const char *path, *signature; /* NULL: path with ".sig" behind it */
    pal_str date;
    enum pal_language language; /* while the file does not name its own */
    bool supersede;             /* the secretariat takes these answers in place of earlier ones */
    const struct pal_areas *areas; /* for names in findings; may be NULL */
};
/* Judges the file and writes one entry, "return" or "refusal", in one transaction. Errors are the
 * system's only: what is wrong with the file is in the findings. */
PAL_CHECK_RESULT
enum pal_status pal_return_receive(struct pal_ledger *ledger, const struct pal_receive_ask *ask,
                                   struct pal_arena *arena, struct pal_received *out,
                                   struct pal_error *err);
/* True when the signature file says that `key` signed a file of that hash for that packet. */
bool pal_signature_fits(pal_str text, const char *what, pal_str packet, pal_str sha256,
                        const struct pal_key *key);

/* The answers that stand for one packet: the first given, or what superseded it. */
struct pal_standing {
    pal_str figure, answer, value, origin, reason, by, date; /* by: id of the return            */
};
PAL_CHECK_RESULT
enum pal_status pal_ledger_standing(struct pal_ledger *ledger, pal_str packet,
                                    struct pal_arena *arena, const struct pal_standing **out,
                                    size_t *n, struct pal_error *err);

/* ---- marks in print ---- */

struct pal_review_mark { /* where a figure stands, by the ledger */
    pal_str figure;
    enum pal_review_state state;
    pal_str sent;                  /* the value sent                                      */
    pal_str value, origin, reason; /* the Government's                                    */
    pal_str by, packet, deadline;  /* return; packet; its deadline                        */
};
/* Of every figure that was ever sent, sorted by figure. A later packet that says the same of a
 * figure keeps its answer; one that says otherwise begins anew. `as_of` decides what is late;
 * empty: nothing is. */
PAL_CHECK_RESULT
enum pal_status pal_review_marks(struct pal_ledger *ledger, pal_str as_of, struct pal_arena *arena,
                                 const struct pal_review_mark **out, size_t *n,
                                 struct pal_error *err);

/* Writes corrected counts into the rows of the datasets that gave them, where one row alone did, so
 * that computing again gives what follows from the corrections (rates, shares, totals). *rows says
 * how many. */
PAL_CHECK_RESULT
enum pal_status pal_review_correct(const struct pal_review_mark *mark, size_t n,
                                   const struct pal_figures *draft,
                                   struct pal_dataset *const *dataset, size_t datasets,
                                   struct pal_arena *scratch, size_t *rows, struct pal_error *err);

struct pal_reviewed;
/* The figures with what governments said of them. `revised`: computed again after
 * pal_review_correct; NULL: nothing followed. A correction is a row of its own behind the draft
 * (VERSION, SOURCE return:ID); so is what follows from one, and the Government's value of a
 * disputed figure. */
PAL_CHECK_RESULT
enum pal_status pal_review_apply(const struct pal_review_mark *mark, size_t n,
                                 const struct pal_figures *draft, const struct pal_figures *revised,
                                 struct pal_dataset *const *dataset, size_t datasets,
                                 struct pal_arena *arena, struct pal_reviewed **out,
                                 struct pal_error *err);
const struct pal_figures *pal_reviewed_all(const struct pal_reviewed *reviewed); /* figures.csv */
/* What is printed: one row a figure, the newest version. */
struct pal_figures *pal_reviewed_printed(struct pal_reviewed *reviewed);
/* Fills mark, marks, mark_of, mark_legend and the disputes for one language. */
PAL_CHECK_RESULT
enum pal_status pal_reviewed_marks(const struct pal_reviewed *reviewed, enum pal_language language,
                                   struct pal_arena *arena, struct pal_report_input *input,
                                   struct pal_error *err);
size_t pal_reviewed_count(const struct pal_reviewed *reviewed, enum pal_review_state state);

/* ---- status ---- */

struct pal_status_grid { /* a table of text, for the terminal, CSV and a page */
    const char *name;
    pal_str title;
    size_t cols, rows;
    const pal_str *head;   /* [cols]        */
    const pal_str *cell;   /* [rows * cols] */
    const uint8_t *number; /* [cols] the column holds numbers: set to the end of its line */
    size_t bar; /* column that is drawn as a bar too, a share in per cent; SIZE_MAX: none */
};
enum { PAL_STATUS_GRIDS = 5 };
struct pal_status_ask {
    const struct pal_areas *areas;
    const struct pal_catalogue *catalogue; /* the part that a figure belongs to */
    enum pal_language language;
    pal_str as_of; /* empty: replies that are due are not told from late ones */
};
/* "by-region", "by-part", "by-state", "queries", "revisions": who was asked, who replied, how many
 * items were asked, filled in beforehand and answered; what was queried and answered; what changed
 * since the draft that a State saw. */
PAL_CHECK_RESULT
enum pal_status pal_review_status(struct pal_ledger *ledger, const struct pal_status_ask *ask,
                                  struct pal_arena *arena,
                                  struct pal_status_grid *out /* [GRIDS] */, struct pal_error *err);
void pal_status_csv(const struct pal_status_grid *grid, struct pal_buf *out);
void pal_status_text(const struct pal_status_grid *grid, FILE *to);
/* One page with all of them. */
void pal_status_html(const struct pal_status_grid *grid, size_t n, enum pal_language language,
                     struct pal_buf *out);

/* ---- questionnaires ---- */

struct pal_questionnaire_said { /* what a State said of an article before */
    pal_str area, status, gaps, assistance, planned, progress;
    int article;
};
struct pal_questionnaire {
    const struct pal_report_input *input;
    uint32_t area;
    int32_t year; /* asked for */
    const struct pal_questionnaire_said *said;
    size_t said_n;
};
/* A workbook of one instrument: counts of the phenomenon, part by part, each beside the last
 * answer; or the Convention article by article. */
PAL_CHECK_RESULT
enum pal_status pal_questionnaire_write(const struct pal_questionnaire *questionnaire,
                                        bool implementation, enum pal_language language,
                                        const char *path, struct pal_arena *scratch,
                                        struct pal_error *err);
/* Adds the rows of a filled-in questionnaire to crime or to law as CSV (the heads below), each with
 * its file, sheet and line. What cannot be read is a finding with its place, and no row. */
#define PAL_QUESTIONNAIRE_CRIME                                                                    \
    "question,area,year,breakdown,value,status,source,note,file,sheet,line\n"
#define PAL_QUESTIONNAIRE_LAW                                                                      \
    "question,area,year,breakdown,status,gaps,assistance,planned,progress,file,sheet,line\n"
PAL_CHECK_RESULT
enum pal_status pal_questionnaire_read(const char *path, struct pal_diag *diag,
                                       struct pal_arena *arena, struct pal_buf *crime,
                                       struct pal_buf *law, size_t *rows, struct pal_error *err);
/* The second of these files, as an earlier collection wrote it. */
PAL_CHECK_RESULT
enum pal_status pal_questionnaire_said_read(const char *path, struct pal_arena *arena,
                                            const struct pal_questionnaire_said **out, size_t *n,
                                            struct pal_error *err);

#endif
