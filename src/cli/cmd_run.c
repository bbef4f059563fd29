/* cmd_run.c: the main job, one reporting cycle: published files -> draft tables.
 *
 * Follow run() downwards: work (read, check, compute), then print. The folder appears whole or not
 * at all. */
#include "run.h"

#include <string.h>
#include <time.h>

struct options {
    const char *out, *languages, *formats, *as_of, *release;
    struct cli_list data, indicators;
    size_t threads;
    bool strict;
};

static const struct cli_option table[] = {
    {CLI_TEXT, "out", 'o', "DIR",
     "folder that receives the draft; default 'out'. A folder that palermo "
     "made is replaced once the new one is complete",
     CLI_AT(struct options, out)},
    {CLI_TEXT, "languages", 0, "LIST", "of ar, zh, en, fr, ru, es; default: what the cycle says",
     CLI_AT(struct options, languages)},
    {CLI_TEXT, "formats", 0, "LIST",
     "formats of the tables, and sdmx for the figures as SDMX-CSV; default: all ('palermo list "
     "formats')",
     CLI_AT(struct options, formats)},
    {CLI_LIST, "data", 0, "DIR", "look for datasets and their files here too (repeatable)",
     CLI_AT(struct options, data)},
    {CLI_LIST, "indicators", 0, "DIR", "look for definitions here first (repeatable)",
     CLI_AT(struct options, indicators)},
    {CLI_TEXT, "as-of", 0, "DATE",
     "the date printed, and the last year that is possible; the only date "
     "palermo knows",
     CLI_AT(struct options, as_of)},
    {CLI_TEXT, "release", 0, "NAME",
     "this is no draft: what it prints and hides of confidential datasets goes into the "
     "suppression "
     "ledger under that name, and later runs are protected against it",
     CLI_AT(struct options, release)},
    {CLI_COUNT, "threads", 0, "N",
     "threads to use; the output is the same on any number. Default: one, and for millions of rows "
     "as many as there are",
     CLI_AT(struct options, threads)},
    {CLI_FLAG, "strict", 0, NULL, "any error finding: no output, exit code 1",
     CLI_AT(struct options, strict)},
    {0},
};

static enum pal_status unknown_format(pal_str name, struct pal_error *err)
{
    pal_str known[16];
    size_t n = 0;
    for (const struct pal_format *const *all = pal_formats(); *all && n + 1 < PAL_COUNT(known);
         all++)
        known[n++] = pal_str_of((*all)->name);
    known[n++] = PAL_STR("sdmx");
    const pal_str near = pal_nearest(name, known, n);
    if (near.len)
        return pal_fail(err, PAL_USAGE, "unknown format '%.*s'; did you mean '%.*s'?",
                        PAL_ARG(name), PAL_ARG(near));
    return pal_fail(err, PAL_USAGE, "unknown format '%.*s'; 'palermo list formats' names them",
                    PAL_ARG(name));
}

static enum pal_status choose_formats(const char *text, struct run_formats *out,
                                      struct pal_error *err)
{
    *out = (struct run_formats){.sdmx = !text};
    if (!text) {
        for (const struct pal_format *const *all = pal_formats();
             *all && out->n < PAL_COUNT(out->of_tables); all++)
            out->of_tables[out->n++] = *all;
        return PAL_OK;
    }
    pal_str rest = pal_str_of(text), name;
    while (pal_str_split(&rest, ',', &name)) {
        const pal_str word = pal_str_trim(name);
        const struct pal_format *format = pal_format_find(word);
        if (pal_str_eq(word, PAL_STR("sdmx"))) {
            out->sdmx = true;
            continue;
        }
        if (!format)
            return unknown_format(name, err);
        if (out->n < PAL_COUNT(out->of_tables))
            out->of_tables[out->n++] = format;
    }
    return PAL_OK;
}

