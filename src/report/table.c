/* table.c: a table laid out in one language: heads, stubs, cells. */
#include "inside.h"

#include <math.h>
#include <string.h>

struct layout {
    const struct plan *plan;
    const struct plan_row *row;
    size_t rows;
    enum pal_language language;
    struct pal_arena *arena;
    struct report_notes *notes;
    bool has_year;
    size_t *first; /* [plan columns] table column of each value */
    int *decimals; /* [plan columns] */
    struct pal_table_column *col;
    struct pal_cell *cell;
    size_t cols;
};

/* ---- heads
 * --------------------------------------------------------------------------------------- */

pal_str report_breakdown_label(const struct plan *plan, const struct plan_column *column,
                               enum pal_language language, struct pal_arena *arena)
{
    const struct pal_table_definition *t = plan->definition;
    struct pal_buf out;
    pal_buf_init(&out, arena, 65536);
    for (size_t b = 0; b < t->breakdowns; b++) {
        if (!column->code[b].len)
            continue;
        if (out.len)
            pal_buf_add(&out, report_comma(language));
        pal_buf_add(&out,
                    report_label(t->labels, t->breakdown[b].dimension, column->code[b], language));
    }
    return pal_buf_str(&out);
}

static pal_str breakdown_label(const struct layout *l, const struct plan_column *column)
{
    return report_breakdown_label(l->plan, column, l->language, l->arena);
}

static const struct pal_definition *indicator_of(const struct layout *l, size_t column)
{
    return l->plan->definition->indicator[l->plan->column[column].indicator];
}

static pal_str unit_of(const struct layout *l, size_t column)
{
    const struct pal_definition *d = indicator_of(l, column);
    const pal_str unit = pal_text_in(&d->unit_name, l->language);
    return unit.len ? unit : d->unit;
}

static pal_str interval_head(const struct layout *l, size_t column)
{
    const double level = indicator_of(l, column)->ask.level;
    const pal_str with[] = {pal_number_text(l->language, 100 * (level > 0 ? level : 0.95),
                                            fmod(1000 * level, 10) >= 1 ? 1 : 0, l->arena)};
    return pal_word_fill(l->language, PAL_WORD_INTERVAL, with, 1, l->arena);
}

enum { HEAD_INDICATOR, HEAD_BREAKDOWN, HEAD_PERIOD, HEAD_INTERVAL, HEAD_VALUE };

static void value_heads(const struct layout *l, size_t c, bool several, bool units, bool intervals)
{
    const struct plan_column *column = &l->plan->column[c];
    for (size_t k = 0; k < (column->interval ? 3u : 1u); k++) {
        struct pal_table_column *col = &l->col[l->first[c] + k];
        col->role = k == 0 ? PAL_ROLE_VALUE : k == 1 ? PAL_ROLE_LOWER : PAL_ROLE_UPPER;
        if (several)
            col->head[HEAD_INDICATOR] = pal_text_in(&indicator_of(l, c)->title, l->language);
        col->head[HEAD_BREAKDOWN] = breakdown_label(l, column);
        if (column->period)
            col->head[HEAD_PERIOD] = pal_arena_printf(l->arena, "%d", (int)column->period);
        if (k > 0) {
            col->head[HEAD_INTERVAL] = interval_head(l, c);
            col->head[HEAD_VALUE] = pal_word(l->language, k == 1 ? PAL_WORD_LOWER : PAL_WORD_UPPER);
        } else if (units || intervals) {
            col->head[HEAD_VALUE] = unit_of(l, c);
        }
    }
}

/* Levels that no column uses fall away; what a column has at its innermost level moves down, so
 * that empty levels stand above it. */
static size_t close_levels(struct layout *l)
{
    bool used[PAL_TABLE_HEADS] = {false};
    for (size_t c = 0; c < l->cols; c++)
        for (size_t h = 0; h < PAL_TABLE_HEADS; h++)
            used[h] |= l->col[c].head[h].len > 0;
    size_t to[PAL_TABLE_HEADS], heads = 0;
    for (size_t h = 0; h < PAL_TABLE_HEADS; h++)
        to[h] = used[h] ? heads++ : 0;
    if (!heads)
        heads = 1;
    for (size_t c = 0; c < l->cols; c++) {
        struct pal_table_column was = l->col[c];
        memset(l->col[c].head, 0, sizeof l->col[c].head);
        for (size_t h = 0; h < PAL_TABLE_HEADS; h++)
            if (was.head[h].len)
                l->col[c].head[to[h]] = was.head[h];
        size_t last = heads - 1;
        while (last > 0 && !l->col[c].head[last].len)
            last--;
        if (last < heads - 1 && l->col[c].head[last].len) {
            l->col[c].head[heads - 1] = l->col[c].head[last];
            l->col[c].head[last] = (pal_str){NULL, 0};
        }
    }
    return heads;
}

