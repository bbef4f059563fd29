/* cycle.c: a reporting cycle as people write it. */
#include "inside.h"

static const char *const keys[] = {
    "cycle",
    "title",
    "subtitle",
    "datasets",
    "data",
    "definitions",
    "indicators",
    "tables",
    "evidence",
    "languages",
    "periods",
    "as_of",
    "seed",
    "ledger",
    "review",
    "synthetic",
    "last_release",
    "release",
    "suppression_ledger",
};
static const char *const period_keys[] = {"from", "to"};
static const char *const review_keys[] = {"deadline", "silence"};

enum pal_status cli_languages_parse(const char *text, enum pal_language *out, size_t *n,
                                    struct pal_error *err)
{
    pal_str rest = pal_str_of(text), code;
    *n = 0;
    while (pal_str_split(&rest, ',', &code)) {
        enum pal_language language;
        code = pal_str_trim(code);
        if (!pal_language_parse(code, &language))
            return pal_fail(err, PAL_USAGE,
                            "unknown language '%.*s'; there are ar, zh, en, fr, ru and es",
                            PAL_ARG(code));
        bool known = false;
        for (size_t i = 0; i < *n; i++)
            known |= out[i] == language;
        if (!known)
            out[(*n)++] = language;
    }
    return *n ? PAL_OK
              : pal_fail(err, PAL_USAGE, "no language given; there are ar, zh, en, fr, ru and es");
}

/* A list of texts; as paths they are relative to the cycle's folder. */
static enum pal_status list(const struct pal_yaml *root, const char *key, const char *folder,
                            struct pal_arena *arena, struct cli_list *out, struct pal_error *err)
{
    const pal_str *text = NULL;
    size_t n = 0;
    PAL_TRY(pal_yaml_texts(root, key, arena, &text, &n, err));
    const char **item = pal_arena_alloc(arena, n ? n : 1, sizeof *item);
    if (!item)
        return pal_nomem(err, "the cycle");
    for (size_t i = 0; i < n; i++) {
        item[i] = folder ? pal_path_join(arena, folder, text[i]) : pal_arena_cstr(arena, text[i]);
        if (!item[i])
            return pal_nomem(err, "the cycle");
    }
    *out = (struct cli_list){n, item};
    return PAL_OK;
}

/* Where each item of a list stands. */
static enum pal_status places(const struct pal_yaml *root, const char *key, struct pal_arena *arena,
                              size_t n, const struct pal_place **out, struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(root, key);
    struct pal_place *at = pal_arena_alloc(arena, n + 1, sizeof *at);
    if (!at)
        return pal_nomem(err, "the cycle");
    for (size_t i = 0; i < n; i++)
        at[i] = node->kind == PAL_YAML_LIST ? node->item[i]->at : node->at;
    *out = at;
    return PAL_OK;
}

static enum pal_status day(const struct pal_yaml *node, const char *key, pal_str *out,
                           struct pal_error *err)
{
    struct pal_date date;
    PAL_TRY(pal_yaml_text(node, key, out, err));
    if (out->len && !pal_date_parse(*out, &date))
        return pal_yaml_fail(pal_yaml_get(node, key), err,
                             "'%s' is a day, written 2026-01-31, not '%.*s'", key, PAL_ARG(*out));
    return PAL_OK;
}

static enum pal_status year(const struct pal_yaml *node, const char *key, int *out,
                            struct pal_error *err)
{
    double value = 0;
    PAL_TRY(pal_yaml_number(node, key, &value, err));
    if (value < 0 || value > 9999 || value != (double)(int)value)
        return pal_yaml_fail(pal_yaml_get(node, key), err, "'%s' is not a year", key);
    *out = (int)value;
    return PAL_OK;
}

static enum pal_status languages(const struct pal_yaml *root, struct pal_arena *arena,
                                 struct cli_cycle *out, struct pal_error *err)
{
    const pal_str *text = NULL;
    size_t n = 0;
    PAL_TRY(pal_yaml_texts(root, "languages", arena, &text, &n, err));
    for (size_t i = 0; i < n; i++) {
        enum pal_language language;
        if (!pal_language_parse(text[i], &language))
            return pal_yaml_fail(pal_yaml_get(root, "languages"), err,
                                 "unknown language '%.*s'; there are ar, zh, en, fr, ru and es",
                                 PAL_ARG(text[i]));
        if (out->languages_n < PAL_LANGUAGES)
            out->language[out->languages_n++] = language;
    }
    for (int l = 0; n == 0 && l < PAL_LANGUAGES; l++)
        out->language[out->languages_n++] = (enum pal_language)l;
    return PAL_OK;
}

