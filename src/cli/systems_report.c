/* systems_report.c: what is answered when nobody asks for a model by name: an estimate with the
 * interval that includes the choosing, every other estimator beside it, each list left out, pairs
 * merged, the path as lists are added, linkage errors, and a sentence on what it all rests on. */
#include "systems.h"

#include <math.h>
#include <string.h>

enum { MERGED_MOST = 10 }; /* lists: beyond, pairs are too many to merge each */

struct report {
    struct sys_job *job;
    const struct sys_group *group;
    const struct pal_lists *lists;
    double headline, low, high;       /* NaN: there is no estimate */
    struct pal_model model;           /* of the headline */
    double closest_low, closest_high; /* over models within 2 BIC of the best; NaN: not looked at */
    double without_low, without_high; /* over lists left out */
    pal_str without_most;             /* the list that matters most */
};

/* An estimator without an answer is a row that says so. */
static enum pal_status none(struct report *r, pal_str statistic, struct pal_error *err)
{
    if (err->status != PAL_DOMAIN && err->status != PAL_NOCONV)
        return err->status;
    struct sys_row *row = sys_row_add(r->job, r->group, statistic, (double)NAN);
    if (!row)
        return pal_nomem(err, "the answer");
    row->undefined = true;
    row->note = pal_arena_cstr(r->job->arena, (pal_str){err->text, strcspn(err->text, "\n")});
    *err = (struct pal_error){0};
    return row->note ? PAL_OK : pal_nomem(err, "the answer");
}

static double level_of(const struct report *r)
{
    return r->job->options->level > 0 ? r->job->options->level : 0.95;
}

/* ---- the headline
 * --------------------------------------------------------------------------------------- */

/* Replicates by default: as many as take a few seconds. */
static size_t replicates(const struct report *r)
{
    if (r->job->options->bootstrap)
        return r->job->options->bootstrap;
    return r->lists->t <= 8 ? 1000 : r->lists->t <= 10 ? 200 : 0;
}

static const char *two_digits(double value, struct pal_arena *arena)
{
    if (!(value >= 10) || isinf(value))
        return pal_arena_printf(arena, "%.2g", value).ptr;
    const double unit = pow(10, floor(log10(value)) - 1);
    return pal_arena_printf(arena, "%.0f", round(value / unit) * unit).ptr;
}

static enum pal_status bca_limits(struct report *r, struct sys_row *row, struct pal_error *err)
{
    const struct sys_options *o = r->job->options;
    struct pal_bootstrap boot;
    struct pal_progress *progress =
        pal_progress_new(r->job->arena, r->job->cli->err, "bootstrap", replicates(r));
    const struct pal_bootstrap_ask ask = {.threshold = o->pthresh > 0 ? o->pthresh : 0.02,
                                          .replicates = replicates(r),
                                          .seed = o->seed,
                                          .threads = (unsigned)o->threads,
                                          .progress = progress};
    const enum pal_status status =
        pal_bootstrap_stepwise(r->lists, &ask, r->job->arena, &boot, err);
    pal_progress_done(progress);
    PAL_TRY(status);
    struct pal_bca bca;
    double error[2];
    const size_t n = boot.n;
    const double level[] = {(1 - row->level) / 2, (1 + row->level) / 2};
    PAL_TRY(pal_bca_limits(&boot, row->level, r->job->arena, &bca, err));
    if (!isfinite(bca.z0))
        return PAL_OK; /* the log-normal limits stay */
    r->low = row->low = bca.low;
    r->high = row->high = bca.high;
    PAL_TRY(pal_bca_error(bca.sorted, n, boot.estimate, boot.acceleration, level, 2, o->seed,
                          r->job->until, r->job->arena, error, err));
    row->method = "stepwise log-linear, BCa with the choice redone in every replicate";
    row->note = pal_arena_printf(
                    r->job->arena,
                    "BCa limits from %zu resamples; Monte Carlo error of the limits "
                    "%s and %s%s",
                    n, two_digits(error[0], r->job->arena), two_digits(error[1], r->job->arena),
                    boot.failed ? pal_arena_printf(r->job->arena,
                                                   "; %zu of them have no "
                                                   "estimate and count as without bound",
                                                   boot.failed)
                                      .ptr
                                : "")
                    .ptr;
    return row->note ? PAL_OK : pal_nomem(err, "the answer");
}

