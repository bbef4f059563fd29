/* figures.c: the one relation: its order, its keys, its CSV. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const pal_flag_words[] = {
    "censored",    "rows-left-out",  "duplicates",        "parts-sum",       "part",
    "lump",        "no-denominator", "denominator-total", "cohort",          "parts-disagree",
    "stage-order", "rate-disagrees", "overdispersed",     "incomplete",      "synthetic",
    "definition",  "break",          "provisional",       "censored-margin", "unreliable",
    NULL,
};

pal_str pal_figure_key(const struct pal_figures *figures, const struct pal_figure *figure,
                       struct pal_arena *arena)
{
    struct pal_buf out;
    pal_buf_init(&out, arena, 4096);
    pal_buf_add(&out, figure->definition->code);
    pal_buf_addc(&out, '/');
    pal_buf_add(&out, pal_areas_get(figures->areas, figure->area)->code);
    pal_buf_addf(&out, "/%d", (int)figure->period);
    for (size_t k = 0; k < figures->breakdowns; k++) {
        const pal_str code = figure->breakdown[k];
        if (!code.len || pal_str_eq(code, PAL_STR("_T")) || pal_str_eq(code, PAL_STR("_Z")))
            continue;
        pal_buf_addc(&out, '/');
        pal_buf_add(&out, figures->breakdown[k]);
        pal_buf_addc(&out, '=');
        pal_buf_add(&out, code);
    }
    return pal_buf_str(&out);
}

const struct pal_figure *pal_figures_find(const struct pal_figures *figures, pal_str key,
                                          struct pal_arena *arena, pal_str *near)
{
    /* The code and the area are the first two pieces: only those figures are written out as keys.
     */
    pal_str rest = key, code, area;
    if (near)
        *near = (pal_str){NULL, 0};
    if (!pal_str_split(&rest, '/', &code) || !pal_str_split(&rest, '/', &area))
        return NULL;
    for (size_t i = 0; i < figures->n; i++) {
        const struct pal_figure *f = &figures->figure[i];
        if (!pal_str_eq(f->definition->code, code) ||
            !pal_str_eq(pal_areas_get(figures->areas, f->area)->code, area))
            continue;
        const pal_str own = pal_figure_key(figures, f, arena);
        if (pal_str_eq(own, key))
            return f;
        if (near && !near->len)
            *near = pal_nearest(key, &own, 1);
    }
    return NULL;
}

static void number(struct pal_buf *out, bool given, double value)
{
    pal_buf_addc(out, ',');
    if (given && !isnan(value))
        pal_buf_addnum(out, value);
}

static void flag_words(struct pal_buf *out, uint32_t flags)
{
    bool any = false;
    for (size_t i = 0; pal_flag_words[i]; i++) {
        if (!(flags >> i & 1))
            continue;
        if (any)
            pal_buf_addc(out, ';');
        pal_buf_adds(out, pal_flag_words[i]);
        any = true;
    }
}

static void write_figure(const struct pal_figures *all, const struct pal_figure *f,
                         struct pal_buf *out)
{
    const struct pal_definition *d = f->definition;
    const struct pal_estimate *e = &f->estimate;
    const bool present = e->absent == PAL_PRESENT && e->status == PAL_ANSWER_OK;
    pal_csv_field(out, d->code, true);
    pal_csv_field(out, pal_areas_get(all->areas, f->area)->code, false);
    pal_buf_addf(out, ",%d", (int)f->period);
    for (size_t k = 0; k < all->breakdowns; k++)
        pal_csv_field(out, f->breakdown[k].len ? f->breakdown[k] : PAL_STR("_Z"), false);
    number(out, present, e->value);
    pal_csv_field(out, d->unit, false);
    pal_buf_adds(out, ",0");
    number(out, present && e->has_std_error, e->std_error);
    number(out, present && e->has_interval, e->low);
    number(out, present && e->has_interval, e->high);
    number(out, present && e->has_interval, e->level);
    number(out, e->has_bounds, e->bound_low);
    number(out, e->has_bounds, e->bound_high);
    number(out, present && e->has_std_error && e->value > 0, e->std_error / e->value);
    number(out, present && e->has_df && isfinite(e->df), e->df);
    number(out, present && e->has_deff, e->deff);
    pal_buf_addf(out, ",%llu", (unsigned long long)e->n);
    pal_csv_field(out, pal_str_of(e->method), false);
    pal_csv_field(out, pal_str_of(pal_uncertainty_name(e->uncertainty)), false);
    pal_csv_field(out, f->obs_status, false);
    pal_csv_field(out, f->conf_status, false);
    pal_csv_field(out, f->nature, false);
    pal_csv_field(out, pal_str_of(pal_measures_name(d->measures)), false);
    pal_csv_field(out, pal_str_of(pal_basis_name(d->basis)), false);
    pal_csv_field(out, pal_str_of(pal_scope_name(f->scope)), false);
    pal_csv_field(out, d->counting_unit, false);
    pal_csv_field(out, d->counting_stage, false);
    pal_buf_addc(out, ',');
    flag_words(out, f->flags);
    pal_csv_field(out, f->source, false);
    pal_buf_addf(out, ",%u", f->version);
    pal_csv_field(out, f->review_status, false);
    pal_csv_field(out, f->provenance, false);
    if (f->coverage_of)
        pal_buf_addf(out, ",%u,%u", (unsigned)f->coverage_n, (unsigned)f->coverage_of);
    else
        pal_buf_adds(out, ",,");
    number(out, f->coverage_of > 0, f->coverage_population);
    pal_buf_addf(out, ",%u\n", (unsigned)f->left_out);
}

enum pal_status pal_figures_csv(const struct pal_figures *figures, struct pal_buf *out,
                                struct pal_error *err)
{
    pal_buf_adds(out, "INDICATOR,REF_AREA,TIME_PERIOD");
    for (size_t k = 0; k < figures->breakdowns; k++)
        pal_csv_field(out, figures->breakdown[k], false);
    pal_buf_adds(
        out, ",OBS_VALUE,UNIT_MEASURE,UNIT_MULT,STD_ERROR,CONF_LOW,CONF_HIGH,CONF_LEVEL,BOUND_LOW,"
             "BOUND_HIGH,CV,DF,"
             "DEFF,N_OBS,METHOD,UNCERTAINTY,OBS_STATUS,CONF_STATUS,NATURE,MEASURES,BASIS,SCOPE,"
             "COUNTING_UNIT,"
             "COUNTING_STAGE,FLAGS,SOURCE,VERSION,REVIEW_STATUS,PROVENANCE,COVERAGE_N,COVERAGE_OF,"
             "COVERAGE_POPULATION,ROWS_LEFT_OUT\n");
    for (size_t i = 0; i < figures->n; i++)
        write_figure(figures, &figures->figure[i], out);
    return pal_buf_status(out, "figures.csv", err);
}
