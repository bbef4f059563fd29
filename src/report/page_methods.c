/* page_methods.c: evidence, methods, findings, sources, citation: what a reader needs to judge the
 * figures. */
#include "page.h"

#include "palermo/palermo.h"

#include <string.h>

static enum pal_word confidence_word(pal_str grade)
{
    return pal_str_eq(grade, PAL_STR("high"))     ? PAL_WORD_HIGH
           : pal_str_eq(grade, PAL_STR("medium")) ? PAL_WORD_MEDIUM
                                                  : PAL_WORD_LOW;
}

void page_evidence(struct page *p)
{
    if (!p->input->evidence_n)
        return;
    page_heading(p, 2, "evidence", PAL_WORD_EVIDENCE);
    page_paragraph(p, PAL_WORD_EVIDENCE_TEXT);
    for (size_t i = 0; i < p->input->evidence_n; i++) {
        const struct pal_evidence *e = &p->input->evidence[i];
        const uint32_t area =
            e->area.len ? pal_areas_by_code(p->input->areas, e->area) : PAL_NO_AREA;
        pal_buf_adds(p->out, "<h3>");
        page_isolated(p, e->id);
        if (area != PAL_NO_AREA) {
            pal_buf_adds(p->out, " – ");
            page_text(p, pal_text_in(&pal_areas_get(p->input->areas, area)->name, p->language));
        }
        if (e->period)
            pal_buf_addf(p->out, " – %d", (int)e->period);
        if (e->indicator.len) {
            pal_buf_adds(p->out, " – ");
            page_isolated(p, e->indicator);
        }
        pal_buf_adds(p->out, "</h3>\n<dl>\n<dt>");
        page_word(p, PAL_WORD_STATEMENT);
        pal_buf_adds(p->out, "</dt><dd>");
        page_text(p, pal_text_in(&e->statement, p->language));
        pal_buf_adds(p->out, "</dd>\n<dt>");
        if (pal_text_in(&e->assessment, p->language).len) {
            page_word(p, PAL_WORD_ASSESSMENT);
            pal_buf_adds(p->out, "</dt><dd>");
            page_text(p, pal_text_in(&e->assessment, p->language));
            pal_buf_adds(p->out, "</dd>\n<dt>");
        }
        page_word(p, PAL_WORD_CONFIDENCE);
        pal_buf_adds(p->out, "</dt><dd>");
        page_word(p, confidence_word(e->confidence));
        pal_buf_adds(p->out, "</dd>\n<dt>");
        page_word(p, PAL_WORD_SOURCE);
        pal_buf_adds(p->out, "</dt><dd>");
        page_isolated(p, e->source);
        pal_buf_adds(p->out, "</dd>\n</dl>\n");
    }
}

static void term(struct page *p, enum pal_word word, pal_str text, bool isolated)
{
    if (!text.len)
        return;
    pal_buf_adds(p->out, "<dt>");
    page_word(p, word);
    pal_buf_adds(p->out, "</dt><dd>");
    if (isolated)
        page_isolated(p, text);
    else
        page_text(p, text);
    pal_buf_adds(p->out, "</dd>\n");
}

static pal_str classification(struct page *p, const struct pal_definition *d)
{
    struct pal_buf out;
    pal_buf_init(&out, p->arena, 1u << 16);
    for (size_t i = 0; i < d->iccs_n; i++) {
        pal_buf_adds(&out, i ? ", " : "ICCS ");
        pal_buf_add(&out, d->iccs[i]);
    }
    if (d->sdg.len)
        pal_buf_addf(&out, "%sSDG %.*s", out.len ? "; " : "", PAL_ARG(d->sdg));
    if (d->articles.len)
        pal_buf_addf(&out, "%s%.*s", out.len ? "; " : "", PAL_ARG(d->articles));
    return pal_buf_str(&out);
}

