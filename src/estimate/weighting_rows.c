/* weighting_rows.c: what the rows give to the steps that adjust weights: cells, terms, answers.
 */
#include "weighting.h"

#include <math.h>
#include <string.h>

struct tuples { /* cells of the code tuples met in the file at hand */
    struct pal_groups *tuple;
    uint32_t *cell; /* [room] */
    size_t known, room;
};

struct pal_weighting_rows {
    const struct pal_weighting_plan *plan;
    struct pal_arena *arena;
    size_t rows, room;
    uint8_t *respondent;    /* [room] or NULL: all */
    bool answered;          /* there is one */
    struct pal_map *met;    /* the first answers, as long as there is none */
    uint32_t **cell;        /* [margins][room] */
    double *x;              /* [room * terms] */
    struct pal_map **names; /* [margins] cells by name */
    struct tuples *tuples;  /* [margins] */
};

enum pal_status pal_weighting_rows_new(const struct pal_weighting_plan *plan,
                                       struct pal_arena *arena, struct pal_weighting_rows **out,
                                       struct pal_error *err)
{
    struct pal_weighting_rows *a = pal_arena_alloc(arena, 1, sizeof *a);
    if (!a)
        return pal_nomem(err, "adjusted weights");
    *a = (struct pal_weighting_rows){.plan = plan, .arena = arena};
    a->cell = pal_arena_alloc(arena, plan->margins + 1, sizeof *a->cell);
    a->names = pal_arena_alloc(arena, plan->margins + 1, sizeof *a->names);
    a->tuples = pal_arena_alloc(arena, plan->margins + 1, sizeof *a->tuples);
    a->met = pal_map_new(arena, 0);
    if (!a->cell || !a->names || !a->tuples || !a->met)
        return pal_nomem(err, "adjusted weights");
    for (size_t m = 0; m < plan->margins; m++) {
        const struct weighting_margin *margin = &plan->margin[m];
        a->names[m] = pal_map_new(arena, margin->cells);
        if (!a->names[m])
            return pal_nomem(err, "adjusted weights");
        for (size_t c = 0; c < margin->cells; c++)
            if (pal_map_add(a->names[m], margin->name[c], NULL) == SIZE_MAX)
                return pal_nomem(err, "adjusted weights");
        PAL_TRY(pal_groups_new(arena, margin->by->n, &a->tuples[m].tuple, err));
    }
    *out = a;
    return PAL_OK;
}

static enum pal_status make_room(struct pal_weighting_rows *a, size_t rows, struct pal_error *err)
{
    const struct pal_weighting_plan *plan = a->plan;
    if (rows <= a->room)
        return PAL_OK;
    const size_t room = rows > 2 * a->room ? rows : 2 * a->room;
    bool ok = true;
    if (plan->words->respondents.len) {
        a->respondent = pal_arena_grow(a->arena, a->respondent, a->room, room, 1);
        ok = a->respondent != NULL;
    }
    for (size_t m = 0; m < plan->margins && ok; m++) {
        a->cell[m] = pal_arena_grow(a->arena, a->cell[m], a->room, room, sizeof(uint32_t));
        ok = a->cell[m] != NULL;
    }
    if (plan->words->terms && ok) {
        a->x = pal_arena_grow(a->arena, a->x, a->room * plan->words->terms,
                              room * plan->words->terms, sizeof(double));
        ok = a->x != NULL;
    }
    a->room = room;
    return ok ? PAL_OK : pal_nomem(err, "adjusted weights");
}

/* ---- cells
 * ---------------------------------------------------------------------------------------- */

static bool tuple_room(struct tuples *t, size_t tuples, struct pal_arena *arena)
{
    if (tuples <= t->room)
        return true;
    const size_t room = tuples > 2 * t->room ? tuples : 2 * t->room;
    uint32_t *grown = pal_arena_grow(arena, t->cell, t->room, room, sizeof *grown);
    if (!grown)
        return false;
    t->cell = grown;
    t->room = room;
    return true;
}

