/* Laws of disclosure control, over random tables that are linked: two tables of three dimensions
 * with margins, sharing one of them. PALERMO_LAW_TABLES says how many (default 200). */
#include "palermo/protect.h"

#include "law.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 4, MOST = (SIDE + 1) * (SIDE + 1) * 2 };

struct linked { /* area by sex and area by age, totals last in each dimension */
    size_t a, b, c;
    double leaf[SIDE][SIDE][SIDE];
};

static unsigned tables(unsigned usual)
{
    const char *text = getenv("PALERMO_LAW_TABLES");
    int64_t n = 0;
    return text && pal_int_parse(pal_str_of(text), &n) && n > 0 ? (unsigned)n : usual;
}

static void draw(struct pal_random *random, struct linked *t)
{
    t->a = 2 + pal_random_below(random, SIDE - 1);
    t->b = 2 + pal_random_below(random, SIDE - 1);
    t->c = 2 + pal_random_below(random, SIDE - 1);
    for (size_t i = 0; i < t->a; i++)
        for (size_t j = 0; j < t->b; j++)
            for (size_t k = 0; k < t->c; k++) {
                const double unit = pal_random_unit(random);
                t->leaf[i][j][k] = (double)pal_random_poisson(random, 12 * unit * unit);
            }
}

static double sum_of(const struct linked *t, size_t i, size_t j, size_t k)
{
    double sum = 0;
    for (size_t x = 0; x < t->a; x++)
        for (size_t y = 0; y < t->b; y++)
            for (size_t z = 0; z < t->c; z++)
                if ((i == t->a || i == x) && (j == t->b || j == y) && (k == t->c || k == z))
                    sum += t->leaf[x][y][z];
    return sum;
}

static size_t cell(struct pal_system *s, const struct linked *t, size_t i, size_t j, size_t k)
{
    char key[64];
    size_t at = SIZE_MAX;
    const int n = snprintf(key, sizeof key, "%zu|%zu|%zu", i == t->a ? 99 : i, j == t->b ? 99 : j,
                           k == t->c ? 99 : k);
    HOLDS(pal_system_cell(s, (pal_str){key, (size_t)n}, sum_of(t, i, j, k), &at, NULL) == PAL_OK,
          "a cell");
    return at;
}

/* The total at `at_total` of one dimension is the sum of the others. */
static void margin(struct pal_system *s, const struct linked *t, int dimension, size_t i, size_t j,
                   size_t k)
{
    struct pal_term term[SIDE + 1];
    const size_t n = dimension == 0 ? t->a : dimension == 1 ? t->b : t->c;
    for (size_t x = 0; x <= n; x++)
        term[x] = (struct pal_term){
            cell(s, t, dimension == 0 ? x : i, dimension == 1 ? x : j, dimension == 2 ? x : k),
            x == n ? -1 : 1};
    HOLDS(pal_system_relation(s, term, n + 1, NULL) == PAL_OK, "a relation");
}

static struct pal_system *make(const struct linked *t, struct pal_arena *arena)
{
    struct pal_system *s = pal_system_new(arena);
    HOLDS(s, "memory");
    for (size_t j = 0; j <= t->b; j++)
        margin(s, t, 0, 0, j, t->c);
    for (size_t i = 0; i <= t->a; i++)
        margin(s, t, 1, i, 0, t->c);
    for (size_t k = 0; k < t->c; k++)
        margin(s, t, 0, 0, t->b, k);
    for (size_t i = 0; i <= t->a; i++)
        margin(s, t, 2, i, t->b, 0);
    HOLDS(pal_system_seal(s, NULL) == PAL_OK, "a table that holds");
    return s;
}

static const struct pal_primary_rule five = {PAL_RULE_THRESHOLD, 5, 0};

static void rule(struct pal_system *s, bool known)
{
    HOLDS(pal_primary_apply(s, &five, 1, NULL, NULL) == PAL_OK, "the rule");
    pal_system_costs(s, PAL_COST_VALUE);
    pal_system_bounds(s, 3, 12);
    if (known)
        pal_system_known(s, &five, 1);
    pal_system_fix(s);
}

