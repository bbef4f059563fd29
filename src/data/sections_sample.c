/* sections_sample.c: how the records of a file were sampled: columns by their roles, and `design`,
 * in the words of `palermo estimate`. */
#include "sections.h"

#include <string.h>

bool pal_sample_fits(pal_str pattern, pal_str name)
{
    size_t p = 0, at = 0, star = SIZE_MAX, back = 0;
    while (at < name.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            back = at;
        } else if (p < pattern.len && pattern.ptr[p] == name.ptr[at]) {
            p++;
            at++;
        } else if (star != SIZE_MAX) { /* the star takes one letter more */
            p = star + 1;
            at = ++back;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static enum pal_status read_columns(const struct pal_yaml *roles, const char *role, size_t most,
                                    struct pal_arena *arena, const pal_str **out, size_t *n,
                                    struct pal_error *err)
{
    PAL_TRY(pal_yaml_texts(roles, role, arena, out, n, err));
    if (*n > most)
        return pal_yaml_fail(pal_yaml_get(roles, role), err,
                             "the role '%s' has %zu columns; it can have %zu, one a stage", role,
                             *n, most);
    return PAL_OK;
}

static enum pal_status read_roles(const struct pal_yaml *roles, struct pal_arena *arena,
                                  struct pal_sample_facts *s, struct pal_error *err)
{
    enum { STAGES = 8 };
    PAL_TRY(pal_yaml_text(roles, "weight", &s->weight, err));
    PAL_TRY(read_columns(roles, "psu", STAGES, arena, &s->unit, &s->units, err));
    const size_t stages = s->units ? s->units : 1;
    PAL_TRY(read_columns(roles, "strata", stages, arena, &s->stratum, &s->strata, err));
    PAL_TRY(read_columns(roles, "fpc", stages, arena, &s->fpc, &s->fpcs, err));
    return pal_yaml_texts(roles, "replicates", arena, &s->replicate, &s->replicates, err);
}

/* "fay:0.3" is a word and what stands behind it; estimators judge the latter. */
static enum pal_status read_variance(const struct pal_yaml *design, struct pal_sample_facts *s,
                                     struct pal_error *err)
{
    static const char *const words[] = {"taylor", "srs",        "brewer", "hajek", "jk1",
                                        "jkn",    "jk2",        "brr",    "fay",   "bootstrap",
                                        "rao-wu", "replicates", "sdr",    "none"};
    pal_str known[PAL_COUNT(words)];
    PAL_TRY(pal_yaml_text(design, "variance", &s->variance, err));
    if (!s->variance.len)
        return PAL_OK;
    const char *colon = memchr(s->variance.ptr, ':', s->variance.len);
    const pal_str word = {s->variance.ptr,
                          colon ? (size_t)(colon - s->variance.ptr) : s->variance.len};
    for (size_t i = 0; i < PAL_COUNT(words); i++) {
        known[i] = pal_str_of(words[i]);
        if (pal_str_eq(word, known[i]))
            return PAL_OK;
    }
    if (pal_str_eq(word, PAL_STR("yates-grundy")) || pal_str_eq(word, PAL_STR("horvitz-thompson")))
        return pal_yaml_fail(pal_yaml_get(design, "variance"), err,
                             "'variance: %.*s' needs joint inclusion probabilities, which only "
                             "'palermo estimate --joint FILE' takes; brewer and hajek approximate "
                             "them from 'fpc'",
                             PAL_ARG(word));
    const pal_str near = pal_nearest(word, known, PAL_COUNT(known));
    return pal_yaml_fail(pal_yaml_get(design, "variance"), err,
                         "'variance' cannot be '%.*s'%s%.*s%s", PAL_ARG(word), PAL_NEAR(near));
}

static enum pal_status read_word(const struct pal_yaml *design, const char *key,
                                 const char *const *words, size_t n, pal_str *out,
                                 struct pal_error *err)
{
    size_t at = SIZE_MAX;
    PAL_TRY(data_choice(design, key, words, n, &at, err));
    if (at < n)
        *out = pal_str_of(words[at]);
    return PAL_OK;
}

/* A number instead of a word is a number of degrees of freedom. */
static enum pal_status read_df(const struct pal_yaml *design, struct pal_sample_facts *s,
                               struct pal_error *err)
{
    static const char *const dfs[] = {"domain", "design", "inf", "rank", "psu-strata"};
    pal_str known[PAL_COUNT(dfs)];
    double number;
    PAL_TRY(pal_yaml_text(design, "df", &s->df, err));
    if (!s->df.len || (pal_num_parse(s->df, &number) && number > 0))
        return PAL_OK;
    for (size_t i = 0; i < PAL_COUNT(dfs); i++)
        if (pal_str_eq(s->df, known[i] = pal_str_of(dfs[i])))
            return PAL_OK;
    const pal_str near = pal_nearest(s->df, known, PAL_COUNT(known));
    return pal_yaml_fail(pal_yaml_get(design, "df"), err,
                         "'df' is domain, design, inf, rank, psu-strata or a number above 0, not "
                         "'%.*s'%s%.*s%s",
                         PAL_ARG(s->df), PAL_NEAR(near));
}

static enum pal_status read_scales(const struct pal_yaml *design, struct pal_arena *arena,
                                   struct pal_sample_facts *s, struct pal_error *err)
{
    static const char *const given[] = {"scale", "rscales", "replicate_kind"};
    const pal_str *text = NULL;
    size_t n = 0;
    for (size_t i = 0; i < PAL_COUNT(given) && !s->replicates; i++)
        if (pal_yaml_get(design, given[i]))
            return pal_yaml_fail(pal_yaml_get(design, given[i]), err,
                                 "'%s' belongs to given replicate weights; name their columns by "
                                 "the role 'replicates', or leave it out",
                                 given[i]);
    PAL_TRY(pal_yaml_number(design, "scale", &s->scale, err));
    if (pal_yaml_get(design, "scale") && !(s->scale > 0))
        return pal_yaml_fail(pal_yaml_get(design, "scale"), err, "'scale' is a number above 0");
    PAL_TRY(pal_yaml_texts(design, "rscales", arena, &text, &n, err));
    double *scale = pal_arena_alloc(arena, n + 1, sizeof *scale);
    if (!scale)
        return pal_nomem(err, "the design");
    for (size_t i = 0; i < n; i++)
        if (!pal_num_parse(text[i], &scale[i]))
            return pal_yaml_fail(pal_yaml_get(design, "rscales"), err, "'%.*s' is no number",
                                 PAL_ARG(text[i]));
    s->rscale = scale;
    s->rscales = n;
    return PAL_OK;
}

/* Files of several samples: each area or year of them drew its own. */
static enum pal_status read_samples(const struct pal_yaml *design, struct pal_arena *arena,
                                    struct pal_sample_facts *s, struct pal_error *err)
{
    const pal_str *text = NULL;
    size_t n = 0;
    PAL_TRY(pal_yaml_texts(design, "samples", arena, &text, &n, err));
    if (n)
        s->samples_at = pal_yaml_get(design, "samples")->at;
    for (size_t i = 0; i < n; i++) {
        if (pal_str_eq(text[i], PAL_STR("area")))
            s->by_area = true;
        else if (pal_str_eq(text[i], PAL_STR("period")))
            s->by_period = true;
        else
            return pal_yaml_fail(pal_yaml_get(design, "samples"), err,
                                 "'samples' can be area, period or both, not '%.*s'",
                                 PAL_ARG(text[i]));
    }
    return PAL_OK;
}

/* A column of imputation numbers, or `mi_df` alone: each file is a completed data set. */
static enum pal_status read_imputation(const struct pal_yaml *design, size_t files,
                                       struct pal_sample_facts *s, struct pal_error *err)
{
    static const char *const rules[] = {"rubin", "barnard-rubin", "barnard-rubin-mitools"};
    PAL_TRY(pal_yaml_text(design, "imputation", &s->imputation, err));
    PAL_TRY(read_word(design, "mi_df", rules, PAL_COUNT(rules), &s->mi_df, err));
    s->imputed = s->imputation.len || s->mi_df.len;
    if (s->imputed)
        s->imputation_at = pal_yaml_get(design, s->imputation.len ? "imputation" : "mi_df")->at;
    if (s->imputed && !s->imputation.len && files < 2)
        return pal_yaml_fail(pal_yaml_get(design, "mi_df"), err,
                             "'mi_df' needs 'imputation', a column of imputation numbers, or a "
                             "'path' of several files, each a completed data set");
    return PAL_OK;
}

DATA_SECTION(sample)
{
    static const char *const keys[] = {"nest",
                                       "lonely_psu",
                                       "lonely_domain",
                                       "variance",
                                       "replicate_kind",
                                       "scale",
                                       "rscales",
                                       "mse",
                                       "df",
                                       "deff",
                                       "samples",
                                       "respondents",
                                       "trim",
                                       "rake",
                                       "poststratify",
                                       "calibrate",
                                       "nonresponse_classes",
                                       "terms",
                                       "bounds",
                                       "population",
                                       "aggregate",
                                       "max_iterations",
                                       "epsilon",
                                       "imputation",
                                       "mi_df"};
    static const char *const rules[] = {"fail", "certainty", "remove", "average", "adjust"};
    static const char *const domains[] = {"none", "adjust"};
    static const char *const kinds[] = {"weight", "factor"};
    static const char *const deffs[] = {"wor", "wr", "none"};
    const struct pal_yaml *roles = pal_yaml_get(root, "roles"),
                          *design = pal_yaml_get(root, "design");
    struct pal_sample_facts *s = &d->sample;
    if (d->shape != PAL_SHAPE_MICRODATA)
        return design ? pal_yaml_fail(design, err, "'design' goes with 'shape: microdata'")
                      : PAL_OK;
    if (roles)
        PAL_TRY(read_roles(roles, arena, s, err));
    s->at = design ? design->at : roles ? roles->at : root->at;
    s->given = design || s->weight.len || s->units || s->strata || s->fpcs || s->replicates;
    if (!design)
        return PAL_OK;
    PAL_TRY(pal_yaml_known(design, "a design", keys, PAL_COUNT(keys), err));
    PAL_TRY(pal_yaml_bool(design, "nest", &s->nest, err));
    PAL_TRY(pal_yaml_bool(design, "mse", &s->mse, err));
    PAL_TRY(read_word(design, "lonely_psu", rules, PAL_COUNT(rules), &s->lonely_psu, err));
    PAL_TRY(
        read_word(design, "lonely_domain", domains, PAL_COUNT(domains), &s->lonely_domain, err));
    PAL_TRY(read_word(design, "replicate_kind", kinds, PAL_COUNT(kinds), &s->replicate_kind, err));
    PAL_TRY(read_word(design, "deff", deffs, PAL_COUNT(deffs), &s->deff, err));
    PAL_TRY(read_variance(design, s, err));
    PAL_TRY(read_df(design, s, err));
    PAL_TRY(read_scales(design, arena, s, err));
    PAL_TRY(data_read_weighting(design, arena, &s->weighting, err));
    PAL_TRY(read_imputation(design, d->paths_n, s, err));
    return read_samples(design, arena, s, err);
}
