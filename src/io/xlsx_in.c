/* xlsx_in.c: one worksheet as records. libzip opens the archive, expat reads its parts; only the
 * shared strings and one row are held. Ceilings: 2 GiB inflated per part, a ratio of 1000, 64 deep.
 */
#include "inside.h"

#include <expat.h>
#include <math.h>
#include <string.h>
#include <zip.h>

enum { PIECE = 64 * 1024, MAX_XML_DEPTH = 64, MAX_RATIO = 1000 };
#define MAX_PART    (UINT64_C(2) << 30)
#define MAX_STRINGS (UINT64_C(512) << 20)

struct part { /* one member of the archive, on its way through expat */
    struct zip_file *file;
    XML_Parser parser;
    uint64_t inflated, most;
    unsigned depth;
    bool forbidden; /* a DOCTYPE or another thing that workbooks do not hold */
    bool end;
};

struct xlsx {
    struct pal_arena *arena;
    const char *name;
    struct zip *zip;
    pal_str *string; /* [strings] shared */
    size_t strings, strings_cap;
    bool *is_date; /* [styles] the cell's number format shows a date */
    size_t styles, styles_cap;
    bool *custom_date; /* by custom format id - 164 */
    bool epoch_1904;
    const char *sheet_name; /* asked for */
    pal_str sheet_rel, sheet_file;

    struct part sheet;
    size_t max_field, max_columns;
    struct pal_buf text; /* of the element being read */
    bool wants_text;
    int cell_type; /* 'n' number, 's' shared, 'i' inline, 't' formula text, 'b', 'e', 'd' */
    size_t cell_style, column, next_column;
    uint64_t row, next_row;
    pal_str *field; /* the row being read */
    bool *quoted;
    struct pal_buf *held; /* [fields_cap] their bytes */
    size_t fields, fields_cap;
    bool row_open, row_ready, too_wide, too_long, bad_string;
    bool in_value, in_inline, in_phonetic;
    char sha[65];
    bool waiting; /* the parser is suspended after a row */
};

static enum pal_status refuse(const struct xlsx *x, struct pal_error *err, const char *what)
{
    const struct pal_place at = {x->name, x->row, 0};
    return pal_fail_at(err, PAL_DATA, &at, "%s", what);
}

static void xlsx_close(void *object)
{
    struct xlsx *x = object;
    if (x->sheet.parser)
        XML_ParserFree(x->sheet.parser);
    if (x->sheet.file)
        zip_fclose(x->sheet.file);
    if (x->zip)
        zip_discard(x->zip);
}

static const char *attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        const char *local = strrchr(attributes[0], ':');
        if (strcmp(local ? local + 1 : attributes[0], name) == 0)
            return attributes[1];
    }
    return NULL;
}

static const char *local_name(const char *element)
{
    const char *colon = strrchr(element, ':');
    return colon ? colon + 1 : element;
}

static void on_doctype(void *context, const char *name, const char *system, const char *public_id,
                       int internal)
{
    (void)name, (void)system, (void)public_id, (void)internal;
    ((struct xlsx *)context)->sheet.forbidden = true;
}

/* ---- parts
 * ---------------------------------------------------------------------------------------- */

static enum pal_status part_open(struct xlsx *x, const char *member, struct part *part, bool *found,
                                 struct pal_error *err)
{
    struct zip_stat info;
    *part = (struct part){.most = MAX_PART};
    *found = zip_stat(x->zip, member, ZIP_FL_NOCASE, &info) == 0;
    if (!*found)
        return PAL_OK;
    if ((info.valid & ZIP_STAT_ENCRYPTION_METHOD) && info.encryption_method != ZIP_EM_NONE)
        return refuse(x, err, "the workbook is encrypted; save it without a password");
    if ((info.valid & ZIP_STAT_SIZE) && (info.valid & ZIP_STAT_COMP_SIZE) &&
        info.size > (1u << 20) && info.size / (info.comp_size + 1) > MAX_RATIO)
        return refuse(
            x, err,
            "a part of the workbook inflates more than a thousandfold; it is refused as a bomb");
    part->file = zip_fopen_index(x->zip, info.index, 0);
    part->parser = XML_ParserCreate(NULL);
    if (!part->file || !part->parser)
        return refuse(x, err, "a part of the workbook cannot be opened");
    XML_SetUserData(part->parser, x);
    return PAL_OK;
}

