/* estimate_plan.c: a request is understood: which columns are read, which estimators run, which
 * rows come out. */
#include "estimate_survey.h"

#include <math.h>
#include <string.h>

/* `codes`: its texts are asked for, whatever they look like. */
static size_t column_of(struct est_plan *plan, pal_str name, bool number, bool codes,
                        struct pal_arena *arena)
{
    for (size_t i = 0; i < plan->columns; i++)
        if (plan->column[i].number == number && pal_str_eq(plan->column[i].name, name)) {
            plan->column[i].codes = plan->column[i].codes && codes;
            return i;
        }
    struct pal_stream_column *grown =
        pal_arena_grow(arena, plan->column, plan->columns, plan->columns + 1, sizeof *grown);
    if (!grown)
        return EST_NO_COLUMN;
    grown[plan->columns] =
        (struct pal_stream_column){.name = name, .number = number, .codes = codes};
    plan->column = grown;
    return plan->columns++;
}

static enum pal_status need_column(struct est_plan *plan, pal_str name, bool number,
                                   struct pal_arena *arena, size_t *out, struct pal_error *err)
{
    *out = column_of(plan, name, number, !number, arena);
    return *out == EST_NO_COLUMN ? pal_nomem(err, "a plan") : PAL_OK;
}

/* Of a condition: numbers are compared where the column is one. */
static enum pal_status need_either(struct est_plan *plan, const struct est_where *where,
                                   struct pal_arena *arena, size_t *out, struct pal_error *err)
{
    *out = column_of(plan, where->column, false, where->operator== EST_PREFIX, arena);
    return *out == EST_NO_COLUMN ? pal_nomem(err, "a plan") : PAL_OK;
}

enum pal_status est_plan_column(struct est_plan *plan, pal_str name, bool number,
                                struct pal_arena *arena, size_t *out, struct pal_error *err)
{
    return need_column(plan, name, number, arena, out, err);
}

enum pal_status est_plan_condition_column(struct est_plan *plan, const struct est_where *where,
                                          struct pal_arena *arena, size_t *out,
                                          struct pal_error *err)
{
    return need_either(plan, where, arena, out, err);
}

/* ---- words -------------------------------------------------------------------------------------
 */

static enum pal_status unknown(const char *option, pal_str word, const char *const *words, size_t n,
                               struct pal_error *err)
{
    pal_str known[64] = {{0}};
    for (size_t i = 0; i < n; i++)
        known[i] = pal_str_of(words[i]);
    const pal_str near = pal_nearest(word, known, n);
    char all[512];
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", words[i]);
    if (near.len)
        return pal_fail(err, PAL_USAGE, "unknown word '%.*s' of --%s; did you mean '%.*s'?",
                        PAL_ARG(word), option, PAL_ARG(near));
    return pal_fail(err, PAL_USAGE, "unknown word '%.*s' of --%s; there are %s", PAL_ARG(word),
                    option, all);
}

static size_t word_index(pal_str word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq(word, pal_str_of(words[i])))
            return i;
    return n;
}

static enum pal_status parse_test(pal_str word, enum pal_test *out, struct pal_error *err)
{
    static const char *const words[] = {"score", "log-wald", "exact-minlike", "exact-central"};
    static const enum pal_test tests[] = {PAL_TEST_SCORE, PAL_TEST_LOG_WALD, PAL_TEST_EXACT_MINLIKE,
                                          PAL_TEST_EXACT_CENTRAL};
    *out = PAL_TEST_NONE;
    if (!word.len)
        return PAL_OK;
    const size_t i = word_index(word, words, PAL_COUNT(words));
    if (i == PAL_COUNT(words))
        return unknown("test", word, words, PAL_COUNT(words), err);
    *out = tests[i];
    return PAL_OK;
}

static const char *test_method(enum pal_test test)
{
    switch (test) {
    case PAL_TEST_SCORE:
        return "score test, pooled rate";
    case PAL_TEST_LOG_WALD:
        return "Wald test on the log ratio";
    case PAL_TEST_EXACT_MINLIKE:
        return "exact conditional test, minimum likelihood";
    case PAL_TEST_EXACT_CENTRAL:
        return "exact conditional test, central";
    case PAL_TEST_NORMAL:
        return "normal test of the difference";
    case PAL_TEST_NONE:
        break;
    }
    return "";
}

static enum pal_status parse_variance(pal_str word, struct pal_ask *ask, struct pal_error *err)
{
    static const char *const words[] = {"none", "poisson", "quasi-poisson"};
    if (!word.len)
        return PAL_OK;
    switch (word_index(word, words, PAL_COUNT(words))) {
    case 0:
        ask->no_variance = true;
        return PAL_OK;
    case 1:
        return PAL_OK;
    case 2:
        ask->overdispersed = true;
        return PAL_OK;
    default:
        return unknown("variance", word, words, PAL_COUNT(words), err);
    }
}

