/* cmd_check.c: palermo check PATH...: descriptors, data, definitions and cycles are judged; nothing
 * is computed for publication. */
#include "check.h"

#include <string.h>

struct options {
    struct cli_list data, indicators;
    const char *as_of, *dataset, *format, *encoding;
    size_t places, threads;
    bool suggest, rules;
};

static const struct cli_option table[] = {
    {CLI_TEXT, "format", 0, "WORD",
     "table (for people; default), csv (the layout of findings.csv) or json (the validation report "
     "of the European Statistical System)",
     CLI_AT(struct options, format)},
    {CLI_LIST, "data", 0, "DIR", "look for datasets and their files here too (repeatable)",
     CLI_AT(struct options, data)},
    {CLI_LIST, "indicators", 0, "DIR", "look for definitions here first (repeatable; for cycles)",
     CLI_AT(struct options, indicators)},
    {CLI_TEXT, "dataset", 0, "NAME", "the descriptor that a data file is held against",
     CLI_AT(struct options, dataset)},
    {CLI_TEXT, "as-of", 0, "DATE", "later years are impossible; also the time in the json report",
     CLI_AT(struct options, as_of)},
    {CLI_COUNT, "places", 0, "N",
     "places shown of each rule and file; default 3, in csv and json 1000",
     CLI_AT(struct options, places)},
    {CLI_FLAG, "suggest", 0, NULL,
     "print a draft descriptor for each data file: a suggestion to read and correct",
     CLI_AT(struct options, suggest)},
    {CLI_FLAG, "rules", 0, NULL, "list the rules that findings are about",
     CLI_AT(struct options, rules)},
    {CLI_COUNT, "threads", 0, "N", "threads to use; the findings are the same on any number",
     CLI_AT(struct options, threads)},
    {0},
};

static enum pal_status prepare(struct check *c, const struct options *o, struct pal_error *err)
{
    struct pal_date date = {0};
    const struct cli_list none = {0};
    if (o->as_of && !pal_date_parse(pal_str_of(o->as_of), &date))
        return pal_fail(err, PAL_USAGE, "'%s' is no date; write --as-of 2026-01-31", o->as_of);
    PAL_TRY(cli_folders_find(c->cli, &o->data, &o->indicators, &none, &c->folders, err));
    const bool people = !o->format || strcmp(o->format, "table") == 0;
    const bool asked = o->places && (!people || o->places > PAL_DIAG_KEEP);
    c->diag = pal_diag_new(c->cli->arena, asked ? o->places : PAL_DIAG_KEEP);
    c->scratch = pal_arena_new();
    if (!c->diag || !c->scratch) {
        pal_arena_free(c->scratch);
        return pal_nomem(err, "the findings");
    }
    PAL_TRY(pal_arena_defer(c->cli->arena, (void (*)(void *))pal_arena_free, c->scratch, err));
    pal_buf_init(&c->said, c->cli->arena, 1u << 22);
    PAL_TRY(pal_areas_read(c->folders.areas, c->cli->arena, &c->areas, err));
    PAL_TRY(pal_datasets_scan(c->folders.datasets, c->folders.datasets_n, c->cli->arena,
                              &c->registry, err));
    c->load = (struct pal_load_options){.areas = c->areas,
                                        .folders = c->folders.datasets,
                                        .folders_n = c->folders.datasets_n,
                                        .as_of_year = date.year,
                                        .threads = (unsigned)o->threads};
    return PAL_OK;
}