/* Feeds one piece; sets part->end at the end. A suspended parser keeps the rest of its buffer. */
static enum pal_status part_step(struct xlsx *x, struct part *part, struct pal_error *err)
{
    enum XML_Status code;
    if (x->waiting) {
        x->waiting = false;
        code = XML_ResumeParser(part->parser);
    } else {
        void *buffer = XML_GetBuffer(part->parser, PIECE);
        if (!buffer)
            return pal_nomem(err, x->name);
        const zip_int64_t got = zip_fread(part->file, buffer, PIECE);
        if (got < 0)
            return refuse(x, err, "the workbook is damaged: a part does not inflate");
        part->inflated += (uint64_t)got;
        if (part->inflated > part->most)
            return refuse(x, err, "a part of the workbook inflates beyond the ceiling");
        code = XML_ParseBuffer(part->parser, (int)got, got == 0);
        part->end = got == 0;
    }
    if (part->forbidden)
        return refuse(x, err, "the workbook holds a document type or entities; it is refused");
    if (part->depth > MAX_XML_DEPTH)
        return refuse(x, err, "the workbook's XML is nested too deep");
    if (code == XML_STATUS_SUSPENDED) {
        x->waiting = true;
        return PAL_OK;
    }
    if (code == XML_STATUS_ERROR) {
        char what[200];
        snprintf(what, sizeof what, "the workbook's XML is broken: %s",
                 XML_ErrorString(XML_GetErrorCode(part->parser)));
        return refuse(x, err, what);
    }
    return PAL_OK;
}

static void part_close(struct part *part)
{
    if (part->parser)
        XML_ParserFree(part->parser);
    if (part->file)
        zip_fclose(part->file);
    *part = (struct part){0};
}

typedef void (*on_start)(void *context, const char *element, const char **attributes);
typedef void (*on_end)(void *context, const char *element);

static void add_text(void *context, const char *bytes, int size)
{
    struct xlsx *x = context;
    if (x->wants_text)
        pal_buf_add(&x->text, (pal_str){bytes, (size_t)size});
}

/* Reads a whole small part. */
static enum pal_status part_read(struct xlsx *x, const char *member, on_start start, on_end finish,
                                 bool *found, struct pal_error *err)
{
    struct part *part = &x->sheet; /* the one open part, closed by xlsx_close on failure */
    PAL_TRY(part_open(x, member, part, found, err));
    if (!*found)
        return PAL_OK;
    XML_SetElementHandler(part->parser, start, finish);
    XML_SetCharacterDataHandler(part->parser, add_text);
    XML_SetStartDoctypeDeclHandler(part->parser, on_doctype);
    while (!part->end)
        PAL_TRY(part_step(x, part, err));
    part_close(part);
    if (x->text.failed)
        return refuse(x, err, "a text in the workbook is longer than the ceiling");
    return PAL_OK;
}

/* ---- workbook, relations, strings, styles
 * ----------------------------------------------------------- */

static void workbook_start(void *context, const char *element, const char **attributes)
{
    struct xlsx *x = context;
    x->sheet.depth++;
    const char *name = local_name(element);
    if (strcmp(name, "workbookPr") == 0) {
        const char *epoch = attribute(attributes, "date1904");
        x->epoch_1904 = epoch && (strcmp(epoch, "1") == 0 || strcmp(epoch, "true") == 0);
    } else if (strcmp(name, "sheet") == 0 && !x->sheet_rel.len) {
        const char *title = attribute(attributes, "name"), *relation = NULL;
        for (const char **a = attributes; *a; a += 2)
            if (strcmp(local_name(a[0]), "id") == 0 && strchr(a[0], ':'))
                relation = a[1];
        if (title && relation && (!x->sheet_name || strcmp(title, x->sheet_name) == 0))
            x->sheet_rel = pal_arena_str(x->arena, pal_str_of(relation));
    }
}

