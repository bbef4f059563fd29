/* cmd_explain.c: palermo explain KEY: where one number came from. The figure is made again from its
 * files, alone, and told step by step; with --out it is held against the figures.csv of a run. */
#include "inside.h"

#include <string.h>

struct options {
    const char *out, *cycle;
    struct cli_list data, indicators;
};

static const struct cli_option table[] = {
    {CLI_TEXT, "out", 'o', "DIR", "the output of a run: its cycle and its folders are taken",
     CLI_AT(struct options, out)},
    {CLI_TEXT, "cycle", 0, "CYCLE.yaml", "the cycle, where there is no output of a run",
     CLI_AT(struct options, cycle)},
    {CLI_LIST, "data", 0, "DIR", "look for datasets and their files here too (repeatable)",
     CLI_AT(struct options, data)},
    {CLI_LIST, "indicators", 0, "DIR", "look for definitions here first (repeatable)",
     CLI_AT(struct options, indicators)},
    {0},
};

/* ---- the output of a run ----------------------------------------------------------------------
 */

static enum pal_status add_item(struct cli *cli, struct cli_list *list, pal_str item,
                                struct pal_error *err)
{
    const char **grown =
        pal_arena_grow(cli->arena, list->item, list->n, list->n + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "the folders of the run");
    list->item = grown;
    grown[list->n] = pal_arena_cstr(cli->arena, item);
    return grown[list->n++] ? PAL_OK : pal_nomem(err, "the folders of the run");
}

/* run.log says from where a run read; those of its folders that are still there are searched. */
static enum pal_status read_log(struct cli *cli, const char *out, struct cli_work_options *work,
                                struct pal_error *err)
{
    static const pal_str cycle = PAL_STR_INIT("cycle "), data = PAL_STR_INIT("dataset folder "),
                         definitions = PAL_STR_INIT("definition folder ");
    const char *path = pal_path_join(cli->arena, out, PAL_STR("run.log"));
    pal_str text, line;
    if (!path)
        return pal_nomem(err, "the folders of the run");
    if (!pal_file_exists(path))
        return pal_fail(err, PAL_IO,
                        "'%s' holds no run.log: it is no output of a run; --cycle CYCLE.yaml names "
                        "the cycle instead",
                        out);
    PAL_TRY(pal_file_read(path, 16u << 20, cli->arena, &text, err));
    while (pal_str_split(&text, '\n', &line)) {
        const struct {
            pal_str word;
            struct cli_list *list;
        } folder[] = {{data, &work->data}, {definitions, &work->indicators}};
        for (size_t i = 0; i < PAL_COUNT(folder); i++) {
            if (!pal_str_starts(line, folder[i].word))
                continue;
            const pal_str name = {line.ptr + folder[i].word.len, line.len - folder[i].word.len};
            const char *there = pal_arena_cstr(cli->arena, name);
            if (there && pal_dir_exists(there))
                PAL_TRY(add_item(cli, folder[i].list, name, err));
        }
        if (!work->cycle && pal_str_starts(line, cycle))
            work->cycle =
                pal_arena_cstr(cli->arena, (pal_str){line.ptr + cycle.len, line.len - cycle.len});
    }
    if (work->cycle && pal_file_exists(work->cycle))
        return PAL_OK;
    return pal_fail(err, PAL_IO,
                    "the cycle '%s' of the run is not there now; --cycle CYCLE.yaml says where it "
                    "lies",
                    work->cycle ? work->cycle : "");
}

struct recorded { /* a figure as figures.csv has it */
    bool found;
    pal_str value, low, high;
    uint64_t line;
};

static size_t column_of(const pal_str *header, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq(header[i], pal_str_of(name)))
            return i;
    return SIZE_MAX;
}

