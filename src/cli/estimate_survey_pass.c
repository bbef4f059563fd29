/* estimate_survey_pass.c: a file of a sample: batches of columns become the rows of a survey. What
 * a text means is found once a distinct text, not once a row. */
#include "estimate_reading.h"

#include <math.h>
#include <string.h>

struct term_cells {  /* one term of a batch */
    double *value;   /* [room] where it is not a column itself */
    uint8_t *absent; /* [room] */
    struct est_meaning holds;
};

struct frame_cells {
    uint32_t *group; /* [room] */
    uint8_t *inside; /* [room] */
    struct est_meaning *condition, level;
    struct term_cells *term;
    const double **value; /* [terms] */
    const uint8_t **absent;
};

struct reader { /* one file being read */
    struct est_pass *pass;
    struct pal_arena *arena;
    struct est_reading reading;
    struct est_meaning stratum[PAL_MAX_STAGES], unit[PAL_MAX_STAGES];
    size_t room;
    uint8_t *domain, *absent; /* [room] */
    uint32_t *group, *key;    /* [room], one tuple */
    uint32_t *stratum_code[PAL_MAX_STAGES], *unit_code[PAL_MAX_STAGES];
    struct frame_cells *frame;
    const double **replicate;
};

/* ---- passes ------------------------------------------------------------------------------------
 */

enum pal_status est_survey_pass_new(struct est_pass *pass, struct pal_error *err)
{
    const struct est_survey_plan *plan = pass->plan->survey;
    struct pal_arena *arena = pass->arena;
    struct est_survey_pass *s = pal_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return pal_nomem(err, "a pass");
    pass->survey = s;
    s->groups = pal_arena_alloc(arena, plan->frames + 1, sizeof *s->groups);
    s->level = pal_arena_alloc(arena, plan->frames + 1, sizeof *s->level);
    if (!s->groups || !s->level)
        return pal_nomem(err, "a pass");
    for (size_t i = 0; i < PAL_MAX_STAGES; i++) {
        PAL_TRY(est_values_new(&s->stratum[i], arena, err));
        PAL_TRY(est_values_new(&s->unit[i], arena, err));
    }
    for (size_t f = 0; f < plan->frames; f++) {
        if (plan->frame[f].levels == EST_NO_COLUMN)
            continue;
        PAL_TRY(est_values_new(&s->level[f], arena, err));
        PAL_TRY(pal_groups_new(arena, pass->plan->bys + 1, &s->groups[f], err));
    }
    if (plan->weighting)
        PAL_TRY(pal_weighting_rows_new(plan->weighting, arena, &s->adjusted, err));
    return pal_survey_new(&plan->ask, arena, &s->survey, err);
}

/* ---- meanings
 * ------------------------------------------------------------------------------------ */

/* Texts as they stand: code of the value + 1, 0 for a blank. */
static enum pal_status learn_plain(struct reader *r, struct est_meaning *meaning,
                                   struct est_values *values, const struct pal_dict *dict,
                                   struct pal_error *err)
{
    size_t first = 0;
    const size_t codes = pal_dict_count(dict);
    PAL_TRY(est_meaning_room(meaning, codes, r->arena, &first, err));
    for (size_t c = first ? first : 1; c < codes; c++) {
        const pal_str text = pal_dict_text(dict, (uint32_t)c);
        double sort;
        if (!pal_num_parse(text, &sort))
            sort = (double)NAN;
        const uint32_t code = est_values_add(values, r->pass->arena, text, sort);
        if (code == UINT32_MAX)
            return pal_nomem(err, "the units of the design");
        meaning->code[c] = code + 1;
    }
    return PAL_OK;
}

/* ---- room
 * ------------------------------------------------------------------------------------------ */