static void relation_start(void *context, const char *element, const char **attributes)
{
    struct xlsx *x = context;
    x->sheet.depth++;
    if (strcmp(local_name(element), "Relationship") != 0)
        return;
    const char *id = attribute(attributes, "Id"), *target = attribute(attributes, "Target");
    if (id && target && pal_str_eq(pal_str_of(id), x->sheet_rel))
        x->sheet_file = pal_arena_str(x->arena, pal_str_of(target));
}

static void only_depth(void *context, const char *element)
{
    (void)element;
    ((struct xlsx *)context)->sheet.depth--;
}

static void strings_start(void *context, const char *element, const char **attributes)
{
    struct xlsx *x = context;
    (void)attributes;
    x->sheet.depth++;
    const char *name = local_name(element);
    if (strcmp(name, "si") == 0)
        pal_buf_clear(&x->text);
    else if (strcmp(name, "rPh") == 0)
        x->in_phonetic = true;
    else if (strcmp(name, "t") == 0)
        x->wants_text = !x->in_phonetic;
}

static void strings_end(void *context, const char *element)
{
    struct xlsx *x = context;
    x->sheet.depth--;
    const char *name = local_name(element);
    if (strcmp(name, "t") == 0)
        x->wants_text = false;
    else if (strcmp(name, "rPh") == 0)
        x->in_phonetic = false;
    else if (strcmp(name, "si") == 0) {
        if (x->strings == x->strings_cap) {
            const size_t cap = x->strings_cap ? x->strings_cap * 2 : 256;
            pal_str *grown =
                pal_arena_grow(x->arena, x->string, x->strings_cap, cap, sizeof *grown);
            if (!grown) {
                x->text.failed = true;
                return;
            }
            x->string = grown;
            x->strings_cap = cap;
        }
        x->string[x->strings++] = pal_arena_str(x->arena, pal_buf_str(&x->text));
    }
}

/* A format shows a date when, outside quotes, brackets and escapes, it holds y, d, h, m or s. */
static bool format_is_date(const char *format)
{
    bool quoted = false;
    for (const char *p = format; *p; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (*p == '\\' && p[1])
            p++;
        else if (*p == '[' && !quoted)
            while (p[1] && *p != ']')
                p++;
        else if (!quoted && strchr("ydhmsYDHMS", *p))
            return true;
    }
    return false;
}

enum { CUSTOM_FORMATS = 4096, FIRST_CUSTOM = 164 };

static void styles_start(void *context, const char *element, const char **attributes)
{
    struct xlsx *x = context;
    x->sheet.depth++;
    const char *name = local_name(element);
    int64_t id;
    if (strcmp(name, "numFmt") == 0) {
        const char *number = attribute(attributes, "numFmtId"),
                   *code = attribute(attributes, "formatCode");
        if (number && code && pal_int_parse(pal_str_of(number), &id) && id >= FIRST_CUSTOM &&
            id < FIRST_CUSTOM + CUSTOM_FORMATS)
            x->custom_date[id - FIRST_CUSTOM] = format_is_date(code);
    } else if (strcmp(name, "cellXfs") == 0) {
        x->in_value = true;
    } else if (strcmp(name, "xf") == 0 && x->in_value) {
        if (x->styles == x->styles_cap) {
            const size_t cap = x->styles_cap ? x->styles_cap * 2 : 64;
            bool *grown = pal_arena_grow(x->arena, x->is_date, x->styles_cap, cap, sizeof *grown);
            if (!grown) {
                x->text.failed = true;
                return;
            }
            x->is_date = grown;
            x->styles_cap = cap;
        }
        const char *number = attribute(attributes, "numFmtId");
        bool date = false;
        if (number && pal_int_parse(pal_str_of(number), &id))
            date = (id >= 14 && id <= 22) || (id >= 45 && id <= 47) || (id >= 27 && id <= 36) ||
                   (id >= 50 && id <= 58) ||
                   (id >= FIRST_CUSTOM && id < FIRST_CUSTOM + CUSTOM_FORMATS &&
                    x->custom_date[id - FIRST_CUSTOM]);
        x->is_date[x->styles++] = date;
    }
}

static void styles_end(void *context, const char *element)
{
    struct xlsx *x = context;
    x->sheet.depth--;
    if (strcmp(local_name(element), "cellXfs") == 0)
        x->in_value = false;
}

