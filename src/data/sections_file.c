/* sections_file.c: how the file is written, what shape it has, whose it is. */
#include "sections.h"

#include <string.h>

enum pal_status data_character(const struct pal_yaml *node, const char *key, char *out,
                               struct pal_error *err)
{
    pal_str text = {NULL, 0};
    PAL_TRY(pal_yaml_text(node, key, &text, err));
    if (!text.ptr)
        return PAL_OK;
    /* The spaces that do not break a line are read where a space is. */
    if (pal_str_eq(text, PAL_STR("\xC2\xA0")) || pal_str_eq(text, PAL_STR("\xE2\x80\xAF")))
        text = PAL_STR(" ");
    if (text.len != 1)
        return pal_yaml_fail(pal_yaml_get(node, key), err, "'%s' must be one character", key);
    *out = text.ptr[0];
    return PAL_OK;
}

/* headerRows: [1, 2]; only rows from the first on, without a gap, make one header. */
static enum pal_status header_rows(const struct pal_yaml *dialect, struct pal_arena *arena,
                                   struct pal_descriptor *d, struct pal_error *err)
{
    const pal_str *row = NULL;
    size_t n = 0;
    PAL_TRY(pal_yaml_texts(dialect, "headerRows", arena, &row, &n, err));
    for (size_t i = 0; i < n; i++) {
        int64_t number;
        if (!pal_int_parse(row[i], &number) || number != (int64_t)i + 1)
            return pal_yaml_fail(
                pal_yaml_get(dialect, "headerRows"), err,
                "header rows are read from the first on: [1] or [1, 2]; rows above "
                "them are 'skip_rows'");
    }
    if (n)
        d->dialect.header_rows = n;
    return PAL_OK;
}

static enum pal_status read_dialect(const struct pal_yaml *dialect, struct pal_arena *arena,
                                    struct pal_descriptor *d, struct pal_error *err)
{
    static const char *const known[] = {
        "delimiter",    "quote",       "quoteChar",           "header",     "sheet",
        "sheetName",    "commentChar", "headerRows",          "headerJoin", "lineTerminator",
        "doubleQuote",  "escapeChar",  "skipInitialSpace",    "$schema",    "csvddfVersion",
        "nullSequence", "type",        "caseSensitiveHeader", "name",       "title"};
    if (dialect->kind != PAL_YAML_MAP)
        return pal_yaml_fail(dialect, err, "'dialect' must be a map: {delimiter: \";\"}");
    PAL_TRY(pal_yaml_known(dialect, "dialect", known, PAL_COUNT(known), err));
    PAL_TRY(data_character(dialect, "delimiter", &d->dialect.delimiter, err));
    PAL_TRY(data_character(dialect, "quote", &d->dialect.quote, err));
    PAL_TRY(data_character(dialect, "quoteChar", &d->dialect.quote, err));
    PAL_TRY(data_character(dialect, "commentChar", &d->comment, err));
    bool header = true, twice = true;
    PAL_TRY(pal_yaml_bool(dialect, "header", &header, err));
    PAL_TRY(pal_yaml_bool(dialect, "doubleQuote", &twice, err));
    if (!header)
        d->dialect.header_rows = 0;
    if (!twice || pal_yaml_get(dialect, "escapeChar"))
        return pal_yaml_fail(dialect, err,
                             "a quote inside a quoted field is read when it is doubled; escape "
                             "characters are not");
    PAL_TRY(header_rows(dialect, arena, d, err));
    pal_str text = {NULL, 0};
    PAL_TRY(pal_yaml_text(dialect, "sheetName", &text, err));
    PAL_TRY(pal_yaml_text(dialect, "sheet", &text, err));
    d->dialect.sheet = text.ptr;
    return pal_yaml_text(dialect, "nullSequence", &d->null_sequence, err);
}

static bool is_tsv(pal_str path)
{
    return pal_str_ends(path, PAL_STR(".tsv")) || pal_str_ends(path, PAL_STR(".tsv.gz")) ||
           pal_str_ends(path, PAL_STR(".tab"));
}

static enum pal_status read_footer(const struct pal_yaml *node, struct pal_descriptor *d,
                                   struct pal_error *err)
{
    static const char *const known[] = {"from", "strip_footnotes"};
    PAL_TRY(pal_yaml_known(node, "footer", known, PAL_COUNT(known), err));
    PAL_TRY(pal_yaml_text(node, "from", &d->footer_from, err));
    return pal_yaml_bool(node, "strip_footnotes", &d->strip_footnotes, err);
}

