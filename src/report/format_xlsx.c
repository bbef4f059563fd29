/* format_xlsx.c: a table as a native workbook: real numbers under number formats, frozen heads,
 * notes on a sheet of their own, right to left where the language is. Text is written as text, so
 * nothing in it is ever a formula; the only date is fixed, so the bytes are the same each run. */
#include "inside.h"

#include <math.h>
#include <string.h>
#include <xlsxwriter.h>

enum { DECIMALS_MAX = 4, LEVELS_MAX = 4, EPOCH_1980 = 315532800, LONGEST = 32000 };

struct book {
    const struct pal_table *table;
    lxw_workbook *workbook;
    lxw_worksheet *sheet;
    lxw_format *title, *italic, *head, *text_head, *sentence, *spanner, *stub[2][LEVELS_MAX],
        *symbol[2], *year[2], *wrap;
    struct pal_map *formats; /* text of a number format -> its place in format_of */
    lxw_format **format_of;
    size_t formats_cap;
    size_t *widest; /* [cols] letters of the longest note mark in the column */
    struct pal_arena *scratch;
    bool failed;
};

/* A cell of a workbook holds 32,767 characters; bytes are never fewer than those. */
static const char *c_text(struct book *b, pal_str text)
{
    if (text.len > LONGEST) {
        text.len = LONGEST;
        while (text.len && ((unsigned char)text.ptr[text.len] & 0xC0) == 0x80)
            text.len--;
    }
    const char *copy = pal_arena_cstr(b->scratch, text);
    b->failed |= !copy;
    return copy ? copy : "";
}

/* The library reports what it cannot write (no memory, a bad place) by a code: kept until the end.
 */
static void done(struct book *b, lxw_error code) { b->failed |= code != LXW_NO_ERROR; }

static lxw_format *format_new(struct book *b)
{
    lxw_format *format = workbook_add_format(b->workbook);
    b->failed |= !format;
    return format;
}

static bool has_sentences(const struct pal_table *t)
{
    for (size_t c = 0; c < t->cols; c++)
        if (t->col[c].role == PAL_ROLE_TEXT)
            return true;
    return false;
}

static bool make_formats(struct book *b)
{
    lxw_format **const plain[] = {&b->title,    &b->italic,  &b->head, &b->text_head,
                                  &b->sentence, &b->spanner, &b->wrap};
    for (size_t i = 0; i < PAL_COUNT(plain); i++)
        *plain[i] = format_new(b);
    for (size_t bold = 0; bold < 2; bold++) {
        for (size_t level = 0; level < LEVELS_MAX; level++)
            b->stub[bold][level] = format_new(b);
        b->symbol[bold] = format_new(b);
        b->year[bold] = format_new(b);
    }
    if (b->failed)
        return false;
    format_set_bold(b->title);
    format_set_font_size(b->title, 12);
    format_set_italic(b->italic);
    format_set_text_wrap(b->wrap);
    format_set_align(b->wrap, LXW_ALIGN_VERTICAL_TOP);
    format_set_text_wrap(b->sentence);
    format_set_align(b->sentence, LXW_ALIGN_VERTICAL_TOP);
    format_set_align(b->sentence,
                     pal_language_rtl(b->table->language) ? LXW_ALIGN_RIGHT : LXW_ALIGN_LEFT);
    format_set_indent(b->sentence, 1);
    format_set_bold(b->text_head);
    format_set_bottom(b->text_head, LXW_BORDER_THIN);
    format_set_align(b->text_head, LXW_ALIGN_VERTICAL_BOTTOM);
    for (size_t i = 0; i < 2; i++) {
        lxw_format *head = i ? b->spanner : b->head;
        format_set_bold(head);
        format_set_text_wrap(head);
        format_set_bottom(head, LXW_BORDER_THIN);
        format_set_align(head, LXW_ALIGN_VERTICAL_BOTTOM);
        format_set_align(head, i ? LXW_ALIGN_CENTER : LXW_ALIGN_RIGHT);
    }
    for (size_t bold = 0; bold < 2; bold++) {
        for (size_t level = 0; level < LEVELS_MAX; level++) {
            if (pal_language_rtl(b->table->language)) /* an indent alone would align it left */
                format_set_align(b->stub[bold][level], LXW_ALIGN_RIGHT);
            format_set_indent(b->stub[bold][level], (uint8_t)level);
            if (bold)
                format_set_bold(b->stub[bold][level]);
        }
        if (has_sentences(b->table)) { /* beside them numbers stand in the first line */
            for (size_t level = 0; level < LEVELS_MAX; level++)
                format_set_align(b->stub[bold][level], LXW_ALIGN_VERTICAL_TOP);
            format_set_align(b->symbol[bold], LXW_ALIGN_VERTICAL_TOP);
            format_set_align(b->year[bold], LXW_ALIGN_VERTICAL_TOP);
        }
        format_set_align(b->symbol[bold], LXW_ALIGN_RIGHT);
        format_set_align(b->year[bold], LXW_ALIGN_RIGHT);
        format_set_num_format(b->year[bold], "0");
        if (bold) {
            format_set_bold(b->symbol[bold]);
            format_set_bold(b->year[bold]);
        }
    }
    return true;
}

