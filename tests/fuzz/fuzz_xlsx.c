/* The workbook reader on any bytes. An input that is no ZIP is taken as the XML of a worksheet, so
 * that the fuzzer need not learn to compress. */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

#define RELATION(id, type, target)                                                                 \
    "<Relationship Id=\"" id "\" Type=\"http://x/" type "\" Target=\"" target "\"/>"

static const char *as_workbook(const uint8_t *bytes, size_t size)
{
    const struct pal_zip_member members[] = {
        {"_rels/.rels", PAL_STR("<Relationships>" RELATION("a", "officeDocument",
                                                           "xl/workbook.xml") "</Relationships>")},
        {"xl/workbook.xml", PAL_STR("<workbook xmlns:r=\"r\"><sheets><sheet name=\"S\" r:id=\"b\"/>"
                                    "</sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels",
         PAL_STR("<Relationships>" RELATION("b", "worksheet", "s.xml") RELATION(
             "c", "sharedStrings", "t.xml") RELATION("d", "styles", "u.xml") "</Relationships>")},
        {"xl/t.xml", PAL_STR("<sst><si><t>one</t></si><si><r><t>two</t></r></si></sst>")},
        {"xl/u.xml", PAL_STR("<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"[h]:mm\"/>"
                             "</numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>"
                             "<xf numFmtId=\"164\"/></cellXfs></styleSheet>")},
        {"xl/s.xml", {(const char *)bytes, size}},
    };
    const char *path = bytes_as_file(bytes, 0);
    return pal_zip_write(path, members, PAL_COUNT(members), NULL) == PAL_OK ? path : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct pal_dialect dialect = {.skip_rows = 1, .max_field = 1000, .max_columns = 200};
    const struct pal_source_options options = {.max_inflated = 1 << 20};
    const bool is_zip = size > 4 && memcmp(bytes, "PK\3\4", 4) == 0;
    const char *path = is_zip ? bytes_as_file(bytes, size) : as_workbook(bytes, size);
    if (!path)
        return 0;
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_record record;
    struct pal_error err;
    uint64_t line = 0;
    bool end = pal_records_open(path, &dialect, &options, arena, &records, &err) != PAL_OK;
    while (!end && pal_records_next(records, &record, &end, &err) == PAL_OK && !end) {
        if (record.line <= line || !record.fields || record.fields > 200)
            abort();
        line = record.line;
        for (size_t i = 0; i < record.fields; i++)
            if (!pal_utf8_valid(record.field[i]))
                abort();
    }
    pal_arena_free(arena);
    return 0;
}