/* As the cycle says, or beside it under its own name. */
static const char *file_of(const struct cli_cycle *cycle, pal_str said, const char *ending,
                           struct pal_arena *arena)
{
    if (said.len)
        return pal_path_join(arena, cycle->folder, said);
    pal_str path = pal_str_of(cycle->path);
    if (pal_str_ends(path, PAL_STR(".yaml")))
        path.len -= strlen(".yaml");
    return pal_arena_printf(arena, "%.*s.%s", PAL_ARG(path), ending).ptr;
}

const char *cli_cycle_ledger(const struct cli_cycle *cycle, struct pal_arena *arena)
{
    return file_of(cycle, cycle->ledger, "ledger", arena);
}

const char *cli_cycle_suppression(const struct cli_cycle *cycle, struct pal_arena *arena)
{
    return file_of(cycle, cycle->suppression, "suppressed", arena);
}

enum pal_status cli_cycle_read(const char *path, struct pal_arena *arena, struct cli_cycle *out,
                               struct pal_error *err)
{
    struct pal_yaml *root;
    *out = (struct cli_cycle){.path = path, .folder = pal_path_dir(arena, path)};
    PAL_TRY(pal_yaml_read(path, arena, &root, err));
    PAL_TRY(pal_file_sha256(path, out->sha256, err));
    PAL_TRY(pal_yaml_known(root, "cycle", keys, PAL_COUNT(keys), err));
    const struct pal_yaml *node = pal_yaml_get(root, "title");
    if (node)
        PAL_TRY(pal_text_read(node, &out->title, err));
    node = pal_yaml_get(root, "subtitle");
    if (node)
        PAL_TRY(pal_text_read(node, &out->subtitle, err));
    PAL_TRY(list(root, "datasets", NULL, arena, &out->datasets, err));
    if (!out->datasets.n)
        return pal_yaml_fail(root, err,
                             "a cycle names its datasets: 'datasets: [glotip, population]'");
    PAL_TRY(list(root, "data", out->folder, arena, &out->data, err));
    PAL_TRY(list(root, "definitions", out->folder, arena, &out->definitions, err));
    PAL_TRY(list(root, "indicators", NULL, arena, &out->indicators, err));
    PAL_TRY(list(root, "tables", NULL, arena, &out->tables, err));
    PAL_TRY(list(root, "evidence", out->folder, arena, &out->evidence, err));
    PAL_TRY(places(root, "datasets", arena, out->datasets.n, &out->datasets_at, err));
    PAL_TRY(places(root, "indicators", arena, out->indicators.n, &out->indicators_at, err));
    PAL_TRY(places(root, "tables", arena, out->tables.n, &out->tables_at, err));
    PAL_TRY(languages(root, arena, out, err));
    node = pal_yaml_get(root, "periods");
    if (node) {
        PAL_TRY(pal_yaml_known(node, "periods", period_keys, PAL_COUNT(period_keys), err));
        PAL_TRY(year(node, "from", &out->period_from, err));
        PAL_TRY(year(node, "to", &out->period_to, err));
        if (out->period_to && out->period_from > out->period_to)
            return pal_yaml_fail(node, err, "no year lies in 'periods' from %d to %d",
                                 out->period_from, out->period_to);
    }
    PAL_TRY(day(root, "as_of", &out->as_of, err));
    PAL_TRY(pal_yaml_bool(root, "synthetic", &out->synthetic, err));
    size_t seed = 1;
    PAL_TRY(pal_yaml_size(root, "seed", &seed, err));
    out->seed = seed;
    PAL_TRY(pal_yaml_text(root, "ledger", &out->ledger, err));
    PAL_TRY(pal_yaml_text(root, "last_release", &out->last_release, err));
    PAL_TRY(pal_yaml_text(root, "release", &out->release, err));
    PAL_TRY(pal_yaml_text(root, "suppression_ledger", &out->suppression, err));
    node = pal_yaml_get(root, "review");
    if (node) {
        PAL_TRY(pal_yaml_known(node, "review", review_keys, PAL_COUNT(review_keys), err));
        PAL_TRY(day(node, "deadline", &out->review_deadline, err));
        PAL_TRY(pal_yaml_text(node, "silence", &out->review_silence, err));
    }
    return PAL_OK;
}
