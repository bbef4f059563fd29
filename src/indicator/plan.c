/* plan.c: what has to be read for a set of definitions. Operands that mean the same rows share
 * their cells: a count and its rate, and all rates of one population. */
#include "inside.h"

#include <string.h>

const struct pal_dataset *plan_dataset(const struct pal_compute *compute, pal_str name)
{
    for (size_t i = 0; i < compute->datasets; i++)
        if (pal_str_eq(pal_descriptor_name(compute->dataset[i]->descriptor), name))
            return compute->dataset[i];
    return NULL;
}

static bool same_texts(const pal_str *a, size_t a_n, const pal_str *b, size_t b_n)
{
    if (a_n != b_n)
        return false;
    for (size_t i = 0; i < a_n; i++)
        if (!pal_str_eq(a[i], b[i]))
            return false;
    return true;
}

static bool same_rows(const struct pal_operand *a, const struct pal_operand *b)
{
    if (!same_texts(a->value, a->values, b->value, b->values) || a->conditions != b->conditions)
        return false;
    for (size_t i = 0; i < a->conditions; i++)
        if (!pal_str_eq(a->condition[i].column, b->condition[i].column) ||
            !same_texts(a->condition[i].value, a->condition[i].n, b->condition[i].value,
                        b->condition[i].n))
            return false;
    return true;
}

struct planning {
    struct plan *plan;
    struct pal_arena *arena;
};

/* The cells of an operand: those of its definition's breakdowns that the dataset has. */
static enum pal_status plan_operand(struct planning *p, const struct pal_operand *operand,
                                    const struct pal_dataset *dataset,
                                    const struct pal_definition *d, struct plan_operand *out,
                                    struct pal_error *err)
{
    const size_t by_n = d ? d->by_n : 0;
    struct plan *plan = p->plan;
    pal_str own[PAL_MAX_BREAKDOWNS];
    bool sums[PAL_MAX_BREAKDOWNS] = {false};
    uint8_t group[PAL_MAX_BREAKDOWNS] = {0};
    size_t own_n = 0;
    for (size_t b = 0; b < by_n; b++) {
        out->column[b] = NO_COLUMN;
        if (pal_dataset_dimension(dataset, d->by[b]) == SIZE_MAX)
            continue;
        out->column[b] = (uint8_t)own_n;
        sums[own_n] = d->sampled; /* a record is in one category, and in their total */
        for (size_t s = 0; s < d->sums_n; s++)
            sums[own_n] |= pal_str_eq_nocase(d->sums[s], d->by[b]);
        group[own_n] = d->by_group[b];
        own[own_n++] = d->by[b];
    }
    for (size_t i = 0; i < plan->cells_n && !out->cells; i++) {
        struct cells *c = plan->cells[i];
        if (c->dataset == dataset && same_texts(c->by, c->by_n, own, own_n) &&
            memcmp(c->sums, sums, sizeof sums) == 0 &&
            memcmp(c->by_group, group, sizeof group) == 0 && same_rows(c->operand, operand))
            out->cells = c;
    }
    if (out->cells)
        return PAL_OK;
    if (plan->cells_n == plan->cells_cap) {
        const size_t cap = plan->cells_cap ? plan->cells_cap * 2 : 64;
        struct cells **grown =
            pal_arena_grow(p->arena, plan->cells, plan->cells_cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "the plan");
        plan->cells = grown;
        plan->cells_cap = cap;
    }
    /* Each has an arena of its own: datasets are collected side by side. */
    struct pal_arena *mine = pal_arena_new();
    if (!mine)
        return pal_nomem(err, "the plan");
    PAL_TRY(pal_arena_defer(p->arena, (void (*)(void *))pal_arena_free, mine, err));
    PAL_TRY(cells_new(operand, dataset, own_n, own, mine, &out->cells, err));
    memcpy(out->cells->sums, sums, sizeof sums);
    memcpy(out->cells->by_group, group, sizeof group);
    plan->cells[plan->cells_n++] = out->cells;
    return cells_prepare(out->cells, &plan->codes, mine, err);
}

