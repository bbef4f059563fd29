/* sample.c: figures from the records of a sample: the columns that a definition names, the survey
 * that keeps their sums, and what it answers.
 *
 * A record whose answer is not there lies outside the domain of that statistic, and only of that. A
 * record with an error stays in the design, where it says how it was drawn, and enters no figure.
 */
#include "sample.h"

#include <math.h>
#include <string.h>

/* ---- columns -----------------------------------------------------------------------------------
 */

enum pal_status sample_no_column(const struct sample *s, pal_str name, const struct pal_place *at,
                                 struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    pal_str *known = pal_arena_alloc(s->arena, dataset->columns_n + 1, sizeof *known);
    if (!known)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < dataset->columns_n; i++)
        known[i] = dataset->batch.col[i].name;
    const pal_str near = pal_nearest(name, known, dataset->columns_n);
    return pal_fail_at(err, PAL_SYNTAX, at, "the dataset '%.*s' has no column '%.*s'%s%.*s%s",
                       PAL_ARG(pal_descriptor_name(dataset->descriptor)), PAL_ARG(name),
                       PAL_NEAR(near));
}

enum pal_status sample_numbers(const struct sample *s, pal_str name, const struct pal_place *at,
                               struct numbers *out, struct pal_error *err)
{
    *out = (struct numbers){0};
    if (!name.len)
        return PAL_OK;
    out->column = pal_dataset_filter_column(s->dataset, name);
    if (!out->column)
        return sample_no_column(s, name, at, err);
    return pal_dataset_numbers(s->dataset, out->column, s->arena, &out->value, &out->absent, err);
}

