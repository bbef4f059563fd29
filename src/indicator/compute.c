/* compute.c: definitions meet data. Read pal_compute_figures downwards: plan, collect, then for
 * each definition items, totals, order; then estimates and figures. Definitions do not touch each
 * other and can go side by side; their figures have their places before the first is estimated. */
#include "inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- estimating ---------------------------------------------------------------------------------
 */

struct columns {
    double *value, *low, *high;
    uint8_t *absent;
};

static enum pal_status columns_new(struct columns *c, size_t n, struct pal_arena *arena,
                                   struct pal_error *err)
{
    c->value = pal_arena_alloc(arena, n + 1, sizeof *c->value);
    c->low = pal_arena_alloc(arena, n + 1, sizeof *c->low);
    c->high = pal_arena_alloc(arena, n + 1, sizeof *c->high);
    c->absent = pal_arena_alloc(arena, n + 1, 1);
    return c->value && c->low && c->high && c->absent ? PAL_OK : pal_nomem(err, "figures");
}

static void columns_set(struct columns *c, size_t i, const struct reading *from)
{
    c->value[i] = from->value;
    c->low[i] = from->low;
    c->high[i] = from->high;
    c->absent[i] = (uint8_t)from->absent;
}

static struct pal_column number_column(pal_str name, const struct columns *c)
{
    return (struct pal_column){.name = name,
                               .type = PAL_COLUMN_NUMBER,
                               .value = c->value,
                               .low = c->low,
                               .high = c->high,
                               .absent = c->absent};
}

struct piece { /* items of a job that are estimated together */
    struct item *item;
    size_t n;
    const double *dispersion; /* [n] of their series; 0: no more than chance */
};

/* One state for all figures of the piece, a group each. What `group` leaves out is not fed. */
static enum pal_status ask_estimator(struct job *j, const struct pal_ask *ask,
                                     const struct pal_cells *cells, struct pal_estimate *out,
                                     struct pal_error *err)
{
    const struct pal_estimator *e = j->d->estimator;
    struct pal_state *state;
    PAL_TRY(e->begin(ask, cells->args, j->scratch, &state, err));
    PAL_TRY(e->feed(state, cells, err));
    for (size_t row = 0; row < cells->rows; row++)
        if (cells->group[row] != PAL_NO_GROUP && (!cells->side || cells->side[row] == 0))
            PAL_TRY(e->finish(state, cells->group[row], j->arena, &out[cells->group[row]], err));
    return PAL_OK;
}

/* Shares are told as part and rest, so that bounds of censored cells are exact. */
static enum pal_status estimate_shares(struct job *j, const struct piece *piece,
                                       struct pal_estimate *out, struct pal_error *err)
{
    const size_t rows = 2 * piece->n;
    struct columns y;
    struct pal_ask ask = j->d->ask;
    uint32_t *group = pal_arena_alloc(j->scratch, rows + 1, sizeof *group);
    uint8_t *side = pal_arena_alloc(j->scratch, rows + 1, 1);
    if (!group || !side)
        return pal_nomem(err, "figures");
    PAL_TRY(columns_new(&y, rows, j->scratch, err));
    for (size_t i = 0; i < piece->n; i++) {
        struct reading part, whole, rest;
        job_readings(j, &piece->item[i], &part, &whole);
        rest = whole;
        if (reading_given(&part) && reading_given(&whole) && !reading_rest(&part, &whole, &rest)) {
            part.absent = rest.absent = PAL_UNREADABLE; /* more than all there is */
            piece->item[i].flags |= PAL_FLAG_PARTS_DISAGREE;
            j->above_whole++;
        }
        if (!reading_given(&part))
            rest.absent = part.absent;
        columns_set(&y, 2 * i, &part);
        columns_set(&y, 2 * i + 1, &rest);
        group[2 * i] = group[2 * i + 1] = (uint32_t)i;
        side[2 * i + 1] = 1;
    }
    const struct pal_column column = number_column(PAL_STR("y"), &y);
    const struct pal_column *const arg[] = {&column};
    if (j->d->goodman)
        ask.classes = j->classes > 1 ? j->classes : 2;
    return ask_estimator(
        j, &ask,
        &(struct pal_cells){
            .rows = rows, .args = 1, .arg = arg, .group = group, .groups = piece->n, .side = side},
        out, err);
}

