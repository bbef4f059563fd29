/* packet_text.c: the same packet as CSV, to be filled in, and as a page, to be read and printed. */
#include "inside.h"

enum pal_status review_write_csv(const struct pal_packet *packet, enum pal_language language,
                                 struct pal_buf *out, struct pal_arena *scratch,
                                 struct pal_error *err)
{
    pal_buf_adds(out, "\xEF\xBB\xBF"); /* by which spreadsheets know UTF-8 */
    pal_buf_addf(out, "palermo packet,%.*s,%s,%.*s\n", PAL_ARG(packet->id),
                 pal_language_code(language), PAL_ARG(packet->stream));
    for (size_t c = 0; c < REVIEW_COLUMNS; c++)
        pal_csv_field_safe(out, pal_str_of(review_column_kind[c].id), c == 0);
    pal_csv_end(out);
    for (size_t c = 0; c < REVIEW_COLUMNS; c++)
        pal_csv_field_safe(out, review_column_head(language, (enum review_column)c), c == 0);
    pal_csv_end(out);
    for (size_t i = 0; i < packet->rows; i++) {
        const struct pal_arena_mark mark = pal_arena_mark(scratch);
        struct review_cell cell[REVIEW_COLUMNS];
        PAL_TRY(review_row_cells(packet, i, language, scratch, cell, err));
        for (size_t c = 0; c < REVIEW_COLUMNS; c++) {
            if (!cell[c].is_number) {
                pal_csv_field_safe(out, cell[c].text, c == 0);
                continue;
            }
            pal_buf_addc(out, ',');
            pal_buf_addnum(out, cell[c].number);
        }
        pal_csv_end(out);
        pal_arena_reset(scratch, mark);
    }
    return pal_buf_status(out, "a packet as CSV", err);
}

/* ---- the page -----------------------------------------------------------------------------------
 */

static const char style[] =
    ":root{color-scheme:light dark;--rule:#8a8f98;--soft:#f3f4f6;--ask:#fff6d6;--query:#fbe3e0;"
    "--ink:#1a1c20;--page:#fff}"
    "@media (prefers-color-scheme:dark){:root{--rule:#5b616b;--soft:#24272c;--ask:#3a3417;"
    "--query:#43211d;--ink:#e8eaed;--page:#16181b}}"
    "body{font:1rem/1.5 system-ui,'Noto Sans','Noto Naskh Arabic','Noto Sans SC',sans-serif;"
    "color:var(--ink);background:var(--page);margin:0 auto;max-width:110rem;padding:1rem}"
    "h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem}"
    ".draft{border:1px solid var(--rule);padding:.25rem .75rem;display:inline-block}"
    "dl{display:grid;grid-template-columns:minmax(9rem,18rem) 1fr;gap:.25rem 1rem;"
    "max-width:70rem}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}"
    "@media (max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-block-end:.5rem}"
    "body{padding:.75rem}h1{font-size:1.3rem}}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.875rem;min-width:70rem}"
    "th,td{padding:.3rem .5rem;border-bottom:1px solid var(--rule);text-align:start;"
    "vertical-align:top}thead th{border-top:2px solid var(--ink);border-bottom:2px solid "
    "var(--ink);background:var(--soft)}td.n{text-align:end;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}td.q{background:var(--query);min-width:16rem}"
    "td.a{background:var(--ask);min-width:6rem}details{margin:.25rem 0}"
    "td pre{margin:0;white-space:pre-wrap;font:inherit}.k{overflow-wrap:anywhere;min-width:9rem;"
    "font-size:.8rem;font-weight:400}.k dl{grid-template-columns:1fr;gap:0}"
    "@media print{body{max-width:none}.scroll{overflow:visible}table{font-size:7pt;min-width:0}}";

struct page {
    const struct pal_packet *packet;
    enum pal_language language;
    struct pal_buf *out;
    struct pal_arena *scratch;
};

static void tagged(const struct page *p, const char *open, pal_str text, const char *close)
{
    pal_buf_adds(p->out, open);
    pal_xml_text(p->out, text);
    pal_buf_adds(p->out, close);
}

/* Columns of the page, the answer's last; what explains the figure is folded away beneath it. */
static const enum review_column shown[] = {
    COLUMN_KEY,   COLUMN_INDICATOR, COLUMN_BREAKDOWN, COLUMN_AREA,   COLUMN_YEAR,     COLUMN_UNIT,
    COLUMN_SENT,  COLUMN_PROPOSED,  COLUMN_LOWER,     COLUMN_UPPER,  COLUMN_PREVIOUS, COLUMN_CHANGE,
    COLUMN_QUERY, COLUMN_ANSWER,    COLUMN_VALUE,     COLUMN_ORIGIN, COLUMN_REASON,
};
static const enum review_column folded[] = {
    COLUMN_SERIES, COLUMN_UNCERTAINTY, COLUMN_FLAGS,   COLUMN_SOURCE, COLUMN_METADATA,
    COLUMN_NOTES,  COLUMN_ADJUSTMENT,  COLUMN_APPEARS, COLUMN_EFFECT, COLUMN_STATE,
};

