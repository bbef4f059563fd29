/* assess_chart.c: relative bias and coverage side by side, a line an estimator, as SVG. */
#include "assess.h"

#include <math.h>

enum { NAME = 210, PANEL = 300, GAP = 40, LINE = 20, TOP = 46, LEFT = 12 };

struct panel {
    double x, from, to; /* left edge in pixels; values at the edges */
};

static double at(const struct panel *p, double value)
{
    const double part = (value - p->from) / (p->to - p->from);
    return p->x + PANEL * fmin(fmax(part, 0), 1);
}

static void px(struct pal_buf *out, const char *attribute, double value)
{
    char text[PAL_NUM_SIZE];
    (void)pal_num_write_fixed(value, 1, text, sizeof text);
    pal_buf_addf(out, " %s=\"%s\"", attribute, text);
}

static void line(struct pal_buf *out, double x1, double y1, double x2, double y2, const char *style)
{
    pal_buf_adds(out, "<line");
    px(out, "x1", x1);
    px(out, "y1", y1);
    px(out, "x2", x2);
    px(out, "y2", y2);
    pal_buf_addf(out, " %s/>\n", style);
}

static void label(struct pal_buf *out, double x, double y, const char *style, pal_str text)
{
    pal_buf_adds(out, "<text");
    px(out, "x", x);
    px(out, "y", y);
    pal_buf_addf(out, " %s>", style);
    pal_xml_text(out, text);
    pal_buf_adds(out, "</text>\n");
}

static void tick(struct pal_buf *out, const struct panel *p, double value, double y,
                 const char *text)
{
    label(out, at(p, value), y, "class=\"m\" text-anchor=\"middle\"", pal_str_of(text));
}

/* The dot, and twice its Monte Carlo error to both sides; an arrowhead where it is off the scale.
 */
static void dot(struct pal_buf *out, const struct panel *p, double value, double error, double y)
{
    if (isnan(value))
        return;
    const bool off = value < p->from || value > p->to;
    if (!isnan(error) && !off)
        line(out, at(p, value - 2 * error), y, at(p, value + 2 * error), y,
             "stroke=\"#1f4e79\" stroke-width=\"2\"");
    if (off) {
        const double x = at(p, value), way = value < p->from ? 6 : -6;
        char points[128];
        snprintf(points, sizeof points, "%.1f,%.1f %.1f,%.1f %.1f,%.1f", x, y, x + way, y - 4,
                 x + way, y + 4);
        pal_buf_addf(out, "<polygon points=\"%s\" fill=\"#b3261e\"/>\n", points);
        return;
    }
    pal_buf_adds(out, "<circle r=\"4\" fill=\"#1f4e79\"");
    px(out, "cx", at(p, value));
    px(out, "cy", y);
    pal_buf_adds(out, "/>\n");
}

static double widest_bias(const struct assess_scene *scene, size_t n)
{
    double most = 0.05;
    for (size_t s = 0; s < n; s++)
        for (size_t e = 0; e < pal_scenario_estimators(scene[s].scenario); e++) {
            const double bias =
                fabs(scene[s].assessed[e].bias / pal_scenario_truth(scene[s].scenario));
            if (bias > most && bias < 0.5)
                most = bias;
        }
    return ceil(most * 20) / 20;
}

void assess_chart(const struct assess_scene *scene, size_t n, struct pal_buf *out)
{
    size_t rows = 0;
    for (size_t s = 0; s < n; s++)
        rows += 1 + pal_scenario_estimators(scene[s].scenario);
    const double width = LEFT + NAME + 2 * PANEL + 2 * GAP,
                 height = TOP + (double)(rows * LINE) + 30;
    const double most = widest_bias(scene, n), bottom = TOP + (double)(rows * LINE);
    const struct panel bias = {LEFT + NAME, -most, most};
    const struct panel coverage = {LEFT + NAME + PANEL + GAP, 0.75, 1};
    pal_buf_addf(out,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                 "aria-label=\"Relative bias and coverage of estimators on known truth\">\n",
                 width, height);
    pal_buf_adds(out, "<style>text{font:12px sans-serif;fill:#222}.m{fill:#666;font-size:11px}"
                      ".h{font-weight:bold}</style>\n<rect width=\"100%\" height=\"100%\" "
                      "fill=\"#fff\"/>\n");
    label(out, bias.x + PANEL / 2.0, 16, "class=\"h\" text-anchor=\"middle\"",
          PAL_STR("bias, per cent of the truth"));
    label(out, coverage.x + PANEL / 2.0, 16, "class=\"h\" text-anchor=\"middle\"",
          PAL_STR("coverage, per cent"));
    char edge[PAL_NUM_SIZE], minus[PAL_NUM_SIZE + 4];
    (void)pal_num_write_fixed(100 * most, 0, edge, sizeof edge);
    snprintf(minus, sizeof minus, "-%s", edge);
    tick(out, &bias, -most, 34, minus);
    tick(out, &bias, 0, 34, "0");
    tick(out, &bias, most, 34, edge);
    tick(out, &coverage, 0.75, 34, "75");
    tick(out, &coverage, 0.85, 34, "85");
    tick(out, &coverage, 0.95, 34, "95");
    tick(out, &coverage, 1, 34, "100");
    line(out, at(&bias, 0), TOP - 6, at(&bias, 0), bottom, "stroke=\"#999\"");
    double y = TOP;
    for (size_t s = 0; s < n; s++) {
        const struct assess_scene *of = &scene[s];
        const double truth = pal_scenario_truth(of->scenario),
                     level = pal_scenario_level(of->scenario);
        const size_t estimators = pal_scenario_estimators(of->scenario);
        label(out, LEFT, y + 8, "class=\"h\"", pal_str_of(of->name));
        y += LINE;
        pal_buf_adds(out, "<rect fill=\"#e6efe6\"");
        px(out, "x", at(&coverage, level - 0.02));
        px(out, "y", y - LINE / 2.0);
        px(out, "width", at(&coverage, level + 0.02) - at(&coverage, level - 0.02));
        px(out, "height", (double)(estimators * LINE));
        pal_buf_adds(out, "/>\n");
        for (size_t e = 0; e < estimators; e++, y += LINE) {
            const struct pal_assessed *a = &of->assessed[e];
            label(out, LEFT + 12, y + 4, "", a->name);
            dot(out, &bias, a->bias / truth, a->bias_mc / truth, y);
            dot(out, &coverage, a->coverage, a->coverage_mc, y);
        }
    }
    label(
        out, LEFT, bottom + 18, "class=\"m\"",
        PAL_STR("Lines: two Monte Carlo errors. Shaded: two points around the level. Red: off the "
                "scale."));
    pal_buf_adds(out, "</svg>\n");
}
