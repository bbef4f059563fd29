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

static void inputs(const struct cli_work *work, struct pal_buf *out)
{
    pal_buf_adds(out, "  \"inputs\": [\n");
    for (size_t i = 0; i < work->datasets; i++) {
        const struct pal_dataset *dataset = work->dataset[i];
        char sha[65] = "";
        struct pal_error ignored;
        if (pal_file_sha256(pal_descriptor_path(dataset->descriptor), sha, &ignored) != PAL_OK)
            sha[0] = '\0';
        pal_buf_adds(out, "    {\n");
        pair(out, "      ", "dataset", pal_descriptor_name(dataset->descriptor), false);
        pair(out, "      ", "file", dataset->file, false);
        pair(out, "      ", "sha256", pal_str_of(dataset->sha256), false);
        pair(out, "      ", "descriptor_sha256", pal_str_of(sha), false);
        pal_buf_addf(out, "      \"rows\": %llu,\n      \"rows_with_errors\": %llu,\n",
                     (unsigned long long)dataset->rows_read,
                     (unsigned long long)dataset->rows_error);
        pal_buf_addf(out, "      \"rows_superseded\": %llu\n    }%s\n",
                     (unsigned long long)dataset->rows_duplicate,
                     i + 1 < work->datasets ? "," : "");
    }
    pal_buf_adds(out, "  ],\n");
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

enum pal_status run_manifest(const struct cli_work *work, const enum pal_language *language,
                             size_t languages, const struct pal_format *const *format,
                             size_t formats, struct pal_outdir *outdir, struct pal_arena *scratch,
                             struct pal_error *err)
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
    pal_buf_addf(&out, "  \"seed\": %llu,\n  \"languages\": [",
                 (unsigned long long)work->cycle.seed);
    for (size_t i = 0; i < languages; i++)
        pal_buf_addf(&out, "%s\"%s\"", i ? ", " : "", pal_language_code(language[i]));
    pal_buf_adds(&out, "],\n  \"formats\": [");
    for (size_t i = 0; i < formats; i++)
        pal_buf_addf(&out, "%s\"%s\"", i ? ", " : "", format[i]->name);
    pal_buf_addf(&out, "],\n  \"periods\": { \"from\": %d, \"to\": %d },\n",
                 work->cycle.period_from, work->cycle.period_to);
    inputs(work, &out);
    definitions(work, &out);
    pal_buf_addf(&out,
                 "  \"figures\": %zu,\n  \"findings\": { \"error\": %llu, \"warning\": %llu, "
                 "\"information\": %llu }\n}\n",
                 work->figures->n, (unsigned long long)pal_diag_count(work->diag, PAL_ERROR),
                 (unsigned long long)pal_diag_count(work->diag, PAL_WARNING),
                 (unsigned long long)pal_diag_count(work->diag, PAL_INFORMATION));
    PAL_TRY(pal_buf_status(&out, "manifest.json", err));
    return pal_outdir_write(outdir, PAL_STR("manifest.json"), pal_buf_str(&out), err);
}
