/* sample_design.c: how the records of a sample were drawn. The whole file makes the design. A
 * record with an error stays in it, where it says how it was drawn, and enters no figure. */
#include "sample.h"

#include <string.h>

static bool says(const struct sample *s, pal_str name, size_t row)
{
    const struct pal_column *column = pal_dataset_filter_column(s->dataset, name);
    return column && column->code[row] && !(column->why && column->why[column->code[row]]);
}

/* Records that say how they were drawn. The loader has judged each; one in error for another reason
 * stays. */
static bool is_drawn(const struct sample *s, size_t row)
{
    uint8_t absent;
    const uint8_t state = s->dataset->batch.state[row];
    if (state == PAL_ROW_ENTERS)
        return true;
    if (state != PAL_ROW_ERROR)
        return false;
    (void)sample_number(&s->weight, row, &absent);
    bool drawn = absent == PAL_PRESENT;
    for (size_t i = 0; i < s->facts->fpcs; i++) {
        (void)sample_number(&s->fpc[i], row, &absent);
        drawn &= absent == PAL_PRESENT;
    }
    for (size_t i = 0; i < s->facts->strata; i++)
        drawn &= says(s, s->facts->stratum[i], row);
    for (size_t i = 0; i < s->facts->units; i++)
        drawn &= says(s, s->facts->unit[i], row);
    return drawn && (!s->facts->imputation.len || says(s, s->facts->imputation, row));
}

bool sample_is_several(const struct sample *s) { return s->facts->by_area || s->facts->by_period; }

/* A column of the design as codes from 1. In the first stage of a file of several samples the area
 * and the year are part of the code. */
static enum pal_status design_codes(struct sample *s, const pal_str *name, size_t stage,
                                    uint32_t **out, struct pal_error *err)
{
    const bool several = stage == 0 && sample_is_several(s);
    const struct pal_column *column = name ? pal_dataset_filter_column(s->dataset, *name) : NULL;
    struct pal_groups *groups;
    if (name && !column)
        return sample_no_column(s, *name, &s->facts->at, err);
    uint32_t *code = pal_arena_alloc(s->arena, s->dataset->batch.rows + 1, sizeof *code);
    if (!code)
        return pal_nomem(err, "a sample");
    PAL_TRY(pal_groups_new(s->arena, 3, &groups, err));
    for (uint32_t row = 0; row < s->dataset->batch.rows; row++) {
        if (!is_drawn(s, row))
            continue;
        code[row] = column ? column->code[row] : 1;
        if (!several)
            continue;
        const uint32_t key[3] = {code[row], s->facts->by_area ? s->dataset->area[row] : 0,
                                 s->facts->by_period ? (uint32_t)s->dataset->period[row] : 0};
        code[row] = pal_groups_add(groups, key) + 1;
        if (!code[row])
            return pal_nomem(err, "a sample");
    }
    *out = code;
    return PAL_OK;
}

static enum pal_status read_replicates(struct sample *s, struct pal_error *err)
{
    const struct pal_dataset *dataset = s->dataset;
    s->replicate = pal_arena_alloc(s->arena, dataset->columns_n + 1, sizeof *s->replicate);
    if (!s->replicate)
        return pal_nomem(err, "a sample");
    for (size_t p = 0; p < s->facts->replicates; p++)
        for (size_t i = 0; i < dataset->columns_n; i++)
            if (pal_sample_fits(s->facts->replicate[p], dataset->batch.col[i].name) &&
                s->replicates < dataset->columns_n)
                PAL_TRY(sample_numbers(s, dataset->batch.col[i].name, &s->facts->at,
                                       &s->replicate[s->replicates++], err));
    return PAL_OK;
}

enum pal_status sample_design_columns(struct sample *s, struct pal_error *err)
{
    const struct pal_sample_facts *facts = s->facts;
    PAL_TRY(sample_numbers(s, facts->weight, &facts->at, &s->weight, err));
    for (size_t i = 0; i < facts->fpcs && i < PAL_MAX_STAGES; i++)
        PAL_TRY(sample_numbers(s, facts->fpc[i], &facts->at, &s->fpc[i], err));
    return read_replicates(s, err);
}

