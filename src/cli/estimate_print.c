/* estimate_print.c: answers as CSV and JSON for programs, as a table for people. */
#include "estimate.h"

#include <math.h>
#include <string.h>

static const char *const head[] = {"estimate", "std_error", "conf_low",  "conf_high", "conf_level",
                                   "cv",       "df",        "df_design", "deff",      "n",
                                   "method",   "interval",  "status",    "note"};

enum field_kind { FIELD_EMPTY, FIELD_NUMBER, FIELD_SHORT, FIELD_TEXT };

struct field {
    enum field_kind kind;
    double number;
    pal_str text;
};

static struct field number_if(bool applies, double value)
{
    return (struct field){.kind = applies ? FIELD_NUMBER : FIELD_EMPTY, .number = value};
}

static struct field text_if(const char *text)
{
    return (struct field){.kind = text && *text ? FIELD_TEXT : FIELD_EMPTY,
                          .text = pal_str_of(text)};
}

static void fields_of(const struct pal_estimate *e, struct field *out /* [PAL_COUNT(head)] */)
{
    const double cv = e->std_error / fabs(e->value);
    *out++ = number_if(true, e->value);
    *out++ = number_if(e->has_std_error, e->std_error);
    *out++ = number_if(e->has_interval, e->low);
    *out++ = number_if(e->has_interval, e->high);
    *out++ =
        (struct field){.kind = e->has_interval ? FIELD_SHORT : FIELD_EMPTY, .number = e->level};
    *out++ = number_if(e->has_std_error, cv);
    *out++ = number_if(e->has_df, e->df);
    *out++ = number_if(e->has_df_design, e->df_design);
    *out++ = number_if(e->has_deff, e->deff);
    *out++ = number_if(e->has_n, (double)e->n);
    *out++ = text_if(e->method);
    *out++ = text_if(e->has_interval ? e->interval : NULL);
    *out++ = text_if(pal_answer_status_name(e->status));
    *out = text_if(e->note);
}

/* ---- CSV
 * ------------------------------------------------------------------------------------------ */

/* A text as CSV has it: neighbours share most of theirs, so the last of each column is kept. It
 * lives no longer than the rows that the text belongs to. */
struct memo {
    pal_str text;
    size_t len;
    char bytes[128];
};

static char *put_text(char *to, pal_str text, struct memo *memo)
{
    if (2 * text.len + 2 > sizeof memo->bytes)
        return pal_csv_put(to, text);
    if (text.ptr != memo->text.ptr || text.len != memo->text.len) {
        memo->text = text;
        memo->len = (size_t)(pal_csv_put(memo->bytes, text) - memo->bytes);
    }
    memcpy(to, memo->bytes, memo->len);
    return to + memo->len;
}

static char *put_field(char *to, const struct field *field, struct memo *memo)
{
    *to++ = ',';
    switch (field->kind) {
    case FIELD_EMPTY:
        return to;
    case FIELD_NUMBER:
        return to + pal_num_write17(field->number, to);
    case FIELD_SHORT:
        return to + pal_num_write(field->number, to);
    case FIELD_TEXT:
        return put_text(to, field->text, memo);
    }
    return to;
}

static void csv_head(const struct est_plan *plan, struct pal_buf *out)
{
    pal_buf_adds(out, "statistic,variable");
    for (size_t b = 0; b < plan->bys; b++)
        pal_csv_field(out, plan->by[b].text, false);
    for (size_t i = 0; i < PAL_COUNT(head); i++) {
        pal_buf_addc(out, ',');
        pal_buf_adds(out, head[i]);
    }
    pal_csv_end(out);
}

static size_t largest_row(const struct est_plan *plan, const struct est_row *row,
                          const struct field *field)
{
    size_t size = strlen(row->statistic) + row->variable.len + 2;
    for (size_t b = 0; b < plan->bys; b++)
        size += row->group[b].len + 2;
    for (size_t i = 0; i < PAL_COUNT(head); i++)
        size += field[i].text.len + PAL_NUM_SIZE + 2;
    return 2 * size;
}

