/* estimate_survey_plan.c: a request that speaks of a sample is understood. */
#include "estimate_survey.h"

#include <math.h>
#include <string.h>

pal_str est_extra(const struct est_request *request, const char *name, size_t i)
{
    for (size_t k = 0; k < request->extras; k++)
        if (pal_str_eq(request->extra[k].name, pal_str_of(name)) && i-- == 0)
            return request->extra[k].text;
    return (pal_str){0};
}

static bool given(const struct est_request *request, const char *name)
{
    return est_extra(request, name, 0).ptr != NULL;
}

/* ---- words
 * --------------------------------------------------------------------------------------- */

bool est_survey_asked(const struct est_plan *plan)
{
    enum pal_survey_method method;
    const struct est_request *request = plan->request;
    if (request->extras)
        return true;
    for (size_t i = 0; i < plan->stats; i++)
        if (plan->stat[i].word->kind == EST_SAMPLE)
            return true;
    return request->variance.len && pal_survey_variance_is(request->variance, &method) &&
           method != PAL_SURVEY_VALUE;
}

static enum pal_status unknown(const char *option, pal_str word, const pal_str *known, size_t n,
                               const char *all, struct pal_error *err)
{
    const pal_str near = pal_nearest(word, known, n);
    if (near.len)
        return pal_fail(err, PAL_USAGE, "unknown word '%.*s' of --%s; did you mean '%.*s'?",
                        PAL_ARG(word), option, PAL_ARG(near));
    return pal_fail(err, PAL_USAGE, "unknown word '%.*s' of --%s; there are %s", PAL_ARG(word),
                    option, all);
}

static enum pal_status plan_words(const struct est_request *request, struct pal_survey_ask *ask,
                                  struct pal_error *err)
{
    const pal_str deff = est_extra(request, "deff", 0), df = est_extra(request, "df", 0);
    const pal_str lonely = est_extra(request, "lonely-psu", 0);
    const pal_str domain = est_extra(request, "lonely-domain", 0);
    const pal_str seed = est_extra(request, "seed", 0);
    PAL_TRY(pal_survey_deff_parse(deff, "--deff", ask, err));
    PAL_TRY(pal_survey_df_parse(df, "--df", ask, err));
    if (lonely.ptr && !pal_lonely_parse(lonely, &ask->design.lonely)) {
        pal_str rules[PAL_LONELY_ADJUST + 1];
        for (int k = 0; k <= PAL_LONELY_ADJUST; k++)
            rules[k] = pal_str_of(pal_lonely_name((enum pal_lonely)k));
        return unknown("lonely-psu", lonely, rules, PAL_COUNT(rules),
                       "fail, certainty, remove, average, adjust", err);
    }
    if (domain.ptr && !pal_str_eq(domain, PAL_STR("none")) &&
        !pal_str_eq(domain, PAL_STR("adjust")))
        return pal_fail(err, PAL_USAGE, "--lonely-domain is none or adjust, not '%.*s'",
                        PAL_ARG(domain));
    ask->design.lonely_domain = domain.ptr && pal_str_eq(domain, PAL_STR("adjust"));
    ask->design.nest = given(request, "nest");
    ask->mse = given(request, "mse");
    int64_t number = 0;
    if (seed.ptr && (!pal_int_parse(seed, &number) || number < 0))
        return pal_fail(err, PAL_USAGE, "--seed takes a whole number from 0, not '%.*s'",
                        PAL_ARG(seed));
    ask->seed = (uint64_t)number;
    ask->threads = request->threads;
    ask->level = request->level;
    ask->interval = request->interval.len ? request->interval.ptr : NULL;
    return PAL_OK;
}

/* ---- columns of the design
 * ------------------------------------------------------------------------- */

