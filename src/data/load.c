/* load.c: records of a described file become typed rows. Each row is judged by itself here; rows
 * are judged against each other in settle.c. */
#include "load.h"

#include <math.h>
#include <string.h>

/* ---- small pieces ------------------------------------------------------------------------------
 */

pal_str load_field(const struct pal_record *record, size_t column)
{
    return column < record->fields ? record->field[column] : PAL_STR("");
}

void load_finding(struct loader *l, enum pal_severity severity, const char *rule, uint64_t line,
                  uint32_t field, pal_str value, pal_str todo, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pal_diag_add(l->diag,
                 &(struct pal_finding){.severity = severity,
                                       .rule = rule,
                                       .at = {l->file, line, field},
                                       .what = {text, n < 0                     ? 0
                                                      : (size_t)n < sizeof text ? (size_t)n
                                                                                : sizeof text - 1},
                                       .todo = todo,
                                       .key = l->d->name,
                                       .value = value});
}

static uint32_t *memo_at(struct load_memo *memo, uint32_t code, struct pal_arena *arena)
{
    if (code >= memo->cap) {
        size_t cap = memo->cap ? memo->cap : 64;
        while (cap <= code)
            cap *= 2;
        uint32_t *grown = pal_arena_grow(arena, memo->answer, memo->cap, cap, sizeof *grown);
        if (!grown)
            return NULL;
        memo->answer = grown;
        memo->cap = cap;
    }
    return &memo->answer[code];
}

enum pal_status load_column_find(const struct loader *l, pal_str name, const struct pal_place *at,
                                 size_t *out, struct pal_error *err)
{
    pal_str *header = pal_arena_alloc(l->arena, l->columns + 1, sizeof *header);
    if (!header)
        return pal_nomem(err, "the header");
    for (size_t i = 0; i < l->columns; i++) {
        header[i] = l->column[i].name;
        if (pal_str_eq(header[i], name)) {
            *out = i;
            return PAL_OK;
        }
    }
    const struct pal_place whole = {l->d->path, 0, 0};
    const pal_str near = pal_nearest(name, header, l->columns);
    return pal_fail_at(err, PAL_SYNTAX, at ? at : &whole,
                       "the file '%s' has no column '%.*s'%s%.*s%s", l->file, PAL_ARG(name),
                       near.len ? "; did you mean '" : "", PAL_ARG(near), near.len ? "'?" : "");
}

bool load_conditions_hold(struct loader *l, struct load_conditions *conditions)
{
    for (size_t i = 0; i < conditions->n; i++) {
        struct load_condition *condition = &conditions->item[i];
        const uint32_t code = l->here[condition->column];
        uint32_t *holds = memo_at(&condition->holds, code, l->arena);
        if (!holds)
            return false;
        if (!*holds) {
            const pal_str text = pal_dict_text(l->column[condition->column].dict, code);
            *holds = 1;
            for (size_t k = 0; k < condition->from->n && *holds == 1; k++)
                if (pal_str_eq(text, condition->from->value[k]))
                    *holds = 2;
        }
        if (*holds == 1)
            return false;
    }
    return true;
}

enum pal_status load_conditions_prepare(struct loader *l, const struct data_conditions *from,
                                        struct load_conditions *out, struct pal_error *err)
{
    out->n = from->n;
    out->item = pal_arena_alloc(l->arena, from->n + 1, sizeof *out->item);
    if (!out->item)
        return pal_nomem(err, "conditions");
    for (size_t i = 0; i < from->n; i++) {
        out->item[i].from = &from->item[i];
        PAL_TRY(load_column_find(l, from->item[i].column, &from->item[i].at, &out->item[i].column,
                                 err));
    }
    return PAL_OK;
}

/* ---- area and period of a record
 * ----------------------------------------------------------------- */

static uint32_t area_of_text(const struct loader *l, pal_str text, bool by_name)
{
    const struct pal_areas *areas = l->options->areas;
    if (by_name)
        return pal_areas_by_name(areas, text);
    switch (l->d->area_by) {
    case PAL_AREA_BY_ALPHA2:
        return pal_areas_by_alpha2(areas, text);
    case PAL_AREA_BY_M49:
        return pal_areas_by_m49(areas, text);
    case PAL_AREA_BY_NAME: {
        const uint32_t area = pal_areas_by_name(areas, text);
        return area == PAL_NO_AREA ? pal_areas_by_code(areas, text) : area;
    }
    case PAL_AREA_BY_CODE:
        break;
    }
    return pal_areas_by_code(areas, text);
}

