/* sdmx.c: the figures as SDMX-CSV 2.0, by one table of columns. structure.csv beside it says of
 * each column what it is and which list its codes are from; every list is a file of its own. */
#include "inside.h"

#include "sdmx.h"

#include <math.h>
#include <string.h>

#define SDMX_DATAFLOW "PALERMO:DF_ORGANIZED_CRIME(1.0)"

struct row { /* what the columns write from */
    const struct pal_figures *all;
    const struct pal_figure *figure;
    bool present;
    struct pal_buf *out;
};

static void number(const struct row *r, bool given, double value)
{
    if (given && isfinite(value))
        pal_buf_addnum(r->out, value);
}

static void text(const struct row *r, pal_str field) { pal_csv_field(r->out, field, true); }
/* Codes have no comma and no quote: nothing to look for. */
static void code(const struct row *r, pal_str field) { pal_buf_add(r->out, field); }

static void whole(const struct row *r, uint32_t value)
{
    char digits[12];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    pal_buf_add(r->out, (pal_str){digits + at, sizeof digits - at});
}

/* "persons per 100 000 population" -> PERSONS_PER_100_000_POPULATION */
void sdmx_unit_code(pal_str unit, struct pal_buf *out)
{
    bool gap = false;
    for (size_t i = 0; i < unit.len; i++) {
        const char c = unit.ptr[i];
        const bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter) {
            if (gap)
                pal_buf_addc(out, '_');
            pal_buf_addc(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
        }
        gap = !letter && i > 0;
    }
}

static void put_series(const struct row *r) { code(r, r->figure->definition->code); }
static void put_area(const struct row *r)
{
    code(r, pal_areas_get(r->all->areas, r->figure->area)->code);
}
static void put_period(const struct row *r)
{
    if (r->figure->period >= 0)
        whole(r, (uint32_t)r->figure->period);
}
static void put_value(const struct row *r) { number(r, r->present, r->figure->estimate.value); }
static void put_unit(const struct row *r) { sdmx_unit_code(r->figure->definition->unit, r->out); }
static void put_decimals(const struct row *r)
{
    const bool count = strcmp(r->figure->definition->estimator->name, "count") == 0;
    if (r->present)
        pal_buf_addc(r->out, (char)('0' + pal_number_decimals(r->figure->estimate.value, count)));
}
static void put_obs_status(const struct row *r) { code(r, r->figure->obs_status); }
static void put_conf_status(const struct row *r) { code(r, r->figure->conf_status); }
static void put_nature(const struct row *r) { code(r, r->figure->nature); }
static void put_source(const struct row *r) { text(r, r->figure->source); }
static void put_comment(const struct row *r)
{
    bool any = false;
    for (size_t i = 0; pal_flag_words[i]; i++) {
        if (!(r->figure->flags >> i & 1))
            continue;
        if (any)
            pal_buf_addc(r->out, ';');
        pal_buf_adds(r->out, pal_flag_words[i]);
        any = true;
    }
}
static void put_upper(const struct row *r)
{
    number(r, r->present && r->figure->estimate.has_interval, r->figure->estimate.high);
}
static void put_lower(const struct row *r)
{
    number(r, r->present && r->figure->estimate.has_interval, r->figure->estimate.low);
}
static void put_level(const struct row *r)
{
    number(r, r->present && r->figure->estimate.has_interval, r->figure->estimate.level);
}
static void put_std_error(const struct row *r)
{
    number(r, r->present && r->figure->estimate.has_std_error, r->figure->estimate.std_error);
}
static void put_bound_low(const struct row *r)
{
    number(r, r->figure->estimate.has_bounds, r->figure->estimate.bound_low);
}
static void put_bound_high(const struct row *r)
{
    number(r, r->figure->estimate.has_bounds, r->figure->estimate.bound_high);
}
static void put_coverage_n(const struct row *r)
{
    if (r->figure->coverage_of)
        whole(r, r->figure->coverage_n);
}
static void put_coverage_of(const struct row *r)
{
    if (r->figure->coverage_of)
        whole(r, r->figure->coverage_of);
}
static void put_iccs(const struct row *r)
{
    const struct pal_definition *d = r->figure->definition;
    for (size_t i = 0; i < d->iccs_n; i++) {
        if (i)
            pal_buf_addc(r->out, ';');
        pal_buf_add(r->out, d->iccs[i]);
    }
}
static void put_count_unit(const struct row *r) { text(r, r->figure->definition->counting_unit); }
static void put_count_time(const struct row *r) { text(r, r->figure->definition->counting_stage); }
static void put_principal(const struct row *r)
{
    text(r, r->figure->definition->principal_offence_rule);
}
static void put_kind(const struct row *r)
{
    pal_buf_adds(r->out, pal_measures_name(r->figure->definition->measures));
}
static void put_basis(const struct row *r)
{
    pal_buf_adds(r->out, pal_basis_name(r->figure->definition->basis));
}
static void put_scope(const struct row *r)
{
    pal_buf_adds(r->out, pal_scope_name(r->figure->scope));
}
static void put_uncertainty(const struct row *r)
{
    pal_buf_adds(r->out, pal_uncertainty_name(r->figure->estimate.uncertainty));
}
static void put_method(const struct row *r) { text(r, pal_str_of(r->figure->estimate.method)); }
static void put_endorsement(const struct row *r) { text(r, r->figure->review_status); }
static void put_version(const struct row *r) { whole(r, r->figure->version); }

