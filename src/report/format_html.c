/* format_html.c: a table for browsers: a document that stands alone, and the same element for the
 * report's page. Heads carry scope, numbers are isolated where the text runs right to left. */
#include "inside.h"

#include <string.h>

const char report_table_css[] =
    ".table-scroll{overflow-x:auto;max-width:100%}"
    ".pal-table{border-collapse:collapse;border-top:1.5px solid;border-bottom:1.5px solid;"
    "font-size:.9rem;line-height:1.35;font-variant-numeric:tabular-nums}"
    ".pal-table caption{text-align:start;font-weight:600;padding-bottom:.5rem}"
    ".pal-table caption .headnote{display:block;font-weight:400;font-style:italic}"
    ".pal-table th,.pal-table td{padding:.18rem .6rem;vertical-align:top;text-align:start}"
    ".pal-table thead th{vertical-align:bottom;font-weight:600;border-bottom:1px solid}"
    ".pal-table thead th.spanner{text-align:center}"
    ".pal-table .num,.pal-table .symbol{text-align:right;white-space:nowrap}"
    ".pal-table tbody th{font-weight:400;min-width:9rem}"
    ".pal-table td.long{min-width:10rem;max-width:24rem;overflow-wrap:anywhere}"
    ".pal-table tr.total th,.pal-table tr.total td,.pal-table tr.head th{font-weight:600}"
    ".pal-table .level-1{padding-inline-start:1.4rem}"
    ".pal-table .level-2{padding-inline-start:2.4rem}"
    ".pal-table .level-3{padding-inline-start:3.4rem}"
    ".pal-table sup a{text-decoration:none}"
    ".table-notes,.table-lines{font-size:.8rem;line-height:1.4;max-width:60rem}"
    ".table-notes p,.table-lines p{margin:.2rem 0}";

static const char document_css[] =
    "body{margin:1.5rem;font-family:'Noto Sans','Noto Sans Arabic','Noto Sans CJK SC',sans-serif;"
    "color:#1a1a1a;background:#fff}"
    "h1{display:inline;font:inherit}"
    "@media print{@page{size:A4 landscape}body{margin:0}.table-scroll{overflow:visible}"
    "thead{display:table-header-group}tr{break-inside:avoid}}";

struct page {
    const struct pal_table *table;
    bool alone; /* the caption is the heading of a page of its own */
    struct pal_buf *out;
    struct pal_arena *scratch;
};

static void text(struct page *p, pal_str text) { pal_xml_text(p->out, text); }

static void letters(struct page *p, const struct pal_cell *cell)
{
    if (!cell->notes)
        return;
    pal_buf_adds(p->out, "<sup>");
    for (size_t i = 0; i < cell->notes; i++) {
        if (i)
            pal_buf_addc(p->out, ',');
        pal_buf_adds(p->out, "<a href=\"#");
        text(p, p->table->name);
        pal_buf_addf(p->out, "-note-%u\">", cell->note[i] + 1u);
        text(p, pal_note_letter(p->table->language, cell->note[i], p->scratch));
        pal_buf_adds(p->out, "</a>");
    }
    pal_buf_adds(p->out, "</sup>");
}

/* A head begins at this level. HTML knows no row in which no cell begins. */
static bool begins(const struct pal_table *t, size_t level)
{
    for (size_t c = 0; c < t->cols; c++)
        if (report_head_span(t, level, c).cols)
            return true;
    return false;
}

