/* table_sources.c: the citations of a table's figures, each once. */
#include "inside.h"

#include <string.h>

/* Where the citation differs from the one before in its last part alone, that part: "..., chapter
 * XVIII, 12; 12.a; 12.b". */
static pal_str after_same_words(pal_str citation, pal_str before)
{
    size_t cut = citation.len;
    while (cut > 1 && !(citation.ptr[cut - 2] == ',' && citation.ptr[cut - 1] == ' '))
        cut--;
    if (cut < 2 || before.len < cut || memcmp(citation.ptr, before.ptr, cut) != 0)
        return citation;
    return (pal_str){citation.ptr + cut, citation.len - cut};
}

struct citations {
    const struct pal_report_input *input;
    enum pal_language language;
    bool *printed; /* [datasets] */
    pal_str last;
    struct pal_buf out;
};

static bool is_cited(const struct citations *c, pal_str citation)
{
    for (size_t i = 0; i < c->input->datasets; i++)
        if (c->printed[i] &&
            pal_str_eq(pal_descriptor_facts(c->input->dataset[i]->descriptor)->citation, citation))
            return true;
    return false;
}

static void cite(struct citations *c, pal_str name)
{
    for (size_t i = 0; i < c->input->datasets; i++) {
        const struct pal_descriptor *d = c->input->dataset[i]->descriptor;
        if (c->printed[i] || !pal_str_eq(pal_descriptor_name(d), name))
            continue;
        const struct pal_dataset_facts *facts = pal_descriptor_facts(d);
        if (facts->citation.len && is_cited(c, facts->citation))
            return; /* the same words are not said twice */
        c->printed[i] = true;
        if (c->out.len)
            pal_buf_add(&c->out, report_semicolon(c->language));
        if (facts->citation.len) {
            pal_buf_add(&c->out, after_same_words(facts->citation, c->last));
            c->last = facts->citation;
            return;
        }
        const struct pal_text title = pal_descriptor_title(d);
        pal_buf_add(&c->out, pal_text_in(&title, c->language));
        if (facts->publisher.len)
            pal_buf_addf(&c->out, " (%.*s)", PAL_ARG(facts->publisher));
        return;
    }
}

enum pal_status report_citations(const struct pal_report_input *input, const pal_str *source,
                                 size_t n, enum pal_language language, struct pal_arena *arena,
                                 pal_str *out, struct pal_error *err)
{
    struct citations c = {.input = input,
                          .language = language,
                          .printed = pal_arena_alloc(arena, input->datasets + 1, 1)};
    pal_buf_init(&c.out, arena, 1 << 20);
    if (!c.printed)
        return pal_nomem(err, "a table's sources");
    for (size_t i = 0; i < n; i++) {
        pal_str rest = source[i], name;
        while (pal_str_split(&rest, '+', &name))
            cite(&c, name);
    }
    PAL_TRY(pal_buf_status(&c.out, "a table's sources", err));
    *out = pal_buf_str(&c.out);
    return PAL_OK;
}