static void method(struct page *p, const struct pal_definition *d)
{
    static const enum pal_word scopes[] = {PAL_WORD_SCOPE_TRANSNATIONAL, PAL_WORD_SCOPE_DOMESTIC,
                                           PAL_WORD_SCOPE_ANY, PAL_WORD_SCOPE_NOT_SEPARABLE};
    pal_buf_addf(p->out, "<details id=\"m-%.*s\">\n<summary>", PAL_ARG(d->code));
    page_isolated(p, d->code);
    pal_buf_adds(p->out, " ");
    page_text(p, pal_text_in(&d->title, p->language));
    pal_buf_adds(p->out, "</summary>\n<dl>\n");
    term(p, PAL_WORD_DEFINITION, pal_text_in(&d->definition, p->language), false);
    term(p, PAL_WORD_UNIT, pal_text_in(&d->unit_name, p->language), false);
    term(p, PAL_WORD_SCOPE, pal_word(p->language, scopes[d->scope]), false);
    term(p, PAL_WORD_CLASSIFICATION, classification(p, d), true);
    term(p, PAL_WORD_COUNTING_UNIT, d->counting_unit, true);
    term(p, PAL_WORD_COUNTING_STAGE, d->counting_stage, true);
    term(p, PAL_WORD_PRINCIPAL_RULE, d->principal_offence_rule, true);
    term(p, PAL_WORD_ESTIMATOR,
         pal_arena_printf(p->arena, "%s: %s. %s", d->estimator->name, d->estimator->summary,
                          d->estimator->source),
         true);
    term(p, PAL_WORD_COMPARABILITY, pal_text_in(&d->comparability, p->language), false);
    term(p, PAL_WORD_GUIDELINE, pal_text_in(&d->guideline, p->language), false);
    if (d->references_n) {
        pal_buf_adds(p->out, "<dt>");
        page_word(p, PAL_WORD_REFERENCES);
        pal_buf_adds(p->out, "</dt><dd>");
        for (size_t i = 0; i < d->references_n; i++) {
            if (i)
                pal_buf_adds(p->out, "<br>");
            page_isolated(p, d->references[i]);
        }
        pal_buf_adds(p->out, "</dd>\n");
    }
    pal_buf_adds(p->out, "</dl>\n</details>\n");
}

void page_methods(struct page *p)
{
    page_heading(p, 2, "methods", PAL_WORD_METHODS);
    for (size_t i = 0; i < pal_catalogue_count(p->input->catalogue); i++) {
        const struct pal_definition *d = pal_catalogue_get(p->input->catalogue, i);
        if (page_is_used(p, d))
            method(p, d);
    }
}