static void csv_rows(const struct est_plan *plan, const struct est_row *row, size_t n,
                     struct pal_buf *out)
{
    struct memo statistic = {.len = 0}, variable = {.len = 0}, by[EST_MOST_BYS] = {{.len = 0}},
                text[PAL_COUNT(head)] = {{.len = 0}};
    for (size_t r = 0; r < n; r++) {
        struct field field[PAL_COUNT(head)];
        fields_of(&row[r].estimate, field);
        char *to = pal_buf_room(out, largest_row(plan, &row[r], field));
        if (!to)
            return;
        to = put_text(to, pal_str_of(row[r].statistic), &statistic);
        *to++ = ',';
        to = put_text(to, row[r].variable, &variable);
        for (size_t b = 0; b < plan->bys; b++) {
            *to++ = ',';
            to = put_text(to, row[r].group[b], &by[b]);
        }
        for (size_t i = 0; i < PAL_COUNT(head); i++)
            to = put_field(to, &field[i], &text[i]);
        pal_buf_end(out, to);
        pal_csv_end(out);
    }
}

/* ---- JSON
 * ----------------------------------------------------------------------------------------- */

static void json_name(struct pal_buf *out, pal_str name, bool first)
{
    pal_buf_adds(out, first ? "{" : ", ");
    pal_json_text(out, name);
    pal_buf_adds(out, ": ");
}

/* JSON has no NaN and no Inf: they stand as text, what does not apply as null. */
static void json_field(struct pal_buf *out, const struct field *field)
{
    char number[PAL_NUM_SIZE];
    switch (field->kind) {
    case FIELD_EMPTY:
        pal_buf_adds(out, "null");
        break;
    case FIELD_NUMBER: {
        const pal_str text = {number, pal_num_write17(field->number, number)};
        if (isfinite(field->number))
            pal_buf_add(out, text);
        else
            pal_json_text(out, text);
        break;
    }
    case FIELD_SHORT:
        pal_buf_addnum(out, field->number);
        break;
    case FIELD_TEXT:
        pal_json_text(out, field->text);
        break;
    }
}

/* `before`: rows were written before these. */
static void json_rows(const struct est_plan *plan, const struct est_row *row, size_t n, bool before,
                      struct pal_buf *out)
{
    for (size_t r = 0; r < n; r++) {
        struct field field[PAL_COUNT(head)];
        fields_of(&row[r].estimate, field);
        pal_buf_adds(out, r || before ? ",\n " : "\n ");
        json_name(out, PAL_STR("statistic"), true);
        pal_json_text(out, pal_str_of(row[r].statistic));
        json_name(out, PAL_STR("variable"), false);
        pal_json_text(out, row[r].variable);
        for (size_t b = 0; b < plan->bys; b++) {
            json_name(out, plan->by[b].text, false);
            pal_json_text(out, row[r].group[b]);
        }
        for (size_t i = 0; i < PAL_COUNT(head); i++) {
            json_name(out, pal_str_of(head[i]), false);
            json_field(out, &field[i]);
        }
        pal_buf_addc(out, '}');
    }
}

/* ---- a table for people
 * ---------------------------------------------------------------------------- */

enum { TABLE_FIELDS = 4 }; /* estimate, std_error, conf_low, conf_high; then n and the note */

/* Six significant digits, whole numbers as they are. */
static pal_str short_number(double value, struct pal_arena *arena)
{
    char text[PAL_NUM_SIZE];
    size_t len = 0;
    if (isfinite(value) && value != floor(value) && fabs(value) < 1e15 && fabs(value) >= 1e-4) {
        const int digits = 5 - (int)floor(log10(fabs(value)));
        len = pal_num_write_fixed(value, digits < 0 ? 0 : digits, text, sizeof text);
    }
    if (!len)
        len = pal_num_write(value, text);
    return pal_arena_str(arena, (pal_str){text, len});
}

static size_t letters(pal_str text) /* code points, near enough to columns */
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xC0u) != 0x80u;
    return n;
}

static void pad(struct pal_buf *out, size_t n)
{
    while (n--)
        pal_buf_addc(out, ' ');
}

