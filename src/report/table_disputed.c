/* table_disputed.c: figures on which a Government and the Secretariat differ, in a table of their
 * own: both values side by side, each with its explanation. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum column {
    STATE,
    INDICATOR,
    YEAR,
    GIVEN,
    REASON,
    PROPOSED,
    LOWER,
    UPPER,
    BASIS,
    COLUMNS,
};

static const struct {
    enum pal_column_role role;
    enum pal_word head;
} columns[COLUMNS] = {
    [STATE] = {PAL_ROLE_STUB, PAL_WORD_AREA},
    [INDICATOR] = {PAL_ROLE_TEXT, PAL_WORD_INDICATOR},
    [YEAR] = {PAL_ROLE_YEAR, PAL_WORD_YEAR},
    [GIVEN] = {PAL_ROLE_VALUE, PAL_WORD_DISPUTED_GIVEN},
    [REASON] = {PAL_ROLE_TEXT, PAL_WORD_DISPUTED_REASON},
    [PROPOSED] = {PAL_ROLE_VALUE, PAL_WORD_DISPUTED_PROPOSED},
    [LOWER] = {PAL_ROLE_LOWER, PAL_WORD_LOWER},
    [UPPER] = {PAL_ROLE_UPPER, PAL_WORD_UPPER},
    [BASIS] = {PAL_ROLE_TEXT, PAL_WORD_DISPUTED_BASIS},
};

struct row {
    const struct pal_dispute *dispute;
    uint32_t rank; /* of the State in the order of the language */
};

static int by_state(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank > y->rank ? 1 : -1;
    return (x->dispute->figure > y->dispute->figure) - (x->dispute->figure < y->dispute->figure);
}

static void text_cell(struct pal_cell *cell, pal_str text)
{
    *cell = (struct pal_cell){.kind = PAL_CELL_TEXT, .text = text};
}

static void number_cell(struct pal_cell *cell, enum pal_language language, double value, bool given,
                        bool count, struct pal_arena *arena)
{
    if (!given || !isfinite(value)) {
        *cell = (struct pal_cell){.kind = PAL_CELL_SYMBOL, .text = PAL_STR("..")};
        return;
    }
    const int decimals = pal_number_decimals(value, count && value == floor(value));
    *cell = (struct pal_cell){.kind = PAL_CELL_NUMBER,
                              .value = value,
                              .decimals = decimals,
                              .text = pal_number_text(language, value, decimals, arena)};
}

/* "Detected victims (persons), Female" */
static pal_str what(const struct pal_report_input *input, const struct pal_figure *f,
                    enum pal_language language, struct pal_arena *arena)
{
    const struct pal_definition *d = f->definition;
    const pal_str title = pal_text_in(&d->title, language);
    const pal_str unit = pal_text_in(&d->unit_name, language);
    const pal_str by = pal_breakdown_text(input, f, language, arena);
    struct pal_buf out;
    pal_buf_init(&out, arena, 1 << 16);
    pal_buf_add(&out, title);
    pal_buf_adds(&out, language == PAL_ZH ? "（" : " (");
    pal_buf_add(&out, unit.len ? unit : d->unit);
    pal_buf_adds(&out, language == PAL_ZH ? "）" : ")");
    if (by.len) {
        pal_buf_add(&out, report_comma(language));
        pal_buf_add(&out, by);
    }
    return pal_buf_str(&out);
}

/* What the Secretariat has to say for its value: the sources it was computed from, and how. */
static enum pal_status basis(const struct pal_report_input *input, const struct pal_figure *f,
                             enum pal_language language, struct pal_arena *arena, pal_str *out,
                             struct pal_error *err)
{
    pal_str citations;
    PAL_TRY(report_citations(input, &f->source, 1, language, arena, &citations, err));
    struct pal_buf text;
    pal_buf_init(&text, arena, 1 << 16);
    const pal_str with[] = {citations.len ? citations : f->source};
    pal_buf_add(&text, pal_word_fill(language, PAL_WORD_DISPUTED_COMPUTED, with, 1, arena));
    if (f->estimate.has_interval) {
        pal_buf_add(&text, report_semicolon(language));
        pal_buf_add(&text, report_method_name(language, f->estimate.method, arena));
    }
    *out = pal_buf_str(&text);
    return pal_buf_status(&text, "disputed figures", err);
}

