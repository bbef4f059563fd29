/* page_findings.c: what the checks found, where the data come from, how to cite. */
#include "page.h"

#include "palermo/palermo.h"

/* Findings are written where the data were read, in English; their counts speak all languages. */
static void finding_row(struct page *p, const struct pal_diag_tally *tally)
{
    static const enum pal_word severities[] = {
        [PAL_INFORMATION] = PAL_WORD_INFORMATION,
        [PAL_WARNING] = PAL_WORD_WARNING,
        [PAL_ERROR] = PAL_WORD_ERROR,
    };
    const struct pal_finding *first = pal_diag_get(p->input->diag, tally->first);
    pal_buf_adds(p->out, "<tr><td>");
    page_word(p, severities[tally->severity]);
    pal_buf_adds(p->out, "</td><td lang=\"en\"><bdi>");
    page_text(p, pal_str_of(tally->rule));
    pal_buf_adds(p->out, "</bdi></td><td lang=\"en\"><bdi>");
    page_text(p, pal_findings_file(pal_str_of(tally->file), p->input->folder, p->input->folders));
    pal_buf_adds(p->out, "</bdi></td><td class=\"num\">");
    page_number(p, (double)tally->count, 0);
    pal_buf_adds(p->out, "</td><td class=\"long\" lang=\"en\" dir=\"ltr\">");
    if (first->at.line)
        pal_buf_addf(p->out, "%llu: ", (unsigned long long)first->at.line);
    page_text(p, first->what);
    pal_buf_adds(p->out, "</td></tr>\n");
}

void page_findings(struct page *p)
{
    static const enum pal_word heads[] = {PAL_WORD_SEVERITY, PAL_WORD_RULE, PAL_WORD_FILE,
                                          PAL_WORD_COUNT, PAL_WORD_FIRST};
    const struct pal_diag_tally *tally;
    const size_t n = pal_diag_tallies(p->input->diag, &tally);
    pal_buf_adds(p->out, "<section>\n");
    page_heading(p, 2, "findings", PAL_WORD_FINDINGS);
    if (!n) {
        page_paragraph(p, PAL_WORD_FINDINGS_NONE);
        pal_buf_adds(p->out, "</section>\n");
        return;
    }
    page_paragraph(p, PAL_WORD_FINDINGS_TEXT);
    if (p->language != PAL_EN)
        page_paragraph(p, PAL_WORD_FINDINGS_ENGLISH);
    page_grid_open(p, pal_word(p->language, PAL_WORD_FINDINGS), heads, PAL_COUNT(heads));
    for (int severity = PAL_ERROR; severity >= PAL_INFORMATION; severity--)
        for (size_t i = 0; i < n; i++)
            if ((int)tally[i].severity == severity)
                finding_row(p, &tally[i]);
    page_grid_close(p);
    pal_buf_adds(p->out, "</section>\n");
}

void page_sources(struct page *p)
{
    static const enum pal_word heads[] = {
        PAL_WORD_DATASET,       PAL_WORD_PUBLISHER,   PAL_WORD_LICENCE,   PAL_WORD_ROWS,
        PAL_WORD_ROWS_LEFT_OUT, PAL_WORD_FINGERPRINT, PAL_WORD_RETRIEVED,
    };
    bool retrieved = false; /* the last column stands where a dataset says when it was */
    for (size_t i = 0; i < p->input->datasets; i++)
        retrieved |= pal_descriptor_facts(p->input->dataset[i]->descriptor)->retrieved.len > 0;
    pal_buf_adds(p->out, "<section>\n");
    page_heading(p, 2, "sources", PAL_WORD_SOURCES);
    page_grid_open(p, pal_word(p->language, PAL_WORD_SOURCES), heads,
                   PAL_COUNT(heads) - (retrieved ? 0 : 1));
    for (size_t i = 0; i < p->input->datasets; i++) {
        const struct pal_dataset *dataset = p->input->dataset[i];
        const struct pal_dataset_facts *facts = pal_descriptor_facts(dataset->descriptor);
        const struct pal_text title = pal_descriptor_title(dataset->descriptor);
        pal_buf_adds(p->out, "<tr><th scope=\"row\">");
        page_text(p, pal_text_in(&title, p->language));
        pal_buf_adds(p->out, "<br><bdi class=\"code\">");
        page_text(p, pal_descriptor_name(dataset->descriptor));
        pal_buf_adds(p->out, "</bdi></th><td class=\"long\">");
        page_english(p, facts->citation.len ? facts->citation : facts->publisher);
        pal_buf_adds(p->out, "</td><td>");
        page_english(p, facts->licence);
        pal_buf_adds(p->out, "</td><td class=\"num\">");
        page_number(p, (double)dataset->rows_read, 0);
        pal_buf_adds(p->out, "</td><td class=\"num\">");
        page_number(p, (double)(dataset->rows_error + dataset->rows_duplicate), 0);
        pal_buf_addf(p->out, "</td><td class=\"hash\" dir=\"ltr\">%s</td>", dataset->sha256);
        if (retrieved) {
            pal_buf_adds(p->out, "<td>");
            page_text(p, pal_date_text(p->language, facts->retrieved, p->arena));
            pal_buf_adds(p->out, "</td>");
        }
        pal_buf_adds(p->out, "</tr>\n");
    }
    page_grid_close(p);
    pal_buf_adds(p->out, "<p>");
    page_word(p, PAL_WORD_FILES);
    pal_buf_adds(p->out, ": <a href=\"../../figures.csv\">figures.csv</a>, "
                         "<a href=\"../../findings.csv\">findings.csv</a>, "
                         "<a href=\"../../manifest.json\">manifest.json</a></p>\n</section>\n");
}

void page_cite(struct page *p)
{
    const pal_str date = p->input->as_of.len ? pal_date_text(p->language, p->input->as_of, p->arena)
                                             : pal_word(p->language, PAL_WORD_DRAFT);
    const pal_str with[] = {pal_text_in(&p->input->title, p->language), date, PAL_STR(PAL_VERSION)};
    pal_buf_adds(p->out, "<section>\n");
    page_heading(p, 2, "cite", PAL_WORD_CITE);
    pal_buf_adds(p->out, "<p>");
    page_fill(p, PAL_WORD_CITE_TEXT, with, PAL_COUNT(with));
    pal_buf_adds(p->out, "</p>\n</section>\n");
}