static pal_str *table_row(const struct est_plan *plan, const struct est_row *row, size_t cols,
                          struct pal_arena *arena)
{
    struct field field[PAL_COUNT(head)];
    pal_str *cell = pal_arena_alloc(arena, cols, sizeof *cell);
    if (!cell)
        return NULL;
    size_t at = 0;
    fields_of(&row->estimate, field);
    cell[at++] = pal_str_of(row->statistic);
    cell[at++] = row->variable;
    for (size_t b = 0; b < plan->bys; b++)
        cell[at++] = row->group[b];
    for (size_t i = 0; i < TABLE_FIELDS; i++)
        cell[at++] =
            field[i].kind == FIELD_NUMBER ? short_number(field[i].number, arena) : PAL_STR("");
    cell[at++] = row->estimate.has_n ? short_number((double)row->estimate.n, arena) : PAL_STR("");
    cell[at] = pal_str_of(row->estimate.note);
    return cell;
}

static enum pal_status print_table(const struct est_plan *plan, const struct est_row *row, size_t n,
                                   struct pal_buf *out, struct pal_error *err)
{
    const size_t texts = 2 + plan->bys, cols = texts + TABLE_FIELDS + 2;
    pal_str **cell = pal_arena_alloc(out->arena, n + 1, sizeof *cell);
    size_t *width = pal_arena_alloc(out->arena, cols, sizeof *width);
    pal_str *names = pal_arena_alloc(out->arena, cols, sizeof *names);
    if (!cell || !width || !names)
        return pal_nomem(err, "a table");
    names[0] = PAL_STR("statistic");
    names[1] = PAL_STR("variable");
    for (size_t b = 0; b < plan->bys; b++)
        names[2 + b] = plan->by[b].text;
    for (size_t i = 0; i < TABLE_FIELDS; i++)
        names[texts + i] = pal_str_of(head[i]);
    names[cols - 2] = PAL_STR("n");
    names[cols - 1] = PAL_STR("note");
    cell[0] = names;
    for (size_t r = 0; r < n; r++) {
        cell[r + 1] = table_row(plan, &row[r], cols, out->arena);
        if (!cell[r + 1])
            return pal_nomem(err, "a table");
    }
    for (size_t r = 0; r <= n; r++)
        for (size_t c = 0; c < cols; c++)
            width[c] = letters(cell[r][c]) > width[c] ? letters(cell[r][c]) : width[c];
    for (size_t r = 0; r <= n; r++) {
        const size_t start = out->len;
        for (size_t c = 0; c < cols; c++) {
            const size_t gap = width[c] - letters(cell[r][c]);
            const bool right = c >= texts && c + 1 < cols;
            pad(out, (c ? 2 : 0) + (right ? gap : 0));
            pal_buf_add(out, cell[r][c]);
            pad(out, right ? 0 : gap);
        }
        while (out->len > start && out->ptr[out->len - 1] == ' ')
            out->len--;
        pal_buf_addc(out, '\n');
    }
    return PAL_OK;
}

enum pal_status est_rows_print(const struct est_plan *plan, const struct est_row *row, size_t n,
                               const char *format, struct pal_buf *out, struct pal_error *err)
{
    static const pal_str formats[] = {PAL_STR_INIT("csv"), PAL_STR_INIT("json"),
                                      PAL_STR_INIT("table")};
    if (strcmp(format, "csv") == 0) {
        csv_head(plan, out);
        csv_rows(plan, row, n, out);
    } else if (strcmp(format, "json") == 0) {
        pal_buf_addc(out, '[');
        json_rows(plan, row, n, false, out);
        pal_buf_adds(out, n ? "\n]\n" : "]\n");
    } else if (strcmp(format, "table") == 0) {
        PAL_TRY(print_table(plan, row, n, out, err));
    } else {
        const pal_str near = pal_nearest(pal_str_of(format), formats, PAL_COUNT(formats));
        if (near.len)
            return pal_fail(err, PAL_USAGE, "unknown format '%s'; did you mean '%.*s'?", format,
                            PAL_ARG(near));
        return pal_fail(err, PAL_USAGE, "unknown format '%s'; there are csv, json, table", format);
    }
    return pal_buf_status(out, "the output", err);
}

static enum pal_status write_out(struct cli *cli, struct pal_buf *out, struct pal_error *err)
{
    PAL_TRY(pal_buf_status(out, "the output", err));
    if (fwrite(out->ptr, 1, out->len, cli->out) != out->len)
        return pal_fail_errno(err, "cannot write to standard output");
    pal_buf_clear(out);
    return PAL_OK;
}

