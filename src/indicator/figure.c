/* figure.c: an estimate becomes a figure: marks, status, nature, provenance, its place in the order
 * of figures.csv. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- order -------------------------------------------------------------------------------------
 */

struct ranked {
    pal_str text;
    uint32_t code;
};

static int by_text(const void *a, const void *b)
{
    return pal_str_cmp(((const struct ranked *)a)->text, ((const struct ranked *)b)->text);
}

enum pal_status codes_rank(struct codes *codes, struct pal_arena *arena, struct pal_error *err)
{
    const size_t n = pal_map_count(codes->map);
    struct ranked *ranked = pal_arena_alloc(arena, n + 1, sizeof *ranked);
    codes->rank = pal_arena_alloc(arena, n + 1, sizeof *codes->rank);
    if (!ranked || !codes->rank)
        return pal_nomem(err, "breakdowns");
    for (uint32_t i = 0; i < n; i++)
        ranked[i] = (struct ranked){codes_text(codes, i), i};
    qsort(ranked, n, sizeof *ranked, by_text);
    for (uint32_t i = 0; i < n; i++)
        codes->rank[ranked[i].code] = i;
    return PAL_OK;
}

struct sorting {
    const struct job *job;
    struct item *from, *to;
    uint32_t *key, *start;
    size_t room; /* of start */
};

/* Stable: a pass for each column, the last first, leaves the items in the order of all. */
static enum pal_status sort_pass(struct sorting *s, uint32_t range, struct pal_error *err)
{
    const size_t n = s->job->items;
    if (range + 1u > s->room) {
        s->start = pal_arena_alloc(s->job->scratch, range + 1u, sizeof *s->start);
        if (!s->start)
            return pal_nomem(err, "figures");
        s->room = range + 1u;
    }
    memset(s->start, 0, (range + 1u) * sizeof *s->start);
    for (size_t i = 0; i < n; i++)
        s->start[s->key[i] + 1]++;
    for (uint32_t k = 0; k < range; k++)
        s->start[k + 1] += s->start[k];
    for (size_t i = 0; i < n; i++)
        s->to[s->start[s->key[i]]++] = s->from[i];
    struct item *swap = s->from;
    s->from = s->to;
    s->to = swap;
    return PAL_OK;
}

static size_t column_of(const struct pal_figures *all, pal_str by)
{
    for (size_t k = 0; k < all->breakdowns; k++)
        if (pal_str_eq_nocase(all->breakdown[k], by))
            return k;
    return SIZE_MAX;
}

enum pal_status job_sort(struct job *j, const struct pal_figures *all, struct pal_error *err)
{
    const size_t n = j->items;
    struct sorting s = {.job = j, .from = j->item};
    s.to = pal_arena_alloc(j->scratch, n + 1, sizeof *s.to);
    s.key = pal_arena_alloc(j->scratch, n + 1, sizeof *s.key);
    if (!s.to || !s.key)
        return pal_nomem(err, "figures");
    for (size_t k = all->breakdowns; k-- > 0;) {
        for (size_t b = 0; b < j->d->by_n; b++) {
            if (column_of(all, j->d->by[b]) != k)
                continue;
            for (size_t i = 0; i < n; i++)
                s.key[i] = j->codes->rank[s.from[i].key[KEY_BY + b]];
            PAL_TRY(sort_pass(&s, (uint32_t)pal_map_count(j->codes->map), err));
        }
    }
    int32_t first = INT32_MAX, last = INT32_MIN;
    for (size_t i = 0; i < n; i++) {
        const int32_t period = (int32_t)s.from[i].key[KEY_PERIOD];
        first = period < first ? period : first;
        last = period > last ? period : last;
    }
    for (size_t i = 0; i < n; i++)
        s.key[i] = (uint32_t)((int32_t)s.from[i].key[KEY_PERIOD] - first);
    if (n)
        PAL_TRY(sort_pass(&s, (uint32_t)(last - first) + 1, err));
    for (size_t i = 0; i < n; i++)
        s.key[i] = j->order->rank[s.from[i].key[KEY_AREA]];
    PAL_TRY(sort_pass(&s, (uint32_t)j->order->areas, err));
    j->item = s.from;
    return PAL_OK;
}