static uint32_t area_memo(struct loader *l, struct load_memo *memo, size_t column, bool by_name)
{
    const uint32_t code = l->here[column];
    uint32_t *known = memo_at(memo, code, l->arena);
    if (!known)
        return PAL_NO_AREA;
    if (!*known) {
        const uint32_t area = area_of_text(l, pal_dict_text(l->column[column].dict, code), by_name);
        *known = area == PAL_NO_AREA ? UINT32_MAX : area + 1;
    }
    return *known == UINT32_MAX ? PAL_NO_AREA : *known - 1;
}

static const struct data_absent *absent_mark(const struct loader *l, pal_str text)
{
    for (size_t i = 0; i < l->d->absent_n; i++)
        if (pal_str_eq(l->d->absent[i].mark, text))
            return &l->d->absent[i];
    return NULL;
}

static uint32_t area_of_record(struct loader *l, const struct pal_record *record, bool *bad)
{
    if (l->area_column == SIZE_MAX)
        return l->fixed_area;
    const pal_str text = load_field(record, l->area_column);
    const uint32_t area =
        text.len ? area_memo(l, &l->area_memo, l->area_column, false) : PAL_NO_AREA;
    if (area != PAL_NO_AREA)
        return area;
    const pal_str name =
        l->name_column == SIZE_MAX ? PAL_STR("") : load_field(record, l->name_column);
    if (!text.len && name.len) { /* no code, but a name: Sark */
        const uint32_t named = area_memo(l, &l->name_memo, l->name_column, true);
        if (named != PAL_NO_AREA) {
            load_finding(l, PAL_INFORMATION, "area-without-code", record->line,
                         (uint32_t)l->area_column + 1, name, PAL_STR(""),
                         "the row has no area code; it is told apart by its name '%.*s'",
                         PAL_ARG(name));
            return named;
        }
    }
    if (l->d->shape == PAL_SHAPE_MICRODATA && absent_mark(l, text))
        return PAL_NO_AREA; /* a record whose place was not given is a record still */
    *bad = true;
    const pal_str near = pal_areas_nearest(l->options->areas, text.len ? text : name);
    char todo[256] = "add the area to the descriptor's 'areas', or correct the row";
    if (near.len)
        snprintf(todo, sizeof todo, "did you mean '%.*s'?", PAL_ARG(near));
    load_finding(l, PAL_ERROR, "unknown-area", record->line, (uint32_t)l->area_column + 1,
                 text.len ? text : name, pal_str_of(todo), "'%.*s' is no known area",
                 PAL_ARG((text.len ? text : name)));
    return PAL_NO_AREA;
}

/* A year, or a date whose year counts: "2013", "2013-09", "2022-09-16 21:30", "30/05/2023". */
static bool year_of_text(pal_str text, int32_t *out)
{
    int64_t year;
    double number;
    struct pal_date date;
    text = pal_str_trim(text);
    if (pal_int_parse(text, &year)) {
        *out = year < -9999 || year > 99999 ? 99999 : (int32_t)year;
        return true;
    }
    if (pal_num_parse(text, &number)) {
        *out = (int32_t)fmin(fmax(number, -9999),
                             99999); /* 2021.1 is year.quarter; 2013.0 a spreadsheet's year */
        return true;
    }
    if (text.len > 10 && (text.ptr[10] == ' ' || text.ptr[10] == 'T'))
        text.len = 10;
    if (pal_date_parse(text, &date)) {
        *out = date.year;
        return true;
    }
    if (text.len >= 6 && text.ptr[4] == '-' && pal_int_parse((pal_str){text.ptr, 4}, &year)) {
        *out = (int32_t)year;
        return true;
    }
    return false;
}

static bool year_possible(const struct loader *l, int32_t year)
{
    const int from = l->d->year_from ? l->d->year_from : 1800;
    int to = l->d->year_to ? l->d->year_to : 2100;
    if (l->options->as_of_year && l->options->as_of_year < to)
        to = l->options->as_of_year;
    return year >= from && year <= to;
}

static int32_t period_of_record(struct loader *l, const struct pal_record *record, bool *bad)
{
    if (l->d->period)
        return l->d->period;
    if (l->period_column == SIZE_MAX)
        return INT32_MIN;
    const uint32_t code = l->here[l->period_column];
    uint32_t *known = memo_at(&l->period_memo, code, l->arena);
    if (known && *known > 1)
        return (int32_t)(*known - 2);
    const pal_str text = load_field(record, l->period_column);
    int32_t year = 0;
    if (known && !*known && year_of_text(text, &year) && year_possible(l, year) && year >= 0) {
        *known = (uint32_t)year + 2;
        return year;
    }
    if (known)
        *known = 1;
    *bad = true;
    load_finding(l, PAL_ERROR, "impossible-year", record->line, (uint32_t)l->period_column + 1,
                 text, PAL_STR("correct the year, or widen checks.years in the descriptor"),
                 "'%.*s' is no year that this dataset can have", PAL_ARG(text));
    return INT32_MIN;
}