static enum pal_status print_findings(const struct check *c, const struct options *o,
                                      struct pal_error *err)
{
    struct cli *cli = c->cli;
    if (!o->format || strcmp(o->format, "table") == 0) {
        fwrite(c->said.ptr ? c->said.ptr : "", 1, c->said.len, cli->out);
        if (c->said.len)
            fputc('\n', cli->out);
        if (c->checked || pal_diag_listed(c->diag))
            cli_findings_print(c->diag, o->places ? o->places : 3, cli->out);
        return PAL_OK;
    }
    struct pal_buf text;
    pal_buf_init(&text, cli->arena, SIZE_MAX / 4);
    if (strcmp(o->format, "csv") == 0)
        pal_findings_csv(c->diag, NULL, 0, &text);
    else
        pal_findings_json(c->diag, pal_str_of(o->as_of), "palermo " PAL_VERSION, &text);
    PAL_TRY(pal_buf_status(&text, "the findings", err));
    fwrite(text.ptr, 1, text.len, cli->out);
    return PAL_OK;
}

static enum pal_status print_suggestions(const struct check *c, struct pal_error *err)
{
    for (size_t i = 0; i < c->cli->operands.n; i++) {
        struct pal_buf text;
        pal_buf_init(&text, c->cli->arena, 1u << 24);
        PAL_TRY(
            pal_descriptor_suggest(c->cli->operands.item[i], c->areas, c->cli->arena, &text, err));
        fprintf(c->cli->out, "%s%.*s", i ? "---\n" : "", PAL_ARG(pal_buf_str(&text)));
    }
    return PAL_OK;
}

static void print_rules(FILE *to)
{
    const struct pal_rule *rule;
    const size_t n = pal_rules(&rule);
    for (size_t i = 0; i < n; i++)
        fprintf(to, "%-23s %s\n", rule[i].id, rule[i].about);
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct options *o = cli->options;
    if (o->format && strcmp(o->format, "table") != 0 && strcmp(o->format, "csv") != 0 &&
        strcmp(o->format, "json") != 0)
        return pal_fail(err, PAL_USAGE, "unknown format '%s'; there are table, csv and json",
                        o->format);
    if (o->rules) {
        print_rules(cli->out);
        return PAL_OK;
    }
    if (!cli->operands.n)
        return pal_fail(err, PAL_USAGE, "nothing to check\nusage: palermo check PATH... [options]");
    struct check c = {.cli = cli,
                      .data = o->data,
                      .indicators = o->indicators,
                      .as_of = o->as_of,
                      .dataset = o->dataset,
                      .threads = o->threads};
    PAL_TRY(prepare(&c, o, err));
    if (o->suggest)
        return print_suggestions(&c, err);
    for (size_t i = 0; i < cli->operands.n; i++)
        PAL_TRY(check_path(&c, cli->operands.item[i], err));
    PAL_TRY(print_findings(&c, o, err));
    if (c.worst != PAL_OK) {
        if (err)
            *err = c.refused;
        return c.worst;
    }
    cli->verdict = pal_diag_count(c.diag, PAL_ERROR) ? CLI_EXIT_DATA : CLI_EXIT_OK;
    return PAL_OK;
}

const struct cli_command cli_command_check = {
    .name = "check",
    .summary = "what is wrong with data, descriptors, definitions or a cycle",
    .usage = "PATH... [--format table|csv|json] [--data DIR] [--suggest] [options]",
    .about =
        "Reads whatever lies at each PATH and prints findings: a data file (with its descriptor "
        "beside it, named by --dataset, or known by the file's name; - is standard input), a "
        "descriptor, a folder of "
        "datasets, definitions of indicators, a folder of areas, or a cycle.yaml with all that it "
        "names. Nothing is written.\n\n"
        "An error keeps its row out of every figure; a warning marks the figures that the row "
        "enters; a note says what was passed over. Counts are exact, also where only the first "
        "places are shown.\n\n"
        "The exit code is 0 without errors, 1 with any, 3 where a file cannot be read.",
    .examples = "  palermo check datasets/example\n"
                "  palermo check data_glotip.csv.gz --dataset glotip --places 10\n"
                "  palermo check datasets/unodc/cycle.yaml --data ../shared/data --format csv\n"
                "  palermo check --suggest national.csv > dataset.yaml\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 0,
    .operands_max = 65536,
    .run = run,
};
