/* cmd_recruits.c: palermo recruits FILE: shares in a hidden population from chains of recruitment.
 */
#include "check.h"
#include "recruits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct cli_option table[] = {
    {CLI_HEAD, NULL, 0, NULL, "who recruited whom", 0},
    {CLI_TEXT, "id", 0, "COL", "the respondent; default id", CLI_AT(struct recruits_options, id)},
    {CLI_TEXT, "recruiter", 0, "COL", "the recruiter's id; default recruiter",
     CLI_AT(struct recruits_options, recruiter)},
    {CLI_TEXT, "seed-mark", 0, "WORD", "what stands there for a seed; default seed (or nothing)",
     CLI_AT(struct recruits_options, seed_mark)},
    {CLI_TEXT, "coupon", 0, "COL", "instead: the coupon the respondent brought",
     CLI_AT(struct recruits_options, coupon)},
    {CLI_TEXT, "coupons", 0, "A,B,C", "and the columns of coupons the respondent handed out",
     CLI_AT(struct recruits_options, coupons)},
    {CLI_TEXT, "degree", 0, "COL",
     "how many people of the population the respondent knows; default degree",
     CLI_AT(struct recruits_options, degree)},
    {CLI_HEAD, NULL, 0, NULL, "what is asked", 0},
    {CLI_LIST, "variable", 0, "COL",
     "whose categories' shares are wanted; may be given several times",
     CLI_AT(struct recruits_options, variables)},
    {CLI_LIST, "method", 0, "WORD",
     "RDS-II, RDS-I, RDS-I/DS (smoothed), SS (Gile's successive sampling; needs --population), "
     "mean; "
     "describe, transitions, homophily, mean_degree, convergence, bottleneck. May be given several "
     "times; default: describe, RDS-II (and SS), and whether the chains can be trusted",
     CLI_AT(struct recruits_options, methods)},
    {CLI_NUMBER, "population", 0, "N", "size of the population, for SS, gile and the design effect",
     CLI_AT(struct recruits_options, population)},
    {CLI_COUNT, "samples", 0, "N", "SS: samples simulated an iteration; default 10000",
     CLI_AT(struct recruits_options, samples)},
    {CLI_COUNT, "iterations", 0, "N", "SS: default 5", CLI_AT(struct recruits_options, iterations)},
    {CLI_TEXT, "group-degrees", 0, "A,B",
     "homophily: columns of ties to the first and the second group; default: 'from recruits', "
     "degree "
     "times the share among own recruits",
     CLI_AT(struct recruits_options, group_degrees)},
    {CLI_HEAD, NULL, 0, NULL, "uncertainty", 0},
    {CLI_TEXT, "bootstrap", 0, "KIND:B",
     "tree (default, with 1000 replicates), salganik, gile or none",
     CLI_AT(struct recruits_options, bootstrap)},
    {CLI_TEXT, "degree-resampling", 0, "WORD",
     "salganik: members of a group drawn uniform (default) or proportional to degree",
     CLI_AT(struct recruits_options, resampling)},
    {CLI_TEXT, "interval", 0, "WORD", "normal (default), or percentile (default of tree)",
     CLI_AT(struct recruits_options, interval)},
    {CLI_NUMBER, "level", 0, "P", "of the interval; default 0.95",
     CLI_AT(struct recruits_options, level)},
    {CLI_COUNT, "seed", 0, "N", "of the random numbers; default 1",
     CLI_AT(struct recruits_options, seed)},
    {CLI_HEAD, NULL, 0, NULL, "output and work", 0},
    {CLI_TEXT, "format", 0, "WORD",
     "table (default on a terminal), csv (default in a pipe), json or reference",
     CLI_AT(struct recruits_options, format)},
    CLI_TIMEOUT(struct recruits_options),
    {CLI_COUNT, "threads", 0, "N", "threads to use; the answers are the same on any number",
     CLI_AT(struct recruits_options, threads)},
    {0},
};