/* The witness is another table that agrees with what is printed: by sums, here. */
static bool witness_is_true(const struct pal_system *s, const struct pal_witness *w)
{
    double x[MOST] = {0}, moved = 0;
    for (size_t i = 0; i < s->cells; i++)
        x[i] = s->cell[i].value;
    for (size_t m = 0; m < w->n; m++) {
        const struct pal_entry *c = &s->cell[w->moved[m].cell];
        x[w->moved[m].cell] += w->moved[m].coef;
        if (c->mark == PAL_CELL_OPEN)
            return false;
        if (w->moved[m].cell == w->cell)
            moved = w->above ? w->moved[m].coef : -w->moved[m].coef;
    }
    for (size_t i = 0; i < s->cells; i++)
        if (x[i] < s->cell[i].floor - 1e-6 || x[i] > s->cell[i].ceiling + 1e-6)
            return false;
    for (size_t r = 0; r < s->relations; r++) {
        double sum = 0;
        for (size_t t = s->start[r]; t < s->start[r + 1]; t++)
            sum += s->term[t].coef * x[s->term[t].cell];
        if (fabs(sum) > 1e-6)
            return false;
    }
    const struct pal_entry *target = &s->cell[w->cell];
    return moved >= (w->above ? target->upper : target->lower) - 1e-6;
}

static void holds_for(struct pal_system *s, const struct pal_suppression *answer, unsigned table)
{
    struct pal_interval interval[MOST];
    HOLDS(s->cells <= MOST, "room");
    HOLDS(pal_attack(s, interval, NULL) == PAL_OK, "table %u can be attacked", table);
    for (size_t i = 0; i < s->cells; i++) {
        const struct pal_entry *c = &s->cell[i];
        HOLDS(interval[i].low <= c->value + 1e-6 && interval[i].high >= c->value - 1e-6,
              "table %u: the interval of a cell holds its value", table);
        HOLDS(c->mark != PAL_CELL_PRIMARY || pal_interval_protects(c, interval[i]),
              "table %u, cell %.*s of %g: only %g to %g is open", table, PAL_ARG(c->key), c->value,
              interval[i].low, interval[i].high);
        HOLDS(c->mark != PAL_CELL_SECONDARY || !c->fixed, "table %u: a fixed cell was hidden",
              table);
    }
    /* Who knows that counts are whole numbers knows no less, and here no more that matters. */
    struct pal_interval whole[MOST];
    size_t left = 0;
    HOLDS(pal_attack_whole(s, whole, &left, NULL) == PAL_OK && !left, "table %u in whole numbers",
          table);
    for (size_t i = 0; i < s->cells; i++) {
        const struct pal_entry *c = &s->cell[i];
        HOLDS(whole[i].low >= interval[i].low - 1e-6 && whole[i].high <= interval[i].high + 1e-6 &&
                  whole[i].low <= c->value && whole[i].high >= c->value,
              "table %u: whole numbers lie within", table);
        HOLDS(c->mark != PAL_CELL_PRIMARY || pal_interval_protects(c, whole[i]),
              "table %u, cell %.*s of %g: only %g to %g is open in whole numbers", table,
              PAL_ARG(c->key), c->value, whole[i].low, whole[i].high);
    }
    for (size_t k = 0; k < answer->witnesses; k++)
        HOLDS(witness_is_true(s, &answer->witness[k]), "table %u: witness %zu", table, k);
    HOLDS(answer->lower_bound <= answer->cost + 1e-6, "table %u: the bound lies above the cost",
          table);
    HOLDS(!answer->optimal || answer->lower_bound >= answer->cost - 1e-6,
          "table %u: optimal, but the bound is %g and the cost %g", table, answer->lower_bound,
          answer->cost);
}