/* The interval of a figure in a series of known dispersion. */
static enum pal_status disperse(const struct job *j, const struct reading *y,
                                const struct reading *x, double dispersion, struct pal_estimate *e,
                                struct pal_error *err)
{
    if (e->absent != PAL_PRESENT || e->status != PAL_ANSWER_OK || y->absent != PAL_PRESENT)
        return PAL_OK;
    const double per = j->d->ask.per > 0 ? j->d->ask.per : 1;
    const double scale = j->is_rate ? per / x->value : 1;
    e->level = j->d->ask.level > 0 ? j->d->ask.level : 0.95;
    PAL_TRY(pal_interval_count("quasi", y->value, e->level, 0, dispersion, &e->low, &e->high, err));
    e->low *= scale;
    e->high *= scale;
    e->std_error = sqrt(dispersion * y->value) * scale;
    e->has_interval = e->has_std_error = true;
    e->uncertainty = PAL_UNC_RANDOM;
    e->method = "quasi-Poisson (McCullagh & Nelder 1989)";
    e->interval = "quasi";
    return PAL_OK;
}

static enum pal_status estimate_counts(struct job *j, const struct piece *piece,
                                       struct pal_estimate *out, struct pal_error *err)
{
    const size_t n = piece->n;
    struct columns y, x;
    uint32_t *plain = pal_arena_alloc(j->scratch, n + 1, sizeof *plain);
    uint32_t *scattered = pal_arena_alloc(j->scratch, n + 1, sizeof *scattered);
    if (!plain || !scattered)
        return pal_nomem(err, "figures");
    PAL_TRY(columns_new(&y, n, j->scratch, err));
    PAL_TRY(columns_new(&x, n, j->scratch, err));
    size_t scattering = 0;
    for (size_t i = 0; i < n; i++) {
        struct reading top, bottom;
        job_readings(j, &piece->item[i], &top, &bottom);
        columns_set(&y, i, &top);
        columns_set(&x, i, &bottom);
        const bool apart = piece->dispersion[i] > 0;
        plain[i] = apart ? PAL_NO_GROUP : (uint32_t)i;
        scattered[i] = apart ? (uint32_t)i : PAL_NO_GROUP;
        scattering += apart;
    }
    const struct pal_column column[] = {number_column(PAL_STR("y"), &y),
                                        number_column(PAL_STR("x"), &x)};
    const struct pal_column *const arg[] = {&column[0], &column[1]};
    struct pal_cells cells = {
        .rows = n, .args = j->two ? 2 : 1, .arg = arg, .group = plain, .groups = n};
    struct pal_ask ask = j->d->ask;
    PAL_TRY(ask_estimator(j, &ask, &cells, out, err));
    if (!scattering)
        return PAL_OK;
    ask.no_variance = true; /* theirs is that of the series */
    cells.group = scattered;
    PAL_TRY(ask_estimator(j, &ask, &cells, out, err));
    for (size_t i = 0; i < n; i++) {
        struct reading top, bottom;
        if (scattered[i] == PAL_NO_GROUP)
            continue;
        job_readings(j, &piece->item[i], &top, &bottom);
        PAL_TRY(disperse(j, &top, &bottom, piece->dispersion[i], &out[i], err));
        if (out[i].has_interval)
            piece->item[i].flags |= PAL_FLAG_OVERDISPERSED;
    }
    return PAL_OK;
}

