/* law_estimate.c: laws of register estimators, on random registers with absent and censored cells:
 * pieces merged are the whole, order does not show, scales go through. */
#include "law.h"
#include "register.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS = 4, STRATA = 5, SEEDS = 60 };

static const pal_str categories[STRATA] = {PAL_STR_INIT("a"), PAL_STR_INIT("b"), PAL_STR_INIT("c"),
                                           PAL_STR_INIT("d"), PAL_STR_INIT("e")};
static const double weights[STRATA] = {3, 1, 4, 1.5, 9.25};
static const struct pal_standard standard = {
    .n = STRATA, .category = categories, .weight = weights};

static void fill(struct register_rows *rows, uint64_t seed)
{
    struct pal_random random;
    pal_random_start(&random, seed, "register", 0);
    memset(rows, 0, sizeof *rows);
    const size_t n = 60 + (size_t)pal_random_below(&random, REGISTER_ROWS - 60);
    const bool open = pal_random_below(&random, 3) == 0;
    for (size_t i = 0; i < n; i++) {
        const double x = 50 + floor(1e5 * pal_random_unit(&random));
        const double y = (double)pal_random_poisson(&random, x * 2e-3);
        const size_t row = register_add(rows, y, x);
        rows->group[row] = (uint32_t)pal_random_below(&random, GROUPS);
        rows->stratum[row] = (uint32_t)pal_random_below(&random, STRATA);
        rows->side[row] = (uint8_t)pal_random_below(&random, 2);
        if (pal_random_below(&random, 12) == 0)
            rows->y_absent[row] = PAL_NOT_COLLECTED;
        if (pal_random_below(&random, 20) == 0)
            rows->x_absent[row] = PAL_BLANK;
        if (pal_random_below(&random, 25) == 0)
            rows->state[row] = PAL_ROW_ERROR;
        if (open && pal_random_below(&random, 30) == 0) {
            rows->y_absent[row] = PAL_BELOW_THRESHOLD;
            rows->y_low[row] = 1;
            rows->y_high[row] = 4;
        }
    }
    rows->groups = GROUPS;
    rows->strata = STRATA;
}

static struct pal_ask ask_of(const struct pal_estimator *estimator)
{
    return (struct pal_ask){.standard = &standard,
                            .per = 1e5,
                            .test = PAL_TEST_SCORE,
                            .units = strcmp(estimator->name, "theta") == 0,
                            .overdispersed = strcmp(estimator->name, "count") == 0};
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)) || (a == 0 && b == 0);
}

static bool alike(const struct pal_estimate *a, const struct pal_estimate *b, double relative)
{
    return register_near(a->value, b->value, relative) &&
           register_near(a->std_error, b->std_error, relative) &&
           register_near(a->low, b->low, relative) && register_near(a->high, b->high, relative) &&
           register_near(a->bound_low, b->bound_low, relative) &&
           register_near(a->bound_high, b->bound_high, relative) &&
           register_near(a->test_p, b->test_p, relative) && a->n == b->n &&
           a->missing == b->missing && a->censored == b->censored && a->left_out == b->left_out &&
           a->status == b->status && a->absent == b->absent;
}

/* Recapture knows the histories of two searches, not as many categories as a standard. */
static const struct register_rows *fit(const struct pal_estimator *e,
                                       const struct register_rows *rows)
{
    static struct register_rows histories;
    if (strcmp(e->name, "recapture") != 0)
        return rows;
    histories = *rows;
    histories.strata = 4;
    for (size_t i = 0; i < rows->rows; i++)
        histories.stratum[i] %= 4;
    return &histories;
}

static void feed(struct pal_state *state, const struct pal_estimator *e, size_t args,
                 const struct register_rows *given, size_t from, size_t to)
{
    const struct register_rows *rows = fit(e, given);
    struct pal_error err = {0};
    HOLDS(register_feed(state, e->name, args, rows, from, to, &err) == PAL_OK, "%s: %s", e->name,
          err.text);
}

