/* settle_rates.c: counts and rates that a source publishes side by side. There is no population
 * column in such files, but every pair implies one; pairs of one area, year and group must imply
 * the same, up to what the rounding of a rate leaves open. */
#include "settle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    uint32_t count, rate; /* rows, or SETTLE_NONE */
};

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool names_column(const struct data_conditions *conditions, pal_str name)
{
    for (size_t i = 0; i < conditions->n; i++)
        if (pal_str_eq(conditions->item[i].column, name))
            return true;
    return false;
}

static bool present(const struct pal_dataset *dataset, uint32_t row)
{
    return row != SETTLE_NONE && dataset->value->absent[row] == PAL_PRESENT;
}

static void judge_pair(struct settle *s, const struct pal_areas *areas, const struct pair *pair)
{
    char name[256];
    if (pair->count == SETTLE_NONE || pair->rate == SETTLE_NONE) {
        const uint32_t there = pair->count == SETTLE_NONE ? pair->rate : pair->count;
        settle_finding(s, PAL_INFORMATION,
                       pair->count == SETTLE_NONE ? "rate-without-count" : "count-without-rate",
                       there, "", "%s: the source gives %s",
                       settle_cell_name(s, areas, there, name, sizeof name),
                       pair->count == SETTLE_NONE ? "a rate and no count" : "a count and no rate");
    }
}

enum pal_status settle_rates(struct settle *s, const struct pal_areas *areas, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    const struct pal_descriptor *d = dataset->descriptor;
    const size_t rows = dataset->batch.rows;
    if (!d->rate_count.n || !d->rate_rate.n)
        return PAL_OK;
    uint8_t *kind = pal_arena_alloc(s->scratch, rows + 1, 1); /* 1 count, 2 rate */
    if (!kind)
        return pal_nomem(err, "the checks of a dataset");
    uint8_t *is_rate = pal_arena_alloc(s->scratch, rows + 1, 1);
    if (!is_rate)
        return pal_nomem(err, "the checks of a dataset");
    PAL_TRY(settle_holds(s, &d->rate_count, kind, err));
    PAL_TRY(settle_holds(s, &d->rate_rate, is_rate, err));
    for (size_t row = 0; row < rows; row++)
        kind[row] = s->state[row] != PAL_ROW_ENTERS ? 0 : kind[row] ? 1 : is_rate[row] ? 2 : 0;
    struct settle_key key, cell;
    PAL_TRY(settle_key_new(s, &key, err));
    PAL_TRY(settle_key_new(s, &cell, err));
    for (size_t i = 0; i < dataset->columns_n; i++) {
        const pal_str name = dataset->batch.col[i].name;
        if (!pal_str_eq(name, d->source) && !names_column(&d->rate_count, name) &&
            !names_column(&d->rate_rate, name))
            settle_key_add(&key, dataset->batch.col[i].code);
    }
    settle_key_add(&key, (const uint32_t *)dataset->period);
    settle_key_add(&cell, dataset->area);
    settle_key_add(&cell, (const uint32_t *)dataset->period);
    for (size_t k = 0; k < dataset->dimensions; k++)
        settle_key_add(&cell, dataset->dimension[k].code);
    const struct settle_groups *pairs, *cells;
    PAL_TRY(settle_group(s, &key, kind, SETTLE_ROWS, &pairs, err));
    PAL_TRY(settle_group(s, &cell, kind, SETTLE_BESIDE, &cells, err));
    struct pair *pair = pal_arena_alloc(s->scratch, pairs->groups + 1, sizeof *pair);
    double *implied = pal_arena_alloc(s->scratch, rows + 1, sizeof *implied);
    if (!pair || !implied)
        return pal_nomem(err, "the checks of a dataset");
    for (uint32_t g = 0; g < pairs->groups; g++) {
        pair[g] = (struct pair){SETTLE_NONE, SETTLE_NONE};
        for (uint32_t row = pairs->first[g]; row != SETTLE_NONE; row = pairs->next[row]) {
            uint32_t *to = kind[row] == 1 ? &pair[g].count : &pair[g].rate;
            if (*to == SETTLE_NONE)
                *to = row;
        }
        judge_pair(s, areas, &pair[g]);
    }
    for (uint32_t c = 0; c < cells->groups; c++) {
        /* The population that most pairs of this cell agree on: the median over larger counts. */
        size_t n = 0;
        for (uint32_t row = cells->first[c]; row != SETTLE_NONE; row = cells->next[row]) {
            const struct pair *p = &pair[pairs->group[row]];
            if (row != p->count || !present(dataset, p->count) || !present(dataset, p->rate))
                continue;
            const double count = dataset->value->value[p->count],
                         rate = dataset->value->value[p->rate];
            if (count >= 20 && rate > 0)
                implied[n++] = count * d->rate_per / rate;
        }
        if (n < 3)
            continue;
        qsort(implied, n, sizeof *implied, by_size);
        const double population = implied[n / 2];
        for (uint32_t row = cells->first[c]; row != SETTLE_NONE; row = cells->next[row]) {
            const struct pair *p = &pair[pairs->group[row]];
            if (row != p->count || !present(dataset, p->count) || !present(dataset, p->rate))
                continue;
            const double count = dataset->value->value[p->count],
                         rate = dataset->value->value[p->rate];
            const double expected = count * d->rate_per / population;
            if (fabs(rate - expected) <= fmax(0.01 * expected, 0.06))
                continue;
            char name[256];
            settle_finding(
                s, PAL_WARNING, "rate-contradicts-count", p->rate, "ask the sender which is right",
                "%s: the rate is %.6g, but the count %.10g and the other rates of that area and "
                "year give %.6g",
                settle_cell_name(s, areas, row, name, sizeof name), rate, count, expected);
            s->mark[p->count] |= PAL_MARK_RATE_DISAGREES;
            s->mark[p->rate] |= PAL_MARK_RATE_DISAGREES;
        }
    }
    return PAL_OK;
}
