/* definition_sample.c: what a definition says of a measure that is estimated from a sample. */
#include "definition.h"

#include <string.h>

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* Of a quantile, the share of the population. */
static enum pal_status read_at(struct definition_reader *r, struct pal_error *err)
{
    const struct pal_yaml *node = pal_yaml_get(r->root, "at");
    const bool quantile = r->d->sampled && strcmp(r->d->estimator->name, "quantile") == 0;
    READ(pal_yaml_number(r->root, "at", &r->d->p, &r->own));
    if (node && !quantile)
        reader_problem(r, &node->at,
                       "'at' says which quantile is meant; it goes with 'estimator: "
                       "quantile'");
    else if (quantile && !(r->d->p > 0 && r->d->p < 1))
        reader_problem(r, node ? &node->at : &r->root->at,
                       "a quantile needs 'at', a share between 0 and 1: 0.5 is the median");
    return PAL_OK;
}

/* What a statistic of a sample is made of: once both operands are read. */
static void check_sampled(struct definition_reader *r)
{
    static const char *const columns[] = {"mean", "quantile", "variance"};
    static const char *const shares[] = {"proportion", "ratio-of-totals"};
    const struct pal_definition *d = r->d;
    const char *name = d->estimator->name;
    if (is_one_of(name, columns, PAL_COUNT(columns)) && d->numerator.values != 1)
        reader_problem(r, &d->numerator.at,
                       "the estimator '%s' needs 'value', a column of the dataset", name);
    if (d->numerator.values > 1 || d->denominator.values > 1)
        reader_problem(r, &d->numerator.value_at, "of a sample 'value' names one column");
    if (strcmp(name, "proportion") == 0 && (!d->numerator.conditions || d->numerator.values))
        reader_problem(
            r, &d->numerator.at,
            "a proportion needs 'where' in its numerator, the records that count, and no "
            "'value'");
    if (d->denominator.given && !is_one_of(name, shares, PAL_COUNT(shares)))
        reader_problem(r, &d->denominator.at, "the estimator '%s' has no denominator", name);
    if (d->denominator.given && !pal_str_eq(d->denominator.dataset, d->numerator.dataset))
        reader_problem(r, &d->denominator.at,
                       "the estimator '%s' takes both operands from one sample, '%.*s'", name,
                       PAL_ARG(d->numerator.dataset));
}

static enum pal_status read_words(struct definition_reader *r, struct pal_error *err)
{
    static const char *const rules[] = {"math", "school", "hf1", "hf2", "hf3", "hf4",
                                        "hf5",  "hf6",    "hf7", "hf8", "hf9", "shahvaish"};
    pal_str rule = {NULL, 0}, missing = {NULL, 0}, known[PAL_COUNT(rules)];
    struct pal_definition *d = r->d;
    const struct pal_yaml *of_rule = pal_yaml_get(r->root, "quantile_rule"),
                          *of_missing = pal_yaml_get(r->root, "missing"),
                          *variance = pal_yaml_get(r->root, "variance");
    READ(pal_yaml_text(r->root, "quantile_rule", &rule, &r->own));
    READ(pal_yaml_text(r->root, "missing", &missing, &r->own));
    for (size_t i = 0; i < PAL_COUNT(rules); i++)
        known[i] = pal_str_of(rules[i]);
    if (rule.ptr && !pal_quantile_rule_parse(rule, &d->rule)) {
        const pal_str near = pal_nearest(rule, known, PAL_COUNT(known));
        reader_problem(r, &of_rule->at,
                       "'quantile_rule' is math, school, hf1 to hf9 or shahvaish, not "
                       "'%.*s'%s%.*s%s",
                       PAL_ARG(rule), PAL_NEAR(near));
    }
    if (rule.ptr && strcmp(d->estimator->name, "quantile") != 0)
        reader_problem(r, &of_rule->at, "'quantile_rule' goes with 'estimator: quantile'");
    d->missing_undefined = pal_str_eq(missing, PAL_STR("undefined"));
    if (missing.ptr && !d->missing_undefined && !pal_str_eq(missing, PAL_STR("outside")))
        reader_problem(r, &of_missing->at, "'missing' is outside or undefined, not '%.*s'",
                       PAL_ARG(missing));
    if (!d->df.len)
        return PAL_OK;
    struct pal_survey_ask ask = {0};
    struct pal_error own = {0};
    if (pal_survey_df_parse(d->df, "df", &ask, &own) != PAL_OK)
        reader_problem(r, &pal_yaml_get(variance, "df")->at, "%s", own.text);
    return PAL_OK;
}