static size_t make_heads(struct layout *l)
{
    const struct plan *plan = l->plan;
    bool several = false, units = false, intervals = false, other = false;
    for (size_t c = 0; c < plan->columns; c++) {
        several |= plan->column[c].indicator != plan->column[0].indicator;
        units |= !pal_str_eq(unit_of(l, c), unit_of(l, 0));
        intervals |= plan->column[c].interval;
        other |= plan->column[c].period != 0 || breakdown_label(l, &plan->column[c]).len > 0;
    }
    l->col[0].role = PAL_ROLE_STUB;
    const enum report_rows rows = plan->definition->rows;
    l->col[0].head[HEAD_VALUE] =
        rows == REPORT_ROWS_AREAS ? pal_word(l->language, PAL_WORD_AREA)
        : rows == REPORT_ROWS_PERIODS
            ? pal_word(l->language, PAL_WORD_YEAR)
            : pal_text_in(
                  &report_labels_find(plan->definition->labels, plan->definition->row_dimension)
                       ->name,
                  l->language);
    if (l->has_year) {
        l->col[1].role = PAL_ROLE_YEAR;
        l->col[1].head[HEAD_VALUE] = pal_word(l->language, PAL_WORD_YEAR);
    }
    for (size_t c = 0; c < plan->columns; c++)
        value_heads(l, c, several, units || (!several && !other), intervals);
    return close_levels(l);
}

/* ---- numbers of one column ----------------------------------------------------------------------
 */

static bool has_number(const struct pal_figure *f)
{
    return f && f->estimate.absent == PAL_PRESENT && f->estimate.status == PAL_ANSWER_OK &&
           isfinite(f->estimate.value);
}

/* A column has one number of decimals: so many that nine in ten of its values that are not nil show
 * a significant digit; none for counts, nor for weights of which any has four digits before the
 * point; one at least for rates and shares. */
static int column_decimals(const struct layout *l, size_t c)
{
    const bool count = pal_definition_counts(indicator_of(l, c));
    size_t nonzero = 0, small[4] = {0};
    bool whole = true;
    double largest = 0;
    for (size_t r = 0; r < l->rows; r++) {
        const struct plan_row *row = &l->row[r];
        if (row->row.kind == PAL_ROW_HEAD)
            continue;
        const struct pal_figure *f = plan_slots(l->plan, row->row.area, row->key)[c];
        if (!has_number(f) || f->estimate.value == 0)
            continue;
        const double value = fabs(f->estimate.value);
        whole &= value == floor(value);
        largest = fmax(largest, value);
        nonzero++;
        double unit = 1;
        for (int d = 0; d < 4; d++) {
            small[d] += value < unit;
            unit /= 10;
        }
    }
    if (count && (whole || largest >= 1000))
        return 0;
    int decimals = count ? 0 : 1;
    const int most = count ? 1 : 3; /* weights: what is far below a kilogram is nil here */
    while (decimals < most && small[decimals] * 10 > nonzero)
        decimals++;
    return decimals;
}

/* ---- cells
 * ---------------------------------------------------------------------------------------- */

static void symbol(struct layout *l, struct pal_cell *cell, const char *text,
                   enum report_symbol which)
{
    cell->kind = PAL_CELL_SYMBOL;
    cell->text = pal_str_of(text);
    l->notes->symbols |= which;
}

static void number(struct layout *l, struct pal_cell *cell, double value, int decimals, bool limit)
{
    if (!isfinite(value)) {
        symbol(l, cell, "-", REPORT_SYMBOL_HYPHEN);
        return;
    }
    cell->kind = PAL_CELL_NUMBER;
    cell->value = value;
    cell->decimals = decimals;
    if (value == 0 && !limit) {
        cell->text = PAL_STR("—");
        l->notes->symbols |= REPORT_SYMBOL_DASH;
        return;
    }
    cell->text = pal_number_text(l->language, value, decimals, l->arena);
    if (fabs(value) * pow(10, decimals) < 0.5 && !limit)
        l->notes->symbols |= REPORT_SYMBOL_ZERO;
}

