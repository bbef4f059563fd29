/* apply.c: figures with what governments said of them. The draft stays; what differs stands behind
 * it as a new version, and is what prints. */
#include "inside.h"

#include <gsl/gsl_math.h>
#include <stdlib.h>

struct shown { /* of a printed figure */
    const struct pal_review_mark *mark;
    const struct pal_figure *draft; /* where the printed one is not the draft */
    enum pal_review_state state;
    bool follows; /* from a correction of another figure */
    bool hidden;  /* the Government's value may not be told */
};

struct pal_reviewed {
    struct pal_figures all, printed;
    struct shown *shown; /* [printed.n] */
    size_t count[PAL_REVIEW_STATES];
};

const struct pal_figures *pal_reviewed_all(const struct pal_reviewed *reviewed)
{
    return &reviewed->all;
}
struct pal_figures *pal_reviewed_printed(struct pal_reviewed *reviewed)
{
    return &reviewed->printed;
}
size_t pal_reviewed_count(const struct pal_reviewed *reviewed, enum pal_review_state state)
{
    return reviewed->count[state];
}

static int mark_cmp(const void *key, const void *mark)
{
    return pal_str_cmp(*(const pal_str *)key, ((const struct pal_review_mark *)mark)->figure);
}

/* ---- corrections in the data --------------------------------------------------------------------
 */

/* "glotip:1042" and nothing more: the dataset and the line. */
static bool one_line(pal_str provenance, pal_str *name, int64_t *line)
{
    pal_str rest = provenance;
    return pal_str_split(&rest, ':', name) && pal_int_parse(rest, line);
}

static bool correct_row(struct pal_dataset *dataset, const struct pal_figure *f, int64_t line,
                        double value)
{
    size_t found = SIZE_MAX;
    if (dataset->file_of || !dataset->value || dataset->value->type != PAL_COLUMN_NUMBER)
        return false;
    for (size_t i = 0; i < dataset->batch.rows; i++) {
        const bool given = dataset->value->absent[i] == PAL_PRESENT;
        if (dataset->batch.line[i] != (uint64_t)line || dataset->area[i] != f->area ||
            dataset->period[i] != f->period || dataset->batch.state[i] != PAL_ROW_ENTERS ||
            given != review_has_value(f) ||
            (given && dataset->value->value[i] != f->estimate.value))
            continue;
        if (found != SIZE_MAX)
            return false; /* several cells of one line: which one is not certain */
        found = i;
    }
    if (found == SIZE_MAX)
        return false;
    dataset->value->value[found] = value;
    dataset->value->absent[found] = PAL_PRESENT;
    if (dataset->value->low)
        dataset->value->low[found] = dataset->value->high[found] = value;
    return true;
}

enum pal_status pal_review_correct(const struct pal_review_mark *mark, size_t n,
                                   const struct pal_figures *draft,
                                   struct pal_dataset *const *dataset, size_t datasets,
                                   struct pal_arena *scratch, size_t *rows, struct pal_error *err)
{
    bool any = false;
    *rows = 0;
    for (size_t i = 0; i < n; i++)
        any |= mark[i].state == PAL_STATE_CORRECTED;
    for (size_t i = 0; i < draft->n && any; i++) {
        const struct pal_figure *f = &draft->figure[i];
        const struct pal_arena_mark place = pal_arena_mark(scratch);
        const pal_str key = pal_figure_key(draft, f, scratch);
        if (!key.ptr)
            return pal_nomem(err, "corrections");
        const struct pal_review_mark *own = bsearch(&key, mark, n, sizeof *own, mark_cmp);
        pal_str name;
        int64_t line;
        double value;
        if (own && own->state == PAL_STATE_CORRECTED && review_is_count(f) &&
            pal_num_parse(own->value, &value) && one_line(f->provenance, &name, &line))
            for (size_t d = 0; d < datasets; d++)
                if (pal_str_eq(pal_descriptor_name(dataset[d]->descriptor), name))
                    *rows += correct_row(dataset[d], f, line, value);
        pal_arena_reset(scratch, place);
    }
    return PAL_OK;
}