static void head_rows(struct page *p)
{
    const struct pal_table *t = p->table;
    pal_buf_adds(p->out, "<thead>\n");
    for (size_t h = 0; h < t->heads; h++) {
        if (!begins(t, h))
            continue;
        pal_buf_adds(p->out, "<tr>");
        for (size_t c = 0; c < t->cols; c++) {
            const struct report_span span = report_head_span(t, h, c);
            if (!span.cols)
                continue;
            const bool leaf = h + span.levels == t->heads;
            pal_buf_addf(p->out, "<th scope=\"%s\"", leaf ? "col" : "colgroup");
            if (span.cols > 1)
                pal_buf_addf(p->out, " colspan=\"%zu\"", span.cols);
            size_t rows = 1;
            for (size_t level = h + 1; level < h + span.levels; level++)
                rows += begins(t, level);
            if (rows > 1)
                pal_buf_addf(p->out, " rowspan=\"%zu\"", rows);
            pal_buf_adds(p->out,
                         !leaf ? " class=\"spanner\">"
                         : t->col[c].role == PAL_ROLE_STUB || t->col[c].role == PAL_ROLE_TEXT
                             ? ">"
                             : " class=\"num\">");
            text(p, span.text);
            pal_buf_adds(p->out, "</th>");
        }
        pal_buf_adds(p->out, "</tr>\n");
    }
    pal_buf_adds(p->out, "</thead>\n");
}

/* Groups of columns under one outermost head, which scope="colgroup" refers to. */
static void column_groups(struct page *p)
{
    const struct pal_table *t = p->table;
    for (size_t c = 0; c < t->cols;) {
        const struct report_span span = report_head_span(t, 0, c);
        const size_t cols = span.cols ? span.cols : 1;
        if (cols > 1)
            pal_buf_addf(p->out, "<colgroup span=\"%zu\"></colgroup>", cols);
        else
            pal_buf_adds(p->out, "<colgroup></colgroup>");
        c += cols;
    }
    pal_buf_addc(p->out, '\n');
}

static void value_cell(struct page *p, const struct pal_cell *cell)
{
    const bool rtl = pal_language_rtl(p->table->language);
    if (cell->kind == PAL_CELL_TEXT) {
        pal_buf_adds(p->out, "<td class=\"long\"><bdi>");
        text(p, cell->text);
        pal_buf_adds(p->out, "</bdi>");
        letters(p, cell);
        pal_buf_adds(p->out, "</td>");
        return;
    }
    pal_buf_adds(p->out, cell->kind == PAL_CELL_SYMBOL  ? "<td class=\"symbol\">"
                         : cell->kind == PAL_CELL_EMPTY ? "<td>"
                                                        : "<td class=\"num\">");
    if (rtl && cell->text.len)
        pal_buf_adds(p->out, "<bdi dir=\"ltr\">");
    text(p, cell->text);
    if (rtl && cell->text.len)
        pal_buf_adds(p->out, "</bdi>");
    letters(p, cell);
    pal_buf_adds(p->out, "</td>");
}

static void body_rows(struct page *p)
{
    static const char *const classes[] = {"head", "total", "area", "part"};
    const struct pal_table *t = p->table;
    bool open = false;
    for (size_t r = 0; r < t->rows; r++) {
        const enum pal_row_kind kind = t->row[r].kind;
        if (kind == PAL_ROW_HEAD || !open) {
            pal_buf_adds(p->out, open ? "</tbody>\n<tbody>\n" : "<tbody>\n");
            open = true;
        }
        pal_buf_addf(p->out, "<tr class=\"%s\">", classes[kind]);
        const struct pal_cell *stub = pal_table_cell(t, r, 0);
        if (kind == PAL_ROW_HEAD)
            pal_buf_addf(p->out, "<th scope=\"rowgroup\" colspan=\"%zu\" class=\"level-%u\">",
                         t->cols, t->row[r].level);
        else
            pal_buf_addf(p->out, "<th scope=\"row\" class=\"level-%u\">", t->row[r].level);
        text(p, stub->text);
        letters(p, stub);
        pal_buf_adds(p->out, "</th>");
        for (size_t c = 1; kind != PAL_ROW_HEAD && c < t->cols; c++)
            value_cell(p, pal_table_cell(t, r, c));
        pal_buf_adds(p->out, "</tr>\n");
    }
    pal_buf_adds(p->out, open ? "</tbody>\n" : "");
}