DATA_SECTION(writing)
{
    const struct pal_yaml *dialect = pal_yaml_get(root, "dialect");
    const struct pal_yaml *footer = pal_yaml_get(root, "footer");
    d->dialect.header_rows = 1;
    d->decimal = '.';
    if (is_tsv(d->paths[0]))
        d->dialect.delimiter = '\t';
    if (dialect)
        PAL_TRY(read_dialect(dialect, arena, d, err));
    PAL_TRY(data_character(root, "decimal", &d->decimal, err));
    PAL_TRY(data_character(root, "thousands", &d->thousands, err));
    if (d->thousands == d->decimal)
        return pal_yaml_fail(pal_yaml_get(root, "thousands"), err,
                             "'decimal' and 'thousands' cannot be the same sign");
    pal_str text = {NULL, 0};
    PAL_TRY(pal_yaml_text(root, "encoding", &text, err));
    d->dialect.encoding = text.ptr;
    struct pal_error own = {0};
    if (text.ptr && pal_encoding_check(text.ptr, &own) != PAL_OK)
        return pal_yaml_fail(pal_yaml_get(root, "encoding"), err, "%s", own.text);
    PAL_TRY(pal_yaml_size(root, "skip_rows", &d->dialect.skip_rows, err));
    PAL_TRY(pal_yaml_size(root, "header_rows", &d->dialect.header_rows, err));
    if (d->dialect.skip_rows > 1000 || d->dialect.header_rows > 4)
        return pal_yaml_fail(root, err, "skip_rows can be at most 1000 and header_rows at most 4");
    return footer ? read_footer(footer, d, err) : PAL_OK;
}

DATA_SECTION(shape)
{
    static const char *const shapes[] = {"long",   "wide-years", "wide-columns",
                                         "status", "lists",      "microdata"};
    static const char *const by[] = {"code", "alpha2", "m49", "name"};
    (void)arena;
    /* A table of which nobody said what its columns are is a list of records. */
    const bool roles = pal_yaml_get(root, "roles") || pal_yaml_get(root, "measures");
    size_t choice = roles ? PAL_SHAPE_LONG : PAL_SHAPE_MICRODATA;
    PAL_TRY(data_choice(root, "shape", shapes, PAL_COUNT(shapes), &choice, err));
    d->shape = (enum pal_shape)choice;
    choice = PAL_AREA_BY_CODE;
    PAL_TRY(data_choice(root, "area_by", by, PAL_COUNT(by), &choice, err));
    d->area_by = (enum pal_area_code)choice;
    PAL_TRY(pal_yaml_text(root, "area", &d->fixed_area, err));
    if (d->fixed_area.len)
        d->fixed_area_at = pal_yaml_get(root, "area")->at;
    size_t period = 0;
    PAL_TRY(pal_yaml_size(root, "period", &period, err));
    if (period > 9999)
        return pal_yaml_fail(pal_yaml_get(root, "period"), err, "'period' is no year");
    d->period = (int)period;
    return PAL_OK;
}

DATA_SECTION(status)
{
    static const char *const known[] = {"date", "acts", "as_of"};
    const struct pal_yaml *node = pal_yaml_get(root, "status");
    (void)arena;
    if (!node)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(node, "status", known, PAL_COUNT(known), err));
    PAL_TRY(pal_yaml_text(node, "date", &d->status_date, err));
    size_t as_of = 0;
    PAL_TRY(pal_yaml_size(node, "as_of", &as_of, err));
    if (as_of > 9999)
        return pal_yaml_fail(pal_yaml_get(node, "as_of"), err, "'as_of' is no year");
    d->status_as_of = (int)as_of;
    const struct pal_yaml *acts;
    PAL_TRY(pal_yaml_need(node, "acts", PAL_YAML_MAP, &acts, err));
    if (acts->n > PAL_COUNT(d->acts_codes))
        return pal_yaml_fail(acts, err, "there can be at most %zu kinds of acts",
                             PAL_COUNT(d->acts_codes));
    for (size_t i = 0; i < acts->n; i++) {
        d->acts_letters[d->acts_n] = acts->key[i]->text;
        d->acts_codes[d->acts_n++] = acts->item[i]->text;
    }
    return PAL_OK;
}

/* ---- whose it is ----------------------------------------------------------------------------- */

/* licenses: [{name, title, path}], sources: [{title, path}]: the first word of the first entry. */
static pal_str first_of(const struct pal_yaml *root, const char *key)
{
    static const char *const words[] = {"title", "name", "path", "email"};
    const struct pal_yaml *list = pal_yaml_get(root, key);
    const struct pal_yaml *entry =
        list && list->kind == PAL_YAML_LIST && list->n ? list->item[0] : list;
    if (entry && entry->kind == PAL_YAML_SCALAR)
        return entry->text;
    for (size_t i = 0; entry && entry->kind == PAL_YAML_MAP && i < PAL_COUNT(words); i++) {
        const struct pal_yaml *word = pal_yaml_get(entry, words[i]);
        if (word && word->kind == PAL_YAML_SCALAR && word->text.len)
            return word->text;
    }
    return (pal_str){NULL, 0};
}

