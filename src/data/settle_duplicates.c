/* settle_duplicates.c: repeated keys, by the dataset's rule; always a finding. */
#include "settle.h"

#include <string.h>

/* Default key: every column of the file but value and source, and what was derived from them. */
static void key_of_rule(const struct settle *s, const struct data_duplicates *rule,
                        struct settle_key *key)
{
    const struct pal_dataset *dataset = s->dataset;
    const struct pal_descriptor *d = dataset->descriptor;
    *key = (struct settle_key){0};
    if (!rule->key_n || pal_str_eq(rule->key[0], PAL_STR("*"))) {
        for (size_t i = 0; i < dataset->columns_n; i++)
            if (!pal_str_eq(dataset->batch.col[i].name, d->source))
                settle_key_add(key, dataset->batch.col[i].code);
        for (size_t k = 0; k < dataset->dimensions; k++)
            settle_key_add(key, dataset->dimension[k].code);
        if (dataset->measure)
            settle_key_add(key, dataset->measure->code);
        settle_key_add(key, (const uint32_t *)dataset->period);
        return;
    }
    if (dataset->measure)
        settle_key_add(key, dataset->measure->code);
    for (size_t i = 0; i < rule->key_n; i++) {
        if (pal_str_eq(rule->key[i], PAL_STR("area")))
            settle_key_add(key, dataset->area);
        else if (pal_str_eq(rule->key[i], PAL_STR("period")))
            settle_key_add(key, (const uint32_t *)dataset->period);
        else {
            const struct pal_column *column = pal_dataset_filter_column(dataset, rule->key[i]);
            settle_key_add(key, column ? column->code : NULL);
        }
    }
}

/* What was not given cannot repeat: an absent value (but "<5" is one), an empty cell of a key. */
static bool can_repeat(const struct pal_dataset *dataset, const struct data_duplicates *rule,
                       size_t row)
{
    const uint8_t absent = dataset->value->absent[row];
    if (absent != PAL_PRESENT && absent != PAL_BELOW_THRESHOLD)
        return false;
    for (size_t i = 0; i < rule->key_n; i++) {
        const struct pal_column *column = pal_dataset_filter_column(dataset, rule->key[i]);
        if (column && column->dict && !pal_dict_text(column->dict, column->code[row]).len)
            return false;
    }
    return true;
}

static bool same_value(const struct pal_dataset *dataset, size_t a, size_t b)
{
    const struct pal_column *v = dataset->value;
    if (v->absent[a] != v->absent[b])
        return false;
    return v->absent[a] != PAL_PRESENT || !(v->value[a] < v->value[b] || v->value[a] > v->value[b]);
}

static bool same_source(const struct pal_dataset *dataset, size_t a, size_t b)
{
    const struct pal_column *source =
        dataset->descriptor->source.len
            ? pal_dataset_filter_column(dataset, dataset->descriptor->source)
            : NULL;
    return !source || source->code[a] == source->code[b];
}

static void settle_one(struct settle *s, const struct pal_areas *areas,
                       const struct data_duplicates *rule, const struct settle_groups *groups,
                       uint32_t g)
{
    const struct pal_dataset *dataset = s->dataset;
    const uint32_t first = groups->first[g], last = groups->last[g];
    bool conflict = false;
    char name[256];
    for (uint32_t row = groups->next[first]; row != SETTLE_NONE; row = groups->next[row]) {
        conflict |= !same_value(dataset, first, row);
        for (uint32_t before = first; before != row; before = groups->next[before]) {
            if (!same_value(dataset, before, row) || !same_source(dataset, before, row))
                continue;
            settle_finding(s, PAL_WARNING, "exact-duplicate", row,
                           "remove one of them, or declare what repeats",
                           "the row repeats line %llu exactly",
                           (unsigned long long)dataset->batch.line[before]);
            break;
        }
    }
    static const char *const done[] = {
        [PAL_DUP_ERROR] = "none of them enters a figure",
        [PAL_DUP_FIRST] = "the first enters",
        [PAL_DUP_LAST] = "the last enters",
        [PAL_DUP_SUM] = "they are added",
        [PAL_DUP_KEEP_BOTH] = "all are kept",
    };
    const bool error = conflict && rule->rule == PAL_DUP_ERROR;
    settle_cell_name(s, areas, first, name, sizeof name);
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
    uint8_t *wanted = pal_arena_alloc(s->scratch, dataset->batch.rows + 1, 1);
    uint8_t *claimed = pal_arena_alloc(s->scratch, dataset->batch.rows + 1, 1);
    if (!wanted || !claimed)
        return pal_nomem(err, "the checks of a dataset");
    for (size_t r = 0; r < d->duplicates_n; r++) {
        const struct data_duplicates *rule = &d->duplicates[r];
        struct settle_key key;
        struct settle_groups groups;
        for (size_t row = 0; row < dataset->batch.rows; row++) {
            wanted[row] =
                !claimed[row] && (!rule->where.n || settle_holds(dataset, &rule->where, row));
            claimed[row] |= wanted[row];
            wanted[row] = wanted[row] && can_repeat(dataset, rule, row);
        }
        key_of_rule(s, rule, &key);
        PAL_TRY(settle_group(s, &key, wanted, &groups, err));
        for (uint32_t g = 0; g < groups.groups; g++)
            if (groups.count[g] > 1)
                settle_one(s, areas, rule, &groups, g);
    }
    return PAL_OK;
}
