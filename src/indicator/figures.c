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

/* ---- figures.csv: 177,000 rows of the published files should take no longer than reading them
 * ------- */

struct row { /* one line, put together without a call a character */
    char text[16 * 1024];
    size_t n;
};

static void put(struct row *row, pal_str text)
{
    if (text.len > sizeof row->text - row->n)
        text.len = sizeof row->text - row->n;
    memcpy(row->text + row->n, text.ptr, text.len);
    row->n += text.len;
}

static void put_char(struct row *row, char c) { put(row, (pal_str){&c, 1}); }

static void put_field(struct row *row, pal_str text)
{
    put_char(row, ',');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != ',' && text.ptr[i] != '"' && text.ptr[i] != '\n' && text.ptr[i] != '\r')
            continue;
        put_char(row, '"');
        for (size_t k = 0; k < text.len; k++) {
            if (text.ptr[k] == '"')
                put_char(row, '"');
            put_char(row, text.ptr[k]);
        }
        put_char(row, '"');
        return;
    }
    put(row, text);
}

static void put_whole(struct row *row, uint64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    put_char(row, ',');
    put(row, (pal_str){digits + at, sizeof digits - at});
}

static void put_number(struct row *row, bool given, double value)
{
    char text[PAL_NUM_SIZE];
    put_char(row, ',');
    if (given && !isnan(value))
        put(row, (pal_str){text, pal_num_write(value, text)});
}

static void put_flags(struct row *row, uint32_t flags)
{
    bool any = false;
    put_char(row, ',');
    for (size_t i = 0; pal_flag_words[i]; i++) {
        if (!(flags >> i & 1))
            continue;
        if (any)
            put_char(row, ';');
        put(row, pal_str_of(pal_flag_words[i]));
        any = true;
    }
}

static void put_figure(const struct pal_figures *all, const struct pal_figure *f, struct row *row)
{
    const struct pal_definition *d = f->definition;
    const struct pal_estimate *e = &f->estimate;
    const bool present = e->absent == PAL_PRESENT && e->status == PAL_ANSWER_OK;
    row->n = 0;
    put(row, d->code); /* no comma can stand in a code */
    put_field(row, pal_areas_get(all->areas, f->area)->code);
    if (f->period < 0)
        put_field(row, PAL_STR(""));
    else
        put_whole(row, (uint64_t)f->period);
    for (size_t k = 0; k < all->breakdowns; k++)
        put_field(row, f->breakdown[k].len ? f->breakdown[k] : PAL_STR("_Z"));
    put_number(row, present, e->value);
    put_field(row, d->unit);
    put(row, PAL_STR(",0"));
    put_number(row, present && e->has_std_error, e->std_error);
    put_number(row, present && e->has_interval, e->low);
    put_number(row, present && e->has_interval, e->high);
    put_number(row, present && e->has_interval, e->level);
    put_number(row, e->has_bounds, e->bound_low);
    put_number(row, e->has_bounds, e->bound_high);
    put_number(row, present && e->has_std_error && e->value > 0, e->std_error / e->value);
    put_number(row, present && e->has_df && isfinite(e->df), e->df);
    put_number(row, present && e->has_deff, e->deff);
    put_whole(row, e->n);
    put_field(row, pal_str_of(e->method));
    put_field(row, pal_str_of(pal_uncertainty_name(e->uncertainty)));
    put_field(row, f->obs_status);
    put_field(row, f->conf_status);
    put_field(row, f->nature);
    put_field(row, pal_str_of(pal_measures_name(d->measures)));
    put_field(row, pal_str_of(pal_basis_name(d->basis)));
    put_field(row, pal_str_of(pal_scope_name(f->scope)));
    put_field(row, d->counting_unit);
    put_field(row, d->counting_stage);
    put_flags(row, f->flags);
    put_field(row, f->source);
    put_whole(row, f->version);
    put_field(row, f->review_status);
    put_field(row, f->provenance);
    if (f->coverage_of) {
        put_whole(row, f->coverage_n);
        put_whole(row, f->coverage_of);
    } else {
        put(row, PAL_STR(",,"));
    }
    put_number(row, f->coverage_of > 0, f->coverage_population);
    put_whole(row, f->left_out);
    put_char(row, '\n');
}

static void add_header(const struct pal_figures *figures, struct pal_buf *out)
{
    pal_buf_adds(out, "INDICATOR,REF_AREA,TIME_PERIOD");
    for (size_t k = 0; k < figures->breakdowns; k++)
        pal_csv_field(out, figures->breakdown[k], false);
    pal_buf_adds(out,
                 ",OBS_VALUE,UNIT_MEASURE,UNIT_MULT,STD_ERROR,CONF_LOW,CONF_HIGH,CONF_LEVEL,"
                 "BOUND_LOW,BOUND_HIGH,CV,DF,DEFF,N_OBS,METHOD,UNCERTAINTY,OBS_STATUS,CONF_STATUS,"
                 "NATURE,MEASURES,BASIS,SCOPE,COUNTING_UNIT,COUNTING_STAGE,FLAGS,SOURCE,VERSION,"
                 "REVIEW_STATUS,PROVENANCE,COVERAGE_N,COVERAGE_OF,COVERAGE_POPULATION,"
                 "ROWS_LEFT_OUT\n");
}

enum pal_status pal_figures_csv(const struct pal_figures *figures, struct pal_buf *out,
                                struct pal_error *err)
{
    struct row row;
    add_header(figures, out);
    for (size_t i = 0; i < figures->n; i++) {
        put_figure(figures, &figures->figure[i], &row);
        pal_buf_add(out, (pal_str){row.text, row.n});
    }
    return pal_buf_status(out, "figures.csv", err);
}

enum pal_status pal_figures_write(const struct pal_figures *figures, struct pal_sink *sink,
                                  struct pal_error *err)
{
    struct row row;
    add_header(figures, pal_sink_buf(sink));
    for (size_t i = 0; i < figures->n; i++) {
        put_figure(figures, &figures->figure[i], &row);
        pal_buf_add(pal_sink_buf(sink), (pal_str){row.text, row.n});
        PAL_TRY(pal_sink_more(sink, err));
    }
    return PAL_OK;
}