/* Letters of notes ride in the number format, so that the cell stays a number: `#,##0.0" a"`. Cells
 * with fewer letters than the longest of their column get that much room, and digits align. */
static void add_letters(struct book *b, pal_str letters, size_t widest, struct pal_buf *out)
{
    if (letters.len) {
        pal_buf_adds(out, "\" ");
        pal_buf_add(out, letters);
        pal_buf_addc(out, '"');
    }
    const size_t room = widest + (widest > 0), used = letters.len + (letters.len > 0);
    for (size_t i = used; i < room && i < 24 && !pal_language_rtl(b->table->language); i++)
        pal_buf_adds(out, "_a");
}

static void add_section(struct book *b, const char *sign, const struct pal_cell *cell,
                        pal_str letters, size_t widest, struct pal_buf *out)
{
    pal_buf_adds(out, sign);
    pal_buf_adds(out, "#,##0");
    for (int d = 0; d < cell->decimals && d < DECIMALS_MAX; d++)
        pal_buf_adds(out, d ? "0" : ".0");
    add_letters(b, letters, widest, out);
}

static lxw_format *number_format(struct book *b, const struct pal_cell *cell, size_t col, bool bold,
                                 bool dash)
{
    struct pal_buf code;
    pal_buf_init(&code, b->scratch, 4096);
    const pal_str letters = report_cell_letters(b->table, cell, b->scratch);
    add_section(b, "", cell, letters, b->widest[col], &code);
    pal_buf_addc(&code, ';');
    add_section(b, "\u2212", cell, letters, b->widest[col], &code);
    if (dash) { /* nil prints as an em dash and stays a number */
        pal_buf_adds(&code, ";\"—\"");
        add_letters(b, letters, b->widest[col], &code);
    }
    struct pal_buf key;
    pal_buf_init(&key, b->scratch, 4096);
    pal_buf_addc(&key, bold ? 'b' : 'p');
    pal_buf_add(&key, pal_buf_str(&code));
    bool is_new;
    const size_t at = pal_map_add(b->formats, pal_buf_str(&key), &is_new);
    if (at == SIZE_MAX || code.failed || key.failed) {
        b->failed = true;
        return NULL;
    }
    if (at >= b->formats_cap) {
        const size_t cap = b->formats_cap ? b->formats_cap * 2 : 32;
        b->format_of =
            pal_arena_grow(b->scratch, b->format_of, b->formats_cap, cap, sizeof *b->format_of);
        b->formats_cap = cap;
        if (!b->format_of) {
            b->failed = true;
            return NULL;
        }
    }
    if (is_new) {
        lxw_format *format = b->format_of[at] = format_new(b);
        if (!format)
            return NULL;
        format_set_num_format(format, c_text(b, pal_buf_str(&code)));
        format_set_align(format, LXW_ALIGN_RIGHT);
        if (has_sentences(b->table))
            format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
        if (bold)
            format_set_bold(format);
    }
    return b->format_of[at];
}