/* ---- dimensions
 * -------------------------------------------------------------------------------------- */

/* Words that mean the same in every source, where the descriptor lists none. */
static pal_str common_code(pal_str text)
{
    static const struct {
        pal_str word, code;
    } common[] = {
        {PAL_STR_INIT("Total"), PAL_STR_INIT("_T")},
        {PAL_STR_INIT("_T"), PAL_STR_INIT("_T")},
        {PAL_STR_INIT("All"), PAL_STR_INIT("_T")},
        {PAL_STR_INIT("Both sexes"), PAL_STR_INIT("_T")},
        {PAL_STR_INIT("Male"), PAL_STR_INIT("M")},
        {PAL_STR_INIT("Female"), PAL_STR_INIT("F")},
        {PAL_STR_INIT("Unknown"), PAL_STR_INIT("U")},
    };
    for (size_t i = 0; i < PAL_COUNT(common); i++)
        if (pal_str_eq_nocase(text, common[i].word))
            return common[i].code;
    return text;
}

static bool listed_by_a_neighbour(const struct loader *l, const struct load_dimension *dimension,
                                  pal_str text)
{
    for (size_t k = 0; k < l->dimensions; k++) {
        const struct load_dimension *other = &l->dimension[k];
        if (other == dimension || other->column != dimension->column || other->from->role ||
            other->when.n != dimension->when.n)
            continue;
        bool same = true;
        for (size_t i = 0; i < other->when.n && same; i++) {
            const struct data_condition *a = other->when.item[i].from,
                                        *b = dimension->when.item[i].from;
            same = pal_str_eq(a->column, b->column) && a->n == b->n;
            for (size_t v = 0; v < a->n && same; v++)
                same = pal_str_eq(a->value[v], b->value[v]);
        }
        if (same && data_codes_find(&other->from->codes, text).ptr)
            return true;
    }
    return false;
}

static void unknown_category(struct loader *l, const struct load_dimension *dimension,
                             const struct pal_record *record, pal_str text,
                             const struct data_codes *codes)
{
    const size_t n = codes && codes->from ? pal_map_count(codes->from) : 0;
    pal_str known[256];
    for (size_t i = 0; i < n && i < PAL_COUNT(known); i++)
        known[i] = pal_map_key(codes->from, i);
    const pal_str near = pal_nearest(text, known, n < PAL_COUNT(known) ? n : PAL_COUNT(known));
    char todo[256] = "list it in the descriptor, or correct the row";
    if (near.len)
        snprintf(todo, sizeof todo, "did you mean '%.*s'?", PAL_ARG(near));
    load_finding(l, dimension->from->role ? PAL_ERROR : PAL_WARNING, "unknown-category",
                 record->line, (uint32_t)dimension->column + 1, text, pal_str_of(todo),
                 "'%.*s' is no known category of '%.*s'", PAL_ARG(text),
                 PAL_ARG(dimension->from->column));
}

/* The dimension code of a category; 0 when it has none (a finding says so). */
static uint32_t category_code(struct loader *l, struct load_dimension *dimension,
                              const struct pal_record *record, pal_str text, bool *unknown)
{
    const struct data_dimension *from = dimension->from;
    const struct data_codes *codes = from->has_codes ? &from->codes : dimension->crosswalk;
    pal_str code = codes ? data_codes_find(codes, text) : (pal_str){NULL, 0};
    if (!code.ptr && from->has_codes && dimension->crosswalk)
        code = data_codes_find(dimension->crosswalk, text);
    if (code.ptr)
        return data_dict_add(dimension->dict, code);
    if (!from->role &&
        (listed_by_a_neighbour(l, dimension, text) || pal_str_eq(text, PAL_STR("Total"))))
        return dimension->total;
    if (codes && codes->rest.len)
        return data_dict_add(dimension->dict, codes->rest);
    if (!codes && from->has_areas == false)
        return text.len ? data_dict_add(dimension->dict, common_code(text)) : 0;
    *unknown = true;
    unknown_category(l, dimension, record, text, codes);
    return 0;
}

