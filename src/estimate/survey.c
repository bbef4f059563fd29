/* survey.c: a survey from its first row to its last: rows find their units and weights, frames are
 * fed, surveys are merged, and counts are made final. */
#include "survey.h"

#include <math.h>
#include <string.h>

/* ---- beginning ------------------------------------------------------------------------------- */

/* A design effect compares with simple random sampling, which asks for squares of values. */
static enum pal_status add_squares(struct pal_survey *s, size_t f, struct pal_error *err)
{
    const struct pal_survey_frame *asked = &s->ask.frame[f];
    const bool deff = s->ask.deff != PAL_DEFF_NONE;
    struct pal_survey_term *term = pal_arena_alloc(s->arena, 2 * asked->terms + 1, sizeof *term);
    s->square[f] = pal_arena_alloc(s->arena, asked->terms + 1, sizeof **s->square);
    if (!term || !s->square[f])
        return pal_nomem(err, "a survey");
    size_t n = asked->terms;
    for (size_t k = 0; k < asked->terms; k++) {
        term[k] = asked->term[k];
        s->square[f][k] = PAL_NO_TERM;
        if (deff && term[k].kind == PAL_TERM_VALUE) {
            s->square[f][k] = n;
            term[n++] = (struct pal_survey_term){PAL_TERM_SQUARE, k};
        }
    }
    s->frame[f] = (struct pal_survey_frame){n, term};
    return PAL_OK;
}

/* No statistic of the frame takes sums of weights. */
static bool weights_spared(const struct pal_survey_ask *ask, size_t f)
{
    for (size_t i = 0; i < ask->statistics; i++) {
        const struct pal_survey_statistic *s = &ask->statistic[i];
        if (s->levels == f || (s->frame == f && (s->kind->weighs || s->levels != PAL_NO_FRAME)))
            return false;
    }
    return ask->once;
}

static enum pal_status begin_frames(struct pal_survey *s, struct pal_error *err)
{
    const size_t frames = s->ask.frames;
    s->frame = pal_arena_alloc(s->arena, frames + 1, sizeof *s->frame);
    s->square = pal_arena_alloc(s->arena, frames + 1, sizeof *s->square);
    s->table = pal_arena_alloc(s->arena, frames + 1, sizeof *s->table);
    s->given = pal_arena_alloc(s->arena, frames + 1, sizeof *s->given);
    s->ranks = pal_arena_alloc(s->arena, frames + 1, sizeof *s->ranks);
    if (!s->frame || !s->square || !s->table || !s->given || !s->ranks)
        return pal_nomem(err, "a survey");
    for (size_t f = 0; f < frames; f++) {
        PAL_TRY(add_squares(s, f, err));
        PAL_TRY(survey_table_new(&s->frame[f], s->arena, &s->table[f], err));
        survey_ranks_new(&s->ranks[f], s->weights, s->ask.replicates, s->arena);
        if (s->ask.method == PAL_SURVEY_GIVEN)
            survey_given_new(&s->given[f], &s->table[f], s->ask.replicates,
                             weights_spared(&s->ask, f));
    }
    survey_ranks_new(&s->whole, s->weights, s->ask.replicates, s->arena);
    return PAL_OK;
}

