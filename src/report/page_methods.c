/* page_methods.c: of each indicator with figures, what a reader needs to judge them, and how to
 * collect them. What two indicators say in the same words is printed once. */
#include "page.h"

struct printed { /* texts that stand already, and under which code */
    struct pal_map *texts;
    const pal_str **code;
    size_t most;
};

static void open_term(struct page *p, enum pal_word word)
{
    pal_buf_adds(p->out, "<dt>");
    page_word(p, word);
    pal_buf_adds(p->out, "</dt><dd>");
}

static void close_term(struct page *p) { pal_buf_adds(p->out, "</dd>\n"); }

static void term(struct page *p, enum pal_word word, pal_str text)
{
    if (!text.len)
        return;
    open_term(p, word);
    page_text(p, text);
    close_term(p);
}

/* A long text, or a link to the indicator under which it stands. */
static void term_once(struct page *p, enum pal_word word, pal_str text, struct printed *printed,
                      const struct pal_definition *d)
{
    bool is_new = true;
    if (!text.len)
        return;
    const size_t at = pal_map_add(printed->texts, text, &is_new);
    open_term(p, word);
    if (is_new && at < printed->most)
        printed->code[at] = &d->code;
    if (is_new || at >= printed->most) {
        page_text(p, text);
    } else {
        const pal_str code = *printed->code[at];
        const pal_str link =
            pal_arena_printf(p->arena, "<a href=\"#m-%.*s\"><bdi>%.*s</bdi></a>", PAL_ARG(code),
                             PAL_ARG(code)); /* codes are letters, digits and hyphens */
        pal_buf_add(p->out, pal_word_fill(p->language, PAL_WORD_SAME_AS, &link, 1, p->arena));
    }
    close_term(p);
}

static void word_term(struct page *p, enum pal_word word, enum pal_word value)
{
    term(p, word, pal_word(p->language, value));
}

/* What the code of a definition's field is called: the labels name it as they name breakdowns. */
static void coded_term(struct page *p, enum pal_word word, const char *field, pal_str code)
{
    if (code.len)
        term(p, word,
             p->input->tables
                 ? report_label(p->input->table[0]->labels, pal_str_of(field), code, p->language)
                 : code);
}

static void classification(struct page *p, const struct pal_definition *d)
{
    if (!d->iccs_n && !d->sdg.len && !d->articles.len)
        return;
    open_term(p, PAL_WORD_CLASSIFICATION);
    for (size_t i = 0; i < d->iccs_n; i++) {
        pal_buf_adds(p->out, i ? ", " : "ICCS <bdi>");
        page_text(p, d->iccs[i]);
    }
    if (d->iccs_n)
        pal_buf_adds(p->out, "</bdi><br>");
    if (d->sdg.len) {
        page_word(p, PAL_WORD_SDG);
        pal_buf_addc(p->out, ' ');
        page_isolated(p, d->sdg);
        pal_buf_adds(p->out, "<br>");
    }
    page_english(p, d->articles);
    close_term(p);
}

/* How its figures were made, of what kind their uncertainty is, and the level of the limits. */
static void estimation(struct page *p, struct page_slice slice)
{
    static const enum pal_word kinds[] = {
        [PAL_UNC_NONE] = PAL_WORD_UNC_NONE,     [PAL_UNC_SAMPLING] = PAL_WORD_UNC_SAMPLING,
        [PAL_UNC_RANDOM] = PAL_WORD_UNC_RANDOM, [PAL_UNC_MODEL] = PAL_WORD_UNC_MODEL,
        [PAL_UNC_EXPERT] = PAL_WORD_UNC_EXPERT, [PAL_UNC_IMPUTATION] = PAL_WORD_UNC_IMPUTATION,
    };
    const struct pal_figure *with = NULL;
    for (size_t i = 0; i < slice.n && (!with || !page_has_interval(with)); i++)
        if (page_has_value(&slice.figure[i]) && (!with || page_has_interval(&slice.figure[i])))
            with = &slice.figure[i];
    if (!with)
        return;
    open_term(p, PAL_WORD_ESTIMATOR);
    if (with->estimate.method)
        page_text(p, report_method_name(p->language, with->estimate.method, p->arena));
    pal_buf_adds(p->out, "<br>");
    page_english(p, pal_str_of(with->definition->estimator->source));
    close_term(p);
    open_term(p, PAL_WORD_UNCERTAINTY);
    page_word(p, kinds[with->estimate.uncertainty]);
    if (page_has_interval(with)) {
        const pal_str level = page_number_text(p, 100 * with->estimate.level, 0);
        page_text(p, page_place_comma(p->language));
        page_fill(p, PAL_WORD_INTERVAL, &level, 1);
    }
    close_term(p);
}

static void broken_down(struct page *p, const struct pal_definition *d)
{
    const struct report_labels *labels =
        p->input->tables ? p->input->table[0]->labels : NULL; /* one set for all tables */
    if (!d->by_n || !labels)
        return;
    open_term(p, PAL_WORD_BROKEN_DOWN);
    for (size_t i = 0; i < d->by_n; i++) {
        const struct report_label_set *set = report_labels_find(labels, d->by[i]);
        if (i)
            page_text(p, page_list_comma(p->language));
        page_text(p, set ? pal_text_in(&set->name, p->language) : d->by[i]);
    }
    close_term(p);
}