/* ---- tasks and lines ----------------------------------------------------------------------------
 */

static bool has_interval(const struct pal_estimator *estimator, pal_str word)
{
    for (const char *const *list = estimator->intervals; list && *list; list++)
        if (pal_str_eq(word, pal_str_of(*list)))
            return true;
    return false;
}

static enum pal_status add_task(struct est_plan *plan, const struct pal_ask *ask, size_t stat,
                                const char *estimator, struct pal_arena *arena,
                                struct pal_error *err)
{
    const struct est_stat *s = &plan->stat[stat];
    struct est_task *grown =
        pal_arena_grow(arena, plan->task, plan->tasks, plan->tasks + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "a plan");
    plan->task = grown;
    struct est_task *task = &grown[plan->tasks++];
    *task = (struct est_task){.estimator = pal_estimator_find(pal_str_of(estimator)),
                              .ask = *ask,
                              .args = s->args,
                              .unit = EST_NO_COLUMN,
                              .stat = stat};
    if (!task->estimator)
        return pal_fail(err, PAL_BUG, "there is no estimator '%s'", estimator);
    task->ask.per = s->per;
    task->ask.units = s->unit.len > 0;
    task->ask.none_is_zero = s->args == 0;
    task->ask.standard = &plan->request->standard;
    task->sides = task->estimator->needs_side;
    task->strata = task->estimator->needs_standard;
    if (plan->request->interval.len && has_interval(task->estimator, plan->request->interval))
        task->ask.interval = plan->request->interval.ptr;
    for (size_t i = 0; i < s->args; i++)
        PAL_TRY(need_column(plan, s->arg[i], true, arena, &task->arg[i], err));
    if (s->unit.len)
        PAL_TRY(need_column(plan, s->unit, false, arena, &task->unit, err));
    return PAL_OK;
}

static enum pal_status add_line(struct est_plan *plan, size_t stat, enum est_show show,
                                const char *statistic, struct pal_arena *arena,
                                struct pal_error *err)
{
    struct est_line *grown =
        pal_arena_grow(arena, plan->line, plan->lines, plan->lines + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "a plan");
    plan->line = grown;
    const struct est_task *task = &plan->task[plan->tasks - 1];
    const bool tests = show == EST_SHOW_Z || show == EST_SHOW_P;
    grown[plan->lines++] = (struct est_line){.stat = stat,
                                             .task = plan->tasks - 1,
                                             .show = show,
                                             .statistic = statistic,
                                             .method = tests ? test_method(task->ask.test) : NULL};
    return PAL_OK;
}

/* z and p of the task added last. The exact tests have no z. */
static enum pal_status add_test_lines(struct est_plan *plan, size_t stat, struct pal_arena *arena,
                                      struct pal_error *err)
{
    const enum pal_test test = plan->task[plan->tasks - 1].ask.test;
    if (test == PAL_TEST_NONE)
        return PAL_OK;
    if (test != PAL_TEST_EXACT_MINLIKE && test != PAL_TEST_EXACT_CENTRAL)
        PAL_TRY(add_line(plan, stat, EST_SHOW_Z, "z_value", arena, err));
    return add_line(plan, stat, EST_SHOW_P, "p_value", arena, err);
}

/* Difference, ratio and percent change, z and p. */
static enum pal_status plan_change(struct est_plan *plan, const struct pal_ask *ask, size_t stat,
                                   struct pal_arena *arena, struct pal_error *err)
{
    const struct est_word *word = plan->stat[stat].word;
    struct pal_ask plain = *ask, tested = *ask;
    plain.test = PAL_TEST_NONE;
    const bool standardized = strcmp(word->word, "dsr") == 0;
    if (standardized)
        tested.test = PAL_TEST_NORMAL;
    else if (tested.test == PAL_TEST_NONE)
        tested.test = PAL_TEST_SCORE;
    PAL_TRY(add_task(plan, &plain, stat, word->ratio, arena, err));
    const size_t ratio = plan->tasks - 1;
    PAL_TRY(add_task(plan, &tested, stat, word->difference, arena, err));
    if (standardized && ask->test != PAL_TEST_NONE)
        return pal_fail(err, PAL_USAGE,
                        "--test compares counts; the change of a standardized rate is tested by "
                        "its own standard error");
    PAL_TRY(add_line(plan, stat, EST_SHOW_VALUE, "difference", arena, err));
    PAL_TRY(add_line(plan, stat, EST_SHOW_VALUE, "ratio", arena, err));
    plan->line[plan->lines - 1].task = ratio;
    PAL_TRY(add_line(plan, stat, EST_SHOW_PERCENT, "percent_change", arena, err));
    plan->line[plan->lines - 1].task = ratio;
    return add_test_lines(plan, stat, arena, err);
}

