/* load_place.c: where and when a record speaks of: its area, its period. */
#include "load.h"

#include <math.h>

static uint32_t area_of_text(const struct loader *l, pal_str text, bool by_name)
{
    const struct pal_areas *areas = l->options->areas;
    if (by_name)
        return pal_areas_by_name(areas, text);
    switch (l->d->area_by) {
    case PAL_AREA_BY_ALPHA2:
        return pal_areas_by_alpha2(areas, text);
    case PAL_AREA_BY_M49:
        return pal_areas_by_m49(areas, text);
    case PAL_AREA_BY_NAME: {
        const uint32_t area = pal_areas_by_name(areas, text);
        return area == PAL_NO_AREA ? pal_areas_by_code(areas, text) : area;
    }
    case PAL_AREA_BY_CODE:
        break;
    }
    return pal_areas_by_code(areas, text);
}

static uint32_t area_memo(struct loader *l, struct load_memo *memo, size_t column, bool by_name)
{
    const uint32_t code = l->here[column];
    uint32_t *known = load_memo_at(memo, code, l->arena);
    if (!known)
        return PAL_NO_AREA;
    if (!*known) {
        const uint32_t area = area_of_text(l, pal_dict_text(l->column[column].dict, code), by_name);
        *known = area == PAL_NO_AREA ? UINT32_MAX : area + 1;
    }
    return *known == UINT32_MAX ? PAL_NO_AREA : *known - 1;
}

const struct data_absent *load_absent_mark(const struct loader *l, pal_str text)
{
    for (size_t i = 0; i < l->d->absent_n; i++)
        if (pal_str_eq(l->d->absent[i].mark, text))
            return &l->d->absent[i];
    return NULL;
}

/* Unknown areas come in runs; looking through all names for each row would take seconds. */
static pal_str nearest(struct loader *l, pal_str text)
{
    if (!l->near_of.ptr || !pal_str_eq(l->near_of, text)) {
        l->near_of = pal_arena_str(l->arena, text);
        l->near = pal_areas_nearest(l->options->areas, text);
    }
    return l->near;
}

/* A code that is free for invented States: taken for one, and said once. */
static uint32_t invented_area(struct loader *l, const struct pal_record *record, pal_str text)
{
    uint32_t area;
    struct pal_error ignored = {0};
    uint32_t *known = load_memo_at(&l->area_memo, l->here[l->area_column], l->arena);
    if (data_areas_invent(l->options->areas, text, &area, &ignored) != PAL_OK ||
        area == PAL_NO_AREA || !known)
        return PAL_NO_AREA;
    *known = area + 1;
    LOAD_RECORD_FINDING(l, PAL_WARNING, "area-invented", record->line, (uint32_t)l->area_column + 1,
                        text, PAL_STR("name it in the descriptor's 'areas', or correct the row"),
                        "'%.*s' is declared nowhere; as a code from XAA to XZZ it is taken for an "
                        "invented State",
                        PAL_ARG(text));
    return area;
}

uint32_t load_area_of_record(struct loader *l, const struct pal_record *record, bool *bad)
{
    if (l->area_column == SIZE_MAX)
        return l->fixed_area;
    const pal_str text = load_field(record, l->area_column);
    uint32_t area = text.len ? area_memo(l, &l->area_memo, l->area_column, false) : PAL_NO_AREA;
    if (area == PAL_NO_AREA && l->d->area_by == PAL_AREA_BY_CODE)
        area = invented_area(l, record, text);
    if (area != PAL_NO_AREA)
        return area;
    const pal_str name =
        l->name_column == SIZE_MAX ? PAL_STR("") : load_field(record, l->name_column);
    if (!text.len && name.len) { /* no code, but a name: Sark */
        const uint32_t named = area_memo(l, &l->name_memo, l->name_column, true);
        if (named != PAL_NO_AREA) {
            LOAD_RECORD_FINDING(l, PAL_INFORMATION, "area-without-code", record->line,
                                (uint32_t)l->area_column + 1, name, PAL_STR(""),
                                "the row has no area code; it is told apart by its name '%.*s'",
                                PAL_ARG(name));
            return named;
        }
    }
    if (l->d->shape == PAL_SHAPE_MICRODATA && load_absent_mark(l, text))
        return PAL_NO_AREA; /* a record whose place was not given is a record still */
    *bad = true;
    const pal_str near = nearest(l, text.len ? text : name);
    char todo[256] = "add the area to the descriptor's 'areas', or correct the row";
    if (near.len)
        snprintf(todo, sizeof todo, "did you mean '%.*s'?", PAL_ARG(near));
    LOAD_RECORD_FINDING(l, PAL_ERROR, "unknown-area", record->line, (uint32_t)l->area_column + 1,
                        text.len ? text : name, pal_str_of(todo), "'%.*s' is no known area",
                        PAL_ARG((text.len ? text : name)));
    return PAL_NO_AREA;
}

/* A year, or a date whose year counts: "2013", "2013-09", "2022-09-16 21:30", "30/05/2023". */
static bool year_of_text(pal_str text, int32_t *out)
{
    int64_t year;
    double number;
    struct pal_date date;
    text = pal_str_trim(text);
    if (pal_int_parse(text, &year)) {
        *out = year < -9999 || year > 99999 ? 99999 : (int32_t)year;
        return true;
    }
    if (pal_num_parse(text, &number)) {
        *out = (int32_t)fmin(fmax(number, -9999),
                             99999); /* 2021.1 is year.quarter; 2013.0 a spreadsheet's year */
        return true;
    }
    if (text.len > 10 && (text.ptr[10] == ' ' || text.ptr[10] == 'T'))
        text.len = 10;
    if (pal_date_parse(text, &date)) {
        *out = date.year;
        return true;
    }
    if (text.len >= 6 && text.ptr[4] == '-' && pal_int_parse((pal_str){text.ptr, 4}, &year)) {
        *out = (int32_t)year;
        return true;
    }
    return false;
}

bool load_year_possible(const struct loader *l, int32_t year)
{
    const int from = l->d->year_from ? l->d->year_from : 1800;
    int to = l->d->year_to ? l->d->year_to : 2100;
    if (l->options->as_of_year && l->options->as_of_year < to)
        to = l->options->as_of_year;
    return year >= from && year <= to;
}

int32_t load_period_of_record(struct loader *l, const struct pal_record *record, bool *bad)
{
    if (l->d->period)
        return l->d->period;
    if (l->period_column == SIZE_MAX)
        return INT32_MIN;
    const uint32_t code = l->here[l->period_column];
    uint32_t *known = load_memo_at(&l->period_memo, code, l->arena);
    if (known && *known > 1)
        return (int32_t)(*known - 2);
    const pal_str text = load_field(record, l->period_column);
    int32_t year = 0;
    if (known && !*known && year_of_text(text, &year) && load_year_possible(l, year) && year >= 0) {
        *known = (uint32_t)year + 2;
        return year;
    }
    if (known)
        *known = 1;
    *bad = true;
    LOAD_RECORD_FINDING(l, PAL_ERROR, "impossible-year", record->line,
                        (uint32_t)l->period_column + 1, text,
                        PAL_STR("correct the year, or widen checks.years in the descriptor"),
                        "'%.*s' is no year that this dataset can have", PAL_ARG(text));
    return INT32_MIN;
}
