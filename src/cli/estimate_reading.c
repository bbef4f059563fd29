/* estimate_reading.c: what the texts of a file's columns mean, and its batches one by one. */
#include "estimate_reading.h"

#include <string.h>

/* ---- meanings -------------------------------------------------------------------------------- */

enum pal_status est_meaning_room(struct est_meaning *meaning, size_t codes, struct pal_arena *arena,
                                 size_t *first, struct pal_error *err)
{
    if (codes > meaning->room) {
        const size_t room = codes > 2 * meaning->room ? codes : 2 * meaning->room;
        uint32_t *code = pal_arena_grow(arena, meaning->code, meaning->room, room, sizeof *code);
        if (!code)
            return pal_nomem(err, "groups");
        meaning->code = code;
        meaning->room = room;
    }
    *first = meaning->known;
    meaning->known = codes > meaning->known ? codes : meaning->known;
    return PAL_OK;
}

enum pal_status est_meaning_where(struct est_meaning *meaning, const struct est_where *where,
                                  const struct pal_dict *dict, struct pal_arena *arena,
                                  struct pal_error *err)
{
    size_t first = 0;
    const size_t codes = pal_dict_count(dict);
    PAL_TRY(est_meaning_room(meaning, codes, arena, &first, err));
    for (size_t c = first; c < codes; c++)
        meaning->code[c] = c > 0 && est_where_text(where, pal_dict_text(dict, (uint32_t)c));
    return PAL_OK;
}

bool est_where_by_number(const struct est_where *where, const struct pal_column *column)
{
    return column->type == PAL_COLUMN_NUMBER && where->operator!= EST_PREFIX;
}

enum pal_status est_where_restrict(const struct est_where *where, struct est_meaning *meaning,
                                   const struct pal_column *column, size_t rows, uint8_t *domain,
                                   struct pal_arena *arena, struct pal_error *err)
{
    if (est_where_by_number(where, column)) {
        for (size_t row = 0; row < rows; row++)
            domain[row] = domain[row] && column->absent[row] == PAL_PRESENT &&
                          est_where_number(where, column->value[row]);
        return PAL_OK;
    }
    PAL_TRY(est_meaning_where(meaning, where, column->dict, arena, err));
    for (size_t row = 0; row < rows; row++)
        domain[row] = domain[row] && meaning->code[column->code[row]];
    return PAL_OK;
}

/* ---- a file ---------------------------------------------------------------------------------- */

enum pal_status est_reading_new(struct est_pass *pass, struct est_reading *out,
                                struct pal_error *err)
{
    const struct est_plan *plan = pass->plan;
    *out = (struct est_reading){.pass = pass};
    out->by = pal_arena_alloc(pass->arena, plan->bys + 1, sizeof *out->by);
    out->where = pal_arena_alloc(pass->arena, plan->wheres + 1, sizeof *out->where);
    return out->by && out->where ? PAL_OK : pal_nomem(err, "a pass");
}

static enum pal_status learn_by(struct est_reading *r, size_t by, const struct pal_dict *dict,
                                struct pal_error *err)
{
    struct est_pass *pass = r->pass;
    size_t first = 0;
    const size_t codes = pal_dict_count(dict);
    PAL_TRY(est_meaning_room(&r->by[by], codes, pass->arena, &first, err));
    for (size_t c = first ? first : 1; c < codes; c++) {
        pal_str text;
        double sort;
        if (!est_by_value(&pass->plan->by[by], pal_dict_text(dict, (uint32_t)c), pass->arena, &text,
                          &sort)) {
            r->by[by].code[c] = EST_BAD_TEXT;
            r->bad_texts = true;
            continue;
        }
        const uint32_t code = est_values_add(&pass->value[by], pass->arena, text, sort);
        if (code == UINT32_MAX)
            return pal_nomem(err, "groups");
        r->by[by].code[c] = code + 1;
    }
    return PAL_OK;
}

