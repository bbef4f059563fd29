/* page_summary.c: what was computed, how sure it is, and the totals; no State is ranked. */
#include "page.h"

#include <math.h>
#include <string.h>

static pal_str whole_number(struct page *p, double value)
{
    return pal_number_text(p->language, value, 0, p->arena);
}

static void item(struct page *p, enum pal_word word, const pal_str *with, size_t n)
{
    pal_buf_adds(p->out, "<li>");
    page_text(p, pal_word_fill(p->language, word, with, n, p->arena));
    pal_buf_adds(p->out, "</li>\n");
}

static bool is_total(const struct page *p, const struct pal_figure *f)
{
    for (size_t k = 0; k < p->input->figures->breakdowns; k++)
        if (f->breakdown[k].len && !pal_str_eq(f->breakdown[k], PAL_STR("_T")) &&
            !pal_str_eq(f->breakdown[k], PAL_STR("_Z")))
            return false;
    return true;
}

static bool is_whole(const struct page *p, const struct pal_figure *f)
{
    const struct pal_area *area = pal_areas_get(p->input->areas, f->area);
    return area->kind == PAL_AREA_WORLD ||
           (area->kind == PAL_AREA_REGION && area->parent == PAL_NO_AREA);
}

/* The last total of each indicator over all that reported, as a sentence. */
static void totals(struct page *p)
{
    const struct pal_figures *all = p->input->figures;
    for (size_t i = 0; i < all->n;) {
        const struct pal_definition *definition = all->figure[i].definition;
        const struct pal_figure *last = NULL;
        for (; i < all->n && all->figure[i].definition == definition; i++) {
            const struct pal_figure *f = &all->figure[i];
            const bool said = f->estimate.absent == PAL_PRESENT
                                  ? f->estimate.status == PAL_ANSWER_OK
                                  : f->estimate.has_bounds;
            if (f->coverage_of && said && is_total(p, f) && is_whole(p, f) &&
                (!last || f->period > last->period))
                last = f;
        }
        if (!last || !pal_str_ends(definition->code, PAL_STR("N")))
            continue; /* counts: a reader takes them in at a glance; rates stand in the tables */
        const struct pal_estimate *e = &last->estimate;
        const pal_str title = pal_text_in(&definition->title, p->language);
        const pal_str area =
            pal_text_in(&pal_areas_get(p->input->areas, last->area)->name, p->language);
        const pal_str year = pal_arena_printf(p->arena, "%d", (int)last->period);
        const pal_str n = whole_number(p, (double)last->coverage_n),
                      of = whole_number(p, (double)last->coverage_of);
        if (e->absent == PAL_PRESENT && e->has_interval) {
            const pal_str with[] = {title,
                                    area,
                                    year,
                                    whole_number(p, e->value),
                                    whole_number(p, e->low),
                                    whole_number(p, e->high),
                                    n,
                                    of};
            item(p, PAL_WORD_SUMMARY_TOTAL, with, PAL_COUNT(with));
        } else if (e->has_bounds) {
            const pal_str with[] = {
                title, area, year, whole_number(p, e->bound_low), whole_number(p, e->bound_high),
                n,     of};
            item(p, PAL_WORD_SUMMARY_TOTAL_BOUNDS, with, PAL_COUNT(with));
        }
    }
}

enum pal_status page_summary(struct page *p)
{
    const struct pal_figures *all = p->input->figures;
    uint8_t *seen = pal_arena_alloc(p->arena, pal_areas_count(p->input->areas) + 1, 1);
    size_t indicators = 0, areas = 0, with_interval = 0, absent = 0;
    int32_t first = INT32_MAX, last = INT32_MIN;
    if (!seen)
        return pal_nomem(p->err, "the summary");
    for (size_t i = 0; i < all->n; i++) {
        const struct pal_figure *f = &all->figure[i];
        indicators += i == 0 || f->definition != all->figure[i - 1].definition;
        if (!f->coverage_of && !seen[f->area]) {
            seen[f->area] = 1;
            areas++;
        }
        first = f->period < first ? f->period : first;
        last = f->period > last ? f->period : last;
        with_interval += f->estimate.absent == PAL_PRESENT && f->estimate.has_interval;
        absent += f->estimate.absent != PAL_PRESENT;
    }
    page_heading(p, 2, "summary", PAL_WORD_SUMMARY);
    pal_buf_adds(p->out, "<ul class=\"summary\">\n");
    const pal_str counts[] = {whole_number(p, (double)indicators), whole_number(p, (double)areas),
                              whole_number(p, (double)all->n),
                              pal_arena_printf(p->arena, "%d", all->n ? (int)first : 0),
                              pal_arena_printf(p->arena, "%d", all->n ? (int)last : 0)};
    item(p, PAL_WORD_SUMMARY_COUNT, counts, PAL_COUNT(counts));
    const pal_str intervals[] = {
        whole_number(p, all->n ? 100 * (double)with_interval / (double)all->n : 0),
        whole_number(p, (double)absent)};
    item(p, PAL_WORD_SUMMARY_INTERVAL, intervals, PAL_COUNT(intervals));
    const pal_str findings[] = {
        whole_number(p, (double)pal_diag_count(p->input->diag, PAL_ERROR)),
        whole_number(p, (double)pal_diag_count(p->input->diag, PAL_WARNING)),
        whole_number(p, (double)pal_diag_count(p->input->diag, PAL_INFORMATION))};
    item(p, PAL_WORD_SUMMARY_FINDINGS, findings, PAL_COUNT(findings));
    totals(p);
    pal_buf_adds(p->out, "</ul>\n");
    return PAL_OK;
}

