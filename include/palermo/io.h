/* io.h: bytes in, bytes out. Sources (plain files, gzip by first bytes, standard input), records
 * of text fields from CSV, TSV and XLSX, YAML trees with positions, and files that appear whole or
 * not at all.
 *
 * A record remembers the line it came from. Every reader has ceilings on what a foreign file may
 * cost: field length, columns, inflated size, nesting.
 */
#ifndef PALERMO_IO_H
#define PALERMO_IO_H

#include "palermo/base.h"

/* ---- sources ---------------------------------------------------------------------------- */

/* A stream of bytes. gzip (any number of members) is known by its first bytes 1F 8B, whatever the
 * name; "-" is standard input; a pipe may stand for a file, since it is opened once. The SHA-256 is
 * of the bytes as stored (before inflating). */
struct pal_source;

struct pal_source_options {
    uint64_t max_inflated; /* ceiling on bytes handed out; 0 = 16 GiB                      */
    bool hash;             /* compute SHA-256 of the stored bytes on the way                */
    bool keep_bom;         /* default: a UTF-8 byte-order mark at the start is dropped      */
    bool zlib;             /* inflate by zlib where ISA-L would: both are tested            */
};

PAL_CHECK_RESULT
enum pal_status pal_source_open(const char *path, const struct pal_source_options *options,
                                struct pal_arena *arena, struct pal_source **out,
                                struct pal_error *err);
/* Fills `buffer`; *got = 0 at the end. A truncated or damaged gzip stream is PAL_IO with its name.
 */
PAL_CHECK_RESULT
enum pal_status pal_source_read(struct pal_source *source, void *buffer, size_t size, size_t *got,
                                struct pal_error *err);
/* SAS keeps the labels of values in a catalogue beside the data: of the same name, or "formats".
 * Its path, NULL when there is none or the file is not called .sas7bdat. */
PAL_CHECK_RESULT
enum pal_status pal_sas_catalogue(const char *data, struct pal_arena *arena, const char **out,
                                  struct pal_error *err);
const char *pal_source_name(const struct pal_source *source); /* "standard input" for "-" */
/* Valid at the end of the stream, when options.hash was set. */
void pal_source_sha256(struct pal_source *source, char *out /* [65] */);

