/* chart_select.c: the figures that a table's definition asks a chart of.
 *
 * over periods      one line a region; the world where no region has figures
 * over a dimension  its codes, world and regions, at the latest year that enough States reported
 * over areas        every State at its latest year, by region, in the alphabetical order
 *
 * Totals stand for the States that reported. No State is ranked. */
#include "page.h"

#include <math.h>
#include <string.h>

/* A grouped bar chart with more bars than this is read by nobody. */
static const size_t most_bars = 24;

#define MOST_SERIES 63 /* more areas of one level than any grouping of the world has */

struct selection {
    const struct pal_report_input *input;
    const struct pal_table_definition *table;
    const struct pal_definition *indicator;
    struct page_slice slice;
    enum pal_language language;
    struct pal_arena *arena;
    struct pal_chart *chart;
    struct pal_chart_series *series; /* [MOST_SERIES + 1] */
    struct pal_chart_point *point;   /* of the series that is being filled */
};

static struct pal_chart_point point_of(const struct pal_figure *figure, pal_str label)
{
    const struct pal_figure_estimate *estimate = &figure->estimate;
    struct pal_chart_point point = {.x = figure->period,
                                    .y = (double)NAN,
                                    .low = (double)NAN,
                                    .high = (double)NAN,
                                    .label = label};
    if (page_has_value(figure))
        point.y = estimate->value;
    if (page_has_interval(figure)) {
        point.low = estimate->low;
        point.high = estimate->high;
    }
    if (page_has_bounds(figure)) {
        point.bound_low = estimate->bound_low;
        point.bound_high = estimate->bound_high;
    }
    return point;
}

static pal_str area_name(const struct selection *selection, uint32_t area)
{
    return pal_text_in(&pal_areas_get(selection->input->areas, area)->name, selection->language);
}

/* ---- totals ---------------------------------------------------------------------------------- */

struct totals { /* regions in the alphabetical order of their names */
    size_t n;
    uint32_t *area;
};

enum level { LEVEL_WORLD, LEVEL_REGION };

/* The areas of one level with a figure that a chart can show. */
static enum pal_status totals_find(const struct selection *selection, enum level level,
                                   size_t except, struct totals *out, struct pal_error *err)
{
    const struct pal_areas *areas = selection->input->areas;
    const struct pal_figures *figures = selection->input->figures;
    uint32_t *found = pal_arena_alloc(selection->arena, MOST_SERIES, sizeof *found);
    size_t *order = pal_arena_alloc(selection->arena, MOST_SERIES, sizeof *order);
    *out =
        (struct totals){.area = pal_arena_alloc(selection->arena, MOST_SERIES, sizeof *out->area)};
    if (!found || !order || !out->area)
        return pal_nomem(err, "the areas of a chart");
    size_t n = 0;
    for (size_t i = 0; i < selection->slice.n && n < MOST_SERIES; i++) {
        const struct pal_figure *figure = &selection->slice.figure[i];
        if ((n && found[n - 1] == figure->area) || !page_shows(figure) ||
            !page_is_whole(figures, figure, except))
            continue;
        if (level == LEVEL_WORLD ? page_is_world(areas, figure->area)
                                 : page_is_region(areas, figure->area))
            found[n++] = figure->area;
    }
    PAL_TRY(pal_areas_sort(areas, found, n, selection->language, order, selection->arena, err));
    for (size_t i = 0; i < n; i++)
        out->area[i] = found[order[i]];
    out->n = n;
    return PAL_OK;
}

/* ---- series ------------------------------------------------------------------------------------
 */

static enum pal_status series_begin(struct selection *selection, pal_str name, size_t most,
                                    struct pal_error *err)
{
    if (selection->chart->series_n == MOST_SERIES)
        return pal_fail(err, PAL_BUG, "a chart of more than %d series", MOST_SERIES);
    selection->point = pal_arena_alloc(selection->arena, most ? most : 1, sizeof *selection->point);
    if (!selection->point)
        return pal_nomem(err, "the points of a chart");
    struct pal_chart_series *series = &selection->series[selection->chart->series_n];
    *series = (struct pal_chart_series){.name = name, .point = selection->point};
    return PAL_OK;
}

static void series_take(struct selection *selection, const struct pal_figure *figure, pal_str label)
{
    struct pal_chart_series *series = &selection->series[selection->chart->series_n];
    selection->point[series->n++] = point_of(figure, label);
    if (page_has_interval(figure) && selection->chart->level == 0)
        selection->chart->level = figure->estimate.level;
}