static enum pal_status column_list(struct est_plan *plan, const char *option, bool number,
                                   size_t *out, size_t *n, struct pal_arena *arena,
                                   struct pal_error *err)
{
    pal_str rest = est_extra(plan->request, option, 0);
    const pal_str text = rest;
    for (*n = 0; rest.len; ++*n) {
        pal_str name;
        if (*n == PAL_MAX_STAGES)
            return pal_fail(err, PAL_USAGE, "--%s takes at most %d columns", option,
                            PAL_MAX_STAGES);
        if (!est_name(&rest, ",", arena, &name))
            return pal_fail(err, PAL_USAGE, "--%s '%.*s' is no list of columns", option,
                            PAL_ARG(text));
        if (rest.len) {
            rest.ptr++;
            rest.len--;
        }
        PAL_TRY(est_plan_column(plan, name, number, arena, &out[*n], err));
    }
    return PAL_OK;
}

static enum pal_status plan_design(struct est_plan *plan, bool simple, struct pal_arena *arena,
                                   struct pal_error *err)
{
    struct est_survey_plan *s = plan->survey;
    struct pal_design_spec *spec = &s->ask.design;
    size_t strata = 0, units = 0, fpcs = 0;
    pal_str weight = est_extra(plan->request, "weights", 0);
    s->weight = EST_NO_COLUMN;
    if (weight.ptr) {
        pal_str name;
        if (!est_name(&weight, "", arena, &name) || weight.len)
            return pal_fail(err, PAL_USAGE, "--weights takes one column");
        PAL_TRY(est_plan_column(plan, name, true, arena, &s->weight, err));
        spec->weights = true;
    }
    if (simple)
        return PAL_OK;
    PAL_TRY(column_list(plan, "strata", false, s->stratum, &strata, arena, err));
    PAL_TRY(column_list(plan, "psu", false, s->unit, &units, arena, err));
    PAL_TRY(column_list(plan, "fpc", true, s->fpc, &fpcs, arena, err));
    const size_t stages = units ? units : 1;
    if (strata > stages || fpcs > stages)
        return pal_fail(err, PAL_USAGE, "--%s has %zu columns and --psu %zu: one a stage",
                        strata > stages ? "strata" : "fpc", strata > stages ? strata : fpcs, units);
    spec->stages = units;
    for (size_t i = 0; i < stages; i++) {
        spec->strata[i] = i < strata;
        spec->fpc[i] = i < fpcs;
    }
    return PAL_OK;
}

/* Factors by first-stage unit stand in a file of their own. */
static enum pal_status plan_factor_file(struct est_plan *plan, struct pal_arena *arena,
                                        struct pal_error *err)
{
    struct est_survey_plan *s = plan->survey;
    const struct est_request *request = plan->request;
    pal_str rest = est_extra(request, "replicate-by", 0);
    const pal_str kind = est_extra(request, "replicate-kind", 0);
    pal_str names = est_extra(request, "replicates", 0);
    bool unit = false;
    if (s->ask.method != PAL_SURVEY_GIVEN || !names.len || !rest.len)
        return pal_fail(err, PAL_USAGE,
                        "--replicate-file goes with --variance replicates and --replicate-by, its "
                        "columns that name a unit");
    if (kind.ptr && pal_str_eq(kind, PAL_STR("weight")))
        return pal_fail(err, PAL_USAGE, "--replicate-file holds factors by unit, not weights");
    if (!s->ask.design.stages)
        return pal_fail(err, PAL_USAGE, "--replicate-file needs --psu, the units it speaks of");
    while (rest.len) {
        pal_str name;
        if (!est_name(&rest, ",", arena, &name))
            return pal_fail(err, PAL_USAGE, "--replicate-by is no list of columns");
        if (rest.len) {
            rest.ptr++;
            rest.len--;
        }
        if (pal_str_eq(name, plan->column[s->unit[0]].name))
            unit = true;
        else if (!s->ask.design.strata[0] || !pal_str_eq(name, plan->column[s->stratum[0]].name))
            return pal_fail(err, PAL_USAGE,
                            "--replicate-by '%.*s' is neither the first column of --psu nor of "
                            "--strata",
                            PAL_ARG(name));
    }
    if (!unit)
        return pal_fail(err, PAL_USAGE, "--replicate-by lacks the column of --psu");
    s->factor_file = est_extra(request, "replicate-file", 0);
    s->ask.method = PAL_SURVEY_MADE;
    s->ask.replicate = PAL_REP_GIVEN;
    for (; names.len; s->ask.replicates++) {
        pal_str name;
        if (!est_name(&names, ",", arena, &name))
            return pal_fail(err, PAL_USAGE, "--replicates is no list of columns");
        if (names.len) {
            names.ptr++;
            names.len--;
        }
    }
    return PAL_OK;
}

