/* deadline.c: work that has to be done by a moment. */
#include "palermo/base.h"

#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct pal_deadline pal_deadline_in(double seconds)
{
    return (struct pal_deadline){seconds > 0 ? now() + seconds : 0};
}

double pal_deadline_left(struct pal_deadline until)
{
    return until.at > 0 ? until.at - now() : (double)INFINITY;
}

bool pal_deadline_over(struct pal_deadline until) { return until.at > 0 && now() > until.at; }

enum pal_status pal_in_time(struct pal_deadline until, struct pal_error *err, const char *format,
                            ...)
{
    char where[256];
    va_list args;
    if (!pal_deadline_over(until))
        return PAL_OK;
    va_start(args, format);
    if (vsnprintf(where, sizeof where, format, args) < 0)
        where[0] = '\0';
    va_end(args);
    return pal_fail(err, PAL_LATE,
                    "the time is over (--timeout) %s; ask for less, or give more time", where);
}