static enum pal_status headline(struct report *r, struct pal_error *err)
{
    const double threshold = r->job->options->pthresh > 0 ? r->job->options->pthresh : 0.02;
    struct pal_stepwise chosen;
    struct pal_loglinear fit;
    PAL_TRY(pal_stepwise_choose(r->lists, threshold, r->job->arena, &chosen, err));
    PAL_TRY(pal_model_new(r->lists, chosen.pair, chosen.chosen, r->job->arena, &r->model, err));
    PAL_TRY(pal_loglinear_fit(r->lists, &r->model, r->job->arena, &fit, err));
    struct sys_row *row = sys_row_add(r->job, r->group, PAL_STR("N_hat"), fit.population);
    if (!row)
        return pal_nomem(err, "the answer");
    r->headline = fit.population;
    row->std_error = pal_loglinear_se(&fit);
    row->level = level_of(r);
    row->method = "stepwise log-linear";
    pal_loglinear_interval(&fit, row->level, &row->low, &row->high);
    r->low = row->low;
    r->high = row->high;
    if (replicates(r))
        PAL_TRY(bca_limits(r, row, err));
    const double detected =
        r->job->options->detected > 0 && r->group == &r->job->group[r->job->groups - 1]
            ? r->job->options->detected
            : fit.people;
    const double low = r->low, high = r->high;
    row = sys_row_add(r->job, r->group, PAL_STR("detection_ratio"), detected / fit.population);
    if (!row)
        return pal_nomem(err, "the answer");
    row->low = detected / high;
    row->high = detected / low;
    row->level = level_of(r);
    row->note = "detected people for each person there is";
    return PAL_OK;
}

/* ---- other estimators
 * ---------------------------------------------------------------------------------- */

static enum pal_status add_fit(struct report *r, pal_str statistic, const struct pal_loglinear *fit,
                               const char *note, struct pal_error *err)
{
    struct sys_row *row = sys_row_add(r->job, r->group, statistic, fit->population);
    if (!row)
        return pal_nomem(err, "the answer");
    row->std_error = pal_loglinear_se(fit);
    row->level = level_of(r);
    pal_loglinear_interval(fit, row->level, &row->low, &row->high);
    row->note = note;
    return PAL_OK;
}

static enum pal_status add_model(struct report *r, const char *name, const char *model,
                                 struct pal_error *err)
{
    struct pal_model parsed;
    struct pal_loglinear fit;
    const pal_str statistic = pal_arena_printf(r->job->arena, "N_hat[%s]", name);
    PAL_TRY(pal_model_parse(r->lists, pal_str_of(model), r->job->arena, &parsed, err));
    if (pal_loglinear_fit(r->lists, &parsed, r->job->arena, &fit, err) != PAL_OK)
        return none(r, statistic, err);
    return add_fit(r, statistic, &fit, NULL, err);
}

static enum pal_status add_closed(struct report *r, const char *model, const char *note,
                                  struct pal_error *err)
{
    struct pal_closed fit;
    const pal_str statistic = pal_arena_printf(r->job->arena, "N_hat[%s]", model);
    enum pal_status status = pal_closed_fit(r->lists, pal_str_of(model), r->job->arena, &fit, err);
    if (status == PAL_OK && !fit.finite)
        status = pal_fail(err, PAL_DOMAIN, "the model has no finite estimate here");
    if (status != PAL_OK)
        return none(r, statistic, err);
    struct sys_row *row = sys_row_add(r->job, r->group, statistic, fit.population);
    if (!row)
        return pal_nomem(err, "the answer");
    row->std_error = fit.std_error;
    row->note = sys_closed_remark(&fit);
    row->note = row->note ? row->note : note;
    sys_lognormal(r->job, row, fit.people);
    return PAL_OK;
}

