/* load.c: records of a described file become typed rows. Each row is judged by itself here; rows
 * are judged against each other in settle.c. */
#include "load.h"

#include <regex.h>
#include <string.h>

pal_str load_field(const struct pal_record *record, size_t column)
{
    return column < record->fields ? record->field[column] : PAL_STR("");
}

enum pal_absent load_declared(const struct pal_record *record, size_t column)
{
    static const enum pal_absent reasons[] = {
        [PAL_MISSING_NONE] = PAL_PRESENT,
        [PAL_MISSING_BLANK] = PAL_BLANK,
        [PAL_MISSING_NOT_COLLECTED] = PAL_NOT_COLLECTED,
        [PAL_MISSING_NOT_APPLICABLE] = PAL_NOT_APPLICABLE,
        [PAL_MISSING_WITHHELD] = PAL_WITHHELD,
    };
    return record->missing && column < record->fields ? reasons[record->missing[column]]
                                                      : PAL_PRESENT;
}

void load_finding(struct loader *l, enum pal_severity severity, const char *rule, uint64_t line,
                  uint32_t field, pal_str value, pal_str todo, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pal_diag_add(l->diag,
                 &(struct pal_finding){.severity = severity,
                                       .rule = rule,
                                       .at = {l->file, line, field},
                                       .what = {text, n < 0                     ? 0
                                                      : (size_t)n < sizeof text ? (size_t)n
                                                                                : sizeof text - 1},
                                       .todo = todo,
                                       .key = l->d->name,
                                       .value = value});
}

uint32_t *load_memo_at(struct load_memo *memo, uint32_t code, struct pal_arena *arena)
{
    if (code >= memo->cap) {
        size_t cap = memo->cap ? memo->cap : 64;
        while (cap <= code)
            cap *= 2;
        uint32_t *grown = pal_arena_grow(arena, memo->answer, memo->cap, cap, sizeof *grown);
        if (!grown)
            return NULL;
        memo->answer = grown;
        memo->cap = cap;
    }
    return &memo->answer[code];
}

enum pal_status load_column_find(const struct loader *l, pal_str name, const struct pal_place *at,
                                 size_t *out, struct pal_error *err)
{
    const struct pal_place whole = {l->d->path, 0, 0};
    size_t seen = SIZE_MAX;
    for (size_t i = 0; i < l->columns; i++) {
        if (!pal_str_eq(l->column[i].name, name))
            continue;
        if (seen != SIZE_MAX)
            return pal_fail_at(err, PAL_SYNTAX, at ? at : &whole,
                               "the file '%s' has the column '%.*s' twice, as field %zu and %zu; "
                               "which one is meant? rename the other in the file",
                               l->file, PAL_ARG(name), seen + 1, i + 1);
        seen = i;
    }
    if (seen != SIZE_MAX) {
        *out = seen;
        return PAL_OK;
    }
    pal_str *header = pal_arena_alloc(l->arena, l->columns + 1, sizeof *header);
    if (!header)
        return pal_nomem(err, "the header");
    for (size_t i = 0; i < l->columns; i++)
        header[i] = l->column[i].name;
    const pal_str near = pal_nearest(name, header, l->columns);
    return pal_fail_at(err, PAL_SYNTAX, at ? at : &whole,
                       "the file '%s' has no column '%.*s'%s%.*s%s", l->file, PAL_ARG(name),
                       PAL_NEAR(near));
}

bool load_conditions_hold(struct loader *l, struct load_conditions *conditions)
{
    for (size_t i = 0; i < conditions->n; i++) {
        struct load_condition *condition = &conditions->item[i];
        const uint32_t code = l->here[condition->column];
        uint32_t *holds = load_memo_at(&condition->holds, code, l->arena);
        if (!holds)
            return false;
        if (!*holds) {
            const pal_str text = pal_dict_text(l->column[condition->column].dict, code);
            *holds = 1;
            for (size_t k = 0; k < condition->from->n && *holds == 1; k++)
                if (pal_str_eq(text, condition->from->value[k]))
                    *holds = 2;
        }
        if (*holds == 1)
            return false;
    }
    return true;
}