static enum pal_status conditions_of(const struct sample *s, const struct pal_operand *operand,
                                     struct holds **out, struct pal_error *err)
{
    struct holds *all = pal_arena_alloc(s->arena, operand->conditions + 1, sizeof *all);
    if (!all)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < operand->conditions; i++) {
        const struct pal_condition *c = &operand->condition[i];
        const struct pal_column *column = pal_dataset_filter_column(s->dataset, c->column);
        if (!column)
            return sample_no_column(s, c->column, &c->at, err);
        const size_t n = pal_dict_count(column->dict);
        all[i] = (struct holds){column, pal_arena_alloc(s->arena, n + 1, 1)};
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

static bool is_word(const struct job *j, const char *word)
{
    return strcmp(j->d->estimator->name, word) == 0;
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

struct values { /* of a piece, as the frames take them */
    double y[SAMPLE_PIECE], x[SAMPLE_PIECE];
    uint8_t absent[SAMPLE_PIECE];
    uint32_t group[SAMPLE_PIECE];
};

/* y and x of the rows. In total, proportion and ratio-of-totals a record that does not meet the
 * numerator's conditions is nought; in the others the conditions made the domain. */
static void read_values(const struct sample *s, const struct sample_set *set, struct values *p,
                        size_t from, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        const uint32_t row = set->row[from + i];
        uint8_t absent_y, absent_x, unknown = 0;
        const bool counted = counts(s, row, &unknown);
        const double y = sample_number(&s->y, row, &absent_y);
        p->x[i] = sample_number(&s->x, row, &absent_x);
        p->y[i] = counted ? y : 0;
        p->absent[i] = unknown || absent_x || (counted && absent_y);
    }
}

static enum pal_status feed_frames(struct sample *s, struct sample_set *set, struct values *p,
                                   size_t from, size_t rows, bool square, struct pal_error *err)
{
    read_values(s, set, p, from, rows);
    for (size_t f = 0; f < s->frames; f++) {
        const double *const value[] = {p->y, square ? NULL : p->x};
        const uint8_t *const absent[] = {p->absent, square ? NULL : p->absent};
        for (size_t i = 0; i < rows; i++)
            p->group[i] = s->frame_of[f].of_row[set->row[from + i]];
        PAL_TRY(pal_survey_feed(set->survey,
                                &(struct pal_survey_cells){.frame = f,
                                                           .group = p->group,
                                                           .groups = s->frame_of[f].groups,
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
                (void)sample_number(side[k], row, &absent);
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

static enum pal_status feed(const struct job *j, struct sample *s, struct sample_set *set,
                            struct sample_piece *piece, struct values *values, bool square,
                            struct pal_error *err)
{
    for (size_t from = 0; from < set->rows; from += SAMPLE_PIECE) {
        const size_t rows = set->rows - from < SAMPLE_PIECE ? set->rows - from : SAMPLE_PIECE;
        PAL_TRY(sample_design_feed(s, set, piece, from, rows, err));
        PAL_TRY(sample_weighting_feed(s, set, from, rows, err));
        PAL_TRY(feed_frames(s, set, values, from, rows, square, err));
    }
    return sample_weighting_close(j, s, set, err);
}

/* ---- all of it ---------------------------------------------------------------------------------
 */

static enum pal_status read_variables(const struct job *j, struct sample *s, struct pal_error *err)
{
    const struct pal_definition *d = j->d;
    const pal_str none = PAL_STR("");
    const bool domain = is_word(j, "mean") || is_word(j, "quantile") || is_word(j, "variance");
    PAL_TRY(sample_numbers(s, d->numerator.values ? d->numerator.value[0] : none,
                           &d->numerator.value_at, &s->y, err));
    PAL_TRY(sample_numbers(s, d->denominator.values ? d->denominator.value[0] : none,
                           &d->denominator.value_at, &s->x, err));
    if (domain)
        return PAL_OK;
    s->conditions = d->numerator.conditions;
    return conditions_of(s, &d->numerator, &s->condition, err);
}

static enum pal_status ask_statistics(const struct job *j, struct sample *s,
                                      const struct pal_survey_kind **out, struct pal_error *err)
{
    static const struct pal_survey_term terms[] = {{PAL_TERM_VALUE, 0}, {PAL_TERM_VALUE, 0}},
                                        squares[] = {{PAL_TERM_VALUE, 0}, {PAL_TERM_SQUARE, 0}};
    struct pal_survey_ask *ask = &s->ask;
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
                                                     .p = j->d->p,
                                                     .rule = j->d->rule};
    }
    ask->frames = ask->statistics = s->frames;
    ask->frame = frame;
    ask->statistic = statistic;
    ask->hold = ask->hold || kind->rows;
    *out = kind;
    return PAL_OK;
}

enum pal_status sample_refuse(const struct job *j, struct sample *s, const struct pal_error *why,
                              struct pal_error *err)
{
    char *text = pal_arena_alloc(j->arena, 2 * strlen(why->text) + 1, 1);
    size_t n = 0;
    if (!text)
        return pal_nomem(err, "figures");
    for (const char *c = why->text; *c; c++) {
        if (*c == '\n')
            text[n++] = ',';
        text[n++] = *c == '\n' ? ' ' : *c;
    }
    text[n] = '\0';
    s->refusal = text;
    return PAL_OK;
}

/* Weights that cannot be brought to the population, replicates that the design does not have: no
 * figure of the sample can be told, and each says why. */
static enum pal_status close_survey(struct job *j, struct sample *s, struct sample_set *set,
                                    struct pal_error *err)
{
    struct pal_error why = {0};
    const enum pal_status status = pal_survey_close(set->survey, &why);
    if (status == PAL_DOMAIN || status == PAL_NOCONV)
        return sample_refuse(j, s, &why, err);
    if (status != PAL_OK) {
        if (err)
            *err = why;
        return status;
    }
    return pal_survey_work_new(set->survey, s->arena, &set->work, err);
}

static enum pal_status estimate(struct job *j, struct sample *s, struct pal_error *err)
{
    const struct pal_survey_kind *kind = NULL;
    struct sample_piece *piece;
    struct values *values = pal_arena_alloc(s->arena, 1, sizeof *values);
    if (!values)
        return pal_nomem(err, "a sample");
    PAL_TRY(ask_statistics(j, s, &kind, err));
    PAL_TRY(sample_design_piece(s, &piece, err));
    for (size_t k = 0; k < s->sets && !s->refusal; k++) {
        PAL_TRY(pal_survey_new(&s->ask, s->arena, &s->set[k].survey, err));
        PAL_TRY(feed(j, s, &s->set[k], piece, values, kind->square, err));
        if (!s->refusal)
            PAL_TRY(close_survey(j, s, &s->set[k], err));
    }
    return PAL_OK;
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
    PAL_TRY(read_variables(j, s, err));
    PAL_TRY(sample_design_columns(s, err));
    PAL_TRY(sample_design_ask(j, s, err));
    PAL_TRY(sample_design_rows(s, err));
    PAL_TRY(sample_weighting_plan(s, err));
    PAL_TRY(sample_frames_place(j, s, err));
    find_unreadable(j, s);
    if (!s->sets || !s->frames)
        return PAL_OK;
    if (estimate(j, s, err) != PAL_OK)
        return pal_while(err, "estimating from the sample '%.*s'",
                         PAL_ARG(pal_descriptor_name(dataset->descriptor)));
    j->sample = s;
    return PAL_OK;
}

uint32_t sample_left_out(const struct job *j, const struct item *item)
{
    return j->sample ? j->sample->left_out[item - j->item] : 0;
}