/* The cell that the texts of a row name; PAL_NO_CELL where one of them is missing. */
static enum pal_status learn_cell(struct pal_weighting_rows *a, size_t m,
                                  const struct pal_batch *batch, size_t row, uint32_t *out,
                                  struct pal_error *err)
{
    const struct weighting_margin *margin = &a->plan->margin[m];
    struct pal_buf text;
    pal_buf_init(&text, a->arena, 1 << 20);
    *out = PAL_NO_CELL;
    for (size_t i = 0; i < margin->by->n; i++) {
        const struct pal_column *column = &batch->col[margin->column[i]];
        if (!column->code[row])
            return PAL_OK;
        if (i)
            pal_buf_addc(&text, '|');
        pal_buf_add(&text, pal_dict_text(column->dict, column->code[row]));
    }
    PAL_TRY(pal_buf_status(&text, "a cell", err));
    if (!margin->population) {
        const size_t at = pal_map_add(a->names[m], pal_buf_str(&text), NULL);
        *out = (uint32_t)at;
        return at == SIZE_MAX ? pal_nomem(err, "adjusted weights") : PAL_OK;
    }
    const size_t at = pal_map_find(a->names[m], pal_buf_str(&text));
    if (at != SIZE_MAX && margin->population[at] > 0) {
        *out = (uint32_t)at;
        return PAL_OK;
    }
    const char *aside = a->plan->source.typed ? "leave its rows out with --where"
                                              : "let 'set_aside' leave its rows out";
    if (at != SIZE_MAX) {
        const struct pal_place of = {margin->file, margin->line[at], margin->at_column};
        return pal_fail_at(err, PAL_DATA, &of,
                           "the population of '%.*s' is 0, and line %llu of '%s' is one of it: "
                           "its weight would be nothing; give the population, merge it with "
                           "another category in both files, or %s",
                           PAL_ARG(pal_buf_str(&text)), (unsigned long long)batch->line[row],
                           batch->file, aside);
    }
    const struct pal_place place = {.file = batch->file, .line = batch->line[row]};
    const pal_str near = pal_nearest(pal_buf_str(&text), margin->name, margin->cells);
    return pal_fail_at(err, PAL_DATA, &place,
                       "'%.*s' of '%.*s' is not in the population '%s'%s%.*s%s; add its row "
                       "there, or %s",
                       PAL_ARG(pal_buf_str(&text)), PAL_ARG(pal_names_join(margin->by, a->arena)),
                       margin->file, PAL_NEAR(near), aside);
}

/* Rows that did not answer are in no cell of a population; they are in their class. */
static enum pal_status find_cells(struct pal_weighting_rows *a, size_t m,
                                  const struct pal_batch *batch, struct pal_error *err)
{
    const struct weighting_margin *margin = &a->plan->margin[m];
    struct tuples *t = &a->tuples[m];
    uint32_t *key = pal_arena_alloc(a->arena, margin->by->n, sizeof *key);
    uint32_t *cell = a->cell[m] + a->rows;
    if (!key)
        return pal_nomem(err, "adjusted weights");
    for (size_t row = 0; row < batch->rows; row++) {
        cell[row] = PAL_NO_CELL;
        if (margin->population && a->respondent && !a->respondent[a->rows + row])
            continue;
        for (size_t i = 0; i < margin->by->n; i++)
            key[i] = batch->col[margin->column[i]].code[row];
        const uint32_t tuple = pal_groups_add(t->tuple, key);
        if (tuple == PAL_NO_GROUP || !tuple_room(t, (size_t)tuple + 1, a->arena))
            return pal_nomem(err, "adjusted weights");
        if (tuple >= t->known) {
            PAL_TRY(learn_cell(a, m, batch, row, &t->cell[tuple], err));
            t->known = (size_t)tuple + 1;
        }
        cell[row] = t->cell[tuple];
    }
    return PAL_OK;
}

/* ---- answers and terms
 * ------------------------------------------------------------------------------ */

enum { MOST_MET = 5 }; /* answers that a message names */

static bool same_text(pal_str text, pal_str wanted)
{
    double a, b;
    return pal_str_eq(text, wanted) ||
           (pal_num_parse(text, &a) && pal_num_parse(wanted, &b) && a == b);
}

static bool is_respondent(const struct pal_weighting_plan *plan, pal_str answer)
{
    if (plan->source.responds)
        return plan->source.responds(plan->source.condition, answer);
    for (size_t i = 0; i < plan->words->answers.n; i++)
        if (same_text(answer, plan->words->answers.name[i]))
            return true;
    return false;
}