static enum pal_status frame_room(struct reader *r, size_t f, size_t rows, struct pal_error *err)
{
    const struct est_frame *frame = &r->pass->plan->survey->frame[f];
    struct frame_cells *cells = &r->frame[f];
    cells->group = pal_arena_alloc(r->arena, rows, sizeof *cells->group);
    cells->inside = pal_arena_alloc(r->arena, rows, 1);
    if (!cells->group || !cells->inside)
        return pal_nomem(err, "rows");
    for (size_t t = 0; t < frame->terms; t++) {
        const struct est_term *term = &frame->term[t];
        struct term_cells *to = &cells->term[t];
        if (term->kind == EST_TERM_HOLDS)
            to->value = pal_arena_alloc(r->arena, rows, sizeof *to->value);
        if (term->kind != EST_TERM_SQUARE)
            to->absent = pal_arena_alloc(r->arena, rows, 1);
        if ((term->kind == EST_TERM_HOLDS && !to->value) ||
            (term->kind != EST_TERM_SQUARE && !to->absent))
            return pal_nomem(err, "rows");
    }
    return PAL_OK;
}

static enum pal_status make_room(struct reader *r, size_t rows, struct pal_error *err)
{
    const struct est_survey_plan *plan = r->pass->plan->survey;
    if (rows <= r->room)
        return PAL_OK;
    r->room = rows;
    r->domain = pal_arena_alloc(r->arena, rows, 1);
    r->absent = pal_arena_alloc(r->arena, rows, 1);
    r->group = pal_arena_alloc(r->arena, rows, sizeof *r->group);
    if (!r->domain || !r->absent || !r->group)
        return pal_nomem(err, "rows");
    for (size_t s = 0; s < PAL_MAX_STAGES; s++) {
        if (plan->ask.design.strata[s])
            r->stratum_code[s] = pal_arena_alloc(r->arena, rows, sizeof *r->stratum_code[s]);
        if (s < plan->ask.design.stages)
            r->unit_code[s] = pal_arena_alloc(r->arena, rows, sizeof *r->unit_code[s]);
        if ((plan->ask.design.strata[s] && !r->stratum_code[s]) ||
            (s < plan->ask.design.stages && !r->unit_code[s]))
            return pal_nomem(err, "rows");
    }
    for (size_t f = 0; f < plan->frames; f++)
        PAL_TRY(frame_room(r, f, rows, err));
    return PAL_OK;
}

static enum pal_status reader_new(struct est_pass *pass, struct reader *out, struct pal_error *err)
{
    const struct est_plan *plan = pass->plan;
    const struct est_survey_plan *s = plan->survey;
    struct pal_arena *arena = pass->arena;
    *out = (struct reader){.pass = pass, .arena = arena};
    PAL_TRY(est_reading_new(pass, &out->reading, err));
    out->key = pal_arena_alloc(arena, plan->bys + 2, sizeof *out->key);
    out->frame = pal_arena_alloc(arena, s->frames + 1, sizeof *out->frame);
    out->replicate = pal_arena_alloc(arena, s->replicates + 1, sizeof *out->replicate);
    if (!out->key || !out->frame || !out->replicate)
        return pal_nomem(err, "a pass");
    for (size_t f = 0; f < s->frames; f++) {
        struct frame_cells *cells = &out->frame[f];
        cells->condition =
            pal_arena_alloc(arena, s->frame[f].conditions + 1, sizeof *cells->condition);
        cells->term = pal_arena_alloc(arena, s->frame[f].terms + 1, sizeof *cells->term);
        cells->value = pal_arena_alloc(arena, s->frame[f].terms + 1, sizeof *cells->value);
        cells->absent = pal_arena_alloc(arena, s->frame[f].terms + 1, sizeof *cells->absent);
        if (!cells->condition || !cells->term || !cells->value || !cells->absent)
            return pal_nomem(err, "a pass");
    }
    return PAL_OK;
}

/* ---- the design of a batch
 * ---------------------------------------------------------------------------- */

static enum pal_status coded(struct reader *r, struct est_meaning *meaning,
                             struct est_values *values, const struct pal_column *column,
                             size_t rows, uint32_t *out, struct pal_error *err)
{
    PAL_TRY(learn_plain(r, meaning, values, column->dict, err));
    for (size_t row = 0; row < rows; row++)
        out[row] = meaning->code[column->code[row]];
    return PAL_OK;
}

