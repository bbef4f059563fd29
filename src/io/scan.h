/* scan.h: where the fields and records of a piece of CSV text end, found 64 bytes at a time. */
#ifndef PALERMO_IO_SCAN_H
#define PALERMO_IO_SCAN_H

#include "inside.h"

enum io_scan_path { IO_SCAN_PORTABLE, IO_SCAN_AVX2, IO_SCAN_AVX512 };
enum io_scan_path io_scan_best(void); /* of this machine */

/* What one look over a piece finds. A field ends at a delimiter or LF that stands in no quotes. */
struct io_scan {
    uint32_t *at;   /* [fields] where it ends; room for every byte and 64 more               */
    uint32_t *row;  /* [rows] fields up to and with the record's last; io_scan_rows fills it */
    uint32_t *line; /* [rows] LFs up to and with the record's end; so does it                */
    size_t fields, rows;
    size_t lines; /* LFs, those in quotes too */
    bool odd;     /* libcsv must judge: a quote where none may be, a NUL, CR without LF     */
    bool high;    /* a byte above 0x7F                                                       */
    bool cr;      /* CR LF somewhere                                                         */
    bool doubled; /* "" inside quotes somewhere                                              */
};

/* Text of at most 2^31 bytes that begins with a record and ends with LF; 64 bytes behind it may be
 * read. What is found is the same on every path. */
void io_scan(enum io_scan_path path, const char *text, size_t len, char delimiter, char quote,
             struct io_scan *out);
/* Fills `row` and `line` of a text that io_scan has seen; records of a regular table have `columns`
 * fields and a line each, which is found without looking for them. */
void io_scan_rows(enum io_scan_path path, const char *text, size_t columns, struct io_scan *scan);
/* How often `c` stands in the text. */
size_t io_scan_count(enum io_scan_path path, const char *text, size_t len, char c);

#endif