/* The history of a row: bit k is set where it is on list k of the dataset. */
static enum pal_status history_of(const struct job *j, const struct pal_column *const *list,
                                  size_t lists, uint32_t row, uint32_t *out, struct pal_error *err)
{
    *out = 0;
    for (size_t k = 0; k < lists; k++) {
        const struct pal_column *c = list[k];
        const pal_str text = c->type == PAL_COLUMN_CODE ? pal_dict_text(c->dict, c->code[row])
                                                        : (c->value[row] == 1   ? PAL_STR("1")
                                                           : c->value[row] == 0 ? PAL_STR("0")
                                                                                : PAL_STR("?"));
        if (pal_str_eq(text, PAL_STR("1")))
            *out |= (uint32_t)1 << k;
        else if (!pal_str_eq(text, PAL_STR("0")))
            return pal_fail(err, PAL_DATA,
                            "'%.*s' of list '%.*s' in dataset '%.*s' is neither 1 nor 0; say so in "
                            "its crosswalk",
                            PAL_ARG(text), PAL_ARG(c->name), PAL_ARG(j->d->numerator.dataset));
    }
    return PAL_OK;
}

/* Estimates from lists need the rows themselves: each is a history and how many people have it, or
 * of recapture a case and what it counts for. */
static enum pal_status estimate_systems(struct job *j, const struct piece *piece,
                                        struct pal_estimate *out, struct pal_error *err)
{
    const struct cells *from = j->entry->y.cells;
    const struct pal_dataset *dataset = from->dataset;
    const struct pal_dataset_facts *facts = pal_descriptor_facts(dataset->descriptor);
    const struct pal_column *list[16];
    size_t rows = 0, at = 0;
    if (!facts->lists || facts->lists > PAL_COUNT(list))
        return pal_fail(err, PAL_SYNTAX,
                        "the estimator '%s' needs a dataset with 1 to %zu lists (roles: list), "
                        "which '%.*s' is not",
                        j->d->estimator->name, PAL_COUNT(list), PAL_ARG(j->d->numerator.dataset));
    for (size_t k = 0; k < facts->lists; k++)
        if (!(list[k] = pal_dataset_filter_column(dataset, facts->list[k])))
            return pal_fail(err, PAL_BUG, "list '%.*s' was not loaded", PAL_ARG(facts->list[k]));
    for (size_t i = 0; i < piece->n; i++)
        for (uint32_t l = piece->item[i].y->first; l; l = from->link[l - 1].next)
            rows++;
    struct columns y;
    uint32_t *group = pal_arena_alloc(j->scratch, rows + 1, sizeof *group);
    uint32_t *history = pal_arena_alloc(j->scratch, rows + 1, sizeof *history);
    if (!group || !history)
        return pal_nomem(err, "figures");
    PAL_TRY(columns_new(&y, rows, j->scratch, err));
    for (size_t i = 0; i < piece->n; i++)
        for (uint32_t l = piece->item[i].y->first; l; l = from->link[l - 1].next, at++) {
            const uint32_t row = from->link[l - 1].row;
            const struct pal_column *v = dataset->value;
            const bool error = dataset->batch.state[row] == PAL_ROW_ERROR;
            group[at] = error || !job_is_part(j, &piece->item[i]) ? PAL_NO_GROUP : (uint32_t)i;
            y.value[at] = y.low[at] = y.high[at] = v->value[row];
            y.absent[at] = v->absent[row];
            if (!error)
                PAL_TRY(history_of(j, list, facts->lists, row, &history[at], err));
        }
    const struct pal_column column = number_column(PAL_STR("y"), &y);
    const struct pal_column *const arg[] = {&column};
    const struct pal_cells cells = {.rows = rows,
                                    .args = 1,
                                    .arg = arg,
                                    .group = group,
                                    .groups = piece->n,
                                    .stratum = history,
                                    .strata = (size_t)1 << facts->lists};
    struct pal_state *state;
    PAL_TRY(j->d->estimator->begin(&j->d->ask, 1, j->scratch, &state, err));
    PAL_TRY(j->d->estimator->feed(state, &cells, err));
    for (size_t i = 0; i < piece->n; i++)
        PAL_TRY(j->d->estimator->finish(state, i, j->arena, &out[i], err));
    return PAL_OK;
}

/* In pieces that stay in the nearest memory: a cycle's states together would be its largest array.
 */
