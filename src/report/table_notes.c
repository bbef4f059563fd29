/* table_notes.c: what stands beside values, by letter, and the lines under a table. */
#include "inside.h"

#include <math.h>
#include <string.h>

enum { LINES_MAX = 128 };

static int by_area_is(const struct pal_areas *areas, pal_str code, uint32_t area)
{
    return pal_str_eq(pal_areas_get(areas, area)->code, code);
}

enum pal_status report_notes_begin(const struct pal_report_input *input,
                                   const struct pal_table_definition *definition,
                                   enum pal_language language, struct pal_arena *arena,
                                   struct report_notes *out, struct pal_error *err)
{
    *out = (struct report_notes){.input = input,
                                 .definition = definition,
                                 .language = language,
                                 .arena = arena,
                                 .map = pal_map_new(arena, 16)};
    const size_t all = input->catalogue ? pal_catalogue_count(input->catalogue) : 0;
    const struct pal_definition **national = pal_arena_alloc(arena, all + 1, sizeof *national);
    if (!out->map || !national)
        return pal_nomem(err, "a table's notes");
    for (size_t i = 0; i < all; i++) {
        const struct pal_definition *d = pal_catalogue_get(input->catalogue, i);
        bool beside = false;
        for (size_t k = 0; k < definition->indicators && d->national.len; k++)
            beside |= pal_str_eq(d->standard, definition->indicator[k]->code);
        if (beside)
            national[out->national_n++] = d;
    }
    out->national = national;
    return PAL_OK;
}

/* ---- lettered notes
 * ------------------------------------------------------------------------------ */

static enum pal_status add_note(struct report_notes *notes, pal_str text, struct pal_cell *cell,
                                struct pal_error *err)
{
    const size_t letter = text.ptr ? pal_map_add(notes->map, text, NULL) : SIZE_MAX;
    if (letter >= UINT16_MAX)
        return pal_nomem(err, "a table's notes");
    for (size_t i = 0; i < cell->notes; i++)
        if (cell->note[i] == letter)
            return PAL_OK;
    uint16_t *note = pal_arena_alloc(notes->arena, cell->notes + 1, sizeof *note);
    if (!note)
        return pal_nomem(err, "a table's notes");
    if (cell->notes)
        memcpy(note, cell->note, cell->notes * sizeof *note);
    size_t at = cell->notes; /* letters in order */
    for (; at > 0 && note[at - 1] > letter; at--)
        note[at] = note[at - 1];
    note[at] = (uint16_t)letter;
    cell->note = note;
    cell->notes++;
    return PAL_OK;
}

static pal_str with_interval(const struct report_notes *notes, const struct pal_estimate *e,
                             bool count)
{
    const int decimals = pal_number_decimals(e->value, count && e->value == floor(e->value));
    const enum pal_language l = notes->language;
    const pal_str with[] = {pal_number_text(l, e->value, decimals, notes->arena),
                            pal_number_text(l, e->low, decimals, notes->arena),
                            pal_number_text(l, e->high, decimals, notes->arena)};
    return e->has_interval
               ? pal_word_fill(l, PAL_WORD_WITH_INTERVAL, with, PAL_COUNT(with), notes->arena)
               : with[0];
}