static uint32_t dimension_code(struct loader *l, struct load_dimension *dimension,
                               const struct pal_record *record, uint32_t area, bool *bad)
{
    if (dimension->column == SIZE_MAX || !load_conditions_hold(l, &dimension->when))
        return dimension->total;
    const uint32_t code = l->here[dimension->column];
    uint32_t *known = memo_at(&dimension->memo, code, l->arena);
    if (!known)
        return 0;
    const pal_str text = pal_dict_text(l->column[dimension->column].dict, code);
    if (dimension->from->has_areas && !data_codes_find(&dimension->from->codes, text).ptr) {
        if (!*known) { /* which area the category names: + 2; 1 = none */
            const pal_str spelt = data_codes_find(&dimension->from->spellings, text);
            const uint32_t named = spelt.ptr ? pal_areas_by_code(l->options->areas, spelt)
                                             : pal_areas_by_name(l->options->areas, text);
            *known = named == PAL_NO_AREA ? 1 : named + 2;
        }
        if (*known > 1)
            return *known - 2 == area ? dimension->own : dimension->other;
    } else if (*known > 1) {
        return *known - 2;
    }
    bool unknown = false;
    const uint32_t answer = category_code(l, dimension, record, text, &unknown);
    if (unknown && dimension->from->role)
        *bad = true;
    if (!unknown && !(dimension->from->has_areas && *known == 1))
        *known = answer + 2;
    return answer;
}

/* ---- values
 * ---------------------------------------------------------------------------------------------- */

struct reading {
    double value, low, high;
    enum pal_absent absent;
    bool bad;
};

static struct reading read_value(struct loader *l, const struct pal_record *record,
                                 const struct load_cell *cell, const struct load_measure *measure)
{
    struct reading r = {.absent = PAL_PRESENT};
    const pal_str text = pal_str_trim(cell->text);
    const struct data_absent *mark = absent_mark(l, text);
    if (mark) {
        r.absent = mark->reason;
        r.low = mark->low;
        r.high = mark->high;
        return r;
    }
    const struct data_field *field = l->value_field;
    for (size_t i = 0; field && i < field->missing_n; i++) {
        if (pal_str_eq(text, field->missing[i])) {
            r.absent = PAL_NOT_COLLECTED;
            return r;
        }
    }
    if (!text.len) {
        r.absent = PAL_BLANK;
        return r;
    }
    if (!pal_num_parse_as(text, l->d->decimal, l->d->thousands, &r.value)) {
        r.absent = PAL_UNREADABLE;
        r.bad = true;
        load_finding(l, PAL_ERROR, "unreadable-value", record->line, cell->field, text,
                     PAL_STR("correct the cell, or say in the descriptor's 'absent' what it means"),
                     "'%.*s' is no number", PAL_ARG(text));
        return r;
    }
    const bool rate = measure && measure->from->facts.is_rate;
    if (r.value < (field && field->has_minimum ? field->minimum : 0)) {
        r.bad = true;
        load_finding(l, PAL_ERROR, "negative-count", record->line, cell->field, text,
                     PAL_STR("correct the value"), "%.*s is below what can be", PAL_ARG(text));
    } else if (field && field->has_maximum && r.value > field->maximum) {
        r.bad = true;
        load_finding(l, PAL_ERROR, "value-too-large", record->line, cell->field, text,
                     PAL_STR("correct the value"), "%.*s is above what can be", PAL_ARG(text));
    } else if ((l->percent_value || (measure && measure->percent)) && r.value > 100) {
        r.bad = true;
        load_finding(l, PAL_ERROR, "percentage-over-100", record->line, cell->field, text,
                     PAL_STR("correct the value"), "%.*s per cent is more than all", PAL_ARG(text));
    } else if (field && field->type == DATA_INTEGER && !rate && r.value != floor(r.value)) {
        r.bad = true;
        load_finding(l, PAL_ERROR, "not-whole", record->line, cell->field, text,
                     PAL_STR("correct the value"), "%.*s is a count and must be whole",
                     PAL_ARG(text));
    }
    return r;
}

/* ---- rows
 * ------------------------------------------------------------------------------------------------------
 */

static bool grow_rows(struct loader *l)
{
    const size_t old = l->cap, cap = old ? old * 2 : 4096;
#define GROW(array)                                                                                \
    do {                                                                                           \
        void *grown_ = pal_arena_grow(l->arena, (array), old, cap, sizeof *(array));               \
        if (!grown_)                                                                               \
            return false;                                                                          \
        (array) = grown_;                                                                          \
    } while (0)
    GROW(l->area);
    GROW(l->measure_code);
    GROW(l->field);
    GROW(l->period);
    GROW(l->value);
    GROW(l->low);
    GROW(l->high);
    GROW(l->absent);
    GROW(l->state);
    GROW(l->line);
    for (size_t i = 0; i < l->columns; i++)
        if (l->column[i].kept)
            GROW(l->column[i].code);
    for (size_t i = 0; i < l->dimensions; i++)
        GROW(l->dimension[i].code);
#undef GROW
    l->cap = cap;
    return true;
}

