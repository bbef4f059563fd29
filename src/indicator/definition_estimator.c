/* definition_estimator.c: the estimator of a definition: its name, its unit of value, its variance.
 */
#include "definition.h"

#include <string.h>

static enum pal_status read_variance(struct definition_reader *r, struct pal_error *err)
{
    static const char *const known[] = {"method", "level", "df"};
    struct pal_definition *d = r->d;
    const struct pal_yaml *node = pal_yaml_get(r->root, "variance");
    pal_str method = {NULL, 0};
    if (!node)
        return PAL_OK;
    reader_keys(r, node, "variance", known, PAL_COUNT(known));
    READ(pal_yaml_number(node, "level", &d->ask.level, &r->own));
    READ(pal_yaml_text(node, "method", &method, &r->own));
    READ(pal_yaml_text(node, "df", &d->df, &r->own));
    if (pal_yaml_get(node, "level") && !(d->ask.level > 0 && d->ask.level < 1))
        reader_problem(r, &pal_yaml_get(node, "level")->at,
                       "a level lies between 0 and 1, such as 0.95");
    if (!method.ptr || !d->estimator)
        return PAL_OK;
    if (pal_str_eq(method, PAL_STR("none"))) {
        d->ask.no_variance = true;
        return PAL_OK;
    }
    d->goodman = pal_str_eq(method, PAL_STR("goodman"));
    /* The names that methods go by in the field, beside the estimator's own words. */
    static const struct {
        pal_str word;
        const char *interval;
    } common[] = {{PAL_STR_INIT("gamma"), "fayfeuer"}, {PAL_STR_INIT("log-delta"), "rr-lognormal"}};
    pal_str words[32];
    size_t n = 0;
    const char *const *word = d->estimator->intervals;
    for (; word && *word && n + 2 < PAL_COUNT(words); word++) {
        pal_str meant = method;
        words[n++] = pal_str_of(*word);
        for (size_t i = 0; i < PAL_COUNT(common); i++) {
            if (strcmp(*word, common[i].interval) == 0)
                words[n - 1] = common[i].word;
            if (pal_str_eq(method, common[i].word))
                meant = pal_str_of(common[i].interval);
        }
        if (pal_str_eq(meant, pal_str_of(*word))) {
            d->ask.interval = *word;
            return PAL_OK;
        }
    }
    words[n++] = PAL_STR("none");
    const pal_str near = pal_nearest(method, words, n);
    reader_problem(r, &pal_yaml_get(node, "method")->at,
                   "the estimator '%s' has no variance method '%.*s'%s%.*s%s", d->estimator->name,
                   PAL_ARG(method), near.len ? "; did you mean '" : "", PAL_ARG(near),
                   near.len ? "'?" : "");
    return PAL_OK;
}

/* Those that make a figure of a numerator and a denominator. The others compare or standardize. */
static const pal_str estimators[] = {PAL_STR_INIT("count"),  PAL_STR_INIT("rate"),
                                     PAL_STR_INIT("ratio"),  PAL_STR_INIT("recapture"),
                                     PAL_STR_INIT("share"),  PAL_STR_INIT("status-share"),
                                     PAL_STR_INIT("systems")};

static void unknown_estimator(struct definition_reader *r, pal_str name, const struct pal_place *at)
{
    const struct pal_estimator *sampled;
    const size_t n = pal_survey_estimators(&sampled);
    pal_str known[PAL_COUNT(estimators) + 16];
    size_t all = 0;
    for (size_t i = 0; i < PAL_COUNT(estimators); i++)
        known[all++] = estimators[i];
    for (size_t i = 0; i < n && all < PAL_COUNT(known); i++)
        known[all++] = pal_str_of(sampled[i].name);
    const pal_str near = pal_nearest(name, known, all);
    reader_problem(r, at, "unknown estimator '%.*s'%s%.*s%s", PAL_ARG(name),
                   near.len
                       ? "; did you mean '"
                       : "; there are count, rate, ratio, recapture, share, status-share and "
                         "systems, and of samples mean, proportion, quantile, ratio-of-totals, "
                         "total and ",
                   PAL_ARG(near), near.len ? "'?" : "variance");
}

enum pal_status definition_read_estimator(struct definition_reader *r, struct pal_error *err)
{
    struct pal_definition *d = r->d;
    const struct pal_yaml *node = pal_yaml_get(r->root, "estimator");
    const struct pal_estimator *sampled;
    const size_t n = pal_survey_estimators(&sampled);
    pal_str name = {NULL, 0};
    if (!node)
        reader_missing(r, r->root, "estimator");
    READ(pal_yaml_text(r->root, "estimator", &name, &r->own));
    for (size_t i = 0; i < PAL_COUNT(estimators); i++)
        if (pal_str_eq(name, estimators[i]))
            d->estimator = pal_estimator_find(name);
    for (size_t i = 0; i < n; i++) {
        if (!pal_str_eq(name, pal_str_of(sampled[i].name)))
            continue;
        d->estimator = &sampled[i];
        d->sampled = true;
    }
    if (name.ptr && !d->estimator)
        unknown_estimator(r, name, &node->at);
    READ(pal_yaml_number(r->root, "per", &d->ask.per, &r->own));
    if (pal_yaml_get(r->root, "per") && !(d->ask.per > 0))
        reader_problem(r, &pal_yaml_get(r->root, "per")->at, "'per' must be above zero");
    return read_variance(r, err);
}

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* Parts whose estimates add up are crossed: two ways to cut a total would give two totals. */
void definition_check_added(struct definition_reader *r)
{
    static const char *const words[] = {"recapture", "systems"};
    const struct pal_definition *d = r->d;
    bool crossed = true, summed = true;
    if (!d->estimator || !is_one_of(d->estimator->name, words, PAL_COUNT(words)))
        return;
    for (size_t b = 0; b < d->by_n; b++) {
        bool sums = false;
        for (size_t i = 0; i < d->sums_n; i++)
            sums |= pal_str_eq_nocase(d->sums[i], d->by[b]);
        summed &= sums;
        crossed &= d->by_group[b] == d->by_group[0];
    }
    if (!crossed || !summed)
        reader_problem(
            r, &d->by_at,
            "estimates from lists add up over breakdowns that are crossed and all in 'sums': "
            "by: [form, sex] with sums: [form, sex]");
}
