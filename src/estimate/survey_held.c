/* survey_held.c: surveys that keep their rows, because weights change once all are known, or
 * because a statistic looks at values in their order. Batches are put aside as they come; at the
 * end their weights are made final, and the tables are fed as if the rows came now. */
#include "survey.h"

#include <math.h>
#include <string.h>

struct held_layer { /* one feed: the groups of a batch in a frame */
    size_t frame, first, rows, groups;
    uint32_t *group; /* [rows]; NULL: all 0 */
};

struct held_frame {
    size_t filled;    /* rows whose values are here; the same rows may be fed in other groups */
    double **value;   /* [terms][rows]; NULL for terms without values of their own            */
    uint8_t **absent; /* [terms][rows]; NULL: all present                                     */
    const double **value_now; /* [terms] where a feed begins                                   */
    const uint8_t **absent_now;
    size_t groups;
    size_t *start; /* [groups + 1] once closed: the rows of a group */
    uint32_t *row;
};

struct survey_held {
    size_t rows, room,
        kept;           /* kept: rows that adjustment leaves a weight, or that had none before */
    uint32_t *unit;     /* [room]                                                        */
    double *base;       /* [room] weights of the design                                  */
    double **replicate; /* [replicates][room] replicate weights, adjusted in the end     */
    size_t *batch;      /* [batches + 1] their first rows                                */
    size_t batches, batch_room, layers, layer_room;
    struct held_layer *layer;
    struct held_frame *frame; /* [frames] */
    const struct pal_adjust *step;
    size_t steps;
    bool by_psu;
    struct pal_adjustment *adjustment; /* NULL: none */
    const double *weight;              /* [rows] final */
};

static enum pal_status no_memory(struct pal_error *err)
{
    return pal_nomem(err, "the rows of a survey");
}

enum pal_status survey_held_new(struct pal_survey *s, struct pal_error *err)
{
    struct survey_held *h = pal_arena_alloc(s->arena, 1, sizeof *h);
    if (!h)
        return no_memory(err);
    s->held = h;
    h->frame = pal_arena_alloc(s->arena, s->ask.frames + 1, sizeof *h->frame);
    h->replicate = pal_arena_alloc(s->arena, s->ask.replicates + 1, sizeof *h->replicate);
    h->batch = pal_arena_alloc(s->arena, 1, sizeof *h->batch);
    if (!h->frame || !h->replicate || !h->batch)
        return no_memory(err);
    h->batch_room = 1;
    for (size_t f = 0; f < s->ask.frames; f++) {
        const size_t terms = s->frame[f].terms + 1;
        h->frame[f].value = pal_arena_alloc(s->arena, terms, sizeof(double *));
        h->frame[f].absent = pal_arena_alloc(s->arena, terms, sizeof(uint8_t *));
        h->frame[f].value_now = pal_arena_alloc(s->arena, terms, sizeof(double *));
        h->frame[f].absent_now = pal_arena_alloc(s->arena, terms, sizeof(uint8_t *));
        if (!h->frame[f].value || !h->frame[f].absent || !h->frame[f].value_now ||
            !h->frame[f].absent_now)
            return no_memory(err);
    }
    return PAL_OK;
}

/* ---- rows are put aside
 * -------------------------------------------------------------------------- */

static bool grow(struct pal_arena *arena, void *array, size_t used, size_t room, size_t size)
{
    void **at = array;
    *at = pal_arena_grow(arena, *at, used, room, size);
    return *at != NULL;
}

static enum pal_status make_room(struct pal_survey *s, size_t rows, struct pal_error *err)
{
    struct survey_held *h = s->held;
    if (rows <= h->room)
        return PAL_OK;
    const size_t old = h->room, room = rows > 2 * old ? rows : 2 * old;
    bool ok = grow(s->arena, &h->unit, old, room, sizeof *h->unit) &&
              grow(s->arena, &h->base, old, room, sizeof *h->base);
    for (size_t r = 0; ok && s->ask.method == PAL_SURVEY_GIVEN && r < s->ask.replicates; r++)
        ok = grow(s->arena, &h->replicate[r], old, room, sizeof **h->replicate);
    for (size_t f = 0; ok && f < s->ask.frames; f++) {
        struct held_frame *frame = &h->frame[f];
        for (size_t k = 0; ok && k < s->frame[f].terms; k++) {
            if (s->frame[f].term[k].kind == PAL_TERM_VALUE)
                ok = grow(s->arena, &frame->value[k], old, room, sizeof **frame->value);
            if (ok && frame->absent[k])
                ok = grow(s->arena, &frame->absent[k], old, room, 1);
        }
    }
    h->room = room;
    return ok ? PAL_OK : no_memory(err);
}

