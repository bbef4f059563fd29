/* sdmx.c: the figures as SDMX-CSV, with the code lists that they use. */
#include "inside.h"

#include <math.h>

static void number(struct pal_buf *out, bool given, double value)
{
    pal_buf_addc(out, ',');
    if (given && isfinite(value))
        pal_buf_addnum(out, value);
}

static pal_str dimension_of(const struct pal_figures *all, const struct pal_figure *f, pal_str name)
{
    for (size_t k = 0; k < all->breakdowns; k++)
        if (pal_str_eq(all->breakdown[k], name))
            return f->breakdown[k].len ? f->breakdown[k] : PAL_STR("_Z");
    return PAL_STR("_Z");
}

/* Breakdowns beside sex and age, joined: "FORM=SX". */
static void composite(const struct pal_figures *all, const struct pal_figure *f,
                      struct pal_buf *out)
{
    bool any = false;
    pal_buf_addc(out, ',');
    for (size_t k = 0; k < all->breakdowns; k++) {
        const pal_str code = f->breakdown[k], name = all->breakdown[k];
        if (!code.len || pal_str_eq(code, PAL_STR("_T")) || pal_str_eq(name, PAL_STR("SEX")) ||
            pal_str_eq(name, PAL_STR("AGE")))
            continue;
        if (any)
            pal_buf_addc(out, ';');
        pal_buf_add(out, name);
        pal_buf_addc(out, '=');
        pal_buf_add(out, code);
        any = true;
    }
    if (!any)
        pal_buf_adds(out, "_T");
}

static void row(const struct pal_figures *all, const struct pal_figure *f, struct pal_buf *out)
{
    const struct pal_estimate *e = &f->estimate;
    const bool present = e->absent == PAL_PRESENT && e->status == PAL_ANSWER_OK;
    pal_buf_adds(out, "dataflow,PALERMO:OC(1.0),I,A,N");
    pal_csv_field(out, f->definition->code, false);
    pal_csv_field(out, pal_areas_get(all->areas, f->area)->code, false);
    pal_csv_field(out, dimension_of(all, f, PAL_STR("SEX")), false);
    pal_csv_field(out, dimension_of(all, f, PAL_STR("AGE")), false);
    composite(all, f, out);
    pal_buf_addf(out, ",%d", (int)f->period);
    number(out, present, e->value);
    pal_csv_field(out, f->definition->unit, false);
    pal_buf_adds(out, ",0");
    pal_csv_field(out, f->obs_status, false);
    pal_csv_field(out, f->conf_status, false);
    pal_csv_field(out, f->nature, false);
    pal_csv_field(out, f->source, false);
    number(out, present && e->has_interval, e->high);
    number(out, present && e->has_interval, e->low);
    number(out, present && e->has_interval, e->level);
    number(out, e->has_bounds, e->bound_low);
    number(out, e->has_bounds, e->bound_high);
    pal_csv_field(out, pal_str_of(pal_uncertainty_name(e->uncertainty)), false);
    pal_csv_field(out, pal_str_of(pal_measures_name(f->definition->measures)), false);
    pal_csv_field(out, pal_str_of(pal_scope_name(f->scope)), false);
    pal_csv_field(out, f->definition->counting_unit, false);
    pal_csv_field(out, f->definition->counting_stage, false);
    pal_csv_field(out, f->review_status, false);
    pal_csv_field(out, f->definition->iccs_n ? f->definition->iccs[0] : PAL_STR(""), false);
    pal_csv_end(out);
}

static const char lists[] =
    "CODELIST,CODE,NAME\n"
    "CL_OBS_STATUS,A,Normal value\nCL_OBS_STATUS,B,Time series break\nCL_OBS_STATUS,D,Definition "
    "differs\n"
    "CL_OBS_STATUS,E,Estimated value\nCL_OBS_STATUS,I,Value imputed by a receiving agency\n"
    "CL_OBS_STATUS,L,Missing value; data exist but were not collected\n"
    "CL_OBS_STATUS,M,Missing value; data cannot exist\nCL_OBS_STATUS,O,Missing value\n"
    "CL_OBS_STATUS,P,Provisional value\nCL_OBS_STATUS,Q,Missing value; suppressed\n"
    "CL_OBS_STATUS,U,Low reliability\nCL_OBS_STATUS,V,Unvalidated value\n"
    "CL_CONF_STATUS,A,Primary confidentiality due to small counts\nCL_CONF_STATUS,C,Confidential "
    "statistical information\n"
    "CL_CONF_STATUS,F,Free\nCL_CONF_STATUS,N,Not for publication\nCL_CONF_STATUS,S,Secondary "
    "confidentiality set by the receiver\n"
    "CL_FREQ,A,Annual\nCL_UNIT_MULT,0,Units\n"
    "CL_SEX,_T,Total\nCL_SEX,F,Female\nCL_SEX,M,Male\nCL_SEX,O,Other\nCL_SEX,U,Unknown\nCL_SEX,_Z,"
    "Not applicable\n"
    "CL_NATURE,C,Country data\nCL_NATURE,CA,Country data "
    "adjusted\nCL_NATURE,E,Estimated\nCL_NATURE,M,Modelled\n"
    "CL_NATURE,G,Global monitoring data\nCL_NATURE,N,Not relevant\n";

static void areas_list(const struct pal_figures *all, struct pal_arena *scratch,
                       struct pal_buf *out)
{
    const size_t n = pal_areas_count(all->areas);
    uint8_t *used = pal_arena_alloc(scratch, n + 1, 1);
    for (size_t i = 0; used && i < all->n; i++)
        used[all->figure[i].area] = 1;
    for (uint32_t a = 0; used && a < n; a++) {
        if (!used[a])
            continue;
        pal_buf_adds(out, "CL_AREA");
        pal_csv_field(out, pal_areas_get(all->areas, a)->code, false);
        pal_csv_field_safe(out, pal_text_in(&pal_areas_get(all->areas, a)->name, PAL_EN), false);
        pal_csv_end(out);
    }
}

enum pal_status pal_sdmx_write(const struct pal_figures *figures, struct pal_outdir *outdir,
                               struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    struct pal_sink *sink;
    PAL_TRY(pal_sink_open(outdir, PAL_STR("sdmx/figures.csv"), scratch, &sink, err));
    pal_buf_adds(pal_sink_buf(sink), "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REPORTING_TYPE,SERIES,REF_"
                                     "AREA,SEX,AGE,COMPOSITE_BREAKDOWN,"
                                     "TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,UNIT_MULT,OBS_STATUS,CONF_"
                                     "STATUS,NATURE,SOURCE_DETAIL,UPPER_BOUND,"
                                     "LOWER_BOUND,CONF_LEVEL,CENSORED_LOW,CENSORED_HIGH,UNC_KIND,"
                                     "KIND,SCOPE,COUNT_UNIT,COUNT_STAGE,"
                                     "ENDORSE_STATUS,ICCS\n");
    for (size_t i = 0; i < figures->n; i++) {
        row(figures, &figures->figure[i], pal_sink_buf(sink));
        PAL_TRY(pal_sink_more(sink, err));
    }
    PAL_TRY(pal_sink_close(sink, err));
    struct pal_buf out;
    pal_buf_init(&out, scratch, 16u << 20);
    pal_buf_adds(&out, lists);
    areas_list(figures, scratch, &out);
    PAL_TRY(pal_buf_status(&out, "sdmx/codelists.csv", err));
    PAL_TRY(pal_outdir_write(outdir, PAL_STR("sdmx/codelists.csv"), pal_buf_str(&out), err));
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
