/* settle_duplicates.c: repeated keys, by the dataset's rule; always a finding. */
#include "settle.h"

#include <string.h>

static enum pal_status unknown_key(const struct settle *s, const struct data_duplicates *rule,
                                   pal_str word, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const size_t n = dataset->columns_n + dataset->dimensions + 2;
    pal_str *known = pal_arena_alloc(s->scratch, n, sizeof *known);
    if (!known)
        return pal_nomem(err, "the key of 'duplicates'");
    for (size_t i = 0; i < dataset->columns_n; i++)
        known[i] = dataset->batch.col[i].name;
    for (size_t k = 0; k < dataset->dimensions; k++)
        known[dataset->columns_n + k] = dataset->dimension[k].name;
    known[n - 2] = PAL_STR("area");
    known[n - 1] = PAL_STR("period");
    const pal_str near = pal_nearest(word, known, n);
    return pal_fail_at(err, PAL_SYNTAX, &rule->at,
                       "the key of 'duplicates' names '%.*s', which is no column, role or "
                       "dimension of the dataset%s%.*s%s",
                       PAL_ARG(word), PAL_NEAR(near));
}

/* Default key: every column of the file but value and source, and what was derived from them. */
static enum pal_status key_of_rule(const struct settle *s, const struct data_duplicates *rule,
                                   struct settle_key *key, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const struct pal_descriptor *d = dataset->descriptor;
    PAL_TRY(settle_key_new(s, key, err));
    if (!rule->key_n || pal_str_eq(rule->key[0], PAL_STR("*"))) {
        for (size_t i = 0; i < dataset->columns_n; i++)
            if (!pal_str_eq(dataset->batch.col[i].name, d->source))
                settle_key_add(key, dataset->batch.col[i].code);
        for (size_t k = 0; k < dataset->dimensions; k++)
            settle_key_add(key, dataset->dimension[k].code);
        if (dataset->measure)
            settle_key_add(key, dataset->measure->code);
        settle_key_add(key, (const uint32_t *)dataset->period);
        return PAL_OK;
    }
    if (dataset->measure)
        settle_key_add(key, dataset->measure->code);
    for (size_t i = 0; i < rule->key_n; i++) {
        const struct pal_column *column = pal_dataset_filter_column(dataset, rule->key[i]);
        if (pal_str_eq(rule->key[i], PAL_STR("area")))
            settle_key_add(key, dataset->area);
        else if (pal_str_eq(rule->key[i], PAL_STR("period")))
            settle_key_add(key, (const uint32_t *)dataset->period);
        else if (column && column->code)
            settle_key_add(key, column->code);
        else
            return unknown_key(s, rule, rule->key[i], err);
    }
    return PAL_OK;
}

/* What was not given cannot repeat: an absent value (but "<5" is one), an empty cell of a key. */
static void leave_out_what_is_absent(const struct settle *s, const struct data_duplicates *rule,
                                     uint8_t *wanted)
{
    const struct pal_dataset *dataset = s->dataset;
    const size_t rows = dataset->batch.rows;
    for (size_t row = 0; row < rows; row++) {
        const uint8_t absent = dataset->value->absent[row];
        wanted[row] &= absent == PAL_PRESENT || absent == PAL_BELOW_THRESHOLD;
    }
    for (size_t i = 0; i < rule->key_n; i++) {
        const struct pal_column *column = pal_dataset_filter_column(dataset, rule->key[i]);
        const uint32_t empty =
            column && column->dict ? pal_dict_find(column->dict, PAL_STR("")) : 0;
        for (size_t row = 0; empty && row < rows; row++)
            wanted[row] &= column->code[row] != empty;
    }
}

/* Records have no value: two of one key say the same when all their columns do. */
static bool same_value(const struct pal_dataset *dataset, size_t a, size_t b)
{
    const struct pal_column *v = dataset->value;
    if (!dataset->descriptor->value.len && dataset->descriptor->shape == PAL_SHAPE_MICRODATA) {
        for (size_t i = 0; i < dataset->columns_n; i++)
            if (dataset->batch.col[i].code[a] != dataset->batch.col[i].code[b])
                return false;
        return true;
    }
    if (v->absent[a] != v->absent[b])
        return false;
    return v->absent[a] != PAL_PRESENT || !(v->value[a] < v->value[b] || v->value[a] > v->value[b]);
}

/* Rows that agree in every column and the value: found by grouping, for a key that a thousand rows
 * share would make comparing each with each slow. They agree in the key, too: only rows whose key
 * repeats are looked at. */