/* ---- breakdowns: figures of one breakdown share its codes
 * ------------------------------------------ */

struct breakdowns {
    struct pal_groups *groups;
    const pal_str **codes;
    size_t cap;
    size_t column[PAL_MAX_BREAKDOWNS]; /* of each `by` in the figures' columns */
    size_t width;
};

static enum pal_status breakdown_of(const struct job *j, struct breakdowns *all,
                                    const struct item *item, const pal_str **out,
                                    struct pal_error *err)
{
    const uint32_t g = pal_groups_add(all->groups, j->d->by_n ? item->key + KEY_BY : NULL);
    if (g == PAL_NO_GROUP)
        return pal_nomem(err, "breakdowns");
    if (g >= all->cap) {
        const size_t cap = all->cap ? all->cap * 2 : 64;
        const pal_str **grown =
            pal_arena_grow(j->scratch, all->codes, all->cap, cap, sizeof *grown);
        if (!grown)
            return pal_nomem(err, "breakdowns");
        all->codes = grown;
        all->cap = cap;
    }
    if (!all->codes[g]) {
        pal_str *codes = pal_arena_alloc(j->arena, all->width + 1, sizeof *codes);
        if (!codes)
            return pal_nomem(err, "breakdowns");
        for (size_t b = 0; b < j->d->by_n; b++) {
            pal_str *code = &codes[all->column[b]];
            *code = pal_arena_str(j->arena, codes_text(j->codes, item->key[KEY_BY + b]));
            if (!code->ptr)
                return pal_nomem(err, "breakdowns");
        }
        all->codes[g] = codes;
    }
    *out = all->codes[g];
    return PAL_OK;
}

/* ---- status
 * ------------------------------------------------------------------------------------------ */

/* One SDMX letter for what may be a set of flags, by priority: Q, then O L M, then B, D, U, P, A.
 */
static char status_letter(const struct pal_figure *f)
{
    const struct pal_figure_estimate *e = &f->estimate;
    if (e->absent == PAL_BELOW_THRESHOLD || e->absent == PAL_WITHHELD)
        return 'Q';
    if (e->absent == PAL_NOT_APPLICABLE)
        return 'M';
    if (e->absent == PAL_NOT_COLLECTED &&
        !(f->flags & (PAL_FLAG_ROWS_LEFT_OUT | PAL_FLAG_NO_DENOMINATOR | PAL_FLAG_INCOMPLETE)))
        return 'L';
    if (e->absent != PAL_PRESENT || e->status == PAL_ANSWER_UNDEFINED)
        return 'O';
    if (f->flags & PAL_FLAG_BREAK)
        return 'B';
    if (f->flags & PAL_FLAG_DEFINITION)
        return 'D';
    if (f->flags & PAL_FLAG_UNRELIABLE)
        return 'U';
    if (f->flags & PAL_FLAG_PROVISIONAL)
        return 'P';
    if (e->uncertainty == PAL_UNC_MODEL)
        return 'E';
    return 'A';
}

static char confidentiality_letter(enum pal_absent absent)
{
    return absent == PAL_BELOW_THRESHOLD ? 'A' : absent == PAL_WITHHELD ? 'C' : 'F';
}

static pal_str nature_of(const struct job *j, const struct item *item)
{
    if (j->is_systems)
        return PAL_STR("M");
    if (item->total || j->d->basis == PAL_LAW)
        return PAL_STR("G");
    return item->flags & PAL_FLAG_PARTS_SUM ? PAL_STR("CA") : PAL_STR("C");
}

static enum pal_scope scope_of(const struct job *j)
{
    const pal_str says = pal_descriptor_facts(j->entry->y.cells->dataset->descriptor)->scope;
    if (j->d->scope == PAL_SCOPE_ANY && (!says.len || pal_str_eq(says, PAL_STR("not-separable"))))
        return PAL_SCOPE_NOT_SEPARABLE;
    return j->d->scope;
}

