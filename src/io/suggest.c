/* suggest.c: a guess at the dialect of a table that nobody described. */
#include "inside.h"

#include <string.h>

static const char delimiters[] = {',', ';', '\t', '|'};
enum { DELIMITERS = sizeof delimiters, QUOTE, END, OTHER };

struct tally {    /* of one delimiter */
    size_t here;  /* so many on this line                              */
    size_t first; /* on the first line                                 */
    size_t same;  /* lines that hold as many as the first, when it any */
};

/* Lines are cut where quotes are closed, whatever their line end; blank lines, and the LF of CR LF,
 * say nothing. A line that the look cut off is left out unless it is the only one. */
static void count(pal_str text, struct tally *tally /* [DELIMITERS] */)
{
    uint8_t kind[256];
    bool inside = false, any = false;
    size_t lines = 0;
    memset(kind, OTHER, sizeof kind);
    for (size_t d = 0; d < DELIMITERS; d++)
        kind[(unsigned char)delimiters[d]] = (uint8_t)d;
    kind['"'] = QUOTE;
    kind['\n'] = kind['\r'] = END;
    for (size_t i = 0; i <= text.len; i++) {
        const uint8_t k = i < text.len ? kind[(unsigned char)text.ptr[i]] : END;
        if (k == QUOTE)
            inside = !inside;
        if (k != END)
            any = true;
        if (k < DELIMITERS && !inside)
            tally[k].here++;
        if (k != END || !any || (i < text.len ? inside : lines > 0))
            continue;
        for (size_t d = 0; d < DELIMITERS; d++) {
            if (!lines)
                tally[d].first = tally[d].here;
            tally[d].same += tally[d].here && tally[d].here == tally[d].first;
            tally[d].here = 0;
        }
        lines++;
        any = false;
    }
}

/* A code point that the look cut off is no reason to call the text other than UTF-8. */
static pal_str without_half_a_point(pal_str text)
{
    for (size_t k = 1; k <= 3 && k <= text.len; k++) {
        const unsigned char byte = (unsigned char)text.ptr[text.len - k];
        if (byte < 0x80)
            break;
        if (byte >= 0xC0) { /* the first byte of a point of 2, 3 or 4 */
            const size_t need = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
            return k < need ? (pal_str){text.ptr, text.len - k} : text;
        }
    }
    return text;
}

/* The delimiter that cuts the most lines of the beginning into the same number (above one) of
 * fields; UTF-8 unless the bytes are none. */
void io_dialect_guess(pal_str look, bool cut, struct pal_dialect *out)
{
    struct tally tally[DELIMITERS] = {{0, 0, 0}};
    size_t best = 0;
    out->delimiter = ',';
    count(look, tally);
    for (size_t d = 0; d < DELIMITERS; d++) {
        if (tally[d].same * (tally[d].first + 1) > best) {
            best = tally[d].same * (tally[d].first + 1);
            out->delimiter = delimiters[d];
        }
    }
    out->encoding = pal_utf8_valid(cut ? without_half_a_point(look) : look) ? NULL : "windows-1252";
}

enum pal_status pal_dialect_suggest(const char *path, struct pal_arena *arena,
                                    struct pal_dialect *out, struct pal_error *err)
{
    struct pal_source *source;
    enum io_format format;
    pal_str look;
    bool cut;
    *out = (struct pal_dialect){.delimiter = ',', .header_rows = 1};
    if (!pal_file_exists(path))
        return PAL_OK; /* a pipe cannot be looked at twice; what is missing is told on opening */
    PAL_TRY(pal_source_open(path, NULL, arena, &source, err));
    PAL_TRY(io_format_of(source, &format, err));
    if (format == IO_FORMAT_ZIP)
        return PAL_OK; /* a workbook has no delimiter */
    PAL_TRY(io_source_look(source, arena, &look, &cut, err));
    io_dialect_guess(look, cut, out);
    return PAL_OK;
}
