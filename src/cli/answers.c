/* answers.c: rows of answers as CSV and JSON for programs, for the reference runner, and as a table
 * for people. */
#include "grid.h"
#include "lines.h"

#include <math.h>
#include <string.h>

struct answer *answers_add(struct answers *answers, const char *statistic, double estimate)
{
    static const struct answer none = {.estimate = (double)NAN,
                                       .std_error = (double)NAN,
                                       .low = (double)NAN,
                                       .high = (double)NAN,
                                       .deff = (double)NAN};
    if (answers->n == answers->room) {
        const size_t room = answers->room ? 2 * answers->room : 64;
        struct answer *grown =
            pal_arena_grow(answers->arena, answers->row, answers->room, room, sizeof *grown);
        if (grown) {
            answers->row = grown;
            answers->room = room;
        }
    }
    struct answer *row =
        answers->n < answers->room ? &answers->row[answers->n++] : &answers->scratch;
    *row = none;
    row->statistic = pal_arena_cstr(answers->arena, pal_str_of(statistic));
    row->estimate = estimate;
    answers->failed = answers->failed || !row->statistic || row == &answers->scratch;
    return row;
}

struct answer *answers_addf(struct answers *answers, double estimate, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return answers_add(answers, text, estimate);
}

/* ---- for programs
 * -------------------------------------------------------------------------------- */

static void number17(struct pal_buf *out, double value)
{
    char text[PAL_NUM_SIZE];
    pal_buf_addc(out, ',');
    if (!isnan(value))
        pal_buf_add(out, (pal_str){text, pal_num_write17(value, text)});
}

static void print_reference(const struct answers *a, struct pal_buf *out)
{
    pal_buf_adds(out, "statistic,estimate,std_error,conf_low,conf_high\n");
    for (size_t i = 0; i < a->n; i++) {
        const struct answer *row = &a->row[i];
        pal_csv_field(out, pal_str_of(row->statistic), true);
        number17(out, row->estimate);
        number17(out, row->std_error);
        number17(out, row->low);
        number17(out, row->high);
        pal_csv_end(out);
    }
}

static const char *status_of(const struct answer *row)
{
    return isnan(row->estimate) ? "undefined" : "ok";
}

static void print_csv(const struct answers *a, struct pal_buf *out)
{
    pal_buf_adds(out,
                 "statistic,variable,estimate,std_error,conf_low,conf_high,conf_level,cv,deff,n,"
                 "method,status,note\n");
    for (size_t i = 0; i < a->n; i++) {
        const struct answer *row = &a->row[i];
        pal_csv_field(out, pal_str_of(row->statistic), true);
        pal_csv_field(out, pal_str_of(row->variable), false);
        if (isnan(row->estimate))
            pal_buf_adds(out, ",NaN");
        else
            number17(out, row->estimate);
        number17(out, row->std_error);
        number17(out, row->low);
        number17(out, row->high);
        pal_buf_addc(out, ',');
        if (!isnan(row->low))
            pal_buf_addnum(out, a->level);
        number17(out, row->std_error / fabs(row->estimate));
        number17(out, row->deff);
        pal_buf_addc(out, ',');
        if (row->n)
            pal_buf_addnum(out, (double)row->n);
        pal_csv_field(out, pal_str_of(row->method), false);
        pal_csv_field(out, pal_str_of(status_of(row)), false);
        pal_csv_field(out, pal_str_of(row->note), false);
        pal_csv_end(out);
    }
}

static void json_number(struct pal_buf *out, const char *name, double value)
{
    if (isnan(value))
        return;
    pal_buf_adds(out, ", ");
    pal_json_text(out, pal_str_of(name));
    pal_buf_adds(out, ": ");
    if (isinf(value))
        pal_json_text(out, value > 0 ? PAL_STR("Inf") : PAL_STR("-Inf"));
    else
        pal_buf_addnum(out, value);
}

static void json_text(struct pal_buf *out, const char *name, const char *text)
{
    if (!text)
        return;
    pal_buf_adds(out, ", ");
    pal_json_text(out, pal_str_of(name));
    pal_buf_adds(out, ": ");
    pal_json_text(out, pal_str_of(text));
}

static void print_json(const struct answers *a, struct pal_buf *out)
{
    pal_buf_adds(out, "[");
    for (size_t i = 0; i < a->n; i++) {
        const struct answer *row = &a->row[i];
        pal_buf_adds(out, i ? ",\n {\"statistic\": " : "\n {\"statistic\": ");
        pal_json_text(out, pal_str_of(row->statistic));
        json_text(out, "variable", row->variable);
        json_number(out, "estimate", row->estimate);
        json_number(out, "std_error", row->std_error);
        json_number(out, "conf_low", row->low);
        json_number(out, "conf_high", row->high);
        json_number(out, "conf_level", isnan(row->low) ? (double)NAN : a->level);
        json_number(out, "deff", row->deff);
        json_number(out, "n", row->n ? (double)row->n : (double)NAN);
        json_text(out, "method", row->method);
        json_text(out, "status", status_of(row));
        json_text(out, "note", row->note);
        pal_buf_addc(out, '}');
    }
    pal_buf_adds(out, a->n ? "\n]\n" : "]\n");
}

