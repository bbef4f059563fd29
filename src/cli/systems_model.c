/* systems_model.c: checks, fits and stepwise choices of log-linear models, as rows. */
#include "systems.h"

#include <math.h>
#include <string.h>

static pal_str term_name(const struct pal_lists *lists, uint32_t term, struct pal_arena *arena)
{
    return term ? pal_lists_set_name(lists, term, ':', arena) : PAL_STR("(Intercept)");
}

/* ---- existence
 * ---------------------------------------------------------------------------------------- */

static enum pal_status exists_every(struct sys_job *job, const struct sys_group *group,
                                    struct pal_error *err)
{
    const struct pal_lists *lists = group->lists;
    uint32_t pair[PAL_LISTS_MOST * PAL_LISTS_MOST];
    double without, with[PAL_LISTS_MOST * PAL_LISTS_MOST];
    const size_t pairs = pal_lists_pairs(lists->t, pair);
    PAL_TRY(pal_models_without(lists, (unsigned)job->options->threads, job->arena, &without, with,
                               err));
    struct sys_row *row = sys_row_add(job, group, PAL_STR("n_models_without_mle"), without);
    bool ok = row != NULL;
    if (ok)
        row->note =
            pal_arena_printf(job->arena, "of %.0f models of pairs", pow(2, (double)pairs)).ptr;
    for (size_t p = 0; p < pairs && without > 0; p++)
        ok = ok && sys_row_addf(job, group, with[p], "n_failing_with[%.*s]",
                                PAL_ARG(term_name(lists, pair[p], job->arena)));
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}

static const char *verdict(const struct pal_lists *lists, const struct pal_existence *e,
                           struct pal_arena *arena)
{
    struct pal_buf text;
    pal_buf_init(&text, arena, 4096);
    pal_buf_adds(&text, e->exists && e->identifiable ? "the estimate exists and is the only one"
                        : e->exists                  ? "not identifiable"
                        : e->identifiable            ? "the estimate does not exist"
                                          : "the estimate does not exist and is not identifiable");
    for (size_t i = 0; i < e->culprits; i++)
        pal_buf_addf(&text, "%s%.*s", i ? ", " : ": ",
                     PAL_ARG(term_name(lists, e->culprit[i], arena)));
    pal_buf_addc(&text, '\0');
    return text.failed ? "" : text.ptr;
}

enum pal_status sys_exists(struct sys_job *job, const struct sys_group *group,
                           struct pal_error *err)
{
    const pal_str asked = pal_str_of(job->options->exists);
    if (pal_str_eq(asked, PAL_STR("every")))
        return exists_every(job, group, err);
    struct pal_model model;
    struct pal_existence e;
    PAL_TRY(pal_model_parse(group->lists, asked, job->arena, &model, err));
    PAL_TRY(pal_model_exists(group->lists, &model, true, job->arena, &e, err));
    const double code = (e.exists ? 0 : 1) + (e.identifiable ? 0 : 2);
    struct sys_row *row = sys_row_add(job, group, PAL_STR("error_code"), code);
    if (row)
        row->note = verdict(group->lists, &e, job->arena);
    const bool ok =
        row && sys_row_add(job, group, PAL_STR("lp_max_min_mu"), e.program) &&
        sys_row_add(job, group, PAL_STR("rank_deficiency"), (double)e.rank_deficiency) &&
        sys_row_add(job, group, PAL_STR("n_parameters"), (double)e.parameters) &&
        sys_row_add(job, group, PAL_STR("n_cells"), (double)e.cells);
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}

/* ---- fits
 * --------------------------------------------------------------------------------------------- */

static bool add(struct sys_job *job, const struct sys_group *group, const char *statistic,
                double value)
{
    return sys_row_add(job, group, pal_str_of(statistic), value) != NULL;
}

static bool add_population(struct sys_job *job, const struct sys_group *group,
                           const struct pal_loglinear *fit, const char *method)
{
    const double level = job->options->level > 0 ? job->options->level : 0.95;
    struct sys_row *row = sys_row_add(job, group, PAL_STR("N_hat"), fit->population);
    if (!row)
        return false;
    row->std_error = pal_loglinear_se(fit);
    pal_loglinear_interval(fit, level, &row->low, &row->high);
    row->level = level;
    row->method = method;
    if (fit->unknown > 0)
        row->note = pal_arena_printf(job->arena, "%.1f of them fitted in histories without a count",
                                     fit->unknown)
                        .ptr;
    row = sys_row_add(job, group, PAL_STR("N_ci80"), fit->population);
    if (!row)
        return false;
    pal_loglinear_interval(fit, 0.8, &row->low, &row->high);
    row->level = 0.8;
    row = sys_row_add(job, group, PAL_STR("dark_figure"), fit->dark);
    if (!row)
        return false;
    row->std_error = fit->unknown > 0 ? (double)NAN : fit->dark * fit->log_se;
    return true;
}

