/* settle_areas.c: rows that stand for no State as a whole are noted once each, so that nobody sums
 * them with States: parts, lumps, groups beside countries, places without a code. */
#include "settle.h"

struct seen { /* of one area */
    uint64_t rows;
    size_t first;
    bool parts; /* one of its parts is in the file too */
};

static void note(const struct settle *s, const struct pal_areas *areas, const struct pal_area *area,
                 const struct seen *seen)
{
    const pal_str name = area->name.in[PAL_EN].len ? area->name.in[PAL_EN] : area->code;
    const unsigned long long rows = seen->rows;
    switch (area->kind) {
    case PAL_AREA_PART:
        settle_finding(
            s, PAL_INFORMATION, "area-part", seen->first, "",
            "%.*s (%.*s) is a part of %.*s: %llu rows; the whole is summed only where "
            "all its parts report",
            PAL_ARG(area->code), PAL_ARG(name),
            PAL_ARG((area->parent == PAL_NO_AREA ? PAL_STR("an unnamed whole")
                                                 : pal_areas_get(areas, area->parent)->code)),
            rows);
        break;
    case PAL_AREA_LUMP:
        settle_finding(s, PAL_INFORMATION, "area-lump", seen->first, "",
                       "%.*s (%.*s) lumps countries that it does not name: %llu rows, counted in "
                       "world totals and in no country",
                       PAL_ARG(area->code), PAL_ARG(name), rows);
        break;
    case PAL_AREA_AGGREGATE:
        settle_finding(s, PAL_INFORMATION, "area-aggregate", seen->first, "",
                       "%.*s (%.*s) is a group of countries beside them: %llu rows, summed with "
                       "nothing",
                       PAL_ARG(area->code), PAL_ARG(name), rows);
        break;
    case PAL_AREA_NONE:
        settle_finding(s, PAL_INFORMATION, "area-none", seen->first, "",
                       "'%.*s' is a place without an area code: %llu rows", PAL_ARG(area->code),
                       rows);
        break;
    case PAL_AREA_COUNTRY:
    case PAL_AREA_REGION:
    case PAL_AREA_WORLD:
        if (seen->parts)
            settle_finding(s, PAL_INFORMATION, "whole-beside-parts", seen->first, "",
                           "%.*s is reported whole and in parts; its own rows are taken, the parts "
                           "are not added to them",
                           PAL_ARG(area->code));
        break;
    }
}

enum pal_status settle_areas(struct settle *s, const struct pal_areas *areas, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const size_t n = pal_areas_count(areas);
    struct seen *seen = pal_arena_alloc(s->scratch, n + 1, sizeof *seen);
    if (!seen)
        return pal_nomem(err, "the checks of a dataset");
    for (size_t row = 0; row < dataset->batch.rows; row++) {
        const uint32_t area = dataset->area[row];
        if (area == PAL_NO_AREA || s->state[row] != PAL_ROW_ENTERS)
            continue;
        if (!seen[area].rows++)
            seen[area].first = row;
    }
    for (size_t i = 0; i < n; i++) {
        const struct pal_area *area = pal_areas_get(areas, (uint32_t)i);
        if (seen[i].rows && area->kind == PAL_AREA_PART && area->parent != PAL_NO_AREA)
            seen[area->parent].parts = true;
    }
    s->of_row = true;
    for (size_t i = 0; i < n; i++)
        if (seen[i].rows)
            note(s, areas, pal_areas_get(areas, (uint32_t)i), &seen[i]);
    s->of_row = false;
    return PAL_OK;
}
