/* systems_print.c: the rows of an answer: for programs, for the reference runner, for people. */
#include "lines.h"
#include "systems.h"

#include <math.h>
#include <string.h>

struct sys_row *sys_row_add(struct sys_job *job, const struct sys_group *group, pal_str statistic,
                            double estimate)
{
    if (job->rows == job->rows_room) {
        const size_t room = job->rows_room ? 2 * job->rows_room : 64;
        struct sys_row *grown =
            pal_arena_grow(job->arena, job->row, job->rows_room, room, sizeof *grown);
        if (!grown)
            return NULL;
        job->row = grown;
        job->rows_room = room;
    }
    struct sys_row *row = &job->row[job->rows++];
    *row = (struct sys_row){.group = group,
                            .statistic = pal_arena_str(job->arena, statistic),
                            .estimate = estimate,
                            .std_error = (double)NAN,
                            .low = (double)NAN,
                            .high = (double)NAN};
    return row->statistic.ptr ? row : NULL;
}

struct sys_row *sys_row_addf(struct sys_job *job, const struct sys_group *group, double estimate,
                             const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0)
        return NULL;
    if ((size_t)n < sizeof text)
        return sys_row_add(job, group, pal_str_of(text), estimate);
    char *longer = pal_arena_alloc(job->arena, (size_t)n + 1, 1);
    if (!longer)
        return NULL;
    va_start(args, format);
    vsnprintf(longer, (size_t)n + 1, format, args);
    va_end(args);
    return sys_row_add(job, group, (pal_str){longer, (size_t)n}, estimate);
}

void sys_lognormal(const struct sys_job *job, struct sys_row *row, double people)
{
    const double level = job->options->level > 0 ? job->options->level : 0.95;
    if (pal_lognormal_limits(people, row->estimate, row->std_error * row->std_error, level,
                             &row->low, &row->high))
        row->level = level;
}

static void number17(struct pal_buf *out, double value, bool there)
{
    char text[PAL_NUM_SIZE];
    if (!there) {
        pal_buf_addc(out, ',');
        return;
    }
    pal_csv_field(out, (pal_str){text, pal_num_write17(value, text)}, false);
}

static void print_reference(const struct sys_job *job, struct pal_buf *out)
{
    pal_buf_adds(out, "statistic,estimate,std_error,conf_low,conf_high\n");
    for (size_t r = 0; r < job->rows; r++) {
        const struct sys_row *row = &job->row[r];
        pal_csv_field(out, row->statistic, true);
        number17(out, row->estimate, true);
        number17(out, row->std_error, !isnan(row->std_error));
        number17(out, row->low, !isnan(row->low));
        number17(out, row->high, !isnan(row->high));
        pal_csv_end(out);
    }
}

static void print_csv(const struct sys_job *job, struct pal_buf *out)
{
    pal_buf_adds(out, "statistic");
    for (size_t b = 0; b < job->bys; b++)
        pal_csv_field(out, job->by[b], false);
    pal_buf_adds(out, ",estimate,std_error,conf_low,conf_high,conf_level,method,status,note\n");
    for (size_t r = 0; r < job->rows; r++) {
        const struct sys_row *row = &job->row[r];
        pal_csv_field(out, row->statistic, true);
        for (size_t b = 0; b < job->bys; b++)
            pal_csv_field(out, row->group ? row->group->key[b] : (pal_str){0}, false);
        number17(out, row->estimate, true);
        number17(out, row->std_error, !isnan(row->std_error));
        number17(out, row->low, !isnan(row->low));
        number17(out, row->high, !isnan(row->high));
        if (row->level > 0) {
            pal_buf_addc(out, ',');
            pal_buf_addnum(out, row->level);
        } else {
            pal_buf_addc(out, ',');
        }
        pal_csv_field(out, pal_str_of(row->method), false);
        pal_csv_field(out, row->undefined ? PAL_STR("undefined") : PAL_STR("ok"), false);
        pal_csv_field(out, pal_str_of(row->note), false);
        pal_csv_end(out);
    }
}