LAW(estimate, pieces_merged_are_the_whole)
{
    static struct register_rows rows;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        fill(&rows, seed);
        for (const struct pal_estimator *const *e = pal_estimators(); *e; e++) {
            const struct pal_ask ask = ask_of(*e);
            const size_t args = (*e)->args_max;
            struct pal_state *whole = register_begin((*e)->name, &ask, args, arena);
            feed(whole, *e, args, &rows, 0, rows.rows);
            struct pal_state *folded = register_begin((*e)->name, &ask, args, arena);
            const size_t pieces = 1 + seed % 7;
            for (size_t p = 0; p < pieces; p++) {
                struct pal_state *piece = register_begin((*e)->name, &ask, args, arena);
                feed(piece, *e, args, &rows, rows.rows * p / pieces, rows.rows * (p + 1) / pieces);
                HOLDS((*e)->merge(folded, piece, NULL, NULL) == PAL_OK, "%s", (*e)->name);
            }
            for (size_t g = 0; g < GROUPS; g++) {
                const struct pal_estimate a = register_finish((*e)->name, whole, g, arena);
                const struct pal_estimate b = register_finish((*e)->name, folded, g, arena);
                HOLDS(alike(&a, &b, 1e-12), "%s, seed %d, group %zu: %.17g and %.17g", (*e)->name,
                      (int)seed, g, a.value, b.value);
                HOLDS(same_bits(a.value, b.value), "%s, seed %d: %.17g and %.17g", (*e)->name,
                      (int)seed, a.value, b.value);
            }
        }
        pal_arena_free(arena);
    }
}

LAW(estimate, a_saved_state_goes_on_where_it_stopped)
{
    static struct register_rows rows;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        fill(&rows, seed);
        for (const struct pal_estimator *const *e = pal_estimators(); *e; e++) {
            const struct pal_ask ask = ask_of(*e);
            const size_t args = (*e)->args_max, half = rows.rows / 2;
            struct pal_state *first = register_begin((*e)->name, &ask, args, arena);
            struct pal_state *back = register_begin((*e)->name, &ask, args, arena);
            struct pal_buf bytes;
            struct pal_error err = {0};
            pal_buf_init(&bytes, arena, 1 << 24);
            feed(first, *e, args, &rows, 0, half);
            HOLDS(pal_state_pack(*e, first, &bytes, &err) == PAL_OK, "%s", err.text);
            struct pal_unpack in = {.rest = pal_buf_str(&bytes)};
            HOLDS(pal_state_unpack(*e, back, &in, &err) == PAL_OK, "%s", err.text);
            feed(first, *e, args, &rows, half, rows.rows);
            feed(back, *e, args, &rows, half, rows.rows);
            for (size_t g = 0; g < GROUPS; g++) {
                const struct pal_estimate a = register_finish((*e)->name, first, g, arena);
                const struct pal_estimate b = register_finish((*e)->name, back, g, arena);
                HOLDS(alike(&a, &b, 0) && same_bits(a.value, b.value), "%s, seed %d", (*e)->name,
                      (int)seed);
            }
        }
        pal_arena_free(arena);
    }
}

LAW(estimate, groups_may_be_numbered_otherwise)
{
    static struct register_rows rows, renamed;
    static const uint32_t to[GROUPS] = {2, 0, 3, 1};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        fill(&rows, seed);
        renamed = rows;
        for (size_t i = 0; i < rows.rows; i++)
            renamed.group[i] = to[rows.group[i]];
        for (const struct pal_estimator *const *e = pal_estimators(); *e; e++) {
            const struct pal_ask ask = ask_of(*e);
            const size_t args = (*e)->args_max;
            struct pal_state *own = register_begin((*e)->name, &ask, args, arena);
            struct pal_state *into = register_begin((*e)->name, &ask, args, arena);
            feed(own, *e, args, &rows, 0, rows.rows);
            HOLDS((*e)->merge(into, own, &(struct pal_mapping){.group = to, .groups = GROUPS},
                              NULL) == PAL_OK,
                  "%s", (*e)->name);
            for (uint32_t g = 0; g < GROUPS; g++) {
                const struct pal_estimate a = register_finish((*e)->name, into, g, arena);
                const struct pal_estimate b =
                    register_answer((*e)->name, &ask, args, fit(*e, &renamed), g, arena);
                HOLDS(alike(&a, &b, 0), "%s, seed %d, group %u", (*e)->name, (int)seed, g);
            }
        }
        pal_arena_free(arena);
    }
}