static enum pal_status plan_stat(struct est_plan *plan, const struct pal_ask *ask, size_t stat,
                                 struct pal_arena *arena, struct pal_error *err)
{
    const struct est_word *word = plan->stat[stat].word;
    const bool change = plan->request->change.len > 0;
    if (word->kind == EST_VALUE && change)
        return plan_change(plan, ask, stat, arena, err);
    if (word->kind == EST_COMPARISON && !change)
        return pal_fail(err, PAL_USAGE,
                        "'%s' compares two periods; name them: --change COL:FROM,TO", word->word);
    struct pal_ask mine = *ask;
    if (word->kind != EST_COMPARISON || strcmp(word->word, "dsr-ratio") == 0)
        mine.test = PAL_TEST_NONE;
    PAL_TRY(add_task(plan, &mine, stat, word->estimator, arena, err));
    PAL_TRY(add_line(plan, stat, EST_SHOW_VALUE, word->word, arena, err));
    return add_test_lines(plan, stat, arena, err);
}

/* ---- columns that are read as text
 * --------------------------------------------------------------- */

static enum pal_status plan_change_columns(struct est_plan *plan, struct pal_arena *arena,
                                           struct pal_error *err)
{
    pal_str rest = plan->request->change;
    plan->change_column = EST_NO_COLUMN;
    if (!rest.len)
        return PAL_OK;
    const pal_str text = rest;
    bool ok = est_name(&rest, ":", arena, &plan->change_name) && rest.len;
    for (size_t i = 0; ok && i < 2; i++) {
        rest.ptr++;
        rest.len--;
        ok = est_name(&rest, ",", arena, &plan->change_value[i]) && (i == 1 || rest.len);
    }
    if (!ok || rest.len)
        return pal_fail(err, PAL_USAGE, "--change '%.*s' is not COL:FROM,TO, as year:2019,2020",
                        PAL_ARG(text));
    for (size_t i = 0; i < 2; i++)
        if (!pal_num_parse(plan->change_value[i], &plan->change_number[i]))
            plan->change_number[i] = (double)NAN;
    if (pal_str_eq(plan->change_value[0], plan->change_value[1]))
        return pal_fail(err, PAL_USAGE, "--change compares '%.*s' with itself",
                        PAL_ARG(plan->change_value[0]));
    return need_column(plan, plan->change_name, false, arena, &plan->change_column, err);
}

static enum pal_status plan_standard_columns(struct est_plan *plan, struct pal_arena *arena,
                                             struct pal_error *err)
{
    pal_str rest = plan->request->standard_by;
    while (rest.len) {
        pal_str name;
        if (!est_name(&rest, ",", arena, &name))
            return pal_fail(err, PAL_USAGE, "--standard-by '%.*s' is no list of columns",
                            PAL_ARG(plan->request->standard_by));
        if (rest.len) {
            rest.ptr++;
            rest.len--;
        }
        size_t *grown = pal_arena_grow(arena, plan->standard_column, plan->standard_columns,
                                       plan->standard_columns + 1, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "a plan");
        plan->standard_column = grown;
        PAL_TRY(need_column(plan, name, false, arena, &grown[plan->standard_columns++], err));
    }
    return PAL_OK;
}

static enum pal_status plan_conditions(struct est_plan *plan, struct pal_arena *arena,
                                       struct pal_error *err)
{
    const struct est_request *request = plan->request;
    plan->wheres = request->wheres;
    plan->where = pal_arena_alloc(arena, plan->wheres + 1, sizeof *plan->where);
    plan->where_column = pal_arena_alloc(arena, plan->wheres + 1, sizeof *plan->where_column);
    plan->condition_column = pal_arena_alloc(arena, plan->stats, sizeof *plan->condition_column);
    if (!plan->where || !plan->where_column || !plan->condition_column)
        return pal_nomem(err, "a plan");
    for (size_t i = 0; i < plan->wheres; i++) {
        PAL_TRY(est_where_parse(request->where[i], arena, &plan->where[i], err));
        PAL_TRY(need_either(plan, &plan->where[i], arena, &plan->where_column[i], err));
    }
    for (size_t s = 0; s < plan->stats; s++) {
        const struct est_stat *stat = &plan->stat[s];
        size_t *columns = pal_arena_alloc(arena, stat->conditions + 1, sizeof *columns);
        if (!columns)
            return pal_nomem(err, "a plan");
        plan->condition_column[s] = columns;
        for (size_t i = 0; i < stat->conditions; i++)
            PAL_TRY(need_either(plan, &stat->condition[i], arena, &columns[i], err));
    }
    return PAL_OK;
}

