/* Words that adjust weights: which of them go together, under the names of flags and of keys. */
#include "palermo/data.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const pal_str sex[] = {PAL_STR_INIT("sex"), PAL_STR_INIT("age")};
static const pal_str files[] = {PAL_STR_INIT("a.csv"), PAL_STR_INIT("b.csv")};

Test(data_weighting, names_are_joined_by_commas)
{
    struct pal_arena *arena = pal_arena_new();
    cr_expect(pal_str_eq(pal_names_join(&(struct pal_names){2, sex}, arena), PAL_STR("sex,age")));
    cr_expect_eq(pal_names_join(&(struct pal_names){0, NULL}, arena).len, 0);
    pal_arena_free(arena);
}

Test(data_weighting, a_population_alone_asks_for_nothing)
{
    const struct pal_weighting none = {.population = {1, files}},
                               trims = {.trims = true, .trim_high = 5},
                               post = {.poststratify = {2, sex}};
    cr_expect_not(pal_weighting_asked(&none));
    cr_expect(pal_weighting_asked(&trims));
    cr_expect(pal_weighting_asked(&post));
}

static void refuses(const struct pal_weighting *words, const char *at, const char *says)
{
    struct pal_error err = {0};
    const char *key = "";
    cr_expect_eq(pal_weighting_check(words, false, &key, &err), PAL_USAGE);
    cr_expect_str_eq(key, at);
    cr_expect_not_null(strstr(err.text, says), "%s", err.text);
}

Test(data_weighting, what_does_not_go_together_names_its_key)
{
    const struct pal_names margin[] = {{1, sex}, {1, sex + 1}};
    refuses(&(struct pal_weighting){.population = {1, files}}, "population", "belongs to");
    refuses(&(struct pal_weighting){.poststratify = {2, sex}}, "poststratify", "needs population");
    refuses(&(struct pal_weighting){.rakes = 2, .rake = margin, .population = {1, files}},
            "population", "too few files");
    refuses(&(struct pal_weighting){.classes = {1, sex}}, "nonresponse_classes", "respondents");
    refuses(&(struct pal_weighting){.epsilon = 1e-3}, "epsilon", "rake and calibrate");
    const struct pal_weighting raked = {.rakes = 2, .rake = margin, .population = {2, files}};
    const char *key = "";
    struct pal_error err = {0};
    cr_expect_eq(pal_weighting_check(&raked, false, &key, &err), PAL_OK, "%s", err.text);
    const struct pal_weighting both = {
        .rakes = 2, .rake = margin, .population = {2, files}, .poststratify = {1, sex}};
    cr_expect_eq(pal_weighting_check(&both, true, &key, &err), PAL_USAGE);
    cr_expect_not_null(strstr(err.text, "--poststratify, --rake"), "%s", err.text);
}
