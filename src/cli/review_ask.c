/* review_ask.c: palermo review ask and collect: questionnaires out, a dataset back. */
#include "review.h"

#include <string.h>

static enum pal_status write_one(struct cli *cli, const struct pal_questionnaire *q,
                                 const enum pal_language *language, size_t languages,
                                 const bool *chosen, struct pal_outdir *outdir,
                                 struct pal_arena *scratch, size_t *written, struct pal_error *err)
{
    const pal_str code = pal_areas_get(q->input->areas, q->area)->code;
    (void)cli;
    for (size_t l = 0; l < languages; l++) {
        for (size_t s = 0; s < 2; s++) {
            const struct pal_arena_mark mark = pal_arena_mark(scratch);
            const char *path;
            if (!chosen[s])
                continue;
            const pal_str name =
                pal_arena_printf(scratch, "%.*s/%s-%s.xlsx", PAL_ARG(code),
                                 s ? "implementation" : "crime", pal_language_code(language[l]));
            if (!name.ptr)
                return pal_nomem(err, "a questionnaire");
            PAL_TRY(pal_outdir_path(outdir, scratch, name, &path, err));
            PAL_TRY(pal_questionnaire_write(q, s == 1, language[l], path, scratch, err));
            ++*written;
            pal_arena_reset(scratch, mark);
        }
    }
    return PAL_OK;
}

/* The year after the last that any figure is of. */
static int32_t year_asked(const struct pal_figures *figures)
{
    int32_t last = 0;
    for (size_t i = 0; i < figures->n; i++)
        last = figures->figure[i].period > last ? figures->figure[i].period : last;
    return last + 1;
}

enum pal_status review_ask(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct cli_work work;
    struct pal_report_input input;
    struct pal_working_languages *working;
    struct pal_outdir *outdir;
    enum pal_language extra[PAL_LANGUAGES];
    size_t extras = 0, written = 0, states = 0;
    bool chosen[2];
    const char *out = o->out ? o->out : "questionnaires";
    PAL_TRY(review_streams(cli, chosen, err));
    if (o->languages)
        PAL_TRY(cli_languages_parse(o->languages, extra, &extras, err));
    PAL_TRY(review_work(cli, review_word_at(cli, 0), &work, &input, err));
    PAL_TRY(pal_working_languages_read(work.folders.areas, cli->arena, &working, err));
    struct pal_questionnaire q = {.input = &input, .year = year_asked(work.figures)};
    if (o->previous)
        PAL_TRY(pal_questionnaire_said_read(o->previous, cli->arena, &q.said, &q.said_n, err));
    PAL_TRY(pal_outdir_open(out, cli->arena, &outdir, err));
    struct pal_arena *scratch = pal_arena_new();
    if (!scratch)
        return pal_nomem(err, "questionnaires");
    PAL_TRY(pal_arena_defer(cli->arena, (void (*)(void *))pal_arena_free, scratch, err));
    for (uint32_t a = 0; a < pal_areas_count(work.areas); a++) {
        const struct pal_area *area = pal_areas_get(work.areas, a);
        bool wanted =
            !o->areas.n && area->kind == PAL_AREA_COUNTRY && (area->un_member || input.synthetic);
        for (size_t i = 0; i < o->areas.n; i++)
            wanted |= pal_str_eq(pal_str_of(o->areas.item[i]), area->code);
        if (!wanted)
            continue;
        enum pal_language language[PAL_LANGUAGES + 1] = {pal_working_language(working, area->code)};
        size_t languages = 1;
        for (size_t i = 0; i < extras; i++)
            if (extra[i] != language[0])
                language[languages++] = extra[i];
        q.area = a;
        states++;
        PAL_TRY(write_one(cli, &q, language, languages, chosen, outdir, scratch, &written, err));
    }
    if (!states)
        return pal_fail(err, PAL_USAGE, "no such State; --area takes codes such as XAA");
    PAL_TRY(pal_outdir_write(outdir, PAL_STR("manifest.json"),
                             PAL_STR("{\n  \"program\": \"palermo\"\n}\n"), err));
    PAL_TRY(pal_outdir_commit(outdir, err));
    fprintf(cli->out, "%zu workbooks for %zu States ask for %d: %s/\n", written, states,
            (int)q.year, out);
    return PAL_OK;
}