static enum pal_status add_fit(struct sys_job *job, const struct sys_group *group,
                               const struct pal_model *model, const char *method,
                               struct pal_error *err)
{
    const struct pal_lists *lists = group->lists;
    struct pal_loglinear fit;
    PAL_TRY(pal_loglinear_fit(lists, model, job->arena, &fit, err));
    bool ok = add(job, group, "n_observed", fit.people) &&
              add_population(job, group, &fit, method) &&
              add(job, group, "deviance", fit.deviance) &&
              add(job, group, "df_residual", (double)fit.cells - (double)fit.parameters) &&
              add(job, group, "n_cells", (double)fit.cells) &&
              add(job, group, "loglik", fit.loglik) && add(job, group, "aic_glm", fit.aic) &&
              add(job, group, "aic_sparsemse", fit.aic + 2 * (double)fit.empty_n) &&
              add(job, group, "bic_units", fit.bic) &&
              add(job, group, "bic_cells",
                  log((double)fit.cells) * (double)fit.parameters - 2 * fit.loglik) &&
              add(job, group, "pearson_x2", fit.pearson) &&
              add(job, group, "n_emptyoverlaps", (double)fit.empty_n);
    for (size_t a = 0; a < fit.parameters && ok; a++) {
        struct sys_row *row = sys_row_addf(job, group, fit.coef[a], "coef[%.*s]",
                                           PAL_ARG(term_name(lists, fit.term[a], job->arena)));
        ok = row != NULL;
        if (ok)
            row->std_error = fit.coef_se[a];
    }
    for (size_t i = 0; i < fit.empty_n && ok; i++)
        ok = sys_row_addf(job, group, fit.empty_p[i], "emptyoverlap_p[%.*s]",
                          PAL_ARG(term_name(lists, fit.empty[i], job->arena))) != NULL;
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}

enum pal_status sys_model(struct sys_job *job, const struct sys_group *group, struct pal_error *err)
{
    struct pal_model model;
    const char *text = job->options->model ? job->options->model : job->options->pairs;
    PAL_TRY(pal_model_parse(group->lists, pal_str_of(text), job->arena, &model, err));
    return add_fit(job, group, &model, "log-linear", err);
}

/* ---- stepwise
 * ----------------------------------------------------------------------------------------- */

static double threshold(const struct sys_job *job)
{
    return job->options->pthresh > 0 ? job->options->pthresh : 0.02;
}

struct rule {
    enum pal_criterion criterion;
    enum pal_direction direction;
    const char *name, *method, *with_choice;
};

static enum pal_status rule_of(const struct sys_job *job, struct rule *out, struct pal_error *err)
{
    static const struct {
        const char *word;
        struct rule rule;
    } rules[] = {
        {"stepwise",
         {PAL_BY_CHANCE, PAL_FORWARD, NULL, "stepwise log-linear",
          "stepwise log-linear, choice of pairs in every replicate (BCa)"}},
        {"aic",
         {PAL_BY_AIC, PAL_BOTH_WAYS, "AIC", "log-linear, pairs by AIC",
          "log-linear, pairs by AIC, chosen in every replicate (BCa)"}},
        {"bic",
         {PAL_BY_BIC, PAL_BOTH_WAYS, "BIC", "log-linear, pairs by BIC",
          "log-linear, pairs by BIC, chosen in every replicate (BCa)"}},
    };
    static const char *const directions[] = {"both", "forward", "backward"};
    const char *select = job->options->select ? job->options->select : "stepwise";
    const char *direction = job->options->direction;
    size_t r = 0, d = 0;
    while (r < PAL_COUNT(rules) && strcmp(select, rules[r].word) != 0)
        r++;
    if (r == PAL_COUNT(rules))
        return pal_fail(err, PAL_USAGE, "--select is stepwise, aic or bic, not '%s'", select);
    *out = rules[r].rule;
    if (!direction)
        return PAL_OK;
    while (d < PAL_COUNT(directions) && strcmp(direction, directions[d]) != 0)
        d++;
    if (d == PAL_COUNT(directions))
        return pal_fail(err, PAL_USAGE, "--direction is both, forward or backward, not '%s'",
                        direction);
    if (out->criterion == PAL_BY_CHANCE)
        return pal_fail(err, PAL_USAGE, "--direction goes with --select aic or bic");
    out->direction = (enum pal_direction)d;
    return PAL_OK;
}

