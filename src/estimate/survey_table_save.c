/* survey_table_save.c: the bytes of a table, and back. */
#include "survey_table.h"

static void save_cells(const struct survey_table *t, const struct survey_by_cell *by,
                       struct pal_buf *out)
{
    pal_pack_u64(out, t->cells);
    for (size_t c = 0; c < t->cells; c++) {
        const double *cell = cell_at(t, c);
        pal_pack_u64(out, word_of(cell, CELL_KEY));
        pal_pack_f64(out, cell[CELL_W]);
        survey_list_sums(t, by, c);
        for (size_t k = 0; k < t->terms; k++)
            if (t->sum[k])
                pal_pack_f64(out, by->sum[k]);
        uint32_t parts = 0;
        for (uint32_t at = parts_of(cell); at; at = t->part[at - 1].next)
            parts++;
        pal_pack_u32(out, parts);
        for (uint32_t at = parts_of(cell); at; at = t->part[at - 1].next) {
            pal_pack_u32(out, t->part[at - 1].term);
            pal_pack_f64(out, t->part[at - 1].w);
        }
    }
}

enum pal_status survey_table_save(const struct survey_table *t, struct pal_buf *out,
                                  struct pal_error *err)
{
    struct pal_arena *scratch = pal_arena_new();
    struct survey_by_cell by;
    for (size_t k = 0; k < t->terms; k++)
        pal_pack_f64(out, t->centre[k]);
    pal_pack_u64(out, t->groups);
    for (size_t g = 0; g < t->groups; g++) {
        pal_pack_u64(out, t->count[g].all);
        pal_pack_u64(out, t->count[g].weighted);
    }
    for (size_t i = 0; i < t->groups * t->terms; i++) {
        pal_pack_u64(out, t->missing[i].all);
        pal_pack_u64(out, t->missing[i].weighted);
    }
    const enum pal_status status =
        scratch ? survey_list_by_cell(t, scratch, &by, err) : pal_nomem(err, "a saved state");
    if (status == PAL_OK)
        save_cells(t, &by, out);
    if (scratch)
        pal_arena_free(scratch);
    return status;
}

static enum pal_status load_cell(struct survey_table *t, size_t units, struct pal_unpack *in,
                                 struct pal_arena *arena, struct pal_error *err)
{
    const uint64_t key = pal_unpack_u64(in);
    const size_t cells = t->cells;
    if ((uint32_t)(key >> 32) >= t->groups || (uint32_t)key >= units)
        in->failed = true;
    const uint32_t at = in->failed ? 0 : survey_cell_of(t, key, arena);
    if (at == NO_CELL)
        return pal_nomem(err, "a saved state");
    if (in->failed || t->cells != cells + 1) {
        in->failed = true;
        return PAL_OK;
    }
    double *cell = cell_at(t, at);
    cell[CELL_W] = pal_unpack_f64(in);
    for (size_t k = 0; k < t->terms; k++)
        if (t->sum[k] && !survey_list_add(t, at, k, pal_unpack_f64(in), arena))
            return pal_nomem(err, "a saved state");
    const uint32_t parts = pal_unpack_u32(in);
    for (uint32_t p = 0; p < parts && !in->failed; p++) {
        const uint32_t term = pal_unpack_u32(in);
        const double w = pal_unpack_f64(in);
        if (term >= t->terms || part_find(t, cell, term)) {
            in->failed = true;
            return PAL_OK;
        }
        struct survey_part *part = survey_part_of(t, cell, term, arena);
        if (!part)
            return pal_nomem(err, "a saved state");
        part->w = w;
    }
    return PAL_OK;
}

enum pal_status survey_table_load(struct survey_table *t, size_t units, struct pal_unpack *in,
                                  struct pal_arena *arena, struct pal_error *err)
{
    for (size_t k = 0; k < t->terms; k++)
        t->centre[k] = pal_unpack_f64(in);
    const uint64_t groups = pal_unpack_u64(in);
    if (in->failed || groups > in->rest.len / sizeof(struct survey_count)) {
        in->failed = true;
        return PAL_OK;
    }
    PAL_TRY(survey_table_groups(t, (size_t)groups, arena, err));
    for (size_t g = 0; g < groups; g++) {
        t->count[g].all = pal_unpack_u64(in);
        t->count[g].weighted = pal_unpack_u64(in);
    }
    for (size_t i = 0; i < groups * t->terms; i++) {
        t->missing[i].all = pal_unpack_u64(in);
        t->missing[i].weighted = pal_unpack_u64(in);
    }
    const uint64_t cells = pal_unpack_u64(in);
    for (uint64_t c = 0; c < cells && !in->failed; c++) {
        if (c % SETTLE_EACH == 0 && !survey_list_settle(t, arena))
            return pal_nomem(err, "a saved state");
        PAL_TRY(load_cell(t, units, in, arena, err));
    }
    return PAL_OK;
}
