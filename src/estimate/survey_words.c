/* survey_words.c: how people ask for a variance, degrees of freedom and design effects: the words
 * of the command line and of descriptors; and the statistics of samples as definitions name them.
 */
#include "survey.h"

#include <string.h>

enum { MOST_REPLICATES = 100000 };

/* ---- variance ----------------------------------------------------------------------------------
 */

static const struct {
    const char *word; /* up to a colon */
    enum pal_survey_method method;
    enum pal_replicate_kind replicate;
    bool simple;   /* simple random sampling: the design is not looked at */
    char argument; /* 0: none; 'n': a number of replicates that must be given; 'm': may be given;
                      'r': a fraction */
    enum pal_unequal unequal;
} variances[] = {
    {"taylor", PAL_SURVEY_TAYLOR, PAL_REP_GIVEN, false, 0, PAL_UNEQUAL_NONE},
    {"srs", PAL_SURVEY_TAYLOR, PAL_REP_GIVEN, true, 0, PAL_UNEQUAL_NONE},
    {"brewer", PAL_SURVEY_TAYLOR, PAL_REP_GIVEN, false, 0, PAL_UNEQUAL_BREWER},
    {"hajek", PAL_SURVEY_TAYLOR, PAL_REP_GIVEN, false, 0, PAL_UNEQUAL_HAJEK},
    {"horvitz-thompson", PAL_SURVEY_TAYLOR, PAL_REP_GIVEN, false, 0, PAL_UNEQUAL_HORVITZ_THOMPSON},
    {"yates-grundy", PAL_SURVEY_TAYLOR, PAL_REP_GIVEN, false, 0, PAL_UNEQUAL_YATES_GRUNDY},
    {"jk1", PAL_SURVEY_MADE, PAL_REP_JK1, false, 0, PAL_UNEQUAL_NONE},
    {"jkn", PAL_SURVEY_MADE, PAL_REP_JKN, false, 0, PAL_UNEQUAL_NONE},
    {"jk2", PAL_SURVEY_MADE, PAL_REP_JK2, false, 0, PAL_UNEQUAL_NONE},
    {"brr", PAL_SURVEY_MADE, PAL_REP_BRR, false, 0, PAL_UNEQUAL_NONE},
    {"fay", PAL_SURVEY_MADE, PAL_REP_FAY, false, 'r', PAL_UNEQUAL_NONE},
    {"bootstrap", PAL_SURVEY_MADE, PAL_REP_BOOTSTRAP, false, 'n', PAL_UNEQUAL_NONE},
    {"rao-wu", PAL_SURVEY_MADE, PAL_REP_RAO_WU, false, 'n', PAL_UNEQUAL_NONE},
    {"sdr", PAL_SURVEY_MADE, PAL_REP_SDR, false, 'm', PAL_UNEQUAL_NONE},
    {"replicates", PAL_SURVEY_GIVEN, PAL_REP_GIVEN, false, 0, PAL_UNEQUAL_NONE},
    {"none", PAL_SURVEY_VALUE, PAL_REP_GIVEN, false, 0, PAL_UNEQUAL_NONE},
};

static size_t variance_of(pal_str text, pal_str *argument)
{
    const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    const pal_str word = {text.ptr, colon ? (size_t)(colon - text.ptr) : text.len};
    *argument = colon ? (pal_str){colon + 1, text.len - word.len - 1} : (pal_str){0};
    for (size_t i = 0; i < PAL_COUNT(variances); i++)
        if (pal_str_eq(word, pal_str_of(variances[i].word)))
            return i;
    return PAL_COUNT(variances);
}

bool pal_survey_variance_is(pal_str text, enum pal_survey_method *method)
{
    pal_str argument;
    const size_t v = variance_of(text, &argument);
    if (v < PAL_COUNT(variances))
        *method = variances[v].method;
    return v < PAL_COUNT(variances);
}