/* ---- the sheet
 * ---------------------------------------------------------------------------------------- */

static bool row_room(struct xlsx *x, size_t need)
{
    if (need > x->max_columns) {
        x->too_wide = true;
        return false;
    }
    if (need <= x->fields_cap)
        return true;
    size_t cap = x->fields_cap ? x->fields_cap : 64;
    while (cap < need)
        cap *= 2;
    pal_str *field = pal_arena_grow(x->arena, x->field, x->fields_cap, cap, sizeof *field);
    bool *quoted = pal_arena_grow(x->arena, x->quoted, x->fields_cap, cap, sizeof *quoted);
    struct pal_buf *held = pal_arena_grow(x->arena, x->held, x->fields_cap, cap, sizeof *held);
    if (!field || !quoted || !held) {
        x->too_wide = true;
        return false;
    }
    for (size_t i = x->fields_cap; i < cap; i++)
        pal_buf_init(&held[i], x->arena, x->max_field);
    x->field = field;
    x->quoted = quoted;
    x->held = held;
    x->fields_cap = cap;
    return true;
}

/* "BC12" -> 54 (from 0), SIZE_MAX when it is no reference. */
static size_t column_of(const char *reference)
{
    size_t column = 0, letters = 0;
    for (; *reference >= 'A' && *reference <= 'Z' && letters < 4; reference++, letters++)
        column = column * 26 + (size_t)(*reference - 'A') + 1;
    return letters ? column - 1 : SIZE_MAX;
}

/* A serial number of days as ISO text; whole days have no time. Serial 60 of the 1900 system is the
 * 29 February 1900 that never was. */
