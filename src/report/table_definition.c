/* table_definition.c: a table as its YAML declares it (indicators/README.md lists the keys). */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

static const char *const keys[] = {
    "table",   "number",    "title",     "headnote", "indicators", "kinds", "rows",  "columns",
    "periods", "breakdown", "intervals", "groups",   "order",      "chart", "notes",
};

struct reading { /* one file */
    const struct pal_yaml *root;
    const struct pal_catalogue *catalogue;
    const struct report_labels *labels;
    struct pal_arena *arena;
    struct pal_table_definition *out;
};

bool report_is_by(const struct pal_definition *definition, pal_str dimension)
{
    for (size_t i = 0; i < definition->by_n; i++)
        if (pal_str_eq_nocase(definition->by[i], dimension))
            return true;
    return false;
}

static enum pal_status unknown(const struct pal_yaml *node, const char *what, pal_str word,
                               pal_str near, struct pal_error *err)
{
    return pal_yaml_fail(node, err, "unknown %s '%.*s'%s%.*s%s", what, PAL_ARG(word),
                         near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
}

/* The place of word in words[n]; PAL_SYNTAX with the nearest otherwise. *out keeps its value when
 * the key is missing. */
static enum pal_status choice(const struct pal_yaml *root, const char *key,
                              const char *const *words, size_t n, size_t *out,
                              struct pal_error *err)
{
    pal_str word = {NULL, 0}, known[8];
    PAL_TRY(pal_yaml_text(root, key, &word, err));
    if (!word.ptr)
        return PAL_OK;
    for (size_t i = 0; i < n; i++) {
        known[i] = pal_str_of(words[i]);
        if (pal_str_eq(word, known[i])) {
            *out = i;
            return PAL_OK;
        }
    }
    const pal_str near = pal_nearest(word, known, n);
    return pal_yaml_fail(pal_yaml_get(root, key), err, "'%s' cannot be '%.*s'%s%.*s%s", key,
                         PAL_ARG(word), near.len ? "; did you mean '" : "", PAL_ARG(near),
                         near.len ? "'?" : "");
}

static enum pal_status find_indicator(const struct reading *r, const struct pal_yaml *node,
                                      const struct pal_definition **out, struct pal_error *err)
{
    if (node->kind != PAL_YAML_SCALAR)
        return pal_yaml_fail(node, err, "an indicator is named by its code");
    *out = pal_catalogue_find(r->catalogue, node->text);
    if (*out)
        return PAL_OK;
    return unknown(node, "indicator", node->text, pal_catalogue_nearest(r->catalogue, node->text),
                   err);
}

/* A scalar is a list of one, as everywhere in definitions. */
static size_t list_size(const struct pal_yaml *node)
{
    return node->kind == PAL_YAML_LIST ? node->n : 1;
}
static const struct pal_yaml *list_item(const struct pal_yaml *node, size_t i)
{
    return node->kind == PAL_YAML_LIST ? node->item[i] : node;
}

static enum pal_status read_indicators(const struct reading *r, struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(r->root, "indicators");
    if (!node || node->kind == PAL_YAML_MAP || !list_size(node))
        return pal_yaml_fail(node ? node : r->root, err,
                             "a table needs 'indicators', a list of codes");
    const size_t n = list_size(node);
    const struct pal_definition **indicator = pal_arena_alloc(r->arena, n, sizeof *indicator);
    if (!indicator)
        return pal_nomem(err, "a table's indicators");
    for (size_t i = 0; i < n; i++) {
        PAL_TRY(find_indicator(r, list_item(node, i), &indicator[i], err));
        for (size_t k = 0; k < i; k++)
            if (indicator[k] == indicator[i])
                return pal_yaml_fail(list_item(node, i), err, "indicator '%.*s' stands here twice",
                                     PAL_ARG(indicator[i]->code));
    }
    r->out->indicators = n;
    r->out->indicator = indicator;
    return PAL_OK;
}

/* What measures the phenomenon and what measures implementation stand in one table only where the
 * table says so. */
static enum pal_status check_kinds(const struct reading *r, struct pal_error *err)
{
    static const char *const words[] = {"phenomenon", "implementation", "mixed"};
    size_t kind = SIZE_MAX;
    PAL_TRY(choice(r->root, "kinds", words, PAL_COUNT(words), &kind, err));
    const struct pal_yaml *list = pal_yaml_get(r->root, "indicators");
    const struct pal_definition *first = r->out->indicator[0];
    for (size_t i = 0; i < r->out->indicators && kind != 2; i++) {
        const struct pal_definition *d = r->out->indicator[i];
        if (kind == SIZE_MAX && d->measures != first->measures)
            return pal_yaml_fail(list_item(list, i), err,
                                 "'%.*s' measures %s and '%.*s' %s; a table that shows both says "
                                 "'kinds: mixed'",
                                 PAL_ARG(d->code), pal_measures_name(d->measures),
                                 PAL_ARG(first->code), pal_measures_name(first->measures));
        if (kind != SIZE_MAX && (size_t)d->measures != kind)
            return pal_yaml_fail(list_item(list, i), err,
                                 "'%.*s' measures %s, the table says 'kinds: %s'", PAL_ARG(d->code),
                                 pal_measures_name(d->measures), words[kind]);
    }
    return PAL_OK;
}

static enum pal_status check_dimension(const struct reading *r, const struct pal_yaml *node,
                                       pal_str dimension, struct pal_error *err)
{
    pal_str known[64];
    size_t n = 0;
    for (size_t i = 0; i < r->out->indicators; i++) {
        const struct pal_definition *d = r->out->indicator[i];
        for (size_t k = 0; k < d->by_n; k++) {
            if (pal_str_eq_nocase(d->by[k], dimension))
                return PAL_OK;
            if (n < PAL_COUNT(known))
                known[n++] = d->by[k];
        }
    }
    const pal_str near = pal_nearest(dimension, known, n);
    return pal_yaml_fail(node, err, "no indicator of this table is by '%.*s'%s%.*s%s",
                         PAL_ARG(dimension), near.len ? "; did you mean '" : "", PAL_ARG(near),
                         near.len ? "'?" : "");
}

static enum pal_status check_code(const struct reading *r, const struct pal_yaml *node,
                                  pal_str dimension, struct pal_error *err)
{
    const struct report_label_set *set = report_labels_find(r->labels, dimension);
    if (!set)
        return pal_yaml_fail(node, err, "no file in 'labels' names the codes of '%.*s'",
                             PAL_ARG(dimension));
    pal_str known[256];
    size_t n = 0;
    for (; n < set->n && n < PAL_COUNT(known); n++) {
        known[n] = set->code[n].code;
        if (pal_str_eq(known[n], node->text))
            return PAL_OK;
    }
    return unknown(node, "code", node->text, pal_nearest(node->text, known, n), err);
}

static enum pal_status read_breakdown(const struct reading *r, struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(r->root, "breakdown");
    if (!node)
        return PAL_OK;
    if (node->kind != PAL_YAML_MAP)
        return pal_yaml_fail(node, err, "'breakdown' is written {dimension: [code, code]}");
    struct report_breakdown *breakdown = pal_arena_alloc(r->arena, node->n + 1, sizeof *breakdown);
    if (!breakdown)
        return pal_nomem(err, "a table's breakdown");
    for (size_t i = 0; i < node->n; i++) {
        const struct pal_yaml *codes = node->item[i];
        if (codes->kind == PAL_YAML_MAP)
            return pal_yaml_fail(codes, err, "'breakdown' is written {dimension: [code, code]}");
        breakdown[i].dimension = node->key[i]->text;
        PAL_TRY(check_dimension(r, node->key[i], breakdown[i].dimension, err));
        if (r->out->row_dimension.len &&
            pal_str_eq_nocase(breakdown[i].dimension, r->out->row_dimension))
            return pal_yaml_fail(node->key[i], err, "'%.*s' makes the rows already",
                                 PAL_ARG(breakdown[i].dimension));
        pal_str *code = pal_arena_alloc(r->arena, list_size(codes) + 1, sizeof *code);
        if (!code)
            return pal_nomem(err, "a table's breakdown");
        for (size_t k = 0; k < list_size(codes); k++) {
            PAL_TRY(check_code(r, list_item(codes, k), breakdown[i].dimension, err));
            code[k] = list_item(codes, k)->text;
        }
        breakdown[i].n = list_size(codes);
        breakdown[i].code = code;
    }
    r->out->breakdowns = node->n;
    r->out->breakdown = breakdown;
    return PAL_OK;
}

static enum pal_status read_rows(const struct reading *r, struct pal_error *err)
{
    pal_str rows = PAL_STR("areas");
    PAL_TRY(pal_yaml_text(r->root, "rows", &rows, err));
    if (pal_str_eq(rows, PAL_STR("areas"))) {
        r->out->rows = REPORT_ROWS_AREAS;
    } else if (pal_str_eq(rows, PAL_STR("periods"))) {
        r->out->rows = REPORT_ROWS_PERIODS;
    } else {
        r->out->rows = REPORT_ROWS_BREAKDOWN;
        const struct pal_yaml *node = pal_yaml_get(r->root, "rows");
        PAL_TRY(check_dimension(r, node, rows, err));
        if (!report_labels_find(r->labels, rows))
            return pal_yaml_fail(node, err, "no file in 'labels' names the codes of '%.*s'",
                                 PAL_ARG(rows));
        r->out->row_dimension = rows;
    }
    return PAL_OK;
}

static int by_year(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* latest | latest:5 | all | [2019, 2020] */
static enum pal_status read_periods(const struct reading *r, struct pal_error *err)
{
    struct pal_table_definition *out = r->out;
    const struct pal_yaml *node = pal_yaml_get(r->root, "periods");
    out->periods = out->rows == REPORT_ROWS_PERIODS ? REPORT_ALL : REPORT_LATEST;
    int64_t number;
    if (node && node->kind == PAL_YAML_LIST) {
        int32_t *period = pal_arena_alloc(r->arena, node->n + 1, sizeof *period);
        if (!period)
            return pal_nomem(err, "a table's periods");
        for (size_t i = 0; i < node->n; i++) {
            if (node->item[i]->kind != PAL_YAML_SCALAR ||
                !pal_int_parse(node->item[i]->text, &number) || number < 1 || number > 9999)
                return pal_yaml_fail(node->item[i], err, "a period is a year");
            period[i] = (int32_t)number;
        }
        qsort(period, node->n, sizeof *period, by_year);
        out->periods = REPORT_LISTED;
        out->period = period;
        out->periods_n = node->n;
    } else if (node) {
        const pal_str word = node->kind == PAL_YAML_SCALAR ? node->text : PAL_STR("");
        if (pal_str_eq(word, PAL_STR("latest"))) {
            out->periods = REPORT_LATEST;
        } else if (pal_str_eq(word, PAL_STR("all"))) {
            out->periods = REPORT_ALL;
        } else if (pal_str_starts(word, PAL_STR("latest:")) &&
                   pal_int_parse((pal_str){word.ptr + 7, word.len - 7}, &number) && number >= 1 &&
                   number <= 100) {
            out->periods = REPORT_LATEST_N;
            out->periods_n = (size_t)number;
        } else {
            return pal_yaml_fail(node, err,
                                 "'periods' is latest, latest:5, all or a list of years");
        }
    }
    static const char *const across[] = {"indicators", "periods"};
    size_t columns = out->rows == REPORT_ROWS_AREAS && out->periods != REPORT_LATEST;
    PAL_TRY(choice(r->root, "columns", across, PAL_COUNT(across), &columns, err));
    out->periods_across = columns == 1;
    const struct pal_yaml *said = pal_yaml_get(r->root, "columns");
    if (out->periods_across && out->rows == REPORT_ROWS_PERIODS)
        return pal_yaml_fail(said, err, "periods cannot be rows and columns at once");
    if (out->periods_across && out->periods == REPORT_LATEST)
        return pal_yaml_fail(said, err, "columns of periods need 'periods', such as latest:5");
    if (!out->periods_across && out->rows != REPORT_ROWS_PERIODS && out->periods != REPORT_LATEST)
        return pal_yaml_fail(said ? said : node, err,
                             "several periods need 'rows: periods' or 'columns: periods'");
    if (out->rows == REPORT_ROWS_PERIODS && out->periods == REPORT_LATEST)
        return pal_yaml_fail(node, err, "rows of periods are all, latest:5 or a list of years");
    return PAL_OK;
}

/* true, false, or the codes that get limits. */
static enum pal_status read_intervals(const struct reading *r, struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(r->root, "intervals");
    bool *interval = pal_arena_alloc(r->arena, r->out->indicators, sizeof *interval);
    if (!interval)
        return pal_nomem(err, "a table's intervals");
    r->out->interval = interval;
    if (!node || node->kind == PAL_YAML_SCALAR) {
        bool all = true;
        PAL_TRY(pal_yaml_bool(r->root, "intervals", &all, err));
        for (size_t i = 0; i < r->out->indicators; i++)
            interval[i] = all;
        return PAL_OK;
    }
    for (size_t k = 0; k < list_size(node); k++) {
        const struct pal_definition *named;
        PAL_TRY(find_indicator(r, list_item(node, k), &named, err));
        bool found = false;
        for (size_t i = 0; i < r->out->indicators; i++) {
            interval[i] |= r->out->indicator[i] == named;
            found |= r->out->indicator[i] == named;
        }
        if (!found)
            return pal_yaml_fail(list_item(node, k), err, "'%.*s' is no indicator of this table",
                                 PAL_ARG(named->code));
    }
    return PAL_OK;
}

static enum pal_status read_chart(const struct reading *r, struct pal_error *err)
{
    static const char *const known[] = {"kind", "indicator", "over"};
    static const char *const kinds[] = {"lines", "bars", "dots"};
    const struct pal_yaml *node = pal_yaml_get(r->root, "chart"), *needed;
    if (!node)
        return PAL_OK;
    struct pal_table_definition *out = r->out;
    PAL_TRY(pal_yaml_known(node, "chart", known, PAL_COUNT(known), err));
    for (size_t i = 0; i < PAL_COUNT(known); i++)
        PAL_TRY(pal_yaml_need(node, known[i], PAL_YAML_SCALAR, &needed, err));
    size_t kind = 0;
    PAL_TRY(choice(node, "kind", kinds, PAL_COUNT(kinds), &kind, err));
    out->chart_kind = (enum pal_chart_kind)kind;
    PAL_TRY(find_indicator(r, pal_yaml_get(node, "indicator"), &out->chart_indicator, err));
    const struct pal_yaml *over = pal_yaml_get(node, "over");
    out->chart_over = over->text;
    out->has_chart = true;
    if (pal_str_eq(over->text, PAL_STR("periods")) || pal_str_eq(over->text, PAL_STR("areas")) ||
        report_is_by(out->chart_indicator, over->text))
        return PAL_OK;
    const pal_str *by = out->chart_indicator->by;
    const pal_str near = pal_nearest(over->text, by, out->chart_indicator->by_n);
    return pal_yaml_fail(over, err,
                         "a chart runs over periods, areas or a breakdown of '%.*s', "
                         "not over '%.*s'%s%.*s%s",
                         PAL_ARG(out->chart_indicator->code), PAL_ARG(over->text),
                         near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
}

static enum pal_status read_notes(const struct reading *r, struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(r->root, "notes");
    if (!node)
        return PAL_OK;
    struct pal_text *note = pal_arena_alloc(r->arena, list_size(node) + 1, sizeof *note);
    if (!note)
        return pal_nomem(err, "a table's notes");
    for (size_t i = 0; i < list_size(node); i++)
        PAL_TRY(pal_text_read(list_item(node, i), &note[i], err));
    r->out->notes = list_size(node);
    r->out->note = note;
    return PAL_OK;
}

/* File names are made of table names: a-z, 0-9 and hyphens, nothing else. */
static bool plain_name(pal_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return name.len > 0 && name.len <= 80;
}

static enum pal_status read_table(struct reading *r, struct pal_error *err)
{
    static const char *const groups[] = {"regions", "sub-regions"};
    static const char *const orders[] = {"name", "value"};
    struct pal_table_definition *out = r->out;
    const struct pal_yaml *name, *title;
    PAL_TRY(pal_yaml_known(r->root, "a table", keys, PAL_COUNT(keys), err));
    PAL_TRY(pal_yaml_need(r->root, "table", PAL_YAML_SCALAR, &name, err));
    if (!plain_name(name->text))
        return pal_yaml_fail(name, err,
                             "a table's name is made of a-z, 0-9 and hyphens, at most 80: it "
                             "names files");
    out->name = name->text;
    size_t number = 0, group = 0, order = 0;
    PAL_TRY(pal_yaml_size(r->root, "number", &number, err));
    if (number > 9999)
        return pal_yaml_fail(pal_yaml_get(r->root, "number"), err, "'number' is at most 9999");
    out->number = (unsigned)number;
    title = pal_yaml_get(r->root, "title");
    if (!title)
        return pal_yaml_fail(r->root, err, "the key 'title' is missing");
    PAL_TRY(pal_text_read(title, &out->title, err));
    if (pal_yaml_get(r->root, "headnote"))
        PAL_TRY(pal_text_read(pal_yaml_get(r->root, "headnote"), &out->headnote, err));
    PAL_TRY(read_indicators(r, err));
    PAL_TRY(check_kinds(r, err));
    PAL_TRY(read_rows(r, err));
    PAL_TRY(read_periods(r, err));
    PAL_TRY(read_breakdown(r, err));
    PAL_TRY(read_intervals(r, err));
    PAL_TRY(choice(r->root, "groups", groups, PAL_COUNT(groups), &group, err));
    PAL_TRY(choice(r->root, "order", orders, PAL_COUNT(orders), &order, err));
    out->by_sub_region = group == 1;
    out->by_value = order == 1;
    if (out->by_value && out->rows != REPORT_ROWS_BREAKDOWN)
        return pal_yaml_fail(pal_yaml_get(r->root, "order"), err,
                             "only rows of a breakdown can stand in the order of their values: "
                             "States are never ranked");
    PAL_TRY(read_chart(r, err));
    return read_notes(r, err);
}

struct shelf { /* all tables so far */
    struct pal_table_definition **table;
    size_t n, cap;
};

static enum pal_status add_table(struct shelf *shelf, struct pal_table_definition *table,
                                 size_t before, struct pal_arena *arena, struct pal_error *err)
{
    for (size_t i = 0; i < shelf->n; i++) {
        if (!pal_str_eq(shelf->table[i]->name, table->name))
            continue;
        if (i < before)
            return PAL_OK; /* earlier folders win */
        const struct pal_place at = {table->path, 1, 1};
        return pal_fail_at(err, PAL_SYNTAX, &at, "the name '%.*s' is taken by '%s'",
                           PAL_ARG(table->name), shelf->table[i]->path);
    }
    if (shelf->n == shelf->cap) {
        const size_t cap = shelf->cap ? shelf->cap * 2 : 32;
        struct pal_table_definition **grown =
            pal_arena_grow(arena, shelf->table, shelf->cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the tables");
        shelf->table = grown;
        shelf->cap = cap;
    }
    shelf->table[shelf->n++] = table;
    return PAL_OK;
}

static enum pal_status read_file(const char *path, const struct pal_catalogue *catalogue,
                                 const struct report_labels *labels, struct shelf *shelf,
                                 size_t before, struct pal_arena *arena, struct pal_error *err)
{
    struct pal_table_definition *table = pal_arena_alloc(arena, 1, sizeof *table);
    struct pal_yaml *root;
    if (!table)
        return pal_nomem(err, "a table");
    PAL_TRY(pal_yaml_read(path, arena, &root, err));
    table->path = path;
    table->labels = labels;
    PAL_TRY(read_table(&(struct reading){root, catalogue, labels, arena, table}, err));
    return add_table(shelf, table, before, arena, err);
}

static int by_number(const void *a, const void *b)
{
    const struct pal_table_definition *x = *(struct pal_table_definition *const *)a;
    const struct pal_table_definition *y = *(struct pal_table_definition *const *)b;
    const int c = (x->number > y->number) - (x->number < y->number);
    return c ? c : pal_str_cmp(x->name, y->name);
}

/* A figure that no table prints is in figures.csv alone. National ones stand in notes. */
static void say_unprinted(const struct pal_catalogue *catalogue, const struct shelf *shelf,
                          struct pal_diag *diag)
{
    for (size_t i = 0; i < pal_catalogue_count(catalogue); i++) {
        const struct pal_definition *d = pal_catalogue_get(catalogue, i);
        bool printed = d->national.len > 0;
        for (size_t k = 0; k < shelf->n && !printed; k++)
            printed = pal_table_definition_prints(shelf->table[k], d);
        if (!printed)
            pal_diag_addf(diag, PAL_INFORMATION, "no-table", &d->at,
                          "no table prints '%.*s'; its figures stand in figures.csv and "
                          "sdmx alone",
                          PAL_ARG(d->code));
    }
}

enum pal_status pal_table_definitions_read(const char *const *folders, size_t n,
                                           const struct pal_catalogue *catalogue,
                                           struct pal_diag *diag, struct pal_arena *arena,
                                           const struct pal_table_definition *const **out,
                                           size_t *out_n, struct pal_error *err)
{
    const struct report_labels *labels;
    PAL_TRY(report_labels_read(folders, n, diag, arena, &labels, err));
    struct shelf shelf = {0};
    bool bad = false;
    for (size_t f = 0; f < n; f++) {
        const char *folder = pal_path_join(arena, folders[f], PAL_STR("tables"));
        const pal_str *name;
        size_t names;
        const size_t before = shelf.n;
        if (!folder)
            return pal_nomem(err, "the tables");
        if (!pal_dir_exists(folder))
            continue;
        PAL_TRY(pal_dir_list(folder, arena, &name, &names, err));
        for (size_t i = 0; i < names; i++) {
            if (!pal_str_ends(name[i], PAL_STR(".yaml")))
                continue;
            const char *path = pal_path_join(arena, folder, name[i]);
            struct pal_error own = {0};
            if (!path)
                return pal_nomem(err, "the tables");
            const enum pal_status status =
                read_file(path, catalogue, labels, &shelf, before, arena, &own);
            if (status == PAL_SYNTAX) {
                const struct pal_place at = {own.file[0] ? own.file : path, own.line, own.column};
                pal_diag_add(diag, &(struct pal_finding){
                                       .severity = PAL_ERROR,
                                       .rule = "table",
                                       .at = at,
                                       .what = pal_str_of(own.text),
                                       .todo = PAL_STR("indicators/README.md lists the keys")});
                bad = true;
            } else if (status != PAL_OK) {
                if (err)
                    *err = own;
                return status;
            }
        }
    }
    if (bad)
        return pal_diag_fail(diag, "table", err);
    say_unprinted(catalogue, &shelf, diag);
    if (shelf.n)
        qsort(shelf.table, shelf.n, sizeof *shelf.table, by_number);
    *out = (const struct pal_table_definition *const *)shelf.table;
    *out_n = shelf.n;
    return PAL_OK;
}

const char *pal_table_definition_path(const struct pal_table_definition *definition)
{
    return definition->path;
}

pal_str pal_table_definition_name(const struct pal_table_definition *definition)
{
    return definition->name;
}