/* Wrapped text makes rows as high as its lines, which only the program that opens the file could
 * measure: an estimate by letters, wide ones counted twice. */
static double lines_of(pal_str text, size_t width)
{
    size_t units = 0;
    uint32_t point;
    for (size_t i = 0, took; (took = pal_utf8_next(text, i, &point)) > 0; i += took)
        units += point >= 0x2E80 && point < 0xFF61 ? 2 : 1;
    const size_t more = units / (width - 1);
    return 1 + (double)more;
}

enum {
    STUB_WIDTH = 36,
    VALUE_WIDTH = 14,
    YEAR_WIDTH = 8,
    TEXT_WIDTH = 44,
    NOTE_WIDTH = 110,
    LINE_HEIGHT = 17
};

/* A head over several levels has their height together. */
static void head_heights(struct book *b, lxw_row_t row)
{
    const struct pal_table *t = b->table;
    double lines[PAL_TABLE_HEADS];
    for (size_t h = 0; h < t->heads; h++)
        lines[h] = 1;
    for (size_t h = 0; h < t->heads; h++)
        for (size_t c = 1; c < t->cols; c++) {
            const struct report_span span = report_head_span(t, h, c);
            if (!span.cols)
                continue;
            const double needs = lines_of(span.text, span.cols * VALUE_WIDTH) / (double)span.levels;
            for (size_t level = h; level < h + span.levels; level++)
                lines[level] = needs > lines[level] ? needs : lines[level];
        }
    for (size_t h = 0; h < t->heads; h++)
        done(b, worksheet_set_row(b->sheet, row + (lxw_row_t)h, LINE_HEIGHT * lines[h], NULL));
}

static lxw_row_t write_heads(struct book *b, lxw_row_t row)
{
    const struct pal_table *t = b->table;
    head_heights(b, row);
    for (size_t h = 0; h < t->heads; h++) {
        for (size_t c = 0; c < t->cols; c++) {
            const struct report_span span = report_head_span(t, h, c);
            if (!span.cols)
                continue;
            const bool leaf = h + span.levels == t->heads;
            lxw_format *format = !leaf                             ? b->spanner
                                 : t->col[c].role == PAL_ROLE_TEXT ? b->text_head
                                 : c                               ? b->head
                                                                   : b->wrap;
            const lxw_row_t first = row + (lxw_row_t)h;
            const lxw_row_t last = first + (lxw_row_t)span.levels - 1;
            const lxw_col_t left = (lxw_col_t)c, right = (lxw_col_t)(c + span.cols - 1);
            const char *text = c_text(b, span.text);
            if (c == 0 && leaf)
                format = has_sentences(t) ? b->text_head : b->stub[1][0];
            if (first != last || left != right)
                done(b, worksheet_merge_range(b->sheet, first, left, last, right, text, format));
            else
                done(b, worksheet_write_string(b->sheet, first, left, text, format));
        }
    }
    return row + (lxw_row_t)t->heads;
}

