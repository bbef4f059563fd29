/* sample.c: figures from the records of a sample. The whole file makes the design; areas, years,
 * breakdowns and conditions are domains of it, which leave the number of units in each stratum as
 * it was drawn. Figures of one set of breakdowns are the groups of one frame.
 *
 * A record whose answer is not there lies outside the domain of that statistic, and only of that. A
 * record with an error stays in the design, where it says how it was drawn, and enters no figure.
 */
#include "inside.h"

#include <math.h>
#include <string.h>

enum { PIECE_ROWS = 8192, MOST_FRAMES = 1 << PAL_MAX_STAGES };

/* ---- columns -----------------------------------------------------------------------------------
 */

struct numbers {                     /* a column as numbers, found once a category */
    const struct pal_column *column; /* NULL: 1 in every row */
    const double *value;
    const uint8_t *absent;
};

static enum pal_status no_column(const struct pal_dataset *dataset, pal_str name,
                                 const struct pal_place *at, struct pal_arena *arena,
                                 struct pal_error *err)
{
    pal_str *known = pal_arena_alloc(arena, dataset->columns_n + 1, sizeof *known);
    if (!known)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < dataset->columns_n; i++)
        known[i] = dataset->batch.col[i].name;
    const pal_str near = pal_nearest(name, known, dataset->columns_n);
    return pal_fail_at(err, PAL_SYNTAX, at, "the dataset '%.*s' has no column '%.*s'%s%.*s%s",
                       PAL_ARG(pal_descriptor_name(dataset->descriptor)), PAL_ARG(name),
                       PAL_NEAR(near));
}

static enum pal_status numbers_of(const struct pal_dataset *dataset, pal_str name,
                                  const struct pal_place *at, struct pal_arena *arena,
                                  struct numbers *out, struct pal_error *err)
{
    *out = (struct numbers){0};
    if (!name.len)
        return PAL_OK;
    out->column = pal_dataset_filter_column(dataset, name);
    if (!out->column)
        return no_column(dataset, name, at, arena, err);
    return pal_dataset_numbers(dataset, out->column, arena, &out->value, &out->absent, err);
}

static double number_at(const struct numbers *n, size_t row, uint8_t *absent)
{
    const uint32_t code = n->column ? n->column->code[row] : 0;
    *absent = n->column ? n->absent[code] : PAL_PRESENT;
    return n->column ? n->value[code] : 1;
}

struct holds { /* a condition: by category 0 no, 1 yes, 2 there is no answer */
    const struct pal_column *column;
    uint8_t *answer;
};

static enum pal_status conditions_of(const struct pal_dataset *dataset,
                                     const struct pal_operand *operand, struct pal_arena *arena,
                                     struct holds **out, struct pal_error *err)
{
    struct holds *all = pal_arena_alloc(arena, operand->conditions + 1, sizeof *all);
    if (!all)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < operand->conditions; i++) {
        const struct pal_condition *c = &operand->condition[i];
        const struct pal_column *column = pal_dataset_filter_column(dataset, c->column);
        if (!column)
            return no_column(dataset, c->column, &c->at, arena, err);
        const size_t n = pal_dict_count(column->dict);
        all[i] = (struct holds){column, pal_arena_alloc(arena, n + 1, 1)};
        if (!all[i].answer)
            return pal_nomem(err, "a sample");
        for (size_t code = 0; code < n; code++)
            all[i].answer[code] = !code || (column->why && column->why[code]) ? 2 : 0;
        for (size_t k = 0; k < c->n; k++) {
            const uint32_t code = pal_dict_find(column->dict, c->value[k]);
            all[i].answer[code] = code ? 1 : 2;
        }
    }
    *out = all;
    return PAL_OK;
}

/* ---- the sample --------------------------------------------------------------------------------
 */

