/* page.c: the draft report, one page a language. Phenomenon and implementation stand apart. It
 * works from a file, without a network and without script. */
#include "page.h"

/* ---- head --------------------------------------------------------------------------------------
 */

/* What each language calls itself. */
static const char *const own_names[PAL_LANGUAGES] = {
    [PAL_AR] = "العربية",  [PAL_ZH] = "中文",    [PAL_EN] = "English",
    [PAL_FR] = "Français", [PAL_RU] = "Русский", [PAL_ES] = "Español",
};

static void head(struct page *p)
{
    const char *code = pal_language_code(p->language);
    pal_buf_addf(p->out,
                 "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n"
                 "<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                 "style-src 'unsafe-inline'\">\n<title>",
                 code, pal_language_rtl(p->language) ? "rtl" : "ltr");
    page_text(p, pal_text_in(&p->input->title, p->language));
    pal_buf_adds(p->out, "</title>\n<style>\n");
    pal_buf_adds(p->out, report_table_css);
    pal_buf_addc(p->out, '\n');
    pal_buf_adds(p->out, report_css);
    pal_buf_addf(p->out, "</style>\n</head>\n<body lang=\"%s\">\n<a class=\"skip\" href=\"#main\">",
                 code);
    page_word(p, PAL_WORD_SKIP);
    pal_buf_adds(p->out, "</a>\n");
}

static void language_links(struct page *p, const enum pal_language *languages, size_t n)
{
    if (n < 2)
        return;
    pal_buf_adds(p->out, "<nav class=\"languages\" aria-label=\"");
    page_word(p, PAL_WORD_LANGUAGES);
    pal_buf_adds(p->out, "\">\n<ul>\n");
    for (size_t i = 0; i < n; i++) {
        const char *code = pal_language_code(languages[i]);
        if (languages[i] == p->language)
            pal_buf_addf(p->out, "<li><span aria-current=\"page\">%s</span></li>\n",
                         own_names[languages[i]]);
        else
            pal_buf_addf(p->out,
                         "<li><a href=\"../%s/index.html\" hreflang=\"%s\" lang=\"%s\" "
                         "dir=\"%s\">%s</a></li>\n",
                         code, code, code, pal_language_rtl(languages[i]) ? "rtl" : "ltr",
                         own_names[languages[i]]);
    }
    pal_buf_adds(p->out, "</ul>\n</nav>\n");
}

static void titles(struct page *p)
{
    const pal_str subtitle = pal_text_in(&p->input->subtitle, p->language);
    pal_buf_adds(p->out, "<h1>");
    page_text(p, pal_text_in(&p->input->title, p->language));
    pal_buf_adds(p->out, "</h1>\n");
    if (subtitle.len) {
        pal_buf_adds(p->out, "<p class=\"subtitle\">");
        page_text(p, subtitle);
        pal_buf_adds(p->out, "</p>\n");
    }
    pal_buf_adds(p->out, "<div class=\"marks\">\n<p class=\"draft\">");
    page_word(p, PAL_WORD_DRAFT);
    pal_buf_adds(p->out, "</p>\n");
    if (p->input->as_of.len) {
        const pal_str date = pal_date_text(p->language, p->input->as_of, p->arena);
        pal_buf_adds(p->out, "<p>");
        page_fill(p, PAL_WORD_AS_OF, &date, 1);
        pal_buf_adds(p->out, "</p>\n");
    }
    if (p->input->synthetic) {
        pal_buf_adds(p->out, "<p class=\"synthetic\">");
        page_word(p, PAL_WORD_SYNTHETIC);
        pal_buf_adds(p->out, "</p>\n");
    }
    pal_buf_adds(p->out, "</div>\n");
}

/* ---- contents ---------------------------------------------------------------------------------
 */

static void contents_link(struct page *p, const char *id, enum pal_word word)
{
    pal_buf_addf(p->out, "<li><a href=\"#%s\">", id);
    page_word(p, word);
    pal_buf_adds(p->out, "</a>");
}