static enum pal_status write_table(const struct pal_report_input *input,
                                   const struct pal_table *laid, enum pal_language language,
                                   const struct run_formats *formats, struct pal_outdir *outdir,
                                   struct pal_arena *scratch, struct pal_error *err)
{
    for (size_t f = 0; f < formats->n; f++) {
        const struct pal_arena_mark mark = pal_arena_mark(scratch);
        const struct pal_format *format = formats->of_tables[f];
        const pal_str file =
            pal_arena_printf(scratch, "tables/%s/%.*s.%s", pal_language_code(language),
                             PAL_ARG(laid->name), format->extension);
        if (format->write(laid, input, outdir, file, scratch, err) != PAL_OK)
            return pal_while(err, "writing table '%.*s' as %s", PAL_ARG(laid->name), format->name);
        pal_arena_reset(scratch, mark);
    }
    return PAL_OK;
}

/* Tables are laid out once, for their files and for the page. */
static enum pal_status write_language(struct pal_report_input *input,
                                      const enum pal_language *language, size_t languages, size_t i,
                                      const struct run_formats *formats, struct pal_outdir *outdir,
                                      struct pal_arena *scratch, size_t *written,
                                      struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    const struct pal_table **laid = pal_arena_alloc(scratch, input->tables + 1, sizeof *laid);
    *written = 0;
    if (!laid)
        return pal_nomem(err, "the tables");
    for (size_t t = 0; t < input->tables; t++) {
        PAL_TRY(pal_table_layout(input, input->table[t], language[i], scratch, &laid[t], err));
        *written += laid[t] != NULL;
        if (laid[t])
            PAL_TRY(write_table(input, laid[t], language[i], formats, outdir, scratch, err));
    }
    PAL_TRY(pal_table_disputed(input, language[i], scratch, &laid[input->tables], err));
    if (laid[input->tables])
        PAL_TRY(
            write_table(input, laid[input->tables], language[i], formats, outdir, scratch, err));
    PAL_TRY(pal_page_write(input, laid, language[i], language, languages, outdir, scratch, err));
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}

/* Every folder that was searched, so that findings name files from there on. */
static enum pal_status name_folders(const struct cli_work *work, struct pal_report_input *input,
                                    struct pal_arena *arena, struct pal_error *err)
{
    const struct cli_folders *from = &work->folders;
    const size_t n = from->datasets_n + from->indicators_n;
    const char **folder = pal_arena_alloc(arena, n + 1, sizeof *folder);
    if (!folder)
        return pal_nomem(err, "the findings");
    for (size_t i = 0; i < n; i++)
        folder[i] =
            i < from->indicators_n ? from->indicators[i] : from->datasets[i - from->indicators_n];
    folder[n] = work->cycle.folder;
    input->folder = folder;
    input->folders = n + 1;
    return PAL_OK;
}

static enum pal_status write_findings(const struct pal_report_input *input,
                                      struct pal_outdir *outdir, struct pal_arena *scratch,
                                      struct pal_error *err)
{
    struct pal_buf out;
    pal_buf_init(&out, scratch, SIZE_MAX / 4);
    pal_findings_csv(input->diag, input->folder, input->folders, &out);
    PAL_TRY(pal_buf_status(&out, "findings.csv", err));
    return pal_outdir_write(outdir, PAL_STR("findings.csv"), pal_buf_str(&out), err);
}

static enum pal_status write_figures(const struct pal_figures *all,
                                     const struct pal_report_input *input,
                                     const struct run_formats *formats, struct pal_outdir *outdir,
                                     struct pal_arena *scratch, struct pal_error *err)
{
    struct pal_sink *sink;
    PAL_TRY(pal_sink_open(outdir, PAL_STR("figures.csv"), scratch, &sink, err));
    PAL_TRY(pal_figures_write(all, sink, err));
    PAL_TRY(pal_sink_close(sink, err));
    PAL_TRY(write_findings(input, outdir, scratch, err));
    return formats->sdmx ? pal_sdmx_write(input, outdir, scratch, err) : PAL_OK;
}

