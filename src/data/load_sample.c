/* load_sample.c: what a design says that the rows as a whole do not bear out. */
#include "load.h"

/* ---- respondents -------------------------------------------------------------------------------
 */

static bool is_same(pal_str text, pal_str wanted)
{
    double a, b;
    return pal_str_eq(text, wanted) ||
           (pal_num_parse(text, &a) && pal_num_parse(wanted, &b) && a == b);
}

/* The answers that the column holds; false: one of them is `wanted`. */
static bool nobody_says(const struct pal_column *column, pal_str wanted, pal_str *known, size_t *n)
{
    *n = 0;
    for (uint32_t code = 1; code < pal_dict_count(column->dict); code++) {
        const pal_str text = pal_dict_text(column->dict, code);
        if (is_same(text, wanted))
            return false;
        known[(*n)++] = text;
    }
    return true;
}

static enum pal_status judge_respondents(const struct loader *l, const struct pal_dataset *dataset,
                                         struct pal_error *err)
{
    const struct pal_weighting *w = &l->d->sample.weighting;
    const struct pal_column *column =
        w->respondents.len ? pal_dataset_filter_column(dataset, w->respondents) : NULL;
    if (!column) /* one that is not there is said where it is used */
        return PAL_OK;
    pal_str *known =
        pal_arena_alloc(l->arena, pal_dict_count(column->dict) + (size_t)1, sizeof *known);
    if (!known)
        return pal_nomem(err, "a dataset");
    for (size_t i = 0; i < w->answers.n; i++) {
        size_t n;
        if (!nobody_says(column, w->answers.name[i], known, &n))
            continue;
        struct pal_buf text;
        pal_buf_init(&text, l->arena, 1 << 16);
        for (size_t k = 0; k < n && k < 5; k++)
            pal_buf_addf(&text, "%s'%.*s'", k ? ", " : "", PAL_ARG(known[k]));
        PAL_TRY(pal_buf_status(&text, "a dataset", err));
        const pal_str near = pal_nearest(w->answers.name[i], known, n);
        pal_diag_addf(l->diag, PAL_WARNING, "no-respondent", &w->respondents_at,
                      "no record of '%.*s' has '%.*s' in '%.*s', which 'respondents' names; it "
                      "holds %.*s%s%s%.*s%s",
                      PAL_ARG(l->d->name), PAL_ARG(w->answers.name[i]), PAL_ARG(w->respondents),
                      PAL_ARG(pal_buf_str(&text)),
                      !n      ? "nothing"
                      : n > 5 ? ", ..."
                              : "",
                      PAL_NEAR(near));
    }
    return PAL_OK;
}

/* ---- several samples ---------------------------------------------------------------------------
 */

/* Areas may stand in two columns, by code and by name: each tells them apart. */
static bool has_name(const struct pal_names *names, const pal_str *column)
{
    for (size_t i = 0; i < names->n; i++)
        if (pal_str_eq(names->name[i], column[0]) ||
            (column[1].len && pal_str_eq(names->name[i], column[1])))
            return true;
    return false;
}

/* A step adjusts samples apart when its cells are crossed with what tells the samples apart. */
static bool tells_apart(const struct pal_weighting *w, const pal_str *column)
{
    bool all = !w->trims && !w->calibrate.len;
    if (w->classes.n)
        all &= has_name(&w->classes, column);
    if (w->poststratify.n)
        all &= has_name(&w->poststratify, column);
    for (size_t i = 0; i < w->rakes; i++)
        all &= has_name(&w->rake[i], column);
    return all;
}

static const char *lacking(const struct pal_weighting *w, const pal_str *column)
{
    if (w->poststratify.n && !has_name(&w->poststratify, column))
        return "poststratify";
    for (size_t i = 0; i < w->rakes; i++)
        if (!has_name(&w->rake[i], column))
            return "rake";
    return "nonresponse_classes";
}

