/* Workbooks: made by libxlsxwriter and by hand, and what is refused. */
#include "palermo/io.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

static const struct pal_dialect bare = {0}, usual = {.header_rows = 1};

/* ---- workbooks made by hand: only what a test is about is written out ---------------------- */

#define MAIN   "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define RELATIONS(body)                                                                            \
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" body  \
    "</Relationships>"
#define RELATION(id, type, target)                                                                 \
    "<Relationship Id=\"" id "\" Type=\"" OFFICE "/" type "\" Target=\"" target "\"/>"

static const char package[] = RELATIONS(RELATION("rId1", "officeDocument", "xl/workbook.xml"));
static const char book[] = "<workbook " MAIN " xmlns:r=\"" OFFICE "\"><workbookPr/><sheets>"
                           "<sheet name=\"Data\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
static const char links[] = RELATIONS(RELATION("rId1", "worksheet", "worksheets/sheet1.xml")
                                          RELATION("rId2", "sharedStrings", "sharedStrings.xml")
                                              RELATION("rId3", "styles", "/xl/styles.xml"));

struct parts {
    const char *package, *book, *links, *strings, *styles, *sheet, *extra_name, *extra;
};

static const char *workbook(const struct parts *parts)
{
    const char *path = scratch_path("made.xlsx");
    struct pal_zip_member members[8];
    struct pal_error err;
    size_t n = 0;
    const struct pal_zip_member all[] = {
        {"_rels/.rels", pal_str_of(parts->package ? parts->package : package)},
        {"xl/workbook.xml", pal_str_of(parts->book ? parts->book : book)},
        {"xl/_rels/workbook.xml.rels", pal_str_of(parts->links ? parts->links : links)},
        {"xl/sharedStrings.xml", pal_str_of(parts->strings)},
        {"xl/styles.xml", pal_str_of(parts->styles)},
        {"xl/worksheets/sheet1.xml", pal_str_of(parts->sheet)},
        {parts->extra_name, pal_str_of(parts->extra)},
    };
    for (size_t i = 0; i < PAL_COUNT(all); i++)
        if (all[i].content.ptr)
            members[n++] = all[i];
    cr_assert_eq(pal_zip_write(path, members, n, &err), PAL_OK, "%s", err.text);
    return path;
}

#define SHEET(rows) "<worksheet " MAIN "><sheetData>" rows "</sheetData></worksheet>"

static const char *read_sheet(const char *sheet)
{
    const struct parts parts = {.sheet = sheet};
    return scratch_records(workbook(&parts), &bare);
}

#define READS(rows, expected) cr_expect_str_eq(read_sheet(SHEET(rows)), expected)
#define REFUSES(parts, said)                                                                       \
    do {                                                                                           \
        const char *refuses_ = scratch_records(workbook(&(parts)), &bare);                         \
        cr_expect(strstr(refuses_, said) && refuses_[0] == '!', "%s", refuses_);                   \
    } while (0)

Test(io_xlsx_in, sparse_rows_and_columns)
{
    READS("<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"D2\"><v>2</v></c></row>"
          "<row r=\"5\"><c r=\"A5\"><v>3</v></c></row>",
          "2 |1||2\n5 3\n");
    READS("<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>",
          "1 1|2\n3 3\n");
    READS("<row r=\"1\"><c r=\"A1\"/><c r=\"B1\" t=\"s\"/></row><row r=\"7\"><c r=\"AA7\"><v>1</v>"
          "</c></row>",
          "7 ||||||||||||||||||||||||||1\n");
    READS("", "");
}

Test(io_xlsx_in, a_field_keeps_nothing_of_the_row_before)
{
    READS("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>x</v></c><c r=\"B1\" t=\"str\"><v>y</v></c></row>"
          "<row r=\"2\"><c r=\"B2\"><v>1</v></c></row>",
          "1 \"x\"|\"y\"\n2 |1\n");
}