enum question {
    ASK_DESCRIBE,
    ASK_MEAN,
    ASK_RDS_I,
    ASK_RDS_I_SMOOTH,
    ASK_RDS_II,
    ASK_SS,
    ASK_TRANSITIONS,
    ASK_HOMOPHILY,
    ASK_HOMOPHILY_RECRUITMENT,
    ASK_HOMOPHILY_POPULATION,
    ASK_MEAN_DEGREE,
    ASK_CONVERGENCE,
    ASK_BOTTLENECK,
    ASK_CHAINS, /* how far the chains can be trusted, in a few lines */
};
static const struct {
    const char *word;
    enum question question;
} words[] = {
    {"describe", ASK_DESCRIBE},
    {"mean", ASK_MEAN},
    {"Arithmetic Mean", ASK_MEAN},
    {"RDS-I", ASK_RDS_I},
    {"RDS-I/DS", ASK_RDS_I_SMOOTH},
    {"RDS-I (DS)", ASK_RDS_I_SMOOTH},
    {"RDS-II", ASK_RDS_II},
    {"SS", ASK_SS},
    {"Gile SS", ASK_SS},
    {"transitions", ASK_TRANSITIONS},
    {"homophily", ASK_HOMOPHILY},
    {"homophily_recruitment", ASK_HOMOPHILY_RECRUITMENT},
    {"homophily_population", ASK_HOMOPHILY_POPULATION},
    {"mean_degree", ASK_MEAN_DEGREE},
    {"convergence", ASK_CONVERGENCE},
    {"bottleneck", ASK_BOTTLENECK},
};

struct job {
    struct cli *cli;
    struct pal_arena *arena;
    const struct recruits_options *o;
    struct recruits_data data;
    struct answers answers;
    struct pal_rds_replicates replicates; /* 0: none */
    bool percentile, reference;
    struct pal_deadline until;
    double *pi; /* NULL until it is needed */
};

/* ---- estimates of shares
 * ------------------------------------------------------------------------- */

static const char *const bootstrap_names[] = {"Salganik's bootstrap", "Gile's bootstrap",
                                              "tree bootstrap"};

/* Standard error and interval of group g from its replicates. */
static void spread(const struct job *job, const double *replicate, size_t groups, size_t g,
                   double *room, struct answer *row)
{
    size_t n;
    pal_recruits_interval(replicate + g, groups, job->replicates.replicates, row->estimate,
                          job->answers.level, job->percentile, room, &row->std_error, &row->low,
                          &row->high, &n);
    if (n < job->replicates.replicates)
        row->note = pal_arena_printf(job->arena, "%zu of %zu replicates had no answer",
                                     job->replicates.replicates - n, job->replicates.replicates)
                        .ptr;
}

static enum pal_status need_inclusion(struct job *job, struct pal_error *err)
{
    if (job->pi)
        return PAL_OK;
    if (!(job->o->population > 0))
        return pal_fail(err, PAL_USAGE,
                        "successive sampling and Gile's bootstrap need "
                        "--population N");
    const struct pal_ss ss = {.population = job->o->population,
                              .samples = job->o->samples,
                              .iterations = job->o->iterations,
                              .seed = job->replicates.seed,
                              .threads = job->replicates.threads,
                              .until = job->replicates.until};
    job->pi = pal_arena_alloc(job->arena, job->data.grid.rows, sizeof(double));
    if (!job->pi)
        return pal_nomem(err, "chances of inclusion");
    return pal_recruits_inclusion(&job->data.chains, &ss, job->arena, job->pi, err);
}

static enum pal_status shares(struct job *job, const struct recruits_variable *v,
                              enum pal_rds method, struct pal_error *err)
{
    const size_t g = v->trait.groups, b = job->replicates.replicates;
    const bool gile = b && job->replicates.kind == PAL_RDS_GILE;
    double *share = pal_arena_alloc(job->arena, g, sizeof *share);
    double *replicate = pal_arena_alloc(job->arena, b + 1, g * sizeof *replicate);
    double *room = pal_arena_alloc(job->arena, b + 1, sizeof *room);
    if (!share || !replicate || !room)
        return pal_nomem(err, "shares");
    if (method == PAL_RDS_SS || gile)
        PAL_TRY(need_inclusion(job, err));
    PAL_TRY(
        pal_recruits_shares(&job->data.chains, &v->trait, method, job->pi, job->arena, share, err));
    if (b)
        PAL_TRY(pal_recruits_bootstrap(&job->data.chains, &v->trait, method, job->pi,
                                       job->o->population, &job->replicates, job->arena, replicate,
                                       err));
    const char *name = pal_rds_name(method);
    for (size_t i = 0; i < g; i++) {
        struct answer *row = answers_addf(&job->answers, share[i], "proportion[%s]", v->group[i]);
        row->variable = v->name;
        row->n = v->n[i];
        row->method = b ? pal_arena_printf(job->arena, "%s, %s of %zu", name,
                                           bootstrap_names[job->replicates.kind], b)
                              .ptr
                        : name;
        if (i == 0)
            row->part = pal_arena_printf(job->arena, "%s: shares by %s", v->name, row->method).ptr;
        if (isnan(share[i]))
            row->note = "recruitment does not lead from every group to every other";
        if (!b || isnan(share[i]))
            continue;
        spread(job, replicate, g, i, room, row);
        if (row->std_error < 1e-12 && share[i] > 0 && share[i] < 1) { /* no error is not no error */
            row->std_error = row->low = row->high = (double)NAN;
            row->note =
                "all replicates are alike: nobody recruited two, or the seeds are one; take "
                "another bootstrap";
            continue;
        }
        const double n = (double)v->respondents, size = job->o->population;
        const double simple =
            share[i] * (1 - share[i]) / n * (size > n ? (size - n) / (size - 1) : 1);
        if (simple > 0)
            row->deff = row->std_error * row->std_error / simple;
        const double se = row->std_error;
        if (gile && job->reference)
            (void)answers_addf(&job->answers, se, "se_proportion[%s]", v->group[i]);
    }
    return PAL_OK;
}

