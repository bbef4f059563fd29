/* population.c: a population from a file: its categories, and what each of them weighs. */
#include "palermo/weighting.h"

static size_t header_find(const pal_str *header, size_t n, pal_str name)
{
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq(header[i], name))
            return i;
    return SIZE_MAX;
}

struct words { /* what messages call it */
    const char *what, *number, *brief;
    const char *weight; /* the column of numbers where several are left */
};
static const struct words a_standard = {"the standard population", "standard weight",
                                        "the standard", "weight"};
static const struct words a_population = {"the population", "population", "the population",
                                          "population"};

struct layout { /* which fields hold categories, which one the weight */
    const struct words *words;
    size_t *category;
    size_t categories, weight;
};

static enum pal_status find_layout(const char *path, const struct words *words,
                                   const pal_str *header, size_t n, const struct pal_names *by,
                                   struct pal_arena *arena, struct layout *out,
                                   struct pal_error *err)
{
    const size_t wanted = by->n ? by->n : n - 1;
    if (n < 2)
        return pal_fail(err, PAL_DATA, "'%s' needs a column of categories and one of weights",
                        path);
    *out = (struct layout){.words = words,
                           .weight = SIZE_MAX,
                           .category = pal_arena_alloc(arena, n, sizeof *out->category)};
    if (!out->category)
        return pal_nomem(err, path);
    for (size_t i = 0; i < wanted; i++) {
        const pal_str name = by->n ? by->name[i] : header[i];
        const size_t at = header_find(header, n, name);
        if (at == SIZE_MAX || out->categories == n) {
            const pal_str near = pal_nearest(name, header, n);
            return pal_fail(err, PAL_USAGE, "'%s' has no column '%.*s'%s%.*s%s", path,
                            PAL_ARG(name), PAL_NEAR(near));
        }
        out->category[out->categories++] = at;
    }
    if (out->categories + 1 == n) {
        for (size_t i = 0; i < n; i++) {
            bool taken = false;
            for (size_t k = 0; k < out->categories; k++)
                taken = taken || out->category[k] == i;
            if (!taken)
                out->weight = i;
        }
    } else {
        out->weight = header_find(header, n, pal_str_of(words->weight));
    }
    if (out->weight == SIZE_MAX)
        return pal_fail(err, PAL_USAGE,
                        "'%s' has several columns beside '%.*s' and none is called "
                        "'%s'",
                        path, PAL_ARG(pal_names_join(by, arena)), words->weight);
    return PAL_OK;
}

static enum pal_status add_category(const char *path, const struct layout *layout,
                                    const struct pal_record *record, struct pal_map *seen,
                                    pal_str *category, double *weight, struct pal_arena *arena,
                                    struct pal_error *err)
{
    const struct pal_place at = {
        .file = path, .line = record->line, .column = (uint32_t)layout->weight + 1};
    struct pal_buf text;
    pal_buf_init(&text, arena, 1 << 20);
    for (size_t k = 0; k < layout->categories; k++) {
        if (k)
            pal_buf_addc(&text, '|');
        pal_buf_add(&text, record->field[layout->category[k]]);
    }
    PAL_TRY(pal_buf_status(&text, path, err));
    *category = pal_buf_str(&text);
    const pal_str number = record->field[layout->weight];
    if (!pal_num_parse(number, weight) || !(*weight >= 0))
        return pal_fail_at(err, PAL_DATA, &at, "%s '%.*s' is no number from 0",
                           layout->words->number, PAL_ARG(number));
    bool is_new;
    if (pal_map_add(seen, *category, &is_new) == SIZE_MAX)
        return pal_nomem(err, path);
    if (!is_new)
        return pal_fail_at(err, PAL_DATA, &at, "category '%.*s' stands twice in %s",
                           PAL_ARG(*category), layout->words->brief);
    return PAL_OK;
}

static enum pal_status read_categories(const char *path, const struct words *words,
                                       struct pal_names *by, struct pal_arena *arena,
                                       struct pal_standard *out, struct pal_error *err)
{
    struct pal_records *records;
    struct pal_record record;
    struct pal_dialect dialect;
    struct layout layout = {0};
    bool end;
    PAL_TRY(pal_dialect_suggest(path, arena, &dialect, err));
    if (!dialect.header_rows)
        dialect.header_rows = 1;
    PAL_TRY(pal_records_open(path, &dialect, NULL, arena, &records, err));
    size_t n, room = 0;
    const pal_str *header = pal_records_header(records, &n);
    PAL_TRY(find_layout(path, words, header, n, by, arena, &layout, err));
    struct pal_map *seen = pal_map_new(arena, 0);
    pal_str *category = NULL;
    double *weight = NULL;
    uint64_t *line = NULL;
    size_t rows = 0;
    if (!seen)
        return pal_nomem(err, path);
    for (;;) {
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        if (record.fields != n) {
            const struct pal_place at = {.file = path, .line = record.line};
            return pal_fail_at(err, PAL_DATA, &at, "the row has %zu fields and the header %zu",
                               record.fields, n);
        }
        if (rows == room) {
            const size_t more = room ? 2 * room : 32;
            category = pal_arena_grow(arena, category, room, more, sizeof *category);
            weight = pal_arena_grow(arena, weight, room, more, sizeof *weight);
            line = pal_arena_grow(arena, line, room, more, sizeof *line);
            if (!category || !weight || !line)
                return pal_nomem(err, path);
            room = more;
        }
        PAL_TRY(
            add_category(path, &layout, &record, seen, &category[rows], &weight[rows], arena, err));
        line[rows++] = record.line;
    }
    if (!rows)
        return pal_fail(err, PAL_DATA, "%s '%s' has no rows", words->what, path);
    if (!by->n)
        *by = (struct pal_names){n - 1, header};
    *out = (struct pal_standard){.n = rows,
                                 .category = category,
                                 .weight = weight,
                                 .line = line,
                                 .column = (uint32_t)layout.weight + 1};
    return PAL_OK;
}

enum pal_status pal_standard_read(const char *path, struct pal_names *by, struct pal_arena *arena,
                                  struct pal_standard *out, struct pal_error *err)
{
    return read_categories(path, &a_standard, by, arena, out, err);
}

enum pal_status pal_population_read(const char *path, const struct pal_names *by,
                                    struct pal_arena *arena, struct pal_standard *out,
                                    struct pal_error *err)
{
    struct pal_names columns = *by;
    return read_categories(path, &a_population, &columns, arena, out, err);
}