static void series_end(struct selection *selection) /* an empty one leaves no trace */
{
    if (selection->series[selection->chart->series_n].n)
        selection->chart->series_n++;
}

static pal_str year_text(struct selection *selection, int32_t year)
{
    return pal_arena_printf(selection->arena, "%d", (int)year);
}

/* ---- over periods ------------------------------------------------------------------------------
 */

static enum pal_status select_periods(struct selection *selection, struct pal_error *err)
{
    struct totals totals;
    PAL_TRY(totals_find(selection, LEVEL_REGION, SIZE_MAX, &totals, err));
    if (!totals.n)
        PAL_TRY(totals_find(selection, LEVEL_WORLD, SIZE_MAX, &totals, err));
    for (size_t t = 0; t < totals.n; t++) {
        PAL_TRY(
            series_begin(selection, area_name(selection, totals.area[t]), selection->slice.n, err));
        for (size_t i = 0; i < selection->slice.n; i++) {
            const struct pal_figure *figure = &selection->slice.figure[i];
            if (figure->area == totals.area[t] && page_shows(figure) &&
                page_is_whole(selection->input->figures, figure, SIZE_MAX))
                series_take(selection, figure, year_text(selection, figure->period));
        }
        series_end(selection);
    }
    selection->chart->of_totals = true;
    return PAL_OK;
}

/* ---- over a dimension -------------------------------------------------------------------------
 */

/* The table's own codes in its order, without the total; else all codes that figures have. */
static enum pal_status codes_find(const struct selection *selection, size_t column,
                                  struct pal_map **out, struct pal_error *err)
{
    struct pal_map *codes = pal_map_new(selection->arena, 32);
    if (!codes)
        return pal_nomem(err, "the codes of a chart");
    for (size_t b = 0; b < selection->table->breakdowns; b++) {
        const struct report_breakdown *breakdown = &selection->table->breakdown[b];
        if (!pal_str_eq_nocase(breakdown->dimension, selection->table->chart_over))
            continue;
        for (size_t i = 0; i < breakdown->n; i++)
            if (!pal_str_starts(breakdown->code[i], PAL_STR("_")) &&
                pal_map_add(codes, breakdown->code[i], NULL) == SIZE_MAX)
                return pal_nomem(err, "the codes of a chart");
    }
    const bool given = pal_map_count(codes) > 0;
    for (size_t i = 0; i < selection->slice.n && !given; i++) {
        const struct pal_figure *figure = &selection->slice.figure[i];
        if (!page_is_total(figure, column) &&
            pal_map_add(codes, figure->breakdown[column], NULL) == SIZE_MAX)
            return pal_nomem(err, "the codes of a chart");
    }
    *out = codes;
    return PAL_OK;
}

static enum pal_status select_codes_of(struct selection *selection, uint32_t area, int32_t period,
                                       size_t column, const struct pal_map *codes,
                                       struct pal_error *err)
{
    const struct pal_figures *figures = selection->input->figures;
    PAL_TRY(series_begin(selection, area_name(selection, area), pal_map_count(codes), err));
    for (size_t c = 0; c < pal_map_count(codes); c++) {
        const pal_str code = pal_map_key(codes, c);
        for (size_t i = 0; i < selection->slice.n; i++) {
            const struct pal_figure *figure = &selection->slice.figure[i];
            if (figure->area != area || figure->period != period || !page_shows(figure) ||
                !pal_str_eq(figure->breakdown[column], code) ||
                !page_is_whole(figures, figure, column))
                continue;
            series_take(selection, figure,
                        report_label(selection->table->labels, selection->table->chart_over, code,
                                     selection->language));
            break;
        }
    }
    series_end(selection);
    return PAL_OK;
}