static enum pal_status plan_replicates(struct est_plan *plan, struct pal_arena *arena,
                                       struct pal_error *err)
{
    struct est_survey_plan *s = plan->survey;
    struct pal_survey_ask *ask = &s->ask;
    const struct est_request *request = plan->request;
    pal_str rest = est_extra(request, "replicates", 0);
    const pal_str kind = est_extra(request, "replicate-kind", 0);
    if (kind.ptr && !pal_str_eq(kind, PAL_STR("factor")) && !pal_str_eq(kind, PAL_STR("weight")))
        return pal_fail(err, PAL_USAGE, "--replicate-kind is factor or weight, not '%.*s'",
                        PAL_ARG(kind));
    if (given(request, "replicate-file"))
        return plan_factor_file(plan, arena, err);
    if (ask->method == PAL_SURVEY_GIVEN && !rest.len)
        return pal_fail(err, PAL_USAGE,
                        "--variance replicates needs --replicates 'rw*': the columns of weights");
    if (ask->method != PAL_SURVEY_GIVEN) {
        if (rest.len)
            return pal_fail(err, PAL_USAGE, "--replicates goes with --variance replicates");
        return PAL_OK;
    }
    while (rest.len) {
        pal_str name;
        if (!est_name(&rest, ",", arena, &name))
            return pal_fail(err, PAL_USAGE, "--replicates is no list of columns");
        if (rest.len) {
            rest.ptr++;
            rest.len--;
        }
        size_t *grown =
            pal_arena_grow(arena, s->replicate, s->replicates, s->replicates + 1, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "a plan");
        s->replicate = grown;
        PAL_TRY(est_plan_column(plan, name, true, arena, &grown[s->replicates++], err));
    }
    ask->replicates = s->replicates;
    ask->factors = kind.ptr && pal_str_eq(kind, PAL_STR("factor"));
    return PAL_OK;
}

/* Scales of given replicates, and those that replace a kind's own. */
static enum pal_status plan_scales(struct est_plan *plan, struct pal_arena *arena,
                                   struct pal_error *err)
{
    struct pal_survey_ask *ask = &plan->survey->ask;
    const pal_str scale = est_extra(plan->request, "scale", 0);
    pal_str rest = est_extra(plan->request, "rscales", 0);
    if (scale.ptr && (!pal_num_parse(scale, &ask->scale) || !(ask->scale > 0)))
        return pal_fail(err, PAL_USAGE, "--scale takes a number above 0, not '%.*s'",
                        PAL_ARG(scale));
    const bool gives = ask->method == PAL_SURVEY_GIVEN || plan->survey->factor_file.len;
    if (scale.ptr && !gives)
        return pal_fail(err, PAL_USAGE,
                        "--scale belongs to given replicates: name them by --replicates or "
                        "--replicate-file, or leave it out");
    if (rest.len) {
        double *value = pal_arena_alloc(arena, rest.len + 1, sizeof *value);
        size_t count = 0;
        pal_str piece;
        if (!value)
            return pal_nomem(err, "a plan");
        while (pal_str_split(&rest, ',', &piece))
            if (!pal_num_parse(pal_str_trim(piece), &value[count++]))
                return pal_fail(err, PAL_USAGE, "--rscales: '%.*s' is no number", PAL_ARG(piece));
        if (count == 1)
            for (; count < ask->replicates; count++)
                value[count] = value[0];
        if (!gives || count != ask->replicates)
            return pal_fail(err, PAL_USAGE,
                            "--rscales has %zu numbers for %zu given replicates: one each", count,
                            ask->replicates);
        ask->rscale = value;
        ask->scale = ask->scale > 0 ? ask->scale : 1;
    }
    if (!gives || pal_survey_scale_known(ask))
        return PAL_OK;
    return pal_fail(err, PAL_USAGE,
                    "given replicate weights need --scale S (or --rscales), as their documentation "
                    "says: 1/R for brr, 1/(R-1) for a bootstrap, 4/R for successive differences");
}

