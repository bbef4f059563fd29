/* The reader of returns on any bytes: an archive as it is; text as CSV, and as the XML of a sheet
 * in a workbook, so that the fuzzer need not learn to compress; and as a signature. */
#include "bytes.h"
#include "palermo/review.h"

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
                                    "<sheet name=\"T\" r:id=\"b\"/></sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels",
         PAL_STR("<Relationships>" RELATION("b", "worksheet", "s.xml") "</Relationships>")},
        {"xl/s.xml", {(const char *)bytes, size}},
    };
    const char *path = bytes_as_file(bytes, 0);
    return pal_zip_write(path, members, PAL_COUNT(members), NULL) == PAL_OK ? path : NULL;
}

static void read_one(const char *path, struct pal_arena *arena)
{
    struct pal_return file;
    struct pal_error err;
    if (pal_return_read(path, PAL_FR, arena, &file, &err) != PAL_OK)
        return;
    if (file.rows && !file.packet.ptr)
        abort();
    for (size_t i = 0; i < file.rows; i++) {
        const struct pal_return_row *row = &file.row[i];
        const pal_str texts[] = {row->key,    row->answer,   row->value,  row->origin,
                                 row->reason, row->proposed, row->changed};
        for (size_t k = 0; k < PAL_COUNT(texts); k++)
            if (!pal_utf8_valid(texts[k]))
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const bool is_zip = size > 4 && memcmp(bytes, "PK\3\4", 4) == 0;
    struct pal_arena *arena = pal_arena_new();
    struct pal_key key;
    if (!arena)
        return 0;
    read_one(bytes_as_file(bytes, size), arena);
    const char *book = is_zip ? NULL : as_workbook(bytes, size);
    if (book)
        read_one(book, arena);
    const pal_str text = {(const char *)bytes, size};
    if (pal_key_of_hex(PAL_STR("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
                       &key) &&
        pal_signature_fits(text, "return", PAL_STR("XAA-P1-0"), PAL_STR("00"), &key))
        abort(); /* nobody holds that key */
    pal_arena_free(arena);
    return 0;
}
