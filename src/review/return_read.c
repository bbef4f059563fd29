/* return_read.c: a file that came back, as rows of answers. The line "palermo packet" says what it
 * answers; columns are known by the line of their ids, or by their heads in any language, so that
 * columns and rows may have been moved, sorted and hidden. */
#include "return.h"

#include <math.h>

enum { MOST_ROWS = 1 << 20, MOST_FIELD = 64 << 10, MOST_COLUMNS = 256 };

/* ---- numbers ------------------------------------------------------------------------------------
 */

/* Arabic and Persian digits as Latin ones, their separators too; blanks of all kinds as one. */
static size_t latin_digits(pal_str text, char *out, size_t size)
{
    size_t n = 0;
    text = pal_str_trim(text);
    for (size_t i = 0; i < text.len && n + 1 < size;) {
        uint32_t c;
        const size_t taken = pal_utf8_next(text, i, &c);
        i += taken ? taken : 1;
        if (c >= 0x660 && c <= 0x669)
            c = '0' + (c - 0x660);
        else if (c >= 0x6F0 && c <= 0x6F9)
            c = '0' + (c - 0x6F0);
        else if (c == 0x66B)
            c = '.';
        else if (c == 0x66C || c == 0xA0 || c == 0x202F || c == 0x2009)
            c = ' ';
        else if (c == 0x200E || c == 0x200F || c == 0x2066 || c == 0x2069)
            continue;
        if (c > 0x7E)
            return 0;
        out[n++] = (char)c;
    }
    return n;
}

bool return_number(pal_str text, double *out)
{
    char plain[64];
    const pal_str number = {plain, latin_digits(text, plain, sizeof plain)};
    if (!number.len)
        return false;
    if (pal_num_parse(number, out))
        return isfinite(*out);
    size_t comma = SIZE_MAX, commas = 0;
    for (size_t i = 0; i < number.len; i++) {
        if (plain[i] == ',') {
            comma = i;
            commas++;
        }
    }
    if (commas == 1 && number.len - comma - 1 == 3)
        return false; /* 1,234: a thousand, or one and a bit */
    return pal_num_parse_as(number, ',', ' ', out) || pal_num_parse_as(number, '.', ' ', out);
}

bool return_shows(pal_str text, double value)
{
    static const char forms[][2] = {{'.', 0}, {'.', ','}, {',', '.'}, {',', ' '}, {'.', ' '}};
    char plain[64];
    const pal_str number = {plain, latin_digits(text, plain, sizeof plain)};
    for (size_t f = 0; f < PAL_COUNT(forms); f++) {
        double x;
        if (!number.len || !pal_num_parse_as(number, forms[f][0], forms[f][1], &x))
            continue;
        if (x == value)
            return true;
        size_t decimals = 0;
        for (size_t i = 0; i < number.len; i++)
            if (number.ptr[i] == forms[f][0])
                decimals = number.len - i - 1;
        if (decimals && fabs(x - value) <= 0.5000001 * pow(10, -(double)decimals))
            return true;
        if (fabs(x - value) <= 1e-14 * fabs(value)) /* fifteen digits, as spreadsheets keep */
            return true;
    }
    return false;
}

/* ---- sheets -------------------------------------------------------------------------------------
 */

struct reading {
    struct pal_arena *arena;
    struct pal_return *out;
    struct pal_return_row *row;
    size_t rows, cap;
    size_t column[REVIEW_COLUMNS]; /* field of each; SIZE_MAX: not there */
    bool has_columns, mixed;
};

static pal_str text_at(const struct pal_record *record, size_t field)
{
    if (field >= record->fields)
        return (pal_str){"", 0};
    pal_str text = pal_str_trim(record->field[field]);
    if (text.len > 1 && text.ptr[0] == '\'') /* what keeps text from being a formula */
        text = (pal_str){text.ptr + 1, text.len - 1};
    return text;
}

static void read_mark(struct reading *r, const struct pal_record *record)
{
    const pal_str packet = text_at(record, 1);
    enum pal_language language;
    r->mixed |= r->out->packet.len && !pal_str_eq(r->out->packet, packet);
    r->out->packet = pal_arena_str(r->arena, packet);
    if (pal_language_parse(text_at(record, 2), &language))
        r->out->language = language;
}

/* Ids first; heads of any language where somebody removed the line of ids. */
static bool read_columns(struct reading *r, const struct pal_record *record)
{
    size_t found[REVIEW_COLUMNS], n = 0;
    for (size_t c = 0; c < REVIEW_COLUMNS; c++) {
        found[c] = SIZE_MAX;
        for (size_t f = 0; f < record->fields && found[c] == SIZE_MAX; f++) {
            const pal_str text = text_at(record, f);
            bool same = pal_str_eq(text, pal_str_of(review_column_kind[c].id));
            for (size_t l = 0; l < PAL_LANGUAGES && !same && text.len; l++)
                same = pal_str_eq(text,
                                  review_column_head((enum pal_language)l, (enum review_column)c));
            if (same)
                found[c] = f;
        }
        n += found[c] != SIZE_MAX;
    }
    if (found[COLUMN_KEY] == SIZE_MAX || found[COLUMN_ANSWER] == SIZE_MAX || n < 4)
        return false;
    memcpy(r->column, found, sizeof found);
    return r->has_columns = true;
}

