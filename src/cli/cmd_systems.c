/* cmd_systems.c: palermo systems FILE: from overlapping lists to the people on none of them. */
#include "systems.h"

#include <math.h>
#include <string.h>

static const struct cli_option table[] = {
    {CLI_HEAD, NULL, 0, NULL, "The table", 0},
    {CLI_TEXT, "lists", 0, "A,B,C",
     "columns that are lists; default: every column whose cells are all 1/0, yes/no, true/false, "
     "obs/un or x/-. Of a row-a-sighting file: the lists to use, in this order",
     CLI_AT(struct sys_options, lists)},
    {CLI_TEXT, "count", 0, "COLUMN",
     "people a row stands for; default: a column called count, n, freq, persons, people or cases; "
     "without one, a row is one person. An empty count leaves the history out as unknown",
     CLI_AT(struct sys_options, count)},
    {CLI_TEXT, "person", 0, "COLUMN", "row-a-sighting files: the key of the person",
     CLI_AT(struct sys_options, person)},
    {CLI_TEXT, "list", 0, "COLUMN", "row-a-sighting files: the list that saw the person",
     CLI_AT(struct sys_options, list)},
    {CLI_LIST, "where", 0, "COL OP VALUE",
     "rows that count: OP is one of = != < <= > >= in not-in ~ (begins with); repeatable",
     CLI_AT(struct sys_options, where)},
    {CLI_TEXT, "by", 0, "A,B", "a table, and an estimate, for each group; then for all people",
     CLI_AT(struct sys_options, by)},
    {CLI_FLAG, "margins", 0, NULL,
     "of --by with several columns: the groups of some of them too; '_T' is a total",
     CLI_AT(struct sys_options, margins)},
    {CLI_LIST, "merge", 0, "A+B=NAME", "lists that become one (repeatable)",
     CLI_AT(struct sys_options, merge)},
    {CLI_LIST, "impossible", 0, "A+B",
     "nobody can be on these lists together: structural zeros (repeatable)",
     CLI_AT(struct sys_options, impossible)},
    {CLI_HEAD, NULL, 0, NULL, "Before any model", 0},
    {CLI_FLAG, "describe", 0, NULL, "people, lists, overlaps, histories",
     CLI_AT(struct sys_options, describe)},
    {CLI_FLAG, "triples", 0, NULL, "triples of lists whose pairs all overlap",
     CLI_AT(struct sys_options, triples)},
    {CLI_TEXT, "exists", 0, "MODEL",
     "whether the model has an estimate, and only one: main, all-pairs, A:B,C:D, or every: all "
     "models of pairs",
     CLI_AT(struct sys_options, exists)},
    {CLI_HEAD, NULL, 0, NULL, "Log-linear models", 0},
    {CLI_TEXT, "model", 0, "MODEL",
     "main, all-pairs, terms (A:B,C:D; A*B*C with all its subsets), or hierarchical generators by "
     "the lists' numbers ([12,13,4])",
     CLI_AT(struct sys_options, model)},
    {CLI_TEXT, "pairs", 0, "A:B,C:D", "the same as --model", CLI_AT(struct sys_options, pairs)},
    {CLI_TEXT, "select", 0, "WORD",
     "stepwise: pairs enter one by one, the least likely overlap first; aic, bic: the pair enters "
     "or "
     "leaves that lowers the criterion most, as R's step()",
     CLI_AT(struct sys_options, select)},
    {CLI_NUMBER, "pthresh", 0, "P", "stepwise: while its chance is below P; default 0.02",
     CLI_AT(struct sys_options, pthresh)},
    {CLI_TEXT, "direction", 0, "WORD",
     "aic, bic: both (default) or forward, from no pair; backward, from all pairs",
     CLI_AT(struct sys_options, direction)},
    {CLI_COUNT, "bootstrap", 0, "N",
     "with --select: N resamples, the choice of pairs redone in each; BCa interval",
     CLI_AT(struct sys_options, bootstrap)},
    {CLI_COUNT, "seed", 0, "N", "of the resamples; default 0", CLI_AT(struct sys_options, seed)},
    {CLI_FLAG, "acceleration", 0, NULL, "with --select: the jackknife of BCa alone",
     CLI_AT(struct sys_options, acceleration)},
    {CLI_TEXT, "replicates", 0, "FILE",
     "BCa quantiles from estimates of resamples drawn elsewhere (column N)",
     CLI_AT(struct sys_options, replicates)},
    {CLI_TEXT, "estimate", 0, "N",
     "with --replicates: the estimate they belong to; default: "
     "stepwise from the table",
     CLI_AT(struct sys_options, estimate)},
    {CLI_TEXT, "ahat", 0, "A", "with --replicates: its acceleration; default: from the table",
     CLI_AT(struct sys_options, ahat)},
    {CLI_HEAD, NULL, 0, NULL, "Closed-population models", 0},
    {CLI_TEXT, "closed", 0, "MODEL",
     "M0, Mt, Mh or Mth with Chao (LB), Poisson2, Darroch or Gamma3.5: 'Mth Chao (LB)'; or "
     "generators",
     CLI_AT(struct sys_options, closed)},
    {CLI_TEXT, "closed-search", 0, "ORDER",
     "all hierarchical models up to interactions of ORDER lists: the best by BIC and AIC, averages",
     CLI_AT(struct sys_options, closed_search)},
    {CLI_HEAD, NULL, 0, NULL, "Two lists in figures; one list with repeats", 0},
    {CLI_TEXT, "two-lists", 0, "N1,N2,M", "columns of FILE: people on one, on the other, on both",
     CLI_AT(struct sys_options, two_lists)},
    {CLI_COUNT, "row", 0, "K", "of --two-lists: the row; default 1",
     CLI_AT(struct sys_options, row)},
    {CLI_TEXT, "counts", 0, "K,F", "columns of FILE: times seen, people seen so often",
     CLI_AT(struct sys_options, counts)},
    {CLI_TEXT, "units", 0, "K", "column of FILE: times a person was seen; a row a person",
     CLI_AT(struct sys_options, units)},
    {CLI_TEXT, "covariates", 0, "A,B", "of --units: columns of numbers",
     CLI_AT(struct sys_options, covariates)},
    {CLI_TEXT, "method", 0, "WORD",
     "--two-lists: lincoln_petersen, chapman (default; also for the two searches of reported cases "
     "of ILO 2005), chao_lb_2list; --counts: chao_lower_bound, chao_bias_corrected, zelterman, "
     "zt_poisson, zt_geometric (default: all); --units: sr_ztpoisson, sr_ztgeom, sr_zotpoisson, "
     "sr_chao, sr_zelterman (default), sr_ztnegbin",
     CLI_AT(struct sys_options, method)},
    {CLI_TEXT, "interval", 0, "WORD",
     "of --closed: profile, profile:lgamma; of two lists and of counts: lognormal (default), "
     "normal",
     CLI_AT(struct sys_options, interval)},
    {CLI_HEAD, NULL, 0, NULL, "Bayesian models", 0},
    {CLI_TEXT, "bayes", 0, "WORD",
     "graphs: averaged over all decomposable graphs of dependence (2 to 7 lists); latent: classes "
     "of "
     "people, in each of which lists are independent (3 lists or more)",
     CLI_AT(struct sys_options, bayes)},
    {CLI_NUMBER, "delta", 0, "D", "graphs: prior count of each history; default 2^-lists",
     CLI_AT(struct sys_options, delta)},
    {CLI_TEXT, "n0", 0, "A:B",
     "graphs: numbers of unseen people that are weighed; default 1 to 20 times those seen, at most "
     "200000",
     CLI_AT(struct sys_options, n0)},
    {CLI_TEXT, "prior", 0, "WORD", "graphs: of the population, 1/N (default) or flat",
     CLI_AT(struct sys_options, prior)},
    {CLI_COUNT, "classes", 0, "N", "latent: at most; default 10",
     CLI_AT(struct sys_options, classes)},
    {CLI_COUNT, "chains", 0, "N", "latent: default 4", CLI_AT(struct sys_options, chains)},
    {CLI_COUNT, "burnin", 0, "N", "latent: sweeps before the first sample; default 10000",
     CLI_AT(struct sys_options, burnin)},
    {CLI_COUNT, "samples", 0, "N", "latent: of each chain; default 2000",
     CLI_AT(struct sys_options, samples)},
    {CLI_COUNT, "thin", 0, "N", "latent: sweeps between samples; default 10",
     CLI_AT(struct sys_options, thin)},
    {CLI_TEXT, "starts", 0, "WORD",
     "latent: chains begin alike (default) or apart, which shows peaks that never meet",
     CLI_AT(struct sys_options, starts)},
    {CLI_HEAD, NULL, 0, NULL, "Sensitivity (when no question is put)", 0},
    {CLI_NUMBER, "missed", 0, "RATE",
     "records that were not linked, of those on several lists; "
     "default 0.05",
     CLI_AT(struct sys_options, missed)},
    {CLI_NUMBER, "false-matches", 0, "RATE", "records that were linked wrongly; default 0.05",
     CLI_AT(struct sys_options, false_matches)},
    {CLI_NUMBER, "detected", 0, "N",
     "detected victims by the official count, for the detection ratio; default: those on the lists",
     CLI_AT(struct sys_options, detected)},
    {CLI_HEAD, NULL, 0, NULL, "The answer", 0},
    {CLI_TEXT, "chart", 0, "FILE.svg", "the estimates side by side, with their limits",
     CLI_AT(struct sys_options, chart)},
    CLI_TIMEOUT(struct sys_options),
    {CLI_NUMBER, "level", 0, "LEVEL", "of intervals; default 0.95",
     CLI_AT(struct sys_options, level)},
    {CLI_COUNT, "threads", 0, "N", "the output does not depend on it",
     CLI_AT(struct sys_options, threads)},
    {CLI_TEXT, "output", 'o', "FILE", "file to write; default: standard output",
     CLI_AT(struct sys_options, out)},
    {CLI_TEXT, "format", 0, "WORD",
     "table (default on a terminal), csv (default in a pipe), json, or reference: five columns for "
     "checks against other programs",
     CLI_AT(struct sys_options, format)},
    {0},
};