/* The batch at hand, as pal_survey_rows left it. */
enum pal_status survey_held_rows(struct pal_survey *s, struct pal_error *err)
{
    struct survey_held *h = s->held;
    PAL_TRY(make_room(s, h->rows + s->rows, err));
    if (h->batches + 1 >= h->batch_room) {
        if (!grow(s->arena, &h->batch, h->batch_room, 2 * h->batch_room + 16, sizeof *h->batch))
            return no_memory(err);
        h->batch_room = 2 * h->batch_room + 16;
    }
    if (s->has_design)
        memcpy(h->unit + h->rows, s->unit, s->rows * sizeof *h->unit);
    else
        memset(h->unit + h->rows, 0, s->rows * sizeof *h->unit);
    memcpy(h->base + h->rows, s->weight, s->rows * sizeof *h->base);
    for (size_t r = 0; s->ask.method == PAL_SURVEY_GIVEN && r < s->ask.replicates; r++)
        memcpy(h->replicate[r] + h->rows, s->replicate[r], s->rows * sizeof **h->replicate);
    h->rows += s->rows;
    h->batch[++h->batches] = h->rows;
    return PAL_OK;
}

static enum pal_status add_layer(struct pal_survey *s, const struct held_layer *layer,
                                 struct pal_error *err)
{
    struct survey_held *h = s->held;
    if (h->layers == h->layer_room) {
        const size_t room = 2 * h->layer_room + 16;
        if (!grow(s->arena, &h->layer, h->layer_room, room, sizeof *h->layer))
            return no_memory(err);
        h->layer_room = room;
    }
    h->layer[h->layers++] = *layer;
    if (layer->groups > h->frame[layer->frame].groups)
        h->frame[layer->frame].groups = layer->groups;
    return PAL_OK;
}

static enum pal_status keep_values(struct pal_survey *s, const struct pal_survey_cells *cells,
                                   size_t first, struct pal_error *err)
{
    struct survey_held *h = s->held;
    struct held_frame *frame = &h->frame[cells->frame];
    for (size_t k = 0; k < s->ask.frame[cells->frame].terms; k++) {
        const uint8_t *absent = cells->absent ? cells->absent[k] : NULL;
        if (frame->value[k])
            memcpy(frame->value[k] + first, cells->value[k], s->rows * sizeof **frame->value);
        if (absent && !frame->absent[k]) {
            frame->absent[k] = pal_arena_alloc(s->arena, h->room, 1);
            if (!frame->absent[k])
                return no_memory(err);
        }
        if (absent)
            for (size_t i = 0; i < s->rows; i++)
                frame->absent[k][first + i] = absent[i] != 0;
    }
    frame->filled = first + s->rows;
    return PAL_OK;
}

enum pal_status survey_held_feed(struct pal_survey *s, const struct pal_survey_cells *cells,
                                 struct pal_error *err)
{
    struct survey_held *h = s->held;
    const size_t first = h->rows - s->rows;
    struct held_layer layer = {cells->frame, first, s->rows, cells->groups ? cells->groups : 1,
                               NULL};
    if (h->frame[cells->frame].filled <= first)
        PAL_TRY(keep_values(s, cells, first, err));
    if (cells->group) {
        layer.group = pal_arena_alloc(s->arena, s->rows + 1, sizeof *layer.group);
        if (!layer.group)
            return no_memory(err);
        memcpy(layer.group, cells->group, s->rows * sizeof *layer.group);
    }
    return add_layer(s, &layer, err);
}

/* ---- two surveys become one
 * ------------------------------------------------------------------------ */

