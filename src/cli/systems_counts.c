/* systems_counts.c: two lists in figures, one list of counts, people with covariates: files that
 * hold no table of lists. */
#include "systems.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* ---- columns of numbers
 * ------------------------------------------------------------------------------- */

struct numbers { /* some columns of a file */
    size_t rows, columns;
    pal_str *name; /* [columns] */
    double *value; /* [rows * columns] */
};

static enum pal_status read_numbers(struct sys_job *job, const char *option, const char *columns,
                                    const char *more, struct numbers *out, struct pal_error *err)
{
    struct pal_records *records;
    const struct pal_dialect dialect = {.guess = true, .header_rows = 1};
    size_t at[256], header_n, room = 0;
    PAL_TRY(pal_records_open(job->file, &dialect, NULL, job->arena, &records, err));
    const pal_str *header = pal_records_header(records, &header_n);
    *out = (struct numbers){.name = pal_arena_alloc(job->arena, 256, sizeof *out->name)};
    if (!out->name)
        return pal_nomem(err, "the table");
    for (int part = 0; part < 2; part++) {
        pal_str rest = pal_str_of(part ? more : columns), name;
        while (pal_str_split(&rest, ',', &name)) {
            size_t c = 0;
            name = pal_str_trim(name);
            while (c < header_n && !pal_str_eq(header[c], name))
                c++;
            const pal_str near = pal_nearest(name, header, header_n);
            if (c == header_n)
                return pal_fail(err, PAL_USAGE, "%s: '%s' has no column '%.*s'%s%.*s%s",
                                part ? "--covariates" : option, job->file, PAL_ARG(name),
                                PAL_NEAR(near));
            if (out->columns == PAL_COUNT(at))
                return pal_fail(err, PAL_USAGE, "more than %zu columns", PAL_COUNT(at));
            out->name[out->columns] = name;
            at[out->columns++] = c;
        }
    }
    for (;; out->rows++) {
        struct pal_record record;
        bool end;
        PAL_TRY(pal_records_next(records, &record, &end, err));
        if (end)
            break;
        if (out->rows == room) {
            const size_t grown = room ? 2 * room : 256;
            out->value = pal_arena_grow(job->arena, out->value, room * out->columns,
                                        grown * out->columns, sizeof *out->value);
            if (!out->value)
                return pal_nomem(err, "the table");
            room = grown;
        }
        for (size_t c = 0; c < out->columns; c++) {
            const struct pal_place place = {pal_records_name(records), record.line,
                                            (uint32_t)at[c] + 1};
            if (at[c] >= record.fields)
                return pal_fail_at(err, PAL_DATA, &place, "the row is too short");
            if (!pal_num_parse(record.field[at[c]], &out->value[out->rows * out->columns + c]))
                return pal_fail_at(err, PAL_DATA, &place, "'%.*s' is no number of column '%.*s'",
                                   PAL_ARG(record.field[at[c]]), PAL_ARG(out->name[c]));
        }
    }
    return out->rows ? PAL_OK : pal_fail(err, PAL_DATA, "'%s' has no rows", job->file);
}

/* ---- rows
 * ------------------------------------------------------------------------------------------- */

/* cut: a normal interval does not go below the people seen. */
static enum pal_status add_estimate(struct sys_job *job, const struct pal_recapture *r, bool cut,
                                    const char *method, struct pal_error *err)
{
    const char *word = job->options->interval ? job->options->interval : "lognormal";
    const bool one = job->options->method || !job->options->counts;
    struct sys_row *row = one ? sys_row_add(job, NULL, PAL_STR("N_hat"), r->population)
                              : sys_row_addf(job, NULL, r->population, "N_hat[%s]", method);
    if (!row)
        return pal_nomem(err, "the answer");
    row->method = method;
    row->std_error = sqrt(r->variance);
    if (strcmp(word, "lognormal") == 0) {
        sys_lognormal(job, row, r->people);
    } else if (strcmp(word, "normal") == 0) {
        if (isnan(row->std_error))
            return PAL_OK;
        row->level = job->options->level > 0 ? job->options->level : 0.95;
        const double z = gsl_cdf_ugaussian_Pinv(0.5 + row->level / 2);
        row->low = r->population - z * row->std_error;
        row->high = r->population + z * row->std_error;
        if (cut)
            row->low = fmax(row->low, r->people);
    } else {
        return pal_fail(err, PAL_USAGE, "--interval '%s' is not normal or lognormal", word);
    }
    return PAL_OK;
}