/* ---- frames, terms, statistics
 * ------------------------------------------------------------------------- */

static enum pal_status frame_new(struct est_survey_plan *s, struct pal_arena *arena, size_t *out,
                                 struct pal_error *err)
{
    struct est_frame *grown =
        pal_arena_grow(arena, s->frame, s->frames, s->frames + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "a plan");
    s->frame = grown;
    s->frame[s->frames] = (struct est_frame){.levels = EST_NO_COLUMN};
    *out = s->frames++;
    return PAL_OK;
}

static bool same_condition(const struct est_where *a, const struct est_where *b)
{
    return pal_str_eq(a->text, b->text);
}

/* The frame of some conditions; one that is there already is used again. */
static enum pal_status frame_of(struct est_plan *plan, const struct est_where *const *condition,
                                size_t n, size_t levels, struct pal_arena *arena, size_t *out,
                                struct pal_error *err)
{
    struct est_survey_plan *s = plan->survey;
    for (*out = 0; *out < s->frames; ++*out) {
        const struct est_frame *f = &s->frame[*out];
        bool same = f->conditions == n && f->levels == levels;
        for (size_t i = 0; same && i < n; i++)
            same = same_condition(f->condition[i], condition[i]);
        if (same)
            return PAL_OK;
    }
    PAL_TRY(frame_new(s, arena, out, err));
    struct est_frame *frame = &s->frame[*out];
    frame->conditions = n;
    frame->levels = levels;
    frame->condition = pal_arena_alloc(arena, n + 1, sizeof *frame->condition);
    frame->condition_column = pal_arena_alloc(arena, n + 1, sizeof *frame->condition_column);
    if (!frame->condition || !frame->condition_column)
        return pal_nomem(err, "a plan");
    for (size_t i = 0; i < n; i++) {
        frame->condition[i] = condition[i];
        PAL_TRY(
            est_plan_condition_column(plan, condition[i], arena, &frame->condition_column[i], err));
    }
    return PAL_OK;
}

static enum pal_status term_of(struct est_survey_plan *s, size_t frame, struct est_term term,
                               struct pal_arena *arena, size_t *out, struct pal_error *err)
{
    struct est_frame *f = &s->frame[frame];
    for (*out = 0; *out < f->terms; ++*out) {
        const struct est_term *t = &f->term[*out];
        if (t->kind == term.kind && t->column == term.column && t->other == term.other &&
            t->of == term.of && (!t->where == !term.where) &&
            (!t->where || same_condition(t->where, term.where)))
            return PAL_OK;
    }
    struct est_term *grown = pal_arena_grow(arena, f->term, f->terms, f->terms + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "a plan");
    f->term = grown;
    f->term[f->terms] = term;
    *out = f->terms++;
    return PAL_OK;
}

static enum pal_status value_term(struct est_plan *plan, size_t frame, pal_str column,
                                  pal_str other, struct pal_arena *arena, size_t *out,
                                  struct pal_error *err)
{
    struct est_term term = {.kind = EST_TERM_VALUE, .other = EST_NO_COLUMN};
    PAL_TRY(est_plan_column(plan, column, true, arena, &term.column, err));
    if (other.len)
        PAL_TRY(est_plan_column(plan, other, true, arena, &term.other, err));
    return term_of(plan->survey, frame, term, arena, out, err);
}