static bool breaks_here(const struct job *j, const struct item *item)
{
    for (size_t i = 0; i < j->d->breaks_n; i++)
        if (j->d->breaks[i].period == (int32_t)item->key[KEY_PERIOD] &&
            (!j->d->breaks[i].area.len ||
             pal_str_eq(j->d->breaks[i].area,
                        pal_areas_get(j->compute->areas, item->key[KEY_AREA])->code)))
            return true;
    return false;
}

/* ---- provenance
 * ---------------------------------------------------------------------------------------- */

/* Some four hundred lines of one dataset; of more their number is told. */
enum { TEXT_OF_ONE = 4096, MOST_OF_NAME = 256 };

struct lines {
    char text[2 * TEXT_OF_ONE];
    size_t used, end;
    uint32_t told, more;
};

/* "1042", or of a dataset in several files "1042@2": the second of them. */
static void tell_row(struct lines *lines, const struct pal_dataset *dataset, uint32_t row)
{
    if (lines->used + 64 > lines->end) { /* a line, and "+4000000000 more" */
        lines->more++;
        return;
    }
    lines->text[lines->used++] = lines->told++ ? '+' : ':';
    lines->used =
        (size_t)(pal_put_whole(lines->text + lines->used, dataset->batch.line[row]) - lines->text);
    if (!dataset->file_of)
        return;
    lines->text[lines->used++] = '@';
    lines->used =
        (size_t)(pal_put_whole(lines->text + lines->used, dataset->file_of[row] + 1) - lines->text);
}

static void tell_rows(struct lines *lines, const struct cells *cells, const struct cell *cell,
                      const uint32_t *row, uint32_t rows)
{
    const struct pal_dataset *dataset = cells->dataset;
    pal_str name = pal_descriptor_name(dataset->descriptor);
    if (!cell->first && !rows)
        return;
    if (name.len > MOST_OF_NAME)
        name.len = MOST_OF_NAME;
    lines->end = lines->used + TEXT_OF_ONE;
    if (lines->used)
        lines->text[lines->used++] = ';';
    lines->used = (size_t)(pal_put(lines->text + lines->used, name) - lines->text);
    lines->told = lines->more = 0;
    for (uint32_t at = cell->first; at; at = cells->link[at - 1].next)
        if (dataset->batch.state[cells->link[at - 1].row] == PAL_ROW_ENTERS)
            tell_row(lines, dataset, cells->link[at - 1].row);
    for (uint32_t i = 0; i < rows && i < 8; i++)
        tell_row(lines, dataset, row[i]);
    lines->more += rows > 8 ? rows - 8 : 0;
    if (!lines->more)
        return;
    char *to = lines->text + lines->used;
    *to++ = '+';
    to = pal_put(pal_put_whole(to, lines->more), PAL_STR(" more"));
    lines->used = (size_t)(to - lines->text);
}

/* "glotip:1042+1043;population:88": datasets and lines. Of a total the first few, and how many
 * more. */
static enum pal_status provenance_of(const struct job *j, const struct item *item, pal_str *out,
                                     struct pal_error *err)
{
    struct lines lines;
    const struct region_total *t = item->total;
    lines.used = 0;
    if (t) {
        tell_rows(&lines, j->entry->y.cells, &t->y, t->y_row, t->y_rows);
        if (j->entry->x.cells && j->entry->x.cells != j->entry->y.cells)
            tell_rows(&lines, j->entry->x.cells, &t->x, t->x_row, t->x_rows);
    } else {
        tell_rows(&lines, j->entry->y.cells, item->y, NULL, 0);
        if (item->x && j->entry->x.cells && j->entry->x.cells != j->entry->y.cells)
            tell_rows(&lines, j->entry->x.cells, item->x, NULL, 0);
    }
    *out = pal_arena_str(j->arena, (pal_str){lines.text, lines.used});
    return out->ptr ? PAL_OK : pal_nomem(err, "figures");
}

/* ---- figures
 * --------------------------------------------------------------------------------------------- */

