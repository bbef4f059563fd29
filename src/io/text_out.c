/* text_out.c: fields and texts escaped for CSV, JSON and XML. */
#include "inside.h"

#include <string.h>

static bool needs_quotes(pal_str field)
{
    if (!field.len)
        return false;
    for (size_t i = 0; i < field.len; i++) {
        const char c = field.ptr[i];
        if (c == ',' || c == '"' || c == '\n' || c == '\r')
            return true;
    }
    return field.ptr[0] == ' ' || field.ptr[field.len - 1] == ' ';
}

static void add_field(struct pal_buf *buf, pal_str field, const char *before)
{
    if (!*before && !needs_quotes(field)) {
        pal_buf_add(buf, field);
        return;
    }
    const bool quotes = needs_quotes(field);
    if (quotes)
        pal_buf_addc(buf, '"');
    pal_buf_adds(buf, before);
    for (size_t i = 0; i < field.len; i++) {
        if (field.ptr[i] == '"')
            pal_buf_addc(buf, '"');
        pal_buf_addc(buf, field.ptr[i]);
    }
    if (quotes)
        pal_buf_addc(buf, '"');
}

void pal_csv_field(struct pal_buf *buf, pal_str field, bool first)
{
    if (!first)
        pal_buf_addc(buf, ',');
    add_field(buf, field, "");
}

void pal_csv_field_safe(struct pal_buf *buf, pal_str field, bool first)
{
    double number;
    const bool risky =
        field.len && strchr("=+-@\t\r", field.ptr[0]) && !pal_num_parse(field, &number);
    if (!first)
        pal_buf_addc(buf, ',');
    /* A lone hyphen is the table symbol for "not applicable", and no formula. */
    add_field(buf, field, risky && !(field.len == 1 && field.ptr[0] == '-') ? "'" : "");
}

void pal_csv_end(struct pal_buf *buf) { pal_buf_addc(buf, '\n'); }

void pal_json_text(struct pal_buf *buf, pal_str text)
{
    pal_buf_addc(buf, '"');
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\') {
            pal_buf_addc(buf, '\\');
            pal_buf_addc(buf, (char)c);
        } else if (c == '\n') {
            pal_buf_adds(buf, "\\n");
        } else if (c == '\t') {
            pal_buf_adds(buf, "\\t");
        } else if (c < 0x20 || c == 0x7F) {
            pal_buf_addf(buf, "\\u%04x", c);
        } else {
            pal_buf_addc(buf, (char)c);
        }
    }
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
