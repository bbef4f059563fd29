/* sample_answer.c: what the surveys answer: a value of one area or region, a comparison of two, the
 * same of completed data sets made one. */
#include "sample.h"

#include <math.h>
#include <string.h>

static bool is_word(const struct job *j, const char *word)
{
    return strcmp(j->d->estimator->name, word) == 0;
}

static enum pal_limits_of limits_of(const struct job *j)
{
    if (j->d->compares && j->d->as == PAL_COMPARE_PERCENT)
        return PAL_LIMITS_OF_PERCENT;
    return !j->d->compares && is_word(j, "quantile") ? PAL_LIMITS_OF_QUANTILE : PAL_LIMITS_OF_VALUE;
}

static void multiply(struct pal_estimate *e, double per)
{
    e->value *= per;
    e->std_error *= per;
    e->low *= per;
    e->high *= per;
}

/* A design that the rule for lonely units refuses gives no figure, and says why. */
static enum pal_status refuse(struct job *j, const char *why, struct pal_estimate *out,
                              struct pal_error *err)
{
    PAL_TRY(job_unanswered(pal_arena_cstr(j->arena, pal_str_of(why)), out, err));
    if (!j->refused++)
        j->refusal = out->note;
    return PAL_OK;
}

/* ---- samples that know nothing of each other ---------------------------------------------------
 */

/* Does the variance of an answer follow from those of its samples? Their sum is taken apart so that
 * nothing of one enters that of another: neither replicates that are numbered alike, nor the
 * average that stands for strata of one unit. */
static bool is_apart(const struct job *j, const struct sample *s, const struct item *item)
{
    const bool regional = item->total && s->facts->by_area;
    return sample_is_several(s) && (regional ? is_word(j, "total") : j->parts > 0);
}

struct portions { /* of a value, each of one area in one year */
    size_t n;
    struct pal_survey_part *part;
    const struct item **of;
};

static void add_portion(struct portions *to, const struct sample *s, size_t part, double factor)
{
    to->part[to->n] = (struct pal_survey_part){s->frame[part], s->group[part], 0, factor};
    to->of[to->n++] = &s->part[part];
}

/* A part, or of a region those of its areas. */
static void take_portions(const struct job *j, const struct sample *s, size_t part, double factor,
                          struct portions *to)
{
    const struct item *whole = &s->part[part];
    if (!whole->total || !s->facts->by_area) {
        add_portion(to, s, part, factor);
        return;
    }
    for (size_t i = 0; i < s->parts; i++)
        if (!s->part[i].total && s->part[i].key[KEY_PERIOD] == whole->key[KEY_PERIOD] &&
            memcmp(s->part[i].key + KEY_BY, whole->key + KEY_BY, j->d->by_n * sizeof *whole->key) ==
                0 &&
            job_enters(j, &s->part[i], whole->key[KEY_AREA]))
            add_portion(to, s, i, factor);
}

static bool is_same_sample(const struct sample *s, const struct item *a, const struct item *b)
{
    return (!s->facts->by_area || a->key[KEY_AREA] == b->key[KEY_AREA]) &&
           (!s->facts->by_period || a->key[KEY_PERIOD] == b->key[KEY_PERIOD]);
}

/* The variance is the sum over samples of that of what each gives, and so are degrees of freedom.
 */
static enum pal_status add_variances(const struct job *j, struct sample *s, struct sample_set *set,
                                     struct portions *all, struct pal_estimate *out,
                                     struct pal_error *err)
{
    struct pal_sum variance = {0};
    double df = 0;
    for (size_t from = 0; from < all->n;) {
        size_t n = from + 1;
        double own = 0;
        for (size_t i = n; i < all->n; i++) {
            if (!is_same_sample(s, all->of[from], all->of[i]))
                continue;
            const struct pal_survey_part part = all->part[i];
            const struct item *of = all->of[i];
            all->part[i] = all->part[n];
            all->of[i] = all->of[n];
            all->part[n] = part;
            all->of[n++] = of;
        }
        struct pal_design_variance v;
        PAL_TRY(pal_survey_covariance(set->work, all->part + from, n - from, all->part + from,
                                      n - from, &v, err));
        pal_sum_add(&variance, v.value);
        for (size_t i = from; i < n; i++) {
            double of;
            PAL_TRY(
                pal_survey_df_of(set->work, all->part[i].statistic, all->part[i].group, &of, err));
            own = fmax(own, of);
        }
        df += own;
        from = n;
    }
    out->std_error = sqrt(pal_sum_value(&variance));
    if (s->ask.df == PAL_DF_DOMAIN || s->ask.df == PAL_DF_RANK)
        out->df = df;
    out->has_deff = false;
    return pal_survey_limits(limits_of(j), out, err);
}

