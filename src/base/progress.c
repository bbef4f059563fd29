/* progress.c: one line on a terminal, nothing in a pipe. */
#include "palermo/base.h"

#include <time.h>
#include <unistd.h>

struct pal_progress {
    FILE *to;
    const char *what;
    uint64_t total;
    double started, shown;
    bool alive, printed;
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct pal_progress *pal_progress_new(struct pal_arena *arena, FILE *to, const char *what,
                                      uint64_t total)
{
    struct pal_progress *progress = pal_arena_alloc(arena, 1, sizeof *progress);
    if (!progress)
        return NULL;
    progress->to = to;
    progress->what = what;
    progress->total = total;
    progress->alive = isatty(fileno(to)) == 1;
    if (progress->alive)
        progress->started = progress->shown = seconds();
    return progress;
}

void pal_progress_step(struct pal_progress *progress, uint64_t done)
{
    if (!progress || !progress->alive)
        return;
    const double now = seconds();
    if (now - progress->shown < 0.1)
        return;
    progress->shown = now;
    progress->printed = true;
    const double spent = now - progress->started;
    if (progress->total && done) {
        const double share = (double)done / (double)progress->total;
        fprintf(progress->to, "\r%s: %llu of %llu (%.0f %%), %.0f s left\x1b[K", progress->what,
                (unsigned long long)done, (unsigned long long)progress->total, 100 * share,
                share > 0 ? spent * (1 - share) / share : 0);
    } else {
        fprintf(progress->to, "\r%s: %llu, %.0f s\x1b[K", progress->what, (unsigned long long)done,
                spent);
    }
    fflush(progress->to);
}

void pal_progress_done(struct pal_progress *progress)
{
    if (progress && progress->printed) {
        fputs("\r\x1b[K", progress->to);
        fflush(progress->to);
        progress->printed = false;
    }
}
