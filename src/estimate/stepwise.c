/* stepwise.c: pairs of lists enter a model one after the other. */
#include "stepwise.h"

#include <string.h>

enum pal_status stepwise_new(const struct pal_lists *lists, struct pal_arena *arena,
                             struct stepwise **out, struct pal_error *err)
{
    struct stepwise *s = pal_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return pal_nomem(err, "the choice of pairs");
    *s = (struct stepwise){.t = lists->t, .pairs = pal_lists_pairs(lists->t, s->pair)};
    s->pairs = pal_lists_pairs(lists->t, s->pair);
    PAL_TRY(ll_work_new(lists, 1 + s->t + s->pairs, arena, &s->fit, err));
    PAL_TRY(ll_work_new(lists, 1 + s->t + s->pairs, arena, &s->check, err));
    for (size_t j = 0; j < s->t; j++)
        s->term[j] = (uint32_t)1 << j;
    *out = s;
    return PAL_OK;
}

/* Whether the model with this pair too passes both checks. */
static enum pal_status pair_passes(struct stepwise *s, uint32_t pair, struct pal_arena *scratch,
                                   bool *out, struct pal_error *err)
{
    struct ll_existence verdict;
    s->term[s->terms] = pair;
    ll_model(s->check, s->term, s->terms + 1, false);
    PAL_TRY(ll_exists(s->check, scratch, &verdict, err));
    *out = verdict.exists && verdict.identifiable;
    return PAL_OK;
}

/* p of every pair outside the model by the fit; 1 for those inside. */
static void chances(struct stepwise *s)
{
    for (size_t i = 0; i < s->pairs; i++)
        s->p[i] =
            s->inside[i] ? 2 : ll_poisson_tail(s->fit->on[s->pair[i]], s->fit->fitted[s->pair[i]]);
}

static size_t smallest(const struct stepwise *s)
{
    size_t best = 0;
    for (size_t i = 1; i < s->pairs; i++)
        if (s->p[i] < s->p[best])
            best = i;
    return best;
}

/* Only candidates that would enter need the checks: from the least likely on, until one passes. */
static enum pal_status best_pair(struct stepwise *s, double threshold, struct pal_arena *scratch,
                                 size_t *out, struct pal_error *err)
{
    for (;;) {
        const size_t best = smallest(s);
        bool passes = true;
        if (s->p[best] < threshold)
            PAL_TRY(pair_passes(s, s->pair[best], scratch, &passes, err));
        *out = best;
        if (passes)
            return PAL_OK;
        s->p[best] = 1;
    }
}

/* A start for the model with one pair more: that pair's effect alone. */
static bool fit_next(struct stepwise *s, uint32_t pair)
{
    struct ll_work *w = s->fit;
    const double expected = w->fitted[pair], seen = w->on[pair];
    ll_model(w, s->term, s->terms, true);
    const bool finite = w->term[w->k - 1] == pair;
    if (finite)
        w->beta[w->k - 1] = log(seen / expected);
    return ll_fit(w, true) || ll_fit(w, false);
}

enum pal_status stepwise_run(struct stepwise *s, double threshold, struct pal_arena *scratch,
                             bool *fitted, struct pal_error *err)
{
    struct ll_existence verdict;
    s->terms = s->t;
    s->steps = 0;
    memset(s->inside, 0, sizeof s->inside);
    memcpy(s->check->y, s->fit->y, s->fit->cells * sizeof *s->fit->y);
    memcpy(s->check->on, s->fit->on, s->fit->cells * sizeof *s->fit->on);
    if (s->criterion != PAL_BY_CHANCE)
        return stepwise_criterion(s, scratch, fitted, err);
    ll_model(s->fit, s->term, s->terms, true);
    PAL_TRY(ll_exists(s->fit, scratch, &verdict, err));
    *fitted = verdict.exists && verdict.identifiable && ll_fit(s->fit, false);
    while (*fitted && s->terms < s->t + s->pairs) {
        size_t best;
        PAL_TRY(pal_in_time(s->fit->until, err, "after %zu steps of choosing pairs", s->steps));
        chances(s);
        if (s->look)
            PAL_TRY(s->look(s, scratch, err));
        PAL_TRY(best_pair(s, threshold, scratch, &best, err));
        struct pal_step *step = &s->step[s->steps++];
        *step = (struct pal_step){s->pair[best], s->p[best], s->p[best] < threshold, false};
        if (!step->taken)
            break;
        s->inside[best] = true;
        s->term[s->terms++] = s->pair[best];
        *fitted = fit_next(s, s->pair[best]);
    }
    return *fitted ? PAL_OK : pal_in_time(s->fit->until, err, "in the fit of a model");
}

