/* packet_xlsx.c: a packet as a workbook: a cover, one sheet a theme with locked cells, drop-down
 * answers and notes, a sheet that explains and one with the definitions. Text is written as text,
 * so nothing in it is ever a formula; the only date is fixed, so the bytes are the same each time.
 */
#include "inside.h"

#include <xlsxwriter.h>

enum { EPOCH_1980 = 315532800, HEAD_ROWS = 4, DECIMALS_MAX = 4, COVER_WIDTH = 100 };

struct book {
    const struct pal_packet *packet;
    enum pal_language language;
    struct pal_arena *scratch;
    lxw_workbook *workbook;
    lxw_format *title, *small, *head, *head_answer, *text, *answer, *answer_number, *query, *label,
        *wrap, *plain, *number[DECIMALS_MAX + 1];
    bool failed;
};

static const char *c_text(struct book *b, pal_str text)
{
    const char *copy = pal_arena_cstr(b->scratch, text);
    b->failed |= !copy;
    return copy ? copy : "";
}

static void done(struct book *b, lxw_error code) { b->failed |= code != LXW_NO_ERROR; }

static lxw_format *format_new(struct book *b)
{
    lxw_format *format = workbook_add_format(b->workbook);
    b->failed |= !format;
    if (format) {
        format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
        if (pal_language_rtl(b->language))
            format_set_reading_order(format, 2);
    }
    return format;
}

static lxw_format *wrapped(struct book *b, bool border, lxw_color_t fill)
{
    lxw_format *format = format_new(b);
    if (!format)
        return NULL;
    format_set_text_wrap(format);
    if (border)
        format_set_border(format, LXW_BORDER_HAIR);
    if (fill)
        format_set_bg_color(format, fill);
    return format;
}

static bool make_formats(struct book *b)
{
    static const char *const forms[DECIMALS_MAX + 1] = {"#,##0", "#,##0.0", "#,##0.00", "#,##0.000",
                                                        "#,##0.0000"};
    const lxw_color_t grey = 0xEDEDED, yellow = 0xFFF6D6;
    b->title = format_new(b);
    b->small = format_new(b);
    b->plain = format_new(b);
    b->head = wrapped(b, true, 0xD9E2EC);
    b->head_answer = wrapped(b, true, 0xFFE08A);
    b->text = wrapped(b, true, grey);
    b->query = wrapped(b, true, 0xFBE3E0);
    b->answer = wrapped(b, true, yellow);
    b->answer_number = wrapped(b, true, yellow);
    b->label = wrapped(b, false, 0);
    b->wrap = wrapped(b, false, 0);
    for (size_t i = 0; i <= DECIMALS_MAX; i++)
        b->number[i] = wrapped(b, true, grey);
    if (b->failed)
        return false;
    format_set_bold(b->title);
    format_set_font_size(b->title, 14);
    format_set_font_color(b->small, 0x808080);
    format_set_font_size(b->small, 8);
    format_set_bold(b->head);
    format_set_bold(b->head_answer);
    format_set_bold(b->label);
    format_set_unlocked(b->answer);
    format_set_unlocked(b->answer_number);
    for (size_t i = 0; i <= DECIMALS_MAX; i++)
        format_set_num_format(b->number[i], forms[i]);
    return true;
}

static lxw_worksheet *add_sheet(struct book *b, pal_str name)
{
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, c_text(b, name));
    b->failed |= !sheet;
    if (!sheet)
        return NULL;
    if (pal_language_rtl(b->language))
        worksheet_right_to_left(sheet);
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9);
    worksheet_fit_to_pages(sheet, 1, 0);
    /* Without a password: it guards against slips, not against the focal point. */
    lxw_protection may = {
        .format_columns = 1, .format_rows = 1, .format_cells = 1, .autofilter = 1, .sort = 1};
    worksheet_protect(sheet, NULL, &may);
    return sheet;
}

static void write_text(struct book *b, lxw_worksheet *sheet, size_t row, size_t col, pal_str text,
                       lxw_format *format)
{
    done(b, text.len ? worksheet_write_string(sheet, (lxw_row_t)row, (lxw_col_t)col,
                                              c_text(b, text), format)
                     : worksheet_write_blank(sheet, (lxw_row_t)row, (lxw_col_t)col, format));
}