/* ---- new versions -------------------------------------------------------------------------------
 */

/* A value as the Government gave it: no interval comes with it. */
static void put_value(struct pal_figure *f, double value)
{
    struct pal_figure_estimate *e = &f->estimate;
    *e = (struct pal_figure_estimate){.value = value,
                                      .std_error = (double)NAN,
                                      .low = (double)NAN,
                                      .high = (double)NAN,
                                      .bound_low = (double)NAN,
                                      .bound_high = (double)NAN,
                                      .numerator = (double)NAN,
                                      .denominator = (double)NAN,
                                      .n = e->n,
                                      .method = "as given by the Government",
                                      .uncertainty = PAL_UNC_NONE};
    f->obs_status = 'A';
    f->flags &=
        ~(uint32_t)(PAL_FLAG_CENSORED | PAL_FLAG_CENSORED_MARGIN | PAL_FLAG_PARTS_DISAGREE |
                    PAL_FLAG_STAGE_ORDER | PAL_FLAG_RATE_DISAGREES | PAL_FLAG_OVERDISPERSED);
}

static void take_away(struct pal_figure *f)
{
    struct pal_figure_estimate *e = &f->estimate;
    e->absent = PAL_WITHHELD;
    e->status = PAL_ANSWER_UNDEFINED;
    e->has_interval = e->has_std_error = e->has_bounds = false;
    e->value = (double)NAN;
    f->obs_status = 'O';
    f->conf_status = 'N';
}

static bool same_place(const struct pal_figures *all, const struct pal_figure *a,
                       const struct pal_figure *b)
{
    bool same = a->definition == b->definition && a->area == b->area && a->period == b->period;
    for (size_t k = 0; same && k < all->breakdowns; k++)
        same = pal_str_eq(a->breakdown[k], b->breakdown[k]);
    return same;
}

static bool same_answer(const struct pal_figure_estimate *a, const struct pal_figure_estimate *b)
{
    const bool has = a->absent == PAL_PRESENT && a->status == PAL_ANSWER_OK;
    if (has != (b->absent == PAL_PRESENT && b->status == PAL_ANSWER_OK))
        return false;
    if (has && a->value != b->value && !(isnan(a->value) && isnan(b->value)))
        return false;
    if (has && a->has_interval && b->has_interval && (a->low != b->low || a->high != b->high))
        return false; /* a share may stay and its interval not */
    return a->has_bounds == b->has_bounds &&
           (!a->has_bounds || (a->bound_low == b->bound_low && a->bound_high == b->bound_high));
}

struct applying {
    const struct pal_review_mark *mark;
    size_t marks;
    const struct pal_figures *draft, *revised;
    struct pal_dataset *const *dataset;
    size_t datasets;
    struct pal_arena *arena;
    struct pal_reviewed *out;
    bool nomem;
};

/* Versions of a figure stand behind its draft, `from`, and are numbered on from it. */
static struct pal_figure *add_version(struct applying *a, const struct pal_figure *from,
                                      pal_str source, const char *status)
{
    struct pal_figure *f = &a->out->all.figure[a->out->all.n++];
    *f = *from;
    f->version += (unsigned)(f - from);
    f->source = source;
    f->review_status = pal_str_of(status);
    a->nomem |= !source.ptr;
    return f;
}

static void take_revised(struct pal_figure *f, const struct pal_figure *revised)
{
    f->estimate = revised->estimate;
    f->obs_status = revised->obs_status;
    f->conf_status = revised->conf_status;
    f->flags = revised->flags;
    f->provenance = revised->provenance;
}

static bool still_says(const struct pal_review_mark *mark, const struct pal_figure *f)
{
    double sent;
    const bool given = pal_num_parse(mark->sent, &sent);
    return given == review_has_value(f) && (!given || sent == f->estimate.value);
}

/* Withheld by the law of its source, as pal_figures_protect leaves it. */
static bool is_withheld(const struct pal_figure *f)
{
    return f->estimate.absent == PAL_WITHHELD &&
           (f->conf_status == 'A' || f->conf_status == 'S' || f->conf_status == 'E');
}