static void json_key(struct pal_buf *out, pal_str name, bool first)
{
    pal_buf_adds(out, first ? "{" : ", ");
    pal_json_text(out, name);
    pal_buf_adds(out, ": ");
}

/* JSON has no NaN and no Inf: they stand as text, what is not there as null. */
static void json_number(struct pal_buf *out, double value, bool there)
{
    char text[PAL_NUM_SIZE];
    const pal_str number = {text, pal_num_write17(value, text)};
    if (!there)
        pal_buf_adds(out, "null");
    else if (isfinite(value))
        pal_buf_add(out, number);
    else
        pal_json_text(out, number);
}

static void json_text(struct pal_buf *out, const char *text)
{
    if (text)
        pal_json_text(out, pal_str_of(text));
    else
        pal_buf_adds(out, "null");
}

static void print_json(const struct sys_job *job, struct pal_buf *out)
{
    pal_buf_addc(out, '[');
    for (size_t r = 0; r < job->rows; r++) {
        const struct sys_row *row = &job->row[r];
        pal_buf_adds(out, r ? ",\n " : "\n ");
        json_key(out, PAL_STR("statistic"), true);
        pal_json_text(out, row->statistic);
        for (size_t b = 0; b < job->bys; b++) {
            json_key(out, job->by[b], false);
            pal_json_text(out, row->group ? row->group->key[b] : (pal_str){0});
        }
        json_key(out, PAL_STR("estimate"), false);
        json_number(out, row->estimate, true);
        json_key(out, PAL_STR("std_error"), false);
        json_number(out, row->std_error, !isnan(row->std_error));
        json_key(out, PAL_STR("conf_low"), false);
        json_number(out, row->low, !isnan(row->low));
        json_key(out, PAL_STR("conf_high"), false);
        json_number(out, row->high, !isnan(row->high));
        json_key(out, PAL_STR("conf_level"), false);
        json_number(out, row->level, row->level > 0);
        json_key(out, PAL_STR("method"), false);
        json_text(out, row->method);
        json_key(out, PAL_STR("status"), false);
        json_text(out, row->undefined ? "undefined" : "ok");
        json_key(out, PAL_STR("note"), false);
        json_text(out, row->note);
        pal_buf_addc(out, '}');
    }
    pal_buf_adds(out, job->rows ? "\n]\n" : "]\n");
}

/* ---- for people
 * -------------------------------------------------------------------------------------- */

/* Whole numbers as they are, persons without decimals, small numbers with five digits. */
static pal_str short_number(double value, bool there, struct pal_arena *arena)
{
    char text[PAL_NUM_SIZE];
    size_t len = 0;
    if (!there)
        return PAL_STR("");
    if (isfinite(value) && value != floor(value) && fabs(value) < 1e15 && fabs(value) >= 1e-4) {
        const int digits = 4 - (int)floor(log10(fabs(value)));
        len = pal_num_write_fixed(value, digits < 0 ? 0 : digits, text, sizeof text);
    }
    if (!len && isfinite(value) && value != 0 && fabs(value) < 1e-4) {
        const double scale = pow(10, 4 - floor(log10(fabs(value))));
        len = pal_num_write(isfinite(scale) ? round(value * scale) / scale : value, text);
    }
    if (!len)
        len = pal_num_write(value, text);
    return pal_arena_str(arena, (pal_str){text, len});
}

static void table_line(struct pal_buf *out, const pal_str *cell, const size_t *width, size_t bys)
{
    const size_t numbers = bys + 1, cols = bys + 6;
    for (size_t c = 0; c < cols; c++) {
        if (c)
            cli_pad(out, 2);
        const size_t gap = width[c] - cli_letters(cell[c]);
        const bool number = c >= numbers && c < numbers + 4;
        if (number)
            cli_pad(out, gap);
        pal_buf_add(out, cell[c]);
        if (!number && c + 1 < cols)
            cli_pad(out, gap);
    }
    while (out->len && out->ptr[out->len - 1] == ' ')
        out->len--;
    pal_buf_addc(out, '\n');
}