struct sample {
    const struct pal_sample_facts *facts;
    const struct pal_dataset *dataset;
    struct pal_arena *arena;
    struct pal_survey *survey;
    struct pal_survey_work *work;
    /* the design */
    size_t rows;
    uint32_t *row; /* [rows] of the dataset, those that are in the design */
    uint32_t *stratum[PAL_MAX_STAGES], *unit[PAL_MAX_STAGES]; /* [rows] */
    struct numbers weight, fpc[PAL_MAX_STAGES], *replicate;
    size_t replicates;
    /* what is asked */
    struct numbers y, x;
    struct holds *condition; /* that a record counts in y; of the numerator */
    size_t conditions;
    /* figures: item i is group[i] of frame[i] */
    size_t frames;
    uint32_t mask[MOST_FRAMES], groups[MOST_FRAMES];
    uint32_t *of_row[MOST_FRAMES]; /* [dataset rows] */
    uint8_t *frame;
    uint32_t *group, *left_out; /* [items] */
};

static bool is_word(const struct job *j, const char *word)
{
    return strcmp(j->d->estimator->name, word) == 0;
}

/* Records that say how they were drawn. The loader has judged each; one in error for another reason
 * stays. */
static bool is_drawn(const struct sample *s, size_t row)
{
    uint8_t absent;
    const uint8_t state = s->dataset->batch.state[row];
    if (state == PAL_ROW_ENTERS)
        return true;
    if (state != PAL_ROW_ERROR)
        return false;
    (void)number_at(&s->weight, row, &absent);
    bool drawn = absent == PAL_PRESENT;
    for (size_t i = 0; i < s->facts->fpcs; i++) {
        (void)number_at(&s->fpc[i], row, &absent);
        drawn &= absent == PAL_PRESENT;
    }
    for (size_t i = 0; i < s->facts->strata + s->facts->units; i++) {
        const bool stratum = i < s->facts->strata;
        const struct pal_column *column = pal_dataset_filter_column(
            s->dataset, stratum ? s->facts->stratum[i] : s->facts->unit[i - s->facts->strata]);
        drawn &= column && column->code[row] && !(column->why && column->why[column->code[row]]);
    }
    return drawn;
}

/* A column of the design as codes from 1. In the first stage of a file of several samples the area
 * and the year are part of the code. */
static enum pal_status design_codes(struct sample *s, const pal_str *name, size_t stage,
                                    uint32_t **out, struct pal_error *err)
{
    const bool several = stage == 0 && (s->facts->by_area || s->facts->by_period);
    const struct pal_column *column = name ? pal_dataset_filter_column(s->dataset, *name) : NULL;
    struct pal_groups *groups;
    if (name && !column)
        return no_column(s->dataset, *name, &s->facts->at, s->arena, err);
    uint32_t *code = pal_arena_alloc(s->arena, s->rows + 1, sizeof *code);
    if (!code)
        return pal_nomem(err, "a sample");
    PAL_TRY(pal_groups_new(s->arena, 3, &groups, err));
    for (size_t i = 0; i < s->rows; i++) {
        const uint32_t row = s->row[i];
        code[i] = column ? column->code[row] : 1;
        if (!several)
            continue;
        const uint32_t key[3] = {code[i], s->facts->by_area ? s->dataset->area[row] : 0,
                                 s->facts->by_period ? (uint32_t)s->dataset->period[row] : 0};
        code[i] = pal_groups_add(groups, key) + 1;
        if (!code[i])
            return pal_nomem(err, "a sample");
    }
    *out = code;
    return PAL_OK;
}

static enum pal_status read_replicates(struct sample *s, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    s->replicate = pal_arena_alloc(s->arena, dataset->columns_n + 1, sizeof *s->replicate);
    if (!s->replicate)
        return pal_nomem(err, "a sample");
    for (size_t p = 0; p < s->facts->replicates; p++)
        for (size_t i = 0; i < dataset->columns_n; i++)
            if (pal_sample_fits(s->facts->replicate[p], dataset->batch.col[i].name) &&
                s->replicates < dataset->columns_n)
                PAL_TRY(numbers_of(dataset, dataset->batch.col[i].name, &s->facts->at, s->arena,
                                   &s->replicate[s->replicates++], err));
    return PAL_OK;
}

