/* language.c: the house's own words in six languages, dates, letters of notes. */
#include "inside.h"

static const char *const *const tables[PAL_LANGUAGES] = {
    [PAL_AR] = report_text_ar, [PAL_ZH] = report_text_zh, [PAL_EN] = report_text_en,
    [PAL_FR] = report_text_fr, [PAL_RU] = report_text_ru, [PAL_ES] = report_text_es,
};

pal_str pal_word(enum pal_language language, enum pal_word word)
{
    return pal_str_of(tables[language][word]);
}

bool pal_language_rtl(enum pal_language language) { return language == PAL_AR; }

pal_str report_comma(enum pal_language language)
{
    return language == PAL_ZH ? PAL_STR("，") : language == PAL_AR ? PAL_STR("، ") : PAL_STR(", ");
}

pal_str report_semicolon(enum pal_language language)
{
    return language == PAL_ZH   ? PAL_STR("；")
           : language == PAL_AR ? PAL_STR("؛ ")
           : language == PAL_FR ? PAL_STR("\u00a0; ")
                                : PAL_STR("; ");
}

pal_str report_range(enum pal_language language, struct pal_arena *arena, pal_str low, pal_str high)
{
    if (pal_str_eq(low, high))
        return low;
    return pal_arena_printf(arena,
                            pal_language_rtl(language) ? "\u200e%.*s–%.*s\u200e" : "%.*s–%.*s",
                            PAL_ARG(low), PAL_ARG(high));
}

pal_str pal_word_fill(enum pal_language language, enum pal_word word, const pal_str *with, size_t n,
                      struct pal_arena *arena)
{
    const pal_str form = pal_word(language, word);
    struct pal_buf out;
    pal_buf_init(&out, arena, 1 << 20);
    for (size_t i = 0; i < form.len; i++) {
        if (form.ptr[i] == '{' && i + 2 < form.len && form.ptr[i + 2] == '}' &&
            form.ptr[i + 1] >= '1' && form.ptr[i + 1] <= '9') {
            const size_t k = (size_t)(form.ptr[i + 1] - '1');
            if (k < n)
                pal_buf_add(&out, with[k]);
            i += 2;
        } else {
            pal_buf_addc(&out, form.ptr[i]);
        }
    }
    return out.failed ? (pal_str){NULL, 0} : pal_buf_str(&out);
}

pal_str pal_date_text(enum pal_language language, pal_str iso, struct pal_arena *arena)
{
    struct pal_date date;
    if (!pal_date_parse(iso, &date))
        return iso;
    const pal_str with[] = {
        language == PAL_FR && date.day == 1 ? PAL_STR("1er")
                                            : pal_arena_printf(arena, "%d", date.day),
        pal_word(language, (enum pal_word)(PAL_WORD_MONTH_1 + date.month - 1)),
        pal_arena_printf(arena, "%d", date.year),
    };
    return pal_word_fill(language, PAL_WORD_DATE, with, PAL_COUNT(with), arena);
}

/* The abjad order, in which Arabic numbers paragraphs and notes. */
static const char *const abjad[] = {"أ", "ب", "ج", "د", "هـ", "و", "ز", "ح", "ط", "ي",
                                    "ك", "ل", "م", "ن", "س",  "ع", "ف", "ص", "ق", "ر",
                                    "ش", "ت", "ث", "خ", "ذ",  "ض", "ظ", "غ"};

pal_str pal_note_letter(enum pal_language language, size_t i, struct pal_arena *arena)
{
    const bool arabic = language == PAL_AR;
    const size_t letters = arabic ? PAL_COUNT(abjad) : 26;
    struct pal_buf out;
    pal_buf_init(&out, arena, 4096);
    if (arabic)
        pal_buf_addc(&out, '(');
    for (size_t repeat = 0; repeat <= i / letters; repeat++) {
        if (arabic)
            pal_buf_adds(&out, abjad[i % letters]);
        else
            pal_buf_addc(&out, (char)('a' + i % letters));
    }
    if (arabic)
        pal_buf_addc(&out, ')');
    return pal_buf_str(&out);
}

pal_str pal_table_caption(const struct pal_table *table, struct pal_arena *arena)
{
    if (!table->number)
        return table->title;
    const pal_str with[] = {pal_arena_printf(arena, "%u", table->number), table->title};
    return pal_word_fill(table->language, PAL_WORD_TABLE_TITLE, with, PAL_COUNT(with), arena);
}
