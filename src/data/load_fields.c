/* load_fields.c: cells held against the schema: types, and what Frictionless calls constraints. A
 * category is judged once and remembered, so a column of few words costs next to nothing. */
#include "load.h"

#include <regex.h>

/* Names of months as English abbreviates or spells them; 0 when it is none. */
static int month_of(pal_str text, size_t *taken)
{
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
    for (int m = 0; m < 12; m++) {
        const pal_str name = pal_str_of(months[m]);
        for (size_t n = name.len; n >= 3; n = n > 3 ? 3 : 2) {
            if (text.len >= n &&
                pal_str_eq_nocase((pal_str){text.ptr, n}, (pal_str){name.ptr, n})) {
                *taken = n;
                return m + 1;
            }
        }
    }
    return 0;
}

static bool digits(pal_str *text, size_t most, int *out)
{
    size_t n = 0;
    *out = 0;
    while (n < most && n < text->len && text->ptr[n] >= '0' && text->ptr[n] <= '9')
        *out = *out * 10 + (text->ptr[n++] - '0');
    text->ptr += n;
    text->len -= n;
    return n > 0;
}

static bool real_date(const struct pal_date *date)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int y = date->year, m = date->month;
    if (m < 1 || m > 12 || date->day < 1)
        return false;
    const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return date->day <= days[m - 1] + (m == 2 && leap);
}

static bool date_by_pattern(pal_str text, pal_str pattern, struct pal_date *out)
{
    int hour = 0, minute = 0, second = 0;
    size_t taken = 0;
    *out = (struct pal_date){0, 1, 1};
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.ptr[i] != '%' || i + 1 == pattern.len) {
            if (!text.len || text.ptr[0] != pattern.ptr[i])
                return false;
            text.ptr++;
            text.len--;
            continue;
        }
        bool fine = false;
        switch (pattern.ptr[++i]) {
        case 'Y':
            fine = digits(&text, 4, &out->year);
            break;
        case 'y':
            fine = digits(&text, 2, &out->year);
            out->year += out->year < 69 ? 2000 : 1900;
            break;
        case 'm':
            fine = digits(&text, 2, &out->month);
            break;
        case 'd':
            fine = digits(&text, 2, &out->day);
            break;
        case 'b':
        case 'B':
            out->month = month_of(text, &taken);
            fine = out->month > 0;
            if (fine)
                text = (pal_str){text.ptr + taken, text.len - taken};
            break;
        case 'H':
            fine = digits(&text, 2, &hour) && hour < 24;
            break;
        case 'M':
            fine = digits(&text, 2, &minute) && minute < 60;
            break;
        case 'S':
            fine = digits(&text, 2, &second) && second < 61;
            break;
        default:
            break;
        }
        if (!fine)
            return false;
    }
    return !text.len && real_date(out);
}

bool data_date(pal_str text, const struct data_field *field, struct pal_date *out)
{
    const pal_str format = field ? field->format : PAL_STR("");
    if (format.len && format.ptr[0] == '%')
        return date_by_pattern(text, format, out);
    if (pal_str_eq(format, PAL_STR("any")))
        return pal_date_parse(text, out);
    return date_by_pattern(text, PAL_STR("%Y-%m-%d"), out);
}

static bool is_one_of(pal_str text, const pal_str *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq(text, words[i]))
            return true;
    return false;
}

static bool is_boolean(pal_str text, const struct data_field *f)
{
    static const pal_str yes[] = {PAL_STR_INIT("true"), PAL_STR_INIT("True"), PAL_STR_INIT("TRUE"),
                                  PAL_STR_INIT("1")};
    static const pal_str no[] = {PAL_STR_INIT("false"), PAL_STR_INIT("False"),
                                 PAL_STR_INIT("FALSE"), PAL_STR_INIT("0")};
    return (f->true_n ? is_one_of(text, f->true_value, f->true_n)
                      : is_one_of(text, yes, PAL_COUNT(yes))) ||
           (f->false_n ? is_one_of(text, f->false_value, f->false_n)
                       : is_one_of(text, no, PAL_COUNT(no)));
}

