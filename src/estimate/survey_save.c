/* survey_save.c: an open survey as bytes, so that samples of several ministries are added up by
 * somebody who never sees a record. */
#include "survey.h"

#include <string.h>

static void save_codes(const uint32_t *const *code, size_t n, struct pal_buf *out)
{
    for (size_t s = 0; s < PAL_MAX_STAGES; s++)
        for (size_t i = 0; code[s] && i < n; i++)
            pal_pack_u32(out, code[s][i]);
}

static enum pal_status save_design(const struct pal_survey *s, struct pal_buf *out,
                                   struct pal_error *err)
{
    struct pal_arena *scratch = pal_arena_new();
    struct pal_design_rows rows = {0};
    enum pal_status status =
        scratch ? pal_design_list(s->design, scratch, &rows, err) : pal_nomem(err, "a saved state");
    if (status == PAL_OK) {
        pal_pack_u64(out, rows.rows);
        save_codes(rows.stratum, rows.rows, out);
        save_codes(rows.unit, rows.rows, out);
        for (size_t k = 0; k < PAL_MAX_STAGES; k++)
            for (size_t i = 0; rows.fpc[k] && i < rows.rows; i++)
                pal_pack_f64(out, rows.fpc[k][i]);
        pal_buf_add(out, (pal_str){(const char *)s->heavy, rows.rows});
    }
    if (scratch)
        pal_arena_free(scratch);
    return status;
}

static void save_given(const struct survey_given *given, struct pal_buf *out)
{
    pal_pack_u64(out, given->groups);
    pal_pack_u32(out, given->missing != NULL);
    for (size_t r = 0; r < given->replicates; r++) {
        for (size_t i = 0; i < given->groups * given->width; i++)
            pal_pack_f64(out, given->sum[i * given->replicates + r]);
        for (size_t i = 0; given->missing && i < given->groups * given->terms; i++)
            pal_pack_f64(out, given->missing[i * given->replicates + r]);
    }
}

/* Rows of weights that ranks ask for, numbered anew: number[] receives theirs. */
static void save_weights(const struct survey_weights *weights, size_t n, double *row,
                         uint32_t *number, struct pal_buf *out)
{
    const size_t rows = survey_weights_rows(weights);
    uint32_t used = 0;
    for (size_t i = 0; i < rows; i++)
        if (survey_weights_used(weights, i))
            number[i] = used++;
    pal_pack_u64(out, used);
    for (size_t i = 0; i < rows; i++) {
        if (!survey_weights_used(weights, i))
            continue;
        survey_weights_read(weights, (struct survey_weight){(uint32_t)i, 1}, row);
        for (size_t r = 0; r < n; r++)
            pal_pack_f64(out, row[r]);
    }
}

static void save_ranks(const struct survey_ranks *ranks, const uint32_t *number,
                       struct pal_buf *out)
{
    const size_t n = ranks->replicates;
    pal_pack_u64(out, ranks->groups);
    for (size_t g = 0; g < ranks->groups; g++) {
        const struct survey_rank *rank = &ranks->group[g];
        pal_pack_f64(out, rank->left);
        pal_pack_f64(out, rank->length);
        pal_pack_u64(out, rank->rows);
        for (size_t i = 0; i < rank->rows; i++) {
            pal_pack_u32(out, number[rank->row[i].row]);
            pal_pack_f64(out, (double)rank->row[i].scale);
        }
        pal_pack_u32(out, rank->triangle != NULL);
        for (size_t i = 0; rank->triangle && i < n * (n + 1) / 2; i++)
            pal_pack_f64(out, rank->triangle[i]);
    }
}

static enum pal_status save_all_ranks(const struct pal_survey *s, struct pal_buf *out,
                                      struct pal_error *err)
{
    const size_t n = s->ask.replicates, rows = survey_weights_rows(s->weights);
    struct pal_arena *scratch = pal_arena_new();
    double *row = scratch ? pal_arena_alloc(scratch, n + 1, sizeof *row) : NULL;
    uint32_t *number = scratch ? pal_arena_alloc(scratch, rows + 1, sizeof *number) : NULL;
    const enum pal_status status = row && number ? PAL_OK : pal_nomem(err, "a saved state");
    if (status == PAL_OK) {
        save_weights(s->weights, n, row, number, out);
        for (size_t f = 0; f < s->ask.frames; f++)
            save_ranks(&s->ranks[f], number, out);
        save_ranks(&s->whole, number, out);
    }
    if (scratch)
        pal_arena_free(scratch);
    return status;
}