/* The words of the descriptor; what they get wrong is said there. */
enum pal_status sample_design_ask(const struct job *j, struct sample *s, struct pal_error *err)
{
    struct pal_survey_ask *ask = &s->ask;
    const struct pal_sample_facts *facts = s->facts;
    struct pal_error own = {0};
    bool simple = false;
    pal_str deff = facts->deff;
    if (!deff.len)
        deff = PAL_STR("wor");
    ask->replicates = 0;
    enum pal_status status = pal_survey_variance_parse(facts->variance, facts->replicates > 0,
                                                       "variance:", ask, &simple, &own);
    const pal_str df = j->d->df.len ? j->d->df : facts->df;
    if (status == PAL_OK && df.len)
        status = pal_survey_df_parse(df, "df:", ask, &own);
    if (status == PAL_OK)
        status = pal_survey_deff_parse(deff, "deff:", ask, &own);
    if (status != PAL_OK)
        return pal_fail_at(err, PAL_SYNTAX, &facts->at, "'design' of '%.*s': %s",
                           PAL_ARG(j->d->numerator.dataset), own.text);
    s->mi_df = PAL_IMPUTED_BARNARD_RUBIN;
    if (facts->mi_df.len && !pal_imputed_df_parse(facts->mi_df, &s->mi_df))
        return pal_fail(err, PAL_BUG, "rule '%.*s'", PAL_ARG(facts->mi_df));
    if (facts->lonely_psu.len && !pal_lonely_parse(facts->lonely_psu, &ask->design.lonely))
        return pal_fail(err, PAL_BUG, "lonely rule '%.*s'", PAL_ARG(facts->lonely_psu));
    ask->design.lonely_domain = pal_str_eq(facts->lonely_domain, PAL_STR("adjust"));
    ask->design.nest = facts->nest;
    ask->design.weights = facts->weight.len > 0;
    ask->mse = facts->mse;
    ask->scale = facts->scale;
    ask->factors = pal_str_eq(facts->replicate_kind, PAL_STR("factor"));
    ask->threads = 1;
    ask->seed = j->compute->seed;
    ask->level = j->d->ask.level;
    ask->interval = j->d->ask.interval;
    if (j->d->ask.no_variance)
        ask->method = PAL_SURVEY_VALUE;
    if (!simple) {
        ask->design.stages = facts->units;
        ask->design.strata[0] = facts->strata || sample_is_several(s);
        for (size_t i = 1; i < facts->strata; i++)
            ask->design.strata[i] = true;
        for (size_t i = 0; i < facts->fpcs; i++)
            ask->design.fpc[i] = true;
    }
    if (ask->method != PAL_SURVEY_GIVEN)
        return PAL_OK;
    ask->replicates = s->replicates;
    if (facts->rscales && facts->rscales != s->replicates)
        return pal_fail_at(err, PAL_SYNTAX, &facts->at,
                           "'rscales' has %zu numbers for %zu columns of replicate weights",
                           facts->rscales, s->replicates);
    if (facts->rscales) {
        ask->rscale = facts->rscale;
        ask->scale = ask->scale > 0 ? ask->scale : 1;
    }
    if (!pal_survey_scale_known(ask))
        return pal_fail_at(err, PAL_SYNTAX, &facts->at,
                           "given replicate weights need 'variance' (brr, jk1, bootstrap:N, ...) "
                           "or 'scale' in 'design', as their documentation says");
    return PAL_OK;
}

/* Which completed data set a record belongs to: by the column that says so, or by its file. */
static enum pal_status find_sets(struct sample *s, struct pal_error *err)
{
    const struct pal_sample_facts *facts = s->facts;
    const struct pal_dataset *dataset = s->dataset;
    const struct pal_column *column =
        facts->imputation.len ? pal_dataset_filter_column(dataset, facts->imputation) : NULL;
    struct pal_groups *groups;
    if (facts->imputation.len && !column)
        return sample_no_column(s, facts->imputation, &facts->at, err);
    const size_t most = column ? pal_dict_count(column->dict) : facts->imputed ? dataset->files : 1;
    uint32_t *set = pal_arena_alloc(s->arena, dataset->batch.rows + 1, sizeof *set);
    s->set = pal_arena_alloc(s->arena, most + 1, sizeof *s->set);
    if (!set || !s->set)
        return pal_nomem(err, "a sample");
    PAL_TRY(pal_groups_new(s->arena, 1, &groups, err));
    for (uint32_t row = 0; row < dataset->batch.rows; row++) {
        const uint32_t key = column                               ? column->code[row]
                             : facts->imputed && dataset->file_of ? dataset->file_of[row]
                                                                  : 0;
        set[row] = PAL_NO_GROUP;
        if (!is_drawn(s, row))
            continue;
        set[row] = pal_groups_add(groups, &key);
        if (set[row] == PAL_NO_GROUP)
            return pal_nomem(err, "a sample");
        s->set[set[row]].rows++;
    }
    s->sets = pal_groups_count(groups);
    for (size_t k = 0; k < s->sets; k++) {
        s->set[k].row = pal_arena_alloc(s->arena, s->set[k].rows + 1, sizeof *s->set->row);
        if (!s->set[k].row)
            return pal_nomem(err, "a sample");
        s->set[k].rows = 0;
    }
    for (uint32_t row = 0; row < dataset->batch.rows; row++)
        if (set[row] != PAL_NO_GROUP)
            s->set[set[row]].row[s->set[set[row]].rows++] = row;
    if (!facts->imputed || s->sets != 1)
        return PAL_OK;
    return pal_fail_at(err, PAL_SYNTAX, &facts->at,
                       "'design' of '%.*s': multiple imputation takes two completed data sets or "
                       "more, and %s there is one",
                       PAL_ARG(pal_descriptor_name(dataset->descriptor)),
                       column ? "in the column 'imputation'" : "of files");
}