static enum pal_status all_present(const struct pal_batch *batch, const struct pal_column *column,
                                   const char *what, struct pal_error *err)
{
    for (size_t row = 0; row < batch->rows; row++)
        if (column->absent[row] != PAL_PRESENT) {
            const struct pal_place at = {.file = batch->file, .line = batch->line[row]};
            return pal_fail_at(err, PAL_DATA, &at, "the %s in column '%.*s' is missing", what,
                               PAL_ARG(column->name));
        }
    return PAL_OK;
}

static enum pal_status feed_design(struct reader *r, const struct pal_batch *batch,
                                   struct pal_error *err)
{
    const struct est_survey_plan *plan = r->pass->plan->survey;
    struct est_survey_pass *s = r->pass->survey;
    struct pal_survey_rows rows = {
        .design = {.rows = batch->rows, .line = batch->line, .file = batch->file}};
    for (size_t k = 0; k < PAL_MAX_STAGES; k++) {
        if (plan->ask.design.strata[k]) {
            PAL_TRY(coded(r, &r->stratum[k], &s->stratum[k], &batch->col[plan->stratum[k]],
                          batch->rows, r->stratum_code[k], err));
            rows.design.stratum[k] = r->stratum_code[k];
        }
        if (k < plan->ask.design.stages) {
            PAL_TRY(coded(r, &r->unit[k], &s->unit[k], &batch->col[plan->unit[k]], batch->rows,
                          r->unit_code[k], err));
            rows.design.unit[k] = r->unit_code[k];
        }
        if (plan->ask.design.fpc[k]) {
            const struct pal_column *column = &batch->col[plan->fpc[k]];
            PAL_TRY(all_present(batch, column, "finite population correction", err));
            rows.design.fpc[k] = column->value;
        }
    }
    if (plan->weight != EST_NO_COLUMN) {
        rows.weight = batch->col[plan->weight].value;
        rows.weight_absent = batch->col[plan->weight].absent;
    }
    for (size_t i = 0; i < plan->replicates; i++) {
        const struct pal_column *column = &batch->col[plan->replicate[i]];
        PAL_TRY(all_present(batch, column, "replicate weight", err));
        r->replicate[i] = column->value;
    }
    rows.replicate = plan->replicates ? r->replicate : NULL;
    return pal_survey_rows(s->survey, &rows, err);
}

/* ---- groups and terms of a batch
 * ------------------------------------------------------------------------ */

static enum pal_status key_of(struct reader *r, const struct pal_batch *batch, unsigned margin,
                              size_t row, bool *whole, struct pal_error *err)
{
    const struct est_plan *plan = r->pass->plan;
    *whole = true;
    for (size_t b = 0; b < plan->bys; b++) {
        const uint32_t code = r->reading.by[b].code[batch->col[plan->by_column[b]].code[row]];
        if (code == EST_BAD_TEXT)
            return est_reading_bad(&r->reading, batch, b, row, err);
        r->key[b] = margin >> b & 1u ? EST_TOTAL : code;
        *whole = *whole && r->key[b] != 0;
    }
    return PAL_OK;
}

