/* recruits_read.c: a table of respondents becomes recruitment chains: by the recruiter's id, or by
 * the coupons that were handed out. What does not link is a finding. */
#include "recruits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add(const struct recruits_data *data, enum pal_severity severity, const char *rule,
                size_t row, size_t col, pal_str what, const char *todo)
{
    pal_diag_add(data->diag, &(struct pal_finding){.severity = severity,
                                                   .rule = rule,
                                                   .at = grid_place(&data->grid, row, col),
                                                   .what = what,
                                                   .todo = pal_str_of(todo)});
}

static enum pal_status number_ids(const struct recruits_data *data, size_t id,
                                  struct pal_arena *arena, struct pal_map **out,
                                  struct pal_error *err)
{
    *out = pal_map_new(arena, data->grid.rows);
    if (!*out)
        return pal_nomem(err, "the respondents");
    for (size_t i = 0; i < data->grid.rows; i++) {
        const pal_str cell = grid_cell(&data->grid, i, id);
        bool is_new;
        /* A row keeps its number whatever it is called, so that row and key stay the same. */
        pal_str key = cell;
        if (!cell.len || pal_map_find(*out, cell) != SIZE_MAX) {
            add(data, PAL_ERROR, cell.len ? "duplicate-id" : "no-id", i, id,
                cell.len
                    ? pal_arena_printf(arena, "'%.*s' stands in an earlier row too", PAL_ARG(cell))
                    : PAL_STR("the respondent has no id"),
                "give every respondent an id of their own");
            key = pal_arena_printf(arena, "%.*s\n%zu", PAL_ARG(cell), i);
        }
        if (pal_map_add(*out, key, &is_new) == SIZE_MAX)
            return pal_nomem(err, "the respondents");
    }
    return PAL_OK;
}

static enum pal_status link_by_id(struct recruits_data *data, const struct recruits_options *o,
                                  size_t id, struct pal_arena *arena, struct pal_error *err)
{
    const pal_str mark = pal_str_of(o->seed_mark ? o->seed_mark : "seed");
    struct pal_map *ids;
    size_t column;
    PAL_TRY(grid_column(&data->grid, pal_str_of(o->recruiter ? o->recruiter : "recruiter"), &column,
                        err));
    PAL_TRY(number_ids(data, id, arena, &ids, err));
    for (size_t i = 0; i < data->grid.rows; i++) {
        const pal_str cell = grid_cell(&data->grid, i, column);
        const size_t row = pal_map_find(ids, cell);
        data->recruiter[i] = PAL_SEED;
        if (grid_absent(cell) || pal_str_eq_nocase(cell, mark))
            continue;
        if (row != SIZE_MAX)
            data->recruiter[i] = (uint32_t)row;
        else
            add(data, PAL_WARNING, "orphan", i, column,
                pal_arena_printf(arena, "the recruiter '%.*s' is no respondent", PAL_ARG(cell)),
                "they count as seeds; if the word means that they are, say --seed-mark WORD");
    }
    return PAL_OK;
}

