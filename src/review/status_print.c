/* status_print.c: a table of text on the terminal, as CSV and on a page. */
#include "inside.h"

static size_t letters(pal_str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len;) {
        uint32_t c;
        const size_t taken = pal_utf8_next(text, i, &c);
        i += taken ? taken : 1;
        n += (c < 0x300 || c > 0x36F) ? (c >= 0x2E80 ? 2 : 1) : 0;
    }
    return n;
}

/* What a terminal must not obey. */
static void print_plain(pal_str text, FILE *to)
{
    for (size_t i = 0; i < text.len; i++)
        fputc((unsigned char)text.ptr[i] < ' ' ? ' ' : text.ptr[i], to);
}

void pal_status_text(const struct pal_status_grid *grid, FILE *to)
{
    enum { WIDEST = 48 };
    size_t width[32];
    const size_t cols = grid->cols < PAL_COUNT(width) ? grid->cols : PAL_COUNT(width);
    for (size_t c = 0; c < cols; c++) {
        width[c] = letters(grid->head[c]);
        for (size_t r = 0; r < grid->rows; r++) {
            const size_t n = letters(grid->cell[r * grid->cols + c]);
            width[c] = n > width[c] ? n : width[c];
        }
        width[c] = width[c] > WIDEST ? WIDEST : width[c];
    }
    fprintf(to, "%.*s\n", PAL_ARG(grid->title));
    for (size_t r = 0; r <= grid->rows; r++) {
        for (size_t c = 0; c < cols; c++) {
            const pal_str text = r ? grid->cell[(r - 1) * grid->cols + c] : grid->head[c];
            const size_t n = letters(text);
            const int room = n < width[c] ? (int)(width[c] - n) : 0;
            fprintf(to, "%s", c ? "  " : "");
            if (grid->number[c])
                fprintf(to, "%*s", room, "");
            print_plain(text, to);
            if (!grid->number[c] && c + 1 < cols)
                fprintf(to, "%*s", room, "");
        }
        fputc('\n', to);
    }
    fputc('\n', to);
}

void pal_status_csv(const struct pal_status_grid *grid, struct pal_buf *out)
{
    for (size_t c = 0; c < grid->cols; c++)
        pal_csv_field_safe(out, grid->head[c], c == 0);
    pal_csv_end(out);
    for (size_t i = 0; i < grid->rows * grid->cols; i++) {
        pal_csv_field_safe(out, grid->cell[i], i % grid->cols == 0);
        if (i % grid->cols == grid->cols - 1)
            pal_csv_end(out);
    }
}

static const char style[] =
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,'Noto Sans','Noto Naskh Arabic',"
    "'Noto Sans SC',sans-serif;margin:0 auto;max-width:90rem;padding:1rem}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}th,td{padding:.25rem "
    ".6rem;border-bottom:1px solid #9aa0a6;text-align:start;vertical-align:top}thead th{"
    "border-top:2px solid;border-bottom:2px solid}td.n,th.n{text-align:end;"
    "font-variant-numeric:tabular-nums;white-space:nowrap}meter{width:6rem}";

void pal_status_html(const struct pal_status_grid *grid, size_t n, enum pal_language language,
                     struct pal_buf *out)
{
    const pal_str title = review_word(language, REVIEW_STATUS_TITLE);
    pal_buf_addf(
        out,
        "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
        pal_language_code(language), pal_language_rtl(language) ? "rtl" : "ltr");
    pal_xml_text(out, title);
    pal_buf_addf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", style);
    pal_xml_text(out, title);
    pal_buf_adds(out, "</h1>\n");
    for (size_t g = 0; g < n; g++) {
        pal_buf_addf(out, "<h2 id=\"%s\">", grid[g].name);
        pal_xml_text(out, grid[g].title);
        pal_buf_adds(out, "</h2>\n<div class=\"scroll\"><table>\n<thead><tr>");
        for (size_t c = 0; c < grid[g].cols; c++) {
            pal_buf_adds(out, grid[g].number[c] ? "<th scope=\"col\" class=\"n\">"
                                                : "<th scope=\"col\">");
            pal_xml_text(out, grid[g].head[c]);
            pal_buf_adds(out, "</th>");
        }
        pal_buf_adds(out, "</tr></thead>\n<tbody>\n");
        for (size_t i = 0; i < grid[g].rows * grid[g].cols; i++) {
            const size_t c = i % grid[g].cols;
            const pal_str text = grid[g].cell[i];
            double share;
            pal_buf_adds(out, c == 0 ? "<tr>" : "");
            pal_buf_adds(out, grid[g].number[c] ? "<td class=\"n\"><bdi>" : "<td><bdi>");
            pal_xml_text(out, text);
            pal_buf_adds(out, "</bdi>");
            if (c == grid[g].bar && (pal_num_parse_as(text, '.', ',', &share) ||
                                     pal_num_parse_as(text, ',', ' ', &share))) {
                pal_buf_adds(out, " <meter min=\"0\" max=\"100\" value=\"");
                pal_buf_addnum(out, share);
                pal_buf_adds(out, "\"></meter>");
            }
            pal_buf_adds(out, "</td>");
            pal_buf_adds(out, c == grid[g].cols - 1 ? "</tr>\n" : "");
        }
        pal_buf_adds(out, "</tbody></table></div>\n");
    }
    pal_buf_adds(out, "</body>\n</html>\n");
}
