/* format.c: what a file is, by its first bytes. Names lie; bytes do not. */
#include "inside.h"

#include <string.h>

struct known {
    pal_str start;
    const char *what; /* what it is, and the way out */
};

static const struct known refused[] = {
    {PAL_STR_INIT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
     "an old .xls workbook, or one locked with a password; save it as .xlsx without a password"},
    {PAL_STR_INIT("PK\5\6"), "an empty ZIP file"},
    {PAL_STR_INIT("\xFF\xFE\0\0"), "UTF-32 text; save it as UTF-8"},
    {PAL_STR_INIT("\0\0\xFE\xFF"), "UTF-32 text; save it as UTF-8"},
    {PAL_STR_INIT("\xFF\xFE"), "UTF-16 text; save it as UTF-8"},
    {PAL_STR_INIT("\xFE\xFF"), "UTF-16 text; save it as UTF-8"},
    {PAL_STR_INIT("\xFD"
                  "7zXZ"),
     "compressed by xz; unpack it, or compress it with gzip"},
    {PAL_STR_INIT("\x28\xB5\x2F\xFD"), "compressed by zstd; unpack it, or compress it with gzip"},
    {PAL_STR_INIT("7z\xBC\xAF\x27\x1C"), "a 7-Zip archive; unpack it"},
    {PAL_STR_INIT("Rar!\x1A\x07"), "a RAR archive; unpack it"},
    {PAL_STR_INIT("%PDF-"), "a PDF document; ask its publisher for the table as CSV or XLSX"},
};

static bool is_bzip2(pal_str start)
{
    return start.len >= 10 && memcmp(start.ptr, "BZh", 3) == 0 && start.ptr[3] >= '1' &&
           start.ptr[3] <= '9' && memcmp(start.ptr + 4, "1AY&SY", 6) == 0;
}

/* A saved error or log-in page is the commonest file that is no table. */
static bool is_page(pal_str start)
{
    static const pal_str openings[] = {PAL_STR_INIT("<!doctype html"), PAL_STR_INIT("<html"),
                                       PAL_STR_INIT("<?xml")};
    if (pal_str_starts(start, PAL_STR("\xEF\xBB\xBF")))
        start = (pal_str){start.ptr + 3, start.len - 3};
    start = pal_str_trim(start);
    for (size_t i = 0; i < PAL_COUNT(openings); i++)
        if (start.len >= openings[i].len &&
            pal_str_eq_nocase((pal_str){start.ptr, openings[i].len}, openings[i]))
            return true;
    return false;
}

enum pal_status io_format_of(const struct pal_source *source, enum io_format *out,
                             struct pal_error *err)
{
    const pal_str start = io_source_start(source);
    const char *what = NULL;
    if (io_statfile_is(start, &what)) {
        *out = IO_FORMAT_STATFILE;
        return PAL_OK;
    }
    *out = pal_str_starts(start, PAL_STR("PK\3\4")) ? IO_FORMAT_ZIP : IO_FORMAT_TEXT;
    for (size_t i = 0; i < PAL_COUNT(refused) && !what; i++)
        if (pal_str_starts(start, refused[i].start))
            what = refused[i].what;
    if (is_bzip2(start))
        what = "compressed by bzip2; unpack it, or compress it with gzip";
    else if (is_page(start))
        what = "a web page or an XML document, not a table";
    return what ? pal_fail(err, PAL_DATA, "'%s' is %s", pal_source_name(source), what) : PAL_OK;
}