/* ---- chains
 * ---------------------------------------------------------------------------------------- */

static void describe(struct job *job)
{
    const struct pal_recruits *r = &job->data.chains;
    double inverse = 0, sum = 0, n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (!isnan(r->degree[i])) {
            inverse += 1 / fmax(r->degree[i], 1);
            sum += r->degree[i];
            n++;
        }
    answers_add(&job->answers, "n", (double)r->n)->part = "Chains";
    answers_add(&job->answers, "n_seeds", (double)r->seeds);
    answers_add(&job->answers, "max_wave", (double)r->waves);
    answers_add(&job->answers, "n_recruits", (double)(r->n - r->seeds));
    answers_add(&job->answers, "harmonic_mean_degree", n / inverse);
    if (!job->reference)
        answers_add(&job->answers, "mean_degree", sum / n)->note =
            "of respondents; who knows many is recruited more often";
}

static enum pal_status transitions(struct job *job, const struct recruits_variable *v,
                                   struct pal_error *err)
{
    struct pal_transitions t;
    PAL_TRY(pal_recruits_transitions(&job->data.chains, &v->trait, job->arena, &t, err));
    for (size_t i = 0; i < t.groups; i++)
        for (size_t j = 0; j < t.groups; j++) {
            struct answer *row = answers_addf(&job->answers, t.count[i * t.groups + j],
                                              "count[%s->%s]", v->group[i], v->group[j]);
            row->variable = v->name;
            if (!i && !j)
                row->part = pal_arena_printf(job->arena, "%s: recruiter -> recruit", v->name).ptr;
        }
    for (size_t i = 0; i < t.groups; i++)
        answers_addf(&job->answers, t.stationary[i], "stationary[%s]", v->group[i])->variable =
            v->name;
    for (size_t i = 0; i < t.groups; i++)
        answers_addf(&job->answers, t.harmonic_degree[i], "harmonic_degree[%s]", v->group[i])
            ->variable = v->name;
    return PAL_OK;
}

static enum pal_status homophily_recruitment(struct job *job, const struct recruits_variable *v,
                                             struct pal_error *err)
{
    struct pal_transitions t;
    PAL_TRY(pal_recruits_transitions(&job->data.chains, &v->trait, job->arena, &t, err));
    struct answer *row = answers_add(&job->answers, "homophily", t.homophily);
    row->variable = v->name;
    row->method = "recruits of their recruiter's group over what chance would give";
    row->part = pal_arena_printf(job->arena, "%s: homophily of recruitment", v->name).ptr;
    return PAL_OK;
}