/* The line by which a file that comes back says what it answers. */
static void write_mark(struct book *b, lxw_worksheet *sheet, size_t row)
{
    const pal_str mark[] = {PAL_STR("palermo packet"), b->packet->id,
                            pal_str_of(pal_language_code(b->language)), b->packet->stream};
    for (size_t i = 0; i < PAL_COUNT(mark); i++)
        write_text(b, sheet, row, i, mark[i], b->small);
}

/* How many lines a text takes at a width in letters; scripts without spaces are twice as wide. */
static double lines_of(pal_str text, double width)
{
    double lines = 0, at = 0;
    for (size_t i = 0; i < text.len;) {
        uint32_t c;
        const size_t n = pal_utf8_next(text, i, &c);
        i += n ? n : 1;
        at += c >= 0x2E80 ? 2 : 1;
        if (c == '\n' || at > width) {
            lines++;
            at = 0;
        }
    }
    return lines + 1;
}

static void write_lines(struct book *b, lxw_worksheet *sheet, size_t *row,
                        const struct review_line *line, size_t n)
{
    for (size_t i = 0; i < n; i++, ++*row) {
        done(b, worksheet_set_row(sheet, (lxw_row_t)*row, 17 * lines_of(line[i].text, COVER_WIDTH),
                                  NULL));
        write_text(b, sheet, *row, 0, line[i].label, b->label);
        write_text(b, sheet, *row, 1, line[i].text, b->wrap);
    }
}

static enum pal_status write_cover(struct book *b, struct pal_error *err)
{
    const struct review_line *line;
    size_t n, row = 0;
    PAL_TRY(review_cover(b->packet, b->language, b->scratch, &line, &n, err));
    lxw_worksheet *sheet = add_sheet(b, review_word(b->language, REVIEW_SHEET_COVER));
    if (!sheet)
        return PAL_OK;
    done(b, worksheet_set_column(sheet, 0, 0, 32, NULL));
    done(b, worksheet_set_column(sheet, 1, 1, COVER_WIDTH, NULL));
    write_text(b, sheet, row++, 0, review_title(b->packet, b->language, b->scratch), b->title);
    write_mark(b, sheet, row++);
    write_lines(b, sheet, &row, line, n);
    return PAL_OK;
}

static void write_help(struct book *b)
{
    lxw_worksheet *sheet = add_sheet(b, review_word(b->language, REVIEW_SHEET_HELP));
    if (!sheet)
        return;
    struct review_line line[PAL_ANSWERS + 4];
    size_t n = 0, row = 1;
    for (size_t a = 0; a < PAL_ANSWERS; a++)
        line[n++] = (struct review_line){
            review_word(b->language, review_answer_word[a]),
            review_word(b->language, (enum review_word)(REVIEW_HELP_ENDORSED + (int)a))};
    line[n++] = (struct review_line){PAL_STR(""), review_word(b->language, REVIEW_HELP_LOCKED)};
    line[n++] = (struct review_line){PAL_STR(""), review_word(b->language, REVIEW_HELP_NUMBERS)};
    line[n++] = (struct review_line){review_word(b->language, REVIEW_SILENCE),
                                     review_word(b->language, REVIEW_SILENCE_TEXT)};
    line[n++] = (struct review_line){review_word(b->language, REVIEW_RETURN),
                                     review_word(b->language, REVIEW_RETURN_TEXT)};
    done(b, worksheet_set_column(sheet, 0, 0, 32, NULL));
    done(b, worksheet_set_column(sheet, 1, 1, COVER_WIDTH, NULL));
    write_text(b, sheet, 0, 0, review_word(b->language, REVIEW_SHEET_HELP), b->title);
    write_lines(b, sheet, &row, line, n);
}

