/* cmd_review.c: palermo review VERB: packets to governments, returns from them, the ledger. */
#include "review.h"

#include <string.h>
#include <time.h>

static const struct cli_option table[] = {
    {CLI_TEXT, "out", 'o', "DIR",
     "send: folder of the packets, default 'review'; status: folder for all tables as CSV and a "
     "page",
     CLI_AT(struct review_options, out)},
    {CLI_TEXT, "languages", 0, "LIST",
     "send: these languages beside each State's own (ar, zh, en, fr, ru, es)",
     CLI_AT(struct review_options, languages)},
    {CLI_TEXT, "deadline", 0, "DATE", "send: answers are asked by then; default: the cycle's",
     CLI_AT(struct review_options, deadline)},
    {CLI_COUNT, "years", 0, "N",
     "send: the last N years of each series, and what is queried; default: all",
     CLI_AT(struct review_options, years)},
    {CLI_TEXT, "alpha", 0, "P",
     "send: share of right figures that may be queried by chance, by rule; default 0.01",
     CLI_AT(struct review_options, alpha)},
    {CLI_TEXT, "previous", 0, "FILE",
     "send: figures.csv of the last release; default: the last packets",
     CLI_AT(struct review_options, previous)},
    {CLI_LIST, "data", 0, "DIR", "look for datasets and their files here too (repeatable)",
     CLI_AT(struct review_options, data)},
    {CLI_LIST, "indicators", 0, "DIR", "look for definitions here first (repeatable)",
     CLI_AT(struct review_options, indicators)},
    {CLI_TEXT, "as-of", 0, "DATE", "as for 'palermo run'", CLI_AT(struct review_options, as_of)},
    {CLI_COUNT, "threads", 0, "N", "as for 'palermo run'", CLI_AT(struct review_options, threads)},
    {CLI_TEXT, "ledger", 0, "PATH", "the ledger; default: what the cycle says, or beside the cycle",
     CLI_AT(struct review_options, ledger)},
    {CLI_TEXT, "date", 0, "DATE", "the date that the ledger records; default: today",
     CLI_AT(struct review_options, date)},
    {CLI_TEXT, "key", 0, "FILE", "send, sign: the secret key that signs",
     CLI_AT(struct review_options, key)},
    {CLI_LIST, "area", 0, "AREA",
     "keys add: the State whose focal point holds the key; elsewhere: only these States "
     "(repeatable)",
     CLI_AT(struct review_options, areas)},
    {CLI_TEXT, "instrument", 0, "WORD",
     "phenomenon or implementation: only this one; default: both, always apart",
     CLI_AT(struct review_options, instrument)},
    {CLI_TEXT, "table", 0, "NAME",
     "status: by-region, by-part, by-state, queries or revisions; default: all (CSV: by-state)",
     CLI_AT(struct review_options, by)},
    {CLI_TEXT, "format", 0, "WORD", "status: table (default on a terminal) or csv",
     CLI_AT(struct review_options, format)},
    {CLI_TEXT, "language", 0, "CODE",
     "status: its language; receive: language of what is said about a file that does not name its "
     "own",
     CLI_AT(struct review_options, language)},
    {CLI_FLAG, "supersede", 0, NULL,
     "receive: answers take the place of earlier ones that differ; both stay in the ledger",
     CLI_AT(struct review_options, supersede)},
    {CLI_TEXT, "reason", 0, "TEXT", "keys revoke, endorse: why, or on which paper",
     CLI_AT(struct review_options, reason)},
    {CLI_TEXT, "name", 0, "TEXT", "keys make, keys add: who holds the key",
     CLI_AT(struct review_options, name)},
    {CLI_FLAG, "secretariat", 0, NULL, "keys add: a key that signs packets",
     CLI_AT(struct review_options, secretariat)},
    {CLI_TEXT, "head", 0, "HASH", "verify: a hash noted earlier that the ledger must still hold",
     CLI_AT(struct review_options, head)},
    {CLI_TEXT, "manifest", 0, "FILE", "verify: take that hash from a run's manifest.json",
     CLI_AT(struct review_options, manifest)},
    {0},
};

static const struct review_verb verbs[] = {
    {"keys", "keys make NAME | list CYCLE | add CYCLE FILE.pub | revoke CYCLE ID", 2, 3,
     review_keys},
    {"send", "send CYCLE.yaml --key SECRETARIAT.key [--out DIR]", 1, 1, review_send},
    {"sign", "sign RETURN --key YOUR.key", 1, 1, review_sign},
    {"receive", "receive CYCLE.yaml RETURN...", 2, 1023, review_receive},
    {"status", "status CYCLE.yaml [--table NAME] [--out DIR]", 1, 1, review_status},
    {"endorse", "endorse CYCLE.yaml AREA [FIGURE...] --reason TEXT", 2, 1023, review_endorse},
    {"ask", "ask CYCLE.yaml [--area AREA] [--out DIR]", 1, 1, review_ask},
    {"collect", "collect QUESTIONNAIRE... [--out DIR]", 1, 1023, review_collect},
    {"verify", "verify CYCLE.yaml", 1, 1, review_verify},
};

const pal_str review_stream_name[2] = {PAL_STR_INIT("phenomenon"), PAL_STR_INIT("implementation")};

enum pal_status review_streams(struct cli *cli, bool chosen[2], struct pal_error *err)
{
    const struct review_options *o = cli->options;
    for (size_t i = 0; i < 2; i++)
        chosen[i] = !o->instrument || pal_str_eq(pal_str_of(o->instrument), review_stream_name[i]);
    return chosen[0] || chosen[1]
               ? PAL_OK
               : pal_fail(err, PAL_USAGE,
                          "--instrument takes phenomenon or implementation, not '%s'",
                          o->instrument);
}