static enum pal_status select_dimension(struct selection *selection, struct pal_error *err)
{
    const size_t column =
        page_breakdown_column(selection->input->figures, selection->table->chart_over);
    if (column == SIZE_MAX)
        return PAL_OK;
    struct pal_map *codes = NULL;
    struct totals world, regions;
    PAL_TRY(codes_find(selection, column, &codes, err));
    PAL_TRY(totals_find(selection, LEVEL_WORLD, column, &world, err));
    PAL_TRY(totals_find(selection, LEVEL_REGION, column, &regions, err));
    const size_t n = pal_map_count(codes);
    pal_str *code = pal_arena_alloc(selection->arena, n + 1, sizeof *code);
    if (!code)
        return pal_nomem(err, "the codes of a chart");
    for (size_t c = 0; c < n; c++)
        code[c] = pal_map_key(codes, c);
    int32_t period = INT32_MIN;
    for (size_t t = 0; t < world.n; t++) {
        const int32_t common = page_common_period(selection->input->figures, selection->slice,
                                                  world.area[t], column, code, n);
        period = common > period ? common : period;
    }
    for (size_t t = 0; t < world.n; t++)
        PAL_TRY(select_codes_of(selection, world.area[t], period, column, codes, err));
    if ((world.n + regions.n) * pal_map_count(codes) <= most_bars)
        for (size_t t = 0; t < regions.n; t++)
            PAL_TRY(select_codes_of(selection, regions.area[t], period, column, codes, err));
    selection->chart->of_totals = true;
    selection->chart->when = year_text(selection, period);
    return PAL_OK;
}

/* ---- over areas -------------------------------------------------------------------------------
 */

struct state_figure {
    uint32_t area, region;
    const struct pal_figure *figure;
};

static uint32_t region_of(const struct pal_areas *areas, uint32_t area)
{
    uint32_t at = area;
    while (at != PAL_NO_AREA && !page_is_region(areas, at))
        at = pal_areas_get(areas, at)->parent;
    return at;
}

/* Each State's latest figure; figures are sorted by area code, then year. */
static size_t states_find(const struct selection *selection, struct state_figure *out)
{
    const struct pal_areas *areas = selection->input->areas;
    size_t n = 0;
    for (size_t i = 0; i < selection->slice.n; i++) {
        const struct pal_figure *figure = &selection->slice.figure[i];
        if (!page_is_state(areas, figure->area) || !page_shows(figure) ||
            !page_is_whole(selection->input->figures, figure, SIZE_MAX))
            continue;
        if (n && out[n - 1].area == figure->area)
            n--; /* a later year of the same State */
        out[n++] = (struct state_figure){figure->area, region_of(areas, figure->area), figure};
    }
    return n;
}

/* A State whose latest year is not the chart's has its year behind the name. */
static pal_str state_label(struct selection *selection, const struct pal_figure *figure,
                           int32_t year)
{
    const pal_str name = area_name(selection, figure->area);
    if (figure->period == year)
        return name;
    return pal_arena_printf(selection->arena, "%.*s (%d)", PAL_ARG(name), (int)figure->period);
}

static enum pal_status select_states_of(struct selection *selection, pal_str name, uint32_t region,
                                        const struct state_figure *state, size_t n, int32_t year,
                                        struct pal_error *err)
{
    struct pal_arena *arena = selection->arena;
    uint32_t *area = pal_arena_alloc(arena, n + 1, sizeof *area);
    size_t *order = pal_arena_alloc(arena, n + 1, sizeof *order);
    size_t *from = pal_arena_alloc(arena, n + 1, sizeof *from);
    if (!area || !order || !from)
        return pal_nomem(err, "the States of a chart");
    size_t members = 0;
    for (size_t i = 0; i < n; i++) {
        if (state[i].region != region)
            continue;
        from[members] = i;
        area[members++] = state[i].area;
    }
    PAL_TRY(pal_areas_sort(selection->input->areas, area, members, selection->language, order,
                           arena, err));
    PAL_TRY(series_begin(selection, name, members, err));
    for (size_t i = 0; i < members; i++) {
        const struct pal_figure *figure = state[from[order[i]]].figure;
        series_take(selection, figure, state_label(selection, figure, year));
    }
    series_end(selection);
    return PAL_OK;
}