static enum pal_status choose(struct sys_job *job, const struct sys_group *group,
                              const struct rule *rule, struct pal_stepwise *out,
                              struct pal_error *err)
{
    if (rule->criterion == PAL_BY_CHANCE)
        return pal_stepwise_choose(group->lists, threshold(job), job->arena, out, err);
    return pal_criterion_choose(group->lists, rule->criterion, rule->direction, job->arena, out,
                                err);
}

static const char *remark_of(const struct sys_job *job, const struct rule *rule,
                             const struct pal_step *step)
{
    if (rule->criterion == PAL_BY_CHANCE)
        return step->taken ? "enters" : "does not enter: the choice ends";
    const char *what = step->taken    ? step->leaves ? "leaves" : "enters"
                       : step->leaves ? "stays: the choice ends"
                                      : "does not enter: the choice ends";
    return pal_arena_printf(job->arena, "%s; %s of the model then", what, rule->name).ptr;
}

static enum pal_status add_trace(struct sys_job *job, const struct sys_group *group,
                                 const struct rule *rule, const struct pal_stepwise *chosen,
                                 struct pal_error *err)
{
    const struct pal_lists *lists = group->lists;
    uint32_t pair[PAL_LISTS_MOST * PAL_LISTS_MOST];
    const size_t pairs = pal_lists_pairs(lists->t, pair);
    bool ok = true;
    for (size_t p = 0; p < pairs && rule->criterion == PAL_BY_CHANCE; p++)
        ok = ok && sys_row_addf(job, group, chosen->first_p[p], "step1_p[%.*s]",
                                PAL_ARG(term_name(lists, pair[p], job->arena)));
    for (size_t i = 0; i < chosen->steps; i++) {
        struct sys_row *row =
            sys_row_addf(job, group, chosen->step[i].p, "step%zu_best=%.*s", i + 1,
                         PAL_ARG(term_name(lists, chosen->step[i].pair, job->arena)));
        ok = ok && row;
        if (ok)
            row->note = remark_of(job, rule, &chosen->step[i]);
    }
    struct pal_buf names;
    pal_buf_init(&names, job->arena, 65536);
    for (size_t i = 0; i < chosen->chosen; i++) {
        if (i)
            pal_buf_addc(&names, ',');
        pal_buf_add(&names, term_name(lists, chosen->pair[i], job->arena));
    }
    ok = ok &&
         sys_row_addf(job, group, (double)chosen->chosen, "final_pairs{%.*s}",
                      PAL_ARG(pal_buf_str(&names))) &&
         add(job, group, "n_pairs", (double)chosen->chosen);
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}

static const double bca_levels[] = {0.025, 0.05, 0.1, 0.16, 0.84, 0.9, 0.95, 0.975};

/* Rows bca_q[..]: the quantiles, and their Monte Carlo errors as standard errors. */
static enum pal_status add_bca(struct sys_job *job, const struct sys_group *group,
                               const struct pal_bootstrap *boot, const struct pal_bca *bca,
                               struct pal_error *err)
{
    double error[PAL_COUNT(bca_levels)];
    if (!isfinite(bca->z0))
        return pal_fail(err, PAL_DOMAIN,
                        "no replicate, or every one, lies below the estimate: there is no BCa "
                        "interval; ask for more replicates");
    PAL_TRY(pal_bca_error(bca->sorted, boot->n, boot->estimate, boot->acceleration, bca_levels,
                          PAL_COUNT(bca_levels), job->options->seed, job->until, job->arena, error,
                          err));
    bool ok = add(job, group, "z0", bca->z0);
    for (size_t i = 0; i < PAL_COUNT(bca_levels) && ok; i++) {
        struct sys_row *row = sys_row_addf(
            job, group,
            pal_bca_quantile(bca->sorted, boot->n, bca->z0, boot->acceleration, bca_levels[i]),
            "bca_q[%g]", bca_levels[i]);
        ok = row != NULL;
        if (ok) {
            row->std_error = error[i];
            row->note = "std_error: the Monte Carlo error of this quantile";
        }
    }
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}

