/* Text escaped for CSV, JSON and XML; CSV written is CSV read. */
#include "palermo/io.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct pal_arena *arena;
static struct pal_buf buf;
static void begin(void)
{
    arena = pal_arena_new();
    pal_buf_init(&buf, arena, 64u << 20);
    pal_buf_adds(&buf, "");
}
static void finish(void) { pal_arena_free(arena); }
TestSuite(io_text_out, .init = begin, .fini = finish);

#define WRITES(call, expected)                                                                     \
    do {                                                                                           \
        pal_buf_clear(&buf);                                                                       \
        call;                                                                                      \
        cr_expect_str_eq(buf.ptr, expected);                                                       \
    } while (0)
#define FIELD(text) pal_csv_field(&buf, PAL_STR(text), true)
#define SAFE(text)  pal_csv_field_safe(&buf, PAL_STR(text), true)

Test(io_text_out, csv_quotes_only_where_needed)
{
    WRITES(FIELD("plain text"), "plain text");
    WRITES(FIELD("a,b"), "\"a,b\"");
    WRITES(FIELD("say \"yes\""), "\"say \"\"yes\"\"\"");
    WRITES(FIELD("a\nb"), "\"a\nb\"");
    WRITES(FIELD("a\rb"), "\"a\rb\"");
    WRITES(FIELD(" a"), "\" a\"");
    WRITES(FIELD("a\t"), "\"a\t\"");
    WRITES(FIELD(""), "");
    WRITES((FIELD("a"), pal_csv_field(&buf, PAL_STR(""), false), pal_csv_end(&buf)), "a,\n");
    WRITES((FIELD(""), pal_csv_end(&buf), FIELD(""), pal_csv_end(&buf)), "\"\"\n\"\"\n");
    WRITES((FIELD(""), pal_csv_field(&buf, PAL_STR(""), false), pal_csv_end(&buf)), ",\n");
}

Test(io_text_out, spreadsheets_compute_nothing)
{
    WRITES(SAFE("=1+1"), "'=1+1");
    WRITES(SAFE("@SUM(A1)"), "'@SUM(A1)");
    WRITES(SAFE("+1-2"), "'+1-2");
    WRITES(SAFE("-2+3"), "'-2+3");
    WRITES(SAFE("-5"), "-5");
    WRITES(SAFE("-0.5e3"), "-0.5e3");
    WRITES(SAFE("-"), "-");
    WRITES(SAFE("\t=1"), "\"'\t=1\"");
    WRITES(SAFE("\r\n=1"), "\"'\r\n=1\"");
    WRITES(SAFE("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
    WRITES(SAFE("a=b"), "a=b");
}

Test(io_text_out, in_place_as_into_a_buffer)
{
    static const pal_str texts[] = {
        PAL_STR_INIT("=1+1"), PAL_STR_INIT("=a,b"), PAL_STR_INIT("@x\"y"), PAL_STR_INIT("-5"),
        PAL_STR_INIT("-"),    PAL_STR_INIT("a,b"),  PAL_STR_INIT(""),      PAL_STR_INIT("\n=1"),
        PAL_STR_INIT("+"),    PAL_STR_INIT("_T"),
    };
    for (size_t i = 0; i < PAL_COUNT(texts); i++) {
        char room[64] = "";
        *pal_csv_put_safe(room, texts[i]) = '\0';
        pal_buf_clear(&buf);
        pal_csv_field_safe(&buf, texts[i], true);
        cr_expect_str_eq(room, buf.len ? buf.ptr : "");
    }
}

Test(io_text_out, csv_written_is_csv_read)
{
    static const char letters[] = "a,\"\n\r \t;'=";
    struct pal_random random;
    pal_random_start(&random, 1, "csv-law", 0);
    for (size_t round = 0; round < 300; round++) {
        struct pal_records *records;
        struct pal_record record;
        struct pal_error err;
        bool end;
        char text[40][8];
        pal_str field[40];
        const size_t rows = 1 + pal_random_below(&random, 8),
                     fields = 1 + pal_random_below(&random, 5);
        struct pal_arena_mark mark = pal_arena_mark(arena);
        struct pal_buf out;
        pal_buf_init(&out, arena, 1u << 20);
        for (size_t i = 0; i < rows * fields; i++) {
            field[i] = (pal_str){text[i], pal_random_below(&random, 8)};
            for (size_t k = 0; k < field[i].len; k++)
                text[i][k] = letters[pal_random_below(&random, sizeof letters - 1)];
            pal_csv_field(&out, field[i], i % fields == 0);
            if (i % fields == fields - 1)
                pal_csv_end(&out);
        }
        const struct pal_dialect bare = {0};
        cr_assert_eq(pal_records_open(scratch_file("law.csv", out.ptr, out.len), &bare, NULL, arena,
                                      &records, &err),
                     PAL_OK);
        for (size_t row = 0; row < rows; row++) {
            cr_assert_eq(pal_records_next(records, &record, &end, &err), PAL_OK, "%s", err.text);
            cr_assert(!end && record.fields == fields, "row %zu of <%s>", row, out.ptr);
            for (size_t i = 0; i < fields; i++)
                cr_assert(pal_str_eq(record.field[i], field[row * fields + i]), "<%s>", out.ptr);
        }
        cr_assert_eq(pal_records_next(records, &record, &end, &err), PAL_OK);
        cr_assert(end);
        pal_arena_reset(arena, mark);
    }
}

Test(io_text_out, json)
{
    WRITES(pal_json_text(&buf, PAL_STR("plain")), "\"plain\"");
    WRITES(pal_json_text(&buf, PAL_STR("a\"b\\c\n\t\r\x01\x7F")),
           "\"a\\\"b\\\\c\\n\\t\\u000d\\u0001\\u007f\"");
    WRITES(pal_json_text(&buf, PAL_STR("C\xC3\xB4te")), "\"C\xC3\xB4te\"");
    WRITES(pal_json_text(&buf, PAL_STR("a\xFF"
                                       "b\xC3")),
           "\"a\xEF\xBF\xBD"
           "b\xEF\xBF\xBD\"");
    WRITES(pal_json_text(&buf, PAL_STR("")), "\"\"");
}

Test(io_text_out, xml)
{
    WRITES(pal_xml_text(&buf, PAL_STR("a<b>&\"c'")), "a&lt;b&gt;&amp;&quot;c&#39;");
    WRITES(pal_xml_text(&buf, PAL_STR("\x01 \t\n\xFF \xEF\xBF\xBE")),
           "\xEF\xBF\xBD \t\n\xEF\xBF\xBD \xEF\xBF\xBD");
    WRITES(pal_xml_text(&buf, PAL_STR("C\xC3\xB4te \xF0\x9F\x98\x80")),
           "C\xC3\xB4te \xF0\x9F\x98\x80");
}