/* The figure of the same year and breakdown by the State's own definition. */
static const struct pal_figure *national_figure(const struct report_notes *notes,
                                                const struct pal_definition *definition,
                                                const struct pal_figure *standard)
{
    const struct pal_figures *all = notes->input->figures;
    size_t low = 0, high = all->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (pal_str_cmp(all->figure[middle].definition->code, definition->code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i < all->n && all->figure[i].definition == definition; i++) {
        const struct pal_figure *f = &all->figure[i];
        bool same = f->area == standard->area && f->period == standard->period &&
                    f->estimate.absent == PAL_PRESENT && f->estimate.status == PAL_ANSWER_OK;
        for (size_t k = 0; same && k < all->breakdowns; k++)
            same = pal_str_eq(f->breakdown[k], standard->breakdown[k]) ||
                   (f->breakdown[k].len < 3 && standard->breakdown[k].len < 3 &&
                    (!f->breakdown[k].len || f->breakdown[k].ptr[0] == '_') &&
                    (!standard->breakdown[k].len || standard->breakdown[k].ptr[0] == '_'));
        if (same)
            return f;
    }
    return NULL;
}

static enum pal_status national_notes(struct report_notes *notes, const struct pal_figure *figure,
                                      struct pal_cell *cell, struct pal_error *err)
{
    for (size_t i = 0; i < notes->national_n; i++) {
        const struct pal_definition *d = notes->national[i];
        if (!pal_str_eq(d->standard, figure->definition->code) ||
            !by_area_is(notes->input->areas, d->national, figure->area))
            continue;
        const struct pal_figure *own = national_figure(notes, d, figure);
        if (!own)
            continue;
        const bool count = strcmp(d->estimator->name, "count") == 0;
        const pal_str with[] = {pal_text_in(&d->title, notes->language),
                                with_interval(notes, &own->estimate, count)};
        PAL_TRY(add_note(notes,
                         pal_word_fill(notes->language, PAL_WORD_NATIONAL_NOTE, with,
                                       PAL_COUNT(with), notes->arena),
                         cell, err));
    }
    return PAL_OK;
}

static enum pal_status review_notes(struct report_notes *notes, const struct pal_figure *figure,
                                    struct pal_cell *cell, struct pal_error *err)
{
    if (!notes->input->marks)
        return PAL_OK;
    const pal_str key = pal_figure_key(notes->input->figures, figure, notes->arena);
    for (size_t i = 0; i < notes->input->marks; i++) {
        const struct pal_mark *mark = &notes->input->mark[i];
        if (!pal_str_eq(mark->key, key))
            continue;
        const pal_str with[] = {mark->state, mark->note};
        PAL_TRY(add_note(notes,
                         mark->note.len ? pal_word_fill(notes->language, PAL_WORD_MARK_NOTE, with,
                                                        PAL_COUNT(with), notes->arena)
                                        : mark->state,
                         cell, err));
    }
    return PAL_OK;
}

enum pal_status report_notes_of(struct report_notes *notes, const struct pal_figure *figure,
                                int32_t row_period, struct pal_cell *cell, struct pal_error *err)
{
    /* What the row itself shows needs no letter: parts and lumps by their names, masked counts by
     * their range, totals by the number of States behind them; invented data by a line. */
    const uint32_t seen = PAL_FLAG_CENSORED | PAL_FLAG_PART | PAL_FLAG_LUMP | PAL_FLAG_INCOMPLETE |
                          PAL_FLAG_SYNTHETIC;
    if (row_period && figure->period != row_period && report_has_value(figure)) {
        const pal_str with[] = {pal_arena_printf(notes->arena, "%d", (int)figure->period)};
        PAL_TRY(add_note(
            notes,
            pal_word_fill(notes->language, PAL_WORD_YEAR_NOTE, with, PAL_COUNT(with), notes->arena),
            cell, err));
    }
    const uint32_t flags = figure->flags & ~seen & ~notes->everywhere;
    for (uint32_t bit = 0; pal_flag_words[bit]; bit++)
        if (flags >> bit & 1)
            PAL_TRY(add_note(
                notes, pal_word(notes->language, (enum pal_word)(PAL_WORD_FLAG_CENSORED + bit)),
                cell, err));
    PAL_TRY(national_notes(notes, figure, cell, err));
    return review_notes(notes, figure, cell, err);
}

/* ---- lines
 * --------------------------------------------------------------------------------------- */

struct lines {
    const struct report_notes *notes;
    const struct plan *plan;
    const struct plan_row *row;
    size_t rows;
    pal_str *line;
    size_t n;
};

static void add_line(struct lines *l, pal_str text)
{
    for (size_t i = 0; i < l->n; i++)
        if (pal_str_eq(l->line[i], text))
            return;
    if (text.len && l->n < LINES_MAX)
        l->line[l->n++] = text;
}

static pal_str labelled(const struct lines *l, enum pal_word label, pal_str text)
{
    const pal_str with[] = {pal_word(l->notes->language, label), text};
    return pal_word_fill(l->notes->language, PAL_WORD_LABELLED, with, PAL_COUNT(with),
                         l->notes->arena);
}

/* Every figure that the table prints, one call each. */
static void each_figure(const struct lines *l, void (*visit)(void *, const struct pal_figure *),
                        void *with)
{
    for (size_t r = 0; r < l->rows; r++) {
        if (l->row[r].row.kind == PAL_ROW_HEAD)
            continue;
        const struct pal_figure **slot = plan_slots(l->plan, l->row[r].row.area, l->row[r].key);
        for (size_t c = 0; c < l->plan->columns; c++)
            if (slot[c])
                visit(with, slot[c]);
    }
}

struct sources { /* distinct source words: most figures have the same one */
    pal_str word[64];
    size_t n;
};

static void visit_source(void *with, const struct pal_figure *f)
{
    struct sources *s = with;
    for (size_t i = s->n; i-- > 0;)
        if (s->word[i].ptr == f->source.ptr || pal_str_eq(s->word[i], f->source))
            return;
    if (s->n < PAL_COUNT(s->word) && report_has_value(f))
        s->word[s->n++] = f->source;
}

static void add_dataset(const struct lines *l, pal_str name, bool *printed, struct pal_buf *out)
{
    for (size_t i = 0; i < l->notes->input->datasets; i++) {
        const struct pal_descriptor *d = l->notes->input->dataset[i]->descriptor;
        if (printed[i] || !pal_str_eq(pal_descriptor_name(d), name))
            continue;
        printed[i] = true;
        const struct pal_dataset_facts *facts = pal_descriptor_facts(d);
        for (size_t k = 0; k < l->notes->input->datasets && facts->citation.len; k++)
            if (k != i && printed[k] &&
                pal_str_eq(pal_descriptor_facts(l->notes->input->dataset[k]->descriptor)->citation,
                           facts->citation))
                return; /* the same words are not said twice */
        const struct pal_text title = pal_descriptor_title(d);
        if (out->len)
            pal_buf_adds(out, l->notes->language == PAL_ZH   ? "；"
                              : l->notes->language == PAL_AR ? "؛ "
                                                             : "; ");
        if (facts->citation.len) {
            pal_buf_add(out, facts->citation);
        } else {
            pal_buf_add(out, pal_text_in(&title, l->notes->language));
            if (facts->publisher.len) {
                pal_buf_adds(out, " (");
                pal_buf_add(out, facts->publisher);
                pal_buf_adds(out, ")");
            }
        }
        return;
    }
}

static enum pal_status source_line(struct lines *l, struct pal_error *err)
{
    struct sources sources = {.n = 0};
    each_figure(l, visit_source, &sources);
    struct pal_buf out;
    pal_buf_init(&out, l->notes->arena, 1 << 20);
    bool *printed = pal_arena_alloc(l->notes->arena, l->notes->input->datasets + 1, 1);
    if (!printed)
        return pal_nomem(err, "a table's sources");
    for (size_t i = 0; i < sources.n; i++) {
        pal_str rest = sources.word[i], name;
        while (pal_str_split(&rest, '+', &name))
            add_dataset(l, name, printed, &out);
    }
    if (out.len)
        add_line(l, labelled(l, PAL_WORD_SOURCE, pal_buf_str(&out)));
    return PAL_OK;
}

/* ---- method
 * -------------------------------------------------------------------------------------- */

struct method {
    const struct pal_definition *definition;
    const char *method, *interval;
    enum pal_uncertainty uncertainty;
};
struct methods {
    struct method item[64];
    size_t n;
};

static void visit_method(void *with, const struct pal_figure *f)
{
    struct methods *m = with;
    const struct pal_estimate *e = &f->estimate;
    if (e->absent != PAL_PRESENT || e->status != PAL_ANSWER_OK)
        return;
    for (size_t i = m->n; i-- > 0;)
        if (m->item[i].definition == f->definition && m->item[i].method == e->method &&
            m->item[i].uncertainty == e->uncertainty)
            return;
    if (m->n < PAL_COUNT(m->item))
        m->item[m->n++] = (struct method){f->definition, e->method, e->interval, e->uncertainty};
}

static bool holds(const char *text, const char *part) { return text && strstr(text, part); }

pal_str report_method_name(enum pal_language language, const char *method)
{
    static const struct {
        const char *part;
        enum pal_word word;
    } names[] = {
        {"quasi-Poisson", PAL_WORD_METHOD_QUASI},
        {"Fay-Feuer", PAL_WORD_METHOD_FAYFEUER},
        {"Garwood", PAL_WORD_METHOD_GARWOOD},
        {"Goodman", PAL_WORD_METHOD_GOODMAN},
        {"Wilson", PAL_WORD_METHOD_WILSON},
        {"delta method on the log", PAL_WORD_METHOD_LOG_DELTA},
        {"all States", PAL_WORD_METHOD_STATUS},
        {"sum of reported", PAL_WORD_METHOD_SUM},
    };
    for (size_t i = 0; i < PAL_COUNT(names); i++)
        if (holds(method, names[i].part))
            return pal_word(language, names[i].word);
    return pal_str_of(method);
}

static pal_str method_text(const struct lines *l, const struct method *m)
{
    const enum pal_language language = l->notes->language;
    /* Without an interval the estimator's name says nothing about one. */
    const bool plain = m->uncertainty == PAL_UNC_NONE && !holds(m->method, "all States") &&
                       !holds(m->method, "sum of reported");
    const pal_str method = plain ? PAL_STR("") : report_method_name(language, m->method);
    const pal_str kind = pal_word(language, (enum pal_word)(PAL_WORD_UNC_NONE + m->uncertainty));
    if (!method.len)
        return kind;
    if (language == PAL_ZH)
        return pal_arena_printf(l->notes->arena, "%.*s（%.*s）", PAL_ARG(method), PAL_ARG(kind));
    return pal_arena_printf(l->notes->arena, "%.*s (%.*s)", PAL_ARG(method), PAL_ARG(kind));
}

/* One sentence when all indicators share it, else one an indicator. */
static void method_lines(struct lines *l)
{
    struct methods methods = {.n = 0};
    each_figure(l, visit_method, &methods);
    const enum pal_language language = l->notes->language;
    const struct pal_table_definition *t = l->notes->definition;
    pal_str said[64];
    size_t n = 0;
    bool same = true;
    for (size_t i = 0; i < t->indicators && n < PAL_COUNT(said); i++) {
        struct pal_buf out;
        pal_buf_init(&out, l->notes->arena, 65536);
        for (size_t k = 0; k < methods.n; k++) {
            if (methods.item[k].definition != t->indicator[i])
                continue;
            if (out.len)
                pal_buf_adds(&out, language == PAL_ZH ? "；" : language == PAL_AR ? "؛ " : "; ");
            pal_buf_add(&out, method_text(l, &methods.item[k]));
        }
        said[n++] = pal_buf_str(&out);
    }
    pal_str first = {NULL, 0};
    for (size_t i = 0; i < n; i++) {
        if (said[i].len && !first.len)
            first = said[i];
        same &= !said[i].len || pal_str_eq(said[i], first);
    }
    if (same && first.len)
        add_line(l, labelled(l, PAL_WORD_METHOD, first));
    for (size_t i = 0; !same && i < n; i++) {
        const pal_str with[] = {pal_text_in(&t->indicator[i]->title, language), said[i]};
        if (said[i].len)
            add_line(l, labelled(l, PAL_WORD_METHOD,
                                 pal_word_fill(language, PAL_WORD_LABELLED, with, PAL_COUNT(with),
                                               l->notes->arena)));
    }
}

/* ---- coverage
 * ------------------------------------------------------------------------------------ */

/* What stands behind one total: of one indicator the least and the most over its columns. */
struct coverage {
    uint32_t least, most, of;
    double people_least, people_most; /* NaN: not known of all */
    int32_t first, last;
};

static bool coverage_find(const struct plan *plan, const struct pal_figure **slot, size_t indicator,
                          struct coverage *out)
{
    *out = (struct coverage){.least = UINT32_MAX, .people_least = 1, .first = INT32_MAX};
    for (size_t c = 0; c < plan->columns; c++) {
        const struct pal_figure *f = slot[c];
        if (plan->column[c].indicator != indicator || !f || !f->coverage_of || !report_has_value(f))
            continue;
        const double people = f->coverage_population;
        out->least = f->coverage_n < out->least ? f->coverage_n : out->least;
        out->most = f->coverage_n > out->most ? f->coverage_n : out->most;
        out->of = f->coverage_of > out->of ? f->coverage_of : out->of;
        out->people_least =
            isnan(people) || people < out->people_least ? people : out->people_least;
        out->people_most = isnan(people) || people > out->people_most ? people : out->people_most;
        out->first = f->period < out->first ? f->period : out->first;
        out->last = f->period > out->last ? f->period : out->last;
    }
    return out->of > 0;
}

static pal_str range_text(const struct lines *l, pal_str low, pal_str high)
{
    return pal_str_eq(low, high)
               ? low
               : pal_arena_printf(l->notes->arena, "%.*s–%.*s", PAL_ARG(low), PAL_ARG(high));
}

static pal_str coverage_text(const struct lines *l, uint32_t area, const struct coverage *c)
{
    const enum pal_language language = l->notes->language;
    struct pal_arena *arena = l->notes->arena;
    const bool people = isfinite(c->people_least) && isfinite(c->people_most);
    const pal_str years = range_text(l, pal_arena_printf(arena, "%d", (int)c->first),
                                     pal_arena_printf(arena, "%d", (int)c->last));
    const pal_str with[] = {
        pal_text_in(&pal_areas_get(l->notes->input->areas, area)->name, language),
        range_text(l, pal_arena_printf(arena, "%u", c->least),
                   pal_arena_printf(arena, "%u", c->most)),
        pal_arena_printf(arena, "%u", c->of),
        people ? range_text(l, pal_number_text(language, 100 * c->people_least, 1, arena),
                            pal_number_text(language, 100 * c->people_most, 1, arena))
               : years,
        years};
    return pal_word_fill(language, people ? PAL_WORD_COVERAGE : PAL_WORD_COVERAGE_PLAIN, with,
                         PAL_COUNT(with), arena);
}

/* One sentence a total; one an indicator where the indicators have not the same States behind them.
 */
static bool coverage_of_total(struct lines *l, const struct pal_table_row *row, size_t key)
{
    const struct plan *plan = l->plan;
    const struct pal_figure **slot = plan_slots(plan, row->area, key);
    pal_str first = {NULL, 0};
    bool same = true, any = false;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < plan->definition->indicators; i++) {
            struct coverage coverage;
            if (!coverage_find(plan, slot, i, &coverage))
                continue;
            const pal_str said = coverage_text(l, row->area, &coverage);
            any = true;
            first = first.len ? first : said;
            same &= pal_str_eq(first, said);
            const pal_str whose[] = {
                pal_text_in(&plan->definition->indicator[i]->title, l->notes->language), said};
            if (pass == 1)
                add_line(l,
                         labelled(l, PAL_WORD_COVERAGE_LABEL,
                                  same ? said
                                       : pal_word_fill(l->notes->language, PAL_WORD_LABELLED, whose,
                                                       PAL_COUNT(whose), l->notes->arena)));
        }
    }
    return any;
}