LAW(estimate, the_order_of_rows_does_not_show)
{
    static struct register_rows rows, mixed;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        fill(&rows, seed);
        mixed = rows;
        register_shuffle(&mixed, seed);
        for (const struct pal_estimator *const *e = pal_estimators(); *e; e++) {
            const struct pal_ask ask = ask_of(*e);
            for (size_t g = 0; g < GROUPS; g++) {
                const struct pal_estimate a =
                    register_answer((*e)->name, &ask, (*e)->args_max, fit(*e, &rows), g, arena);
                const struct pal_estimate b =
                    register_answer((*e)->name, &ask, (*e)->args_max, fit(*e, &mixed), g, arena);
                HOLDS(alike(&a, &b, 1e-12) && same_bits(a.value, b.value),
                      "%s, seed %d, group %zu: %.17g and %.17g", (*e)->name, (int)seed, g, a.value,
                      b.value);
            }
        }
        pal_arena_free(arena);
    }
}

LAW(estimate, a_larger_population_divides_the_rate)
{
    static struct register_rows rows, large;
    static const char *const names[] = {"rate", "dsr", "rate-difference", "dsr-difference"};
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        fill(&rows, seed);
        large = rows;
        for (size_t i = 0; i < rows.rows; i++)
            large.x[i] *= 8;
        for (size_t k = 0; k < PAL_COUNT(names); k++) {
            const struct pal_ask ask = {.standard = &standard, .per = 1000};
            const struct pal_estimate a = register_answer(names[k], &ask, 2, &rows, 1, arena);
            const struct pal_estimate b = register_answer(names[k], &ask, 2, &large, 1, arena);
            HOLDS(register_near(8 * b.value, a.value, 1e-12) &&
                      register_near(8 * b.std_error, a.std_error, 1e-12) &&
                      register_near(8 * b.low, a.low, 1e-9) &&
                      register_near(8 * b.high, a.high, 1e-9) &&
                      register_near(8 * b.bound_high, a.bound_high, 1e-12),
                  "%s, seed %d", names[k], (int)seed);
        }
        pal_arena_free(arena);
    }
}

LAW(estimate, turning_time_round_turns_the_comparison_round)
{
    static struct register_rows rows, back;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        fill(&rows, seed);
        back = rows;
        for (size_t i = 0; i < rows.rows; i++)
            back.side[i] = (uint8_t)(1 - rows.side[i]);
        static const char *const words[] = {"rr-lognormal", "rr-exact"};
        for (size_t k = 0; k < PAL_COUNT(words); k++) {
            const struct pal_ask ask = {.interval = words[k], .test = PAL_TEST_EXACT_CENTRAL};
            const struct pal_estimate a = register_answer("rate-ratio", &ask, 2, &rows, 0, arena);
            const struct pal_estimate b = register_answer("rate-ratio", &ask, 2, &back, 0, arena);
            if (a.status != PAL_ANSWER_OK)
                continue;
            HOLDS(register_near(a.value * b.value, 1, 1e-12) &&
                      register_near(a.low * b.high, 1, 1e-10) &&
                      register_near(a.test_p, b.test_p, 1e-9),
                  "%s, seed %d: %.17g", words[k], (int)seed, a.value * b.value);
        }
        pal_arena_free(arena);
    }
}

/* Whatever the censored cells hide, the answer lies between the bounds. */
LAW(estimate, bounds_hold_what_the_hidden_cells_may_be)
{
    static struct register_rows rows, seen;
    static const struct {
        const char *name;
        size_t args;
    } asked[] = {{"count", 1},     {"rate", 2},          {"dsr", 2},
                 {"share", 1},     {"rate-ratio", 2},    {"rate-difference", 2},
                 {"dsr-ratio", 2}, {"reported-total", 2}};
    for (uint64_t seed = 1; seed <= 3 * SEEDS; seed++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_random random;
        pal_random_start(&random, seed, "hidden", 0);
        fill(&rows, seed);
        seen = rows;
        for (size_t i = 0; i < rows.rows; i++)
            if (rows.y_absent[i] == PAL_BELOW_THRESHOLD) {
                seen.y_absent[i] = PAL_PRESENT;
                seen.y[i] = 1 + (double)pal_random_below(&random, 4);
            }
        for (size_t k = 0; k < PAL_COUNT(asked); k++) {
            const struct pal_ask ask = {.standard = &standard};
            const struct pal_estimate a =
                register_answer(asked[k].name, &ask, asked[k].args, &rows, 2, arena);
            const struct pal_estimate b =
                register_answer(asked[k].name, &ask, asked[k].args, &seen, 2, arena);
            const double slack = 1e-12 * fabs(b.value);
            HOLDS(!a.has_bounds ||
                      (a.bound_low - slack <= b.value && b.value <= a.bound_high + slack),
                  "%s, seed %d: %g outside %g to %g", asked[k].name, (int)seed, b.value,
                  a.bound_low, a.bound_high);
            HOLDS(a.has_bounds || register_near(a.value, b.value, 0), "%s, seed %d", asked[k].name,
                  (int)seed);
        }
        pal_arena_free(arena);
    }
}

