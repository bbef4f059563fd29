/* quantile.c: weighted values in order, and the rules that make a quantile of them. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>

static const char *const names[] = {"hf1", "hf2", "hf3", "hf4", "hf5",
                                    "hf6", "hf7", "hf8", "hf9", "shahvaish"};

bool pal_quantile_rule_parse(pal_str word, enum pal_quantile_rule *out)
{
    if (pal_str_eq(word, PAL_STR("math")))
        word = PAL_STR("hf1");
    if (pal_str_eq(word, PAL_STR("school")))
        word = PAL_STR("hf2");
    for (size_t i = 0; i < PAL_COUNT(names); i++) {
        if (pal_str_eq(word, pal_str_of(names[i]))) {
            *out = (enum pal_quantile_rule)i;
            return true;
        }
    }
    return false;
}

const char *pal_quantile_rule_name(enum pal_quantile_rule rule) { return names[rule]; }

/* ---- order ---------------------------------------------------------------------------------- */

struct placed {
    double x, weight;
    size_t row;
};

static int by_value(const void *a, const void *b)
{
    const struct placed *left = a, *right = b;
    if (left->x != right->x)
        return left->x < right->x ? -1 : 1;
    return left->row < right->row ? -1 : left->row > right->row;
}

enum pal_status pal_ordered_new(size_t n, const double *x, const double *weight,
                                struct pal_arena *arena, struct pal_ordered *out,
                                struct pal_error *err)
{
    struct placed *placed = pal_arena_alloc(arena, n ? n : 1, sizeof *placed);
    double *value = pal_arena_alloc(arena, n ? n : 1, sizeof *value);
    double *w = pal_arena_alloc(arena, n ? n : 1, sizeof *w);
    double *through = pal_arena_alloc(arena, n ? n : 1, sizeof *through);
    if (!placed || !value || !w || !through)
        return pal_nomem(err, "the values of a quantile");
    *out = (struct pal_ordered){0, value, w, through, false};
    for (size_t i = 0; i < n; i++) {
        out->falls = out->falls || weight[i] < 0;
        if (weight[i] != 0 && !isnan(x[i]))
            placed[out->n++] = (struct placed){x[i], weight[i], i};
    }
    qsort(placed, out->n, sizeof *placed, by_value);
    struct pal_sum sum = {0};
    for (size_t i = 0; i < out->n; i++) {
        value[i] = placed[i].x;
        w[i] = placed[i].weight;
        pal_sum_add(&sum, w[i]);
        through[i] = pal_sum_value(&sum);
    }
    return PAL_OK;
}

/* ---- rules that take a step -------------------------------------------------------------------
 */

struct step {         /* the values on both sides of p                                        */
    size_t at, up;    /* the last value whose weight through it is at most p of all; the next */
    double low, high; /* p less the share through `at`; the share through `up` less p        */
};

