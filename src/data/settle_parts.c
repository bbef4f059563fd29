/* settle_parts.c: parts against their total, and stages of justice in their order. */
#include "settle.h"

#include <math.h>
#include <string.h>

enum { MAX_PARTS = 64 };

struct cell { /* rows of one code of the dimension */
    bool seen, censored, absent;
    double value, low, high;
    uint32_t row;
};

static void cell_add(struct cell *cell, const struct pal_dataset *dataset, uint32_t row)
{
    const struct pal_column *v = dataset->value;
    if (!cell->seen)
        cell->row = row;
    cell->seen = true;
    if (v->absent[row] == PAL_PRESENT) {
        cell->value += v->value[row];
        cell->low += v->value[row];
        cell->high += v->value[row];
    } else if (v->absent[row] == PAL_BELOW_THRESHOLD) {
        cell->censored = true;
        cell->low += v->low[row];
        cell->high += v->high[row];
    } else {
        cell->absent = true;
    }
}

struct parts_work {
    const struct data_parts *check;
    const struct pal_column *column;
    uint32_t total, part[MAX_PARTS];
    size_t parts, unknown;
};

static void mark_all(struct settle *s, const struct cell *part, size_t n, const struct cell *total,
                     enum pal_row_mark mark)
{
    s->mark[total->row] |= (uint8_t)mark;
    for (size_t i = 0; i < n; i++)
        if (part[i].seen)
            s->mark[part[i].row] |= (uint8_t)mark;
}

static void judge(struct settle *s, const struct pal_areas *areas, const struct parts_work *w,
                  const struct cell *total, const struct cell *part)
{
    double low = 0, high = 0;
    size_t seen = 0, censored = 0, missing = 0;
    char name[256]; /* put together where there is something to say */
    for (size_t i = 0; i < w->parts; i++) {
        if (!part[i].seen || part[i].absent) {
            missing += i != w->unknown;
            continue;
        }
        seen++;
        low += part[i].low;
        high += part[i].high;
        censored += part[i].censored;
    }
    if (!total->seen || total->absent || !seen)
        return;
    const double slack = 1e-9 * fmax(1, fabs(total->high));
    const pal_str dimension = w->check->dimension;
    if (low > total->high + slack) {
        settle_finding(s, PAL_WARNING, "parts-exceed-total", total->row,
                       "ask the sender which is right",
                       "%s: the parts by %.*s come to %s%.10g and the total is %.10g",
                       settle_cell_name(s, areas, total->row, name, sizeof name),
                       PAL_ARG(dimension), censored ? "at least " : "", low, total->high);
        mark_all(s, part, w->parts, total, PAL_MARK_PARTS_DISAGREE);
        return;
    }
    if (missing) /* parts that were not reported may hold the rest */
        return;
    const bool unknown_given = w->unknown != SIZE_MAX && part[w->unknown].seen;
    if (high < total->low - slack) {
        const bool slack_declared = w->unknown != SIZE_MAX && !unknown_given;
        settle_finding(s, slack_declared ? PAL_INFORMATION : PAL_WARNING,
                       slack_declared ? "parts-below-total" : "parts-miss-total", total->row,
                       slack_declared
                           ? "the rest may be of unknown category; ask the sender to report it"
                           : "ask the sender which is right",
                       "%s: the parts by %.*s come to %s%.10g and the total is %.10g",
                       settle_cell_name(s, areas, total->row, name, sizeof name),
                       PAL_ARG(dimension), censored ? "at most " : "", high, total->low);
        if (!slack_declared)
            mark_all(s, part, w->parts, total, PAL_MARK_PARTS_DISAGREE);
        return;
    }
    if (censored == 1 && !total->censored) {
        for (size_t i = 0; i < w->parts; i++)
            if (part[i].seen && part[i].censored)
                s->mark[part[i].row] |= PAL_MARK_CENSORED_MARGIN;
        settle_finding(s, PAL_INFORMATION, "margin-discloses", total->row,
                       "tell the sender that the total gives the hidden part away",
                       "%s: exactly one part by %.*s is below the threshold, so subtraction from "
                       "the total shows it",
                       settle_cell_name(s, areas, total->row, name, sizeof name),
                       PAL_ARG(dimension));
    }
}

/* Rates of parts do not add up to the rate of the whole. */
static bool is_rate(const struct pal_dataset *dataset, uint32_t row)
{
    const struct pal_descriptor *d = dataset->descriptor;
    for (size_t i = 0; dataset->measure && i < d->measures_n; i++)
        if (d->measure_of[i].facts.is_rate &&
            pal_str_eq(pal_dict_text(dataset->measure->dict, dataset->measure->code[row]),
                       d->measure_of[i].facts.name))
            return true;
    return false;
}

/* Sources write a victim of whom nothing is known once, as unknown in each dimension: one row for
 * (unknown sex, unknown age). Seen from the margin of one dimension, that row is total in the
 * others. */
static enum pal_status seen_from_margin(const struct settle *s, const struct pal_column *column,
                                        uint32_t unknown, const struct pal_column *other,
                                        pal_str unknown_text, const uint32_t **out,
                                        struct pal_error *err)
{
    const uint32_t there = pal_dict_find(other->dict, unknown_text),
                   total = pal_dict_find(other->dict, PAL_STR("_T"));
    *out = other->code;
    if (!unknown || !there || !total)
        return PAL_OK;
    const size_t rows = s->dataset->batch.rows;
    uint32_t *code = pal_arena_alloc(s->scratch, rows + 1, sizeof *code);
    if (!code)
        return pal_nomem(err, "the checks of a dataset");
    for (size_t row = 0; row < rows; row++)
        code[row] =
            column->code[row] == unknown && other->code[row] == there ? total : other->code[row];
    *out = code;
    return PAL_OK;
}

