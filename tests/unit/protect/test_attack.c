/* The attack: intervals of a table of which only the margins are printed are Fréchet's bounds
 * (Fréchet 1940). */
#include "palermo/protect.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

enum { ROWS = 3, COLUMNS = 4 };

static size_t at(struct pal_system *s, const double x[ROWS][COLUMNS], size_t i, size_t j)
{
    char key[16];
    double sum = 0;
    size_t cell = SIZE_MAX;
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < COLUMNS; c++)
            sum += (i == ROWS || i == r) && (j == COLUMNS || j == c) ? x[r][c] : 0;
    const int n = snprintf(key, sizeof key, "%zu|%zu", i, j);
    cr_assert(pal_system_cell(s, (pal_str){key, (size_t)n}, sum, &cell, NULL) == PAL_OK);
    return cell;
}

static struct pal_system *table(const double x[ROWS][COLUMNS], struct pal_arena *arena)
{
    struct pal_system *s = pal_system_new(arena);
    struct pal_term term[COLUMNS + 1];
    for (size_t i = 0; i <= ROWS; i++) {
        for (size_t j = 0; j <= COLUMNS; j++)
            term[j] = (struct pal_term){at(s, x, i, j), j == COLUMNS ? -1 : 1};
        cr_assert(pal_system_relation(s, term, COLUMNS + 1, NULL) == PAL_OK);
    }
    for (size_t j = 0; j <= COLUMNS; j++) {
        for (size_t i = 0; i <= ROWS; i++)
            term[i] = (struct pal_term){at(s, x, i, j), i == ROWS ? -1 : 1};
        cr_assert(pal_system_relation(s, term, ROWS + 1, NULL) == PAL_OK);
    }
    cr_assert(pal_system_seal(s, NULL) == PAL_OK);
    return s;
}

Test(protect_attack, printed_margins_give_frechets_bounds)
{
    struct pal_random random;
    pal_random_start(&random, 3, "frechet", 0);
    for (int n = 0; n < 50; n++) {
        struct pal_arena *arena = pal_arena_new();
        double x[ROWS][COLUMNS];
        for (size_t i = 0; i < ROWS; i++)
            for (size_t j = 0; j < COLUMNS; j++)
                x[i][j] = (double)pal_random_poisson(&random, 5);
        struct pal_system *s = table((const double(*)[COLUMNS])x, arena);
        struct pal_interval interval[(ROWS + 1) * (COLUMNS + 1)];
        for (size_t i = 0; i < ROWS; i++)
            for (size_t j = 0; j < COLUMNS; j++)
                s->cell[at(s, (const double(*)[COLUMNS])x, i, j)].mark = PAL_CELL_SECONDARY;
        cr_assert(pal_attack(s, interval, NULL) == PAL_OK);
        const double all = s->cell[at(s, (const double(*)[COLUMNS])x, ROWS, COLUMNS)].value;
        for (size_t i = 0; i < ROWS; i++)
            for (size_t j = 0; j < COLUMNS; j++) {
                const double row = s->cell[at(s, (const double(*)[COLUMNS])x, i, COLUMNS)].value;
                const double column = s->cell[at(s, (const double(*)[COLUMNS])x, ROWS, j)].value;
                const struct pal_interval got = interval[at(s, (const double(*)[COLUMNS])x, i, j)];
                cr_expect_float_eq(got.low, fmax(0, row + column - all), 1e-7);
                cr_expect_float_eq(got.high, fmin(row, column), 1e-7);
            }
        pal_arena_free(arena);
    }
}

Test(protect_attack, a_cell_without_relations_is_as_open_as_its_bounds)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_system *s = pal_system_new(arena);
    struct pal_interval interval;
    size_t cell;
    cr_assert(pal_system_cell(s, PAL_STR("a"), 3, &cell, NULL) == PAL_OK);
    cr_assert(pal_system_seal(s, NULL) == PAL_OK);
    s->cell[0].mark = PAL_CELL_PRIMARY;
    cr_assert(pal_attack(s, &interval, NULL) == PAL_OK);
    cr_expect(interval.low == 0 && isinf(interval.high));
    pal_system_bounds(s, 3, 12);
    cr_assert(pal_attack(s, &interval, NULL) == PAL_OK);
    cr_expect(interval.low == 0 && interval.high == 15);
    pal_arena_free(arena);
}

Test(protect_attack, tables_that_do_not_hold_are_refused)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_system *s = pal_system_new(arena);
    struct pal_error err = {0};
    struct pal_term term[3];
    size_t again;
    const double value[] = {10, 4, 5};
    const char *const key[] = {"T", "a", "b"};
    for (size_t i = 0; i < 3; i++) {
        term[i].coef = i ? 1 : -1;
        cr_assert(pal_system_cell(s, pal_str_of(key[i]), value[i], &term[i].cell, NULL) == PAL_OK);
    }
    cr_expect(pal_system_cell(s, PAL_STR("a"), 6, &again, &err) == PAL_DATA);
    cr_assert(pal_system_relation(s, term, 3, NULL) == PAL_OK);
    cr_expect(pal_system_seal(s, &err) == PAL_DATA);
    pal_arena_free(arena);
}

/* ---- suppression against every pattern there is
 * --------------------------------------------------- */