/* The statistic that a STAT means in one frame. */
static enum pal_status add_statistic(struct est_plan *plan, const struct est_stat *stat,
                                     const struct est_where *const *condition, size_t conditions,
                                     struct pal_arena *arena, size_t *out, struct pal_error *err)
{
    struct est_survey_plan *s = plan->survey;
    struct pal_survey_statistic it = {
        .y = PAL_NO_TERM, .x = PAL_NO_TERM, .levels = PAL_NO_FRAME, .per = stat->per};
    const char *word = stat->word->survey;
    const bool per_row = strcmp(word, "ratio") == 0 && pal_str_eq(stat->arg[1], PAL_STR("1"));
    struct est_term term = {.other = EST_NO_COLUMN};
    PAL_TRY(frame_of(plan, condition, conditions, EST_NO_COLUMN, arena, &it.frame, err));
    if (strcmp(stat->word->word, "proportion") == 0) {
        term.kind = EST_TERM_HOLDS;
        term.where = &stat->holds;
        PAL_TRY(est_plan_condition_column(plan, &stat->holds, arena, &term.column, err));
        PAL_TRY(term_of(s, it.frame, term, arena, &it.y, err));
    } else if (strcmp(stat->word->word, "proportions") == 0) {
        term.kind = EST_TERM_PRESENT;
        PAL_TRY(est_plan_column(plan, stat->arg[0], false, arena, &term.column, err));
        PAL_TRY(term_of(s, it.frame, term, arena, &it.y, err));
        PAL_TRY(frame_of(plan, condition, conditions, term.column, arena, &it.levels, err));
    } else if (strcmp(word, "ratio") == 0 && !per_row) {
        PAL_TRY(value_term(plan, it.frame, stat->arg[0], stat->arg[1], arena, &it.y, err));
        PAL_TRY(value_term(plan, it.frame, stat->arg[1], stat->arg[0], arena, &it.x, err));
    } else if (stat->args) {
        PAL_TRY(value_term(plan, it.frame, stat->arg[0], (pal_str){0}, arena, &it.y, err));
    }
    if (per_row)
        word = "mean"; /* one a row below the line */
    if (strcmp(word, "count") == 0 && stat->args)
        word = "total";
    it.kind = pal_survey_kind_find(pal_str_of(word));
    if (!it.kind)
        return pal_fail(err, PAL_USAGE, "'%s' is a statistic of registers, not of samples",
                        stat->word->word);
    if (it.kind->square) {
        term = (struct est_term){
            .kind = EST_TERM_SQUARE, .column = EST_NO_COLUMN, .other = EST_NO_COLUMN, .of = it.y};
        PAL_TRY(term_of(s, it.frame, term, arena, &it.x, err));
    }
    if (it.kind->rows) {
        it.p = stat->per;
        it.per = 0;
        it.rule = s->rule;
    }
    struct pal_survey_statistic *grown =
        pal_arena_grow(arena, s->statistic, s->statistics, s->statistics + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "a plan");
    s->statistic = grown;
    s->statistic[s->statistics] = it;
    *out = s->statistics++;
    return PAL_OK;
}

static enum pal_status add_line(struct est_survey_plan *s, struct est_survey_line line,
                                struct pal_arena *arena, struct pal_error *err)
{
    struct est_survey_line *grown =
        pal_arena_grow(arena, s->line, s->lines, s->lines + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "a plan");
    s->line = grown;
    s->line[s->lines++] = line;
    return PAL_OK;
}

/* Two frames more, one a period; difference, ratio, percent change, t, p and covariance. */
static enum pal_status add_change(struct est_plan *plan, const struct est_stat *stat,
                                  const struct est_where **condition, struct pal_arena *arena,
                                  struct pal_error *err)
{
    static const struct {
        enum est_survey_show show;
        const char *statistic;
    } rows[] = {
        {EST_SURVEY_DIFFERENCE, "difference"},
        {EST_SURVEY_RATIO, "ratio"},
        {EST_SURVEY_PERCENT, "percent_change"},
        {EST_SURVEY_T, "t_value"},
        {EST_SURVEY_P, "p_value"},
        {EST_SURVEY_COVARIANCE, "covariance"},
    };
    size_t side[2];
    for (size_t i = 0; i < 2; i++) {
        struct est_where *period = pal_arena_alloc(arena, 1, sizeof *period);
        pal_str *value = pal_arena_alloc(arena, 1, sizeof *value);
        double *number = pal_arena_alloc(arena, 1, sizeof *number);
        if (!period || !value || !number)
            return pal_nomem(err, "a plan");
        *value = plan->change_value[i];
        *number = plan->change_number[i];
        *period = (struct est_where){
            .text =
                pal_arena_printf(arena, "%.*s = %.*s", PAL_ARG(plan->change_name), PAL_ARG(*value)),
            .column = plan->change_name,
            .operator= EST_EQUAL,
            .n = 1,
            .value = value,
            .number = number};
        if (!period->text.ptr)
            return pal_nomem(err, "a plan");
        condition[stat->conditions] = period;
        PAL_TRY(add_statistic(plan, stat, condition, stat->conditions + 1, arena, &side[i], err));
    }
    for (size_t i = 0; i < PAL_COUNT(rows) - plan->survey->imputed; i++)
        PAL_TRY(add_line(plan->survey,
                         (struct est_survey_line){.show = rows[i].show,
                                                  .statistic = rows[i].statistic,
                                                  .variable = stat->variable,
                                                  .a = side[0],
                                                  .b = side[1]},
                         arena, err));
    return PAL_OK;
}

