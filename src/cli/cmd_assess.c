/* cmd_assess.c: palermo assess SCENARIO.yaml...: estimators held against known truth. */
#include "assess.h"

#include <string.h>

struct options {
    size_t replicates, seed, threads, sample;
    bool time, methods;
    double timeout;
    const char *format, *out, *each, *chart;
};

static const struct cli_option table[] = {
    {CLI_COUNT, "replicates", 0, "N", "samples drawn; default: the scenario's",
     CLI_AT(struct options, replicates)},
    {CLI_COUNT, "seed", 0, "N", "of the random numbers; default: the scenario's",
     CLI_AT(struct options, seed)},
    {CLI_FLAG, "time", 0, NULL,
     "columns of time: CPU seconds an estimate (of outside programs, by the clock). They differ "
     "from "
     "run to run",
     CLI_AT(struct options, time)},
    {CLI_TEXT, "format", 0, "WORD",
     "table (default on a terminal), csv (default in a pipe) or json",
     CLI_AT(struct options, format)},
    {CLI_TEXT, "output", 'o', "FILE", "write there instead of to standard output",
     CLI_AT(struct options, out)},
    {CLI_TEXT, "each", 0, "FILE", "also every estimate of every replicate, as CSV",
     CLI_AT(struct options, each)},
    {CLI_TEXT, "chart", 0, "FILE", "also a chart of bias and coverage, as SVG",
     CLI_AT(struct options, chart)},
    {CLI_COUNT, "sample", 0, "R",
     "print the sample of replicate R as CSV, as outside programs are given it, and stop",
     CLI_AT(struct options, sample)},
    {CLI_FLAG, "methods", 0, NULL, "list the estimators of all kinds of scenarios",
     CLI_AT(struct options, methods)},
    CLI_TIMEOUT(struct options),
    {CLI_COUNT, "threads", 0, "N", "threads to use; the numbers are the same on any number",
     CLI_AT(struct options, threads)},
    {0},
};

/* "uk-2013" of "datasets/assess/uk-2013.yaml" */
static const char *name_of(const char *path, struct pal_arena *arena)
{
    const char *slash = strrchr(path, '/');
    pal_str name = pal_str_of(slash ? slash + 1 : path);
    if (pal_str_ends(name, PAL_STR(".yaml")))
        name.len -= sizeof ".yaml" - 1;
    return pal_arena_cstr(arena, name);
}

static enum pal_status print_to(struct cli *cli, const char *path, const struct pal_buf *text,
                                struct pal_error *err)
{
    PAL_TRY(pal_buf_status(text, "the answers", err));
    if (path)
        return pal_file_write(path, pal_buf_str(text), err);
    if (fwrite(text->ptr, 1, text->len, cli->out) != text->len)
        return pal_fail_errno(err, "cannot write to standard output");
    return PAL_OK;
}

static enum pal_status list_methods(struct cli *cli, struct pal_error *err)
{
    struct pal_buf text;
    pal_buf_init(&text, cli->arena, 1 << 20);
    pal_assess_list(&text);
    pal_str rest = pal_buf_str(&text), line, kind = {0};
    while (pal_str_split(&rest, '\n', &line)) {
        pal_str of, name;
        if (!line.len)
            continue;
        (void)pal_str_split(&line, '\t', &of);
        (void)pal_str_split(&line, '\t', &name);
        if (!pal_str_eq(of, kind))
            fprintf(cli->out, "%s%.*s\n", kind.len ? "\n" : "", PAL_ARG(of));
        kind = of;
        fprintf(cli->out, "  %-18.*s %.*s\n", PAL_ARG(name), PAL_ARG(line));
    }
    return ferror(cli->out) ? pal_fail_errno(err, "cannot write to standard output") : PAL_OK;
}

static enum pal_status print_sample(struct cli *cli, const struct assess_scene *scene,
                                    struct pal_error *err)
{
    const struct options *o = cli->options;
    struct pal_buf text;
    pal_buf_init(&text, cli->arena, SIZE_MAX);
    PAL_TRY(pal_scenario_sample(scene->scenario, o->sample - 1, &text, err));
    return print_to(cli, o->out, &text, err);
}