static void write_cell(const struct page *p, enum review_column c, const struct review_cell *cell)
{
    if (cell[c].is_number) {
        const pal_str text =
            c == COLUMN_YEAR
                ? pal_arena_printf(p->scratch, "%d", (int)cell[c].number)
                : pal_number_text(p->language, cell[c].number, cell[c].decimals, p->scratch);
        tagged(p, "<td class=\"n\"><bdi dir=\"ltr\">", text, "</bdi></td>");
        return;
    }
    if (c == COLUMN_KEY) {
        tagged(p, "<th scope=\"row\" class=\"k\"><bdi dir=\"ltr\">", cell[c].text, "</bdi>");
        pal_buf_adds(p->out, "<details><summary>");
        pal_xml_text(p->out, review_column_head(p->language, COLUMN_METADATA));
        pal_buf_adds(p->out, "</summary><dl>");
        for (size_t i = 0; i < PAL_COUNT(folded); i++) {
            if (!cell[folded[i]].text.len)
                continue;
            tagged(p, "<dt>", review_column_head(p->language, folded[i]), "</dt>");
            tagged(p, "<dd>", cell[folded[i]].text, "</dd>");
        }
        pal_buf_adds(p->out, "</dl></details></th>");
        return;
    }
    const bool answer = review_column_kind[c].answer;
    tagged(p,
           answer                                  ? "<td class=\"a\">"
           : c == COLUMN_QUERY && cell[c].text.len ? "<td class=\"q\"><pre>"
                                                   : "<td><pre>",
           cell[c].text, answer ? "</td>" : "</pre></td>");
}

static enum pal_status write_theme(const struct page *p, enum review_word theme,
                                   struct pal_error *err)
{
    bool any = false;
    for (size_t i = 0; i < p->packet->rows; i++) {
        const struct pal_figure *f = &p->packet->input->figures->figure[p->packet->row[i].figure];
        if (review_theme(f->definition) != theme)
            continue;
        const struct pal_arena_mark mark = pal_arena_mark(p->scratch);
        if (!any) {
            tagged(p, "<h2>", review_word(p->language, theme),
                   "</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
            for (size_t c = 0; c < PAL_COUNT(shown); c++)
                tagged(p, "<th scope=\"col\">", review_column_head(p->language, shown[c]), "</th>");
            pal_buf_adds(p->out, "</tr></thead>\n<tbody>\n");
        }
        any = true;
        struct review_cell cell[REVIEW_COLUMNS];
        PAL_TRY(review_row_cells(p->packet, i, p->language, p->scratch, cell, err));
        pal_buf_adds(p->out, "<tr>");
        for (size_t c = 0; c < PAL_COUNT(shown); c++)
            write_cell(p, shown[c], cell);
        pal_buf_adds(p->out, "</tr>\n");
        pal_arena_reset(p->scratch, mark);
    }
    if (any)
        pal_buf_adds(p->out, "</tbody></table></div>\n");
    return PAL_OK;
}

static void write_answers(const struct page *p)
{
    tagged(p, "<h2>", review_word(p->language, REVIEW_SHEET_HELP), "</h2>\n<dl>");
    for (size_t a = 0; a < PAL_ANSWERS; a++) {
        tagged(p, "<dt>", review_word(p->language, review_answer_word[a]), "</dt>");
        tagged(p, "<dd>",
               review_word(p->language, (enum review_word)(REVIEW_HELP_ENDORSED + (int)a)),
               "</dd>\n");
    }
    pal_buf_adds(p->out, "</dl>\n");
}

static void write_definitions(const struct page *p)
{
    const struct pal_definition *last = NULL;
    tagged(p, "<h2>", review_word(p->language, REVIEW_SHEET_DEFINITIONS), "</h2>\n<dl>");
    for (size_t i = 0; i < p->packet->rows; i++) {
        const struct pal_definition *d =
            p->packet->input->figures->figure[p->packet->row[i].figure].definition;
        if (d == last)
            continue;
        last = d;
        tagged(p, "<dt><bdi dir=\"ltr\">", d->code, "</bdi> ");
        tagged(p, "", pal_text_in(&d->title, p->language), "</dt>");
        tagged(p, "<dd>", pal_text_in(&d->definition, p->language), "</dd>\n");
    }
    pal_buf_adds(p->out, "</dl>\n");
}

enum pal_status review_write_html(const struct pal_packet *packet, enum pal_language language,
                                  struct pal_buf *out, struct pal_arena *scratch,
                                  struct pal_error *err)
{
    const struct page p = {packet, language, out, scratch};
    const struct review_line *line;
    size_t n;
    const pal_str title = review_title(packet, language, scratch);
    PAL_TRY(review_cover(packet, language, scratch, &line, &n, err));
    pal_buf_addf(out, "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n",
                 pal_language_code(language), pal_language_rtl(language) ? "rtl" : "ltr");
    pal_buf_adds(out, "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                      "content=\"width=device-width, initial-scale=1\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'\">\n");
    tagged(&p, "<title>", title, "</title>\n");
    pal_buf_addf(out, "<style>%s</style>\n</head>\n<body>\n", style);
    tagged(&p, "<p class=\"draft\">", pal_word(language, PAL_WORD_DRAFT), "</p>\n");
    tagged(&p, "<h1>", title, "</h1>\n<dl>");
    for (size_t i = 0; i < n; i++) {
        tagged(&p, "<dt>", line[i].label, "</dt>");
        tagged(&p, "<dd><bdi>", line[i].text, "</bdi></dd>\n");
    }
    pal_buf_adds(out, "</dl>\n");
    write_answers(&p);
    for (int t = REVIEW_THEME_groups; t <= REVIEW_THEME_other; t++)
        PAL_TRY(write_theme(&p, (enum review_word)t, err));
    write_definitions(&p);
    pal_buf_adds(out, "</body>\n</html>\n");
    return pal_buf_status(out, "a packet as a page", err);
}