/* "to0,to1", "columns to0,to1" or "from recruits" */
static enum pal_status ties_to(struct job *job, const struct recruits_variable *v, double **out,
                               struct pal_error *err)
{
    pal_str rest = pal_str_of(job->o->group_degrees ? job->o->group_degrees : "from recruits");
    const size_t n = job->data.grid.rows;
    *out = NULL;
    if (pal_str_eq(rest, PAL_STR("from recruits")) || pal_str_eq(rest, PAL_STR("recruits")))
        return PAL_OK;
    if (pal_str_starts(rest, PAL_STR("columns "))) {
        rest.ptr += sizeof "columns";
        rest.len -= sizeof "columns";
    }
    if (v->trait.groups != 2)
        return pal_fail(err, PAL_USAGE,
                        "--group-degrees takes two columns for two groups, but '%s' has %zu",
                        v->name, v->trait.groups);
    double *to = pal_arena_alloc(job->arena, 2 * n, sizeof *to);
    if (!to)
        return pal_nomem(err, "ties");
    for (size_t side = 0; side < 2; side++) {
        pal_str name;
        size_t column;
        double *ties;
        if (!pal_str_split(&rest, ',', &name))
            return pal_fail(err, PAL_USAGE, "--group-degrees needs two columns, as 'to0,to1'");
        PAL_TRY(grid_column(&job->data.grid, pal_str_trim(name), &column, err));
        PAL_TRY(grid_numbers(&job->data.grid, column, 0, job->arena, &ties, err));
        memcpy(to + side * n, ties, n * sizeof *to);
    }
    *out = to;
    return PAL_OK;
}

static enum pal_status homophily_population(struct job *job, const struct recruits_variable *v,
                                            struct pal_error *err)
{
    const size_t n = job->data.grid.rows, g = v->trait.groups;
    double *weight = pal_arena_alloc(job->arena, n, sizeof *weight), *to;
    double *out = pal_arena_alloc(job->arena, g, sizeof *out);
    if (!weight || !out)
        return pal_nomem(err, "homophily");
    for (size_t i = 0; i < n; i++)
        weight[i] = 1 / fmax(job->data.degree[i], 1);
    PAL_TRY(ties_to(job, v, &to, err));
    pal_recruits_homophily(&job->data.chains, &v->trait, weight, to, out);
    for (size_t i = 0; i < g; i++) {
        if (g == 2 && i == 1)
            break; /* of two groups one says what the other says */
        struct answer *row =
            g == 2 ? answers_add(&job->answers, "homophily", out[i])
                   : answers_addf(&job->answers, out[i], "homophily[%s]", v->group[i]);
        row->variable = v->name;
        row->method = "ties across groups that chance would give over those that there are";
        if (i == 0)
            row->part =
                pal_arena_printf(job->arena, "%s: homophily of the population", v->name).ptr;
    }
    return PAL_OK;
}

static enum pal_status mean_degree(struct job *job, const struct recruits_variable *v,
                                   struct pal_error *err)
{
    double *out = pal_arena_alloc(job->arena, v->trait.groups, sizeof *out);
    if (!out)
        return pal_nomem(err, "degrees");
    pal_recruits_mean_degree(&job->data.chains, &v->trait, out);
    for (size_t i = 0; i < v->trait.groups; i++) {
        struct answer *row = answers_addf(&job->answers, out[i], "mean_degree_vh[%s]", v->group[i]);
        row->variable = v->name;
        if (i == 0)
            row->part = pal_arena_printf(job->arena, "%s: mean degree", v->name).ptr;
    }
    return PAL_OK;
}

/* ---- can the chains be trusted? ----------------------------------------------------------------
 */

/* Room for shares of `parts` parts of the sample. */
static enum pal_status parts_new(const struct job *job, const struct recruits_variable *v,
                                 size_t parts, double **share, size_t **n, struct pal_error *err)
{
    *share = pal_arena_alloc(job->arena, parts, v->trait.groups * sizeof **share);
    *n = pal_arena_alloc(job->arena, parts, sizeof **n);
    return *share && *n ? PAL_OK : pal_nomem(err, "the chains");
}

static enum pal_status convergence(struct job *job, const struct recruits_variable *v,
                                   struct pal_error *err)
{
    const struct pal_recruits *r = &job->data.chains;
    const size_t g = v->trait.groups;
    double *share;
    size_t *n;
    PAL_TRY(parts_new(job, v, r->waves + 1, &share, &n, err));
    pal_recruits_by_wave(r, &v->trait, share, n);
    for (size_t wave = 0; wave <= r->waves; wave++)
        for (size_t i = 0; i < g; i++) {
            struct answer *row = answers_addf(&job->answers, share[wave * g + i], "to_wave[%zu;%s]",
                                              wave, v->group[i]);
            row->variable = v->name;
            row->n = n[wave];
            row->method = "RDS-II";
            if (!wave && !i)
                row->part =
                    pal_arena_printf(job->arena, "%s: share by RDS-II up to each wave", v->name)
                        .ptr;
        }
    return PAL_OK;
}

