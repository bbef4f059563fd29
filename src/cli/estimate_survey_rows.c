/* estimate_survey_rows.c: answers of a sample as rows of output. */
#include "estimate_survey.h"

#include <math.h>
#include <string.h>

struct answers {
    const struct est_pass *pass;
    const struct est_survey_plan *plan;
    const struct pal_survey *survey;
    struct pal_survey_work *work;
    struct pal_arena *arena;
    struct pal_error *err;
};

static void make_undefined(struct pal_estimate *e)
{
    e->value = e->std_error = e->low = e->high = (double)NAN;
    e->status = PAL_ANSWER_UNDEFINED;
    e->absent = PAL_NOT_APPLICABLE;
}

static enum pal_status answer(const struct answers *a, size_t statistic, size_t group, size_t level,
                              struct pal_estimate *out)
{
    PAL_TRY(pal_survey_answer(a->work, statistic, group, level, a->arena, out, a->err));
    if (a->plan->missing_undefined && out->missing)
        make_undefined(out);
    return PAL_OK;
}

/* ---- combinations
 * ------------------------------------------------------------------------------------ */

/* t and p are those of the difference. Degrees of freedom are of the group without further
 * conditions. */
static enum pal_status row_of_change(const struct answers *a, const struct est_survey_line *line,
                                     size_t group, struct pal_estimate *out)
{
    struct pal_estimate from, to;
    PAL_TRY(answer(a, line->a, group, 0, &from));
    PAL_TRY(answer(a, line->b, group, 0, &to));
    const struct pal_survey_side side[] = {{line->a, group, &from}, {line->b, group, &to}};
    const enum pal_comparison as = line->show == EST_SURVEY_RATIO     ? PAL_COMPARE_RATIO
                                   : line->show == EST_SURVEY_PERCENT ? PAL_COMPARE_PERCENT
                                                                      : PAL_COMPARE_DIFFERENCE;
    PAL_TRY(pal_survey_compare(a->work, as, &side[0], &side[1], 0, group, out, a->err));
    if (line->show == EST_SURVEY_T || line->show == EST_SURVEY_P) {
        const double t = out->value / out->std_error;
        out->value = line->show == EST_SURVEY_T ? t : pal_student_two_sided(t, out->df);
        out->has_std_error = out->has_interval = false;
        out->uncertainty = PAL_UNC_NONE;
        out->status = isnan(out->value) ? PAL_ANSWER_UNDEFINED : PAL_ANSWER_OK;
    }
    return PAL_OK;
}

static enum pal_status row_of_covariance(const struct answers *a,
                                         const struct est_survey_line *line, size_t group,
                                         struct pal_estimate *out)
{
    const struct pal_survey_part part[] = {{line->a, group, 0, 1}, {line->b, group, 0, 1}};
    struct pal_design_variance variance;
    PAL_TRY(pal_survey_covariance(a->work, &part[0], 1, &part[1], 1, &variance, a->err));
    *out = (struct pal_estimate){.value = variance.value,
                                 .numerator = (double)NAN,
                                 .denominator = (double)NAN,
                                 .coverage_share = (double)NAN,
                                 .method = "covariance of two estimates",
                                 .df_design = pal_survey_df_design(a->survey)};
    out->has_df_design = !isnan(out->df_design);
    if (isnan(out->value))
        out->status = PAL_ANSWER_UNDEFINED;
    return PAL_OK;
}

static enum pal_status row_of_contrast(const struct answers *a, const struct est_survey_line *line,
                                       size_t group, struct pal_estimate *out)
{
    const size_t stats = a->pass->plan->stats;
    double *value = pal_arena_alloc(a->arena, stats + 1, sizeof *value);
    double *gradient = pal_arena_alloc(a->arena, stats + 1, sizeof *gradient);
    struct pal_survey_part *part = pal_arena_alloc(a->arena, stats + 1, sizeof *part);
    size_t parts = 0;
    if (!value || !gradient || !part)
        return pal_nomem(a->err, "a contrast");
    for (size_t i = 0; i < stats; i++) {
        struct pal_estimate e;
        if (!est_formula_uses(line->formula, i))
            continue;
        PAL_TRY(answer(a, a->plan->of_stat[i], group, 0, &e));
        value[i] = e.value;
    }
    const double whole = est_formula_value(line->formula, value, gradient, stats);
    for (size_t i = 0; i < stats; i++)
        if (est_formula_uses(line->formula, i))
            part[parts++] = (struct pal_survey_part){a->plan->of_stat[i], group, 0, gradient[i]};
    return pal_survey_combine(a->work, part, parts, 0, group, whole, out, a->err);
}

