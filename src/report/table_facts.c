/* table_facts.c: what other rooms ask about tables and labels. */
#include "inside.h"

unsigned pal_table_definition_number(const struct pal_table_definition *definition)
{
    return definition->number;
}

struct pal_text pal_table_definition_title(const struct pal_table_definition *definition)
{
    return definition->title;
}

bool pal_table_definition_prints(const struct pal_table_definition *definition,
                                 const struct pal_definition *indicator)
{
    for (size_t i = 0; i < definition->indicators; i++)
        if (definition->indicator[i] == indicator)
            return true;
    return false;
}

pal_str pal_breakdown_text(const struct pal_report_input *input, const struct pal_figure *figure,
                           enum pal_language language, struct pal_arena *arena)
{
    const struct report_labels *labels = input->tables ? input->table[0]->labels : NULL;
    struct pal_buf out;
    pal_buf_init(&out, arena, 1u << 16);
    for (size_t k = 0; k < input->figures->breakdowns; k++) {
        const pal_str code = figure->breakdown[k];
        if (!code.len || pal_str_eq(code, PAL_STR("_T")) || pal_str_eq(code, PAL_STR("_Z")))
            continue;
        if (out.len)
            pal_buf_add(&out, report_comma(language));
        pal_buf_add(&out, report_label(labels, input->figures->breakdown[k], code, language));
    }
    return pal_buf_str(&out);
}

pal_str pal_label_text(const struct pal_report_input *input, pal_str dimension, pal_str code,
                       enum pal_language language)
{
    return report_label(input->tables ? input->table[0]->labels : NULL, dimension, code, language);
}