/* The words of the descriptor; what they get wrong is said there. */
static enum pal_status ask_of(const struct job *j, struct sample *s, struct pal_survey_ask *ask,
                              struct pal_error *err)
{
    const struct pal_sample_facts *facts = s->facts;
    struct pal_error own = {0};
    bool simple = false;
    pal_str deff = facts->deff;
    if (!deff.len)
        deff = PAL_STR("wor");
    ask->replicates = 0;
    enum pal_status status = pal_survey_variance_parse(facts->variance, facts->replicates > 0,
                                                       "variance:", ask, &simple, &own);
    if (status == PAL_OK && facts->df.len)
        status = pal_survey_df_parse(facts->df, "df:", ask, &own);
    if (status == PAL_OK)
        status = pal_survey_deff_parse(deff, "deff:", ask, &own);
    if (status != PAL_OK)
        return pal_fail_at(err, PAL_SYNTAX, &facts->at, "'design' of '%.*s': %s",
                           PAL_ARG(j->d->numerator.dataset), own.text);
    if (facts->lonely_psu.len && !pal_lonely_parse(facts->lonely_psu, &ask->design.lonely))
        return pal_fail(err, PAL_BUG, "lonely rule '%.*s'", PAL_ARG(facts->lonely_psu));
    ask->design.lonely_domain = pal_str_eq(facts->lonely_domain, PAL_STR("adjust"));
    ask->design.nest = facts->nest;
    ask->design.weights = facts->weight.len > 0;
    ask->mse = facts->mse;
    ask->scale = facts->scale;
    ask->factors = pal_str_eq(facts->replicate_kind, PAL_STR("factor"));
    ask->threads = 1;
    ask->seed = j->compute->seed;
    ask->level = j->d->ask.level;
    ask->interval = j->d->ask.interval;
    if (j->d->ask.no_variance)
        ask->method = PAL_SURVEY_VALUE;
    if (!simple) {
        ask->design.stages = facts->units;
        ask->design.strata[0] = facts->strata || facts->by_area || facts->by_period;
        for (size_t i = 1; i < facts->strata; i++)
            ask->design.strata[i] = true;
        for (size_t i = 0; i < facts->fpcs; i++)
            ask->design.fpc[i] = true;
    }
    if (ask->method != PAL_SURVEY_GIVEN)
        return PAL_OK;
    ask->replicates = s->replicates;
    if (facts->rscales && facts->rscales != s->replicates)
        return pal_fail_at(err, PAL_SYNTAX, &facts->at,
                           "'rscales' has %zu numbers for %zu columns of replicate weights",
                           facts->rscales, s->replicates);
    if (facts->rscales) {
        ask->rscale = facts->rscale;
        ask->scale = ask->scale > 0 ? ask->scale : 1;
    }
    if (!pal_survey_scale_known(ask))
        return pal_fail_at(err, PAL_SYNTAX, &facts->at,
                           "given replicate weights need 'variance' (brr, jk1, bootstrap:N, ...) "
                           "or 'scale' in 'design', as their documentation says");
    return PAL_OK;
}

static enum pal_status read_design(struct sample *s, const struct pal_survey_ask *ask,
                                   struct pal_error *err)
{
    const struct pal_sample_facts *facts = s->facts;
    const struct pal_design_spec *spec = &ask->design;
    s->row = pal_arena_alloc(s->arena, s->dataset->batch.rows + 1, sizeof *s->row);
    if (!s->row)
        return pal_nomem(err, "a sample");
    for (uint32_t row = 0; row < s->dataset->batch.rows; row++)
        if (is_drawn(s, row))
            s->row[s->rows++] = row;
    for (size_t i = 0; i < PAL_MAX_STAGES; i++) {
        if (spec->strata[i])
            PAL_TRY(design_codes(s, i < facts->strata ? &facts->stratum[i] : NULL, i,
                                 &s->stratum[i], err));
        if (i < spec->stages)
            PAL_TRY(design_codes(s, &facts->unit[i], i, &s->unit[i], err));
    }
    return PAL_OK;
}