Test(io_xlsx_in, kinds_of_cells)
{
    READS("<row r=\"1\"><c t=\"b\"><v>1</v></c><c t=\"b\"><v>0</v></c><c t=\"e\"><v>#N/A</v></c>"
          "<c t=\"str\"><f>A1&amp;\"x\"</f><v>a &amp; b</v></c><c><f>1+1</f><v>2</v></c>"
          "<c t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r><rPh><t>no</t></rPh></is></c>"
          "<c t=\"d\"><v>2013-09-04</v></c></row>",
          "1 TRUE|FALSE|#N/A|\"a & b\"|2|\"inline\"|2013-09-04\n");
    READS("<row r=\"1\"><c><v>1282</v></c><c><v>0.10000000000000001</v></c><c><v>1E3</v></c>"
          "<c><v>-7</v></c><c><v>007</v></c><c><v>12345678901234567</v></c><c><v>x</v></c></row>",
          "1 1282|0.1|1000|-7|7|12345678901234568|x\n");
    READS("<row r=\"1\"><c t=\"str\"><v>a_x000D_b_x0041__x005F_x0041_</v></c></row>",
          "1 \"a\\rbA_x0041_\"\n");
}

Test(io_xlsx_in, shared_texts)
{
    const struct parts parts = {
        .strings =
            "<sst " MAIN "><si><t>one</t></si><si><r><t>t</t></r><r><t xml:space=\"preserve\">"
            " wo</t></r><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></si><si><t/></si></sst>",
        .sheet = SHEET("<row r=\"1\"><c t=\"s\"><v>1</v></c><c t=\"s\"><v>0</v></c>"
                       "<c t=\"s\"><v>2</v></c><c><v>5</v></c></row>")};
    cr_expect_str_eq(scratch_records(workbook(&parts), &bare), "1 \"t wo\"|\"one\"|\"\"|5\n");
    const struct parts lost = {.strings = "<sst " MAIN "/>",
                               .sheet = SHEET("<row r=\"4\"><c t=\"s\"><v>0</v></c></row>")};
    cr_expect_str_eq(
        scratch_records(workbook(&lost), &bare),
        "! 4: a cell refers to a shared text that is not there; the workbook is damaged");
}

#define STYLES                                                                                     \
    "<styleSheet " MAIN                                                                            \
    "><numFmts count=\"5\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\"/>"                    \
    "<numFmt numFmtId=\"165\" formatCode=\"#,##0\\ &quot;days&quot;\"/>"                           \
    "<numFmt numFmtId=\"166\" formatCode=\"[h]:mm:ss\"/>"                                          \
    "<numFmt numFmtId=\"167\" formatCode=\"[Red]_s0.00;General\"/>"                                \
    "<numFmt numFmtId=\"168\" formatCode=\"mmm\"/></numFmts>"                                      \
    "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/>"              \
    "<xf numFmtId=\"14\"/><xf numFmtId=\"22\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/>"       \
    "<xf numFmtId=\"166\"/><xf numFmtId=\"167\"/><xf numFmtId=\"20\"/><xf numFmtId=\"168\"/>"      \
    "</cellXfs></styleSheet>"
#define STYLED(style, value) "<c s=\"" style "\"><v>" value "</v></c>"

