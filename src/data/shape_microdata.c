/* shape_microdata.c: one row a record; it counts as one unless a value column says otherwise. The
 * columns of its sampling design must say how the record was drawn: without that it enters nothing.
 */
#include "load.h"

#include <math.h>
#include <string.h>

static enum pal_status mark_columns(struct loader *l, const pal_str *name, size_t n,
                                    enum load_sampling kind, struct pal_error *err)
{
    for (size_t i = 0; i < n; i++) {
        size_t column;
        PAL_TRY(load_column_find(l, name[i], &l->d->sample.at, &column, err));
        l->column[column].sampling = kind;
    }
    return PAL_OK;
}

static enum pal_status mark_replicates(struct loader *l, pal_str name, struct pal_error *err)
{
    bool any = false;
    if (!memchr(name.ptr, '*', name.len))
        return mark_columns(l, &name, 1, LOAD_SAMPLING_WEIGHT, err);
    for (size_t i = 0; i < l->columns; i++) {
        if (!pal_sample_fits(name, l->column[i].name))
            continue;
        l->column[i].sampling = LOAD_SAMPLING_WEIGHT;
        any = true;
    }
    if (any)
        return PAL_OK;
    return pal_fail_at(err, PAL_SYNTAX, &l->d->sample.at,
                       "no column of '%s' is named like '%.*s', as 'replicates' says", l->file,
                       PAL_ARG(name));
}

/* Columns that weights are adjusted by must be there; what their cells hold is judged when the
 * weights are. */
static enum pal_status find_weighting(struct loader *l, struct pal_error *err)
{
    const struct pal_sample_facts *s = &l->d->sample;
    const struct pal_weighting *w = &s->weighting;
    const struct pal_names respondents = {w->respondents.len ? 1 : 0, &w->respondents};
    const struct pal_names *const some[] = {&respondents, &w->classes, &w->poststratify};
    for (size_t i = 0; i < PAL_COUNT(some); i++)
        PAL_TRY(mark_columns(l, some[i]->name, some[i]->n, LOAD_SAMPLING_NONE, err));
    for (size_t i = 0; i < w->rakes; i++)
        PAL_TRY(mark_columns(l, w->rake[i].name, w->rake[i].n, LOAD_SAMPLING_NONE, err));
    for (size_t i = 0; i < w->terms; i++)
        PAL_TRY(mark_columns(l, &w->term[i].column, w->term[i].column.len ? 1 : 0,
                             LOAD_SAMPLING_NONE, err));
    return PAL_OK;
}

static enum pal_status prepare(struct loader *l, struct pal_error *err)
{
    const struct pal_sample_facts *s = &l->d->sample;
    PAL_TRY(find_weighting(l, err));
    PAL_TRY(mark_columns(l, s->stratum, s->strata, LOAD_SAMPLING_CODE, err));
    PAL_TRY(mark_columns(l, s->unit, s->units, LOAD_SAMPLING_CODE, err));
    for (size_t i = 0; i < s->replicates; i++)
        PAL_TRY(mark_replicates(l, s->replicate[i], err));
    PAL_TRY(mark_columns(l, s->fpc, s->fpcs, LOAD_SAMPLING_SIZE, err));
    PAL_TRY(mark_columns(l, &s->imputation, s->imputation.len ? 1 : 0, LOAD_SAMPLING_CODE, err));
    return mark_columns(l, &s->weight, s->weight.len ? 1 : 0, LOAD_SAMPLING_WEIGHT, err);
}

/* NULL: the cell says what its column is for. */
static const char *wrong(const struct loader *l, const struct load_column *column, pal_str text,
                         enum pal_absent declared)
{
    double number;
    if (!text.len || declared != PAL_PRESENT || load_absent_mark(l, text))
        return "must be given: it says how the record was sampled";
    if (column->sampling == LOAD_SAMPLING_CODE)
        return NULL;
    if (!data_number(text, column->field, l->d, &number) || !isfinite(number))
        return "is no number";
    if (column->sampling == LOAD_SAMPLING_WEIGHT)
        return number < 0 ? "is below zero, and no weight" : NULL;
    return number > 0 ? NULL : "is not above zero, and no size of a population or fraction of it";
}

static void judge_sampling(struct loader *l, const struct pal_record *record)
{
    for (size_t i = 0; i < l->columns; i++) {
        struct load_column *column = &l->column[i];
        if (!column->sampling)
            continue;
        uint32_t *fine = load_memo_at(&column->sampled, l->here[i], l->arena);
        if (fine && *fine)
            continue;
        const pal_str text = pal_str_trim(pal_dict_text(column->dict, l->here[i]));
        const char *why = wrong(l, column, text, load_declared(record, i));
        if (!why && fine)
            *fine = 1;
        if (!why)
            continue;
        l->record_bad = true;
        load_finding(l, PAL_ERROR, "sampling", record->line, (uint32_t)i + 1, text,
                     PAL_STR("correct the cell, or the role of the column in the descriptor"),
                     "'%.*s' of '%.*s' %s", PAL_ARG(text), PAL_ARG(column->name), why);
    }
}

static enum pal_status record(struct loader *l, const struct pal_record *record,
                              struct pal_error *err)
{
    const bool valued = l->value_column != SIZE_MAX;
    const struct load_cell cell = {.text =
                                       valued ? load_field(record, l->value_column) : PAL_STR("1"),
                                   .field = valued ? (uint32_t)l->value_column + 1 : 0,
                                   .period = INT32_MIN,
                                   .measure = SIZE_MAX};
    if (l->d->sample.given)
        judge_sampling(l, record);
    return load_emit(l, record, &cell, err);
}

const struct data_shape data_shape_microdata = {"microdata", prepare, record};
