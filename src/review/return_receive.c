/* return_receive.c: is the file what it says, may its signer say it, and what does it say? One
 * entry in one transaction holds the answer: all of the return, or the refusal. */
#include "return.h"

#include <stdlib.h>

struct receiving {
    struct pal_ledger *ledger;
    const struct pal_receive_ask *ask;
    struct pal_arena *arena;
    struct pal_received *out;
    struct pal_return file;
    struct pal_return_finding *finding;
    size_t findings, cap;
    const struct pal_ledger_entry *entry;
    size_t entries;
    const struct pal_ledger_entry *packet;
    struct pal_map *sent; /* figure -> index in item */
    const struct pal_ledger_item *item;
    size_t *item_of;
    const struct pal_standing *standing;
    size_t standings;
    struct pal_ledger_item *answer;
    size_t answers;
    bool bad, nomem, disagrees;
    pal_str signer;
};

/* ---- findings -----------------------------------------------------------------------------------
 */

static void say(struct receiving *r, enum pal_severity severity, const char *rule, uint64_t line,
                enum review_word word, const pal_str *with, size_t n)
{
    if (r->findings == r->cap) {
        const size_t more = r->cap ? r->cap * 2 : 32;
        void *grown = pal_arena_grow(r->arena, r->finding, r->cap, more, sizeof *r->finding);
        if (!grown) {
            r->nomem = true;
            return;
        }
        r->finding = grown;
        r->cap = more;
    }
    const pal_str text = review_fill(r->out->language, word, with, n, r->arena);
    r->nomem |= !text.ptr;
    r->bad |= severity == PAL_ERROR;
    r->finding[r->findings++] = (struct pal_return_finding){severity, rule, text, line};
}

static void say1(struct receiving *r, enum pal_severity severity, const char *rule, uint64_t line,
                 enum review_word word, pal_str with)
{
    say(r, severity, rule, line, word, &with, 1);
}

static void say2(struct receiving *r, enum pal_severity severity, const char *rule, uint64_t line,
                 enum review_word word, pal_str a, pal_str b)
{
    const pal_str with[] = {a, b};
    say(r, severity, rule, line, word, with, 2);
}

/* ---- what it answers
 * ------------------------------------------------------------------------------ */

static void find_packet(struct receiving *r)
{
    const struct pal_ledger_entry *later = NULL;
    if (!r->file.packet.len) {
        say(r, PAL_ERROR, "no-packet", 0, REVIEW_FOUND_NO_PACKET, NULL, 0);
        return;
    }
    for (size_t i = 0; i < r->entries; i++) {
        const struct pal_ledger_entry *e = &r->entry[i];
        if (!pal_str_eq(e->kind, PAL_STR("packet")))
            continue;
        if (pal_str_eq(e->id, r->file.packet)) {
            r->packet = e;
            later = NULL;
        } else if (r->packet && pal_str_eq(e->area, r->packet->area) &&
                   pal_str_eq(e->stream, r->packet->stream)) {
            later = e;
        }
    }
    if (!r->packet) {
        say1(r, PAL_ERROR, "unknown-packet", 0, REVIEW_FOUND_UNKNOWN_PACKET, r->file.packet);
        return;
    }
    r->out->area = r->packet->area;
    r->out->stream = r->packet->stream;
    r->out->packet = r->packet->id;
    if (later)
        say2(r, PAL_ERROR, "stale-packet", 0, REVIEW_FOUND_STALE, r->packet->id, later->id);
}

bool pal_signature_fits(pal_str text, const char *what, pal_str packet, pal_str sha256,
                        const struct pal_key *key)
{
    char first[64];
    snprintf(first, sizeof first, "%s signature 1", what);
    static const pal_str last = PAL_STR_INIT("\nsignature: ");
    pal_str signed_part = text;
    for (size_t i = 0; i + last.len <= text.len; i++)
        if (memcmp(text.ptr + i, last.ptr, last.len) == 0) {
            signed_part.len = i + 1;
            break;
        }
    return pal_str_eq(pal_fields_get(text, "palermo"), pal_str_of(first)) &&
           pal_str_eq(pal_fields_get(text, "packet"), packet) &&
           pal_str_eq(pal_fields_get(text, "key"), pal_str_of(key->id)) &&
           pal_str_eq(pal_fields_get(text, "sha256"), sha256) &&
           pal_key_verify(key, signed_part, pal_fields_get(text, "signature"));
}

