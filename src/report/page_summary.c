/* page_summary.c: what was computed, and how sure it is. */
#include "page.h"

struct tally {
    size_t indicators, areas, intervals, absent;
    size_t by_kind[8];
    int32_t first, last;
};

static enum pal_status tally_of(struct page *p, struct tally *out)
{
    const struct pal_figures *all = p->input->figures;
    *out = (struct tally){.first = INT32_MAX, .last = INT32_MIN};
    uint8_t *seen = pal_arena_alloc(p->arena, pal_areas_count(p->input->areas) + 1, 1);
    if (!seen)
        return pal_nomem(p->err, "the summary");
    for (size_t i = 0; i < all->n; i++) {
        const struct pal_figure *figure = &all->figure[i];
        out->indicators += i == 0 || figure->definition != all->figure[i - 1].definition;
        if (page_is_state(p->input->areas, figure->area) && !seen[figure->area]) {
            seen[figure->area] = 1;
            out->areas++;
        }
        out->first = figure->period < out->first ? figure->period : out->first;
        out->last = figure->period > out->last ? figure->period : out->last;
        out->intervals += page_has_interval(figure);
        out->absent += !page_has_value(figure);
        const size_t kind = (size_t)figure->estimate.uncertainty;
        if (page_has_value(figure) && kind < PAL_COUNT(out->by_kind))
            out->by_kind[kind]++;
    }
    return PAL_OK;
}

static void stat(struct page *p, enum pal_word word, double n)
{
    pal_buf_adds(p->out, "<div><dt>");
    page_word(p, word);
    pal_buf_adds(p->out, "</dt><dd>");
    page_number(p, n, 0);
    pal_buf_adds(p->out, "</dd></div>");
}

static void sentence(struct page *p, enum pal_word word, const pal_str *with, size_t n)
{
    pal_buf_adds(p->out, "<li>");
    page_fill(p, word, with, n);
    pal_buf_adds(p->out, "</li>\n");
}

/* Kinds in the order of enum pal_uncertainty. */
static void kinds(struct page *p, const struct tally *tally)
{
    static const struct {
        enum pal_uncertainty kind;
        enum pal_word word;
    } named[] = {
        {PAL_UNC_RANDOM, PAL_WORD_UNC_RANDOM}, {PAL_UNC_SAMPLING, PAL_WORD_UNC_SAMPLING},
        {PAL_UNC_MODEL, PAL_WORD_UNC_MODEL},   {PAL_UNC_IMPUTATION, PAL_WORD_UNC_IMPUTATION},
        {PAL_UNC_EXPERT, PAL_WORD_UNC_EXPERT}, {PAL_UNC_NONE, PAL_WORD_UNC_NONE},
    };
    const pal_str label[] = {pal_word(p->language, PAL_WORD_STAT_KINDS), PAL_STR("")};
    bool first = true;
    pal_buf_adds(p->out, "<li>");
    page_fill(p, PAL_WORD_LABELLED, label, PAL_COUNT(label));
    for (size_t i = 0; i < PAL_COUNT(named); i++) {
        const size_t n = tally->by_kind[named[i].kind];
        if (!n)
            continue;
        const pal_str with[] = {pal_word(p->language, named[i].word),
                                page_number_text(p, (double)n, 0)};
        if (!first)
            page_text(p, page_clause_comma(p->language));
        page_fill(p, PAL_WORD_LABELLED, with, PAL_COUNT(with));
        first = false;
    }
    pal_buf_adds(p->out, p->language == PAL_ZH ? "。</li>\n" : ".</li>\n");
}

enum pal_status page_summary(struct page *p)
{
    const struct pal_diag *diag = p->input->diag;
    const size_t n = p->input->figures->n;
    struct tally tally;
    PAL_TRY(tally_of(p, &tally));
    const double errors = (double)pal_diag_count(diag, PAL_ERROR);
    const double warnings = (double)pal_diag_count(diag, PAL_WARNING);
    const double notes = (double)pal_diag_count(diag, PAL_INFORMATION);
    pal_buf_adds(p->out, "<section>\n");
    page_heading(p, 2, "summary", PAL_WORD_SUMMARY);
    pal_buf_adds(p->out, "<dl class=\"stats\">");
    stat(p, PAL_WORD_STAT_INDICATORS, (double)tally.indicators);
    stat(p, PAL_WORD_STAT_AREAS, (double)tally.areas);
    stat(p, PAL_WORD_STAT_FIGURES, (double)n);
    stat(p, PAL_WORD_STAT_INTERVALS, (double)tally.intervals);
    stat(p, PAL_WORD_FINDINGS, errors + warnings + notes);
    pal_buf_adds(p->out, "</dl>\n<ul>\n");
    if (n) {
        const pal_str counts[] = {page_number_text(p, (double)tally.indicators, 0),
                                  page_number_text(p, (double)tally.areas, 0),
                                  page_number_text(p, (double)n, 0),
                                  pal_arena_printf(p->arena, "%d", (int)tally.first),
                                  pal_arena_printf(p->arena, "%d", (int)tally.last)};
        const pal_str intervals[] = {
            page_number_text(p, 100 * (double)tally.intervals / (double)n, 0),
            page_number_text(p, (double)tally.absent, 0)};
        sentence(p, PAL_WORD_SUMMARY_COUNT, counts, PAL_COUNT(counts));
        sentence(p, PAL_WORD_SUMMARY_INTERVAL, intervals, PAL_COUNT(intervals));
    }
    const pal_str findings[] = {page_number_text(p, errors, 0), page_number_text(p, warnings, 0),
                                page_number_text(p, notes, 0)};
    sentence(p, PAL_WORD_SUMMARY_FINDINGS, findings, PAL_COUNT(findings));
    if (n)
        kinds(p, &tally);
    pal_buf_adds(p->out, "</ul>\n");
    pal_buf_adds(p->out, "</section>\n");
    return PAL_OK;
}