/* ---- figures are groups of frames --------------------------------------------------------------
 */

static uint32_t mask_of(const struct job *j, const struct item *item)
{
    uint32_t mask = 0;
    for (size_t b = 0; b < j->d->by_n; b++)
        mask |= (uint32_t)(item->key[KEY_BY + b] != 0) << b;
    return mask;
}

static enum pal_status frame_at(struct sample *s, uint32_t mask, size_t *out, struct pal_error *err)
{
    size_t f = 0;
    while (f < s->frames && s->mask[f] != mask)
        f++;
    *out = f;
    if (f < s->frames)
        return PAL_OK;
    if (f == MOST_FRAMES)
        return pal_fail(err, PAL_SYNTAX, "more than %d sets of breakdowns of a sample",
                        MOST_FRAMES);
    const size_t rows = s->dataset->batch.rows;
    s->of_row[f] = pal_arena_alloc(s->arena, rows + 1, sizeof *s->of_row[f]);
    if (!s->of_row[f])
        return pal_nomem(err, "a sample");
    for (size_t row = 0; row < rows; row++)
        s->of_row[f][row] = PAL_NO_GROUP;
    s->mask[f] = mask;
    s->frames++;
    return PAL_OK;
}

static enum pal_status place_items(const struct job *j, struct sample *s, struct pal_error *err)
{
    const struct cells *cells = j->entry->y.cells;
    s->frame = pal_arena_alloc(s->arena, j->items + 1, 1);
    s->group = pal_arena_alloc(s->arena, j->items + 1, sizeof *s->group);
    s->left_out = pal_arena_alloc(s->arena, j->items + 1, sizeof *s->left_out);
    if (!s->frame || !s->group || !s->left_out)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < j->items; i++) {
        size_t f;
        PAL_TRY(frame_at(s, mask_of(j, &j->item[i]), &f, err));
        s->frame[i] = (uint8_t)f;
        s->group[i] = s->groups[f]++;
        for (uint32_t at = j->item[i].y->first; at; at = cells->link[at - 1].next) {
            const uint32_t row = cells->link[at - 1].row;
            if (s->dataset->batch.state[row] == PAL_ROW_ENTERS)
                s->of_row[f][row] = s->group[i];
        }
    }
    return PAL_OK;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

/* Does the record count in y? *absent: there is no answer to tell by. */
static bool counts(const struct sample *s, size_t row, uint8_t *absent)
{
    bool all = true;
    for (size_t i = 0; i < s->conditions; i++) {
        const uint8_t answer = s->condition[i].answer[s->condition[i].column->code[row]];
        *absent |= answer == 2;
        all &= answer == 1;
    }
    return all;
}

struct piece { /* rows from..from+rows-1 of the design as the survey takes them */
    double weight[PIECE_ROWS], fpc[PAL_MAX_STAGES][PIECE_ROWS];
    double y[PIECE_ROWS], x[PIECE_ROWS];
    uint8_t absent[PIECE_ROWS];
    uint32_t group[PIECE_ROWS];
    uint64_t line[PIECE_ROWS];
    double **replicate;
};