static enum pal_status link_by_coupon(struct recruits_data *data, const struct recruits_options *o,
                                      size_t id, struct pal_arena *arena, struct pal_error *err)
{
    struct pal_map *ids, *coupons = pal_map_new(arena, 4 * data->grid.rows);
    size_t own, rows = 0;
    uint32_t *giver = NULL;
    if (!coupons)
        return pal_nomem(err, "the coupons");
    if (!o->coupon || !o->coupons)
        return pal_fail(err, PAL_USAGE,
                        "coupons need both --coupon (received) and --coupons "
                        "(handed out)");
    PAL_TRY(grid_column(&data->grid, pal_str_of(o->coupon), &own, err));
    PAL_TRY(number_ids(data, id, arena, &ids, err));
    pal_str rest = pal_str_of(o->coupons), name;
    while (pal_str_split(&rest, ',', &name)) {
        size_t column;
        PAL_TRY(grid_column(&data->grid, pal_str_trim(name), &column, err));
        giver = pal_arena_grow(arena, giver, rows, rows + data->grid.rows, sizeof *giver);
        if (!giver)
            return pal_nomem(err, "the coupons");
        rows += data->grid.rows;
        for (size_t i = 0; i < data->grid.rows; i++) {
            const pal_str cell = grid_cell(&data->grid, i, column);
            bool is_new;
            if (grid_absent(cell))
                continue;
            const size_t at = pal_map_add(coupons, cell, &is_new);
            if (at == SIZE_MAX)
                return pal_nomem(err, "the coupons");
            if (is_new)
                giver[at] = (uint32_t)i;
            else
                add(data, PAL_ERROR, "coupon-twice", i, column,
                    pal_arena_printf(arena, "coupon '%.*s' was handed out before", PAL_ARG(cell)),
                    "a coupon belongs to one recruiter");
        }
    }
    bool *used = pal_arena_alloc(arena, pal_map_count(coupons) + 1, sizeof *used);
    if (!used)
        return pal_nomem(err, "the coupons");
    for (size_t i = 0; i < data->grid.rows; i++) {
        const pal_str cell = grid_cell(&data->grid, i, own);
        const size_t at = pal_map_find(coupons, cell);
        data->recruiter[i] = PAL_SEED;
        if (grid_absent(cell) ||
            (o->seed_mark && pal_str_eq_nocase(cell, pal_str_of(o->seed_mark))))
            continue;
        if (at == SIZE_MAX) {
            add(data, PAL_WARNING, "orphan", i, own,
                pal_arena_printf(arena, "nobody handed out coupon '%.*s'", PAL_ARG(cell)),
                "they count as seeds; leave the coupon of a seed empty");
            continue;
        }
        if (used[at])
            add(data, PAL_WARNING, "coupon-used-twice", i, own,
                pal_arena_printf(arena, "coupon '%.*s' was brought before", PAL_ARG(cell)),
                "both count as recruits; was it copied?");
        used[at] = true;
        data->recruiter[i] = giver[at];
    }
    return PAL_OK;
}

static enum pal_status find_circles(const struct recruits_data *data, size_t id,
                                    struct pal_arena *arena, struct pal_error *err)
{
    const size_t n = data->grid.rows;
    uint32_t *circle = pal_arena_alloc(arena, n + 1, sizeof *circle);
    bool *told = pal_arena_alloc(arena, n + 1, sizeof *told);
    if (!circle || !told)
        return pal_nomem(err, "the chains");
    (void)pal_recruits_circles(data->recruiter, n, circle);
    for (size_t i = 0; i < n; i++) {
        if (!circle[i] || told[circle[i]])
            continue;
        struct pal_buf text;
        pal_buf_init(&text, arena, 4096);
        told[circle[i]] = true;
        size_t at = i, links = 0;
        do {
            if (links++ < 8)
                pal_buf_addf(&text, "'%.*s' recruited by ",
                             PAL_ARG(grid_cell(&data->grid, at, id)));
            at = data->recruiter[at];
        } while (at != i);
        if (links > 8)
            pal_buf_addf(&text, "... (%zu in all) ", links);
        pal_buf_addf(&text, "'%.*s'", PAL_ARG(grid_cell(&data->grid, i, id)));
        add(data, PAL_ERROR, "recruitment-circle", i, GRID_NO_COLUMN, pal_buf_str(&text),
            "one of these recruiters is wrong: chains lead back to a seed");
    }
    return PAL_OK;
}

static enum pal_status read_degrees(struct recruits_data *data, const struct recruits_options *o,
                                    struct pal_error *err, struct pal_arena *arena)
{
    size_t column;
    PAL_TRY(grid_column(&data->grid, pal_str_of(o->degree ? o->degree : "degree"), &column, err));
    PAL_TRY(grid_numbers(&data->grid, column, 0, arena, &data->degree, err));
    for (size_t i = 0; i < data->grid.rows; i++) {
        if (isnan(data->degree[i]))
            add(data, PAL_WARNING, "no-degree", i, column, PAL_STR("the degree is absent"),
                "they stay in the chains but have no weight; 'mean' counts them");
        else if (data->degree[i] < 1)
            add(data, PAL_WARNING, "zero-degree", i, column,
                PAL_STR("the degree is below 1, but somebody knows them"), "it counts as 1");
    }
    return PAL_OK;
}