enum pal_status load_conditions_prepare(struct loader *l, const struct data_conditions *from,
                                        struct load_conditions *out, struct pal_error *err)
{
    out->n = from->n;
    out->item = pal_arena_alloc(l->arena, from->n + 1, sizeof *out->item);
    if (!out->item)
        return pal_nomem(err, "conditions");
    for (size_t i = 0; i < from->n; i++) {
        out->item[i].from = &from->item[i];
        PAL_TRY(load_column_find(l, from->item[i].column, &from->item[i].at, &out->item[i].column,
                                 err));
    }
    return PAL_OK;
}

/* Footnote digits glued to a label: "Fraude6". */
static pal_str without_footnote(pal_str text)
{
    size_t n = text.len;
    while (n > 0 && text.ptr[n - 1] >= '0' && text.ptr[n - 1] <= '9')
        n--;
    if (n == 0 || n == text.len)
        return text;
    const unsigned char c = (unsigned char)text.ptr[n - 1];
    const bool letter = c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ')';
    return letter ? (pal_str){text.ptr, n} : text;
}

/* A list's mark as its crosswalk writes it; one that is not listed stays, with a finding. */
static pal_str translate(struct loader *l, const struct load_column *column,
                         const struct pal_record *record, size_t i, pal_str text)
{
    const pal_str code = data_codes_find(column->crosswalk, text);
    if (code.ptr)
        return code;
    if (column->crosswalk->rest.len)
        return column->crosswalk->rest;
    if (!load_absent_mark(l, text)) {
        l->record_bad = true;
        load_finding(l, PAL_ERROR, "unknown-category", record->line, (uint32_t)i + 1, text,
                     PAL_STR("list it in the descriptor's crosswalk, or correct the row"),
                     "'%.*s' is no known mark of the list '%.*s'", PAL_ARG(text),
                     PAL_ARG(column->name));
    }
    return text;
}

static enum pal_status codes_of_record(struct loader *l, const struct pal_record *record,
                                       struct pal_error *err)
{
    for (size_t i = 0; i < l->columns; i++) {
        struct load_column *column = &l->column[i];
        if (!column->kept)
            continue;
        pal_str text = load_field(record, i);
        if (l->d->strip_footnotes)
            text = without_footnote(pal_str_trim(text));
        if (column->crosswalk)
            text = translate(l, column, record, i, text);
        if (!column->last_code || !pal_str_eq(column->last, text)) {
            column->last_code = data_dict_add(column->dict, text);
            if (!column->last_code)
                return pal_nomem(err, l->file);
            column->last = pal_dict_text(column->dict, column->last_code);
        }
        l->here[i] = column->last_code;
        const enum pal_absent declared = load_declared(record, i);
        if (declared == PAL_PRESENT)
            continue;
        uint32_t *reason = load_memo_at(&column->declared, column->last_code, l->arena);
        if (!reason)
            return pal_nomem(err, l->file);
        *reason = (uint32_t)declared;
    }
    return PAL_OK;
}

/* The first text of the record, held against footer.from. */
static bool is_footer(const struct loader *l, const struct pal_record *record)
{
    char text[256];
    if (!l->footer)
        return false;
    for (size_t i = 0; i < record->fields; i++) {
        const pal_str cell = pal_str_trim(record->field[i]);
        if (!cell.len)
            continue;
        snprintf(text, sizeof text, "%.*s", PAL_ARG(cell));
        return regexec(l->footer, text, 0, NULL, 0) == 0;
    }
    return false;
}

static bool is_comment(const struct loader *l, const struct pal_record *record)
{
    return l->d->comment && record->fields && record->field[0].len && !record->quoted[0] &&
           record->field[0].ptr[0] == l->d->comment;
}

static bool is_blank(const struct pal_record *record)
{
    for (size_t i = 0; i < record->fields; i++)
        if (pal_str_trim(record->field[i]).len)
            return false;
    return true;
}

static enum pal_status find_role(struct loader *l, pal_str name, size_t *out, struct pal_error *err)
{
    *out = SIZE_MAX;
    return name.len ? load_column_find(l, name, &l->d->roles_at, out, err) : PAL_OK;
}