static enum pal_status print_scenes(struct cli *cli, const struct assess_scene *scene, size_t n,
                                    struct pal_error *err)
{
    const struct options *o = cli->options;
    const char *format = o->format                              ? o->format
                         : !o->out && cli_is_terminal(cli->out) ? "table"
                                                                : "csv";
    struct pal_buf text;
    pal_buf_init(&text, cli->arena, SIZE_MAX);
    if (strcmp(format, "csv") == 0)
        assess_csv(scene, n, o->time, &text);
    else if (strcmp(format, "json") == 0)
        assess_json(scene, n, o->time, &text);
    else
        PAL_TRY(assess_table(scene, n, o->time, &text, err));
    PAL_TRY(print_to(cli, o->out, &text, err));
    if (o->each) {
        pal_buf_clear(&text);
        assess_each(scene, n, o->time, &text);
        PAL_TRY(print_to(cli, o->each, &text, err));
    }
    if (o->chart) {
        pal_buf_clear(&text);
        assess_chart(scene, n, &text);
        PAL_TRY(print_to(cli, o->chart, &text, err));
    }
    return PAL_OK;
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct options *o = cli->options;
    const size_t n = cli->operands.n;
    const struct pal_deadline until = pal_deadline_in(o->timeout);
    if (o->methods)
        return list_methods(cli, err);
    if (!n)
        return pal_fail(err, PAL_USAGE, "no scenario is given; see 'palermo help assess'");
    if (o->format && strcmp(o->format, "csv") != 0 && strcmp(o->format, "json") != 0 &&
        strcmp(o->format, "table") != 0)
        return pal_fail(err, PAL_USAGE, "unknown format '%s'; there are table, csv, json",
                        o->format);
    if (o->replicates == 1)
        return pal_fail(err, PAL_USAGE, "--replicates is at least 2");
    struct assess_scene *scene = pal_arena_alloc(cli->arena, n, sizeof *scene);
    if (!scene)
        return pal_nomem(err, "the scenarios");
    for (size_t i = 0; i < n; i++) { /* all are read before the first is run */
        scene[i].path = cli->operands.item[i];
        scene[i].name = name_of(scene[i].path, cli->arena);
        if (!scene[i].name)
            return pal_nomem(err, "the scenarios");
        PAL_TRY(pal_scenario_read(scene[i].path, cli->arena, &scene[i].scenario, err));
    }
    if (o->sample)
        return print_sample(cli, &scene[0], err);
    for (size_t i = 0; i < n; i++) {
        const size_t replicates =
            o->replicates ? o->replicates : pal_scenario_replicates(scene[i].scenario);
        struct pal_progress *progress =
            pal_progress_new(cli->arena, cli->err, "replicates", replicates);
        const struct pal_assess_options options = {.replicates = replicates,
                                                   .seed = o->seed,
                                                   .threads = (unsigned)o->threads,
                                                   .progress = progress,
                                                   .until = until};
        const enum pal_status status =
            pal_assess(scene[i].scenario, &options, cli->arena, &scene[i].assessed, err);
        pal_progress_done(progress);
        if (status != PAL_OK)
            return pal_while(err, "assessing '%s'", scene[i].path);
    }
    return print_scenes(cli, scene, n, err);
}

const struct cli_command cli_command_assess = {
    .name = "assess",
    .summary = "bias, RMSE, coverage and time of estimators on known truth",
    .usage = "SCENARIO.yaml... [options]",
    .about =
        "A scenario describes a population whose truth is known, how samples are drawn from it, "
        "and "
        "the estimators that are asked. Each replicate draws a sample and asks all of them; "
        "printed "
        "are bias, RMSE, coverage of the intervals, their width and the failures, with their Monte "
        "Carlo errors.\n\n"
        "kind: lists makes overlapping lists, with dependence between pairs of lists (log odds "
        "ratios), classes of people of unequal catchability, and links that are missed or false; "
        "'like' takes the table of a publication and a log-linear model of it for the truth. kind: "
        "survey draws clusters in strata, and people in them. kind: recruits follows chains of "
        "recruitment through a network. kind: register draws counts.\n\n"
        "An outside program takes part as {name: N, program: [PROGRAM, ARGUMENT...], timeout: "
        "SECONDS}. It is started without a shell for every replicate, reads the sample as CSV from "
        "standard input (--sample shows one), and writes a header and a line: "
        "estimate,std_error,conf_low,conf_high. A word that begins with ./ lies beside the "
        "scenario. A program that fails, writes no number or takes too long counts as a failure of "
        "that replicate.\n\n"
        "The same seed gives the same bytes on any number of threads (but for --time).",
    .examples = "  palermo assess datasets/assess/lists-independent.yaml\n"
                "  palermo assess datasets/assess/*.yaml --replicates 1000 --format csv \\\n"
                "      --chart assess.svg\n"
                "  palermo assess datasets/assess/survey-clusters.yaml --sample 1\n"
                "  palermo assess --methods\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 0,
    .operands_max = 1000,
    .run = run,
};