Test(io_xlsx_in, dates_by_number_format)
{
    /* Serial numbers as ECMA-376 18.17.4 counts them: 1 = 1900-01-01, 61 = 1900-03-01, 41521 =
     * 2013-09-04, 2958465 = 9999-12-31; 0.5 is noon. */
    const struct parts parts = {
        .styles = STYLES,
        .sheet = SHEET(
            "<row r=\"1\">" STYLED("1", "41521") STYLED("2", "41521.4375") STYLED("3", "1")
                STYLED("1", "59") STYLED("1", "61") STYLED("1", "60") STYLED("1", "2958465")
                    STYLED("1", "2958466") STYLED(
                        "1", "-1") "</row>"
                                   "<row r=\"2\">" STYLED("0", "41521") STYLED("4", "41521")
                                       STYLED("5", "1.5") STYLED("6", "41521") STYLED("7", "0.75")
                                           STYLED("8", "41521") STYLED("99", "41521")
                                               STYLED("2", "41521.999999") "</row>")};
    cr_expect_str_eq(scratch_records(workbook(&parts), &bare),
                     "1 2013-09-04|2013-09-04T10:30:00|1900-01-01|1900-02-28|1900-03-01|"
                     "1900-02-29|9999-12-31|2958466|-1\n"
                     "2 41521|41521|36:00:00|41521|18:00:00|2013-09-04|41521|2013-09-05\n");
    const struct parts mac = {
        .book = "<workbook " MAIN " xmlns:r=\"" OFFICE "\"><workbookPr date1904=\"1\"/><sheets>"
                "<sheet name=\"Data\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        .styles = STYLES,
        .sheet = SHEET("<row r=\"1\">" STYLED("1", "0") STYLED("1", "40059")
                           STYLED("7", "0.75") "</row>")};
    cr_expect_str_eq(scratch_records(workbook(&mac), &bare), "1 1904-01-01|2013-09-04|18:00:00\n");
}

Test(io_xlsx_in, preambles_and_headers_count_rows_of_the_sheet)
{
    const struct parts parts = {
        .sheet = SHEET("<row r=\"1\"><c t=\"str\"><v>UNODC, Vienna</v></c></row>"
                       "<row r=\"3\"><c t=\"str\"><v> a </v></c><c t=\"str\"><v>b</v></c></row>"
                       "<row r=\"4\"><c><v>1</v></c><c><v>2</v></c></row>")};
    const struct pal_dialect two = {.skip_rows = 2, .header_rows = 1}, one = {.skip_rows = 1},
                             many = {.skip_rows = 50};
    const char *path = workbook(&parts);
    cr_expect_str_eq(scratch_records(path, &two), "H a|b\n4 1|2\n");
    cr_expect_str_eq(scratch_records(path, &one), "3 \" a \"|\"b\"\n4 1|2\n");
    cr_expect_str_eq(scratch_records(path, &many), "");
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_error err;
    size_t n;
    cr_assert_eq(pal_records_open(path, &two, NULL, arena, &records, &err), PAL_OK);
    const pal_str *preamble = pal_records_preamble(records, &n);
    cr_assert_eq(n, 2);
    cr_expect(pal_str_eq(preamble[0], PAL_STR("\"UNODC, Vienna\"")));
    pal_arena_free(arena);
}

/* ---- what is refused ----------------------------------------------------------------------- */

Test(io_xlsx_in, document_types_and_entities_are_refused)
{
    const struct parts bomb = {
        .sheet = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>" SHEET(
            "<row r=\"1\"><c t=\"str\"><v>&b;</v></c></row>")};
    REFUSES(bomb, "a document type or entities");
    const struct parts outside = {
        .strings = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><sst " MAIN
                   "><si><t>&a;</t></si></sst>",
        .sheet = SHEET("<row r=\"1\"><c t=\"s\"><v>0</v></c></row>")};
    REFUSES(outside, "a document type or entities");
}

Test(io_xlsx_in, damage_is_told)
{
    const struct parts torn = {.sheet = "<worksheet><sheetData><row r=\"3\"><c><v>1</v></c>"};
    REFUSES(torn, "the workbook's XML is broken");
    const struct parts twice = {
        .sheet = SHEET("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>")};
    REFUSES(twice, "a cell stands twice");
    const struct parts back = {.sheet = SHEET("<row r=\"2\"/><row r=\"1\"/>")};
    REFUSES(back, "a row stands twice");
    const struct parts none = {.sheet = NULL};
    REFUSES(none, "lacks the part of its worksheet");
    const struct parts away = {.links = RELATIONS(RELATION("rId1", "worksheet", "../../etc/x")),
                               .sheet = SHEET("")};
    REFUSES(away, "points outside itself");
    char deep[4000] = "<worksheet>";
    for (int i = 0; i < 100; i++)
        strcat(deep, "<a>");
    const struct parts nested = {.sheet = deep};
    REFUSES(nested, "nested too deep");
    cr_expect(strstr(scratch_records(scratch_text("x.xlsx", "PK\3\4 and no more"), &bare),
                     "is a damaged ZIP file"));
}