/* ---- comparisons -------------------------------------------------------------------------------
 */

static enum pal_status answer_part(struct sample *s, struct sample_set *set, size_t part,
                                   struct pal_arena *arena, struct pal_estimate *out,
                                   struct pal_error *err)
{
    return pal_survey_answer(set->work, s->frame[part], s->group[part], 0, arena, out, err);
}

static enum pal_status compare(struct job *j, struct sample *s, struct sample_set *set, size_t item,
                               struct pal_estimate *out, struct pal_error *err)
{
    const size_t a = (size_t)(j->item[item].from - s->part),
                 b = (size_t)(j->item[item].to - s->part);
    struct pal_estimate from, to;
    PAL_TRY(answer_part(s, set, a, j->arena, &from, err));
    PAL_TRY(answer_part(s, set, b, j->arena, &to, err));
    const struct pal_survey_side side[] = {{s->frame[a], s->group[a], &from},
                                           {s->frame[b], s->group[b], &to}};
    PAL_TRY(pal_survey_compare(set->work, j->d->as, &side[0], &side[1], s->pooled_frame[item],
                               s->pooled_group[item], out, err));
    out->missing = from.missing + to.missing;
    out->lonely = from.lonely > to.lonely ? from.lonely : to.lonely;
    out->lonely_rule = from.lonely ? from.lonely_rule : to.lonely_rule;
    return PAL_OK;
}

static enum pal_status answer_set(struct job *j, struct sample *s, struct sample_set *set,
                                  size_t item, struct pal_estimate *out, struct pal_error *err)
{
    const struct item *it = &j->item[item];
    const bool compares = j->parts > 0;
    if (it->total && s->facts->by_area && s->ask.method == PAL_SURVEY_GIVEN && !is_word(j, "total"))
        return pal_fail(err, PAL_DOMAIN,
                        "of samples with replicate weights of their own only totals add up over "
                        "areas; 'variance: taylor' with the roles strata and psu pools them");
    if (compares)
        PAL_TRY(compare(j, s, set, item, out, err));
    else
        PAL_TRY(answer_part(s, set, item, j->arena, out, err));
    if (!is_apart(j, s, it) || !out->has_std_error || out->status != PAL_ANSWER_OK)
        return PAL_OK;
    struct portions all = {.part = pal_arena_alloc(s->arena, 2 * s->parts + 2, sizeof *all.part),
                           .of = pal_arena_alloc(s->arena, 2 * s->parts + 2, sizeof *all.of)};
    if (!all.part || !all.of)
        return pal_nomem(err, "a sample");
    if (!compares) {
        take_portions(j, s, item, 1, &all);
    } else {
        const size_t a = (size_t)(it->from - s->part), b = (size_t)(it->to - s->part);
        struct pal_estimate from, to;
        PAL_TRY(answer_part(s, set, a, j->arena, &from, err));
        PAL_TRY(answer_part(s, set, b, j->arena, &to, err));
        const double by = j->d->as == PAL_COMPARE_PERCENT ? 100 : 1;
        const bool ratio = j->d->as != PAL_COMPARE_DIFFERENCE;
        take_portions(j, s, b, ratio ? by / from.value : 1, &all);
        take_portions(j, s, a, ratio ? -by * to.value / (from.value * from.value) : -1, &all);
    }
    return add_variances(j, s, set, &all, out, err);
}

/* ---- figures -----------------------------------------------------------------------------------
 */

/* Completed data sets become one. */
static enum pal_status answer_all(struct job *j, struct sample *s, size_t item,
                                  struct pal_estimate *out, struct pal_error *err)
{
    if (!s->facts->imputed)
        return answer_set(j, s, &s->set[0], item, out, err);
    struct pal_estimate *each = pal_arena_alloc(s->arena, s->sets, sizeof *each);
    const struct pal_estimate **of = pal_arena_alloc(s->arena, s->sets, sizeof *of);
    double missing;
    if (!each || !of)
        return pal_nomem(err, "a sample");
    for (size_t k = 0; k < s->sets; k++) {
        PAL_TRY(answer_set(j, s, &s->set[k], item, &each[k], err));
        of[k] = &each[k];
    }
    PAL_TRY(pal_survey_imputed(of, s->sets, limits_of(j), s->mi_df, s->arena, out, &missing, err));
    if (!out->has_std_error || isnan(missing))
        return PAL_OK;
    char share[PAL_NUM_SIZE];
    pal_num_write(missing, share);
    out->note =
        pal_arena_printf(j->arena, "%s%sfraction of information that is missing: %s (Rubin 1987)",
                         out->note ? out->note : "", out->note ? "; " : "", share)
            .ptr;
    return out->note ? PAL_OK : pal_nomem(err, "figures");
}

