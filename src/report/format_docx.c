/* format_docx.c: a table as a Word document, as United Nations tables are submitted: horizontal
 * rules only at the top, the bottom and under heads, heads repeated on each page, notes under the
 * table; mirrored with right-to-left runs in Arabic. The parts that never change are in
 * docx_parts.c. */
#include "inside.h"

#include "docx.h"

struct doc {
    struct pal_buf out;
    const struct pal_table *table;
    struct pal_arena *scratch;
    bool rtl;
};

enum { RUN_BOLD = 1, RUN_ITALIC = 2, RUN_SUPERSCRIPT = 4, RUN_LATIN = 8 };

/* RUN_LATIN: a number or symbol, which runs left to right inside Arabic too. */
static void run(struct doc *d, pal_str text, unsigned how)
{
    if (!text.len)
        return;
    pal_buf_adds(&d->out, "<w:r><w:rPr>");
    if (how & RUN_BOLD)
        pal_buf_adds(&d->out, "<w:b/><w:bCs/>");
    if (how & RUN_ITALIC)
        pal_buf_adds(&d->out, "<w:i/><w:iCs/>");
    if (how & RUN_SUPERSCRIPT)
        pal_buf_adds(&d->out, "<w:vertAlign w:val=\"superscript\"/>");
    if (d->rtl && !(how & RUN_LATIN))
        pal_buf_adds(&d->out, "<w:rtl/>");
    pal_buf_adds(&d->out, "</w:rPr><w:t xml:space=\"preserve\">");
    pal_xml_text(&d->out, text);
    pal_buf_adds(&d->out, "</w:t></w:r>");
}

/* `align`: "center" or "right" as seen. In a bidi paragraph Word takes "left" for the start of the
 * line, which is its right edge; an indent from the left likewise. */
