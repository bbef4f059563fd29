/* page.c: the draft report, one page a language. Phenomenon and implementation stand apart. It
 * works from a file, without a network and without script. */
#include "page.h"

#include <string.h>

void page_text(struct page *p, pal_str text) { pal_xml_text(p->out, text); }

void page_word(struct page *p, enum pal_word word)
{
    pal_xml_text(p->out, pal_word(p->language, word));
}

void page_isolated(struct page *p, pal_str text)
{
    pal_buf_adds(p->out, "<bdi>");
    pal_xml_text(p->out, text);
    pal_buf_adds(p->out, "</bdi>");
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

bool page_is_used(const struct page *p, const struct pal_definition *definition)
{
    const struct pal_figures *all = p->input->figures;
    size_t low = 0, high = all->n; /* figures are sorted by code */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int c = pal_str_cmp(all->figure[middle].definition->code, definition->code);
        if (c == 0)
            return true;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* ---- head
 * ------------------------------------------------------------------------------------------- */

/* What each language calls itself. */
static const char *const own_names[PAL_LANGUAGES] = {
    [PAL_AR] = "العربية",  [PAL_ZH] = "中文",    [PAL_EN] = "English",
    [PAL_FR] = "Français", [PAL_RU] = "Русский", [PAL_ES] = "Español",
};

static void head(struct page *p)
{
    const pal_str title = pal_text_in(&p->input->title, p->language);
    pal_buf_addf(
        p->out,
        "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
        pal_language_code(p->language), pal_language_rtl(p->language) ? "rtl" : "ltr");
    page_text(p, title);
    pal_buf_adds(p->out, "</title>\n<style>\n");
    pal_buf_adds(p->out, report_css);
    pal_buf_addf(p->out, "</style>\n</head>\n<body lang=\"%s\">\n<a class=\"skip\" href=\"#main\">",
                 pal_language_code(p->language));
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
    pal_buf_adds(p->out, "<header>\n<h1>");
    page_text(p, pal_text_in(&p->input->title, p->language));
    pal_buf_adds(p->out, "</h1>\n");
    if (subtitle.len) {
        pal_buf_adds(p->out, "<p class=\"subtitle\">");
        page_text(p, subtitle);
        pal_buf_adds(p->out, "</p>\n");
    }
    pal_buf_adds(p->out, "<p class=\"draft\">");
    page_word(p, PAL_WORD_DRAFT);
    if (p->input->as_of.len) {
        const pal_str date = pal_date_text(p->language, p->input->as_of, p->arena);
        pal_buf_adds(p->out, p->language == PAL_ZH ? "。" : ". ");
        page_text(p, pal_word_fill(p->language, PAL_WORD_AS_OF, &date, 1, p->arena));
    }
    pal_buf_adds(p->out, "</p>\n");
    if (p->input->synthetic) {
        pal_buf_adds(p->out, "<p class=\"synthetic\">");
        page_word(p, PAL_WORD_SYNTHETIC);
        pal_buf_adds(p->out, "</p>\n");
    }
    pal_buf_adds(p->out, "</header>\n");
}

static void contents(struct page *p)
{
    static const struct {
        const char *id;
        enum pal_word word;
    } sections[] = {
        {"summary", PAL_WORD_SUMMARY},
        {"phenomenon", PAL_WORD_PHENOMENON},
        {"implementation", PAL_WORD_IMPLEMENTATION},
        {"national", PAL_WORD_NATIONAL},
        {"evidence", PAL_WORD_EVIDENCE},
        {"methods", PAL_WORD_METHODS},
        {"findings", PAL_WORD_FINDINGS},
        {"sources", PAL_WORD_SOURCES},
        {"cite", PAL_WORD_CITE},
    };
    pal_buf_adds(p->out,
                 "<nav class=\"contents\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">");
    page_word(p, PAL_WORD_CONTENTS);
    pal_buf_adds(p->out, "</h2>\n<ul>\n");
    for (size_t i = 0; i < PAL_COUNT(sections); i++) {
        if ((sections[i].word == PAL_WORD_NATIONAL && !page_has_national(p)) ||
            (sections[i].word == PAL_WORD_EVIDENCE && !p->input->evidence_n))
            continue;
        pal_buf_addf(p->out, "<li><a href=\"#%s\">", sections[i].id);
        page_word(p, sections[i].word);
        pal_buf_adds(p->out, "</a></li>\n");
    }
    pal_buf_adds(p->out, "</ul>\n</nav>\n");
}

/* ---- tables with their charts
 * -------------------------------------------------------------------------- */

static void format_links(struct page *p, pal_str name)
{
    pal_buf_adds(p->out, "<p class=\"formats\">");
    page_word(p, PAL_WORD_OTHER_FORMATS);
    for (const struct pal_format *const *f = pal_formats(); *f; f++)
        pal_buf_addf(p->out, "%s<a href=\"../../tables/%s/%.*s.%s\">%s</a>",
                     f == pal_formats() ? " " : ", ", pal_language_code(p->language), PAL_ARG(name),
                     (*f)->extension, (*f)->name);
    pal_buf_adds(p->out, "</p>\n");
}

static enum pal_status one_table(struct page *p, const struct pal_table_definition *definition)
{
    const struct pal_table *table;
    PAL_TRY(pal_table_layout(p->input, definition, p->language, p->scratch, &table, p->err));
    if (!table || !table->rows)
        return PAL_OK;
    pal_buf_addf(p->out, "<section id=\"t-%.*s\" aria-labelledby=\"h-%.*s\">\n<h3 id=\"h-%.*s\">",
                 PAL_ARG(table->name), PAL_ARG(table->name), PAL_ARG(table->name));
    page_text(p, table->title);
    pal_buf_adds(p->out, "</h3>\n");
    const struct pal_chart *chart;
    PAL_TRY(report_chart_of(p->input, definition, p->language, p->scratch, &chart, p->err));
    if (chart)
        PAL_TRY(pal_chart_figure(chart, p->out, p->err));
    PAL_TRY(pal_table_html(table, p->out, p->err));
    format_links(p, table->name);
    pal_buf_adds(p->out, "</section>\n");
    return pal_buf_status(p->out, "the report page", p->err);
}

enum pal_status page_tables(struct page *p, enum pal_measures measures)
{
    const bool phenomenon = measures == PAL_PHENOMENON;
    page_heading(p, 2, phenomenon ? "phenomenon" : "implementation",
                 phenomenon ? PAL_WORD_PHENOMENON : PAL_WORD_IMPLEMENTATION);
    page_paragraph(p, phenomenon ? PAL_WORD_PHENOMENON_TEXT : PAL_WORD_IMPLEMENTATION_TEXT);
    for (size_t i = 0; i < p->input->tables; i++) {
        const struct pal_table_definition *definition = p->input->table[i];
        if (definition->indicator[0]->measures != measures)
            continue;
        const struct pal_arena_mark mark = pal_arena_mark(p->scratch);
        PAL_TRY(one_table(p, definition));
        pal_arena_reset(p->scratch, mark);
    }
    return PAL_OK;
}

enum pal_status pal_page_write(const struct pal_report_input *input, enum pal_language language,
                               const enum pal_language *languages, size_t languages_n,
                               struct pal_outdir *outdir, struct pal_arena *scratch,
                               struct pal_error *err)
{
    struct pal_buf out;
    struct pal_arena *own =
        pal_arena_new(); /* the page grows while tables come and go in scratch */
    if (!own)
        return pal_nomem(err, "the report page");
    PAL_TRY(pal_arena_defer(scratch, (void (*)(void *))pal_arena_free, own, err));
    pal_buf_init(&out, own, 512u << 20);
    struct page p = {.input = input,
                     .language = language,
                     .out = &out,
                     .arena = own,
                     .scratch = scratch,
                     .err = err};
    head(&p);
    language_links(&p, languages, languages_n);
    titles(&p);
    pal_buf_adds(&out, "<main id=\"main\">\n");
    contents(&p);
    PAL_TRY(page_summary(&p));
    PAL_TRY(page_tables(&p, PAL_PHENOMENON));
    PAL_TRY(page_tables(&p, PAL_IMPLEMENTATION));
    PAL_TRY(page_national(&p));
    page_evidence(&p);
    page_methods(&p);
    page_findings(&p);
    page_sources(&p);
    page_cite(&p);
    pal_buf_adds(&out, "</main>\n<footer>\n<p>");
    page_word(&p, PAL_WORD_DISCLAIMER);
    pal_buf_adds(&out, "</p>\n");
    if (input->synthetic) {
        pal_buf_adds(&out, "<p>");
        page_word(&p, PAL_WORD_SYNTHETIC);
        pal_buf_adds(&out, "</p>\n");
    }
    pal_buf_adds(&out, "</footer>\n</body>\n</html>\n");
    PAL_TRY(pal_buf_status(&out, "the report page", err));
    const pal_str name = pal_arena_printf(own, "report/%s/index.html", pal_language_code(language));
    return pal_outdir_write(outdir, name, pal_buf_str(&out), err);
}
