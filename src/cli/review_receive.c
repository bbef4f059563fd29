/* review_receive.c: palermo review receive and sign. */
#include "review.h"

#include <limits.h>
#include <string.h>

enum { WIDTH = 80 };

/* The language of the findings while the file does not name its own. */
static enum pal_status reader_language(struct cli *cli, enum pal_language *out,
                                       struct pal_error *err)
{
    const struct review_options *o = cli->options;
    *out = PAL_EN;
    if (o->language && !pal_language_parse(pal_str_of(o->language), out))
        return pal_fail(err, PAL_USAGE,
                        "unknown language '%s'; there are ar, zh, en, fr, ru and es", o->language);
    return PAL_OK;
}

static void print(struct cli *cli, const char *path, const struct pal_received *received)
{
    static const char *const severities[] = {"note", "warning", "error"};
    for (size_t i = 0; i < received->findings; i++) {
        const struct pal_return_finding *f = &received->finding[i];
        const pal_str place =
            f->line ? pal_arena_printf(cli->arena, "%s:%llu", path, (unsigned long long)f->line)
                    : pal_str_of(path);
        const pal_str head = pal_arena_printf(cli->arena, "%.*s: %s [%s]", PAL_ARG(place),
                                              severities[f->severity], f->rule);
        const char *text = pal_arena_cstr(cli->arena, f->text);
        const bool fits = head.len + 1 + f->text.len <= WIDTH;
        fprintf(cli->out, fits ? "%.*s " : "%.*s\n    ", PAL_ARG(head));
        cli_wrap(cli->out, text ? text : "", fits ? 0 : 4, fits ? INT_MAX : WIDTH);
    }
}

enum pal_status review_receive(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct pal_ledger *ledger;
    struct pal_receive_ask ask = {.supersede = o->supersede};
    bool refused = false, disagrees = false;
    PAL_TRY(reader_language(cli, &ask.language, err));
    PAL_TRY(review_date(cli, &ask.date, err));
    PAL_TRY(review_ledger(cli, review_word_at(cli, 0), PAL_LEDGER_WRITE, &ledger, err));
    for (size_t i = 1; i < review_words(cli); i++) {
        struct pal_received received;
        ask.path = review_word_at(cli, i);
        PAL_TRY(pal_return_receive(ledger, &ask, cli->arena, &received, err));
        if (o->language)
            received.language = ask.language;
        print(cli, ask.path, &received);
        refused |= received.verdict == PAL_RETURN_REFUSED;
        disagrees |= received.verdict == PAL_RETURN_DISAGREES;
    }
    cli->verdict = refused ? CLI_EXIT_DATA : disagrees ? CLI_EXIT_REVIEW : CLI_EXIT_OK;
    return PAL_OK;
}

enum pal_status review_sign(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    const char *path = review_word_at(cli, 0);
    struct pal_return file;
    struct pal_key key;
    pal_str text;
    enum pal_language language;
    if (!o->key)
        return pal_fail(err, PAL_USAGE, "which key signs? --key YOUR.key");
    PAL_TRY(reader_language(cli, &language, err));
    PAL_TRY(pal_key_read(o->key, cli->arena, &key, err));
    PAL_TRY(pal_return_read(path, language, cli->arena, &file, err));
    if (!file.packet.len)
        return pal_fail(err, PAL_DATA,
                        "'%s' does not say which packet it answers: the line 'palermo packet' is "
                        "missing",
                        path);
    PAL_TRY(pal_signature_text("return", file.packet, pal_str_of(file.sha256), &key, cli->arena,
                               &text, err));
    const char *to = pal_arena_printf(cli->arena, "%s.sig", path).ptr;
    if (!to)
        return pal_nomem(err, "a signature");
    PAL_TRY(pal_file_write(to, text, err));
    size_t answers = 0;
    for (size_t i = 0; i < file.rows; i++)
        answers += file.row[i].answer.len > 0;
    fprintf(cli->out, "%s: packet %.*s, %zu answers, signed by key %s; send back both files\n", to,
            PAL_ARG(file.packet), answers, key.id);
    return PAL_OK;
}
