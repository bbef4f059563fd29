/* Rounding and cell keys. */
#include "palermo/protect.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

static size_t cube(struct pal_system *s, size_t i, size_t j, size_t k)
{
    /* Ones at four corners of a cube, no two on an edge: Causey, Cox & Ernst 1985, JASA 80:903. */
    char key[16];
    double sum = 0;
    size_t at = SIZE_MAX;
    for (size_t x = 0; x < 2; x++)
        for (size_t y = 0; y < 2; y++)
            for (size_t z = 0; z < 2; z++)
                if ((i == 2 || i == x) && (j == 2 || j == y) && (k == 2 || k == z))
                    sum += (x ^ y ^ z) == 0 ? 1 : 0;
    const int n = snprintf(key, sizeof key, "%zu%zu%zu", i, j, k);
    cr_assert(pal_system_cell(s, (pal_str){key, (size_t)n}, sum, &at, NULL) == PAL_OK);
    return at;
}

Test(protect_round, a_cube_without_controlled_rounding)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_system *s = pal_system_new(arena);
    struct pal_rounded out;
    for (size_t a = 0; a < 3; a++)
        for (size_t b = 0; b < 3; b++)
            for (int d = 0; d < 3; d++) {
                struct pal_term term[3];
                for (size_t x = 0; x < 3; x++)
                    term[x] = (struct pal_term){d == 0   ? cube(s, x, a, b)
                                                : d == 1 ? cube(s, a, x, b)
                                                         : cube(s, a, b, x),
                                                x == 2 ? -1 : 1};
                cr_assert(pal_system_relation(s, term, 3, NULL) == PAL_OK);
            }
    cr_assert(pal_system_seal(s, NULL) == PAL_OK);
    cr_assert(pal_round(s, PAL_ROUND_CONTROLLED, 2, NULL, 0, &out, NULL) == PAL_OK);
    cr_expect(!out.feasible);
    pal_arena_free(arena);
}

Test(protect_round, random_rounding_is_right_on_average)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_system *s = pal_system_new(arena);
    struct pal_rounded out;
    double sum = 0;
    enum { CELLS = 20000 };
    for (int i = 0; i < CELLS; i++) {
        char key[16];
        size_t at;
        const int n = snprintf(key, sizeof key, "%d", i);
        cr_assert(pal_system_cell(s, (pal_str){key, (size_t)n}, 7, &at, NULL) == PAL_OK);
    }
    cr_assert(pal_system_seal(s, NULL) == PAL_OK);
    cr_assert(pal_round(s, PAL_ROUND_RANDOM, 5, NULL, 1, &out, NULL) == PAL_OK);
    for (int i = 0; i < CELLS; i++) {
        cr_assert(out.value[i] == 5 || out.value[i] == 10);
        sum += out.value[i];
    }
    /* Variance 2 * 3 a cell: the mean lies within five standard errors of 7. */
    cr_expect(fabs(sum / CELLS - 7) < 5 * sqrt(6.0 / CELLS));
    cr_expect(out.variance == 6.0 * CELLS);
    pal_arena_free(arena);
}

Test(protect_round, words)
{
    enum pal_round_kind kind;
    double base;
    cr_expect(pal_round_parse(PAL_STR("controlled:3"), &kind, &base, NULL) == PAL_OK);
    cr_expect(kind == PAL_ROUND_CONTROLLED && base == 3);
    cr_expect(pal_round_parse(PAL_STR("random:1"), &kind, &base, NULL) == PAL_USAGE);
    cr_expect(pal_round_parse(PAL_STR("up:3"), &kind, &base, NULL) == PAL_USAGE);
    cr_expect(pal_round_parse(PAL_STR("random:2.5"), &kind, &base, NULL) == PAL_USAGE);
}

Test(protect_cellkey, the_same_people_are_perturbed_alike)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_grid records, rows;
    struct pal_ptable ptable;
    struct pal_keyed *cell;
    size_t n;
    const char *path = scratch_text("records.csv", "area,sex,rkey\nA,F,0.75\nA,F,0.5\nB,M,0.25\n");
    const char *table =
        scratch_text("ptable.csv", "n,v,ub\n0,0,1\n1,-1,0.5\n1,1,1\n2,0,0.2\n2,2,1\n");
    cr_assert(pal_grid_read(path, arena, &records, NULL) == PAL_OK);
    cr_assert(pal_grid_read(table, arena, &rows, NULL) == PAL_OK);
    cr_assert(pal_ptable_read(&rows, arena, &ptable, NULL) == PAL_OK);
    cr_assert(pal_cell_keys(&records, NULL, 0, &ptable, arena, &cell, &n, NULL) == PAL_OK);
    cr_assert(n == 9);
    for (size_t i = 0; i < n; i++) {
        const bool women = pal_str_eq(cell[i].key, PAL_STR("T|F")) ||
                           pal_str_eq(cell[i].key, PAL_STR("A|T")) ||
                           pal_str_eq(cell[i].key, PAL_STR("A|F"));
        if (women) /* 0.75 + 0.5 is 1.25: key 0.25, above 0.2, so +2 */
            cr_expect(cell[i].count == 2 && cell[i].cell_key == 0.25 && cell[i].perturbed == 4);
        if (pal_str_eq(cell[i].key, PAL_STR("B|M"))) /* key 0.25, below 0.5: -1 */
            cr_expect(cell[i].count == 1 && cell[i].perturbed == 0);
        if (pal_str_eq(cell[i].key, PAL_STR("T|T"))) /* the largest n is used above it */
            cr_expect(cell[i].count == 3 && cell[i].cell_key == 0.5 && cell[i].perturbed == 5);
        if (pal_str_eq(cell[i].key, PAL_STR("B|F")))
            cr_expect(cell[i].count == 0 && cell[i].perturbed == 0);
    }
    pal_arena_free(arena);
}