/* ---- national definitions
 * ----------------------------------------------------------------------------- */

bool page_has_national(const struct page *p)
{
    for (size_t i = 0; i < pal_catalogue_count(p->input->catalogue); i++) {
        const struct pal_definition *d = pal_catalogue_get(p->input->catalogue, i);
        if (d->national.len && page_is_used(p, d))
            return true;
    }
    return false;
}

static void value_cell(struct page *p, const struct pal_figure *f)
{
    pal_buf_adds(p->out, "<td class=\"num\">");
    if (f && f->estimate.absent == PAL_PRESENT && isfinite(f->estimate.value)) {
        const bool count =
            f->definition->ask.per <= 0 || pal_str_ends(f->definition->code, PAL_STR("N"));
        const int decimals = pal_number_decimals(f->estimate.value, count);
        pal_buf_adds(p->out, "<bdi dir=\"ltr\">");
        page_text(p, pal_number_text(p->language, f->estimate.value, decimals, p->arena));
        if (f->estimate.has_interval)
            pal_buf_addf(
                p->out, " (%.*s–%.*s)",
                PAL_ARG(pal_number_text(p->language, f->estimate.low, decimals, p->arena)),
                PAL_ARG(pal_number_text(p->language, f->estimate.high, decimals, p->arena)));
        pal_buf_adds(p->out, "</bdi>");
    } else {
        pal_buf_adds(p->out, "..");
    }
    pal_buf_adds(p->out, "</td>");
}

static const struct pal_figure *beside(const struct page *p, const struct pal_figure *f)
{
    const struct pal_figures *all = p->input->figures;
    for (size_t i = 0; i < all->n; i++) {
        const struct pal_figure *other = &all->figure[i];
        if (other->area == f->area && other->period == f->period && is_total(p, other) &&
            pal_str_eq(other->definition->code, f->definition->standard))
            return other;
    }
    return NULL;
}

enum pal_status page_national(struct page *p)
{
    if (!page_has_national(p))
        return PAL_OK;
    page_heading(p, 2, "national", PAL_WORD_NATIONAL);
    page_paragraph(p, PAL_WORD_NATIONAL_TEXT);
    const struct pal_figures *all = p->input->figures;
    for (size_t i = 0; i < all->n;) {
        const struct pal_definition *d = all->figure[i].definition;
        if (!d->national.len) {
            i++;
            continue;
        }
        pal_buf_addf(p->out,
                     "<div class=\"table-scroll\" role=\"region\" tabindex=\"0\" "
                     "aria-label=\"%.*s\">\n<table>\n<caption>",
                     PAL_ARG(d->code));
        page_isolated(p, d->code);
        pal_buf_adds(p->out, " ");
        page_text(p, pal_text_in(&d->title, p->language));
        pal_buf_adds(p->out, "</caption>\n<thead><tr><th scope=\"col\">");
        page_word(p, PAL_WORD_AREA);
        pal_buf_adds(p->out, "</th><th scope=\"col\">");
        page_word(p, PAL_WORD_YEAR);
        pal_buf_adds(p->out, "</th><th scope=\"col\" class=\"num\">");
        page_word(p, PAL_WORD_NATIONAL_FIGURE);
        pal_buf_adds(p->out, "</th><th scope=\"col\" class=\"num\">");
        page_word(p, PAL_WORD_STANDARD_FIGURE);
        pal_buf_addf(p->out, " (<bdi>%.*s</bdi>)</th></tr></thead>\n<tbody>\n",
                     PAL_ARG(d->standard));
        for (; i < all->n && all->figure[i].definition == d; i++) {
            const struct pal_figure *f = &all->figure[i];
            if (!is_total(p, f))
                continue;
            pal_buf_adds(p->out, "<tr><th scope=\"row\">");
            page_text(p, pal_text_in(&pal_areas_get(p->input->areas, f->area)->name, p->language));
            pal_buf_addf(p->out, "</th><td>%d</td>", (int)f->period);
            value_cell(p, f);
            value_cell(p, beside(p, f));
            pal_buf_adds(p->out, "</tr>\n");
        }
        pal_buf_adds(p->out, "</tbody>\n</table>\n</div>\n<p>");
        page_text(p, pal_text_in(&d->definition, p->language));
        pal_buf_adds(p->out, "</p>\n");
    }
    return pal_buf_status(p->out, "the report page", p->err);
}