static enum pal_status check_use(const struct est_plan *plan, struct pal_error *err)
{
    const struct est_request *request = plan->request;
    bool interval = false, standard = false, test = false, sides = false;
    for (size_t i = 0; i < plan->tasks; i++) {
        interval |= plan->task[i].ask.interval != NULL;
        standard |= plan->task[i].strata;
        test |= plan->task[i].ask.test != PAL_TEST_NONE;
        sides |= plan->task[i].sides;
    }
    if (request->interval.len && !interval) {
        const char *words[64];
        size_t n = 0;
        for (size_t i = 0; i < plan->tasks; i++)
            for (const char *const *w = plan->task[i].estimator->intervals; w && *w; w++)
                if (n < PAL_COUNT(words) && word_index(pal_str_of(*w), words, n) == n)
                    words[n++] = *w;
        if (!n)
            return pal_fail(err, PAL_USAGE, "'%s' has no interval", plan->stat[0].word->word);
        return unknown("interval", request->interval, words, n, err);
    }
    if (standard && !request->standard.n)
        return pal_fail(err, PAL_USAGE, "a standardized rate needs --standard FILE");
    if (request->standard.n && !standard)
        return pal_fail(err, PAL_USAGE, "--standard belongs to dsr and dsr-ratio");
    if (request->test.len && !test)
        return pal_fail(err, PAL_USAGE,
                        "--test compares two rates; ask for rate-ratio(y,x) with --change");
    if (request->change.len && !sides)
        return pal_fail(err, PAL_USAGE, "--change has nothing to compare: theta has no change");
    return PAL_OK;
}

enum pal_status est_plan_new(const struct est_request *request, struct pal_arena *arena,
                             struct est_plan **out, struct pal_error *err)
{
    struct est_plan *plan = pal_arena_alloc(arena, 1, sizeof *plan);
    if (!plan)
        return pal_nomem(err, "a plan");
    *plan = (struct est_plan){.request = request, .stats = request->stats};
    plan->stat = pal_arena_alloc(arena, request->stats + 1, sizeof *plan->stat);
    if (!plan->stat)
        return pal_nomem(err, "a plan");
    if (!request->stats && !est_extra(request, "weights-summary", 0).ptr)
        return pal_fail(err, PAL_USAGE, "no statistic is asked for; as 'rate(y,x,100000)'");
    for (size_t i = 0; i < plan->stats; i++) {
        PAL_TRY(est_stat_parse(request->stat[i], arena, &plan->stat[i], err));
        for (size_t k = 0; k < i; k++)
            if (plan->stat[i].label.len && pal_str_eq(plan->stat[i].label, plan->stat[k].label))
                return pal_fail(err, PAL_USAGE, "two statistics are called '%.*s'",
                                PAL_ARG(plan->stat[i].label));
    }
    const bool survey = est_survey_asked(plan);
    struct pal_ask ask = {.level = request->level, .theta = request->theta};
    PAL_TRY(parse_test(request->test, &ask.test, err));
    if (!survey)
        PAL_TRY(parse_variance(request->variance, &ask, err));
    for (size_t i = 0; !survey && i < plan->stats; i++)
        PAL_TRY(plan_stat(plan, &ask, i, arena, err));
    if (!survey)
        PAL_TRY(check_use(plan, err));
    PAL_TRY(plan_conditions(plan, arena, err));
    PAL_TRY(est_by_parse(request->by, arena, &plan->by, &plan->bys, err));
    plan->by_column = pal_arena_alloc(arena, plan->bys + 1, sizeof *plan->by_column);
    if (!plan->by_column)
        return pal_nomem(err, "a plan");
    for (size_t i = 0; i < plan->bys; i++)
        for (size_t k = 0; k < i; k++)
            if (pal_str_eq(plan->by[i].text, plan->by[k].text))
                return pal_fail(err, PAL_USAGE, "--by names '%.*s' twice",
                                PAL_ARG(plan->by[i].text));
    if (plan->bys > EST_MOST_BYS)
        return pal_fail(err, PAL_USAGE, "--by takes at most %d columns, not %zu", EST_MOST_BYS,
                        plan->bys);
    for (size_t i = 0; i < plan->bys; i++)
        PAL_TRY(need_column(plan, plan->by[i].column, false, arena, &plan->by_column[i], err));
    if (request->margins && !plan->bys)
        return pal_fail(err, PAL_USAGE, "--margins needs --by");
    PAL_TRY(plan_change_columns(plan, arena, err));
    if (request->standard.n)
        PAL_TRY(plan_standard_columns(plan, arena, err));
    if (survey)
        PAL_TRY(est_survey_plan_new(plan, arena, err));
    *out = plan;
    return PAL_OK;
}
