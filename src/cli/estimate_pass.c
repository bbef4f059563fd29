/* estimate_pass.c: one file (or one saved state) through the plan: rows are filtered, put into
 * groups, and fed to the states. What a text means is found once a distinct text, not once a row.
 */
#include "estimate_reading.h"

#include <math.h>
#include <string.h>

struct reader { /* one file being read */
    struct est_pass *pass;
    struct est_reading reading;
    struct est_meaning *unit;       /* [tasks] */
    struct est_meaning change;      /* side */
    struct est_meaning **condition; /* [stats][conditions] */
    struct pal_groups *strata;      /* tuples of standard columns -> first sight */
    struct est_meaning stratum;     /* of a tuple: category, or PAL_NO_GROUP */
    size_t room;
    uint8_t *domain, *inside, *side;
    uint32_t *group, *mine, *units, *stratum_of; /* [room] */
    uint32_t *key;                               /* one tuple */
};

/* ---- passes
 * -------------------------------------------------------------------------------------- */

enum pal_status est_pass_new(const struct est_plan *plan, struct pal_arena *arena,
                             struct est_pass **out, struct pal_error *err)
{
    if (!plan->survey || !plan->survey->imputed)
        return est_pass_new_single(plan, arena, out, err);
    *out = pal_arena_alloc(arena, 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "a pass");
    **out = (struct est_pass){.plan = plan, .arena = arena};
    return est_imputed_new(*out, err);
}

enum pal_status est_pass_new_single(const struct est_plan *plan, struct pal_arena *arena,
                                    struct est_pass **out, struct pal_error *err)
{
    struct est_pass *pass = pal_arena_alloc(arena, 1, sizeof *pass);
    if (!pass)
        return pal_nomem(err, "a pass");
    *pass = (struct est_pass){.plan = plan, .arena = arena};
    pass->value = pal_arena_alloc(arena, plan->bys + 1, sizeof *pass->value);
    pass->unit = pal_arena_alloc(arena, plan->tasks, sizeof *pass->unit);
    pass->state = pal_arena_alloc(arena, plan->tasks, sizeof *pass->state);
    if (!pass->value || !pass->unit || !pass->state)
        return pal_nomem(err, "a pass");
    PAL_TRY(pal_groups_new(arena, plan->bys, &pass->groups, err));
    for (size_t i = 0; i < plan->bys; i++)
        PAL_TRY(est_values_new(&pass->value[i], arena, err));
    for (size_t i = 0; i < plan->tasks; i++) {
        const struct est_task *task = &plan->task[i];
        PAL_TRY(task->estimator->begin(&task->ask, task->args, arena, &pass->state[i], err));
        if (task->unit != EST_NO_COLUMN)
            PAL_TRY(est_values_new(&pass->unit[i], arena, err));
    }
    pal_states_together(pass->state, plan->tasks);
    if (!plan->bys && pal_groups_add(pass->groups, NULL) == PAL_NO_GROUP)
        return pal_nomem(err, "groups");
    if (plan->survey)
        PAL_TRY(est_survey_pass_new(pass, err));
    *out = pass;
    return PAL_OK;
}

/* ---- meanings
 * ------------------------------------------------------------------------------------ */

static enum pal_status learn_units(struct reader *r, size_t task, const struct pal_dict *dict,
                                   struct pal_error *err)
{
    struct est_pass *pass = r->pass;
    size_t first = 0;
    const size_t codes = pal_dict_count(dict);
    PAL_TRY(est_meaning_room(&r->unit[task], codes, r->pass->arena, &first, err));
    if (first == 0 && codes)
        r->unit[task].code[0] = PAL_NO_GROUP;
    for (size_t c = first ? first : 1; c < codes; c++) {
        const uint32_t code = est_values_add(&pass->unit[task], pass->arena,
                                             pal_dict_text(dict, (uint32_t)c), (double)NAN);
        if (code == UINT32_MAX)
            return pal_nomem(err, "units of observation");
        r->unit[task].code[c] = code;
    }
    return PAL_OK;
}

static bool same_value(pal_str text, pal_str wanted, double number)
{
    double value;
    return pal_str_eq(text, wanted) ||
           (!isnan(number) && pal_num_parse(text, &value) && value == number);
}

