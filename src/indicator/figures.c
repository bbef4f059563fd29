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
    "protected",   "protecting",     "embargo",           "lonely-psu",      NULL,
};

char *pal_flags_put(char *to, uint32_t flags)
{
    for (bool any = false; flags; any = true) {
        const int bit = __builtin_ctz(flags);
        flags &= flags - 1;
        if (any)
            *to++ = ';';
        to = pal_put(to, pal_str_of(pal_flag_words[bit]));
    }
    return to;
}

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

/* The keys of an indicator, of one area (empty: of all), held against `key`. */
static const struct pal_figure *find_among(const struct pal_figures *figures, pal_str key,
                                           pal_str code, pal_str area, struct pal_arena *arena,
                                           pal_str *near)
{
    pal_str *own = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < figures->n; i++) {
        const struct pal_figure *f = &figures->figure[i];
        if (!pal_str_eq(f->definition->code, code) ||
            (area.len && !pal_str_eq(pal_areas_get(figures->areas, f->area)->code, area)))
            continue;
        if (n == cap) {
            own = pal_arena_grow(arena, own, cap, cap ? cap * 2 : 64, sizeof *own);
            cap = cap ? cap * 2 : 64;
        }
        if (!own)
            return NULL;
        own[n] = pal_figure_key(figures, f, arena);
        if (pal_str_eq(own[n++], key))
            return f;
    }
    *near = pal_nearest(key, own, n);
    return NULL;
}

const struct pal_figure *pal_figures_find(const struct pal_figures *figures, pal_str key,
                                          struct pal_arena *arena, pal_str *near)
{
    pal_str rest = key, code, area, ignored;
    pal_str *nearest = near ? near : &ignored;
    *nearest = (pal_str){NULL, 0};
    if (!pal_str_split(&rest, '/', &code) || !pal_str_split(&rest, '/', &area) || !area.len)
        return NULL;
    const struct pal_figure *found = find_among(figures, key, code, area, arena, nearest);
    return found || nearest->len
               ? found
               : find_among(figures, key, code, (pal_str){NULL, 0}, arena, nearest);
}

/* ---- figures.csv ------------------------------------------------------------------------------
 * A cycle has a hundred thousand rows and more, of thirty fields: what neighbours share is put into
 * text once, and a row is put together in place. */

struct shared { /* a run of fields that depends on a thing and a number */
    const void *of;
    uint32_t also;
    struct pal_buf text;
};

enum { BREAKDOWNS = 64, METHODS = 8 };

struct writer {
    const struct pal_figures *all;
    struct pal_buf *out;
    struct shared unit, kind, method[METHODS], breakdown[BREAKDOWNS];
    double level;
    pal_str level_text;
    char level_digits[PAL_NUM_SIZE];
};

/* True when the text stands already; otherwise it is empty, to be written for `of`. */
static bool is_written(const struct writer *w, struct shared *shared, const void *of, uint32_t also)
{
    if (shared->text.arena && shared->of == of && shared->also == also)
        return true;
    if (!shared->text.arena)
        pal_buf_init(&shared->text, w->out->arena, w->out->ceiling);
    shared->of = of;
    shared->also = also;
    pal_buf_clear(&shared->text);
    return false;
}

static pal_str breakdown_text(struct writer *w, const struct pal_figure *f)
{
    struct shared *s = &w->breakdown[((uintptr_t)f->breakdown / sizeof *f->breakdown) % BREAKDOWNS];
    if (!is_written(w, s, f->breakdown, 0))
        for (size_t k = 0; k < w->all->breakdowns; k++)
            pal_csv_field_safe(&s->text, f->breakdown[k].len ? f->breakdown[k] : PAL_STR("_Z"),
                               false);
    return pal_buf_str(&s->text);
}

