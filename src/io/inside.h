/* inside.h: what the files of this room share. */
#ifndef PALERMO_IO_INSIDE_H
#define PALERMO_IO_INSIDE_H

#include "palermo/io.h"

enum { IO_CHUNK = 64 * 1024, IO_MAX_FIELD = 1 << 20, IO_MAX_COLUMNS = 16384 };

/* ---- sources ---------------------------------------------------------------------------- */

/* The stored bytes that a source begins with (before inflating); they stay unread. */
pal_str io_source_start(const struct pal_source *source);
/* What a source begins with, inflated, at most 64 KiB; it stays unread. *cut when more follows. */
PAL_CHECK_RESULT
enum pal_status io_source_look(const struct pal_source *source, struct pal_arena *arena,
                               pal_str *out, bool *cut, struct pal_error *err);
/* The open file when it can be read from any place, and nothing but its start was read; else -1. */
int io_source_file(const struct pal_source *source);

uint64_t io_source_size(const struct pal_source *source); /* stored bytes; UINT64_MAX: not known */
/* BGZF: gzip whose members, of at most 64 KiB, tell their stored size in their header. */
enum { IO_MEMBER = 64 * 1024 };
bool io_source_is_bgzf(const struct pal_source *source); /* its first member is such */
bool io_source_is_gzip(const struct pal_source *source);
bool io_source_by_zlib(const struct pal_source *source);
/* *between: a member has ended, and all its text was read; *at is the place behind it. Of a file.
 */
PAL_CHECK_RESULT
enum pal_status io_source_between(const struct pal_source *source, uint64_t *at, bool *between,
                                  struct pal_error *err);
/* The stored size of the member that comes next, and that of its text, when it is one of BGZF and
 * all of it is there; 0 otherwise, and within a member. io_source_take takes it. */
PAL_CHECK_RESULT
enum pal_status io_source_member(struct pal_source *source, size_t *size, size_t *text,
                                 struct pal_error *err);
