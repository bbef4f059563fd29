/* explain_page.c: the lines of an explanation, at 80 columns. */
#include "explain.h"

enum { WIDTH = 80 };

/* Wrapped at 80 columns, continued under the first word. */
void explain_text(struct explain_page *page, size_t indent, size_t hang, pal_str text)
{
    size_t column = 0;
    for (size_t at = 0; at < text.len;) {
        while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\n'))
            at++;
        const size_t from = at;
        while (at < text.len && text.ptr[at] != ' ' && text.ptr[at] != '\n')
            at++;
        const pal_str word = {text.ptr + from, at - from};
        if (!word.len)
            break;
        const size_t wide = pal_utf8_count(word);
        if (column && column + 1 + wide > WIDTH) {
            pal_buf_addc(&page->out, '\n');
            column = 0;
        }
        if (!column) {
            const size_t margin = page->out.len && from ? indent + hang : indent;
            for (; column < (from ? margin : indent); column++)
                pal_buf_addc(&page->out, ' ');
        } else {
            pal_buf_addc(&page->out, ' ');
            column++;
        }
        pal_buf_add(&page->out, word);
        column += wide;
    }
    pal_buf_addc(&page->out, '\n');
}

void explain_say(struct explain_page *page, size_t indent, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    explain_text(page, indent, 2,
                 (pal_str){text, n < 0                     ? 0
                                 : (size_t)n < sizeof text ? (size_t)n
                                                           : sizeof text - 1});
}

void explain_head(struct explain_page *page, const char *words)
{
    pal_buf_addf(&page->out, "\n%s\n", words);
}

struct explain_number explain_number(double value)
{
    struct explain_number n;
    pal_num_write(value, n.text);
    return n;
}