static enum pal_status bootstrap(struct sys_job *job, const struct sys_group *group,
                                 struct pal_error *err)
{
    const struct sys_options *o = job->options;
    struct pal_bootstrap boot;
    struct rule rule;
    PAL_TRY(rule_of(job, &rule, err));
    struct pal_progress *progress =
        pal_progress_new(job->arena, job->cli->err, "bootstrap", o->bootstrap);
    const struct pal_bootstrap_ask ask = {
        .criterion = rule.criterion,
        .direction = rule.direction,
        .threshold = threshold(job),
        .replicates = o->bootstrap,
        .seed = o->seed,
        .threads = (unsigned)o->threads,
        .progress = progress,
    };
    const enum pal_status status =
        pal_bootstrap_stepwise(group->lists, &ask, job->arena, &boot, err);
    pal_progress_done(progress);
    PAL_TRY(status);
    const size_t n = boot.n;
    const double level = o->level > 0 ? o->level : 0.95;
    struct pal_bca bca;
    struct sys_row *row = sys_row_add(job, group, PAL_STR("N_hat"), boot.estimate);
    if (!row)
        return pal_nomem(err, "the answer");
    row->method = rule.with_choice;
    PAL_TRY(pal_bca_limits(&boot, level, job->arena, &bca, err));
    if (n > 0) {
        row->level = level;
        row->low = bca.low;
        row->high = bca.high;
    }
    bool ok = add(job, group, "acceleration", boot.acceleration) &&
              add(job, group, "bootstrap_replicates", (double)n);
    if (ok && boot.failed)
        ok = add(job, group, "bootstrap_without_estimate", (double)boot.failed);
    if (!ok)
        return pal_nomem(err, "the answer");
    return n ? add_bca(job, group, &boot, &bca, err) : PAL_OK;
}

enum pal_status sys_select(struct sys_job *job, const struct sys_group *group,
                           struct pal_error *err)
{
    const struct sys_options *o = job->options;
    struct pal_stepwise chosen;
    struct pal_model model;
    struct rule rule;
    PAL_TRY(rule_of(job, &rule, err));
    if (o->bootstrap || o->acceleration)
        return bootstrap(job, group, err);
    PAL_TRY(choose(job, group, &rule, &chosen, err));
    PAL_TRY(add_trace(job, group, &rule, &chosen, err));
    PAL_TRY(pal_model_new(group->lists, chosen.pair, chosen.chosen, job->arena, &model, err));
    return add_fit(job, group, &model, rule.method, err);
}

/* ---- replicates that somebody else drew
 * ------------------------------------------------------------------ */

static enum pal_status read_replicates(struct sys_job *job, double **out, size_t *n,
                                       struct pal_error *err)
{
    struct pal_records *records;
    const struct pal_dialect dialect = {.guess = true, .header_rows = 1};
    size_t room = 0, columns, column = 0;
    PAL_TRY(pal_records_open(job->options->replicates, &dialect, NULL, job->arena, &records, err));
    const pal_str *header = pal_records_header(records, &columns);
    for (size_t c = 0; c < columns; c++)
        if (pal_str_eq(header[c], PAL_STR("N")))
            column = c;
    *out = NULL;
    for (*n = 0;; (*n)++) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            return PAL_OK;
        if (*n == room) {
            const size_t more = room ? 2 * room : 1024;
            *out = pal_arena_grow(job->arena, *out, room, more, sizeof **out);
            if (!*out)
                return pal_nomem(err, "replicates");
            room = more;
        }
        const struct pal_place at = {pal_records_name(records), record.line, (uint32_t)column + 1};
        if (column >= record.fields || !pal_num_parse(record.field[column], &(*out)[*n]))
            return pal_fail_at(err, PAL_DATA, &at, "a replicate is no number");
    }
}

static enum pal_status number_given(const char *option, const char *text, double *out,
                                    struct pal_error *err)
{
    if (!text || pal_num_parse(pal_str_of(text), out))
        return PAL_OK;
    return pal_fail(err, PAL_USAGE, "%s takes a number, not '%s'", option, text);
}

enum pal_status sys_replicates(struct sys_job *job, const struct sys_group *group,
                               struct pal_error *err)
{
    const struct sys_options *o = job->options;
    struct pal_bootstrap boot = {.estimate = (double)NAN, .acceleration = (double)NAN};
    double *replicate;
    size_t n;
    PAL_TRY(read_replicates(job, &replicate, &n, err));
    if (n < 2)
        return pal_fail(err, PAL_DATA, "'%s' holds fewer than two replicates", o->replicates);
    if (!o->estimate || !o->ahat) {
        struct rule rule;
        PAL_TRY(rule_of(job, &rule, err));
        const struct pal_bootstrap_ask ask = {.criterion = rule.criterion,
                                              .direction = rule.direction,
                                              .threshold = threshold(job),
                                              .threads = (unsigned)o->threads};
        PAL_TRY(pal_bootstrap_stepwise(group->lists, &ask, job->arena, &boot, err));
    }
    PAL_TRY(number_given("--estimate", o->estimate, &boot.estimate, err));
    PAL_TRY(number_given("--ahat", o->ahat, &boot.acceleration, err));
    if (!add(job, group, "popest_used", boot.estimate) ||
        !add(job, group, "ahat_used", boot.acceleration))
        return pal_nomem(err, "the answer");
    struct pal_bca bca;
    boot.n = n;
    boot.replicate = replicate;
    PAL_TRY(pal_bca_limits(&boot, 0.95, job->arena, &bca, err));
    return add_bca(job, group, &boot, &bca, err);
}