enum pal_status load_emit(struct loader *l, const struct pal_record *record,
                          const struct load_cell *cell, struct pal_error *err)
{
    if (l->rows == l->cap && !grow_rows(l))
        return pal_nomem(err, l->file);
    const size_t row = l->rows;
    bool bad = record->fields != l->columns;
    l->area[row] = area_of_record(l, record, &bad);
    l->period[row] = cell->period == INT32_MIN ? period_of_record(l, record, &bad) : cell->period;
    if (cell->period != INT32_MIN && !year_possible(l, cell->period)) {
        bad = true;
        load_finding(l, PAL_ERROR, "impossible-year", record->line, cell->field, PAL_STR(""),
                     PAL_STR("correct the year, or widen checks.years in the descriptor"),
                     "%d is no year that this dataset can have", (int)cell->period);
    }
    for (size_t k = 0; k < l->dimensions; k++)
        l->dimension[k].code[row] = dimension_code(l, &l->dimension[k], record, l->area[row], &bad);
    size_t measure = cell->measure == SIZE_MAX ? load_measure_of_record(l) : cell->measure;
    if (measure != SIZE_MAX)
        load_set_pairs(l, row, l->measure[measure].from->set, l->measure[measure].from->set_n);
    load_set_pairs(l, row, cell->set, cell->set_n);
    const struct reading r =
        read_value(l, record, cell, measure == SIZE_MAX ? NULL : &l->measure[measure]);
    l->value[row] = r.value;
    l->low[row] = r.low;
    l->high[row] = r.high;
    l->absent[row] = (uint8_t)r.absent;
    l->any_bounds |= r.absent == PAL_BELOW_THRESHOLD;
    l->measure_code[row] = measure == SIZE_MAX ? 0 : l->measure[measure].code;
    l->field[row] = cell->field;
    l->line[row] = record->line;
    for (size_t i = 0; i < l->columns; i++)
        if (l->column[i].kept)
            l->column[i].code[row] = l->here[i];
    l->state[row] = bad || r.bad ? PAL_ROW_ERROR : PAL_ROW_ENTERS;
    for (size_t i = 0; l->state[row] == PAL_ROW_ENTERS && i < l->d->asides_n; i++) {
        if (load_conditions_hold(l, &l->aside[i])) {
            l->state[row] = PAL_ROW_SET_ASIDE;
            l->aside_count[i]++;
        }
    }
    if (l->state[row] == PAL_ROW_ENTERS && l->d->measures_n && measure == SIZE_MAX) {
        l->state[row] = PAL_ROW_SET_ASIDE;
        load_say_no_measure(l, record);
    }
    l->rows++;
    return PAL_OK;
}

/* ---- a file
 * ----------------------------------------------------------------------------------------------------------
 */

/* Footnote digits glued to a label: "Fraude6". */
static pal_str without_footnote(pal_str text)
{
    size_t n = text.len;
    while (n > 0 && text.ptr[n - 1] >= '0' && text.ptr[n - 1] <= '9')
        n--;
    if (n == 0 || n == text.len)
        return text;
    const unsigned char c = (unsigned char)text.ptr[n - 1];
    const bool letter = c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ')';
    return letter ? (pal_str){text.ptr, n} : text;
}

static enum pal_status codes_of_record(struct loader *l, const struct pal_record *record,
                                       struct pal_error *err)
{
    for (size_t i = 0; i < l->columns; i++) {
        struct load_column *column = &l->column[i];
        if (!column->kept)
            continue;
        pal_str text = load_field(record, i);
        if (l->d->strip_footnotes)
            text = without_footnote(pal_str_trim(text));
        if (!column->last_code || !pal_str_eq(column->last, text)) {
            column->last_code = data_dict_add(column->dict, text);
            if (!column->last_code)
                return pal_nomem(err, l->file);
            column->last = pal_dict_text(column->dict, column->last_code);
        }
        l->here[i] = column->last_code;
    }
    return PAL_OK;
}

static bool is_footer(const struct loader *l, const struct pal_record *record)
{
    if (!l->d->footer_from.len)
        return false;
    for (size_t i = 0; i < record->fields; i++)
        if (record->field[i].len)
            return pal_str_starts(pal_str_trim(record->field[i]), l->d->footer_from);
    return false;
}

static bool is_blank(const struct pal_record *record)
{
    for (size_t i = 0; i < record->fields; i++)
        if (pal_str_trim(record->field[i]).len)
            return false;
    return true;
}

static enum pal_status find_role(struct loader *l, pal_str name, size_t *out, struct pal_error *err)
{
    *out = SIZE_MAX;
    return name.len ? load_column_find(l, name, NULL, out, err) : PAL_OK;
}