/* All models of pairs: the best, the averages, and how far those that fit as well lie apart. */
static enum pal_status add_search(struct report *r, struct pal_error *err)
{
    struct pal_search search;
    if (r->lists->t < 3 || r->lists->t > 6)
        return PAL_OK;
    PAL_TRY(pal_search_all(r->lists, 2, (unsigned)r->job->options->threads, NULL, r->job->arena,
                           &search, err));
    double best = (double)INFINITY;
    for (size_t i = 0; i < search.n; i++) {
        const struct pal_search_row *at = &search.row[i];
        if (!at->exists || !isfinite(at->std_error) || at->population > 1000 * search.people)
            continue;
        if (isinf(best)) {
            best = at->bic;
            struct sys_row *row =
                sys_row_add(r->job, r->group, PAL_STR("N_hat[best BIC]"), at->population);
            if (!row)
                return pal_nomem(err, "the answer");
            row->std_error = at->std_error;
            row->note =
                pal_arena_printf(
                    r->job->arena, "%.*s, of %zu models of pairs",
                    PAL_ARG(pal_search_name(r->lists, &search, at->model, r->job->arena)), search.n)
                    .ptr;
            sys_lognormal(r->job, row, search.people);
        }
        if (at->bic > best + 2)
            break;
        r->closest_low = fmin(r->closest_low, at->population);
        r->closest_high = fmax(r->closest_high, at->population);
    }
    for (int aic = 0; aic < 2; aic++) {
        double population, std_error;
        pal_search_average(&search, aic, &population, &std_error);
        if (isnan(population))
            continue;
        struct sys_row *row = sys_row_add(
            r->job, r->group, aic ? PAL_STR("N_hat[AIC average]") : PAL_STR("N_hat[BIC average]"),
            population);
        if (!row)
            return pal_nomem(err, "the answer");
        row->std_error = std_error;
        row->note = "over all models of pairs, the spread between them included";
        sys_lognormal(r->job, row, search.people);
    }
    return PAL_OK;
}

/* Two lists have closed formulas. */
static enum pal_status add_two(struct report *r, struct pal_error *err)
{
    const double n1 = pal_lists_on(r->lists, 1), n2 = pal_lists_on(r->lists, 2);
    const double m = pal_lists_on(r->lists, 3);
    struct pal_recapture c;
    for (int chao = 0; chao < 2; chao++) {
        const pal_str statistic = chao ? PAL_STR("N_hat[Chao 2-list]") : PAL_STR("N_hat[Chapman]");
        if ((chao ? pal_chao_two_lists(n1, n2, m, &c, err) : pal_chapman(n1, n2, m, &c, err)) !=
            PAL_OK) {
            PAL_TRY(none(r, statistic, err));
            continue;
        }
        struct sys_row *row = sys_row_add(r->job, r->group, statistic, c.population);
        if (!row)
            return pal_nomem(err, "the answer");
        row->std_error = sqrt(c.variance);
        row->note = chao ? "a lower bound where people differ" : NULL;
        sys_lognormal(r->job, row, c.people);
    }
    return PAL_OK;
}

/* ---- other tables
 * --------------------------------------------------------------------------------------- */

/* Stepwise on another table; *out NaN where there is none. */
static enum pal_status add_table(struct report *r, const struct pal_lists *lists,
                                 const struct pal_model *model, pal_str statistic, const char *note,
                                 double *out, struct pal_error *err)
{
    const double threshold = r->job->options->pthresh > 0 ? r->job->options->pthresh : 0.02;
    struct pal_stepwise chosen;
    struct pal_model own;
    struct pal_loglinear fit;
    *out = (double)NAN;
    enum pal_status status = PAL_OK;
    if (!model) {
        status = pal_stepwise_choose(lists, threshold, r->job->arena, &chosen, err);
        if (status == PAL_OK)
            status = pal_model_new(lists, chosen.pair, chosen.chosen, r->job->arena, &own, err);
    }
    if (status == PAL_OK)
        status = pal_loglinear_fit(lists, model ? model : &own, r->job->arena, &fit, err);
    if (status != PAL_OK)
        return none(r, statistic, err);
    *out = fit.population;
    return add_fit(r, statistic, &fit, note, err);
}

static enum pal_status add_left_out(struct report *r, struct pal_error *err)
{
    const uint32_t all = (uint32_t)(r->lists->cells - 1);
    double furthest = -1;
    for (size_t j = 0; j < r->lists->t && r->lists->t > 2; j++) {
        struct pal_lists *rest;
        double population;
        PAL_TRY(pal_lists_keep(r->lists, all ^ (uint32_t)1 << j, r->job->arena, &rest, err));
        PAL_TRY(add_table(
            r, rest, NULL,
            pal_arena_printf(r->job->arena, "N_hat[without %.*s]", PAL_ARG(r->lists->name[j])),
            NULL, &population, err));
        if (isnan(population))
            continue;
        r->without_low = fmin(r->without_low, population);
        r->without_high = fmax(r->without_high, population);
        if (fabs(log(population / r->headline)) > furthest) {
            furthest = fabs(log(population / r->headline));
            r->without_most = r->lists->name[j];
        }
    }
    return PAL_OK;
}