static enum pal_status find_respondents(struct pal_weighting_rows *a, const struct pal_batch *batch,
                                        struct pal_error *err)
{
    const struct pal_column *column = &batch->col[a->plan->respondent];
    const size_t codes = pal_dict_count(column->dict);
    const struct pal_arena_mark mark = pal_arena_mark(a->arena);
    uint8_t *known = pal_arena_alloc(a->arena, codes + 1, 1); /* 0: not asked yet; 1 no, 2 yes */
    if (!known)
        return pal_nomem(err, "adjusted weights");
    for (size_t row = 0; row < batch->rows; row++) {
        const uint32_t code = column->code[row];
        if (!known[code])
            known[code] = code && is_respondent(a->plan, pal_dict_text(column->dict, code)) ? 2 : 1;
        a->respondent[a->rows + row] = known[code] == 2;
        a->answered |= known[code] == 2;
    }
    pal_arena_reset(a->arena, mark);
    for (size_t row = 0; row < batch->rows && !a->answered; row++)
        if (column->code[row] && pal_map_count(a->met) < MOST_MET &&
            pal_map_add(a->met, pal_dict_text(column->dict, column->code[row]), NULL) == SIZE_MAX)
            return pal_nomem(err, "adjusted weights");
    return PAL_OK;
}

static enum pal_status find_terms(struct pal_weighting_rows *a, const struct pal_batch *batch,
                                  struct pal_error *err)
{
    const struct pal_weighting_plan *plan = a->plan;
    for (size_t row = 0; row < batch->rows; row++) {
        double *x = a->x + (a->rows + row) * plan->words->terms;
        const bool counts = !a->respondent || a->respondent[a->rows + row];
        for (size_t t = 0; t < plan->words->terms; t++) {
            const struct pal_weighting_term *term = &plan->words->term[t];
            if (!term->column.len) {
                x[t] = 1;
                continue;
            }
            const struct pal_column *column = &batch->col[plan->term[t]];
            const bool number = !term->level;
            x[t] = 0;
            if (number ? column->absent[row] != PAL_PRESENT : !column->code[row]) {
                const struct pal_place place = {.file = batch->file, .line = batch->line[row]};
                if (counts)
                    return pal_fail_at(err, PAL_DATA, &place,
                                       "'%.*s' is empty; weights can be calibrated only where "
                                       "every row has its terms",
                                       PAL_ARG(column->name));
                continue;
            }
            x[t] = number ? column->value[row]
                          : same_text(pal_dict_text(column->dict, column->code[row]), term->value);
        }
    }
    return PAL_OK;
}

enum pal_status pal_weighting_rows_add(struct pal_weighting_rows *a, const struct pal_batch *batch,
                                       struct pal_error *err)
{
    PAL_TRY(make_room(a, a->rows + batch->rows, err));
    if (a->respondent)
        PAL_TRY(find_respondents(a, batch, err));
    for (size_t m = 0; m < a->plan->margins; m++)
        PAL_TRY(find_cells(a, m, batch, err));
    if (a->plan->words->terms)
        PAL_TRY(find_terms(a, batch, err));
    a->rows += batch->rows;
    return PAL_OK;
}

/* ---- several files
 * ----------------------------------------------------------------------------------- */

static enum pal_status fold_cells(struct pal_weighting_rows *into,
                                  const struct pal_weighting_rows *from, size_t m,
                                  struct pal_error *err)
{
    const size_t n = pal_map_count(from->names[m]);
    uint32_t *mine = pal_arena_alloc(into->arena, n + 1, sizeof *mine);
    if (!mine)
        return pal_nomem(err, "adjusted weights");
    for (size_t c = 0; c < n; c++) {
        const size_t at = pal_map_add(into->names[m], pal_map_key(from->names[m], c), NULL);
        if (at == SIZE_MAX)
            return pal_nomem(err, "adjusted weights");
        mine[c] = (uint32_t)at;
    }
    for (size_t i = 0; i < from->rows; i++) {
        const uint32_t cell = from->cell[m][i];
        into->cell[m][into->rows + i] = cell == PAL_NO_CELL ? PAL_NO_CELL : mine[cell];
    }
    return PAL_OK;
}