static enum pal_status check_signature(struct receiving *r, struct pal_error *err)
{
    const char *path = r->ask->signature;
    pal_str text;
    if (!path)
        path = pal_arena_printf(r->arena, "%s.sig", r->ask->path).ptr;
    if (!path)
        return pal_nomem(err, "a signature");
    if (!pal_file_exists(path)) {
        const char *slash = strrchr(path, '/');
        say1(r, PAL_ERROR, "no-signature", 0, REVIEW_FOUND_NO_SIGNATURE,
             pal_str_of(slash ? slash + 1 : path));
        return PAL_OK;
    }
    struct pal_error ignored;
    if (pal_file_read(path, 4096, r->arena, &text, &ignored) != PAL_OK) {
        say(r, PAL_ERROR, "wrong-signature", 0, REVIEW_FOUND_BAD_SIGNATURE, NULL, 0);
        return PAL_OK;
    }
    struct pal_key key;
    bool registered, revoked;
    const pal_str id = pal_fields_get(text, "key");
    PAL_TRY(pal_ledger_key(r->ledger, id, r->packet->area, r->packet->stream, r->arena, &key,
                           &registered, &revoked, err));
    if (!registered || revoked) {
        say2(r, PAL_ERROR, "unknown-key", 0, REVIEW_FOUND_KEY,
             id.len && id.len <= 64 ? id : PAL_STR("?"), r->packet->area);
        return PAL_OK;
    }
    if (!pal_signature_fits(text, "return", r->file.packet, pal_str_of(r->file.sha256), &key))
        say(r, PAL_ERROR, "wrong-signature", 0, REVIEW_FOUND_BAD_SIGNATURE, NULL, 0);
    r->signer = pal_arena_str(r->arena, pal_str_of(key.id));
    return PAL_OK;
}

/* ---- what stands already
 * -------------------------------------------------------------------------- */

enum pal_status pal_ledger_standing(struct pal_ledger *ledger, pal_str packet,
                                    struct pal_arena *arena, const struct pal_standing **out,
                                    size_t *n, struct pal_error *err)
{
    const struct pal_ledger_entry *entry;
    struct pal_standing *own = NULL;
    size_t entries, cap = 0;
    struct pal_map *map = pal_map_new(arena, 256);
    *n = 0;
    if (!map)
        return pal_nomem(err, "the answers");
    PAL_TRY(pal_ledger_entries(ledger, arena, &entry, &entries, err));
    for (size_t i = 0; i < entries; i++) {
        const struct pal_ledger_item *item;
        size_t items;
        if (!pal_str_eq(entry[i].refers, packet) ||
            (!pal_str_eq(entry[i].kind, PAL_STR("return")) &&
             !pal_str_eq(entry[i].kind, PAL_STR("endorsement"))))
            continue;
        PAL_TRY(pal_ledger_items(ledger, entry[i].seq, arena, &item, &items, err));
        for (size_t k = 0; k < items; k++) {
            if (!pal_str_eq(item[k].kind, PAL_STR("answer")))
                continue;
            const size_t at = pal_map_add(map, item[k].figure, NULL);
            if (at == SIZE_MAX)
                return pal_nomem(err, "the answers");
            if (at >= cap) {
                own = pal_arena_grow(arena, own, cap, cap ? cap * 2 : 256, sizeof *own);
                cap = cap ? cap * 2 : 256;
                if (!own)
                    return pal_nomem(err, "the answers");
            }
            *n = at + 1 > *n ? at + 1 : *n;
            own[at] =
                (struct pal_standing){item[k].figure, item[k].word, item[k].value, item[k].text,
                                      item[k].more,   entry[i].id,  entry[i].date};
        }
    }
    *out = own;
    return PAL_OK;
}

static const struct pal_standing *standing_of(const struct receiving *r, pal_str figure)
{
    for (size_t i = 0; i < r->standings; i++)
        if (pal_str_eq(r->standing[i].figure, figure))
            return &r->standing[i];
    return NULL;
}