/* What differs from run to run stands here and nowhere else. */
static enum pal_status write_log(const struct cli *cli, const struct options *options,
                                 const struct cli_work *work, double cpu, struct pal_outdir *outdir,
                                 struct pal_arena *scratch, struct pal_error *err)
{
    struct pal_buf out;
    pal_buf_init(&out, scratch, 1u << 20);
    char when[64];
    const time_t now = time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc) || !strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc))
        when[0] = '\0';
    pal_buf_addf(&out, "finished %s\ncpu seconds %.3f\nthreads %zu (0: by the number of rows)\n",
                 when, cpu, options->threads);
    pal_buf_addf(&out, "cycle %s\n", cli->operands.item[0]);
    for (size_t i = 0; i < work->folders.datasets_n; i++)
        pal_buf_addf(&out, "dataset folder %s\n", work->folders.datasets[i]);
    for (size_t i = 0; i < work->folders.indicators_n; i++)
        pal_buf_addf(&out, "definition folder %s\n", work->folders.indicators[i]);
    for (size_t i = 0; i < work->datasets; i++)
        pal_buf_addf(&out, "read %s\n", work->dataset[i]->path);
    PAL_TRY(pal_buf_status(&out, "run.log", err));
    return pal_outdir_write(outdir, PAL_STR("run.log"), pal_buf_str(&out), err);
}

