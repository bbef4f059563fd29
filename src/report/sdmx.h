/* sdmx.h: what the two halves of SDMX-CSV share. */
#ifndef PALERMO_REPORT_SDMX_H
#define PALERMO_REPORT_SDMX_H

#include "palermo/report.h"

/* "persons per 100 000 population" -> PERSONS_PER_100_000_POPULATION */
void sdmx_unit_code(pal_str unit, struct pal_buf *out);
/* sdmx/CL_*.csv: the lists of the structure, with the codes that the figures use. */
PAL_CHECK_RESULT
enum pal_status sdmx_lists_write(const struct pal_report_input *input, struct pal_outdir *outdir,
                                 struct pal_arena *scratch, struct pal_error *err);

#endif
