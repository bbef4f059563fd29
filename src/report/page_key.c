/* page_key.c: what the figures show, one entry a table: the total of its first indicator with its
 * coverage, and how many States' own figures changed by more than their intervals allow. Sentences
 * come from templates; no State is named, so none is ranked. */
#include "page.h"

struct changes { /* States with two reported years or more */
    size_t states, risen, fallen;
};

/* A later figure above or below the one before it, by intervals that do not touch. A break in
 * series between them forbids the comparison. */
static void judge(struct changes *changes, const struct pal_figure *before,
                  const struct pal_figure *after)
{
    if (after->flags & PAL_FLAG_BREAK)
        return;
    changes->states++;
    changes->risen += after->estimate.low > before->estimate.high;
    changes->fallen += after->estimate.high < before->estimate.low;
}

static struct changes changes_of(struct page *p, struct page_slice slice)
{
    struct changes changes = {0};
    const struct pal_figure *before = NULL, *after = NULL;
    for (size_t i = 0; i <= slice.n; i++) { /* sorted by area, then year */
        const struct pal_figure *figure = i < slice.n ? &slice.figure[i] : NULL;
        if (after && (!figure || figure->area != after->area)) {
            if (before)
                judge(&changes, before, after);
            before = after = NULL;
        }
        if (!figure || !page_is_state(p->input->areas, figure->area) ||
            !page_has_interval(figure) || !page_is_whole(p->input->figures, figure, SIZE_MAX))
            continue;
        before = after;
        after = figure;
    }
    return changes;
}

static void coverage(struct page *p, const struct pal_figure *figure)
{
    if (!figure->coverage_of)
        return;
    const pal_str with[] = {
        page_number_text(p, (double)figure->coverage_n, 0),
        page_number_text(p, (double)figure->coverage_of, 0),
        page_number_text(p, 100 * figure->coverage_population, 1),
    };
    const bool population = figure->coverage_population >= 0 && figure->coverage_population <= 1;
    page_text(p, page_space(p->language));
    page_fill(p, population ? PAL_WORD_KEY_COVERAGE_POPULATION : PAL_WORD_KEY_COVERAGE, with,
              PAL_COUNT(with));
}

static void value(struct page *p, const struct pal_figure *figure)
{
    const struct pal_figure_estimate *e = &figure->estimate;
    const bool count = page_is_count(figure->definition);
    const int decimals =
        pal_number_decimals(page_has_value(figure) ? e->value : e->bound_high, count);
    if (page_has_bounds(figure)) {
        const pal_str with[] = {page_number_text(p, e->bound_low, decimals),
                                page_number_text(p, e->bound_high, decimals)};
        page_fill(p, PAL_WORD_KEY_BOUNDS, with, PAL_COUNT(with));
        return;
    }
    const pal_str with[] = {page_number_text(p, e->value, decimals),
                            page_number_text(p, e->low, decimals),
                            page_number_text(p, e->high, decimals)};
    if (page_has_interval(figure))
        page_fill(p, PAL_WORD_WITH_INTERVAL, with, PAL_COUNT(with));
    else
        page_text(p, with[0]);
}

static void place_and_year(struct page *p, const struct pal_figure *figure)
{
    page_text(p, page_area_name(p, figure->area));
    page_text(p, page_place_comma(p->language));
    const pal_str year = pal_arena_printf(p->arena, "%d", (int)figure->period);
    const pal_str with[] = {year, PAL_STR("")};
    page_fill(p, PAL_WORD_LABELLED, with, PAL_COUNT(with));
}

/* Where figures stand only by a breakdown (shares by form), each of its codes is said. */
static bool parts_said(struct page *p, const struct pal_table_definition *table,
                       struct page_slice slice, uint32_t world)
{
    const struct pal_figures *figures = p->input->figures;
    for (size_t b = 0; b < table->breakdowns; b++) {
        const struct report_breakdown *breakdown = &table->breakdown[b];
        const size_t column = page_breakdown_column(figures, breakdown->dimension);
        if (column == SIZE_MAX)
            continue;
        const int32_t period =
            page_common_period(figures, slice, world, column, breakdown->code, breakdown->n);
        const struct pal_figure *last = NULL;
        bool masked = false;
        for (size_t c = 0; c < breakdown->n; c++) {
            for (size_t i = 0; i < slice.n; i++) {
                const struct pal_figure *figure = &slice.figure[i];
                if (figure->area != world || figure->period != period || !page_shows(figure) ||
                    page_is_total(figure, column) || !page_is_whole(figures, figure, column) ||
                    !pal_str_eq(figure->breakdown[column], breakdown->code[c]))
                    continue;
                if (!last)
                    place_and_year(p, figure);
                else
                    page_text(p, page_clause_comma(p->language));
                const pal_str with[] = {report_label(table->labels, breakdown->dimension,
                                                     breakdown->code[c], p->language),
                                        PAL_STR("")};
                page_fill(p, PAL_WORD_LABELLED, with, PAL_COUNT(with));
                pal_buf_adds(p->out, "<span class=\"value\">");
                page_text(p, page_figure_text(p, figure));
                pal_buf_adds(p->out, "</span>");
                masked |= page_has_bounds(figure);
                last = figure;
            }
        }
        if (last) {
            pal_buf_adds(p->out, p->language == PAL_ZH ? "。" : ". ");
            if (masked)
                page_word(p, PAL_WORD_FLAG_CENSORED);
            coverage(p, last);
            return true;
        }
    }
    return false;
}

