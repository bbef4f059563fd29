/* The alphabetical order of States in each language. The orders below follow from the alphabets
 * alone: accents do not count in French and Spanish, hamza does not in Arabic and its article does,
 * Chinese goes by pinyin. */
#include "palermo/report.h"

#include <criterion/criterion.h>

static const struct {
    enum pal_language language;
    const char *codes[9];
} orders[] = {
    {PAL_EN, {"AFG", "ALB", "DZA", "BEN", "CIV", "HRV", "EGY", "ZMB"}}, /* Côte d’Ivoire, Croatia */
    {PAL_FR,
     {"ZAF", "DZA", "DEU", "BEN", "EGY", "ERI", "ESP", "EST"}}, /* Égypte, Érythrée, Espagne */
    {PAL_ES, {"AFG", "DEU", "DZA", "EGY", "ETH", "NER", "NGA", "TUN"}}, /* Níger, Nigeria, Túnez */
    {PAL_RU, {"AUS", "AUT", "DZA", "BEN", "EGY", "ZMB", "ETH", "JPN"}}, /* Австралия … Япония */
    {PAL_AR,
     {"ETH", "AZE", "JPN", "BEN", "TUN", "EGY"}}, /* إثيوبيا أذربيجان اليابان بنن تونس مصر */
    {PAL_ZH, {"ALB", "AFG", "AGO", "BRA", "JPN", "ZMB", "CHN"}}, /* ā’ěr ā’fù ān bā rì zàn zhōng */
};

Test(report_order, follows_the_alphabet_of_each_language)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_areas *areas;
    cr_assert_eq(pal_areas_read("datasets/areas", arena, &areas, NULL), PAL_OK);
    for (size_t o = 0; o < PAL_COUNT(orders); o++) {
        uint32_t area[9];
        size_t order[9], n = 0;
        for (; n < 9 && orders[o].codes[n]; n++) {
            area[n] = pal_areas_by_code(areas, pal_str_of(orders[o].codes[n]));
            cr_assert_neq(area[n], PAL_NO_AREA, "%s", orders[o].codes[n]);
        }
        for (size_t i = 0; i < n / 2; i++) { /* ask in the reverse order */
            const uint32_t kept = area[i];
            area[i] = area[n - 1 - i];
            area[n - 1 - i] = kept;
        }
        struct pal_error err = {0};
        cr_assert_eq(pal_areas_sort(areas, area, n, orders[o].language, order, arena, &err), PAL_OK,
                     "%s", err.text);
        const struct pal_area_order *all;
        cr_assert_eq(pal_area_order_new(areas, orders[o].language, arena, &all, &err), PAL_OK);
        for (size_t i = 0; i < n; i++) {
            cr_expect_eq(order[i], n - 1 - i, "%s: place %zu is %.*s",
                         pal_language_code(orders[o].language), i,
                         PAL_ARG(pal_areas_get(areas, area[order[i]])->code));
            if (i > 0)
                cr_expect_gt(all->rank[area[order[i]]], all->rank[area[order[i - 1]]]);
        }
    }
    pal_arena_free(arena);
}

Test(report_order, ranks_are_a_permutation)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_areas *areas;
    const struct pal_area_order *order;
    cr_assert_eq(pal_areas_read("datasets/areas", arena, &areas, NULL), PAL_OK);
    cr_assert_eq(pal_area_order_new(areas, PAL_AR, arena, &order, NULL), PAL_OK);
    bool *seen = pal_arena_alloc(arena, order->n, sizeof *seen);
    for (size_t i = 0; i < order->n; i++) {
        cr_assert_lt(order->rank[i], order->n);
        cr_expect(!seen[order->rank[i]]);
        seen[order->rank[i]] = true;
    }
    pal_arena_free(arena);
}