/* The questions, in the order in which they are answered. */
static const struct {
    size_t asked; /* offset of a bool or of a pointer in the options */
    bool flag;
    sys_task task;
} tasks[] = {
    {offsetof(struct sys_options, describe), true, sys_describe},
    {offsetof(struct sys_options, triples), true, sys_triples},
    {offsetof(struct sys_options, exists), false, sys_exists},
    {offsetof(struct sys_options, model), false, sys_model},
    {offsetof(struct sys_options, pairs), false, sys_model},
    {offsetof(struct sys_options, select), false, sys_select},
    {offsetof(struct sys_options, replicates), false, sys_replicates},
    {offsetof(struct sys_options, closed), false, sys_closed},
    {offsetof(struct sys_options, closed_search), false, sys_closed_search},
    {offsetof(struct sys_options, bayes), false, sys_bayes},
};

static bool is_asked(const struct sys_options *options, size_t i)
{
    const void *at = (const char *)options + tasks[i].asked;
    return tasks[i].flag ? *(const bool *)at : *(const char *const *)at != NULL;
}

/* A group without an answer is a row that says so; a whole table without one is a refusal. */
static enum pal_status no_answer(struct sys_job *job, const struct sys_group *group,
                                 enum pal_status status, struct pal_error *err)
{
    if (job->groups == 1 || (status != PAL_DOMAIN && status != PAL_NOCONV))
        return status;
    struct sys_row *row = sys_row_add(job, group, PAL_STR("N_hat"), (double)NAN);
    if (!row)
        return pal_nomem(err, "the answer");
    size_t n = strcspn(err->text, "\n");
    row->undefined = true;
    row->note = pal_arena_cstr(job->arena, (pal_str){err->text, n});
    *err = (struct pal_error){0};
    return row->note ? PAL_OK : pal_nomem(err, "the answer");
}