static enum pal_status feed_design(struct sample *s, const struct pal_survey_ask *ask,
                                   struct piece *p, size_t from, size_t rows, struct pal_error *err)
{
    const struct pal_design_spec *spec = &ask->design;
    struct pal_survey_rows to = {.design = {.rows = rows, .file = s->dataset->batch.file}};
    for (size_t i = 0; i < rows; i++) {
        const uint32_t row = s->row[from + i];
        uint8_t absent;
        p->line[i] = s->dataset->batch.line[row];
        p->weight[i] = number_at(&s->weight, row, &absent);
        for (size_t k = 0; k < s->facts->fpcs && k < PAL_MAX_STAGES; k++)
            p->fpc[k][i] = number_at(&s->fpc[k], row, &absent);
        for (size_t r = 0; ask->method == PAL_SURVEY_GIVEN && r < s->replicates; r++) {
            p->replicate[r][i] = number_at(&s->replicate[r], row, &absent);
            if (absent != PAL_PRESENT)
                return pal_fail(err, PAL_DATA, "line %llu of '%s': '%.*s' holds no weight",
                                (unsigned long long)p->line[i], s->dataset->batch.file,
                                PAL_ARG(s->replicate[r].column->name));
        }
    }
    to.design.line = p->line;
    for (size_t k = 0; k < PAL_MAX_STAGES; k++) {
        to.design.stratum[k] = spec->strata[k] ? s->stratum[k] + from : NULL;
        to.design.unit[k] = k < spec->stages ? s->unit[k] + from : NULL;
        to.design.fpc[k] = spec->fpc[k] ? p->fpc[k] : NULL;
    }
    to.weight = spec->weights ? p->weight : NULL;
    to.replicate = ask->method == PAL_SURVEY_GIVEN ? (const double *const *)p->replicate : NULL;
    return pal_survey_rows(s->survey, &to, err);
}

/* y and x of the rows. In total, proportion and ratio-of-totals a record that does not meet the
 * numerator's conditions is nought; in the others the conditions made the domain. */
static void read_values(struct sample *s, struct piece *p, size_t from, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        const uint32_t row = s->row[from + i];
        uint8_t absent_y, absent_x, unknown = 0;
        const bool counted = counts(s, row, &unknown);
        const double y = number_at(&s->y, row, &absent_y);
        p->x[i] = number_at(&s->x, row, &absent_x);
        p->y[i] = counted ? y : 0;
        p->absent[i] = unknown || absent_x || (counted && absent_y);
    }
}

static enum pal_status feed_frames(struct sample *s, struct piece *p, size_t from, size_t rows,
                                   bool square, struct pal_error *err)
{
    read_values(s, p, from, rows);
    for (size_t f = 0; f < s->frames; f++) {
        const double *const value[] = {p->y, square ? NULL : p->x};
        const uint8_t *const absent[] = {p->absent, square ? NULL : p->absent};
        for (size_t i = 0; i < rows; i++)
            p->group[i] = s->of_row[f][s->row[from + i]];
        PAL_TRY(pal_survey_feed(s->survey,
                                &(struct pal_survey_cells){.frame = f,
                                                           .group = p->group,
                                                           .groups = s->groups[f],
                                                           .value = value,
                                                           .absent = absent},
                                err));
    }
    return PAL_OK;
}

/* Cells that are no number although one is needed: their records are left out, and it is said. */
static void find_unreadable(struct job *j, struct sample *s)
{
    const struct cells *cells = j->entry->y.cells;
    const struct numbers *const side[] = {&s->y, &s->x};
    for (size_t i = 0; i < j->items; i++)
        for (uint32_t at = j->item[i].y->first; at; at = cells->link[at - 1].next) {
            const uint32_t row = cells->link[at - 1].row;
            if (s->dataset->batch.state[row] != PAL_ROW_ENTERS)
                continue;
            for (size_t k = 0; k < PAL_COUNT(side); k++) {
                uint8_t absent, unknown = 0;
                (void)number_at(side[k], row, &absent);
                if (absent != PAL_UNREADABLE || (k == 0 && !counts(s, row, &unknown)))
                    continue;
                s->left_out[i]++;
                if (!j->unreadable.line || s->dataset->batch.line[row] < j->unreadable.line) {
                    j->unreadable =
                        (struct pal_place){s->dataset->batch.file, s->dataset->batch.line[row], 0};
                    j->unreadable_column = side[k]->column->name;
                }
            }
        }
}

