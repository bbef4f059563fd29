/* program.h: linear programs by GLPK, bounded in time; private to estimate. */
#ifndef PALERMO_ESTIMATE_PROGRAM_H
#define PALERMO_ESTIMATE_PROGRAM_H

#include "palermo/base.h"

#include <glpk.h>

/* An empty program, to be maximized; program_end gives back what it and this thread hold. */
glp_prob *program_begin(void);
void program_end(glp_prob *program);

enum program_outcome { PROGRAM_OPTIMAL, PROGRAM_EMPTY /* no point fits */, PROGRAM_FAILED };
/* PAL_LATE when `until` comes first; the simplex goes on from where an earlier call left it. */
PAL_CHECK_RESULT
enum pal_status program_solve(glp_prob *program, struct pal_deadline until,
                              enum program_outcome *out, struct pal_error *err);

#endif