static enum pal_status plan_stat(struct est_plan *plan, size_t i, struct pal_arena *arena,
                                 struct pal_error *err)
{
    struct est_survey_plan *s = plan->survey;
    const struct est_stat *stat = &plan->stat[i];
    const struct est_where **condition =
        pal_arena_alloc(arena, stat->conditions + 2, sizeof *condition);
    if (!condition)
        return pal_nomem(err, "a plan");
    for (size_t k = 0; k < stat->conditions; k++)
        condition[k] = &stat->condition[k];
    if (!stat->word->survey)
        return pal_fail(err, PAL_USAGE,
                        "'%s' is a statistic of registers and takes no design; ask for it without "
                        "options of samples",
                        stat->word->word);
    const bool levels = strcmp(stat->word->word, "proportions") == 0;
    if (plan->change_column != EST_NO_COLUMN) {
        if (levels)
            return pal_fail(err, PAL_USAGE,
                            "--change compares single values; write "
                            "proportion(x = LEVEL)");
        return add_change(plan, stat, condition, arena, err);
    }
    PAL_TRY(add_statistic(plan, stat, condition, stat->conditions, arena, &s->of_stat[i], err));
    pal_str variable = stat->variable;
    if (!stat->label.len && strcmp(stat->word->word, "proportion") == 0)
        variable = stat->holds.text;
    return add_line(s,
                    (struct est_survey_line){.show = levels ? EST_SURVEY_LEVELS : EST_SURVEY_VALUE,
                                             .statistic = stat->word->word,
                                             .variable = variable,
                                             .a = s->of_stat[i]},
                    arena, err);
}

/* ---- contrasts and covariances
 * --------------------------------------------------------------------------- */

static enum pal_status labels_of(const struct est_plan *plan, struct pal_arena *arena,
                                 pal_str **out, struct pal_error *err)
{
    *out = pal_arena_alloc(arena, plan->stats + 1, sizeof **out);
    if (!*out)
        return pal_nomem(err, "a plan");
    for (size_t i = 0; i < plan->stats; i++)
        (*out)[i] = plan->stat[i].label;
    return PAL_OK;
}

static enum pal_status plan_contrast(struct est_plan *plan, pal_str text, struct pal_arena *arena,
                                     struct pal_error *err)
{
    pal_str *label;
    struct est_formula *formula;
    PAL_TRY(labels_of(plan, arena, &label, err));
    PAL_TRY(est_formula_parse(text, label, plan->stats, arena, &formula, err));
    for (size_t i = 0; i < plan->stats; i++)
        if (est_formula_uses(formula, i) && strcmp(plan->stat[i].word->word, "proportions") == 0)
            return pal_fail(err, PAL_USAGE, "'%.*s' is many values; write proportion(x = LEVEL)",
                            PAL_ARG(label[i]));
    return add_line(plan->survey,
                    (struct est_survey_line){.show = EST_SURVEY_CONTRAST,
                                             .statistic = "contrast",
                                             .variable = text,
                                             .formula = formula},
                    arena, err);
}

