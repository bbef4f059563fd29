/* xlsx_text.c: dates of workbooks as ISO text, and escaped characters. */
#include "xlsx.h"

#include <math.h>
#include <string.h>

enum xlsx_format xlsx_format_builtin(int64_t id)
{
    if ((id >= 14 && id <= 17) || id == 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58))
        return XLSX_DATE; /* 27-36 and 50-58: dates of East Asian locales */
    if (id == 46)
        return XLSX_ELAPSED;
    if ((id >= 18 && id <= 21) || id == 45 || id == 47)
        return XLSX_TIME;
    return XLSX_NUMBER;
}

/* Letters inside quotes, behind a backslash, and behind _ or * (room as wide as a letter, a letter
 * that fills) are no fields; brackets hold colours and locales, or elapsed hours. */
enum xlsx_format xlsx_format_of(pal_str code)
{
    bool quoted = false, date = false, time = false, elapsed = false, month = false;
    for (size_t i = 0; i < code.len && code.ptr[i] != ';'; i++) {
        const char c = code.ptr[i], next = i + 1 < code.len ? code.ptr[i + 1] : '\0';
        if (c == '"') {
            quoted = !quoted;
        } else if (quoted) {
            continue;
        } else if (c == '\\' || c == '_' || c == '*') {
            i++;
        } else if (c == '[') {
            elapsed |= next && strchr("hHmMsS", next) && i + 2 < code.len &&
                       (code.ptr[i + 2] == ']' || code.ptr[i + 2] == next);
            while (i + 1 < code.len && code.ptr[i] != ']')
                i++;
        } else if (strchr("yYdD", c)) {
            date = true;
        } else if (strchr("hHsS", c)) {
            time = true;
        } else if (c == 'm' || c == 'M') {
            month = true;
        } else if (c == 'G' && code.len - i >= 7 && memcmp(code.ptr + i, "General", 7) == 0) {
            i += 6;
        }
    }
    return date      ? XLSX_DATE
           : elapsed ? XLSX_ELAPSED
           : time    ? XLSX_TIME
           : month   ? XLSX_DATE
                     : XLSX_NUMBER;
}

/* Year, month and day of a count of days from 1970-01-01, in whole numbers (Hinnant 2013,
 * "chrono-compatible low-level date algorithms"). */
struct pal_date io_civil(int32_t days)
{
    const int32_t z = days + 719468;
    const int32_t era = (z >= 0 ? z : z - 146096) / 146097;
    const int32_t doe = z - era * 146097;
    const int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int32_t mp = (5 * doy + 2) / 153;
    const int month = mp < 10 ? mp + 3 : mp - 9;
    return (struct pal_date){yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

size_t xlsx_date_write(double serial, enum xlsx_format format, bool epoch_1904, char *out,
                       size_t size)
{
    enum { A_DAY = 86400, LAST = 2958466 /* behind 9999-12-31 */, FEBRUARY_29_1900 = 60 };
    if (!(serial >= 0 && serial < LAST))
        return 0;
    const int64_t seconds = llround(serial * A_DAY);
    const int64_t rest = seconds % A_DAY;
    const int hour = (int)(rest / 3600), minute = (int)(rest / 60 % 60), second = (int)(rest % 60);
    int32_t day = (int32_t)(seconds / A_DAY);
    int n;
    if (format == XLSX_ELAPSED) {
        n = snprintf(out, size, "%02lld:%02d:%02d", (long long)(seconds / 3600), minute, second);
        return n > 0 && (size_t)n < size ? (size_t)n : 0;
    }
    if (day == 0 && (format == XLSX_TIME || !epoch_1904)) { /* serial 0 of 1900 is no day */
        n = snprintf(out, size, "%02d:%02d:%02d", hour, minute, second);
        return n > 0 && (size_t)n < size ? (size_t)n : 0;
    }
    struct pal_date date;
    if (epoch_1904)
        day += 1462;
    if (!epoch_1904 && day == FEBRUARY_29_1900)
        date = (struct pal_date){1900, 2, 29}; /* the day that workbooks have and years have not */
    else
        date = io_civil(day - 25569 + (day < FEBRUARY_29_1900));
    if (date.year > 9999)
        return 0;
    if (rest)
        n = snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d", date.year, date.month, date.day,
                     hour, minute, second);
    else
        n = snprintf(out, size, "%04d-%02d-%02d", date.year, date.month, date.day);
    return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* The character that _xHHHH_ at `p` stands for; 0 when it is no escape. Surrogates are left as they
 * stand. */
static uint32_t escaped(const char *p, size_t left)
{
    uint32_t point = 0;
    if (left < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
        return 0;
    for (size_t i = 2; i < 6; i++) {
        if (hex_digit(p[i]) < 0)
            return 0;
        point = point * 16 + (uint32_t)hex_digit(p[i]);
    }
    return point >= 0xD800 && point <= 0xDFFF ? 0 : point;
}

void xlsx_text_unescape(struct pal_buf *text)
{
    if (text->len < 7 || !memchr(text->ptr, '_', text->len - 6))
        return;
    size_t to = 0;
    for (size_t i = 0; i < text->len;) {
        const uint32_t point = escaped(text->ptr + i, text->len - i);
        if (!point) {
            text->ptr[to++] = text->ptr[i++];
            continue;
        }
        i += 7; /* the escape is longer than any character of its plane */
        if (point < 0x80) {
            text->ptr[to++] = (char)point;
        } else if (point < 0x800) {
            text->ptr[to++] = (char)(0xC0 | point >> 6);
            text->ptr[to++] = (char)(0x80 | (point & 0x3F));
        } else {
            text->ptr[to++] = (char)(0xE0 | point >> 12);
            text->ptr[to++] = (char)(0x80 | (point >> 6 & 0x3F));
            text->ptr[to++] = (char)(0x80 | (point & 0x3F));
        }
    }
    text->len = to;
    text->ptr[to] = '\0';
}