/* One masked cell prints as the source has it; sums that contain some, as the range they leave. */
static void masked(struct layout *l, struct pal_cell *cell, const struct pal_figure *f,
                   int decimals)
{
    const struct pal_figure_estimate *e = &f->estimate;
    const bool count = strcmp(f->definition->estimator->name, "count") == 0;
    const bool share = strcmp(f->definition->estimator->name, "share") == 0;
    const double whole = f->definition->ask.per > 0 ? f->definition->ask.per : 1;
    if (!isfinite(e->bound_high) || (share && e->bound_low <= 0 && e->bound_high >= whole)) {
        symbol(l, cell, "..", REPORT_SYMBOL_DOTS); /* from nothing to all of it says nothing */
        return;
    }
    if (count && e->n == 1 && e->censored == 1 && e->bound_low <= 1) {
        const pal_str high = pal_number_text(l->language, e->bound_high + 1, 0, l->arena);
        symbol(l, cell, "", REPORT_SYMBOL_MASKED);
        cell->text = pal_arena_printf(l->arena, "<%.*s", PAL_ARG(high));
        cell->plain = pal_arena_printf(l->arena, "<%.0f", e->bound_high + 1);
        return;
    }
    const pal_str low = pal_number_text(l->language, e->bound_low, decimals, l->arena);
    const pal_str high = pal_number_text(l->language, e->bound_high, decimals, l->arena);
    symbol(l, cell, "", REPORT_SYMBOL_MASKED);
    cell->text = report_range(PAL_EN, l->arena, low, high); /* formats isolate whole cells */
    char from[400], to[400]; /* the largest double has 309 digits before the point */
    const size_t n = pal_num_write_fixed(e->bound_low, decimals, from, sizeof from),
                 m = pal_num_write_fixed(e->bound_high, decimals, to, sizeof to);
    cell->plain = pal_str_eq((pal_str){from, n}, (pal_str){to, m})
                      ? pal_arena_str(l->arena, (pal_str){from, n})
                      : pal_arena_printf(l->arena, "%s–%s", from, to);
}

static enum pal_status value_cells(struct layout *l, const struct plan_row *row, size_t c,
                                   int32_t row_period, struct pal_cell *line, struct pal_error *err)
{
    const struct pal_figure *f = plan_slots(l->plan, row->row.area, row->key)[c];
    struct pal_cell *cell = &line[l->first[c]];
    const int decimals = l->decimals[c];
    const bool given = has_number(f);
    const bool protected =
        f && f->estimate.absent == PAL_WITHHELD &&
        (f->flags & (PAL_FLAG_PROTECTED | PAL_FLAG_PROTECTING | PAL_FLAG_EMBARGO));
    cell->figure = f;
    if (given)
        number(l, cell, f->estimate.value, decimals, false);
    else if (f && f->estimate.has_bounds)
        masked(l, cell, f, decimals);
    else if (f && f->estimate.absent == PAL_NOT_APPLICABLE)
        symbol(l, cell, "-", REPORT_SYMBOL_HYPHEN);
    else if (f && f->estimate.absent == PAL_WITHHELD)
        symbol(l, cell, "c", protected ? REPORT_SYMBOL_PROTECTED : REPORT_SYMBOL_WITHHELD);
    else
        symbol(l, cell, "..", REPORT_SYMBOL_DOTS);
    for (size_t k = 1; l->plan->column[c].interval && k <= 2; k++) {
        cell[k].figure = f;
        if (protected)
            symbol(l, &cell[k], "c", REPORT_SYMBOL_PROTECTED);
        else if (!given)
            symbol(l, &cell[k], "..", REPORT_SYMBOL_DOTS);
        else if (!f->estimate.has_interval)
            symbol(l, &cell[k], "-", REPORT_SYMBOL_HYPHEN);
        else
            number(l, &cell[k], k == 1 ? f->estimate.low : f->estimate.high, decimals, true);
    }
    /* The scatter of a series is a remark on its interval. */
    const uint32_t said = l->notes->everywhere | l->notes->column_flags[c] |
                          (l->plan->column[c].interval ? 0u : (uint32_t)PAL_FLAG_OVERDISPERSED);
    return f ? report_notes_of(l->notes, f, row_period, said, cell, err) : PAL_OK;
}

/* The year of a row: the latest of its values. */
static int32_t year_of(const struct layout *l, const struct plan_row *row)
{
    const struct pal_figure **slot = plan_slots(l->plan, row->row.area, row->key);
    int32_t with = 0, without = 0;
    for (size_t c = 0; c < l->plan->columns; c++) {
        if (!slot[c])
            continue;
        int32_t *year = report_has_value(slot[c]) ? &with : &without;
        if (slot[c]->period > *year)
            *year = slot[c]->period;
    }
    return with ? with : without;
}