/* Where a table has no totals, the States with a value are counted. */
static void coverage_of_rows(struct lines *l)
{
    const struct pal_areas *areas = l->notes->input->areas;
    const enum pal_language language = l->notes->language;
    uint32_t root = PAL_NO_AREA, with_value = 0, of = 0;
    int32_t first = INT32_MAX, last = 0;
    for (size_t r = 0; r < l->rows; r++) {
        const struct pal_table_row *row = &l->row[r].row;
        if (row->kind != PAL_ROW_AREA || row->area == PAL_NO_AREA ||
            pal_areas_get(areas, row->area)->kind != PAL_AREA_COUNTRY)
            continue;
        const struct pal_figure **slot = plan_slots(l->plan, row->area, l->row[r].key);
        bool any = false;
        for (size_t c = 0; c < l->plan->columns; c++) {
            if (!slot[c] || !report_has_value(slot[c]))
                continue;
            any = true;
            first = slot[c]->period < first ? slot[c]->period : first;
            last = slot[c]->period > last ? slot[c]->period : last;
        }
        uint32_t up = row->area;
        while (pal_areas_get(areas, up)->parent != PAL_NO_AREA)
            up = pal_areas_get(areas, up)->parent;
        root = root == PAL_NO_AREA ? up : root;
        const bool world = pal_areas_get(areas, up)->kind == PAL_AREA_WORLD;
        with_value += any && up == root && (!world || pal_areas_get(areas, row->area)->un_member);
    }
    if (root == PAL_NO_AREA || !last)
        return;
    const bool world = pal_areas_get(areas, root)->kind == PAL_AREA_WORLD;
    for (uint32_t a = 0; a < pal_areas_count(areas); a++)
        of += pal_areas_get(areas, a)->kind == PAL_AREA_COUNTRY &&
              pal_areas_within(areas, a, root) && (!world || pal_areas_get(areas, a)->un_member);
    const pal_str with[] = {
        pal_text_in(&pal_areas_get(areas, root)->name, language),
        pal_arena_printf(l->notes->arena, "%u", with_value),
        pal_arena_printf(l->notes->arena, "%u", of),
        first == last ? pal_arena_printf(l->notes->arena, "%d", (int)last)
                      : pal_arena_printf(l->notes->arena, "%d–%d", (int)first, (int)last)};
    add_line(l, labelled(l, PAL_WORD_COVERAGE_LABEL,
                         pal_word_fill(language, PAL_WORD_COVERAGE_PLAIN, with, PAL_COUNT(with),
                                       l->notes->arena)));
}