/* The smallest cell that the datasets behind a figure allow; 0: any. */
static double smallest_cell(const struct applying *a, const struct pal_figure *f)
{
    double smallest = 0;
    pal_str rest = f->source, name;
    while (pal_str_split(&rest, '+', &name))
        for (size_t d = 0; d < a->datasets; d++)
            if (pal_str_eq(pal_descriptor_name(a->dataset[d]->descriptor), name))
                smallest =
                    fmax(smallest, pal_descriptor_facts(a->dataset[d]->descriptor)->conf_min_cell);
    return smallest;
}

/* May a value that came from a Government be told? A rate or share is not judged by itself: where
 * small cells are withheld, only what was computed and protected again is. */
static bool may_tell(const struct applying *a, const struct pal_figure *draft, double value)
{
    const double smallest = smallest_cell(a, draft);
    if (is_withheld(draft))
        return false;
    return smallest <= 1 || (review_is_count(draft) && (value == 0 || value >= smallest));
}

/* The figure by itself: its state, and its new version where there is one. */
static struct pal_figure *apply_mark(struct applying *a, struct pal_figure *draft,
                                     const struct pal_figure *revised,
                                     const struct pal_review_mark *mark, struct shown *shown)
{
    double value;
    const bool given = pal_num_parse(mark->value, &value);
    const pal_str source =
        mark->by.len ? pal_arena_printf(a->arena, "return:%.*s", PAL_ARG(mark->by)) : draft->source;
    *shown = (struct shown){.mark = mark, .draft = draft, .state = mark->state};
    shown->hidden = given && !may_tell(a, draft, value);
    if (is_withheld(draft) && still_says(mark, draft)) {
        draft->review_status = pal_str_of(pal_review_state_name(mark->state));
        return draft;
    }
    if (mark->state == PAL_STATE_CORRECTED && given) {
        if (review_has_value(draft) && draft->estimate.value == value) {
            draft->review_status = PAL_STR("corrected"); /* the source says so by now */
            return draft;
        }
        struct pal_figure *f = add_version(a, draft, source, "corrected");
        if (revised && ((review_has_value(revised) && revised->estimate.value == value) ||
                        is_withheld(revised))) {
            take_revised(f, revised);
        } else if (shown->hidden) {
            take_away(f);
            f->conf_status = 'A';
        } else {
            put_value(f, value);
        }
        return f;
    }
    if (!still_says(mark, draft)) { /* another draft than the one that was sent */
        *shown = (struct shown){.state = PAL_STATE_DRAFT};
        return draft;
    }
    draft->review_status = pal_str_of(pal_review_state_name(mark->state));
    if (mark->state == PAL_STATE_DISPUTED && given && !shown->hidden) {
        put_value(add_version(a, draft, source, "disputed"), value);
    } else if (mark->state == PAL_STATE_WITHDRAWN) {
        struct pal_figure *f = add_version(a, draft, source, "withdrawn");
        take_away(f);
        return f;
    }
    return draft;
}

/* A figure that changes because another was corrected. What was said of its old value does not hold
 * for another value, except an objection and a refusal to answer for it; where only the interval
 * changes, all of it holds. */
static struct pal_figure *follow(struct applying *a, struct pal_figure *draft,
                                 const struct pal_figure *revised, struct shown *shown)
{
    const bool same_value = review_has_value(draft) && review_has_value(revised) &&
                            draft->estimate.value == revised->estimate.value;
    const bool holds = shown->mark && (same_value || shown->state == PAL_STATE_DISPUTED ||
                                       shown->state == PAL_STATE_NOT_OURS);
    const pal_str source = pal_arena_printf(a->arena, "%.*s+returns", PAL_ARG(draft->source));
    struct pal_figure *f =
        add_version(a, draft, source, holds ? pal_review_state_name(shown->state) : "draft");
    take_revised(f, revised);
    if (!holds) {
        draft->review_status = PAL_STR("draft");
        *shown = (struct shown){.draft = draft, .state = PAL_STATE_DRAFT, .follows = !same_value};
    }
    return f;
}