static pal_str changed_columns(const struct reading *r, const struct pal_record *record)
{
    pal_str text[REVIEW_COLUMNS];
    char check[REVIEW_CHECK_SIZE];
    const pal_str said = text_at(record, r->column[COLUMN_CHECK]);
    struct pal_buf out;
    pal_buf_init(&out, r->arena, 1u << 16);
    if (said.len != REVIEW_CHECK_SIZE - 1)
        return said.len || r->column[COLUMN_CHECK] != SIZE_MAX
                   ? review_word(r->out->language, REVIEW_CHECK)
                   : (pal_str){"", 0};
    for (size_t c = 0; c < REVIEW_COLUMNS; c++)
        text[c] = text_at(record, r->column[c]);
    review_check(r->out->packet, text, check);
    for (size_t c = 0; c < REVIEW_COLUMNS; c++) {
        if (r->column[c] == SIZE_MAX || !review_is_checked((enum review_column)c) ||
            memcmp(check + c * REVIEW_CHECK_DIGITS, said.ptr + c * REVIEW_CHECK_DIGITS,
                   REVIEW_CHECK_DIGITS) == 0)
            continue;
        if (out.len)
            pal_buf_adds(&out, ", ");
        pal_buf_add(&out, review_column_head(r->out->language, (enum review_column)c));
    }
    return out.len ? pal_buf_str(&out) : (pal_str){"", 0};
}

static enum pal_status add_row(struct reading *r, const struct pal_record *record,
                               struct pal_error *err)
{
    const pal_str key = text_at(record, r->column[COLUMN_KEY]);
    struct pal_return_row own = {
        .key = key,
        .answer = text_at(record, r->column[COLUMN_ANSWER]),
        .value = text_at(record, r->column[COLUMN_VALUE]),
        .origin = text_at(record, r->column[COLUMN_ORIGIN]),
        .reason = text_at(record, r->column[COLUMN_REASON]),
        .proposed = text_at(record, r->column[COLUMN_PROPOSED]),
        .has_proposed = r->column[COLUMN_PROPOSED] != SIZE_MAX,
        .line = record->line,
    };
    if (!key.len && !own.answer.len && !own.value.len && !own.reason.len)
        return PAL_OK;
    if (r->rows == MOST_ROWS)
        return pal_fail(err, PAL_DATA, "more rows than a return can have");
    if (r->rows == r->cap) {
        const size_t more = r->cap ? r->cap * 2 : 256;
        r->row = pal_arena_grow(r->arena, r->row, r->cap, more, sizeof *r->row);
        r->cap = more;
    }
    own.changed = changed_columns(r, record);
    pal_str *const fields[] = {&own.key,    &own.answer, &own.value,
                               &own.origin, &own.reason, &own.proposed};
    for (size_t i = 0; i < PAL_COUNT(fields); i++) {
        *fields[i] = pal_arena_str(r->arena, *fields[i]);
        if (!fields[i]->ptr)
            return pal_nomem(err, "a return");
    }
    if (!r->row)
        return pal_nomem(err, "a return");
    r->row[r->rows++] = own;
    return PAL_OK;
}

static enum pal_status read_sheet(struct reading *r, const char *path, const char *sheet,
                                  struct pal_error *err)
{
    const struct pal_dialect dialect = {
        .sheet = sheet, .max_field = MOST_FIELD, .max_columns = MOST_COLUMNS, .guess = !sheet};
    const struct pal_source_options options = {.max_inflated = RETURN_LARGEST};
    struct pal_records *records;
    struct pal_record record;
    bool end = false, marked = false;
    r->has_columns = false;
    PAL_TRY(pal_records_open(path, &dialect, &options, r->arena, &records, err));
    for (;;) {
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        if (pal_str_eq(text_at(&record, 0), PAL_STR("palermo packet"))) {
            read_mark(r, &record);
            marked = true;
        } else if (marked && !read_columns(r, &record) && r->has_columns) {
            PAL_TRY(add_row(r, &record, err));
        }
    }
}

enum pal_status pal_return_read(const char *path, enum pal_language language,
                                struct pal_arena *arena, struct pal_return *out,
                                struct pal_error *err)
{
    struct reading r = {.arena = arena, .out = out};
    const struct pal_source_options options = {.max_inflated = RETURN_LARGEST};
    const pal_str *sheet = NULL;
    enum review_word why;
    size_t sheets = 0;
    *out = (struct pal_return){.path = path, .packet = {"", 0}, .language = language};
    PAL_TRY(pal_file_sha256(path, out->sha256, err));
    if (!return_is_safe(path, arena, &why)) {
        const pal_str word = review_word(language, why);
        return pal_fail(err, PAL_DATA, "%.*s", PAL_ARG(word));
    }
    PAL_TRY(pal_workbook_sheets(path, &options, arena, &sheet, &sheets, err));
    if (!sheets)
        PAL_TRY(read_sheet(&r, path, NULL, err));
    for (size_t s = 0; s < sheets; s++) {
        const char *name = pal_arena_cstr(arena, sheet[s]);
        if (!name)
            return pal_nomem(err, path);
        PAL_TRY(read_sheet(&r, path, name, err));
    }
    if (r.mixed)
        return pal_fail(err, PAL_DATA, "its sheets belong to several packets");
    out->row = r.row;
    out->rows = r.rows;
    return PAL_OK;
}
