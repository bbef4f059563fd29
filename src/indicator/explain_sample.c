/* explain_sample.c: what was estimated from a sample, how it was drawn and weighted. */
#include "explain.h"

#include <math.h>
#include <string.h>

/* "A, B"; "*" stays a pattern. */
static pal_str joined(struct explain_page *page, const pal_str *word, size_t n)
{
    struct pal_buf out;
    pal_buf_init(&out, page->arena, 64 * 1024);
    for (size_t i = 0; i < n; i++)
        pal_buf_addf(&out, "%s%.*s", i ? ", then " : "", PAL_ARG(word[i]));
    return pal_buf_str(&out);
}

void explain_statistic(struct explain_page *page, const struct pal_definition *d)
{
    static const struct {
        const char *name, *words;
    } formula[] = {
        {"mean", "sum of weight x value / sum of weight"},
        {"proportion", "sum of the weights of the records that count / sum of all weights"},
        {"quantile", "the value that this share of the weights does not exceed"},
        {"ratio-of-totals", "sum of weight x numerator / sum of weight x denominator"},
        {"total", "sum of weight x value"},
        {"variance", "sum of weight x (value - mean) squared / sum of weight x n / (n - 1)"},
    };
    for (size_t i = 0; i < PAL_COUNT(formula); i++)
        if (strcmp(d->estimator->name, formula[i].name) == 0)
            explain_say(page, 2, "%s: %s%s%s", formula[i].name, formula[i].words,
                        d->ask.per > 0 ? ", x " : "",
                        d->ask.per > 0 ? explain_number(d->ask.per).text : "");
    if (d->p > 0)
        explain_say(page, 2, "the share is %s", explain_number(d->p).text);
}

/* "country, sex" */
static pal_str listed(struct explain_page *page, const struct pal_names *names)
{
    struct pal_buf out;
    pal_buf_init(&out, page->arena, 64 * 1024);
    for (size_t i = 0; i < names->n; i++)
        pal_buf_addf(&out, "%s%.*s", i ? ", " : "", PAL_ARG(names->name[i]));
    return pal_buf_str(&out);
}

static void say_bounds(struct explain_page *page, const char *what, double low, double high)
{
    if (isinf(low))
        explain_say(page, 4, "%s at most %s", what, explain_number(high).text);
    else if (isinf(high))
        explain_say(page, 4, "%s at least %s", what, explain_number(low).text);
    else
        explain_say(page, 4, "%s between %s and %s", what, explain_number(low).text,
                    explain_number(high).text);
}

/* The steps in the order they are taken. */
static void say_weighting(struct explain_page *page, const struct pal_weighting *w)
{
    if (!pal_weighting_asked(w))
        return;
    explain_say(page, 2,
                "weights adjusted after the design, in the full sample and again for its "
                "variance:");
    if (w->respondents.len)
        explain_say(page, 4, "those who answered have %.*s: %.*s%s%.*s", PAL_ARG(w->respondents),
                    PAL_ARG(listed(page, &w->answers)),
                    w->classes.n ? "; they carry the weight of all in their class of "
                                 : "; the others have the weight 0",
                    PAL_ARG(listed(page, &w->classes)));
    if (w->trims)
        say_bounds(page, "weights cut to", w->trim_low, w->trim_high);
    for (size_t i = 0; i < w->rakes; i++)
        explain_say(page, 4, "raked to the population of %.*s in %.*s",
                    PAL_ARG(listed(page, &w->rake[i])), PAL_ARG(w->population.name[i]));
    if (w->poststratify.n)
        explain_say(page, 4, "post-stratified to the population of %.*s in %.*s",
                    PAL_ARG(listed(page, &w->poststratify)), PAL_ARG(w->population.name[0]));
    if (!w->calibrate.len)
        return;
    struct pal_buf terms;
    pal_buf_init(&terms, page->arena, 64 * 1024);
    for (size_t i = 0; i < w->terms; i++)
        pal_buf_addf(&terms, "%s%.*s", i ? ", " : "", PAL_ARG(w->term[i].text));
    explain_say(page, 4, "calibrated (%.*s) to the totals of %.*s in %.*s%s", PAL_ARG(w->calibrate),
                PAL_ARG(pal_buf_str(&terms)), PAL_ARG(w->population.name[0]),
                w->aggregate.len ? ", one factor a sampling unit" : "");
    if (w->bounded)
        say_bounds(page, "the factors lie", w->low, w->high);
}

/* How the records were drawn, and what that does to the figure. */
void explain_design(struct explain_page *page, const struct pal_sample_facts *s,
                    const struct pal_figure *f)
{
    const struct pal_figure_estimate *e = &f->estimate;
    const pal_str variance = s->variance.len ? s->variance : PAL_STR("taylor");
    const struct {
        const char *what;
        pal_str columns;
    } part[] = {{"weights", s->weight},
                {"strata", joined(page, s->stratum, s->strata)},
                {"sampling units", joined(page, s->unit, s->units)},
                {"finite populations", joined(page, s->fpc, s->fpcs)},
                {"replicate weights", joined(page, s->replicate, s->replicates)}};
    explain_head(page, "Design of the sample");
    for (size_t i = 0; i < PAL_COUNT(part); i++)
        if (part[i].columns.len)
            explain_say(page, 2, "%s: %.*s", part[i].what, PAL_ARG(part[i].columns));
    if (s->by_area || s->by_period)
        explain_say(page, 2, "each %s drew a sample of its own",
                    s->by_area && s->by_period ? "area and year"
                    : s->by_area               ? "area"
                                               : "year");
    say_weighting(page, &s->weighting);
    if (s->imputed)
        explain_say(page, 2,
                    "completed data sets of multiple imputation, told apart by %.*s; combined "
                    "by Rubin's rules, degrees of freedom %.*s",
                    PAL_ARG(s->imputation.len ? s->imputation : PAL_STR("their files")),
                    PAL_ARG(s->mi_df.len ? s->mi_df : PAL_STR("barnard-rubin")));
    explain_say(page, 2, "variance: %.*s; strata with one sampled unit: %.*s", PAL_ARG(variance),
                PAL_ARG(s->lonely_psu.len ? s->lonely_psu : PAL_STR("fail")));
    explain_say(
        page, 2,
        "The whole sample is the design; this area, year and breakdown are a domain of it.");
    explain_say(page, 2, "records used: %llu; without an answer, and so not used: %llu",
                (unsigned long long)e->n, (unsigned long long)e->missing);
    if (e->has_std_error)
        explain_say(page, 2, "standard error %s", explain_number(e->std_error).text);
    if (e->has_df)
        explain_say(page, 2, "degrees of freedom %s", explain_number(e->df).text);
    if (e->has_deff)
        explain_say(page, 2,
                    "design effect %s: so many times the variance of a simple random sample",
                    explain_number(e->deff).text);
}
