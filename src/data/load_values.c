/* load_values.c: what a value cell says: a number, or why there is none. */
#include "load.h"

#include <math.h>

/* From 2^53 on not every whole number is a double. */
#define LARGEST_COUNT 9007199254740992.0

bool data_number(pal_str text, const struct data_field *field, const struct pal_descriptor *d,
                 double *out)
{
    const char decimal = field && field->decimal ? field->decimal : d->decimal;
    const char group = field && field->group ? field->group : d->thousands;
    if (field && field->loose) { /* "95%", "EUR 12": what is glued to the number goes */
        while (text.len && !(text.ptr[0] >= '0' && text.ptr[0] <= '9') && text.ptr[0] != '-' &&
               text.ptr[0] != '+' && text.ptr[0] != decimal) {
            text.ptr++;
            text.len--;
        }
        while (text.len && !(text.ptr[text.len - 1] >= '0' && text.ptr[text.len - 1] <= '9'))
            text.len--;
    }
    return pal_num_parse_as(text, decimal, group, out);
}

/* What to do about a cell that is no number: the way out that fits what stands there. */
static pal_str way_out(pal_str text)
{
    bool digit = false, sign = false, plain = true;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool is_digit = c >= '0' && c <= '9';
        const bool is_sign = c == ',' || c == '.' || c == '\'' || c == ' ' || (c & 0x80);
        digit |= is_digit;
        sign |= is_sign;
        plain &= is_digit || is_sign || c == '-' || c == '+';
    }
    if (digit && text.ptr[0] == '<')
        return PAL_STR(
            "say in the descriptor what is masked: absent: {\"<5\": {below-threshold: 5}}");
    if (digit && sign && plain)
        return PAL_STR(
            "correct the cell, or say in the descriptor how numbers are written: decimal: "
            "\",\", thousands: \".\"");
    return PAL_STR("correct the cell, or say in the descriptor's 'absent' what it means");
}

struct load_reading load_value(struct loader *l, const struct pal_record *record,
                               const struct load_cell *cell, const struct load_measure *measure)
{
    struct load_reading r = {.absent = PAL_PRESENT};
    pal_str text = pal_str_trim(cell->text);
    if (cell->bad) {
        r.absent = PAL_UNREADABLE;
        r.bad = true;
        return r;
    }
    r.absent = cell->field ? load_declared(record, cell->field - 1) : PAL_PRESENT;
    if (r.absent > PAL_BLANK)
        return r;
    r.absent = PAL_PRESENT;
    const struct data_absent *mark = load_absent_mark(l, text);
    if (mark) {
        r.absent = mark->reason;
        r.low = mark->low;
        r.high = mark->high;
        return r;
    }
    const struct data_field *field =
        cell->field && cell->field <= l->columns ? l->column[cell->field - 1].field : NULL;
    for (size_t i = 0; field && i < field->missing_n; i++) {
        if (field->missing[i].len && pal_str_eq(text, field->missing[i])) {
            r.absent = PAL_NOT_COLLECTED;
            return r;
        }
    }
    if (!text.len) {
        r.absent = PAL_BLANK;
        if (field && field->required) {
            r.bad = true;
            load_finding(l, PAL_ERROR, "field-constraint", record->line, cell->field, text,
                         PAL_STR("ask the sender for the value"), "'%.*s' must be given",
                         PAL_ARG(field->name));
        }
        return r;
    }
    if (l->d->strip_footnotes && text.len > 1 && text.ptr[text.len - 1] == '*')
        text.len--; /* a mark that points to a note: "100.0*" */
    if (!data_number(text, field, l->d, &r.value)) {
        r.absent = PAL_UNREADABLE;
        r.bad = true;
        load_finding(l, PAL_ERROR, "unreadable-value", record->line, cell->field, text,
                     way_out(text), "'%.*s' is no number", PAL_ARG(text));
        return r;
    }
    const bool rate = measure && measure->from->facts.is_rate;
    if (r.value < (field && field->has_minimum ? field->minimum : 0)) {
        r.bad = true;
        load_finding(l, PAL_ERROR, "negative-count", record->line, cell->field, text,
                     PAL_STR("correct the value"), "'%.*s' is below what can be", PAL_ARG(text));
    } else if (field && field->has_maximum && r.value > field->maximum) {
        r.bad = true;
        load_finding(l, PAL_ERROR, "value-too-large", record->line, cell->field, text,
                     PAL_STR("correct the value"), "'%.*s' is above what can be", PAL_ARG(text));
    } else if ((l->percent_value || (measure && measure->percent)) && r.value > 100) {
        r.bad = true;
        load_finding(l, PAL_ERROR, "percentage-over-100", record->line, cell->field, text,
                     PAL_STR("correct the value"), "'%.*s' per cent is more than all",
                     PAL_ARG(text));
    } else if (field && field->type == DATA_INTEGER && !rate && r.value >= LARGEST_COUNT) {
        r.bad = true;
        load_finding(l, PAL_ERROR, "value-too-large", record->line, cell->field, text,
                     PAL_STR("correct the value"), "'%.*s' is more than a count can be",
                     PAL_ARG(text));
    } else if (field && field->type == DATA_INTEGER && !rate && r.value != floor(r.value)) {
        r.bad = true;
        load_finding(l, PAL_ERROR, "not-whole", record->line, cell->field, text,
                     PAL_STR("correct the value"), "'%.*s' is a count and must be whole",
                     PAL_ARG(text));
    } else if ((measure ? measure->whole : l->whole_value) && r.value != floor(r.value)) {
        load_finding(l, PAL_WARNING, "not-whole", record->line, cell->field, text,
                     PAL_STR("correct the value, or the decimal sign or counting_unit in the "
                             "descriptor"),
                     "'%.*s' is no whole number of what is counted", PAL_ARG(text));
    }
    return r;
}