/* What is compared, and the test that there is no difference: that of the difference, whatever the
 * figure shows. */
static enum pal_status say_comparison(struct job *j, const struct item *item,
                                      const struct pal_estimate *difference,
                                      struct pal_estimate *out, struct pal_error *err)
{
    char t[PAL_NUM_SIZE], p[PAL_NUM_SIZE];
    const double ratio = difference->value / difference->std_error;
    pal_str what =
        j->d->contrast_of.len
            ? pal_arena_printf(j->arena, "%.*s against %.*s", PAL_ARG(j->d->contrast[0]),
                               PAL_ARG(j->d->contrast[1]))
            : pal_arena_printf(j->arena, "%d against %d", (int)(int32_t)item->to->key[KEY_PERIOD],
                               (int)(int32_t)item->from->key[KEY_PERIOD]);
    if (what.ptr && difference->has_std_error && !isnan(ratio)) {
        pal_num_write(ratio, t);
        pal_num_write(pal_student_two_sided(ratio, difference->df), p);
        what = pal_arena_printf(j->arena, "%.*s; that they do not differ: t = %s, p = %s",
                                PAL_ARG(what), t, p);
    }
    out->note = !what.ptr   ? NULL
                : out->note ? pal_arena_printf(j->arena, "%.*s; %s", PAL_ARG(what), out->note).ptr
                            : what.ptr;
    return out->note ? PAL_OK : pal_nomem(err, "figures");
}

static enum pal_status answer_comparison(struct job *j, struct sample *s, size_t item,
                                         struct pal_estimate *out, struct pal_error *err)
{
    struct pal_definition other = *j->d;
    const struct pal_definition *own = j->d;
    struct pal_estimate difference;
    PAL_TRY(answer_all(j, s, item, out, err));
    difference = *out;
    if (own->as != PAL_COMPARE_DIFFERENCE) {
        other.as = PAL_COMPARE_DIFFERENCE;
        j->d = &other;
        const enum pal_status status = answer_all(j, s, item, &difference, err);
        j->d = own;
        if (status != PAL_OK)
            return status;
    }
    return say_comparison(j, &j->item[item], &difference, out, err);
}

static bool has_sides(const struct job *j, size_t item)
{
    return !j->parts || (j->item[item].from && j->item[item].to);
}

enum pal_status sample_answer(struct job *j, size_t item, struct pal_estimate *out,
                              struct pal_error *err)
{
    struct sample *s = j->sample;
    struct pal_error why = {0};
    if (!s)
        return pal_fail(err, PAL_BUG, "no sample was made");
    if (s->refusal)
        return refuse(j, s->refusal, out, err);
    if (!has_sides(j, item))
        return job_without_side(j, &j->item[item], out, err);
    const enum pal_status status =
        j->parts ? answer_comparison(j, s, item, out, &why) : answer_all(j, s, item, out, &why);
    if (status == PAL_DOMAIN)
        return refuse(j, why.text, out, err);
    if (status != PAL_OK) {
        if (err)
            *err = why;
        return status;
    }
    if (j->d->missing_undefined && out->missing) {
        out->value = out->std_error = out->low = out->high = (double)NAN;
        out->status = PAL_ANSWER_UNDEFINED;
        out->absent = PAL_NOT_APPLICABLE;
    }
    if (j->d->ask.per > 0 && (!j->parts || j->d->as == PAL_COMPARE_DIFFERENCE))
        multiply(out, j->d->ask.per);
    const pal_str all =
        pal_arena_printf(j->arena, "%s%.*s", out->method, PAL_ARG(s->adjusted_text));
    const char *method = all.ptr;
    if (!method)
        return pal_nomem(err, "figures");
    /* One text for all figures of a method: tables name each once. */
    out->method = j->method && strcmp(j->method, method) == 0 ? j->method : method;
    j->method = out->method;
    return PAL_OK;
}