enum pal_status pal_survey_new(const struct pal_survey_ask *ask, struct pal_arena *arena,
                               struct pal_survey **out, struct pal_error *err)
{
    struct pal_survey *s = pal_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return pal_nomem(err, "a survey");
    *s = (struct pal_survey){.ask = *ask, .arena = arena};
    if (!(s->ask.level > 0))
        s->ask.level = 0.95;
    if (s->ask.level >= 1)
        return pal_fail(err, PAL_USAGE, "a level is a number between 0 and 1, not %g",
                        s->ask.level);
    const pal_str word = ask->interval ? pal_str_of(ask->interval) : PAL_STR("t");
    s->interval = pal_survey_interval_find(word);
    if (!s->interval) {
        const pal_str near = pal_survey_interval_nearest(word);
        return pal_fail(err, PAL_USAGE, "samples have no interval '%.*s'%s%.*s%s", PAL_ARG(word),
                        near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
    }
    const struct pal_design_spec *spec = &s->ask.design;
    bool fpc = false;
    for (size_t k = 0; k < PAL_MAX_STAGES; k++)
        fpc = fpc || spec->fpc[k];
    s->fpc_weights = !spec->weights && fpc;
    s->by_unit =
        ask->method == PAL_SURVEY_TAYLOR || ask->method == PAL_SURVEY_MADE || s->fpc_weights;
    s->has_design = s->by_unit || spec->stages > 0 || spec->strata[0];
    if (s->has_design)
        PAL_TRY(pal_design_new(spec, arena, &s->design, err));
    s->replicate = pal_arena_alloc(arena, ask->replicates + 1, sizeof *s->replicate);
    s->product = pal_arena_alloc(arena, ask->replicates + 1, sizeof *s->product);
    if (!s->replicate || !s->product)
        return pal_nomem(err, "a survey");
    s->sums_given = ask->method == PAL_SURVEY_GIVEN;
    if (survey_ranks_wanted(s) && !ask->hold)
        PAL_TRY(survey_weights_new(ask->replicates, arena, &s->weights, err));
    *out = s;
    PAL_TRY(begin_frames(s, err));
    return ask->hold ? survey_held_new(s, err) : PAL_OK;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

bool survey_ranks_by_group(const struct pal_survey *s)
{
    return s->ask.method == PAL_SURVEY_GIVEN &&
           (s->ask.df == PAL_DF_DOMAIN || s->ask.df == PAL_DF_RANK ||
            s->ask.df == PAL_DF_RANK_BEFORE);
}

bool survey_ranks_wanted(const struct pal_survey *s)
{
    return s->ask.method == PAL_SURVEY_GIVEN &&
           (s->ask.df == PAL_DF_DOMAIN || s->ask.df == PAL_DF_DESIGN || s->ask.df == PAL_DF_RANK ||
            s->ask.df == PAL_DF_RANK_BEFORE);
}

static enum pal_status rows_room(struct pal_survey *s, size_t rows, struct pal_error *err)
{
    if (rows <= s->room)
        return PAL_OK;
    s->unit = pal_arena_alloc(s->arena, rows, sizeof *s->unit);
    s->nowhere = pal_arena_alloc(s->arena, rows, sizeof *s->nowhere);
    s->ones = pal_arena_alloc(s->arena, rows, sizeof *s->ones);
    if (!s->unit || !s->nowhere || !s->ones)
        return pal_nomem(err, "the rows of a survey");
    for (size_t i = 0; i < rows; i++)
        s->ones[i] = 1;
    for (size_t r = 0; s->ask.factors && r < s->ask.replicates; r++) {
        s->product[r] = pal_arena_alloc(s->arena, rows, sizeof **s->product);
        if (!s->product[r])
            return pal_nomem(err, "the rows of a survey");
    }
    s->room = rows;
    return PAL_OK;
}

static enum pal_status check_weights(const struct pal_survey_rows *rows, struct pal_error *err)
{
    const struct pal_design_rows *at = &rows->design;
    for (size_t i = 0; i < at->rows; i++) {
        const bool absent = rows->weight_absent && rows->weight_absent[i];
        if (!absent && rows->weight[i] >= 0 && isfinite(rows->weight[i]))
            continue;
        const struct pal_place place = {at->file, at->line ? at->line[i] : 0, 0};
        if (absent)
            return pal_fail_at(err, PAL_DATA, &place,
                               "the weight is missing; a row without one belongs to no sample");
        return pal_fail_at(err, PAL_DATA, &place, "a weight is %g; it cannot be below zero",
                           rows->weight[i]);
    }
    return PAL_OK;
}

static enum pal_status mark_heavy(struct pal_survey *s, struct pal_error *err)
{
    const size_t units = pal_design_units(s->design);
    if (units > s->heavy_room) {
        const size_t room = units > 2 * s->heavy_room ? units : 2 * s->heavy_room;
        s->heavy = pal_arena_grow(s->arena, s->heavy, s->heavy_room, room, 1);
        if (!s->heavy)
            return pal_nomem(err, "the units of a survey");
        s->heavy_room = room;
    }
    for (size_t i = 0; i < s->rows; i++)
        if (s->weight[i] != 0)
            s->heavy[s->unit[i]] = 1;
    return PAL_OK;
}

enum pal_status pal_survey_rows(struct pal_survey *s, const struct pal_survey_rows *rows,
                                struct pal_error *err)
{
    const size_t n = rows->design.rows;
    PAL_TRY(rows_room(s, n, err));
    s->rows = n;
    s->weight = rows->weight ? rows->weight : s->ones;
    if (rows->weight)
        PAL_TRY(check_weights(rows, err));
    if (s->has_design) {
        PAL_TRY(pal_design_add(s->design, &rows->design, s->unit, err));
        PAL_TRY(mark_heavy(s, err));
    }
    for (size_t r = 0; rows->replicate && r < s->ask.replicates; r++) {
        if (!s->ask.factors) {
            s->replicate[r] = rows->replicate[r];
            continue;
        }
        for (size_t i = 0; i < n; i++)
            s->product[r][i] = rows->replicate[r][i] * s->weight[i];
        s->replicate[r] = s->product[r];
    }
    if (s->held)
        return survey_held_rows(s, err);
    if (!s->weights)
        return PAL_OK;
    PAL_TRY(survey_weights_batch(s->weights, s->replicate, n, err));
    return survey_ranks_feed(&s->whole, n, NULL, 1, err);
}

enum pal_status pal_survey_feed(struct pal_survey *s, const struct pal_survey_cells *cells,
                                struct pal_error *err)
{
    return s->held ? survey_held_feed(s, cells, err) : survey_feed_now(s, cells, err);
}

enum pal_status survey_feed_now(struct pal_survey *s, const struct pal_survey_cells *cells,
                                struct pal_error *err)
{
    struct survey_table *table = &s->table[cells->frame];
    PAL_TRY(survey_table_feed(table, s->rows, s->by_unit ? s->unit : s->nowhere, s->weight, cells,
                              s->arena, err));
    if (s->sums_given)
        PAL_TRY(survey_given_feed(&s->given[cells->frame], table, s, cells, err));
    if (s->weights && survey_ranks_by_group(s))
        PAL_TRY(
            survey_ranks_feed(&s->ranks[cells->frame], s->rows, cells->group, cells->groups, err));
    return PAL_OK;
}

/* ---- merging ------------------------------------------------------------------------------------
 */

static enum pal_status merge_units(struct pal_survey *into, const struct pal_survey *from,
                                   const struct pal_survey_mapping *map, uint32_t *unit,
                                   struct pal_arena *scratch, struct pal_error *err)
{
    const size_t n = pal_design_units(from->design);
    PAL_TRY(pal_design_merge(into->design, from->design, map ? map->stratum : NULL,
                             map ? map->unit : NULL, scratch, unit, err));
    into->rows = 0;
    PAL_TRY(mark_heavy(into, err)); /* makes room */
    for (size_t u = 0; u < n; u++)
        into->heavy[unit[u]] |= from->heavy[u];
    return PAL_OK;
}

static enum pal_status merge_frames(struct pal_survey *into, const struct pal_survey *from,
                                    const struct pal_survey_mapping *map, const uint32_t *unit,
                                    struct pal_error *err)
{
    for (size_t f = 0; f < into->ask.frames; f++) {
        const uint32_t *group = map && map->group ? map->group[f] : NULL;
        PAL_TRY(survey_table_merge(&into->table[f], &from->table[f], group,
                                   into->by_unit ? unit : NULL, into->arena, err));
        if (into->ask.method == PAL_SURVEY_GIVEN)
            PAL_TRY(survey_given_merge(&into->given[f], &into->table[f], &from->given[f],
                                       &from->table[f], group, into->arena, err));
    }
    return PAL_OK;
}

static enum pal_status merge_ranks(struct pal_survey *into, const struct pal_survey *from,
                                   const struct pal_survey_mapping *map, struct pal_arena *scratch,
                                   struct pal_error *err)
{
    const size_t rows = survey_weights_rows(from->weights);
    struct survey_weight *weight = pal_arena_alloc(scratch, rows + 1, sizeof *weight);
    double *row = pal_arena_alloc(scratch, into->ask.replicates + 1, sizeof *row);
    if (!weight || !row)
        return pal_nomem(err, "the rank of the replicate weights");
    for (size_t i = 0; i < rows; i++) {
        if (!survey_weights_used(from->weights, i))
            continue;
        survey_weights_read(from->weights, (struct survey_weight){(uint32_t)i, 1}, row);
        PAL_TRY(survey_weights_add(into->weights, row, &weight[i], err));
    }
    for (size_t f = 0; f < into->ask.frames; f++)
        PAL_TRY(survey_ranks_merge(&into->ranks[f], &from->ranks[f], weight,
                                   map && map->group ? map->group[f] : NULL, scratch, err));
    PAL_TRY(survey_ranks_merge(&into->whole, &from->whole, weight, NULL, scratch, err));
    for (size_t i = 0; i < rows; i++)
        if (survey_weights_used(from->weights, i))
            survey_weights_forget(into->weights, weight[i]);
    return PAL_OK;
}

enum pal_status pal_survey_merge(struct pal_survey *into, const struct pal_survey *from,
                                 const struct pal_survey_mapping *map, struct pal_error *err)
{
    if (into->moments || from->moments)
        return survey_moments_merge(into, from, map ? map->group : NULL, err);
    if (into->ask.once || from->ask.once)
        return pal_fail(err, PAL_BUG, "surveys that are answered once are not merged");
    struct pal_arena *scratch = pal_arena_new();
    const size_t units = from->has_design ? pal_design_units(from->design) : 0;
    uint32_t *unit = scratch ? pal_arena_alloc(scratch, units + 1, sizeof *unit) : NULL;
    enum pal_status status = unit ? PAL_OK : pal_nomem(err, "the units of a survey");
    if (status == PAL_OK && from->has_design)
        status = merge_units(into, from, map, unit, scratch, err);
    if (status == PAL_OK && into->held)
        status = survey_held_merge(into, from, unit, map ? map->group : NULL, err);
    else if (status == PAL_OK)
        status = merge_frames(into, from, map, unit, err);
    if (status == PAL_OK && into->weights)
        status = merge_ranks(into, from, map, scratch, err);
    if (scratch)
        pal_arena_free(scratch);
    return status;
}

void pal_survey_factors(struct pal_survey *s, size_t n, const double *factor)
{
    s->ask.replicates = n;
    s->unit_factor = factor;
}

enum pal_status pal_survey_joint(struct pal_survey *s, const double *joint, struct pal_error *err)
{
    return pal_design_joint(s->design, joint, err);
}

/* ---- closing
 * ------------------------------------------------------------------------------------- */

static enum pal_status make_replicates(struct pal_survey *s, struct pal_error *err)
{
    const struct pal_survey_ask *ask = &s->ask;
    if (s->unit_factor)
        PAL_TRY(pal_replicates_of(s->design, ask->replicates, s->unit_factor, s->arena,
                                  &s->replicates, err));
    else if (ask->method == PAL_SURVEY_MADE)
        PAL_TRY(pal_replicates_make(s->design, ask->replicate, ask->replicates, ask->rho, ask->seed,
                                    s->arena, &s->replicates, err));
    else
        s->replicates = (struct pal_replicates){.n = ask->replicates, .scale = 1};
    if (ask->scale > 0)
        s->replicates.scale = ask->scale;
    if (ask->rscale)
        s->replicates.rscale = ask->rscale;
    s->replicates.mse = s->replicates.mse || ask->mse;
    return PAL_OK;
}

/* Units and strata with a row of non-zero weight, counted over all. */
static enum pal_status count_design(struct pal_survey *s, struct pal_error *err)
{
    uint8_t *psu = pal_arena_alloc(s->arena, pal_design_psus(s->design) + 1, 1);
    uint8_t *stratum = pal_arena_alloc(s->arena, pal_design_strata(s->design) + 1, 1);
    if (!psu || !stratum)
        return pal_nomem(err, "the units of a survey");
    s->df_design = 0;
    for (size_t u = 0; u < pal_design_units(s->design); u++) {
        const uint32_t at = pal_design_psu_of(s->design, (uint32_t)u);
        if (!s->heavy[u] || psu[at])
            continue;
        psu[at] = 1;
        s->df_design += 1;
        const uint32_t h = pal_design_stratum_of(s->design, at);
        s->df_design -= !stratum[h];
        stratum[h] = 1;
    }
    return PAL_OK;
}

enum pal_status survey_name_method(struct pal_survey *s, struct pal_error *err)
{
    static const char *const linearized[] = {
        [PAL_UNEQUAL_NONE] = "Taylor linearization",
        [PAL_UNEQUAL_BREWER] = "Taylor linearization, unequal probabilities (Brewer)",
        [PAL_UNEQUAL_HAJEK] = "Taylor linearization, unequal probabilities (Hajek)",
        [PAL_UNEQUAL_HORVITZ_THOMPSON] =
            "Taylor linearization, joint probabilities (Horvitz-Thompson)",
        [PAL_UNEQUAL_YATES_GRUNDY] = "Taylor linearization, joint probabilities (Yates-Grundy-Sen)",
    };
    static const char *const made[] = {
        [PAL_REP_GIVEN] = "replicate weights",
        [PAL_REP_JK1] = "jackknife (JK1)",
        [PAL_REP_JKN] = "stratified jackknife (JKn)",
        [PAL_REP_JK2] = "paired jackknife (JK2)",
        [PAL_REP_BRR] = "balanced repeated replication",
        [PAL_REP_FAY] = "balanced repeated replication (Fay)",
        [PAL_REP_BOOTSTRAP] = "bootstrap of units (Canty-Davison)",
        [PAL_REP_RAO_WU] = "bootstrap of units (Rao-Wu)",
        [PAL_REP_SDR] = "successive differences",
    };
    if (s->ask.method == PAL_SURVEY_TAYLOR)
        s->method = linearized[s->ask.design.unequal];
    else if (s->ask.method == PAL_SURVEY_VALUE)
        s->method = "value alone, no variance asked";
    else
        s->method = pal_arena_printf(s->arena, "%s, %zu replicates", made[s->ask.replicate],
                                     s->replicates.n)
                        .ptr;
    return s->method ? PAL_OK : pal_nomem(err, "a survey");
}

enum pal_status pal_survey_close(struct pal_survey *s, struct pal_error *err)
{
    double *unit_weight = NULL;
    size_t units = 1;
    if (s->moments)
        return PAL_OK;
    if (s->has_design) {
        PAL_TRY(pal_design_close(s->design, err));
        units = pal_design_units(s->design);
        PAL_TRY(count_design(s, err));
    }
    if (s->fpc_weights) {
        unit_weight = pal_arena_alloc(s->arena, units + 1, sizeof *unit_weight);
        if (!unit_weight)
            return pal_nomem(err, "the units of a survey");
        for (size_t u = 0; u < units; u++)
            unit_weight[u] = pal_design_unit_weight(s->design, (uint32_t)u);
    }
    if (s->ask.method == PAL_SURVEY_MADE || s->ask.method == PAL_SURVEY_GIVEN)
        PAL_TRY(make_replicates(s, err));
    if (s->held) {
        PAL_TRY(survey_held_close(s, unit_weight, err));
        unit_weight = NULL; /* it is in the rows' own */
        if (s->has_design)
            PAL_TRY(count_design(s, err));
    }
    if (s->by_unit) {
        s->place = pal_arena_alloc(s->arena, units + 1, sizeof *s->place);
        if (!s->place)
            return pal_nomem(err, "the units of a survey");
        PAL_TRY(pal_design_arrange(s->design, s->place, err));
    }
    PAL_TRY(survey_unite_all(s, err));
    for (size_t f = 0; f < s->ask.frames; f++)
        PAL_TRY(survey_table_close(&s->table[f], unit_weight, s->place, s->by_unit ? units : 1,
                                   s->arena, err));
    if (s->weights)
        PAL_TRY(survey_ranks_of(&s->whole, 0, s->arena, &s->rank, err));
    if (survey_ranks_wanted(s))
        s->df_design = s->rank - 1;
    return survey_name_method(s, err);
}

const struct pal_design *pal_survey_design(const struct pal_survey *s) { return s->design; }

double pal_survey_df_design(const struct pal_survey *s)
{
    return s->has_design || survey_ranks_wanted(s) ? s->df_design : (double)NAN;
}