LAW(protect, every_linked_table_is_safe_and_exact_is_cheapest)
{
    struct pal_random random;
    unsigned refused = 0, exact = 0;
    const unsigned all = tables(200);
    pal_random_start(&random, 11, "law protect", 0);
    for (unsigned n = 0; n < all; n++) {
        struct pal_arena *arena = pal_arena_new();
        struct linked t;
        draw(&random, &t);
        struct pal_system *one = make(&t, arena), *two = make(&t, arena);
        const struct pal_suppress_options quick = {.heuristic_only = true}, slow = {.nodes = 3000};
        struct pal_suppression a, b;
        const bool known = n % 2 == 1;
        rule(one, known);
        rule(two, known);
        const enum pal_status status = pal_suppress(one, &quick, &a, NULL);
        HOLDS(status == PAL_OK || status == PAL_DOMAIN, "table %u: status %d", n, (int)status);
        if (status == PAL_OK) {
            holds_for(one, &a, n);
            HOLDS(pal_suppress(two, &slow, &b, NULL) == PAL_OK, "table %u has a pattern", n);
            holds_for(two, &b, n);
            /* Cells that slide may slide otherwise; without them the exact one is never dearer. */
            HOLDS(known || b.cost <= a.cost + 1e-6, "table %u: exact %g, heuristic %g", n, b.cost,
                  a.cost);
            exact += b.optimal;
        }
        refused += status == PAL_DOMAIN;
        pal_arena_free(arena);
    }
    HOLDS(refused * 5 <= all, "%u of %u tables cannot be protected with their totals printed",
          refused, all);
    HOLDS(exact * 2 > all, "%u of %u are solved to the end", exact, all);
}

LAW(protect, hidden_cells_alone_are_told_by_their_totals)
{
    struct pal_random random;
    pal_random_start(&random, 13, "law protect", 1);
    for (unsigned n = 0; n < 20; n++) {
        struct pal_arena *arena = pal_arena_new();
        struct pal_interval interval[MOST];
        struct linked t;
        draw(&random, &t);
        struct pal_system *s = make(&t, arena);
        const size_t at = pal_random_below(&random, s->cells);
        pal_system_bounds(s, 3, 12);
        s->cell[at].mark = PAL_CELL_PRIMARY;
        HOLDS(pal_attack(s, interval, NULL) == PAL_OK, "an attack");
        HOLDS(fabs(interval[at].high - interval[at].low) < 1e-6,
              "one hidden cell alone is known exactly");
        pal_arena_free(arena);
    }
}

LAW(protect, controlled_rounding_stays_additive_and_beside)
{
    struct pal_random random;
    pal_random_start(&random, 17, "law protect", 2);
    for (unsigned n = 0; n < 20; n++) {
        struct pal_arena *arena = pal_arena_new();
        struct linked t;
        struct pal_rounded out, usual, again;
        draw(&random, &t);
        struct pal_system *s = make(&t, arena);
        HOLDS(pal_round(s, PAL_ROUND_CONTROLLED, 3, NULL, 0, &out, NULL) == PAL_OK, "rounding");
        HOLDS(pal_round(s, PAL_ROUND_CONVENTIONAL, 3, NULL, 0, &usual, NULL) == PAL_OK, "rounding");
        HOLDS(!out.feasible || out.deviation >= usual.deviation - 1e-9, "nearest is least change");
        for (size_t i = 0; out.feasible && i < s->cells; i++)
            HOLDS(fmod(out.value[i], 3) == 0 && fabs(out.value[i] - s->cell[i].value) < 3,
                  "a multiple beside the value");
        for (size_t r = 0; out.feasible && r < s->relations; r++) {
            double sum = 0;
            for (size_t k = s->start[r]; k < s->start[r + 1]; k++)
                sum += s->term[k].coef * out.value[s->term[k].cell];
            HOLDS(sum == 0, "additive");
        }
        HOLDS(pal_round(s, PAL_ROUND_RANDOM, 5, NULL, 7, &out, NULL) == PAL_OK, "rounding");
        HOLDS(pal_round(s, PAL_ROUND_RANDOM, 5, NULL, 7, &again, NULL) == PAL_OK, "rounding");
        HOLDS(memcmp(out.value, again.value, s->cells * sizeof(double)) == 0, "the same seed");
        pal_arena_free(arena);
    }
}