enum pal_status pal_weighting_rows_fold(struct pal_weighting_rows *into,
                                        const struct pal_weighting_rows *from,
                                        struct pal_error *err)
{
    const size_t terms = into->plan->words->terms;
    PAL_TRY(make_room(into, into->rows + from->rows, err));
    if (into->respondent && from->rows)
        memcpy(into->respondent + into->rows, from->respondent, from->rows);
    into->answered |= from->answered;
    for (size_t i = 0; i < pal_map_count(from->met) && pal_map_count(into->met) < MOST_MET; i++)
        if (pal_map_add(into->met, pal_map_key(from->met, i), NULL) == SIZE_MAX)
            return pal_nomem(err, "adjusted weights");
    for (size_t m = 0; m < into->plan->margins; m++)
        PAL_TRY(fold_cells(into, from, m, err));
    if (terms && from->rows)
        memcpy(into->x + into->rows * terms, from->x, from->rows * terms * sizeof *from->x);
    into->rows += from->rows;
    return PAL_OK;
}

/* ---- steps
 * ---------------------------------------------------------------------------------------------- */

static enum pal_status names_of(const struct pal_weighting_rows *a, size_t m,
                                struct pal_arena *arena, struct pal_margin *out,
                                struct pal_error *err)
{
    const size_t n = pal_map_count(a->names[m]);
    pal_str *name = pal_arena_alloc(arena, n + 1, sizeof *name);
    if (!name)
        return pal_nomem(err, "adjusted weights");
    for (size_t c = 0; c < n; c++)
        name[c] = pal_map_key(a->names[m], c);
    *out = (struct pal_margin){n, a->cell[m], a->plan->margin[m].population, name};
    return PAL_OK;
}

static enum pal_status nobody_answered(const struct pal_weighting_rows *a, struct pal_arena *arena,
                                       struct pal_error *err)
{
    struct pal_buf text;
    pal_buf_init(&text, arena, 1 << 20);
    for (size_t i = 0; i < pal_map_count(a->met); i++)
        pal_buf_addf(&text, "%s'%.*s'", i ? ", " : "", PAL_ARG(pal_map_key(a->met, i)));
    PAL_TRY(pal_buf_status(&text, "adjusted weights", err));
    return pal_fail(err, PAL_DOMAIN,
                    "no row answered: --respondents holds in none; '%.*s' is %.*s%s",
                    PAL_ARG(a->plan->words->respondents), PAL_ARG(pal_buf_str(&text)),
                    !text.len                           ? "empty everywhere"
                    : pal_map_count(a->met) == MOST_MET ? ", ..."
                                                        : "");
}

enum pal_status pal_weighting_steps(const struct pal_weighting_rows *a, struct pal_arena *arena,
                                    const struct pal_adjust **out, size_t *n, struct pal_error *err)
{
    const struct pal_weighting_plan *plan = a->plan;
    struct pal_adjust *step = pal_arena_alloc(arena, plan->steps + 1, sizeof *step);
    struct pal_margin *margin = pal_arena_alloc(arena, plan->margins + 1, sizeof *margin);
    pal_str *term = pal_arena_alloc(arena, plan->words->terms + 1, sizeof *term);
    size_t m = 0;
    if (!step || !margin || !term)
        return pal_nomem(err, "adjusted weights");
    if (a->respondent && a->rows && !a->answered)
        return nobody_answered(a, arena, err);
    for (size_t t = 0; t < plan->words->terms; t++)
        term[t] = plan->words->term[t].text;
    for (size_t s = 0; s < plan->steps; s++) {
        step[s] = plan->step[s];
        step[s].respondent = a->respondent;
        step[s].margin = margin + m;
        for (size_t k = 0; k < step[s].margins; k++, m++)
            PAL_TRY(names_of(a, m, arena, &margin[m], err));
        if (step[s].kind != PAL_ADJUST_CALIBRATE)
            continue;
        step[s].terms = plan->words->terms;
        step[s].x = a->x;
        step[s].total = plan->total;
        step[s].term = term;
    }
    *out = step;
    *n = plan->steps;
    return PAL_OK;
}
