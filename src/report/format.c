/* format.c: the formats of tables, and what they share: merged heads, letters, isolated numbers. */
#include "inside.h"

#include <string.h>

#define PAL_FORMAT(name) extern const struct pal_format pal_format_##name;
#include "formats.def"
#undef PAL_FORMAT

static const struct pal_format *const formats[] = {
#define PAL_FORMAT(name) &pal_format_##name,
#include "formats.def"
#undef PAL_FORMAT
    NULL,
};

const struct pal_format *const *pal_formats(void) { return formats; }

const struct pal_format *pal_format_find(pal_str name)
{
    for (size_t i = 0; formats[i]; i++)
        if (pal_str_eq(name, pal_str_of(formats[i]->name)))
            return formats[i];
    return NULL;
}

/* Last level of the head that begins at `level`: its own, or the first below that says something.
 */
static size_t reaches(const struct pal_table_column *col, size_t heads, size_t level)
{
    while (level + 1 < heads && !col->head[level].len)
        level++;
    return level;
}

static bool same_heads(const struct pal_table *table, size_t a, size_t b, size_t level)
{
    for (size_t h = 0; h <= level; h++)
        if (!pal_str_eq(table->col[a].head[h], table->col[b].head[h]))
            return false;
    return true;
}

struct report_span report_head_span(const struct pal_table *table, size_t level, size_t col)
{
    struct report_span span = {0};
    const struct pal_table_column *c = &table->col[col];
    const bool below_empty = level > 0 && !c->head[level - 1].len;
    if (below_empty) /* covered by the head that began above */
        return span;
    const size_t last = reaches(c, table->heads, level);
    if (last + 1 < table->heads && col > 0 && same_heads(table, col, col - 1, last))
        return span;
    span.text = c->head[last];
    span.levels = last - level + 1;
    span.cols = 1;
    while (last + 1 < table->heads && col + span.cols < table->cols &&
           same_heads(table, col, col + span.cols, last))
        span.cols++;
    return span;
}

pal_str report_cell_letters(const struct pal_table *table, const struct pal_cell *cell,
                            struct pal_arena *arena)
{
    struct pal_buf out;
    pal_buf_init(&out, arena, 65536);
    for (size_t i = 0; i < cell->notes; i++) {
        if (i)
            pal_buf_addc(&out, ',');
        pal_buf_add(&out, pal_note_letter(table->language, cell->note[i], arena));
    }
    return pal_buf_str(&out);
}

pal_str report_isolated(const struct pal_table *table, const struct pal_cell *cell,
                        struct pal_arena *arena)
{
    if (!pal_language_rtl(table->language) || cell->kind == PAL_CELL_TEXT || !cell->text.len)
        return cell->text;
    return pal_arena_printf(arena, "\u200e%.*s\u200e", PAL_ARG(cell->text));
}