static enum pal_status prepare_dimensions(struct loader *l, struct pal_error *err)
{
    const struct pal_descriptor *d = l->d;
    l->dimensions = d->dimensions_n;
    l->dimension = pal_arena_alloc(l->arena, d->dimensions_n + 1, sizeof *l->dimension);
    if (!l->dimension)
        return pal_nomem(err, "the dimensions");
    for (size_t k = 0; k < d->dimensions_n; k++) {
        struct load_dimension *dimension = &l->dimension[k];
        dimension->from = &d->dimension[k];
        dimension->dict = data_dict_new(l->arena);
        if (!dimension->dict)
            return pal_nomem(err, "the dimensions");
        dimension->total = data_dict_add(dimension->dict, PAL_STR("_T"));
        if (dimension->from->has_areas) {
            dimension->own = data_dict_add(dimension->dict, dimension->from->own);
            dimension->other = data_dict_add(dimension->dict, dimension->from->other);
        }
        PAL_TRY(load_column_find(l, dimension->from->column, &dimension->from->at,
                                 &dimension->column, err));
        PAL_TRY(load_conditions_prepare(l, &dimension->from->when, &dimension->when, err));
        for (size_t i = 0; i < d->crosswalk_n; i++)
            if (pal_str_eq(d->crosswalk[i].column, dimension->from->column))
                dimension->crosswalk = &d->crosswalk[i].codes;
    }
    return PAL_OK;
}

/* A header cell on one line, and without its footnote where the descriptor says there are some. */
static pal_str column_name(const struct loader *l, pal_str cell)
{
    if (l->d->strip_footnotes)
        cell = without_footnote(pal_str_trim(cell));
    const pal_str name = pal_arena_str(l->arena, cell);
    char *letter = name.ptr ? pal_arena_alloc(l->arena, name.len + 1, 1) : NULL;
    size_t n = 0;
    if (!letter)
        return (pal_str){NULL, 0};
    for (size_t i = 0; i < name.len; i++) {
        const bool line_end = name.ptr[i] == '\n' || name.ptr[i] == '\r';
        if (!line_end)
            letter[n++] = name.ptr[i];
        else if (n > 0 && letter[n - 1] != ' ')
            letter[n++] = ' ';
    }
    return (pal_str){letter, n};
}

static enum pal_status prepare(struct loader *l, const struct pal_records *records,
                               struct pal_error *err)
{
    const struct pal_descriptor *d = l->d;
    size_t n;
    const pal_str *header = pal_records_header(records, &n);
    l->columns = n;
    l->column = pal_arena_alloc(l->arena, n + 1, sizeof *l->column);
    l->here = pal_arena_alloc(l->arena, n + 1, sizeof *l->here);
    if (!l->column || !l->here)
        return pal_nomem(err, l->file);
    for (size_t i = 0; i < n; i++) {
        l->column[i].name = column_name(l, header[i]);
        l->column[i].kept = true;
        l->column[i].dict = data_dict_new(l->arena);
        if (!l->column[i].dict || !l->column[i].name.ptr)
            return pal_nomem(err, l->file);
    }
    l->fixed_area = PAL_NO_AREA;
    if (d->fixed_area.len) {
        const struct pal_place at = {d->path, 0, 0};
        l->fixed_area = pal_areas_by_code(l->options->areas, d->fixed_area);
        if (l->fixed_area == PAL_NO_AREA)
            return pal_fail_at(err, PAL_SYNTAX, &at, "'area': '%.*s' is no known area",
                               PAL_ARG(d->fixed_area));
    }
    PAL_TRY(find_role(l, d->area, &l->area_column, err));
    PAL_TRY(find_role(l, d->area_name, &l->name_column, err));
    PAL_TRY(find_role(l, d->period_column, &l->period_column, err));
    PAL_TRY(find_role(l, d->value, &l->value_column, err));
    if (l->value_column != SIZE_MAX)
        l->column[l->value_column].kept = false;
    for (size_t i = 0; i < d->fields_n; i++)
        if (d->value.len && pal_str_eq(d->field[i].name, d->value))
            l->value_field = &d->field[i];
    PAL_TRY(prepare_dimensions(l, err));
    PAL_TRY(load_measures_prepare(l, err));
    return data_shape_of(d->shape)->prepare(l, err);
}

static const char *find_file(const struct pal_descriptor *d, pal_str name,
                             const struct pal_load_options *options, struct pal_arena *arena)
{
    if (options->file)
        return options->file;
    const char *path = pal_path_join(arena, d->folder, name);
    if (path && pal_file_exists(path))
        return path;
    for (size_t i = 0; i < options->folders_n; i++) {
        path = pal_path_join(arena, options->folders[i], name);
        if (path && pal_file_exists(path))
            return path;
    }
    return NULL;
}

