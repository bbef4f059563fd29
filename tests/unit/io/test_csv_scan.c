/* The scanner takes a line only when libcsv would have read it the same way. */
#include "io/inside.h"

#include <criterion/criterion.h>
#include <csv.h>
#include <string.h>

enum { ROOM = 64, LINES = 400000 };

struct heard { /* what libcsv made of a line */
    char text[256];
    size_t used, n, rows;
    pal_str field[ROOM];
};

static void on_field(void *bytes, size_t size, void *context)
{
    struct heard *heard = context;
    memcpy(heard->text + heard->used, bytes, size);
    heard->field[heard->n++] = (pal_str){heard->text + heard->used, size};
    heard->used += size;
}

static void on_row(int terminator, void *context)
{
    (void)terminator;
    ((struct heard *)context)->rows++;
}

/* False when libcsv refuses the line. */
static bool ask_libcsv(pal_str line, char delimiter, char quote, struct heard *heard)
{
    struct csv_parser parser;
    *heard = (struct heard){.used = 0};
    cr_assert_eq(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI), 0);
    csv_set_delim(&parser, (unsigned char)delimiter);
    csv_set_quote(&parser, (unsigned char)quote);
    const bool taken =
        csv_parse(&parser, line.ptr, line.len, on_field, on_row, heard) == line.len &&
        csv_fini(&parser, on_field, on_row, heard) == 0;
    csv_free(&parser);
    return taken;
}

static void compare(pal_str line, char delimiter, char quote, size_t *taken)
{
    pal_str field[ROOM];
    bool quoted[ROOM];
    struct io_fields fields = {field, quoted, ROOM, 0};
    struct heard heard;
    unsigned look;
    const bool plain = io_csv_scan(line, delimiter, quote, &fields, &look);
    cr_assert_eq(look, io_text_look(line), "<%.*s>", PAL_ARG(line));
    if (!plain)
        return;
    ++*taken;
    cr_assert(ask_libcsv(line, delimiter, quote, &heard), "libcsv refuses <%.*s>", PAL_ARG(line));
    cr_assert_eq(fields.n, heard.n, "<%.*s>: %zu fields, libcsv %zu", PAL_ARG(line), fields.n,
                 heard.n);
    for (size_t i = 0; i < fields.n; i++)
        cr_assert(pal_str_eq(field[i], heard.field[i]), "<%.*s>: field %zu <%.*s>, libcsv <%.*s>",
                  PAL_ARG(line), i, PAL_ARG(field[i]), PAL_ARG(heard.field[i]));
}

Test(io_csv_scan, agrees_with_libcsv_on_random_lines)
{
    static const char dialects[][3] = {",\"", ";\"", "\t\"", "|'", " \""};
    struct pal_random random;
    size_t taken = 0;
    pal_random_start(&random, 1, "csv-scan", 0);
    for (size_t i = 0; i < LINES; i++) {
        const char *dialect = dialects[pal_random_below(&random, PAL_COUNT(dialects))];
        const char letters[] = {dialect[0], dialect[1], 'a',        ' ',
                                '\t',       'b',        dialect[0], dialect[1]};
        char line[40];
        const size_t n = pal_random_below(&random, sizeof line);
        for (size_t k = 0; k < n; k++)
            line[k] = letters[pal_random_below(&random, sizeof letters)];
        compare((pal_str){line, n}, dialect[0], dialect[1], &taken);
    }
    cr_expect_gt(taken, LINES / 10, "only %zu lines were taken", taken);
}

Test(io_csv_scan, takes_the_lines_that_files_are_made_of)
{
    static const char *const lines[] = {
        "ALB,Albania,2019,12", "\"ALB\",\"Bahamas, The\",\"\",3", "", ",,,", "  ", "a, b ,c",
        "\"a\",b,\"c\"",       "2013-09-04 10:30:00,x",
    };
    size_t taken = 0;
    for (size_t i = 0; i < PAL_COUNT(lines); i++)
        compare(pal_str_of(lines[i]), ',', '"', &taken);
    cr_expect_eq(taken, PAL_COUNT(lines));
}

Test(io_csv_scan, looks_at_every_byte)
{
    char text[40];
    for (size_t n = 0; n < sizeof text; n++) {
        memset(text, 'a', sizeof text);
        cr_expect_eq(io_text_look((pal_str){text, n}), 0);
        for (size_t at = 0; at < n; at++) {
            text[at] = '\0';
            cr_expect_eq(io_text_look((pal_str){text, n}), IO_HAS_NUL);
            text[at] = '\x80';
            cr_expect_eq(io_text_look((pal_str){text, n}), IO_HAS_HIGH);
            text[at] = '\x01'; /* beside a zero this is where a careless test for zero errs */
            cr_expect_eq(io_text_look((pal_str){text, n}), 0);
            text[at] = 'a';
        }
    }
}

Test(io_csv_scan, looks_at_every_byte_while_it_cuts)
{
    char text[40];
    pal_str field[ROOM];
    bool quoted[ROOM];
    struct io_fields fields = {field, quoted, ROOM, 0};
    for (size_t n = 1; n < sizeof text; n++) {
        memset(text, 'a', sizeof text);
        for (size_t at = 0; at < n; at++) {
            static const struct {
                char byte;
                unsigned look;
            } each[] = {{'\0', IO_HAS_NUL}, {'\x80', IO_HAS_HIGH}, {'\x01', 0}, {',', 0}};
            for (size_t k = 0; k < PAL_COUNT(each); k++) {
                unsigned look;
                text[at] = each[k].byte;
                cr_expect(io_csv_scan((pal_str){text, n}, ',', '"', &fields, &look));
                cr_expect_eq(look, each[k].look, "byte %zu of %zu", at, n);
                cr_expect_eq(fields.n, each[k].byte == ',' ? 2 : 1);
            }
            text[at] = 'a';
        }
    }
}
