/* inside.h: what the readers of records share. */
#ifndef PALERMO_IO_INSIDE_H
#define PALERMO_IO_INSIDE_H

#include "palermo/io.h"

enum { IO_CHUNK = 64 * 1024, IO_MAX_FIELD = 1 << 20, IO_MAX_COLUMNS = 16384 };

struct io_reader { /* one file format that gives records; a const struct each */
    const char *name;
    enum pal_status (*next)(void *self, struct pal_record *out, bool *end, struct pal_error *err);
    /* Skips the preamble: keeps each line in the arena. */
    enum pal_status (*preamble)(void *self, size_t rows, struct pal_arena *arena, pal_str *line,
                                struct pal_error *err);
    void (*sha256)(void *self, char *out);
};

PAL_CHECK_RESULT
enum pal_status io_csv_open(struct pal_source *source, const struct pal_dialect *dialect,
                            struct pal_arena *arena, const struct io_reader **reader, void **self,
                            struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status io_xlsx_open(const char *path, const struct pal_dialect *dialect,
                             struct pal_arena *arena, const struct io_reader **reader, void **self,
                             struct pal_error *err);

/* Bytes of a single-byte code page (or of none known) as UTF-8, in the arena. */
enum io_encoding { IO_UTF8, IO_LATIN1, IO_WINDOWS1252, IO_MIXED };
PAL_CHECK_RESULT
enum pal_status io_encoding_parse(const char *name, enum io_encoding *out, struct pal_error *err);
/* False when the text is not valid in that encoding. *text is replaced where it must be; `spare`
 * receives the new bytes (its content must outlive the record). */
bool io_decode(enum io_encoding encoding, pal_str *text, struct pal_buf *spare);

/* Known by its first bytes, whatever the name. */
PAL_CHECK_RESULT
enum pal_status io_is_zip(const char *path, bool *out, struct pal_error *err);

#endif
