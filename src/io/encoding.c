/* encoding.c: the code pages that published files come in. */
#include "inside.h"

enum pal_status io_encoding_parse(const char *name, enum io_encoding *out, struct pal_error *err)
{
    static const struct {
        pal_str name;
        enum io_encoding encoding;
    } known[] = {
        {PAL_STR_INIT("utf-8"), IO_UTF8},         {PAL_STR_INIT("utf8"), IO_UTF8},
        {PAL_STR_INIT("utf-8-sig"), IO_UTF8},     {PAL_STR_INIT("ascii"), IO_UTF8},
        {PAL_STR_INIT("us-ascii"), IO_UTF8},      {PAL_STR_INIT("latin-1"), IO_LATIN1},
        {PAL_STR_INIT("latin1"), IO_LATIN1},      {PAL_STR_INIT("iso-8859-1"), IO_LATIN1},
        {PAL_STR_INIT("iso8859-1"), IO_LATIN1},   {PAL_STR_INIT("windows-1252"), IO_WINDOWS1252},
        {PAL_STR_INIT("cp1252"), IO_WINDOWS1252}, {PAL_STR_INIT("mixed"), IO_MIXED},
    };
    const pal_str word = pal_str_of(name ? name : "utf-8");
    for (size_t i = 0; i < PAL_COUNT(known); i++) {
        if (pal_str_eq_nocase(word, known[i].name)) {
            *out = known[i].encoding;
            return PAL_OK;
        }
    }
    return pal_fail(err, PAL_SYNTAX,
                    "unknown encoding '%s'; there are utf-8, latin-1, windows-1252 and mixed",
                    name);
}

enum pal_status pal_encoding_check(const char *name, struct pal_error *err)
{
    enum io_encoding ignored;
    return io_encoding_parse(name, &ignored, err);
}

/* 0x80-0x9F of windows-1252; the five holes stay control characters, as browsers read them. */
static const uint16_t windows1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

static void add_point(struct pal_buf *out, uint32_t point)
{
    if (point < 0x80) {
        pal_buf_addc(out, (char)point);
    } else if (point < 0x800) {
        pal_buf_addc(out, (char)(0xC0 | point >> 6));
        pal_buf_addc(out, (char)(0x80 | (point & 0x3F)));
    } else {
        pal_buf_addc(out, (char)(0xE0 | point >> 12));
        pal_buf_addc(out, (char)(0x80 | (point >> 6 & 0x3F)));
        pal_buf_addc(out, (char)(0x80 | (point & 0x3F)));
    }
}

bool io_decode(enum io_encoding encoding, pal_str text, struct pal_buf *out)
{
    if (encoding == IO_UTF8 || encoding == IO_MIXED) {
        const bool valid = pal_utf8_valid(text);
        if (valid)
            pal_buf_add(out, text);
        if (valid || encoding == IO_UTF8)
            return valid;
    }
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char byte = (unsigned char)text.ptr[i];
        const bool special = encoding != IO_LATIN1 && byte >= 0x80 && byte < 0xA0;
        add_point(out, special ? windows1252[byte - 0x80] : byte);
    }
    return true;
}