/* ---- rows of hundreds of thousands of groups ---------------------------------------------------
 * They are made and put into text in blocks, side by side, and written in their order. */

struct sheet { /* one block */
    struct pal_arena *rows, *bytes;
    struct est_row *row; /* [BLOCK] */
    size_t first, n;
    struct pal_buf text;
};

enum { BLOCK = 1024, MOST_HELPERS = 7, TOGETHER = 1 << 20 };

struct writing {
    const struct est_plan *plan;
    const struct est_listing *listing;
    bool json;
    size_t all, next; /* rows; of them the first that is in no block yet */
    struct sheet *sheet;
};

static enum pal_status begin_sheet(void *context, size_t slot, bool *end, struct pal_error *err)
{
    struct writing *w = context;
    struct sheet *sheet = &w->sheet[slot];
    (void)err;
    sheet->first = w->next;
    sheet->n = w->all - w->next < BLOCK ? w->all - w->next : BLOCK;
    w->next += sheet->n;
    *end = !sheet->n;
    return PAL_OK;
}

static enum pal_status fill_sheet(void *context, size_t slot, unsigned worker,
                                  struct pal_error *err)
{
    const struct writing *w = context;
    struct sheet *sheet = &w->sheet[slot];
    (void)worker;
    const struct pal_arena_mark mark = pal_arena_mark(sheet->rows);
    pal_buf_clear(&sheet->text);
    const enum pal_status status =
        est_listing_rows(w->listing, sheet->first, sheet->n, sheet->rows, sheet->row, err);
    if (status == PAL_OK && w->json)
        json_rows(w->plan, sheet->row, sheet->n, sheet->first > 0, &sheet->text);
    else if (status == PAL_OK)
        csv_rows(w->plan, sheet->row, sheet->n, &sheet->text);
    pal_arena_reset(sheet->rows, mark);
    return status == PAL_OK ? pal_buf_status(&sheet->text, "the output", err) : status;
}

static void free_arena(void *arena) { pal_arena_free(arena); }

static enum pal_status new_sheets(struct writing *w, size_t n, struct pal_arena *job,
                                  struct pal_error *err)
{
    w->sheet = pal_arena_alloc(job, n, sizeof *w->sheet);
    for (size_t i = 0; w->sheet && i < n; i++) {
        struct sheet *sheet = &w->sheet[i];
        struct pal_arena **own[] = {&sheet->rows, &sheet->bytes};
        for (size_t k = 0; k < PAL_COUNT(own); k++) {
            *own[k] = pal_arena_new();
            if (!*own[k])
                return pal_nomem(err, "rows of output");
            PAL_TRY(pal_arena_defer(job, free_arena, *own[k], err));
        }
        sheet->row = pal_arena_alloc(sheet->rows, BLOCK, sizeof *sheet->row);
        pal_buf_init(&sheet->text, sheet->bytes, SIZE_MAX);
        if (!sheet->row)
            return pal_nomem(err, "rows of output");
    }
    return w->sheet ? PAL_OK : pal_nomem(err, "rows of output");
}

/* Nothing is written before a megabyte has come together, so that what fails early prints nothing.
 */
static enum pal_status write_sheets(struct cli *cli, struct writing *w, struct pal_arena *job,
                                    struct pal_error *err)
{
    static const struct pal_ahead_steps steps = {begin_sheet, fill_sheet, true};
    const unsigned asked = w->plan->request->threads, threads = asked ? asked : pal_processors();
    struct pal_ahead *ahead;
    struct pal_buf out;
    unsigned helpers = threads - 1 < MOST_HELPERS ? threads - 1 : MOST_HELPERS;
    if (w->all < (size_t)8 * BLOCK) /* done before another thread wakes */
        helpers = 0;
    const size_t slots = helpers ? 2 * (size_t)helpers + 2 : 1;
    PAL_TRY(new_sheets(w, slots, job, err));
    PAL_TRY(pal_ahead_new(&steps, w, slots, helpers, job, &ahead, err));
    pal_buf_init(&out, cli->arena, SIZE_MAX);
    if (w->json)
        pal_buf_addc(&out, '[');
    else
        csv_head(w->plan, &out);
    for (;;) {
        size_t slot;
        bool end;
        PAL_TRY(pal_ahead_next(ahead, &slot, &end, err));
        if (end)
            break;
        pal_buf_add(&out, pal_buf_str(&w->sheet[slot].text));
        if (out.len >= TOGETHER)
            PAL_TRY(write_out(cli, &out, err));
    }
    if (w->json)
        pal_buf_adds(&out, w->all ? "\n]\n" : "]\n");
    return write_out(cli, &out, err);
}

