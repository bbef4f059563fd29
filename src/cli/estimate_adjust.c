/* estimate_adjust.c: options that adjust weights, understood as steps. */
#include "estimate_adjust.h"

#include <math.h>
#include <string.h>

static enum pal_status wrong(const char *option, pal_str text, const char *form,
                             struct pal_error *err)
{
    return pal_fail(err, PAL_USAGE, "--%s '%.*s' cannot be read; write %s", option, PAL_ARG(text),
                    form);
}

/* "0.5,1.8"; either may be left out: ",1.8" */
static enum pal_status parse_bounds(const char *option, pal_str text, double *low, double *high,
                                    struct pal_error *err)
{
    pal_str rest = text, from, to;
    *low = -(double)INFINITY;
    *high = (double)INFINITY;
    if (!text.len)
        return PAL_OK;
    const bool two = pal_str_split(&rest, ',', &from) && pal_str_split(&rest, ',', &to) &&
                     !pal_str_split(&rest, ',', &rest);
    if (!two || (from.len && !pal_num_parse(pal_str_trim(from), low)) ||
        (to.len && !pal_num_parse(pal_str_trim(to), high)) || !(*low < *high))
        return wrong(option, text, "LOW,HIGH, as 0.5,2", err);
    return PAL_OK;
}

/* ---- margins -----------------------------------------------------------------------------------
 */

static enum pal_status add_margin(struct est_adjust *adjust, pal_str text, const char *option,
                                  struct est_plan *plan, struct pal_arena *arena,
                                  struct pal_error *err)
{
    struct est_margin *grown =
        pal_arena_grow(arena, adjust->margin, adjust->margins, adjust->margins + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "a plan");
    adjust->margin = grown;
    struct est_margin *margin = &grown[adjust->margins++];
    *margin = (struct est_margin){.text = text};
    for (pal_str rest = text; rest.len;) {
        pal_str name;
        if (!est_name(&rest, ",", arena, &name))
            return wrong(option, text, "columns, as sex,agegrp", err);
        if (rest.len) {
            rest.ptr++;
            rest.len--;
        }
        size_t *column = pal_arena_grow(arena, margin->column, margin->columns, margin->columns + 1,
                                        sizeof *column);
        if (!column)
            return pal_nomem(err, "a plan");
        margin->column = column;
        PAL_TRY(est_plan_column(plan, name, false, arena, &column[margin->columns++], err));
    }
    return margin->columns ? PAL_OK : wrong(option, text, "columns, as sex,agegrp", err);
}

/* The next of the files of --population; a C string. */
static enum pal_status next_file(pal_str *rest, const struct est_adjust_ask *ask,
                                 struct pal_arena *arena, const char **out, struct pal_error *err)
{
    pal_str file;
    if (!est_name(rest, ",", arena, &file))
        return pal_fail(err, PAL_USAGE,
                        "--population '%.*s' names too few files; one is needed a margin",
                        PAL_ARG(ask->population));
    if (rest->len) {
        rest->ptr++;
        rest->len--;
    }
    *out = pal_arena_printf(arena, "%.*s", PAL_ARG(file)).ptr;
    return *out ? PAL_OK : pal_nomem(err, "a plan");
}

static enum pal_status read_population(struct est_margin *margin, const char *path,
                                       struct pal_arena *arena, struct pal_error *err)
{
    struct pal_standard population;
    PAL_TRY(est_population_read(path, margin->text, arena, &population, err));
    margin->cells = population.n;
    margin->name = population.category;
    margin->population = population.weight;
    return PAL_OK;
}

static enum pal_status plan_margins(const struct est_adjust_ask *ask, struct est_plan *plan,
                                    struct pal_arena *arena, struct est_adjust *out,
                                    struct pal_error *err)
{
    const bool rake = ask->rake.len > 0;
    const char *option = rake ? "rake" : "poststratify", *path;
    pal_str rest = rake ? ask->rake : ask->poststratify, files = ask->population, text;
    struct pal_adjust step = {.kind = rake ? PAL_ADJUST_RAKE : PAL_ADJUST_POSTSTRATIFY,
                              .max_iterations = ask->max_iterations,
                              .epsilon = ask->epsilon};
    while (rake ? pal_str_split(&rest, '|', &text) : step.margins == 0) {
        PAL_TRY(add_margin(out, rake ? text : rest, option, plan, arena, err));
        PAL_TRY(next_file(&files, ask, arena, &path, err));
        PAL_TRY(read_population(&out->margin[out->margins - 1], path, arena, err));
        step.margins++;
    }
    if (files.len)
        return pal_fail(err, PAL_USAGE, "--population '%.*s' names more files than --%s margins",
                        PAL_ARG(ask->population), option);
    out->step[out->steps++] = step;
    return PAL_OK;
}