static enum pal_status feed(struct sample *s, const struct pal_survey_ask *ask, bool square,
                            struct pal_error *err)
{
    struct piece *p = pal_arena_alloc(s->arena, 1, sizeof *p);
    double **replicate = pal_arena_alloc(s->arena, s->replicates + 1, sizeof *replicate);
    if (!p || !replicate)
        return pal_nomem(err, "a sample");
    for (size_t r = 0; ask->method == PAL_SURVEY_GIVEN && r < s->replicates; r++)
        if (!(replicate[r] = pal_arena_alloc(s->arena, PIECE_ROWS, sizeof **replicate)))
            return pal_nomem(err, "a sample");
    p->replicate = replicate;
    for (size_t from = 0; from < s->rows; from += PIECE_ROWS) {
        const size_t rows = s->rows - from < PIECE_ROWS ? s->rows - from : PIECE_ROWS;
        PAL_TRY(feed_design(s, ask, p, from, rows, err));
        PAL_TRY(feed_frames(s, p, from, rows, square, err));
    }
    return PAL_OK;
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

static enum pal_status read_variables(const struct job *j, struct sample *s, struct pal_error *err)
{
    const struct pal_definition *d = j->d;
    const pal_str none = PAL_STR("");
    const bool domain = is_word(j, "mean") || is_word(j, "quantile") || is_word(j, "variance");
    PAL_TRY(numbers_of(s->dataset, d->numerator.values ? d->numerator.value[0] : none,
                       &d->numerator.value_at, s->arena, &s->y, err));
    PAL_TRY(numbers_of(s->dataset, d->denominator.values ? d->denominator.value[0] : none,
                       &d->denominator.value_at, s->arena, &s->x, err));
    if (!domain) {
        s->conditions = d->numerator.conditions;
        PAL_TRY(conditions_of(s->dataset, &d->numerator, s->arena, &s->condition, err));
    }
    PAL_TRY(numbers_of(s->dataset, s->facts->weight, &s->facts->at, s->arena, &s->weight, err));
    for (size_t i = 0; i < s->facts->fpcs && i < PAL_MAX_STAGES; i++)
        PAL_TRY(numbers_of(s->dataset, s->facts->fpc[i], &s->facts->at, s->arena, &s->fpc[i], err));
    return read_replicates(s, err);
}

static enum pal_status open_survey(const struct job *j, struct sample *s,
                                   struct pal_survey_ask *ask, struct pal_error *err)
{
    static const struct pal_survey_term terms[] = {{PAL_TERM_VALUE, 0}, {PAL_TERM_VALUE, 0}},
                                        squares[] = {{PAL_TERM_VALUE, 0}, {PAL_TERM_SQUARE, 0}};
    const pal_str word =
        is_word(j, "ratio-of-totals") ? PAL_STR("ratio") : pal_str_of(j->d->estimator->name);
    const struct pal_survey_kind *kind = pal_survey_kind_find(word);
    struct pal_survey_frame *frame = pal_arena_alloc(s->arena, s->frames + 1, sizeof *frame);
    struct pal_survey_statistic *statistic =
        pal_arena_alloc(s->arena, s->frames + 1, sizeof *statistic);
    if (!frame || !statistic)
        return pal_nomem(err, "a sample");
    if (!kind)
        return pal_fail(err, PAL_BUG, "no statistic '%.*s'", PAL_ARG(word));
    const bool two = kind->terms > 1 || kind->square;
    for (size_t f = 0; f < s->frames; f++) {
        frame[f] = (struct pal_survey_frame){two ? 2 : 1, kind->square ? squares : terms};
        statistic[f] = (struct pal_survey_statistic){.kind = kind,
                                                     .frame = f,
                                                     .y = 0,
                                                     .x = two ? 1 : PAL_NO_TERM,
                                                     .levels = PAL_NO_FRAME,
                                                     .p = j->d->p};
    }
    ask->frames = ask->statistics = s->frames;
    ask->frame = frame;
    ask->statistic = statistic;
    ask->hold = kind->rows;
    PAL_TRY(pal_survey_new(ask, s->arena, &s->survey, err));
    return feed(s, ask, kind->square, err);
}

enum pal_status job_sample(struct job *j, struct pal_error *err)
{
    const struct pal_dataset *dataset = j->entry->y.cells->dataset;
    struct sample *s = pal_arena_alloc(j->scratch, 1, sizeof *s);
    if (!s)
        return pal_nomem(err, "a sample");
    *s = (struct sample){.facts = pal_descriptor_sample(dataset->descriptor),
                         .dataset = dataset,
                         .arena = j->scratch};
    struct pal_survey_ask ask = {0};
    PAL_TRY(read_variables(j, s, err));
    PAL_TRY(ask_of(j, s, &ask, err));
    PAL_TRY(read_design(s, &ask, err));
    PAL_TRY(place_items(j, s, err));
    find_unreadable(j, s);
    if (!s->rows || !s->frames)
        return PAL_OK;
    if (open_survey(j, s, &ask, err) != PAL_OK || pal_survey_close(s->survey, err) != PAL_OK)
        return pal_while(err, "estimating from the sample '%.*s'",
                         PAL_ARG(pal_descriptor_name(dataset->descriptor)));
    j->sample = s;
    return pal_survey_work_new(s->survey, j->scratch, &s->work, err);
}

uint32_t sample_left_out(const struct job *j, const struct item *item)
{
    return j->sample ? j->sample->left_out[item - j->item] : 0;
}

static void multiply(struct pal_estimate *e, double per)
{
    e->value *= per;
    e->std_error *= per;
    e->low *= per;
    e->high *= per;
}

/* A design that the rule for lonely units refuses gives no figure, and says why. */
static enum pal_status refuse(struct job *j, const struct pal_error *why, struct pal_estimate *out,
                              struct pal_error *err)
{
    *out = (struct pal_estimate){.value = (double)NAN,
                                 .std_error = (double)NAN,
                                 .low = (double)NAN,
                                 .high = (double)NAN,
                                 .numerator = (double)NAN,
                                 .denominator = (double)NAN,
                                 .coverage_share = (double)NAN,
                                 .status = PAL_ANSWER_UNDEFINED,
                                 .uncertainty = PAL_UNC_SAMPLING,
                                 .note = pal_arena_cstr(j->arena, pal_str_of(why->text))};
    if (!out->note)
        return pal_nomem(err, "figures");
    if (!j->refused++)
        j->refusal = out->note;
    return PAL_OK;
}

enum pal_status sample_answer(struct job *j, size_t item, struct pal_estimate *out,
                              struct pal_error *err)
{
    const struct sample *s = j->sample;
    struct pal_error why = {0};
    if (!s)
        return pal_fail(err, PAL_BUG, "no sample was made");
    const enum pal_status status =
        pal_survey_answer(s->work, s->frame[item], s->group[item], 0, j->arena, out, &why);
    if (status == PAL_DOMAIN)
        return refuse(j, &why, out, err);
    if (status != PAL_OK) {
        if (err)
            *err = why;
        return status;
    }
    if (j->d->ask.per > 0)
        multiply(out, j->d->ask.per);
    const char *method = pal_arena_cstr(j->arena, pal_str_of(out->method));
    if (!method)
        return pal_nomem(err, "figures");
    /* One text for all figures of a method: tables name each once. */
    out->method = j->method && strcmp(j->method, method) == 0 ? j->method : method;
    j->method = out->method;
    return PAL_OK;
}