static bool safe(struct pal_system *s, const bool *hidden)
{
    struct pal_interval interval[(ROWS + 1) * (COLUMNS + 1)];
    enum pal_entry_mark before[(ROWS + 1) * (COLUMNS + 1)];
    bool out = true;
    for (size_t i = 0; i < s->cells; i++) {
        before[i] = s->cell[i].mark;
        if (hidden[i] && !s->cell[i].mark)
            s->cell[i].mark = PAL_CELL_SECONDARY;
    }
    cr_assert(pal_attack(s, interval, NULL) == PAL_OK);
    for (size_t i = 0; i < s->cells; i++) {
        s->cell[i].mark = before[i];
        out = out &&
              (before[i] != PAL_CELL_PRIMARY || pal_interval_protects(&s->cell[i], interval[i]));
    }
    return out;
}

static double cheapest(struct pal_system *s)
{
    size_t may[(ROWS + 1) * (COLUMNS + 1)], n = 0;
    double least = HUGE_VAL;
    for (size_t i = 0; i < s->cells; i++)
        if (!s->cell[i].mark && !s->cell[i].fixed)
            may[n++] = i;
    for (size_t subset = 0; subset < (size_t)1 << n; subset++) {
        bool hidden[(ROWS + 1) * (COLUMNS + 1)] = {0};
        double cost = 0;
        for (size_t k = 0; k < n; k++) {
            hidden[may[k]] = subset >> k & 1;
            cost += hidden[may[k]] ? s->cell[may[k]].cost : 0;
        }
        if (cost < least && safe(s, hidden))
            least = cost;
    }
    return least;
}

Test(protect_suppress, nothing_among_all_patterns_is_cheaper)
{
    static const enum pal_cost costs[] = {PAL_COST_VALUE, PAL_COST_UNIT, PAL_COST_LOG};
    static const struct pal_primary_rule rule = {PAL_RULE_THRESHOLD, 4, 0};
    struct pal_random random;
    pal_random_start(&random, 5, "brute force", 0);
    unsigned compared = 0;
    for (int n = 0; n < 100 && compared < 6; n++) {
        struct pal_arena *arena = pal_arena_new();
        double x[ROWS][COLUMNS];
        for (size_t i = 0; i < ROWS; i++)
            for (size_t j = 0; j < COLUMNS; j++)
                x[i][j] = pal_random_below(&random, 3) ? 4 + (double)pal_random_below(&random, 20)
                                                       : (double)pal_random_below(&random, 4);
        struct pal_system *s = table((const double(*)[COLUMNS])x, arena);
        cr_assert(pal_primary_apply(s, &rule, 1, NULL, NULL) == PAL_OK);
        pal_system_costs(s, costs[n % 3]);
        pal_system_bounds(s, 3, 12);
        pal_system_fix(s);
        size_t may = 0, primary = 0;
        for (size_t i = 0; i < s->cells; i++) {
            may += !s->cell[i].mark && !s->cell[i].fixed;
            primary += s->cell[i].mark == PAL_CELL_PRIMARY;
        }
        if (may <= 12 && primary) {
            const double least = cheapest(s);
            struct pal_suppression answer = {0};
            const enum pal_status status =
                pal_suppress(s, &(struct pal_suppress_options){0}, &answer, NULL);
            if (isinf(least)) {
                cr_expect(status == PAL_DOMAIN);
            } else {
                cr_assert(status == PAL_OK);
                cr_expect(answer.optimal);
                cr_expect_float_eq(answer.cost, least, 1e-6);
                compared++;
            }
        }
        pal_arena_free(arena);
    }
    cr_expect(compared >= 6, "%u", compared);
}

/* a = b + c and b = c, so that a is even: fractions would let it be odd. */
Test(protect_attack, whole_numbers_tell_more)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_system *s = pal_system_new(arena);
    struct pal_interval by_lp[3], whole[3];
    size_t a, b, c, left = 9;
    cr_assert(pal_system_cell(s, PAL_STR("a"), 2, &a, NULL) == PAL_OK);
    cr_assert(pal_system_cell(s, PAL_STR("b"), 1, &b, NULL) == PAL_OK);
    cr_assert(pal_system_cell(s, PAL_STR("c"), 1, &c, NULL) == PAL_OK);
    cr_assert(pal_system_relation(s, (struct pal_term[]){{a, -1}, {b, 1}, {c, 1}}, 3, NULL) ==
              PAL_OK);
    cr_assert(pal_system_relation(s, (struct pal_term[]){{b, 1}, {c, -1}}, 2, NULL) == PAL_OK);
    cr_assert(pal_system_seal(s, NULL) == PAL_OK);
    for (size_t i = 0; i < 3; i++) {
        s->cell[i].mark = PAL_CELL_PRIMARY;
        s->cell[i].floor = 0;
        s->cell[i].ceiling = s->cell[i].value + 1;
        s->cell[i].upper = s->cell[i].lower = 1;
    }
    cr_assert(pal_attack(s, by_lp, NULL) == PAL_OK);
    cr_assert(pal_attack_whole(s, whole, &left, NULL) == PAL_OK);
    cr_expect(left == 0);
    cr_expect(by_lp[a].low == 0 && fabs(by_lp[a].high - 3) < 1e-9);
    cr_expect(whole[a].low == 0 && whole[a].high == 2);
    cr_expect(whole[b].low == 0 && whole[b].high == 1);
    cr_expect(pal_interval_protects(&s->cell[a], by_lp[a]));
    cr_expect(!pal_interval_protects(&s->cell[a], whole[a]));
    pal_arena_free(arena);
}