static void write_cell(struct book *b, lxw_row_t row, size_t c, size_t r)
{
    const struct pal_cell *cell = pal_table_cell(b->table, r, c);
    const enum pal_row_kind kind = b->table->row[r].kind;
    const bool bold = kind == PAL_ROW_HEAD || kind == PAL_ROW_TOTAL;
    const lxw_col_t col = (lxw_col_t)c;
    const size_t level =
        b->table->row[r].level < LEVELS_MAX ? b->table->row[r].level : LEVELS_MAX - 1;
    switch (cell->kind) {
    case PAL_CELL_EMPTY:
        return;
    case PAL_CELL_NUMBER:
        done(b, worksheet_write_number(
                    b->sheet, row, col, cell->value,
                    number_format(b, cell, c, bold, b->table->col[c].role == PAL_ROLE_VALUE)));
        return;
    case PAL_CELL_YEAR:
        done(b, worksheet_write_number(b->sheet, row, col, cell->value, b->year[bold]));
        return;
    case PAL_CELL_TEXT:
        done(b, worksheet_write_string(
                    b->sheet, row, col, c_text(b, cell->text),
                    b->table->col[c].role == PAL_ROLE_TEXT ? b->sentence : b->stub[bold][level]));
        return;
    case PAL_CELL_SYMBOL: {
        struct pal_buf text;
        pal_buf_init(&text, b->scratch, LONGEST);
        pal_buf_add(&text, report_isolated(b->table, cell, b->scratch));
        if (cell->notes) {
            pal_buf_addc(&text, ' ');
            pal_buf_add(&text, report_cell_letters(b->table, cell, b->scratch));
        }
        done(b, worksheet_write_string(b->sheet, row, col, c_text(b, pal_buf_str(&text)),
                                       b->symbol[bold]));
        return;
    }
    }
}

static void write_table(struct book *b)
{
    const struct pal_table *t = b->table;
    lxw_row_t row = 0;
    done(b, worksheet_write_string(b->sheet, row++, 0, c_text(b, pal_table_caption(t, b->scratch)),
                                   b->title));
    if (t->headnote.len)
        done(b, worksheet_write_string(b->sheet, row++, 0, c_text(b, t->headnote), b->italic));
    done(b, worksheet_write_string(b->sheet, row++, 0,
                                   c_text(b, pal_word(t->language, PAL_WORD_DRAFT)), NULL));
    const lxw_row_t heads = row;
    row = write_heads(b, row);
    const lxw_row_t first = row;
    for (size_t r = 0; r < t->rows; r++, row++) {
        double lines = 1; /* of the longest sentence */
        for (size_t c = 0; c < t->cols; c++) {
            write_cell(b, row, c, r);
            if (t->col[c].role == PAL_ROLE_TEXT)
                lines = fmax(lines, lines_of(pal_table_cell(t, r, c)->text, TEXT_WIDTH));
        }
        if (lines > 1)
            done(b, worksheet_set_row(b->sheet, row, LINE_HEIGHT * lines, NULL));
    }
    done(b, worksheet_set_column(b->sheet, 0, 0, STUB_WIDTH, NULL));
    for (size_t c = 1; c < t->cols; c++)
        done(b, worksheet_set_column(b->sheet, (lxw_col_t)c, (lxw_col_t)c,
                                     t->col[c].role == PAL_ROLE_YEAR   ? YEAR_WIDTH
                                     : t->col[c].role == PAL_ROLE_TEXT ? TEXT_WIDTH
                                                                       : VALUE_WIDTH,
                                     NULL));
    worksheet_freeze_panes(b->sheet, first, 1);
    done(b, worksheet_repeat_rows(b->sheet, heads, first - 1));
    worksheet_set_landscape(b->sheet);
    worksheet_set_paper(b->sheet, 9); /* A4 */
    worksheet_fit_to_pages(b->sheet, 1, 0);
}

static lxw_worksheet *add_sheet(struct book *b, pal_str name)
{
    lxw_worksheet *sheet = workbook_add_worksheet(b->workbook, c_text(b, name));
    b->failed |= !sheet;
    if (sheet && pal_language_rtl(b->table->language))
        worksheet_right_to_left(sheet);
    return sheet;
}

static void note_row(struct book *b, lxw_worksheet *sheet, lxw_row_t row, pal_str letter,
                     pal_str text)
{
    done(b, worksheet_set_row(sheet, row, LINE_HEIGHT * lines_of(text, NOTE_WIDTH), NULL));
    if (letter.len)
        done(b, worksheet_write_string(sheet, row, 0, c_text(b, letter), b->wrap));
    done(b, worksheet_write_string(sheet, row, 1, c_text(b, text), b->wrap));
}