static void apply_one(struct applying *a, size_t i)
{
    const struct pal_arena_mark place = pal_arena_mark(a->arena);
    const pal_str key = pal_figure_key(a->draft, &a->draft->figure[i], a->arena);
    const struct pal_review_mark *mark =
        key.ptr && a->marks ? bsearch(&key, a->mark, a->marks, sizeof *mark, mark_cmp) : NULL;
    pal_arena_reset(a->arena, place);
    struct pal_reviewed *out = a->out;
    struct pal_figure *draft = &out->all.figure[out->all.n++];
    const struct pal_figure *revised = a->revised ? &a->revised->figure[i] : NULL;
    struct shown *shown = &out->shown[i];
    a->nomem |= !key.ptr;
    *draft = a->draft->figure[i];
    *shown = (struct shown){.state = PAL_STATE_DRAFT};
    const struct pal_figure *printed = mark ? apply_mark(a, draft, revised, mark, shown) : draft;
    if (printed == draft && revised && !is_withheld(draft) &&
        !same_answer(&draft->estimate, &revised->estimate))
        printed = follow(a, draft, revised, shown);
    out->count[shown->state]++;
    out->printed.figure[out->printed.n++] = *printed;
}

enum pal_status pal_review_apply(const struct pal_review_mark *mark, size_t n,
                                 const struct pal_figures *draft, const struct pal_figures *revised,
                                 struct pal_dataset *const *dataset, size_t datasets,
                                 struct pal_arena *arena, struct pal_reviewed **out,
                                 struct pal_error *err)
{
    struct pal_reviewed *own = pal_arena_alloc(arena, 1, sizeof *own);
    if (!own)
        return pal_nomem(err, "reviewed figures");
    own->all = own->printed = *draft;
    own->all.n = own->printed.n = 0;
    own->all.figure = pal_arena_alloc(arena, 3 * draft->n + 1, sizeof *own->all.figure);
    own->printed.figure = pal_arena_alloc(arena, draft->n + 1, sizeof *own->printed.figure);
    own->shown = pal_arena_alloc(arena, draft->n + 1, sizeof *own->shown);
    if (!own->all.figure || !own->printed.figure || !own->shown)
        return pal_nomem(err, "reviewed figures");
    bool fits = revised && revised->n == draft->n;
    for (size_t i = 0; fits && i < draft->n; i++)
        fits = same_place(draft, &draft->figure[i], &revised->figure[i]);
    if (revised && !fits)
        return pal_fail(err, PAL_BUG,
                        "figures computed with corrections are not those of the draft");
    struct applying a = {mark, n, draft, revised, dataset, datasets, arena, own, false};
    for (size_t i = 0; i < draft->n; i++)
        apply_one(&a, i);
    *out = own;
    return a.nomem ? pal_nomem(err, "reviewed figures") : PAL_OK;
}

/* ---- words --------------------------------------------------------------------------------------
 */

static pal_str quoted(const struct shown *s, const struct pal_figure *f, enum pal_language language,
                      struct pal_arena *arena)
{
    double value;
    if (s->hidden || !pal_num_parse(s->mark->value, &value))
        return review_word(language, REVIEW_NO_VALUE);
    return pal_number_text(language, value,
                           pal_number_decimals(value, review_is_count(f) && value == floor(value)),
                           arena);
}

static pal_str note_of(const struct shown *s, const struct pal_figure *f,
                       enum pal_language language, struct pal_arena *arena)
{
    static const enum review_word plain[PAL_REVIEW_STATES] = {
        [PAL_STATE_SENT] = REVIEW_MARK_SENT,         [PAL_STATE_QUERIED] = REVIEW_MARK_QUERIED,
        [PAL_STATE_ENDORSED] = REVIEW_MARK_ENDORSED, [PAL_STATE_WITHDRAWN] = REVIEW_MARK_WITHDRAWN,
        [PAL_STATE_NOT_OURS] = REVIEW_MARK_NOT_OURS,
    };
    if (s->follows || s->state == PAL_STATE_CORRECTED) {
        const pal_str with[] = {review_value_text(s->draft, language, arena)};
        return review_fill(language, s->follows ? REVIEW_MARK_FOLLOWS : REVIEW_MARK_CORRECTED, with,
                           1, arena);
    }
    if (s->state == PAL_STATE_DISPUTED) {
        const pal_str with[] = {quoted(s, f, language, arena), s->mark->reason,
                                review_value_text(f, language, arena),
                                review_word(language, REVIEW_AS_COMPUTED)};
        return review_fill(language, REVIEW_MARK_DISPUTED, with, 4, arena);
    }
    if (s->state == PAL_STATE_EXPLAINED)
        return review_fill(language, REVIEW_MARK_EXPLAINED, &s->mark->reason, 1, arena);
    if (s->state == PAL_STATE_NO_REPLY) {
        const pal_str with[] = {pal_date_text(language, s->mark->deadline, arena)};
        return review_fill(language, REVIEW_MARK_NO_REPLY, with, 1, arena);
    }
    return review_word(language, plain[s->state]);
}

