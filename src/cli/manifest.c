/* manifest.c: what a run was made from. No clock, no thread count, no path of this machine. */
#include "run.h"

#include <gsl/gsl_version.h>
#include <string.h>
#include <unicode/uversion.h>
#include <zlib.h>

static void pair(struct pal_buf *out, const char *indent, const char *name, pal_str value,
                 bool last)
{
    pal_buf_addf(out, "%s\"%s\": ", indent, name);
    pal_json_text(out, value);
    pal_buf_adds(out, last ? "\n" : ",\n");
}

/* The fingerprint of a file that was read before; "" when it is gone since. */
static void sha_of(const char *path, char *sha /* [65] */)
{
    struct pal_error ignored;
    if (!path || pal_file_sha256(path, sha, &ignored) != PAL_OK)
        sha[0] = '\0';
}

/* "files": of a dataset, each with its own fingerprint. */
static enum pal_status files(const struct pal_dataset *dataset, struct pal_buf *out,
                             struct pal_arena *scratch, struct pal_error *err)
{
    pal_buf_adds(out, "      \"files\": [");
    for (size_t i = 0; i < dataset->files; i++) {
        pal_buf_adds(out, i ? ",\n                { \"file\": " : "{ \"file\": ");
        pal_json_text(out, dataset->of_file[i].name);
        pal_buf_addf(out, ", \"sha256\": \"%s\" }", dataset->of_file[i].sha256);
        const char *labels;
        char sha[65];
        PAL_TRY(pal_sas_catalogue(dataset->of_file[i].path, scratch, &labels, err));
        if (!labels)
            continue;
        sha_of(labels, sha);
        pal_buf_adds(out, ",\n                { \"labels\": ");
        pal_json_text(out, pal_str_of(strrchr(labels, '/') ? strrchr(labels, '/') + 1 : labels));
        pal_buf_addf(out, ", \"sha256\": \"%s\" }", sha);
    }
    pal_buf_adds(out, "],\n");
    for (size_t i = 0; i < dataset->populations; i++) {
        pal_buf_adds(out, i ? ",\n                      { \"file\": "
                            : "      \"populations\": [{ \"file\": ");
        pal_json_text(out, dataset->population[i].name);
        pal_buf_addf(out, ", \"sha256\": \"%s\" }", dataset->population[i].sha256);
    }
    if (dataset->populations)
        pal_buf_adds(out, "],\n");
    return PAL_OK;
}

static enum pal_status inputs(const struct cli_work *work, struct pal_buf *out,
                              struct pal_arena *scratch, struct pal_error *err)
{
    pal_buf_adds(out, "  \"inputs\": [\n");
    for (size_t i = 0; i < work->datasets; i++) {
        const struct pal_dataset *dataset = work->dataset[i];
        char sha[65];
        sha_of(pal_descriptor_path(dataset->descriptor), sha);
        pal_buf_adds(out, "    {\n");
        pair(out, "      ", "dataset", pal_descriptor_name(dataset->descriptor), false);
        PAL_TRY(files(dataset, out, scratch, err));
        pair(out, "      ", "descriptor_sha256", pal_str_of(sha), false);
        pal_buf_addf(out, "      \"rows\": %llu,\n      \"rows_with_errors\": %llu,\n",
                     (unsigned long long)dataset->rows_read,
                     (unsigned long long)dataset->rows_error);
        pal_buf_addf(out, "      \"rows_superseded\": %llu\n    }%s\n",
                     (unsigned long long)dataset->rows_duplicate,
                     i + 1 < work->datasets ? "," : "");
    }
    pal_buf_adds(out, "  ],\n");
    return PAL_OK;
}

static void definitions(const struct cli_work *work, struct pal_buf *out)
{
    pal_buf_adds(out, "  \"definitions\": [");
    const size_t n =
        work->compute.wanted ? work->compute.wanted_n : pal_catalogue_count(work->catalogue);
    for (size_t i = 0; i < n; i++) {
        const struct pal_definition *d =
            work->compute.wanted ? work->compute.wanted[i] : pal_catalogue_get(work->catalogue, i);
        pal_buf_adds(out, i ? ",\n    { \"code\": " : "\n    { \"code\": ");
        pal_json_text(out, d->code);
        pal_buf_addf(out, ", \"version\": %u, \"sha256\": \"%s\" }", d->version, d->sha256);
    }
    pal_buf_adds(out, "\n  ],\n");
}

/* A list of files by name, without the folders of this machine. */
static void read_files(const char *key, const char *const *path, size_t n, struct pal_buf *out)
{
    bool any = false;
    pal_buf_addf(out, "  \"%s\": [", key);
    for (size_t i = 0; i < n; i++) {
        char sha[65];
        sha_of(path[i], sha);
        if (!sha[0])
            continue;
        const char *slash = strrchr(path[i], '/');
        pal_buf_adds(out, any ? ",\n    { \"file\": " : "\n    { \"file\": ");
        pal_json_text(out, pal_str_of(slash ? slash + 1 : path[i]));
        pal_buf_addf(out, ", \"sha256\": \"%s\" }", sha);
        any = true;
    }
    pal_buf_adds(out, any ? "\n  ],\n" : "],\n");
}