/* A header cell on one line, and without its footnote where the descriptor says there are some. */
static pal_str column_name(const struct loader *l, pal_str cell)
{
    if (l->d->strip_footnotes)
        cell = without_footnote(pal_str_trim(cell));
    const pal_str name = pal_arena_str(l->arena, cell);
    char *letter = name.ptr ? pal_arena_alloc(l->arena, name.len + 1, 1) : NULL;
    size_t n = 0;
    if (!letter)
        return (pal_str){NULL, 0};
    for (size_t i = 0; i < name.len; i++) {
        const bool line_end = name.ptr[i] == '\n' || name.ptr[i] == '\r';
        if (!line_end)
            letter[n++] = name.ptr[i];
        else if (n > 0 && letter[n - 1] != ' ')
            letter[n++] = ' ';
    }
    return (pal_str){letter, n};
}

static void free_regex(void *object) { regfree(object); }

enum pal_status load_regex(const char *pattern, struct pal_arena *arena, void **out,
                           const struct pal_place *at, struct pal_error *err)
{
    regex_t *regex = pal_arena_alloc(arena, 1, sizeof *regex);
    if (!regex)
        return pal_nomem(err, "a pattern");
    const int code = regcomp(regex, pattern, REG_EXTENDED | REG_NOSUB);
    if (code != 0) {
        char why[128];
        regerror(code, regex, why, sizeof why);
        return pal_fail_at(err, PAL_SYNTAX, at, "the pattern '%s' cannot be read: %s", pattern,
                           why);
    }
    *out = regex;
    return pal_arena_defer(arena, free_regex, regex, err);
}

/* Names of the columns: the header's, or without one those of the schema in their order. */
static enum pal_status prepare_columns(struct loader *l, const struct pal_records *records,
                                       struct pal_error *err)
{
    const struct pal_descriptor *d = l->d;
    size_t n;
    const pal_str *header = pal_records_header(records, &n);
    const bool bare = d->dialect.header_rows == 0;
    if (bare)
        n = d->fields_n;
    if (!n)
        return pal_fail(err, PAL_DATA,
                        "'%s' has no header: it is empty, or ends within the rows that skip_rows "
                        "passes over%s",
                        l->file,
                        pal_str_ends(pal_str_of(l->file), PAL_STR(".xlsx")) && !d->dialect.sheet
                            ? "; this is its first worksheet, dialect: {sheet: NAME} reads another"
                            : "");
    l->columns = n;
    l->column = pal_arena_alloc(l->arena, n + 1, sizeof *l->column);
    l->here = pal_arena_alloc(l->arena, n + 1, sizeof *l->here);
    if (!l->column || !l->here)
        return pal_nomem(err, l->file);
    for (size_t i = 0; i < n; i++) {
        l->column[i].name = bare ? d->field[i].name : column_name(l, header[i]);
        l->column[i].kept = true;
        l->column[i].dict = data_dict_new(l->arena);
        if (!l->column[i].dict || !l->column[i].name.ptr)
            return pal_nomem(err, l->file);
    }
    return PAL_OK;
}

/* Several files are read as one: they have one header. */
static enum pal_status same_header(const struct loader *l, const struct pal_records *records,
                                   struct pal_error *err)
{
    size_t n;
    const pal_str *header = pal_records_header(records, &n);
    const struct pal_place at = {l->d->path, 0, 0};
    if (l->d->dialect.header_rows == 0)
        return PAL_OK;
    for (size_t i = 0; i < n && i < l->columns; i++)
        if (!pal_str_eq(column_name(l, header[i]), l->column[i].name))
            return pal_fail_at(err, PAL_SYNTAX, &at,
                               "'%s' has the column '%.*s' where the first file has '%.*s'; files "
                               "of one dataset have the same columns",
                               l->file, PAL_ARG(header[i]), PAL_ARG(l->column[i].name));
    if (n == l->columns)
        return PAL_OK;
    return pal_fail_at(err, PAL_SYNTAX, &at, "'%s' has %zu columns and the first file %zu", l->file,
                       n, l->columns);
}

static enum pal_status prepare_area(struct loader *l, struct pal_error *err)
{
    const struct pal_descriptor *d = l->d;
    l->fixed_area = PAL_NO_AREA;
    if (!d->fixed_area.len)
        return PAL_OK;
    l->fixed_area = pal_areas_by_code(l->options->areas, d->fixed_area);
    if (l->fixed_area != PAL_NO_AREA)
        return PAL_OK;
    const pal_str near = pal_areas_nearest(l->options->areas, d->fixed_area);
    return pal_fail_at(err, PAL_SYNTAX, &d->fixed_area_at,
                       "'area': '%.*s' is no known area%s%.*s%s", PAL_ARG(d->fixed_area),
                       PAL_NEAR(near));
}

