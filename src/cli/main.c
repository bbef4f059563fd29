/* main.c: finds the command, prints its error, gives the verdict. The three things that are
 * process-wide sit here: GSL's handler is switched off, SIGPIPE and SIGXFSZ are ignored, the
 * standard streams.
 */
#include "inside.h"

#include <gsl/gsl_errno.h>
#include <signal.h>
#include <string.h>

static int exit_of(enum pal_status status)
{
    switch (status) {
    case PAL_OK:
        return CLI_EXIT_OK;
    case PAL_USAGE:
        return CLI_EXIT_USAGE;
    case PAL_IO:
    case PAL_NOMEM:
        return CLI_EXIT_IO;
    case PAL_REVIEW:
        return CLI_EXIT_REVIEW;
    case PAL_SYNTAX:
    case PAL_DATA:
    case PAL_DOMAIN:
    case PAL_NOCONV:
    case PAL_LATE:
        return CLI_EXIT_DATA;
    case PAL_BUG:
        break;
    }
    return CLI_EXIT_BUG;
}

static int unknown_command(const char *word)
{
    pal_str words[64];
    size_t n = 0;
    for (const struct cli_command *const *c = cli_commands(); *c && n < PAL_COUNT(words); c++)
        words[n++] = pal_str_of((*c)->name);
    const pal_str near = pal_nearest(pal_str_of(word), words, n);
    fprintf(stderr, "palermo: there is no command '%s'", word);
    if (near.len)
        fprintf(stderr, "; did you mean '%.*s'?", PAL_ARG(near));
    fputs("\n'palermo help' lists the commands\n", stderr);
    return CLI_EXIT_USAGE;
}

/* A full disk or a closed pipe shows only when the stream is flushed. */
static int flushed(int verdict)
{
    const bool told = ferror(stdout) && verdict == CLI_EXIT_IO; /* by who wrote */
    if ((fflush(stdout) == 0 && !ferror(stdout)) || told)
        return verdict;
    struct pal_error err = {0};
    if (pal_fail_errno(&err, "cannot write to standard output") != PAL_OK)
        pal_error_print(&err, stderr);
    return CLI_EXIT_IO;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
    struct pal_arena *arena = pal_arena_new();
    if (!arena) {
        fputs("palermo: out of memory\n", stderr);
        return CLI_EXIT_IO;
    }
    struct cli cli = {.arena = arena, .program = argv[0], .out = stdout, .err = stderr};
    struct pal_error err = {0};
    bool help;
    enum pal_status status = cli_parse(command, argc - 2, argv + 2, &cli, &help, &err);
    if (status == PAL_OK && help)
        cli_help(command, stdout);
    else if (status == PAL_OK)
        status = command->run(&cli, &err);
    if (status != PAL_OK)
        pal_error_print(&err, stderr);
    const int verdict = flushed(status == PAL_OK ? cli.verdict : exit_of(status));
    pal_arena_free(arena);
    return verdict;
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off();
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ,
                 SIG_IGN); /* a limit on file size is an error of writing, as a full disk is */
    if (argc < 2) {
        cli_overview(stderr);
        return CLI_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("palermo " PAL_VERSION);
        return flushed(CLI_EXIT_OK);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        cli_overview(stdout);
        return flushed(CLI_EXIT_OK);
    }
    const struct cli_command *command = cli_command_find(pal_str_of(argv[1]));
    return command ? run(command, argc, argv) : unknown_command(argv[1]);
}
