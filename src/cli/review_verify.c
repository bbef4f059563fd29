/* review_verify.c: palermo review verify: does the ledger still say what was written? */
#include "review.h"

static enum pal_status head_of_manifest(struct cli *cli, const char *path, pal_str *out,
                                        struct pal_error *err)
{
    struct pal_yaml *root;
    PAL_TRY(pal_yaml_read(path, cli->arena, &root, err));
    const struct pal_yaml *ledger = pal_yaml_get(root, "ledger");
    PAL_TRY(pal_yaml_text(ledger, "head", out, err));
    return out->len
               ? PAL_OK
               : pal_fail(err, PAL_DATA, "'%s' names no head of a ledger: that run had none", path);
}

enum pal_status review_verify(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct pal_ledger *ledger;
    const struct pal_ledger_fault *fault;
    const struct pal_ledger_entry *entry;
    size_t faults, n;
    char head[65];
    pal_str noted = pal_str_of(o->head);
    if (o->manifest)
        PAL_TRY(head_of_manifest(cli, o->manifest, &noted, err));
    PAL_TRY(review_ledger(cli, review_word_at(cli, 0), PAL_LEDGER_READ, &ledger, err));
    PAL_TRY(pal_ledger_verify(ledger, noted, cli->arena, &fault, &faults, err));
    for (size_t i = 0; i < faults; i++)
        fprintf(cli->out, "%.*s\n", PAL_ARG(fault[i].what));
    if (faults) {
        cli->verdict = CLI_EXIT_DATA;
        return PAL_OK;
    }
    PAL_TRY(pal_ledger_entries(ledger, cli->arena, &entry, &n, err));
    PAL_TRY(pal_ledger_head(ledger, head, err));
    fprintf(cli->out, "%zu entries, all as written; head %s\n", n, head);
    return PAL_OK;
}