static enum pal_status prepare(struct loader *l, const struct pal_records *records,
                               struct pal_error *err)
{
    const struct pal_descriptor *d = l->d;
    const struct pal_place at = {d->path, 0, 0};
    PAL_TRY(prepare_columns(l, records, err));
    PAL_TRY(prepare_area(l, err));
    PAL_TRY(find_role(l, d->area, &l->area_column, err));
    PAL_TRY(find_role(l, d->area_name, &l->name_column, err));
    PAL_TRY(find_role(l, d->period_column, &l->period_column, err));
    PAL_TRY(find_role(l, d->status, &l->status_column, err));
    /* Years stand in the header of a wide file: there the role only names the value. */
    l->value_column = SIZE_MAX;
    if (d->shape != PAL_SHAPE_WIDE_YEARS)
        PAL_TRY(find_role(l, d->value, &l->value_column, err));
    if (l->value_column != SIZE_MAX)
        l->column[l->value_column].kept = false;
    if (d->footer_from.len)
        PAL_TRY(load_regex(d->footer_from.ptr, l->arena, &l->footer, &at, err));
    PAL_TRY(load_fields_prepare(l, err));
    PAL_TRY(load_dimensions_prepare(l, err));
    PAL_TRY(load_measures_prepare(l, err));
    return data_shape_of(d->shape)->prepare(l, err);
}

static enum pal_status read_records(struct loader *l, struct pal_records *records,
                                    struct pal_error *err)
{
    const struct data_shape *shape = data_shape_of(l->d->shape);
    bool footer = false;
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        if (footer || is_footer(l, &record)) {
            if (!footer)
                load_finding(
                    l, PAL_INFORMATION, "footer", record.line, 0, PAL_STR(""), PAL_STR(""),
                    "notes under the table begin here; they and what follows are not read as rows");
            footer = true;
            continue;
        }
        if (is_comment(l, &record))
            continue;
        if (is_blank(&record)) {
            l->blank_rows++;
            continue;
        }
        l->records++;
        if (record.fields != l->columns)
            load_finding(l, PAL_ERROR, "ragged-row", record.line, 0, PAL_STR(""),
                         PAL_STR("correct the row; a stray delimiter or quote is the usual cause"),
                         "the row has %zu fields and the header %zu", record.fields, l->columns);
        l->record_bad = l->record_told = false;
        PAL_TRY(codes_of_record(l, &record, err));
        if (l->any_fields && !load_fields_judge(l, &record))
            l->record_bad = true;
        PAL_TRY(shape->record(l, &record, err));
    }
}

static void say_what_was_set_aside(struct loader *l)
{
    for (size_t i = 0; i < l->d->asides_n; i++)
        if (l->aside_count[i])
            load_finding(l, PAL_INFORMATION, "set-aside", 0, 0, PAL_STR(""), PAL_STR(""),
                         "%llu rows set aside: %.*s", (unsigned long long)l->aside_count[i],
                         PAL_ARG(l->d->aside[i].why));
    if (l->blank_rows)
        load_finding(l, PAL_INFORMATION, "blank-rows", 0, 0, PAL_STR(""), PAL_STR(""),
                     "%llu rows hold nothing and were passed over",
                     (unsigned long long)l->blank_rows);
    if (l->blanks)
        load_finding(l, PAL_INFORMATION, "blank-cells", 0, 0, PAL_STR(""), PAL_STR(""),
                     "%llu cells are blank: nothing was reported there",
                     (unsigned long long)l->blanks);
}

static void judge_fingerprint(struct loader *l, size_t i, const char *sha256)
{
    if (i < l->d->sha256_n && l->d->sha256[i].len &&
        !pal_str_eq_nocase(l->d->sha256[i], pal_str_of(sha256)))
        load_finding(l, PAL_WARNING, "another-file", 0, 0, PAL_STR(""),
                     PAL_STR("check the release, then renew sha256 in the descriptor"),
                     "the file is not the one that the descriptor was written for (its SHA-256 "
                     "differs)");
}

