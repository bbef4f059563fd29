/* Attacks on published tables, with intervals worked by hand. */
#include "palermo/protect.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <math.h>

static struct pal_published attacked(const char *const *text, size_t n, struct pal_arena *arena)
{
    struct pal_published out;
    struct pal_grid grid[4];
    for (size_t i = 0; i < n; i++) {
        char name[] = "table0.csv";
        name[5] = (char)('0' + (int)i);
        cr_assert(pal_grid_read(scratch_text(name, text[i]), arena, &grid[i], NULL) == PAL_OK);
    }
    cr_assert(pal_published_attack(grid, n, &(struct pal_published_options){0}, arena, &out,
                                   NULL) == PAL_OK);
    return out;
}

static const struct pal_published_cell *cell(const struct pal_published *found, const char *key)
{
    for (size_t i = 0; i < found->cells; i++)
        if (pal_str_eq(found->cell[i].key, pal_str_of(key)))
            return &found->cell[i];
    cr_assert(false, "there is no cell %s", key);
    return NULL;
}

Test(protect_published, a_preamble_and_a_masked_part)
{
    struct pal_arena *arena = pal_arena_new();
    const char *const text[] = {"Office of something,,,\n2024,,,\nIso3_code,Year,Sex,txtVALUE\n"
                                "XAA,2020,Total,\"1,030\"\nXAA,2020,Female,\"1,027\"\n"
                                "XAA,2020,Male,<5\n"};
    const struct pal_published found = attacked(text, 1, arena);
    const struct pal_published_cell *men = cell(&found, "AREA=XAA|SEX=M|TIME=2020");
    cr_expect(men->line == 6 && men->low == 0 && men->high == 4);
    cr_expect(men->told_low == 3 && men->told_high == 3 && pal_published_inferred(men));
    cr_expect(men->from_n == 2 && found.told == 1);
    pal_arena_free(arena);
}

Test(protect_published, two_hidden_parts_and_a_mark_that_the_total_narrows)
{
    struct pal_arena *arena = pal_arena_new();
    const char *const text[] = {"area,sex,value\nXAA,T,7\nXAA,F,<5\nXAA,M,<5\n"
                                "XAB,T,100\nXAB,F,c\nXAB,M,c\n"};
    const struct pal_published found = attacked(text, 1, arena);
    cr_expect(cell(&found, "AREA=XAA|SEX=F")->told_low == 3);
    cr_expect(cell(&found, "AREA=XAA|SEX=F")->told_high == 4);
    cr_expect(!pal_published_inferred(cell(&found, "AREA=XAB|SEX=F")));
    cr_expect(found.told == 0 && found.narrowed == 2);
    pal_arena_free(arena);
}

Test(protect_published, parts_that_seldom_add_up_are_not_used)
{
    struct pal_arena *arena = pal_arena_new();
    const char *const text[] = {"area,sex,value\nXAA,T,9\nXAA,F,3\nXAA,M,3\nXAB,T,20\nXAB,F,8\n"
                                "XAB,M,8\nXAC,T,12\nXAC,F,9\nXAC,M,c\n"};
    const struct pal_published found = attacked(text, 1, arena);
    cr_expect(!found.family[0].used && found.family[0].printed == 2 && found.family[0].adds == 0);
    cr_expect(isinf(cell(&found, "AREA=XAC|SEX=M")->told_high));
    pal_arena_free(arena);
}

/* 1,200 thefts at 60.0 make a population of about two million; 0.15 of that is three. */
Test(protect_published, a_rate_tells_its_count)
{
    struct pal_arena *arena = pal_arena_new();
    const char *const text[] = {
        "area,indicator,year,unit,value\nXAA,theft,2020,number,1200\n"
        "XAA,theft,2020,\"rate per 100,000\",60.0\nXAA,homicide,2020,number,<5\n"
        "XAA,homicide,2020,\"rate per 100,000\",0.15\n"};
    const struct pal_published found = attacked(text, 1, arena);
    const struct pal_published_cell *c = cell(&found, "AREA=XAA|TIME=2020|indicator=homicide");
    cr_expect(c->told_low == 3 && c->told_high == 3);
    pal_arena_free(arena);
}

Test(protect_published, what_one_table_hides_another_prints)
{
    struct pal_arena *arena = pal_arena_new();
    const char *const text[] = {"area,sex,value\nXAA,F,<5\n", "REF_AREA,SEX,OBS_VALUE\nXAA,F,2\n"};
    const struct pal_published found = attacked(text, 2, arena);
    cr_expect(cell(&found, "AREA=XAA|SEX=F")->told_low == 2);
    cr_expect(found.told == 1);
    pal_arena_free(arena);
}
