/* judge.c: a definition against the descriptors of the datasets that it names: measures,
 * dimensions, codes, counting units, kinds. No file is read for it. */
#include "inside.h"

#include <string.h>

struct judging {
    const struct pal_definition *d;
    struct pal_diag *diag;
    struct pal_arena *scratch;
    bool good;
};

static void bad_word(struct judging *j, const struct pal_place *at, const char *what, pal_str word,
                     pal_str dataset, const pal_str *known, size_t n)
{
    const pal_str near = pal_nearest(word, known, n);
    j->good = false;
    definition_problem(j->diag, at, j->d->code, "the dataset '%.*s' has no %s '%.*s'%s%.*s%s",
                       PAL_ARG(dataset), what, PAL_ARG(word), near.len ? "; did you mean '" : "",
                       PAL_ARG(near), near.len ? "'?" : "");
}

static bool is_among(pal_str word, const pal_str *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pal_str_eq_nocase(word, known[i]))
            return true;
    return false;
}

static void judge_measures(struct judging *j, const struct pal_operand *operand,
                           const struct pal_descriptor *descriptor)
{
    pal_str known[256];
    size_t n = 0;
    for (size_t i = 0; i < pal_descriptor_measures(descriptor) && n < PAL_COUNT(known); i++)
        if (!pal_descriptor_measure(descriptor, i)->is_rate)
            known[n++] = pal_descriptor_measure(descriptor, i)->name;
    if (!n && pal_descriptor_value(descriptor).len)
        known[n++] = pal_descriptor_value(descriptor);
    for (size_t k = 0; k < operand->values; k++) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = pal_str_eq(operand->value[k], known[i]);
        if (!found)
            bad_word(j, &operand->value_at, "measure", operand->value[k], operand->dataset, known,
                     n);
    }
    if (!operand->values && n > 1) {
        j->good = false;
        definition_problem(j->diag, &operand->at, j->d->code,
                           "the dataset '%.*s' has %zu measures; 'value' names one",
                           PAL_ARG(operand->dataset), n);
    }
}

/* A condition on a dimension names its codes, or the categories that the source has for them. One
 * on another column of the file can be judged only with the file. */
static void judge_condition(struct judging *j, const struct pal_operand *operand,
                            const struct pal_condition *condition,
                            const struct pal_descriptor *descriptor, const pal_str *dimension,
                            size_t dimensions)
{
    const pal_str *code;
    size_t codes;
    if (!is_among(condition->column, dimension, dimensions) ||
        !pal_descriptor_codes(descriptor, condition->column, j->scratch, &code, &codes))
        return;
    for (size_t k = 0; k < condition->n; k++) {
        bool found =
            pal_descriptor_code_of(descriptor, condition->column, condition->value[k]).ptr != NULL;
        for (size_t i = 0; i < codes && !found; i++)
            found = pal_str_eq(condition->value[k], code[i]);
        if (!found)
            bad_word(j, &condition->at, "code", condition->value[k], operand->dataset, code, codes);
    }
}

static enum pal_status judge_operand(struct judging *j, const struct pal_operand *operand,
                                     const struct pal_descriptor *descriptor, struct pal_error *err)
{
    const pal_str *dimension;
    size_t n;
    PAL_TRY(pal_descriptor_dimensions(descriptor, j->scratch, &dimension, &n, err));
    if (!j->d->sampled) /* there `value` is a column of the file */
        judge_measures(j, operand, descriptor);
    for (size_t i = 0; i < operand->conditions; i++)
        judge_condition(j, operand, &operand->condition[i], descriptor, dimension, n);
    if (operand != &j->d->numerator)
        return PAL_OK;
    for (size_t b = 0; b < j->d->by_n; b++)
        if (!is_among(j->d->by[b], dimension, n))
            bad_word(j, &j->d->by_at, "dimension", j->d->by[b], operand->dataset, dimension, n);
    return PAL_OK;
}

static const struct pal_measure_facts *facts_of(const struct pal_operand *operand,
                                                const struct pal_descriptor *descriptor)
{
    for (size_t i = 0; i < pal_descriptor_measures(descriptor); i++)
        if (!operand->values ||
            pal_str_eq(pal_descriptor_measure(descriptor, i)->name, operand->value[0]))
            return pal_descriptor_measure(descriptor, i);
    return NULL;
}

