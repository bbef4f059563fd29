/* States for others: on random registers no cell is small, nothing is lost but what is said. */
#include "cli/estimate.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { ROWS = 60, YEARS = 4, AREAS = 6, UNITS = 2 };

static struct pal_arena *arena;
static void begin(void) { arena = pal_arena_new(); }
static void end(void) { pal_arena_free(arena); }
TestSuite(cli_handover, .init = begin, .fini = end);

/* A register by year and area: many counts of 0 to 30. */
static struct est_pass *filled(const char *stat, uint64_t seed)
{
    static double y[ROWS];
    static uint8_t absent[ROWS];
    static uint32_t group[ROWS], unit[ROWS];
    struct pal_random random;
    struct pal_error err = {0};
    struct est_plan *plan;
    struct est_pass *pass;
    pal_str *text = pal_arena_alloc(arena, 1, sizeof *text);
    struct est_request *request = pal_arena_alloc(arena, 1, sizeof *request);
    *text = pal_str_of(stat);
    *request = (struct est_request){.stats = 1, .stat = text, .by = PAL_STR("year,area")};
    cr_assert_eq(est_plan_new(request, arena, &plan, &err), PAL_OK, "%s", err.text);
    cr_assert_eq(est_pass_new(plan, arena, &pass, &err), PAL_OK, "%s", err.text);
    pal_random_start(&random, seed, "hand-over", 0);
    for (size_t i = 0; i < ROWS; i++) {
        const uint64_t year = pal_random_below(&random, YEARS),
                       area = pal_random_below(&random, AREAS);
        const pal_str names[] = {pal_arena_printf(arena, "%u", (unsigned)(2018 + year)),
                                 pal_arena_printf(arena, "area %u", (unsigned)area)};
        uint32_t key[2];
        for (size_t b = 0; b < 2; b++)
            key[b] = est_values_add(&pass->value[b], arena, names[b],
                                    b ? (double)NAN : 2018 + (double)year) +
                     1;
        group[i] = pal_groups_add(pass->groups, key);
        unit[i] = (uint32_t)pal_random_below(&random, UNITS);
        y[i] = (double)pal_random_below(&random, 3) * (double)pal_random_below(&random, 16);
    }
    const bool units = plan->task[0].unit != EST_NO_COLUMN;
    for (size_t u = 0; units && u < UNITS; u++)
        est_values_add(&pass->unit[0], arena, pal_arena_printf(arena, "u%zu", u), 0);
    const struct pal_column column = {
        .name = PAL_STR("n"), .type = PAL_COLUMN_NUMBER, .value = y, .absent = absent};
    const struct pal_column *arg[] = {&column, &column};
    const struct pal_cells cells = {.rows = ROWS,
                                    .args = plan->task[0].args,
                                    .arg = arg,
                                    .group = group,
                                    .groups = pal_groups_count(pass->groups),
                                    .stratum = units ? unit : NULL,
                                    .strata = units ? UNITS : 0};
    cr_assert_eq(plan->task[0].estimator->feed(pass->state[0], &cells, &err), PAL_OK, "%s",
                 err.text);
    pass->rows = ROWS;
    return pass;
}

static double counted(const struct est_pass *pass)
{
    double sum = 0;
    for (size_t g = 0; g < pal_groups_count(pass->groups); g++)
        sum += pal_state_holding(pass->state[0], g).counted;
    return sum;
}

static size_t named_other(const struct est_pass *pass)
{
    size_t n = 0;
    for (size_t g = 0; g < pal_groups_count(pass->groups); g++) {
        const uint32_t area = pal_groups_key(pass->groups, g)[1];
        n += pal_str_eq(pal_map_key(pass->value[1].map, area - 1), PAL_STR("_O"));
    }
    return n;
}

Test(cli_handover, no_cell_is_small_and_nothing_is_lost_unsaid)
{
    static const char *const stats[] = {"count(n)", "rate(n,n)", "theta(n,unit)"};
    static const double thresholds[] = {2, 10, 45};
    size_t merged = 0, dropped = 0;
    for (size_t k = 0; k < PAL_COUNT(stats); k++)
        for (uint64_t seed = 1; seed <= 30; seed++)
            for (size_t t = 0; t < PAL_COUNT(thresholds); t++) {
                const struct est_pass *pass = filled(stats[k], seed), *out;
                struct pal_error err = {0};
                cr_assert_eq(est_hand_over(pass, thresholds[t], arena, &out, &err), PAL_OK, "%s",
                             err.text);
                const struct est_mark *mark = &out->mark;
                cr_expect(mark->hand_over && mark->threshold == thresholds[t]);
                for (size_t g = 0; g < pal_groups_count(out->groups); g++)
                    cr_expect_geq(pal_state_holding(out->state[0], g).least, thresholds[t],
                                  "%s, seed %d", stats[k], (int)seed);
                /* Counts are whole numbers: sums are exact. */
                const double lost = counted(pass) - counted(out);
                cr_expect(mark->dropped ? lost <= mark->counted_dropped : lost == 0,
                          "%s, seed %d: %g lost, %g said", stats[k], (int)seed, lost,
                          mark->counted_dropped);
                cr_expect(!mark->dropped || mark->counted_dropped >= thresholds[t]);
                cr_expect_eq(counted(out), mark->counted - mark->counted_dropped);
                cr_expect_eq(pal_groups_count(pass->groups), mark->groups);
                cr_expect_eq(pal_groups_count(out->groups),
                             mark->groups - mark->merged - mark->dropped + named_other(out));
                merged += mark->merged > 0;
                dropped += mark->dropped > 0;
                /* Once more changes nothing. */
                const struct est_pass *again;
                cr_assert_eq(est_hand_over(out, thresholds[t], arena, &again, &err), PAL_OK);
                cr_expect_eq(pal_groups_count(again->groups), pal_groups_count(out->groups));
                cr_expect_eq(again->mark.counted, mark->counted);
                cr_expect_eq(again->mark.dropped, mark->dropped);
                pal_arena_free(arena);
                arena = pal_arena_new();
            }
    cr_expect(merged > 0 && dropped > 0, "both ways were taken: %zu, %zu", merged, dropped);
}
