/* table_law.c: the law of a source that hid a figure, as it is said beside what it hid. */
#include "inside.h"

#include <math.h>

static void add(struct pal_buf *out, pal_str text, pal_str between)
{
    if (!text.len)
        return;
    if (out->len)
        pal_buf_add(out, between);
    pal_buf_add(out, text);
}

/* "Detected trafficking in persons: Statistics Act, section 12; counts from 1 to 4 are ..." */
static pal_str law_of(const struct pal_descriptor *descriptor, const struct pal_figure *figure,
                      enum pal_language language, struct pal_arena *arena)
{
    const struct pal_dataset_facts *facts = pal_descriptor_facts(descriptor);
    const pal_str between = report_semicolon(language);
    const bool embargo = (figure->flags & PAL_FLAG_EMBARGO) && facts->conf_embargo.len;
    const bool small =
        (figure->flags & (PAL_FLAG_PROTECTED | PAL_FLAG_PROTECTING)) && facts->conf_min_cell > 1;
    struct pal_buf out;
    if (!embargo && !small)
        return PAL_STR("");
    pal_buf_init(&out, arena, 1 << 16);
    add(&out, pal_text_in(&facts->conf_legal_basis, language), between);
    if (small) {
        const pal_str with[] = {
            pal_number_text(language, ceil(facts->conf_min_cell) - 1, 0, arena)};
        add(&out, pal_word_fill(language, PAL_WORD_LAW_CELL, with, 1, arena), between);
    }
    if (embargo) {
        const pal_str with[] = {pal_date_text(language, facts->conf_embargo, arena)};
        add(&out, pal_word_fill(language, PAL_WORD_LAW_EMBARGO, with, 1, arena), between);
    }
    const struct pal_text title = pal_descriptor_title(descriptor);
    const pal_str with[] = {pal_text_in(&title, language), pal_buf_str(&out)};
    return pal_word_fill(language, PAL_WORD_LABELLED, with, PAL_COUNT(with), arena);
}

pal_str pal_law_text(const struct pal_report_input *input, const struct pal_figure *figure,
                     enum pal_language language, struct pal_arena *arena)
{
    struct pal_buf out;
    pal_str rest = figure->source, name;
    if (!(figure->flags & (PAL_FLAG_PROTECTED | PAL_FLAG_PROTECTING | PAL_FLAG_EMBARGO)))
        return PAL_STR("");
    pal_buf_init(&out, arena, 1 << 16);
    while (pal_str_split(&rest, '+', &name))
        for (size_t i = 0; i < input->datasets; i++)
            if (pal_str_eq(pal_descriptor_name(input->dataset[i]->descriptor), name))
                add(&out, law_of(input->dataset[i]->descriptor, figure, language, arena),
                    report_semicolon(language));
    return pal_buf_str(&out);
}