/* ---- rows
 * --------------------------------------------------------------------------------------------------
 */

static enum pal_status row_of(const struct answers *a, const struct est_survey_line *line,
                              size_t group, struct pal_estimate *out)
{
    switch (line->show) {
    case EST_SURVEY_VALUE:
        return answer(a, line->a, group, 0, out);
    case EST_SURVEY_DIFFERENCE:
    case EST_SURVEY_RATIO:
    case EST_SURVEY_PERCENT:
    case EST_SURVEY_T:
    case EST_SURVEY_P:
        return row_of_change(a, line, group, out);
    case EST_SURVEY_COVARIANCE:
        return row_of_covariance(a, line, group, out);
    case EST_SURVEY_CONTRAST:
        return row_of_contrast(a, line, group, out);
    case EST_SURVEY_LEVELS:
    case EST_SURVEY_WEIGHTS:
        break;
    }
    return pal_fail(a->err, PAL_BUG, "a line of output has no kind");
}

struct levels { /* of proportions(x), sorted */
    size_t n, frame;
    uint32_t *code;
    pal_str *variable;
};

static enum pal_status levels_of(const struct answers *a, const struct est_survey_line *line,
                                 struct levels *out)
{
    out->frame = a->plan->statistic[line->a].levels;
    const struct est_values *values = &a->pass->survey->level[out->frame];
    uint32_t *rank;
    out->n = pal_map_count(values->map);
    PAL_TRY(est_values_ranked(values, a->arena, &rank, a->err));
    out->code = pal_arena_alloc(a->arena, out->n + 1, sizeof *out->code);
    out->variable = pal_arena_alloc(a->arena, out->n + 1, sizeof *out->variable);
    if (!out->code || !out->variable)
        return pal_nomem(a->err, "rows of output");
    for (size_t i = 0; i < out->n; i++) {
        const size_t at = rank[i];
        out->code[at] = (uint32_t)i + 1;
        out->variable[at] = pal_arena_printf(a->arena, "%.*s=%.*s", PAL_ARG(line->variable),
                                             PAL_ARG(pal_map_key(values->map, i)));
        if (!out->variable[at].ptr)
            return pal_nomem(a->err, "rows of output");
    }
    return PAL_OK;
}

static enum pal_status row_of_level(const struct answers *a, const struct est_survey_line *line,
                                    const struct levels *levels, size_t group, size_t level,
                                    uint32_t *key, struct pal_estimate *out)
{
    const size_t bys = a->pass->plan->bys;
    if (bys)
        memcpy(key, pal_groups_key(a->pass->groups, group), bys * sizeof *key);
    key[bys] = levels->code[level];
    const uint32_t at = pal_groups_find(a->pass->survey->groups[levels->frame], key);
    return answer(a, line->a, group, at == PAL_NO_GROUP ? SIZE_MAX : at, out);
}

struct rows {
    struct est_row *row;
    size_t n, room;
};

static enum pal_status add_row(struct rows *rows, struct est_row row, struct pal_arena *arena,
                               struct pal_error *err)
{
    if (rows->n == rows->room) {
        const size_t room = rows->room ? 2 * rows->room : 64;
        struct est_row *grown =
            pal_arena_grow(arena, rows->row, rows->room, room, sizeof *rows->row);
        if (!grown)
            return pal_nomem(err, "rows of output");
        rows->row = grown;
        rows->room = room;
    }
    rows->row[rows->n++] = row;
    return PAL_OK;
}

/* Final weights of all rows that count. They are called as R's users call them, whatever made them.
 */