/* "Western Africa (5 of 17 States)"; where the columns differ, "5–7". Nothing when all reported. */
static pal_str with_coverage(const struct layout *l, const struct plan_row *row, pal_str name)
{
    const struct pal_figure **slot = plan_slots(l->plan, row->row.area, row->key);
    uint32_t least = UINT32_MAX, most = 0, of = 0;
    for (size_t c = 0; c < l->plan->columns; c++) {
        if (!slot[c] || !slot[c]->coverage_of)
            continue;
        least = slot[c]->coverage_n < least ? slot[c]->coverage_n : least;
        most = slot[c]->coverage_n > most ? slot[c]->coverage_n : most;
        of = slot[c]->coverage_of > of ? slot[c]->coverage_of : of;
    }
    if (!of || least == of)
        return name;
    const pal_str with[] = {
        name,
        report_range(l->language, l->arena, pal_arena_printf(l->arena, "%u", least),
                     pal_arena_printf(l->arena, "%u", most)),
        pal_arena_printf(l->arena, "%u", of),
    };
    return pal_word_fill(l->language, PAL_WORD_STUB_COVERAGE, with, PAL_COUNT(with), l->arena);
}

static pal_str stub_text(const struct layout *l, const struct plan_row *row)
{
    const struct pal_table_definition *t = l->plan->definition;
    const uint32_t area = row->row.area;
    if (area == PAL_NO_AREA)
        return pal_word(l->language, PAL_WORD_OTHER_AREAS);
    if (row->row.kind != PAL_ROW_HEAD && t->rows == REPORT_ROWS_PERIODS)
        return with_coverage(l, row,
                             pal_arena_printf(l->arena, "%d", (int)l->plan->period[row->key]));
    if (row->row.kind != PAL_ROW_HEAD && t->rows == REPORT_ROWS_BREAKDOWN)
        return with_coverage(
            l, row,
            report_label(t->labels, t->row_dimension, l->plan->code[row->key], l->language));
    const pal_str name =
        pal_text_in(&pal_areas_get(l->plan->input->areas, area)->name, l->language);
    return row->row.kind == PAL_ROW_TOTAL ? with_coverage(l, row, name) : name;
}

static enum pal_status row_cells(struct layout *l, size_t r, struct pal_error *err)
{
    const struct plan_row *row = &l->row[r];
    struct pal_cell *line = &l->cell[r * l->cols];
    line[0].kind = PAL_CELL_TEXT;
    line[0].text = stub_text(l, row);
    if (row->row.kind == PAL_ROW_HEAD)
        return PAL_OK;
    const int32_t year = l->has_year ? year_of(l, row) : 0;
    if (l->has_year && year) {
        line[1].kind = PAL_CELL_YEAR;
        line[1].value = year;
        line[1].text = pal_arena_printf(l->arena, "%d", (int)year);
    } else if (l->has_year) { /* a whole of which only parts report */
        symbol(l, &line[1], "..", REPORT_SYMBOL_DOTS);
    }
    for (size_t c = 0; c < l->plan->columns; c++)
        PAL_TRY(value_cells(l, row, c, year, line, err));
    return PAL_OK;
}

/* What every figure of a table or of a column carries is said once, under it. */
static enum pal_status find_common_flags(struct layout *l, bool *synthetic, struct pal_error *err)
{
    uint32_t common = UINT32_MAX,
             *column = pal_arena_alloc(l->arena, l->plan->columns + 1, sizeof *column);
    bool intervals = false;
    size_t n = 0;
    if (!column)
        return pal_nomem(err, "a table's notes");
    for (size_t c = 0; c < l->plan->columns; c++) {
        size_t values = 0;
        column[c] = UINT32_MAX;
        intervals |= l->plan->column[c].interval;
        for (size_t r = 0; r < l->rows; r++) {
            const struct plan_row *row = &l->row[r];
            const struct pal_figure *f = row->row.kind == PAL_ROW_HEAD
                                             ? NULL
                                             : plan_slots(l->plan, row->row.area, row->key)[c];
            *synthetic |= f && (f->flags & PAL_FLAG_SYNTHETIC) != 0;
            if (!f || !report_has_value(f))
                continue;
            column[c] &= f->flags;
            values++;
        }
        common &= column[c];
        n += values;
        if (values < 2)
            column[c] = 0;
    }
    if (!intervals)
        common &= ~(uint32_t)PAL_FLAG_OVERDISPERSED;
    l->notes->everywhere = n > 1 ? common : 0;
    for (size_t c = 0; c < l->plan->columns; c++) {
        column[c] &= ~l->notes->everywhere;
        if (!l->plan->column[c].interval)
            column[c] &= ~(uint32_t)PAL_FLAG_OVERDISPERSED;
    }
    l->notes->column_flags = column;
    return PAL_OK;
}

