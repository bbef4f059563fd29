/* fuzz_moments.c: the moments of a sample come from another ministry. The first byte chooses the
 * question. What is read can be merged, with itself and with others, answered and saved again. */
#include "palermo/estimate.h"

#include <gsl/gsl_errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { STATISTICS = 7, FRAMES = 2 };

static const struct pal_survey_term terms[] = {
    {PAL_TERM_VALUE, 0}, {PAL_TERM_VALUE, 0}, {PAL_TERM_SQUARE, 0}, {PAL_TERM_ONE, 0}};
static const struct pal_survey_frame frames[FRAMES] = {{4, terms}, {0, NULL}};
static const size_t both[] = {0, 2};
static const struct pal_survey_set set = {2, both};

static struct pal_survey_ask ask_of(uint8_t byte, struct pal_survey_statistic *s)
{
    static const char *const words[STATISTICS] = {"total", "mean",     "ratio",     "proportion",
                                                  "count", "variance", "proportion"};
    static const char *const intervals[] = {"t", "beta", "wilson", "log-t"};
    static const enum pal_survey_method methods[] = {PAL_SURVEY_TAYLOR, PAL_SURVEY_TAYLOR,
                                                     PAL_SURVEY_MADE, PAL_SURVEY_VALUE};
    static const size_t none = PAL_NO_TERM;
    const size_t y[STATISTICS] = {0, 0, 0, 1, none, 0, 3};
    const size_t x[STATISTICS] = {none, none, 1, none, none, 2, none};
    for (size_t i = 0; i < STATISTICS; i++)
        s[i] = (struct pal_survey_statistic){.kind = pal_survey_kind_find(pal_str_of(words[i])),
                                             .y = y[i],
                                             .x = x[i],
                                             .levels = i == 6 ? 1 : PAL_NO_FRAME};
    return (struct pal_survey_ask){.design = {.stages = 1, .strata = {true}, .weights = true},
                                   .frames = FRAMES,
                                   .frame = frames,
                                   .statistics = STATISTICS,
                                   .statistic = s,
                                   .method = methods[byte & 3],
                                   .replicate = PAL_REP_JKN,
                                   .deff = byte & 4 ? PAL_DEFF_WR : PAL_DEFF_NONE,
                                   .interval = intervals[byte >> 3 & 3]};
}

static void answer(const struct pal_survey *survey, struct pal_arena *arena)
{
    const struct pal_survey_part part[] = {{0, 0, 0, 1}, {2, 0, 0, -1}};
    struct pal_survey_work *work;
    struct pal_estimate out;
    struct pal_design_variance variance;
    struct pal_buf saved;
    if (pal_survey_work_new(survey, arena, &work, NULL) != PAL_OK)
        return;
    for (size_t g = 0; g < 3; g++)
        for (size_t k = 0; k < STATISTICS; k++)
            if (pal_survey_answer(work, k, g, g, arena, &out, NULL) != PAL_OK)
                return;
    (void)!pal_survey_covariance(work, part, 2, part, 2, &variance, NULL);
    (void)!pal_survey_moments_lonely(survey);
    pal_buf_init(&saved, arena, 16u << 20);
    (void)!pal_survey_save(survey, &saved, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct pal_survey_statistic statistic[STATISTICS];
    struct pal_survey *first, *second;
    gsl_set_error_handler_off();
    if (n == 0)
        return 0;
    const struct pal_survey_ask ask = ask_of(bytes[0], statistic);
    struct pal_arena *arena = pal_arena_new();
    struct pal_unpack in = {.rest = {(const char *)bytes + 1, n - 1}}, again = in;
    pal_arena_limit(arena, 64u << 20);
    if (pal_survey_moments_new(&ask, &set, 1, arena, &first, NULL) == PAL_OK &&
        pal_survey_moments_new(&ask, &set, 1, arena, &second, NULL) == PAL_OK &&
        pal_survey_load(first, &in, NULL) == PAL_OK && !in.failed &&
        pal_survey_load(second, &again, NULL) == PAL_OK) {
        answer(first, arena);
        if (pal_survey_merge(first, second, NULL, NULL) == PAL_OK)
            answer(first, arena);
    }
    pal_arena_free(arena);
    return 0;
}