static enum pal_status bottleneck(struct job *job, const struct recruits_variable *v,
                                  struct pal_error *err)
{
    const struct pal_recruits *r = &job->data.chains;
    const size_t g = v->trait.groups;
    double *share;
    size_t *n, id;
    PAL_TRY(grid_column(&job->data.grid, pal_str_of(job->o->id ? job->o->id : "id"), &id, err));
    PAL_TRY(parts_new(job, v, r->seeds, &share, &n, err));
    pal_recruits_by_tree(r, &v->trait, share, n);
    for (size_t tree = 0; tree < r->seeds; tree++)
        for (size_t i = 0; i < g; i++) {
            const pal_str seed = grid_cell(&job->data.grid, r->seed[tree], id);
            struct answer *row = answers_addf(&job->answers, share[tree * g + i], "seed[%.*s;%s]",
                                              PAL_ARG(seed), v->group[i]);
            row->variable = v->name;
            row->n = n[tree];
            row->method = "RDS-II";
            if (!tree && !i)
                row->part =
                    pal_arena_printf(job->arena, "%s: share by RDS-II in each seed's tree", v->name)
                        .ptr;
        }
    return PAL_OK;
}

static const double MOVES = 0.05; /* a share that moves by more is called unsettled */

/* How far a share moved in the second half of the waves, and how far apart large trees lie. */
static enum pal_status chains(struct job *job, const struct recruits_variable *v,
                              struct pal_error *err)
{
    const struct pal_recruits *r = &job->data.chains;
    const size_t g = v->trait.groups;
    double *by_wave, *by_tree, moved = 0, apart = 0;
    size_t *n, *in_tree, most_moved = 0, most_apart = 0, trees = 0;
    struct pal_transitions t;
    PAL_TRY(pal_recruits_transitions(r, &v->trait, job->arena, &t, err));
    PAL_TRY(parts_new(job, v, r->waves + 1, &by_wave, &n, err));
    PAL_TRY(parts_new(job, v, r->seeds, &by_tree, &in_tree, err));
    pal_recruits_by_wave(r, &v->trait, by_wave, n);
    pal_recruits_by_tree(r, &v->trait, by_tree, in_tree);
    for (size_t i = 0; i < g; i++) {
        double low = (double)INFINITY, high = -(double)INFINITY;
        for (size_t wave = r->waves / 2; wave < r->waves; wave++) {
            const double off = fabs(by_wave[wave * g + i] - by_wave[r->waves * g + i]);
            most_moved = off > moved ? i : most_moved;
            moved = off > moved ? off : moved;
        }
        trees = 0;
        for (size_t tree = 0; tree < r->seeds; tree++) {
            if (10 * in_tree[tree] < v->respondents)
                continue;
            low = fmin(low, by_tree[tree * g + i]);
            high = fmax(high, by_tree[tree * g + i]);
            trees++;
        }
        most_apart = high - low > apart ? i : most_apart;
        apart = fmax(apart, high - low);
    }
    struct answer *row = answers_add(&job->answers, "homophily", t.homophily);
    row->variable = v->name;
    row->part = pal_arena_printf(job->arena, "%s: the chains", v->name).ptr;
    row->note = "1: people recruit without regard to the group";
    row = answers_add(&job->answers, "waves_to_equilibrium",
                      t.steps == SIZE_MAX ? (double)INFINITY : (double)t.steps);
    row->variable = v->name;
    row->note = t.steps > r->waves ? "more than the chains reached: seeds may still show"
                                   : "the chains reached beyond";
    row = answers_add(&job->answers, "second_eigenvalue", t.second);
    row->variable = v->name;
    row->note = t.second > 0.8 ? "near 1: groups hardly recruit across, a bottleneck"
                               : "0: no memory, 1: groups that never recruit across";
    row = answers_add(&job->answers, "moved_in_later_waves", moved);
    row->variable = v->name;
    row->note = pal_arena_printf(job->arena, "of '%s', by RDS-II%s", v->group[most_moved],
                                 moved > MOVES ? "; the estimate has not settled" : "")
                    .ptr;
    row = answers_add(&job->answers, "apart_between_trees", trees > 1 ? apart : (double)NAN);
    row->variable = v->name;
    row->n = trees;
    row->note =
        trees > 1
            ? pal_arena_printf(job->arena, "of '%s', between %zu trees of a tenth of all or more%s",
                               v->group[most_apart], trees,
                               apart > 3 * MOVES ? "; parts that do not mix?" : "")
                  .ptr
            : "fewer than two trees hold a tenth of all respondents";
    row->n = 0;
    return PAL_OK;
}