static enum pal_status plan_covariance(struct est_plan *plan, pal_str text, struct pal_arena *arena,
                                       struct pal_error *err)
{
    pal_str *label, rest = text;
    size_t at[2];
    PAL_TRY(labels_of(plan, arena, &label, err));
    for (size_t i = 0; i < 2; i++) {
        pal_str name;
        if (!est_name(&rest, ",", arena, &name) || (i == 0) != (rest.len > 0))
            return pal_fail(err, PAL_USAGE, "--covariance takes two labels: A,B");
        if (rest.len) {
            rest.ptr++;
            rest.len--;
        }
        for (at[i] = 0; at[i] < plan->stats && !pal_str_eq(label[at[i]], name);)
            at[i]++;
        if (at[i] == plan->stats)
            return pal_fail(err, PAL_USAGE,
                            "--covariance: no statistic is labelled '%.*s'; labels stand as "
                            "NAME:=STAT",
                            PAL_ARG(name));
        if (strcmp(plan->stat[at[i]].word->word, "proportions") == 0)
            return pal_fail(err, PAL_USAGE, "'%.*s' is many values; write proportion(x = LEVEL)",
                            PAL_ARG(name));
    }
    return add_line(plan->survey,
                    (struct est_survey_line){.show = EST_SURVEY_COVARIANCE,
                                             .statistic = "covariance",
                                             .variable = text,
                                             .a = plan->survey->of_stat[at[0]],
                                             .b = plan->survey->of_stat[at[1]]},
                    arena, err);
}

/* ---- what the library is asked
 * ---------------------------------------------------------------------------- */

static enum pal_status plan_ask(struct est_survey_plan *s, struct pal_arena *arena,
                                struct pal_error *err)
{
    struct pal_survey_frame *frame = pal_arena_alloc(arena, s->frames + 1, sizeof *frame);
    if (!frame)
        return pal_nomem(err, "a plan");
    for (size_t f = 0; f < s->frames; f++) {
        struct pal_survey_term *term = pal_arena_alloc(arena, s->frame[f].terms + 1, sizeof *term);
        if (!term)
            return pal_nomem(err, "a plan");
        for (size_t t = 0; t < s->frame[f].terms; t++) {
            const struct est_term *from = &s->frame[f].term[t];
            term[t].of = from->of;
            term[t].kind = from->kind == EST_TERM_PRESENT  ? PAL_TERM_ONE
                           : from->kind == EST_TERM_SQUARE ? PAL_TERM_SQUARE
                                                           : PAL_TERM_VALUE;
        }
        frame[f] = (struct pal_survey_frame){s->frame[f].terms, term};
    }
    for (size_t i = 0; i < s->statistics; i++)
        s->ask.hold = s->ask.hold || s->statistic[i].kind->rows;
    s->ask.hold = s->ask.hold || s->weighting != NULL;
    s->ask.frames = s->frames;
    s->ask.frame = frame;
    s->ask.statistics = s->statistics;
    s->ask.statistic = s->statistic;
    return PAL_OK;
}

static enum pal_status plan_rule(const struct est_request *request, struct est_survey_plan *s,
                                 struct pal_error *err)
{
    const pal_str rule = est_extra(request, "quantile-rule", 0);
    if (rule.ptr && !pal_quantile_rule_parse(rule, &s->rule))
        return pal_fail(err, PAL_USAGE,
                        "--quantile-rule is math, school, hf1 to hf9 or shahvaish, not '%.*s'",
                        PAL_ARG(rule));
    return PAL_OK;
}