/* The mapping: every column, what it is in the structure, its list, and what fills it. A column
 * without a function holds `fixed`. The breakdowns of the figures stand after REF_AREA. */
struct column {
    const char *name, *role, *list, *fixed;
    void (*put)(const struct row *row);
};
static const struct column before[] = {
    {"STRUCTURE", "", "", "dataflow", NULL},
    {"STRUCTURE_ID", "", "", SDMX_DATAFLOW, NULL},
    {"ACTION", "", "", "I", NULL},
    {"FREQ", "dimension", "CL_FREQ", "A", NULL},
    {"REPORTING_TYPE", "dimension", "CL_REPORTING_TYPE", "N", NULL},
    {"SERIES", "dimension", "CL_SERIES", NULL, put_series},
    {"REF_AREA", "dimension", "CL_AREA", NULL, put_area},
};
static const struct column after[] = {
    {"COMPOSITE_BREAKDOWN", "dimension", "CL_COMPOSITE_BREAKDOWN", "_T", NULL},
    {"TIME_PERIOD", "dimension", "", NULL, put_period},
    {"OBS_VALUE", "measure", "", NULL, put_value},
    {"UNIT_MEASURE", "attribute", "CL_UNIT_MEASURE", NULL, put_unit},
    {"UNIT_MULT", "attribute", "CL_UNIT_MULT", "0", NULL},
    {"DECIMALS", "attribute", "", NULL, put_decimals},
    {"OBS_STATUS", "attribute", "CL_OBS_STATUS", NULL, put_obs_status},
    {"CONF_STATUS", "attribute", "CL_CONF_STATUS", NULL, put_conf_status},
    {"NATURE", "attribute", "CL_NATURE", NULL, put_nature},
    {"SOURCE_DETAIL", "attribute", "", NULL, put_source},
    {"COMMENT_OBS", "attribute", "", NULL, put_comment},
    {"UPPER_BOUND", "attribute", "", NULL, put_upper},
    {"LOWER_BOUND", "attribute", "", NULL, put_lower},
    {"CONF_LEVEL", "attribute", "", NULL, put_level},
    {"STD_ERROR", "attribute", "", NULL, put_std_error},
    {"CENSORED_LOW", "attribute", "", NULL, put_bound_low},
    {"CENSORED_HIGH", "attribute", "", NULL, put_bound_high},
    {"COVERAGE_N", "attribute", "", NULL, put_coverage_n},
    {"COVERAGE_OF", "attribute", "", NULL, put_coverage_of},
};
/* These hardly change from figure to figure: written once for neighbours that share them. */
static const struct column about[] = {
    {"ICCS", "attribute", "", NULL, put_iccs},
    {"COUNT_UNIT", "attribute", "", NULL, put_count_unit},
    {"COUNT_TIME", "attribute", "", NULL, put_count_time},
    {"PRINCIPAL_RULE", "attribute", "", NULL, put_principal},
    {"KIND", "attribute", "CL_KIND", NULL, put_kind},
    {"BASIS", "attribute", "CL_BASIS", NULL, put_basis},
    {"SCOPE", "attribute", "CL_SCOPE", NULL, put_scope},
    {"UNC_KIND", "attribute", "CL_UNC_KIND", NULL, put_uncertainty},
    {"METHOD_ID", "attribute", "", NULL, put_method},
    {"ENDORSE_STATUS", "attribute", "CL_ENDORSE_STATUS", NULL, put_endorsement},
    {"FIGURE_VERSION", "attribute", "", NULL, put_version},
};

static void put_columns(const struct row *r, const struct column *column, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (column != before || i)
            pal_buf_addc(r->out, ',');
        if (column[i].put)
            column[i].put(r);
        else
            pal_buf_adds(r->out, column[i].fixed);
    }
}