static enum pal_status disputes_of(const struct pal_reviewed *reviewed, struct pal_arena *arena,
                                   struct pal_report_input *input, struct pal_error *err)
{
    struct pal_dispute *dispute =
        pal_arena_alloc(arena, reviewed->count[PAL_STATE_DISPUTED] + 1, sizeof *dispute);
    size_t n = 0;
    if (!dispute)
        return pal_nomem(err, "disputed figures");
    for (size_t i = 0; i < reviewed->printed.n; i++) {
        const struct shown *s = &reviewed->shown[i];
        if (s->state != PAL_STATE_DISPUTED || s->follows)
            continue;
        struct pal_dispute *d = &dispute[n++];
        *d =
            (struct pal_dispute){.figure = i, .reason = s->mark->reason, .origin = s->mark->origin};
        d->given = !s->hidden && pal_num_parse(s->mark->value, &d->value);
    }
    input->dispute = dispute;
    input->disputes = n;
    return PAL_OK;
}

enum pal_status pal_reviewed_marks(const struct pal_reviewed *reviewed, enum pal_language language,
                                   struct pal_arena *arena, struct pal_report_input *input,
                                   struct pal_error *err)
{
    struct pal_map *map = pal_map_new(arena, 256);
    uint32_t *mark_of = pal_arena_alloc(arena, reviewed->printed.n + 1, sizeof *mark_of);
    struct pal_mark *mark = NULL;
    size_t cap = 0;
    if (!map || !mark_of)
        return pal_nomem(err, "marks");
    for (size_t i = 0; i < reviewed->printed.n; i++) {
        const struct shown *s = &reviewed->shown[i];
        if (s->state == PAL_STATE_DRAFT && !s->follows)
            continue;
        const struct pal_arena_mark place = pal_arena_mark(arena);
        const pal_str note = note_of(s, &reviewed->printed.figure[i], language, arena);
        bool is_new;
        const size_t known = note.ptr ? pal_map_find(map, note) : SIZE_MAX;
        if (known != SIZE_MAX)
            pal_arena_reset(arena, place); /* said before */
        const size_t at = known != SIZE_MAX ? known
                          : note.ptr        ? pal_map_add(map, note, &is_new)
                                            : SIZE_MAX;
        if (at >= UINT32_MAX)
            return pal_nomem(err, "marks");
        if (at >= cap) {
            mark = pal_arena_grow(arena, mark, cap, cap ? cap * 2 : 64, sizeof *mark);
            cap = cap ? cap * 2 : 64;
            if (!mark)
                return pal_nomem(err, "marks");
        }
        if (known == SIZE_MAX)
            mark[at] = (struct pal_mark){
                pal_review_state_text(s->follows ? PAL_STATE_CORRECTED : s->state, language), note};
        mark_of[i] = (uint32_t)at + 1;
    }
    PAL_TRY(disputes_of(reviewed, arena, input, err));
    input->mark = mark;
    input->marks = pal_map_count(map);
    input->mark_of = mark_of;
    input->mark_legend = review_word(language, REVIEW_LEGEND);
    input->mark_none = review_word(language, REVIEW_LEGEND_NONE);
    input->mark_behind = review_word(language, REVIEW_LEGEND_BEHIND);
    return PAL_OK;
}