static pal_str unit_text(struct writer *w, const struct pal_definition *d)
{
    if (!is_written(w, &w->unit, d, 0)) {
        pal_csv_field_safe(&w->unit.text, d->unit, false);
        pal_buf_adds(&w->unit.text, ",0");
    }
    return pal_buf_str(&w->unit.text);
}

static pal_str kind_text(struct writer *w, const struct pal_definition *d, enum pal_scope scope)
{
    struct pal_buf *text = &w->kind.text;
    if (!is_written(w, &w->kind, d, scope)) {
        pal_csv_field(text, pal_str_of(pal_measures_name(d->measures)), false);
        pal_csv_field(text, pal_str_of(pal_basis_name(d->basis)), false);
        pal_csv_field(text, pal_str_of(pal_scope_name(scope)), false);
        pal_csv_field_safe(text, d->counting_unit, false);
        pal_csv_field(text, d->counting_stage, false);
    }
    return pal_buf_str(text);
}

static pal_str method_text(struct writer *w, const struct pal_figure_estimate *e)
{
    struct shared *s = &w->method[((uintptr_t)e->method / 8) % METHODS];
    if (!is_written(w, s, e->method, e->uncertainty)) {
        pal_csv_field(&s->text, pal_str_of(e->method), false);
        pal_csv_field(&s->text, pal_str_of(pal_uncertainty_name(e->uncertainty)), false);
    }
    return pal_buf_str(&s->text);
}

static char *put_number(char *to, bool given, double value)
{
    *to++ = ',';
    return given && !isnan(value) ? to + pal_num_write(value, to) : to;
}

static char *put_whole(char *to, uint64_t value)
{
    *to++ = ',';
    return pal_put_whole(to, value);
}

static char *put_field(char *to, pal_str text)
{
    *to++ = ',';
    return pal_csv_put(to, text);
}

static char *put_level(char *to, struct writer *w, bool given, double level)
{
    *to++ = ',';
    if (!given || isnan(level))
        return to;
    if (!w->level_text.len || level != w->level) {
        w->level = level;
        w->level_text = (pal_str){w->level_digits, pal_num_write(level, w->level_digits)};
    }
    return pal_put(to, w->level_text);
}

struct row_texts { /* what a row shares with its neighbours */
    pal_str breakdown, unit, method, kind;
};

static struct row_texts texts_of(struct writer *w, const struct pal_figure *f)
{
    return (struct row_texts){breakdown_text(w, f), unit_text(w, f->definition),
                              method_text(w, &f->estimate), kind_text(w, f->definition, f->scope)};
}

static char *put_estimate(char *to, struct writer *w, const struct pal_figure *f,
                          const struct row_texts *texts)
{
    const struct pal_figure_estimate *e = &f->estimate;
    const bool present = e->absent == PAL_PRESENT && e->status == PAL_ANSWER_OK;
    const bool limits = present && e->has_interval, error = present && e->has_std_error;
    to = put_number(to, present, e->value);
    to = pal_put(to, texts->unit);
    to = put_number(to, error, e->std_error);
    to = put_number(to, limits, e->low);
    to = put_number(to, limits, e->high);
    to = put_level(to, w, limits, e->level);
    to = put_number(to, e->has_bounds, e->bound_low);
    to = put_number(to, e->has_bounds, e->bound_high);
    to = put_number(to, error && e->value > 0, e->std_error / e->value);
    to = put_number(to, present && e->has_df && isfinite(e->df), e->df);
    to = put_number(to, present && e->has_deff, e->deff);
    to = put_whole(to, e->n);
    return pal_put(to, texts->method);
}

static char *put_coverage(char *to, const struct pal_figure *f)
{
    if (!f->coverage_of)
        return pal_put(to, PAL_STR(",,,"));
    to = put_whole(to, f->coverage_n);
    to = put_whole(to, f->coverage_of);
    return put_number(to, true, f->coverage_population);
}