enum pal_status recruits_read(const char *path, const struct recruits_options *options,
                              struct pal_arena *arena, struct recruits_data *out,
                              struct pal_error *err)
{
    size_t id;
    *out = (struct recruits_data){0};
    PAL_TRY(grid_read(path, arena, &out->grid, err));
    PAL_TRY(grid_column(&out->grid, pal_str_of(options->id ? options->id : "id"), &id, err));
    if (!out->grid.rows)
        return pal_fail(err, PAL_DATA, "'%s' holds no respondents", out->grid.file);
    out->diag = pal_diag_new(arena, PAL_DIAG_KEEP);
    out->recruiter = pal_arena_alloc(arena, out->grid.rows, sizeof(uint32_t));
    if (!out->diag || !out->recruiter)
        return pal_nomem(err, "the chains");
    PAL_TRY(read_degrees(out, options, err, arena));
    if (options->coupon || options->coupons)
        PAL_TRY(link_by_coupon(out, options, id, arena, err));
    else
        PAL_TRY(link_by_id(out, options, id, arena, err));
    PAL_TRY(find_circles(out, id, arena, err));
    if (pal_diag_count(out->diag, PAL_ERROR))
        return pal_fail(err, PAL_DATA, "'%s': the chains have errors, so nothing is estimated",
                        out->grid.file);
    return pal_recruits_new(out->recruiter, out->degree, out->grid.rows, arena, &out->chains, err);
}

/* ---- variables
 * ------------------------------------------------------------------------------------ */

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum pal_status recruits_variable_of(const struct recruits_data *data, const char *name,
                                     struct pal_arena *arena, struct recruits_variable *out,
                                     struct pal_error *err)
{
    enum { MOST_GROUPS = 200 };
    const struct grid *grid = &data->grid;
    size_t column;
    PAL_TRY(grid_column(grid, pal_str_of(name), &column, err));
    struct pal_map *map = pal_map_new(arena, 16);
    uint32_t *group = pal_arena_alloc(arena, grid->rows, sizeof *group);
    if (!map || !group)
        return pal_nomem(err, name);
    for (size_t i = 0; i < grid->rows; i++) {
        const pal_str cell = grid_cell(grid, i, column);
        group[i] = grid_absent(cell) ? PAL_NO_GROUP : (uint32_t)pal_map_add(map, cell, NULL);
    }
    const size_t n = pal_map_count(map);
    if (n < 2)
        return pal_fail(err, PAL_DATA, "'%s' of '%s' has %s: there is no share to estimate", name,
                        grid->file, n ? "one category only" : "no values");
    if (n > MOST_GROUPS)
        return pal_fail(err, PAL_DATA,
                        "'%s' of '%s' has %zu values: a share needs categories (at most %d)", name,
                        grid->file, n, MOST_GROUPS);
    const char **names = pal_arena_alloc(arena, n, sizeof *names);
    uint32_t *sorted = pal_arena_alloc(arena, n, sizeof *sorted);
    out->n = pal_arena_alloc(arena, n, sizeof *out->n);
    if (!names || !sorted || !out->n)
        return pal_nomem(err, name);
    for (size_t g = 0; g < n; g++) {
        names[g] = pal_arena_cstr(arena, pal_map_key(map, g));
        if (!names[g])
            return pal_nomem(err, name);
    }
    qsort(names, n, sizeof *names, by_bytes);
    for (size_t g = 0; g < n; g++)
        sorted[pal_map_find(map, pal_str_of(names[g]))] = (uint32_t)g;
    out->respondents = 0;
    for (size_t i = 0; i < grid->rows; i++)
        if (group[i] != PAL_NO_GROUP) {
            group[i] = sorted[group[i]];
            out->n[group[i]]++;
            out->respondents++;
        }
    out->name = name;
    out->group = names;
    out->trait = (struct pal_trait){.groups = n, .group = group};
    return PAL_OK;
}
