/* page_tables.c: the tables of one part, each with its chart, its other formats, and what stands
 * beside its figures. */
#include "page.h"

const struct page_part_words page_parts[PAGE_PARTS] = {
    [PAGE_PHENOMENON] = {"phenomenon", PAL_WORD_PHENOMENON, PAL_WORD_PHENOMENON_TEXT},
    [PAGE_IMPLEMENTATION] = {"implementation", PAL_WORD_IMPLEMENTATION,
                             PAL_WORD_IMPLEMENTATION_TEXT},
    [PAGE_MIXED] = {"mixed", PAL_WORD_MIXED, PAL_WORD_MIXED_TEXT},
};

/* A ratio of both kinds, or a table of both, is neither. */
enum page_part page_part_of(const struct pal_table_definition *definition)
{
    bool seen[2] = {false, false};
    for (size_t i = 0; i < definition->indicators; i++) {
        if (definition->indicator[i]->mixes_kinds)
            return PAGE_MIXED;
        seen[definition->indicator[i]->measures == PAL_IMPLEMENTATION] = true;
    }
    return seen[0] && seen[1] ? PAGE_MIXED : seen[1] ? PAGE_IMPLEMENTATION : PAGE_PHENOMENON;
}

bool page_part_has_tables(const struct page *p, enum page_part part)
{
    for (size_t i = 0; i < p->input->tables; i++)
        if (p->table[i] && page_part_of(p->input->table[i]) == part)
            return true;
    return false;
}

static void format_links(struct page *p, pal_str name)
{
    pal_buf_adds(p->out, "<p class=\"formats\"><span>");
    page_word(p, PAL_WORD_OTHER_FORMATS);
    pal_buf_adds(p->out, "</span>");
    for (const struct pal_format *const *f = pal_formats(); *f; f++) {
        pal_buf_addf(p->out, " <a href=\"../../tables/%s/%.*s.%s\">",
                     pal_language_code(p->language), PAL_ARG(name), (*f)->extension);
        for (const char *c = (*f)->name; *c; c++) /* CSV, XLSX, ...: names of formats are short */
            pal_buf_addc(p->out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
        pal_buf_adds(p->out, "</a>");
    }
    pal_buf_adds(p->out, "</p>\n");
}

static enum pal_status one_table(struct page *p, size_t i)
{
    const struct pal_table *table = p->table[i];
    pal_buf_addf(p->out, "<section class=\"table\" id=\"t-%.*s\">\n<h3>", PAL_ARG(table->name));
    page_text(p, table->title);
    pal_buf_adds(p->out, "</h3>\n");
    if (p->chart[i])
        PAL_TRY(pal_chart_figure(p->chart[i], p->out, p->err));
    PAL_TRY(pal_table_html(table, p->out, p->err));
    format_links(p, table->name);
    page_national(p, p->input->table[i]);
    page_evidence(p, p->input->table[i]);
    pal_buf_adds(p->out, "<p class=\"back\"><a href=\"#contents\">");
    page_word(p, PAL_WORD_BACK);
    pal_buf_adds(p->out, "</a></p>\n</section>\n");
    return pal_buf_status(p->out, "the report page", p->err);
}

enum pal_status page_tables(struct page *p, enum page_part part)
{
    if (!page_part_has_tables(p, part))
        return PAL_OK;
    pal_buf_adds(p->out, "<section>\n");
    page_heading(p, 2, page_parts[part].id, page_parts[part].title);
    page_paragraph(p, page_parts[part].text);
    for (size_t i = 0; i < p->input->tables; i++)
        if (p->table[i] && page_part_of(p->input->table[i]) == part)
            PAL_TRY(one_table(p, i));
    pal_buf_adds(p->out, "</section>\n");
    return PAL_OK;
}

enum pal_status page_disputed(struct page *p)
{
    if (!p->disputed)
        return PAL_OK;
    pal_buf_adds(p->out, "<section>\n");
    page_heading(p, 2, "disputed-figures", PAL_WORD_DISPUTED);
    PAL_TRY(pal_table_html(p->disputed, p->out, p->err));
    format_links(p, p->disputed->name);
    pal_buf_adds(p->out, "</section>\n");
    return PAL_OK;
}
