/* xlsx.h: what the files that read workbooks share. */
#ifndef PALERMO_IO_XLSX_H
#define PALERMO_IO_XLSX_H

#include "inside.h"

#include <expat.h>
#include <zip.h>

/* ---- a part: one XML member of the archive, on its way through expat ----------------------- */

struct xlsx_part;

struct xlsx_handlers { /* names come without their namespace prefix; text in pieces */
    void (*start)(void *context, struct xlsx_part *part, const char *name, const char **attributes);
    void (*end)(void *context, struct xlsx_part *part, const char *name);
    void (*text)(void *context, struct xlsx_part *part, pal_str text);
};

struct xlsx_part {
    struct zip_file *file;
    XML_Parser parser;
    const struct xlsx_handlers *handlers;
    void *context;
    uint64_t inflated, most;
    unsigned depth;
    const char *refused; /* why its content is not taken; set by handlers */
    bool end;            /* everything was read                            */
    bool waiting;        /* suspended by xlsx_part_pause                   */
};

/* *found is false when the archive has no such member. */
PAL_CHECK_RESULT
enum pal_status xlsx_part_open(struct zip *zip, const char *member, uint64_t most,
                               const struct xlsx_handlers *handlers, void *context,
                               const struct pal_place *at, struct xlsx_part *part, bool *found,
                               struct pal_error *err);
/* Feeds one piece, or goes on after a pause. */
PAL_CHECK_RESULT
enum pal_status xlsx_part_step(struct xlsx_part *part, const struct pal_place *at,
                               struct pal_error *err);
void xlsx_part_close(struct xlsx_part *part);
/* For handlers: stop after this element; stop for good. */
void xlsx_part_pause(struct xlsx_part *part);
void xlsx_part_refuse(struct xlsx_part *part, const char *why);

/* The attribute of that name without a prefix, or NULL. */
const char *xlsx_attribute(const char **attributes, const char *name);
/* The attribute of that name with some prefix (r:id), or NULL. */
const char *xlsx_attribute_prefixed(const char **attributes, const char *name);

/* ---- the book: where things lie, shared texts, which styles are dates ---------------------- */

enum xlsx_format { XLSX_NUMBER, XLSX_DATE, XLSX_TIME, XLSX_ELAPSED };

struct xlsx_book {
    struct pal_arena *arena;
    const char *name;
    struct zip *zip;
    uint64_t most;
    bool epoch_1904;
    pal_str *string; /* [strings] */
    size_t strings;
    uint8_t *format; /* [formats] enum xlsx_format of a cell's style */
    size_t formats;
    const char *sheet; /* the member that holds the worksheet asked for */
    pal_str *names;    /* [names_n] of its worksheets, in their order */
    size_t names_n;
};

/* Reads all of the book but the worksheet. */
PAL_CHECK_RESULT
enum pal_status xlsx_book_read(struct xlsx_book *book, const char *sheet, size_t max_field,
                               struct pal_error *err);

/* ---- texts and dates ---------------------------------------------------------------------- */

/* What a number format shows, by its code: "yyyy-mm-dd", "[h]:mm", "0.00". */
enum xlsx_format xlsx_format_of(pal_str code);
/* The same for the formats that every workbook has without saying so. */
enum xlsx_format xlsx_format_builtin(int64_t id);
/* A serial number of days as ISO text ("2013-09-04", "2013-09-04T10:30:00", "10:30:00",
 * "36:00:00" elapsed); its length, or 0 when it is outside the calendar of workbooks. */
size_t xlsx_date_write(double serial, enum xlsx_format format, bool epoch_1904, char *out,
                       size_t size);
/* Replaces _xHHHH_ (ECMA-376, 22.9.2.19) by the character it stands for, in place. */
void xlsx_text_unescape(struct pal_buf *text);

#endif