static enum pal_status load_one_file(struct loader *l, size_t i, struct pal_arena *reading,
                                     struct pal_dataset_file *out, struct pal_error *err)
{
    const struct pal_descriptor *d = l->d;
    const char *path = load_find_file(d, d->paths[i], l->options, l->arena);
    if (!path)
        return load_missing_file(d, d->paths[i], err);
    struct pal_records *records;
    const struct pal_source_options source = {.hash = true};
    out->path = path;
    out->name = l->options->file ? pal_str_of(path) : d->paths[i];
    if (strcmp(path, "-") == 0)
        out->name = PAL_STR("standard input");
    l->file = pal_arena_cstr(l->arena, out->name);
    l->file_at = (uint32_t)i;
    if (!l->file)
        return pal_nomem(err, "a dataset");
    struct pal_dialect dialect = d->dialect;
    PAL_TRY(load_remarks_above(path, d->comment, reading, &dialect, err));
    PAL_TRY(pal_records_open(path, &dialect, &source, reading, &records, err));
    PAL_TRY(i == 0 ? prepare(l, records, err) : same_header(l, records, err));
    PAL_TRY(read_records(l, records, err));
    pal_records_sha256(records, out->sha256);
    judge_fingerprint(l, i, out->sha256);
    return PAL_OK;
}

/* Populations that the weights are brought to: read when they are used, known by their bytes. */
static enum pal_status find_populations(struct loader *l, struct pal_dataset *dataset,
                                        struct pal_error *err)
{
    const struct pal_names *names = &l->d->sample.weighting.population;
    struct pal_dataset_file *file = pal_arena_alloc(l->arena, names->n + 1, sizeof *file);
    if (!file)
        return pal_nomem(err, "a dataset");
    for (size_t i = 0; i < names->n; i++) {
        file[i].name = names->name[i];
        file[i].path = load_find_beside(l->d, names->name[i], l->options, l->arena);
        if (!file[i].path)
            return pal_fail_at(err, PAL_IO, &l->d->sample.weighting.population_at,
                               "the population '%.*s' of dataset '%.*s' is nowhere; it lies "
                               "beside the descriptor, or --data DIR says where",
                               PAL_ARG(names->name[i]), PAL_ARG(l->d->name));
        PAL_TRY(pal_file_sha256(file[i].path, file[i].sha256, err));
    }
    dataset->populations = names->n;
    dataset->population = file;
    return PAL_OK;
}

enum pal_status pal_dataset_load(const struct pal_descriptor *descriptor,
                                 const struct pal_load_options *options, struct pal_diag *diag,
                                 struct pal_arena *arena, struct pal_dataset **out,
                                 struct pal_error *err)
{
    struct loader l = {.d = descriptor, .options = options, .diag = diag, .arena = arena};
    struct pal_dataset *dataset = pal_arena_alloc(arena, 1, sizeof *dataset);
    const size_t files = options->file ? 1 : descriptor->paths_n;
    struct pal_dataset_file *file = pal_arena_alloc(arena, files + 1, sizeof *file);
    /* The readers' buffers go when the file is read. */
    struct pal_arena *reading = pal_arena_new();
    if (!dataset || !file || !reading) {
        pal_arena_free(reading);
        return pal_nomem(err, "a dataset");
    }
    PAL_TRY(pal_arena_defer(arena, (void (*)(void *))pal_arena_free, reading, err));
    PAL_TRY(data_areas_extend(options->areas, descriptor, err));
    const struct pal_arena_mark mark = pal_arena_mark(reading);
    for (size_t i = 0; i < files; i++) {
        PAL_TRY(load_one_file(&l, i, reading, &file[i], err));
        pal_arena_reset(reading, mark);
    }
    say_what_was_set_aside(&l);
    PAL_TRY(load_build(&l, dataset, err));
    PAL_TRY(find_populations(&l, dataset, err));
    dataset->files = files;
    dataset->of_file = file;
    PAL_TRY(load_judge_sample(&l, dataset, err));
    dataset->file = file[0].name;
    dataset->path = file[0].path;
    memcpy(dataset->sha256, file[0].sha256, sizeof dataset->sha256);
    *out = dataset;
    return PAL_OK;
}