static enum pal_status merge_layer(struct pal_survey *into, const struct held_layer *theirs,
                                   size_t before, const uint32_t *map, struct pal_error *err)
{
    struct held_layer mine = *theirs;
    mine.first += before;
    mine.groups = 1;
    mine.group = pal_arena_alloc(into->arena, mine.rows + 1, sizeof *mine.group);
    if (!mine.group)
        return no_memory(err);
    for (size_t i = 0; i < mine.rows; i++) {
        const uint32_t group = theirs->group ? theirs->group[i] : 0;
        mine.group[i] = group == PAL_NO_GROUP || !map ? group : map[group];
        if (mine.group[i] != PAL_NO_GROUP && mine.group[i] >= mine.groups)
            mine.groups = (size_t)mine.group[i] + 1;
    }
    return add_layer(into, &mine, err);
}

static enum pal_status merge_values(struct pal_survey *into, const struct pal_survey *from,
                                    size_t f, size_t before, struct pal_error *err)
{
    struct held_frame *to = &into->held->frame[f];
    const struct held_frame *theirs = &from->held->frame[f];
    for (size_t k = 0; k < into->frame[f].terms; k++) {
        if (to->value[k] && theirs->value[k])
            memcpy(to->value[k] + before, theirs->value[k], from->held->rows * sizeof **to->value);
        if (theirs->absent[k] && !to->absent[k]) {
            to->absent[k] = pal_arena_alloc(into->arena, into->held->room, 1);
            if (!to->absent[k])
                return no_memory(err);
        }
        if (theirs->absent[k])
            memcpy(to->absent[k] + before, theirs->absent[k], from->held->rows);
    }
    to->filled = before + from->held->rows;
    return PAL_OK;
}

enum pal_status survey_held_merge(struct pal_survey *into, const struct pal_survey *from,
                                  const uint32_t *unit, const uint32_t *const *group,
                                  struct pal_error *err)
{
    struct survey_held *h = into->held;
    const struct survey_held *theirs = from->held;
    const size_t before = h->rows;
    PAL_TRY(make_room(into, before + theirs->rows, err));
    for (size_t i = 0; i < theirs->rows; i++)
        h->unit[before + i] = from->has_design ? unit[theirs->unit[i]] : 0;
    if (theirs->rows)
        memcpy(h->base + before, theirs->base, theirs->rows * sizeof *h->base);
    for (size_t r = 0; theirs->rows && r < into->ask.replicates; r++)
        if (h->replicate[r])
            memcpy(h->replicate[r] + before, theirs->replicate[r],
                   theirs->rows * sizeof **h->replicate);
    for (size_t f = 0; f < into->ask.frames; f++)
        PAL_TRY(merge_values(into, from, f, before, err));
    for (size_t l = 0; l < theirs->layers; l++)
        PAL_TRY(merge_layer(into, &theirs->layer[l], before,
                            group ? group[theirs->layer[l].frame] : NULL, err));
    if (h->batches + theirs->batches + 1 > h->batch_room) {
        const size_t room = 2 * (h->batches + theirs->batches) + 16;
        if (!grow(into->arena, &h->batch, h->batch_room, room, sizeof *h->batch))
            return no_memory(err);
        h->batch_room = room;
    }
    for (size_t b = 1; b <= theirs->batches; b++)
        h->batch[h->batches + b] = before + theirs->batch[b];
    h->batches += theirs->batches;
    h->rows += theirs->rows;
    return PAL_OK;
}

/* ---- weights become final
 * --------------------------------------------------------------------------- */

void pal_survey_adjust(struct pal_survey *s, const struct pal_adjust *steps, size_t n, bool by_psu)
{
    s->held->step = steps;
    s->held->steps = n;
    s->held->by_psu = by_psu;
}

const double *pal_survey_weights(const struct pal_survey *s, size_t *rows)
{
    *rows = s->held ? s->held->rows : 0;
    return s->held ? s->held->weight : NULL;
}

/* Steps with one factor a first-stage unit learn the units. */
static enum pal_status name_units(struct pal_survey *s, struct pal_error *err)
{
    struct survey_held *h = s->held;
    struct pal_adjust *step = pal_arena_alloc(s->arena, h->steps + 1, sizeof *step);
    uint32_t *psu = pal_arena_alloc(s->arena, h->rows + 1, sizeof *psu);
    if (!step || !psu)
        return no_memory(err);
    if (!s->has_design)
        return pal_fail(err, PAL_USAGE, "--aggregate psu needs the units of the sample: --psu");
    for (size_t i = 0; i < h->rows; i++)
        psu[i] = pal_design_psu_of(s->design, h->unit[i]);
    for (size_t k = 0; k < h->steps; k++) {
        step[k] = h->step[k];
        if (step[k].kind == PAL_ADJUST_CALIBRATE) {
            step[k].unit = psu;
            step[k].units = pal_design_psus(s->design);
        }
    }
    h->step = step;
    return PAL_OK;
}