/* ---- terms
 * ---------------------------------------------------------------------------------------- */

/* "1", "age", "sex=M" */
static enum pal_status add_term(struct est_adjust *adjust, pal_str text, struct est_plan *plan,
                                struct pal_arena *arena, struct pal_error *err)
{
    struct est_model_term *grown =
        pal_arena_grow(arena, adjust->term, adjust->terms, adjust->terms + 1, sizeof *grown);
    if (!grown)
        return pal_nomem(err, "a plan");
    adjust->term = grown;
    struct est_model_term *term = &grown[adjust->terms++];
    *term = (struct est_model_term){.text = pal_str_trim(text), .column = EST_NO_COLUMN};
    pal_str rest = term->text, name;
    if (pal_str_eq(term->text, PAL_STR("1")))
        return PAL_OK;
    if (!est_name(&rest, "=", arena, &name))
        return wrong("terms", text, "1, a column of numbers, or col=value", err);
    term->kind = rest.len ? EST_MODEL_LEVEL : EST_MODEL_NUMBER;
    if (rest.len) {
        rest.ptr++;
        rest.len--;
        if (!est_name(&rest, "", arena, &term->value) || rest.len)
            return wrong("terms", text, "1, a column of numbers, or col=value", err);
    }
    return est_plan_column(plan, name, term->kind == EST_MODEL_NUMBER, arena, &term->column, err);
}

/* A total may be called as the term is, or as R's model matrix would call its column: (Intercept),
 * sexM. */
static bool is_total_of(const struct est_model_term *term, pal_str name, struct pal_arena *arena)
{
    if (pal_str_eq(name, term->text))
        return true;
    if (term->kind == EST_MODEL_ONE)
        return pal_str_eq(name, PAL_STR("(Intercept)"));
    pal_str rest = term->text, front;
    return term->kind == EST_MODEL_LEVEL && est_name(&rest, "=", arena, &front) &&
           name.len == front.len + term->value.len && pal_str_starts(name, front) &&
           pal_str_eq((pal_str){name.ptr + front.len, name.len - front.len}, term->value);
}

static enum pal_status read_totals(struct est_adjust *adjust, const char *path,
                                   struct pal_arena *arena, struct pal_error *err)
{
    struct pal_standard totals;
    adjust->total = pal_arena_alloc(arena, adjust->terms, sizeof *adjust->total);
    if (!adjust->total)
        return pal_nomem(err, "a plan");
    PAL_TRY(est_population_read(path, PAL_STR("term"), arena, &totals, err));
    for (size_t t = 0; t < adjust->terms; t++) {
        size_t at = 0;
        while (at < totals.n && !is_total_of(&adjust->term[t], totals.category[at], arena))
            at++;
        if (at == totals.n)
            return pal_fail(err, PAL_DATA, "'%s' has no total of the term '%.*s'", path,
                            PAL_ARG(adjust->term[t].text));
        adjust->total[t] = totals.weight[at];
    }
    if (totals.n != adjust->terms)
        return pal_fail(err, PAL_DATA, "'%s' has totals of %zu terms and --terms names %zu", path,
                        totals.n, adjust->terms);
    return PAL_OK;
}