static void paragraph_open(struct doc *d, const char *style, const char *align, unsigned indent)
{
    pal_buf_addf(&d->out, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>", style);
    if (d->rtl)
        pal_buf_adds(&d->out, "<w:bidi/>");
    if (indent)
        pal_buf_addf(&d->out, "<w:ind w:left=\"%u\"/>", indent);
    const bool right = align && align[0] == 'r';
    if (align && align[0] == 'c')
        pal_buf_adds(&d->out, "<w:jc w:val=\"center\"/>");
    else if (right)
        pal_buf_addf(&d->out, "<w:jc w:val=\"%s\"/>", d->rtl ? "left" : "right");
    pal_buf_adds(&d->out, "</w:pPr>");
}

static void paragraph_close(struct doc *d) { pal_buf_adds(&d->out, "</w:p>"); }

static void line(struct doc *d, const char *style, pal_str text)
{
    paragraph_open(d, style, NULL, 0);
    run(d, text, 0);
    paragraph_close(d);
}

/* merge: NULL, "restart" or "continue" of a head that reaches over several levels. */
static void cell_open(struct doc *d, size_t span, const char *merge, bool rule, bool top)
{
    pal_buf_adds(&d->out, "<w:tc><w:tcPr><w:tcW w:w=\"0\" w:type=\"auto\"/>");
    if (span > 1)
        pal_buf_addf(&d->out, "<w:gridSpan w:val=\"%zu\"/>", span);
    if (merge)
        pal_buf_addf(&d->out, "<w:vMerge w:val=\"%s\"/>", merge);
    if (rule)
        pal_buf_adds(&d->out, "<w:tcBorders><w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"0\" "
                              "w:color=\"auto\"/></w:tcBorders>");
    pal_buf_addf(&d->out, "<w:vAlign w:val=\"%s\"/></w:tcPr>", top ? "top" : "bottom");
}

static void cell_close(struct doc *d) { pal_buf_adds(&d->out, "</w:tc>"); }

/* The head whose levels cover (level, col) from above, as (levels from its start, its span). */
static struct report_span head_over(const struct pal_table *t, size_t level, size_t col,
                                    size_t *began)
{
    for (size_t h = level + 1; h-- > 0;) {
        const struct report_span span = report_head_span(t, h, col);
        if (span.cols && h + span.levels > level) {
            *began = h;
            return span;
        }
    }
    *began = level;
    return (struct report_span){.cols = 1, .levels = 1};
}

static bool is_text(const struct pal_table *t, size_t col)
{
    return t->col[col].role == PAL_ROLE_STUB || t->col[col].role == PAL_ROLE_TEXT;
}

static void head_rows(struct doc *d)
{
    const struct pal_table *t = d->table;
    for (size_t h = 0; h < t->heads; h++) {
        pal_buf_adds(&d->out, "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
        for (size_t c = 0; c < t->cols;) {
            size_t began;
            const struct report_span span = head_over(t, h, c, &began);
            const bool ends = began + span.levels == h + 1, leaf = began + span.levels == t->heads;
            cell_open(d, span.cols,
                      span.levels == 1 ? NULL
                      : began == h     ? "restart"
                                       : "continue",
                      ends, false);
            paragraph_open(d, "Cell", !leaf ? "center" : is_text(t, c) ? NULL : "right", 0);
            if (began == h)
                run(d, span.text, RUN_BOLD);
            paragraph_close(d);
            cell_close(d);
            c += span.cols;
        }
        pal_buf_adds(&d->out, "</w:tr>");
    }
}

static void letters(struct doc *d, const struct pal_cell *cell)
{
    if (cell->notes)
        run(d, report_cell_letters(d->table, cell, d->scratch),
            RUN_SUPERSCRIPT | (d->rtl ? 0u : RUN_LATIN));
}

static void body_rows(struct doc *d)
{
    const struct pal_table *t = d->table;
    bool sentences = false; /* beside them numbers stand in the first line */
    for (size_t c = 0; c < t->cols; c++)
        sentences |= t->col[c].role == PAL_ROLE_TEXT;
    for (size_t r = 0; r < t->rows; r++) {
        const enum pal_row_kind kind = t->row[r].kind;
        const bool head = kind == PAL_ROW_HEAD;
        const unsigned bold = head || kind == PAL_ROW_TOTAL ? RUN_BOLD : 0;
        pal_buf_adds(&d->out, "<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        for (size_t c = 0; c < (head ? 1 : t->cols); c++) {
            const struct pal_cell *cell = pal_table_cell(t, r, c);
            cell_open(d, head ? t->cols : 1, NULL, false, sentences);
            paragraph_open(d, head ? "CellHead" : "Cell", is_text(t, c) ? NULL : "right",
                           c ? 0 : 170u * t->row[r].level);
            run(d, report_isolated(t, cell, d->scratch),
                bold | (cell->kind == PAL_CELL_TEXT ? 0u : RUN_LATIN));
            letters(d, cell);
            paragraph_close(d);
            cell_close(d);
        }
        pal_buf_adds(&d->out, "</w:tr>");
    }
}

/* Widths in twentieths of a point: values share what a year and a narrow stub leave, up to a width
 * that is easy to read; columns of sentences share the rest, or the stub takes it. */
static void grid(struct doc *d, unsigned page)
{
    const struct pal_table *t = d->table;
    enum { STUB = 1700, EASY = 1400, SHORT = 1000 };
    unsigned years = 0, texts = 0;
    for (size_t c = 1; c < t->cols; c++) {
        years += t->col[c].role == PAL_ROLE_YEAR;
        texts += t->col[c].role == PAL_ROLE_TEXT;
    }
    const unsigned values = (unsigned)(t->cols - 1) - years - texts;
    const unsigned year = texts ? 700 : 560;
    unsigned narrow = values ? (page - STUB - year * years) / values : 0;
    if (narrow > (texts ? SHORT : EASY))
        narrow = texts ? SHORT : EASY;
    const unsigned rest = page - narrow * values - year * years;
    const unsigned wide = texts ? (rest - STUB) / texts : 0;
    pal_buf_adds(&d->out, "<w:tblGrid>");
    for (size_t c = 0; c < t->cols; c++)
        pal_buf_addf(&d->out, "<w:gridCol w:w=\"%u\"/>",
                     !c                                ? rest - wide * texts
                     : t->col[c].role == PAL_ROLE_YEAR ? year
                     : t->col[c].role == PAL_ROLE_TEXT ? wide
                                                       : narrow);
    pal_buf_adds(&d->out, "</w:tblGrid>");
}

static void table(struct doc *d, unsigned page)
{
    pal_buf_addf(&d->out,
                 "<w:tbl><w:tblPr>%s<w:tblW w:w=\"%u\" w:type=\"dxa\"/><w:tblBorders>"
                 "<w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"auto\"/>"
                 "<w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"auto\"/>"
                 "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar>"
                 "<w:left w:w=\"50\" w:type=\"dxa\"/><w:right w:w=\"50\" w:type=\"dxa\"/>"
                 "</w:tblCellMar></w:tblPr>",
                 d->rtl ? "<w:bidiVisual/>" : "", page);
    grid(d, page);
    head_rows(d);
    body_rows(d);
    pal_buf_adds(&d->out, "</w:tbl>");
}

static void document(struct doc *d)
{
    const struct pal_table *t = d->table;
    const bool wide = t->cols > 6;
    const unsigned margin = 1134, width = wide ? 16838 : 11906, height = wide ? 11906 : 16838;
    pal_buf_adds(&d->out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
                          "<w:document " DOCX_NAMESPACE "><w:body>");
    line(d, "Draft", pal_word(t->language, PAL_WORD_DRAFT));
    line(d, "Caption", pal_table_caption(t, d->scratch));
    if (t->headnote.len)
        line(d, "Headnote", t->headnote);
    table(d, width - 2 * margin);
    for (size_t i = 0; i < t->notes; i++) {
        paragraph_open(d, "Notes", NULL, 0);
        run(d, pal_note_letter(t->language, i, d->scratch),
            RUN_SUPERSCRIPT | (d->rtl ? 0u : RUN_LATIN));
        run(d, PAL_STR(" "), 0);
        run(d, t->note[i], 0);
        paragraph_close(d);
    }
    for (size_t i = 0; i < t->lines; i++)
        line(d, "Notes", t->line[i]);
    pal_buf_addf(&d->out,
                 "<w:sectPr><w:pgSz w:w=\"%u\" w:h=\"%u\"%s/><w:pgMar w:top=\"%u\" w:right=\"%u\" "
                 "w:bottom=\"%u\" w:left=\"%u\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/>"
                 "%s</w:sectPr></w:body></w:document>",
                 width, height, wide ? " w:orient=\"landscape\"" : "", margin, margin, margin,
                 margin, d->rtl ? "<w:bidi/>" : "");
}

static enum pal_status write(const struct pal_table *laid, const struct pal_report_input *input,
                             struct pal_outdir *outdir, pal_str name, struct pal_arena *scratch,
                             struct pal_error *err)
{
    (void)input;
    struct doc d = {.table = laid, .scratch = scratch, .rtl = pal_language_rtl(laid->language)};
    struct pal_buf core, styles;
    const char *path;
    pal_buf_init(&d.out, scratch, 256u << 20);
    document(&d);
    PAL_TRY(pal_buf_status(&d.out, "a document", err));
    pal_buf_init(&core, scratch, 1u << 20);
    docx_core(pal_table_caption(laid, scratch), laid->language, &core);
    PAL_TRY(pal_buf_status(&core, "a document", err));
    pal_buf_init(&styles, scratch, 1u << 20);
    docx_styles(laid->language, laid->cols > 9 ? 14 : laid->cols > 6 ? 16 : 18, &styles);
    PAL_TRY(pal_buf_status(&styles, "a document", err));
    PAL_TRY(pal_outdir_path(outdir, scratch, name, &path, err));
    const struct pal_zip_member members[] = {
        {"[Content_Types].xml", pal_str_of(docx_content_types)},
        {"_rels/.rels", pal_str_of(docx_package_rels)},
        {"docProps/core.xml", pal_buf_str(&core)},
        {"word/document.xml", pal_buf_str(&d.out)},
        {"word/styles.xml", pal_buf_str(&styles)},
        {"word/_rels/document.xml.rels", pal_str_of(docx_document_rels)},
    };
    return pal_zip_write(path, members, PAL_COUNT(members), err);
}

const struct pal_format pal_format_docx = {
    .name = "docx",
    .extension = "docx",
    .summary = "a Word document, as United Nations tables are submitted",
    .write = write,
};