void io_source_take(struct pal_source *source, unsigned char *to, size_t size);
/* Text of members that were taken, against the ceiling of the source. */
PAL_CHECK_RESULT
enum pal_status io_source_count(struct pal_source *source, size_t bytes, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status io_source_damaged(const struct pal_source *source, const char *what,
                                  struct pal_error *err);
/* So that a source can be read once more: what comes from a pipe, and is more than was looked at,
 * is put into a temporary file. Before anything was read. */
PAL_CHECK_RESULT
enum pal_status io_source_keep(struct pal_source *source, struct pal_error *err);
/* From its beginning. */
PAL_CHECK_RESULT
enum pal_status io_source_again(struct pal_source *source, struct pal_error *err);
struct io_more { /* what follows a text in memory; read NULL: nothing */
    enum pal_status (*read)(void *context, char *to, size_t size, size_t *got,
                            struct pal_error *err);
    void *context;
};
/* A copy of a text, and what follows it. `whole`: it is a file, at whose beginning a byte-order
 * mark is dropped. */
PAL_CHECK_RESULT
enum pal_status io_source_memory(const char *name, pal_str text, bool whole, struct io_more more,
                                 struct pal_arena *arena, struct pal_source **out,
                                 struct pal_error *err);

/* What a file is, by its first bytes. PAL_DATA with the way out when it is none that can be read
 * as records: a compressed file that is no gzip, an old or locked workbook, UTF-16 or UTF-32. */
enum io_format { IO_FORMAT_TEXT, IO_FORMAT_ZIP, IO_FORMAT_STATFILE };
PAL_CHECK_RESULT
enum pal_status io_format_of(const struct pal_source *source, enum io_format *out,
                             struct pal_error *err);

/* ---- records ---------------------------------------------------------------------------- */

/* Delimiter and encoding that text of this beginning most likely has. */
void io_dialect_guess(pal_str look, bool cut, struct pal_dialect *out);

struct io_reader { /* one file format that gives records; a const struct each */
    const char *name;
    enum pal_status (*next)(void *self, struct pal_record *out, bool *end, struct pal_error *err);
    /* Skips the preamble: keeps at most `rows` lines in the arena, *n of them. */
    enum pal_status (*preamble)(void *self, size_t rows, struct pal_arena *arena, pal_str *line,
                                size_t *n, struct pal_error *err);
    void (*sha256)(void *self, char *out);
};

/* Opens take over the source; `most` is the ceiling on inflated bytes. */
PAL_CHECK_RESULT
enum pal_status io_csv_open(struct pal_source *source, const struct pal_dialect *dialect,
                            struct pal_arena *arena, const struct io_reader **reader, void **self,
                            struct pal_error *err);
/* Of a CSV reader: what it has taken from its source and not used yet; how many lines it has used.
 * It may begin with another line than the first. */
pal_str io_csv_unread(const void *self);
uint64_t io_csv_line(const void *self);
void io_csv_begin_at(void *self, uint64_t lines);
/* What stands in front of the source's records, as pal_records_open does it. */
PAL_CHECK_RESULT
enum pal_status io_records_of(struct pal_source *source, const struct pal_dialect *dialect,
                              const struct pal_source_options *options, struct pal_arena *arena,
                              struct pal_records **out, struct pal_error *err);
/* The same of what is known to be text, without a look at its first bytes. */
PAL_CHECK_RESULT
enum pal_status io_records_text(struct pal_source *source, const struct pal_dialect *dialect,
                                struct pal_arena *arena, struct pal_records **out,
                                struct pal_error *err);
/* Its reader when it is text, else NULL. */
void *io_records_csv(const struct pal_records *records);
PAL_CHECK_RESULT
enum pal_status io_pieces_of(struct pal_source *source, const struct pal_pieces_options *options,
                             struct pal_arena *arena, struct pal_pieces **out,
                             struct pal_records **records, struct pal_error *err);
/* What an SPSS, Stata or SAS file begins with; *what is the name of the program. */
bool io_statfile_is(pal_str start, const char **what);
PAL_CHECK_RESULT
enum pal_status io_statfile_open(struct pal_source *source, struct pal_arena *arena,
                                 const struct io_reader **reader, void **self,
                                 struct pal_error *err);
struct pal_date io_civil(int32_t days); /* since 1970-01-01 */
PAL_CHECK_RESULT
enum pal_status io_xlsx_open(struct pal_source *source, const struct pal_dialect *dialect,
                             uint64_t most, struct pal_arena *arena,
                             const struct io_reader **reader, void **self, struct pal_error *err);
/* From here on rows are as wide as the header: what is missing at their end are empty cells, and
 * empty cells beyond it (they may carry a format) are none. 0: as they are stored. */
void io_xlsx_width(void *self, size_t columns);

/* ---- plain lines of CSV ----------------------------------------------------------------- */

struct io_fields { /* field and quoted hold `room` */
    pal_str *field;
    bool *quoted;
    size_t room, n;
};
/* Cuts `line` (without its line end) into fields, blanks around them left out as libcsv does; n is
 * 0 for a blank line. False when libcsv must judge the line, or `room` is too small. `look` is that
 * of the whole line either way. */
bool io_csv_scan(pal_str line, char delimiter, char quote, struct io_fields *out, unsigned *look);

enum { IO_HAS_NUL = 1, IO_HAS_HIGH = 2 }; /* a zero byte; a byte above 0x7F */
unsigned io_text_look(pal_str text);

/* ---- writing ---------------------------------------------------------------------------- */

PAL_CHECK_RESULT
enum pal_status io_write_all(int fd, pal_str content, const char *path, struct pal_error *err);

/* ---- encodings -------------------------------------------------------------------------- */

enum io_encoding { IO_UTF8, IO_LATIN1, IO_WINDOWS1252, IO_MIXED };
PAL_CHECK_RESULT
enum pal_status io_encoding_parse(const char *name, enum io_encoding *out, struct pal_error *err);
/* Appends `text` as UTF-8. False when it is not valid in that encoding. */
bool io_decode(enum io_encoding encoding, pal_str text, struct pal_buf *out);

#endif