static void open_plain(struct page *p, enum pal_word caption, const enum pal_word *head, size_t n)
{
    pal_buf_adds(p->out,
                 "<div class=\"table-scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    page_word(p, caption);
    pal_buf_adds(p->out, "\">\n<table class=\"plain\">\n<caption>");
    page_word(p, caption);
    pal_buf_adds(p->out, "</caption>\n<thead><tr>");
    for (size_t i = 0; i < n; i++) {
        pal_buf_adds(p->out, "<th scope=\"col\">");
        page_word(p, head[i]);
        pal_buf_adds(p->out, "</th>");
    }
    pal_buf_adds(p->out, "</tr></thead>\n<tbody>\n");
}

/* Findings are written where the data were read, in English; their counts speak all languages. */
void page_findings(struct page *p)
{
    static const enum pal_word severities[] = {PAL_WORD_INFORMATION, PAL_WORD_WARNING,
                                               PAL_WORD_ERROR};
    static const enum pal_word heads[] = {PAL_WORD_SEVERITY, PAL_WORD_RULE, PAL_WORD_FILE,
                                          PAL_WORD_COUNT, PAL_WORD_FIRST};
    const struct pal_diag_tally *tally;
    const size_t n = pal_diag_tallies(p->input->diag, &tally);
    page_heading(p, 2, "findings", PAL_WORD_FINDINGS);
    page_paragraph(p, PAL_WORD_FINDINGS_TEXT);
    if (!n)
        return;
    open_plain(p, PAL_WORD_FINDINGS, heads, PAL_COUNT(heads));
    for (int severity = PAL_ERROR; severity >= PAL_INFORMATION; severity--) {
        for (size_t i = 0; i < n; i++) {
            if ((int)tally[i].severity != severity)
                continue;
            const struct pal_finding *first = pal_diag_get(p->input->diag, tally[i].first);
            pal_buf_adds(p->out, "<tr><td>");
            page_word(p, severities[severity]);
            pal_buf_adds(p->out, "</td><td>");
            page_isolated(p, pal_str_of(tally[i].rule));
            pal_buf_adds(p->out, "</td><td>");
            page_isolated(p, pal_str_of(tally[i].file));
            pal_buf_adds(p->out, "</td><td class=\"num\"><bdi dir=\"ltr\">");
            page_text(p, pal_number_text(p->language, (double)tally[i].count, 0, p->arena));
            pal_buf_adds(p->out, "</bdi></td><td lang=\"en\" dir=\"ltr\">");
            if (first->at.line)
                pal_buf_addf(p->out, "%llu: ", (unsigned long long)first->at.line);
            page_text(p, first->what);
            pal_buf_adds(p->out, "</td></tr>\n");
        }
    }
    pal_buf_adds(p->out, "</tbody>\n</table>\n</div>\n");
}

void page_sources(struct page *p)
{
    static const enum pal_word heads[] = {PAL_WORD_DATASET, PAL_WORD_PUBLISHER, PAL_WORD_LICENCE,
                                          PAL_WORD_ROWS, PAL_WORD_FINGERPRINT};
    page_heading(p, 2, "sources", PAL_WORD_SOURCES);
    open_plain(p, PAL_WORD_SOURCES, heads, PAL_COUNT(heads));
    for (size_t i = 0; i < p->input->datasets; i++) {
        const struct pal_dataset *dataset = p->input->dataset[i];
        const struct pal_dataset_facts *facts = pal_descriptor_facts(dataset->descriptor);
        const struct pal_text title = pal_descriptor_title(dataset->descriptor);
        pal_buf_adds(p->out, "<tr><td>");
        page_text(p, pal_text_in(&title, p->language));
        pal_buf_adds(p->out, " (");
        page_isolated(p, pal_descriptor_name(dataset->descriptor));
        pal_buf_adds(p->out, ")</td><td lang=\"en\" dir=\"ltr\">");
        page_text(p, facts->citation.len ? facts->citation : facts->publisher);
        pal_buf_adds(p->out, "</td><td lang=\"en\" dir=\"ltr\">");
        page_text(p, facts->licence);
        pal_buf_adds(p->out, "</td><td class=\"num\"><bdi dir=\"ltr\">");
        page_text(p, pal_number_text(p->language, (double)dataset->rows_read, 0, p->arena));
        pal_buf_addf(p->out, "</bdi></td><td class=\"hash\" dir=\"ltr\">%s</td></tr>\n",
                     dataset->sha256);
    }
    pal_buf_adds(p->out, "</tbody>\n</table>\n</div>\n");
}

void page_cite(struct page *p)
{
    const pal_str version = PAL_STR(PAL_VERSION);
    const pal_str date = p->input->as_of.len ? pal_date_text(p->language, p->input->as_of, p->arena)
                                             : pal_word(p->language, PAL_WORD_DRAFT);
    const pal_str with[] = {pal_text_in(&p->input->title, p->language), date, version};
    page_heading(p, 2, "cite", PAL_WORD_CITE);
    pal_buf_adds(p->out, "<p>");
    page_text(p, pal_word_fill(p->language, PAL_WORD_CITE_TEXT, with, PAL_COUNT(with), p->arena));
    pal_buf_adds(p->out, "</p>\n");
}
