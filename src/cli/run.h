/* run.h: the pieces of `palermo run` that have a file of their own. */
#ifndef PALERMO_CLI_RUN_H
#define PALERMO_CLI_RUN_H

#include "inside.h"

PAL_CHECK_RESULT
enum pal_status run_manifest(const struct cli_work *work, const struct pal_report_input *input,
                             const enum pal_language *language, size_t languages,
                             const struct pal_format *const *format, size_t formats,
                             struct pal_outdir *outdir, struct pal_arena *scratch,
                             struct pal_error *err);

#endif