/* Rows in error, each once: the whole of a share holds the rows of its part. */
static uint32_t left_out(const struct job *j, const struct item *item)
{
    const uint32_t y = item->y->left_out, x = item->x ? item->x->left_out : 0;
    return j->is_share ? (x > y ? x : y) : x + y;
}

static void cover(const struct job *j, const struct item *item, struct pal_figure *f)
{
    const struct region_total *t = item->total;
    const uint32_t members = j->order->members[f->area];
    f->coverage_population = (double)NAN;
    if (!t)
        return;
    f->coverage_of = area_states(j->order, f->area);
    f->coverage_n = members ? t->states : t->areas;
    if (j->d->of_un_members)
        f->coverage_n = f->coverage_of;
    if (f->coverage_n > f->coverage_of)
        f->coverage_of = f->coverage_n;
    if (t->people > 0)
        f->coverage_population = fmin(t->population / t->people, 1);
    if (j->d->of_un_members)
        f->coverage_population = 1;
    if (f->coverage_n < f->coverage_of)
        f->flags |= PAL_FLAG_INCOMPLETE;
}

static void set_absence(const struct job *j, const struct item *item, struct pal_figure *f)
{
    struct pal_figure_estimate *e = &f->estimate;
    struct reading y, x;
    job_readings(j, item, &y, &x);
    const bool censored = y.absent == PAL_BELOW_THRESHOLD || x.absent == PAL_BELOW_THRESHOLD;
    if (!reading_given(&y))
        e->absent = y.absent;
    else if (j->two && !reading_given(&x))
        e->absent = x.absent;
    if (reading_given(&y) && j->is_rate && !reading_given(&x))
        f->flags |= PAL_FLAG_NO_DENOMINATOR;
    if (censored && (e->absent == PAL_BELOW_THRESHOLD || e->absent == PAL_PRESENT))
        f->flags |= PAL_FLAG_CENSORED;
    if (item->y->censored || (item->x && item->x->censored))
        f->flags |= PAL_FLAG_CENSORED;
}

static struct pal_figure_estimate kept_of(const struct pal_estimate *e)
{
    return (struct pal_figure_estimate){.value = e->value,
                                        .std_error = e->std_error,
                                        .low = e->low,
                                        .high = e->high,
                                        .level = e->level,
                                        .df = e->df,
                                        .deff = e->deff,
                                        .bound_low = e->bound_low,
                                        .bound_high = e->bound_high,
                                        .numerator = e->numerator,
                                        .denominator = e->denominator,
                                        .method = e->method,
                                        .interval = e->interval,
                                        .note = e->note,
                                        .lonely_rule = e->lonely_rule,
                                        .n = e->n,
                                        .missing = e->missing,
                                        .lonely = (uint32_t)e->lonely,
                                        .absent = e->absent,
                                        .status = e->status,
                                        .uncertainty = e->uncertainty,
                                        .has_std_error = e->has_std_error,
                                        .has_interval = e->has_interval,
                                        .has_df = e->has_df,
                                        .has_deff = e->has_deff,
                                        .has_bounds = e->has_bounds};
}

