/* chart_figure.c: what stands around a drawing on the page: its title, the key of its series, how
 * to read it, and its figures as a table for those who do not see it. */
#include "chart.h"
#include "page.h"

#include <math.h>

static bool any(const struct pal_chart *chart, bool (*holds)(const struct pal_chart_point *))
{
    for (size_t s = 0; s < chart->series_n; s++)
        for (size_t i = 0; i < chart->series[s].n; i++)
            if (holds(&chart->series[s].point[i]))
                return true;
    return false;
}

static bool has_limits(const struct pal_chart_point *point)
{
    return !isnan(point->low) && !isnan(point->high) && !isnan(point->y);
}

/* A line is broken where a series skips years. */
static bool has_gaps(const struct pal_chart *chart)
{
    for (size_t s = 0; chart->kind == PAL_CHART_LINES && s < chart->series_n; s++)
        for (size_t i = 1; i < chart->series[s].n; i++)
            if (chart->series[s].point[i].x - chart->series[s].point[i - 1].x > 1)
                return true;
    return false;
}

/* ---- key -------------------------------------------------------------------------------------
 */

static void write_key(struct chart_pen *pen)
{
    const struct pal_chart *chart = pen->chart;
    if (chart->kind == PAL_CHART_DOTS || chart->series_n < 2)
        return;
    pal_buf_adds(pen->out, "<ul class=\"key\">");
    for (size_t s = 0; s < chart->series_n; s++) {
        const size_t color = s % CHART_COLORS + 1;
        pal_buf_addf(pen->out,
                     "<li class=\"s%zu\"><svg width=\"22\" height=\"14\" "
                     "aria-hidden=\"true\">",
                     color);
        if (chart->kind == PAL_CHART_BARS) {
            pal_buf_adds(pen->out, "<rect class=\"bar\" width=\"20\" height=\"12\" y=\"1\"");
            if (s % CHART_COLORS) {
                pal_buf_adds(pen->out, " style=\"fill:url(#");
                pal_xml_text(pen->out, chart->id);
                pal_buf_addf(pen->out, "-h%zu)\"", color);
            }
            pal_buf_adds(pen->out, "/>");
        } else {
            pal_buf_adds(pen->out, "<line x1=\"0\" y1=\"7\" x2=\"22\" y2=\"7\"/><use href=\"#");
            pal_xml_text(pen->out, chart->id);
            pal_buf_addf(pen->out, "-m%zu\" x=\"11\" y=\"7\"/>", color);
        }
        pal_buf_adds(pen->out, "</svg>");
        pal_xml_text(pen->out, chart->series[s].name);
        pal_buf_adds(pen->out, "</li>");
    }
    pal_buf_adds(pen->out, "</ul>\n");
}

/* ---- how to read it ----------------------------------------------------------------------------
 */

static void write_notes(struct chart_pen *pen)
{
    const struct pal_chart *chart = pen->chart;
    struct pal_buf *out = pen->out;
    const struct {
        bool holds;
        enum pal_word word;
    } notes[] = {
        {pen->scale.logarithmic, PAL_WORD_CHART_LOG},
        {any(chart, has_limits), PAL_WORD_CHART_LIMITS},
        {any(chart, chart_point_has_bounds), PAL_WORD_CHART_MASKED},
        {has_gaps(chart), PAL_WORD_CHART_GAP},
        {chart->of_totals && chart->kind == PAL_CHART_LINES, PAL_WORD_CHART_TOTALS},
    };
    const pal_str level = pal_number_text(chart->language, 100 * chart->level, 0, out->arena);
    bool first = true;
    for (size_t i = 0; i < PAL_COUNT(notes); i++) {
        if (!notes[i].holds)
            continue;
        pal_buf_adds(out, first ? "<p class=\"reading\">" : chart->language == PAL_ZH ? "" : " ");
        pal_xml_text(out, pal_word_fill(chart->language, notes[i].word, &level, 1, out->arena));
        first = false;
    }
    if (!first)
        pal_buf_adds(out, "</p>\n");
}

/* ---- its figures -------------------------------------------------------------------------------
 */

static void write_cell(struct chart_pen *pen, const struct pal_chart_point *point)
{
    pal_buf_adds(pen->out, "<td><span class=\"word\">"); /* a range does not break at its dash */
    const pal_str value = point ? chart_pen_value_text(pen, point) : PAL_STR("");
    pal_xml_text(pen->out, value.len ? value : PAL_STR(".."));
    pal_buf_adds(pen->out, "</span>");
    if (point && has_limits(point)) {
        pal_buf_adds(pen->out, " <span class=\"limits\">");
        pal_xml_text(pen->out, chart_pen_limits_text(pen, point));
        pal_buf_adds(pen->out, "</span>");
    }
    pal_buf_adds(pen->out, "</td>");
}