/* Replicates made from the design become weights by row. */
static enum pal_status spell_replicates(struct pal_survey *s, struct pal_error *err)
{
    struct survey_held *h = s->held;
    const size_t n = s->replicates.n, psus = pal_design_psus(s->design);
    double *factor = pal_arena_alloc(s->arena, n * psus + 1, sizeof *factor);
    h->replicate = pal_arena_alloc(s->arena, n + 1, sizeof *h->replicate);
    s->replicate = pal_arena_alloc(s->arena, n + 1, sizeof *s->replicate);
    if (!factor || !h->replicate || !s->replicate)
        return no_memory(err);
    s->sums_given = true;
    for (size_t f = 0; f < s->ask.frames; f++)
        survey_given_new(&s->given[f], &s->table[f], n, false);
    for (size_t u = 0; u < psus; u++)
        pal_replicates_factors(&s->replicates, (uint32_t)u, factor + u * n);
    for (size_t r = 0; r < n; r++) {
        double *w = pal_arena_alloc(s->arena, h->rows + 1, sizeof *w);
        if (!w)
            return no_memory(err);
        for (size_t i = 0; i < h->rows; i++)
            w[i] = h->base[i] * factor[pal_design_psu_of(s->design, h->unit[i]) * n + r];
        h->replicate[r] = w;
    }
    return PAL_OK;
}

struct readjusting {
    const struct pal_survey *survey;
};

static enum pal_status readjust(void *context, size_t r, struct pal_error *err)
{
    const struct pal_survey *s = ((const struct readjusting *)context)->survey;
    const struct survey_held *h = s->held;
    struct pal_arena *scratch = pal_arena_new();
    double *out = scratch ? pal_arena_alloc(scratch, h->rows + 1, sizeof *out) : NULL;
    enum pal_status status = out ? PAL_OK : no_memory(err);
    if (status == PAL_OK)
        status = pal_adjustment_replicate(h->adjustment, h->replicate[r], scratch, out, err);
    if (status == PAL_OK)
        memcpy(h->replicate[r], out, h->rows * sizeof *out);
    if (scratch)
        pal_arena_free(scratch);
    return status;
}

static enum pal_status adjust(struct pal_survey *s, struct pal_error *err)
{
    struct survey_held *h = s->held;
    h->weight = h->base;
    if (!h->steps)
        return PAL_OK;
    if (h->by_psu)
        PAL_TRY(name_units(s, err));
    PAL_TRY(pal_adjustment_new(h->step, h->steps, h->rows, s->arena, &h->adjustment, err));
    PAL_TRY(pal_adjustment_fit(h->adjustment, h->base, err));
    h->weight = pal_adjustment_weights(h->adjustment);
    struct readjusting readjusting = {s};
    const size_t n = s->sums_given ? s->replicates.n : 0;
    return pal_parallel(n, s->ask.threads, readjust, &readjusting, err);
}

static enum pal_status feed_layer(struct pal_survey *s, const struct held_layer *layer,
                                  struct pal_error *err)
{
    const struct held_frame *frame = &s->held->frame[layer->frame];
    for (size_t k = 0; k < s->frame[layer->frame].terms; k++) {
        frame->value_now[k] = frame->value[k] ? frame->value[k] + layer->first : NULL;
        frame->absent_now[k] = frame->absent[k] ? frame->absent[k] + layer->first : NULL;
    }
    const struct pal_survey_cells cells = {layer->frame, layer->group, layer->groups,
                                           frame->value_now, frame->absent_now};
    return survey_feed_now(s, &cells, err);
}

/* Layers stand in the order of their batches. */
static enum pal_status feed_all(struct pal_survey *s, struct pal_error *err)
{
    struct survey_held *h = s->held;
    for (size_t l = 0; l < h->layers; l++) {
        const struct held_layer *layer = &h->layer[l];
        s->rows = layer->rows;
        s->unit = h->unit + layer->first;
        s->weight = h->weight + layer->first;
        for (size_t r = 0; s->sums_given && r < s->replicates.n; r++)
            s->replicate[r] = h->replicate[r] + layer->first;
        PAL_TRY(feed_layer(s, layer, err));
    }
    return PAL_OK;
}