static void breaks(struct page *p, const struct pal_definition *d)
{
    if (!d->breaks_n)
        return;
    open_term(p, PAL_WORD_BREAKS);
    for (size_t i = 0; i < d->breaks_n; i++) {
        const uint32_t area = pal_areas_by_code(p->input->areas, d->breaks[i].area);
        if (i)
            pal_buf_adds(p->out, "<br>");
        page_text(p, area == PAL_NO_AREA ? d->breaks[i].area : page_area_name(p, area));
        page_text(p, page_place_comma(p->language));
        const pal_str with[] = {pal_arena_printf(p->arena, "%d", (int)d->breaks[i].period),
                                PAL_STR("")};
        page_fill(p, PAL_WORD_LABELLED, with, PAL_COUNT(with));
        page_english(p, d->breaks[i].note);
    }
    close_term(p);
}

static void references(struct page *p, const struct pal_definition *d)
{
    if (!d->references_n)
        return;
    open_term(p, PAL_WORD_REFERENCES);
    for (size_t i = 0; i < d->references_n; i++) {
        if (i)
            pal_buf_adds(p->out, "<br>");
        page_english(p, d->references[i]);
    }
    close_term(p);
}

static void method(struct page *p, const struct pal_definition *d, struct page_slice slice,
                   struct printed *printed)
{
    static const enum pal_word scopes[] = {
        [PAL_SCOPE_TRANSNATIONAL] = PAL_WORD_SCOPE_TRANSNATIONAL,
        [PAL_SCOPE_DOMESTIC] = PAL_WORD_SCOPE_DOMESTIC,
        [PAL_SCOPE_ANY] = PAL_WORD_SCOPE_ANY,
        [PAL_SCOPE_NOT_SEPARABLE] = PAL_WORD_SCOPE_NOT_SEPARABLE,
    };
    static const enum pal_word bases[] = {
        [PAL_DETECTED] = PAL_WORD_BASIS_DETECTED,
        [PAL_ESTIMATED] = PAL_WORD_BASIS_ESTIMATED,
        [PAL_ACTIVITY] = PAL_WORD_BASIS_ACTIVITY,
        [PAL_LAW] = PAL_WORD_BASIS_LAW,
    };
    pal_buf_addf(p->out, "<details class=\"method\" id=\"m-%.*s\">\n<summary>", PAL_ARG(d->code));
    page_text(p, pal_text_in(&d->title, p->language));
    pal_buf_adds(p->out, " <bdi class=\"code\">");
    page_text(p, d->code);
    pal_buf_adds(p->out, "</bdi></summary>\n<dl class=\"facts\">\n");
    term_once(p, PAL_WORD_DEFINITION, pal_text_in(&d->definition, p->language), printed, d);
    term(p, PAL_WORD_UNIT, pal_text_in(&d->unit_name, p->language));
    word_term(p, PAL_WORD_KIND,
              d->measures == PAL_PHENOMENON ? PAL_WORD_PHENOMENON : PAL_WORD_IMPLEMENTATION);
    word_term(p, PAL_WORD_BASIS, bases[d->basis]);
    word_term(p, PAL_WORD_SCOPE, scopes[d->scope]);
    broken_down(p, d);
    coded_term(p, PAL_WORD_COUNTING_UNIT, "counting_unit", d->counting_unit);
    coded_term(p, PAL_WORD_COUNTING_STAGE, "counting_stage", d->counting_stage);
    coded_term(p, PAL_WORD_PRINCIPAL_RULE, "principal_offence_rule", d->principal_offence_rule);
    classification(p, d);
    estimation(p, slice);
    term_once(p, PAL_WORD_COMPARABILITY, pal_text_in(&d->comparability, p->language), printed, d);
    breaks(p, d);
    term_once(p, PAL_WORD_GUIDELINE, pal_text_in(&d->guideline, p->language), printed, d);
    references(p, d);
    term(p, PAL_WORD_VERSION, pal_arena_printf(p->arena, "%u", d->version));
    pal_buf_adds(p->out, "</dl>\n</details>\n");
}

void page_methods(struct page *p)
{
    const size_t n = pal_catalogue_count(p->input->catalogue);
    struct printed printed = {
        .texts = pal_map_new(p->arena, 3 * n + 1),
        .code = pal_arena_alloc(p->arena, 3 * n + 1, sizeof *printed.code),
        .most = 3 * n + 1,
    };
    if (!printed.texts || !printed.code) {
        p->out->failed = true;
        return;
    }
    pal_buf_adds(p->out, "<section>\n");
    page_heading(p, 2, "methods", PAL_WORD_METHODS);
    pal_buf_adds(p->out, "<p>");
    page_word(p, PAL_WORD_EXPLAIN);
    pal_buf_adds(p->out, " <code dir=\"ltr\">palermo explain ");
    const struct pal_figures *figures = p->input->figures;
    page_text(p, figures->n ? pal_figure_key(figures, &figures->figure[0], p->arena)
                            : PAL_STR("CODE/AREA/PERIOD"));
    pal_buf_adds(p->out, "</code></p>\n<div class=\"methods-list\">\n");
    for (size_t i = 0; i < n; i++) {
        const struct pal_definition *d = pal_catalogue_get(p->input->catalogue, i);
        const struct page_slice slice = page_figures_of(figures, d);
        if (slice.n)
            method(p, d, slice, &printed);
    }
    pal_buf_adds(p->out, "</div>\n</section>\n");
}
