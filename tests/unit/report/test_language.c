/* The house's words: no gap in any language, the same places to fill, dates and letters as UN
 * documents write them. */
#include "palermo/report.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const english[] = {
#define PAL_WORD(id, text) text,
#include "palermo/words.def"
#undef PAL_WORD
};

Test(report_language, every_word_stands_in_six_languages)
{
    for (int l = 0; l < PAL_LANGUAGES; l++) {
        for (int w = 0; w < PAL_WORDS; w++) {
            const pal_str word = pal_word((enum pal_language)l, (enum pal_word)w);
            cr_expect(word.ptr && word.len, "%s has no '%s'",
                      pal_language_code((enum pal_language)l), english[w]);
            cr_expect(pal_utf8_valid(word), "%s: '%s'", pal_language_code((enum pal_language)l),
                      english[w]);
            for (int k = 1; k <= 9; k++) {
                const char place[] = {'{', (char)('0' + k), '}', '\0'};
                cr_expect_eq(strstr(english[w], place) != NULL, strstr(word.ptr, place) != NULL,
                             "%s: place %s of '%s'", pal_language_code((enum pal_language)l), place,
                             english[w]);
            }
        }
    }
}

Test(report_language, sentences_are_translated)
{
    for (int l = 0; l < PAL_LANGUAGES; l++) {
        if (l == PAL_EN)
            continue;
        for (int w = 0; w < PAL_WORDS; w++)
            if (strlen(english[w]) > 24 && strchr(english[w], ' '))
                cr_expect(!pal_str_eq(pal_word((enum pal_language)l, (enum pal_word)w),
                                      pal_str_of(english[w])),
                          "%s still says '%s'", pal_language_code((enum pal_language)l),
                          english[w]);
    }
}

Test(report_language, dates_are_written_as_un_documents_write_them)
{
    static const struct {
        enum pal_language language;
        const char *iso, *text;
    } dates[] = {
        {PAL_EN, "2026-01-31", "31 January 2026"},
        {PAL_FR, "2024-08-01", "1er août 2024"},
        {PAL_ES, "2024-06-01", "1 de junio de 2024"},
        {PAL_RU, "2000-11-15", "15 ноября 2000 года"},
        {PAL_ZH, "2000-11-15", "2000年11月15日"},
        {PAL_AR, "2000-07-09", "9 تموز/يوليه 2000"}, /* the double form */
    };
    struct pal_arena *arena = pal_arena_new();
    for (size_t i = 0; i < PAL_COUNT(dates); i++) {
        const pal_str got = pal_date_text(dates[i].language, pal_str_of(dates[i].iso), arena);
        cr_expect(pal_str_eq(got, pal_str_of(dates[i].text)), "%.*s", PAL_ARG(got));
    }
    cr_expect(pal_str_eq(pal_date_text(PAL_EN, PAL_STR("soon"), arena), PAL_STR("soon")));
    pal_arena_free(arena);
}

Test(report_language, letters_of_notes_begin_again_doubled)
{
    struct pal_arena *arena = pal_arena_new();
    cr_expect(pal_str_eq(pal_note_letter(PAL_EN, 0, arena), PAL_STR("a")));
    cr_expect(pal_str_eq(pal_note_letter(PAL_RU, 25, arena), PAL_STR("z")));
    cr_expect(pal_str_eq(pal_note_letter(PAL_FR, 27, arena), PAL_STR("bb")));
    cr_expect(pal_str_eq(pal_note_letter(PAL_AR, 0, arena), PAL_STR("(أ)")));
    cr_expect(pal_str_eq(pal_note_letter(PAL_AR, 27, arena), PAL_STR("(غ)")));
    cr_expect(pal_str_eq(pal_note_letter(PAL_AR, 28, arena), PAL_STR("(أأ)")));
    pal_arena_free(arena);
}