enum pal_status sample_design_rows(struct sample *s, struct pal_error *err)
{
    const struct pal_sample_facts *facts = s->facts;
    const struct pal_design_spec *spec = &s->ask.design;
    PAL_TRY(find_sets(s, err));
    for (size_t i = 0; i < PAL_MAX_STAGES; i++) {
        if (spec->strata[i])
            PAL_TRY(design_codes(s, i < facts->strata ? &facts->stratum[i] : NULL, i,
                                 &s->stratum[i], err));
        if (i < spec->stages)
            PAL_TRY(design_codes(s, &facts->unit[i], i, &s->unit[i], err));
    }
    return PAL_OK;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

struct sample_piece { /* rows of the design as the survey takes them */
    double weight[SAMPLE_PIECE], fpc[PAL_MAX_STAGES][SAMPLE_PIECE];
    uint32_t stratum[PAL_MAX_STAGES][SAMPLE_PIECE], unit[PAL_MAX_STAGES][SAMPLE_PIECE];
    uint64_t line[SAMPLE_PIECE];
    double **replicate;
};

enum pal_status sample_design_piece(struct sample *s, struct sample_piece **out,
                                    struct pal_error *err)
{
    struct sample_piece *p = pal_arena_alloc(s->arena, 1, sizeof *p);
    double **replicate = pal_arena_alloc(s->arena, s->replicates + 1, sizeof *replicate);
    if (!p || !replicate)
        return pal_nomem(err, "a sample");
    for (size_t r = 0; s->ask.method == PAL_SURVEY_GIVEN && r < s->replicates; r++)
        if (!(replicate[r] = pal_arena_alloc(s->arena, SAMPLE_PIECE, sizeof **replicate)))
            return pal_nomem(err, "a sample");
    p->replicate = replicate;
    *out = p;
    return PAL_OK;
}

static enum pal_status read_row(const struct sample *s, struct sample_piece *p, size_t i,
                                uint32_t row, struct pal_error *err)
{
    const struct pal_design_spec *spec = &s->ask.design;
    uint8_t absent;
    p->line[i] = s->dataset->batch.line[row];
    p->weight[i] = sample_number(&s->weight, row, &absent);
    for (size_t k = 0; k < PAL_MAX_STAGES; k++) {
        if (spec->fpc[k])
            p->fpc[k][i] = sample_number(&s->fpc[k], row, &absent);
        if (spec->strata[k])
            p->stratum[k][i] = s->stratum[k][row];
        if (k < spec->stages)
            p->unit[k][i] = s->unit[k][row];
    }
    for (size_t r = 0; s->ask.method == PAL_SURVEY_GIVEN && r < s->replicates; r++) {
        p->replicate[r][i] = sample_number(&s->replicate[r], row, &absent);
        if (absent != PAL_PRESENT)
            return pal_fail(err, PAL_DATA, "line %llu of '%s': '%.*s' holds no weight",
                            (unsigned long long)p->line[i], s->dataset->batch.file,
                            PAL_ARG(s->replicate[r].column->name));
    }
    return PAL_OK;
}

enum pal_status sample_design_feed(struct sample *s, struct sample_set *set, struct sample_piece *p,
                                   size_t from, size_t rows, struct pal_error *err)
{
    const struct pal_survey_ask *ask = &s->ask;
    const struct pal_design_spec *spec = &ask->design;
    struct pal_survey_rows to = {
        .design = {.rows = rows, .line = p->line, .file = s->dataset->batch.file}};
    for (size_t i = 0; i < rows; i++)
        PAL_TRY(read_row(s, p, i, set->row[from + i], err));
    for (size_t k = 0; k < PAL_MAX_STAGES; k++) {
        to.design.stratum[k] = spec->strata[k] ? p->stratum[k] : NULL;
        to.design.unit[k] = k < spec->stages ? p->unit[k] : NULL;
        to.design.fpc[k] = spec->fpc[k] ? p->fpc[k] : NULL;
    }
    to.weight = spec->weights ? p->weight : NULL;
    to.replicate = ask->method == PAL_SURVEY_GIVEN ? (const double *const *)p->replicate : NULL;
    return pal_survey_rows(set->survey, &to, err);
}
