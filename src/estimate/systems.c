/* systems.c: people on none of several lists, as an estimator of definitions: counts by history are
 * its state, so ministries may add theirs; the answer is the stepwise log-linear model's, with BCa
 * limits in which the choice of pairs is redone. */
#include "inside.h"

#include "palermo/systems.h"

#include <math.h>

enum { REPLICATES = 1000, SEED = 1 };
static const double threshold = 0.02;

static enum pal_status begin(const struct pal_ask *ask, size_t args, struct pal_arena *arena,
                             struct pal_state **out, struct pal_error *err)
{
    return tally_begin(&pal_estimator_systems, ask, args, 0, TALLY_STRATA, arena, out, err);
}

/* The group's table; lists are known by number. A history without a count is unknown. */
static enum pal_status table_of(const struct pal_state *state, size_t group,
                                struct pal_arena *arena, struct pal_lists **out,
                                struct pal_error *err)
{
    static const pal_str name[PAL_LISTS_MOST] = {
        PAL_STR_INIT("1"),  PAL_STR_INIT("2"),  PAL_STR_INIT("3"),  PAL_STR_INIT("4"),
        PAL_STR_INIT("5"),  PAL_STR_INIT("6"),  PAL_STR_INIT("7"),  PAL_STR_INIT("8"),
        PAL_STR_INIT("9"),  PAL_STR_INIT("10"), PAL_STR_INIT("11"), PAL_STR_INIT("12"),
        PAL_STR_INIT("13"), PAL_STR_INIT("14"), PAL_STR_INIT("15"), PAL_STR_INIT("16")};
    size_t t = 1;
    while (t < PAL_LISTS_MOST && (size_t)1 << t < state->parts)
        t++;
    PAL_TRY(pal_lists_new(name, t, arena, out, err));
    for (size_t cell = 1; cell < (*out)->cells && cell < state->parts; cell++) {
        struct tally room;
        const struct tally *tally = tally_at(state, group, cell, &room);
        (*out)->count[cell] = pal_sum_value(&tally->y);
        if (tally->missing)
            (*out)->state[cell] = PAL_HISTORY_UNKNOWN;
    }
    return PAL_OK;
}

static enum pal_status limits(const struct pal_lists *lists, double level, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    struct pal_bootstrap boot;
    const struct pal_bootstrap_ask ask = {
        .threshold = threshold, .replicates = REPLICATES, .seed = SEED, .threads = 1};
    PAL_TRY(pal_bootstrap_stepwise(lists, &ask, arena, &boot, err));
    struct pal_bca bca;
    PAL_TRY(pal_bca_limits(&boot, level, arena, &bca, err));
    if (!isfinite(bca.z0))
        return PAL_OK; /* the log-normal limits stay */
    out->low = bca.low;
    out->high = bca.high;
    out->interval = "bca";
    return PAL_OK;
}

static enum pal_status estimate(const struct pal_state *state, const struct pal_lists *lists,
                                struct pal_arena *arena, struct pal_estimate *out,
                                struct pal_error *err)
{
    struct pal_stepwise chosen;
    struct pal_model model;
    struct pal_loglinear fit;
    PAL_TRY(pal_stepwise_choose(lists, threshold, arena, &chosen, err));
    PAL_TRY(pal_model_new(lists, chosen.pair, chosen.chosen, arena, &model, err));
    PAL_TRY(pal_loglinear_fit(lists, &model, arena, &fit, err));
    out->value = fit.population;
    out->numerator = fit.people;
    if (state->ask.no_variance)
        return PAL_OK;
    out->std_error = pal_loglinear_se(&fit);
    out->level = state->ask.level;
    out->has_std_error = out->has_interval = true;
    out->interval = "lognormal";
    pal_loglinear_interval(&fit, out->level, &out->low, &out->high);
    return tally_is(state, "bca") ? limits(lists, out->level, arena, out, err) : PAL_OK;
}

static enum pal_status finish(const struct pal_state *state, size_t group, struct pal_arena *arena,
                              struct pal_estimate *out, struct pal_error *err)
{
    struct tally room;
    const struct tally *first = tally_at(state, group, 0, &room);
    struct pal_lists *lists;
    struct pal_error why = {0};
    answer_start(state, &first, 1, out);
    out->has_std_error = out->has_interval = false;
    out->uncertainty = PAL_UNC_MODEL;
    out->method = "multiple systems estimation (Chan, Silverman & Vincent 2021)";
    PAL_TRY(table_of(state, group, arena, &lists, err));
    out->absent = pal_lists_people(lists) > 0 ? PAL_PRESENT : PAL_BLANK;
    const enum pal_status status = estimate(state, lists, arena, out, &why);
    if (status == PAL_OK)
        return answer_end(out, NULL, arena, err);
    if (status != PAL_DOMAIN && status != PAL_NOCONV) {
        if (err)
            *err = why;
        return status;
    }
    out->value = out->std_error = out->low = out->high = (double)NAN;
    out->has_std_error = out->has_interval = false;
    return answer_end(out, pal_arena_cstr(arena, pal_str_of(why.text)), arena, err);
}

static const char *const intervals[] = {"bca", "lognormal", NULL};

const struct pal_estimator pal_estimator_systems = {
    .name = "systems",
    .summary = "people on several overlapping lists, and on none of them",
    .source = "Chan, Silverman & Vincent 2021, JASA 116",
    .takes = "one column of counts; the history of each row is its stratum",
    .args_min = 1,
    .args_max = 1,
    .passes = 1,
    .intervals = intervals,
    .begin = begin,
    .feed = tally_feed,
    .merge = tally_merge,
    .finish = finish,
    .save = tally_save,
    .load = tally_load,
};