static enum pal_status unknown(const char *option, pal_str word, const pal_str *known, size_t n,
                               const char *all, struct pal_error *err)
{
    const pal_str near = pal_nearest(word, known, n);
    if (near.len)
        return pal_fail(err, PAL_USAGE, "unknown word '%.*s' of %s; did you mean '%.*s'?",
                        PAL_ARG(word), option, PAL_ARG(near));
    return pal_fail(err, PAL_USAGE, "unknown word '%.*s' of %s; there are %s", PAL_ARG(word),
                    option, all);
}

enum pal_status pal_survey_variance_parse(pal_str text, bool given, const char *option,
                                          struct pal_survey_ask *ask, bool *simple,
                                          struct pal_error *err)
{
    pal_str argument, known[PAL_COUNT(variances)];
    const size_t v = variance_of(text, &argument);
    *simple = false;
    if (!text.len) {
        ask->method = given ? PAL_SURVEY_GIVEN : PAL_SURVEY_TAYLOR;
        return PAL_OK;
    }
    for (size_t i = 0; i < PAL_COUNT(variances); i++)
        known[i] = pal_str_of(variances[i].word);
    if (v == PAL_COUNT(variances))
        return unknown(option, text, known, v,
                       "taylor, srs, brewer, hajek, horvitz-thompson, yates-grundy, jk1, jkn, jk2, "
                       "brr, fay:RHO, bootstrap:N, rao-wu:N, sdr, "
                       "replicates, none",
                       err);
    ask->method =
        given && variances[v].method == PAL_SURVEY_MADE ? PAL_SURVEY_GIVEN : variances[v].method;
    ask->replicate = variances[v].replicate;
    ask->design.unequal = variances[v].unequal;
    *simple = variances[v].simple;
    int64_t n = 0;
    switch (variances[v].argument) {
    case 'r':
        if (!pal_num_parse(argument, &ask->rho) || !(ask->rho > 0 && ask->rho < 1))
            return pal_fail(err, PAL_USAGE,
                            "%s fay:RHO takes a number between 0 and 1, as "
                            "fay:0.3",
                            option);
        return PAL_OK;
    case 'n':
        if (!given && !argument.len)
            return pal_fail(err, PAL_USAGE,
                            "%s %s:N takes the number of replicates, as "
                            "%s:500",
                            option, variances[v].word, variances[v].word);
        break;
    case 'm':
        break;
    default:
        if (argument.len)
            return pal_fail(err, PAL_USAGE, "%s %s takes nothing behind a colon", option,
                            variances[v].word);
    }
    if (argument.len && (!pal_int_parse(argument, &n) || n < 2 || n > MOST_REPLICATES))
        return pal_fail(err, PAL_USAGE, "%s %s:N takes a number of replicates from 2 to %d", option,
                        variances[v].word, MOST_REPLICATES);
    ask->replicates = (size_t)n;
    return PAL_OK;
}

/* ---- degrees of freedom, design effects, scales ------------------------------------------------
 */

enum pal_status pal_survey_df_parse(pal_str text, const char *option, struct pal_survey_ask *ask,
                                    struct pal_error *err)
{
    static const pal_str dfs[] = {PAL_STR_INIT("domain"),     PAL_STR_INIT("design"),
                                  PAL_STR_INIT("inf"),        PAL_STR_INIT("rank"),
                                  PAL_STR_INIT("psu-strata"), PAL_STR_INIT("rank-before")};
    size_t i = 0;
    while (text.ptr && i < PAL_COUNT(dfs) && !pal_str_eq(text, dfs[i]))
        i++;
    ask->df = (enum pal_survey_df)i;
    if (i < PAL_COUNT(dfs))
        return PAL_OK;
    ask->df = PAL_DF_NUMBER;
    if (pal_num_parse(text, &ask->df_number) && ask->df_number > 0)
        return PAL_OK;
    return unknown(option, text, dfs, i - 1,
                   "domain, design, inf, rank, psu-strata or a number above 0", err);
}

