#include "surveyed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pal_survey_term terms[] = {
    {PAL_TERM_VALUE, 0}, {PAL_TERM_VALUE, 0},  {PAL_TERM_VALUE, 0},
    {PAL_TERM_VALUE, 0}, {PAL_TERM_SQUARE, 0},
};
static const struct pal_survey_frame frame = {PAL_COUNT(terms), terms};
static struct pal_survey_statistic statistics[SURVEYED_STATISTICS];

__attribute__((constructor)) static void name_statistics(void)
{
    static const char *const words[] = {"total",      "mean",  "ratio",
                                        "proportion", "count", "variance"};
    static const size_t y[] = {0, 0, 1, 3, PAL_NO_TERM, 0};
    static const size_t x[] = {PAL_NO_TERM, PAL_NO_TERM, 2, PAL_NO_TERM, PAL_NO_TERM, 4};
    for (size_t i = 0; i < SURVEYED_STATISTICS; i++)
        statistics[i] =
            (struct pal_survey_statistic){.kind = pal_survey_kind_find(pal_str_of(words[i])),
                                          .y = y[i],
                                          .x = x[i],
                                          .levels = PAL_NO_FRAME};
}

void surveyed_fill(struct surveyed *s, uint64_t seed)
{
    struct pal_random random;
    pal_random_start(&random, seed, "surveyed", 0);
    memset(s, 0, sizeof *s);
    s->strata = 1 + (size_t)pal_random_below(&random, 6);
    s->finite = pal_random_below(&random, 2) == 0;
    const double offset = pal_random_below(&random, 2) ? 0 : 1e6;
    uint32_t unit = 0;
    for (uint32_t h = 0; h < s->strata; h++) {
        const uint64_t units = 2 + pal_random_below(&random, 5);
        const double population = (double)(units + pal_random_below(&random, 20));
        for (uint64_t u = 0; u < units; u++, unit++) {
            const double level = pal_random_normal(&random);
            const uint64_t rows = 1 + pal_random_below(&random, 8);
            double factor[SURVEYED_REPLICATES];
            for (size_t r = 0; r < SURVEYED_REPLICATES; r++)
                factor[r] = (double)pal_random_below(&random, 3);
            for (uint64_t k = 0; k < rows && s->rows < SURVEYED_ROWS; k++) {
                const size_t i = s->rows++;
                s->stratum[i] = h + 1;
                s->unit[i] = unit + 1;
                s->group[i] = (uint32_t)pal_random_below(&random, SURVEYED_GROUPS);
                s->weight[i] = pal_random_below(&random, 15) ? 1 + 9 * pal_random_unit(&random) : 0;
                s->y[i] = offset + 2 * level + pal_random_normal(&random);
                s->x[i] = 3 + pal_random_unit(&random);
                s->flag[i] = (double)pal_random_below(&random, 2);
                s->fpc[i] = population;
                s->y_absent[i] = pal_random_below(&random, 8) == 0;
                s->x_absent[i] = pal_random_below(&random, 12) == 0;
                s->flag_absent[i] = pal_random_below(&random, 10) == 0;
                s->either[i] = s->y_absent[i] | s->x_absent[i];
                s->line[i] = i + 2;
                for (size_t r = 0; r < SURVEYED_REPLICATES; r++)
                    s->replicate[r][i] = factor[r];
            }
        }
    }
}

struct pal_survey_ask surveyed_ask(const struct surveyed *s)
{
    return (struct pal_survey_ask){
        .design = {.stages = 1,
                   .strata = {true},
                   .fpc = {s->finite},
                   .weights = true,
                   .lonely = PAL_LONELY_FAIL},
        .frames = 1,
        .frame = &frame,
        .statistics = SURVEYED_STATISTICS,
        .statistic = statistics,
    };
}

static void insist(enum pal_status status, const struct pal_error *err)
{
    if (status == PAL_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    abort();
}

struct pal_survey *surveyed_new(const struct pal_survey_ask *ask, struct pal_arena *arena)
{
    struct pal_survey *survey;
    struct pal_error err = {0};
    insist(pal_survey_new(ask, arena, &survey, &err), &err);
    return survey;
}

void surveyed_feed(struct pal_survey *survey, const struct pal_survey_ask *ask,
                   const struct surveyed *s, size_t from, size_t to)
{
    struct pal_error err = {0};
    const double *replicate[SURVEYED_REPLICATES];
    for (size_t r = 0; r < SURVEYED_REPLICATES; r++)
        replicate[r] = s->replicate[r] + from;
    const struct pal_survey_rows rows = {
        .design = {.rows = to - from,
                   .stratum = {s->stratum + from},
                   .unit = {s->unit + from},
                   .fpc = {ask->design.fpc[0] ? s->fpc + from : NULL},
                   .line = s->line + from,
                   .file = "sample"},
        .weight = s->weight + from,
        .replicate = ask->method == PAL_SURVEY_GIVEN ? replicate : NULL,
    };
    const double *value[] = {s->y + from, s->y + from, s->x + from, s->flag + from, NULL};
    const uint8_t *absent[] = {s->y_absent + from, s->either + from, s->either + from,
                               s->flag_absent + from, NULL};
    const struct pal_survey_cells cells = {
        .group = s->group + from, .groups = SURVEYED_GROUPS, .value = value, .absent = absent};
    if (from == to)
        return;
    insist(pal_survey_rows(survey, &rows, &err), &err);
    insist(pal_survey_feed(survey, &cells, &err), &err);
}

struct pal_survey *surveyed_closed(const struct pal_survey_ask *ask, const struct surveyed *s,
                                   struct pal_arena *arena)
{
    struct pal_error err = {0};
    struct pal_survey *survey = surveyed_new(ask, arena);
    surveyed_feed(survey, ask, s, 0, s->rows);
    insist(pal_survey_close(survey, &err), &err);
    return survey;
}

struct pal_estimate surveyed_answer(const struct pal_survey *survey, size_t statistic, size_t group,
                                    struct pal_arena *arena)
{
    struct pal_survey_work *work;
    struct pal_estimate out;
    struct pal_error err = {0};
    insist(pal_survey_work_new(survey, arena, &work, &err), &err);
    insist(pal_survey_answer(work, statistic, group, 0, arena, &out, &err), &err);
    return out;
}
