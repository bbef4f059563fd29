/* run_review.c: what the ledger says of the figures of a run. */
#include "run.h"

/* Corrected rows of the datasets are computed once more: rates, shares and totals follow. */
static enum pal_status compute_again(struct cli *cli, struct cli_work *work,
                                     const struct pal_review_mark *mark, size_t n,
                                     struct pal_figures **out, struct pal_error *err)
{
    size_t rows = 0;
    struct pal_arena *scratch = pal_arena_new();
    *out = NULL;
    if (!scratch)
        return pal_nomem(err, "corrections");
    PAL_TRY(pal_arena_defer(cli->arena, (void (*)(void *))pal_arena_free, scratch, err));
    PAL_TRY(pal_review_correct(mark, n, work->figures, work->dataset, work->datasets, scratch,
                               &rows, err));
    if (!rows)
        return PAL_OK;
    struct pal_diag *again = pal_diag_new(scratch, 1); /* the findings are the draft's */
    if (!again)
        return pal_nomem(err, "corrections");
    PAL_TRY(pal_compute_figures(&work->compute, again, cli->arena, out, err));
    struct pal_protection protection; /* the draft's is the one that is told */
    return cli_figures_protect(cli, work, *out, true, &protection, err);
}

enum pal_status run_review(struct cli *cli, struct cli_work *work, struct pal_reviewed **out,
                           struct pal_error *err)
{
    struct pal_ledger *ledger;
    const struct pal_review_mark *mark;
    struct pal_figures *revised;
    size_t n;
    const char *path = cli_cycle_ledger(&work->cycle, cli->arena);
    *out = NULL;
    if (!path)
        return pal_nomem(err, "the ledger");
    PAL_TRY(pal_ledger_open(path, PAL_LEDGER_READ, cli->arena, &ledger, err));
    if (!ledger)
        return PAL_OK;
    PAL_TRY(pal_ledger_head(ledger, work->ledger_head, err));
    PAL_TRY(pal_review_marks(ledger, work->cycle.as_of, cli->arena, &mark, &n, err));
    if (!n)
        return PAL_OK;
    PAL_TRY(compute_again(cli, work, mark, n, &revised, err));
    return pal_review_apply(mark, n, work->figures, revised, work->dataset, work->datasets,
                            cli->arena, out, err);
}

void run_review_say(struct cli *cli, const struct pal_reviewed *reviewed)
{
    const char *before = "review: ";
    for (int s = PAL_STATE_SENT; s < PAL_REVIEW_STATES; s++) {
        const size_t n = pal_reviewed_count(reviewed, (enum pal_review_state)s);
        if (n)
            fprintf(cli->out, "%s%zu %s", before, n,
                    pal_review_state_name((enum pal_review_state)s));
        before = n ? ", " : before;
    }
    fputs(before[0] == ',' ? "\n" : "", cli->out);
}