/* as: difference */
static enum pal_status read_as(struct definition_reader *r, const struct pal_yaml *node,
                               struct pal_error *err)
{
    static const char *const words[] = {"difference", "ratio", "percent_change"};
    pal_str word = {NULL, 0}, known[PAL_COUNT(words)];
    READ(pal_yaml_text(node, "as", &word, &r->own));
    for (size_t i = 0; i < PAL_COUNT(words); i++) {
        known[i] = pal_str_of(words[i]);
        if (pal_str_eq(word, known[i]))
            r->d->as = (enum pal_comparison)i;
    }
    const pal_str near = pal_nearest(word, known, PAL_COUNT(known));
    if (word.ptr && !pal_str_eq(word, known[r->d->as]))
        reader_problem(r, &pal_yaml_get(node, "as")->at,
                       "'as' is difference, ratio or percent_change, not '%.*s'%s%.*s%s",
                       PAL_ARG(word), PAL_NEAR(near));
    return PAL_OK;
}

/* change: {since: 2021, as: ratio}, or {since: previous} */
static enum pal_status read_change(struct definition_reader *r, const struct pal_yaml *node,
                                   struct pal_error *err)
{
    static const char *const keys[] = {"since", "as"};
    pal_str since = {NULL, 0};
    int64_t year = 0;
    reader_keys(r, node, "a change", keys, PAL_COUNT(keys));
    if (node->kind != PAL_YAML_MAP)
        return PAL_OK;
    READ(pal_yaml_text(node, "since", &since, &r->own));
    const struct pal_yaml *at = pal_yaml_get(node, "since");
    r->d->compares = true;
    if (!pal_str_eq(since, PAL_STR("previous")) &&
        (!pal_int_parse(since, &year) || year < 1 || year > 9999))
        reader_problem(r, at ? &at->at : &node->at,
                       "a change is since a year, or 'previous', the one before: {since: 2021}");
    r->d->since = (int32_t)year;
    r->d->compares_at = at ? at->at : node->at;
    return read_as(r, node, err);
}

/* contrast: {sex: [F, M], as: difference} */
static enum pal_status read_contrast(struct definition_reader *r, const struct pal_yaml *node,
                                     struct pal_error *err)
{
    struct pal_definition *d = r->d;
    const struct pal_yaml *of = NULL;
    for (size_t i = 0; node->kind == PAL_YAML_MAP && i < node->n; i++)
        if (!pal_str_eq(node->key[i]->text, PAL_STR("as")))
            of = of ? node : node->key[i];
    if (!of || of == node) {
        reader_problem(r, &node->at,
                       "'contrast' is written {dimension: [code, code]}, with 'as' where it is no "
                       "difference");
        return PAL_OK;
    }
    const pal_str *code = NULL;
    size_t codes = 0;
    READ(pal_yaml_texts(node, of->text.ptr, r->arena, &code, &codes, &r->own));
    d->contrast_of = definition_lower(of->text, r->arena);
    if (!d->contrast_of.ptr)
        return pal_nomem(err, "the definition");
    d->compares = true;
    d->compares_at = of->at;
    if (codes != 2 || pal_str_eq(code[0], code[1]))
        reader_problem(r, &of->at, "a contrast is of two codes: {%.*s: [code, code]}",
                       PAL_ARG(of->text));
    for (size_t k = 0; k < codes && k < 2; k++)
        d->contrast[k] = code[k];
    bool found = false;
    for (size_t b = 0; b < d->by_n; b++)
        found |= pal_str_eq(d->by[b], d->contrast_of);
    const pal_str near = pal_nearest(d->contrast_of, d->by, d->by_n);
    if (!found)
        reader_problem(r, &of->at, "'contrast' names '%.*s', which is not in 'by'%s%.*s%s",
                       PAL_ARG(d->contrast_of), PAL_NEAR(near));
    return read_as(r, node, err);
}

enum pal_status definition_read_sample(struct definition_reader *r, struct pal_error *err)
{
    static const char *const own[] = {"quantile_rule", "missing", "change", "contrast"};
    const struct pal_yaml *change = pal_yaml_get(r->root, "change"),
                          *contrast = pal_yaml_get(r->root, "contrast"),
                          *variance = pal_yaml_get(r->root, "variance");
    PAL_TRY(read_at(r, err));
    if (!r->d->sampled) {
        for (size_t i = 0; i < PAL_COUNT(own); i++)
            if (pal_yaml_get(r->root, own[i]))
                reader_problem(r, &pal_yaml_get(r->root, own[i])->at,
                               "'%s' goes with the estimators of samples: mean, proportion, "
                               "quantile, ratio-of-totals, total and variance",
                               own[i]);
        if (r->d->df.len)
            reader_problem(r, &pal_yaml_get(variance, "df")->at,
                           "'df' goes with the estimators of samples");
        return PAL_OK;
    }
    check_sampled(r);
    PAL_TRY(read_words(r, err));
    if (change && contrast)
        reader_problem(r, &contrast->at,
                       "a definition compares years or groups; write one for each");
    if (change)
        PAL_TRY(read_change(r, change, err));
    else if (contrast)
        PAL_TRY(read_contrast(r, contrast, err));
    if (r->d->compares && strcmp(r->d->estimator->name, "quantile") == 0)
        reader_problem(r, change ? &change->at : &contrast->at,
                       "quantiles have no covariance; what is compared is a mean, proportion, "
                       "ratio-of-totals, total or variance");
    return PAL_OK;
}