/* Rows whose groups have a blank value, which enter marginal groups. */
static enum pal_status add_blanks(struct reader *r, const struct pal_batch *batch,
                                  struct pal_error *err)
{
    for (size_t row = 0; row < batch->rows; row++) {
        bool whole;
        if (!r->domain[row] || r->group[row] != PAL_NO_GROUP)
            continue;
        PAL_TRY(key_of(r, batch, 0, row, &whole, err));
        r->group[row] = pal_groups_add(r->pass->groups, r->key);
        if (r->group[row] == PAL_NO_GROUP)
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

/* Groups of every row with the columns of `margin` (a set of bits) taken together. */
static enum pal_status find_groups(struct reader *r, const struct pal_batch *batch, unsigned margin,
                                   struct pal_error *err)
{
    struct est_pass *pass = r->pass;
    if (pass->plan->bys && !margin && !r->reading.bad_texts) {
        struct pal_group_column column[EST_MOST_BYS];
        est_reading_columns(&r->reading, batch, column);
        PAL_TRY(pal_groups_add_rows(pass->groups, batch->rows, column, r->domain, r->group, err));
        return est_survey_unites(pass->plan) ? add_blanks(r, batch, err) : PAL_OK;
    }
    for (size_t row = 0; row < batch->rows; row++) {
        bool whole;
        r->group[row] = PAL_NO_GROUP;
        if (!r->domain[row])
            continue;
        PAL_TRY(key_of(r, batch, margin, row, &whole, err));
        if (!whole && !est_survey_unites(pass->plan))
            continue;
        r->group[row] = pal_groups_add(pass->groups, pass->plan->bys ? r->key : NULL);
        if (r->group[row] == PAL_NO_GROUP)
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

/* The same with the levels of a column as a further key. */
static enum pal_status find_levels(struct reader *r, const struct pal_batch *batch, unsigned margin,
                                   size_t f, struct pal_error *err)
{
    struct est_pass *pass = r->pass;
    const struct frame_cells *cells = &r->frame[f];
    const struct pal_column *column = &batch->col[pass->plan->survey->frame[f].levels];
    for (size_t row = 0; row < batch->rows; row++) {
        bool whole;
        if (cells->group[row] == PAL_NO_GROUP)
            continue;
        PAL_TRY(key_of(r, batch, margin, row, &whole, err));
        r->key[pass->plan->bys] = cells->level.code[column->code[row]];
        cells->group[row] = r->key[pass->plan->bys]
                                ? pal_groups_add(pass->survey->groups[f], r->key)
                                : PAL_NO_GROUP;
        if (cells->group[row] == PAL_NO_GROUP && r->key[pass->plan->bys])
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

static enum pal_status fill_term(struct reader *r, const struct pal_batch *batch,
                                 const struct est_term *term, struct term_cells *to,
                                 const double **value, const uint8_t **absent,
                                 struct pal_error *err)
{
    if (term->kind == EST_TERM_SQUARE)
        return PAL_OK;
    const struct pal_column *column = &batch->col[term->column];
    *absent = column->absent;
    *value = column->value;
    if (term->kind == EST_TERM_PRESENT) {
        for (size_t row = 0; row < batch->rows; row++)
            to->absent[row] = !column->code[row];
        *absent = to->absent;
        *value = NULL;
        return PAL_OK;
    }
    if (term->other != EST_NO_COLUMN) {
        const uint8_t *other = batch->col[term->other].absent;
        for (size_t row = 0; row < batch->rows; row++)
            to->absent[row] = column->absent[row] | other[row];
        *absent = to->absent;
    }
    if (term->kind != EST_TERM_HOLDS)
        return PAL_OK;
    *value = to->value;
    if (est_where_by_number(term->where, column)) {
        for (size_t row = 0; row < batch->rows; row++)
            to->value[row] = column->absent[row] == PAL_PRESENT &&
                             est_where_number(term->where, column->value[row]);
        return PAL_OK;
    }
    PAL_TRY(est_meaning_where(&to->holds, term->where, column->dict, r->arena, err));
    for (size_t row = 0; row < batch->rows; row++) {
        to->value[row] = to->holds.code[column->code[row]];
        to->absent[row] = !column->code[row];
    }
    *absent = to->absent;
    return PAL_OK;
}

static enum pal_status fill_frame(struct reader *r, const struct pal_batch *batch, size_t f,
                                  struct pal_error *err)
{
    const struct est_frame *frame = &r->pass->plan->survey->frame[f];
    struct frame_cells *cells = &r->frame[f];
    memset(cells->inside, 1, batch->rows);
    for (size_t i = 0; i < frame->conditions; i++)
        PAL_TRY(est_where_restrict(frame->condition[i], &cells->condition[i],
                                   &batch->col[frame->condition_column[i]], batch->rows,
                                   cells->inside, r->arena, err));
    for (size_t t = 0; t < frame->terms; t++)
        PAL_TRY(fill_term(r, batch, &frame->term[t], &cells->term[t], &cells->value[t],
                          &cells->absent[t], err));
    if (frame->levels == EST_NO_COLUMN)
        return PAL_OK;
    return learn_plain(r, &cells->level, &r->pass->survey->level[f], batch->col[frame->levels].dict,
                       err);
}

static enum pal_status feed_frame(struct reader *r, const struct pal_batch *batch, unsigned margin,
                                  size_t f, struct pal_error *err)
{
    const struct est_frame *frame = &r->pass->plan->survey->frame[f];
    struct frame_cells *cells = &r->frame[f];
    struct pal_survey_cells feed = {.frame = f,
                                    .group = r->group,
                                    .groups = pal_groups_count(r->pass->groups),
                                    .value = cells->value,
                                    .absent = cells->absent};
    if (frame->conditions || frame->levels != EST_NO_COLUMN) {
        for (size_t row = 0; row < batch->rows; row++)
            cells->group[row] = cells->inside[row] ? r->group[row] : PAL_NO_GROUP;
        feed.group = cells->group;
    }
    if (frame->levels != EST_NO_COLUMN) {
        PAL_TRY(find_levels(r, batch, margin, f, err));
        feed.groups = pal_groups_count(r->pass->survey->groups[f]);
    }
    return pal_survey_feed(r->pass->survey->survey, &feed, err);
}

static enum pal_status feed_batch(void *reader, const struct pal_batch *batch,
                                  struct pal_error *err)
{
    struct reader *r = reader;
    const struct est_plan *plan = r->pass->plan;
    PAL_TRY(make_room(r, batch->rows, err));
    PAL_TRY(est_reading_batch(&r->reading, batch, r->domain, err));
    PAL_TRY(feed_design(r, batch, err));
    if (r->pass->survey->adjusted)
        PAL_TRY(pal_weighting_rows_add(r->pass->survey->adjusted, batch, err));
    for (size_t f = 0; f < plan->survey->frames; f++)
        PAL_TRY(fill_frame(r, batch, f, err));
    const unsigned margins =
        plan->request->margins && !est_survey_unites(plan) ? 1u << plan->bys : 1u;
    for (unsigned margin = 0; margin < margins; margin++) {
        PAL_TRY(find_groups(r, batch, margin, err));
        for (size_t f = 0; f < plan->survey->frames; f++)
            PAL_TRY(feed_frame(r, batch, margin, f, err));
    }
    return PAL_OK;
}

struct est_survey_reader {
    struct reader reader;
};

enum pal_status est_survey_reader_new(struct est_pass *pass, struct est_survey_reader **out,
                                      struct pal_error *err)
{
    *out = pal_arena_alloc(pass->arena, 1, sizeof **out);
    return *out ? reader_new(pass, &(*out)->reader, err) : pal_nomem(err, "a pass");
}

enum pal_status est_survey_feed(struct est_survey_reader *reader, const struct pal_batch *batch,
                                struct pal_error *err)
{
    PAL_TRY(feed_batch(&reader->reader, batch, err));
    reader->reader.pass->rows += batch->rows;
    return PAL_OK;
}

enum pal_status est_survey_pass_read(struct est_pass *pass, const char *path, unsigned threads,
                                     struct pal_progress *progress, struct pal_error *err)
{
    struct reader reader;
    PAL_TRY(reader_new(pass, &reader, err));
    return est_reading_file(pass, path, threads, progress, feed_batch, &reader, err);
}

/* ---- folding
 * -------------------------------------------------------------------------------------------- */

/* Codes of `from` (its values + 1) as `into` has them; those that are not kept (NULL: all are)
 * leave no trace. */
static enum pal_status fold_codes(struct est_values *into, struct pal_arena *arena,
                                  const struct est_values *from, const bool *kept, uint32_t **out,
                                  struct pal_error *err)
{
    const size_t n = pal_map_count(from->map);
    *out = pal_arena_alloc(arena, n + 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "groups");
    for (size_t i = 0; i < n; i++) {
        if (kept && !kept[i])
            continue;
        const uint32_t code = est_values_add(into, arena, pal_map_key(from->map, i), from->sort[i]);
        if (code == UINT32_MAX)
            return pal_nomem(err, "groups");
        (*out)[i + 1] = code + 1;
    }
    return PAL_OK;
}

/* The levels of a frame that stand in a group that is kept. */
static bool *levels_kept(const struct est_pass *from, size_t f, const uint32_t *group,
                         struct pal_arena *arena)
{
    const size_t bys = from->plan->bys;
    const struct pal_groups *levels = from->survey->groups[f];
    bool *kept = pal_arena_alloc(arena, pal_map_count(from->survey->level[f].map) + 1, 1);
    for (size_t g = 0; kept && g < pal_groups_count(levels); g++) {
        const uint32_t *tuple = pal_groups_key(levels, g);
        const uint32_t base = bys ? pal_groups_find(from->groups, tuple) : 0;
        kept[tuple[bys] - 1] |= group[base] != PAL_NO_GROUP;
    }
    return kept;
}

/* Groups of levels: their keys begin with those of a group of the pass. */
static enum pal_status fold_levels(struct est_pass *into, const struct est_pass *from, size_t f,
                                   const uint32_t *group, uint32_t **out, struct pal_error *err)
{
    const size_t bys = into->plan->bys;
    const struct pal_groups *theirs = from->survey->groups[f];
    const size_t n = pal_groups_count(theirs);
    uint32_t *level, *key = pal_arena_alloc(into->arena, bys + 1, sizeof *key);
    bool *kept = levels_kept(from, f, group, into->arena);
    if (!kept)
        return pal_nomem(err, "groups");
    PAL_TRY(fold_codes(&into->survey->level[f], into->arena, &from->survey->level[f], kept, &level,
                       err));
    *out = pal_arena_alloc(into->arena, n + 1, sizeof **out);
    if (!key || !*out)
        return pal_nomem(err, "groups");
    for (size_t g = 0; g < n; g++) {
        const uint32_t *tuple = pal_groups_key(theirs, g);
        const uint32_t base = bys ? pal_groups_find(from->groups, tuple) : 0;
        (*out)[g] = PAL_NO_GROUP;
        if (group[base] == PAL_NO_GROUP)
            continue;
        if (bys)
            memcpy(key, pal_groups_key(into->groups, group[base]), bys * sizeof *key);
        key[bys] = level[tuple[bys]];
        (*out)[g] = pal_groups_add(into->survey->groups[f], key);
        if ((*out)[g] == PAL_NO_GROUP)
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

enum pal_status est_survey_pass_fold(struct est_pass *into, const struct est_pass *from,
                                     const uint32_t *group, struct pal_error *err)
{
    const struct est_survey_plan *plan = into->plan->survey;
    uint32_t *stratum[PAL_MAX_STAGES], *unit[PAL_MAX_STAGES];
    const uint32_t **groups = pal_arena_alloc(into->arena, plan->frames + 1, sizeof *groups);
    if (!groups)
        return pal_nomem(err, "groups");
    if (est_moments_are(into) || est_moments_are(from))
        PAL_TRY(est_moments_apart(into, from, err));
    for (size_t s = 0; s < PAL_MAX_STAGES; s++) {
        PAL_TRY(fold_codes(&into->survey->stratum[s], into->arena, &from->survey->stratum[s], NULL,
                           &stratum[s], err));
        PAL_TRY(fold_codes(&into->survey->unit[s], into->arena, &from->survey->unit[s], NULL,
                           &unit[s], err));
    }
    for (size_t f = 0; f < plan->frames; f++) {
        uint32_t *levels = NULL;
        groups[f] = group;
        if (plan->frame[f].levels == EST_NO_COLUMN)
            continue;
        PAL_TRY(fold_levels(into, from, f, group, &levels, err));
        groups[f] = levels;
    }
    const struct pal_survey_mapping map = {
        .stratum = (const uint32_t *const *)stratum,
        .unit = (const uint32_t *const *)unit,
        .group = groups,
    };
    if (into->survey->adjusted)
        PAL_TRY(pal_weighting_rows_fold(into->survey->adjusted, from->survey->adjusted, err));
    return pal_survey_merge(into->survey->survey, from->survey->survey, &map, err);
}
