/* load_measures.c: which measure a row's value is, and the codes that measures set. */
#include "load.h"

size_t load_measure_of_record(struct loader *l)
{
    for (size_t i = 0; i < l->d->measures_n; i++)
        if (load_conditions_hold(l, &l->measure[i].where))
            return i;
    return SIZE_MAX;
}

void load_set_pairs(struct loader *l, size_t row, const struct data_pair *set, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < l->dimensions; k++)
            if (pal_str_eq_nocase(l->dimension[k].from->name, set[i].name))
                l->dimension[k].code[row] = data_dict_add(l->dimension[k].dict, set[i].code);
}

/* The one condition of a measure that the record does not meet; NULL when there are more. */
static const struct load_condition *only_failing(struct loader *l, struct load_conditions *where)
{
    const struct load_condition *failing = NULL;
    for (size_t k = 0; k < where->n; k++) {
        struct load_conditions one = {1, &where->item[k]};
        if (load_conditions_hold(l, &one))
            continue;
        if (failing)
            return NULL;
        failing = &where->item[k];
    }
    return failing;
}

/* The column for which most measures would take the row if only it held another word, and the words
 * that they ask for there. */
static size_t words_asked_for(struct loader *l, size_t *column, pal_str *word, size_t cap)
{
    size_t n = 0, most = 0;
    *column = SIZE_MAX;
    for (size_t i = 0; i < l->d->measures_n; i++) {
        const struct load_condition *candidate = only_failing(l, &l->measure[i].where);
        size_t votes = 0;
        if (!candidate)
            continue;
        for (size_t k = 0; k < l->d->measures_n; k++) {
            const struct load_condition *other = only_failing(l, &l->measure[k].where);
            votes += other && other->column == candidate->column;
        }
        if (votes > most) {
            most = votes;
            *column = candidate->column;
        }
    }
    for (size_t i = 0; i < l->d->measures_n; i++) {
        const struct load_condition *asks = only_failing(l, &l->measure[i].where);
        for (size_t k = 0; asks && asks->column == *column && k < asks->from->n && n < cap; k++)
            word[n++] = asks->from->value[k];
    }
    return n;
}

void load_say_no_measure(struct loader *l, const struct pal_record *record)
{
    pal_str known[256];
    size_t column;
    char todo[256] = "add a measure to the descriptor if such rows should count";
    const size_t n = words_asked_for(l, &column, known, PAL_COUNT(known));
    const pal_str text =
        column == SIZE_MAX ? PAL_STR("") : pal_dict_text(l->column[column].dict, l->here[column]);
    const pal_str near = pal_nearest(text, known, n);
    if (near.len)
        snprintf(todo, sizeof todo, "did you mean '%.*s'?", PAL_ARG(near));
    load_finding(
        l, PAL_WARNING, "no-measure", record->line, column == SIZE_MAX ? 0 : (uint32_t)column + 1,
        text, pal_str_of(todo),
        "'%.*s' is nothing that a measure of this dataset counts; the row enters no figure",
        PAL_ARG(text));
}

/* Dimensions that only measures set (homicide by sex in column names) have no column of their own.
 */
enum pal_status load_dimensions_add(struct loader *l, const struct data_pair *set, size_t n,
                                    struct pal_error *err)
{
    for (size_t i = 0; i < n; i++) {
        bool known = false;
        for (size_t k = 0; k < l->dimensions && !known; k++)
            known = pal_str_eq_nocase(l->dimension[k].from->name, set[i].name);
        if (known)
            continue;
        struct load_dimension *grown = pal_arena_grow(l->arena, l->dimension, l->dimensions + 1,
                                                      l->dimensions + 2, sizeof *grown);
        struct data_dimension *from = pal_arena_alloc(l->arena, 1, sizeof *from);
        if (!grown || !from)
            return pal_nomem(err, "the dimensions");
        from->name = set[i].name;
        l->dimension = grown;
        l->dimension[l->dimensions] = (struct load_dimension){
            .from = from, .column = SIZE_MAX, .dict = data_dict_new(l->arena)};
        if (!l->dimension[l->dimensions].dict)
            return pal_nomem(err, "the dimensions");
        l->dimension[l->dimensions].total =
            data_dict_add(l->dimension[l->dimensions].dict, PAL_STR("_T"));
        l->dimensions++;
    }
    return PAL_OK;
}

/* Of which there is no half; weights, per cents and scores have one. */
static bool counts_whole(const struct pal_descriptor *d, const struct pal_measure_facts *measure)
{
    static const pal_str units[] = {PAL_STR_INIT("person"),    PAL_STR_INIT("offence"),
                                    PAL_STR_INIT("case"),      PAL_STR_INIT("event"),
                                    PAL_STR_INIT("household"), PAL_STR_INIT("item"),
                                    PAL_STR_INIT("return"),    PAL_STR_INIT("state")};
    const pal_str unit =
        measure && measure->counting_unit.len ? measure->counting_unit : d->facts.counting_unit;
    if (measure && (measure->is_rate || measure->is_estimate))
        return false;
    for (size_t i = 0; i < PAL_COUNT(units); i++)
        if (pal_str_eq(unit, units[i]))
            return true;
    return false;
}

enum pal_status load_measures_prepare(struct loader *l, struct pal_error *err)
{
    const struct pal_descriptor *d = l->d;
    l->measure = pal_arena_alloc(l->arena, d->measures_n + 1, sizeof *l->measure);
    l->measures = data_dict_new(l->arena);
    if (!l->measure || !l->measures)
        return pal_nomem(err, "the measures");
    for (size_t i = 0; i < d->measures_n; i++) {
        const struct data_measure *from = &d->measure_of[i];
        l->measure[i].from = from;
        l->measure[i].whole = counts_whole(d, &from->facts);
        l->measure[i].code = data_dict_add(l->measures, from->facts.name);
        PAL_TRY(load_conditions_prepare(l, &from->where, &l->measure[i].where, err));
        PAL_TRY(load_dimensions_add(l, from->set, from->set_n, err));
        for (size_t k = 0; k < from->columns_n; k++)
            PAL_TRY(load_dimensions_add(l, from->column[k].set, from->column[k].set_n, err));
        for (size_t k = 0; k < d->percent_n; k++)
            l->measure[i].percent |= pal_str_eq(d->percent[k], from->facts.name);
    }
    l->whole_value = counts_whole(d, NULL);
    for (size_t k = 0; k < d->percent_n; k++)
        l->percent_value |= d->value.len && pal_str_eq(d->percent[k], d->value);
    l->aside = pal_arena_alloc(l->arena, d->asides_n + 1, sizeof *l->aside);
    l->aside_count = pal_arena_alloc(l->arena, d->asides_n + 1, sizeof *l->aside_count);
    if (!l->aside || !l->aside_count)
        return pal_nomem(err, "the rows set aside");
    for (size_t i = 0; i < d->asides_n; i++)
        PAL_TRY(load_conditions_prepare(l, &d->aside[i].where, &l->aside[i], err));
    return PAL_OK;
}