static enum pal_status add_merged(struct report *r, struct pal_error *err)
{
    for (size_t i = 0; i < r->lists->t && r->lists->t > 2 && r->lists->t <= MERGED_MOST; i++)
        for (size_t j = i + 1; j < r->lists->t; j++) {
            const uint32_t pair = (uint32_t)1 << i | (uint32_t)1 << j;
            const pal_str name = pal_lists_set_name(r->lists, pair, '+', r->job->arena);
            struct pal_lists *merged;
            double population;
            PAL_TRY(pal_lists_merge(r->lists, pair, name, r->job->arena, &merged, err));
            PAL_TRY(add_table(r, merged, NULL,
                              pal_arena_printf(r->job->arena, "N_hat[merged %.*s]", PAL_ARG(name)),
                              NULL, &population, err));
        }
    return PAL_OK;
}

/* Lists are added from the largest on. */
static enum pal_status add_path(struct report *r, struct pal_error *err)
{
    uint32_t set = 0;
    for (size_t n = 1; n < r->lists->t; n++) {
        size_t best = r->lists->t;
        double most = -1;
        for (size_t j = 0; j < r->lists->t; j++) {
            const double on = pal_lists_on(r->lists, (uint32_t)1 << j);
            if (!(set >> j & 1) && on > most) {
                most = on;
                best = j;
            }
        }
        set |= (uint32_t)1 << best;
        if (n < 2)
            continue;
        struct pal_lists *some;
        double population;
        PAL_TRY(pal_lists_keep(r->lists, set, r->job->arena, &some, err));
        PAL_TRY(add_table(
            r, some, NULL, pal_arena_printf(r->job->arena, "N_hat[%zu largest lists]", n),
            pal_arena_cstr(r->job->arena, pal_lists_set_name(r->lists, set, ',', r->job->arena)),
            &population, err));
    }
    return PAL_OK;
}

static enum pal_status add_linkage(struct report *r, struct pal_error *err)
{
    const struct sys_options *o = r->job->options;
    const double rate[] = {o->missed > 0 ? o->missed : 0.05,
                           o->false_matches > 0 ? o->false_matches : 0.05};
    if (r->lists->t > 12)
        return PAL_OK;
    for (int i = 0; i < 2; i++) {
        struct pal_lists *linked;
        double population;
        PAL_TRY(pal_lists_relink(r->lists, rate[i], i == 0, r->job->arena, &linked, err));
        PAL_TRY(add_table(r, linked, &r->model,
                          pal_arena_printf(r->job->arena, "N_hat[%s %.3g %%]",
                                           i ? "false matches" : "missed matches", 100 * rate[i]),
                          i ? "so many records are linked wrongly: the same model on the table "
                              "they would leave"
                            : "so many records were not linked: the same model on the table they "
                              "would make",
                          &population, err));
    }
    return PAL_OK;
}

/* ---- in words
 * -------------------------------------------------------------------------------------------- */

static void whole(struct pal_buf *out, double value)
{
    char text[PAL_NUM_SIZE];
    const size_t n = pal_num_write_fixed(value, 0, text, sizeof text);
    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            pal_buf_addc(out, ',');
        pal_buf_addc(out, text[i]);
    }
}

static enum pal_status add_sentence(struct report *r, struct pal_error *err)
{
    const double people = pal_lists_people(r->lists);
    double once = 0;
    for (size_t j = 0; j < r->lists->t; j++)
        once += r->lists->count[(size_t)1 << j];
    struct pal_buf text;
    pal_buf_init(&text, r->job->arena, 8192);
    if (isnan(r->headline)) {
        pal_buf_adds(&text, "There is no estimate: only ");
    } else {
        pal_buf_adds(&text, "The estimate of ");
        whole(&text, r->headline);
        pal_buf_adds(&text, " (");
        whole(&text, r->low);
        pal_buf_adds(&text, " to ");
        whole(&text, r->high);
        pal_buf_adds(&text, ") rests on ");
    }
    whole(&text, people - once);
    pal_buf_adds(&text, " of ");
    whole(&text, people);
    pal_buf_addf(&text, " people %s on more than one list (%.1f %%)",
                 isnan(r->headline) ? "are" : "who are",
                 people > 0 ? 100 * (people - once) / people : 0);
    pal_buf_adds(&text, isnan(r->headline) ? ", or too few of the lists that matter." : ".");
    if (r->closest_high >= r->closest_low) {
        pal_buf_adds(&text,
                     " Models of pairs that fit about as well (within 2 of the best BIC) give ");
        whole(&text, r->closest_low);
        pal_buf_adds(&text, " to ");
        whole(&text, r->closest_high);
        pal_buf_adds(&text, ".");
    }
    if (r->without_high >= r->without_low) {
        pal_buf_adds(&text, " Leaving out one list at a time gives ");
        whole(&text, r->without_low);
        pal_buf_adds(&text, " to ");
        whole(&text, r->without_high);
        pal_buf_addf(&text, "; it matters most whether %.*s is there.", PAL_ARG(r->without_most));
    }
    if (!isnan(r->headline))
        pal_buf_adds(&text,
                     " It holds if people on different lists are linked without error, nobody "
                     "comes or goes, everybody has some chance to be on some list, and lists "
                     "depend on each other only as the model says.");
    PAL_TRY(pal_buf_status(&text, "the answer", err));
    struct sys_row *row = sys_row_add(r->job, r->group, PAL_STR("rests_on"), people - once);
    if (!row)
        return pal_nomem(err, "the answer");
    row->note = pal_arena_cstr(r->job->arena, pal_buf_str(&text));
    row->in_words = true;
    return row->note ? PAL_OK : pal_nomem(err, "the answer");
}