enum pal_status pal_survey_save(const struct pal_survey *s, struct pal_buf *out,
                                struct pal_error *err)
{
    if (s->held)
        return pal_fail(err, PAL_USAGE,
                        "quantiles and adjusted weights need the rows, and a saved state holds "
                        "none: ask for them where the rows are");
    if (s->ask.once)
        return pal_fail(err, PAL_BUG, "surveys that are answered once are not saved");
    if (s->moments)
        return survey_moments_save(s, out, err);
    if (s->has_design)
        PAL_TRY(save_design(s, out, err));
    for (size_t f = 0; f < s->ask.frames; f++) {
        PAL_TRY(survey_table_save(&s->table[f], out, err));
        if (s->ask.method == PAL_SURVEY_GIVEN)
            save_given(&s->given[f], out);
    }
    if (s->weights)
        PAL_TRY(save_all_ranks(s, out, err));
    return pal_buf_status(out, "a saved state", err);
}

/* ---- loading
 * ------------------------------------------------------------------------------------ */

static enum pal_status load_codes(bool there, size_t n, const uint32_t **out, struct pal_unpack *in,
                                  struct pal_arena *arena, struct pal_error *err)
{
    *out = NULL;
    if (!there)
        return PAL_OK;
    uint32_t *code = pal_arena_alloc(arena, n + 1, sizeof *code);
    if (!code)
        return pal_nomem(err, "a saved state");
    for (size_t i = 0; i < n; i++)
        code[i] = pal_unpack_u32(in);
    *out = code;
    return PAL_OK;
}

static enum pal_status load_rows(const struct pal_design_spec *spec, size_t levels, size_t n,
                                 struct pal_design_rows *rows, struct pal_unpack *in,
                                 struct pal_arena *arena, struct pal_error *err)
{
    *rows = (struct pal_design_rows){.rows = n};
    for (size_t s = 0; s < levels; s++)
        PAL_TRY(load_codes(spec->strata[s], n, &rows->stratum[s], in, arena, err));
    for (size_t s = 0; s < levels; s++)
        PAL_TRY(load_codes(s < spec->stages, n, &rows->unit[s], in, arena, err));
    for (size_t s = 0; s < levels; s++) {
        double *fpc = pal_arena_alloc(arena, n + 1, sizeof *fpc);
        if (!fpc)
            return pal_nomem(err, "a saved state");
        for (size_t i = 0; spec->fpc[s] && i < n; i++)
            fpc[i] = pal_unpack_f64(in);
        rows->fpc[s] = spec->fpc[s] ? fpc : NULL;
    }
    return PAL_OK;
}

static enum pal_status load_design(struct pal_survey *s, struct pal_unpack *in,
                                   struct pal_error *err)
{
    const uint64_t n = pal_unpack_u64(in);
    if (in->failed || n > in->rest.len) { /* each unit takes a byte or more */
        in->failed = true;
        return PAL_OK;
    }
    const struct pal_design_spec *spec = &s->ask.design;
    size_t levels = 1;
    for (size_t k = 1; k < spec->stages; k++)
        levels = spec->fpc[k] ? k + 1 : levels;
    struct pal_design_rows rows;
    uint32_t *unit = pal_arena_alloc(s->arena, (size_t)n + 1, sizeof *unit);
    s->heavy = pal_arena_alloc(s->arena, (size_t)n + 1, 1);
    s->heavy_room = (size_t)n;
    if (!unit || !s->heavy)
        return pal_nomem(err, "a saved state");
    PAL_TRY(load_rows(spec, levels, (size_t)n, &rows, in, s->arena, err));
    if (in->failed || in->rest.len < n) {
        in->failed = true;
        return PAL_OK;
    }
    PAL_TRY(pal_design_add(s->design, &rows, unit, err));
    for (size_t u = 0; u < n; u++) {
        s->heavy[u] = in->rest.ptr[u] != 0;
        in->failed = in->failed || unit[u] != u; /* a unit stands there twice */
    }
    in->rest.ptr += n;
    in->rest.len -= n;
    return PAL_OK;
}

static bool room_for(struct pal_unpack *in, uint64_t n, size_t each)
{
    if (in->failed || (each && n > in->rest.len / each))
        in->failed = true;
    return !in->failed;
}

struct loading {
    struct survey_weights *weights;
    size_t n, rows;
    struct survey_weight *weight; /* [rows] as they are numbered here */
};

static enum pal_status load_weights(struct loading *l, struct pal_unpack *in,
                                    struct pal_arena *arena, struct pal_error *err)
{
    const uint64_t rows = pal_unpack_u64(in);
    if (!room_for(in, rows, 8 * (l->n ? l->n : 1)))
        return PAL_OK;
    double *row = pal_arena_alloc(arena, l->n + 1, sizeof *row);
    l->rows = (size_t)rows;
    l->weight = pal_arena_alloc(arena, l->rows + 1, sizeof *l->weight);
    if (!row || !l->weight)
        return pal_nomem(err, "a saved state");
    for (size_t i = 0; i < l->rows; i++) {
        for (size_t r = 0; r < l->n; r++)
            row[r] = pal_unpack_f64(in);
        PAL_TRY(survey_weights_add(l->weights, row, &l->weight[i], err));
    }
    return PAL_OK;
}