static enum pal_status fill(const struct pal_report_input *input, const struct pal_dispute *dispute,
                            enum pal_language language, struct pal_arena *arena,
                            struct pal_cell *cell, struct pal_error *err)
{
    const struct pal_figure *f = &input->figures->figure[dispute->figure];
    const struct pal_figure_estimate *e = &f->estimate;
    const bool count = strcmp(f->definition->estimator->name, "count") == 0;
    const bool has = e->absent == PAL_PRESENT && e->status == PAL_ANSWER_OK;
    pal_str text;
    text_cell(&cell[STATE], pal_text_in(&pal_areas_get(input->areas, f->area)->name, language));
    text_cell(&cell[INDICATOR], what(input, f, language, arena));
    cell[YEAR] = (struct pal_cell){.kind = PAL_CELL_YEAR,
                                   .value = f->period,
                                   .text = pal_arena_printf(arena, "%d", (int)f->period)};
    number_cell(&cell[GIVEN], language, dispute->value, dispute->given, count, arena);
    text = dispute->reason;
    if (dispute->origin.len) {
        const pal_str with[] = {pal_word(language, PAL_WORD_SOURCE), dispute->origin};
        const pal_str source =
            pal_word_fill(language, PAL_WORD_LABELLED, with, PAL_COUNT(with), arena);
        text = text.len ? pal_arena_printf(arena, "%.*s (%.*s)", PAL_ARG(text), PAL_ARG(source))
                        : source;
    }
    text_cell(&cell[REASON], text);
    number_cell(&cell[PROPOSED], language, e->value, has, count, arena);
    number_cell(&cell[LOWER], language, e->low, has && e->has_interval, false, arena);
    number_cell(&cell[UPPER], language, e->high, has && e->has_interval, false, arena);
    cell[PROPOSED].figure = f;
    PAL_TRY(basis(input, f, language, arena, &text, err));
    text_cell(&cell[BASIS], text);
    return PAL_OK;
}

static enum pal_status sort_rows(const struct pal_report_input *input, enum pal_language language,
                                 struct pal_arena *arena, struct row *row, struct pal_error *err)
{
    const struct pal_area_order *order = input->order[language];
    if (!order)
        PAL_TRY(pal_area_order_new(input->areas, language, arena, &order, err));
    for (size_t i = 0; i < input->disputes; i++) {
        const struct pal_figure *f = &input->figures->figure[input->dispute[i].figure];
        row[i] = (struct row){&input->dispute[i], order->rank[f->area]};
    }
    qsort(row, input->disputes, sizeof *row, by_state);
    return PAL_OK;
}

enum pal_status pal_table_disputed(const struct pal_report_input *input, enum pal_language language,
                                   struct pal_arena *arena, const struct pal_table **out,
                                   struct pal_error *err)
{
    const size_t n = input->disputes;
    *out = NULL;
    if (!n)
        return PAL_OK;
    struct pal_table *table = pal_arena_alloc(arena, 1, sizeof *table);
    struct pal_table_column *col = pal_arena_alloc(arena, COLUMNS, sizeof *col);
    struct pal_table_row *kind = pal_arena_alloc(arena, n, sizeof *kind);
    struct pal_cell *cell = pal_arena_alloc(arena, n * COLUMNS, sizeof *cell);
    struct row *row = pal_arena_alloc(arena, n, sizeof *row);
    pal_str *line = pal_arena_alloc(arena, 3, sizeof *line);
    if (!table || !col || !kind || !cell || !row || !line)
        return pal_nomem(err, "disputed figures");
    PAL_TRY(sort_rows(input, language, arena, row, err));
    for (size_t c = 0; c < COLUMNS; c++) {
        col[c].role = columns[c].role;
        col[c].head[0] = pal_word(language, columns[c].head);
    }
    *table = (struct pal_table){.name = PAL_STR("disputed"),
                                .language = language,
                                .title = pal_word(language, PAL_WORD_DISPUTED),
                                .headnote = pal_word(language, PAL_WORD_DISPUTED_TEXT),
                                .cols = COLUMNS,
                                .rows = n,
                                .heads = 1,
                                .col = col,
                                .row = kind,
                                .cell = cell,
                                .line = line};
    for (size_t r = 0; r < n; r++) {
        const struct pal_figure *f = &input->figures->figure[row[r].dispute->figure];
        kind[r] = (struct pal_table_row){.kind = PAL_ROW_AREA, .area = f->area};
        table->synthetic |= (f->flags & PAL_FLAG_SYNTHETIC) != 0;
        PAL_TRY(fill(input, row[r].dispute, language, arena, &cell[r * COLUMNS], err));
    }
    if (table->synthetic)
        line[table->lines++] = pal_word(language, PAL_WORD_SYNTHETIC);
    line[table->lines++] = pal_word(language, PAL_WORD_SYMBOL_DOTS);
    line[table->lines++] = pal_word(language, PAL_WORD_DISCLAIMER);
    *out = table;
    return PAL_OK;
}