static bool total_said(struct page *p, struct page_slice slice, uint32_t world)
{
    const int32_t period = page_settled_period(p->input->figures, slice, world, SIZE_MAX);
    for (size_t i = 0; i < slice.n; i++) {
        const struct pal_figure *figure = &slice.figure[i];
        if (figure->area != world || figure->period != period || !page_shows(figure) ||
            !page_is_whole(p->input->figures, figure, SIZE_MAX))
            continue;
        place_and_year(p, figure);
        pal_buf_adds(p->out, "<span class=\"value\">");
        value(p, figure);
        pal_buf_adds(p->out, p->language == PAL_ZH ? "</span>。" : "</span>.");
        coverage(p, figure);
        return true;
    }
    return false;
}

/* The world, or the whole of a synthetic world, of an indicator. */
static uint32_t world_of(const struct page *p, struct page_slice slice)
{
    for (size_t i = 0; i < slice.n; i++)
        if (page_is_world(p->input->areas, slice.figure[i].area) && page_shows(&slice.figure[i]))
            return slice.figure[i].area;
    return PAL_NO_AREA;
}

/* again: an earlier table has said the total; the parts are said where this one breaks it down. */
static bool one_entry(struct page *p, const struct pal_table *table,
                      const struct pal_table_definition *definition, size_t k, bool again)
{
    const struct pal_definition *indicator = definition->indicator[k];
    const struct page_slice slice = page_figures_of(p->input->figures, indicator);
    const uint32_t world = world_of(p, slice);
    if (world == PAL_NO_AREA)
        return false;
    const size_t before = p->out->len;
    pal_buf_adds(p->out, "<li><p><a href=\"#t-");
    page_text(p, table->name);
    pal_buf_adds(p->out, "\">");
    page_text(p, pal_text_in(&indicator->title, p->language));
    pal_buf_adds(p->out, "</a><br><span class=\"code\">");
    page_text(p, pal_text_in(&indicator->unit_name, p->language));
    pal_buf_adds(p->out, "</span></p>\n<div><p>");
    if ((again || !total_said(p, slice, world)) && !parts_said(p, definition, slice, world)) {
        p->out->len = before;
        return false;
    }
    pal_buf_adds(p->out, "</p>\n");
    const struct changes changes = changes_of(p, slice);
    if (changes.states) {
        const pal_str with[] = {
            page_number_text(p, (double)changes.states, 0),
            page_number_text(p, (double)changes.risen, 0),
            page_number_text(p, (double)changes.fallen, 0),
            page_number_text(p, (double)(changes.states - changes.risen - changes.fallen), 0)};
        pal_buf_adds(p->out, "<p class=\"more\">");
        page_fill(p, PAL_WORD_KEY_CHANGES, with, PAL_COUNT(with));
        pal_buf_adds(p->out, "</p>\n");
    }
    pal_buf_adds(p->out, "</div></li>\n");
    return true;
}

struct said {                                /* indicators that have spoken for a table */
    const struct pal_definition **indicator; /* [tables] */
    size_t n;
};

static bool has_spoken(const struct said *said, const struct pal_definition *indicator)
{
    for (size_t i = 0; i < said->n; i++)
        if (said->indicator[i] == indicator)
            return true;
    return false;
}

static bool one_part(struct page *p, enum page_part part, struct said *spoken)
{
    const size_t before = p->out->len;
    bool open = false, any = false;
    for (size_t i = 0; i < p->input->tables; i++) {
        if (!p->table[i] || page_part_of(p->input->table[i]) != part)
            continue;
        if (!open) {
            pal_buf_adds(p->out, "<h3>");
            page_word(p, page_parts[part].title);
            pal_buf_adds(p->out, "</h3>\n<ul class=\"key-figures\">\n");
            open = true;
        }
        /* The first indicator that has a total speaks for the table. */
        bool said = false;
        for (size_t k = 0; k < p->input->table[i]->indicators && !said; k++) {
            const struct pal_definition *indicator = p->input->table[i]->indicator[k];
            said = one_entry(p, p->table[i], p->input->table[i], k, has_spoken(spoken, indicator));
            if (said)
                spoken->indicator[spoken->n++] = indicator;
        }
        any |= said;
    }
    if (any)
        pal_buf_adds(p->out, "</ul>\n");
    else
        p->out->len = before;
    return any;
}

enum pal_status page_key(struct page *p)
{
    struct said spoken = {
        .indicator = pal_arena_alloc(p->arena, p->input->tables + 1, sizeof *spoken.indicator)};
    if (!spoken.indicator)
        return pal_nomem(p->err, "the report page");
    pal_buf_adds(p->out, "<section>\n");
    page_heading(p, 2, "key", PAL_WORD_KEY);
    page_paragraph(p, PAL_WORD_KEY_TEXT);
    bool any = false;
    for (int part = 0; part < PAGE_PARTS; part++)
        any |= one_part(p, (enum page_part)part, &spoken);
    if (!any)
        page_paragraph(p, PAL_WORD_KEY_NONE);
    pal_buf_adds(p->out, "</section>\n");
    return PAL_OK;
}
