/* chart_bars.c: lying bars, grouped by category, one bar a series; limits are whiskers over the
 * bar's end. Names stand above their bars, so that the longest fits on a phone. */
#include "chart.h"

#include <math.h>

static const double bar = 14, step = 19, head = 24, foot = 28;

/* Categories in the order in which the series bring them. */
static struct pal_map *categories_of(const struct pal_chart *chart, struct pal_arena *arena)
{
    struct pal_map *map = pal_map_new(arena, 16);
    for (size_t s = 0; map && s < chart->series_n; s++)
        for (size_t i = 0; i < chart->series[s].n; i++)
            if (pal_map_add(map, chart->series[s].point[i].label, NULL) == SIZE_MAX)
                return NULL;
    return map;
}

static const struct pal_chart_point *point_of(const struct pal_chart_series *series, pal_str label)
{
    for (size_t i = 0; i < series->n; i++)
        if (pal_str_eq(series->point[i].label, label))
            return &series->point[i];
    return NULL;
}

static void draw_scale(struct chart_pen *pen, double bottom)
{
    /* Every second number where they would run into each other on a phone. */
    const size_t every = pen->scale.ticks > 6 ? 2 : 1;
    for (size_t i = 0; i < pen->scale.ticks; i++) {
        const double value = pen->scale.tick[i], x = chart_pen_value(pen, value);
        chart_pen_line(pen, value == 0 ? "axis" : "grid", x, 4, x, bottom);
        if (i % every == 0)
            chart_pen_text(pen, "tick", i == 0 ? "start" : "middle", x, bottom + 18,
                           chart_pen_number(pen, value, pen->scale.decimals));
    }
}

/* A box between two shares, whichever side is first. */
static void draw_box(struct chart_pen *pen, double a, double b, double y, double thick)
{
    const double left = pen->rtl ? fmax(a, b) : fmin(a, b);
    chart_pen_x(pen, "x", left);
    chart_pen_y(pen, "y", y);
    pal_buf_adds(pen->out, " width=\"");
    pal_buf_addf(pen->out, "%d.%02d", (int)(fabs(b - a) * 100), (int)(fabs(b - a) * 10000) % 100);
    pal_buf_adds(pen->out, "%\"");
    chart_pen_y(pen, "height", thick);
}

static void draw_tip(struct chart_pen *pen, const struct pal_chart_series *series,
                     const struct pal_chart_point *point)
{
    pal_buf_adds(pen->out, "><title>");
    pal_xml_text(pen->out, chart_pen_tip(pen, series, point));
    pal_buf_adds(pen->out, "</title></rect>");
}

static void draw_fill(struct chart_pen *pen, size_t s)
{
    pal_buf_adds(pen->out, "<rect class=\"bar\"");
    if (s % CHART_COLORS) {
        pal_buf_adds(pen->out, " style=\"fill:url(#");
        pal_xml_text(pen->out, pen->chart->id);
        pal_buf_addf(pen->out, "-h%zu)\"", s % CHART_COLORS + 1);
    }
}

static void draw_bar(struct chart_pen *pen, size_t s, const struct pal_chart_point *point, double y)
{
    const struct pal_chart_series *series = &pen->chart->series[s];
    const double zero = chart_pen_value(pen, 0);
    double end;
    pal_buf_addf(pen->out, "<g class=\"s%zu\">", s % CHART_COLORS + 1);
    if (chart_point_has_bounds(point)) {
        const double surely = chart_pen_value(pen, point->bound_low);
        end = chart_pen_value(pen, point->bound_high);
        draw_fill(pen, s);
        draw_box(pen, zero, surely, y, bar);
        draw_tip(pen, series, point);
        pal_buf_adds(pen->out, "<rect class=\"bounds\"");
        draw_box(pen, surely, end, y, bar);
        draw_tip(pen, series, point);
    } else {
        const double x = chart_pen_value(pen, point->y);
        end = x;
        draw_fill(pen, s);
        draw_box(pen, zero, x, y, bar);
        draw_tip(pen, series, point);
        if (!isnan(point->low) && !isnan(point->high)) {
            const double low = chart_pen_value(pen, point->low), middle = y + bar / 2;
            const double high = chart_pen_value(pen, point->high);
            end = fmax(end, high);
            chart_pen_line(pen, "halo", low, middle, high, middle);
            chart_pen_line(pen, "limit", low, middle, high, middle);
            chart_pen_line(pen, "limit", low, middle - 4, low, middle + 4);
            chart_pen_line(pen, "limit", high, middle - 4, high, middle + 4);
        }
    }
    chart_pen_text(pen, "value", "start", end + 0.015, y + bar - 3,
                   chart_pen_value_text(pen, point));
    pal_buf_adds(pen->out, "</g>");
}

void chart_bars_draw(struct chart_pen *pen)
{
    const struct pal_chart *chart = pen->chart;
    const struct pal_map *categories = categories_of(chart, pen->out->arena);
    if (!categories) {
        pen->out->failed = true;
        return;
    }
    const size_t n = pal_map_count(categories);
    const double group = head + step * (double)chart->series_n + 4;
    const double bottom = group * (double)n + 4;
    pen->to = 0.86; /* beyond the axis stand the values */
    chart_pen_open(pen, bottom + foot, 0, 1);
    draw_scale(pen, bottom);
    for (size_t c = 0; c < n; c++) {
        const pal_str label = pal_map_key(categories, c);
        const double y = group * (double)c;
        chart_pen_text(pen, "name", "start", 0.012, y + 17, label);
        for (size_t s = 0; s < chart->series_n; s++) {
            const struct pal_chart_point *point = point_of(&chart->series[s], label);
            if (point && (!isnan(point->y) || chart_point_has_bounds(point)))
                draw_bar(pen, s, point, y + head + step * (double)s);
        }
    }
    chart_pen_close(pen);
}
