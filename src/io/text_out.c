/* text_out.c: fields and texts escaped for CSV, JSON and XML. */
#include "inside.h"

#include <string.h>

static bool is_special(char c) { return c == ',' || c == '"' || c == '\n' || c == '\r'; }

static bool needs_quotes(pal_str field)
{
    enum { STEP = 16 };
    bool any = false;
    size_t i = 0;
    if (!field.len)
        return false;
    for (; i + STEP <= field.len; i += STEP) /* without a way out inside: all at once */
        for (size_t k = 0; k < STEP; k++)
            any |= is_special(field.ptr[i + k]);
    for (; i < field.len; i++)
        any |= is_special(field.ptr[i]);
    /* Readers may take blanks off the ends of a field without quotes. */
    const char first = field.ptr[0], last = field.ptr[field.len - 1];
    return any || first == ' ' || first == '\t' || last == ' ' || last == '\t';
}

/* Most fields are short and need nothing: they are copied at once where there is room. */
static void add_plain(struct pal_buf *buf, pal_str field, bool first)
{
    const size_t more = field.len + !first;
    if (buf->failed || buf->cap - buf->len <= more || buf->ceiling - buf->len < more) {
        if (!first)
            pal_buf_addc(buf, ',');
        pal_buf_add(buf, field);
        return;
    }
    char *to = buf->ptr + buf->len;
    if (!first)
        *to++ = ',';
    if (field.len)
        memcpy(to, field.ptr, field.len);
    buf->len += more;
    buf->ptr[buf->len] = '\0';
}

static void add_quoted(struct pal_buf *buf, const char *before, pal_str field, bool first)
{
    pal_buf_adds(buf, first ? "\"" : ",\"");
    pal_buf_adds(buf, before);
    for (const char *cut; (cut = field.len ? memchr(field.ptr, '"', field.len) : NULL);) {
        const size_t until = (size_t)(cut - field.ptr) + 1;
        pal_buf_add(buf, (pal_str){field.ptr, until});
        pal_buf_addc(buf, '"');
        field = (pal_str){field.ptr + until, field.len - until};
    }
    pal_buf_add(buf, field);
    pal_buf_addc(buf, '"');
}

void pal_csv_field(struct pal_buf *buf, pal_str field, bool first)
{
    if (needs_quotes(field))
        add_quoted(buf, "", field, first);
    else
        add_plain(buf, field, first);
}

char *pal_csv_put(char *to, pal_str field)
{
    if (!needs_quotes(field))
        return pal_put(to, field);
    *to++ = '"';
    for (size_t i = 0; i < field.len; i++) {
        if (field.ptr[i] == '"')
            *to++ = '"';
        *to++ = field.ptr[i];
    }
    *to++ = '"';
    return to;
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
    if (!is_risky(field)) {
        pal_csv_field(buf, field, first);
    } else if (needs_quotes(field)) {
        add_quoted(buf, "'", field, first);
    } else {
        add_plain(buf, PAL_STR("'"), first);
        pal_buf_add(buf, field);
    }
}

char *pal_csv_put_safe(char *to, pal_str field)
{
    if (!is_risky(field))
        return pal_csv_put(to, field);
    char *end = pal_csv_put(to + 1, field); /* what begins it moves one place to the left */
    if (needs_quotes(field))
        *to++ = '"';
    *to = '\'';
    return end;
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
