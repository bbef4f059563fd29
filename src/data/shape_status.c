/* shape_status.c: one row a participant of a treaty: a date, and letters behind it for the kind of
 * act. The value is 1 where there is an act and 0 where there is none; the period is the year of
 * the status (status.as_of), or without one the year of the act. */
#include "load.h"

static enum pal_status prepare(struct loader *l, struct pal_error *err)
{
    const struct pal_place at = {l->d->path, 0, 0};
    if (!l->d->status.len)
        return pal_fail_at(
            err, PAL_SYNTAX, &at,
            "shape status needs the role 'status': which column holds date and act?");
    const struct data_pair act = {PAL_STR("act"), PAL_STR("NONE")};
    return load_dimensions_add(l, &act, 1, err);
}

static bool date_of(const struct loader *l, pal_str text, struct pal_date *out)
{
    const struct data_field pattern = {.format = l->d->status_date};
    return l->d->status_date.len ? data_date(text, &pattern, out) : pal_date_parse(text, out);
}

/* "14 Dec 2000 a": a date, and letters behind it. */
static bool read_status(const struct loader *l, pal_str text, struct pal_date *date,
                        struct data_pair *act)
{
    pal_str letters = PAL_STR("");
    if (!date_of(l, text, date)) {
        size_t cut = text.len;
        while (cut > 0 && text.ptr[cut - 1] != ' ')
            cut--;
        letters = (pal_str){text.ptr + cut, text.len - cut};
        if (!date_of(l, pal_str_trim((pal_str){text.ptr, cut}), date))
            return false;
    }
    for (size_t i = 0; i < l->d->acts_n; i++) {
        if (pal_str_eq(l->d->acts_letters[i], letters)) {
            act->code = l->d->acts_codes[i];
            return true;
        }
    }
    return false;
}

static enum pal_status record(struct loader *l, const struct pal_record *record,
                              struct pal_error *err)
{
    const pal_str text = pal_str_trim(load_field(record, l->status_column));
    struct load_cell cell = {.text = text.len ? PAL_STR("1") : PAL_STR("0"),
                             .field = (uint32_t)l->status_column + 1,
                             .measure = SIZE_MAX};
    struct pal_date date = {0};
    struct data_pair act = {PAL_STR("act"), PAL_STR("NONE")};
    if (text.len && !read_status(l, text, &date, &act)) {
        load_finding(l, PAL_ERROR, "unreadable-value", record->line, cell.field, text,
                     PAL_STR("correct the cell, or list its letters in the descriptor's 'status'"),
                     "'%.*s' is no date and act", PAL_ARG(text));
        cell.bad = true;
    }
    cell.period = l->d->status_as_of ? l->d->status_as_of : date.year ? date.year : INT32_MIN;
    cell.set = &act;
    cell.set_n = 1;
    return load_emit(l, record, &cell, err);
}

const struct data_shape data_shape_status = {"status", prepare, record};
