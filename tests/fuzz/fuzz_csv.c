/* The CSV reader on any bytes: the first chooses the dialect, the rest is the file. Whatever is
 * taken line by line must keep its promises: lines grow, fields are UTF-8 and below the ceiling. */
#include "bytes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char delimiters[] = ",;\t |";
    static const char *const encodings[] = {"utf-8", "latin-1", "windows-1252", "mixed"};
    if (!size)
        return 0;
    const struct pal_dialect dialect = {.delimiter = delimiters[bytes[0] % 5],
                                        .quote = bytes[0] & 8 ? '\'' : '"',
                                        .encoding = encodings[bytes[0] >> 6],
                                        .skip_rows = bytes[0] >> 4 & 1,
                                        .header_rows = bytes[0] >> 5 & 1,
                                        .max_field = 500,
                                        .max_columns = 100};
    struct pal_arena *arena = pal_arena_new();
    struct pal_records *records;
    struct pal_record record;
    struct pal_error err;
    uint64_t line = 0;
    const char *path = bytes_as_file(bytes + 1, size - 1);
    bool end = pal_records_open(path, &dialect, NULL, arena, &records, &err) != PAL_OK;
    while (!end && pal_records_next(records, &record, &end, &err) == PAL_OK && !end) {
        if (record.line <= line || !record.fields || record.fields > 100)
            abort();
        line = record.line;
        for (size_t i = 0; i < record.fields; i++)
            if (record.field[i].len > 500 * 3 || !pal_utf8_valid(record.field[i]))
                abort();
    }
    struct pal_dialect guess;
    (void)!pal_dialect_suggest(path, arena, &guess, &err);
    pal_arena_free(arena);
    return 0;
}