static enum pal_status select_areas(struct selection *selection, struct pal_error *err)
{
    struct state_figure *state =
        pal_arena_alloc(selection->arena, selection->slice.n + 1, sizeof *state);
    if (!state)
        return pal_nomem(err, "the States of a chart");
    const size_t n = states_find(selection, state);
    int32_t year = INT32_MIN;
    uint32_t region[MOST_SERIES - 1];
    size_t order[MOST_SERIES - 1], regions = 0;
    for (size_t i = 0; i < n; i++) {
        year = state[i].figure->period > year ? state[i].figure->period : year;
        size_t r = 0;
        while (r < regions && region[r] != state[i].region)
            r++;
        if (r == regions && regions < PAL_COUNT(region) && state[i].region != PAL_NO_AREA)
            region[regions++] = state[i].region;
    }
    PAL_TRY(pal_areas_sort(selection->input->areas, region, regions, selection->language, order,
                           selection->arena, err));
    for (size_t r = 0; r < regions; r++)
        PAL_TRY(select_states_of(selection, area_name(selection, region[order[r]]),
                                 region[order[r]], state, n, year, err));
    PAL_TRY(select_states_of(selection, PAL_STR(""), PAL_NO_AREA, state, n, year, err));
    if (n)
        selection->chart->when = year_text(selection, year);
    return PAL_OK;
}

/* ---- the chart -------------------------------------------------------------------------------
 */

static pal_str names_of(const struct selection *selection)
{
    struct pal_buf out;
    pal_buf_init(&out, selection->arena, 1 << 16);
    for (size_t s = 0; s < selection->chart->series_n; s++) {
        if (s)
            pal_buf_add(&out, page_list_comma(selection->language));
        pal_buf_add(&out, selection->chart->series[s].name);
    }
    return pal_buf_str(&out);
}

static void describe(struct selection *selection)
{
    struct pal_chart *chart = selection->chart;
    double first = (double)INFINITY, last = -(double)INFINITY;
    for (size_t s = 0; s < chart->series_n; s++) {
        for (size_t i = 0; i < chart->series[s].n; i++) {
            first = fmin(first, chart->series[s].point[i].x);
            last = fmax(last, chart->series[s].point[i].x);
        }
    }
    const pal_str names = names_of(selection);
    const struct report_label_set *set =
        report_labels_find(selection->table->labels, selection->table->chart_over);
    const pal_str lines[] = {pal_arena_printf(selection->arena, "%.0f", first),
                             pal_arena_printf(selection->arena, "%.0f", last), names};
    const pal_str bars[] = {
        set ? pal_text_in(&set->name, selection->language) : selection->table->chart_over, names};
    switch (chart->kind) {
    case PAL_CHART_LINES:
        chart->description = pal_word_fill(selection->language, PAL_WORD_CHART_LINES, lines,
                                           PAL_COUNT(lines), selection->arena);
        break;
    case PAL_CHART_BARS:
        chart->description = pal_word_fill(selection->language, PAL_WORD_CHART_BARS, bars,
                                           PAL_COUNT(bars), selection->arena);
        break;
    case PAL_CHART_DOTS:
        chart->description =
            pal_word_fill(selection->language, PAL_WORD_CHART_DOTS, &names, 1, selection->arena);
        break;
    }
}

enum pal_status report_chart_of(const struct pal_report_input *input,
                                const struct pal_table_definition *definition,
                                enum pal_language language, struct pal_arena *arena,
                                const struct pal_chart **out, struct pal_error *err)
{
    *out = NULL;
    if (!definition->has_chart || !definition->chart_indicator)
        return PAL_OK;
    struct pal_chart *chart = pal_arena_alloc(arena, 1, sizeof *chart);
    struct selection selection = {
        .input = input,
        .table = definition,
        .indicator = definition->chart_indicator,
        .slice = page_figures_of(input->figures, definition->chart_indicator),
        .language = language,
        .arena = arena,
        .chart = chart,
        .series = pal_arena_alloc(arena, MOST_SERIES + 1, sizeof *selection.series),
    };
    if (!chart || !selection.series)
        return pal_nomem(err, "a chart");
    *chart = (struct pal_chart){
        .kind = definition->chart_kind,
        .language = language,
        .id = pal_arena_printf(arena, "chart-%.*s", PAL_ARG(definition->name)),
        .title = pal_text_in(&selection.indicator->title, language),
        .unit = pal_text_in(&selection.indicator->unit_name, language),
        .is_count = page_is_count(selection.indicator),
        .series = selection.series,
    };
    if (pal_str_eq(definition->chart_over, PAL_STR("periods")))
        PAL_TRY(select_periods(&selection, err));
    else if (pal_str_eq(definition->chart_over, PAL_STR("areas")))
        PAL_TRY(select_areas(&selection, err));
    else
        PAL_TRY(select_dimension(&selection, err));
    if (!chart->series_n)
        return PAL_OK;
    describe(&selection);
    *out = chart;
    return PAL_OK;
}
