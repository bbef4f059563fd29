/* xlsx_in.c: one worksheet as records. libzip opens the archive, expat reads its parts; only the
 * shared texts and one row are held. */
#include "xlsx.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MOST_INFLATED (UINT64_C(2) << 30)
enum { MOST_SPOOLED = 256 << 20 };

struct xlsx {
    struct xlsx_book book;
    struct xlsx_part sheet;
    struct pal_source *source;
    size_t max_field, max_columns;
    size_t width; /* of the header; 0 = not known */
    bool stopped;

    struct pal_buf text; /* of the element being read */
    bool wants_text, in_inline, in_phonetic, row_open;
    char cell_type; /* n number, s shared, i inline, t formula text, b, e, d */
    size_t cell_style, column, next_column;
    uint64_t row;
    pal_str *field; /* the row being read */
    bool *quoted;
    struct pal_buf *held; /* [room] their bytes */
    size_t fields, room;
    bool row_ready;
    bool again; /* give the row once more: it was read in search of the preamble */
};

static void xlsx_close(void *object)
{
    struct xlsx *x = object;
    xlsx_part_close(&x->sheet);
    if (x->book.zip)
        zip_discard(x->book.zip);
}

/* ---- cells -------------------------------------------------------------------------------- */

static bool widen(struct xlsx *x, size_t need)
{
    if (need <= x->room)
        return true;
    size_t cap = x->room ? x->room : 64;
    while (cap < need)
        cap *= 2;
    struct pal_arena *arena = x->book.arena;
    pal_str *field = pal_arena_grow(arena, x->field, x->room, cap, sizeof *field);
    bool *quoted = pal_arena_grow(arena, x->quoted, x->room, cap, sizeof *quoted);
    struct pal_buf *held = pal_arena_grow(arena, x->held, x->room, cap, sizeof *held);
    if (!field || !quoted || !held)
        return false;
    for (size_t i = x->room; i < cap; i++)
        pal_buf_init(&held[i], arena, x->max_field);
    x->field = field;
    x->quoted = quoted;
    x->held = held;
    x->room = cap;
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

/* Whole numbers as they are mostly stored need no rounding trip through a double. */
static bool is_plain_number(pal_str text)
{
    const size_t sign = text.len && text.ptr[0] == '-';
    if (text.len == sign || text.len > 15 + sign || (text.ptr[sign] == '0' && text.len > 1))
        return false;
    for (size_t i = sign; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return true;
}

static void number_text(const struct xlsx *x, pal_str value, struct pal_buf *out)
{
    double number;
    char text[64];
    const enum xlsx_format format = x->cell_style < x->book.formats
                                        ? (enum xlsx_format)x->book.format[x->cell_style]
                                        : XLSX_NUMBER;
    if ((format == XLSX_NUMBER && is_plain_number(value)) || !pal_num_parse(value, &number)) {
        pal_buf_add(out, value);
        return;
    }
    size_t n = 0;
    if (format != XLSX_NUMBER)
        n = xlsx_date_write(number, format, x->book.epoch_1904, text, sizeof text);
    if (!n)
        n = pal_num_write(number, text);
    pal_buf_add(out, (pal_str){text, n});
}

static void cell_text(struct xlsx *x, struct xlsx_part *part, struct pal_buf *out)
{
    const pal_str value = pal_buf_str(&x->text);
    int64_t index;
    if (!value.len)
        return;
    switch (x->cell_type) {
    case 's':
        if (pal_int_parse(pal_str_trim(value), &index) && index >= 0 &&
            (uint64_t)index < x->book.strings)
            pal_buf_add(out, x->book.string[index]);
        else
            xlsx_part_refuse(
                part, "a cell refers to a shared text that is not there; the workbook is damaged");
        break;
    case 'b':
        pal_buf_adds(out, pal_str_eq(pal_str_trim(value), PAL_STR("1")) ? "TRUE" : "FALSE");
        break;
    case 'n':
        number_text(x, pal_str_trim(value), out);
        break;
    case 'i':
    case 't':
        xlsx_text_unescape(&x->text);
        pal_buf_add(out, pal_buf_str(&x->text));
        break;
    default:
        pal_buf_add(out, value);
        break;
    }
}

static void cell_end(struct xlsx *x, struct xlsx_part *part)
{
    if (x->column >= x->max_columns) {
        xlsx_part_refuse(part, "more columns than the ceiling allows");
        return;
    }
    if (!widen(x, x->column + 1)) {
        xlsx_part_refuse(part, "a row of the workbook needs more memory than there is");
        return;
    }
    if (x->column < x->fields) {
        xlsx_part_refuse(part, "a cell stands twice, or out of order; the workbook is damaged");
        return;
    }
    for (; x->fields <= x->column; x->fields++) { /* gaps are empty fields */
        x->field[x->fields] = (pal_str){"", 0};
        x->quoted[x->fields] = false;
    }
    struct pal_buf *held = &x->held[x->column];
    pal_buf_clear(held);
    cell_text(x, part, held);
    if (held->failed || x->text.failed) {
        xlsx_part_refuse(part, "a cell is longer than the ceiling allows");
        return;
    }
    if (held->len)
        x->field[x->column] = pal_buf_str(held);
    x->quoted[x->column] = x->cell_type == 's' || x->cell_type == 'i' || x->cell_type == 't';
}

static void cell_start(struct xlsx *x, const char **attributes)
{
    const char *where = xlsx_attribute(attributes, "r"), *type = xlsx_attribute(attributes, "t"),
               *style = xlsx_attribute(attributes, "s");
    int64_t number;
    const size_t column = where ? column_of(where) : x->next_column;
    x->column = column == SIZE_MAX ? x->next_column : column;
    x->next_column = x->column + 1;
    x->cell_style =
        style && pal_int_parse(pal_str_of(style), &number) && number >= 0 ? (size_t)number : 0;
    x->cell_type = 'n';
    if (type)
        x->cell_type = strcmp(type, "str") == 0         ? 't'
                       : strcmp(type, "inlineStr") == 0 ? 'i'
                                                        : type[0];
    pal_buf_clear(&x->text);
}

static void sheet_start(void *context, struct xlsx_part *part, const char *name,
                        const char **attributes)
{
    struct xlsx *x = context;
    if (strcmp(name, "c") == 0 && x->row_open) {
        cell_start(x, attributes);
    } else if (strcmp(name, "v") == 0) {
        x->wants_text = true;
        pal_buf_clear(&x->text);
    } else if (strcmp(name, "row") == 0) {
        const char *number = xlsx_attribute(attributes, "r");
        int64_t row;
        const uint64_t last = x->row;
        x->row =
            number && pal_int_parse(pal_str_of(number), &row) && row > 0 ? (uint64_t)row : last + 1;
        if (x->row <= last)
            xlsx_part_refuse(part, "a row stands twice, or out of order; the workbook is damaged");
        x->fields = x->next_column = 0;
        x->row_open = true;
    } else if (strcmp(name, "is") == 0) {
        x->in_inline = true;
        pal_buf_clear(&x->text);
    } else if (strcmp(name, "rPh") == 0) {
        x->in_phonetic = true;
    } else if (strcmp(name, "t") == 0 && x->in_inline) {
        x->wants_text = !x->in_phonetic;
    }
}

static void sheet_end(void *context, struct xlsx_part *part, const char *name)
{
    struct xlsx *x = context;
    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        x->wants_text = false;
    } else if (strcmp(name, "c") == 0 && x->row_open) {
        cell_end(x, part);
    } else if (strcmp(name, "row") == 0 && x->row_open) {
        x->row_open = false;
        for (size_t i = 0; i < x->fields && !x->row_ready; i++)
            x->row_ready = x->field[i].len > 0;
        if (x->row_ready) /* a row of empty cells gives no record, as a blank line does not */
            xlsx_part_pause(part);
    } else if (strcmp(name, "rPh") == 0) {
        x->in_phonetic = false;
    } else if (strcmp(name, "is") == 0) {
        x->in_inline = false;
    }
}

static void sheet_text(void *context, struct xlsx_part *part, pal_str text)
{
    struct xlsx *x = context;
    (void)part;
    if (x->wants_text)
        pal_buf_add(&x->text, text);
}

static const struct xlsx_handlers sheet = {sheet_start, sheet_end, sheet_text};

/* ---- the reader --------------------------------------------------------------------------- */

static enum pal_status read_row(struct xlsx *x, struct pal_error *err)
{
    x->row_ready = false;
    while (!x->row_ready && (x->sheet.waiting || !x->sheet.end)) {
        const struct pal_place at = {x->book.name, x->row, 0};
        const enum pal_status status = xlsx_part_step(&x->sheet, &at, err);
        if (status != PAL_OK) {
            x->stopped = true;
            if (err && err->line != x->row && status == PAL_DATA) /* rows went by on the way */
                err->line = x->row;
            return status;
        }
    }
    return PAL_OK;
}

/* A worksheet leaves out the empty cells at the end of a row, or keeps them for their format. */
static enum pal_status fit(struct xlsx *x, struct pal_error *err)
{
    if (!x->width || !x->row_ready)
        return PAL_OK;
    while (x->fields > x->width && !x->field[x->fields - 1].len)
        x->fields--;
    if (!widen(x, x->width))
        return pal_nomem(err, x->book.name);
    for (; x->fields < x->width; x->fields++) {
        x->field[x->fields] = (pal_str){"", 0};
        x->quoted[x->fields] = false;
    }
    return PAL_OK;
}

void io_xlsx_width(void *self, size_t columns) { ((struct xlsx *)self)->width = columns; }

static enum pal_status next(void *self, struct pal_record *out, bool *end, struct pal_error *err)
{
    struct xlsx *x = self;
    if (x->stopped)
        return pal_fail(err, PAL_DATA, "'%s' cannot be read beyond its first broken row",
                        x->book.name);
    if (!x->again)
        PAL_TRY(read_row(x, err));
    x->again = false;
    PAL_TRY(fit(x, err));
    *end = !x->row_ready;
    *out = (struct pal_record){x->field, x->fields, x->row, x->quoted, NULL};
    return PAL_OK;
}

/* Rows 1 to `rows` of the sheet, whether something stands in them or not. */
static enum pal_status preamble(void *self, size_t rows, struct pal_arena *arena, pal_str *line,
                                size_t *n, struct pal_error *err)
{
    struct xlsx *x = self;
    for (*n = 0; *n < rows; ++*n)
        line[*n] = (pal_str){"", 0};
    for (;;) {
        PAL_TRY(read_row(x, err));
        if (!x->row_ready || x->row > rows) {
            x->again = true;
            return PAL_OK;
        }
        struct pal_buf text;
        pal_buf_init(&text, arena, x->max_field * 4);
        for (size_t i = 0; i < x->fields; i++)
            pal_csv_field(&text, x->field[i], i == 0);
        PAL_TRY(pal_buf_status(&text, x->book.name, err));
        line[x->row - 1] = pal_buf_str(&text);
    }
}

static void sha256(void *self, char *out) { pal_source_sha256(((struct xlsx *)self)->source, out); }

static const struct io_reader reader_xlsx = {"xlsx", next, preamble, sha256};

/* A file is read in place; standard input and pipes are kept in memory, since the list of a ZIP's
 * members lies at its end. Either way all bytes go by, for the SHA-256. */
static enum pal_status open_archive(struct xlsx *x, struct pal_error *err)
{
    const int file = io_source_file(x->source);
    struct pal_buf all;
    char *chunk = pal_arena_alloc(x->book.arena, IO_CHUNK, 1);
    size_t got;
    if (!chunk)
        return pal_nomem(err, x->book.name);
    PAL_TRY(pal_zip_ready(err));
    pal_buf_init(&all, x->book.arena, MOST_SPOOLED);
    do {
        PAL_TRY(pal_source_read(x->source, chunk, IO_CHUNK, &got, err));
        if (file < 0)
            pal_buf_add(&all, (pal_str){chunk, got});
    } while (got);
    PAL_TRY(pal_buf_status(&all, x->book.name, err));
    if (file >= 0) {
        int code;
        const int own = fcntl(file, F_DUPFD_CLOEXEC, 0);
        if (own < 0)
            return pal_fail_errno(err, "cannot open '%s'", x->book.name);
        x->book.zip = zip_fdopen(own, 0, &code);
        if (!x->book.zip)
            close(own);
    } else {
        zip_error_t ignored;
        zip_error_init(&ignored);
        zip_source_t *bytes = zip_source_buffer_create(all.ptr, all.len, 0, &ignored);
        x->book.zip = bytes ? zip_open_from_source(bytes, ZIP_RDONLY, &ignored) : NULL;
        if (bytes && !x->book.zip)
            zip_source_free(bytes);
        zip_error_fini(&ignored);
    }
    return x->book.zip ? PAL_OK
                       : pal_fail(err, PAL_DATA, "'%s' is a damaged ZIP file", x->book.name);
}

enum pal_status io_xlsx_open(struct pal_source *source, const struct pal_dialect *dialect,
                             uint64_t most, struct pal_arena *arena,
                             const struct io_reader **reader, void **self, struct pal_error *err)
{
    struct xlsx *x = pal_arena_alloc(arena, 1, sizeof *x);
    bool found;
    if (!x)
        return pal_nomem(err, pal_source_name(source));
    x->source = source;
    x->book = (struct xlsx_book){
        .arena = arena, .name = pal_source_name(source), .most = most ? most : MOST_INFLATED};
    x->max_field = dialect->max_field ? dialect->max_field : IO_MAX_FIELD;
    x->max_columns = dialect->max_columns ? dialect->max_columns : IO_MAX_COLUMNS;
    pal_buf_init(&x->text, arena, x->max_field);
    PAL_TRY(pal_arena_defer(arena, xlsx_close, x, err));
    PAL_TRY(open_archive(x, err));
    PAL_TRY(xlsx_book_read(&x->book, dialect->sheet, x->max_field, err));
    const struct pal_place at = {x->book.name, 0, 0};
    PAL_TRY(xlsx_part_open(x->book.zip, x->book.sheet, x->book.most, &sheet, x, &at, &x->sheet,
                           &found, err));
    if (!found)
        return pal_fail(err, PAL_DATA, "'%s' lacks the part of its worksheet; it is damaged",
                        x->book.name);
    *reader = &reader_xlsx;
    *self = x;
    return PAL_OK;
}

enum pal_status pal_workbook_sheets(const char *path, const struct pal_source_options *options,
                                    struct pal_arena *arena, const pal_str **out, size_t *n,
                                    struct pal_error *err)
{
    enum io_format format;
    struct xlsx *x = pal_arena_alloc(arena, 1, sizeof *x);
    *n = 0;
    if (!x)
        return pal_nomem(err, path);
    PAL_TRY(pal_source_open(path, options, arena, &x->source, err));
    PAL_TRY(io_format_of(x->source, &format, err));
    if (format != IO_FORMAT_ZIP)
        return PAL_OK;
    x->book = (struct xlsx_book){.arena = arena,
                                 .name = pal_source_name(x->source),
                                 .most = options && options->max_inflated ? options->max_inflated
                                                                          : MOST_INFLATED};
    PAL_TRY(pal_arena_defer(arena, xlsx_close, x, err));
    PAL_TRY(open_archive(x, err));
    PAL_TRY(xlsx_book_read(&x->book, NULL, IO_MAX_FIELD, err));
    *out = x->book.names;
    *n = x->book.names_n;
    return PAL_OK;
}