static enum pal_status answer(struct sys_job *job, struct pal_error *err)
{
    bool any = false;
    for (size_t i = 0; i < PAL_COUNT(tasks); i++) {
        if (!is_asked(job->options, i))
            continue;
        any = true;
        for (size_t g = 0; g < job->groups; g++) {
            const enum pal_status status = tasks[i].task(job, &job->group[g], err);
            if (status != PAL_OK)
                PAL_TRY(no_answer(job, &job->group[g], status, err));
        }
    }
    if (any)
        return PAL_OK;
    for (size_t g = 0; g < job->groups; g++) {
        const enum pal_status status = sys_report(job, &job->group[g], err);
        if (status != PAL_OK)
            PAL_TRY(no_answer(job, &job->group[g], status, err));
    }
    return sys_consistent(job, err);
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct sys_options *o = cli->options;
    struct sys_job job = {
        .cli = cli, .arena = cli->arena, .options = o, .file = cli->operands.item[0]};
    job.until = pal_deadline_in(o->timeout);
    if (o->level != 0 && !(o->level > 0 && o->level < 1))
        return pal_fail(err, PAL_USAGE, "--level is between 0 and 1, such as 0.95");
    if (o->two_lists || o->counts || o->units) {
        PAL_TRY(o->two_lists ? sys_two_lists(&job, err)
                : o->counts  ? sys_counts(&job, err)
                             : sys_units(&job, err));
        return sys_print(&job, err);
    }
    PAL_TRY(sys_read(&job, err));
    PAL_TRY(answer(&job, err));
    if (o->chart)
        PAL_TRY(sys_chart(&job, err));
    return sys_print(&job, err);
}

const struct cli_command cli_command_systems = {
    .name = "systems",
    .summary = "estimates the people that several overlapping lists have missed",
    .usage = "FILE [options]",
    .about = "Multiple systems estimation (capture-recapture with lists): police, border guards, "
             "shelters and others each keep a list of victims; how often the same person is on two "
             "of them tells how many are on none.\n\n"
             "FILE holds histories with counts (A,B,C,count), a row a person (1/0, yes/no, obs/un "
             "for each list), or a row a sighting (--person, --list). '-' is standard input.",
    .examples = "  palermo systems lists.csv --describe\n"
                "  palermo systems lists.csv --merge PF+NCA=POL --describe\n"
                "  palermo systems sightings.csv --person id --list source --by sex --describe\n",
    .options = table,
    .options_size = sizeof(struct sys_options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