enum pal_status job_estimate(struct job *j, size_t from, size_t n, const double *dispersion,
                             struct pal_estimate *out, struct pal_error *err)
{
    const struct pal_arena_mark mark = pal_arena_mark(j->scratch);
    const struct piece piece = {j->item + from, n, dispersion + from};
    if (j->d->sampled) { /* one sample answers all: its memory stays until the job is done */
        for (size_t i = 0; i < n; i++)
            PAL_TRY(sample_answer(j, from + i, &out[i], err));
        return PAL_OK;
    }
    PAL_TRY(j->is_systems ? estimate_systems(j, &piece, out, err)
            : j->is_share ? estimate_shares(j, &piece, out, err)
                          : estimate_counts(j, &piece, out, err));
    pal_arena_reset(j->scratch, mark);
    return PAL_OK;
}

/* ---- one definition
 * -------------------------------------------------------------------------------- */

struct work { /* all of them */
    struct plan plan;
    struct area_order order;
    struct people people;
    struct job *job; /* [plan.entries] */
    size_t *first;   /* [plan.entries] place of the first figure */
    struct pal_figures *all;
    size_t room; /* of all->figure */
    size_t at;   /* the first of the jobs under way */
    unsigned threads;
};

void job_set(struct job *j)
{
    const struct pal_definition *d = j->d;
    j->is_rate = strcmp(d->estimator->name, "rate") == 0;
    j->is_share = strcmp(d->estimator->name, "share") == 0;
    j->is_systems =
        strcmp(d->estimator->name, "systems") == 0 || strcmp(d->estimator->name, "recapture") == 0;
    j->is_status = strcmp(d->estimator->name, "status-share") == 0;
    j->two = j->is_share || j->entry->x.cells || (j->is_status && d->of_un_members);
    j->of = SIZE_MAX;
    for (size_t b = 0; b < d->by_n && d->of.len; b++)
        if (pal_str_eq(d->by[b], d->of))
            j->of = b;
    j->x_cells = j->entry->x.cells ? j->entry->x.cells
                 : j->is_share     ? j->entry->y.cells /* totals of its breakdown, or known cells */
                                   : NULL;
}

static enum pal_status lay_out(void *context, size_t piece, struct pal_error *err)
{
    struct work *work = context;
    struct job *j = &work->job[work->at + piece];
    job_set(j);
    enum pal_status status = job_items(j, err);
    if (status == PAL_OK && j->d->totals)
        status = job_totals(j, err);
    if (status == PAL_OK)
        status = job_compare(j, err);
    if (status == PAL_OK)
        status = job_sort(j, work->all, err);
    return status == PAL_OK ? PAL_OK
                            : pal_while(err, "computing indicator '%.*s'", PAL_ARG(j->d->code));
}

static enum pal_status answer(void *context, size_t piece, struct pal_error *err)
{
    struct work *work = context;
    struct job *j = &work->job[work->at + piece];
    const struct pal_arena_mark nothing = {0};
    if (job_figures(j, work->all, work->all->figure + work->first[work->at + piece], err) != PAL_OK)
        return pal_while(err, "computing indicator '%.*s'", PAL_ARG(j->d->code));
    pal_arena_reset(j->scratch, nothing);
    return PAL_OK;
}

/* ---- findings of the computation
 * --------------------------------------------------------------------- */

static void tell_no_denominator(const struct job *j, struct pal_diag *diag)
{
    char areas[512];
    size_t used = 0;
    for (size_t i = 0; i < j->no_areas && used + 24 < sizeof areas; i++) {
        const pal_str code = pal_areas_get(j->compute->areas, j->no_area[i])->code;
        const int n =
            snprintf(areas + used, sizeof areas - used, "%s%.*s", i ? ", " : "", PAL_ARG(code));
        used += n > 0 ? (size_t)n : 0;
    }
    if (used + 24 >= sizeof areas)
        snprintf(areas + sizeof areas - 8, 8, ", ...");
    pal_diag_addf(diag, PAL_INFORMATION, "no-denominator", &j->d->denominator.at,
                  "%zu figures of '%.*s' are absent, for '%.*s' has nothing for their area and "
                  "year: %s",
                  j->no_denominator, PAL_ARG(j->d->code), PAL_ARG(j->d->denominator.dataset),
                  areas);
}