/* The whole of a small file (definitions, tables); NUL behind it. `ceiling` in bytes. */
PAL_CHECK_RESULT
enum pal_status pal_file_read(const char *path, size_t ceiling, struct pal_arena *arena,
                              pal_str *out, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_file_sha256(const char *path, char *out /* [65] */, struct pal_error *err);
bool pal_file_exists(const char *path);
bool pal_dir_exists(const char *path);
/* Names of a folder's entries, sorted by bytes, "." and ".." and hidden ones left out. */
PAL_CHECK_RESULT
enum pal_status pal_dir_list(const char *path, struct pal_arena *arena, const pal_str **out,
                             size_t *n, struct pal_error *err);
/* "dir/name" in the arena; `name` alone when it is absolute or dir is empty. */
const char *pal_path_join(struct pal_arena *arena, const char *dir, pal_str name);
const char *pal_path_dir(struct pal_arena *arena, const char *path); /* "." when there is none */
/* True when `name` stays inside its folder: relative, no "..", no NUL, no backslash. */
bool pal_path_is_inside(pal_str name);

/* ---- records of text fields -------------------------------------------------------------- */

struct pal_dialect {
    char delimiter;       /* 0 = ','; '\t' for TSV                                             */
    char quote;           /* 0 = '"'                                                            */
    size_t skip_rows;     /* physical lines (CSV) or rows (XLSX) before the header, preamble    */
    size_t header_rows;   /* 0 = no header; 1 usual; 2 = two lines joined "upper lower"         */
    const char *encoding; /* "utf-8" (default), "latin-1", "windows-1252", "mixed": bytes that
                             are no UTF-8 are read as windows-1252, field by field              */
    const char *sheet;    /* XLSX: name of the worksheet, NULL = the first                      */
    size_t max_field;     /* bytes; 0 = 1 MiB                                                   */
    size_t max_columns;   /* 0 = 16,384                                                         */
    bool guess;           /* take the delimiter from the beginning of the text, and "mixed" for
                             its encoding: for tables that nobody described, also from "-" and
                             pipes                                                              */
};

/* PAL_SYNTAX with the encodings there are, for a name that is none of them. */
PAL_CHECK_RESULT
enum pal_status pal_encoding_check(const char *name, struct pal_error *err);

/* A stream of records from CSV, TSV, XLSX, or an SPSS, Stata or SAS file, known by its first bytes,
 * from a file, a pipe or "-" (survey files: from a file only).
 *
 * CSV    : line ends LF, CR, CRLF and CR CR LF, also mixed; a last line without one; quoted fields
 *          that span lines; `""` inside quotes; blanks around fields are no part of them (inside
 *          quotes they are). Blank lines give no record, but count.
 * XLSX   : numbers in shortest form, dates by number format as ISO text, TRUE and FALSE, errors as
 *          they show (#N/A), results of formulas; gaps are empty fields, empty rows no records.
 * Under a header, rows are as wide as it is: empty cells at the end are there or not by chance.
 * Survey : a variable all of whose values have labels is its labels; dates as ISO text; a declared
 * or tagged missing value is its label or code, and `missing` says so. The table is held. Errors :
 * PAL_DATA with the line where the record began for a quote that never closes, bytes behind a
 * closing quote, a quote inside a field without quotes, a NUL, bytes of another encoding; with the
 * row for a damaged workbook. What is no table (an old or locked workbook, one with macros, other
 * compressions, UTF-16, a web page) is refused by name. Nothing is read beyond the first error.
 * Cost   : one pass, one record held (a workbook: its shared texts too); about 1 ns a byte of CSV
 *          on a machine of 2025.
 */
struct pal_records;

enum pal_missing { /* what the sender of a survey file says of a cell that holds no value */
                   PAL_MISSING_NONE = 0,
                   PAL_MISSING_BLANK,
                   PAL_MISSING_NOT_COLLECTED,
                   PAL_MISSING_NOT_APPLICABLE,
                   PAL_MISSING_WITHHELD,
};

struct pal_record {
    const pal_str *field; /* [fields], valid until the next record is read; UTF-8 always      */
    size_t fields;
    uint64_t line; /* physical line (CSV) or row (XLSX) where the record starts, from 1 */
    const bool
        *quoted; /* [fields] it stood in quotes (CSV) or is text (XLSX): "" is not "absent" */
    const uint8_t *missing; /* [fields] enum pal_missing (survey files); NULL: none is said to be */
};

PAL_CHECK_RESULT
enum pal_status pal_records_open(const char *path, const struct pal_dialect *dialect,
                                 const struct pal_source_options *source_options,
                                 struct pal_arena *arena, struct pal_records **out,
                                 struct pal_error *err);
/* The header names (header_rows joined by a space, trimmed), [*n]; empty names stay empty. They
 * live as long as the arena. */
const pal_str *pal_records_header(const struct pal_records *records, size_t *n);
/* The preamble as it stood, one slice a skipped line, in UTF-8; fewer when the file ends before. */
const pal_str *pal_records_preamble(const struct pal_records *records, size_t *n);
/* *end true when there are no more. */
PAL_CHECK_RESULT
enum pal_status pal_records_next(struct pal_records *records, struct pal_record *out, bool *end,
                                 struct pal_error *err);
/* Names of a workbook's worksheets, in their order; none when the file is no workbook. */
PAL_CHECK_RESULT
enum pal_status pal_workbook_sheets(const char *path, const struct pal_source_options *options,
                                    struct pal_arena *arena, const pal_str **out, size_t *n,
                                    struct pal_error *err);
const char *pal_records_name(const struct pal_records *records);
/* SHA-256 of the stored bytes; valid after *end. */
void pal_records_sha256(struct pal_records *records, char *out /* [65] */);
/* Guess a dialect from the first 64 KiB: delimiter, encoding. Only used by `estimate` and
 * `check --suggest`; datasets are described, not guessed. What cannot be looked at twice ("-", a
 * pipe) is taken for comma and UTF-8. */
PAL_CHECK_RESULT
enum pal_status pal_dialect_suggest(const char *path, struct pal_arena *arena,
                                    struct pal_dialect *out, struct pal_error *err);

/* ---- large CSV in pieces ----------------------------------------------------------------- */

/* The same records as pal_records_open gives for a text that nobody described (one line of header,
 * delimiter and encoding guessed), for files of any size: the text is cut into pieces of whole
 * records at fixed places, whose fields are found 64 bytes at a time (AVX-512, AVX2 or plain C, as
 * the machine has). What is no plain CSV (blanks around quotes, CR alone, a NUL, a quote inside a
 * field, bytes of another encoding) makes its piece one that libcsv reads instead, so fields,
 * refusals and their lines are the same in either way.
 *
 *     pal_pieces_open -> pal_pieces_cut, in order -> pal_pieces_index, side by side
 *                     -> for each row: pal_piece_field; or pal_pieces_strict when the piece is so
 *
 * Threads : cut is called by one thread at a time; index, decode and the fields of a piece belong
 * to who has the piece. BGZF, whose members tell their size, and a file of several ordinary
 * members, whose beginnings are guessed, are inflated by half of the threads and whoever cuts; one
 * ordinary member, whose end only inflating finds, by whoever cuts. Cost : a piece of text of 256
 * KiB, or of one longer record, and 4 bytes a field; with guessed members up to 16 MiB for each of
 * those threads and two more.
 */
struct pal_pieces;
struct pal_pieces_options {
    unsigned threads;   /* that the caller uses for all; 0 = 1 */
    size_t piece_bytes; /* 0 = 256 KiB                         */
    unsigned path;      /* 0 the machine's best; 1 plain C, 2 AVX2, 3 AVX-512 where it has them */
    bool again;         /* pal_pieces_again will be called: a pipe is kept in a temporary file  */
    const char *sheet;  /* of a workbook; NULL = the first                                      */
};

struct pal_piece {
    struct pal_arena *arena; /* the caller's, for this piece alone; the rest is zero at first */
    char *text; /* [len] whole records, LF behind the last; 64 bytes more may be read */
    size_t len, cap;
    bool strict;         /* read it by pal_pieces_strict                                    */
    bool rest;           /* and all that follows it: the last piece                         */
    bool last_line_open; /* the LF at the end is not of the file */
    bool high, cr, doubled;
    size_t fields, rows, lines; /* lines: of the piece */
    uint32_t *at;               /* [fields] where each ends */
    uint32_t *row;              /* [rows] fields up to and with the row's last */
    uint32_t *line;             /* [rows] lines up to and with the row's last  */
    size_t room;
};

/* *out NULL when the file is no text: *records then reads it. */
PAL_CHECK_RESULT
enum pal_status pal_pieces_open(const char *path, const struct pal_pieces_options *options,
                                struct pal_arena *arena, struct pal_pieces **out,
                                struct pal_records **records, struct pal_error *err);
const pal_str *pal_pieces_header(const struct pal_pieces *pieces, size_t *n);
const char *pal_pieces_name(const struct pal_pieces *pieces);
uint64_t pal_pieces_lines(const struct pal_pieces *pieces);   /* before the first piece */
unsigned pal_pieces_helpers(const struct pal_pieces *pieces); /* threads that inflate alone */
bool pal_pieces_utf8(const struct pal_pieces *pieces);        /* pal_pieces_text changes nothing */
/* The next piece; *end when there is none. */
PAL_CHECK_RESULT
enum pal_status pal_pieces_cut(struct pal_pieces *pieces, struct pal_piece *piece, bool *end,
                               struct pal_error *err);
/* Finds fields and rows, or that the piece is strict. */
PAL_CHECK_RESULT
enum pal_status pal_pieces_index(const struct pal_pieces *pieces, struct pal_piece *piece,
                                 struct pal_error *err);
/* A strict piece as records; `line` lines stand before it. pal_records_lines at the end tells how
 * many it has. */
PAL_CHECK_RESULT
enum pal_status pal_pieces_strict(struct pal_pieces *pieces, const struct pal_piece *piece,
                                  uint64_t line, struct pal_arena *arena, struct pal_records **out,
                                  struct pal_error *err);
uint64_t pal_records_lines(const struct pal_records *records); /* read so far; 0 of a workbook */
/* From the beginning once more; no piece is in use. */
PAL_CHECK_RESULT
enum pal_status pal_pieces_again(struct pal_pieces *pieces, struct pal_error *err);
/* A field in UTF-8; `room` is the caller's, and emptied. The field itself when nothing changes. */
pal_str pal_pieces_text(const struct pal_pieces *pieces, pal_str field, struct pal_buf *room);
/* One field of a row: fields row[r-1]..row[r]-1. `last` of its row. Quotes and the blanks around
 * are gone; `unfold` (as long as the field) takes one that has doubled quotes. */
pal_str pal_piece_field(const struct pal_piece *piece, size_t field, bool last, char *unfold);
static inline pal_str pal_piece_cell(const struct pal_piece *piece, size_t field, bool last,
                                     char *unfold)
{
    const char *start = piece->text + (field ? piece->at[field - 1] + 1 : 0);
    const char *stop = piece->text + piece->at[field];
    if (start == stop)
        return (pal_str){start, 0};
    if ((unsigned char)*start > '"' && (unsigned char)stop[-1] > ' ') /* no quote, no blank */
        return (pal_str){start, (size_t)(stop - start)};
    return pal_piece_field(piece, field, last, unfold);
}
uint64_t pal_pieces_stored(const struct pal_pieces *pieces); /* bytes; UINT64_MAX: not known */
/* After a row that is no row: reads a gzip file once more, to its end, and says what is damaged in
 * it, which explains more than the row. PAL_OK: nothing, or it cannot be read again. */
PAL_CHECK_RESULT
enum pal_status pal_pieces_whole(const struct pal_pieces *pieces, struct pal_error *err);

/* ---- YAML (JSON is YAML) ------------------------------------------------------------------ */

enum pal_yaml_kind { PAL_YAML_SCALAR, PAL_YAML_LIST, PAL_YAML_MAP };

struct pal_yaml {
    enum pal_yaml_kind kind;
    struct pal_place at;
    pal_str text;           /* scalar */
    bool plain;             /* scalar written without quotes: null, true, 12 mean themselves */
    size_t n;               /* list: items; map: pairs */
    struct pal_yaml **item; /* list: [n]; map: values [n], in the order written */
    struct pal_yaml **key;  /* map: [n] scalars, keys unique (a repeated key is an error) */
};

/* One document; anchors, aliases and tags are refused, so are keys that stand twice; depth at most
 * 64, size at most 16 MiB, a million values. */
PAL_CHECK_RESULT
enum pal_status pal_yaml_read(const char *path, struct pal_arena *arena, struct pal_yaml **out,
                              struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_yaml_parse(pal_str text, const char *name, struct pal_arena *arena,
                               struct pal_yaml **out, struct pal_error *err);
/* The value at `key`, or NULL. node may be NULL. */
const struct pal_yaml *pal_yaml_get(const struct pal_yaml *node, const char *key);
/* PAL_SYNTAX at the key's place when the map holds a key outside known[n], with the nearest. */
PAL_CHECK_RESULT
enum pal_status pal_yaml_known(const struct pal_yaml *node, const char *what,
                               const char *const *known, size_t n, struct pal_error *err);
/* Typed reads; a missing key, and one without a value (null), leaves *out alone. Required ones ask
 * pal_yaml_need first: it refuses both. */
PAL_CHECK_RESULT
enum pal_status pal_yaml_need(const struct pal_yaml *node, const char *key, enum pal_yaml_kind kind,
                              const struct pal_yaml **out, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_yaml_text(const struct pal_yaml *node, const char *key, pal_str *out,
                              struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_yaml_number(const struct pal_yaml *node, const char *key, double *out,
                                struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_yaml_size(const struct pal_yaml *node, const char *key, size_t *out,
                              struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_yaml_bool(const struct pal_yaml *node, const char *key, bool *out,
                              struct pal_error *err);
/* A list of scalars, or one scalar taken as a list of one. */
PAL_CHECK_RESULT
enum pal_status pal_yaml_texts(const struct pal_yaml *node, const char *key,
                               struct pal_arena *arena, const pal_str **out, size_t *n,
                               struct pal_error *err);
/* PAL_SYNTAX at the node's place. */
enum pal_status pal_yaml_fail(const struct pal_yaml *node, struct pal_error *err,
                              const char *format, ...) PAL_PRINTF(3, 4);

/* ---- writing ------------------------------------------------------------------------------ */

/* A folder that appears whole or not at all: files are written into a hidden folder beside
 * `path`, which changes places with an older one at commit; without a commit it is removed, and
 * after a kill by the next run. Only a folder that palermo made (its manifest.json says so) or an
 * empty one is replaced. Folders on the way to `path` are made; a link to a folder stays a link.
 * This is about programs that stop, not about power cuts: files are not synced one by one. */
struct pal_outdir;
PAL_CHECK_RESULT
enum pal_status pal_outdir_open(const char *path, struct pal_arena *arena, struct pal_outdir **out,
                                struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_outdir_commit(struct pal_outdir *outdir, struct pal_error *err);
void pal_outdir_abandon(struct pal_outdir *outdir); /* also at arena release */
/* Where a file of the folder may be written now; folders on the way are made. `name` is checked
 * by pal_path_is_inside. */
PAL_CHECK_RESULT
enum pal_status pal_outdir_path(struct pal_outdir *outdir, struct pal_arena *arena, pal_str name,
                                const char **out, struct pal_error *err);
/* Writes one whole file into the folder. */
PAL_CHECK_RESULT
enum pal_status pal_outdir_write(struct pal_outdir *outdir, pal_str name, pal_str content,
                                 struct pal_error *err);

/* A file of the folder that is too large for one buffer: rows are added to pal_sink_buf and handed
 * on by pal_sink_more whenever 64 KiB have come together. */
struct pal_sink;
PAL_CHECK_RESULT
enum pal_status pal_sink_open(struct pal_outdir *outdir, pal_str name, struct pal_arena *arena,
                              struct pal_sink **out, struct pal_error *err);
struct pal_buf *pal_sink_buf(struct pal_sink *sink);
PAL_CHECK_RESULT
enum pal_status pal_sink_more(struct pal_sink *sink, struct pal_error *err);
PAL_CHECK_RESULT
enum pal_status pal_sink_close(struct pal_sink *sink, struct pal_error *err);

/* One file that appears whole or not at all (written beside, fsynced, renamed); "-" = stdout. What
 * is no file (a pipe, /dev/null) is written to; a link stays a link; an older file's rights stay.
 */
PAL_CHECK_RESULT
enum pal_status pal_file_write(const char *path, pal_str content, struct pal_error *err);

/* CSV out: RFC 4180, LF, quotes only where needed; what is written is read back the same. */
void pal_csv_field(struct pal_buf *buf, pal_str field, bool first);
/* As above, for files that people open in a spreadsheet: text that begins with = + - @ TAB or CR
 * gets an apostrophe in front, numbers do not. */
void pal_csv_field_safe(struct pal_buf *buf, pal_str field, bool first);
void pal_csv_end(struct pal_buf *buf); /* LF */
/* The same in place (pal_buf_room): at most 2 * length + 2 bytes, no comma in front. */
char *pal_csv_put(char *to, pal_str field);
char *pal_csv_put_safe(char *to, pal_str field); /* and one byte more */

void pal_json_text(struct pal_buf *buf, pal_str text); /* quoted and escaped */
void pal_xml_text(struct pal_buf *buf, pal_str text);  /* & < > " ' escaped; characters that XML 1.0
                                                          forbids become U+FFFD */

/* Opens a shared library and finds functions in it; `at` is where the address of one goes. What is
 * opened stays open. Errors: PAL_IO when it is missing or has no such function. */
struct pal_library_entry {
    const char *name;
    void *at;
};
PAL_CHECK_RESULT
enum pal_status pal_library_open(const char *name, const struct pal_library_entry *entry, size_t n,
                                 struct pal_error *err);

/* libzip is opened when the first archive is. Before any function of <zip.h> is called this has
 * said PAL_OK, once a process is enough. Errors: PAL_IO when it is not installed. */
PAL_CHECK_RESULT
enum pal_status pal_zip_ready(struct pal_error *err);
/* The same of libxlsxwriter and <xlsxwriter.h>. */
PAL_CHECK_RESULT
enum pal_status pal_xlsx_ready(struct pal_error *err);
/* ZIP out (DOCX and the like): members with a fixed date, stored in the order added. */
struct pal_zip_member {
    const char *name;
    pal_str content;
};
PAL_CHECK_RESULT
enum pal_status pal_zip_write(const char *path, const struct pal_zip_member *members, size_t n,
                              struct pal_error *err);

#endif
