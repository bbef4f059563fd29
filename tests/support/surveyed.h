/* surveyed.h: random samples with strata, units, weights of zero and absent values, and the survey
 * that palermo makes of some of their rows. */
#ifndef PALERMO_TESTS_SURVEYED_H
#define PALERMO_TESTS_SURVEYED_H

#include "palermo/estimate.h"

enum { SURVEYED_ROWS = 400, SURVEYED_GROUPS = 3, SURVEYED_REPLICATES = 6 };
enum { /* statistics of surveyed_new */
       SURVEYED_TOTAL,
       SURVEYED_MEAN,
       SURVEYED_RATIO,
       SURVEYED_SHARE,
       SURVEYED_COUNT,
       SURVEYED_VARIANCE,
       SURVEYED_STATISTICS,
};

struct surveyed {
    size_t rows, strata;
    bool finite; /* populations of units are known */
    uint32_t stratum[SURVEYED_ROWS], unit[SURVEYED_ROWS], group[SURVEYED_ROWS];
    double weight[SURVEYED_ROWS], y[SURVEYED_ROWS], x[SURVEYED_ROWS], flag[SURVEYED_ROWS];
    double fpc[SURVEYED_ROWS], replicate[SURVEYED_REPLICATES][SURVEYED_ROWS];
    uint8_t y_absent[SURVEYED_ROWS], x_absent[SURVEYED_ROWS], either[SURVEYED_ROWS],
        flag_absent[SURVEYED_ROWS];
    uint64_t line[SURVEYED_ROWS];
};
void surveyed_fill(struct surveyed *sample, uint64_t seed);
struct pal_survey_ask surveyed_ask(const struct surveyed *sample);
/* An open survey of `ask` (from surveyed_ask), and rows from..to fed into it. */
struct pal_survey *surveyed_new(const struct pal_survey_ask *ask, struct pal_arena *arena);
void surveyed_feed(struct pal_survey *survey, const struct pal_survey_ask *ask,
                   const struct surveyed *sample, size_t from, size_t to);
/* The whole sample in one survey, closed. */
struct pal_survey *surveyed_closed(const struct pal_survey_ask *ask, const struct surveyed *sample,
                                   struct pal_arena *arena);
struct pal_estimate surveyed_answer(const struct pal_survey *survey, size_t statistic, size_t group,
                                    struct pal_arena *arena);

#endif
