/* systems_closed.c: closed-population models, their profile intervals, and all hierarchical models,
 * as rows. */
#include "systems.h"

#include <math.h>
#include <string.h>

static enum pal_status profile_row(struct sys_job *job, const struct sys_group *group,
                                   pal_str model, struct pal_error *err)
{
    const pal_str word = pal_str_of(job->options->interval);
    const bool exact = pal_str_eq(word, PAL_STR("profile:lgamma"));
    const double level = job->options->level > 0 ? job->options->level : 0.95;
    double peak, low, high;
    if (!exact && !pal_str_eq(word, PAL_STR("profile")))
        return pal_fail(err, PAL_USAGE, "--interval of --closed is profile or profile:lgamma");
    PAL_TRY(
        pal_closed_profile(group->lists, model, level, exact, job->arena, &peak, &low, &high, err));
    struct sys_row *row = sys_row_add(job, group, PAL_STR("N_multinomial_profile"), peak);
    if (!row)
        return pal_nomem(err, "the answer");
    row->low = low;
    row->high = high;
    row->level = level;
    row->method = "profile likelihood (Cormack 1992)";
    if (isnan(high))
        row->note = "the upper limit is beyond any number";
    return PAL_OK;
}

const char *sys_closed_remark(const struct pal_closed *fit)
{
    if (fit->info != 1 && fit->info != 13)
        return NULL;
    return fabs(fit->bias) > 0.1 * fit->population
               ? "the bias is above a tenth of the estimate: do not rely on it"
               : "the fit did not settle: do not rely on it";
}

static bool add_removed(struct sys_job *job, const struct sys_group *group,
                        const struct pal_closed *fit)
{
    char names[16 * PAL_LISTS_MOST];
    size_t n = 0;
    names[0] = '\0';
    for (size_t i = 0; i < fit->removed_n; i++)
        n +=
            (size_t)snprintf(names + n, sizeof names - n, "%seta%u", i ? "," : "", fit->removed[i]);
    return sys_row_addf(job, group, (double)fit->removed_n, "negative_eta_removed{%s}", names) !=
           NULL;
}

enum pal_status sys_closed(struct sys_job *job, const struct sys_group *group,
                           struct pal_error *err)
{
    const pal_str model = pal_str_of(job->options->closed);
    struct pal_closed fit;
    PAL_TRY(pal_closed_fit(group->lists, model, job->arena, &fit, err));
    if (!fit.finite)
        return pal_fail(
            err, PAL_DOMAIN,
            "the model '%.*s' has no finite estimate here: the likelihood is highest at "
            "the edge",
            PAL_ARG(model));
    bool ok = sys_row_add(job, group, PAL_STR("info_fit"), fit.info) != NULL;
    struct sys_row *row = sys_row_add(job, group, PAL_STR("N_hat"), fit.population);
    if (!ok || !row)
        return pal_nomem(err, "the answer");
    row->std_error = fit.std_error;
    row->method = pal_arena_cstr(job->arena, model);
    sys_lognormal(job, row, fit.people);
    row->note = sys_closed_remark(&fit);
    ok = sys_row_add(job, group, PAL_STR("deviance"), fit.deviance) &&
         sys_row_add(job, group, PAL_STR("df"), fit.df) &&
         sys_row_add(job, group, PAL_STR("AIC"), fit.aic) &&
         sys_row_add(job, group, PAL_STR("BIC"), fit.bic) &&
         sys_row_add(job, group, PAL_STR("asymptotic_bias"), fit.bias);
    if (ok && strstr(job->options->closed, "Chao"))
        ok = add_removed(job, group, &fit);
    if (!ok)
        return pal_nomem(err, "the answer");
    return job->options->interval ? profile_row(job, group, model, err) : PAL_OK;
}

/* ---- all hierarchical models
 * -------------------------------------------------------------------------------- */

enum { SHOWN_BIC = 10, SHOWN_AIC = 5 };

static bool ranked(struct sys_job *job, const struct sys_group *group,
                   const struct pal_search *search, size_t rank)
{
    const struct pal_search_row *at = &search->row[rank];
    const pal_str name = pal_search_name(group->lists, search, at->model, job->arena);
    const size_t k = rank + 1;
    if (at->population > 1000 * search->people || !isfinite(at->std_error)) {
        struct sys_row *row =
            sys_row_addf(job, group, 1, "bic_rank%zu_diverges{%.*s}", k, PAL_ARG(name));
        if (row)
            row->note = "the estimate does not exist";
        return row != NULL;
    }
    struct sys_row *row =
        sys_row_addf(job, group, at->population, "bic_rank%zu_N{%.*s}", k, PAL_ARG(name));
    if (!row)
        return false;
    row->std_error = at->std_error;
    sys_lognormal(job, row, search->people);
    if (!at->exists)
        row->note = "the estimate does not exist, or is not the only one: where the iteration "
                    "stopped";
    return sys_row_addf(job, group, at->bic, "bic_rank%zu_BIC{%.*s}", k, PAL_ARG(name)) &&
           sys_row_addf(job, group, at->aic, "bic_rank%zu_AIC{%.*s}", k, PAL_ARG(name)) &&
           sys_row_addf(job, group, at->info, "bic_rank%zu_infofit{%.*s}", k, PAL_ARG(name));
}

static bool averaged(struct sys_job *job, const struct sys_group *group,
                     const struct pal_search *search, bool aic)
{
    double population, std_error;
    pal_search_average(search, aic, &population, &std_error);
    struct sys_row *row = sys_row_add(
        job, group, aic ? PAL_STR("N_averaged_AIC") : PAL_STR("N_averaged_BIC"), population);
    if (!row)
        return false;
    row->std_error = std_error;
    row->method = "model averaging (Buckland, Burnham & Augustin 1997)";
    sys_lognormal(job, row, search->people);
    return true;
}

enum pal_status sys_closed_search(struct sys_job *job, const struct sys_group *group,
                                  struct pal_error *err)
{
    const struct sys_options *o = job->options;
    struct pal_search search;
    int64_t order;
    if (!pal_int_parse(pal_str_of(o->closed_search), &order) || order < 1 || order > PAL_LISTS_MOST)
        return pal_fail(err, PAL_USAGE, "--closed-search takes the largest order of interaction");
    struct pal_progress *progress = pal_progress_new(job->arena, job->cli->err, "models", 0);
    const enum pal_status status = pal_search_all(group->lists, (int)order, (unsigned)o->threads,
                                                  progress, job->arena, &search, err);
    pal_progress_done(progress);
    PAL_TRY(status);
    double clean = 0;
    for (size_t i = 0; i < search.n; i++)
        clean += search.row[i].info == 0;
    bool ok = sys_row_add(job, group, PAL_STR("n_models"), (double)search.n) &&
              sys_row_add(job, group, PAL_STR("n_models_infofit0"), clean);
    for (size_t i = 0; i < search.n && i < SHOWN_BIC; i++)
        ok = ok && ranked(job, group, &search, i);
    for (size_t i = 0; i < search.n && i < SHOWN_AIC; i++) {
        const struct pal_search_row *row = &search.row[search.by_aic[i]];
        ok = ok &&
             sys_row_addf(job, group, row->aic, "aic_rank%zu_AIC{%.*s}", i + 1,
                          PAL_ARG(pal_search_name(group->lists, &search, row->model, job->arena)));
    }
    ok = ok && averaged(job, group, &search, false) && averaged(job, group, &search, true);
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}