static enum pal_status plan_imputation(struct est_plan *plan, struct pal_arena *arena,
                                       struct pal_error *err)
{
    const struct est_request *request = plan->request;
    struct est_survey_plan *s = plan->survey;
    pal_str column = est_extra(request, "imputation", 0), name;
    const pal_str df = est_extra(request, "mi-df", 0);
    s->imputation = EST_NO_COLUMN;
    s->imputed = column.ptr || df.ptr;
    s->mi_df = PAL_IMPUTED_BARNARD_RUBIN;
    if (df.ptr && !pal_imputed_df_parse(df, &s->mi_df))
        return pal_fail(err, PAL_USAGE,
                        "--mi-df is rubin, barnard-rubin or barnard-rubin-mitools, not '%.*s'",
                        PAL_ARG(df));
    if (s->imputed && (given(request, "covariance") || given(request, "weights-summary")))
        return pal_fail(err, PAL_USAGE,
                        "--covariance and --weights-summary are of one data set; choose one with "
                        "--where");
    if (!column.ptr)
        return PAL_OK;
    if (!est_name(&column, "", arena, &name) || column.len)
        return pal_fail(err, PAL_USAGE, "--imputation takes one column");
    return est_plan_column(plan, name, false, arena, &s->imputation, err);
}

enum pal_status est_survey_plan_new(struct est_plan *plan, struct pal_arena *arena,
                                    struct pal_error *err)
{
    const struct est_request *request = plan->request;
    struct est_survey_plan *s = pal_arena_alloc(arena, 1, sizeof *s);
    size_t first;
    bool simple;
    if (!s)
        return pal_nomem(err, "a plan");
    plan->survey = s;
    s->of_stat = pal_arena_alloc(arena, plan->stats + 1, sizeof *s->of_stat);
    if (!s->of_stat)
        return pal_nomem(err, "a plan");
    if (request->test.len || request->standard.n || request->theta > 0)
        return pal_fail(err, PAL_USAGE,
                        "--test, --standard and --theta belong to registers; this is a sample");
    PAL_TRY(pal_survey_variance_parse(request->variance, given(request, "replicates"), "--variance",
                                      &s->ask, &simple, err));
    PAL_TRY(plan_words(request, &s->ask, err));
    PAL_TRY(plan_design(plan, simple, arena, err));
    s->joint_file = est_extra(request, "joint", 0);
    if (s->joint_file.len && s->ask.design.unequal < PAL_UNEQUAL_HORVITZ_THOMPSON)
        return pal_fail(err, PAL_USAGE,
                        "--joint goes with --variance yates-grundy or horvitz-thompson");
    if (s->joint_file.len && (!s->ask.design.stages || s->ask.design.nest))
        return pal_fail(err, PAL_USAGE,
                        "--joint names units by --psu, which must tell them apart without --nest");
    PAL_TRY(plan_replicates(plan, arena, err));
    PAL_TRY(plan_scales(plan, arena, err));
    const pal_str missing = est_extra(request, "missing", 0);
    s->missing_undefined = missing.ptr && pal_str_eq(missing, PAL_STR("undefined"));
    if (missing.ptr && !s->missing_undefined && !pal_str_eq(missing, PAL_STR("outside")))
        return pal_fail(err, PAL_USAGE, "--missing is outside or undefined, not '%.*s'",
                        PAL_ARG(missing));
    PAL_TRY(plan_rule(request, s, err));
    PAL_TRY(est_weighting_plan(plan, arena, &s->weighting, err));
    PAL_TRY(plan_imputation(plan, arena, err));
    PAL_TRY(frame_of(plan, NULL, 0, EST_NO_COLUMN, arena, &first, err));
    for (size_t i = 0; i < plan->stats; i++)
        PAL_TRY(plan_stat(plan, i, arena, err));
    const bool change = plan->change_column != EST_NO_COLUMN;
    for (size_t i = 0; est_extra(request, "contrast", i).ptr && !change; i++)
        PAL_TRY(plan_contrast(plan, est_extra(request, "contrast", i), arena, err));
    for (size_t i = 0; est_extra(request, "covariance", i).ptr && !change; i++)
        PAL_TRY(plan_covariance(plan, est_extra(request, "covariance", i), arena, err));
    if (change && (given(request, "contrast") || given(request, "covariance")))
        return pal_fail(err, PAL_USAGE,
                        "--change makes its own contrasts; ask for others in a "
                        "second call");
    if (given(request, "weights-summary")) {
        s->ask.hold = true;
        PAL_TRY(add_line(s, (struct est_survey_line){.show = EST_SURVEY_WEIGHTS}, arena, err));
    }
    return plan_ask(s, arena, err);
}