/* ---- the rows
 * ------------------------------------------------------------------------------------- */

static pal_str answer_text(const struct receiving *r, pal_str word)
{
    enum pal_answer answer;
    return review_answer_parse(word, &answer)
               ? review_word(r->out->language, review_answer_word[answer])
               : word;
}

static bool needs_reason(enum pal_answer answer)
{
    return answer == PAL_EXPLAINED || answer == PAL_OBJECTED || answer == PAL_WITHDRAWN_ANSWER;
}

/* The corrected value as it is kept; false when something is missing or unreadable. */
static bool read_value(struct receiving *r, const struct pal_return_row *row,
                       enum pal_answer answer, pal_str *kept)
{
    double value;
    *kept = (pal_str){"", 0};
    if (answer == PAL_CORRECTED && (!row->value.len || !row->origin.len || !row->reason.len)) {
        say1(r, PAL_ERROR, "incomplete-correction", row->line, REVIEW_FOUND_NEEDS, row->key);
        return false;
    }
    if (needs_reason(answer) && !row->reason.len) {
        say1(r, PAL_ERROR, "no-reason", row->line, REVIEW_FOUND_NEEDS_REASON, row->key);
        return false;
    }
    if (!row->value.len || (answer != PAL_CORRECTED && answer != PAL_OBJECTED))
        return true;
    if (!return_number(row->value, &value) || value < 0) {
        say2(r, PAL_ERROR, "no-number", row->line, REVIEW_FOUND_NUMBER, row->key, row->value);
        return false;
    }
    *kept = review_number_kept(value, r->arena);
    r->nomem |= !kept->ptr;
    return true;
}

/* The file must show the value that was sent: an answer about another one is set aside. */
static bool value_was_kept(struct receiving *r, const struct pal_return_row *row,
                           const struct pal_ledger_item *sent)
{
    double value, other;
    if (!row->has_proposed)
        return true;
    const bool same = pal_num_parse(sent->value, &value) ? return_shows(row->proposed, value)
                                                         : !return_number(row->proposed, &other);
    if (!same) {
        const pal_str with[] = {row->key, row->proposed.len ? row->proposed : PAL_STR(".."),
                                sent->value.len ? sent->value : PAL_STR("..")};
        say(r, PAL_WARNING, "changed-value", row->line, REVIEW_FOUND_LOCKED_VALUE, with, 3);
    }
    return same;
}

static bool agrees_with_standing(struct receiving *r, const struct pal_return_row *row,
                                 const struct pal_standing *standing,
                                 const struct pal_ledger_item *own)
{
    if (r->ask->supersede)
        return true;
    const pal_str with[] = {row->key, standing->by, answer_text(r, standing->answer),
                            answer_text(r, own->word)};
    say(r, PAL_WARNING, "conflict", row->line, REVIEW_FOUND_CONFLICT, with, 4);
    return false;
}

