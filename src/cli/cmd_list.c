/* cmd_list.c: palermo list: what there is to choose from. */
#include "inside.h"

#include <string.h>

struct options {
    const char *format;
    struct cli_list data, indicators;
};

static const struct cli_option table[] = {
    {CLI_TEXT, "format", 0, "WORD",
     "table (default on a terminal), csv (default in a pipe) or json",
     CLI_AT(struct options, format)},
    {CLI_LIST, "data", 0, "DIR", "look for datasets here too (repeatable)",
     CLI_AT(struct options, data)},
    {CLI_LIST, "indicators", 0, "DIR", "look for definitions here first (repeatable)",
     CLI_AT(struct options, indicators)},
    {0},
};

enum { MOST_COLUMNS = 8 };

struct listing {
    struct pal_arena *arena;
    size_t columns;
    const char *head[MOST_COLUMNS];
    size_t rows, cap;
    pal_str *cell; /* [rows * columns] */
};

static enum pal_status add(struct listing *l, const pal_str *cell, struct pal_error *err)
{
    if (l->rows == l->cap) {
        const size_t cap = l->cap ? l->cap * 2 : 64;
        pal_str *grown =
            pal_arena_grow(l->arena, l->cell, l->cap * l->columns, cap * l->columns, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the list");
        l->cell = grown;
        l->cap = cap;
    }
    memcpy(l->cell + l->rows++ * l->columns, cell, l->columns * sizeof *cell);
    return PAL_OK;
}

/* ---- printing
 * ------------------------------------------------------------------------------------ */

static void print_table(const struct listing *l, FILE *to)
{
    size_t width[MOST_COLUMNS] = {0};
    for (size_t c = 0; c < l->columns; c++) {
        width[c] = strlen(l->head[c]);
        for (size_t r = 0; r < l->rows; r++) {
            const size_t wide = pal_utf8_count(l->cell[r * l->columns + c]);
            width[c] = wide > width[c] ? wide : width[c];
        }
    }
    for (size_t c = 0; c < l->columns; c++)
        fprintf(to, "%s%*s", l->head[c],
                c + 1 < l->columns ? (int)(width[c] - strlen(l->head[c]) + 2) : 0, "");
    fputc('\n', to);
    for (size_t r = 0; r < l->rows; r++) {
        for (size_t c = 0; c < l->columns; c++) {
            const pal_str text = l->cell[r * l->columns + c];
            fprintf(to, "%.*s%*s", PAL_ARG(text),
                    c + 1 < l->columns ? (int)(width[c] - pal_utf8_count(text) + 2) : 0, "");
        }
        fputc('\n', to);
    }
}

static void write_csv(const struct listing *l, struct pal_buf *out)
{
    for (size_t c = 0; c < l->columns; c++)
        pal_csv_field(out, pal_str_of(l->head[c]), c == 0);
    pal_csv_end(out);
    for (size_t r = 0; r < l->rows; r++) {
        for (size_t c = 0; c < l->columns; c++)
            pal_csv_field_safe(out, l->cell[r * l->columns + c], c == 0);
        pal_csv_end(out);
    }
}

static void write_json(const struct listing *l, struct pal_buf *out)
{
    pal_buf_adds(out, "[");
    for (size_t r = 0; r < l->rows; r++) {
        pal_buf_adds(out, r ? ",\n  { " : "\n  { ");
        for (size_t c = 0; c < l->columns; c++) {
            pal_buf_addf(out, "%s\"%s\": ", c ? ", " : "", l->head[c]);
            pal_json_text(out, l->cell[r * l->columns + c]);
        }
        pal_buf_adds(out, " }");
    }
    pal_buf_adds(out, "\n]\n");
}

static enum pal_status print(struct cli *cli, const struct listing *l, const char *format,
                             struct pal_error *err)
{
    static const pal_str known[] = {PAL_STR_INIT("csv"), PAL_STR_INIT("json"),
                                    PAL_STR_INIT("table")};
    struct pal_buf out;
    if (!format)
        format = cli_is_terminal(cli->out) ? "table" : "csv";
    pal_buf_init(&out, cli->arena, 16u << 20);
    if (strcmp(format, "table") == 0) {
        print_table(l, cli->out);
    } else if (strcmp(format, "csv") == 0) {
        write_csv(l, &out);
    } else if (strcmp(format, "json") == 0) {
        write_json(l, &out);
    } else {
        const pal_str near = pal_nearest(pal_str_of(format), known, PAL_COUNT(known));
        return pal_fail(err, PAL_USAGE, "unknown format '%s'%s%.*s%s", format,
                        near.len ? "; did you mean '" : "; there are table, csv and json",
                        PAL_ARG(near), near.len ? "'?" : "");
    }
    PAL_TRY(pal_buf_status(&out, "the list", err));
    if (out.len)
        fwrite(out.ptr, 1, out.len, cli->out);
    return PAL_OK;
}

/* ---- what there is
 * --------------------------------------------------------------------------------- */

static enum pal_status folders_and_datasets(struct cli *cli, struct cli_folders *folders,
                                            struct pal_datasets **registry, struct pal_error *err)
{
    const struct options *options = cli->options;
    PAL_TRY(cli_folders_find(cli, &options->data, &options->indicators, NULL, folders, err));
    return pal_datasets_scan(folders->datasets, folders->datasets_n, cli->arena, registry, err);
}

static enum pal_status list_indicators(struct cli *cli, struct listing *l, struct pal_error *err)
{
    struct cli_folders folders;
    struct pal_datasets *registry;
    struct pal_catalogue *catalogue;
    struct pal_diag *diag = pal_diag_new(cli->arena, PAL_DIAG_KEEP);
    if (!diag)
        return pal_nomem(err, "the list");
    PAL_TRY(folders_and_datasets(cli, &folders, &registry, err));
    PAL_TRY(pal_catalogue_read(folders.indicators, folders.indicators_n, registry, diag, cli->arena,
                               &catalogue, err));
    *l = (struct listing){
        .arena = cli->arena,
        .columns = 7,
        .head = {"code", "version", "measures", "basis", "estimator", "dataset", "title"}};
    for (size_t i = 0; i < pal_catalogue_count(catalogue); i++) {
        const struct pal_definition *d = pal_catalogue_get(catalogue, i);
        const pal_str row[] = {d->code,
                               pal_arena_printf(cli->arena, "%u", d->version),
                               pal_str_of(pal_measures_name(d->measures)),
                               pal_str_of(pal_basis_name(d->basis)),
                               pal_str_of(d->estimator->name),
                               d->numerator.dataset,
                               pal_text_in(&d->title, PAL_EN)};
        PAL_TRY(add(l, row, err));
    }
    return PAL_OK;
}

static enum pal_status add_estimator(struct listing *l, const struct pal_estimator *e,
                                     struct pal_error *err)
{
    const pal_str row[] = {pal_str_of(e->name), pal_str_of(e->summary), pal_str_of(e->takes),
                           pal_str_of(e->source)};
    return add(l, row, err);
}

static enum pal_status list_estimators(struct cli *cli, struct listing *l, struct pal_error *err)
{
    *l = (struct listing){
        .arena = cli->arena, .columns = 4, .head = {"name", "summary", "takes", "source"}};
    const struct pal_estimator *sampled;
    const size_t n = pal_survey_estimators(&sampled);
    for (const struct pal_estimator *const *e = pal_estimators(); *e; e++)
        PAL_TRY(add_estimator(l, *e, err));
    for (size_t i = 0; i < n; i++)
        PAL_TRY(add_estimator(l, &sampled[i], err));
    return PAL_OK;
}

static enum pal_status list_formats(struct cli *cli, struct listing *l, struct pal_error *err)
{
    *l = (struct listing){.arena = cli->arena, .columns = 2, .head = {"name", "summary"}};
    for (const struct pal_format *const *f = pal_formats(); *f; f++) {
        const pal_str row[] = {pal_str_of((*f)->name), pal_str_of((*f)->summary)};
        PAL_TRY(add(l, row, err));
    }
    static const pal_str sdmx[] = {PAL_STR_INIT("sdmx"),
                                   PAL_STR_INIT("all figures as SDMX-CSV 2.0, with code lists")};
    return add(l, sdmx, err);
}

static enum pal_status list_datasets(struct cli *cli, struct listing *l, struct pal_error *err)
{
    struct cli_folders folders;
    struct pal_datasets *registry;
    PAL_TRY(folders_and_datasets(cli, &folders, &registry, err));
    *l = (struct listing){.arena = cli->arena,
                          .columns = 6,
                          .head = {"name", "publisher", "release", "scope", "synthetic", "title"}};
    for (size_t i = 0; i < pal_datasets_count(registry); i++) {
        struct pal_descriptor *d;
        PAL_TRY(pal_descriptor_read(pal_datasets_file(registry, i), cli->arena, &d, err));
        const struct pal_dataset_facts *facts = pal_descriptor_facts(d);
        const struct pal_text title = pal_descriptor_title(d);
        const pal_str row[] = {pal_datasets_name(registry, i),
                               facts->publisher,
                               facts->release,
                               facts->scope,
                               pal_descriptor_synthetic(d) ? PAL_STR("yes") : PAL_STR("no"),
                               pal_text_in(&title, PAL_EN)};
        PAL_TRY(add(l, row, err));
    }
    return PAL_OK;
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    static const struct {
        pal_str word;
        enum pal_status (*list)(struct cli *, struct listing *, struct pal_error *);
    } kinds[] = {{PAL_STR_INIT("indicators"), list_indicators},
                 {PAL_STR_INIT("estimators"), list_estimators},
                 {PAL_STR_INIT("formats"), list_formats},
                 {PAL_STR_INIT("datasets"), list_datasets}};
    const struct options *options = cli->options;
    const pal_str word = pal_str_of(cli->operands.item[0]);
    pal_str words[PAL_COUNT(kinds)];
    for (size_t i = 0; i < PAL_COUNT(kinds); i++) {
        struct listing listing;
        words[i] = kinds[i].word;
        if (!pal_str_eq(word, kinds[i].word))
            continue;
        PAL_TRY(kinds[i].list(cli, &listing, err));
        return print(cli, &listing, options->format, err);
    }
    const pal_str near = pal_nearest(word, words, PAL_COUNT(words));
    return pal_fail(err, PAL_USAGE,
                    "palermo lists indicators, estimators, formats and datasets, "
                    "not '%.*s'%s%.*s%s",
                    PAL_ARG(word), PAL_NEAR(near));
}

const struct cli_command cli_command_list = {
    .name = "list",
    .summary = "what there is: indicators, estimators, formats, datasets",
    .usage = "indicators | estimators | formats | datasets [options]",
    .about = "Lists the indicators that are defined, the estimators with their published sources, "
             "the formats of tables, or the datasets that are described.",
    .examples = "  palermo list indicators\n"
                "  palermo list datasets --format json\n",
    .options = table,
    .options_size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