/* ---- what is asked -----------------------------------------------------------------------------
 */

static enum pal_status ask_of(struct job *job, const struct recruits_variable *v, enum question q,
                              struct pal_error *err)
{
    switch (q) {
    case ASK_DESCRIBE:
        describe(job);
        return PAL_OK;
    case ASK_MEAN:
        return shares(job, v, PAL_RDS_MEAN, err);
    case ASK_RDS_I:
        return shares(job, v, PAL_RDS_I, err);
    case ASK_RDS_I_SMOOTH:
        return shares(job, v, PAL_RDS_I_SMOOTH, err);
    case ASK_RDS_II:
        return shares(job, v, PAL_RDS_II, err);
    case ASK_SS:
        return shares(job, v, PAL_RDS_SS, err);
    case ASK_TRANSITIONS:
        return transitions(job, v, err);
    case ASK_HOMOPHILY:
        if (job->o->group_degrees)
            return homophily_population(job, v, err);
        if (!job->reference)
            PAL_TRY(homophily_population(job, v, err));
        return homophily_recruitment(job, v, err);
    case ASK_HOMOPHILY_RECRUITMENT:
        return homophily_recruitment(job, v, err);
    case ASK_HOMOPHILY_POPULATION:
        return homophily_population(job, v, err);
    case ASK_MEAN_DEGREE:
        return mean_degree(job, v, err);
    case ASK_CONVERGENCE:
        return convergence(job, v, err);
    case ASK_BOTTLENECK:
        return bottleneck(job, v, err);
    case ASK_CHAINS:
        return chains(job, v, err);
    }
    return pal_fail(err, PAL_BUG, "a question without an answer");
}

static enum pal_status read_questions(const struct job *job, enum question *out, size_t *n,
                                      struct pal_error *err)
{
    *n = 0;
    if (!job->o->methods.n) {
        out[(*n)++] = ASK_DESCRIBE;
        if (!job->o->variables.n)
            return PAL_OK;
        out[(*n)++] = ASK_RDS_II;
        if (job->o->population > 0)
            out[(*n)++] = ASK_SS;
        out[(*n)++] = ASK_CHAINS;
        return PAL_OK;
    }
    pal_str known[PAL_COUNT(words)];
    for (size_t i = 0; i < PAL_COUNT(words); i++)
        known[i] = pal_str_of(words[i].word);
    for (size_t i = 0; i < job->o->methods.n; i++) {
        size_t which;
        PAL_TRY(grid_word("method", pal_str_of(job->o->methods.item[i]), known, PAL_COUNT(words),
                          &which, err));
        out[(*n)++] = words[which].question;
    }
    return PAL_OK;
}

static enum pal_status read_bootstrap(struct job *job, struct pal_error *err)
{
    static const pal_str kinds[] = {PAL_STR_INIT("salganik"), PAL_STR_INIT("gile"),
                                    PAL_STR_INIT("tree"), PAL_STR_INIT("none")};
    static const pal_str resamplings[] = {PAL_STR_INIT("uniform"), PAL_STR_INIT("proportional")};
    static const pal_str intervals[] = {PAL_STR_INIT("normal"), PAL_STR_INIT("percentile")};
    enum { USUAL = 1000, MOST = 1000000 };
    const struct recruits_options *o = job->o;
    size_t kind = job->reference ? 3 : (size_t)PAL_RDS_TREE, which = 0;
    int64_t n = USUAL;
    pal_str rest = pal_str_of(o->bootstrap), word;
    if (o->bootstrap) {
        (void)pal_str_split(&rest, ':', &word);
        PAL_TRY(grid_word("bootstrap", word, kinds, PAL_COUNT(kinds), &kind, err));
        if (rest.len && (!pal_int_parse(rest, &n) || n < 2 || n > MOST))
            return pal_fail(err, PAL_USAGE, "--bootstrap takes 2 to %d replicates, not '%.*s'",
                            (int)MOST, PAL_ARG(rest));
    }
    job->replicates.replicates = kind == 3 ? 0 : (size_t)n;
    job->replicates.kind = kind == 3 ? PAL_RDS_TREE : (enum pal_rds_bootstrap)kind;
    job->replicates.seed = o->seed ? o->seed : 1;
    job->replicates.threads = (unsigned)o->threads;
    job->replicates.until = job->until;
    if (o->resampling)
        PAL_TRY(
            grid_word("degree-resampling", pal_str_of(o->resampling), resamplings, 2, &which, err));
    job->replicates.proportional = which == 1;
    which = job->replicates.kind == PAL_RDS_TREE;
    if (o->interval)
        PAL_TRY(grid_word("interval", pal_str_of(o->interval), intervals, 2, &which, err));
    job->percentile = which == 1;
    return PAL_OK;
}

