/* systems_bayes.c: --bayes graphs and --bayes latent: posteriors of the population. */
#include "systems.h"

#include "palermo/systems_bayes.h"

#include <math.h>
#include <string.h>

static struct sys_row *add(struct sys_job *job, const struct sys_group *group,
                           const char *statistic, double estimate)
{
    return sys_row_add(job, group, pal_str_of(statistic), estimate);
}

static double level_of(const struct sys_job *job)
{
    return job->options->level > 0 ? job->options->level : 0.95;
}

/* ---- graphs
 * ----------------------------------------------------------------------------------------- */

/* "1:30000"; without it, up to twenty unseen for each that was seen, within reason. */
static enum pal_status grid_of(const struct sys_job *job, const struct sys_group *group,
                               struct pal_graphs_ask *ask, struct pal_error *err)
{
    enum { LEAST = 1000, MOST = 200000, TIMES = 20 };
    const char *text = job->options->n0;
    const double usual = TIMES * pal_lists_people(group->lists);
    ask->first = 1;
    ask->last = (size_t)fmin(fmax(usual, LEAST), MOST);
    if (!text)
        return PAL_OK;
    pal_str rest = pal_str_of(text), from;
    int64_t first, last;
    if (!pal_str_split(&rest, ':', &from) || !pal_int_parse(from, &first) ||
        !pal_int_parse(rest, &last) || first < 1 || last < first)
        return pal_fail(err, PAL_USAGE,
                        "--n0 is a range of unseen people that starts at 1 or later, as 1:30000, "
                        "not '%s'",
                        text);
    ask->first = (size_t)first;
    ask->last = (size_t)last;
    return PAL_OK;
}

static enum pal_status prior_of(const struct sys_job *job, bool *flat, struct pal_error *err)
{
    const char *word = job->options->prior;
    *flat = word && strcmp(word, "flat") == 0;
    if (!word || *flat || strcmp(word, "1/N") == 0)
        return PAL_OK;
    return pal_fail(err, PAL_USAGE, "--prior is 1/N or flat, not '%s'", word);
}

/* R rounds halves to even. */
static size_t part_of(size_t n, double part)
{
    const double at = nearbyint((double)n * part);
    return at < 1 ? 1 : (size_t)at;
}

static bool graphs_details(struct sys_job *job, const struct sys_group *group,
                           const struct pal_graphs *a)
{
    static const double parts[] = {0.1, 0.25, 0.5};
    size_t before = 0;
    bool ok = true;
    for (size_t i = 0; i < PAL_COUNT(parts); i++) {
        const size_t n0 = part_of(a->n, parts[i]);
        if (n0 == before)
            continue;
        before = n0;
        ok = ok && sys_row_addf(job, group, a->p[n0 - 1], "posterior_p[n0=%zu]", a->first + n0 - 1);
    }
    for (size_t r = 0; r < a->ranks; r++) {
        ok = ok && sys_row_addf(job, group, a->rank[r].probability, "graph_rank%zu_prob{%.*s}",
                                r + 1, PAL_ARG(a->rank[r].name));
        ok = ok && sys_row_addf(job, group, a->rank[r].mean, "graph_rank%zu_mean_N{%.*s}", r + 1,
                                PAL_ARG(a->rank[r].name));
    }
    return ok;
}

static enum pal_status graphs(struct sys_job *job, const struct sys_group *group,
                              struct pal_error *err)
{
    static const double MUCH = 1e-3; /* of the posterior beyond the grid, judged by its end */
    struct pal_graphs_ask ask = {.delta = job->options->delta, .level = level_of(job)};
    struct pal_graphs a;
    PAL_TRY(grid_of(job, group, &ask, err));
    PAL_TRY(prior_of(job, &ask.flat, err));
    PAL_TRY(pal_systems_graphs(group->lists, &ask, job->arena, &a, err));
    bool ok = add(job, group, "n_graphs", (double)a.graphs) != NULL;
    struct sys_row *row = add(job, group, "posterior_mean_N", a.mean);
    if (!ok || !row)
        return pal_nomem(err, "the answer");
    row->std_error = a.sd;
    row->low = a.low;
    row->high = a.high;
    row->level = ask.level;
    row->method = "averaged over decomposable graphs (Madigan & York 1997)";
    if (a.at_end * (double)a.n > MUCH)
        row->note = "the posterior goes on beyond the largest number of unseen people: give a "
                    "larger --n0";
    ok = add(job, group, "posterior_median_N", a.median) &&
         add(job, group, "posterior_mode_N", a.mode) &&
         add(job, group, "posterior_prob_at_grid_end", a.at_end) && graphs_details(job, group, &a);
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}

/* ---- latent classes
 * -------------------------------------------------------------------------------- */

static enum pal_status starts_of(const struct sys_job *job, bool *apart, struct pal_error *err)
{
    const char *word = job->options->starts;
    *apart = word && strcmp(word, "apart") == 0;
    if (!word || *apart || strcmp(word, "alike") == 0)
        return PAL_OK;
    return pal_fail(err, PAL_USAGE, "--starts is alike or apart, not '%s'", word);
}

static enum pal_status latent(struct sys_job *job, const struct sys_group *group,
                              struct pal_error *err)
{
    static const double DISAGREE = 1.05, FEW = 100;
    const struct sys_options *o = job->options;
    struct pal_latent_ask ask = {.classes = o->classes,
                                 .chains = o->chains,
                                 .burnin = o->burnin,
                                 .samples = o->samples,
                                 .thin = o->thin,
                                 .seed = o->seed,
                                 .threads = (unsigned)o->threads,
                                 .level = level_of(job)};
    struct pal_latent a;
    PAL_TRY(starts_of(job, &ask.apart, err));
    ask.progress = pal_progress_new(job->arena, job->cli->err, "sweeps of the first chain", 0);
    const enum pal_status status = pal_systems_latent(group->lists, &ask, job->arena, &a, err);
    pal_progress_done(ask.progress);
    PAL_TRY(status);
    struct sys_row *row = add(job, group, "posterior_mean_N", a.mean);
    if (!row)
        return pal_nomem(err, "the answer");
    row->std_error = a.sd;
    row->low = a.low;
    row->high = a.high;
    row->level = ask.level;
    row->method = "latent classes, Gibbs sampling (Manrique-Vallier 2016)";
    if (a.rhat > DISAGREE || a.ess < FEW)
        row->note = a.rhat > DISAGREE
                        ? "the chains do not agree: take more sweeps, and look at --starts apart"
                        : "few effective draws: take more sweeps";
    const bool ok = add(job, group, "posterior_median_N", a.median) &&
                    add(job, group, "posterior_q025_N", a.q025) &&
                    add(job, group, "posterior_q975_N", a.q975) &&
                    add(job, group, "posterior_sd_N", a.sd) && add(job, group, "rhat", a.rhat) &&
                    add(job, group, "effective_draws", a.ess) &&
                    add(job, group, "monte_carlo_error", a.error) &&
                    add(job, group, "occupied_classes", a.occupied);
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}

enum pal_status sys_bayes(struct sys_job *job, const struct sys_group *group, struct pal_error *err)
{
    const char *word = job->options->bayes;
    if (strcmp(word, "graphs") == 0)
        return graphs(job, group, err);
    if (strcmp(word, "latent") == 0)
        return latent(job, group, err);
    return pal_fail(err, PAL_USAGE, "--bayes is graphs or latent, not '%s'", word);
}