/* Lists the rows of each group, in the order they came. */
static enum pal_status list_groups(struct pal_survey *s, size_t f, struct pal_error *err)
{
    struct survey_held *h = s->held;
    struct held_frame *frame = &h->frame[f];
    frame->start = pal_arena_alloc(s->arena, frame->groups + 1, sizeof *frame->start);
    size_t *next = pal_arena_alloc(s->arena, frame->groups + 1, sizeof *next);
    if (!frame->start || !next)
        return no_memory(err);
    for (size_t l = 0; l < h->layers; l++) {
        const struct held_layer *layer = &h->layer[l];
        for (size_t i = 0; layer->frame == f && i < layer->rows; i++) {
            const uint32_t group = layer->group ? layer->group[i] : 0;
            if (group != PAL_NO_GROUP)
                frame->start[group + 1]++;
        }
    }
    for (size_t g = 0; g < frame->groups; g++) {
        frame->start[g + 1] += frame->start[g];
        next[g] = frame->start[g];
    }
    frame->row = pal_arena_alloc(s->arena, frame->start[frame->groups] + 1, sizeof *frame->row);
    if (!frame->row)
        return no_memory(err);
    for (size_t l = 0; l < h->layers; l++) {
        const struct held_layer *layer = &h->layer[l];
        for (size_t i = 0; layer->frame == f && i < layer->rows; i++) {
            const uint32_t group = layer->group ? layer->group[i] : 0;
            if (group != PAL_NO_GROUP)
                frame->row[next[group]++] = (uint32_t)(layer->first + i);
        }
    }
    return PAL_OK;
}

enum pal_status survey_held_close(struct pal_survey *s, const double *unit_weight,
                                  struct pal_error *err)
{
    struct survey_held *h = s->held;
    if (h->rows > UINT32_MAX - 1)
        return pal_fail(err, PAL_NOMEM, "a survey that keeps its rows takes at most 2^32 of them");
    for (size_t i = 0; unit_weight && i < h->rows; i++)
        h->base[i] *= unit_weight[h->unit[i]];
    for (size_t r = 0; unit_weight && s->ask.factors && r < s->ask.replicates; r++)
        for (size_t i = 0; i < h->rows; i++)
            h->replicate[r][i] *= unit_weight[h->unit[i]];
    if (s->ask.method == PAL_SURVEY_MADE)
        PAL_TRY(spell_replicates(s, err));
    const bool ranked = survey_ranks_wanted(s), before = s->ask.df == PAL_DF_RANK_BEFORE;
    if (ranked && before)
        PAL_TRY(survey_held_rank(s, NULL, h->rows, s->arena, &s->rank, err));
    PAL_TRY(adjust(s, err));
    if (ranked && !before)
        PAL_TRY(survey_held_rank(s, NULL, h->rows, s->arena, &s->rank, err));
    if (s->has_design)
        memset(s->heavy, 0, pal_design_units(s->design));
    for (size_t i = 0; s->has_design && i < h->rows; i++)
        if (h->weight[i] != 0)
            s->heavy[h->unit[i]] = 1;
    for (size_t i = 0; i < h->rows; i++)
        h->kept += h->weight[i] != 0 || !(h->base[i] != 0);
    PAL_TRY(feed_all(s, err));
    for (size_t f = 0; f < s->ask.frames; f++)
        PAL_TRY(list_groups(s, f, err));
    return PAL_OK;
}

/* ---- what statistics ask of rows
 * ----------------------------------------------------------------------- */

size_t survey_held_all(const struct pal_survey *s) { return s->held->rows; }

size_t survey_held_kept(const struct pal_survey *s) { return s->held->kept; }

bool survey_is_adjusted(const struct pal_survey *s) { return s->held && s->held->adjustment; }

size_t survey_held_group(const struct pal_survey *s, size_t frame, size_t group,
                         const uint32_t **row)
{
    const struct held_frame *f = &s->held->frame[frame];
    if (group >= f->groups)
        return 0;
    *row = f->row + f->start[group];
    return f->start[group + 1] - f->start[group];
}

double survey_held_value(const struct pal_survey *s, size_t frame, size_t term, uint32_t row)
{
    const struct held_frame *f = &s->held->frame[frame];
    return f->absent[term] && f->absent[term][row] ? (double)NAN : f->value[term][row];
}

