/* text_out.c: fields and texts escaped for CSV, JSON and XML. */
#include "inside.h"

#include <string.h>

static bool needs_quotes(pal_str field)
{
    for (size_t i = 0; i < field.len; i++) {
        const char c = field.ptr[i];
        if (c == ',' || c == '"' || c == '\n' || c == '\r')
            return true;
    }
    /* Readers may take blanks off the ends of a field without quotes. */
    return field.len && (strchr(" \t", field.ptr[0]) || strchr(" \t", field.ptr[field.len - 1]));
}

static void add_field(struct pal_buf *buf, const char *before, pal_str field)
{
    const bool quotes = needs_quotes(field);
    if (quotes)
        pal_buf_addc(buf, '"');
    pal_buf_adds(buf, before);
    for (const char *cut; (cut = field.len ? memchr(field.ptr, '"', field.len) : NULL);) {
        const size_t until = (size_t)(cut - field.ptr) + 1;
        pal_buf_add(buf, (pal_str){field.ptr, until});
        pal_buf_addc(buf, '"');
        field = (pal_str){field.ptr + until, field.len - until};
    }
    pal_buf_add(buf, field);
    if (quotes)
        pal_buf_addc(buf, '"');
}

void pal_csv_field(struct pal_buf *buf, pal_str field, bool first)
{
    if (!first)
        pal_buf_addc(buf, ',');
    add_field(buf, "", field);
}

/* OWASP's list of characters that make spreadsheets compute. A lone hyphen is the table symbol for
 * "not applicable", and no formula. */
static bool is_risky(pal_str field)
{
    double number;
    return field.len && memchr("=+-@\t\r\n", field.ptr[0], 7) && !pal_str_eq(field, PAL_STR("-")) &&
           !pal_num_parse(field, &number);
}

void pal_csv_field_safe(struct pal_buf *buf, pal_str field, bool first)
{
    if (!first)
        pal_buf_addc(buf, ',');
    add_field(buf, is_risky(field) ? "'" : "", field);
}

void pal_csv_end(struct pal_buf *buf)
{
    /* A record of one empty field would be a blank line, which readers skip. */
    if (!buf->len || buf->ptr[buf->len - 1] == '\n')
        pal_buf_adds(buf, "\"\"");
    pal_buf_addc(buf, '\n');
}

void pal_json_text(struct pal_buf *buf, pal_str text)
{
    size_t plain = 0; /* start of the run that needs no escape */
    pal_buf_addc(buf, '"');
    for (size_t i = 0; i < text.len;) {
        const unsigned char c = (unsigned char)text.ptr[i];
        size_t taken = 1;
        uint32_t point = c;
        if (c >= 0x80)
            taken = pal_utf8_next(text, i, &point);
        const bool broken = point == 0xFFFD && taken == 1;
        if (broken || c == '"' || c == '\\' || c < 0x20 || c == 0x7F) {
            pal_buf_add(buf, (pal_str){text.ptr + plain, i - plain});
            if (broken)
                pal_buf_adds(buf, "\xEF\xBF\xBD");
            else if (c == '"' || c == '\\')
                pal_buf_addf(buf, "\\%c", c);
            else if (c == '\n' || c == '\t')
                pal_buf_adds(buf, c == '\n' ? "\\n" : "\\t");
            else
                pal_buf_addf(buf, "\\u%04x", c);
            plain = i + taken;
        }
        i += taken;
    }
    pal_buf_add(buf, (pal_str){text.ptr + plain, text.len - plain});
    pal_buf_addc(buf, '"');
}

void pal_xml_text(struct pal_buf *buf, pal_str text)
{
    size_t plain = 0; /* start of the run that needs no escape */
    for (size_t i = 0; i < text.len;) {
        const unsigned char c = (unsigned char)text.ptr[i];
        const char *entity = NULL;
        size_t taken = 1;
        if (c >= 0x80) {
            uint32_t point;
            taken = pal_utf8_next(text, i, &point);
            if (point == 0xFFFE || point == 0xFFFF || (point == 0xFFFD && taken == 1))
                entity = "\xEF\xBF\xBD";
        } else if (c == '&') {
            entity = "&amp;";
        } else if (c == '<') {
            entity = "&lt;";
        } else if (c == '>') {
            entity = "&gt;";
        } else if (c == '"') {
            entity = "&quot;";
        } else if (c == '\'') {
            entity = "&#39;";
        } else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
            entity = "\xEF\xBF\xBD";
        }
        if (entity) {
            pal_buf_add(buf, (pal_str){text.ptr + plain, i - plain});
            pal_buf_adds(buf, entity);
            plain = i + taken;
        }
        i += taken;
    }
    if (text.len > plain)
        pal_buf_add(buf, (pal_str){text.ptr + plain, text.len - plain});
}