/* ---- collect ------------------------------------------------------------------------------------
 */

static const char crime_descriptor[] =
    "# Written by 'palermo review collect': answers to the crime questionnaire. Each row says "
    "which\n"
    "# file, sheet and line it stood in; sources.csv has the files with their SHA-256.\n"
    "name: questionnaire-crime\n"
    "title: {en: Answers to the crime questionnaire}\n"
    "path: crime.csv\n"
    "shape: long\n"
    "schema:\n  fields:\n    - {name: question, type: string}\n"
    "    - {name: breakdown, type: string}\n    - {name: value, type: number}\n"
    "roles: {area: area, period: year, value: value}\n"
    "area_by: code\n"
    "absent:\n  \"\": not-collected\n"
    "dimensions:\n  question: {column: question}\n  breakdown: {column: breakdown}\n"
    "scope: any\n"
    "duplicates: {rule: error}\n";

static enum pal_status write_back(struct cli *cli, struct pal_outdir *outdir, struct pal_buf *crime,
                                  struct pal_buf *law, struct pal_buf *sources,
                                  struct pal_diag *diag, struct pal_error *err)
{
    struct pal_buf findings;
    pal_buf_init(&findings, cli->arena, 64u << 20);
    pal_findings_csv(diag, NULL, 0, &findings);
    const struct {
        const char *name;
        struct pal_buf *buf;
    } files[] = {{"crime.csv", crime},
                 {"implementation.csv", law},
                 {"sources.csv", sources},
                 {"findings.csv", &findings}};
    for (size_t i = 0; i < PAL_COUNT(files); i++) {
        PAL_TRY(pal_buf_status(files[i].buf, files[i].name, err));
        PAL_TRY(
            pal_outdir_write(outdir, pal_str_of(files[i].name), pal_buf_str(files[i].buf), err));
    }
    PAL_TRY(pal_outdir_write(outdir, PAL_STR("dataset.yaml"), pal_str_of(crime_descriptor), err));
    return pal_outdir_write(outdir, PAL_STR("manifest.json"),
                            PAL_STR("{\n  \"program\": \"palermo\"\n}\n"), err);
}

enum pal_status review_collect(struct cli *cli, struct pal_error *err)
{
    const struct review_options *o = cli->options;
    struct pal_outdir *outdir;
    struct pal_buf crime, law, sources;
    size_t rows = 0;
    const char *out = o->out ? o->out : "collected";
    struct pal_diag *diag = pal_diag_new(cli->arena, PAL_DIAG_KEEP);
    if (!diag)
        return pal_nomem(err, "the findings");
    pal_buf_init(&crime, cli->arena, 512u << 20);
    pal_buf_init(&law, cli->arena, 512u << 20);
    pal_buf_init(&sources, cli->arena, 64u << 20);
    pal_buf_adds(&crime, PAL_QUESTIONNAIRE_CRIME);
    pal_buf_adds(&law, PAL_QUESTIONNAIRE_LAW);
    pal_buf_adds(&sources, "file,sha256\n");
    PAL_TRY(pal_outdir_open(out, cli->arena, &outdir, err));
    for (size_t i = 0; i < review_words(cli); i++) {
        const char *path = review_word_at(cli, i), *slash = strrchr(path, '/');
        char sha[65];
        PAL_TRY(pal_questionnaire_read(path, diag, cli->arena, &crime, &law, &rows, err));
        PAL_TRY(pal_file_sha256(path, sha, err));
        pal_csv_field_safe(&sources, pal_str_of(slash ? slash + 1 : path), true);
        pal_buf_addf(&sources, ",%s\n", sha);
    }
    PAL_TRY(write_back(cli, outdir, &crime, &law, &sources, diag, err));
    PAL_TRY(pal_outdir_commit(outdir, err));
    const uint64_t errors = pal_diag_count(diag, PAL_ERROR);
    fprintf(cli->out, "%zu answers of %zu files, %llu that cannot be read: %s/dataset.yaml\n", rows,
            review_words(cli), (unsigned long long)errors, out);
    cli->verdict = errors ? CLI_EXIT_DATA : CLI_EXIT_OK;
    return PAL_OK;
}
