/* Surveys that keep their rows: the same answers as those that do not, and what adjusted weights
 * and quantiles add to them. */
#include "palermo/estimate.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { STRATA = 4, UNITS = 3, MOST = 400, CELLS = 3, GROUPS = 3 };

struct sample { /* a random one: strata of three units, groups that cut across them */
    size_t rows;
    uint32_t stratum[MOST], unit[MOST], group[MOST], cell[MOST];
    double weight[MOST], y[MOST], x[MOST];
    uint8_t absent[MOST];
};

static void draw(struct sample *s, uint64_t seed)
{
    struct pal_random random;
    pal_random_start(&random, seed, "survey_held", 0);
    *s = (struct sample){0};
    for (uint32_t h = 1; h <= STRATA; h++)
        for (uint32_t u = 1; u <= UNITS; u++)
            for (size_t k = 4 + (size_t)pal_random_below(&random, 20); k > 0; k--) {
                const size_t i = s->rows++;
                s->stratum[i] = h;
                s->unit[i] = u;
                s->group[i] = (uint32_t)pal_random_below(&random, GROUPS);
                s->cell[i] = (uint32_t)pal_random_below(&random, CELLS);
                s->weight[i] = 10 + 20 * pal_random_unit(&random);
                s->y[i] = 100 + 5 * h + 9 * pal_random_normal(&random);
                s->x[i] = s->y[i] / 10 + pal_random_normal(&random);
                s->absent[i] = pal_random_below(&random, 11) == 0;
            }
}

enum { MEAN, TOTAL, RATIO, VARIANCE, COUNT, MEDIAN, STATISTICS };

struct asked { /* everything an ask points to */
    struct pal_survey_ask ask;
    struct pal_survey_frame frame;
    struct pal_survey_term term[3];
    struct pal_survey_statistic statistic[STATISTICS];
};

static void ask(struct asked *a, enum pal_survey_method method, bool hold)
{
    *a = (struct asked){.term = {{PAL_TERM_VALUE, 0}, {PAL_TERM_VALUE, 0}, {PAL_TERM_SQUARE, 0}}};
    static const struct {
        const char *word;
        size_t y, x;
    } all[STATISTICS] = {[MEAN] = {"mean", 0, PAL_NO_TERM},
                         [TOTAL] = {"total", 0, PAL_NO_TERM},
                         [RATIO] = {"ratio", 0, 1},
                         [VARIANCE] = {"variance", 0, 2},
                         [COUNT] = {"count", PAL_NO_TERM, PAL_NO_TERM},
                         [MEDIAN] = {"quantile", 0, PAL_NO_TERM}};
    for (size_t i = 0; i < STATISTICS; i++) {
        a->statistic[i] =
            (struct pal_survey_statistic){.kind = pal_survey_kind_find(pal_str_of(all[i].word)),
                                          .y = all[i].y,
                                          .x = all[i].x,
                                          .levels = PAL_NO_FRAME,
                                          .p = 0.5};
        cr_assert_not_null(a->statistic[i].kind, "%s", all[i].word);
    }
    a->frame = (struct pal_survey_frame){3, a->term};
    a->ask = (struct pal_survey_ask){
        .design = {.stages = 1, .strata = {true}, .weights = true, .nest = true},
        .hold = hold,
        .frames = 1,
        .statistics = hold ? STATISTICS : MEDIAN,
        .frame = &a->frame,
        .statistic = a->statistic,
        .method = method,
        .replicate = PAL_REP_JKN,
    };
}

static struct pal_survey *begin(const struct asked *a, struct pal_arena *arena)
{
    struct pal_survey *survey;
    struct pal_error err = {0};
    cr_assert_eq(pal_survey_new(&a->ask, arena, &survey, &err), PAL_OK, "%s", err.text);
    return survey;
}