pal_str pal_descriptor_missing_file(const struct pal_descriptor *descriptor,
                                    const struct pal_load_options *options, struct pal_arena *arena)
{
    for (size_t i = 0; i < descriptor->paths_n; i++)
        if (!find_file(descriptor, descriptor->paths[i], options, arena))
            return descriptor->paths[i];
    return (pal_str){"", 0};
}

static enum pal_status missing_file(const struct pal_descriptor *d, pal_str name,
                                    struct pal_error *err)
{
    return pal_fail(err, PAL_IO,
                    "the file '%.*s' of dataset '%.*s' is nowhere; --data DIR says where it lies",
                    PAL_ARG(name), PAL_ARG(d->name));
}

static enum pal_status read_records(struct loader *l, struct pal_records *records,
                                    struct pal_error *err)
{
    const struct data_shape *shape = data_shape_of(l->d->shape);
    bool footer = false;
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        if (footer || is_footer(l, &record)) {
            if (!footer)
                load_finding(
                    l, PAL_INFORMATION, "footer", record.line, 0, PAL_STR(""), PAL_STR(""),
                    "notes under the table begin here; they and what follows are not read as rows");
            footer = true;
            continue;
        }
        if (is_blank(&record)) {
            l->blank_rows++;
            continue;
        }
        l->records++;
        if (record.fields != l->columns)
            load_finding(l, PAL_ERROR, "ragged-row", record.line, 0, PAL_STR(""),
                         PAL_STR("correct the row; a stray delimiter or quote is the usual cause"),
                         "the row has %zu fields and the header %zu", record.fields, l->columns);
        PAL_TRY(codes_of_record(l, &record, err));
        PAL_TRY(shape->record(l, &record, err));
    }
}

static void say_what_was_set_aside(struct loader *l)
{
    for (size_t i = 0; i < l->d->asides_n; i++)
        if (l->aside_count[i])
            load_finding(l, PAL_INFORMATION, "set-aside", 0, 0, PAL_STR(""), PAL_STR(""),
                         "%llu rows set aside: %.*s", (unsigned long long)l->aside_count[i],
                         PAL_ARG(l->d->aside[i].why));
    if (l->blank_rows)
        load_finding(l, PAL_INFORMATION, "blank-rows", 0, 0, PAL_STR(""), PAL_STR(""),
                     "%llu rows hold nothing and were passed over",
                     (unsigned long long)l->blank_rows);
    if (l->blanks)
        load_finding(l, PAL_INFORMATION, "blank-cells", 0, 0, PAL_STR(""), PAL_STR(""),
                     "%llu cells are blank: nothing was reported there",
                     (unsigned long long)l->blanks);
}

static struct pal_column code_column(pal_str name, uint32_t *code, const struct pal_dict *dict)
{
    return (struct pal_column){.name = name, .type = PAL_COLUMN_CODE, .code = code, .dict = dict};
}

static enum pal_status build(struct loader *l, struct pal_dataset *out, struct pal_error *err)
{
    const size_t cols = l->columns + l->dimensions + 2;
    struct pal_column *column = pal_arena_alloc(l->arena, cols, sizeof *column);
    uint8_t *mark = pal_arena_alloc(l->arena, l->rows + 1, 1);
    if (!column || !mark)
        return pal_nomem(err, l->file);
    size_t n = 0;
    for (size_t i = 0; i < l->columns; i++)
        if (l->column[i].kept)
            column[n++] = code_column(l->column[i].name, l->column[i].code, l->column[i].dict);
    out->columns_n = n;
    out->dimension = &column[n];
    out->dimensions = l->dimensions;
    for (size_t k = 0; k < l->dimensions; k++)
        column[n++] =
            code_column(l->dimension[k].from->name, l->dimension[k].code, l->dimension[k].dict);
    if (l->d->measures_n) {
        out->measure = &column[n];
        column[n++] = code_column(PAL_STR("measure"), l->measure_code, l->measures);
    }
    out->value = &column[n];
    column[n++] = (struct pal_column){.name = l->d->value.len ? l->d->value : PAL_STR("value"),
                                      .type = PAL_COLUMN_NUMBER,
                                      .value = l->value,
                                      .low = l->any_bounds ? l->low : NULL,
                                      .high = l->any_bounds ? l->high : NULL,
                                      .absent = l->absent};
    out->descriptor = l->d;
    out->area = l->area;
    out->period = l->period;
    out->mark = mark;
    out->field = l->field;
    out->batch = (struct pal_batch){l->rows, n, column, l->line, l->state, l->file};
    if (l->d->unit.len)
        out->unit = pal_dataset_filter_column(out, l->d->unit);
    out->rows_read = l->records;
    for (size_t i = 0; i < l->rows; i++)
        out->rows_error += l->state[i] == PAL_ROW_ERROR;
    return PAL_OK;
}