static void say_what_was_done(struct cli *cli, const char *out, const struct cli_work *work,
                              size_t tables, const enum pal_language *language, size_t languages)
{
    fprintf(cli->out, "%zu figures of %zu datasets in %zu tables: %s/figures.csv\n",
            work->figures->n, work->datasets, tables, out);
    fprintf(cli->out, "%llu errors, %llu warnings, %llu notes about the data: %s/findings.csv\n",
            (unsigned long long)pal_diag_count(work->diag, PAL_ERROR),
            (unsigned long long)pal_diag_count(work->diag, PAL_WARNING),
            (unsigned long long)pal_diag_count(work->diag, PAL_INFORMATION), out);
    if (work->protection.asked)
        fprintf(
            cli->out,
            "%zu figures of confidential datasets: %zu withheld as small counts, %zu to protect "
            "them, %zu until an embargo ends\n",
            work->protection.asked, work->protection.small, work->protection.secondary,
            work->protection.embargoed);
    if (work->protection.told)
        fprintf(cli->out,
                "%zu counts that the law forbids were printed by an earlier release: they stay "
                "printed\n",
                work->protection.told);
    if (work->cycle.release.len && pal_releases_count(work->suppression.releases))
        fprintf(cli->out, "release '%.*s' is in the suppression ledger: %s\n",
                PAL_ARG(work->cycle.release), work->suppression.path);
    if (!work->figures->n)
        fputs(
            "no definition found a figure in these datasets; 'palermo list indicators' says which "
            "dataset each reads, 'definitions:' in the cycle adds a folder of your own\n",
            cli->err);
    else if (!tables)
        fputs("no table lays these figures out; indicators/README.md says how one is declared, in "
              "'tables/' beside the definitions\n",
              cli->err);
    fputs("the draft report:\n", cli->out);
    for (size_t i = 0; i < languages; i++)
        fprintf(cli->out, "  %s/report/%s/index.html\n", out, pal_language_code(language[i]));
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct options *options = cli->options;
    const char *out = options->out ? options->out : "out";

    struct run_formats formats;
    size_t languages = 0;
    enum pal_language language[PAL_LANGUAGES];
    PAL_TRY(choose_formats(options->formats, &formats, err));
    if (options->languages)
        PAL_TRY(cli_languages_parse(options->languages, language, &languages, err));

    struct cli_work work;
    PAL_TRY(cli_work_do(cli,
                        &(struct cli_work_options){.cycle = cli->operands.item[0],
                                                   .data = options->data,
                                                   .indicators = options->indicators,
                                                   .as_of = options->as_of,
                                                   .release = options->release,
                                                   .out = out,
                                                   .threads = options->threads},
                        &work, err));
    struct pal_reviewed *reviewed;
    PAL_TRY(run_review(cli, &work, &reviewed, err));
    if (!languages) {
        languages = work.cycle.languages_n;
        memcpy(language, work.cycle.language, languages * sizeof *language);
    }
    struct pal_report_input input = {
        .figures = reviewed ? pal_reviewed_printed(reviewed) : work.figures,
        .catalogue = work.catalogue,
        .areas = work.areas,
        .dataset = work.dataset,
        .datasets = work.datasets,
        .diag = work.diag,
        .evidence = work.evidence,
        .evidence_n = work.evidence_n,
        .title = work.cycle.title,
        .subtitle = work.cycle.subtitle,
        .as_of = work.cycle.as_of,
        .synthetic = work.synthetic,
    };
    PAL_TRY(name_folders(&work, &input, cli->arena, err));
    PAL_TRY(pal_table_definitions_read(work.folders.indicators, work.folders.indicators_n,
                                       work.catalogue, work.diag, cli->arena, &input.table,
                                       &input.tables, err));
    PAL_TRY(cli_choose_tables(&work.cycle, &input.table, &input.tables, cli->arena, err));
    if (options->strict && pal_diag_count(work.diag, PAL_ERROR))
        return pal_fail(err, PAL_DATA,
                        "%llu errors in the data, and --strict was given: nothing is written\n"
                        "'palermo check %s' lists them",
                        (unsigned long long)pal_diag_count(work.diag, PAL_ERROR),
                        cli->operands.item[0]);

    struct pal_outdir *outdir;
    struct pal_arena *scratch = pal_arena_new();
    if (!scratch)
        return pal_nomem(err, "the tables");
    PAL_TRY(pal_arena_defer(cli->arena, (void (*)(void *))pal_arena_free, scratch, err));
    PAL_TRY(pal_outdir_open(out, cli->arena, &outdir, err));
    PAL_TRY(write_figures(reviewed ? pal_reviewed_all(reviewed) : work.figures, &input, &formats,
                          outdir, scratch, err));
    size_t tables = 0; /* with figures in them */
    struct pal_progress *progress =
        pal_progress_new(cli->arena, cli->err, "writing languages", languages);
    for (size_t i = 0; i < languages; i++) {
        PAL_TRY(pal_area_order_new(work.areas, language[i], cli->arena, &input.order[language[i]],
                                   err));
        if (reviewed)
            PAL_TRY(pal_reviewed_marks(reviewed, language[i], cli->arena, &input, err));
        PAL_TRY(write_language(&input, language, languages, i, &formats, outdir, scratch, &tables,
                               err));
        pal_progress_step(progress, i + 1);
    }
    pal_progress_done(progress);
    PAL_TRY(run_manifest(&work, &input, language, languages, &formats, outdir, scratch, err));
    PAL_TRY(write_log(cli, options, &work, (double)clock() / CLOCKS_PER_SEC, outdir, scratch, err));
    /* The ledger first: it never lacks what a folder shows, and the same run again adds nothing. */
    PAL_TRY(cli_suppression_write(&work, err));
    PAL_TRY(pal_outdir_commit(outdir, err));
    say_what_was_done(cli, out, &work, tables, language, languages);
    if (reviewed)
        run_review_say(cli, reviewed);
    return PAL_OK;
}

const struct cli_command cli_command_run = {
    .name = "run",
    .summary = "one reporting cycle: datasets in, draft tables and report out",
    .usage = "CYCLE.yaml [--out DIR] [--languages ar,zh,en,fr,ru,es] [options]",
    .about =
        "Reads the datasets that the cycle names, checks them, computes its indicators with their "
        "uncertainty, and writes figures.csv, tables as CSV, XLSX, HTML and DOCX, SDMX-CSV, a "
        "report "
        "page in each language, findings.csv and manifest.json.\n\n"
        "Rows with errors enter no figure; every figure they would have entered is marked. The "
        "same "
        "inputs give the same bytes, run.log apart. The folder appears whole or not at all.",
    .examples = "  palermo run datasets/example/cycle.yaml\n"
                "  palermo run datasets/unodc/cycle.yaml --data ../shared/data --languages en,ar\n"
                "  palermo run cycle.yaml --out draft --as-of 2026-01-31 --strict\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