/* What the figures lean on beside data and indicators: who is an area, what the tables ask for,
 * the evidence. */
static enum pal_status other_files(const struct cli_work *work,
                                   const struct pal_report_input *input, struct pal_buf *out,
                                   struct pal_arena *scratch, struct pal_error *err)
{
    const char *const areas[] = {
        pal_path_join(scratch, work->folders.areas, PAL_STR("areas.csv")),
        pal_path_join(scratch, work->folders.areas, PAL_STR("aliases.csv"))};
    const char **table = pal_arena_alloc(scratch, input->tables + 1, sizeof *table);
    if (!table || !areas[0] || !areas[1])
        return pal_nomem(err, "manifest.json");
    for (size_t i = 0; i < input->tables; i++)
        table[i] = pal_table_definition_path(input->table[i]);
    read_files("areas", areas, PAL_COUNT(areas), out);
    read_files("tables", table, input->tables, out);
    read_files("evidence", work->cycle.evidence.item, work->cycle.evidence.n, out);
    return PAL_OK;
}

/* How far the suppression ledger goes that these figures were protected against, or are part of. */
static void suppression(const struct cli_work *work, struct pal_buf *out)
{
    const struct cli_suppression *s = &work->suppression;
    const bool named = work->cycle.release.len > 0;
    pal_buf_adds(out, "  \"suppression\": { \"release\": ");
    if (named)
        pal_json_text(out, work->cycle.release);
    else
        pal_buf_adds(out, "null");
    pal_buf_addf(out, ", \"releases\": %zu, \"head\": \"%s\" },\n",
                 named ? pal_releases_count(s->releases) : s->before, s->head);
}

enum pal_status run_manifest(const struct cli_work *work, const struct pal_report_input *input,
                             const enum pal_language *language, size_t languages,
                             const struct run_formats *formats, struct pal_outdir *outdir,
                             struct pal_arena *scratch, struct pal_error *err)
{
    struct pal_buf out;
    pal_buf_init(&out, scratch, 64u << 20);
    pal_buf_adds(&out, "{\n");
    pair(&out, "  ", "program", PAL_STR("palermo " PAL_VERSION), false);
    pal_buf_addf(&out, "  \"libraries\": { \"gsl\": \"%s\", \"icu\": \"%s\", \"zlib\": \"%s\" },\n",
                 GSL_VERSION, U_ICU_VERSION, ZLIB_VERSION);
    pair(&out, "  ", "title", pal_text_in(&work->cycle.title, PAL_EN), false);
    pair(&out, "  ", "cycle_sha256", pal_str_of(work->cycle.sha256), false);
    pair(&out, "  ", "as_of", work->cycle.as_of, false);
    if (work->ledger_head[0])
        pal_buf_addf(&out, "  \"ledger\": { \"head\": \"%s\" },\n", work->ledger_head);
    else
        pal_buf_adds(&out, "  \"ledger\": null,\n");
    if (work->suppression.head[0])
        suppression(work, &out);
    if (work->cycle.last_release.len) {
        char sha256[65];
        const char *path = pal_path_join(scratch, work->cycle.folder, work->cycle.last_release);
        PAL_TRY(pal_file_sha256(path, sha256, err));
        pair(&out, "  ", "last_release_sha256", pal_str_of(sha256), false);
    }
    pal_buf_addf(&out, "  \"seed\": %llu,\n  \"languages\": [",
                 (unsigned long long)work->cycle.seed);
    for (size_t i = 0; i < languages; i++)
        pal_buf_addf(&out, "%s\"%s\"", i ? ", " : "", pal_language_code(language[i]));
    pal_buf_adds(&out, "],\n  \"formats\": [");
    for (size_t i = 0; i < formats->n; i++)
        pal_buf_addf(&out, "%s\"%s\"", i ? ", " : "", formats->of_tables[i]->name);
    if (formats->sdmx)
        pal_buf_adds(&out, formats->n ? ", \"sdmx\"" : "\"sdmx\"");
    pal_buf_addf(&out, "],\n  \"periods\": { \"from\": %d, \"to\": %d },\n",
                 work->cycle.period_from, work->cycle.period_to);
    PAL_TRY(inputs(work, &out, scratch, err));
    definitions(work, &out);
    PAL_TRY(other_files(work, input, &out, scratch, err));
    pal_buf_addf(&out,
                 "  \"figures\": %zu,\n  \"findings\": { \"error\": %llu, \"warning\": %llu, "
                 "\"information\": %llu }\n}\n",
                 work->figures->n, (unsigned long long)pal_diag_count(work->diag, PAL_ERROR),
                 (unsigned long long)pal_diag_count(work->diag, PAL_WARNING),
                 (unsigned long long)pal_diag_count(work->diag, PAL_INFORMATION));
    PAL_TRY(pal_buf_status(&out, "manifest.json", err));
    return pal_outdir_write(outdir, PAL_STR("manifest.json"), pal_buf_str(&out), err);
}