static enum pal_status rows_of_weights(const struct answers *a, struct rows *rows)
{
    static const char *const names[] = {"calibrated_weight_sum", "calibrated_weight_min",
                                        "calibrated_weight_max", "calibrated_weight_sumsq",
                                        "calibrated_weight_first"};
    size_t n = 0, all;
    const double *w = pal_survey_weights(a->survey, &all);
    const size_t bys = a->pass->plan->bys;
    struct pal_sum sum = {0}, squares = {0};
    double first = (double)NAN, low = HUGE_VAL, high = -HUGE_VAL;
    pal_str *group = pal_arena_alloc(a->arena, bys + 1, sizeof *group);
    if (!group)
        return pal_nomem(a->err, "rows of output");
    for (size_t b = 0; b < bys; b++)
        group[b] = PAL_STR("_T");
    for (size_t i = 0; i < all; i++) {
        if (!(w[i] != 0))
            continue;
        if (!n++)
            first = w[i];
        low = fmin(low, w[i]);
        high = fmax(high, w[i]);
        pal_sum_add(&sum, w[i]);
        pal_sum_add(&squares, w[i] * w[i]);
    }
    const double value[] = {pal_sum_value(&sum), n ? low : (double)NAN, n ? high : (double)NAN,
                            pal_sum_value(&squares), first};
    for (size_t i = 0; i < PAL_COUNT(names); i++) {
        struct est_row row = {.statistic = names[i], .variable = PAL_STR(""), .group = group};
        row.estimate = (struct pal_estimate){.value = value[i],
                                             .n = n,
                                             .has_n = true,
                                             .numerator = (double)NAN,
                                             .denominator = (double)NAN,
                                             .coverage_share = (double)NAN,
                                             .method = "final weights",
                                             .df_design = pal_survey_df_design(a->survey)};
        row.estimate.has_df_design = !isnan(row.estimate.df_design);
        if (isnan(value[i]))
            row.estimate.status = PAL_ANSWER_UNDEFINED;
        PAL_TRY(add_row(rows, row, a->arena, a->err));
    }
    return PAL_OK;
}

/* ---- a line of statistics after the other, computed a block of groups after the other
 * --------------------------------------------------------------------------------------- */

enum { BLOCK_GROUPS = 32 };

struct lines {
    const struct answers *a;
    const struct est_groups *groups;
    struct levels *levels; /* [lines] */
    size_t *first;         /* [lines] its first row */
    size_t *each;          /* [lines] rows a group; 0: no groups */
    struct est_row *row;   /* [n] */
    size_t n;
    struct pal_arena **arena; /* [blocks] */
};

static void free_arena(void *arena) { pal_arena_free(arena); }

static enum pal_status lay_out(struct lines *l, size_t blocks, struct pal_error *err)
{
    const struct answers *a = l->a;
    const size_t lines = a->plan->lines;
    l->levels = pal_arena_alloc(a->arena, lines + 1, sizeof *l->levels);
    l->first = pal_arena_alloc(a->arena, lines + 1, sizeof *l->first);
    l->each = pal_arena_alloc(a->arena, lines + 1, sizeof *l->each);
    l->arena = pal_arena_alloc(a->arena, blocks + 1, sizeof(struct pal_arena *));
    if (!l->levels || !l->first || !l->each || !l->arena)
        return pal_nomem(err, "rows of output");
    for (size_t i = 0; i < lines; i++) {
        const struct est_survey_line *line = &a->plan->line[i];
        l->each[i] = line->show != EST_SURVEY_WEIGHTS;
        if (line->show == EST_SURVEY_LEVELS) {
            PAL_TRY(levels_of(a, line, &l->levels[i]));
            l->each[i] = l->levels[i].n;
        }
        l->first[i] = l->n;
        l->n += l->groups->n * l->each[i];
    }
    l->row = pal_arena_alloc(a->arena, l->n + 1, sizeof *l->row);
    for (size_t b = 0; l->row && b < blocks; b++) {
        l->arena[b] = pal_arena_new();
        if (!l->arena[b])
            return pal_nomem(err, "rows of output");
        PAL_TRY(pal_arena_defer(a->arena, free_arena, l->arena[b], err));
    }
    return l->row ? PAL_OK : pal_nomem(err, "rows of output");
}