enum pal_status pal_survey_deff_parse(pal_str text, const char *option, struct pal_survey_ask *ask,
                                      struct pal_error *err)
{
    static const pal_str deffs[] = {PAL_STR_INIT("none"), PAL_STR_INIT("wor"), PAL_STR_INIT("wr")};
    size_t i = 0;
    while (text.ptr && i < PAL_COUNT(deffs) && !pal_str_eq(text, deffs[i]))
        i++;
    if (i == PAL_COUNT(deffs))
        return unknown(option, text, deffs, i, "none, wor, wr", err);
    ask->deff = (enum pal_survey_deff)i;
    return PAL_OK;
}

bool pal_survey_scale_known(struct pal_survey_ask *ask)
{
    const double n = (double)ask->replicates;
    if (ask->scale > 0)
        return true;
    switch (ask->replicate) {
    case PAL_REP_JK1:
        ask->scale = (n - 1) / n;
        break;
    case PAL_REP_JK2:
        ask->scale = 1;
        break;
    case PAL_REP_BRR:
        ask->scale = 1 / n;
        break;
    case PAL_REP_FAY:
        ask->scale = 1 / (n * (1 - ask->rho) * (1 - ask->rho));
        break;
    case PAL_REP_BOOTSTRAP:
    case PAL_REP_RAO_WU:
        ask->scale = 1 / (n - 1);
        break;
    case PAL_REP_SDR:
        ask->scale = 4 / n;
        break;
    case PAL_REP_JKN:
    case PAL_REP_GIVEN:
        break;
    }
    return ask->scale > 0;
}

/* ---- statistics of definitions -----------------------------------------------------------------
 */

static const char *const of_sums[] = {"t", "normal", "log-t", NULL};
static const char *const of_shares[] = {"t",    "normal",     "log-t", "mean",   "logit", "xlogit",
                                        "asin", "likelihood", "beta",  "wilson", NULL};
static const char *const of_quantiles[] = {"mean", "logit",  "xlogit",   "asin",  "likelihood",
                                           "beta", "wilson", "quantile", "score", NULL};

#define ESTIMATION "Sarndal, Swensson & Wretman 1992, Model Assisted Survey Sampling, section "
static const struct pal_estimator estimators[] = {
    {.name = "mean",
     .summary = "weighted mean of a column of a sample",
     .source = ESTIMATION "5.7",
     .takes = "one column of a sample",
     .args_min = 1,
     .args_max = 1,
     .intervals = of_sums},
    {.name = "proportion",
     .summary = "weighted share of the records of a sample that a condition holds for",
     .source = ESTIMATION "5.7",
     .takes = "records of a sample, and those of them for which the condition holds",
     .args_min = 1,
     .args_max = 2,
     .intervals = of_shares},
    {.name = "quantile",
     .summary = "value that a share of the population does not exceed",
     .source = "Woodruff 1952, Journal of the American Statistical Association 47",
     .takes = "one column of a sample",
     .args_min = 1,
     .args_max = 1,
     .intervals = of_quantiles},
    {.name = "ratio-of-totals",
     .summary = "ratio of two weighted totals of a sample",
     .source = ESTIMATION "5.6",
     .takes = "two columns of a sample",
     .args_min = 2,
     .args_max = 2,
     .intervals = of_sums},
    {.name = "total",
     .summary = "weighted total of a column of a sample, or the number its records stand for",
     .source = ESTIMATION "5.3",
     .takes = "one column of a sample, or its records",
     .args_min = 1,
     .args_max = 1,
     .intervals = of_sums},
    {.name = "variance",
     .summary = "variance of a column in the population that a sample stands for",
     .source = ESTIMATION "5.9",
     .takes = "one column of a sample",
     .args_min = 1,
     .args_max = 1,
     .intervals = of_sums},
};

size_t pal_survey_estimators(const struct pal_estimator **out)
{
    *out = estimators;
    return PAL_COUNT(estimators);
}
