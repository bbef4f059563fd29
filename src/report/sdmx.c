/* sdmx.c: the figures as SDMX-CSV 2.0, by one table of columns. structure.csv beside it says of
 * each column what it is and which list its codes are from; every list is a file of its own. */
#include "inside.h"

#include "sdmx.h"

#include <math.h>
#include <string.h>

#define SDMX_DATAFLOW "PALERMO:DF_ORGANIZED_CRIME(1.0)"

struct row { /* what the columns write from */
    const struct pal_figure *figure;
    bool present;
    pal_str area, unit; /* the unit as a code */
};

static char *number(char *to, bool given, double value)
{
    return given && isfinite(value) ? to + pal_num_write(value, to) : to;
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

static char *put_series(char *to, const struct row *r)
{
    return pal_put(to, r->figure->definition->code);
}
static char *put_area(char *to, const struct row *r) { return pal_put(to, r->area); }
static char *put_period(char *to, const struct row *r)
{
    return r->figure->period >= 0 ? pal_put_whole(to, (uint64_t)r->figure->period) : to;
}
static char *put_value(char *to, const struct row *r)
{
    return number(to, r->present, r->figure->estimate.value);
}
static char *put_unit(char *to, const struct row *r) { return pal_put(to, r->unit); }
static char *put_decimals(char *to, const struct row *r)
{
    const bool count = pal_definition_counts(r->figure->definition);
    if (r->present)
        *to++ = (char)('0' + pal_number_decimals(r->figure->estimate.value, count));
    return to;
}
static char *put_obs_status(char *to, const struct row *r)
{
    return pal_put(to, pal_figure_letter(&r->figure->obs_status));
}
static char *put_conf_status(char *to, const struct row *r)
{
    return pal_put(to, pal_figure_letter(&r->figure->conf_status));
}
static char *put_nature(char *to, const struct row *r)
{
    return pal_put(to, pal_figure_nature(r->figure));
}
static char *put_source(char *to, const struct row *r)
{
    return pal_csv_put(to, r->figure->source);
}
static char *put_comment(char *to, const struct row *r)
{
    return pal_flags_put(to, r->figure->flags);
}
static char *put_upper(char *to, const struct row *r)
{
    return number(to, r->present && r->figure->estimate.has_interval, r->figure->estimate.high);
}
static char *put_lower(char *to, const struct row *r)
{
    return number(to, r->present && r->figure->estimate.has_interval, r->figure->estimate.low);
}
static char *put_level(char *to, const struct row *r)
{
    return number(to, r->present && r->figure->estimate.has_interval, r->figure->estimate.level);
}
static char *put_std_error(char *to, const struct row *r)
{
    return number(to, r->present && r->figure->estimate.has_std_error,
                  r->figure->estimate.std_error);
}
static char *put_bound_low(char *to, const struct row *r)
{
    return number(to, r->figure->estimate.has_bounds, r->figure->estimate.bound_low);
}
static char *put_bound_high(char *to, const struct row *r)
{
    return number(to, r->figure->estimate.has_bounds, r->figure->estimate.bound_high);
}
static char *put_coverage_n(char *to, const struct row *r)
{
    return r->figure->coverage_of ? pal_put_whole(to, r->figure->coverage_n) : to;
}
static char *put_coverage_of(char *to, const struct row *r)
{
    return r->figure->coverage_of ? pal_put_whole(to, r->figure->coverage_of) : to;
}

/* ---- what stands for a run of figures ---------------------------------------------------------
 */

static void add_iccs(struct pal_buf *out, const struct pal_figure *f)
{
    const struct pal_definition *d = f->definition;
    for (size_t i = 0; i < d->iccs_n; i++) {
        if (i)
            pal_buf_addc(out, ';');
        pal_buf_add(out, d->iccs[i]);
    }
}
static void add_count_unit(struct pal_buf *out, const struct pal_figure *f)
{
    pal_csv_field_safe(out, f->definition->counting_unit, true);
}
static void add_count_time(struct pal_buf *out, const struct pal_figure *f)
{
    pal_csv_field(out, f->definition->counting_stage, true);
}
static void add_principal(struct pal_buf *out, const struct pal_figure *f)
{
    pal_csv_field(out, f->definition->principal_offence_rule, true);
}
static void add_kind(struct pal_buf *out, const struct pal_figure *f)
{
    pal_buf_adds(out, pal_measures_name(f->definition->measures));
}
static void add_basis(struct pal_buf *out, const struct pal_figure *f)
{
    pal_buf_adds(out, pal_basis_name(f->definition->basis));
}
static void add_scope(struct pal_buf *out, const struct pal_figure *f)
{
    pal_buf_adds(out, pal_scope_name(f->scope));
}
static void add_uncertainty(struct pal_buf *out, const struct pal_figure *f)
{
    pal_buf_adds(out, pal_uncertainty_name(f->estimate.uncertainty));
}
static void add_method(struct pal_buf *out, const struct pal_figure *f)
{
    pal_csv_field(out, pal_str_of(f->estimate.method), true);
}
static void add_endorsement(struct pal_buf *out, const struct pal_figure *f)
{
    pal_csv_field(out, f->review_status, true);
}
static void add_version(struct pal_buf *out, const struct pal_figure *f)
{
    pal_buf_addf(out, "%u", f->version);
}

/* The mapping: every column, what it is in the structure, its list, and what fills it. A column
 * without a function holds `fixed`. The breakdowns of the figures stand after REF_AREA. */
struct column {
    const char *name, *role, *list, *fixed;
    char *(*put)(char *to, const struct row *row);
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
static const struct about {
    const char *name, *list;
    void (*add)(struct pal_buf *out, const struct pal_figure *figure);
} about[] = {
    {"ICCS", "", add_iccs},
    {"COUNT_UNIT", "", add_count_unit},
    {"COUNT_TIME", "", add_count_time},
    {"PRINCIPAL_RULE", "", add_principal},
    {"KIND", "CL_KIND", add_kind},
    {"BASIS", "CL_BASIS", add_basis},
    {"SCOPE", "CL_SCOPE", add_scope},
    {"UNC_KIND", "CL_UNC_KIND", add_uncertainty},
    {"METHOD_ID", "", add_method},
    {"ENDORSE_STATUS", "CL_ENDORSE_STATUS", add_endorsement},
    {"FIGURE_VERSION", "", add_version},
};

static char *put_columns(char *to, const struct row *r, const struct column *column, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (column != before || i)
            *to++ = ',';
        to = column[i].put ? column[i].put(to, r) : pal_put(to, pal_str_of(column[i].fixed));
    }
    return to;
}

static char *put_breakdown(char *to, pal_str code)
{
    *to++ = ',';
    return pal_csv_put_safe(to, code.len ? code : PAL_STR("_Z"));
}

static bool same_about(const struct pal_figure *a, const struct pal_figure *b)
{
    return a->definition == b->definition && a->scope == b->scope &&
           a->estimate.method == b->estimate.method &&
           a->estimate.uncertainty == b->estimate.uncertainty && a->version == b->version &&
           a->review_status.ptr == b->review_status.ptr;
}

struct texts { /* of figures that stand side by side */
    const struct pal_figure *of;
    struct pal_buf unit, about;
};

static void texts_of(struct texts *t, const struct pal_figure *f)
{
    if (!t->of || t->of->definition != f->definition) {
        pal_buf_clear(&t->unit);
        sdmx_unit_code(f->definition->unit, &t->unit);
    }
    if (!t->of || !same_about(t->of, f)) {
        pal_buf_clear(&t->about);
        for (size_t i = 0; i < PAL_COUNT(about); i++) {
            pal_buf_addc(&t->about, ',');
            about[i].add(&t->about, f);
        }
        pal_buf_addc(&t->about, '\n');
    }
    t->of = f;
}

/* At least what a row needs: the texts, and the columns that have no long ones. */
static size_t room_for_row(const struct pal_figures *all, const struct pal_figure *f,
                           const struct texts *t, pal_str area)
{
    size_t texts = f->definition->code.len + area.len + t->unit.len + t->about.len +
                   2 * f->source.len + 1 + 1 + sizeof f->nature;
    for (size_t k = 0; k < all->breakdowns; k++)
        texts += 2 * f->breakdown[k].len + sizeof ",\"'_Z\"";
    return texts + PAL_FLAGS_SIZE + (PAL_COUNT(before) + PAL_COUNT(after)) * 2 * PAL_NUM_SIZE;
}

static void add_figure(const struct pal_figures *all, const struct pal_figure *f,
                       const struct texts *texts, struct pal_buf *out)
{
    const struct row r = {.figure = f,
                          .present = f->estimate.absent == PAL_PRESENT &&
                                     f->estimate.status == PAL_ANSWER_OK,
                          .area = pal_areas_get(all->areas, f->area)->code,
                          .unit = pal_buf_str(&texts->unit)};
    char *to = pal_buf_room(out, room_for_row(all, f, texts, r.area));
    if (!to)
        return;
    to = put_columns(to, &r, before, PAL_COUNT(before));
    for (size_t k = 0; k < all->breakdowns; k++)
        to = put_breakdown(to, f->breakdown[k]);
    to = put_columns(to, &r, after, PAL_COUNT(after));
    to = pal_put(to, pal_buf_str(&texts->about));
    pal_buf_end(out, to);
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
    struct texts texts = {0};
    pal_buf_init(&texts.unit, scratch, 1u << 20);
    pal_buf_init(&texts.about, scratch, 1u << 20);
    for (size_t i = 0; i < all->n; i++) {
        texts_of(&texts, &all->figure[i]);
        add_figure(all, &all->figure[i], &texts, out);
        PAL_TRY(pal_sink_more(sink, err));
    }
    PAL_TRY(pal_buf_status(&texts.unit, "sdmx/figures.csv", err));
    PAL_TRY(pal_buf_status(&texts.about, "sdmx/figures.csv", err));
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
        structure_row(&out, about[i].name, "attribute", about[i].list);
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