static void judge_pooled(const struct loader *l, const struct pal_dataset *dataset)
{
    const struct pal_sample_facts *s = &l->d->sample;
    const pal_str by[2][2] = {{l->d->area, l->d->area_name}, {l->d->period_column}};
    bool several[2] = {false, false};
    for (size_t row = 1; row < dataset->batch.rows; row++) {
        several[0] |= s->by_area && dataset->area[row] != dataset->area[0];
        several[1] |= s->by_period && dataset->period[row] != dataset->period[0];
    }
    for (size_t k = 0; k < PAL_COUNT(by); k++) {
        if (!several[k] || !pal_weighting_asked(&s->weighting) || tells_apart(&s->weighting, by[k]))
            continue;
        if (s->weighting.trims || s->weighting.calibrate.len)
            pal_diag_addf(l->diag, PAL_WARNING, "pooled-samples", &s->samples_at,
                          "each %s of '%.*s' drew a sample of its own ('samples'), and '%s' takes "
                          "them together; describe each in a file of its own",
                          k ? "period" : "area", PAL_ARG(l->d->name),
                          s->weighting.trims ? "trim" : "calibrate");
        else
            pal_diag_addf(l->diag, PAL_WARNING, "pooled-samples", &s->samples_at,
                          "each %s of '%.*s' drew a sample of its own ('samples'), and their "
                          "weights are adjusted together; name '%.*s' in '%s' too%s, so that each "
                          "is adjusted by itself",
                          k ? "period" : "area", PAL_ARG(l->d->name), PAL_ARG(by[k][0]),
                          lacking(&s->weighting, by[k]),
                          s->weighting.population.n ? ", and in the population" : "");
    }
}

/* ---- multiple imputation -----------------------------------------------------------------------
 */

static enum pal_status judge_imputations(const struct loader *l, const struct pal_dataset *dataset,
                                         struct pal_error *err)
{
    const struct pal_sample_facts *s = &l->d->sample;
    const struct pal_column *column =
        s->imputation.len ? pal_dataset_filter_column(dataset, s->imputation) : NULL;
    const size_t sets = column ? pal_dict_count(column->dict) : l->d->paths_n;
    if (!s->imputed || (s->imputation.len && !column) || (!column && !dataset->file_of))
        return PAL_OK;
    size_t *rows = pal_arena_alloc(l->arena, sets + 1, sizeof *rows);
    if (!rows)
        return pal_nomem(err, "a dataset");
    for (size_t row = 0; row < dataset->batch.rows; row++)
        rows[column ? column->code[row] : dataset->file_of[row]]++;
    const size_t first = column ? 1 : 0; /* code 0: an empty cell, which is said by its row */
    size_t least = first, most = first;
    for (size_t k = first; k < sets; k++) {
        least = rows[k] < rows[least] ? k : least;
        most = rows[k] > rows[most] ? k : most;
    }
    if (least >= sets || rows[least] == rows[most])
        return PAL_OK;
    const pal_str few = column ? pal_dict_text(column->dict, (uint32_t)least) : l->d->paths[least],
                  many = column ? pal_dict_text(column->dict, (uint32_t)most) : l->d->paths[most];
    pal_diag_addf(
        l->diag, PAL_WARNING, "unequal-imputations", &s->imputation_at,
        "completed data sets are of the same records, and those of '%.*s' are not: '%.*s' "
        "has %zu and '%.*s' %zu; Rubin's rules do not hold unless %s",
        PAL_ARG(l->d->name), PAL_ARG(few), rows[least], PAL_ARG(many), rows[most],
        column ? "'imputation' names the column of imputation numbers"
               : "each file of 'path' is a whole data set");
    return PAL_OK;
}

enum pal_status load_judge_sample(const struct loader *l, const struct pal_dataset *dataset,
                                  struct pal_error *err)
{
    if (!l->d->sample.given || !dataset->batch.rows)
        return PAL_OK;
    PAL_TRY(judge_respondents(l, dataset, err));
    judge_pooled(l, dataset);
    return judge_imputations(l, dataset, err);
}