/* ---- for people
 * ------------------------------------------------------------------------------------ */

enum { COLUMNS = 7 };

static pal_str four_digits(double value, struct pal_arena *arena)
{
    char text[PAL_NUM_SIZE];
    if (isnan(value))
        return PAL_STR("");
    if (value != floor(value) && fabs(value) < 1e15 && fabs(value) >= 1e-5) {
        const int digits = 3 - (int)floor(log10(fabs(value)));
        const size_t n = pal_num_write_fixed(value, digits < 0 ? 0 : digits, text, sizeof text);
        return pal_arena_str(arena, (pal_str){text, n});
    }
    return pal_arena_str(arena, (pal_str){text, pal_num_write(value, text)});
}

static void row_cells(const struct answer *row, struct pal_arena *arena, pal_str *cell)
{
    cell[0] = pal_str_of(row->statistic);
    cell[1] = isnan(row->estimate) ? PAL_STR("-") : four_digits(row->estimate, arena);
    cell[2] = four_digits(row->std_error, arena);
    cell[3] = four_digits(row->low, arena);
    cell[4] = four_digits(row->high, arena);
    cell[5] = four_digits(row->deff, arena);
    cell[6] = row->n ? four_digits((double)row->n, arena) : PAL_STR("");
}

static void print_line(struct pal_buf *out, const pal_str *cell, const size_t *width, pal_str note)
{
    const size_t start = out->len;
    for (size_t c = 0; c < COLUMNS; c++) {
        if (!width[c])
            continue;
        const size_t gap = width[c] - cli_letters(cell[c]);
        cli_pad(out, 2 + (c ? gap : 0));
        pal_buf_add(out, cell[c]);
        cli_pad(out, c ? 0 : gap);
    }
    while (out->len > start && out->ptr[out->len - 1] == ' ' && note.len && note.ptr[0] == '(')
        out->len--; /* a number follows what there is */
    if (note.len) {
        cli_pad(out, 2);
        pal_buf_add(out, note);
    }
    while (out->len > start && out->ptr[out->len - 1] == ' ')
        out->len--;
    pal_buf_addc(out, '\n');
}

static enum pal_status print_table(const struct answers *a, struct pal_buf *out,
                                   struct pal_error *err)
{
    pal_str head[COLUMNS] = {PAL_STR(""),     PAL_STR("estimate"), PAL_STR("std. error"),
                             PAL_STR("from"), PAL_STR("to"),       PAL_STR("deff"),
                             PAL_STR("n")};
    size_t width[COLUMNS] = {0};
    pal_str(*cell)[COLUMNS] = pal_arena_alloc(a->arena, a->n + 1, sizeof *cell);
    if (!cell)
        return pal_nomem(err, "the table");
    for (size_t i = 0; i < a->n; i++) {
        row_cells(&a->row[i], a->arena, cell[i]);
        for (size_t c = 0; c < COLUMNS; c++)
            width[c] = cli_letters(cell[i][c]) > width[c] ? cli_letters(cell[i][c]) : width[c];
    }
    for (size_t c = 0; c < COLUMNS; c++) /* a column nothing stands in is left out */
        width[c] = width[c] && cli_letters(head[c]) > width[c] ? cli_letters(head[c]) : width[c];
    struct cli_notes notes = {.arena = a->arena};
    size_t taken = 2; /* columns before the note */
    for (size_t c = 0; c < COLUMNS; c++)
        taken += width[c] ? 2 + width[c] : 0;
    for (size_t i = 0; i < a->n; i++) {
        if (a->row[i].part) {
            pal_buf_adds(out, i ? "\n" : "");
            pal_buf_adds(out, a->row[i].part);
            pal_buf_addc(out, '\n');
        }
        if (i == 0)
            print_line(out, head, width, PAL_STR(""));
        const pal_str note = cli_note(&notes, a->row[i].note, taken);
        if (!note.ptr)
            return pal_nomem(err, "the table");
        print_line(out, cell[i], width, note);
    }
    cli_notes_print(&notes, out);
    return PAL_OK;
}

enum pal_status answers_print(const struct answers *answers, const char *format, struct cli *cli,
                              struct pal_error *err)
{
    static const pal_str formats[] = {PAL_STR_INIT("csv"), PAL_STR_INIT("json"),
                                      PAL_STR_INIT("table"), PAL_STR_INIT("reference")};
    if (answers->failed)
        return pal_nomem(err, "the answers");
    size_t which = cli_is_terminal(cli->out) ? 2 : 0;
    if (format)
        PAL_TRY(grid_word("format", pal_str_of(format), formats, PAL_COUNT(formats), &which, err));
    struct pal_buf out;
    pal_buf_init(&out, cli->arena, SIZE_MAX);
    switch (which) {
    case 0:
        print_csv(answers, &out);
        break;
    case 1:
        print_json(answers, &out);
        break;
    case 2:
        PAL_TRY(print_table(answers, &out, err));
        break;
    default:
        print_reference(answers, &out);
    }
    PAL_TRY(pal_buf_status(&out, "the answers", err));
    if (fwrite(out.ptr, 1, out.len, cli->out) != out.len)
        return pal_fail_errno(err, "cannot write to standard output");
    return PAL_OK;
}