static bool same_figure(const struct pal_record *record, const pal_str *header, size_t n,
                        const struct pal_figures *figures, const struct pal_figure *f)
{
    int64_t period;
    if (record->fields != n || n < 3 || !pal_str_eq(record->field[0], f->definition->code) ||
        !pal_str_eq(record->field[1], pal_areas_get(figures->areas, f->area)->code) ||
        !pal_int_parse(record->field[2], &period) || period != f->period)
        return false;
    const size_t end = column_of(header, n, "OBS_VALUE");
    for (size_t i = 3; i < end && i < n; i++) {
        pal_str own = PAL_STR("_Z");
        for (size_t k = 0; k < figures->breakdowns; k++)
            if (pal_str_eq(figures->breakdown[k], header[i]) && f->breakdown[k].len)
                own = f->breakdown[k];
        if (!pal_str_eq(own, record->field[i]))
            return false;
    }
    return true;
}

static enum pal_status find_recorded(struct cli *cli, const char *out,
                                     const struct pal_figures *figures, const struct pal_figure *f,
                                     struct recorded *recorded, struct pal_error *err)
{
    const char *path = pal_path_join(cli->arena, out, PAL_STR("figures.csv"));
    const struct pal_dialect dialect = {.header_rows = 1};
    struct pal_records *records;
    struct pal_record record;
    size_t n;
    bool end = false;
    if (!path)
        return pal_nomem(err, "figures.csv");
    PAL_TRY(pal_records_open(path, &dialect, NULL, cli->arena, &records, err));
    const pal_str *header = pal_records_header(records, &n);
    const size_t value = column_of(header, n, "OBS_VALUE"), low = column_of(header, n, "CONF_LOW"),
                 high = column_of(header, n, "CONF_HIGH");
    if (value == SIZE_MAX || low == SIZE_MAX || high == SIZE_MAX)
        return pal_fail(err, PAL_DATA, "'%s' is no figures.csv of palermo", path);
    while (!recorded->found) {
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        if (!same_figure(&record, header, n, figures, f))
            continue;
        *recorded = (struct recorded){true, pal_arena_str(cli->arena, record.field[value]),
                                      pal_arena_str(cli->arena, record.field[low]),
                                      pal_arena_str(cli->arena, record.field[high]), record.line};
    }
    return PAL_OK;
}

static enum pal_status compare(struct cli *cli, const char *out, const struct pal_figures *figures,
                               const struct pal_figure *f, struct pal_error *err)
{
    const struct pal_figure_estimate *e = &f->estimate;
    struct recorded recorded = {0};
    char value[PAL_NUM_SIZE] = "";
    PAL_TRY(find_recorded(cli, out, figures, f, &recorded, err));
    if (e->absent == PAL_PRESENT && e->status == PAL_ANSWER_OK)
        pal_num_write(e->value, value);
    fputs("\nIn the output of the run\n", cli->out);
    if (!recorded.found)
        fprintf(cli->out, "  %s/figures.csv has no such figure\n", out);
    else if (pal_str_eq(recorded.value, pal_str_of(value)))
        fprintf(cli->out, "  %s/figures.csv, line %llu, has the same value\n", out,
                (unsigned long long)recorded.line);
    else
        fprintf(cli->out,
                "  %s/figures.csv, line %llu, has the value '%.*s': files or definitions have\n"
                "  changed since, or the run held other folders\n",
                out, (unsigned long long)recorded.line, PAL_ARG(recorded.value));
    return PAL_OK;
}

/* ---- the command -------------------------------------------------------------------------------
 */

static enum pal_status say_evidence(struct cli *cli, const struct cli_work *work,
                                    const struct pal_figure *f, struct pal_error *err)
{
    const pal_str area = pal_areas_get(work->areas, f->area)->code;
    bool any = false;
    (void)err;
    for (size_t i = 0; i < work->evidence_n; i++) {
        const struct pal_evidence *e = &work->evidence[i];
        if ((e->indicator.len && !pal_str_eq(e->indicator, f->definition->code)) ||
            (e->area.len && !pal_str_eq(e->area, area)) || (e->period && e->period != f->period))
            continue;
        if (!any)
            fputs("\nEvidence beside it\n", cli->out);
        any = true;
        char text[2048];
        const pal_str statement = pal_text_in(&e->statement, PAL_EN);
        snprintf(text, sizeof text, "%.*s (%.*s; confidence %.*s)", PAL_ARG(statement),
                 PAL_ARG(e->source), PAL_ARG(e->confidence));
        cli_wrap(cli->out, text, 2, 80);
    }
    return PAL_OK;
}

