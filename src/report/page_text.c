/* page_text.c: pieces of markup that all sections use. */
#include "page.h"

void page_text(struct page *p, pal_str text) { pal_xml_text(p->out, text); }

void page_word(struct page *p, enum pal_word word)
{
    pal_xml_text(p->out, pal_word(p->language, word));
}

void page_fill(struct page *p, enum pal_word word, const pal_str *with, size_t n)
{
    pal_xml_text(p->out, pal_word_fill(p->language, word, with, n, p->arena));
}

void page_isolated(struct page *p, pal_str text)
{
    pal_buf_adds(p->out, "<bdi>");
    pal_xml_text(p->out, text);
    pal_buf_adds(p->out, "</bdi>");
}

/* What descriptors and findings say stands in English; a screen reader is told so. */
void page_english(struct page *p, pal_str text)
{
    if (p->language == PAL_EN) {
        pal_xml_text(p->out, text);
        return;
    }
    pal_buf_adds(p->out, "<span lang=\"en\" dir=\"ltr\">");
    pal_xml_text(p->out, text);
    pal_buf_adds(p->out, "</span>");
}

/* Inside sentences that are filled in, numbers are isolated by characters, not by elements. */
pal_str page_number_text(struct page *p, double value, int decimals)
{
    const pal_str text = pal_number_text(p->language, value, decimals, p->arena);
    if (!pal_language_rtl(p->language))
        return text;
    return pal_arena_printf(p->arena, "\u2066%.*s\u2069", PAL_ARG(text));
}

void page_number(struct page *p, double value, int decimals)
{
    pal_xml_text(p->out, page_number_text(p, value, decimals));
}

void page_heading(struct page *p, int level, const char *id, enum pal_word word)
{
    pal_buf_addf(p->out, "<h%d id=\"%s\">", level, id);
    page_word(p, word);
    pal_buf_addf(p->out, "</h%d>\n", level);
}

void page_paragraph(struct page *p, enum pal_word word)
{
    pal_buf_adds(p->out, "<p>");
    page_word(p, word);
    pal_buf_adds(p->out, "</p>\n");
}

void page_grid_open(struct page *p, pal_str caption, const enum pal_word *head, size_t n)
{
    pal_buf_adds(p->out, "<div class=\"table-scroll\" role=\"region\" tabindex=\"0\" "
                         "aria-label=\"");
    page_text(p, caption);
    pal_buf_adds(p->out, "\">\n<table class=\"plain\">\n<caption>");
    page_text(p, caption);
    pal_buf_adds(p->out, "</caption>\n<thead><tr>");
    for (size_t i = 0; i < n; i++) {
        pal_buf_adds(p->out, "<th scope=\"col\">");
        page_word(p, head[i]);
        pal_buf_adds(p->out, "</th>");
    }
    pal_buf_adds(p->out, "</tr></thead>\n<tbody>\n");
}

void page_grid_close(struct page *p) { pal_buf_adds(p->out, "</tbody>\n</table>\n</div>\n"); }

pal_str page_figure_text(struct page *p, const struct pal_figure *figure)
{
    const struct pal_figure_estimate *e = &figure->estimate;
    const bool count = page_is_count(figure->definition);
    const bool rtl = pal_language_rtl(p->language);
    if (page_has_bounds(figure)) {
        const pal_str low = pal_number_text(p->language, e->bound_low,
                                            pal_number_decimals(e->bound_low, count), p->arena);
        const pal_str high = pal_number_text(p->language, e->bound_high,
                                             pal_number_decimals(e->bound_high, count), p->arena);
        return pal_arena_printf(p->arena, rtl ? "\u2066%.*s–%.*s\u2069" : "%.*s–%.*s", PAL_ARG(low),
                                PAL_ARG(high));
    }
    if (!page_has_value(figure))
        return PAL_STR("..");
    const int decimals = pal_number_decimals(e->value, count);
    const pal_str value = pal_number_text(p->language, e->value, decimals, p->arena);
    if (!page_has_interval(figure))
        return page_number_text(p, e->value, decimals);
    const pal_str low = pal_number_text(p->language, e->low, decimals, p->arena);
    const pal_str high = pal_number_text(p->language, e->high, decimals, p->arena);
    return pal_arena_printf(p->arena, rtl ? "\u2066%.*s (%.*s–%.*s)\u2069" : "%.*s (%.*s–%.*s)",
                            PAL_ARG(value), PAL_ARG(low), PAL_ARG(high));
}

pal_str page_area_name(const struct page *p, uint32_t area)
{
    return pal_text_in(&pal_areas_get(p->input->areas, area)->name, p->language);
}

bool page_is_used(const struct page *p, const struct pal_definition *definition)
{
    return page_figures_of(p->input->figures, definition).n > 0;
}