static void judge_row(struct receiving *r, const struct pal_return_row *row, struct pal_map *seen)
{
    enum pal_answer answer;
    bool is_new;
    const bool is_known = row->key.len && pal_map_find(r->sent, row->key) != SIZE_MAX;
    const bool is_empty =
        !row->answer.len && !row->value.len && !row->reason.len && !row->origin.len;
    if (!is_known) {
        say2(r, PAL_ERROR, "unknown-cell", row->line, REVIEW_FOUND_UNKNOWN_KEY,
             row->key.len ? row->key : PAL_STR("?"), r->packet->id);
        return;
    }
    if (row->changed.len)
        say2(r, PAL_WARNING, "changed-cells", row->line, REVIEW_FOUND_LOCKED, row->key,
             row->changed);
    r->disagrees |= row->changed.len > 0;
    const struct pal_ledger_item *sent = &r->item[r->item_of[pal_map_find(r->sent, row->key)]];
    const bool kept = value_was_kept(r, row, sent);
    if (is_empty) {
        r->disagrees |= !kept;
        return;
    }
    r->nomem |= pal_map_add(seen, row->key, &is_new) == SIZE_MAX;
    if (!is_new) {
        say1(r, PAL_ERROR, "twice", row->line, REVIEW_FOUND_TWICE, row->key);
        return;
    }
    if (!row->answer.len) {
        say1(r, PAL_ERROR, "no-answer", row->line, REVIEW_FOUND_WITHOUT, row->key);
        return;
    }
    if (!review_answer_parse(row->answer, &answer)) {
        say2(r, PAL_ERROR, "unknown-answer", row->line, REVIEW_FOUND_ANSWER, row->key, row->answer);
        return;
    }
    struct pal_ledger_item own = {.kind = PAL_STR("answer"),
                                  .figure = row->key,
                                  .word = pal_str_of(pal_answer_name(answer)),
                                  .text = row->origin,
                                  .more = row->reason};
    if (!read_value(r, row, answer, &own.value))
        return;
    const struct pal_standing *standing = standing_of(r, row->key);
    if (standing && pal_str_eq(standing->answer, own.word) &&
        pal_str_eq(standing->value, own.value))
        return; /* said before */
    if (!kept || (standing && !agrees_with_standing(r, row, standing, &own)))
        own.kind = PAL_STR("conflict");
    r->disagrees |= answer != PAL_ENDORSED && answer != PAL_EXPLAINED;
    if (pal_str_eq(own.kind, PAL_STR("conflict")))
        r->out->conflicts++;
    else
        r->out->answers++;
    r->answer[r->answers++] = own;
}

static enum pal_status judge_rows(struct receiving *r, struct pal_error *err)
{
    size_t items;
    PAL_TRY(pal_ledger_items(r->ledger, r->packet->seq, r->arena, &r->item, &items, err));
    PAL_TRY(
        pal_ledger_standing(r->ledger, r->packet->id, r->arena, &r->standing, &r->standings, err));
    r->sent = pal_map_new(r->arena, items);
    r->item_of = pal_arena_alloc(r->arena, items + 1, sizeof *r->item_of);
    r->answer = pal_arena_alloc(r->arena, r->file.rows + 1, sizeof *r->answer);
    struct pal_map *seen = pal_map_new(r->arena, r->file.rows + 1);
    if (!r->sent || !r->item_of || !r->answer || !seen)
        return pal_nomem(err, "a return");
    for (size_t i = 0; i < items; i++) {
        if (!pal_str_eq(r->item[i].kind, PAL_STR("sent")))
            continue;
        const size_t at = pal_map_add(r->sent, r->item[i].figure, NULL);
        if (at == SIZE_MAX)
            return pal_nomem(err, "a return");
        r->item_of[at] = i;
    }
    bool any = false;
    for (size_t i = 0; i < r->file.rows; i++) {
        judge_row(r, &r->file.row[i], seen);
        any |= r->file.row[i].answer.len > 0;
    }
    if (!any && !r->bad)
        say(r, PAL_ERROR, "nothing", 0, REVIEW_FOUND_NOTHING, NULL, 0);
    r->disagrees |= r->out->conflicts > 0;
    return r->nomem ? pal_nomem(err, "a return") : PAL_OK;
}

/* ---- the entry
 * ------------------------------------------------------------------------------------ */

static enum pal_status refuse(struct receiving *r, struct pal_error *err)
{
    struct pal_buf why;
    pal_buf_init(&why, r->arena, 1u << 16);
    for (size_t i = 0; i < r->findings && why.len < 1000; i++)
        if (r->finding[i].severity == PAL_ERROR)
            pal_buf_addf(&why, "%s%s", why.len ? " " : "", r->finding[i].rule);
    struct pal_ledger_entry entry = {.kind = PAL_STR("refusal"),
                                     .date = r->ask->date,
                                     .area = r->packet ? r->packet->area : (pal_str){"", 0},
                                     .stream = r->packet ? r->packet->stream : (pal_str){"", 0},
                                     .refers = r->packet ? r->packet->id : (pal_str){"", 0},
                                     .sha256 = pal_str_of(r->file.sha256),
                                     .text = pal_buf_str(&why)};
    r->out->verdict = PAL_RETURN_REFUSED;
    r->out->answers = r->out->conflicts = 0;
    PAL_TRY(pal_ledger_append(r->ledger, &entry, NULL, 0, err));
    say(r, PAL_INFORMATION, "refused", 0, REVIEW_REFUSED, NULL, 0);
    return pal_ledger_commit(r->ledger, err);
}

