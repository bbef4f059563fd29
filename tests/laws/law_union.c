/* law_union.c: a group made of others answers as if its rows had been fed to it. */
#include "law.h"
#include "surveyed.h"

#include <math.h>
#include <string.h>

enum { SEEDS = 90, UNIONS = 2 };

static bool near(double a, double b)
{
    return (isnan(a) && isnan(b)) || a == b ||
           fabs(a - b) <= 1e-9 * fmax(1e-6, fmax(fabs(a), fabs(b)));
}

LAW(union, of_groups_is_the_group_of_their_rows)
{
    static struct surveyed s, of_union[UNIONS];
    static const enum pal_survey_method methods[] = {PAL_SURVEY_TAYLOR, PAL_SURVEY_GIVEN,
                                                     PAL_SURVEY_MADE};
    static const size_t start[UNIONS + 1] = {0, 2, 2 + SURVEYED_GROUPS};
    uint32_t member[2 + SURVEYED_GROUPS] = {0, 1};
    for (uint32_t g = 0; g < SURVEYED_GROUPS; g++)
        member[2 + g] = g;
    const struct pal_survey_unions unions = {SURVEYED_GROUPS, UNIONS, start, member};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_error err = {0};
        surveyed_fill(&s, seed);
        struct pal_survey_ask ask = surveyed_ask(&s);
        ask.method = methods[seed % PAL_COUNT(methods)];
        ask.replicate = PAL_REP_JKN; /* where they are made */
        ask.design.lonely = PAL_LONELY_REMOVE;
        ask.replicates = ask.method == PAL_SURVEY_GIVEN ? SURVEYED_REPLICATES : 0;
        ask.scale = ask.method == PAL_SURVEY_GIVEN ? 1 : 0;
        struct pal_survey *united = surveyed_new(&ask, arena);
        surveyed_feed(united, &ask, &s, 0, s.rows / 2);
        surveyed_feed(united, &ask, &s, s.rows / 2, s.rows);
        HOLDS(pal_survey_unite(united, 0, &unions, &err) == PAL_OK &&
                  pal_survey_close(united, &err) == PAL_OK,
              "%s", err.text);
        for (size_t u = 0; u < UNIONS; u++) {
            of_union[u] = s;
            for (size_t i = 0; i < s.rows; i++) {
                const uint32_t g = s.group[i];
                const bool in = g != PAL_NO_GROUP && (u == 1 || g < 2);
                of_union[u].group[i] = in ? 0 : PAL_NO_GROUP;
            }
            struct pal_survey *fed = surveyed_closed(&ask, &of_union[u], arena);
            for (size_t k = 0; k < SURVEYED_STATISTICS; k++) {
                const struct pal_estimate a =
                    surveyed_answer(united, k, SURVEYED_GROUPS + u, arena);
                const struct pal_estimate b = surveyed_answer(fed, k, 0, arena);
                HOLDS(near(a.value, b.value) && near(a.std_error, b.std_error) &&
                          near(a.df, b.df) && a.n == b.n && a.missing == b.missing &&
                          a.lonely == b.lonely && a.status == b.status,
                      "seed %d union %zu statistic %zu: %.17g +- %.17g df %g n %d, fed %.17g +- "
                      "%.17g df %g n %d",
                      (int)seed, u, k, a.value, a.std_error, a.df, (int)a.n, b.value, b.std_error,
                      b.df, (int)b.n);
            }
        }
        pal_arena_free(arena);
    }
}
