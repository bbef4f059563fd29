/* cmd_help.c: palermo help [COMMAND] */
#include "inside.h"

struct options {
    bool man, completion;
};

static const struct cli_option table[] = {
    {CLI_FLAG, "man", 0, NULL, "print the manual page (roff) instead", CLI_AT(struct options, man)},
    {CLI_FLAG, "completion", 0, NULL, "print the completion script for bash",
     CLI_AT(struct options, completion)},
    {0},
};

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct options *options = cli->options;
    const struct cli_command *command = NULL;
    if (cli->operands.n) {
        command = cli_command_find(pal_str_of(cli->operands.item[0]));
        if (!command)
            return pal_fail(err, PAL_USAGE, "there is no command '%s'; see 'palermo help'",
                            cli->operands.item[0]);
    }
    if (options->completion)
        cli_completion(cli->out);
    else if (options->man)
        cli_man(command, cli->out);
    else if (command)
        cli_help(command, cli->out);
    else
        cli_overview(cli->out);
    return PAL_OK;
}

const struct cli_command cli_command_help = {
    .name = "help",
    .summary = "what palermo does, or how one command is used",
    .usage = "[COMMAND] [--man | --completion]",
    .about = "Prints an overview, or the help of one command.",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_max = 1,
    .run = run,
};