static enum pal_status frictionless_facts(const struct pal_yaml *root, struct pal_arena *arena,
                                          struct pal_descriptor *d, struct pal_error *err)
{
    struct pal_dataset_facts *f = &d->facts;
    pal_str hash = {NULL, 0}, version = {NULL, 0};
    const struct {
        const char *key;
        pal_str *to;
    } lists[] = {
        {"licenses", &f->licence}, {"sources", &f->source}, {"contributors", &f->publisher}};
    for (size_t i = 0; i < PAL_COUNT(lists); i++) {
        const pal_str word = first_of(root, lists[i].key);
        if (word.len && !lists[i].to->len)
            *lists[i].to = word;
    }
    PAL_TRY(pal_yaml_text(root, "version", &version, err));
    if (version.len && !f->release.len)
        f->release = version;
    PAL_TRY(pal_yaml_text(root, "hash", &hash, err));
    const pal_str prefix = PAL_STR("sha256:");
    if (pal_str_starts(hash, prefix) && !d->sha256_n) {
        pal_str *one = pal_arena_alloc(arena, 1, sizeof *one);
        if (!one)
            return pal_nomem(err, "a fingerprint");
        *one = (pal_str){hash.ptr + prefix.len, hash.len - prefix.len};
        d->sha256 = one;
        d->sha256_n = 1;
    }
    return PAL_OK;
}

/* scope: a word for all rows, or {column: …, codes: {…}} where rows carry a mark of their own. */
static enum pal_status read_scope(const struct pal_yaml *root, struct pal_arena *arena,
                                  struct pal_descriptor *d, struct pal_error *err)
{
    static const char *const scopes[] = {"any", "transnational", "domestic", "not-separable"};
    const struct pal_yaml *node = pal_yaml_get(root, "scope");
    size_t ignored;
    if (!node)
        return PAL_OK;
    if (node->kind == PAL_YAML_MAP) {
        d->facts.scope = PAL_STR("any");
        return data_dimension_add(d, PAL_STR("scope"), node, arena, err);
    }
    PAL_TRY(data_choice(root, "scope", scopes, PAL_COUNT(scopes), &ignored, err));
    return pal_yaml_text(root, "scope", &d->facts.scope, err);
}

DATA_SECTION(facts)
{
    static const char *const known[] = {"legal_basis", "embargo", "min_cell"};
    static const char *const stages[] = {"input", "intermediate", "output"};
    static const char *const answers[] = {"yes", "no", "unknown"};
    struct pal_dataset_facts *f = &d->facts;
    size_t ignored;
    PAL_TRY(data_choice(root, "counting_stage", stages, PAL_COUNT(stages), &ignored, err));
    PAL_TRY(
        data_choice(root, "principal_offence_rule", answers, PAL_COUNT(answers), &ignored, err));
    PAL_TRY(pal_yaml_text(root, "publisher", &f->publisher, err));
    PAL_TRY(pal_yaml_text(root, "licence", &f->licence, err));
    PAL_TRY(pal_yaml_text(root, "citation", &f->citation, err));
    PAL_TRY(pal_yaml_text(root, "source", &f->source, err));
    PAL_TRY(pal_yaml_text(root, "retrieved", &f->retrieved, err));
    PAL_TRY(pal_yaml_text(root, "release", &f->release, err));
    PAL_TRY(pal_yaml_text(root, "counting_unit", &f->counting_unit, err));
    PAL_TRY(pal_yaml_text(root, "counting_stage", &f->counting_stage, err));
    PAL_TRY(pal_yaml_text(root, "principal_offence_rule", &f->principal_offence_rule, err));
    PAL_TRY(pal_yaml_bool(root, "synthetic", &d->synthetic, err));
    PAL_TRY(pal_yaml_texts(root, "sha256", arena, &d->sha256, &d->sha256_n, err));
    PAL_TRY(frictionless_facts(root, arena, d, err));
    PAL_TRY(read_scope(root, arena, d, err));
    const struct pal_yaml *node = pal_yaml_get(root, "confidentiality");
    if (!node)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(node, "confidentiality", known, PAL_COUNT(known), err));
    if (pal_yaml_get(node, "legal_basis"))
        PAL_TRY(pal_text_read(pal_yaml_get(node, "legal_basis"), &f->conf_legal_basis, err));
    PAL_TRY(pal_yaml_text(node, "embargo", &f->conf_embargo, err));
    struct pal_date date;
    if (f->conf_embargo.len && !pal_date_parse(f->conf_embargo, &date))
        return pal_yaml_fail(pal_yaml_get(node, "embargo"), err,
                             "'embargo' is a day, written 2026-01-31, not '%.*s'",
                             PAL_ARG(f->conf_embargo));
    PAL_TRY(pal_yaml_number(node, "min_cell", &f->conf_min_cell, err));
    if (d->sample.given && f->conf_min_cell > 1)
        return pal_yaml_fail(pal_yaml_get(node, "min_cell"), err,
                             "'min_cell' holds for counts, and these records are a sample: merge "
                             "small groups in the file, or keep it back with 'embargo'");
    return f->conf_min_cell >= 0 ? PAL_OK
                                 : pal_yaml_fail(pal_yaml_get(node, "min_cell"), err,
                                                 "'min_cell' is a number from 0");
}

