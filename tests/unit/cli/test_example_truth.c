/* The whole chain against known truth: each count that the example cycle computes is the number
 * that generate.py drew, or is absent where it was printed as "<5", unless a wart was planted
 * there. */
#include "cli/inside.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *indicator, *dataset, *measure;
} counted[] = {
    {"TIP-01N", "glotip", "detected victims"},
    {"TIP-05AN", "glotip", "persons in formal contact"},
    {"KID-01N", "cts-violent", "kidnapping"},
    {"ASL-01N", "cts-violent", "serious assault"},
    {"ROB-01N", "cts-violent", "robbery"},
    {"SXV-01N", "cts-violent", "sexual violence"},
    {"HOM-01N", "homicide", "homicides"},
    {"ML-01N", "cts-economic", "money laundering"},
    {"SOM-02N", "cts-economic", "smuggling of migrants"},
    {"COR-03N", "cts-economic", "bribery"},
    {"FA-01AN", "iafq", "arms seized"},
};

/* Where generate.py put a wart, or took rows away: datasets/example/warts.csv. */
static const struct {
    const char *dataset, *measure, *area;
    int year;
} spoilt[] = {
    {"glotip", "detected victims", "XAG", 2019},
    {"glotip", "detected victims", "XAI", 2020},
    {"glotip", "detected victims", "XAK", 2018},
    {"glotip", "detected victims", "XAK", 2019},
    {"glotip", "persons in formal contact", "XAI", 2020},
    {"glotip", "persons in formal contact", "XAK", 2018},
    {"glotip", "persons in formal contact", "XAK", 2019},
    {"cts-violent", "kidnapping", "XAL", 2021},
    {"cts-economic", "money laundering", "XAA", 2021},
};

struct truth {
    pal_str dataset, measure, area;
    int year;
    double drawn;
};

static bool is_spoilt(const struct truth *t)
{
    for (size_t i = 0; i < PAL_COUNT(spoilt); i++)
        if (pal_str_eq(t->dataset, pal_str_of(spoilt[i].dataset)) &&
            pal_str_eq(t->measure, pal_str_of(spoilt[i].measure)) &&
            pal_str_eq(t->area, pal_str_of(spoilt[i].area)) && t->year == spoilt[i].year)
            return true;
    return false;
}

static const struct pal_figure *total_of(const struct cli_work *work, const char *indicator,
                                         const struct truth *t)
{
    const struct pal_figures *figures = work->figures;
    for (size_t i = 0; i < figures->n; i++) {
        const struct pal_figure *f = &figures->figure[i];
        bool total = f->period == t->year &&
                     pal_str_eq(f->definition->code, pal_str_of(indicator)) &&
                     pal_str_eq(pal_areas_get(work->areas, f->area)->code, t->area);
        for (size_t k = 0; total && k < figures->breakdowns; k++)
            total = !f->breakdown[k].len || pal_str_starts(f->breakdown[k], PAL_STR("_"));
        if (total)
            return f;
    }
    return NULL;
}

/* 1 when a figure was held against this line of truth.csv. */
static size_t compare(const struct cli_work *work, const struct truth *t)
{
    for (size_t i = 0; i < PAL_COUNT(counted); i++) {
        if (!pal_str_eq(t->dataset, pal_str_of(counted[i].dataset)) ||
            !pal_str_eq(t->measure, pal_str_of(counted[i].measure)))
            continue;
        const struct pal_figure *f = total_of(work, counted[i].indicator, t);
        const bool there = f && f->estimate.absent == PAL_PRESENT && isfinite(f->estimate.value);
        if (is_spoilt(t)) {
            cr_expect(!there || f->estimate.value != t->drawn, "%s/%.*s/%d does not show its wart",
                      counted[i].indicator, PAL_ARG(t->area), t->year);
            return 1;
        }
        if (pal_str_eq(t->dataset, PAL_STR("glotip")) && t->drawn < 5) {
            cr_expect(f && !there && f->estimate.has_bounds, "%s/%.*s/%d was printed as '<5'",
                      counted[i].indicator, PAL_ARG(t->area), t->year);
            cr_expect(!f ||
                      (f->estimate.bound_low <= t->drawn && t->drawn <= f->estimate.bound_high));
            return 1;
        }
        cr_expect(there, "%s/%.*s/%d is missing", counted[i].indicator, PAL_ARG(t->area), t->year);
        cr_expect(!there || f->estimate.value == t->drawn, "%s/%.*s/%d is %g and was drawn as %g",
                  counted[i].indicator, PAL_ARG(t->area), t->year, f->estimate.value, t->drawn);
        return 1;
    }
    return 0;
}

Test(cli_example_truth, counts_are_those_that_were_drawn)
{
    const char *indicators[] = {"indicators"};
    const struct cli_work_options options = {
        .cycle = "datasets/example/cycle.yaml", .indicators = {1, indicators}, .threads = 1};
    setenv("PALERMO_DATA", "datasets", 1); /* the shipped folder, behind the cycle's own */
    struct cli cli = {.arena = pal_arena_new(), .err = stderr};
    struct cli_work work;
    struct pal_error err = {0};
    cr_assert_eq(cli_work_do(&cli, &options, &work, &err), PAL_OK, "%s", err.text);

    struct pal_records *records;
    const struct pal_dialect dialect = {.header_rows = 1};
    cr_assert_eq(
        pal_records_open("datasets/example/truth.csv", &dialect, NULL, cli.arena, &records, &err),
        PAL_OK, "%s", err.text);
    size_t compared = 0;
    for (;;) {
        struct pal_record record;
        bool end;
        cr_assert_eq(pal_records_next(records, &record, &end, &err), PAL_OK, "%s", err.text);
        if (end)
            break;
        int64_t year;
        struct truth t = {
            .dataset = record.field[0], .measure = record.field[1], .area = record.field[2]};
        cr_assert(pal_int_parse(record.field[3], &year) &&
                  pal_num_parse(record.field[5], &t.drawn));
        t.year = (int)year;
        compared += compare(&work, &t);
    }
    cr_assert_eq(compared, PAL_COUNT(counted) * 12 * 6, "every State, year and measure");
    pal_arena_free(cli.arena);
}