enum pal_status est_reading_batch(struct est_reading *r, const struct pal_batch *batch,
                                  uint8_t *domain, struct pal_error *err)
{
    const struct est_plan *plan = r->pass->plan;
    memset(domain, 1, batch->rows);
    for (size_t i = 0; i < plan->wheres; i++)
        PAL_TRY(est_where_restrict(&plan->where[i], &r->where[i],
                                   &batch->col[plan->where_column[i]], batch->rows, domain,
                                   r->pass->arena, err));
    for (size_t b = 0; b < plan->bys; b++)
        PAL_TRY(learn_by(r, b, batch->col[plan->by_column[b]].dict, err));
    return PAL_OK;
}

void est_reading_columns(const struct est_reading *r, const struct pal_batch *batch,
                         struct pal_group_column *column)
{
    const struct est_plan *plan = r->pass->plan;
    for (size_t b = 0; b < plan->bys; b++)
        column[b] = (struct pal_group_column){
            .code = batch->col[plan->by_column[b]].code,
            .part = r->by[b].code,
            .parts = (uint32_t)pal_map_count(r->pass->value[b].map),
        };
}

enum pal_status est_reading_bad(const struct est_reading *r, const struct pal_batch *batch,
                                size_t by, size_t row, struct pal_error *err)
{
    const struct est_plan *plan = r->pass->plan;
    const struct pal_column *column = &batch->col[plan->by_column[by]];
    const struct pal_place at = {.file = batch->file, .line = batch->line[row]};
    return pal_fail_at(err, PAL_DATA, &at, "'%.*s' of column '%.*s' is no %s",
                       PAL_ARG(pal_dict_text(column->dict, column->code[row])),
                       PAL_ARG(column->name),
                       plan->by[by].kind == EST_BY_BANDS ? "number" : "date");
}

enum pal_status est_reading_file(
    struct est_pass *pass, const char *path, unsigned threads, struct pal_progress *progress,
    enum pal_status (*feed)(void *context, const struct pal_batch *batch, struct pal_error *err),
    void *context, struct pal_error *err)
{
    const struct est_plan *plan = pass->plan;
    struct pal_stream *stream;
    const struct pal_batch *batch;
    const struct pal_stream_options options = {.threads = threads,
                                               .absents = plan->request->absents,
                                               .absent = plan->request->absent,
                                               .sheet = plan->request->sheet};
    PAL_TRY(pal_stream_open_with(path, plan->column, plan->columns, &options, pass->arena, &stream,
                                 err));
    for (;;) {
        PAL_TRY(est_memory_keep(pass->memory, pass->arena, stream, err));
        PAL_TRY(pal_stream_next(stream, &batch, err));
        if (!batch)
            return PAL_OK;
        PAL_TRY(feed(context, batch, err));
        pass->rows += batch->rows;
        pal_progress_step(progress, pass->rows);
    }
}

/* ---- values ---------------------------------------------------------------------------------- */

enum pal_status est_values_new(struct est_values *values, struct pal_arena *arena,
                               struct pal_error *err)
{
    values->map = pal_map_new(arena, 0);
    return values->map ? PAL_OK : pal_nomem(err, "groups");
}

uint32_t est_values_add(struct est_values *values, struct pal_arena *arena, pal_str text,
                        double sort)
{
    bool is_new;
    const size_t code = pal_map_add(values->map, text, &is_new);
    if (code >= EST_TOTAL - 2)
        return UINT32_MAX;
    if (!is_new)
        return (uint32_t)code;
    if (code >= values->room) {
        const size_t room = values->room ? 2 * values->room : 16;
        double *sorts = pal_arena_grow(arena, values->sort, values->room, room, sizeof *sorts);
        if (!sorts)
            return UINT32_MAX;
        values->sort = sorts;
        values->room = room;
    }
    values->sort[code] = sort;
    return (uint32_t)code;
}
