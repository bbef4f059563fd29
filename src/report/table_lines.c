/* table_lines.c: the lines under a table: notes on all of it, source, method, coverage, scope,
 * comparability, symbols, disclaimer. What several indicators say alike is said once. */
#include "inside.h"

#include <math.h>
#include <string.h>

enum { LINES_MAX = 128 };

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

/* ---- what indicators say alike --------------------------------------------------------------
 */

/* Distinct texts, and which indicators of the table say each. */
enum { SAID_MAX = 256 };
struct said {
    uint64_t all; /* indicators that say anything; later ones than the 63rd count as it */
    size_t n;
    struct {
        pal_str text;
        uint64_t by;
    } item[SAID_MAX];
};

static void said_add(struct said *said, pal_str text, size_t indicator)
{
    const uint64_t bit = UINT64_C(1) << (indicator < 63 ? indicator : 63);
    if (!text.len)
        return;
    said->all |= bit;
    for (size_t i = 0; i < said->n; i++) {
        if (pal_str_eq(said->item[i].text, text)) {
            said->item[i].by |= bit;
            return;
        }
    }
    if (said->n < SAID_MAX) {
        said->item[said->n].text = text;
        said->item[said->n++].by = bit;
    }
}

/* What more indicators than this say is said without their titles. */
enum { TITLES_MOST = 3 };

static bool is_general(const struct said *said, uint64_t by)
{
    unsigned n = 0;
    for (uint64_t rest = by; rest; rest &= rest - 1)
        n++;
    return by == said->all || n > TITLES_MOST;
}

/* One line for what is said of all, then one for each group of indicators that say alike, behind
 * their titles. */
