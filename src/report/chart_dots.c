/* chart_dots.c: one row a point, its limits as a whisker, its value written out; series are groups
 * of rows under their name. A long chart becomes several elements, each of which fits on a printed
 * page, on the same scale. */
#include "chart.h"

#include <math.h>

static const double row = 29, head = 30, foot = 26;
static const size_t rows_a_part = 26;

static void draw_scale(struct chart_pen *pen, double bottom)
{
    const size_t every = pen->scale.ticks > 6 ? 2 : 1;
    for (size_t i = 0; i < pen->scale.ticks; i++) {
        const double value = pen->scale.tick[i], x = chart_pen_value(pen, value);
        int decimals = pen->scale.decimals;
        if (pen->scale.logarithmic)
            decimals = pal_number_decimals(value, value >= 1);
        chart_pen_line(pen, value == 0 ? "axis" : "grid", x, 2, x, bottom);
        if (i % every == 0)
            chart_pen_text(pen, "tick", i == 0 ? "start" : "middle", x, bottom + 17,
                           chart_pen_number(pen, value, decimals));
    }
}

static void draw_row(struct chart_pen *pen, const struct pal_chart_series *series,
                     const struct pal_chart_point *point, double y)
{
    const double middle = y + 21;
    const struct pal_chart_series unnamed = {.n = series->n, .point = series->point};
    chart_pen_text(pen, "name", "start", 0, y + 12, point->label);
    if (chart_point_has_bounds(point)) {
        const double low = chart_pen_value(pen, point->bound_low);
        const double high = chart_pen_value(pen, point->bound_high);
        pal_buf_adds(pen->out, "<rect class=\"bounds\"");
        chart_pen_x(pen, "x", pen->rtl ? high : low);
        chart_pen_y(pen, "y", middle - 3);
        pal_buf_addf(pen->out, " width=\"%d.%02d%%\" height=\"6\"/>", (int)((high - low) * 100),
                     (int)((high - low) * 10000) % 100);
    } else if (!isnan(point->y)) {
        if (!isnan(point->low) && !isnan(point->high))
            chart_pen_line(pen, "whisker", chart_pen_value(pen, point->low), middle,
                           chart_pen_value(pen, point->high), middle);
        chart_pen_mark(pen, 0, chart_pen_value(pen, point->y), middle,
                       chart_pen_tip(pen, &unnamed, point));
    }
    pal_str value = chart_pen_value_text(pen, point);
    if (!value.len)
        value = PAL_STR("..");
    chart_pen_text(pen, "value", "end", 1, y + 12, value);
}

void chart_dots_draw(struct chart_pen *pen)
{
    const struct pal_chart *chart = pen->chart;
    size_t all = 0;
    for (size_t s = 0; s < chart->series_n; s++)
        all += chart->series[s].n;
    const size_t parts = all ? (all + rows_a_part - 1) / rows_a_part : 1;
    const size_t each = (all + parts - 1) / parts; /* parts of about the same length */
    size_t s = 0, i = 0;
    pen->from = 0.01;
    pen->to = 0.97;
    for (size_t part = 0; part < parts; part++) {
        size_t rows = 0, heads = 0, s2 = s, i2 = i; /* how tall: a first walk over the rows */
        while (s2 < chart->series_n && rows < each) {
            const size_t left = chart->series[s2].n - i2;
            const size_t take = left < each - rows ? left : each - rows;
            heads += take && chart->series[s2].name.len;
            rows += take;
            i2 += take;
            if (i2 == chart->series[s2].n) {
                s2++;
                i2 = 0;
            }
        }
        const double bottom = row * (double)rows + head * (double)heads + 6;
        chart_pen_open(pen, bottom + foot, part, parts);
        draw_scale(pen, bottom);
        pal_buf_adds(pen->out, "<g class=\"s1\">");
        double y = 0;
        for (size_t drawn = 0; drawn < rows;) {
            const struct pal_chart_series *series = &chart->series[s];
            if (i < series->n && series->name.len && (i == 0 || drawn == 0)) {
                chart_pen_text(pen, "group", "start", 0, y + 21, series->name);
                y += head;
            }
            for (; i < series->n && drawn < rows; i++, drawn++) {
                draw_row(pen, series, &series->point[i], y);
                y += row;
            }
            if (i == series->n) {
                s++;
                i = 0;
            }
        }
        pal_buf_adds(pen->out, "</g>");
        chart_pen_close(pen);
    }
}