/* ---- words that must mean something -------------------------------------------------------------
 */

static bool is_among(pal_str name, const pal_str *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq_nocase(known[i], name))
            return true;
    return false;
}

static bool is_measure(const struct pal_descriptor *d, pal_str name)
{
    for (size_t i = 0; i < d->measures_n; i++)
        if (pal_str_eq(d->measure_of[i].facts.name, name))
            return true;
    return false;
}

static enum pal_status unknown_measure(const struct pal_yaml *node, const struct pal_descriptor *d,
                                       const char *where, pal_str name, struct pal_arena *arena,
                                       struct pal_error *err)
{
    pal_str *known = pal_arena_alloc(arena, d->measures_n + 1, sizeof *known);
    if (!known)
        return pal_nomem(err, "the measures");
    for (size_t i = 0; i < d->measures_n; i++)
        known[i] = d->measure_of[i].facts.name;
    const pal_str near = pal_nearest(name, known, d->measures_n);
    return pal_yaml_fail(node, err, "%s names '%.*s', which is no measure%s%.*s%s", where,
                         PAL_ARG(name), PAL_NEAR(near));
}

static enum pal_status check_parts(const struct pal_yaml *root, struct pal_arena *arena,
                                   const struct pal_descriptor *d, struct pal_error *err)
{
    const pal_str *known;
    size_t n;
    PAL_TRY(pal_descriptor_dimensions(d, arena, &known, &n, err));
    for (size_t i = 0; i < d->parts_n; i++) {
        const pal_str name = d->parts[i].dimension;
        if (is_among(name, known, n))
            continue;
        const pal_str near = pal_nearest(name, known, n);
        return pal_yaml_fail(pal_yaml_get(pal_yaml_get(root, "checks"), "parts"), err,
                             "checks.parts names '%.*s', which is no dimension of the "
                             "dataset%s%.*s%s",
                             PAL_ARG(name), PAL_NEAR(near));
    }
    return PAL_OK;
}

/* A crosswalk is of a column that a role or a dimension reads, or it would change nothing. */
static enum pal_status check_crosswalk(const struct pal_yaml *root, struct pal_arena *arena,
                                       const struct pal_descriptor *d, struct pal_error *err)
{
    const size_t most = d->dimensions_n + d->lists_n;
    pal_str *read = pal_arena_alloc(arena, most + 1, sizeof *read);
    if (!read)
        return pal_nomem(err, "the crosswalk");
    for (size_t i = 0; i < most; i++)
        read[i] = i < d->dimensions_n ? d->dimension[i].column : d->lists[i - d->dimensions_n];
    for (size_t i = 0; i < d->crosswalk_n; i++) {
        const pal_str column = d->crosswalk[i].column;
        bool used = false;
        for (size_t k = 0; k < most && !used; k++)
            used = pal_str_eq(read[k], column);
        if (used)
            continue;
        const pal_str near = pal_nearest(column, read, most);
        return pal_yaml_fail(pal_yaml_get(root, "crosswalk"), err,
                             "the crosswalk of '%.*s' changes nothing: no role and no dimension "
                             "reads that column%s%.*s%s",
                             PAL_ARG(column), PAL_NEAR(near));
    }
    return PAL_OK;
}

DATA_CHECK(words)
{
    const struct pal_yaml *checks = pal_yaml_get(root, "checks");
    for (size_t i = 0; d->shape == PAL_SHAPE_WIDE_COLUMNS && i < d->measures_n; i++)
        if (!d->measure_of[i].columns_n)
            return pal_yaml_fail(pal_yaml_get(root, "measures"), err,
                                 "shape wide-columns: the measure '%.*s' names no column",
                                 PAL_ARG(d->measure_of[i].facts.name));
    for (size_t i = 0; i < d->stages_n; i++)
        if (!is_measure(d, d->stages[i]))
            return unknown_measure(pal_yaml_get(checks, "stages"), d, "checks.stages", d->stages[i],
                                   arena, err);
    for (size_t i = 0; i < d->percent_n; i++)
        if (!is_measure(d, d->percent[i]) && !pal_str_eq(d->percent[i], d->value))
            return unknown_measure(pal_yaml_get(checks, "percent"), d, "checks.percent",
                                   d->percent[i], arena, err);
    PAL_TRY(check_parts(root, arena, d, err));
    return check_crosswalk(root, arena, d, err);
}
