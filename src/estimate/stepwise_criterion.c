/* stepwise_criterion.c: pairs enter and leave by AIC or BIC, as R's step() has them. */
#include "stepwise.h"

#include <string.h>

double stepwise_value(const struct stepwise *s)
{
    const struct ll_work *w = s->fit;
    const double each = s->criterion == PAL_BY_AIC ? 2 : log(w->on[0]);
    return each * (double)(w->k + w->empty_n) - 2 * w->loglik;
}

/* Lays out the model of the pairs that are inside, after the lists' own effects. */
static void lay_out(struct stepwise *s, struct ll_work *w)
{
    s->terms = s->t;
    for (size_t i = 0; i < s->pairs; i++)
        if (s->inside[i])
            s->term[s->terms++] = s->pair[i];
    ll_model(w, s->term, s->terms, true);
}

/* Infinite where the fit does not settle. */
static double value_with(struct stepwise *s)
{
    lay_out(s, s->fit);
    return ll_fit(s->fit, false) ? stepwise_value(s) : (double)INFINITY;
}

static bool may_change(const struct stepwise *s, size_t pair)
{
    return s->direction == PAL_BOTH_WAYS || s->inside[pair] == (s->direction == PAL_BACKWARD);
}

static enum pal_status passes(struct stepwise *s, struct pal_arena *scratch, bool *out,
                              struct pal_error *err)
{
    struct ll_existence verdict;
    lay_out(s, s->check);
    PAL_TRY(ll_exists(s->check, scratch, &verdict, err));
    *out = verdict.exists && verdict.identifiable;
    return PAL_OK;
}

/* The pair whose change gives the lowest criterion among models that pass the checks; only what
 * would be taken is checked. s->pairs: there is none. */
static enum pal_status best_change(struct stepwise *s, double now, struct pal_arena *scratch,
                                   size_t *out, struct pal_error *err)
{
    for (size_t i = 0; i < s->pairs; i++) {
        s->p[i] = (double)INFINITY;
        if (!may_change(s, i))
            continue;
        PAL_TRY(pal_in_time(s->fit->until, err, "after %zu steps of choosing pairs", s->steps));
        s->inside[i] = !s->inside[i];
        s->p[i] = value_with(s);
        s->inside[i] = !s->inside[i];
    }
    for (;;) {
        size_t best = 0;
        bool good = true;
        for (size_t i = 1; i < s->pairs; i++)
            if (s->p[i] < s->p[best])
                best = i;
        *out = isfinite(s->p[best]) ? best : s->pairs;
        if (*out == s->pairs || !(s->p[best] < now))
            return PAL_OK;
        s->inside[best] = !s->inside[best];
        PAL_TRY(passes(s, scratch, &good, err));
        s->inside[best] = !s->inside[best];
        if (good)
            return PAL_OK;
        s->p[best] = (double)INFINITY;
    }
}

enum pal_status stepwise_criterion(struct stepwise *s, struct pal_arena *scratch, bool *fitted,
                                   struct pal_error *err)
{
    /* A criterion that falls by rounding alone would let a pair in and out for ever. */
    static const double LEAST = 1e-9;
    for (size_t i = 0; i < s->pairs; i++)
        s->inside[i] = s->direction == PAL_BACKWARD;
    PAL_TRY(passes(s, scratch, fitted, err));
    double now = *fitted ? value_with(s) : (double)INFINITY;
    *fitted = isfinite(now);
    while (*fitted && s->steps < PAL_COUNT(s->step)) {
        size_t best;
        PAL_TRY(best_change(s, now - LEAST * fabs(now), scratch, &best, err));
        if (best == s->pairs)
            break;
        struct pal_step *step = &s->step[s->steps++];
        *step = (struct pal_step){s->pair[best], s->p[best], s->p[best] < now - LEAST * fabs(now),
                                  s->inside[best]};
        if (!step->taken)
            break;
        s->inside[best] = !s->inside[best];
        now = s->p[best];
    }
    if (*fitted)
        *fitted = isfinite(value_with(s));
    return *fitted ? PAL_OK : pal_in_time(s->fit->until, err, "in the fit of a model");
}