static enum pal_status answer(struct job *job, const enum question *question, size_t n,
                              struct pal_error *err)
{
    const struct recruits_options *o = job->o;
    bool told = false;
    for (size_t i = 0; i < n; i++)
        if (question[i] == ASK_DESCRIBE && !told) {
            describe(job);
            told = true;
        }
    for (size_t k = 0; k < o->variables.n; k++) {
        struct recruits_variable variable;
        PAL_TRY(recruits_variable_of(&job->data, o->variables.item[k], job->arena, &variable, err));
        for (size_t i = 0; i < n; i++)
            if (question[i] != ASK_DESCRIBE) {
                PAL_TRY(pal_in_time(job->until, err, "at variable '%s'", variable.name));
                PAL_TRY(ask_of(job, &variable, question[i], err));
            }
    }
    return PAL_OK;
}

static enum pal_status run(struct cli *cli, struct pal_error *err)
{
    const struct recruits_options *o = cli->options;
    struct job job = {.cli = cli, .arena = cli->arena, .o = o};
    job.until = pal_deadline_in(o->timeout);
    job.answers.arena = cli->arena;
    job.answers.level = o->level > 0 ? o->level : 0.95;
    job.reference = o->format && strcmp(o->format, "reference") == 0;
    if (!(job.answers.level < 1))
        return pal_fail(err, PAL_USAGE, "--level lies between 0 and 1");
    enum question *question = pal_arena_alloc(cli->arena, o->methods.n + 8, sizeof *question);
    size_t n;
    if (!question)
        return pal_nomem(err, "the questions");
    PAL_TRY(read_bootstrap(&job, err));
    PAL_TRY(read_questions(&job, question, &n, err));
    for (size_t i = 0; i < n; i++)
        if (question[i] != ASK_DESCRIBE && !o->variables.n)
            return pal_fail(err, PAL_USAGE, "shares need --variable COL");
    const enum pal_status status =
        recruits_read(cli->operands.item[0], o, cli->arena, &job.data, err);
    if (job.data.diag && pal_diag_listed(job.data.diag))
        cli_findings_print(job.data.diag, 3, cli->err);
    PAL_TRY(status);
    PAL_TRY(answer(&job, question, n, err));
    return answers_print(&job.answers, o->format, cli, err);
}

const struct cli_command cli_command_recruits = {
    .name = "recruits",
    .summary = "shares in a hidden population from respondent-driven samples",
    .usage = "FILE --variable COL [options]",
    .about =
        "Reads a table with a row a respondent (CSV, TSV, XLSX, gzip; '-' is standard input), "
        "links "
        "respondents to their recruiters by id or by coupon, and estimates the share of each "
        "category of a variable in the population, its uncertainty, and how far the chains can be "
        "trusted.\n\n"
        "People who know many are recruited more often: RDS-II weights by 1/degree; RDS-I goes by "
        "who recruits whom; SS takes into account that a large part of the population was "
        "interviewed. The tree bootstrap resamples seeds, then recruits, and needs no model of "
        "recruitment; its intervals are wide and seldom too short. Salganik's and Gile's "
        "bootstraps "
        "redo the recruitment by a model, and are too short when recruitment leaves it.\n\n"
        "Respondents whose recruiter is not in the table (orphans) count as seeds and are "
        "findings; "
        "respondents who recruited each other in a circle, ids that stand twice and coupons handed "
        "out twice are errors, and nothing is estimated.",
    .examples = "  palermo recruits chains.csv --variable exploited\n"
                "  palermo recruits chains.csv --variable exploited --population 4000 \\\n"
                "      --method SS \\\n"
                "      --bootstrap gile:500\n"
                "  palermo recruits chains.csv --coupon brought --coupons c1,c2,c3 \\\n"
                "      --variable sector --method convergence\n",
    .options = table,
    .options_size = sizeof(struct recruits_options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