/* The cell as its type; *size is what minimum and maximum are held against. */
static bool has_type(const struct loader *l, const struct data_field *f, pal_str text, double *size)
{
    struct pal_date date;
    int64_t whole;
    *size = 0;
    switch (f->type) {
    case DATA_ANY:
    case DATA_STRING:
        return true;
    case DATA_NUMBER:
        return data_number(text, f, l->d, size);
    case DATA_INTEGER:
        return data_number(text, f, l->d, size) &&
               (*size >= 9e15 || *size == (double)(int64_t)*size);
    case DATA_YEAR:
        if (!pal_int_parse(text, &whole) || whole < -9999 || whole > 99999)
            return false;
        *size = (double)whole;
        return true;
    case DATA_YEARMONTH:
        return date_by_pattern(text, PAL_STR("%Y-%m"), &date);
    case DATA_DATE:
        if (!data_date(text, f, &date))
            return false;
        *size = pal_date_days(date);
        return true;
    case DATA_DATETIME:
        if (f->format.len && f->format.ptr[0] == '%')
            return date_by_pattern(text, f->format, &date);
        return text.len >= 19 && (text.ptr[10] == 'T' || text.ptr[10] == ' ') &&
               date_by_pattern((pal_str){text.ptr, 10}, PAL_STR("%Y-%m-%d"), &date) &&
               date_by_pattern((pal_str){text.ptr + 11, 8}, PAL_STR("%H:%M:%S"), &date);
    case DATA_TIME:
        return date_by_pattern(
            text, f->format.len && f->format.ptr[0] == '%' ? f->format : PAL_STR("%H:%M:%S"),
            &date);
    case DATA_BOOLEAN:
        return is_boolean(text, f);
    }
    return true;
}

static bool fits_pattern(const struct load_column *column, pal_str text)
{
    char whole[1024];
    if (!column->pattern || text.len >= sizeof whole)
        return true;
    snprintf(whole, sizeof whole, "%.*s", PAL_ARG(text));
    return regexec(column->pattern, whole, 0, NULL, 0) == 0;
}

static const char *type_name(enum data_type type)
{
    static const char *const names[] = {
        [DATA_ANY] = "value",        [DATA_STRING] = "text",
        [DATA_NUMBER] = "number",    [DATA_INTEGER] = "whole number",
        [DATA_YEAR] = "year",        [DATA_YEARMONTH] = "month (2019-07)",
        [DATA_DATE] = "date",        [DATA_DATETIME] = "date and time",
        [DATA_TIME] = "time of day", [DATA_BOOLEAN] = "yes or no"};
    return names[type];
}

struct judgement { /* NULL text: the cell is fine */
    const char *rule;
    char text[512];
};

static bool break_it(struct judgement *j, const char *rule, const char *format, ...)
    PAL_PRINTF(3, 4);
static bool break_it(struct judgement *j, const char *rule, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(j->text, sizeof j->text, format, args);
    va_end(args);
    j->rule = rule;
    return false;
}

static bool judge(const struct loader *l, const struct load_column *column, pal_str text,
                  struct judgement *j)
{
    const struct data_field *f = column->field;
    const pal_str name = column->name;
    double size;
    const bool missing =
        !text.len || is_one_of(text, f->missing, f->missing_n) || load_absent_mark(l, text) != NULL;
    if (missing)
        return !f->required ||
               break_it(j, "field-constraint", "'%.*s' must be given", PAL_ARG(name));
    if (!has_type(l, f, text, &size))
        return break_it(j, "field-type", "'%.*s' in '%.*s' is no %s", PAL_ARG(text), PAL_ARG(name),
                        type_name(f->type));
    if (f->has_minimum && size < f->minimum)
        return break_it(j, "field-constraint", "'%.*s' in '%.*s' is below the smallest allowed",
                        PAL_ARG(text), PAL_ARG(name));
    if (f->has_maximum && size > f->maximum)
        return break_it(j, "field-constraint", "'%.*s' in '%.*s' is above the largest allowed",
                        PAL_ARG(text), PAL_ARG(name));
    if ((f->has_shortest && pal_utf8_count(text) < f->shortest) ||
        (f->has_longest && pal_utf8_count(text) > f->longest))
        return break_it(j, "field-constraint", "'%.*s' in '%.*s' has %zu letters", PAL_ARG(text),
                        PAL_ARG(name), pal_utf8_count(text));
    if (f->listed_n && !is_one_of(text, f->listed, f->listed_n)) {
        const pal_str near = pal_nearest(text, f->listed, f->listed_n);
        return break_it(j, "field-constraint", "'%.*s' in '%.*s' is none of those listed%s%.*s%s",
                        PAL_ARG(text), PAL_ARG(name), near.len ? "; did you mean '" : "",
                        PAL_ARG(near), near.len ? "'?" : "");
    }
    if (!fits_pattern(column, text))
        return break_it(j, "field-constraint", "'%.*s' in '%.*s' does not fit the pattern '%.*s'",
                        PAL_ARG(text), PAL_ARG(name), PAL_ARG(f->pattern));
    return true;
}