/* ---- releases: a State comes late, another corrects -------------------------------------------
 */

static struct pal_system *release_of(const struct linked *t, const struct pal_releases *before,
                                     struct pal_arena *arena)
{
    struct pal_system *s = pal_system_new(arena);
    for (size_t j = 0; j <= t->b; j++)
        margin(s, t, 0, 0, j, t->c);
    for (size_t i = 0; i <= t->a; i++)
        margin(s, t, 1, i, 0, t->c);
    size_t told;
    HOLDS(pal_releases_join(before, s, NULL) == PAL_OK && pal_system_seal(s, NULL) == PAL_OK,
          "earlier releases join");
    HOLDS(pal_primary_apply(s, &five, 1, NULL, NULL) == PAL_OK, "the rule");
    HOLDS(pal_releases_settle(before, s, &told, NULL) == PAL_OK, "earlier releases settle");
    pal_system_costs(s, PAL_COST_VALUE);
    pal_system_bounds(s, 3, 12);
    return s;
}

LAW(protect, three_releases_tell_nothing_by_difference)
{
    struct pal_random random;
    char path[] = "/tmp/palermo-law-XXXXXX";
    const int file = mkstemp(path);
    HOLDS(file >= 0, "a scratch file");
    pal_random_start(&random, 19, "law protect", 3);
    for (unsigned n = 0; n < tables(200) / 4; n++) {
        struct linked t;
        draw(&random, &t);
        t.a = 3;
        for (size_t j = 0; j < t.b; j++)
            for (size_t k = 0; k < t.c; k++)
                for (size_t i = 0; i < 3; i++)
                    t.leaf[i][j][k] = (double)pal_random_poisson(&random, 6);
        remove(path);
        for (unsigned release = 0; release < 3; release++) {
            struct pal_arena *arena = pal_arena_new();
            struct pal_releases *before;
            struct pal_suppression answer;
            struct pal_interval interval[8 * MOST];
            char name[] = "R1";
            name[1] = (char)('1' + (int)release);
            if (release == 1) { /* comes late */
                t.a = 4;
                for (size_t j = 0; j < t.b; j++)
                    for (size_t k = 0; k < t.c; k++)
                        t.leaf[3][j][k] = (double)pal_random_poisson(&random, 1);
            }
            if (release == 2)
                t.leaf[0][0][0] += 1 + (double)pal_random_below(&random, 4); /* corrected */
            HOLDS(pal_releases_read(path, arena, &before, NULL) == PAL_OK, "the ledger");
            HOLDS(pal_releases_count(before) == release, "releases in the ledger");
            struct pal_system *s = release_of(&t, before, arena);
            const struct pal_suppress_options quick = {.heuristic_only = true};
            const enum pal_status status = pal_suppress(s, &quick, &answer, NULL);
            HOLDS(status == PAL_OK, "table %u, release %u has a pattern", n, release);
            HOLDS(s->cells <= PAL_COUNT(interval) && pal_attack(s, interval, NULL) == PAL_OK,
                  "an attack over all releases");
            for (size_t i = 0; i < s->cells; i++)
                HOLDS(s->cell[i].mark != PAL_CELL_PRIMARY ||
                          pal_interval_protects(&s->cell[i], interval[i]),
                      "table %u, release %u: %.*s is open to %g..%g", n, release,
                      PAL_ARG(s->cell[i].key), interval[i].low, interval[i].high);
            HOLDS(pal_releases_append(path, before, pal_str_of(name), s, NULL) == PAL_OK,
                  "the ledger takes it");
            pal_arena_free(arena);
        }
    }
    remove(path);
}
