/* review_keys.c: palermo review keys make|list|add|revoke. */
#include "review.h"

#include <string.h>

static enum pal_status make(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    const char *stem = review_word_at(cli, 1), *slash = strrchr(stem, '/');
    struct pal_key key;
    PAL_TRY(pal_key_make(stem,
                         pal_str_of(o->name ? o->name
                                    : slash ? slash + 1
                                            : stem),
                         cli->arena, &key, err));
    fprintf(cli->out,
            "key %s: %s.key is secret and stays with its owner; %s.pub is for the secretariat\n",
            key.id, stem, stem);
    return PAL_OK;
}

static bool is_revoked(const struct pal_ledger_entry *entry, size_t n, pal_str id)
{
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq(entry[i].kind, PAL_STR("revocation")) && pal_str_eq(entry[i].id, id))
            return true;
    return false;
}

static enum pal_status list(struct cli *cli, struct pal_error *err)
{
    struct pal_ledger *ledger;
    const struct pal_ledger_entry *entry;
    size_t n;
    PAL_TRY(review_ledger(cli, review_word_at(cli, 1), PAL_LEDGER_READ, &ledger, err));
    PAL_TRY(pal_ledger_entries(ledger, cli->arena, &entry, &n, err));
    fputs("id,area,instrument,name,added,state\n", cli->out);
    for (size_t i = 0; i < n; i++) {
        if (!pal_str_eq(entry[i].kind, PAL_STR("key")))
            continue;
        struct pal_buf line;
        pal_buf_init(&line, cli->arena, 1u << 16);
        pal_csv_field(&line, entry[i].id, true);
        pal_csv_field(&line, entry[i].area.len ? entry[i].area : PAL_STR("secretariat"), false);
        pal_csv_field(&line, entry[i].stream, false);
        pal_csv_field_safe(&line, entry[i].text, false);
        pal_csv_field(&line, entry[i].date, false);
        pal_csv_field(&line,
                      is_revoked(entry, n, entry[i].id) ? PAL_STR("revoked") : PAL_STR("valid"),
                      false);
        pal_csv_end(&line);
        fwrite(line.ptr, 1, line.len, cli->out);
    }
    return PAL_OK;
}

static enum pal_status add(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct pal_ledger *ledger;
    struct pal_key key, old;
    pal_str date;
    char hex[65];
    bool chosen[2], registered, revoked;
    if (!review_word_at(cli, 2))
        return pal_fail(err, PAL_USAGE,
                        "usage: palermo review keys add CYCLE FILE.pub --area AREA");
    if (o->secretariat == (o->areas.n > 0) || o->areas.n > 1)
        return pal_fail(err, PAL_USAGE,
                        "whose key is it? --area XAA for the focal point of a State, or "
                        "--secretariat");
    PAL_TRY(review_streams(cli, chosen, err));
    PAL_TRY(review_date(cli, &date, err));
    PAL_TRY(pal_key_read(review_word_at(cli, 2), cli->arena, &key, err));
    pal_key_hex(&key, hex);
    PAL_TRY(review_ledger(cli, review_word_at(cli, 1), PAL_LEDGER_WRITE, &ledger, err));
    PAL_TRY(pal_ledger_begin(ledger, err));
    const pal_str area = pal_str_of(o->secretariat ? "" : o->areas.item[0]);
    for (size_t s = 0; s < 2; s++) {
        if (!chosen[s])
            continue;
        PAL_TRY(pal_ledger_key(ledger, pal_str_of(key.id), area, review_stream_name[s], cli->arena,
                               &old, &registered, &revoked, err));
        if (revoked)
            return pal_fail(err, PAL_DATA, "key %s was revoked; make a new one", key.id);
        if (registered)
            continue;
        struct pal_ledger_entry entry = {
            .kind = PAL_STR("key"),
            .date = date,
            .area = area,
            .stream = review_stream_name[s],
            .id = pal_str_of(key.id),
            .sha256 = pal_str_of(hex),
            .text = o->name ? pal_str_of(o->name) : key.name,
        };
        PAL_TRY(pal_ledger_append(ledger, &entry, NULL, 0, err));
        fprintf(cli->out, "key %s may sign for %s, %.*s (entry %lld)\n", key.id,
                area.len ? area.ptr : "the secretariat", PAL_ARG(review_stream_name[s]),
                (long long)entry.seq);
    }
    return pal_ledger_commit(ledger, err);
}

static enum pal_status revoke(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct pal_ledger *ledger;
    const struct pal_ledger_entry *entry, *of = NULL;
    size_t n;
    pal_str date;
    if (!review_word_at(cli, 2))
        return pal_fail(err, PAL_USAGE, "usage: palermo review keys revoke CYCLE ID");
    const pal_str id = pal_str_of(review_word_at(cli, 2));
    PAL_TRY(review_date(cli, &date, err));
    PAL_TRY(review_ledger(cli, review_word_at(cli, 1), PAL_LEDGER_WRITE, &ledger, err));
    PAL_TRY(pal_ledger_begin(ledger, err));
    PAL_TRY(pal_ledger_entries(ledger, cli->arena, &entry, &n, err));
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq(entry[i].kind, PAL_STR("key")) && pal_str_eq(entry[i].id, id))
            of = &entry[i];
    if (!of)
        return pal_fail(err, PAL_USAGE,
                        "the ledger knows no key %.*s; 'palermo review keys list' shows them",
                        PAL_ARG(id));
    if (is_revoked(entry, n, id))
        return pal_fail(err, PAL_USAGE, "key %.*s is revoked already", PAL_ARG(id));
    struct pal_ledger_entry own = {.kind = PAL_STR("revocation"),
                                   .date = date,
                                   .area = of->area,
                                   .stream = of->stream,
                                   .id = id,
                                   .refers = id,
                                   .text = pal_str_of(o->reason ? o->reason : "")};
    PAL_TRY(pal_ledger_append(ledger, &own, NULL, 0, err));
    fprintf(cli->out, "key %.*s is revoked (entry %lld); returns received before stand\n",
            PAL_ARG(id), (long long)own.seq);
    return pal_ledger_commit(ledger, err);
}

enum pal_status review_keys(struct cli *cli, struct pal_error *err)
{
    static const struct {
        pal_str name;
        enum pal_status (*run)(struct cli *, struct pal_error *);
    } verbs[] = {{PAL_STR_INIT("make"), make},
                 {PAL_STR_INIT("list"), list},
                 {PAL_STR_INIT("add"), add},
                 {PAL_STR_INIT("revoke"), revoke}};
    const pal_str word = pal_str_of(review_word_at(cli, 0));
    for (size_t i = 0; i < PAL_COUNT(verbs); i++)
        if (pal_str_eq(word, verbs[i].name))
            return verbs[i].run(cli, err);
    return pal_fail(err, PAL_USAGE,
                    "there is no 'palermo review keys %.*s'; there are make, list, add and revoke",
                    PAL_ARG(word));
}
