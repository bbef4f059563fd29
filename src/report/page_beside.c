/* page_beside.c: what stands beside standardized figures: a State's own figures, and qualitative
 * records. Neither changes a figure. */
#include "page.h"

/* ---- national definitions -------------------------------------------------------------------- */

static bool has_indicator(const struct pal_table_definition *table, pal_str code)
{
    for (size_t i = 0; i < table->indicators; i++)
        if (pal_str_eq(table->indicator[i]->code, code))
            return true;
    return false;
}

/* The figure of the other definition for the same area, year and whole. */
static const struct pal_figure *twin(const struct page *p, struct page_slice slice,
                                     const struct pal_figure *figure)
{
    for (size_t i = 0; i < slice.n; i++)
        if (slice.figure[i].area == figure->area && slice.figure[i].period == figure->period &&
            page_is_whole(p->input->figures, &slice.figure[i], SIZE_MAX))
            return &slice.figure[i];
    return NULL;
}

static void code_head(struct page *p, enum pal_word word, pal_str code)
{
    pal_buf_adds(p->out, "<th scope=\"col\" class=\"num\">");
    page_word(p, word);
    pal_buf_adds(p->out, " <bdi class=\"word\">(");
    page_text(p, code);
    pal_buf_adds(p->out, ")</bdi></th>");
}

static void value_cell(struct page *p, const struct pal_figure *figure)
{
    pal_buf_adds(p->out, "<td class=\"num\">");
    page_text(p, figure ? page_figure_text(p, figure) : PAL_STR(".."));
    pal_buf_adds(p->out, "</td>");
}

static void one_national(struct page *p, const struct pal_definition *national,
                         const struct pal_definition *standard)
{
    const struct page_slice own = page_figures_of(p->input->figures, national);
    const struct page_slice common = page_figures_of(p->input->figures, standard);
    pal_buf_adds(p->out, "<div class=\"table-scroll\" role=\"region\" tabindex=\"0\" "
                         "aria-label=\"");
    page_text(p, pal_text_in(&national->title, p->language));
    pal_buf_adds(p->out, "\">\n<table>\n<caption>");
    page_text(p, pal_text_in(&national->title, p->language));
    pal_buf_adds(p->out, "<span class=\"headnote\">");
    page_text(p, pal_text_in(&national->unit_name, p->language));
    pal_buf_adds(p->out, "</span></caption>\n<thead><tr><th scope=\"col\">");
    page_word(p, PAL_WORD_AREA);
    pal_buf_adds(p->out, "</th><th scope=\"col\" class=\"num\">");
    page_word(p, PAL_WORD_YEAR);
    pal_buf_adds(p->out, "</th>");
    code_head(p, PAL_WORD_NATIONAL_FIGURE, national->code);
    code_head(p, PAL_WORD_STANDARD_FIGURE, standard->code);
    pal_buf_adds(p->out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < own.n; i++) {
        const struct pal_figure *figure = &own.figure[i];
        if (!page_is_whole(p->input->figures, figure, SIZE_MAX))
            continue;
        pal_buf_adds(p->out, "<tr><th scope=\"row\">");
        page_text(p, page_area_name(p, figure->area));
        pal_buf_addf(p->out, "</th><td class=\"num\">%d</td>", (int)figure->period);
        value_cell(p, figure);
        value_cell(p, twin(p, common, figure));
        pal_buf_adds(p->out, "</tr>\n");
    }
    page_grid_close(p);
    pal_buf_adds(p->out, "<dl class=\"facts\"><dt>");
    page_word(p, PAL_WORD_DEFINITION);
    pal_buf_adds(p->out, "</dt><dd>");
    page_text(p, pal_text_in(&national->definition, p->language));
    pal_buf_adds(p->out, "</dd>");
    const pal_str why = pal_text_in(&national->comparability, p->language);
    if (why.len) {
        pal_buf_adds(p->out, "\n<dt>");
        page_word(p, PAL_WORD_NATIONAL_WHY);
        pal_buf_adds(p->out, "</dt><dd>");
        page_text(p, why);
        pal_buf_adds(p->out, "</dd>");
    }
    pal_buf_adds(p->out, "</dl>\n");
}

