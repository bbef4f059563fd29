/* process.c: what main.c does for the process, done once for the tests. */
#include <gsl/gsl_errno.h>
#include <signal.h>

__attribute__((constructor)) static void process_ready(void)
{
    gsl_set_error_handler_off();
    signal(SIGPIPE, SIG_IGN);
}
