/* cmd_merge.c: palermo merge STATE...: sums made on several machines, or in several ministries,
 * become one answer. */
#include "estimate.h"

#include <string.h>

struct options {
    const char *out, *format, *state;
};

static const struct cli_option table[] = {
    {CLI_TEXT, "output", 'o', "FIGURES", "file to write; default: standard output",
     CLI_AT(struct options, out)},
    {CLI_TEXT, "format", 0, "WORD", "csv (default in a file or pipe), table or json",
     CLI_AT(struct options, format)},
    {CLI_TEXT, "state", 0, "FILE", "also save the merged sums", CLI_AT(struct options, state)},
    {0},
};

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct options *o = cli->options;
    const struct est_plan *plan = NULL;
    struct est_pass *whole = NULL;
    for (size_t i = 0; i < cli->operands.n; i++) {
        const char *path = cli->operands.item[i];
        struct est_pass *pass;
        pal_str bytes;
        PAL_TRY(pal_file_read(path, EST_LARGEST_STATE, cli->arena, &bytes, err));
        PAL_TRY(est_state_unpack(bytes, path, &plan, cli->arena, &pass, err));
        if (whole)
            PAL_TRY(est_pass_fold(whole, pass, err));
        else
            whole = pass;
    }
    const bool table_wanted = !o->out && cli_is_terminal(cli->out);
    return est_finish(cli, whole,
                      o->format      ? o->format
                      : table_wanted ? "table"
                                     : "csv",
                      o->out, o->state, err);
}

const struct cli_command cli_command_merge = {
    .name = "merge",
    .summary = "adds saved sums of several machines or ministries and answers",
    .usage = "STATE... [-o FIGURES] [options]",
    .about = "Reads states saved by 'palermo estimate --state FILE', all of the same question, "
             "and prints what one run over all the records would have printed. A state holds "
             "sums by group and no records. A state that was cut short, altered or made for "
             "another question is refused by name.",
    .examples = "  palermo estimate north.csv 'rate(count,population)' --by year --state north.st\n"
                "  palermo estimate south.csv 'rate(count,population)' --by year --state south.st\n"
                "  palermo merge north.st south.st -o figures.csv\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 65536,
    .run = run,
};