static enum pal_status answer_group(const struct lines *l, const struct answers *a, size_t g,
                                    uint32_t *key)
{
    for (size_t i = 0; i < a->plan->lines; i++) {
        const struct est_survey_line *line = &a->plan->line[i];
        struct est_row *row = &l->row[l->first[i] + g * l->each[i]];
        for (size_t k = 0; k < l->each[i]; k++, row++) {
            const bool levels = line->show == EST_SURVEY_LEVELS;
            *row = (struct est_row){.statistic = line->statistic,
                                    .variable = levels ? l->levels[i].variable[k] : line->variable,
                                    .group = l->groups->text[g]};
            if (levels)
                PAL_TRY(row_of_level(a, line, &l->levels[i], l->groups->group[g], k, key,
                                     &row->estimate));
            else
                PAL_TRY(row_of(a, line, l->groups->group[g], &row->estimate));
        }
    }
    return PAL_OK;
}

static enum pal_status answer_block(void *context, size_t block, struct pal_error *err)
{
    const struct lines *l = context;
    struct answers a = *l->a;
    a.arena = l->arena[block];
    a.err = err;
    uint32_t *key = pal_arena_alloc(a.arena, a.pass->plan->bys + 1, sizeof *key);
    if (!key)
        return pal_nomem(err, "rows of output");
    struct pal_arena *work = pal_arena_new(); /* what is at work for a block goes with it */
    if (!work)
        return pal_nomem(err, "rows of output");
    enum pal_status status = pal_survey_work_new(a.survey, work, &a.work, err);
    const size_t end = (block + 1) * BLOCK_GROUPS;
    for (size_t g = block * BLOCK_GROUPS; status == PAL_OK && g < l->groups->n && g < end; g++)
        status = answer_group(l, &a, g, key);
    pal_arena_free(work);
    return status;
}

static enum pal_status answer_all(const struct answers *a, const struct est_groups *groups,
                                  struct rows *rows, struct pal_error *err)
{
    struct lines l = {.a = a, .groups = groups};
    const size_t blocks = (groups->n + BLOCK_GROUPS - 1) / BLOCK_GROUPS;
    PAL_TRY(lay_out(&l, blocks, err));
    PAL_TRY(pal_parallel(blocks, a->pass->plan->request->threads, answer_block, &l, err));
    rows->row = l.row;
    rows->n = rows->room = l.n;
    for (size_t i = 0; i < a->plan->lines; i++)
        if (a->plan->line[i].show == EST_SURVEY_WEIGHTS)
            PAL_TRY(rows_of_weights(a, rows));
    return PAL_OK;
}

enum pal_status est_survey_close(const struct est_pass *pass, struct pal_arena *arena,
                                 struct pal_error *err)
{
    const struct est_survey_plan *plan = pass->plan->survey;
    struct pal_survey *survey = pass->survey->survey;
    if (pal_survey_is_moments(survey))
        return PAL_OK;
    if (plan->joint_file.len)
        PAL_TRY(est_survey_joint(pass, arena, err));
    if (plan->factor_file.len)
        PAL_TRY(est_survey_factors(pass, arena, err));
    if (pass->survey->adjusted) {
        const struct pal_adjust *steps;
        size_t count;
        PAL_TRY(pal_weighting_steps(pass->survey->adjusted, arena, &steps, &count, err));
        pal_survey_adjust(survey, steps, count, pal_weighting_by_psu(plan->weighting));
    }
    return pal_survey_close(survey, err);
}

enum pal_status est_survey_rows(const struct est_pass *pass, const struct est_groups *groups,
                                struct pal_arena *arena, struct est_row **out, size_t *n,
                                struct pal_error *err)
{
    struct answers a = {pass, pass->plan->survey, pass->survey->survey, NULL, arena, err};
    struct rows rows = {0};
    PAL_TRY(est_survey_close(pass, arena, err));
    PAL_TRY(answer_all(&a, groups, &rows, err));
    *out = rows.row;
    *n = rows.n;
    return PAL_OK;
}
