/* page_figures.c: which figures belong together, asked by charts and by the page. */
#include "page.h"

#include <math.h>

struct page_slice page_figures_of(const struct pal_figures *figures,
                                  const struct pal_definition *definition)
{
    size_t low = 0, high = figures->n;
    while (low < high) { /* the first figure whose code is not below */
        const size_t middle = low + (high - low) / 2;
        if (pal_str_cmp(figures->figure[middle].definition->code, definition->code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    struct page_slice slice = {figures->figure + low, 0};
    while (low + slice.n < figures->n && slice.figure[slice.n].definition == definition)
        slice.n++;
    return slice;
}

bool page_is_total(const struct pal_figure *figure, size_t column)
{
    const pal_str code = figure->breakdown[column];
    return !code.len || (code.len == 2 && code.ptr[0] == '_');
}

bool page_is_whole(const struct pal_figures *figures, const struct pal_figure *figure,
                   size_t except)
{
    for (size_t column = 0; column < figures->breakdowns; column++)
        if (column != except && !page_is_total(figure, column))
            return false;
    return true;
}

size_t page_breakdown_column(const struct pal_figures *figures, pal_str dimension)
{
    for (size_t column = 0; column < figures->breakdowns; column++)
        if (pal_str_eq_nocase(figures->breakdown[column], dimension))
            return column;
    return SIZE_MAX;
}

bool page_has_value(const struct pal_figure *figure)
{
    return figure->estimate.absent == PAL_PRESENT && isfinite(figure->estimate.value);
}

bool page_has_bounds(const struct pal_figure *figure)
{
    const struct pal_figure_estimate *estimate = &figure->estimate;
    return !page_has_value(figure) && estimate->has_bounds && isfinite(estimate->bound_low) &&
           isfinite(estimate->bound_high);
}

bool page_has_interval(const struct pal_figure *figure)
{
    const struct pal_figure_estimate *estimate = &figure->estimate;
    return page_has_value(figure) && estimate->has_interval && isfinite(estimate->low) &&
           isfinite(estimate->high);
}

bool page_shows(const struct pal_figure *figure)
{
    return page_has_value(figure) || page_has_bounds(figure);
}

int32_t page_settled_period(const struct pal_figures *figures, struct page_slice slice,
                            uint32_t area, size_t except)
{
    uint32_t most = 0;
    for (size_t i = 0; i < slice.n; i++)
        if (slice.figure[i].area == area && page_shows(&slice.figure[i]) &&
            page_is_whole(figures, &slice.figure[i], except) && slice.figure[i].coverage_n > most)
            most = slice.figure[i].coverage_n;
    int32_t latest = INT32_MIN;
    for (size_t i = 0; i < slice.n; i++)
        if (slice.figure[i].area == area && page_shows(&slice.figure[i]) &&
            page_is_whole(figures, &slice.figure[i], except) &&
            2 * (uint64_t)slice.figure[i].coverage_n >= most && slice.figure[i].period > latest)
            latest = slice.figure[i].period;
    return latest;
}

/* Most States that ever stood behind a code's total, and those of one year (0: no figure). */
static void code_coverage(const struct pal_figures *figures, struct page_slice slice, uint32_t area,
                          size_t column, pal_str code, int32_t period, uint32_t *most,
                          uint32_t *then, bool *shown)
{
    *most = *then = 0;
    *shown = false;
    for (size_t i = 0; i < slice.n; i++) {
        const struct pal_figure *figure = &slice.figure[i];
        if (figure->area != area || !pal_str_eq(figure->breakdown[column], code) ||
            !page_shows(figure) || !page_is_whole(figures, figure, column))
            continue;
        if (figure->coverage_n > *most)
            *most = figure->coverage_n;
        if (figure->period == period) {
            *then = figure->coverage_n;
            *shown = true;
        }
    }
}

int32_t page_common_period(const struct pal_figures *figures, struct page_slice slice,
                           uint32_t area, size_t column, const pal_str *code, size_t codes)
{
    const int32_t last = page_settled_period(figures, slice, area, column);
    int32_t first = last;
    for (size_t i = 0; i < slice.n; i++)
        if (slice.figure[i].area == area && slice.figure[i].period < first)
            first = slice.figure[i].period;
    for (int32_t period = last; period >= first && last != INT32_MIN; period--) {
        bool all = codes > 0;
        for (size_t c = 0; c < codes && all; c++) {
            uint32_t most, then;
            bool shown;
            code_coverage(figures, slice, area, column, code[c], period, &most, &then, &shown);
            all = shown && 2 * (uint64_t)then >= most;
        }
        if (all)
            return period;
    }
    return last; /* codes never stand together: the year of most of them */
}

bool page_is_world(const struct pal_areas *areas, uint32_t area)
{
    const struct pal_area *facts = pal_areas_get(areas, area);
    return facts->kind == PAL_AREA_WORLD ||
           (facts->kind == PAL_AREA_REGION && facts->parent == PAL_NO_AREA);
}

bool page_is_region(const struct pal_areas *areas, uint32_t area)
{
    const struct pal_area *facts = pal_areas_get(areas, area);
    return facts->kind == PAL_AREA_REGION && facts->parent != PAL_NO_AREA &&
           page_is_world(areas, facts->parent);
}

bool page_is_state(const struct pal_areas *areas, uint32_t area)
{
    return pal_areas_get(areas, area)->kind == PAL_AREA_COUNTRY;
}

bool page_is_count(const struct pal_definition *definition)
{
    return pal_definition_counts(definition);
}

pal_str page_list_comma(enum pal_language language)
{
    return language == PAL_AR ? PAL_STR("، ") : language == PAL_ZH ? PAL_STR("、") : PAL_STR(", ");
}

pal_str page_place_comma(enum pal_language language)
{
    return language == PAL_ZH ? PAL_STR("，") : page_list_comma(language);
}

pal_str page_space(enum pal_language language)
{
    return language == PAL_ZH ? PAL_STR("") : PAL_STR(" ");
}

pal_str page_clause_comma(enum pal_language language)
{
    return language == PAL_AR ? PAL_STR("؛ ") : language == PAL_ZH ? PAL_STR("；") : PAL_STR("; ");
}