enum pal_status review_ledger(struct cli *cli, const char *cycle, enum pal_ledger_mode mode,
                              struct pal_ledger **out, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    const char *path = o->ledger;
    if (!path) {
        struct cli_cycle c;
        PAL_TRY(cli_cycle_read(cycle, cli->arena, &c, err));
        path = cli_cycle_ledger(&c, cli->arena);
    }
    if (!path)
        return pal_nomem(err, "the ledger");
    PAL_TRY(pal_ledger_open(path, mode, cli->arena, out, err));
    if (!*out)
        return pal_fail(err, PAL_IO,
                        "there is no ledger '%s' yet; 'palermo review keys add' or 'palermo review "
                        "send' begins one",
                        path);
    return PAL_OK;
}

enum pal_status review_date(struct cli *cli, pal_str *out, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct pal_date date;
    if (o->date) {
        if (!pal_date_parse(pal_str_of(o->date), &date))
            return pal_fail(err, PAL_USAGE, "'%s' is no date; write --date 2026-01-31", o->date);
        *out = pal_arena_printf(cli->arena, "%04d-%02d-%02d", date.year, date.month, date.day);
    } else {
        const time_t now = time(NULL);
        struct tm utc;
        if (!gmtime_r(&now, &utc))
            return pal_fail(err, PAL_IO, "the system's date cannot be read; give --date");
        *out = pal_arena_printf(cli->arena, "%04d-%02d-%02d", utc.tm_year + 1900, utc.tm_mon + 1,
                                utc.tm_mday);
    }
    return out->ptr ? PAL_OK : pal_nomem(err, "a date");
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    pal_str names[PAL_COUNT(verbs)];
    const pal_str word = pal_str_of(cli->operands.item[0]);
    for (size_t i = 0; i < PAL_COUNT(verbs); i++) {
        names[i] = pal_str_of(verbs[i].name);
        if (!pal_str_eq(word, names[i]))
            continue;
        if (review_words(cli) < verbs[i].operands_min || review_words(cli) > verbs[i].operands_max)
            return pal_fail(err, PAL_USAGE, "usage: palermo review %s", verbs[i].usage);
        return verbs[i].run(cli, err);
    }
    const pal_str near = pal_nearest(word, names, PAL_COUNT(verbs));
    return pal_fail(err, PAL_USAGE, "there is no 'palermo review %.*s'%s%.*s%s", PAL_ARG(word),
                    PAL_NEAR(near));
}

const struct cli_command cli_command_review = {
    .name = "review",
    .summary = "packets to governments, their signed returns, the ledger",
    .usage = "VERB [words and options]",
    .about =
        "send CYCLE: one packet for each State and instrument, in the State's working language: "
        "a workbook, the same as CSV and as a page, the figures as sent, a signed manifest. "
        "Figures "
        "that need asking about carry a query. A packet that would say what the last one said is "
        "not sent again.\n\n"
        "sign RETURN: writes RETURN.sig, by which the secretariat knows who filled it in.\n\n"
        "receive CYCLE RETURN...: reads workbooks or CSV with their signatures, in any of the six "
        "languages, and says in the reader's what is wrong with them. A return is taken over whole "
        "or refused whole (exit 1); answers that contradict an earlier return or another value "
        "than was sent are kept and set aside. Exit 4: the return disagrees with the draft.\n\n"
        "status CYCLE: who was asked and who replied, by region, part and State; items asked, "
        "filled in beforehand and answered; the query log; what changed since the draft that a "
        "State saw.\n\n"
        "endorse CYCLE AREA [FIGURE...]: records an endorsement that came on paper or in a "
        "session, of all figures of the last packets or of those named. Earlier answers stand.\n\n"
        "ask CYCLE: two questionnaires a State, filled in with its last answers: counts of crime, "
        "part by part, and the Convention article by article (--previous: implementation.csv of "
        "the last collection). collect FILE...: reads them back as a dataset whose rows say which "
        "file and line they stood in.\n\n"
        "verify CYCLE: recomputes every hash of the ledger and names what was changed.\n\n"
        "keys make NAME: a pair of keys, NAME.key (secret, for the owner alone) and NAME.pub.\n\n"
        "keys add CYCLE FILE.pub --area XAA: from now on returns of that State may be signed with "
        "it; with --secretariat, packets. keys revoke CYCLE ID: no longer. keys list CYCLE.",
    .examples = "  palermo review keys make focal-point --name 'Ministry of Justice of XAA'\n"
                "  palermo review keys add cycle.yaml focal-point.pub --area XAA\n"
                "  palermo review send cycle.yaml --key secretariat.key --deadline 2026-03-31\n"
                "  palermo review sign packet-fr.xlsx --key focal-point.key\n"
                "  palermo review receive cycle.yaml packet-fr.xlsx\n"
                "  palermo review status cycle.yaml --out status\n"
                "  palermo review endorse cycle.yaml XAB --reason 'note verbale 12/2026'\n"
                "  palermo review ask cycle.yaml --area XAB --out questionnaires\n"
                "  palermo review collect crime-fr.xlsx implementation-fr.xlsx --out collected\n"
                "  palermo review verify cycle.yaml --manifest out/manifest.json\n",
    .options = table,
    .options_size = sizeof(struct review_options),
    .operands_min = 1,
    .operands_max = 1024,
    .run = run,
};