static void notes(struct page *p)
{
    const struct pal_table *t = p->table;
    if (t->notes)
        pal_buf_adds(p->out, "<div class=\"table-notes\">\n");
    for (size_t i = 0; i < t->notes; i++) {
        pal_buf_adds(p->out, "<p id=\"");
        text(p, t->name);
        pal_buf_addf(p->out, "-note-%zu\"><sup>", i + 1);
        text(p, pal_note_letter(t->language, i, p->scratch));
        pal_buf_adds(p->out, "</sup> ");
        text(p, t->note[i]);
        pal_buf_adds(p->out, "</p>\n");
    }
    if (t->notes)
        pal_buf_adds(p->out, "</div>\n");
    pal_buf_adds(p->out, "<div class=\"table-lines\">\n");
    for (size_t i = 0; i < t->lines; i++) {
        pal_buf_adds(p->out, "<p>");
        text(p, t->line[i]);
        pal_buf_adds(p->out, "</p>\n");
    }
    pal_buf_adds(p->out, "</div>\n");
}

static void element(struct page *p)
{
    const struct pal_table *t = p->table;
    pal_buf_adds(p->out, "<div class=\"table-scroll\" role=\"region\" tabindex=\"0\" "
                         "aria-labelledby=\"");
    text(p, t->name);
    pal_buf_adds(p->out, "-caption\">\n<table class=\"pal-table\" id=\"");
    text(p, t->name);
    pal_buf_adds(p->out, "\">\n<caption id=\"");
    text(p, t->name);
    pal_buf_adds(p->out, p->alone ? "-caption\"><h1>" : "-caption\">");
    text(p, pal_table_caption(t, p->scratch));
    if (p->alone)
        pal_buf_adds(p->out, "</h1>");
    if (t->headnote.len) {
        pal_buf_adds(p->out, " <span class=\"headnote\">");
        text(p, t->headnote);
        pal_buf_adds(p->out, "</span>");
    }
    pal_buf_adds(p->out, "</caption>\n");
    column_groups(p);
    head_rows(p);
    body_rows(p);
    pal_buf_adds(p->out, "</table>\n</div>\n");
    notes(p);
}

enum pal_status pal_table_html(const struct pal_table *table, struct pal_buf *out,
                               struct pal_error *err)
{
    struct page p = {.table = table, .out = out, .scratch = out->arena};
    element(&p);
    return pal_buf_status(out, "a table", err);
}

static enum pal_status write(const struct pal_table *table, const struct pal_report_input *input,
                             struct pal_outdir *outdir, pal_str name, struct pal_arena *scratch,
                             struct pal_error *err)
{
    (void)input;
    struct pal_buf out;
    pal_buf_init(&out, scratch, 1u << 30);
    struct page p = {.table = table, .alone = true, .out = &out, .scratch = scratch};
    pal_buf_addf(
        &out, "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
        pal_language_code(table->language), pal_language_rtl(table->language) ? "rtl" : "ltr");
    pal_buf_adds(&out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                       "style-src 'unsafe-inline'\">\n<title>");
    text(&p, pal_table_caption(table, scratch));
    pal_buf_adds(&out, "</title>\n<style>");
    pal_buf_adds(&out, document_css);
    pal_buf_adds(&out, report_table_css);
    pal_buf_adds(&out, "</style>\n</head>\n<body>\n<main>\n<p class=\"draft\">");
    text(&p, pal_word(table->language, PAL_WORD_DRAFT));
    pal_buf_adds(&out, "</p>\n");
    element(&p);
    pal_buf_adds(&out, "</main>\n</body>\n</html>\n");
    PAL_TRY(pal_buf_status(&out, "a table", err));
    return pal_outdir_write(outdir, name, pal_buf_str(&out), err);
}

const struct pal_format pal_format_html = {
    .name = "html",
    .extension = "html",
    .summary = "a page that stands alone, for reading and for screen readers",
    .write = write,
};