/* A text that the file never uses, and that the descriptor does not know either, takes no row: an
 * error where it looks like a slip of one that is there. */
static void judge_text(const struct pal_operand *operand, const struct pal_condition *condition,
                       const struct pal_column *column, pal_str text, pal_str code,
                       struct pal_diag *diag)
{
    enum { LOOKED_AT = 10000 };
    pal_str near = {NULL, 0};
    const size_t n = pal_dict_count(column->dict);
    for (uint32_t k = 1; k < n && k < LOOKED_AT && !near.len; k++) {
        const pal_str one = pal_dict_text(column->dict, k);
        near = pal_nearest(text, &one, 1);
    }
    pal_diag_addf(diag, near.len ? PAL_ERROR : PAL_WARNING, "condition-unmet", &condition->at,
                  "'%.*s': no row of '%.*s' has '%.*s' in '%.*s', so the condition takes "
                  "nothing%s%.*s%s",
                  PAL_ARG(code), PAL_ARG(operand->dataset), PAL_ARG(text),
                  PAL_ARG(condition->column), PAL_NEAR(near));
}

static void judge_texts(const struct pal_operand *operand, const struct pal_dataset *dataset,
                        pal_str code, struct pal_arena *scratch, struct pal_diag *diag)
{
    for (size_t i = 0; i < operand->conditions; i++) {
        const struct pal_condition *condition = &operand->condition[i];
        const struct pal_column *column = pal_dataset_filter_column(dataset, condition->column);
        const size_t dimension = pal_dataset_dimension(dataset, condition->column);
        const pal_str *known;
        size_t n;
        if (!dataset->batch.rows || !column || !column->dict)
            continue;
        if (dimension != SIZE_MAX && column == &dataset->dimension[dimension] &&
            pal_descriptor_codes(dataset->descriptor, condition->column, scratch, &known, &n))
            continue; /* judged by the descriptor */
        for (size_t k = 0; k < condition->n; k++)
            if (!pal_dict_find(column->dict, condition->value[k]) &&
                !pal_descriptor_code_of(dataset->descriptor, condition->column, condition->value[k])
                     .ptr)
                judge_text(operand, condition, column, condition->value[k], code, diag);
    }
}

/* The records that a figure of a sample speaks of: those that meet the conditions of its
 * denominator; of a mean, quantile or variance, those of its numerator. */
static enum pal_status domain_of(const struct pal_definition *d, struct pal_arena *arena,
                                 const struct pal_operand **out, struct pal_error *err)
{
    static const char *const own[] = {"mean", "quantile", "variance"};
    struct pal_operand *domain = pal_arena_alloc(arena, 1, sizeof *domain);
    if (!domain)
        return pal_nomem(err, "the plan");
    *domain =
        (struct pal_operand){.dataset = d->numerator.dataset, .given = true, .at = d->numerator.at};
    const struct pal_operand *from = &d->denominator;
    for (size_t i = 0; i < PAL_COUNT(own); i++)
        if (strcmp(d->estimator->name, own[i]) == 0)
            from = &d->numerator;
    domain->conditions = from->conditions;
    domain->condition = from->condition;
    *out = domain;
    return PAL_OK;
}

static const struct pal_operand people = {.dataset = PAL_STR_INIT("population"), .given = true};

