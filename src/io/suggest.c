/* suggest.c: a guess at the dialect of a table that nobody described. */
#include "inside.h"

enum { LOOK = 64 * 1024 };

struct tally {    /* of one delimiter */
    size_t first; /* delimiters on the first line                */
    size_t same;  /* lines that hold as many as the first, and any */
};

/* Lines are cut where quotes are closed, whatever their line end; a line that the look cut off
 * is left out unless it is the only one. */
static struct tally count(pal_str text, char delimiter)
{
    struct tally tally = {0, 0};
    size_t here = 0, lines = 0;
    bool inside = false, any = false;
    for (size_t i = 0; i <= text.len; i++) {
        const char c = i < text.len ? text.ptr[i] : '\n';
        if (i == text.len && lines)
            break;
        inside ^= c == '"';
        if (inside && i < text.len)
            continue;
        if (c == delimiter)
            here++;
        if (c != '\n' && c != '\r') {
            any = true;
            continue;
        }
        if (any) { /* blank lines, and the LF of CR LF, say nothing */
            if (lines++ == 0)
                tally.first = here;
            tally.same += here == tally.first && here > 0;
        }
        here = 0;
        any = false;
    }
    return tally;
}

/* The delimiter that cuts the most lines of the beginning into the same number (above one) of
 * fields; UTF-8 unless the bytes are none. */
enum pal_status pal_dialect_suggest(const char *path, struct pal_arena *arena,
                                    struct pal_dialect *out, struct pal_error *err)
{
    static const char delimiters[] = {',', ';', '\t', '|'};
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
    size_t best = 0;
    for (size_t d = 0; d < PAL_COUNT(delimiters); d++) {
        const struct tally tally = count((pal_str){text, have}, delimiters[d]);
        if (tally.same * (tally.first + 1) > best) {
            best = tally.same * (tally.first + 1);
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
