/* sample_weighting.c: weights of a sample that are adjusted after the design: what its records give
 * to the steps that the descriptor names. A cell that holds no answer is an empty one. */
#include "sample.h"

static enum pal_status find_column(void *context, pal_str name, bool number, size_t *out,
                                   struct pal_error *err)
{
    struct sample *s = context;
    struct sample_column *grown =
        pal_arena_grow(s->arena, s->column, s->columns, s->columns + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "a sample");
    s->column = grown;
    s->column[s->columns] = (struct sample_column){.number = number};
    PAL_TRY(sample_numbers(s, name, &s->facts->at, &s->column[s->columns].numbers, err));
    *out = s->columns++;
    return PAL_OK;
}

/* A batch of the columns, filled piece after piece. */
static enum pal_status make_batch(struct sample *s, struct pal_error *err)
{
    struct pal_column *column = pal_arena_alloc(s->arena, s->columns + 1, sizeof *column);
    s->line = pal_arena_alloc(s->arena, SAMPLE_PIECE, sizeof *s->line);
    if (!column || !s->line)
        return pal_nomem(err, "a sample");
    for (size_t c = 0; c < s->columns; c++) {
        const struct pal_column *from = s->column[c].numbers.column;
        column[c] =
            (struct pal_column){.name = from->name,
                                .type = s->column[c].number ? PAL_COLUMN_NUMBER : PAL_COLUMN_CODE,
                                .dict = from->dict};
        column[c].code = pal_arena_alloc(s->arena, SAMPLE_PIECE, sizeof *column->code);
        column[c].value = pal_arena_alloc(s->arena, SAMPLE_PIECE, sizeof *column->value);
        column[c].absent = pal_arena_alloc(s->arena, SAMPLE_PIECE, 1);
        if (!column[c].code || !column[c].value || !column[c].absent)
            return pal_nomem(err, "a sample");
    }
    s->batch = (struct pal_batch){
        .cols = s->columns, .col = column, .line = s->line, .file = s->dataset->batch.file};
    return PAL_OK;
}

/* "; weights adjusted for non-response, raked": what is said behind the method. */
static enum pal_status say_steps(struct sample *s, struct pal_error *err)
{
    const struct pal_weighting *w = &s->facts->weighting;
    const struct {
        bool done;
        const char *text;
    } step[] = {{w->respondents.len > 0, "adjusted for non-response"},
                {w->trims, "trimmed"},
                {w->poststratify.n > 0, "post-stratified"},
                {w->rakes > 0, "raked"},
                {w->calibrate.len > 0, "calibrated"}};
    struct pal_buf text;
    bool any = false;
    pal_buf_init(&text, s->arena, 256);
    for (size_t i = 0; i < PAL_COUNT(step); i++) {
        if (!step[i].done)
            continue;
        pal_buf_addf(&text, "%s%s", any ? ", " : "; weights ", step[i].text);
        any = true;
    }
    s->adjusted_text = pal_buf_str(&text);
    return pal_buf_status(&text, "a sample", err);
}

enum pal_status sample_weighting_plan(struct sample *s, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const char **path = pal_arena_alloc(s->arena, dataset->populations + 1, sizeof *path);
    struct pal_error own = {0};
    if (!path)
        return pal_nomem(err, "a sample");
    for (size_t i = 0; i < dataset->populations; i++)
        path[i] = dataset->population[i].path;
    const struct pal_weighting_source source = {
        .column = find_column, .context = s, .population = path};
    const enum pal_status status =
        pal_weighting_plan_new(&s->facts->weighting, &source, s->arena, &s->plan, &own);
    if (status == PAL_USAGE || (status == PAL_DATA && !own.file[0]))
        return pal_fail_at(err, PAL_SYNTAX, &s->facts->at, "'design' of '%.*s': %s",
                           PAL_ARG(pal_descriptor_name(dataset->descriptor)), own.text);
    if (status != PAL_OK) {
        if (err)
            *err = own;
        return status;
    }
    if (!s->plan)
        return PAL_OK;
    s->ask.hold = true;
    PAL_TRY(say_steps(s, err));
    return make_batch(s, err);
}

enum pal_status sample_weighting_feed(struct sample *s, struct sample_set *set, size_t from,
                                      size_t rows, struct pal_error *err)
{
    if (!s->plan)
        return PAL_OK;
    if (!set->adjusted)
        PAL_TRY(pal_weighting_rows_new(s->plan, s->arena, &set->adjusted, err));
    for (size_t i = 0; i < rows; i++)
        s->line[i] = s->dataset->batch.line[set->row[from + i]];
    for (size_t c = 0; c < s->columns; c++) {
        const struct numbers *numbers = &s->column[c].numbers;
        const struct pal_column *to = &s->batch.col[c];
        for (size_t i = 0; i < rows; i++) {
            const uint32_t code = numbers->column->code[set->row[from + i]];
            const bool none = numbers->column->why && numbers->column->why[code] != PAL_PRESENT;
            to->code[i] = none ? 0 : code;
            to->value[i] = numbers->value[code];
            to->absent[i] = numbers->absent[code];
        }
    }
    s->batch.rows = rows;
    return pal_weighting_rows_add(set->adjusted, &s->batch, err);
}

enum pal_status sample_weighting_close(const struct job *j, struct sample *s,
                                       struct sample_set *set, struct pal_error *err)
{
    const struct pal_adjust *step;
    size_t steps;
    if (!s->plan)
        return PAL_OK;
    struct pal_error why = {0};
    const enum pal_status status =
        pal_weighting_steps(set->adjusted, s->arena, &step, &steps, &why);
    if (status == PAL_DOMAIN)
        return sample_refuse(j, s, &why, err);
    if (status != PAL_OK) {
        if (err)
            *err = why;
        return status;
    }
    pal_survey_adjust(set->survey, step, steps, pal_weighting_by_psu(s->plan));
    return PAL_OK;
}