static enum pal_status accept(struct receiving *r, struct pal_error *err)
{
    const bool late = r->packet->deadline.len && pal_str_cmp(r->ask->date, r->packet->deadline) > 0;
    r->out->id = pal_arena_printf(r->arena, "%.*s-R%.8s", PAL_ARG(r->packet->id), r->file.sha256);
    if (!r->out->id.ptr)
        return pal_nomem(err, "a return");
    struct pal_ledger_entry entry = {.kind = PAL_STR("return"),
                                     .date = r->ask->date,
                                     .area = r->packet->area,
                                     .stream = r->packet->stream,
                                     .id = r->out->id,
                                     .refers = r->packet->id,
                                     .signer = r->signer,
                                     .sha256 = pal_str_of(r->file.sha256),
                                     .round = r->packet->round,
                                     .text = late ? PAL_STR("late") : PAL_STR("")};
    PAL_TRY(pal_ledger_append(r->ledger, &entry, r->answer, r->answers, err));
    if (late)
        say1(r, PAL_INFORMATION, "late", 0, REVIEW_FOUND_LATE, r->packet->deadline);
    const pal_str with[] = {r->out->id, pal_arena_printf(r->arena, "%zu", r->out->answers),
                            pal_arena_printf(r->arena, "%zu", r->out->conflicts)};
    say(r, PAL_INFORMATION, "received", 0, REVIEW_RECEIVED, with, 3);
    r->out->verdict = r->disagrees ? PAL_RETURN_DISAGREES : PAL_RETURN_ENDORSES;
    return pal_ledger_commit(r->ledger, err);
}

static bool was_received(struct receiving *r)
{
    for (size_t i = 0; i < r->entries; i++) {
        if (!pal_str_eq(r->entry[i].kind, PAL_STR("return")) ||
            !pal_str_eq(r->entry[i].sha256, pal_str_of(r->file.sha256)))
            continue;
        r->out->verdict = PAL_RETURN_SAME;
        r->out->id = r->entry[i].id;
        say1(r, PAL_INFORMATION, "same", 0, REVIEW_FOUND_SAME, r->entry[i].id);
        return true;
    }
    return false;
}

static enum pal_status receive(struct receiving *r, struct pal_error *err)
{
    struct pal_error why = {0};
    const enum pal_status status =
        pal_return_read(r->ask->path, r->ask->language, r->arena, &r->file, &why);
    r->out->language = r->file.language;
    if (status == PAL_NOMEM || (status == PAL_IO && !r->file.sha256[0])) {
        if (err)
            *err = why;
        return status;
    }
    PAL_TRY(pal_ledger_begin(r->ledger, err));
    PAL_TRY(pal_ledger_entries(r->ledger, r->arena, &r->entry, &r->entries, err));
    if (status != PAL_OK) {
        pal_str text = pal_str_of(why.text), line;
        (void)pal_str_split(&text, '\n', &line);
        say1(r, PAL_ERROR, "unreadable", why.line, REVIEW_FOUND_UNREADABLE, line);
        return refuse(r, err);
    }
    if (was_received(r)) {
        pal_ledger_undo(r->ledger);
        return PAL_OK;
    }
    find_packet(r);
    if (r->packet)
        PAL_TRY(check_signature(r, err));
    if (r->packet && !r->bad)
        PAL_TRY(judge_rows(r, err));
    return r->bad ? refuse(r, err) : accept(r, err);
}

enum pal_status pal_return_receive(struct pal_ledger *ledger, const struct pal_receive_ask *ask,
                                   struct pal_arena *arena, struct pal_received *out,
                                   struct pal_error *err)
{
    struct receiving r = {.ledger = ledger, .ask = ask, .arena = arena, .out = out};
    *out = (struct pal_received){.language = ask->language};
    const enum pal_status status = receive(&r, err);
    out->finding = r.finding;
    out->findings = r.findings;
    if (status != PAL_OK)
        pal_ledger_undo(ledger);
    return status == PAL_OK && r.nomem ? pal_nomem(err, "a return") : status;
}