/* What the command line takes as --lonely-psu is 'lonely_psu' in a descriptor. */
static void tell_refused(const struct job *j, struct pal_diag *diag)
{
    char key[32] = "";
    const char *flag = strstr(j->refusal, "--");
    for (size_t n = 0; flag && n + 1 < sizeof key; n++) {
        const char c = flag[2 + n];
        if (!(c >= 'a' && c <= 'z') && c != '-')
            break;
        key[n] = c == '-' ? '_' : c;
    }
    pal_diag_addf(diag, PAL_WARNING, "refused-design", &j->d->numerator.at,
                  "%zu figures of '%.*s' are absent: %s (%s%s%s'design' in the descriptor of "
                  "'%.*s')",
                  j->refused, PAL_ARG(j->d->code), j->refusal, key[0] ? "'" : "", key,
                  key[0] ? "' of " : "", PAL_ARG(j->d->numerator.dataset));
}

static void tell(const struct job *j, struct pal_diag *diag)
{
    if (j->no_denominator)
        tell_no_denominator(j, diag);
    if (j->above_whole)
        pal_diag_addf(diag, PAL_WARNING, "part-above-whole", &j->d->numerator.at,
                      "%zu shares of '%.*s' are absent, for the part is larger than its whole",
                      j->above_whole, PAL_ARG(j->d->code));
    if (j->refused)
        tell_refused(j, diag);
    job_tell_one_sided(j, diag);
    if (j->unreadable.line)
        pal_diag_addf(diag, PAL_ERROR, "unreadable-value", &j->unreadable,
                      "'%.*s' needs numbers and '%.*s' holds other text here, the first of such "
                      "lines; their records are left out",
                      PAL_ARG(j->d->code), PAL_ARG(j->unreadable_column));
}

/* ---- all
 * ------------------------------------------------------------------------------------------------
 */

static int by_text(const void *a, const void *b)
{
    return pal_str_cmp(*(const pal_str *)a, *(const pal_str *)b);
}

static enum pal_status name_breakdowns(const struct pal_definition *const *wanted, size_t n,
                                       struct pal_figures *out, struct pal_arena *arena,
                                       struct pal_error *err)
{
    pal_str *name = pal_arena_alloc(arena, PAL_MAX_BREAKDOWNS, sizeof *name);
    if (!name)
        return pal_nomem(err, "breakdowns");
    for (size_t i = 0; i < n; i++) {
        for (size_t b = 0; b < wanted[i]->by_n; b++) {
            bool known = false;
            for (size_t k = 0; k < out->breakdowns && !known; k++)
                known = pal_str_eq_nocase(name[k], wanted[i]->by[b]);
            if (known)
                continue;
            if (out->breakdowns == PAL_MAX_BREAKDOWNS)
                return pal_fail(err, PAL_SYNTAX,
                                "the indicators have more than %d breakdowns together",
                                PAL_MAX_BREAKDOWNS);
            char *upper = pal_arena_alloc(arena, wanted[i]->by[b].len + 1, 1);
            if (!upper)
                return pal_nomem(err, "breakdowns");
            for (size_t c = 0; c < wanted[i]->by[b].len; c++) {
                const char letter = wanted[i]->by[b].ptr[c];
                upper[c] = letter >= 'a' && letter <= 'z' ? (char)(letter - 32) : letter;
            }
            name[out->breakdowns++] = (pal_str){upper, wanted[i]->by[b].len};
        }
    }
    qsort(name, out->breakdowns, sizeof *name, by_text);
    out->breakdown = name;
    return PAL_OK;
}

static enum pal_status arena_of(struct pal_arena *owner, struct pal_arena **out,
                                struct pal_error *err)
{
    *out = pal_arena_new();
    if (!*out)
        return pal_nomem(err, "figures");
    return pal_arena_defer(owner, (void (*)(void *))pal_arena_free, *out, err);
}

static enum pal_status make_room(struct work *work, size_t more, struct pal_arena *arena,
                                 struct pal_error *err)
{
    const size_t need = work->all->n + more;
    size_t room = work->room;
    if (need <= room)
        return PAL_OK;
    if (!room) /* as many again for the totals; what stays unused costs nothing */
        for (size_t i = 0; i < work->plan.entries; i++)
            room += 2 * pal_groups_count(work->plan.entry[i].y.cells->groups);
    while (room < need)
        room = room ? 2 * room : need;
    work->all->figure =
        pal_arena_grow(arena, work->all->figure, work->room, room + 1, sizeof *work->all->figure);
    work->room = room;
    return work->all->figure ? PAL_OK : pal_nomem(err, "figures");
}