static size_t date_text(double serial, bool epoch_1904, char *out, size_t size)
{
    if (!(serial >= 0 && serial < 2958466))
        return 0;
    const double whole = floor(serial);
    int32_t days = (int32_t)whole;
    if (epoch_1904)
        days += 1462;
    else if (days < 60)
        days++;
    /* civil from days (Hinnant), counted from 1899-12-30 */
    const int32_t z = days - 25569 + 719468;
    const int32_t era = (z >= 0 ? z : z - 146096) / 146097;
    const int32_t doe = z - era * 146097;
    const int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int32_t mp = (5 * doy + 2) / 153;
    const int32_t day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
    const int32_t year = yoe + era * 400 + (month <= 2);
    const long seconds = lround((serial - whole) * 86400);
    int n;
    if (seconds > 0 && seconds < 86400)
        n = snprintf(out, size, "%04d-%02d-%02dT%02ld:%02ld:%02ld", (int)year, (int)month, (int)day,
                     seconds / 3600, seconds / 60 % 60, seconds % 60);
    else
        n = snprintf(out, size, "%04d-%02d-%02d", (int)year, (int)month, (int)day);
    return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static void cell_text(struct xlsx *x, struct pal_buf *out)
{
    const pal_str value = pal_buf_str(&x->text);
    int64_t index;
    double number;
    char text[64];
    switch (x->cell_type) {
    case 's':
        if (!pal_int_parse(pal_str_trim(value), &index) || index < 0 || (size_t)index >= x->strings)
            x->bad_string = true;
        else
            pal_buf_add(out, x->string[index]);
        return;
    case 'b':
        pal_buf_adds(out, pal_str_eq(value, PAL_STR("1")) ? "TRUE" : "FALSE");
        return;
    case 'n':
        if (pal_num_parse(pal_str_trim(value), &number)) {
            size_t n = 0;
            if (x->cell_style < x->styles && x->is_date[x->cell_style])
                n = date_text(number, x->epoch_1904, text, sizeof text);
            if (!n)
                n = pal_num_write(number, text);
            pal_buf_add(out, (pal_str){text, n});
            return;
        }
        break;
    default:
        break;
    }
    pal_buf_add(out, value);
}

static void sheet_start(void *context, const char *element, const char **attributes)
{
    struct xlsx *x = context;
    const char *name = local_name(element);
    if (++x->sheet.depth > MAX_XML_DEPTH)
        XML_StopParser(x->sheet.parser, XML_FALSE);
    if (strcmp(name, "row") == 0) {
        const char *number = attribute(attributes, "r");
        int64_t row;
        x->row = number && pal_int_parse(pal_str_of(number), &row) && row > 0 ? (uint64_t)row
                                                                              : x->next_row;
        x->next_row = x->row + 1;
        x->fields = x->next_column = 0;
        x->row_open = true;
    } else if (strcmp(name, "c") == 0 && x->row_open) {
        const char *where = attribute(attributes, "r"), *type = attribute(attributes, "t"),
                   *style = attribute(attributes, "s");
        int64_t number;
        const size_t column = where ? column_of(where) : x->next_column;
        x->column = column == SIZE_MAX ? x->next_column : column;
        x->next_column = x->column + 1;
        x->cell_style =
            style && pal_int_parse(pal_str_of(style), &number) && number >= 0 ? (size_t)number : 0;
        x->cell_type = !type                            ? 'n'
                       : strcmp(type, "s") == 0         ? 's'
                       : strcmp(type, "b") == 0         ? 'b'
                       : strcmp(type, "e") == 0         ? 'e'
                       : strcmp(type, "inlineStr") == 0 ? 'i'
                       : strcmp(type, "n") == 0         ? 'n'
                                                        : 't';
        pal_buf_clear(&x->text);
    } else if (strcmp(name, "v") == 0) {
        x->wants_text = true;
        pal_buf_clear(&x->text);
    } else if (strcmp(name, "is") == 0) {
        x->in_inline = true;
        pal_buf_clear(&x->text);
    } else if (strcmp(name, "rPh") == 0) {
        x->in_phonetic = true;
    } else if (strcmp(name, "t") == 0 && x->in_inline) {
        x->wants_text = !x->in_phonetic;
    }
}

static void sheet_end(void *context, const char *element)
{
    struct xlsx *x = context;
    const char *name = local_name(element);
    x->sheet.depth--;
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        x->wants_text = false;
    } else if (strcmp(name, "rPh") == 0) {
        x->in_phonetic = false;
    } else if (strcmp(name, "is") == 0) {
        x->in_inline = false;
    } else if (strcmp(name, "c") == 0 && x->row_open && row_room(x, x->column + 1)) {
        while (x->fields <= x->column) { /* gaps are empty fields */
            x->field[x->fields] = (pal_str){"", 0};
            pal_buf_clear(&x->held[x->fields++]);
        }
        struct pal_buf *held = &x->held[x->column];
        if (x->text.len || x->cell_type == 'b')
            cell_text(x, held);
        x->too_long |= held->failed || x->text.failed;
        x->field[x->column] = held->len ? pal_buf_str(held) : (pal_str){"", 0};
        x->quoted[x->column] = x->cell_type == 's' || x->cell_type == 'i' || x->cell_type == 't';
    } else if (strcmp(name, "row") == 0) {
        x->row_open = false;
        bool any = false;
        for (size_t i = 0; i < x->fields; i++)
            any |= x->field[i].len > 0;
        x->row_ready = any; /* a row of empty cells gives no record, as a blank line does not */
        if (any)
            XML_StopParser(x->sheet.parser, XML_TRUE);
    }
}

static enum pal_status next(void *self, struct pal_record *out, bool *end, struct pal_error *err)
{
    struct xlsx *x = self;
    *end = false;
    x->row_ready = false;
    while (!x->row_ready && (x->waiting || !x->sheet.end))
        PAL_TRY(part_step(x, &x->sheet, err));
    if (x->too_wide)
        return refuse(x, err, "more columns than the ceiling allows");
    if (x->too_long)
        return refuse(x, err, "a cell is longer than the ceiling allows");
    if (x->bad_string)
        return refuse(x, err,
                      "a cell refers to a shared text that is not there; the workbook is damaged");
    if (!x->row_ready) {
        *end = true;
        return PAL_OK;
    }
    *out = (struct pal_record){x->field, x->fields, x->row, x->quoted};
    return PAL_OK;
}