/* Of the roots: n of N States, and their share of the population; each distinct sentence once. Rows
 * of years say it in their stubs. */
static void coverage_lines(struct lines *l)
{
    const struct pal_areas *areas = l->notes->input->areas;
    bool totals = false;
    for (size_t r = 0; r < l->rows; r++) {
        const struct pal_table_row *row = &l->row[r].row;
        if (row->kind == PAL_ROW_HEAD || row->area == PAL_NO_AREA ||
            pal_areas_get(areas, row->area)->parent != PAL_NO_AREA)
            continue;
        if (l->plan->definition->rows == REPORT_ROWS_PERIODS)
            totals = true;
        else
            totals |= coverage_of_total(l, row, l->row[r].key);
    }
    if (!totals && l->plan->definition->rows == REPORT_ROWS_AREAS)
        coverage_of_rows(l);
}

/* ---- the rest
 * ------------------------------------------------------------------------------------ */

static void symbols_line(struct lines *l)
{
    struct pal_buf out;
    pal_buf_init(&out, l->notes->arena, 65536);
    for (unsigned bit = 0; bit < 6; bit++) {
        if (!(l->notes->symbols >> bit & 1))
            continue;
        if (out.len && l->notes->language != PAL_ZH)
            pal_buf_addc(&out, ' ');
        pal_buf_add(&out,
                    pal_word(l->notes->language, (enum pal_word)(PAL_WORD_SYMBOL_DOTS + bit)));
    }
    if (out.len)
        add_line(l, labelled(l, PAL_WORD_SYMBOLS, pal_buf_str(&out)));
}