/* Rows from..to-1 in one batch. */
static void feed(struct pal_survey *survey, const struct sample *s, size_t from, size_t to)
{
    struct pal_error err = {0};
    const struct pal_survey_rows rows = {
        .design = {.rows = to - from, .stratum = {s->stratum + from}, .unit = {s->unit + from}},
        .weight = s->weight + from};
    const double *value[] = {s->y + from, s->x + from, NULL, NULL, NULL};
    const uint8_t *absent[] = {s->absent + from, s->absent + from, NULL, NULL, NULL};
    const struct pal_survey_cells cells = {0, s->group + from, GROUPS, value, absent};
    cr_assert_eq(pal_survey_rows(survey, &rows, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(pal_survey_feed(survey, &cells, &err), PAL_OK, "%s", err.text);
}

static void close_survey(struct pal_survey *survey)
{
    struct pal_error err = {0};
    cr_assert_eq(pal_survey_close(survey, &err), PAL_OK, "%s", err.text);
}

static struct pal_estimate answer(const struct pal_survey *survey, size_t statistic, size_t group,
                                  struct pal_arena *arena)
{
    struct pal_survey_work *work;
    struct pal_estimate out;
    struct pal_error err = {0};
    cr_assert_eq(pal_survey_work_new(survey, arena, &work, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(pal_survey_answer(work, statistic, group, 0, arena, &out, &err), PAL_OK, "%s",
                 err.text);
    return out;
}

static void near(double got, double want, double scale, const char *what, uint64_t seed)
{
    cr_assert_float_eq(got, want, 1e-11 * (fabs(want) + scale), "%s, seed %d: %.17g, not %.17g",
                       what, (int)seed, got, want);
}

static const enum pal_survey_method methods[] = {PAL_SURVEY_TAYLOR, PAL_SURVEY_MADE};

Test(estimate_survey_held, rows_that_are_kept_change_no_answer)
{
    static struct sample s;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct asked streamed, held;
        draw(&s, seed);
        ask(&streamed, methods[seed % 2], false);
        ask(&held, methods[seed % 2], true);
        struct pal_survey *one = begin(&streamed, arena), *other = begin(&held, arena);
        feed(one, &s, 0, s.rows);
        feed(other, &s, 0, 7);
        feed(other, &s, 7, s.rows);
        close_survey(one);
        close_survey(other);
        for (size_t i = 0; i < MEDIAN; i++)
            for (size_t g = 0; g < GROUPS; g++) {
                const struct pal_estimate a = answer(one, i, g, arena),
                                          b = answer(other, i, g, arena);
                near(b.value, a.value, 0, "value", seed);
                near(b.std_error, a.std_error, 1e-3, "standard error", seed);
                cr_assert_eq(a.n, b.n);
                cr_assert_eq(a.df, b.df);
            }
        pal_arena_free(arena);
    }
}

/* Weights are brought to a population of cells: the sizes of the cells no longer vary, and a step
 * that changes nothing changes no answer. */
static struct pal_adjust cells_of(const struct sample *s, struct pal_margin *margin,
                                  double *population, double factor)
{
    static const pal_str names[CELLS] = {PAL_STR_INIT("a"), PAL_STR_INIT("b"), PAL_STR_INIT("c")};
    memset(population, 0, CELLS * sizeof *population);
    for (size_t i = 0; i < s->rows; i++)
        population[s->cell[i]] += s->weight[i] * factor;
    *margin = (struct pal_margin){CELLS, s->cell, population, names};
    return (struct pal_adjust){.kind = PAL_ADJUST_POSTSTRATIFY, .margins = 1, .margin = margin};
}

Test(estimate_survey_held, population_counts_do_not_vary)
{
    static struct sample s;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct asked asked;
        struct pal_margin margin;
        double population[CELLS];
        draw(&s, seed);
        ask(&asked, methods[seed % 2], true);
        memcpy(s.group, s.cell, sizeof s.group); /* groups are the cells */
        const struct pal_adjust step = cells_of(&s, &margin, population, 1.25);
        struct pal_survey *survey = begin(&asked, arena);
        feed(survey, &s, 0, s.rows);
        pal_survey_adjust(survey, &step, 1, false);
        close_survey(survey);
        for (size_t g = 0; g < CELLS; g++) {
            const struct pal_estimate e = answer(survey, COUNT, g, arena);
            near(e.value, population[g], 0, "count", seed);
            cr_assert_lt(e.std_error, 1e-10 * e.value, "seed %d: %g", (int)seed, e.std_error);
        }
        pal_arena_free(arena);
    }
}

/* One cell, scaled: totals scale, means and medians stay, and the standard error of a mean with
 * it: ratio estimation by a constant total is the mean already. */
Test(estimate_survey_held, a_common_factor_leaves_means_alone)
{
    static struct sample s;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct asked asked;
        struct pal_margin margin;
        double population[CELLS];
        draw(&s, seed);
        memset(s.cell, 0, sizeof s.cell);
        ask(&asked, methods[seed % 2], true);
        const struct pal_adjust step = cells_of(&s, &margin, population, 3);
        struct pal_survey *plain = begin(&asked, arena), *scaled = begin(&asked, arena);
        margin.cells = 1;
        feed(plain, &s, 0, s.rows);
        feed(scaled, &s, 0, s.rows);
        pal_survey_adjust(scaled, &step, 1, false);
        close_survey(plain);
        close_survey(scaled);
        size_t rows;
        const double *w = pal_survey_weights(scaled, &rows);
        cr_assert_eq(rows, s.rows);
        for (size_t i = 0; i < rows; i++)
            near(w[i], 3 * s.weight[i], 0, "weight", seed);
        for (size_t g = 0; g < GROUPS; g++) {
            const struct pal_estimate a = answer(plain, MEAN, g, arena),
                                      b = answer(scaled, MEAN, g, arena);
            near(b.value, a.value, 0, "mean", seed);
            near(b.std_error, a.std_error, 1e-3, "standard error of the mean", seed);
            near(answer(scaled, TOTAL, g, arena).value, 3 * answer(plain, TOTAL, g, arena).value, 0,
                 "total", seed);
            near(answer(scaled, MEDIAN, g, arena).value, answer(plain, MEDIAN, g, arena).value, 0,
                 "median", seed);
        }
        pal_arena_free(arena);
    }
}

/* Two halves, the second with strata and groups numbered otherwise, are the whole. */
Test(estimate_survey_held, halves_merged_are_the_whole)
{
    static struct sample s, renamed;
    static const uint32_t stratum[] = {0, 3, 1, 4, 2}, group[] = {2, 0, 1};
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct asked asked;
        struct pal_margin margin;
        double population[CELLS];
        draw(&s, seed);
        renamed = s;
        for (size_t i = 0; i < s.rows; i++) {
            for (uint32_t h = 1; h <= STRATA; h++)
                if (stratum[h] == s.stratum[i])
                    renamed.stratum[i] = h;
            for (uint32_t g = 0; g < GROUPS; g++)
                if (group[g] == s.group[i])
                    renamed.group[i] = g;
        }
        ask(&asked, methods[seed % 2], true);
        const struct pal_adjust step = cells_of(&s, &margin, population, 2);
        struct pal_survey *whole = begin(&asked, arena), *first = begin(&asked, arena),
                          *second = begin(&asked, arena);
        const size_t half = s.rows / 2;
        feed(whole, &s, 0, half);
        feed(whole, &s, half, s.rows);
        feed(first, &s, 0, half);
        feed(second, &renamed, half, s.rows);
        const uint32_t *strata[PAL_MAX_STAGES] = {stratum}, *groups[] = {group};
        const struct pal_survey_mapping map = {.stratum = strata, .group = groups};
        struct pal_error err = {0};
        cr_assert_eq(pal_survey_merge(first, second, &map, &err), PAL_OK, "%s", err.text);
        pal_survey_adjust(whole, &step, 1, false);
        pal_survey_adjust(first, &step, 1, false);
        close_survey(whole);
        close_survey(first);
        for (size_t i = 0; i < STATISTICS; i++)
            for (size_t g = 0; g < GROUPS; g++) {
                const struct pal_estimate a = answer(whole, i, g, arena),
                                          b = answer(first, i, g, arena);
                near(b.value, a.value, 0, "value", seed);
                if (!isnan(a.std_error))
                    near(b.std_error, a.std_error, 1e-3, "standard error", seed);
                cr_assert_eq(a.n, b.n);
            }
        pal_arena_free(arena);
    }
}