static char *put_figure(char *to, struct writer *w, const struct pal_figure *f,
                        const struct row_texts *texts)
{
    to = pal_put(to, f->definition->code); /* no comma can stand in a code */
    to = put_field(to, pal_areas_get(w->all->areas, f->area)->code);
    to = f->period < 0 ? put_field(to, PAL_STR("")) : put_whole(to, (uint64_t)f->period);
    to = pal_put(to, texts->breakdown);
    to = put_estimate(to, w, f, texts);
    to = put_field(to, pal_figure_letter(&f->obs_status));
    to = put_field(to, pal_figure_letter(&f->conf_status));
    to = put_field(to, pal_figure_nature(f));
    to = pal_put(to, texts->kind);
    *to++ = ',';
    to = pal_flags_put(to, f->flags);
    to = put_field(to, f->source);
    to = put_whole(to, f->version);
    to = put_field(to, f->review_status);
    to = put_field(to, f->provenance);
    to = put_coverage(to, f);
    to = put_whole(to, f->left_out);
    *to++ = '\n';
    return to;
}

/* At least what a row needs: the texts at twice their length, for quotes, and the rest by far. */
static size_t room_for_row(const struct writer *w, const struct pal_figure *f,
                           const struct row_texts *texts)
{
    const size_t own = f->definition->code.len + pal_areas_get(w->all->areas, f->area)->code.len +
                       1 + 1 + sizeof f->nature + f->source.len + f->review_status.len +
                       f->provenance.len;
    return 2 * own + texts->breakdown.len + texts->unit.len + texts->method.len + texts->kind.len +
           PAL_FLAGS_SIZE + 20 * PAL_NUM_SIZE;
}

static void add_figure(struct writer *w, const struct pal_figure *f)
{
    const struct row_texts texts = texts_of(w, f);
    char *to = pal_buf_room(w->out, room_for_row(w, f, &texts));
    if (to)
        pal_buf_end(w->out, put_figure(to, w, f, &texts));
}

static void add_header(const struct pal_figures *figures, struct pal_buf *out)
{
    pal_buf_adds(out, "INDICATOR,REF_AREA,TIME_PERIOD");
    for (size_t k = 0; k < figures->breakdowns; k++)
        pal_csv_field_safe(out, figures->breakdown[k], false);
    pal_buf_adds(out,
                 ",OBS_VALUE,UNIT_MEASURE,UNIT_MULT,STD_ERROR,CONF_LOW,CONF_HIGH,CONF_LEVEL,"
                 "BOUND_LOW,BOUND_HIGH,CV,DF,DEFF,N_OBS,METHOD,UNCERTAINTY,OBS_STATUS,CONF_STATUS,"
                 "NATURE,MEASURES,BASIS,SCOPE,COUNTING_UNIT,COUNTING_STAGE,FLAGS,SOURCE,VERSION,"
                 "REVIEW_STATUS,PROVENANCE,COVERAGE_N,COVERAGE_OF,COVERAGE_POPULATION,"
                 "ROWS_LEFT_OUT\n");
}

static struct writer writer_of(const struct pal_figures *figures, struct pal_buf *out)
{
    add_header(figures, out);
    return (struct writer){.all = figures, .out = out};
}

enum pal_status pal_figures_csv(const struct pal_figures *figures, struct pal_buf *out,
                                struct pal_error *err)
{
    struct writer writer = writer_of(figures, out);
    for (size_t i = 0; i < figures->n; i++)
        add_figure(&writer, &figures->figure[i]);
    return pal_buf_status(out, "figures.csv", err);
}

enum pal_status pal_figures_write(const struct pal_figures *figures, struct pal_sink *sink,
                                  struct pal_error *err)
{
    struct writer writer = writer_of(figures, pal_sink_buf(sink));
    for (size_t i = 0; i < figures->n; i++) {
        add_figure(&writer, &figures->figure[i]);
        PAL_TRY(pal_sink_more(sink, err));
    }
    return PAL_OK;
}