static void contents(struct page *p)
{
    pal_buf_adds(p->out,
                 "<nav class=\"contents\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">");
    page_word(p, PAL_WORD_CONTENTS);
    pal_buf_adds(p->out, "</h2>\n<ol>\n");
    contents_link(p, "summary", PAL_WORD_SUMMARY);
    pal_buf_adds(p->out, "</li>\n");
    contents_link(p, "key", PAL_WORD_KEY);
    pal_buf_adds(p->out, "</li>\n");
    for (int part = 0; part < PAGE_PARTS; part++) {
        if (!page_part_has_tables(p, (enum page_part)part))
            continue;
        contents_link(p, page_parts[part].id, page_parts[part].title);
        pal_buf_adds(p->out, "\n<ol>\n");
        for (size_t i = 0; i < p->input->tables; i++) {
            const struct pal_table *table = p->table[i];
            if (!table || page_part_of(p->input->table[i]) != (enum page_part)part)
                continue;
            pal_buf_adds(p->out, "<li><a href=\"#t-");
            page_text(p, table->name);
            pal_buf_addf(p->out, "\"><span class=\"code\">%u</span> ", table->number);
            page_text(p, table->title);
            pal_buf_adds(p->out, "</a></li>\n");
        }
        pal_buf_adds(p->out, "</ol></li>\n");
    }
    if (p->disputed) {
        contents_link(p, "disputed-figures", PAL_WORD_DISPUTED);
        pal_buf_adds(p->out, "</li>\n");
    }
    if (page_has_loose_evidence(p)) {
        contents_link(p, "evidence", PAL_WORD_EVIDENCE);
        pal_buf_adds(p->out, "</li>\n");
    }
    contents_link(p, "methods", PAL_WORD_METHODS);
    pal_buf_adds(p->out, "</li>\n");
    contents_link(p, "findings", PAL_WORD_FINDINGS);
    pal_buf_adds(p->out, "</li>\n");
    contents_link(p, "sources", PAL_WORD_SOURCES);
    pal_buf_adds(p->out, "</li>\n");
    contents_link(p, "cite", PAL_WORD_CITE);
    pal_buf_adds(p->out, "</li>\n</ol>\n</nav>\n");
}

/* ---- the page ---------------------------------------------------------------------------------
 */

/* Charts are laid out first: contents and findings speak of tables that have figures. */
static enum pal_status lay_out(struct page *p, const struct pal_table *const *laid)
{
    const size_t n = p->input->tables;
    p->table = pal_arena_alloc(p->arena, n + 1, sizeof *p->table);
    p->chart = pal_arena_alloc(p->arena, n + 1, sizeof *p->chart);
    if (!p->table || !p->chart)
        return pal_nomem(p->err, "the report page");
    for (size_t i = 0; i < n; i++) {
        p->table[i] = laid[i] && laid[i]->rows ? laid[i] : NULL;
        if (p->table[i])
            PAL_TRY(report_chart_of(p->input, p->input->table[i], p->language, p->arena,
                                    &p->chart[i], p->err));
    }
    p->disputed = laid[n];
    return PAL_OK;
}

static enum pal_status body(struct page *p, const enum pal_language *languages, size_t languages_n)
{
    pal_buf_adds(p->out, "<header class=\"top\">\n");
    language_links(p, languages, languages_n);
    titles(p);
    pal_buf_adds(p->out, "</header>\n<div class=\"sheet\">\n");
    contents(p);
    pal_buf_adds(p->out, "<main id=\"main\">\n");
    PAL_TRY(page_summary(p));
    PAL_TRY(page_key(p));
    for (int part = 0; part < PAGE_PARTS; part++)
        PAL_TRY(page_tables(p, (enum page_part)part));
    PAL_TRY(page_disputed(p));
    if (page_has_loose_evidence(p)) {
        pal_buf_adds(p->out, "<section>\n");
        page_evidence(p, NULL);
        pal_buf_adds(p->out, "</section>\n");
    }
    page_methods(p);
    page_findings(p);
    page_sources(p);
    page_cite(p);
    pal_buf_adds(p->out, "</main>\n</div>\n<footer>\n<p>");
    page_word(p, PAL_WORD_DISCLAIMER);
    pal_buf_adds(p->out, "</p>\n");
    if (p->input->synthetic)
        page_paragraph(p, PAL_WORD_SYNTHETIC);
    pal_buf_adds(p->out, "</footer>\n</body>\n</html>\n");
    return pal_buf_status(p->out, "the report page", p->err);
}

enum pal_status pal_page_write(const struct pal_report_input *input,
                               const struct pal_table *const *laid, enum pal_language language,
                               const enum pal_language *languages, size_t languages_n,
                               struct pal_outdir *outdir, struct pal_arena *scratch,
                               struct pal_error *err)
{
    struct pal_buf out;
    pal_buf_init(&out, scratch, (size_t)512 << 20);
    struct page p = {
        .input = input, .language = language, .out = &out, .arena = scratch, .err = err};
    PAL_TRY(lay_out(&p, laid));
    head(&p);
    PAL_TRY(body(&p, languages, languages_n));
    const pal_str name =
        pal_arena_printf(scratch, "report/%s/index.html", pal_language_code(language));
    return pal_outdir_write(outdir, name, pal_buf_str(&out), err);
}