enum pal_status pal_dataset_load(const struct pal_descriptor *descriptor,
                                 const struct pal_load_options *options, struct pal_diag *diag,
                                 struct pal_arena *arena, struct pal_dataset **out,
                                 struct pal_error *err)
{
    struct loader l = {.d = descriptor, .options = options, .diag = diag, .arena = arena};
    struct pal_dataset *dataset = pal_arena_alloc(arena, 1, sizeof *dataset);
    if (!dataset)
        return pal_nomem(err, "a dataset");
    PAL_TRY(data_areas_extend(options->areas, descriptor, err));
    /* The readers' buffers go when the file is read. */
    struct pal_arena *reading = pal_arena_new();
    if (!reading)
        return pal_nomem(err, "a dataset");
    PAL_TRY(pal_arena_defer(arena, (void (*)(void *))pal_arena_free, reading, err));
    const struct pal_arena_mark mark = pal_arena_mark(reading);
    for (size_t i = 0; i < descriptor->paths_n; i++) {
        const char *path = find_file(descriptor, descriptor->paths[i], options, arena);
        if (!path)
            return missing_file(descriptor, descriptor->paths[i], err);
        l.file = pal_arena_cstr(arena, descriptor->paths[i]);
        struct pal_records *records;
        const struct pal_source_options source = {.hash = true};
        PAL_TRY(pal_records_open(path, &descriptor->dialect, &source, reading, &records, err));
        if (i == 0) {
            dataset->path = path;
            dataset->file = descriptor->paths[i];
            PAL_TRY(prepare(&l, records, err));
        }
        PAL_TRY(read_records(&l, records, err));
        if (i == 0) {
            pal_records_sha256(records, dataset->sha256);
            if (descriptor->sha256.len &&
                !pal_str_eq(descriptor->sha256, pal_str_of(dataset->sha256)))
                load_finding(&l, PAL_WARNING, "another-file", 0, 0, PAL_STR(""),
                             PAL_STR("check the release, then renew sha256 in the descriptor"),
                             "the file is not the one that the descriptor was written for (its "
                             "SHA-256 differs)");
        }
        pal_arena_reset(reading, mark);
    }
    say_what_was_set_aside(&l);
    PAL_TRY(build(&l, dataset, err));
    *out = dataset;
    return PAL_OK;
}

size_t pal_dataset_dimension(const struct pal_dataset *dataset, pal_str name)
{
    for (size_t k = 0; k < dataset->dimensions; k++)
        if (pal_str_eq_nocase(dataset->dimension[k].name, name))
            return k;
    return SIZE_MAX;
}

const struct pal_column *pal_dataset_filter_column(const struct pal_dataset *dataset, pal_str name)
{
    for (size_t i = 0; i < dataset->columns_n; i++)
        if (pal_str_eq(dataset->batch.col[i].name, name))
            return &dataset->batch.col[i];
    const size_t k = pal_dataset_dimension(dataset, name);
    if (k != SIZE_MAX)
        return &dataset->dimension[k];
    for (size_t i = 0; i < dataset->columns_n; i++)
        if (pal_str_eq_nocase(dataset->batch.col[i].name, name))
            return &dataset->batch.col[i];
    return NULL;
}

enum pal_status pal_batch_column(const struct pal_batch *batch, pal_str name,
                                 const struct pal_column **out, struct pal_error *err)
{
    for (size_t i = 0; i < batch->cols; i++) {
        if (pal_str_eq(batch->col[i].name, name)) {
            *out = &batch->col[i];
            return PAL_OK;
        }
    }
    return pal_fail(err, PAL_USAGE, "there is no column '%.*s'", PAL_ARG(name));
}

enum pal_status pal_dataset_source_line(const struct pal_descriptor *descriptor,
                                        const struct pal_load_options *options, uint64_t line,
                                        struct pal_arena *arena, pal_str *out,
                                        struct pal_error *err)
{
    const char *path = find_file(descriptor, descriptor->paths[0], options, arena);
    if (!path)
        return missing_file(descriptor, descriptor->paths[0], err);
    struct pal_records *records;
    PAL_TRY(pal_records_open(path, &descriptor->dialect, NULL, arena, &records, err));
    for (;;) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return pal_fail(err, PAL_DATA, "'%s' has no line %llu", path, (unsigned long long)line);
        if (record.line != line)
            continue;
        struct pal_buf text;
        pal_buf_init(&text, arena, 1u << 20);
        for (size_t i = 0; i < record.fields; i++)
            pal_csv_field(&text, record.field[i], i == 0);
        *out = pal_buf_str(&text);
        return pal_buf_status(&text, "a line", err);
    }
}