/* The line where the code stood first; 0 the first time. */
static uint64_t seen_before(struct loader *l, struct load_column *column, uint32_t code,
                            uint64_t line)
{
    uint32_t *first = load_memo_at(&column->seen, code, l->arena);
    if (!first)
        return 0;
    const uint64_t before = *first;
    if (!before)
        *first = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
    return before;
}

bool load_fields_judge(struct loader *l, const struct pal_record *record)
{
    bool fine = true;
    for (size_t i = 0; i < l->columns; i++) {
        struct load_column *column = &l->column[i];
        if (!column->judge)
            continue;
        const uint32_t code = l->here[i];
        uint32_t *known = load_memo_at(&column->judged, code, l->arena);
        const pal_str text = pal_dict_text(column->dict, code);
        if (column->field->unique && text.len) {
            const uint64_t before = seen_before(l, column, code, record->line);
            if (before) {
                load_finding(l, PAL_ERROR, "field-repeated", record->line, (uint32_t)i + 1, text,
                             PAL_STR("correct one of them"),
                             "'%.*s' in '%.*s' stands in line %llu already", PAL_ARG(text),
                             PAL_ARG(column->name), (unsigned long long)before);
                fine = false;
            }
        }
        if (known && *known == 1)
            continue;
        struct judgement j = {0};
        if (judge(l, column, text, &j)) {
            if (known)
                *known = 1;
            continue;
        }
        fine = false;
        load_finding(l, PAL_ERROR, j.rule, record->line, (uint32_t)i + 1, text,
                     PAL_STR("correct the cell, or the schema in the descriptor"), "%s", j.text);
    }
    return fine;
}

/* Values, areas and periods have rules of their own; everything else that says more than "text" is
 * judged here. */
static bool needs_judging(const struct loader *l, size_t column)
{
    const struct data_field *f = l->column[column].field;
    const bool constrained = f->required || f->unique || f->has_minimum || f->has_maximum ||
                             f->has_shortest || f->has_longest || f->listed_n || f->pattern.len;
    const bool typed = f->type != DATA_ANY && f->type != DATA_STRING;
    if (!l->column[column].kept)
        return false;
    return constrained || (typed && column != l->period_column);
}

enum pal_status load_fields_prepare(struct loader *l, struct pal_error *err)
{
    const struct pal_descriptor *d = l->d;
    for (size_t k = 0; k < d->fields_n; k++) {
        const struct data_field *field = &d->field[k];
        size_t i;
        PAL_TRY(load_column_find(l, field->name, &field->at, &i, err));
        struct load_column *column = &l->column[i];
        column->field = field;
        column->judge = needs_judging(l, i);
        l->any_fields |= column->judge;
        if (field->pattern.len) { /* the whole cell must fit */
            const pal_str whole = pal_arena_printf(l->arena, "^(%.*s)$", PAL_ARG(field->pattern));
            if (!whole.ptr)
                return pal_nomem(err, "a pattern");
            PAL_TRY(load_regex(whole.ptr, l->arena, &column->pattern, &field->at, err));
        }
    }
    return PAL_OK;
}