static enum pal_status say_exact(struct settle *s, const struct settle_groups *keys,
                                 uint8_t *wanted, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const struct pal_column *v = dataset->value;
    const size_t rows = dataset->batch.rows;
    uint32_t *upper = pal_arena_alloc(s->scratch, rows + 1, sizeof *upper);
    uint32_t *lower = pal_arena_alloc(s->scratch, rows + 1, sizeof *lower);
    struct settle_key whole;
    const struct settle_groups *same;
    bool any = false;
    for (size_t row = 0; row < rows; row++) {
        wanted[row] = keys->group[row] != SETTLE_NONE && keys->count[keys->group[row]] > 1;
        any |= wanted[row];
    }
    if (!any)
        return PAL_OK;
    if (!upper || !lower)
        return pal_nomem(err, "the checks of a dataset");
    for (size_t row = 0; row < rows; row++) {
        uint64_t bits = 0;
        const double value = v->absent[row] == PAL_PRESENT ? v->value[row] + 0.0 : 0;
        memcpy(&bits, &value, sizeof bits);
        upper[row] = (uint32_t)(bits >> 32) ^ ((uint32_t)v->absent[row] << 20);
        lower[row] = (uint32_t)bits;
    }
    PAL_TRY(settle_key_new(s, &whole, err));
    for (size_t i = 0; i < dataset->columns_n; i++)
        settle_key_add(&whole, dataset->batch.col[i].code);
    for (size_t k = 0; k < dataset->dimensions; k++)
        settle_key_add(&whole, dataset->dimension[k].code);
    if (dataset->measure)
        settle_key_add(&whole, dataset->measure->code);
    settle_key_add(&whole, (const uint32_t *)dataset->period);
    settle_key_add(&whole, upper);
    settle_key_add(&whole, lower);
    PAL_TRY(settle_group(s, &whole, wanted, SETTLE_BESIDE, &same, err));
    for (uint32_t g = 0; g < same->groups; g++) {
        const uint32_t first = same->first[g];
        for (uint32_t row = same->next[first]; row != SETTLE_NONE; row = same->next[row])
            settle_finding(s, PAL_WARNING, "exact-duplicate", row,
                           "remove one of them, or declare what repeats",
                           "the row repeats line %llu exactly",
                           (unsigned long long)dataset->batch.line[first]);
    }
    return PAL_OK;
}

static void settle_one(struct settle *s, const struct pal_areas *areas,
                       const struct data_duplicates *rule, const struct settle_groups *groups,
                       uint32_t g)
{
    const struct pal_dataset *dataset = s->dataset;
    const uint32_t first = groups->first[g], last = groups->last[g];
    bool conflict = false;
    char name[256];
    for (uint32_t row = groups->next[first]; row != SETTLE_NONE; row = groups->next[row])
        conflict |= !same_value(dataset, first, row);
    static const char *const done[] = {
        [PAL_DUP_ERROR] = "none of them enters a figure",
        [PAL_DUP_FIRST] = "the first enters",
        [PAL_DUP_LAST] = "the last enters",
        [PAL_DUP_SUM] = "they are added",
        [PAL_DUP_KEEP_BOTH] = "all are kept",
    };
    const bool error = conflict && rule->rule == PAL_DUP_ERROR;
    settle_cell_name(s, areas, first, name, sizeof name);
    if (dataset->area[first] == PAL_NO_AREA && rule->key_n) { /* records: their key names them */
        const struct pal_column *column = pal_dataset_filter_column(dataset, rule->key[0]);
        if (column && column->dict)
            snprintf(name, sizeof name, "%.*s %.*s", PAL_ARG(rule->key[0]),
                     PAL_ARG(pal_dict_text(column->dict, column->code[first])));
    }
    if (conflict)
        settle_finding(
            s, error ? PAL_ERROR : PAL_WARNING, "conflicting-values", first,
            "ask the sender which value holds, or set the rule 'duplicates' in the descriptor",
            "%u rows have the key of this one (%s) and different values; by the rule '%s' %s",
            (unsigned)groups->count[g], name, pal_duplicates_name(rule->rule), done[rule->rule]);
    else
        settle_finding(s, PAL_WARNING, "repeated-key", first, "remove the repetition",
                       "%u rows have the key of this one (%s) and the same value; %s",
                       (unsigned)groups->count[g], name,
                       rule->rule >= PAL_DUP_SUM ? done[rule->rule] : "one of them enters");
    for (uint32_t row = first; row != SETTLE_NONE; row = groups->next[row]) {
        s->mark[row] |= PAL_MARK_REPEATED;
        if (error)
            s->state[row] = PAL_ROW_ERROR;
        else if (rule->rule == PAL_DUP_LAST ? row != last
                                            : rule->rule < PAL_DUP_SUM && row != first)
            s->state[row] = PAL_ROW_DUPLICATE;
    }
}

enum pal_status settle_duplicates(struct settle *s, const struct pal_areas *areas,
                                  struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const struct pal_descriptor *d = dataset->descriptor;
    if (d->shape == PAL_SHAPE_MICRODATA && d->duplicates_n == 1 && !d->duplicates[0].key_n &&
        d->duplicates[0].rule == PAL_DUP_KEEP_BOTH)
        return PAL_OK; /* records have no key unless the descriptor names one */
    const size_t rows = dataset->batch.rows;
    uint8_t *wanted = pal_arena_alloc(s->scratch, rows + 1, 1);
    uint8_t *claimed = pal_arena_alloc(s->scratch, rows + 1, 1);
    if (!wanted || !claimed)
        return pal_nomem(err, "the checks of a dataset");
    for (size_t r = 0; r < d->duplicates_n; r++) {
        const struct data_duplicates *rule = &d->duplicates[r];
        struct settle_key key;
        const struct settle_groups *groups;
        PAL_TRY(settle_holds(s, &rule->where, wanted, err));
        for (size_t row = 0; row < rows; row++) { /* the first rule that applies holds */
            wanted[row] &= !claimed[row];
            claimed[row] |= wanted[row];
        }
        leave_out_what_is_absent(s, rule, wanted);
        PAL_TRY(key_of_rule(s, rule, &key, err));
        PAL_TRY(settle_group(s, &key, wanted, SETTLE_ROWS, &groups, err));
        PAL_TRY(say_exact(s, groups, wanted, err));
        for (uint32_t g = 0; g < groups->groups; g++)
            if (groups->count[g] > 1)
                settle_one(s, areas, rule, groups, g);
    }
    return PAL_OK;
}