static enum pal_status preamble(void *self, size_t rows, struct pal_arena *arena, pal_str *line,
                                struct pal_error *err)
{
    struct xlsx *x = self;
    for (size_t i = 0; i < rows; i++)
        line[i] = (pal_str){"", 0};
    /* Rows are physical here too: rows 1..rows of the sheet are the preamble, present or not. */
    while (rows) {
        struct pal_record record;
        bool end;
        PAL_TRY(next(x, &record, &end, err));
        if (end)
            return PAL_OK;
        if (record.line > rows)
            return refuse(x, err, "the preamble is shorter than skip_rows says");
        struct pal_buf text;
        pal_buf_init(&text, arena, x->max_field);
        for (size_t i = 0; i < record.fields; i++)
            pal_csv_field(&text, record.field[i], i == 0);
        line[record.line - 1] = pal_buf_str(&text);
        if (record.line == rows)
            return PAL_OK;
    }
    return PAL_OK;
}

static void sha256(void *self, char *out) { memcpy(out, ((struct xlsx *)self)->sha, 65); }

static const struct io_reader reader_xlsx = {"xlsx", next, preamble, sha256};

static enum pal_status find_sheet(struct xlsx *x, const char **member, struct pal_error *err)
{
    bool found;
    PAL_TRY(part_read(x, "xl/workbook.xml", workbook_start, only_depth, &found, err));
    if (!found)
        return refuse(x, err, "this ZIP file is no XLSX workbook");
    if (!x->sheet_rel.len)
        return x->sheet_name
                   ? pal_fail(err, PAL_DATA, "'%s' has no worksheet '%s'", x->name, x->sheet_name)
                   : refuse(x, err, "the workbook has no worksheet");
    PAL_TRY(part_read(x, "xl/_rels/workbook.xml.rels", relation_start, only_depth, &found, err));
    if (!found || !x->sheet_file.len)
        return refuse(x, err, "the workbook does not say where its worksheet lies");
    const pal_str file = x->sheet_file;
    *member = file.ptr[0] == '/' ? file.ptr + 1
                                 : pal_arena_printf(x->arena, "xl/%.*s", PAL_ARG(file)).ptr;
    if (!*member || !pal_path_is_inside(pal_str_of(*member)))
        return refuse(x, err, "the workbook points outside itself");
    return PAL_OK;
}

enum pal_status io_xlsx_open(const char *path, const struct pal_dialect *dialect,
                             struct pal_arena *arena, const struct io_reader **reader, void **self,
                             struct pal_error *err)
{
    struct xlsx *x = pal_arena_alloc(arena, 1, sizeof *x);
    int code;
    bool found;
    if (!x)
        return pal_nomem(err, path);
    x->arena = arena;
    x->name = pal_arena_cstr(arena, pal_str_of(path));
    x->sheet_name = dialect->sheet;
    x->max_field = dialect->max_field ? dialect->max_field : IO_MAX_FIELD;
    x->max_columns = dialect->max_columns ? dialect->max_columns : IO_MAX_COLUMNS;
    x->custom_date = pal_arena_alloc(arena, CUSTOM_FORMATS, sizeof *x->custom_date);
    x->next_row = 1;
    pal_buf_init(&x->text, arena, x->max_field);
    if (!x->custom_date)
        return pal_nomem(err, path);
    PAL_TRY(pal_file_sha256(path, x->sha, err));
    x->zip = zip_open(path, ZIP_RDONLY, &code);
    if (!x->zip)
        return pal_fail(err, PAL_DATA, "'%s' is a damaged ZIP file", path);
    PAL_TRY(pal_arena_defer(arena, xlsx_close, x, err));
    const char *member = NULL;
    PAL_TRY(find_sheet(x, &member, err));
    PAL_TRY(part_read(x, "xl/sharedStrings.xml", strings_start, strings_end, &found, err));
    PAL_TRY(part_read(x, "xl/styles.xml", styles_start, styles_end, &found, err));
    PAL_TRY(part_open(x, member, &x->sheet, &found, err));
    if (!found)
        return refuse(x, err, "the worksheet's part is missing; the workbook is damaged");
    XML_SetElementHandler(x->sheet.parser, sheet_start, sheet_end);
    XML_SetCharacterDataHandler(x->sheet.parser, add_text);
    XML_SetStartDoctypeDeclHandler(x->sheet.parser, on_doctype);
    *reader = &reader_xlsx;
    *self = x;
    return PAL_OK;
}
