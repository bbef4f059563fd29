/* format_csv.c: a table as plain rows for spreadsheets and programs: one head line, numbers with a
 * decimal point in every language, symbols as printed, the letters of notes in a last column.
 * Title, notes and lines stand beside it in NAME.notes.csv, so that every row here is a row of the
 * table. */
#include "inside.h"

#include <string.h>

static void heads(const struct pal_table *table, struct pal_arena *scratch, struct pal_buf *out)
{
    for (size_t c = 0; c < table->cols; c++) {
        struct pal_buf head;
        pal_buf_init(&head, scratch, 65536);
        for (size_t h = 0; h < table->heads; h++) {
            if (!table->col[c].head[h].len)
                continue;
            if (head.len)
                pal_buf_adds(&head, " | ");
            pal_buf_add(&head, table->col[c].head[h]);
        }
        pal_csv_field_safe(out, pal_buf_str(&head), c == 0);
    }
    pal_csv_field_safe(out, pal_word(table->language, PAL_WORD_NOTES), false);
    pal_csv_end(out);
}

static void cell_field(const struct pal_cell *cell, bool first, struct pal_buf *out)
{
    char number[400];
    switch (cell->kind) {
    case PAL_CELL_NUMBER:
        pal_csv_field(out,
                      (pal_str){number, pal_num_write_fixed(cell->value, cell->decimals, number,
                                                            sizeof number)},
                      first);
        return;
    case PAL_CELL_EMPTY:
    case PAL_CELL_TEXT:
    case PAL_CELL_YEAR:
    case PAL_CELL_SYMBOL:
        pal_csv_field_safe(out, cell->plain.len ? cell->plain : cell->text, first);
        return;
    }
}

static void rows(const struct pal_table *table, struct pal_arena *scratch, struct pal_buf *out)
{
    for (size_t r = 0; r < table->rows; r++) {
        struct pal_buf letters;
        pal_buf_init(&letters, scratch, 65536);
        for (size_t c = 0; c < table->cols; c++) {
            const struct pal_cell *cell = pal_table_cell(table, r, c);
            cell_field(cell, c == 0, out);
            for (size_t i = 0; i < cell->notes; i++) {
                if (letters.len)
                    pal_buf_addc(&letters, ' ');
                pal_buf_addf(&letters, "%zu:", c + 1);
                pal_buf_add(&letters, pal_note_letter(table->language, cell->note[i], scratch));
            }
        }
        pal_csv_field_safe(out, pal_buf_str(&letters), false);
        pal_csv_end(out);
    }
}

static void about_row(struct pal_buf *out, const char *part, pal_str mark, pal_str text)
{
    if (!text.len)
        return;
    pal_csv_field(out, pal_str_of(part), true);
    pal_csv_field_safe(out, mark, false);
    pal_csv_field_safe(out, text, false);
    pal_csv_end(out);
}

static void about(const struct pal_table *table, struct pal_arena *scratch, struct pal_buf *out)
{
    pal_buf_adds(out, "part,mark,text\n");
    about_row(out, "title", PAL_STR(""), pal_table_caption(table, scratch));
    about_row(out, "headnote", PAL_STR(""), table->headnote);
    for (size_t i = 0; i < table->notes; i++)
        about_row(out, "note", pal_note_letter(table->language, i, scratch), table->note[i]);
    for (size_t i = 0; i < table->lines; i++)
        about_row(out, "line", PAL_STR(""), table->line[i]);
}

static enum pal_status write(const struct pal_table *table, const struct pal_report_input *input,
                             struct pal_outdir *outdir, pal_str name, struct pal_arena *scratch,
                             struct pal_error *err)
{
    (void)input;
    struct pal_buf out;
    pal_buf_init(&out, scratch, 1u << 30);
    heads(table, scratch, &out);
    rows(table, scratch, &out);
    PAL_TRY(pal_buf_status(&out, "a table", err));
    PAL_TRY(pal_outdir_write(outdir, name, pal_buf_str(&out), err));
    const size_t stem = pal_str_ends(name, PAL_STR(".csv")) ? name.len - 4 : name.len;
    const pal_str beside = pal_arena_printf(scratch, "%.*s.notes.csv", (int)stem, name.ptr);
    pal_buf_clear(&out);
    about(table, scratch, &out);
    PAL_TRY(pal_buf_status(&out, "a table's notes", err));
    return pal_outdir_write(outdir, beside, pal_buf_str(&out), err);
}

const struct pal_format pal_format_csv = {
    .name = "csv",
    .extension = "csv",
    .summary = "rows for spreadsheets and programs, notes in a file beside",
    .write = write,
};