static enum pal_status fill_figure(const struct job *j, const struct item *item,
                                   const struct pal_estimate *estimate, pal_str source,
                                   const pal_str *breakdown, struct pal_figure *f,
                                   struct pal_error *err)
{
    *f = (struct pal_figure){.definition = j->d,
                             .area = item->key[KEY_AREA],
                             .period = (int32_t)item->key[KEY_PERIOD],
                             .estimate = kept_of(estimate),
                             .flags = item->flags,
                             .version = 1,
                             .source = source,
                             .breakdown = breakdown};
    struct pal_figure_estimate *e = &f->estimate;
    if (!j->d->sampled)
        e->n = item->y->present + item->y->censored;
    e->censored = item->y->censored;
    f->left_out = left_out(j, item) + sample_left_out(j, item);
    set_absence(j, item, f);
    cover(j, item, f);
    if (f->left_out)
        f->flags |= PAL_FLAG_ROWS_LEFT_OUT;
    if (strcmp(j->d->estimator->name, "ratio") == 0)
        f->flags |= PAL_FLAG_COHORT;
    if (j->d->ask.no_variance && strcmp(j->d->estimator->name, "count") == 0) {
        e->method = "sum of reported quantities"; /* kilograms and the like are no Poisson counts */
        e->uncertainty = PAL_UNC_NONE;
    }
    if (pal_descriptor_synthetic(j->entry->y.cells->dataset->descriptor) ||
        (j->entry->x.cells && pal_descriptor_synthetic(j->entry->x.cells->dataset->descriptor)) ||
        pal_areas_invented(j->compute->areas, f->area))
        f->flags |= PAL_FLAG_SYNTHETIC;
    if (e->lonely)
        f->flags |= PAL_FLAG_LONELY;
    if (j->d->national.len)
        f->flags |= PAL_FLAG_DEFINITION;
    if (breaks_here(j, item))
        f->flags |= PAL_FLAG_BREAK;
    f->scope = scope_of(j);
    f->obs_status = status_letter(f);
    f->conf_status = confidentiality_letter(e->absent);
    const pal_str nature = nature_of(j, item);
    memcpy(f->nature, nature.ptr, nature.len);
    f->review_status = PAL_STR("draft");
    return provenance_of(j, item, &f->provenance, err);
}

static enum pal_status source_of(const struct job *j, pal_str *out, struct pal_error *err)
{
    const pal_str y = j->d->numerator.dataset, x = j->d->denominator.dataset;
    *out = y;
    if (j->entry->x.cells && !pal_str_eq(y, x))
        *out = pal_arena_printf(j->arena, "%.*s+%.*s", PAL_ARG(y), PAL_ARG(x));
    return out->ptr ? PAL_OK : pal_nomem(err, "figures");
}

static void note_denominator(struct job *j, const struct pal_figure *f, bool *told)
{
    if (!(f->flags & PAL_FLAG_NO_DENOMINATOR))
        return;
    j->no_denominator++;
    if (!told[f->area])
        j->no_area[j->no_areas++] = f->area;
    told[f->area] = true;
}

enum pal_status job_figures(struct job *j, const struct pal_figures *all, struct pal_figure *to,
                            struct pal_error *err)
{
    enum { PIECE = 256 };
    const size_t piece = j->is_systems ? j->items + 1 : PIECE; /* they are added up */
    struct breakdowns breakdowns = {.width = all->breakdowns};
    struct pal_estimate *estimates = pal_arena_alloc(j->scratch, piece, sizeof *estimates);
    double *dispersion = pal_arena_alloc(j->scratch, j->items + 1, sizeof *dispersion);
    bool *told = pal_arena_alloc(j->scratch, j->order->areas + 1, sizeof *told);
    pal_str source;
    j->no_area = pal_arena_alloc(j->arena, j->order->areas + 1, sizeof *j->no_area);
    if (!estimates || !dispersion || !told || !j->no_area)
        return pal_nomem(err, "figures");
    if (j->d->sampled)
        PAL_TRY(job_sample(j, err));
    PAL_TRY(job_dispersion(j, dispersion, err));
    PAL_TRY(pal_groups_new(j->scratch, j->d->by_n, &breakdowns.groups, err));
    for (size_t b = 0; b < j->d->by_n; b++)
        breakdowns.column[b] = column_of(all, j->d->by[b]);
    PAL_TRY(source_of(j, &source, err));
    for (size_t from = 0; from < j->items; from += piece) {
        const size_t n = j->items - from < piece ? j->items - from : piece;
        PAL_TRY(job_estimate(j, from, n, dispersion, estimates, err));
        if (j->is_systems)
            PAL_TRY(job_added(j, estimates, err));
        for (size_t i = 0; i < n; i++) {
            const struct item *item = &j->item[from + i];
            const pal_str *codes = NULL;
            PAL_TRY(breakdown_of(j, &breakdowns, item, &codes, err));
            PAL_TRY(fill_figure(j, item, &estimates[i], source, codes, &to[from + i], err));
            note_denominator(j, &to[from + i], told);
        }
    }
    return PAL_OK;
}
