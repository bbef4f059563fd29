/* cmd_merge.c: palermo merge STATE...: sums made on several machines, or in several ministries,
 * become one answer. */
#include "estimate_survey.h"

#include <string.h>

struct options {
    const char *out, *format, *state;
    bool hand_over;
    double threshold;
};

static const struct cli_option table[] = {
    {CLI_TEXT, "output", 'o', "FIGURES", "file to write; default: standard output",
     CLI_AT(struct options, out)},
    {CLI_TEXT, "format", 0, "WORD", "csv (default in a file or pipe), table or json",
     CLI_AT(struct options, format)},
    {CLI_TEXT, "state", 0, "FILE", "also save the merged sums", CLI_AT(struct options, state)},
    EST_SAVING_OPTIONS,
    {0},
};

/* What the states add up to: sums, and of samples moments apart, which have no units. */
struct sums {
    struct est_pass *units, *moments;
};

static enum pal_status add(struct sums *sums, struct est_pass *pass, const char *path,
                           struct pal_error *err)
{
    struct est_pass **to = est_moments_are(pass) ? &sums->moments : &sums->units;
    if (!*to) {
        *to = pass;
        return PAL_OK;
    }
    return est_pass_fold(*to, pass, err) == PAL_OK ? PAL_OK : pal_while(err, "adding '%s'", path);
}

/* Confidential sums of a sample are turned into moments when there are others; they stay
 * confidential. */
static enum pal_status together(const struct sums *sums, struct cli *cli, const char *confidential,
                                struct est_pass **out, struct pal_error *err)
{
    struct est_pass *turned;
    *out = sums->moments ? sums->moments : sums->units;
    if (!sums->moments || !sums->units)
        return PAL_OK;
    PAL_TRY(est_survey_close(sums->units, cli->arena, err));
    PAL_TRY(est_moments_take(sums->units, cli->arena, &turned, err));
    if (est_pass_fold(sums->moments, turned, err) != PAL_OK)
        return pal_while(err, "adding '%s' to states made for hand-over", confidential);
    return PAL_OK;
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct options *o = cli->options;
    const struct est_plan *plan = NULL;
    struct sums sums = {0};
    struct est_pass *whole;
    size_t confidential = 0;
    const char *first = NULL;
    for (size_t i = 0; i < cli->operands.n; i++) {
        const char *path = cli->operands.item[i];
        struct est_pass *pass;
        pal_str bytes;
        PAL_TRY(pal_file_read(path, EST_LARGEST_STATE, cli->arena, &bytes, err));
        PAL_TRY(est_state_unpack(bytes, path, &plan, cli->arena, &pass, err));
        confidential += !pass->mark.hand_over;
        first = first || pass->mark.hand_over ? first : path;
        PAL_TRY(add(&sums, pass, path, err));
    }
    PAL_TRY(together(&sums, cli, first, &whole, err));
    if (confidential)
        fprintf(cli->err,
                "palermo: %zu of %zu states are confidential ('%s'%s): they hold groups however "
                "small, and so may these figures\n",
                confidential, cli->operands.n, first, confidential > 1 ? ", ..." : "");
    if (confidential < cli->operands.n)
        est_mark_say(&whole->mark, whole->survey != NULL, NULL, cli->err);
    const struct est_saving saving = {o->state, o->hand_over, o->threshold};
    const bool table_wanted = !o->out && cli_is_terminal(cli->out);
    return est_finish(cli, whole,
                      o->format      ? o->format
                      : table_wanted ? "table"
                                     : "csv",
                      o->out, &saving, err);
}

const struct cli_command cli_command_merge = {
    .name = "merge",
    .summary = "adds saved sums of several machines or ministries and answers",
    .usage = "STATE... [-o FIGURES] [options]",
    .about = "Reads states saved by 'palermo estimate --state FILE', all of the same question, "
             "and prints what one run over all the records would have printed. A state holds "
             "sums by group (of a sample: by group and sampling unit) and no records. Those made "
             "with --hand-over hold no small groups, and of a sample no units: totals with their "
             "covariance. Any other is confidential, and a line on standard error says so. A state "
             "that was cut short, altered or made for another question is refused by name.\n\n"
             "Samples made for hand-over are added as samples drawn independently: no stratum of "
             "the first stage may stand in two of them, and there must be strata. Replicates, and "
             "--lonely-psu average or adjust where it touched a stratum, look at the whole sample "
             "and are not added; their confidential states are. A confidential state of a sample "
             "among those for hand-over is added like one of them; what results is confidential.",
    .examples = "  palermo estimate north.csv 'rate(count,population)' --by year --state north.st\n"
                "  palermo estimate south.csv 'rate(count,population)' --by year --state south.st\n"
                "  palermo merge north.st south.st -o figures.csv\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 65536,
    .run = run,
};
