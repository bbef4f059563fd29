/* review.h: the pieces of `palermo review`, one file a verb. */
#ifndef PALERMO_CLI_REVIEW_H
#define PALERMO_CLI_REVIEW_H

#include "inside.h"

struct review_options {
    const char *out, *ledger, *key, *date, *as_of, *languages, *language, *instrument, *deadline;
    const char *reason, *name, *head, *manifest, *previous, *format, *alpha, *by;
    struct cli_list data, indicators, areas;
    size_t years, threads;
    bool supersede, secretariat, quiet;
};

struct review_verb {
    const char *name, *usage;
    size_t operands_min, operands_max; /* behind the verb */
    enum pal_status (*run)(struct cli *cli, struct pal_error *err);
};

enum pal_status review_keys(struct cli *cli, struct pal_error *err);
enum pal_status review_ask(struct cli *cli, struct pal_error *err);
enum pal_status review_collect(struct cli *cli, struct pal_error *err);
enum pal_status review_endorse(struct cli *cli, struct pal_error *err);
enum pal_status review_status(struct cli *cli, struct pal_error *err);
enum pal_status review_receive(struct cli *cli, struct pal_error *err);
enum pal_status review_sign(struct cli *cli, struct pal_error *err);
enum pal_status review_send(struct cli *cli, struct pal_error *err);
enum pal_status review_verify(struct cli *cli, struct pal_error *err);

/* A cycle up to its figures, and what packets print them from. */
PAL_CHECK_RESULT
enum pal_status review_work(struct cli *cli, const char *cycle, struct cli_work *work,
                            struct pal_report_input *input, struct pal_error *err);

/* What stands behind the verb. */
static inline const char *review_word_at(const struct cli *cli, size_t i)
{
    return i + 1 < cli->operands.n ? cli->operands.item[i + 1] : NULL;
}
static inline size_t review_words(const struct cli *cli) { return cli->operands.n - 1; }

/* The ledger of a cycle, or the one that --ledger names. */
PAL_CHECK_RESULT
enum pal_status review_ledger(struct cli *cli, const char *cycle, enum pal_ledger_mode mode,
                              struct pal_ledger **out, struct pal_error *err);
/* --date, or today: the one place where palermo asks the clock for something it keeps. */
PAL_CHECK_RESULT
enum pal_status review_date(struct cli *cli, pal_str *out, struct pal_error *err);
/* --instrument as streams: both where it is not given. */
PAL_CHECK_RESULT
enum pal_status review_streams(struct cli *cli, bool chosen[2], struct pal_error *err);
extern const pal_str review_stream_name[2];

#endif