static enum pal_status load_rank(const struct loading *l, struct survey_rank *rank,
                                 struct pal_unpack *in, struct pal_arena *arena,
                                 struct pal_error *err)
{
    rank->left = pal_unpack_f64(in);
    rank->length = pal_unpack_f64(in);
    const uint64_t rows = pal_unpack_u64(in);
    if (!room_for(in, rows, 12))
        return PAL_OK;
    rank->row = pal_arena_alloc(arena, (size_t)rows + 1, sizeof *rank->row);
    if (!rank->row)
        return pal_nomem(err, "a saved state");
    rank->room = (size_t)rows;
    for (size_t i = 0; i < rows && !in->failed; i++) {
        const uint32_t row = pal_unpack_u32(in);
        const double scale = pal_unpack_f64(in);
        if (row >= l->rows || survey_weights_none(l->weight[row])) {
            in->failed = true;
            return PAL_OK;
        }
        rank->row[i] = l->weight[row];
        rank->row[i].scale *= (float)scale;
        survey_weights_use(l->weights, rank->row[i]);
        rank->rows++;
    }
    rank->most = rank->rows + 1;
    if (pal_unpack_u32(in) == 0)
        return PAL_OK;
    const size_t triangle = l->n * (l->n + 1) / 2;
    if (!room_for(in, triangle, 8))
        return PAL_OK;
    rank->triangle = pal_arena_alloc(arena, triangle + 1, sizeof *rank->triangle);
    if (!rank->triangle)
        return pal_nomem(err, "a saved state");
    for (size_t i = 0; i < triangle; i++)
        rank->triangle[i] = pal_unpack_f64(in);
    return PAL_OK;
}

static enum pal_status load_ranks(const struct loading *l, struct survey_ranks *ranks,
                                  struct pal_unpack *in, struct pal_arena *arena,
                                  struct pal_error *err)
{
    const uint64_t groups = pal_unpack_u64(in);
    if (!room_for(in, groups, 28))
        return PAL_OK;
    PAL_TRY(survey_ranks_groups(ranks, (size_t)groups, err));
    for (size_t g = 0; g < groups && !in->failed; g++)
        PAL_TRY(load_rank(l, &ranks->group[g], in, arena, err));
    return PAL_OK;
}

static enum pal_status load_all_ranks(struct pal_survey *s, struct pal_unpack *in,
                                      struct pal_error *err)
{
    struct loading l = {.weights = s->weights, .n = s->ask.replicates};
    PAL_TRY(load_weights(&l, in, s->arena, err));
    for (size_t f = 0; f < s->ask.frames && !in->failed; f++)
        PAL_TRY(load_ranks(&l, &s->ranks[f], in, s->arena, err));
    if (!in->failed)
        PAL_TRY(load_ranks(&l, &s->whole, in, s->arena, err));
    for (size_t i = 0; i < l.rows; i++)
        survey_weights_forget(s->weights, l.weight[i]);
    return PAL_OK;
}

static enum pal_status load_given(struct survey_given *given, struct pal_unpack *in,
                                  struct pal_arena *arena, struct pal_error *err)
{
    const uint64_t groups = pal_unpack_u64(in);
    const bool missing = pal_unpack_u32(in) != 0;
    if (!room_for(in, groups, 8 * given->width * (given->replicates ? given->replicates : 1)))
        return PAL_OK;
    given->groups = given->room = (size_t)groups;
    const size_t sums = given->groups * given->width, gone = given->groups * given->terms;
    given->sum = pal_arena_alloc(arena, sums * given->replicates + 1, sizeof(double));
    if (missing)
        given->missing = pal_arena_alloc(arena, gone * given->replicates + 1, sizeof(double));
    if (!given->sum || (missing && !given->missing))
        return pal_nomem(err, "a saved state");
    for (size_t r = 0; r < given->replicates; r++) {
        for (size_t i = 0; i < sums; i++)
            given->sum[i * given->replicates + r] = pal_unpack_f64(in);
        for (size_t i = 0; missing && i < gone; i++)
            given->missing[i * given->replicates + r] = pal_unpack_f64(in);
    }
    return PAL_OK;
}

enum pal_status pal_survey_load(struct pal_survey *s, struct pal_unpack *in, struct pal_error *err)
{
    if (s->moments)
        return survey_moments_load(s, in, err);
    if (s->has_design)
        PAL_TRY(load_design(s, in, err));
    const size_t units = s->by_unit ? pal_design_units(s->design) : 1;
    for (size_t f = 0; f < s->ask.frames && !in->failed; f++) {
        PAL_TRY(survey_table_load(&s->table[f], units, in, s->arena, err));
        if (s->ask.method == PAL_SURVEY_GIVEN)
            PAL_TRY(load_given(&s->given[f], in, s->arena, err));
    }
    return s->weights && !in->failed ? load_all_ranks(s, in, err) : PAL_OK;
}
