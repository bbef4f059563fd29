/* chart.h: what the chart files share: a value axis, and a pen that writes SVG.
 *
 * Places along the reading direction are shares of the width and places down the page are pixels,
 * so text keeps its size from a phone to a printed page, and a right-to-left chart is the same
 * chart with every share taken from the other side. */
#ifndef PALERMO_REPORT_CHART_H
#define PALERMO_REPORT_CHART_H

#include "inside.h"

#define CHART_TICKS  16
#define CHART_COLORS 8 /* classes s1 to s8 of the style sheet; later series begin again */

struct chart_scale { /* values -> 0..1 */
    double low, high;
    bool logarithmic;
    size_t ticks;
    double tick[CHART_TICKS];
    int decimals; /* that the ticks need */
};
/* Nice ends and ticks around all values, limits and bounds of the chart. From zero unless the
 * values span more than two orders of magnitude, are all above zero and the kind has no bars
 * (a bar's length must mean something): then logarithmic. */
void chart_scale_fit(const struct pal_chart *chart, struct chart_scale *out);
/* The place of a value, cut to 0..1. */
double chart_scale_at(const struct chart_scale *scale, double value);

struct chart_pen {
    const struct pal_chart *chart;
    struct pal_buf *out;
    struct chart_scale scale;
    double from, to; /* shares of the width between which the scale lies */
    bool rtl;
};
/* The share of the width at which a value stands, or a share of the scale. */
double chart_pen_value(const struct chart_pen *pen, double value);
double chart_pen_share(const struct chart_pen *pen, double share);
/* Attributes: ` x1="12.5%"` from a share of the width, ` y1="40"` from pixels. */
void chart_pen_x(struct chart_pen *pen, const char *name, double share);
void chart_pen_y(struct chart_pen *pen, const char *name, double pixels);
void chart_pen_line(struct chart_pen *pen, const char *class, double x1, double y1, double x2,
                    double y2);
/* Text beginning, centred or ending ("start", "middle", "end" in reading direction) at x. */
void chart_pen_text(struct chart_pen *pen, const char *class, const char *anchor, double x,
                    double y, pal_str text);
/* The shape of series s around (x, y), with the tip that a pointing hand sees. */
void chart_pen_mark(struct chart_pen *pen, size_t series, double x, double y, pal_str tip);
/* A number as the chart's language writes it, isolated where text runs right to left. */
pal_str chart_pen_number(struct chart_pen *pen, double value, int decimals);
/* "Europe, 2019: 12.3 (10.1-14.5)". */
pal_str chart_pen_tip(struct chart_pen *pen, const struct pal_chart_series *series,
                      const struct pal_chart_point *point);
/* "12.3", or "10-14" of bounds; empty when there is neither. */
pal_str chart_pen_value_text(struct chart_pen *pen, const struct pal_chart_point *point);
/* "10.1–14.5", of a point with limits. */
pal_str chart_pen_limits_text(struct chart_pen *pen, const struct pal_chart_point *point);
/* <svg ...> with its text alternatives and the shapes of series, and </svg>. part 0 of 1: whole. */
void chart_pen_open(struct chart_pen *pen, double height, size_t part, size_t parts);
void chart_pen_close(struct chart_pen *pen);

bool chart_point_has_bounds(const struct pal_chart_point *point);

void chart_lines_draw(struct chart_pen *pen);
void chart_bars_draw(struct chart_pen *pen);
void chart_dots_draw(struct chart_pen *pen);

#endif