static enum pal_status settle_one_check(struct settle *s, const struct pal_areas *areas,
                                        const struct data_parts *check, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const size_t k = pal_dataset_dimension(dataset, check->dimension);
    if (k == SIZE_MAX)
        return pal_fail(
            err, PAL_SYNTAX,
            "'%s': checks.parts names the dimension '%.*s', which the dataset does not have",
            dataset->descriptor->path, PAL_ARG(check->dimension));
    struct parts_work w = {.check = check, .column = &dataset->dimension[k], .unknown = SIZE_MAX};
    w.total = pal_dict_find(w.column->dict, check->total);
    for (size_t i = 0; i < check->parts_n && w.parts < MAX_PARTS; i++) {
        if (check->unknown.len && pal_str_eq(check->parts[i], check->unknown))
            w.unknown = w.parts;
        w.part[w.parts++] = pal_dict_find(w.column->dict, check->parts[i]);
    }
    struct settle_key key;
    const struct settle_groups *groups;
    PAL_TRY(settle_key_new(s, &key, err));
    settle_key_add(&key, dataset->area);
    settle_key_add(&key, (const uint32_t *)dataset->period);
    if (dataset->measure)
        settle_key_add(&key, dataset->measure->code);
    if (dataset->unit)
        settle_key_add(&key, dataset->unit->code);
    for (size_t j = 0; j < dataset->dimensions; j++) {
        const uint32_t *code;
        if (j == k)
            continue;
        PAL_TRY(seen_from_margin(s, w.column, w.unknown == SIZE_MAX ? 0 : w.part[w.unknown],
                                 &dataset->dimension[j], check->unknown, &code, err));
        settle_key_add(&key, code);
    }
    PAL_TRY(settle_group(s, &key, NULL, SETTLE_ROWS, &groups, err));
    for (uint32_t g = 0; g < groups->groups; g++) {
        if (groups->count[g] < 2 || is_rate(dataset, groups->first[g]))
            continue;
        struct cell total = {0}, part[MAX_PARTS];
        memset(part, 0, w.parts * sizeof *part);
        for (uint32_t row = groups->first[g]; row != SETTLE_NONE; row = groups->next[row]) {
            const uint32_t code = w.column->code[row];
            if (code == w.total)
                cell_add(&total, dataset, row);
            for (size_t i = 0; i < w.parts; i++)
                if (w.part[i] && code == w.part[i])
                    cell_add(&part[i], dataset, row);
        }
        judge(s, areas, &w, &total, part);
    }
    return PAL_OK;
}

enum pal_status settle_parts(struct settle *s, const struct pal_areas *areas, struct pal_error *err)
{
    const struct pal_descriptor *d = s->dataset->descriptor;
    for (size_t i = 0; i < d->parts_n; i++)
        PAL_TRY(settle_one_check(s, areas, &d->parts[i], err));
    return PAL_OK;
}

/* ---- stages
 * -------------------------------------------------------------------------------------- */

enum pal_status settle_stages(struct settle *s, const struct pal_areas *areas,
                              struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const struct pal_descriptor *d = dataset->descriptor;
    uint32_t stage[MAX_PARTS];
    size_t stages = 0;
    if (!d->stages_n || !dataset->measure)
        return PAL_OK;
    for (size_t i = 0; i < d->stages_n && stages < MAX_PARTS; i++)
        stage[stages++] = pal_dict_find(dataset->measure->dict, d->stages[i]);
    struct settle_key key;
    const struct settle_groups *groups;
    PAL_TRY(settle_key_new(s, &key, err));
    settle_key_add(&key, dataset->area);
    settle_key_add(&key, (const uint32_t *)dataset->period);
    for (size_t j = 0; j < dataset->dimensions; j++)
        settle_key_add(&key, dataset->dimension[j].code);
    PAL_TRY(settle_group(s, &key, NULL, SETTLE_ROWS, &groups, err));
    for (uint32_t g = 0; g < groups->groups; g++) {
        if (groups->count[g] < 2)
            continue;
        struct cell cell[MAX_PARTS];
        memset(cell, 0, stages * sizeof *cell);
        for (uint32_t row = groups->first[g]; row != SETTLE_NONE; row = groups->next[row])
            for (size_t i = 0; i < stages; i++)
                if (stage[i] && dataset->measure->code[row] == stage[i])
                    cell_add(&cell[i], dataset, row);
        size_t earlier = SIZE_MAX;
        for (size_t i = 0; i < stages; i++) {
            if (!cell[i].seen || cell[i].absent)
                continue;
            if (earlier != SIZE_MAX && cell[i].low > cell[earlier].high) {
                char name[256];
                settle_finding(
                    s, PAL_WARNING, "stage-order", cell[i].row,
                    "cohorts differ from year to year; ask the sender only where it persists",
                    "%s: %.10g after %.10g %.*s",
                    settle_cell_name(s, areas, cell[i].row, name, sizeof name), cell[i].low,
                    cell[earlier].high, PAL_ARG(d->stages[earlier]));
                s->mark[cell[i].row] |= PAL_MARK_STAGE_ORDER;
                s->mark[cell[earlier].row] |= PAL_MARK_STAGE_ORDER;
            }
            earlier = i;
        }
    }
    return PAL_OK;
}