static const struct pal_chart_point *point_at(const struct pal_chart_series *series, pal_str label)
{
    for (size_t i = 0; i < series->n; i++)
        if (pal_str_eq(series->point[i].label, label))
            return &series->point[i];
    return NULL;
}

/* Labels of all series: years in their order, categories as they first come. */
static const struct pal_chart_point **rows_of(const struct pal_chart *chart,
                                              struct pal_arena *arena, size_t *n)
{
    size_t most = 1;
    for (size_t s = 0; s < chart->series_n; s++)
        most += chart->series[s].n;
    const struct pal_chart_point **row = pal_arena_alloc(arena, most, sizeof *row);
    struct pal_map *seen = pal_map_new(arena, most);
    *n = 0;
    if (!row || !seen)
        return NULL;
    for (size_t s = 0; s < chart->series_n; s++) {
        for (size_t i = 0; i < chart->series[s].n; i++) {
            const struct pal_chart_point *point = &chart->series[s].point[i];
            bool is_new;
            if (pal_map_add(seen, point->label, &is_new) == SIZE_MAX)
                return NULL;
            if (!is_new)
                continue;
            size_t at = (*n)++;
            for (; chart->kind == PAL_CHART_LINES && at && row[at - 1]->x > point->x; at--)
                row[at] = row[at - 1];
            row[at] = point;
        }
    }
    return row;
}

/* A dot chart writes its values out already. */
static void write_data(struct chart_pen *pen)
{
    const struct pal_chart *chart = pen->chart;
    struct pal_buf *out = pen->out;
    size_t n;
    if (chart->kind == PAL_CHART_DOTS)
        return;
    const struct pal_chart_point *const *row = rows_of(chart, out->arena, &n);
    if (!row) {
        out->failed = true;
        return;
    }
    const pal_str what = pal_word(chart->language, PAL_WORD_CHART_DATA);
    pal_buf_adds(out, "<details class=\"data\"><summary>");
    pal_xml_text(out, what);
    pal_buf_adds(out, "</summary><div class=\"table-scroll\" role=\"region\" tabindex=\"0\" "
                      "aria-label=\"");
    pal_xml_text(out, what);
    pal_buf_adds(out, ": ");
    pal_xml_text(out, chart->title);
    pal_buf_adds(out, "\"><table><thead><tr><td></td>");
    for (size_t s = 0; s < chart->series_n; s++) {
        pal_buf_adds(out, "<th scope=\"col\">");
        pal_xml_text(out, chart->series[s].name);
        pal_buf_adds(out, "</th>");
    }
    pal_buf_adds(out, "</tr></thead><tbody>");
    for (size_t i = 0; i < n; i++) {
        pal_buf_adds(out, "<tr><th scope=\"row\">");
        pal_xml_text(out, row[i]->label);
        pal_buf_adds(out, "</th>");
        for (size_t s = 0; s < chart->series_n; s++)
            write_cell(pen, point_at(&chart->series[s], row[i]->label));
        pal_buf_adds(out, "</tr>\n");
    }
    pal_buf_adds(out, "</tbody></table></div></details>\n");
}

enum pal_status pal_chart_figure(const struct pal_chart *chart, struct pal_buf *out,
                                 struct pal_error *err)
{
    struct chart_pen pen = {
        .chart = chart, .out = out, .to = 1, .rtl = pal_language_rtl(chart->language)};
    chart_scale_fit(chart, &pen.scale);
    pal_buf_adds(out, "<figure class=\"chart\" id=\"");
    pal_xml_text(out, chart->id);
    pal_buf_adds(out, "\"><figcaption><b>");
    pal_xml_text(out, chart->title);
    pal_buf_adds(out, "</b> <span>");
    pal_xml_text(out, chart->unit);
    if (chart->when.len) {
        pal_xml_text(out, page_place_comma(chart->language));
        pal_xml_text(out, chart->when);
    }
    pal_buf_adds(out, "</span></figcaption>\n");
    write_key(&pen);
    PAL_TRY(pal_chart_svg(chart, out, err));
    write_notes(&pen);
    write_data(&pen);
    pal_buf_adds(out, "</figure>\n");
    return pal_buf_status(out, "a chart", err);
}
