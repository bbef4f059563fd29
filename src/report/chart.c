/* chart.c: an SVG writer for the page: no script, no outside font, the same bytes every time. Each
 * kind of chart has its own file; here lies what they share. */
#include "chart.h"
#include "page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool chart_point_has_bounds(const struct pal_chart_point *point)
{
    return isnan(point->y) && point->bound_high > point->bound_low;
}

/* ---- places -------------------------------------------------------------------------------- */

double chart_pen_share(const struct chart_pen *pen, double share)
{
    return pen->from + share * (pen->to - pen->from);
}

double chart_pen_value(const struct chart_pen *pen, double value)
{
    return chart_pen_share(pen, chart_scale_at(&pen->scale, value));
}

/* Hundredths, without the zeros behind. */
static void add_hundredths(struct pal_buf *out, double value)
{
    const long hundredths = lround(value * 100);
    const long whole = labs(hundredths) / 100, part = labs(hundredths) % 100;
    if (hundredths < 0)
        pal_buf_addc(out, '-');
    pal_buf_addf(out, "%ld", whole);
    if (part)
        pal_buf_addf(out, part % 10 ? ".%02ld" : ".%ld", part % 10 ? part : part / 10);
}

void chart_pen_x(struct chart_pen *pen, const char *name, double share)
{
    pal_buf_addf(pen->out, " %s=\"", name);
    add_hundredths(pen->out, 100 * (pen->rtl ? 1 - share : share));
    pal_buf_adds(pen->out, "%\"");
}

void chart_pen_y(struct chart_pen *pen, const char *name, double pixels)
{
    pal_buf_addf(pen->out, " %s=\"", name);
    add_hundredths(pen->out, pixels);
    pal_buf_addc(pen->out, '"');
}

/* ---- strokes ------------------------------------------------------------------------------- */

static void add_class(struct chart_pen *pen, const char *class)
{
    if (class && *class)
        pal_buf_addf(pen->out, " class=\"%s\"", class);
}

void chart_pen_line(struct chart_pen *pen, const char *class, double x1, double y1, double x2,
                    double y2)
{
    pal_buf_adds(pen->out, "<line");
    add_class(pen, class);
    chart_pen_x(pen, "x1", x1);
    chart_pen_y(pen, "y1", y1);
    chart_pen_x(pen, "x2", x2);
    chart_pen_y(pen, "y2", y2);
    pal_buf_adds(pen->out, "/>");
}

void chart_pen_text(struct chart_pen *pen, const char *class, const char *anchor, double x,
                    double y, pal_str text)
{
    if (!text.len)
        return;
    pal_buf_adds(pen->out, "<text");
    add_class(pen, class);
    chart_pen_x(pen, "x", x);
    chart_pen_y(pen, "y", y);
    if (strcmp(anchor, "start") != 0)
        pal_buf_addf(pen->out, " text-anchor=\"%s\"", anchor);
    pal_buf_addc(pen->out, '>');
    pal_xml_text(pen->out, text);
    pal_buf_adds(pen->out, "</text>");
}

void chart_pen_mark(struct chart_pen *pen, size_t series, double x, double y, pal_str tip)
{
    pal_buf_adds(pen->out, "<use href=\"#");
    pal_xml_text(pen->out, pen->chart->id);
    pal_buf_addf(pen->out, "-m%zu\"", series % CHART_COLORS + 1);
    chart_pen_x(pen, "x", x);
    chart_pen_y(pen, "y", y);
    pal_buf_adds(pen->out, "><title>");
    pal_xml_text(pen->out, tip);
    pal_buf_adds(pen->out, "</title></use>");
}

/* ---- words of a point ---------------------------------------------------------------------- */

pal_str chart_pen_number(struct chart_pen *pen, double value, int decimals)
{
    const pal_str text = pal_number_text(pen->chart->language, value, decimals, pen->out->arena);
    if (!pen->rtl)
        return text;
    return pal_arena_printf(pen->out->arena, "\u2066%.*s\u2069", PAL_ARG(text));
}

static pal_str value_text(struct chart_pen *pen, double value)
{
    return chart_pen_number(pen, value, pal_number_decimals(value, pen->chart->is_count));
}

static pal_str range_text(struct chart_pen *pen, double low, double high)
{
    const int decimals = pal_number_decimals(low, pen->chart->is_count);
    const pal_str a = pal_number_text(pen->chart->language, low, decimals, pen->out->arena);
    const pal_str b = pal_number_text(pen->chart->language, high, decimals, pen->out->arena);
    return pal_arena_printf(pen->out->arena, pen->rtl ? "\u2066%.*s–%.*s\u2069" : "%.*s–%.*s",
                            PAL_ARG(a), PAL_ARG(b));
}

pal_str chart_pen_value_text(struct chart_pen *pen, const struct pal_chart_point *point)
{
    if (chart_point_has_bounds(point))
        return range_text(pen, point->bound_low, point->bound_high);
    return isnan(point->y) ? PAL_STR("") : value_text(pen, point->y);
}

pal_str chart_pen_limits_text(struct chart_pen *pen, const struct pal_chart_point *point)
{
    return range_text(pen, point->low, point->high);
}