static void said_lines(struct lines *l, const struct said *said, enum pal_word label)
{
    const enum pal_language language = l->notes->language;
    const struct pal_table_definition *t = l->notes->definition;
    bool done[SAID_MAX] = {false};
    for (int own = 0; own < 2; own++) { /* what all say first */
        for (size_t i = 0; i < said->n; i++) {
            const uint64_t by = said->item[i].by;
            if (done[i] || is_general(said, by) != (own == 0))
                continue;
            struct pal_buf text, titles;
            pal_buf_init(&text, l->notes->arena, 1 << 20);
            pal_buf_init(&titles, l->notes->arena, 1 << 20);
            for (size_t k = i; k < said->n; k++) {
                if (own ? said->item[k].by != by : !is_general(said, said->item[k].by))
                    continue;
                if (text.len && language != PAL_ZH)
                    pal_buf_addc(&text, ' ');
                pal_buf_add(&text, said->item[k].text);
                done[k] = true;
            }
            for (size_t k = 0; own && k < t->indicators && k < 64; k++) {
                if (!(by >> k & 1))
                    continue;
                if (titles.len)
                    pal_buf_add(&titles, report_semicolon(language));
                pal_buf_add(&titles, pal_text_in(&t->indicator[k]->title, language));
            }
            const pal_str with[] = {pal_buf_str(&titles), pal_buf_str(&text)};
            add_line(l, labelled(l, label,
                                 own ? pal_word_fill(language, PAL_WORD_LABELLED, with,
                                                     PAL_COUNT(with), l->notes->arena)
                                     : with[1]));
        }
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

static enum pal_status source_line(struct lines *l, struct pal_error *err)
{
    struct sources sources = {.n = 0};
    pal_str text;
    each_figure(l, visit_source, &sources);
    PAL_TRY(report_citations(l->notes->input, sources.word, sources.n, l->notes->language,
                             l->notes->arena, &text, err));
    if (text.len)
        add_line(l, labelled(l, PAL_WORD_SOURCE, text));
    return PAL_OK;
}

/* ---- confidentiality ------------------------------------------------------------------------ */

struct laws { /* distinct texts of the law that hid figures of the table */
    const struct lines *l;
    pal_str text[16];
    size_t n;
};

static void visit_law(void *with, const struct pal_figure *f)
{
    struct laws *laws = with;
    const struct report_notes *notes = laws->l->notes;
    const struct pal_arena_mark mark = pal_arena_mark(notes->arena);
    const pal_str text = pal_law_text(notes->input, f, notes->language, notes->arena);
    bool is_new = text.len > 0 && laws->n < PAL_COUNT(laws->text);
    for (size_t i = 0; i < laws->n && is_new; i++)
        is_new = !pal_str_eq(laws->text[i], text);
    if (is_new)
        laws->text[laws->n++] = text;
    else
        pal_arena_reset(notes->arena, mark);
}

/* By which law cells of this table were withheld: a line for each. */
static void law_lines(struct lines *l)
{
    struct laws laws = {.l = l, .n = 0};
    each_figure(l, visit_law, &laws);
    for (size_t i = 0; i < laws.n; i++)
        add_line(l, labelled(l, PAL_WORD_CONFIDENTIALITY, laws.text[i]));
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
    const struct pal_figure_estimate *e = &f->estimate;
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

/* What was done to the weights and the records stands behind the method that gave the variance. */
static pal_str with_adjustments(enum pal_language language, pal_str name, const char *method,
                                struct pal_arena *arena)
{
    static const struct {
        const char *part;
        enum pal_word word;
    } steps[] = {
        {"non-response", PAL_WORD_METHOD_NONRESPONSE},
        {"trimmed", PAL_WORD_METHOD_TRIMMED},
        {"post-stratified", PAL_WORD_METHOD_POSTSTRATIFIED},
        {"raked", PAL_WORD_METHOD_RAKED},
        {"calibrated", PAL_WORD_METHOD_CALIBRATED},
        {"Rubin's rules", PAL_WORD_METHOD_IMPUTED},
    };
    struct pal_buf out;
    pal_buf_init(&out, arena, 4096);
    pal_buf_add(&out, name);
    for (size_t i = 0; i < PAL_COUNT(steps); i++) {
        if (!holds(method, steps[i].part))
            continue;
        pal_buf_add(&out, report_semicolon(language));
        pal_buf_add(&out, pal_word(language, steps[i].word));
    }
    return pal_buf_str(&out);
}

pal_str report_method_name(enum pal_language language, const char *method, struct pal_arena *arena)
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
        {"Taylor", PAL_WORD_METHOD_TAYLOR},
        {"linearized sums", PAL_WORD_METHOD_TAYLOR},
        {" replicates", PAL_WORD_METHOD_REPLICATES},
        {"multiple systems", PAL_WORD_METHOD_SYSTEMS},
        {"recapture of", PAL_WORD_METHOD_RECAPTURE},
    };
    for (size_t i = 0; i < PAL_COUNT(names); i++)
        if (holds(method, names[i].part))
            return with_adjustments(language, pal_word(language, names[i].word), method, arena);
    return pal_str_of(method);
}

/* Without an interval the estimator's name says nothing about one. */
static pal_str method_name(const struct lines *l, const struct method *m)
{
    const bool plain = m->uncertainty == PAL_UNC_NONE && !holds(m->method, "all States") &&
                       !holds(m->method, "sum of reported");
    return plain ? PAL_STR("") : report_method_name(l->notes->language, m->method, l->notes->arena);
}

static void add_kind(const struct lines *l, enum pal_uncertainty uncertainty, struct pal_buf *out)
{
    const enum pal_language language = l->notes->language;
    const pal_str kind = pal_word(language, (enum pal_word)(PAL_WORD_UNC_NONE + uncertainty));
    const bool alone = !out->len, wide = language == PAL_ZH;
    if (!alone)
        pal_buf_adds(out, wide ? "（" : " (");
    pal_buf_add(out, kind);
    if (!alone)
        pal_buf_adds(out, wide ? "）" : ")");
}

/* The methods of one indicator, each kind of uncertainty once behind those that share it; what is
 * for scattered series alone comes last. */
static pal_str methods_text(const struct lines *l, const struct methods *methods,
                            const struct pal_definition *definition)
{
    struct pal_buf all;
    pal_buf_init(&all, l->notes->arena, 65536);
    for (unsigned kind = 0; kind <= PAL_UNC_EXPERT; kind++) {
        struct pal_buf out;
        pal_buf_init(&out, l->notes->arena, 65536);
        bool any = false;
        for (unsigned scattered = 0; scattered < 2; scattered++) {
            for (size_t k = 0; k < methods->n; k++) {
                const struct method *m = &methods->item[k];
                if (m->definition != definition || m->uncertainty != kind ||
                    holds(m->method, "quasi-Poisson") != (scattered == 1))
                    continue;
                const pal_str name = method_name(l, m);
                if (out.len && name.len)
                    pal_buf_add(&out, report_semicolon(l->notes->language));
                pal_buf_add(&out, name);
                any = true;
            }
        }
        if (!any)
            continue;
        add_kind(l, (enum pal_uncertainty)kind, &out);
        if (all.len)
            pal_buf_add(&all, report_semicolon(l->notes->language));
        pal_buf_add(&all, pal_buf_str(&out));
    }
    return pal_buf_str(&all);
}

static void method_lines(struct lines *l)
{
    struct methods methods = {.n = 0};
    each_figure(l, visit_method, &methods);
    const struct pal_table_definition *t = l->notes->definition;
    struct said said = {.n = 0};
    for (size_t i = 0; i < t->indicators; i++)
        said_add(&said, methods_text(l, &methods, t->indicator[i]), i);
    said_lines(l, &said, PAL_WORD_METHOD);
}

/* The rule for strata of one sampled unit, and how many of them a figure has at most. */
struct lonely {
    uint64_t most[4]; /* by rule */
};
static const struct {
    const char *rule;
    enum pal_word word;
} lonely_rules[] = {
    {"certainty", PAL_WORD_LONELY_CERTAINTY},
    {"remove", PAL_WORD_LONELY_REMOVE},
    {"average", PAL_WORD_LONELY_AVERAGE},
    {"adjust", PAL_WORD_LONELY_ADJUST},
};

static void visit_lonely(void *with, const struct pal_figure *f)
{
    struct lonely *lonely = with;
    const struct pal_figure_estimate *e = &f->estimate;
    for (size_t i = 0; e->lonely_rule && i < PAL_COUNT(lonely_rules); i++)
        if (strcmp(e->lonely_rule, lonely_rules[i].rule) == 0 && e->lonely > lonely->most[i])
            lonely->most[i] = e->lonely;
}

static void lonely_lines(struct lines *l)
{
    struct lonely lonely = {{0}};
    each_figure(l, visit_lonely, &lonely);
    for (size_t i = 0; i < PAL_COUNT(lonely_rules); i++) {
        const pal_str with[] = {
            pal_arena_printf(l->notes->arena, "%llu", (unsigned long long)lonely.most[i]),
            pal_word(l->notes->language, lonely_rules[i].word)};
        if (lonely.most[i])
            add_line(l, pal_word_fill(l->notes->language, PAL_WORD_LONELY, with, PAL_COUNT(with),
                                      l->notes->arena));
    }
}

/* ---- coverage
 * ------------------------------------------------------------------------------------ */

/* What stands behind one total: the least and the most over its columns. The States of a treaty's
 * list are all there is, and are not said to have reported. */
struct coverage {
    uint32_t least, most, of;
    double people_least, people_most; /* NaN: not known of all */
    int32_t first, last;
};

static bool coverage_find(const struct plan *plan, const struct pal_figure **slot,
                          struct coverage *out)
{
    *out = (struct coverage){.least = UINT32_MAX, .people_least = 1, .first = INT32_MAX};
    for (size_t c = 0; c < plan->columns; c++) {
        const struct pal_figure *f = slot[c];
        if (!f || !f->coverage_of || !report_has_value(f) ||
            (f->definition->basis == PAL_LAW && f->coverage_n == f->coverage_of))
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

static pal_str coverage_text(const struct lines *l, uint32_t area, const struct coverage *c)
{
    const enum pal_language language = l->notes->language;
    struct pal_arena *arena = l->notes->arena;
    const bool people = isfinite(c->people_least) && isfinite(c->people_most);
    const pal_str years =
        report_range(language, arena, pal_arena_printf(arena, "%d", (int)c->first),
                     pal_arena_printf(arena, "%d", (int)c->last));
    const pal_str with[] = {
        pal_text_in(&pal_areas_get(l->notes->input->areas, area)->name, language),
        report_range(language, arena, pal_arena_printf(arena, "%u", c->least),
                     pal_arena_printf(arena, "%u", c->most)),
        pal_arena_printf(arena, "%u", c->of),
        people ? report_range(language, arena,
                              pal_number_text(language, 100 * c->people_least, 1, arena),
                              pal_number_text(language, 100 * c->people_most, 1, arena))
               : years,
        years};
    return pal_word_fill(language, people ? PAL_WORD_COVERAGE : PAL_WORD_COVERAGE_PLAIN, with,
                         PAL_COUNT(with), arena);
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
    const pal_str with[] = {pal_text_in(&pal_areas_get(areas, root)->name, language),
                            pal_arena_printf(l->notes->arena, "%u", with_value),
                            pal_arena_printf(l->notes->arena, "%u", of),
                            report_range(language, l->notes->arena,
                                         pal_arena_printf(l->notes->arena, "%d", (int)first),
                                         pal_arena_printf(l->notes->arena, "%d", (int)last))};
    add_line(l, labelled(l, PAL_WORD_COVERAGE_LABEL,
                         pal_word_fill(language, PAL_WORD_COVERAGE_PLAIN, with, PAL_COUNT(with),
                                       l->notes->arena)));
}

/* Of the roots, one sentence each: n of N States, and their share of the population. Rows of years
 * say it in their stubs. */
static void coverage_lines(struct lines *l)
{
    const struct pal_areas *areas = l->notes->input->areas;
    bool totals = false;
    struct coverage coverage;
    for (size_t r = 0; r < l->rows; r++) {
        const struct pal_table_row *row = &l->row[r].row;
        if (row->kind == PAL_ROW_HEAD || row->area == PAL_NO_AREA ||
            pal_areas_get(areas, row->area)->parent != PAL_NO_AREA)
            continue;
        totals = true;
        if (l->plan->definition->rows != REPORT_ROWS_PERIODS &&
            coverage_find(l->plan, plan_slots(l->plan, row->area, l->row[r].key), &coverage))
            add_line(l,
                     labelled(l, PAL_WORD_COVERAGE_LABEL, coverage_text(l, row->area, &coverage)));
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
    for (unsigned bit = 0; bit < 7; bit++) {
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

/* What a row shows by itself needs no words. */
static const uint32_t quiet =
    PAL_FLAG_CENSORED | PAL_FLAG_PART | PAL_FLAG_LUMP | PAL_FLAG_INCOMPLETE | PAL_FLAG_SYNTHETIC;

/* The columns whose figures all carry a flag, by their breakdown: "Female, Male". */
static pal_str columns_with(const struct lines *l, size_t indicator, uint32_t flag, bool *all)
{
    struct pal_buf out;
    pal_buf_init(&out, l->notes->arena, 65536);
    *all = true;
    for (size_t c = 0; c < l->plan->columns; c++) {
        if (l->plan->column[c].indicator != indicator)
            continue;
        if (!(l->notes->column_flags[c] & flag)) {
            *all = false;
            continue;
        }
        const pal_str label = report_breakdown_label(l->plan, &l->plan->column[c],
                                                     l->notes->language, l->notes->arena);
        if (out.len && label.len)
            pal_buf_add(&out, report_comma(l->notes->language));
        pal_buf_add(&out, label);
    }
    return pal_buf_str(&out);
}

/* What all figures of a column carry is said once, with the column's head. */
static void column_flag_lines(struct lines *l)
{
    const enum pal_language language = l->notes->language;
    const struct pal_table_definition *t = l->notes->definition;
    for (uint32_t bit = 0; pal_flag_words[bit]; bit++) {
        for (size_t i = 0; i < t->indicators; i++) {
            bool all, any = false;
            for (size_t c = 0; c < l->plan->columns; c++)
                any |= l->plan->column[c].indicator == i &&
                       (l->notes->column_flags[c] & ~quiet) >> bit & 1;
            if (!any)
                continue;
            const pal_str columns = columns_with(l, i, 1u << bit, &all);
            const pal_str title = pal_text_in(&t->indicator[i]->title, language);
            const pal_str with[] = {
                all || !columns.len
                    ? title
                    : pal_arena_printf(l->notes->arena, "%.*s%.*s%.*s", PAL_ARG(title),
                                       PAL_ARG(report_comma(language)), PAL_ARG(columns)),
                pal_word(language, (enum pal_word)(PAL_WORD_FLAG_CENSORED + bit))};
            add_line(l, pal_word_fill(language, PAL_WORD_LABELLED, with, PAL_COUNT(with),
                                      l->notes->arena));
        }
    }
}

static void common_flag_lines(struct lines *l)
{
    for (uint32_t bit = 0; pal_flag_words[bit]; bit++)
        if ((l->notes->everywhere & ~quiet) >> bit & 1)
            add_line(l,
                     pal_word(l->notes->language, (enum pal_word)(PAL_WORD_FLAG_CENSORED + bit)));
}

struct marked { /* how many figures of the table carry each state of review */
    const struct lines *l;
    pal_str state[32];
    size_t count[32], n;
};

static void visit_mark(void *context, const struct pal_figure *figure)
{
    struct marked *m = context;
    const struct pal_mark *mark = report_mark_of(m->l->notes->input, figure);
    if (!mark)
        return;
    size_t at = 0;
    while (at < m->n && !pal_str_eq(m->state[at], mark->state))
        at++;
    if (at == PAL_COUNT(m->state))
        return;
    m->state[at] = mark->state;
    m->count[at]++;
    m->n += at == m->n;
}

/* Where totals stand alone: the marks of what the States reported of the same indicators. */
static void visit_behind(struct lines *l, struct marked *m)
{
    const struct pal_report_input *input = l->notes->input;
    const struct pal_table_definition *t = l->notes->definition;
    for (size_t i = 0; i < input->figures->n; i++) {
        const struct pal_figure *f = &input->figures->figure[i];
        bool own = false;
        for (size_t k = 0; k < t->indicators && input->mark_of[i]; k++)
            own |= t->indicator[k] == f->definition;
        if (own)
            visit_mark(m, f);
    }
}

/* The mark of all figures, and a legend that counts them by state. */
static void mark_lines(struct lines *l)
{
    struct marked m = {.l = l, .n = 0};
    struct pal_buf counts, line;
    pal_str form = l->notes->input->mark_legend;
    if (!l->notes->input->mark_of)
        return;
    each_figure(l, visit_mark, &m);
    if (!m.n) {
        visit_behind(l, &m);
        form = m.n ? l->notes->input->mark_behind : l->notes->input->mark_none;
    }
    if (l->notes->mark_everywhere && l->notes->mark_everywhere->note.len)
        add_line(l, l->notes->mark_everywhere->note);
    pal_buf_init(&counts, l->notes->arena, 65536);
    pal_buf_init(&line, l->notes->arena, 65536);
    for (size_t i = 0; i < m.n; i++) {
        const pal_str with[] = {m.state[i], pal_arena_printf(l->notes->arena, "%zu", m.count[i])};
        if (i)
            pal_buf_add(&counts, report_semicolon(l->notes->language));
        pal_buf_add(&counts,
                    pal_word_fill(l->notes->language, PAL_WORD_LABELLED, with, 2, l->notes->arena));
    }
    for (size_t i = 0; i < form.len; i++) {
        if (i + 2 < form.len && memcmp(form.ptr + i, "{1}", 3) == 0) {
            pal_buf_add(&line, pal_buf_str(&counts));
            i += 2;
        } else {
            pal_buf_addc(&line, form.ptr[i]);
        }
    }
    if (line.len)
        add_line(l, pal_buf_str(&line));
}

static bool has_column(const struct plan *plan, size_t indicator)
{
    for (size_t c = 0; c < plan->columns; c++)
        if (plan->column[c].indicator == indicator)
            return true;
    return false;
}

/* Indicators that the table declares and no source of this cycle gives. */
static void absent_line(struct lines *l)
{
    const enum pal_language language = l->notes->language;
    const struct pal_table_definition *t = l->notes->definition;
    struct pal_buf out;
    pal_buf_init(&out, l->notes->arena, 65536);
    for (size_t i = 0; i < t->indicators; i++) {
        if (has_column(l->plan, i))
            continue;
        if (out.len)
            pal_buf_add(&out, report_semicolon(language));
        pal_buf_add(&out, pal_text_in(&t->indicator[i]->title, language));
    }
    const pal_str with[] = {pal_buf_str(&out)};
    if (out.len)
        add_line(l, pal_word_fill(language, PAL_WORD_NO_FIGURES, with, 1, l->notes->arena));
}

/* The end of the first sentence of a text: behind its full stop and the space after it. */
static size_t sentence_end(pal_str text)
{
    static const char wide_stop[] = "。";
    const size_t wide = sizeof wide_stop - 1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '.' && i + 1 < text.len && text.ptr[i + 1] == ' ')
            return i + 1;
        if (i + wide <= text.len && memcmp(text.ptr + i, wide_stop, wide) == 0)
            return i + wide;
    }
    return text.len;
}

static void comparability_lines(struct lines *l)
{
    const struct pal_table_definition *t = l->notes->definition;
    struct said said = {.n = 0};
    for (size_t i = 0; i < t->indicators; i++) {
        pal_str rest = pal_text_in(&t->indicator[i]->comparability, l->notes->language);
        while (has_column(l->plan, i) && rest.len) {
            const size_t end = sentence_end(rest);
            said_add(&said, pal_str_trim((pal_str){rest.ptr, end}), i);
            rest = (pal_str){rest.ptr + end, rest.len - end};
        }
    }
    said_lines(l, &said, PAL_WORD_COMPARABILITY);
}

/* Totals of weights, rates and what States report by parts may miss their sums; counts of parties
 * never do. */
static bool totals_may_differ(const struct lines *l)
{
    bool total = false, reported = false;
    for (size_t r = 0; r < l->rows; r++)
        total |= l->row[r].row.kind == PAL_ROW_TOTAL;
    for (size_t i = 0; i < l->notes->definition->indicators; i++)
        reported |= l->notes->definition->indicator[i]->basis != PAL_LAW;
    return total && reported;
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
    column_flag_lines(&l);
    mark_lines(&l);
    absent_line(&l);
    PAL_TRY(source_line(&l, err));
    law_lines(&l);
    method_lines(&l);
    lonely_lines(&l);
    coverage_lines(&l);
    struct kinds kinds = {false, false};
    each_figure(&l, visit_kind, &kinds);
    if (kinds.not_separable)
        add_line(&l, labelled(&l, PAL_WORD_SCOPE, pal_word(language, PAL_WORD_NOT_SEPARABLE)));
    comparability_lines(&l);
    symbols_line(&l);
    if (totals_may_differ(&l))
        add_line(&l, pal_word(language, PAL_WORD_ROUNDING));
    if (kinds.real)
        add_line(&l, pal_word(language, PAL_WORD_DISCLAIMER));
    *out = l.line;
    *n = l.n;
    return PAL_OK;
}