void page_national(struct page *p, const struct pal_table_definition *table)
{
    bool any = false;
    for (size_t i = 0; i < pal_catalogue_count(p->input->catalogue); i++) {
        const struct pal_definition *national = pal_catalogue_get(p->input->catalogue, i);
        if (!national->national.len || !has_indicator(table, national->standard) ||
            !page_is_used(p, national))
            continue;
        const struct pal_definition *standard =
            pal_catalogue_find(p->input->catalogue, national->standard);
        if (!standard)
            continue;
        if (!any) {
            pal_buf_adds(p->out, "<h4>");
            page_word(p, PAL_WORD_NATIONAL);
            pal_buf_adds(p->out, "</h4>\n");
            any = true;
        }
        one_national(p, national, standard);
    }
}

/* ---- qualitative evidence ----------------------------------------------------------------------
 */

static enum pal_word confidence_word(pal_str grade)
{
    return pal_str_eq(grade, PAL_STR("high"))     ? PAL_WORD_HIGH
           : pal_str_eq(grade, PAL_STR("medium")) ? PAL_WORD_MEDIUM
                                                  : PAL_WORD_LOW;
}

static void labelled(struct page *p, enum pal_word label, pal_str text, bool english)
{
    if (!text.len)
        return;
    const pal_str with[] = {pal_word(p->language, label), PAL_STR("")};
    page_fill(p, PAL_WORD_LABELLED, with, PAL_COUNT(with));
    if (english)
        page_english(p, text);
    else
        page_text(p, text);
}

static void one_record(struct page *p, const struct pal_evidence *record)
{
    const uint32_t area =
        record->area.len ? pal_areas_by_code(p->input->areas, record->area) : PAL_NO_AREA;
    pal_buf_adds(p->out, "<blockquote>\n<p><b>");
    if (area != PAL_NO_AREA)
        page_text(p, page_area_name(p, area));
    if (area != PAL_NO_AREA && record->period)
        page_text(p, page_place_comma(p->language));
    if (record->period)
        pal_buf_addf(p->out, "%d", (int)record->period);
    pal_buf_adds(p->out, "</b> <bdi class=\"code\">");
    page_text(p, record->indicator);
    pal_buf_adds(p->out, "</bdi></p>\n<p>");
    page_text(p, pal_text_in(&record->statement, p->language));
    pal_buf_adds(p->out, "</p>\n");
    const pal_str assessment = pal_text_in(&record->assessment, p->language);
    if (assessment.len) {
        pal_buf_adds(p->out, "<p>");
        labelled(p, PAL_WORD_ASSESSMENT, assessment, false);
        pal_buf_adds(p->out, "</p>\n");
    }
    pal_buf_adds(p->out, "<footer>");
    labelled(p, PAL_WORD_SOURCE, record->source, true);
    pal_buf_adds(p->out, "<br>");
    labelled(p, PAL_WORD_CONFIDENCE, pal_word(p->language, confidence_word(record->confidence)),
             false);
    if (record->synthetic) {
        pal_buf_adds(p->out, "<br>");
        page_word(p, PAL_WORD_FLAG_SYNTHETIC);
    }
    pal_buf_adds(p->out, "</footer>\n</blockquote>\n");
}

/* Records on a rate bear on its count as well: TIP-01 and TIP-01N stand in one table. */
static bool bears_on(const struct pal_evidence *record, const struct pal_table_definition *table)
{
    return record->indicator.len && has_indicator(table, record->indicator);
}

static bool is_loose(const struct page *p, const struct pal_evidence *record)
{
    for (size_t i = 0; i < p->input->tables; i++)
        if (p->table[i] && bears_on(record, p->input->table[i]))
            return false;
    return true;
}

bool page_has_loose_evidence(const struct page *p)
{
    for (size_t i = 0; i < p->input->evidence_n; i++)
        if (is_loose(p, &p->input->evidence[i]))
            return true;
    return false;
}

void page_evidence(struct page *p, const struct pal_table_definition *table)
{
    bool any = false;
    for (size_t i = 0; i < p->input->evidence_n; i++) {
        const struct pal_evidence *record = &p->input->evidence[i];
        if (table ? !bears_on(record, table) : !is_loose(p, record))
            continue;
        if (!any && table) {
            pal_buf_adds(p->out, "<h4>");
            page_word(p, PAL_WORD_EVIDENCE);
            pal_buf_adds(p->out, "</h4>\n");
        } else if (!any) {
            page_heading(p, 2, "evidence", PAL_WORD_EVIDENCE);
            page_paragraph(p, PAL_WORD_EVIDENCE_TEXT);
        }
        any = true;
        one_record(p, record);
    }
}