static enum pal_status plan_calibration(const struct est_adjust_ask *ask, struct est_plan *plan,
                                        struct pal_arena *arena, struct est_adjust *out,
                                        struct pal_error *err)
{
    static const char *const distances[] = {"linear", "raking", "logit"};
    struct pal_adjust *step = &out->step[out->steps++];
    pal_str files = ask->population;
    const char *path;
    size_t d = 0;
    while (d < PAL_COUNT(distances) && !pal_str_eq(ask->calibrate, pal_str_of(distances[d])))
        d++;
    if (d == PAL_COUNT(distances))
        return wrong("calibrate", ask->calibrate, "linear, raking or logit", err);
    if (!ask->terms.len)
        return pal_fail(err, PAL_USAGE, "--calibrate needs --terms, as '1,sex=M,age'");
    *step = (struct pal_adjust){.kind = PAL_ADJUST_CALIBRATE,
                                .distance = (enum pal_distance)d,
                                .max_iterations = ask->max_iterations,
                                .epsilon = ask->epsilon};
    PAL_TRY(parse_bounds("bounds", ask->bounds, &step->low, &step->high, err));
    if (d == PAL_DISTANCE_LOGIT && (isinf(step->low) || isinf(step->high)))
        return pal_fail(err, PAL_USAGE, "--calibrate logit needs --bounds LOW,HIGH");
    if (ask->aggregate.len && !pal_str_eq(ask->aggregate, PAL_STR("psu")))
        return wrong("aggregate", ask->aggregate, "psu", err);
    out->by_psu = ask->aggregate.len > 0;
    for (pal_str rest = ask->terms, text; pal_str_split(&rest, ',', &text);)
        PAL_TRY(add_term(out, text, plan, arena, err));
    PAL_TRY(next_file(&files, ask, arena, &path, err));
    if (files.len)
        return pal_fail(err, PAL_USAGE, "--calibrate takes one file of totals");
    return read_totals(out, path, arena, err);
}

/* ---- all of them
 * ---------------------------------------------------------------------------------- */

static enum pal_status plan_respondents(const struct est_adjust_ask *ask, struct est_plan *plan,
                                        struct pal_arena *arena, struct est_adjust *out,
                                        struct pal_error *err)
{
    struct pal_adjust step = {.kind = PAL_ADJUST_RESPONDENTS};
    PAL_TRY(est_where_parse(ask->respondents, arena, &out->respondent, err));
    PAL_TRY(
        est_plan_column(plan, out->respondent.column, false, arena, &out->respondent_column, err));
    out->respondents = true;
    if (ask->classes.len) {
        PAL_TRY(add_margin(out, ask->classes, "nonresponse-classes", plan, arena, err));
        step.margins = 1;
    }
    out->step[out->steps++] = step;
    return PAL_OK;
}

static enum pal_status check_together(const struct est_adjust_ask *ask, struct pal_error *err)
{
    const int ways = (ask->poststratify.len > 0) + (ask->rake.len > 0) + (ask->calibrate.len > 0);
    if (ways > 1)
        return pal_fail(err, PAL_USAGE,
                        "--poststratify, --rake and --calibrate are three ways to one end; choose "
                        "one");
    if (ways && !ask->population.len)
        return pal_fail(err, PAL_USAGE, "--%s needs --population FILE",
                        ask->rake.len           ? "rake"
                        : ask->poststratify.len ? "poststratify"
                                                : "calibrate");
    if (!ways && ask->population.len)
        return pal_fail(err, PAL_USAGE,
                        "--population belongs to --poststratify, --rake or --calibrate");
    if (!ask->calibrate.len && (ask->terms.len || ask->bounds.len || ask->aggregate.len))
        return pal_fail(err, PAL_USAGE, "--terms, --bounds and --aggregate belong to --calibrate");
    if (!ask->rake.len && !ask->calibrate.len && (ask->max_iterations || ask->epsilon > 0))
        return pal_fail(err, PAL_USAGE,
                        "--max-iterations and --epsilon belong to --rake and --calibrate");
    if (ask->classes.len && !ask->respondents.len)
        return pal_fail(err, PAL_USAGE, "--nonresponse-classes needs --respondents COND");
    return PAL_OK;
}

enum pal_status est_adjust_plan(const struct est_adjust_ask *ask, struct est_plan *plan,
                                struct pal_arena *arena, struct est_adjust *out,
                                struct pal_error *err)
{
    *out = (struct est_adjust){.respondent_column = EST_NO_COLUMN};
    PAL_TRY(check_together(ask, err));
    if (ask->respondents.len)
        PAL_TRY(plan_respondents(ask, plan, arena, out, err));
    if (ask->trim.len) {
        struct pal_adjust *step = &out->step[out->steps++];
        *step = (struct pal_adjust){.kind = PAL_ADJUST_TRIM};
        PAL_TRY(parse_bounds("trim", ask->trim, &step->low, &step->high, err));
    }
    if (ask->poststratify.len || ask->rake.len)
        return plan_margins(ask, plan, arena, out, err);
    return ask->calibrate.len ? plan_calibration(ask, plan, arena, out, err) : PAL_OK;
}