/* The chance that an interval holds the true mean, summed over every count that can occur. */
static double coverage_of(const char *word, double mean, double theta)
{
    double chance = 0;
    const double spread = sqrt(mean + (theta > 0 ? mean * mean / theta : 0));
    const double from = fmax(0, floor(mean - 10 * spread)), to = mean + 14 * spread + 12;
    for (double x = from; x <= to; x++) {
        double low, high;
        struct pal_error err = {0};
        HOLDS(pal_interval_count(word, x, 0.95, theta, 1, &low, &high, &err) == PAL_OK, "%s",
              err.text);
        const double log_chance = theta > 0 ? lgamma(x + theta) - lgamma(theta) - lgamma(x + 1) +
                                                  theta * log(theta / (theta + mean)) +
                                                  x * log(mean / (theta + mean))
                                            : x * log(mean) - mean - lgamma(x + 1);
        if (low <= mean && mean <= high)
            chance += exp(log_chance);
    }
    return chance;
}

LAW(estimate, exact_intervals_cover_every_mean)
{
    for (double mean = 0.05; mean < 300; mean *= 1.07) {
        HOLDS(coverage_of("garwood", mean, 0) >= 0.95 - 1e-9, "garwood at %g", mean);
        HOLDS(coverage_of("nb-exact", mean, 3) >= 0.95 - 1e-9, "nb-exact at %g", mean);
        HOLDS(coverage_of("nb-exact", mean, 40) >= 0.95 - 1e-9, "nb-exact at %g", mean);
    }
}

LAW(estimate, approximate_intervals_cover_about_as_often)
{
    double midp = 0, byar = 0, means = 0;
    for (double mean = 2; mean < 200; mean *= 1.03) {
        midp += coverage_of("midp", mean, 0);
        byar += coverage_of("byar", mean, 0);
        means++;
        HOLDS(coverage_of("midp", mean, 0) > 0.915, "midp at %g", mean);
        HOLDS(coverage_of("byar", mean, 0) > 0.945, "byar at %g", mean);
    }
    HOLDS(fabs(midp / means - 0.951) < 0.004, "midp on average: %g", midp / means);
    HOLDS(byar / means > 0.95 && byar / means < 0.975, "byar on average: %g", byar / means);
}

/* Wilson: near the level on average; the exact ratio of rates: at least the level. */
LAW(estimate, shares_and_ratios_cover)
{
    double sum = 0, shares = 0;
    for (double p = 0.02; p < 0.99; p += 0.013) {
        double chance = 0;
        for (double k = 0; k <= 60; k++) {
            double low, high;
            pal_interval_wilson(k, 60, 0.95, 1, 1, &low, &high);
            if (low <= p && p <= high)
                chance += exp(lgamma(61) - lgamma(k + 1) - lgamma(61 - k) + k * log(p) +
                              (60 - k) * log1p(-p));
        }
        sum += chance;
        shares++;
        const double ratio = p / (1 - p), x[] = {1, 1};
        double exact = 0;
        for (double k = 0; k <= 60; k++) {
            const double y[] = {60 - k, k};
            double se, low, high;
            HOLDS(pal_interval_rate_ratio("rr-exact", y, x, 0.95, 0, 1, &se, &low, &high, NULL) ==
                      PAL_OK,
                  "%g of 60", k);
            if (low <= ratio && ratio <= high)
                exact += exp(lgamma(61) - lgamma(k + 1) - lgamma(61 - k) + k * log(p) +
                             (60 - k) * log1p(-p));
        }
        HOLDS(exact >= 0.95 - 1e-9, "rr-exact at %g: %g", ratio, exact);
    }
    HOLDS(fabs(sum / shares - 0.95) < 0.01, "wilson on average: %g", sum / shares);
}