static enum pal_status learn_sides(struct reader *r, const struct pal_dict *dict,
                                   struct pal_error *err)
{
    const struct est_plan *plan = r->pass->plan;
    size_t first = 0;
    const size_t codes = pal_dict_count(dict);
    PAL_TRY(est_meaning_room(&r->change, codes, r->pass->arena, &first, err));
    if (first == 0 && codes)
        r->change.code[0] = PAL_NO_SIDE;
    for (size_t c = first ? first : 1; c < codes; c++) {
        const pal_str text = pal_dict_text(dict, (uint32_t)c);
        r->change.code[c] = PAL_NO_SIDE;
        for (uint32_t side = 0; side < 2; side++)
            if (same_value(text, plan->change_value[side], plan->change_number[side]))
                r->change.code[c] = side;
    }
    return PAL_OK;
}

/* ---- rows
 * ------------------------------------------------------------------------------------------ */

static enum pal_status make_room(struct reader *r, size_t rows, struct pal_error *err)
{
    struct pal_arena *arena = r->pass->arena;
    if (rows <= r->room)
        return PAL_OK;
    r->room = rows;
    r->domain = pal_arena_alloc(arena, rows, 1);
    r->inside = pal_arena_alloc(arena, rows, 1);
    r->side = pal_arena_alloc(arena, rows, 1);
    r->group = pal_arena_alloc(arena, rows, sizeof *r->group);
    r->mine = pal_arena_alloc(arena, rows, sizeof *r->mine);
    r->units = pal_arena_alloc(arena, rows, sizeof *r->units);
    r->stratum_of = pal_arena_alloc(arena, rows, sizeof *r->stratum_of);
    const bool ok =
        r->domain && r->inside && r->side && r->group && r->mine && r->units && r->stratum_of;
    return ok ? PAL_OK : pal_nomem(err, "rows");
}

/* A text that is no date or no number is an error where a row of the domain has it. */
static enum pal_status refuse_bad_texts(const struct reader *r, const struct pal_batch *batch,
                                        struct pal_error *err)
{
    const struct est_plan *plan = r->pass->plan;
    for (size_t row = 0; row < batch->rows; row++)
        for (size_t b = 0; b < plan->bys; b++)
            if (r->domain[row] &&
                r->reading.by[b].code[batch->col[plan->by_column[b]].code[row]] == EST_BAD_TEXT)
                return est_reading_bad(&r->reading, batch, b, row, err);
    return PAL_OK;
}