/* For the trace: every candidate is checked, as the rule says. */
static enum pal_status look_at_all(struct stepwise *s, struct pal_arena *scratch,
                                   struct pal_error *err)
{
    for (size_t i = 0; i < s->pairs; i++) {
        bool passes = true;
        if (!s->inside[i])
            PAL_TRY(pair_passes(s, s->pair[i], scratch, &passes, err));
        if (!passes)
            s->p[i] = 1;
    }
    if (s->steps == 0)
        memcpy(s->first_p, s->p, s->pairs * sizeof *s->p);
    return PAL_OK;
}

enum pal_status stepwise_check(const struct pal_lists *lists, enum pal_direction direction,
                               struct pal_arena *arena, struct pal_error *err)
{
    uint32_t pair[STEPWISE_PAIRS];
    const size_t pairs = direction == PAL_BACKWARD ? pal_lists_pairs(lists->t, pair) : 0;
    struct pal_model model;
    struct pal_existence existence;
    if (!(pal_lists_people(lists) > 0))
        return pal_fail(err, PAL_DOMAIN, "nobody is on any list");
    PAL_TRY(pal_model_new(lists, pair, pairs, arena, &model, err));
    PAL_TRY(pal_model_exists(lists, &model, false, arena, &existence, err));
    if (!existence.exists || !existence.identifiable)
        return loglinear_refuse(lists, &existence, arena, err);
    return PAL_OK;
}

static enum pal_status choice_of(const struct stepwise *s, bool fitted, struct pal_stepwise *out,
                                 struct pal_error *err)
{
    if (!fitted)
        return pal_fail(err, PAL_NOCONV, "a fit of the stepwise choice did not settle");
    *out = (struct pal_stepwise){
        .chosen = s->terms - s->t,
        .pair = s->term + s->t,
        .first_p = s->first_p,
        .criterion = (double)NAN,
        .steps = s->steps,
        .step = s->step,
    };
    return PAL_OK;
}

enum pal_status pal_stepwise_choose(const struct pal_lists *lists, double threshold,
                                    struct pal_arena *arena, struct pal_stepwise *out,
                                    struct pal_error *err)
{
    struct stepwise *s;
    bool fitted;
    PAL_TRY(stepwise_check(lists, PAL_FORWARD, arena, err));
    PAL_TRY(stepwise_new(lists, arena, &s, err));
    s->look = look_at_all;
    PAL_TRY(stepwise_run(s, threshold, arena, &fitted, err));
    return choice_of(s, fitted, out, err);
}

enum pal_status pal_criterion_choose(const struct pal_lists *lists, enum pal_criterion criterion,
                                     enum pal_direction direction, struct pal_arena *arena,
                                     struct pal_stepwise *out, struct pal_error *err)
{
    struct stepwise *s;
    bool fitted;
    PAL_TRY(stepwise_check(lists, direction, arena, err));
    PAL_TRY(stepwise_new(lists, arena, &s, err));
    s->criterion = criterion;
    s->direction = direction;
    PAL_TRY(stepwise_run(s, 0, arena, &fitted, err));
    PAL_TRY(choice_of(s, fitted, out, err));
    const double factorials = 2 * ll_log_factorials(s->fit);
    out->criterion = stepwise_value(s) + factorials;
    for (size_t i = 0; i < s->steps; i++)
        s->step[i].p += factorials;
    return PAL_OK;
}
