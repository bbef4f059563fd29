/* Code pages, held against iconv. */
#include "io/inside.h"

#include <criterion/criterion.h>
#include <iconv.h>
#include <string.h>

static void against_iconv(enum io_encoding encoding, const char *name)
{
    struct pal_arena *arena = pal_arena_new();
    const iconv_t code_page = iconv_open("UTF-8", name);
    cr_assert_neq((intptr_t)code_page, -1);
    size_t holes = 0;
    for (int byte = 1; byte < 256; byte++) {
        char in = (char)byte, out[8], *from = &in, *to = out;
        size_t left = 1, room = sizeof out;
        struct pal_buf ours;
        pal_buf_init(&ours, arena, 16);
        cr_expect(io_decode(encoding, (pal_str){&in, 1}, &ours));
        if (iconv(code_page, &from, &left, &to, &room) == (size_t)-1) {
            holes++;
            continue;
        }
        cr_expect(pal_str_eq(pal_buf_str(&ours), (pal_str){out, sizeof out - room}), "byte %02X",
                  byte);
    }
    cr_expect_eq(holes, encoding == IO_LATIN1 ? 0 : 5);
    iconv_close(code_page);
    pal_arena_free(arena);
}

Test(io_encoding, code_pages_are_those_of_iconv)
{
    against_iconv(IO_LATIN1, "ISO-8859-1");
    against_iconv(IO_WINDOWS1252, "CP1252");
}

Test(io_encoding, names)
{
    enum io_encoding encoding;
    struct pal_error err;
    cr_expect(io_encoding_parse(NULL, &encoding, &err) == PAL_OK && encoding == IO_UTF8);
    cr_expect(io_encoding_parse("UTF-8", &encoding, &err) == PAL_OK && encoding == IO_UTF8);
    cr_expect(io_encoding_parse("Latin-1", &encoding, &err) == PAL_OK && encoding == IO_LATIN1);
    cr_expect_eq(io_encoding_parse("utf-7", &encoding, &err), PAL_SYNTAX);
    cr_expect(strstr(err.text, "unknown encoding 'utf-7'"));
}
