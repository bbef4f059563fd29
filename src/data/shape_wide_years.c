/* shape_wide_years.c: every column whose name is a year is a period. */
#include "load.h"

static enum pal_status prepare(struct loader *l, struct pal_error *err)
{
    size_t years = 0;
    for (size_t i = 0; i < l->columns; i++) {
        int64_t year;
        if (!pal_int_parse(l->column[i].name, &year) || year < 1000 || year > 2999)
            continue;
        l->column[i].year = (int)year;
        if (!load_year_possible(l, (int32_t)year))
            load_finding(
                l, PAL_ERROR, "impossible-year", 0, (uint32_t)i + 1, l->column[i].name,
                PAL_STR("correct the year, or widen checks.years in the descriptor"),
                "the column '%.*s' is no year that this dataset can have; its values enter "
                "no figure",
                PAL_ARG(l->column[i].name));
        l->column[i].kept = false;
        years++;
    }
    if (years)
        return PAL_OK;
    const struct pal_place at = {l->d->path, 0, 0};
    return pal_fail_at(err, PAL_SYNTAX, &at,
                       "shape wide-years: no column of '%s' has a year for its name", l->file);
}

static enum pal_status record(struct loader *l, const struct pal_record *record,
                              struct pal_error *err)
{
    for (size_t i = 0; i < l->columns; i++) {
        if (!l->column[i].year)
            continue;
        const pal_str text = load_field(record, i);
        if (!text.len) { /* nothing was reported for that year */
            l->blanks++;
            continue;
        }
        const struct load_cell cell = {.text = text,
                                       .field = (uint32_t)i + 1,
                                       .period = l->column[i].year,
                                       .measure = SIZE_MAX};
        PAL_TRY(load_emit(l, record, &cell, err));
    }
    return PAL_OK;
}

const struct data_shape data_shape_wide_years = {"wide-years", prepare, record};