static void put_breakdown(struct pal_buf *out, pal_str code)
{
    pal_buf_addc(out, ',');
    pal_buf_add(out, code.len ? code : PAL_STR("_Z"));
}

static bool same_about(const struct pal_figure *a, const struct pal_figure *b)
{
    return a->definition == b->definition && a->scope == b->scope &&
           a->estimate.method == b->estimate.method &&
           a->estimate.uncertainty == b->estimate.uncertainty && a->version == b->version &&
           a->review_status.ptr == b->review_status.ptr;
}

static enum pal_status write_figures(const struct pal_figures *all, struct pal_outdir *outdir,
                                     struct pal_arena *scratch, struct pal_error *err)
{
    struct pal_sink *sink;
    PAL_TRY(pal_sink_open(outdir, PAL_STR("sdmx/figures.csv"), scratch, &sink, err));
    struct pal_buf *out = pal_sink_buf(sink);
    for (size_t i = 0; i < PAL_COUNT(before); i++)
        pal_csv_field(out, pal_str_of(before[i].name), i == 0);
    for (size_t k = 0; k < all->breakdowns; k++)
        pal_csv_field(out, all->breakdown[k], false);
    for (size_t i = 0; i < PAL_COUNT(after); i++)
        pal_csv_field(out, pal_str_of(after[i].name), false);
    for (size_t i = 0; i < PAL_COUNT(about); i++)
        pal_csv_field(out, pal_str_of(about[i].name), false);
    pal_csv_end(out);
    struct row r = {.all = all, .out = out};
    struct pal_buf tail;
    pal_buf_init(&tail, scratch, 1u << 20);
    for (size_t i = 0; i < all->n; i++) {
        const struct pal_figure *f = r.figure = &all->figure[i];
        r.present = f->estimate.absent == PAL_PRESENT && f->estimate.status == PAL_ANSWER_OK;
        put_columns(&r, before, PAL_COUNT(before));
        for (size_t k = 0; k < all->breakdowns; k++)
            put_breakdown(out, f->breakdown[k]);
        put_columns(&r, after, PAL_COUNT(after));
        if (!i || !same_about(f, &f[-1])) {
            pal_buf_clear(&tail);
            put_columns(&(struct row){.all = all, .figure = f, .out = &tail}, about,
                        PAL_COUNT(about));
        }
        pal_buf_add(out, pal_buf_str(&tail));
        pal_csv_end(out);
        PAL_TRY(pal_sink_more(sink, err));
    }
    PAL_TRY(pal_buf_status(&tail, "sdmx/figures.csv", err));
    return pal_sink_close(sink, err);
}

static void structure_row(struct pal_buf *out, const char *name, const char *role, const char *list)
{
    pal_csv_field(out, pal_str_of(name), true);
    pal_csv_field(out, pal_str_of(role), false);
    pal_csv_field(out, pal_str_of(list), false);
    pal_csv_end(out);
}

static enum pal_status write_structure(const struct pal_figures *all, struct pal_outdir *outdir,
                                       struct pal_arena *scratch, struct pal_error *err)
{
    struct pal_buf out;
    pal_buf_init(&out, scratch, 1u << 20);
    pal_buf_adds(&out, "COLUMN,ROLE,CODELIST\n");
    for (size_t i = 0; i < PAL_COUNT(before); i++)
        if (before[i].role[0])
            structure_row(&out, before[i].name, before[i].role, before[i].list);
    for (size_t k = 0; k < all->breakdowns; k++) {
        pal_csv_field(&out, all->breakdown[k], true);
        pal_buf_adds(&out, ",dimension,CL_");
        pal_buf_add(&out, all->breakdown[k]);
        pal_csv_end(&out);
    }
    for (size_t i = 0; i < PAL_COUNT(after); i++)
        structure_row(&out, after[i].name, after[i].role, after[i].list);
    for (size_t i = 0; i < PAL_COUNT(about); i++)
        structure_row(&out, about[i].name, about[i].role, about[i].list);
    PAL_TRY(pal_buf_status(&out, "sdmx/structure.csv", err));
    return pal_outdir_write(outdir, PAL_STR("sdmx/structure.csv"), pal_buf_str(&out), err);
}

enum pal_status pal_sdmx_write(const struct pal_report_input *input, struct pal_outdir *outdir,
                               struct pal_arena *scratch, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(scratch);
    PAL_TRY(write_figures(input->figures, outdir, scratch, err));
    PAL_TRY(write_structure(input->figures, outdir, scratch, err));
    PAL_TRY(sdmx_lists_write(input, outdir, scratch, err));
    pal_arena_reset(scratch, mark);
    return PAL_OK;
}