static enum pal_status find_groups(struct reader *r, const struct pal_batch *batch,
                                   struct pal_error *err)
{
    const struct est_plan *plan = r->pass->plan;
    struct pal_groups *groups = r->pass->groups;
    struct pal_group_column column[EST_MOST_BYS];
    if (r->reading.bad_texts)
        PAL_TRY(refuse_bad_texts(r, batch, err));
    est_reading_columns(&r->reading, batch, column);
    if (plan->bys && !r->reading.bad_texts)
        return pal_groups_add_rows(groups, batch->rows, column, r->domain, r->group, err);
    for (size_t row = 0; row < batch->rows; row++) {
        bool in = r->domain[row];
        for (size_t b = 0; in && b < plan->bys; b++) {
            r->key[b] = column[b].part[column[b].code[row]];
            in = r->key[b] != 0;
        }
        r->group[row] = in ? pal_groups_add(groups, plan->bys ? r->key : NULL) : PAL_NO_GROUP;
        if (in && r->group[row] == PAL_NO_GROUP)
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

static enum pal_status learn_stratum(struct reader *r, const struct pal_batch *batch, size_t row,
                                     uint32_t tuple, struct pal_error *err)
{
    const struct est_plan *plan = r->pass->plan;
    const struct pal_standard *standard = &plan->request->standard;
    size_t first = 0;
    PAL_TRY(est_meaning_room(&r->stratum, tuple + 1, r->pass->arena, &first, err));
    struct pal_buf text;
    pal_buf_init(&text, r->pass->arena, 1 << 20);
    bool absent = false;
    for (size_t i = 0; i < plan->standard_columns; i++) {
        const struct pal_column *column = &batch->col[plan->standard_column[i]];
        if (i)
            pal_buf_addc(&text, '|');
        absent = absent || !column->code[row];
        if (column->code[row])
            pal_buf_add(&text, pal_dict_text(column->dict, column->code[row]));
    }
    PAL_TRY(pal_buf_status(&text, "a category", err));
    r->stratum.code[tuple] = PAL_NO_GROUP;
    if (absent)
        return PAL_OK;
    for (size_t i = 0; i < standard->n; i++)
        if (pal_str_eq(pal_buf_str(&text), standard->category[i]))
            r->stratum.code[tuple] = (uint32_t)i;
    if (r->stratum.code[tuple] != PAL_NO_GROUP)
        return PAL_OK;
    const struct pal_place at = {.file = batch->file, .line = batch->line[row]};
    const pal_str near = pal_nearest(pal_buf_str(&text), standard->category, standard->n);
    return pal_fail_at(err, PAL_DATA, &at,
                       "'%.*s' of '%.*s' is not in the standard population%s%.*s%s",
                       PAL_ARG(pal_buf_str(&text)), PAL_ARG(plan->request->standard_by),
                       near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
}

static enum pal_status find_strata(struct reader *r, const struct pal_batch *batch,
                                   struct pal_error *err)
{
    const struct est_plan *plan = r->pass->plan;
    for (size_t row = 0; row < batch->rows; row++) {
        r->stratum_of[row] = PAL_NO_GROUP;
        if (!r->domain[row])
            continue;
        for (size_t i = 0; i < plan->standard_columns; i++)
            r->key[i] = batch->col[plan->standard_column[i]].code[row];
        const uint32_t tuple = pal_groups_add(r->strata, r->key);
        if (tuple == PAL_NO_GROUP)
            return pal_nomem(err, "categories");
        if (tuple >= r->stratum.known)
            PAL_TRY(learn_stratum(r, batch, row, tuple, err));
        r->stratum_of[row] = r->stratum.code[tuple];
    }
    return PAL_OK;
}

/* arg: [2], outlives the cells. */
static struct pal_cells cells_of(const struct reader *r, const struct pal_batch *batch, size_t t,
                                 const struct pal_column **arg)
{
    const struct est_plan *plan = r->pass->plan;
    const struct est_task *task = &plan->task[t];
    for (size_t i = 0; i < task->args; i++)
        arg[i] = &batch->col[task->arg[i]];
    return (struct pal_cells){
        .rows = batch->rows,
        .args = task->args,
        .arg = arg,
        .group = r->group,
        .groups = pal_groups_count(r->pass->groups),
        .side = task->sides ? r->side : NULL,
        .stratum = task->strata ? r->stratum_of : NULL,
        .strata = task->strata ? plan->request->standard.n : 0,
        .state = batch->state,
        .line = batch->line,
        .file = batch->file,
    };
}

/* Does a task take the rows of the batch as they are in their groups? */
static bool takes_all(const struct est_plan *plan, size_t t)
{
    return plan->task[t].unit == EST_NO_COLUMN && !plan->stat[plan->task[t].stat].conditions;
}

/* Feeds the tasks from *first on that can be fed together; *first becomes the one after them. */
static enum pal_status feed_together(struct reader *r, const struct pal_batch *batch, size_t *first,
                                     struct pal_error *err)
{
    enum { TOGETHER = 16 };
    struct est_pass *pass = r->pass;
    struct pal_cells cells[TOGETHER];
    const struct pal_column *arg[TOGETHER][2];
    struct pal_state *const *state = pass->state + *first;
    size_t n = 0;
    for (; n < TOGETHER && *first < pass->plan->tasks && takes_all(pass->plan, *first); n++)
        cells[n] = cells_of(r, batch, (*first)++, arg[n]);
    return pal_states_feed(state, cells, n, err);
}

static enum pal_status feed_task(struct reader *r, const struct pal_batch *batch, size_t t,
                                 struct pal_error *err)
{
    struct est_pass *pass = r->pass;
    const struct est_plan *plan = pass->plan;
    const struct est_task *task = &plan->task[t];
    const struct est_stat *stat = &plan->stat[task->stat];
    const struct pal_column *arg[2] = {NULL, NULL};
    struct pal_cells cells = cells_of(r, batch, t, arg);
    if (task->unit != EST_NO_COLUMN) {
        const struct pal_column *column = &batch->col[task->unit];
        PAL_TRY(learn_units(r, t, column->dict, err));
        for (size_t row = 0; row < batch->rows; row++)
            r->units[row] = r->unit[t].code[column->code[row]];
        cells.stratum = r->units;
        cells.strata = pal_map_count(pass->unit[t].map);
    }
    if (!stat->conditions)
        return task->estimator->feed(pass->state[t], &cells, err);
    memset(r->inside, 1, batch->rows);
    for (size_t i = 0; i < stat->conditions; i++)
        PAL_TRY(est_where_restrict(&stat->condition[i], &r->condition[task->stat][i],
                                   &batch->col[plan->condition_column[task->stat][i]], batch->rows,
                                   r->inside, r->pass->arena, err));
    for (size_t row = 0; row < batch->rows; row++)
        r->mine[row] = r->inside[row] ? r->group[row] : PAL_NO_GROUP;
    cells.group = r->mine;
    return task->estimator->feed(pass->state[t], &cells, err);
}

static enum pal_status feed_batch(void *reader, const struct pal_batch *batch,
                                  struct pal_error *err)
{
    struct reader *r = reader;
    const struct est_plan *plan = r->pass->plan;
    PAL_TRY(make_room(r, batch->rows, err));
    PAL_TRY(est_reading_batch(&r->reading, batch, r->domain, err));
    if (plan->change_column != EST_NO_COLUMN) {
        const struct pal_column *column = &batch->col[plan->change_column];
        PAL_TRY(learn_sides(r, column->dict, err));
        for (size_t row = 0; row < batch->rows; row++)
            r->side[row] = (uint8_t)r->change.code[column->code[row]];
    }
    if (plan->request->standard.n)
        PAL_TRY(find_strata(r, batch, err));
    PAL_TRY(find_groups(r, batch, err));
    for (size_t t = 0; t < plan->tasks;) {
        if (takes_all(plan, t))
            PAL_TRY(feed_together(r, batch, &t, err));
        else
            PAL_TRY(feed_task(r, batch, t++, err));
    }
    return PAL_OK;
}

static enum pal_status reader_new(struct est_pass *pass, struct reader *out, struct pal_error *err)
{
    const struct est_plan *plan = pass->plan;
    struct pal_arena *arena = pass->arena;
    *out = (struct reader){.pass = pass};
    PAL_TRY(est_reading_new(pass, &out->reading, err));
    out->unit = pal_arena_alloc(arena, plan->tasks, sizeof *out->unit);
    out->condition = pal_arena_alloc(arena, plan->stats, sizeof *out->condition);
    out->key = pal_arena_alloc(arena, plan->bys + plan->standard_columns + 1, sizeof *out->key);
    if (!out->unit || !out->condition || !out->key)
        return pal_nomem(err, "a pass");
    for (size_t s = 0; s < plan->stats; s++) {
        out->condition[s] =
            pal_arena_alloc(arena, plan->stat[s].conditions + 1, sizeof **out->condition);
        if (!out->condition[s])
            return pal_nomem(err, "a pass");
    }
    return pal_groups_new(arena, plan->standard_columns, &out->strata, err);
}

enum pal_status est_pass_read(struct est_pass *pass, const char *path, unsigned threads,
                              struct pal_progress *progress, struct pal_error *err)
{
    if (pass->imputed)
        return est_imputed_read(pass, path, threads, progress, err);
    if (pass->plan->survey)
        return est_survey_pass_read(pass, path, threads, progress, err);
    struct reader reader;
    PAL_TRY(reader_new(pass, &reader, err));
    return est_reading_file(pass, path, threads, progress, feed_batch, &reader, err);
}

/* ---- folding
 * ---------------------------------------------------------------------------------------- */

/* Numbers the values of `from` as `into` does. */
static enum pal_status fold_values(struct est_values *into, struct pal_arena *arena,
                                   const struct est_values *from, uint32_t **out,
                                   struct pal_arena *scratch, struct pal_error *err)
{
    const size_t n = pal_map_count(from->map);
    *out = pal_arena_alloc(scratch, n + 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "groups");
    for (size_t i = 0; i < n; i++) {
        (*out)[i] = est_values_add(into, arena, pal_map_key(from->map, i), from->sort[i]);
        if ((*out)[i] == UINT32_MAX)
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

static enum pal_status fold_groups(struct est_pass *into, const struct est_pass *from,
                                   uint32_t **out, struct pal_arena *scratch, struct pal_error *err)
{
    const size_t bys = into->plan->bys, n = pal_groups_count(from->groups);
    uint32_t **code = pal_arena_alloc(scratch, bys + 1, sizeof *code);
    uint32_t *key = pal_arena_alloc(scratch, bys + 1, sizeof *key);
    *out = pal_arena_alloc(scratch, n + 1, sizeof **out);
    if (!code || !key || !*out)
        return pal_nomem(err, "groups");
    for (size_t b = 0; b < bys; b++)
        PAL_TRY(fold_values(&into->value[b], into->arena, &from->value[b], &code[b], scratch, err));
    for (size_t g = 0; g < n; g++) {
        const uint32_t *theirs = pal_groups_key(from->groups, g);
        for (size_t b = 0; b < bys; b++)
            key[b] = theirs[b] == EST_TOTAL || !theirs[b] ? theirs[b] : code[b][theirs[b] - 1] + 1;
        (*out)[g] = pal_groups_add(into->groups, bys ? key : NULL);
        if ((*out)[g] == PAL_NO_GROUP)
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

enum pal_status est_pass_fold(struct est_pass *into, const struct est_pass *from,
                              struct pal_error *err)
{
    const struct est_plan *plan = into->plan;
    uint32_t *group;
    if (into->imputed)
        return est_imputed_fold(into, from, err);
    PAL_TRY(fold_groups(into, from, &group, into->arena, err));
    into->rows += from->rows;
    est_mark_add(&into->mark, &from->mark);
    if (plan->survey)
        return est_survey_pass_fold(into, from, group, err);
    for (size_t t = 0; t < plan->tasks; t++) {
        uint32_t *unit = NULL;
        if (plan->task[t].unit != EST_NO_COLUMN)
            PAL_TRY(
                fold_values(&into->unit[t], into->arena, &from->unit[t], &unit, into->arena, err));
        const struct pal_mapping map = {
            .group = group,
            .groups = pal_groups_count(from->groups),
            .stratum = unit,
            .strata = unit ? pal_map_count(from->unit[t].map) : 0,
        };
        PAL_TRY(plan->task[t].estimator->merge(into->state[t], from->state[t], &map, err));
    }
    return PAL_OK;
}

/* ---- margins -----------------------------------------------------------------------------------
 */

/* The groups of `cells` with the columns of `margin` (a set of bits) taken together. */
static enum pal_status margin_groups(struct est_pass *into, const struct est_pass *cells,
                                     unsigned margin, uint32_t *group, struct pal_error *err)
{
    const size_t bys = into->plan->bys, n = pal_groups_count(cells->groups);
    uint32_t key[EST_MOST_BYS];
    for (size_t g = 0; g < n; g++) {
        const uint32_t *cell = pal_groups_key(cells->groups, g);
        for (size_t b = 0; b < bys; b++)
            key[b] = margin >> b & 1u ? EST_TOTAL : cell[b];
        group[g] = pal_groups_add(into->groups, key);
        if (group[g] == PAL_NO_GROUP)
            return pal_nomem(err, "groups");
    }
    return PAL_OK;
}

enum pal_status est_pass_margins(const struct est_pass *cells, struct pal_arena *arena,
                                 const struct est_pass **out, struct pal_error *err)
{
    const struct est_plan *plan = cells->plan;
    struct est_pass *all;
    *out = cells;
    if (plan->survey)
        return est_survey_margins(cells, arena, out, err);
    if (!plan->request->margins)
        return PAL_OK;
    PAL_TRY(est_pass_new(plan, arena, &all, err));
    const size_t n = pal_groups_count(cells->groups);
    uint32_t *group = pal_arena_alloc(arena, n + 1, sizeof *group);
    if (!group)
        return pal_nomem(err, "groups");
    for (size_t b = 0; b < plan->bys; b++)
        all->value[b] = cells->value[b];
    for (unsigned margin = 0; margin < 1u << plan->bys; margin++) {
        PAL_TRY(margin_groups(all, cells, margin, group, err));
        for (size_t t = 0; t < plan->tasks; t++) {
            const struct pal_mapping map = {.group = group, .groups = n};
            PAL_TRY(plan->task[t].estimator->merge(all->state[t], cells->state[t], &map, err));
        }
    }
    for (size_t t = 0; t < plan->tasks; t++)
        all->unit[t] = cells->unit[t];
    all->rows = cells->rows;
    *out = all;
    return PAL_OK;
}