static void write_notes(struct book *b)
{
    const struct pal_table *t = b->table;
    lxw_worksheet *sheet = add_sheet(b, pal_word(t->language, PAL_WORD_NOTES));
    if (!sheet)
        return;
    lxw_row_t row = 0;
    done(b, worksheet_set_column(sheet, 0, 0, 6, NULL));
    done(b, worksheet_set_column(sheet, 1, 1, NOTE_WIDTH, NULL));
    done(b, worksheet_write_string(sheet, row++, 0, c_text(b, pal_table_caption(t, b->scratch)),
                                   b->title));
    for (size_t i = 0; i < t->notes; i++)
        note_row(b, sheet, row++, pal_note_letter(t->language, i, b->scratch), t->note[i]);
    for (size_t i = 0; i < t->lines; i++)
        note_row(b, sheet, row++, PAL_STR(""), t->line[i]);
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9);
    worksheet_fit_to_pages(sheet, 1, 0);
}

static enum pal_status fill(struct book *b, struct pal_error *err)
{
    const struct pal_table *t = b->table;
    b->formats = pal_map_new(b->scratch, 32);
    b->widest = pal_arena_alloc(b->scratch, t->cols, sizeof *b->widest);
    if (!b->formats || !b->widest)
        return pal_nomem(err, "a workbook");
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < t->cols; c++) {
            const size_t len = report_cell_letters(t, pal_table_cell(t, r, c), b->scratch).len;
            b->widest[c] = len > b->widest[c] ? len : b->widest[c];
        }
    }
    char author[] = "palermo"; /* the library's struct takes no const */
    char *title = pal_arena_alloc(b->scratch, LONGEST + 1, 1);
    if (!title)
        return pal_nomem(err, "a workbook");
    const char *caption = c_text(b, pal_table_caption(t, b->scratch));
    memcpy(title, caption, strlen(caption));
    lxw_doc_properties properties = {.title = title, .author = author, .created = EPOCH_1980};
    done(b, workbook_set_properties(b->workbook, &properties));
    const pal_str word = pal_word(t->language, PAL_WORD_TABLE);
    b->sheet = add_sheet(
        b, t->number ? pal_arena_printf(b->scratch, "%.*s %u", PAL_ARG(word), t->number) : word);
    if (!b->sheet || !make_formats(b))
        return pal_nomem(err, "a workbook");
    write_table(b);
    write_notes(b);
    return PAL_OK;
}

static enum pal_status write(const struct pal_table *table, const struct pal_report_input *input,
                             struct pal_outdir *outdir, pal_str name, struct pal_arena *scratch,
                             struct pal_error *err)
{
    (void)input;
    const char *path;
    PAL_TRY(pal_xlsx_ready(err));
    PAL_TRY(pal_outdir_path(outdir, scratch, name, &path, err));
    struct book b = {.table = table, .scratch = scratch, .workbook = workbook_new(path)};
    if (!b.workbook)
        return pal_nomem(err, "a workbook");
    const enum pal_status status = fill(&b, err);
    const lxw_error code = workbook_close(b.workbook); /* it frees the book in any case */
    PAL_TRY(status);
    if (code != LXW_NO_ERROR)
        return pal_fail(err, PAL_IO, "cannot write '%.*s': %s", PAL_ARG(name), lxw_strerror(code));
    if (b.failed)
        return pal_fail(err, PAL_NOMEM, "a cell of '%.*s' could not be written", PAL_ARG(name));
    return PAL_OK;
}

const struct pal_format pal_format_xlsx = {
    .name = "xlsx",
    .extension = "xlsx",
    .summary = "a native workbook: numbers, frozen heads, notes on a sheet",
    .write = write,
};