/* A mark that all figures of States in the table carry is said once too. */
static void find_common_mark(struct layout *l)
{
    const struct pal_mark *common = NULL;
    size_t n = 0;
    for (size_t r = 0; r < l->rows && l->plan->input->mark_of; r++) {
        const struct plan_row *row = &l->row[r];
        for (size_t c = 0; c < l->plan->columns; c++) {
            if (row->row.kind != PAL_ROW_AREA && row->row.kind != PAL_ROW_PART)
                continue;
            const struct pal_figure *f = plan_slots(l->plan, row->row.area, row->key)[c];
            const struct pal_mark *mark = f ? report_mark_of(l->plan->input, f) : NULL;
            if (!f)
                continue;
            if (!mark || (n && mark != common))
                return;
            common = mark;
            n++;
        }
    }
    l->notes->mark_everywhere = n > 1 ? common : NULL;
}

static enum pal_status order_of(const struct pal_report_input *input, enum pal_language language,
                                struct pal_arena *arena, const struct pal_area_order **out,
                                struct pal_error *err)
{
    if (input->order[language]) {
        *out = input->order[language];
        return PAL_OK;
    }
    return pal_area_order_new(input->areas, language, arena, out, err);
}

enum pal_status pal_table_layout(const struct pal_report_input *input,
                                 const struct pal_table_definition *definition,
                                 enum pal_language language, struct pal_arena *arena,
                                 const struct pal_table **out, struct pal_error *err)
{
    *out = NULL;
    struct plan plan;
    PAL_TRY(report_plan(input, definition, arena, &plan, err));
    if (!plan.any)
        return PAL_OK;
    const struct pal_area_order *order;
    struct plan_row *row;
    size_t rows;
    PAL_TRY(order_of(input, language, arena, &order, err));
    PAL_TRY(report_plan_rows(&plan, order, arena, &row, &rows, err));
    if (!rows)
        return PAL_OK;
    struct report_notes notes;
    PAL_TRY(report_notes_begin(input, definition, language, arena, &notes, err));
    struct layout l = {.plan = &plan,
                       .row = row,
                       .rows = rows,
                       .language = language,
                       .arena = arena,
                       .notes = &notes,
                       .has_year = definition->rows != REPORT_ROWS_PERIODS &&
                                   definition->periods == REPORT_LATEST};
    l.first = pal_arena_alloc(arena, plan.columns + 1, sizeof *l.first);
    l.decimals = pal_arena_alloc(arena, plan.columns + 1, sizeof *l.decimals);
    struct pal_table *table = pal_arena_alloc(arena, 1, sizeof *table);
    if (!l.first || !l.decimals || !table)
        return pal_nomem(err, "a table");
    l.cols = 1u + l.has_year;
    for (size_t c = 0; c < plan.columns; c++) {
        l.first[c] = l.cols;
        l.cols += plan.column[c].interval ? 3 : 1;
        l.decimals[c] = column_decimals(&l, c);
    }
    l.col = pal_arena_alloc(arena, l.cols, sizeof *l.col);
    l.cell = pal_arena_alloc(arena, rows * l.cols, sizeof *l.cell);
    struct pal_table_row *kinds = pal_arena_alloc(arena, rows, sizeof *kinds);
    if (!l.col || !l.cell || !kinds)
        return pal_nomem(err, "a table");
    bool synthetic = false;
    PAL_TRY(find_common_flags(&l, &synthetic, err));
    find_common_mark(&l);
    const size_t heads = make_heads(&l);
    for (size_t r = 0; r < rows; r++) {
        kinds[r] = row[r].row;
        PAL_TRY(row_cells(&l, r, err));
    }
    *table = (struct pal_table){.name = definition->name,
                                .number = definition->number,
                                .language = language,
                                .title = pal_text_in(&definition->title, language),
                                .headnote = pal_text_in(&definition->headnote, language),
                                .cols = l.cols,
                                .rows = rows,
                                .heads = heads,
                                .col = l.col,
                                .row = kinds,
                                .cell = l.cell,
                                .synthetic = synthetic,
                                .definition = definition};
    table->notes = pal_map_count(notes.map);
    pal_str *note = pal_arena_alloc(arena, table->notes + 1, sizeof *note);
    if (!note)
        return pal_nomem(err, "a table's notes");
    for (size_t i = 0; i < table->notes; i++)
        note[i] = pal_map_key(notes.map, i);
    table->note = note;
    PAL_TRY(report_lines(&notes, &plan, row, rows, synthetic, &table->line, &table->lines, err));
    *out = table;
    return PAL_OK;
}