pal_str chart_pen_tip(struct chart_pen *pen, const struct pal_chart_series *series,
                      const struct pal_chart_point *point)
{
    struct pal_arena *arena = pen->out->arena;
    const pal_str value = chart_pen_value_text(pen, point);
    const pal_str comma = page_place_comma(pen->chart->language);
    const pal_str head = series->name.len && point->label.len
                             ? pal_arena_printf(arena, "%.*s%.*s%.*s", PAL_ARG(series->name),
                                                PAL_ARG(comma), PAL_ARG(point->label))
                             : (series->name.len ? series->name : point->label);
    if (isnan(point->low) || isnan(point->high) || isnan(point->y))
        return pal_arena_printf(arena, "%.*s: %.*s", PAL_ARG(head), PAL_ARG(value));
    const pal_str range = range_text(pen, point->low, point->high);
    return pal_arena_printf(arena, "%.*s: %.*s (%.*s)", PAL_ARG(head), PAL_ARG(value),
                            PAL_ARG(range));
}

/* ---- the element ------------------------------------------------------------------------------
 */

/* One shape a series, so that a chart is read without its colours too. */
static const char *const shapes[CHART_COLORS] = {
    "<circle r=\"4\"/>",
    "<path d=\"M-3.6-3.6H3.6V3.6H-3.6Z\"/>",
    "<path d=\"M0-4.8 4.6 3.6H-4.6Z\"/>",
    "<path d=\"M0-5.2 5.2 0 0 5.2-5.2 0Z\"/>",
    "<path d=\"M0 4.8 4.6-3.6H-4.6Z\"/>",
    "<path class=\"open\" d=\"M-3.6-3.6 3.6 3.6M-3.6 3.6 3.6-3.6\"/>",
    "<path class=\"open\" d=\"M0-4.8V4.8M-4.8 0H4.8\"/>",
    "<circle class=\"open\" r=\"3.6\"/>",
};

/* Hatches of bars: full, slanting, dotted, level, ... drawn in white over the colour. */
static const char *const hatches[] = {
    NULL,
    "<path d=\"M-1 1 1-1M0 6 6 0M5 7 7 5\"/>",
    "<path d=\"M3 3h.01\" stroke-width=\"2.4\" stroke-linecap=\"round\"/>",
    "<path d=\"M0 3H6\"/>",
    "<path d=\"M3 0V6\"/>",
    "<path d=\"M-1 5 1 7M0 0 6 6M5-1 7 1\"/>",
};

static void add_id(struct chart_pen *pen, const char *suffix, size_t part)
{
    pal_xml_text(pen->out, pen->chart->id);
    pal_buf_adds(pen->out, suffix);
    if (part)
        pal_buf_addf(pen->out, "%zu", part + 1);
}

static void add_defs(struct chart_pen *pen)
{
    const struct pal_chart *chart = pen->chart;
    const size_t shown = chart->kind == PAL_CHART_DOTS ? 1 : chart->series_n;
    pal_buf_adds(pen->out, "<defs>");
    for (size_t s = 0; s < shown && s < CHART_COLORS; s++) {
        pal_buf_adds(pen->out, "<g id=\"");
        add_id(pen, "-m", s);
        if (!s)
            pal_buf_addc(pen->out, '1');
        pal_buf_addf(pen->out, "\">%s</g>", shapes[s]);
        const char *hatch = hatches[s % PAL_COUNT(hatches)];
        if (chart->kind != PAL_CHART_BARS || !hatch)
            continue;
        pal_buf_adds(pen->out, "<pattern id=\"");
        add_id(pen, "-h", s);
        pal_buf_addf(pen->out,
                     "\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" class=\"s%zu\">"
                     "<rect class=\"ground\" width=\"6\" height=\"6\"/>%s</pattern>",
                     s + 1, hatch);
    }
    pal_buf_adds(pen->out, "</defs>");
}

void chart_pen_open(struct chart_pen *pen, double height, size_t part, size_t parts)
{
    struct pal_buf *out = pen->out;
    pal_buf_adds(out, "<svg role=\"img\" width=\"100%\"");
    chart_pen_y(pen, "height", height);
    pal_buf_adds(out, " aria-labelledby=\"");
    add_id(pen, "-t", part);
    pal_buf_addc(out, ' ');
    add_id(pen, "-d", part);
    pal_buf_adds(out, "\"><title id=\"");
    add_id(pen, "-t", part);
    pal_buf_adds(out, "\">");
    pal_xml_text(out, pen->chart->title);
    if (parts > 1) {
        const pal_str number = pal_arena_printf(out->arena, " (%zu/%zu)", part + 1, parts);
        pal_buf_add(out, number);
    }
    pal_buf_adds(out, "</title><desc id=\"");
    add_id(pen, "-d", part);
    pal_buf_adds(out, "\">");
    pal_xml_text(out, pen->chart->description);
    pal_buf_adds(out, "</desc>");
    if (part == 0)
        add_defs(pen);
}

void chart_pen_close(struct chart_pen *pen) { pal_buf_adds(pen->out, "</svg>\n"); }

enum pal_status pal_chart_svg(const struct pal_chart *chart, struct pal_buf *out,
                              struct pal_error *err)
{
    struct chart_pen pen = {
        .chart = chart, .out = out, .to = 1, .rtl = pal_language_rtl(chart->language)};
    chart_scale_fit(chart, &pen.scale);
    switch (chart->kind) {
    case PAL_CHART_LINES:
        chart_lines_draw(&pen);
        break;
    case PAL_CHART_BARS:
        chart_bars_draw(&pen);
        break;
    case PAL_CHART_DOTS:
        chart_dots_draw(&pen);
        break;
    }
    return pal_buf_status(out, "a chart", err);
}
