/* program.c: an outside program as an estimator: started without a shell, fed by a pipe, bounded in
 * time and in what it may write. */
#define _GNU_SOURCE /* pipe2, which POSIX has since 2024; NOLINT(bugprone-reserved-identifier) */
#include "inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_OUTPUT = 64 * 1024, POLL_MS = 50 };

extern char **environ;

struct child {
    pid_t pid;
    int to, from; /* pipes; -1: closed */
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static enum pal_status start(const char *const *argv, struct child *out, struct pal_error *err)
{
    int in[2] = {-1, -1}, back[2] = {-1, -1};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    /* Ends of pipes must not leak into children that other threads start at the same time: one
     * would hold another's input open. */
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(back, O_CLOEXEC) != 0)
        return pal_fail_errno(err, "cannot make a pipe for '%s'", argv[0]);
    int code = posix_spawn_file_actions_init(&actions);
    if (code == 0)
        code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        sigset_t defaults;
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE); /* ignored here, and that would be inherited */
        posix_spawnattr_setsigdefault(&attributes, &defaults);
        posix_spawnattr_setpgroup(&attributes, 0); /* so that its own children end with it */
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, back[1], STDOUT_FILENO);
        union { /* exec does not write to its arguments; its prototype is older than const */
            const char *const *given;
            char *const *taken;
        } words = {.given = argv};
        code = posix_spawnp(&out->pid, argv[0], &actions, &attributes, words.taken, environ);
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    close_end(&in[0]);
    close_end(&back[1]);
    if (code != 0) {
        close_end(&in[1]);
        close_end(&back[0]);
        errno = code;
        return pal_fail_errno(err, "cannot start '%s'", argv[0]);
    }
    out->to = in[1];
    out->from = back[0];
    (void)fcntl(out->to, F_SETFL, O_NONBLOCK);
    return PAL_OK;
}

/* Feeds and reads until the program has closed its output. */
static enum pal_status talk(struct child *child, const char *name, pal_str input, double end,
                            struct pal_buf *out, struct pal_error *err)
{
    size_t given = 0;
    for (;;) {
        if (given == input.len)
            close_end(&child->to);
        struct pollfd fds[2] = {{.fd = child->from, .events = POLLIN},
                                {.fd = child->to, .events = POLLOUT}};
        if (now() > end)
            return pal_fail(err, PAL_DOMAIN, "'%s' did not end in time", name);
        if (poll(fds, 2, POLL_MS) < 0 && errno != EINTR)
            return pal_fail_errno(err, "cannot talk to '%s'", name);
        if (child->to >= 0 && (fds[1].revents & (POLLOUT | POLLERR | POLLHUP))) {
            const ssize_t n = write(child->to, input.ptr + given, input.len - given);
            if (n > 0)
                given += (size_t)n;
            else if (n < 0 && errno != EAGAIN && errno != EINTR)
                given = input.len; /* it does not want to read all: its business */
        }
        if (!(fds[0].revents & (POLLIN | POLLERR | POLLHUP)))
            continue;
        char bytes[4096];
        const ssize_t n = read(child->from, bytes, sizeof bytes);
        if (n == 0)
            return PAL_OK;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return pal_fail_errno(err, "cannot read from '%s'", name);
        if (n > 0)
            pal_buf_add(out, (pal_str){bytes, (size_t)n});
        if (out->failed)
            return pal_fail(err, PAL_DOMAIN, "'%s' writes more than %d bytes", name,
                            (int)MOST_OUTPUT);
    }
}

/* Waits for the end; who does not end in time is killed, with all its children. */
static enum pal_status finish(struct child *child, const char *name, double end,
                              enum pal_status status, struct pal_error *err)
{
    int code = 0;
    close_end(&child->to);
    close_end(&child->from);
    if (status != PAL_OK)
        kill(-child->pid, SIGKILL);
    for (;;) {
        const pid_t ended = waitpid(child->pid, &code, status == PAL_OK ? WNOHANG : 0);
        if (ended == child->pid)
            break;
        if (ended < 0 && errno != EINTR)
            return pal_fail_errno(err, "cannot wait for '%s'", name);
        if (ended == 0 && now() > end) {
            status = pal_fail(err, PAL_DOMAIN, "'%s' did not end in time", name);
            kill(-child->pid, SIGKILL);
        } else if (ended == 0) {
            (void)poll(NULL, 0, 1);
        }
    }
    if (status != PAL_OK)
        return status;
    if (WIFEXITED(code) && WEXITSTATUS(code) == 0)
        return PAL_OK;
    if (WIFSIGNALED(code))
        return pal_fail(err, PAL_DOMAIN, "'%s' was ended by signal %d", name, WTERMSIG(code));
    return pal_fail(err, PAL_DOMAIN, "'%s' ended with code %d", name, WEXITSTATUS(code));
}

enum pal_status assess_program(const char *const *argv, pal_str input, double seconds,
                               struct pal_arena *arena, pal_str *out, struct pal_error *err)
{
    struct child child;
    struct pal_buf output;
    const double end = now() + seconds;
    pal_buf_init(&output, arena, MOST_OUTPUT);
    PAL_TRY(start(argv, &child, err));
    const enum pal_status status = talk(&child, argv[0], input, end, &output, err);
    PAL_TRY(finish(&child, argv[0], end, status, err));
    *out = pal_buf_str(&output);
    return PAL_OK;
}