const double *survey_held_replicate(const struct pal_survey *s, size_t r)
{
    return s->held->replicate[r];
}

enum pal_status survey_held_rank(const struct pal_survey *s, const uint32_t *row, size_t rows,
                                 struct pal_arena *scratch, double *out, struct pal_error *err)
{
    const size_t n = s->ask.method == PAL_SURVEY_GIVEN ? s->ask.replicates : s->replicates.n;
    return survey_rank_rows((const double *const *)s->held->replicate, n, row, rows, scratch, out,
                            err);
}

const uint32_t *survey_held_units(const struct pal_survey *s) { return s->held->unit; }

/* The influence of each row of a group on one estimate, added to z[rows]. */
static enum pal_status add_part(struct pal_survey_work *work, const struct pal_survey_part *part,
                                double *z, struct pal_error *err)
{
    const struct pal_survey *s = work->survey;
    struct survey_view view;
    PAL_TRY(survey_view_of(work, part->statistic, part->group, part->level, &view, err));
    const struct pal_survey_statistic *what = view.statistic;
    const double per = part->factor * (what->per > 0 ? what->per : 1), *g = view.gradient;
    const uint32_t *row = NULL;
    const size_t n = survey_held_group(s, what->frame, part->group, &row);
    for (size_t i = 0; i < n; i++) {
        double add = g[0];
        if (what->y != PAL_NO_TERM) {
            const size_t of = s->frame[what->frame].term[what->y].kind == PAL_TERM_VALUE;
            const double y = of ? survey_held_value(s, what->frame, what->y, row[i]) : 1;
            const double d = y - view.sums.centre_y;
            add += isnan(y) ? 0 : g[1] * d;
            if (what->kind->square)
                add += g[2] * d * d;
            else if (what->x != PAL_NO_TERM)
                add += g[2] *
                       (survey_held_value(s, what->frame, what->x, row[i]) - view.sums.centre_x);
            if (isnan(y) || isnan(add))
                continue; /* a row with something absent lies outside */
        }
        z[row[i]] += per * add;
    }
    if (what->levels == PAL_NO_FRAME)
        return PAL_OK;
    const size_t of_level = survey_held_group(s, what->levels, part->level, &row);
    for (size_t i = 0; i < of_level; i++)
        z[row[i]] += per * g[1];
    return PAL_OK;
}

/* Every unit with a row that weighs anything is listed: adjusted weights tie them together. */
static enum pal_status sum_by_unit(const struct pal_survey *s, const double *e,
                                   struct pal_arena *scratch, struct pal_influence *out,
                                   struct pal_error *err)
{
    const struct survey_held *h = s->held;
    const size_t units = pal_design_units(s->design);
    double *sum = pal_arena_alloc(scratch, units + 1, sizeof *sum);
    uint32_t *unit = pal_arena_alloc(scratch, units + 1, sizeof *unit);
    if (!sum || !unit)
        return no_memory(err);
    *out = (struct pal_influence){0, unit, sum};
    for (size_t i = 0; i < h->rows; i++)
        sum[h->unit[i]] += e[i];
    for (size_t u = 0; u < units; u++) {
        if (!s->heavy[u])
            continue;
        sum[out->n] = sum[u];
        unit[out->n++] = (uint32_t)u;
    }
    return PAL_OK;
}

enum pal_status survey_held_linearize(const struct pal_survey *s, const double *z,
                                      struct pal_arena *scratch, struct pal_influence *out,
                                      struct pal_error *err)
{
    double *e = pal_arena_alloc(scratch, s->held->rows + 1, sizeof *e);
    if (!e)
        return no_memory(err);
    PAL_TRY(pal_adjustment_linearize(s->held->adjustment, z, scratch, e, err));
    return sum_by_unit(s, e, scratch, out, err);
}

enum pal_status survey_held_influence(struct pal_survey_work *work,
                                      const struct pal_survey_part *part, size_t n,
                                      struct pal_arena *scratch, struct pal_influence *out,
                                      struct pal_error *err)
{
    const struct pal_survey *s = work->survey;
    double *z = pal_arena_alloc(scratch, s->held->rows + 1, sizeof *z);
    if (!z)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        PAL_TRY(add_part(work, &part[i], z, err));
    return survey_held_linearize(s, z, scratch, out, err);
}