/* A list that nobody of this group is on says nothing about them. */
static enum pal_status drop_empty(struct report *r, struct pal_error *err)
{
    uint32_t full = 0;
    for (size_t j = 0; j < r->lists->t; j++)
        if (pal_lists_on(r->lists, (uint32_t)1 << j) > 0)
            full |= (uint32_t)1 << j;
    if (full == r->lists->cells - 1)
        return PAL_OK;
    struct pal_lists *kept;
    PAL_TRY(pal_lists_keep(r->lists, full, r->job->arena, &kept, err));
    struct sys_row *row = sys_row_add(r->job, r->group, PAL_STR("n_lists"), (double)kept->t);
    if (!row)
        return pal_nomem(err, "the answer");
    row->note = "lists that nobody here is on are left out";
    r->lists = kept;
    return PAL_OK;
}

/* ---- all of it
 * ------------------------------------------------------------------------------------------- */

static enum pal_status beside(struct report *r, struct pal_error *err)
{
    PAL_TRY(add_model(r, "independence", "main", err));
    if (r->lists->t == 2)
        PAL_TRY(add_two(r, err));
    if (r->lists->t > 2) {
        PAL_TRY(add_model(r, "all pairs", "all-pairs", err));
        PAL_TRY(add_search(r, err));
        PAL_TRY(add_closed(r, "Mth Chao (LB)", "a lower bound where people differ", err));
        PAL_TRY(add_closed(r, "Mth Darroch", NULL, err));
        PAL_TRY(add_closed(r, "Mth Poisson2", NULL, err));
        PAL_TRY(add_closed(r, "Mth Gamma3.5", NULL, err));
    }
    if (isnan(r->headline))
        return PAL_OK;
    PAL_TRY(add_left_out(r, err));
    PAL_TRY(add_merged(r, err));
    PAL_TRY(add_path(r, err));
    return add_linkage(r, err);
}

enum pal_status sys_report(struct sys_job *job, const struct sys_group *group,
                           struct pal_error *err)
{
    struct report r = {.job = job,
                       .group = group,
                       .lists = group->lists,
                       .headline = (double)NAN,
                       .low = (double)NAN,
                       .high = (double)NAN,
                       .closest_low = (double)INFINITY,
                       .closest_high = -(double)INFINITY,
                       .without_low = (double)INFINITY,
                       .without_high = -(double)INFINITY};
    const double people = pal_lists_people(r.lists);
    if (people > 0)
        PAL_TRY(drop_empty(&r, err));
    if (!sys_row_add(job, group, PAL_STR("n_observed"), people))
        return pal_nomem(err, "the answer");
    if (!(people > 0))
        return pal_fail(err, PAL_DOMAIN, "nobody is on any list");
    if (r.lists->t == 1)
        return pal_fail(err, PAL_DOMAIN,
                        "one list alone says nothing about those not on it; with how often each "
                        "person is on it, --counts or --units can");
    if (headline(&r, err) != PAL_OK) {
        PAL_TRY(none(&r, PAL_STR("N_hat"), err));
        r.headline = (double)NAN;
    }
    /* Groups get their estimate and detection ratio; all the rest is told of all people. */
    if (group != &job->group[job->groups - 1])
        return PAL_OK;
    PAL_TRY(beside(&r, err));
    return add_sentence(&r, err);
}