static enum pal_status list_rows(struct cli *cli, const struct est_pass *pass, bool json,
                                 struct pal_error *err)
{
    struct est_listing *listing;
    PAL_TRY(est_listing_new(pass, cli->arena, &listing, err));
    struct writing writing = {
        .plan = pass->plan, .listing = listing, .json = json, .all = est_listing_count(listing)};
    struct pal_arena *job = pal_arena_new();
    if (!job)
        return pal_nomem(err, "rows of output");
    const enum pal_status status = write_sheets(cli, &writing, job, err);
    pal_arena_free(job); /* and its threads end */
    return status;
}

struct packed { /* a state as it will be written */
    bool sample;
    struct pal_buf bytes;
    struct est_mark mark;
};

static enum pal_status pack_state(struct cli *cli, const struct est_pass *cells,
                                  const struct est_saving *saving, struct packed *out,
                                  struct pal_error *err)
{
    if (saving->hand_over)
        PAL_TRY(est_hand_over(cells, saving->threshold, cli->arena, &cells, err));
    out->mark = cells->mark;
    out->sample = cells->survey != NULL;
    pal_buf_init(&out->bytes, cli->arena, EST_LARGEST_STATE);
    return est_state_pack(cells, &out->bytes, err);
}

static enum pal_status write_state(struct cli *cli, const struct packed *packed,
                                   const struct est_saving *saving, struct pal_error *err)
{
    PAL_TRY(pal_file_write(saving->path, pal_buf_str(&packed->bytes), err));
    if (saving->hand_over)
        est_mark_say(&packed->mark, packed->sample, saving->path, cli->err);
    return PAL_OK;
}

static enum pal_status check_saving(const struct est_saving *saving, struct pal_error *err)
{
    if (saving->hand_over && !saving->path)
        return pal_fail(err, PAL_USAGE, "--hand-over is about a state: it needs --state FILE");
    if (saving->threshold != 0 && !saving->hand_over)
        return pal_fail(err, PAL_USAGE, "--threshold belongs to --hand-over");
    if (saving->threshold != 0 && !(saving->threshold > 1 && saving->threshold <= 1e9))
        return pal_fail(err, PAL_USAGE, "--threshold takes a number above 1, to 1e9, not %g",
                        saving->threshold);
    return PAL_OK;
}

enum pal_status est_finish(struct cli *cli, const struct est_pass *cells, const char *format,
                           const char *path, const struct est_saving *saving, struct pal_error *err)
{
    const struct est_pass *pass;
    struct est_row *rows;
    size_t n;
    struct pal_buf out;
    struct packed packed;
    PAL_TRY(check_saving(saving, err));
    PAL_TRY(est_pass_margins(cells, cli->arena, &pass, err));
    const bool csv = strcmp(format, "csv") == 0, json = strcmp(format, "json") == 0;
    if (!path && !pass->plan->survey && (csv || json)) {
        if (saving->path) {
            PAL_TRY(pack_state(cli, cells, saving, &packed, err));
            PAL_TRY(write_state(cli, &packed, saving, err));
        }
        return list_rows(cli, pass, json, err);
    }
    /* The answers of a sample close its sums, so they are packed before and written after. */
    if (saving->path)
        PAL_TRY(pack_state(cli, cells, saving, &packed, err));
    PAL_TRY(est_rows_make(pass, cli->arena, &rows, &n, err));
    pal_buf_init(&out, cli->arena, SIZE_MAX);
    PAL_TRY(est_rows_print(pass->plan, rows, n, format, &out, err));
    if (saving->path)
        PAL_TRY(write_state(cli, &packed, saving, err));
    return path ? pal_file_write(path, pal_buf_str(&out), err) : write_out(cli, &out, err);
}
