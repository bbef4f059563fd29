/* table_notes.c: what stands beside values, by letter. */
#include "inside.h"

#include <math.h>
#include <string.h>

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

static pal_str with_interval(const struct report_notes *notes, const struct pal_figure_estimate *e,
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
        const bool count = pal_definition_counts(d);
        const pal_str with[] = {pal_text_in(&d->title, notes->language),
                                with_interval(notes, &own->estimate, count)};
        PAL_TRY(add_note(notes,
                         pal_word_fill(notes->language, PAL_WORD_NATIONAL_NOTE, with,
                                       PAL_COUNT(with), notes->arena),
                         cell, err));
    }
    return PAL_OK;
}

const struct pal_mark *report_mark_of(const struct pal_report_input *input,
                                      const struct pal_figure *figure)
{
    const size_t at = (size_t)(figure - input->figures->figure);
    const uint32_t mark = input->mark_of && at < input->figures->n ? input->mark_of[at] : 0;
    return mark ? &input->mark[mark - 1] : NULL;
}

static enum pal_status review_notes(struct report_notes *notes, const struct pal_figure *figure,
                                    struct pal_cell *cell, struct pal_error *err)
{
    const struct pal_mark *mark = report_mark_of(notes->input, figure);
    return mark && mark != notes->mark_everywhere && mark->note.len
               ? add_note(notes, mark->note, cell, err)
               : PAL_OK;
}

enum pal_status report_notes_of(struct report_notes *notes, const struct pal_figure *figure,
                                int32_t row_period, uint32_t said, struct pal_cell *cell,
                                struct pal_error *err)
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
    const uint32_t flags = figure->flags & ~seen & ~said;
    for (uint32_t bit = 0; pal_flag_words[bit]; bit++)
        if (flags >> bit & 1)
            PAL_TRY(add_note(
                notes, pal_word(notes->language, (enum pal_word)(PAL_WORD_FLAG_CENSORED + bit)),
                cell, err));
    PAL_TRY(national_notes(notes, figure, cell, err));
    return review_notes(notes, figure, cell, err);
}
