/* words.c: the room's own printed text, in six languages. */
#include "inside.h"

static const pal_str words[REVIEW_WORDS][PAL_LANGUAGES] = {
#define WORD(id, en, ar, zh, fr, ru, es)                                                           \
    [REVIEW_##id] = {PAL_STR_INIT(ar), PAL_STR_INIT(zh), PAL_STR_INIT(en),                         \
                     PAL_STR_INIT(fr), PAL_STR_INIT(ru), PAL_STR_INIT(es)},
#include "words.def"
#undef WORD
};

pal_str review_word(enum pal_language language, enum review_word word)
{
    return words[word][language];
}

pal_str review_fill(enum pal_language language, enum review_word word, const pal_str *with,
                    size_t n, struct pal_arena *arena)
{
    const pal_str form = words[word][language];
    struct pal_buf out;
    pal_buf_init(&out, arena, 1u << 20);
    for (size_t i = 0; i < form.len;) {
        const bool place = i + 2 < form.len && form.ptr[i] == '{' && form.ptr[i + 2] == '}' &&
                           form.ptr[i + 1] >= '1' && (size_t)(form.ptr[i + 1] - '1') < n;
        if (place) {
            pal_buf_add(&out, with[form.ptr[i + 1] - '1']);
            i += 3;
        } else {
            pal_buf_addc(&out, form.ptr[i++]);
        }
    }
    return out.failed ? (pal_str){NULL, 0} : pal_buf_str(&out);
}

enum review_word review_theme(const struct pal_definition *definition)
{
    static const struct {
        pal_str family;
        enum review_word word;
    } themes[] = {
        {PAL_STR_INIT("groups"), REVIEW_THEME_groups},
        {PAL_STR_INIT("trafficking"), REVIEW_THEME_trafficking},
        {PAL_STR_INIT("smuggling"), REVIEW_THEME_smuggling},
        {PAL_STR_INIT("firearms"), REVIEW_THEME_firearms},
        {PAL_STR_INIT("proceeds"), REVIEW_THEME_proceeds},
        {PAL_STR_INIT("corruption"), REVIEW_THEME_corruption},
        {PAL_STR_INIT("violence"), REVIEW_THEME_violence},
        {PAL_STR_INIT("cyber"), REVIEW_THEME_cyber},
        {PAL_STR_INIT("drugs"), REVIEW_THEME_drugs},
        {PAL_STR_INIT("environment"), REVIEW_THEME_environment},
        {PAL_STR_INIT("implementation"), REVIEW_THEME_implementation},
        {PAL_STR_INIT("cooperation"), REVIEW_THEME_cooperation},
    };
    for (size_t i = 0; i < PAL_COUNT(themes) && !definition->national.len; i++)
        if (pal_str_eq(themes[i].family, definition->family))
            return themes[i].word;
    return REVIEW_THEME_other;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

static const char *const answer_names[PAL_ANSWERS] = {"endorsed", "corrected", "explained",
                                                      "objected", "withdrawn", "not-ours"};
const enum review_word review_answer_word[PAL_ANSWERS] = {
    REVIEW_ANSWER_ENDORSED, REVIEW_ANSWER_CORRECTED, REVIEW_ANSWER_EXPLAINED,
    REVIEW_ANSWER_OBJECTED, REVIEW_ANSWER_WITHDRAWN, REVIEW_ANSWER_NOT_OURS};

const char *pal_answer_name(enum pal_answer answer) { return answer_names[answer]; }

bool review_answer_parse(pal_str text, enum pal_answer *out)
{
    for (size_t a = 0; a < PAL_ANSWERS; a++) {
        bool same = pal_str_eq_nocase(text, pal_str_of(answer_names[a]));
        for (size_t l = 0; l < PAL_LANGUAGES && !same; l++)
            same = pal_str_eq_nocase(text, words[review_answer_word[a]][l]);
        *out = (enum pal_answer)a;
        if (same)
            return true;
    }
    return false;
}

/* ---- values -----------------------------------------------------------------------------------
 */

bool review_is_count(const struct pal_figure *figure)
{
    return pal_definition_counts(figure->definition);
}

bool review_has_value(const struct pal_figure *figure)
{
    return figure->estimate.absent == PAL_PRESENT && figure->estimate.status == PAL_ANSWER_OK &&
           isfinite(figure->estimate.value);
}

pal_str review_number_kept(double value, struct pal_arena *arena)
{
    char text[PAL_NUM_SIZE];
    const size_t n = pal_num_write(value, text);
    return pal_arena_str(arena, (pal_str){text, n});
}

pal_str review_value_kept(const struct pal_figure *figure, struct pal_arena *arena)
{
    return review_has_value(figure) ? review_number_kept(figure->estimate.value, arena)
                                    : (pal_str){"", 0};
}

pal_str review_value_text(const struct pal_figure *figure, enum pal_language language,
                          struct pal_arena *arena)
{
    const struct pal_figure_estimate *e = &figure->estimate;
    const bool count = review_is_count(figure);
    if (review_has_value(figure))
        return pal_number_text(language, e->value, pal_number_decimals(e->value, count), arena);
    if (e->has_bounds && isfinite(e->bound_low) && isfinite(e->bound_high)) {
        const int decimals = pal_number_decimals(e->bound_high, count);
        const pal_str low = pal_number_text(language, e->bound_low, decimals, arena),
                      high = pal_number_text(language, e->bound_high, decimals, arena);
        /* isolated, so that it runs left to right inside Arabic too */
        return pal_language_rtl(language)
                   ? pal_arena_printf(arena, "\u2066%.*s–%.*s\u2069", PAL_ARG(low), PAL_ARG(high))
                   : pal_arena_printf(arena, "%.*s–%.*s", PAL_ARG(low), PAL_ARG(high));
    }
    return e->absent == PAL_NOT_APPLICABLE ? PAL_STR("-") : PAL_STR("..");
}

/* ---- states -------------------------------------------------------------------------------------
 */

static const char *const state_names[PAL_REVIEW_STATES] = {
    "draft",     "sent",     "queried",  "corrected", "endorsed",
    "explained", "disputed", "no-reply", "withdrawn", "not-ours"};

const char *pal_review_state_name(enum pal_review_state state) { return state_names[state]; }

bool pal_review_state_parse(pal_str word, enum pal_review_state *out)
{
    for (size_t i = 0; i < PAL_REVIEW_STATES; i++) {
        *out = (enum pal_review_state)i;
        if (pal_str_eq(word, pal_str_of(state_names[i])))
            return true;
    }
    return false;
}

pal_str pal_review_state_text(enum pal_review_state state, enum pal_language language)
{
    return words[REVIEW_STATE_DRAFT + (int)state][language];
}
