/* chart_lines.c: values over years, one line a series. Limits are whiskers; a year without a value
 * is a gap in the line; a masked value is an open bar between what it can be. */
#include "chart.h"

#include <math.h>

static const double top = 26, bottom = 256, height = 284;

/* Years that stand in any series. */
static bool year_range(const struct pal_chart *chart, double *first, double *last)
{
    *first = (double)INFINITY;
    *last = -(double)INFINITY;
    for (size_t s = 0; s < chart->series_n; s++) {
        for (size_t i = 0; i < chart->series[s].n; i++) {
            *first = fmin(*first, chart->series[s].point[i].x);
            *last = fmax(*last, chart->series[s].point[i].x);
        }
    }
    return *first <= *last;
}

/* On a line chart values go up and years along, so the pen's scale stands upright. */
static double height_of(const struct chart_pen *pen, double value)
{
    return bottom - chart_scale_at(&pen->scale, value) * (bottom - top);
}

static double place_of(const struct chart_pen *pen, double year, double first, double last)
{
    return chart_pen_share(pen, last > first ? (year - first) / (last - first) : 0.5);
}

/* Labels stand on their lines, inside the chart, so that no margin is lost on a phone. */
static void draw_values(struct chart_pen *pen)
{
    size_t longest = 0;
    for (size_t i = 0; i < pen->scale.ticks; i++) {
        const double value = pen->scale.tick[i], y = height_of(pen, value);
        int decimals = pen->scale.decimals;
        if (pen->scale.logarithmic)
            decimals = pal_number_decimals(value, value >= 1);
        const pal_str text = chart_pen_number(pen, value, decimals);
        chart_pen_line(pen, value == 0 ? "axis" : "grid", 0, y, 1, y);
        chart_pen_text(pen, "tick", "start", 0, y - 4, text);
        if (text.len > longest)
            longest = text.len;
    }
    const double share = 0.02 + 0.019 * (double)longest;
    pen->from = share > 0.2 ? 0.2 : share < 0.08 ? 0.08 : share;
    pen->to = 0.955;
}

/* At most eight years are named: more would run into each other on a phone. */
static void draw_years(struct chart_pen *pen, double first, double last)
{
    static const double steps[] = {1, 2, 5, 10, 20, 50};
    double step = steps[0];
    for (size_t i = 0; i < PAL_COUNT(steps) && (last - first) / step >= 8; i++)
        step = steps[i];
    if ((last - first) / step >= 8)
        step *= 2;
    chart_pen_line(pen, "axis", 0, bottom, 1, bottom);
    const double origin = ceil(first / step) * step;
    for (unsigned i = 0; origin + i * step <= last; i++) {
        const double year = origin + i * step;
        const double x = place_of(pen, year, first, last);
        chart_pen_line(pen, "axis", x, bottom, x, bottom + 5);
        chart_pen_text(pen, "tick", "middle", x, bottom + 20,
                       pal_arena_printf(pen->out->arena, "%.0f", year));
    }
}

static void draw_whisker(struct chart_pen *pen, const struct pal_chart_point *point, double x)
{
    if (isnan(point->low) || isnan(point->high) || isnan(point->y))
        return;
    chart_pen_line(pen, "whisker", x, height_of(pen, point->low), x, height_of(pen, point->high));
}

static void draw_bounds(struct chart_pen *pen, const struct pal_chart_series *series,
                        const struct pal_chart_point *point, double x)
{
    const double y = height_of(pen, point->bound_high);
    pal_buf_adds(pen->out, "<rect class=\"bounds\"");
    chart_pen_x(pen, "x", x);
    chart_pen_y(pen, "y", y);
    chart_pen_y(pen, "height", fmax(2, height_of(pen, point->bound_low) - y));
    pal_buf_adds(pen->out, " width=\"6\" transform=\"translate(-3)\"><title>");
    pal_xml_text(pen->out, chart_pen_tip(pen, series, point));
    pal_buf_adds(pen->out, "</title></rect>");
}

/* From a point to the next year's. Where masked counts leave one of them open, two thin lines hold
 * what the line can be. */
static void draw_segment(struct chart_pen *pen, const struct pal_chart_point *a, double from,
                         double to)
{
    const struct pal_chart_point *b = a + 1;
    const bool a_open = chart_point_has_bounds(a), b_open = chart_point_has_bounds(b);
    if ((isnan(a->y) && !a_open) || (isnan(b->y) && !b_open) || b->x - a->x > 1)
        return;
    const double low[] = {a_open ? a->bound_low : a->y, b_open ? b->bound_low : b->y};
    const double high[] = {a_open ? a->bound_high : a->y, b_open ? b->bound_high : b->y};
    if (!a_open && !b_open) {
        chart_pen_line(pen, "", from, height_of(pen, a->y), to, height_of(pen, b->y));
        return;
    }
    chart_pen_line(pen, "edge", from, height_of(pen, low[0]), to, height_of(pen, low[1]));
    chart_pen_line(pen, "edge", from, height_of(pen, high[0]), to, height_of(pen, high[1]));
}

static void draw_series(struct chart_pen *pen, size_t s, double first, double last)
{
    const struct pal_chart_series *series = &pen->chart->series[s];
    /* Whiskers of series at the same year stand beside each other, not on each other. */
    const double beside = 4 * ((double)s - (double)(pen->chart->series_n - 1) / 2);
    pal_buf_addf(pen->out, "<g class=\"s%zu\"", s % CHART_COLORS + 1);
    if (beside != 0)
        pal_buf_addf(pen->out, " transform=\"translate(%d)\"",
                     (int)lround(pen->rtl ? -beside : beside));
    pal_buf_addc(pen->out, '>');
    for (size_t i = 0; i + 1 < series->n; i++)
        draw_segment(pen, &series->point[i], place_of(pen, series->point[i].x, first, last),
                     place_of(pen, series->point[i + 1].x, first, last));
    for (size_t i = 0; i < series->n; i++) {
        const struct pal_chart_point *point = &series->point[i];
        const double x = place_of(pen, point->x, first, last);
        if (chart_point_has_bounds(point)) {
            draw_bounds(pen, series, point, x);
        } else if (!isnan(point->y)) {
            draw_whisker(pen, point, x);
            chart_pen_mark(pen, s, x, height_of(pen, point->y), chart_pen_tip(pen, series, point));
        }
    }
    pal_buf_adds(pen->out, "</g>");
}

void chart_lines_draw(struct chart_pen *pen)
{
    double first, last;
    chart_pen_open(pen, height, 0, 1);
    draw_values(pen);
    if (year_range(pen->chart, &first, &last)) {
        draw_years(pen, first, last);
        for (size_t s = 0; s < pen->chart->series_n; s++)
            draw_series(pen, s, first, last);
    }
    chart_pen_close(pen);
}