Test(io_xlsx_in, other_workbooks_are_named)
{
    const struct parts macros = {
        .links = RELATIONS(RELATION("rId1", "worksheet", "worksheets/sheet1.xml")
                               RELATION("rId9", "vbaProject", "vbaProject.bin")),
        .sheet = SHEET("")};
    REFUSES(macros, "holds macros");
    const struct parts binary = {
        .package = RELATIONS(RELATION("rId1", "officeDocument", "xl/workbook.bin")),
        .extra_name = "xl/workbook.bin",
        .extra = "x"};
    REFUSES(binary, "a binary workbook");
    const struct parts document = {
        .package = RELATIONS(RELATION("rId1", "officeDocument", "word/document.xml"))};
    REFUSES(document, "no .xlsx workbook");
    const struct parts calc = {.package = RELATIONS(RELATION("rId1", "other", "x")),
                               .book = "<x/>",
                               .extra_name = "META-INF/manifest.xml",
                               .extra = "<x/>"};
    REFUSES(calc, "an OpenDocument file");
}

Test(io_xlsx_in, ceilings)
{
    struct pal_dialect small = {.max_field = 4, .max_columns = 3};
    struct parts parts = {.sheet = SHEET("<row r=\"1\"><c t=\"str\"><v>1234</v></c></row>"
                                         "<row r=\"2\"><c t=\"str\"><v>12345</v></c></row>")};
    cr_expect_str_eq(scratch_records(workbook(&parts), &small),
                     "1 \"1234\"\n! 2: a cell is longer than the ceiling allows");
    parts.sheet = SHEET("<row r=\"1\"><c r=\"C1\"><v>1</v></c></row>"
                        "<row r=\"2\"><c r=\"D2\"><v>1</v></c></row>");
    cr_expect_str_eq(scratch_records(workbook(&parts), &small),
                     "1 ||1\n! 2: more columns than the ceiling allows");
    parts.sheet = SHEET("<row r=\"1\"><c r=\"ZZZZ1\"><v>1</v></c></row>");
    cr_expect_str_eq(scratch_records(workbook(&parts), &bare),
                     "! 1: more columns than the ceiling allows");
}

Test(io_xlsx_in, a_part_that_inflates_a_thousandfold_is_a_bomb)
{
    struct pal_arena *arena = pal_arena_new();
    enum { SIZE = 40 << 20 };
    char *sheet = pal_arena_alloc(arena, SIZE + 1, 1);
    memset(sheet, ' ', SIZE);
    memcpy(sheet, "<worksheet>", 11);
    memcpy(sheet + SIZE - 12, "</worksheet>", 12);
    const struct parts parts = {.sheet = sheet};
    REFUSES(parts, "refused as a bomb");
    struct pal_records *records;
    struct pal_error err;
    const struct pal_source_options little = {.max_inflated = 100000};
    char *small = pal_arena_alloc(arena, 200001, 1);
    memset(small, ' ', 200000);
    memcpy(small, "<worksheet>", 11);
    const struct parts large = {.sheet = small};
    struct pal_record record;
    bool end;
    cr_assert_eq(pal_records_open(workbook(&large), &bare, &little, arena, &records, &err), PAL_OK);
    cr_expect_eq(pal_records_next(records, &record, &end, &err), PAL_NOMEM);
    cr_expect(strstr(err.text, "inflates to more than 100000 bytes"), "%s", err.text);
    pal_arena_free(arena);
}

/* ---- workbooks that programs make ----------------------------------------------------------- */