/* The last i with through[i] <= wanted; 0 when there is none. */
static size_t last_through(const double *through, size_t n, bool falls, double wanted)
{
    size_t low = 0, high = n;
    while (falls && high > 1 && !(through[high - 1] <= wanted))
        high--;
    if (falls)
        return high - 1;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (through[middle] <= wanted)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static struct step step_at(const double *through, size_t n, bool falls, double p)
{
    const double all = through[n - 1];
    struct step step = {.at = last_through(through, n, falls, p * all)};
    step.up = step.at + 1 < n ? step.at + 1 : step.at;
    step.low = p - through[step.at] / all;
    step.high = through[step.up] / all - p;
    return step;
}

static double stepped(const struct pal_ordered *v, enum pal_quantile_rule rule, double p)
{
    const struct step step = step_at(v->through, v->n, v->falls, p);
    const double low = v->x[step.at], high = v->x[step.up];
    if (rule == PAL_QUANTILE_HF4) {
        const double share = step.low / (step.high + step.low);
        return step.at == step.up ? low : low * (1 - share) + high * share;
    }
    if (step.low <= 0)
        return rule == PAL_QUANTILE_HF2 ? (low + high) / 2 : low;
    return high;
}

/* hf3: equal values are one; between two of them, the one with the even number. */
static enum pal_status nearest_even(const struct pal_ordered *v, double p,
                                    struct pal_arena *scratch, double *out, struct pal_error *err)
{
    double *through = pal_arena_alloc(scratch, v->n, sizeof *through);
    double *x = pal_arena_alloc(scratch, v->n, sizeof *x);
    size_t n = 0;
    if (!through || !x)
        return pal_nomem(err, "the values of a quantile");
    for (size_t i = 0; i < v->n; i++) {
        n += n == 0 || v->x[i] != x[n - 1];
        x[n - 1] = v->x[i];
        through[n - 1] = v->through[i];
    }
    const struct step step = step_at(through, n, v->falls, p);
    const bool even = step.at % 2 == 1; /* counted from 1 */
    *out = x[step.low <= 0 && even ? step.at : step.up];
    return PAL_OK;
}

/* ---- rules that draw a line through points ------------------------------------------------------
 */

/* The share that value i stands at. */
static double point_of(const struct pal_ordered *v, enum pal_quantile_rule rule, size_t i)
{
    const size_t last = v->n - 1;
    const double before = i ? v->through[i - 1] : 0, through = v->through[i];
    const double all = v->through[last], end = v->weight[last];
    switch (rule) {
    case PAL_QUANTILE_HF5:
        return (through - v->weight[i] / 2) / all;
    case PAL_QUANTILE_HF6:
        return through / (all + end);
    case PAL_QUANTILE_HF7:
        return before / v->through[last - 1];
    case PAL_QUANTILE_HF8:
        return (before / 3 + through * 2 / 3) / (all + end / 3);
    default:
        return (before * 3 / 8 + through * 5 / 8) / (all + end / 4); /* hf9 */
    }
}

static double drawn(const struct pal_ordered *v, enum pal_quantile_rule rule, double p)
{
    size_t low = 0, high = v->n - 1;
    if (p <= point_of(v, rule, low))
        return v->x[low];
    if (p >= point_of(v, rule, high))
        return v->x[high];
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (point_of(v, rule, middle) <= p)
            low = middle;
        else
            high = middle;
    }
    const double from = point_of(v, rule, low), to = point_of(v, rule, high);
    return v->x[low] + (v->x[high] - v->x[low]) * ((p - from) / (to - from));
}

/* Shah and Vaish's points need not rise: the last in their own order at or below p decides. */
static double shah_vaish(const struct pal_ordered *v, double p)
{
    const double n = (double)v->n, mean = v->through[v->n - 1] / n;
    double best = -HUGE_VAL, least = HUGE_VAL, at = (double)NAN, first = (double)NAN;
    for (size_t i = 0; i < v->n; i++) {
        const double point = (v->through[i] / mean + 0.5 - v->weight[i] / 2) / (n + 1);
        if (point <= p && point >= best)
            best = point, at = v->x[i];
        if (point < least)
            least = point, first = v->x[i];
    }
    return isnan(at) ? first : at;
}

enum pal_status pal_quantile(const struct pal_ordered *values, enum pal_quantile_rule rule,
                             double p, struct pal_arena *scratch, double *out,
                             struct pal_error *err)
{
    *out = (double)NAN;
    if (!values->n || !(p >= 0 && p <= 1))
        return PAL_OK;
    if (values->n == 1) {
        *out = values->x[0];
        return PAL_OK;
    }
    if (values->falls && rule >= PAL_QUANTILE_HF4)
        return pal_fail(err, PAL_DOMAIN,
                        "some weights are below zero, of which the quantile rule %s knows nothing; "
                        "choose math or school",
                        names[rule]);
    switch (rule) {
    case PAL_QUANTILE_HF3:
        return nearest_even(values, p, scratch, out, err);
    case PAL_QUANTILE_HF1:
    case PAL_QUANTILE_HF2:
    case PAL_QUANTILE_HF4:
        *out = stepped(values, rule, p);
        return PAL_OK;
    case PAL_QUANTILE_SHAHVAISH:
        *out = shah_vaish(values, p);
        return PAL_OK;
    default:
        *out = drawn(values, rule, p);
        return PAL_OK;
    }
}

/* ---- limits ------------------------------------------------------------------------------------
 */

enum pal_status pal_interval_quantile(const struct pal_ordered *values, enum pal_quantile_rule rule,
                                      const char *word, const struct pal_sampled_share *at_or_below,
                                      struct pal_arena *scratch, double *low, double *high,
                                      double *std_error, struct pal_error *err)
{
    double from, to;
    *std_error = (double)NAN;
    PAL_TRY(pal_interval_share(word, at_or_below, &from, &to, err));
    PAL_TRY(pal_quantile(values, rule, from, scratch, low, err));
    PAL_TRY(pal_quantile(values, rule, to, scratch, high, err));
    *std_error = (*high - *low) / (2 * pal_student_quantile(at_or_below->level, at_or_below->df));
    return PAL_OK;
}