static enum pal_status print_table(const struct sys_job *job, struct pal_buf *out,
                                   struct pal_error *err)
{
    const size_t bys = job->bys, cols = bys + 6;
    struct cli_notes notes = {.arena = job->arena};
    pal_str *cell = pal_arena_alloc(job->arena, (job->rows + 1) * cols, sizeof *cell);
    size_t *width = pal_arena_alloc(job->arena, cols, sizeof *width);
    if (!cell || !width)
        return pal_nomem(err, "the table");
    static const char *const head[] = {"estimate", "std_error", "conf_low", "conf_high", "note"};
    cell[0] = PAL_STR("statistic");
    for (size_t b = 0; b < bys; b++)
        cell[1 + b] = job->by[b];
    for (size_t i = 0; i < PAL_COUNT(head); i++)
        cell[bys + 1 + i] = pal_str_of(head[i]);
    for (size_t r = 0; r < job->rows; r++) {
        const struct sys_row *row = &job->row[r];
        pal_str *at = &cell[(r + 1) * cols];
        at[0] = row->statistic;
        for (size_t b = 0; b < bys; b++)
            at[1 + b] = row->group ? row->group->key[b] : (pal_str){0};
        at[bys + 1] =
            row->undefined ? PAL_STR("none") : short_number(row->estimate, true, job->arena);
        at[bys + 2] = short_number(row->std_error, !isnan(row->std_error), job->arena);
        at[bys + 3] = short_number(row->low, !isnan(row->low), job->arena);
        at[bys + 4] = short_number(row->high, !isnan(row->high), job->arena);
    }
    for (size_t r = 0; r <= job->rows; r++)
        for (size_t c = 0; c + 1 < cols; c++) {
            const size_t n = cli_letters(cell[r * cols + c]);
            width[c] = n > width[c] ? n : width[c];
        }
    size_t taken = 0; /* columns before the note */
    for (size_t c = 0; c + 1 < cols; c++)
        taken += width[c] + 2;
    for (size_t r = 0; r < job->rows; r++)
        if (job->row[r].note && !job->row[r].in_words) {
            pal_str *note = &cell[(r + 1) * cols + cols - 1];
            *note = cli_note(&notes, job->row[r].note, taken);
            if (!note->ptr)
                return pal_nomem(err, "the table");
        }
    for (size_t r = 0; r <= job->rows; r++)
        table_line(out, &cell[r * cols], width, bys);
    cli_notes_print(&notes, out);
    for (size_t r = 0; r < job->rows; r++)
        if (job->row[r].in_words) {
            pal_buf_addc(out, '\n');
            cli_fill(out, pal_str_of(job->row[r].note), 0, 0);
        }
    return PAL_OK;
}

enum pal_status sys_print(const struct sys_job *job, struct pal_error *err)
{
    const char *path = job->options->out ? job->options->out : "-";
    const bool terminal = !job->options->out && cli_is_terminal(job->cli->out);
    const char *format = job->options->format ? job->options->format : terminal ? "table" : "csv";
    struct pal_buf out;
    pal_buf_init(&out, job->arena, (size_t)1 << 30);
    if (strcmp(format, "csv") == 0)
        print_csv(job, &out);
    else if (strcmp(format, "json") == 0)
        print_json(job, &out);
    else if (strcmp(format, "table") == 0)
        PAL_TRY(print_table(job, &out, err));
    else if (strcmp(format, "reference") == 0)
        print_reference(job, &out);
    else
        return pal_fail(err, PAL_USAGE, "--format '%s' is not csv, json, table or reference",
                        format);
    PAL_TRY(pal_buf_status(&out, "the answer", err));
    return pal_file_write(path, pal_buf_str(&out), err);
}