static const char *written(void)
{
    const char *path = scratch_path("written.xlsx");
    cr_assert_eq(pal_xlsx_ready(NULL), PAL_OK);
    lxw_workbook *made = workbook_new(path);
    lxw_worksheet *notes = workbook_add_worksheet(made, "Notes"),
                  *data = workbook_add_worksheet(made, "Data & more");
    lxw_format *day = workbook_add_format(made);
    lxw_datetime when = {.year = 2023, .month = 5, .day = 30};
    format_set_num_format(day, "dd/mm/yyyy");
    worksheet_write_string(notes, 0, 0, "read me", NULL);
    worksheet_write_string(data, 0, 0, "Country", NULL);
    worksheet_write_string(data, 0, 1, "Value", NULL);
    worksheet_write_string(data, 0, 3, "Day", NULL);
    worksheet_write_string(data, 1, 0, "C\xC3\xB4te d'Ivoire <\"&\">", NULL);
    worksheet_write_number(data, 1, 1, 0.1, NULL);
    worksheet_write_datetime(data, 1, 3, &when, day);
    worksheet_write_formula_num(data, 9, 1, "=1+2", NULL, 3);
    worksheet_write_boolean(data, 9, 3, 1, NULL);
    cr_assert_eq(workbook_close(made), LXW_NO_ERROR);
    return path;
}

Test(io_xlsx_in, a_workbook_of_libxlsxwriter)
{
    const char *path = written();
    const struct pal_dialect data = {.header_rows = 1, .sheet = "data & MORE"},
                             wrong = {.sheet = "Daten"};
    cr_expect_str_eq(scratch_records(path, &data),
                     "H Country|Value||Day\n2 \"C\xC3\xB4te d'Ivoire <\"&\">\"|0.1||2023-05-30\n"
                     "10 |3||TRUE\n");
    cr_expect_str_eq(scratch_records(path, &usual), "H read me\n", "the first sheet");
    cr_expect(strstr(scratch_records(path, &wrong),
                     "has no worksheet 'Daten'; it has 'Notes', 'Data & more'"));
}

Test(io_xlsx_in, a_workbook_from_standard_input)
{
    const char *path = written();
    const struct pal_dialect data = {.header_rows = 1, .sheet = "Data & more"};
    cr_assert_not_null(freopen(path, "rb", stdin));
    cr_expect(strstr(scratch_records("-", &data), "10 |3||TRUE\n"));
}

Test(io_xlsx_in, the_hash_is_of_the_file)
{
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_error err;
    const struct pal_source_options hash = {.hash = true};
    char ours[65], theirs[65];
    const char *path = written();
    cr_assert_eq(pal_records_open(path, &usual, &hash, arena, &records, &err), PAL_OK);
    pal_records_sha256(records, ours);
    cr_assert_eq(pal_file_sha256(path, theirs, &err), PAL_OK);
    cr_expect_str_eq(ours, theirs);
    pal_arena_free(arena);
}

Test(io_xlsx_in, a_workbook_of_libreoffice, .timeout = 120)
{
    char command[2048];
    if (system("command -v soffice >/dev/null") != 0)
        cr_skip_test("libreoffice is not installed");
    const char *csv = scratch_text(
        "office.csv", "Area,Year,Day,Share,Text\nALB,2019,2013-09-04,0.25,\"a, \"\"b\"\"\nc\"\n"
                      "\nSRB,2020,1900-03-01,1282,C\xC3\xB4te\n");
    snprintf(
        command, sizeof command,
        "soffice -env:UserInstallation=file://%s/profile --headless --infilter='CSV:44,34,76,1,,"
        "1033,false,true' --convert-to xlsx --outdir '%s' '%s' >/dev/null 2>&1",
        scratch_folder(), scratch_folder(), csv);
    if (system(command) != 0)
        cr_skip_test("libreoffice does not convert here");
    cr_expect_str_eq(scratch_records(scratch_path("office.xlsx"), &usual),
                     "H Area|Year|Day|Share|Text\n"
                     "2 \"ALB\"|2019|2013-09-04|0.25|\"a, \"b\"\\nc\"\n"
                     "4 \"SRB\"|2020|1900-03-01|1282|\"C\xC3\xB4te\"\n");
}