static pal_str unit_of(const struct pal_operand *operand, const struct pal_descriptor *descriptor)
{
    const struct pal_measure_facts *facts = facts_of(operand, descriptor);
    return facts && facts->counting_unit.len ? facts->counting_unit
                                             : pal_descriptor_facts(descriptor)->counting_unit;
}

/* Unlike units or kinds in one figure must be declared. A rate is set against a population: that
 * its people are no offences goes without saying. */
static void judge_mixing(struct judging *j, const struct pal_descriptor *y,
                         const struct pal_descriptor *x)
{
    const struct pal_definition *d = j->d;
    const pal_str unit_y = unit_of(&d->numerator, y), unit_x = unit_of(&d->denominator, x);
    const struct pal_measure_facts *a = facts_of(&d->numerator, y),
                                   *b = facts_of(&d->denominator, x);
    if (strcmp(d->estimator->name, "rate") != 0 && unit_y.len && unit_x.len &&
        !pal_str_eq(unit_y, unit_x) && !d->mixes_units) {
        j->good = false;
        definition_problem(j->diag, &d->denominator.at, d->code,
                           "counts of unit '%.*s' over counts of unit '%.*s' must be declared: "
                           "'mixes_units: true'",
                           PAL_ARG(unit_y), PAL_ARG(unit_x));
    }
    if (a && b && a->kind.len && b->kind.len && !pal_str_eq(a->kind, b->kind) && !d->mixes_kinds) {
        j->good = false;
        definition_problem(j->diag, &d->denominator.at, d->code,
                           "'%.*s' over '%.*s' must be declared: 'mixes_kinds: true'",
                           PAL_ARG(a->kind), PAL_ARG(b->kind));
    }
}

/* The counting unit that a definition prints is that of what it counts. */
static void judge_unit(struct judging *j, const struct pal_descriptor *y)
{
    const pal_str unit = unit_of(&j->d->numerator, y);
    if (!j->d->counting_unit.len || !unit.len || pal_str_eq(unit, j->d->counting_unit))
        return;
    j->good = false;
    definition_problem(j->diag, &j->d->unit_at, j->d->code,
                       "counting_unit is '%.*s', but the dataset '%.*s' counts by '%.*s'",
                       PAL_ARG(j->d->counting_unit), PAL_ARG(j->d->numerator.dataset),
                       PAL_ARG(unit));
}

/* A sample is estimated from its records: there must be one, and it has no measures. */
static void judge_sample(struct judging *j, const struct pal_descriptor *y)
{
    const struct pal_definition *d = j->d;
    if (pal_descriptor_sample(y) && !pal_descriptor_measures(y))
        return;
    j->good = false;
    definition_problem(j->diag, &d->numerator.at, d->code,
                       "the estimator '%s' needs records of a sample: a dataset of shape microdata "
                       "with the role weight, strata, psu, fpc or replicates, or with a 'design', "
                       "and without 'measures', which '%.*s' is not",
                       d->estimator->name, PAL_ARG(d->numerator.dataset));
}

enum pal_status pal_definition_judge(const struct pal_definition *definition,
                                     const struct pal_descriptor *numerator,
                                     const struct pal_descriptor *denominator,
                                     struct pal_diag *diag, struct pal_arena *scratch, bool *good,
                                     struct pal_error *err)
{
    struct judging j = {.d = definition, .diag = diag, .scratch = scratch, .good = true};
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    if (numerator) {
        PAL_TRY(judge_operand(&j, &definition->numerator, numerator, err));
        judge_unit(&j, numerator);
        if (definition->sampled)
            judge_sample(&j, numerator);
    }
    if (denominator && definition->denominator.given) {
        PAL_TRY(judge_operand(&j, &definition->denominator, denominator, err));
        if (numerator)
            judge_mixing(&j, numerator, denominator);
    }
    pal_arena_reset(scratch, mark);
    *good = j.good;
    return PAL_OK;
}