enum pal_status sys_two_lists(struct sys_job *job, struct pal_error *err)
{
    const struct sys_options *o = job->options;
    struct numbers table;
    struct pal_recapture r;
    PAL_TRY(read_numbers(job, "--two-lists", o->two_lists, NULL, &table, err));
    if (table.columns != 3)
        return pal_fail(err, PAL_USAGE, "--two-lists names three columns: n1,n2,m");
    const size_t k = o->row ? o->row : 1;
    if (k > table.rows)
        return pal_fail(err, PAL_USAGE, "--row %zu: '%s' has %zu rows", k, job->file, table.rows);
    const double *n = table.value + (k - 1) * 3;
    const char *method = o->method ? o->method : "chapman";
    if (strcmp(method, "lincoln_petersen") == 0)
        PAL_TRY(pal_lincoln_petersen(n[0], n[1], n[2], &r, err));
    else if (strcmp(method, "chapman") == 0)
        PAL_TRY(pal_chapman(n[0], n[1], n[2], &r, err));
    else if (strcmp(method, "chao_lb_2list") == 0)
        PAL_TRY(pal_chao_two_lists(n[0], n[1], n[2], &r, err));
    else
        return pal_fail(err, PAL_USAGE,
                        "--method '%s' is not lincoln_petersen, chapman or chao_lb_2list", method);
    return add_estimate(job, &r, false, method, err);
}

static const struct {
    const char *word;
    enum pal_counts_method method;
} count_methods[] = {
    {"chao_lower_bound", PAL_COUNTS_CHAO},  {"chao_bias_corrected", PAL_COUNTS_CHAO_CORRECTED},
    {"zelterman", PAL_COUNTS_ZELTERMAN},    {"zt_poisson", PAL_COUNTS_POISSON},
    {"zt_geometric", PAL_COUNTS_GEOMETRIC},
};

static enum pal_status one_count_method(struct sys_job *job, const struct pal_counts *counts,
                                        size_t i, struct pal_error *err)
{
    struct pal_counts_fit fit;
    PAL_TRY(pal_counts_estimate(counts, count_methods[i].method, &fit, err));
    PAL_TRY(add_estimate(job, &fit.recapture, true, count_methods[i].word, err));
    if (isnan(fit.lambda))
        return PAL_OK;
    struct sys_row *row = sys_row_add(job, NULL, PAL_STR("lambda"), fit.lambda);
    if (!row)
        return pal_nomem(err, "the answer");
    row->std_error = fit.lambda_se;
    return sys_row_add(job, NULL, PAL_STR("loglik"), fit.loglik) ? PAL_OK
                                                                 : pal_nomem(err, "the answer");
}

enum pal_status sys_counts(struct sys_job *job, struct pal_error *err)
{
    const struct sys_options *o = job->options;
    struct numbers table;
    PAL_TRY(read_numbers(job, "--counts", o->counts, NULL, &table, err));
    if (table.columns != 2)
        return pal_fail(err, PAL_USAGE, "--counts names two columns: times seen, people");
    double *k = pal_arena_alloc(job->arena, 2 * table.rows, sizeof *k), people = 0, events = 0;
    if (!k)
        return pal_nomem(err, "the table");
    for (size_t i = 0; i < table.rows; i++) {
        k[i] = table.value[2 * i];
        k[table.rows + i] = table.value[2 * i + 1];
        people += k[table.rows + i];
        events += k[i] * k[table.rows + i];
    }
    const struct pal_counts counts = {table.rows, k, k + table.rows};
    if (o->describe) {
        const bool ok = sys_row_add(job, NULL, PAL_STR("n_units"), people) &&
                        sys_row_add(job, NULL, PAL_STR("n_events"), events);
        return ok ? PAL_OK : pal_nomem(err, "the answer");
    }
    for (size_t i = 0; i < PAL_COUNT(count_methods); i++) {
        if (!o->method) { /* all side by side; what has no estimate is left out and said */
            const enum pal_status status = one_count_method(job, &counts, i, err);
            if (status == PAL_DOMAIN) {
                fprintf(job->cli->err, "palermo: %s: %s\n", count_methods[i].word, err->text);
                *err = (struct pal_error){0};
            } else {
                PAL_TRY(status);
            }
        } else if (strcmp(o->method, count_methods[i].word) == 0) {
            return one_count_method(job, &counts, i, err);
        }
    }
    if (o->method)
        return pal_fail(err, PAL_USAGE,
                        "--method '%s' is not chao_lower_bound, chao_bias_corrected, zelterman, "
                        "zt_poisson or zt_geometric",
                        o->method);
    return job->rows ? PAL_OK : pal_fail(err, PAL_DOMAIN, "no method has an estimate here");
}

