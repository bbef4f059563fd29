/* str.c: text slices. */
#include "palermo/base.h"

#include <string.h>

pal_str pal_str_of(const char *text) { return (pal_str){text, text ? strlen(text) : 0}; }

bool pal_str_eq(pal_str a, pal_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

bool pal_str_eq_nocase(pal_str a, pal_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int pal_str_cmp(pal_str a, pal_str b)
{
    const size_t shorter = a.len < b.len ? a.len : b.len;
    const int c = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool pal_str_starts(pal_str s, pal_str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool pal_str_ends(pal_str s, pal_str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

pal_str pal_str_trim(pal_str s)
{
    while (s.len && is_space(s.ptr[0]))
        s.ptr++, s.len--;
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool pal_str_split(pal_str *rest, char at, pal_str *piece)
{
    if (!rest->ptr)
        return false;
    const char *cut = rest->len ? memchr(rest->ptr, at, rest->len) : NULL;
    if (!cut) {
        *piece = *rest;
        *rest = (pal_str){NULL, 0};
        return true;
    }
    const size_t taken = (size_t)(cut - rest->ptr);
    *piece = (pal_str){rest->ptr, taken};
    *rest = (pal_str){cut + 1, rest->len - taken - 1};
    return true;
}

/* Well-formed UTF-8 as the Unicode standard's table 3-7 has it: no overlong forms, no surrogates,
 * nothing above U+10FFFF. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        return left >= 2 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
    if (p[0] >= 0xE0 && p[0] <= 0xEF) {
        if (left < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
            return 0;
        if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F))
            return 0;
        return 3;
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        if (left < 4 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80)
            return 0;
        if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
            return 0;
        return 4;
    }
    return 0;
}

bool pal_utf8_valid(pal_str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    for (size_t i = 0; i < s.len;) {
        if (s.len - i >= 8) { /* eight ASCII bytes at a time */
            uint64_t word;
            memcpy(&word, p + i, 8);
            if (!(word & UINT64_C(0x8080808080808080))) {
                i += 8;
                continue;
            }
        }
        const size_t n = utf8_length(p + i, s.len - i);
        if (!n)
            return false;
        i += n;
    }
    return true;
}

size_t pal_utf8_next(pal_str s, size_t at, uint32_t *code_point)
{
    if (at >= s.len)
        return 0;
    const unsigned char *p = (const unsigned char *)s.ptr + at;
    const size_t n = utf8_length(p, s.len - at);
    switch (n) {
    case 1:
        *code_point = p[0];
        return 1;
    case 2:
        *code_point = (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
        return 2;
    case 3:
        *code_point = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
        return 3;
    case 4:
        *code_point = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
                      (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
        return 4;
    default:
        *code_point = 0xFFFD;
        return 1;
    }
}

size_t pal_utf8_count(pal_str s)
{
    size_t n = 0, at = 0;
    uint32_t code_point;
    for (size_t took; (took = pal_utf8_next(s, at, &code_point)); at += took)
        n++;
    return n;
}

enum { LONGEST_WORD = 64 };

/* Damerau-Levenshtein distance restricted to neighbours (optimal string alignment). */
static size_t distance(pal_str a, pal_str b)
{
    size_t row[3][LONGEST_WORD + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = row[i % 3];
        const size_t *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            const bool same = lower(a.ptr[i - 1]) == lower(b.ptr[j - 1]);
            size_t best = last[j - 1] + (same ? 0 : 1);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && lower(a.ptr[i - 1]) == lower(b.ptr[j - 2]) &&
                lower(a.ptr[i - 2]) == lower(b.ptr[j - 1]) && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[a.len % 3][b.len];
}

pal_str pal_nearest(pal_str word, const pal_str *words, size_t n)
{
    pal_str best = {NULL, 0};
    if (word.len == 0 || word.len > LONGEST_WORD)
        return best;
    /* A third of the letters may be wrong, and at least one. */
    size_t limit = word.len / 3 + 1;
    for (size_t i = 0; i < n; i++) {
        if (words[i].len == 0 || words[i].len > LONGEST_WORD)
            continue;
        const size_t d = distance(word, words[i]);
        if (d < limit && d < words[i].len) {
            limit = d;
            best = words[i];
            if (d == 0)
                break;
        }
    }
    return best;
}