/* A median is that of the rows; of nothing it is undefined; and it enters no combination. */
Test(estimate_survey_held, quantiles)
{
    static struct sample s;
    struct pal_arena *arena = pal_arena_new();
    struct asked asked;
    draw(&s, 5);
    for (size_t i = 0; i < s.rows; i++)
        s.absent[i] = s.group[i] == 2 || s.absent[i];
    ask(&asked, PAL_SURVEY_TAYLOR, true);
    struct pal_survey *survey = begin(&asked, arena);
    feed(survey, &s, 0, s.rows);
    close_survey(survey);
    for (uint32_t g = 0; g < 2; g++) {
        double x[MOST], w[MOST], median;
        size_t n = 0;
        struct pal_ordered ordered;
        for (size_t i = 0; i < s.rows; i++) {
            x[n] = s.y[i];
            w[n] = s.weight[i];
            n += s.group[i] == g && !s.absent[i];
        }
        cr_assert_eq(pal_ordered_new(n, x, w, arena, &ordered, NULL), PAL_OK);
        cr_assert_eq(pal_quantile(&ordered, PAL_QUANTILE_HF1, 0.5, arena, &median, NULL), PAL_OK);
        const struct pal_estimate e = answer(survey, MEDIAN, g, arena);
        cr_expect_eq(e.value, median);
        cr_expect_eq(e.n, n);
        cr_expect(e.low < e.value && e.value < e.high);
    }
    const struct pal_estimate none = answer(survey, MEDIAN, 2, arena);
    cr_expect(isnan(none.value) && none.status == PAL_ANSWER_UNDEFINED && none.n == 0);
    struct pal_survey_work *work;
    struct pal_design_variance out;
    struct pal_error err = {0};
    const struct pal_survey_part part = {MEDIAN, 0, 0, 1};
    cr_assert_eq(pal_survey_work_new(survey, arena, &work, NULL), PAL_OK);
    cr_expect_eq(pal_survey_covariance(work, &part, 1, &part, 1, &out, &err), PAL_USAGE);
    cr_expect(strstr(err.text, "quantile"), "%s", err.text);
    pal_arena_free(arena);
}

/* What cannot be adjusted is refused by name when the survey is closed. */
Test(estimate_survey_held, refusals_name_the_cell)
{
    static struct sample s;
    struct pal_arena *arena = pal_arena_new();
    struct asked asked;
    struct pal_margin margin;
    struct pal_error err = {0};
    double population[CELLS];
    draw(&s, 9);
    for (size_t i = 0; i < s.rows; i++)
        s.cell[i] = s.cell[i] ? s.cell[i] : 1;
    const struct pal_adjust step = cells_of(&s, &margin, population, 1);
    population[0] = 50;
    ask(&asked, PAL_SURVEY_TAYLOR, true);
    struct pal_survey *survey = begin(&asked, arena);
    feed(survey, &s, 0, s.rows);
    pal_survey_adjust(survey, &step, 1, false);
    cr_expect_eq(pal_survey_close(survey, &err), PAL_DOMAIN);
    cr_expect(strstr(err.text, "'a'"), "%s", err.text);
    pal_arena_free(arena);
}