/* The key as figures have it: breakdowns in alphabetical order, those that are the total left out.
 */
static enum pal_status tidy_key(pal_str written, struct pal_arena *arena, pal_str *out,
                                struct pal_error *err)
{
    enum { MOST = 32 };
    pal_str rest = written, piece, part[MOST];
    struct pal_buf text;
    size_t n = 0;
    pal_buf_init(&text, arena, 4096);
    for (int i = 0; i < 3 && pal_str_split(&rest, '/', &piece); i++) {
        pal_buf_adds(&text, i ? "/" : "");
        pal_buf_add(&text, piece);
    }
    while (n < MOST && pal_str_split(&rest, '/', &piece)) {
        if (!piece.len || pal_str_ends(piece, PAL_STR("=_T")))
            continue;
        size_t at = n++;
        for (; at > 0 && pal_str_cmp(piece, part[at - 1]) < 0; at--)
            part[at] = part[at - 1];
        part[at] = piece;
    }
    for (size_t i = 0; i < n; i++) {
        pal_buf_adds(&text, "/");
        pal_buf_add(&text, part[i]);
    }
    *out = pal_buf_str(&text);
    return pal_buf_status(&text, "the key", err);
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct options *options = cli->options;
    pal_str key, rest, code, near, text;
    struct cli_work work;
    PAL_TRY(tidy_key(pal_str_of(cli->operands.item[0]), cli->arena, &key, err));
    rest = key;
    if (!pal_str_split(&rest, '/', &code) || !rest.len)
        return pal_fail(err, PAL_USAGE,
                        "'%.*s' is no key of a figure; write CODE/AREA/PERIOD, then /DIM=VALUE for "
                        "a breakdown: TIP-01/ALB/2019/SEX=F",
                        PAL_ARG(key));
    struct cli_work_options how = {.cycle = options->cycle,
                                   .data = options->data,
                                   .indicators = options->indicators,
                                   .threads = 1,
                                   .only = pal_arena_cstr(cli->arena, code)};
    if (options->out)
        PAL_TRY(read_log(cli, options->out, &how, err));
    if (!how.cycle)
        return pal_fail(err, PAL_USAGE,
                        "which run? --out DIR names its output, or --cycle CYCLE.yaml the cycle");
    PAL_TRY(cli_work_do(cli, &how, &work, err));
    const struct pal_figure *figure = pal_figures_find(work.figures, key, cli->arena, &near);
    if (!figure)
        return pal_fail(err, PAL_USAGE, "there is no figure '%.*s'%s%.*s%s", PAL_ARG(key),
                        near.len ? "; the nearest is '" : "", PAL_ARG(near), near.len ? "'" : "");
    PAL_TRY(pal_explain(work.figures, figure, &work.compute, work.diag, &work.load, cli->arena,
                        &text, err));
    fwrite(text.ptr, 1, text.len, cli->out);
    PAL_TRY(say_evidence(cli, &work, figure, err));
    return options->out ? compare(cli, options->out, work.figures, figure, err) : PAL_OK;
}

const struct cli_command cli_command_explain = {
    .name = "explain",
    .summary = "where one number came from: files, lines, method, formula",
    .usage = "KEY --out DIR | --cycle CYCLE.yaml [options]",
    .about = "Makes one figure again from its files and tells how: value and interval, the formula "
             "with the numbers put in, the rows behind it with their lines and text, which rows "
             "were held at a total, what was found about them, the marks and the definition. For "
             "a total it names the areas in it. With --out the value is held against the "
             "figures.csv of that run.\n\nA key is CODE/AREA/PERIOD, then /DIM=VALUE for each "
             "breakdown that is not the total.",
    .examples = "  palermo explain TIP-01/XAB/2020/SEX=F --cycle datasets/example/cycle.yaml\n"
                "  palermo explain TIP-01/ALB/2019 --out out\n"
                "  palermo explain HOM-01/150/2016 --cycle datasets/unodc/cycle.yaml \\\n"
                "      --data ../shared/data\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