static void write_definitions(struct book *b)
{
    lxw_worksheet *sheet = add_sheet(b, review_word(b->language, REVIEW_SHEET_DEFINITIONS));
    const struct pal_definition *last = NULL;
    size_t row = 1;
    if (!sheet)
        return;
    done(b, worksheet_set_column(sheet, 0, 0, 40, NULL));
    done(b, worksheet_set_column(sheet, 1, 1, COVER_WIDTH, NULL));
    write_text(b, sheet, 0, 0, review_word(b->language, REVIEW_SHEET_DEFINITIONS), b->title);
    for (size_t i = 0; i < b->packet->rows; i++) {
        const struct pal_definition *d =
            b->packet->input->figures->figure[b->packet->row[i].figure].definition;
        if (d == last)
            continue;
        last = d;
        const pal_str title = pal_text_in(&d->title, b->language);
        const struct review_line line = {
            pal_arena_printf(b->scratch, "%.*s  %.*s", PAL_ARG(d->code), PAL_ARG(title)),
            pal_text_in(&d->definition, b->language)};
        write_lines(b, sheet, &row, &line, 1);
    }
}

/* ---- a theme's sheet ----------------------------------------------------------------------------
 */

/* A copy that the library's structs may hold: they take no const, but change nothing. */
static char *m_text(struct book *b, pal_str text)
{
    char *copy = pal_arena_alloc(b->scratch, text.len + 1, 1);
    b->failed |= !copy;
    if (copy && text.len)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

static void add_validation(struct book *b, lxw_worksheet *sheet, size_t first, size_t last)
{
    char *list[PAL_ANSWERS + 1];
    for (size_t a = 0; a < PAL_ANSWERS; a++)
        list[a] = m_text(b, review_word(b->language, review_answer_word[a]));
    list[PAL_ANSWERS] = NULL;
    lxw_data_validation answers = {
        .validate = LXW_VALIDATION_TYPE_LIST,
        .value_list = (void *)list, /* its pointers became const in a later release */
        .ignore_blank = LXW_VALIDATION_ON,
        .dropdown = LXW_VALIDATION_ON};
    done(b, worksheet_data_validation_range(sheet, (lxw_row_t)first, COLUMN_ANSWER, (lxw_row_t)last,
                                            COLUMN_ANSWER, &answers));
    lxw_data_validation note = {.validate = LXW_VALIDATION_TYPE_ANY,
                                .input_message =
                                    m_text(b, review_word(b->language, REVIEW_HELP_NUMBERS)),
                                .show_input = LXW_VALIDATION_ON};
    done(b, worksheet_data_validation_range(sheet, (lxw_row_t)first, COLUMN_VALUE, (lxw_row_t)last,
                                            COLUMN_VALUE, &note));
}

static lxw_format *format_of(const struct book *b, size_t column, const struct review_cell *cell)
{
    if (review_column_kind[column].answer)
        return column == COLUMN_VALUE ? b->answer_number : b->answer;
    if (column == COLUMN_QUERY && cell->text.len)
        return b->query;
    if (!cell->is_number)
        return b->text;
    return column == COLUMN_YEAR
               ? b->text
               : b->number[cell->decimals < DECIMALS_MAX ? cell->decimals : DECIMALS_MAX];
}

static enum pal_status write_row(struct book *b, lxw_worksheet *sheet, size_t at, size_t row,
                                 struct pal_error *err)
{
    struct review_cell cell[REVIEW_COLUMNS];
    double lines = 1;
    PAL_TRY(review_row_cells(b->packet, at, b->language, b->scratch, cell, err));
    for (size_t c = 0; c < REVIEW_COLUMNS; c++) {
        lxw_format *format = format_of(b, c, &cell[c]);
        if (cell[c].is_number)
            done(b, worksheet_write_number(sheet, (lxw_row_t)row, (lxw_col_t)c, cell[c].number,
                                           format));
        else
            write_text(b, sheet, row, c, cell[c].text, format);
        if (c == COLUMN_INDICATOR || c == COLUMN_BREAKDOWN || c == COLUMN_QUERY)
            lines = fmax(lines, lines_of(cell[c].text, review_column_kind[c].width * 0.95));
    }
    done(b, worksheet_set_row(sheet, (lxw_row_t)row, fmin(16.5 * lines, 400), NULL));
    return PAL_OK;
}

static lxw_worksheet *begin_theme(struct book *b, enum review_word theme)
{
    const pal_str name = review_word(b->language, theme);
    lxw_worksheet *sheet = add_sheet(b, name);
    if (!sheet)
        return NULL;
    const pal_str title = review_title(b->packet, b->language, b->scratch);
    write_text(b, sheet, 0, 0,
               pal_arena_printf(b->scratch, "%.*s. %.*s", PAL_ARG(title), PAL_ARG(name)), b->title);
    write_mark(b, sheet, 1);
    lxw_row_col_options hidden = {.hidden = 1};
    for (size_t c = 0; c < REVIEW_COLUMNS; c++) {
        const struct review_column_kind *kind = &review_column_kind[c];
        write_text(b, sheet, 2, c, pal_str_of(kind->id), b->small);
        write_text(b, sheet, 3, c, review_column_head(b->language, (enum review_column)c),
                   kind->answer ? b->head_answer : b->head);
        done(b, c == COLUMN_CHECK
                    ? worksheet_set_column_opt(sheet, (lxw_col_t)c, (lxw_col_t)c, kind->width, NULL,
                                               &hidden)
                    : worksheet_set_column(sheet, (lxw_col_t)c, (lxw_col_t)c, kind->width, NULL));
    }
    done(b, worksheet_set_row(sheet, 3, 45, NULL));
    worksheet_freeze_panes(sheet, HEAD_ROWS, COLUMN_AREA);
    worksheet_set_paper(sheet, 8); /* A3: what is asked; the rest is for the screen */
    done(b, worksheet_repeat_rows(sheet, 3, 3));
    return sheet;
}

static enum pal_status write_theme(struct book *b, enum review_word theme, struct pal_error *err)
{
    lxw_worksheet *sheet = NULL;
    size_t row = HEAD_ROWS;
    for (size_t i = 0; i < b->packet->rows; i++) {
        const struct pal_figure *f = &b->packet->input->figures->figure[b->packet->row[i].figure];
        if (review_theme(f->definition) != theme)
            continue;
        if (!sheet)
            sheet = begin_theme(b, theme);
        if (!sheet)
            return pal_nomem(err, "a workbook");
        const struct pal_arena_mark mark = pal_arena_mark(b->scratch);
        PAL_TRY(write_row(b, sheet, i, row++, err));
        pal_arena_reset(b->scratch, mark); /* the library has its own copies */
    }
    if (sheet) {
        add_validation(b, sheet, HEAD_ROWS, row - 1);
        done(b, worksheet_print_area(sheet, 0, 0, (lxw_row_t)row - 1, COLUMN_REASON));
        done(b, worksheet_autofilter(sheet, 3, 0, (lxw_row_t)row - 1, COLUMN_STATE));
    }
    return PAL_OK;
}

static enum pal_status fill(struct book *b, struct pal_error *err)
{
    char author[] = "palermo"; /* the library's struct takes no const */
    lxw_doc_properties properties = {.author = author, .created = EPOCH_1980};
    done(b, workbook_set_properties(b->workbook, &properties));
    if (!make_formats(b))
        return pal_nomem(err, "a workbook");
    PAL_TRY(write_cover(b, err));
    for (int t = REVIEW_THEME_groups; t <= REVIEW_THEME_other; t++)
        PAL_TRY(write_theme(b, (enum review_word)t, err));
    write_help(b);
    write_definitions(b);
    return PAL_OK;
}

enum pal_status review_write_xlsx(const struct pal_packet *packet, enum pal_language language,
                                  const char *path, struct pal_arena *scratch,
                                  struct pal_error *err)
{
    PAL_TRY(pal_xlsx_ready(err));
    struct book b = {
        .packet = packet, .language = language, .scratch = scratch, .workbook = workbook_new(path)};
    if (!b.workbook)
        return pal_nomem(err, "a workbook");
    const enum pal_status status = fill(&b, err);
    const lxw_error code = workbook_close(b.workbook); /* it frees the book in any case */
    PAL_TRY(status);
    if (code != LXW_NO_ERROR)
        return pal_fail(err, PAL_IO, "cannot write '%s': %s", path, lxw_strerror(code));
    if (b.failed)
        return pal_fail(err, PAL_NOMEM, "a cell of '%s' could not be written", path);
    return PAL_OK;
}