/* Jobs at..at+n-1: laid out, given their places, answered. */
static enum pal_status do_jobs(struct work *work, size_t at, size_t n, struct pal_arena *arena,
                               struct pal_error *err)
{
    size_t more = 0;
    work->at = at;
    PAL_TRY(pal_parallel(n, work->threads, lay_out, work, err));
    for (size_t i = at; i < at + n; i++) {
        work->first[i] = work->all->n + more;
        more += work->job[i].items;
    }
    PAL_TRY(make_room(work, more, arena, err));
    PAL_TRY(pal_parallel(n, work->threads, answer, work, err));
    work->all->n += more;
    return PAL_OK;
}

/* Below a second of work a second thread costs more than it gives: what it waits for, and memory
 * that both ask for, is a tenth of the whole. */
static unsigned threads_for(const struct pal_compute *compute)
{
    enum { FEW_ROWS = 2000000 };
    size_t rows = 0;
    for (size_t i = 0; i < compute->datasets; i++)
        rows += compute->dataset[i]->batch.rows;
    return compute->threads || rows >= FEW_ROWS ? compute->threads : 1;
}

enum pal_status pal_compute_figures(const struct pal_compute *compute, struct pal_diag *diag,
                                    struct pal_arena *arena, struct pal_figures **out,
                                    struct pal_error *err)
{
    struct work work = {.threads = threads_for(compute)};
    const struct pal_definition *const *wanted = compute->wanted;
    size_t n = compute->wanted_n;
    struct pal_arena *scratch;
    PAL_TRY(arena_of(arena, &scratch, err));
    work.all = pal_arena_alloc(arena, 1, sizeof *work.all);
    if (!wanted)
        PAL_TRY(catalogue_all(compute->catalogue, arena, &wanted, &n, err));
    if (!work.all)
        return pal_nomem(err, "figures");
    work.all->areas = compute->areas;
    PAL_TRY(name_breakdowns(wanted, n, work.all, arena, err));
    PAL_TRY(plan_make(compute, wanted, n, diag, scratch, &work.plan, err));
    PAL_TRY(plan_collect(&work.plan, compute, work.threads, scratch, err));
    PAL_TRY(codes_rank(&work.plan.codes, scratch, err));
    PAL_TRY(area_order_make(compute->areas, scratch, &work.order, err));
    PAL_TRY(people_sum(&work.plan, compute, &work.order, scratch, &work.people, err));
    work.job = pal_arena_alloc(scratch, work.plan.entries + 1, sizeof *work.job);
    work.first = pal_arena_alloc(scratch, work.plan.entries + 1, sizeof *work.first);
    if (!work.job || !work.first)
        return pal_nomem(err, "figures");
    for (size_t i = 0; i < work.plan.entries; i++) {
        struct job *j = &work.job[i];
        *j = (struct job){.compute = compute,
                          .entry = &work.plan.entry[i],
                          .d = work.plan.entry[i].definition,
                          .codes = &work.plan.codes,
                          .order = &work.order,
                          .people = &work.people};
        PAL_TRY(arena_of(scratch, &j->scratch, err));
        PAL_TRY(arena_of(arena, &j->arena, err));
        PAL_TRY(job_absent_members(j, err));
    }
    /* One by one on one thread: what a definition needs in between is given back before the next.
     */
    const size_t together = work.threads == 1 ? 1 : work.plan.entries;
    for (size_t at = 0; at < work.plan.entries; at += together)
        PAL_TRY(do_jobs(&work, at, together, arena, err));
    for (size_t i = 0; i < work.plan.entries; i++)
        tell(&work.job[i], diag);
    const struct pal_arena_mark nothing = {0};
    pal_arena_reset(scratch, nothing);
    *out = work.all;
    return PAL_OK;
}