static enum pal_status plan_definition(struct planning *p, const struct pal_compute *compute,
                                       const struct pal_definition *d, struct pal_diag *diag,
                                       bool *good, struct pal_error *err)
{
    const struct pal_dataset *y = plan_dataset(compute, d->numerator.dataset), *x = NULL;
    struct plan_entry entry = {.definition = d};
    if (!y)
        return PAL_OK;
    if (d->denominator.given) {
        x = plan_dataset(compute, d->denominator.dataset);
        if (!x) {
            pal_diag_addf(diag, PAL_WARNING, "no-denominator-dataset", &d->denominator.at,
                          "'%.*s' needs the dataset '%.*s', which the cycle does not name; it has "
                          "no figures",
                          PAL_ARG(d->code), PAL_ARG(d->denominator.dataset));
            return PAL_OK;
        }
    }
    bool fine;
    PAL_TRY(pal_definition_judge(d, y->descriptor, x ? x->descriptor : NULL, diag, p->arena, &fine,
                                 err));
    *good &= fine;
    if (!fine)
        return PAL_OK;
    if (pal_descriptor_sample(y->descriptor) && !d->sampled)
        pal_diag_addf(diag, PAL_WARNING, "unweighted", &d->numerator.at,
                      "'%.*s' counts the records of '%.*s', a sample, without their weights; the "
                      "estimators total, mean, proportion, ratio-of-totals, quantile and variance "
                      "estimate what they stand for",
                      PAL_ARG(d->code), PAL_ARG(d->numerator.dataset));
    judge_texts(&d->numerator, y, d->code, p->arena, diag);
    if (x)
        judge_texts(&d->denominator, x, d->code, p->arena, diag);
    const struct pal_operand *top = &d->numerator;
    if (d->sampled)
        PAL_TRY(domain_of(d, p->arena, &top, err));
    PAL_TRY(plan_operand(p, top, y, d, &entry.y, err));
    if (x && !d->sampled)
        PAL_TRY(plan_operand(p, &d->denominator, x, d, &entry.x, err));
    const struct pal_dataset *population = d->totals ? plan_dataset(compute, people.dataset) : NULL;
    if (population)
        PAL_TRY(plan_operand(p, &people, population, NULL, &entry.population, err));
    p->plan->entry[p->plan->entries++] = entry;
    return PAL_OK;
}

enum pal_status plan_make(const struct pal_compute *compute,
                          const struct pal_definition *const *wanted, size_t n,
                          struct pal_diag *diag, struct pal_arena *arena, struct plan *out,
                          struct pal_error *err)
{
    *out = (struct plan){0};
    struct planning p = {.plan = out, .arena = arena};
    bool good = true;
    out->entry = pal_arena_alloc(arena, n + 1, sizeof *out->entry);
    out->codes.map = pal_map_new(arena, 256);
    if (!out->entry || !out->codes.map || codes_add(&out->codes, PAL_STR("_T")) != 0)
        return pal_nomem(err, "the plan");
    for (size_t i = 0; i < n; i++)
        if (plan_definition(&p, compute, wanted[i], diag, &good, err) != PAL_OK)
            return pal_while(err, "planning indicator '%.*s'", PAL_ARG(wanted[i]->code));
    return good ? PAL_OK : pal_diag_fail(diag, "definition", err);
}

/* ---- reading -----------------------------------------------------------------------------------
 */

struct collecting {
    const struct pal_compute *compute;
    struct cells ***of; /* [datasets] */
    size_t *n;
};

static enum pal_status collect_dataset(void *context, size_t piece, struct pal_error *err)
{
    struct collecting *c = context;
    if (!c->n[piece])
        return PAL_OK;
    PAL_TRY(cells_collect(c->of[piece], c->n[piece], c->compute, c->of[piece][0]->arena, err));
    for (size_t i = 0; i < c->n[piece]; i++)
        PAL_TRY(cells_add_wholes(c->of[piece][i], c->compute->areas, err));
    return PAL_OK;
}

enum pal_status plan_collect(struct plan *plan, const struct pal_compute *compute, unsigned threads,
                             struct pal_arena *arena, struct pal_error *err)
{
    struct collecting c = {.compute = compute};
    c.of = pal_arena_alloc(arena, compute->datasets + 1, sizeof *c.of);
    c.n = pal_arena_alloc(arena, compute->datasets + 1, sizeof *c.n);
    if (!c.of || !c.n)
        return pal_nomem(err, "the plan");
    for (size_t s = 0; s < compute->datasets; s++) {
        c.of[s] = pal_arena_alloc(arena, plan->cells_n + 1, sizeof **c.of);
        if (!c.of[s])
            return pal_nomem(err, "the plan");
        for (size_t i = 0; i < plan->cells_n; i++)
            if (plan->cells[i]->dataset == compute->dataset[s])
                c.of[s][c.n[s]++] = plan->cells[i];
    }
    return pal_parallel(compute->datasets, threads, collect_dataset, &c, err);
}