struct kinds {
    bool not_separable, real;
};

static void visit_kind(void *with, const struct pal_figure *f)
{
    struct kinds *kinds = with;
    kinds->not_separable |= f->scope == PAL_SCOPE_NOT_SEPARABLE;
    kinds->real |= !(f->flags & PAL_FLAG_SYNTHETIC);
}

static void common_flag_lines(struct lines *l)
{
    const uint32_t quiet = PAL_FLAG_CENSORED | PAL_FLAG_PART | PAL_FLAG_LUMP | PAL_FLAG_INCOMPLETE |
                           PAL_FLAG_SYNTHETIC;
    for (uint32_t bit = 0; pal_flag_words[bit]; bit++)
        if ((l->notes->everywhere & ~quiet) >> bit & 1)
            add_line(l,
                     pal_word(l->notes->language, (enum pal_word)(PAL_WORD_FLAG_CENSORED + bit)));
}

enum pal_status report_lines(const struct report_notes *notes, const struct plan *plan,
                             const struct plan_row *row, size_t rows, bool synthetic,
                             const pal_str **out, size_t *n, struct pal_error *err)
{
    struct lines l = {.notes = notes, .plan = plan, .row = row, .rows = rows};
    l.line = pal_arena_alloc(notes->arena, LINES_MAX, sizeof *l.line);
    if (!l.line)
        return pal_nomem(err, "the lines under a table");
    const enum pal_language language = notes->language;
    const struct pal_table_definition *t = notes->definition;
    if (synthetic)
        add_line(&l, pal_word(language, PAL_WORD_SYNTHETIC));
    for (size_t i = 0; i < t->notes; i++)
        add_line(&l, pal_text_in(&t->note[i], language));
    common_flag_lines(&l);
    PAL_TRY(source_line(&l, err));
    method_lines(&l);
    coverage_lines(&l);
    struct kinds kinds = {false, false};
    each_figure(&l, visit_kind, &kinds);
    if (kinds.not_separable)
        add_line(&l, labelled(&l, PAL_WORD_SCOPE, pal_word(language, PAL_WORD_NOT_SEPARABLE)));
    for (size_t i = 0; i < t->indicators; i++)
        if (t->indicator[i]->comparability.in[PAL_EN].len)
            add_line(&l, labelled(&l, PAL_WORD_COMPARABILITY,
                                  pal_text_in(&t->indicator[i]->comparability, language)));
    symbols_line(&l);
    bool total = false;
    for (size_t r = 0; r < rows; r++)
        total |= row[r].row.kind == PAL_ROW_TOTAL;
    if (total)
        add_line(&l, pal_word(language, PAL_WORD_ROUNDING));
    if (kinds.real)
        add_line(&l, pal_word(language, PAL_WORD_DISCLAIMER));
    *out = l.line;
    *n = l.n;
    return PAL_OK;
}
