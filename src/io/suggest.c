/* suggest.c: a guess at the dialect of a table that nobody described. */
#include "inside.h"

#include <string.h>

enum { LOOK = 64 * 1024 };

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

/* The delimiter that cuts the most lines of the beginning into the same number (above one) of
 * fields; UTF-8 unless the bytes are none. */
enum pal_status pal_dialect_suggest(const char *path, struct pal_arena *arena,
                                    struct pal_dialect *out, struct pal_error *err)
{
    struct tally tally[DELIMITERS] = {{0, 0, 0}};
    struct pal_source *source;
    enum io_format format;
    *out = (struct pal_dialect){.delimiter = ',', .header_rows = 1};
    if (!pal_file_exists(path))
        return PAL_OK; /* a pipe cannot be looked at twice; what is missing is told on opening */
    PAL_TRY(pal_source_open(path, NULL, arena, &source, err));
    PAL_TRY(io_format_of(source, &format, err));
    if (format == IO_FORMAT_ZIP)
        return PAL_OK; /* a workbook has no delimiter */
    char *text = pal_arena_alloc(arena, LOOK, 1);
    size_t have = 0, got = 1;
    if (!text)
        return pal_nomem(err, path);
    while (have < LOOK && got) {
        PAL_TRY(pal_source_read(source, text + have, LOOK - have, &got, err));
        have += got;
    }
    count((pal_str){text, have}, tally);
    size_t best = 0;
    for (size_t d = 0; d < DELIMITERS; d++) {
        if (tally[d].same * (tally[d].first + 1) > best) {
            best = tally[d].same * (tally[d].first + 1);
            out->delimiter = delimiters[d];
        }
    }
    size_t whole = have; /* do not judge a code point that the look cut off */
    while (whole > 0 && have == LOOK && ((unsigned char)text[whole - 1] & 0x80))
        whole--;
    if (!pal_utf8_valid((pal_str){text, whole}))
        out->encoding = "windows-1252";
    return PAL_OK;
}
