/* run.h: the pieces of `palermo run` that have a file of their own. */
#ifndef PALERMO_CLI_RUN_H
#define PALERMO_CLI_RUN_H

#include "inside.h"

struct run_formats { /* what is written beside figures.csv and the page */
    const struct pal_format *of_tables[16];
    size_t n;
    bool sdmx;
};

PAL_CHECK_RESULT
enum pal_status run_manifest(const struct cli_work *work, const struct pal_report_input *input,
                             const enum pal_language *language, size_t languages,
                             const struct run_formats *formats, struct pal_outdir *outdir,
                             struct pal_arena *scratch, struct pal_error *err);

/* *out NULL: the cycle has no ledger, or nothing was sent. Fills work->ledger_head. Corrected rows
 * of the datasets are changed in memory. */
PAL_CHECK_RESULT
enum pal_status run_review(struct cli *cli, struct cli_work *work, struct pal_reviewed **out,
                           struct pal_error *err);
void run_review_say(struct cli *cli, const struct pal_reviewed *reviewed);

#endif
