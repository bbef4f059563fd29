/* program.c: linear programs by GLPK. */
#include "program.h"

#include <limits.h>

glp_prob *program_begin(void)
{
    glp_term_out(GLP_OFF);
    glp_prob *program = glp_create_prob();
    glp_set_obj_dir(program, GLP_MAX);
    return program;
}

void program_end(glp_prob *program)
{
    glp_delete_prob(program);
    glp_free_env();
}

enum pal_status program_solve(glp_prob *program, struct pal_deadline until,
                              enum program_outcome *out, struct pal_error *err)
{
    glp_smcp control;
    glp_init_smcp(&control);
    control.msg_lev = GLP_MSG_OFF;
    const double left = 1000 * pal_deadline_left(until);
    control.tm_lim = left < 1 ? 1 : left < INT_MAX ? (int)left : INT_MAX;
    const int code = glp_simplex(program, &control);
    if (code == GLP_ETMLIM)
        return pal_fail(err, PAL_LATE,
                        "the time is over (--timeout) in the check whether an estimate exists; ask "
                        "for less, or give more time");
    const int status = glp_get_status(program);
    *out = code == 0 && status == GLP_OPT      ? PROGRAM_OPTIMAL
           : code == 0 && status == GLP_NOFEAS ? PROGRAM_EMPTY
                                               : PROGRAM_FAILED;
    return PAL_OK;
}