static const struct {
    const char *word;
    enum pal_units_method method;
} unit_methods[] = {
    {"sr_ztpoisson", PAL_UNITS_POISSON},      {"sr_chao", PAL_UNITS_CHAO},
    {"sr_zelterman", PAL_UNITS_ZELTERMAN},    {"sr_ztgeom", PAL_UNITS_GEOMETRIC},
    {"sr_zotpoisson", PAL_UNITS_ONE_POISSON}, {"sr_ztnegbin", PAL_UNITS_NEGATIVE_BINOMIAL},
};

static enum pal_status add_units(struct sys_job *job, const struct numbers *table,
                                 const struct pal_units_fit *fit, const char *method,
                                 struct pal_error *err)
{
    PAL_TRY(add_estimate(job, &fit->recapture, true, method, err));
    bool ok = sys_row_add(job, NULL, PAL_STR("loglik"), fit->loglik) &&
              sys_row_add(job, NULL, PAL_STR("AIC"), fit->aic);
    for (size_t a = 0; a < fit->parameters && ok; a++) {
        const pal_str name = a ? table->name[a] : PAL_STR("(Intercept)");
        struct sys_row *row = sys_row_addf(job, NULL, fit->coef[a], "coef[%.*s]", PAL_ARG(name));
        ok = row != NULL;
        if (ok)
            row->std_error = fit->coef_se[a];
    }
    return ok ? PAL_OK : pal_nomem(err, "the answer");
}

enum pal_status sys_units(struct sys_job *job, struct pal_error *err)
{
    const struct sys_options *o = job->options;
    const char *method = o->method ? o->method : "sr_zelterman";
    struct numbers table;
    struct pal_units_fit fit;
    size_t m = 0;
    while (m < PAL_COUNT(unit_methods) && strcmp(method, unit_methods[m].word) != 0)
        m++;
    if (m == PAL_COUNT(unit_methods))
        return pal_fail(err, PAL_USAGE,
                        "--method '%s' is not sr_ztpoisson, sr_ztgeom, sr_zotpoisson, sr_chao, "
                        "sr_zelterman or sr_ztnegbin",
                        method);
    PAL_TRY(read_numbers(job, "--units", o->units, o->covariates, &table, err));
    double *k = pal_arena_alloc(job->arena, table.rows * table.columns, sizeof *k);
    if (!k)
        return pal_nomem(err, "the table");
    double *x = k + table.rows;
    for (size_t i = 0; i < table.rows; i++) {
        k[i] = table.value[i * table.columns];
        memcpy(x + i * (table.columns - 1), table.value + i * table.columns + 1,
               (table.columns - 1) * sizeof *x);
    }
    const struct pal_units units = {table.rows, table.columns - 1, k, x, job->until};
    const enum pal_status status =
        pal_units_estimate(&units, unit_methods[m].method, job->arena, &fit, err);
    if (status == PAL_DOMAIN && unit_methods[m].method == PAL_UNITS_NEGATIVE_BINOMIAL) {
        struct sys_row *row = sys_row_add(job, NULL, PAL_STR("diverges_or_na"), 1);
        if (!row)
            return pal_nomem(err, "the answer");
        row->undefined = true;
        row->note = pal_arena_cstr(job->arena, pal_str_of(err->text));
        *err = (struct pal_error){0};
        return PAL_OK;
    }
    PAL_TRY(status);
    return add_units(job, &table, &fit, method, err);
}
